"""`edgekit device`: what this machine is and what a model would run on."""

from __future__ import annotations

import typer

from edgekit.cli import output


def device(
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Say what this machine is, and what a model runs on here and why.

    \b
    Examples:
      edgekit device
      edgekit device --json
    """
    from edgekit.core.units import bytes_in_words
    from edgekit.engine.devices import available_providers, choose_providers
    from edgekit.engine.machine import describe_machine
    from edgekit.engine.runtime import load_onnxruntime

    runtime = load_onnxruntime().__version__
    machine = describe_machine()
    found = available_providers()
    choice = choose_providers(available=found)
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
        output.data(f"  {name:<{width}}  {reason}")
