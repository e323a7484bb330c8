"""Segments until nothing in them is lost: as they are, with other masks, around what is protected, else left."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from edgekit.core.characters import has_letters
from edgekit.core.segments import Segment, Span, Translation
from edgekit.protect.edits import Edit, Edited
from edgekit.protect.masks import Masked, MaskForm, mask, places
from edgekit.protect.quantities import localised
from edgekit.protect.verify import in_same_order
from edgekit.translate.capitals import raised
from edgekit.translate.prepared import Prepared, Soft

How: TypeAlias = Literal["translated", "repaired", "left"]
Pairs: TypeAlias = tuple[tuple[Span, Span], ...]
Translate: TypeAlias = Callable[[Sequence[str], bool], list[Translation]]
"""Texts and whether alignment is wanted."""

# Each further form is another pass over what failed; after three, what is left resists masks as such.
_FORMS_TRIED = 3
_SENTENCE_ENDS = ".!?…。！？"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stretch of the model's text became.

    source: of the model's text.  text: of the translation, masks still in it.  units: (index, span in text).
    alignment: (span of the model's text, span in text), None where the model gave none.
    segment: as the model's translation had it, None for what is between segments.
    """

    source: Span
    text: str
    units: tuple[tuple[int, Span], ...] = ()
    alignment: Pairs | None = None
    segment: Segment | None = None
    how: How = "translated"


@dataclass(slots=True)
class _Failing:
    """A segment that lost something: its span, the units in it, and where its outcome goes.

    soft: trusted keeps that are masks from now on; all_soft: all that it has.
    """

    prepared: Prepared
    span: Span
    units: list[int]
    soft: list[Soft]
    all_soft: list[Soft]
    put: Callable[[Outcome], None]
    segment: Segment
    aligned: bool

    @property
    def text(self) -> str:
        return self.prepared.model.text[self.span[0] : self.span[1]]

    def spans(self) -> list[tuple[int, int, int]]:
        """Of what is masked, in order: begin, end in the segment's text, and the unit, -1 for a trusted keep."""
        begin = self.span[0]
        units = [(low - begin, high - begin, unit) for unit in self.units for low, high in [self._place(unit)]]
        return sorted([*units, *((one.begin - begin, one.end - begin, -1) for one in self.soft)])

    def _place(self, unit: int) -> Span:
        return self.prepared.unit_spans[unit]


@dataclass(slots=True)
class _Journal:
    outcomes: list[Outcome] = field(default_factory=list)


def is_aligned(prepared: Prepared, *, alignment: bool) -> bool:
    """Whether a text is translated with alignment: where that is asked for, and where there are marks to be placed."""
    return alignment or any(mark.kind != "keep" for mark in prepared.model.marks)


def climb(
    prepared: Sequence[Prepared],
    forms: Sequence[MaskForm],
    translate: Translate,
    *,
    alignment: bool,
    begun: Sequence[Translation | None],
) -> list[list[Outcome]]:
    """The outcomes of each text, in order, joined the whole translation.

    begun: of each text's `model` the translation, where there is one.
    translate is called once a rung and once more where some texts need alignment and others do not.
    """
    wanted = [is_aligned(one, alignment=alignment) for one in prepared]
    rest = [at for at, one in enumerate(begun) if one is None]
    others = iter(_in_two(translate, [prepared[at].model.text for at in rest], [wanted[at] for at in rest]))
    translations = [next(others) if one is None else one for one in begun]
    journals = [_Journal() for _ in prepared]
    failing: list[_Failing] = []
    for one, translation, journal, aligned in zip(prepared, translations, journals, wanted, strict=True):
        failing += _first_rung(one, translation, journal, aligned=aligned)
    for form in [form for form in forms if form.template != forms[0].template][: _FORMS_TRIED - 1]:
        if not failing:
            break
        failing = _other_masks(failing, form, translate)
    if failing:
        _around(failing, translate)
    return [journal.outcomes for journal in journals]


