"""Encoder-decoder checkpoints to ONNX: what a family reads, and how the engine is told to run it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnx

from edgekit.catalogue.entries import Languages as Spoken
from edgekit.core.errors import UsageError
from edgekit.core.events import Reporter, StepFinished, StepStarted
from edgekit.core.languages import base_language
from edgekit.core.units import bytes_in_words
from exporters.base import Built
from exporters.conversion.base import refuse
from exporters.conversion.checkpoint import Checkpoint
from exporters.families.onnx.files import GRAPH, Draft
from exporters.families.onnx.languages import Languages, find_languages, told_direction
from exporters.families.onnx.network import Stack
from exporters.families.onnx.reading import Reader
from exporters.families.onnx.translation import NEVER, Seq2Seq, translation_graph
from exporters.families.onnx.vocabularies import Vocabularies, vocabularies_of
from exporters.families.onnx.weights import PRECISIONS, Float, Matrix, precision_of
from exporters.trim.hf.json_file import read_object

MOST_POSITIONS = 1024
# Firefox's limits (2.5 and 8) are for pairs that the makers tuned; a language whose words are cut small needs more.
LENGTH_FACTOR = 4.0
LENGTH_EXTRA = 16
# What `generate` would do beside taking the best token, and these graphs do not.
_NOT_CARRIED = ("repetition_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "min_length", "num_beams")


@dataclass(frozen=True, slots=True)
class Read:
    """What a family reads; see `exporters.families.onnx.translation.Seq2Seq`.  positions: most tokens a side."""

    encoder: Stack
    decoder: Stack
    head: Matrix
    head_factor: float
    bias: Float | None
    positions: int


class Seq2SeqReader(Protocol):
    """Reads one family."""

    def read(self, reader: Reader) -> Read:
        """The model; what is wrong gathers in the reader."""
        ...


@dataclass(frozen=True, slots=True)
class _Opened:
    model: Seq2Seq
    positions: int
    forced: int | None
    languages: Languages
    vocabularies: Vocabularies
    not_carried: dict[str, Any]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Seq2SeqConversion:
    """See `exporters.conversion.base.Conversion`.  unused: tensors that nothing needs."""

    family: Seq2SeqReader
    unused: re.Pattern[str]

    dtypes = PRECISIONS
    task = "translate"

    def languages(self, checkpoint: Checkpoint, asked: Sequence[str]) -> Spoken:
        """See `exporters.conversion.onnx_conversion.OnnxConversion`."""
        known = {base_language(tag) for tag in self._open(checkpoint, load=False).languages.ids}
        if checkpoint.model_type == "marian":
            return _opus_languages(checkpoint, known, asked)
        both = tuple(tag for tag in asked if not known or base_language(tag) in known)
        if len(both) < 2:
            strange = [f"`{tag}` has no token of its own in this model" for tag in asked if tag not in both]
            raise UsageError(
                f"`{checkpoint.name}` translates, and a direction takes two languages",
                reasons=[*strange, f"of those that are named it knows {len(both)}"],
                hint="name both of them, as `--languages en,pt`",
            )
        return Spoken(both, both)

    def check(self, checkpoint: Checkpoint) -> list[str]:
        """See the contract."""
        return self._open(checkpoint, load=False).reasons

    def size_bytes(self, checkpoint: Checkpoint, *, dtype: str) -> int:
        """See the contract; exact."""
        return self.draft(checkpoint, dtype=dtype).size_bytes() + vocabularies_of(checkpoint, []).size_bytes

    def draft(self, checkpoint: Checkpoint, *, dtype: str) -> Draft:
        """The graph that `convert` would write. The checkpoint has passed `check`."""
        return translation_graph(self._open(checkpoint, load=True).model, precision_of(dtype))

    def convert(self, checkpoint: Checkpoint, out: Path, *, dtype: str, report: Reporter) -> Built:
        """See the contract."""
        refuse(checkpoint, self.check(checkpoint), "ONNX")
        precision = precision_of(dtype)
        report(StepStarted("convert", f"{checkpoint.model_type} to ONNX, {precision}"))
        opened = self._open(checkpoint, load=True)
        model = opened.model
        size = translation_graph(model, precision).save(out, report)
        opened.vocabularies.write(out)
        report(StepFinished("convert", bytes_in_words(size)))
        languages = opened.languages
        rows = len(model.encoder.table)
        engine: dict[str, Any] = {
            "kind": "onnx-translation-2",
            "graph": GRAPH,
            "source_tokenizer": opened.vocabularies.source,
            "target_tokenizer": opened.vocabularies.target,
            "source_vocabulary": rows,
            "target_vocabulary": rows,
            "end": model.ends[0],
            "unknown": opened.vocabularies.unknown,
            "positions": opened.positions,
            # Room for the end mark and a language's token.
            "max_source_tokens": opened.positions - 2,
            "max_length_factor": LENGTH_FACTOR,
            "max_length_extra": LENGTH_EXTRA,
            "shortlist": None,
            "start": model.start,
            "forced": opened.forced,
            "languages": dict(languages.ids),
            "source_language": languages.source,
            "target_language": languages.target,
        }
        step = {
            "name": "convert",
            "from": checkpoint.model_type,
            "to": "onnx",
            "precision": precision,
            "width": model.decoder.width,
            "heads": model.decoder.heads,
            "encoder_layers": len(model.encoder.layers),
            "decoder_layers": len(model.decoder.layers),
            "not_carried_over": opened.not_carried,
        }
        return Built(engine, (step,), {"onnx": onnx.__version__, "numpy": np.__version__})

    def _open(self, checkpoint: Checkpoint, *, load: bool) -> _Opened:
        reader = Reader(checkpoint, load=load)
        read = self.family.read(reader)
        rows = len(read.decoder.table)
        config = {**checkpoint.config, **_generation(checkpoint)}
        ends = config.get("eos_token_id")
        if isinstance(ends, list) and len(ends) == 1:
            ends = ends[0]
        end = reader.token("eos_token_id", ends, rows)
        start = reader.token("decoder_start_token_id", config.get("decoder_start_token_id", end), rows)
        forced = config.get("forced_bos_token_id")
        forced = None if forced is None else reader.token("forced_bos_token_id", forced, rows)
        vocabularies = vocabularies_of(checkpoint, reader.reasons)
        suppressed = list(_suppressed(reader, config, rows))
        languages = find_languages(checkpoint, vocabularies.around(end))
        not_carried = {key: config[key] for key in _NOT_CARRIED if config.get(key) not in (None, 0, 1, 1.0)}
        bias = read.bias
        if load:
            bias = np.zeros(rows, np.float32) if bias is None else np.maximum(bias, np.float32(NEVER))
            bias[suppressed] = NEVER
            bias[vocabularies.size :] = NEVER
            bias = bias if bias.any() else None
        model = Seq2Seq(read.encoder, read.decoder, read.head, read.head_factor, bias, start, (end,))
        return _Opened(model, read.positions, forced, languages, vocabularies, not_carried, reader.finish(self.unused))


def _opus_languages(checkpoint: Checkpoint, known: Collection[str], asked: Sequence[str]) -> Spoken:
    sources, targets = told_direction(checkpoint, known, asked)
    if not sources or not targets or {*sources, *targets} != {*asked}:
        reads, writes = (", ".join(tags) or "none" for tags in (sources, targets))
        raise UsageError(
            f"`{checkpoint.name}` does not translate between these languages",
            reasons=[f"of {', '.join(asked)} it reads {reads} and writes {writes}"],
            hint="name the language that it reads and one that it writes, as `--languages en,sw`",
        )
    return Spoken(tuple(sources), tuple(targets))


def _generation(checkpoint: Checkpoint) -> Mapping[str, Any]:
    path = checkpoint.path / "generation_config.json"
    return {key: value for key, value in read_object(path).items() if value is not None} if path.is_file() else {}


def _suppressed(reader: Reader, config: Mapping[str, Any], rows: int) -> Iterator[int]:
    """Tokens that must not come out: `suppress_tokens`, and of `bad_words_ids` those of one token."""
    listed = [("suppress_tokens", one) for one in config.get("suppress_tokens") or []]
    for words in config.get("bad_words_ids") or []:
        if isinstance(words, list) and len(words) == 1:
            listed.append(("bad_words_ids", words[0]))
        else:
            reader.reasons.append("`bad_words_ids` forbids a sequence, and only single tokens are carried over")
    for key, token in listed:
        yield reader.token(key, token, rows)
