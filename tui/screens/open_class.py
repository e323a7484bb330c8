"""A class on the screen: what is shown of it, and where; what is decided is `tui.screens.grade`'s."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import ContentSwitcher, Label

from edgekit.core.characters import visible
from edgekit.core.errors import EdgekitError
from tui.actions import N_, key_of
from tui.desk import Desk
from tui.figures import figure, percent
from tui.grading import Card
from tui.screens.class_work import ClassWork
from tui.widgets.answer_card import card_paragraphs
from tui.widgets.answer_list import AnswerList
from tui.widgets.class_opener import ClassOpener
from tui.widgets.lines import KeysLine
from tui.widgets.points_row import PointsRow
from tui.widgets.script import ScriptText, plain
from tui.widgets.spoken import SaidLabel
from tui.words import _

EVERY_SECONDS = 1.0
OF_AN_ANSWER = tuple(f"grade.{name}" for name in ("accept", "change", "later", "alike", "next"))


class ClassScreen(ClassWork):
    """Three views: what can be opened, one answer, all answers; and the work that goes on behind them."""

    TOLD: ClassVar[dict[str, str]] = {
        "sessions": N_("What was graded before, the newest first. Enter goes on where you left."),
        "quiz": N_(
            "The file of the quiz, TOML. The right arrow completes the path; the list below shows what is there, and "
            "writes an example with its explanation: its last row."
        ),
        "answers": N_("The file of the answers: csv, tsv, jsonl, json, Moodle, QTI. Enter begins to grade."),
        "begin": N_("Grade the answers of the file by the quiz; nothing is a mark before you press a key."),
        "files": N_("What is in the folder. Enter or a click takes it into the field."),
        "card": N_(
            "One answer. [Brackets] hold the words that speak for or against the criterion of the number behind them; "
            "`?` behind them: why a person should look, below."
        ),
        "queue": N_("All answers, those to decide on first. Enter shows the chosen one."),
        "points": N_("The points, as 1.5 or 1,5. Enter makes them the mark, esc leaves it."),
    }

    def content(self) -> ComposeResult:
        """The count, then one of the views, then the points when they are changed."""
        yield Label("", id="grade-title", classes="title", markup=False)
        with ContentSwitcher(initial="open", id="grade"):
            yield ClassOpener(id="open")
            with VerticalScroll(id="card"):
                yield ScriptText(id="card-text")
            yield AnswerList(id="queue")
        yield SaidLabel(N_("more below: down, page down"), id="more")
        yield PointsRow(id="points-row")

    def restore(self, state: dict[str, Any]) -> None:
        """Open the session of the last time at its answer, else show what can be opened."""
        paths = state.get("paths")
        paths = paths if isinstance(paths, dict) else {}
        self.query_one(ClassOpener).fill({name: path for name, path in paths.items() if isinstance(path, str)})
        if self._desk is not None:
            self._show()
        elif isinstance(state.get("session"), int):
            self._open(state["session"], state)
        else:
            self._show_choice()

    def snapshot(self) -> dict[str, Any]:
        """The session, the answer, what was left for later, what can be undone, and the paths."""
        at = self._desk.snapshot() if self._desk is not None else {}
        return {**at, "paths": self.query_one(ClassOpener).paths}

    def command(self) -> str:
        """`edgekit grade`, or the review of what is open."""
        if self._desk is not None:
            return f"edgekit grade review --all --session {self._desk.opened.id}"
        paths = self.query_one(ClassOpener).paths
        return f"edgekit grade {paths['answers'] or 'ANSWERS'} --quiz {paths['quiz'] or 'QUIZ'}"

    def on_mount(self) -> None:
        """Look every second for what is graded, as events of a job may be fewer, and for what somebody else decides."""
        super().on_mount()
        card = self.query_one("#card")
        for what in ("scroll_y", "virtual_size"):
            self.watch(card, what, self._look_for_more)
        self.set_interval(EVERY_SECONDS, lambda: self._take_in() if self.app.screen is self else None)

    def on_unmount(self) -> None:
        """Close the gradebook."""
        if self._desk is not None:
            self._desk.opened.close()

    def on_screen_resume(self) -> None:
        """What was graded or decided meanwhile counts."""
        self._take_in()
        self._show_told()

    def works(self, action: str) -> bool:
        """What can be opened is all that there is before anything is; a list has no next, and no answer no mark."""
        if self._desk is None or self.query_one(PointsRow).display:  # where letters are no keys
            return False
        if self._current == "card":
            return self._desk.card is not None or action not in OF_AN_ANSWER
        return self._current == "queue" and action != "grade.next"

    def speak(self) -> None:
        """The count and the answer as well."""
        super().speak()
        self._show_title()
        if self._desk is not None:
            self._show_answer(self._desk)

    # What is shown

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """A gradebook that cannot be read or written is a line, and nothing more is done."""
        try:
            yield
        except EdgekitError as problem:
            self.say_problem(problem)

    @property
    def _current(self) -> str:
        return self.query_one(ContentSwitcher).current or ""

    def _view(self, name: str) -> None:
        self.query_one(ContentSwitcher).current = name
        self.query_one(PointsRow).display = False
        self._show_title()
        self._look_for_more()
        self.query_one(KeysLine).show_words()

    def on_resize(self) -> None:
        """The card may fit now, or no longer."""
        self._look_for_more()

    def _look_for_more(self) -> None:
        # How far a card can be scrolled is known once it is laid out.
        self.call_after_refresh(self._show_more)

    def _show_more(self) -> None:
        """Say that a card goes on below the screen: there is no scroll bar beside people's words."""
        card = self.query_one("#card")
        self.query_one("#more").display = self._current == "card" and card.scroll_y < card.max_scroll_y

    def _show(self) -> None:
        """Show the answer of the desk, and keep where that is; what was said of another one goes."""
        if self._desk is None:
            return
        self.say("")
        self._show_answer(self._desk)
        self._view("card")
        card = self.query_one("#card")
        card.scroll_home(animate=False)
        card.focus()
        self.app.remember()

    def _show_here(self, desk: Desk, numbers: Iterable[int], *, goes_on: bool = False) -> None:
        """Show what became of answers where the person is: on the card of the desk, or in the list, in their rows.

        goes_on: the cursor of the list goes to the next answer, as the desk has done.
        """
        if self._current != "queue":
            self._show()
            return
        self.say("")
        box = self.query_one(AnswerList)
        box.renew(desk, numbers)
        if goes_on:
            box.go_on()
        self._show_title()
        self.app.remember()

    def _show_answer(self, desk: Desk) -> None:
        text = self.query_one("#card-text", ScriptText)
        if desk.card is not None:
            models = self.app.models
            text.show(card_paragraphs(desk.card, models.name, models.is_right_to_left))
        elif desk.opened.counts().waiting:
            text.show([plain(_("no suggestion yet"))])
        else:
            done = _(
                "Every answer has a mark. `{save}` writes them to a file, `{release}` says that they went out, "
                "`{list}` lists them, `{undo}` takes the last one back.",
                **{name: key_of(f"grade.{name}") for name in ("save", "release", "list", "undo")},
            )
            text.show([plain(done)])

    def _show_title(self) -> None:
        desk = self._desk
        told = ""
        if desk is not None:
            counts, later = desk.opened.counts(), len(desk.later)
            text = N_("{left} of {all} left, {review} need a look")
            if counts.review == 1:
                text = N_("{left} of {all} left, {review} needs a look")
            told = _(text, left=figure(counts.left), all=figure(counts.answers), review=figure(counts.review))
            told += ", " + _("{later} for later", later=later) if later else ""
            told += ", " + _("grading {share}", share=percent(self._share)) if self._share is not None else ""
            here = f"  #{desk.card.number}" if desk.card is not None and self._current == "card" else ""
            told += f"{here}  {visible(desk.opened.title)}"
        label = self.query_one("#grade-title", Label)
        if label.content != told:  # every second the same would be sent over a slow line
            label.update(told)

    def _shown_card(self) -> Card | None:
        """The answer that the keys act on: the one that is shown, or chosen in the list."""
        desk = self._opened_desk()
        if desk is None or self._current == "open":
            return None
        if self._current == "queue":
            desk.card = self.query_one(AnswerList).card
        if desk.card is None:
            self.say(_("there is no answer here"))
        return desk.card

    def _take_in(self) -> None:
        """See what was added to the record; an answer that is shown stays."""
        desk = self._desk
        if desk is None or self._current == "open":
            return
        with self._telling():
            desk.opened.refresh()
            if self._current == "card" and (desk.card is None or desk.card.suggestion is None) and desk.order():
                desk.show(desk.order()[0])
                self._show()
            elif self._current == "queue":
                self.query_one(AnswerList).look_again(desk)
            self._show_title()
