"""What is to be done with foreign words: `python -m benchmarks.mixing [--from en --to pt] [--lines 300:600]`.

Needs both directions installed, and FLORES dev. In each line four to eight words are replaced by what the model made of
them: those that it aligned with a run of words of their own. Printed is chrF against the reference of the line.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lines import flores
from benchmarks.quality import score
from edgekit.core.languages import Direction
from edgekit.core.segments import Span, Translation
from edgekit.identify.mixed import foreign_spans
from edgekit.store.installed import find_directions
from edgekit.translate.mixed import MixedTranslator
from edgekit.translate.translator import Translator, open_translator

_WORDS = (4, 5, 6, 8)


@dataclass(frozen=True, slots=True)
class MixedLine:
    """A line in two languages.  span: the foreign words.  plain: the line before."""

    text: str
    span: Span
    plain: str
    reference: str


def mix(translation: Translation, reference: str, draw: random.Random) -> MixedLine | None:
    """A line of one sentence with some of its words translated; None where no run of words goes with one of its own."""
    if len(translation.segments) != 1:
        return None
    text, pairs = translation.source, translation.segments[0].alignment or ()
    words = [match.span() for match in re.finditer(r"\S+", text)]
    count = draw.choice(_WORDS)
    found: list[tuple[Span, Span]] = []
    for first in range(2, len(words) - count - 1):
        begin, end = words[first][0], words[first + count - 1][1]
        inside = [target for source, target in pairs if begin <= source[0] and source[1] <= end]
        outside = [target for source, target in pairs if source[0] < begin or source[1] > end]
        if inside:
            low, high = min(one[0] for one in inside), max(one[1] for one in inside)
            alone = not any(one[0] < high and one[1] > low for one in outside)
            if alone and len(translation.text[low:high].split()) >= _WORDS[0]:
                found.append(((begin, end), (low, high)))
    if not found:
        return None
    (begin, end), (low, high) = draw.choice(found)
    put = translation.text[low:high]
    return MixedLine(text[:begin] + put + text[end:], (begin, begin + len(put)), text, reference)


def around(translator: Translator, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[str]:
    """The texts with the spans kept, and what is between them translated piece by piece."""
    pieces = [
        [
            text[begin:end]
            for begin, end in zip([0, *(one[1] for one in own)], [*(one[0] for one in own), len(text)], strict=True)
        ]
        for text, own in zip(texts, spans, strict=True)
    ]
    done = iter(translator.translate([piece for own in pieces for piece in own]))
    results = []
    for text, own, listed in zip(texts, spans, pieces, strict=True):
        kept = [*(text[begin:end] for begin, end in own), ""]
        results.append("".join(next(done).text + word for _, word in zip(listed, kept, strict=True)))
    return results


def masked(translator: Translator, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[str]:
    """The texts with the spans behind masks that the model copies, put back afterwards."""
    hidden = []
    for text, own in zip(texts, spans, strict=True):
        shown = text
        for number, (begin, end) in reversed(list(enumerate(own))):
            shown = f"{shown[:begin]}XQ{number}Z{shown[end:]}"
        hidden.append(shown)
    results = [one.text for one in translator.translate(hidden)]
    for at, (text, own) in enumerate(zip(texts, spans, strict=True)):
        for number, (begin, end) in enumerate(own):
            results[at] = results[at].replace(f"XQ{number}Z", text[begin:end])
    return results


def main() -> None:
    """Print a row for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/flores"))
    parser.add_argument("--from", dest="source", default="en")
    parser.add_argument("--to", dest="target", default="pt")
    parser.add_argument("--lines", default="300:600")
    asked = parser.parse_args()
    begin, end = map(int, asked.lines.split(":"))
    corpus = flores(asked.data, asked.source, asked.target, end)
    direction = Direction(asked.source, asked.target)

    def opened(one: Direction) -> Translator:
        return open_translator(one.source, one.target, threads=1)

    with opened(direction) as translator, MixedTranslator(opened(direction), find_directions(), opened) as mixing:
        translations = translator.translate(corpus.lines[begin:], alignment=True)
        draw = random.Random(7)
        made = [
            mix(one, other, draw) for one, other in zip(translations, (corpus.reference or ())[begin:], strict=True)
        ]
        lines = [one for one in made if one is not None]
        texts = [one.text for one in lines]
        found = [foreign_spans(text, asked.source, [asked.target]) for text in texts]
        spans = [[(one.begin, one.end) for one in own] for own in found]
        print(
            f"{direction}, lines {begin} to {end}: {len(lines)} mixed, foreign words found in {sum(map(bool, spans))}"
        )

        def row(name: str, results: Iterable[str]) -> None:
            print(f"  {name:32} chrF {score(list(results), [one.reference for one in lines]).chrf:.2f}")

        row("before the words were replaced", (one.text for one in translator.translate([one.plain for one in lines])))
        row("as they are", (one.text for one in translator.translate(texts)))
        row("translated around", around(translator, texts, spans))
        row("behind masks", masked(translator, texts, spans))
        row("edgekit, put into the language", (one.text for one in mixing.translate(texts)))


if __name__ == "__main__":
    main()
