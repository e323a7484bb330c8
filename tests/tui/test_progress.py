"""A job's line says which step of how many it is at, and all of it in the language of the screens."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.raised import EXPORTERS, ROOT, written

from edgekit.core.errors import InputError
from edgekit.core.events import Progress, StepFinished, StepStarted
from tui import words
from tui.bridge import Job, _Reporter
from tui.progress import (
    DETAILS,
    NAMES,
    STEP_NAMES,
    STEPS,
    line_in_words,
    log_in_words,
    name_in_words,
    place,
    step_in_words,
    told_of,
)

OTHERS = [tag for tag in words.LANGUAGES if tag != "en"]
# Steps of the command line alone.
NOT_HERE = {"align", "compile", "fit", "judge", "replay"}

NEVER_ONE = re.compile(
    r"(?:of|to) \{\w+\} (?:tokens|constants|matrices)|words alike|layers of|from \{\w+\} sources|\w+ are cut"
)


@pytest.fixture(params=OTHERS)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    words.choose(request.param)
    yield request.param
    words.choose("en")


def calls() -> Iterator[tuple[str, ast.Call, ast.AST]]:
    for root in (ROOT, EXPORTERS, ROOT.parent / "tui"):
        for path in sorted(root.rglob("*.py")):
            if "cli" not in path.parts and "evaluate" not in path.parts:
                tree = ast.parse(path.read_text("utf-8"))
                for node in ast.walk(tree):
                    name = getattr(node, "func", None)
                    if isinstance(node, ast.Call) and getattr(name, "id", "") in ("StepStarted", "StepFinished"):
                        yield path.name, node, tree


class Counted(ast.NodeTransformer):
    """`counted(number, "line")` as the texts that it may be."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if getattr(node.func, "id", "") != "counted" or not isinstance(node.args[1], ast.Constant):
            return self.generic_visit(node)
        one = str(node.args[1].value)
        several = ast.Constant(f"7 {one}s")
        return ast.IfExp(ast.Constant(True), ast.Constant(f"1 {one}"), several)


def test_every_step_has_a_name() -> None:
    found = set()
    for _path, call, tree in calls():
        found |= set(written(call.args[0], tree))
    assert len(found) > 15
    assert found - NOT_HERE <= set(STEP_NAMES)
    assert {one.removeprefix("?") for ways in STEPS.values() for way in ways for one in way} <= set(STEP_NAMES)
    assert set(STEPS) <= set(NAMES)


def test_the_details_of_a_step_are_translated(language: str) -> None:
    for path, call, tree in calls():
        step = written(call.args[0], tree)
        if len(call.args) < 2 or not step or step[0] in NOT_HERE:
            continue
        for text in written(Counted().visit(copy.deepcopy(call.args[1])), tree):
            made = re.sub(r"\{\w+\}", "7", text)
            job = Job("plan x", line=f"{step[0]}: {made}")
            told = line_in_words(job).partition(": ")[2]
            for word in (
                "of",
                "lines?",
                "texts?",
                "answers?",
                "files?",
                "sizes?",
                "for",
                "family",
                "with",
                "are",
                "which",
            ):
                assert not re.search(rf"\b{word}\b", told), (path, made, told)


def test_a_count_of_one_has_its_singular_wherever_a_step_tells_one() -> None:
    for path, call, tree in calls():
        for text in (one for part in call.args[1:] for one in written(part, tree)):
            counted = NEVER_ONE.sub("", text)
            assert not re.search(r"\{\w+\} [a-z]+s\b", counted), (path, text)


@pytest.mark.parametrize(
    ("line", "spanish", "portuguese"),
    [
        ("grade: 1 answer", "1 respuesta", "1 resposta"),
        ("grade: 0 of 1 answer, 1 answer/s, 1s left", "0 de 1 respuesta, 1 respuesta/s, ", "0 de 1 resposta, "),
        ("grade: 2 answers", "2 respuestas", "2 respostas"),
        ("look up: 1 file at abc", "1 archivo en abc", "1 arquivo em abc"),
        ("count: 1 text, 3 B", "1 texto, 3 B", "1 texto, 3 B"),
    ],
)
def test_one_is_said_in_the_singular(line: str, spanish: str, portuguese: str) -> None:
    for tag, wanted in (("es", spanish), ("pt", portuguese)):
        words.choose(tag)
        try:
            assert wanted in line_in_words(Job("x", line=line))
        finally:
            words.choose("en")


def told(job: Job, *events: StepStarted | StepFinished | Progress) -> list[str]:
    report = _Reporter(job, lambda _job: None)
    found = []
    for event in events:
        report(event)
        found.append(line_in_words(job))
    return found


def test_an_export_counts_its_steps() -> None:
    lines = told(
        Job("export x"),
        StepStarted("trim", "10,586 of 32,000 tokens, onnx"),
        Progress("trim", 1_000_000, 2_000_000, "bytes"),
        StepStarted("certify", "2 texts"),
        StepStarted("package", "x-pt"),
        StepStarted("masks", "which placeholders come through"),
    )
    assert [line.partition(":")[0] for line in lines] == [
        "step 1 of 3, trim",
        "step 1 of 3, trim",
        "step 2 of 3, certify",
        "step 3 of 3, package",
        "step 4 of 4, masks",
    ]


