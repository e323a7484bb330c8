"""Writes SentencePiece's compiled character map; the layout stands in `exporters.tokenizers.charsmap`.

darts-clone's units (`darts.h`): a node's children lie at its base XOR their byte. A unit has its byte in bits 0 to 7,
bit 8 where a key ends there, and from bit 10 on its position XOR the base of its own children. A key's end is a child
of the byte 0: bit 31 and the value. Equal sub-trees are stored once, as darts-clone does: the 224,711 keys of XLM-R's
map need 48,000 units and not ten times as many.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# What no byte of a text equals: a value, and a unit that nobody uses.
_VALUE = 1 << 31
_KEY_ENDS = 1 << 8
_MOST_UNITS = 1 << 21
_PAGE = 256

# A node's children: byte -> number of a node; for byte 0 the value of the key that ends there.
_Node = tuple[tuple[int, int], ...]


def write_charsmap(rules: Mapping[str, str]) -> bytes:
    """The map that replaces the longest key at each place by its value.

    Raises ValueError for no rules, an empty key, NUL in a rule, and more keys than a trie of this kind can address.
    """
    if not rules or any(not key or "\0" in key or "\0" in value for key, value in rules.items()):
        raise ValueError("no rules, an empty key, or a rule with NUL")
    replacements = bytearray()
    offsets: dict[str, int] = {}
    for value in rules.values():
        if value not in offsets:
            offsets[value] = len(replacements)
            replacements += value.encode("utf-8") + b"\0"
    nodes = _nodes(sorted((key.encode("utf-8"), offsets[value]) for key, value in rules.items()))
    units = _units(nodes, _bases(nodes))
    return (4 * len(units)).to_bytes(4, "little") + units.tobytes() + bytes(replacements)


def _nodes(rules: list[tuple[bytes, int]]) -> list[_Node]:
    """The distinct nodes of the trie of sorted keys, children before parents, the root last."""
    numbers: dict[_Node, int] = {}
    # The nodes on the way to the last key, which still grow; all others are numbered.
    open_nodes: list[list[tuple[int, int]]] = [[]]
    last = b""

    def close(depth: int) -> None:
        while len(open_nodes) > depth + 1:
            node = tuple(open_nodes.pop())
            open_nodes[-1].append((last[len(open_nodes) - 1], numbers.setdefault(node, len(numbers))))

    for key, value in rules:
        common = next(
            (at for at, (a, b) in enumerate(zip(key, last, strict=False)) if a != b), min(len(key), len(last))
        )
        close(common)
        open_nodes += [[] for _ in key[common:]]
        open_nodes[-1].append((0, value))
        last = key
    close(0)
    return [*numbers, tuple(open_nodes[0])]


def _bases(nodes: list[_Node]) -> list[int]:
    """A base for each node, all different, at which its children have places of their own."""
    # Unit 0 is the root's own and bears the byte 0: no node may take it for a child of its own.
    used = bytearray(b"\1")
    taken = {0}
    bases = [0] * len(nodes)
    place, children = 0, 0
    # Nodes with many children first, while there is room; those with few fill what is left between them. Nodes of one
    # size go on where the last of them found its place: looking from the start for each takes 15 s instead of 0.4.
    for number in sorted(range(len(nodes)), key=lambda number: -len(nodes[number])):
        labels = [label for label, _ in nodes[number]]
        if len(labels) != children:
            place, children = 0, len(labels)
        while True:
            place = used.find(0, place)
            if place < 0 or place + _PAGE > len(used):
                used += bytes(_PAGE)
            if place < 0:
                place = len(used) - _PAGE
            base = place ^ labels[0]
            if base not in taken and not any(used[base ^ label] for label in labels):
                break
            place += 1
        for label in labels:
            used[base ^ label] = 1
        taken.add(base)
        bases[number] = base
    return bases


def _units(nodes: list[_Node], bases: list[int]) -> NDArray[np.uint32]:
    size = -(-(max(bases) + 1) // _PAGE) * _PAGE
    if size > _MOST_UNITS:
        raise ValueError(f"a character map of {size:,} units")
    units = np.full(size, _VALUE, "<u4")
    units[0] = bases[-1] << 10
    ends = [node[0][0] == 0 for node in nodes]
    for node, base in zip(nodes, bases, strict=True):
        for label, child in node:
            at = base ^ label
            units[at] = _VALUE | child if label == 0 else label | _KEY_ENDS * ends[child] | (at ^ bases[child]) << 10
    return units
