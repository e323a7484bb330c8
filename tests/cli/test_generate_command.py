"""`edgekit generate`: text as it comes, one JSON object, and errors with the next step."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli.toy_command import SECONDS, environment
from toys.llama import needs_llama
from toys.writing_models import toy_writer, with_twins, written

pytestmark = needs_llama
NO_NETWORK = str(Path(__file__).parents[1] / "no_network")  # a process dies of its first socket


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("generate"), toy_writer())


def run(home: Path, *arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edgekit", "generate", *map(str, arguments)],
        input=given,
        capture_output=True,
        encoding="utf-8",
        env=environment(home, PYTHONPATH=NO_NETWORK),
        timeout=SECONDS,
        check=False,
    )


def test_text_goes_to_the_standard_output_and_nothing_else_anywhere(tmp_path: Path, path: Path) -> None:
    done = run(tmp_path, path, "the cat", "--max-tokens", "12")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n")
    assert len(done.stdout) > 1
    as_json = run(tmp_path, path, "-", "--max-tokens", "12", "--json", "--logprobs", "2", given="the cat\n")
    made = json.loads(as_json.stdout)
    assert made["text"] == done.stdout.removesuffix("\n")
    assert (made["schema"], made["finish"], made["tokens"]) == ("edgekit.generation/1", "length", 12)
    assert [len(one["alternatives"]) for one in made["log_probabilities"]] == [2] * 12


def test_every_setting_reaches_the_model(tmp_path: Path, path: Path) -> None:
    (tmp_path / "digits.gbnf").write_text('root ::= [0-9]{3} "."\n', encoding="utf-8")
    drawn = ["--temperature", "1", "--seed", "3", "--top-k", "0", "--top-p", "1", "--min-p", "0"]
    done = run(tmp_path, path, "the cat", *drawn, "--grammar", tmp_path / "digits.gbnf", "--json", "--threads", "1")
    made = json.loads(done.stdout)
    assert made["text"][:3].isdigit()
    assert (made["text"][3:], made["finish"], made["seed"]) == (".", "end", 3)
    stopped = run(tmp_path, path, "x", *drawn, "--grammar", tmp_path / "digits.gbnf", "--stop", "never", "--stop", ".")
    assert stopped.stdout.strip().isdigit()


def test_a_chat_has_a_system_message_before_the_prompt(tmp_path: Path, path: Path) -> None:
    asked = ["--max-tokens", "6", "--json"]
    chat = json.loads(run(tmp_path, path, "hi", "--system", "be brief", *asked).stdout)
    prompt = json.loads(run(tmp_path, path, "<s>system: be brief</s>user: hi</s>me:", *asked).stdout)
    assert (chat["text"], chat["prompt_tokens"]) == (prompt["text"], prompt["prompt_tokens"])


@pytest.mark.parametrize(
    ("arguments", "code", "words", "hint"),
    [
        (["nowhere.gguf", "x"], 3, "there is no file `nowhere.gguf`", "edgekit models ls"),
        (["gemma-3-270m", "x"], 3, "not installed", "`edgekit pull gemma-3-270m`"),
        (["TOY", ""], 2, "the prompt is empty", "at least one character"),
        (["TOY", "x" * 3000], 2, "the context 512", "shorten it"),
        (["TOY", "x", "--logprobs", "1"], 2, "needs `--json`", "add `--json`"),
        (["TOY", "x", "--top-p", "7"], 2, "`top_p` is 7.0", ""),
        (["TOY", "x", "--context", "4000"], 2, "from 16 to 512", ""),
        (["TOY", "x", "--grammar", "TOY"], 2, "is not UTF-8", ""),
        (["TWINS", "x"], 1, "died at `open`", ""),
    ],
)
def test_an_error_has_its_exit_code_and_the_next_step(
    tmp_path: Path, path: Path, arguments: list[str], code: int, words: str, hint: str
) -> None:
    twins = written(tmp_path, with_twins(), "twins.gguf")
    done = run(tmp_path, *({"TOY": str(path), "TWINS": str(twins)}.get(one, one) for one in arguments))
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert words in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
