"""The translate task over a real model: Firefox en→pt and pt→en from their PyPI wheel."""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from translate.real_models import home_with

import edgekit
from edgekit.translate.translator import Translator

pytestmark = pytest.mark.real

FLORES = Path(__file__).parents[2].parent / "shared" / "data" / "flores"
NO_NETWORK = Path(__file__).parents[1] / "no_network"
SENTENCES = [
    "Good morning, class.",
    "Open your books at page 12.",
    "The water boils at one hundred degrees.",
    "Who can tell me why leaves are green?",
    "Please write your name on the paper and give it to me before you leave the room.",
    "Yes!",
    "Plants use sunlight, water and air to make their own food. Animals cannot do this.",
    'He asked her: "Where is the library?"',
    "In 1822, Brazil became independent.",
    "Homework is due on Friday.",
]


@pytest.fixture(scope="module")
def home() -> Path:
    return home_with("firefox-en-pt", "firefox-pt-en")


@pytest.fixture
def _here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home))


@pytest.fixture
def english(_here: None) -> Iterator[Translator]:
    with edgekit.open_translator("en", "pt") as translator:
        yield translator


@pytest.fixture(scope="module")
def lines() -> list[str]:
    file = FLORES / "dev.en"
    return SENTENCES + (file.read_text("utf-8").splitlines()[:60] if file.exists() else [])


def test_a_sentence_is_translated(english: Translator) -> None:
    (result,) = english.translate(["Good morning, class."])
    assert result.text == "Bom dia, classe."
    with edgekit.open_translator("pt", "en") as back:
        assert back.translate(["Bom dia, classe."])[0].text == "Good morning, class."


def test_every_line_has_an_answer_of_its_own(english: Translator, lines: list[str]) -> None:
    results = english.translate(lines)
    assert [result.source for result in results] == lines
    assert all(result.complete and result.text.strip() for result in results)
    assert sum(result.text != result.source for result in results) >= len(lines) - 1


def test_a_line_has_the_same_translation_and_score_whatever_its_batch_order_and_threads(
    english: Translator, lines: list[str]
) -> None:
    together = dict(zip(lines, english.translate(lines, scores=True), strict=True))
    shuffled = list(lines)
    random.Random(7).shuffle(shuffled)
    assert [result.text for result in english.translate(shuffled)] == [together[line].text for line in shuffled]
    for line in lines[:20]:
        (alone,) = english.translate([line], scores=True)
        assert alone.text == together[line].text
        assert alone.score == pytest.approx(together[line].score, abs=1e-4)
    for threads in (1, 3):
        with edgekit.open_translator("en", "pt", threads=threads) as other:
            assert [one.text for one in other.translate(lines)] == [together[line].text for line in lines]


def test_many_threads_share_one_translator(english: Translator, lines: list[str]) -> None:
    expected = [result.text for result in english.translate(lines[:24])]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda line: english.translate([line])[0].text, lines[:24]))
    assert answers == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "\n\n\n", "😀👍🏽🇧🇷", "I love pizza 🍕 very much ❤️.", "e-mail teacher@school.org now"),
        *("Hello.\r\nGood morning.\r\n", "1. Red\n2. Green", "# Title\n\n- item", "{name} has {score:.2f} points"),
        *("<p>I like the <b>big</b> house.</p>", "Solve $x^2 + 3x = 0$", "Привет مرحبا class", "你好，世界。"),
        *("He\0llo wor\u00adld", "a\u200bb \u202ec", "cafe\u0301 Ｆull", "STOP NOW AND READ THE RULES."),
        *("▁hello", "<unk> here", "</s> and more", "<s>▁▁</s>", "x\ud800y", "\udfff", "A B C D", "?!" * 200),
        *("a" * 3000, "字" * 2000, "very " * 300, "hello" * 500),
    ],
    ids=range(30),
)
def test_any_text_comes_back_with_its_lines_and_without_a_fault(english: Translator, text: str) -> None:
    (result,) = english.translate([text], scores=True, alignment=True)
    assert len(result.text.splitlines()) == len(text.splitlines())
    assert bool(result.text.strip()) == bool(text.strip())
    assert len(result.text) <= 20 * len(text) + 100
    if not any(character.isalpha() for character in text):
        assert result.text == text


def test_nothing_is_cut_when_a_text_has_1200_words_and_no_full_stop(english: Translator) -> None:
    story = "the teacher opens the door and the children sit down at their tables while the rain falls outside"
    words = story.split()
    text = " ".join(words[index % len(words)] for index in range(1200))
    (result,) = english.translate([text])
    assert len(result.segments) > 1
    spans = [segment.source for segment in result.segments]
    assert "".join(text[begin:end] for begin, end in spans).replace(" ", "") == text.replace(" ", "")
    assert 1100 < len(result.text.split()) < 1500
    assert result.text.count("professor") >= 0.9 * words.count("teacher") * 1200 / len(words)


def test_scores_are_mean_log_probabilities_and_alignments_lie_in_their_texts(
    english: Translator, lines: list[str]
) -> None:
    for result in english.translate(lines[:20], scores=True, alignment=True):
        values = [value for segment in result.segments for value in segment.log_probabilities or ()]
        assert values
        assert all(value <= 1e-6 and math.isfinite(value) for value in values)
        assert result.score == pytest.approx(sum(values) / len(values))
        for segment in result.segments:
            assert segment.alignment
            for one, other in segment.alignment:
                assert segment.source[0] <= one[0] < one[1] <= segment.source[1]
                assert segment.target[0] <= other[0] < other[1] <= segment.target[1]


def test_alignment_pairs_words_that_mean_the_same(english: Translator) -> None:
    (result,) = english.translate(["The teacher opens the door."], alignment=True)
    pairs = {
        (result.source[a:b].strip(".").lower(), result.text[c:d].strip(".").lower())
        for segment in result.segments
        for (a, b), (c, d) in segment.alignment or ()
    }
    assert {("teacher", "professor"), ("door", "porta")} <= pairs


def test_stream_equals_translate(english: Translator, lines: list[str]) -> None:
    assert [one.text for one in english.stream(iter(lines))] == [one.text for one in english.translate(lines)]


def test_the_command_translates_with_sockets_refused(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edgekit", "translate", "--from", "en", "--to", "pt", "--json", "--score", "--align"],
        input=b"Good morning, class.\n\nOpen the door.",
        capture_output=True,
        env={**os.environ, "EDGEKIT_HOME": str(home), "PYTHONPATH": str(NO_NETWORK)},
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["text"] for row in rows] == ["Bom dia, classe.", "", "Abra a porta."]
    assert rows[0]["score"] < 0
    assert rows[0]["alignment"]


@pytest.mark.parametrize("arguments", [["models", "ls"], ["models", "show", "firefox-en-pt"], ["device"]])
def test_the_other_commands_run_with_sockets_refused_when_models_are_installed(
    home: Path, arguments: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edgekit", *arguments],
        capture_output=True,
        env={**os.environ, "EDGEKIT_HOME": str(home), "PYTHONPATH": str(NO_NETWORK)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
