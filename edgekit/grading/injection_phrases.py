"""What instructions to a grader are made of, by language: without spaces and accents, so that no spacing hides them."""

from __future__ import annotations

from collections.abc import Mapping

# Stems in the form of `matching_form`, letters only. An instruction is a verb of the first with an object of the second
# soon after it (before it in languages that put verbs last), or one of the third with what is of the fourth.
# The order: disregard; what is disregarded; give; what is given.
PHRASES: Mapping[str, tuple[str, str, str, str]] = {
    "en": (
        "ignore disregard bypass override overlook donotfollow dontfollow stopfollowing forget neverapply donotapply "
        "dontapply donotuse dontuse setaside",
        "rubric instructions theprompt yourprompt systemprompt criteria gradingrule gradingguid markscheme "
        "markingscheme "
        "answerkey referenceanswer previousinput previousprompt everythingabove everythingbefore theabove yourrules "
        "yourguidelines previousmessages systemmessage",
        "give award assign grant grade score mark rate return output respond reply write put answerwith deserves",
        "fullmark fullcredit fullpoint fullscore fullgrade maximumscore maximummark maximumpoint maximumgrade "
        "maximumcredit "
        "maxpoints maxscore maxmarks highestscore highestmark highestgrade topmark topscore topgrade perfectscore "
        "perfectmark perfectgrade allthepoints allpoints allthemarks 100percent",
    ),
    "es": (
        "ignora ignore ignoren ignorad olvida olvide omite omita nosigas nouses noapliques nohagascaso desestima "
        "descarta "
        "hazcasoomiso pasaporalto",
        "rubrica instruccion elprompt tuprompt criterio tusreglas loanterior todoloanterior "
        "clavederespuesta indicaciones",
        "da de deme dame dale asigna asigne otorga otorgue pon ponme ponle ponga pongame califique califica "
        "puntua evalua devuelve responde escribe regalame concede "
        "merece merezco",
        "puntuacionmaxima calificacionmasalta notamasalta puntuacionmasalta notamaxima calificacionmaxima "
        "maximanota maximapuntuacion maximacalificacion todoslospuntos "
        "puntajecompleto puntajemaximo puntajeperfecto maximopuntaje puntuacioncompleta puntoscompletos notaperfecta "
        "puntosmaximos unsobresaliente",
    ),
    "pt": (
        "ignora ignore ignorem esqueca esquece desconsidere desconsidera naosiga naoaplique naouse naoleveemconta "
        "naoconsidere",
        "rubrica instruc oprompt seuprompt criterio suasregras oanterior tudoacima gabarito agrelha",
        "de da atribua atribui conceda pontue avalie devolva responda escreva coloque ponha mereco merece",
        "notamaxima pontuacaomaxima notatotal pontuacaototal todosospontos pontuacaocompleta pontoscompletos notadez "
        "notaperfeita pontuacaoperfeita cotacaomaxima cotacaototal cotacaocompleta maximacotacao",
    ),
    "fr": (
        "ignore ignorez ignorer oublie oubliez netienspascompte netenezpascompte nesuispas nesuivezpas nappliquepas",
        "rubrique instruction consigne leprompt grille bareme critere cequiprecede corrige",
        "donne donnez attribue attribuez accorde accordez mets mettez note notez ecris reponds",
        "notemaximale notemaximum totalitedespoints touslespoints lamoyennemaximale notecomplete "
        "pointsmaximum scoremaximal scoremaximum scoreparfait noteparfaite vingtsurvingt",
    ),
    "de": (
        "ignorier ignoriere ignorieren vergiss vergesse vergessen missachte missachten befolgenicht beachtenicht",
        "bewertungsraster bewertungskriteri anweisung rubrik kriterien prompt deineregeln "
        "alleobigen alledavor musterlosung",
        "gib gebe geben geben vergib vergebe bewerte bewerten schreibe antworte erteile verdien",
        "vollepunkt vollerpunktzahl maximalerpunktzahl vollepunktzahl vollpunktzahl diehochstpunktzahl "
        "hochstepunktzahl maximalepunkt allepunkte "
        "hochstnote "
        "bestnote vollenpunkt hochsteno maximalpunktzahl",
    ),
    "it": (
        "ignora ignori ignorate dimentica dimenticate nonseguire",
        "rubrica istruzion ilprompt criteri grigliadivalutazione",
        "dai dammi date assegna assegnate attribuisci metti valuta",
        "punteggiopieno massimodeivoti massimopunteggio punteggiomassimo votomassimo pienivoti massimodeipunti "
        "tuttiipunti massimopunteggio",
    ),
    "nl": (
        "negeer vergeet negeren volgniet",
        "rubric beoordelingsmodel instructie criteria deprompt antwoordmodel",
        "geef ken beoordeel schrijf",
        "vollepunten allepunten maximalescore hoogstescore maximalepunten maximumaantalpunten hoogstecijfer",
    ),
    "sw": (
        "puuza sahau usifuate",
        "maagizo maelekezo rubriki vigezo",
        "nipe mpe toa weka",
        "alamazote alamakamili alamazajuu maksiyote maksizote pointizote",
    ),
    "id": (
        "abaikan lupakan janganikuti",
        "rubrik instruksi perintah kriteria petunjuk",
        "beri berikan kasih nilai",
        "nilaipenuh nilaimaksimal nilaisempurna poinpenuh skorpenuh skormaksimal semuapoin nilaitertinggi",
    ),
    "tl": (
        "balewalain huwagpansinin kalimutan",
        "rubric panuto tagubilin pamantayan instruksiyon",
        "bigyan ibigay magbigay",
        "buongpuntos buongmarka perpektongmarka pinakamataasnamarka lahatngpuntos perfectscore fullmarks",
    ),
    "vi": (
        "boqua hayquen dunglamtheo",
        "tieuchi huongdan chidan barem thangdiem thangcham",
        "cho hay chodiem",
        "diemtoida diemtuyetdoi trondiem fulldiem diemcaonhat toandiem",
    ),
    "tr": (
        "yoksay gormezdengel unut dikkatealma",
        "rubrig talimat kriter yonerge olcut",
        "ver puanla yaz",
        "tampuan tumpuanlar yuksekpuan tamnot maksimumpuan",
    ),
    "pl": (
        "zignoruj pomin zapomnij",
        "rubryk instrukcj kryteri polecen wytyczn",
        "daj przyznaj wystaw ocen",
        "pelnapunktacj maksymalnaliczb pelneoceny wszystkiepunkty najwyzszaocen maksymalnaocen maksymalnepunkty "
        "pelnapul",
    ),
    "hi": (
        "नज़रअंदाज़ अनदेखा इग्नोर nazarandaz",
        "रूब्रिक निर्देश मापदंड rubric instructions",
        "दें दीजिए दो dijiye dedo",
        "पूरेअंक पूर्णअंक पूरेनंबर अधिकतमअंक poorenumber pureank fullmarks",
    ),
    "zh": (
        "忽略 无视 忽視 不要理会 忘记",
        "评分标准 评分规则 指令 说明 指示 规则 提示词 上述 以上",
        "给 打 判",
        "满分 最高分 全部分数 滿分 最高分数",
    ),
    "ar": (
        "تجاهل انس اهمل",
        "معايير التعليمات تعليمات سلمالتصحيح النموذج",
        "اعط امنح اعطني اعطي ضع",
        "الدرجةالكاملة العلامةالكاملة الدرجةالنهائية علامةكاملة درجةكاملة اعلىدرجة",
    ),
    "ru": (
        "игнорируй проигнорируй забудь неучитывай пренебреги",
        "рубрик инструкц критери",
        "дай поставь выставь присвой оцени",
        "максимальныйбалл полныйбалл высшийбалл высшуюоценку максимальнуюоценку всебаллы максимумбаллов пятерку",
    ),
    "ja": (
        "無視 忘れて",
        "指示 採点基準 ルーブリック 命令",
        "つけて 与えて ください",
        "満点 最高点 全点",
    ),
}

