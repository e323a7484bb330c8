"""Encoder-decoders of checkpoints as ONNX, run by the engine of the Firefox models and held against transformers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.checkpoints import COVERED, LINES, Kind, no_network
from toys.installed_translation import with_receipt
from toys.onnx_checkpoints import SEQ2SEQ, greedy, open_model, write_seq2seq

from edgekit.core.events import silent
from edgekit.core.languages import Direction
from edgekit.engine.marian import MarianEngine
from exporters.base import Built
from exporters.conversion.checkpoint import Checkpoint, open_checkpoint
from exporters.conversion.registry import conversion_of
from exporters.trim.hf import open_hf
from exporters.trim.onnx import open_onnx

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

DIRECTIONS = {"nllb": Direction("en", "pt"), "mbart": Direction("en", "de"), "marian": Direction("en", "pt")}
MOST = 24
# Whole lines, their halves and pieces of them: 100 inputs of 1 to 60 tokens.
TEXTS = [
    *LINES,
    *(line[: len(line) // 2] for line in LINES),
    *(line[at : at + 9] for line in LINES for at in (3, 11, 20)),
][:100]


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with no_network(), pytest.MonkeyPatch.context():
        yield
    torch.set_num_threads(threads)


@dataclass(frozen=True)
class Converted:
    """A checkpoint, what it became in each precision, and transformers' model."""

    kind: Kind
    checkpoint: Checkpoint
    folder: Path
    model: Any

    def build(self, dtype: str) -> tuple[Path, Built]:
        out = self.folder / dtype
        if not out.exists():
            out.mkdir()
            built = conversion_of(self.checkpoint, "onnx").convert(self.checkpoint, out, dtype=dtype, report=silent)
            (self.folder / f"{dtype}.built").write_text(repr(built.engine), "utf-8")
            return out, built
        return out, Built(eval((self.folder / f"{dtype}.built").read_text("utf-8")), ())  # noqa: S307  our own repr

    def engine(self, dtype: str = "f32", *, threads: int = 1, direction: Direction | None = None) -> MarianEngine:
        out, built = self.build(dtype)
        limits = {"max_length_factor": 0, "max_length_extra": MOST}
        direction = direction or DIRECTIONS.get(self.kind.name)
        return MarianEngine.open(out, {**built.engine, **limits}, direction=direction, threads=threads)


@pytest.fixture(scope="module", params=SEQ2SEQ)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Converted:
    kind = SEQ2SEQ[request.param]
    folder = tmp_path_factory.mktemp(kind.name)
    source = folder / "source"
    source.mkdir()
    write_seq2seq(source, kind)
    return Converted(kind, open_checkpoint(source), folder, open_model(kind, source))


def expected(converted: Converted, engine: MarianEngine, sources: list[list[int]]) -> list[list[int]]:
    _, built = converted.build("f32")
    marks = engine._marks
    rows = built.engine["source_vocabulary"]
    never = range(len(converted.checkpoint.words.names), rows)
    forced = marks.initial.get("forced")
    return [
        greedy(
            converted.model,
            [*marks.before, *source, built.engine["end"], *marks.after],
            start=marks.initial["token"],
            forced=forced,
            most=MOST + (forced is not None),
            never=never,
        )
        for source in sources
    ]


def test_100_inputs_become_the_ids_that_transformers_generates(converted: Converted) -> None:
    engine = converted.engine()
    sources = [ids or [5] for ids in engine.source_tokenizer.encode(TEXTS)]
    found = dict(engine.decode(sources))
    wanted = expected(converted, engine, sources)
    assert [found[at].token_ids for at in range(len(sources))] == wanted
    # A model that says the same whatever it is given would prove nothing.
    assert len({tuple(ids) for ids in wanted}) > 20
    assert sum(len(set(ids)) for ids in wanted) / len(wanted) > 1.3


