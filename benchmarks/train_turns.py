"""Makes `edgekit/grading/turns.json`: which words of a sentence speak to the grader.

    python -m benchmarks.train_turns [--hold 0.12] [--cache build/states]

A network of three convolutions on what the encoder makes of each token, and on how near the token is to the question:
answers of the train splits of SciEntsBank, Beetle and SAF, lines of FLORES dev and `orders/honest.txt`, with orders of
`orders/develop.txt` and of `grader_orders.ORDERS` in them, with and without a sign between; then of each list that was
written later and of `orders/honest_more.txt`, more often in the middle and in halves. It learns the likeliest
row of words as a whole (a conditional random field): where speech to the grader begins and ends, not each token by
itself. With `--hold` a share of the patterns is kept out of training and measured, and nothing is written.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
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
from edgekit.grading.turns import APART, HEADS, INNER, SCALE, WIDTH, Turns, path, words_of

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Places = NDArray[np.int64]
# As the encoder gives them, and then in the fewer directions that are learned from, in half precision: 36,000 texts.
# (n, d) of a text's tokens, the place of each one's word, and (words,) 1 where one speaks to the grader.
Wide = tuple[Floats, Places, Floats]
Row = tuple[Halves, Places, Floats]
OUT = Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "turns.json"
_SETS = {"scientsbank": 4000, "beetle": 2500, "saf": 2500}
_MOST_REFERENCES, _FLORES = 4, 100
# Directions in which the tokens are most spread: the rest is not learned from.
_BASIS = 256
_EPOCHS, _BATCH, _RATE, _DECAY, _DROPPED, _MOST_STEP = 6, 48, 3e-3, 0.1, 0.15, 5.0
# Of what was written later the places are after, before, middle, around and twice.
_TEXTS, _SHARES_MORE = 20_000, (3, 3, 5, 5, 1)
_LATER = {"develop_more": 8_000, "develop_further": 8_000}
_NONE = -1


class Net(torch.nn.Module):
    """As `Turns.logits`, of words: the means of their tokens."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.project = torch.nn.Linear(width, INNER)
        self.convolutions = torch.nn.ModuleList(
            torch.nn.Conv1d(INNER, INNER, WIDTH, padding=WIDTH // 2 * apart, dilation=apart) for apart in APART
        )
        self.around = torch.nn.Linear(INNER, INNER)
        self.last = torch.nn.Linear(INNER, HEADS)
        self.dropped = torch.nn.Dropout(_DROPPED)

    def forward(self, tokens: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """(texts, words, 3).  words (texts, tokens): the place of each token's word, `_NONE` where it has none."""
        rows = (tokens != 0).any(dim=2)[:, None, :].float()
        seen = (self.project(self.dropped(tokens) * SCALE)).transpose(1, 2) * rows
        seen = torch.nn.functional.silu(seen)
        for apart, one in zip(APART, self.convolutions, strict=True):
            if apart == APART[-1]:
                most = (seen + (rows - 1) * 1e4).amax(dim=2)
                seen = seen + torch.nn.functional.silu(self.around(self.dropped(most)))[:, :, None] * rows
            seen = seen + torch.nn.functional.silu(one(self.dropped(seen))) * rows
        return _of_words(self.last(seen.transpose(1, 2)), words)


def _of_words(rows: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
    """(texts, words, n), the mean of (texts, tokens, n) of each word's tokens; zeros where there is no word."""
    places = (words + 1)[..., None]
    empty = torch.zeros(len(rows), int(words.max()) + 2, rows.shape[2])
    total = empty.scatter_add(1, places.expand_as(rows), rows)
    counts = empty[..., :1].scatter_add(1, places, torch.ones_like(places, dtype=torch.float32))
    return (total / counts.clamp(min=1))[:, 1:]


def _unlikeliness(scores: torch.Tensor, labels: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """(texts,) less the log likelihood of the rows of words that are right, among all rows; see `turns.path`."""
    odds, begins, ends = scores.unbind(dim=2)
    plain, told = torch.zeros(len(odds)), odds[:, 0] - begins[:, 0]
    right = labels[:, 0] * told
    for at in range(1, odds.shape[1]):
        is_word, before, now = mask[:, at], labels[:, at - 1], labels[:, at]
        to_plain = torch.logaddexp(plain, told - ends[:, at])
        to_told = torch.logaddexp(told, plain - begins[:, at]) + odds[:, at]
        plain, told = torch.where(is_word, to_plain, plain), torch.where(is_word, to_told, told)
        turned = (1 - before) * now * begins[:, at] + before * (1 - now) * ends[:, at]
        right = right + is_word * (now * odds[:, at] - turned)
    return torch.logaddexp(plain, told) - right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hold", type=float, default=0.0, help="share of the patterns that is only measured")
    parser.add_argument("--cache", type=Path, help="folder for what the encoder gives")
    options = parser.parse_args()
    torch.manual_seed(0)
    answers, others = _answers(), _translations()
    alike, orders = (*patterns("honest"), *lines(HONEST)), (*patterns("develop"), *lines(ORDERS))
    # Each list has a draw and a cache of its own: what is written later leaves those of the others as they are.
    made = {"develop": samples(answers, others, alike, orders, _TEXTS)}
    alike_more = (*patterns("honest_more"), *patterns("honest")[::3])
    for name, count in _LATER.items():
        made[name] = samples(answers, others, alike_more, patterns(name), count, _SHARES_MORE)
    rows, basis = list[Row](), None
    for name, some in made.items():
        read = _read(name, some, options.cache)
        basis = _basis([one for one, _, _ in read]) if basis is None else basis
        rows += [(_projected(one, basis), words, labels) for one, words, labels in read]
    assert basis is not None
    every = [one for some in made.values() for one in some]
    known = sorted({one.pattern for one in every if one.pattern is not None})
    random.Random(0).shuffle(known)
    held = set(known[: round(options.hold * len(known))])
    chance = random.Random(1)
    apart = [one.pattern in held if one.pattern else chance.random() < options.hold for one in every]
    net = _fit([row for row, is_held in zip(rows, apart, strict=True) if not is_held and len(row[2])])
    if held:
        _measure(net, [row for row, is_held in zip(rows, apart, strict=True) if is_held and len(row[2])])
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


def _read(name: str, made: Sequence[Sample], cache: Path | None) -> list[Wide]:
    """Of each text: its tokens' centred states, and how near each is to what is related."""
    mean = Scorer.load().space.state_mean
    texts, related = [one.made.text for one in made], sorted({text for one in made for text in one.related})
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as opened:
        assert isinstance(opened, Encoder)
        encoder = KeptStates(opened, cache)
        encoder.prepare(name, [*texts, *related])
        asked = {
            text: unit(one.states - mean) for text, one in zip(related, encoder.token_states(related), strict=True)
        }
        rows: list[Wide] = []
        for sample, found in zip(made, encoder.token_states(texts), strict=True):
            states = unit(found.states - mean)
            near = np.zeros(len(states), np.float32)
            if sample.related:
                near = (states @ np.concatenate([asked[one] for one in sample.related]).T).max(axis=1)
            tokens = np.column_stack([states, near]).astype(np.float32)
            rows.append((tokens, *_labelled(sample, piece_spans(sample.made.text, found.pieces))))
    return rows


def _labelled(sample: Sample, spans: Sequence[tuple[int, int]]) -> tuple[Places, Floats]:
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


def _basis(tokens: Sequence[Floats]) -> Floats:
    some = np.concatenate([one[:, :-1] for one in tokens[::3]])
    _, vectors = np.linalg.eigh(some.T @ some)
    return np.ascontiguousarray(vectors[:, ::-1][:, :_BASIS], np.float32)


def _projected(tokens: Floats, basis: Floats) -> Halves:
    return np.column_stack([tokens[:, :-1] @ basis, tokens[:, -1]]).astype(np.float16)


def _fit(rows: Sequence[Row]) -> Net:
    net = Net(rows[0][0].shape[1])
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = _EPOCHS * ((len(rows) + _BATCH - 1) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    draw = np.random.default_rng(0)
    sizes = np.array([len(one) for one, _, _ in rows])
    for epoch in range(_EPOCHS):
        order = np.argsort(sizes + 6 * draw.random(len(rows)), kind="stable")
        batches = [order[begin : begin + _BATCH] for begin in range(0, len(order), _BATCH)]
        total = 0.0
        for at in draw.permutation(len(batches)):
            tokens, words, labels, mask = _batch([rows[one] for one in batches[at]])
            loss = _unlikeliness(net(tokens, words), labels, mask).sum() / mask.sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            torch.nn.utils.clip_grad_norm_(net.parameters(), _MOST_STEP)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        print(f"{epoch + 1} of {_EPOCHS}: {total / len(batches):.4f}", flush=True)
    return net.eval()


def _batch(rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    longest, most = max(len(one) for one, _, _ in rows), max(len(labels) for _, _, labels in rows)
    tokens = torch.zeros(len(rows), longest, rows[0][0].shape[1])
    words = torch.full((len(rows), longest), _NONE, dtype=torch.long)
    labels, mask = torch.zeros(len(rows), most), torch.zeros(len(rows), most, dtype=torch.bool)
    for at, (one, places, told) in enumerate(rows):
        tokens[at, : len(one)], words[at, : len(one)] = torch.from_numpy(one), torch.from_numpy(places)
        labels[at, : len(told)], mask[at, : len(told)] = torch.from_numpy(told), True
    return tokens, words, labels, mask


def _measure(net: Net, rows: Sequence[Row]) -> None:
    right, missed, honest = [], [], []
    with torch.no_grad():
        for row in rows:
            tokens, words, labels, _ = _batch([row])
            told = np.array(path(*net(tokens, words)[0].numpy().astype(np.float64).T))
            wanted = labels[0].numpy() > 0.5
            if wanted.any():
                right.append((told == wanted).all())
                missed.append(not (told & wanted).any())
            else:
                honest.append(told.any())
    print(f"orders told to the word: {100 * np.mean(right):.1f} % of {len(right):,}, not at all: ", end="")
    print(f"{100 * np.mean(missed):.1f} %; honest texts with a run: {100 * np.mean(honest):.1f} % of {len(honest):,}")


def _packed(net: Net, basis: Floats) -> Turns:
    weights = {name: one.detach().numpy() for name, one in net.state_dict().items()}
    project = weights["project.weight"].T
    layers = [weights["project.bias"]]
    for at in range(len(APART)):
        layers += [weights[f"convolutions.{at}.weight"].transpose(2, 1, 0), weights[f"convolutions.{at}.bias"]]
    for name in ("around", "last"):
        layers += [weights[f"{name}.weight"].T, weights[f"{name}.bias"]]
    return Turns(np.concatenate([basis @ project[:-1], project[-1:]]), tuple(layers))


if __name__ == "__main__":
    main()
