"""Of every number: no sign, unit or number more raises points, and no way of writing it is certainly wrong."""

from __future__ import annotations

from decimal import Decimal

from grading.ruled_questions import mark, question
from hypothesis import assume, given
from hypothesis import strategies as st

from edgekit.grading.ruled import Ruled
from edgekit.grading.units import unit_named

# Signs of thousands and of fractions, CLDR 44 `numbers/symbols`; India groups by two.
_LOCALES = (
    (",", "."),
    (".", ","),
    (" ", ","),
    ("\u00a0", ","),
    ("\u202f", ","),
    ("’", "."),
    ("'", "."),
    ("", "."),
    ("", ","),
)
_DIGITS = ("0123456789", "०१२३४५६७८९", "٠١٢٣٤٥٦٧٨٩", "০১২৩৪৫৬৭৮৯", "０１２３４５６７８９")
_TAGS = (("en",), ("es",), ("pt",), ("fr",), ("hi",), ("en", "es"), ("de", "en"))
_UNITS = ("kg", "m", "km/h", "°C", "L", "€", "min", "m²", "%")
_OTHERS = ("g", "cm", "m/s", "°F", "mL", "$", "s", "m³", "kWh", "km", "apples")

values = st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2)


def written(value: Decimal, thousands: str, point: str, digits: str, *, lakhs: bool = False) -> str:
    whole, _, rest = f"{value.normalize():f}".partition(".")
    size, groups = 3, []
    while whole:
        whole, group = whole[:-size], whole[-size:]
        groups.append(group)
        size = 2 if lakhs else 3
    text = thousands.join(reversed(groups)) + (point + rest if rest else "")
    return text.translate(str.maketrans("0123456789", digits))


def is_certain(found: Ruled) -> bool:
    return len(found.possible) == 1 and not found.reasons


@given(values, st.sampled_from(_LOCALES), st.sampled_from(_DIGITS), st.sampled_from(_TAGS), st.booleans())
def test_a_number_is_never_certainly_wrong_by_the_signs_of_any_locale(
    value: Decimal, signs: tuple[str, str], digits: str, languages: tuple[str, ...], lakhs: bool
) -> None:
    text = written(value, *signs, digits, lakhs=lakhs and signs == (",", "."))
    found = mark(question("numeric", value=float(value)), text, languages)
    assert found.possible[-1] == 2.0, text
    assert found.points == 2.0 or found.reasons, text


@given(values, st.sampled_from(_DIGITS), st.sampled_from(_TAGS))
def test_a_number_without_signs_of_thousands_is_right_in_any_digits(
    value: Decimal, digits: str, languages: tuple[str, ...]
) -> None:
    whole = value.to_integral_value()
    found = mark(question("numeric", value=float(whole)), written(whole, "", "", digits), languages)
    assert found.possible == (2.0,)


@given(values, values, st.sampled_from(_LOCALES), st.sampled_from(_DIGITS), st.sampled_from(_TAGS))
def test_a_number_by_the_signs_of_any_locale_is_never_another_one(
    value: Decimal, other: Decimal, signs: tuple[str, str], digits: str, languages: tuple[str, ...]
) -> None:
    text = written(value, *signs, digits)
    plain = "".join(one for one in written(value, "", ".", "0123456789") if one.isdigit()).strip("0")
    assume("".join(one for one in f"{other:f}" if one.isdigit()).strip("0") != plain)
    assume(abs(value - other) > max(value, other) / 10**6)
    assert mark(question("numeric", value=float(other)), text, languages).points == 0.0


@given(values, st.sampled_from(["-", "−", "- ", "minus ", "menos ", "negative ", "√", "≠", "not ", ">", "± "]))
def test_a_sign_before_a_right_number_never_leaves_it_certain(value: Decimal, sign: str) -> None:
    found = mark(question("numeric", value=float(value)), f"{sign}{value.normalize():f}", ("en", "es"))
    # A dash and room behind it begin a line of a list.
    assert sign == "- " or found.points == 0.0


@given(values, st.sampled_from(_UNITS), st.sampled_from(_OTHERS))
def test_another_unit_never_raises_the_points_of_a_number(value: Decimal, unit: str, other: str) -> None:
    one, another = unit_named(unit), unit_named(other)
    assume(one is not None and (another is None or another != one))
    asked, said = question("numeric", value=float(value), unit=unit), f"{value.normalize():f}"
    bare, right = mark(asked, said), mark(asked, f"{said} {unit}")
    assert right.possible == (2.0,)
    found = mark(asked, f"{said} {other}")
    assert found.points <= bare.points <= right.points
    assert not is_certain(found) or found.points == 0.0


@given(
    values,
    values,
    st.sampled_from([" or ", " o ", ", ", " - ", "-", " to ", " + ", " x ", " / ", "; ", " ", " ÷ ", " and not ", "^"]),
    st.booleans(),
)
def test_a_number_more_is_never_certain_of_points(value: Decimal, other: Decimal, between: str, first: bool) -> None:
    right, wrong = (one.to_integral_value() for one in (value, other))
    assume(right != wrong and right % 1000 and wrong % 1000 and right > 0 and wrong > 0)
    text = between.join(f"{one:f}" for one in ((right, wrong) if first else (wrong, right)))
    found = mark(question("numeric", value=float(right)), text, ("en", "es"))
    assert not (is_certain(found) and found.points), (text, found)


@given(
    values, st.sampled_from([None, *_UNITS]), st.text(alphabet=".,-−+/*√x kgmsL°C€$()=<>±or", min_size=1, max_size=6)
)
def test_what_stands_behind_a_wrong_number_never_makes_it_certain_of_points(
    value: Decimal, unit: str | None, more: str
) -> None:
    asked = question("numeric", value=float(value) * 3 + 1, unit=unit)
    said = f"{value.to_integral_value():f}"
    found = mark(asked, f"{said} {unit or ''}{more}")
    assert found.points == 0.0 or found.reasons
