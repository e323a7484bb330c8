"""`edgekit models`: what there is, and what is here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.core.errors import CatalogueError, UsageError
from edgekit.core.units import bytes_in_words

if TYPE_CHECKING:
    from edgekit.catalogue.entries import Catalogue, Languages, Model
    from edgekit.store.installed import Installed

SCHEMA = "edgekit.models/1"

group = typer.Typer(help="See, find and remove models.", no_args_is_help=True, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ModelId = Annotated[str, typer.Argument(metavar="ID", help="Id or alias of a model.")]


@group.command("ls")
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
        state = "damaged" if row["damaged"] else "yes" if row["installed"] else "no"
        tags = [_few(row["languages"][side]) for side in ("from", "to")]
        cells.append((row["id"], row["task"] or "?", *tags, size, row["licence"] or "?", state))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        output.data("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


@group.command("show")
def show(model_id: ModelId, as_json: AsJson = False) -> None:
    """Show all that is known of one model: source, licence, files, and how it was built.

    \b
    Examples:
      edgekit models show firefox-en-pt
      edgekit models show firefox-en-pt --json | jq .licence
    """
    from edgekit.catalogue.load import load_catalogue
    from edgekit.core.errors import ModelNotFoundError
    from edgekit.store.installed import find_model

    model = load_catalogue().find(model_id)
    try:
        installed = find_model(model.id if model else model_id)
    except ModelNotFoundError:
        if model is None:
            raise
        installed = None
    value = _details(model, installed)
    if as_json:
        output.json_object({"schema": SCHEMA, **value})
    else:
        _print_details(value)


@group.command("add")
def add(
    folder: Annotated[
        Path, typer.Argument(metavar="PATH", help="Folder of an artifact, as `edgekit export` writes it.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Take the place of a model of the same id.")] = False,
    as_json: AsJson = False,
) -> None:
    """Install an artifact on this machine, checked against its receipt. Prints the model's folder.

    \b
    Examples:
      edgekit models add out/gemma-3-270m-en-pt
      edgekit models add --force /media/stick/gemma-3-270m-en-pt
    """
    from edgekit.cli.progress import Renderer
    from edgekit.store.add import add as add_folder

    with Renderer() as report:
        installed = add_folder(folder, report=report, force=force)
    if as_json:
        receipt = installed.receipt
        output.json_object(
            {"schema": SCHEMA, "id": receipt.id, "folder": str(installed.folder), "size_bytes": receipt.size_bytes}
        )
    else:
        output.data(str(installed.folder))


@group.command("rm")
def remove(
    model_id: ModelId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a model from this machine. Asks first.

    \b
    Examples:
      edgekit models rm firefox-en-pt
      edgekit models rm --yes firefox-en-pt
    """
    from edgekit.store.remove import folder_of
    from edgekit.store.remove import remove as remove_folder

    folder = folder_of(model_id)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                f"removing `{folder.name}` asks for a yes, and there is no terminal to ask on",
                hint=f"run `edgekit models rm --yes {folder.name}`",
            )
        # not `typer.confirm`: it writes a space to stdout even where it asks on stderr
        output.narrate(f"Remove {folder.name} ({bytes_in_words(size)}) from {folder.parent}? [y/N]")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            output.narrate("nothing was removed")
            raise typer.Exit(1)
    remove_folder(folder.name, report=lambda event: output.narrate(getattr(event, "text", "")))
    if as_json:
        output.json_object({"schema": SCHEMA, "id": folder.name, "removed": True, "freed_bytes": size})
    else:
        output.narrate(f"removed {folder.name}, {bytes_in_words(size)}")


@group.command("path")
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


