"""Text to the pieces a model translates, without losing a character."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from edgekit.core.characters import between_characters
from edgekit.core.languages import base_language
from edgekit.core.languages import is_unspaced as is_unspaced

# Characters that carry no words: controls, lone surrogates, the soft hyphen, zero-width spaces, bidi marks, byte order
# marks. Models answer to them with commas, blanks or quotes in the middle of words. The joiners U+200C and U+200D are
# not among them: Persian and the Brahmic scripts spell with them.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
)
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
_LEADING = re.compile(rf"[\s{_INVISIBLE}]*")
_TRAILING = re.compile(rf"[\s{_INVISIBLE}]*\Z")
_CELL = re.compile(r"[^\t]+\t*|\t+")
# Three blanks or more are columns, of which a model writes one; where two stand between words, a line is justified.
_COLUMNS = re.compile(r"(?:(?! {3})[^\t])+(?:\t| {3,})*|(?:\t| {3,})+")
_JUSTIFIED = re.compile(r"\w  \w")
# `b) 2 kg` alone became `(b) 2 kg`.
_CHOICE = re.compile(r" *\(?(?:[^\W\d_]|\d{1,2})[.)] +(?=\S)")
_OTHER_SPACE = re.compile(r"[^\S ]|[\ud800-\udfff]")

_CLAUSE_MARKS = frozenset(",;:،؛、，；：።፣፤።—–)]}»”।॥၊។៕")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a part of a long one, and the white space and marks that follow it.

    `text` is empty where a text begins with white space; it never begins or ends with any.
    """

    text: str
    gap: str


def without_invisible(text: str) -> str:
    """What the model sees: text less the characters that carry no words."""
    return _INVISIBLE_RUN.sub("", text)


def visible_offsets(text: str) -> list[int]:
    """For each character of `without_invisible(text)` its index in text, and len(text) at the end."""
    kept = [index for index, character in enumerate(text) if not _INVISIBLE_RUN.match(character)]
    return [*kept, len(text)]


def split(text: str, language: str) -> list[Piece]:
    """Sentences of text, each with what follows it; joined they are text again, character by character.

    Line breaks of any kind and what parts columns, tabs and three blanks, always end a piece, sentences are found by
    `sentencex` (Wikimedia). The letters or numbers of choices in columns are in no piece.
    language: BCP-47; one that the library does not know is split by its rules for English.
    """
    pieces: list[Piece] = []
    for line in text.splitlines(keepends=True):
        has_columns = "   " in line and not _JUSTIFIED.search(line)
        for cell in (_COLUMNS if has_columns else _CELL).findall(line):
            if has_columns and (choice := _CHOICE.match(cell)):
                _append_gap(pieces, choice[0])
                cell = cell[choice.end() :]
            for sentence in _sentences(cell, base_language(language)):
                _append(pieces, sentence)
    return pieces


def _append(pieces: list[Piece], sentence: str) -> None:
    """Add a sentence with its white space sorted out; what leads it belongs to the piece before."""
    lead = _LEADING.match(sentence)
    begin = lead.end() if lead else 0
    if begin:
        _append_gap(pieces, sentence[:begin])
    if begin < len(sentence):
        trail = _TRAILING.search(sentence, begin)
        end = trail.start() if trail else len(sentence)
        pieces.append(Piece(sentence[begin:end], sentence[end:]))


def _append_gap(pieces: list[Piece], gap: str) -> None:
    last = pieces.pop() if pieces else Piece("", "")
    pieces.append(Piece(last.text, last.gap + gap))


def _sentences(text: str, language: str) -> list[str]:
    """Slices of text, one a sentence, that joined are text.

    The library (1.0.32) cannot take lone surrogates, and panics on a capital, a multi-byte space and a full stop
    (`D\\u2029.`). It is shown a text of the same length with plain spaces instead, and its answer is carried over by
    length. A panic that is left, or an answer of another length, makes the whole text one sentence.
    """
    if not text.strip():
        return [text]
    from sentencex import segment  # type: ignore[import-untyped]

    try:
        found = segment(language, text if text.isascii() else _OTHER_SPACE.sub(" ", text))
    except MemoryError:
        raise
    except BaseException as problem:
        # The library's PanicException is no Exception; what a signal raises is none either, and must go on.
        if not isinstance(problem, Exception) and type(problem).__name__ != "PanicException":
            raise
        return [text]
    ends = [0]
    for sentence in found:
        ends.append(ends[-1] + len(sentence))
    if ends[-1] != len(text):
        return [text]
    return [text[begin:end] for begin, end in pairwise(ends)]


def wrap(text: str, limit: int, count: Callable[[Sequence[str]], list[int]]) -> list[Piece]:
    """Parts of at most `limit` tokens, about equally long; joined they are text again.

    count: the number of tokens of each text. Cuts are made after a clause, else between words, else between
    user-perceived characters. Only a single character that is longer than the limit comes back too long.
    """
    (tokens,) = count([text])
    if tokens <= limit or len(text) < 2:
        return [Piece(text, "")]
    # A tenth more parts than needed: tokens are not spread evenly, and every part too long costs another round.
    parts = min(len(text), max(2, ceil(1.1 * tokens / limit)))
    wrapped: list[Piece] = []
    for part in _parts(text, parts):
        # A cut inside a word may leave the white space before the next one at a part's beginning.
        core = part.lstrip()
        if len(core) < len(part):
            before = wrapped.pop() if wrapped else Piece("", "")
            wrapped.append(Piece(before.text, before.gap + part[: len(part) - len(core)]))
        if not core:
            continue
        ending = core[len(core.rstrip()) :]
        *inner, last = wrap(core.rstrip(), limit, count)
        wrapped += [*inner, Piece(last.text, last.gap + ending)]
    return wrapped


def _parts(text: str, parts: int) -> Iterator[str]:
    step = len(text) / parts
    begin = 0
    for number in range(1, parts):
        goal = round(number * step)
        if goal <= begin:
            continue
        end = _cut(text, begin, goal, round(0.3 * step))
        if begin < end < len(text):
            yield text[begin:end]
            begin = end
    yield text[begin:]


def _cut(text: str, begin: int, goal: int, reach: int) -> int:
    """Where to end a part that begins at `begin` and should end at about `goal`, at most `reach` before it."""
    low = max(begin + 1, goal - reach)
    spaces = [index for index in range(low, goal + 1) if text[index - 1].isspace() and not text[index].isspace()]
    clauses = [index for index in spaces if text[begin:index].rstrip()[-1:] in _CLAUSE_MARKS]
    if clauses:
        return clauses[-1]
    if spaces:
        return spaces[-1]
    for index in range(low - 1, begin, -1):
        if text[index - 1].isspace() and not text[index].isspace():
            return index
    for index in range(goal, low - 1, -1):
        if text[index - 1] in _CLAUSE_MARKS:
            return index
    # Marks, joiners and modifiers stay with what they modify; a pile of 32 of them is no writing, it is cut anyway.
    for index in range(goal, max(begin, goal - 32), -1):
        if between_characters(text, index):
            return index
    return goal
