"""Model files: every variant is read into the same places, and every broken bound is named."""

from __future__ import annotations

import dataclasses
import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from toys.firefox import firefox_files
from toys.marian_student import (
    FLOAT32,
    INTGEMM8,
    TEXT,
    Form,
    ToyFiles,
    toy_settings,
    toy_student,
    toy_tensors,
    write_bin,
    write_npz,
)

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.families.marian.reader import MOST_TENSORS, read_tensors
from exporters.families.marian.student import Linear, Student, load_student


def load(folder: Path, toy: ToyFiles) -> Student:
    return load_student(toy.write(folder)["weights"])


def linears(value: Any) -> Iterator[Linear]:
    if isinstance(value, Linear):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from linears(inner)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from linears(getattr(value, field.name))


def real(weight: NDArray[Any], scale: float | None) -> NDArray[np.float32]:
    return weight.astype(np.float32) / np.float32(scale or 1)


@pytest.mark.parametrize("joint", [True, False])
@pytest.mark.parametrize("untied", [True, False])
@pytest.mark.parametrize("alphas", [True, False])
def test_int8_weights_are_the_float_ones_within_half_a_step(
    joint: bool, untied: bool, alphas: bool, tmp_path: Path
) -> None:
    exact = load(tmp_path, toy_student(1, form="float32", joint=joint, untied=untied, width=32, feed_forward=48))
    student = load(tmp_path, toy_student(1, alphas=alphas, joint=joint, untied=untied, width=32, feed_forward=48))
    pairs = list(zip(linears(student), linears(exact), strict=True))
    assert len(pairs) == 2 * 6 + 2 * (2 + 4 + 2)
    for ours, wanted in pairs:
        assert ours.weight.dtype == np.int8
        assert (ours.scale, wanted.scale) != (None, None)
        assert ours.weight.shape == wanted.weight.shape
        assert np.abs(real(ours.weight, ours.scale) - wanted.weight).max() <= 0.501 / ours.scale
        assert (ours.activation is not None) == alphas
        assert wanted.activation is None
        assert (ours.bias is None) == (wanted.bias is None)
        assert ours.bias is None or np.array_equal(ours.bias, wanted.bias)
    for name in ("source_embedding", "target_embedding", "output"):
        ours, wanted = getattr(student, name), getattr(exact, name)
        assert ours.weight.shape == wanted.weight.shape == (160, 32)
        assert np.abs(real(ours.weight, ours.scale) - wanted.weight).max() <= 0.501 / ours.scale
    assert student.joint == exact.joint == joint
    assert (student.output is student.target_embedding) == (not untied)
    assert (student.output_activation is not None) == alphas


@pytest.mark.parametrize("form", ["float32", "npz"])
@pytest.mark.parametrize("joint", [True, False])
def test_float_files_hold_the_tensors_as_written(form: Form, joint: bool, tmp_path: Path) -> None:
    toy = toy_student(2, form=form, joint=joint, untied=True)
    student = load(tmp_path, toy)
    tensors = toy_tensors(2, joint=joint, untied=True)
    assert np.array_equal(student.encoder[1].feed_forward.outer.weight, tensors["encoder_l2_ffn_W2"])
    assert np.array_equal(student.decoder[0].recurrence.forget.weight, tensors["decoder_l1_rnn_Wf"])
    assert np.array_equal(student.decoder[0].recurrence.forget.bias, tensors["decoder_l1_rnn_bf"][0])
    assert student.decoder[0].recurrence.candidate.bias is None
    assert np.array_equal(student.decoder[1].context.norm.scale, tensors["decoder_l2_context_Wo_ln_scale"][0])
    assert np.array_equal(student.output.weight, tensors["decoder_ff_logit_out_W"].T)
    assert np.array_equal(student.source_embedding.weight, tensors["Wemb" if joint else "encoder_Wemb"])
    assert np.array_equal(student.output_bias, tensors["decoder_ff_logit_out_b"][0])


def test_head_is_read_by_rows_when_it_is_stored_transposed(tmp_path: Path) -> None:
    tensors = toy_tensors(2, untied=True)
    rows = tensors["decoder_ff_logit_out_Wt"] = np.ascontiguousarray(tensors.pop("decoder_ff_logit_out_W").T)
    path = tmp_path / "m.npz"
    path.write_bytes(write_npz(tensors, toy_settings()))
    assert np.array_equal(load_student(path).output.weight, rows)


@pytest.mark.parametrize(("encoder", "decoder", "width", "heads"), [(1, 1, 8, 1), (6, 2, 32, 8), (3, 4, 48, 3)])
def test_depth_and_width_are_what_the_file_states(
    encoder: int, decoder: int, width: int, heads: int, tmp_path: Path
) -> None:
    toy = toy_student(3, encoder_depth=encoder, decoder_depth=decoder, width=width, heads=heads, feed_forward=40)
    student = load(tmp_path, toy)
    assert (len(student.encoder), len(student.decoder), student.width, student.heads) == (
        encoder,
        decoder,
        width,
        heads,
    )
    assert student.encoder[0].feed_forward.inner.weight.shape == (width, 40)


