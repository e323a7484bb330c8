"""What a trimmed tokenizer.json says beside its vocabulary, and what becomes of files that are damaged."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys.fuzz import fuzz
from toys.json_tokenizers import UNKNOWN, Json, added, bpe_of, library_of, opened, trained, unigram_of, wordpiece_of
from toys.marian_student import toy_lines
from toys.tokenizer_contract import mapped, union

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from exporters.trim.spares import is_spare
from exporters.trim.tokenizer_json import open_tokenizer_json

KINDS = ["byte-level", "characters", "unigram", "wordpiece"]


@pytest.mark.parametrize("kind", KINDS)
def test_e8_added_tokens_and_the_ids_of_the_post_processor_are_numbered_anew(kind: str) -> None:
    document = trained(kind)
    tokenizer = opened(document)
    kept = tokenizer.closed(union(tokenizer.encode(toy_lines(3, 9))))
    small = tokenizer.trimmed(kept)
    after = json.loads(small.to_json())
    # Each keeps its flags; those behind the vocabulary stay behind it, without a gap.
    new = {int(old): place for place, old in enumerate(kept)}
    assert after["added_tokens"] == [
        {**token, "id": new[token["id"]]} for token in document["added_tokens"] if token["id"] in new
    ]
    inside = len(after["model"]["vocab"])
    assert [token["id"] for token in after["added_tokens"] if token["id"] >= inside] == list(range(inside, len(kept)))
    library, original = library_of(small), library_of(tokenizer)
    assert library.get_vocab_size() == len(kept)
    for one in (library, original):
        one.no_padding()
        one.no_truncation()
    lines = [*toy_lines(3, 9), "".join(token["content"] for token in after["added_tokens"])]
    for line in lines:
        marked = library.encode(line, lines[0])
        assert mapped(kept, [marked.ids]) == [original.encode(line, lines[0]).ids]
        assert marked.tokens == original.encode(line, lines[0]).tokens
    untouched = ("version", "truncation", "normalizer", "pre_tokenizer", "decoder")
    assert {key: after[key] for key in untouched} == {key: document[key] for key in untouched}
    assert list(after) == list(document)
    assert list(after["model"]) == list(document["model"])


@pytest.mark.parametrize("kind", KINDS)
def test_cutting_twice_to_the_same_tokens_changes_no_byte(kind: str) -> None:
    tokenizer = opened(trained(kind))
    kept = tokenizer.closed(union(tokenizer.encode(toy_lines(3, 9))))
    small = tokenizer.trimmed(kept)
    assert small.trimmed(np.arange(len(kept))).to_json() == small.to_json()
    assert tokenizer.trimmed(kept).to_json() == small.to_json()
    assert opened(json.loads(small.to_json())).to_json() == small.to_json()


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_to_everything_changes_nothing(kind: str) -> None:
    document = trained(kind)
    tokenizer = opened(document)
    assert json.loads(tokenizer.trimmed(np.arange(tokenizer.size)).to_json()) == document


def test_e8_codes_of_languages_and_room_for_later_stay_where_something_names_them() -> None:
    document = trained("unigram")
    ids = {token["content"]: token["id"] for token in document["added_tokens"]}
    nothing = np.array([], np.int64)
    tokenizer = opened(document)
    stay = tokenizer.closed(nothing).tolist()
    # The post-processor puts `eng_Latn` before every text.
    assert ids["eng_Latn"] in stay
    assert ids["<mask>"] in stay
    assert ids["por_Latn"] not in stay
    asked = opened(document, keep=["por_Latn", ids["amh_Ethi"]])
    assert {ids["por_Latn"], ids["amh_Ethi"]} <= set(asked.closed(nothing).tolist())
    small = asked.trimmed(asked.closed(nothing))
    assert [name for name in small.tokens if name.endswith(("Latn", "Ethi"))] == ["eng_Latn", "por_Latn", "amh_Ethi"]
    # What was asked for stays asked for.
    assert small.closed(nothing).tolist() == list(range(small.size))
    assert tokenizer.closed(np.array([ids["por_Latn"]])).tolist() == sorted([*stay, ids["por_Latn"]])


def test_a_word_that_is_to_stay_stays_with_all_that_it_needs() -> None:
    tokens = [UNKNOWN, *"abc", "ab", "abc"]
    document = bpe_of(tokens, [("a", "b"), ("ab", "c")], unk_token=UNKNOWN)
    assert opened(document, keep=["abc"]).forced.tolist() == [0, 1, 2, 3, 4, 5]
    assert opened(document, keep={5}).forced.tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(UsageError) as problem:
        opened(document, keep=["abc", "pt_XX", 6, -1])
    assert sorted(problem.value.reasons) == ["`-1`", "`6`", "`pt_XX`"]


@pytest.mark.parametrize(
    "name",
    [
        *("<unused7>", "[unused99]", "<madeupword0>", "madeupword0001", "<extra_id_0>", "<|extra_3|>", "<SPECIAL_20>"),
        *("<|reserved_special_token_250|>", "[control_8]", "<｜place▁holder▁no▁12｜>", ">>UNUSED_0<<", "<|dummy_4|>"),
        *("pt_XX", "por_Latn", "__pt__", "zh_CN"),
    ],
)
def test_e8_a_spare_token_is_known_by_its_name(name: str) -> None:
    assert is_spare(name)


@pytest.mark.parametrize(
    "name",
    ["<s>", "<mask>", "[CLS]", "<|im_start|>", "<0x0A>", "<start_of_turn>", "<|end|>", "NOTUSED", "<tool_1_call>"],
)
def test_a_token_that_models_use_is_no_spare_one(name: str) -> None:
    assert not is_spare(name)


def test_e12_rows_beyond_the_tokenizer_are_padding_and_never_kept() -> None:
    document = trained("byte-level")
    tokenizer = opened(document, size=600)
    own = opened(document).size
    assert tokenizer.size == len(tokenizer.texts) == len(tokenizer.fallback) == 600
    assert set(tokenizer.texts[own:]) == {""}
    kept = tokenizer.closed(np.arange(600))
    assert kept.tolist() == opened(document).closed(np.arange(own)).tolist()
    assert tokenizer.parts(599) == ()
    assert tokenizer.trimmed(kept).size == len(kept)
    with pytest.raises(UsageError, match="these tokens"):
        tokenizer.trimmed(np.append(kept, 599))
    with pytest.raises(UsageError):
        tokenizer.closed(np.array([600]))


def test_an_added_token_without_a_row_is_left_out() -> None:
    # `<image_soft_token>` of Gemma 3 is one more than its text models have rows.
    document = trained("byte-level")
    size = opened(document).size
    tokenizer = opened(document, size=size - 1)
    assert tokenizer.size == size - 1
    assert "<call>" not in tokenizer.to_json()
    assert max(tokenizer.encode(["bado<call>"])[0]) < size - 1
    for less in (len(document["model"]["vocab"]) - 1, len(document["model"]["vocab"])):
        with pytest.raises(ModelFormatError) as problem:
            opened(document, size=less)
        assert problem.value.reasons == (f"it has {size:,} tokens and the model {less:,}",)


def test_a_set_that_lacks_what_the_file_names_is_refused() -> None:
    tokenizer = opened(trained("wordpiece"))
    forced = tokenizer.forced
    reasons: list[str] = []
    for kept in (np.setdiff1d(forced, [4]), forced[::-1], np.array([], np.int64), np.append(forced, 10_000)):
        with pytest.raises(UsageError) as problem:
            tokenizer.trimmed(kept)
        reasons += problem.value.reasons
    assert "1 that the tokenizer cannot do without are missing, first 4" in reasons
    assert reasons.count(f"they are not ascending ids of {tokenizer.size:,} tokens") == 3


@pytest.mark.parametrize("kind", ["BertProcessing", "RobertaProcessing"])
def test_marks_of_a_pair_are_numbered_anew(kind: str) -> None:
    more = {"trim_offsets": True, "add_prefix_space": False} if kind == "RobertaProcessing" else {}
    step = {"type": kind, "sep": ["[SEP]", 4], "cls": ["[CLS]", 3], **more}
    document = {
        **wordpiece_of(["a", "b", "[CLS]", "[SEP]"]),
        "post_processor": {"type": "Sequence", "processors": [step]},
    }
    tokenizer = opened(document)
    small = tokenizer.trimmed(tokenizer.closed(np.array([2])))
    after = json.loads(small.to_json())["post_processor"]["processors"][0]
    assert after == {**step, "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}


def test_a_file_without_the_name_of_its_kind_is_read_as_the_library_reads_it() -> None:
    for document in (bpe_of(["a", "b", "ab"], [("a", "b")]), unigram_of({"a": -1.0}), wordpiece_of(["a"])):
        name = opened(document).kind
        del document["model"]["type"]
        assert opened(document).kind == name
        assert library_of(opened(document)).encode("a").ids == opened(document).encode(["a"])[0]


BPE, UNIGRAM, WORDPIECE = (
    bpe_of(["<unk>", "a", "b", "ab"], [("a", "b")], unk_token=UNKNOWN),
    unigram_of({"a": -1.0, "b": -2.0}),
    wordpiece_of(["a", "##b"]),
)


PRECOMPILED = {"type": "Precompiled"}


def changed(document: Json, *path: Any, to: Any) -> Json:
    """A copy with another value at a place; `...` at its end appends."""
    new = copy.deepcopy(document)
    place: Any = new
    for key in path[:-1]:
        place = place[key]
    if path[-1] is ...:
        place.append(to)
    else:
        place[path[-1]] = to
    return new


def template(**token: Any) -> Json:
    return {
        "type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"a": {"id": "a", "tokens": ["a"], **token}},
    }


def deep(depth: int) -> Json:
    step: Json = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    for _ in range(depth):
        step = {"type": "Sequence", "processors": [step]}
    return step


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (changed(BPE, "model", to=[]), "it has no model"),
        (changed(BPE, "model", "vocab", to=["a"]), "`vocab` is no object"),
        (changed(BPE, "model", "vocab", to={}), "it has no tokens"),
        (changed(BPE, "model", "vocab", "a", to="1"), "1 ids are no integers"),
        (changed(BPE, "model", "vocab", "a", to=True), "1 ids are no integers"),
        (changed(BPE, "model", "vocab", "a", to=1.0), "1 ids are no integers"),
        (changed(BPE, "model", "vocab", "a", to=-1), "1 ids are negative"),
        (changed(BPE, "model", "vocab", "a", to=2), "1 ids are there twice"),
        (changed(BPE, "model", "vocab", "a", to=9), "its ids go up to 9 and it has 4 tokens: there are gaps"),
        (changed(BPE, "model", "vocab", "a", to=10**300), "there are gaps"),
        (changed(BPE, "model", "vocab", "", to=4), "a token is empty"),
        (changed(BPE, "model", "vocab", "a" * 30_000, to=4), "its tokens are too long"),
        (changed(BPE, "model", "merges", to={}), "`merges` is no list"),
        (changed(BPE, "model", "merges", ..., to=["a"]), "1 merges are no two tokens"),
        (changed(BPE, "model", "merges", ..., to=["a", 1]), "1 merges are no two tokens"),
        (changed(BPE, "model", "merges", ..., to="a b c"), "1 merges are no two tokens"),
        (changed(BPE, "model", "merges", ..., to="a b"), "its merges have two forms"),
        (changed(BPE, "model", "merges", ..., to=["b", "a"]), "is not in the vocabulary, first `b a`"),
        (changed(BPE, "model", "merges", ..., to=["c", "a"]), "1 merges name a token that is not in the vocabulary"),
        (changed(BPE, "model", "unk_token", to="x"), "its unknown token `x` is not in the vocabulary"),
        (changed(BPE, "model", "unk_token", to=3), "`unk_token` is no text"),
        (changed(BPE, "model", "ignore_merges", to="yes"), "`ignore_merges` is neither true nor false"),
        (changed(UNIGRAM, "model", "vocab", to={"a": 1}), "`vocab` is no list"),
        (changed(UNIGRAM, "model", "vocab", to=[]), "it has no tokens"),
        (changed(UNIGRAM, "model", "vocab", ..., to=["c"]), "1 entries of `vocab` are no token with"),
        (changed(UNIGRAM, "model", "vocab", ..., to=["c", "1"]), "1 entries of `vocab` are no token with"),
        (changed(UNIGRAM, "model", "vocab", ..., to=["c", 10**400]), "1 entries of `vocab` are no token with"),
        (changed(UNIGRAM, "model", "vocab", ..., to=["c", True]), "1 entries of `vocab` are no token with"),
        (changed(UNIGRAM, "model", "vocab", ..., to=["c", float("nan")]), "it is no JSON: NaN is no number"),
        (changed(UNIGRAM, "model", "vocab", ..., to=["c", float("-inf")]), "it is no JSON: -Infinity is no number"),
        (changed(UNIGRAM, "model", "vocab", ..., to=["a", -3.0]), "1 tokens are there twice"),
        (changed(UNIGRAM, "model", "unk_id", to=3), "`unk_id` is 3, and it has 3 tokens"),
        (changed(UNIGRAM, "model", "unk_id", to=-1), "`unk_id` is -1, and it has 3 tokens"),
        (changed(UNIGRAM, "model", "unk_id", to="a"), "`unk_id` is a, and it has 3 tokens"),
        (changed(UNIGRAM, "model", "unk_id", to=None), "it has no `unk_id`"),
        (changed(UNIGRAM, "model", "byte_fallback", to=1), "`byte_fallback` is neither true nor false"),
        (changed(WORDPIECE, "model", "continuing_subword_prefix", to=None), "`continuing_subword_prefix` is no text"),
        (changed(WORDPIECE, "model", "max_input_chars_per_word", to=-1), "`max_input_chars_per_word` is no count"),
        (changed(WORDPIECE, "model", "unk_token", to="x"), "its unknown token `x` is not in the vocabulary"),
        (changed(WORDPIECE, "model", "unk_token", to=None), "`unk_token` is no text"),
        (changed(BPE, "added_tokens", to={}), "`added_tokens` is no list"),
        (changed(BPE, "added_tokens", to=[{"id": 4}]), "1 added tokens are no text with an id and flags"),
        (changed(BPE, "added_tokens", to=[added("", 4)]), "1 added tokens are no text with an id and flags"),
        (changed(BPE, "added_tokens", to=[added("x", 5)]), "first `x` has id 5 and would get 4"),
        (changed(BPE, "added_tokens", to=[added("a", 4)]), "first `a` has id 4 and would get 1"),
        (changed(BPE, "added_tokens", to=[added("x", -1)]), "first `x` has id -1 and would get 4"),
        (changed(BPE, "added_tokens", to=[added("x", 4), added("x", 5)]), "1 added tokens are there twice"),
        (changed(BPE, "added_tokens", to=[{**added("x", 4), "lstrip": 3}]), "invalid type"),
        (changed(BPE, "post_processor", to=7), "a post-processor is no object, or nested too deeply"),
        (changed(BPE, "post_processor", to=deep(20)), "a post-processor is no object, or nested too deeply"),
        (changed(BPE, "post_processor", to={"type": "New"}), "its post-processor 'New' is damaged or not known"),
        (changed(BPE, "post_processor", to=template(ids=[4])), "names 1 ids that there are not, first 4"),
        (changed(BPE, "post_processor", to=template(ids=["1"])), "has an id that is no integer"),
        (changed(BPE, "post_processor", to=template()), "a special token of its post-processor has no ids"),
        (changed(BPE, "post_processor", to={"type": "BertProcessing", "sep": ["a"]}), "is no text with an id"),
        (changed(BPE, "padding", to=[]), "`padding` is no object"),
        (changed(BPE, "padding", to={"pad_id": 99}), "names 1 ids that there are not, first 99"),
        (changed(BPE, "normalizer", to={"type": "New"}), "did not match any variant"),
        (changed(BPE, "normalizer", to={**PRECOMPILED, "precompiled_charsmap": "A"}), "Precompiled"),
        (changed(BPE, "version", to="9"), "Unknown tokenizer version '9'"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_and_says_why(document: Json, reason: str) -> None:
    with pytest.raises(ModelFormatError) as problem:
        opened(document)
    assert any(reason in one for one in problem.value.reasons), problem.value.reasons


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (changed(BPE, "model", to={"type": "WordLevel", "vocab": {}, "unk_token": "a"}), "its model is 'WordLevel'"),
        (changed(BPE, "model", to={"type": ["BPE"]}), "not one of BPE, Unigram, WordPiece"),
        (changed(BPE, "model", "dropout", to=0.1), "`dropout` is set: a text is cut at random"),
        (changed(BPE, "model", "end_of_word_suffix", to="</w>"), "`end_of_word_suffix` is set"),
        (changed(BPE, "model", "continuing_subword_prefix", to="##"), "`continuing_subword_prefix` is set"),
        (changed(UNIGRAM, "model", "sentencepiece", to={}), "its model has `sentencepiece`"),
        (bpe_of(["b", "a", "ba"], [("b", "a")], unk_token="b"), "a merge joins a byte or the unknown token"),  # noqa: S106
    ],
)  # fmt: skip
def test_what_cannot_be_carried_over_is_refused_by_name(document: Json, reason: str) -> None:
    with pytest.raises(UnsupportedModelError) as problem:
        opened(document)
    assert any(reason in one for one in problem.value.reasons), problem.value.reasons


def test_everything_that_is_wrong_is_said_at_once() -> None:
    document = changed(BPE, "model", "vocab", "b", to=-2)
    document = changed(changed(document, "model", "merges", to=3), "model", "unk_token", to=3)
    with pytest.raises(ModelFormatError) as problem:
        opened(document)
    assert len(problem.value.reasons) >= 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is no JSON"),
        (b"\xff\xfe{}", "it is no JSON"),
        (b"[1]", "it is no object"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b'{"model": ' + b"9" * 5000 + b"}", "it is no JSON"),
        (b'{"model": "' + b"x" * (64 << 20) + b'"}', "more than 67,108,864"),
    ],
)
def test_bytes_that_are_no_tokenizer_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(data)
    with pytest.raises(ModelFormatError) as problem:
        open_tokenizer_json(path)
    assert any(reason in one for one in problem.value.reasons), problem.value.reasons
    with pytest.raises(ModelFormatError, match="cannot be read"):
        open_tokenizer_json(tmp_path / "nothing.json")


def test_a_text_that_the_library_fails_on_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = opened(UNIGRAM)

    class PanicException(BaseException):
        pass

    class Failing:
        def __init__(self, problem: BaseException) -> None:
            self.problem = problem

        def encode_batch_fast(self, *_: object, **__: object) -> None:
            raise self.problem

    for problem in (PanicException("index out of range"), ValueError("no")):
        monkeypatch.setattr(tokenizer, "_opened", Failing(problem))
        with pytest.raises(ModelFormatError, match="cannot encode a text"):
            tokenizer.encode(["a"])
    monkeypatch.setattr(tokenizer, "_opened", Failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        tokenizer.encode(["a"])


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_end_in_a_typed_error_or_in_a_sound_tokenizer(tmp_path: Path, kind: str) -> None:
    def read(path: Path) -> object:
        tokenizer = open_tokenizer_json(path)
        kept = tokenizer.closed(union(tokenizer.encode(["bado fi", "🙂"])))
        small = tokenizer.trimmed(kept)
        return small.encode(["bado fi"]), small.texts

    data = json.dumps(trained(kind), ensure_ascii=False).encode("utf-8")
    fuzz(read, data, tmp_path / "tokenizer.json", seed=7, count=150)
