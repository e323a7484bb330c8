"""Which models `edgekit translate` uses: chosen, brought, opened, and what of them a journal depends on."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from edgekit.cli import output
from edgekit.core.errors import (
    CatalogueError,
    DirectionError,
    InputError,
    ModelNotFoundError,
    UnavailableError,
    UsageError,
)
from edgekit.core.events import Event, Note
from edgekit.core.languages import Direction, base_language

if TYPE_CHECKING:
    from edgekit.translate.around import Around
    from edgekit.translate.checked import CheckedTranslator
    from edgekit.translate.opening import RoutedTranslator

AUTO = "auto"


def ends_of(source: str | None, target: str | None, *, model: str | None) -> tuple[str, str]:
    """Both ends of what is translated, out of what is installed where one is left out."""
    if source == AUTO:
        if target is None:
            raise UsageError("`--from auto` needs `--to`", hint="add `--to en`, for example")
        return AUTO, target
    if model is not None and source is not None and target is not None:
        return source, target
    direction = choose_direction(source, target)
    return direction.source, direction.target


def check_language_model(model: str | None, option: str) -> None:
    """Raise UsageError where an option that is for a language model has none."""
    from edgekit.translate.around import is_language_model

    if model is None or not is_language_model(model):
        raise UsageError(
            f"`{option}` is for a language model", hint=f"add `--model ID` of one, or leave `{option}` out"
        )


def settings_of(source: str, target: str, around: Around) -> str:
    """What changes a document's translation besides its text: the journal of other settings is not gone on with.

    Raises UnavailableError and InputError for a glossary or examples that are not there or cannot be read.
    """
    from edgekit.catalogue.load import load_catalogue

    asked = ""
    if around.model is not None:
        # A model that is asked with no prompt must not fail for a mistake in the user's catalogue.
        with contextlib.suppress(CatalogueError, InputError):
            asked = repr(load_catalogue().prompts.get(around.prompt))
    parts = (
        source,
        target,
        around.model or "",
        asked,
        around.through or "",
        str(around.mixed),
        str(around.memory),
        # A journal without confidence has none to show.
        str(around.confidence),
        _digest(around.glossary, "glossary"),
        _digest(around.examples, "file of examples"),
        " ".join(_model_digests(around.model)),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _digest(path: str | Path | None, what: str) -> str:
    from edgekit.core.hashing import sha256_file

    try:
        return "" if path is None else sha256_file(Path(path))
    except FileNotFoundError:
        raise UnavailableError(f"there is no {what} `{path}`") from None
    except OSError as problem:
        raise InputError(f"cannot read the {what} `{path}`: {problem.strerror or problem}") from None


def _model_digests(model: str | None) -> list[str]:
    """Of every model that may translate a part: a pivot has several, and a document parts in other languages.

    A GGUF file of the user's own, which may have gigabytes, is told by its size and time.
    """
    from edgekit.store.installed import find_artifact, find_directions

    if model is not None and model.lower().endswith(".gguf"):
        with contextlib.suppress(OSError):
            found = Path(model).stat()
            return [f"{found.st_size} {found.st_mtime_ns}"]
        return []
    if model is None:
        used = list(find_directions().values())
    else:
        try:
            used = [find_artifact(model)]
        except UnavailableError:  # opening it says more
            return []
    return sorted({file.sha256 for one in used for file in one.receipt.files})


def choose_direction(source: str | None, target: str | None) -> Direction:
    """The direction that is meant, out of what is installed where a side is left out.

    Raises UsageError (the installed models leave several choices), DirectionError (they leave none).
    """
    if source is not None and target is not None:
        return Direction(source, target)
    from edgekit.store.installed import find_directions

    installed = sorted(find_directions())
    fitting = [
        direction
        for direction in installed
        if (source is None or base_language(direction.source) == base_language(source))
        and (target is None or base_language(direction.target) == base_language(target))
    ]
    if len(fitting) == 1:
        return fitting[0]
    missing = [flag for flag, value in (("--from", source), ("--to", target)) if value is None]
    if fitting:
        raise UsageError(
            f"{' and '.join(f'`{flag}`' for flag in missing)} cannot be left out: several installed models fit",
            reasons=[f"{direction}" for direction in fitting],
            hint=f"add `--from {fitting[0].source} --to {fitting[0].target}`, for example",
        )
    from edgekit.store.offered import pull_hint

    asked = f" from `{source}`" if source else f" to `{target}`" if target else ""
    raise DirectionError(
        f"no installed model translates{asked}",
        reasons=[f"installed: {direction}" for direction in installed],
        hint=pull_hint(source, target)
        if asked
        else "see `edgekit models ls` for what there is, then run `edgekit pull ID`",
    )


@contextlib.contextmanager
def opened(source: str, target: str, around: Around, *, bring: bool) -> Iterator[CheckedTranslator | RoutedTranslator]:
    """Open what translates; bring: pull the models of a direction first where none is installed for it."""
    from edgekit.translate.opening import open_checked_translator

    def tell(event: Event) -> None:
        if isinstance(event, Note):  # a pivot, a device that failed, a memory that does not open
            output.narrate(event.text)

    try:
        translator = open_checked_translator(source, target, around, report=tell)
    except DirectionError:
        if not bring or around.model is not None:
            raise
        _bring_directions(source, target, around.through)
        translator = open_checked_translator(source, target, around, report=tell)
    with translator:
        yield translator


def bring_model(model: str) -> None:
    """Pull a model that is named by its id and not installed. Raises what `pull` raises."""
    from edgekit.catalogue.names import is_model_id
    from edgekit.store.installed import find_artifact

    if not is_model_id(model):  # a path
        return
    try:
        find_artifact(model)
    except ModelNotFoundError:
        _pull(model)


def _bring_directions(source: str, target: str, through: str | None) -> None:
    """Pull the first model of the catalogue for each direction on the way that none is installed for."""
    from edgekit.store.installed import closest, find_directions
    from edgekit.store.offered import offered_directions

    ends = [source, *([] if through is None else [through]), target]
    offered, installed = offered_directions(), list(find_directions())
    for direction in map(Direction, ends, ends[1:]):
        if closest(direction, installed) is not None:
            continue
        found = closest(direction, list(offered))
        if found is None:
            raise DirectionError(
                f"no model of the catalogue translates `{direction.source}` to `{direction.target}`",
                hint="run `edgekit models ls` to see which directions there are",
            )
        _pull(offered[found])


def _pull(model: str) -> None:
    from edgekit.cli.progress import Renderer
    from edgekit.pipeline.run import line_translator
    from edgekit.store.pull import pull

    with Renderer() as report:
        pull(model, open_lines=line_translator, report=report)
