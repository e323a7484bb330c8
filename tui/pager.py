"""A text in the user's pager, which the terminal draws as it does any text."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

from edgekit.core.characters import visible
from edgekit.core.errors import UnavailableError
from tui.widgets.script import lines_of


def pager() -> list[str]:
    """The command of `PAGER`, else less, more. Raises UnavailableError where there is none."""
    try:
        wanted = shlex.split(os.environ.get("PAGER", ""))
    except ValueError:  # a quote without its end
        wanted = []
    for command in (wanted, ["less"], ["more"]):
        if command and shutil.which(command[0]):
            return command
    raise UnavailableError("there is no pager on this machine", hint="save the text to a file instead")


def show(text: str) -> None:
    """Show it until the pager is left; less may run no other program meanwhile. Raises UnavailableError.

    Lines are broken here, between words: pagers break them anywhere, and older ones have no option for it.
    """
    environment = {**os.environ, "LESSSECURE": "1", "LESSCHARSET": "utf-8"}
    whole = visible(text).expandtabs()
    shown = "\n".join(whole[begin:end] for begin, end in lines_of(whole, shutil.get_terminal_size().columns))
    try:
        subprocess.run(pager(), input=shown.encode("utf-8"), env=environment, check=False)
    except OSError as problem:
        raise UnavailableError(f"the pager did not start: {problem.strerror or problem}") from None