@group.command("validate")
def validate(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A catalogue file; without one, those that edgekit reads.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a catalogue file and print every problem in it.

    \b
    Examples:
      edgekit models validate
      edgekit models validate my-models.toml
    """
    from edgekit.catalogue.load import check_file, packaged_file, user_file

    files = [file] if file is not None else [packaged_file(), *([user_file()] if user_file().exists() else [])]
    checked = [check_file(one) for one in files]
    problems = [problem for _, found in checked for problem in found]
    count = sum(len(catalogue.models) for catalogue, _ in checked)
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "valid": not problems,
                "files": [str(one) for one in files],
                "models": count,
                "problems": [
                    {"file": str(one.file), "line": one.line, "key": one.key, "message": one.message}
                    for one in problems
                ],
            }
        )
        if problems:
            raise typer.Exit(CatalogueError.exit_code)
        return
    if problems:
        raise CatalogueError(
            f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {', '.join(f'`{one}`' for one in files)}",
            reasons=[str(problem) for problem in problems],
        )
    output.narrate(f"{count} models in {', '.join(str(one) for one in files)}, no problem")


def _row(name: str, catalogue: Catalogue, here: dict[str, Installed], broken: set[str]) -> dict[str, Any]:
    known: Any = catalogue.models.get(name)
    installed = here.get(name)
    one = installed.receipt if installed is not None else known
    return {
        "id": name,
        "name": one.name if one else None,
        "task": one.task if one else None,
        "family": one.family if one else None,
        "languages": _languages(one.languages if one else None),
        "size_bytes": one.size_bytes if one else None,
        "licence": one.licence if one else None,
        "aliases": list(one.aliases) if one else [],
        "installed": installed is not None,
        "damaged": name in broken,
        "in_catalogue": known is not None,
    }


def _languages(languages: Languages | None) -> dict[str, list[str]]:
    if languages is None:
        return {"from": [], "to": []}
    return {"from": list(languages.source), "to": list(languages.target)}


def _few(tags: list[str]) -> str:
    """The tags themselves where they are few; a model of 100 languages must not push the table apart."""
    if not tags:
        return "-"
    return ",".join(tags) if len(tags) <= 3 else f"{','.join(tags[:2])},+{len(tags) - 2}"


def _details(model: Model | None, installed: Installed | None) -> dict[str, Any]:
    receipt = installed.receipt if installed is not None else None
    one: Any = receipt or model
    value: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "task": one.task,
        "family": one.family,
        "languages": _languages(one.languages),
        "licence": one.licence,
        "attribution": one.attribution,
        "aliases": list(one.aliases),
        "size_bytes": one.size_bytes,
        "installed": installed is not None,
        "folder": str(installed.folder) if installed else None,
        "in_catalogue": model is not None,
        "sources": [source.text for source in model.sources()] if model else [receipt.source if receipt else ""],
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


def _print_details(value: dict[str, Any]) -> None:
    languages = value["languages"]
    rows = [
        ("id", value["id"]),
        ("name", value["name"]),
        ("task", f"{value['task']}, family {value['family']}"),
        ("from", " ".join(languages["from"]) or "-"),
        ("to", " ".join(languages["to"]) or "-"),
        ("licence", value["licence"]),
        ("credit", value["attribution"]),
        ("aliases", " ".join(value["aliases"]) or "-"),
        *(("source", source) for source in value["sources"]),
        ("folder", value["folder"] or f"not installed; run `edgekit pull {value['id']}`"),
    ]
    if "receipt" in value:
        receipt = value["receipt"]
        rows.append(("built", f"{receipt['created']}, {' '.join(step.get('name', '?') for step in receipt['steps'])}"))
        if "vocabulary" in receipt:
            words = receipt["vocabulary"]
            rows.append(("words", f"{words['after']:,} of {words['before']:,}, for {len(words['corpora'])} texts"))
    for metric, found in value["evidence"].items():
        rows.append((metric, f"{found['value']}  [{found['set']}, {found['lines']} lines, {found['signature']}]"))
    for file in value["files"]:
        size = "size not known" if file["size_bytes"] is None else bytes_in_words(file["size_bytes"])
        rows.append(("file", f"{file['path']}, {size}, sha256 {file['sha256'] or 'not known'}"))
    for name, text in rows:
        output.data(f"{name:<10}{text}")
