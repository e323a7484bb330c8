"""The unit that a question asks for in its text, where the quiz has none for it: `How long is it, in mm?`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edgekit.grading.intake import matching_form
from edgekit.grading.units import Unit, unit_behind
from edgekit.quiz.model import Question

# In the form of `matching_form`. What stands behind these is what is asked for; other units may be what is given.
_ASKING = re.compile(
    r"\(|\b(?:how (?:many|much)|cuant[oa]s?|quant[oa]s?|combien (?:de|d['’])|wie ?viele?"
    r"|in|en|em|into|(?:convi?ert\w*|pas[ae]\w*|transform\w*|expres\w*|chang\w*|wandl\w*)\b.{1,40}?\s(?:to|a|para|zu))"
    r"(?=\s)|(?<!\w)कितन[ेीा]"
)
_SHARE = re.compile(r"%|per ?cent|por ?cien|porcent|pour ?cent|prozent|प्रतिशत")
# `What is 15 % of 200?` asks for none.
_GIVEN = re.compile(rf"\d\s?(?:{_SHARE.pattern})")
_CURRENCIES = (re.compile(r"\bdoll?ar"), re.compile(r"\bpesos?\b"))
_ASKED_SHARE = re.compile(r"percentage|porcentaje|porcentagem|pourcentage|wie ?viel\w* prozent|how many per ?cent")


def asks_for_another(question: Question, unit: Unit) -> bool:
    """Whether the text of a question asks for units and a unit is none of them, nor another name of one.

    `5 cm` answers no question for millimetres, `5 kg` none either; where nothing is asked for, any unit may stand.
    """
    texts = [*question.text.values()]
    if unit.dimension == "share":
        return not any(_SHARE.search(_GIVEN.sub("", matching_form(text))) for text in texts)
    asked = asked_units(question)
    if not asked:
        return any(_ASKED_SHARE.search(matching_form(text)) for text in texts)
    return not any(
        (one.dimension, one.factor, one.offset) == (unit.dimension, unit.factor, unit.offset) for one in asked
    )


def is_other_currency(question: Question, unit: Unit) -> bool:
    """Whether a question asks for dollars and the answer is in pesos, or the other way: both may be meant by `$`."""
    texts = " ".join(matching_form(text) for text in (*question.text.values(), question.unit or ""))
    asked, said = ({one for one in _CURRENCIES if one.search(text)} for text in (texts, matching_form(unit.written)))
    return bool(asked and said) and asked.isdisjoint(said)


def asked_units(question: Question) -> list[Unit]:
    """The units that the texts of a question ask for."""
    return [one for text in question.text.values() for one in _asked(text)]


def _asked(text: str) -> Iterator[Unit]:
    plain = matching_form(text)
    for found in _ASKING.finditer(plain):
        behind = unit_behind(text, found.end())
        if behind is not None and not text[behind[1] : behind[1] + 1].isalnum():
            yield behind[0]
