"""Numbers as a teacher types them, with a decimal comma or below zero, for the commands that take them."""

from __future__ import annotations

from typer.core import TyperCommand

from edgekit.answers.numbers import number_in
from edgekit.core.errors import UsageError


def points(text: str) -> float:
    """`1.5` or `1,5`. Raises UsageError."""
    value = number_in(text)
    if value is None:
        raise UsageError(f"`{text}` is no number of points", hint="type them as `1.5`")
    return value


def share(text: str | float) -> float:
    """`.9` or `0,9`. Raises UsageError: no number from 0 to 1."""
    value = number_in(str(text))
    if value is None or not 0 <= value <= 1:
        raise UsageError(f"`{text}` is no number from 0 to 1", hint="type it as `0.9`")
    return value


class NumbersCommand(TyperCommand):
    """A command among whose arguments `-1` is a number, to be told what is wrong with it, and no option."""

    def parse_args(self, ctx, args):  # type: ignore[no-untyped-def]  # typer may bring click's types or its own
        """Let numbers below zero through; without one, an option that is unknown is still told."""
        ctx.ignore_unknown_options = any(one.startswith("-") and number_in(one) is not None for one in args)
        return super().parse_args(ctx, args)
