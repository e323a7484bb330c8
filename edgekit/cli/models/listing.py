"""`edgekit models ls`: what there is, and what is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgekit.catalogue.licences import FLAG, is_non_commercial
from edgekit.cli import output
from edgekit.cli.models.options import SCHEMA, AsJson
from edgekit.core.units import bytes_in_words

if TYPE_CHECKING:
    from edgekit.catalogue.entries import Catalogue, Languages
    from edgekit.store.installed import Installed


def list_models(as_json: AsJson = False) -> None:
    """List the models of the catalogue and those on this machine.

    \b
    Examples:
      edgekit models ls
      edgekit models ls --json | jq -r '.models[] | select(.installed) | .id'
    """
    from edgekit.catalogue.load import load_catalogue
    from edgekit.store.installed import broken_models, installed_models

    catalogue = load_catalogue()
    here = {one.receipt.id: one for one in installed_models()}
    broken = {one.folder.name for one in broken_models()}
    rows = [_row(name, catalogue, here, broken) for name in sorted({*catalogue.models, *here, *broken})]
    if as_json:
        output.json_object({"schema": SCHEMA, "models": rows})
        return
    cells = [("ID", "TASK", "FROM", "TO", "SIZE", "LICENCE", "HERE")]
    for row in rows:
        size = "?" if row["size_bytes"] is None else bytes_in_words(row["size_bytes"])
        state = "damaged" if row["damaged"] else "yes" if row["installed"] else row["state"]
        tags = [_few(row["languages"][side]) for side in ("from", "to")]
        licence = (row["licence"] or "?") + (" *" if row["non_commercial"] else "")
        cells.append((row["id"], row["task"] or "?", *tags, size, licence, state))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        output.data("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if any(row["non_commercial"] for row in rows):
        output.narrate(f"* forbids commercial use: pull and export need `{FLAG}`")
    if any(row["state"] == "unpinned" for row in rows):
        output.narrate(
            "unpinned: `edgekit models pin ID` asks the hub which commit and files it is, then it can be pulled"
        )


def _row(name: str, catalogue: Catalogue, here: dict[str, Installed], broken: set[str]) -> dict[str, Any]:
    known: Any = catalogue.models.get(name)
    installed = here.get(name)
    one = installed.receipt if installed is not None else known
    return {
        "id": name,
        "name": one.name if one else None,
        "task": one.task if one else None,
        "family": one.family if one else None,
        "languages": languages_of(one.languages if one else None),
        "size_bytes": one.size_bytes if one else None,
        "licence": one.licence if one else None,
        "non_commercial": one is not None and is_non_commercial(one.licence),
        "parameters": known.parameters if known is not None else None,
        "state": "no" if known is None or known.can_be_pulled else "refused" if known.refused else "unpinned",
        "aliases": list(one.aliases) if one else [],
        "installed": installed is not None,
        "damaged": name in broken,
        "in_catalogue": known is not None,
    }


def languages_of(languages: Languages | None) -> dict[str, list[str]]:
    """The tags of both sides."""
    if languages is None:
        return {"from": [], "to": []}
    return {"from": list(languages.source), "to": list(languages.target)}


def _few(tags: list[str]) -> str:
    """The tags themselves where they are few; a model of 100 languages must not push the table apart."""
    if not tags:
        return "-"
    return ",".join(tags) if len(tags) <= 3 else f"{','.join(tags[:2])},+{len(tags) - 2}"
