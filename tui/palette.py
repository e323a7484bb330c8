"""The palette: every action of the table by its words, those of the shown screen first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import Action, of_screen, words
from tui.screens.base import JobScreen
from tui.words import _

_STEM = 5  # letters from which on a word may have another ending in the query: `alternativas` for `alternativa`


class ActionProvider(Provider):
    """Actions of the screen that the palette lies over, then those of everywhere."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action in self._actions:
            label, help_text = words(action)
            yield DiscoveryHit(f"{label}  {action.key}", self._runner(action), text=label, help=help_text)

    async def search(self, query: str) -> Hits:
        """Those whose words fit, in the chosen language or in English."""
        found = [(fit, action) for action in self._actions if (fit := fitness(query, searched(action)))]
        for fit, action in found:
            label, help_text = words(action)
            yield Hit(fit, f"{label}  {action.key}", self._runner(action), text=label, help=help_text)
        if not found:
            text = _("No action has these words; Enter shows them all.")
            yield Hit(1.0, text, partial(self.app.run_action, "app.help()"), text=text)

    @property
    def _actions(self) -> tuple[Action, ...]:
        screen = self.screen
        own = of_screen(screen.NAME) if isinstance(screen, JobScreen) else ()
        return (*own, *of_screen(None))

    def _runner(self, action: Action) -> Callable[[], Any]:
        where = self.app if action.screen is None else self.screen
        return partial(self.app.run_action, action.call, default_namespace=where)


def fitness(query: str, texts: Sequence[str]) -> float:
    """How well texts, the most telling first, answer a query: 0 where a word of it begins no word of theirs.

    Accents and case do not count, an ending may differ. Letters that only come in the same order are no match: the
    first hit is done by Enter, and those of `alternative` are found in order in the help of `Remove`.
    """
    wanted = _words(query)
    for at, text in enumerate([*texts, " ".join(texts)]):
        there = _words(text)
        if wanted and all(any(_begins(word, one) for one in there) for word in wanted):
            return (2.0 if there[: len(wanted)] == wanted else 1.0) / (at + 1)
    return 0.0


def _begins(word: str, there: str) -> bool:
    return there.startswith(word) or (len(there) >= _STEM and word.startswith(there))


def _words(text: str) -> list[str]:
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign))
    return re.findall(r"\w+", plain)


def searched(action: Action) -> list[str]:
    """The texts that an action is found by."""
    texts = [*words(action), action.label, *([_(action.search), action.search] if action.search else [])]
    return list(dict.fromkeys(texts))
