"""The three ways to compute a linear layer of a student: static int8, dynamic int8, float32.

static   activations quantised with the alpha that training stored; one scale for every input ever, so a sentence
         is computed the same way alone and in a batch.
dynamic  one scale for each row of activations, measured as it runs; independent of batch mates as well, because
         a row never sees another. For students without alphas.
float    weights dequantised at export; standard operators only, for the engines that know no int8 of this kind.

Integer products are u8 x s8: onnxruntime's s8 x s8 kernel is 13 times slower on x86 (tiny11, one thread).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from exporters.families.marian.student import UNK_ID, Embedding, FeedForward, LayerNorm, Linear
from exporters.onnx_graph import FLOAT, Graph

Activations: TypeAlias = Literal["static", "dynamic", "float"]
Scaled: TypeAlias = tuple[Linear, float]
"""A linear layer and a factor that its result is multiplied with."""

# Activations are stored as x + 128 in u8; Marian's own range is -127..127, so 0 is never used.
ZERO_POINT = 128
# What Marian adds to the variance in its layer normalisation.
EPSILON = 1e-6
# Low enough that a padding or forbidden candidate never wins, far from the int32 limit when a sum is added:
# |sum| <= 255 * 127 * width < 2^26 up to a width of 2,048.
NEVER_INT32 = -(2**30)
NEVER_FLOAT = -1e9


class Arithmetic(Protocol):
    """How linear layers are computed; x is [rows, width] or [rows, 1, width] float32, and so are results."""

    def linear(self, g: Graph, x: str, layers: Sequence[Scaled]) -> list[str]:
        """The result of each layer on the same x, N columns instead of width."""
        ...

    def feed_forward(self, g: Graph, x: str, layer: FeedForward) -> str:
        """`outer(relu(inner(x)))`, without residual and norm."""
        ...

    def head(self, output: Embedding, bias: NDArray[np.float32], activation: float | None) -> Head:
        """The output projection over gathered candidates."""
        ...


class Head(Protocol):
    """Scores of candidate tokens; the rows of the table are gathered once a sentence."""

    @property
    def weights_dtype(self) -> Any:
        """The gathered weights' type."""
        ...

    @property
    def bias_dtype(self) -> Any:
        """The gathered bias's type."""
        ...

    def table(self, g: Graph) -> str:
        """The table [V, width] whose rows are gathered."""
        ...

    def bias_values(self) -> NDArray[Any]:
        """The bias [V] whose entries are gathered; that of the unknown token says never."""
        ...

    def scores(self, g: Graph, x: str, weights: str, bias: str) -> str:
        """x [B, 1, width], weights [B, width, C], bias [B, 1, C] -> [B, 1, C] in the bias's dtype, order-preserving."""
        ...

    def logits(self, g: Graph, scores: str) -> str:
        """Scores as float32 logits."""
        ...


def layer_norm(g: Graph, x: str, residual: str, norm: LayerNorm) -> str:
    """LN(x + residual).

    `Sum`, not `Add`: onnxruntime fuses Add + LayerNormalization into SkipLayerNormalization, which its CPU provider
    runs 5 to 7 times slower than the two (1,378 against 186 us for 1,024 rows of 256).
    """
    return g(
        "LayerNormalization",
        g("Sum", x, residual),
        g.constant(norm.scale, np.float32),
        g.constant(norm.bias, np.float32),
        axis=-1,
        epsilon=EPSILON,
    )


def integer_weight(weight: NDArray[Any], scale: float | None) -> tuple[NDArray[np.int8], float]:
    """int8 values and the scale that they were multiplied with; float weights are quantised as Marian does."""
    if weight.dtype == np.int8 and scale is not None:
        return weight.astype(np.int8, copy=False), scale
    largest = float(np.abs(weight).max(initial=0.0)) or 1.0
    scale = 127.0 / largest
    return np.clip(np.rint(weight * scale), -127, 127).astype(np.int8), scale


def float_weight(weight: NDArray[Any], scale: float | None) -> NDArray[np.float32]:
    """The real weight."""
    return weight.astype(np.float32) / np.float32(1.0 if scale is None else scale)


