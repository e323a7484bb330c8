"""A receipt from bytes that may be hostile."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from edgekit.catalogue.entries import Languages
from edgekit.catalogue.names import is_model_id, why_unsafe_path
from edgekit.core.errors import UsageError
from edgekit.core.languages import normalise_tag
from edgekit.protect.mask_test import FormResult
from edgekit.protect.masks import MOST_FORMS, is_template
from edgekit.store.mask_record import MaskRecord
from edgekit.store.receipt import SCHEMA, FileRecord, Receipt, SourceFile
from edgekit.store.vocabulary import (
    Alignment,
    AlignmentRecord,
    CertificateRecord,
    CorpusRecord,
    CostRecord,
    Vocabulary,
)

MAX_DEPTH = 32
MAX_FILES = 10_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

_T = TypeVar("_T")


def parse_receipt(data: bytes) -> tuple[Receipt | None, list[str]]:
    """The receipt, and everything that is wrong with it; None where nothing can be made of the bytes."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        kind = "nested too deeply" if isinstance(problem, RecursionError) else str(problem)
        return None, [f"it is not JSON: {kind}"]
    if not isinstance(value, dict):
        return None, ["it is no JSON object"]
    if value.get("schema") != SCHEMA:
        return None, [f"its schema is {json.dumps(value.get('schema'))[:80]}, not `{SCHEMA}`"]
    if _depth_exceeds(value, MAX_DEPTH):
        return None, [f"it is nested more than {MAX_DEPTH} deep"]
    reader = _Reader()
    return reader.receipt(value), reader.reasons


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


