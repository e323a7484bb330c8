"""Builds the artifact of a Marian student."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Progress, Reporter
from exporters.base import Built
from exporters.families.marian.arithmetic import Activations
from exporters.families.marian.graph import translation_model
from exporters.families.marian.lexicon import Lexicon, read_lexicon
from exporters.families.marian.network import POSITIONS
from exporters.families.marian.student import EOS_ID, UNK_ID, Student, load_student
from exporters.tokenizers.sentencepiece import read_sentencepiece, tokenizer_json

GRAPH = "model.onnx"
SHORTLIST_OFFSETS = "shortlist.offsets.npy"
SHORTLIST_WORDS = "shortlist.words.npy"

# Firefox wraps sentences at 128 tokens (`max-length-break`); the models were trained on no longer ones.
MAX_SOURCE_TOKENS = 128
# `max-length-factor` of the Firefox models' own configuration.
LENGTH_FACTOR = 2.5
# A word of one token may need more than 2.5 tokens of the other language.
LENGTH_EXTRA = 8

_ROLES = {"weights", "vocabulary", "source_vocabulary", "target_vocabulary", "shortlist"}
_ACTIVATIONS = ("auto", "static", "dynamic", "float")


class MarianExporter:
    """Roles: `weights`; `vocabulary`, or `source_vocabulary` and `target_vocabulary`; `shortlist` where there is one.

    Options: `activations` (`auto`, `static`, `dynamic`, `float`; auto takes static where every layer has an alpha,
    dynamic for int8 weights without, float for float weights) and `shortlist` (false leaves it out: every token is a
    candidate for every sentence, which is slower and needs 8 MB more for each sentence in a batch).
    """

    def build(self, files: Mapping[str, Path], out: Path, *, options: Mapping[str, Any], report: Reporter) -> Built:
        """Write graph, vocabularies and shortlist into `out`; see `exporters.base.Exporter`."""
        wanted, use_shortlist = _read_options(options)
        _check_roles(files)
        steps = 4

        def progress(done: int) -> None:
            report(Progress("build", done, steps, "steps"))

        student = load_student(files["weights"])
        progress(1)
        activations = choose_activations(student, wanted)
        vocabularies = _write_vocabularies(files, out, student)
        progress(2)
        shortlist = _write_shortlist(files, out, student) if use_shortlist and "shortlist" in files else None
        progress(3)
        metadata = {"family": "marian", "activations": activations}
        model = translation_model(student, activations, metadata, few_candidates=shortlist is not None)
        onnx.save_model(model, out / GRAPH)
        progress(4)
        source_size, target_size = (table.weight.shape[0] for table in (student.source_embedding, student.output))
        return Built(
            engine={
                "kind": "onnx-translation-2",
                "graph": GRAPH,
                "source_tokenizer": vocabularies[0],
                "target_tokenizer": vocabularies[1],
                "source_vocabulary": source_size,
                "target_vocabulary": target_size,
                "end": EOS_ID,
                "unknown": UNK_ID,
                "positions": POSITIONS,
                "max_source_tokens": MAX_SOURCE_TOKENS,
                "max_length_factor": LENGTH_FACTOR,
                "max_length_extra": LENGTH_EXTRA,
                "activations": activations,
                "shortlist": shortlist,
            },
            steps=(
                {
                    "name": "convert",
                    "from": "marian",
                    "to": "onnx",
                    "activations": activations,
                    "shortlist": shortlist is not None,
                    "width": student.width,
                    "heads": student.heads,
                    "encoder_layers": len(student.encoder),
                    "decoder_layers": len(student.decoder),
                },
            ),
            tools={"onnx": onnx.__version__, "numpy": np.__version__},
        )


def choose_activations(student: Student, wanted: str) -> Activations:
    """The arithmetic for a student. Raises UnsupportedModelError where its file lacks what `wanted` needs."""
    layers = [
        *(layer for block in student.encoder for layer in _linear_layers(block.attention, block.feed_forward)),
        *(layer for block in student.decoder for layer in _linear_layers(block.context, block.feed_forward)),
        *(layer for block in student.decoder for layer in (block.recurrence.candidate, block.recurrence.forget)),
    ]
    integers = all(layer.scale is not None for layer in layers)
    alphas = student.output_activation is not None and all(layer.activation is not None for layer in layers)
    if wanted == "auto":
        return "static" if integers and alphas else "dynamic" if integers else "float"
    if wanted == "static" and not alphas:
        raise UnsupportedModelError(
            "static activations need an alpha for every layer, and this file has none for some",
            hint='use `activations = "dynamic"`',
        )
    return cast("Activations", wanted)


def _linear_layers(attention: Any, feed_forward: Any) -> list[Any]:
    parts = [attention.query, attention.key, attention.value, attention.output]
    return [*parts, feed_forward.inner, feed_forward.outer]


def _read_options(options: Mapping[str, Any]) -> tuple[str, bool]:
    activations, shortlist = options.get("activations", "auto"), options.get("shortlist", True)
    reasons = [
        f"`{name}` is no option of this family" for name in sorted(options.keys() - {"activations", "shortlist"})
    ]
    if activations not in _ACTIVATIONS:
        reasons.append(f"`activations` is `{activations}`, not one of {', '.join(_ACTIVATIONS)}")
    if not isinstance(shortlist, bool):
        reasons.append("`shortlist` must be true or false")
    if reasons:
        raise UsageError("the options for family `marian` are wrong", reasons=reasons)
    return activations, shortlist


def _check_roles(files: Mapping[str, Path]) -> None:
    reasons = [f"no file has the role `{role}`" for role in ("weights",) if role not in files]
    split = {"source_vocabulary", "target_vocabulary"}
    if "vocabulary" not in files and not split <= files.keys():
        reasons.append("no file has the role `vocabulary`, nor two `source_vocabulary` and `target_vocabulary`")
    if "vocabulary" in files and split & files.keys():
        reasons.append("`vocabulary` excludes `source_vocabulary` and `target_vocabulary`")
    reasons += [f"`{role}` is no role of this family" for role in sorted(files.keys() - _ROLES)]
    if reasons:
        raise UsageError("the files of this model do not make a Marian student", reasons=reasons)


def _write_vocabularies(files: Mapping[str, Path], out: Path, student: Student) -> tuple[str, str]:
    sizes = {"source": student.source_embedding.weight.shape[0], "target": student.output.weight.shape[0]}
    if "vocabulary" in files:
        names = {"tokenizer.json": (files["vocabulary"], max(sizes.values()))}
        given = ("tokenizer.json", "tokenizer.json")
    else:
        names = {f"{side}.tokenizer.json": (files[f"{side}_vocabulary"], sizes[side]) for side in sizes}
        given = ("source.tokenizer.json", "target.tokenizer.json")
    for name, (path, size) in names.items():
        model = read_sentencepiece(path)
        if len(model.pieces) > size:
            raise ModelFormatError(f"`{path.name}` has {len(model.pieces):,} pieces, the model has rows for {size:,}")
        (out / name).write_bytes(tokenizer_json(model))
    return given


def _write_shortlist(files: Mapping[str, Path], out: Path, student: Student) -> dict[str, Any]:
    source_size, target_size = student.source_embedding.weight.shape[0], student.output.weight.shape[0]
    lexicon: Lexicon = read_lexicon(files["shortlist"], source_size, target_size)
    # A list of the vocabulary's size needs 2 bytes a word up to 65,536 tokens; offsets never need more than 4.
    words = lexicon.words.astype(np.uint16 if target_size <= 2**16 else np.uint32)
    np.save(out / SHORTLIST_OFFSETS, lexicon.offsets.astype(np.uint32), allow_pickle=False)
    np.save(out / SHORTLIST_WORDS, words, allow_pickle=False)
    return {
        "offsets": SHORTLIST_OFFSETS,
        "words": SHORTLIST_WORDS,
        "frequent": lexicon.first,
        "joint": "vocabulary" in files,
    }
