"""What a checkpoint says of itself in its model card: the front matter of README.md.

Source: https://huggingface.co/docs/hub/model-cards#model-card-metadata, and ggml's `docs/gguf.md` for the keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from exporters.conversion.gguf_values import Metadata, number, text, texts

_FILE = "README.md"
_MOST_BYTES = 256 << 10  # of a card that are looked at; front matter in use has up to 40 kB (lists of results)
_LONGEST = 400
_MOST = 512  # languages: Glot500 lists all of its 511
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96}")
_HUB = "https://huggingface.co/"


def read_card(folder: Path) -> Mapping[str, Any]:
    """The front matter of a folder's card; empty where there is none or it is damaged: nothing depends on it."""
    path = folder / _FILE
    if not path.is_file():
        return {}
    with path.open("rb") as stream:
        head = stream.read(_MOST_BYTES).decode("utf-8", "replace")
    found = re.match(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", head, re.DOTALL)
    if not found:
        return {}
    try:
        card = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return card if isinstance(card, dict) else {}


def card_metadata(card: Mapping[str, Any], name: str) -> Metadata:
    """`general.*` of a card: name, licence, languages, what it was made from. name: where the card gives none."""
    made: Metadata = {"general.name": text(_line(card.get("model_name")) or name)}
    for key, entry in _LICENCE.items():
        if (said := _line(card.get(entry))) is not None:
            made[key] = text(said)
    if (source := _line(card.get("source_url"))) is not None:
        made["general.source.url"] = text(source)
    bases = [one for one in _lines(card.get("base_model")) if _REPOSITORY.fullmatch(one)]
    if bases:
        made["general.base_model.count"] = number(len(bases))
    for at, base in enumerate(bases):
        organization, _, repository = base.partition("/")
        made[f"general.base_model.{at}.name"] = text(repository)
        made[f"general.base_model.{at}.organization"] = text(organization)
        made[f"general.base_model.{at}.repo_url"] = text(_HUB + base)
    for key, entry in {"general.tags": "tags", "general.languages": "language"}.items():
        if listed := _lines(card.get(entry)):
            made[key] = texts(listed)
    return made


def licence_of(folder: Path) -> str | None:
    """The licence that a folder's card names: its name where `license` says `other`."""
    card = read_card(folder)
    said = _line(card.get("license"))
    return _line(card.get("license_name")) or said if said == "other" else said


_LICENCE = {
    "general.license": "license",
    "general.license.name": "license_name",
    "general.license.link": "license_link",
}


def _line(value: object) -> str | None:
    """A text in one line, without what does not show."""
    if isinstance(value, bool):  # YAML 1.1 reads the language `no` as false
        return None if value else "no"
    if not isinstance(value, str | int):
        return None
    line = " ".join("".join(one if one.isprintable() else " " for one in str(value)[:_LONGEST]).split())
    return line or None


def _lines(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [line for one in listed[:_MOST] if (line := _line(one)) is not None]
