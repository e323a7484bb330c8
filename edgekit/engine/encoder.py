"""Runs ONNX encoders: texts in, one vector a text out, or the shares of labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.closing import Closing
from edgekit.core.cores import usable_cores
from edgekit.core.errors import EngineError, ModelFormatError, UsageError
from edgekit.core.events import Progress, Reporter, silent
from edgekit.engine.base import with_prefix
from edgekit.engine.devices import DeviceChoice, FallbackSession, choose_providers
from edgekit.engine.marian_settings import MOST_TOKENS
from edgekit.engine.memory import give_back_memory
from edgekit.engine.session import open_session

# The number goes up with every change of the graph's interface: an artifact of another one is built again.
KIND = "onnx-encoder-1"
MOST_POSITIONS = 8192
_INPUTS = {"input_ids", "attention_mask"}
_FEATURES, _OF_TEXTS, _OF_TOKENS = "features", "sequence-classification", "token-classification"
# Task -> the graph's output.
_OUTPUTS = {_FEATURES: "embedding", _OF_TEXTS: "logits", _OF_TOKENS: "logits"}
# Attention takes heads * S * S * 4 bytes a text: 13 MB for one of 512 tokens, and no more for as many short ones.
_TOKENS_AT_ONCE = 2048

# A run of 512 tokens of multilingual-e5-small takes 80 MB for a moment, one of 254 takes 30, one of 126 takes 13, which
# comes on top of the states of what is longer than two windows; eight windows of a long answer at once took 100 MB more
# than one after the other.
_WINDOW, _SMALL_WINDOW, _STATES_AT_ONCE = 254, 126, 256
# 1,500 words in English.
_MOST_STATES = 2048
_SENTENCE_END = re.compile(r"[.!?;…]+[\"”»')]*|.*[。！？؟।]")

Embeddings = NDArray[np.float32]
# Part -> (layers, inputs, rank) and (layers, rank, outputs) of what is added to a matrix: LoRA, Hu et al. 2021.
Adapter = Mapping[str, tuple[Embeddings, Embeddings]]
_ADAPTER = "adapter."


# What the embedding is pooled from; graphs built before it was there lack it.
_STATES = "states"


@dataclass(frozen=True, slots=True)
class TokenStates:
    """One pass over one text: pieces (n), states (n, d) of each, without marks and prefix; embedding (width,)."""

    pieces: tuple[str, ...]
    states: Embeddings
    embedding: Embeddings


@dataclass(frozen=True, slots=True)
class Settings:
    """What the receipt says of the model; every file name is relative to the artifact's folder.

    vocabulary: rows of the table of words.  positions: most tokens of a text, begin and end mark included.
    begin, end: ids that every text is put between.  prefixes: name -> what is put before a text.
    task: what comes out; labels: what it is about, where that is labels.
    """

    graph: str
    tokenizer: str
    vocabulary: int
    width: int
    positions: int
    begin: int
    end: int
    prefixes: Mapping[str, str]
    task: str = _FEATURES
    labels: tuple[str, ...] = ()

    @classmethod
    def read(cls, engine: Mapping[str, Any]) -> Settings:
        """Check the receipt's `engine` part; all reasons at once. Raises ModelFormatError."""
        reasons = [] if engine.get("kind") == KIND else [f"its kind is `{engine.get('kind')}`, not `{KIND}`"]
        for name in ("graph", "tokenizer"):
            value = engine.get(name)
            if not isinstance(value, str) or "/" in value or why_unsafe_path(value) is not None:
                reasons.append(f"`{name}` is no plain file name")
        most = {"vocabulary": MOST_TOKENS, "width": 2**16, "positions": MOST_POSITIONS, "begin": None, "end": None}
        rows = engine.get("vocabulary")
        for name, limit in most.items():
            value = engine.get(name)
            least, largest = (1, limit) if limit is not None else (0, rows - 1 if isinstance(rows, int) else 0)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= largest:
                reasons.append(f"`{name}` is {value!r}")
        prefixes = engine.get("prefixes")
        if not isinstance(prefixes, Mapping) or not all(isinstance(text, str) for text in prefixes.values()):
            reasons.append("`prefixes` is no table of texts")
        task, labels = engine.get("task", _FEATURES), engine.get("labels", [])
        if task not in _OUTPUTS:
            reasons.append(f"its task is `{str(task)[:40]}`, not one of {', '.join(_OUTPUTS)}")
        elif task != _FEATURES and (not isinstance(labels, list) or len(labels) != engine.get("width")):
            reasons.append("`labels` does not name every output")
        if not reasons and engine["positions"] < 3:
            reasons.append("`positions` leaves no place for a token between the marks")
        if reasons:
            raise ModelFormatError("the receipt does not describe an encoder", reasons=reasons)
        names = ("graph", "tokenizer", *most, "prefixes")
        return cls(**{name: engine[name] for name in names}, task=task, labels=tuple(map(str, labels)))


