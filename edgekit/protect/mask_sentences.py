"""Sentences that masks are tried in, written for it: a classroom's, eight a language, `|` between words where no blank is."""

from __future__ import annotations

from edgekit.core.languages import base_language

_SENTENCES = {
    "en": """
The teacher asked the children to open their books before the lesson.
Please send the homework to and the drawings to by Friday.
We learned that comes from and lives near in the winter.
In this exercise you have to compare with the example of on the board.
The school in has a new library where reads every day.
Yesterday told us how was built by a long time ago.
If you click on the answer of will appear below on the page.
My friends from and the class of are going to visit next month.
""",
    "pt": """
A professora pediu às crianças que abrissem os livros antes da aula.
Por favor, envie a lição de casa para e os desenhos para até sexta-feira.
Aprendemos que vem de e vive perto de no inverno.
Neste exercício você precisa comparar com o exemplo de no quadro.
A escola em tem uma biblioteca nova onde lê todos os dias.
Ontem contou como foi construído por há muito tempo.
Se você clicar em a resposta de vai aparecer abaixo na página.
Meus amigos de e a turma de vão visitar no próximo mês.
""",
    "es": """
La maestra pidió a los niños que abrieran los libros antes de la clase.
Por favor, envía la tarea a y los dibujos a antes del viernes.
Aprendimos que viene de y vive cerca de en invierno.
En este ejercicio hay que comparar con el ejemplo de en la pizarra.
La escuela de tiene una biblioteca nueva donde lee todos los días.
Ayer nos contó cómo fue construido por hace mucho tiempo.
Si haces clic en la respuesta de aparecerá abajo en la página.
Mis amigos de y la clase de van a visitar el mes que viene.
""",
    "fr": """
La maîtresse a demandé aux enfants d'ouvrir leurs livres avant la leçon.
Veuillez envoyer les devoirs à et les dessins à avant vendredi.
Nous avons appris que vient de et vit près de en hiver.
Dans cet exercice il faut comparer avec l'exemple de au tableau.
L'école de a une nouvelle bibliothèque où lit tous les jours.
Hier nous a raconté comment a été construit par il y a longtemps.
Si vous cliquez sur la réponse de apparaîtra en bas sur la page.
Mes amis de et la classe de vont visiter le mois prochain.
""",
    "de": """
Die Lehrerin bat die Kinder ihre Bücher zu öffnen vor der Stunde.
Bitte schicke die Hausaufgaben an und die Zeichnungen an bis Freitag.
Wir haben gelernt, dass aus kommt und in der Nähe von im Winter lebt.
In dieser Übung musst du mit dem Beispiel von an der Tafel vergleichen.
Die Schule in hat eine neue Bücherei wo jeden Tag liest.
Gestern hat erzählt, wie vor langer Zeit gebaut wurde.
Wenn du auf klickst, erscheint die Antwort von unten auf der Seite.
Meine Freunde aus und die Klasse von besuchen im nächsten Monat.
""",
    "id": """
Guru meminta anak-anak membuka buku mereka sebelum pelajaran.
Tolong kirim pekerjaan rumah kepada dan gambar kepada sebelum hari Jumat.
Kami belajar bahwa berasal dari dan hidup di dekat pada musim dingin.
Dalam latihan ini kamu harus membandingkan dengan contoh dari di papan tulis.
Sekolah di punya perpustakaan baru tempat membaca setiap hari.
Kemarin bercerita bagaimana dibangun oleh lama sekali.
Jika kamu mengklik jawaban dari akan muncul di bawah di halaman itu.
Teman-teman saya dari dan kelas akan mengunjungi bulan depan.
""",
    "sw": """
Mwalimu aliwaomba watoto wafungue vitabu vyao kabla ya somo.
Tafadhali tuma kazi ya nyumbani kwa na michoro kwa kabla ya Ijumaa.
Tulijifunza kwamba inatoka na inaishi karibu na wakati wa baridi.
Katika zoezi hili unapaswa kulinganisha na mfano wa ubaoni.
Shule ya ina maktaba mpya ambapo anasoma kila siku.
Jana alituambia jinsi ilivyojengwa na zamani sana.
Ukibonyeza jibu la litaonekana chini kwenye ukurasa.
Marafiki zangu kutoka na darasa la watatembelea mwezi ujao.
""",
    "ru": """
Учительница попросила детей открыть книги перед уроком.
Пожалуйста, отправьте домашнее задание и рисунки до пятницы.
Мы узнали, что приходит из и живёт около зимой.
В этом упражнении нужно сравнить с примером на доске.
В школе есть новая библиотека где читает каждый день.
Вчера рассказал нам, как построили очень давно.
Если нажать на ответ появится внизу на странице.
Мои друзья из и класс поедут в в следующем месяце.
""",
    "ar": """
طلبت المعلمة من الأطفال أن يفتحوا كتبهم قبل الدرس.
من فضلك أرسل الواجب إلى والرسوم إلى قبل يوم الجمعة.
تعلمنا أن يأتي من ويعيش بالقرب من في الشتاء.
في هذا التمرين عليك أن تقارن مع مثال على السبورة.
في مدرسة مكتبة جديدة حيث يقرأ كل يوم.
أخبرنا أمس كيف بناه منذ زمن طويل.
إذا نقرت على فإن جواب سيظهر في الأسفل على الصفحة.
أصدقائي من وصف سيزورون في الشهر القادم.
""",
    "hi": """
शिक्षिका ने बच्चों से किताबें खोलने को कहा।
कृपया गृहकार्य और चित्र शुक्रवार तक भेजें।
हमने सीखा कि यहाँ से आता है और के पास रहता है।
इस अभ्यास में आपको की तुलना से करनी है।
स्कूल में एक नया पुस्तकालय है जहाँ हर दिन पढ़ता है।
कल ने हमें बताया कि को ने कैसे बनाया।
अगर आप पर क्लिक करें तो का उत्तर नीचे दिखाई देगा।
मेरे दोस्त और कक्षा अगले महीने जाएँगे।
""",
    "zh": """
老师|请孩子们|打开课本|准备上课。
请在星期五以前把|作业交给|并把图画交给|老师。
我们学到|来自|冬天住在|附近。
在这个练习里|你要把|和|的例子进行比较。
学校|有一个新的图书馆|在那里|每天读书。
昨天|告诉我们|是怎样由|建成的。
如果你点击|答案|会出现在|页面下面。
我的朋友|和|班下个月要去参观|博物馆。
""",
}


def sentences(language: str) -> list[list[str]]:
    """Sentences of a language, each as parts between which a mask may stand; none for one that there are none of."""
    lines = [line for line in _SENTENCES.get(base_language(language), "").splitlines() if line]
    return [line.split("|") if "|" in line else _words(line) for line in lines]


def _words(line: str) -> list[str]:
    first, *others = line.split()
    return [first, *(f" {word}" for word in others)]
