"""Random Marian students, written byte for byte as marian-conv writes real ones, from the format's description alone.

Every file is a function of its arguments: the same seed gives the same bytes.
"""

from __future__ import annotations

import functools
import io
import random
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from toys.sentencepiece_models import trained_sentencepiece

FLOAT32, INTGEMM8, TEXT = 0x0404, 0x4101, 0x0101

# u8 activations reach 254, so two products of 254 x 64 stay below 2^15: engines whose kernels saturate pair sums at
# int16 (x86 without VNNI) compute what exact ones compute. Marian itself uses 127.
LEVELS = 64

# Sharp attention and strong layers: what is translated then depends on the source, not only on the last word.
_GAINS = {"q": 3.0, "o": 2.5}

Form = Literal["intgemm8", "float32", "npz"]


@dataclass(frozen=True, slots=True)
class ToyFiles:
    """The four files of one direction; target_vocabulary is source_vocabulary for a joint model."""

    weights: bytes
    weights_name: str
    source_vocabulary: bytes
    target_vocabulary: bytes
    shortlist: bytes
    joint: bool
    source_size: int
    target_size: int

    def write(self, folder: Path) -> dict[str, Path]:
        """Write the files and return role -> path, the roles of the catalogue."""
        roles = {"weights": (self.weights_name, self.weights), "shortlist": ("lex.bin", self.shortlist)}
        if self.joint:
            roles["vocabulary"] = ("vocab.spm", self.source_vocabulary)
        else:
            roles["source_vocabulary"] = ("srcvocab.spm", self.source_vocabulary)
            roles["target_vocabulary"] = ("trgvocab.spm", self.target_vocabulary)
        paths = {}
        for role, (name, data) in roles.items():
            paths[role] = folder / name
            paths[role].write_bytes(data)
        return paths


def toy_student(
    seed: int = 0,
    *,
    form: Form = "intgemm8",
    alphas: bool = True,
    joint: bool = True,
    untied: bool = False,
    width: int = 64,
    heads: int = 4,
    feed_forward: int = 128,
    encoder_depth: int = 2,
    decoder_depth: int = 2,
    vocabulary: int = 160,
    settings: dict[str, str] | None = None,
) -> ToyFiles:
    """A random student with its vocabularies and shortlist.

    alphas: only for intgemm8; without them an engine scales activations as it sees them.
    settings: replaces or adds lines of `special:model.yml`.
    """
    source = toy_sentencepiece(seed, vocabulary)
    target = source if joint else toy_sentencepiece(seed + 1000, vocabulary)
    tensors = toy_tensors(
        seed,
        joint=joint,
        untied=untied,
        width=width,
        feed_forward=feed_forward,
        encoder_depth=encoder_depth,
        decoder_depth=decoder_depth,
        vocabulary=vocabulary,
    )
    text = _settings(width, heads, feed_forward, encoder_depth, decoder_depth, vocabulary, joint, untied, settings)
    if form == "npz":
        weights = write_npz(tensors, text)
    elif form == "float32":
        weights = write_bin([*((name, FLOAT32, values) for name, values in tensors.items()), _text_item(text)])
    else:
        weights = write_bin([*_quantised(tensors, alphas, "Wemb" if joint else "decoder_Wemb"), _text_item(text)])
    return ToyFiles(
        weights=weights,
        weights_name="model.npz" if form == "npz" else "model.bin",
        source_vocabulary=source,
        target_vocabulary=target,
        shortlist=toy_lexicon(seed, vocabulary, vocabulary),
        joint=joint,
        source_size=vocabulary,
        target_size=vocabulary,
    )


