"""The record of a session: rows that are only ever added, and the words that they tell of."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from edgekit.core.clock import known_now
from edgekit.core.database import changing
from edgekit.core.errors import IntegrityError
from edgekit.gradebook.chain import FIRST, Row, RowKind, as_line, chained, digest_of, row_of, verified
from edgekit.gradebook.database import append_row
from edgekit.gradebook.standing import Standings
from edgekit.gradebook.words import blob_of, object_of, text_of

if TYPE_CHECKING:
    from edgekit.gradebook.book import Gradebook

_Result = TypeVar("_Result")
FROM_COPY = "leave this file as it is and go on with a copy from before: `--book FILE` names it"


class Record:
    """The record of one session of a gradebook, and what stands by it; several processes may add to it at once.

    Everything raises what `Gradebook` does, and IntegrityError where the record or a text is not what was written.
    """

    def __init__(self, book: Gradebook, number: int) -> None:
        self.id = number
        self.book = book
        self._lock = threading.RLock()
        self._standings = Standings(FIRST)

    def refresh(self) -> None:
        """Take in what another process has added."""
        with self._lock:
            self.book.run(self._catch_up)

    def words(self, digest: str) -> str:
        """A text that the record names by its digest."""
        rows = self.book.read("SELECT body FROM words WHERE digest = ?", (digest,))
        text = text_of(rows[0][0]) if rows else ""
        if not rows or digest_of(text) != digest:
            raise IntegrityError("the gradebook no longer holds the words that its record tells of")
        return text

    @property
    def place(self) -> str:
        """Which session of which file, for an error."""
        return f"it is session {self.id} of `{self.book.path}`"

    def rows(self) -> Iterator[Row]:
        """The record, verified. Raises IntegrityError at the first row that is not what was written."""
        with self._placed():
            yield from verified(self.book.run(lambda connection: self._rows_after(connection, 0)))

    def require_end(self) -> None:
        """Raise IntegrityError where rows were cut off the end that the record of the next session goes on from."""
        following = self.book.read(
            "SELECT body FROM record WHERE session > ? AND number = 1 ORDER BY session LIMIT 1", (self.id,)
        )
        before = object_of(following[0][0]).get("before") if following else None
        if before is not None and all(row.hash != before for row in self.rows()):
            raise IntegrityError(
                "the record is broken: rows at its end are missing", reasons=[self.place], hint=FROM_COPY
            )

    @contextlib.contextmanager
    def _placed(self) -> Iterator[None]:
        """Say of which session a broken record is."""
        try:
            yield
        except IntegrityError as problem:
            raise IntegrityError(problem.message, reasons=[*problem.reasons, self.place], hint=FROM_COPY) from None

    def lines(self) -> Iterator[str]:
        """The record as lines of JSONL."""
        previous = FIRST
        for row in self.rows():
            yield as_line(row, previous)
            previous = row.hash

    def as_of(self, last: int) -> Standings:
        """What stood after `last` rows."""
        standings = Standings(FIRST)
        for row in self.rows():
            if row.number > last:
                break
            standings.add(row)
        return standings

    def change(self, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Do something to the record as it is now, no other process writing meanwhile, all of it or nothing."""

        def within(connection: sqlite3.Connection) -> _Result:
            with changing(connection):
                self._catch_up(connection)
                return action(connection)

        with self._lock:
            try:
                return self.book.run(within)
            except BaseException:
                # Nothing of it is on the disk: what was taken in with it goes as well.
                self._standings = Standings(FIRST)
                raise
            finally:
                if not self._standings.last:
                    self.book.run(self._catch_up)

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        with self._placed():
            rows = self._rows_after(connection, self._standings.last)
            for row in verified(rows, self._standings.head, self._standings.last):
                self._standings.add(row)

    def _rows_after(self, connection: sqlite3.Connection, last: int) -> list[Row]:
        found = connection.execute(
            "SELECT number, kind, time, body, hash FROM record WHERE session = ? AND number > ? ORDER BY number",
            (self.id, last),
        ).fetchall()
        return [row_of(number, kind, time, object_of(body), hash_) for number, kind, time, body, hash_ in found]

    def append(self, connection: sqlite3.Connection, kind: RowKind, body: Mapping[str, Any]) -> Row:
        """Add a row to the record, within `change`."""
        row = chained(self._standings.head, self._standings.last + 1, kind, known_now(), body)
        append_row(connection, self.id, row)
        self._standings.add(row)
        return row

    def keep(self, connection: sqlite3.Connection, text: str) -> str:
        """Keep words beside the record, within `change`; gives the digest that it tells of them by."""
        digest = digest_of(text)
        connection.execute("INSERT OR IGNORE INTO words VALUES (?, ?)", (digest, blob_of(text)))
        return digest
