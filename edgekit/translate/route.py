"""Directly or through English: which of the two a language model does better, by a person's own translated lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import Any, Literal, Protocol

from edgekit.core.chrf import corpus_chrf
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction, base_language
from edgekit.core.segments import Segment
from edgekit.translate.prompted import PromptedTranslation, PromptedTranslator
from edgekit.translate.translator import as_texts, require_strings


class _Translates(Protocol):
    direction: Direction

    def translate(self, texts: Iterable[str]) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """What was measured, and what follows: chrF, 0 to 100, of the lines either way."""

    direction: str
    lines: int
    direct: float
    through_english: float
    chosen: Literal["direct", "english"]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


class ThroughEnglish:
    """Translates into English and from there; both legs are closed with it. As `PromptedTranslator`.

    Findings of the first leg name places of the text, those of the second of the translation.
    """

    def __init__(self, first: PromptedTranslator, second: PromptedTranslator) -> None:
        self.direction = Direction(first.direction.source, second.direction.target)
        self._legs = (first, second)

    def __enter__(self) -> ThroughEnglish:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the models."""
        for leg in self._legs:
            leg.close()

    def translate(
        self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False
    ) -> list[PromptedTranslation]:
        """Translate each text; the score is the mean of both legs'."""
        return list(self.stream(texts, scores=scores, alignment=alignment))

    def stream(
        self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[PromptedTranslation]:
        """Translate texts as they come, in order, one at a time."""
        for index, text in enumerate(as_texts(texts, "stream")):
            require_strings([(index, text)])
            (middle,) = self._legs[0].translate([text], scores=scores)
            (last,) = self._legs[1].translate([middle.text], scores=scores)
            known = [one for one in (middle.score, last.score) if one is not None]
            found = [replace(one, target=None) for one in middle.findings]
            found += [replace(one, source=None) for one in last.findings]
            whole = Segment((0, len(text)), (0, len(last.text)), not found, None, () if alignment else None)
            yield PromptedTranslation(
                text=last.text,
                source=text,
                score=sum(known) / len(known) if known else None,
                segments=(whole,) if last.segments else (),
                complete=not found,
                findings=tuple(found),
            )


def choose_route(direct: _Translates, through_english: _Translates, lines: Sequence[tuple[str, str]]) -> RouteChoice:
    """Translate the sources of lines (text, translation) both ways, and choose the higher chrF; direct where equal.

    Raises InputError without lines, and for a direction that has English at one end.
    """
    direction = direct.direction
    reasons = [] if lines else ["there are no lines"]
    if "en" in (base_language(direction.source), base_language(direction.target)):
        reasons.append(f"{direction} has English at one end")
    if reasons:
        raise InputError("a route through English cannot be weighed", reasons=reasons)
    sources, references = [one for one, _ in lines], [other for _, other in lines]
    scores = [
        corpus_chrf([one.text for one in route.translate(sources)], references) for route in (direct, through_english)
    ]
    chosen: Literal["direct", "english"] = "english" if scores[1] > scores[0] else "direct"
    return RouteChoice(str(direction), len(lines), scores[0], scores[1], chosen)
