"""Installing an artifact that lies in a folder: what `edgekit export` wrote, here or on another machine."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from edgekit.catalogue.names import RECEIPT_NAME
from edgekit.core.atomic import clear_leftovers, replacing_folder
from edgekit.core.errors import (
    IntegrityError,
    ModelFormatError,
    OutputError,
    ResourceError,
    UnavailableError,
    UsageError,
)
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.paths import free_bytes
from edgekit.core.units import bytes_in_words
from edgekit.store.installed import Installed, models_folder, open_folder
from edgekit.store.lock import alone
from edgekit.store.receipt import FileRecord, read_receipt

_BLOCK_BYTES = 1 << 20


def add(source: Path, *, report: Reporter = silent, force: bool = False) -> Installed:
    """Install the artifact in the folder source under the id of its receipt; what the receipt does not name stays out.

    force: take the place of another model of that id. Reports the step `install` in bytes.
    Raises UnavailableError (no such folder), ModelFormatError (no sound receipt), IntegrityError (a file is not what
    the receipt says), UsageError (the id is taken), ResourceError, OutputError.
    """
    if not source.is_dir():
        raise UnavailableError(f"there is no folder `{source}`", hint="name the folder that `edgekit export` printed")
    if not (source / RECEIPT_NAME).exists():
        raise ModelFormatError(
            f"`{source}` is no artifact: it has no `{RECEIPT_NAME}`",
            hint="name the folder that `edgekit export` printed",
        )
    receipt = read_receipt(source)
    folder = models_folder() / receipt.id
    if folder.resolve() == source.resolve():
        raise UsageError(f"`{source}` is installed already: it lies in the store")
    free = free_bytes(folder)
    if free < receipt.size_bytes:
        raise ResourceError(
            f"`{receipt.id}` needs {bytes_in_words(receipt.size_bytes)} of disk, {bytes_in_words(free)} are free",
            hint="remove a model with `edgekit models rm ID`, or set `EDGEKIT_HOME` to a larger disk",
        )
    try:
        with alone(receipt.id, report):
            clear_leftovers(folder)
            if folder.exists() and not force:
                raise UsageError(
                    f"a model `{receipt.id}` is installed already",
                    hint=f"run `edgekit models add --force {source}` to put this one in its place",
                )
            report(StepStarted("install", str(folder)))
            with replacing_folder(folder) as beside:
                done = 0

                def advance(count: int) -> None:
                    nonlocal done
                    done += count
                    report(Progress("install", done, receipt.size_bytes, "bytes"))

                wrong = [reason for file in receipt.files for reason in _copy(source, beside, file, advance)]
                if wrong:
                    raise IntegrityError(f"`{source}` is not what its receipt says", reasons=wrong)
                # Its own bytes: a newer edgekit may have written more than this one reads.
                shutil.copyfile(source / RECEIPT_NAME, beside / RECEIPT_NAME)
            installed = open_folder(folder)
            report(StepFinished("install", f"{receipt.id}, {bytes_in_words(receipt.size_bytes)}"))
            return installed
    except OSError as problem:
        name = problem.filename2 or problem.filename  # of a copy the second is what could not be written
        where = f"`{name}`: " if name else ""
        raise OutputError(
            f"`{receipt.id}` could not be stored", reasons=[f"{where}{problem.strerror or problem}"]
        ) from problem


def _copy(source: Path, target: Path, file: FileRecord, advance: Callable[[int], None]) -> list[str]:
    """Copy one file and give what is wrong with it; never more of it than the receipt says."""
    (target / file.path).parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), file.size_bytes
    with (source / file.path).open("rb") as reader, (target / file.path).open("wb") as writer:
        while left and (block := reader.read(min(left, _BLOCK_BYTES))):
            digest.update(block)
            writer.write(block)
            left -= len(block)
            advance(len(block))
        if left or reader.read(1):
            return [f"`{file.path}` does not have {file.size_bytes:,} bytes"]
    return [] if digest.hexdigest() == file.sha256 else [f"`{file.path}` has another sha256"]
