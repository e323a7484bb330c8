"""The file of a translation memory: opening it, its tables, what to do when it is damaged."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from edgekit.core.errors import EdgekitError, FailedError, IntegrityError, OutputError, UnavailableError
from edgekit.core.events import Note, Reporter

# Two processes take turns: each change takes milliseconds, an import commits every 1,000 entries.
_WAIT_SECONDS = 10.0

_DAMAGED = ("malformed", "not a database", "no such table", "no such column", "Could not decode")
# What reading a damaged file raises.
ERRORS = (sqlite3.Error, UnicodeDecodeError)

# Every script takes the tables from the version of its place to the next; PRAGMA user_version holds how many were run.
MIGRATIONS = (
    """
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        pair TEXT NOT NULL,
        source_language TEXT NOT NULL,
        target_language TEXT NOT NULL,
        key TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        previous TEXT NOT NULL,
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        document TEXT NOT NULL,
        created INTEGER,
        accepted_here INTEGER NOT NULL,
        UNIQUE (pair, key, target, previous, kind, source_language, target_language)
    );
    CREATE TABLE grams (
        gram INTEGER NOT NULL,
        length INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        PRIMARY KEY (gram, length, entry)
    ) WITHOUT ROWID;
    """,
)


def connect(path: Path, report: Reporter) -> sqlite3.Connection:
    """Open the file, made and brought up to date if need be.

    A damaged file is moved aside, what can be read of it is taken over, and report hears of both.
    Raises OutputError (cannot be made), UnavailableError (locked, made by a newer edgekit).
    """
    with told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise OutputError(f"cannot make `{path.parent}`: {problem.strerror}") from None
        try:
            return _open(path)
        except ERRORS as problem:
            if not is_damage(problem):
                raise
        return replaced(path, report)


def is_damage(problem: Exception) -> bool:
    """Whether the file's contents are wrong, in the words of SQLite (Python 3.10 does not give its numbers).

    Of a damaged schema SQLite tells the damaged words, which are no UTF-8.
    """
    text = str(problem)
    return isinstance(problem, UnicodeDecodeError) or any(words in text for words in _DAMAGED)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into an edgekit error."""
    try:
        yield
    except ERRORS as problem:
        raise _error(problem, path) from None


def _error(problem: Exception, path: Path) -> EdgekitError:
    text = str(problem)
    if is_damage(problem):
        return IntegrityError(f"the translation memory `{path}` is damaged", reasons=[text])
    if "locked" in text or "busy" in text:
        return UnavailableError(
            f"another process has held the translation memory `{path}` for {_WAIT_SECONDS:.0f} seconds",
            hint="try again, or translate with `--no-memory`",
        )
    if "full" in text:
        return OutputError(f"cannot write the translation memory `{path}`: the disk is full")
    if "readonly" in text:
        return OutputError(f"cannot write the translation memory `{path}`: it is read-only")
    if "unable to open" in text:
        return OutputError(f"cannot open the translation memory `{path}`", hint="translate with `--no-memory`")
    return FailedError(f"the translation memory `{path}` failed", reasons=[text])


def _open(path: Path) -> sqlite3.Connection:
    try:
        connection = _connection(path, "rwc")
    except sqlite3.OperationalError as problem:
        if not path.exists() or ("unable to open" not in str(problem) and "readonly" not in str(problem)):
            raise
        return _read_only(path)
    try:
        with _closed_by_errors(connection):
            _prepare(connection)
    except sqlite3.OperationalError as problem:
        if "readonly" not in str(problem) and "unable to open" not in str(problem):
            raise
        return _read_only(path)
    return connection


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        timeout=_WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )
    with _closed_by_errors(connection):
        connection.execute("PRAGMA trusted_schema = OFF")
    return connection


@contextlib.contextmanager
def _closed_by_errors(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _read_only(path: Path) -> sqlite3.Connection:
    """Without its index file a WAL database on a read-only disk can only be read as one that nobody changes."""
    for mode in ("ro", "ro&immutable=1"):
        with contextlib.suppress(sqlite3.OperationalError):
            connection = _connection(path, mode)
            with _closed_by_errors(connection):
                connection.execute("SELECT id FROM entries LIMIT 1").fetchone()
            return connection
    raise sqlite3.OperationalError("unable to open database file")


def _prepare(connection: sqlite3.Connection) -> None:
    def run(statement: str) -> sqlite3.Row:
        row: sqlite3.Row = connection.execute(statement).fetchone()
        return row

    _patiently(lambda: run("PRAGMA journal_mode = WAL"))
    # FULL syncs the log at every commit. NORMAL does so only at checkpoints: after a power cut the file is sound, but
    # the last accepted edits are gone.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")
    if _version(connection) != len(MIGRATIONS):
        _migrate(connection)
    connection.execute("SELECT id FROM entries LIMIT 1").fetchone()


def _patiently(action: Callable[[], object]) -> None:
    """SQLite does not wait by itself when two processes turn the log on at once."""
    begun = time.monotonic()
    while time.monotonic() - begun < _WAIT_SECONDS and not _done(action):
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


def _migrate(connection: sqlite3.Connection) -> None:
    """Run the scripts that are missing, all or none of them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise UnavailableError(
                f"the translation memory has version {version}, this edgekit knows {len(MIGRATIONS)}",
                hint="update edgekit, or translate with `--no-memory`",
            )
        for script in MIGRATIONS[version:]:
            for statement in script.split(";"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def replaced(path: Path, report: Reporter) -> sqlite3.Connection:
    """A new file in the place of a damaged one, which is moved aside, with what could be read of it.

    A file that another process has replaced meanwhile is opened as it is. Raises IntegrityError: it cannot be moved.
    """
    from filelock import FileLock

    with FileLock(path.with_name(path.name + ".lock"), timeout=_WAIT_SECONDS):
        with contextlib.suppress(*ERRORS):
            connection = _open(path)
            with _closed_by_errors(connection):
                verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict == "ok":
                return connection
            connection.close()
        aside = _free_name(path)
        try:
            for ending in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
        except OSError as problem:
            reason = f"it cannot be moved aside: {problem.strerror}"
            raise IntegrityError(f"the translation memory `{path}` is damaged", reasons=[reason]) from None
        connection = _open(path)
        with _closed_by_errors(connection):
            saved = _salvage(aside, connection)
    report(Note(f"the translation memory was damaged: it is kept as `{aside}`, {saved:,} entries of it could be read"))
    return connection


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    return aside


def _salvage(aside: Path, connection: sqlite3.Connection) -> int:
    """Take over the entries that come before and after the damage."""
    from edgekit.memory.rows import COLUMNS, insert_row

    rows: dict[int, tuple[object, ...]] = {}
    with contextlib.suppress(*ERRORS):
        damaged = _connection(aside, "ro")
        with contextlib.closing(damaged):
            for order in ("ASC", "DESC"):
                with contextlib.suppress(*ERRORS):
                    for row in damaged.execute(f"SELECT id, {COLUMNS} FROM entries ORDER BY id {order}"):  # noqa: S608
                        if row[0] in rows:
                            break
                        rows[row[0]] = row[1:]
    connection.execute("BEGIN IMMEDIATE")
    saved = 0
    for number in sorted(rows):
        with contextlib.suppress(*ERRORS, TypeError, AttributeError):
            saved += insert_row(connection, rows[number])
    connection.execute("COMMIT")
    return saved
