"""A document by its name and its bytes: kinds, encodings, and files that are something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import InputError, OutputError, UnavailableError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.foreign import FOREIGN, is_foreign, saved_as
from edgekit.documents.open import FORMATS, kind_of, open_document
from edgekit.documents.plain import text_units

PORTUGUESE = "Não há água aqui, e a menina não vê o céu. À noite, o avô lê histórias às crianças.\n"


@pytest.mark.parametrize("name", ["a.TXT", "b.Md", "c.d.HTML", "d.JSONL", "e.XLF", "f.Csv"])
def test_a_kind_is_known_when_its_ending_is_in_capitals(name: str) -> None:
    assert kind_of(name) is not None


def test_every_kind_is_listed_when_an_ending_is_not_known(tmp_path: Path) -> None:
    for name in ("a.pdf", "noending", "a.txt.bak"):
        with pytest.raises(InputError) as error:
            open_document(tmp_path / name)
        assert all(kind in (error.value.hint or "") for kind in FORMATS)
    with pytest.raises(InputError):
        open_document(b"x", kind="exe")
    with pytest.raises(InputError):
        open_document(b"x")


def test_a_file_is_refused_when_it_is_not_there_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(UnavailableError, match="there is no file"):
        open_document(tmp_path / "a.txt")
    with pytest.raises(InputError, match="is a folder, not a file"):
        open_document(tmp_path / "b.txt")


@pytest.mark.parametrize("kind", [form.kind for form in FORMATS.values() if not form.archive])
@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"%PDF-1.7", b"\x89PNG\r\n", b"{\\rtf1 x}", b"a\x00\x00b\x01"])
def test_a_file_is_refused_when_its_content_is_something_else(kind: str, data: bytes) -> None:
    with pytest.raises(InputError) as error:
        open_document(data, kind=kind)
    assert "\n" not in error.value.message


def test_an_archive_is_refused_when_it_is_none() -> None:
    with pytest.raises(InputError, match="not docx"):
        open_document(b"hello", kind="docx")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_text_is_read_and_written_as_it_was_when_it_is_unicode(codec: str) -> None:
    data = PORTUGUESE.encode(codec)
    document = open_document(data, kind="txt")
    assert document.segments[0].text == PORTUGUESE.strip()
    assert document.written([MarkedText("água")]) == "água\n".encode(codec)


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "cp1251", "shift_jis", "gb18030"])
def test_text_is_read_and_said_when_its_encoding_is_old(codec: str) -> None:
    said = {
        "cp1251": "Вода движется между морем, небом и землёй всё время, и никто её не видел.\n" * 3,
        "shift_jis": "水は海と空と陸のあいだをいつも動いています。だれも全部を見たことはありません。\n" * 3,
        "gb18030": "水一直在海洋、天空和陆地之间流动，从来没有人同时看到它的全部。\n" * 3,
    }.get(codec, PORTUGUESE)
    data = said.encode(codec)
    document = open_document(data, kind="txt")
    assert document.segments[0].text == said.splitlines()[0]
    assert document.written(document.segments) == data
    assert document.facts[0].startswith("read as ")


def test_an_encoding_is_believed_when_a_person_names_it() -> None:
    data = "água".encode("cp850")
    document = open_document(data, kind="txt", options=DocumentOptions(encoding="cp850"))
    assert document.segments[0].text == "água"
    for wrong in ("ascii", "no-such-encoding"):
        with pytest.raises(InputError):
            open_document(data, kind="txt", options=DocumentOptions(encoding=wrong))


def test_writing_fails_with_the_characters_when_the_encoding_lacks_them() -> None:
    document = open_document(PORTUGUESE.encode("latin-1"), kind="txt")
    with pytest.raises(OutputError, match="नम"):
        document.written([MarkedText("नमस्ते")])


@given(data=st.binary(max_size=80))
def test_bytes_come_back_when_any_encoding_takes_them(data: bytes) -> None:
    try:
        found = decoded(data, "x")
    except InputError:
        return
    assert found.encode(found.text) == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo\r\n", ["one", "two"]),
        ("# Title\n\n- item\n* [x] more", ["Title", "item", "[x] more"]),
        ("1. Red\n2. Green\n   a) Blue", ["Red", "Green", "Blue"]),
        (
            "Roses are red,\nviolets are blue,\nsugar is sweet.",
            ["Roses are red,", "violets are blue,", "sugar is sweet."],
        ),
        ("word\tmeaning\t12", ["word", "meaning"]),
        ("  \n\t\n12\n----\n😀👍🏽\n", []),
        ("", []),
        (
            "a paragraph of which the lines are full, as they are where a program\nwraps them, goes on until it ends.",
            ["a paragraph of which the lines are full, as they are where a program wraps them, goes on until it ends."],
        ),
    ],
)
def test_lines_and_paragraphs_are_told_apart_when_text_is_plain(text: str, expected: list[str]) -> None:
    assert [segment.text for unit in text_units(text) for segment in unit.segments] == expected


@pytest.mark.parametrize(
    ("source", "codec", "said"),
    [
        ("pl", "cp1250", "Zażółć gęślą jaźń. Woda krąży między morzem a niebem.\n"),
        ("tr", "cp1254", "Su, deniz ile gökyüzü arasında sürekli hareket eder. Çocuklar bunu öğrenir, ışık.\n"),
        ("el", "cp1253", "Το νερό κινείται ανάμεσα στη θάλασσα και τον ουρανό.\n"),
        ("de", "cp1252", "Das Mädchen hört die Geschichten des Großvaters.\n"),
        ("pt", "cp1252", "água fria\n"),
        (None, "cp1252", "água fria\n"),
        (None, "cp1252", "L'été dernier, à l'école, nous avons étudié où naît la forêt.\n"),
        (None, "cp1252", "El niño pequeño no vio el cañón. ¿Qué pasó? ¡Nada!\n"),
    ],
)
def test_an_old_encoding_is_the_usual_one_when_a_file_states_none(source: str | None, codec: str, said: str) -> None:
    document = open_document(said.encode(codec), kind="txt", options=DocumentOptions(source=source))
    assert document.segments[0].text + "\n" == said or document.segments[0].text == said.split(". ")[0]
    assert codec in document.facts[0]


def test_what_can_be_read_is_never_foreign() -> None:
    assert not FOREIGN & {ending for form in FORMATS.values() for ending in form.endings}
    assert is_foreign("Scan.PDF")
    assert not is_foreign("notes")
    assert {saved_as(f"a{ending}") for ending in FOREIGN} - {None} <= set(FORMATS)
