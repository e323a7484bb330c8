"""An encoder that aligns a language worse than before is not written, and is found out where it is there already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store.toys import use_home
from toys.aligned_encoder import sentences, write_encoder, write_texts
from toys.llama import needs_llama
from toys.small_gguf import write_corpora, write_small_gguf

import edgekit
from edgekit.cli.app import run
from edgekit.core.errors import FailedError, InputError, MissingExtraError, UnavailableError, UsageError
from edgekit.core.events import Event, Note, Progress, StepFinished, StepStarted
from edgekit.pipeline.requests import Artifact, ExportRequest, VerifyRequest
from edgekit.pipeline.run import verify
from edgekit.store.receipt import read_receipt
from edgekit.store.vocabulary import Alignment
from exporters.alignment.gate import read_text
from exporters.export import plan
from exporters.opening import open_source
from exporters.trim.onnx_file import OnnxFile


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "in" / "toy")


def export(model: Path, folder: Path, **more: Any) -> Artifact:
    """To Portuguese and English, by text of the same words as the line-aligned text, which is Amharic as well."""
    corpus = write_texts(folder / "corpus", ["pt", "en"], 300, seed=2)
    settings = {"aligned": write_texts(folder / "aligned", ["am", "en", "pt"]), "out": folder / "out", **more}
    return edgekit.export(model, languages=["pt", "en"], corpus=corpus, vocab=80, **settings)


def mexa(alignment: Alignment | None) -> dict[str, tuple[float, float]]:
    assert alignment is not None
    return {one.language: one.mexa for one in alignment.languages}


def break_trimming(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the table loses the right number of rows, and not the right ones: the words of one language."""
    trimmed = OnnxFile.trimmed

    def off_by_one(self: OnnxFile, kept: np.ndarray, layout: Any) -> bytes:
        return trimmed(self, np.concatenate([kept[:-12], np.roll(kept[-12:], 1)]), layout)

    monkeypatch.setattr(OnnxFile, "trimmed", off_by_one)


