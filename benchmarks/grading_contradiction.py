"""What goes against a reference, and what only seems to: `python -m benchmarks.grading_contradiction [--show 5]`.

Attacks are made of the references of SciEntsBank and Beetle and of the acceptable answers of LAK by rule: denied (`not`
after the first auxiliary, or a sentence that says that it is not true), one number or unit changed, one word of a scale
turned round, the telling words alone in another order. An attack counts as caught where any reason is given. Then what
is said of answers by their labels; thresholds were chosen on `train`.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.grading_flags import rows
from edgekit.grading.bags import find_bag
from edgekit.grading.contradiction import compare_any
from edgekit.grading.function_words import denying_words, function_words
from edgekit.grading.intake import matching_form
from edgekit.grading.opposites import pairs
from edgekit.grading.quantities import quantities

_AUXILIARIES = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "can",
        "could",
        "will",
        "would",
        "should",
        "must",
        "may",
        "might",
        "has",
        "have",
        "had",
    ]
)
_NOT_TRUE = {
    "en": ("It is not true that {}", "It is false that {}"),
    "es": ("No es cierto que {}", "Es falso que {}"),
    "en+es": ("No es true que {}", "It is not cierto que {}"),
}
_OTHER_UNIT = {"g": "kg", "kg": "g", "m": "km", "cm": "m", "ml": "l", "volts": "millivolts", "v": "mV", "meters": "km"}


def denied(text: str, language: str) -> Iterator[str]:
    """A text denied in several ways."""
    words = text.split()
    if language == "en":
        for at, word in enumerate(words[:-1]):
            if at and word.lower() in _AUXILIARIES:
                rest = words[at + 2 :] if words[at + 1] in ("not", "no") else ["not", *words[at + 1 :]]
                yield " ".join([*words[: at + 1], *rest])
                break
    if not re.match(r"(?:yes|no|agree|disagree|[A-Z])[.,]", text, re.IGNORECASE):
        yield from (form.format(text[:1].lower() + text[1:]) for form in _NOT_TRUE[language])


def renumbered(text: str, language: str) -> Iterator[str]:
    """The text with its first number in digits changed."""
    for one in quantities(text, (language.split("+")[0],)):
        if not one.in_words and one.values:
            found = re.match(r"\d+", text[one.begin :])
            if found:
                yield f"{text[: one.begin]}{int(found[0]) + 3}{text[one.begin + found.end() :]}"
                return


def reunited(text: str, language: str) -> Iterator[str]:
    """The text with its first unit changed."""
    for one in quantities(text, (language.split("+")[0],)):
        other = _OTHER_UNIT.get(one.unit.written) if one.unit else None
        if other and not one.in_words:
            digits = re.match(r"[\d.,]+", text[one.begin : one.end])
            if digits:
                yield f"{text[: one.begin]}{digits[0].rstrip('.,')} {other}{text[one.end :]}"
                return


def turned(text: str, language: str) -> Iterator[str]:
    """The text with one word of a scale turned round, where it has one of its scale only."""
    table = {one.lower(): other for base in language.split("+") for one, other in pairs(base)}
    words = re.findall(r"\w+|\W+", text)
    places = [at for at, word in enumerate(words) if word.lower() in table]
    if len(places) == 1:
        at = places[0]
        yield "".join([*words[:at], table[words[at].lower()], *words[at + 1 :]])


def bagged(text: str, language: str) -> Iterator[str]:
    """The telling words in another order."""
    known = tuple(language.split("+"))
    small = function_words(known) | denying_words(known)
    telling = [word for word in re.findall(r"\w+", text) if matching_form(word) not in small]
    if len(telling) >= 5:
        random.shuffle(telling)
        yield " ".join(telling)


ATTACKS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "denied": denied,
    "number": renumbered,
    "unit": reunited,
    "turned round": turned,
    "keyword bag": bagged,
}


def caught(wordings: Sequence[str], said: str, language: str) -> bool:
    """Whether there is any reason to look at it."""
    return bool(compare_any(wordings, said, language) or find_bag(said, wordings, [language]))


def sources(data: Path) -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
    """(wordings, one of them, language) by set."""
    found: dict[str, list[tuple[tuple[str, ...], str, str]]] = defaultdict(list)
    for name in ("scientsbank", "beetle"):
        by_question = {row["question_id"]: tuple(row["reference"]) for row in rows(data, name)}
        for references in by_question.values():
            found[name] += [(references, reference, "en") for reference in references]
    for row in rows(data, "lak-spanglish"):
        if row["label"] == "acceptable":
            found[f"lak {row['language']}"].append(((row["answer"],), row["answer"], row["language"]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--show", type=int, default=0, help="attacks that are missed to print, of each kind")
    options = parser.parse_args()
    random.seed(0)
    missed: dict[str, list[str]] = defaultdict(list)
    for name, texts in sources(options.data).items():
        cells = []
        for attack, make in ATTACKS.items():
            count: Counter[bool] = Counter()
            for wordings, text, language in texts:
                for said in make(text, language):
                    count[caught(wordings, said, language)] += 1
                    if not caught(wordings, said, language):
                        missed[attack].append(f"{name}: {said} | {text}")
            if count:
                cells.append(f"{attack} {100 * count[True] / count.total():.1f} % of {count.total()}")
        print(f"{name:14} {', '.join(cells)}")
    for name in ("scientsbank", "beetle"):
        total: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for row in rows(options.data, name):
            count_of(row, total[row["split"], row["label3"]])
        for (split, label), counted in sorted(total.items()):
            kinds = ", ".join(f"{kind} {100 * counted[kind] / counted['n']:.2f} %" for kind in _KINDS)
            print(f"{name:14} {split:17} {label:14} {counted['n']:5,}: {kinds}")
    for attack, texts_missed in missed.items():
        for text in random.sample(texts_missed, min(options.show, len(texts_missed))):
            print(f"missed, {attack}: {text}")


_KINDS = ("negation", "antonym", "number", "unit")


def count_of(row: dict[str, Any], counted: Counter[str]) -> None:
    """Count what is said of one answer."""
    found = compare_any(row["reference"], row["answer"], row["language"], [row["question"]])
    counted["n"] += 1
    for kind in _KINDS:
        counted[kind] += bool(getattr(found, kind))


if __name__ == "__main__":
    main()
