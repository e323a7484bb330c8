"""What a person sees of a document's translation: data on stdout, narration on stderr, an exit code."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from documents.zip_files import docx, louder, paragraph, run
from translate.marked_toys import Loud, Result

from edgekit.cli.documents import SCHEMA, translate_file
from edgekit.core.errors import FailedError, UsageError
from edgekit.core.findings import Finding
from edgekit.core.marked import MarkedText
from edgekit.translate.outcome import MarkedTranslator


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.docx"
    path.write_bytes(docx(paragraph(run("Good morning.")) + paragraph(run("12 a")) + paragraph(run("Good night."))))
    return path


class Doubtful(Loud):
    """Finds fault with the night."""

    def result(self, text: MarkedText) -> Result:
        if "night" not in text.text:
            return Result(louder(text), confidence=0.9)
        return Result(louder(text), (Finding("number", "`12` vanished"),), kept=1, repaired=1, confidence=0.25)


def opener(translator: MarkedTranslator) -> Callable[[], contextlib.AbstractContextManager[MarkedTranslator]]:
    @contextlib.contextmanager
    def opened() -> Iterator[MarkedTranslator]:
        yield translator

    return opened


def refused() -> contextlib.AbstractContextManager[MarkedTranslator]:
    raise AssertionError("no model is needed")


def test_a_document_is_summed_up_on_stderr_and_stdout_stays_empty(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carta.docx"
    translate_file(letter, out, opener(Doubtful()))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        f"{out}: 3 of 3 segments translated",
        "kept 1 of 1, repaired 1, left as source 0",
        "1 segment to look at: `--review --force` shows them, the worst first",
    ]
    assert out.exists()


def test_a_document_is_one_object_when_json_is_asked_for(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carta.docx"
    translate_file(letter, out, opener(Doubtful()), as_json=True, review=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema"] == SCHEMA
    assert shown["out"] == str(out)
    assert (shown["segments"], shown["unique"], shown["words"]) == (3, 3, 6)
    assert (shown["translated"], shown["same"], shown["left"], shown["resumed"]) == (3, 0, 0, 0)
    assert shown["protected"] == {"total": 1, "kept": 1, "repaired": 1, "left_as_source": 0}
    assert [row["segment"] for row in shown["rows"]] == [3, 1, 2]
    assert shown["rows"][0] == {
        "segment": 3,
        "place": "word/document.xml 3",
        "source": "Good night.",
        "text": "GOOD NIGHT.",
        "state": "translated",
        "origin": "model",
        "confidence": 0.25,
        "findings": [{"kind": "number", "detail": "`12` vanished"}],
    }


class Unsure(Doubtful):
    """Has doubts about the table, and left it."""

    def result(self, text: MarkedText) -> Result:
        return Result(text, confidence=0.3) if text.text == "12 a" else super().result(text)


def test_a_review_shows_the_worst_first_and_says_how_many_it_left_out(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carta.docx"
    translate_file(letter, out, opener(Unsure()), review=True)
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "3 (word/document.xml 3): translated, 25% sure",
        "  Good night.",
        "  GOOD NIGHT.",
        "  - `12` vanished",
        "2 (word/document.xml 2): same, 30% sure",
        "  12 a",
        "  12 a",
    ]
    assert shown.err.splitlines() == [
        "1 of 3 segments is not listed: nothing was found, and none is less than 33% sure",
        f"{out}: 2 of 3 segments translated, 1 unchanged",
        "kept 1 of 1, repaired 1, left as source 0",
    ]


def test_nothing_is_said_of_what_was_kept_when_there_was_nothing_to_keep(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carta.docx"
    translate_file(letter, out, opener(Loud()))
    assert capsys.readouterr().err.splitlines() == [f"{out}: 3 of 3 segments translated"]


def test_a_dry_run_does_not_mind_an_output_that_is_there(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carta.docx"
    out.write_text("mine")
    translate_file(letter, out, refused, dry_run=True)
    assert capsys.readouterr().out.startswith("3 segments")
    assert out.read_text() == "mine"


def test_a_dry_run_counts_and_opens_no_model(letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    translate_file(letter, None, refused, dry_run=True)
    assert capsys.readouterr().out == "3 segments (3 different), 6 words, 28 characters\n"
    translate_file(letter, None, refused, dry_run=True, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["dry_run"], shown["segments"], shown["estimated_seconds"]) == (True, 3, None)
    translate_file(letter, None, opener(Loud()), dry_run=True, estimate=True)
    assert "measured on some of them" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["letter.docx"]


def test_a_document_fails_when_nothing_of_it_was_translated(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FailedError, match="not one of 3 texts was translated"):
        translate_file(letter, tmp_path / "carta.docx", opener(Loud(lambda text: text)))
    assert "3 unchanged" in capsys.readouterr().err


def test_a_document_needs_an_output_and_the_hint_can_be_pasted(letter: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        translate_file(letter, None, refused)
    assert caught.value.hint == "add `-o letter-translated.docx`"
    (tmp_path / "carta.docx").touch()
    with pytest.raises(UsageError, match="exists already"):
        translate_file(letter, tmp_path / "carta.docx", refused)


def test_a_document_without_text_is_copied_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "a.docx", tmp_path / "b.docx"
    path.write_bytes(docx(paragraph(run("12"))))
    translate_file(path, out, opener(Loud()))
    assert capsys.readouterr().err == f"{out}: a copy, for there was no text to translate\n"
    assert out.read_bytes() == path.read_bytes()


def test_a_document_that_was_stopped_says_how_it_goes_on(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carta.docx"
    with pytest.raises(KeyboardInterrupt):
        translate_file(letter, out, opener(Loud(fails_after=0)))
    assert "the same command goes on where it was" in capsys.readouterr().err
    assert not out.exists()
    translate_file(letter, out, opener(Loud()))
    assert out.exists()
