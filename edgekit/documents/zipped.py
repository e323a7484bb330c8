"""A document of several parts in an archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from edgekit.core.errors import SegmentError
from edgekit.core.marked import MarkedText
from edgekit.core.package import Package
from edgekit.documents.base import check_translated
from edgekit.documents.xml_part import check_characters


class Part(Protocol):
    """A member of an archive that is a document itself."""

    @property
    def segments(self) -> Sequence[MarkedText]:
        """See `Document`."""

    @property
    def facts(self) -> tuple[str, ...]:
        """See `Document`."""

    def written(self, translated: Sequence[MarkedText], *, changed: bool = False) -> bytes:
        """See `Document`.  changed: whether any text of the archive did."""


class ZippedDocument:
    """Parts of an archive that are documents themselves; the others are copied as they are.

    parts: in reading order, each under the name of its member.
    always: where any text has changed every part is asked, for what it says of its language.
    """

    def __init__(
        self,
        package: Package,
        parts: Mapping[str, Part],
        *,
        facts: Sequence[str] = (),
        always: bool = False,
    ) -> None:
        self._package = package
        self._parts = {name: part for name, part in parts.items() if part.segments or always}
        self._always = always
        self.segments: Sequence[MarkedText] = tuple(text for part in self._parts.values() for text in part.segments)
        self._facts = facts

    @property
    def facts(self) -> tuple[str, ...]:
        """What a person should know; chapters say the same of themselves."""
        return tuple(dict.fromkeys([*self._facts, *(fact for part in self._parts.values() for fact in part.facts)]))

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
        any_changed = any(one != other for one, other in zip(self.segments, translated, strict=True))
        begin = 0
        for name, part in self._parts.items():
            texts = translated[begin : begin + len(part.segments)]
            asked = self._always and any_changed
            if asked or any(one != other for one, other in zip(part.segments, texts, strict=True)):
                try:
                    changed[name] = part.written(texts, changed=any_changed)
                except SegmentError as problem:
                    raise SegmentError(
                        problem.message,
                        reasons=problem.reasons,
                        hint=problem.hint,
                        segments=[begin + index for index in problem.segments],
                    ) from None
            begin += len(part.segments)
        return self._package.written(changed)
