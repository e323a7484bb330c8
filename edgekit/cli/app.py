"""The command tree: which commands there are, and what happens when one of them fails."""

from __future__ import annotations

import contextlib
import errno
import os
import sys

import typer

from edgekit.cli import output, signals
from edgekit.cli.detect import detect
from edgekit.cli.device import group as device
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
from edgekit.cli.tui import has_terminal, tui
from edgekit.cli.verify import verify
from edgekit.core.errors import EdgekitError, OutputError

_DISK_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))

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
    output.utf8_streams()
    debug = os.environ.get("EDGEKIT_DEBUG") == "1"
    if not (sys.argv[1:] if arguments is None else arguments) and has_terminal():
        arguments = ["tui"]
    try:
        result = app(args=arguments, prog_name="edgekit", standalone_mode=False)
        output.flush()
    except output.ReaderGoneError:
        output.silence_stdout()
        return 0
    except KeyboardInterrupt:
        result = signals.INTERRUPTED
    except signals.TerminatedError as problem:
        output.silence_stdout()
        return 128 + problem.number
    except EdgekitError as problem:
        if debug:
            raise
        output.settle()
        output.error(problem)
        return problem.exit_code
    except SystemExit as problem:
        if not isinstance(problem.__context__, BrokenPipeError):
            raise
        output.silence_stdout()  # the parser wrote the help itself, and nobody read it
        return 0
    except typer.Abort:
        output.narrate("aborted")
        return 1
    except typer.TyperException as problem:
        return _usage(problem)
    except MemoryError:
        if debug:
            raise
        output.settle()
        output.error(EdgekitError("there is not enough memory"))
        return 4
    except Exception as problem:
        if debug:
            raise
        ended = signals.exit_code()
        if ended is None:
            output.settle()
            output.error(_unexpected(problem))
            return 1
        result = ended
    if result is not None and result in (signals.INTERRUPTED, signals.exit_code()):
        output.silence_stdout()
    if result == signals.INTERRUPTED:
        output.narrate("interrupted")
    return result if isinstance(result, int) else 0


def _usage(problem: typer.TyperException) -> int:
    """A wrong command line, as the parser tells it, in the form of every other error."""
    message = problem.format_message().strip()
    if message.startswith("Usage:"):  # no command at all: the parser's message is the help
        output.narrate(message)
        return problem.exit_code
    context = getattr(problem, "ctx", None)
    command = context.command_path if context is not None else "edgekit"
    first, *rest = message.splitlines() or ["the command line is wrong"]
    output.error(EdgekitError(first[:1].lower() + first[1:].rstrip("."), reasons=rest, hint=f"see `{command} --help`"))
    return problem.exit_code


def _unexpected(problem: Exception) -> EdgekitError:
    if isinstance(problem, OSError) and problem.errno in _DISK_FULL:
        return OutputError(f"cannot write: {problem.strerror}")
    from importlib.metadata import PackageNotFoundError, metadata

    place = "the project"
    with contextlib.suppress(PackageNotFoundError):
        for line in metadata("edgekit").get_all("Project-URL") or ():
            label, _, address = line.partition(",")
            if label.strip().lower() in ("issues", "bug tracker"):
                place = address.strip()
    summary = " ".join(str(problem).split())[:300]
    return EdgekitError(
        f"edgekit met a fault of its own: {type(problem).__name__}" + (f": {summary}" if summary else ""),
        hint=f"run it again with `EDGEKIT_DEBUG=1` and report what it prints to {place}",
    )
