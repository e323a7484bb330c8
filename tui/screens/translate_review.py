"""What the translate screen says of a translation, line by line: how sure, what is wrong, which word became which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.content import Content
from textual.message import Message
from textual.widgets import Label, OptionList, TextArea
from textual.widgets.option_list import Option

from edgekit.core.characters import visible
from edgekit.core.errors import EdgekitError
from edgekit.core.languages import Direction
from tui.actions import key_of
from tui.figures import figure
from tui.models import Line, Spoken, fitting
from tui.screens.translate_files import TranslateFiles
from tui.widgets.areas import MarkedArea
from tui.widgets.told import spoken_in_words, sure_in_words, terms_in_words, to_look_at
from tui.words import _

# Of a long text nobody goes through more of them one by one; the key that goes to the worst goes through all.
MOST_LISTED = 100


class TranslateReview(TranslateFiles):
    """The part of the translate screen that goes through what is translated."""

    NAME: ClassVar[str] = "translate"

    @dataclass
    class Kept(Message):
        """What was mended is in the memory, or why it is not."""

        problem: EdgekitError | None = None

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._worst: list[int] = []
        self._row = 0
        self._directions = list(self._models.directions())
        self._spoken = Spoken()

    def lines(self) -> Sequence[Line]:
        """See TranslateFiles."""
        return self._lines

    @property
    def _source(self) -> TextArea:
        return self.query_one("#source", TextArea)

    @property
    def _target(self) -> MarkedArea:
        return self.query_one("#target", MarkedArea)

    def _title(self, tag: str) -> str:
        name = f"{self._models.name(tag)} ({tag})"
        return _("{language}, right to left", language=name) if self._models.is_right_to_left(tag) else name

    def _is_reversed(self, direction: Direction) -> bool:
        return any(map(self._models.is_right_to_left, (direction.source, direction.target)))

    def _show_look(self) -> None:
        """The lines to look at, the worst first; nothing where there are none."""
        doubtful = [at for at, one in enumerate(self._lines) if one.doubtful]
        had, self._worst = self._worst, sorted(doubtful, key=lambda at: (self._lines[at].badness, at))
        box = self.query_one("#look", OptionList)
        at = box.highlighted if had == self._worst else None
        box.display = bool(self._worst)
        box.clear_options()
        box.add_options([Option(Content(to_look_at(at + 1, self._lines[at]))) for at in self._worst[:MOST_LISTED]])
        box.highlighted = at

    def _show_row(self) -> None:
        """What is known of the line where the cursor is, above the translation."""
        if self._current is None:
            return
        said = [self._title(self._current.target)]
        if self._row < len(self._lines):
            one = self._lines[self._row]
            if one.sure is not None:
                said.append(
                    _("line {line}: {sure}", line=self._row + 1, sure=sure_in_words(one.sure, doubtful=one.doubtful))
                )
            if one.origin == "memory":
                said.append(_("from the memory"))
            if one.terms:
                said.append(terms_in_words(one.terms))
        self.query_one("#target-title", Label).update("; ".join(said))

    @on(TextArea.SelectionChanged)
    def _moved(self, event: TextArea.SelectionChanged) -> None:
        """Keep the line of the other text in sight."""
        row = event.selection.end[0]
        if row == self._row or not event.text_area.has_focus:
            return
        self._row = row
        self._follow(self._target if event.text_area is self._source else self._source)
        self._show_row()

    def _follow(self, area: TextArea) -> None:
        """Bring the line of the other text's cursor in sight, unless somebody is in this one."""
        if not area.has_focus:
            area.move_cursor((min(self._row, area.document.line_count - 1), 0))

    def _go_to(self, row: int) -> None:
        """Both cursors to a line."""
        self._row = row
        for area in (self._source, self._target):
            area.move_cursor((min(row, area.document.line_count - 1), 0))
        self._show_row()

    @on(OptionList.OptionSelected, "#look")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self._go_to(self._worst[event.option_index])
        self._source.focus()

    def action_worst(self) -> None:
        """Go to the worst line; again, to the next worst."""
        if not self._worst:
            self.say(_("nothing was found that a person should look at"))
            return
        box = self.query_one("#look", OptionList)
        at = self._worst.index(self._row) + 1 if self._row in self._worst and box.highlighted is not None else 0
        at %= len(self._worst)
        box.highlighted = min(at, box.option_count - 1)
        self._go_to(self._worst[at])

    def action_mend(self) -> None:
        """Ask for a better translation of the line where the cursor is, for the memory."""
        one = self._lines[self._row] if self._row < len(self._lines) else None
        if self._current is None or one is None or not one.source.strip():
            self.say(_("there is no translation to mend here"))
            return
        from tui.screens.mending import MendScreen

        source, direction = one.source, self._current

        def answered(text: str | None) -> None:
            if text is not None and text != one.text:
                self._keep(source, text, direction)

        self.app.push_screen(MendScreen(source, one.text), answered)

    @work(thread=True, exit_on_error=False, group="keep")
    def _keep(self, source: str, text: str, direction: Direction) -> None:
        try:
            self._models.keep(source, text, direction)
        except EdgekitError as problem:
            self.post_message(self.Kept(problem))
        else:
            self.post_message(self.Kept())

    @on(Kept)
    def _kept(self, event: Kept) -> None:
        """Open the direction again: where there was no memory before, nothing looked into it."""
        if event.problem is not None:
            self.say_problem(event.problem)
        elif self._current is not None:
            self._open(self._current)

    def _open(self, direction: Direction, text: str | None = None) -> None:
        raise NotImplementedError

    def action_align(self) -> None:
        """Word by word, from where the cursor is."""
        if self._current is None or not self._lines:
            self.say(_("there is no translation to show yet"))
            return
        row, column = self._source.cursor_location
        from tui.screens.aligned import AlignedScreen

        titles = (self._title(self._current.source), self._title(self._current.target))
        self.app.push_screen(
            AlignedScreen(list(self._lines), min(row, len(self._lines) - 1), column, titles), self._aligned
        )

    def _aligned(self, row: int | None) -> None:
        if row is not None and row != self._row:
            self._go_to(row)

    def _show_spoken(self, spoken: Spoken, text: str) -> None:
        self._spoken = spoken
        said = spoken_in_words(spoken, self._fit(), self._current, self._models.name) if text.strip() else ""
        style = "@click=screen.fit()" if self._fit() is not None else ""
        self.query_one("#spoken", Label).update(Content.styled(said, style))

    def _fit(self) -> Direction | None:
        if self._current is None or self._spoken.tag is None:
            return None
        return fitting(self._directions, self._spoken.tag, self._current)

    def _show_source_title(self) -> None:
        """The language of the text, and the glossary that is in force."""
        if self._current is None:
            return
        said = self._title(self._current.source)
        if self._glossary is not None:
            name = visible(self._glossary.name, one_line=True)
            said += "; " + _("glossary {name}, terms: {count}", name=name, count=figure(self.terms_in_force()))
        self.query_one("#source-title", Label).update(said)

    def terms_in_force(self) -> int:
        """How many terms the glossary has for the direction that is open."""
        raise NotImplementedError

    def action_empty(self) -> None:
        """Room for a new text; undoing brings the old one back, with its place."""
        if not self._source.text:
            self.explain(_("there is no text to take away"))
            return
        self._source.replace("", (0, 0), self._source.document.end)
        self._source.focus()
        self.say(_("the text is taken away; {key} brings it back", key="^z"))

    def action_copy(self) -> None:
        """Hand the translation to the terminal's clipboard; whether it takes it, no program can know."""
        if not self._target.text:
            self.say(_("there is no translation to copy yet"))
            return
        self.app.copy_to_clipboard(self._target.text)
        self.say(
            _(
                "handed to the terminal's clipboard (OSC 52); if pasting brings nothing, select the text with Shift "
                "and mouse, or save it to a file: esc, then {key}",
                key=key_of("translate.save"),
            )
        )
