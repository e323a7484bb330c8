"""A group whose first command needs no name: `edgekit grade answers.csv` is `edgekit grade suggest answers.csv`."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence
from pathlib import Path

from typer.core import TyperGroup

from edgekit.cli import output
from edgekit.core.errors import UsageError

DEFAULT = "suggest"


class DefaultGroup(TyperGroup):
    """What is no command and no question for help is an argument of the default one; a file `review` is `./review`.

    What is no file either and a word without an ending, nearly a command or not, is told as one: UsageError.
    """

    def parse_args(self, ctx, args):  # type: ignore[no-untyped-def]  # typer may bring click's types or its own
        """Put the default command's name before arguments without one."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            near = difflib.get_close_matches(args[0], [one for one in self.commands if one != DEFAULT], 1, 0.7)
            if (near or args[0].isalpha()) and not args[0].startswith("-") and not Path(args[0]).exists():
                raise UsageError(
                    f"`{output.visible(args[0])}` is neither a command nor a file",
                    hint=f"did you mean `{near[0]}`?" if near else "see `edgekit grade --help`",
                )
            args = [DEFAULT, *args]
        if args[:1] == [DEFAULT]:
            _require_quiz_by_name(args[1:])
        return super().parse_args(ctx, args)


def _require_quiz_by_name(words: Sequence[str]) -> None:
    """Raise UsageError where a quiz stands behind the answers, as in `answers.csv quiz.toml`, and is no option's."""
    if any(word.partition("=")[0] == "--quiz" for word in words):
        return
    first, second = [*words[:2], "", ""][:2]
    if Path(second).suffix.lower() == ".toml" and not first.startswith("-"):
        command = f"edgekit grade {shlex.quote(first)} --quiz {shlex.quote(second)}"
        raise UsageError("the quiz is named behind `--quiz`", hint=output.visible(f"`{command}`"))
