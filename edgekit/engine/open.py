"""Which engine runs an artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgekit.core.errors import EngineError
from edgekit.core.events import Note, Reporter, silent
from edgekit.engine.base import TranslationEngine
from edgekit.store.installed import Installed

if TYPE_CHECKING:
    from edgekit.engine.devices import DeviceChoice
    from edgekit.engine.encoder import Encoder


def open_engine(
    installed: Installed, *, threads: int | None = None, device: str = "auto", report: Reporter = silent
) -> TranslationEngine:
    """Open the engine that an installed model's receipt asks for.

    device: see `devices.choose_providers`. Raises EngineError, ModelFormatError.
    """
    from edgekit.engine import marian
    from edgekit.engine.devices import choose_providers
    from edgekit.engine.fixed_encoder import encoder_provider

    engine = installed.receipt.engine or {}
    if engine.get("kind") != marian.KIND:
        raise EngineError(
            f"`{installed.receipt.id}` is no translation model of this version of edgekit",
            hint=f"run `edgekit pull --force {installed.receipt.id}`",
        )
    choice = choose_providers(device, decode_loop=True, encoder_for=encoder_provider(engine))
    _tell_of_none(device, choice, report)
    return marian.MarianEngine.open(installed.folder, engine, threads=threads, choice=choice, report=report)


def open_encoder(
    installed: Installed, *, threads: int | None = None, device: str = "auto", report: Reporter = silent
) -> Encoder:
    """Open the encoder that an installed model's receipt asks for; as `open_engine`."""
    from edgekit.engine import encoder
    from edgekit.engine.devices import choose_providers

    engine = installed.receipt.engine or {}
    if engine.get("kind") != encoder.KIND:
        raise EngineError(
            f"`{installed.receipt.id}` is no encoder of this version of edgekit",
            hint=f"run `edgekit pull --force {installed.receipt.id}`",
        )
    choice = choose_providers(device, decode_loop=False)
    _tell_of_none(device, choice, report)
    return encoder.Encoder.open(installed.folder, engine, threads=threads, choice=choice, report=report)


def _tell_of_none(device: str, choice: DeviceChoice, report: Reporter) -> None:
    """Whoever asked for a device and gets the CPU hears why."""
    if device not in ("auto", "cpu") and len(choice.providers) == 1:
        told = [reason for _, reason in choice.reasons[:-1] if not reason.endswith(_NO_NEWS)]
        report(
            Note(f"`{device}` is not what is used, the CPU is: {'; '.join(told) or 'it is not in this onnxruntime'}")
        )


_NO_NEWS = ("not in this onnxruntime", "tried first", "edgekit has no use for it", "`)")
