"""Translation by a language model: for directions that no small translation model serves.

Each sentence is asked for alone, as data in a prompt of the catalogue; the answer is one line, cleaned and looked at.
What is wrong is asked for once more, else the sentence stays as it was, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from edgekit.catalogue.load import load_catalogue
from edgekit.core.characters import has_letters
from edgekit.core.closing import Closing
from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction, base_language, normalise_tag
from edgekit.core.segments import Segment, Translation
from edgekit.engine.base import Tokenizer
from edgekit.generate.generator import Generation, Generator, open_generator
from edgekit.translate.answers import clean, findings
from edgekit.translate.filling import Filler, find_prompt
from edgekit.translate.segment import is_unspaced, split, without_invisible
from edgekit.translate.translator import as_texts, require_strings

# A character a token is what the worst pieces of a 262k vocabulary take; a short text may need a few more.
_SPARE_TOKENS = 24
_AGAIN_TEMPERATURE = 0.7
_AGAIN_SEED = 1


@dataclass(frozen=True, slots=True)
class PromptedTranslation(Translation):
    """A translation, and what is wrong with it: spans of the text and of the translation.

    A segment that has a finding that no second answer got rid of is the source's text, and not complete.
    """

    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    log_probabilities: tuple[float, ...] | None
    findings: tuple[Finding, ...] = ()


class _ReadsAll:
    """A tokenizer of which nothing is unknown."""

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """No ids."""
        return [[] for _ in texts]

    def decode(self, sequences: Sequence[Sequence[int]]) -> list[str]:
        """Nothing is there to decode."""
        return ["" for _ in sequences]

    def pieces(self, token_ids: Sequence[int]) -> list[str]:  # noqa: ARG002
        """No pieces."""
        return []


class PromptedTranslator(Closing):
    """Translates texts of one direction with a language model; as `Translator`, from any thread, a sentence at a time.

    filler: the prompt.  generator: closed with this one.  scripts: of source and target, by ISO 15924, or None.
    """

    def __init__(
        self, filler: Filler, generator: Generator, *, scripts: tuple[str | None, str | None] = (None, None)
    ) -> None:
        self.direction = filler.direction
        self._filler = filler
        self._generator = generator
        self._source_script, self._script = scripts
        self._chat = generator.has_chat_template
        self._closed = False
        self._joint = " " if is_unspaced(self.direction.source) and not is_unspaced(self.direction.target) else ""

    @property
    def source_tokenizer(self) -> Tokenizer:
        """A stand-in: language models read every character, by its bytes where they must."""
        return _ReadsAll()

    def close(self) -> None:
        """Free the model. Translating afterwards raises EngineError; closing again does nothing."""
        self._closed = True
        self._generator.close()

    def translate(
        self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False
    ) -> list[PromptedTranslation]:
        """Translate each text; see `Translator.translate`. An alignment is empty: a prompt has none."""
        return list(self.stream(texts, scores=scores, alignment=alignment))

    def stream(
        self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[PromptedTranslation]:
        """Translate texts as they come, in order, one at a time."""
        return self._run(as_texts(texts, "stream"), scores=scores, alignment=alignment)

    def _run(self, texts: Iterable[str], *, scores: bool, alignment: bool) -> Iterator[PromptedTranslation]:
        for index, text in enumerate(texts):
            require_strings([(index, text)])
            if self._closed:
                raise EngineError(f"the translator {self.direction} is closed")
            yield self._translated(text, scores=scores, alignment=alignment)

    def _translated(self, text: str, *, scores: bool, alignment: bool) -> PromptedTranslation:
        written: list[str] = []
        found: list[Finding] = []
        segments: list[Segment] = []
        length = begin = 0
        pieces = split(text, self.direction.source)
        for number, piece in enumerate(pieces):
            end = begin + len(piece.text)
            shown = piece.text
            gap = piece.gap or (self._joint if number + 1 < len(pieces) else "")
            if has_letters(piece.text):
                answer = self._answer(without_invisible(piece.text), scores=scores)
                shown = piece.text if answer.findings else answer.text
                source, target = (begin, end), (length, length + len(shown))
                found += [replace(one, source=source, target=target) for one in answer.findings]
                segments.append(
                    Segment(source, target, not answer.findings, answer.log_probabilities, () if alignment else None)
                )
            written += [shown, gap]
            length += len(shown) + len(gap)
            begin = end + len(piece.gap)
        values = [value for segment in segments for value in segment.log_probabilities or ()]
        return PromptedTranslation(
            text="".join(written),
            source=text,
            score=sum(values) / len(values) if values else None,
            segments=tuple(segments),
            complete=not found,
            findings=tuple(found),
        )

    def _answer(self, sentence: str, *, scores: bool) -> _Answer:
        first = self._asked(sentence, scores=scores)
        if not first.findings:
            return first
        second = self._asked(sentence, scores=scores, temperature=_AGAIN_TEMPERATURE)
        return second if not second.findings else first

    def _asked(self, sentence: str, *, scores: bool, temperature: float = 0.0) -> _Answer:
        made = self._generated(sentence, scores=scores, temperature=temperature)
        text = clean(made.text, sentence, self._filler.labels)
        wrong = findings(
            sentence,
            text,
            script=self._script,
            source_script=self._source_script,
            shown=self._filler.shown,
            ended=made.finish in ("end", "stop"),
        )
        values = tuple(token.log_probability or 0.0 for token in made.tokens) if scores else None
        return _Answer(text, values, tuple(wrong))

    def _generated(self, sentence: str, *, scores: bool, temperature: float) -> Generation:
        prompt = self._filler.fill(sentence, chat=self._chat)
        codes = {"source_lang_code": self.direction.source, "target_lang_code": self.direction.target}
        if self._generator.wants_language_codes:
            # Such a model knows one task, and takes an instruction for a part of the text.
            asked = [{"role": "user", "content": sentence, **codes}]
        else:
            asked = [{"role": "user", "content": prompt}]
        return self._generator.generate(
            asked if self._chat else prompt,
            max_tokens=len(sentence) + _SPARE_TOKENS,
            temperature=temperature,
            seed=_AGAIN_SEED,
            # An answer in a chat may begin with a line break, or with a line that is no translation.
            stop=() if self._chat else self._filler.prompt.stop,
            log_probabilities=0 if scores else None,
            control_tokens=False,
        )


def open_prompted_translator(
    source: str,
    target: str,
    *,
    model: str,
    prompt: str = "plain",
    examples: Sequence[tuple[str, str]] | None = None,
    glossary_lines: Sequence[tuple[str, str]] = (),
    threads: int | None = None,
    report: Reporter = silent,
) -> PromptedTranslator:
    """Open a language model to translate source to target, both BCP-47 tags.

    model: an installed one's id, or a GGUF file.  prompt: one of the catalogue's.
    examples: (text, translation) pairs of the direction; None for the catalogue's own, where it has both languages.
    glossary_lines: (term, translation) pairs; of these a prompt has those that occur in its text.
    report: hears of what a person should know: no examples, an instruction in another language.
    Raises UsageError (a tag, the prompt, source equals target) and what `open_generator` does.
    """
    direction = Direction(normalise_tag(source), normalise_tag(target))
    if direction.source == direction.target:
        raise UsageError(f"source and target are both `{direction.source}`", hint="name two languages")
    filler = make_filler(direction, prompt, examples=examples, glossary_lines=glossary_lines, report=report)
    return prompted(filler, open_generator(model, threads=threads, report=report))


def back_translated(lines: Sequence[str], into_english: PromptedTranslator, *, most: int = 4) -> list[tuple[str, str]]:
    """Examples (English, line) for a language that has none, from lines in it that nobody translated.

    What the model itself makes of them in English stands before each (arXiv 2306.11372, the way from English); a line
    that it could not translate is left out. most: how many at most.
    """
    found: list[tuple[str, str]] = []
    for made in into_english.stream(line for line in lines if len(line.splitlines()) == 1):
        if made.complete and made.segments:
            found.append((made.text, made.source))
        if len(found) >= most:
            break
    return found


def make_filler(
    direction: Direction,
    prompt: str,
    *,
    examples: Sequence[tuple[str, str]] | None = None,
    glossary_lines: Sequence[tuple[str, str]] = (),
    report: Reporter = silent,
) -> Filler:
    """The prompt of a direction, and what a person should know about it. See `open_prompted_translator`."""
    catalogue = load_catalogue()
    found = find_prompt(catalogue, prompt)
    filler = Filler(catalogue, found, direction, examples=examples, terms=glossary_lines)
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