class Encoder(Closing):
    """An encoder, loaded once.

    A text's embedding depends on nothing but the text: what runs together has one length, so nothing is padded.
    """

    def __init__(
        self,
        session: FallbackSession[Any],
        settings: Settings,
        tokenizer: Any,
        *,
        has_states: bool = False,
        adapted: Collection[str] = (),
    ) -> None:
        self.device = session
        self.has_states = has_states
        self.adapted = frozenset(adapted)
        self.tokenizer = tokenizer
        self.width = settings.width
        self.prefixes = settings.prefixes
        self.labels = settings.labels
        self._settings = settings
        self._session: FallbackSession[Any] | None = session

    @classmethod
    def open(
        cls,
        folder: Path,
        engine: Mapping[str, Any],
        *,
        threads: int | None = None,
        choice: DeviceChoice | None = None,
        report: Reporter = silent,
    ) -> Encoder:
        """Open the artifact in folder.

        engine: the receipt's `engine`. threads: of the operators, the usable cores when None.
        Raises ModelFormatError for files that do not fit together, EngineError when no provider opens the graph.
        """
        from edgekit.tokenizer.json_tokenizer import open_tokenizer

        settings = Settings.read(engine)
        tokenizer = open_tokenizer(folder / settings.tokenizer)
        if len(tokenizer) > settings.vocabulary:
            raise ModelFormatError(
                "the vocabulary is not that of the model",
                reasons=[f"it has {len(tokenizer):,} tokens, the model rows for {settings.vocabulary:,}"],
            )
        # Of a vocabulary of 250,002 pieces 28 MB, which the graph's parsed file would come on top of.
        give_back_memory()
        session = open_session(
            folder / settings.graph,
            choice or choose_providers(decode_loop=False),
            threads=threads or usable_cores(),
            report=report,
        )
        inputs = {port.name for port in session.session.get_inputs()}
        outputs = {port.name: list(port.shape) for port in session.session.get_outputs()}
        if inputs != _INPUTS or outputs.get(_OUTPUTS[settings.task], [None])[-1] != settings.width:
            raise ModelFormatError(
                f"`{settings.graph}` is not an encoder of width {settings.width}",
                reasons=[f"its inputs are {sorted(inputs)}, its outputs {outputs}"],
            )
        optional = [port.name for port in session.session.get_overridable_initializers()]
        adapted = {name.split(".")[1] for name in optional if name.startswith(_ADAPTER)}
        return cls(session, settings, tokenizer, has_states=_STATES in outputs, adapted=adapted)

    def embed(self, texts: Sequence[str], *, prefix: str | None = None, report: Reporter = silent) -> Embeddings:
        """See `edgekit.engine.base.TextEncoder.embed`; d is `width`.

        A text of more tokens than the model has positions is cut into parts that fit, and its embedding is their mean,
        weighted by their tokens and scaled to length 1. Raises UsageError for a model of labels as well.
        """
        self._require(_FEATURES)
        ids = self.tokenizer.encode(with_prefix(texts, self.prefixes, prefix))
        room = self._settings.positions - 2
        parts = self._parts(ids)
        sums = np.zeros((len(ids), self.width), np.float32)
        done = 0
        for batch in _batches(parts):
            found = self.run([one for _, one in batch])
            for (index, one), vector in zip(batch, found, strict=True):
                sums[index] += vector * max(1, len(one)) if len(ids[index]) > room else vector
            done += len(batch)
            report(Progress("embed", done, len(parts), "lines"))
        for index in (index for index, one in enumerate(ids) if len(one) > room):
            sums[index] /= max(float(np.linalg.norm(sums[index])), 1e-12)
        return sums

    def token_states(
        self, texts: Sequence[str], *, prefix: str | None = None, adapter: Adapter | None = None
    ) -> list[TokenStates]:
        """What the model makes of each token of each text, from the pass that gives the embedding, and that embedding.

        prefix: as for `embed`; its tokens are seen and left out. A text of more than 254 tokens is read in windows of
        whole sentences, one of more than two such windows in smaller ones, and its embedding is their mean, as in
        `embed`; what is beyond 2,048 tokens is left out.  adapter: of the parts in `adapted`.
        Raises UsageError for an artifact whose graph does not give them, or takes no such adapter.
        """
        self._require(_FEATURES)
        if not self.has_states:
            raise UsageError(
                "this encoder gives no vectors of tokens: it was built before graphs had them",
                hint="build it again: `edgekit pull --force multilingual-e5-small`",
            )
        if adapter is not None and not self.adapted.issuperset(adapter):
            raise UsageError(
                "this encoder takes no adapter: it was built before graphs did",
                hint="build it again: `edgekit pull --force multilingual-e5-small`",
            )
        ids = self.tokenizer.encode(with_prefix(texts, self.prefixes, prefix))
        before = len(self.tokenizer.encode(with_prefix([""], self.prefixes, prefix))[0])
        room, small = (max(1, min(most, self._settings.positions - 2) - before) for most in (_WINDOW, _SMALL_WINDOW))
        places = []
        for index, one in enumerate(ids):
            text = one[before : before + _MOST_STATES]
            most = room if len(text) <= 2 * room else small
            places += [(index, text[begin:end]) for begin, end in windows(self.tokenizer.pieces(text), most)]
        parts = [(at, [*ids[index][:before], *window]) for at, (index, window) in enumerate(places)]
        found: dict[int, tuple[Embeddings, Embeddings]] = {}
        for batch in _batches(parts, _STATES_AT_ONCE):
            embeddings, states = self._outputs([one for _, one in batch], ["embedding", _STATES], adapter)
            for (at, one), embedding, rows in zip(batch, embeddings, states, strict=True):
                found[at] = embedding, rows[1 + before : 1 + len(one)]
        read: list[list[int]] = [[] for _ in ids]
        for at, (index, _) in enumerate(places):
            read[index].append(at)
        return [self._joined([(places[at][1], *found[at]) for at in row]) for row in read]

    def _joined(self, windows: Sequence[tuple[list[int], Embeddings, Embeddings]]) -> TokenStates:
        """One text's from those of its windows."""
        pieces = tuple(self.tokenizer.pieces([one for ids, _, _ in windows for one in ids]))
        if len(windows) == 1:
            return TokenStates(pieces, windows[0][2], windows[0][1])
        total = np.sum([len(ids) * embedding for ids, embedding, _ in windows], axis=0)
        embedding = np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), np.float32)
        return TokenStates(pieces, np.concatenate([states for _, _, states in windows]), embedding)

    def classify(self, texts: Sequence[str], *, report: Reporter = silent) -> Embeddings:
        """(n, labels) the share of each label, which add up to 1; a text cut as in `embed` has the mean of its parts.

        Raises UsageError for a model of another task, EngineError where the model fails.
        """
        self._require(_OF_TEXTS)
        ids = self.tokenizer.encode(list(texts))
        sums = np.zeros((len(ids), self.width), np.float32)
        for index, part, found in self._run_parts(ids, report):
            sums[index] += _shares(found) * (max(1, len(part)) / max(1, len(ids[index])))
        return sums

    def tag(self, texts: Sequence[str], *, report: Reporter = silent) -> list[tuple[list[str], Embeddings]]:
        """Of each text its tokens, and (tokens, labels) the share of each label for each.

        Raises UsageError for a model of another task, EngineError where the model fails.
        """
        self._require(_OF_TOKENS)
        ids = self.tokenizer.encode(list(texts))
        rows: list[list[Embeddings]] = [[] for _ in ids]
        for index, _, found in self._run_parts(ids, report):
            rows[index].append(_shares(found[1:-1]))
        return [(self.tokenizer.pieces(one), np.concatenate(found)) for one, found in zip(ids, rows, strict=True)]

    def _require(self, task: str) -> None:
        if self._settings.task != task:
            raise UsageError(f"this model is for {self._settings.task}, not for {task}")

    def _parts(self, ids: Sequence[list[int]]) -> list[_Part]:
        """Every text's tokens in parts that fit."""
        room = self._settings.positions - 2
        return [
            (index, one[begin : begin + room])
            for index, one in enumerate(ids)
            for begin in range(0, max(1, len(one)), room)
        ]

    def _run_parts(self, ids: Sequence[list[int]], report: Reporter) -> Iterator[tuple[int, list[int], Embeddings]]:
        """Every part with its text's index and its output; the parts of a text in order."""
        parts = self._parts(ids)
        found: dict[int, Embeddings] = {}
        # What runs together has one length, so the parts of a text do not come out in order.
        for batch in _batches([(place, one) for place, (_, one) in enumerate(parts)]):
            rows = self.run([one for _, one in batch])
            found.update((place, row) for (place, _), row in zip(batch, rows, strict=True))
            report(Progress("label", len(found), len(parts), "lines"))
        yield from ((index, one, found[place]) for place, (index, one) in enumerate(parts))

    def run(self, ids: Sequence[Sequence[int]]) -> Embeddings:
        """(n, width) the graph's output for texts of one length, given as ids without begin and end marks.

        For labels of tokens (n, tokens and marks, width).
        """
        (found,) = self._outputs(ids, [_OUTPUTS[self._settings.task]])
        return found

    def _outputs(
        self, ids: Sequence[Sequence[int]], names: list[str], adapter: Adapter | None = None
    ) -> list[Embeddings]:
        """See `run`; of several outputs."""
        session = self._session
        if session is None:
            raise EngineError("the encoder is closed")
        rows = np.array([[self._settings.begin, *one, self._settings.end] for one in ids], np.int64)
        feeds: dict[str, NDArray[Any]] = {"input_ids": rows, "attention_mask": np.ones_like(rows)}
        for part, (down, up) in (adapter or {}).items():
            feeds |= {f"{_ADAPTER}{part}.down": down, f"{_ADAPTER}{part}.up": up}
        results = session.run(names, feeds)
        for name, found in zip(names, results, strict=True):
            by_token = name == _STATES or self._settings.task == _OF_TOKENS
            wanted = (len(rows), *(rows.shape[1:] if by_token else ()), *(() if name == _STATES else (self.width,)))
            if found.shape[: len(wanted)] != wanted or found.ndim != 2 + by_token or not np.isfinite(found).all():
                raise EngineError(f"the model gave no {name}", reasons=[f"its output has shape {found.shape}"])
        return [np.asarray(found, np.float32) for found in results]

    def close(self) -> None:
        """Free the model; later calls raise EngineError."""
        self._session = None


