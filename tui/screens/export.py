"""The screen of exports: a model made small for a few languages, with what each size costs before anything is written.

A plan counts the text once; the point on its curve then moves at once, and what is written is what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Select, Static, TextArea

from edgekit.core.columns import aligned_columns
from edgekit.core.errors import EdgekitError
from edgekit.core.units import bytes_in_words
from tui.actions import ACTIONS, N_, words
from tui.bridge import Job
from tui.exporting import Planned, Wanted, split_files, split_languages
from tui.screens.base import JobScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.models import ENDED
from tui.widgets.curve import Curve
from tui.widgets.visible import visible
from tui.words import _

OTHER = "\0"  # no model is called so
_FIELDS = (
    ("path", N_("Path"), N_("a folder, a file, or hf:OWNER/NAME")),
    ("languages", N_("Languages"), N_("pt,en")),
    ("corpus", N_("Text"), N_("pt=news.txt en=news-en.txt")),
    ("out", N_("Into"), N_("the folder that the new model's folder is made in")),
)


class ExportScreen(JobScreen):
    """What is wanted; what it costs; the line that does the same."""

    NAME: ClassVar[str] = "export"
    # Below 24 rows the curve gives way to figures, and what only explains it goes first.
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-short"), (24, "-tall")]
    TOLD: ClassVar[dict[str, str]] = {
        "model": N_("The model to make small: an installed one, or one that lies elsewhere."),
        "path": N_("Where the model lies: a folder, a file, or a repository of the Hugging Face hub."),
        "languages": N_("The languages that it is to keep, with commas between them. Enter plans."),
        "corpus": N_(
            "Files with text of these languages, as you expect it: what they use stays. Write pt= before a file whose "
            "name does not say its language. Without text, lists of frequent words decide."
        ),
        "out": N_("The folder that the new model's folder is made in. Enter plans."),
        "curve": N_(
            "How much of the text's tokens stays at each size, of the language that keeps least. Left and right move "
            "the point, so does a click; what stands there is written."
        ),
        "line": N_("The line that does the same without a screen. Select it, or copy all of it."),
    }

    def __init__(self) -> None:
        super().__init__()
        self._exporting = self.app.exporting
        self._models = list(self._exporting.models())
        self._planned: Planned | None = None
        self._vocab: int | None = None  # None while the point stands where edgekit puts it
        self._written: Path | None = None
        self._wrote: Wanted | None = None
        self._jobs: dict[int, str] = {}

    def content(self) -> ComposeResult:
        """One below the other."""
        with VerticalScroll(id="form", can_focus=False):
            with Horizontal(classes="field"):
                yield Label(_("Model"), markup=False)
                choices = [(name, name) for name in self._models]
                choices.append((_("another: a folder or a file"), OTHER))
                yield Select(choices, value=self._first(), allow_blank=False, compact=True, id="model")
            for name, label, placeholder in _FIELDS:
                with Horizontal(classes="field", id=f"field-{name}"):
                    yield Label(_(label), markup=False)
                    yield Input(placeholder=_(placeholder), compact=True, id=name)
        yield Static("", id="steps", markup=False)
        yield Label("", id="curve-title", classes="title", markup=False)
        yield Curve(id="curve")
        yield Static("", id="detail", markup=False)
        yield TextArea(id="line", read_only=True, soft_wrap=True)

    def restore(self, state: dict[str, Any]) -> None:
        """The fields of the last time, with the cursor in the first that is empty."""
        for name, _label, _placeholder in _FIELDS:
            value = state.get(name)
            if isinstance(value, str):
                self._input(name).value = value
        vocab = state.get("vocab")
        self._vocab = vocab if type(vocab) is int and vocab > 0 else None
        area = self.query_one("#line", TextArea)
        area.cursor_blink = area.highlight_cursor_line = False
        for one in self.query(Input):
            one.cursor_blink = False
        self._show()
        names = [name for name, _label, _placeholder in _FIELDS[1:3]]
        if self._planned is not None:
            self.query_one(Curve).focus()
        else:
            self._input(next((name for name in names if not self._input(name).value), names[0])).focus()

    def snapshot(self) -> dict[str, Any]:
        """What is wanted."""
        fields = {name: self._input(name).value for name, _label, _placeholder in _FIELDS}
        return {**fields, "model": self._model, "vocab": self._vocab}

    def command(self) -> str:
        """`edgekit export` of what stands here."""
        return str(self.query_one("#line", TextArea).text)

    def models_changed(self) -> None:
        """Offer what is installed now; what stands here stays."""
        models = list(self._exporting.models())
        if models != self._models:
            self._models = models
            self.call_later(self.speak)

    def _first(self) -> str:
        """The model that is shown, or was the last time, or the first."""
        chosen = self.query("#model")
        wanted = chosen.first(Select).value if chosen else self.app.remembered(self.NAME).get("model")
        found = [*self._models, OTHER]
        return str(wanted) if wanted in found else found[0]

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    @property
    def _model(self) -> str:
        return str(self.query_one("#model", Select).value)

    def _wanted(self) -> Wanted:
        """Raises UsageError for a field that cannot be read."""
        model = self._input("path").value.strip() if self._model == OTHER else self._model
        return Wanted(
            model,
            split_languages(self._input("languages").value),
            split_files(self._input("corpus").value),
            self._input("out").value.strip() or ".",
            self._vocab,
        )

    @property
    def _at_work(self) -> list[Job]:
        return [job for job in self.app.jobs.running if id(job) in self._jobs]

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """What was pasted with controls among it goes in without them."""
        clean = "".join(one for one in event.value if visible(one) == one)
        if clean != event.value:
            event.input.value = clean
        else:
            self._edited()

    @on(Select.Changed, "#model")
    def _edited(self) -> None:
        """A plan is of what it was made for; with anything else it goes."""
        if self._planned is not None and not self._is_for(self._planned.wanted):
            self._planned, self._vocab = None, None
        self._show()

    def _is_for(self, wanted: Wanted) -> bool:
        try:
            return replace(self._wanted(), vocab=None) == replace(wanted, vocab=None)
        except EdgekitError:
            return False

    @on(Input.Submitted)
    def action_plan(self) -> None:
        """Count the text and see what each size costs."""
        if self._at_work:
            return
        try:
            wanted = replace(self._wanted(), vocab=None)
        except EdgekitError as problem:
            self.say_problem(problem)
            return
        for name, missing in (("path", not wanted.model), ("languages", not wanted.languages)):
            if missing:
                self.say(
                    _("name the languages that it is to keep, as pt,en")
                    if name == "languages"
                    else _("name the folder or the file of the model")
                )
                self._input(name).focus()
                return
        self._start("plan", wanted.model, lambda report: self._exporting.plan(wanted, report))

    def action_run(self) -> None:
        """Write what stands at the point; asks once where something lies there."""
        planned = self._planned
        if planned is None:
            self.action_plan()
            return
        if self._at_work:
            return
        if not planned.replaces:
            self._write(planned, force=False)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._write(planned, force=True)

        question = _("Replace what lies in {folder}?", folder=visible(str(planned.folder)))
        self.app.push_screen(ConfirmScreen(question), answered)

    def _write(self, planned: Planned, *, force: bool) -> None:
        wanted = replace(planned.wanted, vocab=self._vocab, force=force)
        self._wrote = wanted
        self._start("export", wanted.model, lambda report: self._exporting.write(planned, wanted, report))

    def action_verify(self) -> None:
        """Compare what was written with its receipt and its source."""
        folder, wrote = self._written, self._wrote
        if folder is not None and wrote is not None and not self._at_work:
            self._start("verify", folder.name, lambda report: self._exporting.verify(folder, wrote.model, report))

    def action_install(self) -> None:
        """Put what was written among the models."""
        folder = self._written
        if folder is not None and not self._at_work:
            self._start("install", folder.name, lambda report: self._exporting.install(folder, report))

    def action_stop(self) -> None:
        """End what is at work; no half file stays."""
        for job in self._at_work:
            job.cancel()
            self.say(_("{job}: told to end", job=job.name))

    def action_copy_line(self) -> None:
        """The line, to the terminal's clipboard."""
        self.app.copy_to_clipboard(self.command())
        self.say(
            _("handed to the terminal's clipboard; if pasting brings nothing, select the text with Shift and mouse")
        )

    def action_less(self) -> None:
        """The point one place to the left."""
        self._move(-1)

    def action_more(self) -> None:
        """The point one place to the right."""
        self._move(1)

    def action_least(self) -> None:
        """The smallest vocabulary."""
        self._move(-1_000)

    def action_most(self) -> None:
        """All that the languages use."""
        self._move(1_000)

    def action_chosen(self) -> None:
        """The point where edgekit put it."""
        self._vocab = None
        self._show()

    def _move(self, by: int) -> None:
        if self._planned is not None:
            self._put(min(max(self._at + by, 0), len(self._planned.sizes) - 1))

    @on(Curve.Moved)
    def _clicked(self, event: Curve.Moved) -> None:
        self._put(event.at)

    def _put(self, at: int) -> None:
        planned = self._planned
        if planned is not None and not self._at_work:
            self._vocab = None if at == planned.chosen else planned.sizes[at].tokens
            self._show()

    @property
    def _at(self) -> int:
        """The place of the point: the size that is wanted, else the nearest to it."""
        planned = self._planned
        if planned is None:
            return 0
        if self._vocab is None:
            return planned.chosen
        wanted = self._vocab
        return min(range(len(planned.sizes)), key=lambda at: abs(planned.sizes[at].tokens - wanted))

    def _start(self, what: str, name: str, work: Callable[[Any], object]) -> None:
        job = self.app.jobs.start(f"{what} {visible(name)}", work)
        self._jobs[id(job)] = what
        self.say(job.name)
        self._show()

    def job_changed(self, job: Job) -> None:
        """How far it is, and what came of it."""
        what = self._jobs.get(id(job))
        if what is None:
            return
        if job.runs:
            if not job.is_stopping:
                self.say(visible(f"{job.name}, {job.line}"))
            return
        if job.problem is not None:
            self.say_problem(job.problem)
        elif job.state != "done":
            self.say(f"{job.name}: {_(ENDED[job.state])}")
        elif isinstance(job.result, Planned):
            self._take(job.result)
        elif isinstance(job.result, Path):
            self._written = job.result
            self.say(_("written into {folder}", folder=visible(str(job.result))))
        elif what == "install":
            self.say(_("{model} is among the models", model=job.result))
            self.app.models_changed()
        else:
            failures = list(getattr(job.result, "failures", ()))
            self.say("\n".join([f"{job.name}: {_('it does not hold') if failures else _('it holds')}", *failures[:2]]))
        self._show()

    def _take(self, planned: Planned) -> None:
        if not self._is_for(planned.wanted):
            self.say(_("the fields have changed since; plan again"))
            return
        self._planned = planned
        if self._vocab is not None:
            self._put(self._at)
        notes = [visible(note) for note in planned.notes[:2]]
        self.say("\n".join([_("planned: left and right move the point, then export"), *notes]))
        self.query_one(Curve).focus()

    def _show(self) -> None:
        """Everything that follows from the fields, the plan and the point."""
        self.query_one("#field-path").display = self._model == OTHER
        self.query_one("#steps", Static).update(self._steps())
        planned = self._planned
        places = [(one.tokens, one.least) for one in planned.sizes] if planned is not None else []
        self.query_one(Curve).show(places, self._at)
        self.query_one("#curve-title", Label).update(
            _("share of the text's tokens that stays, by how many tokens are kept") if planned is not None else ""
        )
        self.query_one("#detail", Static).update(
            "\n".join(_costs(planned, self._at))
            if planned is not None
            else _("name languages and text, then plan: it shows what each size costs, and writes nothing")
        )
        try:
            line = replace(self._wanted(), force=planned is not None and planned.replaces).command
        except EdgekitError:  # half a word, or a quote that is not closed yet
            line = Wanted(self._model, (self._input("languages").value,), (self._input("corpus").value,)).command
        area = self.query_one("#line", TextArea)
        if area.text != visible(line):
            area.load_text(visible(line))

    def _steps(self) -> Content:
        """What can be done now, each a thing to click."""
        if self._at_work:
            names = ["export.stop"]
        else:
            names = [
                "export.plan",
                *(["export.run", "export.less", "export.more"] if self._planned is not None else []),
            ]
            names += ["export.verify", "export.install"] if self._written is not None else []
        shown = [one for one in ACTIONS if one.id in names]
        pieces = [Content.styled(f"{one.key} {words(one)[0]}  ", f"@click=screen.{one.name}()") for one in shown]
        return Content("").join(pieces)


def _costs(planned: Planned, at: int) -> list[str]:
    """Figures of a size, a language a row."""
    size, before = planned.sizes[at], planned.before
    head = _(
        "{tokens} of {all} tokens, {size} of {whole}",
        tokens=f"{size.tokens:,}",
        all=f"{before.tokens:,}",
        size=bytes_in_words(size.size_bytes),
        whole=bytes_in_words(before.size_bytes),
    )
    if at == planned.chosen:
        head = _("{figures}: what edgekit chose", figures=head)
    rows = [("", _("kept"), _("tokens a word"), _("expected loss"))]
    rows += [
        (
            cost.language or "*",
            f"{cost.coverage:.2%}",
            "{:.3f} > {:.3f}".format(*cost.fertility),
            f"{cost.loss:+.2%}",
        )
        for cost in size.costs
    ]
    return [head, *aligned_columns(rows)]
