"""QTI results reporting, 2.1 to 3.0: answers out of it, and marks into it as outcomes that a person scored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element  # only the type; what parses is hardened
from xml.parsers import expat  # entities are refused below
from xml.sax.saxutils import escape, quoteattr  # only writes

from edgekit.answers.answers import Answers, Lookup, by_student, shown
from edgekit.answers.cells import feedback_of, points_text, reasons_of, status_of
from edgekit.answers.html_cells import without_html
from edgekit.answers.rows import note_repeats
from edgekit.answers.xml_text import XmlFile, local_name, not_xml
from edgekit.core.errors import InputError, OutputError, UsageError, capped
from edgekit.core.xml_stream import elements
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Answer, Mark

RESULT = "assessmentResult"
_ITEM = "itemResult"
NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_result_v3p0"
# Outcomes that are edgekit's to write: those that stand there already are replaced.
_SCORE, _MOST = "SCORE", "MAXSCORE"
_SUGGESTED, _STATUS, _REASONS, _FEEDBACK = "EDGEKIT_SUGGESTED", "EDGEKIT_STATUS", "EDGEKIT_REASONS", "EDGEKIT_FEEDBACK"
_OURS = frozenset({_SCORE, _MOST})
_PREFIX, _PART = "EDGEKIT_", "EDGEKIT_SCORE"
# Variables that every session has and nobody answers.
_BUILT_IN = frozenset({"numAttempts", "duration", "completionStatus"})
_MOST_RESULTS = 200_000
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class _Given:
    """The answers in an item: response identifier -> id of an answer; `""` where the item is one question.

    whole: whether these are all of its responses, so that their points together are its score.
    """

    answers: Mapping[str, str]
    whole: bool = True


_NONE = _Given({})


@dataclass(frozen=True, slots=True)
class QtiSource:
    """The files as they were; places: (file, number of the result, number of its item) -> the answers in it."""

    files: Sequence[XmlFile]
    archive: bool
    places: Mapping[tuple[int, int, int], _Given]

    def written(self, marks: Mapping[str, Mark], *, names: bool) -> bytes:
        """The same bytes with outcomes in each item; UsageError without names, which are all over such a file."""
        if not names:
            raise UsageError("QTI results say whose they are", hint="write them without names as CSV: `-o marks.csv`")
        done = [_marked(file, index, self.places, marks) for index, file in enumerate(self.files)]
        if not self.archive:
            return done[0]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, data in zip(self.files, done, strict=True):
                archive.writestr(zipfile.ZipInfo(file.name), data)
        return buffer.getvalue()


def read_results(files: Sequence[XmlFile], archive: bool, path: Path, lookup: Lookup) -> Answers:
    """Answers of results reports. Raises InputError with every problem, and for XML that is not read."""
    answers: dict[str, Answer] = {}
    places: dict[tuple[int, int, int], _Given] = {}
    place_of: dict[str, tuple[int, int, int]] = {}
    problems: list[str] = []
    left: dict[str, None] = {}
    without = False
    number = 0
    for at, file in enumerate(files):
        for in_file, (result, line) in enumerate(elements(io.BytesIO(file.data), lambda tag: tag == RESULT, file.name)):
            number += 1
            if number > _MOST_RESULTS:
                raise InputError(f"`{path}` has more than {_MOST_RESULTS:,} results")
            if sum(1 for _ in result.iter(RESULT)) > 1:
                raise InputError(f"`{file.name}` line {line}: a result within a result")
            context = result.find("context")
            student = (context.get("sourcedId") or "").strip() or None if context is not None else None
            seen: set[str] = set()
            for index, item in enumerate(result.iter(_ITEM)):
                name = (item.get("identifier") or "").strip()
                responses = _responses(item)
                asked = _asked(name, responses, lookup)
                if not asked:
                    left.setdefault(shown(name) or "an item without a name")
                    continue
                ids = {part: f"result{number}.{question.id}" for part, question in asked.items()}
                for part, question in asked.items():
                    seen.add(question.id)
                    # Attempts at one item follow each other; the last one counts, as in QTI.
                    text = responses[part] if part else "\n".join(text for text in responses.values() if text)
                    answers[ids[part]] = Answer(ids[part], question.id, text, student)
                    place_of[ids[part]] = (at, in_file, index)
                places[(at, in_file, index)] = _Given(ids, whole="" in ids or len(ids) == len(responses))
            if not seen:
                problems.append(f"`{file.name}` line {line}: a result without any question of the quiz")
                without = True
    if not number:
        problems.append(f"`{path}` has no `{RESULT}`")
    if problems or not answers:
        known = ", ".join(f"`{name}`" for name in lookup.names()[:_MOST_NAMED])
        items = ", ".join(f"`{name}`" for name in [*left][:_MOST_NAMED])
        hint = f"its items are {items}, and the questions of the quiz {known}" if without and left else None
        raise InputError(f"the answers `{path}` have problems", reasons=capped(problems or ["no answers"]), hint=hint)
    notes = [f"no question of the quiz is `{name}`: left as it is" for name in left]
    found, read_as = without_html([*answers.values()], lookup)
    notes += read_as
    note_repeats(found, notes)
    # An earlier attempt is left as it is.
    last = {*place_of.values()}
    places = {place: given for place, given in places.items() if place in last}
    return Answers(tuple(found), "qti", "xml", tuple(notes), QtiSource(files, archive, places))


def _asked(name: str, responses: Mapping[str, str], lookup: Lookup) -> dict[str, Question]:
    """The questions of an item: it, or those that `import` made of its responses, as `item.RESPONSE1`."""
    whole = lookup.find(name)
    if whole is not None:
        return {"": whole}
    found = {part: lookup.find(f"{name}.{part}") for part in responses}
    return {part: question for part, question in found.items() if question is not None}


def _responses(item: Element) -> dict[str, str]:
    """What was answered to an item, by its responses: the values of each, one a line."""
    found: dict[str, str] = {}
    for variable in item.iter("responseVariable"):
        name = variable.get("identifier") or ""
        if name in _BUILT_IN:
            continue
        given = variable.find("candidateResponse")
        values = given.iter("value") if given is not None else ()
        found[name] = "\n".join("".join(value.itertext()) for value in values)
    return found


def _outcomes(marks: Mapping[str, Mark], prefix: str, *, whole: bool = True) -> str:
    """The outcomes of an item by its responses, `""` where it is one question; whole: its score is their sum."""
    rows: list[tuple[str, str, str, str]] = []
    finals = [mark.final for mark in marks.values() if mark.final is not None]
    if whole and len(finals) == len(marks):
        rows.append((_SCORE, "float", points_text(sum(finals)), ' externalScored="human"'))
    if whole:
        rows.append((_MOST, "float", points_text(sum(mark.most for mark in marks.values())), ""))
    for part, mark in marks.items():
        rows += _rows_of(mark, f".{part}" if part else "")
    return "".join(
        f'<{prefix}outcomeVariable identifier={quoteattr(name)} cardinality="single" baseType="{base}"{more}>'
        f"<{prefix}value>{escape(not_xml(value))}</{prefix}value></{prefix}outcomeVariable>"
        for name, base, value, more in rows
    )


def _rows_of(mark: Mark, of: str) -> Iterator[tuple[str, str, str, str]]:
    if of and mark.final is not None:
        yield _PART + of, "float", points_text(mark.final), ' externalScored="human"'
    if mark.suggestion is not None:
        yield _SUGGESTED + of, "float", points_text(mark.suggestion.points), ""
    yield _STATUS + of, "identifier", status_of(mark), ""
    for name, text in ((_REASONS, reasons_of(mark)), (_FEEDBACK, feedback_of(mark))):
        if text:
            yield name + of, "string", text, ""


def _marked(
    file: XmlFile, number: int, places: Mapping[tuple[int, int, int], _Given], marks: Mapping[str, Mark]
) -> bytes:
    """The bytes of a file with outcomes before the end of each marked item, and the earlier ones of them cut out."""
    cuts: list[tuple[int, int, bytes]] = []
    left = {
        at for at, given in places.items() if at[0] == number and any(one in marks for one in given.answers.values())
    }
    for place in _places(file.data):
        given = places.get((number, place.result, place.item), _NONE)
        found = {part: marks[answer] for part, answer in given.answers.items() if answer in marks}
        if found:
            whole = given.whole and len(found) == len(given.answers)
            text = "" if place.prefix is None else _outcomes(found, place.prefix, whole=whole)
            if place.prefix is not None:
                left.discard((number, place.result, place.item))
            # ASCII with references: right in every encoding that has ASCII in it.
            cuts.append((place.begin, place.end, text.encode("ascii", "xmlcharrefreplace")))
    # In two bytes a letter no end of an item is found.
    if left:
        raise OutputError(f"`{file.name}` is in UTF-16, which marks are not written into", hint="save it as UTF-8")
    done = io.BytesIO()
    at = 0
    for begin, end, outcomes in sorted(cuts):
        done.write(file.data[at:begin])
        done.write(outcomes)
        at = end
    done.write(file.data[at:])
    return done.getvalue()


@dataclass(frozen=True, slots=True)
class _Place:
    """Bytes of an item: an outcome that is edgekit's (prefix None), or, empty, where the item ends."""

    begin: int
    end: int
    result: int
    item: int
    prefix: str | None


