"""Quiz files: what a teacher may write, what it means, and every problem at once."""

from __future__ import annotations

import codecs
import dataclasses
import hashlib
import json
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.quiz_text import ASK, FILE, HEAD, good, wrong

from edgekit.catalogue.document import parse_toml
from edgekit.core.errors import InputError, UnavailableError
from edgekit.quiz.canonical import canonical, from_canonical
from edgekit.quiz.model import Criterion, Misconception, Question
from edgekit.quiz.read import MAX_BYTES, check_quiz, make_quiz, read_quiz, slug
from edgekit.quiz.suggestion import Mark, Suggestion
from edgekit.quiz.texts import is_id
from edgekit.quiz.write import quiz_toml

CLASS = Path(__file__).resolve().parents[2] / "examples" / "class" / "quiz.toml"


def test_the_class_quiz_has_every_kind_of_question() -> None:
    quiz = read_quiz(CLASS)
    assert {question.kind for question in quiz.questions} == {
        *("explain", "translate", "exact", "numeric", "dictation", "choice")
    }
    assert quiz.languages == ("en", "es", "pt")
    leaves = quiz.question("leaves")
    assert leaves is not None
    assert leaves.points == sum(criterion.points for criterion in leaves.criteria) == 3
    assert ("es", "Absorbe la energía del sol.") in leaves.criteria[0].wordings()
    puddle = quiz.question("puddle")
    assert puddle is not None
    assert [criterion.id for criterion in puddle.criteria] == ["answer"]
    assert puddle.criteria[0].wordings("en") == tuple(("en", text) for text in puddle.references["en"])


def test_a_file_of_notepad_is_read_and_means_the_same() -> None:
    text = 'title = "T"\nlanguage = "en"\n[[questions]]\ntext = "Why?"\nreferences = "x"\n'
    marked, problems = check_quiz(codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(), Path("q"))
    assert marked is not None, problems
    assert marked == check_quiz(text.encode(), Path("q"))[0]


def test_little_is_enough() -> None:
    quiz = good(ASK + 'references = "Because."\n')
    (question,) = quiz.questions
    assert (quiz.id, question.id, question.kind, question.points) == ("t", "q1", "explain", 1.0)
    assert question.criteria == (Criterion("answer", 1.0, {"en": "Because."}),)


@pytest.mark.parametrize(
    ("points", "criteria", "total", "each"),
    [
        ("points = 3\n", '["One.", "Two.", "Three."]', 3.0, [1.0, 1.0, 1.0]),
        ("", '["One.", "Two."]', 2.0, [1.0, 1.0]),
        ("points = 1\n", '["One.", "Two."]', 1.0, [0.5, 0.5]),
        ("", '[{ statement = "One.", points = 2 }, { statement = "Two.", points = 0.5 }]', 2.5, [2.0, 0.5]),
        ("points = 4\n", '[{ statement = "One.", points = 2 }]', 4.0, [2.0]),
    ],
)
def test_points_are_shared_or_summed(points: str, criteria: str, total: float, each: list[float]) -> None:
    (question,) = good(ASK + points + f"criteria = {criteria}\n").questions
    assert question.points == total
    assert [criterion.points for criterion in question.criteria] == each


SAME = [
    HEAD + '[[questions]]\ntext = "Café?"\npoints = 2\ncriteria = ["One thing.", "Another."]\n',
    '# a comment\nlanguage = "EN"\ntitle = " T "\nid = "t"\n\n[[questions]]\nkind = "explain"\nid = "q1"\n'
    'criteria = [{ id = "c1", points = 1.0, statement = { en = "One thing." } }, '
    '{ statement = "Another.", points = 1 }]\n'
    'text = { en = """\nCafe\u0301?""" }\n',
    'questions = [{ text = "Café?", criteria = ["One thing.", "Another."], points = 2.0, form_counts = false }]\n'
    'languages = ["en"]\nlanguage = "en"\ntitle = "T"\r\n',
]


def test_the_digest_is_one_for_one_meaning() -> None:
    quizzes = [good(text) for text in SAME]
    assert quizzes[0] == quizzes[1] == quizzes[2]
    assert len(quizzes[0].digest) == 64
    assert quizzes[0].digest == hashlib.sha256(canonical(quizzes[0])).hexdigest()
    others = [
        SAME[0].replace("points = 2", "points = 3"),
        SAME[0].replace('"One thing.", "Another."', '"Another.", "One thing."'),
        SAME[0].replace("Another.", "Another"),
        SAME[0] + "form_counts = true\n",
    ]
    assert len({quizzes[0].digest, *(good(text).digest for text in others)}) == 5


