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
from toys.fuzz import fuzz
from toys.onnx_models import (
    HEADS,
    MICROSOFT,
    TABLES,
    TOKENS,
    WIDTH,
    Net,
    ToyBeside,
    ToyTokenizer,
    embed,
    head,
    pack,
    run,
    toy_model,
)

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Progress, silent
from edgekit.engine.runtime import load_onnxruntime
from exporters.trim.base import Ids
from exporters.trim.onnx import OnnxModel, open_graphs, open_onnx

KEPT = np.array([0, 1, 3, 4, 5, 11, 12, 20, 31, 32, 33, 47, 60])
IDS = np.array([[0, 3, 60, 47, 1], [5, 31, 11, 12, 4]])


def opened(folder: Path, tokenizer: ToyTokenizer | None = None, inside: str = "") -> OnnxModel:
    names = sorted(path.name for path in (folder / inside).glob("*.onnx"))
    tokenizer = tokenizer or ToyTokenizer()
    return open_graphs(folder, inside, names, ToyBeside(tokenizer, tokenizer.needed[0]))


def saved(folder: Path, *models: onnx.ModelProto, tokenizer: ToyTokenizer | None = None) -> OnnxModel:
    folder.mkdir(exist_ok=True)
    for at, model in enumerate(models):
        onnx.checker.check_model(model)
        onnx.save_model(model, folder / f"model_{at}.onnx")
    return opened(folder, tokenizer)


def trimmed(model: OnnxModel, out: Path, kept: Ids = KEPT) -> Path:
    out.mkdir(exist_ok=True)
    model.write(kept, out, report=silent)
    return out


def new_ids(ids: Ids, kept: Ids = KEPT) -> Ids:
    new = np.full(TOKENS, -1)
    new[kept] = np.arange(len(kept))
    return new[ids]


def constants(path: Path) -> dict[str, onnx.TensorProto]:
    found: dict[str, onnx.TensorProto] = {}
    graphs = [onnx.load_model(path).graph]
    while graphs:
        graph = graphs.pop()
        found.update((tensor.name, tensor) for tensor in graph.initializer)
        graphs += [one.g for node in graph.node for one in node.attribute if one.HasField("g")]
    return found


def refusal(model: onnx.ModelProto, folder: Path) -> str:
    with pytest.raises(UnsupportedModelError) as caught:
        saved(folder, model)
    return str(caught.value)


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


def test_a_table_with_fewer_rows_than_tokens_is_refused(tmp_path: Path) -> None:
    net = Net()
    net.output("hidden", net.hidden(embed(net, "float", rows=TOKENS - 1)), ["batch", "length", WIDTH])
    assert "of at least 61 rows" in refusal(net.model(), tmp_path / "full")


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


def padding_mask(pad: int, *, shared: bool = False) -> onnx.ModelProto:
    """Positions counted over tokens that are no padding, as XLM-R does; shared: the same constant is an axis too."""
    net = Net(1)
    constant = net.constant(pad, name="pad")
    real = net("Cast", net("Not", net("Equal", "input_ids", constant)), to=TensorProto.INT64)
    places = net("CumSum", real, constant if shared else net.constant(1))
    x = net("Add", embed(net, "float"), net("Gather", net.constant(net.normal(9, WIDTH)), places))
    net.output("logits", head(net, "MatMul", net.hidden(x)), ["batch", "length", TOKENS])
    return net.model()


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


def test_e11_a_token_that_the_graph_names_and_that_would_go_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    model = saved(tmp_path / "full", padding_mask(30))
    with pytest.raises(UsageError, match="names token 30"):
        trimmed(model, tmp_path / "small")
    assert list((tmp_path / "small").iterdir()) == []


@pytest.mark.parametrize("wanted", [[], [0, 1], [1, 0, 60], [0, 1, 1, 60], [0, 1, 60, 61], [-1, 0, 1, 60]])
def test_ids_that_are_no_closed_set_are_refused(wanted: list[int], tmp_path: Path) -> None:
    model = saved(tmp_path / "full", toy_model())
    with pytest.raises(UsageError):
        trimmed(model, tmp_path / "small", np.array(wanted, np.int64))
    assert list((tmp_path / "small").iterdir()) == []


def spoilt(kind: str) -> tuple[onnx.ModelProto, str]:
    net = Net()
    ids = "input_ids"
    if kind == "ids":
        ids = net("Mul", ids, net.constant(2))
    x = net.hidden(embed(net, "float", ids))
    if kind == "other input":
        net.inputs[0].name = "words"
        net.nodes[0].input[1] = "words"
    scores = head(net, "MatMul", x)
    shape: list[int | str] = ["batch", "length", TOKENS]
    if kind == "sum over the vocabulary":
        scores = net("MatMul", scores, net.constant(net.normal(TOKENS, WIDTH)))
        shape[-1] = WIDTH
    elif kind == "norm":
        ones = net.constant(np.ones(TOKENS, np.float32))
        scores = net("LayerNormalization", scores, ones)
    elif kind == "part":
        scores = net("Slice", scores, net.constant([2]), net.constant([TOKENS]), net.constant([2]))
        shape[-1] = TOKENS - 2
    elif kind == "more":
        scores = net("Concat", scores, scores, axis=-1)
        shape[-1] = 2 * TOKENS
    elif kind == "another table":
        other = net.constant(net.normal(TOKENS, WIDTH))
        scores = net("Add", scores, net("ReduceMax", net("Gather", other, net("Cast", x, to=TensorProto.INT64))))
    elif kind == "mask":
        net.inputs.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, [TOKENS]))
        scores = net("Add", scores, "mask")
    elif kind == "dynamic":
        scores = net("DequantizeLinear", net("DynamicQuantizeLinear", scores, outputs=3), net.constant(0.1, np.float32))
    net.output("logits", scores, shape)
    return net.model(), net.nodes[-2].name


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("ids", "`Mul_0` (Mul): it computes with token ids"),
        ("other input", "`Gather_0` (Gather): it takes entries of the vocabulary by something that is no token id"),
        ("sum over the vocabulary", "(MatMul): "),
        ("norm", "(LayerNormalization): "),
        ("part", "it takes a part of the vocabulary"),
        ("more", "(Concat): it may add entries to the vocabulary"),
        ("another table", "(Gather): it takes entries of the vocabulary by something that is no token id"),
        ("mask", "the input `mask`"),
        # Its scale would depend on tokens that go.
        ("dynamic", "(DynamicQuantizeLinear): "),
    ],
)
def test_a_use_of_the_vocabulary_that_is_not_understood_is_refused_by_name(
    kind: str, says: str, tmp_path: Path
) -> None:
    model, name = spoilt(kind)
    message = refusal(model, tmp_path / "full")
    assert says in message
    assert kind in ("ids", "other input", "another table", "mask", "dynamic") or name in message


