"""The tokenizers of GGUF files: cut as llama.cpp cuts, trimmed together with their rows, refused when damaged."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.fuzz import fuzz
from toys.gguf_vocabulary import (
    CONTROL,
    PREFIX,
    Metadata,
    bert,
    count_of,
    encoder,
    gpt2,
    language_model,
    llama,
    odd_lines,
    t5,
    t5_nfkc,
)
from toys.llama import needs_llama
from toys.marian_student import toy_lines
from toys.tokenizer_contract import check_contract, union

from edgekit.core.errors import EdgekitError, ModelFormatError, UnsupportedModelError, UsageError
from edgekit.engine.llama.process import LlamaProcess
from exporters.containers.gguf import Kind, Strings, Value, read_gguf
from exporters.trim.base import Ids
from exporters.trim.gguf import GgufModel, open_gguf, write_trimmed
from exporters.trim.gguf_pre_tokenizers import PRE_TOKENIZERS

KINDS: dict[str, Callable[[], Metadata]] = {
    "gpt2": gpt2,
    "gpt2-llama-bpe": lambda: gpt2("llama-bpe"),
    "t5": t5,
    "t5-nfkc": t5_nfkc,
    "bert": bert,
    "llama": llama,
}
# One name for each list of patterns.
PATTERNS = sorted({known: name for name, known in PRE_TOKENIZERS.items()}.values())


def opened(path: Path, vocabulary: Metadata) -> GgufModel:
    path.write_bytes(language_model(vocabulary))
    return open_gguf(path)


def some_lines(seed: int = 5) -> list[str]:
    own = [line.replace(" ", " <tool> ", 1) + "<own>x" for line in toy_lines(seed, 20)]
    return [*toy_lines(seed, 150), *odd_lines(seed, 400), *own, "", " ", "a"]


def tokens_of(model: GgufModel) -> list[bytes]:
    return list(model.file.metadata[PREFIX + "tokens"].value)


@needs_llama
@pytest.mark.parametrize("pre", PATTERNS)
def test_byte_level_bpe_is_cut_as_llama_cuts_it_for_every_pre_tokenizer(pre: str, tmp_path: Path) -> None:
    tokenizer = opened(tmp_path / "toy.gguf", gpt2(pre)).tokenizer
    lines = some_lines()
    with LlamaProcess(tmp_path / "toy.gguf", vocabulary_only=True) as process:
        assert tokenizer.encode(lines) == process.tokenize(lines)


def test_the_pre_tokenizer_decides_where_a_text_is_cut(tmp_path: Path) -> None:
    """What makes the comparison with llama.cpp one: merges of the toy join across the places of the patterns."""
    cuts = [opened(tmp_path / "toy.gguf", gpt2(pre)).tokenizer.encode(some_lines()) for pre in PATTERNS]
    for at, cut in enumerate(cuts):
        # What is a token as a whole is taken at once or not: the toy's tokens are all derived.
        assert sum(cut == other for other in cuts) <= 2, PATTERNS[at]


@needs_llama
@pytest.mark.parametrize("kind", ["t5", "t5-nfkc", "bert", "llama"])
def test_the_other_kinds_are_cut_as_llama_cuts_them(kind: str, tmp_path: Path) -> None:
    tokenizer = opened(tmp_path / "toy.gguf", KINDS[kind]()).tokenizer
    lines = [*some_lines(), "ﬁn ½ Ａb ㈱", "HELLO Água  x", "15-ാം കാ"]
    with LlamaProcess(tmp_path / "toy.gguf", vocabulary_only=True) as process:
        assert tokenizer.encode(lines) == process.tokenize(lines)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_keeps_the_contract(kind: str, tmp_path: Path) -> None:
    tokenizer = opened(tmp_path / "toy.gguf", KINDS[kind]()).tokenizer
    check_contract(tokenizer, toy_lines(8, 12))


def trimmed(model: GgufModel, kept: Ids, path: Path) -> GgufModel:
    write_trimmed(model.file, kept, path)
    return open_gguf(path)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_trimmed_file_cuts_its_lines_into_the_same_tokens(kind: str, tmp_path: Path) -> None:
    model = opened(tmp_path / "toy.gguf", KINDS[kind]())
    lines = toy_lines(8, 12)
    ids = model.tokenizer.encode(lines)
    kept = model.tokenizer.closed(union(ids))
    small = trimmed(model, kept, tmp_path / "small.gguf")
    assert [[int(kept[at]) for at in line] for line in small.tokenizer.encode(lines)] == ids
    assert small.tokenizer.encode(lines) == model.tokenizer.trimmed(kept).encode(lines)
    assert small.tokenizer.texts == model.tokenizer.trimmed(kept).texts
    assert tokens_of(small) == [tokens_of(model)[at] for at in kept]
    table = "token_embd.weight"
    np.testing.assert_array_equal(small.file.rows(table), model.file.rows(table)[kept])
    assert model.size_bytes(kept) == (tmp_path / "small.gguf").stat().st_size
    write_trimmed(small.file, np.arange(len(kept)), tmp_path / "again.gguf")
    assert (tmp_path / "again.gguf").read_bytes() == (tmp_path / "small.gguf").read_bytes()


@needs_llama
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_e14_a_trimmed_file_is_one_to_llama_with_the_same_logits_and_tokens(kind: str, tmp_path: Path) -> None:
    model = opened(tmp_path / "toy.gguf", KINDS[kind]())
    lines = toy_lines(8, 12)
    ids = model.tokenizer.encode(lines)
    kept = model.tokenizer.closed(union(ids))
    trimmed(model, kept, tmp_path / "small.gguf")
    with LlamaProcess(tmp_path / "toy.gguf", threads=1) as old, LlamaProcess(tmp_path / "small.gguf") as new:
        assert new.size == len(kept)
        cut = new.tokenize(lines)
        assert [[int(kept[at]) for at in line] for line in cut] == ids == old.tokenize(lines)
        for one, other in zip(ids[:3], cut[:3], strict=True):
            # The toy's table is float32, whose kernels add up in another order when it has another number of rows.
            np.testing.assert_allclose(old.logits(one)[:, kept], new.logits(other), atol=1e-5)


@needs_llama
def test_e14_marks_that_llama_only_assumes_are_written_down_when_rows_go(tmp_path: Path) -> None:
    """A `bert` file that does not say where [CLS] is has it at 101; in the trimmed file another token is there."""
    (tmp_path / "toy.gguf").write_bytes(encoder(bert()))
    model = open_gguf(tmp_path / "toy.gguf")
    (ids,) = model.tokenizer.encode(toy_lines(8, 1))
    kept = model.tokenizer.closed(np.unique(ids))
    small = trimmed(model, kept, tmp_path / "small.gguf")
    assert len(kept) < 100
    for name, token in (("bos", b"[CLS]"), ("seperator", b"[SEP]"), ("unknown", b"[UNK]"), ("mask", b"[MASK]")):
        assert tokens_of(small)[small.file.metadata[f"{PREFIX}{name}_token_id"].value] == token
    (cut,) = small.tokenizer.encode(toy_lines(8, 1))
    with (
        LlamaProcess(tmp_path / "toy.gguf", threads=1, context=64) as old,
        LlamaProcess(tmp_path / "small.gguf", threads=1, context=64) as new,
    ):
        np.testing.assert_array_equal(old.embed([ids]), new.embed([cut]))


def test_e15_the_name_of_the_pre_tokenizer_stays_and_merges_keep_their_order(tmp_path: Path) -> None:
    model = opened(tmp_path / "toy.gguf", gpt2("qwen2"))
    kept = model.tokenizer.closed(union(model.tokenizer.encode(toy_lines(8, 12))))
    small = trimmed(model, kept, tmp_path / "small.gguf")
    assert small.file.metadata[PREFIX + "pre"].value == b"qwen2"
    before, after = (list(one.file.metadata[PREFIX + "merges"].value) for one in (model, small))
    words = set(tokens_of(small))
    assert after == [merge for merge in before if {*merge.split(b" "), merge.replace(b" ", b"")} <= words]
    assert 0 < len(after) < len(before)


def test_e4_scores_are_copied_and_steps_on_the_way_stay(tmp_path: Path) -> None:
    model = opened(tmp_path / "toy.gguf", llama())
    longest = max(range(model.tokenizer.size), key=lambda at: len(model.tokenizer.texts[at]))
    kept = model.tokenizer.closed(np.array([longest]))
    assert len(kept) > len(model.tokenizer.forced) + len(set(model.tokenizer.texts[longest])) > 0
    small = trimmed(model, kept, tmp_path / "small.gguf")
    key = PREFIX + "scores"
    np.testing.assert_array_equal(small.file.metadata[key].value, model.file.metadata[key].value[kept])
    assert small.tokenizer.encode([model.tokenizer.texts[longest]]) == [[int(np.searchsorted(kept, longest))]]


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_e6_every_byte_stays_and_any_text_can_be_spelled(kind: str, tmp_path: Path) -> None:
    model = opened(tmp_path / "toy.gguf", KINDS[kind]())
    small = trimmed(model, model.tokenizer.closed(np.array([], np.int64)), tmp_path / "small.gguf")
    assert small.tokenizer.size < 270
    chooser = random.Random(4)
    lines = ["".join(chr(chooser.randrange(1, 0xD800)) for _ in range(20)) for _ in range(50)]
    for line, ids in zip(lines, small.tokenizer.encode(lines), strict=True):
        assert len(ids) >= len(line)
        assert len(ids) == len(line.replace(" ", "▁" if kind == "llama" else " ").encode()) or kind == "llama"


def test_e13_templates_are_prompts_and_the_control_tokens_that_they_name_stay(tmp_path: Path) -> None:
    template = b"{{ bos_token }}<|begin|>user {{ text }}<|end|>"
    vocabulary = gpt2()
    vocabulary["tokenizer.chat_template"] = Value(Kind.STRING, template)
    vocabulary["tokenizer.chat_template.tools"] = Value(Kind.STRING, b"call <tool>")
    vocabulary["tokenizer.chat_templates"] = Value(Kind.ARRAY, Strings.of([b"tools"]), Kind.STRING)
    model = opened(tmp_path / "toy.gguf", vocabulary)
    assert list(model.prompts) == [template.decode(), "call <tool>"]
    kept = model.tokenizer.closed(union(model.tokenizer.encode(model.prompts)))
    small = trimmed(model, kept, tmp_path / "small.gguf")
    assert {b"<|begin|>", b"<|end|>", b"<tool>"} <= set(tokens_of(small))
    assert b"<|reserved_special_token_0|>" not in tokens_of(small)
    texts = dict(zip(tokens_of(small), small.tokenizer.texts, strict=True))
    assert (texts[b"<|end|>"], texts[b"<tool>"]) == ("", "<tool>")
    for ids in small.tokenizer.encode(model.prompts):
        assert "".join(small.tokenizer.texts[at] for at in ids) in model.prompts


def test_suppressed_ids_are_renamed_and_a_stale_copy_of_the_tokenizer_goes(tmp_path: Path) -> None:
    vocabulary = gpt2()
    count = count_of(vocabulary)
    suppressed = np.array([count - 4, 300, 2**31 - 1, count - 3], np.int32)
    vocabulary[PREFIX + "suppress_tokens"] = Value(Kind.ARRAY, suppressed, Kind.INT32)
    vocabulary["tokenizer.huggingface.json"] = Value(Kind.STRING, b"{}")
    model = opened(tmp_path / "toy.gguf", vocabulary)
    kept = model.tokenizer.closed(np.array([], np.int64))
    assert 300 not in kept
    small = trimmed(model, kept, tmp_path / "small.gguf")
    found = small.file.metadata[PREFIX + "suppress_tokens"].value
    assert [tokens_of(small)[at] for at in found] == [b"<|begin|>", b"<|end|>"]
    assert "tokenizer.huggingface.json" not in small.file.metadata


def test_a_character_map_stays_as_it_is_even_when_it_is_as_long_as_the_vocabulary(tmp_path: Path) -> None:
    key = PREFIX + "precompiled_charsmap"
    model = opened(tmp_path / "toy.gguf", t5_nfkc())
    small = trimmed(model, model.tokenizer.closed(np.arange(9)), tmp_path / "small.gguf")
    np.testing.assert_array_equal(small.file.metadata[key].value, model.file.metadata[key].value)
    vocabulary = t5()
    # A map without a key: one empty unit, then the bytes of no replacement.
    blob = np.zeros(count_of(vocabulary), np.uint8)
    blob[0] = 4
    vocabulary[key] = Value(Kind.ARRAY, blob, Kind.UINT8)
    model = opened(tmp_path / "toy.gguf", vocabulary)
    small = trimmed(model, model.tokenizer.closed(np.arange(9)), tmp_path / "small.gguf")
    np.testing.assert_array_equal(small.file.metadata[key].value, blob)


def test_spare_and_unused_tokens_go_and_a_wanted_one_stays(tmp_path: Path) -> None:
    model = opened(tmp_path / "toy.gguf", t5())
    spare = tokens_of(model).index(b"[PAD9]")
    assert spare not in model.tokenizer.closed(np.arange(5))
    assert spare in model.tokenizer.closed(np.array([spare]))
    assert model.tokenizer.parts(spare) == ()


def damaged(vocabulary: Metadata, **changes: Any) -> Metadata:
    found = dict(vocabulary)
    for name, value in changes.items():
        if value is None:
            del found[PREFIX + name]
        else:
            found[PREFIX + name] = value
    return found


def words(*tokens: str) -> Value:
    return Value(Kind.ARRAY, Strings.of(token.encode("utf-8", "surrogateescape") for token in tokens), Kind.STRING)


@pytest.mark.parametrize(
    ("vocabulary", "says"),
    [
        (damaged(gpt2(), merges=None), "`tokenizer.ggml.merges` is missing"),
        (damaged(gpt2(), merges=Value(Kind.ARRAY, np.zeros(3, np.int32), Kind.INT32)), "wrong kind"),
        (damaged(gpt2(), merges=words("a nothing")), "not in the vocabulary"),
        (damaged(gpt2(), merges=words("ab")), "not in the vocabulary"),
        (damaged(gpt2(), merges=words("a \udcff")), "a merge is not UTF-8"),
        (damaged(gpt2(), tokens=words(*["a"] * count_of(gpt2()))), "there twice"),
        (damaged(gpt2(), tokens=words("a", "b")), "2 tokens, "),
        (damaged(gpt2(), tokens=None), "`tokenizer.ggml.tokens` is missing"),
        (damaged(gpt2(), bos_token_id=Value(Kind.STRING, b"1")), "`tokenizer.ggml.bos_token_id` is a string"),
        (damaged(t5(), scores=None), "`tokenizer.ggml.scores` is missing"),
        (damaged(t5(), token_type=None), "`tokenizer.ggml.token_type` is missing"),
        (damaged(t5(), scores=Value(Kind.ARRAY, np.full(count_of(t5()), np.inf, np.float32), Kind.FLOAT32)), "finite"),
        (damaged(t5(), precompiled_charsmap=Value(Kind.STRING, b"x")), "no array of bytes"),
        (damaged(t5(), precompiled_charsmap=Value(Kind.ARRAY, np.full(9, 255, np.uint8), Kind.UINT8)), "character map"),
        (damaged(t5(), token_type=Value(Kind.ARRAY, np.full(count_of(t5()), CONTROL, np.int32), Kind.INT32)), "normal"),
        (damaged(bert(), tokens=words("▁a", "b"), token_type=None), "no unknown token"),
        (
            damaged(bert(), tokens=words(*"▁#", "▁##a", "a"), token_type=None, unknown_token_id=Value(Kind.UINT32, 0)),
            "",
        ),
    ],
)
def test_a_damaged_vocabulary_is_refused_with_the_reason(vocabulary: Metadata, says: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match="vocabulary is damaged") as caught:
        opened(tmp_path / "toy.gguf", vocabulary)
    assert any(says in reason for reason in caught.value.reasons), caught.value.reasons


@pytest.mark.parametrize(
    ("vocabulary", "says"),
    [
        (damaged(gpt2(), pre=Value(Kind.STRING, b"brand-new")), "its pre-tokenizer is `brand-new`"),
        (damaged(gpt2(), pre=Value(Kind.UINT32, 3)), "its pre-tokenizer is ``"),
        (damaged(gpt2(), model=Value(Kind.STRING, b"plamo2")), "its tokenizer is `plamo2`"),
        (damaged(gpt2(), model=None), "it names no tokenizer"),
    ],
)
def test_an_unknown_tokenizer_or_pre_tokenizer_is_refused_and_named(
    vocabulary: Metadata, says: str, tmp_path: Path
) -> None:
    with pytest.raises(UnsupportedModelError) as caught:
        opened(tmp_path / "toy.gguf", vocabulary)
    assert says in caught.value.reasons[0]


def test_types_and_scores_may_be_missing_where_llama_does_without(tmp_path: Path) -> None:
    vocabulary = damaged(gpt2(), token_type=None)
    model = opened(tmp_path / "toy.gguf", vocabulary)
    kept = model.tokenizer.closed(np.arange(300, 400))
    assert {count_of(vocabulary) - 4, count_of(vocabulary) - 3} <= set(kept.tolist())
    assert trimmed(model, kept, tmp_path / "small.gguf").tokenizer.size == len(kept)


def test_a_token_that_the_file_names_cannot_go(tmp_path: Path) -> None:
    model = opened(tmp_path / "toy.gguf", bert())
    with pytest.raises(UsageError) as caught:
        write_trimmed(model.file, np.arange(99), tmp_path / "small.gguf")
    assert len(caught.value.reasons) == 4
    assert not (tmp_path / "small.gguf").exists()


# Walking a character map takes 12 MB whatever the file's size; its own reader is fuzzed with its own bound.
@pytest.mark.parametrize("kind", sorted({*KINDS} - {"t5-nfkc"}))
def test_mutated_files_are_refused_or_sound(kind: str, tmp_path: Path) -> None:
    data = language_model(KINDS[kind](), width=32)

    def read(path: Path) -> None:
        model = open_gguf(path)
        # What a file that opens cannot do, it says.
        model.tokenizer.encode(["a line of 12 words"])
        model.size_bytes(model.tokenizer.closed(np.array([], np.int64)))

    fuzz(read, data, tmp_path / "toy.gguf", seed=3, count=60)


@pytest.mark.parametrize("kind", ["gpt2", "t5", "bert"])
def test_a_file_that_is_cut_at_any_byte_is_refused(kind: str, tmp_path: Path) -> None:
    data = language_model(KINDS[kind](), width=32)
    size = len(data) - sum(place.size for place in _read(data, tmp_path).values())
    for cut in range(0, size, 37):
        (tmp_path / "cut.gguf").write_bytes(data[:cut])
        with pytest.raises(EdgekitError):
            open_gguf(tmp_path / "cut.gguf")


def _read(data: bytes, folder: Path) -> Any:
    (folder / "whole.gguf").write_bytes(data)
    return read_gguf(folder / "whole.gguf").tensors
