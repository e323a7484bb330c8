"""The folder that an export leaves: the trimmed model, its map, its licence, the page for people and the receipt."""

from __future__ import annotations

import dataclasses
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.catalogue.entries import Languages
from edgekit.catalogue.licences import accepted
from edgekit.core.atomic import write_bytes
from edgekit.core.errors import FailedError, ModelFormatError
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted
from edgekit.core.hashing import sha256_file
from edgekit.core.units import bytes_in_words
from edgekit.pipeline.requests import ExportRequest
from edgekit.store.build import list_files
from edgekit.store.mask_record import MaskRecord
from edgekit.store.masks import measure_masks
from edgekit.store.receipt import Receipt, SourceFile, now, write_receipt
from edgekit.store.vocabulary import Alignment, CertificateRecord, CorpusRecord, CostRecord, Vocabulary
from exporters.alignment.gate import Gate
from exporters.base import Built
from exporters.certificate import NOTHING, Certificate, Certified, certify, certify_corpora
from exporters.conversion.trimmed import ConvertedModel
from exporters.corpus.base import Corpus
from exporters.corpus.sources import STDIN
from exporters.loss.measuring import Trial
from exporters.opening import Source
from exporters.quantized import with_loss, write_quantised
from exporters.report.figures import Figures, Sample, count_scripts, part_sizes
from exporters.report.page import render_page
from exporters.report.terminal import alignment_table
from exporters.selection.base import Cost, Selection
from exporters.trim.base import Tokenizer
from exporters.trim.gguf import open_gguf
from exporters.trim.vocabulary import vocab_fingerprint
from exporters.vocab_map import FILE_NAME as MAP_NAME
from exporters.vocab_map import write_map

