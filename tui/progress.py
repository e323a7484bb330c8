"""How far a job is, in the language of the screens: which step of how many it is at, and how much of that is done.

A job tells its line in English, as the command line prints it; here the line is known by its words.
"""

from __future__ import annotations

import re
from functools import cache

from tui.actions import N_
from tui.bridge import Job
from tui.errors import in_words, note_in_words
from tui.figures import refigured
from tui.matching import Templates
from tui.words import _

# The states of a job.
ENDED = {"done": N_("done"), "failed": N_("failed"), "cancelled": N_("cancelled"), "runs": N_("at work")}
# The first word of a job's name -> how it is called.
NAMES = {
    "attack": N_("attack {name}"),
    "audit": N_("audit {name}"),
    "export": N_("export {name}"),
    "grade": N_("grade {name}"),
    "install": N_("install {name}"),
    "measure": N_("measure {name}"),
    "plan": N_("plan {name}"),
    "pull": N_("pull {name}"),
    "remove": N_("remove {name}"),
    "translate": N_("translate {name}"),
    "verify": N_("verify {name}"),
}
# The steps of each work in their order, by the step that it begins with where there are several ways. One behind `?` is
# taken for some models alone: it counts once it begins.
STEPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "export": (("trim", "?quantize", "?measure", "certify", "package", "?masks"),),
    "plan": (
        ("open", "count", "select", "curve"),
        ("look up", "fetch", "install", "open", "count", "select", "curve"),
    ),
    "pull": (("fetch", "build", "masks", "install"),),
    "verify": (("files", "?run", "?text"),),
}
# In English they are called as the command line calls them.
STEP_NAMES = (
    *(N_("attack"), N_("audit"), N_("build"), N_("certify"), N_("check"), N_("convert"), N_("count"), N_("curve")),
    *(N_("embed"), N_("fetch"), N_("files"), N_("grade"), N_("importance"), N_("install"), N_("label"), N_("look up")),
    *(N_("masks"), N_("measure"), N_("open"), N_("package"), N_("parity"), N_("quantize"), N_("run"), N_("select")),
    *(N_("text"), N_("translate"), N_("trim")),
)
# What stands behind the name of a step, whole or in pieces that commas part.
DETAILS = (
    N_("{done} of {total}"),
    N_("{left} left"),
    *(N_("{done} of {total} lines"), N_("{done} of {total} line")),
    *(N_("{count} lines"), N_("{count} line")),
    *(N_("{rate} lines/s"), N_("{rate} line/s")),
    *(N_("{done} of {total} tensors"), N_("{done} of {total} tensor")),
    *(N_("{rate} tensors/s"), N_("{rate} tensor/s")),
    *(N_("{done} of {total} files"), N_("{done} of {total} file")),
    *(N_("{rate} files/s"), N_("{rate} file/s")),
    *(N_("{done} of {total} segments"), N_("{done} of {total} segment")),
    *(N_("{rate} segments/s"), N_("{rate} segment/s")),
    *(N_("{done} of {total} steps"), N_("{done} of {total} step")),
    *(N_("{done} of {total} answers"), N_("{done} of {total} answer")),
    *(N_("{rate} answers/s"), N_("{rate} answer/s")),
    *(N_("{count} answers"), N_("{count} answer")),
    *(N_("{count} texts"), N_("{count} text")),
    *(N_("{count} segments"), N_("{count} segment")),
    *(N_("{count} tokens"), N_("{count} token")),
    N_("{done} of {total} tokens"),
    *(N_("{count} sizes"), N_("{count} size")),
    N_("{least} to {most} tokens"),
    N_("{done} of {total} lines are cut as before"),
    N_("for {languages}"),
    N_("{name} from {place}"),
    N_("{one} and {other}"),
    N_("family {family}"),
    N_("preset {preset}"),
    *(N_("{count} files at {commit}"), N_("{count} file at {commit}")),
    *(N_("{count} places"), N_("{count} place")),
    N_("which placeholders come through"),
    N_("not tried"),
)
SESSION = N_("session {number}")
_RATE = re.compile(r", [\d.,]+ \w+/s(?=, |$)")
_LEFT = re.compile(r", \w+ left$")


def name_in_words(job: Job) -> str:
    """What a job is called: the work, and on what."""
    work, _space, name = job.name.partition(" ")
    text = NAMES.get(work)
    if text is None or not name:
        return job.name
    number = name.removeprefix("session ")
    return _(text, name=_(SESSION, number=number) if number != name and number.isdecimal() else name)


def told_of(job: Job) -> str:
    """What is at work and how far it is; nothing once it has ended."""
    if not job.runs:
        return ""
    step, _colon, detail = job.line.partition(": ")
    # The only step of a work is called as the work is.
    is_named = bool(detail) and step == job.name.partition(" ")[0] and place(job, step)[1] == 1
    return ", ".join(filter(None, (name_in_words(job), _detail_in_words(detail) if is_named else line_in_words(job))))


def line_in_words(job: Job, *, brief: bool = False) -> str:
    """How far it is: `step 2 of 4, build: 40 of 97 tensors, 12s left`.

    brief: `40 of 97 tensors, 12s left` alone, without its rate.  What has ended has no rate, and no time left.
    """
    step, _colon, detail = job.line.partition(": ")
    if brief and job.runs and detail and step in STEP_NAMES:
        return _detail_in_words(_RATE.sub("", detail))
    at, count = place(job, step)
    line = job.line if job.runs else _LEFT.sub("", _RATE.sub("", job.line))
    return (_("step {at} of {count}, ", at=at, count=count) if count > 1 else "") + step_in_words(line)


def step_in_words(line: str) -> str:
    """`build: 40 of 97 tensors, 12s left`; as it is where it is no line of a step."""
    step, colon, detail = line.partition(": ")
    if step not in STEP_NAMES:
        return line
    return _(step) + (f": {_detail_in_words(detail)}" if colon else "")


def log_in_words(job: Job) -> str:
    """All that it has said, a line each."""
    log = list(job.log)
    failed = job.problem is not None and log[-1:] == [str(job.problem)]
    said = log[:-1] if failed else log
    lines = [step if (step := step_in_words(line)) != line else note_in_words(line) for line in said]
    if job.problem is not None and failed:
        lines.append(in_words(job.problem)[0])
    return "\n".join(lines)


def place(job: Job, step: str) -> tuple[int, int]:
    """(the number of a step, how many there are) in the work of a job; (1, 1) where that is not known."""
    begun = {line.partition(": ")[0] for line in [*job.log, job.line]}
    ways = [way for way in STEPS.get(job.name.partition(" ")[0], ()) if step in _names(way)]
    if not ways:
        return 1, 1
    way = next((way for way in reversed(ways) if way[0] in begun), ways[0])
    now = _names(way).index(step)
    at = 1 + sum(one in begun for one in _names(way)[:now])
    return at, at + sum(not one.startswith("?") for one in way[now + 1 :])


def _names(way: tuple[str, ...]) -> list[str]:
    return [one.removeprefix("?") for one in way]


def _detail_in_words(detail: str) -> str:
    return _known(detail) or ", ".join(_known(piece) or refigured(piece) for piece in detail.split(", "))


def _known(text: str) -> str | None:
    for template, fields in _details().of(text):
        return _(template, **{name: refigured(value) for name, value in fields.items()})
    return None


@cache
def _details() -> Templates:
    return Templates(DETAILS)
