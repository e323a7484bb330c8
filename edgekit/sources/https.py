"""`https:`: a file from a web server, resumed where an earlier attempt stopped.

Resuming follows RFC 9110, sections 13.1.5 (`If-Range`) and 14: the part that is here is kept beside its target
together with the strong `ETag` it came with; a server that gives the whole file instead starts it anew. The digest
of the whole decides in the end, and a resumed file that fails it is fetched once more from the first byte.
"""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from edgekit.catalogue.uris import allowed_url
from edgekit.core.atomic import PARTIAL_SUFFIX, fsync_folder, write_bytes
from edgekit.core.cancelling import check_cancelled, leaving, sleep
from edgekit.core.errors import IntegrityError, SourceError
from edgekit.core.hashing import sha256_file
from edgekit.sources.base import BLOCK_BYTES, Advance, Wanted, check

_TIMEOUT_SECONDS = 60
_WAITS_SECONDS = (0.5, 1, 2, 4)  # between attempts that brought no byte; any progress starts the list again
_PASSING = (408, 429, 500, 502, 503, 504)  # answers that may be another one a moment later
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-\d{1,19}/(\d{1,19})")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to plain http on another machine."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        reason = allowed_url(newurl)
        if reason is not None:
            raise SourceError(f"`{req.full_url}` leads to `{newurl}`, which {reason}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """location: a URL; it ends with `/` where members are appended to it."""

    location: str

    def fetch(self, wanted: Sequence[Wanted], work: Path, advance: Advance) -> None:  # noqa: ARG002 - resumes beside
        """Download every wanted file, each beside its target until it is whole."""
        before = 0
        for file in wanted:
            url = self.location + quote(file.member) if file.member else self.location
            _Download(url, file).run(_after(before, advance))
            before += file.target.stat().st_size


def _after(before: int, advance: Advance) -> Advance:
    return lambda done: advance(before + done)


class _CutError(Exception):
    """The network failed. Its own type, so that a full disk, also an OSError, is not tried again."""


class _Download:
    def __init__(self, url: str, wanted: Wanted) -> None:
        self.url = url
        self.wanted = wanted
        self.partial = wanted.target.with_name(wanted.target.name + PARTIAL_SUFFIX)
        self.tag_file = wanted.target.with_name(wanted.target.name + ".etag" + PARTIAL_SUFFIX)
        self.opener = urllib.request.build_opener(_Redirects)

    def run(self, advance: Advance) -> None:
        resumed = self._here() > 0
        try:
            self._bring(advance)
            self._finish()
        except IntegrityError:
            self._forget()
            if not resumed:
                raise
            self._bring(advance)  # the part that was kept may have been of another file
            self._finish()

    def _here(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def _forget(self) -> None:
        self.partial.unlink(missing_ok=True)
        self.tag_file.unlink(missing_ok=True)

    def _bring(self, advance: Advance) -> None:
        waits = list(_WAITS_SECONDS)
        while True:
            before = self._here()
            try:
                if leaving(lambda: self._attempt(advance)):
                    return
                reason = "the server ended the download early"
            except urllib.error.HTTPError as answer:
                if answer.code == 416 and before:
                    self._forget()  # the server has fewer bytes than are here
                    continue
                if answer.code not in _PASSING:
                    raise SourceError(f"`{self.url}` was refused: {answer.code} {answer.reason}") from answer
                reason = f"{answer.code} {answer.reason}"
            except _CutError as cut:
                reason = str(cut)
            if self._here() > before:
                waits = list(_WAITS_SECONDS)
            if not waits:
                raise SourceError(
                    f"`{self.url}` could not be downloaded",
                    reasons=[reason],
                    hint="check the connection and pull again; what is here already is kept",
                )
            sleep(waits.pop(0))

    def _attempt(self, advance: Advance) -> bool:
        """Bring what is missing; False where the connection ended before the file was whole."""
        here = self._here()
        if here and here == self.wanted.size_bytes:
            return True
        with self._open(here) as response:
            check_cancelled()
            total = self._total(response, here)
            if response.status != 206:
                here = 0
                self._forget()
            if total is not None and self.wanted.size_bytes not in (None, total):
                raise IntegrityError(f"`{self.url}` has {total} bytes instead of {self.wanted.size_bytes}")
            tag = response.headers.get("ETag", "")
            if tag.startswith('"'):
                write_bytes(self.tag_file, tag.encode("utf-8"))
            here = self._copy(response, here, advance)
        return total is None or here == total

    def _open(self, here: int) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked with allowed_url
            self.url, headers={"User-Agent": "edgekit", "Accept-Encoding": "identity"}
        )
        if here:
            request.add_header("Range", f"bytes={here}-")
            if self.tag_file.exists():
                request.add_header("If-Range", self.tag_file.read_text("utf-8"))
        try:
            return self.opener.open(request, timeout=_TIMEOUT_SECONDS)
        except urllib.error.HTTPError as answer:
            answer.close()  # what is wanted of it stands in its head
            raise
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise _CutError(str(problem)) from problem

    def _total(self, response: Any, here: int) -> int | None:
        """Size of the whole file as the server states it."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise SourceError(f"`{self.url}` came compressed although the file itself was asked for")
        if response.status == 206:
            match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if match is None or int(match[1]) != here:
                self._forget()
                raise SourceError(f"`{self.url}` sent another part than the one that was asked for")
            return int(match[2])
        length = response.headers.get("Content-Length")
        return int(length) if length is not None and length.isdecimal() and len(length) < 20 else None

    def _copy(self, response: Any, here: int, advance: Advance) -> int:
        with self.partial.open("ab") as stream:
            while True:
                try:
                    block = response.read1(BLOCK_BYTES)
                except (OSError, http.client.HTTPException, ValueError) as problem:
                    raise _CutError(str(problem)) from problem
                check_cancelled()
                if not block:
                    stream.flush()
                    os.fsync(stream.fileno())
                    return here
                here += len(block)
                if self.wanted.size_bytes is not None and here > self.wanted.size_bytes:
                    raise IntegrityError(f"`{self.url}` is larger than the promised {self.wanted.size_bytes} bytes")
                stream.write(block)
                advance(here)

    def _finish(self) -> None:
        check(self.wanted, self.url, self._here(), sha256_file(self.partial))
        self.partial.replace(self.wanted.target)
        fsync_folder(self.wanted.target.parent)
        self.tag_file.unlink(missing_ok=True)
