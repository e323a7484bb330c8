"""A student as one ONNX file that is called twice: to encode sentences, then to decode them greedily in a `Loop`.

encode: feed `source_ids`, `source_lengths` and `candidates`, read the memory (`new_...`).
decode: feed the memory, `candidates`, `limits` and a state of zeros, read `tokens`.

A batch whose sentences end at different times wastes the rows that have ended (19 % of them at 16 sentences a
batch), so decoding can also stop early and go on: it gives its state back, the caller puts newly encoded sentences
into the rows that are done and calls again. Nothing is copied for that inside the graph.

    source_ids       [N, S]   int64  with end marks, padded with anything; nothing is encoded when it is empty
    source_lengths   [N]      int64  with end marks
    candidates       [B, C]   int64  tokens that the row may produce, padded with the unknown token; C a multiple of 64
    limits           [B]      int64  most tokens of the row, end mark included; nothing is decoded when it is empty
    steps            []       int64  most positions to decode in this call
    stop             []       int64  stop as soon as this many rows are done; negative: when all are
    details          []       bool   fill log_probabilities and alignment
  state, in and back out as `next_...`:
    position [B] int64, done [B] bool, embedding [B, D] float32 of the last token, cell_i [B, D] float32
  memory, out as `new_...`:
    keys_i [B, H, D/H, S], values_i [B, H, S, D/H], mask [B, 1, 1, S], head_weights [B, D, C], head_bias [B, C]
  out:
    tokens [B, L] int64, the end mark (0) after the last; log_probabilities [B, L]; alignment [B, L, S] (head 0 of
    the last context attention, as Marian takes it for tags) or [B, L, 0]

The `Loop` lies in the main graph and its weights are constants of the main graph: one level deeper, inside a branch
of `If`, onnxruntime 1.32 does not prepack them (QGemm of 16 rows: 141 us instead of 88).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from exporters.families.marian.arithmetic import ARITHMETIC, Activations
from exporters.families.marian.network import POSITIONS, Memory, Network
from exporters.families.marian.student import EOS_ID, Student
from exporters.onnx_graph import FLOAT, INT64, Dimensions, Graph


@dataclass(frozen=True, slots=True)
class Port:
    """One tensor of the interface."""

    name: str
    dtype: Any
    shape: Dimensions

    def empty(self) -> np.ndarray[Any, np.dtype[Any]]:
        """A default of no rows; scalars have none."""
        return np.zeros([size if isinstance(size, int) else 0 for size in self.shape], self.dtype)


def network_of(student: Student, activations: Activations, *, few_candidates: bool = True) -> Network:
    """The builder of a student's parts."""
    arithmetic = ARITHMETIC[activations]
    head = arithmetic.head(student.output, student.output_bias, student.output_activation)
    return Network(student, arithmetic, head, few_candidates)


def state_ports(network: Network) -> list[Port]:
    """What changes with every step."""
    width = network.student.width
    cells = [Port(f"cell_{at}", np.float32, ("B", width)) for at in range(len(network.student.decoder))]
    return [
        Port("position", np.int64, ("B",)),
        Port("done", np.bool_, ("B",)),
        Port("embedding", np.float32, ("B", width)),
        *cells,
    ]


def memory_ports(network: Network) -> list[Port]:
    """What stays the same for the whole of a sentence."""
    heads, depth, width = network.student.heads, network.depth, network.student.width
    layers = range(len(network.student.decoder))
    return [
        *(Port(f"keys_{at}", np.float32, ("B", heads, depth, "S")) for at in layers),
        *(Port(f"values_{at}", np.float32, ("B", heads, "S", depth)) for at in layers),
        Port("mask", np.float32, ("B", 1, 1, "S")),
        Port("head_weights", network.head.weights_dtype, ("B", width, "C")),
        Port("head_bias", network.head.bias_dtype, ("B", "C")),
    ]


