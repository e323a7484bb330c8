"""Ends the process with code 99 at the first socket; put this folder on PYTHONPATH. No `except` can hide it."""

import os
import sys


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        os.write(2, f"a socket: {event} {arguments}\n".encode())
        os._exit(99)


sys.addaudithook(_refuse)
