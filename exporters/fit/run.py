"""`edgekit fit`: predict every candidate, build and measure the few that are worth it, recommend one."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import (
    EdgekitError,
    MissingExtraError,
    OutputError,
    ResourceError,
    UsageError,
)
from edgekit.core.events import Event, Note, Progress, Reporter, StepFinished, StepStarted
from edgekit.core.languages import Direction
from edgekit.core.llama_extra import missing_llama
from edgekit.core.paths import cache_folder
from edgekit.core.units import counted
from edgekit.pipeline.budgets import FitRequest
from edgekit.pipeline.requests import (
    Artifact,
    ExportRequest,
    MeasureMemory,
    OpenLanguageModel,
    OpenTextEncoder,
    OpenTranslator,
)
from edgekit.store.installed import models_folder
from edgekit.store.lock import alone_at
from edgekit.store.receipt import read_receipt
from exporters.alignment.lines import read_aligned
from exporters.corpus.base import Corpus
from exporters.corpus.checkpoint import State
from exporters.corpus.counting import count_corpora
from exporters.corpus.sources import find_sources
from exporters.export import plan_trimming
from exporters.fit.base import Candidate, Measured, Outcome, candidate_of
from exporters.fit.candidates import Point, candidates_of, vocabularies
from exporters.fit.fitted import Fitted
from exporters.fit.formats import in_formats
from exporters.fit.front import worth_building
from exporters.fit.journal import Journal
from exporters.fit.models import models_for
from exporters.fit.page import render_fit
from exporters.fit.quality import BitsPerByte, Chrf, Cosine, Measure, some
from exporters.opening import Source, open_source
from exporters.prediction.plan import ranked
from exporters.selection.choose import Ranking

STEP = "fit"
# chrF of fewer lines moves by a point from one sample to another.
_TRANSLATED = 100


@dataclass(frozen=True)
class _Opened:
    """A model that takes part, in one format.  key: says all that its candidates and their measurements depend on.

    ranking: the order of its tokens, which is made once (45 s for Gemma 3 270M) for all formats and candidates.
    """

    source: Source
    corpora: Sequence[Corpus]
    key: str
    ranking: Callable[[], Ranking]


def fit(
    request: FitRequest,
    *,
    open_model: OpenLanguageModel | None,
    open_encoder: OpenTextEncoder,
    open_translator: OpenTranslator,
    measure_memory: MeasureMemory,
    report: Reporter,
) -> Fitted:
    """Fit; see `edgekit.pipeline.run.fit`.  open_...: open what was built, to measure it.

    Reports the step `fit` in candidates, and within it the steps of what it does for each.
    """
    out = request.out.expanduser().absolute()
    try:
        with alone_at(out, report):
            return _Fit(request, out, open_model, open_encoder, open_translator, measure_memory, report).run()
    except OSError as problem:
        raise OutputError(f"`{out}` could not be written", reasons=[problem.strerror or str(problem)]) from problem


class _Fit:
    def __init__(
        self,
        request: FitRequest,
        out: Path,
        open_model: OpenLanguageModel | None,
        open_encoder: OpenTextEncoder,
        open_translator: OpenTranslator,
        measure_memory: MeasureMemory,
        report: Reporter,
    ) -> None:
        self._request, self._out, self._report = request, out, report
        self._open_model, self._open_encoder, self._open_translator = open_model, open_encoder, open_translator
        self._measure_memory = measure_memory
        self._aligned = self._read_aligned()
        self._journal = Journal(out)
        self._measures: dict[str, Measure] = {}

    def run(self) -> Fitted:
        """All of it."""
        request, report = self._request, self._report
        if request.task == "generate":
            self._language_models()  # told before minutes of choosing tokens, not behind them
        names, absent = models_for(request)
        opened = {(name, one.source.model.container): one for name in names for one in self._open(name)}
        candidates = [one for (name, _), each in opened.items() for one in self._candidates(name, each)]
        chosen = worth_building(candidates, request.budget, request.builds)
        known = {one.candidate.id: one for each in opened.values() for one in self._known(each)}
        waiting = [one for one in chosen if one.id not in known]
        report(
            StepStarted(
                STEP, f"{counted(len(candidates), 'candidate')}, {len(chosen)} worth building, {len(waiting)} to build"
            )
        )
        for number, one in enumerate(waiting):
            report(Progress(STEP, number, len(waiting), "steps"))
            known[one.id] = self._outcome(one, opened[one.model, one.container])
        outcomes = list(known.values())
        measure = next((one.name for one in self._measures.values()), None)
        found = Fitted.of(request, self._out, candidates, outcomes, absent, measure or self._name())
        write_bytes(found.report_path, render_fit(found).encode("utf-8"))
        taken = found.taken
        report(StepFinished(STEP, "nothing fits" if taken is None else taken.candidate.id))
        return found

    def _language_models(self) -> OpenLanguageModel:
        if self._open_model is None:
            raise missing_llama("running language models needs")
        return self._open_model

    def _name(self) -> str:
        return {"generate": BitsPerByte.name, "translate": Chrf.name, "grade": Cosine.name}[self._request.task]

    def _open(self, name: str) -> list[_Opened]:
        """A model as every format that the task is run in; its text is read once."""
        request = self._request
        source = open_source(name, request.languages)
        found = in_formats(source, request.task, request.languages)
        files = source.source_files()
        corpora: list[Corpus] = []
        if request.corpora:
            corpora = count_corpora(
                request.corpora,
                source.model.tokenizer,
                languages=request.languages,
                field=request.corpus_field or "text",
                report=self._report,
                state=State(cache_folder() / "export", " ".join(file.sha256 for file in files)),
            )
        digest = hashlib.sha256()
        for part in (request.task, *request.languages, *(file.sha256 for file in files), *self._aligned_parts()):
            digest.update(f"{part}\0".encode("utf-8", "surrogatepass"))
        for corpus in corpora:
            digest.update(f"{corpus.language} {corpus.digest}\0".encode())
        key = digest.hexdigest()[:32]
        ranking = cache(lambda: ranked(source, corpora, request.languages, self._report))
        return [_Opened(one, corpora, f"{key}/{one.model.container}", ranking) for one in found]

    def _candidates(self, name: str, opened: _Opened) -> list[Candidate]:
        request = self._request
        entry = self._journal.get(f"{opened.key}/vocabularies")
        try:
            points = [Point(*one) for one in entry["points"]] if entry is not None else []
        except (KeyError, TypeError):
            points = []
        if not points:
            points = vocabularies(opened.source, opened.corpora, request.languages, opened.ranking(), self._report)
            self._journal.put(
                f"{opened.key}/vocabularies",
                {"model": opened.source.id, "points": [dataclasses.astuple(one) for one in points]},
            )
        return candidates_of(name, opened.source, points, request.languages, request.budget, self._report)

    def _known(self, opened: _Opened) -> list[Outcome]:
        """What earlier runs built and measured, and what is still there of it."""
        found = []
        for entry in self._journal.below(f"{opened.key}/built/"):
            try:
                candidate = candidate_of(entry["candidate"])
                measured = None if entry["measured"] is None else Measured(**entry["measured"])
                failure = entry["failure"]
            except (KeyError, TypeError):
                continue
            if measured is not None and self._artifact(candidate, measured.folder) is None:
                continue
            found.append(Outcome(candidate, measured, failure))
        return found

    def _artifact(self, candidate: Candidate, folder: str) -> Artifact | None:
        """The artifact of a candidate where it is whole."""
        place = Path(folder) if Path(folder).is_absolute() else self._out / folder
        try:
            receipt = read_receipt(place)
        except EdgekitError:
            return None
        return Artifact(place, receipt) if receipt.id in (candidate.id, candidate.source) else None

    def _outcome(self, candidate: Candidate, opened: _Opened) -> Outcome:
        """Build and measure one; what cannot be built or run is told and no reason to end."""
        try:
            artifact = self._built(candidate, opened)
            found = self._measured(artifact, opened)
        except (ResourceError, MissingExtraError, OutputError):
            raise  # the next one would meet the same
        except EdgekitError as problem:
            reason = "; ".join([problem.message, *problem.reasons])
            self._report(Note(f"`{candidate.id}` is left out: {reason}"))
            outcome = Outcome(candidate, None, reason)
        else:
            outcome = Outcome(candidate, found)
        self._journal.put(
            f"{opened.key}/built/{candidate.id}",
            {
                "candidate": candidate.to_json(),
                "measured": None if outcome.measured is None else outcome.measured.to_json(),
                "failure": outcome.failure,
            },
        )
        return outcome

    def _built(self, candidate: Candidate, opened: _Opened) -> Artifact:
        request, source = self._request, opened.source
        installed = models_folder() / source.id
        if candidate.whole and candidate.recipe.quant is None and source.container.is_relative_to(installed):
            return Artifact(installed, read_receipt(installed))
        asked = ExportRequest(
            candidate.model,
            request.languages,
            corpora=request.corpora,
            corpus_field=request.corpus_field,
            vocab=candidate.tokens,
            quant=candidate.recipe.quant,
            embedding_quant=candidate.recipe.embedding,
            format=candidate.container if candidate.converted else None,
            out=self._out,
            force=True,
            id=candidate.id,
            command=request.command,
        )
        plan = plan_trimming(asked, open_model=None, ranking=opened.ranking(), report=_within(self._report))
        tried = plan.choice.selection.tried
        if tried is not None:
            # Chosen without the held-out tenth of the text, on which it is measured.
            selection = dataclasses.replace(plan.choice.selection, kept=tried)
            plan = dataclasses.replace(plan, choice=dataclasses.replace(plan.choice, selection=selection))
        plan.check()
        return plan.write(_within(self._report))

    def _measured(self, artifact: Artifact, opened: _Opened) -> Measured:
        self._report(StepStarted("measure", artifact.receipt.id))
        measure = self._measure(opened)
        quality = measure(opened.source, artifact.folder, artifact.receipt.engine)
        self._report(StepFinished("measure", f"{measure.name} {quality.shown}" if quality.shown else "not measured"))
        inside = artifact.folder.is_relative_to(self._out)
        return Measured(
            artifact.folder.name if inside else str(artifact.folder),
            _model_bytes(artifact),
            quality.memory_bytes,
            quality.value,
            quality.shown,
            quality.speed,
            quality.unit,
        )

    def _measure(self, opened: _Opened) -> Measure:
        request = self._request
        found = self._measures.get(opened.key)
        if found is None:
            lines = {one.language: some(one.sample) for one in opened.corpora}
            if request.task == "generate":
                found = BitsPerByte(self._language_models(), lines)
            elif request.task == "translate":
                source, target = (self._aligned.get(language, []) for language in request.languages)
                direction = Direction(*request.languages)
                found = Chrf(self._open_translator, direction, source, target, self._measure_memory)
            else:
                found = Cosine(self._open_encoder, lines, self._measure_memory)
            self._measures[opened.key] = found
        return found

    def _read_aligned(self) -> dict[str, list[str]]:
        request = self._request
        if not request.aligned:
            if request.task == "translate":
                self._report(Note("without `--aligned` translations are not measured: the prediction decides"))
            return {}
        paths = {one.language: one.path for one in find_sources(request.aligned, request.languages)}
        known = {language: path for language, path in paths.items() if path is not None}
        absent = [language for language in request.languages if language not in known]
        if absent or len(paths) != len(known):
            raise UsageError(
                "translations are measured on a file a language, line n of each the same sentence",
                reasons=[f"there is none for {language}" for language in absent] or ["one of them is a pipe"],
            )
        return {language: some(lines, _TRANSLATED) for language, lines in read_aligned(known).items()}

    def _aligned_parts(self) -> list[str]:
        return [line for language in sorted(self._aligned) for line in (language, *self._aligned[language])]


def _model_bytes(artifact: Artifact) -> int:
    """Bytes of the model's own files: without the map of tokens and the page, which a device does not need."""
    vocabulary = artifact.receipt.vocabulary
    beside = {"report.html", *artifact.receipt.licence_files, *([] if vocabulary is None else [vocabulary.map])}
    return sum(file.size_bytes for file in artifact.receipt.files if file.path not in beside)


def _within(report: Reporter) -> Reporter:
    """Without the notes of each export: they are the same for every candidate."""

    def told(event: Event) -> None:
        if not isinstance(event, Note):
            report(event)

    return told
