"""`edgekit fit` on small models: what it builds and recommends, and that a run that is cut off goes on."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from store.toys import environment, use_home
from toys.aligned_encoder import write_encoder, write_texts
from toys.dying import dying
from toys.gguf_vocabulary import language_model, llama
from toys.installed_translation import install
from toys.llama import needs_llama
from toys.marian_student import toy_lines, toy_student
from toys.plain_checkpoints import plain_checkpoint, wordpiece_json

import edgekit
from edgekit.catalogue.load import load_catalogue
from edgekit.cli.app import run
from edgekit.core.errors import EngineError, FailedError, MissingExtraError, UnavailableError, UsageError
from edgekit.core.events import Event, Note, Progress, StepStarted
from edgekit.core.resident import resident_bytes
from edgekit.store.installed import models_folder
from edgekit.store.receipt import read_receipt
from exporters.fit.quality import Chrf

pytest.importorskip("sacrebleu")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With word lists a tenth as long as elsewhere: they are cut by every candidate of every fit."""
    monkeypatch.setattr("exporters.corpus.lists._LARGEST_LIST", 200)
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def texts(tmp_path: Path) -> dict[str, Any]:
    """Text in two languages, and the same as line-aligned text."""
    folder = tmp_path / "text"
    folder.mkdir()
    for seed, tag in ((1, "en"), (2, "pt")):
        (folder / f"lesson.{tag}").write_text("\n".join(toy_lines(seed, 80)) + "\n", encoding="utf-8")
    names = [str(folder / f"lesson.{tag}") for tag in ("en", "pt")]
    return {"languages": ["en", "pt"], "corpus": names, "aligned": names}


@pytest.fixture
def student(tmp_path: Path) -> Path:
    models_folder().mkdir(parents=True)
    return install(toy_student(8).write(tmp_path), models_folder() / "toy-en-pt")


def fit(out: Path, texts: dict[str, Any], **more: Any) -> Any:
    return edgekit.fit("translate", out=out, **{**texts, "max_size_bytes": 10_000_000, "builds": 3, **more})


def without_speed(found: Any) -> dict[str, Any]:
    """What must not depend on when and in how many runs it was found: no speed, no memory and what hangs on it."""
    value = found.to_json()
    for one in value["built"]:
        one.pop("on_front")
        if one["measured"] is not None:
            del one["measured"]["speed"], one["measured"]["memory_bytes"]
    return {key: one for key, one in value.items() if key != "report"}


def test_a_fit_builds_a_few_measures_them_and_recommends_one_that_fits(
    student: Path, texts: dict[str, Any], tmp_path: Path
) -> None:
    limit = sum(path.stat().st_size for path in student.iterdir() if path.name != "edgekit.json") - 1_000
    found = fit(tmp_path / "fit", texts, max_size_bytes=limit)
    value = found.to_json()
    assert len(value["built"]) >= 2
    assert all(one["measured"]["quality"] is not None for one in value["built"])
    made = found.recommended
    assert made is not None
    assert made.receipt.id == value["recommended"]
    files = sum(path.stat().st_size for path in made.folder.iterdir() if path.suffix in (".onnx", ".npy"))
    assert files < limit
    for one in value["built"]:
        assert one["measured"]["size_bytes"] == pytest.approx(one["size_bytes"], rel=0.02)
    # The whole model is over the budget, and what more bytes would buy.
    assert value["next"]["more_bytes"] > 0
    found.check()


def test_the_installed_model_itself_is_measured_where_it_fits(
    student: Path, texts: dict[str, Any], tmp_path: Path
) -> None:
    found = fit(tmp_path / "fit", texts)
    whole = next(one for one in found.to_json()["built"] if one["whole"])
    assert Path(whole["measured"]["folder"]) == student
    assert found.to_json()["next"] is None


def test_the_page_holds_every_candidate_and_loads_nothing(student: Path, texts: dict[str, Any], tmp_path: Path) -> None:
    found = fit(tmp_path / "fit", texts, command="edgekit fit <script>alert(1)</script>")
    page = found.report_path.read_text("utf-8")
    assert "<script" not in page
    assert "on the aligned text" in page
    assert "did not see" not in page
    assert "default-src 'none'" in html.unescape(page)
    assert not re.search(r"(href|src|url)\s*[=(:]\s*[\"']?http", page)
    for one in found.to_json()["candidates"]:
        assert f"{one['id']}: " in page


