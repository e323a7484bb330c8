"""A page that needs no network and no script: its head, its style, and the tables of which it is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exporters.report.charts import COLOURS
from exporters.report.markup import Markup, element, join

# Nothing is loaded and nothing runs, whatever the texts on the page say.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --soft: #5c6670; --line: #dfe3e7; --paper: #fff; --shade: #f5f6f8;
  --c0: #2f6db5; --c1: #c8562b; --c2: #2f8a62; --c3: #8457a8; --c4: #a88112; --c5: #51748a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa5af; --line: #343b42; --paper: #15191d;
  --shade: #1d2328; --c0: #6ba6e8; --c1: #ec8a62; --c2: #62c299; --c3: #b98ede; --c4: #d6b24a; --c5: #8db0c6;
  --bad: #ff8a80; } }
body { margin: 0 auto; max-width: 780px; padding: 40px 20px 80px; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 52px 0 8px; }
p { margin: 6px 0 14px; } .soft { color: var(--soft); }
dl.key { display: flex; flex-wrap: wrap; gap: 14px 36px; margin: 26px 0 0; }
dl.key div { display: flex; flex-direction: column-reverse; }
dl.key dd { margin: 0; font-size: 19px; font-weight: 600; }
dl.key dt { color: var(--soft); font-size: 14px; }
table { border-collapse: collapse; width: 100%; font-size: 15px; margin: 12px 0; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: 13px; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { width: 100%; height: auto; margin: 12px 0; display: block; }
svg text { font: 13px system-ui, sans-serif; fill: var(--soft); }
svg text.strong { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--line); } .chosen { stroke: var(--ink); stroke-dasharray: 3 4; }
.line { fill: none; stroke-width: 2; }
.key-colour { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 8px; }
.bar { display: block; height: 10px; margin-top: 8px; border-radius: 2px; background: var(--line); min-width: 120px; }
.bar i { display: block; height: 100%; border-radius: 2px; background: var(--c0); }
.sample { border-top: 1px solid var(--line); padding: 12px 0; }
.pieces { line-height: 2; } .pieces span { background: var(--shade); border: 1px solid var(--line); border-radius: 4px;
  padding: 0 3px; margin-right: 2px;
  white-space: pre-wrap; display: inline-block; line-height: 1.5; } .pieces .new { border-color: var(--bad); }
td.name { white-space: nowrap; color: var(--soft); }
.tag { color: var(--soft); font-size: 13px; }
code, pre { font: 14px/1.5 ui-monospace, monospace; } pre { background: var(--shade); padding: 12px 14px;
  border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 560px) { table { font-size: 13px; } th, td { padding-right: 6px; } }
"""


def document(title: str, body: Sequence[Markup]) -> str:
    """The whole page."""
    head = join(
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        element("title", title),
        Markup(f"<style>{_STYLE}{_colours()}</style>"),
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def key_figures(rows: Iterable[tuple[str, str]]) -> Markup:
    """Names and the figures that count, side by side."""
    return element(
        "dl", *(element("div", element("dt", name), element("dd", value)) for name, value in rows), class_="key"
    )


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> Markup:
    """A table.  columns: title and class."""
    head = element("tr", *(element("th", title, class_=kind) for title, kind in columns))
    body = [
        element("tr", *(element("td", cell, class_=kind) for cell, (_, kind) in zip(row, columns, strict=True)))
        for row in rows
    ]
    return element("table", head, *body)


def _colours() -> str:
    return "".join(
        f".c{number} {{ fill: var(--c{number}); background: var(--c{number}); }} "
        f".l{number} {{ stroke: var(--c{number}); }} "
        f"svg text.t{number} {{ fill: var(--c{number}); font-weight: 600; }}\n"
        for number in range(COLOURS)
    )
