"""What is asked of an export and of a verification, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from edgekit.core.errors import UsageError
from edgekit.core.events import Reporter
from edgekit.core.languages import Direction, normalise_tag
from edgekit.store.receipt import Receipt

FORMATS = ("gguf", "hf", "onnx", "marian")
# Opens a file for who verifies it; what comes back is a `exporters.selection.base.LanguageModel`.
OpenLanguageModel: TypeAlias = Callable[[Path], Any]
# Opens an encoder, a GGUF file or the folder of an artifact, as its receipt's `engine` says; what comes back is a
# `exporters.alignment.gate.TextEncoder`.
OpenTextEncoder: TypeAlias = Callable[[Path, Mapping[str, Any]], Any]
# Opens a translation model in the folder of an artifact, as its receipt's `engine` says, in one direction; what comes
# back is a `exporters.loss.translations.Translator`.
OpenTranslator: TypeAlias = Callable[[Path, Mapping[str, Any], Direction], Any]
# Resident bytes of a process that runs an artifact on lines, in a direction or as vectors; None where unknown. Its path
# is that of a file, or of a folder that the receipt's `engine` tells of.
MeasureMemory: TypeAlias = Callable[[Path, Mapping[str, Any], Sequence[str], Direction | None], int | None]
# Runs a serialised ONNX model on feeds, arrays by input, and gives its named outputs for each.
RunGraph: TypeAlias = Callable[[bytes, Iterable[Mapping[str, Any]], Sequence[str]], Iterator[Sequence[Any]]]
# Compiles the graph of a file for a provider with these options, into one file.
CompileGraph: TypeAlias = Callable[[Path, Path, str, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """An export.

    model: id or alias of an installed model, a path, or `hf:OWNER/NAME[@REVISION]`, which is pulled first.
    languages: BCP-47 tags.  corpora: text of these languages, each a file, a folder, a pattern or `-` for the standard
    input, with `TAG=` before it where its name does not say which.
    corpus_field: of JSON lines.  aligned: line-aligned files, one a language, named as corpora are; an encoder must
    align the languages on them as before.
    vocab, coverage, max_size_bytes: how far to trim, at most one; coverage is 0 to 1.
    preset: id of a recipe of the catalogue, which what is set here overrides.  scripts: ISO 15924 codes to keep.
    keep_text: files whose every token stays.  quant, embedding_quant, output_quant: types of the weights, of the table
    of words, and of the head where it is a table of its own.  imatrix: a file of `llama-imatrix`, which says which
    inputs matter, or `off`; None makes one of the text of corpora.
    format: the container, where it must be a certain one.  target: the processor that it is made for, as `qnn:sm8550`;
    nothing is trimmed then, and corpora are what ranges are measured on.  npu_steps: the decode runs there as well.
    accept_licence: go on under terms that forbid commercial use.  allow_loss: even where a language loses characters or
    its alignment, or quantising more than the preset's limits.  out: the folder that the artifact's own folder is made
    in.  id, licence, attribution: of the artifact; None takes what the model says.  command: the line that was typed,
    for the report.
    """

    model: str
    languages: tuple[str, ...]
    corpora: tuple[str, ...] = ()
    corpus_field: str | None = None
    aligned: tuple[str, ...] = ()
    vocab: int | None = None
    coverage: float | None = None
    max_size_bytes: int | None = None
    preset: str | None = None
    scripts: frozenset[str] | None = None
    keep_text: tuple[Path, ...] = ()
    quant: str | None = None
    embedding_quant: str | None = None
    output_quant: str | None = None
    imatrix: str | None = None
    format: str | None = None
    accept_licence: bool = False
    target: str | None = None
    npu_steps: bool = False
    allow_loss: bool = False
    out: Path = field(default_factory=Path)
    force: bool = False
    id: str | None = None
    licence: str | None = None
    attribution: str | None = None
    command: str = ""

    def check(self) -> None:
        """Raise UsageError with everything that is wrong with it and can be known without looking at the model."""
        reasons = [f"`{tag}` is written `{normalise_tag(tag)}`" for tag in self.languages if normalise_tag(tag) != tag]
        if self.target is not None:
            reasons += [
                f"`--target` and `{flag}` are two steps: trim first, then export what came of it for its target"
                for flag, value in self._trimming().items()
                if value
            ]
        elif self.npu_steps:
            reasons.append("`--npu-steps` needs `--target`, one that is an NPU")
        elif not self.languages:
            reasons.append("no language is named; add `--languages pt,en`, for example")
        targets = {
            "--vocab": self.vocab,
            "--coverage": self.coverage,
            "--max-size": self.max_size_bytes,
        }
        given = [name for name, value in targets.items() if value is not None]
        if len(given) > 1:
            reasons.append(f"{' and '.join(f'`{name}`' for name in given)} exclude each other")
        if self.vocab is not None and self.vocab < 1:
            reasons.append("`--vocab` must be at least 1")
        if self.coverage is not None and not 0 < self.coverage <= 1:
            reasons.append("`--coverage` must be over 0 and at most 1, such as `0.999`")
        if self.format is not None and self.format not in FORMATS:
            reasons.append(f"`--format {self.format}` is none of {', '.join(f'`{name}`' for name in FORMATS)}")
        stray = [
            code for code in sorted(self.scripts or ()) if not (len(code) == 4 and code.isalpha() and code.istitle())
        ]
        reasons += [f"`{code}` is no ISO 15924 code such as `Latn`" for code in stray]
        if reasons:
            raise UsageError("this cannot be exported", reasons=reasons, hint="see `edgekit export --help`")

    def _trimming(self) -> dict[str, object]:
        return {
            "--languages": self.languages,
            "--vocab": self.vocab,
            "--coverage": self.coverage,
            "--max-size": self.max_size_bytes,
            "--preset": self.preset,
            "--scripts": self.scripts,
            "--keep-text": self.keep_text,
            "--quant": self.quant,
            "--embedding-quant": self.embedding_quant,
            "--format": self.format,
            "--aligned": self.aligned,
        }


@dataclass(frozen=True, slots=True)
class Artifact:
    """What an export wrote: its folder and the receipt in it."""

    folder: Path
    receipt: Receipt


class ExportPlan(Protocol):
    """A choice of tokens and what it costs; nothing is written yet."""

    def table(self, *, width: int, plain: bool) -> list[str]:
        """The trade-off as lines of text; plain: nothing but ASCII."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values."""
        ...

    def points(self, count: int, report: Reporter) -> list[dict[str, Any]]:
        """What count sizes would cost, ascending, as in `curve` of `to_json`; empty where nothing is trimmed."""
        ...

    def at(self, vocab: int, *, command: str, report: Reporter) -> ExportPlan:
        """The plan for another number of tokens, which counts nothing again.  command: the line that asks for it.

        Raises UsageError for a number that is not possible.
        """
        ...

    def check(self) -> None:
        """Raise FailedError where a language would lose characters, ResourceError where the disk is too small."""
        ...

    def write(self, report: Reporter) -> Artifact:
        """Write the artifact, all or nothing."""
        ...


class Exporting(Protocol):
    """What the entry point `export` is called as."""

    def __call__(
        self,
        request: ExportRequest,
        *,
        open_model: OpenLanguageModel | None,
        open_encoder: OpenTextEncoder,
        open_translator: OpenTranslator,
        run_graph: RunGraph,
        compile_graph: CompileGraph | None,
        report: Reporter,
    ) -> ExportPlan: ...


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """A verification.

    texts: files to prove it on.  source: the model it was made from, an id or a path.  aligned: as in ExportRequest.
    """

    folder: Path
    texts: tuple[Path, ...] = ()
    source: str | None = None
    aligned: tuple[str, ...] = ()


class Verified(Protocol):
    """What a verification found; failures: a line for each thing that does not hold."""

    @property
    def failures(self) -> Sequence[str]: ...

    def lines(self) -> list[str]:
        """The findings as lines of text."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The findings as JSON values."""
        ...


class Verifying(Protocol):
    """What the entry point `verify` is called as."""

    def __call__(
        self,
        request: VerifyRequest,
        *,
        open_model: OpenLanguageModel | None,
        open_encoder: OpenTextEncoder,
        report: Reporter,
    ) -> Verified: ...