def test_a_run_that_was_cut_off_goes_on_and_finds_what_an_uninterrupted_one_finds(
    student: Path, texts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = without_speed(fit(tmp_path / "whole", texts))
    measured: list[str] = []
    measure = Chrf.__call__

    def counted(self: Chrf, source: Any, folder: Path, engine: Any) -> Any:
        measured.append(folder.name)
        if len(measured) in (2, 4):
            raise KeyboardInterrupt
        return measure(self, source, folder, engine)

    monkeypatch.setattr(Chrf, "__call__", counted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path / "cut", texts)
    assert without_speed(fit(tmp_path / "cut", texts)) == whole
    assert len(measured) == 5  # three of them, and again the two that were cut off
    again: list[Event] = []
    assert without_speed(fit(tmp_path / "cut", texts, report=again.append)) == whole
    assert len(measured) == 5
    assert not any(isinstance(event, Progress) and event.step == "trim" for event in again)


# Word lists and the test of masks are as short as `conftest.py` makes them.
KILLED = """
import edgekit
from edgekit.protect import mask_test
from exporters.corpus import lists
lists._LARGEST_LIST, sentences = 200, mask_test.sentences
mask_test.sentences = lambda language: sentences(language)[:1]
edgekit.fit("translate", languages=["en", "pt"], max_size_bytes=10_000_000, builds=2, corpus=sys.argv[3:5],
    aligned=sys.argv[3:5], out=below + "/out")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_a_fit_that_is_killed_at_any_moment_is_gone_on_with(
    student: Path, texts: dict[str, Any], tmp_path: Path, home: Path
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    paths = [Path(name) for name in texts["corpus"]]
    with dying(KILLED, below, *paths, environment=environment(home)) as run:
        moments = run(0)
        assert moments is not None
        expected = journal(below / "out")
        (below / "out").rename(tmp_path / "whole")
        for moment in (moments // 4, moments // 3, moments // 3, moments // 4):
            run(moment)
        run(0)
    assert journal(below / "out") == expected
    names = {path.name for path in (below / "out").iterdir()}
    assert names == {path.name for path in (tmp_path / "whole").iterdir()}


def journal(out: Path) -> dict[str, Any]:
    """The entries without what was measured on the clock and in memory."""
    entries: dict[str, Any] = json.loads((out / "fit.json").read_text("utf-8"))["entries"]
    for entry in entries.values():
        if entry.get("measured"):
            del entry["measured"]["speed"], entry["measured"]["memory_bytes"]
    return entries


def test_a_larger_budget_in_the_same_folder_never_recommends_worse(
    student: Path, texts: dict[str, Any], tmp_path: Path
) -> None:
    size = sum(path.stat().st_size for path in student.iterdir() if path.name != "edgekit.json")
    best = -1.0
    for share in (0.8, 0.9, 0.97, 1.1):
        found = fit(tmp_path / "fit", texts, max_size_bytes=int(size * share), builds=1)
        if found.taken is None:
            continue
        assert found.taken.size_bytes <= size * share
        assert found.taken.quality >= best
        best = found.taken.quality
    assert best > 0


def test_other_text_is_another_fit(student: Path, texts: dict[str, Any], tmp_path: Path) -> None:
    fit(tmp_path / "fit", texts, builds=1)
    for name in texts["corpus"]:
        with Path(name).open("a", encoding="utf-8") as stream:
            stream.write("one more line\n")
    fit(tmp_path / "fit", texts, builds=1)
    assert len({key.partition("/")[0] for key in journal(tmp_path / "fit")}) == 2


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1]", b'{"schema": 1}', b'{"schema": "edgekit.fit-journal/1", "entries": [1]}']
)
def test_a_damaged_journal_is_begun_anew(damage: bytes, student: Path, texts: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "fit").mkdir()
    (tmp_path / "fit" / "fit.json").write_bytes(damage)
    assert fit(tmp_path / "fit", texts, builds=1).recommended is not None


def test_entries_of_a_wrong_form_are_not_believed(student: Path, texts: dict[str, Any], tmp_path: Path) -> None:
    expected = without_speed(fit(tmp_path / "fit", texts, builds=1))
    path = tmp_path / "fit" / "fit.json"
    value = json.loads(path.read_text("utf-8"))
    for entry in value["entries"].values():
        entry.pop("points", None)
        if "measured" in entry:
            entry["measured"] = {"folder": 3}
    path.write_text(json.dumps(value), "utf-8")
    assert without_speed(fit(tmp_path / "fit", texts, builds=1)) == expected


def test_an_artifact_that_is_gone_is_built_again(student: Path, texts: dict[str, Any], tmp_path: Path) -> None:
    first = fit(tmp_path / "fit", texts)
    built = next(one for one in first.to_json()["built"] if not one["whole"])
    (tmp_path / "fit" / built["measured"]["folder"] / "edgekit.json").unlink()
    assert without_speed(fit(tmp_path / "fit", texts)) == without_speed(first)
    assert read_receipt(tmp_path / "fit" / built["measured"]["folder"]).id == built["id"]


def test_a_candidate_that_does_not_run_is_left_out_and_said(
    student: Path, texts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = Chrf.__call__

    def breaking(self: Chrf, source: Any, folder: Path, engine: Any) -> Any:
        if folder == student:
            raise EngineError("it broke")
        return measure(self, source, folder, engine)

    monkeypatch.setattr(Chrf, "__call__", breaking)
    events: list[Event] = []
    found = fit(tmp_path / "fit", texts, report=events.append)
    assert any(isinstance(event, Note) and "is left out: it broke" in event.text for event in events)
    assert found.recommended is not None
    assert found.recommended.folder != student
    assert any("it broke" in line for line in found.lines())


def test_nothing_that_fits_ends_in_an_error_that_names_the_nearest(
    student: Path, texts: dict[str, Any], tmp_path: Path
) -> None:
    events: list[Event] = []
    found = fit(tmp_path / "fit", texts, max_size_bytes=1_000, report=events.append)
    selecting = [one for one in events if not isinstance(one, Note) and one.step == "select"]
    assert isinstance(selecting[0], StepStarted)
    assert found.recommended is None
    assert found.to_json()["built"] == []
    with pytest.raises(FailedError) as caught:
        found.check()
    assert "the nearest is toy-en-pt with" in str(caught.value.hint)


def test_a_fit_of_language_models_without_llama_cpp_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgekit.pipeline.run.has_llama", lambda: False)
    with pytest.raises(MissingExtraError, match="running language models needs llama-cpp-python"):
        edgekit.fit("generate", languages=["en"], max_size_bytes=1_000_000, out=tmp_path / "fit")


def test_models_that_are_not_here_are_named_with_the_command_that_brings_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgekit.pipeline.run.has_llama", lambda: True)
    told = ""
    for task in ("grade", "generate"):
        with pytest.raises(UnavailableError) as caught:
            edgekit.fit(task, languages=["pt", "en"], max_size_bytes=1_000_000, out=tmp_path / "fit")
        told += "\n".join(caught.value.reasons)
    assert "`edgekit pull multilingual-e5-small`" in told
    assert "`edgekit models pin glot500-base`" in told
    for model in load_catalogue().models.values():
        assert model.can_be_pulled or f"`edgekit pull {model.id}`" not in told
        assert model.refused is None or f"`{model.id}`" not in told


def test_a_task_that_no_model_does_is_refused_with_the_pulls_that_help(texts: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        fit(tmp_path / "fit", texts)
    assert any("edgekit pull firefox-en-pt" in reason for reason in caught.value.reasons)


@pytest.mark.parametrize(
    ("task", "more", "says"),
    [
        ("sing", {}, "`--task sing` is none of"),
        ("translate", {"languages": ["en"]}, "the source and the target"),
        ("translate", {"max_size_bytes": None}, "there is no budget"),
        ("translate", {"builds": 0}, "`--builds` must be from 1"),
        ("grade", {}, "`--aligned` measures a translation"),
        ("translate", {"target": "toaster"}, "there is no target `toaster`"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    task: str, more: dict[str, Any], says: str, texts: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        edgekit.fit(task, out=tmp_path / "fit", **{**texts, "max_size_bytes": 1_000_000, **more})
    assert says in str(caught.value)
    assert not (tmp_path / "fit").exists()


def test_an_encoder_is_measured_by_its_cosine_to_the_original(tmp_path: Path) -> None:
    write_encoder(models_folder() / "toy-encoder")
    names = write_texts(tmp_path / "text", ["en", "pt"])
    found = edgekit.fit(
        "grade", languages=["en", "pt"], corpus=names, max_size_bytes=10_000_000, builds=2, out=tmp_path / "fit"
    )
    value = found.to_json()
    assert value["measure"] == "cosine to the original"
    whole = next(one for one in value["built"] if one["whole"])
    assert whole["measured"]["quality"] == pytest.approx(1.0)
    assert all(one["measured"]["quality"] <= 1.000001 for one in value["built"])


@needs_llama
def test_a_folder_is_tried_in_every_format_that_runs_the_task(tmp_path: Path) -> None:
    # Its table has more rows than there are names, as that of multilingual-e5-small.
    folder = plain_checkpoint(tmp_path / "toy", "bert", vocab_size=len(wordpiece_json()["model"]["vocab"]) + 5)
    names = write_texts(tmp_path / "text", ["en", "pt"])
    found = edgekit.fit(
        "grade",
        languages=["en", "pt"],
        models=(str(folder),),
        corpus=names,
        max_size_bytes=10_000_000,
        builds=4,
        out=tmp_path / "fit",
    )
    value = found.to_json()
    assert {one["container"] for one in value["candidates"]} == {"gguf", "onnx"}
    assert {one["container"] for one in value["built"]} == {"gguf", "onnx"}
    by_types: dict[Any, set[int]] = {}
    for one in value["candidates"]:
        by_types.setdefault((one["container"], one["tokens"]), set()).add(one["size_bytes"])
    assert all(len(sizes) > 1 for sizes in by_types.values())
    for one in value["built"]:
        assert one["failure"] is None
        assert one["measured"]["quality"] == pytest.approx(1.0, abs=0.05)
        assert one["measured"]["size_bytes"] == pytest.approx(one["size_bytes"], rel=0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of a process in this way")
def test_memory_is_that_of_a_process_of_its_own(student: Path, texts: dict[str, Any], tmp_path: Path) -> None:
    value = fit(tmp_path / "fit", texts, builds=1).to_json()
    measured = value["built"][0]["measured"]["memory_bytes"]
    # This process has the toys' makers loaded besides.
    assert 20_000_000 < measured < resident_bytes(os.getpid())


@needs_llama
def test_a_language_model_is_measured_in_bits_per_byte_in_a_process_of_its_own(tmp_path: Path) -> None:
    model = tmp_path / "toy.gguf"
    model.write_bytes(language_model(llama(), width=256))
    text = tmp_path / "text.en"
    text.write_text("\n".join(toy_lines(1, 200)), encoding="utf-8")
    found = edgekit.fit(
        "generate",
        languages=["en"],
        models=(str(model),),
        corpus=[text],
        max_size_bytes=2_000_000,
        out=tmp_path / "fit",
    )
    value = found.to_json()
    assert {one["recipe"]["quant"] for one in value["candidates"]} >= {"q8_0", "q4_0"}
    taken = found.taken
    assert taken is not None
    assert taken.size_bytes <= 2_000_000
    for one in value["built"]:
        measured = one["measured"]
        assert measured["quality"] < 0
        assert measured["size_bytes"] == pytest.approx(one["size_bytes"], rel=0.02)
        if measured["memory_bytes"] is not None:
            assert measured["memory_bytes"] == pytest.approx(one["memory_bytes"], rel=0.1)


def test_the_command_prints_the_front_and_the_recommendation(
    student: Path, texts: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [option for name in texts["corpus"] for option in ("--corpus", name, "--aligned", name)]
    arguments = ["fit", "--task", "translate", "--languages", "en,pt", *names, "-o", str(tmp_path / "fit")]
    arguments += ["--builds", "2", "--progress", "none"]
    assert run([*arguments, "--target", "pi-zero"]) == 0
    captured = capsys.readouterr()
    assert "recommended: toy-en-pt" in captured.out
    assert "chrF" in captured.out
    assert run([*arguments, "--max-size", "1kB", "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["recommended"] is None
    assert "error: nothing fits the budget" in captured.err
