"""Segments with something between two words of theirs, read without it where the model likes that more.

`The teacher asked {name} the children` is a worse sentence for the mask that is read as a word of it, `Hello {name} and
welcome` a worse one without. Which of the two a model finds more likely is in its own probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from edgekit.core.characters import has_letters
from edgekit.core.marked import Mark, MarkedText
from edgekit.core.segments import Span, Translation
from edgekit.projection.marks import project_marks
from edgekit.protect.edits import Edit, Edited
from edgekit.protect.gaps import SHORT_GAP
from edgekit.protect.masks import MaskForm
from edgekit.protect.quantities import localised
from edgekit.protect.verify import in_same_order
from edgekit.translate.ladder import Outcome, Translate, with_masks
from edgekit.translate.prepared import Prepared, Soft

# In natural logarithms a token. Firefox en→pt / pt→en, `{name}` put into FLORES dev 1-500: the other words lose 0.90 /
# 0.53 chrF with one reading, 0.41 / 0.24 with two; where it stands for a name (241 / 316 lines of FLORES and NTREX) all
# words lose 0.15 / 0.20, and 561 messages of programs gain 0.09 / 0.01.
_MARGIN = 0.005
# A preposition that has become nothing had its noun in what was left out, an article has none: where no such reading
# is taken pt→en loses 0.34 with `{name}`; with the margin of all, en→pt loses 0.19, not 0.15, in names.
_UNLINKED = 0.02
# A gap that the model is shown is masked where the model likes that more, and left out with this margin: gaps put into
# 500 lines lose 0.30 / 0.27 chrF of 0.89 / 0.69, and gain 0.13 / 0.28 where they stand for a name; without the masks
# 0.23 / 0.33, and 0.06 gained / 0.10 lost.
_GAP_MARGIN = 0.007
# In natural logarithms of the whole sentence. A quantity is words that the model reads, nearly always right ones, and
# what it costs grows with them and not with the sentence. Put into 500 lines where none belongs it costs 1.61 / 0.86
# chrF where it always stays, 0.60 / 0.28 with this margin, 0.73 / 0.37 with 0.6; of 42 / 28 sentences with one where it
# belongs (`Heat the water to 80 °C before ...`) 14 / 4 change by it, and 11 / 2. A mean of 0.007 a token, with a
# third reading behind a mask, cost 0.60 / 0.28, and 22 / 6 of the sentences changed: `Despeje a água 250 mL no copo`.
_QUANTITY_MARGIN = 0.4
# Of `5 to 8 cm` and `12 km or 8 miles` a number is no thing by itself.
_WORDS_WITHOUT_DIGITS = 2


@dataclass(frozen=True, slots=True)
class _Item:
    """What is left out: its span in the segment's text, and the unit that it is, None for a quantity."""

    begin: int
    end: int
    unit: int | None


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment that has a second reading: where its outcome is, the items, and the way to its text without them."""

    text: int
    outcome: int
    whole: str
    items: tuple[_Item, ...]
    edited: Edited

    @property
    def has_gap(self) -> bool:
        """Whether the model is shown a gap."""
        return any(self.whole[item.begin : item.end] == SHORT_GAP for item in self.items)

    @property
    def has_quantity(self) -> bool:
        """Whether the model is shown a quantity."""
        return any(item.unit is None for item in self.items)


def has_readings(prepared: Prepared) -> bool:
    """Whether a segment of a text may have a second reading, for which probabilities are needed."""
    text = prepared.model.text
    return any(
        _is_between(text, *span) for span in (*prepared.unit_spans, *((keep.begin, keep.end) for keep in prepared.soft))
    )


def choose_readings(
    texts: Sequence[tuple[Prepared, list[Outcome]]], form: MaskForm, translate: Translate
) -> list[list[Outcome]]:
    """The outcomes, of each segment the one that the model likes more: with what is protected in it, or without.

    Gaps, which the model is shown, have a third reading with masks of this form.
    Only segments in which all of that stands between two words have a second reading, and it is one more translation.
    What was left out is put where the alignment says. outcomes: with log-probabilities; those without stay.
    """
    chosen = [list(outcomes) for _, outcomes in texts]
    segments = [one for at, (prepared, outcomes) in enumerate(texts) for one in _segments(at, prepared, outcomes)]
    translations = translate([one.edited.text for one in segments], True) if segments else []
    gaps = [one for one in segments if one.has_gap]
    masked = iter(with_masks([(texts[one.text][0], texts[one.text][1][one.outcome]) for one in gaps], form, translate))
    for one, translation in zip(segments, translations, strict=True):
        prepared, outcomes = texts[one.text]
        outcome = outcomes[one.outcome]
        if one.has_gap and (other := next(masked)) is not None and _likelihood(other) > _likelihood(outcome):
            outcome = other
        pairs = _pairs(one, translation)
        if _is_liked_more(translation, outcome, one, pairs):
            outcome = _put_back(prepared, outcome, one, translation, pairs) or outcome
        chosen[one.text][one.outcome] = outcome
    return chosen


def without_scores(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """As where nobody asked for probabilities."""
    return [
        one if one.segment is None else replace(one, segment=replace(one.segment, log_probabilities=None))
        for one in outcomes
    ]


def _segments(at: int, prepared: Prepared, outcomes: Sequence[Outcome]) -> Iterator[_Segment]:
    for number, outcome in enumerate(outcomes):
        begin, end = outcome.source
        if outcome.segment is None or outcome.how == "left" or not outcome.segment.log_probabilities:
            continue
        if any(low < end and begin < high for low, high in prepared.capitals):
            continue
        soft = [keep for keep in prepared.soft if begin <= keep.begin and keep.end <= end]
        units = [unit for unit, _ in outcome.units]
        if not units and not soft:
            continue
        whole = prepared.model.text[begin:end]
        items = _items(prepared, begin, units, soft)
        if not all(_is_free(prepared, whole, item) for item in items):
            continue
        edited = Edited(whole, [Edit(item.begin - 1, item.end, "") for item in items])
        if has_letters(edited.text):
            yield _Segment(at, number, whole, items, edited)


def _items(prepared: Prepared, begin: int, units: Sequence[int], soft: Sequence[Soft]) -> tuple[_Item, ...]:
    spans = [(prepared.unit_spans[unit], unit) for unit in units]
    items = [_Item(low - begin, high - begin, unit) for (low, high), unit in spans]
    items += [_Item(keep.begin - begin, keep.end - begin, None) for keep in soft]
    return tuple(sorted(items, key=lambda item: item.begin))


def _is_free(prepared: Prepared, text: str, item: _Item) -> bool:
    if not _is_between(text, item.begin, item.end):
        return False
    if item.unit is not None:
        # A number or a gap that is shown to the model is a word of the sentence.
        return prepared.units[item.unit].shown in (None, SHORT_GAP)
    around = [
        *text[: item.begin].split()[-_WORDS_WITHOUT_DIGITS:],
        *text[item.end :].split()[:_WORDS_WITHOUT_DIGITS],
    ]
    return not any(letter.isdigit() for word in around for letter in word)


def _is_between(text: str, begin: int, end: int) -> bool:
    """Whether a span stands between two words, with no punctuation and one blank on either side."""
    before, after = text[max(0, begin - 2) : begin], text[end : end + 2]
    return before[:1].isalpha() and before[1:] == " " and after[:1] == " " and after[1:].isalpha()


def _values(outcome: Outcome) -> Sequence[float]:
    """Log-probabilities of the tokens, the end mark's included."""
    values = outcome.segment.log_probabilities if outcome.segment is not None else None
    assert values  # noqa: S101 - others have no second reading
    return values


