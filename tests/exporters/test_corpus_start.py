"""The built-in start: scripts, characters and words of languages, and what a tokenizer makes of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.tokenizer import toy_tokenizer

from edgekit.core.errors import UsageError
from exporters.corpus.checkpoint import State
from exporters.corpus.exemplars import exemplars, lookup_tags, packed, unpacked
from exporters.corpus.from_unicode import unicode_set
from exporters.corpus.lists import list_counts, refuse_unknown, start_note, word_list
from exporters.corpus.scripts import main_script, script, scripts_of, scripts_of_language

HERE = Path(__file__).resolve().parents[2] / "exporters" / "corpus"


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("a", "Latn"),
        ("ñ", "Latn"),
        ("Я", "Cyrl"),
        ("አ", "Ethi"),
        ("漢", "Hani"),
        ("ひ", "Hira"),
        ("カ", "Kana"),
        ("한", "Hang"),
        ("ा", "Deva"),
        ("7", "Zyyy"),
        ("😀", "Zyyy"),
        ("\u0301", "Zinh"),
        ("\ue000", "Zzzz"),
    ],
)
def test_a_character_has_the_script_that_unicode_gives_it(character: str, code: str) -> None:
    assert script(character) == code


def test_a_text_is_of_the_script_of_most_of_its_letters() -> None:
    assert scripts_of("abc, где? 123") == {"Latn": 3, "Cyrl": 3}
    assert main_script("abc, где?") == "Cyrl"
    assert main_script("the ሰላም ነው") == "Ethi"
    assert main_script("123 😀") == "Zyyy"


@pytest.mark.parametrize(
    ("tag", "codes"),
    [
        ("pt-BR", {"Latn"}),
        ("am", {"Ethi"}),
        ("amh", {"Ethi"}),
        ("sr", {"Cyrl"}),
        ("sr-Latn", {"Latn"}),
        ("ja", {"Hani", "Hira", "Kana"}),
        ("ko", {"Hang", "Hani"}),
        ("zh", {"Hani"}),
        ("zh-TW", {"Hani"}),
    ],
)
def test_a_language_is_written_in_the_scripts_that_cldr_calls_likely(tag: str, codes: set[str]) -> None:
    assert scripts_of_language(tag) == codes


@given(st.sets(st.characters(exclude_categories=["Cs"])))
def test_packed_characters_come_back_and_fit_a_line(characters: set[str]) -> None:
    text = packed(characters)
    assert set(unpacked(text)) == characters
    assert len(text.splitlines()) <= 1
    assert "\t" not in text


def test_a_set_of_cldr_is_read_with_its_ranges_escapes_and_sequences() -> None:
    assert list(unicode_set(r"[a c-e{ch}{d\-}\- \u200C \u{1F600} \\ \[ ٠-٢]")) == [
        *("a", "c", "d", "e", "c", "h", "d", "-", "-", "\u200c", "\U0001f600", "\\", "[", "٠", "١", "٢")
    ]


def test_the_characters_of_a_language_are_small_and_capital_letters_digits_and_marks() -> None:
    found = exemplars("pt-BR")
    assert found >= set("azãçéôAZÃÇÉÔ0189.,;:?!-“”(")
    assert not found & set("яሀあ")
    assert exemplars("por") == found
    assert exemplars("am") >= set("ሀለሐመ።፣")
    assert exemplars("hi") >= set("कखग\u093e\u094d।")
    assert len(exemplars("ja")) > 2000
    assert "ł" not in exemplars("sr")
    assert exemplars("sr-Latn") >= set("čćđšžČĆĐŠŽ")
    assert exemplars("nb") == exemplars("no")
    assert exemplars("tl") == exemplars("fil") != frozenset()
    assert exemplars("xyz") == frozenset()
    assert all(len(one) == 1 for one in found)


def test_the_data_is_small_and_its_rows_are_sorted() -> None:
    rows = (HERE / "exemplars.tsv").read_text(encoding="utf-8").splitlines()
    assert rows == sorted(rows)
    assert len(rows) > 300
    assert (HERE / "exemplars.tsv").stat().st_size < 150_000
    assert (HERE / "words.xz").stat().st_size < 2_000_000


def test_a_script_that_a_language_is_not_usually_written_in_leads_nowhere_else() -> None:
    assert lookup_tags("pt-BR") == ["pt", "pt-Latn"]
    assert lookup_tags("sr-Latn-RS") == ["sr-Latn"]
    assert lookup_tags("uz-Latn")[:2] == ["uz", "uz-Latn"]
    assert lookup_tags("no") == ["no", "nb", "no-Latn", "nb-Latn"]
    assert not list(word_list("pt-Cyrl"))


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("pt", ["de", "que"]),
        ("en", ["the", "of"]),
        ("hi", ["के"]),
        ("sw", ["ya", "na"]),
        ("am", ["ላይ"]),
        ("ha", ["da"]),
        ("yo", ["ni"]),
        ("zu", ["noma"]),
        ("hr", ["je"]),
        ("sr-Latn", ["je"]),
        ("no", ["og"]),
    ],
)
def test_frequent_words_come_first_and_frequencies_are_shares(tag: str, words: list[str]) -> None:
    found = list(word_list(tag))
    assert set(words) <= {word for word, _ in found[:25]}
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    assert not any(character.isspace() for word, _ in found for character in word)


def test_a_list_is_of_the_script_that_was_asked_for() -> None:
    for tag in ("sr", "uz-Cyrl", "az-Arab", "am", "th", "zh-Hant"):
        top = [word for word, _ in word_list(tag)][:200]
        assert len(top) >= 100, tag
        assert sum(main_script(word) in scripts_of_language(tag) for word in top) > 0.9 * len(top), tag


@pytest.mark.parametrize(
    ("tag", "part"),
    [("pt", "a list of 100,000 words stands in"), ("zu", "words stands in")],
)
def test_a_plain_word_says_what_stands_in(tag: str, part: str) -> None:
    note = start_note(tag)
    assert part in note
    assert "covers less" in note
    assert "\n" not in note


def test_a_language_of_which_nothing_is_known_is_refused_and_named() -> None:
    refuse_unknown(["pt", "zu", "am"])
    with pytest.raises(UsageError, match="nothing is known of `xx` and `xyz`, and no text") as caught:
        refuse_unknown(["pt", "xx", "xyz"])
    assert "--corpus xx=FILE" in str(caught.value.hint)


def token(text: str) -> int:
    return toy_tokenizer().vocabulary.tokens.index(text)


def test_e7_a_start_has_case_and_space_variants_digits_and_marks_as_the_tokenizer_cuts_them() -> None:
    counts = list_counts("en", toy_tokenizer())
    # With and without a space before it; the first is what running text mostly has.
    assert counts[token("▁the")] > counts[token("the")] > 0
    assert counts[token("▁and")] > 0
    assert all(counts[token(one)] > 0 for one in "TAE0123456789.,")
    assert counts[token(",")] > counts[token("7")]
    # What the tokenizer has no token for is counted as the bytes that stand for it.
    assert counts[token("<0xC3>")] > 0
    assert counts[0] == 0
    assert np.isfinite(counts).all()
    assert not counts[[token("ሰላም"), token("ሰላ")]].any()


def test_e7_a_language_without_capitals_has_no_case_variants_and_none_without_spaces_has_spaces() -> None:
    amharic = list_counts("am", toy_tokenizer())
    assert amharic[token("▁ሰ")] > 0
    thai, english = (list_counts(tag, toy_tokenizer()) for tag in ("th", "en"))
    space = token("▁")
    assert thai[space] / thai.sum() < 0.2 * english[space] / english.sum()


def test_e7_words_whose_marks_are_written_apart_are_there_in_both_ways() -> None:
    yoruba, portuguese = (list_counts(tag, toy_tokenizer()) for tag in ("yo", "pt"))
    # U+0301 is the bytes CC 81; Portuguese is not written so.
    assert yoruba[token("<0xCC>")] > 0
    assert portuguese[token("<0xCC>")] == 0
    assert yoruba[token("<0xE1>")] > 0


def test_e22_a_start_is_the_same_in_every_process() -> None:
    code = (
        "import sys, hashlib; sys.path[:0] = ['.', 'tests']\n"
        "from exporters.corpus.lists import list_counts\n"
        "from toys.tokenizer import toy_tokenizer\n"
        "print(hashlib.sha256(list_counts('sw', toy_tokenizer()).tobytes()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


class Counted:
    """A tokenizer that tells how many texts it was asked for."""

    def __init__(self) -> None:
        self.inner = toy_tokenizer()
        self.size = self.inner.size
        self.asked = 0

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        self.asked += len(lines)
        return self.inner.encode(lines)


def test_what_a_list_counts_is_kept_for_the_next_plan_of_the_same_tokenizer(tmp_path: Path) -> None:
    tokenizer: Any = Counted()  # no tokenizer but for what is asked of it here
    shares = list[float]()
    state = State(tmp_path / "kept", "one")
    first = list_counts("qu", tokenizer, shares.append, state)
    assert tokenizer.asked > 1_000
    assert shares == sorted(shares)
    asked = tokenizer.asked
    assert np.array_equal(list_counts("qu", tokenizer, state=state), first)
    assert tokenizer.asked == asked
    list_counts("qu", tokenizer, state=State(tmp_path / "kept", "two"))
    assert tokenizer.asked == 2 * asked
    list_counts("ay", tokenizer, state=state)
    assert tokenizer.asked > 2 * asked


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", None])
def test_kept_counts_that_are_damaged_are_counted_again(damage: bytes | None, tmp_path: Path) -> None:
    state = State(tmp_path, "one")
    tokenizer: Any = Counted()
    first = list_counts("qu", tokenizer, state=state)
    (kept,) = tmp_path.glob("words-*.npz")
    kept.write_bytes(kept.read_bytes()[:-100] if damage is None else damage)
    assert np.array_equal(list_counts("qu", tokenizer, state=state), first)
    with np.load(kept) as arrays:
        whole = dict(arrays)
    np.savez(kept, **{**whole, "ids": whole["ids"] + 10**9})
    assert np.array_equal(list_counts("qu", tokenizer, state=state), first)
    np.savez(kept, **{**whole, "counts": whole["counts"] * np.nan})
    assert np.array_equal(list_counts("qu", tokenizer, state=state), first)
