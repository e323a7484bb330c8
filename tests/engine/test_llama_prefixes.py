"""Continuations of one text: the numbers of whole lines, whatever was computed before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from toys.llama import needs_llama
from toys.writing_models import toy_writer, written

from edgekit.engine.llama.process import LlamaProcess

pytestmark = needs_llama
LINES = [[5, 6, 7, 8, 9], [5, 6, 7, 8], [5, 6, 7, 9, 9, 9], [5, 6, 11], [5, 6]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaProcess]:
    with LlamaProcess(written(tmp_path_factory.mktemp("prefixes"), toy_writer()), threads=1, context=64) as process:
        yield process


@pytest.mark.parametrize("given", [0, 2, 1, 4])
def test_continuations_have_the_numbers_of_whole_lines_whatever_came_before(model: LlamaProcess, given: int) -> None:
    whole = model.log_probabilities(LINES)
    for lines, expected in ((LINES, whole), (LINES[::-1], whole[::-1])):
        found = model.continuations(lines, given)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other[given:], atol=1e-3)


def test_what_two_lines_begin_with_has_the_same_numbers(model: LlamaProcess) -> None:
    long, short, *_ = model.continuations(LINES, 1)
    assert long[:3].tolist() == short.tolist()


def test_a_line_that_is_longer_than_the_context_is_computed_in_windows(model: LlamaProcess) -> None:
    long = [5, 6, 7] * 30
    (found,) = model.continuations([long], 80)
    assert found.tolist() == model.log_probabilities([long])[0][80:].tolist()


def test_no_line_has_no_numbers(model: LlamaProcess) -> None:
    assert model.continuations([], 3) == []
