"""Recipes for devices: read, merged, and refused with everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.catalogue.check import check_bytes
from edgekit.catalogue.entries import ExportPreset
from edgekit.catalogue.load import load_catalogue, merge

BAD = """\
schema_version = 1
[presets.watch]
vocab = 0
coverage = 1.5
max_size_bytes = -1
quant = "Q4 K"
speed = 3
limits = { agreement = 2, cosine = "a", coverage = 1 }
[presets.phone]
device = "a phone"
vocab = 9
embedding_quant = 8
[presets."Pi 5"]
device = "x"
"""
EXPECTED = """\
f:2: `presets.watch.device` is missing
f:3: `presets.watch.vocab` must be at least 1
f:4: `presets.watch.coverage` and `vocab` exclude each other
f:4: `presets.watch.coverage` must be a number over 0, at most 1
f:5: `presets.watch.max_size_bytes` must be from 0 to 9007199254740992
f:5: `presets.watch.max_size_bytes` and `vocab` exclude each other
f:6: `presets.watch.quant` must be a quant type in lower case, such as `q4_k_m`
f:7: `presets.watch.speed` is no known key
f:8: `presets.watch.limits.coverage` is no known key
f:8: `presets.watch.limits.agreement` must be a number from 0 to 1
f:8: `presets.watch.limits.cosine` must be a number from -1 to 1
f:12: `presets.phone.embedding_quant` must be text, not a whole number
f:13: `presets.Pi 5` must be lower-case letters, digits, `_` and `-`
"""


def test_every_problem_of_a_recipe_is_told() -> None:
    _, problems = check_bytes(BAD.encode(), Path("f"))
    assert "".join(f"{problem}\n" for problem in problems) == EXPECTED


def test_the_recipes_that_come_with_edgekit_are_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    presets = load_catalogue().export_presets
    assert set(presets) == {"pi-zero", "pi5", "laptop"}
    assert presets["pi-zero"].vocab == 32_000
    assert all(preset.device for preset in presets.values())


def test_a_recipe_of_the_user_stands_over_one_of_the_same_name() -> None:
    text = 'schema_version = 1\n[presets.{name}]\ndevice = "{device}"\ncoverage = 1\n'
    ours, _ = check_bytes(text.format(name="pi5", device="ours").encode(), Path("f"))
    own, problems = check_bytes(text.format(name="pi5", device="own").encode(), Path("f"))
    assert not problems
    assert merge(ours, own).export_presets == {"pi5": ExportPreset("pi5", "own", coverage=1.0)}
