"""The published JSON Schema says what the reader does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.quiz import criteria, questions, read, texts
from edgekit.quiz.read import SCHEMA_FILE, check_quiz, quiz_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATE = fastjsonschema.compile(SCHEMA)
CLASS = Path(__file__).resolve().parents[2] / "examples" / "class" / "quiz.toml"
HEAD = 'title = "T"\nlanguage = "en"\n'
ASK = HEAD + '[[questions]]\ntext = "Why?"\n'
SOUND = [
    CLASS.read_text(encoding="utf-8"),
    ASK + 'references = "x"\n',
    ASK + 'references = ["x", "y"]\nmisconceptions = ["z", { id = "m", wordings = { es = ["a", "b"] } }]\n',
    ASK + 'points = 0.5\ncriteria = ["x", { statement = { pt-BR = "y" }, partial = false }]\n',
    ASK + 'options = { yes = "Yes", no = "No" }\ncorrect = ["yes", "no"]\n',
    ASK + "value = -1e300\n",
    ASK + 'kind = "dictation"\nlanguage = "zh-Hant"\nreferences = "x"\n',
    ASK + 'references = "x"\nlanguages = ["en", "es"]\n',
    'languages = ["en", "es"]\n' + ASK + 'id = "ñ.1"\nkind = "translate"\nreferences.es = "x"\n',
]
BROKEN = [
    HEAD,
    HEAD + "questions = []\n",
    ASK,
    ASK + 'refrences = "x"\n',
    ASK + "references = 5\n",
    ASK + "references = []\n",
    ASK + "references = {}\n",
    ASK + 'references = { english = "x" }\n',
    ASK + 'references = "x"\npoints = 0\n',
    ASK + 'references = "x"\npoints = 1001\n',
    ASK + 'references = "x"\npoints = "1"\n',
    ASK + 'references = "x"\nid = "a/b"\n',
    ASK + 'references = "x"\nform_counts = 1\n',
    ASK + 'references = "x"\nlanguages = []\n',
    ASK + 'references = "x"\nlanguages = "es"\n',
    ASK + 'references = "x"\nlanguages = ["english"]\n',
    ASK + "criteria = [{ points = 1 }]\n",
    ASK + 'criteria = [{ statement = "x", half = true }]\n',
    ASK + "criteria = []\n",
    ASK + 'kind = "essay"\nreferences = "x"\n',
    ASK + 'kind = "exact"\n',
    ASK + 'kind = "numeric"\n',
    ASK + 'kind = "choice"\n',
    ASK + 'options = ["x"]\ncorrect = "a"\n',
    ASK + 'options = ["x", "y"]\n',
    ASK + "value = 5\ntolerance = -0.1\n",
    ASK + 'references = "' + "a" * 4001 + '"\n',
    ASK.replace('"en"', '"english"') + 'references = "x"\n',
    ASK.replace("title", "titel") + 'references = "x"\n',
    ASK + 'references = " \\t"\n',
    ASK + 'references = "x\\u202ey"\n',
    ASK + 'references = "x\\u001c"\n',
    ASK + 'references = ["x", "x"]\n',
    ASK + 'references = "x"\nid = "a..b"\n',
    ASK + 'references = "x"\nid = "-a"\n',
    ASK + 'references = "x"\nid = "a."\n',
    ASK + 'references = "x"\nid = "a*"\n',
    ASK + 'references = "x"\nid = "' + "a" * 65 + '"\n',
    ASK + 'references = "x"\nlanguages = ["es", "es"]\n',
    ASK + 'references = "x"\nlanguage = "pt-٣٤٥"\n',
    ASK + 'kind = "exact"\ncriteria = ["x"]\n',
    ASK + 'kind = "exact"\nreferences = "x"\nunit = "m"\n',
    ASK + 'kind = "explain"\nreferences = "x"\nvalue = 5\n',
    ASK + 'value = 5\nmisconceptions = ["x"]\n',
    ASK + 'value = 5\noptions = ["x", "y"]\ncorrect = "a"\n',
    ASK + 'criteria = ["x", { statement = "y", points = 1 }]\n',
    ASK + 'options = { "a/b" = "x", c = "y" }\ncorrect = "c"\n',
    ASK + 'options = ["x", "x"]\ncorrect = "a"\n',
]
# What a schema of draft 7 has no words for: what is said elsewhere in the file, texts that are the same but for case or
# space, signs of all scripts, and numbers that JSON does not have.
BEYOND = (
    *("second time", "like that of", "cannot be right and", "none of the options", "translated from"),
    "must be less than the points",
    *("must say into which language", "must be letters, digits", "must be a finite number", "U+E00"),
)


def is_valid(document: Any) -> bool:
    try:
        VALIDATE(document)
    except fastjsonschema.JsonSchemaException:
        return False
    return True


@pytest.mark.parametrize("text", SOUND)
def test_what_the_reader_takes_is_valid(text: str) -> None:
    quiz, problems = check_quiz(text.encode(), Path("q"))
    assert quiz is not None, problems
    assert is_valid(tomllib.loads(text))


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_not_valid_is_refused_by_the_reader_too(text: str) -> None:
    assert check_quiz(text.encode(), Path("q"))[0] is None
    assert not is_valid(tomllib.loads(text))


def test_the_keys_and_limits_are_those_of_the_reader() -> None:
    defined = SCHEMA["definitions"]
    question = defined["question"]["properties"]
    assert set(SCHEMA["properties"]) == set(read.TOP_KEYS)
    assert set(question) == set(questions.KEYS)
    assert question["kind"]["enum"] == list(questions.KINDS)
    assert set(defined["criterion"]["anyOf"][1]["properties"]) == set(criteria.CRITERION_KEYS)
    assert set(defined["misconception"]["anyOf"][1]["properties"]) == set(criteria.MISCONCEPTION_KEYS)
    assert SCHEMA["properties"]["questions"]["maxItems"] == read.MOST_QUESTIONS
    assert question["criteria"]["maxItems"] == criteria.MOST_CRITERIA
    assert defined["text"]["maxLength"] == texts.MOST_CHARACTERS
    assert defined["points"]["maximum"] == texts.MOST_POINTS
    assert defined["texts"]["anyOf"][1]["maxItems"] == texts.MOST_WORDINGS
    assert SCHEMA["properties"]["languages"]["maxItems"] == texts.MOST_LANGUAGES


def _mostly(good: st.SearchStrategy[Any], odd: st.SearchStrategy[Any], one_in: int = 40) -> st.SearchStrategy[Any]:
    return st.integers(1, one_in).flatmap(lambda drawn: odd if drawn == one_in else good)


_TEXT = _mostly(
    st.sampled_from(["Why?", "x", "y", " z ", "é", "x\ty", "គោ", "a" * 4000]),
    st.sampled_from(
        ["a" * 4001, "", "  ", "x\x07", "y\x1c", "\u202ex", "\U000e0041x", "e\u0301", "x" * 3999 + "e\u0301"]
    ),
)
_TAG = _mostly(
    st.sampled_from(["en", "es", "pt-BR"]), st.sampled_from(["PT_br", " en ", "zh-Hant", "english", "e", ""])
)
_ID = _mostly(
    st.sampled_from(["a", "b", "c", "q1", "ñ", "a.b", "គោ", "1", "_", "a-"]),
    st.sampled_from([" a ", "-a", ".a", "a.", "a..b", "a/b", "a b", "a*", "€", "", "a" * 65, "A"]),
)
_NUMBER = _mostly(
    st.sampled_from([0.5, 1, 2, 1000]),
    st.sampled_from([0, -1, 1001, 1e-9, -0.0, 1e308, 10**400, float("inf"), float("nan")]),
)
_WRONG = st.sampled_from([None, True, 5, "x", [], {}, [[]], [5], {"en": 5}])


def _or(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what should stand there."""
    return _mostly(good, _WRONG)


