"""`file:`: a file, or a folder of files, on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import SourceError
from edgekit.sources.base import BLOCK_BYTES, Advance, Wanted, receive


@dataclass(frozen=True, slots=True)
class FileSource:
    """location: an absolute path; it ends with `/` where it is a folder."""

    location: str

    def path_of(self, member: str) -> Path:
        """The file on disk. Raises SourceError where there is none, or where a link leads out of the folder."""
        path = Path(self.location) / member if member else Path(self.location)
        if not path.is_file():
            raise SourceError(f"there is no file `{path}`")
        if member and not path.resolve().is_relative_to(Path(self.location).resolve()):
            raise SourceError(f"`{path}` is a link that leads out of `{self.location}`")
        return path

    def fetch(self, wanted: Sequence[Wanted], work: Path, advance: Advance) -> None:  # noqa: ARG002 - needs no work
        """Copy every wanted file."""
        done = 0

        def blocks(path: Path) -> Iterator[bytes]:
            nonlocal done
            with path.open("rb") as stream:
                while block := stream.read(BLOCK_BYTES):
                    done += len(block)
                    advance(done)
                    yield block

        for file in wanted:
            path = self.path_of(file.member)
            try:
                receive(blocks(path), file, str(path))
            except PermissionError as problem:
                raise SourceError(f"`{path}` cannot be read: {problem.strerror}") from problem