def write_bin(items: list[tuple[str, int, Any]]) -> bytes:
    """Marian's `.bin`, version 1. An item's values are float32, or bytes already in their stored form with a shape."""
    heads, names, shapes, bodies = b"", b"", b"", []
    for name, kind, values in items:
        if kind == FLOAT32:
            shape, body = values.shape, values.astype("<f4").tobytes()
        else:
            shape, body = values
        if kind != TEXT:
            body += b"\0" * (-len(body) % 256)
        raw = name.encode() + b"\0"
        heads += struct.pack("<4Q", len(raw), kind, len(shape), len(body))
        names += raw
        shapes += struct.pack(f"<{len(shape)}i", *shape)
        bodies.append(body)
    head = struct.pack("<2Q", 1, len(items)) + heads + names + shapes
    padding = ((len(head) + 8) // 256 + 1) * 256 - len(head) - 8
    return head + struct.pack("<Q", padding) + b"\0" * padding + b"".join(bodies)


def write_npz(tensors: dict[str, NDArray[np.float32]], text: str) -> bytes:
    stream = io.BytesIO()
    settings = np.frombuffer(text.encode() + b"\0", np.int8)
    np.savez(stream, **tensors, **{"special:model.yml": settings})
    return stream.getvalue()


def intgemm8_item(name: str, values: NDArray[np.float32], scale: float) -> tuple[str, int, Any]:
    """Stored transposed unless it is an embedding, then the scale."""
    integers = np.clip(np.rint(values * np.float32(scale)), -127, 127).astype(np.int8)
    stored = integers if "Wemb" in name else integers.T
    return name, INTGEMM8, (values.shape, stored.tobytes() + struct.pack("<f", scale))


def toy_lexicon(seed: int, source: int, target: int, first: int = 8, best: int = 12) -> bytes:
    rng = np.random.default_rng(seed + 7)
    lists = [np.unique(rng.integers(0, target, best)).astype("<u4") for _ in range(source)]
    offsets = np.cumsum([0, *map(len, lists)]).astype("<u8")
    words = np.concatenate(lists)
    body = struct.pack("<4Q", first, best, len(offsets), len(words)) + offsets.tobytes() + words.tobytes()
    return struct.pack("<2Q", 0xF11A48D5013417F5, lexicon_checksum(body)) + body


def lexicon_checksum(body: bytes) -> int:
    """Written apart from the exporter's own, so that one can be tested with the other."""
    state = 0
    for (word,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8]):
        state = (state ^ (word + 0x9E3779B9 + (state << 6) + (state >> 2))) % 2**64
    return state


def toy_lines(seed: int, count: int = 400) -> list[str]:
    """Sentences of made-up words, the text that the toy vocabulary is trained on."""
    chooser = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ão", "é")]
    words = ["".join(chooser.choices(syllables, k=chooser.randint(1, 3))) for _ in range(200)]
    return [
        " ".join(chooser.choices(words, k=chooser.randint(3, 12))).capitalize() + chooser.choice(".?!")
        for _ in range(count)
    ]


@functools.lru_cache(maxsize=16)
def toy_sentencepiece(seed: int, vocabulary: int, **flags: Any) -> bytes:
    """A unigram `.spm` trained with Marian's flags."""
    settings = {"bos_id": -1, "eos_id": 0, "unk_id": 1, **flags}
    return trained_sentencepiece(toy_lines(seed), vocab_size=vocabulary, **settings)


