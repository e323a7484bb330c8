"""The translate screen: text above, its translation below, and below that what a person should look at.

Terminals disagree on the width of Indic, Khmer and Burmese text and on which side right-to-left text starts, so nothing
stands to the right of either text: no border, no scroll bar, no neighbour.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Label, OptionList, Select, TextArea
from textual.worker import Worker, WorkerState

from edgekit.core.errors import EngineError
from edgekit.core.languages import Direction
from tui.actions import N_, key_of
from tui.errors import in_words
from tui.figures import figure
from tui.models import Spoken
from tui.screens.translate_work import TranslateWork
from tui.widgets.areas import MarkedArea, PlainArea
from tui.words import _

# Long enough that a person who types is not translated letter by letter, short enough to feel immediate.
PAUSE_SECONDS = 0.3


class TranslateScreen(TranslateWork):
    """Opens the chosen direction in the background and translates what stands in the upper text as it changes."""

    NAME: ClassVar[str] = "translate"
    # Below 18 rows the two texts come first.
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012  as Textual declares it
    TOLD: ClassVar[dict[str, str]] = {
        "source": N_("Write or paste text here; its translation appears below. Every line stays a line."),
        "target": N_("The translation. Select it with the mouse or Shift and the arrows, or copy all of it."),
        "direction": N_("From which language to which, of what is installed. Enter opens the list."),
        "look": N_(
            "Lines that a person should look at, the worst first. Enter goes to one. "
            "36 % sure: of 100 lines that are told so, about 36 are right."
        ),
    }

    def __init__(self) -> None:
        super().__init__()
        self._pause: Timer | None = None
        self._translated_text: str | None = None  # what the lower text is the whole translation of
        self._note = ""
        self._is_told = False  # once is enough
        self._is_broken = False  # what translates has died, and is opened again before it is asked for more

    def content(self) -> ComposeResult:
        """Direction, text, translation, what to look at; one below the other."""
        if self._directions:
            yield Select(self._choices(), value=self._first(), allow_blank=False, compact=True, id="direction")
        yield Label("", id="spoken", markup=False)
        yield Label("", id="source-title", classes="title", markup=False)
        yield PlainArea(id="source", disabled=not self._directions, placeholder=self._invitation())
        yield Label("", id="target-title", classes="title", markup=False)
        yield MarkedArea("target")
        yield OptionList(id="look", markup=False)

    def restore(self, state: dict[str, Any]) -> None:
        """Begin to open the direction of the last time, else the first, with the cursor in the text."""
        self._show_look()
        if not self._directions:
            return
        if isinstance(text := state.get("text"), str) and text:
            self._source.load_text(text)
            self._source.move_cursor(self._source.document.end)
        glossary = state.get("glossary")
        self._glossary = Path(glossary) if isinstance(glossary, str) and glossary else None
        self._source.focus()
        first = self._wanted = self._first()
        self.say(_("opening {direction}", direction=first))
        self.call_after_refresh(self._open, first)  # what opens a model has no part in the first frame

    def models_changed(self) -> None:
        """Offer what is installed now; what stands here stays."""
        directions = list(self._models.directions())
        if directions == self._directions:
            self._source.placeholder = self._invitation()  # what is damaged may be another
            return
        had, self._directions = self._directions, directions
        if not had or not directions:
            self.call_later(self._make_again)
            return
        self._offer(self._wanted if self._wanted in directions else directions[0])
        if self._wanted not in directions:
            self._open(directions[0])

    def _offer(self, chosen: Direction | None) -> None:
        box = self.query_one("#direction", Select)
        with box.prevent(Select.Changed):
            box.set_options(self._choices())
            box.value = chosen
            box.mutate_reactive(Select.value)  # type: ignore[misc]  # the same one may have another name

    async def _make_again(self) -> None:
        """With a picker and texts that take words, or without."""
        state = self.snapshot()
        await self.recompose()
        self.restore(state)

    def speak(self) -> None:
        """The titles and what is told of the text as well."""
        super().speak()
        self._source.placeholder = self._invitation()
        if not self._directions:
            return
        self._offer(self._wanted or self._directions[0])
        self._show_source_title()
        self._show_row()
        self._show_spoken(self._spoken, self._source.text)
        self._show_look()
        if self._translator is not None and (self._translated_text or "") == self._source.text:
            self._say_ready()

    def _invitation(self) -> str:
        if self._directions:
            return _("write or paste text here; its translation appears below")
        if broken := self.damaged_in_words():
            return "\n".join(broken)
        told = N_("no model is installed; press 3 for the screen Models, choose one and press p; or run {command}")
        return _(told, command=" / ".join(f"`edgekit pull {name}`" for name in self._models.offers()))

    def _choices(self) -> list[tuple[str, Direction]]:
        name = self._models.name
        return [(f"{name(one.source)} → {name(one.target)}", one) for one in self._directions]

    def _first(self) -> Direction:
        """The direction that is shown, or was the last time, or the first."""
        wanted = str(self._current) if self._current else self.app.remembered(self.NAME).get("direction")
        return next((one for one in self._directions if str(one) == wanted), self._directions[0])

    def snapshot(self) -> dict[str, Any]:
        """The text, its direction, the glossary."""
        return {
            "text": self._source.text,
            "direction": str(one) if (one := self._current or self._wanted) else None,
            "glossary": str(self._glossary) if self._glossary else None,
        }

    def command(self) -> str:
        """`edgekit translate` in the direction that is shown."""
        one = self._current or (self._directions[0] if self._directions else None)
        if one is None:
            return "edgekit models ls"
        more = ["--glossary", str(self._glossary)] if self._glossary else []
        return shlex.join(["edgekit", "translate", "letter.txt", "--from", one.source, "--to", one.target, *more])

    def on_unmount(self) -> None:
        """Free the model."""
        if self._translator is not None:
            self._translator.close()

    @on(Select.Changed, "#direction")
    def _chosen(self, event: Select.Changed) -> None:
        if isinstance(event.value, Direction) and event.value != self._wanted:
            self._open(event.value)

    @on(TextArea.Changed, "#source")
    def _edited(self) -> None:
        self._wait_no_longer()
        self._pause = self.set_timer(PAUSE_SECONDS, self._translate_now)

    def _wait_no_longer(self) -> None:
        if self._pause is not None:
            self._pause.stop()

    def _translate_now(self) -> None:
        self._wait_no_longer()  # else the same text is translated again, and what was said with it is gone
        if self._translator is None:
            return  # what was typed is translated when the model is there
        if self._is_broken and self._current is not None:
            self._open(self._current)
            return
        text = self._source.text
        if text.strip() and text == self._translated_text:
            return  # what opening a model says stands until the text is another
        self._translated_text = None
        if text.strip():
            self.say(_("translating"))
            self._translate(self._translator, text)
            self._identify(text)
        else:
            self.workers.cancel_group(self, "translate")
            self._lines = []
            self._target.mark({})
            self._target.load_text("")
            self._show_spoken(Spoken(), "")
            self._show_look()
            self._show_row()
            self._say_ready()

    def _say_ready(self) -> None:
        """Ready, how many lines to look at, and what was said when the model opened."""
        parts = [_("ready")]
        if self._worst:
            parts = [
                _(
                    "lines to look at: {count}; {key} goes to the worst, esc and then {mend} mends it",
                    count=len(self._worst),
                    key=key_of("translate.worst"),
                    mend=key_of("translate.mend"),
                )
            ]
        self.say("\n".join([*parts, *([self._note] if self._note else [])]))
        self._note = ""

    @on(TranslateWork.Told)
    def _told(self, event: TranslateWork.Told) -> None:
        self._show_spoken(event.spoken, event.source)

    @on(TranslateWork.Opened)
    def _opened(self, event: TranslateWork.Opened) -> None:
        self._current = self._wanted = event.direction
        self._is_broken = False
        self._glossary, self._note = event.glossary, event.note
        if not self._note and not self._is_told and self._is_reversed(event.direction):
            self._note = _(
                "where text looks reversed: esc, then {pager} for the pager, or {page} for a page in a browser",
                pager=key_of("translate.pager"),
                page=key_of("translate.html"),
            )
            self._is_told = True
        self.query_one("#direction", Select).value = event.direction
        self._show_source_title()
        if event.text is not None:
            self._source.replace(event.text, (0, 0), self._source.document.end)  # ctrl+z brings back what was there
        self._lines = []
        self._target.mark({})
        self._target.load_text("")
        self._translated_text = None
        self._show_row()
        self._show_look()
        self._translate_now()

    @on(TranslateWork.Translated)
    def _translated(self, event: TranslateWork.Translated) -> None:
        if not self._source.text.strip():
            return  # it was on its way when the text was deleted
        text = "\n".join(one.text for one in event.lines)
        self._lines = [*([] if event.is_first else self._lines), *event.lines]
        self._target.mark({at: "?" for at, one in enumerate(self._lines) if one.doubtful})
        if event.is_first:
            self._target.load_text(text)
        else:  # at the end, so that who reads on above is not disturbed
            self._target.insert("\n" + text, self._target.document.end, maintain_selection_offset=True)
        self._translated_text = event.source if event.done == event.total else None
        self._show_row()
        if self._translated_text is not None:
            self._show_look()
            self._follow(self._target)
            self._say_ready()
        else:
            self.say(_("translating, {done} of {lines} lines", done=figure(event.done), lines=figure(event.total)))

    @on(TranslateWork.Failed)
    def _failed(self, event: TranslateWork.Failed) -> None:
        if self._current is not None:
            self._wanted = self._current
            self.query_one("#direction", Select).value = self._current
        if isinstance(event.problem, EngineError):
            told, hint = in_words(event.problem)
            self._say_broken(f"{_('error')}: {told}", hint)
        else:
            self.say_problem(event.problem)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """See JobScreen; what translates may be left in any state, so another one takes its place."""
        if event.state is WorkerState.ERROR and event.worker.group == "translate":
            event.prevent_default()  # JobScreen's comes after this one
            self._say_broken(_("error: a fault of edgekit's own: {fault}", fault=repr(event.worker.error)))

    def _say_broken(self, problem: str, hint: str | None = None) -> None:
        self._is_broken = True
        hints = "; ".join([*([hint] if hint else []), _("it starts again with the next change of the text")])
        self.say(f"{problem}\n{_('hint')}: {hints}")

    def terms_in_force(self) -> int:
        """See TranslateReview."""
        return self._translator.terms if self._translator is not None else 0

    def use_glossary(self, path: Path | None) -> None:
        """See TranslateFiles."""
        self._glossary = path
        if self._current is not None:
            self._open(self._current)

    def action_fit(self) -> None:
        """Turn to the direction that fits the language of the text, which stays."""
        fit = self._fit()
        if fit is None:
            self.say(_("no other direction is known to fit this text"))
        else:
            self._open(fit)

    def action_swap(self) -> None:
        """Translate the translation back, where that direction is installed; the error says how to get it.

        A text that is not translated yet stays, and only the direction turns.
        """
        if self._current is None:
            self.explain(_("no direction is open yet"))
        else:
            is_whole = self._translated_text == self._source.text
            self._open(Direction(self._current.target, self._current.source), self._target.text if is_whole else None)
