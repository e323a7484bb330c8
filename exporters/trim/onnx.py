"""Trims ONNX files in place, ours and optimum's: rows of tables and columns of heads taken as they are stored.

A model may be several files (encoder, decoder, decoder with past, merged) with data files beside them; they lose the
same tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.catalogue.names import RECEIPT_NAME
from edgekit.core.atomic import replacing, write_bytes
from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.core.events import Progress, Reporter, silent
from edgekit.store.receipt import read_receipt
from exporters.base import Built
from exporters.trim.base import Ids, Part, Tokenizer
from exporters.trim.onnx_file import OnnxFile, Stretch, Table, lay_out, merge
from exporters.trim.onnx_tensors import DataFiles, External
from exporters.trim.onnx_vectors import Embedding, embedding_of
from exporters.trim.vocabulary import check_kept

TOKENIZER = "tokenizer.json"
GRAPHS = "onnx"


class Beside(Protocol):
    """What lies beside the graphs: the tokenizer, and files that know the vocabulary or the graphs."""

    @property
    def tokenizer(self) -> Tokenizer: ...

    @property
    def prompts(self) -> Sequence[str]:
        """See `exporters.trim.base.TrimmableModel.prompts`."""
        ...

    @property
    def parts(self) -> Sequence[Part]:
        """The files by size."""
        ...

    def size_bytes(self, kept: Ids) -> int:
        """Size of the files with these tokens."""
        ...

    def check(self, kept: Ids) -> None:
        """Raise UsageError where a token goes that a file names."""
        ...

    def write(self, kept: Ids, out: Path) -> Built:
        """Write the files; steps may say what became of some."""
        ...


@dataclass(frozen=True, slots=True)
class GraphSummary:
    """What is kept of a graph once it has been looked through.  name: of its file; size_bytes: of that."""

    name: str
    size_bytes: int
    tables: Sequence[Table]
    embedding: Embedding | None

    def trimmed_size(self, count: int) -> int:
        """Bytes with count tokens, within some hundred: shorter numbers take fewer bytes."""
        return self.size_bytes - sum(
            table.form.size_bytes - table.form.cut(table.cut, count).size_bytes for table in self.tables
        )


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """ONNX files of one folder, opened for trimming; see `exporters.trim.base.TrimmableModel`.

    folder: that of the graphs and their data files; inside: where it lies in the model's folder (`` or `onnx`).
    rows: lengths of the tables, padding included.
    """

    folder: Path
    inside: str
    graphs: Sequence[GraphSummary]
    stretches: Sequence[Stretch]
    rows: frozenset[int]
    beside: Beside

    container = "onnx"

    @property
    def tokenizer(self) -> Tokenizer:
        """That of the files beside."""
        return self.beside.tokenizer

    @property
    def prompts(self) -> Sequence[str]:
        """Those of the files beside."""
        return self.beside.prompts

    @property
    def vectors(self) -> Callable[[Ids], NDArray[np.float32]] | None:
        """Those of the first graph that looks tokens up."""
        return next((graph.embedding.read for graph in self.graphs if graph.embedding is not None), None)

    @property
    def parts(self) -> Sequence[Part]:
        """The tables of every file, the files beside, and everything else."""
        parts = []
        rest = sum(graph.size_bytes for graph in self.graphs)
        for graph in self.graphs:
            for table in graph.tables:
                size = table.form.size_bytes
                rest -= size
                parts.append(Part(f"{graph.name}: {table.name}", size, size / table.cut.rows))
        for location in {stretch.place.location for stretch in self.stretches}:
            rest += (self.folder / location).stat().st_size
        for stretch in self.stretches:
            if stretch.cut is not None:
                rest -= stretch.place.length
                name = f"{stretch.place.location}: {stretch.name}"
                parts.append(Part(name, stretch.place.length, stretch.place.length / stretch.cut.rows))
        return [*parts, *self.beside.parts, Part("everything else", rest, 0)]

    def size_bytes(self, kept: Ids) -> int:
        """Size of the trimmed files, each graph within some hundred bytes."""
        ends: dict[str, int] = {}
        for place in lay_out(self.stretches, len(kept)).values():
            ends[place.location] = max(ends.get(place.location, 0), place.offset + place.length)
        graphs = sum(graph.trimmed_size(len(kept)) for graph in self.graphs)
        return graphs + sum(ends.values()) + self.beside.size_bytes(kept)

    def write(self, kept: Ids, out: Path, *, report: Reporter = silent) -> Built:
        """Write data files, then graphs, then what lies beside them."""
        check_kept(self.tokenizer, kept)
        self.beside.check(kept)
        files = DataFiles(self.folder)
        # Before anything is written: a token that a graph names and that goes leaves the folder empty.
        for graph in self.graphs:
            OnnxFile(files, graph.name, self.tokenizer.size, self.rows).check_ids(kept)
        layout = lay_out(self.stretches, len(kept))
        total = sum(place.length for place in layout.values())
        total += sum(graph.trimmed_size(len(kept)) for graph in self.graphs)
        done = 0

        def written(count: int) -> None:
            nonlocal done
            done = min(done + count, total)
            report(Progress("trim", done, total, "bytes"))

        target = out / self.inside
        for location in sorted({place.location for place in layout}):
            with replacing(target / location) as stream:
                for stretch in sorted(self.stretches, key=lambda one: layout[one.place].offset):
                    if stretch.place.location == location:
                        stream.write(bytes(layout[stretch.place].offset - stream.tell()))
                        for part in stretch.read(kept, files.map(location)):
                            stream.write(part)
                            written(len(part))
        for graph in self.graphs:
            data = OnnxFile(files, graph.name, self.tokenizer.size, self.rows).trimmed(kept, layout)
            write_bytes(target / graph.name, data)
            written(len(data))
        built = self.beside.write(kept, out)
        names = [f"{graph.name}: {table.name}" for graph in self.graphs for table in graph.tables]
        names += [f"{one.place.location}: {one.name}" for one in self.stretches if one.cut is not None]
        step = {
            "name": "trim",
            "container": self.container,
            "tokens": self.tokenizer.size,
            "kept": len(kept),
            "rows_before": sorted(self.rows),
            "tables": sorted(names),
        }
        return Built(built.engine, (step, *built.steps))


def open_onnx(path: Path) -> OnnxModel:
    """Open a folder of ONNX files, or one of them, for trimming: an installed translation model, or an export.

    Raises UnsupportedModelError for a use of the vocabulary that nobody knows, naming the node, and for a tokenizer
    that is not known; ModelFormatError where files are damaged or do not fit together.
    """
    folder = path.parent if path.is_file() else path
    inside = ""
    names = [path.name] if path.is_file() else sorted(one.name for one in folder.glob("*.onnx"))
    if path.is_file() and folder.name == GRAPHS and not (folder / TOKENIZER).is_file():
        folder, inside = folder.parent, GRAPHS
    elif not names:
        # Where models on the hub have their graphs.
        names, inside = sorted(one.name for one in (folder / GRAPHS).glob("*.onnx")), GRAPHS
    if not names:
        raise ModelFormatError(f"`{path.name}` holds no `.onnx` file")
    return open_graphs(folder, inside, names, open_beside(folder))


def open_graphs(folder: Path, inside: str, names: Sequence[str], beside: Beside) -> OnnxModel:
    """Open these graphs; see `open_onnx`."""
    count = beside.tokenizer.size
    files = DataFiles(folder / inside)
    rows: frozenset[int] = frozenset()
    # Twice, because a file without a token input knows the length of the tables from the others only.
    for _ in range(2 if len(names) > 1 else 1):
        graphs: list[GraphSummary] = []
        found: dict[External, Stretch] = {}
        for name in names:
            file = OnnxFile(files, name, count, rows)
            rows |= {cut.rows for cut in file.flow.cuts.values()}
            graphs.append(GraphSummary(name, file.size_bytes, file.tables, embedding_of(file.flow, files, name)))
            for stretch in file.stretches:
                merge(found, stretch)
    if not rows:
        raise UnsupportedModelError("no table has a row for each token", reasons=[f"`{one}`" for one in names])
    _check_overlap(list(found.values()))
    return OnnxModel(files.folder, inside, graphs, list(found.values()), rows, beside)


def open_beside(folder: Path) -> Beside:
    """The files beside the graphs. Raises UnsupportedModelError for those of no known kind."""
    if (folder / RECEIPT_NAME).is_file():
        from exporters.trim import onnx_encoder, onnx_translation

        if read_receipt(folder).engine.get("kind") == onnx_encoder.KIND:
            return onnx_encoder.open_encoder(folder)
        return onnx_translation.open_translation(folder)
    raise UnsupportedModelError(
        f"`{folder.name}` cannot be trimmed",
        reasons=[f"its graphs are none that edgekit wrote: it has no `{RECEIPT_NAME}`"],
        hint="export the checkpoint that they were made from, a folder with safetensors",
    )


def _check_overlap(stretches: Sequence[Stretch]) -> None:
    """Tensors lie one behind the other: a hostile list of them all over the same bytes would be written anew each."""
    ends: dict[str, int] = {}
    for stretch in sorted(stretches, key=lambda one: one.place.offset):
        place = stretch.place
        if place.offset < ends.get(place.location, 0):
            raise ModelFormatError(f"`{stretch.name}` begins inside another tensor of `{place.location}`")
        ends[place.location] = place.offset + place.length
