"""SentencePiece vocabularies: the same ids and the same text as the sentencepiece library, on everything."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.firefox import firefox_files
from toys.marian_student import toy_lines, toy_sentencepiece

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.tokenizer.sentencepiece import SentencePieceTokenizer
from exporters.tokenizers.charsmap import read_charsmap
from exporters.tokenizers.sentencepiece import read_sentencepiece, tokenizer_json

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
RULES = """\
41\t61
C5\t61 2DA
65 301\tE9
65 301 302\t1EC7
1100 1161\tAC00
9\t20
1\t
2028\t20
"""


def convert(spm: Path) -> SentencePieceTokenizer:
    out = spm.with_suffix(".json")
    out.write_bytes(tokenizer_json(read_sentencepiece(spm)))
    return SentencePieceTokenizer.open(out)


def both(folder: Path, data: bytes) -> tuple[SentencePieceTokenizer, Any]:
    path = folder / "toy.spm"
    path.write_bytes(data)
    return convert(path), sentencepiece.SentencePieceProcessor(model_proto=data)


def assert_equal(ours: SentencePieceTokenizer, theirs: Any, texts: list[str]) -> None:
    expected = theirs.EncodeAsIds(texts)
    for text, got, want in zip(texts, ours.encode(texts), expected, strict=True):
        assert got == want, repr(text)[:200]
    for text, got, want in zip(texts, ours.decode(expected), theirs.DecodeIds(expected), strict=True):
        assert got == want, repr(text)[:200]


def random_texts(seed: int, count: int) -> list[str]:
    """Strings of every plane, heavy in what normalisers trip over."""
    chooser = random.Random(seed)
    whole = ["</s>", "<unk>", "<s>", "▁", "▁▁", "aaaaaaa", "1111", "...", "ababababab", "=-=-=-", "  "]
    ranges = [
        (0x0000, 0x10FFFF, 3),  # all planes, most of it unassigned
        (0x0000, 0x0250, 3),  # controls and Latin
        (0x0020, 0x007E, 4),
        (0x0300, 0x036F, 2),  # combining marks
        (0x1100, 0x11FF, 1),  # Hangul jamo
        (0xA960, 0xA97C, 1),
        (0xAC00, 0xD7A3, 1),
        (0xD7B0, 0xD7FB, 1),
        (0xFF00, 0xFFEF, 2),  # half and full width
        (0x0900, 0x0DFF, 2),  # Indic vowel signs
        (0x2000, 0x206F, 2),  # spaces, joiners, directions
        (0x3000, 0x30FF, 1),
        (0xFB00, 0xFDFF, 1),  # ligatures
        (0x1F300, 0x1FAFF, 1),
        (0xFE00, 0xFE0F, 1),
    ]
    weights = [weight for *_, weight in ranges]
    texts = []
    for _ in range(count):
        parts = []
        for low, high, _ in chooser.choices(ranges, weights, k=chooser.randint(0, 40)):
            character = chr(chooser.randint(low, high))
            parts.append("\ufffd" if "\ud800" <= character <= "\udfff" else character)
            if chooser.random() < 0.08:
                parts.append(chooser.choice(whole))
        texts.append("".join(parts))
    return texts


def runs() -> list[str]:
    """Texts whose best segmentations tie, so that the order of float32 additions decides."""
    texts = ["a" * 3000, "ab" * 1000, "123" * 500, "1" * 400, "aaaa bbbb cccc " * 100, "e ▁ o" * 50]
    texts += [
        piece * count
        for piece in ("x", "-", ".", "_", "=", "!", "0", "e", "ab", "▁", "lo", "aA")
        for count in range(70)
    ]
    return texts


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def shared_texts() -> list[str]:
    if not SHARED.is_dir():
        pytest.skip("the data sets are not beside this repository")
    found: dict[str, None] = {}
    for path in sorted(SHARED.glob("*/*")):
        lines = path.read_text(encoding="utf-8").split("\n")
        if path.suffix == ".jsonl":
            for line in filter(None, lines):
                found.update(dict.fromkeys(strings(json.loads(line))))
        else:
            found.update(dict.fromkeys(lines))
    return list(found)


@pytest.mark.real
@pytest.mark.parametrize("direction", ["enpt", "pten"])
class TestRealVocabulary:
    @pytest.fixture
    def pair(self, direction: str, tmp_path: Path) -> tuple[SentencePieceTokenizer, Any]:
        return both(tmp_path, firefox_files(direction).vocabulary.read_bytes())

    def test_ids_and_text_are_equal_on_every_shared_line(
        self, pair: tuple[SentencePieceTokenizer, Any], direction: str
    ) -> None:
        # 11 million characters, 12 s: half the lines for each vocabulary.
        assert_equal(*pair, shared_texts()[direction == "pten" :: 2])

    def test_ids_and_text_are_equal_on_random_unicode(self, pair: tuple[SentencePieceTokenizer, Any]) -> None:
        assert_equal(*pair, random_texts(1, 10_000))

    def test_ids_are_equal_when_segmentations_tie(self, pair: tuple[SentencePieceTokenizer, Any]) -> None:
        assert_equal(*pair, runs())

    def test_text_is_equal_for_random_ids(self, pair: tuple[SentencePieceTokenizer, Any]) -> None:
        ours, theirs = pair
        chooser = random.Random(2)
        rows = [[chooser.choice([0, 1, 2, 3, 5, chooser.randrange(32_000)]) for _ in range(8)] for _ in range(20_000)]
        rows += [[token] for token in range(32_000)]
        assert ours.decode(rows) == theirs.DecodeIds(rows)

    def test_json_opens_in_the_tokenizers_library(self, direction: str, tmp_path: Path) -> None:
        from tokenizers import Tokenizer

        path = tmp_path / "tokenizer.json"
        path.write_bytes(tokenizer_json(read_sentencepiece(firefox_files(direction).vocabulary)))
        library, ours = Tokenizer.from_file(str(path)), SentencePieceTokenizer.open(path)
        texts = ["Good morning, class.", "  Bom  dia, turma!  ", "the mark </s> is text", "ﬁne ﾊﾛｰ １２"]
        assert [library.encode(text).ids for text in texts] == ours.encode(texts)
        assert library.get_vocab_size() == len(ours) == 32_000


VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "identity": {"normalization_rule_name": "identity"},
    "case_folded": {"normalization_rule_name": "nmt_nfkc_cf"},
    "bytes": {"byte_fallback": True, "vocab_size": 400},
    "symbols": {"user_defined_symbols": ["<b>", "ab", "▁x", "Ω1"]},
    "controls": {"control_symbols": ["<ctrl>", "dé"]},
    "no_prefix": {"add_dummy_prefix": False},
    "spaces_kept": {"remove_extra_whitespaces": False},
    "neither": {"add_dummy_prefix": False, "remove_extra_whitespaces": False},
    "across_words": {"split_by_whitespace": False, "allow_whitespace_only_pieces": True},
}


def variant(name: str) -> bytes:
    flags = dict(VARIANTS[name])
    for key in ("user_defined_symbols", "control_symbols"):
        if key in flags:
            flags[key] = ",".join(flags[key])
    return toy_sentencepiece(3, flags.pop("vocab_size", 160), **flags)


@pytest.mark.parametrize("name", VARIANTS)
def test_ids_and_text_are_equal_for_every_kind_of_unigram_model(name: str, tmp_path: Path) -> None:
    ours, theirs = both(tmp_path, variant(name))
    chooser = random.Random(4)
    own = list(map(theirs.IdToPiece, range(theirs.GetPieceSize())))
    mixed = ["".join(chooser.choices([*own, " ", "  ", "Ω", "é", "e\u0301"], k=8)) for _ in range(500)]
    assert_equal(ours, theirs, [*toy_lines(9, 100), *random_texts(5, 1000), *runs()[:300], *mixed])
    rows = [[chooser.randrange(len(own)) for _ in range(chooser.randint(0, 9))] for _ in range(2000)]
    assert ours.decode(rows) == theirs.DecodeIds(rows)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_ids_are_equal_for_any_text(text: str) -> None:
    data = variant("plain")
    theirs = sentencepiece.SentencePieceProcessor(model_proto=data)
    assert_equal(plain_toy(), theirs, [text])


_PLAIN: list[SentencePieceTokenizer] = []


def plain_toy() -> SentencePieceTokenizer:
    if not _PLAIN:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            _PLAIN.append(both(Path(folder), variant("plain"))[0])
    return _PLAIN[0]


def test_charsmap_holds_the_rules_it_was_compiled_from(tmp_path: Path) -> None:
    rules = tmp_path / "rules.tsv"
    rules.write_text(RULES, encoding="utf-8")
    data = toy_sentencepiece(3, 160, normalization_rule_tsv=str(rules))
    path = tmp_path / "rules.spm"
    path.write_bytes(data)
    charsmap = read_charsmap(read_sentencepiece(path).charsmap_bytes)
    assert charsmap.single == {"A": "a", "\u00c5": "a\u02da", "\t": " ", "\x01": "", "\u2028": " "}
    assert charsmap.joining == "\u0301\u0302\u1161"
    ours, theirs = both(tmp_path, data)
    texts = [
        "e\u0301\u0302x",
        "e\u0302\u0301",
        "e\u0301",
        "A\u0301\u1100\u1161\u1161",
        "\u0301",
        "\u1100",
        "a\u2028 \tb",
    ]
    assert_equal(ours, theirs, texts)


def test_letters_of_the_end_mark_are_text_when_they_stand_in_the_input(tmp_path: Path) -> None:
    ours, _ = both(tmp_path, variant("plain"))
    assert 0 not in ours.encode(["</s>", " </s> ", "a</s>b"])[2]
    assert all(0 not in ids for ids in ours.encode(["</s>", " </s> ", "a</s>b", "<unk>"]))


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ({"model_type": "bpe"}, "BPE"),
        ({"model_type": "char", "vocab_size": 50}, "character"),
        ({"bos_id": 0, "eos_id": 1, "unk_id": 2}, "pieces 0 and 1"),
        ({"treat_whitespace_as_suffix": True}, "treat_whitespace_as_suffix"),
    ],
)
def test_read_refuses_and_says_why_when_the_model_is_of_another_kind(
    flags: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "other.spm"
    path.write_bytes(toy_sentencepiece(3, flags.pop("vocab_size", 160), **flags))
    with pytest.raises(UnsupportedModelError) as caught:
        read_sentencepiece(path)
    assert reason in str(caught.value)


def test_read_names_every_reason_when_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "other.spm"
    path.write_bytes(toy_sentencepiece(3, 160, model_type="bpe", bos_id=0, eos_id=1, unk_id=2))
    with pytest.raises(UnsupportedModelError) as caught:
        read_sentencepiece(path)
    assert len(caught.value.reasons) == 2


@pytest.mark.parametrize("data", [b"", b"\x0a", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\xff" * 20, b"\x0b"])
def test_read_raises_a_typed_error_when_the_bytes_are_no_model(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.spm"
    path.write_bytes(data)
    with pytest.raises(ModelFormatError):
        read_sentencepiece(path)
