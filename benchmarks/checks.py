"""The checks on translations by people, where each finding is a false alarm, and on the same ones with something wrong:
a digit changed, or half of the text lost, the first or the second, as a model does that stops early or leaves out.

    python benchmarks/checks.py --data ../shared/data
    python benchmarks/checks.py --data ../shared/data --show   # every false alarm
    EDGEKIT_HOME=... python benchmarks/checks.py --data ../shared/data --capitals

Alarms and recall are of every other line, the ones that no rule was made on. Some alarms are mistakes of the people.
`--capitals` translates 200 lines of FLORES dev in capitals, as they are and by way of small letters (firefox-en-pt).
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from pathlib import Path

from edgekit.checks.capitals import lowered
from edgekit.checks.check import check
from edgekit.checks.numbers import check_numbers
from edgekit.core.chrf import corpus_chrf
from edgekit.core.languages import Direction

_FLORES = "en-pt pt-en en-es en-fr en-de en-hi en-ar en-zh en-ja en-ru en-id en-vi de-en fr-es zh-en id-ms es-pt"
_NTREX = "en-pt pt-en en-fr en-sw en-am en-hi en-vi en-id en-th"
_CODES = dict(
    one.split("=")
    for one in "en=eng pt=por-BR fr=fra hi=hin sw=swa am=amh vi=vie id=ind th=tha ar=arb es=spa ta=tam".split()  # noqa: SIM905
)


def lines(data: Path, text: str, tag: str) -> list[str]:
    """A language's lines of FLORES dev or NTREX."""
    name = f"flores/dev.{tag}" if text == "FLORES" else f"ntrex/newstest2019.{_CODES[tag]}"
    return (data / name).read_text(encoding="utf-8").split("\n")[:-1]


def damaged(draw: random.Random, source: str, target: str) -> str | None:
    """The target without a run of digits that the source has as well, or with one digit of it changed."""
    known = {int(one) for one in re.findall(r"\d{1,18}", source)}
    runs = [one for one in re.finditer(r"\d{1,18}", target) if int(one[0]) in known]
    if not runs:
        return None
    run = draw.choice(runs)
    digits = ""
    if draw.random() < 0.5:
        at = draw.randrange(len(run[0]))
        other = draw.choice([one for one in "0123456789" if int(one) != int(run[0][at])])
        digits = run[0][:at] + other + run[0][at + 1 :]
    return target[: run.start()] + digits + target[run.end() :]


def halved(draw: random.Random, text: str) -> str:
    """The first or the second half of a text's words, or of its characters where there are no spaces."""
    words = text.split(" ")
    parts = words if len(words) >= 4 else list(text)
    half = parts[: len(parts) // 2] if draw.random() < 0.5 else parts[len(parts) // 2 :]
    return (" " if parts is words else "").join(half)


def measure(data: Path, text: str, pair: str, *, show: bool) -> tuple[int, ...]:
    """Print a row; gives lines, lines with an alarm, damaged lines, those found, halved lines, those found."""
    direction = Direction(*pair.split("-"))
    draw, kinds = random.Random(1), Counter[str]()
    count = alarms = tried = found = halves = told = 0
    pairs = list(zip(*(lines(data, text, tag) for tag in (direction.source, direction.target)), strict=True))
    for source, target in pairs[1::2]:
        findings = check(source, target, direction)
        count, alarms = count + 1, alarms + bool(findings)
        kinds.update({one.kind for one in findings})
        if show:
            for one in findings:
                print(f"  {one.kind}: {one.detail}\n    {source}\n    {target}")
        halves += 1
        told += any(one.kind == "sentence" for one in check(source, halved(draw, target), direction))
        if not any(one.kind == "number" for one in findings):
            broken = damaged(draw, source, target)
            if broken is not None:
                tried, found = tried + 1, found + bool(check_numbers(source, broken, direction.target))
    shown = ", ".join(f"{kind} {number}" for kind, number in kinds.most_common())
    print(
        f"{text:<7}{direction!s:<7}{count:>5} lines {alarms / count:>6.2%} alarms  "
        f"{found / tried:>6.1%} of {tried} found  {told / halves:>6.1%} of halves found  {shown}"
    )
    return count, alarms, tried, found, halves, told


def capitals(data: Path) -> None:
    """chrF of texts in capitals, translated as they are and by way of small letters."""
    from edgekit.evaluate.systems import open_system

    sources, references = (lines(data, "FLORES", tag)[:200] for tag in ("en", "pt"))
    shouted, wanted = [one.upper() for one in sources], [one.upper() for one in references]
    with open_system(None, Direction("en", "pt"), threads=1).translator as translator:
        straight = [one.text for one in translator.translate(shouted)]
        small = [one.text for one in translator.translate([lowered(one, "en") for one in shouted])]
    restored = [one.upper() for one in small]
    told = sum(
        "capitals" in {one.kind for one in check(*pair, Direction("en", "pt"))}
        for pair in zip(shouted, straight, strict=True)
    )
    print(f"in capitals: chrF {corpus_chrf(straight, wanted):.2f}, {told} of {len(shouted)} told")
    print(f"by way of small letters: chrF {corpus_chrf(restored, wanted):.2f}")


def main() -> None:
    """Every pair, then all together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with flores/ and ntrex/")
    parser.add_argument("--show", action="store_true", help="print every alarm")
    parser.add_argument("--capitals", action="store_true", help="texts in capitals instead")
    arguments = parser.parse_args()
    if arguments.capitals:
        capitals(arguments.data)
        return
    rows = [
        measure(arguments.data, text, pair, show=arguments.show)
        for text, pairs in (("FLORES", _FLORES), ("NTREX", _NTREX))
        for pair in pairs.split()
    ]
    count, alarms, tried, found, halves, told = (sum(row[at] for row in rows) for at in range(6))
    print(
        f"all    {count:>12} lines {alarms / count:>6.2%} alarms  {found / tried:>6.1%} of {tried} found  "
        f"{told / halves:>6.1%} of {halves} halves found"
    )


if __name__ == "__main__":
    main()
