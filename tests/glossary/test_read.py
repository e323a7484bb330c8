"""Glossaries from files: what is read, what is refused, what is told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import InputError, UnavailableError
from edgekit.core.languages import Direction
from edgekit.glossary.matching import TermIndex
from edgekit.glossary.read import read_glossary, unheaded_row
from edgekit.glossary.terms import Glossary

EN_PT = Direction("en", "pt")


def read(tmp_path: Path, data: str | bytes, name: str = "terms.csv", direction: Direction = EN_PT) -> Glossary:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_glossary(path, direction)


@pytest.mark.parametrize(
    "data",
    [
        "cell,célula\nplant wall,parede\n",
        "source,target\ncell,célula\nplant wall,parede",
        "\ufeffSource;Target\r\ncell;célula\r\nplant wall;parede\r\n",
        "term\ttranslation\ncell\tcélula\nplant wall\tparede\n",
        "en,pt\ncell,célula\nplant wall,parede",
        "pt-BR;note;en-GB\ncélula;;cell\nparede;;plant wall",
        '# ours\n\n"cell","célula"\n"plant wall","parede"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables_of_every_kind_are_read(tmp_path: Path, data: str, encoding: str) -> None:
    if encoding == "utf-16":
        data = data.removeprefix("\ufeff")
    terms = read(tmp_path, data.encode(encoding)).terms
    assert [(term.source, term.target) for term in terms] == [("cell", "célula"), ("plant wall", "parede")]


def test_a_table_saved_by_a_spreadsheet_in_a_code_page_is_read(tmp_path: Path) -> None:
    rows = "source;target\nequation;equação\nlesson;lição\nfraction;fração\nphotosynthesis;fotossíntese\n"
    glossary = read(tmp_path, rows.encode("cp1252"))
    assert [term.target for term in glossary.terms] == ["equação", "lição", "fração", "fotossíntese"]
    assert glossary.encoding == "cp1252"


def test_every_column_is_read(tmp_path: Path) -> None:
    data = "source,target,note,case,part of speech,forbidden,do not translate\n"
    data += "cell,célula,bio,sensitive,noun,cela|celular,\niOS,,,,,,yes"
    cell, kept = read(tmp_path, data).terms
    assert (cell.note, cell.case, cell.part_of_speech, cell.forbidden) == (
        "bio",
        "sensitive",
        "noun",
        ("cela", "celular"),
    )
    assert (kept.target, kept.keep, kept.line) == ("iOS", True, 3)


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    data = f"source,target,case,do not translate\na,b,perhaps,\nc,d,,maybe\ne,f,,,,g\nh,{'i' * 2000},,\n"
    with pytest.raises(InputError) as caught:
        read(tmp_path, data)
    assert [reason.partition(":")[0] for reason in caught.value.reasons] == ["line 2", "line 3", "line 4", "line 5"]


def test_rows_that_are_there_many_times_cost_no_more_than_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    find_all = TermIndex.find_all

    def counting(index: TermIndex, text: str) -> list[tuple[int, int, Any]]:
        counted.append(text)
        return find_all(index, text)

    monkeypatch.setattr(TermIndex, "find_all", counting)
    (tmp_path / "g.csv").write_text(
        "source,target,note,case,pos,forbidden\n" + "cell wall,parede,,,,parede\n" * 2000, "utf-8"
    )
    glossary = read_glossary(tmp_path / "g.csv", Direction("en", "pt"))
    assert counted == ["cell wall"]
    kinds = [one.kind for one in glossary.conflicts]
    assert (kinds.count("duplicate"), kinds.count("forbidden"), kinds.count("contains")) == (1, 10_000, 0)


def test_conflicts_are_listed_and_their_rows_left_out_or_ranked(tmp_path: Path) -> None:
    data = "cell,célula,,,,\ncell,cela\nwall,\n,x\nroot,raiz\nroot,raiz\njail,cela,,,,\nleaf,folha,,,,Célula\n"
    data += "cell wall,parede\n"
    glossary = read(tmp_path, data)
    assert {(one.kind, one.lines) for one in glossary.conflicts} == {
        ("empty", (3,)),
        ("empty", (4,)),
        ("targets", (1, 2)),
        ("duplicate", (5, 6)),
        ("forbidden", (8, 1)),
        ("contains", (1, 9)),
    }
    (match,) = glossary.matches("a cell")
    assert match.term.target == "célula"


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02\x00", b"source,target\n", b"note,case\nx,y\n", b'"open,x\ny,z', b"\xff\xfe\x00"]
)
def test_what_is_no_glossary_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError):
        read(tmp_path, data)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"there is no glossary `.*no\.csv`"):
        read_glossary(tmp_path / "no.csv", EN_PT)


TBX2 = """<?xml version='1.0'?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><text><body>
<termEntry id="1"><descrip type="definition">smallest unit of life</descrip>
 <langSet xml:lang="en-GB"><tig><term>cell</term><termNote type="partOfSpeech">noun</termNote></tig></langSet>
 <langSet xml:lang="pt">
  <tig><term>cela</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig>
  <ntig><termGrp><term>célula</term></termGrp></ntig></langSet></termEntry>
