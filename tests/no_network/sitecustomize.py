"""Ends the process with code 99 at the first socket; put this folder on PYTHONPATH. No `except` can hide it."""

import os
import sys

# The loop of a screen wakes itself through a pair of them, which reach nobody.
_PAIRS = "NO_NETWORK_BUT_PAIRS" in os.environ
_UNIX = 1


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith("socket.") and not (_PAIRS and event == "socket.__new__" and arguments[1] == _UNIX):
        os.write(2, f"a socket: {event} {arguments}\n".encode())
        os._exit(99)


sys.addaudithook(_refuse)
