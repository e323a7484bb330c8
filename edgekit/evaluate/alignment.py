"""Line-aligned texts: as long as each other, nothing empty, and which lines make a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgekit.core.errors import InputError
from edgekit.core.units import counted

_MOST_SHOWN = 10


def check_aligned(texts: Mapping[str, Sequence[str]], *, may_be_empty: Sequence[str] = ()) -> None:
    """Raise InputError unless all texts, by their names, have as many lines, one or more, and no empty one.

    may_be_empty: names of texts whose lines may be empty: a translation that is missing counts as one.
    """
    counts = {name: len(lines) for name, lines in texts.items()}
    if len({*counts.values()}) > 1:
        raise InputError(
            "the files have not as many lines as each other",
            reasons=[f"{name}: {counted(count, 'line')}" for name, count in counts.items()],
            hint="line n of each file must be the same sentence",
        )
    if not any(counts.values()):
        raise InputError(f"{next(iter(counts), 'the text')} has no lines")
    reasons = []
    for name, lines in texts.items():
        empty = [number for number, line in enumerate(lines, 1) if not line.strip()]
        if empty and name not in may_be_empty:
            shown = ", ".join(f"{number:,}" for number in empty[:_MOST_SHOWN])
            more = f", ... ({len(empty):,} in all)" if len(empty) > _MOST_SHOWN else ""
            reasons.append(f"{name}: line {shown}{more}")
    if reasons:
        raise InputError("empty lines cannot be compared", reasons=reasons, hint="remove them from every file")


def documents(name: str, lines: Sequence[str], count: int) -> dict[str, list[int]]:
    """Which lines of a text make each document: id -> indices of lines, in order of their first.

    lines: of the file `name`, either one for each of the `count` lines of the text, which begins with the document's id
    and a tab or the end, or the text itself with empty lines between documents, which are then numbered from 1.
    Raises InputError.
    """
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    filled = sum(1 for line in lines if line.strip())
    found: dict[str, list[int]] = {}
    if len(lines) == filled == count:
        for at, line in enumerate(lines):
            found.setdefault(line.split("\t", 1)[0].strip(), []).append(at)
        return found
    if filled == count:
        number, at, begun = 0, 0, False
        for line in lines:
            if not line.strip():
                begun = False
                continue
            if not begun:
                number, begun = number + 1, True
            found.setdefault(str(number), []).append(at)
            at += 1
        return found
    raise InputError(
        f"{name} does not say of each line which document it is in",
        reasons=[f"{counted(len(lines), 'line')}, {filled:,} of them not empty, for {counted(count, 'line')} of text"],
        hint="write one id a line, or the text itself with an empty line between documents",
    )
