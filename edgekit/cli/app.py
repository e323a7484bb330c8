"""The command tree: which commands there are, and how a wrong command line is told."""

from __future__ import annotations

import sys

import typer

from edgekit.cli import output
from edgekit.cli.detect import detect
from edgekit.cli.device import group as device
from edgekit.cli.ending import ended
from edgekit.cli.eval import group as evaluation
from edgekit.cli.export import export
from edgekit.cli.fit import fit
from edgekit.cli.generate import generate
from edgekit.cli.glossary import group as glossary
from edgekit.cli.grade import group as grading
from edgekit.cli.memory import group as memory
from edgekit.cli.models import group as models
from edgekit.cli.plan import plan
from edgekit.cli.pull import pull
from edgekit.cli.romanize import romanize
from edgekit.cli.translate import translate
from edgekit.cli.tui import tui
from edgekit.cli.verify import verify
from edgekit.core.errors import EdgekitError

app = typer.Typer(
    name="edgekit",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from edgekit import __version__

        output.data(f"edgekit {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    """Translate and write offline with small models; make models small.

    \b
    Examples:
      edgekit pull firefox-en-pt
      echo "Good morning, class." | edgekit translate --from en --to pt
    """


app.command()(translate)
app.command()(generate)
app.command()(detect)
app.command()(romanize)
app.command()(pull)
app.command()(export)
app.command()(plan)
app.command()(fit)
app.command()(verify)
app.add_typer(evaluation, name="eval")
app.add_typer(models, name="models")
app.add_typer(memory, name="memory")
app.add_typer(glossary, name="glossary")
app.add_typer(grading, name="grade")
app.add_typer(device, name="device")
app.command()(tui)


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and give its exit code."""
    return ended(lambda: _parsed(arguments))


def _parsed(arguments: list[str] | None) -> object:
    try:
        return app(args=arguments, prog_name="edgekit", standalone_mode=False)
    except typer.Abort:
        output.narrate("aborted")
        return 1
    except typer.TyperException as problem:
        return _usage(problem, sys.argv[1:] if arguments is None else arguments)


def _usage(problem: typer.TyperException, arguments: list[str]) -> int:
    """A wrong command line, as the parser tells it, in the form of every other error."""
    message = problem.format_message().strip()
    if message.startswith("Usage:"):  # no command at all: the parser's message is the help
        output.narrate(message)
        return problem.exit_code
    context = getattr(problem, "ctx", None)
    command = context.command_path if context is not None else _named(arguments)
    first, *rest = message.splitlines() or ["the command line is wrong"]
    output.error(EdgekitError(first[:1].lower() + first[1:].rstrip("."), reasons=rest, hint=f"see `{command} --help`"))
    return problem.exit_code


def _named(arguments: list[str]) -> str:
    """The command that a line begins with; the parser does not say which of them an option without its value is of."""
    command, path = typer.main.get_command(app), "edgekit"
    for word in arguments:
        commands = getattr(command, "commands", {})
        if word not in commands:
            break
        command, path = commands[word], f"{path} {word}"
    return path
