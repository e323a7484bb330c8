"""`edgekit verify`: an artifact against its receipt, its vocabulary, text, and the model that it was made from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from edgekit.catalogue.names import RECEIPT_NAME, is_model_id
from edgekit.core.errors import FailedError, ModelFormatError, ModelNotFoundError, UnavailableError, UsageError
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.hashing import sha256_file
from edgekit.core.units import bytes_in_words, counted
from edgekit.pipeline.requests import OpenLanguageModel, OpenTextEncoder, VerifyRequest
from edgekit.store.installed import find_model, installed_models
from edgekit.store.receipt import Receipt, read_receipt
from exporters.alignment.gate import is_encoder, open_gate, require_encoder
from exporters.alignment.mexa import ALLOWED_DROP
from exporters.certificate import certify
from exporters.comparison import compare_runs, compare_tensors
from exporters.findings import Findings
from exporters.lines import text_blocks
from exporters.opening import Source, open_source
from exporters.trim.base import Ids, Tokenizer
from exporters.trim.gguf import GgufModel
from exporters.trim.vocabulary import vocab_fingerprint
from exporters.vocab_map import read_map

_MOST_PADDING = 128  # tables are filled up to a multiple of at most that many rows
_PROBES = 4  # texts of kept tokens where no text is given
_PROBE_TOKENS = 16
_FIRST_LINES = 500  # of a text, in which lines are looked for that are proven identical
_MOST_CHANGES = 100_000  # lines that are kept for `--json`, 100 MB of them


def verify(
    request: VerifyRequest,
    *,
    open_model: OpenLanguageModel | None,
    open_encoder: OpenTextEncoder | None = None,
    report: Reporter,
) -> Findings:
    """See `edgekit.pipeline.run.verify`. Reports the steps `files`, `align`, `text` and `run`."""
    folder = _folder(request.folder)
    findings = Findings(_receipt(folder))
    _check_files(folder, findings, report)
    if findings.failures:
        return findings  # what is not what it was is not opened
    if findings.receipt.vocabulary is None:
        asked = {"--text": request.texts, "--aligned": request.aligned, "--source": request.source}
        if flags := [f"`{flag}`" for flag, value in asked.items() if value]:
            raise UsageError(
                f"`{folder}` was not made smaller, so there is nothing to compare it with",
                hint=f"leave {' and '.join(flags)} out: its files are what its receipt says",
            )
        return findings
    trimmed = open_source(str(folder.absolute()))
    if request.aligned:
        require_encoder(trimmed)
    kept = _check_vocabulary(folder, trimmed, findings)
    source = _source(request, findings)
    if source is not None and kept is not None:
        _check_source(source, trimmed, kept, findings)
    if findings.failures or kept is None:
        return findings
    if request.aligned:
        _check_alignment(request.aligned, source, trimmed, open_encoder, findings, report)
    texts = _check_text(request.texts, source, trimmed, kept, findings, report) if request.texts else []
    if source is None:
        return findings
    if is_encoder(trimmed):
        if not request.aligned:
            findings.notes.append("it is an encoder: `--aligned` with line-aligned text compares its vectors")
    elif trimmed.model.container != "gguf":
        findings.notes.append("only GGUF files are run beside their source: logits and text are not compared")
    elif open_model is None:
        findings.notes.append("nothing here runs this model, so logits and text are not compared")
    elif source.model.container != "gguf":
        findings.notes.append("it was converted from another container, so its logits are not compared here")
    elif _quantised(findings.receipt):
        findings.notes.append("its weights were quantised again, so its logits are others than the original's")
    else:
        compare_runs(source, trimmed, kept, texts or _probes(source, kept), open_model, findings, report)
    return findings


def _check_alignment(
    arguments: Sequence[str],
    source: Source | None,
    trimmed: Source,
    open_encoder: OpenTextEncoder | None,
    findings: Findings,
    report: Reporter,
) -> None:
    """MEXA of the model that it was made from, and of the artifact; what a language lost is a failure."""
    if source is None:
        raise UnavailableError(
            f"the model that `{trimmed.id}` was made from is not here, so its alignment cannot be compared",
            hint="name it with `--source`",
        )
    gate = open_gate(arguments, findings.receipt.languages.source, source, open_encoder, report)
    engine = findings.receipt.engine
    findings.alignment = gate.measure(trimmed.id, trimmed.container, engine, report)
    try:
        gate.check(findings.alignment)
    except FailedError as problem:
        findings.failures += problem.reasons
    else:
        findings.checked.append(f"no language that is kept lost more than {ALLOWED_DROP} of its MEXA")


def _folder(named: Path) -> Path:
    """The folder of an artifact, or of an installed model by its id. Raises UnavailableError."""
    if named.is_dir():
        return named
    if is_model_id(str(named)):
        with contextlib.suppress(ModelNotFoundError):
            return find_model(str(named)).folder
    raise UnavailableError(
        f"there is no folder `{named}`",
        hint="name the folder that `edgekit export` printed, or the id of an installed model: see `edgekit models ls`",
    )


def _quantised(receipt: Receipt) -> bool:
    """Whether the weights were quantised since they left the source; what was done to the source stands before."""
    names = [step.get("name") for step in receipt.steps]
    return "quantize" in names[len(names) - 1 - names[::-1].index("select") :] if "select" in names else False


def _receipt(folder: Path) -> Receipt:
    if not (folder / RECEIPT_NAME).exists():
        inside = sorted(path.parent for path in folder.glob(f"*/{RECEIPT_NAME}"))
        raise ModelFormatError(
            f"`{folder}` is no artifact: it has no `{RECEIPT_NAME}`",
            hint=f"run `edgekit verify {inside[0]}`" if inside else "name the folder that `edgekit export` printed",
        )
    return read_receipt(folder)


def _check_files(folder: Path, findings: Findings, report: Reporter) -> None:
    receipt = findings.receipt
    report(StepStarted("files", receipt.id))
    done = 0
    for file in receipt.files:
        if sha256_file(folder / file.path) != file.sha256:
            findings.failures.append(f"`{file.path}` has another sha256 than its receipt says")
        done += file.size_bytes
        report(Progress("files", done, receipt.size_bytes, "bytes"))
    named = {RECEIPT_NAME, *(file.path for file in receipt.files)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    findings.failures += [f"`{path}` is not in the receipt" for path in sorted(there - named)]
    if not findings.failures:
        findings.checked.append(
            f"{len(receipt.files)} files, {bytes_in_words(receipt.size_bytes)}, as the receipt says"
        )
    report(StepFinished("files", bytes_in_words(receipt.size_bytes)))


def _check_vocabulary(folder: Path, trimmed: Source, findings: Findings) -> Ids | None:
    """The kept ids, where the artifact's vocabulary is the one that its receipt tells of."""
    vocabulary = findings.receipt.vocabulary
    if vocabulary is None:
        return None
    before, kept = read_map(folder / vocabulary.map)
    tokenizer = _without_padding(trimmed.model.tokenizer, vocabulary.after)
    wrong = []
    if (before, len(kept)) != (vocabulary.before, vocabulary.after):
        wrong.append(f"`{vocabulary.map}` keeps {len(kept):,} of {before:,} tokens, the receipt {vocabulary.after:,}")
    if tokenizer.size != vocabulary.after:
        wrong.append(f"the model has {tokenizer.size:,} tokens, the receipt {vocabulary.after:,}")
    if vocab_fingerprint(tokenizer.texts) != vocabulary.fingerprint:
        wrong.append("the model's tokens are not those of the receipt")
    if wrong:
        findings.failures += wrong
        return None
    findings.checked.append(f"{len(kept):,} of {before:,} tokens, as the receipt says")
    return kept


