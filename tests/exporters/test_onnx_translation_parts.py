"""Heads that are written in parts: they say the same, and are trimmed like whole ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from toys.checkpoints import COVERED, no_network
from toys.converted_translation import DIRECTIONS, MOST, TEXTS, Converted
from toys.onnx_checkpoints import SEQ2SEQ, open_model, write_seq2seq
from toys.onnx_structure import structure_digest
from toys.receipts import TRANSLATION, with_receipt

from edgekit.core.errors import UsageError
from edgekit.core.events import silent
from edgekit.engine.marian import MarianEngine
from exporters.conversion.checkpoint import open_checkpoint
from exporters.families.onnx import weights
from exporters.trim.onnx import open_onnx

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with no_network(), pytest.MonkeyPatch.context():
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=SEQ2SEQ)
def in_parts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Converted, Converted]:
    """Heads as they are, in one part, and in five."""
    kind = SEQ2SEQ[request.param]
    folder = tmp_path_factory.mktemp(kind.name)
    (folder / "source").mkdir()
    write_seq2seq(folder / "source", kind)
    checkpoint, model = open_checkpoint(folder / "source"), open_model(kind, folder / "source")
    found = []
    for name, columns in (("whole", weights.PART), ("parts", -(-len(checkpoint.words.names) // 5))):
        (folder / name).mkdir()
        made = Converted(kind, checkpoint, folder / name, model)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(weights, "PART", columns)
            made.build("int8")
        found.append(made)
    return found[0], found[1]


def test_a_head_in_parts_says_the_same_and_as_likely(in_parts: tuple[Converted, Converted]) -> None:
    whole, parts = in_parts
    graphs = [onnx.load(one.build("int8")[0] / "model.onnx").graph for one in in_parts]
    assert structure_digest(graphs[0]) != structure_digest(graphs[1])
    engines = [whole.engine("int8"), parts.engine("int8")]
    sources = [ids or [5] for ids in engines[0].source_tokenizer.encode(TEXTS)]
    found = [dict(engine.decode(sources, scores=True)) for engine in engines]
    for at in range(len(sources)):
        one, other = (each[at] for each in found)
        assert one.token_ids == other.token_ids
        assert one.log_probabilities is not None
        assert other.log_probabilities is not None
        assert np.abs(one.log_probabilities - other.log_probabilities).max() < 2e-5


def test_a_head_in_parts_is_trimmed_like_one_in_one_part(in_parts: tuple[Converted, Converted], tmp_path: Path) -> None:
    said = []
    for place, one in zip(("whole", "parts"), in_parts, strict=True):
        out, built = one.build("int8")
        artifact = tmp_path / f"{place}-artifact"
        shutil.copytree(out, artifact)
        with_receipt(artifact, built, TRANSLATION)
        model = open_onnx(artifact)
        engine = one.engine("int8")
        sources = engine.source_tokenizer.encode(COVERED[:5])
        before = dict(engine.decode(sources))
        seen = {*(at for ids in sources for at in ids), *(at for each in before.values() for at in each.token_ids)}
        kept = model.tokenizer.closed(np.array(sorted(seen)))
        assert len(kept) < model.tokenizer.size
        (tmp_path / place).mkdir()
        cut = model.write(kept, tmp_path / place, report=silent)
        limits = {"max_length_factor": 0, "max_length_extra": MOST}
        direction = DIRECTIONS.get(one.kind.name)
        opened = MarianEngine.open(tmp_path / place, {**cut.engine, **limits}, direction=direction, threads=1)
        after = dict(opened.decode(opened.source_tokenizer.encode(COVERED[:5])))
        new = {old: at for at, old in enumerate(kept.tolist())}
        for at, found in after.items():
            assert found.token_ids == [new[old] for old in before[at].token_ids]
        said.append([after[at].token_ids for at in sorted(after)])
    assert said[0] == said[1]


def test_too_few_tokens_for_the_parts_of_a_head_are_refused(
    in_parts: tuple[Converted, Converted], tmp_path: Path
) -> None:
    out, built = in_parts[1].build("int8")
    artifact = tmp_path / "artifact"
    shutil.copytree(out, artifact)
    with_receipt(artifact, built, TRANSLATION)
    model = open_onnx(artifact)
    kept = model.tokenizer.closed(np.array([], np.int64))
    (tmp_path / "cut").mkdir()
    if len(kept) >= 25:
        pytest.skip("what must stay is enough")
    with pytest.raises(UsageError) as caught:
        model.write(kept, tmp_path / "cut", report=silent)
    assert "in parts and needs" in caught.value.reasons[0]
    assert not list((tmp_path / "cut").iterdir())
