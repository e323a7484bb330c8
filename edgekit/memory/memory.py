"""The translation memory of a user: what was accepted once is found again."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from math import ceil
from pathlib import Path
from typing import Any, TypeVar

from edgekit.core.clock import known_now
from edgekit.core.closing import Closing
from edgekit.core.database import ERRORS, changing, is_damage, told
from edgekit.core.errors import EdgekitError, InputError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.languages import Direction
from edgekit.core.marked import MarkedText
from edgekit.core.paths import memory_file
from edgekit.memory.database import KIND, connect, replaced
from edgekit.memory.entries import Entry, Match, MatchKind, Origin, Stats
from edgekit.memory.grams import folded, grams, key_of
from edgekit.memory.rows import SELECT, delete_row, entry_of, insert_row, marked_of, marks_row, pair_of, row_of
from edgekit.memory.scoring import SUBSTITUTED, score, similarity, with_numbers

_Result = TypeVar("_Result")

# Two segments of which less than this is equal help nobody to translate either.
LEAST = 0.7
_MOST_CHARACTERS = 20_000
_BATCH = 1_000
# Of a gram so many entries are looked at, and of all those so many, with the most grams in common, compared.
_COMMON = 2_000
_CANDIDATES = 100
_ENCODABLE = re.compile("[^\ud800-\udfff]*")


class Memory(Closing):
    """Entries in a file; may be used from any thread, and by several processes at once.

    All of it raises OutputError (read-only, disk full) or UnavailableError (locked for ten seconds by another process).
    A file that turns out to be damaged is moved aside, what can be read of it is taken over, and report hears of both.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, report: Reporter = silent) -> None:
        self.path = path
        self._connection = connection
        self._report = report
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file; closing again does nothing."""
        with self._lock:
            self._connection.close()

    def lookup(
        self, source: str, direction: Direction, *, previous: str = "", least: float = LEAST, most: int = 5
    ) -> list[Match]:
        """The entries that are like a segment, the best first.

        previous: the segment before it; an entry with the same one is a `context` match, better than an exact one.
        least: of fuzzy matches the lowest score, above 0.
        most: how many. Exact matches are told by person, import, model, in this order, what was added last before.
        """
        key = key_of(source)
        if not key or most < 1:
            return []
        exact = self._exact(key, direction, key_of(previous))[:most]
        if len(exact) >= most or least >= 1:
            return exact
        return [*exact, *self._fuzzy(key, direction, max(least, 0.01))[: most - len(exact)]]

    def add(
        self,
        source: str | MarkedText,
        target: str | MarkedText,
        direction: Direction,
        *,
        origin: Origin | None = None,
        previous: str = "",
    ) -> int:
        """Keep a translation; on return it is on the disk. Gives its id.

        source, target: with marks, what a document has around the same words, `formatting` gives them back.
        origin: `Origin("person")` for what somebody accepted, the default; a model's output must say `model`.
        The same entry added again becomes the newest. Raises InputError: empty, or longer than 20,000 characters.
        """
        sides = [MarkedText(side) if isinstance(side, str) else side for side in (source, target)]
        entry = Entry(sides[0].text, sides[1].text, direction, origin or Origin(), previous, known_now())
        _require_sound(entry)
        row = row_of(entry, accepted_here=True)

        def write(connection: sqlite3.Connection) -> int:
            same = connection.execute(
                "SELECT id FROM entries WHERE pair = ? AND key = ? AND target = ? AND previous = ? AND kind = ?"
                " AND source_language = ? AND target_language = ?",
                (row[0], row[3], row[5], row[6], row[7], row[1], row[2]),
            ).fetchone()
            if same is not None:
                delete_row(connection, same[0])
            insert_row(connection, row)
            number = int(connection.execute("SELECT max(id) FROM entries").fetchone()[0])
            if any(side.marks for side in sides):
                connection.execute("INSERT INTO formatting VALUES (?, ?)", (number, marks_row(*sides)))
            return number

        return self._write(write)

    def formatting(self, entry: Entry) -> tuple[MarkedText, MarkedText]:
        """Source and target of an entry with the marks that they were added with; with none where there were none."""
        # A file of the time before the table, on a disk that cannot be written, has none.
        if self._read("SELECT name FROM sqlite_master WHERE name = 'formatting'", ()):
            for (marks,) in self._read("SELECT marks FROM formatting WHERE entry = ?", (entry.id,)):
                return marked_of(entry, marks)
        return MarkedText(entry.source), MarkedText(entry.target)

    def take_in(self, entries: Iterable[Entry], *, report: Callable[[int], None] | None = None) -> tuple[int, int]:
        """Add many entries as they are, a thousand at a time; gives how many were new and how many came.

        What was accepted on this machine stays before them. report: hears of how many came so far.
        """
        new = came = 0
        remaining = iter(entries)
        while batch := list(islice(remaining, _BATCH)):
            for entry in batch:
                _require_sound(entry)
            rows = [row_of(entry, accepted_here=False) for entry in batch]
            new += self._write(lambda connection, rows=rows: sum(insert_row(connection, row) for row in rows))  # type: ignore[misc]
            came += len(batch)
            if report is not None:
                report(came)
        return new, came

    def forget(self, ids: Iterable[int]) -> int:
        """Remove entries by id; gives how many there were."""
        listed = list(ids)
        return self._write(lambda connection: sum(delete_row(connection, number) for number in listed))

    def entries(self, *, direction: Direction | None = None, text: str = "", document: str = "") -> Iterator[Entry]:
        """Entries in the order they were added, a thousand at a time.

        direction: only those of these languages; text: with it in source or target, whatever the case; document: of it.
        """
        wanted, last = text.casefold(), 0
        while True:
            rows = self._read(f"{SELECT} WHERE id > ? ORDER BY id LIMIT {_BATCH}", (last,))
            if not rows:
                return
            last = rows[-1][0]
            for entry in map(entry_of, rows):
                if direction is not None and pair_of(direction) != pair_of(entry.direction):
                    continue
                if document and document != entry.origin.document:
                    continue
                if wanted in entry.source.casefold() or wanted in entry.target.casefold():
                    yield entry

    def stats(self) -> Stats:
        """What is in it."""
        directions = self._read(
            "SELECT source_language, target_language, count(*) FROM entries GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2", ()
        )
        kinds = self._read("SELECT kind, count(*) FROM entries GROUP BY 1 ORDER BY 1", ())
        ((documents,),) = self._read("SELECT count(DISTINCT document) FROM entries WHERE document != ''", ())
        files = [self.path.with_name(self.path.name + ending) for ending in ("", "-wal")]
        return Stats(
            sum(count for _, _, count in directions),
            tuple((f"{source}→{target}", count) for source, target, count in directions),
            tuple((kind, count) for kind, count in kinds),
            documents,
            sum(path.stat().st_size for path in files if path.exists()),
        )

    def _exact(self, key: str, direction: Direction, previous: str) -> list[Match]:
        rows = self._read(
            f"{SELECT} WHERE pair = ? AND key = ? ORDER BY (previous = ? AND previous != '') DESC,"
            " CASE kind WHEN 'person' THEN 0 WHEN 'imported' THEN 1 ELSE 2 END, accepted_here DESC, id DESC LIMIT 100",
            (pair_of(direction), key, previous),
        )
        matches: dict[str, Match] = {}
        # An accepted translation goes before a model's, whatever the context.
        for entry in sorted(map(entry_of, rows), key=lambda one: one.origin.kind == "model"):
            if _serves(entry.direction, direction):
                kind: MatchKind = "context" if previous and entry.previous == previous else "exact"
                matches.setdefault(entry.target, Match(entry, kind, 1.0, entry.target))
        return list(matches.values())

    def _fuzzy(self, key: str, direction: Direction, least: float) -> list[Match]:
        matches: dict[str, Match] = {}
        text = folded(key)
        for entry in self._alike(text, direction, least):
            # With its penalties a score is never higher than without.
            alike = similarity(text, folded(entry.source), least)
            if not alike or key_of(entry.source) == key or not _serves(entry.direction, direction):
                continue
            numbers = with_numbers(key, entry.source, entry.target, direction) if alike == 1 else None
            alike = SUBSTITUTED if numbers is not None else score(key, entry.source, alike)
            target = numbers if numbers is not None else entry.target
            if alike >= least and (target not in matches or alike > matches[target].score):
                matches[target] = Match(entry, "fuzzy", alike, target, numbers is not None)
        return sorted(matches.values(), key=lambda one: (-one.score, one.entry.origin.kind == "model", -one.entry.id))

    def _alike(self, text: str, direction: Direction, least: float) -> list[Entry]:
        """Entries of about the same length, those that share most grams with a folded text."""
        low, high = int(len(text) * least), ceil(len(text) / least)
        shared: Counter[int] = Counter()
        for gram in grams(text, pair_of(direction)):
            rows = self._read(
                "SELECT entry FROM grams WHERE gram = ? AND length BETWEEN ? AND ? LIMIT ?", (gram, low, high, _COMMON)
            )
            shared.update(chain.from_iterable(rows))
        best = [entry for entry, _ in shared.most_common(_CANDIDATES)]
        marks = ", ".join("?" * len(best))
        return [entry_of(row) for row in self._read(f"{SELECT} WHERE id IN ({marks})", best)]

    def _read(self, statement: str, values: Sequence[object]) -> list[Any]:
        return self._run(lambda connection: connection.execute(statement, values).fetchall())

    def _write(self, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
        def within(connection: sqlite3.Connection) -> _Result:
            with changing(connection):
                return action(connection)

        return self._run(within)

    def _run(self, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Do something with the file, if need be with the one that takes the place of a damaged one."""
        with self._lock, told(self.path, KIND):
            try:
                return action(self._connection)
            except ERRORS as problem:
                if not is_damage(problem):
                    raise
            self._connection.close()
            self._connection = replaced(self.path, self._report)
            return action(self._connection)


