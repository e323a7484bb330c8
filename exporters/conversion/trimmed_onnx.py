"""A Hugging Face folder that is trimmed and then converted to an ONNX graph that the engine runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from exporters.conversion.base import refuse
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.onnx_conversion import QUANTS, OnnxConversion
from exporters.conversion.registry import conversion_of
from exporters.conversion.trimmed import ConvertedModel
from exporters.families.onnx.files import Draft
from exporters.families.onnx.weights import PRECISIONS
from exporters.trim.base import Ids, Part
from exporters.trim.hf.model import HfModel
from exporters.trim.hf.sizes import TokenizerSizes, measured_sizes, tokenizer_sizes
from exporters.trim.hf.tokenizer_source import TOKENIZER
from exporters.trim.opus import OpusTokenizer

# What the graphs call the constants that have a row for each token.
_TABLES = {f"{name}{kind}" for name in ("words", "head") for kind in ("", ".values", ".scales", ".bias")}


@dataclass(frozen=True)
class ConvertedOnnx(ConvertedModel):
    """See `exporters.conversion.trimmed.ConvertedModel`."""

    conversion: OnnxConversion

    container = "onnx"

    @property
    def task(self) -> str:
        """`embed` or `translate`."""
        return self.conversion.task

    @property
    def parts(self) -> Sequence[Part]:
        """The tables, the tokenizer, and everything else."""
        rows, words = self.source.tables.rows, round(self._sizes.total)
        return [
            *(Part(f"{name} ({self.dtype})", size, size / rows) for name, size in self._tables.items()),
            Part("tokenizer", words, words / len(self.source.words.names)),
            Part("everything else", self._draft.size_bytes() - sum(self._tables.values()), 0),
        ]

    def size_bytes(self, kept: Ids) -> int:
        """See `exporters.conversion.trimmed.ConvertedModel.size_bytes`."""
        rows = self.source.tables.rows
        gone = rows - self.source.tables.rows_after(len(kept))
        tables = sum(size // rows for size in self._tables.values())
        return self._draft.size_bytes() - gone * tables + round(self._sizes.after(kept))

    def stored(self, quant: str | None, embedding: str | None) -> tuple[ConvertedModel, str | None]:
        """The model in that type, one of QUANTS, which the conversion stores itself."""
        del embedding  # `check_quant` has refused it
        return dataclasses.replace(self, dtype=QUANTS[quant] if quant else PRECISIONS[0]), None

    @cached_property
    def _draft(self) -> Draft:
        return self.conversion.draft(self.checkpoint, dtype=self.dtype)

    @cached_property
    def _tables(self) -> Mapping[str, int]:
        """Bytes of each table of the whole graph."""
        return {name: size for name, size in self._draft.sizes().items() if name in _TABLES}

    @cached_property
    def _sizes(self) -> TokenizerSizes:
        tokenizer, words = self.tokenizer, self.source.words
        if isinstance(tokenizer, OpusTokenizer):
            return measured_sizes(
                words, lambda kept: sum(map(len, tokenizer.trimmed(kept).engine_files())), tokenizer.forced
            )
        return tokenizer_sizes(words, tokenizer.files()[TOKENIZER], {})


def converted_to_onnx(model: HfModel) -> ConvertedOnnx:
    """The model as an ONNX graph. Raises UnsupportedModelError with every reason why it cannot become one."""
    checkpoint = open_checkpoint(model.folder.path)
    conversion = conversion_of(checkpoint, "onnx")
    refuse(checkpoint, conversion.check(checkpoint), "ONNX")
    assert isinstance(conversion, OnnxConversion)  # noqa: S101 - all that convert to ONNX are
    return ConvertedOnnx(model, checkpoint, conversion, PRECISIONS[0])
