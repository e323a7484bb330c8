"""Gettext catalogues: `msgid` to `msgstr` with plural forms; comments, flags, order and wrapping stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edgekit.core.errors import InputError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.languages import restated, same_language
from edgekit.documents.plain import text_units
from edgekit.documents.plurals import Plurals, plurals_of, plurals_stated
from edgekit.documents.spliced import Raw, Splice, SplicedDocument, Unit, rewritten, stating
from edgekit.documents.wrapping import columns

_CHARSET = re.compile(rb"Content-Type:[^\n\"]{0,80}charset=([A-Za-z0-9_:.-]+)")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_KEYWORD = re.compile(r"[ \t]*(?P<key>msgctxt|msgid_plural|msgid|msgstr(?:\[(?P<form>\d{1,2})\])?)[ \t]*(?=\")")
_STRING = re.compile(r'[ \t]*"((?:[^"\\\r\n]|\\.)*)"[ \t]*')
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_SAID = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_WRITTEN = str.maketrans(
    {
        "\\": "\\\\",
        '"': '\\"',
        "\n": "\\n",
        "\t": "\\t",
        "\r": "\\r",
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\v": "\\v",
    }
)
# GNU gettext wraps at 80 columns, quotes and keyword among them.
_WIDTH = 79


@dataclass(slots=True)
class Value:
    """A keyword's strings: their span from the first quote, what they say, and how many lines they take."""

    begin: int
    end: int
    text: str
    lines: int


@dataclass(slots=True)
class Entry:
    """A message. flags: those of its `#,` lines; flags_span: where they stand."""

    values: dict[str, Value] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    flag_lines: list[tuple[int, int]] = field(default_factory=list)


def read_po(data: bytes, name: str, options: DocumentOptions) -> Document:
    """A catalogue; what has a translation that is not fuzzy is left as it is. Raises InputError with the line.

    A segment that comes back as it was is no translation: its `msgstr` stays empty, as gettext shows the `msgid` then.
    """
    found = _CHARSET.search(data[: 1 << 16])
    declared = found[1].decode() if found and found[1] != b"CHARSET" else None
    source = decoded(data, name, declared=declared, options=options)
    newline = "\r\n" if "\r\n" in source.text else "\n"
    entries = list(_entries(source.text, name))
    if not entries and source.text.strip():
        raise InputError(f"`{name}` is no gettext catalogue: it has no message")
    plurals, notes = _plurals(entries, options)
    units: list[Unit] = []
    done = fuzzy = 0
    for entry in entries:
        if not entry.values["msgid"].text:
            units += _header(entry, options, plurals, newline) if "msgctxt" not in entry.values else []
            continue
        is_fuzzy = "fuzzy" in entry.flags
        filled = any(value.text for key, value in entry.values.items() if key.startswith("msgstr"))
        if filled and not (is_fuzzy and options.fuzzy):
            fuzzy, done = fuzzy + is_fuzzy, done + (not is_fuzzy)
            continue
        units += _message(source.text, entry, plurals, newline)
    if done:
        notes.append(f"messages that have a translation, left as they are: {done}")
    if fuzzy:
        notes.append(f"messages that are fuzzy, left as they are: {fuzzy}")
    return SplicedDocument(source, units, notes)


def _entries(text: str, name: str) -> Iterator[Entry]:
    entry = Entry()
    value: Value | None = None
    number = 0
    for match in _LINE.finditer(text):
        line, begin = match[1], match.start()
        number += 1
        if match[0] == "" and begin == len(text):
            break
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            if entry.values:
                yield _whole(entry, name, number)
                entry = Entry()
            value = None
            if stripped.startswith("#,"):
                entry.flags += [flag.strip() for flag in stripped[2:].split(",")]
                entry.flag_lines.append((begin, match.end()))
            continue
        keyword = _KEYWORD.match(line)
        if keyword is not None:
            key = keyword["key"]
            # Without a blank line between them, the next message begins with its context or its id.
            if (key == "msgctxt" and entry.values) or (key == "msgid" and "msgid" in entry.values):
                yield _whole(entry, name, number)
                entry = Entry()
            if key in entry.values:
                raise InputError(f"`{name}` is no gettext catalogue: `{key}` twice in a message, line {number}")
            place = keyword.end()
            value = entry.values[key] = Value(begin + place, begin + place, "", 0)
        else:
            place = 0
        string = _STRING.fullmatch(line, place)
        if string is None or value is None:
            raise InputError(f"`{name}` is no gettext catalogue: line {number} is `{stripped[:40]}`")
        value.text += _said(string[1])
        value.end = begin + len(line.rstrip())
        value.lines += 1
    if entry.values:
        yield _whole(entry, name, number)


def _whole(entry: Entry, name: str, number: int) -> Entry:
    if "msgid" not in entry.values or not any(key.startswith("msgstr") for key in entry.values):
        raise InputError(f"`{name}` is no gettext catalogue: the message before line {number} has no id or no string")
    return entry


def _said(string: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 8))
        if match[2]:
            return chr(int(match[2], 16))
        return _SAID.get(match[3], match[3])

    return _ESCAPE.sub(one, string)


