"""Small ONNX models with a vocabulary, one for each way that tables and heads are stored in, and a runner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgekit.core.errors import UsageError
from edgekit.engine.runtime import load_onnxruntime
from exporters.base import Built
from exporters.trim.base import Ids, Part

Array = NDArray[Any]
MICROSOFT = "com.microsoft"
TOKENS, WIDTH = 61, 32
OPSET = 21

TABLES = ("float", "half", "int8", "int8 by row", "int4 blocks")
HEADS = (
    "MatMul", "tied", "tied int8", "Gemm", "Gemm transB", "FusedMatMul", "DynamicQuantizeMatMul", "MatMulInteger",
    "MatMulIntegerToFloat", "QLinearMatMul", "MatMulNBits", "MatMulNBits flat", "int4 columns", "int4 blocks", "padded",
    "flattened", "weight first",
)  # fmt: skip


@dataclass(frozen=True)
class ToyTokenizer:
    """Numbers for words; needed: those that must stay."""

    size: int = TOKENS
    needed: tuple[int, ...] = (0, 1, TOKENS - 1)
    kind: str = "unigram"
    needs_parts: bool = False

    @property
    def texts(self) -> Sequence[str]:
        return [f"word{at}" for at in range(self.size)]

    @property
    def forced(self) -> Ids:
        return np.array(self.needed)

    @property
    def fallback(self) -> NDArray[np.bool_]:
        return np.arange(self.size) == 1

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        return [[int(word.removeprefix("word")) for word in line.split()] for line in lines]

    def parts(self, token: int) -> tuple[int, ...]:
        return ()

    def closed(self, wanted: Ids) -> Ids:
        return np.union1d(self.forced, wanted)

    def trimmed(self, kept: Ids) -> ToyTokenizer:
        return ToyTokenizer(len(kept), tuple(np.searchsorted(kept, self.forced).tolist()))


@dataclass(frozen=True)
class ToyBeside:
    """Nothing but a tokenizer; needed: a token that some file names."""

    tokenizer: ToyTokenizer
    needed: int = 0
    prompts: Sequence[str] = ()
    parts: Sequence[Part] = ()

    def size_bytes(self, kept: Ids) -> int:
        return 0

    def check(self, kept: Ids) -> None:
        if self.needed not in kept:
            raise UsageError("a file names a token that goes")

    def write(self, kept: Ids, out: Path) -> Built:
        return Built({"kind": "toy"}, ())


class Net:
    """Nodes and constants under construction."""

    def __init__(self, seed: int = 0, prefix: str = "") -> None:
        self.prefix = prefix
        self.chooser = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []
        self.inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])]
        self.outputs: list[onnx.ValueInfoProto] = []

    def __call__(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> str:
        name = f"{self.prefix}{operator}_{len(self.nodes)}"
        names = [name, *(f"{name}_{at}" for at in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, inputs, names, name=name, domain=domain, **attributes))
        return name

    def constant(self, value: Any, dtype: Any = None, name: str | None = None) -> str:
        name = self.prefix + (name or f"constant_{len(self.constants)}")
        self.constants.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def int4(self, values: Array, name: str, *, signed: bool = False) -> str:
        kind = TensorProto.INT4 if signed else TensorProto.UINT4
        self.constants.append(helper.make_tensor(name, kind, values.shape, pack(values).tobytes(), raw=True))
        return name

    def normal(self, *shape: int) -> Array:
        return self.chooser.standard_normal(shape).astype(np.float32)

    def bytes(self, *shape: int, dtype: Any = np.int8) -> Array:
        return self.chooser.integers(-100 if dtype == np.int8 else 0, 100, shape).astype(dtype)

    def hidden(self, x: str) -> str:
        """A layer between table and head, so that what comes in is not what goes out."""
        return self("Tanh", self("MatMul", x, self.constant(self.normal(WIDTH, WIDTH) / 4)))

    def output(self, name: str, value: str, shape: Sequence[int | str]) -> None:
        self.nodes.append(helper.make_node("Identity", [value], [name], name=name))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "toy", self.inputs, self.outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def pack(values: Array) -> Array:
    """4-bit values two a byte, the first in the low half."""
    flat = values.reshape(-1).astype(np.uint8) & 15
    flat = np.append(flat, np.zeros(len(flat) % 2, np.uint8))
    return flat[::2] | flat[1::2] << 4


def embed(net: Net, kind: str, ids: str = "input_ids", rows: int = TOKENS) -> str:
    """The table of a kind, looked up."""
    values = net.normal(rows, WIDTH)
    if kind == "float":
        return net("Gather", net.constant(values, name="table"), ids)
    if kind == "half":
        return net("Cast", net("Gather", net.constant(values.astype(np.float16), name="table"), ids), to=1)
    stored = net.constant(net.bytes(rows, WIDTH), name="table") if kind != "int4 blocks" else ""
    if kind == "int8":
        zero = net.constant(3, np.int8)
        return net("DequantizeLinear", net("Gather", stored, ids), net.constant(0.02, np.float32), zero)
    if kind == "int8 by row":
        scale = net.constant(np.abs(net.normal(rows)) / 50, name="table_scale")
        zero = net.constant(net.bytes(rows), name="table_zero_point")
        return net("Gather", net("DequantizeLinear", stored, scale, zero, axis=0), ids)
    stored = net.int4(net.chooser.integers(0, 16, (rows, WIDTH)), "table")
    scale = net.constant(np.abs(net.normal(rows, WIDTH // 16)) / 5, name="table_scale")
    zero = net.int4(net.chooser.integers(0, 16, (rows, WIDTH // 16)), "table_zero_point")
    parts = (stored, ids, scale, zero)
    return net("GatherBlockQuantized", *parts, domain=MICROSOFT, gather_axis=0, quantize_axis=1, block_size=16)


def head(net: Net, kind: str, x: str, rows: int = TOKENS) -> str:
    """Scores of every token by a head of a kind."""
    weight, bias = net.normal(WIDTH, rows), net.normal(rows)
    if kind == "MatMul":
        return net("Add", net("MatMul", x, net.constant(weight, name="head")), net.constant(bias[None], name="bias"))
    if kind == "weight first":
        scores = net("MatMul", net.constant(weight.T, name="head"), net("Transpose", x, perm=[0, 2, 1]))
        scores = net("Add", scores, net("Unsqueeze", net.constant(bias, name="bias"), net.constant([1])))
        return net("Transpose", scores, perm=[0, 2, 1])
    if kind == "tied":
        return net("MatMul", x, net("Transpose", "table", perm=[1, 0]))
    if kind == "tied int8":
        table = net("DequantizeLinear", "table", net.constant(0.02, np.float32), net.constant(3, np.int8))
        return net("MatMul", x, net("Transpose", table, perm=[1, 0]))
    if kind in ("Gemm", "Gemm transB", "flattened"):
        flat = net("Reshape", x, net.constant([-1, WIDTH]))
        turned = kind == "Gemm transB"
        stored = net.constant(weight.T if turned else weight, name="head")
        scores = net("Gemm", flat, stored, net.constant(bias, name="bias"), transB=int(turned))
        if kind == "flattened":
            return net("Reshape", scores, net.constant([1, -1, rows]))
        front = net("Slice", net("Shape", x), net.constant([0]), net.constant([2]))
        return net("Reshape", scores, net("Concat", front, net.constant([rows]), axis=0))
    if kind == "FusedMatMul":
        return net("FusedMatMul", x, net.constant(weight.T, name="head"), domain=MICROSOFT, transB=1)
    if kind == "padded":
        wide = np.concatenate([weight, net.normal(WIDTH, 64 - rows)], axis=1)
        scores = net("MatMul", x, net.constant(wide, name="head"))
        return net("Slice", scores, net.constant([0]), net.constant([rows]), net.constant([2]))
    return _quantised_head(net, kind, x, rows, bias)


def _quantised_head(net: Net, kind: str, x: str, rows: int, bias: Array) -> str:
    if kind.startswith("MatMulNBits"):
        blocks = WIDTH // 16
        packed = net.chooser.integers(0, 256, (rows, blocks, 8)).astype(np.uint8)
        scales = np.abs(net.normal(rows, blocks)) / 10
        zeros = net.chooser.integers(0, 256, (rows, (blocks + 1) // 2)).astype(np.uint8)
        if kind.endswith("flat"):
            scales, zeros = scales.reshape(-1), zeros.reshape(-1)
        parts = [x, net.constant(packed, name="head"), net.constant(scales, name="scale")]
        parts += [net.constant(zeros, name="zero_point"), "", net.constant(bias, name="bias")]
        return net("MatMulNBits", *parts, domain=MICROSOFT, K=WIDTH, N=rows, bits=4, block_size=16)
    if kind == "int4 columns":
        stored = net.int4(net.chooser.integers(0, 16, (WIDTH, rows)), "head", signed=True)
        scale = net.constant(np.abs(net.normal(rows)) / 10, name="scale")
        return net("MatMul", x, net("DequantizeLinear", stored, scale, axis=1))
    if kind == "int4 blocks":
        stored = net.int4(net.chooser.integers(0, 16, (WIDTH, rows)), "head", signed=True)
        scale = net.constant(np.abs(net.normal(WIDTH // 16, rows)) / 10, name="scale")
        return net("MatMul", x, net("DequantizeLinear", stored, scale, axis=0, block_size=16))
    weight = net.constant(net.bytes(WIDTH, rows), name="head")
    scale = net.constant(np.abs(net.normal(rows)) / 50, name="scale")
    zero = net.constant(net.bytes(rows) if kind != "QLinearMatMul" else np.zeros(rows, np.int8), name="zero_point")
    biases = net.constant(bias, name="bias") if kind != "QLinearMatMul" else ""
    if kind == "DynamicQuantizeMatMul":
        return net("DynamicQuantizeMatMul", x, weight, scale, zero, biases, domain=MICROSOFT)
    if kind == "QLinearMatMul":
        step, middle = net.constant(0.01, np.float32), net.constant(0, np.int8)
        quantised = net("QuantizeLinear", x, step, middle)
        wide = net.constant(0.05, np.float32)
        scores = net("QLinearMatMul", quantised, step, middle, weight, scale, zero, wide, middle)
        return net("DequantizeLinear", scores, wide, middle)
    quantised = net("DynamicQuantizeLinear", x, outputs=3)
    step, middle = f"{quantised}_1", f"{quantised}_2"
    if kind == "MatMulIntegerToFloat":
        parts = (quantised, weight, step, scale, middle, zero, biases)
        return net("MatMulIntegerToFloat", *parts, domain=MICROSOFT)
    if kind == "MatMulInteger":
        product = net("Cast", net("MatMulInteger", quantised, weight, middle, zero), to=1)
        return net("Add", net("Mul", product, net("Mul", step, scale)), biases)
    raise ValueError(kind)


def toy_model(table: str = "float", kind: str = "MatMul", seed: int = 0) -> onnx.ModelProto:
    """A model of token ids to scores."""
    net = Net(seed)
    x = net.hidden(embed(net, table))
    net.output("logits", head(net, kind, x), ["batch", "length", TOKENS])
    return net.model()


def run(path: Path, feed: Mapping[str, Array]) -> list[Array]:
    """The outputs of one call, on one thread."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    outputs: list[Array] = session.run(None, dict(feed))
    return outputs
