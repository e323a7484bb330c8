"""edgekit beside vocabtrimmer 0.0.2, on multilingual-e5-small: the same checkpoint, text and number of tokens.

    python benchmarks/trimming_peers.py --data ../shared/data

Needs torch, transformers and pip. Each trimmer is a whole process that reads the text, chooses tokens and writes a
folder: `vocabtrimmer-trimming` in a virtual environment of its own, `edgekit export`, and edgekit's surgery with the
tokens that the text uses and no others. The text is FLORES-200 dev, unseen lines are NTREX-128, each after the prompt
that the model was trained with. Loss is one minus the cosine of an unseen line's vector to the full model's.

What vocabtrimmer needs to run at all, none of which changes what it does:
- transformers 4.57 and huggingface-hub 0.36: it imports `Repository`, which huggingface-hub 1 no longer has;
- datasets and pandas: it imports them and does not ask for them;
- a folder with one text file in place of its own data set, which lies on a hub;
- a checkpoint with a head: it refuses encoders whose architecture is no `...MaskedLM`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from numpy.typing import NDArray

from benchmarks.e5_checkpoint import PROMPT, write_checkpoint
from benchmarks.machine import describe, usable_cores
from benchmarks.peers import Peer, environment
from benchmarks.processes import Launcher, Program
from benchmarks.programs import command
from benchmarks.trimming import NTREX, spread

PEER = Peer(
    "vocabtrimmer",
    "0.0.2",
    "torch",
    pip=("torch==2.13.0", "transformers==4.57.6", "huggingface-hub==0.36.2", "datasets==5.0.1", "pandas==2.3.3"),
)

_SURGERY = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[4])
from exporters.trim.hf import open_hf
model = open_hf(Path(sys.argv[1]))
lines = Path(sys.argv[2]).read_text("utf-8").splitlines()
seen = np.unique([at for ids in model.tokenizer.encode(lines) for at in ids])
Path(sys.argv[3]).mkdir()
model.write(model.tokenizer.closed(seen), Path(sys.argv[3]))
"""


@dataclass(frozen=True, slots=True)
class Text:
    """Lines to choose by, and lines that no trimmer sees; each with the prompt."""

    given: list[str]
    unseen: list[str]


def text_of(data: Path, language: str) -> Text:
    """FLORES dev and NTREX of a language."""
    lines = [
        [PROMPT + line for line in path.read_text("utf-8").splitlines() if line.strip()]
        for path in (data / "flores" / f"dev.{language}", data / "ntrex" / f"newstest2019.{NTREX[language][0]}")
    ]
    return Text(*lines)


class Checkpoint:
    """A folder's tokens and rows, through the libraries that its users have: tokenizers and transformers."""

    def __init__(self, folder: Path) -> None:
        import tokenizers
        import transformers

        self.folder = folder
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.texts = [self.tokenizer.id_to_token(at) or "" for at in range(self.tokenizer.get_vocab_size())]
        library: Any = transformers
        # Each time it tells that the head is left out, and draws a bar.
        library.logging.set_verbosity_error()
        library.logging.disable_progress_bar()
        self.model = library.BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
        self.rows: NDArray[np.float32] = self.model.get_input_embeddings().weight.detach().numpy()

    def cut(self, lines: Sequence[str]) -> list[list[str]]:
        """The pieces of lines, marks included."""
        return [list(one.tokens) for one in self.tokenizer.encode_batch(lines)]

    def unreachable(self) -> int:
        """Pieces whose own text is cut into others: in a Unigram model nothing ever gives such a piece."""
        added = self.tokenizer.get_added_tokens_decoder()
        own = [at for at in range(len(self.texts)) if at not in added]
        return sum([one.id for one in self.tokenizer.model.tokenize(self.texts[at])] != [at] for at in own)

    def embed(self, lines: Sequence[str]) -> NDArray[np.float32]:
        """(n, width) means over each line's tokens, of length 1; a line at a time, at most 512 tokens."""
        import torch

        found = []
        with torch.inference_mode():
            for one in self.tokenizer.encode_batch(lines):
                hidden = self.model(input_ids=torch.tensor([one.ids[:512]])).last_hidden_state[0].mean(dim=0)
                found.append((hidden / hidden.norm()).numpy())
        return np.stack(found)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a trimmed folder is, against the whole: counts, and (n,) cosines of each language's unseen lines."""

    tokens: int
    size: int
    unreachable: int
    wrong_rows: int
    given_changed: int
    unseen_changed: int
    cosines: Mapping[str, NDArray[np.float32]]


def judged(whole: Checkpoint, small: Checkpoint, texts: Mapping[str, Text], count: int) -> Cut:
    """Compare a folder with the whole one; count: unseen lines of each language to embed."""
    given = [line for text in texts.values() for line in text.given]
    unseen = [line for text in texts.values() for line in text.unseen]

    def changed(lines: Sequence[str]) -> int:
        return sum(a != b for a, b in zip(whole.cut(lines), small.cut(lines), strict=True))

    old = [whole.tokenizer.token_to_id(text) for text in small.texts]
    cosines = {}
    for language, text in texts.items():
        lines = spread(text.unseen, count)
        cosines[language] = (whole.embed(lines) * small.embed(lines)).sum(axis=1)
    return Cut(
        len(small.texts),
        sum(path.stat().st_size for path in small.folder.glob("*") if path.suffix in (".json", ".safetensors")),
        small.unreachable(),
        sum(row != len(small.rows) and bool((small.rows[at] != whole.rows[row]).any()) for at, row in enumerate(old)),
        changed(given),
        changed(unseen),
        cosines,
    )


