"""Which kind of document `edgekit translate` is given, and which file its lines may be written to."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from edgekit.cli import output
from edgekit.core.errors import InputError, UsageError

LINES = "lines"
# Text in these is translated line by line unless `--as txt` says that its lines are those of paragraphs.
_LINE_KINDS = ("txt",)


def kind_of_file(path: Path | None, kind: str | None, *, dry_run: bool) -> str | None:
    """The kind of document that a file is translated as, None for lines.

    kind: what `--as` says.
    Raises UsageError for a kind that is none, InputError for a file whose ending says that it is no text.
    """
    from edgekit.documents.foreign import is_foreign, saved_as
    from edgekit.documents.open import FORMATS, kind_of

    if kind is not None and kind != LINES and kind not in FORMATS:
        raise UsageError(f"there is no kind `{kind}`", reasons=[f"there are {', '.join((LINES, *FORMATS))}"])
    if kind == LINES or path is None:
        if kind not in (None, LINES):
            raise UsageError(f"`--as {kind}` needs a file", hint="name the document")
        return None
    if kind is not None:
        return kind
    if is_foreign(path.name):
        other = saved_as(path.name)
        raise InputError(
            f"`{path}` is not a kind of document that edgekit reads",
            reasons=[f"it reads {', '.join(FORMATS)}, and lines of text"],
            hint=f"save it as {other} in the program that opens it" if other else None,
        )
    found = kind_of(path.name)
    if found in _LINE_KINDS and not dry_run:
        return None
    return found if found is not None else "txt" if dry_run else None


def tell_plain(path: Path | None, kind: str | None) -> None:
    """Say of a file with an ending that no kind of document has that it is taken for text; not where `--as` says so."""
    from edgekit.documents.open import why_plain

    why = why_plain(path.name) if path is not None and kind is None else None
    if why is not None:
        output.narrate(why)


def check_line_out(out: Path, path: Path | None, *, force: bool, allowed: Collection[str], named: bool) -> None:
    """Raise UsageError where lines may not be written to out.

    path: the file that they come from, None for the standard input or a text.  force: another file may be replaced.
    allowed: kinds of document that what is printed is one of.  named: `--as lines` was said, which allows all texts.
    """
    if _is_input(out, path):
        raise UsageError(f"`{out}` is the text itself", hint="name another file for `-o`")
    _check_ending(out, path, allowed, named=named)
    if out.is_file() and not force:
        raise UsageError(f"`{out}` exists already", hint="name another file for `-o`, or add `--force` to replace it")


def _is_input(out: Path, path: Path | None) -> bool:
    """Whether out is the file that is read, by whatever name; a device or a terminal may be both."""
    try:
        if not out.is_file():
            return False
        read = path.stat() if path is not None else os.fstat(sys.stdin.fileno())
        return os.path.samestat(out.stat(), read)
    except (OSError, ValueError, AttributeError):  # a standard input that is closed, or none of the system's
        return False


def _check_ending(out: Path, path: Path | None, allowed: Collection[str], *, named: bool) -> None:
    from edgekit.documents.foreign import is_foreign
    from edgekit.documents.open import FORMATS, kind_of

    kind = kind_of(out.name)
    if kind is None and not is_foreign(out.name):
        return
    if kind is not None and (kind in _LINE_KINDS or kind in allowed):
        return
    same = path is not None and kind_of(path.name) == kind
    if kind is not None and (named or same) and not FORMATS[kind].archive:
        return
    ending = path.suffix if path is not None and kind_of(path.name) in _LINE_KINDS else ".txt"
    raise UsageError(
        f"lines are plain text, and `{out.name}` would be {kind or out.suffix[1:].lower()}",
        hint=f"name a text, as `-o {shlex.quote(str(out.with_suffix(ending)))}`",
    )


def check_document_options(kind: str, given: Mapping[str, object]) -> None:
    """Raise UsageError for options of other kinds of document; given: `--column`, `--into` and `--key` as they came."""
    kinds = {"--column": ("csv", "tsv"), "--into": ("csv", "tsv"), "--key": ("json", "jsonl")}
    wrong = [name for name, value in given.items() if value and kind not in kinds[name]]
    if wrong:
        raise UsageError(
            f"{', '.join(f'`{name}`' for name in wrong)} cannot be used: the document is {kind}",
            reasons=[f"`{name}` is for {' and '.join(kinds[name])}" for name in wrong],
        )