def test_the_digest_of_the_class_quiz_is_the_same_on_every_machine() -> None:
    assert read_quiz(CLASS).digest == "ba475700caba7e4563169b1d245052b4f595f4e1f9038670cc5754cb4d5d55d3"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["1: `title` is missing", "1: `language` is missing", "1: `questions` is missing"]),
        (HEAD + "questions = []\n", ["3: `questions` is empty"]),
        (HEAD + "questions = 3\n", ["3: `questions` must be a list, not a whole number"]),
        (HEAD + "questions = [3]\n", ["3: question 1: must be a table, not a whole number"]),
        (
            HEAD + "[[question]]\n",
            ["1: `questions` is missing", "3: `question` is no known key; did you mean `questions`?"],
        ),
        (ASK + 'refrences = "x"\n', ["nothing says what a right answer is", "did you mean `references`?"]),
        (ASK, ["3: question 1 (`Why?`): of kind `explain` needs `criteria` or `references`"]),
        (ASK + 'references = ""\n', ["5: question 1 (`Why?`): `references` is empty"]),
        (ASK + "references = 5\n", ["must be text, or a list of texts, not a number"]),
        (ASK + 'references = { english = "x" }\n', ["`english` is no language tag"]),
        (ASK + 'references = { en = "x", EN = "y" }\n', ["is `en` a second time"]),
        (ASK + 'references = ["x", "x"]\n', ["entry 2 of `references` is there a second time"]),
        (ASK + 'references = "x"\npoints = -1\n', ["question 1 (`Why?`): `points` must be more than 0"]),
        (ASK + 'references = "x"\npoints = 0\n', ["must be more than 0"]),
        (ASK + 'references = "x"\npoints = nan\n', ["must be a finite number"]),
        (ASK + 'references = "x"\npoints = inf\n', ["must be a finite number"]),
        (ASK + 'references = "x"\npoints = 1e999\n', ["must be a finite number"]),
        (ASK + 'references = "x"\npoints = ' + "9" * 400 + "\n", ["must be a finite number"]),
        (ASK + 'references = "x"\npoints = "2"\n', ["must be a number, not text"]),
        (ASK + 'references = "x"\npoints = true\n', ["must be a number, not true or false"]),
        (ASK + 'references = "x"\npoints = 2024-01-01\n', ["must be a number, not date"]),
        (ASK + 'references = "x"\nform_counts = "yes"\n', ["must be true or false, not text"]),
        (ASK + 'references = "x"\nvalue = 3\nkind = "explain"\n', ["question 1 (`Why?`): `value` does not go with"]),
        (ASK + 'criteria = ["x", { statement = "y", points = 2 }]\n', ["give points to every criterion or to none"]),
        (ASK + 'criteria = [{ statement = "x", refuted = "x" }]\n', ["it cannot be right and wrong"]),
        (ASK + "criteria = [{ points = 1 }]\n", ["question 1 (`Why?`): criterion 1: `statement` is missing"]),
        (
            ASK + 'criteria = [{ id = "a", statement = "x" }, { id = "A", statement = "y" }]\n',
            ["like that of criterion 1"],
        ),
        (ASK + 'references = "x"\nmisconceptions = [4]\n', ["must be a table, not a whole number"]),
        (ASK + 'references = "x"\nkind = "essay"\n', ["must be one of `explain`, `translate`"]),
        (ASK + 'kind = "exact"\n', ["of kind `exact` needs `references`"]),
        (ASK + 'kind = "numeric"\n', ["question 1 (`Why?`): `value` is missing"]),
        (ASK + "value = 5\ntolerance = -1\n", ["must not be less than 0"]),
        (ASK + 'value = "5"\n', ["question 1 (`Why?`): `value` must be a number, not text"]),
        (ASK + 'options = ["x"]\ncorrect = "a"\n', ["must be 2 to 26"]),
        (ASK + 'options = ["x", "y"]\n', ["question 1 (`Why?`): `correct` is missing"]),
        (ASK + 'options = ["x", "y"]\ncorrect = "c"\n', ["`c` is none of the options: `a`, `b`"]),
        (
            ASK + 'options = ["uno", "dos"]\ncorrect = 2\n',
            ['`correct` must be the id of an option, as `correct = "a"`'],
        ),
        (ASK + 'options = ["uno", "dos"]\ncorrect = ["b", 2]\n', ["entry 2 of `correct` must be the id of an option"]),
        (
            ASK + 'options = ["uno", "dos"]\ncorrect = "dos"\n',
            ["`correct` is the text of an option, and not its id: write `b`"],
        ),
        (ASK + "value = 1,06\n", ["5: is not TOML: `1,06` has a comma, and numbers have a point here: write `1.06`"]),
        (ASK + "points = -1,5 # half\n", ["`-1,5` has a comma, and numbers have a point here: write `-1.5`"]),
        (ASK + "criteria = [{ points = 0,5, statement = '2,5' }]\n", ["write `0.5`"]),
        (
            ASK + "references = “luz”\n",
            ["5: is not TOML: `“` is no quote here: texts stand between two of the straight"],
        ),
        (ASK + "references = «luz»\n", ["`«` is no quote here"]),
        (ASK + 'references = ["a = 1,06", "“luz”"] x\n', ["5: is not TOML: expected newline"]),
        (ASK + 'options = ["x", "y"]\ncorrect = ["a", "a"]\n', ["is `a` a second time"]),
        (ASK + 'options = ["x", "x"]\ncorrect = "a"\n', ["is there a second time"]),
        (ASK + 'references = "a\\u0000b"\n', ["holds the control character U+0000"]),
        (ASK + 'references = "a\\u202Eb"\n', ["holds the control character U+202E"]),
        (ASK + 'references = "a\\U000E0041b"\n', ["holds the control character U+E0041"]),
        (ASK + 'references = "' + "a" * 4001 + '"\n', ["is longer than 4,000 characters"]),
        (HEAD.replace('"en"', '"en/../x"') + '[[questions]]\ntext = "?"\nreferences = "x"\n', ["is no language tag"]),
        ("languages = []\n" + ASK + 'references = "x"\n', ["1: `languages` is empty"]),
        (
            'languages = ["en", "en"]\n' + ASK + 'references = "x"\n',
            ["1: entry 2 of `languages` is `en` a"],
        ),
        ('languages = "en"\n' + ASK + 'references = "x"\n', ["1: `languages` must be a list, not text"]),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, found: list[str]) -> None:
    problems = wrong(text)
    assert len(problems) == len(found), problems
    for problem, part in zip(problems, found, strict=True):
        assert part in problem


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "/etc/passwd", "a\\b", "..", "a..b", "-x", "a b", "x" * 65, "a\nb", "", "="]
)
def test_an_id_that_could_be_a_path_is_refused(name: str) -> None:
    (problem,) = wrong(ASK + f"references = 'x'\nid = {json.dumps(name)}\n")
    assert "`): `id` must be letters" in problem or "`id` is empty" in problem
    assert "\n" not in problem


