"""Models without a model: the translation is the text in upper case, and a test decides when it comes."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from edgekit.core.errors import DirectionError, EdgekitError, EngineError, InputError
from edgekit.core.events import Event, Note, Progress
from edgekit.core.languages import Direction
from edgekit.documents.open import why_plain
from edgekit.glossary.read import unheaded_row
from tui.models import FileDone, Line, Spoken, Term

SECONDS = 60.0
NAMES = {"en": "English", "pt": "Portuguese", "ar": "Arabic", "de": "German"}


class ToyTranslator:
    def __init__(self, models: ToyModels, glossary: Path | None = None) -> None:
        self.models = models
        self.glossary = glossary
        self.terms = 1
        self.closed = False

    def translate(self, texts: Sequence[str]) -> list[Line]:
        self.models.asked.append(list(texts))
        assert self.models.may_translate.wait(SECONDS)
        if self.closed:
            raise EngineError("the toy is closed")
        if any("fault" in text for text in texts):
            raise EngineError("the toy broke", hint="do not write `fault`")
        if any("bug" in text for text in texts):
            raise ZeroDivisionError("a bug")
        return [self._line(text) for text in texts]

    def _line(self, text: str) -> Line:
        """`?` makes a line doubtful, `12` loses a number, `sure` is sure; words become words of the same place."""
        words = [match.span() for match in re.finditer(r"\S+", text)]
        findings = (("number", "`12` is missing"),) if "12" in text else ()
        sure = 0.25 if "?" in text else 0.93 if "sure" in text else 0.5 if findings else None
        terms = (Term("term", "TERMO", "TERM" in text.upper()),) if self.glossary and "term" in text else ()
        kept = next((mended for (source, _to), mended in self.models.kept.items() if source == text), None)
        if kept is not None:
            return Line(text, kept, 1.0, origin="memory")
        return Line(
            text,
            text.upper(),
            sure,
            bool(findings) or "?" in text,
            findings,
            "memory" if "again" in text else "model",
            terms,
            tuple((span, span) for span in words if len(text.upper()) == len(text)),
        )

    def close(self) -> None:
        self.closed = True


class ToyModels:
    """`may_open` and `may_translate` hold the worker back while they are clear."""

    def __init__(self, *directions: Direction) -> None:
        self.installed = list(directions)
        self.broken: list[EdgekitError] = []
        self.may_open = threading.Event()
        self.may_translate = threading.Event()
        self.may_open.set()
        self.may_translate.set()
        self.opened: list[ToyTranslator] = []
        self.asked: list[list[str]] = []
        self.spoken = Spoken()
        self.kept: dict[tuple[str, Direction], str] = {}
        self.file_goes_on = threading.Event()
        self.file_goes_on.set()

    def directions(self) -> list[Direction]:
        return self.installed

    def offers(self) -> list[str]:
        return ["toy-en-pt", "toy-pt-en"]

    def damaged(self) -> list[EdgekitError]:
        return self.broken

    def name(self, tag: str) -> str:
        return NAMES.get(tag, tag)

    def is_right_to_left(self, tag: str) -> bool:
        return tag == "ar"

    def open(self, direction: Direction) -> ToyTranslator:
        assert self.may_open.wait(SECONDS)
        if direction not in self.installed:
            raise DirectionError(f"no toy translates {direction}", hint="run `edgekit pull toy`")
        self.opened.append(ToyTranslator(self))
        return self.opened[-1]

    def open_checked(
        self, direction: Direction, glossary: Path | None, report: Callable[[Event], None]
    ) -> ToyTranslator:
        opened = self.open(direction)
        if glossary is not None and not glossary.is_file():
            opened.close()
            raise InputError(f"there is no glossary `{glossary}`")
        opened.glossary = glossary
        if glossary is not None:
            report(Note("the toy's glossary has no conflicts"))
        return opened

    def unheaded_row(self, path: Path, direction: Direction) -> tuple[str, str] | None:
        return unheaded_row(path, direction)

    def keep(self, source: str, text: str, direction: Direction) -> None:
        if not text:
            raise InputError("an entry of the memory is empty")
        self.kept[source, direction] = text

    def identify(self, text: str) -> Spoken:
        return self.spoken

    def translate_file(
        self,
        path: Path,
        out: Path,
        direction: Direction,
        glossary: Path | None,
        *,
        force: bool,
        report: Callable[[Event], None],
    ) -> FileDone:
        text = path.read_text("utf-8")
        assert force == out.exists()
        report(Progress("translate", 1, 4, "segments"))
        while not self.file_goes_on.wait(0.02):
            report(Progress("translate", 2, 4, "segments"))
        out.write_text(text.upper(), "utf-8")
        report(Note("2: something"))
        return FileDone(out, 3, 4, ("2: something",), why_plain(path.name) or "")
