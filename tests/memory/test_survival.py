"""Kills, two writers, full and read-only disks, damage: accepted edits stay, and translating goes on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edgekit.core import database
from edgekit.core.errors import OutputError, UnavailableError
from edgekit.core.events import Event, Note
from edgekit.core.languages import Direction
from edgekit.memory import database as memory_database
from edgekit.memory.entries import Entry
from edgekit.memory.memory import Memory, open_if_possible, open_memory

EN_PT = Direction("en", "pt")
WRITER = Path(__file__).parent / "writer.py"


def with_script(script: str) -> database.Kind:
    return replace(memory_database.KIND, migrations=(*memory_database.KIND.migrations, script))


def writer(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_everything_acknowledged_is_there_when_the_writer_was_killed_a_hundred_times(tmp_path: Path) -> None:
    told, _ = writer("kill", tmp_path / "m.sqlite", 100).communicate(timeout=300)
    assert told == ""


def test_every_entry_is_there_when_two_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    children = [writer("add", path, name, 150) for name in ("one", "two")]
    assert [child.communicate(timeout=120)[0] for child in children] == ["", ""]
    with open_memory(path) as memory:
        assert memory.stats().entries == 300
        assert memory.lookup("two says sentence 149", EN_PT)[0].usable


def test_commits_are_synced_to_the_log(tmp_path: Path) -> None:
    with open_memory(tmp_path / "m.sqlite") as memory:
        pragmas = [memory._read(f"PRAGMA {name}", ())[0][0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_a_file_that_is_no_database_is_moved_aside_and_a_new_one_made(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.add("Sentence", "Frase", EN_PT)
    path.write_bytes(b"no database" + path.read_bytes()[11:])
    notes: list[Event] = []
    with open_memory(path, report=notes.append) as memory:
        assert memory.stats().entries == 0
        memory.add("New", "Novo", EN_PT)
    (note,) = notes
    assert isinstance(note, Note)
    assert "m.damaged-1.sqlite" in note.text
    assert (tmp_path / "m.damaged-1.sqlite").read_bytes().startswith(b"no database")


def test_entries_around_the_damage_are_taken_over_when_pages_are_lost(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.take_in(Entry(f"Sentence {number} of many", f"Frase {number}", EN_PT) for number in range(3000))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 20 * 4096] = b"\xff" * (20 * 4096)
    path.write_bytes(data)
    notes: list[Event] = []
    with open_memory(path, report=notes.append) as memory:
        for number in range(0, 3000, 30):
            memory.lookup(f"Sentence {number} of many", EN_PT, most=1)
        assert memory.add("New", "Novo", EN_PT)
    with open_memory(path) as memory:
        assert memory.lookup("New", EN_PT)[0].usable
        assert memory._read("PRAGMA integrity_check(1)", ()) == [("ok",)]
        assert 1000 < memory.stats().entries < 3001
    assert len(notes) == 1
    assert (tmp_path / "m.damaged-1.sqlite").exists()


def test_opening_waits_no_longer_than_it_says_when_the_file_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.sqlite"
    open_memory(path).close()
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with open_memory(path) as memory:
        assert memory.lookup("x", EN_PT) == []
        with pytest.raises(UnavailableError):
            memory.add("x", "y", EN_PT)
    holder.close()


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    open_memory(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    notes: list[Event] = []
    assert open_if_possible(path, report=notes.append) is None
    assert path.read_bytes() == before
    assert len(notes) == 1
    with pytest.raises(UnavailableError):
        open_memory(path)


def test_an_older_file_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.add("x", "y", EN_PT)
    monkeypatch.setattr(memory_database, "KIND", with_script("ALTER TABLE entries ADD COLUMN new TEXT"))
    with open_memory(path) as memory:
        assert memory._read("PRAGMA user_version", ()) == [(len(memory_database.KIND.migrations),)]
        assert memory.lookup("x", EN_PT)[0].target == "y"
        assert memory._read("SELECT new FROM entries", ()) == [(None,)]


def test_nothing_is_changed_when_a_migration_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.add("x", "y", EN_PT)
    whole = memory_database.KIND
    monkeypatch.setattr(memory_database, "KIND", with_script("ALTER TABLE entries ADD COLUMN new TEXT; NONSENSE"))
    with pytest.raises(Exception, match="failed"):
        open_memory(path)
    monkeypatch.setattr(memory_database, "KIND", whole)
    with open_memory(path) as memory:
        assert memory.lookup("x", EN_PT)[0].target == "y"
        assert memory._read("PRAGMA user_version", ()) == [(len(whole.migrations),)]


def test_a_file_that_cannot_be_written_is_opened_for_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.add("x", "y", EN_PT)
    plain = database.connection_to
    # Whoever runs the tests may be root, who can write everywhere.
    monkeypatch.setattr(database, "connection_to", lambda path, mode: plain(path, mode.replace("rwc", "ro")))
    with open_memory(path) as memory:
        assert memory.lookup("x", EN_PT)[0].target == "y"
        with pytest.raises(OutputError, match="read-only"):
            memory.add("z", "y", EN_PT)
    with pytest.raises(OutputError, match="cannot open"):
        open_memory(tmp_path / "none.sqlite")


def test_only_a_lock_is_waited_for() -> None:
    calls: list[str] = []

    def fails(message: str) -> None:
        calls.append(message)
        raise sqlite3.OperationalError(message if len(calls) < 3 else "attempt to write a readonly database")

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.patiently(lambda: fails("database is locked"))
    assert len(calls) == 3


def test_reading_works_and_adding_is_an_error_when_the_file_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.add("x", "y", EN_PT)
    with Memory(path, database.read_only(path, memory_database.KIND)) as memory:
        assert memory.lookup("x", EN_PT)[0].target == "y"
        with pytest.raises(OutputError, match="read-only"):
            memory.add("z", "y", EN_PT)


def test_adding_is_an_error_and_the_rest_stays_when_the_disk_is_full(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    with open_memory(path) as memory:
        memory.add("x", "y", EN_PT)
        (pages,) = memory._read("PRAGMA page_count", ())[0]
        memory._read(f"PRAGMA max_page_count = {pages}", ())
        with pytest.raises(OutputError, match="disk is full"):
            memory.add("z" * 19_000, "y" * 19_000, EN_PT)
        assert memory.lookup("x", EN_PT)[0].target == "y"
        assert memory.stats().entries == 1


def test_translating_goes_on_when_there_can_be_no_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    notes: list[Event] = []
    assert open_if_possible(tmp_path / "file" / "m.sqlite", report=notes.append) is None
    assert isinstance(notes[0], Note)
    assert notes[0].text.startswith("translating without the memory")


def test_no_file_is_made_when_there_is_only_looking_up(tmp_path: Path) -> None:
    assert open_if_possible(tmp_path / "m.sqlite", make=False) is None
    assert list(tmp_path.iterdir()) == []
