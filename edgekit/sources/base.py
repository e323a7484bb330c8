"""What every source does: bring named files, each with the size and digest that were promised."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from edgekit.core.atomic import replacing
from edgekit.core.errors import IntegrityError
from edgekit.core.hashing import sha256_file

BLOCK_BYTES = 1 << 20

Advance: TypeAlias = Callable[[int], None]
"""Called with the bytes of this source's download that are here so far."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to bring.

    member: its name inside the source, or `""` where the source is one file.
    target: where it goes; it appears there only whole and checked.
    """

    member: str
    target: Path
    size_bytes: int | None
    sha256: str | None


class Source(Protocol):
    """Brings files from one place."""

    def fetch(self, wanted: Sequence[Wanted], work: Path, advance: Advance) -> None:
        """Bring every wanted file; `work` is an existing folder for what is needed in between.

        Raises SourceError where the source does not give a file, IntegrityError where the bytes are not
        those that were promised, OSError where they cannot be written.
        """
        ...


def is_truthy(name: str) -> bool:
    """Whether an environment variable says yes, in the spellings that huggingface_hub knows."""
    return os.environ.get(name, "").strip().upper() in ("1", "ON", "YES", "TRUE")


def receive(blocks: Iterable[bytes], wanted: Wanted, name: str) -> None:
    """Write blocks to wanted.target, all or nothing, and stop at the first byte past the promised size.

    name: what the bytes are called in an error. Raises IntegrityError.
    """
    digest, count = hashlib.sha256(), 0
    with replacing(wanted.target) as stream:
        for block in blocks:
            count += len(block)
            if wanted.size_bytes is not None and count > wanted.size_bytes:
                raise IntegrityError(f"`{name}` is larger than the promised {wanted.size_bytes} bytes")
            digest.update(block)
            stream.write(block)
        check(wanted, name, count, digest.hexdigest())


def check(wanted: Wanted, name: str, size_bytes: int, sha256: str) -> None:
    """Raise IntegrityError unless size and digest are those that were promised."""
    reasons = []
    if wanted.size_bytes is not None and size_bytes != wanted.size_bytes:
        reasons.append(f"{size_bytes} bytes instead of {wanted.size_bytes}")
    elif wanted.sha256 is not None and sha256 != wanted.sha256:
        reasons.append(f"sha256 {sha256} instead of {wanted.sha256}")
    if reasons:
        raise IntegrityError(
            f"`{name}` is not the file that was promised",
            reasons=reasons,
            hint="it was damaged on its way, or the source changed: try again, and do not use it where that stays so",
        )


def is_there(wanted: Wanted) -> bool:
    """Whether the target is there already, whole and with the promised digest; without a digest never."""
    if wanted.sha256 is None or not wanted.target.is_file():
        return False
    if wanted.size_bytes is not None and wanted.target.stat().st_size != wanted.size_bytes:
        return False
    return sha256_file(wanted.target) == wanted.sha256
