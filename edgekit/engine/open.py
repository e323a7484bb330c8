"""Which engine runs an artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgekit.core.errors import EngineError
from edgekit.core.events import Reporter, silent
from edgekit.core.languages import Direction
from edgekit.engine.base import TranslationEngine
from edgekit.store.installed import Installed

if TYPE_CHECKING:
    from edgekit.engine.encoder import Encoder


def open_engine(
    installed: Installed,
    *,
    direction: Direction | None = None,
    threads: int | None = None,
    device: str = "auto",
    report: Reporter = silent,
) -> TranslationEngine:
    """Open the engine that an installed model's receipt asks for.

    direction: for a model that has several.  device: `auto`, `npu`, `gpu` or `cpu`.
    Raises EngineError, ModelFormatError, DirectionError.
    """
    from edgekit.engine import marian
    from edgekit.engine.devices import choose_providers

    engine = installed.receipt.engine or {}
    if engine.get("kind") != marian.KIND:
        raise EngineError(
            f"`{installed.receipt.id}` is no translation model of this version of edgekit",
            hint=f"run `edgekit pull --force {installed.receipt.id}`",
        )
    choice = choose_providers(device, decode_loop=True)
    return marian.MarianEngine.open(
        installed.folder, engine, direction=direction, threads=threads, choice=choice, report=report
    )


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
    return encoder.Encoder.open(installed.folder, engine, threads=threads, choice=choice, report=report)
