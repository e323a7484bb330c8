from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from edgekit.cli import app as command_line
from edgekit.cli import output
from edgekit.core import errors

KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.EdgekitError)
}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    monkeypatch.delenv("EDGEKIT_DEBUG", raising=False)
    monkeypatch.setattr(output, "silence_stdout", lambda: None)  # the descriptor is pytest's


def failing(problem: BaseException) -> Callable[..., None]:
    def command(**_: object) -> None:
        raise problem

    return command


@pytest.mark.parametrize("name", KINDS)
def test_every_error_ends_with_its_code_its_reasons_and_its_hint(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = KINDS[name]("it failed", reasons=["one", "two"], hint="do `this`")
    monkeypatch.setattr(command_line, "app", failing(problem))
    assert command_line.run([]) == KINDS[name].exit_code
    assert capsys.readouterr() == ("", "error: it failed\n  - one\n  - two\n\nhint: do `this`\n")


@pytest.mark.parametrize(
    ("problem", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (MemoryError(), 4, "error: there is not enough memory\n"),
        (output.ReaderGoneError(), 0, ""),
        (OSError(28, "No space left on device"), 1, "error: cannot write: No space left on device\n"),
        (EOFError(), 1, "error: edgekit met a fault of its own: EOFError\n"),
    ],
)
def test_what_is_no_error_of_ours_has_its_code_too(
    problem: BaseException, code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command_line, "app", failing(problem))
    assert command_line.run([]) == code
    assert capsys.readouterr().err.startswith(says)


def test_errors_are_raised_when_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_DEBUG", "1")
    for problem in (errors.UsageError("x"), ValueError("y"), MemoryError()):
        monkeypatch.setattr(command_line, "app", failing(problem))
        with pytest.raises(type(problem)):
            command_line.run([])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["transl"], "error: no such command 'transl'. Did you mean 'translate'?"),
        (["translate", "--bogus"], "error: no such option: --bogus"),
        (["translate", "--from"], "error: option '--from' requires an argument"),
        (["models", "pin", "--revision"], "error: option '--revision' requires an argument"),
        (["translate", "a", "b"], "error: got unexpected extra argument"),
        (["translate", "--threads", "x"], "error: invalid value for"),
    ],
)
def test_a_wrong_command_line_is_two_with_where_the_help_is(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.run(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(says)
    known = [word for word in arguments if word in ("translate", "models", "pin")]
    assert f"\nhint: see `{' '.join(['edgekit', *known])} --help`\n" in error


def test_no_command_prints_the_help_and_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.run([]) == 2
    assert capsys.readouterr().err.startswith("Usage: edgekit [OPTIONS] COMMAND")


def test_no_option_is_shown_as_the_parser_calls_its_type() -> None:
    def names(command: Any, path: tuple[str, ...]) -> Iterator[str]:
        for name, inner in getattr(command, "commands", {}).items():
            yield from names(inner, (*path, name))
        context = command.make_context(path[-1], [], resilient_parsing=True)
        for parameter in command.params:
            if "<" in (parameter.get_help_record(context) or ("",))[0]:
                yield f"{' '.join(path)}: {parameter.name}"

    assert list(names(typer.main.get_command(command_line.app), ("edgekit",))) == []


@pytest.mark.parametrize("command", [[], ["translate"], ["pull"], ["models"], ["device"]])
def test_help_is_plain_text_with_its_examples_before_the_options(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for flag in ("-h", "--help"):
        assert command_line.run([*command, flag]) == 0
        out, error = capsys.readouterr()
        assert error == ""
        assert out.startswith(f"Usage: {' '.join(['edgekit', *command])}")
        assert "\x1b" not in out
        assert not set(out) & set("╭│╰")
        if command in ([], ["translate"], ["device"]):
            assert out.index("Examples:") < out.index("Options:")
            assert sum(line.lstrip().startswith(("edgekit ", "echo ")) for line in out.splitlines()) >= 2


def test_version_is_the_package_version(capsys: pytest.CaptureFixture[str]) -> None:
    import edgekit

    assert command_line.run(["--version"]) == 0
    assert capsys.readouterr().out == f"edgekit {edgekit.__version__}\n"


def test_data_and_json_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    output.data("olá")
    output.json_object({"b": "é", "a": None})
    out = capsys.readouterr().out
    assert out == 'olá\n{"b": "é", "a": null}\n'
    assert json.loads(out.splitlines()[1]) == {"a": None, "b": "é"}