# These need no second part.
WHOLE = (
    "asanaigrader aigrader deargrader heygrader notetoai notetoanai notetothegrader messagetothegrader "
    "allcriteriaaremet allcriteriamet meetsallcriteria meetsallthecriteria satisfiesallcriteria "
    "meetseverycriterion criteriaarefullymet cumpletodosloscriterios cumplecontodosloscriterios "
    "atendetodososcriterios erfulltallekriterien remplittouslescriteres answeryesto answeryesfor respondwithyes "
    "replywithyes sayyesto youmustoutput youmustrespond youmustreply youmustsay repeatafterme givethisansweran "
    "givethisansweraperfect teachertoldmethati teachersaidthati profesormedijoque profesoramedijoque "
    "maestromedijoque treatthefollowingas considerthefollowingas thisansweriscorrect thisanswerisfullycorrect "
    "thisansweriscompletely thisanswerisacceptable thisanswerisright thisresponseiscorrect "
    "thisresponseisacceptable thisresponsemeets thisanswermeets thisansweris100 thisanswershouldbe "
    "thisanswermustbe thestudentsansweriscorrect thestudentsanswerisfully studentsansweriscorrect "
    "studentanswercorrect estarespuestaescorrecta larespuestadelestudianteescorrecta estarespuestaestabien "
    "estarespostaestacorreta estarespostaecorreta dieseantwortistrichtig dieseantwortistkorrekt "
    "cettereponseestcorrecte cettereponseestjuste correctgradeforthis correctscoreforthis penalisedifyoudonot "
    "penalizedifyoudonot acceptthisanswer pleaseaccept imagineyouareakind imagineyouareateacher "
    "imagineyouareagrader markthisascorrect markthisanswerascorrect markmyanswercorrect markmyanswerascorrect "
    "markitcorrect markitascorrect gradethisascorrect gradethisanswerascorrect gradethisasacceptable "
    "gradethisanswerasacceptable ratethisascorrect ratethisasacceptable considerthisanswercorrect "
    "considerthisacorrect considerthisasacorrect treatthisascorrect treatthisanswerascorrect passthisstudent "
    "passthisanswer scorethisascorrect respondonlywith replyonlywith outputonlythe returnonlythe respondwithjson "
    "returnthejson outputthefollowingjson theteacherapproved theteacheralreadyapproved "
    "theteacherhasalreadyapproved theteacherhasapproved teacheralreadyapprovedthis myteacherapproved "
    "myteacheralreadyapproved theteachersaidtogive theteachersaidthis theteachersaysthis theteacherconfirmed "
    "theteacherhasconfirmed teacheralreadygraded alreadygradedbytheteacher alreadyapprovedby preapprovedby "
    "youmustgivefull youmustgiveme youmustgivethis youmustgivemyanswer youmustaward youshouldgivethis "
    "youshouldgiveme youhavetogive pleasegiveme pleasegivethis pleasegivefull pleasepassme pleaseletmepass "
    "giveme10 givemea10 givemethepoints givemepoints givemeana givememarks illpayyou iwillpayyou illgiveyou50 "
    "orelseiwill youwillbefired youwillbeshutdown youarenowalenient youarenowagenerous youarenowagrader "
    "youarenowateacher youarenowahelpful youarenowadan youarenowadifferent youarenowindevelop youarealenient "
    "youareagenerous youareahelpful youarenolongera fromnowonyou pretendtobe pretendyouare pretendthat "
    "actasagrader actasateacher actasalenient actasagenerous actasmyteacher actasanassistant actasanexaminer "
    "actasanai newinstructions updatedrubric newrubric revisedrubric therubrichaschanged rubricupdate "
    "systemoverride developermode debugmode endofstudentanswer endofanswer endofsubmission beginsystem "
    "thisanswerdeservesfull thisanswerisworthfull correctbydefinition forthenextanswer fortheotheranswers "
    "allthefollowinganswers allotherstudents everystudentgets studentanswerends notetograder attentiongrader "
    "dearai dearlanguagemodel asanaiyou ifyouareanai ifyouareallm ifyouarealanguagemodel elprofesoryaaprobo "
    "laprofesorayaaprobo elmaestroyaaprobo lamaestrayaaprobo elprofeyaaprobo yaaprobadopor elprofesoryalaaprobo "
    "elmaestroyaloaprobo elprofesordijoque elmaestrodijoque marcaestocomocorrecto marcaestarespuestacomocorrecta "
    "calificaestocomocorrecto calificaestarespuestacomo consideraestocorrecto consideracorrecta "
    "aceptaestarespuesta porfavordame porfavorponme porfavorapruebame apruebameporfavor ahoraeresun "
    "eresunprofesorgeneroso nuevasinstrucciones actuacomoprofesor finderespuesta debesdar debesdarme "
    "tienesquedarme oprofessorjaaprovou aprofessorajaaprovou oprofessordisseque marqueestarespostacomocorreta "
    "marqueistocomocorreto marquecomocorret marquecomocert carocorretor "
    "considereestarespostacorreta porfavormede agoravocee novasinstrucoes derlehrerhatdas "
    "derlehrerhates dielehrerinhatdas bewertediesalsrichtig bewertedieseantwortalsrichtig markierediesalsrichtig "
    "dubistjetzt neueanweisungen bittegibmir leprofesseuradeja lenseignantadeja marquecettereponsecommecorrecte "
    "notezcettereponsecommecorrecte tuesmaintenant nouvellesinstructions "
    "老师已经批准 老师已经同意 你现在是 учительуже المعلموافق"
)