def _likelihood(outcome: Outcome) -> float:
    """Of a token."""
    values = _values(outcome)
    return sum(values) / len(values)


def _is_liked_more(
    translation: Translation, outcome: Outcome, one: _Segment, pairs: Sequence[tuple[Span, Span]]
) -> bool:
    if translation.score is None or not translation.complete:
        return False
    if one.has_quantity and not one.has_gap:
        without = [value for segment in translation.segments for value in segment.log_probabilities or ()]
        return sum(_values(outcome)) < sum(without) - _QUANTITY_MARGIN
    return _likelihood(outcome) < translation.score - _margin(one, pairs)


def _margin(one: _Segment, pairs: Sequence[tuple[Span, Span]]) -> float:
    if one.has_gap:
        return _GAP_MARGIN
    linked = all(any(low < item.begin - 1 <= high for (low, high), _ in pairs) for item in one.items)
    return _MARGIN if linked else _MARGIN + _UNLINKED


def _pairs(one: _Segment, translation: Translation) -> list[tuple[Span, Span]]:
    """The alignment of the reading without the items, with the places of the segment's text."""
    back = one.edited.backward
    return [
        ((back(low, after=True), back(high)), there)
        for segment in translation.segments
        for (low, high), there in segment.alignment or ()
    ]


def _put_back(
    prepared: Prepared, outcome: Outcome, one: _Segment, translation: Translation, pairs: Sequence[tuple[Span, Span]]
) -> Outcome | None:
    """The reading without the items, with them; None where it has no good place for them, or is the same."""
    form = prepared.form
    if form is not None and form.pattern.findall(translation.text) != form.pattern.findall(one.edited.text):
        return None
    if " ".join(translation.text.split()) == _less(outcome, one):
        return None  # the model knows the place better than the alignment
    points = [Mark(item.begin, item.begin, "point", str(at)) for at, item in enumerate(one.items)]
    moved = project_marks(MarkedText(one.whole, tuple(points)), translation.text, pairs)
    places = {int(mark.name): mark.begin for mark in moved.marks}
    edits = [_edit(translation.text, places[at], one.whole[item.begin : item.end]) for at, item in enumerate(one.items)]
    if any(place == 0 for place in places.values()):
        return None  # between two words of the source, and before all those of the translation
    positional = [
        (places[at], at)
        for at, item in enumerate(one.items)
        if item.unit is not None and prepared.units[item.unit].positional
    ]
    if not in_same_order(positional):
        return None
    edited = Edited(translation.text, edits)
    order = sorted(range(len(edits)), key=lambda at: places[at])
    spans = {at: _inner(edited.text, span) for at, span in zip(order, edited.placed, strict=True)}
    begin = outcome.source[0]
    there = [
        ((begin + low, begin + high), (edited.forward(first, after=True), edited.forward(last)))
        for (low, high), (first, last) in pairs
    ]
    there += [((begin + item.begin, begin + item.end), spans[at]) for at, item in enumerate(one.items)]
    units = tuple((item.unit, spans[at]) for at, item in enumerate(one.items) if item.unit is not None)
    values = tuple(value for segment in translation.segments for value in segment.log_probabilities or ())
    assert outcome.segment is not None  # noqa: S101 - others have no second reading
    return replace(
        outcome,
        text=edited.text,
        units=units,
        alignment=None if outcome.alignment is None else tuple(sorted(there)),
        segment=replace(outcome.segment, complete=True, log_probabilities=values),
    )


def _less(outcome: Outcome, one: _Segment) -> str:
    """The words of an outcome less what was protected."""
    text = Edited(outcome.text, [Edit(*span, "") for _, span in outcome.units]).text
    for item in one.items:
        if item.unit is None:
            text = localised(one.whole[item.begin : item.end]).sub("", text, count=1)
    return " ".join(text.split())


def _edit(text: str, place: int, item: str) -> Edit:
    """An item put in at a place, with a blank where it would touch what it must not."""
    before, after = text[place - 1 : place], text[place : place + 1]
    lead = " " if before and not before.isspace() else ""
    trail = " " if after.isalnum() else ""
    return Edit(place, place, lead + item + trail)


def _inner(text: str, span: Span) -> Span:
    """A span less the blanks at its edges."""
    begin, end = span
    while begin < end and text[begin] == " ":
        begin += 1
    while end > begin and text[end - 1] == " ":
        end -= 1
    return begin, end
