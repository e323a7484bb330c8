"""What holds for every test of grading."""

import pytest

from edgekit.grading import suggesting


@pytest.fixture(autouse=True)
def faults_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a class a fault sends one answer to a person, who would be asked here in vain.

    Not by `EDGEKIT_DEBUG=1`: the command line would raise what it tells.
    """
    monkeypatch.setattr(suggesting, "is_debugged", lambda: True)
