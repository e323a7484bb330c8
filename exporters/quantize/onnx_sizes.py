"""How large an ONNX encoder will be once it is trimmed and quantised: its graph is quantised once, aside."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from exporters.quantize.onnx_files import TYPES, requantize_graph
from exporters.quantize.sizes import QuantisedSizes
from exporters.trim.onnx import OnnxModel, open_graphs


def onnx_in_type(model: OnnxModel, quant: str) -> QuantisedSizes:
    """The model with the sizes of its weights in blocks of quant, one of TYPES, each within some hundred bytes.

    Which weights change does not depend on how many tokens there are, so the graph as it is answers for every
    vocabulary. Takes the time of quantising, 2 s for multilingual-e5-small, and memory for all weights as float32.
    Raises as `exporters.quantize.onnx_files.requantize_graph` does.
    """
    if quant not in TYPES:
        raise ValueError(quant)
    names = [graph.name for graph in model.graphs]
    with tempfile.TemporaryDirectory(prefix="edgekit-") as place:
        folder = Path(place)
        for name in names:
            requantize_graph(model.folder / name, folder / name, quant)
        # What is asked of it later are sizes alone, so the files are not needed any more.
        found = open_graphs(folder, "", names, model.beside)
        sized = dataclasses.replace(found, graphs=[dataclasses.replace(one, embedding=None) for one in found.graphs])
    return QuantisedSizes(model, {}, sized.size_bytes)