def _some(keys: dict[str, st.SearchStrategy[Any]], *always: str) -> st.SearchStrategy[dict[str, Any]]:
    table = st.fixed_dictionaries(
        {name: one for name, one in keys.items() if name in always},
        optional={name: one for name, one in keys.items() if name not in always},
    )
    return _mostly(table, table.map(lambda drawn: {**drawn, "more": 1}))


def _list(one: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    return _mostly(st.lists(one, min_size=1, max_size=most, unique_by=repr), st.lists(one, max_size=most))


def _table(key: st.SearchStrategy[Any], one: st.SearchStrategy[Any], fewest: int, most: int) -> st.SearchStrategy[Any]:
    return _mostly(st.dictionaries(key, one, min_size=fewest, max_size=most), st.dictionaries(key, one, max_size=most))


_ONE = _or(_TEXT | _table(_TAG, _TEXT, 1, 2))
_SEVERAL = _or(_list(_TEXT, 3) | _TEXT)
_MANY = _or(_SEVERAL | _table(_TAG, _SEVERAL, 1, 2))
_CRITERION = {
    "id": _ID,
    "points": _NUMBER,
    "statement": _ONE,
    "accepted": _MANY,
    "refuted": _MANY,
    "partial": _or(st.booleans()),
}
_QUESTION = {
    "text": _ONE,
    "id": _or(_ID),
    "kind": _or(st.sampled_from(questions.KINDS)),
    "language": _or(_TAG),
    "languages": _or(_list(_TAG, 3)),
    "points": _or(_NUMBER),
    "form_counts": _or(st.booleans()),
    "references": _MANY,
    "criteria": _or(_list(_or(_TEXT | _some(_CRITERION, "statement")), 3)),
    "misconceptions": _or(_list(_or(_TEXT | _some({"id": _ID, "wordings": _MANY}, "wordings")), 2)),
    "options": _or(st.lists(_TEXT, min_size=2, max_size=3, unique=True) | _table(_ID, _TEXT, 2, 3)),
    "correct": _or(st.sampled_from(["a", "b"]) | _list(_ID, 2)),
    "value": _or(_NUMBER),
    "tolerance": _or(_NUMBER),
    "unit": _or(_TEXT),
    "partly": _or(_table(_TEXT | _ID, _NUMBER, 1, 3)),
}
_KEYS_OF = [("references",), ("criteria",), ("options", "correct"), ("value",), ("kind", "references"), ("kind",)]
_KEYS_OF += [("options", "correct", "partly"), ("kind", "references", "partly")]
_COMMON = ("id", "points", "language", "languages", "form_counts")


@st.composite
def _questions(draw: st.DrawFn) -> Any:
    """A question with the keys of one kind, some that every kind has, and sometimes any."""
    some = draw(st.sets(st.sampled_from(_COMMON), max_size=2))
    more = draw(_mostly(st.just(set()), st.sets(st.sampled_from([*_QUESTION]), max_size=2), 6))
    keys = {"text", *draw(st.sampled_from(_KEYS_OF)), *some, *more}
    return {name: draw(_QUESTION[name]) for name in sorted(keys)}


_DOCUMENT = _some(
    {
        "title": _or(_TEXT),
        "language": _or(_TAG),
        "id": _or(_ID),
        "languages": _or(_list(_TAG, 3)),
        "form_counts": _or(st.booleans()),
        "questions": _or(_list(_or(_questions()), 2)),
    },
    *("title", "language", "questions"),
)


@given(_DOCUMENT)
def test_reader_and_schema_take_the_same_documents(document: dict[str, Any]) -> None:
    quiz, problems = quiz_of(document, Path("q"))
    if quiz is not None:
        assert is_valid(document)
    elif is_valid(document):
        assert all(any(part in problem.message for part in BEYOND) for problem in problems), problems
