"""A group whose first command needs no name: `edgekit grade answers.csv` is `edgekit grade suggest answers.csv`."""

from __future__ import annotations

from typer.core import TyperGroup

DEFAULT = "suggest"


class DefaultGroup(TyperGroup):
    """What is no command and no question for help is an argument of the default one; a file `review` is `./review`."""

    def parse_args(self, ctx, args):  # type: ignore[no-untyped-def]
        """Put the default command's name before arguments without one."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)
