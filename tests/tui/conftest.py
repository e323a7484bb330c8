"""What holds for every test of the screens."""

import pytest
from toys.tui_models import SECONDS


@pytest.fixture(autouse=True)
def a_busy_machine_is_no_slow_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys wait for each other, and belong together, for seconds: eight programs on two cores take longer for one."""
    monkeypatch.setattr("tui.typed._MOST_SECONDS", SECONDS)
    monkeypatch.setattr("tui.digits._MOST_SECONDS", SECONDS)
    monkeypatch.setattr("tui.app._AGAIN_SECONDS", SECONDS)