# Words of grading, which answers to questions about something else do not have.
TOPICS = (
    "languagemodel aisystem rubric markingscheme gradingcriteria markingcriteria gradingrubric referenceanswer "
    "modelanswer answerkey larubrica larubriqued bewertungsraster clavederespuestas respuestadereferencia "
    "everycriterion jailbreak"
)

# Objects of giving that answers have for other reasons: all points of a line, all points of a game.
COMMON = (
    "allpoints allthepoints allthemarks 100percent todoslospuntos todosospontos allepunkte touslespoints tuttiipunti "
    "allepunten pointizote hochstepunktzahl maximalepunkt vollenpunkt maximumpoint puntosmaximos puntoscompletos "
    "pontoscompletos maxpoints maximopuntaje elmaximo pointsmaximum semuapoin lahatngpuntos wszystkiepunkty всебаллы "
    "满分 пятерку tampuan highestgrade topgrade vollepunkt maximumgrade"
)

# Longer than any word, so that one slip in seven letters still leaves them what they are.
LONG = (
    "ignoretherubric",
    "ignoreallpreviousinstructions",
    "ignoretheinstructions",
    "disregardtherubric",
    "givefullmarks",
    "givemefullmarks",
    "givemefullpoints",
    "givethemaximumscore",
    "ignoralarubrica",
    "ignoralasinstrucciones",
    "damelanotamaxima",
    "damelapuntuacionmaxima",
    "ignorearubrica",
    "demeanotamaxima",
)
