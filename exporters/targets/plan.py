"""`edgekit export --target`: an artifact for one kind of processor, made of an installed model or of Marian files."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx

from edgekit.catalogue.names import RECEIPT_NAME, is_model_id
from edgekit.core.atomic import clear_leftovers, replacing_folder
from edgekit.core.errors import (
    IntegrityError,
    MissingExtraError,
    ModelFormatError,
    OutputError,
    ResourceError,
    UnsupportedModelError,
    UsageError,
)
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted
from edgekit.core.hashing import sha256_file
from edgekit.core.paths import free_bytes
from edgekit.core.units import bytes_in_words
from edgekit.pipeline.requests import Artifact, CompileGraph, ExportPlan, ExportRequest
from edgekit.store.build import list_files
from edgekit.store.lock import alone_at
from edgekit.store.receipt import Receipt, now, write_receipt
from exporters.corpus.reading import BlockReader
from exporters.corpus.sources import find_sources
from exporters.families.marian.arithmetic import Activations
from exporters.families.marian.exporter import MarianExporter, choose_activations
from exporters.families.marian.from_graph import student_from_graph
from exporters.families.marian.graph import translation_model
from exporters.families.marian.student import Student, load_student
from exporters.families.marian.targeted import LENGTHS, write_encoders
from exporters.families.marian.targeted_step import write_steps
from exporters.opening import Source, model_id, open_source
from exporters.targets.names import QNN_CHIPS, Target, parse_target
from exporters.trim.marian import MarianModel

SCHEMA = "edgekit.export/1"
_KIND = "onnx-translation-2"
# As float32 the four lengths' weights take four times what they take as they are stored; the tables come on top.
_TIMES_THE_SOURCE = 6
# The head and the decoder once more, as float32 where the student is int8 (twice an installed Firefox model).
_TIMES_MORE_FOR_STEPS = 4


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """See `edgekit.pipeline.requests.ExportPlan`.  student, activations: what the artifact computes."""

    request: ExportRequest
    source: Source
    target: Target
    student: Student
    activations: Activations
    lines: Sequence[str]
    compile_graph: CompileGraph | None
    id: str
    folder: Path

    @property
    def needed_bytes(self) -> int:
        """Free disk that writing takes, at most."""
        times = _TIMES_THE_SOURCE + (_TIMES_MORE_FOR_STEPS if self.request.npu_steps else 0)
        return times * sum(path.stat().st_size for path in self.source.files)

    def table(self, *, width: int, plain: bool) -> list[str]:  # noqa: ARG002  it is narrow and ASCII
        """See `edgekit.pipeline.requests.ExportPlan.table`."""
        return [f"{name:<9}{text}" for name, text in self._said().items()]

    def _said(self) -> dict[str, str]:
        if self.target.provider is None:
            return {"target": self.target.id, "graph": "one, with the decode inside"}
        lengths = ", ".join(map(str, LENGTHS))
        return {
            "target": f"{self.target.id}, {self.target.provider}",
            "encoder": f"in fixed lengths of {lengths} tokens" + (", compiled" if self.compile_graph else ""),
            "decode": "a step at a time, likewise; longer sources in the one graph on the CPU"
            if self.request.npu_steps
            else "in the one graph on the CPU, as longer sources are",
        }

    def to_json(self) -> dict[str, Any]:
        """See `edgekit.pipeline.requests.ExportPlan.to_json`."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "folder": str(self.folder),
            "source": self.source.id,
            "container": self.source.model.container,
            "licence": self.request.licence or self.source.licence,
            "target": self.target.id,
            "provider": self.target.provider,
            "lengths": list(LENGTHS) if self.target.provider is not None else [],
            "npu_steps": self.request.npu_steps,
            "needed_bytes": self.needed_bytes,
            "free_bytes": free_bytes(self.folder.parent),
        }

    def points(self, count: int, report: Reporter) -> list[dict[str, Any]]:  # noqa: ARG002  nothing is trimmed
        """See `edgekit.pipeline.requests.ExportPlan.points`."""
        return []

    def at(self, vocab: int, *, command: str, report: Reporter) -> ExportPlan:  # noqa: ARG002
        """See `edgekit.pipeline.requests.ExportPlan.at`."""
        raise UsageError("for a target nothing is trimmed", hint="trim first, then export what came of it")

    def check(self) -> None:
        """See `edgekit.pipeline.requests.ExportPlan.check`."""
        free = free_bytes(self.folder.parent)
        if free < self.needed_bytes:
            raise ResourceError(
                f"`{self.id}` needs {bytes_in_words(self.needed_bytes)} of disk, {bytes_in_words(free)} are free in "
                f"`{self.folder.parent}`",
                hint="name another folder with `-o`",
            )

    def write(self, report: Reporter) -> Artifact:
        """See `edgekit.pipeline.requests.ExportPlan.write`."""
        try:
            with alone_at(self.folder, report):
                clear_leftovers(self.folder)
                check_target(self.folder, force=self.request.force)
                with replacing_folder(self.folder) as beside:
                    report(StepStarted("convert", f"for {self.target.id}"))
                    receipt = self._fill(beside, report)
                report(StepFinished("convert", f"{self.id}, {bytes_in_words(receipt.size_bytes)}"))
                return Artifact(self.folder, receipt)
        except OSError as problem:
            where = f"`{problem.filename}`: " if problem.filename else ""
            raise OutputError(
                f"`{self.folder}` could not be written", reasons=[f"{where}{problem.strerror or problem}"]
            ) from problem

    def _fill(self, folder: Path, report: Reporter) -> Receipt:
        source_files = self.source.source_files()
        for name, path in self.source.licence_files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
        engine, steps = self._base(folder, report)
        step: dict[str, Any] = {"name": "target", "target": self.target.id, "provider": self.target.provider}
        if self.target.provider is not None:
            tokenizer = folder / str(engine["source_tokenizer"])
            encoder = write_encoders(
                self.student, self.activations, self.target, folder, tokenizer, self.lines, self._compile(), report
            )
            engine = {**engine, "encoder": encoder}
            if self.request.npu_steps:
                engine["step"] = write_steps(
                    self.student, self.activations, self.target, folder, tokenizer, self.lines, self._compile(), report
                )
            step |= {"form": encoder["form"], "lengths": list(LENGTHS), "compiled": encoder["compiled"]}
            step |= {"npu_steps": self.request.npu_steps}
        source = self.source
        before = source.receipt
        receipt = Receipt(
            id=self.id,
            name=f"{source.name}, for {self.target.id}",
            family="marian",
            task="translate",
            languages=source.languages,
            licence=self.request.licence or source.licence,
            attribution=self.request.attribution or source.attribution,
            source=before.source if before is not None else f"file:{source.container.name}",
            revision=before.revision if before is not None else None,
            source_files=source_files,
            steps=(*(before.steps if before is not None else ()), *steps, step),
            tools={"python": platform.python_version(), "numpy": np.__version__, "onnx": onnx.__version__},
            files=list_files(folder),
            engine=engine,
            edgekit=version("edgekit"),
            created=now(),
            licence_files=tuple(sorted(source.licence_files)),
            vocabulary=before.vocabulary if before is not None else None,
            masks=before.masks if before is not None else (),
        )
        write_receipt(folder, receipt)
        return receipt

    def _base(self, folder: Path, report: Reporter) -> tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]:
        """The one-file model and what lies beside it; gives the engine's settings and the steps taken."""
        whole: Activations = (
            "float" if self.target.form == "float" and self.target.provider is None else self.activations
        )
        before = self.source.receipt
        if isinstance(self.source.model, MarianModel):
            options = {"activations": whole}
            built = MarianExporter().build(self.source.model.files, folder, options=options, report=report)
            return built.engine, built.steps
        if before is None:
            raise ModelFormatError(f"`{self.source.container}` has no receipt")
        kept = {record.path for record in before.files} - {*self.source.licence_files, RECEIPT_NAME}
        for name in sorted(kept):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.source.container / name, folder / name)
        wrong = [one.path for one in before.files if one.path in kept and sha256_file(folder / one.path) != one.sha256]
        if wrong:
            raise IntegrityError(
                f"`{before.id}` is damaged", reasons=[f"`{name}` has another sha256" for name in wrong]
            )
        if whole == self.activations:
            return before.engine, ()
        graph = translation_model(
            self.student,
            whole,
            {"family": "marian", "activations": whole},
            few_candidates=before.engine.get("shortlist") is not None,
        )
        onnx.save_model(graph, folder / str(before.engine["graph"]))
        return {**before.engine, "activations": whole}, ({"name": "convert", "activations": whole},)

    def _compile(self) -> Any:
        compile_graph = self.compile_graph
        if compile_graph is None or self.target.soc is None or self.target.provider is None:
            return None
        model, architecture = QNN_CHIPS[self.target.soc]
        provider, options = self.target.provider, {"soc_model": str(model), "htp_arch": str(architecture)}
        return lambda graph, out: compile_graph(graph, out, provider, options)


