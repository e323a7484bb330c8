"""Measures a quantised model beside the one it was made from, on the text that there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgekit.core.columns import aligned_columns
from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Note, Reporter
from edgekit.core.languages import Direction
from edgekit.pipeline.requests import OpenLanguageModel, OpenTextEncoder, OpenTranslator, RunGraph
from exporters.corpus.base import Corpus
from exporters.corpus.declaration import declaration
from exporters.loss.base import Limits, Loss, beyond, loss_table, refuse_beyond
from exporters.loss.language import LanguageLoss, compare_language_models
from exporters.loss.translations import TranslationLoss, compare_translators
from exporters.loss.vectors import VectorLoss, compare_encoders
from exporters.trim.base import Tokenizer

HELD_OUT = "held-out lines"
BUILT_IN = "the Universal Declaration of Human Rights"
# 40 lines of news in each of two languages are 2,500 tokens; with both models of Gemma 3 270M at 64,000 words they took
# 50 s on two busy cores.
_LINES = 40


@dataclass(frozen=True, slots=True)
class Measured:
    """losses: of every language that there was text for.  text: where each language's is from.  notes: what a person
    should know of what was not measured, a line each."""

    losses: Sequence[Loss]
    text: Mapping[str, str]
    notes: Sequence[str] = ()

    def to_json(self, limits: Limits) -> dict[str, Any]:
        """For the receipt."""
        return {
            "text": dict(self.text),
            "languages": [one.to_json() for one in self.losses],
            "limits": dict(limits),
            "beyond": beyond(self.losses, limits),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """The text to measure on and what runs the models.

    lines: by language, `` for text of none.  text: where they are from.  missing: languages without any.  prefix: what
    an encoder was trained to see before a line; None for any other model.  directions: of a translation model.
    """

    lines: Mapping[str, Sequence[str]]
    text: Mapping[str, str]
    missing: Sequence[str]
    limits: Limits
    prefix: str | None
    open_model: OpenLanguageModel | None
    open_encoder: OpenTextEncoder | None
    run_graph: RunGraph | None = None
    open_translator: OpenTranslator | None = None
    directions: Sequence[Direction] = ()

    def measure(
        self, before: Path, after: Path, engine: Mapping[str, Any], tokenizer: Tokenizer, report: Reporter
    ) -> Measured:
        """Run both models.  tokenizer: of both.  engine: how the receipt says that both are opened.

        What cannot be measured is told in the notes. Reports the step `measure`.
        """
        notes = [f"there is no text of `{tag}`, so nothing is measured for it" for tag in self.missing]
        losses: Sequence[Loss] = ()
        try:
            if not self.lines:
                pass
            elif self.directions and self.open_translator is not None:
                losses = self._translators(before, after, engine, report)
            elif self.prefix is not None and self.open_encoder is not None:
                losses = self._encoders(before, after, engine, report)
            elif self.prefix is None and not self.directions and self.open_model is not None:
                losses = self._language_models(before, after, tokenizer, report)
            else:
                notes.append("nothing here runs the model, so what quantising lost is not measured")
        except (EngineError, UsageError) as problem:  # llama.cpp runs no T5 as a language model, for example
            notes.append(f"what quantising lost is not measured: {'; '.join([problem.message, *problem.reasons[:1]])}")
        return Measured(losses, self.text, notes)

    def check(self, measured: Measured, report: Reporter, *, allowed: bool) -> None:
        """Tell the figures and refuse what is beyond the limits. Raises FailedError, unless it is allowed."""
        for line in [*loss_lines(measured), *measured.notes]:
            report(Note(line))
        if not allowed:
            refuse_beyond(measured.losses, self.limits)
        for reason in beyond(measured.losses, self.limits):
            report(Note(f"allowed: {reason}"))

    def _language_models(self, before: Path, after: Path, tokenizer: Tokenizer, report: Reporter) -> Sequence[Loss]:
        assert self.open_model is not None  # noqa: S101 - asked before
        old = self.open_model(before)
        try:
            new = self.open_model(after)
            try:
                return compare_language_models(old, new, tokenizer, self.lines, report)
            finally:
                new.close()
        finally:
            old.close()

    def _translators(self, before: Path, after: Path, engine: Mapping[str, Any], report: Reporter) -> Sequence[Loss]:
        assert self.open_translator is not None  # noqa: S101 - asked before
        losses = []
        for direction in self.directions:
            old = self.open_translator(before, engine, direction)
            try:
                new = self.open_translator(after, engine, direction)
                try:
                    lines = self.lines[direction.source]
                    losses.append(compare_translators(old, new, direction, lines, report))
                finally:
                    new.close()
            finally:
                old.close()
        return losses

    def _encoders(self, before: Path, after: Path, engine: Mapping[str, Any], report: Reporter) -> Sequence[Loss]:
        assert self.open_encoder is not None  # noqa: S101 - asked before
        lines = {tag: [f"{self.prefix}{line}" for line in texts] for tag, texts in self.lines.items()}
        old = self.open_encoder(before, engine)
        try:
            new = self.open_encoder(after, engine)
            try:
                return compare_encoders(old, new, lines, report)
            finally:
                new.close()
        finally:
            old.close()


def prepare_trial(
    corpora: Sequence[Corpus],
    languages: Sequence[str],
    *,
    limits: Limits,
    prefix: str | None,
    open_model: OpenLanguageModel | None,
    open_encoder: OpenTextEncoder | None,
    run_graph: RunGraph | None = None,
    open_translator: OpenTranslator | None = None,
    directions: Sequence[Direction] = (),
) -> Trial:
    """The lines that the choice of tokens did not see; for a language without any, the built-in text.

    directions: of a translation model; those whose source has lines are tried.
    """
    lines: dict[str, Sequence[str]] = {one.language: one.sample[:_LINES] for one in corpora if one.sample}
    text = dict.fromkeys(lines, HELD_OUT)
    for tag in languages:
        if tag not in lines and (found := declaration(tag)):
            lines[tag], text[tag] = found[:_LINES], BUILT_IN
    missing = [tag for tag in languages if tag not in lines]
    tried = [one for one in directions if one.source in lines]
    return Trial(
        lines, text, missing, limits, prefix, open_model, open_encoder, run_graph, open_translator, tuple(tried)
    )


def recorded_losses(record: Mapping[str, Any]) -> list[Loss]:
    """The losses that `Measured.to_json` wrote."""
    return [_kind(one)(**one) for one in record["languages"]]


def _kind(record: Mapping[str, Any]) -> Callable[..., Loss]:
    return VectorLoss if "cosine" in record else TranslationLoss if "chrf" in record else LanguageLoss


def loss_lines(measured: Measured) -> list[str]:
    """The figures as lines of text."""
    if not measured.losses:
        return []
    texts = " and ".join(dict.fromkeys(measured.text.values()))
    return [f"what quantising lost, on {texts}:", *aligned_columns(loss_table(measured.losses))]
