"""The texts an answer is graded by: as written, in usual spelling, translated, in Latin letters; with the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from edgekit.core.languages import base_language
from edgekit.grading.injection import without_instructions
from edgekit.grading.intake import Intake, places
from edgekit.grading.spelling import Vocabulary, changes
from edgekit.grading.variety import Variety
from edgekit.identify.romanize import romanize
from edgekit.identify.scripts import scripts_of_language
from edgekit.quiz.model import Question

if TYPE_CHECKING:
    from edgekit.core.segments import Translation

ViewName: TypeAlias = Literal["written", "spelling", "translated", "romanised"]

Translate: TypeAlias = Callable[[str, str, str], "Translation | None"]
"""(text, source language, target language) -> the translation with its alignment; None where no model is installed."""


# Of these the encoder has tokens (XLM-R's), so Latin letters only mislead it: 24 lines of FLORES dev in Hindi, Arabic
# and Amharic are their English ones with .97, .96 and .94 as written, with .77, .76 and .73 where these were beside it.
# Of other scripts (Tibetan, Tifinagh, N'Ko) every word is one unknown token.
_READ = frozenset(
    [
        *("Latn", "Cyrl", "Grek", "Armn", "Geor", "Arab", "Hebr", "Ethi", "Hani", "Hira", "Kana", "Hang"),
        *("Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh"),
        *("Thai", "Laoo", "Mymr", "Khmr"),
    ]
)


@dataclass(frozen=True, slots=True)
class View:
    """A text to compare with the references, and where each of its characters is in the original.

    at: as Intake.at, one entry more than text has characters, never going back.
    ends: where the original's piece that a character came from ends; what text[b:e] came from is
        original[at[b]:ends[e - 1]], which `span` gives.
    links: of a translation, spans of text with the spans of the original that they were translated from.
    """

    name: ViewName
    text: str
    at: Sequence[int]
    ends: Sequence[int]
    links: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """The span of the original that text[begin:end] came from; of a translation that of its aligned words."""
        begin, end = max(0, begin), min(end, len(self.text))
        if begin >= end:
            place = self.at[min(begin, len(self.text))]
            return place, place
        aligned = [theirs for mine, theirs in self.links if mine[0] < end and begin < mine[1] and theirs[0] < theirs[1]]
        if aligned:
            return min(first for first, _ in aligned), max(last for _, last in aligned)
        return self.at[begin], max(self.at[begin], self.ends[end - 1])


def make_views(
    intake: Intake, question: Question, variety: Variety, *, translate: Translate | None = None
) -> tuple[View, ...]:
    """The views of an answer that differ: `written` always and first, the others where they say something else.

    What speaks to the grader is in none of them; in Latin letters is what is in a script that no encoder here reads.
    translate: see Translate; `wanted_translation` says whether it is called, and with which languages. Raises what
    translate raises.
    """
    written = _written(intake, question)
    views = [written]
    target = base_language(question.language)
    respelled = _respelled(written, Vocabulary.of(question), variety)
    if respelled.text != written.text:
        views.append(respelled)
    direction = wanted_translation(question, variety)
    if translate is not None and direction is not None and written.text.strip():
        # Abbreviations are written out for the translator; words of the question's language would only mislead it.
        plain = _respelled(written, Vocabulary((), (direction[0],)), variety)
        translation = translate(plain.text, *direction)
        if translation is not None and translation.text.strip() and translation.text != plain.text:
            views.append(_translated(plain, translation))
    is_other = variety.script and variety.script not in scripts_of_language(target)
    if is_other and variety.script not in _READ and written.text.strip():
        romanised = _romanised(written, variety)
        if romanised.text != written.text:
            views.append(romanised)
    return tuple(views)


def wanted_translation(question: Question, variety: Variety) -> tuple[str, str] | None:
    """(source, target) of the translation that an answer of a variety needs: into the language of the question.

    None where all of it is in languages that the question has wordings in. Of a mix the other language that has most
    of it, so that a translator that knows mixes can leave the rest alone.
    """
    target = base_language(question.language)
    have = {base_language(tag) for tag in (question.language, *question.references)}
    have |= {base_language(tag) for criterion in question.criteria for tag in criterion.statement}
    tags = [base_language(tag) for tag in variety.tag.split("+")]
    foreign = [tag for tag in dict.fromkeys(tags) if tag not in have and tag != target]
    if not foreign:
        return None
    return max(foreign, key=lambda tag: (variety.shares.get(tag, 0.0), tag)), target


def _written(intake: Intake, question: Question) -> View:
    """The text without what speaks to the grader; a space stands for what is left out between words."""
    known = [*question.text.values(), *(text for texts in question.references.values() for text in texts)]
    text: list[str] = []
    at: list[int] = []
    ends: list[int] = []
    for begin, end in without_instructions(intake.text, " ".join(known)):
        if text and not text[-1].isspace() and not intake.text[begin].isspace():
            text.append(" ")
            at.append(ends[-1])
            ends.append(ends[-1])
        for place in range(begin, end):
            first, last = intake.span(place, place + 1)
            text.append(intake.text[place])
            at.append(first)
            ends.append(max(first, last))
    return View("written", "".join(text), places((*at, intake.at[-1])), places(ends))


def _respelled(view: View, vocabulary: Vocabulary, variety: Variety) -> View:
    text: list[str] = []
    at: list[int] = []
    ends: list[int] = []
    done = 0
    for change in changes(view.text, vocabulary, variety.tag.split("+")):
        _copy(view, done, change.begin, text, at, ends)
        word = change.word.capitalize() if view.text[change.begin].isupper() else change.word
        begin, end = view.span(change.begin, change.end)
        text.append(word)
        at += [begin] * len(word)
        ends += [end] * len(word)
        done = change.end
    _copy(view, done, len(view.text), text, at, ends)
    return View("spelling", "".join(text), places((*at, view.at[-1])), places(ends))


def _copy(view: View, begin: int, end: int, text: list[str], at: list[int], ends: list[int]) -> None:
    text.append(view.text[begin:end])
    at += view.at[begin:end]
    ends += view.ends[begin:end]


def _romanised(view: View, variety: Variety) -> View:
    language = max(sorted(variety.shares), key=lambda tag: variety.shares[tag], default=None)
    found = romanize(view.text, language)
    pairs = [view.span(begin, end) for begin, end in found.spans]
    begins = places((*(begin for begin, _ in pairs), view.at[-1]))
    return View("romanised", found.text, begins, places(end for _, end in pairs))


def _translated(view: View, translation: Translation) -> View:
    """Characters lead to the sentence that they are the translation of, links to its words."""
    begins = [view.at[0]] * len(translation.text)
    ends = [view.at[-1]] * len(translation.text)
    links: list[tuple[tuple[int, int], tuple[int, int]]] = []
    in_order = all(
        one.source[0] <= other.source[0] and one.target[0] <= other.target[0]
        for one, other in pairwise(translation.segments)
    )
    for segment in translation.segments:
        for target, source in _aligned(segment.alignment):
            links.append((target, view.span(*source)))
        if in_order:
            begin, end = view.span(*segment.source)
            for place in range(segment.target[0], len(begins)):
                begins[place] = begin
                ends[place] = max(begin, end)
    return View("translated", translation.text, places((*begins, view.at[-1])), places(ends), tuple(links))


def _aligned(
    alignment: Iterable[tuple[tuple[int, int], tuple[int, int]]] | None,
) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
    """(target span, source span) of what a segment has as (source span, target span)."""
    return ((target, source) for source, target in alignment or ())
