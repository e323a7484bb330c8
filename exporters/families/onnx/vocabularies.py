"""The tokenizers of an encoder-decoder: one `tokenizer.json`, or the two SentencePiece models of OPUS-MT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.atomic import write_bytes
from exporters.conversion.checkpoint import Checkpoint
from exporters.tokenizers.opus import OPUS_FILES, UNKNOWN_NAME
from exporters.trim.hf.json_file import read_bytes
from exporters.trim.hf.tokenizer_source import TOKENIZER
from exporters.trim.opus import open_opus


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """source, target: names of files.  size: tokens.  unknown: its token, or another that no text has.

    special: ids that the tokenizer puts around a text.
    """

    files: Mapping[str, bytes]
    source: str
    target: str
    size: int
    unknown: int
    special: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(map(len, self.files.values()))

    def around(self, end: int) -> tuple[list[int], list[int]]:
        """What stands in front of a text, and what stands behind it from the end mark on."""
        at = self.special.index(end) if end in self.special else len(self.special)
        return list(self.special[:at]), list(self.special[at:])

    def write(self, out: Path) -> None:
        """Write every file."""
        for name, data in self.files.items():
            write_bytes(out / name, data)


def vocabularies_of(checkpoint: Checkpoint, reasons: list[str]) -> Vocabularies:
    """The tokenizer of a checkpoint; adds to reasons what is wrong with it."""
    from tokenizers import Tokenizer

    if not checkpoint.tokenizer:
        return _opus(checkpoint)
    data = read_bytes(checkpoint.path / TOKENIZER)
    ids = checkpoint.words.ids
    unknown = ids.get("<unk>", ids.get("<pad>", 0))
    special: tuple[int, ...] = ()
    try:
        library = Tokenizer.from_buffer(data)
        library.no_padding()
        special = tuple(library.encode("", add_special_tokens=True).ids)
    except Exception as error:  # noqa: BLE001  the library has no type of its own for what it refuses
        reasons.append(f"`{TOKENIZER}` is not opened by its library: {str(error)[:200]}")
    return Vocabularies({TOKENIZER: data}, TOKENIZER, TOKENIZER, len(checkpoint.words.names), unknown, special)


def _opus(checkpoint: Checkpoint) -> Vocabularies:
    ids = checkpoint.words.ids
    # A vocabulary of its own for each side, in the form that the engine reads without any library.
    names = [name.replace(".spm", ".tokenizer.json") for name in OPUS_FILES[:2]]
    files = dict(zip(names, open_opus(checkpoint.path, ids).engine_files(), strict=True))
    source, target = files
    return Vocabularies(files, source, target, len(ids), ids[UNKNOWN_NAME], ())
