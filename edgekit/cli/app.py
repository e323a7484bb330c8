"""The command tree: which commands there are, and what happens when one of them fails."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from edgekit.cli import output
from edgekit.core.errors import EdgekitError

app = typer.Typer(
    name="edgekit",
    help="Translate offline with small models; make models small.",
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
    """Translate offline with small models; make models small."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and give its exit code."""
    output.utf8_streams()
    try:
        result = app(args=arguments, standalone_mode=False)
        sys.stdout.flush()
    except EdgekitError as problem:
        if os.environ.get("EDGEKIT_DEBUG") == "1":
            raise
        output.error(problem)
        return problem.exit_code
    except BrokenPipeError:
        output.silence_after_closed_pipe()
        return 0
    except KeyboardInterrupt:
        output.narrate("interrupted")
        return 130
    return result if isinstance(result, int) else 0


def main() -> NoReturn:
    """Entry point of the `edgekit` command."""
    sys.exit(run())
