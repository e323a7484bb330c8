"""Answers that say in a few words of their own that nothing is known, remembered or learned, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from edgekit.core.languages import base_language

# Words and patterns as `matching_form` gives them, apostrophes left out.
_IDLE: Mapping[str, str] = {
    "en": "i im ive we my me really honestly absolutely actually just even still do not dont did didnt cant "
    "cannot couldnt could have havent had hadnt no any an a the this that these it what how why to of on "
    "in for at about is was be am answer answers question questions one anything nothing know knew "
    "remember recall understand understood get got learn learned learnt study studied sure certain idea "
    "clue slightest forgot forgotten write say explain respond put done yet but so and absent sick here "
    "class lesson all find found skipped unsure man bro dude honest dunno idk would tell",
    "es": "yo no se lo la le me nos de del que como cual por para esto esta este eso esa ese pregunta preguntas "
    "respuesta respuestas nada bien mucho muy tema clase leccion poner decir contestar responder explicar "
    "explicarlo explicarla escribir hacer hacerlo supe sabia sabria saber acuerdo acordaba recuerdo "
    "recordaba olvide olvido estudie entendi entiendo comprendo comprendi aprendi vimos idea ni menor "
    "tengo tenia ninguna seguro segura estoy verdad honestamente sinceramente todavia aun pero y el en ya",
    "pt": "eu nao n num sei sabia saberia me o a isso isto esse essa esta este da de do das dos que como qual "
    "pra para por questao pergunta resposta materia aula nada bem muito explicar responder dizer escrever "
    "fazer colocar lembro lembrava recordo esqueci estudei entendi entendo compreendi aprendi consegui "
    "consigo certeza tenho ideia menor minima faco nenhuma sinceramente mas e ainda",
    "fr": "je j jai nai ne nen n sais savais pas plus rien tout du de la le les l ce cette ca cela reponse "
    "question comment quoi que repondre ecrire dire expliquer souviens rappelle me m compris comprends "
    "appris connais oublie aucune idee d vraiment bien a au cours encore en",
    "de": "ich das es die der den dem diese dieses frage antwort nicht weiss wirklich mehr habe hab vergessen "
    "gelernt verstehe verstanden kann kenne keine keinen kein ahnung plan idee davon dazu was wie man "
    "hier schreiben soll beantworten erklaren aber und auch noch gar uberhaupt",
}
_SAYS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"(?:^|\b(?:i|ive|we|im|am|but|and|so|honestly|really|absolutely|actually|just|still|have|had) )"
        r"(?:(?:dont|do not|didnt|did not|cant|cannot|couldnt|could not|havent|have not|hadnt|never|not) "
        r"(?:really |even |actually |honestly |yet )?"
        r"(?:know|knew|remember|recall|understand|get|learn|learned|learnt|study|studied|sure|certain|answer|find|done)\b"
        r"|(?:dont |do not )?(?:have )?(?:absolutely )?(?:no|any|not a|not the slightest) (?:idea|clue)\b"
        r"|forgot\b|skipped\b|unsure\b|idk\b|dunno\b)"
    ),
    "es": re.compile(
        r"\bno (?:me |lo |la |me lo |me la )?(?:se\b(?! sab)|supe|sabria|sabia|acuerdo|recuerdo|estudie|entendi"
        r"|entiendo|comprendo|comprendi|aprendi|vimos)\b|\b(?:ni|no tengo) (?:la menor |ninguna |ni )?idea\b"
        r"|^(?:se me )?olvid[eo]\b|\bno estoy segur[oa]\b"
    ),
    "pt": re.compile(
        r"\b(?:nao|n|num) (?:me )?(?:sei|sabia|saberia|lembro|recordo|estudei|entendi|entendo|compreendi|aprendi"
        r"|consegui|consigo)\b|\bnao (?:tenho|faco) (?:(?:a menor|a minima|nenhuma) )?(?:certeza|ideia)\b"
        r"|^(?:eu )?esqueci\b"
    ),
    "fr": re.compile(
        r"\bsais (?:pas|plus)\b|\bnen sais rien\b|\b(?:souviens|rappelle|comprends|connais) (?:pas|plus)\b"
        r"|\b(?:pas|rien) (?:bien )?(?:compris|appris)\b|^jai oublie\b|\b(?:aucune|pas d) idee\b"
    ),
    "de": re.compile(
        r"\bich\b.*\bweiss\b.*\bnicht\b|^(?:das )?weiss ich\b.*\bnicht\b|\bich\b.*\bnicht weiss\b"
        r"|^(?:(?:ich )?hab[e]? (?:ich )?)?(?:das |es |die antwort )?vergessen\b|\bkeine?n? (?:ahnung|plan|idee)\b"
        r"|\b(?:verstehe|kenne|kann)\b.*\bnicht\b|\bnicht (?:gelernt|verstanden)\b"
    ),
}
_MOST_WORDS = 14


def says_not_known(words: Sequence[str], languages: Sequence[str], fillers: Collection[tuple[str, ...]]) -> bool:
    """Whether the words, in the form of `matching_form`, say so and every other one holds a sentence together.

    languages: that are looked for, as tags.  fillers: words beside it that may be of anything, such as `sorry`.
    Of 18,248 answers of the sets that grading is measured with none is one that a teacher gave points for.
    """
    if len(words) > _MOST_WORDS:
        return False
    left = [word for word in words if (word,) not in fillers]
    return any(
        _idle(one).issuperset(left) and _SAYS[one].search(" ".join(left)) is not None
        for one in dict.fromkeys(map(base_language, languages))
        if one in _SAYS
    )


@lru_cache(maxsize=8)
def _idle(language: str) -> frozenset[str]:
    return frozenset(_IDLE[language].split())
