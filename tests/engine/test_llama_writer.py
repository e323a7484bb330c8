"""Fewer layers on a graphics card each time that its memory does not do; a stand-in plays the card."""

from __future__ import annotations

import importlib.util
import shutil
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import EngineError, MissingExtraError
from edgekit.core.events import Event, Note
from edgekit.core.llama_extra import require_llama
from edgekit.engine.llama import library
from edgekit.engine.llama.writer import open_stepped


class Card:
    """A loader on a card that has room for so many layers; what it says is what CUDA and llama.cpp say."""

    def __init__(self, room: int, layers: int, said: str = "CUDA error: out of memory") -> None:
        self.room, self.layers, self.said = room, layers, said
        self.tried: list[int | None] = []

    def __call__(self, asked: int | None) -> str:
        self.tried.append(asked)
        if (self.layers if asked in (None, -1) else asked or 0) > self.room:
            raise EngineError("llama.cpp failed", reasons=["it was ended by SIGABRT", self.said])
        return f"{asked} layers"


@given(st.integers(0, 80), st.integers(1, 80), st.sampled_from([None, -1, 7, 0]))
def test_fewer_layers_are_tried_until_they_fit_and_each_step_is_told(room: int, layers: int, asked: int | None) -> None:
    card, events = Card(room, layers), list[Event]()
    made = open_stepped(card, asked, lambda: layers, events.append)
    assert made == f"{card.tried[-1]} layers"
    assert card.tried[0] == asked
    counts = [layers if one in (None, -1) else one or 0 for one in card.tried]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] <= room
    assert all(count > room for count in counts[:-1])
    assert len(counts) <= 5
    assert len(events) == len(counts) - 1
    assert all(isinstance(one, Note) and "too little memory" in one.text for one in events)
    if counts[-1] == 0 and events:
        assert isinstance(events[-1], Note)
        assert events[-1].text.endswith("going on with the CPU")


def test_what_is_no_want_of_memory_is_raised_at_once() -> None:
    card = Card(0, 20, "unknown model architecture: 'x'")
    with pytest.raises(EngineError, match="unknown model"):
        open_stepped(card, -1, lambda: 20, lambda _: None)
    assert card.tried == [-1]


def test_without_a_card_nothing_is_tried_again() -> None:
    card = Card(0, 20)
    with pytest.raises(EngineError, match="out of memory"):
        open_stepped(card, None, lambda: 0, lambda _: None)
    assert card.tried == [None]


@pytest.mark.parametrize(
    ("there", "platform", "hint"),
    [
        (("c++",), "linux", "run `pip install 'edgekit[gguf]'`"),
        (("cl",), "win32", "run `pip install 'edgekit[gguf]'`"),
        (
            ("apt-get",),
            "linux",
            "run `sudo apt-get install build-essential cmake && pip install 'edgekit[gguf]'`",
        ),
        (("dnf",), "linux", "run `sudo dnf install gcc-c++ cmake && pip install 'edgekit[gguf]'`"),
        ((), "linux", "run `sudo apt-get install build-essential cmake && pip install 'edgekit[gguf]'`"),
        ((), "darwin", "run `xcode-select --install; pip install 'edgekit[gguf]'`"),
        (
            ("winget",),
            "win32",
            "run `winget install Microsoft.VisualStudio.2022.BuildTools && pip install 'edgekit[gguf]'`",
        ),
    ],
)
def test_the_hint_says_exactly_what_to_install_when_the_extra_or_a_compiler_is_missing(
    monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], platform: str, hint: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in there else None)
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(MissingExtraError) as caught:
        require_llama()
    assert caught.value.hint == hint
    assert ("no C++ compiler" in str(caught.value)) == (not hint.startswith("run `pip"))


def test_a_library_that_does_not_load_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("Failed to load shared library 'libllama.so': libgomp.so.1 is not there")

    monkeypatch.setattr(library, "require_llama", lambda: None)
    monkeypatch.setattr(library.importlib, "import_module", broken)
    with pytest.raises(MissingExtraError, match=r"libgomp\.so\.1 is not there") as caught:
        library.Library()
    assert "--force-reinstall" in str(caught.value.hint)
