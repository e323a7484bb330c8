"""What the screens ask of edgekit, behind one seam, so that a test can answer in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from edgekit.catalogue.entries import Catalogue, Language
from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import EdgekitError
from edgekit.core.languages import Direction, base_language
from edgekit.core.segments import Translation
from edgekit.store.installed import find_directions
from edgekit.translate.translator import open_translator


class OpenTranslator(Protocol):
    """A direction that is open; `edgekit.Translator` is one."""

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate every text."""
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

    def name(self, tag: str) -> str:
        """A language in English words."""
        ...

    def is_right_to_left(self, tag: str) -> bool:
        """Whether a language is written from right to left."""
        ...

    def open(self, direction: Direction) -> OpenTranslator:
        """Open a direction; may take a second. Raises EdgekitError."""
        ...


@dataclass(frozen=True, slots=True)
class InstalledModels:
    """The models in the store of this machine, named by the catalogue."""

    catalogue: Catalogue

    def directions(self) -> list[Direction]:
        """Every direction of an installed model, sorted by tag."""
        return sorted(find_directions())

    def offers(self) -> list[str]:
        """The translation models of the catalogue."""
        return [model.id for model in self.catalogue.models.values() if model.task == "translate"]

    def name(self, tag: str) -> str:
        """The catalogue's name for the tag or its base language, else the tag."""
        found = _lookup(self.catalogue.languages, tag)
        return found.english if found is not None else tag

    def is_right_to_left(self, tag: str) -> bool:
        """What the catalogue says; False for a language it does not know."""
        found = _lookup(self.catalogue.languages, tag)
        return found is not None and found.direction == "rtl"

    def open(self, direction: Direction) -> OpenTranslator:
        """Open the installed model of a direction."""
        return open_translator(direction.source, direction.target)


def installed_models() -> InstalledModels:
    """The models of this machine; a catalogue with mistakes in it only costs the languages their names."""
    try:
        return InstalledModels(load_catalogue())
    except EdgekitError:
        return InstalledModels(Catalogue())


def _lookup(languages: Mapping[str, Language], tag: str) -> Language | None:
    return languages.get(tag) or languages.get(base_language(tag))
