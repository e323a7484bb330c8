"""The fields of an export: which model, for which languages, by which text, into which folder."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Select

from edgekit.core.characters import visible
from edgekit.core.errors import EdgekitError
from tui.actions import N_
from tui.exporting import Wanted, split_files, split_languages
from tui.widgets.paths import path_of
from tui.widgets.spoken import SaidLabel
from tui.words import _

# What can be chosen from a list; a text of any other name is typed.
TEXT_ENDINGS = (".txt", ".jsonl", ".ndjson", ".gz")
OTHER = "\0"  # no model is called so
FIELDS = (
    ("path", N_("Path"), N_("a folder, a file, or hf:OWNER/NAME")),
    ("languages", N_("Languages"), N_("those to keep, for example pt,en")),
    ("corpus", N_("Text"), N_("as pt=news.txt en=news-en.txt; may be empty")),
    ("out", N_("Into"), N_("where its folder is made; empty: here")),
)


class ExportFields(VerticalScroll, can_focus=False):
    """One below the other; that of the path only where the model is none of the installed ones."""

    DEFAULT_CSS = """
    ExportFields { height: auto; max-height: 5; scrollbar-size-vertical: 0; }
    ExportFields Horizontal { height: 1; width: 100%; }
    ExportFields Label { width: 13; padding: 0 1; }
    ExportFields Input, ExportFields Select { width: 1fr; }
    """

    class Changed(Message):
        """Something else is wanted."""

    def __init__(self, models: Sequence[str], chosen: object) -> None:
        """chosen: one of the models or OTHER; the first where it is none of these."""
        super().__init__(id="form")
        self._models = [*models, OTHER]
        self._chosen = str(chosen) if chosen in self._models else self._models[0]

    def compose(self) -> ComposeResult:
        """The model, then the rest."""
        with Horizontal():
            yield SaidLabel(N_("Model"))
            yield Select(self._choices(), value=self._chosen, allow_blank=False, compact=True, id="model")
        for name, label, placeholder in FIELDS:
            with Horizontal(id=f"field-{name}"):
                yield SaidLabel(label)
                field = Input(placeholder=_(placeholder), compact=True, id=name)
                field.cursor_blink = False
                yield field

    def _choices(self) -> list[tuple[str, str]]:
        return [(_("another: a folder or a file") if one == OTHER else one, one) for one in self._models]

    def show_words(self) -> None:
        """In the chosen language."""
        for name, _label, placeholder in FIELDS:
            self.field(name).placeholder = _(placeholder)
        self.offer(self._models[:-1])

    def offer(self, models: Sequence[str]) -> None:
        """What can be chosen from now on; what is chosen stays where it is among them."""
        box, chosen = self.query_one("#model", Select), self.chosen
        self._models = [*models, OTHER]
        with box.prevent(Select.Changed):
            box.set_options(self._choices())
            box.value = chosen if chosen in self._models else self._models[0]
        if self.chosen != chosen:
            self._show_path()
            self.post_message(self.Changed())

    def field(self, name: str) -> Input:
        """The one of that name."""
        return self.query_one(f"#{name}", Input)

    def after(self, field: Input) -> Input | None:
        """The field that follows; None for the last."""
        shown = [self.field(name) for name, _label, _told in FIELDS if self.query_one(f"#field-{name}").display]
        return next(iter(shown[shown.index(field) + 1 :]), None)

    @property
    def chosen(self) -> str:
        """The installed model that is chosen, or OTHER."""
        return str(self.query_one("#model", Select).value)

    def wanted(self, vocab: int | None) -> Wanted:
        """What they say. Raises UsageError for a field that cannot be read."""
        return Wanted(
            self._model,
            split_languages(self.field("languages").value),
            split_files(self.field("corpus").value),
            self._out,
            vocab,
        )

    def as_written(self) -> Wanted:
        """What they say while one cannot be read: half a word, or a quote that is not closed yet."""
        languages, corpus = (self.field(name).value for name in ("languages", "corpus"))
        return Wanted(self._model, (languages,) if languages else (), (corpus,) if corpus else (), self._out)

    def fill(self, state: dict[str, Any]) -> None:
        """Bring back what `snapshot` gave; anything may be missing or wrong."""
        for name, _label, _placeholder in FIELDS:
            value = state.get(name)
            if isinstance(value, str):
                self.field(name).value = value
        self._show_path()

    def snapshot(self) -> dict[str, Any]:
        """What stands in them."""
        return {"model": self.chosen, **{name: self.field(name).value for name, _label, _placeholder in FIELDS}}

    def missing(self) -> str | None:
        """The name of the first field that has to say something and does not."""
        names = ["languages", *(["path"] if self.chosen == OTHER else [])]
        return next((name for name in reversed(names) if not self.field(name).value.strip()), None)

    def unreadable(self) -> str:
        """The name of the first field that cannot be read, where `wanted` raises."""
        with contextlib.suppress(EdgekitError):
            split_languages(self.field("languages").value)
            return "corpus"
        return "languages"

    def add_file(self, name: str) -> None:
        """Put a file behind those of text, in quotes where it needs them; the cursor is behind it."""
        field = self.field("corpus")
        field.value = f"{field.value} {shlex.quote(name)}".strip()
        field.cursor_position = len(field.value)
        field.focus()

    def folder_of_files(self) -> Path:
        """Where the last file of text lies, or the folder that one is in."""
        try:
            last = split_files(self.field("corpus").value)[-1]
        except (EdgekitError, IndexError):
            return Path.cwd()
        folder = path_of(last.rpartition("=")[2]).absolute().parent
        return folder if folder.is_dir() else Path.cwd()

    def is_for(self, wanted: Wanted) -> bool:
        """Whether they say the same, whatever its size."""
        with contextlib.suppress(EdgekitError):
            return self.wanted(wanted.vocab) == wanted
        return False

    @property
    def _model(self) -> str:
        return self.field("path").value.strip() if self.chosen == OTHER else self.chosen

    @property
    def _out(self) -> str:
        return self.field("out").value.strip() or "."

    def _show_path(self) -> None:
        self.query_one("#field-path").display = self.chosen == OTHER

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """What was pasted with controls among it goes in without them."""
        event.stop()
        clean = "".join(one for one in event.value if visible(one, one_line=True) == one)
        if clean != event.value:
            event.input.value = clean
        else:
            self.post_message(self.Changed())

    @on(Select.Changed)
    def _selected(self, event: Select.Changed) -> None:
        event.stop()
        self._show_path()
        self.post_message(self.Changed())
