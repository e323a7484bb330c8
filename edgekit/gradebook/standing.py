"""What stands after the rows of a record: a state machine that only a person's row takes beyond `suggested`.

waiting → suggested → accepted | changed | returned → released. Undoing goes back to what was before, by a new row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from edgekit.core.errors import IntegrityError, UsageError
from edgekit.gradebook.chain import Row

State: TypeAlias = Literal["waiting", "suggested", "accepted", "changed", "returned", "released"]
Action: TypeAlias = Literal["accepted", "changed", "returned"]
MARKED: tuple[State, ...] = ("accepted", "changed", "released")


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one answer.  number: of it in the session.  suggested: the row of its newest suggestion, 0 for none.

    digest: of that suggestion.  points: the mark, None until a person made one.  by: the row that made the state.
    who: made it, by their own word.  contested: the row that opened it again, until somebody decides.  before: what
    stood before it.
    """

    number: int
    state: State = "waiting"
    suggested: int = 0
    digest: str = ""
    decision: str = ""
    need: float = 0.0
    points: float | None = None
    by: int = 0
    feedback: str | None = None
    contested: int = 0
    before: Standing | None = None
    who: str = ""

    @property
    def is_mark(self) -> bool:
        """Whether a person has said what the points are."""
        return self.state in MARKED


