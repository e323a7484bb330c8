"""Which tensors of a checkpoint have a row for each token, and those tensors with fewer rows.

Tables are found by the names that a family's code in transformers gives them and held against the vocabulary; a tensor
that has the vocabulary's size and no such name is refused, not guessed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.containers.safetensors import Buffer, Output, Place, Safetensors
from exporters.trim.base import Ids
from exporters.trim.hf.weights import Weights

# A matrix product runs best over a multiple of this many columns.
MULTIPLE = 8
# Inside a numbered layer nothing has a row for each token; a feed-forward axis may happen to be as long.
_IN_A_LAYER = re.compile(r"\.(layer|layers|block|blocks|h)\.\d+\.")
# The logit of a row that is no token, -10,240, as little-endian bytes; the types that are not here have no such number.
# exp of it is 0 beside any real logit: float32 ends 104 below the largest, float64 745. Minus infinity would do that as
# well, and whoever trains the model further would have an infinite loss with label smoothing, which adds up all log
# probabilities, and NaN for an entropy or a divergence, where 0 is multiplied by it. So would half of a type's largest
# number, which overflows once it is added up; -10,240 adds 0.1 to that loss, with 7 such rows beside 64,000 tokens and
# the usual weight of 0.1. BERT's own masks have -10,000; this number is exact in every type.
_SILENCE = {
    "F64": b"\x00\x00\x00\x00\x00\x00\xc4\xc0",
    "F32": b"\x00\x00\x20\xc6",
    "F16": b"\x00\xf1",
    "BF16": b"\x20\xc6",
    "F8_E5M2": b"\xf1",
}


class Role(Enum):
    """TABLE: (V, width).  BIAS: added to the logits, (V,) or (1, V).  LAYERS: (Vp, layers x width), Gemma 3n's."""

    TABLE = "table"
    BIAS = "bias"
    LAYERS = "layers"


@dataclass(frozen=True, slots=True)
class Family:
    """What the models of one `model_type` call their tables.

    prefixes: what stands before a name, by the class that saved the checkpoint.  ids: what the family's configuration
    in transformers takes for ids that `config.json` does not state.
    """

    prefixes: tuple[str, ...]
    tables: tuple[str, ...]
    biases: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    ids: Mapping[str, int] | None = None

    def role(self, name: str) -> Role | None:
        """What a tensor of this name is."""
        for prefix in self.prefixes:
            rest = name.removeprefix(prefix)
            if name.startswith(prefix):
                for role, names in ((Role.TABLE, self.tables), (Role.BIAS, self.biases), (Role.LAYERS, self.layers)):
                    if rest in names:
                        return role
        return None


