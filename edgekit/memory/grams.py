"""What segments are found by that are like another: hashes of their words and characters."""

from __future__ import annotations

import re
from hashlib import blake2b
from unicodedata import normalize

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(rf"(?:(?![{_UNSPACED}])\w)+")
# Two short segments that are alike may have no word in common: `colour`, `colours`.
_FEW_WORDS = 4
# Of longer ones the longest words are the rarest, on the whole, and two segments that are alike share some of them. All
# words instead: a file three times as large, and ten times the time to look up in 100,000 entries.
_LONGEST = 8
_MOST = 32


def key_of(text: str) -> str:
    """What is equal in segments that are the same: composed, without outer white space."""
    return normalize("NFC", text).strip()


def folded(text: str) -> str:
    """What is compared in segments that are alike: small letters, single spaces, 0 for every number."""
    return _NUMBER.sub("0", " ".join(normalize("NFC", text).casefold().split()))


def grams(text: str, pair: str) -> list[int]:
    """48-bit hashes of a folded text's eight longest words; of writing without spaces, of 32 pairs of characters; of
    texts of few words, of their triples of characters too.

    pair: of languages, such as `en pt`; other pairs have other hashes.
    """
    words = sorted({*_WORD.findall(text)}, key=lambda word: (-len(word), word))
    parts = ["w" + word for word in words[:_LONGEST]]
    pairs = {"c" + run[at : at + 2] for run in _UNSPACED_RUN.findall(text) for at in range(max(1, len(run) - 1))}
    if len(parts) + len(pairs) <= _FEW_WORDS:
        spaced = f" {text} "
        pairs |= {"t" + spaced[at : at + 3] for at in range(len(spaced) - 2)}
    person = pair.encode()[:16]
    # The smallest hashes: chance chooses, and chooses the same in texts that are alike.
    return [*(_hash(part, person) for part in parts), *sorted(_hash(part, person) for part in pairs)[:_MOST]]


def _hash(part: str, person: bytes) -> int:
    digest = blake2b(part.encode("utf-8", "surrogatepass"), digest_size=6, person=person)
    return int.from_bytes(digest.digest(), "big")
