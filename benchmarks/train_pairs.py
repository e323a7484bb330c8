"""Trains the network that reads a wording and an answer side by side, on SciEntsBank's and Beetle's train splits.

    python -m benchmarks.train_pairs --cache build/states            # a network of each fold, and the one of all
    python -m benchmarks.train_pairs --cache build/states --write    # and replace edgekit/grading/pairs.json

Networks of folds stay in the cache: `train_scorer` and `train_across` weigh what each says of questions that it has not
seen, and `train_scorer` calibrates by what the `answers-` ones say of answers that they have not seen, too. Needs
torch; a network takes half a minute to four minutes of one core. Networks that are in the cache are not trained again;
`--heads 0 answers-1` trains some of them alone.

Half of the wordings a network sees in training are other students' right answers: 135 questions have one wording each,
and without these it learns the wordings by heart (AUC on held-out questions .741 without, .743 with; weighed with the
other features .771 and .773). Two folds chose the number of passes, the drop and the size; fewer numbers (16 and
products alone) gave .707, more drop and fewer passes .743.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

import edgekit
from benchmarks.graded import KeptStates, digest, read_set
from benchmarks.graded_figures import area
from benchmarks.train_scorer import FOLDS, answer_folds, folds_of, learn_space, network_path, texts_of
from edgekit.core.atomic import write_bytes
from edgekit.grading.pairs import BASIS, HIDDEN, INNER, LEAST_NEW, MOST_WEIGHT, SCALE, Pairs, decode_pairs
from edgekit.grading.text_states import TextStates, read_texts

_EPOCHS, _BATCH, _RATE, _DECAY = 8, 64, 2e-3, 0.05
_DROP, _TOKEN_DROP, _SWAP, _BEETLE = 0.3, 0.1, 0.5, 0.5
# What tells the three states apart counts beside what tells met from the others.
_THREE_WAYS = 0.3
_MOST_TOKENS, _LEAST_WORDS = 72, 3
_SAMPLE = 30_000
_FAR = 9.0
_SETS = ("scientsbank", "beetle")
# Of held-out questions, of all, of held-out answers; the place of each is its seed.
_HEADS = (*map(str, range(FOLDS)), "all", *(f"answers-{fold}" for fold in range(FOLDS)))
_STATES = {"incorrect": 0, "correct": 1, "contradictory": 2}
_LICENCE = "SciEntsBank and Beetle (SemEval-2013 task 7) are CC BY-SA 3.0; the weights hold none of their text"
Text = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Examples:
    """states (t, tokens, BASIS), kept, weights (t, tokens): of every text, padded.  answers, wordings, questions: whose
    place among the texts.  right_of: question -> places of right answers."""

    states: Tensor
    kept: Tensor
    weights: Tensor
    lengths: NDArray[np.int64]
    answers: NDArray[np.int64]
    wordings: NDArray[np.int64]
    questions: NDArray[np.int64]
    names: list[str]
    labels: NDArray[np.int64]
    share: NDArray[np.float32]
    right_of: dict[str, list[int]]

    def batch(self, rows: NDArray[np.int64], which: NDArray[np.int64]) -> Text:
        """States, mask and weights of one of the three texts of each row."""
        places = which[rows]
        longest = max(1, int(self.lengths[places].max()))
        at = torch.from_numpy(places)
        return self.states[at, :longest], self.kept[at, :longest], self.weights[at, :longest]


class Network(nn.Module):
    """As `edgekit.grading.pairs.Pairs`, in batches."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(BASIS, INNER)
        self.of_wording = nn.Linear(3 * INNER + 3, HIDDEN)
        self.of_answer = nn.Linear(3 * INNER + 3, HIDDEN)
        self.out = nn.Linear(4 * HIDDEN, 3)
        self.drop = nn.Dropout(_DROP)
        self.sharpness = nn.Parameter(torch.tensor(15.0))

    def forward(self, answer: Text, wording: Text, question: Text) -> Tensor:
        """(n, 3) the odds of the states."""
        pooled = [
            *self._pooled(wording, answer, question, self.of_wording),
            *self._pooled(answer, wording, question, self.of_answer),
        ]
        found: Tensor = self.out(self.drop(torch.cat(pooled, -1)))
        return found

    def _pooled(self, one: Text, other: Text, question: Text, layer: nn.Linear) -> tuple[Tensor, Tensor]:
        states, kept, weights = one
        with torch.no_grad():
            alike = states @ other[0].transpose(1, 2) + (other[1][:, None] - 1) * _FAR
            asked = states @ question[0].transpose(1, 2) + (question[1][:, None] - 1) * _FAR
            known = asked.amax(-1).clamp(min=0)
        mine, theirs = SCALE * self.project(states), SCALE * self.project(other[0])
        found = functional.softmax(alike * self.sharpness, -1) @ theirs
        mine, found = self.drop(mine), self.drop(found)
        told = torch.stack([alike.amax(-1).clamp(min=-1), known, weights / MOST_WEIGHT], -1)
        rows = functional.silu(layer(torch.cat([mine * found, (mine - found).abs(), found - mine, told], -1)))
        new = weights * (1 - known).clamp(LEAST_NEW, 1) * kept
        mean = (rows * new[..., None]).sum(1) / (new.sum(1, keepdim=True) + 1e-6)
        return mean, (rows + (kept[..., None] - 1) * _FAR).amax(1)


