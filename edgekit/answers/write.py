"""Marks into a file: the one that the answers came from, or another form."""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from edgekit.answers.ags import scores_json
from edgekit.answers.answers import Answers
from edgekit.answers.cells import COLUMNS, TableStyle, csv_line, mark_cells
from edgekit.answers.jsonl import as_list, mark_entry
from edgekit.answers.qti_results import new_results
from edgekit.answers.reports import report_of_all, reports
from edgekit.answers.xapi import statements_json
from edgekit.core.atomic import write_bytes
from edgekit.core.characters import escaped
from edgekit.core.errors import OutputError, UsageError
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Mark

_WRITTEN = ("csv", "tsv", "jsonl", "json", "moodle", "qti", "lti", "xapi", "html", "md")


def write_marks(
    answers: Answers,
    marks: Iterable[Mark],
    path: Path,
    *,
    form: str | None = None,
    names: bool = True,
    now: datetime | None = None,
    quiz: Quiz | None = None,
) -> None:
    """Write what stands of every answer's mark, in the place of what was at `path`.

    form: None: that of the answers, with their rows, columns, ids and encoding; `lti` and `qti` from every form, and
    `csv`, `tsv`, `jsonl` and `json` with an answer a row where the answers came in another form; such a new CSV is
    UTF-8 with a byte order mark, and parts its cells as the table that they came in did.
    names: with those of the students.  quiz: for `xapi`, the labels of `lti`, and reports of students, `html` and
    `md`: one document of all, or a zip of one for each.
    A mark that no person has made stands under `suggested` and leaves `mark` empty. now: of LTI scores and statements.
    Raises UsageError: a mark of no answer, a form that is not written; OutputError: cannot be written.
    """
    by_id = {mark.answer_id: mark for mark in marks}
    unknown = by_id.keys() - {answer.answer_id for answer in answers.answers}
    if unknown:
        raise UsageError(f"{len(unknown):,} marks are of answers that are not in this file")
    data = _written(answers, by_id, path, form or answers.form, names=names, now=now, quiz=quiz)
    try:
        if path.exists() and not path.is_file():
            # `/dev/stdout` and other devices and pipes stay what they are.
            with path.open("wb") as device:
                device.write(data)
        else:
            write_bytes(path.resolve(), data)
    except OSError as problem:
        raise OutputError(f"cannot write `{path}`: {problem.strerror}") from None


def _written(
    answers: Answers,
    marks: Mapping[str, Mark],
    path: Path,
    form: str,
    *,
    names: bool,
    now: datetime | None,
    quiz: Quiz | None,
) -> bytes:
    if form not in _WRITTEN:
        raise UsageError(f"marks are not written as `{form}`", hint=f"write one of {', '.join(_WRITTEN)}")
    if form == "lti":
        return scores_json(answers.answers, marks, names=names, now=now, quiz=quiz)
    if form in ("xapi", "html", "md"):
        if quiz is None:
            raise UsageError(f"marks are written as `{form}` with the quiz that they are of")
        if form == "xapi":
            return statements_json(quiz, answers.answers, marks, names=names, now=now)
        return _student_reports(quiz, answers, marks, path, "html" if form == "html" else "md", names=names)
    # Moodle's report is a CSV as well: it is written as it was.
    same = form == answers.form or {form, answers.form} == {"csv", "moodle"}
    if same and answers.source is not None:
        return answers.source.written(marks, names=names)
    if form == "qti":
        return _reports(answers, marks, path, now or datetime.now(timezone.utc), names=names)
    if form in ("csv", "tsv"):
        return _new_table(answers, marks, form, names=names)
    if form in ("jsonl", "json"):
        objects = _new_objects(answers, marks, names=names)
        text = as_list(objects) if form == "json" else "".join(f"{one}\n" for one in objects)
        return text.encode("utf-8", "replace")
    if answers.source is None:
        raise UsageError(
            f"`{form}` is only written into the report that the answers came from", hint="name it: `--answers FILE`"
        )
    raise UsageError(f"answers that came as `{answers.form}` are not written as `{form}`", hint="write `csv`")


def _new_table(answers: Answers, marks: Mapping[str, Mark], form: str, *, names: bool) -> bytes:
    style = answers.style
    if form == "tsv":
        style = replace(style, delimiter="\t")
    elif style.delimiter == "\t":
        style = TableStyle(ending=style.ending)
    lines = [csv_line(["id", *(["student"] if names else []), "question", "answer", *COLUMNS], style)]
    for answer in answers.answers:
        who = [answer.student or ""] if names else []
        marked = mark_cells(marks.get(answer.answer_id), style)
        lines.append(csv_line([answer.answer_id, *who, answer.question_id, answer.text, *marked], style))
    # Without the mark a spreadsheet opens a CSV in the code page of its system, and every accent is two letters.
    mark = codecs.BOM_UTF8 if form == "csv" else b""
    return mark + "".join(lines).encode("utf-8", "replace")


def _new_objects(answers: Answers, marks: Mapping[str, Mark], *, names: bool) -> list[str]:
    objects: list[str] = []
    for answer in answers.answers:
        who = {"student": answer.student} if names and answer.student is not None else {}
        entry = {"id": answer.answer_id, **who, "question": answer.question_id, "answer": answer.text}
        entry |= mark_entry(marks.get(answer.answer_id))
        objects.append(escaped(json.dumps(entry, ensure_ascii=False)))
    return objects


def _reports(answers: Answers, marks: Mapping[str, Mark], path: Path, now: datetime, *, names: bool) -> bytes:
    """One student's report as XML; those of several as a zip of them, since a report is one student's."""
    files = list(new_results(answers.answers, marks, now, names=names))
    if path.suffix.lower() != ".zip":
        if len(files) > 1:
            raise UsageError(f"{len(files):,} students have a report each", hint="write them to a `.zip`")
        return files[0][1]
    return _zipped(files)


def _student_reports(
    quiz: Quiz, answers: Answers, marks: Mapping[str, Mark], path: Path, form: Literal["html", "md"], *, names: bool
) -> bytes:
    if path.suffix.lower() == ".zip":
        return _zipped(reports(quiz, answers.answers, marks, form, names=names))
    return report_of_all(quiz, answers.answers, marks, form, names=names)


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()
