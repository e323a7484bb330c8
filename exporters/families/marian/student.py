"""A Marian student in memory: the tensors of its file, put in their places, and nothing computed from them yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError
from exporters.families.marian.reader import Tensor, read_tensors
from exporters.families.marian.settings import Settings, SettingValue, read_settings

Float: TypeAlias = NDArray[np.float32]
Weight: TypeAlias = NDArray[np.int8] | NDArray[np.float32]

EOS_ID = 0
UNK_ID = 1


@dataclass(frozen=True, slots=True)
class Linear:
    """`x @ W + b`.

    weight: (K, N), int8 or float32; the real weight is `weight / scale`, or `weight` where scale is None.
    bias: (N,) or None.
    activation: multiplier that brings the input into -127..127 (Marian's alpha), or None where the file has none.
    """

    weight: Weight
    bias: Float | None
    scale: float | None
    activation: float | None


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Layer normalisation over the last axis, biased variance, epsilon 1e-6; scale and bias are (D,)."""

    scale: Float
    bias: Float


@dataclass(frozen=True, slots=True)
class Attention:
    """Multi-head attention; norm is applied to its output plus its query input."""

    query: Linear
    key: Linear
    value: Linear
    output: Linear
    norm: LayerNorm


@dataclass(frozen=True, slots=True)
class FeedForward:
    """`outer(relu(inner(x)))`; norm is applied to that plus x."""

    inner: Linear
    outer: Linear
    norm: LayerNorm


@dataclass(frozen=True, slots=True)
class Recurrence:
    """SSRU: `c' = f * c + (1 - f) * candidate(x)`, `f = sigmoid(forget(x))`; norm is applied to `relu(c') + x`."""

    candidate: Linear
    forget: Linear
    norm: LayerNorm


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    attention: Attention
    feed_forward: FeedForward


@dataclass(frozen=True, slots=True)
class DecoderLayer:
    recurrence: Recurrence
    context: Attention
    feed_forward: FeedForward


@dataclass(frozen=True, slots=True)
class Embedding:
    """A table of (V, D) rows, int8 or float32; the real rows are `weight / scale`, or `weight` where scale is None."""

    weight: Weight
    scale: float | None


@dataclass(frozen=True, slots=True)
class Student:
    """A post-norm transformer encoder with an SSRU decoder.

    output: the head's rows (V_t, D), the same object as target_embedding unless the head is untied.
    output_bias: (V_t,).
    output_activation: the alpha of the head's input, or None.
    settings: the file's own `special:model.yml`, values as text or lists of text.
    """

    width: int
    heads: int
    encoder: tuple[EncoderLayer, ...]
    decoder: tuple[DecoderLayer, ...]
    source_embedding: Embedding
    target_embedding: Embedding
    output: Embedding
    output_bias: Float
    output_activation: float | None
    settings: Mapping[str, SettingValue]

    @property
    def joint(self) -> bool:
        """True where source and target share one vocabulary and one table."""
        return self.source_embedding is self.target_embedding


def load_student(weights: Path) -> Student:
    """Read the `.bin` or `.npz` file of a student.

    Raises ModelFormatError for a damaged file and UnsupportedModelError for settings that this exporter does not
    build; both name everything that is wrong.
    """
    tensors, text = read_tensors(weights)
    settings = read_settings(text, file=weights.name)
    return _Assembly(weights.name, tensors, settings).student()


@dataclass(slots=True)
class _Assembly:
    """Takes tensors by name, checks each, and collects every problem before it raises."""

    file: str
    tensors: Mapping[str, Tensor]
    settings: Settings
    reasons: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def student(self) -> Student:
        width, sizes = self.settings.width, self.settings.vocabulary_sizes
        joint = "Wemb" in self.tensors
        target_name = "Wemb" if joint else "decoder_Wemb"
        target = self._embedding(target_name)
        source = target if joint else self._embedding("encoder_Wemb")
        head_name = next((name for name in _UNTIED_HEADS if name in self.tensors), None)
        head = target if head_name is None else self._untied_head(head_name, target.weight.shape[0])
        for name, table, size in zip(("source", "target"), (source, target), sizes, strict=False):
            if size not in (0, table.weight.shape[0]):
                self.reasons.append(f"the {name} table has {table.weight.shape[0]:,} rows, `dim-vocabs` says {size:,}")
        encoder = tuple(self._encoder_layer(f"encoder_l{depth}") for depth in _depths(self.settings.encoder_depth))
        decoder = tuple(self._decoder_layer(f"decoder_l{depth}") for depth in _depths(self.settings.decoder_depth))
        bias = self._vector("decoder_ff_logit_out_b", head.weight.shape[0])
        alphas = ["none_QuantMultA", *(f"{name}_QuantMultA" for name in (head_name or target_name, target_name))]
        found = [alpha for alpha in map(self._alpha, alphas) if alpha is not None]
        self._refuse_unknown()
        if self.reasons:
            raise ModelFormatError(f"`{self.file}` is not the student that its settings describe", reasons=self.reasons)
        return Student(
            width=width,
            heads=self.settings.heads,
            encoder=encoder,
            decoder=decoder,
            source_embedding=source,
            target_embedding=target,
            output=head,
            output_bias=bias,
            output_activation=found[0] if found else None,
            settings=self.settings.values,
        )

    def _encoder_layer(self, name: str) -> EncoderLayer:
        return EncoderLayer(self._attention(f"{name}_self"), self._feed_forward(name))

    def _decoder_layer(self, name: str) -> DecoderLayer:
        width = self.settings.width
        recurrence = Recurrence(
            candidate=self._linear(f"{name}_rnn_W", None, width, width),
            forget=self._linear(f"{name}_rnn_Wf", f"{name}_rnn_bf", width, width),
            norm=self._norm(f"{name}_rnn_ffn_ln"),
        )
        return DecoderLayer(recurrence, self._attention(f"{name}_context"), self._feed_forward(name))

    def _attention(self, name: str) -> Attention:
        width = self.settings.width
        query, key, value, output = (
            self._linear(f"{name}_W{part}", f"{name}_b{part}", width, width) for part in ("q", "k", "v", "o")
        )
        return Attention(query, key, value, output, self._norm(f"{name}_Wo_ln"))

    def _feed_forward(self, name: str) -> FeedForward:
        width = self.settings.width
        inner = self.settings.encoder_feed_forward if name.startswith("encoder") else self.settings.decoder_feed_forward
        return FeedForward(
            inner=self._linear(f"{name}_ffn_W1", f"{name}_ffn_b1", width, inner),
            outer=self._linear(f"{name}_ffn_W2", f"{name}_ffn_b2", inner, width),
            norm=self._norm(f"{name}_ffn_ffn_ln"),
        )

    def _norm(self, name: str) -> LayerNorm:
        width = self.settings.width
        return LayerNorm(self._vector(f"{name}_scale", width), self._vector(f"{name}_bias", width))

    def _linear(self, weight: str, bias: str | None, rows: int, columns: int) -> Linear:
        tensor = self._take(weight, (rows, columns))
        return Linear(
            weight=tensor.values,
            bias=None if bias is None else self._vector(bias, columns),
            scale=tensor.scale,
            activation=self._alpha(f"{weight}_QuantMultA"),
        )

    def _embedding(self, name: str) -> Embedding:
        tensor = self._take(name, (None, self.settings.width))
        if tensor.values.shape[0] <= UNK_ID:
            self.reasons.append(f"`{name}` has no rows for the end mark (id 0) and the unknown piece (id 1)")
        return Embedding(tensor.values, tensor.scale)

    def _untied_head(self, name: str, rows: int) -> Embedding:
        # Marian names the matrix `_W` where it is stored (D, V) and `_Wt` where it is stored (V, D).
        width = self.settings.width
        if name.endswith("_Wt"):
            tensor = self._take(name, (rows, width))
            return Embedding(tensor.values, tensor.scale)
        tensor = self._take(name, (width, rows))
        return Embedding(tensor.values.T, tensor.scale)

    def _vector(self, name: str, size: int) -> Float:
        tensor = self._take(name, (1, size))
        if tensor.values.dtype != np.float32:
            self.reasons.append(f"`{name}` must be float32")
            return np.zeros(size, np.float32)
        return tensor.values.reshape(-1).astype(np.float32, copy=False)

    def _take(self, name: str, shape: tuple[int | None, int]) -> Tensor:
        """The named tensor in the promised shape; a reason and an empty stand-in where it is not so."""
        self.taken.add(name)
        tensor = self.tensors.get(name)
        wanted = " x ".join("any" if size is None else str(size) for size in shape)
        if tensor is None:
            self.reasons.append(f"`{name}` ({wanted}) is missing")
        elif tensor.values.ndim != 2 or any(
            size not in (None, actual) for size, actual in zip(shape, tensor.values.shape, strict=True)
        ):
            self.reasons.append(f"`{name}` is {' x '.join(map(str, tensor.values.shape))}, not {wanted}")
        else:
            return tensor
        return _EMPTY

    def _alpha(self, name: str) -> float | None:
        self.taken.add(name)
        tensor = self.tensors.get(name)
        if tensor is None:
            return None
        if tensor.values.size != 1:
            self.reasons.append(f"`{name}` must be one number")
            return None
        # Marian quantises the alpha of an embedding like the table itself: one int8 (127) and its scale.
        value = float(tensor.values.reshape(-1)[0]) / (tensor.scale or 1.0)
        if not (np.isfinite(value) and value > 0):
            self.reasons.append(f"`{name}` is {value}, not a positive number")
            return None
        return value

    def _refuse_unknown(self) -> None:
        known = self.taken | {"encoder_Wemb_QuantMultA", "decoder_Wemb_QuantMultA", "Wemb_QuantMultA"}
        self.reasons.extend(_abridged(f"`{name}` has no place in this network" for name in self.tensors.keys() - known))


_UNTIED_HEADS = ("decoder_ff_logit_out_Wt", "decoder_ff_logit_out_W")
_EMPTY = Tensor(np.zeros((0, 0), np.float32), None)
_MOST_REASONS = 20


def _depths(depth: int) -> range:
    return range(1, depth + 1)


def _abridged(reasons: Iterable[str]) -> list[str]:
    ordered = sorted(reasons)
    left = len(ordered) - _MOST_REASONS
    return ordered if left <= 0 else [*ordered[:_MOST_REASONS], f"and {left:,} more"]
