"""Translation by a language model: for directions that no small translation model serves.

Each sentence is asked for alone, as data in a prompt of the catalogue; the answer is one line, cleaned and looked at.
What is wrong is asked for once more, else the sentence stays as it was, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from edgekit.core.characters import has_letters
from edgekit.core.closing import Closing
from edgekit.core.errors import EngineError
from edgekit.core.findings import Finding
from edgekit.core.segments import Segment, Translation
from edgekit.engine.base import Tokenizer
from edgekit.generate.generator import Generation, Generator
from edgekit.translate.answers import clean, findings
from edgekit.translate.filling import Filler
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