def test_log_probabilities_are_those_of_transformers_within_1e_4_of_every_logit(converted: Converted) -> None:
    engine = converted.engine()
    sources = [ids or [5] for ids in engine.source_tokenizer.encode(LINES)]
    marks, end = engine._marks, converted.build("f32")[1].engine["end"]
    prompt = [marks.initial["token"], *([marks.initial["forced"]] if "forced" in marks.initial else [])]
    for at, found in engine.decode(sources, scores=True, alignment=True):
        whole = [*marks.before, *sources[at], end, *marks.after]
        said = [*found.token_ids, *([end] if found.complete else [])]
        with torch.no_grad():
            output = converted.model(
                input_ids=torch.tensor([whole]), decoder_input_ids=torch.tensor([[*prompt, *said]])
            )
        logits = output.logits[0, len(prompt) - 1 : -1]
        logits[:, len(converted.checkpoint.words.names) :] = -torch.inf
        if converted.kind.name == "marian":
            logits[:, converted.model.config.pad_token_id] = -torch.inf
        shares = torch.log_softmax(logits, dim=-1)[range(len(said)), said]
        assert np.abs(found.log_probabilities - shares.numpy()).max() < 1e-4
        assert found.alignment is not None
        assert found.alignment.shape == (len(said), len(sources[at]) + 1)


@pytest.mark.parametrize("dtype", ["f32", "int8", "q8_0", "q4_0"])
def test_a_sentence_is_its_own_whatever_runs_beside_it_and_on_however_many_threads(
    dtype: str, converted: Converted
) -> None:
    engine = converted.engine(dtype)
    sources = [ids or [5] for ids in engine.source_tokenizer.encode(TEXTS)]
    together = dict(engine.decode(sources, scores=True))
    threaded = dict(converted.engine(dtype, threads=3).decode(sources))
    for at, source in enumerate(sources):
        ((_, alone),) = engine.decode([source], scores=True)
        assert alone.token_ids == together[at].token_ids == threaded[at].token_ids
        assert alone.log_probabilities is not None
        assert together[at].log_probabilities is not None
        assert np.abs(alone.log_probabilities - together[at].log_probabilities).max() < 2e-5


TRIMMABLE = ["nllb", "mbart", "t5", "mt5"]


@pytest.mark.parametrize("dtype", ["f32", "int8", "q8_0", "q4_0"])
def test_e9_e10_trimmed_then_converted_equals_converted_then_trimmed(
    dtype: str, converted: Converted, tmp_path: Path
) -> None:
    if converted.kind.name not in TRIMMABLE:
        pytest.skip("one set of kept tokens must fit both vocabularies")
    out, built = converted.build(dtype)
    artifact = tmp_path / "artifact"
    shutil.copytree(out, artifact)
    with_receipt(artifact, built)
    model = open_onnx(artifact)
    before = MarianEngine.open(artifact, built.engine, direction=DIRECTIONS.get(converted.kind.name), threads=1)
    folder = open_hf(converted.checkpoint.path, languages=["pt", "en", "de"])
    lines = COVERED[:5]
    sources = before.source_tokenizer.encode(lines)
    limits = {"max_length_factor": 0, "max_length_extra": MOST}
    engine = converted.engine(dtype)
    said = dict(engine.decode(sources))
    seen = {*(at for ids in sources for at in ids), *(at for one in said.values() for at in one.token_ids)}
    kept = np.union1d(folder.tokenizer.closed(np.array(sorted(seen))), model.tokenizer.closed(np.array(sorted(seen))))
    assert len(kept) < 0.9 * model.tokenizer.size
    for name in ("cut", "hf", "converted"):
        (tmp_path / name).mkdir()
    cut = model.write(kept, tmp_path / "cut", report=silent)
    folder.write(kept, tmp_path / "hf")
    small = open_checkpoint(tmp_path / "hf")
    again = conversion_of(small, "onnx").convert(small, tmp_path / "converted", dtype=dtype, report=silent)
    new = {old: at for at, old in enumerate(kept.tolist())}
    shared = ("end", "start", "forced", "languages", "target_language", "source_language")
    assert {name: cut.engine[name] for name in shared} == {name: again.engine[name] for name in shared}
    for place, result in (("cut", cut), ("converted", again)):
        direction = DIRECTIONS.get(converted.kind.name)
        opened = MarianEngine.open(tmp_path / place, {**result.engine, **limits}, direction=direction, threads=1)
        ids = opened.source_tokenizer.encode(lines)
        assert ids == [[new[at] for at in one] for one in sources]
        for at, found in opened.decode(ids):
            assert found.token_ids == [new[old] for old in said[at].token_ids]
            assert opened.target_tokenizer.decode([found.token_ids]) == engine.target_tokenizer.decode(
                [said[at].token_ids]
            )
