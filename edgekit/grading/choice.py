"""Options as an answer: their ids, their texts, or both."""

from __future__ import annotations

import re
import unicodedata

from edgekit.grading.function_words import LANGUAGES, denying_words, function_words
from edgekit.grading.intake import Intake
from edgekit.grading.ruled import Ruled, doubt, evidence, rounded, ruled
from edgekit.grading.short_forms import LEADING, core, loose, without_call
from edgekit.quiz.model import Question

_ID = re.compile(r"[^\W_]+(?:[._-][^\W_]+)*")
_JOINING = ("and", "y", "e", "und", "et", "&")
_LIST = re.compile(r"[,;\n]")
_ROW = re.compile(rf"[,;\n/+&]|\b(?:{'|'.join(_JOINING[:-1])})\b", re.IGNORECASE)
_TRUTH = {
    word: kind
    for kind, words in (
        ("v", "true t verdadero verdadera cierto v verdadeiro verdadeira certo vrai wahr richtig"),
        ("f", "false f falso falsa errado faux falsch"),
    )
    for word in words.split()
}
# `b → a`, `~~b~~ a`: what was chosen first and what counts a person sees.
_CORRECTED = re.compile(r"\w\s*(?:->|=>|[→⇒])|~~|\u0336")
_ARTICLE = re.compile(r"[ao] \S+$")


def mark_choice(question: Question, intake: Intake) -> Ruled:
    """Ids of options, or the text of one; of several right ones each counts, and a wrong one takes as much away."""
    most, right = question.points, {*question.correct}
    begin, end = core(intake.text)
    chosen = _by_form(question, intake.text) or _chosen(question, intake.text[begin:end])
    words = evidence(intake, begin, end, ", ".join(question.options[one] for one in question.correct))
    if chosen is None:
        told = doubt("uncertain", "it names none of the options", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    if len(right) == 1:
        points = most if chosen == right else _share(question, chosen)
    else:
        points = rounded(most * (len(chosen & right) - len(chosen - right)) / len(right), most)
    return ruled(points, most, words, against=True)


def _share(question: Question, chosen: set[str]) -> float:
    """What one option that is not the right one has of the points; of several options, nothing."""
    return question.partly.get(next(iter(chosen)), 0.0) if len(chosen) == 1 else 0.0


def _by_form(question: Question, text: str) -> set[str] | None:
    """The one option that has a text letter by letter, and whose text is no id of another."""
    said = text.strip()
    same = {name for name, option in question.options.items() if option.strip() == said}
    ids = {name for name in question.options if name.casefold() == said.casefold()}
    return same if len(same) == 1 and ids <= same else None


def _chosen(question: Question, said: str) -> set[str] | None:
    """The options that an answer names, None where that is not certain."""
    if _CORRECTED.search(said) and not any(map(_CORRECTED.search, question.options.values())):
        return None
    forms = [loose(text) for text in question.options.values()]
    by_text = dict(zip(forms, question.options, strict=True))
    by_text = {LEADING.sub("", text): name for text, name in by_text.items()} | by_text
    if len(by_text.keys() & {*forms}) < len(forms):
        # `Co` and `CO`, `[1,2]` and `(1,2)` are told apart by their ids alone.
        by_text = {text: name for text, name in by_text.items() if forms.count(text) == 1}
    by_id = {name.casefold(): name for name in question.options}
    form = loose(said)
    if (truth := _truth(forms, form)) is not None and form not in by_id:
        return {list(question.options)[truth]}
    if form in by_text:
        # Of options `1: 2` and `2: 3` an answer of `2` may be either.
        is_either = by_id.get(form, by_text[form]) != by_text[form]
        return None if is_either else {by_text[form]}
    names = [found[0].casefold() for found in _ID.finditer(unicodedata.normalize("NFKC", said))]
    joining = {*_JOINING} - by_id.keys()
    names = [one for one in names if one not in joining or len(names) == 1]
    if names and all(one in by_id for one in names):
        return {by_id[one] for one in names}
    rest = without_call(form)
    if rest and rest != form:
        # `A resposta é a b`: an article or an option.
        return None if _ARTICLE.match(rest) else _chosen(question, rest)
    # `b) by day`: an option's id and its text.
    first = by_id.get(names[0]) if names else None
    if first is not None and _is_named_twice(form, loose(question.options[first]), {*by_id}):
        return {first}
    for between in (_LIST, _ROW):
        parts = [LEADING.sub("", loose(part)) for part in between.split(said) if part.strip()]
        chosen = {by_text.get(one) or by_id.get(one) for one in parts}
        if parts and None not in chosen:
            return {one for one in chosen if one}
    # `ac`: letters in their order, where several are right.
    letters = list(form)
    if len(question.correct) > 1 and letters == sorted({*letters}) and all(one in by_id for one in letters):
        return {by_id[one] for one in letters}
    return None


def _truth(forms: list[str], form: str) -> int | None:
    """Which of two options, one of them `true` and the other `false` in any language, another word for them names."""
    kinds = [_TRUTH.get(one) for one in forms]
    said = _TRUTH.get(form)
    return (
        kinds.index(said)
        if said is not None and sorted(filter(None, kinds)) == ["f", "v"] and len(kinds) == 2
        else None
    )


def _is_named_twice(form: str, option: str, ids: set[str]) -> bool:
    """Whether a form is the id of an option and its text, with no more than small words between: `b because by day`.

    `B or c, by day` and `b is wrong, by day` have more to say.
    """
    before = form.removesuffix(option)
    if before == form or before[-1:].isalnum():
        return False
    small = function_words(LANGUAGES) - denying_words(LANGUAGES) - ids
    between = [found[0] for found in _ID.finditer(before)][1:]
    # `b) a whale`, where an option is called `a` as well.
    is_article = len(between) == 1 and LEADING.fullmatch(f"{between[0]} ") is not None
    return is_article or small.issuperset(between)
