"""What there is around a translation, and what translates: opened, with the masks that come through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import DirectionError, UsageError
from edgekit.core.events import Reporter, silent
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.segments import Span
from edgekit.glossary.terms import Glossary
from edgekit.protect.masks import MaskForm, forms_of
from edgekit.store.installed import find_artifact, find_direction, find_translator
from edgekit.store.masks import templates
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.mixed import MixedTranslator, open_mixed_translator
from edgekit.translate.pivot import TextTranslator, open_direct_or_pivot, open_route
from edgekit.translate.target_sentences import target_sentences
from edgekit.translate.translator import open_translator


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around a translation.

    model: id of an installed model or path of an artifact or a GGUF; None takes what is installed for the direction.
    prompt: which of the catalogue's a language model is asked with.  examples: path of a file of them that it is shown.
    through: a language to go through, whatever else there is.  glossary: path of a file of terms.
    memory: whether what people accepted before is used.  suggestions: whether what is like a text in it is told.
    confidence: whether every translation has one.
    mixed: whether words of other languages inside of a text are translated by their own model.
    checked_language: whether texts in another language than the one named are left, or taken by their own model; takes
    77 MB and half a second before the first text.
    """

    model: str | None = None
    prompt: str = "plain"
    examples: str | Path | None = None
    through: str | None = None
    glossary: str | Path | None = None
    memory: bool = True
    suggestions: bool = False
    confidence: bool = False
    mixed: bool = False
    checked_language: bool = False
    threads: int | None = None
    device: str = "auto"


def open_careful_translator(
    direction: Direction, around: Around | None = None, *, glossary: Glossary | None = None, report: Reporter = silent
) -> CarefulTranslator:
    """Open what translates a direction, with what must come through carried through; no memory, no other checks.

    glossary: what a language model is told of it.  Raises what `open_checked_translator` does.
    """
    around = around or Around()
    text = open_text(direction, around, glossary=glossary, report=report)
    try:
        model, forms = _masks_of(direction, around)
    except BaseException:
        text.close()
        raise
    kept: Callable[[str], Sequence[Span]] | None = None
    if isinstance(text, MixedTranslator):
        kept = text.kept_spans
    elif around.checked_language:
        from edgekit.identify.identifier import open_identifier

        kept = target_sentences(direction, open_identifier([direction.source, direction.target]))
    return CarefulTranslator(text, forms=forms, kept_spans=kept, model=model)


def open_text(
    direction: Direction, around: Around, *, glossary: Glossary | None = None, report: Reporter = silent
) -> TextTranslator:
    """What translates texts without marks, nothing around it."""
    ends = (direction.source, direction.target)
    if around.model is not None and is_language_model(around.model):
        from edgekit.translate.examples import read_examples
        from edgekit.translate.prompting import open_prompted_translator

        return open_prompted_translator(
            *ends,
            model=around.model,
            prompt=around.prompt,
            examples=None if around.examples is None else read_examples(Path(around.examples)),
            glossary=glossary,
            through=around.through,
            threads=around.threads,
            report=report,
        )
    if around.examples is not None:
        raise UsageError("examples are shown to a language model", hint="name one as the model")
    if around.through is not None:
        if around.model is not None:
            raise UsageError(f"`{around.model}` translates one way alone: it goes through no other language")
        middle = normalise_tag(around.through)
        legs = [Direction(direction.source, middle), Direction(middle, direction.target)]
        return open_route(
            legs, source=ends[0], target=ends[1], threads=around.threads, device=around.device, report=report
        )
    if around.mixed:
        return open_mixed_translator(*ends, threads=around.threads, device=around.device, report=report)
    if around.model is not None:
        return open_translator(*ends, model=around.model, threads=around.threads, device=around.device, report=report)
    return open_direct_or_pivot(*ends, threads=around.threads, device=around.device, report=report)


def _masks_of(direction: Direction, around: Around) -> tuple[str | None, tuple[MaskForm, ...]]:
    """The id of the model that translates where it is one alone, and its masks, the best first."""
    if around.through is not None or (around.model is not None and is_language_model(around.model)):
        return None, forms_of([])
    try:
        if around.model is not None:
            receipt = find_translator(around.model, direction)[0].receipt
        else:
            receipt = find_direction(direction.source, direction.target).receipt
    except DirectionError:  # a pivot: masks must come through all of its models, in which the built-in order does well
        return None, forms_of([])
    return receipt.id, forms_of(templates(receipt, direction))


def is_language_model(model: str) -> bool:
    """Whether a model is asked with a prompt: a GGUF, or an installed one that writes. Raises ModelNotFoundError."""
    if model.lower().endswith(".gguf"):
        return True
    return find_artifact(model).receipt.task == "generate"
