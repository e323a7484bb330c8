"""What `--corpus` names: files, folders, globs and the standard input, each with its language."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import langcodes

from edgekit.core.errors import InputError, UsageError
from edgekit.core.languages import base_language, normalise_tag

STDIN = "-"
_HINT = "name .txt or .jsonl files, gzipped or not, folders, globs, or `-`; `pt=PATH` says that a text is in pt"
# What people keep beside their text. Names that are no format (`dev.pt`, `newstest2019.por`) are plain text.
_OTHER_FORMATS = {
    **dict.fromkeys((".csv", ".tsv"), "a table; write the column with text into a .txt or .jsonl file"),
    **dict.fromkeys((".parquet", ".arrow", ".feather"), "a table; write its texts into a .jsonl file"),
    ".json": "one JSON value; write one object a line into a .jsonl file",
    **dict.fromkeys((".html", ".htm", ".xml", ".tmx"), "marked-up text; take the tags out first"),
    **dict.fromkeys((".pdf", ".docx", ".odt", ".epub", ".doc", ".xlsx", ".pptx"), "a document; save it as plain text"),
    **dict.fromkeys((".zip", ".tar", ".7z", ".tgz"), "an archive; unpack it first"),
    **dict.fromkeys((".xz", ".bz2", ".zst"), "compressed, and not with gzip; unpack it first"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A text to read.

    path: None for the standard input.  language: a tag that was asked for, or `` where it is text of no single one.
    size_bytes: as stored, compressed or not; None where nobody can know (a pipe).
    """

    path: Path | None
    language: str
    size_bytes: int | None

    @property
    def name(self) -> str:
        """What messages call it."""
        return "the standard input" if self.path is None else f"`{self.path}`"


def find_sources(arguments: Sequence[str], languages: Sequence[str], *, others: bool = False) -> list[Source]:
    """The texts that arguments name: in their order, the files of a folder or glob sorted, none of them twice.

    arguments: each `PATH` or `TAG=PATH`.  languages: the tags asked for.  others: text of any other language is welcome
    too, where its name or argument says which.  Raises InputError, UsageError with everything that is wrong.
    """
    asked = [normalise_tag(tag) for tag in languages]
    reasons: list[str] = []
    found: dict[Path | None, Source] = {}
    for argument in arguments:
        language, text = _split(argument, asked)
        if language is not None and language not in asked and not others:
            listed = ", ".join(asked) or "none"
            reasons.append(f"`{argument}`: {language} is not among the languages that were asked for ({listed})")
            continue
        for path in _paths(text, argument, reasons):
            if path is not None and (problem := _unreadable(path)):
                reasons.append(f"`{path}`: {problem}")
                continue
            tag = language
            if tag is None:
                name = "" if path is None else path.name
                tag = infer_language(name, asked) or (named_language(name) if others else "")
            known = found.setdefault(None if path is None else path.resolve(), Source(path, tag, _size(path)))
            if known.language != tag:
                reasons.append(f"{known.name} is named as {known.language or 'no'} and as {tag or 'no'} language")
    if not arguments:
        reasons.append("nothing is named")
    if reasons:
        raise InputError("the text cannot be read", reasons=reasons, hint=_HINT)
    return list(found.values())


def infer_language(name: str, asked: Sequence[str]) -> str:
    """The tag of asked that a part of a file's name stands for (`news.pt.txt.gz`, `newstest2019.por`), `` if none.

    Parts are separated by dots and underscores, and the last one that is a tag counts. Languages may be written in two
    or three letters (ISO 639-1, -3), those of a macrolanguage too (`arb` is `ar`).
    """
    for tag in _tags_in(name):
        equal = [one for one in asked if _standard(one) == tag]
        alike = equal or [one for one in asked if base_language(_standard(one)) == base_language(tag)]
        if len(alike) == 1:
            return alike[0]
    return ""


def named_language(name: str) -> str:
    """The tag that a file's name has without knowing what to look for, `` if none.

    Only languages that have a code of two letters (ISO 639-1) count: of three letters any word may be one, `dev` and
    `txt` are.
    """
    return next((tag for tag in _tags_in(name) if len(base_language(tag)) == 2), "")


def _tags_in(name: str) -> Iterator[str]:
    """The parts of a file's name that are tags, in their standard form, the last one first."""
    for part in reversed(re.split(r"[._]", name)):
        # `en-pt` in a file's name is a pair of languages, not the English of Portugal.
        if re.fullmatch(r"[A-Za-z]{2,3}[-][a-z]{2,3}", part):
            continue
        try:
            yield _standard(part)
        except UsageError:
            continue


def _standard(tag: str) -> str:
    return langcodes.standardize_tag(normalise_tag(tag), macro=True)


def _split(argument: str, asked: Sequence[str]) -> tuple[str | None, str]:
    """The language that an argument says, None where it says none, and the rest."""
    before, equals, after = argument.partition("=")
    if not equals or Path(argument).exists():
        return None, argument
    try:
        tag = normalise_tag(before)
    except UsageError:
        return None, argument
    same = [one for one in asked if _standard(one) == _standard(tag)]
    return (same[0] if same else tag), after


def _paths(text: str, argument: str, reasons: list[str]) -> Iterator[Path | None]:
    if text == STDIN:
        yield None
        return
    path = Path(text).expanduser()
    if not path.exists() and glob.has_magic(text):
        matches = [Path(match) for match in glob.glob(str(path), recursive=True)]  # noqa: PTH207  absolute patterns too
        if not matches:
            reasons.append(f"`{argument}` matches no file")
        # `**` matches a folder and its files.
        matches = [match for match in matches if not match.is_dir()] or matches
    else:
        matches = [path]
    for match in sorted(matches, key=Path.as_posix):
        if match.is_dir():
            yield from _files_below(match, reasons)
        else:
            yield match


def _files_below(folder: Path, reasons: list[str]) -> Iterator[Path]:
    files: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=lambda problem: reasons.append(str(problem))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(parent, name) for name in names if not name.startswith(".") and Path(parent, name).is_file()]
    if not files:
        reasons.append(f"`{folder}` holds no file")
    yield from sorted(files, key=Path.as_posix)


def _unreadable(path: Path) -> str | None:
    try:
        path.stat()
    except OSError as problem:
        return problem.strerror or str(problem)
    if not os.access(path, os.R_OK):
        return "Permission denied"
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    what = _OTHER_FORMATS.get(suffixes[-1]) if suffixes else None
    return f"a {suffixes[-1]} file is {what}" if what else None


def _size(path: Path | None) -> int | None:
    return path.stat().st_size if path is not None and path.is_file() else None
