"""Opens what grading needs: an encoder, the translators that are installed, a second opinion where one is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgekit.core.closing import Closing
from edgekit.core.errors import EdgekitError, IntegrityError, UsageError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.languages import Direction
from edgekit.grading.grader import Grader
from edgekit.quiz.model import Quiz
from edgekit.quiz.teaching import TeacherMark
from edgekit.store.installed import find_artifact, find_direction, find_directions, repair_hint

if TYPE_CHECKING:
    from edgekit.core.segments import Translation
    from edgekit.engine.encoder import Encoder
    from edgekit.grading.judge import Judge
    from edgekit.grading.judging import Accidents, Judging
    from edgekit.grading.texts import Texts
    from edgekit.store.installed import Installed
    from edgekit.store.receipt import Receipt
    from edgekit.translate.translator import Translator

ENCODER = "multilingual-e5-small"


class Tools(Closing):
    """The models of a session, opened once for all its graders; a context manager that frees them.

    settings: what decides a suggestion beside quiz, answers and teaching, as JSON: models with digests, versions,
    thresholds. Two sessions with equal ones suggest the same.
    """

    def __init__(
        self,
        encoder: Encoder,
        settings: Mapping[str, Any],
        translate: Translators | None = None,
        judge: Judging | None = None,
    ) -> None:
        self.settings = settings
        self._encoder = encoder
        self._texts: Texts | None = None
        self._translate = translate
        self._judge = judge

    def close(self) -> None:
        """Free every model."""
        with ExitStack() as stack:
            stack.callback(self._encoder.close)
            if self._translate is not None:
                stack.callback(self._translate.close)
            if self._judge is not None:
                stack.callback(self._judge.close)

    def grader(self, quiz: Quiz, marks: Sequence[TeacherMark] = (), *, accidents: Accidents | None = None) -> Grader:
        """A grader of a quiz that learns from marks; it does not own the models.

        accidents: second opinions that are not asked for.
        """
        from edgekit.grading.judging import Recalling
        from edgekit.grading.texts import Texts

        if self._texts is None:
            self._texts = Texts(self._encoder)
        judge = Recalling(self._judge, accidents) if self._judge is not None and accidents else self._judge
        return Grader(quiz, self._texts, translate=self._translate, judge=judge, marks=marks)


class Translators:
    """Translates by what is installed, each direction opened when it is first needed."""

    def __init__(self, *, threads: int | None = None, report: Reporter = silent) -> None:
        self.directions = frozenset(find_directions())
        self._threads = threads
        self._report = report
        self._opened: dict[Direction, Translator | None] = {}

    def close(self) -> None:
        """Free every model."""
        with ExitStack() as stack:
            for one in self._opened.values():
                if one is not None:
                    stack.callback(one.close)
        self._opened.clear()

    def __call__(self, text: str, source: str, target: str) -> Translation | None:
        """The translation of a text, None where nothing that is installed translates the direction."""
        translator = self._translator(Direction(source, target))
        return translator.translate([text], alignment=True)[0] if translator is not None else None

    def _translator(self, direction: Direction) -> Translator | None:
        from edgekit.translate.translator import open_translator

        if direction not in self.directions:
            return None
        if direction not in self._opened:
            try:
                _intact(find_direction(direction.source, direction.target))
                self._opened[direction] = open_translator(
                    direction.source, direction.target, threads=self._threads, device="cpu", report=self._report
                )
            except EdgekitError as problem:
                self._report(Note(f"grading without a translation {direction}: {problem.message}"))
                self._opened[direction] = None
        return self._opened[direction]


def open_tools(
    *,
    encoder: str = ENCODER,
    judge: str | None = None,
    threads: int | None = None,
    report: Reporter = silent,
) -> Tools:
    """Open the models that grading uses on this machine.

    encoder, judge: ids, aliases or paths. Raises what `open_encoder` and `open_judge` raise, and IntegrityError: a
    model is not what was installed.
    """
    from edgekit.engine.encoder import Encoder
    from edgekit.engine.open import open_encoder
    from edgekit.grading.given import require_options
    from edgekit.grading.turns import Turns
    from edgekit.identify.identifier import known_languages

    require_options(encoder=encoder, judge=judge, threads=threads, report=report)
    # Every answer needs it, and what is only needed to unpack it, 40 MB, would come on top of the encoder.
    known_languages()
    settings = _settings(encoder, judge)
    with ExitStack() as stack:
        opened = open_encoder(encoder, threads=threads, device="cpu", report=report)
        stack.callback(opened.close)
        if not isinstance(opened, Encoder) or not opened.has_states:
            raise UsageError(
                f"`{encoder}` gives no vectors of tokens, which grading needs",
                hint=f"build it again: `edgekit pull --force {ENCODER}`",
            )
        if not opened.adapted.issuperset(Turns.load().adapter):
            raise UsageError(
                f"`{encoder}` takes no adapter, which grading needs",
                hint=f"build it again: `edgekit pull --force {ENCODER}`",
            )
        translate = Translators(threads=threads, report=report)
        second = None
        if judge is not None:
            second = open_judge(judge)
            stack.callback(second.close)
        stack.pop_all()
    return Tools(opened, settings, translate, second)


def open_tools_of(settings: Mapping[str, Any], *, threads: int | None = None, report: Reporter = silent) -> Tools:
    """Open the models that a session names, as they are on this machine; `what_differs` tells whether they are the
    same.

    Raises what `open_tools` raises.
    """
    encoder = settings.get("encoder", {}).get("model", ENCODER)
    judge = (settings.get("judge") or {}).get("model")
    return open_tools(encoder=encoder, judge=judge, threads=threads, report=report)


def open_grader(
    quiz: Quiz | Path | str,
    *,
    encoder: str = ENCODER,
    judge: str | None = None,
    marks: Iterable[TeacherMark] = (),
    threads: int | None = None,
    report: Reporter = silent,
) -> Grader:
    """Open a grader of a quiz or of a quiz file: a context manager whose `grade` gives suggestions, never marks.

    encoder, judge: ids, aliases or paths.  marks: to learn from.  threads: how many cores to use.
    Raises UnavailableError, InputError (the quiz, the marks), UsageError (the rest), ModelNotFoundError (the hint says
    what to pull), IntegrityError (it is damaged), MissingExtraError, EngineError.
    """
    from edgekit.grading.given import marks_of, require_quiz
    from edgekit.quiz.read import read_quiz

    require_quiz(quiz, or_file=True)
    asked = quiz if isinstance(quiz, Quiz) else read_quiz(Path(quiz))
    marks = marks_of(marks, asked)
    tools = open_tools(encoder=encoder, judge=judge, threads=threads, report=report)
    return tools.grader(asked, marks).owning(tools)


def open_judge(judge: str) -> Judge:
    """Open a language model to ask for second opinions. Raises what `open_generator` raises.

    In a process of its own: what a student wrote must not end the grading of a class with it.
    """
    from edgekit.generate.generator import open_generator
    from edgekit.grading.judge import Judge

    return Judge(open_generator(judge, process=True))


def _settings(encoder: str, judge: str | None) -> dict[str, Any]:
    from importlib.metadata import version

    from edgekit.engine.instruction_level import level_here
    from edgekit.grading.addressed import Addressed
    from edgekit.grading.disorder import Disorder
    from edgekit.grading.same_grader import code_digest, computed_by
    from edgekit.grading.scorer import Scorer

    directions, scorer = find_directions(), Scorer.load()
    return {
        "schema": "edgekit.grading/1",
        "encoder": {"model": encoder, "digest": _intact(find_artifact(encoder))},
        "judge": None if judge is None else {"model": judge, "digest": _judge_digest(judge)},
        "translators": {
            str(direction): _digest(found.receipt) for direction, found in sorted(directions.items(), key=str)
        },
        "scorer": hashlib.sha256(
            b"".join((scorer.encode(), scorer.across.encode(), Addressed.load().encode(), Disorder.load().encode()))
        ).hexdigest(),
        "edgekit": version("edgekit"),
        "grader": code_digest(),
        "computed": computed_by(),
        "processor": level_here(),
    }


def _intact(installed: Installed) -> str:
    """The digest of a model of which every byte is as it was installed: a record of marks names it.

    74 MB take a tenth of a second. Raises IntegrityError.
    """
    from edgekit.core.hashing import sha256_file

    reasons = [
        f"the bytes of `{file.path}` are not those that were installed"
        for file in installed.receipt.files
        if sha256_file(installed.folder / file.path) != file.sha256
    ]
    if reasons:
        name = installed.receipt.id
        raise IntegrityError(f"`{name}` is installed but damaged", reasons=reasons, hint=repair_hint(name))
    return _digest(installed.receipt)


def _digest(receipt: Receipt) -> str:
    """Of the bytes of a model's files, by the digests in its receipt."""
    lines = sorted(f"{file.sha256} {file.path}" for file in receipt.files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _judge_digest(judge: str) -> str:
    from edgekit.core.hashing import sha256_file

    path = Path(judge)
    return sha256_file(path) if path.is_file() else _intact(find_artifact(judge))
