"""Receipts that are sound, damaged and hostile."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store.toys import TOY, sha256

from edgekit.catalogue.entries import Languages
from edgekit.core.errors import ModelFormatError
from edgekit.core.languages import Direction
from edgekit.protect.mask_test import FormResult
from edgekit.store.mask_record import MaskRecord
from edgekit.store.masks import templates
from edgekit.store.parse import parse_receipt
from edgekit.store.receipt import FileRecord, Receipt, SourceFile, read_receipt, write_receipt
from edgekit.store.vocabulary import (
    Alignment,
    AlignmentRecord,
    CertificateRecord,
    CorpusRecord,
    CostRecord,
    Vocabulary,
)

RECEIPT = Receipt(
    id="toy",
    name="Toy “model”",
    family="marian",
    task="translate",
    languages=Languages(("en",), ("pt", "pt-BR")),
    licence="MPL-2.0",
    attribution="nobody",
    source="pypi:toy==1.0",
    revision="1.0",
    source_files=(SourceFile("weights", "w.bin", ("pypi:toy==1.0/w.bin",), len(TOY), sha256(TOY)),),
    steps=({"name": "fetch"}, {"name": "convert", "opset": 17}),
    tools={"onnx": "1.17"},
    files=(FileRecord("model.onnx", len(TOY), sha256(TOY)), FileRecord("sub/LICENCE", 1, sha256(b"l"))),
    engine={"kind": "onnx", "model": "model.onnx"},
    edgekit="0.1.0",
    created="2025-01-31T12:00:00Z",
    aliases=("en-pt",),
    licence_files=("sub/LICENCE",),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "model.onnx").write_bytes(TOY)
    (tmp_path / "sub" / "LICENCE").write_bytes(b"l")
    return tmp_path


def refusal(folder: Path, change: Callable[[dict[str, Any]], Any]) -> str:
    value = RECEIPT.to_json()
    change(value)
    (folder / "edgekit.json").write_text(json.dumps(value))
    with pytest.raises(ModelFormatError) as caught:
        read_receipt(folder)
    return str(caught.value)


def test_a_receipt_reads_back_as_it_was_written(folder: Path) -> None:
    write_receipt(folder, RECEIPT)
    assert read_receipt(folder) == RECEIPT
    assert RECEIPT.languages.directions() == (Direction("en", "pt"), Direction("en", "pt-BR"))
    assert RECEIPT.size_bytes == len(TOY) + 1


@pytest.mark.parametrize("path", ["../model.onnx", "/etc/passwd", "sub/../../x", "C:\\x", "edgekit.json", "", "a\x00b"])
def test_a_file_name_that_leaves_the_folder_is_refused(folder: Path, path: str) -> None:
    assert "files[0].path" in refusal(folder, lambda value: value["files"][0].update(path=path))


def test_every_reason_is_given_at_once(folder: Path) -> None:
    def spoil(value: dict[str, Any]) -> None:
        value["id"] = "../x"
        value["created"] = "yesterday"
        value["files"][0]["size_bytes"] = -1
        value["files"][1]["sha256"] = "x"
        value["languages"] = {"from": ["EN"], "to": [7]}
        value["tools"] = {"onnx": 1}
        value["licence_files"] = ["elsewhere"]
        del value["engine"], value["licence"]

    assert refusal(folder, spoil).split("\n  - ")[1:] == [
        '`languages` holds "EN", which is no tag as edgekit writes them',
        "`to` holds something else than text",
        "`licence` is missing",
        "`tools` holds something else than text",
        "`files[0].size_bytes` is out of range",
        "`files[1].sha256` is not 64 hex digits",
        "`engine` is missing",
        "`id` is no model id",
        "`created` is no time such as `2025-01-31T12:00:00Z`",
        "`licence_files` names `elsewhere`, which is not in `files`",
    ]


def test_a_file_that_is_missing_short_or_a_link_is_refused(folder: Path) -> None:
    write_receipt(folder, RECEIPT)
    (folder / "model.onnx").write_bytes(TOY[:-1])
    (folder / "sub" / "LICENCE").unlink()
    with pytest.raises(ModelFormatError, match="is not what its receipt says") as caught:
        read_receipt(folder)
    assert len(caught.value.reasons) == 2
    assert caught.value.reasons[0] == f"`model.onnx` has {len(TOY) - 1} bytes instead of {len(TOY)}"
    (folder / "model.onnx").unlink()
    (folder / "secret").write_bytes(TOY)
    (folder / "model.onnx").symlink_to(folder / "secret")
    with pytest.raises(ModelFormatError, match="no regular file"):
        read_receipt(folder)


def test_a_file_behind_a_linked_folder_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    write_receipt(folder, RECEIPT)
    (folder / "sub").rename(tmp_path_factory.mktemp("elsewhere") / "sub")
    (folder / "sub").symlink_to(tmp_path_factory.getbasetemp() / "elsewhere0" / "sub")
    with pytest.raises(ModelFormatError, match="leads out of the folder"):
        read_receipt(folder)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{",
        b'{"schema": "edgekit.artifact/2"}',
        b'{"schema": {"a": ' + b"[" * 100 + b"]" * 100 + b"}}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"schema": "edgekit.artifact/1", "steps": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"schema": "edgekit.artifact/1", "x": NaN}',
        b'{"schema": "edgekit.artifact/1", "x": ' + b"9" * 10_000 + b"}",
    ],
)
def test_bytes_that_are_no_receipt_are_a_typed_error(folder: Path, data: bytes) -> None:
    (folder / "edgekit.json").write_bytes(data)
    with pytest.raises(ModelFormatError):
        read_receipt(folder)


def test_ten_megabytes_of_nested_json_are_refused_unread(folder: Path) -> None:
    (folder / "edgekit.json").write_bytes(b'{"a":' * 2_000_000)
    with pytest.raises(ModelFormatError, match="larger than 4194304 bytes"):
        read_receipt(folder)


def test_a_missing_receipt_or_a_folder_in_its_place_is_a_typed_error(folder: Path) -> None:
    with pytest.raises(ModelFormatError, match="no readable receipt"):
        read_receipt(folder)
    (folder / "edgekit.json").mkdir()
    with pytest.raises(ModelFormatError, match="no regular file"):
        read_receipt(folder)
    with pytest.raises(ModelFormatError):
        read_receipt(folder / "missing")


def test_a_receipt_that_names_a_file_twice_is_refused(folder: Path) -> None:
    assert "twice" in refusal(folder, lambda value: value["files"].append({**value["files"][0], "path": "MODEL.onnx"}))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(RECEIPT.to_json())), JSON), max_size=3))
def test_any_value_anywhere_gives_a_receipt_or_reasons(changes: list[tuple[str, Any]]) -> None:
    value = RECEIPT.to_json()
    value.update(changes)
    receipt, reasons = parse_receipt(json.dumps(value).encode())
    assert receipt is not None or reasons
    if not reasons:
        assert isinstance(receipt, Receipt)
        dataclasses.asdict(receipt)


SOUND = json.dumps(RECEIPT.to_json()).encode()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_changed_bytes_give_a_receipt_or_reasons(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND)
    for index, byte in changes:
        data[index] = byte
    receipt, reasons = parse_receipt(bytes(data))
    assert receipt is not None or reasons


VOCABULARY = Vocabulary(
    before=100,
    after=40,
    closure=7,
    fingerprint="0" * 64,
    map="model.onnx",
    corpora=(CorpusRecord("pt", 10, 1, 50, 80, 400, "1" * 64), CorpusRecord("", 3, 0, 5, 8, 40, "2" * 64)),
    certificates=(CertificateRecord("pt", "held-out", 10, 9),),
    costs=(
        CostRecord("pt", 0.98, (1.4, 1.5), (0.0, 0.01), 0.02, (0.9, 0.92)),
        CostRecord("", 1, (1, 1), (0, 0), 0, None),
    ),
    alignment=Alignment("en", "passage: ", 100, (AlignmentRecord("pt", (0.97, 0.96), (0.88, 0.87), (0.77, 0.77)),)),
)
TRIMMED = dataclasses.replace(RECEIPT, vocabulary=VOCABULARY)


def test_a_receipt_of_a_trimmed_model_reads_back_as_it_was_written(folder: Path) -> None:
    write_receipt(folder, TRIMMED)
    assert read_receipt(folder) == TRIMMED
    assert VOCABULARY.certificates[0].share == 0.9
    assert CertificateRecord("pt", "held-out", 0, 0).share == 1.0
    assert "vocabulary" not in RECEIPT.to_json()


def test_everything_that_is_wrong_with_a_vocabulary_is_told(folder: Path) -> None:
    value = TRIMMED.to_json()
    value["vocabulary"].update(before=-1, closure=50, fingerprint="x", map="nowhere.json")
    value["vocabulary"]["corpora"][0].update(lines=1 << 60, sha256=7)
    value["vocabulary"]["certificates"][0].update(identical_lines=11)
    value["vocabulary"]["costs"][0].update(coverage="all", fertility=[1], fallback=[1, 10**400])
    value["vocabulary"]["costs"][1].update(bits_per_byte=[True, None])
    value["vocabulary"]["alignment"].update(pivot=None, sentences=-1)
    value["vocabulary"]["alignment"]["languages"][0].update(mexa=[1], baseline=["a", 1])
    _, reasons = parse_receipt(json.dumps(value).encode())
    assert reasons == [
        "`vocabulary.fingerprint` is not 64 hex digits",
        "`vocabulary.before` is out of range",
        "`vocabulary` keeps 40 of 0 tokens, 50 of them as parts",
        "`corpora[0].lines` is out of range",
        "`sha256` is not of type str",
        "`corpora[0].sha256` is not 64 hex digits",
        "`certificates[0]` has 11 identical lines of 10",
        "`costs[0].coverage` is no finite number",
        "`costs[0].fertility` is no pair of numbers",
        "`costs[0].fallback` is no finite number",
        "`costs[1].bits_per_byte` is no finite number",
        "`costs[1].bits_per_byte` is no finite number",
        "`pivot` is not of type str",
        "`alignment.sentences` is out of range",
        "`languages[0].mexa` is no pair of numbers",
        "`languages[0].baseline` is no finite number",
        "`vocabulary.map` is not in `files`",
    ]


PLACES = [(), ("corpora", 0), ("certificates", 0), ("costs", 0), ("alignment",), ("alignment", "languages", 0)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), st.data())
def test_any_value_anywhere_in_a_vocabulary_gives_a_receipt_or_reasons(
    place: tuple[Any, ...], data: st.DataObject
) -> None:
    value = TRIMMED.to_json()
    table = value["vocabulary"]
    for key in place:
        table = table[key]
    table[data.draw(st.sampled_from(sorted(table)))] = data.draw(JSON)
    receipt, reasons = parse_receipt(json.dumps(value).encode())
    assert receipt is not None or reasons
    if not reasons:
        assert receipt is not None
        assert parse_receipt(json.dumps(receipt.to_json()).encode()) == (receipt, [])


MASKED = dataclasses.replace(
    RECEIPT,
    masks=(
        MaskRecord("en", "pt", (FormResult("Xq{}", 18, 17, 18, 0.9412), FormResult("T{}T", 16, 15, 18, 0.95))),
        MaskRecord("pt", "en", (FormResult("REF{}", 18, 18, 18, 0.9),)),
    ),
)


def test_masks_are_read_as_they_were_written(folder: Path) -> None:
    assert "masks" not in RECEIPT.to_json()
    write_receipt(folder, MASKED)
    assert read_receipt(folder) == MASKED


def test_masks_recommend_their_forms_when_the_direction_is_theirs() -> None:
    assert templates(MASKED, Direction("en", "pt-BR")) == ["Xq{}", "T{}T"]
    assert templates(MASKED, Direction("en", "de")) == []
    assert templates(RECEIPT, Direction("en", "pt")) == []


def test_everything_that_is_wrong_with_masks_is_told() -> None:
    value = MASKED.to_json()
    value["masks"][0]["from"] = "no tag"
    value["masks"][0]["forms"][0].update(template="{}{}", one=19)
    value["masks"][0]["forms"][1].update(likeness="much", tried=0)
    value["masks"][1]["forms"] *= 17
    _, reasons = parse_receipt(json.dumps(value).encode())
    told = "\n".join(reasons)
    for wrong in ("no tag", "template", "19 and 17 sentences of 18", "likeness", "more than 16"):
        assert wrong in told
