"""Makes `edgekit/grading/turns.json`: which words of a sentence speak to the grader.

    python -m benchmarks.train_turns [--texts 20000] [--hold 0.12] [--cache build/states]

A network of three convolutions on what the encoder makes of each token, and on how near the token is to the question:
answers of the train splits of SciEntsBank, Beetle and SAF, lines of FLORES dev and `orders/honest.txt`, with orders of
`orders/develop.txt` and of `grader_orders.ORDERS` in them, with and without a sign between. With `--hold` a share of
the patterns is kept out of training and measured, and nothing is written.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import edgekit
from benchmarks.graded import DATA, KeptStates, read_set
from benchmarks.grader_orders import HONEST, ORDERS, lines
from benchmarks.order_texts import Sample, Source, patterns, samples
from edgekit.engine.encoder import Encoder
from edgekit.grading.scorer import Scorer
from edgekit.grading.spans import piece_spans
from edgekit.grading.text_states import unit
from edgekit.grading.turns import APART, INNER, SCALE, WIDTH, Turns

Floats = NDArray[np.float32]
OUT = Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "turns.json"
_SETS = {"scientsbank": 4000, "beetle": 2500, "saf": 2500}
_MOST_REFERENCES, _FLORES = 4, 100
# Directions in which the tokens are most spread: the rest is not learned from.
_BASIS = 256
_EPOCHS, _BATCH, _RATE, _DECAY, _DROPPED = 8, 48, 3e-3, 0.1, 0.15


class Net(torch.nn.Module):
    """As `Turns.logits`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.project = torch.nn.Linear(width, INNER)
        self.convolutions = torch.nn.ModuleList(
            torch.nn.Conv1d(INNER, INNER, WIDTH, padding=WIDTH // 2 * apart, dilation=apart) for apart in APART
        )
        self.last = torch.nn.Linear(INNER, 1)
        self.dropped = torch.nn.Dropout(_DROPPED)

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        rows = mask[:, None, :]
        seen = (self.project(self.dropped(tokens) * SCALE) * mask[..., None]).transpose(1, 2)
        seen = torch.nn.functional.silu(seen)
        for one in self.convolutions:
            seen = seen + torch.nn.functional.silu(one(self.dropped(seen))) * rows
        found: torch.Tensor = self.last(seen.transpose(1, 2))[..., 0]
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--hold", type=float, default=0.0, help="share of the patterns that is only measured")
    parser.add_argument("--cache", type=Path, help="folder for what the encoder gives")
    options = parser.parse_args()
    torch.manual_seed(0)
    alike, orders = (*patterns("honest"), *lines(HONEST)), (*patterns("develop"), *lines(ORDERS))
    made = samples(_answers(), _translations(), alike, orders, options.texts)
    tokens, labels = _read(made, options.cache)
    basis = _basis(tokens)
    tokens = [np.column_stack([one[:, :-1] @ basis, one[:, -1]]).astype(np.float32) for one in tokens]
    known = sorted({one.pattern for one in made if one.pattern is not None})
    random.Random(0).shuffle(known)
    held = set(known[: round(options.hold * len(known))])
    chance = random.Random(1)
    apart = [one.pattern in held if one.pattern else chance.random() < options.hold for one in made]
    net = _fit([(one, label) for one, label, is_held in zip(tokens, labels, apart, strict=True) if not is_held])
    if held:
        _measure(net, [(one, label) for one, label, is_held in zip(tokens, labels, apart, strict=True) if is_held])
    else:
        OUT.write_bytes(_packed(net, basis).encode())


def _answers() -> list[Source]:
    found: list[Source] = []
    for name, most in _SETS.items():
        rows = [row for row in read_set(name) if "train" in row["split"]]
        mine: dict[str, Source] = {}
        for row in rows:
            related = (row["question"], *(one[:600] for one in row["reference"][:_MOST_REFERENCES]))
            # Answers of SAF are paragraphs.
            pieces = row["answer"].replace(". ", ".\n").splitlines() if name == "saf" else [row["answer"]]
            mine.update({one.strip(): Source(one.strip(), related) for one in pieces if len(one.strip()) > 8})
        found += random.Random(5).sample(list(mine.values()), min(most, len(mine)))
    return found


def _translations() -> list[Source]:
    """What is honest in other languages, and the English line that it is the translation of as what is asked."""
    folder = DATA.parent / "flores"
    english = (folder / "dev.en").read_text(encoding="utf-8").splitlines()[:_FLORES]
    return [
        Source(line, (asked,))
        for path in sorted(folder.glob("dev.*"))
        for line, asked in zip(path.read_text(encoding="utf-8").splitlines(), english, strict=False)
    ]


def _read(made: Sequence[Sample], cache: Path | None) -> tuple[list[Floats], list[Floats]]:
    """Of each text (n, d + 1): its tokens' centred states, and how near each is to what is related; (n,) its labels."""
    mean = Scorer.load().space.state_mean
    texts, related = [one.made.text for one in made], sorted({text for one in made for text in one.related})
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as opened:
        assert isinstance(opened, Encoder)
        encoder = KeptStates(opened, cache)
        encoder.prepare("turns", [*texts, *related])
        asked = {
            text: unit(one.states - mean) for text, one in zip(related, encoder.token_states(related), strict=True)
        }
        tokens, labels = [], []
        for sample, found in zip(made, encoder.token_states(texts), strict=True):
            states = unit(found.states - mean)
            near = np.zeros(len(states), np.float32)
            if sample.related:
                near = (states @ np.concatenate([asked[one] for one in sample.related]).T).max(axis=1)
            tokens.append(np.column_stack([states, near]).astype(np.float32))
            middles = [(begin + max(begin + 1, end)) / 2 for begin, end in piece_spans(sample.made.text, found.pieces)]
            told = [any(begin <= one < end for begin, end in sample.made.spans) for one in middles]
            labels.append(np.array(told, np.float32))
    return tokens, labels


def _basis(tokens: Sequence[Floats]) -> Floats:
    some = np.concatenate([one[:, :-1] for one in tokens[::3]])
    _, vectors = np.linalg.eigh(some.T @ some)
    return np.ascontiguousarray(vectors[:, ::-1][:, :_BASIS], np.float32)


def _fit(rows: Sequence[tuple[Floats, Floats]]) -> Net:
    net = Net(rows[0][0].shape[1])
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = _EPOCHS * ((len(rows) + _BATCH - 1) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    draw = np.random.default_rng(0)
    sizes = np.array([len(one) for one, _ in rows])
    for epoch in range(_EPOCHS):
        order = np.argsort(sizes + 6 * draw.random(len(rows)), kind="stable")
        batches = [order[begin : begin + _BATCH] for begin in range(0, len(order), _BATCH)]
        total = 0.0
        for at in draw.permutation(len(batches)):
            tokens, labels, mask = _batch([rows[one] for one in batches[at]])
            odds = torch.nn.functional.binary_cross_entropy_with_logits(net(tokens, mask), labels, reduction="none")
            loss = (odds * mask).sum() / mask.sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        print(f"{epoch + 1} of {_EPOCHS}: {total / len(batches):.4f}", flush=True)
    return net.eval()


def _batch(rows: Sequence[tuple[Floats, Floats]]) -> Iterator[torch.Tensor]:
    longest = max(len(one) for one, _ in rows)
    tokens = torch.zeros(len(rows), longest, rows[0][0].shape[1])
    labels, mask = torch.zeros(len(rows), longest), torch.zeros(len(rows), longest)
    for at, (one, label) in enumerate(rows):
        tokens[at, : len(one)], labels[at, : len(one)] = torch.from_numpy(one), torch.from_numpy(label)
        mask[at, : len(one)] = 1
    yield from (tokens, labels, mask)


def _measure(net: Net, rows: Sequence[tuple[Floats, Floats]]) -> None:
    right, honest = [], []
    with torch.no_grad():
        for one, label in rows:
            tokens, _, mask = _batch([(one, label)])
            odds = net(tokens, mask).numpy()[0]
            right.append(((odds > 0) == (label > 0.5)).mean())
            if not label.any():
                honest.append((odds > 0).any())
    print(f"tokens that are told right: {100 * np.mean(right):.1f} % of {len(rows):,} texts")
    print(f"honest texts in which a token is told: {100 * np.mean(honest):.1f} % of {len(honest):,}")


def _packed(net: Net, basis: Floats) -> Turns:
    weights = {name: one.detach().numpy() for name, one in net.state_dict().items()}
    project = weights["project.weight"].T
    layers = [weights["project.bias"]]
    for at in range(len(APART)):
        layers += [weights[f"convolutions.{at}.weight"].transpose(2, 1, 0), weights[f"convolutions.{at}.bias"]]
    return Turns(
        np.concatenate([basis @ project[:-1], project[-1:]]),
        (*layers, weights["last.weight"][0]),
        float(weights["last.bias"][0]),
    )


if __name__ == "__main__":
    main()
