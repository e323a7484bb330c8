"""What a docx costs beside its bare lines, and what comes through: formats on words, segments left as they were.

    python benchmarks/documents.py --data ../shared/data/flores

Needs the installed model of the direction. Text: FLORES-200 dev, a paragraph a line; two words in the middle of every
third one are bold. The lines through the plain translator and the document through the careful one take turns in one
process; seconds are of CPU, all threads.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import docx

from benchmarks.figures import Spread, rates, ratio, table
from benchmarks.lines import flores
from benchmarks.machine import describe
from edgekit.core.chrf import corpus_chrf
from edgekit.documents.open import open_document
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.documents import translate_document
from edgekit.translate.translator import open_translator


def document(lines: Sequence[str], path: Path) -> int:
    """Write the lines as a docx; gives how many have bold words."""
    made = docx.Document()
    bold = 0
    for number, line in enumerate(lines):
        words = line.split(" ")
        paragraph = made.add_paragraph()
        if number % 3 or len(words) < 6:
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
    with tempfile.TemporaryDirectory() as name, open_translator(chosen.source, chosen.target, threads=1) as translator:
        path, out = Path(name) / "in.docx", Path(name) / "out.docx"
        bold = document(corpus.lines, path)
        careful = CarefulTranslator(translator)
        translator.translate(corpus.lines[:20])
        plain, whole = [], []
        for _ in range(chosen.rounds):
            began = time.process_time()
            bare = [one.text for one in translator.translate(corpus.lines)]
            plain.append(time.process_time() - began)
            began = time.process_time()
            result = translate_document(path, out, careful, force=True)
            whole.append(time.process_time() - began)
        # The title that python-docx gives a document comes last.
        texts = [row.target for row in result.rows[: len(bare)]]
        found = sum(any(mark.kind == "pair" for mark in one.marks) for one in open_document(out).segments)
    rows = [
        [
            what,
            Spread.of(rates(corpus.words, seconds)).show(),
            ratio(seconds, plain).show(2),
            f"{corpus_chrf(some, corpus.reference or ()):.1f}",
        ]
        for what, seconds, some in (("lines", plain, bare), ("docx", whole, texts))
    ]
    print(table(["input", "words/s of CPU", "ratio", "chrF"], rows))
    print(
        f"bold: {found} of {bold} paragraphs; left as they were: {result.count('left')} of {len(result.rows)} segments"
    )
    print(f"kept {result.kept} of {result.protected}, repaired {result.repaired}, left as source {result.left}")


if __name__ == "__main__":
    main()
