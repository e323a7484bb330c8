"""Models to pull without a network: the work waits until a test lets it go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from edgekit.core.errors import SourceError
from edgekit.core.events import Event, Progress, StepStarted
from tui.library import ModelRow

SECONDS = 60.0


@dataclass
class ToyVerified:
    failures: Sequence[str] = ()

    def lines(self) -> list[str]:
        return ["it is as it was"]

    def to_json(self) -> dict[str, object]:
        return {}


@dataclass
class ToyLibrary:
    """here: ids that are installed.  steps: how many events a pull tells; the next waits for `go`."""

    here: set[str] = field(default_factory=lambda: {"toy-en-pt"})
    offered: tuple[str, ...] = ("toy-en-pt", "toy-pt-en", "toy-bad", "toy-nc")
    go: threading.Event = field(default_factory=threading.Event)
    failures: tuple[str, ...] = ()

    def rows(self) -> list[ModelRow]:
        rows = [
            ModelRow(
                name,
                "translate",
                "en → pt",
                "20 MB",
                "here" if name in self.here else "offered",
                "MIT",
                name == "toy-nc",
                "nobody",
            )
            for name in self.offered
        ]
        return sorted(rows, key=lambda row: row.state)

    def free(self) -> str:
        return "7.0 GB"

    def pull(self, model_id: str, report: Callable[[Event], None]) -> object:
        report(StepStarted("fetch", model_id))
        report(Progress("fetch", 5_000_000, 20_000_000, "bytes"))
        while not self.go.wait(0.02):
            report(Progress("fetch", 6_000_000, 20_000_000, "bytes"))
        if model_id == "toy-bad":
            raise SourceError("the toy did not come", hint="try again")
        self.here.add(model_id)
        return model_id

    def remove(self, model_id: str, _report: Callable[[Event], None]) -> object:
        self.here.discard(model_id)
        return model_id

    def verify(self, _model_id: str, _report: Callable[[Event], None]) -> ToyVerified:
        return ToyVerified(self.failures)
