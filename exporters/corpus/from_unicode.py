"""Writes the data of the built-in start from Unicode's own: `python -m exporters.corpus.from_unicode CLDR UNILEX UDHR`.

CLDR: a folder with the npm packages `cldr-core`, `cldr-misc-full` and `cldr-localenames-full` (48.2.0) unpacked side by
side; UNILEX: a clone of github.com/unicode-org/unilex; UDHR: the npm package `udhr` (6.0.0) unpacked. The licence of
the first two is Unicode-3.0, see NOTICE.
"""

from __future__ import annotations

import html
import json
import lzma
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex

from edgekit.core.atomic import write_bytes
from exporters.corpus.exemplars import lookup_tags, packed
from exporters.corpus.lists import wordfreq_code
from exporters.corpus.scripts import main_script, scripts_of_language

HERE = Path(__file__).parent
# Share of the tokens of news (Gemma 3's) that this many words cover, sw / am / ha: 1,000: 86/91/84 %, 2,000: 91/94/91,
# 4,000: 94/95/94, 8,000: 96/95/95. 104 languages take 0.7 MB with 2,000, 1.3 MB with 4,000 and 2.3 MB with 8,000.
WORDS = 4000
# Fewer are a handful of names.
_FEWEST_WORDS = 100
# Bytes of a paragraph: the preamble's are longer, headings shorter. 20 paragraphs are 600 tokens of Gemma 3's.
_SHORTEST, _LONGEST = 40, 800
_FEWEST_PARAGRAPHS = 20
_SETS = ("exemplarCharacters", "auxiliary", "punctuation", "numbers")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’ʼ\-][\p{L}\p{M}\p{N}]+)*")


def main() -> None:
    """Write `scripts.txt`, `exemplars.tsv`, `words.xz` and `declaration.xz` beside this file."""
    cldr, unilex, udhr = map(Path, sys.argv[1:4])
    write_bytes(HERE / "scripts.txt", ("\n".join(_scripts(cldr)) + "\n").encode())
    rows = sorted(_exemplars(cldr / "cldr-misc-full"))
    write_bytes(HERE / "exemplars.tsv", "".join(f"{tag}\t{packed(found)}\n" for tag, found in rows).encode())
    tags = {tag for tag, _ in rows}
    wanted = sorted(tag for tag in tags if wordfreq_code(tag) is None and not tags & set(lookup_tags(tag)[:1]) - {tag})
    lists = {tag: words for tag in wanted if (words := _words(tag, cldr, unilex, udhr))}
    texts = {tag: lines for tag in sorted(tags) if len(lines := list(_paragraphs(tag, udhr))) >= _FEWEST_PARAGRAPHS}
    write_bytes(HERE / "declaration.xz", _compressed("".join(f"# {tag}\n" + "".join(texts[tag]) for tag in texts)))
    write_bytes(HERE / "words.xz", _compressed("".join(map(_listed, lists, lists.values()))))


def _compressed(text: str) -> bytes:
    return lzma.compress(text.encode(), preset=9)


def _scripts(cldr: Path) -> list[str]:
    codes = json.loads((cldr / "cldr-core" / "scriptMetadata.json").read_text(encoding="utf-8"))["scriptMetadata"]
    known = []
    for code in sorted(codes):
        try:
            regex.compile(rf"\p{{Script={code}}}")
        except regex.error:
            continue  # a writing system of several scripts, such as Jpan
        known.append(code)
    return known


