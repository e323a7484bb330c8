"""What the screen of models asks of the store and the catalogue, behind one seam, so that a test can answer instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edgekit.catalogue.licences import is_non_commercial
from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import EdgekitError
from edgekit.core.events import Event
from edgekit.core.paths import data_folder, free_bytes
from edgekit.core.units import bytes_in_words

if TYPE_CHECKING:
    from edgekit.pipeline.requests import Verified

Report = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model.  state: `here`, `damaged`, `offered` (can be pulled), `unpinned`, `refused`.

    languages: `en → pt`, or how many.  attribution, refused: as the catalogue says them, empty where it does not.
    problem: what a damaged one has.
    """

    id: str
    task: str
    languages: str
    size: str
    state: str
    licence: str
    restricted: bool
    attribution: str = ""
    refused: str = ""
    problem: EdgekitError | None = None


class Library(Protocol):
    """The models that there are."""

    def rows(self) -> list[ModelRow]:
        """What is here first, then what can be brought."""
        ...

    def free(self) -> str:
        """Free disk where models lie."""
        ...

    def pull(self, model_id: str, report: Report) -> object:
        """Bring a model. Raises EdgekitError."""
        ...

    def remove(self, model_id: str, report: Report) -> object:
        """Take it away. Raises EdgekitError."""
        ...

    def verify(self, model_id: str, report: Report) -> Verified:
        """Compare it with its receipt. Raises EdgekitError."""
        ...


class StoreLibrary:
    """The store of this machine and the catalogue."""

    def rows(self) -> list[ModelRow]:
        """See Library."""
        from edgekit.store.installed import broken_models, installed_models

        catalogue = load_catalogue()
        here = {one.receipt.id: one.receipt for one in installed_models()}
        broken = {one.folder.name: one.problem for one in broken_models()}
        order = {"here": 0, "damaged": 1, "offered": 2, "unpinned": 3, "refused": 4}
        rows = []
        for name in sorted({*catalogue.models, *here, *broken}):
            known = catalogue.models.get(name)
            one = here.get(name) or known
            if name in here:
                state = "here"
            elif name in broken:
                state = "damaged"
            else:
                state = (
                    "offered" if known and known.can_be_pulled else "refused" if known and known.refused else "unpinned"
                )
            size = one.size_bytes if one else None
            rows.append(
                ModelRow(
                    name,
                    (one.task if one else None) or "?",
                    _languages(one.languages if one else None),
                    "?" if size is None else bytes_in_words(size),
                    state,
                    (one.licence if one else None) or "?",
                    one is not None and is_non_commercial(one.licence),
                    (one.attribution if one else None) or "",
                    (known.refused if known else None) or "",
                    broken.get(name),
                )
            )
        return sorted(rows, key=lambda row: (order[row.state], row.id))

    def free(self) -> str:
        """See Library."""
        return bytes_in_words(free_bytes(data_folder()))

    def pull(self, model_id: str, report: Report) -> object:
        """See Library."""
        from edgekit.pipeline.run import line_translator
        from edgekit.store.pull import pull

        return pull(model_id, report=report, open_lines=line_translator)

    def remove(self, model_id: str, report: Report) -> object:
        """See Library."""
        from edgekit.store.remove import remove

        return remove(model_id, report=report)

    def verify(self, model_id: str, report: Report) -> Verified:
        """See Library."""
        from edgekit.pipeline.requests import VerifyRequest
        from edgekit.pipeline.run import verify
        from edgekit.store.installed import find_model

        return verify(VerifyRequest(find_model(model_id).folder), report=report)


def _languages(languages: object) -> str:
    source, target = (list(getattr(languages, side, ())) for side in ("source", "target"))
    if not source and not target:
        return "-"
    sides = [tags[0] if len(tags) == 1 else f"{len(tags)}" for tags in (source, target) if tags]
    return " → ".join(sides)
