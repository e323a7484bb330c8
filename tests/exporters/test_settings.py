"""The settings inside a model file: sound ones are read, others refused with every reason at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.marian_student import toy_settings

from edgekit.core.errors import EdgekitError, ModelFormatError, UnsupportedModelError
from exporters.families.marian.settings import parse_settings, read_settings


def test_read_gives_the_sizes_that_the_text_states() -> None:
    read = read_settings(
        toy_settings({"enc-depth": "6", "dec-depth": "4", "dim-emb": "384", "transformer-decoder-dim-ffn": "600"}),
        file="m.bin",
    )
    assert (read.width, read.heads, read.encoder_depth, read.decoder_depth) == (384, 4, 6, 4)
    assert (read.encoder_feed_forward, read.decoder_feed_forward) == (128, 600)
    assert read.vocabulary_sizes == (160, 160)
    assert read.values["transformer-preprocess"] == ""
    assert read.values["dim-vocabs"] == ("160", "160")
    assert read.values["input-types"] == ()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("layer-normalization", "true"),
        ("lemma-dim-emb", "32"),
        ("transformer-pool", "true"),
        ("ulr", "true"),
        ("transformer-train-position-embeddings", "true"),
        ("transformer-decoder-autoreg", "self-attention"),
        ("transformer-decoder-autoreg", "average-attention"),
        ("transformer-tied-layers", "[1, 1, 2]"),
        ("transformer-no-projection", "true"),
        ("transformer-rnn-projection", "true"),
        ("output-omit-bias", "true"),
        ("transformer-depth-scaling", "true"),
        ("transformer-postprocess", "da"),
        ("transformer-preprocess", "n"),
        ("transformer-postprocess-top", "n"),
        ("transformer-postprocess-emb", "nd"),
        ("transformer-ffn-activation", "swish"),
        ("transformer-ffn-depth", "3"),
        ("dec-cell", "gru"),
        ("type", "multi-transformer"),
        ("right-left", "true"),
        ("input-types", "[class]"),
    ],
)
def test_read_names_the_setting_when_its_network_is_not_built(setting: str, value: str) -> None:
    with pytest.raises(UnsupportedModelError) as caught:
        read_settings(toy_settings({setting: value}), file="m.bin")
    (reason,) = caught.value.reasons
    assert f"`{setting}`" in reason
    assert value.strip("[]").split(",")[0] in reason


def test_read_names_every_setting_when_several_are_not_built() -> None:
    text = toy_settings({"ulr": "true", "dec-cell": "lstm", "transformer-pool": "true", "type": "s2s"})
    with pytest.raises(UnsupportedModelError) as caught:
        read_settings(text, file="m.bin")
    assert len(caught.value.reasons) == 4


@pytest.mark.parametrize("missing", ["type", "dec-cell", "transformer-decoder-autoreg"])
def test_read_refuses_when_the_kind_of_network_is_not_stated(missing: str) -> None:
    text = "".join(line for line in toy_settings().splitlines(True) if not line.startswith(f"{missing}:"))
    with pytest.raises(UnsupportedModelError, match=missing):
        read_settings(text, file="m.bin")


def test_read_accepts_strings_that_differ_only_in_dropout() -> None:
    text = toy_settings(
        {"transformer-postprocess": "an", "transformer-preprocess": "d", "transformer-postprocess-top": "d"}
    )
    assert read_settings(text, file="m.bin").width == 64


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("dim-emb", "0"),
        ("dim-emb", "-64"),
        ("dim-emb", "99999999999999999999"),
        ("dim-emb", "٦٤"),
        ("dim-emb", "[64]"),
        ("dim-emb", "66"),
        ("enc-depth", "65"),
        ("dec-depth", "x"),
        ("transformer-heads", "0"),
        ("transformer-dim-ffn", "1e9"),
        ("dim-vocabs", "[a, b]"),
        ("dim-vocabs", "[1, 2, 3]"),
    ],
)
def test_read_raises_a_format_error_when_a_size_is_no_size(setting: str, value: str) -> None:
    with pytest.raises(ModelFormatError) as caught:
        read_settings(toy_settings({setting: value}), file="m.bin")
    assert setting in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "word",
        "- a\n- b",
        "a: &x 1\nb: *x",
        "a: {b: c}",
        "a: [[b]]",
        "a: 1\na: 2",
        "a: 1\n---\nb: 2",
        "a: [",
        "? [a]\n: b",
        "\t",
        "a: 'x",
        "!!python/object:os.system {}",
        "[" * 30_000,
        "a: " + "[" * 30_000,
        "- " * 30_000,
        "a" * 70_000,
        "a: |\n" + "\x07",
    ],
)
def test_parse_raises_a_format_error_when_the_text_is_no_flat_mapping(text: str) -> None:
    with pytest.raises(ModelFormatError):
        parse_settings(text, file="m.bin")


@given(st.text(max_size=200) | st.text(alphabet=":-[]{},&*!|>'\"%@`?#\n ab1", max_size=60))
def test_read_ends_in_a_typed_error_for_any_text(text: str) -> None:
    with pytest.raises(EdgekitError):
        read_settings(text, file="m.bin")