def _in_two(translate: Translate, texts: Sequence[str], wanted: Sequence[bool]) -> list[Translation]:
    found: dict[int, Translation] = {}
    for flag in (False, True):
        some = [at for at, want in enumerate(wanted) if want == flag]
        if some:
            found.update(zip(some, translate([texts[at] for at in some], flag), strict=True))
    return [found[at] for at in range(len(texts))]


def _first_rung(one: Prepared, translation: Translation, journal: _Journal, *, aligned: bool) -> Iterator[_Failing]:
    model, outcomes = one.model.text, journal.outcomes
    begins = [begin for begin, _ in one.unit_spans]
    done = target = 0
    for segment in (*translation.segments, None):
        begin, first = (
            (len(model), len(translation.text)) if segment is None else (segment.source[0], segment.target[0])
        )
        if done < begin or target < first:
            gap = translation.text[target:first]
            inside = range(bisect_left(begins, done), bisect_left(begins, begin))
            units = tuple((at, (one.unit_spans[at][0] - done, one.unit_spans[at][1] - done)) for at in inside)
            outcomes.append(Outcome((done, begin), gap, units))
        if segment is None:
            break
        (begin, done), (first, target) = segment.source, segment.target
        units_here = list(range(bisect_left(begins, begin), bisect_left(begins, done)))
        soft = [keep for keep in one.soft if begin <= keep.begin and keep.end <= done]
        outcome = _checked(one, segment, translation.text[first:target], units_here, soft)
        if isinstance(outcome, Outcome):
            outcomes.append(outcome)
            continue
        at = len(outcomes)
        outcomes.append(Outcome((begin, done), ""))

        def put(outcome: Outcome, at: int = at) -> None:
            outcomes[at] = outcome

        yield _Failing(one, (begin, done), units_here, outcome, soft, put, segment, aligned)


def _checked(
    one: Prepared, segment: Segment, output: str, units: Sequence[int], soft: Sequence[Soft]
) -> Outcome | list[Soft]:
    """The outcome of a segment; where something was lost the trusted keeps among it."""
    begin, end = segment.source
    text = one.model.text[begin:end]
    alignment = None
    if segment.alignment is not None:
        first = segment.target[0]
        alignment = tuple((span, (low - first, high - first)) for span, (low, high) in segment.alignment)
    found: list[Span] = []
    if units:
        assert one.form is not None  # noqa: S101 - there are units
        spans = [one.unit_spans[at] for at in units]
        if not has_letters(_without(text, [(low - begin, high - begin) for low, high in spans])):
            same = tuple((at, (low - begin, high - begin)) for at, (low, high) in zip(units, spans, strict=True))
            return _finished(one, Outcome((begin, end), text, same, None, segment))
        numbers = tuple(one.numbers[at] for at in units)
        counts = Counter(int(match[1]) for match in one.form.pattern.finditer(text))
        others = {number: count for number, count in counts.items() if number not in numbers}
        masked = Masked(text, one.form, numbers, others)
        where = _shown_places(output, masked, [one.units[at].shown for at in units])
        if where is None or not in_same_order(
            [at for at, unit in zip(where, units, strict=True) if one.units[unit].positional]
        ):
            return _soft_lost(output, soft)
        found = where
    if lost := _soft_lost(output, soft):
        return lost
    return _finished(one, Outcome((begin, end), output, tuple(zip(units, found, strict=True)), alignment, segment))


def _shown_places(output: str, masked: Masked, shown: Sequence[str | None]) -> list[Span] | None:
    """As `places`, where some of the masks are plain numbers or gaps; those that look the same keep their order."""
    numbers = tuple(number for number, text in zip(masked.numbers, shown, strict=True) if text is None)
    where = places(output, replace(masked, numbers=numbers))
    if where is None or len(numbers) == len(shown):
        return where
    named = iter(where)
    others: dict[str, Iterator[Span]] = {}
    for text, count in Counter(text for text in shown if text is not None).items():
        pattern = rf"(?<![\w.,]){text}(?![\w]|[.,]\d)" if text.isdigit() else rf"(?<!\w){text}(?!\w)"
        spans = [match.span() for match in re.finditer(pattern, output)]
        if len(spans) != count:
            return None
        others[text] = iter(spans)
    return [next(named if text is None else others[text]) for text in shown]