def toy_tensors(
    seed: int,
    *,
    joint: bool = True,
    untied: bool = False,
    width: int = 64,
    feed_forward: int = 128,
    encoder_depth: int = 2,
    decoder_depth: int = 2,
    vocabulary: int = 160,
) -> dict[str, NDArray[np.float32]]:
    """The real-valued parameters of a toy by Marian's names, sorted."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, NDArray[np.float32]] = {}

    def matrix(name: str, rows: int, columns: int, gain: float = 1.0) -> None:
        tensors[name] = (rng.standard_normal((rows, columns)) * gain / np.sqrt(rows)).astype(np.float32)

    def vector(name: str, size: int, mean: float = 0.0) -> None:
        tensors[name] = (mean + 0.1 * rng.standard_normal((1, size))).astype(np.float32)

    def norm(name: str) -> None:
        vector(f"{name}_scale", width, 1.0)
        # Random signs turn the residual away from the word it came from; without them a tied head repeats that word.
        tensors[f"{name}_scale"] *= rng.choice(np.array([-1, 1], np.float32), width)
        vector(f"{name}_bias", width)

    def attention(name: str) -> None:
        for part in "qkvo":
            matrix(f"{name}_W{part}", width, width, _GAINS.get(part, 1.0))
            vector(f"{name}_b{part}", width)
        norm(f"{name}_Wo_ln")

    def feed(name: str) -> None:
        matrix(f"{name}_W1", width, feed_forward)
        vector(f"{name}_b1", feed_forward)
        matrix(f"{name}_W2", feed_forward, width, 2.0)
        vector(f"{name}_b2", width)
        norm(f"{name}_ffn_ln")

    for depth in range(1, encoder_depth + 1):
        attention(f"encoder_l{depth}_self")
        feed(f"encoder_l{depth}_ffn")
    for depth in range(1, decoder_depth + 1):
        matrix(f"decoder_l{depth}_rnn_W", width, width)
        matrix(f"decoder_l{depth}_rnn_Wf", width, width)
        vector(f"decoder_l{depth}_rnn_bf", width)
        norm(f"decoder_l{depth}_rnn_ffn_ln")
        attention(f"decoder_l{depth}_context")
        feed(f"decoder_l{depth}_ffn")
    for name in ["Wemb"] if joint else ["encoder_Wemb", "decoder_Wemb"]:
        tensors[name] = (rng.standard_normal((vocabulary, width)) / np.sqrt(width)).astype(np.float32)
    if untied:
        matrix("decoder_ff_logit_out_W", width, vocabulary)
    vector("decoder_ff_logit_out_b", vocabulary)
    tensors["decoder_ff_logit_out_b"][0, 0] += 2.0  # so that the end mark wins now and then
    return dict(sorted(tensors.items()))


def _quantised(tensors: dict[str, NDArray[np.float32]], alphas: bool, head: str) -> list[tuple[str, int, Any]]:
    items: list[tuple[str, int, Any]] = []
    for name, values in tensors.items():
        start = name.find("_W")
        if "Wemb" not in name and start not in (len(name) - 3, len(name) - 2) and not name.endswith(("_W", "_Wf")):
            items.append((name, FLOAT32, values))
            continue
        items.append(intgemm8_item(name, values, float(LEVELS / np.abs(values).max())))
        if alphas and "Wemb" not in name:
            # Inputs are layer-normalised (deviation 1) or of that order.
            items.append((f"{name}_QuantMultA", FLOAT32, np.full((1, 1), 127 / 6, np.float32)))
    if alphas:
        # An alpha whose name holds `Wemb` is itself stored as intgemm8: 127 and 127 / alpha.
        items.append(intgemm8_item(f"{head}_QuantMultA", np.full((1, 1), 127 / 5, np.float32), 5.0))
        items.append(("none_QuantMultA", FLOAT32, np.full((1, 1), 127 / 5, np.float32)))
    return sorted(items, key=lambda item: item[0])


def toy_settings(changes: dict[str, str] | None = None) -> str:
    """The `special:model.yml` of a toy of the default sizes."""
    return _settings(64, 4, 128, 2, 2, 160, True, False, changes)


def _text_item(text: str) -> tuple[str, int, Any]:
    raw = text.encode() + b"\0"
    return "special:model.yml", TEXT, ((len(raw),), raw)


def _settings(
    width: int,
    heads: int,
    feed_forward: int,
    encoder_depth: int,
    decoder_depth: int,
    vocabulary: int,
    joint: bool,
    untied: bool,
    changes: dict[str, str] | None,
) -> str:
    lines = {
        "dec-cell": "ssru",
        "dec-depth": str(decoder_depth),
        "dim-emb": str(width),
        "dim-vocabs": f"\n  - {vocabulary}\n  - {vocabulary}",
        "enc-depth": str(encoder_depth),
        "input-types": "[]",
        "layer-normalization": "false",
        "lemma-dim-emb": "0",
        "output-omit-bias": "false",
        "right-left": "false",
        "tied-embeddings": str(not joint and not untied).lower(),
        "tied-embeddings-all": str(joint and not untied).lower(),
        "tied-embeddings-src": str(joint and untied).lower(),
        "transformer-decoder-autoreg": "rnn",
        "transformer-dim-ffn": str(feed_forward),
        "transformer-ffn-activation": "relu",
        "transformer-ffn-depth": "2",
        "transformer-heads": str(heads),
        "transformer-no-projection": "false",
        "transformer-pool": "false",
        "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d",
        "transformer-postprocess-top": '""',
        "transformer-preprocess": '""',
        "transformer-tied-layers": "[]",
        "transformer-train-position-embeddings": "false",
        "type": "transformer",
        "ulr": "false",
        "version": "v1.9.56 94aeaa46 2021-04-28 00:28:35 +0100",
    }
    lines.update(changes or {})
    return "".join(f"{name}: {value}\n" for name, value in lines.items())
