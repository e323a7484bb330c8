"""TMX: what goes out comes in again, and what others write is understood."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import InputError, OutputError, UnavailableError
from edgekit.core.languages import Direction
from edgekit.memory.entries import Entry, Origin
from edgekit.memory.memory import open_memory
from edgekit.memory.tmx import read_tmx, write_tmx

EN_PT = Direction("en", "pt")
texts = st.text(st.characters(), min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
entries = st.builds(
    Entry,
    source=texts,
    target=texts,
    direction=st.sampled_from([EN_PT, Direction("en-GB", "pt-BR"), Direction("zh-Hant", "am")]),
    origin=st.builds(
        Origin,
        kind=st.sampled_from(["person", "imported", "model"]),
        who=st.text(max_size=8),
        document=st.text(max_size=8),
    ),
    previous=st.text(max_size=20),
    when=st.none() | st.integers(0, 4_000_000_000),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(entries, max_size=5))
def test_round_trip_gives_the_same_entries(wanted: list[Entry]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.tmx"
        assert write_tmx(path, wanted, version="1") == len(wanted)
        assert list(read_tmx(path)) == wanted


def test_round_trip_through_two_memories_gives_the_same_entries(tmp_path: Path) -> None:
    with open_memory(tmp_path / "one.sqlite") as one, open_memory(tmp_path / "two.sqlite") as two:
        one.add("Hello <b>&\r\n\x07you", "Olá <b>&\r\n\x07tu", EN_PT, previous="Before.\n")
        one.add("Cell", "Célula", EN_PT, origin=Origin("model", "firefox-en-pt", "a.docx"))
        one.add("Cell", "Cela", Direction("en", "pt-BR"), origin=Origin("person", "Ana", "a.docx"))
        write_tmx(tmp_path / "x.tmx", one.entries(), version="1")
        two.take_in(read_tmx(tmp_path / "x.tmx"))
        assert list(two.entries()) == list(one.entries())
        assert two.take_in(read_tmx(tmp_path / "x.tmx")) == (0, 3)


FOREIGN = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en"
 srclang="EN-US" datatype="xml"/><body>
<tu creationid="Bea" creationdate="20200102T030405Z"><note>n</note><prop type="file">u1.md</prop>
 <tuv xml:lang="EN-US">
  <seg>A <bpt i="1">&lt;b&gt;</bpt>big<ept i="1">&lt;/b&gt;</ept> <ph x="2"/> <hi>cell</hi>.</seg></tuv>
 <tuv xml:lang="pt-br"><seg>Uma <bpt i="1">&lt;b&gt;</bpt>grande<ept i="1">&lt;/b&gt;</ept> célula.</seg></tuv>
 <tuv xml:lang="fr"><seg>Une cellule.</seg></tuv></tu>
<tu><tuv lang="fr"><seg>Seul</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg> </seg></tuv><tuv xml:lang="pt"><seg>x</seg></tuv></tu>
<tu><tuv xml:lang="!!"><seg>a</seg></tuv><tuv xml:lang="pt"><seg>x</seg></tuv></tu>
</body></tmx>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_read_tmx_gives_text_origin_and_language_when_others_wrote_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "theirs.tmx"
    path.write_bytes(FOREIGN.format(encoding=encoding.removesuffix("-sig")).encode(encoding))
    skipped: Counter[str] = Counter()
    (entry,) = read_tmx(path, EN_PT, skipped=skipped)
    assert entry.source == "A <b>big</b> {2} cell."
    assert entry.target == "Uma <b>grande</b> célula."
    assert entry.direction == Direction("en-US", "pt-BR")
    assert entry.origin == Origin("imported", "Bea", "u1.md")
    assert entry.when == 1_577_934_245
    assert skipped == {"no such languages": 2, "an empty segment": 1, "a language that is no tag": 1}
    assert [str(one.direction) for one in read_tmx(path)] == ["en-US→pt-BR", "en-US→fr"]


def test_read_tmx_does_not_serve_another_region(tmp_path: Path) -> None:
    path = tmp_path / "theirs.tmx"
    path.write_text(FOREIGN.format(encoding="utf-8"), encoding="utf-8")
    assert not list(read_tmx(path, Direction("en", "pt-PT")))
    assert len(list(read_tmx(path, Direction("en-US", "pt-BR")))) == 1


BOMB = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
ATTACKS = {
    "bomb": f'<!DOCTYPE tmx [<!ENTITY a0 "x">{BOMB}]><tmx><header srclang="&a9;"/></tmx>',
    "file": '<!DOCTYPE tmx [<!ENTITY f SYSTEM "file:///etc/passwd">]><tmx><body><tu>&f;</tu></body></tmx>',
    "parameter": '<!DOCTYPE tmx [<!ENTITY % f SYSTEM "file:///etc/passwd"> %f;]><tmx/>',
    "deep": "<tmx>" + "<a>" * 100_000,
    "cut": '<tmx><header srclang="en"/><body><tu>',
    "nothing": "",
    "other": "<html/>",
    "encoding": '<?xml version="1.0" encoding="nonsense"?><tmx/>',
    "large": f"<tmx><body><tu><tuv xml:lang='en'><seg>{'x' * 5_000_000}</seg></tuv></tu></body></tmx>",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_read_tmx_refuses_when_the_file_is_hostile(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "hostile.tmx"
    path.write_text(ATTACKS[attack], encoding="utf-8")
    with pytest.raises(InputError):
        list(read_tmx(path))


@pytest.mark.parametrize("number", ["1114112", "0000000199999999999", "9" * 5000, "-1", "²", ""])
def test_read_tmx_leaves_out_a_character_that_there_is_not(tmp_path: Path, number: str) -> None:
    path = tmp_path / "x.tmx"
    segment = f'<seg>a<ph type="x-edgekit-character" x="{number}"/>b</seg>'
    path.write_text(
        f'<tmx><body><tu><tuv lang="en">{segment}</tuv><tuv lang="pt"><seg>c</seg></tuv></tu></body></tmx>', "utf-8"
    )
    assert next(read_tmx(path)).source == "ab"


def test_read_tmx_refuses_when_the_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"there is no file `.*no\.tmx`"):
        list(read_tmx(tmp_path / "no.tmx"))


def test_write_tmx_refuses_when_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_tmx(tmp_path / "file" / "x.tmx", [], version="1")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 1500), st.integers(0, 40))
def test_read_tmx_ends_in_an_error_or_entries_when_bytes_are_damaged(junk: bytes, at: int, cut: int) -> None:
    data = FOREIGN.format(encoding="utf-8").encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.tmx"
        path.write_bytes(data[:at] + junk + data[at + cut :])
        try:
            list(read_tmx(path))
        except InputError:
            pass
