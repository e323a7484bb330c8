"""Character maps that are written here, read by SentencePiece and by the device, and Unicode's compositions."""

from __future__ import annotations

import random
import unicodedata

import pytest
import sentencepiece
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sentencepiece import sentencepiece_model_pb2

from edgekit.tokenizer.character_map import CharacterMap
from exporters.tokenizers.charsmap import read_charsmap
from exporters.tokenizers.charsmap_writer import write_charsmap
from exporters.tokenizers.compositions import compositions

ALPHABET = "aeé\u0301\u0302ệ가\u1100\u1161𝐀\U00010fff"
KEYS = st.text(ALPHABET, min_size=1, max_size=4)
RULES = st.dictionaries(KEYS, st.text(ALPHABET, max_size=3), min_size=1, max_size=40)


def by_the_longest(rules: dict[str, str], text: str) -> str:
    out, at = "", 0
    while at < len(text):
        length = next((size for size in range(len(text) - at, 0, -1) if text[at : at + size] in rules), 0)
        out += rules[text[at : at + length]] if length else text[at]
        at += max(1, length)
    return out


def by_sentencepiece(blob: bytes, texts: list[str]) -> list[str]:
    model = sentencepiece_model_pb2.ModelProto()
    model.normalizer_spec.precompiled_charsmap = blob
    for step in ("add_dummy_prefix", "remove_extra_whitespaces", "escape_whitespaces"):
        setattr(model.normalizer_spec, step, False)
    normalizer = sentencepiece.SentencePieceNormalizer(model_proto=model.SerializeToString())
    return [normalizer.normalize(text) for text in texts]


@settings(max_examples=200, deadline=None)
@given(RULES, st.text(ALPHABET + "x\0", max_size=20))
@example({"aa": ""}, "aa")
def test_written_map_replaces_the_longest_key_on_the_device_and_in_sentencepiece(
    rules: dict[str, str], text: str
) -> None:
    blob = write_charsmap(rules)
    read = read_charsmap(blob)
    assert read.single == {key: value for key, value in rules.items() if len(key) == 1}
    assert set(read.joining) == {character for key in rules for character in key[1:]}
    expected = by_the_longest(rules, text)
    assert CharacterMap(blob, read.single, read.joining)(text) == expected
    assert by_sentencepiece(blob, [text.replace("\0", "x")]) == [expected.replace("\0", "x")]


@pytest.mark.parametrize("rules", [{}, {"": "a"}, {"a\0": "b"}, {"a": "b\0"}])
def test_rules_are_refused_when_no_map_can_hold_them(rules: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="rule"):
        write_charsmap(rules)


def test_compositions_are_what_sentencepiece_joins() -> None:
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto())
    blob = model.normalizer_spec.precompiled_charsmap
    joined = compositions(read_charsmap(blob).single)
    # XLM-R's map, of an older Unicode, gives 219,874; this one a few hundred compatible characters more.
    assert 219_000 < len(joined) < 230_000
    keys = random.Random(1).sample(sorted(joined), 4000)
    assert by_sentencepiece(blob, keys) == [joined[key] for key in keys]
    assert [unicodedata.normalize("NFKC", key) for key in keys] == [joined[key] for key in keys]


def test_compositions_leave_out_what_the_map_does_not_know() -> None:
    assert compositions({})["e\u0301"] == "é"
    assert "\uff45\u0301" not in compositions({})
    assert compositions({"\uff45": "e"})["\uff45\u0301"] == "é"
    # a map that makes something else of é is none of NFKC
    assert "e\u0301" not in compositions({"é": "e"})
