"""Every container that can be trimmed is recognised, exported and verified by its path."""

from __future__ import annotations

from pathlib import Path

import pytest
from store.toys import use_home
from toys.hf_folder import plain_folder
from toys.marian_student import toy_student
from toys.plain_checkpoints import edited, plain_checkpoint
from toys.small_gguf import write_small_gguf

import edgekit
from edgekit.core.errors import FailedError, ModelFormatError, UnavailableError, UnsupportedModelError
from edgekit.pipeline.requests import VerifyRequest
from exporters.containers.gguf import Kind, Value
from exporters.opening import Source, model_id, open_source
from exporters.verify import verify


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


def marian(folder: Path) -> Path:
    student = toy_student()
    folder.mkdir()
    for name, path in student.write(folder).items():
        ending = {"weights": "model.bin", "vocabulary": "vocab.spm", "shortlist": "lex.bin"}[name]
        path.rename(folder / ending)
    return folder


def container(kind: str, folder: Path) -> Path:
    if kind == "gguf":
        return write_small_gguf(folder / "model.gguf")
    return plain_folder(folder) if kind == "hf" else marian(folder)


@pytest.mark.parametrize("kind", ["gguf", "hf", "marian"])
def test_a_path_is_exported_and_verified_in_its_own_container(kind: str, tmp_path: Path) -> None:
    path = container(kind, tmp_path / "Toy")
    text = tmp_path / "text.en"
    text.write_text("the sea at the shore\nthe mart\n" * 40, encoding="utf-8")
    source = open_source(str(path))
    assert source.model.container == kind
    assert source.licence in ("unknown", "apache-2.0")
    made = edgekit.export(path, languages=["en"], corpus=[text], out=tmp_path, id="small", allow_loss=True)
    assert made.receipt.vocabulary is not None
    # All of the folder's 20 tokens are controls or characters, which stay.
    assert made.receipt.vocabulary.after < made.receipt.vocabulary.before or kind == "hf"
    found = verify(VerifyRequest(made.folder, (text,), str(path)), open_model=None, report=lambda _: None)
    assert found.failures == []
    assert found.text is not None
    assert found.text.identical == found.text.lines == 80
    again = open_source(str(made.folder))
    # mBART's head has a bias: its rows are padded to a multiple of 8.
    after = made.receipt.vocabulary.after
    assert again.model.tokenizer.size in (after, -(-after // 8) * 8)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "text.txt", tmp_path / "empty"):
        with pytest.raises(UnsupportedModelError, match="cannot be trimmed"):
            open_source(str(path))
    with pytest.raises(UnavailableError):
        open_source(str(tmp_path / "gone"))
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelFormatError):
        open_source(str(tmp_path / "bad.gguf"))


def test_weights_that_are_not_there_are_told_as_what_they_are(tmp_path: Path) -> None:
    folder = plain_folder(tmp_path / "cloned")
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    with pytest.raises(ModelFormatError, match="is not whole") as caught:
        open_source(str(folder))
    assert caught.value.reasons == ("`model.safetensors` is a pointer of Git LFS, the file itself is not here",)
    assert "git lfs pull" in str(caught.value.hint)
    (folder / "model.safetensors").rename(tmp_path / "model.gguf")
    with pytest.raises(ModelFormatError, match="is not whole"):
        open_source(str(tmp_path / "model.gguf"))
    (folder / "pytorch_model.bin").write_bytes(b"\x80")
    with pytest.raises(UnsupportedModelError, match="only pickles, which are never opened"):
        open_source(str(folder))


def test_graphs_that_edgekit_did_not_write_name_the_way_from_their_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x08\x0a")
    with pytest.raises(UnsupportedModelError, match="cannot be trimmed") as caught:
        open_source(str(tmp_path))
    assert "none that edgekit wrote" in str(caught.value.reasons)
    assert "a folder with safetensors" in str(caught.value.hint)


def test_what_is_on_the_hub_alone_names_the_export_that_pulls_it() -> None:
    with pytest.raises(UnavailableError, match="is on the hub") as caught:
        open_source("hf:Owner/Name@main")
    hint = "run `edgekit export hf:Owner/Name@main --languages TAGS`, which pulls it as `owner--name`"
    assert caught.value.hint == hint


def test_a_folder_with_two_students_is_not_guessed_at(tmp_path: Path) -> None:
    folder = marian(tmp_path / "two")
    (folder / "model.other.bin").write_bytes((folder / "model.bin").read_bytes())
    with pytest.raises(FailedError):
        open_source(str(folder))


def test_a_model_in_the_current_folder_is_found_where_none_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container("hf", tmp_path / "toy")
    monkeypatch.chdir(tmp_path)
    found: Source = open_source("toy")
    assert (found.id, found.family) == ("toy", "mbart")


@pytest.mark.parametrize(("model_type", "near"), [("qwen2_moe", "qwen2"), ("phi3", None)])
def test_a_folder_of_an_unknown_architecture_names_what_is_known_and_the_nearest(
    model_type: str, near: str | None, tmp_path: Path
) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    edited(source / "config.json", lambda config: config.update(model_type=model_type))
    with pytest.raises(UnsupportedModelError, match="cannot be exported") as caught:
        open_source(str(source))
    said = "\n".join(caught.value.reasons)
    assert f"models of the type `{model_type}` cannot be converted to gguf" in said
    assert "known are bert, bloom" in said
    assert f"the nearest that works is `{near or 'llama'}`" in said
    assert "have a row for each token is not known either" in said


def test_what_a_file_says_of_itself_is_made_printable_and_short(tmp_path: Path) -> None:
    said = b"<script>\x1b[31m\n\xff" + b"x" * 100_000
    model = write_small_gguf(tmp_path / "rude.gguf", changes={"general.name": Value(Kind.STRING, said)})
    source = open_source(str(model))
    assert source.name.isprintable()
    assert len(source.name) <= 400


@pytest.mark.parametrize(
    ("text", "found"),
    [("Small Model", "small-model"), ("Ünï 3.1_x", "n-3.1_x"), ("-.a.-", "a"), ("x" * 100, "x" * 64)],
)
def test_an_id_is_made_of_a_file_name(text: str, found: str) -> None:
    assert model_id(text) == found


def test_a_name_that_leaves_nothing_for_an_id_is_refused() -> None:
    with pytest.raises(ModelFormatError):
        model_id("ሀለ")
