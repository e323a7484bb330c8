"""What is asked of a prediction and of a fit to a device, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from edgekit.core.errors import UsageError
from edgekit.core.events import Reporter
from edgekit.core.languages import normalise_tag
from edgekit.pipeline.requests import (
    FORMATS,
    Artifact,
    MeasureMemory,
    OpenLanguageModel,
    OpenTextEncoder,
    OpenTranslator,
)

FIT_TASKS = ("translate", "grade", "generate")


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes that an artifact's files and its memory may take, None where that does not matter.

    target: the preset of the device that they are of, where one was named.
    """

    size_bytes: int | None = None
    memory_bytes: int | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A prediction; the fields that ExportRequest has too mean the same.

    budget: what it must not be over.  context: tokens of a text that the model is run with.
    """

    model: str
    languages: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()
    vocab: int | None = None
    quant: str | None = None
    embedding_quant: str | None = None
    format: str | None = None
    context: int = 512
    budget: Budget = field(default_factory=Budget)

    def check(self) -> None:
        """Raise UsageError with everything that is wrong with it and can be known without looking at the model."""
        reasons = _wrong_tags(self.languages)
        if not self.languages:
            given = {"--vocab": self.vocab, "--corpus": self.corpora}
            reasons += [f"`{name}` needs `--languages`, which say what stays" for name, value in given.items() if value]
        if self.vocab is not None and self.vocab < 1:
            reasons.append("`--vocab` must be at least 1")
        if not 16 <= self.context <= 1 << 20:
            reasons.append("`--context` must be from 16 to 1,048,576 tokens")
        if self.format is not None and self.format not in FORMATS:
            reasons.append(f"`--format {self.format}` is none of {', '.join(f'`{name}`' for name in FORMATS)}")
        if reasons:
            raise UsageError("this cannot be planned", reasons=reasons, hint="see `edgekit plan --help`")


class ModelPlan(Protocol):
    """What a model would be, predicted."""

    def lines(self) -> list[str]:
        """The prediction as lines of text."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The prediction as JSON values."""
        ...

    def check(self) -> None:
        """Raise FailedError where it is over its budget; the hint is the nearest plan that is not."""
        ...


class Planning(Protocol):
    """What the entry point `plan` is called as."""

    def __call__(self, request: PlanRequest, *, report: Reporter) -> ModelPlan: ...


@dataclass(frozen=True, slots=True)
class FitRequest:
    """A fit to a device.

    task: of FIT_TASKS.  languages: BCP-47 tags; of `translate` the source and then the target.  models: ids or paths;
    empty for every installed model that does the task.  corpora: as of ExportRequest; a tenth measures.
    aligned: line-aligned files of both languages, which measure a translation.  builds: how many candidates are built.
    out: the folder that everything is written into, and where a run that was cut off is gone on with.
    """

    task: str
    languages: tuple[str, ...]
    budget: Budget
    models: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()
    corpus_field: str | None = None
    aligned: tuple[str, ...] = ()
    builds: int = 4
    out: Path = field(default_factory=Path)
    command: str = ""

    def check(self) -> None:
        """Raise UsageError with everything that is wrong with it and can be known without looking at a model."""
        reasons = _wrong_tags(self.languages)
        if self.task not in FIT_TASKS:
            reasons.append(f"`--task {self.task}` is none of {', '.join(f'`{name}`' for name in FIT_TASKS)}")
        if not self.languages:
            reasons.append("no language is named; add `--languages pt,en`, for example")
        elif self.task == "translate" and len(self.languages) != 2:
            reasons.append("`--languages` of a translation are the source and the target, as `en,pt`")
        if self.aligned and self.task != "translate":
            reasons.append("`--aligned` measures a translation; the text of other tasks is given with `--corpus`")
        if self.budget.size_bytes is None and self.budget.memory_bytes is None:
            reasons.append("there is no budget; add `--max-size 120MB`, `--max-memory 300MB` or `--target pi5`")
        if not 1 <= self.builds <= 100:
            reasons.append("`--builds` must be from 1 to 100")
        if reasons:
            raise UsageError("this cannot be fitted", reasons=reasons, hint="see `edgekit fit --help`")


class Fitted(Protocol):
    """What a fit found: the candidates, those that were built, and the one to take.

    recommended: its artifact, or None where nothing fits.
    """

    @property
    def recommended(self) -> Artifact | None: ...

    @property
    def report_path(self) -> Path: ...

    def lines(self) -> list[str]:
        """The front and the recommendation as lines of text."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The findings as JSON values."""
        ...

    def check(self) -> None:
        """Raise FailedError where nothing fits the budget; the hint is the nearest that would."""
        ...


class Fitting(Protocol):
    """What the entry point `fit` is called as."""

    def __call__(
        self,
        request: FitRequest,
        *,
        open_model: OpenLanguageModel | None,
        open_encoder: OpenTextEncoder,
        open_translator: OpenTranslator,
        measure_memory: MeasureMemory,
        report: Reporter,
    ) -> Fitted: ...


def _wrong_tags(languages: Sequence[str]) -> list[str]:
    return [f"`{tag}` is written `{normalise_tag(tag)}`" for tag in languages if normalise_tag(tag) != tag]
