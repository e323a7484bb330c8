"""Opens a SQLite file that several processes share and that a power cut leaves whole."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import EdgekitError, FailedError, IntegrityError, OutputError, UnavailableError

# Two processes take turns: each change takes milliseconds, an import commits every 1,000 entries.
WAIT_SECONDS = 10.0

_DAMAGED = ("malformed", "not a database", "no such table", "no such column", "Could not decode")
# What reading a damaged file raises.
ERRORS = (sqlite3.Error, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file holds.

    name: what errors call it.  probe: a statement that reads a row of it.  instead: what to do without it, for a hint.
    migrations: every script takes the tables from the version of its place to the next; PRAGMA user_version holds how
    many were run.
    """

    name: str
    migrations: tuple[str, ...]
    probe: str
    instead: str = ""

    def hint(self, first: str) -> str:
        """first, or what to do without the file."""
        return f"{first}, or {self.instead}" if self.instead else first


def open_database(path: Path, kind: Kind) -> sqlite3.Connection:
    """Open the file, made and brought up to date if need be; for reading only where it cannot be written.

    Raises what SQLite raises (see `told`), UnavailableError for a file of a newer edgekit.
    """
    try:
        connection = connection_to(path, "rwc")
    except sqlite3.OperationalError as problem:
        if not path.exists() or ("unable to open" not in str(problem) and "readonly" not in str(problem)):
            raise
        return read_only(path, kind)
    try:
        with closed_by_errors(connection):
            _prepare(connection, kind)
    except sqlite3.OperationalError as problem:
        if "readonly" not in str(problem) and "unable to open" not in str(problem):
            raise
        return read_only(path, kind)
    return connection


def make_folder(path: Path, kind: Kind) -> None:
    """Make the folder that path is to be in. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(f"cannot make `{path.parent}`: {problem.strerror}", hint=kind.instead or None) from None


@contextlib.contextmanager
def changing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All that is done within is done, and on the disk, when it ends well, else nothing of it; no other process writes
    meanwhile.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_damage(problem: Exception) -> bool:
    """Whether the file's contents are wrong, in the words of SQLite (Python 3.10 does not give its numbers).

    Of a damaged schema SQLite tells the damaged words, which are no UTF-8.
    """
    text = str(problem)
    return isinstance(problem, UnicodeDecodeError) or any(words in text for words in _DAMAGED)


@contextlib.contextmanager
def told(path: Path, kind: Kind) -> Iterator[None]:
    """Turn what SQLite raises into an edgekit error."""
    try:
        yield
    except ERRORS as problem:
        raise _error(problem, path, kind) from None


def _error(problem: Exception, path: Path, kind: Kind) -> EdgekitError:
    text = str(problem)
    if is_damage(problem):
        return IntegrityError(f"the {kind.name} `{path}` is damaged", reasons=[text], hint=kind.instead or None)
    if "locked" in text or "busy" in text:
        return UnavailableError(
            f"another process has held the {kind.name} `{path}` for {WAIT_SECONDS:.0f} seconds",
            hint=kind.hint("try again"),
        )
    if "full" in text:
        return OutputError(
            f"cannot write the {kind.name} `{path}`: the disk is full",
            hint="make room and run the same command again: what was written is kept",
        )
    if "readonly" in text:
        return OutputError(f"cannot write the {kind.name} `{path}`: it is read-only", hint=kind.instead or None)
    if "unable to open" in text:
        why = _why_closed(path)
        if why is None:
            return OutputError(f"cannot open the {kind.name} `{path}`", hint=kind.instead or None)
        return OutputError(f"cannot open the {kind.name} `{path}`: {why}", hint=kind.instead or None)
    disk = "see whether the disk is full or damaged, then run the same command again: what was written is kept"
    return FailedError(f"the {kind.name} `{path}` failed", reasons=[text], hint=disk if "I/O" in text else None)


def _why_closed(path: Path) -> str | None:
    """What the system says of a file that SQLite cannot open, or cannot make, where SQLite gives no reason."""
    try:
        if path.exists():
            path.open("rb").close()
        else:
            tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as problem:
        return problem.strerror
    return None


def connection_to(path: Path, mode: str) -> sqlite3.Connection:
    """A connection that commits where it is told to; mode: `rwc`, `ro`."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        timeout=WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )
    with closed_by_errors(connection):
        connection.execute("PRAGMA trusted_schema = OFF")
    return connection


@contextlib.contextmanager
def closed_by_errors(connection: sqlite3.Connection) -> Iterator[None]:
    """Close the connection where anything is raised within."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def read_only(path: Path, kind: Kind) -> sqlite3.Connection:
    """Without its index file a WAL database on a read-only disk can only be read as one that nobody changes."""
    for mode in ("ro", "ro&immutable=1"):
        with contextlib.suppress(sqlite3.OperationalError):
            connection = connection_to(path, mode)
            with closed_by_errors(connection):
                connection.execute(kind.probe).fetchone()
            return connection
    raise sqlite3.OperationalError("unable to open database file")


def _prepare(connection: sqlite3.Connection, kind: Kind) -> None:
    def run(statement: str) -> sqlite3.Row:
        row: sqlite3.Row = connection.execute(statement).fetchone()
        return row

    patiently(lambda: run("PRAGMA journal_mode = WAL"))
    # FULL syncs the log at every commit. NORMAL does so only at checkpoints: after a power cut the file is sound, but
    # the last accepted edits are gone.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")
    if _version(connection) != len(kind.migrations):
        _migrate(connection, kind)
    connection.execute(kind.probe).fetchone()


def patiently(action: Callable[[], object]) -> None:
    """SQLite does not wait by itself when two processes turn the log on at once."""
    begun = time.monotonic()
    while time.monotonic() - begun < WAIT_SECONDS and not _done(action):
        time.sleep(0.02)


def _done(action: Callable[[], object]) -> bool:
    """Whether it could be done; False where the file is locked, what else is wrong is raised."""
    try:
        action()
    except sqlite3.OperationalError as problem:
        if "locked" not in str(problem):
            raise
        return False
    return True


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection, kind: Kind) -> None:
    """Run the scripts that are missing, all or none of them."""
    with changing(connection):
        version = _version(connection)
        if version > len(kind.migrations):
            raise UnavailableError(
                f"the {kind.name} has version {version}, this edgekit knows {len(kind.migrations)}",
                hint=kind.hint("update edgekit"),
            )
        for script in kind.migrations[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(kind.migrations)}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger has semicolons of its own."""
    begun = ""
    for part in script.split(";"):
        begun += part + ";"
        if begun.strip(" \n;") and sqlite3.complete_statement(begun):
            yield begun
            begun = ""
