"""`edgekit pull`: bring models onto this machine."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from edgekit.catalogue.licences import FLAG, is_non_commercial
from edgekit.cli import output
from edgekit.cli.options import AsJson
from edgekit.core.units import bytes_in_words

SCHEMA = "edgekit.pull/1"


def pull(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids or aliases from the catalogue.")],
    force: Annotated[bool, typer.Option("--force", help="Bring and build again what is here already.")] = False,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Take models under terms that forbid commercial use.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be downloaded, stored and needed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring models onto this machine, checked and ready to run. Prints the folder of each.

    \b
    Examples:
      edgekit pull firefox-en-pt
      edgekit pull --dry-run gemma-3-270m
    """
    if dry_run:
        _show_plans(ids, as_json)
        return
    from edgekit.cli.progress import Renderer
    from edgekit.pipeline.run import line_translator
    from edgekit.store import pull as store

    models = store.known_models(ids)
    installed = []
    with Renderer() as report:
        for model in models:
            installed.append(
                store.pull(
                    model.id, report=report, force=force, accept_licence=accept_licence, open_lines=line_translator
                )
            )
            if not as_json:
                output.data(str(installed[-1].folder))
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "dry_run": False,
                "models": [
                    {
                        "id": one.receipt.id,
                        "folder": str(one.folder),
                        "size_bytes": one.receipt.size_bytes,
                        "licence": one.receipt.licence,
                        "attribution": one.receipt.attribution,
                        "source": one.receipt.source,
                        "revision": one.receipt.revision,
                    }
                    for one in installed
                ],
            }
        )


def _show_plans(ids: list[str], as_json: bool) -> None:
    from edgekit.catalogue.pullable import refuse_entry
    from edgekit.store.plan import make_plan
    from edgekit.store.pull import current, known_models

    models = known_models(ids)
    for model in models:
        refuse_entry(model)
    plans = [(model, make_plan(model), current(model) is not None) for model in models]
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "dry_run": True,
                "models": [
                    {
                        "id": model.id,
                        "installed": here,
                        "licence": model.licence,
                        "attribution": model.attribution,
                        "sources": [fetch.source.text for fetch in plan.fetches],
                        "download_bytes": plan.download_bytes,
                        "size_bytes": model.size_bytes,
                        "builds": plan.builds,
                        "needed_bytes": plan.needed_bytes,
                        "free_bytes": plan.free_bytes,
                    }
                    for model, plan, here in plans
                ],
            }
        )
    else:
        for model, plan, here in plans:
            for name, text in _plan_rows(model, plan, here):
                output.data(f"{name:<10}{text}")
    for _, plan, here in plans:
        if not here:
            plan.check_space()


def _plan_rows(model: Any, plan: Any, here: bool) -> list[tuple[str, str]]:
    def size(count: int | None) -> str:
        return "size not known" if count is None else bytes_in_words(count)

    fetches = [("download", f"{fetch.source.text}, {size(fetch.size_bytes)}") for fetch in plan.fetches]
    store = f"{size(model.size_bytes)} of files" + (f", built for family {model.family}" if plan.builds else "")
    return [
        ("model", f"{model.id}{', installed already' if here else ''}"),
        ("licence", f"{model.licence}; {model.attribution}"),
        *([("", f"forbids commercial use, so pull needs `{FLAG}`")] if is_non_commercial(model.licence) else []),
        *(fetches or [("download", "nothing, all files are in the cache")]),
        ("store", store),
        ("disk", f"{bytes_in_words(plan.needed_bytes)} needed, {bytes_in_words(plan.free_bytes)} free"),
    ]