_ROBERTA = Family(
    ("", "roberta."),
    ("embeddings.word_embeddings.weight", "lm_head.decoder.weight"),
    ("lm_head.bias", "lm_head.decoder.bias"),
    ids={"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2},
)
_T5_TABLES = ("shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight")
_T5_IDS = {"pad_token_id": 0, "eos_token_id": 1}
_T5 = Family(("", "transformer."), _T5_TABLES, ids=_T5_IDS)
_MT5 = Family(("", "transformer."), _T5_TABLES, ids={**_T5_IDS, "decoder_start_token_id": 0})
_BART = Family(
    ("", "model."),
    _T5_TABLES,
    ("final_logits_bias",),
    ids={"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "forced_eos_token_id": 2},
)
_M2M = Family(
    ("", "model."),
    _T5_TABLES,
    ids={"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2},
)
_MARIAN = Family(
    ("", "model."),
    _T5_TABLES,
    ("final_logits_bias",),
    ids={"pad_token_id": 58100, "eos_token_id": 0, "decoder_start_token_id": 58100, "forced_eos_token_id": 0},
)
_DECODER_TABLES = ("embed_tokens.weight", "lm_head.weight")
_DECODER = Family(("", "model."), _DECODER_TABLES, ids={"bos_token_id": 1, "eos_token_id": 2})
_GEMMA_IDS = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
_GEMMA = Family(("", "model."), _DECODER_TABLES, ids=_GEMMA_IDS)
_QWEN = Family(("", "model."), _DECODER_TABLES)

FAMILIES: Mapping[str, Family] = {
    "bert": Family(
        ("", "bert."),
        ("embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"),
        ("cls.predictions.bias", "cls.predictions.decoder.bias"),
        ids={"pad_token_id": 0},
    ),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "t5": _T5,
    "mt5": _MT5,
    "umt5": _MT5,
    "mbart": _BART,
    "marian": _MARIAN,
    "m2m_100": _M2M,
    "gemma": _GEMMA,
    "gemma2": _GEMMA,
    "gemma3_text": _GEMMA,
    # With a picture tower beside it the language model moves down, before transformers 4.52 and after.
    "gemma3": Family(
        ("", "model.", "language_model.", "language_model.model.", "model.language_model."),
        _DECODER_TABLES,
        ids=_GEMMA_IDS,
    ),
    "gemma3n_text": Family(("", "model."), _DECODER_TABLES, layers=("embed_tokens_per_layer.weight",), ids=_GEMMA_IDS),
    "llama": _DECODER,
    "mistral": _DECODER,
    "qwen2": _QWEN,
    "qwen3": _QWEN,
    "bloom": Family(
        ("", "transformer."),
        ("word_embeddings.weight", "lm_head.weight"),
        ids={"bos_token_id": 1, "eos_token_id": 2},
    ),
}


@dataclass(frozen=True, slots=True)
class Tables:
    """The tensors of a checkpoint that have a row for each token.

    roles: by tensor.  rows: of the vocabulary, with those that pad it.  layer_rows: of a table by layer, 0 where none.
    silent: whether a bias can silence a row that is no token.
    """

    roles: Mapping[str, Role]
    rows: int
    layer_rows: int
    silent: bool

    def rows_after(self, kept: int) -> int:
        """How many rows the trimmed tables have.

        Rows that padded the vocabulary are dropped. Padding again is for the head's matrix product alone, and a row of
        zeros there has the logit 0, which wins where all others are negative. So only a head with a bias is padded,
        where -10,240 in the bias rules that out: mBART's `final_logits_bias`, the masked-language heads of BERT and
        XLM-R. T5, M2M100 and the decoder-only families have no bias, an encoder without a head no product: they get
        exactly the rows that are tokens.
        """
        return -(-kept // MULTIPLE) * MULTIPLE if self.silent else kept


def family_of(model_type: object) -> Family:
    """The names of a `model_type`. Raises UnsupportedModelError, with those that are known."""
    if isinstance(model_type, str) and model_type in FAMILIES:
        return FAMILIES[model_type]
    raise UnsupportedModelError(
        f"models of the type `{str(model_type)[:80]}` cannot be trimmed",
        reasons=["which of its tensors have a row for each token is not known", f"known are {', '.join(FAMILIES)}"],
    )


def find_tables(family: Family, weights: Weights, rows: int, layer_rows: int) -> Tables:
    """The tables of a checkpoint; rows, layer_rows: what its configuration says (0 where it says nothing).

    Raises ModelFormatError where a table does not fit the vocabulary, UnsupportedModelError where a tensor has its size
    and no known name.
    """
    roles = {place.name: role for place in weights.places if (role := family.role(place.name)) is not None}
    tables = [place for place in weights.places if roles.get(place.name) == Role.TABLE]
    if not tables:
        raise ModelFormatError(
            "the checkpoint holds no table of words", reasons=[f"none of {', '.join(family.tables)}"]
        )
    rows = rows or (tables[0].shape[0] if tables[0].shape else 0)
    wrong = []
    unknown = []
    for place in weights.places:
        role = roles.get(place.name)
        fits = {
            Role.TABLE: len(place.shape) == 2 and place.shape[0] == rows,
            Role.BIAS: place.shape in ((rows,), (1, rows)),
            Role.LAYERS: len(place.shape) == 2 and place.shape[0] == layer_rows,
        }
        if role is not None and not fits[role]:
            wrong.append(f"`{place.name}` has shape {place.shape}, the vocabulary {rows:,} rows")
        if role is None and rows in place.shape and not _IN_A_LAYER.search(f".{place.name}"):
            unknown.append(f"`{place.name}` has shape {place.shape}, and nobody knows what its {rows:,} stand for")
    if wrong:
        raise ModelFormatError("the tables do not fit the vocabulary", reasons=wrong)
    if unknown:
        raise UnsupportedModelError("a tensor has the size of the vocabulary and no known name", reasons=unknown)
    biases = [place for place in weights.places if roles.get(place.name) == Role.BIAS]
    silent = bool(biases) and all(place.dtype in _SILENCE for place in biases)
    return Tables(roles, rows, layer_rows if Role.LAYERS in roles.values() else 0, silent)


def outputs(file: Safetensors, tables: Tables, kept: Ids) -> list[Output]:
    """What to write of one file when only these tokens stay; kept: ids, ascending."""
    return [
        _trimmed(file, place, tables.roles[place.name], tables, kept)
        if place.name in tables.roles
        else Output(place.name, place.dtype, place.shape, file.pieces(place.name))
        for place in file.tensors.values()
    ]


def _trimmed(file: Safetensors, place: Place, role: Role, tables: Tables, kept: Ids) -> Output:
    total = tables.rows_after(len(kept))
    if role == Role.BIAS:
        values = np.frombuffer(file.bytes_of(place.name), np.uint8).reshape(tables.rows, -1)
        silence = _SILENCE[place.dtype] * (total - len(kept)) if total > len(kept) else b""
        shape = (*place.shape[:-1], total)
        return Output(place.name, place.dtype, shape, [values[kept].tobytes(), silence])
    if role == Role.LAYERS:
        # Ids beyond this table are pictures and sound, which come last and stay last; what is past its end reads row 0.
        kept = kept[kept < tables.layer_rows]
        total = len(kept)
    padding = bytes(place.size // place.shape[0] * (total - len(kept)))
    pieces: Iterator[Buffer] = itertools.chain(file.gathered(place.name, kept), [padding])
    return Output(place.name, place.dtype, (total, *place.shape[1:]), pieces)