_Part = tuple[int, list[int]]


def _shares(logits: Embeddings) -> Embeddings:
    """Softmax over the last axis."""
    above = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(above / above.sum(axis=-1, keepdims=True), np.float32)


def windows(pieces: Sequence[str], room: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of windows of nearly one length, of at most room pieces; cut where a sentence ends, if one does in
    the second half of one, else at a word.
    """
    begin, count = 0, len(pieces)
    while count - begin > room:
        left = count - begin
        even = begin + -(-left // -(-left // room))
        places = range(begin + max(1, room // 2), begin + room + 1)
        ends = [at for at in places if _SENTENCE_END.fullmatch(pieces[at - 1])]
        words = [at for at in places if pieces[at].startswith("▁")]
        cut = min(ends or words or [even], key=lambda at: abs(at - even))
        yield begin, cut
        begin = cut
    yield begin, count


def _batches(parts: Sequence[_Part], at_once: int = _TOKENS_AT_ONCE) -> Iterator[list[_Part]]:
    """Parts of one length, as many as fit into tokens at once."""
    by_length: defaultdict[int, list[_Part]] = defaultdict(list)
    for part in parts:
        by_length[len(part[1])].append(part)
    for length, alike in by_length.items():
        count = max(1, at_once // (length + 2))
        for begin in range(0, len(alike), count):
            yield alike[begin : begin + count]
