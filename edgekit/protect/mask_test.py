"""Which masks come through a model: tried on a few sentences when it is built, since it differs from model to model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from edgekit.core.chrf import corpus_chrf
from edgekit.core.languages import Direction
from edgekit.protect.edits import Edit, Edited
from edgekit.protect.mask_sentences import sentences
from edgekit.protect.masks import BUILT_IN, Masked, MaskForm, places

# With six sentences 18 texts of one mask and 18 of three for each form: 6,000 words for eight forms.
_SHIFTS = (-0.25, 0.0, 0.25)


@dataclass(frozen=True, slots=True)
class FormResult:
    """How a form of masks did.

    one, three: sentences that came back with all of their masks, of one mask or of three; of `tried` each.
    likeness: how much of what the sentences became without masks they became with one, 0 to 1, by chrF.
    """

    template: str
    one: int
    three: int
    tried: int
    likeness: float

    @property
    def survival(self) -> float:
        """Share of all sentences."""
        return (self.one + self.three) / (2 * self.tried)

    @property
    def value(self) -> float:
        """What forms are ordered by: a lost mask costs a repair, a mask that disturbs costs the words around it."""
        return self.survival * self.likeness


def try_masks(
    translate: Callable[[Sequence[str]], list[str]], direction: Direction, forms: Sequence[MaskForm] = BUILT_IN
) -> tuple[FormResult, ...]:
    """Every form, the best first; nothing for a language without sentences.

    translate: gives the translation of each of a few hundred short sentences.
    """
    cut = sentences(direction.source)
    if not cut:
        return ()
    bare = [" ".join("".join(parts).split()) for parts in cut]
    masked = [
        [_masked(parts, form, count, shift) for count in (1, 3) for shift in _SHIFTS for parts in cut] for form in forms
    ]
    outputs = iter(translate([*bare, *(one.text for some in masked for one in some)]))
    plain = list(islice(outputs, len(bare)))
    results = [
        _result(form, some, list(islice(outputs, len(some))), plain) for form, some in zip(forms, masked, strict=True)
    ]
    # Nearer than a hundredth, 36 texts do not tell two forms apart: the order they were given in is that of 300.
    return tuple(sorted(results, key=lambda result: -round(result.value, 2)))


def _masked(parts: Sequence[str], form: MaskForm, count: int, shift: float) -> Masked:
    """Masks between words, spread evenly but for the shift, whatever the words: people put placeholders anywhere."""
    step = len(parts) / (count + 1)
    places_there = sorted({min(len(parts) - 1, max(1, round(step * (at + shift)))) for at in range(1, count + 1)})
    numbers = {place: number for number, place in enumerate(places_there, start=1)}
    joined = "".join((f" {form.write(numbers[at])} " if at in numbers else "") + part for at, part in enumerate(parts))
    return Masked(" ".join(joined.split()), form, tuple(numbers.values()), {})


def _result(form: MaskForm, masked: Sequence[Masked], outputs: Sequence[str], plain: list[str]) -> FormResult:
    half = len(plain) * len(_SHIFTS)
    found = [places(output, one) for one, output in zip(masked, outputs, strict=True)]
    without, expected = [], []
    for output, where, one in zip(outputs[:half], found[:half], plain * len(_SHIFTS), strict=True):
        if where is not None:
            without.append(Edited(output, [Edit(*span, "") for span in where]).text)
            expected.append(one)
    return FormResult(
        form.template,
        sum(where is not None for where in found[:half]),
        sum(where is not None for where in found[half:]),
        half,
        round(corpus_chrf(without, expected) / 100, 4),
    )
