"""`edgekit eval`: on files, on artifacts, and what it says when the files do not fit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from toys.installed_translation import install
from toys.marian_student import toy_student

from edgekit.cli.app import run
from edgekit.core.chrf import corpus_chrf
from edgekit.core.languages import Direction
from edgekit.evaluate.systems import open_system

ENGLISH = ["one two three", "the house is big", "a book and a pen", "the river is long"]
PORTUGUESE = ["um dois três", "a casa é grande", "um livro e uma caneta", "o rio é comprido"]
OTHER = ["um dois três", "a casa é alta", "um livro", "o rio é comprido"]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy that answers with something, as it is installed."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "files").mkdir()
    return install(toy_student(1).write(folder / "files"), folder / "toy-en-pt")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, toy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder whose `home` has it installed."""
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    shutil.copytree(toy, tmp_path / "home" / "data" / "models" / "toy-en-pt")
    return tmp_path


def write(path: Path, lines: list[str]) -> str:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    named = {"en": ENGLISH, "pt": PORTUGUESE, "other": OTHER, "ids": ["one", "one", "two\tx", "two"]}
    return {name: write(tmp_path / f"lines.{name}", lines) for name, lines in named.items()}


def arguments(files: dict[str, str], *more: str) -> list[str]:
    return ["eval", "translate", files["en"], files["pt"], "--from", "en", "--to", "pt", "--samples", "50", *more]


def test_translate_scores_a_file_as_json(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--hypotheses", files["other"], "--against", files["pt"], "--documents", files["ids"], "--json"]
    assert run(arguments(files, *more)) == 0
    (found,) = json.loads(capsys.readouterr().out)["directions"]
    assert (found["from"], found["to"], found["lines"]) == ("en", "pt", 4)
    assert [one["name"] for one in found["scores"]] == ["chrF", "chrF++", "BLEU"]
    chrf = found["scores"][0]
    assert chrf["score"] == pytest.approx(corpus_chrf(OTHER, PORTUGUESE))
    assert chrf["low"] is chrf["high"] is None
    assert found["against"][0]["p_bootstrap"] is None
    assert found["against"][0]["p_randomization"] >= 2 / 2**4
    assert found["notes"] == [
        "en→pt: no intervals, which fewer than 10 lines say nothing about",
        "en→pt: no paired bootstrap, which fewer than 20 lines say nothing about; "
        "the least p-value that 4 lines can have is 0.1250",
    ]
    assert [(one["id"], one["lines"]) for one in found["documents"]] == [("one", 2), ("two", 2)]
    assert found["documents"][0]["scores"]["chrF"] == pytest.approx(corpus_chrf(OTHER[:2], PORTUGUESE[:2]))
    assert found["against"][0]["baseline"] == pytest.approx(100)
    assert found["against"][0]["difference"] == pytest.approx(chrf["score"] - 100)


def test_translate_has_intervals_and_a_bootstrap_when_lines_are_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"en": ENGLISH, "pt": PORTUGUESE, "other": OTHER}
    many = {name: write(tmp_path / f"many.{name}", 5 * lines) for name, lines in named.items()}
    assert run(arguments(many, "--hypotheses", many["other"], "--against", many["pt"], "--json")) == 0
    (found,) = json.loads(capsys.readouterr().out)["directions"]
    chrf = found["scores"][0]
    assert chrf["low"] <= chrf["score"] <= chrf["high"]
    assert found["against"][0]["p_bootstrap"] < 0.05
    assert found["notes"] == []
    assert run(arguments(many, "--hypotheses", many["other"])) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("BLEU: nrefs:1|bs:50|seed:12345|")


def test_translate_prints_a_table(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(arguments(files, "--hypotheses", files["other"], "--against", files["pt"], "--documents", files["ids"]))
        == 0
    )
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].split() == ["direction", "lines", "chrF", "chrF++", "BLEU"]
    assert lines[1].split()[:2] == ["en→pt", "4"]
    assert "en→pt, by document" in lines
    assert "en→pt, paired tests" in lines
    assert lines[-1].startswith("BLEU: nrefs:1|case:mixed|")


