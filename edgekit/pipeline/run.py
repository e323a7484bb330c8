"""Exports and verifications, done by who is registered for them under the entry-point group `edgekit.export`.

edgekit imports no exporter: without the workstation side these two end in MissingExtraError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from edgekit.core.errors import MissingExtraError, UsageError
from edgekit.core.events import Reporter, silent
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.llama_extra import has_llama
from edgekit.pipeline.budgets import Budget, FitRequest, Fitted, Fitting, ModelPlan, Planning, PlanRequest
from edgekit.pipeline.requests import (
    Artifact,
    CompileGraph,
    Exporting,
    ExportPlan,
    ExportRequest,
    OpenLanguageModel,
    Verified,
    Verifying,
    VerifyRequest,
)

GROUP = "edgekit.export"


def export(
    model: str | Path,
    *,
    languages: Sequence[str] = (),
    corpus: Sequence[str | Path] = (),
    aligned: Sequence[str | Path] = (),
    out: str | Path = ".",
    report: Reporter = silent,
    **more: Any,
) -> Artifact:
    """Make a model small for a few languages and give the artifact that was written.

    model: id of an installed model, or a path.  languages: BCP-47 tags.  corpus: files, folders or patterns, `TAG=`
    before those whose name does not say the language.  aligned: named in the same way, files whose line n is the same
    sentence in each; an encoder must align the languages on them as before.  out: the folder that the artifact's
    folder is made in.  more: the other fields of ExportRequest.

    Raises UsageError, ModelNotFoundError, ModelFormatError, UnsupportedModelError, InputError, ResourceError,
    FailedError (a language would lose characters or alignment), MissingExtraError, OutputError.
    """
    request = ExportRequest(
        str(model),
        _tags(languages),
        _paths("corpus", corpus),
        aligned=_paths("aligned", aligned),
        out=Path(out),
        **more,
    )
    plan = plan_export(request, report=report)
    plan.check()
    return plan.write(report)


def plan_export(request: ExportRequest, *, report: Reporter = silent) -> ExportPlan:
    """Choose what stays and see what it costs; nothing is written. Raises what `export` raises."""
    request.check()
    return cast("Exporting", _load("export"))(
        request,
        open_model=language_models(),
        open_encoder=text_encoder,
        open_translator=line_translator,
        run_graph=onnx_graph,
        compile_graph=graph_compiler() if request.target is not None else None,
        report=report,
    )


def plan(
    model: str | Path,
    *,
    languages: Sequence[str] = (),
    corpus: Sequence[str | Path] = (),
    max_size_bytes: int | None = None,
    max_memory_bytes: int | None = None,
    target: str | None = None,
    report: Reporter = silent,
    **more: Any,
) -> ModelPlan:
    """Predict what a model would be, without building it.

    languages, corpus: named as for `export`; without languages nothing is trimmed.  target: a preset whose budget holds
    where none is given.  more: the other fields of PlanRequest.
    Raises what `export` raises before it writes; what is over the budget is only raised by the plan's `check`.
    """
    budget = budget_of(target, max_size_bytes, max_memory_bytes)
    request = PlanRequest(
        str(model), languages=_tags(languages), corpora=_paths("corpus", corpus), budget=budget, **more
    )
    return plan_model(request, report=report)


def plan_model(request: PlanRequest, *, report: Reporter = silent) -> ModelPlan:
    """See `plan`."""
    request.check()
    return cast("Planning", _load("plan"))(request, report=report)


def fit(
    task: str,
    *,
    languages: Sequence[str],
    max_size_bytes: int | None = None,
    max_memory_bytes: int | None = None,
    target: str | None = None,
    corpus: Sequence[str | Path] = (),
    aligned: Sequence[str | Path] = (),
    out: str | Path = "fit",
    report: Reporter = silent,
    **more: Any,
) -> Fitted:
    """Find the best model that fits a budget: predict all, build and measure a few, and go on where a run was cut off.

    languages: BCP-47 tags; of `translate` the source and then the target.  target: a preset whose budget holds where
    none is given.  corpus, aligned: named as for `export`.  more: the other fields of FitRequest.

    Raises what `export` raises, UnavailableError where no model is installed that does the task; that nothing fits is
    only raised by the answer's `check`.
    """
    request = FitRequest(
        task,
        _tags(languages),
        budget_of(target, max_size_bytes, max_memory_bytes),
        corpora=_paths("corpus", corpus),
        aligned=_paths("aligned", aligned),
        out=Path(out),
        **more,
    )
    return run_fit(request, report=report)


def _tags(languages: Sequence[str]) -> tuple[str, ...]:
    """The tags as they are written. Raises UsageError, for one text in place of a list as well."""
    if isinstance(languages, str):
        wanted = [part.strip() for part in languages.split(",")]
        raise UsageError("`languages` is one `str`, not a list of them", hint=f"write `languages={wanted}`")
    return tuple(normalise_tag(tag) for tag in languages)


def _paths(name: str, paths: Sequence[str | Path]) -> tuple[str, ...]:
    """Paths and patterns as texts. Raises UsageError for one that is in no list."""
    if isinstance(paths, (str, Path)):
        raise UsageError(f"`{name}` is one path, not a list of them", hint=f"write `{name}={[str(paths)]}`")
    return tuple(str(one) for one in paths)


def run_fit(request: FitRequest, *, report: Reporter = silent) -> Fitted:
    """See `fit`."""
    request.check()
    return cast("Fitting", _load("fit"))(
        request,
        open_model=language_models(),
        open_encoder=text_encoder,
        open_translator=line_translator,
        measure_memory=resident_memory,
        report=report,
    )


def budget_of(target: str | None, size_bytes: int | None, memory_bytes: int | None) -> Budget:
    """What is given, and of a target, a preset of the catalogue, what is not. Raises UsageError with all there are."""
    if target is None:
        return Budget(size_bytes, memory_bytes)
    from edgekit.catalogue.load import load_catalogue

    presets = load_catalogue().export_presets
    known = {name: one for name, one in presets.items() if one.budget_size_bytes is not None or one.budget_memory_bytes}
    if target not in known:
        raise UsageError(
            f"there is no target `{target}`", reasons=[f"`{name}`: {one.device}" for name, one in known.items()]
        )
    preset = known[target]
    return Budget(
        preset.budget_size_bytes if size_bytes is None else size_bytes,
        preset.budget_memory_bytes if memory_bytes is None else memory_bytes,
        target,
    )


def verify(request: VerifyRequest, *, report: Reporter = silent) -> Verified:
    """Compare an artifact with its receipt, its text and its source.

    Raises UnavailableError (no such folder or source), ModelFormatError (no sound receipt), InputError.
    """
    return cast("Verifying", _load("verify"))(
        request, open_model=language_models(), open_encoder=text_encoder, report=report
    )


def language_models() -> OpenLanguageModel | None:
    """What opens a GGUF to run it, or None where llama-cpp-python is not installed."""
    if not has_llama():
        return None
    from edgekit.engine.llama.process import LlamaProcess

    return LlamaProcess


def graph_compiler() -> CompileGraph | None:
    """What makes context binaries, or None where no provider here does; see `edgekit.engine.session.compile_graph`."""
    from edgekit.engine.session import can_compile, compile_graph

    return compile_graph if can_compile() else None


def text_encoder(path: Path, engine: Mapping[str, Any]) -> Any:
    """Open an encoder; see `edgekit.engine.text_encoder.open_text_encoder`."""
    from edgekit.engine.text_encoder import open_text_encoder

    return open_text_encoder(path, engine)


def line_translator(folder: Path, engine: Mapping[str, Any], direction: Direction) -> Any:
    """Open a translation model; see `edgekit.engine.line_translator.open_line_translator`."""
    from edgekit.engine.line_translator import open_line_translator

    return open_line_translator(folder, engine, direction)


def resident_memory(
    path: Path, engine: Mapping[str, Any], lines: Sequence[str], direction: Direction | None
) -> int | None:
    """Run an artifact in a process of its own; see `edgekit.engine.memory_run.measure_resident`."""
    from edgekit.engine.memory_run import measure_resident

    return measure_resident(path, engine, lines, direction)


def onnx_graph(model: bytes, feeds: Iterable[Mapping[str, Any]], outputs: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Run an ONNX model; see `edgekit.engine.graph_run.run_graph`."""
    from edgekit.engine.graph_run import run_graph

    return run_graph(model, feeds, outputs)


def _load(name: str) -> Any:
    points = sorted(entry_points(group=GROUP, name=name), key=lambda point: point.value)
    if not points:
        raise MissingExtraError(f"nothing that can {name} is installed", hint="run `pip install 'edgekit[trim]'`")
    try:
        return points[0].load()
    except (ImportError, AttributeError) as problem:
        raise MissingExtraError(
            f"what can {name} cannot be loaded: {problem}", hint="run `pip install 'edgekit[trim]'`"
        ) from problem
