"""Texts that mix languages: foreign words are put into the text's own language before it is translated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from edgekit.core.characters import has_letters
from edgekit.core.closing import Closing
from edgekit.core.events import Reporter, silent
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction, base_language
from edgekit.core.segments import Segment, Span, Translation
from edgekit.engine.base import Tokenizer
from edgekit.identify.mixed import LanguageSpan, foreign_spans
from edgekit.translate.pivot import TextTranslator, open_direct_or_pivot
from edgekit.translate.segment import is_unspaced, split

_QUOTED = re.compile(r"""["“„«]([^"“”„«»\n]*)["“”»]|(?<!\w)['‘]((?:[^'‘’\n]|(?<=\w)['’](?=\w))*)['’](?!\w)""")
_LONGEST_QUOTATION = 2_000

# What to do with a foreign span inside a sentence, by `benchmarks/mixing.py` on FLORES dev lines 300 to 600 in which
# four to eight words were replaced by their translation; chrF en→pt / pt→en: 67.3 / 70.5 as they are, 68.3 / 69.8
# translated around, 68.4 / 70.1 behind a mask, 70.2 / 70.6 put into the sentence's language first (71.2 / 71.6 before
# the words were replaced). So the sentence stays whole, and is in one language when the model sees it. Lines 0 to 300,
# by which it was chosen, say the same but for pt→en, where it is 0.1 behind leaving them.