REPORT_NAME = "report.html"
_SAMPLES = 6  # lines a language on the page
_LONGEST_SAMPLE = 240  # characters


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be written: an opened model, the text it is for, and the tokens that stay.

    source_files: of the model, as they were when it was opened.  id: the artifact's.  trial: measures what quantising
    lost.  gate: of an encoder, where line-aligned text was given.
    """

    request: ExportRequest
    source: Source
    source_files: tuple[SourceFile, ...]
    id: str
    corpora: Sequence[Corpus]
    selection: Selection
    trial: Trial
    gate: Gate | None = None


def write_artifact(choice: Choice, folder: Path, report: Reporter) -> Receipt:
    """Fill the empty folder and give the receipt in it. Reports its steps, `trim` to `package`.

    Raises FailedError where a language is aligned worse than before, unless that is allowed.
    """
    source, kept = choice.source, choice.selection.kept
    before = source.model.tokenizer
    report(StepStarted("trim", f"{len(kept):,} of {before.size:,} tokens, {source.model.container}"))
    built = source.model.write(kept, folder, report=report)
    report(
        StepFinished("trim", bytes_in_words(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())))
    )
    after = before.trimmed(kept)
    built = write_quantised(folder, built, choice.request, choice.id, choice.trial, after, report)
    if isinstance(source.model, ConvertedModel) and source.model.is_quantised:
        built = with_loss(
            folder, built, source.model, kept, choice.trial, allowed=choice.request.allow_loss, report=report
        )
    if source.prefixes:
        built = dataclasses.replace(built, engine={"prefixes": dict(source.prefixes), **built.engine})
    alignment = None if choice.gate is None else _aligned(choice.gate, choice, folder, built, report)
    # What is kept was chosen by all of the text. So held-out lines are tried with the set of the same size that was
    # chosen without them.
    tried = kept if choice.selection.tried is None else choice.selection.tried
    trial = before.trimmed(tried)
    unseen = {corpus.language: certify(corpus.sample, before, trial, tried) for corpus in choice.corpora}
    certified = _certify(choice, after, unseen, report)
    report(StepStarted("package", choice.id))
    for name, path in source.licence_files.items():
        if (folder / name).exists():
            if sha256_file(folder / name) == sha256_file(path):
                continue  # a folder's licence goes along with the folder
            raise ModelFormatError(
                f"`{source.id}` has a licence file `{name}`, and so is a file of the artifact called"
            )
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    write_map(folder / MAP_NAME, before.size, kept)
    vocabulary = Vocabulary(
        before.size,
        len(kept),
        _closure(choice, before),
        vocab_fingerprint(after.texts),
        MAP_NAME,
        tuple(_corpus(one) for one in choice.corpora),
        tuple(record for corpus in choice.corpora for record in _records(corpus.language, certified)),
        tuple(_cost(one) for one in choice.selection.chosen.costs),
        alignment,
    )
    receipt = Receipt(
        id=choice.id,
        name=f"{source.name}, for {', '.join(choice.request.languages)}",
        family=source.family,
        task=source.task,
        languages=source.languages if source.task == "translate" else Languages(choice.request.languages),
        licence=choice.request.licence or source.licence,
        attribution=choice.request.attribution or source.attribution,
        source=source.receipt.source if source.receipt is not None else f"file:{source.container.name}",
        revision=source.receipt.revision if source.receipt is not None else None,
        source_files=choice.source_files,
        steps=(*_steps_before(source.receipt), _selection_step(choice), *built.steps),
        tools={"python": platform.python_version(), "numpy": np.__version__, **built.tools},
        files=(),
        engine=built.engine,
        edgekit=version("edgekit"),
        created=now(),
        licence_files=tuple(sorted(source.licence_files)),
        vocabulary=vocabulary,
        masks=_masks(choice, folder, built, report),
    )
    figures = Figures(
        receipt,
        choice.request.command,
        choice.selection,
        _sizes(choice, built, folder),
        count_scripts(before, kept),
        _samples(choice.corpora, before, trial),
    )
    write_bytes(folder / REPORT_NAME, render_page(figures).encode("utf-8"))
    receipt = dataclasses.replace(receipt, files=list_files(folder))
    write_receipt(folder, receipt)
    return receipt


def _masks(choice: Choice, folder: Path, built: Built, report: Reporter) -> tuple[MaskRecord, ...]:
    """Which masks come through: a smaller vocabulary cuts them into other pieces than before."""
    if choice.source.task != "translate" or choice.trial.open_translator is None or built.engine["kind"] == "gguf":
        return ()
    return measure_masks(choice.trial.open_translator, folder, built.engine, choice.source.languages, report)


def _aligned(gate: Gate, choice: Choice, folder: Path, built: Built, report: Reporter) -> Alignment:
    path = folder / str(built.engine["file"]) if built.engine["kind"] == "gguf" else folder
    found = gate.measure(choice.id, path, built.engine, report)
    for line in alignment_table(found):
        report(Note(line))
    try:
        gate.check(found)
    except FailedError as problem:
        if not choice.request.allow_loss:
            raise
        for reason in problem.reasons:
            report(Note(f"allowed: {reason}"))
    return found


def _certify(
    choice: Choice, after: Tokenizer, unseen: Mapping[str, Certificate], report: Reporter
) -> Mapping[str, Certified]:
    """The certificates of each language; of a pipe, which nobody can read again, that of its held-out lines alone.

    unseen: of the sample of held-out lines.
    """
    request = choice.request
    if not choice.corpora or any(argument.rpartition("=")[2] == STDIN for argument in request.corpora):
        return {language: Certified(NOTHING, proof) for language, proof in unseen.items()}
    found = certify_corpora(
        request.corpora,
        choice.source.model.tokenizer,
        after,
        choice.selection.kept,
        languages=request.languages,
        field=request.corpus_field or "text",
        report=report,
    )
    return {language: Certified(one.whole, unseen[language]) for language, one in found.items()}


def _records(language: str, certified: Mapping[str, Certified]) -> list[CertificateRecord]:
    found = certified[language]
    parts = {"corpus": found.whole, "held-out": found.held_out}
    return [CertificateRecord(language, part, one.lines, one.identical) for part, one in parts.items() if one.lines]


def _sizes(choice: Choice, built: Built, folder: Path) -> list[tuple[str, int, int]]:
    """Each part's name and its bytes in the original and in the artifact."""
    parts, before, after = choice.source.model.parts, choice.source.model.tokenizer.size, len(choice.selection.kept)
    if choice.request.quant is None:
        return part_sizes(parts, before, after)
    if built.engine["kind"] != "gguf":
        size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file() and path.name != MAP_NAME)
        return [("the whole model", sum(part.size_bytes for part in parts), size)]
    # A part of a GGUF is named after its tensor and type, and the type is another one now.
    found = {part.name.partition(" (")[0]: part for part in open_gguf(folder / str(built.engine["file"])).parts}
    left = [(part, found.get(part.name.partition(" (")[0])) for part in parts]
    return [(part.name, part.size_bytes, 0 if one is None else one.size_bytes) for part, one in left]