class _Reader:
    def __init__(self) -> None:
        self.reasons: list[str] = []

    def receipt(self, value: Mapping[str, Any]) -> Receipt:
        languages = self.typed(value, "languages", dict, {})
        receipt = Receipt(
            id=self.text(value, "id"),
            name=self.text(value, "name"),
            family=self.text(value, "family"),
            task=self.text(value, "task"),
            languages=Languages(self.tags(languages, "from"), self.tags(languages, "to")),
            licence=self.text(value, "licence"),
            attribution=self.text(value, "attribution"),
            source=self.text(value, "source"),
            revision=None if value.get("revision") is None else self.text(value, "revision"),
            source_files=self.records(value, "source_files", self.source_file),
            steps=self.records(value, "steps", lambda item, _: item),
            tools=self.tools(value),
            files=self.records(value, "files", self.file),
            engine=self.typed(value, "engine", dict, {}),
            edgekit=self.text(value, "edgekit"),
            created=self.text(value, "created"),
            aliases=self.texts(value, "aliases"),
            licence_files=self.texts(value, "licence_files"),
            vocabulary=None if value.get("vocabulary") is None else self.vocabulary(value),
            masks=self.records(value, "masks", self.masks) if "masks" in value else (),
        )
        if not is_model_id(receipt.id):
            self.reasons.append("`id` is no model id")
        if not _CREATED.fullmatch(receipt.created):
            self.reasons.append("`created` is no time such as `2025-01-31T12:00:00Z`")
        if not receipt.files:
            self.reasons.append("`files` is empty")
        paths = [file.path.casefold() for file in receipt.files]
        if len(set(paths)) != len(paths):
            self.reasons.append("`files` names a path twice")
        stray = sorted(set(receipt.licence_files) - {file.path for file in receipt.files})
        self.reasons += [f"`licence_files` names `{path}`, which is not in `files`" for path in stray]
        if receipt.vocabulary is not None and receipt.vocabulary.map not in {file.path for file in receipt.files}:
            self.reasons.append("`vocabulary.map` is not in `files`")
        return receipt

    def typed(self, table: Mapping[str, Any], key: str, kind: type[_T], default: _T) -> _T:
        value = table.get(key)
        if type(value) is kind:
            return value
        self.reasons.append(f"`{key}` is {'missing' if key not in table else 'not of type ' + kind.__name__}")
        return default

    def text(self, table: Mapping[str, Any], key: str) -> str:
        return self.typed(table, key, str, "")

    def texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        values = self.typed(table, key, list, [])
        if all(type(value) is str for value in values):
            return tuple(values)
        self.reasons.append(f"`{key}` holds something else than text")
        return ()

    def tags(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        tags = self.texts(table, key)
        for tag in tags:
            try:
                sound = normalise_tag(tag) == tag
            except UsageError:
                sound = False
            if not sound:
                self.reasons.append(f"`languages` holds {json.dumps(tag)[:40]}, which is no tag as edgekit writes them")
        return tags

    def tools(self, table: Mapping[str, Any]) -> dict[str, str]:
        tools = self.typed(table, "tools", dict, {})
        if all(type(version) is str for version in tools.values()):
            return tools
        self.reasons.append("`tools` holds something else than text")
        return {}

    def records(self, table: Mapping[str, Any], key: str, read: Callable[[dict[str, Any], str], _T]) -> tuple[_T, ...]:
        items = self.typed(table, key, list, [])
        if len(items) > MAX_FILES:
            self.reasons.append(f"`{key}` has more than {MAX_FILES} entries")
            return ()
        found = []
        for index, item in enumerate(items):
            if isinstance(item, dict):
                found.append(read(item, f"{key}[{index}]"))
            else:
                self.reasons.append(f"`{key}[{index}]` is no object")
        return tuple(found)

    def file(self, item: dict[str, Any], where: str) -> FileRecord:
        return FileRecord(*self.location(item, where))

    def source_file(self, item: dict[str, Any], where: str) -> SourceFile:
        path, size_bytes, sha256 = self.location(item, where)
        return SourceFile(self.text(item, "role"), path, self.texts(item, "sources"), size_bytes, sha256)

    def location(self, item: dict[str, Any], where: str) -> tuple[str, int, str]:
        path, sha256 = self.text(item, "path"), self.text(item, "sha256")
        size_bytes = self.count(item, "size_bytes", where)
        reason = why_unsafe_path(path)
        if reason is not None:
            self.reasons.append(f"`{where}.path` {reason}")
        self.digest(sha256, f"{where}.sha256")
        return path, size_bytes, sha256

    def vocabulary(self, table: Mapping[str, Any]) -> Vocabulary:
        item = self.typed(table, "vocabulary", dict, {})
        fingerprint = self.text(item, "fingerprint")
        self.digest(fingerprint, "vocabulary.fingerprint")
        before, after, closure = (self.count(item, key, "vocabulary") for key in ("before", "after", "closure"))
        if not closure <= after <= before:
            self.reasons.append(f"`vocabulary` keeps {after} of {before} tokens, {closure} of them as parts")
        return Vocabulary(
            before,
            after,
            closure,
            fingerprint,
            self.text(item, "map"),
            self.records(item, "corpora", self.corpus),
            self.records(item, "certificates", self.certificate),
            self.records(item, "costs", self.cost),
            None if item.get("alignment") is None else self.alignment(self.typed(item, "alignment", dict, {})),
        )

    def alignment(self, item: dict[str, Any]) -> Alignment:
        return Alignment(
            self.text(item, "pivot"),
            self.text(item, "prefix"),
            self.count(item, "sentences", "alignment"),
            self.records(item, "languages", self.aligned),
        )

    def aligned(self, item: dict[str, Any], where: str) -> AlignmentRecord:
        pairs = (self.pair(item, key, where) for key in ("mexa", "language_ranker", "baseline"))
        return AlignmentRecord(self.text(item, "language"), *pairs)

    def corpus(self, item: dict[str, Any], where: str) -> CorpusRecord:
        lines, held_out_lines, words, tokens, size_bytes = (
            self.count(item, key, where) for key in ("lines", "held_out_lines", "words", "tokens", "size_bytes")
        )
        sha256 = self.text(item, "sha256")
        self.digest(sha256, f"{where}.sha256")
        return CorpusRecord(self.text(item, "language"), lines, held_out_lines, words, tokens, size_bytes, sha256)

    def certificate(self, item: dict[str, Any], where: str) -> CertificateRecord:
        lines, identical = self.count(item, "lines", where), self.count(item, "identical_lines", where)
        if identical > lines:
            self.reasons.append(f"`{where}` has {identical} identical lines of {lines}")
        return CertificateRecord(self.text(item, "language"), self.text(item, "part"), lines, identical)

    def cost(self, item: dict[str, Any], where: str) -> CostRecord:
        bits = None if item.get("bits_per_byte") is None else self.pair(item, "bits_per_byte", where)
        return CostRecord(
            self.text(item, "language"),
            self.number(item.get("coverage"), f"{where}.coverage"),
            self.pair(item, "fertility", where),
            self.pair(item, "fallback", where),
            self.number(item.get("expected_loss"), f"{where}.expected_loss"),
            bits,
        )

    def masks(self, item: dict[str, Any], where: str) -> MaskRecord:
        if len(tags := self.tags({"tags": [item.get("from"), item.get("to")]}, "tags")) != 2:
            tags = ("", "")
        forms = self.records(item, "forms", self.form)
        if len(forms) > MOST_FORMS:
            self.reasons.append(f"`{where}.forms` has more than {MOST_FORMS} entries")
        return MaskRecord(tags[0], tags[1], forms)

    def form(self, item: dict[str, Any], where: str) -> FormResult:
        template = self.text(item, "template")
        if not is_template(template):
            self.reasons.append(f"`{where}.template` is no form of a mask")
        one, three, tried = (self.count(item, key, where) for key in ("one", "three", "tried"))
        if max(one, three) > tried or not tried:
            self.reasons.append(f"`{where}` has {one} and {three} sentences of {tried}")
        return FormResult(template, one, three, tried, self.number(item.get("likeness"), f"{where}.likeness"))

    def pair(self, item: dict[str, Any], key: str, where: str) -> tuple[float, float]:
        values = self.typed(item, key, list, [])
        if len(values) != 2:
            self.reasons.append(f"`{where}.{key}` is no pair of numbers")
            return 0.0, 0.0
        return self.number(values[0], f"{where}.{key}"), self.number(values[1], f"{where}.{key}")

    def number(self, value: Any, where: str) -> float:
        if type(value) in (int, float) and abs(value) < 1 << 53 and math.isfinite(value):
            return float(value)
        self.reasons.append(f"`{where}` is no finite number")
        return 0.0

    def count(self, item: Mapping[str, Any], key: str, where: str) -> int:
        value = self.typed(item, key, int, 0)
        if not 0 <= value < 1 << 53:
            self.reasons.append(f"`{where}.{key}` is out of range")
            return 0
        return value

    def digest(self, text: str, where: str) -> None:
        if not _SHA256.fullmatch(text):
            self.reasons.append(f"`{where}` is not 64 hex digits")
