"""A glossary's words in translations of models that know nothing of glossaries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from edgekit.core.languages import Direction, base_language
from edgekit.core.marked import Mark, MarkedText
from edgekit.glossary.honoured import Report, Verdict, judge
from edgekit.glossary.plural import is_plural, plural
from edgekit.glossary.terms import Glossary, TermMatch
from edgekit.translate.segment import is_unspaced
from edgekit.translate.spans import Span
from edgekit.translate.translator import Translation

_SENTENCE_END = re.compile(r"(?:^|[.!?…:\n][\"'”’»)\]]*\s)[\s\"'“‘«(\[¿¡-]*\Z")
_FIRST_TO_LAST_LETTER = re.compile(r"\w(?:.*\w)?", re.DOTALL)
# Articles and prepositions: a model may align one with the term's word, and it must stay where it is. Of languages
# that are not here, words of one and two letters are taken for some.
_FUNCTION_WORDS = {
    "de": "am an auf bei bis das dem den der des die ein eine einem einen einer eines für im in mit und vom von"
    " zu zum zur",
    "en": "a an and as at by for from in into is of on or that the this to was with",
    "es": "a al con de del e el en es la las lo los o para por que se su sus un una unas unos y",
    "fr": "à au aux avec d de des du en est et l la le les ou par pour que sa se ses son sur un une",
    "it": "a ad ai al alla alle con da dal dalla dei del della delle di e ed gli i il in la le lo nel nella o per"
    " un una uno",
    "nl": "aan de een en het in is met of op te tot uit van voor",
    "pt": "a ao aos as até com como da das de do dos e em essa esse esta este um uma uns umas na nas no nos num numa o"
    " os ou para pela pelas pelo pelos por que se seu seus sua suas à às é",
}
_LONGEST_UNKNOWN_FUNCTION_WORD = 2


class Translates(Protocol):
    """What translates texts and says which words became which: a Translator."""

    @property
    def direction(self) -> Direction:
        """The language pair."""

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        """Translate every text, in order."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Put text in the place of a span of a translation, for a term."""

    span: Span
    text: str
    match: TermMatch


@dataclass(frozen=True, slots=True)
class Enforced:
    """A translation that had a glossary's words put in.

    text: the translation. verdicts: every term of the source and what became of it.
    edits: what was put in place of what, spans of `translation.text`; those of a masked text are not among them.
    masked: how many terms the model did not see but as a mask.
    """

    source: str
    text: str
    translation: Translation
    verdicts: tuple[Verdict, ...] = ()
    edits: tuple[Edit, ...] = ()
    masked: int = 0


def enforce(translator: Translates, texts: Iterable[str], glossary: Glossary) -> list[Enforced]:
    """Translate texts with a glossary's words in them.

    A term that the model honours by itself stays as the model wrote it. Else the words that the term became, by the
    model's own alignment, give place to the glossary's. Texts where that did not help are translated again with a
    mask in the term's place, and that is taken where it honours more terms.
    Measured in `benchmarks/terms.py`.
    Raises what the translator raises.
    """
    listed = list(texts)
    matches = [glossary.matches(text) for text in listed]
    # Alignment costs a third more time: only where there is something to align. What stands beside a text in a batch
    # never changes its translation.
    with_terms = [number for number, found in enumerate(matches) if found]
    without = [number for number, found in enumerate(matches) if not found]
    translations = dict(
        zip(with_terms, translator.translate([listed[at] for at in with_terms], alignment=True), strict=True)
    )
    translations |= dict(zip(without, translator.translate([listed[at] for at in without]), strict=True))
    results = [_fill(translations[at], found, glossary.direction) for at, found in enumerate(matches)]
    missed = [number for number, result in enumerate(results) if not all(one.honoured for one in result.verdicts)]
    if missed:
        masks = [_masked(results[number]) for number in missed]
        again = translator.translate([mask.text for mask in masks], alignment=True)
        for number, mask, translation in zip(missed, masks, again, strict=True):
            result = mask.unmasked(translation, listed[number], glossary.direction)
            if _count(result) > _count(results[number]):
                results[number] = result
    return results


def report_of(results: Iterable[Enforced], glossary: Glossary) -> Report:
    """How many terms were honoured, where not, and the conflicts of the glossary."""
    listed = [(number, verdict) for number, result in enumerate(results) for verdict in result.verdicts]
    missed = tuple((number, verdict) for number, verdict in listed if not verdict.honoured)
    return Report(len(listed) - len(missed), len(listed), missed, glossary.conflicts)


