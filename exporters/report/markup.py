"""HTML and SVG in which text cannot become markup: whatever is no Markup is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


class Markup(str):
    """Text that is markup already; only `element` and `join` make it."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str | float) -> Markup:
    """`<name attribute="...">children</name>`; an underscore at an attribute's end goes, one inside becomes `-`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_plain(value))}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Markup:
    """Children one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(_visible(child)) for child in children))


def _plain(value: str | float) -> str:
    return _visible(value) if isinstance(value, str) else f"{value:.10g}"


def _visible(text: str) -> str:
    """Control characters and lone surrogates, which no page may hold, as U+FFFD."""
    return "".join(
        "\ufffd" if (one < " " and one not in "\n\t") or "\x7f" <= one <= "\x9f" or "\ud800" <= one <= "\udfff" else one
        for one in text
    )


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> Markup:
    """A table.  columns: title and class."""
    head = element("tr", *(element("th", title, class_=kind) for title, kind in columns))
    body = [
        element("tr", *(element("td", cell, class_=kind) for cell, (_, kind) in zip(row, columns, strict=True)))
        for row in rows
    ]
    return element("table", head, *body)
