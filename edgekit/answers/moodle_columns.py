"""Moodle's report of responses: columns with the number of a question, and perhaps with its text beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from edgekit.answers.answers import Lookup
from edgekit.answers.cells import cell_of
from edgekit.answers.column_names import folded
from edgekit.answers.parts import gaps_in

# Moodle's report has these in the language of its user.
RESPONSE = re.compile(
    r"(?:response|respuesta|resposta|réponse|risposta|antwort|antwoord|odpowiedź|jibu)\s*(\d{1,3})", re.IGNORECASE
)
_ASKED = re.compile(r"(?:question|pregunta|pergunta|questão|domanda|frage|vraag)\s*(\d{1,3})", re.IGNORECASE)
_MOST_PAIRS = 10
_GRADE = re.compile(r"[^/]{1,40}/\d{1,6}(?:[.,]\d{1,6})?", re.ASCII)
# `started`, `completed`, `duration` and the grade stand side by side, whatever they are called; in JSON by these names.
_TIMES = ("timestart", "timefinish", "duration")
_STATES = "state, status, estado, situação, état, statut, stato, stan, toestand, estat, hali"
# `stateinprogress`, `stateoverdue` and `stateabandoned` of Moodle's language packs, older and newer.
_UNFINISHED = """in progress, overdue, never submitted, en curso, en progreso, atrasado, vencido, nunca enviado,
nunca presentado, em curso, em progresso, em andamento, a decorrer, em atraso, atrasada, nunca enviada, nunca submetida,
nunca submetido, en cours, en retard, jamais remis, jamais envoyée, in bearbeitung, überfällig, nie abgegeben, in corso,
in ritardo, mai inviato, mai consegnato, bezig, te laat, nooit ingeleverd, en curs, w toku, w trakcie, inaendelea"""
_IS_STATE = {folded(name) for name in _STATES.split(",")}
_IS_UNFINISHED = {folded(name) for name in _UNFINISHED.split(",")}
_NOTHING = ("", "-")


def by_place(names: Sequence[str], rows: Sequence[Sequence[str]], lookup: Lookup, asked: Mapping[int, str]) -> str:
    """Which columns nothing but a number gives a question, where it may be wrong: the quiz may have another order."""
    numbered = {at: name for at, name in asked.items() if lookup.find(names[at]) is None and not lookup.text(names[at])}
    moodle = any(RESPONSE.fullmatch(names[at]) for at in numbered)
    if not numbered or not (moodle or len(numbered) < len(lookup.items())) or question_texts(names, rows, lookup):
        return ""
    return ", ".join([f"`{names[at]}` for `{name}`" for at, name in numbered.items()][:_MOST_PAIRS])


def question_texts(names: Sequence[str], rows: Sequence[Sequence[str]], lookup: Lookup) -> dict[int, str]:
    """Number of a response -> question, where Moodle gives the text of each question beside it.

    `""` where students were asked different ones, as Moodle draws them at random.
    """
    found: dict[int, str] = {}
    for index, name in enumerate(names):
        match = _ASKED.fullmatch(name)
        if match is None:
            continue
        texts = {cell_of(row, index) for row in rows[1:]} - {"", "-"}
        names_of = [question.id if (question := lookup.find(text)) is not None else lookup.text(text) for text in texts]
        asked = {one for one in names_of if one is not None}
        if asked:
            one = asked.pop()
            found[int(match[1])] = one if one is not None and len(texts) == 1 else ""
    return found


def drawn(names: Sequence[str], rows: Sequence[Sequence[str]], lookup: Lookup) -> str:
    """The responses that are to another question in each row; nothing where there are none."""
    texts = question_texts(names, rows, lookup)
    found = [
        f"`{name}`"
        for name in names
        if (match := RESPONSE.fullmatch(name)) is not None and texts.get(int(match[1])) == ""
    ]
    return ", ".join(found[:_MOST_PAIRS])


def in_order(names: Sequence[str], rows: Sequence[Sequence[str]], lookup: Lookup) -> list[str]:
    """What the numbers of responses count: questions, and a text with gaps as one, as Moodle has them.

    Where there are more numbers than that, and no cell has the answers to several gaps, each gap has its own.
    """
    numbered = {at: int(match[1]) for at, name in enumerate(names) if (match := RESPONSE.fullmatch(name)) is not None}
    items = lookup.items()
    if max(numbered.values(), default=0) <= len(items):
        return items
    gapped = lookup.parts and any(gaps_in(cell_of(row, at) for row in rows[1:]) for at in numbered)
    return items if gapped else lookup.names()


def unfinished(names: Sequence[str], rows: Sequence[Sequence[str]]) -> set[int]:
    """Which attempts were not handed in when the report was made: by their state, or begun and without an end."""
    states = [at for at, name in enumerate(names) if folded(name) in _IS_STATE]
    times = [names.index(name) for name in _TIMES if name in names]
    grade = next((at for at, name in enumerate(names) if _GRADE.fullmatch(name)), 0)
    times = times if len(times) == len(_TIMES) else [*range(grade - len(_TIMES), grade)] if grade >= len(_TIMES) else []
    found = set()
    for number, row in enumerate(rows):
        begun, *ends = [cell_of(row, at) not in _NOTHING for at in times] or [False, True]
        said = any(folded(cell_of(row, at)) in _IS_UNFINISHED for at in states)
        if said or (begun and not any(ends)):
            found.add(number)
    return found
