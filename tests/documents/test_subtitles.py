"""Subtitles: sentences across cues, and back in cues that can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import InputError
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.cues import divided
from edgekit.documents.open import open_document
from edgekit.documents.wrapping import columns


def srt(*cues: tuple[float, float, str]) -> bytes:
    def time(seconds: float) -> str:
        return f"00:00:{int(seconds):02},{round(seconds % 1 * 1000):03}"

    blocks = [f"{n}\n{time(begin)} --> {time(end)}\n{said}\n" for n, (begin, end, said) in enumerate(cues, 1)]
    return "\n".join(blocks).encode()


def texts(data: bytes, kind: str = "srt") -> list[str]:
    return [segment.text for segment in open_document(data, kind=kind).segments]


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        ([(1, 2, "I was"), (2, 3, "here.")], ["I was here."]),
        ([(1, 2, "I was."), (2, 3, "Here.")], ["I was.", "Here."]),
        ([(1, 2, "Mr."), (2, 3, "smith came.")], ["Mr. smith came."]),
        ([(1, 2, "I was"), (5, 6, "here.")], ["I was", "here."]),
        ([(1, 2, "I was"), (2, 3, "- here.")], ["I was", "here."]),
        ([(1, 2, "- Hi.\n- Bye."), (2, 3, "more")], ["Hi.", "Bye.", "more"]),
        ([(1, 2, "two\nlines")], ["two lines"]),
        ([(1, 2, "[door slams]\n♪ la la ♪")], ["[door slams]", "♪ la la ♪"]),
        ([(1, 2, "It is\nlate.\n(sighs)"), (2, 3, "and dark")], ["It is late.", "(sighs)", "and dark"]),
        ([(1, 2, "(sighs) It is\nlate.")], ["(sighs) It is late."]),
        ([(1, 2, "by the sea,\n\nand the river")], ["by the sea,", "and the river"]),
        ([(1, 2, "[door"), (2, 3, "opens]")], ["[door", "opens]"]),
        ([(1, 2, "♪ la"), (2, 3, "la ♪")], ["♪ la", "la ♪"]),
        ([(1, 2, "{\\an8}<i>I was</i>"), (2, 3, "<i>here</i>.")], ["I was here."]),
        ([(1, 2, "1,000"), (2, 3, "<i></i>")], []),
        ([(1, 2, "我住在"), (2, 3, "这里。")], ["我住在这里。"]),
        ([(n, n + 1, "and on") for n in range(1, 9)], [" ".join(["and on"] * 6), " ".join(["and on"] * 2)]),
    ],
)
def test_sentences_are_joined_when_they_go_on_in_the_next_cue(
    cues: list[tuple[float, float, str]], expected: list[str]
) -> None:
    assert texts(srt(*cues)) == expected


def test_tags_over_two_cues_stay_in_their_cues_when_the_sentence_is_translated() -> None:
    data = srt((1, 2, "{\\an8}<i>When I was a child I lived in a"), (2, 3, "house of cardboard.</i>"))
    document = open_document(data, kind="srt")
    out = document.written([MarkedText("Quando era criança eu morava numa casa de papelão.")]).decode()
    assert out.splitlines()[2] == "{\\an8}<i>Quando era criança eu morava"
    assert out.splitlines()[6] == "numa casa de papelão.</i>"


def test_a_cue_has_lines_of_42_columns_when_its_translation_is_longer() -> None:
    document = open_document(srt((1, 3, "This is what I said\nto him")), kind="srt")
    said = "Foi exatamente isto o que eu lhe disse ontem à noite na cozinha"
    lines = document.written([MarkedText(said)]).decode().splitlines()[2:]
    assert " ".join(lines) == said
    assert [len(line) for line in lines] == [32, 30]
    assert document.written([MarkedText("Foi isto")]).decode().splitlines()[2:] == ["Foi isto"]


def test_reading_speed_is_said_when_subtitles_are_read_and_written() -> None:
    document = open_document(srt((1, 2, "x" * 17 + "."), (2, 3, "X" * 10 + ".")), kind="srt")
    assert document.facts == ("reading speed: 1 of 2 cues are faster than 17 characters a second",)
    document.written([MarkedText("a" * 30), MarkedText("b" * 18)])
    assert document.facts == (
        "reading speed: 2 of 2 cues are faster than 17 characters a second in the translation, 1 in the original",
    )
    slow = open_document(srt((1, 2, "Yes.")), kind="srt")
    slow.written([MarkedText("Sim.")])
    assert slow.facts == ()


def test_notes_styles_settings_and_names_stay_when_a_webvtt_file_is_translated() -> None:
    text = (
        "WEBVTT\n\nSTYLE\n::cue {}\n\nNOTE to be --> kept\n\nname\n00:01.000 --> 00:02.000 line:0\n<v A>a &amp; b</v>\n"
    )
    document = open_document(text.encode(), kind="vtt")
    assert [segment.text for segment in document.segments] == ["a & b"]
    assert document.written([MarkedText("c < --> d")]).decode() == text.replace("a &amp; b", "c &lt; --&gt; d")


def test_voices_and_timed_words_are_not_joined_when_they_follow_each_other() -> None:
    cues = ["<v A>I was", "<v B>here", "<v B>and <00:03.500>there", "<v B>too"]
    text = "WEBVTT\n\n" + "\n\n".join(f"00:0{n}.000 --> 00:0{n + 1}.000\n{said}" for n, said in enumerate(cues, 1))
    assert texts(text.encode(), "vtt") == ["I was", "here", "and there", "too"]


def test_unspaced_languages_are_cut_between_characters_when_there_are_no_words() -> None:
    data = srt((1, 3, "When I was a child I lived"), (3, 5, "in a small house by the sea."))
    document = open_document(data, kind="srt", options=DocumentOptions(target="th"))
    said = "ตอนเด็กฉันอาศัยอยู่ในบ้านหลังเล็กริมทะเล"
    out = document.written([MarkedText(said)]).decode().splitlines()
    assert out[2] + out[6] == said
    assert abs(len(out[2]) - len(out[6])) < 8


@pytest.mark.parametrize("data", [b"no times at all", b"1\n00:00 -> 00:01\nx"])
def test_a_file_is_refused_when_no_line_is_a_time(data: bytes) -> None:
    with pytest.raises(InputError, match="no SubRip"):
        open_document(data, kind="srt")
    with pytest.raises(InputError, match="no WebVTT"):
        open_document(data, kind="vtt")


WORDS = st.lists(st.text("abcé,.中", min_size=1, max_size=9), min_size=1, max_size=12).map(" ".join)


@given(text=WORDS, shares=st.lists(st.floats(0.05, 1), min_size=1, max_size=5), data=st.data())
def test_parts_are_the_text_when_it_is_divided(text: str, shares: list[float], data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    point = data.draw(st.integers(0, len(text)))
    marks = (Mark(begin, end, "pair", "1"), Mark(point, point, "point", "2"))
    parts = divided(MarkedText(text, marks), [share / sum(shares) for share in shares], None)
    assert len(parts) == len(shares)
    assert all(part.text for part in parts)
    assert sorted(mark.name for part in parts for mark in part.marks) == ["1", "2"]
    assert all(0 <= mark.begin <= mark.end <= len(part.text) for part in parts for mark in part.marks)
    said = "".join(part.text for part in parts).replace(" ", "")
    # What is shown on, for want of words, is there twice.
    assert said == text.replace(" ", "") or len({part.text for part in parts}) < len(parts)


@given(text=WORDS)
def test_columns_count_wide_characters_twice_when_text_has_them(text: str) -> None:
    assert columns(text) == len(text) + text.count("中")