class _Places:
    """Finds outcomes and ends of items in a file that has been read before, so is sound XML without entities."""

    def __init__(self, data: bytes) -> None:
        self.found: list[_Place] = []
        self._data = data
        self._result = self._item = -1
        self._depth = 0
        self._ours: int | None = None
        self._begin: int | None = None
        self._comment: int | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._parser.CommentHandler = self._other
        self._parser.ProcessingInstructionHandler = self._other
        self._parser.Parse(data, True)

    def _other(self, *_: str) -> None:
        """What is no tag."""
        self._settle()

    def _settle(self) -> None:
        """An outcome ends where the next thing begins."""
        if self._begin is not None and self._ours is None:
            here = self._parser.CurrentByteIndex
            self.found.append(_Place(self._begin, here, self._result, self._item, None))
            self._begin = None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._settle()
        self._depth += 1
        name = local_name(tag)
        if name == RESULT:
            self._result, self._item = self._result + 1, -1
        elif name == _ITEM:
            self._item += 1
            self._comment = None
        elif name == "candidateComment" and self._comment is None and self._ours is None:
            # The last that an item may have.
            self._comment = self._parser.CurrentByteIndex
        elif name == "outcomeVariable" and self._item >= 0 and _is_ours(attributes.get("identifier", "")):
            self._ours, self._begin = self._depth, self._parser.CurrentByteIndex

    def _end(self, tag: str) -> None:
        self._settle()
        if self._depth == self._ours:
            self._ours = None
        self._depth -= 1
        here = self._parser.CurrentByteIndex
        if local_name(tag) == _ITEM and self._data.startswith(b"</", here):
            prefix = tag[: -len(_ITEM)]
            at = here if self._comment is None else self._comment
            self.found.append(_Place(at, at, self._result, self._item, prefix))