def test_export_says_how_well_each_language_is_aligned_before_and_after(model: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    artifact = export(model, tmp_path, report=events.append)
    vocabulary = read_receipt(artifact.folder).vocabulary
    assert vocabulary == artifact.receipt.vocabulary
    assert vocabulary is not None
    found = vocabulary.alignment
    assert found is not None
    assert (found.pivot, found.prefix, found.sentences) == ("en", "passage: ", 60)
    # Amharic, which was not asked for, is gone, and said to be.
    assert list(mexa(found)) == ["pt", "am"]
    assert mexa(found)["pt"] == (1.0, 1.0)
    assert mexa(found)["am"][0] == 1.0
    assert mexa(found)["am"][1] < 0.5
    ranks = {one.language: one for one in found.languages}
    assert ranks["pt"].language_ranker == pytest.approx((1, 1))
    assert ranks["pt"].baseline[1] < 1 - 1e-3
    assert ranks["am"].language_ranker[1] < 1 - 1e-3
    steps = [event for event in events if getattr(event, "step", "") == "align"]
    assert [event.detail for event in steps if isinstance(event, StepStarted)] == ["toy-encoder", "toy-encoder-pt-en"]
    assert [event.done for event in steps if isinstance(event, Progress)] == 2 * [
        25,
        50,
        60,
        85,
        110,
        120,
        145,
        170,
        180,
    ]
    assert sum(isinstance(event, StepFinished) for event in steps) == 2
    notes = [event.text for event in events if isinstance(event, Note)]
    assert "alignment with en, 60 sentences, `passage: ` before each:" in notes
    assert any(note.startswith("pt  1.00 → 1.00") for note in notes)
    page = (artifact.folder / "report.html").read_text(encoding="utf-8")
    assert "How well languages are aligned" in page
    assert "1.00 → 1.00" in page


def test_a_broken_trimming_is_caught_and_leaves_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_trimming(monkeypatch)
    with pytest.raises(
        FailedError, match=r"`pt`: MEXA fell from 1.00 to 0\.\d\d, by .* where 0.03 is allowed"
    ) as caught:
        export(model, tmp_path)
    assert caught.value.exit_code == 1
    assert len(caught.value.reasons) == 1
    assert caught.value.hint is not None
    assert "--allow-loss" in caught.value.hint
    assert not list((tmp_path / "out").iterdir())


def test_a_loss_that_is_allowed_is_written_and_noted_and_verify_finds_it(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_trimming(monkeypatch)
    events: list[Event] = []
    artifact = export(model, tmp_path, allow_loss=True, report=events.append)
    notes = [event.text for event in events if isinstance(event, Note)]
    assert any(note.startswith("allowed: `pt`: MEXA fell from 1.00 to 0.") for note in notes)
    assert next(step for step in artifact.receipt.steps if step["name"] == "select")["allow_loss"] is True
    found = check(artifact.folder, model, tmp_path)
    assert len(found.failures) == 1
    assert found.failures[0].startswith("`pt`: MEXA fell from 1.00 to 0.")


def check(folder: Path, source: Path | None, texts: Path, **more: Any) -> Any:
    aligned = tuple(str(path) for path in sorted((texts / "aligned").iterdir()))
    request = VerifyRequest(folder, (), None if source is None else str(source), **{"aligned": aligned, **more})
    return verify(request)


def test_verify_gives_the_figures_of_the_export(model: Path, tmp_path: Path) -> None:
    artifact = export(model, tmp_path)
    found = check(artifact.folder, model, tmp_path)
    assert found.failures == []
    assert artifact.receipt.vocabulary is not None
    assert found.alignment == artifact.receipt.vocabulary.alignment
    assert any(line.startswith("pt  1.00 → 1.00") for line in found.lines())
    assert found.to_json()["alignment"]["languages"][0]["mexa"] == [1.0, 1.0]
    without = check(artifact.folder, model, tmp_path, aligned=())
    assert without.alignment is None
    assert any("`--aligned`" in note for note in without.notes)


def test_verify_asks_for_the_source_and_refuses_what_was_not_made_smaller(model: Path, tmp_path: Path) -> None:
    artifact = export(model, tmp_path)
    with pytest.raises(UnavailableError, match="is not here") as caught:
        check(artifact.folder, None, tmp_path)
    assert caught.value.hint == "name it with `--source`"
    for asked in (
        VerifyRequest(model, aligned=(str(tmp_path),)),
        VerifyRequest(model, texts=(tmp_path / "none",)),
        VerifyRequest(model, source="none"),
    ):
        with pytest.raises(UsageError, match="was not made smaller, so there is nothing to compare it with"):
            verify(asked)


def test_a_model_that_is_no_encoder_is_refused_plainly(tmp_path: Path) -> None:
    gguf = write_small_gguf(tmp_path / "toy.gguf")
    aligned = write_texts(tmp_path / "aligned", ["en", "pt"])
    corpus = write_corpora(tmp_path / "text")
    with pytest.raises(UsageError, match="`--aligned` is for encoders, and `toy` is none"):
        edgekit.export(gguf, languages=["pt", "en"], corpus=corpus, aligned=aligned, out=tmp_path)
    artifact = edgekit.export(gguf, languages=["pt", "en"], corpus=corpus, out=tmp_path)
    with pytest.raises(UsageError, match="`--aligned` is for encoders, and `toy-pt-en` is none"):
        check(artifact.folder, gguf, tmp_path)


def test_the_gate_is_refused_where_nothing_runs_an_encoder(model: Path, tmp_path: Path) -> None:
    request = ExportRequest(
        str(model), ("pt", "en"), aligned=tuple(write_texts(tmp_path / "aligned", ["en", "pt"])), out=tmp_path
    )
    with pytest.raises(MissingExtraError, match="nothing here runs `toy-encoder`"):
        plan(request, open_model=None, open_encoder=None, report=lambda _: None)


def texts(folder: Path, **lines: Sequence[str]) -> list[str]:
    paths = []
    for name, text in lines.items():
        path = folder / name.replace("__", ".")
        path.write_text("".join(line + "\n" for line in text), encoding="utf-8")
        paths.append(str(path))
    return paths


def test_all_that_is_wrong_with_the_names_is_said_at_once(tmp_path: Path) -> None:
    lines = sentences("en", 60)
    paths = texts(tmp_path, dev__en=lines, dev__pt=lines, news__por=lines, dev__txt=lines, dev__sw__gz=lines)
    with pytest.raises(InputError) as caught:
        read_text(paths, ["en", "pt", "am"])
    reasons = "\n".join(caught.value.reasons)
    assert reasons.count("it is one of 2 files of `pt`") == 2
    assert "dev.txt`: its name says no language" in reasons
    assert "dev.sw.gz`: aligned text is read from plain files" in reasons
    assert "there is no file of `am`, which must stay" in reasons
    assert len(caught.value.reasons) == 5


@pytest.mark.parametrize(("there", "blank", "fewer"), [(49, 0, True), (50, 0, False), (60, 11, True), (60, 10, False)])
def test_fewer_than_50_lines_are_refused(there: int, blank: int, fewer: bool, tmp_path: Path) -> None:
    english, portuguese = sentences("en", there), sentences("pt", there - blank) + [""] * blank
    paths = texts(tmp_path, dev__en=english, dev__pt=portuguese)
    if not fewer:
        assert len(read_text(paths, ["en", "pt"]).lines["pt"]) == 50
        return
    with pytest.raises(InputError, match="the files have 49 that are blank in none"):
        read_text(paths, ["en", "pt"])


def test_files_of_other_lengths_are_refused_with_the_length_of_each(tmp_path: Path) -> None:
    paths = texts(tmp_path, dev__en=sentences("en", 140), dev__pt=sentences("pt", 139))
    with pytest.raises(InputError) as caught:
        read_text(paths, ["en", "pt"])
    assert sorted(caught.value.reasons) == ["`dev.en` ends after line 140", "`dev.pt` ends after line 139"]


def test_the_pivot_is_english_where_it_stays_and_else_the_first_that_does(tmp_path: Path) -> None:
    lines = sentences("en", 120)
    paths = texts(tmp_path, dev__hin=lines, dev__eng=lines, dev__por=lines)
    english = read_text(paths, ["pt", "en"])
    assert (english.pivot, list(english.lines), english.keep) == ("en", ["pt", "en", "hi"], ("pt", "en"))
    assert {len(one) for one in english.lines.values()} == {100}
    assert read_text(paths, ["pt", "hi"]).pivot == "pt"
    assert list(read_text([f"sw={paths[0]}", *paths[1:]], ["pt", "en"]).lines) == ["pt", "en", "sw"]
    with pytest.raises(InputError, match="only one is in `--languages`"):
        read_text(paths, ["pt"])


def test_the_command_line_ends_with_1_and_names_the_language(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_texts(tmp_path / "corpus", ["pt", "en"], 300, seed=2)
    aligned = write_texts(tmp_path / "aligned", ["en", "pt"])
    words = ["export", str(model), "--languages", "pt,en", "--vocab", "80", "-o", str(tmp_path / "out")]
    words += ["--corpus", corpus[0], "--corpus", corpus[1], "--aligned", str(tmp_path / "aligned")]
    assert run([*words, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["receipt"]["vocabulary"]["alignment"]["languages"][0]["mexa"] == [1.0, 1.0]
    folder = printed["folder"]
    # As a shell makes it of `--aligned aligned/*`.
    verified = ["verify", folder, "--source", str(model), "--aligned", aligned[0], "--aligned", aligned[1]]
    assert run([*verified, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["alignment"]["pivot"] == "en"
    assert run([*words, aligned[0], "--force"]) == 2
    assert "`--corpus` or `--aligned`" in capsys.readouterr().err
    break_trimming(monkeypatch)
    assert run([*words, "--force"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "`pt`: MEXA fell from 1.00" in captured.err
    assert run(verified) == 0  # the old one is still there


@needs_llama
def test_e13_gguf_encoder_keeps_its_prefixes_and_passes_the_gate_by_llama_cpp(tmp_path: Path) -> None:
    model = write_encoder(tmp_path / "in" / "toy", format="gguf")
    artifact = export(model, tmp_path)
    assert artifact.receipt.engine["prefixes"] == read_receipt(model).engine["prefixes"]
    texts = open_source(str(artifact.folder)).model.tokenizer.texts
    assert {" query:", " passage:"} <= set(texts) & set(open_source(str(model)).model.tokenizer.texts)
    assert len(texts) <= 80
    assert artifact.receipt.vocabulary is not None
    found = mexa(artifact.receipt.vocabulary.alignment)
    assert found["pt"] == (1.0, 1.0)
    assert found["am"][1] < 0.5
    again = check(artifact.folder, model, tmp_path)
    assert again.failures == []
    assert mexa(again.alignment) == found
