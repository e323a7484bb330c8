"""What edgekit says of answers and translations is said in every language of the screens, whoever writes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit
from edgekit.cli.grade.cards import TRIED
from edgekit.core.findings import FindingKind
from edgekit.fairness.audit import audit
from edgekit.fairness.measures import Outcome
from edgekit.fairness.rendering import renderings
from edgekit.grading.intake import take_in
from edgekit.grading.judge import VERDICTS
from edgekit.identify.scripts import SCRIPT_NAMES
from edgekit.quiz.suggestion import CriterionState, Reason, ReasonCode
from tui import words
from tui.figures import refigured
from tui.sentences import SENTENCES, said
from tui.varieties import VARIETIES, variety_in_words
from tui.widgets.answer_card import REASONS, STATES, in_words
from tui.widgets.fairness_cards import audit_lines
from tui.widgets.told import KINDS

ROOMS = ("checks", "fairness", "glossary", "grading", "protect", "translate")
# Where sentences are made: the name of a call, the place of the sentence in it, and its names.
CALLS = {
    "Reason": (1,),
    "doubt": (1,),
    "doubted": (0,),
    "_wrong": (0,),
    "_Find": (2,),
    "Finding": (1,),
    "Opinion": (),
    "Mismatch": (),
    "replace": (),
    "Verdict": (0, 2),
    "_at_most": (0,),
}
NAMES = ("detail", "failed")
# What comes out of functions that give sentences, and of tables.
GIVEN = {
    "checks/languages.py": ("_check",),
    "grading/injection.py": ("_finds",),
}
# What a function is called with.
CALLED = {
    ("_check", "side"): ("the source", "the translation"),
    ("_gap", "name"): ("wrong answers accepted", "right answers refused"),
}
HIDDEN = take_in("\u202ea\u200bb\x07\ufe0f").hidden
OTHERS = [tag for tag in words.LANGUAGES if tag != "en"]


def sentences() -> Iterator[tuple[str, str]]:
    """(where, sentence), somebody's words and figures in it as `x7`."""
    root = Path(edgekit.__file__).parent
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        name = path.relative_to(root).as_posix()
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if called not in CALLS:
                continue
            around = [one for one in functions if one.lineno <= call.lineno <= (one.end_lineno or 0)]
            inside: ast.AST = max(around, key=lambda one: one.lineno, default=tree)
            nodes = [call.args[at] for at in CALLS[called] if at < len(call.args)]
            nodes += [one.value for one in call.keywords if one.arg in NAMES]
            for node in nodes:
                yield from ((f"{name}:{call.lineno}", text) for text in written(node, inside))
        for function in functions:
            if function.name in GIVEN.get(name, ()):
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        yield from ((f"{name}:{node.lineno}", text) for text in written(node.value, function))
                    if isinstance(node, ast.Tuple) and isinstance(node.elts[0], ast.Name):
                        yield from ((f"{name}:{node.lineno}", text) for text in written(node.elts[-1], function))


