"""The characters that a language is written with, from Unicode's CLDR."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from importlib.resources import files

import langcodes


def exemplars(language: str) -> frozenset[str]:
    """Characters that text in a language needs, one by one: letters (those of loan words and names too), marks, digits
    and punctuation, small and capital; empty for a language that CLDR does not know.

    language: a tag; its script counts (`sr-Latn`), its region does not.
    """
    known = _known()
    for tag in lookup_tags(language):
        if tag in known:
            plain = set(unpacked(known[tag]))
            cased = {other for one in plain for other in (*one.lower(), *one.upper())}
            return frozenset(plain | cased)
    return frozenset()


def lookup_tags(language: str) -> list[str]:
    """The tags under which something about a language may stand, the nearest first: `sr-Latn-RS`: `sr-Latn`, `sr`.

    A script that is not the language's usual one leaves no way back: Serbian in Latin is not `sr`.
    """
    tag = langcodes.Language.get(langcodes.standardize_tag(language, macro=True))
    base = tag.language or "und"
    usual = langcodes.Language.get(base).maximize().script
    # `no` is written in its Bokmål in all that we have.
    bases = [base, "nb"] if base == "no" else [base]
    if tag.script is None or tag.script == usual:
        return [*bases, *(f"{one}-{usual}" for one in bases)]
    return [f"{one}-{tag.script}" for one in bases]


@functools.cache
def _known() -> Mapping[str, str]:
    text = files("exporters.corpus").joinpath("exemplars.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines())


def packed(characters: set[str]) -> str:
    """Characters by code point, three or more neighbours as a range (`a-z`); what does not print as `\\u{20}`."""
    points = sorted(map(ord, characters))
    parts = []
    at = 0
    while at < len(points):
        end = at
        while end + 1 < len(points) and points[end + 1] == points[end] + 1:
            end += 1
        if end - at >= 2:
            parts.append(f"{_written(points[at])}-{_written(points[end])}")
        else:
            parts += map(_written, points[at : end + 1])
        at = end + 1
    return "".join(parts)


def _written(point: int) -> str:
    character = chr(point)
    return (
        character
        if character.isalnum() or (character.isprintable() and character not in " -\\")
        else f"\\u{{{point:X}}}"
    )


def unpacked(text: str) -> Iterator[str]:
    """The characters of what `packed` wrote."""
    points: list[int] = []
    at = 0
    since = False
    while at < len(text):
        if text[at] == "-":
            since = True
            at += 1
            continue
        if text[at] == "\\":
            end = text.index("}", at)
            point = int(text[at + 3 : end], 16)
            at = end + 1
        else:
            point = ord(text[at])
            at += 1
        points += range(points[-1] + 1, point + 1) if since else [point]
        since = False
    return map(chr, points)
