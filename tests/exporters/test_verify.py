"""A verification says what holds, and finds every way in which an artifact is not what it says."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from store.toys import use_home
from toys.small_gguf import PORTUGUESE, sentences, write_corpora, write_small_gguf

import edgekit
from edgekit.core.errors import EdgekitError, EngineError, InputError, ModelFormatError, UnavailableError
from edgekit.core.hashing import sha256_file
from edgekit.pipeline.requests import VerifyRequest
from edgekit.store.add import add
from edgekit.store.receipt import read_receipt, write_receipt
from exporters.findings import Findings
from exporters.trim.gguf import open_gguf
from exporters.verify import verify
from exporters.vocab_map import read_map


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A model and an artifact that was made from it."""
    use_home(monkeypatch, tmp_path)
    model = write_small_gguf(tmp_path / "toy.gguf")
    artifact = edgekit.export(model, languages=["pt", "en"], corpus=write_corpora(tmp_path / "text"), out=tmp_path)
    return model, artifact.folder


class ToyModel:
    """Wants next the token that its last one's row of the table points to; so a cut table gives the same answers."""

    bias = 0.0

    def __init__(self, path: Path) -> None:
        model = open_gguf(path)
        self.rows = model.file.rows("token_embd.weight").astype(np.float32)
        self.closed = False

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        heads = np.vstack([np.ones(self.rows.shape[1], np.float32), *(self.rows[at] for at in ids)])
        return heads @ self.rows.T + np.float32(self.bias)

    def greedy(self, ids: Sequence[int], count: int) -> list[int]:
        found: list[int] = []
        for _ in range(count):
            found.append(int(self.logits([*ids, *found])[-1].argmax()))
        return found

    def close(self) -> None:
        self.closed = True


