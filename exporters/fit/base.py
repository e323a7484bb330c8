"""A candidate, what was measured of it, and what a measure is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exporters.opening import model_id
from exporters.prediction.predict import Recipe


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model, vocabulary, recipe and format, as it is predicted.

    model: how it is opened.  source: its id.  container: the format.  converted: whether the model has another one.
    whole: no token goes.  expected_loss: relative growth of the bits that
    text takes, of the language that loses most, by its vocabulary and its types.
    """

    model: str
    source: str
    container: str
    languages: tuple[str, ...]
    tokens: int
    whole: bool
    recipe: Recipe
    size_bytes: int
    memory_bytes: int | None
    expected_loss: float
    converted: bool = False

    @property
    def types(self) -> str:
        """The types of its weights in words, after its format where the model has another one."""
        return f"{self.container}, {self.recipe}" if self.converted else str(self.recipe)

    @property
    def id(self) -> str:
        """The artifact's id, and its folder's name."""
        types = [one for one in (self.recipe.quant, self.recipe.embedding) if one is not None]
        form = [self.container] if self.converted else []
        end = "-".join([*self.languages, "all" if self.whole else str(self.tokens), *form, *types])
        # An id has 64 characters, and what tells candidates apart is at its end.
        return model_id(f"{self.source[: max(1, 63 - len(end))]}-{end}")

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {"id": self.id, **dataclasses.asdict(self)}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a candidate that was built.

    folder: of the artifact.  quality: by language, or one number under ``; higher is better.  shown: the same as people
    know it, with its name.  speed: units a second.  memory_bytes: None where it could not be seen from here.
    """

    folder: str
    size_bytes: int
    memory_bytes: int | None
    quality: float | None
    shown: str
    speed: float | None
    unit: str

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A candidate with its measurement, or with the reason why there is none."""

    candidate: Candidate
    measured: Measured | None
    failure: str | None = None

    @property
    def size_bytes(self) -> int:
        """As built, or as predicted."""
        return self.candidate.size_bytes if self.measured is None else self.measured.size_bytes

    @property
    def memory_bytes(self) -> int | None:
        """As seen, or as predicted."""
        seen = None if self.measured is None else self.measured.memory_bytes
        return self.candidate.memory_bytes if seen is None else seen

    @property
    def quality(self) -> float:
        """Higher is better; by prediction where nothing was measured."""
        known = None if self.measured is None else self.measured.quality
        return -self.candidate.expected_loss if known is None else known


def candidate_of(value: Mapping[str, Any]) -> Candidate:
    """The candidate that `Candidate.to_json` wrote. Raises KeyError, TypeError for anything else."""
    fields = {field.name: value[field.name] for field in dataclasses.fields(Candidate)}
    return Candidate(**{**fields, "languages": tuple(value["languages"]), "recipe": Recipe(**value["recipe"])})
