"""`edgekit device`: what this machine is and what a model would run on; `edgekit device check` tries it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.cli.options import ProgressMode
from edgekit.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgekit.engine.device_check import ProviderCheck

CHECK_SCHEMA = "edgekit.device-check/1"

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@group.callback()
def device(
    context: typer.Context,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Say what this machine is, and what a model runs on here and why.

    \b
    Examples:
      edgekit device
      edgekit device --json
      edgekit device check firefox-en-pt
    """
    if context.invoked_subcommand is not None:
        return
    from edgekit.core.units import bytes_in_words
    from edgekit.pipeline.device import describe_device

    here = describe_device()
    machine, found, choice = here.machine, here.found, here.choice
    runtime, devices = here.runtime, here.devices
    if as_json:
        output.json_object(
            {
                "schema": "edgekit.device/1",
                "processor": machine.processor,
                "architecture": machine.architecture,
                "cores": machine.cores,
                "instructions": None if machine.instructions is None else list(machine.instructions),
                "memory_bytes": machine.memory_bytes,
                "available_bytes": machine.available_bytes,
                "onnxruntime": runtime,
                "found": found,
                "devices": devices,
                "chosen": [name for name, _ in choice.providers],
                "reasons": dict(choice.reasons),
            }
        )
        return
    memory = "unknown" if machine.memory_bytes is None else bytes_in_words(machine.memory_bytes)
    if machine.available_bytes is not None:
        memory += f", {bytes_in_words(machine.available_bytes)} available"
    instructions = "unknown" if machine.instructions is None else ", ".join(machine.instructions)
    for name, value in (
        ("processor", f"{machine.processor} ({machine.architecture})"),
        ("cores", str(machine.cores)),
        ("instructions", instructions),
        ("memory", memory),
        ("onnxruntime", f"{runtime}, with {', '.join(found)}"),
        ("chosen", ", then ".join(name for name, _ in choice.providers)),
    ):
        output.data(f"{name:<13}{value}")
    output.data("\nwhy")
    width = max(len(name) for name, _ in choice.reasons)
    for name, reason in choice.reasons:
        there = f" (it finds {', '.join(devices[name])})" if name in devices else ""
        output.data(f"  {name:<{width}}  {reason}{there}")


@group.command()
def check(
    artifact: Annotated[str, typer.Argument(metavar="MODEL|ARTIFACT", help="An installed model or an artifact.")],
    text: Annotated[
        Path | None, typer.Option("--text", metavar="FILE", help="Lines to run; made up of the vocabulary by default.")
    ] = None,
    lines: Annotated[int, typer.Option("--lines", min=1, metavar="N", help="Run the first N lines.")] = 50,
    threads: Annotated[int, typer.Option("--threads", min=1, metavar="N", help="How many cores to use.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, with every node.")] = False,
    progress: ProgressMode = "auto",
) -> None:
    """Run a model on every provider that is here: where its nodes ran, how far it drifts from the CPU, how fast it is.

    \b
    Examples:
      edgekit device check out/firefox-en-pt-openvino
      edgekit device check firefox-en-pt --text lesson.txt --json
    """
    from edgekit.cli.progress import Renderer
    from edgekit.cli.text_io import open_file
    from edgekit.engine.device_check import check_providers
    from edgekit.store.installed import find_artifact

    installed = find_artifact(artifact)
    given: list[str] = []
    if text is not None:
        with open_file(text) as read:
            for window in read.reader.windows():
                given += [line.text for line in window if line.text.strip()]
                if len(given) >= lines:
                    break
        if not given:
            raise InputError(f"`{text}` has no line of text", hint="leave `--text` out: lines are made up then")
        given = given[:lines]
    with Renderer(mode=progress) as report:
        found = check_providers(installed, given, most=lines, threads=threads, report=report)
    if as_json:
        output.json_object(
            {
                "schema": CHECK_SCHEMA,
                "id": installed.receipt.id,
                "lines": len(given) or None,
                "checks": [_as_json(one) for one in found],
            }
        )
        return
    for row in _table(found):
        output.data(row)
    if len(found) == 1:
        output.narrate("this onnxruntime has no other provider: see `edgekit device`")


def _as_json(one: ProviderCheck) -> dict[str, Any]:
    return {
        "device": one.device,
        "provider": one.provider,
        "ran": one.ran,
        "fell_back": one.fell_back,
        "why": one.why,
        "share": one.share(),
        "nodes": {provider: dict(operators) for provider, operators in one.nodes.items()},
        "step_ran": one.step_ran,
        "step_nodes": {provider: dict(operators) for provider, operators in one.step_nodes.items()},
        "same": one.same,
        "chrf": one.chrf,
        "cosine": one.cosine,
        "max_error": one.max_error,
        "error": one.error,
        "open_seconds": one.open_seconds,
        "seconds": one.seconds,
    }


def _table(found: Sequence[ProviderCheck]) -> list[str]:
    rows = [("device", "nodes", "speed", "same", "chrF", "cosine", "max error", "rms error")]
    base = found[0].seconds or 1.0
    for one in found:
        if one.ran is None:
            continue
        share, speed = one.share(), (base / one.seconds if one.seconds else None)
        cells = (
            "" if share is None else f"{share:.0%}",
            "" if speed is None else f"{speed:.2f}x",
            "" if one.same is None else str(one.same),
            "" if one.chrf is None else f"{one.chrf:.2f}",
            "" if one.cosine is None else f"{one.cosine:.4f}",
            "" if one.max_error is None else f"{one.max_error:.3g}",
            "" if one.error is None else f"{one.error:.2%}",
        )
        rows.append((one.device, *cells))
    used = [at for at in range(len(rows[0])) if any(row[at] for row in rows[1:])]
    widths = {at: max(len(row[at]) for row in rows) for at in used}
    lines = [
        "  ".join(f"{row[at]:<{widths[at]}}" if at == 0 else f"{row[at]:>{widths[at]}}" for at in used) for row in rows
    ]
    for one in found:
        lines += [
            f"{one.device}: {provider} runs {', '.join(f'{count} {name}' for name, count in sorted(operators.items()))}"
            + of_what
            for nodes, of_what in ((one.nodes, ""), (one.step_nodes, " of the decoder step"))
            for provider, operators in nodes.items()
            if one.ran is not None and one.device != "cpu"
        ]
        if one.why is not None:
            told = "NOT USED" if one.ran is None else "FELL BACK" if one.fell_back else "note"
            lines.append(f"{one.device}: {told}: {one.why}")
    return lines
