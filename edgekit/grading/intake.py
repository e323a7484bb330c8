"""An answer as the grader reads it: composed, without what the eye does not see, with the way back to the original."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, combining, normalize

from edgekit.identify.scripts import script_of

# 308 words is the longest answer of SAF, 2,000 characters; 8,192 are about 1,500 tokens.
MOST_CHARACTERS = 8192
# Vietnamese has two marks on a letter, pointed Hebrew four.
_MOST_MARKS = 6
_ZERO_WIDTH = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
# Of these the joiners of Persian, Indian scripts and emoji are needed, and stay where they follow one.
_JOINERS = frozenset("\u200c\u200d")
# Keyboards of Thai, Lao, Tibetan, Burmese and Khmer type it between words, where other scripts have a space.
_WORD_END = "\u200b"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What opens no override: marks of direction, and ends of what was opened elsewhere.
_BIDI_MARKS = frozenset("\u061c\u200e\u200f")
_BIDI_ENDS = frozenset("\u202c\u2069")
_RTL = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm"})
_PLAIN = re.compile(r"[\t-\r -~]*")
# ECMA-48: control sequences and operating system commands of a terminal.
_TERMINAL = re.compile(r"(?:\x1b\[|\x9b)[0-?]{0,40}[ -/]{0,4}[@-~]?|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?")
_REPLACEMENT = "\ufffd"

# Letters of other scripts that look like one of these, a subset of Unicode's confusables (UTS 39); one to one.
_LOOK_ALIKES = str.maketrans(
    "АВСЕНІЈКМОРЅТХУҮавсдеһіјкморѕтхуԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυικτχϲıɡℓ",
    "ABCEHIJKMOPSTXYYabcdehijkmopstxydqwABEZHIKMNOPTYXavopuiktxcigl",
)
_OTHER_SCRIPTS = frozenset({"Cyrl", "Grek"})
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Intake:
    """An answer as it came in, and its text for reading.

    text: the original in NFC, without hidden characters, at most 8,192 characters of it.
    at: for each character of text, and for its end, the offset in the original; never goes back.
    hidden: kinds of hidden characters in the order of the alphabet: `bidi` (direction overrides, or marks where no
        letter needs one), `control`, `look_alike` (a word of Latin and Cyrillic or Greek letters), `marks` (more than
        six on a letter), `surrogate`, `tag` (U+E0000 to U+E007F), `variation`, `zero_width` (inside a word).
    digest: SHA-256 of the original in UTF-8, lone surrogates as they are.
    cut: the original is longer than what text has of it.
    """

    original: str
    text: str
    at: Sequence[int]
    hidden: tuple[str, ...]
    digest: str
    cut: bool = False

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """The span of the original that text[begin:end] is, without hidden characters before or after it."""
        if begin >= end:
            return self.at[begin], self.at[begin]
        last = self.at[end - 1]
        stop = self.at[end]
        sequences = {found.end(): found.start() for found in _TERMINAL.finditer(self.original, last + 1, stop)}
        while stop - 1 > last:
            if stop in sequences:
                stop = sequences[stop]
            elif _kind(self.original[stop - 1], self.original[stop - 2]):
                stop -= 1
            else:
                break
        return self.at[begin], stop


def take_in(text: str) -> Intake:
    """Read an answer; never raises for any `str`, never changes it, and taking in what was taken in changes nothing."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if len(text) <= MOST_CHARACTERS and _PLAIN.fullmatch(text):
        return Intake(text, text, range(len(text) + 1), (), digest)
    kinds: set[str] = set()
    pieces: list[str] = []
    at: list[int] = []
    stop = len(text)
    size = 0
    for begin, chunk, offsets in _chunks(text, kinds):
        composed = normalize("NFC", chunk)
        if size + len(composed) > MOST_CHARACTERS:
            stop = begin
            break
        pieces.append(composed)
        size += len(composed)
        at += offsets if len(composed) == len(chunk) else [begin] * len(composed)
    read = "".join(pieces)
    if any(_is_mixed(found[0]) for found in _LETTERS.finditer(read)):
        kinds.add("look_alike")
    if "bidi_mark" in kinds:
        kinds.remove("bidi_mark")
        if not any(script_of(one) in _RTL for one in read):
            kinds.add("bidi")
    return Intake(text, read, places((*at, stop)), tuple(sorted(kinds)), digest, stop < len(text))


def places(at: Iterable[int]) -> Sequence[int]:
    """Places in a text, four bytes each; as a tuple they are thirty times the text."""
    return array("I", at)


def look_alikes_folded(text: str) -> str:
    """The text for matching only: full-width and mathematical letters as ASCII, look-alikes in Latin words as Latin.

    As long as the text: its offsets are those of the text. A word that is all Cyrillic or Greek is left alone.
    """
    if text.isascii():
        return text
    plain = "".join(one if one.isascii() else _compatible(one) for one in text)
    return _LETTERS.sub(lambda found: found[0].translate(_LOOK_ALIKES) if _is_mixed(found[0]) else found[0], plain)


def matching_form(text: str) -> str:
    """The text as words are compared: look-alikes folded, small letters, no accents; as long as the text."""
    if text.isascii():
        return text.lower()
    return "".join(one if one.isascii() else _plain(one) for one in look_alikes_folded(text)).lower()


