"""Encoders as one graph: token ids in, a vector of each text out, or scores of labels for each text or token.

input_ids, attention_mask  [B, S] int64; 1 for tokens, 0 for padding behind them
embedding                  [B, width] float32, pooled as the folder says, and
states                     [B, S, hidden width] float32, what it is pooled from; or
logits                     [B, labels], or [B, S, labels] for labels of tokens
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import onnx

from edgekit.catalogue.entries import Languages
from edgekit.core.atomic import write_bytes
from edgekit.core.events import Reporter, StepFinished, StepStarted
from edgekit.core.units import bytes_in_words
from exporters.base import Built
from exporters.conversion.base import refuse
from exporters.conversion.checkpoint import Checkpoint
from exporters.families.onnx.files import GRAPH, Draft
from exporters.families.onnx.network import Network, Stack
from exporters.families.onnx.reading import Reader
from exporters.families.onnx.sentences import Sentences, read_sentences
from exporters.families.onnx.weights import PRECISIONS, WEIGHTS, Linear, Precision, linear, precision_of
from exporters.onnx_graph import Graph
from exporters.trim.hf.json_file import read_bytes
from exporters.trim.hf.tokenizer_source import TOKENIZER

Task: TypeAlias = Literal["features", "sequence-classification", "token-classification"]
_TASKS: dict[str, Task] = {
    "ForSequenceClassification": "sequence-classification",
    "ForTokenClassification": "token-classification",
}
# A head that answers something else than what is exported.
_OTHER = re.compile(r".+For(QuestionAnswering|MultipleChoice|CausalLM|NextSentencePrediction)")


@dataclass(frozen=True, slots=True)
class Head:
    """dense: in front, with a tanh behind it, on the first token; None where every token is classified."""

    dense: Linear | None
    labels: Linear


@dataclass(frozen=True, slots=True)
class EncoderModel:
    """positions: most tokens of a text, marks included.  head: None for vectors."""

    stack: Stack
    positions: int
    head: Head | None


class EncoderReader(Protocol):
    """Reads one family."""

    def read(self, reader: Reader, task: Task) -> EncoderModel:
        """The model; what is wrong gathers in the reader."""
        ...


def encoder_graph(model: EncoderModel, sentences: Sentences, precision: Precision) -> tuple[Draft, int]:
    """The graph described above, and the width of its output."""
    g = Graph()
    ids, mask = (g.input(name, np.int64, ("B", "S")) for name in ("input_ids", "attention_mask"))
    weights = WEIGHTS[precision]
    hidden = Network(model.stack, weights).encoded(g, ids, mask)
    if model.head is None:
        width = len(sentences.dense[-1].layer.weight) if sentences.dense else model.stack.width
        g.output("embedding", sentences.vector(g, weights, hidden, mask), np.float32, ("B", width))
        g.output("states", hidden, np.float32, ("B", "S", model.stack.width))
    else:
        # A head has few outputs and decides alone: it stays as it is.
        head, plain = model.head, WEIGHTS["f32"]
        width = len(head.labels.weight)
        if head.dense is not None:
            first = g("Gather", hidden, g.constant(0), axis=1)
            hidden = g("Tanh", linear(g, plain, first, "head.dense", head.dense))
        shape = ("B", width) if head.dense is not None else ("B", "S", width)
        g.output("logits", linear(g, plain, hidden, "head.labels", head.labels), np.float32, shape)
    return Draft.of(g, "encoder", {"precision": precision}, __doc__ or ""), width


@dataclass(frozen=True, slots=True)
class EncoderConversion:
    """See `exporters.conversion.base.Conversion`.  unused: tensors that no task here needs."""

    family: EncoderReader
    unused: re.Pattern[str]

    dtypes = PRECISIONS
    task = "embed"

    def languages(self, checkpoint: Checkpoint, asked: Sequence[str]) -> Languages:  # noqa: ARG002
        """See `exporters.conversion.onnx_conversion.OnnxConversion`."""
        return Languages(tuple(asked))

    def check(self, checkpoint: Checkpoint) -> list[str]:
        """See the contract."""
        return self._read(checkpoint, load=False)[-1]

    def size_bytes(self, checkpoint: Checkpoint, *, dtype: str) -> int:
        """See the contract; exact."""
        return self.draft(checkpoint, dtype=dtype).size_bytes() + (checkpoint.path / TOKENIZER).stat().st_size

    def draft(self, checkpoint: Checkpoint, *, dtype: str) -> Draft:
        """The graph that `convert` would write. The checkpoint has passed `check`."""
        model, sentences, *_ = self._read(checkpoint, load=True)
        return encoder_graph(model, sentences, precision_of(dtype))[0]

    def convert(self, checkpoint: Checkpoint, out: Path, *, dtype: str, report: Reporter) -> Built:
        """See the contract."""
        refuse(checkpoint, self.check(checkpoint), "ONNX")
        precision = precision_of(dtype)
        report(StepStarted("convert", f"{checkpoint.model_type} to ONNX, {precision}"))
        model, sentences, task, marks, _ = self._read(checkpoint, load=True)
        graph, width = encoder_graph(model, sentences, precision)
        size = graph.save(out, report)
        write_bytes(out / TOKENIZER, read_bytes(checkpoint.path / TOKENIZER))
        report(StepFinished("convert", bytes_in_words(size)))
        engine: dict[str, Any] = {
            "kind": "onnx-encoder-1",
            "graph": GRAPH,
            "tokenizer": TOKENIZER,
            "vocabulary": len(checkpoint.words.names),
            "width": width,
            "positions": min(model.positions, sentences.positions or model.positions),
            "begin": marks[0],
            "end": marks[1],
            "padding": _padding(checkpoint, marks[1]),
            "prefixes": dict(sentences.prefixes),
        }
        if task != "features":
            engine |= {"task": task, "labels": labels_of(checkpoint)}
        step = {
            "name": "convert",
            "from": checkpoint.model_type,
            "to": "onnx",
            "precision": precision,
            "task": task,
            "pooling": sentences.pooling if task == "features" else None,
            "width": model.stack.width,
            "heads": model.stack.heads,
            "layers": len(model.stack.layers),
        }
        return Built(engine, (step,), {"onnx": onnx.__version__, "numpy": np.__version__})

    def _read(
        self, checkpoint: Checkpoint, *, load: bool
    ) -> tuple[EncoderModel, Sentences, Task, tuple[int, int], list[str]]:
        reader = Reader(checkpoint, load=load)
        task = _task(checkpoint, reader.reasons)
        model = self.family.read(reader, task)
        sentences = read_sentences(checkpoint.path, model.stack.width, reader.reasons)
        marks = _marks(checkpoint, len(model.stack.table), reader.reasons)
        return model, sentences, task, marks, reader.finish(self.unused)


def labels_of(checkpoint: Checkpoint) -> list[str]:
    """What the labels are called, in the order of their scores; transformers' own names where none are stated."""
    named = checkpoint.config.get("id2label")
    if isinstance(named, dict) and sorted(named) == sorted(str(at) for at in range(len(named))):
        return [str(named[str(at)])[:200] for at in range(len(named))]
    count = checkpoint.config.get("num_labels", 2)
    return [f"LABEL_{at}" for at in range(count if type(count) is int and 0 < count < 1 << 16 else 2)]


