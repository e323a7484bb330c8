"""Examples of a person's own: translated, or in the target language alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from translate.prompted_models import Said, catalogue

from edgekit.core.errors import EdgekitError, InputError, UnavailableError
from edgekit.core.languages import Direction
from edgekit.translate.examples import Examples, back_translated, read_examples
from edgekit.translate.filling import Filler
from edgekit.translate.prompted import PromptedTranslator


def read(folder: Path, data: bytes) -> Examples:
    path = folder / "examples.tsv"
    path.write_bytes(data)
    return read_examples(path)


def test_a_line_is_a_pair_with_a_tab_and_a_text_without(tmp_path: Path) -> None:
    found = read(tmp_path, "\ufeffGood day.\tDzień dobry.\r\n\n  Dobranoc. \nOne\tJeden\n".encode())
    assert found == Examples((("Good day.", "Dzień dobry."), ("One", "Jeden")), ("Dobranoc.",))


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"a\tb\tc\n\td\nok\tfine\n", ["line 1 has 3 texts and 2 tabs", "line 2 has 1 text and 1 tab"]),
        (b"x" * 501, ["line 1 is longer than 500 characters"]),
        (b"\n \n", ["it has no line with text"]),
        (b"\xff\n", []),
        (b"ab\n" * 400_000, []),
    ],
)
def test_what_is_no_example_is_refused_with_every_reason(tmp_path: Path, data: bytes, reasons: list[str]) -> None:
    with pytest.raises(InputError, match="examples") as caught:
        read(tmp_path, data)
    assert list(caught.value.reasons) == reasons


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="there is no file"):
        read_examples(tmp_path / "none.tsv")
    with pytest.raises(InputError, match="is a folder, not a file"):
        read_examples(tmp_path)


@given(st.binary(max_size=80))
def test_any_bytes_are_examples_or_one_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    try:
        found = read(tmp_path_factory.getbasetemp(), data)
    except EdgekitError:
        return
    assert found.pairs or found.texts
    assert all(text.strip() == text != "" for one in (*found.pairs, found.texts) for text in one)


def test_examples_are_made_of_texts_that_the_model_translates_itself() -> None:
    said = Said(lambda prompt, _: "" if "três" in prompt else "one two")
    made = catalogue()
    filler = Filler(made, made.prompts["plain"], Direction("pt", "en"), examples=[])
    into_english = PromptedTranslator(filler, said)  # type: ignore[arg-type]  # a toy
    texts = ["um dois", "três", "a\nb", "quatro cinco", "seis"]
    assert back_translated(texts, into_english, most=2) == [("one two", "um dois"), ("one two", "quatro cinco")]
