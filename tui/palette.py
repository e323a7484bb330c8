"""The palette: every action of the table by its words, those of the shown screen first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import Action, of_screen, words
from tui.screens.base import JobScreen
from tui.words import _


class ActionProvider(Provider):
    """Actions of the screen that the palette lies over, then those of everywhere."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action in self._actions:
            label, help_text = words(action)
            yield DiscoveryHit(f"{label}  {action.key}", self._runner(action), text=label, help=help_text)

    async def search(self, query: str) -> Hits:
        """Those whose words fit, in the chosen language or in English."""
        matcher = self.matcher(query)
        for action in self._actions:
            label, help_text = words(action)
            score = max(map(matcher.match, searched(action)))
            if score > 0:
                yield Hit(
                    score, matcher.highlight(f"{label}  {action.key}"), self._runner(action), text=label, help=help_text
                )

    @property
    def _actions(self) -> tuple[Action, ...]:
        screen = self.screen
        own = of_screen(screen.NAME) if isinstance(screen, JobScreen) else ()
        return (*own, *of_screen(None))

    def _runner(self, action: Action) -> Callable[[], Any]:
        where = self.app if action.screen is None else self.screen
        name = action.name if "(" in action.name else f"{action.name}()"
        return partial(self.app.run_action, name, default_namespace=where)


def searched(action: Action) -> list[str]:
    """The texts that an action is found by."""
    texts = [*words(action), action.label, *([_(action.search), action.search] if action.search else [])]
    return list(dict.fromkeys(texts))
