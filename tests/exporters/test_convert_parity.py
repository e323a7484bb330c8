"""Before a WordPiece model becomes GGUF: whether llama.cpp would cut text of these languages as its tokenizer does."""

from __future__ import annotations

from pathlib import Path

import pytest
from store.toys import use_home
from toys.llama import needs_llama
from toys.plain_checkpoints import plain_checkpoint
from toys.wordpiece_checkpoints import DEVANAGARI, LATIN, WORDS, wordpiece_checkpoint

import edgekit
from edgekit.core.errors import UnsupportedModelError
from edgekit.core.events import Event, Note, StepFinished, silent
from exporters.conversion.parity import check_parity, sample
from exporters.conversion.trimmed_gguf import converted_to_gguf
from exporters.trim.gguf_tokenizers import open_tokenizer
from exporters.trim.hf import open_hf

# lowercase, strip_accents as `BertNormalizer` has them: MuRIL's own; multilingual BERT's uncased one, whose null means
# as lowercase; small letters alone.
CASED, UNCASED, SMALL_LETTERS = (False, False), (True, None), (True, False)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


def notes_of(kind: tuple[bool, bool | None], languages: list[str], folder: Path, lines: list[str]) -> list[str]:
    said: list[Event] = []
    source = wordpiece_checkpoint(folder / "toy", lowercase=kind[0], strip_accents=kind[1])
    check_parity(converted_to_gguf(open_hf(source)), "toy", languages, lines, said.append)
    finished = [event.detail for event in said if isinstance(event, StepFinished)]
    assert len(finished) == 1
    return finished + [event.text for event in said if isinstance(event, Note)]


def test_a_cased_vocabulary_of_devanagari_passes_and_an_old_llama_cpp_is_warned_of(tmp_path: Path) -> None:
    finished, note = notes_of(CASED, ["hi", "en"], tmp_path, [*DEVANAGARI, *LATIN])
    words = int(finished.partition(" ")[0].replace(",", ""))
    assert words > 5_000
    assert finished == f"{words:,} of {words:,} words alike"
    assert "reads them in small letters" in note


def test_small_letters_without_stripped_accents_pass_in_devanagari(tmp_path: Path) -> None:
    assert len(notes_of(SMALL_LETTERS, ["hi"], tmp_path, DEVANAGARI)) == 1


def test_an_uncased_vocabulary_passes_in_latin(tmp_path: Path) -> None:
    assert len(notes_of(UNCASED, ["en", "de", "pt"], tmp_path, LATIN)) == 1


def test_vowel_signs_that_llama_cpp_strips_and_the_model_does_not_refuse_gguf(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError, match="cannot be converted to GGUF for hi") as caught:
        notes_of(UNCASED, ["hi"], tmp_path, [])
    assert "words into other tokens than the model has seen" in caught.value.reasons[0]
    assert any("`ा`" in reason and "in llama.cpp" in reason for reason in caught.value.reasons[1:])
    assert "`--format hf`" in (caught.value.hint or "")


def test_the_one_letter_whose_small_form_is_two_characters_refuses_gguf_in_turkish(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError) as caught:
        notes_of(SMALL_LETTERS, ["tr"], tmp_path, [])
    assert any("`\u0130` is" in reason for reason in caught.value.reasons)


def test_words_of_the_users_own_text_alone_can_refuse_it(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError) as caught:
        notes_of(UNCASED, ["en"], tmp_path, ["the किताब"])
    assert len(caught.value.reasons) == 2
    assert "`किताब` is" in caught.value.reasons[1]


def test_a_word_that_is_too_long_for_the_original_and_a_mark_are_not_tried() -> None:
    assert sample([], [f"sea {'x' * 101} [MASK] on[SEP]moon"], ["[MASK]", "[SEP]"]) == ["sea"]


@pytest.mark.parametrize("family", ["llama", "mistral", "xlm-roberta"])
def test_other_kinds_of_vocabularies_are_not_compared(family: str, tmp_path: Path) -> None:
    said: list[Event] = []
    model = converted_to_gguf(open_hf(plain_checkpoint(tmp_path / "toy", family)))
    check_parity(model, "toy", ["hi"], DEVANAGARI, said.append)
    assert said == []


@pytest.mark.parametrize("kind", [CASED, UNCASED, SMALL_LETTERS, (False, None), (False, True)])
@needs_llama
def test_how_llama_cpp_cuts_is_how_it_really_does(kind: tuple[bool, bool | None], tmp_path: Path) -> None:
    from edgekit.engine.llama.process import LlamaProcess

    source = wordpiece_checkpoint(tmp_path / "toy", lowercase=kind[0], strip_accents=kind[1])
    model = converted_to_gguf(open_hf(source))
    model.conversion.convert(model.checkpoint, tmp_path, dtype="f16", report=silent)
    words = [*sample(["hi", "mr", "ne", "de", "vi", "el"], [*DEVANAGARI, *LATIN, *WORDS])[:20_000], *DEVANAGARI, *LATIN]
    with LlamaProcess(tmp_path / "model.gguf", threads=1, vocabulary_only=True) as llama:
        found = llama.tokenize(words)
    expected = open_tokenizer(model.file).encode(words)
    assert [(word, a, b) for word, a, b in zip(words, found, expected, strict=True) if list(a) != list(b)] == []


def test_an_export_says_so_before_anything_is_written_and_the_folder_itself_exports(tmp_path: Path) -> None:
    source = wordpiece_checkpoint(tmp_path / "toy", lowercase=True, strip_accents=None)
    corpus = tmp_path / "hi.txt"
    corpus.write_text("\n".join([*DEVANAGARI, *WORDS] * 20), "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(UnsupportedModelError, match="cannot be converted to GGUF for hi"):
        edgekit.export(source, languages=["hi"], corpus=[corpus], out=out, format="gguf", allow_loss=True)
    assert list(out.iterdir()) == []
    made = edgekit.export(source, languages=["hi"], corpus=[corpus], out=out, format="hf", allow_loss=True)
    assert (made.folder / "model.safetensors").is_file()
