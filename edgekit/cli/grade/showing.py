"""Answers, suggestions and marks as lines for a terminal; nothing that a student wrote can command it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from edgekit.cli import output
from edgekit.core.units import in_digits

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session
    from edgekit.gradebook.standing import Standing
    from edgekit.grading.session_run import Difference
    from edgekit.quiz.model import Question
    from edgekit.quiz.suggestion import Answer, CriterionResult, Suggestion

_NARROWEST = 20
_STATES = {"met": "+", "partly": "~", "unclear": "/", "missing": "-", "contradicted": "!"}


def number(points: float | None) -> str:
    """`2`, `1.5`, `-` for no mark."""
    return "-" if points is None else f"{points:g}"


def cells(*texts: str) -> str:
    """Texts on one line, parted by tabs."""
    return "\t".join(output.visible(" ".join(text.split())) for text in texts)


def sheet(what: str, *others: str) -> list[str]:
    """Texts on one line, parted by tabs, for a pipe; below one another on a terminal, where long ones fit no line."""
    if sys.stdout is None or not sys.stdout.isatty():
        return [cells(what, *others)]
    return [part for text in (what, *(f"  {one}" for one in others)) for part in fitted(output.visible(text))]


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text with spans of it between `[` and `]`, or bold on a terminal; where spans overlap, one that holds them."""
    colours = output.paint("x", "1", sys.stdout) != "x"
    before, after = ("\x1b[1m", "\x1b[0m") if colours else ("[", "]")
    parts, at = [], 0
    for begin, end in joined(spans):
        parts += [output.visible(text[at:begin]), before, output.visible(text[begin:end]), after]
        at = end
    return "".join((*parts, output.visible(text[at:])))


def joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one, empty ones left out."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if begin >= end:
            continue
        if found and begin < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def card(session: Session, at: int) -> list[str]:
    """All that a teacher needs to decide on an answer: evidence first, then the mark, then why."""
    from edgekit.gradebook.again import reason_of

    answer, standing = session.answers[at], session.standing(at)
    suggestion = session.suggestion(at)
    question = session.ruled_quiz(session.teaching()).question(answer.question_id)
    lines = [f"#{at}  {_one_line(answer.answer_id)}  question {answer.question_id}, {standing.state}"]
    if question is not None:
        lines += _asked(question)
        if question.kind != "explain":  # its criteria stand below
            lines += [f"  right: {_one_line(text)}" for text in _right(question)]
    results = suggestion.criteria if suggestion is not None else ()
    spans = [(one.evidence.begin, one.evidence.end) for one in results if one.evidence is not None]
    lines += ["", *(f"  | {line}" for line in marked(answer.text, spans).splitlines() or [""]), ""]
    lines += [_criterion(one) for one in results]
    if suggestion is not None:
        lines.append(f"  suggested {in_words(suggestion)}")
        lines += [f"  ? {one.code}: {_one_line(one.detail)}" for one in suggestion.reasons]
        if suggestion.feedback:
            lines += [f"  > {output.visible(line)}" for line in suggestion.feedback.splitlines()]
    if standing.points is not None:
        lines.append(f"  mark {number(standing.points)}")
    if standing.contested:
        was = standing.before.points if standing.before is not None else None
        why = reason_of(session, at)
        lines.append(f"  contested, it was {number(was)}" + (f": {_one_line(why)}" if why else ""))
    return lines


def unseen(session: Session, at: int) -> list[str]:
    """An answer for a second marking: what was asked, what counts, what was written, and nothing else."""
    answer = session.answers[at]
    question = session.ruled_quiz(session.teaching()).question(answer.question_id)
    lines = [f"#{at}  question {answer.question_id}"]
    if question is not None:
        lines[0] += f", up to {number(question.points)}"
        lines += _asked(question)
        lines += [
            f"  {number(one.points)} for {_one_line(text)}"
            for one in question.criteria
            for text in list(one.statement.values())[:1]
        ]
        if not question.criteria:
            lines += [f"  right: {_one_line(text)}" for text in _right(question)]
    return [*lines, "", *(f"  | {output.visible(line)}" for line in answer.text.splitlines() or [""]), ""]


def _asked(question: Question) -> list[str]:
    return [f"  {output.visible(line)}" for text in question.text.values() for line in text.splitlines()]


