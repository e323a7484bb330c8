"""What will grade badly, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.quiz.lint import lint
from edgekit.quiz.lint_keys import key_to_write
from edgekit.quiz.read import check_quiz, read_quiz

CLASS = Path(__file__).resolve().parents[2] / "examples" / "class" / "quiz.toml"
HEAD = 'title = "T"\nlanguage = "en"\n'
ASK = HEAD + '[[questions]]\ntext = "Why does ice swim on water?"\nmisconceptions = ["Ice is heavy."]\n'
TWO = HEAD.replace('"en"', '"en"\nlanguages = ["en", "es"]')


def codes(text: str) -> list[tuple[str, str | None]]:
    quiz, problems = check_quiz(text.encode(), Path("q"))
    assert quiz is not None, problems
    found = lint(quiz)
    for finding in found:
        assert finding.question
        assert finding.detail
        assert not finding.detail.endswith(".")
        assert "\n" not in finding.detail
    return [(finding.code, finding.criterion) for finding in found]


def test_the_class_quiz_has_nothing_weak() -> None:
    assert lint(read_quiz(CLASS)) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ASK + 'criteria = ["Ice is lighter than water."]\n', []),
        (ASK + 'criteria = ["density"]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["Shows understanding of density."]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["Good, clear answer."]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["Shows good understanding of floating."]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["Demonstrates clear knowledge of the water cycle."]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["The student explains the concept correctly."]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["The answer is correct."]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["La respuesta es correcta y clara."]\n', [("vague", "c1")]),
        (ASK + 'criteria = ["Understands that warm water rises."]\n', []),
        (ASK + 'criteria = ["The water is clear."]\n', []),
        (ASK + 'criteria = ["The experiment demonstrates gravity."]\n', []),
        (ASK + 'criteria = ["Metals conduct heat well."]\n', []),
        (ASK + 'points = 5\ncriteria = ["Ice is lighter than water."]\n', []),
        (ASK + 'points = 5\ncriteria = [{ statement = "Ice is lighter than it.", points = 2 }]\n', [("points", None)]),
        (ASK + 'criteria = ["Frozen water is lighter.", "The frozen water is much lighter."]\n', [("overlap", "c2")]),
        (
            ASK + 'criteria = ["The boat pushes water away.", "Water is pushed away by the boat."]\n',
            [("overlap", "c2")],
        ),
        (ASK + 'criteria = ["The leaf is green.", "The green leaf makes sugar."]\n', []),
        (ASK + 'criteria = ["Plants need light.", "Plants need water."]\n', []),
        (ASK + 'criteria = ["Why ice swims on water"]\n', []),
        (ASK + 'criteria = ["Does ice swim on water?"]\n', [("repeats_question", "c1")]),
        (
            ASK + 'criteria = [{ statement = "It is less dense.", '
            'accepted = ["Because ice does swim on it", "ice does swim on water"] }]\n',
            [("repeats_question", "c1")],
        ),
        (ASK.replace("misconceptions", "# ") + 'references = "Ice is lighter than it."\n', [("no_negative", "answer")]),
        (
            ASK + 'references = ["Ice is lighter than it. Its parts stand further apart."]\n',
            [("several", "answer")],
        ),
        (ASK + 'criteria = ["Ice is lighter than it; its parts stand further apart."]\n', [("several", "c1")]),
        (ASK + 'references = ["Ice is lighter than it. Its parts stand apart.", "It is less dense."]\n', []),
        (ASK + 'references = ["Ice is lighter. Yes, it is."]\n', []),
        (ASK + 'references = ["It has 9 parts.", "It has 8 parts."]\n', [("conflict", None)]),
        (ASK + 'references = ["Ice is lighter than it.", "Ice is not lighter than it."]\n', [("conflict", None)]),
        (ASK + 'references = ["Ice isn\'t heavier than it.", "Ice is heavier than it."]\n', [("conflict", None)]),
        (
            ASK + 'criteria = [{ statement = "Ice floats at 0 degrees.", accepted = "Ice floats at 4 degrees." }]\n',
            [("conflict", "c1")],
        ),
        (TWO + '[[questions]]\ntext = "How?"\nkind = "exact"\nreferences = "well"\n', [("language", None)]),
        (TWO + '[[questions]]\ntext = "How?"\nkind = "exact"\nreferences = { en = "well", es = "bien" }\n', []),
        (TWO + '[[questions]]\ntext = "Good day."\nkind = "translate"\nreferences = "Buenos días."\n', []),
        (
            TWO + '[[questions]]\ntext = "Good day."\nkind = "translate"\nreferences.fr = "Bonjour."\n',
            [("language", None)],
        ),
        (TWO + '[[questions]]\ntext = "Write it."\nkind = "dictation"\nreferences = "A dog."\n', []),
        (
            TWO + '[[questions]]\ntext = "Write it."\nkind = "dictation"\nreferences.es = "Un perro."\n',
            [],
        ),
        (
            TWO
            + '[[questions]]\ntext = "Write it."\nkind = "dictation"\nlanguage = "en"\nreferences.es = "Un perro."\n',
            [("language", None)],
        ),
        (
            TWO + '[[questions]]\ntext = "How?"\nmisconceptions = ["No."]\ncriteria = '
            '[{ statement = { en = "It goes up.", es = "Va para arriba." } }, "There is much more to be told."]\n',
            [("language", "c2")],
        ),
        (HEAD + '[[questions]]\ntext = "![](map.png)"\nvalue = 3\n', [("image_only", None)]),
        (HEAD + "[[questions]]\ntext = \"<img src='x.png'>\"\nvalue = 3\n", [("image_only", None)]),
        (HEAD + '[[questions]]\ntext = "map.png"\nvalue = 3\n', [("image_only", None)]),
        (HEAD + '[[questions]]\ntext = "How many rivers has map.png?"\nvalue = 3\n', []),
        (HEAD + '[[questions]]\ntext = "Which?"\noptions = ["x", "y"]\ncorrect = ["a", "b"]\n', [("all_right", None)]),
        (HEAD + '[[questions]]\ntext = "When?"\nkind = "exact"\nreferences = ["1945", "45"]\n', []),
    ],
)
def test_lint_finds_what_is_weak_and_nothing_else(text: str, found: list[tuple[str, str | None]]) -> None:
    assert codes(text) == found


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (ASK.replace("misconceptions", "# ") + 'references = "Ice is lighter."\n', 'misconceptions = ["…"]'),
        (ASK.replace("misconceptions", "# ") + 'criteria = ["Ice is lighter than water."]\n', 'refuted = ["…"]'),
        (ASK + 'criteria = ["density"]\n', 'statement = "…"'),
        (ASK + 'references = "density"\n', 'references = ["…"]'),
        (ASK + 'points = 5\ncriteria = [{ statement = "Ice is lighter than it.", points = 2 }]\n', "points = 2"),
        (
            TWO + '[[questions]]\ntext = "How?"\nkind = "exact"\nreferences = "well"\n',
            'references = { en = "…", es = "…" }',
        ),
        (HEAD + '[[questions]]\ntext = "map.png"\nvalue = 3\n', 'text = "…"'),
        (HEAD + '[[questions]]\ntext = "Which?"\noptions = ["x", "y"]\ncorrect = ["a", "b"]\n', 'correct = ["a"]'),
    ],
)
def test_a_finding_names_the_key_to_write(text: str, key: str) -> None:
    quiz, problems = check_quiz(text.encode(), Path("q"))
    assert quiz is not None, problems
    assert key_to_write(lint(quiz)[0], quiz) == key


def test_a_quiz_full_of_wordings_is_linted() -> None:
    wordings = ", ".join(f'"It is number {number} of many."' for number in range(100))
    criteria = f"[[questions.criteria]]\nstatement = 'It is the one.'\naccepted = [{wordings}]\n" * 50
    found = codes(HEAD + '[[questions]]\ntext = "Which?"\nmisconceptions = ["None."]\n' + criteria)
    assert sum(code == "overlap" for code, _ in found) == 50 * 49 // 2
