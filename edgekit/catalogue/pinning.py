"""An entry with a commit and files, as text of a `models.toml`, and a `models.toml` with that entry in it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgekit.catalogue.check import SCHEMA_VERSION, check_bytes
from edgekit.catalogue.entries import FileEntry, Model
from edgekit.catalogue.positions import Key, key_lines
from edgekit.catalogue.uris import SourceUri
from edgekit.core.errors import UsageError


def pinned(model: Model, source: SourceUri, files: tuple[FileEntry, ...], licence: str) -> Model:
    """The entry of a model at the commit of source, made of these files."""
    return dataclasses.replace(model, source=source, files=files, licence=licence, unpinned=False)


def entry_text(model: Model) -> str:
    """The entry as TOML.

    Raises UsageError for one with more than the hub can say: a preset, evidence, files of several sources.
    """
    sources = {piece.source for file in model.files for piece in file.pieces}
    if model.preset is not None or model.evidence or model.archives or sources != {model.source}:
        raise UsageError(
            f"the entry of `{model.id}` says more than the hub does", hint="edit its `revision` and `files` by hand"
        )
    directions = {"from": list(model.languages.source), "to": list(model.languages.target)}
    values: dict[str, Any] = {
        "name": model.name,
        "family": model.family,
        "task": model.task,
        "licence": model.licence,
        "attribution": model.attribution,
        "source": model.source.text,
        "revision": model.source.revision,
        "languages": directions if model.task == "translate" else directions["from"],
        "aliases": list(model.aliases) or None,
        "parameters": model.parameters,
    }
    lines = [f"[models.{json.dumps(model.id)}]", *_lines(values)]
    for file in model.files:
        member = file.pieces[0].member
        lines += ["", f"[[models.{json.dumps(model.id)}.files]]"]
        lines += _lines(
            {
                "role": file.role,
                "path": file.path,
                "member": None if member == file.path else member,
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
            }
        )
    return "\n".join(lines) + "\n"


def with_entry(text: str, model: Model, file: Path) -> str:
    """The text of a catalogue file with the model's entry in the place of the one that it had, or after all others.

    text: `` for a file that is not there yet. Raises UsageError where the file has problems, or holds the entry in a
    form that cannot be replaced: all other entries and every comment outside of it must stay as they are.
    """
    before, problems = check_bytes(text.encode("utf-8"), file) if text else (None, [])
    if problems:
        raise UsageError(
            f"`{file}` has problems", reasons=[str(one) for one in problems], hint="run `edgekit models validate`"
        )
    kept = _without(text, ("models", model.id)) if text else f"schema_version = {SCHEMA_VERSION}\n"
    made = kept.rstrip("\n") + "\n\n" + entry_text(model)
    after, problems = check_bytes(made.encode("utf-8"), file)
    others = {} if before is None else {name: one for name, one in before.models.items() if name != model.id}
    same = before is None or (
        before.presets == after.presets
        and before.languages == after.languages
        and before.export_presets == after.export_presets
    )
    written = after.models.get(model.id)
    if problems or not same or written != model or {**others, model.id: model} != dict(after.models):
        raise UsageError(
            f"the entry of `{model.id}` in `{file}` cannot be replaced",
            reasons=[str(one) for one in problems],
            hint=f"remove it by hand, then run `edgekit models pin {model.id}` again",
        )
    return made


def _lines(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in values.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    # JSON's strings, whole numbers and lists are TOML's, as long as nothing but control characters is escaped.
    return json.dumps(value, ensure_ascii=False)


def _without(text: str, table: Key) -> str:
    """The text without the tables that begin with this key; a comment above one of them stays."""
    lines = text.replace("\r\n", "\n").split("\n")
    headers = {
        line: key
        for key, line in sorted(key_lines(text.replace("\r\n", "\n")).items(), key=lambda item: len(item[0]))
        if lines[line - 1].lstrip().startswith("[")
    }
    kept, inside = [], False
    for number, line in enumerate(lines, 1):
        if number in headers:
            inside = headers[number][: len(table)] == table
        if not inside or line.lstrip().startswith("#"):
            kept.append(line)
    return "\n".join(kept)
