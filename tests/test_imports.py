"""What is loaded when: the command line and `import edgekit` must stay light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import edgekit

HEAVY = [
    "llama_cpp",
    "numpy",
    "onnx",
    "onnxruntime",
    "py3langid",
    "regex",
    "rich",
    "sentencex",
    "textual",
    "tokenizers",
    "torch",
    "transformers",
    "uroman",
]


def loaded_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running code."""
    script = f"{code}\nimport sys\nprint(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_import_edgekit_loads_no_engine_no_screen_and_no_command_line() -> None:
    assert loaded_after("import edgekit; edgekit.__version__").isdisjoint(
        [*HEAVY, "typer", "huggingface_hub", "filelock"]
    )


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["translate", "--help"], ["export", "--help"], ["transl"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    loaded = loaded_after(f"from edgekit.cli.app import run\nrun({arguments!r})")
    assert loaded.isdisjoint([*HEAVY, "huggingface_hub", "filelock", "platformdirs"])
    assert "typer" in loaded


def test_the_screens_are_opened_without_the_tree_of_commands() -> None:
    script = (
        "import contextlib, sys\n"
        "from edgekit.cli.start import main\n"
        "sys.argv = ['edgekit', 'tui']\n"
        "sys.stdin = None\n"
        "with contextlib.suppress(SystemExit): main()"
    )
    assert loaded_after(script).isdisjoint([*HEAVY, "typer", "huggingface_hub"])


def test_every_public_name_is_there_and_no_other_is_told() -> None:
    assert sorted(edgekit.__all__) == dir(edgekit)
    for name in edgekit.__all__:
        assert getattr(edgekit, name) is not None
    with pytest.raises(AttributeError, match="no attribute `nothing`"):
        _ = edgekit.nothing
