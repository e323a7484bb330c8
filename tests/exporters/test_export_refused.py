"""What an export refuses, before any work where it can, and what it then leaves: nothing."""

from __future__ import annotations

import dataclasses
import os
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.installed_translation import install
from toys.marian_student import toy_student
from toys.small_gguf import export, sentences, write_small_gguf

import edgekit
from edgekit.core.errors import (
    EdgekitError,
    FailedError,
    InputError,
    IntegrityError,
    ModelFormatError,
    ModelNotFoundError,
    OutputError,
    ResourceError,
    UnavailableError,
    UnsupportedModelError,
    UsageError,
)
from edgekit.core.events import Event, Note, StepFinished, StepStarted
from edgekit.pipeline.requests import ExportRequest
from edgekit.pipeline.run import plan_export
from exporters.containers.gguf import Kind, Value

pytestmark = pytest.mark.usefixtures("home")


def test_a_source_that_is_not_what_its_receipt_says_is_refused_before_any_work(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    first = export(model, corpora, tmp_path / "one", id="first").folder
    data = bytearray((first / "Small Model.gguf").read_bytes())
    data[-1] ^= 1
    (first / "Small Model.gguf").write_bytes(data)
    with pytest.raises(IntegrityError, match="is damaged"):
        export(first, corpora, tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_a_target_that_is_there_is_refused_and_force_takes_its_place(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    folder = export(model, corpora, tmp_path / "out").folder
    (folder / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match="is there already"):
        export(model, corpora, tmp_path / "out")
    assert (folder / "mine.txt").exists()
    export(model, corpora, tmp_path / "out", force=True)
    assert not (folder / "mine.txt").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [folder.name]


def test_a_folder_that_cannot_be_written_in_is_told_before_any_work(
    model: Path, corpora: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    events: list[Event] = []
    for out in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(UsageError, match="/file` is there and is no folder"):
            export(model, corpora, out, report=events.append)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="nothing can be written in"):
        export(model, corpora, tmp_path / "out", report=events.append)
    assert not [one for one in events if isinstance(one, StepFinished)]


def test_a_size_that_no_choice_gets_down_to_is_told_before_any_choosing(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    events: list[Event] = []
    with pytest.raises(UsageError, match="is too small"):
        export(model, corpora, tmp_path / "out", max_size_bytes=1000, report=events.append)
    assert "select" not in [one.step for one in events if isinstance(one, StepStarted)]


def test_a_language_of_which_nothing_is_known_is_refused_when_no_text_says_anything(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="nothing is known of `xx`"):
        edgekit.export(model, languages=["pt", "en", "xx"], corpus=corpora, out=tmp_path / "out")


def test_a_target_that_is_a_file_or_a_link_is_refused_even_when_forced(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "small-model-pt-en").write_text("x")
    (tmp_path / "out" / "linked").symlink_to(tmp_path / "text")
    for name in ("small-model-pt-en", "linked"):
        with pytest.raises(UsageError, match="no folder"):
            export(model, corpora, tmp_path / "out", force=True, id=name)
    assert sorted(path.name for path in (tmp_path / "text").iterdir()) == ["lesson.en", "lesson.pt"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"vocab": 100, "coverage": 0.9}, "`--vocab` and `--coverage` exclude each other"),
        ({"vocab": 0}, "`--vocab` must be at least 1"),
        ({"coverage": 1.5}, "`--coverage` must be"),
        ({"format": "exe"}, "`--format exe` is none of"),
        ({"scripts": frozenset({"Latin"})}, "`Latin` is no ISO 15924 code"),
        ({"format": "onnx"}, "it is gguf, and what is converted"),
        ({"id": "../out"}, "is no id"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    model: Path, corpora: list[Path], tmp_path: Path, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError) as caught:
        export(model, corpora, tmp_path / "out", **more)
    assert says in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ask", [edgekit.export, edgekit.plan])
def test_a_translation_model_is_not_cut_to_languages_that_leave_it_no_direction(ask: Any, tmp_path: Path) -> None:
    (tmp_path / "marian").mkdir()
    model = install(toy_student(8).write(tmp_path / "marian"), tmp_path / "model")
    events: list[Event] = []
    for languages in (["en", "fr"], ["en"]):
        with pytest.raises(UsageError) as caught:
            ask(model, languages=languages, vocab=8_000, report=events.append)
        assert "it translates en→pt" in str(caught.value)
        assert "--languages en,pt" in str(caught.value.hint)
    assert not [event for event in events if isinstance(event, StepFinished)]


@pytest.mark.parametrize("vocab", [1, 100_000])
def test_a_number_of_tokens_that_cannot_be_is_told_before_any_choosing(
    model: Path, corpora: list[Path], tmp_path: Path, vocab: int
) -> None:
    events: list[Event] = []
    with pytest.raises(UsageError, match="is not possible"):
        export(model, corpora, tmp_path / "out", vocab=vocab, report=events.append)
    assert not [event for event in events if getattr(event, "step", "") == "select"]


def test_a_model_that_is_not_installed_names_its_pull(corpora: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        export("gemma-3-270m", corpora, tmp_path / "out")
    assert caught.value.hint == "run `edgekit pull gemma-3-270m` while connected"
    for missing in ("nowhere.gguf", "./no/such/folder"):
        with pytest.raises(UnavailableError, match="no file or folder"):
            export(missing, corpora, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "holds no line"), (b"\x00\x01\x02\xff\xfe" * 500, "lesson.pt"), (b"caf\xe9\n" * 100, "UTF-8")],
)
def test_an_empty_and_a_binary_corpus_are_refused(
    model: Path, corpora: list[Path], tmp_path: Path, content: bytes, says: str
) -> None:
    corpora[0].write_bytes(content)
    with pytest.raises(InputError) as caught:
        export(model, corpora, tmp_path / "out")
    assert says in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_every_truncation_of_a_model_is_a_typed_error(model: Path, corpora: list[Path], tmp_path: Path) -> None:
    data = model.read_bytes()
    short = tmp_path / "short.gguf"
    for length in np.linspace(0, len(data) - 1, 60).astype(int).tolist():
        short.write_bytes(data[:length])
        with pytest.raises(EdgekitError) as caught:
            export(short, corpora, tmp_path / "out")
        assert caught.value.exit_code == ModelFormatError.exit_code
    assert not (tmp_path / "out").exists()


def test_a_tokenizer_of_an_unknown_kind_is_named(corpora: list[Path], tmp_path: Path) -> None:
    model = write_small_gguf(
        tmp_path / "odd.gguf", changes={"tokenizer.ggml.model": Value(Kind.STRING, b"something-new")}
    )
    with pytest.raises(UnsupportedModelError) as caught:
        export(model, corpora, tmp_path / "out")
    assert "something-new" in str(caught.value)


def test_a_language_that_loses_characters_fails_the_export_unless_that_is_allowed(
    model: Path, tmp_path: Path, corpora: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import exporters.export

    real = exporters.export.select

    def worse(*words: Any, **more: Any) -> Any:
        selection = real(*words, **more)
        costs = tuple(
            dataclasses.replace(cost, fallback_after=cost.fallback_before + (0.05 if cost.language == "pt" else 0.005))
            for cost in selection.chosen.costs
        )
        return dataclasses.replace(selection, chosen=dataclasses.replace(selection.chosen, costs=costs))

    monkeypatch.setattr(exporters.export, "select", worse)
    with pytest.raises(FailedError) as caught:
        export(model, corpora, tmp_path / "out")
    assert caught.value.exit_code == 1
    assert len(caught.value.reasons) == 1
    assert "`pt`: unknown or byte tokens rise by 5.0 points" in caught.value.reasons[0]
    assert "--allow-loss" in (caught.value.hint or "")
    assert not (tmp_path / "out").exists()
    assert export(model, corpora, tmp_path / "out", allow_loss=True).folder.is_dir()


def test_too_little_disk_is_told_before_any_work(
    model: Path, corpora: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    events: list[Event] = []
    with pytest.raises(ResourceError, match=r"1\.0 kB are free"):
        export(model, corpora, tmp_path / "out", report=events.append)
    assert not any(isinstance(event, StepFinished) for event in events)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX limits")
@pytest.mark.parametrize("limit", [100, 10_000])
def test_a_disk_that_fills_up_leaves_nothing(model: Path, corpora: list[Path], tmp_path: Path, limit: int) -> None:
    plan = plan_export(
        ExportRequest(str(model), ("pt", "en"), tuple(map(str, corpora)), out=tmp_path / "out"),
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OutputError, match="could not be written"):
            plan.write(lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "out").iterdir()) == []


RUSSIAN = "учительница открывает книгу на сороковой странице и ученики внимательно читают каждую строку"


SPANISH = (
    "la maestra abre el libro en la página cuarenta y los niños leen con mucho cuidado porque mañana hay un examen"
)


def test_text_in_another_language_than_asked_is_refused_when_nothing_fits(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "lesson.pt"
    for text, says in ((RUSSIAN, "in the script Cyrl, not in Latn"), (SPANISH, "looks like `es`")):
        path.write_text("\n".join(sentences(text, 300)), encoding="utf-8")
        with pytest.raises(InputError, match="no text is in `pt` or `en`") as caught:
            export(model, [path], tmp_path / "out")
        assert says in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_text_in_another_language_than_asked_is_told_when_other_text_fits(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    corpora[0].write_text("\n".join(sentences(SPANISH, 300)), encoding="utf-8")
    events: list[Event] = []
    export(model, corpora, tmp_path / "out", report=events.append, allow_loss=True)
    assert any(isinstance(event, Note) and "the text of `pt` looks like `es`" in event.text for event in events)
