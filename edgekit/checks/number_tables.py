"""Words that are numbers, by language: tables alone, which `number_words` reads."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

# Zero to ninety-nine of Hindi, each a word of its own.
_HINDI = (
    "शून्य एक दो तीन चार पाँच|पांच छह|छः|छ|छे सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह|पन्द्रह "
    "सोलह सत्रह|सत्तरह अठारह|अट्ठारह उन्नीस बीस इक्कीस बाईस|बाइस तेईस|तेइस चौबीस पच्चीस छब्बीस "
    "सत्ताईस|सत्ताइस अट्ठाईस|अट्ठाइस|अठाईस|अठाइस उनतीस|उन्तीस तीस इकतीस|इकत्तीस बत्तीस "
    "तैंतीस|तेंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस|उन्तालीस चालीस इकतालीस बयालीस|बियालीस "
    "तैंतालीस|तेंतालीस चौवालीस|चवालीस पैंतालीस छियालीस|छयालीस सैंतालीस अड़तालीस उनचास|उन्चास पचास "
    "इक्यावन बावन तिरपन|तिरेपन चौवन|चौअन पचपन छप्पन सत्तावन अट्ठावन|अठावन उनसठ साठ इकसठ बासठ "
    "तिरसठ|तिरेसठ चौंसठ|चौसठ पैंसठ छियासठ|छासठ सड़सठ|सरसठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर "
    "तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी|उनासी अस्सी इक्यासी बयासी तिरासी "
    "चौरासी पचासी छियासी सत्तासी|सतासी अट्ठासी|अठासी नवासी नब्बे इक्यानवे|इक्यानबे बानवे|बानबे "
    "तिरानवे|तिरानबे चौरानवे|चौरानबे पचानवे|पंचानवे|पचानबे|पंचानबे छियानवे|छियानबे "
    "सत्तानवे|सतानवे|सत्तानबे अट्ठानवे|अठानवे|अट्ठानबे निन्यानवे|निन्यानबे"
)
# Zero to nineteen, then the tens from twenty, then hundred and thousand; `|` between forms of one number. Those that
# only mean many (`thousands`) are none. A language that writes them as one word (`einundzwanzig`) is read by its parts.
CARDINALS: Mapping[str, str] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand",
    "pt": "zero um|uma dois|duas três|tres quatro cinco seis sete oito nove dez onze doze treze "
    "quatorze|catorze quinze dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove vinte trinta quarenta "
    "cinquenta|cinqüenta sessenta setenta oitenta noventa cem|cento mil",
    "es": "cero uno|un|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa "
    "cien|ciento mil",
    "fr": "zéro un|une deux trois quatre cinq six sept huit neuf dix|dizaine onze douze|douzaine treize quatorze "
    "quinze|quinzaine seize dix-sept dix-huit dix-neuf vingt|vingts|vingtaine trente|trentaine quarante|quarantaine "
    "cinquante|cinquantaine soixante|soixantaine septante|soixante-dix quatre-vingts|quatre-vingt|huitante "
    "nonante|quatre-vingt-dix cent|cents|centaine mille|mil|millier",
    "it": "zero uno|un|una due|paio tre quattro cinque sei sette otto nove dieci|decina undici dodici|dozzina tredici "
    "quattordici quindici sedici diciassette diciotto diciannove venti|ventina trenta|trentina quaranta|quarantina "
    "cinquanta sessanta settanta ottanta novanta cento|centinaio mille|mila",
    "de": "null eins|ein|eine zwei drei vier fünf sechs sieben acht neun zehn elf "
    "zwölf|dutzend dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig|dreissig vierzig "
    "fünfzig sechzig siebzig achtzig neunzig hundert tausend",
    "nl": "nul één|een twee drie vier vijf zes zeven acht negen tien elf twaalf|dozijn dertien veertien vijftien "
    "zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig "
    "honderd duizend",
    "sw": "sifuri moja|mmoja|kimoja mbili|wawili|viwili|miwili|mawili tatu|watatu|vitatu|mitatu|matatu "
    "nne|wanne|vinne|minne|manne tano|watano|vitano|mitano|matano sita saba nane|wanane|minane tisa kumi "
    "kumi-na-moja kumi-na-mbili kumi-na-tatu kumi-na-nne kumi-na-tano kumi-na-sita kumi-na-saba kumi-na-nane "
    "kumi-na-tisa ishirini thelathini arobaini hamsini sitini sabini themanini tisini mia elfu",
    "id": "nol satu|seorang|sebuah dua|kedua tiga|ketiga empat|keempat lima|kelima enam|keenam tujuh|ketujuh "
    "delapan|kedelapan sembilan|kesembilan sepuluh|kesepuluh sebelas dua-belas|selusin tiga-belas empat-belas "
    "lima-belas enam-belas tujuh-belas delapan-belas sembilan-belas dua-puluh tiga-puluh empat-puluh lima-puluh "
    "enam-puluh tujuh-puluh delapan-puluh sembilan-puluh ratus|seratus ribu|seribu",
    "tr": "sıfır bir|birinci iki|ikinci üç|üçüncü dört|dördüncü beş|beşinci altı|altıncı yedi|yedinci sekiz|sekizinci "
    "dokuz|dokuzuncu on|onuncu|düzine on-bir on-iki on-üç on-dört on-beş on-altı on-yedi on-sekiz on-dokuz yirmi otuz "
    "kırk elli altmış yetmiş seksen doksan yüz bin",
    "hi": " ".join([*_HINDI.split()[:20], *_HINDI.split()[20::10], "सौ", "हज़ार|हजार"]),
    "vi": "không một hai ba bốn|tư năm sáu bảy tám chín mười mười-một mười-hai|tá mười-ba mười-bốn "
    "mười-lăm mười-sáu mười-bảy mười-tám mười-chín hai-mươi ba-mươi bốn-mươi năm-mươi sáu-mươi bảy-mươi "
    "tám-mươi chín-mươi trăm nghìn|ngàn",
}

# What a word of Hindi before a number adds of what the number counts in: `साढ़े तीन सौ` is 350.
QUARTERS: Mapping[str, Decimal] = {
    word: Decimal(value)
    for value, words in (("0.5", "साढ़े"), ("0.25", "सवा"), ("-0.25", "पौने"))
    for word in words.split()
}

# First to tenth.
ORDINALS: Mapping[str, str] = {
    "en": "firsts? seconds? thirds? fourths? fifths? sixths? sevenths? eighths? ninths? tenths?",
    "pt": "primeir[oa]s? segund[oa]s? terceir[oa]s? quart[oa]s? quint[oa]s? sext[oa]s? sétim[oa]s? oitav[oa]s? "
    "non[oa]s? décim[oa]s?",
    "es": "primer[oa]?s? segund[oa]s? tercer[oa]?s? cuart[oa]s? quint[oa]s? sext[oa]s? séptim[oa]s? octav[oa]s? "
    "noven[oa]s? décim[oa]s?",
    "fr": "premi(?:er|ère)s? (?:seconde?|deuxième)s? troisièmes? quatrièmes? cinquièmes? sixièmes? septièmes? "
    "huitièmes? neuvièmes? dixièmes?",
    "it": "prim[oaie] second[oaie] terz[oaie] quart[oaie] quint[oaie] sest[oaie] settim[oaie] ottav[oaie] non[oaie] "
    "decim[oaie]",
    "de": "erste[nrsm]? zweite[nrsm]? dritte[nrsm]? vierte[nrsm]? fünfte[nrsm]? sechste[nrsm]? siebte[nrsm]? "
    "achte[nrsm]? neunte[nrsm]? zehnte[nrsm]?",
    "nl": "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende",
    "sw": "kwanza pili",
    "hi": "पहल[ाीे] दूसर[ाीे] तीसर[ाीे] चौथ[ाीे]",
    "vi": "nhất nhì",
}
ORDINAL_TEENS: Mapping[str, str] = {
    "en": "eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
}
_HALF = Decimal("0.5")
SPECIAL: Mapping[str, Mapping[str, int | Decimal]] = {
    "en": {
        "half": _HALF,
        "nil": 0,
        "dozen": 12,
        "couple": 2,
        "twice": 2,
        "thrice": 3,
        "noon": 12,
        "midday": 12,
        "midnight": 12,
    },
    "pt": {
        "metade": _HALF,
        "meia": _HALF,
        "meio": _HALF,
        "terço": 3,
        "terços": 3,
        "dúzia": 12,
        "centena": 100,
        "meio-dia": 12,
        "meia-noite": 12,
    },
    "es": {
        "mitad": _HALF,
        "medio": _HALF,
        "media": _HALF,
        "tercio": 3,
        "tercios": 3,
        "docena": 12,
        "centenar": 100,
        "mediodía": 12,
        "medianoche": 12,
    },
    "fr": {"moitié": _HALF, "demi": _HALF, "demie": _HALF, "tiers": 3, "midi": 12, "minuit": 12},
    "it": {"metà": _HALF, "mezzo": _HALF, "mezza": _HALF, "mezzogiorno": 12, "mezzanotte": 12},
    "de": {"hälfte": _HALF, "halb": _HALF, "halbe": _HALF, "zweimal": 2, "dreimal": 3, "mittag": 12, "mitternacht": 12},
    "nl": {"helft": _HALF, "half": _HALF, "halve": _HALF, "middernacht": 12},
    "sw": {"nusu": _HALF},
    "id": {"setengah": _HALF},
    "tr": {"yarım": _HALF},
    "vi": {"nửa": _HALF, "rưỡi": _HALF},
    "hi": {
        "आधा": _HALF,
        "आधी": _HALF,
        "आधे": _HALF,
        "डेढ़": Decimal("1.5"),
        "ढाई": Decimal("2.5"),
        "दर्जन": 12,
        "लाख": 10**5,
        "करोड़": 10**7,
    },
}
# Written as one word, or with another ending: what the rows above do not make by addition.
ONE_WORD: Mapping[str, Mapping[str, int]] = {
    "hi": {
        word + ending: value
        for value, form in enumerate(_HINDI.split())
        for word in form.split("|")
        for ending in ("", "वाँ", "वां", "वीं", "वें")
    },
    "es": {
        word: value
        for value, words in (
            (16, "dieciseis"),
            (21, "veintiuno veintiun veintiún veintiuna"),
            (22, "veintidos veintidós"),
            (23, "veintitres veintitrés"),
            (24, "veinticuatro"),
            (25, "veinticinco"),
            (26, "veintiseis veintiséis"),
            (27, "veintisiete"),
            (28, "veintiocho"),
            (29, "veintinueve"),
            (200, "doscientos doscientas"),
            (300, "trescientos trescientas"),
            (400, "cuatrocientos cuatrocientas"),
            (500, "quinientos quinientas"),
            (600, "seiscientos seiscientas"),
            (700, "setecientos setecientas"),
            (800, "ochocientos ochocientas"),
            (900, "novecientos novecientas"),
        )
        for word in words.split()
    },
    "pt": {
        word: value
        for value, words in (
            (200, "duzentos duzentas"),
            (300, "trezentos trezentas"),
            (400, "quatrocentos quatrocentas"),
            (500, "quinhentos quinhentas"),
            (600, "seiscentos seiscentas"),
            (700, "setecentos setecentas"),
            (800, "oitocentos oitocentas"),
            (900, "novecentos novecentas"),
        )
        for word in words.split()
    },
}
