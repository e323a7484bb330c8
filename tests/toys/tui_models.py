"""Models without a model: the translation is the text in upper case, and a test decides when it comes."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from edgekit.core.errors import DirectionError, EngineError
from edgekit.core.languages import Direction
from edgekit.core.segments import Translation

SECONDS = 30.0
NAMES = {"en": "English", "pt": "Portuguese", "ar": "Arabic"}


class ToyTranslator:
    def __init__(self, models: ToyModels) -> None:
        self.models = models
        self.closed = False

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        self.models.asked.append(list(texts))
        assert self.models.may_translate.wait(SECONDS)
        if self.closed:
            raise EngineError("the toy is closed")
        if any("fault" in text for text in texts):
            raise EngineError("the toy broke", hint="do not write `fault`")
        if any("bug" in text for text in texts):
            raise ZeroDivisionError("a bug")
        return [Translation(text=text.upper(), source=text) for text in texts]

    def close(self) -> None:
        self.closed = True


class ToyModels:
    """`may_open` and `may_translate` hold the worker back while they are clear."""

    def __init__(self, *directions: Direction) -> None:
        self.installed = list(directions)
        self.may_open = threading.Event()
        self.may_translate = threading.Event()
        self.may_open.set()
        self.may_translate.set()
        self.opened: list[ToyTranslator] = []
        self.asked: list[list[str]] = []

    def directions(self) -> list[Direction]:
        return self.installed

    def offers(self) -> list[str]:
        return ["toy-en-pt", "toy-pt-en"]

    def name(self, tag: str) -> str:
        return NAMES.get(tag, tag)

    def is_right_to_left(self, tag: str) -> bool:
        return tag == "ar"

    def open(self, direction: Direction) -> ToyTranslator:
        assert self.may_open.wait(SECONDS)
        if direction not in self.installed:
            raise DirectionError(f"no toy translates {direction}", hint="run `edgekit pull toy`")
        self.opened.append(ToyTranslator(self))
        return self.opened[-1]
