"""The translate task: texts of any length in, their translations out, in order and with nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from edgekit.core.characters import has_letters
from edgekit.core.closing import Closing
from edgekit.core.errors import EngineError, InputError, UsageError
from edgekit.core.events import Reporter, silent
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.segments import Segment, Span, Translation
from edgekit.engine.base import Hypothesis, Tokenizer, TranslationEngine
from edgekit.translate.segment import is_unspaced, split, visible_offsets, without_invisible, wrap
from edgekit.translate.spans import align, token_spans, words

# Sorting by length pays when a window holds several hundred sentences. A stream starts small, so that the first line is
# there soon, and doubles; the sums bound the memory whatever the number of lines.
_FIRST_WINDOW_PIECES = 64
_STREAM_WINDOW_PIECES = 1024
_LIST_WINDOW_PIECES = 4096
_WINDOW_CHARACTERS = 400_000

# Students are trained on sentences, and leave words out of much longer ones. Firefox en→pt on FLORES dev without
# punctuation, wrapped at 64, 80, 96, 128 tokens: chrF 71.9, 72.3, 72.2, 68.9, and 67, 62, 51, 30 of the 67 times that a
# 1,200-word story says `teacher`. Real sentences of 64 to 96 tokens lose 0.3 to 2.4 chrF when they are cut.
_WHOLE_TOKENS = 96
_PART_TOKENS = 64

_LINE_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """A slice of a text and what follows it; `key` is what the model sees, None where the slice stays as it is."""

    begin: int
    end: int
    key: str | None
    gap: str


class Translator(Closing):
    """Translates texts of one direction; may be used from any thread and as a context manager."""

    def __init__(self, direction: Direction, engine: TranslationEngine) -> None:
        self.direction = direction
        self._engine = engine
        self._closed = False
        # Sentences of Chinese follow each other without a space; their translations must not.
        self._joint = " " if is_unspaced(direction.source) and not is_unspaced(direction.target) else ""

    @property
    def source_tokenizer(self) -> Tokenizer:
        """What cuts the source into the model's tokens."""
        return self._engine.source_tokenizer

    def close(self) -> None:
        """Free the model. Translating afterwards raises EngineError; closing again does nothing."""
        if not self._closed:
            self._closed = True
            self._engine.close()

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        """Translate every text; as many results, in the order of texts.

        A text may hold many sentences and lines: line breaks, blank lines and white space around and between sentences
        come back as they were. A text without a letter comes back unchanged. Any string is taken; characters that
        carry no words (controls, lone surrogates, bidi marks, soft hyphens) are dropped inside a sentence and kept
        around it.
        Raises InputError (an element is no str, texts is no iterable), EngineError (closed, or the engine failed).
        """
        listed = list(as_texts(texts, "translate"))
        require_strings(enumerate(listed))
        return list(self._run(listed, _LIST_WINDOW_PIECES, _LIST_WINDOW_PIECES, scores=scores, alignment=alignment))

    def stream(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> Iterator[Translation]:
        """Translate texts as they come, in order, holding a window of about a thousand sentences in memory.

        Reads ahead of what it yields; see translate for the rest.
        """
        return self._run(
            as_texts(texts, "stream"), _FIRST_WINDOW_PIECES, _STREAM_WINDOW_PIECES, scores=scores, alignment=alignment
        )

    def _run(
        self, texts: Iterable[str], first: int, largest: int, *, scores: bool, alignment: bool
    ) -> Iterator[Translation]:
        limit = first
        window: list[tuple[str, list[_Part]]] = []
        pieces = characters = 0
        for index, text in enumerate(texts):
            require_strings([(index, text)])
            parts = self._plan(text)
            window.append((text, parts))
            pieces += max(1, len(parts))
            characters += len(text)
            if pieces >= limit or characters >= _WINDOW_CHARACTERS:
                yield from self._translate_window(window, scores=scores, alignment=alignment)
                window, pieces, characters = [], 0, 0
                limit = min(2 * limit, largest)
        if window:
            yield from self._translate_window(window, scores=scores, alignment=alignment)

    def _plan(self, text: str) -> list[_Part]:
        """The pieces of a text with their places in it."""
        parts: list[_Part] = []
        begin = 0
        for piece in split(text, self.direction.source):
            end = begin + len(piece.text)
            parts.append(
                _Part(begin, end, without_invisible(piece.text) if has_letters(piece.text) else None, piece.gap)
            )
            begin = end + len(piece.gap)
        return parts

    def _translate_window(
        self, window: Sequence[tuple[str, list[_Part]]], *, scores: bool, alignment: bool
    ) -> Iterator[Translation]:
        if self._closed:
            raise EngineError(f"the translator {self.direction} is closed")
        tokens = self._encode({part.key: None for _, parts in window for part in parts if part.key is not None})
        window = [(text, self._wrap(text, parts, tokens)) for text, parts in window]
        # A sentence that comes twice in a window is decoded once.
        keys = list(dict.fromkeys(part.key for _, parts in window for part in parts if part.key is not None))
        hypotheses: dict[str, Hypothesis] = {}
        if keys:
            decoded = self._engine.decode([tokens[key] for key in keys], scores=scores, alignment=alignment)
            for index, hypothesis in decoded:
                hypotheses[keys[index]] = hypothesis
        ids = [hypotheses[key].token_ids for key in keys]
        outputs = dict(zip(keys, map(_one_line, self._engine.target_tokenizer.decode(ids)), strict=True)) if ids else {}
        for text, parts in window:
            yield self._assemble(text, parts, tokens, hypotheses, outputs, alignment=alignment)

    def _encode(self, keys: Iterable[str]) -> dict[str, list[int]]:
        listed = list(keys)
        return dict(zip(listed, self._engine.source_tokenizer.encode(listed), strict=True)) if listed else {}

    def _wrap(self, text: str, parts: list[_Part], tokens: dict[str, list[int]]) -> list[_Part]:
        """Cut the parts that are longer than a model does well; adds the tokens of the new ones."""
        limit = min(_WHOLE_TOKENS, self._engine.max_source_tokens)
        if all(part.key is None or len(tokens[part.key]) <= limit for part in parts):
            return parts
        wrapped: list[_Part] = []
        for part in parts:
            if part.key is None or len(tokens[part.key]) <= limit:
                wrapped.append(part)
                continue
            begin = part.begin
            for piece in wrap(text[part.begin : part.end], min(_PART_TOKENS, limit), self._count):
                end = begin + len(piece.text)
                key = without_invisible(piece.text) if has_letters(piece.text) else None
                if key is not None and key not in tokens:
                    tokens.update(self._encode([key]))
                if key is not None and len(tokens[key]) > limit:
                    key = None  # one character longer than the limit: nothing can be done but to keep it
                gap = piece.gap if end + len(piece.gap) < part.end else piece.gap + part.gap
                wrapped.append(_Part(begin, end, key, gap))
                begin = end + len(piece.gap)
        return wrapped

    def _count(self, texts: Sequence[str]) -> list[int]:
        encoded = self._engine.source_tokenizer.encode([without_invisible(text) for text in texts])
        return [len(ids) for ids in encoded]

    def _assemble(
        self,
        text: str,
        parts: Sequence[_Part],
        tokens: dict[str, list[int]],
        hypotheses: dict[str, Hypothesis],
        outputs: dict[str, str],
        *,
        alignment: bool,
    ) -> Translation:
        written: list[str] = []
        length = 0
        segments: list[Segment] = []
        for number, part in enumerate(parts):
            key = part.key
            # A sentence that the model answers with nothing is kept, so that no line disappears.
            output = outputs[key] if key is not None else ""
            shown = output or text[part.begin : part.end]
            gap = part.gap
            if not gap and number + 1 < len(parts):
                gap = self._joint
            if key is not None:
                hypothesis = hypotheses[key]
                pairs = None
                if alignment and output:
                    pairs = self._align(
                        text[part.begin : part.end], part.begin, length, tokens[key], hypothesis, output
                    )
                segments.append(
                    Segment(
                        source=(part.begin, part.end),
                        target=(length, length + len(shown)),
                        complete=hypothesis.complete and bool(output),
                        log_probabilities=_floats(hypothesis),
                        alignment=pairs if pairs is not None else (() if alignment else None),
                    )
                )
            written += [shown, gap]
            length += len(shown) + len(gap)
        return Translation(
            text="".join(written),
            source=text,
            score=_mean([value for segment in segments for value in segment.log_probabilities or ()]),
            segments=tuple(segments),
            complete=all(segment.complete for segment in segments),
        )

    def _align(
        self, piece: str, begin: int, target_begin: int, source_ids: list[int], hypothesis: Hypothesis, output: str
    ) -> tuple[tuple[Span, Span], ...]:
        if hypothesis.alignment is None:
            return ()
        seen = without_invisible(piece)
        offsets = visible_offsets(piece)
        source_spans = token_spans(seen, self._engine.source_tokenizer.pieces(source_ids))
        target_spans = token_spans(output, self._engine.target_tokenizer.pieces(hypothesis.token_ids))
        pairs = align(
            hypothesis.alignment,
            words(seen, source_spans, unspaced=is_unspaced(self.direction.source)),
            words(output, target_spans, unspaced=is_unspaced(self.direction.target)),
        )
        return tuple(
            (
                (begin + offsets[first], begin + offsets[last - 1] + 1),
                (target_begin + target_first, target_begin + target_last),
            )
            for (first, last), (target_first, target_last) in pairs
        )


def as_texts(texts: Iterable[str], method: str) -> Iterable[str]:
    """The texts. Raises InputError for what is none, and for one text, which would be taken for its letters."""
    if isinstance(texts, (str, bytes)):
        raise InputError(
            f"`texts` is a `{type(texts).__name__}`, not a list of `str`", hint=f"write `{method}([text])`"
        )
    if not isinstance(texts, Iterable):
        raise InputError(f"`texts` is a `{type(texts).__name__}`, not an iterable of `str`")
    return texts


def require_strings(texts: Iterable[tuple[int, object]]) -> None:
    """Raise InputError, with every one, for what is no text."""
    reasons = [f"text {index} is of type `{type(text).__name__}`" for index, text in texts if not isinstance(text, str)]
    if reasons:
        raise InputError("only `str` can be translated", reasons=reasons)


def _one_line(text: str) -> str:
    """No line break that the source did not have may come out of a model."""
    return _LINE_BREAKS.sub(" ", text).strip()


def _floats(hypothesis: Hypothesis) -> tuple[float, ...] | None:
    if hypothesis.log_probabilities is None:
        return None
    return tuple(float(value) for value in hypothesis.log_probabilities)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def open_translator(
    source: str,
    target: str,
    *,
    model: str | None = None,
    threads: int | None = None,
    device: str = "auto",
    report: Reporter = silent,
) -> Translator:
    """Open the installed model that translates source to target, both BCP-47 tags.

    model: its id, or an artifact's folder; None for whichever is installed for the direction.
    threads: how many cores to use; None lets the engine choose.
    device: `auto`, `npu`, `gpu`, `cpu`, or one provider, as `openvino` or `qnn`.
    report: hears of it when a device fails and the next one takes over.
    Raises UsageError (a tag, threads, source equals target, a model for another task), DirectionError (not installed;
    the hint says what to pull), ModelNotFoundError, EngineError (the model does not open). Never opens a socket.
    """
    direction = Direction(normalise_tag(source), normalise_tag(target))
    if direction.source == direction.target:
        raise UsageError(f"source and target are both `{direction.source}`", hint="name two languages")
    if threads is not None and threads < 1:
        raise UsageError(f"`threads` is {threads}, not at least 1")
    from edgekit.store.installed import find_direction, find_translator

    if model is None:
        installed, served = find_direction(direction.source, direction.target), direction
    else:
        installed, served = find_translator(model, direction)
    from edgekit.engine.open import open_engine

    return Translator(
        direction, open_engine(installed, direction=served, threads=threads, device=device, report=report)
    )
