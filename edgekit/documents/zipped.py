"""A document of several parts in an archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgekit.core.errors import SegmentError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import Document, check_translated
from edgekit.documents.package import Package
from edgekit.documents.xml_part import check_characters


class ZippedDocument:
    """Parts of an archive that are documents themselves; the others are copied as they are.

    parts: in reading order, each under the name of its member.
    always: every part is written, even where no text of it has changed: it states the language.
    """

    def __init__(
        self,
        package: Package,
        parts: Mapping[str, Document],
        *,
        facts: Sequence[str] = (),
        always: bool = False,
    ) -> None:
        self._package = package
        self._parts = {name: part for name, part in parts.items() if part.segments or always}
        self._always = always
        self.segments: Sequence[MarkedText] = tuple(text for part in self._parts.values() for text in part.segments)
        # Chapters say the same of themselves.
        self.facts = tuple(dict.fromkeys([*facts, *(fact for part in self._parts.values() for fact in part.facts)]))

    @property
    def places(self) -> tuple[str, ...]:
        """Where each segment is: its part and its number there, from 1."""
        return tuple(
            f"{name} {number + 1}" for name, part in self._parts.items() for number in range(len(part.segments))
        )

    def written(self, translated: Sequence[MarkedText]) -> bytes:
        """The archive with these texts; parts whose texts are as they were are copied byte for byte."""
        check_translated(self.segments, translated)
        check_characters(self.segments, translated)
        changed: dict[str, bytes] = {}
        begin = 0
        for name, part in self._parts.items():
            texts = translated[begin : begin + len(part.segments)]
            if self._always or any(one != other for one, other in zip(part.segments, texts, strict=True)):
                try:
                    changed[name] = part.written(texts)
                except SegmentError as problem:
                    raise SegmentError(
                        problem.message,
                        reasons=problem.reasons,
                        hint=problem.hint,
                        segments=[begin + index for index in problem.segments],
                    ) from None
            begin += len(part.segments)
        return self._package.written(changed)
