"""Opens a language model to translate with: its prompt, its examples, directly or through another language."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import UsageError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.languages import Direction, base_language, normalise_tag
from edgekit.core.units import counted
from edgekit.generate.generator import Generator, open_generator
from edgekit.glossary.terms import Glossary
from edgekit.translate.examples import MOST_EXAMPLES, Examples, back_translated
from edgekit.translate.filling import Filler, find_prompt
from edgekit.translate.pivot import PivotTranslator
from edgekit.translate.pivot_routes import check_route
from edgekit.translate.prompted import PromptedTranslator

# What examples are translated with that nobody translated: it needs none of their language (arXiv 2306.11372).
_WITHOUT_EXAMPLES = "diverse"


def open_prompted_translator(
    source: str,
    target: str,
    *,
    model: str,
    prompt: str = "plain",
    examples: Examples | None = None,
    glossary: Glossary | None = None,
    through: str | None = None,
    threads: int | None = None,
    report: Reporter = silent,
) -> PromptedTranslator | PivotTranslator:
    """Open a language model to translate source to target, both BCP-47 tags.

    model: an installed one's id, or a GGUF file.  prompt: one of the catalogue's.
    examples: of the direction, or texts in the target language; None for the catalogue's own, where it has both
    languages.
    glossary: of its terms a prompt has those that occur in its text.
    through: a language that is gone through, asked for in two prompts; None goes directly.
    report: hears of what a person should know: no examples, an instruction in another language.
    Raises UsageError (a tag, the prompt, languages that are the same) and what `open_generator` does.
    """
    direction = Direction(normalise_tag(source), normalise_tag(target))
    if direction.source == direction.target:
        raise UsageError(f"source and target are both `{direction.source}`", hint="name two languages")
    legs = [direction]
    if through is not None:
        middle = normalise_tag(through)
        legs = [Direction(direction.source, middle), Direction(middle, direction.target)]
        check_route(legs)
    find_prompt(load_catalogue(), prompt)
    with ExitStack() as stack:
        generator = open_generator(model, threads=threads, report=report)
        stack.callback(generator.close)
        made = [
            prompted(
                make_filler(
                    leg,
                    prompt,
                    examples=_shown(examples, leg, direction, generator, report),
                    glossary=glossary if leg == direction else None,
                    report=report,
                ),
                generator,
            )
            for leg in legs
        ]
        stack.pop_all()
    return made[0] if through is None else PivotTranslator(made)


def _shown(
    examples: Examples | None, leg: Direction, direction: Direction, generator: Generator, report: Reporter
) -> list[tuple[str, str]] | None:
    """The examples that serve a leg, those without a translation translated; None where there is none."""
    if examples is None or leg.target != direction.target:
        return None
    found = list(examples.pairs[:MOST_EXAMPLES]) if leg == direction else []
    if len(found) < MOST_EXAMPLES and examples.texts:
        back = Direction(leg.target, leg.source)
        report(Note(f"examples: asking the model for {back}"))
        into_source = prompted(make_filler(back, _WITHOUT_EXAMPLES, report=report), generator)
        made = back_translated(examples.texts, into_source, most=MOST_EXAMPLES - len(found))
        report(Note(f"examples: {len(made)} of {counted(len(examples.texts), 'text')} got a translation"))
        found += made
    return found or None


def make_filler(
    direction: Direction,
    prompt: str,
    *,
    examples: Sequence[tuple[str, str]] | None = None,
    glossary: Glossary | None = None,
    report: Reporter = silent,
) -> Filler:
    """The prompt of a direction, and what a person should know about it; see `Filler`."""
    catalogue = load_catalogue()
    found = find_prompt(catalogue, prompt)
    filler = Filler(catalogue, found, direction, examples=examples, glossary=glossary)
    if found.exemplars != "none" and not filler.shown:
        report(Note(f"there are no examples for {direction}: the model is asked without any"))
    if not filler.has_own_instruction:
        report(Note(f"prompt `{prompt}` has no instruction in `{direction.source}`: it is in English"))
    return filler


def prompted(filler: Filler, generator: Generator) -> PromptedTranslator:
    """A translator of an open model, with the scripts that the catalogue knows."""
    languages = load_catalogue().languages

    def script(tag: str) -> str | None:
        found = languages.get(tag) or languages.get(base_language(tag))
        return found.script if found else None

    return PromptedTranslator(
        filler, generator, scripts=(script(filler.direction.source), script(filler.direction.target))
    )
