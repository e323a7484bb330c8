"""Placeholders of format strings and templates.

Sources of the forms: Python's `str.format`, `%` and `string.Template`, printf of C and Objective-C (`%1$s`, `%@`),
Mustache and Handlebars, Jinja and ERB, the shell, Ruby (`#{x}`), and Windows (`%NAME%`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edgekit.protect.found import Found

# Every part is bounded and none takes its own opening character, so that a failed match is never read twice.
_BRACES = re.compile(
    r"\{\{\{[^{}\n]{1,200}\}\}\}"
    r"|\{\{[^{}\n]{1,200}\}\}"
    r"|\{%[^{}\n]{1,200}%\}"
    r"|[$#%@]\{[^{}\n]{1,200}\}"
    # `{}`, `{name}`, `{user.name[0]!r:>10.2f}`, `{:.2f}`; a set such as `{red, green}` has blanks or commas.
    r"|(?P<automatic>\{(?:![rsa])?(?::[^{}\n]{0,32})?\})"
    r"|\{(?:\d{1,3}|[A-Za-z_][\w-]{0,63})(?:\.\w{1,63}|\[[^\[\]{}\n]{1,63}\]){0,8}(?:![rsa])?(?::[^{}\n]{0,32})?\}"
)
_PERCENT = re.compile(
    r"%\([\w.-]{1,64}\)[#0+ -]{0,5}\d{0,4}(?:\.\d{1,3})?[diouxXeEfFgGcrsa]"
    r"|%\d{1,3}\$[-+0#]{0,4}\d{0,4}(?:\.\d{1,3})?(?:hh|ll|[hlLqjzt])?[diouxXeEfFgGaAcspn@]"
    # `100% sure` has a blank, which is a flag of printf that nobody uses; `50%discount` has a digit before it.
    r"|(?P<automatic>(?<![\d%])%[-+0#]{0,4}(?:\d{1,4}|\*)?(?:\.(?:\d{1,3}|\*))?(?:hh|ll|[hlLqjzt])?"
    r"[diouxXeEfFgGaAcspn@](?![A-Za-z]{3})(?<!%n)(?<!%a))"
    r"|(?<![\w%])%[A-Za-z_]\w{1,63}%(?!\w)"
    r"|%%"
)
_OTHER = re.compile(
    r"<%[^%<>\n]{1,200}%>"
    r"|\[\[[\w .|-]{1,100}\]\]"
    r"|(?<![\w$])\$[A-Za-z_]\w{1,63}(?![\w$])"
    r"|(?<!\w)__[A-Za-z][A-Za-z0-9]{0,40}(?:_[A-Za-z0-9]{1,40}){0,8}__(?!\w)"
    # A line break of a string in a program's source, as `\n`.
    r"|(?<!\\)\\[nrt](?![a-z])"
)


def placeholders(text: str) -> Iterator[Found]:
    """Placeholders, in no order of all."""
    if "{" in text:
        yield from _matches(_BRACES, text)
    if "%" in text:
        yield from _matches(_PERCENT, text)
    if any(sign in text for sign in ("$", "[[", "__", "<%", "\\")):
        yield from (Found(*match.span(), "placeholder") for match in _OTHER.finditer(text))


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        yield Found(*match.span(), "placeholder", positional=match["automatic"] is not None)
