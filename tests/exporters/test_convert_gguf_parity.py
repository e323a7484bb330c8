"""Converted checkpoints in llama.cpp against the same checkpoints in transformers: tokens, logits, vectors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from toys.checkpoints import COVERED, KINDS, LINES, Kind, no_network, write_checkpoint
from toys.llama_float32 import LlamaFloat32

from edgekit.core.events import silent
from edgekit.engine.llama.process import LlamaProcess
from exporters.containers.gguf import read_gguf
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of
from exporters.trim.gguf import open_gguf
from exporters.trim.hf import open_hf

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("llama_cpp")

DECODERS = ("llama3", "mistral", "qwen2", "qwen3", "gemma3", "bloom")
ENCODERS = ("bert", "xlm-roberta")
# llama.cpp looks GELU up in a table of float16, so these differ by 1e-3 of a logit however weights are stored.
GELU = ("gemma3", "bloom", "mt5", "t5")
PROMPTS = 100
T5 = Kind(
    "t5",
    KINDS["mt5"].tokenizer,
    "T5ForConditionalGeneration",
    {**KINDS["mt5"].settings, "tie_word_embeddings": True, "num_layers": 2},
    12,
    ("pad", "eos"),
)
# Windows that are shorter than the prompts, and a layer that sees all of them between the others.
WINDOWS = Kind(
    "gemma3-windows",
    KINDS["gemma3"].tokenizer,
    "Gemma3ForCausalLM",
    {
        **KINDS["gemma3"].settings,
        "sliding_window": 8,
        "num_hidden_layers": 4,
        "layer_types": ["sliding_attention", "full_attention"] * 2,
        "query_pre_attn_scalar": 20,
    },
    5,
    ("pad", "bos", "eos"),
)
LONG_WAVES = Kind(
    "llama3.1",
    KINDS["llama3"].tokenizer,
    "LlamaForCausalLM",
    {
        **KINDS["llama3"].settings,
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 10000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32,
        },
    },
    0,
    ("bos", "eos"),
)
ALL = {kind.name: kind for kind in (*(KINDS[name] for name in (*DECODERS, *ENCODERS, "mt5")), T5, WINDOWS, LONG_WAVES)}


@dataclass(frozen=True)
class Pair:
    """A checkpoint, and the folder that holds it as `f32.gguf` and `f16.gguf`."""

    kind: Kind
    source: Path
    out: Path
    model: Any
    tokenizer: Any

    def logits(self, ids: list[int], source: list[int] | None = None) -> NDArray[np.float32]:
        """(n, V) by transformers."""
        inputs = {"input_ids": torch.tensor([ids])}
        if source is not None:
            inputs = {"input_ids": torch.tensor([source]), "decoder_input_ids": torch.tensor([ids])}
        with torch.no_grad():
            found: NDArray[np.float32] = self.model(**inputs).logits[0].float().numpy()
        return found

    def prompts(self, count: int) -> list[list[int]]:
        """Ids of words of LINES in a random order."""
        chooser = np.random.default_rng(3)
        words = " ".join(LINES).split(" ")
        texts = [" ".join(chooser.choice(words, int(chooser.integers(3, 12)))) for _ in range(count)]
        return [self.tokenizer(text, add_special_tokens=False)["input_ids"][:60] for text in texts]

    @property
    def begin(self) -> int:
        """What stands before a text: the end mark where there is no begin mark."""
        found = self.tokenizer.bos_token_id
        return int(self.tokenizer.eos_token_id if found is None else found)


def made(folder: Path, kind: Kind) -> Pair:
    source, out = folder / "toy", folder / "out"
    source.mkdir()
    write_checkpoint(source, kind)
    checkpoint = open_checkpoint(source)
    conversion = conversion_of(checkpoint, "gguf")
    for dtype in ("f32", "f16"):
        target = out / dtype
        target.mkdir(parents=True)
        conversion.convert(checkpoint, target, dtype=dtype, report=silent)
        (target / "model.gguf").rename(out / f"{dtype}.gguf")
    model = getattr(transformers, kind.model).from_pretrained(source, dtype=torch.float32).eval()
    return Pair(kind, source, out, model, transformers.AutoTokenizer.from_pretrained(source))


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with no_network():
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=ALL)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return made(tmp_path_factory.mktemp(request.param), ALL[request.param])


def tolerance(kind: Kind, dtype: str, largest: float) -> float:
    if dtype == "f32" and not kind.name.startswith(GELU):
        return 1e-4
    # Gemma multiplies its words by the root of the width: its logits are up to 10, the others' up to 3.
    return 1e-2 * (max(1.0, largest) if kind.name.startswith("gemma3") else 1.0)


def same_choice(one: NDArray[np.float32], other: NDArray[np.float32], allowed: float) -> bool:
    """Whether both have the same best token, or two that are closer than what may differ."""
    best = int(other.argmax())
    return bool(one[int(one.argmax())] - one[best] <= allowed)


@pytest.mark.parametrize("dtype", ["f32", "f16"])
def test_logits_are_those_of_transformers_and_the_best_token_the_same(pair: Pair, dtype: str) -> None:
    if pair.kind.name in ENCODERS:
        pytest.skip("an encoder has none")
    llama = LlamaFloat32(pair.out / f"{dtype}.gguf")
    equal = 0
    prompts = pair.prompts(PROMPTS)
    start = pair.tokenizer.pad_token_id if pair.model.config.is_encoder_decoder else None
    for at, ids in enumerate(prompts):
        if start is None:
            ids, source = [pair.begin, *ids], None
        else:
            ids, source = [start, *ids[:20]], [*prompts[at - 1], pair.tokenizer.eos_token_id]
        expected = pair.logits(ids, source)
        found = llama.logits(ids, source or ())
        allowed = tolerance(pair.kind, dtype, float(np.abs(expected).max()))
        assert np.abs(found - expected).max() < allowed
        assert same_choice(expected[-1], found[-1], 2 * allowed)
        equal += int(expected[-1].argmax()) == int(found[-1].argmax())
    llama.close()
    assert equal == PROMPTS if dtype == "f32" else equal >= PROMPTS - 2


def test_the_engine_gives_the_logits_of_transformers(pair: Pair) -> None:
    if pair.kind.name in ENCODERS or pair.model.config.is_encoder_decoder:
        pytest.skip("the engine runs language models")
    with LlamaProcess(pair.out / "f16.gguf", threads=1, context=96) as llama:
        for ids in pair.prompts(6):
            expected = pair.logits([pair.begin, *ids])
            found = llama.logits(ids)
            assert np.abs(found - expected).max() < tolerance(pair.kind, "f16", float(np.abs(expected).max()))


def test_vectors_of_encoders_are_the_mean_that_transformers_gives(pair: Pair) -> None:
    if pair.kind.name not in ENCODERS:
        pytest.skip("no encoder")
    for dtype in ("f32", "f16"):
        with LlamaProcess(pair.out / f"{dtype}.gguf", threads=1, context=96) as llama:
            prompts = pair.prompts(PROMPTS)
            found = llama.embed(prompts)
        for ids, vector in zip(prompts, found, strict=True):
            around = [pair.tokenizer.cls_token_id, *ids, pair.tokenizer.sep_token_id]
            with torch.no_grad():
                states = pair.model(torch.tensor([around]), output_hidden_states=True).hidden_states[-1][0]
            expected = states.mean(0).numpy()
            assert np.abs(vector - expected).max() < 2e-3
            assert vector @ expected / np.linalg.norm(vector) / np.linalg.norm(expected) > 0.9999


def test_llama_cpp_cuts_real_lines_as_transformers_does(pair: Pair) -> None:
    lines = [*LINES, "  two  spaces", "12345 and 3.14!", "I'm HERE", "tab\tand\nline"]
    if pair.kind.name in ENCODERS or pair.model.config.is_encoder_decoder:
        lines = LINES  # Unigram and WordPiece of transformers take any white space as one
    if pair.kind.name == "mistral":
        lines = [line for line in lines if not line.startswith(" ")]  # Metaspace puts no space before a space
    with LlamaProcess(pair.out / "f16.gguf", threads=1, vocabulary_only=True) as llama:
        found = llama.tokenize(lines)
    assert found == [pair.tokenizer(line, add_special_tokens=False)["input_ids"] for line in lines]


def test_e6_trimmed_then_converted_is_converted_then_trimmed(pair: Pair, tmp_path: Path) -> None:
    opened = open_hf(pair.source)
    ids = [np.array(one, np.int64) for one in opened.tokenizer.encode(COVERED)]
    kept = opened.tokenizer.closed(np.unique(np.concatenate(ids)))
    trimmed = tmp_path / "toy"
    trimmed.mkdir()
    opened.write(kept, trimmed)
    checkpoint = open_checkpoint(trimmed)
    (tmp_path / "one").mkdir()
    conversion_of(checkpoint, "gguf").convert(checkpoint, tmp_path / "one", dtype="f16", report=silent)
    (tmp_path / "other").mkdir()
    shutil.copyfile(pair.out / "f16.gguf", tmp_path / "model.gguf")
    open_gguf(tmp_path / "model.gguf").write(kept, tmp_path / "other")
    one, other = tmp_path / "one" / "model.gguf", tmp_path / "other" / "model.gguf"
    if opened.tables.rows_after(len(kept)) == len(kept):
        assert one.read_bytes() == other.read_bytes()
        return
    # A head with a bias is filled up with silent rows to a multiple of 8; a GGUF has no such bias.
    first, second = read_gguf(one), read_gguf(other)
    assert list(first.tensors) == list(second.tensors)
    for name in first.tensors:
        length = second.rows(name).size
        assert first.rows(name).tobytes()[:length] == second.rows(name).tobytes()
