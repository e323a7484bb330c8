"""`edgekit models pin`: which commit and which files an entry of the catalogue stands for, asked of the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.cli.models.options import SCHEMA, AsJson, ModelId
from edgekit.core.units import bytes_in_words

if TYPE_CHECKING:
    from edgekit.catalogue.entries import Model
    from edgekit.store.repository import Found


def pin(
    model_id: ModelId,
    revision: Annotated[
        str | None, typer.Option("--revision", metavar="REV", help="A commit, a branch, a tag or `refs/pr/1`.")
    ] = None,
    folder: Annotated[
        str, typer.Option("--folder", metavar="PATH", help="Folder of the repository that holds the checkpoint.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what the hub has; print the entry.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the hub which commit and files a model is, and write them to your own catalogue. Prints its file.

    Nothing of the weights is downloaded; `edgekit pull` then brings exactly these bytes.

    \b
    Examples:
      edgekit models pin qwen3-0.6b
      edgekit models pin nllb-200-distilled-600m --revision refs/pr/40 --dry-run
    """
    from edgekit.catalogue.load import user_file
    from edgekit.catalogue.pinning import entry_text, with_entry
    from edgekit.cli.progress import Renderer
    from edgekit.core.atomic import write_bytes
    from edgekit.store.pin import find_pinned

    with Renderer() as report:
        found, model = find_pinned(model_id, revision=revision, folder=folder, report=report)
    file = user_file()
    if not dry_run:
        text = file.read_text("utf-8") if file.exists() else ""
        write_bytes(file, with_entry(text, model, file).encode("utf-8"))
    if as_json:
        output.json_object(_as_json(found, model, None if dry_run else str(file)))
        return
    for name, said in _rows(found, model):
        output.narrate(f"{name:<10}{said}")
    output.data(entry_text(model).rstrip("\n") if dry_run else str(file))


def _rows(found: Found, model: Model) -> list[tuple[str, str]]:
    sizes = [file.size_bytes for file in model.files if file.size_bytes is not None]
    whole = bytes_in_words(sum(sizes)) if len(sizes) == len(model.files) else "size not known"
    return [
        ("model", f"{model.id}, family {model.family}"),
        ("commit", f"{model.source.text}@{model.source.revision}"),
        ("licence", f"{model.licence}; the hub says {found.licence}"),
        ("files", f"{len(model.files)}, {whole}"),
    ]


def _as_json(found: Found, model: Model, file: str | None) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": model.id,
        "source": model.source.text,
        "revision": model.source.revision,
        "licence": model.licence,
        "licence_of_the_hub": found.licence,
        "files": [{"path": one.path, "size_bytes": one.size_bytes, "sha256": one.sha256} for one in model.files],
        "written_to": file,
    }
