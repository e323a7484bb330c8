"""Asks for a file: a name to type, and below it what is there to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Button, DirectoryTree, Input, Label
from textual.widgets.directory_tree import DirEntry
from textual.widgets.tree import TreeNode

from edgekit.core.characters import visible
from tui.words import _


class Files(DirectoryTree):
    """Folders, and files with certain endings."""

    ICON_NODE = "+ "
    ICON_NODE_EXPANDED = "- "
    ICON_FILE = "  "

    def __init__(self, folder: Path, endings: tuple[str, ...]) -> None:
        super().__init__(folder, id="files")
        self._endings = endings

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Nothing hidden, nothing that cannot be taken."""
        return [one for one in paths if not one.name.startswith(".") and self._fits(one)]

    def _fits(self, path: Path) -> bool:
        try:
            return path.suffix.lower() in self._endings or path.is_dir()
        except OSError:
            return False

    def render_label(self, node: TreeNode[DirEntry], base_style: Style, style: Style) -> Text:
        """A name is data."""
        label = super().render_label(node, base_style, style)
        label.plain = visible(label.plain)
        return label


class NameInput(Input):
    """A name to type; what is in it is drawn as signs where a terminal would obey it."""

    def render_line(self, y: int) -> Strip:
        """As it is drawn."""
        strip = super().render_line(y)
        return Strip([Segment(visible(piece.text), piece.style) for piece in strip])


class AskFileScreen(ModalScreen[str]):
    """Gives a path as it was typed, an empty one too; None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", id="ask.back")]

    def __init__(
        self, question: str, value: str = "", *, endings: tuple[str, ...] = (), folder: Path | None = None
    ) -> None:
        """value: what stands there first.  endings: of the files that can be chosen; none are offered without."""
        super().__init__()
        self._question = question
        self._value = value
        self._endings = endings
        self._folder = folder or Path.cwd()

    def compose(self) -> ComposeResult:
        """The question, the name, its two answers, the files."""
        with Vertical():
            yield Label(self._question, classes="title", markup=False)
            yield NameInput(self._value, id="path", compact=True, select_on_focus=False)
            yield Button(_("OK (enter)"), id="ok", compact=True)
            yield Button(_("Back (esc)"), id="no", compact=True)
            if self._endings:
                yield Files(self._folder.absolute(), self._endings)  # `.` has no name to show

    def on_mount(self) -> None:
        """Nothing blinks; what stands there goes with the first letter of another name."""
        field = self.query_one(Input)
        field.cursor_blink = False
        field.focus()
        field.action_select_all()

    @on(DirectoryTree.FileSelected)
    def _chosen(self, event: DirectoryTree.FileSelected) -> None:
        field = self.query_one(Input)
        field.value = str(event.path)
        field.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The same by mouse."""
        self.dismiss(self.query_one(Input).value.strip() if event.button.id == "ok" else None)
