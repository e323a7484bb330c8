"""The lines of the benchmark and what its command line takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.figures import Target, Verdict
from benchmarks.lines import distinct_lines, flores, parallel, repeats, sentences
from benchmarks.machine import instruction_sets, model_name
from benchmarks.report import Section, verdict_as_json
from benchmarks.translation import SECTIONS, choose_cores, read_options
from edgekit.core.errors import InputError, UnavailableError, UsageError

LINES = ["The cat sat. The dog ran!", "“We can go,” he said.", "42", "It cost 3.5 million: a lot."]


def test_parallel_leaves_blank_lines_out_of_both_files(tmp_path: Path) -> None:
    source, reference = tmp_path / "a", tmp_path / "b"
    source.write_text("one\n\n three \n", encoding="utf-8")
    reference.write_text("um\nnada\ntrês\n", encoding="utf-8")
    corpus = parallel(source, reference, None)
    assert corpus.lines == ("one", "three")
    assert corpus.reference == ("um", "três")
    assert corpus.whole
    assert corpus.words == 2
    assert not parallel(source, reference, 1).whole
    assert parallel(source, None, None).reference is None


def test_parallel_is_refused_when_the_files_are_not(tmp_path: Path) -> None:
    source, reference = tmp_path / "a", tmp_path / "b"
    source.write_text("one\ntwo\n", encoding="utf-8")
    reference.write_text("um\n", encoding="utf-8")
    with pytest.raises(InputError, match="2 lines"):
        parallel(source, reference, None)
    reference.write_bytes(b"\xff\n\n")
    with pytest.raises(InputError, match="not UTF-8"):
        parallel(source, reference, None)
    source.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="no line"):
        parallel(source, None, None)


def test_flores_says_every_missing_file_and_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        flores(tmp_path, "en", "pt", None)
    assert len(caught.value.reasons) == 2
    assert "--source" in (caught.value.hint or "")


def test_repeats_counts_what_came_before() -> None:
    assert repeats([]) == 0
    assert repeats(["a", "b", "a", "a"]) == 2


@pytest.mark.parametrize("language", ["en", "pt"])
def test_distinct_lines_hold_no_equal_sentence_when_lines_come_again(language: str) -> None:
    made = list(distinct_lines(LINES, 50, language))
    assert len(made) == 50
    found = sentences(made, language)
    assert repeats(found) == 0
    # As many sentences as the lines have: a number before one must not split it.
    assert len(found) == sum(len(sentences([LINES[at % len(LINES)]], language)) for at in range(50))


def test_distinct_lines_are_refused_when_there_is_nothing_to_repeat() -> None:
    with pytest.raises(UsageError):
        list(distinct_lines([], 1, "en"))


@pytest.mark.parametrize(
    ("text", "name", "sets"),
    [
        (
            "model name\t: AMD EPYC\nflags\t\t: fpu avx2 avx512f avx512_vnni\n",
            "AMD EPYC",
            ["AVX2", "AVX-512", "AVX512-VNNI"],
        ),
        ("processor\t: 0\nFeatures\t: fp asimd asimddp\n", None, ["Arm dot product"]),
        ("", None, []),
    ],
)
def test_machine_is_read_from_cpuinfo(text: str, name: str | None, sets: list[str]) -> None:
    assert model_name(text) == name
    assert instruction_sets(text) == sets


def test_options_leave_the_long_comparison_out_unless_asked() -> None:
    assert read_options([]).only == SECTIONS[:-1]
    assert read_options(["--activations"]).only == SECTIONS
    assert read_options(["--only", "rate, open"]).only == ("rate", "open")
    assert read_options(["--scaling", "full"]).scaling == (1_000, 10_000, 100_000)
    assert read_options(["--scaling", "10,20"]).scaling == (10, 20)


@pytest.mark.parametrize(
    "arguments",
    [["--only", "everything"], ["--limit", "0"], ["--scaling", "many"], ["--reference", "x"], ["--peers", "mine"]],
)
def test_options_are_refused_when_wrong(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        read_options(arguments)
    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_core_is_refused_when_it_may_not_be_used() -> None:
    with pytest.raises(UsageError, match="core 100000"):
        choose_cores(100_000)


def test_section_prints_table_notes_and_targets_and_gives_them_as_json() -> None:
    verdict = Verdict(Target("speed", 2, " x", at_least=True), 1.5)
    section = Section("a", "Speed", ["engine"], [["edgekit"]], ["a remark"], [verdict], {"ratio": 1.5})
    text = section.text()
    assert text.index("## Speed") < text.index("| edgekit |") < text.index("- a remark") < text.index("not met")
    told = section.as_json()
    assert told["ratio"] == 1.5
    assert told["targets"] == [{"target": "speed", "measured": 1.5, "at_least": 2, "unit": "x", "met": False}]
    assert verdict_as_json(Verdict(verdict.target, None))["met"] is None
