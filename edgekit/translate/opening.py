"""Opens a translator with all that is to be around it, for the command line, the screens and Python."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from edgekit.core.closing import Closing
from edgekit.core.errors import DirectionError, UsageError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.marked import MarkedText
from edgekit.identify.mixed import count_words
from edgekit.store.offered import pull_hint
from edgekit.translate.around import Around, open_careful_translator
from edgekit.translate.checked import CheckedTranslation, CheckedTranslator
from edgekit.translate.pivot_routes import reachable
from edgekit.translate.routing import Routed, RoutingTranslator, open_router

AUTO = "auto"
"""In place of a source language: each text is in whichever it is in."""

_SAME = Finding("untranslated", "the text is too short to tell its language, and it came back as it was")


class RoutedTranslator(Closing):
    """Checked translators of several directions as one: each text goes to the one for its language."""

    def __init__(
        self, routing: RoutingTranslator[MarkedText, CheckedTranslation], first: CheckedTranslator | None
    ) -> None:
        self._routing = routing
        self._first = first

    @property
    def direction(self) -> Direction | None:
        """The direction that was named, None for `auto`."""
        return None if self._first is None else self._first.direction

    def close(self) -> None:
        """Free every model."""
        with ExitStack() as stack:
            if self._first is not None:
                stack.callback(self._first.close)
            self._routing.close()

    def translate(
        self, texts: Iterable[str | MarkedText], *, scores: bool = False, alignment: bool = False
    ) -> list[CheckedTranslation]:
        """Translate every text, in order; one that is in no language that can be translated comes back as it is."""
        listed = [MarkedText(one) if isinstance(one, str) else one for one in texts]
        results = []
        for text, routed in zip(
            listed, self._routing.translate(listed, scores=scores, alignment=alignment), strict=True
        ):
            told = () if routed.route.finding is None else (routed.route.finding,)
            if routed.translation is None:
                results.append(CheckedTranslation(text, text, None, told, origin="source"))
            elif self._first is None and _came_back(text.text, routed):
                results.append(replace(routed.translation, findings=(_SAME, *told, *routed.translation.findings)))
            else:
                results.append(replace(routed.translation, findings=(*told, *routed.translation.findings)))
        return results


def _came_back(text: str, routed: Routed[CheckedTranslation]) -> bool:
    """Whether a text whose language nobody could tell is its own translation, and nothing has said so."""
    made = routed.translation
    return (
        made is not None
        and routed.route.identified.tag is None
        and made.text.split() != []
        and made.text.casefold().split() == text.casefold().split()
        and count_words(text) > 0
        and all(finding.kind != "untranslated" for finding in made.findings)
    )


def open_checked_translator(
    source: str, target: str, around: Around | None = None, *, report: Reporter = silent
) -> CheckedTranslator | RoutedTranslator:
    """Open what translates source to target, both BCP-47 tags, with memory, glossary, protection and checks.

    source: `auto` where each text is in a language of its own.  report: hears of pivots, of devices that fail and of a
    memory that cannot be opened.
    Raises UsageError (a tag; options that exclude each other), DirectionError (the hint says what to pull), InputError
    (the glossary), EngineError, ModelNotFoundError, MissingExtraError.
    """
    around = Around() if around is None else around
    if not isinstance(around, Around):
        raise UsageError(f"`around` is a `{type(around).__name__}`", hint="write `edgekit.Around(confidence=True)`")
    target = normalise_tag(target)
    automatic = source == AUTO
    if automatic and (around.model is not None or around.glossary is not None or around.through is not None):
        raise UsageError(
            "`auto` chooses the model of each text",
            hint="name the source language for `--model`, `--through` and `--glossary`",
        )
    if around.mixed and (around.model is not None or around.through is not None):
        raise UsageError("words of other languages are translated by models of their own, not by one that is named")
    if automatic and not reachable(target):
        raise DirectionError(f"no installed model translates into `{target}`", hint=pull_hint(None, target))
    first = None if automatic else _open_one(Direction(normalise_tag(source), target), around, report)
    if first is not None and (not around.checked_language or around.model is not None):
        return first

    def opened(direction: Direction) -> CheckedTranslator:
        if first is not None and direction == first.direction:
            return first
        return _open_one(direction, replace(around, glossary=None, checked_language=True), report)

    with ExitStack() as stack:
        if first is not None:
            stack.callback(first.close)
        router = open_router(None if first is None else first.direction.source, target)
        routing: RoutingTranslator[MarkedText, CheckedTranslation] = RoutingTranslator(
            router, opened, lambda text: text.text
        )
        stack.pop_all()
    return RoutedTranslator(routing, first)


def _open_one(direction: Direction, around: Around, report: Reporter) -> CheckedTranslator:
    from edgekit.confidence.calibration import load_confidence
    from edgekit.glossary.read import read_glossary
    from edgekit.memory.memory import open_if_possible

    glossary = None if around.glossary is None else read_glossary(Path(around.glossary), direction)
    if glossary is not None and (count := len(glossary.conflicts)):
        shown = shlex.join(["edgekit", "glossary", "check", str(around.glossary)])
        ends = f"--from {direction.source} --to {direction.target}"
        report(Note(f"conflicts in `{around.glossary}`: {count:,}, and `{shown} {ends}` lists them"))
    with ExitStack() as stack:
        careful = open_careful_translator(direction, around, glossary=glossary, report=report)
        stack.callback(careful.close)
        memory = open_if_possible(make=False, report=report) if around.memory else None
        confidence = load_confidence(direction, careful.model) if around.confidence and careful.model else None
        stack.pop_all()
    return CheckedTranslator(
        careful, glossary=glossary, memory=memory, confidence=confidence, suggestions=around.suggestions
    )