def external(folder: Path, model: onnx.ModelProto, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names or ("model_0.onnx",):
        onnx.save_model(
            onnx.ModelProto.FromString(model.SerializeToString()),
            folder / name,
            save_as_external_data=True,
            location="model.onnx_data",
            size_threshold=64,
        )
        (folder / "model.onnx_data").rename(folder / "one")
    (folder / "one").rename(folder / "model.onnx_data")


@pytest.mark.parametrize("kind", ["tied", "MatMul", "MatMulNBits", "int4 columns"])
def test_tensors_in_data_files_are_cut_beside_and_two_graphs_may_share_them(kind: str, tmp_path: Path) -> None:
    names = ("decoder_model.onnx", "decoder_with_past_model.onnx")
    external(tmp_path / "full", toy_model("float", kind), *names)
    model = opened(tmp_path / "full")
    seen: list[int] = []
    out = tmp_path / "small"
    out.mkdir()
    model.write(KEPT, out, report=lambda event: seen.append(event.done if isinstance(event, Progress) else -1))
    assert seen == sorted(seen)
    assert sorted(path.name for path in out.iterdir()) == [*names, "model.onnx_data"]
    for name in names:
        before = run(tmp_path / "full" / name, {"input_ids": IDS})[0]
        after = run(out / name, {"input_ids": new_ids(IDS)})[0]
        np.testing.assert_array_equal(after, before[..., KEPT])
    assert sum(part.size_bytes for part in model.parts) == sum(
        path.stat().st_size for path in (tmp_path / "full").iterdir()
    )
    size = sum(path.stat().st_size for path in out.iterdir())
    assert abs(model.size_bytes(KEPT) - size) <= size / 100
    again = trimmed(opened(out, ToyTokenizer().trimmed(KEPT)), tmp_path / "again", np.arange(len(KEPT)))
    for path in out.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def moved(folder: Path, **keys: str) -> None:
    model = onnx.load_model(folder / "model_0.onnx", load_external_data=False)
    (table,) = (tensor for tensor in model.graph.initializer if tensor.name == "table")
    for entry in table.external_data:
        entry.value = keys.pop(entry.key, entry.value)
    for key, value in keys.items():
        table.external_data.add(key=key, value=value)
    (folder / "model_0.onnx").write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    "keys",
    [
        {"location": "../secret"},
        {"location": "/etc/passwd"},
        {"location": "link"},
        {"location": "none"},
        {"location": ""},
        {"location": "model.onnx_data\0x"},
        {"offset": "99999999"},
        {"offset": "-1"},
        {"offset": "18446744073709551615"},
        {"offset": "x"},
        {"length": "1"},
        {"length": "18446744073709551616"},
        {"offset": "1"},
    ],
    ids=str,
)
def test_a_data_file_is_never_left_and_never_read_beyond_its_end(keys: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(1 << 16))
    external(tmp_path / "full", toy_model("float", "MatMul"))
    (tmp_path / "full" / "link").symlink_to(tmp_path / "secret")
    moved(tmp_path / "full", **keys)
    with pytest.raises(ModelFormatError):
        opened(tmp_path / "full")


def test_graphs_of_a_hub_folder_are_found_and_written_where_they_were(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    saved(tmp_path / "full" / "onnx", toy_model())
    model = opened(tmp_path / "full", inside="onnx")
    out = trimmed(model, tmp_path / "small")
    assert (out / "onnx" / "model_0.onnx").is_file()


def test_a_folder_without_graphs_and_one_of_no_known_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match=r"holds no `\.onnx` file"):
        open_onnx(tmp_path)
    onnx.save_model(toy_model(), tmp_path / "model.onnx")
    with pytest.raises((ModelFormatError, UnsupportedModelError)):
        open_onnx(tmp_path)
    net = Net()
    net.inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, WIDTH])]
    net.output("y", net.hidden("x"), [1, WIDTH])
    assert "no table has a row for each token" in refusal(net.model(), tmp_path / "full")


@pytest.mark.parametrize("kind", ["padding mask", "blocks", "data file"])
def test_damaged_graphs_end_in_a_typed_error_or_a_model(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "fuzz"
    if kind == "data file":
        external(folder, toy_model("float", "tied"))
    else:
        saved(folder, toy_model("int4 blocks", "MatMulNBits") if kind == "blocks" else padding_mask(31))
    out = tmp_path / "out"
    out.mkdir()

    def read(path: Path) -> None:
        opened(path.parent).write(KEPT, out, report=silent)

    path = folder / "model_0.onnx"
    fuzz(read, path.read_bytes(), path, seed=11, count=300)


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
