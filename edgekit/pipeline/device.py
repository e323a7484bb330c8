"""What this machine is, and what a model runs on here and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgekit.engine.devices import DeviceChoice, available_providers, choose_providers
from edgekit.engine.hardware import devices_of
from edgekit.engine.machine import Machine, describe_machine
from edgekit.engine.runtime import load_onnxruntime


@dataclass(frozen=True, slots=True)
class Device:
    """runtime: onnxruntime's version.  found: its providers here.  devices: provider -> what it finds here."""

    machine: Machine
    runtime: str
    found: Sequence[str]
    devices: Mapping[str, Sequence[str]]
    choice: DeviceChoice


def describe_device() -> Device:
    """Look at this machine; loads onnxruntime. Raises MissingExtraError, EngineError where that is not sound."""
    found = available_providers()
    return Device(
        describe_machine(),
        load_onnxruntime().__version__,
        found,
        {name: list(there) for name in found if (there := devices_of(name)) is not None},
        choose_providers(available=found),
    )
