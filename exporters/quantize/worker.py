"""What the processes share that llama.cpp runs in: one order comes in, lines of JSON go out.

Its own output goes to the standard error, so that what a library prints is no reply.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import IO, Any

WARNING = 3  # ggml_log_level
CONTINUED = 5


def reply(replies: IO[str], said: Mapping[str, Any]) -> None:
    """Write one line."""
    print(json.dumps(said), file=replies, flush=True)


def serve(work: Callable[[Any, IO[str]], Mapping[str, Any]]) -> None:
    """Do what the order says and write what came of it, `{"failed": "..."}` for what it raised.

    The process ends when the other side closes the pipe.
    """
    orders, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    order = json.loads(orders.readline())
    threading.Thread(target=_leave_with, args=(orders,), daemon=True).start()
    try:
        answer = work(order, replies)
    except (ImportError, OSError, AttributeError, MemoryError) as problem:
        answer = {"failed": f"{type(problem).__name__}: {problem}"}
    reply(replies, answer)


def _leave_with(orders: IO[bytes]) -> None:
    orders.read()
    os._exit(1)
