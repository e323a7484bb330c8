"""A student as two graphs of fixed shapes, for processors that know neither `Loop` nor a dimension that changes.

encoder: source_ids [B, S] and source_lengths [B] (end marks included, padded with anything), candidates [B, C] ->
    the memory of `graph.memory_ports`.
step: that memory, the same candidates and a state -> token [B, 1] and the state of the next position (`next_...`).
    The state in front of the first token is zeros: position [B, 1], embedding [B, 1, D], cell_i [B, 1, D].

The caller counts: it stops a row at its end mark or its limit, and may go on with rows that have ended, whose tokens
then mean nothing, as long as no position reaches `network.POSITIONS`.
"""

from __future__ import annotations

import onnx

from edgekit.core.errors import UsageError
from exporters.families.marian.arithmetic import Activations
from exporters.families.marian.graph import Port, memory_ports, network_of, state_ports
from exporters.families.marian.network import ARGMAX_BLOCK, POSITIONS, Memory
from exporters.families.marian.student import Student
from exporters.onnx_graph import Graph, without_microsoft

INTEGER = "int64"


def step_models(
    student: Student, activations: Activations, *, batch: int, source_length: int, candidates: int
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """Encoder and decoder step, every dimension fixed; float activations need standard operators only.

    batch: rows B.  source_length: tokens S with the end mark, at most POSITIONS.  candidates: C, a multiple of
    ARGMAX_BLOCK; a row with fewer is padded with the unknown token.  Raises UsageError.
    """
    reasons = []
    if batch < 1:
        reasons.append(f"`batch` is {batch}, not at least 1")
    if not 1 <= source_length <= POSITIONS:
        reasons.append(f"`source_length` is {source_length}, not 1 to {POSITIONS}")
    if candidates < 1 or candidates % ARGMAX_BLOCK:
        reasons.append(f"`candidates` is {candidates}, not a multiple of {ARGMAX_BLOCK}")
    if reasons:
        raise UsageError("the shapes of the two graphs are wrong", reasons=reasons)
    network = network_of(student, activations)
    sizes = {"B": batch, "S": source_length, "C": candidates}

    def fixed(port: Port) -> Port:
        return Port(port.name, port.dtype, [sizes[size] if isinstance(size, str) else size for size in port.shape])

    # Which rows are alive is the caller's business.
    state = [fixed(port) for port in state_ports(network) if port.name != "alive"]
    memory = [fixed(port) for port in memory_ports(network)]
    metadata = {"family": "marian", "activations": activations}

    g = Graph()
    ids = g.input("source_ids", INTEGER, [batch, source_length])
    lengths = g.input("source_lengths", INTEGER, [batch])
    table = g.input("candidates", INTEGER, [batch, candidates])
    encoded = network.encode(g, ids, lengths)
    for port, value in zip(memory, [*encoded.keys, *encoded.values, *network.gather_head(g, table)], strict=True):
        g.output(port.name, value, port.dtype, port.shape)
    encoder = without_microsoft(g.model("encoder", metadata, __doc__ or ""))

    g = Graph()
    for port in (*state, *memory, Port("candidates", INTEGER, [batch, candidates])):
        g.input(port.name, port.dtype, port.shape)
    names, layers = [port.name for port in memory], len(student.decoder)
    read = Memory(names[:layers], names[layers : 2 * layers])
    cells = [port.name for port in state if port.name.startswith("cell_")]
    bias = g("Unsqueeze", "head_bias", g.constant([1]))
    step = network.step(g, "embedding", "position", cells, read, ("head_weights", bias))
    token = network.choose(g, step.scores, "candidates")
    g.output("token", token, INTEGER, [batch, 1])
    after = [
        g("Add", "position", g.constant(1)),
        network.embed(g, student.target_embedding, token),
        *step.cells,
    ]
    for port, value in zip(state, after, strict=True):
        g.output(f"next_{port.name}", value, port.dtype, port.shape)
    return encoder, without_microsoft(g.model("step", metadata, __doc__ or ""))
