"""Which language: `python -m benchmarks.languages [--data ../shared/data] [--lines 300:600] [--peers]`.

data: `flores/dev.TAG`, `ntrex/newstest2019.CODE` and `code-switch/*.tsv` (Bangor Miami, en and es word by word). The
thresholds were chosen on lines 0 to 300 and on two of the four conversations: what is printed is of others.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from edgekit.core.languages import Direction
from edgekit.identify.identifier import Identifier, open_identifier
from edgekit.identify.mixed import foreign_spans, spans
from edgekit.identify.scripts import UNSPACED_SCRIPTS, scripts_of_language
from edgekit.translate.routing import open_router

Guess = Callable[[str], "str | None"]

# NTREX-128 has ISO 639-3 codes; only the languages that FLORES dev has no file of.
_NTREX = {
    "hau": "ha",
    "ibo": "ig",
    "khm": "km",
    "kin": "rw",
    "lao": "lo",
    "mya": "my",
    "som": "so",
    "swa": "sw",
    "yor": "yo",
    "zul": "zu",
}
_LENGTHS = (0, 8, 4, 2, 1)
_CHOSEN_ON = ("herring2", "herring3")
_CHOICES = (["en", "pt"], ["en", "pt", "es", "fr", "sw"])


def read_lines(folder: Path, begin: int, end: int) -> dict[str, list[str]]:
    """Lines by language tag."""
    paths = {path.suffix[1:]: path for path in sorted((folder / "flores").glob("dev.*"))}
    for code, tag in _NTREX.items():
        paths.setdefault(tag, folder / "ntrex" / f"newstest2019.{code}")
    return {tag: path.read_text(encoding="utf-8").splitlines()[begin:end] for tag, path in sorted(paths.items())}


def telling(identifier: Identifier) -> Guess:
    """What edgekit says."""
    return lambda text: identifier.identify(text).tag


def cut(line: str, language: str, words: int) -> str:
    """The first words of a line, three characters for a word where there are no spaces; all of it for 0."""
    if not words:
        return line
    return line[: 3 * words] if scripts_of_language(language) & UNSPACED_SCRIPTS else " ".join(line.split()[:words])


def identification(lines: dict[str, list[str]], name: str, guess: Guess, asked: Sequence[str]) -> None:
    """A row: right, wrong and unknown of the languages asked for, and answers to any other, by words."""
    cells = []
    for words in _LENGTHS:
        found: Counter[tuple[str, bool]] = Counter()
        lines_of: Counter[bool] = Counter()
        for language, listed in lines.items():
            for line in listed:
                answer = guess(cut(line, language, words))
                known = language in asked
                lines_of[known] += 1
                found["right" if answer == language else "unknown" if answer is None else "wrong", known] += 1
        right, wrong = (found[kind, True] / lines_of[True] for kind in ("right", "wrong"))
        others = f" {found['wrong', False] / lines_of[False]:5.1%}" if lines_of[False] else ""
        cells.append(f"{right:6.1%} {wrong:5.1%}{others}")
    print(f"{name:24}" + " | ".join(cells))


def peers(languages: Sequence[str]) -> list[tuple[str, Guess]]:
    """What else is installed, restricted to the languages where it can be, without any threshold."""
    found: list[tuple[str, Guess]] = []
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        model = LanguageIdentifier.from_model_file(MODEL_FILE)
        model.set_languages(list(languages))
        found.append(("py3langid alone", lambda text: str(model.classify(text)[0])))
    except ImportError:
        pass
    try:
        import gcld3

        cld3 = gcld3.NNetLanguageIdentifier(0, 1000)
        found.append(("cld3, unrestricted", lambda text: str(cld3.FindLanguage(text).language).partition("-")[0]))
    except ImportError:
        pass
    try:
        import pycld2

        found.append(("cld2, unrestricted", lambda text: str(pycld2.detect(text, bestEffort=True)[2][0][1])[:2]))
    except ImportError:
        pass
    try:
        from lingua import Language, LanguageDetectorBuilder

        chosen = [one for one in Language.all() if one.iso_code_639_1.name.lower() in languages]
        lingua = LanguageDetectorBuilder.from_languages(*chosen).build()

        def by_lingua(text: str) -> str | None:
            answer = lingua.detect_language_of(text)
            return None if answer is None else str(answer.iso_code_639_1.name.lower())

        found.append(("lingua", by_lingua))
    except ImportError:
        pass
    return found


def utterances(folder: Path, *, chosen_on: bool) -> list[list[tuple[str, str]]]:
    """(word, `eng`, `spa` or something else) by utterance."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for path in sorted(folder.glob("*.tsv")):
        if path.name.startswith(_CHOSEN_ON) == chosen_on:
            with path.open(encoding="utf-8") as stream:
                for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                    key = (path.name, row["utterance_id"])
                    found.setdefault(key, []).append((row["surface"] or "", row["langid"] or ""))
    return list(found.values())


