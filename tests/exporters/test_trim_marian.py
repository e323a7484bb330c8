"""Marian students lose rows where they lie, as `.bin` and as the graph that edgekit builds: translations stay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.firefox import firefox_files
from toys.fuzz import fuzz
from toys.installed_translation import install, translate
from toys.marian_student import Form, ToyFiles, toy_lines, toy_sentencepiece, toy_student
from toys.receipts import TRANSLATION, with_receipt

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Progress, silent
from edgekit.store.receipt import read_receipt
from exporters.families.marian.lexicon import read_lexicon
from exporters.families.marian.reader import read_tensors
from exporters.families.marian.settings import parse_settings
from exporters.families.marian.student import load_student
from exporters.tokenizers.sentencepiece import read_sentencepiece
from exporters.trim.base import Ids
from exporters.trim.marian import MarianModel, open_marian
from exporters.trim.marian_bin import read_bin
from exporters.trim.onnx import open_onnx

LINES = toy_lines(50, 60)
FLORES = Path(__file__).parents[2].parent / "shared" / "data" / "flores"
TABLES = {"Wemb": 0, "decoder_ff_logit_out_W": 1, "decoder_ff_logit_out_b": 1}


def opened(folder: Path, toy: ToyFiles) -> MarianModel:
    folder.mkdir(exist_ok=True)
    return open_marian(toy.write(folder))


def trimmed(model: MarianModel, kept: Ids, out: Path) -> dict[str, Path]:
    out.mkdir(exist_ok=True)
    built = model.write(kept, out, report=silent)
    return {role: out / name for role, name in built.engine["files"].items()}


def used(model: MarianModel, *texts: list[list[int]]) -> Ids:
    ids = np.unique(np.concatenate([np.array(line, np.int64) for lines in texts for line in lines]))
    return model.tokenizer.closed(ids)


def renumbered(lines: list[list[int]], kept: Ids) -> list[list[int]]:
    new = {old: at for at, old in enumerate(kept.tolist())}
    return [[new.get(at, -1) for at in line] for line in lines]


@settings(max_examples=12, deadline=None)
@given(
    wanted=st.sets(st.integers(0, 159)),
    form=st.sampled_from(["intgemm8", "float32"]),
    untied=st.booleans(),
    shortlist=st.booleans(),
)
def test_e10_rows_bias_and_lists_are_those_of_the_kept_pieces_and_everything_else_stays(
    tmp_path_factory: pytest.TempPathFactory, wanted: set[int], form: Form, untied: bool, shortlist: bool
) -> None:
    folder = tmp_path_factory.mktemp("trim")
    files = toy_student(3, form=form, untied=untied, width=16, heads=2, feed_forward=32).write(folder)
    if not shortlist:
        del files["shortlist"]
    model = open_marian(files)
    kept = model.tokenizer.closed(np.array(sorted(wanted), np.int64))
    small = trimmed(model, kept, folder / "small")
    count = len(kept)
    load_student(small["weights"])
    before, _ = read_tensors(files["weights"])
    after, text = read_tensors(small["weights"])
    rows = -(-count // 8) * 8
    assert parse_settings(text, file="model.bin")["dim-vocabs"] == (str(rows), str(rows))
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        taken = np.take(tensor.values, kept, TABLES[name]) if name in TABLES else tensor.values
        left = after[name].values
        if name in TABLES:
            left = np.take(left, np.arange(count), TABLES[name])
            assert after[name].values.shape[TABLES[name]] == rows
        np.testing.assert_array_equal(left, taken)
        assert after[name].scale == tensor.scale
    pieces, fewer = read_sentencepiece(files["vocabulary"]), read_sentencepiece(small["vocabulary"])
    assert fewer.pieces == tuple(pieces.pieces[at] for at in kept)
    assert fewer.scores == tuple(pieces.scores[at] for at in kept)
    assert fewer.pieces[:2] == ("</s>", "<unk>")
    if shortlist:
        lists, shorter = read_lexicon(files["shortlist"], 160, 160), read_lexicon(small["shortlist"], rows, rows)
        assert shorter.first == (kept < lists.first).sum()
        for new, old in enumerate(kept.tolist()):
            words = lists.words[int(lists.offsets[old]) : int(lists.offsets[old + 1])].tolist()
            left = shorter.words[int(shorter.offsets[new]) : int(shorter.offsets[new + 1])]
            assert kept[left].tolist() == [at for at in words if at in kept]
    # The size was foretold, and trimming to all that is left changes nothing.
    assert model.size_bytes(kept) == sum(path.stat().st_size for path in small.values())
    assert sum(part.size_bytes for part in model.parts) == sum(path.stat().st_size for path in files.values())
    again = trimmed(open_marian(small), np.arange(count), folder / "again")
    for role, path in small.items():
        assert again[role].read_bytes() == path.read_bytes(), role


@settings(max_examples=12, deadline=None)
@given(
    ids=st.lists(st.integers(0, 159), min_size=1),
    form=st.sampled_from(["intgemm8", "float32"]),
    untied=st.booleans(),
    seed=st.integers(0, 99),
)
def test_vectors_are_the_rows_that_the_source_is_embedded_with(
    tmp_path_factory: pytest.TempPathFactory, ids: list[int], form: Form, untied: bool, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    files = toy_student(seed, form=form, untied=untied, width=16, heads=2, feed_forward=32).write(folder)
    model, table = open_marian(files), load_student(files["weights"]).source_embedding
    rows = table.weight.astype(np.float32) / np.float32(1 if table.scale is None else table.scale)
    found = model.vectors(np.array(ids))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, rows[ids])
    graph = open_onnx(install(files, folder / "installed"))
    assert graph.vectors is not None
    # The graph's own rows have the factor of the student's embedding in their scale where they are integers.
    factor = 4.0 if form == "intgemm8" else 1.0
    np.testing.assert_allclose(graph.vectors(np.array(ids)), factor * rows[ids], rtol=1e-6)
    kept = model.tokenizer.closed(np.array(sorted(set(ids)), np.int64))
    small = open_marian(trimmed(model, kept, folder / "small"))
    np.testing.assert_array_equal(small.vectors(np.arange(len(kept))), rows[kept])


def test_keeping_everything_keeps_every_byte(tmp_path: Path) -> None:
    model = opened(tmp_path, toy_student(1))
    seen: list[int] = []
    out = tmp_path / "all"
    out.mkdir()
    model.write(np.arange(160), out, report=lambda one: seen.append(one.done if isinstance(one, Progress) else -1))
    assert seen == sorted(seen)
    assert seen[-1] == model.files["weights"].stat().st_size
    for path in model.files.values():
        assert (out / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("alphas", "form", "shortlist"),
    [(True, "intgemm8", True), (True, "intgemm8", False), (False, "intgemm8", True), (True, "float32", True)],
)
def test_translations_are_the_same_when_all_their_pieces_are_kept(
    alphas: bool, form: Form, shortlist: bool, tmp_path: Path
) -> None:
    toy = toy_student(8, alphas=alphas, form=form)
    model = opened(tmp_path / "marian", toy)
    full = install(model.files, tmp_path / "full", shortlist=shortlist)
    sources, targets = translate(full, read_receipt(full).engine, LINES)
    # The pieces of half the lines: the other half shows that losing some is noticed.
    kept = used(model, sources[:30], targets[:30])
    assert len(kept) < 155
    wanted = renumbered(targets, kept)
    # Through the source, built again, and through the graph as it is installed.
    again = install(trimmed(model, kept, tmp_path / "small"), tmp_path / "again", shortlist=shortlist)
    (tmp_path / "graph").mkdir()
    direct = open_onnx(full)
    assert direct.size_bytes(kept) == pytest.approx(model_size(tmp_path / "graph", direct, kept), rel=0.01)
    for folder in (again, tmp_path / "graph"):
        ids, got = translate(folder, read_receipt(folder).engine, LINES)
        assert ids[:30] == renumbered(sources[:30], kept)
        covered = [-1 not in source + target for source, target in zip(renumbered(sources, kept), wanted, strict=True)]
        assert sum(covered) >= 30
        different = [at for at, whole in enumerate(covered) if whole and got[at] != wanted[at]]
        # Float products of another number of columns may add in another order.
        assert len(different) <= (0 if form == "intgemm8" and alphas else 1)
    assert sum(part.size_bytes for part in direct.parts) == read_receipt(full).size_bytes


def program(files: Mapping[str, Path], lines: list[str]) -> list[str]:
    """The translations of another program that reads the same files."""
    fxtranslate = pytest.importorskip("fxtranslate")
    data = {role: path.read_bytes() for role, path in files.items()}
    translator = fxtranslate.Translator(data["weights"], data["vocabulary"], data["vocabulary"], data.get("shortlist"))
    return [translator.translate(line) for line in lines]


def model_size(out: Path, model: Any, kept: Ids) -> int:
    with_receipt(out, model.write(kept, out, report=silent), TRANSLATION)
    return sum(path.stat().st_size for path in out.iterdir() if path.name != "edgekit.json")


def test_e21_pieces_of_the_source_alone_are_not_enough_for_the_target(tmp_path: Path) -> None:
    model = opened(tmp_path / "marian", toy_student(8))
    full = install(model.files, tmp_path / "full")
    sources, targets = translate(full, read_receipt(full).engine, LINES[:5])
    for kept, same in ((used(model, sources), False), (used(model, sources, targets), True)):
        small = install(trimmed(model, kept, tmp_path / f"small {same}"), tmp_path / f"built {same}")
        ids, got = translate(small, read_receipt(small).engine, LINES[:5])
        assert ids == renumbered(sources, kept)
        assert (got == renumbered(targets, kept)) == same


def test_e12_rows_are_padded_to_eights_and_padding_never_wins(tmp_path: Path) -> None:
    model = opened(tmp_path / "marian", toy_student(8))
    files = {role: path for role, path in model.files.items() if role != "shortlist"}
    said = program(files, LINES[:20])
    full = install(model.files, tmp_path / "full", shortlist=False)
    sources, targets = translate(full, read_receipt(full).engine, LINES[:20])
    kept = used(model, sources, targets, model.tokenizer.encode(said))
    if len(kept) % 8 == 0:
        kept = np.union1d(kept, [np.setdiff1d(np.arange(160), kept)[0]])
    small = trimmed(model, kept, tmp_path / "small")
    table = next(item for item in read_bin(small["weights"]).items if item.name == "Wemb")
    assert table.shape[0] % 8 == 0
    assert 0 < table.shape[0] - len(kept) < 8
    # No shortlist: every row is a candidate, and the program that reads it knows nothing of padding.
    assert program({role: small[role] for role in files}, LINES[:20]) == said


def test_padding_of_the_source_goes(tmp_path: Path) -> None:
    """A table of 160 rows for 150 pieces."""
    toy = toy_student(8)
    folder = tmp_path / "marian"
    folder.mkdir()
    files = toy.write(folder)
    files["vocabulary"].write_bytes(toy_student(8, vocabulary=150).source_vocabulary)
    model = open_marian(files)
    assert model.tokenizer.size == 150
    small = trimmed(model, np.arange(150), tmp_path / "small")
    assert read_bin(small["weights"]).rows == 152
    install(small, tmp_path / "built")


def test_npz_two_vocabularies_and_other_roles_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError, match="npz"):
        opened(tmp_path / "npz", toy_student(1, form="npz"))
    with pytest.raises(UnsupportedModelError, match="two vocabularies"):
        opened(tmp_path / "split", toy_student(1, joint=False))
    files = toy_student(1).write(tmp_path)
    with pytest.raises(UsageError) as caught:
        open_marian({"weights": files["weights"], "notes": files["weights"]})
    assert len(caught.value.reasons) == 3
    install(toy_student(1, joint=False).write(tmp_path), tmp_path / "built")
    with pytest.raises(UnsupportedModelError, match="two vocabularies"):
        open_onnx(tmp_path / "built")


def test_a_vocabulary_of_more_pieces_than_rows_is_refused(tmp_path: Path) -> None:
    files = toy_student(1).write(tmp_path)
    files["vocabulary"].write_bytes(toy_student(1, vocabulary=180).source_vocabulary)
    with pytest.raises(ModelFormatError, match="180 pieces"):
        open_marian(files)


@pytest.mark.parametrize("kept", [[], [0, 1], [1, 0], [0, 1, 200], [0, 0, 1], [-1, 0, 1]])
def test_what_is_no_closed_set_is_refused_and_nothing_is_written(kept: list[int], tmp_path: Path) -> None:
    model = opened(tmp_path / "marian", toy_student(1))
    with pytest.raises(UsageError):
        trimmed(model, np.array(kept, np.int64), tmp_path / "small")
    assert list((tmp_path / "small").iterdir()) == []


def light(folder: Path) -> dict[str, Path]:
    """A student of little memory: no character map, whose tables take 5 MB."""
    sizes: dict[str, int] = {"width": 8, "heads": 2, "feed_forward": 16, "encoder_depth": 1, "decoder_depth": 1}
    files = toy_student(1, **sizes).write(folder)
    files["vocabulary"].write_bytes(toy_sentencepiece(1, 160, normalization_rule_name="identity"))
    return files


@pytest.mark.parametrize("role", ["weights", "vocabulary", "shortlist"])
def test_damaged_files_end_in_a_typed_error_or_a_model(role: str, tmp_path: Path) -> None:
    files = light(tmp_path)
    out = tmp_path / "out"
    out.mkdir()

    def read(path: Path) -> None:
        model = open_marian({**files, role: path})
        model.write(model.tokenizer.closed(np.arange(2, min(model.tokenizer.size, 20))), out, report=silent)

    fuzz(read, files[role].read_bytes(), tmp_path / "bad.bin", seed=7, count=80)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "shortlist.offsets.npy", "shortlist.words.npy"])
def test_a_damaged_artifact_ends_in_a_typed_error_or_a_model(name: str, tmp_path: Path) -> None:
    folder = install(light(tmp_path), tmp_path / "built")
    built = read_receipt(folder)
    out = tmp_path / "out"
    out.mkdir()

    def read(path: Path) -> None:
        # The receipt's digests are not compared here: whoever changes a file can change them too.
        record = json.loads((folder / "edgekit.json").read_text(encoding="utf-8"))
        for file in record["files"]:
            file["size_bytes"] = (folder / file["path"]).stat().st_size
        (folder / "edgekit.json").write_text(json.dumps(record), encoding="utf-8")
        model = open_onnx(folder)
        model.write(model.tokenizer.closed(np.arange(2, min(model.tokenizer.size, 20))), out, report=silent)

    assert built.engine["kind"] == "onnx-translation-2"
    fuzz(read, (folder / name).read_bytes(), folder / name, seed=9, count=60)


@pytest.mark.real
@pytest.mark.skipif(not FLORES.is_dir(), reason="no text here")
def test_firefox_translates_as_before_when_its_pieces_are_kept(tmp_path: Path) -> None:
    real = firefox_files("enpt")
    model = open_marian({"weights": real.weights, "vocabulary": real.vocabulary, "shortlist": real.shortlist})
    english, portuguese = (
        (FLORES / f"dev.{tag}").read_text(encoding="utf-8").splitlines()[:50] for tag in ("en", "pt")
    )
    full = install(model.files, tmp_path / "full")
    sources, targets = translate(full, read_receipt(full).engine, english)
    before = program(model.files, english)
    # Other arithmetic chooses other pieces now and then, so what it said is kept as well.
    kept = used(model, sources, targets, *map(model.tokenizer.encode, (portuguese, before)))
    assert len(kept) < 3000
    small = trimmed(model, kept, tmp_path / "small")
    again = install(small, tmp_path / "again")
    (tmp_path / "graph").mkdir()
    direct = with_receipt(
        tmp_path / "graph", open_onnx(full).write(kept, tmp_path / "graph", report=silent), TRANSLATION
    )
    for folder in (again, direct):
        ids, got = translate(folder, read_receipt(folder).engine, english)
        assert ids == renumbered(sources, kept)
        assert got == renumbered(targets, kept)
    after = program(small, english)
    assert sum(one == other for one, other in zip(before, after, strict=True)) >= 49
