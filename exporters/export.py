"""`edgekit export`: open, count and choose; then write the artifact beside its place and rename it, all or nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.catalogue.licences import accepted
from edgekit.catalogue.names import is_model_id
from edgekit.core.atomic import clear_leftovers, replacing_folder
from edgekit.core.errors import OutputError, ResourceError, UsageError
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted
from edgekit.core.languages import Direction
from edgekit.core.paths import cache_folder, free_bytes
from edgekit.core.units import bytes_in_words, counted
from edgekit.pipeline.requests import (
    Artifact,
    CompileGraph,
    ExportPlan,
    ExportRequest,
    OpenLanguageModel,
    OpenTextEncoder,
    OpenTranslator,
    RunGraph,
)
from edgekit.store.lock import alone_at
from exporters.alignment.gate import embedding_prefix, is_encoder, open_gate
from exporters.artifact import Choice, write_artifact
from exporters.conversion.parity import check_parity
from exporters.conversion.trimmed import ConvertedModel
from exporters.conversion.trimmed_gguf import ConvertedGguf, converted_to_gguf
from exporters.conversion.trimmed_onnx import converted_to_onnx
from exporters.corpus.base import Corpus
from exporters.corpus.checkpoint import State
from exporters.corpus.counting import count_corpora
from exporters.from_hub import from_hub
from exporters.guard import check_directions, check_languages, losses, refuse_losses
from exporters.lines import text_blocks
from exporters.loss.measuring import prepare_trial
from exporters.on_demand import OnDemand
from exporters.opening import Source, model_id, open_source
from exporters.presets import named_preset
from exporters.quantized import check_quant, with_preset_quant, with_sizes
from exporters.report.terminal import trade_off
from exporters.selection.base import Selection, Target
from exporters.selection.choose import Ranking, points, select
from exporters.targets.plan import check_target, plan_target
from exporters.trim.base import Ids, Tokenizer
from exporters.trim.gguf import GgufModel
from exporters.trim.hf.model import HfModel

SCHEMA = "edgekit.export/1"


@dataclass(frozen=True, slots=True)
class Plan:
    """See `edgekit.pipeline.requests.ExportPlan`.  folder: the artifact's, which is called as its id.

    keep, open_model: for another choice, as in `_select`.
    """

    choice: Choice
    folder: Path
    keep: Ids
    open_model: OpenLanguageModel | None

    @property
    def needed_bytes(self) -> int:
        """Free disk that writing takes at its fullest: the artifact, and what it is converted and quantised from."""
        selection, source = self.choice.selection, self.choice.source
        texts = sum(path.stat().st_size for path in source.licence_files.values())
        before = 0 if self.choice.request.quant is None else source.model.size_bytes(selection.kept)
        if isinstance(source.model, ConvertedModel):
            before += source.model.source.size_bytes(selection.kept)
            if source.model.is_quantised:
                before += source.model.in_floats().size_bytes(selection.kept)
        return selection.chosen.size_bytes + before + texts + _BESIDE_BYTES

    def table(self, *, width: int, plain: bool) -> list[str]:
        """See `edgekit.pipeline.requests.ExportPlan.table`."""
        return trade_off(self.choice.selection, self.choice.source.model.tokenizer.size, width=width, plain=plain)

    def to_json(self) -> dict[str, Any]:
        """See `edgekit.pipeline.requests.ExportPlan.to_json`."""
        selection = self.choice.selection
        return {
            "schema": SCHEMA,
            "id": self.choice.id,
            "folder": str(self.folder),
            "source": self.choice.source.id,
            "container": self.choice.source.model.container,
            "licence": self.choice.request.licence or self.choice.source.licence,
            "languages": list(self.choice.request.languages),
            "tokens_before": self.choice.source.model.tokenizer.size,
            "chosen": _point(selection.chosen),
            "curve": [_point(point) for point in selection.curve],
            "sources": {language: dict(shares) for language, shares in selection.sources.items()},
            "notes": list(selection.notes),
            "losses": losses(selection.chosen.costs, self.choice.request.languages),
            "needed_bytes": self.needed_bytes,
            "free_bytes": free_bytes(self.folder.parent),
        }

    def points(self, count: int, report: Reporter) -> list[dict[str, Any]]:
        """See `edgekit.pipeline.requests.ExportPlan.points`."""
        ranking = self.choice.selection.ranking
        return (
            [] if ranking is None else [_point(one) for one in points(self.choice.source.model, ranking, count, report)]
        )

    def at(self, vocab: int, *, command: str, report: Reporter) -> Plan:
        """See `edgekit.pipeline.requests.ExportPlan.at`."""
        choice = self.choice
        request = dataclasses.replace(choice.request, vocab=vocab, coverage=None, max_size_bytes=None, command=command)
        request.check()
        selection = _select(
            request,
            choice.source,
            choice.corpora,
            target=Target(vocab=vocab),
            keep=self.keep,
            open_model=self.open_model,
            ranking=choice.selection.ranking,
            state=None,
            report=report,
        )
        return dataclasses.replace(self, choice=dataclasses.replace(choice, request=request, selection=selection))

    def check(self) -> None:
        """See `edgekit.pipeline.requests.ExportPlan.check`."""
        if not self.choice.request.allow_loss:
            refuse_losses(self.choice.selection.chosen.costs, self.choice.request.languages)
        _check_space(self.choice.id, self.folder, self.needed_bytes)

    def write(self, report: Reporter) -> Artifact:
        """See `edgekit.pipeline.requests.ExportPlan.write`."""
        try:
            with alone_at(self.folder, report):
                clear_leftovers(self.folder)
                check_target(self.folder, force=self.choice.request.force)
                with replacing_folder(self.folder) as beside:
                    receipt = write_artifact(self.choice, beside, report)
                report(StepFinished("package", f"{self.choice.id}, {bytes_in_words(receipt.size_bytes)}"))
                return Artifact(self.folder, receipt)
        except OSError as problem:
            where = f"`{problem.filename}`: " if problem.filename else ""
            raise OutputError(
                f"`{self.folder}` could not be written", reasons=[f"{where}{problem.strerror or problem}"]
            ) from problem


# The map of 64,000 ids takes 450 kB, the report 100 kB, the receipt 10 kB.
_BESIDE_BYTES = 4 << 20


def plan(
    request: ExportRequest,
    *,
    open_model: OpenLanguageModel | None,
    open_encoder: OpenTextEncoder | None = None,
    open_translator: OpenTranslator | None = None,
    run_graph: RunGraph | None = None,
    compile_graph: CompileGraph | None = None,
    report: Reporter,
) -> ExportPlan:
    """Choose what is made of the model, nothing is written; see `edgekit.pipeline.run.plan_export`.

    compile_graph: see `exporters.targets.plan`, which is asked where a target is named; else it is `plan_trimming`.
    """
    if request.target is not None:
        return plan_target(request, compile_graph=compile_graph, report=report)
    return plan_trimming(
        request,
        open_model=open_model,
        open_encoder=open_encoder,
        open_translator=open_translator,
        run_graph=run_graph,
        report=report,
    )


def plan_trimming(
    request: ExportRequest,
    *,
    open_model: OpenLanguageModel | None,
    open_encoder: OpenTextEncoder | None = None,
    open_translator: OpenTranslator | None = None,
    run_graph: RunGraph | None = None,
    ranking: Ranking | None = None,
    report: Reporter,
) -> Plan:
    """Open the model, count the text and choose what stays.

    ranking: see `exporters.selection.choose.select`.
    open_model, open_encoder, open_translator, run_graph: run the model, for what only a run can tell. Reports the steps
    `look up` and those of a pull, `open`, `align`, `count`, `parity`, `select`.
    """
    preset = named_preset(request, report)
    request = from_hub(request, report)
    report(StepStarted("open", request.model))
    source = open_source(request.model, request.languages)
    check_directions(source, request.languages)
    accepted(source.id, source.licence, accept=request.accept_licence)
    tokenizer = source.model.tokenizer
    source = in_format(request.format, source, request.languages)
    check_quant(request, source.model, source.id)
    target = Target(request.vocab, request.coverage, request.max_size_bytes)
    if preset is not None:
        request = with_preset_quant(request, preset.quant, preset.embedding_quant, source.model, report)
        check_quant(request, source.model, source.id)
        target = target if target != Target() else Target(preset.vocab, preset.coverage, preset.max_size_bytes)
    if isinstance(source.model, ConvertedModel):
        model, quant = source.model.stored(request.quant, request.embedding_quant or request.output_quant)
        source, request = dataclasses.replace(source, model=model), dataclasses.replace(request, quant=quant)
    name = request.id or model_id("-".join([source.id, *request.languages]))
    if not is_model_id(name):
        raise UsageError(f"`{name}` is no id", hint="write lower-case letters, digits, `.`, `_` and `-`, at most 64")
    folder = request.out.expanduser().absolute() / name
    check_target(folder, force=request.force)
    least = source.model.size_bytes(tokenizer.closed(np.array([], np.int64)))
    _check_space(name, folder, least)
    source_files = source.source_files()
    report(
        StepFinished(
            "open",
            f"{counted(tokenizer.size, 'token')}, {bytes_in_words(sum(p.size_bytes for p in source.model.parts))}",
        )
    )
    gate = None
    if request.aligned:
        gate = open_gate(request.aligned, request.languages, source, open_encoder, report)
    state = State(cache_folder() / "export", " ".join(file.sha256 for file in source_files))
    corpora = _count(request, source, state, report)
    if isinstance(source.model, ConvertedGguf):
        lines = (line for corpus in corpora for line in corpus.sample)
        check_parity(source.model, source.id, request.languages, lines, report)
    keep = keep_ids(tokenizer, [*source.model.prompts, *source.prefixes.values()], request.keep_text)
    selection = _select(
        request,
        source,
        corpora,
        target=target,
        keep=keep,
        open_model=open_model,
        ranking=ranking,
        state=state,
        report=report,
    )
    trial = prepare_trial(
        corpora,
        request.languages,
        limits={} if preset is None else preset.limits,
        prefix=embedding_prefix(source) if is_encoder(source) or _becomes_encoder(source) else None,
        open_model=open_model,
        open_encoder=open_encoder,
        run_graph=run_graph,
        open_translator=open_translator,
        directions=_directions(source, request.languages),
    )
    return Plan(Choice(request, source, source_files, name, corpora, selection, trial, gate), folder, keep, open_model)


def _select(
    request: ExportRequest,
    source: Source,
    corpora: Sequence[Corpus],
    *,
    target: Target,
    keep: Ids,
    open_model: OpenLanguageModel | None,
    ranking: Ranking | None,
    state: State | None,
    report: Reporter,
) -> Selection:
    """See `exporters.selection.choose.select`; what a person should know of it is reported."""
    running = None
    if open_model is not None and isinstance(source.model, GgufModel) and not is_encoder(source):
        running = OnDemand(open_model, source.container)
    try:
        selection = select(
            with_sizes(request, source.model, report),
            corpora,
            languages=request.languages,
            target=target,
            scripts=request.scripts,
            keep=keep,
            language_model=running,
            report=report,
            ranking=ranking,
            state=state,
        )
    finally:
        if running is not None:
            running.close()
    for note in selection.notes:
        report(Note(note))
    return selection


def _becomes_encoder(source: Source) -> bool:
    return isinstance(source.model, ConvertedModel) and source.task == "embed"


def _directions(source: Source, languages: Sequence[str]) -> list[Direction]:
    """Those of a translation model that are asked for."""
    if source.task != "translate":
        return []
    return [one for one in source.languages.directions() if one.source in languages and one.target in languages]


def _count(request: ExportRequest, source: Source, state: State, report: Reporter) -> list[Corpus]:
    """What the text says, counted; a run that is cut off leaves its counts in the cache for the next one."""
    if not request.corpora:
        report(
            Note("no text is given: what stays is chosen from general frequency lists, which know less of your text")
        )
        return []
    corpora = count_corpora(
        request.corpora,
        source.model.tokenizer,
        languages=request.languages,
        field=request.corpus_field or "text",
        report=report,
        state=state,
    )
    for note in check_languages(corpora, request.languages):
        report(Note(note))
    return corpora


def in_format(container: str | None, source: Source, languages: Sequence[str]) -> Source:
    """The source as what becomes of it for languages. Raises UsageError for a format that nothing converts it to."""
    own = source.model.container
    if container in (None, own):
        return source
    if container == "gguf" and isinstance(source.model, HfModel):
        gguf = converted_to_gguf(source.model)
        return dataclasses.replace(source, model=gguf, task=gguf.task)
    if container == "onnx" and isinstance(source.model, HfModel):
        graph = converted_to_onnx(source.model)
        directions = graph.conversion.languages(graph.checkpoint, languages)
        return dataclasses.replace(source, model=graph, task=graph.task, languages=directions)
    raise UsageError(
        f"`{source.id}` cannot be exported to {container}",
        reasons=[f"it is {own}, and what is converted is a Hugging Face folder, to GGUF or ONNX"],
        hint=f"leave `--format` out: the artifact is {own} as well",
    )


def _check_space(name: str, folder: Path, needed: int) -> None:
    free = free_bytes(folder.parent)
    if free < needed:
        raise ResourceError(
            f"`{name}` needs {bytes_in_words(needed)} of disk, {bytes_in_words(free)} are free in `{folder.parent}`",
            hint="name another folder with `-o`",
        )


def keep_ids(tokenizer: Tokenizer, prompts: Sequence[str], texts: Sequence[Path]) -> Ids:
    """Ids of every token of the model's prompts and of texts. Raises InputError for a text that cannot be read."""
    windows = [list(prompts)] if not texts else [list(prompts), *text_blocks(texts)]
    return np.array(sorted({at for lines in windows for ids in tokenizer.encode(lines) for at in ids}), np.int64)


def _point(point: Any) -> dict[str, Any]:
    return {
        "tokens": point.tokens,
        "size_bytes": point.size_bytes,
        "costs": [dataclasses.asdict(cost) for cost in point.costs],
    }