def make_examples(rows: Sequence[dict[str, Any]], read: dict[str, TextStates]) -> tuple[Examples, NDArray[np.float32]]:
    """With the basis: each answer against the wording whose mean is most like its own."""
    places: dict[str, int] = {}
    answers: list[int] = []
    wordings: list[int] = []
    questions: list[int] = []
    for row in rows:
        answer = read[row["answer"]].embedding
        best = max(row["reference"], key=lambda one: float(answer @ read[one].embedding))
        for text, to in ((row["answer"], answers), (best, wordings), (row["question"], questions)):
            to.append(places.setdefault(text, len(places)))
    texts = [read[text] for text in places]
    every = np.concatenate([one.states for one in texts])
    some = every[np.random.default_rng(0).permutation(len(every))[:_SAMPLE]]
    _, _, directions = np.linalg.svd(some, full_matrices=False)
    basis = directions[:BASIS].T.astype("<f2").astype(np.float32)
    states = torch.zeros(len(texts), _MOST_TOKENS, BASIS)
    kept, weights = torch.zeros(2, len(texts), _MOST_TOKENS)
    for at, one in enumerate(texts):
        count = min(_MOST_TOKENS, len(one.states))
        states[at, :count] = torch.from_numpy(one.states[:count] @ basis)
        kept[at, :count] = 1
        weights[at, :count] = torch.from_numpy(one.weights[:count])
    right_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, place in zip(rows, answers, strict=True):
        if row["label3"] == "correct" and len(row["answer"].split()) >= _LEAST_WORDS:
            right_of[row["question_id"]].append(place)
    return Examples(
        states,
        kept,
        weights,
        np.array([min(_MOST_TOKENS, len(one.states)) for one in texts]),
        np.array(answers),
        np.array(wordings),
        np.array(questions),
        [row["question_id"] for row in rows],
        np.array([_STATES[row["label3"]] for row in rows]),
        np.array([_BEETLE if row["set"] == "beetle" else 1.0 for row in rows], np.float32),
        dict(right_of),
    ), basis


def train(examples: Examples, rows: NDArray[np.int64], seed: int) -> Network:
    """A network of these rows."""
    torch.manual_seed(seed)
    chooser = np.random.default_rng(seed)
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = _EPOCHS * sum(1 for _ in _batches(examples, rows))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps, pct_start=0.1)
    labels, share = torch.from_numpy(examples.labels), torch.from_numpy(examples.share)
    for _ in range(_EPOCHS):
        network.train()
        wordings = _swapped(examples, rows, chooser)
        batches = list(_batches(examples, chooser.permutation(rows)))
        for at in chooser.permutation(len(batches)):
            batch = batches[at]
            answer, wording = (_thinned(examples.batch(batch, which)) for which in (examples.answers, wordings))
            odds = functional.log_softmax(network(answer, wording, examples.batch(batch, examples.questions)), -1)
            met = odds[:, 1].clamp(max=-1e-6)
            right = labels[batch] == 1
            two = -torch.where(right, met, torch.log1p(-met.exp()))
            three = functional.nll_loss(odds, labels[batch], reduction="none")
            loss = ((two + _THREE_WAYS * three) * share[batch]).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            optimizer.step()
            schedule.step()
    return network.eval()