@dataclass(frozen=True, slots=True)
class StaticArithmetic:
    """int8 with the alphas of the file; every layer must have one."""

    def linear(self, g: Graph, x: str, layers: Sequence[Scaled]) -> list[str]:
        # Joining layers of one input into one product gains nothing that can be measured (0.7 % either way).
        quantized = {alpha: _quantize(g, x, alpha) for alpha in sorted({_alpha(layer) for layer, _ in layers})}
        return [self._product(g, quantized[_alpha(layer)], _alpha(layer), layer, factor) for layer, factor in layers]

    def feed_forward(self, g: Graph, x: str, layer: FeedForward) -> str:
        # u8 with zero point 0 is the relu, and it stays within Marian's 127 steps a side for almost every value, where
        # the pair sums of AVX2's u8 x s8 kernel cannot saturate (2 * 127 * 127 < 2^15). QGemm does both in one node and
        # is no faster (1.58 against 1.60 s, 300 lines), but rounds the bias to int32: 14 to 60 of 100 lines of random
        # students then differ from the reference, here 0 to 2.
        hidden = self.linear(g, x, [(layer.inner, 1.0)])[0]
        alpha = _alpha(layer.outer)
        return self._product(g, _quantize(g, hidden, alpha, zero_point=0), alpha, layer.outer, 1.0, zero_point=0)

    def head(self, output: Embedding, bias: NDArray[np.float32], activation: float | None) -> Head:
        if activation is None:
            raise ValueError("a static head needs the alpha of the output projection")
        return IntegerHead(output, bias, activation)

    @staticmethod
    def _product(g: Graph, x: str, alpha: float, layer: Linear, factor: float, zero_point: int = ZERO_POINT) -> str:
        weight, scale = integer_weight(layer.weight, layer.scale)
        columns = weight.shape[1]
        return g.microsoft(
            "MatMulIntegerToFloat",
            x,
            g.constant(weight),
            g.constant(1.0 / alpha),
            g.constant(factor / scale),
            g.constant(zero_point, np.uint8),
            g.constant(0, np.int8),
            *([] if layer.bias is None else [g.constant(_bias(layer).reshape(columns) * np.float32(factor))]),
        )


@dataclass(frozen=True, slots=True)
class DynamicArithmetic:
    """int8 with one scale for each row of activations, 127 / max|row|."""

    def linear(self, g: Graph, x: str, layers: Sequence[Scaled]) -> list[str]:
        quantized, step = quantize_rows(g, x)
        return [self._product(g, quantized, step, layer, factor) for layer, factor in layers]

    def feed_forward(self, g: Graph, x: str, layer: FeedForward) -> str:
        hidden = g("Relu", self.linear(g, x, [(layer.inner, 1.0)])[0])
        return self.linear(g, hidden, [(layer.outer, 1.0)])[0]

    def head(self, output: Embedding, bias: NDArray[np.float32], activation: float | None) -> Head:  # noqa: ARG002
        return FloatHead(output, bias)

    @staticmethod
    def _product(g: Graph, x: str, step: str, layer: Linear, factor: float) -> str:
        weight, scale = integer_weight(layer.weight, layer.scale)
        total = g("MatMulInteger", x, g.constant(weight), g.constant(ZERO_POINT, np.uint8))
        # Two products in this order: onnxruntime fuses `Cast(total) * (a * b)` into MatMulIntegerToFloat and then takes
        # the first row's step for all of them.
        result = g("Mul", g("Mul", g("Cast", total, to=FLOAT), g.constant(factor / scale)), step)
        return result if layer.bias is None else g("Add", result, g.constant(_bias(layer) * np.float32(factor)))


@dataclass(frozen=True, slots=True)
class FloatArithmetic:
    """float32 throughout."""

    def linear(self, g: Graph, x: str, layers: Sequence[Scaled]) -> list[str]:
        results = []
        for layer, factor in layers:
            weight = float_weight(layer.weight, layer.scale) * np.float32(factor)
            result = g("MatMul", x, g.constant(weight))
            if layer.bias is not None:
                result = g("Add", result, g.constant(_bias(layer) * np.float32(factor)))
            results.append(result)
        return results

    def feed_forward(self, g: Graph, x: str, layer: FeedForward) -> str:
        hidden = g("Relu", self.linear(g, x, [(layer.inner, 1.0)])[0])
        return self.linear(g, hidden, [(layer.outer, 1.0)])[0]

    def head(self, output: Embedding, bias: NDArray[np.float32], activation: float | None) -> Head:  # noqa: ARG002
        return FloatHead(output, bias)


ARITHMETIC: dict[Activations, Arithmetic] = {
    "static": StaticArithmetic(),
    "dynamic": DynamicArithmetic(),
    "float": FloatArithmetic(),
}