def row(label: str, program: Program | None, cut: Cut) -> str:
    """A line of the table."""
    loss = " | ".join(f"{1 - one.mean():.4f}" for one in cut.cosines.values())
    worst = " | ".join(f"{1 - np.quantile(one, 0.05):.3f}" for one in cut.cosines.values())
    took = f"{program.seconds:.0f} | {program.peak_mb:,.0f}" if program else "- | -"
    counts = f"{cut.unreachable:,} | {cut.wrong_rows:,} | {cut.given_changed:,} | {cut.unseen_changed:,}"
    return f"| {label} | {cut.tokens:,} | {cut.size / 1e6:.0f} | {counts} | {loss} | {worst} | {took} |"


def main() -> None:
    """Trim, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--languages", default="pt,en")
    parser.add_argument("--lines", type=int, default=200, help="unseen lines a language to embed")
    parser.add_argument("--peer-python", type=Path, help="Python of an environment that has vocabtrimmer")
    parser.add_argument("--wheels", type=Path, help="folder that has, or keeps, the two wheels of the model")
    options = parser.parse_args()
    texts = {language: text_of(options.data, language) for language in options.languages.split(",")}
    python = options.peer_python or environment(PEER, lambda line: print(line, file=sys.stderr))
    print(json.dumps(describe(), ensure_ascii=False))
    with tempfile.TemporaryDirectory(prefix="edgekit-benchmark-") as name:
        folder = Path(name)
        whole_folder, wheels = folder / "whole", options.wheels or folder / "wheels"
        for place in (whole_folder, wheels):
            place.mkdir(exist_ok=True)
        write_checkpoint(whole_folder, wheels)
        bench = _Trimmers(folder, whole_folder, python, texts)
        whole = Checkpoint(whole_folder)
        given = sum(len(text.given) for text in texts.values())
        unseen = sum(len(text.unseen) for text in texts.values())
        print(f"lines changed are of {given:,} given and {unseen:,} unseen ones; loss is of {options.lines} a language")
        languages = " | ".join(f"loss {one}" for one in texts)
        worst = " | ".join(f"worst 5 % {one}" for one in texts)
        print(f"| | tokens | MB | unreachable | wrong rows | given | unseen | {languages} | {worst} | s | peak MB |")

        def show(label: str, program: Program | None, place: Path) -> int:
            cut = judged(whole, Checkpoint(place), texts, options.lines)
            print(row(label, program, cut), flush=True)
            return cut.tokens

        show("whole", None, whole_folder)
        show("edgekit, what was seen", *bench.seen())
        for label, least in (("all that was seen", 1), ("its default, seen twice", 2)):
            tokens = show(f"vocabtrimmer, {label}", *bench.peer(least))
            show("edgekit, as many", *bench.ours("--vocab", str(tokens)))
        show("edgekit, its default", *bench.ours())


class _Trimmers:
    """Runs each trimmer as a program; gives what it took and the folder that it wrote."""

    def __init__(self, folder: Path, whole: Path, python: Path, texts: Mapping[str, Text]) -> None:
        self._folder, self._whole, self._python = folder, whole, python
        self._errors = folder / "errors"
        self._texts = []
        (folder / "text").mkdir()
        for language, text in texts.items():
            path = folder / f"given.{language}"
            path.write_text("\n".join(text.given) + "\n", "utf-8")
            self._texts.append(path)
        everything = "".join(path.read_text("utf-8") for path in self._texts)
        self._all = folder / "text" / "train.txt"
        self._all.write_text(everything, "utf-8")
        self._languages = list(texts)
        self._runs = 0

    def seen(self) -> tuple[Program, Path]:
        """edgekit's surgery with what the text uses."""
        out = self._new()
        root = str(Path(__file__).parents[1])
        argv = [sys.executable, "-c", _SURGERY, str(self._whole), str(self._all), str(out), root]
        return self._run(argv), out

    def ours(self, *target: str) -> tuple[Program, Path]:
        """`edgekit export`."""
        out = self._new()
        corpora = [word for path in self._texts for word in ("--corpus", str(path))]
        argv = [*command(), "export", str(self._whole), "--languages", ",".join(self._languages), *corpora, *target]
        program = self._run([*argv, "--licence", "MIT", "--allow-loss", "-o", str(out)])
        (written,) = out.iterdir()
        return program, written

    def peer(self, least: int) -> tuple[Program, Path]:
        """`vocabtrimmer-trimming`; least: times that a token must be in the text. The language is but a label to it."""
        out = self._new()
        argv = [str(self._python.with_name("vocabtrimmer-trimming")), "-m", str(self._whole), "-p", str(out)]
        argv += ["-l", self._languages[0], "-d", str(self._all.parent), "-s", "train", "--min-frequency", str(least)]
        for name in ("vocab", "frequency"):
            argv += [f"--cache-file-{name}", str(self._folder / f"{out.name}-{name}" / "cache.json")]
        return self._run(argv), out

    def _new(self) -> Path:
        self._runs += 1
        return self._folder / f"out{self._runs}"

    def _run(self, argv: Sequence[str]) -> Program:
        offline: dict[str, Any] = {"HF_HOME": str(self._folder / "hub"), "HF_HUB_OFFLINE": "1"}
        with Launcher(Path(sys.executable), usable_cores(), offline) as launcher:
            return launcher.run(argv, self._errors)


if __name__ == "__main__":
    main()
