"""Every score and p-value is sacrebleu's own, of its command line, and chrF is the one of `edgekit.core.chrf`."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.chrf import corpus_chrf
from edgekit.evaluate.metrics import bleu_tokenizer, score_lines
from edgekit.evaluate.paired import compare

WORDS = tuple("o a casa grande rio escola livro professor leu viu 12 3,5 não , . ! “ ” açúcar maçã".split())  # noqa: SIM905


def corpus(lines: int, seed: int) -> tuple[list[str], list[str], list[str]]:
    """References, a system near them, and one further away."""
    draw = random.Random(seed)
    references = [" ".join(draw.choices(WORDS, k=draw.randint(4, 14))) for _ in range(lines)]

    def spoilt(text: str, share: float) -> str:
        return " ".join(draw.choice(WORDS) if draw.random() < share else word for word in text.split())

    return references, [spoilt(one, 0.2) for one in references], [spoilt(one, 0.5) for one in references]


def run_sacrebleu(folder: Path, references: list[str], systems: list[list[str]], *arguments: str) -> str:
    """What sacrebleu's command line prints."""
    names = []
    for at, lines in enumerate([references, *systems]):
        name = folder / f"{at}.txt"
        name.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        names.append(str(name))
    done = subprocess.run(
        [sys.executable, "-m", "sacrebleu", names[0], "-i", *names[1:], "-w", "6", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def sacrebleu(folder: Path, references: list[str], systems: list[list[str]], *arguments: str) -> list[dict[str, Any]]:
    """The same as values."""
    said = json.loads(run_sacrebleu(folder, references, systems, "-f", "json", *arguments))
    return said if isinstance(said, list) else [said]


def command(folder: Path, references: list[str], texts: list[str], *arguments: str) -> dict[str, Any]:
    (said,) = sacrebleu(folder, references, [texts], *arguments)
    return said


@pytest.mark.parametrize(
    ("tag", "arguments"),
    [("pt", []), ("zh", ["--tokenize", "zh"]), ("th", ["--tokenize", "char"])],
)
def test_scores_intervals_and_signatures_are_those_of_its_command_line(
    tmp_path: Path, tag: str, arguments: list[str]
) -> None:
    references, texts, _ = corpus(60, 1)
    ours = {one.name: one for one in score_lines(texts, references, tag, samples=200)}
    for name, metric in (
        ("chrF", ["-m", "chrf"]),
        ("chrF++", ["-m", "chrf", "-cw", "2"]),
        ("BLEU", ["-m", "bleu", *arguments]),
    ):
        theirs = command(tmp_path, references, texts, *metric, "--confidence", "--confidence-n", "200")
        mine = ours[name]
        assert mine.value == pytest.approx(theirs["score"], abs=1e-5)
        assert mine.signature == re.sub(r"^\w+\+*\|", "", str(theirs["signature"]))
        assert mine.low is not None
        assert mine.high is not None
        assert (mine.low + mine.high) / 2 == pytest.approx(theirs["confidence_mean"], abs=1e-5)
        assert (mine.high - mine.low) / 2 == pytest.approx(theirs["confidence_var"], abs=1e-5)


def test_p_values_are_those_of_its_command_line(tmp_path: Path) -> None:
    references, texts, worse = corpus(60, 2)
    ours = {one.name: one for one in compare(worse, texts, references, "pt", samples=150, trials=150)}
    systems = [worse, texts]
    shuffled = sacrebleu(tmp_path, references, systems, "-m", "bleu", "chrf", "--paired-ar", "--paired-ar-n", "150")
    for name, key in (("BLEU", "BLEU"), ("chrF", "chrF2")):
        assert ours[name].baseline == pytest.approx(shuffled[0][key]["score"], abs=1e-5)
        assert ours[name].score == pytest.approx(shuffled[1][key]["score"], abs=1e-5)
        assert ours[name].randomization == pytest.approx(shuffled[1][key]["p_value"], abs=1e-5)
    plus = sacrebleu(tmp_path, references, systems, "-m", "chrf", "-cw", "2", "--paired-ar", "--paired-ar-n", "150")
    assert ours["chrF++"].score == pytest.approx(plus[1]["chrF2++"]["score"], abs=1e-5)
    assert ours["chrF++"].randomization == pytest.approx(plus[1]["chrF2++"]["p_value"], abs=1e-5)
    # sacrebleu 2.6.0 cannot write the result of this test as JSON: its intervals are float32.
    said = run_sacrebleu(
        tmp_path, references, systems, "-f", "text", "-m", "bleu", "chrf", "--paired-bs", "--paired-bs-n", "150"
    )
    (told,) = (line for line in said.splitlines() if "(p =" in line)
    assert [ours["BLEU"].bootstrap, ours["chrF"].bootstrap] == [
        pytest.approx(float(one), abs=1e-4) for one in re.findall(r"p = ([\d.]+)", told)
    ]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=6))