@lru_cache(maxsize=1 << 12)
def _compatible(character: str) -> str:
    # `10²` is not 102, and `25 ºC` are degrees.
    is_raised = (character.isdigit() and not character.isdecimal()) or character in "ºª"
    other = character if is_raised else normalize("NFKC", character)
    return other if len(other) == 1 else character


@lru_cache(maxsize=1 << 12)
def _plain(character: str) -> str:
    other = "".join(one for one in normalize("NFD", character.lower()) if not combining(one))
    return other if len(other) == 1 else character


def _is_mixed(word: str) -> bool:
    if word.isascii() or len(word) < 3:
        return False
    scripts = {script_of(one) for one in word}
    if "Latn" not in scripts or not scripts & _OTHER_SCRIPTS:
        return False
    # A letter that looks like no Latin one makes it a word of that script with a slip (`радарi`), or physics (`λΔt`),
    # and so does Greek at the beginning (`νx`).
    others = [at for at, one in enumerate(word) if script_of(one) in _OTHER_SCRIPTS]
    if any(ord(word[at]) not in _LOOK_ALIKES for at in others):
        return False
    return any(at or script_of(word[at]) != "Grek" for at in others)


def _kind(one: str, before: str) -> str | None:
    """The kind of hidden character that one is after another; empty for one not worth a word, None for no such."""
    if "\t" <= one <= "\r" or " " <= one <= "~":
        return None
    if one < " " or "\x7f" <= one <= "\x9f":
        return "control"
    if one < "\u00ad":
        return None
    if one == _WORD_END and ("\u0e00" <= before <= "\u109f" or "\u1780" <= before <= "\u17ff"):
        return ""
    if one in _ZERO_WIDTH:
        return "zero_width"
    if one in _BIDI:
        if one in _BIDI_ENDS:
            return ""
        return "bidi_mark" if one in _BIDI_MARKS else "bidi"
    if one in _JOINERS:
        # Letters and signs of Arabic and of Indian scripts, then those beyond, and pictures; not accents of Latin ones.
        needed = "\u0600" <= before <= "\u109f" or (before >= "\u1780" and category(before) in ("So", "Sk", "Mn", "Lo"))
        return None if needed else "zero_width"
    if "\ufe00" <= one <= "\ufe0f":
        return "" if before else "variation"
    if "\U000e0000" <= one <= "\U000e007f":
        return "tag"
    if "\U000e0100" <= one <= "\U000e01ef":
        return "variation"
    return None


def _chunks(text: str, kinds: set[str]) -> Iterator[tuple[int, str, list[int]]]:
    """Pieces that are composed by themselves: where each begins, its characters, the offset of each of them."""
    chunk: list[str] = []
    offsets: list[int] = []
    marks = 0
    index = 0
    terminal = {found.start(): found.end() for found in _TERMINAL.finditer(text)} if _may_control(text) else {}
    while index < len(text):
        if index in terminal:
            kinds.add("control")
            index = terminal[index]
            continue
        one = text[index]
        kind = _kind(one, chunk[-1] if chunk else "")
        if "\ud800" <= one <= "\udfff":
            kinds.add("surrogate")
            one = _REPLACEMENT
        elif kind is not None and not (kind == "tag" and _in_flag(text, index)):
            if kind and not (kind == "zero_width" and not _inside_word(text, index, chunk)):
                kinds.add(kind)
            index += 1
            continue
        if combining(one):
            marks += 1
            if marks > _MOST_MARKS:
                kinds.add("marks")
                index += 1
                continue
        elif chunk and not one.isascii() and _composes("".join(chunk), one):
            pass
        elif chunk:
            yield offsets[0], "".join(chunk), offsets
            chunk, offsets, marks = [], [], 0
        chunk.append(one)
        offsets.append(index)
        index += 1
    if chunk:
        yield offsets[0], "".join(chunk), offsets


def _inside_word(text: str, index: int, chunk: Sequence[str]) -> bool:
    """Whether a letter or digit stands on either side; between words they come with what is copied from a page."""
    if text[index] == "\u00ad" or not chunk or not chunk[-1].isalnum():
        return False
    return text[index + 1 : index + 2].isalnum() or _kind(text[index + 1 : index + 2] or " ", "") == "zero_width"


def _may_control(text: str) -> bool:
    return "\x1b" in text or "\x9b" in text


def _composes(chunk: str, one: str) -> bool:
    """Whether a character that is no mark becomes one with what is before it, as Hangul and Indian vowels do."""
    if len(chunk) > 16:
        return False
    return normalize("NFC", chunk + one) != normalize("NFC", chunk) + normalize("NFC", one)


def _in_flag(text: str, index: int) -> bool:
    """Whether a tag character belongs to a flag (of Wales, say): a black flag begins the run, a cancel tag ends it."""
    begin = index
    while begin and index - begin < 8 and "\U000e0000" <= text[begin - 1] <= "\U000e007f":
        begin -= 1
    end = text.find("\U000e007f", begin, begin + 8)
    return begin > 0 and text[begin - 1] == "\U0001f3f4" and end >= index
