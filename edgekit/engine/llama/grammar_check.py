"""Whether a text is GBNF, found out in a process of its own: `python -m edgekit.engine.llama.grammar_check`.

llama.cpp prints what is wrong with a grammar to the standard error, and follows rules that refer to each other twice,
`a ::= b b`, `b ::= c c` and so on, once for every way through them.
"""

from __future__ import annotations

import functools
import threading

import numpy as np

from edgekit.core.children import Child, bound_memory
from edgekit.core.errors import UsageError
from edgekit.engine.llama.frames import Frame, receive, send
from edgekit.engine.llama.grammar import check_size
from edgekit.engine.llama.grammar_rules import endless_rule, is_choice
from edgekit.engine.llama.library import load_library
from edgekit.engine.llama.process import ENVIRONMENT
from edgekit.engine.llama.worker import private_pipes

_MODULE = "edgekit.engine.llama.grammar_check"
_MOST_SECONDS = 10.0  # a grammar takes milliseconds, a process that starts on a busy board seconds
_MOST_BYTES = 4_000_000_000
_MOST_SHOWN = 200


@functools.lru_cache(maxsize=8)
def check_grammar(text: str) -> None:
    """Raise UsageError, with llama.cpp's reasons, for what is no GBNF with a rule `root`, or takes too long."""
    check_size(text)
    # To start the process takes a second, which a judge would wait for with every quote.
    if is_choice(text):
        return
    if endless := endless_rule(text):
        around = " begins with ".join(f"`{name}`" for name in [*endless, endless[0]])
        raise UsageError("the grammar is not valid", reasons=[f"left recursion: {around}"])
    child = Child(_MODULE, "the process that compiles the grammar", environment=ENVIRONMENT)
    watch = threading.Timer(_MOST_SECONDS, child.end)
    watch.start()
    try:
        send(child.input, Frame("compile", arrays=[np.frombuffer(text.encode("utf-8", "replace"), np.uint8)]))
        answer = receive(child.output)
    except (OSError, ValueError):
        answer = None
    finally:
        watch.cancel()
    if answer is None and child.ended:
        raise UsageError(
            "the grammar is not valid",
            reasons=[f"llama.cpp is not done with it after {_MOST_SECONDS:.0f} s: its rules go round too often"],
        )
    if answer is None:
        raise UsageError("the grammar is not valid", reasons=child.died("compile").reasons)
    child.close()
    if answer.say != "ok":
        raise UsageError("the grammar is not valid", reasons=_said(child.last_lines) or answer.values["reasons"])


def _said(lines: list[str]) -> list[str]:
    """`parse: error parsing grammar: expecting name at ...`, without the rest of the text that follows."""
    begin = "error parsing grammar: "
    return [line.partition(begin)[2][:_MOST_SHOWN] for line in lines if begin in line]


def main() -> None:
    """Compile one grammar."""
    requests, replies = private_pipes()
    request = receive(requests)
    if request is None:
        return
    library = load_library()
    # A grammar that grows while it is compiled ends this process, not the machine.
    bound_memory(_MOST_BYTES)
    # Without a vocabulary, so a token cannot be called by its name in it; by its number, `<[7]>`, it can.
    made = library.names.llama_sampler_init_grammar(None, request.arrays[0].tobytes(), b"root")
    reasons = () if made else library.failure("").reasons[1:]
    send(replies, Frame("ok" if made else "failed", {"reasons": list(reasons)}))


if __name__ == "__main__":
    main()
