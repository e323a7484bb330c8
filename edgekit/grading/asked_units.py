"""The unit that a question asks for in its text, where the quiz has none for it: `How long is it, in mm?`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from edgekit.grading.amounts import amounts
from edgekit.grading.intake import matching_form
from edgekit.grading.units import Unit, unit_behind, unit_named
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
_AROUND = ".,;:?!¿¡()[]\"'"
# `mi` and `ha` are words of Spanish.
_LEAST_WORD = 3
_OF_ANY = frozenset({"time", "angle", "share"})
_MONEY = frozenset({"euro", "dollar", "sterling", "real", "rupee", "yen"})
_CENTS = re.compile(r"\bc(?:ents?|entavos?|entimos?|entimes?|entesimos?)\b|\b(?:pence|penny)\b|¢")
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


def asks_for_share(question: Question) -> bool:
    """Whether the text of a question asks for a percentage."""
    plain = map(matching_form, question.text.values())
    return any(_ASKED_SHARE.search(text) or _SHARE.search(_GIVEN.sub("", text)) for text in plain)


def is_unheard_of(question: Question, unit: Unit) -> bool:
    """Whether the text of a question says nothing that this is a unit of.

    `8 years`, `8 h` and `8°` may answer any question, and money is that of the class. Where the text gives newtons and
    metres the answer may be in joules; where it gives metres it is not in kilometres, where euros in nothing else.
    """
    if unit.dimension in _OF_ANY:
        return False
    given = [one for one in _given(question) if one.dimension not in _OF_ANY]
    if any((one.dimension, one.factor, one.offset) == (unit.dimension, unit.factor, unit.offset) for one in given):
        return False
    dimensions = {one.dimension for one in given}
    if unit.dimension in _MONEY:
        return not dimensions.isdisjoint(_MONEY)
    return unit.dimension in dimensions or dimensions <= _MONEY


def gives_money(question: Question) -> bool:
    """Whether a sum of money stands in the text of a question, and no cents."""
    is_money = any(one.dimension in _MONEY for one in _given(question))
    return is_money and not any(_CENTS.search(matching_form(text)) for text in question.text.values())


def _given(question: Question) -> tuple[Unit, ...]:
    """The units that stand anywhere in the text of a question."""
    return (*asked_units(question), *_written(tuple(question.text.values())))


# The same for every answer to a question.
@lru_cache(maxsize=256)
def _written(texts: tuple[str, ...]) -> tuple[Unit, ...]:
    words = {word.strip(_AROUND) for text in texts for word in text.split()}
    named = [unit_named(word) for word in sorted(words) if len(word) >= _LEAST_WORD]
    named += [one.unit for text in texts for one in amounts(text)]
    return tuple(one for one in named if one is not None)


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
