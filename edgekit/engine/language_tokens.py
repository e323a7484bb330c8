"""How a model of several directions is told which one: tokens around the source, and what decoding begins with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgekit.core.errors import DirectionError, ModelFormatError
from edgekit.core.languages import Direction, base_language
from edgekit.engine.base import Hypothesis

_SOURCE = ("before", "after", "none")
_TARGET = ("forced", "start", "before", "none")


@dataclass(frozen=True, slots=True)
class Marks:
    """What one direction puts around a source's tokens, `after` behind the end mark, and into the decoder's state."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    initial: Mapping[str, int] = field(default_factory=dict)

    def without(self, hypothesis: Hypothesis, length: int) -> Hypothesis:
        """The hypothesis with the alignment to the source's own tokens and its end mark, length together."""
        if hypothesis.alignment is None or not (self.before or self.after):
            return hypothesis
        own = hypothesis.alignment[:, len(self.before) : len(self.before) + length]
        return dataclasses.replace(hypothesis, alignment=own)


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class LanguageTokens:
    """What the receipt says of it.

    start: what decoding begins with.  forced: the first token where no language is named, or None.
    languages: BCP-47 tag -> token.  source: where the source language's token stands: `before` or `after` the text, or
    `none`.  target: what the target's is: `forced` as the first token, the `start`, `before` the source, or `none`.
    """

    start: int
    forced: int | None
    languages: Mapping[str, int]
    source: str
    target: str

    @classmethod
    def read(cls, engine: Mapping[str, Any], tokens: int) -> LanguageTokens:
        """Check the receipt's `engine` part; all reasons at once. tokens: rows. Raises ModelFormatError."""
        found = cls(
            engine["start"],
            engine.get("forced"),
            engine.get("languages", {}),
            engine.get("source_language", "none"),
            engine.get("target_language", "none"),
        )
        reasons = []
        languages = found.languages if isinstance(found.languages, Mapping) else {}
        if languages is not found.languages:
            reasons.append("`languages` is no table")
        named = {"start": found.start, **({} if found.forced is None else {"forced": found.forced}), **languages}
        for name, token in named.items():
            if type(token) is not int or not 0 <= token < tokens:
                reasons.append(f"`{str(name)[:40]}` is {str(token)[:40]}, no token of its vocabulary")
        if found.source not in _SOURCE or found.target not in _TARGET:
            reasons.append(
                f"languages stand at `{found.source}` and `{found.target}`, which this version does not know"
            )
        if reasons:
            raise ModelFormatError("the receipt does not describe a translation model", reasons=reasons)
        return found

    def marks(self, direction: Direction | None) -> Marks:
        """What to tell the model. Raises DirectionError for a language that it has no token for."""
        wanted = {} if direction is None else {"source": direction.source, "target": direction.target}
        needed = [side for side, place in (("source", self.source), ("target", self.target)) if place != "none"]
        found = {side: self._token(tag) for side, tag in wanted.items() if side in needed}
        missing = [f"no token stands for `{wanted[side]}`" for side, token in found.items() if token is None]
        if missing:
            raise DirectionError(
                f"the model does not translate `{direction}`",
                reasons=missing,
                hint=f"it knows {', '.join(sorted(self.languages)[:40])}",
            )
        source, target = found.get("source"), found.get("target")
        before = [source] if self.source == "before" else []
        before += [target] if self.target == "before" else []
        forced = target if self.target == "forced" and target is not None else self.forced
        initial = {"token": target if self.target == "start" and target is not None else self.start}
        if forced is not None:
            initial |= {"forced": forced, "prompted": 1}
        after = [source] if self.source == "after" else []
        return Marks(
            tuple(one for one in before if one is not None), tuple(one for one in after if one is not None), initial
        )

    def _token(self, tag: str) -> int | None:
        """The token of a tag; else of the one tag that is of the same language (`pt-BR` finds `pt`)."""
        if tag in self.languages:
            return self.languages[tag]
        same = [one for one in self.languages if base_language(one) == base_language(tag)]
        return self.languages[same[0]] if len(same) == 1 else self.languages.get(base_language(tag))
