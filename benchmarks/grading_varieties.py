"""What varieties answers are taken for: `python -m benchmarks.grading_varieties [--data ../shared/data]`.

A row a set and what it calls its answers (the variation in ISLS), with the tags that they get of the languages of the
quiz, the commonest first. Then FLORES dev in each language of a quiz of two, and in Latin letters by uroman. `--cost`
prints the processor time of every step for an answer, as ratios of that of the whole.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.grading_flags import SETS, question_of, rows
from edgekit.grading.contradiction import compare_any
from edgekit.grading.injection import find_instructions
from edgekit.grading.intake import take_in
from edgekit.grading.validity import check_validity
from edgekit.grading.variety import profile
from edgekit.grading.views import make_views
from edgekit.identify.romanize import romanize

_QUIZ = {"saf": ("en", "de"), "asap-crosslingual": ("en", "es", "de")}
T = TypeVar("T")


def tags(data: Path) -> None:
    """A row for each set and kind of answer."""
    for name in SETS:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for row in rows(data, name):
            languages = list(_QUIZ.get(name, ("en", "es")))
            # The grader puts the language that a question is asked in first.
            languages.sort(key=lambda tag: tag != row["language"])
            kind = row["split"] if name.startswith("isls") else row["language"]
            found[kind][profile(row["answer"], languages).tag] += 1
        for kind, count in found.items():
            shares = ", ".join(f"{tag} {100 * number / count.total():.1f} %" for tag, number in count.most_common(4))
            print(f"{name:18} {kind:14} {count.total():6,}: {shares}")


def translations(data: Path) -> None:
    """FLORES dev lines in a quiz of English and their language."""
    for language in ("es", "pt", "de", "fr", "hi", "ar", "ru"):
        lines = (data / "flores" / f"dev.{language}").read_text(encoding="utf-8").splitlines()[:200]
        count = Counter(profile(line, (language, "en")).tag for line in lines)
        print(f"FLORES {language}: {dict(count.most_common(3))}")
        if language in ("hi", "ar", "ru"):
            latin = [romanize(line, language).text for line in lines[:60]]
            print(
                f"FLORES {language} by uroman: {dict(Counter(profile(line, ('en', language)).tag for line in latin))}"
            )


def cost(data: Path, answers: int = 600) -> None:
    """Processor time by step."""
    spent: Counter[str] = Counter()

    def timed(step: str, run: Callable[[], T]) -> T:
        begin = time.process_time()
        result = run()
        spent[step] += time.process_time() - begin
        return result

    for turn in range(2):
        if turn:  # the first loads libraries
            spent.clear()
        for row in rows(data, "scientsbank")[:answers]:
            question = question_of(row)
            intake = timed("intake", partial(take_in, row["answer"]))
            timed("validity", partial(check_validity, intake, question, languages=("en", "es")))
            timed("injection", partial(find_instructions, intake.text, row["question"]))
            variety = timed("variety", partial(profile, intake.text, ("en", "es")))
            timed("views", partial(make_views, intake, question, variety))
            timed("contradiction", partial(compare_any, row["reference"], intake.text, "en"))
    total = sum(spent.values())
    print(f"{1000 * total / answers:.2f} ms an answer: {', '.join(f'{k} {v / total:.2f}' for k, v in spent.items())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cost", action="store_true")
    options = parser.parse_args()
    if options.cost:
        cost(options.data)
        return
    tags(options.data)
    translations(options.data)


if __name__ == "__main__":
    main()
