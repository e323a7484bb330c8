"""A student as one ONNX file that is called twice: to encode sentences, then to decode them greedily in a `Loop`.

encode: feed `source_ids` and `candidates`, read the memory (`new_...`).
decode: feed the memory, `candidates`, `steps` and a state, read `tokens`.

A batch whose sentences end at different times wastes the rows that have ended (19 % of them at 16 sentences a
batch), so decoding can also stop early and go on: it gives its state back, the caller puts newly encoded sentences
into the rows that have ended and calls again. Nothing is copied for that inside the graph.

    source_ids       [N, S]   int64  sentences of one length, with end marks; nothing is encoded when it is empty
    candidates       [B, C]   int64  tokens that the row may produce, padded with the unknown token; C a multiple of 64
    steps            []       int64  most positions to decode in this call; the caller keeps a row's own limit with it
    fewest           []       int64  go on while more rows than this are alive
    details          []       bool   fill log_probabilities and alignment
  state, in and back out as `next_...`:
    position [B, 1] int64, alive [B, 1] int64 (1, or 0 once the row has produced its end mark), embedding [B, 1, D]
    float32 of the last token, cell_i [B, 1, D] float32. In front of the first token all is 0 but `alive`.
  memory, out as `new_...`; to decode sentences of several lengths the caller pads and masks it (`network.Memory`):
    keys_i [B, H, D/H + 1, S], values_i [B, H, S, D/H], head_weights [B, D, C], head_bias [B, C]
  out:
    tokens [B, L] int64, anything after the end mark; log_probabilities [B, L or 0]; alignment [B, L or 0, S] (head 0
    of the last context attention, as Marian takes it for tags)

A row that has ended is computed as long as others go on, and its position counts on: `steps` must not take any row
past the `network.POSITIONS` that there are.

The loops lie in the main graph and their weights are constants of the main graph: one level deeper, inside a branch
of `If`, onnxruntime 1.32 does not prepack them (QGemm of 16 rows: 141 us instead of 88). There are two, of which a call
runs one: to ask in every step whether details are wanted, and to cut the alignment out, took 11 us of the profiler's
time in a step of about 100; the second costs the memory of its prepacked weights (2 MB).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from exporters.families.marian.arithmetic import ARITHMETIC, Activations
from exporters.families.marian.network import POSITIONS, Memory, Network
from exporters.families.marian.student import Student
from exporters.onnx_graph import INT64, Dimensions, Graph


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
    cells = [Port(f"cell_{at}", np.float32, ("B", 1, width)) for at in range(len(network.student.decoder))]
    return [
        Port("position", np.int64, ("B", 1)),
        Port("alive", np.int64, ("B", 1)),
        Port("embedding", np.float32, ("B", 1, width)),
        *cells,
    ]


def memory_ports(network: Network) -> list[Port]:
    """What stays the same for the whole of a sentence."""
    heads, depth, width = network.student.heads, network.depth, network.student.width
    layers = range(len(network.student.decoder))
    return [
        *(Port(f"keys_{at}", np.float32, ("B", heads, depth + 1, "S")) for at in layers),
        *(Port(f"values_{at}", np.float32, ("B", heads, "S", depth)) for at in layers),
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
    g.input("fewest", np.int64, (), np.array(0))
    g.input("details", np.bool_, (), np.array(False))
    for port in (
        Port("source_ids", np.int64, ("N", "S")),
        Port("candidates", np.int64, ("B", "C")),
        *state,
        *memory,
    ):
        g.input(port.name, port.dtype, port.shape, port.empty())

    encoder, nothing = g.subgraph(), g.subgraph()
    encoded = network.encode(encoder, "source_ids", None)
    head = network.gather_head(encoder, "candidates")
    for port, value in zip(memory, [*encoded.keys, *encoded.values, *head], strict=True):
        encoder.result(value, port.dtype, port.shape)
        nothing.result(g.constant(port.empty()), port.dtype, port.shape)
    new = g.several(
        "If",
        g("Greater", g("Size", "source_ids"), g.constant(0)),
        outputs=len(memory),
        then_branch=encoder.proto("encode"),
        else_branch=nothing.proto("nothing_to_encode"),
    )

    names = [port.name for port in memory]
    layers = len(student.decoder)
    read = Memory(names[:layers], names[layers : 2 * layers])
    head = ("head_weights", g("Unsqueeze", "head_bias", g.constant([1])))
    some = g("Mul", "steps", g("Cast", "details", to=INT64))
    plain = _loop(g, network, read, head, [port.name for port in state], g("Sub", "steps", some), details=False)
    detailed = _loop(g, network, read, head, plain[: len(state)], some, details=True)
    tokens = g("Concat", plain[len(state)], detailed[len(state)], axis=0)
    log_probabilities, alignment = detailed[len(state) + 1 :]
    first_head = g("Slice", alignment, g.constant([0]), g.constant([1]), g.constant([2]))
    for name, value, dtype, order, shape in (
        ("tokens", g("Squeeze", tokens, g.constant([2])), np.int64, [1, 0], ("B", "L")),
        ("log_probabilities", g("Squeeze", log_probabilities, g.constant([2])), np.float32, [1, 0], ("B", "D")),
        ("alignment", g("Squeeze", first_head, g.constant([2, 3])), np.float32, [1, 0, 2], ("B", "D", "S")),
    ):
        g.output(name, g("Transpose", value, perm=order), dtype, shape)
    for port, value in zip(state, detailed[: len(state)], strict=True):
        g.output(f"next_{port.name}", value, port.dtype, port.shape)
    for port, value in zip(memory, new, strict=True):
        g.output(f"new_{port.name}", value, port.dtype, port.shape)
    return g.model("translation", metadata, __doc__ or "")


def _loop(
    g: Graph,
    network: Network,
    memory: Memory,
    head: tuple[str, str],
    state: Sequence[str],
    steps: str,
    *,
    details: bool,
) -> list[str]:
    """Greedy search; gives the new state, then tokens [L, B, 1].

    With details also log-probabilities [L, B, 1] and the attention [L, B, H, 1, S].
    """
    body = g.subgraph()
    ports = state_ports(network)
    body.argument("iteration", np.int64, ())
    body.argument("going", np.bool_, ())
    position, alive, embedding, *cells = (body.argument(p.name, p.dtype, (None, *p.shape[1:])) for p in ports)

    step = network.step(body, embedding, position, cells, memory, head)
    token = network.choose(body, step.scores, "candidates")
    # The end mark is 0 and every other token at least 1, so the smaller of the two says whether the row goes on.
    next_alive = body("Min", alive, token)
    body.result(body("Greater", body("ReduceSum", next_alive, keepdims=0), "fewest"), np.bool_, ())
    after = [
        body("Add", position, body.constant(1)),
        next_alive,
        network.embed(body, network.student.target_embedding, token),
        *step.cells,
    ]
    for port, value in zip(ports, after, strict=True):
        body.result(value, port.dtype, (None, *port.shape[1:]))
    body.result(token, np.int64, (None, 1))
    if details:
        body.result(network.log_probability(body, step.scores), np.float32, (None, 1))
        body.result(step.attention, np.float32, (None, network.student.heads, 1, None))
    any_row = g("Greater", g("Size", "position"), g.constant(0))
    return g.several(
        "Loop", steps, any_row, *state, outputs=len(ports) + (3 if details else 1), body=body.proto("step")
    )