@dataclass(frozen=True, slots=True)
class Mixed:
    """A translation, and which parts of its source were in another language.

    spans: what was routed.  findings: the same, for a person, with what was done.
    """

    translation: Translation
    spans: tuple[LanguageSpan, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence of a text with what follows it.

    shown: what is translated, the source itself but for routed spans; direction: by what, None where it stays.
    edits: (span of the source, span of shown) of what was replaced, in order, both within the sentence.
    """

    begin: int
    end: int
    gap: str
    shown: str
    direction: Direction | None
    edits: tuple[tuple[Span, Span], ...] = ()


class MixedTranslator(Closing):
    """A translator for texts in which other languages occur; what has none is translated exactly as without it."""

    def __init__(
        self,
        main: TextTranslator,
        directions: Iterable[Direction],
        open_direction: Callable[[Direction], TextTranslator],
    ) -> None:
        """main: closed with this.  directions: all that can be translated; open_direction: opens one when needed."""
        self.direction = main.direction
        self._main = main
        self._open = open_direction
        self._opened: dict[Direction, TextTranslator] = {}
        source, target = base_language(main.direction.source), base_language(main.direction.target)
        by_ends = {(base_language(one.source), base_language(one.target)): one for one in sorted(directions)}
        self._into_source = {begin: one for (begin, end), one in by_ends.items() if end == source}
        self._into_target = {begin: one for (begin, end), one in by_ends.items() if end == target and begin != source}
        languages = {**self._into_source, **self._into_target, target: None}
        self._languages = sorted(languages.keys() - {source})
        self._joint = " " if is_unspaced(main.direction.source) and not is_unspaced(main.direction.target) else ""

    @property
    def source_tokenizer(self) -> Tokenizer:
        """What cuts the source into the model's tokens."""
        return self._main.source_tokenizer

    def close(self) -> None:
        """Free the model and every other that was opened."""
        with ExitStack() as stack:
            stack.callback(self._main.close)
            for translator in self._opened.values():
                stack.callback(translator.close)
            self._opened = {}

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        """The translations of translate_mixed alone: for whatever takes a Translator."""
        return [one.translation for one in self.translate_mixed(texts, scores=scores, alignment=alignment)]

    def translate_mixed(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Mixed]:
        """Translate every text; as many results, in the order of texts.

        A span of at least four words that is surely in another language is put into the source language by a model
        that does that, and the sentence is translated whole; where no model does, it stays. A sentence that is all in
        the target language is left; one that is all in a third is translated by that language's own model.
        Segments and alignment point into the texts as they were given; words of a replaced span to the whole span.
        """
        listed = list(texts)
        found = [foreign_spans(text, self.direction.source, self._languages) for text in listed]
        plans = [self._plan(text, spans) if spans else [] for text, spans in zip(listed, found, strict=True)]
        done = self._translate_pieces(listed, plans, scores=scores, alignment=alignment)
        results: list[Mixed] = []
        for text, spans, plan in zip(listed, found, plans, strict=True):
            if not plan:
                results.append(Mixed(done[text, self.direction]))
                continue
            translated = [
                Translation(one.shown, one.shown) if one.direction is None else done[one.shown, one.direction]
                for one in plan
            ]
            joined = _joined(text, plan, translated, self._joint)
            results.append(Mixed(joined, tuple(spans), tuple(self._finding(text, span, plan) for span in spans)))
        return results

    def kept_spans(self, text: str) -> list[Span]:
        """What stands inside a sentence in another language and is in the target language already, in order.

        A CarefulTranslator carries it through; without one it is put into the source language and back as the others.
        """
        target = base_language(self.direction.target)
        spans = foreign_spans(text, self.direction.source, self._languages)
        spans = [span for span in spans if base_language(span.tag) == target]
        found: list[Span] = []
        begin = 0
        for sentence in split(text, self.direction.source) if spans else ():
            end = begin + len(sentence.text)
            for span in spans:
                first, last = max(span.begin, begin), min(span.end, end)
                if first < last and not _is_all(text[begin:end], first - begin, last - begin):
                    found.append(_quotation(text, first, last))
            begin = end + len(sentence.gap)
        return found

    def _translate_pieces(
        self, texts: Sequence[str], plans: Sequence[Sequence[_Piece]], *, scores: bool, alignment: bool
    ) -> dict[tuple[str, Direction], Translation]:
        """Every text without a plan and every piece of the others, those of one direction together."""
        wanted = dict.fromkeys((text, self.direction) for text, plan in zip(texts, plans, strict=True) if not plan)
        wanted.update(dict.fromkeys((one.shown, one.direction) for plan in plans for one in plan if one.direction))
        done: dict[tuple[str, Direction], Translation] = {}
        for direction in dict.fromkeys(direction for _, direction in wanted):
            keys = [text for text, one in wanted if one == direction]
            results = self._translator(direction).translate(keys, scores=scores, alignment=alignment)
            done.update(zip([(key, direction) for key in keys], results, strict=True))
        return done

    def _translator(self, direction: Direction) -> TextTranslator:
        if direction == self.direction:
            return self._main
        if direction not in self._opened:
            self._opened[direction] = self._open(direction)
        return self._opened[direction]

    def _plan(self, text: str, spans: Sequence[LanguageSpan]) -> list[_Piece]:
        plan: list[_Piece] = []
        begin = 0
        for sentence in split(text, self.direction.source):
            end = begin + len(sentence.text)
            inside = [
                LanguageSpan(max(one.begin, begin), min(one.end, end), one.tag)
                for one in spans
                if one.begin < end and one.end > begin
            ]
            plan.append(self._piece(text, begin, end, sentence.gap, inside))
            begin = end + len(sentence.gap)
        return plan

    def _piece(self, text: str, begin: int, end: int, gap: str, spans: Sequence[LanguageSpan]) -> _Piece:
        sentence = text[begin:end]
        if len(spans) == 1 and _is_all(sentence, spans[0].begin - begin, spans[0].end - begin):
            language = base_language(spans[0].tag)
            if language == base_language(self.direction.target):
                return _Piece(begin, end, gap, sentence, None)
            if language in self._into_target:
                return _Piece(begin, end, gap, sentence, self._into_target[language])
        shown: list[str] = []
        edits: list[tuple[Span, Span]] = []
        at = begin
        length = 0
        for span in spans:
            direction = self._into_source.get(base_language(span.tag))
            if direction is None:
                continue
            (translation,) = self._translator(direction).translate([text[span.begin : span.end]])
            put = _fitted(translation.text, text[span.begin : span.end])
            shown += [text[at : span.begin], put]
            length += span.begin - at
            edits.append(((span.begin - begin, span.end - begin), (length, length + len(put))))
            length += len(put)
            at = span.end
        return _Piece(begin, end, gap, "".join([*shown, text[at:end]]), self.direction, tuple(edits))

    def _finding(self, text: str, span: LanguageSpan, plan: Sequence[_Piece]) -> Finding:
        piece = next(one for one in plan if one.begin <= span.begin < one.end)
        if piece.direction is None:
            done = "was left"
        elif piece.direction != self.direction:
            done = f"was translated by {piece.direction}"
        elif piece.edits:
            done = f"was put into `{self.direction.source}` first"
        else:
            done = "was translated as if it were not"
        shown = " ".join(text[span.begin : span.end].split())
        shown = shown if len(shown) <= 40 else shown[:39].rstrip() + "…"
        return Finding("language", f"`{shown}` is in `{span.tag}` and {done}", source=(span.begin, span.end))


def open_mixed_translator(
    source: str, target: str, *, threads: int | None = None, device: str = "auto", report: Reporter = silent
) -> MixedTranslator:
    """A translator for source texts with words of other languages in them; see open_direct_or_pivot for the rest.

    Foreign words are translated by what is installed for their own direction, opened when it is first needed.
    """
    from edgekit.store.installed import find_directions

    def opened(direction: Direction) -> TextTranslator:
        return open_direct_or_pivot(direction.source, direction.target, threads=threads, device=device, report=report)

    return MixedTranslator(opened(Direction(source, target)), find_directions(), opened)


def _quotation(text: str, begin: int, end: int) -> Span:
    """The quotation that is the same as a span but for a third of the words: `as` and `come` are English too."""
    for match in _QUOTED.finditer(text, max(0, begin - _LONGEST_QUOTATION)):
        first, last = match.span(match.lastindex or 0)
        if first >= end:
            break
        common = len(text[max(begin, first) : min(end, last)].split()) if last > begin else 0
        if 3 * common >= 2 * max(len(text[begin:end].split()), len(text[first:last].split())):
            return first, last
    return begin, end


def _is_all(sentence: str, begin: int, end: int) -> bool:
    return not has_letters(sentence[:begin] + sentence[end:])


def _fitted(translated: str, source: str) -> str:
    """A translated span as it stands inside a sentence: the first letter small and no full stop where it had none."""
    text = translated.strip()
    if source[:1].islower():
        text = text[:1].lower() + text[1:]
    if source[-1:] not in ".。።।":
        text = text.rstrip(".。።।")
    return text or source


def _joined(text: str, plan: Sequence[_Piece], translated: Sequence[Translation], joint: str) -> Translation:
    written: list[str] = []
    segments: list[Segment] = []
    length = 0
    for number, (piece, result) in enumerate(zip(plan, translated, strict=True)):
        gap = piece.gap or (joint if number + 1 < len(plan) else "")
        for segment in result.segments:
            pairs = segment.alignment
            if pairs is not None:
                pairs = tuple((_source_span(piece, one), (a + length, b + length)) for one, (a, b) in pairs)
            begin, end = segment.target
            segments.append(
                replace(
                    segment,
                    source=_source_span(piece, segment.source),
                    target=(begin + length, end + length),
                    alignment=pairs,
                )
            )
        written += [result.text, gap]
        length += len(result.text) + len(gap)
    values = [value for segment in segments for value in segment.log_probabilities or ()]
    return Translation(
        text="".join(written),
        source=text,
        score=sum(values) / len(values) if values else None,
        segments=tuple(segments),
        complete=all(segment.complete for segment in segments),
    )


def _source_span(piece: _Piece, span: Span) -> Span:
    """Where a span of what was translated lies in the text."""
    return piece.begin + _source_place(piece, span[0], last=False), piece.begin + _source_place(
        piece, span[1], last=True
    )


def _source_place(piece: _Piece, place: int, *, last: bool) -> int:
    shift = 0
    for (begin, end), (shown_begin, shown_end) in piece.edits:
        if place < shown_begin or (last and place == shown_begin):
            break
        if place < shown_end or (last and place == shown_end):
            return end if last else begin
        shift = end - shown_end
    return place + shift
