"""Prompts for translation, filled: examples, terms and a text in a template of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from edgekit.catalogue.entries import Catalogue, Prompt
from edgekit.catalogue.prompts import PLACEHOLDER
from edgekit.core.errors import UsageError
from edgekit.core.languages import Direction, base_language
from edgekit.glossary.terms import Glossary

# Languages of the exemplars of `diverse`, in their order: of four scripts and families, as in the paper, which took
# Arabic, Chinese, Vietnamese and French; the others stand in where one of them is the source or the target.
_DIVERSE = ("fr", "vi", "zh", "ar", "ru", "id", "de", "ja")


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with each placeholder filled once: what stands in a value is text, placeholders too."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def language_name(catalogue: Catalogue, tag: str, names: str) -> str:
    """How a prompt calls a language: `pt-BR` as `pt` where it has no name of its own, the tag where neither has one."""
    found = catalogue.languages.get(tag) or catalogue.languages.get(base_language(tag))
    if names == "none":
        return ""
    return tag if found is None else found.native if names == "native" else found.english


class Filler:
    """One prompt for one direction.

    examples: (text, translation) pairs of the direction; None takes the catalogue's, where it has both languages.
    glossary: its terms that are in a text are listed before it.
    Raises UsageError where a placeholder's text cannot be had.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        prompt: Prompt,
        direction: Direction,
        *,
        examples: Sequence[tuple[str, str]] | None = None,
        glossary: Glossary | None = None,
    ) -> None:
        self.prompt = prompt
        self.direction = direction
        self._glossary = glossary
        self._names = {
            "source_language": language_name(catalogue, direction.source, prompt.names),
            "target_language": language_name(catalogue, direction.target, prompt.names),
        }
        self._catalogue = catalogue
        shown = list(self._library() if examples is None else ((*pair, direction) for pair in examples))
        self._examples = "".join(self._example(*one) for one in shown)
        self.shown = frozenset(_line(translation) for _, translation, _ in shown)
        self._instruction = self._instructed()

    @property
    def has_own_instruction(self) -> bool:
        """Whether the instruction, where there is one, is in the source's language."""
        instructions = self.prompt.instructions
        return not instructions or base_language(self.direction.source) in instructions

    @property
    def labels(self) -> list[str]:
        """What an answer may begin with by mistake: names of the target language, as the prompt or English has them."""
        names = {language_name(self._catalogue, self.direction.target, one) for one in ("english", "native")}
        return sorted(names - {""})

    def fill(self, text: str, *, chat: bool = False) -> str:
        """The prompt for one text without a line break."""
        terms = [] if self._glossary is None else self._glossary.lines_for(text)
        listed = "; ".join(f"{_line(term.source)} = {_line(term.target)}" for term in terms)
        return fill(
            (self.prompt.chat if chat else None) or self.prompt.template,
            {
                **self._names,
                "text": text,
                "examples": self._examples,
                "glossary": fill(self.prompt.glossary, {**self._names, "terms": listed}) if terms else "",
                "instruction": self._instruction,
            },
        )

    def _example(self, text: str, translation: str, direction: Direction) -> str:
        names = self.prompt.names
        return fill(
            self.prompt.example,
            {
                "source_language": language_name(self._catalogue, direction.source, names),
                "target_language": language_name(self._catalogue, direction.target, names),
                "text": _line(text),
                "translation": _line(translation),
            },
        )

    def _library(self) -> Iterator[tuple[str, str, Direction]]:
        exemplars, direction = self._catalogue.exemplars, self.direction
        source, target = base_language(direction.source), base_language(direction.target)
        if self.prompt.exemplars == "pairs" and source in exemplars and target in exemplars:
            for one, other in zip(exemplars[source], exemplars[target], strict=True):
                yield one, other, direction
        if self.prompt.exemplars == "diverse":
            yield from self._diverse(source, target)

    def _diverse(self, source: str, target: str) -> Iterator[tuple[str, str, Direction]]:
        """A sentence of the library for each of four languages, from or into English, neither source nor target among
        them but for English, from one to the next where it is neither.
        """
        exemplars = self._catalogue.exemplars
        others = [one for one in _DIVERSE if one in exemplars and one not in (source, target)]
        count = min(4, len(others), len(exemplars.get("en", ())))
        for at, other in enumerate(others[:count]):
            into_english = target == "en"
            if into_english or source == "en":
                pair = (other, "en") if into_english else ("en", other)
            else:
                pair = (other, others[(at + 1) % count])
            yield exemplars[pair[0]][at], exemplars[pair[1]][at], Direction(*pair)

    def _instructed(self) -> str:
        instructions = self.prompt.instructions
        if not instructions:
            return ""
        return fill(instructions.get(base_language(self.direction.source), instructions["en"]), self._names)


def _line(text: str) -> str:
    return " ".join(text.split())


def find_prompt(catalogue: Catalogue, prompt: str) -> Prompt:
    """The prompt of that id. Raises UsageError, with those there are."""
    found = catalogue.prompts.get(prompt)
    if found is None:
        known = ", ".join(f"`{name}`" for name in catalogue.prompts)
        raise UsageError(f"there is no prompt `{prompt}`", hint=f"choose one of {known}")
    return found
