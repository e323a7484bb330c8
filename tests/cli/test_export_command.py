"""`edgekit export`, `verify` and `models add` as a shell sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli.toy_command import WITH_SHORT_LISTS
from store.toys import use_home
from toys.small_gguf import write_corpora, write_small_gguf

from edgekit.cli.app import run
from edgekit.store.installed import installed_models, models_folder

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """A command line that exports; its text is given as a shell makes it of `--corpus text/*`."""
    model = write_small_gguf(tmp_path / "toy.gguf")
    corpora = write_corpora(tmp_path / "text")
    return [
        *("export", str(model), "--languages", "pt,en", "--corpus", *map(str, corpora)),
        *("-o", str(tmp_path / "out")),
    ]


def test_the_folder_is_data_and_the_trade_off_is_narration(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path / 'out' / 'toy-pt-en'}\n"
    lines = captured.err.splitlines()
    assert lines[0].startswith("open: ")
    assert lines[-1].startswith("package: toy-pt-en, ")
    table = next(at for at, line in enumerate(lines) if line.startswith("tokens  "))
    written = next(at for at, line in enumerate(lines) if line.startswith("trim: "))
    assert table < written


def test_a_dry_run_shows_the_trade_off_and_writes_nothing(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("tokens  ")
    assert "pt: expected loss over tokens" in out
    assert not (tmp_path / "out").exists()
    assert run([*words, "--dry-run", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["dry_run"], value["id"]) == ("edgekit.export/1", True, "toy-pt-en")
    assert value["tokens_before"] > value["chosen"]["tokens"] > 0
    assert [cost["language"] for cost in value["chosen"]["costs"]] == ["pt", "en"]
    assert value["needed_bytes"] < value["free_bytes"]


def test_a_dumb_terminal_gets_ascii(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert run([*words, "--dry-run"]) == 0
    assert capsys.readouterr().out.isascii()


def test_json_is_one_object_with_the_receipt(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--json", "--progress", "none"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    value = json.loads(captured.out)
    assert value["dry_run"] is False
    assert value["receipt"]["schema"] == "edgekit.artifact/1"
    assert value["size_bytes"] == sum(file["size_bytes"] for file in value["receipt"]["files"])


def test_progress_as_json_is_one_event_a_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--progress", "json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    # A note says that llama.cpp cannot run a toy, where it is installed.
    assert {event["event"] for event in events} - {"note"} == {"started", "progress", "finished", "plan"}
    assert [event["step"] for event in events if event["event"] == "finished"] == [
        *("open", "count", "select", "trim", "certify", "package")
    ]
    assert next(event for event in events if event["event"] == "plan")["chosen"]["tokens"] > 0


def test_the_report_tells_the_command(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/edgekit", *words, "--id", "a-b"])
    assert run([*words, "--id", "a-b"]) == 0
    page = (tmp_path / "out" / "a-b" / "report.html").read_text()
    assert f"edgekit export {tmp_path / 'toy.gguf'} --languages pt,en" in page


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--vocab", "9", "--max-size", "1MB"], 2, "`--vocab` and `--max-size` exclude each other"),
        (["--max-size", "small"], 2, "`small` is no size"),
        (["--coverage", "2"], 2, "`--coverage` must be over 0"),
        (["--languages", "portuguese"], 2, "`portuguese` is not a language tag"),
        (["--format", "onnx"], 2, "what is converted is a Hugging Face folder, to GGUF"),
        (["--preset", "moon"], 2, "there is no preset `moon`"),
        (["--corpus", "nowhere.txt"], 2, "nowhere.txt"),
        (["--progress", "loud"], 2, "loud"),
    ],
)
def test_a_wrong_command_line_is_refused_with_every_reason(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], code: int, says: str
) -> None:
    assert run([*words, *more]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert not (tmp_path / "out").exists()


def test_two_models_and_no_language_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", words[1], "other.gguf", "--languages", "pt"]) == 2
    assert "`other.gguf`: only one model can be exported" in capsys.readouterr().err
    assert run(["export", words[1]]) == 2
    assert "no language is named" in capsys.readouterr().err
    assert run(["export", "gemma-3-270m", "--languages", "pt"]) == 3
    assert "hint: run `edgekit pull gemma-3-270m` while connected" in capsys.readouterr().err


def test_text_may_come_through_a_pipe(words: list[str], tmp_path: Path) -> None:
    text = (tmp_path / "text" / "lesson.pt").read_bytes()
    done = subprocess.run(
        [*WITH_SHORT_LISTS, "export", words[1], "--languages", "pt", "--corpus", "pt=-", "-o", "out"],
        input=text,
        capture_output=True,
        cwd=tmp_path,
        env=os.environ,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == f"{tmp_path / 'out' / 'toy-pt'}\n"


def verified(capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run(["verify", *more, "--json", "--progress", "none"]) == code
    return json.loads(capsys.readouterr().out)


def test_verify_says_what_holds_and_ends_with_1_where_anything_does_not(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 0
    folder = str(tmp_path / "out" / "toy-pt-en")
    text = str(tmp_path / "text" / "lesson.pt")
    capsys.readouterr()
    assert run(["verify", folder, "--text", text, "--source", words[1]]) == 0
    out = capsys.readouterr().out
    assert out.startswith("ok    3 files, ")
    assert "300 of 300 lines of text are proven identical (100.00%)" in out
    value = verified(capsys, folder, "--text", text, "--source", words[1])
    assert (value["schema"], value["holds"], value["text"]["identical_lines"]) == ("edgekit.verify/1", True, 300)
    with (tmp_path / "out" / "toy-pt-en" / "report.html").open("r+b") as page:
        page.write(b"X")
    assert verified(capsys, folder, code=1)["failures"] == ["`report.html` has another sha256 than its receipt says"]
    assert run(["verify", folder]) == 1
    assert f"error: `{folder}` does not hold\n  - `report.html` has another sha256" in capsys.readouterr().err


def test_verify_of_what_is_no_artifact_names_those_inside(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 0
    assert run(["verify", str(tmp_path / "out")]) == 1
    assert f"hint: run `edgekit verify {tmp_path / 'out' / 'toy-pt-en'}`" in capsys.readouterr().err
    assert run(["verify", str(tmp_path / "nowhere")]) == 3


def test_an_artifact_is_added_listed_shown_and_removed(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 0
    folder = str(tmp_path / "out" / "toy-pt-en")
    capsys.readouterr()
    assert run(["models", "add", folder]) == 0
    assert capsys.readouterr().out == f"{models_folder() / 'toy-pt-en'}\n"
    assert run(["models", "ls"]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("toy-pt-en"))
    assert row.split()[1:3] == ["generate", "pt,en"]
    assert row.split()[-2:] == ["apache-2.0", "yes"]
    assert run(["models", "show", "toy-pt-en"]) == 0
    out = capsys.readouterr().out
    assert "built     " in out
    assert "select trim" in out
    assert "words     " in out
    assert run(["models", "add", folder]) == 2
    assert f"hint: run `edgekit models add --force {folder}`" in capsys.readouterr().err
    assert run(["models", "add", folder, "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "toy-pt-en"
    assert run(["verify", str(models_folder() / "toy-pt-en"), "--progress", "none"]) == 0
    assert run(["models", "rm", "--yes", "toy-pt-en"]) == 0
    assert installed_models() == []
