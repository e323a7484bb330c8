"""`edgekit export FOLDER --format onnx`: trimmed as a folder, converted, installed and run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store.toys import use_home
from toys.checkpoints import COVERED, KINDS, no_network, write_checkpoint
from toys.hf_folder import read_json, write_json
from toys.onnx_checkpoints import SEQ2SEQ, write_seq2seq
from toys.receipts import ENCODER, TRANSLATION, with_receipt

import edgekit
from edgekit.core.errors import DirectionError, FailedError, UnsupportedModelError, UsageError
from edgekit.core.events import silent
from edgekit.core.languages import Direction
from edgekit.engine.devices import choose_providers
from edgekit.engine.encoder import Encoder
from edgekit.engine.marian import MarianEngine
from edgekit.pipeline.requests import Artifact, VerifyRequest
from edgekit.pipeline.run import verify
from edgekit.store.add import add
from edgekit.translate.translator import Translator
from exporters.base import Built
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.onnx_conversion import OnnxConversion
from exporters.conversion.registry import conversion_of
from exporters.conversion.trimmed_onnx import converted_to_onnx
from exporters.families.onnx.languages import told_direction
from exporters.trim.hf import open_hf
from exporters.trim.onnx import open_onnx
from exporters.vocab_map import read_map

pytest.importorskip("torch")
pytest.importorskip("transformers")

QUANTS = {"f32": "f32", "int8": "int8", "int4": "q4_0"}
ENCODERS, TRANSLATORS = ["bert", "xlm-roberta"], ["nllb", "mbart", "mt5", "marian"]
ENGLISH, PORTUGUESE = COVERED[:6], COVERED[6:12]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with no_network():
        yield use_home(monkeypatch, tmp_path)


@pytest.fixture
def corpora(tmp_path: Path) -> list[Path]:
    found = []
    for tag, lines in (("en", ENGLISH), ("de", PORTUGUESE)):
        found.append(tmp_path / f"{tag}.txt")
        found[-1].write_text("\n".join(lines * 20), "utf-8")
    return found


def checkpoint(folder: Path, name: str) -> Path:
    folder.mkdir()
    return write_checkpoint(folder, KINDS[name]) if name in ENCODERS else write_seq2seq(folder, SEQ2SEQ[name])


def export(source: Path, corpora: list[Path], out: Path, **more: Any) -> Artifact:
    more = {"format": "onnx", "allow_loss": True, "licence": "MIT", **more}
    return edgekit.export(source, languages=["en", "de"], corpus=corpora, out=out, **more)


def converted_then_trimmed(source: Path, made: Artifact, folder: Path, dtype: str) -> tuple[Path, Built]:
    """The whole model converted, and then cut to the tokens of the artifact."""
    whole, cut = folder / "whole", folder / "cut"
    whole.mkdir()
    cut.mkdir()
    opened = open_checkpoint(source)
    built = conversion_of(opened, "onnx").convert(opened, whole, dtype=dtype, report=silent)
    with_receipt(whole, built, ENCODER if made.receipt.task == "embed" else TRANSLATION)
    _, kept = read_map(made.folder / "vocab_map.json")
    return cut, open_onnx(whole).write(kept, cut, report=silent)


def check_loss(step: Mapping[str, Any], made: Artifact) -> None:
    """What fewer bits lost, measured against the same conversion in float32."""
    losses = {one["language"]: one for one in step["loss"]["languages"]}
    if made.receipt.task == "embed":
        assert losses.keys() == {"en", "de"}
        # Random weights of 32 inputs; what is broken has a cosine near 0.
        assert all(0.9 < one["cosine"] < 1 for one in losses.values())
    else:
        assert losses.keys() == {str(one) for one in made.receipt.languages.directions()}
        assert all(0 <= one["chrf"] <= 100 and 0 <= one["same"] <= 1 for one in losses.values())
    assert f"What quantising to {step['type']} lost" in (made.folder / "report.html").read_text("utf-8")


def check_receipt(made: Artifact, source: Path, corpora: list[Path]) -> None:
    receipt = made.receipt
    *names, last = (step["name"] for step in receipt.steps)
    if last == "quantize":
        check_loss(receipt.steps[-1], made)
        *names, last = names
    assert [*names, last] == ["select", "trim", "convert"]
    assert receipt.vocabulary is not None
    assert receipt.vocabulary.after < receipt.vocabulary.before
    own = {"source.tokenizer.json", "target.tokenizer.json"} if (source / "source.spm").exists() else {"tokenizer.json"}
    assert {file.path for file in receipt.files} == {"model.onnx", "report.html", "vocab_map.json", *own}
    findings = verify(VerifyRequest(made.folder, source=str(source), texts=tuple(corpora)))
    assert not findings.failures
    assert any("the source that the map names" in line for line in findings.checked)


@pytest.mark.parametrize("name", TRANSLATORS)
@pytest.mark.parametrize("quant", QUANTS)
def test_e9_e10_an_installed_export_translates_as_the_whole_model_cut_afterwards(
    name: str, quant: str, tmp_path: Path, corpora: list[Path]
) -> None:
    source = checkpoint(tmp_path / "source", name)
    made = export(source, corpora, tmp_path / "out", quant=quant)
    check_receipt(made, source, corpora)
    assert made.receipt.task == "translate"
    cut, built = converted_then_trimmed(source, made, tmp_path, QUANTS[quant])
    engine = MarianEngine.open(cut, built.engine, direction=Direction("en", "de"), threads=1)
    wanted = [one.text for one in Translator(Direction("en", "de"), engine).translate(ENGLISH)]
    add(made.folder)
    with edgekit.open_translator("en", "de", threads=1) as translator:
        assert [one.text for one in translator.translate(ENGLISH)] == wanted
    assert len({*wanted, ""}) > 3
    with pytest.raises(DirectionError):
        edgekit.open_translator("en", "sw")


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("quant", QUANTS)
def test_e9_e16_an_installed_encoder_embeds_as_the_whole_model_cut_afterwards(
    name: str, quant: str, tmp_path: Path, corpora: list[Path]
) -> None:
    source = checkpoint(tmp_path / "source", name)
    made = export(source, corpora, tmp_path / "out", quant=quant)
    check_receipt(made, source, corpora)
    assert made.receipt.task == "embed"
    assert made.receipt.languages.source == ("en", "de")
    cut, built = converted_then_trimmed(source, made, tmp_path, QUANTS[quant])
    wanted = Encoder.open(cut, built.engine, threads=1, choice=choose_providers("cpu", decode_loop=False)).embed(
        COVERED
    )
    installed = add(made.folder)
    with edgekit.open_encoder(installed.receipt.id, threads=1, device="cpu") as encoder:
        found = encoder.embed(COVERED)
    assert found.dtype == np.float32
    assert (found == wanted).all()
    assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-5


def test_a_conversion_that_loses_more_than_the_preset_allows_leaves_nothing(
    tmp_path: Path, corpora: list[Path], home: Path
) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "models.toml").write_text(
        'schema_version = 1\n[presets.strict]\ndevice = "none"\nvocab = 400\nlimits = { cosine = 1.0 }\n', "utf-8"
    )
    with pytest.raises(FailedError, match="quantising lost more than the preset allows"):
        export(source, corpora, tmp_path / "out", quant="int4", preset="strict", allow_loss=False)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("name", [*ENCODERS, *TRANSLATORS])
@pytest.mark.parametrize("quant", QUANTS)
def test_size_is_predicted_within_a_hundredth(name: str, quant: str, tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", name)
    model, left = converted_to_onnx(open_hf(source)).stored(quant, None)
    assert left is None
    kept = model.tokenizer.closed(np.unique([at for ids in model.tokenizer.encode(COVERED) for at in ids]))
    (tmp_path / "out").mkdir()
    model.write(kept, tmp_path / "out")
    size = sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert abs(model.size_bytes(kept) - size) < 0.01 * size
    whole = model.conversion.size_bytes(model.checkpoint, dtype=model.dtype)
    own = written = 0
    if name != "marian":
        # tokenizer.json as transformers writes it has white space, and what a trimmed folder has has none.
        own, written = (source / "tokenizer.json").stat().st_size, len(model.tokenizer.files()["tokenizer.json"])
    assert sum(part.size_bytes for part in model.parts) == pytest.approx(whole - own + written, abs=1)


def test_licence_stays_beside_the_graph_and_nothing_else_of_the_folder(tmp_path: Path, corpora: list[Path]) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    (source / "LICENSE").write_text("may be used", "utf-8")
    made = export(source, corpora, tmp_path / "out")
    assert (made.folder / "LICENSE").read_text("utf-8") == "may be used"
    assert not (made.folder / "trimmed").exists()


def test_what_onnx_has_not_is_refused_with_what_it_has(tmp_path: Path, corpora: list[Path]) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    with pytest.raises(UsageError) as caught:
        export(source, corpora, tmp_path / "out", quant="q4_k_m", embedding_quant="q8_0")
    assert "int8" in caught.value.reasons[0]
    assert "table of words" in caught.value.reasons[1]


def test_a_translation_model_for_one_language_is_refused(tmp_path: Path, corpora: list[Path]) -> None:
    source = checkpoint(tmp_path / "source", "nllb")
    with pytest.raises(UsageError) as caught:
        edgekit.export(source, languages=["en", "tlh"], corpus=corpora[:1], out=tmp_path / "out", format="onnx")
    assert "`tlh` has no token of its own in this model" in caught.value.reasons


def with_tokenizer_config(source: Path, **stated: str) -> Path:
    write_json(source / "tokenizer_config.json", {"tokenizer_class": "MarianTokenizer", **stated})
    return source


@pytest.mark.parametrize(
    ("stated", "asked", "expected"),
    [
        ({"source_lang": "eng", "target_lang": "mul"}, ["en", "pt", "de"], (("en",), ("pt", "de"))),
        ({"source_lang": "mul", "target_lang": "mul"}, ["pt", "de"], (("pt", "de"), ("pt", "de"))),
        ({}, ["sw", "pt"], (("sw",), ("pt",))),
        ({"source_lang": "en", "target_lang": "mul"}, ["sw", "pt"], None),
        ({"source_lang": "en", "target_lang": "mul"}, ["en", "sw"], None),
    ],
)
def test_an_opus_model_translates_one_way_and_others_are_refused(
    stated: dict[str, str], asked: list[str], expected: tuple[tuple[str, ...], ...] | None, tmp_path: Path
) -> None:
    opened = open_checkpoint(with_tokenizer_config(checkpoint(tmp_path / "source", "marian"), **stated))
    conversion = conversion_of(opened, "onnx")
    assert isinstance(conversion, OnnxConversion)
    if expected is None:
        with pytest.raises(UsageError, match="does not translate between"):
            conversion.languages(opened, asked)
        return
    spoken = conversion.languages(opened, asked)
    assert (spoken.source, spoken.target) == expected


@pytest.mark.parametrize(
    ("stated", "asked", "expected"),
    [
        ({"source_lang": "en", "target_lang": "sw"}, ["sw", "en"], (("en",), ("sw",))),
        ({"source_lang": "swa", "target_lang": "eng"}, ["en", "sw"], (("sw",), ("en",))),
        ({"source_lang": "gmw", "target_lang": "en"}, ["en", "de", "nl"], (("de", "nl"), ("en",))),
        ({"source_lang": "en", "target_lang": "ROMANCE"}, ["en", "pt"], (("en",), ("pt",))),
        ({}, ["en", "sw"], (("en",), ("sw",))),
        ({"source_lang": "en", "target_lang": "sw"}, ["en"], (("en",), ())),
        ({"source_lang": "en", "target_lang": "sw"}, ["en", "fr"], (("en",), ())),
    ],
)
def test_the_direction_of_an_opus_model_of_two_languages_is_what_its_folder_says(
    stated: dict[str, str], asked: list[str], expected: tuple[tuple[str, ...], ...], tmp_path: Path
) -> None:
    opened = open_checkpoint(with_tokenizer_config(checkpoint(tmp_path / "source", "marian"), **stated))
    sources, targets = told_direction(opened, (), asked)
    assert (tuple(sources), tuple(targets)) == expected


def test_e9_a_trimmed_opus_folder_is_one_that_transformers_opens_and_cuts_as_before(tmp_path: Path) -> None:
    import transformers

    source, out = checkpoint(tmp_path / "source", "marian"), tmp_path / "out"
    out.mkdir()
    whole = open_hf(source)
    kept = whole.tokenizer.closed(np.unique([at for ids in whole.tokenizer.encode(COVERED) for at in ids]))
    assert len(kept) < 0.9 * whole.tokenizer.size
    whole.write(kept, out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sacremoses, which is not here
        before, after = (transformers.MarianTokenizer.from_pretrained(folder) for folder in (source, out))
    opened = open_hf(out)
    for line in COVERED:
        assert kept[after(line)["input_ids"]].tolist() == before(line)["input_ids"]
        assert kept[after(text_target=line)["input_ids"]].tolist() == before(text_target=line)["input_ids"]
        assert kept[opened.tokenizer.encode([line])[0]].tolist() == whole.tokenizer.encode([line])[0]
    assert opened.tokenizer.files().keys() == {"source.spm", "target.spm", "vocab.json"}
    # A piece that were left in a model and not in vocab.json would turn text into the unknown token.
    for side in ("source.spm", "target.spm"):
        assert (out / side).stat().st_size < (source / side).stat().st_size
    assert read_json(out / "config.json")["decoder_vocab_size"] == opened.tables.rows < whole.tables.rows
    old, new = (transformers.MarianMTModel.from_pretrained(folder).eval() for folder in (source, out))
    ids = before(COVERED[0])["input_ids"]
    start = old.config.decoder_start_token_id
    wanted = old(input_ids=torch_ids(ids), decoder_input_ids=torch_ids([start])).logits[0, 0, kept]
    cut = np.searchsorted(kept, ids).tolist()
    found = new(input_ids=torch_ids(cut), decoder_input_ids=torch_ids([int(np.searchsorted(kept, start))])).logits[0, 0]
    assert (wanted - found[: len(kept)]).abs().max() < 1e-5


def torch_ids(ids: list[int]) -> Any:
    import torch

    return torch.tensor([ids])


def test_everything_against_a_conversion_is_said_before_a_text_is_read(tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    config = read_json(source / "config.json")
    write_json(source / "config.json", config | {"hidden_act": "quite new", "position_embedding_type": "rotary"})
    with pytest.raises(UnsupportedModelError) as caught:
        export(source, [tmp_path / "there-is-none.txt"], tmp_path / "out")
    assert len(caught.value.reasons) == 2
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
