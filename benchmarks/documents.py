"""What a docx costs beside its bare lines, and what comes through: formats on words, segments left as they were.

    python benchmarks/documents.py --data ../shared/data/flores

Needs the installed model of the direction. Text: FLORES-200 dev, a paragraph a line; with `formats` two words in the
middle of every third one are bold. The lines through the plain translator and the documents through all that the
command `translate FILE -o OUT` has around it (protection, checks, the language of each paragraph; a confidence where
one is shown) take turns in one process; seconds are of CPU, all threads.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import docx

from benchmarks.figures import Spread, rates, ratio, table
from benchmarks.lines import flores
from benchmarks.machine import describe
from edgekit.core.chrf import corpus_chrf
from edgekit.documents.open import open_document
from edgekit.translate.around import Around
from edgekit.translate.documents import translate_document
from edgekit.translate.opening import open_checked_translator
from edgekit.translate.translator import open_translator


def document(lines: Sequence[str], path: Path, *, formats: bool) -> int:
    """Write the lines as a docx; gives how many have bold words."""
    made = docx.Document()
    bold = 0
    for number, line in enumerate(lines):
        words = line.split(" ")
        paragraph = made.add_paragraph()
        if not formats or number % 3 or len(words) < 6:
            paragraph.add_run(line)
            continue
        bold += 1
        middle = len(words) // 2
        paragraph.add_run(" ".join(words[: middle - 1]) + " ")
        paragraph.add_run(" ".join(words[middle - 1 : middle + 1])).bold = True
        paragraph.add_run(" " + " ".join(words[middle + 1 :]))
    made.save(str(path))
    return bold


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/flores"))
    parser.add_argument("--from", dest="source", default="en")
    parser.add_argument("--to", dest="target", default="pt")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    corpus = flores(chosen.data, chosen.source, chosen.target, chosen.limit)
    print("\n".join(f"{name}: {value}" for name, value in describe().items()))
    ends = (chosen.source, chosen.target)
    around = Around(threads=1, checked_language=True)
    with (
        tempfile.TemporaryDirectory() as name,
        open_translator(*ends, threads=1) as translator,
        open_checked_translator(*ends, around) as checked,
        open_checked_translator(*ends, replace(around, confidence=True)) as sure,
    ):
        path, out, plain_path = Path(name) / "in.docx", Path(name) / "out.docx", Path(name) / "plain.docx"
        bold = document(corpus.lines, path, formats=True)
        document(corpus.lines, plain_path, formats=False)
        ways = {
            "docx": (plain_path, checked),
            "docx, formats": (path, checked),
            "docx, confidence": (plain_path, sure),
        }
        for one in (translator, checked, sure):
            one.translate(corpus.lines[:20])
        seconds: dict[str, list[float]] = {"lines": [], **{way: [] for way in ways}}
        texts: dict[str, list[str]] = {}
        for _ in range(chosen.rounds):
            began = time.process_time()
            texts["lines"] = [one.text for one in translator.translate(corpus.lines)]
            seconds["lines"].append(time.process_time() - began)
            for way, (read, through) in ways.items():
                began = time.process_time()
                done = translate_document(read, out, through, force=True)
                seconds[way].append(time.process_time() - began)
                # The title that python-docx gives a document comes last.
                texts[way] = [row.target for row in done.rows[: len(corpus.lines)]]
                if read == path:
                    result = done
                    found = sum(any(mark.kind == "pair" for mark in one.marks) for one in open_document(out).segments)
    rows = [
        [
            what,
            Spread.of(rates(corpus.words, taken)).show(),
            ratio(taken, seconds["lines"]).show(2),
            f"{corpus_chrf(texts[what], corpus.reference or ()):.1f}",
        ]
        for what, taken in seconds.items()
    ]
    print(table(["input", "words/s of CPU", "ratio", "chrF"], rows))
    print(
        f"bold: {found} of {bold} paragraphs; left as they were: {result.count('left')} of {len(result.rows)} segments"
    )
    print(f"kept {result.kept} of {result.protected}, repaired {result.repaired}, left as source {result.left}")


if __name__ == "__main__":
    main()
