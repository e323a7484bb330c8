"""A checkpoint's settings and tensors, taken by name and shape; everything that is wrong with them gathers in one list.

A family's reader runs twice: to check, where a vector is zeros that take no memory, and to convert, where it is read.
Matrices are read when they are stored, not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from exporters.conversion.checkpoint import FLOATS, Checkpoint
from exporters.conversion.settings import Settings
from exporters.families.onnx.network import ACTIVATIONS, Norm
from exporters.families.onnx.weights import Float, Linear, Matrix

# What transformers computes anew, saved by older versions of it.
_COMPUTED = re.compile(r"(.*\.)?(position_ids|embed_positions\.weights?|token_type_ids)")
_MOST_SHOWN = 20  # tensors in a message


class Reader:
    """See the module.  load: whether tensors are read."""

    def __init__(self, checkpoint: Checkpoint, *, load: bool) -> None:
        self.checkpoint = checkpoint
        self.reasons: list[str] = []
        self.settings = Settings(checkpoint.config, self.reasons)
        self.loads = load
        self._taken: set[str] = set()
        self._wrong: list[str] = []

    def has(self, name: str) -> bool:
        """Whether the checkpoint holds a tensor of this name."""
        return name in self.checkpoint.tensors

    def prefix(self, candidates: Sequence[str], name: str) -> str:
        """What stands in front of name, by the class that saved the checkpoint; the last one where none does."""
        return next((one for one in candidates if self.has(one + name)), candidates[-1])

    def take(self, name: str, *shape: int) -> Float:
        """A small tensor of this shape."""
        if self._check(name, shape) and self.loads:
            return self.checkpoint.floats(name)
        return np.broadcast_to(np.float32(0.0), shape)

    def matrix(self, name: str, rows: int, columns: int) -> Matrix:
        """A tensor of this shape, whatever its size."""
        self._check(name, (rows, columns))

        def read(begin: int, end: int) -> Float:
            found = np.array(self.checkpoint.floats(name, slice(begin, end)))
            self.checkpoint.release(name, begin, end)
            return found

        return Matrix((rows, columns), read)

    def _check(self, name: str, shape: tuple[int, ...]) -> bool:
        """Whether it is there as it should be."""
        self._taken.add(name)
        place = self.checkpoint.tensors.get(name)
        if place is None:
            self._wrong.append(f"`{name}` is missing")
        elif place.shape != shape:
            self._wrong.append(f"`{name}` has shape {place.shape} instead of {shape}")
        elif place.dtype not in FLOATS:
            self._wrong.append(f"`{name}` is stored as {place.dtype}, not as one of {', '.join(FLOATS)}")
        else:
            return True
        return False

    def first_of(self, names: Sequence[str], rows: int, columns: int) -> Matrix:
        """The matrix that has one of these names: tied ones are saved once, under any of them."""
        found = [name for name in names if self.has(name)]
        self._taken.update(found)
        return self.matrix(found[0] if found else names[0], rows, columns)

    def linear(self, name: str, outputs: int, inputs: int, *, bias: bool = True) -> Linear:
        """A layer of torch's."""
        weight = self.matrix(f"{name}.weight", outputs, inputs)
        return Linear(weight, self.take(f"{name}.bias", outputs) if bias else None)

    def norm(self, name: str, width: int, epsilon: float, *, bias: bool = True) -> Norm:
        """A norm of torch's."""
        scale = self.take(f"{name}.weight", width)
        return Norm(scale, self.take(f"{name}.bias", width) if bias else None, epsilon)

    def activation(self, key: str, default: str) -> str:
        """The name of a function that the graphs have."""
        return str(self.settings.must_be(key, list(ACTIVATIONS), default))

    def heads(self, key: str, width: int) -> int:
        """How many heads share the width."""
        heads = self.settings.count(key)
        if width % heads:
            self.reasons.append(f"`{key}` is {heads:,}, which does not divide a width of {width:,}")
            return 1
        return heads

    def layers(self, key: str, first: str) -> Iterator[int]:
        """Numbers of the layers that the setting says there are; ends with a reason at the first that is missing.

        first: a tensor's name with a place for the number.
        """
        count = self.settings.count(key)
        for number in range(count):
            if number and not self.has(first.format(number)):
                self.reasons.append(f"`{key}` is {count:,}, and `{first.format(number)}` is missing")
                return
            yield number

    def rows(self) -> int:
        """Rows of the table of words, which holds every token of the tokenizer."""
        rows = self.settings.count("vocab_size")
        tokens = len(self.checkpoint.words.names)
        if rows < tokens:
            self.reasons.append(f"`vocab_size` is {rows:,}, and the tokenizer has {tokens:,} tokens")
        return rows

    def token(self, key: str, value: object, rows: int) -> int:
        """A token's id."""
        if type(value) is not int or not 0 <= value < rows:
            self.reasons.append(f"`{key}` is {str(value)[:80]!r}, no token of {rows:,}")
            return 0
        return value

    def finish(self, ignored: re.Pattern[str] | None = None) -> list[str]:
        """Every reason; a tensor that nothing has taken is one, unless ignored says that nothing needs it."""
        names = [
            name
            for name in self.checkpoint.tensors
            if name not in self._taken
            and not _COMPUTED.fullmatch(name)
            and not (ignored is not None and ignored.fullmatch(name))
        ]
        self._wrong += [f"nobody knows what `{name}` is for" for name in names]
        more = len(self._wrong) - _MOST_SHOWN
        return [
            *self.reasons,
            *self._wrong[:_MOST_SHOWN],
            *([f"and {more:,} more tensors"] if more > 0 else []),
        ]
