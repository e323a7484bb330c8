"""The count of multiply-accumulates."""

from __future__ import annotations

import pytest

from benchmarks.macs import Dimensions, Work, inner_width
from benchmarks.matrix import name, shapes_of
from edgekit.core.errors import ModelFormatError

TINY11 = Dimensions(width=256, inner=1536, encoder_layers=6, decoder_layers=2)


def products(source: int, target: int, candidates: int) -> int:
    """Every matrix product of one sentence of tiny11, written out: rows x inner x columns."""
    total = 0
    for _ in range(6):
        for _ in ("query", "key", "value", "output"):
            total += source * 256 * 256
        total += source * 256 * 1536 + source * 1536 * 256
    for _ in range(2):
        total += 2 * source * 256 * 256  # keys and values of the context, once a sentence
        total += 2 * target * 256 * 256  # candidate and forget gate
        total += 2 * target * 256 * 256  # query and output of the context attention
        total += target * 256 * 1536 + target * 1536 * 256
    return total + target * 256 * candidates


@pytest.mark.parametrize(("source", "target", "candidates"), [(1, 1, 0), (30, 33, 1000), (128, 7, 32000)])
def test_macs_equal_the_products_written_out(source: int, target: int, candidates: int) -> None:
    work = Work(1, source, target, target * candidates)
    assert work.macs(TINY11) == products(source, target, candidates)


def test_macs_of_sentences_add_up_when_their_candidates_differ() -> None:
    together = Work(2, 30 + 5, 33 + 6, 33 * 1000 + 6 * 100)
    assert together.macs(TINY11) == products(30, 33, 1000) + products(5, 6, 100)


def test_tiny11_costs_what_the_docstring_says() -> None:
    assert TINY11.source_token == 6_553_600
    assert TINY11.target_token == 2_097_152


def test_inner_width_is_told_from_shapes_when_tables_are_among_them() -> None:
    shapes = [(32000, 256), (512, 256), (256, 256), (256, 1536), (1536, 256), (256, 1536), (1536, 256)]
    assert inner_width(shapes, 256) == 1536


@pytest.mark.parametrize("shapes", [[], [(256, 256)], [(256, 8), (8, 256), (256, 16), (16, 256)]])
def test_inner_width_is_refused_when_it_is_not_one_number(shapes: list[tuple[int, int]]) -> None:
    with pytest.raises(ModelFormatError):
        inner_width(shapes, 256)


def test_shapes_are_those_of_the_model() -> None:
    assert [name(shape) for shape in shapes_of(256, 1536, [12])] == ["12x256x256", "12x256x1536", "12x1536x256"]
