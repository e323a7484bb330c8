"""Language models whose answers are said, and a small catalogue to ask them with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgekit.catalogue.check import check_bytes
from edgekit.catalogue.entries import Catalogue
from edgekit.engine.llama.request import Token
from edgekit.generate.generator import Generation

CATALOGUE = """\
schema_version = 1
[languages.en]
english = "English"
native = "English"
script = "Latn"
direction = "ltr"
[languages.am]
english = "Amharic"
native = "አማርኛ"
script = "Ethi"
direction = "ltr"
[languages.pt]
english = "Portuguese"
native = "português"
script = "Latn"
direction = "ltr"
[prompts.plain]
version = 1
summary = "s"
names = "english"
exemplars = "pairs"
template = "{glossary}{examples}{source_language}: {text}\\n{target_language}:"
example = "{text} > {translation}\\n"
glossary = "Terms: {terms}.\\n"
stop = ["\\n"]
[prompts.own]
version = 1
summary = "s"
names = "native"
exemplars = "none"
template = "{instruction} {text}"
stop = ["\\n"]
[prompts.own.instructions]
en = "Into {target_language}:"
pt = "Para {target_language}:"
[prompts.diverse]
version = 1
summary = "s"
names = "none"
exemplars = "diverse"
template = "{examples}{text} >"
example = "{text} > {translation}\\n"
stop = ["\\n"]
[exemplars]
en = ["one", "two"]
pt = ["um", "dois"]
fr = ["un", "deux"]
zh = ["一", "二"]
ar = ["واحد", "اثنان"]
"""


def catalogue() -> Catalogue:
    """The catalogue above."""
    made, problems = check_bytes(CATALOGUE.encode(), Path("models.toml"))
    assert problems == []
    return made


class Said:
    """Stands where a Generator does; each answer is what a function makes of the prompt and of the number of the call.

    Keeps what it was asked.
    """

    def __init__(
        self, answer: Callable[[Any, int], str], *, chat: bool = False, codes: bool = False, finish: str = "stop"
    ) -> None:
        self.answer = answer
        self.has_chat_template = chat
        self.wants_language_codes = codes
        self.finish: Any = finish
        self.asked: list[tuple[Any, dict[str, Any]]] = []
        self.closed = False

    def generate(self, prompt: Any, **asked: Any) -> Generation:
        """One answer."""
        self.asked.append((prompt, asked))
        text = self.answer(prompt, len(self.asked))
        token = Token(1, text.encode(), -0.5 if asked["log_probabilities"] is not None else None)
        return Generation(text, self.finish, (token,), 3, 1)

    def close(self) -> None:
        """Keep that it was."""
        self.closed = True