def _right(question: Question) -> list[str]:
    """What counts, of a question that is marked by a rule."""
    from edgekit.grading.right_numbers import wanted_number

    right = [f"{one}: {question.options.get(one, '')}" for one in question.correct]
    right += [text for texts in question.references.values() for text in texts]
    if question.value is not None:
        within = f", or up to {in_digits(question.tolerance)} more or less" if question.tolerance else ""
        right.append(wanted_number(question) + within)
    most = number(question.points)
    partly = ((question.options.get(one, ""), one, points) for one, points in question.partly.items())
    return [*right, *(f"{one}{': ' if text else ''}{text}, {number(points)} of {most}" for text, one, points in partly)]


def fitted(line: str, stream: TextIO | None = None) -> list[str]:
    """A line broken at spaces for a terminal, each part as far in as the first; a pipe gets it whole.

    stream: where it goes, standard output by default.
    """
    stream = stream if stream is not None else sys.stdout
    if stream is None or not stream.isatty():
        return [line]
    import shutil

    from wcwidth import wrap

    indent = line[: len(line) - len(line.lstrip())]
    before, after = indent, f"{indent}  " if indent else ""
    if line.startswith(f"{indent}| "):
        before = after = f"{indent}| "
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    # `subsequent_indent` would come behind the sign that a line goes on in bold.
    first, *rest = wrap(line[len(before) :], width - len(after), break_on_hyphens=False) or [""]
    return [before + first, *(after + one for one in rest)]


def _one_line(text: str) -> str:
    """Of others, who could write a second line that looks like one of ours."""
    return output.visible(text, one_line=True)


def _criterion(one: CriterionResult) -> str:
    words = f" [{' '.join(output.visible(one.evidence.text).split())}]" if one.evidence is not None else ""
    return f"  {_STATES[one.state]} {one.criterion}: {one.state}, {number(one.points)}, {one.probability:.0%}{words}"


def in_words(suggestion: Suggestion) -> str:
    """`1 of 2, 84 %, or 2`."""
    others = [number(one) for one in suggestion.possible if one != suggestion.points]
    text = f"{number(suggestion.points)} of {number(suggestion.most)}, {suggestion.probability:.0%}"
    return text + (f", or {', '.join(others)}" if others else "")


def line(answer: Answer, standing: Standing, suggestion: Suggestion | None) -> str:
    """An answer on one line: id, question, points, decision, reasons, parted by tabs."""
    if suggestion is None:
        return cells(answer.answer_id, answer.question_id, "-", standing.state, "")
    return cells(
        answer.answer_id,
        answer.question_id,
        f"{number(suggestion.points)}/{number(suggestion.most)}",
        f"{suggestion.probability:.0%}",
        suggestion.decision if standing.state == "suggested" else f"{standing.state} {number(standing.points)}",
        ", ".join(dict.fromkeys(one.code for one in suggestion.reasons)),
    )


def as_object(session: Session, at: int) -> dict[str, Any]:
    """An answer for `--json`, without its student."""
    import dataclasses

    answer, standing, suggestion = session.answers[at], session.standing(at), session.suggestion(at)
    return {
        "number": at,
        "id": answer.answer_id,
        "question": answer.question_id,
        "state": standing.state,
        "mark": standing.points if standing.is_mark else None,
        "suggestion": None if suggestion is None else dataclasses.asdict(suggestion),
    }


def difference_line(one: Difference) -> str:
    """What became of a suggestion: id, question, before and after, the mark that stays."""
    before = "-" if one.before is None else f"{number(one.before.points)} {one.before.decision}"
    stays = "" if one.decided is None else f"the mark stays {number(one.decided)}"
    return cells(
        f"#{one.number}",
        one.answer_id,
        one.question_id,
        f"{before} → {number(one.after.points)} {one.after.decision}",
        stays,
    )


def difference_object(one: Difference) -> dict[str, Any]:
    """The same for `--json`."""
    return {
        "number": one.number,
        "id": one.answer_id,
        "question": one.question_id,
        "before": None if one.before is None else {"points": one.before.points, "decision": one.before.decision},
        "after": {"points": one.after.points, "decision": one.after.decision},
        "decided": one.decided,
    }
