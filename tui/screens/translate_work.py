"""What the translate screen does in threads: opens a direction, translates, tells the language of a text."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.message import Message
from textual.worker import get_current_worker

from edgekit.core.errors import EdgekitError, InputError, UnavailableError
from edgekit.core.events import Event, Note
from edgekit.core.languages import Direction
from tui.errors import in_words, note_in_words
from tui.models import CheckedLines, Line, Spoken
from tui.screens.translate_review import TranslateReview
from tui.words import _

# Lines handed to the engine at once: one full batch of it, so that a newer text waits for no more than that.
CHUNK_LINES = 16


class TranslateWork(TranslateReview):
    """The part of the translate screen that works where nobody waits, and posts what came of it."""

    NAME: ClassVar[str] = "translate"

    @dataclass
    class Opened(Message):
        """A direction is open, and the upper text becomes `text` where one is given; note: what is to be known."""

        direction: Direction
        text: str | None
        glossary: Path | None
        note: str

    @dataclass
    class Translated(Message):
        """The next lines of a translation, and how far it is; with the first of them the one before goes."""

        source: str
        lines: list[Line]
        is_first: bool
        done: int
        total: int

    @dataclass
    class Told(Message):
        """The language of a text is known, or is known to be unknown."""

        source: str
        spoken: Spoken

    @dataclass
    class Failed(Message):
        """What was asked for could not be done."""

        problem: EdgekitError

    def __init__(self) -> None:
        super().__init__()
        self._wanted: Direction | None = None
        self._translator: CheckedLines | None = None
        self._busy = threading.Lock()  # a thread cannot be stopped, so the next one waits until it looks up

    def _open(self, direction: Direction, text: str | None = None) -> None:
        self._wanted = direction
        self.workers.cancel_group(self, "translate")
        self.say(_("opening {direction}", direction=direction))
        self._open_in_background(direction, text, self._glossary)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open")
    def _open_in_background(self, direction: Direction, text: str | None, glossary: Path | None) -> None:
        worker = get_current_worker()
        notes: list[str] = []

        def tell(event: Event) -> None:
            if isinstance(event, Note):
                notes.append(note_in_words(event.text))

        if self._current is None:  # a direction that is not offered for that is missed
            notes += self.damaged_in_words()
        with self._busy:
            if worker.is_cancelled:
                return
            try:
                try:
                    translator = self._models.open_checked(direction, glossary, tell)
                except (InputError, UnavailableError) as problem:
                    if glossary is None:
                        raise
                    # Better a translation without the terms than none, as long as it is said.
                    translator = self._models.open_checked(direction, None, tell)
                    notes.append(_("the glossary is not used: {problem}", problem=in_words(problem)[0]))
                    glossary = None
            except EdgekitError as problem:
                self.post_message(self.Failed(problem))
                return
            before, self._translator = self._translator, translator
            if before is not None:
                before.close()
        self.post_message(self.Opened(direction, text, glossary, "\n".join(notes)))

    @work(thread=True, exclusive=True, exit_on_error=False, group="translate")
    def _translate(self, translator: CheckedLines, text: str) -> None:
        worker = get_current_worker()
        lines = text.split("\n")
        done = 0
        with self._busy:
            while done < len(lines):
                if worker.is_cancelled or translator is not self._translator:
                    return
                try:
                    results = translator.translate(lines[done : done + CHUNK_LINES])
                except EdgekitError as problem:
                    self.post_message(self.Failed(problem))
                    return
                if worker.is_cancelled:
                    return
                is_first, done = done == 0, done + len(results)
                self.post_message(self.Translated(text, results, is_first, done, len(lines)))

    @work(thread=True, exclusive=True, exit_on_error=False, group="identify")
    def _identify(self, text: str) -> None:
        worker = get_current_worker()
        with self._busy:  # after the translation, which a person waits for
            pass
        if worker.is_cancelled:
            return
        try:
            spoken = self._models.identify(text)
        except EdgekitError:
            spoken = Spoken()
        if not worker.is_cancelled:
            self.post_message(self.Told(text, spoken))