def packed(network: Network, basis: NDArray[np.float32]) -> Pairs:
    """As it is shipped."""
    layers = [layer for one in (network.project, network.of_wording, network.of_answer, network.out) for layer in (
        one.weight.detach().numpy().T, one.bias.detach().numpy()
    )]  # fmt: skip
    return Pairs(
        basis, tuple(np.ascontiguousarray(one, np.float32) for one in layers), float(network.sharpness.detach())
    )


def _swapped(examples: Examples, rows: NDArray[np.int64], chooser: np.random.Generator) -> NDArray[np.int64]:
    wordings = examples.wordings.copy()
    # A held-out answer is no wording either: as one, the network would learn that it is right.
    seen = set(examples.answers[rows].tolist())
    for row in rows[chooser.random(len(rows)) < _SWAP]:
        others = [place for place in examples.right_of.get(examples.names[row], ()) if place in seen]
        if others:
            other = others[int(chooser.integers(len(others)))]
            if other != examples.answers[row]:
                wordings[row] = other
    return wordings


def _batches(examples: Examples, rows: NDArray[np.int64]) -> Sequence[NDArray[np.int64]]:
    """Of answers of like length, for the padding's sake."""
    found = []
    for begin in range(0, len(rows), 16 * _BATCH):
        some = rows[begin : begin + 16 * _BATCH]
        some = some[np.argsort(examples.lengths[examples.answers[some]], kind="stable")]
        found += [some[at : at + _BATCH] for at in range(0, len(some), _BATCH)]
    return found


def _thinned(text: Text) -> Text:
    states, kept, weights = text
    return states, kept * (torch.rand_like(kept) > _TOKEN_DROP).float(), weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="folder for token states and networks")
    parser.add_argument("--heads", nargs="*", choices=_HEADS, default=_HEADS, help="train these alone")
    parser.add_argument("--write", action="store_true", help="replace edgekit/grading/pairs.json")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sets = [[row for row in read_set(name) if row["split"] == "train"] for name in _SETS]
    rows = [row for some in sets for row in some]
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as opened:
        encoder = KeptStates(opened, arguments.cache)
        for name in _SETS:
            encoder.prepare(name, [text for row in read_set(name) for text in _texts(row)])
        space = learn_space(encoder, [texts_of(some) for some in sets])
        wanted = sorted({text for row in rows for text in _texts(row)})
        read = dict(zip(wanted, read_texts(encoder, space, wanted, "en"), strict=True))
    examples, basis = make_examples(rows, read)
    names = folds_of(examples.names)
    of_questions, of_answers = np.array([names[one] for one in examples.names]), answer_folds(rows)
    held_out = {"all": np.zeros(len(rows), bool)}
    for fold in range(FOLDS):
        held_out |= {str(fold): of_questions == fold, f"answers-{fold}": of_answers == fold}
    provenance = {
        "sets": {name: {"sha256": digest(name), "split": "train"} for name in _SETS},
        "encoder": "multilingual-e5-small",
        "script": "benchmarks/train_pairs.py",
        "licence": _LICENCE,
    }
    for head in arguments.heads:
        path = network_path(arguments.cache, head)
        if not path.is_file():
            found = packed(train(examples, np.flatnonzero(~held_out[head]), _HEADS.index(head)), basis)
            write_bytes(path, found.encode(provenance))
        pairs = decode_pairs(path.read_bytes())
        there = np.flatnonzero(held_out[head] & (examples.share == 1.0))
        if len(there):
            odds = np.array([_read(pairs, rows[at], read) for at in there])
            right = (examples.labels[there] == 1).astype(float)
            print(f"held-out fold {head}: AUC {area(odds, right):.4f} on SciEntsBank ({len(there):,})", flush=True)
    if arguments.write:
        data = network_path(arguments.cache, "all").read_bytes()
        print(f"{len(data):,} bytes")
        write_bytes(Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "pairs.json", data)


def _read(pairs: Pairs, row: dict[str, Any], read: dict[str, TextStates]) -> float:
    question, answer = read[row["question"]], read[row["answer"]]
    return max(pairs.read(answer, read[one], question)[0] for one in row["reference"])


def _texts(row: dict[str, Any]) -> list[str]:
    return [row["answer"], row["question"], *row["reference"]]


if __name__ == "__main__":
    main()