def test_an_id_may_be_in_any_script() -> None:
    assert good(ASK + 'references = "x"\nid = "fotosíntesis_2.b"\n').questions[0].id == "fotosíntesis_2.b"
    assert good(ASK + 'references = "x"\nid = "प्रश्न-१"\n').questions[0].id == "प्रश्न-१"


def test_every_problem_comes_at_once() -> None:
    text = (
        'title = ""\nlanguage = "english"\n'
        '[[questions]]\nid = "a"\ntext = "x"\npoints = -1\nreferences = 7\n'
        '[[questions]]\nid = "a"\ntetx = "y"\nvalue = "z"\n'
    )
    problems = wrong(text)
    assert [int(problem.split(":")[0]) for problem in problems] == [1, 2, 6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("text", ['"{}"', "'{}'", '"""\\n{}"""', "'''{}'''", '"x" # {}'])
def test_a_text_and_a_comment_may_have_as_many_dots_as_they_like(text: str) -> None:
    document, checker = parse_toml(f"x = {text.format('a.' * 40)}\n".encode(), Path("f"), 1 << 20)
    assert document is not None, checker.problems


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"a" * (10 << 20), f"is larger than {MAX_BYTES} bytes"),
        (b"title = '\xff'\n", "1: is not UTF-8"),
        (b"title = \n", "is not TOML"),
        (b"title = 'a'\ntitle = 'b'\n", "is not TOML"),
        (b"a = " + b"[" * 100_000 + b"]" * 100_000, "is nested too deeply"),
        (b".".join([b"a"] * 500_000) + b" = 1\n", "has a key of more than 32 parts"),
        (b'x = { p = """a"""", ' + b".".join([b"a"] * 500_000) + b" = 1 }\n", "has a key of more than 32 parts"),
        (b"x = '''a''''\n" + b".".join([b"'a'"] * 200_000) + b" = 1\n", "has a key of more than 32 parts"),
        (b"a = " + b"9" * 5000, "has a number of more than 400 digits"),
        (b"\0", "is not TOML"),
    ],
)
def test_what_is_no_sound_file_is_one_problem(data: bytes, part: str) -> None:
    (problem,) = wrong(data)
    assert part in problem


