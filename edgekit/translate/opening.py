"""Opens a translator with all that is to be around it, for the command line, the screens and Python."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from edgekit.core.closing import Closing
from edgekit.core.errors import DirectionError, UsageError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.marked import MarkedText
from edgekit.glossary.terms import Glossary
from edgekit.identify.mixed import count_words
from edgekit.protect.masks import MaskForm, forms_of
from edgekit.store.installed import find_artifact
from edgekit.store.offered import pull_hint
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.checked import CheckedTranslation, CheckedTranslator
from edgekit.translate.mixed import MixedTranslator, open_mixed_translator
from edgekit.translate.pivot import TextTranslator, open_direct_or_pivot
from edgekit.translate.pivot_routes import reachable
from edgekit.translate.routing import Routed, RoutingTranslator, open_router
from edgekit.translate.translator import open_translator

AUTO = "auto"
"""In place of a source language: each text is in whichever it is in."""


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around a translation.

    model: id of an installed model or path of an artifact or a GGUF; None takes what is installed for the direction.
    prompt: which of the catalogue's a language model is asked with.  glossary: path of a file of terms.
    memory: whether what people accepted before is used.  suggestions: whether what is like a text in it is told.
    confidence: whether every translation has one.
    mixed: whether words of other languages inside of a text are translated by their own model.
    checked_language: whether texts in another language than the one named are left, or taken by their own model; takes
    77 MB and half a second before the first text.
    """

    model: str | None = None
    prompt: str = "plain"
    glossary: Path | None = None
    memory: bool = True
    suggestions: bool = False
    confidence: bool = False
    mixed: bool = False
    checked_language: bool = False
    threads: int | None = None
    device: str = "auto"


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
    around = around or Around()
    target = normalise_tag(target)
    automatic = source == AUTO
    if automatic and (around.model is not None or around.glossary is not None):
        raise UsageError(
            "`auto` chooses the model of each text", hint="name the source language for `--model` and `--glossary`"
        )
    if around.mixed and around.model is not None:
        raise UsageError("words of other languages are translated by models of their own, not by one that is named")
    if automatic and not reachable(target):
        raise DirectionError(f"no installed model translates into `{target}`", hint=pull_hint(None, target))
    first = None if automatic else _open_one(Direction(normalise_tag(source), target), around, report)
    if first is not None and (not around.checked_language or around.model is not None):
        return first

    def opened(direction: Direction) -> CheckedTranslator:
        if first is not None and direction == first.direction:
            return first
        return _open_one(direction, replace(around, glossary=None), report)

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

    glossary = None if around.glossary is None else read_glossary(around.glossary, direction)
    if glossary is not None and (count := len(glossary.conflicts)):
        shown = shlex.join(["edgekit", "glossary", "check", str(around.glossary)])
        ends = f"--from {direction.source} --to {direction.target}"
        report(Note(f"conflicts in `{around.glossary}`: {count:,}, and `{shown} {ends}` lists them"))
    with ExitStack() as stack:
        text, model, forms = _open_text(direction, around, glossary, report)
        stack.callback(text.close)
        kept = text.kept_spans if isinstance(text, MixedTranslator) else None
        careful = CarefulTranslator(text, forms=forms, kept_spans=kept)
        memory = open_if_possible(make=False, report=report) if around.memory else None
        confidence = load_confidence(direction, model) if around.confidence and model is not None else None
        stack.pop_all()
    return CheckedTranslator(
        careful, glossary=glossary, memory=memory, confidence=confidence, suggestions=around.suggestions
    )


def _open_text(
    direction: Direction, around: Around, glossary: Glossary | None, report: Reporter
) -> tuple[TextTranslator, str | None, tuple[MaskForm, ...]]:
    """What translates, the id of its model where it is one alone, and its masks, the best first."""
    from edgekit.store.installed import find_direction, find_translator
    from edgekit.store.masks import templates

    if around.model is not None and is_language_model(around.model):
        from edgekit.translate.prompted import open_prompted_translator

        terms = () if glossary is None else [(term.source, term.target) for term in glossary.terms if not term.keep]
        asked = open_prompted_translator(
            direction.source,
            direction.target,
            model=around.model,
            prompt=around.prompt,
            glossary_lines=terms,
            threads=around.threads,
            report=report,
        )
        return asked, None, forms_of([])
    if around.mixed:
        text: TextTranslator = open_mixed_translator(
            direction.source, direction.target, threads=around.threads, device=around.device, report=report
        )
    elif around.model is not None:
        text = open_translator(
            direction.source,
            direction.target,
            model=around.model,
            threads=around.threads,
            device=around.device,
            report=report,
        )
    else:
        text = open_direct_or_pivot(
            direction.source, direction.target, threads=around.threads, device=around.device, report=report
        )
    try:
        if around.model is not None:
            receipt = find_translator(around.model, direction)[0].receipt
        else:
            receipt = find_direction(direction.source, direction.target).receipt
    except DirectionError:  # a pivot: masks must come through all of its models, in which the built-in order does well
        return text, None, forms_of([])
    return text, receipt.id, forms_of(templates(receipt, direction))


def is_language_model(model: str) -> bool:
    """Whether a model is asked with a prompt: a GGUF, or an installed one that writes. Raises ModelNotFoundError."""
    if model.lower().endswith(".gguf"):
        return True
    return find_artifact(model).receipt.task == "generate"
