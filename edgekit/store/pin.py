"""An entry of the catalogue that names a repository alone, completed by what the hub says of it."""

from __future__ import annotations

from edgekit.catalogue.entries import Model
from edgekit.catalogue.licences import is_non_commercial
from edgekit.catalogue.pinning import pinned
from edgekit.catalogue.uris import SourceUri, parse_hub_place
from edgekit.core.errors import UnsupportedModelError, UsageError
from edgekit.core.events import Reporter, silent
from edgekit.sources.open import refuse_offline
from edgekit.store.pull import known_models
from edgekit.store.repository import Found, look_up


def find_pinned(
    model_id: str, *, revision: str | None = None, folder: str = "", report: Reporter = silent
) -> tuple[Found, Model]:
    """What the hub has of a model of the catalogue, and its entry at that commit; nothing is written.

    The entry's own licence stays, unless that of the hub forbids commercial use and it does not.

    Raises ModelNotFoundError, UsageError (it does not come from the hub), UnsupportedModelError (it can never be
    pulled, or the hub has a model of another type), and what `edgekit.store.repository.look_up` raises.
    """
    (model,) = known_models([model_id])
    if model.refused is not None:
        raise UnsupportedModelError(f"`{model.id}` cannot be pinned", reasons=[model.refused])
    if model.source.scheme != "hf":
        raise UsageError(f"`{model.id}` comes from `{model.source.text}`, which says all there is")
    place = parse_hub_place(
        model.source.text + (f"/{folder.strip('/')}" if folder else "") + (f"@{revision}" if revision else "")
    )
    refuse_offline(model.id, [model.source], then=f"run `edgekit models pin {model.id}`")
    found = look_up(place, report=report)
    if found.family != model.family:
        raise UnsupportedModelError(
            f"`{place.text}` is not the model that the catalogue tells of",
            reasons=[f"it is of the type `{found.family}`, and `{model.id}` of `{model.family}`"],
        )
    licence = model.licence
    if is_non_commercial(found.licence) and not is_non_commercial(licence):
        licence = found.licence
    commit = found.repository.commit
    source = SourceUri(model.source.text, "hf", model.source.location, commit)
    return found, pinned(model, source, found.files, licence)
