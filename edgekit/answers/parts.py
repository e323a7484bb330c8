"""Questions that are gaps of one text, `water.1` and `water.2`: what a file calls the text, and whose each answer is.

Moodle gives the answers to all gaps of a text in one cell: `part 1: Paris; part 2: 42`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from edgekit.quiz.model import Question

GAP, OTHER_GAP = "_____", "[…]"
_ID = re.compile(r"(?P<text>.+)\.(?P<number>[1-9]\d{0,2})", re.DOTALL)
# `subqresponse` of Moodle's language packs: `part {$a->i}: {$a->response}`, in the language of its user.
_MARKER = re.compile(r"(?:^|;\s)[^\W\d_]{1,20}\s?(?P<number>[1-9]\d{0,2})\s?[:：]\s?")
# Moodle shows a gap to choose in as its options.
_OPTIONS = re.compile(r"\{[^{}]*\}")
_NOTHING = ("", "-")


def parts_of(questions: Sequence[Question]) -> dict[str, dict[int, Question]]:
    """The texts whose gaps questions are, each with its gaps by their numbers."""
    ids = {one.id.casefold() for one in questions}
    found: dict[str, dict[int, Question]] = {}
    for one in questions:
        match = _ID.fullmatch(one.id)
        gapped = any(GAP in text for text in one.text.values())
        if match is not None and gapped and match["text"].casefold() not in ids:
            found.setdefault(match["text"], {})[int(match["number"])] = one
    return found


def gapped_text(text: str) -> str:
    """A text with all gaps alike, whichever is asked for and however Moodle shows it."""
    return _OPTIONS.sub(GAP, text.replace(OTHER_GAP, GAP))


def gaps_in(cells: Iterable[str]) -> int:
    """How many gaps the texts behind some cells have: most of them have so many answers; 0 where they have none."""
    counts = Counter(len(_markers(cell)) for cell in cells)
    counts.pop(0, None)
    return counts.most_common(1)[0][0] if counts else 0


def answers_in(cell: str, gaps: int) -> Mapping[int, str] | None:
    """The answer to each gap by its number.

    None where it cannot be told: with `; part 2: x` in what a student wrote, there is one too many.
    """
    if cell.strip() in _NOTHING:
        return dict.fromkeys(range(1, gaps + 1), "")
    found = _markers(cell)
    if not found or [int(one["number"]) for one in found] != [*range(1, gaps + 1)] or found[0].start() != 0:
        return None
    ends = [*(one.start() for one in found[1:]), len(cell)]
    return {at: cell[one.end() : end] for at, (one, end) in enumerate(zip(found, ends, strict=True), start=1)}


def _markers(cell: str) -> list[re.Match[str]]:
    return list(_MARKER.finditer(cell))
