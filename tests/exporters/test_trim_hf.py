"""Hugging Face folders before and after, run by transformers and torch: what stays is the same model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sentencepiece
from toys.checkpoints import COVERED, KINDS, Kind, no_network, write_checkpoint

from exporters.base import Built
from exporters.containers.safetensors import read_safetensors
from exporters.trim.base import Ids
from exporters.trim.hf import HfModel, open_hf
from exporters.trim.hf.tables import FAMILIES, Role

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

NEW_TOKENS = 8
PROMPTS = [COVERED[1], COVERED[8]]
SLOW = ("sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.txt", "vocab.json")


@dataclass(frozen=True)
class Pair:
    """A checkpoint and what is left of it; written: what the original answers to PROMPTS, as ids."""

    kind: Kind
    source: Path
    out: Path
    opened: HfModel
    kept: Ids
    built: Built
    written: list[list[int]]

    @property
    def new(self) -> dict[int, int]:
        return {old: at for at, old in enumerate(self.kept.tolist())}

    def tokenizers(self) -> tuple[Any, Any]:
        return tuple(transformers.AutoTokenizer.from_pretrained(folder) for folder in (self.source, self.out))

    def models(self) -> tuple[Any, Any]:
        return load(self.kind, self.source), load(self.kind, self.out)


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with no_network():
        yield
    torch.set_num_threads(threads)


def load(kind: Kind, folder: Path) -> Any:
    model = getattr(transformers, kind.model).from_pretrained(folder, dtype="auto").eval()
    # What is not in the checkpoint would be random, and equal by no merit.
    assert model.config.vocab_size == model.get_input_embeddings().weight.shape[0]
    return model


def encoded(tokenizer: Any, line: str) -> list[int]:
    ids: list[int] = tokenizer(line)["input_ids"]
    return ids


def generated(model: Any, ids: list[int], suppressed: list[int] | None = None) -> list[int]:
    with torch.no_grad():
        output = model.generate(
            torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            max_new_tokens=NEW_TOKENS,
            do_sample=False,
            no_repeat_ngram_size=1,  # random tied weights like to repeat themselves
            suppress_tokens=suppressed or None,
        )
    found: list[int] = output[0].tolist()
    return found


def logits(model: Any, ids: list[int]) -> Any:
    inputs = {"input_ids": torch.tensor([ids])}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = torch.tensor([ids[:5]])
    with torch.no_grad():
        return model(**inputs, output_hidden_states=True)


def cut(kind: Kind, folder: Path, **changes: Any) -> Pair:
    source = folder / "source"
    source.mkdir()
    write_checkpoint(source, kind, **changes)
    out = folder / "out"
    out.mkdir()
    opened = open_hf(source, languages=["pt", "en"])
    tokenizer = transformers.AutoTokenizer.from_pretrained(source)
    lines = [encoded(tokenizer, line) for line in COVERED]
    written = []
    if kind.generates:
        model = load(kind, source)
        # Rows that pad the vocabulary are no tokens: random weights here choose them, a trained model does not.
        padding = list(range(len(tokenizer), opened.tables.rows))
        written = [generated(model, encoded(tokenizer, line), padding) for line in PROMPTS]
    kept = opened.tokenizer.closed(np.unique(np.concatenate([*lines, *written]).astype(np.int64)))
    built = opened.write(kept, out)
    return Pair(kind, source, out, opened, kept, built, written)


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return cut(KINDS[request.param], tmp_path_factory.mktemp(request.param))


def test_something_is_cut(pair: Pair) -> None:
    assert len(pair.kept) < 0.95 * len(pair.opened.words.names)
    assert pair.built.steps[0]["kept"] == len(pair.kept)
    assert pair.built.steps[0]["dropped"] == []


def test_logits_on_kept_ids_and_hidden_states_differ_by_nothing(pair: Pair) -> None:
    tokenizer, _ = pair.tokenizers()
    before, after = pair.models()
    for line in PROMPTS:
        ids = encoded(tokenizer, line)
        old, new = logits(before, ids), logits(after, [pair.new[at] for at in ids])
        assert old.logits.dtype == torch.float32
        assert (old.logits[..., pair.kept] - new.logits[..., : len(pair.kept)]).abs().max() == 0
        name = "decoder_hidden_states" if before.config.is_encoder_decoder else "hidden_states"
        assert len(old[name]) > 1
        for one, other in zip(old[name], new[name], strict=True):
            assert torch.equal(one, other)
        # What pads the vocabulary is never chosen.
        padding = new.logits[..., len(pair.kept) :]
        assert (padding == -10240).all()
        assert (new.logits.softmax(-1)[..., len(pair.kept) :] == 0).all()


def test_generate_gives_the_same_text(pair: Pair) -> None:
    if not pair.kind.generates:
        pytest.skip("an encoder")
    before, after = pair.tokenizers()
    model = load(pair.kind, pair.out)
    for line, written in zip(PROMPTS, pair.written, strict=True):
        ids = generated(model, encoded(after, line))
        assert ids == [pair.new[at] for at in written]
        assert after.decode(ids) == before.decode(written)
        assert len(set(written)) > 3


def test_e8_the_tokenizer_of_transformers_gives_the_mapped_ids(pair: Pair) -> None:
    before, after = pair.tokenizers()
    assert type(after) is type(before)
    assert len(after) == len(pair.kept)
    for line in COVERED:
        assert encoded(after, line) == [pair.new[at] for at in encoded(before, line)]
        assert after.decode(encoded(after, line)) == before.decode(encoded(before, line))
    assert sorted(after.all_special_tokens) == sorted(before.all_special_tokens)
    for token in before.all_special_tokens:
        assert after.convert_tokens_to_ids(token) == pair.new[before.convert_tokens_to_ids(token)]
    assert max(after.get_vocab().values()) < read_json(pair.out / "config.json")["vocab_size"]


def test_e19_the_slow_tokenizer_files_agree_with_the_fast_one(pair: Pair, tmp_path: Path) -> None:
    slow = [name for name in SLOW if (pair.source / name).is_file()]
    assert [name for name in SLOW if (pair.out / name).is_file()] == slow
    if not slow:
        pytest.skip("this family has none")
    shutil.copytree(pair.out, tmp_path / "slow")
    (tmp_path / "slow" / "tokenizer.json").unlink()
    _, fast = pair.tokenizers()
    read = transformers.AutoTokenizer.from_pretrained(tmp_path / "slow")
    assert read.get_vocab() == fast.get_vocab()
    for line in COVERED:
        assert encoded(read, line) == encoded(fast, line)
    if slow[0].endswith(".model"):
        old, new = (sentencepiece.SentencePieceProcessor(str(folder / slow[0])) for folder in (pair.source, pair.out))
        assert new.get_piece_size() < old.get_piece_size()
        for line in COVERED:
            assert new.encode(line, out_type=str) == old.encode(line, out_type=str)


def test_e9_every_tensor_is_the_stored_rows_or_the_stored_bytes(pair: Pair) -> None:
    before, after = (read_safetensors(folder / "model.safetensors") for folder in (pair.source, pair.out))
    assert list(after.tensors) == list(before.tensors)
    assert after.metadata == before.metadata
    assert Role.TABLE in pair.opened.tables.roles.values()
    for name, place in before.tensors.items():
        if pair.opened.tables.roles.get(name) == Role.TABLE:
            rows = after.rows(name)
            np.testing.assert_array_equal(rows[: len(pair.kept)], before.rows(name)[pair.kept])
            assert not rows[len(pair.kept) :].any()
        elif name not in pair.opened.tables.roles:
            assert bytes(after.bytes_of(name)) == bytes(before.bytes_of(name))
            assert after.tensors[name].shape == place.shape


def test_e11_every_id_names_the_token_that_it_named(pair: Pair) -> None:
    before, after = pair.tokenizers()
    compared = 0
    for file in ("config.json", "generation_config.json"):
        if not (pair.source / file).is_file():
            continue
        old, new = read_json(pair.source / file), read_json(pair.out / file)
        for key, value in old.items():
            if key.endswith("_token_id") and value is not None:
                assert after.convert_ids_to_tokens(new[key]) == before.convert_ids_to_tokens(value), key
                compared += 1
    assert compared


def test_e12_padding_rows_go_and_come_back_only_where_a_bias_silences_them(pair: Pair) -> None:
    rows = read_json(pair.out / "config.json")["vocab_size"]
    if pair.kind.name in ("xlm-roberta", "bert", "mbart"):
        assert rows == -(-len(pair.kept) // 8) * 8
    else:
        assert rows == len(pair.kept)


def test_the_size_is_known_within_one_percent_before_writing(pair: Pair, tmp_path: Path) -> None:
    assert abs(pair.opened.size_bytes(pair.kept) / size(pair.out) - 1) < 0.01
    everything = np.arange(len(pair.opened.words.names))
    pair.opened.write(everything, tmp_path)
    padding = pair.opened.tables.rows - pair.opened.tables.rows_after(len(everything))
    gone = padding * sum(part.bytes_per_token for part in pair.opened.parts if part.name.endswith("(F32)"))
    assert abs(sum(part.size_bytes for part in pair.opened.parts) / (size(tmp_path) + gone) - 1) < 0.01


def test_e22_two_runs_write_the_same_bytes(pair: Pair, tmp_path: Path) -> None:
    built = open_hf(pair.source, languages=["pt", "en"]).write(pair.kept, tmp_path)
    assert built == pair.built
    assert contents(tmp_path) == contents(pair.out)


def test_trimming_again_to_all_that_is_left_changes_nothing(pair: Pair, tmp_path: Path) -> None:
    again = open_hf(pair.out)
    again.write(np.arange(len(pair.kept)), tmp_path)
    assert contents(tmp_path) == contents(pair.out)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_shards_of_half_precision_are_cut_where_they_lie(dtype: str, tmp_path: Path) -> None:
    made = cut(KINDS["qwen3"], tmp_path, dtype=dtype, shard="12KB")
    old, new = (read_json(folder / "model.safetensors.index.json") for folder in (made.source, made.out))
    assert len(set(old["weight_map"].values())) > 2
    assert new["weight_map"] == old["weight_map"]
    files = {shard: read_safetensors(made.out / shard) for shard in sorted(set(new["weight_map"].values()))}
    assert new["metadata"]["total_size"] == sum(one.size for file in files.values() for one in file.tensors.values())
    model = load(made.kind, made.out)
    assert new["metadata"]["total_parameters"] == model.num_parameters()
    assert not (made.out / "model.safetensors").exists()
    assert model.dtype == getattr(torch, dtype)
    before = load(made.kind, made.source)
    table = before.get_input_embeddings().weight
    assert torch.equal(model.get_input_embeddings().weight, table[torch.from_numpy(made.kept)])
    assert abs(made.opened.size_bytes(made.kept) / size(made.out) - 1) < 0.01


def test_e9_tied_tables_that_are_stored_twice_stay_equal(tmp_path: Path) -> None:
    import safetensors.torch

    made = tmp_path / "made"
    made.mkdir()
    first = cut(KINDS["nllb"], made)
    path = first.source / "model.safetensors"
    tensors = safetensors.torch.load_file(path)
    shared = tensors["model.shared.weight"]
    copies = ["model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"]
    safetensors.torch.save_file({**tensors, **{name: shared.clone() for name in copies}}, path, {"format": "pt"})
    (tmp_path / "out").mkdir()
    open_hf(first.source).write(first.kept, tmp_path / "out")
    after = safetensors.torch.load_file(tmp_path / "out" / "model.safetensors")
    for name in copies:
        assert torch.equal(after[name], shared[torch.from_numpy(first.kept)])
    ids = list(range(4, 12))
    assert torch.equal(
        logits(load(first.kind, tmp_path / "out"), ids).logits, logits(load(first.kind, first.out), ids).logits
    )


def test_gemma3_inside_a_model_with_pictures_is_cut_at_both_levels_of_its_configuration(tmp_path: Path) -> None:
    kind = KINDS["gemma3"]
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir(), out.mkdir()
    write_checkpoint(source, kind)
    text = read_json(source / "config.json")
    special = {"image_token_index": 4, "boi_token_index": 5, "eoi_token_index": 6}
    vision = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    vision |= {"image_size": 28, "patch_size": 14}
    config = transformers.Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4, **special)
    model = transformers.Gemma3ForConditionalGeneration(config)
    model.save_pretrained(source)
    # As Google writes it: what has its default is left out.
    written = read_json(source / "config.json")
    del written["text_config"]["bos_token_id"]
    (source / "config.json").write_text(json.dumps(written), "utf-8")
    opened = open_hf(source)
    kept = opened.tokenizer.closed(np.arange(300, 320))
    opened.write(kept, out)
    after = read_json(out / "config.json")
    assert after["text_config"]["vocab_size"] == len(kept)
    new = {old: at for at, old in enumerate(kept.tolist())}
    assert {key: after[key] for key in special} == {key: new[at] for key, at in special.items()}
    assert after["text_config"]["bos_token_id"] == new[2]
    small = transformers.Gemma3ForConditionalGeneration.from_pretrained(out).eval()
    ids = [2, *range(300, 312)]
    old_logits = logits(model.eval(), ids).logits[..., kept]
    assert (old_logits - logits(small, [new[at] for at in ids]).logits).abs().max() == 0


@pytest.mark.parametrize("model_type", sorted(FAMILIES))
def test_e11_the_ids_that_a_family_takes_for_granted_are_those_of_transformers(model_type: str) -> None:
    config = transformers.AutoConfig.for_model(model_type)
    stated: Mapping[str, int] = FAMILIES[model_type].ids or {}
    keys = {f"{name}_token_id" for name in ("pad", "bos", "eos", "unk", "sep", "cls", "mask", "decoder_start")}
    keys |= {"forced_bos_token_id", "forced_eos_token_id"} | set(stated)
    text = config.get_text_config()
    found = {key: getattr(text, key, None) for key in keys}
    assert {key: value for key, value in found.items() if value is not None} == dict(stated)


def read_json(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
