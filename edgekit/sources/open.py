"""From a source's line of text to what brings its files."""

from __future__ import annotations

from collections.abc import Iterable

from edgekit.catalogue.entries import Archive
from edgekit.catalogue.uris import SourceUri
from edgekit.core.errors import OfflineError
from edgekit.sources.base import Source, is_truthy
from edgekit.sources.hf import HfSource
from edgekit.sources.https import HttpsSource
from edgekit.sources.local import FileSource
from edgekit.sources.pypi import PypiSource


def open_source(uri: SourceUri, archive: Archive | None = None) -> Source:
    """The source that uri names; nothing is read or connected yet."""
    if uri.scheme == "pypi":
        return PypiSource(uri.location, archive)
    if uri.scheme == "hf":
        return HfSource(uri.location, uri.revision or "")
    if uri.scheme == "https":
        return HttpsSource(uri.location)
    return FileSource(uri.location)


def refuse_offline(what: str, sources: Iterable[SourceUri], *, then: str) -> None:
    """Raise OfflineError where a source needs the network and the user said that there is none.

    what: the model's id, or its source where it has none.  then: what to do once there is a network.
    """
    for source in sources:
        for name in ("EDGEKIT_OFFLINE", *(["HF_HUB_OFFLINE"] if source.scheme == "hf" else [])):
            if source.needs_network and is_truthy(name):
                needs = "needs" if what == source.text else f"comes from `{source.text}`, which needs"
                raise OfflineError(
                    f"`{what}` {needs} the network, and `{name}` is set",
                    hint=f"unset `{name}` while connected, then {then}",
                )
