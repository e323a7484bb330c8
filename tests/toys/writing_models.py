"""Small GGUF models that write, and what can be wrong with one."""

from __future__ import annotations

import functools
import struct
from pathlib import Path

from toys.gguf_vocabulary import PREFIX, Metadata, language_model, llama

from exporters.containers.gguf import Kind, Strings, Value

CHAT = (
    "{{ bos_token }}{% for message in messages %}{{ message['role'] }}: {{ message['content'] | trim }}</s>"
    "{% endfor %}{% if add_generation_prompt %}me:{% endif %}"
)


@functools.cache
def toy_writer() -> bytes:
    """A model that goes on with random words, and has a template for chats."""
    return language_model(with_template(CHAT))


def with_template(template: str) -> Metadata:
    """The vocabulary of `llama`, and a template."""
    return {**llama(), "tokenizer.chat_template": Value(Kind.STRING, template.encode())}


def with_twins() -> bytes:
    """Two tokens have one name: llama.cpp ends its process when it reads the second."""
    made = llama()
    names = list(made[PREFIX + "tokens"].value)
    names[-1] = names[-2]
    return language_model({**made, PREFIX + "tokens": Value(Kind.ARRAY, Strings.of(names), Kind.STRING)})


def without_vocabulary() -> bytes:
    """As many rows as before, and no word for any."""
    types = PREFIX + "token_type"
    return language_model({types: llama()[types], PREFIX + "model": Value(Kind.STRING, b"no_vocab")})


def without_numbers() -> bytes:
    """The last of the weights is NaN, and so is every logit."""
    made = toy_writer()
    return made[:-4] + struct.pack("<f", float("nan"))


def of_no_architecture() -> bytes:
    """An architecture that llama.cpp does not know."""
    name = struct.pack("<Q", 5)
    return toy_writer().replace(name + b"llama", name + b"llemo", 1)


def written(folder: Path, data: bytes, name: str = "toy.gguf") -> Path:
    """The file."""
    path = folder / name
    path.write_bytes(data)
    return path
