"""Which grader a session was graded by: its code, its models and what computes them, and how another one differs."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.abc import Traversable

# Whatever may decide a suggestion lies in them; a test holds that the grader imports nothing else of edgekit.
ROOMS = (
    *("catalogue", "checks", "confidence", "core", "engine", "generate", "glossary", "grading", "identify"),
    *("projection", "protect", "quiz", "tokenizer", "translate"),
)
_ENDINGS = (".py", ".json")
_LIBRARIES = ("onnxruntime", "numpy")


@functools.cache
def code_digest() -> str:
    """SHA-256 of the code and the weights that decide a suggestion: versions are counted less often than they change.

    2 MB in 400 files take 30 ms.
    """
    digest = hashlib.sha256()
    for room in ROOMS:
        for name, file in _files(files("edgekit").joinpath(room), room):
            # A checkout on Windows may have other ends of lines.
            data = file.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{name} {hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


def computed_by() -> str:
    """The libraries that compute, and the machine's architecture: another one may give other last digits.

    What its processor has stands apart, as `level_here` tells it: of one architecture one rounds otherwise, too.
    """
    from importlib.metadata import version

    return ", ".join([*(f"{name} {version(name)}" for name in _LIBRARIES), platform.machine()])


def what_differs(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What of the settings of a session is another here, one sentence each; nothing where the grader is the same."""
    found: list[str] = []
    for name in sorted({*then, *now} - {"translators"}):
        before, here = then.get(name), now.get(name)
        if before == here:
            continue
        if before is None and name == "processor":
            # Records of before say nothing of it.
            found.append(f"the processor: not told of then, and may be another; {_shown(here)} here")
        elif before is None:
            found.append(f"{_NAMES.get(name, name)}: not told of then, {_shown(here)} here")
        else:
            found.append(f"{_NAMES.get(name, name)}: {_shown(before)} then, {_shown(here)} here")
    before, here = (dict(one.get("translators") or {}) for one in (then, now))
    for direction in sorted({*before, *here}):
        if before.get(direction) != here.get(direction):
            told = f"{_shown(before.get(direction))} then, {_shown(here.get(direction))} here"
            found.append(f"the translator {direction}: {told}")
    return found


_NAMES = {
    "computed": "what computes",
    "edgekit": "the version of edgekit",
    "encoder": "the encoder",
    "grader": "the code of the grader",
    "judge": "the judge",
    "processor": "the instructions of the processor, which round otherwise",
    "schema": "the form of these settings",
    "scorer": "the weights of the scorer",
}
_DIGEST = 64
_SHORT = 12


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return " ".join(_shown(one) for _, one in sorted(value.items(), reverse=True))
    text = str(value)
    return f"`{text[:_SHORT]}`" if len(text) == _DIGEST else f"`{text[:80]}`"


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.is_dir():
            yield from _files(one, f"{name}/{one.name}")
        elif one.name.endswith(_ENDINGS):
            yield f"{name}/{one.name}", one
