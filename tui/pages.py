"""User text made safe to draw, and as files for programs that draw every script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

# Unicode has pictures of the control characters (2400 to 2421). What turns the direction of all that follows, and
# halves of surrogate pairs, which no terminal takes, become the sign for what cannot be shown. Tabs stay.
_SIGNS = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: "\u2421",
    **dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"),
    **dict.fromkeys([0x2028, 0x2029, *range(0xD800, 0xE000)], "\ufffd"),
}

_PAGE = """<!doctype html>
<html lang="{target}">
<meta charset="utf-8">
<title>{title}</title>
<style>p {{ font: 1.1em/1.5 sans-serif; margin: .2em 1em }} p.source {{ color: #555 }} p.target {{ margin-bottom: 1em }}
</style>
{body}
</html>
"""


def visible(text: str) -> str:
    """The text with a sign for every character that a terminal would obey; as long as it was, line feeds stay."""
    return text.translate(_SIGNS)


def page(pairs: Iterable[tuple[str, str]], source: str, target: str) -> str:
    """An HTML page with a paragraph a line, the source above its translation; source, target: language tags."""
    body = "\n".join(
        f'<p class="{kind}" dir="auto" lang="{escape(tag)}">{escape(visible(line)) or "&nbsp;"}</p>'
        for pair in pairs
        for kind, tag, line in zip(("source", "target"), (source, target), pair, strict=True)
    )
    return _PAGE.format(target=escape(target), title=f"{escape(source)} → {escape(target)}", body=body)
