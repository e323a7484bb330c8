"""The help: what has the focus is for, and every key that works here."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static, TextArea

from edgekit.core.characters import visible
from edgekit.core.paths import config_folder
from tui.actions import N_, Action, key_in_words, of_screen, words
from tui.screens.base import JobScreen
from tui.words import _

EDITING = N_(
    "Editing: ctrl+z undoes, ctrl+y does it again; ctrl+a selects all, Shift and the arrows a part; ctrl+x cuts, "
    "ctrl+c copies, ctrl+v pastes. Keys with esc before them work once the text is left."
)


class HelpScreen(ModalScreen[None]):
    """Lies over the screen it was called from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "dismiss", "Back", id="help.back"),
        Binding("ctrl+o", "copy", "Copy", id="help.copy"),
    ]

    def __init__(self, asked: Screen[Any]) -> None:
        super().__init__()
        self._asked = asked

    def compose(self) -> ComposeResult:
        """One text, as long as it needs to be."""
        with VerticalScroll():
            yield Static("\n".join(self._lines()), markup=False)
        told = _("esc back, arrows and page keys scroll")
        yield Static(Content.styled(told, "@click=screen.dismiss()"), classes="title")

    def action_copy(self) -> None:
        """The message that the status has no room for, to the terminal's clipboard."""
        if isinstance(self._asked, JobScreen) and self._asked.is_cut:
            self.app.copy_to_clipboard(self._asked.said)

    def _lines(self) -> list[str]:
        asked, takes = self._asked, False
        lines = []
        if isinstance(asked, JobScreen):
            if asked.is_cut:
                lines += [f"{_('Message')}  ({_('ctrl+o copy')})", "", visible(asked.said), ""]
            focused = asked.focused
            told = asked.TOLD.get(focused.id or "") if focused is not None else None
            lines += [_(told)] if told else []
            takes = isinstance(focused, (Input, TextArea)) and not getattr(focused, "read_only", False)
            if takes and isinstance(focused, TextArea):
                lines += ["", _(EDITING)]
            lines += [*([""] if lines else []), *(_line(action, takes=takes) for action in of_screen(asked.NAME))]
        everywhere = sorted(
            of_screen(None), key=lambda action: action.id.startswith("go.")
        )  # what is least known first
        lines += ["", *(_line(action, takes=takes) for action in everywhere)]
        lines += ["", _("Hold Shift to let the terminal select with the mouse. Nothing leaves this machine.")]
        own = config_folder() / "keys.toml"
        lines += ["", _("Keys of your own: lines like {line} in {file}.", line='grade.accept = "x"', file=own)]
        if isinstance(asked, JobScreen):
            lines += [f"  {why}" for why in asked.app.own.why_not()]
            lines += ["", f"{_('The same without a screen')}:  {asked.command()}"]
        return lines


def _line(action: Action, *, takes: bool = False) -> str:
    """takes: whether the focus is where letters are text."""
    label, help_text = words(action)
    keys = " ".join(
        f"esc {key}" if takes and len(key) == 1 else key_in_words(key) for key in action.own_keys.split(",")
    )
    return f"  {keys:<10} {label}: {help_text}" if label != help_text else f"  {keys:<10} {label}"