def test_alpha_of_the_head_is_that_of_the_shortlist_then_that_of_the_table(tmp_path: Path) -> None:
    toy = toy_student(1, width=8, heads=2, feed_forward=16)
    assert load(tmp_path, toy).output_activation == pytest.approx(127 / 5)
    renamed = toy.weights.replace(b"none_QuantMultA", b"some_QuantMultA")
    (tmp_path / "m.bin").write_bytes(renamed)
    with pytest.raises(ModelFormatError, match="some_QuantMultA"):
        load_student(tmp_path / "m.bin")
    tensors = toy_tensors(1, width=8, feed_forward=16)
    items = [(name, FLOAT32, values) for name, values in tensors.items()]
    items.append(("Wemb_QuantMultA", INTGEMM8, ((1, 1), b"\x7f" + struct.pack("<f", 127 / 9.5))))
    settings = {"dim-emb": "8", "transformer-heads": "2", "transformer-dim-ffn": "16"}
    (tmp_path / "m.bin").write_bytes(write_bin([*items, text_item(toy_settings(settings))]))
    assert load_student(tmp_path / "m.bin").output_activation == pytest.approx(9.5)


def text_item(text: str) -> tuple[str, int, Any]:
    raw = text.encode() + b"\0"
    return "special:model.yml", TEXT, ((len(raw),), raw)


def float_items() -> list[tuple[str, int, Any]]:
    return [("W", FLOAT32, np.ones((2, 3), np.float32)), text_item("a: 1\n")]


def head_of(count: int, headers: list[tuple[int, int, int, int]], rest: bytes) -> bytes:
    return struct.pack("<2Q", 1, count) + b"".join(struct.pack("<4Q", *header) for header in headers) + rest