<termEntry id="2"><langSet xml:lang="de"><tig><term>Zelle</term></tig></langSet></termEntry>
</body></text></martif>"""
TBX3_DCT = """<?xml version="1.0" encoding="UTF-8"?>
<tbx style="dct" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"
 xmlns:min="http://www.tbxinfo.net/ns/min" xmlns:basic="http://www.tbxinfo.net/ns/basic"><text><body>
<conceptEntry id="1"><basic:definition>smallest unit of life</basic:definition>
 <langSec xml:lang="en"><termSec><term>cell</term><min:partOfSpeech>noun</min:partOfSpeech></termSec></langSec>
 <langSec xml:lang="pt-BR"><termSec><term>célula</term></termSec>
  <termSec><term>cela</term><min:administrativeStatus>supersededTerm-admn-sts</min:administrativeStatus></termSec>
 </langSec></conceptEntry></body></text></tbx>"""
TBX3_DCA = (
    TBX3_DCT.replace("<min:partOfSpeech>noun</min:partOfSpeech>", '<termNote type="partOfSpeech">noun</termNote>')
    .replace("<min:administrativeStatus>", '<termNote type="administrativeStatus">')
    .replace("</min:administrativeStatus>", "</termNote>")
)


@pytest.mark.parametrize("data", [TBX2, TBX3_DCT, TBX3_DCA])
def test_tbx_of_every_version_and_style_is_read(tmp_path: Path, data: str) -> None:
    (term,) = read(tmp_path, data, "terms.tbx").terms
    assert (term.source, term.target, term.part_of_speech, term.forbidden) == ("cell", "célula", "noun", ("cela",))
    assert term.line > 1


@pytest.mark.parametrize(
    "data",
    [
        "<!DOCTYPE tbx [<!ENTITY a 'x'>]><tbx><conceptEntry>&a;</conceptEntry></tbx>",
        "<tbx>" + "<a>" * 1000,
        "<html/>",
        "<tbx><conceptEntry>",
        "no xml",
    ],
)
def test_tbx_that_is_hostile_or_none_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, data, "terms.tbx")


@settings(max_examples=150, deadline=None)
@given(st.text("ab,;\t\"'\n\r#| é", max_size=60) | st.binary(max_size=40), st.sampled_from(["x.csv", "x.tbx"]))
def test_any_file_ends_in_terms_or_an_error(data: str | bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            glossary = read(Path(folder), data, name)
        except InputError:
            return
        assert all(term.source.strip() and term.target.strip() for term in glossary.terms)


@pytest.mark.parametrize(
    "header",
    ["English,Portuguese", "ENGLISH,português", "from,into", "From,To", "English (UK),Portuguese (Brazil)",
     "en-GB,pt-BR", "Portuguese,French,English"],
)  # fmt: skip
def test_a_header_is_no_term_when_it_names_the_languages(tmp_path: Path, header: str) -> None:
    row = "célula,cellule,cell" if header.count(",") == 2 else "cell,célula"
    terms = read(tmp_path, f"{header}\n{row}\n").terms
    assert [(term.source, term.target) for term in terms] == [("cell", "célula")]


def test_a_header_of_other_languages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "English,French\ncell,cellule\n")
    assert list(caught.value.reasons) == ["line 1: the header has no columns `source` and `target` for en→pt"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("# Rivers\nWater falls.\nIt runs.\n", "no line has two columns"),
        ("# Rivers\nWater falls, and it runs.\nName:\n", "only 1 of 2 lines have two columns"),
        ("Rivers\nWater falls, and it runs.\nThat is all.\nNames:\n", "only 1 of 4 lines have two columns"),
    ],
)
def test_prose_is_no_glossary(tmp_path: Path, data: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, "worksheet.md")
    assert list(caught.value.reasons) == [reason]


@pytest.mark.parametrize(
    ("data", "name", "row"),
    [
        ("source,target\ncell,célula\n", "a.csv", None),
        ("# ours\nterm\ttranslation\ncell\tcélula\n", "a.tsv", None),
        ("English;Português\ncell;célula\n", "a.csv", None),
        ("pt-BR;note;en-GB\ncélula;;cell\n", "a.csv", None),
        ("name,mark\nAna,3\n", "a.csv", ("name", "mark")),
        ('\n"cell, red",célula\nplant,planta\n', "a.csv", ("cell, red", "célula")),
        ("Good morning\n", "a.csv", None),
        ("", "a.csv", None),
        ('"a\nb,c\n', "a.csv", None),
        ("<martif/>", "a.tbx", None),
        ("es,is\ncell,célula\n", "a.csv", ("es", "is")),  # tags, and words of Spanish and English
        ("English,Spanish\ncell,célula\n", "a.csv", None),  # reading it is refused: it is for another direction
    ],
)
def test_a_table_tells_whether_it_says_what_its_columns_are(
    tmp_path: Path, data: str, name: str, row: tuple[str, str] | None
) -> None:
    path = tmp_path / name
    path.write_text(data, "utf-8")
    assert unheaded_row(path, EN_PT) == row
