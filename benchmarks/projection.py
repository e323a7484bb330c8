"""Where spans of a text go in its translation: by alignment, and by constrained search with a language model's scores.

    python benchmarks/projection.py --data ../shared/data [--lines 997] [--search 30 [--exact]]

Needs installed `firefox-en-pt`, and `gemma-3-270m` for `--search`. There is no annotated data, so the spans are those
whose place in the output is beyond doubt: names and numbers of FLORES-200 dev that the reference has letter by letter
and the output has once (`literal`), and words that Portuguese has one word for, as `Germany` and `Alemanha`, where the
output has it once (`dictionary`). `links to itself` is off and on: with it a name that is spelled the same is found by
its letters, which is right but measures no alignment.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from edgekit.core.segments import Translation
from edgekit.projection import links
from edgekit.projection.spans import ProjectedSpan, project
from edgekit.translate.translator import open_translator

DICTIONARY = {
    "Africa": "África", "America": "América", "Antarctica": "Antártida", "Argentina": "Argentina", "Asia": "Ásia",
    "Australia": "Austrália", "Austria": "Áustria", "Belgium": "Bélgica", "Brazil": "Brasil", "Canada": "Canadá",
    "China": "China", "Egypt": "Egito", "England": "Inglaterra", "Europe": "Europa", "Finland": "Finlândia",
    "France": "França", "Germany": "Alemanha", "Greece": "Grécia", "India": "Índia", "Iran": "Irã", "Iraq": "Iraque",
    "Ireland": "Irlanda", "Italy": "Itália", "Japan": "Japão", "London": "Londres", "Mexico": "México",
    "Moscow": "Moscou", "New York": "Nova York", "New Zealand": "Nova Zelândia", "Norway": "Noruega",
    "Poland": "Polônia", "Russia": "Rússia", "Scotland": "Escócia", "South Africa": "África do Sul", "Spain": "Espanha",
    "Sweden": "Suécia", "Switzerland": "Suíça", "Turkey": "Turquia", "United Kingdom": "Reino Unido",
    "United States": "Estados Unidos", "Monday": "segunda-feira", "Tuesday": "terça-feira",
    "Wednesday": "quarta-feira", "Thursday": "quinta-feira", "Friday": "sexta-feira", "Saturday": "sábado",
    "Sunday": "domingo", "January": "janeiro", "February": "fevereiro", "March": "março", "April": "abril",
    "June": "junho", "July": "julho", "August": "agosto", "September": "setembro", "October": "outubro",
    "November": "novembro", "December": "dezembro", "water": "água", "world": "mundo", "city": "cidade",
    "country": "país", "government": "governo", "president": "presidente", "children": "crianças", "police": "polícia",
    "language": "idioma", "history": "história", "island": "ilha", "animals": "animais", "three": "três",
    "four": "quatro", "five": "cinco", "million": "milhão", "first time": "primeira vez", "prime minister":
    "primeiro-ministro", "climate change": "mudanças climáticas", "solar system": "sistema solar",
    "blood pressure": "pressão arterial", "Second World War": "Segunda Guerra Mundial",
}  # fmt: skip
EXAMPLES = [
    ("The [teacher] writes the date on the board.", "A [professora] escreve a data no quadro."),
    ("How many legs does a [spider] have?", "Quantas patas tem uma [aranha]?"),
    ("It rained [all night], so the river is high.", "Choveu [a noite toda], por isso o rio está cheio."),
    ("Please bring two pencils and a [notebook] tomorrow.", "Por favor, tragam dois lápis e um [caderno] amanhã."),
]
_LITERAL = re.compile(r"\b(?:[A-Z]\w{2,}(?: [A-Z]\w+)*|\d[\d.,]*\d|\d+)\b")


@dataclass(frozen=True, slots=True)
class Case:
    """A span of a source and where it is in the translation."""

    translation: Translation
    source: tuple[int, int]
    target: tuple[int, int]


def once(text: str, part: str) -> int:
    """Where a part is as whole words, or -1 where it is not there exactly once."""
    found = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text)]
    return found[0] if len(found) == 1 else -1


def literal(translations: Sequence[Translation], references: Sequence[str]) -> Iterator[Case]:
    """Names and numbers that stand in source, reference and output, once in each."""
    for translation, reference in zip(translations, references, strict=True):
        for match in _LITERAL.finditer(translation.source):
            part = match[0]
            begin = once(translation.text, part)
            if begin >= 0 and once(translation.source, part) >= 0 and part in reference:
                yield Case(translation, match.span(), (begin, begin + len(part)))


def dictionary(translations: Sequence[Translation]) -> Iterator[Case]:
    """Words that stand once in the source, with their translation once in the output."""
    for translation in translations:
        for word, other in DICTIONARY.items():
            at, begin = once(translation.source, word), once(translation.text, other)
            if word != other and at >= 0 and begin >= 0:
                yield Case(translation, (at, at + len(word)), (begin, begin + len(other)))


def row(name: str, cases: Sequence[Case], found: Sequence[ProjectedSpan]) -> str:
    """Shares of cases that are exact, that overlap, that have none."""
    exact = sum(one.target == case.target for case, one in zip(cases, found, strict=True))
    touching = sum(
        one.target is not None and one.target[0] < case.target[1] and case.target[0] < one.target[1]
        for case, one in zip(cases, found, strict=True)
    )
    none = sum(one.target is None for one in found)
    total = max(1, len(cases))
    return f"| {name} | {len(cases)} | {exact / total:.1%} | {touching / total:.1%} | {none} |"


def by_alignment(cases: Sequence[Case]) -> list[ProjectedSpan]:
    """Each span alone."""
    return [project(case.translation.source, [case.source], case.translation)[0] for case in cases]


def without_same_words(cases: Sequence[Case]) -> list[ProjectedSpan]:
    """As `by_alignment`, and a name links to what it was aligned with alone."""
    kept: Callable[[str], bool] = links._is_telling
    links._is_telling = lambda _: False
    try:
        return by_alignment(cases)
    finally:
        links._is_telling = kept


def search(
    cases: Sequence[Case], examples: Sequence[tuple[str, str]], count: int, words: int, *, exact_too: bool
) -> Iterator[str]:
    """Rows of the search beside the alignment, on lines of at most so many words."""
    from edgekit.translate.marker_scores import MarkerScores

    short = [case for case in cases if len(case.translation.text.split()) <= words][:count]
    with MarkerScores.open("gemma-3-270m", "en", "pt", examples=examples) as scores:
        for exact in (False, True) if exact_too else (False,):
            scores.scored = 0
            began = time.monotonic()
            found = [
                project(
                    case.translation.source, [case.source], case.translation, scorer=scores, exact=exact
                )[0]
                for case in short
            ]  # fmt: skip
            yield row(f"search, {'exact' if exact else 'bounded'}", short, found)
            print(f"  {scores.scored:,} hypotheses, {time.monotonic() - began:.0f} s", file=sys.stderr)
    yield row("alignment, same lines", short, without_same_words(short))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=997)
    parser.add_argument("--search", type=int, default=0, help="how many spans of short lines to search for")
    parser.add_argument("--words", type=int, default=12, help="of a translation that is searched")
    parser.add_argument("--exact", action="store_true", help="search every place as well")
    given = parser.parse_args()
    sources, references = (
        (given.data / "flores" / f"dev.{language}").read_text(encoding="utf-8").splitlines()[: given.lines]
        for language in ("en", "pt")
    )
    with open_translator("en", "pt") as translator:
        translations = translator.translate(sources, alignment=True)
    print("| spans | count | exact | overlapping | none |\n|---|---:|---:|---:|---:|")
    sets = {"literal": list(literal(translations, references)), "dictionary": list(dictionary(translations))}
    for name, cases in sets.items():
        print(row(f"{name}, alignment alone", cases, without_same_words(cases)))
        print(row(f"{name}, and links to itself", cases, by_alignment(cases)))
    if given.search:
        for line in search(sets["dictionary"], EXAMPLES, given.search, given.words, exact_too=given.exact):
            print(line)


if __name__ == "__main__":
    main()
