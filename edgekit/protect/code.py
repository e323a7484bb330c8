"""Code between backticks, and LaTeX."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from edgekit.protect.found import Found

_TICKS = re.compile("`+")
_BLANK_LINE = re.compile(r"\n\s{0,64}\n")
# Longer ones are an apostrophe here and another one pages later.
_LONGEST = 2000

_DOLLARS = re.compile(r"\$+")
_MATHS_SIGN = re.compile(r"[\\^_=+*/<>{}|]|\d[a-zA-Z]|-")
_PROSE = re.compile(r"[^\W\d_]{2,32}[.,;:!?]?\s[^\W\d_]{2,32}")
_SYMBOL = re.compile(r"[A-Za-z]'{0,3}(?:\([A-Za-z, ]{1,20}\))?")
_COMMAND = re.compile(r"(?<![\w\\:/])\\[A-Za-z]{2,32}\*?")
_BEGIN = re.compile(r"\\(begin|end)\{([A-Za-z]{1,32}\*?)\}")
_BRACKETS = re.compile(r"(?<!\\)\\[()\[\]]")


def code(text: str) -> Iterator[Found]:
    """Code spans by CommonMark's rule: a run of backticks is closed by the next run of its length."""
    if "`" not in text:
        return
    runs = [match.span() for match in _TICKS.finditer(text)]
    by_length: dict[int, list[int]] = {}
    for begin, end in runs:
        by_length.setdefault(end - begin, []).append(begin)
    done = 0
    for begin, end in runs:
        if begin < done:
            continue
        length = end - begin
        same = by_length[length]
        at = bisect_right(same, begin)
        if at == len(same) or same[at] - begin > (_LONGEST if length < 3 else 50 * _LONGEST):
            continue
        if length < 3 and _BLANK_LINE.search(text, end, same[at]):
            continue
        done = same[at] + length
        yield Found(begin, done, "code")


def maths(text: str) -> Iterator[Found]:
    """LaTeX: `$..$`, `$$..$$`, `\\(..\\)`, `\\[..\\]`, environments, and commands with what they are given."""
    if "$" in text:
        yield from _between_dollars(text)
    if "\\" in text:
        yield from _between_brackets(text)
        yield from _environments(text)
        yield from _commands(text)


def _between_dollars(text: str) -> Iterator[Found]:
    runs = [match.span() for match in _DOLLARS.finditer(text)]
    at = 0
    while at + 1 < len(runs):
        (begin, inner), (end, after) = runs[at], runs[at + 1]
        at += 1
        if inner - begin == after - end and inner - begin <= 2 and end - inner <= _LONGEST:
            content = text[inner:end]
            if inner - begin == 2 or _is_maths(content, text[after : after + 1]):
                yield Found(begin, after, "maths")
                at += 1


def _is_maths(content: str, following: str) -> bool:
    """Pandoc's rule, no blank inside and no digit after, and something that prose between two prices has not."""
    if content[0].isspace() or content[-1].isspace() or following.isdigit() or "\n\n" in content:
        return False
    if _SYMBOL.fullmatch(content) or "\\" in content:
        return True
    return bool(_MATHS_SIGN.search(content)) and not _PROSE.search(content)


def _between_brackets(text: str) -> Iterator[Found]:
    opened: dict[str, int] = {}
    for match in _BRACKETS.finditer(text):
        sign = match.group()[1]
        if sign in "([":
            opened.setdefault(sign, match.start())
        else:
            begin = opened.pop("(" if sign == ")" else "[", None)
            if begin is not None:
                yield Found(begin, match.end(), "maths")


def _environments(text: str) -> Iterator[Found]:
    opened: dict[str, list[int]] = {}
    for match in _BEGIN.finditer(text):
        stack = opened.setdefault(match[2], [])
        if match[1] == "begin":
            stack.append(match.start())
        elif stack:
            yield Found(stack.pop(), match.end(), "maths")


def _commands(text: str) -> Iterator[Found]:
    closers: dict[int, int] | None = None
    for match in _COMMAND.finditer(text):
        end = match.end()
        if text[end : end + 1] == "{" or text[end : end + 1] == "[":
            closers = matching(text) if closers is None else closers
            for _ in range(8):
                close = closers.get(end)
                if close is None or close - end > _LONGEST:
                    break
                end = close + 1
        yield Found(match.start(), end, "maths")


def matching(text: str) -> dict[int, int]:
    """For each `{` and `[` that is closed the index of what closes it, in one pass."""
    closers: dict[int, int] = {}
    open_ones: dict[str, list[int]] = {"{": [], "[": []}
    for match in re.finditer(r"[{}\[\]]", text):
        sign = match.group()
        if sign in "{[":
            open_ones[sign].append(match.start())
        else:
            stack = open_ones["{" if sign == "}" else "["]
            if stack:
                closers[stack.pop()] = match.start()
    return closers
