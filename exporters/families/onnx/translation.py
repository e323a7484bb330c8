"""Encoder-decoders as one ONNX file, called as that of `exporters.families.marian.graph` is: to encode, then to decode.

The interface is the same but for three things:

    There are no `candidates`: the head scores every token, and its table is stored once, in the graph.
    state has no cells. It holds the last token itself, and what must come first:
        token [B, 1] int64, at first the one that decoding begins with; forced [B, 1] int64, the language's token, and
        prompted [B, 1] int64, 1 where forced is the first token whatever the scores say, 0 where none is.
    What attention to the row's own tokens has seen is the caller's, who gives it and adds to it:
        past_keys_i, past_values_i  [B, H, P, D/H] float32, of which a row has filled as many places as its position
        says; P, the caller's choice, is at least 1 and no less than any position.
        added_past_keys_i, added_past_values_i  [B, H, CALL, D/H] float32: the places that come behind them, of which as
        many as there were steps are filled.

A call begins where every row's position is a multiple of CALL and has no more than CALL steps. A loop copies what it
carries at every step, so it carries the CALL newest places only; which places those are does not depend on what else is
in the batch, so neither does any sum. Keys and values of the source are computed once, with the encoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exporters.families.marian.graph import Port
from exporters.families.onnx.files import Draft
from exporters.families.onnx.head import Head, best_tokens
from exporters.families.onnx.network import MASKED, Attention, Layer, Network, Stack
from exporters.families.onnx.weights import WEIGHTS, Float, Linear, Matrix, Precision, linear, of_flat_rows
from exporters.onnx_graph import Graph

# Steps of a call. Caches of 32 places that were carried whole took 50 MB of copies a step with 32 rows of OPUS-MT's
# shapes, up to a quarter of the time. A sentence that ends waits for the end of the call: with lengths that differ as
# those of translations do (0.8 to 1.3 times the source's), 8 steps give 7 % fewer tokens a second than 4.
CALL = 4
NEVER = -1e9
# Behind every place that there is.
_NOWHERE = 1 << 30


@dataclass(frozen=True, slots=True)
class Seq2Seq:
    """encoder and decoder of one width.

    head: (V, D), the decoder's own table where they are tied; head_factor: of the last hidden state in front of it.
    bias: (V,), added to the scores; NEVER for what must not come out; None where nothing is added.
    start: what decoding begins with.  ends: tokens that end a text.
    """

    encoder: Stack
    decoder: Stack
    head: Matrix
    head_factor: float
    bias: Float | None
    start: int
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """What every layer of a step reads.

    places: [B, H, 3] where the newest keys and values are written.  mask: [B, 1 or H, 1, CALL + P].  sizes: CALL and P.
    """

    places: str
    mask: str
    sizes: str


def translation_graph(model: Seq2Seq, precision: Precision) -> Draft:
    """The one-file model described above."""
    network = Network(model.decoder, WEIGHTS[precision])
    state, caches, memory = state_ports(), cache_ports(model), memory_ports(model)
    g = Graph()
    g.input("steps", np.int64, (), np.array(CALL))
    g.input("fewest", np.int64, (), np.array(0))
    g.input("details", np.bool_, (), np.array(False))
    for port in (Port("source_ids", np.int64, ("N", "S")), *state, *caches, *memory):
        g.input(port.name, port.dtype, port.shape, port.empty())

    encoder, nothing = g.subgraph(), g.subgraph()
    hidden = Network(model.encoder, WEIGHTS[precision]).encoded(encoder, "source_ids", None)
    for port, value in zip(memory, _remembered(encoder, network, hidden), strict=True):
        encoder.result(value, port.dtype, port.shape)
        nothing.result(g.constant(port.empty()), port.dtype, port.shape)
    new = g.several(
        "If",
        g("Greater", g("Size", "source_ids"), g.constant(0)),
        outputs=len(memory),
        then_branch=encoder.proto("encode"),
        else_branch=nothing.proto("nothing_to_encode"),
    )

    after, added, tokens, log_probabilities, alignment = _loop(g, model, precision, state)
    shown = g("Where", "details", g.constant(np.array([_NOWHERE])), g.constant([0]))
    for name, value, dtype, shape, cut in (
        ("tokens", g("Squeeze", tokens, g.constant([2])), np.int64, ("B", "L"), False),
        ("log_probabilities", g("Squeeze", log_probabilities, g.constant([2])), np.float32, ("B", "D"), True),
        ("alignment", alignment, np.float32, ("B", "D", "S"), True),
    ):
        turned = g("Transpose", value, perm=[1, 0, 2][: len(shape)])
        if cut:
            turned = g("Slice", turned, g.constant([0]), shown, g.constant([1]))
        g.output(name, turned, dtype, shape)
    for port, value in zip(state, after, strict=True):
        g.output(f"next_{port.name}", value, port.dtype, port.shape)
    for port, value in zip(caches, added, strict=True):
        g.output(f"added_{port.name}", value, port.dtype, [CALL if size == "P" else size for size in port.shape])
    for port, value in zip(memory, new, strict=True):
        g.output(f"new_{port.name}", value, port.dtype, port.shape)
    return Draft.of(g, "translation", {"precision": precision}, __doc__ or "")


def state_ports() -> list[Port]:
    """What changes with every step, and what the row begins with."""
    return [Port(name, np.int64, ("B", 1)) for name in ("position", "alive", "token", "forced", "prompted")]


def cache_ports(model: Seq2Seq) -> list[Port]:
    """Keys and values of the row's own tokens."""
    cache = ("B", model.decoder.heads, "P", model.decoder.depth)
    layers = range(len(model.decoder.layers))
    return [Port(f"past_{kind}_{at}", np.float32, cache) for kind in ("keys", "values") for at in layers]


