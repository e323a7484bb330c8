"""What holds for every test."""

import os
import signal
import tempfile

import pytest
from hypothesis import settings

from edgekit.core.cores import usable_cores
from edgekit.protect.mask_sentences import sentences

# Tests that load onnxruntime by themselves must not send anything either; edgekit's own way is tested in test_offline.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two processes a core: one in four seconds of a test is spent waiting, for a screen, a process or a disk."""
    return 2 * usable_cores()


def pytest_configure(config: pytest.Config) -> None:
    """Processes that test side by side share the cores, and the models that they pull.

    Each is held to its own share of the cores, and so is what it starts: two real models on the same two cores, with
    two threads each, spend as much on waiting for one another's threads as on their work.
    """
    # A shell starts what runs in the background with Ctrl-C ignored, and every process of a test would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # An example that takes long says that the machine is busy.
    settings.register_profile("untimed", settings.default, deadline=None)
    settings.load_profile("untimed")
    worker = getattr(config, "workerinput", None)
    if worker is not None and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        number = int(worker["workerid"].removeprefix("gw"))
        os.sched_setaffinity(0, cores[number % len(cores) :: worker["workercount"]])
    if worker is not None or os.environ.get("EDGEKIT_TEST_HOME"):
        return
    home = tempfile.TemporaryDirectory(prefix="edgekit-test-")
    os.environ["EDGEKIT_TEST_HOME"] = home.name
    config.add_cleanup(home.cleanup)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take long come first, so that no process has one of them left when the others are done."""
    real = {item.path for item in items if item.get_closest_marker("real")}
    items.sort(key=lambda item: (item.path not in real, item.path.parent.name not in ("tui", "exporters")))


@pytest.fixture(autouse=True)
def word_lists_are_short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export without it cuts 100,000 words a language in five forms each: 3 s for each of 60 tests."""
    if "corpus_start" not in str(request.path):
        monkeypatch.setattr("exporters.corpus.lists._LARGEST_LIST", 2_000)


@pytest.fixture(autouse=True)
def masks_are_tried_in_one_sentence(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export or a pull of a translator translates 612 lines to see which masks come through: 2 s, and 102 here."""
    if request.path.parent.name != "protect" and request.node.get_closest_marker("real") is None:
        monkeypatch.setattr("edgekit.protect.mask_test.sentences", lambda language: sentences(language)[:1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was not tested for want of llama.cpp, which has to be compiled: then green is not all green."""
    missed = sum("extra `gguf`" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    if missed:
        terminalreporter.write_line(f"llama-cpp-python is not installed: {missed} tests of it did not run", yellow=True)
