"""An export without a model, its sizes by a formula, which waits until a test lets it go on; and its screen."""

from __future__ import annotations

import math
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.widgets import Input
from toys.tui_library import SECONDS, ToyLibrary, ToyVerified
from toys.tui_models import ToyModels
from toys.tui_stage import Stage
from toys.tui_stage import play as play_app

from edgekit.core.errors import InputError, MissingExtraError, UnsupportedModelError
from edgekit.core.events import Event, Progress, StepStarted
from tui.exporting import Cost, Exporting, Planned, Size, Wanted

REFUSED = {
    "no-words": UnsupportedModelError("`no-words` has no vocabulary to trim", hint="choose another model"),
    "no-extra": MissingExtraError("nothing that can export is installed", hint="run `pip install 'edgekit[trim]'`"),
}


def size(tokens: int, languages: Sequence[str]) -> Size:
    costs = tuple(
        Cost(tag, 1 - math.exp(-tokens / 2_000) / (at + 2), (1.3, 1.3 + math.exp(-tokens / 3_000)), 0.01)
        for at, tag in enumerate(languages)
    )
    return Size(tokens, tokens * 500 + 10_000_000, costs)


@dataclass
class ToyExporting:
    """go: held back while it is clear.  asked: plans; written: what was written."""

    names: list[str] = field(default_factory=lambda: ["toy-en-pt", *REFUSED])
    out: Path = Path("/nowhere")
    go: threading.Event = field(default_factory=threading.Event)
    asked: list[Wanted] = field(default_factory=list)
    written: list[Wanted] = field(default_factory=list)
    verified: list[tuple[Path, str]] = field(default_factory=list)
    installed: list[Path] = field(default_factory=list)
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.go.set()

    def models(self) -> list[str]:
        return self.names

    def plan(self, wanted: Wanted, report: Callable[[Event], None]) -> Planned:
        self.asked.append(wanted)
        self._work("count", report)
        if wanted.model in REFUSED:
            raise REFUSED[wanted.model]
        for corpus in wanted.corpora:
            if "missing" in corpus:
                raise InputError(f"there is no file `{corpus}`", hint="write where it lies")
        sizes = tuple(size(tokens, wanted.languages) for tokens in range(2_000, 22_000, 2_000))
        return Planned(wanted, sizes, 6, size(32_000, wanted.languages), self.out / f"{wanted.model}-small", self.notes)

    def write(self, planned: Planned, wanted: Wanted, report: Callable[[Event], None]) -> Path:
        self._work("trim", report)
        planned.folder.mkdir(parents=True, exist_ok=wanted.force)
        self.written.append(wanted)
        return planned.folder

    def verify(self, folder: Path, model: str, report: Callable[[Event], None]) -> ToyVerified:
        self.verified.append((folder, model))
        return ToyVerified(self.failures)

    def install(self, folder: Path, report: Callable[[Event], None]) -> str:
        self.installed.append(folder)
        self.names.append(folder.name)
        return folder.name

    def _work(self, step: str, report: Callable[[Event], None]) -> None:
        report(StepStarted(step, "toy"))
        report(Progress(step, 300, 1_000, "lines"))
        for _ in range(int(SECONDS / 0.02)):
            if self.go.wait(0.02):
                return
            report(Progress(step, 400, 1_000, "lines"))


def play(
    scene: Callable[[Stage], Awaitable[None]],
    exporting: Exporting | None = None,
    *,
    language: str = "en",
    size: tuple[int, int] = (80, 24),
    state: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return play_app(
        scene,
        models=ToyModels(),
        library=ToyLibrary(),
        exporting=exporting or ToyExporting(),
        state={"language": language, "screen": "export"} if state is None else state,
        size=size,
    )


def line(stage: Stage) -> str:
    return stage.area("line").text


def fill(stage: Stage, **fields: str) -> None:
    for name, value in fields.items():
        stage.app.screen.query_one(f"#{name}", Input).value = value
