"""A glossary's words in translations of models that know nothing of glossaries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from edgekit.core.languages import Direction, base_language
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.core.segments import Span
from edgekit.glossary.honoured import judge
from edgekit.glossary.plural import is_plural, plural
from edgekit.glossary.terms import TermMatch
from edgekit.translate.careful import CarefulTranslation
from edgekit.translate.segment import is_unspaced
from edgekit.translate.shifting import realigned, replaced

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
_PREFIX = "term:"


@dataclass(frozen=True, slots=True)
class Edit:
    """Put text in the place of a span of a translation, for a term."""

    span: Span
    text: str
    match: TermMatch


def enforced(
    texts: Sequence[MarkedText],
    results: Sequence[CarefulTranslation],
    matches: Sequence[Sequence[TermMatch]],
    direction: Direction,
    translate: Callable[[Sequence[MarkedText]], list[CarefulTranslation]],
) -> dict[int, CarefulTranslation]:
    """The results that have terms, by index, with a glossary's words in them.

    results: of texts, made with alignment where there are matches.  translate: makes others, with alignment.
    A term that the model honours by itself stays as the model wrote it. Else the words that it became, by the model's
    own alignment, give place to the glossary's. Texts where that did not help are translated again with a mask in the
    place of the terms that are missing, and that is taken where it honours more of them.
    Measured in `benchmarks/terms.py`.
    """
    placed = {at: _edited(one, matches[at], direction) for at, one in enumerate(results) if matches[at]}
    masked = {}
    for at, one in placed.items():
        missed = {verdict.match.term for verdict in judge(matches[at], one.text, direction) if not verdict.honoured}
        if missed:
            masked[at] = _masked(texts[at], [match for match in matches[at] if match.term in missed])
    for at, one in zip(masked, translate([masked[at][0] for at in masked]), strict=True):
        filled = _filled(one, masked[at][1], matches[at], direction)
        if _count(filled, matches[at], direction) > _count(placed[at], matches[at], direction):
            placed[at] = filled
    return placed


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


def _edited(one: CarefulTranslation, matches: Sequence[TermMatch], direction: Direction) -> CarefulTranslation:
    """With the words that the terms became, by the alignment, replaced."""
    edits = _edits(one, matches, direction)
    return _with_words(one, edits) if edits else one


def _with_words(one: CarefulTranslation, edits: Sequence[tuple[Span, str]]) -> CarefulTranslation:
    """The result with other words in some spans of its text; what is aligned with them goes along."""
    same = one.translation.text == one.marked.text
    translation = realigned(one.translation, edits) if same else one.translation
    return replace(one, marked=replaced(one.marked, edits), translation=translation)


def _edits(
    one: CarefulTranslation, matches: Sequence[TermMatch], direction: Direction
) -> list[tuple[tuple[int, int], str]]:
    """What to put where; what has to stay is never touched."""
    pairs = [pair for segment in one.translation.segments for pair in segment.alignment or ()]
    keeps = [mark for mark in one.marked.marks if mark.kind == "keep"]
    return [
        (edit.span, edit.text)
        for edit in edits_for(one.source.text, one.text, pairs, matches, direction)
        if not any(edit.span[0] < mark.end and mark.begin < edit.span[1] for mark in keeps)
    ]


def _masked(text: MarkedText, matches: Sequence[TermMatch]) -> tuple[MarkedText, dict[str, TermMatch]]:
    """The text with a `keep` on each term that is not in another one, and the terms by the names of these marks."""
    keeps = [mark for mark in text.marks if mark.kind == "keep"]
    free = {
        f"{_PREFIX}{number}": match
        for number, match in enumerate(matches)
        if not any(match.span[0] < mark.end and mark.begin < match.span[1] for mark in keeps)
    }
    marks = [Mark(*match.span, "keep", name) for name, match in free.items()]
    return MarkedText(text.text, in_order([*text.marks, *marks])), free


def _filled(
    one: CarefulTranslation, masked: Mapping[str, TermMatch], matches: Sequence[TermMatch], direction: Direction
) -> CarefulTranslation:
    """With the glossary's words where their marks came out, and the other terms where the alignment says.

    Nobody else sees these marks.
    """
    came = [mark for mark in one.marked.marks if mark.name in masked]
    behind = [*masked.values()]
    edits = _edits(one, [match for match in matches if match not in behind], direction)
    for mark in came:
        words = in_form(masked[mark.name], one.source.text, direction, starts=_starts(one.text, mark.begin))
        edits.append(((mark.begin, mark.end), words))
    one = _with_words(one, edits)
    kept = max(0, one.kept - len(came))
    return replace(
        one,
        source=MarkedText(one.source.text, tuple(mark for mark in one.source.marks if mark.name not in masked)),
        marked=MarkedText(one.text, tuple(mark for mark in one.marked.marks if mark.name not in masked)),
        kept=kept,
        repaired=min(one.repaired, kept),
    )


def _count(one: CarefulTranslation, matches: Sequence[TermMatch], direction: Direction) -> int:
    """How many terms are honoured; a text that had to be left as it was counts for less."""
    return sum(verdict.honoured for verdict in judge(matches, one.text, direction)) - one.left
