"""Words that hold a sentence together and say nothing of its subject, by language; words that deny."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from edgekit.core.languages import base_language
from edgekit.grading.intake import matching_form

LANGUAGES = ("en", "es", "pt", "de", "fr")
"""Languages whose function words and negations are known."""

_FUNCTION: Mapping[str, str] = {
    "en": "a an the this that these those it its he she they them their there here his her him i you we us our "
    "your my me who whom whose which what when where why how is are was were be been being am do does did "
    "done doing has have had having can could will would shall should may might must to of in on at by "
    "for with from into onto over under about as than then so if because since while whereas although "
    "though and or but nor both either between through during also too very just only even such each "
    "every some any all most other another same own if thus hence therefore however yes ok well really "
    "like get gets got would it's that's there's they're you're i'm true case fact say says said think "
    "thought believe",
    "es": "el la los las lo un una unos unas este esta esto estos estas ese esa eso esos esas aquel aquella se "
    "su sus mi mis tu tus nuestro nuestra yo tu ella ellos ellas nosotros usted me te nos le les que cual "
    "cuales quien quienes cuando donde porque por para pero como con de del al en a y e o u si es son era "
    "eran fue fueron ser siendo sido esta estan estaba estar estado hay habia haber ha han he hemos hace "
    "hacer hacen puede pueden poder debe deben tiene tienen tener va van ir muy tan tambien ya solo asi "
    "entonces pues desde hasta entre sobre mientras aunque cada todo toda todos todas otro otra otros "
    "otras mismo misma cierto verdad caso creo pienso digo sino q k x",
    "pt": "o a os as um uma uns umas este esta isto estes estas esse essa isso esses essas aquele aquela se seu "
    "sua seus suas meu minha eu tu ele ela eles elas nos voce me te lhe que qual quais quem quando onde "
    "porque por para pelo pela mas como com de do da dos das ao aos em no na nos nas e ou sao era eram "
    "foi foram ser sendo sido esta estao estava estar ha havia haver tem tinha ter pode podem poder deve "
    "devem faz fazer vai vao ir muito tao tambem ja so assim entao pois desde ate entre sobre enquanto "
    "embora cada todo toda todos todas outro outra mesmo mesma verdade caso acho penso",
    "de": "der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen diesem jener "
    "jene es er sie ihr ihre ihren ihm ihn sein seine seinen ich du wir uns unser man sich wer was welche "
    "welcher welches wann wo warum wie ist sind war waren bin sein gewesen wird werden wurde wurden hat "
    "haben hatte hatten kann konnen konnte soll sollte muss mussen darf zu von in im an am auf bei fur "
    "mit aus nach uber unter durch um als dann so wenn weil da wahrend obwohl und oder aber sondern denn "
    "dass ob auch sehr nur noch schon jede jeder jedes alle andere selbe gleiche also daher wahr fall "
    "glaube denke",
    "fr": "ne n le la les l un une des du de d ce cet cette ces c il elle ils elles on je j tu nous vous se s son sa "
    "ses leur leurs mon ma mes ton ta me m te t lui y en qui que qu quoi quel quelle quand ou pourquoi "
    "comment est sont etait etaient etre ete etant a ont avait avoir eu peut peuvent pouvoir doit doivent "
    "fait faire font va vont a au aux dans sur sous par pour avec entre vers chez depuis comme si car "
    "parce alors donc et mais puis aussi tres seulement tout toute tous toutes chaque autre autres meme "
    "vrai cas crois pense",
}
_DENYING: Mapping[str, str] = {
    "en": "not no never none nothing nobody nowhere neither nor without cannot cant dont doesnt didnt isnt "
    "arent wasnt werent wont wouldnt couldnt shouldnt hasnt havent hadnt aint mustnt unable lack lacks "
    "lacking lacked fails fail failed absence false untrue wrong incorrect impossible hardly",
    "es": "no nunca jamas sin ni tampoco nada nadie ningun ninguno ninguna falso falsa mentira incorrecto imposible",
    "pt": "nao nunca jamais sem nem tampouco nada ninguem nenhum nenhuma falso falsa mentira incorreto errado "
    "impossivel",
    "de": "nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder falsch unwahr unmoglich",
    "fr": "pas jamais sans aucun aucune rien ni non nul nulle faux impossible",
}
_ANSWERS: Mapping[str, tuple[str, str]] = {
    "en": ("yes yeah yep", "no nope nah"),
    "es": ("si", "no"),
    "pt": ("sim", "nao"),
    "de": ("ja", "nein"),
    "fr": ("oui", "non"),
}
ARTICLES = frozenset(
    re.findall(
        r"\w+",
        "the a an this that these those it he she they we you i its their his her our your my "
        "el la los las lo un una unos unas su sus tu tus se o os as um uma seu sua seus suas "
        "le les une des son sa ses leur leurs der die das den dem ein eine einen si",
    )
)
"""In the form of `matching_form`, of all languages at once: none of them says anything in another."""

_LEAST_SMALL = 3


def known(languages: Iterable[str]) -> tuple[str, ...]:
    """Of tags, and of mixes of them such as `en+es` or `es-phon`, the base languages that are known here, once each."""
    found = [base_language(one) for tag in languages for one in tag.split("+")]
    return tuple(dict.fromkeys(one for one in found if one in LANGUAGES))


@lru_cache(maxsize=32)
def function_words(languages: tuple[str, ...]) -> frozenset[str]:
    """In the form of `matching_form`."""
    return frozenset(word for one in languages for word in matching_form(_FUNCTION[one]).split())


@lru_cache(maxsize=32)
def denying_words(languages: tuple[str, ...]) -> frozenset[str]:
    """Words that deny the clause that they are in, in the form of `matching_form`, apostrophes left out."""
    return frozenset(word for one in languages for word in matching_form(_DENYING[one]).split())


@lru_cache(maxsize=32)
def answer_words(languages: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Yes and no, as an answer begins with them."""
    yes = frozenset(word for one in languages for word in _ANSWERS[one][0].split())
    no = frozenset(word for one in languages for word in _ANSWERS[one][1].split())
    return yes, no


def language_by_small_words(words: Iterable[str]) -> str | None:
    """The language that has most of them for small words, and no other nearly as many; None where that is not clear."""
    plain = [matching_form(word) for word in words]
    counts = {one: sum(word in function_words((one,)) | denying_words((one,)) for word in plain) for one in LANGUAGES}
    first, second = sorted(counts.values(), reverse=True)[:2]
    return max(LANGUAGES, key=lambda one: counts[one]) if first >= _LEAST_SMALL and first > second + 1 else None
