"""The userland, built once for all tests here."""

from __future__ import annotations

import pytest
from arm64.userland import Userland, build


@pytest.fixture(scope="session")
def userland(tmp_path_factory: pytest.TempPathFactory) -> Userland:
    return build(tmp_path_factory.mktemp("arm64"))
