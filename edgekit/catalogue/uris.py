"""Where a model comes from, as one line of text: `pypi:`, `hf:`, `https:`, `file:`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from edgekit.core.errors import UsageError

SCHEMES = ("pypi", "hf", "https", "file")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PYPI = re.compile(r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)==(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*)")
_HF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
# On a command line: a folder of the repository and a commit, a branch, a tag or `refs/pr/1` may follow.
_HUB_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_REPOSITORY = re.compile(
    rf"hf:(?P<name>{_HF.pattern})(?P<folder>(?:/{_HUB_PART})*)(?:@(?P<revision>{_HUB_PART}(?:/{_HUB_PART})*))?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class SourceUri:
    """A parsed source.

    text: as the catalogue wrote it.  scheme: one of SCHEMES.
    location: `NAME==VERSION`, `OWNER/NAME`, a URL, or an absolute path.
    revision: a 40-hex commit for `hf:`, the version for `pypi:`, None otherwise.
    """

    text: str
    scheme: str
    location: str
    revision: str | None

    @property
    def holds_many(self) -> bool:
        """Whether files are named inside it; false where the source itself is one file."""
        return self.scheme in ("pypi", "hf") or self.location.endswith("/")

    @property
    def needs_network(self) -> bool:
        """False for `file:` only."""
        return self.scheme != "file"


@dataclass(frozen=True, slots=True)
class HubPlace:
    """A checkpoint on the Hugging Face hub.

    name: `OWNER/NAME`.  folder: of the repository, `` for its top.  revision: a commit, a branch or a tag, or None.
    """

    name: str
    folder: str = ""
    revision: str | None = None

    @property
    def text(self) -> str:
        """As people write it."""
        folder = f"/{self.folder}" if self.folder else ""
        return f"hf:{self.name}{folder}" + (f"@{self.revision}" if self.revision else "")


def is_hub_place(text: str) -> bool:
    """Whether text means the hub, well written or not."""
    return text.startswith("hf:")


def parse_hub_place(text: str) -> HubPlace:
    """Read `hf:OWNER/NAME[/FOLDER][@REVISION]`. Raises UsageError for anything else."""
    match = _REPOSITORY.fullmatch(text)
    if match is None or ".." in text:
        raise UsageError(f"`{text}` is no place on the hub", hint="write `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`")
    return HubPlace(match["name"], match["folder"].removeprefix("/"), match["revision"])


def is_commit(text: str) -> bool:
    """Whether text is a full commit id: 40 lower-case hexadecimal digits, never a branch or a tag."""
    return _COMMIT.fullmatch(text) is not None


def allowed_url(url: str) -> str | None:
    """Why url may not be fetched, or None: https anywhere, plain http only from this machine itself."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as problem:
        return f"is not a URL ({problem})"
    if not host:
        return "names no host"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or password"
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK):
        return None
    return "must use https"


def parse_source(text: str, revision: str | None, folder: Path) -> SourceUri:
    """Read a source as written in a catalogue file that lies in `folder`.

    A trailing `/` says that an `https:` or `file:` source is a folder of files.
    Raises ValueError whose text completes the sentence "`source` ...".
    """
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in (*SCHEMES, "http"):
        raise ValueError(f"must start with one of {', '.join(f'`{name}:`' for name in SCHEMES)}")
    if any(character <= " " or character == "\x7f" for character in rest) and scheme != "file":
        raise ValueError("must have no space or control character")
    if revision is not None and scheme != "hf":
        raise ValueError(f"of kind `{scheme}:` takes no `revision`")
    if scheme == "pypi":
        match = _PYPI.fullmatch(rest)
        if match is None:
            raise ValueError("must be `pypi:NAME==VERSION` with one exact version")
        return SourceUri(text, scheme, rest, match["version"])
    if scheme == "hf":
        if _HF.fullmatch(rest) is None:
            raise ValueError("must be `hf:OWNER/NAME`")
        return SourceUri(text, scheme, rest, revision)
    if scheme == "file":
        return SourceUri(text, scheme, _file_location(rest, folder), None)
    reason = allowed_url(text)
    if reason is not None:
        raise ValueError(reason)
    if "#" in text:
        raise ValueError("must have no `#` part")
    if text.endswith("/") and "?" in text:
        raise ValueError("must be one file where it has a `?` part")
    return SourceUri(text, "https", text, None)


def _file_location(rest: str, folder: Path) -> str:
    if "\x00" in rest or not rest:
        raise ValueError("must name a file or folder")
    is_folder = rest.endswith("/")
    if rest.startswith("//"):
        parts = urlsplit("file:" + rest)
        if parts.netloc not in ("", "localhost"):
            raise ValueError("must be on this machine")
        # Only here: it brings ssl and email along, 34 ms and 8 MB of every translation's start.
        from urllib.request import url2pathname

        rest = url2pathname(parts.path)
    path = Path(rest).expanduser() if rest.startswith("~") else Path(rest)
    location = str(path if path.is_absolute() else folder / path)
    return location + "/" if is_folder else location
