"""Things that a translation must not touch, put into the middle of sentences, and whether they came through."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgekit.core.marked import Mark, MarkedText
from edgekit.protect.quantities import localised

# Each kind with what is put in, by turns.
ITEMS: dict[str, tuple[str, ...]] = {
    "{name}": ("{name}", "{user}", "{first_name}"),
    "{0}": ("{0}", "{1}", "{2}"),
    "{0:.2f}": ("{0:.2f}", "{score:.1f}", "{total:,d}"),
    "{{user}}": ("{{user}}", "{{ user.name }}", "{{title}}"),
    "${x}": ("${x}", "${price}", "#{title}"),
    "%s": ("%s", "%d", "%-5.2f"),
    "%1$s": ("%1$s", "%2$d", "%3$s"),
    "%(x)s": ("%(x)s", "%(name)s", "%(count)d"),
    "two placeholders": ("%s %d", "{a} {b}", "{first}, {last}"),
    "tags": ("<b>", "<em>", '<a href="https://school.org/x?a=1">'),
    "comment": ("<!-- note -->", "<br/>", "<!-- TODO: check -->"),
    "entity": ("&copy;", "&lt;", "&#8212;"),
    "code": ("`code`", "`x = 1`", "`print('hi')`"),
    "LaTeX": ("$x^2$", r"\(a + b\)", r"$\frac{1}{2}$"),
    "URL": ("https://example.org/a?b=1", "www.school.org", "http://x.org/~y/#z"),
    "e-mail": ("teacher@school.org", "ana.silva@escola.edu.br", "info+news@un.org"),
    "handle": ("@school", "#homework", "@ana_silva"),
    "path": ("/home/ana/x.txt", r"C:\Users\Ana\notes.docx", "src/main.py"),
    "emoji": ("\U0001f600", "\U0001f44d\U0001f3fd", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    "number and unit": ("10 mg/mL", "25 °C", "3.5 GHz"),
    "Cyrillic": ("Привет", "школа", "Москва"),
    "Arabic": ("مرحبا", "مدرسة", "كتاب"),
    "Chinese": ("你好", "学校", "老师"),
    "gap": ("________", "........................", "____/____/____"),
    "term": ("Moodle", "Edge Kit", "GitHub Classroom"),
}
_PAIRS = {"%s %d": ("%s", "%d"), "{a} {b}": ("{a}", "{b}"), "{first}, {last}": ("{first}", "{last}")}
MESSAGES = (
    "{count, plural, one {# apple} other {# apples}}",
    "{count, plural, one {# maçã} other {# maçãs}}",
)


@dataclass(frozen=True, slots=True)
class Inserted:
    """A line with something in its middle; parts: the strings that must be in the translation, each once."""

    kind: str
    text: MarkedText
    parts: tuple[str, ...]

    @property
    def is_quantity(self) -> bool:
        """Whether a translation may write it with a decimal comma."""
        return self.kind == "number and unit"

    @property
    def line(self) -> str:
        """The characters alone, for engines that know no marks."""
        return self.text.text


def insert(kind: str, line: str, number: int, *, english: bool = True) -> Inserted:
    """The line with an item of this kind after the first half of its words; `tags` go round the word there."""
    words = line.split()
    at = max(1, len(words) // 2)
    if kind == "ICU message":
        item = MESSAGES[0 if english else 1]
        branches = ("{count, plural, one {#", "} other {#", "}}")
        return Inserted(kind, MarkedText(" ".join([*words[:at], item, *words[at:]])), branches)
    item = ITEMS[kind][number % len(ITEMS[kind])]
    if kind == "tags":
        close = f"</{item[1:].split()[0].strip('>')}>"
        word = words[at] if at < len(words) else words[-1]
        rest = words[at + 1 :]
        return Inserted(kind, MarkedText(" ".join([*words[:at], f"{item}{word}{close}", *rest])), (item, close))
    before = " ".join(words[:at])
    text = " ".join([before, item, *words[at:]])
    marks = (Mark(len(before) + 1, len(before) + 1 + len(item), "keep", "term"),) if kind == "term" else ()
    return Inserted(kind, MarkedText(text, marks), _PAIRS.get(item, (item,)))


KINDS = (*ITEMS, "ICU message")


def survives(one: Inserted, output: str) -> bool:
    """Whether each part is in the output as often as in the line; a quantity may have another decimal sign."""
    return all(_places(one, part, output) >= one.line.count(part) for part in one.parts)


def _places(one: Inserted, part: str, output: str) -> int:
    return len(localised(part).findall(output)) if one.is_quantity else output.count(part)


def without(one: Inserted, output: str) -> str:
    """The output less what was put in and the blank that came with it."""
    if one.kind == "ICU message":
        begin, end = output.find("{count"), output.find("}}")
        return _cut(output, begin, end + 2) if 0 <= begin < end else output
    if (together := _together(one, output)) is not None:
        return " ".join(_cut(output, *together).split())
    for part in one.parts:
        match = (localised(part) if one.is_quantity else re.compile(re.escape(part))).search(output)
        if match is not None and one.kind == "tags":
            output = output[: match.start()] + output[match.end() :]
        elif match is not None:
            output = _cut(output, *match.span())
    return " ".join(output.split())


def _together(one: Inserted, output: str) -> tuple[int, int] | None:
    """Where several parts stand as they were put in, what joins them included: the comma of `{first}, {last}`."""
    item = next((item for item, parts in _PAIRS.items() if parts == one.parts), "")
    begin = output.find(item) if item else -1
    return (begin, begin + len(item)) if begin >= 0 else None


def _cut(text: str, begin: int, end: int) -> str:
    before, after = text[:begin], text[end:]
    return before.rstrip(" ") + after if before.endswith(" ") else before + after.lstrip(" ")