@dataclass(frozen=True, slots=True)
class IntegerHead:
    """Scores as int32 sums: `(x . W) + round(bias * alpha * scale)`.

    The product has one row a sentence, zero points 0 and no post-processing: the one case in which onnxruntime's
    integer product runs its matrix-vector kernel straight on the gathered rows instead of packing them anew at every
    step (9 against 30 us for 1,024 candidates, AVX2). So the 128 that u8 activations carry is taken off in the bias.
    """

    output: Embedding
    output_bias: NDArray[np.float32]
    activation: float
    weights_dtype: Any = np.int8
    bias_dtype: Any = np.int32

    def table(self, g: Graph) -> str:
        return g.constant(integer_weight(self.output.weight, self.output.scale)[0])

    def bias_values(self) -> NDArray[Any]:
        weight, scale = integer_weight(self.output.weight, self.output.scale)
        offset = ZERO_POINT * weight.sum(axis=1, dtype=np.int64)
        bias = np.rint(self.output_bias.astype(np.float64) * scale * self.activation).astype(np.int64) - offset
        return _without_unknown(bias.astype(np.int32), NEVER_INT32)

    def scores(self, g: Graph, x: str, weights: str, bias: str) -> str:
        return g("Add", g("MatMulInteger", _quantize(g, x, self.activation), weights), bias)

    def logits(self, g: Graph, scores: str) -> str:
        _, scale = integer_weight(self.output.weight, self.output.scale)
        return g("Mul", g("Cast", scores, to=FLOAT), g.constant(1.0 / (scale * self.activation)))


@dataclass(frozen=True, slots=True)
class FloatHead:
    """Scores as float32 logits; the gathered rows are dequantised once a sentence."""

    output: Embedding
    output_bias: NDArray[np.float32]
    weights_dtype: Any = np.float32
    bias_dtype: Any = np.float32

    def table(self, g: Graph) -> str:
        return g.constant(self.output.weight)

    def bias_values(self) -> NDArray[Any]:
        return _without_unknown(self.output_bias.astype(np.float32), NEVER_FLOAT)

    def scores(self, g: Graph, x: str, weights: str, bias: str) -> str:
        if self.output.scale is not None:
            x = g("Mul", x, g.constant(1.0 / self.output.scale))
        return g("Add", g("MatMul", x, weights), bias)

    def logits(self, g: Graph, scores: str) -> str:  # noqa: ARG002
        return scores


def _quantize(g: Graph, x: str, alpha: float, zero_point: int = ZERO_POINT) -> str:
    return g("QuantizeLinear", x, g.constant(1.0 / alpha), g.constant(zero_point, np.uint8))


def quantize_rows(g: Graph, x: str) -> tuple[str, str]:
    """u8 rows and the float step [..., 1] of each.

    What `QuantizeLinear` does with a scale for each row, in one pass: as Abs, Div, Round, Add and Cast it took half of
    the time of a step of OPUS-MT's shapes (10 rows; 200 us for each input instead of 35).
    """
    axes = g.constant([-1])
    most, least = (g(operator, x, axes, keepdims=1) for operator in ("ReduceMax", "ReduceMin"))
    step = g("Div", g("Max", most, g("Neg", least), g.constant(1e-30)), g.constant(127.0))
    scales = g("Reshape", step, g.constant([-1]))
    zeros = g("Expand", g.constant(ZERO_POINT, np.uint8), g("Shape", scales))
    rows = g("Flatten", x, axis=-1)
    return g("Reshape", g("QuantizeLinear", rows, scales, zeros, axis=0), g("Shape", x)), step


def quantize_flat_rows(g: Graph, x: str, zeros: str) -> tuple[str, str]:
    """The same of x [B, K].  zeros: B times `ZERO_POINT`, which a loop makes once."""
    largest = g("ReduceMax", g("Abs", x), g.constant([-1]), keepdims=1)
    step = g("Div", g("Max", largest, g.constant(1e-30)), g.constant(127.0))
    return g("QuantizeLinear", x, g("Reshape", step, g.constant([-1])), zeros, axis=0), step


def _without_unknown(bias: NDArray[Any], never: float) -> NDArray[Any]:
    """Marian never emits its unknown token (`allow-unk: false`)."""
    bias[UNK_ID] = never
    return bias


def _alpha(layer: Linear) -> float:
    if layer.activation is None:
        raise ValueError("static arithmetic needs an alpha for every layer")
    return layer.activation


def _bias(layer: Linear) -> NDArray[np.float32]:
    columns = layer.weight.shape[1]
    return np.zeros(columns, np.float32) if layer.bias is None else layer.bias.astype(np.float32)
