"""Things that a translation must not touch, put into the middle of sentences, and whether they came through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgekit.core.marked import Mark, MarkedText

# Each kind with what is put in, by turns. None of these is in a text that edgekit was tuned on.
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

    text: MarkedText
    parts: tuple[str, ...]

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
        return Inserted(MarkedText(" ".join([*words[:at], item, *words[at:]])), branches)
    item = ITEMS[kind][number % len(ITEMS[kind])]
    if kind == "tags":
        close = f"</{item[1:].split()[0].strip('>')}>"
        word = words[at] if at < len(words) else words[-1]
        rest = words[at + 1 :]
        return Inserted(MarkedText(" ".join([*words[:at], f"{item}{word}{close}", *rest])), (item, close))
    before = " ".join(words[:at])
    text = " ".join([before, item, *words[at:]])
    marks = (Mark(len(before) + 1, len(before) + 1 + len(item), "keep", "term"),) if kind == "term" else ()
    return Inserted(MarkedText(text, marks), _PAIRS.get(item, (item,)))


KINDS = (*ITEMS, "ICU message")


def survives(one: Inserted, output: str, plain: str) -> bool:
    """Whether each part is in the output as often as it was put in; plain: the line without them."""
    return all(output.count(part) == one.line.count(part) - plain.count(part) + plain_count(plain, part) for part in one.parts)


def plain_count(plain: str, part: str) -> int:
    """How often a part is in a line of itself."""
    return plain.count(part)


def without(one: Inserted, output: str) -> str:
    """The output less what was put in and the blank that came with it."""
    for part in one.parts:
        at = output.find(part)
        if at < 0:
            continue
        before, after = output[:at], output[at + len(part) :]
        if len(one.parts) == 2 and one.parts[1].startswith("</"):
            output = before + after
        else:
            output = before.rstrip(" ") + (" " if after[:1].isalnum() else "") + after.lstrip(" ") if before.endswith(" ") or not before else before + after
    return " ".join(output.split())


Run = Callable[[Sequence[str]], list[str]]