def open_memory(path: Path | None = None, *, report: Reporter = silent) -> Memory:
    """Open the memory of this user, made if there is none; path: another file.

    A damaged file is moved aside, and report hears where to. Raises OutputError, UnavailableError.
    """
    path = path or memory_file()
    return Memory(path, connect(path, report), report)


def open_if_possible(path: Path | None = None, *, make: bool = True, report: Reporter = silent) -> Memory | None:
    """The memory of this user, or None, and report hears why: translating goes on without it.

    make: whether one is made where there is none; who only looks up needs none.
    """
    path = path or memory_file()
    if not make and not path.exists():
        return None
    try:
        return open_memory(path, report=report)
    except EdgekitError as problem:
        report(Note(f"translating without the memory: {problem.message}"))
        return None


def lookup_all(
    memory: Memory, sources: Sequence[str], direction: Direction, *, least: float = LEAST, most: int = 3
) -> list[list[Match]]:
    """For each segment of a document its matches, the best first; the one before it is its context.

    The first match of a segment, where `usable`, stands for its translation; white space around the segment is put
    around every match's target. Others are suggestions. Blank segments have none.
    """
    found: list[list[Match]] = []
    previous = ""
    known: dict[tuple[str, str], list[Match]] = {}
    for source in sources:
        key = (key_of(source), previous)
        if key not in known:
            known[key] = memory.lookup(source, direction, previous=previous, least=least, most=most)
        lead = source[: len(source) - len(source.lstrip())]
        trail = source[len(source.rstrip()) :] if source.strip() else ""
        found.append([replace(match, target=lead + match.target.strip() + trail) for match in known[key]])
        if key[0]:
            previous = key[0]
    return found


def _serves(entry: Direction, wanted: Direction) -> bool:
    """Whether an entry's languages are those that are wanted: `pt` serves `pt-BR`, and back; `pt-PT` does not."""
    return all(
        one == other or one.startswith(other + "-") or other.startswith(one + "-")
        for one, other in ((entry.source, wanted.source), (entry.target, wanted.target))
    )


def _require_sound(entry: Entry) -> None:
    for side, text in (("source", entry.source), ("target", entry.target)):
        if not text.strip():
            raise InputError(f"an entry of the translation memory has no {side}")
        if len(text) > _MOST_CHARACTERS:
            raise InputError(f"an entry of the translation memory has a {side} of {len(text):,} characters")
    for text in (entry.source, entry.target, entry.previous, entry.origin.who, entry.origin.document):
        if not _ENCODABLE.fullmatch(text):
            raise InputError("an entry of the translation memory has half a character (a lone surrogate)")
