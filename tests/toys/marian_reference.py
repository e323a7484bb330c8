"""A student's greedy decode in plain numpy: slow, and right by construction. Artifacts are checked against it.

Equations: Marian's `src/models/transformer.h` and `src/rnn/cells.h` (SSRU) in the student configuration: post-norm,
no projection of positions, first target embedding the zero vector, tied head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from exporters.families.marian.student import (
    EOS_ID,
    UNK_ID,
    Attention,
    Embedding,
    FeedForward,
    Float,
    LayerNorm,
    Linear,
    Recurrence,
    Student,
)

LAYER_NORM_EPSILON = np.float32(1e-6)
_EXACT_IN_FLOAT32 = 1024  # 1024 x 127 x 127 < 2^24: every partial sum is an integer that float32 holds exactly

Product: TypeAlias = Callable[[NDArray[np.int8]], NDArray[np.int32]]
ProductOf: TypeAlias = Callable[[NDArray[np.int8]], Product]
Dynamic: TypeAlias = Literal["sentence", "row"]
Apply: TypeAlias = Callable[[Float], Float]


@dataclass(frozen=True, slots=True)
class Reference:
    """One greedy decode.

    token_ids: without the end mark.
    margins: (steps,) the best logit minus the second best; a step whose margin is near zero is a tie, which rounding
        may decide either way.
    log_probabilities: (steps,) natural logarithm over the candidates without the unknown piece, the end mark included.
    attention: (steps, source tokens) head 0 of the last context attention.
    complete: False where max_steps ended it before the end mark.
    """

    token_ids: list[int]
    margins: Float
    log_probabilities: Float
    attention: Float
    complete: bool


def exact_product(weight: NDArray[np.int8]) -> Product:
    """The int8 (M, K) x (K, N) product with exact int32 sums, by float32 blocks that cannot round."""
    blocks = [weight[start : start + _EXACT_IN_FLOAT32] for start in range(0, weight.shape[0], _EXACT_IN_FLOAT32)]
    floats = [block.astype(np.float32) for block in blocks]

    def multiply(left: NDArray[np.int8]) -> NDArray[np.int32]:
        total = np.zeros((left.shape[0], weight.shape[1]), np.int32)
        for index, block in enumerate(floats):
            start = index * _EXACT_IN_FLOAT32
            total += (left[:, start : start + _EXACT_IN_FLOAT32].astype(np.float32) @ block).astype(np.int32)
        return total

    return multiply


def decode_greedy(
    student: Student,
    source_ids: Sequence[int],
    *,
    candidates: NDArray[np.integer] | None = None,
    max_steps: int,
    product: ProductOf = exact_product,
    dynamic: Dynamic = "sentence",
) -> Reference:
    """Translate one sentence, source_ids ending with the end mark, into at most max_steps tokens.

    Float models are computed in float32. int8 models multiply integers: activations are scaled by the stored alpha
    where there is one, else by 127 / max|x|. The unknown piece is never chosen.
    candidates: the target ids to choose from, ascending; None for all.
    product: how the integers are multiplied, for comparing with engines whose kernels saturate.
    dynamic: what max|x| is taken over where no alpha is stored, the sentence's whole tensor (as Marian) or each row.
    """
    run = _Run(student, product, dynamic)
    states = run.encode(np.asarray(source_ids, np.int64))
    return run.decode(states, candidates, max_steps)


def positions(count: int, width: int, start: int = 0) -> Float:
    """Sinusoidal positions (count, width): sines, then cosines, of the `width / 2` frequencies 1 to 1 / 10000."""
    half = width // 2
    rates = np.exp(np.arange(half) * -(np.log(10000.0) / (half - 1)))
    angles = np.arange(start, start + count)[:, None] * rates
    places: Float = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
    return places


class _Run:
    """One sentence through one student; weights are brought into the form of the product once."""

    def __init__(self, student: Student, product: ProductOf, dynamic: Dynamic) -> None:
        self.student = student
        self.product = product
        self.dynamic = dynamic

    def encode(self, source_ids: NDArray[np.int64]) -> Float:
        student = self.student
        x = self._embed(student.source_embedding, source_ids) + positions(len(source_ids), student.width)
        for layer in student.encoder:
            attended, _ = self._attend(layer.attention)(x, *self._keys_values(layer.attention, x))
            x = _normalise(attended + x, layer.attention.norm)
            x = self._feed_forward(layer.feed_forward)(x)
        return x

    def decode(self, states: Float, candidates: NDArray[np.integer] | None, max_steps: int) -> Reference:
        student = self.student
        ids = np.arange(student.output_bias.shape[0]) if candidates is None else np.asarray(candidates, np.int64)
        head = self._head(ids)
        layers = [
            (
                self._recur(layer.recurrence),
                self._attend(layer.context),
                self._keys_values(layer.context, states),
                layer.context.norm,
                self._feed_forward(layer.feed_forward),
            )
            for layer in student.decoder
        ]
        memory: list[Float] = [np.zeros((1, student.width), np.float32) for _ in layers]
        token_ids: list[int] = []
        margins, log_probabilities, attention = [], [], []
        embedded: Float = np.zeros((1, student.width), np.float32)
        complete = False
        for step in range(max_steps):
            x = embedded + positions(1, student.width, step)
            for index, (recur, attend, keys_values, norm, feed_forward) in enumerate(layers):
                x, memory[index] = recur(x, memory[index])
                attended, weights = attend(x, *keys_values)
                x = feed_forward(_normalise(attended + x, norm))
            logits = head(x)[0]
            logits[ids == UNK_ID] = -np.inf
            best = int(np.argmax(logits))
            others = np.delete(logits, best)
            margins.append(logits[best] - others.max() if others.size else np.inf)
            log_probabilities.append(-np.log(np.sum(np.exp(logits - logits[best]))))
            attention.append(weights[0, 0])
            token = int(ids[best])
            if token == EOS_ID:
                complete = True
                break
            token_ids.append(token)
            embedded = self._embed(student.target_embedding, np.array([token]))
        return Reference(
            token_ids=token_ids,
            margins=np.array(margins, np.float32),
            log_probabilities=np.array(log_probabilities, np.float32),
            attention=np.array(attention, np.float32).reshape(-1, states.shape[0]),
            complete=complete,
        )

    def _embed(self, table: Embedding, ids: NDArray[np.int64]) -> Float:
        rows = table.weight[ids].astype(np.float32)
        if table.scale is not None:
            rows /= np.float32(table.scale)
        rows *= np.float32(np.sqrt(self.student.width))
        return rows

    def _head(self, ids: NDArray[np.int64]) -> Apply:
        student = self.student
        rows: Linear = Linear(
            student.output.weight[ids].T, student.output_bias[ids], student.output.scale, student.output_activation
        )
        return self._linear(rows)

    def _linear(self, linear: Linear) -> Apply:
        bias = np.float32(0) if linear.bias is None else linear.bias
        weight, scale = linear.weight, linear.scale
        if scale is None:
            floats = weight.astype(np.float32, copy=False)
            return lambda x: x @ floats + bias
        multiply = self.product(weight.astype(np.int8, copy=False))

        def apply(x: Float) -> Float:
            alpha: Float = np.full((1, 1), linear.activation or 0, np.float32)
            if linear.activation is None:
                axis = None if self.dynamic == "sentence" else -1
                largest = np.maximum(np.abs(x).max(axis=axis, keepdims=True), np.float32(1e-9))
                alpha = (np.float32(127) / largest).astype(np.float32, copy=False)
            integers = np.clip(np.rint(x * alpha), -127, 127).astype(np.int8)
            result = multiply(integers).astype(np.float32) / (alpha * np.float32(scale)) + bias
            return result.astype(np.float32, copy=False)

        return apply

    def _keys_values(self, attention: Attention, states: Float) -> tuple[Float, Float]:
        """Keys and values of every head: (heads, positions, width / heads)."""
        return self._heads(self._linear(attention.key)(states)), self._heads(self._linear(attention.value)(states))

    def _heads(self, x: Float) -> Float:
        return x.reshape(x.shape[0], self.student.heads, -1).transpose(1, 0, 2)

    def _attend(self, attention: Attention) -> Callable[[Float, Float, Float], tuple[Float, Float]]:
        query, output = self._linear(attention.query), self._linear(attention.output)
        scale = np.float32(1 / np.sqrt(self.student.width // self.student.heads))

        def apply(x: Float, keys: Float, values: Float) -> tuple[Float, Float]:
            scores = (self._heads(query(x)) @ keys.transpose(0, 2, 1)) * scale
            weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
            weights /= weights.sum(axis=-1, keepdims=True)
            joined = (weights @ values).transpose(1, 0, 2).reshape(x.shape)
            return output(joined), weights

        return apply

    def _recur(self, recurrence: Recurrence) -> Callable[[Float, Float], tuple[Float, Float]]:
        candidate, forget = self._linear(recurrence.candidate), self._linear(recurrence.forget)

        def apply(x: Float, memory: Float) -> tuple[Float, Float]:
            with np.errstate(over="ignore"):  # exp of a large negative forget gate is inf, and 1 / inf the right 0
                gate = 1 / (1 + np.exp(-forget(x)))
            after = (gate * memory + (1 - gate) * candidate(x)).astype(np.float32, copy=False)
            return _normalise(np.maximum(after, 0) + x, recurrence.norm), after

        return apply

    def _feed_forward(self, feed_forward: FeedForward) -> Apply:
        inner, outer = self._linear(feed_forward.inner), self._linear(feed_forward.outer)
        return lambda x: _normalise(outer(np.maximum(inner(x), 0)) + x, feed_forward.norm)


def _normalise(x: Float, norm: LayerNorm) -> Float:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    result: Float = (centred / np.sqrt(variance + LAYER_NORM_EPSILON)).astype(np.float32, copy=False)
    return result * norm.scale + norm.bias
