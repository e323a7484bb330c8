"""How a glossary is best enforced: share of terms honoured, and what it does to chrF, for each way alone and together.

    python -m benchmarks.terms FILE.en FILE.pt [FILE.en FILE.pt ...] [--glossary FILE]

The glossary has targets that the model would not choose, so enforcing them lowers chrF against references that use the
usual words: what counts is who honours more and loses less.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from edgekit import open_translator
from edgekit.core.chrf import corpus_chrf
from edgekit.core.languages import Direction
from edgekit.glossary.honoured import judge
from edgekit.glossary.read import read_glossary
from edgekit.glossary.terms import Glossary, TermMatch
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.checked import CheckedTranslator
from edgekit.translate.terms import Edit, edits_for, in_form
from edgekit.translate.translator import Translator

GLOSSARY = Path(__file__).parent / "glossaries" / "unusual.en-pt.csv"
Way = Callable[[Translator, Sequence[str], Glossary], list[str]]


def plain(translator: Translator, texts: Sequence[str], _: Glossary) -> list[str]:
    """No enforcement."""
    return [result.text for result in translator.translate(texts)]


def mask(form: str) -> Way:
    """Every term as a mask, and its target put in the mask's place."""

    def translate(translator: Translator, texts: Sequence[str], glossary: Glossary) -> list[str]:
        found = [glossary.matches(text) for text in texts]
        written = [
            _replaced(text, matches, lambda number, _: form % (number + 3))
            for text, matches in zip(texts, found, strict=True)
        ]
        results = [result.text for result in translator.translate(written)]
        for at, (text, matches) in enumerate(zip(texts, found, strict=True)):
            for number, match in enumerate(matches):
                results[at] = results[at].replace(
                    form % (number + 3), in_form(match, text, glossary.direction, starts=False)
                )
        return results

    return translate


def inline(translator: Translator, texts: Sequence[str], glossary: Glossary) -> list[str]:
    """The target's words in the source text, in the hope that the model copies them."""
    written = [_replaced(text, glossary.matches(text), lambda _, match: match.term.target) for text in texts]
    return [result.text for result in translator.translate(written)]


def alignment(translator: Translator, texts: Sequence[str], glossary: Glossary) -> list[str]:
    """The words that a term became, by the model's alignment, replaced; nothing else."""
    results = []
    for result in translator.translate(texts, alignment=True):
        pairs = [pair for segment in result.segments for pair in segment.alignment or ()]
        matches = glossary.matches(result.source)
        results.append(apply(result.text, edits_for(result.source, result.text, pairs, matches, glossary.direction)))
    return results


def together(translator: Translator, texts: Sequence[str], glossary: Glossary) -> list[str]:
    """What edgekit does: the model's alignment, then masks."""
    checked = CheckedTranslator(CarefulTranslator(translator), glossary=glossary)
    return [result.text for result in checked.translate(texts)]


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made; edits in order, without overlaps."""
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += [text[done : edit.span[0]], edit.text]
        done = edit.span[1]
    return "".join([*parts, text[done:]])


def _replaced(text: str, matches: Sequence[TermMatch], new: Callable[[int, TermMatch], str]) -> str:
    for number, match in reversed(list(enumerate(matches))):
        text = text[: match.span[0]] + new(number, match) + text[match.span[1] :]
    return text


WAYS: dict[str, Way] = {
    "no glossary": plain,
    "mask XQ7Z": mask("XQ%dZ"),
    "mask Xq7": mask("Xq%d"),
    "target inline": inline,
    "alignment": alignment,
    "edgekit": together,
}


def main() -> None:
    """Print a table, one row a way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--glossary", type=Path, default=GLOSSARY)
    arguments = parser.parse_args()
    direction = Direction("en", "pt")
    glossary = read_glossary(arguments.glossary, direction)
    sources, references = (
        [line for path in paths for line in path.read_text("utf-8").splitlines()]
        for paths in (arguments.files[::2], arguments.files[1::2])
    )
    pairs = [(one, other) for one, other in zip(sources, references, strict=True) if glossary.matches(one)]
    texts = [one for one, _ in pairs]
    terms = sum(len(glossary.matches(text)) for text in texts)
    print(f"{len(texts)} lines with {terms} terms of {len(glossary.terms)}")
    with open_translator(direction.source, direction.target, threads=1) as translator:
        base = 0.0
        for name, way in WAYS.items():
            begun = time.perf_counter()
            results = way(translator, texts, glossary)
            spent = time.perf_counter() - begun
            base = base or spent
            done = sum(
                verdict.honoured
                for text, result in zip(texts, results, strict=True)
                for verdict in judge(glossary.matches(text), result, direction)
            )
            score = corpus_chrf(results, [other for _, other in pairs])
            print(
                f"{name:14}  honoured {done:4} {100 * done / terms:5.1f} %  chrF {score:.2f}  time {spent / base:.2f} x"
            )


if __name__ == "__main__":
    main()
