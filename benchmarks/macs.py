"""How many multiply-accumulates a translation needs: the least that any engine has to compute for these weights.

With D the width, F the inner width of the feed-forward layers, E and L the numbers of encoder and decoder layers:

    a source token   E (4 D^2 + 2 D F)     queries, keys, values, output and both feed-forward products of a layer
                     + L 2 D^2             keys and values of each context attention
    a target token   L (2 D^2              candidate and forget gate of the recurrence
                     +  2 D^2              query and output of the context attention
                     +  2 D F)             both feed-forward products
                     + D C                 scores of the C candidates of its sentence

Tokens include the end mark of each sentence; both are counted by the engine's own tokens. Left out: products between
activations (attention: 2 D S a source token and layer, 2 D S a target token and layer, 2 % at 30 tokens), embeddings,
norms, and everything an engine computes besides (padding, rows that have ended, candidates up to the next 64).
For tiny11 (256, 1536, 6, 2) that is 6.55 million a source token, 2.10 million and the candidates a target token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import ModelFormatError
from edgekit.store.installed import Installed


@dataclass(frozen=True, slots=True)
class Dimensions:
    """D, F, E and L of the formula."""

    width: int
    inner: int
    encoder_layers: int
    decoder_layers: int

    @property
    def source_token(self) -> int:
        """Multiply-accumulates a source token."""
        layer = 4 * self.width**2 + 2 * self.width * self.inner
        return self.encoder_layers * layer + self.decoder_layers * 2 * self.width**2

    @property
    def target_token(self) -> int:
        """Multiply-accumulates a target token, without its candidates."""
        return self.decoder_layers * (4 * self.width**2 + 2 * self.width * self.inner)


@dataclass(frozen=True, slots=True)
class Work:
    """What was translated.

    scored: candidates that were scored, that is the sum over sentences of target tokens times candidates.
    """

    sentences: int
    source_tokens: int
    target_tokens: int
    scored: int

    def macs(self, dimensions: Dimensions) -> int:
        """Multiply-accumulates that it needs."""
        return (
            self.source_tokens * dimensions.source_token
            + self.target_tokens * dimensions.target_token
            + self.scored * dimensions.width
        )


def dimensions(installed: Installed) -> Dimensions:
    """From the receipt's convert step and, for the inner width, the shapes of the graph. Raises ModelFormatError."""
    for step in installed.receipt.steps:
        if step.get("name") == "convert":
            numbers = [step.get(name) for name in ("width", "encoder_layers", "decoder_layers")]
            if all(isinstance(number, int) and number > 0 for number in numbers):
                width, encoder_layers, decoder_layers = (int(str(number)) for number in numbers)
                shapes = weight_shapes(installed.folder / str(installed.receipt.engine["graph"]))
                return Dimensions(width, inner_width(shapes, width), encoder_layers, decoder_layers)
    raise ModelFormatError(f"the receipt of `{installed.receipt.id}` does not tell the model's dimensions")


def weight_shapes(graph: Path) -> list[tuple[int, ...]]:
    """Shapes of the matrices among a graph's initializers."""
    import onnx

    model = onnx.load_model(graph, load_external_data=False)
    return [tuple(tensor.dims) for tensor in model.graph.initializer if len(tensor.dims) == 2]


def inner_width(shapes: Sequence[tuple[int, ...]], width: int) -> int:
    """F: there are matrices [width, F] and as many [F, width]. Raises ModelFormatError where that is not one number."""
    inner = {
        columns
        for rows, columns in shapes
        if rows == width != columns and shapes.count((rows, columns)) == shapes.count((columns, rows))
    }
    if len(inner) != 1:
        raise ModelFormatError(f"the feed-forward width cannot be told from the graph: {sorted(inner) or 'none'} fit")
    return inner.pop()


def count(installed: Installed, lines: Sequence[str]) -> Work:
    """Translate lines and count what they needed; an equal sentence counts once, as it is decoded once."""
    from edgekit.engine.shortlist import FullVocabulary, Shortlist
    from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer
    from edgekit.translate.segment import without_invisible
    from edgekit.translate.translator import open_translator

    receipt, engine = installed.receipt, installed.receipt.engine
    tokenizer = SentencePieceTokenizer.open(installed.folder / engine["source_tokenizer"])
    shortlist = engine["shortlist"]
    candidates: Shortlist | FullVocabulary = FullVocabulary(engine["target_vocabulary"])
    if shortlist is not None:
        candidates = Shortlist.open(
            installed.folder / shortlist["offsets"],
            installed.folder / shortlist["words"],
            frequent=shortlist["frequent"],
            joint=shortlist["joint"],
            target_vocabulary=engine["target_vocabulary"],
        )
    direction = receipt.languages.directions()[0]
    # Target tokens by sentence, end mark included: each has a log-probability.
    found: dict[str, int] = {}
    with open_translator(direction.source, direction.target) as translator:
        for translation in translator.translate(lines, scores=True):
            for segment in translation.segments:
                begin, end = segment.source
                key = without_invisible(translation.source[begin:end])
                found[key] = len(segment.log_probabilities or ())
    source_tokens = scored = 0
    for ids, target_tokens in zip(tokenizer.encode(list(found)), found.values(), strict=True):
        with_end = [*ids, engine["end"]]
        source_tokens += len(with_end)
        scored += target_tokens * len(candidates.candidates(with_end))
    return Work(len(found), source_tokens, sum(found.values()), scored)