def test_counts_are_bounded() -> None:
    many = "[" + ", ".join(f'"{index}"' for index in range(101)) + "]"
    assert "has 101 texts, more than 100" in wrong(ASK + f"references = {many}\n")[0]
    assert "has 101 entries, more than 50" in wrong(ASK + f"criteria = {many}\n")[0]
    assert "has 501 questions" in wrong(HEAD + "questions = [" + '{text="x",references="y"},' * 501 + "]\n")[0]


def test_a_file_that_is_not_there_or_wrong_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="there is no quiz"):
        read_quiz(tmp_path / "none.toml")
    with pytest.raises(InputError, match="is a folder, not a quiz"):
        read_quiz(tmp_path)
    (tmp_path / "bad.toml").write_text("title = 1\nlanguage = 2\n")
    with pytest.raises(InputError) as caught:
        read_quiz(tmp_path / "bad.toml")
    assert len(caught.value.reasons) == 3
    assert all(f"{tmp_path / 'bad.toml'}:" in reason for reason in caught.value.reasons)


def test_stored_json_that_was_changed_is_refused() -> None:
    data = canonical(read_quiz(CLASS))
    assert from_canonical(data) == read_quiz(CLASS)
    for changed in (data[:-1], data.replace(b'"id"', b'"di"', 1), data + b" ", b"[]", b"{}", b"[" * 100_000):
        with pytest.raises(InputError):
            from_canonical(changed)


def test_only_what_a_person_decided_is_a_mark() -> None:
    suggestion = Suggestion("a", "q", 2.0, 3.0, (2.0,), 0.9, "suggest", 0.1, "en")
    mark = Mark("a", "q", 3.0, suggestion=suggestion)
    assert mark.final is None
    assert dataclasses.replace(mark, status="returned", points=1.0).final is None
    assert dataclasses.replace(mark, status="accepted").final == 2.0
    assert dataclasses.replace(mark, status="changed", points=0.0).final == 0.0
    assert dataclasses.replace(mark, status="released", points=1.5).final == 1.5


def test_a_title_makes_an_id() -> None:
    assert slug("Plants & water: part 2") == "plants-water-part-2"
    assert slug("¡…!") == "quiz"
    assert slug("../../etc/passwd") == "etc-passwd"


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "So")), min_size=1, max_size=12)
texts = texts.map(lambda text: normalize("NFC", text).strip()).filter(bool)
tags = st.sampled_from(["en", "es", "pt-BR", "zh-Hant"])
ids = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "M"), include_characters="_.-"), min_size=1, max_size=8
)
ids = ids.map(lambda text: normalize("NFC", text)).filter(is_id)
worth = st.floats(0.001, 1000, allow_nan=False)
wordings = st.dictionaries(tags, st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple), min_size=1).map(
    lambda found: dict(sorted(found.items()))
)


@st.composite
def criteria(draw: st.DrawFn) -> tuple[Criterion, ...]:
    found = []
    for name in draw(st.lists(ids, min_size=1, max_size=3, unique_by=str.casefold)):
        all_of = draw(wordings)
        statement = {tag: some[0] for tag, some in all_of.items()}
        accepted = {tag: some[1:] for tag, some in all_of.items() if some[1:]}
        refuted = {
            tag: left
            for tag, some in draw(wordings).items()
            if (left := tuple(text for text in some if text not in all_of.get(tag, ())))
        }
        found.append(Criterion(name, draw(worth), statement, accepted, refuted, draw(st.booleans())))
    return tuple(found)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    text = {tag: some[0] for tag, some in draw(wordings).items()}
    base = Question(draw(ids), "explain", draw(tags), text, draw(worth), form_counts=draw(st.booleans()))
    kind = draw(st.sampled_from(["explain", "exact", "numeric", "choice"]))
    if kind == "explain":
        wrong_ideas = tuple(
            Misconception(name, draw(wordings)) for name in draw(st.lists(ids, max_size=2, unique_by=str.casefold))
        )
        return dataclasses.replace(base, criteria=draw(criteria()), misconceptions=wrong_ideas)
    if kind == "exact":
        shares = st.dictionaries(texts, st.sampled_from([0.25, 0.5]), max_size=3)
        return dataclasses.replace(
            base, kind="exact", references=draw(wordings), points=2.0, partly=dict(sorted(draw(shares).items()))
        )
    if kind == "numeric":
        value = draw(st.floats(allow_nan=False, allow_infinity=False)) + 0.0
        tolerance = draw(st.floats(0, 1e9)) + 0.0
        return dataclasses.replace(base, kind="numeric", value=value, tolerance=tolerance, unit=draw(st.none() | texts))
    names = draw(st.lists(ids, min_size=2, max_size=4, unique=True))
    shown = draw(st.lists(texts, min_size=len(names), max_size=len(names), unique=True))
    options = dict(sorted(zip(names, shown, strict=True)))
    correct = tuple(sorted(draw(st.lists(st.sampled_from(names), min_size=1, unique=True))))
    partly = dict.fromkeys(sorted({*names} - {*correct}), 0.25) if draw(st.booleans()) else {}
    return dataclasses.replace(base, kind="choice", options=options, correct=correct, points=2.0, partly=partly)


