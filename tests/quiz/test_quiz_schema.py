"""The published JSON Schema says what the reader does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from edgekit.quiz import criteria, questions, read, texts
from edgekit.quiz.read import SCHEMA_FILE, check_quiz

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
]


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
