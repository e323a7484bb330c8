"""What a translation memory finds, and in which order."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.core.marked import Mark, MarkedText
from edgekit.core.paths import memory_file
from edgekit.memory.entries import Entry, Origin
from edgekit.memory.grams import folded
from edgekit.memory.memory import Memory, lookup_all, open_memory

EN_PT = Direction("en", "pt")
MODEL = Origin("model", "firefox-en-pt")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with open_memory(tmp_path / "m.sqlite") as memory:
        yield memory


def test_the_same_segment_is_found_and_shows_its_origin(memory: Memory) -> None:
    memory.add("The cell.", "A célula.", EN_PT, origin=Origin("person", "Ana", "unit3.docx"))
    (match,) = memory.lookup(" The cell.\n", EN_PT)
    assert (match.kind, match.score, match.target, match.usable) == ("exact", 1.0, "A célula.", True)
    assert match.entry.origin == Origin("person", "Ana", "unit3.docx")
    assert match.entry.when is not None


def test_an_accepted_edit_wins_over_a_model_whatever_came_later(memory: Memory) -> None:
    memory.add("The cell.", "A célula.", EN_PT)
    memory.take_in([Entry("The cell.", "A sela.", EN_PT, Origin("imported", "x"))])
    memory.add("The cell.", "A cela.", EN_PT, origin=MODEL, previous="Before.")
    found = memory.lookup("The cell.", EN_PT, previous="Before.")
    assert [match.target for match in found] == ["A célula.", "A sela.", "A cela."]
    assert [match.usable for match in found] == [True, True, False]


def test_the_last_edit_wins_and_one_accepted_again_is_the_last(memory: Memory) -> None:
    memory.add("x", "one", EN_PT)
    memory.add("x", "two", EN_PT)
    assert memory.lookup("x", EN_PT)[0].target == "two"
    memory.add("x", "one", EN_PT)
    assert memory.lookup("x", EN_PT)[0].target == "one"
    assert memory.stats().entries == 2


def test_an_import_never_goes_before_what_was_accepted_here(memory: Memory) -> None:
    memory.add("x", "mine", EN_PT)
    memory.take_in([Entry("x", "theirs", EN_PT, Origin("person", "Ana"))])
    assert [match.target for match in memory.lookup("x", EN_PT)] == ["mine", "theirs"]


def test_the_same_context_goes_before_a_later_edit(memory: Memory) -> None:
    memory.add("Yes.", "Sim.", EN_PT, previous="Is it true?")
    memory.add("Yes.", "Pois é.", EN_PT, previous="It rains.")
    assert memory.lookup("Yes.", EN_PT, previous="Is it true?")[0].kind == "context"
    assert memory.lookup("Yes.", EN_PT, previous="Is it true?")[0].target == "Sim."
    assert memory.lookup("Yes.", EN_PT)[0].target == "Pois é."
    assert memory.lookup("Yes.", EN_PT)[0].kind == "exact"


def test_regions_serve_their_language_and_not_each_other(memory: Memory) -> None:
    memory.add("bus", "ônibus", Direction("en", "pt-BR"))
    assert memory.lookup("bus", EN_PT)[0].usable
    assert memory.lookup("bus", Direction("en-GB", "pt-BR"))[0].usable
    assert memory.lookup("bus", Direction("en", "pt-PT")) == []
    assert memory.lookup("bus", Direction("en", "es")) == []
    assert memory.lookup("bus", Direction("pt", "en")) == []


def test_a_segment_like_it_is_a_suggestion(memory: Memory) -> None:
    memory.add("The plant cell has a wall.", "A célula vegetal tem parede.", EN_PT)
    (match,) = memory.lookup("The plant cell has walls.", EN_PT)
    assert (match.kind, match.usable) == ("fuzzy", False)
    assert 0.85 < match.score < 1
    assert memory.lookup("The plant cell has walls.", EN_PT, least=0.99) == []
    assert memory.lookup("Something else entirely, this is.", EN_PT) == []


@pytest.mark.parametrize(
    ("source", "target", "wanted", "expected"),
    [
        ("Chapter 12, page 30.", "Capítulo 12, página 30.", "Chapter 13, page 45.", "Capítulo 13, página 45."),
        ("In 1822.", "Em 1822.", "In 1910.", "Em 1910."),
        ("Swap 12 and 13.", "Troque 12 e 13.", "Swap 13 and 12.", "Troque 13 e 12."),
        # One page is no 30 pages; half past three is written otherwise; a number that is not there; one that is twice.
        ("Read 30 pages.", "Leia 30 páginas.", "Read 1 pages.", None),
        ("At 15:30.", "Às 15h30.", "At 16:30.", None),
        ("It costs 3.5 now.", "Custa 3,5 agora.", "It costs 4.5 now.", None),
        ("Add 12 and 12.", "Some 12 e 12.", "Add 12 and 13.", None),
        ("Page 12 ends.", "Doze acaba.", "Page 13 ends.", None),
    ],
)
def test_numbers_are_put_in_only_where_that_is_safe(
    memory: Memory, source: str, target: str, wanted: str, expected: str | None
) -> None:
    memory.add(source, target, EN_PT)
    (match,) = memory.lookup(wanted, EN_PT)
    assert match.substituted == (expected is not None)
    assert match.target == (expected or target)
    assert not match.usable
    assert match.score < 1


def test_numbers_are_not_put_in_where_a_language_has_more_plural_forms(memory: Memory) -> None:
    memory.add("2 hours", "2 часа", Direction("en", "ru"))
    (match,) = memory.lookup("5 hours", Direction("en", "ru"))
    assert not match.substituted


def test_placeholders_that_differ_lower_the_score(memory: Memory) -> None:
    memory.add("Hello {name}, welcome back.", "Olá {name}, bem-vindo.", EN_PT)
    same = memory.lookup("Hello {name}, welcome back!", EN_PT)[0].score
    other = memory.lookup("Hello {user}, welcome back.", EN_PT)[0].score
    assert other < same


def test_what_is_alike_is_found_as_by_comparing_with_every_entry(memory: Memory) -> None:
    rng = random.Random(11)
    words = ["".join(rng.choices("abcdefghij", k=rng.randint(2, 9))) for _ in range(300)]
    sources = list(dict.fromkeys(" ".join(rng.choices(words, k=rng.randint(1, 14))) for _ in range(800)))
    memory.take_in(Entry(source, "x", EN_PT, Origin("imported", str(at))) for at, source in enumerate(sources))
    found = wanted = 0
    for source in rng.sample(sources, 120):
        parts = source.split()
        parts[rng.randrange(len(parts))] = rng.choice(words)
        text = " ".join(parts)
        best = max(sources, key=lambda one: Levenshtein.normalized_similarity(folded(text), folded(one)))
        if Levenshtein.normalized_similarity(folded(text), folded(best)) >= 0.75 and best != text:
            wanted += 1
            found += any(match.entry.source == best for match in memory.lookup(text, EN_PT))
    assert wanted > 50
    assert found == wanted


def test_writing_without_spaces_is_found_too(memory: Memory) -> None:
    memory.add("植物细胞有细胞壁。", "Plant cells have walls.", Direction("zh", "en"))
    assert memory.lookup("动物细胞没有细胞壁。", Direction("zh", "en"), least=0.5)
    assert memory.lookup("植物细胞有细胞膜。", Direction("zh", "en"))


def test_a_document_is_looked_up_with_its_context_and_white_space(memory: Memory) -> None:
    memory.add("Yes.", "Sim.", EN_PT, previous="Is it?")
    memory.add("Yes.", "Claro.", EN_PT)
    found = lookup_all(memory, ["Is it?", "", "  Yes.\n", "Yes."], EN_PT)
    assert [[match.target for match in one[:1]] for one in found] == [[], [], ["  Sim.\n"], ["Claro."]]
    assert [one[0].kind for one in found[2:]] == ["context", "exact"]


def test_a_wrong_clock_is_no_date(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 17.0)
    memory.add("x", "one", EN_PT)
    memory.add("x", "two", EN_PT)
    match = memory.lookup("x", EN_PT)[0]
    assert (match.target, match.entry.when) == ("two", None)


@pytest.mark.parametrize(
    ("source", "target"), [("", "x"), (" ", "x"), ("x", "\n"), ("x" * 20_001, "x"), ("\ud800", "x")]
)
def test_what_is_no_segment_is_refused(memory: Memory, source: str, target: str) -> None:
    with pytest.raises(InputError):
        memory.add(source, target, EN_PT)
    assert memory.stats().entries == 0


def test_forgotten_entries_are_not_found(memory: Memory) -> None:
    number = memory.add("The plant cell.", "A célula.", EN_PT)
    assert memory.forget([number, 99]) == 1
    assert memory.lookup("The plant cell.", EN_PT) == []
    assert memory.lookup("The plant cells.", EN_PT) == []
    assert memory._read("SELECT count(*) FROM grams", ()) == [(0,)]


def test_the_memory_is_where_edgekit_home_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    with open_memory() as memory:
        memory.add("x", "y", EN_PT)
    assert memory_file() == tmp_path / "data" / "memory" / "memory.sqlite"
    assert memory_file().exists()


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=25).filter(
    lambda text: bool(text.strip())
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4))
def test_what_was_added_is_found_exactly(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    with open_memory(tmp_path_factory.mktemp("m") / "m.sqlite") as memory:
        for source, target in pairs:
            memory.add(source, target, EN_PT)
        for source, _ in pairs:
            match = memory.lookup(source, EN_PT)[0]
            assert match.usable
            assert (match.entry.source, match.target) in pairs


def test_the_formatting_of_both_sides_comes_back_and_goes_with_its_entry(memory: Memory) -> None:
    source = MarkedText("The cell.", (Mark(4, 8, "pair", "1"),))
    target = MarkedText("A célula.", (Mark(2, 8, "pair", "1"),))
    memory.add(source, target, EN_PT)
    plain = memory.add("A page.", "Uma página.", EN_PT)
    (match,) = memory.lookup("The cell.", EN_PT)
    assert memory.formatting(match.entry) == (source, target)
    (other,) = memory.lookup("A page.", EN_PT)
    assert other.entry.id == plain
    assert memory.formatting(other.entry) == (MarkedText("A page."), MarkedText("Uma página."))
    # Accepted again without formatting, the entry has none any more.
    memory.add("The cell.", "A célula.", EN_PT)
    (again,) = memory.lookup("The cell.", EN_PT)
    assert memory.formatting(again.entry) == (MarkedText("The cell."), MarkedText("A célula."))
    assert memory.formatting(match.entry)[0].marks == ()


def test_a_file_of_before_formatting_can_be_read_where_it_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with open_memory(path) as memory:
        memory.add("The cell.", "A célula.", EN_PT)
        memory._write(lambda connection: connection.execute("DROP TABLE formatting"))
        (match,) = memory.lookup("The cell.", EN_PT)
        assert memory.formatting(match.entry) == (MarkedText("The cell."), MarkedText("A célula."))
    assert not list(tmp_path.glob("*damaged*"))
