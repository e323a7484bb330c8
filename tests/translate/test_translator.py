from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from translate.toy_engine import ToyEngine

from edgekit.core.errors import EngineError, InputError, UsageError
from edgekit.core.languages import Direction
from edgekit.engine.base import Hypothesis
from edgekit.translate.translator import Translator, open_translator

LINES = [
    "Hello there.",
    "",
    "Good morning, class. How are you?  Fine.",
    "  indented\r\nsecond line\n",
    "1990",
    "a b c d",
]


def toy(direction: str = "en-pt", *, limit: int = 64) -> tuple[Translator, ToyEngine]:
    engine = ToyEngine(limit)
    return Translator(Direction(*direction.split("-")), engine), engine


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n\n\n",
        "\r\n \t\r\n",
        "😀👍🏽🇧🇷",
        "1990",
        "3 + 4 = 7",
        "---",
        "\0",
        "\ud800",
        "\u2028",
        "\ufeff",
        "👩\u200d👩\u200d👧",
    ],
)
def test_translate_gives_it_back_unseen_by_the_model_when_there_is_nothing_to_translate(text: str) -> None:
    translator, engine = toy()
    (result,) = translator.translate([text])
    assert (result.text, result.score, result.segments, result.complete) == (text, None, (), True)
    assert engine.calls == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello.\r\nGood morning.\r\n", "HELLO.\r\nGOOD MORNING.\r\n"),
        ("1. Red\n2. Green", "1. RED\n2. GREEN"),
        ("a\rb\n\nc", "A\rB\n\nC"),
        ("one\u2028two\x85three\x0bfour", "ONE\u2028TWO\x85THREE\x0bFOUR"),
        ("  \u3000lead and trail \xa0\n", "  \u3000LEAD AND TRAIL \xa0\n"),
        ("One.   Two!\tThree", "ONE.   TWO!\tTHREE"),
        ("\ufeffbom", "\ufeffBOM"),
        ("He\0llo wor\xadld", "HELLO WORLD"),
        ("\u202babc\u202c", "\u202bABC\u202c"),
        ("x\ud800y z\udfff", "XY Z\udfff"),
        ("</s> <unk> hello", "</S> <UNK> HELLO"),
        ("Привет مرحبا class", "ПРИВЕТ مرحبا CLASS"),
    ],
)
def test_translate_keeps_everything_around_the_words(text: str, expected: str) -> None:
    translator, _ = toy()
    (result,) = translator.translate([text])
    assert result.text == expected
    assert result.source == text


@pytest.mark.parametrize(
    "text", ["a" * 3000, "字" * 3000, "word " * 1200, "very " * 300, "x" * 500 + " y " + "z" * 500]
)
def test_translate_wraps_and_loses_nothing_when_a_sentence_is_longer_than_the_engine_takes(text: str) -> None:
    translator, engine = toy(limit=32)
    (result,) = translator.translate([text])
    assert result.text == text.upper()
    assert len(result.segments) > 1
    assert len(engine.calls) == 1


@settings(max_examples=200)
@example(["000000000 0000000A"])
@given(
    st.lists(
        st.text(st.one_of(st.characters(codec=None), st.sampled_from("ab. \n\r\t\0\ud800")), max_size=80), max_size=8
    )
)
def test_translate_gives_as_many_texts_and_lines_as_it_got_when_texts_are_anything(texts: list[str]) -> None:
    translator, _ = toy(limit=4)
    results = translator.translate(texts, scores=True, alignment=True)
    assert [result.source for result in results] == texts
    for result in results:
        assert len(result.text.splitlines()) == len(result.source.splitlines())
        for segment in result.segments:
            begin, end = segment.source
            assert result.source[begin:end].strip() == result.source[begin:end] != ""
            first, last = segment.target
            assert 0 <= first < last <= len(result.text)
            for one, other in segment.alignment or ():
                assert begin <= one[0] < one[1] <= end
                assert first <= other[0] < other[1] <= last


@settings(max_examples=50)
@given(st.permutations(LINES * 2), st.integers(1, 5))
def test_translate_gives_a_sentence_the_same_translation_whatever_its_batch_and_order(
    texts: list[str], size: int
) -> None:
    translator, _ = toy()
    alone = {text: translator.translate([text], scores=True)[0] for text in LINES}
    together = translator.translate(texts, scores=True)
    in_parts = [
        result
        for begin in range(0, len(texts), size)
        for result in translator.translate(texts[begin : begin + size], scores=True)
    ]
    assert together == in_parts == [alone[text] for text in texts]


def test_translate_decodes_a_sentence_once_when_it_comes_often() -> None:
    translator, engine = toy()
    results = translator.translate(["Same line."] * 50 + ["Other. Same line."])
    assert [result.text for result in results] == ["SAME LINE."] * 50 + ["OTHER. SAME LINE."]
    assert sorted(text for call in engine.calls for text in call) == ["Other.", "Same line."]


def test_score_is_the_mean_over_tokens_and_end_marks_when_asked_for() -> None:
    translator, _ = toy()
    (result,) = translator.translate(["abcd efgh. ij kl"], scores=True)
    tokens = [segment.log_probabilities for segment in result.segments]
    assert tokens == [(-0.5, -0.5, -0.5, -0.25), (-0.5, -0.5, -0.25)] or tokens == [(-0.5,) * 5 + (-0.25,)]
    values = [value for segment in tokens if segment for value in segment]
    assert result.score == pytest.approx(sum(values) / len(values))
    assert translator.translate(["abcd"])[0].score is None