def plan_target(request: ExportRequest, *, compile_graph: CompileGraph | None, report: Reporter) -> TargetPlan:
    """Open the model and read what it computes; nothing is written yet. Reports the step `open`.

    compile_graph: makes context binaries for a chip, or None where nothing here can.
    Raises UsageError, UnsupportedModelError (no translation model of edgekit), MissingExtraError (no compiler).
    """
    target = parse_target(str(request.target))
    if target.soc is not None and compile_graph is None:
        raise MissingExtraError(
            f"nothing here compiles for `{target.soc}`",
            hint=f"run `pip install onnxruntime-qnn`, or write `--target {target.name}`: it is compiled on the device",
        )
    if request.npu_steps and target.provider is None:
        raise UsageError(f"`{target.name}` is no NPU", hint="leave `--npu-steps` out: it runs the decode as it is")
    report(StepStarted("open", request.model))
    source = open_source(request.model)
    student, activations = _student(source)
    name = request.id or model_id(f"{source.id}-{target.id}")
    if not is_model_id(name):
        raise UsageError(f"`{name}` is no id", hint="write lower-case letters, digits, `.`, `_` and `-`, at most 64")
    folder = request.out.expanduser().absolute() / name
    check_target(folder, force=request.force)
    lines = _lines(request, source) if target.form == "measured" else []
    report(StepFinished("open", f"{len(student.encoder)} + {len(student.decoder)} layers of {student.width}"))
    if request.corpora and target.form != "measured":
        report(Note(f"`{target.name}` measures nothing, so the text is not read"))
    compiling = compile_graph if target.soc is not None else None
    return TargetPlan(request, source, target, student, activations, lines, compiling, name, folder)


