"""What is left of a fault that nobody foresaw: a line on the terminal, and a file for whoever mends it."""

from __future__ import annotations

import platform
import traceback
from importlib.metadata import version

from edgekit.core.atomic import write_bytes
from edgekit.core.paths import data_folder
from tui.words import _


def write_report(problem: BaseException | None) -> str:
    """Write where in the code it happened into `tui-crash.txt` beside the models; gives what to tell the person.

    Neither has what the fault says of itself nor what any name held: a student's words may be in it.
    """
    name = type(problem).__name__
    frames = traceback.extract_tb(problem.__traceback__) if problem is not None else []
    where = [f'  File "{one.filename}", line {one.lineno}, in {one.name}' for one in frames]
    head = f"edgekit {version('edgekit')}, textual {version('textual')}, Python {platform.python_version()}: {name}"
    path = data_folder() / "tui-crash.txt"
    told = _("edgekit met a fault of its own and had to close: {fault}", fault=name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, "\n".join([head, *where, ""]).encode("utf-8", "backslashreplace"))
    except OSError:
        return told
    return told + "\n" + _("where in the code: {path}", path=path)