def test_translate_runs_installed_models_and_artifacts(
    home: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(home / "home" / "data" / "models" / "toy-en-pt")
    scores = []
    for more in ([], ["--model", "toy-en-pt"], ["--model", folder, "--against", "toy-en-pt"]):
        assert run(arguments(files, "--json", *more)) == 0, capsys.readouterr().err
        (found,) = json.loads(capsys.readouterr().out)["directions"]
        scores.append(found["scores"])
    assert scores[0] == scores[1] == scores[2]
    assert [(one["difference"], one["p_bootstrap"], one["p_randomization"]) for one in found["against"]] == [
        (0, None, 1)
    ] * 3


@pytest.mark.parametrize(
    ("change", "more", "code", "said"),
    [
        ({"pt": PORTUGUESE[:3]}, [], 2, "lines.pt`: 3 lines"),
        ({"pt": [*PORTUGUESE[:3], ""]}, [], 2, "lines.pt`: line 4"),
        ({"en": [], "pt": []}, [], 2, "has no lines"),
        ({"other": OTHER[:2]}, ["--hypotheses", "other"], 2, "lines.other`: 2 lines"),
        ({"ids": ["a"]}, ["--hypotheses", "other", "--documents", "ids"], 2, "which document"),
        ({}, ["--hypotheses", "missing"], 3, "there is no file"),
        ({}, ["--model", "no-such-model"], 3, "there is no model `no-such-model`"),
        ({}, ["--hypotheses", "other", "--model", "toy-en-pt"], 2, "cannot both be scored"),
        ({}, ["--hypotheses", "other", "--both"], 2, "a file holds one direction"),
        ({}, ["--to=en"], 2, "source and target are both `en`"),
        ({}, ["--both"], 3, "no model on this machine translates `pt` to `en`"),
        ({}, ["--from", "de", "--model", "toy-en-pt"], 3, "does not translate de→pt"),
    ],
)
def test_translate_says_what_does_not_fit(
    tmp_path: Path,
    files: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    change: dict[str, list[str]],
    more: list[str],
    code: int,
    said: str,
) -> None:
    for name, lines in change.items():
        write(tmp_path / f"lines.{name}", lines)
    assert run(arguments(files, *[files.get(one, one) for one in more])) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_translate_says_which_line_is_not_utf_8(
    tmp_path: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lines.pt").write_bytes("um\ntrês\nx\ny\n".encode("latin-1"))
    assert run(arguments(files)) == 2
    assert "line 2, byte 3 is 0xea" in capsys.readouterr().err


def test_translate_counts_missing_translations_and_tells_of_them(
    tmp_path: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "lines.other", ["", *OTHER[1:]])
    assert run(arguments(files, "--hypotheses", files["other"])) == 0
    assert "en→pt: 1 line without a translation" in capsys.readouterr().err


@pytest.fixture
def many(tmp_path: Path, home: Path) -> dict[str, str]:
    """80 lines; for every other one the reference is what the toy says."""
    words = "one two three house river book pen big long the a and is".split()  # noqa: SIM905
    lines = [" ".join(words[(at * step) % len(words)] for step in range(1, 3 + at % 5)) for at in range(1, 81)]
    with open_system("toy-en-pt", Direction("en", "pt")).translator as translator:
        said = [one.text for one in translator.translate(lines)]
    references = [one if at % 2 else "#" for at, one in enumerate(said)]
    return {"en": write(tmp_path / "many.en", lines), "pt": write(tmp_path / "many.pt", references)}


def confidence(files: dict[str, str], *more: str) -> list[str]:
    return ["eval", "confidence", files["en"], files["pt"], "--from", "en", "--to", "pt", *more]


def test_confidence_asks_for_a_calibration_then_fits_one_and_uses_it(
    home: Path, many: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(confidence(many)) == 3
    assert "there is no calibration of `toy-en-pt` for en→pt" in capsys.readouterr().err
    assert run(confidence(many, "--fit", "--margin", "10", "--json")) == 0, capsys.readouterr().err
    fitted = json.loads(capsys.readouterr().out)
    assert fitted["fitted"] is True
    assert (fitted["lines"], fitted["right"]) == (80, 0.5)
    assert Path(fitted["calibration"]) == home / "home" / "data" / "confidence" / "en-pt.json"
    assert json.loads(Path(fitted["calibration"]).read_bytes())["calibrations"][0]["model"] == "toy-en-pt"
    assert run(confidence(many, "--json")) == 0
    used = json.loads(capsys.readouterr().out)
    assert (used["margin"], used["fitted"], used["calibration"]) == (10.0, False, None)
    assert sum(one["lines"] for one in used["curve"]) == 80
    assert run(confidence(many)) == 0
    assert "calibration error" in capsys.readouterr().out


def test_confidence_says_what_does_not_fit(
    files: dict[str, str], many: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(confidence(files, "--fit")) == 2
    assert "4 lines have a confidence, and 50 are needed" in capsys.readouterr().err
    assert run(confidence(many, "--margin", "5")) == 2
    assert "`--margin` is for `--fit`" in capsys.readouterr().err
    assert run(confidence(many, "--round-trip")) == 3
    assert "no model on this machine translates `pt` to `en`" in capsys.readouterr().err