class Biased(ToyModel):
    """The original answers as it should; the artifact's logits are a little off."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.bias = 0.0 if path.name == "toy.gguf" and (path.parent / "text").exists() else 0.25


def check(folder: Path, *, source: Path | None = None, texts: Sequence[Path] = (), model: Any = None) -> Findings:
    request = VerifyRequest(folder, tuple(texts), None if source is None else str(source))
    return verify(request, open_model=model, report=lambda _: None)


def text_file(folder: Path, *lines: str) -> Path:
    path = folder / "lines.txt"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def test_an_artifact_holds_when_nothing_was_done_to_it(made: tuple[Path, Path]) -> None:
    model, folder = made
    found = check(folder, source=model, model=ToyModel)
    assert found.failures == []
    assert len(found.checked) == 4
    assert found.run is not None
    assert found.run.difference == 0.0
    assert found.run.places > 20


def test_text_is_proven_line_by_line_and_every_change_is_shown(made: tuple[Path, Path], tmp_path: Path) -> None:
    model, folder = made
    unseen = PORTUGUESE.split()[-8:]
    text = text_file(tmp_path, *sentences(" ".join(PORTUGUESE.split()[:10]), 20), " ".join(unseen), "መምህሩ መጽሐፉን")
    found = check(folder, source=model, texts=[text])
    assert found.failures == []
    assert found.text is not None
    assert (found.text.lines, found.text.proven) == (22, 22 - len(found.text.changes))
    assert [one.line for one in found.text.changes] == [" ".join(unseen), "መምህሩ መጽሐፉን"]
    changed = found.text.changes[0]
    assert "".join(changed.before) == "".join(changed.after) == " " + " ".join(unseen)
    assert len(changed.after) > len(changed.before)
    ethiopic = next(row for row in found.text.scripts if row.script == "Ethi")
    assert (ethiopic.lines, ethiopic.fallback_before) == (1, 0)
    assert ethiopic.fallback_after > 0.8 * ethiopic.tokens_after
    assert ethiopic.tokens_after > ethiopic.tokens_before
    shown = "\n".join(found.lines())
    assert "20 of 22 lines of text are proven identical (90.91%)" in shown
    assert f"  before  {'|'.join(changed.before)}" in shown
    value = json.loads(json.dumps(found.to_json()))["text"]
    assert (value["proven_lines"], value["identical_lines"], len(value["changes"])) == (20, 20, 2)
    assert value["scripts"][0]["script"] == "Ethi"


def test_only_ten_changes_are_shown_and_json_has_them_all(made: tuple[Path, Path], tmp_path: Path) -> None:
    model, folder = made
    found = check(folder, source=model, texts=[text_file(tmp_path, *(f"ነ{at}" for at in range(30)))])
    lines = "\n".join(found.lines())
    assert lines.count("before ") == 10
    assert "and 20 lines more" in lines
    assert len(found.to_json()["text"]["changes"]) == 30


def test_without_the_source_text_is_measured_but_not_proven(made: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = made
    found = check(folder, texts=[text_file(tmp_path, "o livro")], model=ToyModel)
    assert found.failures == []
    assert found.text is not None
    assert not found.compared
    assert "proven" not in "\n".join(found.lines()).partition("lines of text")[0]
    value = found.to_json()["text"]
    assert value["proven_lines"] is None
    assert value["scripts"][0]["fertility_before"] is None
    assert value["scripts"][0]["fertility_after"] == 1.0
    assert found.run is None
    assert any("--source" in note for note in found.notes)


def test_an_installed_source_is_found_by_its_bytes(made: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = made
    add(folder)
    again = edgekit.export(folder, languages=["pt"], corpus=[tmp_path / "text" / "lesson.pt"], out=tmp_path, id="again")
    found = check(again.folder)
    assert found.failures == []
    assert not found.notes or "runs" in found.notes[0]
    assert len(found.checked) == 4


def test_an_installed_model_is_verified_by_its_id(made: tuple[Path, Path]) -> None:
    add(made[1])
    found = check(Path(made[1].name))
    assert not found.failures
    assert any("files" in line for line in found.checked)
    with pytest.raises(UnavailableError) as caught:
        check(Path("no-such-model"))
    assert "edgekit models ls" in str(caught.value.hint)


def test_greedy_text_parts_only_where_the_choice_was_trimmed(made: tuple[Path, Path]) -> None:
    model, folder = made

    class Lost(ToyModel):
        """The original wants a token that is gone."""

        def greedy(self, ids: Sequence[int], count: int) -> list[int]:
            found = super().greedy(ids, count)
            if len(self.rows) == open_gguf(model).tokenizer.size:
                _, kept = read_map(folder / "vocab_map.json")
                gone = int(np.setdiff1d(np.arange(len(self.rows)), kept)[-1])
                return [*found[:3], gone, *found[4:]]
            return found

    found = check(folder, source=model, model=Lost)
    assert found.failures == []
    assert found.run is not None
    assert len(found.run.divergences) == found.run.texts > 0
    assert found.run.tokens == 3 * found.run.texts
    assert any("which is gone" in line for line in found.lines())


def test_greedy_text_that_parts_at_a_kept_token_does_not_hold(made: tuple[Path, Path]) -> None:
    model, folder = made

    class Wrong(ToyModel):
        def greedy(self, ids: Sequence[int], count: int) -> list[int]:
            found = super().greedy(ids, count)
            return found if len(self.rows) == open_gguf(model).tokenizer.size else [found[0] ^ 1, *found[1:]]

    assert any("the text goes on with" in reason for reason in check(folder, source=model, model=Wrong).failures)


def test_logits_that_differ_do_not_hold(made: tuple[Path, Path]) -> None:
    model, folder = made
    found = check(folder, source=model, model=Biased)
    assert found.failures == ["a logit of a kept token differs by 0.25"]
    assert found.to_json()["holds"] is False


def test_a_source_that_does_not_run_here_is_a_note_and_an_artifact_that_does_not_is_a_failure(
    made: tuple[Path, Path],
) -> None:
    model, folder = made

    def refuse_all(path: Path) -> ToyModel:
        raise EngineError(f"`{path.name}` cannot be opened")

    def refuse_trimmed(path: Path) -> ToyModel:
        return ToyModel(path) if path == model else refuse_all(path)

    found = check(folder, source=model, model=refuse_all)
    assert (found.failures, found.run) == ([], None)
    assert any("does not run here" in note for note in found.notes)
    assert check(folder, source=model, model=refuse_trimmed).failures == [
        "its source runs here, and it does not: `toy.gguf` cannot be opened"
    ]


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["toy.gguf", "report.html", "vocab_map.json"])
def test_a_byte_that_changed_is_found(made: tuple[Path, Path], name: str) -> None:
    _, folder = made
    flip(folder / name)
    assert check(folder).failures == [f"`{name}` has another sha256 than its receipt says"]


def test_a_file_that_nobody_wrote_down_is_found(made: tuple[Path, Path]) -> None:
    _, folder = made
    (folder / "sub").mkdir()
    (folder / "sub" / "more.bin").write_bytes(b"x")
    assert check(folder).failures == ["`sub/more.bin` is not in the receipt"]


def rewrite(folder: Path, **changes: Any) -> None:
    """A receipt that agrees with the files as they are, with changes to what it says of the vocabulary."""
    receipt = read_receipt(folder)
    files = tuple(
        dataclasses.replace(
            file, size_bytes=(folder / file.path).stat().st_size, sha256=sha256_file(folder / file.path)
        )
        for file in receipt.files
    )
    assert receipt.vocabulary is not None
    vocabulary = dataclasses.replace(receipt.vocabulary, **changes)
    write_receipt(folder, dataclasses.replace(receipt, files=files, vocabulary=vocabulary))


def test_a_receipt_that_tells_of_other_tokens_does_not_hold(made: tuple[Path, Path]) -> None:
    _, folder = made
    rewrite(folder, fingerprint="0" * 64)
    assert check(folder).failures == ["the model's tokens are not those of the receipt"]


def test_a_map_that_leads_elsewhere_does_not_hold(made: tuple[Path, Path]) -> None:
    model, folder = made
    value = json.loads((folder / "vocab_map.json").read_text())
    last = value["kept"][-1]
    gone = next(at for at in range(last, 0, -1) if at not in value["kept"])
    value["kept"] = sorted({*value["kept"][:-1], gone})
    text = json.dumps(value)
    text += " " * ((folder / "vocab_map.json").stat().st_size - len(text))
    (folder / "vocab_map.json").write_text(text)
    receipt = json.loads((folder / "edgekit.json").read_text())
    for file in receipt["files"]:
        path = folder / file["path"]
        file.update(size_bytes=path.stat().st_size, sha256=sha256_file(path))
    (folder / "edgekit.json").write_text(json.dumps(receipt))
    assert any("the map does not lead" in reason for reason in check(folder, source=model).failures)


def test_a_row_that_is_not_the_sources_does_not_hold(made: tuple[Path, Path]) -> None:
    model, folder = made
    place = open_gguf(folder / "toy.gguf").file.tensors["token_embd.weight"]
    flip(folder / "toy.gguf", place.begin + 100)
    rewrite(folder)
    assert check(folder, source=model).failures == ["`token_embd.weight` is not what the source has"]


def test_another_model_as_its_source_does_not_hold(made: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = made
    other = write_small_gguf(tmp_path / "other" / "toy.gguf", joins=100)
    assert check(folder, source=other).failures == [f"`{other}` is not the file that it was made from"]


def test_what_cannot_be_verified_is_a_typed_error(made: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = made
    with pytest.raises(UnavailableError, match="no folder"):
        check(tmp_path / "nowhere")
    with pytest.raises(ModelFormatError, match="is no artifact") as caught:
        check(tmp_path)
    assert caught.value.hint == f"run `edgekit verify {folder}`"
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    for missing in (tmp_path / "latin.txt", tmp_path / "none.txt"):
        with pytest.raises(InputError):
            check(folder, texts=[missing])
    with pytest.raises(UnavailableError):
        check(folder, source=tmp_path / "none.gguf")


def test_a_receipt_that_is_damaged_anywhere_is_a_typed_error_or_a_failure(made: tuple[Path, Path]) -> None:
    _, folder = made
    data = (folder / "edgekit.json").read_bytes()
    chooser = np.random.default_rng(1)
    for at in chooser.integers(0, len(data), 60).tolist():
        (folder / "edgekit.json").write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        try:
            check(folder)
        except EdgekitError:
            pass