def written(node: ast.AST, inside: ast.AST, seen: tuple[str, ...] = ()) -> list[str]:
    """The texts that an expression may be, as far as the function that it is in says."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.IfExp):
        return written(node.body, inside, seen) + written(node.orelse, inside, seen)
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            of_part = (
                written(part.value, inside, seen) if isinstance(part, ast.FormattedValue) else written(part, inside)
            )
            texts = [text + more for text in texts for more in of_part or ["x7"]]
        return texts
    if isinstance(node, ast.Name) and node.id not in seen:
        called = CALLED.get((getattr(inside, "name", ""), node.id))
        return (
            [*called]
            if called
            else [
                text
                for one in ast.walk(inside)
                if isinstance(one, ast.Assign) and any(getattr(target, "id", None) == node.id for target in one.targets)
                for text in written(one.value, inside, (*seen, node.id))
            ]
        )
    return []


# What has no words of its own is somebody's words and figures alone; a sentence of the table may stand before others.
FOUND = sorted(
    {(where, text.removeprefix("x7; ")) for where, text in sentences() if any(map(str.isalpha, text.replace("x7", "")))}
)


@pytest.fixture(params=OTHERS)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    words.choose(request.param)
    yield request.param
    words.choose("en")


def test_sentences_are_found_where_they_are_made() -> None:
    assert len(FOUND) > 100
    assert {where.split("/")[0] for where, _text in FOUND} == set(ROOMS)


@pytest.mark.parametrize(("where", "text"), FOUND)
def test_a_sentence_of_edgekit_is_in_the_table(where: str, text: str) -> None:
    """One that has the same words in another language (`rot13`) is in the table as well."""
    from tui.sentences import _said

    assert _said(text) is not None
    assert said(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"`c1` is {one}, and the second opinion says `{other}`"
            for one in get_args(CriterionState)
            for other in VERDICTS[:3]
        ),
        "`c1` is met or not by how it is read: written 84%, spelling 84%, translated 12%, romanised 3%",
        "`c1` is met or not by words beside the question: 84% without them, 40% with them",
        "`it is not` denies it; `5 kg` is not `5 g`",
        "`it; is not, it` denies it; `5; kg` is not `5 g`",
        "speaks to the grader: an order in rot13",
        *(
            f"the mark goes by answers like it that {points}, and it {fault}"
            for points in ("had points", "had no points")
            for fault in ("denies what they say, or says the contrary", "has another number", "has another unit")
        ),
        "the source seems to be `fr`, not `en`; it was left as it was",
        "wrong answers accepted, most less least",
        "3 of 40; right only in en 2, only in es 1, p 0.500",
        "30 of 40; right only in en 29, only in es 1, p <0.001",
        f"has characters that are not seen: {', '.join(HIDDEN)}",
    ],
)
def test_sentences_in_sentences_are_translated_too(text: str, language: str) -> None:
    told = said(text)
    for english in ("is met", "contradicted", "missing", "cannot", "denies", "is not", "second", "written", "spelling"):
        assert english not in told.replace("`it is not`", "").replace("`it; is not, it`", "")
    for english in ("order", "most", "first", "right", "bidi", "zero", "left", "seems", "characters", "points", "has"):
        assert english not in told, told
    for quote in ("`c1`", "`5 kg`", "`5 g`", "`fr`", "0.500", "84%"):
        assert (quote in text) == (refigured(quote) in told)


@pytest.mark.parametrize("what", TRIED.values())
def test_attacks_are_called_what_they_are(what: str, language: str) -> None:
    assert said(what) != what


def test_every_code_state_and_kind_has_words() -> None:
    assert set(REASONS) == set(get_args(ReasonCode))
    assert set(STATES) == set(get_args(CriterionState))
    assert set(KINDS) == set(get_args(FindingKind))


def test_a_reason_on_the_card_is_all_in_the_language(language: str) -> None:
    told = in_words(Reason("uncertain", "more than one mark is possible: 0, 1.5"))
    assert told.endswith(": 0; 1,5")
    assert "mark" not in told
    told = in_words(Reason("uncertain", "the mark is only 38% sure"))
    assert refigured("38%") in told
    assert ":" not in told
    measured = (
        "how sure a suggestion is has not been measured for answers in `xx`: `edgekit grade calibrate` learns it from "
        "50 marks of such answers"
    )
    assert in_words(Reason("uncalibrated_variety", measured)) == said(measured) != measured
    told = in_words(Reason("negation", "`agua` stands where the wording has `aire`"))
    assert told == said("`agua` stands where the wording has `aire`")  # another word denies nothing
    told = in_words(Reason("unit", "the number is right, and the unit `kg` is missing"))
    assert told == said("the number is right, and the unit `kg` is missing")
    told = in_words(Reason("injection_suspect", "speaks to the grader: a mark of its own"))
    assert told.count(": ") == 1
    assert "grader" not in told
    assert "mark" not in told


def test_what_a_number_was_read_as_is_a_figure_of_the_language(language: str) -> None:
    told = said("`2.500 g` may be `2.5` or `2500`")
    assert "`2.500 g`" in told
    assert "`2,5`" in told
    assert "`2500`" in told


@given(st.text(max_size=80))
def test_the_words_of_others_are_never_translated(quote: str) -> None:
    for tag in words.LANGUAGES:
        words.choose(tag)
        try:
            assert f"`{quote}`" in said(f"`{quote}` leaves it open") or not quote
        finally:
            words.choose("en")


@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(SENTENCES), max_size=9).map("; ".join)))
def test_in_english_nothing_changes(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize("text", ["a, " * 5000, "`" * 1999, "met, " * 390, "met; " * 399, "`x` is not `" * 150])
def test_a_long_text_takes_no_long_time(text: str) -> None:
    assert said(text).strip(" ,;") == text.strip(" ,;")


@pytest.mark.parametrize(
    ("name", "spanish", "portuguese"),
    [
        ("chat", "como en los chats", "como nos chats"),
        ("no-accents", "sin tildes", "sem acentos"),
        ("es", "Spanish!", "Spanish!"),
        ("pt+en", "pt! + en!", "pt! + en!"),
        ("translated to en", "traducido al en!", "traduzido para en!"),
        ("es-phon", "Spanish! escrito de oído", "Spanish! escrito de ouvido"),
        ("en+es-phon", "en! + Spanish! escrito de oído", "en! + Spanish! escrito de ouvido"),
        ("hi-Latn", "hi! en letras latinas", "hi! em letras latinas"),
    ],
)
def test_a_variety_is_called_as_a_teacher_would(name: str, spanish: str, portuguese: str) -> None:
    def called(tag: str) -> str:
        return "Spanish!" if tag == "es" else f"{tag}!"

    try:
        words.choose("es")
        assert variety_in_words(name, called) == spanish
        words.choose("pt")
        assert variety_in_words(name, called) == portuguese
    finally:
        words.choose("en")


def test_every_variety_of_writing_has_a_name() -> None:
    assert set(renderings("Porque las plantas toman k la luz, qué más.", "es")) <= set(VARIETIES)
    words.choose("es")
    try:
        assert "sin tildes" in said("tells right from wrong, no-accents")
    finally:
        words.choose("en")


def called(tag: str) -> str:
    return {"en": "inglés", "es": "español"}.get(tag, tag)


def test_verdicts_of_an_audit_name_varieties_in_words() -> None:
    found = [
        outcome
        for variety in ("en", "en+es", "es-phon", "translated to en", "no-accents")
        for at in range(40)
        for outcome in [Outcome(f"q/{at}", "q", variety, at % 2 == 0, at % 3 != 0, True, 0.7, True)]
    ]
    card = audit(found, rounds=100)
    words.choose("es")
    try:
        lines = audit_lines(card, called)
    finally:
        words.choose("en")
    codes = re.compile(r"\b(en|es)\+|-phon|no-accents|translated|(?<!\w)en (y|menos|0|1|2)\b|\d\.\d")
    assert not [line for line in lines if codes.search(line)]
    assert any("inglés + español" in line and "traducido al inglés" in line for line in lines)
    assert any("solo en español escrito de oído 0" in line for line in lines), lines


def test_a_way_of_writing_that_was_not_measured_is_named() -> None:
    words.choose("es")
    try:
        detail = (
            "how sure a suggestion is has not been measured for answers in `en+es-phon`: `edgekit grade calibrate` "
            "learns it from 50 marks of such answers"
        )
        told = in_words(Reason("uncalibrated_variety", detail), called)
        assert "inglés + español escrito de oído" in told
        assert "`chat`" in said("`it` denies `chat`", called)
    finally:
        words.choose("en")


def test_scripts_are_named_in_the_language(language: str) -> None:
    assert set(words.messages(f"scripts.{language}")) == set(SCRIPT_NAMES.values())
    told = said("the source is written in Khmer letters, not those of `en`")
    assert {"es": "escritura jemer", "pt": "escrita khmer"}[language] in told
    assert "Khmer" not in told