def _plurals(entries: Sequence[Entry], options: DocumentOptions) -> tuple[Plurals | None, list[str]]:
    """The rule of the header, else of the target language."""
    header = next((entry.values for entry in entries if not entry.values["msgid"].text), {})
    stated = plurals_stated("\n".join(value.text for key, value in header.items() if key == "msgstr"))
    if stated is not None:
        return stated, []
    if not any("msgid_plural" in entry.values for entry in entries):
        return None, []
    known = plurals_of(options.target) if options.target else None
    if known is None:
        return None, ["the header states no rule for plurals: as many forms as each message has"]
    return known, [f"the header states no rule for plurals: {known.header} is what {options.target} has"]


def _header(entry: Entry, options: DocumentOptions, plurals: Plurals | None, newline: str) -> list[Unit]:
    """The header with the target language, where it states the source language or none."""
    value = entry.values.get("msgstr")
    found = re.search(r"^Language:(.*)$", value.text, flags=re.MULTILINE) if value is not None else None
    if not options.set_language or not options.target or value is None or found is None:
        return []
    if found[1].strip() and restated(found[1], options, whole=True) is None:
        if same_language(found[1], options.target):
            return []
        other = f"the header says `{found[0].strip()}`, and what is translated is in `{options.target}`"
        return [stating(value.begin, value.begin, "", other)]
    said = f"Language: {options.target.replace('-', '_')}"
    text = value.text[: found.start()] + said + value.text[found.end() :]
    rule = plurals_of(options.target)
    if rule is not None and plurals is None:
        text = re.sub(r"^Plural-Forms:.*$", f"Plural-Forms: {rule.header}", text, flags=re.MULTILINE)
    if text == value.text:
        return []
    written = newline.join(['""', *(f'"{line.translate(_WRITTEN)}"' for line in text.splitlines(keepends=True))])
    return [stating(value.begin, value.end, written, f"the header says `{said}` now")]


def _message(text: str, entry: Entry, plurals: Plurals | None, newline: str) -> list[Unit]:
    forms = {key: value for key, value in entry.values.items() if key.startswith("msgstr")}
    begin = min(value.begin for value in forms.values())
    end = max(value.end for value in forms.values())
    one = entry.values["msgid"]
    many = entry.values.get("msgid_plural", one)
    sources = (one, many) if many is not one else (one,)
    parts = [text_units(source.text) for source in sources]
    counts = [sum(len(unit.segments) for unit in units) for units in parts]
    segments = tuple(segment for units in parts for unit in units for segment in unit.segments)
    if not segments:
        return []
    if entry.flag_lines:
        begin = min(begin, entry.flag_lines[0][0])

    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        said = []
        at = 0
        for source, units, count in zip(sources, parts, counts, strict=True):
            said.append(rewritten(source.text, units, translated[at : at + count]))
            at += count
        splices = _without_fuzzy(text, entry)
        if many is one:
            value = next(iter(forms.values()))
            return [*splices, Splice(value.begin, value.end, _written(said[0], one, newline))]
        there = sorted(forms, key=lambda key: int(key[7:-1] or 0) if "[" in key else 0)
        wanted = plurals.count if plurals is not None else len(there)
        singular = plurals.of_one if plurals is not None else 0
        for form in range(max(wanted, len(there))):
            written = _written(said[0] if form == singular and wanted > 1 else said[1], many, newline)
            if form < len(there):
                splices.append(Splice(forms[there[form]].begin, forms[there[form]].end, written))
            else:  # a form that the template did not have
                last = forms[there[-1]].end
                splices.append(Splice(last, last, f"{newline}msgstr[{form}] {written}"))
        return splices

    return [Unit(begin, end, segments, render)]


def _without_fuzzy(text: str, entry: Entry) -> list[Splice]:
    """The flags without `fuzzy`: that was said of another translation."""
    splices = []
    for begin, end in entry.flag_lines if "fuzzy" in entry.flags else ():
        line = text[begin:end].rstrip("\r\n")
        flags = [flag.strip() for flag in line.strip()[2:].split(",")]
        rest = [flag for flag in flags if flag != "fuzzy"]
        if rest != flags:
            splices.append(Splice(begin, end, f"#, {', '.join(rest)}{text[begin + len(line) : end]}" if rest else ""))
    return splices


def _written(said: str, source: Value, newline: str) -> str:
    """A string on one line where the source is and it fits, else a line for each of its own, wrapped where it was."""
    parts = said.translate(_WRITTEN)
    if source.lines == 1 and (columns(parts) <= _WIDTH - len('msgstr ""') or "\\n" not in parts[:-2]):
        return f'"{parts}"'
    lines: list[str] = []
    for line in said.splitlines(keepends=True):
        words = re.findall(r"\S*\s*", line.translate(_WRITTEN))
        held = ""
        for word in words:
            if held and columns(held + word.rstrip()) + 2 > _WIDTH:
                lines.append(held)
                held = ""
            held += word
        lines.append(held)
    return newline.join(['""', *(f'"{line}"' for line in lines if line)])
