"""What a person types while a command runs: a key, a yes; standard input may be a pipe, in any encoding, or closed."""

from __future__ import annotations

import sys

from edgekit.cli import output


def typed_line() -> str:
    """What is typed up to Enter; "" at the end of the input, or where there is none."""
    if sys.stdin is None:  # closed by whoever started us
        return ""
    return sys.stdin.readline()


def has_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def is_agreed(question: str) -> bool:
    """Ask on the terminal; whether the answer is yes.

    Not `typer.confirm`: it writes a space to stdout even where it asks on stderr.
    """
    output.narrate(f"{question} [y/N]")
    return typed_line().strip().lower() in ("y", "yes")
