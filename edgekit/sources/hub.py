"""A model repository on the Hugging Face hub, as its API describes it: commit, files, licence. Nothing is downloaded.

Source: `GET /api/models/{id}/revision/{revision}?blobs=true`, https://huggingface.co/docs/hub/api.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgekit.catalogue.uris import is_commit
from edgekit.core.errors import SourceError
from edgekit.sources.hub_client import asking, endpoint, patiently, refuse_hub_offline

_TIMEOUT_SECONDS = 30  # the library waits for ever
_MOST_FILES = 20_000  # repositories of checkpoints of every training step have some thousands
_LONGEST = 200
_LARGEST = 1 << 53
_SHA256 = re.compile(r"[0-9a-f]{64}")
# The hub writes licences in small letters; these are those of models whose SPDX id has others.
_SPDX = {
    one.lower(): one
    for one in (
        "AFL-3.0",
        "AGPL-3.0",
        "Apache-2.0",
        "BSD-3-Clause",
        "CC-BY-4.0",
        "CC-BY-NC-4.0",
        "CC-BY-NC-ND-4.0",
        "CC-BY-NC-SA-4.0",
        "CC-BY-SA-4.0",
        "CC0-1.0",
        "GPL-3.0",
        "MIT",
        "MPL-2.0",
    )
}


@dataclass(frozen=True, slots=True)
class HubFile:
    """path: in the repository.  size_bytes, sha256: as the hub states them; only files in LFS have a digest."""

    path: str
    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Repository:
    """name: `OWNER/NAME` as the hub writes it.  commit: 40 hex digits.  licence: an SPDX id where the hub's is one."""

    name: str
    commit: str
    files: tuple[HubFile, ...]
    licence: str | None
    languages: tuple[str, ...]

    @property
    def source(self) -> str:
        """As the catalogue writes it."""
        return f"hf:{self.name}"


def read_repository(name: str, revision: str | None) -> Repository:
    """Ask the hub for a repository; revision: a commit, a branch or a tag, None for the main branch.

    Raises OfflineError, SourceError: no such repository or revision, a gated one, no answer that makes sense.
    """
    place = f"hf:{name}" + (f"@{revision}" if revision else "")
    refuse_hub_offline(place)
    with asking(place, "its list of files"):
        from huggingface_hub import HfApi

        api = HfApi(endpoint=endpoint())
        try:
            info = patiently(
                lambda: api.model_info(name, revision=revision, files_metadata=True, timeout=_TIMEOUT_SECONDS)
            )
        except (ValueError, TypeError, KeyError, AttributeError) as problem:  # a page of something else, or half of one
            raise SourceError(
                f"`{place}`: the hub's answer makes no sense",
                reasons=["it is no description of a repository"],
                hint="a network that asks for a sign-in answers in the hub's place: open a page in a browser first",
            ) from problem
    commit, siblings = info.sha, info.siblings
    reasons = []
    if not isinstance(commit, str) or not is_commit(commit):
        reasons.append("it names no commit")
    elif revision is not None and is_commit(revision) and commit != revision:
        reasons.append(f"it is the commit {commit}, and {revision} was asked for")
    if not siblings or len(siblings) > _MOST_FILES:
        reasons.append(f"it lists {len(siblings or ()):,} files")
    if reasons:
        raise SourceError(f"`{place}`: the hub's answer makes no sense", reasons=reasons)
    card = info.card_data
    said: dict[str, Any] = vars(card) if card is not None else {}
    return Repository(
        name,
        str(commit),
        tuple(_file(one) for one in siblings or ()),
        _licence(said),
        tuple(text for one in _listed(said.get("language")) if (text := _line(one))),
    )


def _file(sibling: Any) -> HubFile:
    size, lfs = sibling.size, sibling.lfs
    digest = getattr(lfs, "sha256", None)
    return HubFile(
        str(sibling.rfilename),
        size if type(size) is int and 0 <= size <= _LARGEST else None,
        digest if isinstance(digest, str) and _SHA256.fullmatch(digest) else None,
    )


def _licence(card: Mapping[str, Any]) -> str | None:
    """The licence that a card names; its own name where `license` says `other`."""
    said = _line(card.get("license"))
    if said == "other":
        said = _line(card.get("license_name")) or said
    return None if said is None else _SPDX.get(said, said)


def _listed(value: object) -> list[Any]:
    return value[:1000] if isinstance(value, list) else [] if value is None else [value]


def _line(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    return " ".join("".join(one if one.isprintable() else " " for one in value[:_LONGEST]).split()) or None