def _source(request: VerifyRequest, findings: Findings) -> Source | None:
    """The model that it was made from: the one that is named, else an installed one with the same files."""
    made_from = {file.sha256 for file in findings.receipt.source_files if file.role == "weights"}
    if request.source is not None:
        return open_source(request.source)
    for model in installed_models():
        if made_from & {file.sha256 for file in model.receipt.files}:
            return open_source(model.receipt.id)
    findings.notes.append(
        f"the model it was made from ({findings.receipt.source}) is not here; name it with `--source` to compare them"
    )
    return None


def _check_source(source: Source, trimmed: Source, kept: Ids, findings: Findings) -> None:
    made_from = {file.sha256 for file in findings.receipt.source_files if file.role == "weights"}
    given = {file.sha256 for file in source.source_files() if file.role == "weights"}
    vocabulary, tokenizer = findings.receipt.vocabulary, source.model.tokenizer
    if not given <= made_from:
        findings.failures.append(f"`{source.container}` is not the file that it was made from")
        return
    texts = tokenizer.texts
    if vocabulary is None or tokenizer.size != vocabulary.before:
        findings.failures.append(f"the source has {tokenizer.size:,} tokens, not the number in the receipt")
    elif vocab_fingerprint([texts[at] for at in kept.tolist()]) != vocabulary.fingerprint:
        findings.failures.append("the map does not lead from the source's tokens to those of the artifact")
    else:
        findings.checked.append("each kept token is the one of the source that the map names")
    one, other = source.model, trimmed.model
    if (
        isinstance(one, GgufModel)
        and isinstance(other, GgufModel)
        and not _quantised(findings.receipt)
        and not findings.failures
    ):
        reasons = compare_tensors(one, other, kept)
        findings.failures += reasons
        if not reasons:
            findings.checked.append(
                f"{len(one.file.tensors):,} tensors: each kept row and all else is the source's, byte by byte"
            )


