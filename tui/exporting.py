"""What the screen of exports asks of edgekit, behind one seam, so that a test can answer instead."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from edgekit.core.errors import UsageError
from edgekit.core.events import Event, Note
from edgekit.core.languages import normalise_tag

if TYPE_CHECKING:
    from edgekit.pipeline.requests import ExportPlan, Verified

Report = Callable[[Event], None]
# Fewer than the columns of a narrow terminal, and steps of a tenth or so.
POINTS = 33


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: fields of `edgekit export`, as a person wrote them.  vocab: None for what edgekit chooses."""

    model: str
    languages: tuple[str, ...]
    corpora: tuple[str, ...] = ()
    out: str = "."
    vocab: int | None = None
    force: bool = False

    @property
    def command(self) -> str:
        """The line that does the same without a screen."""
        words = ["edgekit", "export", self.model or "MODEL", "--languages", ",".join(self.languages) or "TAGS"]
        for corpus in self.corpora:
            words += ["--corpus", corpus]
        if self.vocab is not None:
            words += ["--vocab", str(self.vocab)]
        if self.out not in ("", "."):
            words += ["-o", self.out]
        return shlex.join([*words, *(["--force"] if self.force else [])])


def split_languages(text: str) -> tuple[str, ...]:
    """The tags in a line, commas or spaces between them. Raises UsageError for what is no tag."""
    return tuple(dict.fromkeys(normalise_tag(tag) for tag in text.replace(",", " ").split()))


def split_files(text: str) -> tuple[str, ...]:
    """The files in a line, quoted as in a shell. Raises UsageError where a quote is left open."""
    try:
        return tuple(shlex.split(text))
    except ValueError as problem:
        raise UsageError("a quote is left open in the names of the text files", hint="close it") from problem


@dataclass(frozen=True, slots=True)
class Cost:
    """What a language pays.  coverage: share of its tokens that stay.  fertility: tokens a word, before and after.

    loss: expected growth of the bits that its text takes, 0.015 for 1.5 %.
    """

    language: str
    coverage: float
    fertility: tuple[float, float]
    loss: float


@dataclass(frozen=True, slots=True)
class Size:
    """A vocabulary and what it costs."""

    tokens: int
    size_bytes: int
    costs: tuple[Cost, ...]

    @property
    def least(self) -> float:
        """The coverage of the language that keeps least."""
        return min((cost.coverage for cost in self.costs), default=1.0)


@dataclass(frozen=True, slots=True)
class Planned:
    """wanted: what was asked.  sizes: ascending.  chosen: the place of what edgekit chose among them.

    before: of the model as it is.  folder: where it is going to be.  plan: for who made it.
    """

    wanted: Wanted
    sizes: tuple[Size, ...]
    chosen: int
    before: Size
    folder: Path
    notes: tuple[str, ...]
    plan: ExportPlan | None = None

    @property
    def replaces(self) -> bool:
        """Whether something lies there."""
        return self.folder.exists()


@dataclass(frozen=True, slots=True)
class Written:
    """folder: that was made.  model: that it was made from."""

    folder: Path
    model: str


def written_of(state: object) -> Written | None:
    """What was kept as `[folder, model]`, where the folder is still there."""
    if isinstance(state, list) and len(state) == 2 and all(isinstance(one, str) and "\0" not in one for one in state):
        folder = Path(state[0])
        return Written(folder, state[1]) if folder.is_dir() else None
    return None


class Exporting(Protocol):
    """Who makes models small."""

    def models(self) -> Sequence[str]:
        """Ids of what is installed."""
        ...

    def plan(self, wanted: Wanted, report: Report) -> Planned:
        """Count, choose, and see what other sizes cost; nothing is written. Raises EdgekitError."""
        ...

    def write(self, planned: Planned, wanted: Wanted, report: Report) -> Path:
        """Write what was planned at the size that is wanted, all or nothing; gives its folder. Raises EdgekitError."""
        ...

    def verify(self, folder: Path, model: str, report: Report) -> Verified:
        """Compare what was written with its receipt and with the model it was made from. Raises EdgekitError."""
        ...

    def install(self, folder: Path, report: Report) -> str:
        """Put what was written among the installed models; gives its id. Raises EdgekitError."""
        ...


class PipelineExporting:
    """The workstation side, where it is installed."""

    def models(self) -> Sequence[str]:
        """See Exporting."""
        from edgekit.store.installed import installed_models

        return [one.receipt.id for one in installed_models()]

    def plan(self, wanted: Wanted, report: Report) -> Planned:
        """See Exporting."""
        from edgekit.pipeline.requests import ExportRequest
        from edgekit.pipeline.run import plan_export

        request = ExportRequest(
            wanted.model,
            wanted.languages,
            wanted.corpora,
            out=Path(wanted.out or "."),
            force=True,  # the screen asks before something is replaced
            command=wanted.command,
        )
        plan = plan_export(request, report=report)
        found = plan.to_json()
        chosen = _size(found["chosen"])
        sizes = sorted(
            {one.tokens: one for one in [*map(_size, plan.points(POINTS, report)), chosen]}.values(),
            key=lambda one: one.tokens,
        )
        return Planned(
            wanted,
            tuple(sizes),
            sizes.index(chosen),
            _size(found["curve"][-1]),
            Path(found["folder"]),
            (*found["notes"], *found["losses"]),
            plan,
        )

    def write(self, planned: Planned, wanted: Wanted, report: Report) -> Path:
        """See Exporting."""
        plan = planned.plan
        assert plan is not None  # noqa: S101  only `plan` makes these
        if wanted.vocab is not None:
            plan = plan.at(wanted.vocab, command=wanted.command, report=report)
        plan.check()
        return plan.write(report).folder

    def verify(self, folder: Path, model: str, report: Report) -> Verified:
        """See Exporting."""
        from edgekit.pipeline.requests import VerifyRequest
        from edgekit.pipeline.run import verify

        found = verify(VerifyRequest(folder, source=model), report=report)
        for line in found.lines():
            report(Note(line))
        return found

    def install(self, folder: Path, report: Report) -> str:
        """See Exporting."""
        from edgekit.store.add import add

        return add(folder, report=report).receipt.id


def _size(point: Mapping[str, Any]) -> Size:
    return Size(
        point["tokens"],
        point["size_bytes"],
        tuple(
            Cost(
                one["language"],
                one["coverage"],
                (one["fertility_before"], one["fertility_after"]),
                one["expected_loss"],
            )
            for one in point["costs"]
        ),
    )
