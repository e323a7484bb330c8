"""Answers from a file of any form that is known by what is in it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from edgekit.answers.answers import Also, Answers, Form, Lookup, nothing_else
from edgekit.answers.decoding import MOST_BYTES, is_quiz
from edgekit.answers.jsonl import read_json
from edgekit.answers.qti_results import read_results
from edgekit.answers.table import read_table
from edgekit.answers.xml_text import beginning_of, xml_files
from edgekit.core.errors import InputError, UsageError
from edgekit.core.foreign_file import read_bounded
from edgekit.quiz.model import Quiz

_READ: tuple[Form, ...] = ("csv", "tsv", "jsonl", "json", "moodle", "qti")
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)")
# A header may begin with `[` as well.
_LIST = re.compile(rb"\[\s*[{\[\]]")
# Excel, LibreOffice, Word; the names in a zip stand in it as they are. Excel as it was before 2007.
_OFFICE = (
    (b"PK\x03\x04", b"xl/workbook."),
    (b"PK\x03\x04", b"application/vnd.oasis.opendocument"),
    (b"PK\x03\x04", b"word/document.xml"),
    (b"\xd0\xcf\x11\xe0", b""),
)


def read_answers(
    path: Path,
    *,
    quiz: Quiz,
    columns: Mapping[str, str] | None = None,
    form: str | None = None,
    encoding: str | None = None,
    also: Also = nothing_else,
) -> Answers:
    """The answers in a file, to the questions of a quiz.

    A table has a column a question, or an answer a row; columns are found by their names, by what is in them, or as
    `columns` says: `id`, `student`, `question`, `answer`, `language` or the id of a question -> name or number (from 1)
    of its column. Columns that mean nothing here go back out untouched.
    form: `csv`, `tsv`, `jsonl`, `json`, `moodle` or `qti`; None: what the content says.
    encoding: None: by its mark, as UTF-8, else as spreadsheets of the quiz's languages write it, with a note.
    also: what else may be wrong with a table.
    Raises UnavailableError (not there), UsageError (`columns`, `form` or `encoding` is wrong) and InputError: what
    cannot be read, or every problem with its line; none of them has a name or a word of a student.
    """
    if form is not None and form not in _READ:
        raise UsageError(f"answers are not read from `{form}`", hint=f"write one of {', '.join(_READ)}")
    data = read_bounded(path, MOST_BYTES, "file of answers")
    if not data.strip():
        raise InputError(f"`{path}` is empty")
    lookup = Lookup(quiz.questions)
    kind = form or _detected(data, path)
    if kind == "qti" and columns:
        raise UsageError("QTI results have no columns to be named")
    if kind == "qti":
        return read_results(*xml_files(data, path), path, lookup)
    if kind in ("jsonl", "json"):
        return read_json(data, path, lookup, quiz.languages, columns, encoding, also, listed=kind == "json")
    return read_table(data, path, lookup, quiz.languages, columns, form, encoding, also)


def _detected(data: bytes, path: Path) -> Form:
    """By the first characters: a zip or XML, an object, a list of objects, else a table."""
    if any(data.startswith(begin) and name in data for begin, name in _OFFICE):
        raise InputError(
            f"`{path}` is a file of an office program", hint="save it there as CSV, in Excel as `CSV UTF-8`"
        )
    if data.startswith(b"%PDF-"):
        raise InputError(
            f"`{path}` is a PDF, which holds pages and no table", hint="write the answers as CSV, one in each row"
        )
    if is_quiz(data):
        raise InputError(
            f"`{path}` is a quiz, and no file of answers", hint="name the answers first and the quiz behind `--quiz`"
        )
    head = beginning_of(data)
    if data.startswith(b"PK\x03\x04"):
        return "qti"
    if head.startswith(b"<"):
        root = _ROOT.search(head)
        if root is not None and root[1] in (b"quiz", b"assessmentItem", b"qti-assessment-item", b"assessmentTest"):
            raise InputError(
                f"`{path}` holds questions, not answers",
                hint=f"make a quiz of it: `edgekit grade import {shlex.quote(str(path))} --language en -o quiz.toml`",
            )
        return "qti"
    if head.startswith(b"{"):
        return "jsonl"
    if _LIST.match(head):
        return "json"
    return "csv"