def memory_ports(model: Seq2Seq) -> list[Port]:
    """As in `exporters.families.marian.graph`, without the head."""
    heads, depth = model.decoder.heads, model.decoder.depth
    layers = range(len(model.decoder.layers))
    return [
        *(Port(f"keys_{at}", np.float32, ("B", heads, depth + 1, "S")) for at in layers),
        *(Port(f"values_{at}", np.float32, ("B", heads, "S", depth)) for at in layers),
    ]


def _remembered(g: Graph, network: Network, hidden: str) -> list[str]:
    """The encoder's output as keys and values of every layer; a key's last row says 0 for a token that is there."""
    stack = network.stack
    by_head = g.constant([0, 0, stack.heads, stack.depth])
    shape = g("Shape", hidden)
    rows, length = (g("Slice", shape, g.constant([at]), g.constant([at + 1])) for at in (0, 1))
    visible = g("Expand", g.constant(0.0), g("Concat", rows, g.constant([stack.heads, 1]), length, axis=0))
    keys, values = [], []
    for number, layer in enumerate(stack.layers):
        context = _context(layer)
        key, value = network.projected(g, hidden, f"{stack.name}.{number}.memory", [context.key, context.value])
        turned = g("Transpose", g("Reshape", key, by_head), perm=[0, 2, 3, 1])
        keys.append(g("Concat", turned, visible, axis=2))
        values.append(g("Transpose", g("Reshape", value, by_head), perm=[0, 2, 1, 3]))
    return [*keys, *values]


