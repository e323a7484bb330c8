"""What the table was like that the answers of a session came in, so that marks are written as it was."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from edgekit.core.database import changing

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session


def keep_table_style(session: Session, delimiter: str, ending: str, decimal: str) -> None:
    """Remember what parts cells and ends rows, and the sign in `1.5`.

    The record is about what answers say and does not tell of it.
    """
    row = (session.id, delimiter, ending, decimal)

    def write(connection: sqlite3.Connection) -> None:
        with changing(connection):
            connection.execute("INSERT OR REPLACE INTO table_styles VALUES (?, ?, ?, ?)", row)

    session.book.run(write)


def table_style(session: Session) -> tuple[str, str, str] | None:
    """The same three, where they are known: whoever uses them looks at what they are."""
    # A gradebook of an earlier edgekit that can only be read has no such table.
    if not session.book.read("SELECT 1 FROM sqlite_master WHERE name = 'table_styles'"):
        return None
    rows = session.book.read("SELECT delimiter, ending, decimal FROM table_styles WHERE session = ?", (session.id,))
    if not rows:
        return None
    delimiter, ending, decimal = rows[0]
    return str(delimiter), str(ending), str(decimal)
