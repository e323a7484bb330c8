"""Runs any ONNX graph on arrays, for who builds graphs and has to know what they compute."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from edgekit.core.cancelling import check_cancelled
from edgekit.core.cores import usable_cores
from edgekit.core.events import silent
from edgekit.engine.devices import choose_providers
from edgekit.engine.session import open_session


def run_graph(model: bytes, feeds: Iterable[Mapping[str, Any]], outputs: Sequence[str]) -> Iterator[Sequence[Any]]:
    """The named outputs for each feed, arrays by the names of inputs, one at a time, on the CPU.

    model: a serialised ONNX model with its weights inside. Raises EngineError where onnxruntime does not open it.
    """
    with tempfile.TemporaryDirectory(prefix="edgekit-") as folder:
        path = Path(folder, "model.onnx")
        path.write_bytes(model)
        opened = open_session(
            path, choose_providers("cpu", decode_loop=False), threads=usable_cores(), report=silent
        ).session
        for feed in feeds:
            check_cancelled()
            yield opened.run(list(outputs), dict(feed))
