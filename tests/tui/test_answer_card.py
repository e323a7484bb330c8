"""What the card of an answer shows: the words, the evidence, the reasons, what goes out; and that it obeys none."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.tui_class import DOUBTFUL, RIGHT, grade_screen, graded, number_shown, play
from toys.tui_grading import HOSTILE, SCRIPTS, class_files, toy_grades
from toys.tui_stage import Stage

from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.standing import Standing
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.suggestion import Answer, CriterionResult, Evidence, Reason, Suggestion
from tui import words
from tui.grading import Card
from tui.screens.open_class import ClassScreen
from tui.widgets.answer_card import answer_pieces, answer_row, card_paragraphs


@pytest.mark.parametrize("name", list(HOSTILE))
def test_what_a_student_wrote_commands_nothing(name: str, tmp_path: Path) -> None:
    book = tmp_path / "g.sqlite"
    quiz, _table = class_files(tmp_path, [])
    answers = tmp_path / "answers.jsonl"
    import json

    row = {"id": "s1", "question": "light", "answer": HOSTILE[name]}
    answers.write_text(json.dumps(row) + "\n", encoding="utf-8")
    toy_grades(book).begin(quiz, answers, lambda _session: None, lambda _event: None)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 1)
        for view in ("card", "list"):
            if view == "list":
                await stage.press("v")
            await stage.pilot.pause(0.1)
            for strip in stage.app.screen._compositor.render_strips():
                for piece in strip:
                    assert not {"\x1b", "\x07", "\u202e", "\x9b", "\U000e0041"} & {*piece.text}
                    assert piece.style is None or piece.style.link is None
            if name == "markup":
                await stage.sees("@click=app.quit]")
                await stage.click("app.quit")
                assert stage.app.is_running
                await stage.press("v") if view == "card" else None
                await stage.press("v") if view == "card" else None

    play(scene, toy_grades(book))


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 40)])
@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_every_script_is_shown_whole_with_nothing_to_its_right(
    size: tuple[int, int], language: str, tmp_path: Path
) -> None:
    book = graded(tmp_path, list(SCRIPTS.values()))

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: stage.app.current_mode == "grade")
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        seen = set()
        for _answer in SCRIPTS:
            await stage.pilot.pause(0.05)
            desk = grade_screen(stage)._desk
            assert desk is not None
            assert desk.card is not None
            seen.add(desk.card.answer.text)
            rows = [row.rstrip() for row in stage.rows()]
            begin = next(at for at, row in enumerate(rows) if row.startswith(" ▎"))
            text = desk.card.answer.text
            shown = " ".join(row.strip(" ▎") for row in rows[begin : begin + 3])
            assert _plain(shown).startswith(_plain(text)), (shown, text)
            assert "^p" in rows[-1]
            assert len(rows) == size[1]
            await stage.press("n")
        assert seen == set(SCRIPTS.values())
        await stage.press("v")
        await stage.pilot.pause(0.05)
        for row in stage.rows()[2:-4]:
            assert not row.rstrip().endswith(("▐", "│", "┃"))

    play(scene, toy_grades(book), state={"language": language, "screen": "grade"}, size=size)


def _plain(text: str) -> str:
    """Without the signs around evidence, and without spaces, at which lines are broken."""
    return "".join(one for one in text if one not in "[] \n" and not one.isdigit() and one != "?")


def test_evidence_stands_in_brackets_reversed_and_underlined(tmp_path: Path) -> None:
    book = graded(tmp_path, [RIGHT])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.sees("[plants]1 need light")
        pieces = [piece for strip in stage.app.screen._compositor.render_strips() for piece in strip]
        marked = [piece.style for piece in pieces if piece.text == "plants" and piece.style is not None]
        assert any(style.reverse and style.underline for style in marked)
        await stage.sees("+ 1 met, 2/2")
        await stage.sees("for the student: Good.")

    play(scene, toy_grades(book))


def test_a_card_that_is_longer_than_the_screen_says_so(tmp_path: Path) -> None:
    book = graded(tmp_path, ["plants need light " * 200])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.sees("more below: down, page down")
        await stage.press("end")
        await stage.until(lambda: "more below" not in stage.shown())
        await stage.sees("for the student: Good.")

    play(scene, toy_grades(book))


def test_a_contested_mark_shows_what_it_was_and_what_the_student_says(tmp_path: Path) -> None:
    from edgekit.gradebook.again import contest

    book = graded(tmp_path, [RIGHT, DOUBTFUL])
    with open_gradebook(book) as opened:
        session = opened.session(1)
        session.decide([1], "accepted")
        contest(session, [1], why="I wrote \x1b[31mlight")

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.sees("contested, it was 2: I wrote ␛[31mlight")
        await stage.press("a")
        await stage.press("v", "end", "enter")
        await stage.until(lambda: "contested" not in stage.shown())

    play(scene, toy_grades(book))


def test_what_goes_out_to_the_student_and_what_was_suggested_both_show_after_a_change(tmp_path: Path) -> None:
    book = graded(tmp_path, [RIGHT, DOUBTFUL])
    suggested = "for the student: Good."

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "v", "enter", "n")
        await stage.sees(suggested)
        await stage.press("c", "1", "enter")
        await stage.sees("#1: changed, 1; the suggested words for the student do not go out with it")
        await stage.press("v", "end", "enter")
        await stage.sees("changed: 1.")
        await stage.sees("for the student: nothing, as the points were changed")
        await stage.sees("suggested with 2 points: Good.")
        assert suggested not in stage.shown()
        await stage.press("u")
        await stage.sees(suggested)
        assert "suggested with" not in stage.shown()
        with open_gradebook(book) as opened:
            opened.session(1).decide([1], "changed", 1.0, feedback="Say\x1b it shorter.")
        await stage.press("v", "end", "enter")
        await stage.sees("for the student: Say␛ it shorter.")
        await stage.sees("suggested with 2 points: Good.")
        await stage.press("u", "a")
        await stage.sees("#1: accepted, 2")
        await stage.press("v", "end", "enter")
        await stage.sees(suggested)

    play(scene, toy_grades(book))


def test_words_that_two_criteria_share_stand_with_each_of_them() -> None:
    text = "Leaves catch the light and make sugar"
    spans = {"light": (0, 22), "sugar": (7, 37)}
    results = tuple(
        CriterionResult(name, "met", 1.0, 0.9, Evidence(*span, text[span[0] : span[1]], name), {"written": 0.9})
        for name, span in spans.items()
    )
    suggestion = Suggestion("a", "q", 2.0, 2.0, (2.0,), 0.8, "suggest", 0.1, "en", results)
    criteria = tuple(Criterion(name, 1.0, {"en": f"about {name}"}) for name in spans)
    question = Question("q", "explain", "en", {"en": "Why?"}, 2.0, criteria)
    card = Card(1, Answer("a", "q", text), question, Standing(1, "suggested"), suggestion)
    assert "".join(piece for piece, _style in answer_pieces(card)) == f"[{text}]1,2"
    told = [
        "".join(piece for piece, _style in one.pieces).strip() for one in card_paragraphs(card, str, lambda _: False)
    ]
    assert "its words: Leaves catch the light" in told
    assert "its words: catch the light and make sugar" in told


def test_views_that_disagree_are_told_in_words() -> None:
    result = CriterionResult("light", "met", 1.0, 0.6, None, {"written": 0.2, "translated": 0.9})
    reasons = (Reason("views_disagree", "`light` is met or not by how it is read: written 20%, translated 90%"),)
    suggestion = Suggestion("a", "q", 1.0, 1.0, (0.0, 1.0), 0.6, "review", 0.7, "ar+en", (result,), reasons)
    question = Question("q", "explain", "en", {"en": "Why?"}, 1.0, (Criterion("light", 1.0, {"en": "light"}),))
    card = Card(1, Answer("a", "q", "ضوء light"), question, Standing(1, "suggested"), suggestion)
    told = "\n".join(
        "".join(piece for piece, _style in one.pieces)
        for one in card_paragraphs(card, lambda tag: tag, lambda tag: tag == "ar")
    )
    assert "the ways to read it disagree: as written 20%, translated 90%" in told
    assert "the answer, in ar + en, right to left" in told
    assert "possible too: 0" in told


def test_marks_that_are_possible_are_told_once() -> None:
    reasons = (Reason("uncertain", "more than one mark is possible: 0, 1"),)
    suggestion = Suggestion("a", "q", 1.0, 1.0, (0.0, 1.0), 0.6, "review", 0.7, "en", (), reasons)
    question = Question("q", "explain", "en", {"en": "Why?"}, 1.0, (Criterion("light", 1.0, {"en": "light"}),))
    card = Card(1, Answer("a", "q", "light"), question, Standing(1, "suggested"), suggestion)
    lines = ["".join(piece for piece, _style in one.pieces) for one in card_paragraphs(card, str, lambda _tag: False)]
    assert "suggested 1 of 1, 60% sure · a person should look" in lines
    assert "? more than one mark is possible: 0, 1" in lines


@pytest.mark.parametrize(("tolerance", "told"), [(0.05, "0,05"), (1_000_000.0, "1000000")])
def test_how_far_a_right_number_may_be_from_another_stands_beside_it(tolerance: float, told: str) -> None:
    result = CriterionResult("answer", "contradicted", 0.0, 0.0, Evidence(0, 4, "1 kg", "1.06 kg"))
    suggestion = Suggestion("a", "q", 0.0, 1.0, (0.0,), 1.0, "suggest", 0.0, "es", (result,))
    question = Question("q", "numeric", "es", {"es": "¿Cuánto?"}, 1.0, value=1.06, tolerance=tolerance, unit="kg")
    card = Card(1, Answer("a", "q", "1 kg"), question, Standing(1, "suggested"), suggestion)
    words.choose("es")
    try:
        shown = [
            "".join(piece for piece, _style in one.pieces) for one in card_paragraphs(card, str, lambda _tag: False)
        ]
    finally:
        words.choose("en")
    assert any(line.endswith(f"1.06 kg, o hasta {told} más o menos") for line in shown)


def test_every_sign_behind_brackets_is_explained() -> None:
    found = Evidence(0, 6, "1,5 kg", "1.5 kg")
    result = CriterionResult("answer", "partly", 0.5, 0.5, found)
    reasons = (Reason("unit", "the number is right, and its unit is not `g`", (0, 6)),)
    suggestion = Suggestion("a", "q", 0.5, 1.0, (0.5,), 0.5, "review", 0.5, "es", (result,), reasons)
    question = Question("q", "numeric", "es", {"es": "¿Cuánto?"}, 1.0, value=1.5, unit="g")
    card = Card(1, Answer("a", "q", "1,5 kg"), question, Standing(1, "suggested"), suggestion)
    assert "".join(piece for piece, _style in answer_pieces(card)) == "[1,5 kg]1,?"
    told = ClassScreen.TOLD["card"]
    assert "number behind them" in told
    assert "`?` behind them" in told


def test_an_empty_answer_is_said_to_be_empty_in_the_list_too() -> None:
    question = Question("q", "explain", "en", {"en": "Why?"}, 1.0, (Criterion("light", 1.0, {"en": "light"}),))
    card = Card(1, Answer("a", "q", " \n"), question, Standing(1, "suggested"), None)
    assert str(answer_row(card, is_later=False)).endswith("(empty)")


def lines_of(card: Card) -> list[str]:
    shown = card_paragraphs(card, lambda _tag: "English", lambda _tag: False)
    return ["".join(piece for piece, _style in one.pieces) for one in shown]


@pytest.mark.parametrize(
    ("question", "right"),
    [
        (Question("q", "numeric", "en", {"en": "How far?"}, 1.0, value=2.5, unit="km"), "2.5 km"),
        (Question("q", "numeric", "en", {"en": "How many?"}, 1.0, value=0.0), "0"),
        (
            Question("q", "choice", "en", {"en": "Which?"}, 1.0, options={"a": "tin", "b": "air"}, correct=("b",)),
            "air",
        ),
        (Question("q", "dictation", "en", {"en": "Write."}, 1.0, references={"en": ("A dog.", "Dogs.")}), "A dog."),
        (Question("q", "translate", "en", {"en": "Dog"}, 1.0, references={"es": ("Perro",)}), "Perro"),
    ],
    ids=lambda one: one.kind if isinstance(one, Question) else None,
)
def test_what_is_right_stands_beside_an_answer_without_words(question: Question, right: str) -> None:
    result = CriterionResult("answer", "missing", 0.0, 0.0)
    reasons = (Reason("blank", "nothing is written"),)
    suggestion = Suggestion("a", "q", 0.0, 1.0, (0.0,), 1.0, "suggest", 0.0, "en", (result,), reasons)
    lines = lines_of(Card(1, Answer("a", "q", ""), question, Standing(1, "suggested"), suggestion))
    assert f"- 1 missing, 0/1, 0%  {right}" in lines
    assert "the answer" in lines  # in no language


def test_the_whole_dictation_stands_beside_words_that_are_too_many() -> None:
    result = CriterionResult("answer", "partly", 0.5, 0.5, Evidence(6, 9, "too", ""))
    suggestion = Suggestion("a", "q", 0.5, 1.0, (0.5, 1.0), 0.5, "review", 0.5, "en", (result,))
    question = Question("q", "dictation", "en", {"en": "Write."}, 1.0, references={"en": ("A dog",)})
    card = Card(1, Answer("a", "q", "A dog too"), question, Standing(1, "suggested"), suggestion)
    assert "~ 1 partly met, 0.5/1, 50%  A dog" in lines_of(card)


@pytest.mark.parametrize(("text", "told"), [(SCRIPTS["Arabic"], ", right to left"), (SCRIPTS["Khmer"], "")])
def test_an_answer_in_a_language_that_is_not_graded_is_not_said_to_be_in_another(text: str, told: str) -> None:
    reasons = (
        Reason("unsupported_language", "is in a script that no language of the quiz is written in"),
        Reason("hidden_characters", "has characters that are not seen: zero_width, bidi"),
    )
    suggestion = Suggestion("a", "q", 0.0, 1.0, (0.0, 1.0), 0.6, "review", 0.7, "en", (), reasons)
    question = Question("q", "explain", "en", {"en": "Why?"}, 1.0, (Criterion("light", 1.0, {"en": "light"}),))
    card = Card(1, Answer("a", "q", text), question, Standing(1, "suggested"), suggestion)
    lines = [
        "".join(piece for piece, _style in one.pieces)
        for one in card_paragraphs(card, lambda _tag: "English", lambda _tag: False)
    ]
    assert f"the answer{told}" in lines
    seen = "? it has characters that are not seen: characters of no width, signs that turn the direction of the text"
    assert seen in lines
