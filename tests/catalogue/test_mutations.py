"""Whatever happens to the bytes of a catalogue, it is a catalogue or a list of problems, never another error."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgekit.catalogue.check import check_bytes
from edgekit.catalogue.entries import Catalogue
from edgekit.catalogue.load import packaged_file
from edgekit.catalogue.names import is_model_id, why_unsafe_path

SOUND = packaged_file().read_bytes()


def survives(data: bytes) -> None:
    catalogue, problems = check_bytes(data, Path("models.toml"))
    assert isinstance(catalogue, Catalogue)
    for problem in problems:
        assert 1 <= problem.line <= data.count(b"\n") + 1
        assert "\n" not in str(problem)
    if problems:
        return
    for model in catalogue.models.values():
        assert is_model_id(model.id)
        assert all(why_unsafe_path(file.path) is None for file in model.files)
        assert all(piece.source.text for file in model.files for piece in file.pieces)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_changed_bytes_give_a_catalogue_or_problems(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND)
    for index, value in changes:
        data[index] = value
    survives(bytes(data))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SOUND)), st.integers(0, 200), st.binary(max_size=12))
@example(0, 0, b"\xef\xbb\xbf")
def test_cut_and_spliced_bytes_give_a_catalogue_or_problems(at: int, drop: int, splice: bytes) -> None:
    survives(SOUND[:at] + splice + SOUND[at + drop :])


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("[]{}\"'=.,#\n \\ab1-"), max_size=60))
def test_punctuation_gives_a_catalogue_or_problems(text: str) -> None:
    survives(text.encode())