def _exemplars(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Tags without a region, each with its characters."""
    for path in (folder / "main").iterdir():
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", path.name) or path.name == "und":
            continue
        found = json.loads((path / "characters.json").read_text(encoding="utf-8"))["main"][path.name]["characters"]
        characters = {one for name in _SETS for one in unicode_set(found.get(name, "[]"))}
        if found.get("exemplarCharacters", "[]") != "[]":
            yield path.name, characters


_ITEM = re.compile(r"\{[^}]*\}|\\u\{[0-9A-Fa-f]+\}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.|[^ ]")


def unicode_set(text: str) -> Iterator[str]:
    """The characters of a set as CLDR writes it (UTS 35, without operators): `[a b-d {ch} \\- \\u200C]`."""
    before = ""
    since = False
    for item in _ITEM.findall(text[1:-1]):
        if item[0] == "{" and len(item) > 1:
            yield from map(_unescaped, _ITEM.findall(item[1:-1]))
            before = ""
        elif item == "-" and before:
            since = True
        else:
            one = _unescaped(item)
            yield from map(chr, range(ord(before) + 1, ord(one))) if since else ()
            yield one
            before, since = one, False


def _unescaped(item: str) -> str:
    if item[0] != "\\" or len(item) == 1:
        return item
    return chr(int(item[2:].strip("{}"), 16)) if item[1] in "uU" and len(item) > 2 else item[1]


def _words(tag: str, cldr: Path, unilex: Path, udhr: Path) -> Counter[str]:
    scripts = scripts_of_language(tag)
    words: Counter[str] = Counter()
    counted = unilex / "data" / "frequency" / f"{tag}.txt"
    if counted.is_file():
        rows = [line.split("\t") for line in counted.read_text(encoding="utf-8").splitlines() if "\t" in line]
        words.update({word: int(count) for word, count in rows if count.isdecimal() and " " not in word})
        # A list that is mostly of another script stands in the wrong place.
        if sum(count for word, count in words.items() if main_script(word) in scripts) < words.total() / 2:
            words.clear()
    if len(words) < WORDS:
        more = Counter(_declaration(tag, udhr))
        more.update(set(_names(tag, cldr / "cldr-localenames-full")))
        rarest = min(words.values(), default=1)
        for word, count in more.items():
            # Names that nobody has translated stand there in English.
            if main_script(word) in scripts:
                words[word] = words[word] or count * rarest
    return words if len(words) >= _FEWEST_WORDS else Counter()


def _declaration(tag: str, udhr: Path) -> Iterator[str]:
    """The words of the Universal Declaration of Human Rights."""
    for code in _codes(re.escape(tag), udhr)[:1]:
        text = (udhr / "declaration" / f"{code}.html").read_text(encoding="utf-8")
        yield from _WORD.findall(html.unescape(re.sub(r"<[^>]+>", " ", text.partition("<body")[2] or text)))


def _paragraphs(tag: str, udhr: Path) -> Iterator[str]:
    """Paragraphs of its articles, a line each, in the language or in one of its regions (`pt`: `pt-BR`)."""
    for code in (_codes(re.escape(tag), udhr) + _codes(rf"{re.escape(tag)}-(?:[A-Z]{{2}}|\d{{4}})", udhr))[:1]:
        text = (udhr / "declaration" / f"{code}.html").read_text(encoding="utf-8")
        found = [" ".join(html.unescape(one).split()) for one in re.findall(r"<p>([^<]+)</p>", text)]
        yield from (f"{one}\n" for one in found if _SHORTEST <= len(one.encode()) <= _LONGEST)


def _codes(pattern: str, udhr: Path) -> list[str]:
    index = (udhr / "index.js").read_text(encoding="utf-8")
    return sorted(re.findall(rf"bcp47: '{pattern}',\s+code: '([^']+)'", index))


def _names(tag: str, folder: Path) -> Iterator[str]:
    """The words that languages, countries and scripts are called with."""
    for path in sorted((folder / "main" / tag).glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))["main"][tag]
        found.pop("identity", None)
        yield from _WORD.findall(" ".join(_strings(found)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)


def _listed(tag: str, words: Counter[str]) -> str:
    """`# tag`, then a line for each band of frequency: twice the binary logarithm of the count, and the words in it."""
    bands: defaultdict[int, list[str]] = defaultdict(list)
    for word, count in sorted(words.items(), key=lambda one: (-one[1], one[0]))[:WORDS]:
        bands[round(2 * math.log2(count))].append(word)
    return f"# {tag}\n" + "".join(f"{band} {' '.join(sorted(bands[band]))}\n" for band in sorted(bands, reverse=True))


if __name__ == "__main__":
    main()
