"""The screen of exports: a model made small for a few languages, with what each size costs before anything is written.

A plan counts the text once; the point on its curve then moves at once, and what is written is what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Label, Static, TextArea

from edgekit.core.characters import visible
from edgekit.core.errors import EdgekitError
from tui.actions import N_, key_of
from tui.bridge import Job
from tui.errors import note_in_words
from tui.exporting import Planned, Wanted, Written, written_of
from tui.progress import ENDED, name_in_words, told_of
from tui.screens.asking import AskFileScreen
from tui.screens.base import JobScreen
from tui.screens.confirm import ConfirmScreen
from tui.widgets.costs import costs_in_words
from tui.widgets.curve import Curve
from tui.widgets.export_fields import TEXT_ENDINGS, ExportFields
from tui.widgets.steps import StepsLine
from tui.words import _


class ExportScreen(JobScreen):
    """What is wanted; what it costs; the line that does the same."""

    NAME: ClassVar[str] = "export"
    # Below 24 rows the curve gives way to figures, and what only explains it goes first.
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]  # noqa: RUF012  as Textual declares it
    TOLD: ClassVar[dict[str, str]] = {
        "model": N_("The model to make small: an installed one, or one that lies elsewhere."),
        "path": N_("Where the model lies: a folder, a file, or a repository of the Hugging Face hub."),
        "languages": N_("The languages that it is to keep, with commas between them. Enter goes to the next field."),
        "corpus": N_(
            "Files with text of these languages, as you expect it: what they use stays. Write pt= before a file whose "
            "name does not say its language. Without text, lists of frequent words decide."
        ),
        "out": N_("The folder that the new model's folder is made in."),
        "curve": N_(
            "How much of the text's tokens stays at each size, of the language that keeps least. Left and right move "
            "the point, so does a click; what stands there is written. Expected loss: how much worse the model is "
            "likely to foresee the text, 0 % is as before."
        ),
        "line": N_("The line that does the same without a screen. Select it, or copy all of it."),
    }

    def __init__(self) -> None:
        super().__init__()
        self._exporting = self.app.exporting
        self._models = list(self._exporting.models())
        self._planned: Planned | None = None
        self._vocab: int | None = None  # None while the point stands where edgekit puts it
        self._written: Written | None = None
        self._jobs: dict[int, str] = {}

    def content(self) -> ComposeResult:
        """One below the other."""
        yield ExportFields(self._models, self.app.remembered(self.NAME).get("model"))
        yield StepsLine(id="steps")
        with Vertical(id="costs"):
            yield Label("", id="curve-title", classes="title", markup=False)
            yield Curve(id="curve")
            yield Static("", id="detail", markup=False)
            yield TextArea(id="line", read_only=True, soft_wrap=True)

    def restore(self, state: dict[str, Any]) -> None:
        """The fields of the last time, with the cursor in the first that is empty."""
        self._fields.fill(state)
        self._written = written_of(state.get("written"))
        if self._written is not None:
            folder = visible(str(self._written.folder), one_line=True)
            self.say(_("written the last time: {folder}", folder=folder))
        vocab = state.get("vocab")
        self._vocab = vocab if type(vocab) is int and vocab > 0 else None
        area = self.query_one("#line", TextArea)
        area.cursor_blink = area.highlight_cursor_line = False
        self._show()
        if self._planned is not None:
            self.query_one(Curve).focus()
        else:
            self._fields.field(self._fields.missing() or "languages").focus()

    def snapshot(self) -> dict[str, Any]:
        """What is wanted, and what was written last."""
        written = [str(self._written.folder), self._written.model] if self._written is not None else None
        return {**self._fields.snapshot(), "vocab": self._vocab, "written": written}

    def command(self) -> str:
        """`edgekit export` of what stands here."""
        return str(self.query_one("#line", TextArea).text)

    def models_changed(self) -> None:
        """Offer what is installed now; what stands here stays."""
        models = list(self._exporting.models())
        if models != self._models:
            self._models = models
            self._fields.offer(models)

    def speak(self) -> None:
        """What follows from the plan as well."""
        super().speak()
        self._show()

    @property
    def _fields(self) -> ExportFields:
        return self.query_one(ExportFields)

    @property
    def _at_work(self) -> list[Job]:
        return [job for job in self.app.jobs.running if id(job) in self._jobs]

    @on(ExportFields.Changed)
    def _edited(self) -> None:
        """A plan is of what it was made for; with anything else it goes."""
        if self._planned is not None and not self._fields.is_for(self._planned.wanted):
            self._planned, self._vocab = None, None
        self._show()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """On to the next field: a plan may take minutes, and begins by its own key."""
        follows = self._fields.after(event.input)
        if follows is not None:
            follows.focus()
        else:
            self.explain(_("{key} plans what the fields say", key=key_of("export.plan")))

    def action_plan(self) -> None:
        """Count the text and see what each size costs."""
        if not self._is_free():
            return
        try:
            wanted = self._fields.wanted(None)
        except EdgekitError as problem:
            self.say_problem(problem)
            self._fields.field(self._fields.unreadable()).focus()
            return
        missing = self._fields.missing()
        if missing is not None:
            self.say(
                _("name the languages that it is to keep, as pt,en")
                if missing == "languages"
                else _("name the folder or the file of the model")
            )
            self._fields.field(missing).focus()
            return
        self._start("plan", wanted.model, lambda report: self._exporting.plan(wanted, report))

    def action_text(self) -> None:
        """Ask for a file of text, and put it behind those that are named."""
        if not self._is_free():
            return

        def answered(name: str | None) -> None:
            if name:
                self._fields.add_file(name)

        question = _("Which file of text? It goes behind those that are named.")
        self.app.push_screen(
            AskFileScreen(question, endings=TEXT_ENDINGS, folder=self._fields.folder_of_files()), answered
        )

    def action_run(self) -> None:
        """Write what stands at the point; asks once where something lies there."""
        planned = self._planned
        if planned is None:
            self.action_plan()
            return
        if not self._is_free():
            return
        if not planned.replaces:
            self._write(planned, force=False)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._write(planned, force=True)

        question = _("Replace what lies in {folder}?", folder=visible(str(planned.folder), one_line=True))
        self.app.push_screen(ConfirmScreen(question), answered)

    def _write(self, planned: Planned, *, force: bool) -> None:
        wanted = replace(planned.wanted, vocab=self._vocab, force=force)
        self._start("export", wanted.model, self._writing(planned, wanted))

    def _writing(self, planned: Planned, wanted: Wanted) -> Callable[[Any], Written]:
        return lambda report: Written(self._exporting.write(planned, wanted, report).absolute(), wanted.model)

    def action_verify(self) -> None:
        """Compare what was written with its receipt and its source."""
        written = self._ready_to_use()
        if written is not None:
            folder, model = written.folder, written.model
            self._start("verify", folder.name, lambda report: self._exporting.verify(folder, model, report))

    def action_install(self) -> None:
        """Put what was written among the models."""
        written = self._ready_to_use()
        if written is not None:
            folder = written.folder
            self._start("install", folder.name, lambda report: self._exporting.install(folder, report))

    def _is_free(self) -> bool:
        """Whether nothing is at work here; says what is, and how it ends."""
        for job in self._at_work:
            told = _("{job} is at work; {key} ends it", job=name_in_words(job), key=key_of("export.stop"))
            self.explain(told, job)
            return False
        return True

    def _say_unplanned(self) -> None:
        self.explain(_("nothing is planned yet; {key} plans", key=key_of("export.plan")))

    def _ready_to_use(self) -> Written | None:
        """What was written, where nothing is at work; says what is missing."""
        if not self._is_free():
            return None
        if self._written is None:
            self.explain(_("nothing has been written yet; {key} writes what is planned", key=key_of("export.run")))
        return self._written

    def action_stop(self) -> None:
        """End what is at work; no half file stays."""
        at_work = self._at_work
        if not at_work:
            self.explain(_("nothing is at work here"))
        for job in at_work:
            job.cancel()
            self.say_progress(_("{job}: told to end", job=name_in_words(job)))

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
        planned = self._planned
        if planned is not None and self._is_free():
            self._put(min(max(self._at + by, 0), len(planned.sizes) - 1))
        elif planned is None and self._is_free():
            self._say_unplanned()

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
        job = self.app.jobs.start(f"{what} {visible(name, one_line=True)}", work, writes=what in ("export", "install"))
        self._jobs[id(job)] = what
        self.say("")
        self.say_progress(name_in_words(job))
        self._show()

    def job_changed(self, job: Job) -> None:
        """How far it is, and what came of it."""
        what = self._jobs.get(id(job))
        if what is None:
            return
        if job.runs:
            if not job.is_stopping:
                self.say_progress(visible(told_of(job)))
            return
        self.say_progress("")
        if job.problem is not None:
            self.say_problem(job.problem)
        elif job.state != "done":
            self.say(f"{name_in_words(job)}: {_(ENDED[job.state])}")
        elif isinstance(job.result, Planned):
            self._take(job.result)
        elif isinstance(job.result, Written):
            self._written = job.result
            self.say(_("written into {folder}", folder=visible(str(job.result.folder), one_line=True)))
            self.app.remember()
        elif what == "install":
            self.say(_("{model} is among the models", model=job.result))
            self.app.models_changed()
        else:
            failures = [note_in_words(one) for one in getattr(job.result, "failures", ())]
            self.say(
                "\n".join(
                    [f"{name_in_words(job)}: {_('it does not hold') if failures else _('it holds')}", *failures[:2]]
                )
            )
        self._show()

    def _take(self, planned: Planned) -> None:
        if not self._fields.is_for(planned.wanted):
            self.say(_("the fields have changed since; plan again"))
            return
        self._planned = planned
        if self._vocab is not None:
            self._put(self._at)
        notes = [visible(note_in_words(note), one_line=True) for note in planned.notes[:2]]
        self.say("\n".join([_("planned: left and right move the point, then export"), *notes]))
        self.query_one(Curve).focus()

    def _show(self) -> None:
        """Everything that follows from the fields, the plan and the point."""
        self.query_one(StepsLine).show(self._steps())
        planned = self._planned
        places = [(one.tokens, one.least) for one in planned.sizes] if planned is not None else []
        self.query_one(Curve).show(places, self._at)
        self.query_one("#curve-title", Label).update(
            _("share of the text's tokens that stays, by how many tokens are kept") if planned is not None else ""
        )
        self.query_one("#detail", Static).update(
            "\n".join(costs_in_words(planned, self._at))
            if planned is not None
            else _("name languages and text, then plan: it shows what each size costs, and writes nothing")
        )
        try:
            line = replace(self._fields.wanted(self._vocab), force=planned is not None and planned.replaces).command
        except EdgekitError:
            line = self._fields.as_written().command
        area = self.query_one("#line", TextArea)
        if area.text != visible(line, one_line=True):
            area.load_text(visible(line, one_line=True))

    def _steps(self) -> list[str]:
        """What can be done now."""
        if self._at_work:
            return ["export.stop"]
        planned = ["export.run", "export.less", "export.more"] if self._planned is not None else []
        written = ["export.verify", "export.install"] if self._written is not None else []
        return ["export.plan", "export.text", *planned, *written, "export.copy"]
