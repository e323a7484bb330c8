"""User text as files for programs that draw every script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from edgekit.core.characters import visible

_PAGE = """<!doctype html>
<html lang="{target}">
<meta charset="utf-8">
<title>{title}</title>
<style>p {{ font: 1.1em/1.5 sans-serif; margin: .2em 1em }} p.source {{ color: #555 }} p.target {{ margin-bottom: 1em }}
</style>
{body}
</html>
"""


def page(pairs: Iterable[tuple[str, str]], source: str, target: str) -> str:
    """An HTML page with a paragraph a line, the source above its translation; source, target: language tags."""
    body = "\n".join(
        f'<p class="{kind}" dir="auto" lang="{escape(tag)}">{escape(visible(line)) or "&nbsp;"}</p>'
        for pair in pairs
        for kind, tag, line in zip(("source", "target"), (source, target), pair, strict=True)
    )
    return _PAGE.format(target=escape(target), title=f"{escape(source)} → {escape(target)}", body=body)
