"""The careful translator over translators that do known things: nothing, harm, nonsense."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from translate.toy_engine import ToyEngine, ToyTokenizer

from edgekit.core.characters import has_letters
from edgekit.core.errors import InputError
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.core.segments import Segment, Translation
from edgekit.protect.masks import MaskForm
from edgekit.translate.careful import CarefulTranslation, CarefulTranslator
from edgekit.translate.translator import Translator

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_WORD = re.compile(r"\S+")


class FakeTranslator(Translator):
    """Translates every line by a function, word by word where it says so; remembers what it was asked."""

    def __init__(self, change: Callable[[str], str], *, reverse: bool = False) -> None:
        super().__init__(Direction("en", "pt"), ToyEngine())
        self.change, self.reverse = change, reverse
        self.calls: list[list[str]] = []

    def translate(self, texts: Iterable[str], *, scores: bool = False, alignment: bool = False) -> list[Translation]:
        listed = list(texts)
        self.calls.append(listed)
        return [self._one(text, alignment=alignment) for text in listed]

    def _one(self, text: str, *, alignment: bool) -> Translation:
        parts, segments, done, length = [], [], 0, 0
        for match in _LINE.finditer(text):
            core = match.group().strip()
            if not has_letters(core):
                continue
            begin = match.start() + match.group().index(core)
            parts.append(text[done:begin])
            length += begin - done
            output, pairs = self._line(core)
            segments.append(
                Segment(
                    (begin, begin + len(core)),
                    (length, length + len(output)),
                    alignment=tuple(((begin + a, begin + b), (length + c, length + d)) for (a, b), (c, d) in pairs)
                    if alignment
                    else None,
                )
            )
            parts.append(output)
            length += len(output)
            done = begin + len(core)
        return Translation("".join([*parts, text[done:]]), text, None, tuple(segments))

    def _line(self, core: str) -> tuple[str, list[tuple[tuple[int, int], tuple[int, int]]]]:
        words = [match.span() for match in _WORD.finditer(core)]
        if not self.reverse:
            output = self.change(core)
            others = [match.span() for match in _WORD.finditer(output)]
            return output, list(zip(words, others, strict=True)) if len(words) == len(others) else []
        output = " ".join(self.change(core[begin:end]) for begin, end in reversed(words))
        others = [match.span() for match in _WORD.finditer(output)]
        return output, list(zip(words, reversed(others), strict=True))


def careful(change: Callable[[str], str] = lambda line: line, **more: Any) -> tuple[CarefulTranslator, FakeTranslator]:
    fake = FakeTranslator(change, reverse=more.pop("reverse", False))
    one = CarefulTranslator(fake, **more)
    one._unreadable = lambda some: {character for character in some if "\u0400" <= character <= "\u04ff"}  # type: ignore[assignment]  # replaced for this test
    return one, fake


_FORMS = (
    "{a} %s <b> </b> <i> </i> <br/> 😀 👨‍👩‍👧 $x^2$ a@b.org word Two Привет &amp; Xq1 T2T https://x.y/z . , ▁ ' ( ) 7"
)
PIECES = st.sampled_from(
    _FORMS.split(" ")
    + ["{n, plural, one {# cat} other {# {x} cats}}", "10 mg/mL", "`x y`", "<!-- c -->", "THE THREE BIG"]
    + ["____", "......", "h__se", "Name____", "( )", "__/__/____"]
    + [" "] * 8
    + ["\n"]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


def kept_texts(result: CarefulTranslation) -> list[tuple[str, str]]:
    return sorted(
        (mark.name, result.text[mark.begin : mark.end]) for mark in result.marked.marks if mark.kind == "keep"
    )


@settings(max_examples=250, deadline=None)
@given(TEXTS)
def test_a_text_is_itself_when_nothing_is_translated(text: str) -> None:
    one, _ = careful()
    (result,) = one.translate([text], alignment=True)
    assert result.text == text
    assert result.findings == ()
    assert (result.repaired, result.left) == (0, 0)
    source = [(mark.name, text[mark.begin : mark.end]) for mark in result.source.marks]
    assert kept_texts(result) == sorted(source)
    assert result.marked.problems() == []
    for segment in result.translation.segments:
        assert text[slice(*segment.source)] == result.text[slice(*segment.target)]


@settings(max_examples=250, deadline=None)
@given(TEXTS, st.booleans(), st.sampled_from(["upper", "drop", "twice", "empty", "mask"]))
def test_nothing_is_lost_whatever_the_model_does(text: str, reverse: bool, how: str) -> None:
    harm: dict[str, Callable[[str], str]] = {
        "upper": str.upper,
        "drop": lambda line: re.sub(r"\b(Xq|T)\d+T?\b", "", line) or ".",
        "twice": lambda line: f"{line} {line}",
        "empty": lambda _: "x",
        "mask": lambda line: f"{line} Xq1 T1T XQ1Z",
    }
    change = harm[how]
    if reverse and how in ("drop", "empty", "twice", "mask"):
        reverse = False
    one, _ = careful(change, reverse=reverse, capitals=False)
    (result,) = one.translate([text])
    keeps = [mark for mark in result.source.marks if mark.kind == "keep"]
    wanted = sorted((mark.name, text[mark.begin : mark.end]) for mark in keeps)
    assert kept_texts(result) == wanted
    assert result.marked.problems() == []
    assert all("segment was left" in finding.detail or "enclose" in finding.detail for finding in result.findings)


@st.composite
def marked_texts(draw: st.DrawFn) -> MarkedText:
    text = draw(TEXTS)
    marks: list[Mark] = []
    for number in range(draw(st.integers(0, 5))):
        begin, end = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
        kind = "point" if begin == end else draw(st.sampled_from(["keep", "pair"]))
        mark = Mark(begin, end, kind, f"m{number}")  # type: ignore[arg-type]  # kinds are texts here
        if not MarkedText(text, in_order([*marks, mark])).problems():
            marks.append(mark)
    return MarkedText(text, in_order(marks))


TWO_MESSAGES = "{a}{a}{a}" + 2 * "{n, plural, one {# cat} other {# {x} cats}}"


@settings(max_examples=250, deadline=None)
@example(MarkedText(TWO_MESSAGES, (Mark(52, 86, "keep", "m0"),)))  # the ninth thing found, and a message at place 9
@example(
    MarkedText(
        "Name____......<b>", (Mark(0, 5, "pair", "m0"), Mark(5, 9, "keep", "m1"), Mark(9, 14, "pair", "m2"))
    )  # a pair of dots alone, behind a gap that becomes a mask
)
@given(marked_texts())
def test_marks_come_back_when_nothing_is_translated(source: MarkedText) -> None:
    one, _ = careful()
    (result,) = one.translate([source])
    assert result.text == source.text
    names = {mark.name for mark in source.marks}
    assert names <= {mark.name for mark in result.marked.marks}
    moved = {mark.name: mark for mark in result.marked.marks}
    for mark in source.marks:
        if mark.kind == "keep":
            assert (moved[mark.name].begin, moved[mark.name].end) == (mark.begin, mark.end)
    assert result.marked.problems() == []


def test_a_second_form_repairs_when_the_first_is_lost() -> None:
    one, fake = careful(str.upper)
    (result,) = one.translate(["Hello {name}, good morning."])
    assert result.text == "HELLO {name}, GOOD MORNING."
    assert (result.kept, result.repaired, result.left) == (1, 1, 0)
    assert [len(call) for call in fake.calls if call] == [1, 1]


def test_the_text_around_is_translated_when_every_mask_is_lost() -> None:
    one, fake = careful(lambda line: re.sub(r"[A-Za-z]*\d[A-Za-z]*", "", line).upper())
    (result,) = one.translate(["Hello {name}, good morning."])
    assert result.text == "hELLO {name}, GOOD MORNING." or result.text == "HELLO {name}, GOOD MORNING."
    assert (result.kept, result.repaired, result.left) == (1, 1, 0)
    assert len([call for call in fake.calls if call]) == 4


def test_every_failing_segment_shares_a_call_when_many_fail() -> None:
    one, fake = careful(str.upper)
    results = one.translate([f"Hello {{name}} number {number}." for number in range(50)])
    assert all(result.repaired == 1 for result in results)
    assert [len(call) for call in fake.calls if call] == [50, 50]


def test_positional_placeholders_keep_their_order_when_the_model_turns_them() -> None:
    one, _ = careful(reverse=True)
    turned, named = one.translate(["Give %s to the %d people", "Give {a} to the {b} people"])
    assert turned.text.index("%s") < turned.text.index("%d")
    assert named.text.index("{a}") > named.text.index("{b}")
    assert turned.repaired == 2
    assert named.repaired == 0


def test_tags_go_to_the_words_that_theirs_became() -> None:
    one, _ = careful(reverse=True)
    (result,) = one.translate(["the <b>big red</b> house"])
    assert result.text == "house <b>red big</b> the"
    assert result.kept == 2


def test_gaps_are_shown_as_short_ones_and_come_back_in_their_order() -> None:
    one, fake = careful(lambda line: line.replace("and", "e"))
    (result,) = one.translate(["a ________ and a ....... and h__se, Name........ ____/____/____ Class:____"])
    assert fake.calls[-1] == ["a ___ and a ___ and Xq3, Name ___ Class: ___"]
    assert result.text == "a ________ e a ....... e h__se, Name........ ____/____/____ Class:____"
    assert (result.kept, result.repaired, result.findings) == (6, 0, ())


def test_gaps_become_masks_when_the_model_loses_short_ones() -> None:
    one, _ = careful(lambda line: line.replace("___", "", 1))
    (result,) = one.translate(["a ________ and ....."])
    assert result.text == "a ________ and ....."
    assert (result.kept, result.repaired, result.findings) == (2, 2, ())


class Unlinked(FakeTranslator):
    """Gives no links for some words."""

    def __init__(self, change: Callable[[str], str], *words: str) -> None:
        super().__init__(change, reverse=True)
        self.words = words

    def _line(self, core: str) -> tuple[str, list[tuple[tuple[int, int], tuple[int, int]]]]:
        output, pairs = super()._line(core)
        lost = next(((one, other) for one, other in pairs if core[slice(*one)] in self.words), None)
        if lost is None or len(pairs) < 2:
            return output, pairs
        # As models do: the word's translation is linked to the noun.
        noun = next(one for one, _ in pairs if core[slice(*one)] == "garden")
        return output, [(noun, other) if (one, other) == lost else (one, other) for one, other in pairs]


_TO_PT = {"the": "o", "green": "verde", "garden": "jardim", "big": "grande", "greenish": "verde", "red": "vermelha"}


@pytest.mark.parametrize("form", ["tag", "pair"])
def test_formatting_goes_to_a_word_that_the_alignment_has_no_link_for(form: str) -> None:
    fake = Unlinked(lambda word: _TO_PT.get(word, word), "green")
    with CarefulTranslator(fake) as translator:
        if form == "tag":
            (result,) = translator.translate(["the <b>green</b> garden"])
            assert (result.text, result.kept, result.repaired) == ("jardim <b>verde</b> o", 2, 2)
        else:
            (result,) = translator.translate([MarkedText("the green garden", (Mark(4, 9, "pair", "b"),))])
            assert result.marked == MarkedText("jardim verde o", (Mark(7, 12, "pair", "b"),))
    assert result.findings == ()
    assert len(fake.calls) == 3  # plain texts, none here, are asked for as well


def test_formatting_goes_to_what_a_segment_without_its_words_has_not() -> None:
    def change(word: str) -> str:
        return _TO_PT.get(word, word)

    class Otherwise(Unlinked):
        def _line(self, core: str) -> tuple[str, list[tuple[tuple[int, int], tuple[int, int]]]]:
            return ("esverdeado", []) if core == "green" else super()._line(core)

    with CarefulTranslator(Otherwise(change, "green")) as translator:
        (result,) = translator.translate(["the big <b>green</b> garden"])
    assert result.text == "jardim <b>verde</b> grande o"


def test_formatting_that_could_be_on_two_words_is_on_none_and_told() -> None:
    def change(word: str) -> str:
        return {"big": "verde", "the": "o verde"}.get(word) or _TO_PT.get(word, word)

    class Otherwise(Unlinked):
        def _line(self, core: str) -> tuple[str, list[tuple[tuple[int, int], tuple[int, int]]]]:
            return (core, []) if "green" not in core else super()._line(core)

    with CarefulTranslator(Otherwise(change, "green")) as translator:
        (result,) = translator.translate(["big <b>green</b> garden"])
    assert "keep" in {finding.kind for finding in result.findings}


def test_emoji_stand_between_the_same_words() -> None:
    one, _ = careful()
    (result,) = one.translate(["I love pizza 🍕 very much ❤️."])
    assert result.text == "I love pizza 🍕 very much ❤️."


def test_branches_of_messages_are_translated_and_their_syntax_is_not() -> None:
    one, _ = careful(lambda line: line.replace("apple", "maçã").replace("basket", "cesta"))
    text = "A basket of {n, plural, one {# apple} other {# apples in {x}}}."
    (result,) = one.translate([text])
    assert result.text == "A cesta of {n, plural, one {# maçã} other {# maçãs in {x}}}."
    assert result.kept == 6


def test_lines_in_capitals_are_shown_as_sentences_and_come_back_in_capitals() -> None:
    one, fake = careful(lambda line: line.replace("Stop", "Pare"))
    (result,) = one.translate(["STOP AND READ {name} NOW."])
    assert fake.calls[-1] == ["Stop and read Xq1 now."] or ["Stop and read Xq1 now."] in fake.calls
    assert result.text == "PARE AND READ {name} NOW."


def test_a_quantity_is_a_mask_only_when_the_model_changes_it() -> None:
    one, fake = careful(lambda line: line.replace("mL", "ml").replace("2.5", "2,5"))
    kept, repaired = one.translate(["Add 2.5 GHz of it", "Add 10 mg/mL of it"])
    assert (kept.text, kept.repaired) == ("Add 2,5 GHz of it", 0)
    assert (repaired.text, repaired.repaired) == ("Add 10 mg/mL of it", 1)
    assert fake.calls[-1] == ["Add Xq1 of it"] or ["Add T1T of it"] in fake.calls


def test_the_texts_own_masks_are_text() -> None:
    one, _ = careful()
    (result,) = one.translate(["The Xq1 robot met {name} and T1T."])
    assert result.text == "The Xq1 robot met {name} and T1T."


def test_what_checks_find_is_among_the_findings() -> None:
    one, _ = careful(checks=[lambda source, _: Finding("number", f"`{source}` is wrong")])
    plain, protected = one.translate(["Hello.", "Hello {a}."])
    assert [finding.kind for finding in plain.findings] == ["number"]
    assert [finding.kind for finding in protected.findings] == ["number"]


def test_a_plain_text_is_the_translators_own_when_there_is_nothing_to_protect() -> None:
    engine = ToyEngine()
    texts = ["Hello there. How are you?", "", " \n", "One\r\n\r\nTwo\t3", "x" * 300]
    with CarefulTranslator(Translator(Direction("en", "pt"), engine), capitals=False) as one:
        done = one.translate(texts, scores=True, alignment=True)
    plain = Translator(Direction("en", "pt"), ToyEngine()).translate(texts, scores=True, alignment=True)
    assert [result.translation for result in done] == plain
    assert engine.closed


def test_streaming_gives_the_same_in_order() -> None:
    one, _ = careful(str.upper)
    texts = [f"Line {number} of {{name}}" for number in range(300)]
    assert [result.text for result in one.stream(iter(texts))] == [result.text for result in one.translate(texts)]


@pytest.mark.parametrize("bad", [None, 5, b"bytes", ["nested"]])
def test_one_typed_error_when_a_text_is_none(bad: object) -> None:
    one, _ = careful()
    with pytest.raises(InputError, match="only `str` and `MarkedText`"):
        one.translate(["fine", bad])  # type: ignore[list-item]  # of a wrong type on purpose


@pytest.mark.parametrize("bad", ["text", b"text", MarkedText("text"), 5, None])
def test_one_typed_error_when_there_is_no_list(bad: object) -> None:
    one, _ = careful()
    with pytest.raises(InputError):
        one.translate(bad)  # type: ignore[arg-type]  # of a wrong type on purpose
    with pytest.raises(InputError):
        one.stream(bad)  # type: ignore[arg-type]  # of a wrong type on purpose


def test_impossible_marks_are_an_input_error() -> None:
    one, _ = careful()
    with pytest.raises(InputError, match="marks of a text"):
        one.translate([MarkedText("ab", (Mark(0, 9, "keep", "x"),))])


def test_unreadable_characters_are_those_without_a_piece() -> None:
    from edgekit.translate.readable import UnreadableCharacters

    class Few(ToyTokenizer):
        def pieces(self, token_ids: Any) -> list[str]:
            return [piece if piece.replace("▁", "").isascii() else "<unk>" for piece in super().pieces(token_ids)]

    unreadable = UnreadableCharacters(Few())
    assert unreadable("aП b") == {"П"}
    assert unreadable("aП") == {"П"}
    assert unreadable("\ud800") == set()


def test_a_capital_is_readable_by_the_rest_of_its_word_when_its_small_letter_is() -> None:
    from edgekit.translate.readable import UnreadableCharacters

    class Small(ToyTokenizer):
        def pieces(self, token_ids: Any) -> list[str]:
            return ["<unk>" if {"Í", "Ж", "ж"} & {*piece} else piece for piece in super().pieces(token_ids)]

    unreadable = UnreadableCharacters(Small())
    assert unreadable("ÍíЖжA") == {"Ж", "ж"}
    assert unreadable.written_otherwise("ÍíЖжA") == {"Í"}


def test_forms_come_in_the_order_that_is_asked_for() -> None:
    one, fake = careful(forms=[MaskForm("REF{}")])
    one.translate(["Hello {name}."])
    assert ["Hello REF1."] in fake.calls


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Tick: | yes | no", "Tick: | yes | no"),
        ("It is (see |) so", "It is (see |) so"),
        ("Tick |yes or no", "Tick |yes or no"),
        ("Look at | .", "Look at | ."),
        ("Drops| fall", "Drops| fall"),
    ],
)
def test_what_stands_between_blanks_has_them_again_when_the_model_writes_one(source: str, expected: str) -> None:
    places = [found.start() - at for at, found in enumerate(re.finditer(r"\|", source))]
    marks = tuple(Mark(place, place, "point", f"box-{place}") for place in places)
    one, _ = careful(lambda line: re.sub(" +", " ", line))
    (result,) = one.translate([MarkedText(source.replace("|", ""), marks)])
    text = result.text
    for mark in reversed(result.marked.marks):
        text = text[: mark.begin] + "|" + text[mark.begin :]
    assert text == expected
