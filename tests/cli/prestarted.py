"""Starts `with_toy_model.py` again and again in children of a process that has loaded its modules: `prestarted.py FD`.

A message on the socket FD is the arguments, environment and folder of one, with its three streams; the answer is its
process and then its status. What is loaded when, and a start as a person makes it, is for `COMMAND` to show.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import socket
import sys
from pathlib import Path

RUNNER = Path(__file__).with_name("with_toy_model.py")
sys.path.insert(0, str(RUNNER.parents[1]))

LOADED = (
    *("numpy", "translate.toy_engine"),
    *("edgekit.checks.check", "edgekit.cli.app", "edgekit.cli.documents", "edgekit.cli.translate_files"),
    *("edgekit.cli.translate_lines", "edgekit.documents.open", "edgekit.engine.open", "edgekit.store.installed"),
    *("edgekit.translate.around", "edgekit.translate.checked", "edgekit.translate.opening"),
)
_LONGEST = 1 << 20


def serve(asked: socket.socket) -> list[str]:
    """The arguments of the next one, in its process; ends where nobody asks any more."""
    while True:
        data, streams, _, _ = socket.recv_fds(asked, _LONGEST, 3)
        if not data:
            sys.exit()
        child = os.fork()
        if child == 0:
            asked.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            arguments, environment, folder = json.loads(data)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            return [str(RUNNER), *arguments]
        for stream in streams:
            os.close(stream)
        asked.send(b"%d" % child)
        asked.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    sys.argv = serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_path(sys.argv[0], run_name="__main__")
