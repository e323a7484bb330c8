"""The bytes of a file from elsewhere, of which no more is read than such files have."""

from __future__ import annotations

from pathlib import Path

from edgekit.core.errors import InputError, UnavailableError


def read_bounded(path: Path, most_bytes: int, what: str = "file") -> bytes:
    """All of a file, or of a pipe.

    what: it is, for errors (`glossary`). Its size is not asked for: a device has none, and a file may grow.
    Raises UnavailableError (not there) and InputError: cannot be read, larger than `most_bytes`.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(most_bytes + 1)
    except FileNotFoundError:
        raise UnavailableError(f"there is no {what} `{path}`") from None
    except OSError as problem:
        if path.is_dir():
            raise InputError(f"`{path}` is a folder, not a {what}", hint="name a file in it") from None
        raise InputError(f"cannot read the {what} `{path}`: {problem.strerror or problem}") from None
    except ValueError:  # a NUL or half a character
        raise InputError(f"no {what} can have the name {str(path)!r}") from None
    if len(data) > most_bytes:
        raise InputError(f"the {what} `{path}` is larger than {most_bytes >> 20} MB")
    return data
