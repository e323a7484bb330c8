"""What the screens ask of edgekit, behind one seam, so that a test can answer in its place.

Whatever loads numpy or a model is imported where it is asked for, which is in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from edgekit.catalogue.entries import Catalogue, Language
from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import EdgekitError, ModelFormatError
from edgekit.core.events import Event
from edgekit.core.languages import Direction, base_language
from edgekit.store.installed import broken_models, find_directions, find_model
from tui.words import language_name

if TYPE_CHECKING:
    from edgekit.identify.identifier import Identifier

Report = Callable[[Event], None]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary that a line has: its words there, what they are to become, whether they did."""

    source: str
    target: str
    honoured: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its translation.

    sure: how likely it is right, 0 to 1; None where that was not measured.
    doubtful: whether a person should look at it, by the rule of `edgekit translate --review`.
    findings: (kind, a sentence) of what the checks found.
    origin: `model`, `memory` or `source`.
    pairs: (span of the source, span of the translation) of words, in code points.
    """

    source: str
    text: str
    sure: float | None = None
    doubtful: bool = False
    findings: tuple[tuple[str, str], ...] = ()
    origin: str = "model"
    terms: tuple[Term, ...] = ()
    pairs: tuple[tuple[Span, Span], ...] = ()

    @property
    def badness(self) -> tuple[int, float]:
        """Sorts the worst to the front."""
        return -len(self.findings), 1.0 if self.sure is None else self.sure


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language of a text.  tag: one that can be translated from, None where unknown; other: one that cannot."""

    tag: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class FileDone:
    """A translated document: how many of its segments were.

    look: what to look at, the worst first, a line each.  plain: what is to be known of one taken for plain text.
    """

    out: Path
    translated: int
    segments: int
    look: tuple[str, ...] = ()
    plain: str = ""


class OpenTranslator(Protocol):
    """A direction that is open; `edgekit.Translator` is one."""

    def translate(self, texts: Sequence[str]) -> Sequence[object]:
        """Translate every text."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


class CheckedLines(Protocol):
    """A direction that is open, with protection, memory, glossary, checks and confidence.  terms: of its glossary."""

    terms: int

    def translate(self, texts: Sequence[str]) -> list[Line]:
        """Translate every line."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


class Models(Protocol):
    """The models of this machine, as the screens see them."""

    def directions(self) -> list[Direction]:
        """What can be translated here, in the order to offer it."""
        ...

    def offers(self) -> list[str]:
        """Ids that can be pulled to translate something."""
        ...

    def damaged(self) -> list[EdgekitError]:
        """What is here, may translate, and is not whole: each with the command that repairs it."""
        ...

    def name(self, tag: str) -> str:
        """A language in words."""
        ...

    def is_right_to_left(self, tag: str) -> bool:
        """Whether a language is written from right to left."""
        ...

    def open(self, direction: Direction) -> OpenTranslator:
        """Open a direction with nothing around it, to be measured. Raises EdgekitError."""
        ...

    def open_checked(self, direction: Direction, glossary: Path | None, report: Report) -> CheckedLines:
        """Open a direction; may take a second. Raises EdgekitError."""
        ...

    def unheaded_row(self, path: Path, direction: Direction) -> tuple[str, str] | None:
        """The first row of a glossary that does not say that it is one. Raises EdgekitError."""
        ...

    def keep(self, source: str, text: str, direction: Direction) -> None:
        """Keep what a person made of a line, which becomes its translation. Raises EdgekitError."""
        ...

    def identify(self, text: str) -> Spoken:
        """Which of the languages that can be translated from a text is in. Raises EdgekitError."""
        ...

    def translate_file(
        self, path: Path, out: Path, direction: Direction, glossary: Path | None, *, force: bool, report: Report
    ) -> FileDone:
        """Translate a document into another file; force: one that is there is replaced. Raises EdgekitError."""
        ...


