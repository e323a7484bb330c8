"""One `models.toml` from bytes to entries, with every problem in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgekit.catalogue.document import parse_toml
from edgekit.catalogue.entries import TASKS, Archive, Catalogue, Evidence, Language, Languages, Model, Preset
from edgekit.catalogue.files import check_files, check_sha256
from edgekit.catalogue.names import is_model_id
from edgekit.catalogue.positions import Key
from edgekit.catalogue.presets import check_export_preset, is_export_preset
from edgekit.catalogue.problems import Checker, Problem
from edgekit.catalogue.prompts import check_exemplars, check_prompt
from edgekit.catalogue.uris import SourceUri, is_commit, parse_source
from edgekit.core.errors import UsageError
from edgekit.core.languages import normalise_tag

SCHEMA_VERSION = 1
MAX_BYTES = 1 << 20  # the packaged file is 30 kB; a catalogue past 1 MiB is no catalogue

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
# The shape of an SPDX licence expression: identifiers joined by operators. `MIT License` is not one.
_LICENCE_ID = r"\(?[A-Za-z0-9][A-Za-z0-9.+-]*\)?"
_LICENCE = re.compile(rf"{_LICENCE_ID}(?: (?:AND|OR|WITH) {_LICENCE_ID})*")
_SCRIPT = re.compile(r"[A-Z][a-z]{3}")

_TOP = ("schema_version", "languages", "models", "presets", "prompts", "exemplars")
_MODEL_REQUIRED = ("name", "family", "task", "licence", "attribution", "source")
_PINNED = ("revision", "files", "archives")
_STATES = ("unpinned", "refused")
_MODEL_KEYS = (*_MODEL_REQUIRED, *_PINNED, *_STATES, "languages", "parameters", "aliases", "preset", "evidence")


def check_bytes(data: bytes, file: Path) -> tuple[Catalogue, list[Problem]]:
    """Read a catalogue file's bytes; `file` says where relative `file:` sources start and names the file in problems.

    The catalogue is only to be used where there is no problem.
    """
    document, checker = parse_toml(data, file, MAX_BYTES)
    if document is None:
        return Catalogue(), checker.problems
    catalogue = _Reading(checker, file.parent).catalogue(document)
    return catalogue, sorted(checker.problems, key=lambda problem: problem.line)


class _Reading:
    def __init__(self, checker: Checker, folder: Path) -> None:
        self._checker = checker
        self._folder = folder

    def catalogue(self, document: dict[str, Any]) -> Catalogue:
        checker = self._checker
        top = checker.table(document, (), _TOP, ("schema_version",))
        version = checker.count(top, "schema_version", ())
        if version is not None and version != SCHEMA_VERSION:
            checker.problem(("schema_version",), f"is {version}; this edgekit reads {SCHEMA_VERSION}")
        entries = self._entries(top, "presets")
        presets = {name: self._preset(name, value) for name, value in entries if not is_export_preset(value)}
        recipes = {
            name: check_export_preset(checker, self._family(name, ("presets", name)), value, ("presets", name))
            for name, value in entries
            if is_export_preset(value)
        }
        models = {name: self._model(name, value, presets) for name, value in self._entries(top, "models")}
        languages = {tag: self._language(tag, value) for tag, value in self._entries(top, "languages")}
        self._check_aliases(models)
        prompts = {
            name: check_prompt(checker, self._family(name, ("prompts", name)), value, ("prompts", name))
            for name, value in self._entries(top, "prompts")
        }
        exemplars = check_exemplars(checker, dict(self._entries(top, "exemplars")))
        return Catalogue(models, presets, languages, recipes, prompts, exemplars)

    def _entries(self, top: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
        value = top.get(name, {})
        if isinstance(value, dict):
            return list(value.items())
        self._checker.wrong_type(value, (name,), dict)
        return []

    def _language(self, tag: str, value: Any) -> Language:
        key: Key = ("languages", tag)
        keys = ("english", "native", "script", "direction")
        table = self._checker.table(value, key, keys, keys)
        self._tag(tag, key)
        english, native, script, direction = (self._checker.text(table, name, key) for name in keys)
        if script and not _SCRIPT.fullmatch(script):
            self._checker.problem((*key, "script"), "must be an ISO 15924 code such as `Latn`")
        if direction and direction not in ("ltr", "rtl"):
            self._checker.problem((*key, "direction"), "must be `ltr` or `rtl`")
        return Language(tag, english, native, script, direction)

    def _preset(self, name: str, value: Any) -> Preset:
        key: Key = ("presets", name)
        table = self._checker.table(value, key, ("family", "options"), ("family",))
        self._family(name, key)
        family = self._family(self._checker.text(table, "family", key), (*key, "family"))
        options = table.get("options", {})
        if not isinstance(options, dict):
            self._checker.wrong_type(options, (*key, "options"), dict)
            options = {}
        return Preset(name, family, options)

    def _model(self, name: str, value: Any, presets: Mapping[str, Preset]) -> Model:
        checker, key = self._checker, ("models", name)
        states = [state for state in _STATES if isinstance(value, dict) and state in value]
        table = checker.table(value, key, _MODEL_KEYS, _MODEL_REQUIRED if states else (*_MODEL_REQUIRED, "files"))
        unpinned = self._unpinned(table, key)
        for one in [*(_PINNED if states else ()), *states[1:]]:
            if one in table:
                checker.problem((*key, one), f"and `{states[0]}` exclude each other")
        if not is_model_id(name):
            checker.problem(key, "must be an id of lower-case letters, digits, `.`, `_` and `-`")
        task = checker.text(table, "task", key)
        if task and task not in TASKS:
            checker.problem((*key, "task"), f"must be one of {', '.join(f'`{known}`' for known in TASKS)}")
        licence = checker.text(table, "licence", key)
        if licence and not _LICENCE.fullmatch(licence):
            checker.problem((*key, "licence"), "must be an SPDX expression such as `MIT`, or `LicenseRef-` and a name")
        family = self._family(checker.text(table, "family", key), (*key, "family"))
        source = self._source(table, key, None, pinned=not states)
        if unpinned and source.location and source.scheme != "hf":
            checker.problem((*key, "unpinned"), "is for a source of the kind `hf:`")
        preset = checker.optional_text(table, "preset", key)
        if preset is not None and preset not in presets:
            checker.problem((*key, "preset"), f"names `{preset}`, which this file does not have under `presets`")
        elif preset is not None and presets[preset].family != family:
            checker.problem((*key, "preset"), f"is for family `{presets[preset].family}`, not `{family}`")
        return Model(
            id=name,
            name=checker.text(table, "name", key),
            family=family,
            task=task,
            licence=licence,
            attribution=checker.text(table, "attribution", key),
            source=source,
            languages=self._languages(table, key, task),
            files=check_files(checker, table, key, source, self._source),
            aliases=checker.texts(table, "aliases", key),
            archives=self._archives(table, key),
            preset=presets.get(preset) if preset is not None else None,
            evidence=self._evidence(table, key),
            parameters=checker.count(table, "parameters", key),
            unpinned=unpinned,
            refused=checker.optional_text(table, "refused", key),
        )

    def _unpinned(self, table: Mapping[str, Any], key: Key) -> bool:
        if table.get("unpinned", True) is not True:
            self._checker.problem((*key, "unpinned"), "must be true, or be left out")
        return "unpinned" in table

    def _source(
        self, table: Mapping[str, Any], key: Key, default: SourceUri | None, *, pinned: bool = True
    ) -> SourceUri:
        """The `source` and `revision` of a table; default where it has neither."""
        checker = self._checker
        text, revision = checker.optional_text(table, "source", key), checker.optional_text(table, "revision", key)
        nowhere = default or SourceUri("", "file", "", None)
        if text is None:
            if revision is not None:
                checker.problem((*key, "revision"), "stands without a `source`")
            return nowhere
        try:
            source = parse_source(text, revision, self._folder)
        except ValueError as problem:
            checker.problem((*key, "source"), str(problem))
            return nowhere
        if pinned and source.scheme == "hf" and (revision is None or not is_commit(revision)):
            checker.problem((*key, "revision"), "must be a full commit of 40 hex digits; branches and tags move")
        return source

    def _languages(self, table: Mapping[str, Any], key: Key, task: str) -> Languages:
        checker, key = self._checker, (*key, "languages")
        value = table.get("languages")
        if task == "translate":
            if value is None:
                checker.problem(key, "is missing; a model for `translate` needs `{ from = [...], to = [...] }`")
                return Languages()
            both = checker.table(value, key, ("from", "to"), ("from", "to"))
            return Languages(self._tags(both, "from", key), self._tags(both, "to", key))
        return Languages(self._tags(table, "languages", key[:-1]))

    def _tags(self, table: Mapping[str, Any], name: str, key: Key) -> tuple[str, ...]:
        tags = self._checker.texts(table, name, key)
        if name in table and isinstance(table[name], list) and not table[name]:
            self._checker.problem((*key, name), "is empty")
        for index, tag in enumerate(tags):
            self._tag(tag, (*key, name, index))
        return tags

    def _tag(self, tag: str, key: Key) -> None:
        try:
            normal = normalise_tag(tag)
        except UsageError:
            self._checker.problem(key, f"is no language tag: `{tag}`")
            return
        if normal != tag:
            self._checker.problem(key, f"writes the tag `{normal}` as `{tag}`")

    def _family(self, name: str, key: Key) -> str:
        if name and not _NAME.fullmatch(name):
            self._checker.problem(key, "must be lower-case letters, digits, `_` and `-`")
        return name

    def _archives(self, table: Mapping[str, Any], key: Key) -> tuple[Archive, ...]:
        checker, archives = self._checker, []
        names = ("source", "name", "size_bytes", "sha256")
        for index, value in enumerate(checker.items(table, "archives", key)):
            place = (*key, "archives", index)
            entry = checker.table(value, place, names, names)
            source = checker.text(entry, "source", place)
            size = checker.count(entry, "size_bytes", place)
            sha256 = check_sha256(checker, entry, place)
            archives.append(Archive(source, checker.text(entry, "name", place), size or 0, sha256 or ""))
        return tuple(archives)

    def _evidence(self, table: Mapping[str, Any], key: Key) -> dict[str, Evidence]:
        checker, found = self._checker, {}
        for metric, value in self._entries({"evidence": table.get("evidence", {})}, "evidence"):
            place = (*key, "evidence", metric)
            entry = checker.table(value, place, names := ("value", "set", "lines", "signature"), names)
            number = entry.get("value", 0.0)
            if type(number) not in (int, float) or not math.isfinite(number):
                checker.problem((*place, "value"), "must be a finite number")
                number = 0.0
            found[metric] = Evidence(
                float(number),
                checker.text(entry, "set", place),
                checker.count(entry, "lines", place) or 0,
                checker.text(entry, "signature", place),
            )
        return found

    def _check_aliases(self, models: Mapping[str, Model]) -> None:
        owner = {name: name for name in models}
        for model in models.values():
            for index, alias in enumerate(model.aliases):
                key = ("models", model.id, "aliases", index)
                if not is_model_id(alias):
                    self._checker.problem(key, f"has `{alias}`, which is no id")
                elif alias in owner:
                    self._checker.problem(key, f"has `{alias}`, which `{owner[alias]}` has already")
                owner.setdefault(alias, model.id)
