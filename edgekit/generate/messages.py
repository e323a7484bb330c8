"""Messages of a chat, into the text that a model was trained to answer.

The template is a program in Jinja that comes with the model: it runs in a process of its own, in Jinja's sandbox, with
a bound on time and memory. What people wrote in a message never becomes a control token.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from edgekit.core.children import Child
from edgekit.core.errors import InputError, ModelFormatError
from edgekit.engine.llama.frames import Frame, receive, send

Message: TypeAlias = Mapping[str, str]
_KEYS = ("role", "content")
# What a template for translation alone may ask of a message beside its text (TranslateGemma's).
_CODES = ("source_lang_code", "target_lang_code")
_MODULE = "edgekit.generate.template_worker"
_MOST_SECONDS = 5.0  # rendering takes a millisecond, a process that starts on a busy board seconds
# Private characters stand for names of control tokens while a template runs: it may strip or cut texts as it likes.
_OPEN, _CLOSE = "\U0010fffc", "\U0010fffd"
_HELD = re.compile(f"{_OPEN}([0-9]{{1,7}}){_CLOSE}")


def check_messages(messages: object) -> list[dict[str, str]]:
    """Messages as plain dictionaries. Raises InputError, with every reason, for anything but roles and texts."""
    if not isinstance(messages, Sequence) or isinstance(messages, (str, bytes)) or not messages:
        raise InputError(
            "a chat is a list of at least one message", hint='write `[{"role": "user", "content": "..."}]`'
        )
    reasons = []
    for at, message in enumerate(messages):
        if not isinstance(message, Mapping):
            reasons.append(f"message {at} is of type `{type(message).__name__}`")
            continue
        reasons += [f"`{key}` of message {at} is no text" for key in _KEYS if not isinstance(message.get(key), str)]
        reasons += [
            f"`{key}` of message {at} is no text" for key in _CODES if not isinstance(message.get(key, ""), str)
        ]
        reasons += [f"message {at} has `{key}`, which is not known" for key in message if key not in (*_KEYS, *_CODES)]
    if reasons:
        raise InputError("the messages cannot be read", reasons=reasons, hint="a message has `role` and `content`")
    return [{key: message[key] for key in (*_KEYS, *_CODES) if key in message} for message in messages]


def wants_language_codes(template: str | None) -> bool:
    """Whether a template asks for the languages of a translation by their codes."""
    return template is not None and all(code in template for code in _CODES)


def chat_parts(
    template: str | None, messages: Sequence[Message], controls: Sequence[str], *, begin: str, end: str
) -> list[tuple[str, bool]]:
    """A rendered chat in parts: its text, and whether names of control tokens in it stand for these tokens.

    controls: their names.  begin, end: names of the model's own marks.
    Raises InputError (no template, or it refuses the messages), ModelFormatError (the template does not run).
    """
    plain = check_messages(messages)
    if template is None:
        raise InputError(
            "the model has no template for chats", hint="give a prompt instead of messages: it was not trained to chat"
        )
    held: list[str] = []
    names = re.compile("|".join(map(re.escape, sorted(controls, key=len, reverse=True)))) if controls else None

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return f"{_OPEN}{len(held) - 1}{_CLOSE}"

    for message in plain:
        # A text that has the private characters itself is held as a whole.
        content = message["content"]
        if _OPEN in content or _CLOSE in content:
            held.append(content)
            message["content"] = f"{_OPEN}{len(held) - 1}{_CLOSE}"
        elif names is not None:
            message["content"] = names.sub(hold, content)
    shown = _with_codes(plain) if wants_language_codes(template) else [_without_codes(message) for message in plain]
    text = _rendered({"template": template, "messages": shown, "begin": begin, "end": end})
    parts: list[tuple[str, bool]] = []
    at = 0
    for match in _HELD.finditer(text):
        parts.append((text[at : match.start()], True))
        number = int(match[1])
        parts.append((held[number] if number < len(held) else "", False))
        at = match.end()
    parts.append((text[at:], True))
    return [part for part in parts if part[0]]


def _without_codes(message: Mapping[str, str]) -> dict[str, Any]:
    return {key: message[key] for key in _KEYS}


def _with_codes(messages: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Messages whose content says its languages. Raises InputError for a user's message that does not say them.

    Whoever fills such a template without them gets a translation from British English into British English.
    """
    missing = [
        f"message {at} has no `{code}`"
        for at, message in enumerate(messages)
        if message["role"] == "user"
        for code in _CODES
        if not message.get(code)
    ]
    if missing:
        raise InputError("the model's template needs the languages of the text", reasons=missing)
    return [
        {
            "role": message["role"],
            "content": [{"type": "text", "text": message["content"], **{code: message[code] for code in _CODES}}],
        }
        if message["role"] == "user"
        else _without_codes(message)
        for message in messages
    ]


def _rendered(asked: Mapping[str, object]) -> str:
    child = Child(_MODULE, "the process that fills the model's template", environment={"OPENBLAS_NUM_THREADS": "1"})
    watch = threading.Timer(_MOST_SECONDS, child.end)
    watch.start()
    try:
        data = np.frombuffer(json.dumps(asked).encode("ascii"), np.uint8)
        send(child.input, Frame("render", arrays=[data]))
        answer = receive(child.output)
    except (OSError, ValueError):
        answer = None
    finally:
        watch.cancel()
    broken = "the model's template for chats cannot be used"
    if answer is None:
        late = child.ended
        reasons = [f"it is not done after {_MOST_SECONDS:.0f} s"] if late else child.died("render").reasons
        raise ModelFormatError(broken, reasons=reasons)
    child.close()
    if answer.say == "refused":
        raise InputError("the model's template refuses the messages", reasons=[answer.values["reason"]])
    if answer.say != "ok":
        raise ModelFormatError(broken, reasons=[answer.values["reason"]])
    return answer.arrays[0].tobytes().decode("utf-8")