@dataclass(slots=True)
class InstalledModels:
    """The models in the store of this machine, named by the catalogue."""

    catalogue: Catalogue
    _identifiers: dict[tuple[str, ...], Identifier] = field(default_factory=dict)

    def directions(self) -> list[Direction]:
        """Every direction of an installed model, sorted by tag."""
        return sorted(find_directions())

    def offers(self) -> list[str]:
        """The translation models of the catalogue that this machine could have."""
        return [one.id for one in self.catalogue.models.values() if one.task == "translate" and one.can_be_pulled]

    def damaged(self) -> list[EdgekitError]:
        """Of the catalogue's models those that translate; of one that it does not have the task is not known.

        What is wrong with each, which can be long, is told on the screen of models.
        """
        found: list[EdgekitError] = []
        for name in (one.folder.name for one in broken_models()):
            known = self.catalogue.models.get(name)
            if known is None or known.task == "translate":
                try:
                    find_model(name)
                except ModelFormatError as problem:
                    found.append(ModelFormatError(problem.message, hint=problem.hint))
        return found

    def name(self, tag: str) -> str:
        """The name of the tag or its base language, in the language of the screens; the tag of one that has none."""
        found = _lookup(self.catalogue.languages, tag)
        return language_name(found.english) if found is not None else tag

    def is_right_to_left(self, tag: str) -> bool:
        """What the catalogue says; False for a language it does not know."""
        found = _lookup(self.catalogue.languages, tag)
        return found is not None and found.direction == "rtl"

    def open(self, direction: Direction) -> OpenTranslator:
        """Open the installed model of a direction."""
        from edgekit.translate.translator import open_translator

        return open_translator(direction.source, direction.target)

    def open_checked(self, direction: Direction, glossary: Path | None, report: Report) -> CheckedLines:
        """See Models."""
        from tui.checked import open_lines

        return open_lines(direction, glossary, report)

    def unheaded_row(self, path: Path, direction: Direction) -> tuple[str, str] | None:
        """See Models."""
        from edgekit.glossary.read import unheaded_row

        return unheaded_row(path, direction)

    def keep(self, source: str, text: str, direction: Direction) -> None:
        """See Models."""
        from edgekit.memory.memory import open_memory

        with open_memory() as memory:
            memory.add(source, text, direction)

    def identify(self, text: str) -> Spoken:
        """See Models; the first time takes half a second."""
        from edgekit.identify.identifier import open_identifier

        tags = tuple(sorted({one.source for one in self.directions()}))
        if not tags:
            return Spoken()
        if tags not in self._identifiers:
            self._identifiers[tags] = open_identifier(tags)
        found = self._identifiers[tags].identify(text)
        return Spoken(found.tag, found.other)

    def translate_file(
        self, path: Path, out: Path, direction: Direction, glossary: Path | None, *, force: bool, report: Report
    ) -> FileDone:
        """See Models."""
        from tui.checked import translate_file

        return translate_file(path, out, direction, glossary, force=force, report=report)


def installed_models() -> InstalledModels:
    """The models of this machine; a catalogue with mistakes in it only costs the languages their names."""
    try:
        return InstalledModels(load_catalogue())
    except EdgekitError:
        return InstalledModels(Catalogue())


def fitting(directions: Sequence[Direction], spoken: str, current: Direction) -> Direction | None:
    """The direction for a text in another language than the current one's source; None where there is none or no need.

    The same target is kept where that is possible, else what was the source becomes it.
    """
    if base_language(spoken) == base_language(current.source):
        return None
    from_it = [one for one in directions if base_language(one.source) == base_language(spoken)]
    for target in (current.target, current.source):
        for one in from_it:
            if base_language(one.target) == base_language(target):
                return one
    return from_it[0] if from_it else None


def _lookup(languages: Mapping[str, Language], tag: str) -> Language | None:
    return languages.get(tag) or languages.get(base_language(tag))
