"""What the translate screen does with files: translate one, save what stands there, choose a glossary, page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import SuspendNotSupported
from textual.message import Message
from textual.worker import get_current_worker

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import EdgekitError
from edgekit.core.languages import Direction
from tui import pager
from tui.bridge import Job
from tui.errors import in_words, note_in_words
from tui.figures import figure
from tui.models import FileDone, Line, Models
from tui.pages import page
from tui.progress import name_in_words
from tui.screens.base import JobScreen
from tui.screens.confirm import ConfirmScreen
from tui.words import _

GLOSSARY_ENDINGS = (".csv", ".tsv", ".tbx")
_MOST_SHOWN = 60  # characters of a cell in a question


class TranslateFiles(JobScreen):
    """The half of the translate screen that reads and writes files."""

    NAME: ClassVar[str] = "translate"

    @dataclass
    class LookedAt(Message):
        """A file was chosen as the glossary; row: its first one, where nothing in it says that it is one."""

        path: Path
        direction: Direction
        row: tuple[str, str] | None

    def __init__(self) -> None:
        super().__init__()
        self._models: Models = self.app.models
        self._current: Direction | None = None
        self._glossary: Path | None = None
        self._folder = Path.cwd()
        self._file_jobs: dict[int, Job] = {}
        self._file: Path | None = None

    def lines(self) -> Sequence[Line]:
        """What is translated so far."""
        raise NotImplementedError

    def damaged_in_words(self) -> list[str]:
        """What is here and is not whole, and what to do about it, a line each."""
        return ["; ".join(part for part in in_words(one) if part) for one in self._models.damaged()]

    def use_glossary(self, path: Path | None) -> None:
        """Translate with it from now on; None: with none."""
        raise NotImplementedError

    def _ask(self, question: str, value: str, endings: tuple[str, ...], answered: Callable[[str | None], None]) -> None:
        from tui.screens.asking import AskFileScreen

        self.app.push_screen(AskFileScreen(question, value, endings=endings, folder=self._folder), answered)

    def action_file(self) -> None:
        """Ask for a document and translate it beside itself."""
        if self._current is None:
            self.say(_("no direction is open yet"))
            return
        from edgekit.documents.open import FORMATS

        endings = tuple(ending for form in FORMATS.values() for ending in form.endings)
        self._ask(
            _("Which document? Its translation is put beside it."), str(self._file or ""), endings, self._file_chosen
        )

    def _file_chosen(self, answer: str | None) -> None:
        if answer and self._current is not None:
            path = Path(answer).expanduser()
            self._file, direction, glossary = path, self._current, self._glossary
            self._folder = path.parent if path.parent.is_dir() else self._folder
            out = beside(path, direction)
            self._unless_there(out, lambda: self._translate_file(path, out, direction, glossary))

    def _translate_file(self, path: Path, out: Path, direction: Direction, glossary: Path | None) -> None:
        models, force = self._models, out.exists()
        job = self.app.jobs.start(
            f"translate {path.name} {direction}",
            lambda report: models.translate_file(path, out, direction, glossary, force=force, report=report),
        )
        self._file_jobs[id(job)] = job
        self.say("")
        self.say_progress(_("{job} is at work; Jobs shows how far it is and cancels it", job=name_in_words(job)))

    def job_changed(self, job: Job) -> None:
        """How far a document is, and where it went."""
        if id(job) not in self._file_jobs:
            return
        self.say_progress_of(job, self._file_jobs)
        if job.problem is not None:
            self.say_problem(job.problem)
        elif job.state == "cancelled":
            self.say(_("{job} was cancelled; the same file goes on where it was", job=name_in_words(job)))
        elif isinstance(job.result, FileDone):
            done = job.result
            told = _(
                "{out}: {translated} of {segments} translated, to look at: {look}; the log on Jobs lists them",
                out=done.out,
                translated=figure(done.translated),
                segments=figure(done.segments),
                look=figure(len(done.look)),
            )
            self.say(told + (f"\n{note_in_words(done.plain)}" if done.plain else ""))

    def action_glossary(self) -> None:
        """Ask for a glossary; an empty name is none."""
        self._ask(
            _("Which glossary (csv, tsv, tbx)? Leave the name empty for none."),
            str(self._glossary or ""),
            GLOSSARY_ENDINGS,
            self._glossary_chosen,
        )

    def _glossary_chosen(self, answer: str | None) -> None:
        if not answer:
            if answer is not None:
                self.use_glossary(None)
        elif self._current is not None:
            self._look_at_glossary(Path(answer).expanduser(), self._current)

    @work(thread=True, exclusive=True, exit_on_error=False, group="glossary")
    def _look_at_glossary(self, path: Path, direction: Direction) -> None:
        try:
            row = self._models.unheaded_row(path, direction)
        except EdgekitError:
            row = None  # what uses it says what is wrong with it
        if not get_current_worker().is_cancelled:
            self.post_message(self.LookedAt(path, direction, row))

    @on(LookedAt)
    def _looked_at(self, event: LookedAt) -> None:
        """Use a glossary that says it is one; any other table after a yes to what its first row would mean."""
        if event.row is None:
            self.use_glossary(event.path)
            return
        question = _(
            "{file} has no header that names its columns. Does it say that {source} in {from_language} is to become "
            "{target} in {to_language}?",
            file=event.path.name,
            source=event.row[0][:_MOST_SHOWN],
            target=event.row[1][:_MOST_SHOWN],
            from_language=self._models.name(event.direction.source),
            to_language=self._models.name(event.direction.target),
        )
        self.app.push_screen(
            ConfirmScreen(question, _("Use it (y)"), _("Leave it (n)")),
            lambda is_one: self.use_glossary(event.path) if is_one else self._not_one(event.path),
        )

    def _not_one(self, path: Path) -> None:
        self.say(_("{file} is not used: a glossary begins with a row such as source,target", file=path.name))

    def action_save(self) -> None:
        """Ask where, and write the translation there; as a page where the name ends so."""
        self._save(".txt")

    def action_html(self) -> None:
        """The same as a page, which a browser draws in any script."""
        self._save(".html")

    def _save(self, ending: str) -> None:
        if self._current is None or not self.lines():
            self.say(_("there is no translation to save yet"))
            return
        name = self._folder / f"translation-{self._current.target}{ending}"
        self._ask(
            _("Save to which file? One that ends in .html is a page for a browser."), str(name), (), self._save_chosen
        )

    def _save_chosen(self, answer: str | None) -> None:
        if answer:
            path = Path(answer).expanduser()
            self._unless_there(path, lambda: self._write(path))

    def _write(self, path: Path) -> None:
        lines, direction = self.lines(), self._current
        if direction is None:
            return
        if path.suffix.lower() in (".html", ".htm"):
            text = page([(one.source, one.text) for one in lines], direction.source, direction.target)
        else:
            text = "\n".join(one.text for one in lines) + "\n"
        try:
            if not path.parent.is_dir():
                raise EdgekitError(_("there is no folder {folder}", folder=path.parent))
            write_bytes(path, text.encode("utf-8", "replace"))
        except OSError as problem:
            self.say_problem(EdgekitError(f"`{path}`: {problem.strerror or problem}"))
        except EdgekitError as problem:
            self.say_problem(problem)
        else:
            self.say(_("saved to {path}", path=path.resolve()))

    def _unless_there(self, path: Path, write: Callable[[], None]) -> None:
        """Write, and where there is something already only after a yes."""
        if path.is_dir():
            self.say_problem(EdgekitError(_("{path} is a folder", path=path)))
        elif path.exists():
            self.app.push_screen(
                ConfirmScreen(_("{path} is there already. Replace it?", path=path), _("Replace (y)"), _("Keep (n)")),
                lambda replace: write() if replace else None,
            )
        else:
            write()

    def action_pager(self) -> None:
        """Text and translation in the user's pager."""
        if not self.lines():
            self.say(_("there is no translation to show yet"))
            return
        text = "\n".join(f"{one.source}\n{one.text}\n" for one in self.lines())
        try:
            with self.app.suspend():
                pager.show(text)
        except SuspendNotSupported:
            self.say(_("this terminal cannot be handed to a pager; save the text instead"))
        except EdgekitError as problem:
            self.say_problem(problem)


def beside(path: Path, direction: Direction) -> Path:
    """Where the translation of a document goes: `letter.docx` -> `letter-pt.docx`."""
    return path.with_name(f"{path.stem}-{direction.target}{path.suffix}")