def test_alignment_points_at_words_of_both_texts_when_marks_were_dropped() -> None:
    translator, _ = toy()
    (result,) = translator.translate(["  Go\0od morning. Bye now."], alignment=True)
    pairs = [pair for segment in result.segments for pair in segment.alignment or ()]
    assert [(result.source[a:b], result.text[c:d]) for (a, b), (c, d) in pairs] == [
        ("Go\0od", "GOOD"),
        ("morning.", "MORNING."),
        ("Bye", "BYE"),
        ("now.", "NOW."),
    ]


def test_sentences_are_parted_when_the_source_writes_no_spaces_and_the_target_does() -> None:
    text = "你好。你好吗？"
    assert toy("zh-en")[0].translate([text])[0].text == "你好。 你好吗？"
    assert toy("zh-ja")[0].translate([text])[0].text == text


class AnswersWith(ToyEngine):
    """Translates everything to one answer."""

    def __init__(self, answer: list[str], *, complete: bool = True) -> None:
        super().__init__()
        self.answer = answer
        self.complete = complete

    def decode(
        self, sources: Sequence[Sequence[int]], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[tuple[int, Hypothesis]]:
        for index in range(len(sources)):
            ids = [self.target_tokenizer.id_of(surface) for surface in self.answer]
            yield index, Hypothesis(ids, complete=self.complete)


def test_the_source_stays_when_the_model_answers_with_nothing() -> None:
    translator = Translator(Direction("en", "pt"), AnswersWith([]))
    (result,) = translator.translate(["Hello. World"], alignment=True)
    assert (result.text, result.complete) == ("Hello. World", False)


def test_no_line_is_added_when_the_model_answers_with_line_breaks() -> None:
    translator = Translator(Direction("en", "pt"), AnswersWith(["▁a\n\nb", "\r\u2028c"]))
    assert translator.translate(["Hello"])[0].text == "a b c"


def test_complete_is_false_when_the_engine_hit_its_bound() -> None:
    translator = Translator(Direction("en", "pt"), AnswersWith(["▁a"], complete=False))
    assert not translator.translate(["Hello"])[0].complete


@pytest.mark.parametrize("thing", [None, 1, b"bytes", ["list"]])
def test_one_typed_error_names_index_and_type_when_a_text_is_no_string(thing: object) -> None:
    translator, _ = toy()
    with pytest.raises(InputError) as raised:
        translator.translate(["ok", thing, "ok", thing])  # type: ignore[list-item]  # of a wrong type on purpose
    assert raised.value.exit_code == 2
    assert raised.value.reasons == tuple(f"text {index} is of type `{type(thing).__name__}`" for index in (1, 3))
    with pytest.raises(InputError):
        list(translator.stream(["ok", thing]))  # type: ignore[list-item]  # of a wrong type on purpose


@pytest.mark.parametrize("method", ["translate", "stream"])
@pytest.mark.parametrize("text", ["one text", b"bytes"])
def test_one_typed_error_is_raised_when_texts_is_a_single_string(method: str, text: object) -> None:
    with pytest.raises(InputError, match="not a"):
        list(getattr(toy()[0], method)(text))


def test_stream_reads_a_bounded_number_ahead_when_there_are_many_texts() -> None:
    translator, _ = toy()
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for number in range(20_000):
            read += 1
            yield f"line {number % 97}"

    ahead = []
    for written, result in enumerate(translator.stream(texts()), 1):
        assert result.text == f"LINE {(written - 1) % 97}"
        ahead.append(read - written)
    assert len(ahead) == 20_000
    assert ahead[0] < 100
    assert max(ahead) < 1100


def test_stream_equals_translate_when_texts_are_the_same() -> None:
    translator, _ = toy()
    assert list(translator.stream(iter(LINES * 40))) == translator.translate(LINES * 40)


def test_many_threads_get_their_own_answers_when_they_share_a_translator() -> None:
    translator, _ = toy()
    expected = translator.translate(LINES)
    agreed: list[bool] = []

    def work() -> None:
        for _ in range(30):
            same = translator.translate(LINES) == expected
            agreed.append(same)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert agreed == [True] * 120


def test_a_closed_translator_raises_and_closes_again_in_peace() -> None:
    translator, engine = toy()
    with translator as same:
        assert same.translate(["a"])[0].text == "A"
        running = translator.stream(["word"] * 500)
        next(running)
    assert engine.closed
    translator.close()
    for late in (lambda: translator.translate(["a"]), lambda: list(running)):
        with pytest.raises(EngineError, match="closed"):
            late()


def test_open_translator_refuses_when_source_is_target_or_threads_or_tags_are_wrong() -> None:
    for arguments in (("en", "EN", None), ("en", "pt", 0), ("en", "portuguese", None)):
        with pytest.raises(UsageError):
            open_translator(arguments[0], arguments[1], threads=arguments[2])


@pytest.mark.parametrize("texts", [None, 5, 1.5])
def test_what_is_no_iterable_is_refused_before_anything_runs(texts: object) -> None:
    translator, engine = toy()
    for call in (translator.translate, translator.stream):
        with pytest.raises(InputError, match=f"`{type(texts).__name__}`"):
            call(texts)
    assert engine.calls == []


def test_every_text_of_a_generator_is_translated() -> None:
    translator, _ = toy()
    assert [one.text for one in translator.translate(text for text in ("one", "two"))] == ["ONE", "TWO"]
