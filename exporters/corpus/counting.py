"""A corpus, counted with the model's own tokenizer: on all cores, in flat memory, and going on where it was cut off."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

from edgekit.core.errors import InputError
from edgekit.core.events import Note, Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.languages import normalise_tag
from edgekit.core.units import bytes_in_words, counted
from exporters.corpus.base import Corpus
from exporters.corpus.checkpoint import Checkpoint, State, load, save
from exporters.corpus.reading import Block, BlockReader
from exporters.corpus.sources import Source, find_sources
from exporters.corpus.tallying import CountBlock, Growing
from exporters.corpus.workers import cores, in_order
from exporters.trim.base import Tokenizer

STEP = "count"
# A checkpoint is 1 to 3 MB and is synced to the disk, 0.02 to 0.1 s.
CHECKPOINT_SECONDS = 3.0


def count_corpora(
    arguments: Sequence[str],
    tokenizer: Tokenizer,
    *,
    languages: Sequence[str],
    field: str = "text",
    jobs: int | None = None,
    report: Reporter = silent,
    state: State | None = None,
) -> list[Corpus]:
    """Read and count what arguments name: one corpus for each language, in the order of languages, `` last.

    arguments, languages: see `exporters.corpus.sources.find_sources`.  field: where the text is in a line of JSON, keys
    joined by dots.  jobs: processes that count, as many as cores where it is None; the result does not depend on it.
    state: where a run that is cut off leaves its counts, and where the next one finds them; not used for a pipe, which
    nobody can read again.  Reports the step `count` in stored bytes.
    Raises InputError with every text that cannot be read or used, or where a language's texts hold no line.
    """
    sources = find_sources(arguments, languages)
    stored = [source.size_bytes for source in sources]
    known = [size for size in stored if size is not None]
    total = sum(known) if len(known) == len(stored) else None
    report(
        StepStarted(STEP, counted(len(sources), "text") + (f", {bytes_in_words(total)}" if total is not None else ""))
    )
    _tell_of_no_language(sources, report)
    if total is None:
        state = None
    reader = BlockReader(sources, field)
    blocks = iter(reader)
    run = _Run(tokenizer.size)
    if state is not None and (left := load(state, tokenizer.size)) is not None:
        if run.go_on(left, blocks):
            report(Note("counting goes on after what an earlier run counted"))
        else:
            reader = BlockReader(sources, field)
            blocks = iter(reader)
            run = _Run(tokenizer.size)
    saved = time.monotonic()
    for block, count in in_order(CountBlock(tokenizer), blocks, jobs=jobs or cores()):
        run.corpora[block.language].add(count)
        run.digests[block.language].update(block.text)
        run.blocks += 1
        report(Progress(STEP, block.read_bytes, total, "bytes"))
        if state is not None and time.monotonic() - saved >= CHECKPOINT_SECONDS:
            save(state, run.checkpoint())
            saved = time.monotonic()
    _refuse(reader.problems, sources, run)
    if state is not None:
        save(state, run.checkpoint())
    order = dict.fromkeys([*map(normalise_tag, languages), ""])
    corpora = [run.corpus(tag) for tag in order if tag in run.corpora]
    lines = sum(corpus.train.lines + corpus.held_out.lines for corpus in corpora)
    report(StepFinished(STEP, counted(lines, "line")))
    return corpora


class _Run:
    """What is counted so far."""

    def __init__(self, size: int) -> None:
        self.blocks = 0
        self.corpora: defaultdict[str, Growing] = defaultdict(lambda: Growing.empty(size))
        self.digests: defaultdict[str, hashlib._Hash] = defaultdict(hashlib.sha256)

    def go_on(self, left: Checkpoint, blocks: Iterator[Block]) -> bool:
        """Take over what an earlier run left; False where the first of blocks are not what it counted."""
        for block in itertools.islice(blocks, left.blocks):
            self.digests[block.language].update(block.text)
            self.blocks += 1
        if self.blocks != left.blocks or left.digests != {tag: one.hexdigest() for tag, one in self.digests.items()}:
            return False
        self.corpora.update(left.corpora)
        return True

    def checkpoint(self) -> Checkpoint:
        """For the next run."""
        return Checkpoint(self.blocks, {tag: one.hexdigest() for tag, one in self.digests.items()}, self.corpora)

    def corpus(self, language: str) -> Corpus:
        """As the contract has it."""
        growing = self.corpora[language]
        return Corpus(
            language,
            growing.train.tally(),
            growing.held_out.tally(),
            [text for _, text in growing.sample],
            self.digests[language].hexdigest(),
        )


def _refuse(problems: Sequence[str], sources: Sequence[Source], run: _Run) -> None:
    if problems:
        raise InputError(
            "the corpus cannot be read",
            reasons=problems,
            hint="take these texts out, or write them again as UTF-8, one line a sentence or paragraph",
        )
    empty = [source.name for source in sources if source.language not in run.corpora]
    if empty:
        raise InputError("the corpus is empty", reasons=[f"{name} holds no line of text" for name in empty])


def _tell_of_no_language(sources: Sequence[Source], report: Reporter) -> None:
    names = [source.name for source in sources if not source.language]
    if names:
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        report(Note(f"{', '.join(names[:3])}{more}: text of no single language; `pt=PATH` says that it is of one"))
