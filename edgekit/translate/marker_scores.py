"""How likely a language model finds a translation with markers in it: what `edgekit.project` searches with.

The translation models in ONNX cannot be asked: their graph holds the whole greedy decoding, takes no target, and gives
the probabilities of what it chose itself. A language model is shown translations with markers, and scores any.

How good the search is depends on the model: with Gemma 3 270M, a base model, 6 of 12 spans of short lines of FLORES dev
were exact, where the translator's own alignment had 11 of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from edgekit.core.closing import Closing
from edgekit.core.languages import Direction, normalise_tag
from edgekit.engine.llama.process import LlamaProcess
from edgekit.generate.generator import find_gguf
from edgekit.translate.filling import Filler
from edgekit.translate.prompting import make_filler

# Tokens of prompt and translation.
_CONTEXT = 1024


class MarkerScores(Closing):
    """A `projection.search.Scorer` by a GGUF model in a process of its own; a context manager that ends it.

    Pieces are cut into tokens each for itself, so that a text's pieces are the same whatever markers are around them.
    examples: (text, translation) pairs with markers around what belongs together.
    """

    def __init__(self, process: LlamaProcess, filler: Filler) -> None:
        self._process = process
        self._filler = filler
        self._ids: dict[str, list[int]] = {}
        self.scored = 0

    @classmethod
    def open(
        cls,
        model: str,
        source: str,
        target: str,
        *,
        examples: Sequence[tuple[str, str]],
        threads: int | None = None,
    ) -> MarkerScores:
        """Open an installed language model, or a GGUF file. Raises what `open_generator` does."""
        path, _ = find_gguf(model)
        direction = Direction(normalise_tag(source), normalise_tag(target))
        filler = make_filler(direction, "plain", examples=examples)
        return cls(LlamaProcess(path, threads=threads, context=_CONTEXT), filler)

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def __call__(self, source: str, targets: Sequence[Sequence[str]]) -> list[list[float]]:
        """See `projection.search.Scorer`."""
        self.scored += len(targets)
        prompt = self._tokens([self._filler.fill(source)])[0]
        lines, lengths = [], []
        for pieces in targets:
            # The first word has a space before it, as in the examples.
            parts = self._tokens([f" {pieces[0]}", *pieces[1:]]) if pieces else []
            lines.append([*prompt, *(one for part in parts for one in part)])
            lengths.append([len(part) for part in parts])
        scored = self._process.continuations(lines, len(prompt))
        found = []
        for values, counts in zip(scored, lengths, strict=True):
            at, sums = 0, []
            for count in counts:
                sums.append(float(values[at : at + count].sum()))
                at += count
            found.append(sums)
        return found

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._ids]
        if new:
            self._ids.update(zip(new, self._process.tokenize(new), strict=True))
        return [self._ids[text] for text in texts]