def _is_ours(name: str) -> bool:
    return name in _OURS or name.startswith(_PREFIX)


def _places(data: bytes) -> list[_Place]:
    return _Places(data).found


def new_results(
    answers: Sequence[Answer], marks: Mapping[str, Mark], now: datetime, *, names: bool
) -> Iterator[tuple[str, bytes]]:
    """A results report (3.0) for each student, for answers that came in another form: (name of the file, its bytes)."""
    for number, (student, own) in enumerate(by_student(answers), start=1):
        who = student if names else f"student{number}"
        items = "".join(_item(answer, marks.get(answer.answer_id), now) for answer in own)
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<assessmentResult xmlns="{NAMESPACE}">\n'
            f"<context sourcedId={quoteattr(not_xml(who))}/>\n{items}</assessmentResult>\n"
        )
        yield f"result{number:04d}.xml", text.encode()


def _item(answer: Answer, mark: Mark | None, now: datetime) -> str:
    at = now.isoformat(timespec="seconds")
    return (
        f'<itemResult identifier={quoteattr(answer.question_id)} datestamp="{at}" sessionStatus="final">'
        f'<responseVariable identifier="RESPONSE" cardinality="single" baseType="string"><candidateResponse>'
        f"<value>{escape(not_xml(answer.text))}</value></candidateResponse></responseVariable>"
        f"{_outcomes({'': mark}, '') if mark is not None else ''}</itemResult>\n"
    )
