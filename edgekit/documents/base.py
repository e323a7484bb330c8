"""What every format's document gives and takes: segments out, their translations in, the same bytes around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edgekit.core.errors import SegmentError
from edgekit.core.marked import Mark, MarkedText


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """What a person may choose about documents; each format takes what concerns it.

    source: the language translated from: which old encoding a file that states none is likely to have.
    target: the language translated to, a BCP-47 tag: plural forms of po, unspaced subtitles, `lang` attributes.
    columns: of csv and tsv, by name or by number from 1; none means every column of prose.
    into: csv and tsv: the column, new or there, that takes the translation of the one chosen column.
    header: csv and tsv: whether the first row holds names; None looks.
    keys: of json, dotted paths with `*` and `**`; none means every string that reads like prose.
    comments: docx, pptx, odt: remarks in the margin are translated too.
    fuzzy: po: entries marked fuzzy are translated too.
    set_language: where a document that is translated says that it, or a part, is in `source`, it says `target`.
    encoding: how the bytes are to be read, where the file does not say and looking is not enough.
    """

    source: str | None = None
    target: str | None = None
    columns: tuple[str, ...] = ()
    into: str | None = None
    header: bool | None = None
    keys: tuple[str, ...] = ()
    comments: bool = True
    fuzzy: bool = False
    set_language: bool = True
    encoding: str | None = None


class Document(Protocol):
    """A file whose texts can be exchanged."""

    @property
    def segments(self) -> Sequence[MarkedText]:
        """What is to be translated, paragraph by paragraph, in reading order."""

    @property
    def facts(self) -> tuple[str, ...]:
        """What a person should know, a sentence each; `written` may add some."""

    def written(self, translated: Sequence[MarkedText]) -> bytes:
        """The file with these texts in it; `segments` themselves give the file as it was.

        translated: one for each segment, with all of its marks, by name. A `keep` still spans the same characters; a
            `pair` whose words have no translation may come back as a `point`. Other marks are ignored.
        Raises SegmentError, with the index of every segment that does not hold to this.
        """


def check_translated(segments: Sequence[MarkedText], translated: Sequence[MarkedText]) -> None:
    """Raise SegmentError where a translation does not have the marks of its segment, for all of them at once."""
    if len(segments) != len(translated):
        raise SegmentError(f"{len(segments)} segments came back as {len(translated)}")
    found: dict[int, str] = {}
    for index, (segment, translation) in enumerate(zip(segments, translated, strict=True)):
        if problems := _problems(segment, translation):
            found[index] = "; ".join(problems)
    if found:
        raise SegmentError(
            f"{len(found)} of {len(segments)} segments lost what belongs to them",
            reasons=[f"segment {index + 1}: {text}" for index, text in found.items()],
            segments=tuple(found),
        )


def _problems(segment: MarkedText, translation: MarkedText) -> list[str]:
    """What a translation's marks have against them; an empty list for most."""
    if translation is segment:
        return []
    own = {mark.name: mark for mark in segment.marks}
    came = [mark for mark in translation.marks if mark.name in own]
    counts = Counter(mark.name for mark in came)
    problems = [f"mark `{name}` is missing" for name in own if not counts[name]]
    problems += [f"mark `{name}` came back {count} times" for name, count in counts.items() if count > 1]
    for mark in came:
        problems += _mark_problems(segment, own[mark.name], translation, mark)
    return problems


def _mark_problems(segment: MarkedText, own: Mark, translation: MarkedText, mark: Mark) -> list[str]:
    length = len(translation.text)
    if not 0 <= mark.begin <= mark.end <= length:
        return [f"mark `{mark.name}` is at {mark.begin}:{mark.end} of {length} characters"]
    if own.kind == "point" and mark.begin != mark.end:
        return [f"mark `{mark.name}` is a point and came back as a span"]
    if own.kind == "keep" and translation.text[mark.begin : mark.end] != segment.text[own.begin : own.end]:
        return [f"`{segment.text[own.begin : own.end]}` came back as `{translation.text[mark.begin : mark.end]}`"]
    return []
