"""A session says which grader suggested its marks, so that another one is never taken for a changed record."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

from edgekit.grading import same_grader
from edgekit.grading.same_grader import ROOMS, code_digest, what_differs

SETTINGS = {
    "schema": "edgekit.grading/1",
    "encoder": {"model": "multilingual-e5-small", "digest": "a" * 64},
    "judge": None,
    "translators": {"en→pt": "b" * 64},
    "edgekit": "0.1.0",
    "grader": "c" * 64,
}


def test_the_code_of_every_room_that_the_grader_imports_is_in_the_digest() -> None:
    graph = grimp.build_graph("edgekit")
    above = graph.find_upstream_modules("edgekit.grading.grader")
    rooms = {name.split(".")[1] for name in above if name.count(".") > 1}
    assert "quiz" in rooms
    assert rooms <= {*ROOMS}


def test_a_changed_line_of_code_makes_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ROOMS:
        (tmp_path / room / "inner").mkdir(parents=True)
        (tmp_path / room / "inner" / "one.py").write_bytes(b"a = 1\n")
    monkeypatch.setattr(same_grader, "files", lambda _: tmp_path)
    first = code_digest.__wrapped__()
    (tmp_path / "grading" / "inner" / "note.txt").write_bytes(b"no code")
    (tmp_path / "grading" / "inner" / "one.py").write_bytes(b"a = 1\r\n")
    assert code_digest.__wrapped__() == first
    (tmp_path / "grading" / "inner" / "one.py").write_bytes(b"a = 2\n")
    assert code_digest.__wrapped__() != first


def test_what_differs_is_told_in_words_with_what_was_and_what_is() -> None:
    assert what_differs(SETTINGS, dict(SETTINGS)) == []
    now = {
        **SETTINGS,
        "encoder": {"model": "multilingual-e5-small", "digest": "d" * 64},
        "judge": {"model": "gemma", "digest": "e" * 64},
        "translators": {"pt→en": "f" * 64},
        "edgekit": "0.2.0",
    }
    assert what_differs(SETTINGS, now) == [
        "the version of edgekit: `0.1.0` then, `0.2.0` here",
        "the encoder: `multilingual-e5-small` `aaaaaaaaaaaa` then, `multilingual-e5-small` `dddddddddddd` here",
        "the judge: not told of then, `gemma` `eeeeeeeeeeee` here",
        "the translator en→pt: `bbbbbbbbbbbb` then, none here",
        "the translator pt→en: none then, `ffffffffffff` here",
    ]
    older = {name: value for name, value in SETTINGS.items() if name != "grader"}
    assert what_differs(older, SETTINGS) == ["the code of the grader: not told of then, `cccccccccccc` here"]


def test_another_processor_is_another_grader_and_an_older_record_says_nothing_of_it() -> None:
    here = {**SETTINGS, "processor": "avx512_vnni"}
    assert what_differs(here, dict(here)) == []
    assert what_differs({**SETTINGS, "processor": "avx2"}, here) == [
        "the instructions of the processor, which round otherwise: `avx2` then, `avx512_vnni` here"
    ]
    assert what_differs(SETTINGS, here) == ["the processor: not told of then, and may be another; `avx512_vnni` here"]


def test_a_session_names_the_level_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    from edgekit.engine import instruction_level
    from edgekit.grading import opening

    monkeypatch.setattr(opening, "find_directions", dict)
    monkeypatch.setattr(opening, "find_artifact", lambda _: None)
    monkeypatch.setattr(opening, "_intact", lambda _: "a" * 64)
    monkeypatch.setattr(instruction_level, "level_here", lambda: "avx2")
    assert opening._settings("multilingual-e5-small", None)["processor"] == "avx2"
