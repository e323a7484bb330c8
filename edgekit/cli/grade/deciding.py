"""`edgekit grade accept`, `change`, `undo`, `release`: a person's decisions, by id or many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.asking import has_terminal, is_agreed
from edgekit.cli.grade import typed
from edgekit.cli.grade.options import (
    SCHEMA,
    AsJson,
    Book,
    Ids,
    SessionNumber,
    Who,
    Yes,
    about,
    numbers_of,
    opened,
    require_question,
)
from edgekit.core.errors import UsageError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session

_PREVIEWED = 10

Identical = Annotated[
    bool,
    typer.Option(
        "--identical", help="Also the answers to the same question with the very same words that nobody decided on."
    ),
]


def accept(
    ids: Ids = None,
    all_suggested: Annotated[
        bool, typer.Option("--all-suggested", help="All that are suggested and not sent to review.")
    ] = False,
    above: Annotated[
        float,
        typer.Option(
            "--above",
            metavar="P",
            parser=typed.share,
            help="With `--all-suggested`: only those at least so likely, 0 to 1.",
        ),
    ] = 0.0,
    question: Annotated[
        str | None, typer.Option("--question", metavar="ID", help="With `--all-suggested`: only answers to it.")
    ] = None,
    identical: Identical = False,
    session: SessionNumber = None,
    who: Who = "teacher",
    book: Book = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Accept suggested marks. What is sent to review is only accepted by its id, or with another of the same words.

    \b
    Examples:
      edgekit grade accept a17
      edgekit grade accept a17 --identical
      edgekit grade accept --all-suggested --above .9
    """
    with opened(book, session) as found:
        if all_suggested == bool(ids) or (identical and not ids):
            raise UsageError("say which answers", hint="name ids, or `--all-suggested --above .9`")
        if ids and (above or question is not None):
            raise UsageError("`--above` and `--question` choose among all that are suggested", hint="leave the ids out")
        if not all_suggested:
            numbers = _named(found, ids or [], "Accept", identical=identical, yes=yes)
        else:
            require_question(found, question)
            numbers = _suggested(found, above, question)
            _preview(found, numbers, "Accept", yes=yes)
        found.decide(numbers, "accepted", who=who)
    _tell(found, numbers, "accepted", as_json=as_json)


def change(
    answer: Annotated[str, typer.Argument(metavar="ID", help="An answer's id, or `#N`.")],
    points: Annotated[float, typer.Argument(metavar="POINTS", parser=typed.points, help="What it gets.")],
    feedback: Annotated[
        str | None,
        typer.Option(
            "--feedback", metavar="TEXT", help="For the student; without it none, as what is suggested does not fit."
        ),
    ] = None,
    identical: Identical = False,
    session: SessionNumber = None,
    who: Who = "teacher",
    book: Book = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give an answer other points than the suggested ones; the suggested feedback, which fits those, is not sent out.

    \b
    Examples:
      edgekit grade change a17 1.5 --feedback "Say where the water goes."
      edgekit grade change a17 1.5 --identical
    """
    from edgekit.gradebook.queue import with_same_words

    with opened(book, session) as found:
        numbers = _named(found, [answer], "Change", identical=identical, yes=yes)
        found.decide(numbers, "changed", points, who=who, feedback=feedback)
        more = len({*with_same_words(found, numbers[0])} - {*numbers})
    _tell(found, numbers, "changed", as_json=as_json)
    if more and not as_json:
        output.narrate(f"{counted(more, 'answer has', 'answers have')} the same words: `--identical` changes them too")


def send_back(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of answers, or `#N`.")],
    session: SessionNumber = None,
    who: Who = "teacher",
    book: Book = None,
    as_json: AsJson = False,
) -> None:
    """Give answers back without a mark; `grade review` shows them again.

    \b
    Examples:
      edgekit grade return a17
    """
    with opened(book, session) as found:
        numbers = numbers_of(found, ids)
        found.decide(numbers, "returned", who=who)
    _tell(found, numbers, "returned", as_json=as_json)


def undo(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of answers, or `#N`.")],
    anyone: Annotated[bool, typer.Option("--anyone", help="Also what somebody else than `--who` decided.")] = False,
    session: SessionNumber = None,
    who: Who = "teacher",
    book: Book = None,
    as_json: AsJson = False,
) -> None:
    """Take back the last decision on the answers that you name, a release as well; the record keeps both.

    What somebody else decided after you stays, and so does what you decided before that.

    \b
    Examples:
      edgekit grade undo a17
      edgekit grade undo a17 --who Ben
    """
    with opened(book, session) as found:
        numbers = numbers_of(found, ids)
        found.undo_all(numbers, who=who, own=not anyone)
    _tell(found, numbers, "undone", as_json=as_json)


def release(
    ids: Ids = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were accepted or changed.")] = False,
    session: SessionNumber = None,
    who: Who = "teacher",
    book: Book = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say that marks went out to the students; they change no more unless that is undone.

    \b
    Examples:
      edgekit grade release --all
    """
    with opened(book, session) as found:
        if everything == bool(ids):
            raise UsageError("say which answers", hint="name ids, or `--all`")
        if not everything:
            numbers = numbers_of(found, ids or [])
        else:
            numbers = [one.number for one in found.standings if one.state in ("accepted", "changed")]
            _preview(found, numbers, "Release", yes=yes)
        found.release(numbers, who=who)
    _tell(found, numbers, "released", as_json=as_json)


def _suggested(session: Session, above: float, question: str | None) -> list[int]:
    found = []
    for standing in session.standings:
        if standing.state != "suggested" or standing.decision != "suggest":
            continue
        suggestion = session.suggestion(standing.number)
        if suggestion is not None and suggestion.probability >= above and question in (None, suggestion.question_id):
            found.append(standing.number)
    return found


def _named(session: Session, ids: list[str], verb: str, *, identical: bool, yes: bool) -> list[int]:
    """The answers that are named, and those with the same words, which are shown first."""
    from edgekit.gradebook.queue import with_same_words

    named = numbers_of(session, ids)
    if not identical:
        return named
    numbers = sorted({at for number in named for at in with_same_words(session, number)})
    if len(numbers) > len(named):
        _preview(session, numbers, verb, yes=yes)
    return numbers


def _preview(session: Session, numbers: list[int], verb: str, *, yes: bool) -> None:
    """Show what it would be, and ask where somebody can answer."""
    from edgekit.cli.grade.showing import line

    for number in numbers[:_PREVIEWED]:
        output.narrate(line(session.answers[number], session.standing(number), session.suggestion(number)))
    if len(numbers) > _PREVIEWED:
        output.narrate(f"and {len(numbers) - _PREVIEWED:,} more")
    if not numbers:
        output.narrate(
            f"there is nothing to {verb.lower()}: `edgekit grade review{about(session)}` shows what needs you"
        )
        return
    if yes:
        return
    if not has_terminal():
        raise UsageError(
            f"to {verb.lower()} {counted(len(numbers), 'mark')} asks for a yes, and there is no terminal to ask on",
            hint="add `--yes`",
        )
    if not is_agreed(f"{verb} {counted(len(numbers), 'mark')}?"):
        output.narrate("nothing was done")
        raise typer.Exit(1)


def _tell(session: Session, numbers: list[int], what: str, *, as_json: bool) -> None:
    if as_json:
        output.json_object({"schema": SCHEMA, what: len(numbers), "numbers": numbers})
    else:
        # Without `--session` it is the newest, and not always the one that was meant.
        output.narrate(f"{what} {len(numbers):,} of session {session.id}")
