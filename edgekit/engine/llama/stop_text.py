"""Bytes of tokens into text that can be shown at once: whole characters, nothing of a stop text."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class StopText:
    """Takes bytes as they come, gives text as soon as it is certain.

    What it gives does not depend on where the bytes are cut. The text ends before the first stop text that is complete;
    of two that are complete with the same character, before the longer. Bytes that are no UTF-8 become U+FFFD each as
    `bytes.decode` has it; a character that is begun at the end is left out.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._stop = tuple(stop)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def feed(self, data: bytes) -> str:
        """The text that is certain now; `stopped` is true after the first stop text."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(data)
        ends = [(at + len(one), -len(one)) for one in self._stop if (at := self._held.find(one)) >= 0]
        if ends:
            self.stopped = True
            end, length = min(ends)
            certain, self._held = self._held[: end + length], ""
            return certain
        keep = max((_begun(self._held, one) for one in self._stop), default=0)
        at = len(self._held) - keep
        certain, self._held = self._held[:at], self._held[at:]
        return certain

    def finish(self) -> str:
        """What was held back: the begin of a stop text that did not come."""
        held, self._held = self._held, ""
        return held


def _begun(text: str, stop: str) -> int:
    """Length of the longest end of text that stop begins with."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
