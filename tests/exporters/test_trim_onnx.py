"""ONNX graphs lose rows: the scores of what stays are the same bits, and what is not understood is named."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from toys.onnx_folders import IDS, KEPT, new_ids, opened, padding_mask, saved, trimmed
from toys.onnx_models import (
    HEADS,
    MICROSOFT,
    TABLES,
    TOKENS,
    WIDTH,
    Net,
    ToyTokenizer,
    embed,
    head,
    pack,
    run,
    toy_model,
)

from edgekit.engine.runtime import load_onnxruntime


def constants(path: Path) -> dict[str, onnx.TensorProto]:
    found: dict[str, onnx.TensorProto] = {}
    graphs = [onnx.load_model(path).graph]
    while graphs:
        graph = graphs.pop()
        found.update((tensor.name, tensor) for tensor in graph.initializer)
        graphs += [one.g for node in graph.node for one in node.attribute if one.HasField("g")]
    return found


# A head that is tied reads the table as it is stored.
PAIRS = [
    (table, kind)
    for table in TABLES
    for kind in HEADS
    if not kind.startswith("tied") or (table, kind) in (("float", "tied"), ("int8", "tied int8"))
]


@pytest.mark.parametrize(("table", "kind"), PAIRS)
def test_e16_scores_of_kept_tokens_are_the_same_bits_for_every_kind_of_table_and_head(
    table: str, kind: str, tmp_path: Path
) -> None:
    batch = IDS[:1] if kind == "flattened" else IDS
    model = saved(tmp_path / "full", toy_model(table, kind))
    out = trimmed(model, tmp_path / "small")
    before = run(tmp_path / "full" / "model_0.onnx", {"input_ids": batch})[0]
    after = run(out / "model_0.onnx", {"input_ids": new_ids(batch)})[0]
    np.testing.assert_array_equal(after, before[..., KEPT])
    # Every constant that is as long as the vocabulary has lost its rows, and no other has changed.
    small = constants(out / "model_0.onnx")
    for name, tensor in constants(tmp_path / "full" / "model_0.onnx").items():
        if not set(tensor.dims) & {TOKENS, 64, TOKENS * 2} and TOKENS not in numpy_helper.to_array(tensor):
            assert small[name].SerializeToString() == tensor.SerializeToString(), name
        elif name in small:
            assert not set(small[name].dims) & {TOKENS, 64, TOKENS * 2}, name
    onnx.checker.check_model(str(out / "model_0.onnx"), full_check=True)
    # Trimming to all that is left changes nothing, and the size was foretold.
    size = sum(path.stat().st_size for path in out.iterdir())
    assert abs(model.size_bytes(KEPT) - size) <= size / 100
    assert sum(part.size_bytes for part in model.parts) == (tmp_path / "full" / "model_0.onnx").stat().st_size
    again = trimmed(opened(out, ToyTokenizer().trimmed(KEPT)), tmp_path / "again", np.arange(len(KEPT)))
    assert (again / "model_0.onnx").read_bytes() == (out / "model_0.onnx").read_bytes()


@settings(max_examples=25, deadline=None)
@given(
    kept=st.sets(st.integers(0, TOKENS - 1)), seed=st.integers(0, 99), kind=st.sampled_from(["tied", "int4 columns"])
)
def test_any_kept_tokens_have_their_scores(
    tmp_path_factory: pytest.TempPathFactory, kept: set[int], seed: int, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    ids = np.array(sorted(kept | {0, 1, TOKENS - 1}))
    model = saved(folder / "full", toy_model("float", kind, seed))
    out = trimmed(model, folder / "small", ids)
    before = run(folder / "full" / "model_0.onnx", {"input_ids": ids[None]})[0]
    after = run(out / "model_0.onnx", {"input_ids": np.arange(len(ids))[None]})[0]
    # A product of three columns takes another kernel than one of 61, which adds in another order.
    np.testing.assert_allclose(after, before[..., ids], rtol=1e-5, atol=1e-5)


def test_e9_one_table_at_both_ends_is_stored_once_and_stays_tied(tmp_path: Path) -> None:
    out = trimmed(saved(tmp_path / "full", toy_model("float", "tied")), tmp_path / "small")
    tables = [tensor for tensor in constants(out / "model_0.onnx").values() if len(KEPT) in tensor.dims]
    assert [list(tensor.dims) for tensor in tables] == [[len(KEPT), WIDTH]]


def test_e9_encoder_and_decoders_of_several_files_lose_the_same_tokens(tmp_path: Path) -> None:
    models = [toy_model("float", "tied", 3), toy_model("int8", "MatMulInteger", 4)]
    net = Net(5)
    net.output("last_hidden_state", net.hidden(embed(net, "float")), ["batch", "length", WIDTH])
    only_head = Net(6)
    only_head.inputs = [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", "length", WIDTH])]
    only_head.output("logits", head(only_head, "MatMul", "hidden"), ["batch", "length", TOKENS])
    model = saved(tmp_path / "full", *models, net.model(), only_head.model())
    out = trimmed(model, tmp_path / "small")
    for at in range(3):
        name = f"model_{at}.onnx"
        before = run(tmp_path / "full" / name, {"input_ids": IDS})[0]
        after = run(out / name, {"input_ids": new_ids(IDS)})[0]
        np.testing.assert_array_equal(after, before[..., KEPT] if at < 2 else before)
    hidden = Net(7).normal(1, 2, WIDTH)
    (before,), (after,) = (run(folder / "model_3.onnx", {"hidden": hidden}) for folder in (tmp_path / "full", out))
    np.testing.assert_array_equal(after, before[..., KEPT])


def test_e10_a_bias_of_logits_is_taken_by_id_and_not_from_the_front(tmp_path: Path) -> None:
    out = trimmed(saved(tmp_path / "full", toy_model("float", "MatMul")), tmp_path / "small")
    before, after = (
        numpy_helper.to_array(constants(folder / "model_0.onnx")["bias"]) for folder in (tmp_path / "full", out)
    )
    np.testing.assert_array_equal(after, before[:, KEPT])
    assert (after != before[:, : len(KEPT)]).any()


def test_e12_rows_without_a_token_go_and_never_win(tmp_path: Path) -> None:
    net = Net()
    x = net.hidden(embed(net, "float", rows=TOKENS + 3))
    net.output("logits", head(net, "MatMul", x, rows=TOKENS + 3), ["batch", "length", TOKENS + 3])
    out = trimmed(saved(tmp_path / "full", net.model()), tmp_path / "small")
    before = run(tmp_path / "full" / "model_0.onnx", {"input_ids": IDS})[0]
    after = run(out / "model_0.onnx", {"input_ids": new_ids(IDS)})[0]
    np.testing.assert_array_equal(after, before[..., KEPT])


@pytest.mark.parametrize("shared", [True, False], ids=["read from outside", "of their own"])
def test_e9_tables_that_subgraphs_read_are_found(shared: bool, tmp_path: Path) -> None:
    net = Net()
    x = net.hidden(embed(net, "float"))
    net.inputs.append(helper.make_tensor_value_info("which", TensorProto.BOOL, []))
    branches = {}
    for name in ("then_branch", "else_branch"):
        body = Net(len(branches) + 1, f"{name}_")
        if shared:
            scores = body("MatMul", x, body("Transpose", "table", perm=[1, 0]))
        else:
            scores = head(body, "Gemm transB", x)
        body.output(f"{name}_scores", scores, ["b", "l", TOKENS])
        branches[name] = helper.make_graph(body.nodes, name, [], body.outputs, body.constants)
    net.output("logits", net("If", "which", **branches), ["batch", "length", TOKENS])
    out = trimmed(saved(tmp_path / "full", net.model()), tmp_path / "small")
    for which in (True, False):
        before = run(tmp_path / "full" / "model_0.onnx", {"input_ids": IDS, "which": np.array(which)})[0]
        after = run(out / "model_0.onnx", {"input_ids": new_ids(IDS), "which": np.array(which)})[0]
        np.testing.assert_array_equal(after, before[..., KEPT])


def test_a_loop_that_feeds_its_best_token_back_chooses_among_the_kept(tmp_path: Path) -> None:
    net = Net(2)
    net.inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, 1]),
        helper.make_tensor_value_info("steps", TensorProto.INT64, []),
    ]
    table = net.constant(net.normal(TOKENS, WIDTH), name="table")
    body = Net(3, "body_")
    x = body.hidden(body("Gather", table, "token"))
    scores = body("MatMul", x, body("Transpose", table, perm=[1, 0]))
    best = body("ArgMax", scores, axis=-1, keepdims=0)
    going = body("Identity", "going")
    graph = helper.make_graph(
        body.nodes,
        "step",
        [
            helper.make_tensor_value_info("iteration", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("token", TensorProto.INT64, [1, 1]),
        ],
        [
            helper.make_tensor_value_info(going, TensorProto.BOOL, []),
            helper.make_tensor_value_info(best, TensorProto.INT64, [1, 1]),
            helper.make_tensor_value_info(scores, TensorProto.FLOAT, [1, 1, TOKENS]),
        ],
        body.constants,
    )
    last = net("Loop", "steps", "", "input_ids", outputs=2, body=graph)
    net.output("logits", f"{last}_1", ["steps", 1, 1, TOKENS])
    net.outputs.append(helper.make_tensor_value_info(last, TensorProto.INT64, [1, 1]))
    feed = {"input_ids": np.array([[3]]), "steps": np.array(4)}
    model = saved(tmp_path / "full", net.model())
    before = run(tmp_path / "full" / "model_0.onnx", feed)
    # The tokens that the whole model chose are kept, so the same ones are chosen.
    kept = np.union1d(KEPT, before[0].argmax(-1).reshape(-1))
    out = trimmed(model, tmp_path / "small", kept)
    after = run(out / "model_0.onnx", {**feed, "input_ids": new_ids(np.array([[3]]), kept)})
    np.testing.assert_array_equal(after[0], before[0][..., kept])
    np.testing.assert_array_equal(after[1], new_ids(before[1], kept))


@pytest.mark.parametrize(("pad", "shared"), [(31, False), (1, True)])
def test_e11_ids_in_the_graph_become_the_new_ones_and_other_uses_of_the_constant_stay(
    pad: int, shared: bool, tmp_path: Path
) -> None:
    # Without token 0, padding becomes token 0 and the axis stays 1.
    kept = KEPT[1:] if shared else KEPT
    model = saved(tmp_path / "full", padding_mask(pad, shared=shared), tokenizer=ToyTokenizer(needed=(1, 60)))
    ids = np.array([[pad, 3, 60, pad, 11]])
    out = trimmed(model, tmp_path / "small", kept)
    before = run(tmp_path / "full" / "model_0.onnx", {"input_ids": ids})[0]
    after = run(out / "model_0.onnx", {"input_ids": new_ids(ids, kept)})[0]
    np.testing.assert_array_equal(after, before[..., kept])


def test_graphs_of_a_hub_folder_are_found_and_written_where_they_were(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    saved(tmp_path / "full" / "onnx", toy_model())
    model = opened(tmp_path / "full", inside="onnx")
    out = trimmed(model, tmp_path / "small")
    assert (out / "onnx" / "model_0.onnx").is_file()


def quantised(folder: Path, how: str) -> onnx.ModelProto:
    """A float model as onnxruntime's own tools quantise it."""
    load_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir()
    onnx.save_model(toy_model("float", "MatMul"), folder / "float.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantize_dynamic(
            folder / "float.onnx",
            folder / "int8.onnx",
            per_channel=how == "by column",
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
        )
    return onnx.load_model(folder / "int8.onnx")


@pytest.mark.parametrize("how", ["one scale", "by column"])
def test_what_onnxruntime_quantises_is_trimmed_without_quantising_anew(how: str, tmp_path: Path) -> None:
    model = quantised(tmp_path / "tools", how)
    assert "MatMulInteger" in {node.op_type for node in model.graph.node}
    out = trimmed(saved(tmp_path / "full", model), tmp_path / "small")
    before = run(tmp_path / "full" / "model_0.onnx", {"input_ids": IDS})[0]
    after = run(out / "model_0.onnx", {"input_ids": new_ids(IDS)})[0]
    np.testing.assert_array_equal(after, before[..., KEPT])


def test_packing_of_the_toys_is_that_of_onnx() -> None:
    values = np.arange(15, dtype=np.uint8).reshape(3, 5)
    tensor = helper.make_tensor("t", TensorProto.UINT4, (3, 5), pack(values).tobytes(), raw=True)
    np.testing.assert_array_equal(numpy_helper.to_array(tensor).astype(np.uint8), values)
    assert MICROSOFT == "com.microsoft"