def _student(source: Source) -> tuple[Student, Activations]:
    if isinstance(source.model, MarianModel):
        student = load_student(source.model.files["weights"])
        return student, choose_activations(student, "auto")
    engine = source.receipt.engine if source.receipt is not None else {}
    if engine.get("kind") != _KIND:
        raise UnsupportedModelError(
            f"`{source.id}` cannot be made for a target",
            reasons=["only Marian students have the form that these processors take"],
            hint="name an installed Firefox model, or the folder of a Marian student",
        )
    try:
        model = onnx.load_model(str(source.container / str(engine["graph"])), load_external_data=False)
    except Exception as problem:
        raise ModelFormatError("the graph cannot be read", reasons=[str(problem)[:200]]) from problem
    student = student_from_graph(model, few_candidates=engine.get("shortlist") is not None)
    return student, cast("Activations", engine.get("activations"))


def _lines(request: ExportRequest, source: Source) -> list[str]:
    if not request.corpora:
        return []
    tags = [tag for tag in source.languages.source if tag != "mul"]
    reader = BlockReader(find_sources(request.corpora, tags), request.corpus_field or "text")
    lines = [line for block in reader for line in block.text.decode("utf-8").splitlines()]
    if reader.problems:
        raise UsageError("the text cannot be read", reasons=reader.problems)
    return lines


def check_target(folder: Path, *, force: bool) -> None:
    """Raise UsageError where an artifact cannot be put, OutputError where nothing can be written."""
    above = next(one for one in folder.parents if one.exists())
    if not above.is_dir():
        raise UsageError(f"`{above}` is there and is no folder", hint="name another folder with `-o`")
    if not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(f"nothing can be written in `{above}`", hint="name another folder with `-o`")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"`{folder}` is there and is no folder")
    if folder.exists() and not force:
        raise UsageError(f"`{folder}` is there already", hint="add `--force` to put the new one in its place")