HUGE = 2**64 - 1
BROKEN = {
    "nothing": b"",
    "a_head_only": struct.pack("<2Q", 1, 1),
    "version_2": struct.pack("<2Q", 2, 1) + bytes(100),
    "no_tensors": head_of(0, [], bytes(300)),
    "more_tensors_than_fit": head_of(MOST_TENSORS, [], bytes(100)),
    "a_count_that_overflows": head_of(2**59, [], bytes(100)),  # 32 x 2^59 is 0 in 64 bits
    "a_huge_name": head_of(1, [(HUGE, FLOAT32, 1, 4)], b"W\0" + bytes(300)),
    "an_empty_name": head_of(1, [(1, FLOAT32, 1, 4)], bytes(300)),
    "a_name_without_end": head_of(1, [(2, FLOAT32, 1, 4)], b"WW" + struct.pack("<iQ", 1, 0) + bytes(4)),
    "a_name_with_nul_inside": head_of(1, [(4, FLOAT32, 1, 4)], b"W\0W\0" + struct.pack("<iQ", 1, 0) + bytes(4)),
    "a_huge_rank": head_of(1, [(2, FLOAT32, 2**62, 4)], b"W\0" + bytes(300)),
    "no_rank": head_of(1, [(2, FLOAT32, 0, 4)], b"W\0" + struct.pack("<Q", 0) + bytes(4)),
    "a_negative_size": head_of(1, [(2, FLOAT32, 1, 4)], b"W\0" + struct.pack("<iQ", -1, 0) + bytes(4)),
    "sizes_that_overflow": head_of(
        1, [(2, FLOAT32, 4, 0)], b"W\0" + struct.pack("<4iQ", 65536, 65536, 65536, 65536, 0)
    ),
    "a_huge_padding": head_of(1, [(2, FLOAT32, 1, 4)], b"W\0" + struct.pack("<iQ", 1, HUGE) + bytes(4)),
    "a_padding_that_wraps": head_of(1, [(2, FLOAT32, 1, 4)], b"W\0" + struct.pack("<iQ", 1, HUGE - 61) + bytes(4)),
    "data_past_the_end": head_of(1, [(2, FLOAT32, 1, HUGE)], b"W\0" + struct.pack("<iQ", 1, 0) + bytes(4)),
    "data_too_short": head_of(1, [(2, FLOAT32, 1, 3)], b"W\0" + struct.pack("<iQ", 1, 0) + bytes(3)),
    "int8_without_scale": head_of(1, [(2, INTGEMM8, 1, 4)], b"W\0" + struct.pack("<iQ", 4, 0) + bytes(4)),
    "an_unknown_type": head_of(1, [(2, 0x77, 1, 4)], b"W\0" + struct.pack("<iQ", 1, 0) + bytes(4)),
    "no_settings": write_bin([("W", FLOAT32, np.ones((2, 3), np.float32))]),
    "a_name_twice": write_bin([*float_items(), *float_items()]),
    "bytes_after_the_end": write_bin(float_items()) + b"\0",
    "cut_off": write_bin(float_items())[:-1],
    "gzip": b"\x1f\x8b" + bytes(100),
    "settings_that_are_no_text": write_bin([("special:model.yml", TEXT, ((2,), b"\xff\xfe"))]),
    "settings_of_another_type": write_bin([("special:model.yml", FLOAT32, np.ones((1, 1), np.float32))]),
    "not_a_number": write_bin([("W", FLOAT32, np.full((2, 3), np.nan, np.float32)), text_item("a: 1\n")]),
    "infinite": write_bin([("W", FLOAT32, np.full((2, 3), np.inf, np.float32)), text_item("a: 1\n")]),
    "a_scale_of_zero": write_bin([("W", INTGEMM8, ((1, 1), bytes(5))), text_item("a: 1\n")]),
    "a_scale_that_is_not_finite": write_bin(
        [("W", INTGEMM8, ((1, 1), b"\1" + struct.pack("<f", np.inf))), text_item("a: 1\n")]
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_read_raises_a_format_error_when_a_bin_has(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(BROKEN[name])
    with pytest.raises(ModelFormatError) as caught:
        read_tensors(path)
    assert "`model.bin`" in caught.value.message
    assert caught.value.reasons


@pytest.mark.parametrize("kind", [0x0402, 0x0802, 0x1801, 0x2801, 0x4102])
def test_read_names_the_storage_type_when_it_is_not_supported(kind: int, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(write_bin([("encoder_W", kind, ((2, 2), bytes(64))), text_item("a: 1\n")]))
    with pytest.raises(UnsupportedModelError, match="encoder_W"):
        read_tensors(path)


def test_load_names_everything_that_is_missing_misshapen_or_unknown(tmp_path: Path) -> None:
    tensors = toy_tensors(1)
    del tensors["encoder_l1_self_Wq"]
    tensors["decoder_l2_ffn_b1"] = np.ones((1, 5), np.float32)
    tensors["Wpos"] = np.ones((4, 64), np.float32)
    path = tmp_path / "model.npz"
    path.write_bytes(write_npz(tensors, toy_settings({"dim-vocabs": "[160, 161]"})))
    with pytest.raises(ModelFormatError) as caught:
        load_student(path)
    assert len(caught.value.reasons) == 4
    for name in ("encoder_l1_self_Wq", "decoder_l2_ffn_b1", "Wpos", "161"):
        assert name in str(caught.value)


@pytest.mark.parametrize(("setting", "value"), [("enc-depth", "1"), ("dec-depth", "3"), ("dim-emb", "32")])
def test_load_refuses_when_tensors_and_settings_disagree(setting: str, value: str, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(write_npz(toy_tensors(1), toy_settings({setting: value})))
    with pytest.raises(ModelFormatError):
        load_student(path)


def npz_with(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def npy(header: str, data: bytes = b"") -> bytes:
    raw = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(raw)) + raw + data


BROKEN_NPZ = {
    "nothing_inside": npz_with({}),
    "no_array": npz_with({"W.npy": b"text"}),
    "a_pickle": npz_with({"W.npy": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\x80\x04.")}),
    "code_in_the_header": npz_with({"W.npy": npy("__import__('os')")}),
    "deep_nesting": npz_with({"W.npy": npy("(" * 900)}),
    "a_shape_that_lies": npz_with(
        {"W.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}")}
    ),
    "float64": npz_with({"W.npy": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", bytes(8))}),
    "another_order": npz_with({"W.npy": npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}", bytes(4))}),
    "a_bomb": npz_with({"W.npy": bytes(50_000_000)}, zipfile.ZIP_DEFLATED),
    "a_member_outside": npz_with({"../W": b""}),
    "another_compression": npz_with({"W.npy": bytes(100)}, zipfile.ZIP_BZIP2),
    "no_settings": npz_with({"W.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)}", bytes(4))}),
    "a_comment": npz_with({"W.npy": b"x"})[:-2] + b"\x02\x00ab",
    "cut_off": npz_with({"W.npy": bytes(500)})[:-30],
}


@pytest.mark.parametrize("name", BROKEN_NPZ)
def test_read_raises_a_format_error_when_an_npz_has(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(BROKEN_NPZ[name])
    with pytest.raises(ModelFormatError):
        read_tensors(path)


def test_read_raises_a_typed_error_when_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match=r"none\.bin"):
        read_tensors(tmp_path / "none.bin")


@pytest.mark.real
@pytest.mark.parametrize("direction", ["enpt", "pten"])
def test_load_reads_the_real_students(direction: str) -> None:
    student = load_student(firefox_files(direction).weights)
    assert (student.width, student.heads, len(student.encoder), len(student.decoder)) == (256, 8, 6, 2)
    assert student.joint
    assert student.output is student.target_embedding
    assert student.output.weight.shape == (32_000, 256)
    assert student.output.weight.dtype == np.int8
    assert all(linear.activation for linear in linears(student))
    assert student.output_activation == pytest.approx({"enpt": 8.778423, "pten": 8.899849}[direction])
