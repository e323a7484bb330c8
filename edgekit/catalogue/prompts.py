"""The `prompts` and `exemplars` of a catalogue: how a language model is asked for a translation.

A template is text with placeholders, each filled once with text that is never looked at again: `{text}` (what is
translated), `{source_language}`, `{target_language}`, `{examples}`, `{glossary}` and `{instruction}`. `example` has
`{text}` and `{translation}`, `glossary` has `{terms}`. There are no others, and a brace is one all the same where it
belongs to none: `{{` is no way to write anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from edgekit.catalogue.entries import Prompt
from edgekit.catalogue.positions import Key
from edgekit.catalogue.problems import Checker
from edgekit.core.errors import UsageError
from edgekit.core.languages import normalise_tag

NAMES = ("english", "native", "none")
EXEMPLARS = ("pairs", "diverse", "none")
_LANGUAGES = ("source_language", "target_language")
# Placeholders of each text: those that it may have, those that it must have.
PLACEHOLDERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "template": (("text", "examples", "glossary", "instruction", *_LANGUAGES), ("text",)),
    "chat": (("text", "examples", "glossary", "instruction", *_LANGUAGES), ("text",)),
    "example": (("text", "translation", *_LANGUAGES), ("text", "translation")),
    "glossary": (("terms", *_LANGUAGES), ("terms",)),
    "instructions": (_LANGUAGES, ()),
}
_KEYS = ("version", "summary", "names", "exemplars", "template", "example", "glossary", "stop", "instructions", "chat")
_REQUIRED = ("version", "summary", "names", "exemplars", "template", "stop")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LONGEST = 8_000  # characters of a template: a tenth of the smallest contexts in use, and no book


def check_prompt(checker: Checker, name: str, value: Any, key: Key) -> Prompt:
    """Read a prompt; everything that is wrong becomes a problem."""
    table = checker.table(value, key, _KEYS, _REQUIRED)
    version = checker.count(table, "version", key)
    if version == 0:
        checker.problem((*key, "version"), "must be at least 1")
    texts = {one: _template(checker, table, one, key) for one in ("template", "example", "glossary", "chat")}
    names = _one_of(checker, table, "names", NAMES, key)
    exemplars = _one_of(checker, table, "exemplars", EXEMPLARS, key)
    instructions = _instructions(checker, table, key)
    stop = checker.texts(table, "stop", key)
    if "stop" in table and (not stop or not all(stop)):
        checker.problem((*key, "stop"), "must have texts, none of them empty")
    used = {place: PLACEHOLDER.findall(text) for place, text in texts.items()}
    template = {*used["template"], *used["chat"]}
    for placeholder, needed, there in (
        ("examples", "example", texts["example"]),
        ("glossary", "glossary", texts["glossary"]),
        ("instruction", "instructions", instructions),
    ):
        if placeholder in template and not there:
            checker.problem((*key, needed), f"is missing; the template has `{{{placeholder}}}`")
    if exemplars != "none" and texts["template"] and "examples" not in used["template"]:
        checker.problem((*key, "template"), "has no `{examples}`, and `exemplars` is not `none`")
    return Prompt(
        id=name,
        version=version or 0,
        summary=checker.text(table, "summary", key),
        names=names,
        exemplars=exemplars,
        template=texts["template"],
        example=texts["example"],
        glossary=texts["glossary"],
        stop=stop,
        instructions=instructions,
        chat=texts["chat"] or None,
    )


def check_exemplars(checker: Checker, entries: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Read the sentences of each language: as many of each, none empty or of two lines."""
    found: dict[str, tuple[str, ...]] = {}
    for tag in entries:
        key: Key = ("exemplars", tag)
        _check_tag(checker, tag, key)
        found[tag] = checker.texts(entries, tag, ("exemplars",))
        for at, sentence in enumerate(found[tag]):
            if not sentence.strip() or len(sentence.splitlines()) > 1:
                checker.problem((*key, at), "must be one line of text")
        first = next(iter(found))
        if len(found[tag]) != len(found[first]):
            checker.problem(key, f"has {len(found[tag])} sentences, and `{first}` {len(found[first])}")
    return found


def _check_tag(checker: Checker, tag: str, key: Key) -> None:
    try:
        normal = normalise_tag(tag)
    except UsageError:
        checker.problem(key, f"is no language tag: `{tag}`")
        return
    if normal != tag:
        checker.problem(key, f"writes the tag `{normal}` as `{tag}`")


def _template(checker: Checker, table: Mapping[str, Any], name: str, key: Key) -> str:
    if name not in table:
        return ""
    text = checker.text(table, name, key)
    _check_placeholders(checker, text, name, (*key, name))
    return text


def _check_placeholders(checker: Checker, text: str, kind: str, key: Key) -> None:
    known, required = PLACEHOLDERS[kind]
    used = PLACEHOLDER.findall(text)
    for one in dict.fromkeys(used):
        if one not in known:
            checker.problem(key, f"has `{{{one}}}`; it may have {_listed(known)}")
        elif used.count(one) > 1 and one not in _LANGUAGES:
            checker.problem(key, f"has `{{{one}}}` {used.count(one)} times")
    for one in required:
        if text and one not in used:
            checker.problem(key, f"has no `{{{one}}}`")
    if len(text) > _LONGEST:
        checker.problem(key, f"has {len(text):,} characters, more than {_LONGEST:,}")


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{{{name}}}`" for name in names)


def _one_of(checker: Checker, table: Mapping[str, Any], name: str, known: Collection[str], key: Key) -> str:
    value = checker.text(table, name, key)
    if value and value not in known:
        checker.problem((*key, name), "must be one of " + ", ".join(f"`{one}`" for one in known))
    return value


def _instructions(checker: Checker, table: Mapping[str, Any], key: Key) -> Mapping[str, str]:
    """By language; English is there, for a language that has none."""
    if "instructions" not in table:
        return {}
    value, key = table["instructions"], (*key, "instructions")
    if not isinstance(value, dict):
        checker.wrong_type(value, key, dict)
        return {}
    if "en" not in value:
        checker.problem((*key, "en"), "is missing; it is used for languages that have none")
    found = {}
    for tag in value:
        _check_tag(checker, tag, (*key, tag))
        found[tag] = checker.text(value, tag, key)
        _check_placeholders(checker, found[tag], "instructions", (*key, tag))
    return found
