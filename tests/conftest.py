"""What holds for every test."""

import os
import tempfile

import pytest

# Tests that load onnxruntime by themselves must not send anything either; edgekit's own way is tested in test_offline.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def pytest_configure(config: pytest.Config) -> None:
    """Processes that test side by side share the models that they pull."""
    if hasattr(config, "workerinput") or os.environ.get("EDGEKIT_TEST_HOME"):
        return
    home = tempfile.TemporaryDirectory(prefix="edgekit-test-")
    os.environ["EDGEKIT_TEST_HOME"] = home.name
    config.add_cleanup(home.cleanup)


@pytest.fixture(autouse=True)
def word_lists_are_short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export without it cuts 100,000 words a language in five forms each: 3 s for each of 60 tests."""
    if "corpus_start" not in str(request.path):
        monkeypatch.setattr("exporters.corpus.lists._LARGEST_LIST", 2_000)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was not tested for want of llama.cpp, which has to be compiled: then green is not all green."""
    missed = sum("extra `gguf`" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    if missed:
        terminalreporter.write_line(f"llama-cpp-python is not installed: {missed} tests of it did not run", yellow=True)