def _loop(
    g: Graph, model: Seq2Seq, precision: Precision, state: Sequence[Port]
) -> tuple[list[str], list[str], str, str, str]:
    """Greedy search: the new state, what is added to the caches, then [L, B, 1] tokens, [L, B, 1] log-probabilities,
    [L, B, S] alignment.
    """
    stack = model.decoder
    carried = [port for port in state if port.name not in ("forced", "prompted")]
    shape = g("Shape", "past_keys_0")
    rows, room = (g("Slice", shape, g.constant([at]), g.constant([at + 1])) for at in (0, 2))
    network = Network(stack, of_flat_rows(g, precision, rows))
    slots = g("Range", g.constant(0), g("Squeeze", room), g.constant(1))
    filled = g("Where", g("Less", slots, "position"), slots, g.constant(_NOWHERE))
    # The place of every key: first the newest ones, where the padding of the others moves none.
    keys = g("Concat", g("Add", "position", g.constant(np.arange(CALL))), filled, axis=1)
    by_head = g("Concat", rows, g.constant([stack.heads, 1]), axis=0)
    row = g("Unsqueeze", g("Range", g.constant(0), g("Squeeze", rows), g.constant(1)), g.constant([1, 2]))
    each = g.constant(np.arange(stack.heads).reshape(1, -1, 1))
    where = g("Concat", g("Expand", row, by_head), g("Expand", each, by_head), axis=2)
    newest = (None, stack.heads, CALL, stack.depth)
    nothing = g("Expand", g.constant(0.0), g("Concat", rows, g.constant(newest[1:]), axis=0))

    body = g.subgraph()
    iteration = body.argument("iteration", np.int64, ())
    body.argument("going", np.bool_, ())
    position, alive, token = (body.argument(p.name, p.dtype, (None, *p.shape[1:])) for p in carried)
    caches = [body.argument("newest", np.float32, newest) for _ in range(2 * len(stack.layers))]
    apart = body("Sub", position, keys)
    mask = body("Where", body("Less", apart, body.constant(0)), body.constant(MASKED), body.constant(0.0))
    mask = body("Unsqueeze", mask, body.constant([1, 2]))
    if stack.distances is not None:
        places = body("Sub", body.constant(len(stack.distances) // 2), body("Max", apart, body.constant(0)))
        added = body("Gather", body.constant(stack.distances, name=f"{stack.name}.distances"), places)
        mask = body("Add", mask, body("Unsqueeze", body("Transpose", added, perm=[0, 2, 1]), body.constant([2])))
    places = body("Concat", where, body("Expand", iteration, by_head), axis=2)
    step = _Step(places, mask, g("Concat", g.constant([CALL]), room, axis=0))

    x = body("Squeeze", network.embedded(body, token), body.constant([1]))
    if stack.positions is not None:
        # A row that has ended goes on to the end of the call, where there may be no position left.
        last = body.constant(len(stack.positions) - 1)
        places = body("Min", body("Squeeze", position, body.constant([1])), last)
        table = body.constant(stack.positions, name=f"{stack.name}.positions")
        x = body("Add", x, body("Gather", table, places))
    x = network.begun(body, x)
    new: list[list[str]] = [[], []]
    weights = ""
    for number, layer in enumerate(stack.layers):
        x, written, weights = _layer(body, network, x, number, layer, caches[number :: len(stack.layers)], step)
        for kind, value in zip(new, written, strict=True):
            kind.append(value)
    x = network.ended(body, x)
    name = stack.table_name if model.head is stack.table else "head"
    head = Head(name, model.head, model.head_factor, model.bias)
    chosen, log_probability = best_tokens(body, network.weights, head, x)
    chosen = body("Where", body("Greater", "prompted", position), "forced", chosen)
    next_alive = alive
    for end in model.ends:
        next_alive = body("Where", body("Equal", chosen, body.constant([end])), body.constant(0), next_alive)
    body.result(body("Greater", body("ReduceSum", next_alive, keepdims=0), "fewest"), np.bool_, ())
    for port, value in zip(carried, [body("Add", position, body.constant(1)), next_alive, chosen], strict=True):
        body.result(value, port.dtype, (None, *port.shape[1:]))
    for value in (*new[0], *new[1]):
        body.result(value, np.float32, newest)
    body.result(body("Identity", chosen), np.int64, (None, 1))
    body.result(log_probability, np.float32, (None, 1))
    # All heads of the last layer together: none was trained to align.
    body.result(body("ReduceMean", weights, body.constant([1, 2]), keepdims=0), np.float32, (None, None))

    any_row = g("Greater", g("Size", "position"), g.constant(0))
    begins = [*(port.name for port in carried), *[nothing] * len(caches)]
    steps = g("Min", "steps", g.constant(CALL))
    looped = g.several("Loop", steps, any_row, *begins, outputs=len(begins) + 3, body=body.proto("step"))
    found = dict(zip([port.name for port in carried], looped, strict=False))
    after = [found.get(port.name, port.name) for port in state]
    return after, looped[len(carried) : -3], looped[-3], looped[-2], looped[-1]


def _layer(
    g: Graph, network: Network, x: str, number: int, layer: Layer, newest: Sequence[str], step: _Step
) -> tuple[str, list[str], str]:
    """x [B, D] through one layer: the new x, the newest keys and values, the weights of the source's tokens."""
    stack = network.stack
    name = f"{stack.name}.{number}"
    written: list[str] = []
    weights = ""
    by_head = g.constant([0, stack.heads, stack.depth])
    one_query, joined = g.constant([0, stack.heads, 1, -1]), g.constant([0, stack.heads * stack.depth])

    def attend(x: str) -> str:
        attention = layer.attention
        parts = [attention.query, attention.key, attention.value]
        query, key, value = network.projected(g, x, f"{name}.qkv", parts)
        for cache, part in zip(newest, (key, value), strict=True):
            written.append(g("ScatterND", cache, step.places, g("Reshape", part, by_head)))
        query = g("Reshape", query, one_query)
        scores = [
            g.microsoft("FusedMatMul", query, keys, transB=1, alpha=stack.scale)
            for keys in (written[0], f"past_keys_{number}")
        ]
        shares = g("Softmax", g("Add", g("Concat", *scores, axis=-1), step.mask), axis=-1)
        of_newest, of_past = g.several("Split", shares, step.sizes, outputs=2, axis=-1)
        mixed = g("Add", g("MatMul", of_newest, written[1]), g("MatMul", of_past, f"past_values_{number}"))
        return linear(g, network.weights, g("Reshape", mixed, joined), f"{name}.attention", attention.output)

    def look_back(x: str) -> str:
        nonlocal weights
        context = _context(layer)
        query = linear(g, network.weights, x, f"{name}.query", with_ones(context.query, stack.heads, stack.scale))
        weights = g("Softmax", g("MatMul", g("Reshape", query, one_query), f"keys_{number}"), axis=-1)
        mixed = g("Reshape", g("MatMul", weights, f"values_{number}"), joined)
        return linear(g, network.weights, mixed, f"{name}.context", context.output)

    x = network.around(g, x, f"{name}.attention_norm", layer.attention.norm, attend)
    x = network.around(g, x, f"{name}.context_norm", _context(layer).norm, look_back)
    feed_forward = layer.feed_forward
    x = network.around(g, x, f"{name}.norm", feed_forward.norm, lambda x: network.fed_forward(g, x, name, feed_forward))
    return x, written, weights


def with_ones(query: Linear, heads: int, scale: float) -> Linear:
    """The projection times scale, with a further output at the end of each head that is 1 for whatever input.

    It meets the row of a key that says which tokens are there; see `exporters.families.marian.network.Memory`.
    """
    outputs, inputs = query.weight.shape
    longer = outputs + heads

    def rows(begin: int, end: int) -> Float:
        weight = np.zeros((heads, outputs // heads + 1, inputs), np.float32)
        weight[:, :-1] = query.weight.whole().reshape(heads, -1, inputs) * np.float32(scale)
        return weight.reshape(longer, inputs)[begin:end]

    bias = np.ones((heads, outputs // heads + 1), np.float32)
    bias[:, :-1] = 0.0 if query.bias is None else query.bias.reshape(heads, -1) * np.float32(scale)
    return Linear(Matrix((longer, inputs), rows), bias.reshape(-1))


def _context(layer: Layer) -> Attention:
    if layer.context is None:
        raise ValueError("a decoder's layer attends to the encoder")
    return layer.context