def test_a_pull_that_builds_no_translator_has_a_step_less() -> None:
    lines = told(Job("pull x"), StepStarted("fetch"), StepStarted("build"), StepStarted("install"))
    assert lines == ["step 1 of 4, fetch", "step 2 of 4, build", "step 3 of 3, install"]


def test_a_plan_of_a_model_of_the_hub_begins_there() -> None:
    assert told(Job("plan hf:a/b"), StepStarted("look up"), StepStarted("open")) == [
        "step 1 of 7, look up",
        "step 2 of 5, open",
    ]
    assert told(Job("plan x"), StepStarted("open"), StepStarted("curve", "33 sizes")) == [
        "step 1 of 4, open",
        "step 2 of 2, curve: 33 sizes",
    ]


def test_work_of_one_step_has_no_number() -> None:
    job = Job("grade answers.csv")
    assert told(job, StepStarted("grade", "30 answers"))[0] == "grade: 30 answers"
    assert place(job, "grade") == (1, 1)


def test_a_line_is_said_as_a_person_would() -> None:
    job = Job("plan firefox-en-pt", line="count: 9.0 kB of 19.2 kB, 4.1 MB/s, 6s left")
    for language, name, line in (
        ("en", "plan firefox-en-pt", "step 1 of 3, count: 9.0 kB of 19.2 kB, 4.1 MB/s, 6s left"),
        ("es", "planear firefox-en-pt", "paso 1 de 3, contar el texto: 9,0 kB de 19,2 kB, 4,1 MB/s, quedan 6s"),
        ("pt", "planejar firefox-en-pt", "passo 1 de 3, contar o texto: 9,0 kB de 19,2 kB, 4,1 MB/s, faltam 6s"),
    ):
        words.choose(language)
        try:
            assert (name_in_words(job), line_in_words(job)) == (name, line)
        finally:
            words.choose("en")


@given(st.text(max_size=40), st.text(max_size=60))
def test_in_english_a_line_is_what_the_job_said(name: str, line: str) -> None:
    job = Job(name, line=line)
    assert (name_in_words(job), line_in_words(job)) == (name, line)


@given(st.sampled_from(sorted(NAMES)), st.sampled_from(STEP_NAMES), st.text(max_size=60))
def test_numbers_of_steps_never_lie(work: str, step: str, detail: str) -> None:
    job = Job(f"{work} x", line=f"{step}: {detail}")
    at, count = place(job, step)
    assert 1 <= at <= count
    assert line_in_words(job).endswith(f"{step}: {detail}")


@pytest.mark.parametrize("detail", DETAILS)
def test_a_detail_is_known(detail: str, language: str) -> None:
    names = dict.fromkeys(re.findall(r"\{(\w+)\}", detail), "7")
    job = Job("x", line=f"count: {detail.format(**names)}")
    assert line_in_words(job) == f"{words._('count')}: {words._(detail).format(**names)}"


def test_a_log_is_said_in_the_language(language: str) -> None:
    problem = InputError("`a.txt` is empty", reasons=["line 3: no question"])
    job = Job("verify x", problem=problem)
    job.log += [
        "files: 13.5 MB",
        "ok    10 of 20 tokens, as the receipt says",
        "",
        "  pt, corpus: 4 of 5 lines identical (80%)",
    ]
    job.log += ["what a library says", str(problem)]
    said = log_in_words(job).split("\n")
    assert len(said) == 7
    assert said[1].startswith("ok    10 de 20 tokens, ")
    assert said[2] == ""
    assert said[3].startswith("  pt, corpus: 4 de 5 l")
    assert said[4] == "what a library says"
    for line in (said[0], *said[5:]):
        assert not re.search("files|empty|question", line), line
    words.choose("en")
    assert log_in_words(job) == "\n".join(job.log)


def test_a_job_is_told_by_its_name_which_its_only_step_does_not_say_again() -> None:
    job = Job("grade class.csv")
    assert told_of(job) == "grade class.csv"
    job.line = "grade: 210 answers"
    assert told_of(job) == "grade class.csv, 210 answers"
    job.line = "embed: 12 of 210 texts"
    assert told_of(job) == "grade class.csv, embed: 12 of 210 texts"
    job.state = "done"
    assert told_of(job) == ""


@pytest.mark.parametrize("language", OTHERS)
def test_a_large_count_is_told_in_the_language(language: str) -> None:
    words.choose(language)
    try:
        assert step_in_words("count: 1,994 lines").endswith(words._("{count} lines", count="1\u00a0994"))
        told = step_in_words("count: 1,000 of 12,994 lines, 1,250.5 lines/s, 12s left")
    finally:
        words.choose("en")
    assert "1\u00a0000" in told
    assert "12\u00a0994" in told
    assert "1\u00a0250,5" in told
    assert "lines" not in told