def edits_for(
    source: str,
    target: str,
    alignment: Sequence[tuple[Span, Span]],
    matches: Sequence[TermMatch],
    direction: Direction,
) -> list[Edit]:
    """What to put where in a translation so that every term of its source is honoured, in order, without overlaps.

    alignment: (source span, target span) of words, in code points of source and target.
    A term that is honoured already, or whose words have no counterpart, has no edit.
    """
    verdicts = judge(matches, target, direction)
    missing = Counter(verdict.match.term for verdict in verdicts if not verdict.honoured)
    # Of a term that is there twice and honoured once, the verdicts do not say which one is.
    taken = [verdict.target for verdict in verdicts if verdict.target is not None]
    edits: list[Edit] = []
    for match in matches:
        if not missing[match.term]:
            continue
        span = _counterpart(match.span, target, alignment, direction.target)
        if span is None or any(span[0] < end and begin < span[1] for begin, end in taken):
            continue
        missing[match.term] -= 1
        taken.append(span)
        edits.append(Edit(span, in_form(match, source, direction, starts=_starts(target, span[0])), match))
    return sorted(edits, key=lambda edit: edit.span)


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made; edits in order, without overlaps."""
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += [text[done : edit.span[0]], edit.text]
        done = edit.span[1]
    return "".join([*parts, text[done:]])


def marked(
    text: str, matches: Sequence[TermMatch], direction: Direction, *, prefix: str = "term"
) -> tuple[MarkedText, dict[str, str]]:
    """The text with a `keep` mark on every term, and by the marks' names what is to stand there in the translation.

    For a translator that carries marks through (`edgekit.translate.careful`): the name of a mark is the prefix and the
    number of the match. Terms that are not to be translated need no more than this.
    """
    marks = tuple(
        Mark(match.span[0], match.span[1], "keep", f"{prefix}{number}") for number, match in enumerate(matches)
    )
    return MarkedText(text, marks), {
        mark.name: in_form(match, text, direction, starts=False) for mark, match in zip(marks, matches, strict=True)
    }


def in_form(match: TermMatch, source: str, direction: Direction, *, starts: bool) -> str:
    """The term's target with the capitals and the number that its occurrence in source asks for.

    starts: whether it is to begin a sentence of the translation. A term in capitals gives one in capitals; one with a
    capital where no sentence begins (a name, a title) gives one with a capital.
    """
    found, term = source[slice(*match.span)], match.term
    if term.keep:
        return found
    target = plural(term.target, direction.target) if is_plural(term.source, found, direction.source) else term.target
    if len(found) > 1 and found.isupper() and not term.source.isupper():
        return target.upper()
    named = found[:1].isupper() and not term.source[:1].isupper() and not _starts(source, match.span[0])
    return target[:1].upper() + target[1:] if starts or named else target


def _starts(text: str, index: int) -> bool:
    """Whether a sentence begins there."""
    return _SENTENCE_END.search(text[max(0, index - 20) : index]) is not None


def _counterpart(span: Span, target: str, alignment: Sequence[tuple[Span, Span]], language: str) -> Span | None:
    """The words of the translation that those of a span became: the longest run of them, less its articles."""
    runs: list[list[Span]] = []
    for (begin, end), (target_begin, target_end) in sorted(alignment, key=lambda pair: pair[1]):
        letters = _FIRST_TO_LAST_LETTER.search(target, target_begin, target_end)
        if begin >= span[1] or end <= span[0] or letters is None:
            continue
        if runs and not target[runs[-1][-1][1] : letters.start()].strip():
            runs[-1].append(letters.span())
        else:
            runs.append([letters.span()])
    best: Span | None = None
    for run in runs:
        while run and _is_function_word(target[slice(*run[0])], language):
            del run[0]
        while run and _is_function_word(target[slice(*run[-1])], language):
            del run[-1]
        if run and (best is None or run[-1][1] - run[0][0] > best[1] - best[0]):
            best = run[0][0], run[-1][1]
    return best


def _is_function_word(word: str, language: str) -> bool:
    if is_unspaced(language):
        return False
    known = _function_words(base_language(language))
    return word.casefold() in known if known else len(word) <= _LONGEST_UNKNOWN_FUNCTION_WORD


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(_FUNCTION_WORDS.get(language, "").split())


def _fill(translation: Translation, matches: Sequence[TermMatch], direction: Direction) -> Enforced:
    source, target = translation.source, translation.text
    if not matches:
        return Enforced(source, target, translation)
    alignment = [pair for segment in translation.segments for pair in segment.alignment or ()]
    edits = edits_for(source, target, alignment, matches, direction)
    text = apply(target, edits)
    return Enforced(source, text, translation, tuple(judge(matches, text, direction)), tuple(edits))


def _count(result: Enforced) -> int:
    return sum(verdict.honoured for verdict in result.verdicts)


@dataclass(frozen=True, slots=True)
class _Masked:
    """A source text with masks for some of its terms, and those that it still has."""

    text: str
    masks: tuple[tuple[str, TermMatch], ...]
    matches: tuple[TermMatch, ...]
    left: tuple[TermMatch, ...]

    def unmasked(self, translation: Translation, source: str, direction: Direction) -> Enforced:
        alignment = [pair for segment in translation.segments for pair in segment.alignment or ()]
        edits = edits_for(self.text, translation.text, alignment, self.left, direction)
        text = apply(translation.text, edits)
        for mask, match in self.masks:
            at = text.find(mask)
            if at >= 0:
                text = text[:at] + in_form(match, source, direction, starts=_starts(text, at)) + text[at + len(mask) :]
        return Enforced(
            source, text, translation, tuple(judge(self.matches, text, direction)), tuple(edits), len(self.masks)
        )


def _masked(result: Enforced) -> _Masked:
    source, parts, done, shift = result.source, [], 0, 0
    masks: list[tuple[str, TermMatch]] = []
    left: list[TermMatch] = []
    missed = {verdict.match.term for verdict in result.verdicts if not verdict.honoured}
    for match in (verdict.match for verdict in result.verdicts):
        begin, end = match.span
        if match.term not in missed:
            left.append(TermMatch((begin + shift, end + shift), match.term))
            continue
        mask = _mask(len(masks), source)
        masks.append((mask, match))
        parts += [source[done:begin], mask]
        shift += len(mask) - (end - begin)
        done = end
    text = "".join([*parts, source[done:]])
    return _Masked(text, tuple(masks), tuple(verdict.match for verdict in result.verdicts), tuple(left))


def _mask(number: int, source: str) -> str:
    """A word that models copy: `XQ7Z` came through 96 to 98 % of the time, en→pt and pt→en."""
    mask = f"XQ{number + 3}Z"
    while mask in source:
        number += 10
        mask = f"XQ{number + 3}Z"
    return mask
