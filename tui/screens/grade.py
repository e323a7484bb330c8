"""The grade screen: one answer at a time, those first that need a person; nothing is a mark before a key.

A decision is in the gradebook before the next answer shows, and where one is in the queue is kept with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, ContentSwitcher, Input, Label, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from edgekit.core.characters import visible
from edgekit.core.errors import EdgekitError, UsageError
from tui.actions import N_
from tui.bridge import Job
from tui.grading import Card, OpenClass
from tui.screens.base import JobScreen
from tui.screens.group import GroupScreen
from tui.screens.shown import ShownScreen
from tui.widgets.answer_card import MARKS, answer_pieces, card_paragraphs, number
from tui.widgets.fairness_cards import attack_lines, audit_lines
from tui.widgets.lines import KeysLine
from tui.widgets.paths import PathSuggester, candidates, path_of
from tui.widgets.script import Paragraph, ScriptText, plain
from tui.words import _

if TYPE_CHECKING:
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.redteam import AttackCard

ENDINGS = {"quiz": (".toml",), "answers": (".csv", ".tsv", ".tab", ".jsonl", ".xml", ".zip", ".json", ".txt")}
# Of a group so many answers are read before accepting; the rest is counted.
MOST_PREVIEWED = 200
# More buttons than this are no help.
MOST_CHOICES = 21
MOST_UNDONE = 200
EVERY_SECONDS = 1.0
# So many characters of an answer in a list.
IN_A_ROW = 60


class GradeScreen(JobScreen):
    """Three views: what can be opened, one answer, all answers."""

    NAME: ClassVar[str] = "grade"
    TOLD: ClassVar[dict[str, str]] = {
        "sessions": N_("What was graded before, the newest first. Enter goes on where you left."),
        "quiz": N_(
            "The file of the quiz, TOML. The right arrow completes the path; the list below shows what is there."
        ),
        "answers": N_("The file of the answers: csv, tsv, jsonl, Moodle, QTI. Enter begins to grade."),
        "files": N_("What is in the folder. Enter or a click takes it into the field."),
        "card": N_("One answer. [Brackets] hold the words that speak for or against the criterion of that number."),
        "queue": N_("All answers, those to decide on first. Enter shows the chosen one."),
        "points": N_("The points, as 1.5 or 1,5. Enter makes them the mark, esc leaves it."),
    }

    @dataclass
    class Opened(Message):
        """A session is open, to be shown at an answer."""

        found: OpenClass
        at: int | None

    @dataclass
    class Failed(Message):
        """What was asked for could not be done."""

        problem: EdgekitError

    @dataclass
    class Begun(Message):
        """A job has begun a session."""

        number: int

    def __init__(self) -> None:
        super().__init__()
        self._grades = self.app.grades
        self._class: OpenClass | None = None
        self._card: Card | None = None
        self._later: list[int] = []
        self._done: list[list[int]] = []
        self._jobs: dict[int, str] = {}
        self._share: float | None = None
        self._field = "quiz"
        self._told: tuple[str, list[str]] | None = None

    def content(self) -> ComposeResult:
        """The count, then one of the views, then the points when they are changed."""
        yield Label("", id="grade-title", classes="title", markup=False)
        with ContentSwitcher(initial="open", id="grade"):
            with Vertical(id="open"):
                yield Label(_("Go on with"), classes="title", markup=False)
                yield OptionList(id="sessions", markup=False)
                yield Label(_("or grade: the quiz, then the answers"), classes="title", markup=False)
                yield Input(placeholder="quiz.toml", suggester=PathSuggester(ENDINGS["quiz"]), id="quiz")
                yield Input(placeholder="answers.csv", suggester=PathSuggester(ENDINGS["answers"]), id="answers")
                yield Button(_("Grade"), id="begin", compact=True)
                yield OptionList(id="files", markup=False)
            with VerticalScroll(id="card"):
                yield ScriptText(id="card-text")
            yield OptionList(id="queue", markup=False)
        with Vertical(id="points-row"):
            yield Input(id="points", restrict=r"[0-9]*[.,]?[0-9]*", max_length=8)
            yield Static("", id="choices", markup=False)

    def restore(self, state: dict[str, Any]) -> None:
        """Open the session of the last time at its answer, else show what can be opened."""
        for field in self.query(Input):
            field.cursor_blink = False
        self.query_one("#points-row").display = False
        for name in ENDINGS:
            path = state.get(name)
            self.query_one(f"#{name}", Input).value = path if isinstance(path, str) else ""
        self._later = _numbers(state.get("later"))
        done = state.get("done")
        self._done = [_numbers(one) for one in done] if isinstance(done, list) else []
        session, at = state.get("session"), state.get("at")
        at = at if isinstance(at, int) else None
        if self._class is not None:
            self._show_class(at)
        elif isinstance(session, int):
            self._open(session, at)
        else:
            self._show_choice()

    def snapshot(self) -> dict[str, Any]:
        """The session, the answer, what was left for later, what can be undone, and the paths."""
        return {
            "session": self._class.id if self._class is not None else None,
            "at": self._card.number if self._card is not None else None,
            "later": self._later,
            "done": self._done[-MOST_UNDONE:],
            **{name: self.query_one(f"#{name}", Input).value for name in ENDINGS},
        }

    def command(self) -> str:
        """`edgekit grade`, or the review of what is open."""
        if self._class is not None:
            return f"edgekit grade review --all --session {self._class.id}"
        quiz, answers = (self.query_one(f"#{name}", Input).value or f"{name.upper()}" for name in ("quiz", "answers"))
        return f"edgekit grade {answers} --quiz {quiz}"

    def on_unmount(self) -> None:
        """Close the gradebook."""
        if self._class is not None:
            self._class.close()

    def on_mount(self) -> None:
        """Look every second for what is graded: events of a job may be fewer."""
        super().on_mount()
        self.set_interval(EVERY_SECONDS, lambda: self._take_in() if self._share is not None else None)

    def on_screen_resume(self) -> None:
        """What was graded or decided meanwhile counts."""
        self._take_in()
        self._show_told()

    # What can be opened

    def _show_choice(self) -> None:
        self._view("open")
        box = self.query_one("#sessions", OptionList)
        box.clear_options()
        try:
            found = self._grades.sessions()[::-1]
        except EdgekitError as problem:
            self.say_problem(problem)
            found = []
        told = _("{count} answers")
        box.add_options(
            [
                Option(
                    Content(f"{one.id:>4}  {told.format(count=f'{one.answers:,}'):<16} {visible(one.title)}"),
                    str(one.id),
                )
                for one in found
            ]
        )
        box.display = bool(found)
        box.highlighted = 0 if found else None
        self._fill_files()
        (box if found else self.query_one("#quiz")).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.input.id in ENDINGS and event.input.has_focus:
            self._field = event.input.id
            self._fill_files()

    def on_descendant_focus(self) -> None:
        """The list shows what fits the field that is typed in."""
        focused = self.focused
        if focused is not None and focused.id in ENDINGS and focused.id != self._field:
            self._field = focused.id
            self._fill_files()

    def _fill_files(self) -> None:
        box = self.query_one("#files", OptionList)
        found = candidates(self.query_one(f"#{self._field}", Input).value, ENDINGS[self._field])
        box.clear_options()
        box.add_options([Option(Content(one)) for one in found])
        box.highlighted = 0 if found else None

    @on(OptionList.OptionSelected, "#files")
    def _took(self, event: OptionList.OptionSelected) -> None:
        field = self.query_one(f"#{self._field}", Input)
        field.value = str(event.option.prompt)
        field.cursor_position = len(field.value)
        if not field.value.endswith(("/", "\\")):
            other = "answers" if self._field == "quiz" else "quiz"
            empty = not self.query_one(f"#{other}", Input).value
            self.query_one(f"#{other}" if empty else "#begin").focus()

    @on(OptionList.OptionSelected, "#sessions")
    def _chose(self, event: OptionList.OptionSelected) -> None:
        self._later, self._done = [], []
        self._open(int(event.option.id or 0), None)

    @on(Input.Submitted, "#quiz")
    def _to_answers(self) -> None:
        self.query_one("#answers").focus()

    @on(Input.Submitted, "#answers")
    @on(Button.Pressed, "#begin")
    def _begin(self) -> None:
        quiz, answers = (self.query_one(f"#{name}", Input).value.strip() for name in ("quiz", "answers"))
        if not quiz or not answers:
            self.say(_("name the file of the quiz and that of the answers"))
            self.query_one("#answers" if quiz else "#quiz").focus()
            return
        grades = self._grades
        paths = path_of(quiz), path_of(answers)

        def begun(session: int) -> None:
            self.post_message(self.Begun(session))

        job = self.app.jobs.start(f"grade {paths[1].name}", lambda report: grades.begin(*paths, begun, report))
        self._jobs[id(job)] = "grade"
        self.say(_("{job}: at work", job=job.name))

    @on(Begun)
    def _has_begun(self, event: Begun) -> None:
        self._later, self._done = [], []
        self._open(event.number, None)

    def _open(self, session: int, at: int | None) -> None:
        self._open_in_background(session, at)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open-class")
    def _open_in_background(self, session: int, at: int | None) -> None:
        worker = get_current_worker()
        try:
            found = self._grades.open(session)
        except EdgekitError as problem:
            self.post_message(self.Failed(problem))
            return
        if worker.is_cancelled:
            found.close()
        else:
            self.post_message(self.Opened(found, at))

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        before, self._class = self._class, event.found
        if before is not None:
            before.close()
        self._show_class(event.at)
        at_work = any(job.runs and id(job) in self._jobs for job in self.app.jobs.all)
        if event.found.counts().waiting and not at_work:
            number, grades = event.found.id, self._grades
            job = self.app.jobs.start(f"grade session {number}", lambda report: grades.go_on(number, report))
            self._jobs[id(job)] = "grade"

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        if self._class is None:
            self._show_choice()
        self.say_problem(event.problem)

    # One answer

    def _view(self, name: str) -> None:
        self.query_one(ContentSwitcher).current = name
        self.query_one("#points-row").display = False
        self._show_title()
        self.query_one(KeysLine).show_words()

    def works(self, action: str) -> bool:
        """What can be opened is all that there is before anything is; a list has no next."""
        if self._class is None or self.query_one(ContentSwitcher).current == "open":
            return False
        return self.query_one(ContentSwitcher).current == "card" or action not in ("grade.next", "grade.alike")

    def _order(self) -> list[int]:
        """The queue, what was left for later and what was given back at its end."""
        if self._class is None:
            return []
        queue = self._class.queue()
        last = [at for at in self._later if at in set(queue)]
        behind = set(last)
        return [at for at in queue if at not in behind] + last

    def _show_class(self, at: int | None) -> None:
        order = self._order()
        card = self._class.card(at) if self._class is not None and at is not None else None
        self._show(card.number if card is not None else order[0] if order else None)

    def _show(self, at: int | None) -> None:
        """Show an answer, or that there is none, and keep where that is."""
        opened = self._class
        if opened is None:
            return
        try:
            self._card = opened.card(at) if at is not None else None
        except EdgekitError as problem:
            self.say_problem(problem)
            return
        text = self.query_one("#card-text", ScriptText)
        if self._card is not None:
            models = self.app.models
            text.show(card_paragraphs(self._card, models.name, models.is_right_to_left))
        else:
            counts = opened.counts()
            told = (
                _("no suggestion yet")
                if counts.waiting
                else _(
                    "Every answer has a mark. `s` writes them to a file, `v` lists them, `u` takes the last one back."
                )
            )
            text.show([plain(told, "", 0)])
        self._view("card")
        card = self.query_one("#card")
        card.scroll_home(animate=False)
        card.focus()
        self.app.remember()

    def _show_title(self) -> None:
        if self._class is None:
            self.query_one("#grade-title", Label).update("")
            return
        counts = self._class.counts()
        told = _(
            "{left} of {all} left, {review} need a look", left=counts.left, all=counts.answers, review=counts.review
        )
        later = len(set(self._later) & set(self._class.queue()))
        told += ", " + _("{later} for later", later=later) if later else ""
        told += ", " + _("grading {share}", share=f"{self._share:.0%}") if self._share is not None else ""
        here = f"  #{self._card.number}" if self._card is not None else ""
        self.query_one("#grade-title", Label).update(f"{told}{here}  {visible(self._class.title)}")

    def _after(self, order: list[int], gone: set[int]) -> int | None:
        """The answer that comes next once some are decided: the next of an order, else the first that is left."""
        left = self._order()
        here = self._card.number if self._card is not None else None
        follows = order[order.index(here) + 1 :] if here in order else []
        others = [at for at in (*follows, *left) if at in set(left) - gone]
        return next(iter(others or left), None)

    def _decide(self, numbers: list[int], action: str, points: float | None = None) -> bool:
        if self._class is None:
            return False
        order = self._order()
        try:
            self._class.decide(numbers, action, points)  # type: ignore[arg-type]
        except EdgekitError as problem:
            self.say_problem(problem)
            return False
        self._done.append(numbers)
        self._later = [at for at in self._later if at not in set(numbers)]
        if action == "returned":
            self._later += numbers
        self._show(self._after(order, set(numbers)))
        return True

    def _shown_card(self) -> Card | None:
        """The answer that the keys act on: the one that is shown, or chosen in the list."""
        if self._class is None:
            self.say(_("open a quiz first"))
            return None
        if self.query_one(ContentSwitcher).current == "queue":
            box = self.query_one("#queue", OptionList)
            option = box.get_option_at_index(box.highlighted) if box.highlighted is not None else None
            self._card = self._class.card(int(option.id or 0)) if option is not None else None
        elif self.query_one(ContentSwitcher).current != "card":
            return None
        if self._card is None:
            self.say(_("there is no answer here"))
        return self._card

    def action_accept(self) -> None:
        """The suggested mark becomes the mark."""
        card = self._shown_card()
        if card is None:
            return
        if card.suggestion is None:
            self.say(_("no suggestion yet"))
            return
        points = card.suggestion.points
        if self._decide([card.number], "accepted"):
            self.say(_("#{number}: accepted, {points}", number=card.number, points=number(points)))

    def action_change(self) -> None:
        """Ask for other points."""
        card = self._shown_card()
        if card is None:
            return
        if self.query_one(ContentSwitcher).current != "card":
            self._show(card.number)
        self.query_one("#points-row").display = True
        field = self.query_one("#points", Input)
        now = card.standing.points if card.standing.points is not None else None
        now = now if now is not None else card.suggestion.points if card.suggestion is not None else 0.0
        field.value = number(now)
        field.focus()
        field.action_select_all()
        steps = int(card.question.points * 2) + 1
        step = 0.5 if steps <= MOST_CHOICES else card.question.points / (MOST_CHOICES - 1)
        choices = [round(at * step, 2) for at in range(min(steps, MOST_CHOICES))]
        pieces = [Content.styled(f" {number(one)} ", f"underline @click=screen.give({one})") for one in choices]
        told = Content(_("of {most}:", most=number(card.question.points)) + " ")
        self.query_one("#choices", Static).update(Content("").join([told, *pieces]))

    def action_give(self, points: float) -> None:
        """Make these points the mark."""
        card = self._card
        if card is not None and self._decide([card.number], "changed", points):
            self.say(_("#{number}: changed, {points}", number=card.number, points=number(points)))

    @on(Input.Submitted, "#points")
    def _given(self, event: Input.Submitted) -> None:
        try:
            points = float(event.value.replace(",", "."))
        except ValueError:
            self.say_problem(UsageError(_("`{text}` is no number of points", text=event.value)))
            return
        self.action_give(points)

    @on(Input.Blurred, "#points")
    def _left_points(self) -> None:
        """Esc, or a click elsewhere: nothing is changed."""
        if not self.query_one("#points-row").has_pseudo_class("hover"):
            self._close_points()

    def _close_points(self) -> None:
        row = self.query_one("#points-row")
        if row.display:
            row.display = False
            self.query_one("#card").focus()

    def action_later(self) -> None:
        """To the end of the queue."""
        card = self._shown_card()
        if card is None:
            return
        order = self._order()
        if card.number not in order:
            self.say(_("#{number} has a mark", number=card.number))
            return
        self._later = [at for at in self._later if at != card.number] + [card.number]
        self._show(self._after(order, {card.number}))
        self.say(_("#{number}: for later", number=card.number))

    def action_give_back(self) -> None:
        """No mark; it stays in the queue, at its end."""
        card = self._shown_card()
        if card is not None and self._decide([card.number], "returned"):
            self.say(_("#{number}: returned without a mark", number=card.number))

    def action_undo(self) -> None:
        """Take back what was decided on the answer that is shown, else what was decided last."""
        opened = self._class
        if opened is None:
            self.say(_("open a quiz first"))
            return
        decided = opened.decided()
        known = set(decided)
        self._done = [kept for one in self._done if (kept := [at for at in one if at in known])]
        shown = self.query_one(ContentSwitcher).current == "card" and self._card is not None
        here = self._card.number if shown and self._card is not None else None
        state = self._card.standing.state if shown and self._card is not None else ""
        if here in known and state in MARKS:
            numbers = [here] if here is not None else []
        else:
            numbers = self._done[-1] if self._done else decided[:1]
        if not numbers:
            self.say(_("nothing was decided yet"))
            return
        try:
            opened.undo(numbers)
        except EdgekitError as problem:
            self.say_problem(problem)
            return
        gone = set(numbers)
        self._done = [kept for one in self._done if (kept := [at for at in one if at not in gone])]
        self._later = [at for at in self._later if at not in gone]
        self._show(numbers[0])
        told = ", ".join(f"#{at}" for at in numbers[:10]) + (" …" if len(numbers) > 10 else "")
        self.say(_("taken back: {numbers}", numbers=told))

    def action_next(self) -> None:
        """The next of the queue."""
        self._step(1)

    def action_previous(self) -> None:
        """The one before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        order = self._order()
        if self._class is None or not order:
            return
        here = self._card.number if self._card is not None else None
        at = (order.index(here) + by) % len(order) if here in order else 0
        self._show(order[at])

    # Many answers

    def action_alike(self) -> None:
        """Show the group of the answer, and accept it when that is confirmed."""
        card, opened = self._shown_card(), self._class
        if card is None or opened is None or card.suggestion is None:
            return
        group = opened.alike(card.number)
        numbers = list(group.numbers)
        counts = opened.counts()
        if not numbers:
            self.say(_("nothing to accept together: a person should look at each that is like it"))
            return
        head = [
            plain(
                _(
                    "{count} answers to `{question}` would get {points} of {most}; {left} would be left.",
                    count=len(numbers),
                    question=card.question.id,
                    points=number(card.suggestion.points),
                    most=number(card.suggestion.most),
                    left=counts.left - len(numbers),
                ),
                "bold",
            )
        ]
        if group.left_out:
            told = ", ".join(f"#{at}" for at in group.left_out[:10]) + (" …" if len(group.left_out) > 10 else "")
            head.append(
                plain(
                    _(
                        "Left out, as a person should look at each: {count} ({numbers})",
                        count=len(group.left_out),
                        numbers=told,
                    )
                )
            )
        answers: list[Paragraph] = []
        for at in numbers[:MOST_PREVIEWED]:
            one = opened.card(at)
            if one is not None:
                answers.append(Paragraph(((f"#{at}  ", "bold"), *answer_pieces(one)), 4))
        if len(numbers) > MOST_PREVIEWED:
            answers.append(plain(_("and {count} more", count=len(numbers) - MOST_PREVIEWED)))

        def answered(yes: bool | None) -> None:
            if yes and self._decide(numbers, "accepted"):
                self.say(_("accepted: {count} answers", count=len(numbers)))

        self.app.push_screen(GroupScreen(head, answers, len(numbers)), answered)

    def action_list(self) -> None:
        """All answers, or back to the one."""
        if self._class is None:
            return
        if self.query_one(ContentSwitcher).current == "queue":
            self._show(self._card.number if self._card is not None else None)
            return
        here = self._card.number if self._card is not None else None
        order = [*self._order(), *self._class.decided()]
        order = list(dict.fromkeys(order))
        box = self.query_one("#queue", OptionList)
        box.clear_options()
        cards = [card for at in order if (card := self._class.card(at)) is not None]
        box.add_options([Option(_row(card, card.number in self._later), str(card.number)) for card in cards])
        box.highlighted = order.index(here) if here in order else 0 if order else None
        self._view("queue")
        box.focus()

    @on(OptionList.OptionSelected, "#queue")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self._show(int(event.option.id or 0))

    def action_open(self) -> None:
        """Show what can be opened."""
        self._show_choice()

    def action_save(self) -> None:
        """Write the marks, what has none left empty."""
        if self._class is None:
            self.say(_("open a quiz first"))
            return
        try:
            path = self._class.save(Path.cwd())
        except EdgekitError as problem:
            self.say_problem(problem)
            return
        left = self._class.counts().left
        told = _("written to {path}", path=path)
        self.say(told + ("; " + _("{left} without a mark", left=left) if left else ""))

    def action_attack(self) -> None:
        """Begin the attack test."""
        if self._class is None:
            self.say(_("open a quiz first"))
            return
        session, grades = self._class.id, self._grades
        job = self.app.jobs.start(f"attack session {session}", lambda report: grades.red_team(session, report))
        self._jobs[id(job)] = "attack"
        self.say(_("{job}: at work", job=job.name))

    def action_audit(self) -> None:
        """Begin the audit."""
        if self._class is None:
            self.say(_("open a quiz first"))
            return
        session, grades = self._class.id, self._grades
        job = self.app.jobs.start(f"audit session {session}", lambda report: grades.audit(session, report))
        self._jobs[id(job)] = "audit"
        self.say(_("{job}: at work", job=job.name))

    # Work behind it

    def job_changed(self, job: Job) -> None:
        """Take in what is graded; show the card of an attack test."""
        what = self._jobs.get(id(job))
        if what is None:
            return
        if what in ("attack", "audit"):
            if job.state == "done":
                # Which job it is says which card it gives.
                attack = what == "attack"
                self._told = (
                    _("Attack test") if attack else _("Fairness"),
                    attack_lines(cast("AttackCard", job.result))
                    if attack
                    else audit_lines(cast("AuditCard", job.result)),
                )
                self._show_told()
            elif job.runs:
                self.say(f"{job.name}, {job.line}")
        else:
            self._share = job.share or 0.0 if job.runs else None
            if job.runs and self._class is None:
                self.say(f"{job.name}, {job.line}")
            self._take_in()
        if job.problem is not None:
            self.say_problem(job.problem)
        elif not job.runs and what == "grade" and self._class is not None and self._class.counts().left:
            self.say(_("all is suggested; nothing is a mark before you press a key"))

    def _show_told(self) -> None:
        """As soon as nobody looks at something else."""
        if self._told is not None and self.is_current:
            (title, lines), self._told = self._told, None
            self.app.push_screen(ShownScreen(title, "\n".join(lines)))

    def _take_in(self) -> None:
        if self._class is None or self.query_one(ContentSwitcher).current == "open":
            return
        try:
            self._class.refresh()
        except EdgekitError as problem:
            self.say_problem(problem)
            return
        shown = self.query_one(ContentSwitcher).current == "card"
        if shown and (self._card is None or self._card.suggestion is None):
            order = self._order()
            if order:
                self._show(order[0])
        self._show_title()


def _row(card: Card, is_later: bool) -> Content:
    """Signs and figures on the left, the student's words last."""
    suggestion, standing = card.suggestion, card.standing
    if standing.state in MARKS:
        points = f" {number(standing.points)}" if standing.points is not None else ""
        told = f"{_(MARKS[standing.state])}{points}"
    elif suggestion is None:
        told = _("no suggestion yet")
    else:
        sign = "? " if suggestion.decision == "review" else "  "
        told = f"{sign}{number(suggestion.points)}/{number(suggestion.most)} {suggestion.probability:.0%}"
    told += f" ({_('later')})" if is_later else ""
    text = " ".join(visible(card.answer.text[: 4 * IN_A_ROW]).split())
    return Content(f"{told:<14} #{card.number:<4} {card.question.id}  {_start(text)}")


def _start(text: str) -> str:
    from tui.widgets.script import lines_of

    begin, end = next(lines_of(text, IN_A_ROW))
    return text[begin:end] + (" …" if end < len(text) else "")


def _numbers(value: object) -> list[int]:
    return [one for one in value if isinstance(one, int)] if isinstance(value, list) else []