def translation_model(
    student: Student, activations: Activations, metadata: dict[str, str], *, few_candidates: bool = True
) -> onnx.ModelProto:
    """The one-file model described above."""
    network = network_of(student, activations, few_candidates=few_candidates)
    state, memory = state_ports(network), memory_ports(network)
    g = Graph()
    g.input("steps", np.int64, (), np.array(POSITIONS))
    stop = g.input("stop", np.int64, (), np.array(-1))
    g.input("details", np.bool_, (), np.array(False))
    for port in (
        Port("source_ids", np.int64, ("N", "S")),
        Port("source_lengths", np.int64, ("N",)),
        Port("candidates", np.int64, ("B", "C")),
        Port("limits", np.int64, ("B",)),
        *state,
        *memory,
    ):
        g.input(port.name, port.dtype, port.shape, port.empty())

    encoder, nothing = g.subgraph(), g.subgraph()
    encoded = network.encode(encoder, "source_ids", "source_lengths")
    head = network.gather_head(encoder, "candidates")
    values = [*encoded.keys, *encoded.values, encoded.mask, *head]
    for port, value in zip(memory, values, strict=True):
        encoder.result(value, port.dtype, port.shape)
        nothing.result(g.constant(port.empty()), port.dtype, port.shape)
    new = g.several(
        "If",
        g("Greater", g("Size", "source_ids"), g.constant(0)),
        outputs=len(memory),
        then_branch=encoder.proto("encode"),
        else_branch=nothing.proto("nothing_to_encode"),
    )

    # The number of done rows at which to stop; a negative `stop` means all of them.
    rows = g("Size", "limits")
    threshold = g("Where", g("Less", stop, g.constant(0)), rows, stop)
    names = [port.name for port in memory]
    layers = len(student.decoder)
    read = Memory(names[:layers], names[layers : 2 * layers], "mask")
    decoded = _decode(g, network, read, ("head_weights", "head_bias"), [port.name for port in state], threshold)
    tokens, log_probabilities, alignment = decoded[len(state) :]
    for name, value, dtype, order, shape in (
        ("tokens", tokens, np.int64, [1, 0], ("B", "L")),
        ("log_probabilities", log_probabilities, np.float32, [1, 0], ("B", "L")),
        ("alignment", alignment, np.float32, [1, 0, 2], ("B", "L", "A")),
    ):
        g.output(name, g("Transpose", value, perm=order), dtype, shape)
    for port, value in zip(state, decoded[: len(state)], strict=True):
        g.output(f"next_{port.name}", value, port.dtype, port.shape)
    for port, value in zip(memory, new, strict=True):
        g.output(f"new_{port.name}", value, port.dtype, port.shape)
    return g.model("translation", metadata, __doc__ or "")


def _decode(
    g: Graph, network: Network, memory: Memory, head: tuple[str, str], state: Sequence[str], threshold: str
) -> list[str]:
    """Greedy search; gives the new state, then tokens [L, B], log-probabilities [L, B], alignment [L, B, S or 0]."""
    body = g.subgraph()
    ports = state_ports(network)
    head_bias = g("Unsqueeze", head[1], g.constant([1]))
    # The attention is [B, heads, 1, S]; of its first head either everything is given out or, without details, nothing.
    columns = g("Mul", g("Cast", "details", to=INT64), g.constant([POSITIONS]))
    first_head = g("Concat", g.constant([1]), columns, axis=0)
    body.argument("iteration", np.int64, ())
    body.argument("going", np.bool_, ())
    position, done, embedding, *cells = (body.argument(p.name, p.dtype, (None, *p.shape[1:])) for p in ports)

    step = network.step(body, embedding, position, cells, memory, (head[0], head_bias))
    best = body("GatherND", "candidates", network.choose(body, step.scores), batch_dims=1)
    token = body("Where", done, body.constant(EOS_ID), best)
    # A row that is done stands still: its position must not run past the table while others go on.
    next_position = body("Where", done, position, body("Add", position, body.constant(1)))
    full = body("GreaterOrEqual", next_position, "limits")
    next_done = body("Or", body("Equal", token, body.constant(EOS_ID)), full)
    count = body("ReduceSum", body("Cast", next_done, to=INT64), keepdims=0)
    next_embedding = network.embed(body, network.student.target_embedding, token)

    scored, unscored = body.subgraph(), body.subgraph()
    scored.result(network.log_probability(scored, step.scores), np.float32, (None,))
    unscored.result(unscored("Cast", position, to=FLOAT), np.float32, (None,))
    log_probability = body("If", "details", then_branch=scored.proto("score"), else_branch=unscored.proto("skip"))
    alignment = body("Slice", step.attention, g.constant([0, 0]), first_head, g.constant([1, 3]))

    body.result(body("Less", count, threshold), np.bool_, ())
    for port, value in zip(ports, [next_position, next_done, next_embedding, *step.cells], strict=True):
        body.result(value, port.dtype, (None, *port.shape[1:]))
    body.result(token, np.int64, (None,))
    body.result(log_probability, np.float32, (None,))
    body.result(alignment, np.float32, (None, 1, 1, None))
    any_row = g("Greater", g("Size", "limits"), g.constant(0))
    *decoded, scores, attention = g.several(
        "Loop", "steps", any_row, *state, outputs=len(ports) + 3, body=body.proto("step")
    )
    # Without details the scores hold positions, which says nothing: give zeros.
    scores = g("Mul", scores, g("Cast", "details", to=FLOAT))
    return [*decoded, scores, g("Squeeze", attention, g.constant([2, 3]))]
