"""How much memory an artifact takes when edgekit's engines run it: what stays resident once a text has been through.

The constants were measured with CPython 3.11 on Linux, x86-64, llama-cpp-python 0.3.36 and onnxruntime 1.32; the
figures of each stand beside it. Totals were within 6 % of the resident set of Gemma 3 270M (three vocabularies, two
quantisations), multilingual-e5-small (two) and a Firefox student, after texts of a class; hundreds of lines of one
length at once make an encoder hold up to a sixth more.
"""

from __future__ import annotations

from dataclasses import dataclass

from exporters.containers.gguf import Gguf
from exporters.prediction.gguf_shape import Shape, text_of
from exporters.trim.gguf_tokenizers import MERGES, PREFIX, TOKENS

# The interpreter with numpy and llama.cpp's library: 42.8 MB.
_LLAMA_PROCESS = 43_000_000
# llama.cpp's objects for a token: 166 bytes of 262,144, 64,000 and 15,434 of Gemma's (SPM); the trie of a Unigram
# vocabulary takes 530 at 250,002 and 374 at 47,285; a merge takes 134 more (100,000 of them).
_TOKEN = 166
_UNIGRAM_TOKEN = 500
_MERGE = 134
# The graph of a computation and its scheduler: 6 MB of Gemma 3 270M.
_GRAPH = 6_000_000
# The next token's logits in llama.cpp, its copy and the row that is handed over.
_LOGIT = 3 * 4
# A sentence of news in an encoder: the output buffer has a value for each token of the vocabulary, for each of these.
_ENCODED = 64
# The interpreter with numpy and onnxruntime's library, 50 MB; the other libraries of a task and the session, 24 MB.
_ONNX_PROCESS = 50_000_000
_ONNX_TASK = 24_000_000
# A token, those of scripts that no text has had yet packed (`edgekit.tokenizer`). The same model's processes held 237
# to 244 MB or, where the allocator had given a batch back, 216 to 219: 195 to 308 bytes of 250,002.
_ONNX_TOKEN = 275
# Values of the encoder's width that stay of a batch of 2,048 tokens (`edgekit.engine.encoder`).
_ONNX_BATCH = 2048 * 6 * 4
# Bytes of a weight in blocks of 32 with a float32 scale. Products in such blocks of 8 bits take as much again when they
# are run: multilingual-e5-small with 64,000 tokens took 177 MB for 4 lines, 199 MB for 80; those of 4 bits do not.
_EIGHT_BITS = 1 + 4 / 32


@dataclass(frozen=True, slots=True)
class Running:
    """How the engine runs a GGUF: lines texts of context tokens at once, fed batch tokens at a time."""

    context: int = 512
    lines: int = 4
    batch: int = 128


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes.  process: interpreter and libraries.  weights: mapped or loaded.  cache: keys and values of the context.

    buffers: what a computation needs.  tokenizer: words and how they are cut.
    """

    process: int
    weights: int
    cache: int
    buffers: int
    tokenizer: int

    @property
    def total(self) -> int:
        """The resident set."""
        return self.process + self.weights + self.cache + self.buffers + self.tokenizer


def gguf_memory(file: Gguf, tokens: int, tensor_bytes: int, running: Running, *, encoder: bool = False) -> Memory:
    """Of file once it has tokens tokens and tensors of tensor_bytes; encoder: gives vectors instead of text."""
    shape = Shape.of(file)
    if encoder:
        batch, cache, logits = _ENCODED, 0, 4 * tokens * _ENCODED
    else:
        batch, logits = running.batch, _LOGIT * tokens
        cache = running.lines * sum(
            heads * (shape.key + shape.value) * 2 * shape.cells(layer, running.context, running.batch)
            for layer, heads in enumerate(shape.key_heads)
        )
    # Beside each other: both sides of the feed-forward layer and some rows of the width; the attention of every head.
    activations = 4 * batch * (2 * shape.inner + 4 * shape.width + 2 * shape.heads * min(running.context, 512))
    return Memory(_LLAMA_PROCESS, tensor_bytes, cache, _GRAPH + activations + logits, _llama_words(file, tokens))


def onnx_memory(graph_bytes: int, tokens: int, width: int | None, quant: str | None = None) -> Memory:
    """Of an ONNX artifact.  graph_bytes: graphs and shortlists.  width: of an encoder's vectors, None for a translation
    model, whose memory goes back after each run.  quant: what an encoder is quantised to.
    """
    buffers = 0 if width is None else _ONNX_BATCH * width
    if width is not None and quant == "int8":
        buffers += max(0, graph_bytes - round(tokens * width * _EIGHT_BITS))
    return Memory(_ONNX_PROCESS + _ONNX_TASK, graph_bytes, 0, buffers, _ONNX_TOKEN * tokens)


def _llama_words(file: Gguf, tokens: int) -> int:
    kind = text_of(file, PREFIX + "model")
    if kind == "t5":
        return _UNIGRAM_TOKEN * tokens
    merges = file.metadata.get(MERGES)
    words = file.metadata.get(TOKENS)
    a_token = len(merges.value) / max(1, len(words.value)) if merges is not None and words is not None else 0.0
    return round((_TOKEN + a_token * _MERGE) * tokens)