def _steps_before(receipt: Receipt | None) -> tuple[Mapping[str, Any], ...]:
    return receipt.steps if receipt is not None else ()


def _selection_step(choice: Choice) -> Mapping[str, Any]:
    request = choice.request
    asked = {
        "vocab": request.vocab,
        "coverage": request.coverage,
        "max_size_bytes": request.max_size_bytes,
        "preset": request.preset,
        "scripts": None if request.scripts is None else sorted(request.scripts),
        "keep_text": [path.name for path in request.keep_text] or None,
        "allow_loss": request.allow_loss or None,
        "accepted_licence": accepted(choice.source.id, choice.source.licence, accept=request.accept_licence),
    }
    return {
        "name": "select",
        "languages": list(request.languages),
        **{name: value for name, value in asked.items() if value is not None},
        "sources": {language: dict(shares) for language, shares in choice.selection.sources.items()},
    }


def _closure(choice: Choice, tokenizer: Tokenizer) -> int:
    """Tokens that stay only because those that the text uses are made from them."""
    used = np.zeros(tokenizer.size, np.bool_)
    for corpus in choice.corpora:
        used |= (corpus.train.tokens > 0) | (corpus.held_out.tokens > 0)
    kept_and_used = np.intersect1d(choice.selection.kept, np.flatnonzero(used))
    return len(np.setdiff1d(tokenizer.closed(kept_and_used), np.union1d(kept_and_used, tokenizer.forced)))


def _corpus(corpus: Corpus) -> CorpusRecord:
    train, held_out = corpus.train, corpus.held_out
    return CorpusRecord(
        corpus.language,
        train.lines + held_out.lines,
        held_out.lines,
        train.words + held_out.words,
        int(train.tokens.sum() + held_out.tokens.sum()),
        train.size_bytes + held_out.size_bytes,
        corpus.digest,
    )


def _cost(cost: Cost) -> CostRecord:
    return CostRecord(
        cost.language,
        cost.coverage,
        (cost.fertility_before, cost.fertility_after),
        (cost.fallback_before, cost.fallback_after),
        cost.expected_loss,
        cost.bits_per_byte,
    )


def _samples(corpora: Sequence[Corpus], before: Tokenizer, trial: Tokenizer) -> list[Sample]:
    """Of each language a few held-out lines: half of them such that change, where there are any.

    trial: of the tokens that were chosen without these lines.
    """
    found: list[Sample] = []
    old_texts, new_texts = before.texts, trial.texts
    for corpus in corpora:
        lines = [line for line in corpus.sample if 0 < len(line) <= _LONGEST_SAMPLE]
        samples = [
            Sample(corpus.language, _pieces(old_texts, old), _pieces(new_texts, new))
            for old, new in zip(before.encode(lines), trial.encode(lines), strict=True)
        ]
        changed = [one for one in samples if one.before != one.after][: _SAMPLES // 2]
        same = [one for one in samples if one.before == one.after][: _SAMPLES - len(changed)]
        found += [*changed, *same]
    return found


def _pieces(texts: Sequence[str], ids: Sequence[int]) -> list[str]:
    return [texts[at] or "\ufffd" for at in ids]
