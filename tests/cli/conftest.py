"""A folder to write to, and a conversation with the command."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.toy_command import COMMAND, environment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "work"
    inner.mkdir()
    return inner


@pytest.fixture
def conversation(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An `edgekit translate` that somebody writes to line by line."""
    with subprocess.Popen(
        [*COMMAND, "translate"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        yield process
        process.kill()