def _check_text(
    files: Sequence[Path], source: Source | None, trimmed: Source, kept: Ids, findings: Findings, report: Reporter
) -> list[list[int]]:
    """Cut every line with both tokenizers; gives the original's ids of a few lines that are proven identical."""
    report(StepStarted("text", ", ".join(str(file) for file in files)))
    after = _without_padding(trimmed.model.tokenizer, len(kept))
    before = source.model.tokenizer if source is not None else after
    lines, first = _counted(files, report), _First()
    try:
        findings.text = certify(
            map(first, lines),
            before,
            after,
            kept if source is not None else np.arange(after.size),
            examples=_MOST_CHANGES,
        )
    except FailedError as problem:
        findings.failures += [problem.message, *problem.reasons]
        return []
    findings.compared = source is not None
    report(StepFinished("text", counted(findings.text.lines, "line")))
    stays = np.zeros(before.size, np.bool_)
    stays[kept if source is not None else []] = True
    return [ids for ids in before.encode(first.lines) if len(ids) > 2 and stays[ids].all()][:_PROBES]


def _without_padding(tokenizer: Tokenizer, count: int) -> Tokenizer:
    """The tokenizer of the first count tokens, where what comes after them are rows that no text ever needs."""
    padding = tokenizer.size - count
    if 0 < padding < _MOST_PADDING and not any(tokenizer.texts[count:]):
        return tokenizer.trimmed(np.arange(count))
    return tokenizer


class _First:
    """Remembers the first lines that pass."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> str:
        if len(self.lines) < _FIRST_LINES:
            self.lines.append(line)
        return line


def _counted(files: Sequence[Path], report: Reporter) -> Iterator[str]:
    count = 0
    for lines in text_blocks(files):
        yield from lines
        count += len(lines)
        report(Progress("text", count, None, "lines"))


def _probes(source: Source, kept: Ids) -> list[list[int]]:
    """Sequences of kept tokens that are text, spread over all of them."""
    tokenizer: Tokenizer = source.model.tokenizer
    texts = tokenizer.texts
    words = [at for at in kept.tolist() if texts[at].strip() and not tokenizer.fallback[at]]
    if not words:
        return []
    places = np.linspace(0, len(words) - 1, _PROBES * _PROBE_TOKENS).astype(int)
    ids = [words[at] for at in places.tolist()]
    return [ids[at::_PROBES] for at in range(_PROBES)]