def by_spans(words: Sequence[str]) -> list[str]:
    """The language of each word, by `edgekit.identify.mixed.spans`."""
    text = " ".join(words)
    found = spans(text, ["en", "es"])
    tags = []
    at = 0
    for word in words:
        tags.append(next((one.tag for one in found if one.begin <= at < one.end), "en"))
        at += len(word) + 1
    return tags


def word_by_word(words: Sequence[str]) -> list[str]:
    """The same without the words around."""
    return [found[0].tag if (found := spans(word, ["en", "es"])) else "en" for word in words]


def token_scores(listed: Sequence[list[tuple[str, str]]], tag: Callable[[Sequence[str]], list[str]]) -> str:
    """F1 of the words of each language, and the share of right ones."""
    counts: Counter[tuple[str, str]] = Counter()
    for words in listed:
        for (_, truth), answer in zip(words, tag([word for word, _ in words]), strict=True):
            if truth in ("eng", "spa"):
                counts[truth[:2].replace("sp", "es"), answer] += 1
    right = {one: counts[one, one] for one in ("en", "es")}
    wrong = counts["en", "es"] + counts["es", "en"]
    f1 = {one: 2 * right[one] / max(1, 2 * right[one] + wrong) for one in right}
    return f"F1 en {f1['en']:.4f}  es {f1['es']:.4f}  right {sum(right.values()) / counts.total():.4f}"


def code_switching(folder: Path) -> None:
    """Words of conversations that change between English and Spanish."""
    listed = utterances(folder, chosen_on=False)
    both = [one for one in listed if {"eng", "spa"} <= {truth for _, truth in one}]
    for name, chosen in (("all utterances", listed), ("those in both languages", both)):
        print(f"\n{name}: {len(chosen)}, {sum(map(len, chosen))} words")
        print(f"  all en        {token_scores(chosen, lambda words: ['en'] * len(words))}")
        print(f"  all es        {token_scores(chosen, lambda words: ['es'] * len(words))}")
        print(f"  word by word  {token_scores(chosen, word_by_word)}")
        print(f"  spans         {token_scores(chosen, by_spans)}")


def false_alarms(lines: dict[str, list[str]]) -> None:
    """Monolingual lines in which foreign words are found, or which are not taken for the language they are in."""
    for choice in _CHOICES:
        for main in choice:
            found = sum(bool(foreign_spans(line, main, choice)) for line in lines[main])
            print(f"foreign words among {','.join(choice)} in {main}: {found} of {len(lines[main])} lines")
    contradicted: Counter[int] = Counter()
    total = 0
    for language, listed in lines.items():
        direction = Direction(language, "pt" if language == "en" else "en")
        router = open_router(direction.source, direction.target, [direction])
        total += len(listed)
        for words in (6, 8, 0):
            routes = router.route([cut(line, language, words) for line in listed])
            contradicted[words] += sum(route.finding is not None for route in routes)
    shown = ", ".join(
        f"{contradicted[words]} cut to {words} words" if words else f"{contradicted[0]} whole" for words in contradicted
    )
    print(f"declared language contradicted, {len(lines)} languages, {total} lines: {shown}")


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--lines", default="300:600")
    parser.add_argument("--peers", action="store_true")
    asked = parser.parse_args()
    begin, end = map(int, asked.lines.split(":"))
    lines = read_lines(asked.data, begin, end)
    print(f"{len(lines)} languages, lines {begin} to {end}; right, wrong (, answers to other languages) by words")
    print(f"{'':24}" + " | ".join("whole" if not words else f"{words} words" for words in _LENGTHS))
    for languages in (sorted(lines), *_CHOICES):
        identifier = open_identifier(languages)
        name = f"edgekit, {len(languages)} to choose from"
        identification(lines, name, telling(identifier), languages)
    for name, guess in peers(sorted(lines)) if asked.peers else []:
        identification(lines, name, guess, sorted(lines))
    print()
    false_alarms(lines)
    code_switching(asked.data / "code-switch")


if __name__ == "__main__":
    main()
