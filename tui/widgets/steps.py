"""A line of what can be done now."""

from __future__ import annotations

from collections.abc import Collection

from textual.content import Content
from textual.widgets import Static

from tui.actions import ACTIONS, words


class StepsLine(Static):
    """`^l Plan  ^r Export now ...`: actions of the table, each a thing to click; on as many rows as they need."""

    DEFAULT_CSS = "StepsLine { width: 100%; height: auto; padding: 0 1; background: $panel; }"

    _ids: Collection[str] = ()

    def show(self, ids: Collection[str]) -> None:
        """Those of some ids, in the order of the table."""
        self._ids = ids
        self.show_words()

    def show_words(self) -> None:
        """In the chosen language."""
        pieces = [
            Content.styled(f"{one.key} {words(one)[0]}  ", f"@click=screen.{one.name}()")
            for one in ACTIONS
            if one.id in self._ids
        ]
        self.update(Content("").join(pieces))
