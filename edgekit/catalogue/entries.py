"""What a catalogue says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgekit.catalogue.uris import SourceUri
from edgekit.core.languages import Direction

TASKS = ("translate", "grade", "embed", "generate")


@dataclass(frozen=True, slots=True)
class Languages:
    """BCP-47 tags. A model that has no direction lists what it reads in `source`; `target` is empty."""

    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()

    def directions(self) -> tuple[Direction, ...]:
        """Every pair of a source and another target, in the order given."""
        return tuple(Direction(one, other) for one in self.source for other in self.target if one != other)


@dataclass(frozen=True, slots=True)
class Language:
    """A language's names and how it is written."""

    tag: str
    english: str
    native: str
    script: str
    direction: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One run of bytes to bring: a member of a source, or the source itself where member is empty."""

    source: SourceUri
    member: str
    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a model. It is its pieces, joined in order; size and sha256 are those of the whole."""

    role: str
    path: str
    pieces: tuple[Piece, ...]
    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Archive:
    """A container as it is downloaded.

    Wheels of one version differ by platform, so the digest holds only for the archive of this name;
    what is trusted are the digests of the files inside.
    """

    source: str
    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number that somebody measured, and on what."""

    value: float
    set: str
    lines: int
    signature: str


@dataclass(frozen=True, slots=True)
class Preset:
    """Named settings for the exporter of a family."""

    id: str
    family: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExportPreset:
    """A named recipe of an export for a device: how far to trim (at most one of three), and the types of the weights.

    coverage: 0 to 1.  quant, embedding_quant: of the weights and of the table of words, for a model that is not
    quantised yet; None keeps what is there.  limits: what quantising may cost, by the names of
    `edgekit.catalogue.presets.LIMITS`.  budget_size_bytes, budget_memory_bytes: what the device has to spare for one
    model's files, and for it when it runs.
    """

    id: str
    device: str
    vocab: int | None = None
    coverage: float | None = None
    max_size_bytes: int | None = None
    quant: str | None = None
    embedding_quant: str | None = None
    budget_size_bytes: int | None = None
    budget_memory_bytes: int | None = None
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the catalogue.

    parameters: as its authors state them, rounded.  unpinned: its commit and files are not said yet, so it cannot be
    pulled.  refused: why it never can, and what can instead; None for all others.
    """

    id: str
    name: str
    family: str
    task: str
    licence: str
    attribution: str
    source: SourceUri
    languages: Languages
    files: tuple[FileEntry, ...]
    aliases: tuple[str, ...] = ()
    archives: tuple[Archive, ...] = ()
    preset: Preset | None = None
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    parameters: int | None = None
    unpinned: bool = False
    refused: str | None = None

    @property
    def size_bytes(self) -> int | None:
        """Size of all files as their source gives them, or None where one is not known."""
        sizes = [file.size_bytes for file in self.files]
        known = [size for size in sizes if size is not None]
        return sum(known) if sizes and len(known) == len(sizes) else None

    @property
    def is_checkpoint(self) -> bool:
        """Whether it is a folder as transformers saves it: kept as it comes, for `edgekit export` to make small."""
        paths = [file.path for file in self.files]
        return "config.json" in paths and any(path.endswith(".safetensors") for path in paths)

    @property
    def can_be_pulled(self) -> bool:
        """Whether the entry says enough to bring the model."""
        return not self.unpinned and self.refused is None

    def sources(self) -> tuple[SourceUri, ...]:
        """Every source that a piece comes from, once, in order of first use."""
        return tuple(dict.fromkeys(piece.source for file in self.files for piece in file.pieces))

    def archive_of(self, source: SourceUri) -> Archive | None:
        """What is known of the download that `source` gives."""
        return next((archive for archive in self.archives if archive.source == source.text), None)


@dataclass(frozen=True, slots=True)
class Prompt:
    """How a language model is asked for a translation; see `edgekit.catalogue.prompts` for the placeholders.

    names: how languages are called: `english`, `native`, or `none`.  exemplars: `pairs` of the direction itself,
    `diverse` ones of other languages, or `none`.  template: the whole prompt.  example: one exemplar in it.
    glossary: the terms that occur, in it.  instructions: what `{instruction}` stands for, by the source's language.
    stop: texts at which the answer ends.  chat: what a model with a template for chats is told instead, or None.
    """

    id: str
    version: int
    summary: str
    names: str
    exemplars: str
    template: str
    example: str
    glossary: str
    stop: tuple[str, ...]
    instructions: Mapping[str, str] = field(default_factory=dict)
    chat: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Models, presets, languages and prompts by id; exemplars, the same sentences in each language, by tag."""

    models: Mapping[str, Model] = field(default_factory=dict)
    presets: Mapping[str, Preset] = field(default_factory=dict)
    languages: Mapping[str, Language] = field(default_factory=dict)
    export_presets: Mapping[str, ExportPreset] = field(default_factory=dict)
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    exemplars: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, id_or_alias: str) -> Model | None:
        """The model of that id, else the one with that alias, else None."""
        if id_or_alias in self.models:
            return self.models[id_or_alias]
        return next((model for model in self.models.values() if id_or_alias in model.aliases), None)
