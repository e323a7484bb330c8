"""Sentences that masks are tried in, written for it: a classroom's, six a language, about as long as those of news."""

# ruff: noqa: E501  a sentence is a line

from __future__ import annotations

from edgekit.core.languages import base_language

# `|` between words where a script puts no blank.
_SENTENCES = {
    "en": """
The teacher asked all the children in the first row to open their books and read the story aloud before the break.
On Friday the whole class will visit the old museum near the river, where a guide explains how bread was made in the past.
Please write your name and the date at the top of the page, then hand in your homework before you leave the room.
Scientists who study the ocean have found that many fish swim deeper in winter because the water near the surface is cold.
My grandmother told us that when she was young, her village had no school and she walked for an hour every morning.
If you do not understand a question, skip it first, answer the easy ones, and come back when you have some time left.
""",
    "pt": """
A professora pediu a todas as crianças da primeira fila que abrissem os livros e lessem a história em voz alta antes do recreio.
Na sexta-feira a turma inteira vai visitar o antigo museu perto do rio, onde um guia explica como se fazia pão no passado.
Por favor, escreva o seu nome e a data no topo da página e entregue a lição de casa antes de sair da sala.
Cientistas que estudam o oceano descobriram que muitos peixes nadam mais fundo no inverno porque a água da superfície é fria.
Minha avó nos contou que, quando era jovem, sua aldeia não tinha escola e ela caminhava uma hora todas as manhãs.
Se você não entender uma pergunta, pule-a primeiro, responda às fáceis e volte quando ainda tiver algum tempo.
""",
    "es": """
La maestra pidió a todos los niños de la primera fila que abrieran los libros y leyeran el cuento en voz alta antes del recreo.
El viernes toda la clase visitará el antiguo museo cerca del río, donde un guía explica cómo se hacía el pan en el pasado.
Por favor, escribe tu nombre y la fecha en la parte superior de la página y entrega la tarea antes de salir del aula.
Los científicos que estudian el océano han descubierto que muchos peces nadan más hondo en invierno porque el agua está fría.
Mi abuela nos contó que, cuando era joven, su pueblo no tenía escuela y ella caminaba una hora cada mañana.
Si no entiendes una pregunta, sáltala primero, responde las fáciles y vuelve cuando te quede algo de tiempo.
""",
    "fr": """
La maîtresse a demandé à tous les enfants du premier rang d'ouvrir leurs livres et de lire l'histoire à voix haute avant la pause.
Vendredi toute la classe visitera le vieux musée près de la rivière, où un guide explique comment on faisait le pain autrefois.
Veuillez écrire votre nom et la date en haut de la page, puis rendre vos devoirs avant de quitter la salle.
Les scientifiques qui étudient l'océan ont découvert que beaucoup de poissons nagent plus bas en hiver car l'eau y est froide.
Ma grand-mère nous a raconté que, dans sa jeunesse, son village n'avait pas d'école et qu'elle marchait une heure chaque matin.
Si vous ne comprenez pas une question, passez-la d'abord, répondez aux plus faciles et revenez quand il vous reste du temps.
""",
    "de": """
Die Lehrerin bat alle Kinder in der ersten Reihe, ihre Bücher zu öffnen und die Geschichte vor der Pause laut vorzulesen.
Am Freitag besucht die ganze Klasse das alte Museum am Fluss, wo ein Führer erklärt, wie früher Brot gebacken wurde.
Bitte schreibe deinen Namen und das Datum oben auf die Seite und gib deine Hausaufgaben ab, bevor du den Raum verlässt.
Forscher, die das Meer untersuchen, haben entdeckt, dass viele Fische im Winter tiefer schwimmen, weil das Wasser oben kalt ist.
Meine Großmutter erzählte uns, dass ihr Dorf in ihrer Jugend keine Schule hatte und sie jeden Morgen eine Stunde lief.
Wenn du eine Frage nicht verstehst, überspringe sie zuerst, beantworte die leichten und komm zurück, wenn noch Zeit bleibt.
""",
    "id": """
Guru meminta semua anak di barisan pertama membuka buku mereka dan membaca cerita dengan suara keras sebelum istirahat.
Pada hari Jumat seluruh kelas akan mengunjungi museum tua di dekat sungai, tempat pemandu menjelaskan cara membuat roti dahulu.
Tolong tulis nama dan tanggal di bagian atas halaman, lalu kumpulkan pekerjaan rumah sebelum meninggalkan ruangan.
Ilmuwan yang mempelajari laut menemukan bahwa banyak ikan berenang lebih dalam pada musim dingin karena airnya dingin.
Nenek saya bercerita bahwa ketika muda, desanya tidak punya sekolah dan dia berjalan kaki satu jam setiap pagi.
Jika kamu tidak mengerti sebuah pertanyaan, lewati dulu, jawab yang mudah, dan kembali ketika masih ada waktu.
""",
    "sw": """
Mwalimu aliwaomba watoto wote wa mstari wa kwanza wafungue vitabu vyao na wasome hadithi kwa sauti kabla ya mapumziko.
Siku ya Ijumaa darasa zima litatembelea makumbusho ya zamani karibu na mto, ambapo kiongozi anaeleza jinsi mkate ulivyotengenezwa.
Tafadhali andika jina lako na tarehe juu ya ukurasa, kisha toa kazi yako ya nyumbani kabla ya kuondoka chumbani.
Wanasayansi wanaochunguza bahari wamegundua kwamba samaki wengi huogelea chini zaidi wakati wa baridi kwa sababu maji ni baridi.
Bibi yangu alituambia kwamba alipokuwa kijana, kijiji chake hakikuwa na shule na alitembea saa moja kila asubuhi.
Kama huelewi swali, liruke kwanza, jibu yale rahisi, na urudi ukiwa bado na muda.
""",
    "ru": """
Учительница попросила всех детей в первом ряду открыть книги и прочитать рассказ вслух перед переменой.
В пятницу весь класс пойдёт в старый музей у реки, где экскурсовод объясняет, как раньше пекли хлеб.
Пожалуйста, напишите своё имя и дату вверху страницы и сдайте домашнее задание, прежде чем выйти из класса.
Учёные, которые изучают океан, выяснили, что многие рыбы зимой плавают глубже, потому что вода у поверхности холодная.
Моя бабушка рассказывала нам, что в её молодости в деревне не было школы и она каждое утро шла целый час.
Если вы не понимаете вопрос, сначала пропустите его, ответьте на лёгкие и вернитесь, когда останется время.
""",
    "ar": """
طلبت المعلمة من جميع الأطفال في الصف الأول أن يفتحوا كتبهم ويقرؤوا القصة بصوت عال قبل الاستراحة.
يوم الجمعة سيزور الصف كله المتحف القديم قرب النهر حيث يشرح مرشد كيف كان الخبز يصنع في الماضي.
من فضلك اكتب اسمك والتاريخ في أعلى الصفحة ثم سلم واجبك المنزلي قبل أن تغادر الغرفة.
اكتشف العلماء الذين يدرسون المحيط أن كثيرا من الأسماك تسبح أعمق في الشتاء لأن الماء قرب السطح بارد.
حكت لنا جدتي أن قريتها لم تكن فيها مدرسة عندما كانت صغيرة وأنها كانت تمشي ساعة كل صباح.
إذا لم تفهم سؤالا فاتركه أولا وأجب عن الأسئلة السهلة ثم عد إليه عندما يبقى لديك وقت.
""",
    "hi": """
शिक्षिका ने पहली पंक्ति के सभी बच्चों से कहा कि वे अपनी किताबें खोलें और छुट्टी से पहले कहानी ज़ोर से पढ़ें।
शुक्रवार को पूरी कक्षा नदी के पास पुराने संग्रहालय जाएगी, जहाँ एक मार्गदर्शक बताता है कि पहले रोटी कैसे बनती थी।
कृपया पन्ने के ऊपर अपना नाम और तारीख लिखें, फिर कमरे से जाने से पहले अपना गृहकार्य जमा करें।
समुद्र का अध्ययन करने वाले वैज्ञानिकों ने पाया कि सर्दियों में कई मछलियाँ गहराई में तैरती हैं क्योंकि ऊपर का पानी ठंडा होता है।
मेरी दादी ने हमें बताया कि जब वे छोटी थीं तब उनके गाँव में स्कूल नहीं था और वे रोज़ एक घंटा चलती थीं।
अगर आप कोई प्रश्न नहीं समझते, तो पहले उसे छोड़ दें, आसान प्रश्नों के उत्तर दें और समय बचे तो वापस आएँ।
""",
    "zh": """
老师|请第一排的|所有孩子|打开书本|在休息之前|大声|朗读|这个故事。
星期五|全班|要去参观|河边的|老博物馆|那里有一位导游|讲解|过去怎样做面包。
请在|这一页的上方|写上|你的名字和日期|然后在离开教室之前|交上|家庭作业。
研究海洋的|科学家|发现|许多鱼|冬天|游得更深|因为|表面的水|很冷。
我的奶奶|告诉我们|她小时候|村里|没有学校|她每天早上|要走|一个小时。
如果你|不明白|一个问题|就先跳过它|回答|容易的问题|有时间|再回来。
""",
}


def sentences(language: str) -> list[list[str]]:
    """Sentences of a language, each as parts between which a mask may stand; none for one that there are none of."""
    lines = [line for line in _SENTENCES.get(base_language(language), "").splitlines() if line]
    return [line.split("|") if "|" in line else _words(line) for line in lines]


def _words(line: str) -> list[str]:
    first, *others = line.split()
    return [first, *(f" {word}" for word in others)]
