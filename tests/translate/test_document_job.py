"""The job of a document: whole or not there, each text once, and where it was after a power cut."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest
from documents.zip_files import docx, louder, paragraph, run
from documents.zip_samples import SAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from translate.marked_toys import Loud, Result

from edgekit.core.errors import InputError, OutputError, UnavailableError, UsageError
from edgekit.core.events import Event, Note, Progress, StepFinished, StepStarted
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document
from edgekit.translate import documents
from edgekit.translate.documents import DocumentJob, translate_document
from edgekit.translate.journal import Journal, alone_with, journal_path
from edgekit.translate.outcome import Outcome

LINES = [f"This is line {number} of the text." for number in range(200)]


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(documents, "_LARGEST_BATCH", 64)  # several batches of few lines
    path = tmp_path / "letter.docx"
    path.write_bytes(docx("".join(paragraph(run(line)) for line in LINES)))
    return path


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_a_document_is_translated_and_counted(tmp_path: Path) -> None:
    path, out = tmp_path / "a.docx", tmp_path / "b.docx"
    path.write_bytes(SAMPLES["docx"])
    result = translate_document(path, out, Loud())
    document = open_document(path)
    assert out.read_bytes() == document.written([louder(one) for one in document.segments])
    assert result.counts.segments == len(document.segments) == len(result.rows)
    assert result.counts.unique == len(set(document.segments)) < len(document.segments)  # the text box is there twice
    assert result.counts.characters == sum(len(one.text) for one in document.segments)
    assert (result.count("translated"), result.count("same"), result.count("left")) == (len(result.rows), 0, 0)
    assert (result.kept, result.protected) == (5, 5)
    assert not result.is_unchanged
    assert result.rows[0].place == "word/document.xml 1"
    assert (result.rows[0].source, result.rows[0].target) == ("The water cycle", "THE WATER CYCLE")
    assert left_behind(tmp_path) == []


def test_words_are_counted_as_a_person_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("It's a well-known word.\n", encoding="utf-8")
    assert DocumentJob(path, None).counts.words == 5


def test_each_text_is_translated_once_when_it_comes_often(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx(paragraph(run("Word")) * 50 + paragraph(run("Other"))))
    translator = Loud()
    result = translate_document(path, tmp_path / "b.docx", translator)
    assert [text.text for text in translator.seen] == ["Word", "Other"]
    assert result.count("translated") == 51


@pytest.mark.parametrize(
    ("done", "taken", "size"), [(32, 0.0, 256), (32, 0.1, 256), (32, 2.5, 64), (64, 10.0, 32), (8, 600.0, 4)]
)
def test_a_batch_takes_about_five_seconds_when_the_one_before_took_so_long(done: int, taken: float, size: int) -> None:
    assert documents._next_size(done, taken) == size


def test_progress_goes_to_the_total_and_never_back(letter: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    translate_document(letter, tmp_path / "b.docx", Loud(), report=events.append)
    assert events[0] == StepStarted("translate", "letter.docx")
    assert events[-1] == StepFinished("translate", "200 segments")
    steps = [event for event in events if isinstance(event, Progress)]
    assert {(step.total, step.unit) for step in steps} == {(200, "segments")}
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 200)


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_a_run_goes_on_where_an_interrupted_one_was(letter: Path, tmp_path: Path, batches: int) -> None:
    whole, out = tmp_path / "whole.docx", tmp_path / "b.docx"
    translate_document(letter, whole, Loud())
    first = Loud(fails_after=batches)
    with pytest.raises(KeyboardInterrupt):
        translate_document(letter, out, first)
    assert not out.exists()
    assert left_behind(tmp_path) == [".b.docx.edgekit-journal"]
    second, events = Loud(), list[Event]()
    result = translate_document(letter, out, second, report=events.append)
    assert out.read_bytes() == whole.read_bytes()
    assert [text.text for text in first.seen + second.seen] == LINES  # none twice, none missing
    assert result.resumed == len(first.seen)
    assert (Note(f"going on where an earlier run was: {len(first.seen)} of 200 texts are done") in events) == (
        batches > 0
    )
    assert left_behind(tmp_path) == []


def test_a_journal_is_not_used_when_it_is_of_another_document_or_other_settings(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.docx"

    def interrupted() -> None:
        with pytest.raises(KeyboardInterrupt):
            translate_document(letter, out, Loud(fails_after=2), settings="en-pt, model 1")

    interrupted()
    for changed in ({"settings": "en-pt, model 2"}, {"options": DocumentOptions(comments=False)}, {"resume": False}):
        fresh = Loud()
        translate_document(letter, out, fresh, force=True, **{"settings": "en-pt, model 1", **changed})  # type: ignore[arg-type]  # options of any type
        assert len(fresh.seen) == 200
        interrupted() if not out.exists() else out.unlink()
        interrupted()
    letter.write_bytes(docx(paragraph(run(LINES[0]))))
    fresh = Loud()
    assert translate_document(letter, out, fresh, settings="en-pt, model 1").resumed == 0
    assert len(fresh.seen) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 4000), tail=st.binary(max_size=30))
def test_a_journal_gives_what_is_sound_when_it_was_cut_off_anywhere(tmp_path: Path, cut: int, tail: bytes) -> None:
    path = tmp_path / "journal"
    path.unlink(missing_ok=True)
    journal = Journal(path, "key", resume=True)
    outcomes = {
        number: Outcome(
            MarkedText(f"texto {number}\n\ud800", (Mark(0, 5, "pair", "a"),)), (Finding("number", "x", (0, 1)),)
        )
        for number in range(20)
    }
    journal.add(outcomes)
    journal.close()
    data = path.read_bytes()
    path.write_bytes(data[: min(cut, len(data))] + (tail if cut < len(data) else b""))
    again = Journal(path, "key", resume=True)
    assert again.done == {number: outcomes[number] for number in range(len(again.done))}
    lines = data[:cut].count(b"\n")
    assert len(again.done) >= max(0, lines - 1)
    again.add({number: outcome for number, outcome in outcomes.items() if number not in again.done})
    again.close()
    assert path.read_bytes() == data
    third = Journal(path, "key", resume=True)
    third.remove()
    assert third.done == outcomes


@pytest.mark.parametrize("line", ["[]", "{}", '{"number": 1}', '{"number":0,"text":5}', "null", "[" * 5000, "\xff"])
def test_a_journal_drops_a_line_that_is_none_of_its_own(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, "key", resume=True)
    journal.add({0: Outcome(MarkedText("a"))})
    journal.close()
    with path.open("ab") as stream:
        stream.write(line.encode("latin-1") + b"\n")
    again = Journal(path, "key", resume=True)
    again.close()
    assert again.done == {0: Outcome(MarkedText("a"))}


def test_a_journal_that_is_longer_than_its_document_is_not_trusted(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.docx"
    with pytest.raises(KeyboardInterrupt):
        translate_document(letter, out, Loud(fails_after=1))
    path = journal_path(out)
    path.write_bytes(path.read_bytes().replace(b'"number":3,', b'"number":5000,'))
    translator = Loud()
    translate_document(letter, out, translator)
    assert LINES[3] in [text.text for text in translator.seen]


def test_a_run_is_refused_when_another_one_writes_the_same_file(letter: Path, tmp_path: Path) -> None:
    with alone_with(tmp_path / "b.docx"), pytest.raises(UsageError, match="another edgekit"):
        translate_document(letter, tmp_path / "b.docx", Loud())
    translate_document(letter, tmp_path / "b.docx", Loud())


def test_a_run_says_why_when_nothing_can_be_written_beside_the_output(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, opened = tmp_path / "b.docx", Path.open

    def refuse(path: Path, *arguments: Any, **named: Any) -> IO[Any]:
        if path.name.endswith(".lock"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OutputError) as caught:
        translate_document(letter, out, Loud())
    assert caught.value.message == f"cannot write to `{out}`: Permission denied"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which nothing can be made")
def test_a_run_does_not_blame_another_when_the_folder_takes_no_file(letter: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write to `/proc/b\.docx`: No such file"):
        translate_document(letter, Path("/proc/b.docx"), Loud())


def test_the_output_that_is_hinted_at_is_never_the_document(letter: Path, tmp_path: Path) -> None:
    for out, named in [
        (letter.with_suffix(".txt"), tmp_path / "letter-translated.docx"),
        (letter.with_suffix(".pdf"), tmp_path / "letter-translated.docx"),
        (tmp_path / "carta.txt", tmp_path / "carta.docx"),
    ]:
        with pytest.raises(UsageError, match=f"is docx, and `{out.name}` would be {out.suffix[1:]}") as caught:
            translate_document(letter, out, Loud())
        assert str(caught.value.hint).endswith(f"`-o {named}`")


def test_an_output_is_never_replaced_unless_it_is_asked_for(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.docx"
    out.write_text("mine")
    with pytest.raises(UsageError, match="exists already") as caught:
        translate_document(letter, out, Loud())
    assert "--force" in str(caught.value.hint)
    assert out.read_text() == "mine"
    translate_document(letter, out, Loud(), force=True)
    assert open_document(out).segments[0].text == LINES[0].upper()


def test_an_output_is_refused_when_it_is_the_document_a_folder_or_of_another_kind(letter: Path, tmp_path: Path) -> None:
    before = letter.read_bytes()
    (tmp_path / "link.docx").symlink_to(letter)
    for out, message in [
        (letter, "is the document itself"),
        (tmp_path / "link.docx", "is the document itself"),
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "b.docx", "there is no folder"),
        (tmp_path / "b.odt", "is docx, and `b.odt` would be odt"),
    ]:
        with pytest.raises(UsageError, match=message):
            translate_document(letter, out, Loud(), force=True)
    assert letter.read_bytes() == before
    with pytest.raises(UnavailableError, match="there is no file"):
        translate_document(tmp_path / "none.docx", tmp_path / "b.docx", Loud())
    (tmp_path / "a.xyz").write_text("words")
    with pytest.raises(InputError, match="no kind of document"):
        translate_document(tmp_path / "a.xyz", tmp_path / "b.xyz", Loud())


def test_a_translation_that_lost_its_marks_is_left_as_its_source_and_counted(tmp_path: Path) -> None:
    path, out = tmp_path / "a.docx", tmp_path / "b.docx"
    path.write_bytes(SAMPLES["docx"])

    def careless(text: MarkedText) -> MarkedText:
        return MarkedText(text.text.upper().replace("\n", " "), ())

    result = translate_document(path, out, Loud(careless))
    segments = open_document(path).segments
    hurt = [index for index, one in enumerate(segments) if one.marks or "\n" in one.text]
    assert [row.number - 1 for row in result.rows if row.state == "left"] == hurt
    for index, (row, other) in enumerate(zip(result.rows, open_document(out).segments, strict=True)):
        assert other.text == row.target == (segments[index].text if index in hurt else segments[index].text.upper())
    for index in hurt:
        assert [finding.kind for finding in result.rows[index].findings] == ["keep"]
    assert result.worst_first()[0].state == "left"
    assert any("is missing" in row.findings[0].detail for row in result.rows if row.findings)


def test_formatting_that_found_no_words_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx(paragraph(run("The "), run("red", "<w:b/>"), run(" house"))))

    def forgetful(text: MarkedText) -> MarkedText:
        return MarkedText("A casa", tuple(Mark(0, 0, "point", mark.name) for mark in text.marks))

    (row,) = translate_document(path, tmp_path / "b.docx", Loud(forgetful)).rows
    assert row.target == "A casa"
    assert row.findings == (Finding("keep", "the formatting of `red` is on no word of the translation", (4, 7)),)


def test_a_document_that_came_back_as_it_was_is_told(letter: Path, tmp_path: Path) -> None:
    result = translate_document(letter, tmp_path / "b.docx", Loud(lambda text: text))
    assert result.is_unchanged
    assert result.count("same") == 200
    assert (tmp_path / "b.docx").read_bytes() == letter.read_bytes()


def test_what_was_only_left_is_not_told_as_the_same_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Lima\n\nIntro\n\nMemo\n\nOne is here.\n", encoding="utf-8")
    found = (Finding("untranslated", "it came back as it was"),)

    class Left(Loud):
        def result(self, text: MarkedText) -> Result:
            return {
                "Lima": Result(text),
                "Intro": Result(text, found),
                "Memo": Result(text, found, origin="memory"),
            }.get(text.text) or super().result(text)

    result = translate_document(path, tmp_path / "b.txt", Left())
    assert [row.state for row in result.rows] == ["same", "left", "same", "translated"]
    assert result.worst_first()[0].source == "Intro"


def test_rows_are_sorted_by_what_is_worst(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One is here.\n\nTwo is here.\n\nThree is here.\n\nFour is here.\n", encoding="utf-8")
    sure = {"One is here.": 0.9, "Two is here.": 0.2, "Three is here.": None, "Four is here.": 0.5}

    class Doubtful(Loud):
        def result(self, text: MarkedText) -> Result:
            return Result(louder(text), origin="memory", confidence=sure[text.text])

    result = translate_document(path, tmp_path / "b.txt", Doubtful())
    assert [row.number for row in result.worst_first()] == [2, 4, 1, 3]
    assert result.from_memory == 4


def test_counting_writes_nothing_and_an_estimate_is_measured_on_a_part(letter: Path, tmp_path: Path) -> None:
    job = DocumentJob(letter, tmp_path / "b.docx")
    assert (job.counts.segments, job.counts.unique, job.counts.words) == (200, 200, 1400)
    translator = Loud()
    assert job.estimate_seconds(translator, seconds=0.0001) > 0
    assert 0 < len(translator.seen) < 200
    assert [path.name for path in tmp_path.iterdir()] == ["letter.docx"]
    with pytest.raises(UsageError, match="no output"):
        DocumentJob(letter, None).run(Loud())


def test_a_full_disk_is_one_error_and_the_journal_stays(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(documents, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        translate_document(letter, tmp_path / "b.docx", Loud())
    monkeypatch.undo()
    second = Loud()
    assert translate_document(letter, tmp_path / "b.docx", second).resumed == 200
    assert second.seen == []


def test_a_killed_job_goes_on_where_it_was_whenever_that_was(letter: Path, tmp_path: Path) -> None:
    whole, out, log = tmp_path / "whole.docx", tmp_path / "b.docx", tmp_path / "log"
    translate_document(letter, whole, Loud())
    program = [sys.executable, str(Path(__file__).with_name("marked_toys.py")), str(letter), str(out)]
    chance = random.Random(5)
    for _ in range(5):
        before = log.stat().st_size if log.exists() else 0
        process = subprocess.Popen([*program, "0.1", str(log)], cwd=Path(__file__).parents[2])
        limit = time.monotonic() + 60
        # From before the first text to behind the last one.
        while process.poll() is None and time.monotonic() < limit and chance.random() < 0.9:
            if (log.stat().st_size if log.exists() else 0) > before:
                time.sleep(chance.random() * 0.3)
                break
            time.sleep(0.02)
        process.kill()
        process.wait()
        if out.exists():
            break
        assert len(left_behind(tmp_path)) <= 3
    if not out.exists():
        subprocess.run([*program, "0", str(log)], cwd=Path(__file__).parents[2], check=True)
    assert out.read_bytes() == whole.read_bytes()
    done = log.read_text(encoding="utf-8").splitlines()
    assert set(done) == set(LINES)
    # At most one batch is translated twice for each kill: what came after the last line of the journal.
    assert len(done) <= 200 + 5 * 1024


def test_a_document_named_by_strings_takes_the_languages_of_its_translator(tmp_path: Path) -> None:
    page, out = tmp_path / "page.html", tmp_path / "pagina.html"
    page.write_text('<html lang="en"><p>the book</p></html>', "utf-8")
    translator = Loud()
    translator.direction = Direction("en", "pt")  # type: ignore[attr-defined]  # replaced for this test
    assert translate_document(str(page), str(out), translator).out == out
    assert out.read_text("utf-8") == '<html lang="pt"><p>THE BOOK</p></html>'
