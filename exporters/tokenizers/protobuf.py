"""The protobuf wire format, as much of it as a SentencePiece model needs, with every length checked.

Source: https://protobuf.dev/programming-guides/encoding/. The library would build an object for each of the 32,000
pieces before anything could be refused.
"""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class WireError(ValueError):
    """The bytes are not a protobuf message."""


def fields(data: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """Yield (field number, wire type, value) of one message; a varint is an int, everything else a slice of data.

    Raises WireError where a length runs past the end, a varint has more than 64 bits, a group starts, or a field has
    the number 0.
    """
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, kind = key >> 3, key & 7
        if not 0 < number < 1 << 29:
            raise WireError(f"field number {number}")
        if kind == VARINT:
            value, position = _varint(data, position)
            yield number, kind, value
            continue
        if kind == BYTES:
            length, position = _varint(data, position)
        elif kind in (FIXED64, FIXED32):
            length = 8 if kind == FIXED64 else 4
        else:
            raise WireError(f"wire type {kind} at byte {position}")
        if length > len(data) - position:
            raise WireError(f"a field of {length:,} bytes where {len(data) - position:,} are left")
        yield number, kind, data[position : position + length]
        position += length


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise WireError("it ends inside a number")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= 1 << 64:
                break
            return value, position
    raise WireError("a number has more than 64 bits")


def field_bytes(number: int, kind: int, value: int | bytes | memoryview) -> bytes:
    """One field as `fields` gives it, written again; a varint is an int, everything else bytes."""
    key = _varint_bytes(number << 3 | kind)
    if isinstance(value, int):
        return key + _varint_bytes(value)
    return key + (_varint_bytes(len(value)) if kind == BYTES else b"") + bytes(value)


def _varint_bytes(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