@settings(max_examples=60, deadline=None)
@given(
    texts,
    st.lists(questions(), min_size=1, max_size=3, unique_by=lambda one: one.id.casefold()),
    st.sets(tags, min_size=1),
)
def test_what_is_written_as_toml_or_json_is_read_as_the_same(
    title: str, found: list[Question], languages: set[str]
) -> None:
    quiz = make_quiz(slug(title), title, tuple(languages), tuple(found))
    assert good(quiz_toml(quiz, ["a note\nof two lines"])) == quiz
    assert from_canonical(canonical(quiz)) == quiz


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_file_ends_in_a_quiz_or_in_problems(data: st.DataObject) -> None:
    whole = CLASS.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(at, min(len(whole), at + 40)))
    piece = data.draw(
        st.binary(max_size=6) | st.sampled_from([b"[[", b'"', b"= nan\n", b"'''", b"\n[questions.x]\n", b"[1]"])
    )
    quiz, problems = check_quiz(whole[:at] + piece + whole[end:], FILE)
    assert (quiz is None) == bool(problems)


def test_of_thousands_of_problems_the_first_are_shown(tmp_path: Path) -> None:
    (tmp_path / "many.toml").write_text("".join(f"k{number} = 1\n" for number in range(5000)))
    with pytest.raises(InputError) as caught:
        read_quiz(tmp_path / "many.toml")
    assert len(caught.value.reasons) == 201
    assert caught.value.reasons[-1] == "and 4,803 more"


EXACT = 'title = "T"\nlanguage = "en"\n[[questions]]\ntext = "Why?"\nkind = "exact"\npoints = 2\nreferences = "Paris"\n'
CHOICE = (
    'title = "T"\nlanguage = "en"\n[[questions]]\ntext = "Why?"\npoints = 2\noptions = ["x", "y", "z"]\ncorrect = "a"\n'
)


def test_other_answers_and_options_may_have_some_of_the_points() -> None:
    for text, partly in ((EXACT + "partly = { Lyon = 1, Nice = 0.5 }", {"Lyon": 1.0, "Nice": 0.5}), (CHOICE, {})):
        quiz, problems = check_quiz(text.encode(), Path("q"))
        assert quiz is not None, problems
        assert quiz.questions[0].partly == partly
        # What has none keeps the digest that it had.
        assert (b"partly" in canonical(quiz)) is bool(partly)
        assert from_canonical(canonical(quiz)) == quiz


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXACT + "partly = { Lyon = 2 }", "must be less than the points of the question"),
        (EXACT + "partly = { Lyon = 0 }", "must be more than 0"),
        (EXACT + 'partly = { Lyon = "x" }', "must be a number"),
        (EXACT + "partly = {}", "must be 1 to 100"),
        (EXACT + "partly = 1", "must be a table"),
        (CHOICE + "partly = { d = 1 }", "`d` is none of the options"),
        (CHOICE + "partly = { a = 1 }", "cannot be right and have some of the points"),
        (EXACT.replace("exact", "dictation") + "partly = { x = 1 }", "does not go with a question of kind `dictation`"),
    ],
)
def test_some_of_the_points_are_more_than_none_and_less_than_all(text: str, said: str) -> None:
    quiz, problems = check_quiz(text.encode(), Path("q"))
    assert quiz is None
    assert any(said in problem.message for problem in problems), problems