def _soft_lost(output: str, soft: Sequence[Soft]) -> list[Soft]:
    """The trusted keeps that a translation does not have as often as there are."""
    counts = Counter(one.text for one in soft)
    lost = {text for text, count in counts.items() if len(localised(text).findall(output)) < count}
    return [one for one in soft if one.text in lost]


def _without(text: str, spans: Sequence[Span]) -> str:
    return Edited(text, [Edit(*span, " ") for span in spans]).text


def _finished(one: Prepared, outcome: Outcome) -> Outcome:
    """In capitals where the source was; characters keep their places."""
    if any(begin <= outcome.source[0] < end for begin, end in one.capitals):
        return replace(outcome, text=raised(outcome.text, [span for _, span in outcome.units]))
    return outcome


def _other_masks(failing: list[_Failing], form: MaskForm, translate: Translate) -> list[_Failing]:
    """Translate every failing segment with this form; those that fail again come back."""
    masked = [mask(one.text, [span[:2] for span in one.spans()], form) for one in failing]
    translations = _in_two(translate, [one.text for one in masked], [one.aligned for one in failing])
    left: list[_Failing] = []
    for one, how, translation in zip(failing, masked, translations, strict=True):
        where = places(translation.text, how)
        units = [unit for _, _, unit in one.spans()]
        if where is None or not in_same_order(
            [at for at, unit in zip(where, units, strict=True) if unit >= 0 and one.prepared.units[unit].positional]
        ):
            left.append(one)
            continue
        if _soft_lost(translation.text, [keep for keep in one.all_soft if keep not in one.soft]):
            one.soft = one.all_soft
            left.append(one)
            continue
        one.put(_finished(one.prepared, _restored(one, how, translation, list(zip(units, where, strict=True)))))
    return left


def with_masks(some: Sequence[tuple[Prepared, Outcome]], form: MaskForm, translate: Translate) -> list[Outcome | None]:
    """Translated segments again, with masks for their trusted keeps too; None for one that loses a mask."""
    again: list[Outcome | None] = [None for _ in some]
    failing: list[_Failing] = []
    for at, (prepared, outcome) in enumerate(some):
        assert outcome.segment is not None  # noqa: S101 - it was translated
        begin, end = outcome.source
        soft = [keep for keep in prepared.soft if begin <= keep.begin and keep.end <= end]

        def put(found: Outcome, at: int = at, how: How = outcome.how) -> None:
            again[at] = replace(found, how=how)

        units, aligned = [unit for unit, _ in outcome.units], outcome.alignment is not None
        failing.append(_Failing(prepared, outcome.source, units, soft, soft, put, outcome.segment, aligned))
    if failing:
        _other_masks(failing, form, translate)
    return again


def _restored(one: _Failing, how: Masked, translation: Translation, where: list[tuple[int, Span]]) -> Outcome:
    """The outcome in the places of the model's text; masks of trusted keeps are what they stand for."""
    assert how.edited is not None  # noqa: S101 - `mask` made it
    begin = one.span[0]
    texts = {at: one.text[low:high] for at, (low, high, unit) in enumerate(one.spans()) if unit < 0}
    edited = Edited(translation.text, [Edit(*where[at][1], text) for at, text in texts.items()])
    units = tuple(
        (unit, (edited.forward(low, after=True), edited.forward(high))) for unit, (low, high) in where if unit >= 0
    )
    pairs = None
    if one.aligned:
        pairs = tuple(
            (
                (begin + how.edited.backward(low, after=True), begin + how.edited.backward(high)),
                (edited.forward(first, after=True), edited.forward(last)),
            )
            for segment in translation.segments
            for (low, high), (first, last) in segment.alignment or ()
        )
        pairs = tuple(pair for pair in pairs if pair[0][0] < pair[0][1] and pair[1][0] < pair[1][1])
    return Outcome(one.span, edited.text, units, pairs, _joined(one.segment, translation.segments), "repaired")