@dataclass(slots=True)
class Standings:
    """Of all answers of a session, after `last` rows, the hash of the last one in `head`.

    answers: number -> Standing.  rulings: number of the row -> its body, of those that count.  marks: bodies of marks
    of other answers.  digests: of the texts of answers.  forgotten: answers without them.  seconds: points of a second
    marking.  Words are not in a record: they are told by their digests.
    """

    head: str
    last: int = 0
    answers: dict[int, Standing] = field(default_factory=dict)
    rulings: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    marks: list[Mapping[str, Any]] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)
    forgotten: set[int] = field(default_factory=set)
    seconds: dict[int, float] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take a row in. Raises IntegrityError for one that no edgekit writes there."""
        try:
            for name, kinds in _BODIES.get(row.kind, {}).items():
                if type(row.body[name]) not in kinds:
                    raise UsageError(f"its `{name}` is of another type")
            _TAKE_IN[row.kind](self, row)
        except (KeyError, TypeError, UsageError) as problem:
            raise IntegrityError(
                f"the record is broken: row {row.number} does not fit", reasons=[str(problem)]
            ) from None
        self.last, self.head = row.number, row.hash

    def require(self, number: int, action: Action | Literal["released", "undone", "contested"]) -> Standing:
        """The standing of an answer. Raises UsageError where action cannot come next."""
        now = self.answers[number]
        if number in self.forgotten and action != "released":
            raise UsageError(f"its text was removed, so it cannot be {action}")
        if action == "undone":
            allowed = now.state in ("accepted", "changed", "returned", "released")
        elif action == "released":
            allowed = now.state in ("accepted", "changed")
        elif action == "contested":
            allowed = now.is_mark
        else:
            allowed = now.state not in ("waiting", "released")
        if not allowed:
            raise UsageError(f"it is {now.state} and cannot be {action}", hint=_HINTS.get((now.state, action)))
        return now


def require_unchanged(now: Standing, seen: Standing) -> None:
    """Raise UsageError where an answer stands otherwise than a person saw it: another process has been at it."""
    if (now.by, now.state) != (seen.by, seen.state):
        raise decided_meanwhile(now)
    if now.digest != seen.digest:
        raise UsageError("another mark is suggested now than was shown", hint="look at it again")


def decided_meanwhile(now: Standing) -> UsageError:
    """That a decision would go over one that the person did not see."""
    return UsageError(f"somebody else has been at it meanwhile: it is {now.state}", hint="look at it again")


def require_own(now: Standing, who: str) -> None:
    """Raise UsageError where what was decided last is another person's.

    What a student contests is entered for them, and marks of an older session are carried over by nobody.
    """
    if now.who != who and not now.contested and not is_carried(now.who):
        raise UsageError(
            f"it is {now.state} by `{now.who}`, and not by `{who}`",
            hint="`--who NAME` says who you are; `--anyone` takes back what somebody else decided",
        )


def carried_from(session: int) -> str:
    """Who has decided what was taken over from another session."""
    return f"session {session}"


def is_carried(who: str) -> bool:
    """Whether a decision was taken over from another session."""
    return _CARRIED.fullmatch(who) is not None


_CARRIED = re.compile(r"session \d{1,18}", re.ASCII)
_HINTS: Mapping[tuple[str, str], str] = {
    ("released", "accepted"): "undo the release first",
    ("released", "changed"): "undo the release first",
    ("released", "returned"): "undo the release first",
    ("waiting", "accepted"): "its grading was interrupted: `edgekit grade ANSWERS --quiz QUIZ` again goes on",
    ("waiting", "changed"): "its grading was interrupted: `edgekit grade ANSWERS --quiz QUIZ` again goes on",
    ("waiting", "returned"): "its grading was interrupted: `edgekit grade ANSWERS --quiz QUIZ` again goes on",
    ("waiting", "undone"): "nobody has decided on it",
    ("suggested", "undone"): "nobody has decided on it",
    ("suggested", "released"): "accept or change it first",
    ("returned", "released"): "accept or change it first",
}


def _opened(standings: Standings, row: Row) -> None:
    if row.number != 1:
        raise UsageError("a session is opened once")
    standings.last = 1


def _answer(standings: Standings, row: Row) -> None:
    number = row.body["answer"]
    if number in standings.answers:
        raise UsageError("an answer comes in once")
    standings.answers[number] = Standing(number)
    standings.digests[number] = row.body["digest"]


def _suggested(standings: Standings, row: Row) -> None:
    number = row.body["answer"]
    now = standings.answers[number]
    found = row.body["suggestion"]
    if not isinstance(found["digest"], str) or type(found["need"]) not in _NUMBER:
        raise UsageError("it holds no suggestion")
    standings.answers[number] = replace(
        now,
        # What a person decided stands, whatever is suggested later.
        state="suggested" if now.state == "waiting" else now.state,
        suggested=row.number,
        digest=found["digest"],
        decision=found["decision"],
        need=found["need"],
        before=now.before,
    )


def _decided(standings: Standings, row: Row) -> None:
    number, action = row.body["answer"], row.body["action"]
    now = standings.require(number, action)
    if action not in ("accepted", "changed", "returned") or (row.body["points"] is None) != (action == "returned"):
        raise UsageError("no such decision")
    standings.answers[number] = replace(
        now,
        state=action,
        points=row.body["points"],
        feedback=row.body["feedback"],
        by=row.number,
        contested=0,
        before=now,
        who=_who(row),
    )


def _released(standings: Standings, row: Row) -> None:
    number = row.body["answer"]
    now = standings.require(number, "released")
    standings.answers[number] = replace(now, state="released", by=row.number, before=now, who=_who(row))


def _contested(standings: Standings, row: Row) -> None:
    number = row.body["answer"]
    now = standings.require(number, "contested")
    standings.answers[number] = replace(
        now,
        state="returned",
        points=None,
        feedback=None,
        by=row.number,
        contested=row.number,
        before=now,
        who=_who(row),
    )


def _who(row: Row) -> str:
    return str(row.body.get("who", ""))


def _second(standings: Standings, row: Row) -> None:
    number = row.body["answer"]
    if number not in standings.answers:
        raise UsageError("there is no such answer")
    standings.seconds[number] = row.body["points"]


def _forgotten(standings: Standings, row: Row) -> None:
    number = row.body["answer"]
    if number not in standings.answers:
        raise UsageError("there is no such answer")
    standings.forgotten.add(number)


def _undone(standings: Standings, row: Row) -> None:
    number = row.body["answer"]
    now = standings.require(number, "undone")
    if now.before is None or row.body["row"] != now.by:
        raise UsageError("only what was done last is undone")
    # The suggestion may be a newer one than when the decision was made.
    standings.answers[number] = replace(
        now.before, suggested=now.suggested, digest=now.digest, decision=now.decision, need=now.need
    )


def _ruled(standings: Standings, row: Row) -> None:
    standings.rulings[row.number] = row.body


def _unruled(standings: Standings, row: Row) -> None:
    del standings.rulings[row.body["row"]]


def _marked(standings: Standings, row: Row) -> None:
    standings.marks.append(row.body)


_TAKE_IN: Mapping[str, Callable[[Standings, Row], None]] = {
    "opened": _opened,
    "answer": _answer,
    "suggested": _suggested,
    "decided": _decided,
    "undone": _undone,
    "released": _released,
    "contested": _contested,
    "second": _second,
    "forgotten": _forgotten,
    "ruled": _ruled,
    "unruled": _unruled,
    "marked": _marked,
}

_NUMBER = (int, float)
_TEXT_OR_NONE = (str, type(None))
# What others read of a body; a key that must be there has a type that it is held to.
_BODIES: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "answer": {"answer": (int,), "question": (str,), "digest": (str,)},
    "suggested": {"answer": (int,), "basis": (int,), "suggestion": (dict,)},
    "decided": {"points": (*_NUMBER, type(None)), "feedback": _TEXT_OR_NONE},
    "contested": {"answer": (int,), "why": _TEXT_OR_NONE},
    "second": {"answer": (int,), "points": _NUMBER},
    "forgotten": {"answer": (int,)},
    "ruled": {
        **dict.fromkeys(("question", "criterion", "language", "wording"), (str,)),
        "refuted": (bool,),
    },
    "marked": {"question": (str,), "text": (str,), "points": _NUMBER, "language": _TEXT_OR_NONE},
}
