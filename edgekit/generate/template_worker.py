"""Fills one chat template, a stranger's program: `python -m edgekit.generate.template_worker`.

Names and filters are those that `transformers.apply_chat_template` gives a template.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import numpy as np

from edgekit.core.children import bound_memory
from edgekit.engine.llama.frames import Frame, receive, send
from edgekit.engine.llama.worker import private_pipes

# Templates take a few MB; this is where one that doubles a text for ever ends.
_MOST_BYTES = 1 << 30
_MOST_CHARACTERS = 1 << 22
_MOST_SHOWN = 300


class RefusedError(Exception):
    """The template's own `raise_exception`: the messages are in no order that it knows."""


def render(asked: Mapping[str, Any]) -> str:
    """The text of messages in a template. Raises RefusedError, and whatever Jinja does."""
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = _json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = datetime.now().astimezone().strftime
    made = environment.from_string(asked["template"])
    parts, length = [], 0
    for part in made.generate(
        messages=asked["messages"],
        bos_token=asked["begin"],
        eos_token=asked["end"],
        add_generation_prompt=True,
        tools=None,
        documents=None,
    ):
        parts.append(part)
        length += len(part)
        if length > _MOST_CHARACTERS:
            raise ValueError(f"it writes more than {_MOST_CHARACTERS:,} characters")
    return "".join(parts)


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(reason: object) -> NoReturn:
    raise RefusedError(str(reason)[:_MOST_SHOWN])


def main() -> None:
    """Fill one template."""
    requests, replies = private_pipes()
    request = receive(requests)
    if request is None:
        return
    bound_memory(_MOST_BYTES)
    try:
        text = render(json.loads(request.arrays[0].tobytes()))
        answer = Frame("ok", arrays=[np.frombuffer(text.encode("utf-8", "replace"), np.uint8)])
    except RefusedError as problem:
        answer = Frame("refused", {"reason": str(problem)})
    except Exception as problem:  # noqa: BLE001 - it is a stranger's program
        answer = Frame("failed", {"reason": f"{type(problem).__name__}: {problem}"[:_MOST_SHOWN]})
    send(replies, answer)


if __name__ == "__main__":
    main()
