"""The names of pre-tokenizers: decided by what a tokenizer.json says, and cutting a text as llama.cpp's patterns do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from toys.json_tokenizers import trained
from toys.plain_checkpoints import BLOOM, LLAMA3, QWEN2

from exporters.conversion.pre_tokenizer_names import KNOWN, pre_tokenizer_name
from exporters.trim.gguf_pre_tokenizers import PRE_TOKENIZERS

# As published: Mistral Nemo's and GPT-4o's.
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_ENDING = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*|\p{{N}}{_REST}"
GPT4O = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_ENDING}|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_ENDING}"
    rf"|\p{{N}}{{1,3}}{_REST}"
)


def split(pattern: str) -> Any:
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def level(*, use_regex: bool = False) -> Any:
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


# name -> what the families that have it publish, and whether whole tokens come first.
PUBLISHED: dict[str, tuple[Any, bool]] = {
    "gpt-2": (level(use_regex=True), False),
    "starcoder": (
        pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), level(use_regex=True)]),
        False,
    ),
    "llama-bpe": (pre_tokenizers.Sequence([split(LLAMA3), level()]), True),
    "dbrx": (pre_tokenizers.Sequence([split(LLAMA3), level()]), False),
    "qwen2": (pre_tokenizers.Sequence([split(QWEN2), level()]), False),
    "bloom": (pre_tokenizers.Sequence([split(BLOOM), level()]), False),
    "tekken": (pre_tokenizers.Sequence([split(TEKKEN), level()]), True),
    "gpt-4o": (pre_tokenizers.Sequence([split(GPT4O), level()]), False),
}
# llama.cpp has capitals as `not a to z` and small letters as `not A to Z`, which outside of ASCII are both.
ASCII_ONLY = ("tekken", "gpt-4o")
TEXT = st.text(st.sampled_from("aAbZéßДя我の٣5०9'stREve .,!?…。،()|\n\r\t /$+`^~_-\u0301"), max_size=40)


def state_of(step: Any) -> Any:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = step
    return json.loads(tokenizer.to_str())["pre_tokenizer"]


def parts_of(step: Any, text: str) -> list[str]:
    return [part for part, _ in step.pre_tokenize_str(text)]


def test_every_name_is_tried() -> None:
    assert set(KNOWN) == set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_definition_gets_its_name(name: str) -> None:
    step, whole_first = PUBLISHED[name]
    assert pre_tokenizer_name(state_of(step), ignore_merges=whole_first)[0] == name
    assert PRE_TOKENIZERS[name].ignore_merges == whole_first


@pytest.mark.parametrize("name", PUBLISHED)
@settings(max_examples=150, deadline=None)
@given(text=TEXT)
def test_llama_cpps_patterns_of_a_name_cut_as_the_definition_does(name: str, text: str) -> None:
    if name in ASCII_ONLY:
        text = text.encode("ascii", "ignore").decode("ascii")
    mine = pre_tokenizers.Sequence([*(split(pattern) for pattern in PRE_TOKENIZERS[name].patterns), level()])
    assert parts_of(mine, text) == parts_of(PUBLISHED[name][0], text)


def test_a_trimmed_tokenizer_has_the_name_that_it_had() -> None:
    from toys.json_tokenizers import opened

    document = trained("byte-level")
    tokenizer = opened(document)
    state = json.loads(tokenizer.trimmed(tokenizer.forced).to_json())
    assert pre_tokenizer_name(state["pre_tokenizer"], ignore_merges=False)[0] == "gpt-2"


@pytest.mark.parametrize(
    ("step", "whole_first"),
    [
        (pre_tokenizers.Sequence([split(r"\w+"), level()]), False),
        (pre_tokenizers.Sequence([split(QWEN2), level()]), True),
        (pre_tokenizers.Sequence([split(LLAMA3), split(r"\d"), level()]), False),
        (pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True), False),
        (pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), level(use_regex=True)]), False),
        (pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "removed"), level()]), False),
        (level(), False),
    ],
)
def test_what_llama_cpp_has_no_name_for_gets_none(step: Any, whole_first: bool) -> None:
    name, found = pre_tokenizer_name(state_of(step), ignore_merges=whole_first)
    assert name is None
    assert found


@pytest.mark.parametrize("step", [None, 7, [], {"type": "Sequence", "pretokenizers": 3}, {"type": ["x"]}])
def test_damage_gets_no_name(step: object) -> None:
    assert pre_tokenizer_name(step, ignore_merges=False)[0] is None