def _task(checkpoint: Checkpoint, reasons: list[str]) -> Task:
    for name in checkpoint.architectures:
        if _OTHER.fullmatch(name):
            reasons.append(f"`{name}` answers what no encoder here does: it is for features or for labels")
        for ending, task in _TASKS.items():
            if name.endswith(ending):
                return task
    return "features"


def _marks(checkpoint: Checkpoint, rows: int, reasons: list[str]) -> tuple[int, int]:
    """What the tokenizer puts around a text."""
    from tokenizers import Tokenizer

    try:
        library = Tokenizer.from_buffer(read_bytes(checkpoint.path / TOKENIZER))
        library.no_padding()
        ids = library.encode("", add_special_tokens=True).ids
    except Exception as error:  # noqa: BLE001  the library has no type of its own for what it refuses
        reasons.append(f"`{TOKENIZER}` is not opened by its library: {str(error)[:200]}")
        return 0, 0
    if len(ids) != 2 or max(ids) >= rows:
        reasons.append(f"the tokenizer puts the tokens {ids} around a text, and a begin and an end mark are needed")
        return 0, 0
    return ids[0], ids[1]


def _padding(checkpoint: Checkpoint, default: int) -> int:
    value = checkpoint.config.get("pad_token_id")
    return value if type(value) is int and value >= 0 else default
