"""`edgekit models show` and `edgekit models path`: what is known of one model, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgekit.catalogue.licences import FLAG, is_non_commercial
from edgekit.cli import output
from edgekit.cli.models.listing import languages_of
from edgekit.cli.models.options import SCHEMA, AsJson, ModelId
from edgekit.core.units import bytes_in_words, counted

if TYPE_CHECKING:
    from edgekit.catalogue.entries import Model
    from edgekit.store.installed import Installed


def show(model_id: ModelId, as_json: AsJson = False) -> None:
    """Show all that is known of one model: source, licence, files, and how it was built.

    \b
    Examples:
      edgekit models show firefox-en-pt
      edgekit models show firefox-en-pt --json | jq .licence
    """
    from edgekit.catalogue.load import load_catalogue
    from edgekit.core.errors import ModelNotFoundError, UnsupportedModelError
    from edgekit.store.installed import find_model

    model = load_catalogue().find(model_id)
    try:
        installed = find_model(model.id if model else model_id)
    except (ModelNotFoundError, UnsupportedModelError):
        if model is None:
            raise
        installed = None
    value = _details(model, installed)
    if as_json:
        output.json_object({"schema": SCHEMA, **value})
    else:
        _print_details(value)


def path(model_id: ModelId, as_json: AsJson = False) -> None:
    """Print the folder of an installed model.

    \b
    Examples:
      edgekit models path firefox-en-pt
      ls "$(edgekit models path firefox-en-pt)"
    """
    from edgekit.store.installed import find_model

    installed = find_model(model_id)
    if as_json:
        output.json_object({"schema": SCHEMA, "id": installed.receipt.id, "folder": str(installed.folder)})
    else:
        output.data(str(installed.folder))


def _details(model: Model | None, installed: Installed | None) -> dict[str, Any]:
    receipt = installed.receipt if installed is not None else None
    one: Any = receipt or model
    value: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "task": one.task,
        "family": one.family,
        "languages": languages_of(one.languages),
        "licence": one.licence,
        "attribution": one.attribution,
        "aliases": list(one.aliases),
        "size_bytes": one.size_bytes,
        "installed": installed is not None,
        "folder": str(installed.folder) if installed else None,
        "in_catalogue": model is not None,
        "sources": _sources(model, installed),
        "parameters": model.parameters if model else None,
        "non_commercial": is_non_commercial(one.licence),
        "unpinned": model is not None and model.unpinned,
        "refused": model.refused if model else None,
        "files": [
            {"path": file.path, "size_bytes": file.size_bytes, "sha256": file.sha256}
            for file in (receipt.files if receipt else model.files if model else ())
        ],
        "evidence": {
            metric: {"value": found.value, "set": found.set, "lines": found.lines, "signature": found.signature}
            for metric, found in (model.evidence.items() if model else ())
        },
    }
    if receipt is not None:
        value["receipt"] = receipt.to_json()
    return value


def _sources(model: Model | None, installed: Installed | None) -> list[str]:
    if model is None:
        return [installed.receipt.source if installed is not None else ""]
    return [source.text for source in model.sources()] or [model.source.text]


def _next_step(value: dict[str, Any]) -> str:
    if value["refused"] is not None:
        return str(value["refused"])
    return f"run `edgekit {'models pin' if value['unpinned'] else 'pull'} {value['id']}`"


def _print_details(value: dict[str, Any]) -> None:
    languages = value["languages"]
    rows = [
        ("id", value["id"]),
        ("name", value["name"]),
        ("task", f"{value['task']}, family {value['family']}"),
        ("from", " ".join(languages["from"]) or "-"),
        ("to", " ".join(languages["to"]) or "-"),
        (
            "licence",
            value["licence"] + (f"; forbids commercial use, needs `{FLAG}`" if value["non_commercial"] else ""),
        ),
        ("credit", value["attribution"]),
        ("aliases", " ".join(value["aliases"]) or "-"),
        *(("source", source) for source in value["sources"]),
        ("folder", value["folder"] or f"not installed; {_next_step(value)}"),
    ]
    if value["parameters"] is not None:
        rows.insert(3, ("size", f"{value['parameters']:,} parameters, as its authors state them"))
    if "receipt" in value:
        receipt = value["receipt"]
        rows.append(("built", f"{receipt['created']}, {' '.join(step.get('name', '?') for step in receipt['steps'])}"))
        if "vocabulary" in receipt:
            words = receipt["vocabulary"]
            rows.append(
                ("words", f"{words['after']:,} of {words['before']:,}, for {counted(len(words['corpora']), 'text')}")
            )
    for metric, found in value["evidence"].items():
        rows.append(
            (metric, f"{found['value']}  [{found['set']}, {counted(found['lines'], 'line')}, {found['signature']}]")
        )
    for file in value["files"]:
        size = "size not known" if file["size_bytes"] is None else bytes_in_words(file["size_bytes"])
        rows.append(("file", f"{file['path']}, {size}, sha256 {file['sha256'] or 'not known'}"))
    for name, text in rows:
        output.data(f"{name:<10}{text}")
