"""`edgekit grade review`: one answer after the other, a key each, on any terminal or through a pipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output, signals
from edgekit.cli.asking import typed_line
from edgekit.cli.grade import typed
from edgekit.cli.grade.options import Book, SessionNumber, Who, about, opened, require_question
from edgekit.core.errors import UsageError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session
    from edgekit.gradebook.standing import Action, Standing

_KEYS = "a accept, c POINTS change, r return, l later, u undo, q quit, ? help"
_MOST_NAMED = 10
_SIGNS = (
    "  + met, ~ partly, / unclear, - missing, ! contradicted: whether the answer says it, its points, how likely it "
    "is met, the student's words that are nearest to it",
    "  unclear: it may be there in other words, or there is something against it, and you decide; the points beside it "
    "are what it gets where you accept",
    "  suggested: the mark, how likely it is the right one, and the others that are possible at 90 %",
    "  ? why a person should look; > what the student reads where you accept; nobody reads it before",
)


def review(
    session: SessionNumber = None,
    question: Annotated[str | None, typer.Option("--question", metavar="ID", help="Only answers to it.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is suggested without doubt, after the rest.")
    ] = False,
    second: Annotated[
        bool, typer.Option("--second", help="Mark a random sample of what has a mark again, without seeing the mark.")
    ] = False,
    share: Annotated[
        float,
        typer.Option("--share", metavar="P", parser=typed.share, help="With `--second`: how much of them, 0 to 1."),
    ] = 0.05,
    who: Who = "teacher",
    book: Book = None,
) -> None:
    """Look at what needs a person, the most needed first, and decide by a key and Enter.

    a accepts the suggested mark, `c 1.5` gives another, r returns the answer without a mark, l leaves it for later, u
    takes the last decision back, q quits. Every decision is on the disk before the next answer is shown.

    Where others have written the very same words, the card says how many: `i a`, `i c 1.5` and `i r` decide on all of
    them at once, and u takes that back at once. Answers that a student contests, that somebody returned, or to which
    another mark is suggested, are never among them.

    A second marking (`--second`) shows neither suggestion nor mark and asks for points; it changes no mark, and tells
    how far the two are apart: whether marks drift while a class is graded, or between two people.

    \b
    Examples:
      edgekit grade review
      edgekit grade review --question q2 --all
      edgekit grade review --second --who Ben
    """
    from edgekit.gradebook.queue import to_decide

    with opened(book, session) as found:
        require_question(found, question)
        if second:
            _mark_again(found, share, question, who)
            return
        loop = _Loop(found, who)
        try:
            decided = loop.run(to_decide(found, question, everything=everything))
        except (KeyboardInterrupt, signals.TerminatedError):
            output.narrate(f"\n{loop.decided:,} decided and kept: the same command goes on")
            raise
        found.refresh()
        left = len(to_decide(found, question, everything=everything))
        output.narrate(f"{decided:,} decided, {left:,} left")
        _tell_next(found, left)


def _tell_next(session: Session, left: int) -> None:
    """What there is to do when the queue is left."""
    which = about(session)
    states = Counter(one.state for one in session.standings if one.number not in session.forgotten)
    if states["waiting"]:
        output.narrate(
            f"{counted(states['waiting'], 'answer has', 'answers have')} no suggestion yet, for grading was "
            f"interrupted: `edgekit grade ANSWERS --quiz QUIZ` again goes on"
        )
    elif left:
        output.narrate("the same command goes on; every decision is kept")
    elif states["suggested"]:
        output.narrate(
            f"{states['suggested']:,} more without a mark: `edgekit grade review --all{which}` shows each, "
            f"`edgekit grade accept --all-suggested --above 0.9{which}` takes those that are likely"
        )
    elif states["returned"]:
        output.narrate(
            f"every other answer has a mark: `edgekit grade export -o final.csv --pending{which}` writes them"
        )
    else:
        output.narrate(f"every answer has a mark: `edgekit grade export -o final.csv{which}` writes them")


def _mark_again(session: Session, share: float, question: str | None, who: str) -> None:
    from edgekit.cli.grade.showing import unseen
    from edgekit.gradebook.again import drift, mark_again, to_mark_again

    waiting = [at for at in to_mark_again(session, share) if question in (None, session.answers[at].question_id)]
    while waiting:
        _show([*unseen(session, waiting[0]), f"  {len(waiting):,} to go. POINTS, l later, q quit"])
        line = typed_line()
        key = line.strip().lower()
        if not line or key == "q":
            break
        try:
            if key != "l":
                mark_again(session, waiting[0], typed.points(key), who=who)
            waiting.pop(0)
        except UsageError as problem:
            output.error(problem)
    if not any(one.is_mark for one in session.standings):
        output.narrate("no answer has a mark yet that could be given again: `edgekit grade review` makes the first")
        return
    found = drift(session)
    if found.difference is None or found.apart is None:
        output.narrate("nothing with a mark was marked twice")
        return
    output.narrate(
        f"{found.count:,} marked twice, {found.same:,} alike; the second is {found.difference:+.2f} points beside the "
        f"first on average, {found.apart:.2f} apart"
    )


def _show(lines: Sequence[str]) -> None:
    from edgekit.cli.grade.showing import fitted

    for line in lines:
        for part in fitted(line):
            output.data(part, painted=True)
    output.flush()


class _Loop:
    """Shows an answer, reads a line, does it; what is undone comes up again.

    Another process may decide or suggest meanwhile: a key counts for what was shown, and for nothing else.
    """

    def __init__(self, session: Session, who: str) -> None:
        self._session = session
        self._who = who
        # Answers that were decided together -> rows of the decisions; those of them that waited to be shown.
        self._done: list[tuple[dict[int, int], list[int]]] = []
        self._waiting: list[int] = []

    def run(self, queue: list[int]) -> int:
        """Go through a queue; gives how many decisions stand."""
        from edgekit.cli.grade.showing import card, number

        self._waiting = queue[::-1]
        again: int | None = None
        while self._waiting:
            at = self._waiting.pop()
            self._session.refresh()
            shown = self._session.standing(at)
            if shown.is_mark and at != again:
                output.narrate(f"#{at} has a mark of somebody else meanwhile: {shown.state}, {number(shown.points)}")
                continue
            alike = self._alike(shown)
            _show([*card(self._session, at), *_told_of(alike), f"  {len(self._waiting) + 1:,} to go. {_KEYS}"])
            again = self._ask(shown, alike)
            if again is None:
                break
            if again:
                self._waiting += [at, again] if again != at else [at]
        return self.decided

    @property
    def decided(self) -> int:
        """How many decisions stand."""
        return sum(len(rows) for rows, _ in self._done)

    def _alike(self, shown: Standing) -> list[Standing]:
        """What is decided on together: this answer, and those of the same words to which the same is suggested."""
        from edgekit.gradebook.queue import with_same_words

        mine = self._session.suggestion(shown.number)
        if mine is None or shown.contested:
            return [shown]
        others = [at for at in with_same_words(self._session, shown.number) if at != shown.number]
        theirs = {at: self._session.suggestion(at) for at in others}
        same = [at for at, one in theirs.items() if one is not None and one.points == mine.points]
        return [shown, *map(self._session.standing, same)]

    def _ask(self, shown: Standing, alike: Sequence[Standing]) -> int | None:
        """Read keys until one moves on: 0 to the next answer, the number of one to go back to, None to stop."""
        while True:
            line = typed_line()
            # With the capitals locked a key means the same: none has another meaning as a capital.
            key, _, rest = line.strip().lower().partition(" ")
            if not line or key == "q":
                return None
            try:
                meant = [shown]
                if key == "i" and rest:
                    meant = list(alike)
                    key, _, rest = rest.strip().partition(" ")
                    if len(meant) == 1:
                        raise UsageError("no other answer has the very same words", hint=_KEYS)
                if key == "a":
                    return self._decide(meant, "accepted", None)
                if key == "c":
                    return self._decide(meant, "changed", typed.points(rest or self._line("points: ")))
                if key == "r":
                    return self._decide(meant, "returned", None)
                if key == "l" and meant == [shown]:
                    return 0
                if key == "u" and meant == [shown]:
                    return self._undo()
                if key == "?":
                    _show(_SIGNS)
                output.narrate(_KEYS)
            except UsageError as problem:
                output.error(problem)
                if any(self._session.standing(one.number) != one for one in alike):
                    return shown.number

    def _line(self, question: str) -> str:
        output.narrate(question)
        return typed_line().strip()

    def _decide(self, shown: Sequence[Standing], action: Action, points: float | None) -> int:
        numbers = [one.number for one in shown]
        self._session.decide(numbers, action, points, who=self._who, seen=shown)
        rows = {at: self._session.standing(at).by for at in numbers}
        self._done.append((rows, [at for at in self._waiting if at in rows]))
        self._waiting = [at for at in self._waiting if at not in rows]
        if len(numbers) > 1:
            output.narrate(
                f"{action} {len(numbers):,}: {', '.join(f'#{at}' for at in numbers[:_MOST_NAMED])}"
                + (f" and {len(numbers) - _MOST_NAMED:,} more" if len(numbers) > _MOST_NAMED else "")
            )
        return 0

    def _undo(self) -> int:
        if not self._done:
            raise UsageError(
                "nothing was decided yet", hint="`edgekit grade undo ID` takes back what was decided before"
            )
        rows, waited = self._done.pop()
        self._session.refresh()
        mine = {at: row for at, row in rows.items() if self._session.standing(at).by == row}
        self._session.undo_all(list(mine or rows), who=self._who, rows=rows)
        if left := len(rows) - len(mine):
            output.narrate(f"{counted(left, 'answer stays', 'answers stay')} as somebody else decided meanwhile")
        first = next(iter(mine))
        self._waiting += [at for at in waited if at in mine and at != first]
        return first


def _told_of(alike: Sequence[Standing]) -> list[str]:
    if len(alike) == 1:
        return []
    others = counted(len(alike) - 1, "other answer has", "other answers have")
    return [f"  {others} the very same words: `i a`, `i c POINTS`, `i r` decide on all {len(alike):,}"]