def _joined(first: Segment, segments: Sequence[Segment]) -> Segment:
    """One segment that says of several what can be said."""
    values = [value for one in segments for value in one.log_probabilities or ()]
    return replace(
        first,
        complete=all(one.complete for one in segments),
        log_probabilities=tuple(values) if first.log_probabilities is not None else None,
    )


def _around(failing: list[_Failing], translate: Translate) -> None:
    """Translate what stands between what is protected, each stretch alone."""
    stretches: list[list[tuple[int, int, int]]] = []
    for one in failing:
        one.soft = one.all_soft
        cuts = one.spans()
        ends = [0, *(end for _, end, _ in cuts)]
        begins = [*(begin for begin, _, _ in cuts), len(one.text)]
        stretches.append([(low, high, at) for at, (low, high) in enumerate(zip(ends, begins, strict=True))])
    texts = [one.text[low:high] for one, some in zip(failing, stretches, strict=True) for low, high, _ in some]
    wanted = [one.aligned for one, some in zip(failing, stretches, strict=True) for _ in some]
    done = iter(_in_two(translate, texts, wanted))
    for one, some in zip(failing, stretches, strict=True):
        one.put(_finished(one.prepared, _sewn(one, [next(done) for _ in some])))


def _sewn(one: _Failing, translations: Sequence[Translation]) -> Outcome:
    begin = one.span[0]
    cuts = one.spans()
    parts: list[str] = []
    units: list[tuple[int, Span]] = []
    pairs: list[tuple[Span, Span]] = []
    length = source = 0
    for at, translation in enumerate(translations):
        text = as_part(translation.text, translation.source)
        pairs += [
            ((begin + source + low, begin + source + high), (length + first, length + last))
            for segment in translation.segments
            for (low, high), (first, last) in segment.alignment or ()
            if last <= len(text)
        ]
        parts.append(text)
        length += len(text)
        if at < len(cuts):
            low, high, unit = cuts[at]
            parts.append(one.text[low:high])
            if unit >= 0:
                units.append((unit, (length, length + high - low)))
            length += high - low
            source = high
    segments = [segment for translation in translations for segment in translation.segments]
    whole = "".join(parts)
    if one.prepared.form is not None and _invented(one, whole):
        return left_as_source(one)
    return Outcome(
        one.span, whole, tuple(units), tuple(pairs) if one.aligned else None, _joined(one.segment, segments), "repaired"
    )


def as_part(text: str, source: str) -> str:
    """A fragment's translation less the full stop and the capital that models give to what they take for a sentence.

    What is left keeps its place.
    """
    if text == source or not text.strip():
        return text
    shown, core = text.rstrip(), source.rstrip()
    if shown[-1:] in _SENTENCE_ENDS and core[-1:] not in _SENTENCE_ENDS:
        text = shown.rstrip(_SENTENCE_ENDS) + text[len(shown) :]
    at, of = len(text) - len(text.lstrip()), len(source) - len(source.lstrip())
    if text[at : at + 1].isupper() and source[of : of + 1].islower() and len(text[at].lower()) == 1:
        text = text[:at] + text[at].lower() + text[at + 1 :]
    return text


def _invented(one: _Failing, whole: str) -> bool:
    """Whether a stretch's translation holds a mask of the segment's own form that the segment did not have."""
    assert one.prepared.form is not None  # noqa: S101 - asked before
    pattern = one.prepared.form.pattern
    return Counter(pattern.findall(whole)) != Counter(pattern.findall(one.text))


def left_as_source(one: _Failing) -> Outcome:
    """The segment as it was, capitals and all."""
    begin, end = one.span
    units = tuple((unit, (low, high)) for low, high, unit in one.spans() if unit >= 0)
    return Outcome(one.span, one.prepared.edited.text[begin:end], units, None, one.segment, "left")
