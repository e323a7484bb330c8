"""Directly or through another language: what is measured and what is chosen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

import edgekit.evaluate.route
from edgekit.cli.app import run
from edgekit.core.errors import DirectionError, InputError, UsageError
from edgekit.core.languages import Direction
from edgekit.core.segments import Translation
from edgekit.evaluate.route import choose_route
from edgekit.translate.around import Around

PORTUGUESE = ["um dois três", "a casa é grande", "um livro e uma caneta", "o rio é comprido"]
FRENCH = ["un deux trois", "la maison est grande", "un livre et un stylo", "le fleuve est long"]
DIRECTION = Direction("pt", "fr")


class Says:
    """Knows the translation of each line, or not."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.direction, self._answers, self.closed = DIRECTION, answers, False

    def translate(self, texts: Iterable[str], **_: bool) -> list[Translation]:
        return [Translation(self._answers.get(one, one), one, complete=one in self._answers) for one in texts]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> dict[str | None, Says]:
    """By what is gone through: directly half of the lines have a translation, by English all."""
    good = dict(zip(PORTUGUESE, FRENCH, strict=True))
    found = {None: Says({one: good[one] for one in PORTUGUESE[:2]}), "en": Says(good), "es": Says({})}
    monkeypatch.setattr(edgekit.evaluate.route, "open_text", lambda _, around, **__: found[around.through])
    monkeypatch.setattr(edgekit.evaluate.route, "find_direction", lambda *_: None)
    return found


def test_the_way_with_the_higher_chrf_is_chosen_and_both_are_told(ways: dict[str | None, Says]) -> None:
    found = choose_route(DIRECTION, "en", PORTUGUESE, FRENCH, Around())
    assert (found.chosen, found.chrf.name) == ("through", "chrF")
    assert found.chrf.score == pytest.approx(100)
    assert found.chrf.baseline < 80
    assert (str(found.direct), found.direct.left, str(found.through), found.through.left) == ("pt→fr", 2, "pt→en→fr", 0)
    assert found.to_json()["direct"]["chrf"] == found.chrf.baseline
    assert ways[None].closed
    assert ways["en"].closed
    assert choose_route(DIRECTION, "es", PORTUGUESE, FRENCH, Around()).chosen == "direct"


def test_the_direct_way_is_taken_when_both_are_equal(ways: dict[str | None, Says]) -> None:
    ways[None] = ways["en"]
    assert choose_route(DIRECTION, "en", PORTUGUESE, FRENCH, Around()).chosen == "direct"


def test_what_leaves_nothing_to_choose_is_refused() -> None:
    with pytest.raises(InputError, match="no lines"):
        choose_route(DIRECTION, "en", [], [], Around())
    with pytest.raises(UsageError, match="has `fr-CA` at one end"):
        choose_route(DIRECTION, "fr-CA", PORTUGUESE, FRENCH, Around())


def test_a_direction_that_no_model_goes_directly_has_no_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    with pytest.raises(DirectionError):
        choose_route(DIRECTION, "en", PORTUGUESE, FRENCH, Around())


def test_a_model_that_is_no_language_model_has_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(receipt=SimpleNamespace(task="translate"))
    monkeypatch.setattr("edgekit.translate.around.find_artifact", lambda _: found)
    with pytest.raises(UsageError, match="one way alone"):
        choose_route(DIRECTION, "en", PORTUGUESE, FRENCH, Around(model="toy"))


@pytest.mark.usefixtures("ways")
def test_the_command_tells_the_figures_and_the_options_that_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, lines in (("dev.pt", PORTUGUESE), ("dev.fr", FRENCH)):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    asked = ["eval", "route", str(tmp_path / "dev.pt"), str(tmp_path / "dev.fr"), "--from", "pt", "--to", "fr"]
    assert run([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["options"] == ["--from", "pt", "--to", "fr", "--through", "en"]
    assert (found["schema"], found["chosen"], found["lines"]) == ("edgekit.route/1", "through", 4)
    assert run([*asked, "--through", "es"]) == 0
    out, told = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()[:3]] == [["way", "lines"], ["pt→fr", "4"], ["pt→es→fr", "4"]]
    assert out.splitlines()[-1].startswith("chosen: pt→fr, by ")
    assert "translate so with `edgekit translate --from pt --to fr`" in told
    assert "may well be chance" in told
    assert run([*asked[:-1], "pt"]) == 2
