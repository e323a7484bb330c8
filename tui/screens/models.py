"""The screen of models: what is here, what can be brought, what it costs and under which terms."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from edgekit.core.characters import visible
from edgekit.core.errors import EdgekitError
from tui.actions import N_
from tui.bridge import Job
from tui.errors import in_words, note_in_words
from tui.figures import refigured
from tui.library import ModelRow
from tui.progress import ENDED, name_in_words
from tui.screens.base import JobScreen
from tui.screens.confirm import ConfirmScreen
from tui.words import _

STATES = {
    "here": N_("here"),
    "damaged": N_("damaged"),
    "offered": N_("can be pulled"),
    "unpinned": N_("not pinned"),
    "refused": N_("refused"),
}

WHY_NOT = {
    "here": N_("{model} is here already"),
    "damaged": N_("{model} is damaged: remove it, then pull it again"),
    "unpinned": N_(
        "the catalogue does not say yet which files {model} is; `edgekit models pin {model}` asks for them, with a "
        "connection"
    ),
}
MANY = N_("many languages")


class ModelsScreen(JobScreen):
    """A row a model, what is to be known of the chosen one below."""

    NAME: ClassVar[str] = "models"
    TOLD: ClassVar[dict[str, str]] = {
        "models": N_(
            "The models that are here, then those that can be brought. Arrows choose one; the keys act on it."
        ),
    }

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, ModelRow] = {}
        self._jobs: dict[int, tuple[str, str]] = {}

    def content(self) -> ComposeResult:
        """The list, the details."""
        yield Label("", id="free", classes="title", markup=False)
        yield OptionList(id="models", markup=False)
        yield Static("", id="detail", markup=False)

    def restore(self, state: dict[str, Any]) -> None:
        """Fill in, with the cursor where it was."""
        self._fill(state.get("model"))
        self.query_one("#models").focus()

    def speak(self) -> None:
        """The rows as well."""
        super().speak()
        self.action_reload()

    def snapshot(self) -> dict[str, Any]:
        """The chosen model."""
        return {"model": self._chosen.id if self._chosen else None}

    def command(self) -> str:
        """`edgekit pull` of what is chosen."""
        row = self._chosen
        return f"edgekit pull {row.id}" if row and row.state == "offered" else "edgekit models ls"

    @property
    def _list(self) -> OptionList:
        return self.query_one("#models", OptionList)

    @property
    def _chosen(self) -> ModelRow | None:
        at = self._list.highlighted
        option = self._list.get_option_at_index(at) if at is not None else None
        return self._rows.get(option.id or "") if option else None

    def _fill(self, chosen: object = None) -> None:
        try:
            rows = self.app.library.rows()
        except EdgekitError as problem:
            self.say_problem(problem)
            return
        self._rows = {row.id: row for row in rows}
        width = max((len(row.id) for row in rows), default=0)
        self._list.clear_options()
        self._list.add_options([Option(_line(row, width), id=row.id) for row in rows])
        at = next((at for at, row in enumerate(rows) if row.id == chosen), 0)
        self._list.highlighted = at if rows else None
        self.query_one("#free", Label).update(_("{size} of disk free", size=refigured(self.app.library.free())))

    @on(OptionList.OptionHighlighted, "#models")
    def _shown(self) -> None:
        row = self._chosen
        if row is not None:
            size = refigured(row.size) if row.size != "?" else _("size not known")
            told = [_(STATES[row.state]), _(TASKS.get(row.task, row.task)), self._languages(row), size]
            lines = [f"{row.id}: {', '.join(told)}", f"{row.licence}; {note_in_words(row.attribution)}".rstrip("; ")]
            if row.problem is not None:
                lines.append(in_words(row.problem)[0])
            if row.refused:
                lines.append(note_in_words(row.refused))
            if row.restricted:
                lines.append(
                    _("its terms forbid commercial use: `edgekit pull {model} --accept-licence`", model=row.id)
                )
            self.query_one("#detail", Static).update(visible("\n".join(lines)))

    def _languages(self, row: ModelRow) -> str:
        sides = row.languages.split(" → ")
        return " → ".join(
            _("{count} languages", count=one)
            if one.isdecimal()
            else _(MANY)
            if one == "mul"
            else self.app.models.name(one)
            for one in sides
        )

    def action_pull(self) -> None:
        """Bring the chosen model."""
        row = self._chosen
        if row is None:
            return
        if row.state != "offered" or row.restricted:
            told = WHY_NOT.get(row.state, N_("{model} cannot be pulled from here; why stands above"))
            self.say(_(told, model=row.id))
            return
        self._start("pull", row.id)

    def action_verify(self) -> None:
        """Compare the chosen model with its receipt."""
        row = self._chosen
        if row is not None and row.state in ("here", "damaged"):
            self._start("verify", row.id)
        elif row is not None:
            self.say(_("{model} is not on this machine", model=row.id))

    def action_remove(self) -> None:
        """Take the chosen model away, once that is confirmed."""
        row = self._chosen
        if row is None or row.state not in ("here", "damaged"):
            if row is not None:
                self.explain(_("{model} is not on this machine", model=row.id))
            return
        question = _("Remove {model}, {size}?", model=row.id, size=refigured(row.size))

        def answered(yes: bool | None) -> None:
            if yes:
                self._start("remove", row.id)

        self.app.push_screen(ConfirmScreen(question), answered)

    def action_reload(self) -> None:
        """Read everything again."""
        self._fill(self._chosen.id if self._chosen else None)

    def _start(self, what: str, model: str) -> None:
        library = self.app.library
        ways = {"pull": library.pull, "verify": library.verify, "remove": library.remove}
        job = self.app.jobs.start(f"{what} {model}", lambda report: ways[what](model, report), writes=what != "verify")
        self._jobs[id(job)] = (what, model)
        self.say("")
        self.say_progress(name_in_words(job))

    def job_changed(self, job: Job) -> None:
        """How far a pull is, and what is here once it is done."""
        what, model = self._jobs.get(id(job), ("", ""))
        if not what:
            return
        self.say_progress_of(job, self._jobs)
        if job.runs:
            return
        if job.problem is not None:
            self.say_problem(job.problem)
        else:
            failures = [note_in_words(one) for one in getattr(job.result, "failures", ())]
            told = _(ENDED[job.state])
            if what == "verify" and job.state == "done":
                told = _("it is not as its receipt says") if failures else _("it is as its receipt says")
            self.say("\n".join([f"{name_in_words(job)}: {told}", *failures[:2]]))
            if what in ("pull", "remove"):
                self._fill(model)
                self.app.models_changed()


TASKS = {
    "translate": N_("translation"),
    "grade": N_("grading"),
    "embed": N_("reading of answers"),
    "generate": N_("writing of texts"),
}


def _line(row: ModelRow, width: int) -> Content:
    licence = row.licence + (" *" if row.restricted else "")
    told = f"{_(STATES[row.state]):<14} {row.id:<{width}}  {refigured(row.size):>8}  {row.languages:<9} {licence}"
    return Content(visible(told, one_line=True))
