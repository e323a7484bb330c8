"""Glossaries in TBX, ISO 30042: versions 2 (`martif`) and 3, data categories as attributes (DCA) or tags (DCT)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element  # only the type; what parses is hardened

from edgekit.core.languages import Direction, base_language
from edgekit.core.xml_stream import XML_SPACE, elements
from edgekit.glossary.terms import Term

_ENTRIES = frozenset({"termEntry", "conceptEntry"})
_LANGUAGES = frozenset({"langSet", "langSec"})
_TERMS = frozenset({"tig", "ntig", "termSec"})
_NOTES = frozenset({"termNote", "note", "descrip"})
# Values of the data category administrativeStatus, in both spellings that are about.
_FORBIDDEN = ("deprecatedterm", "supersededterm", "forbidden")


def terms_of(data: bytes, direction: Direction, name: str, problems: list[str]) -> list[Term]:
    """One term for every preferred term of the source language; its target is the first that is not deprecated.

    Languages are found by BCP-47 tag, then by the tag without script and region (`en-GB` serves `en`), then by any
    tag of the same language. What is wrong is added to problems.
    Raises InputError: no XML, or XML that is not read (see `edgekit.core.xml_stream`).
    """
    terms: list[Term] = []
    entries = 0
    for entry, line in elements(io.BytesIO(data), lambda tag: tag in _ENTRIES, name):
        entries += 1
        sections = [child for child in entry if child.tag in _LANGUAGES]
        source, target = (_section(sections, tag) for tag in (direction.source, direction.target))
        if source is None or target is None:
            continue
        sources, targets = list(_terms(source)), list(_terms(target))
        preferred = next((term for term, status, _ in targets if status != "forbidden"), "")
        forbidden = tuple(term for term, status, _ in targets if status == "forbidden")
        note = " ".join((entry.findtext("note") or entry.findtext("descrip") or "").split())
        terms += [
            Term(term, preferred, note=note, part_of_speech=part, forbidden=forbidden, line=line)
            for term, _, part in sources
        ]
    if not entries:
        problems.append("no entries: it is no TBX (`martif` or `tbx`)")
    return terms


def _section(sections: list[Element], wanted: str) -> Element | None:
    tags = [(section.get(XML_SPACE + "lang") or section.get("lang") or "").replace("_", "-") for section in sections]
    for fits in (
        lambda tag: tag.casefold() == wanted.casefold(),
        lambda tag: tag.casefold() == base_language(wanted),
        lambda tag: base_language(tag).casefold() == base_language(wanted),
    ):
        for tag, section in zip(tags, sections, strict=True):
            if tag and fits(tag):
                return section
    return None


def _terms(section: Element) -> Iterator[tuple[str, str, str]]:
    """(term, status, part of speech) of a language."""
    for group in section.iter():
        if group.tag not in _TERMS:
            continue
        term = next((one for one in group.iter("term")), None)
        text = " ".join("".join(term.itertext()).split()) if term is not None else ""
        status = part = ""
        for child in group.iter():
            category = (child.get("type") or "") if child.tag in _NOTES else child.tag
            value = (child.text or "").strip()
            if category == "administrativeStatus" and value.casefold().startswith(_FORBIDDEN):
                status = "forbidden"
            elif category == "partOfSpeech":
                part = value
        yield text, status, part