def test_chrf_is_that_which_exports_measure(pairs: list[tuple[str, str]]) -> None:
    texts, references = [one for one, _ in pairs], [other for _, other in pairs]
    found = score_lines(texts, references, "pt", samples=0)[0]
    assert (found.name, found.low, found.high) == ("chrF", None, None)
    assert found.value == pytest.approx(corpus_chrf(texts, references), abs=1e-9)


def test_equal_systems_do_not_differ() -> None:
    references, texts, _ = corpus(20, 3)
    for one in compare(texts, texts, references, "pt", samples=50, trials=50):
        assert (one.difference, one.bootstrap, one.randomization) == (0, 1, 1)


def test_tokenizers_are_those_of_the_language_and_need_no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [bleu_tokenizer(tag)[0] for tag in ("pt-BR", "zh-Hant", "yue", "th", "en")] == [
        "13a",
        "zh",
        "zh",
        "char",
        "13a",
    ]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    tokenizer, why = bleu_tokenizer("ja")
    assert tokenizer == "char"
    assert why is not None
    assert "sacrebleu[ja]" in why
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    assert bleu_tokenizer("ko") == ("ko-mecab", None)


def test_lengths_that_differ_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 texts, 1 references"):
        score_lines(["a", "b"], ["a"], "pt")
    with pytest.raises(ValueError, match="0 texts"):
        compare([], [], [], "pt")


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_p_value_is_never_below_what_so_few_lines_can_say(lines: int) -> None:
    references, _, worse = corpus(lines, 4)
    for one in compare(worse, references, references, "pt", samples=50, trials=50):
        assert one.bootstrap is None
        assert one.randomization >= 2 / 2**lines
        assert one.signatures[0] is None
        assert f"exact {2**lines}" in one.signatures[1]
    # Every exchange makes the better system worse, so no other is as good but the one that exchanges all.
    best = compare(worse, references, references, "pt", samples=50, trials=50)[0]
    assert best.randomization == 2 / 2**lines


def test_the_exact_p_value_is_near_the_approximate_one() -> None:
    from sacrebleu.significance import PairedTest

    from edgekit.evaluate.metrics import metrics

    references, texts, worse = corpus(9, 7)
    exact = {one.name: one.randomization for one in compare(worse, texts, references, "pt", samples=10)}
    systems = [("baseline", worse), ("system", texts)]
    _, shuffled = PairedTest(systems, metrics("pt"), [references], test_type="ar", n_samples=10_000)()
    for name, key in (("chrF", "chrF2"), ("BLEU", "BLEU")):
        assert exact[name] == pytest.approx(shuffled[key][1].p_value, abs=0.02)


def test_there_is_no_interval_when_lines_are_few() -> None:
    references, texts, _ = corpus(10, 5)
    assert all(one.low is None for one in score_lines(texts[:9], references[:9], "pt", samples=20))
    assert all(one.low is not None for one in score_lines(texts, references, "pt", samples=20))
