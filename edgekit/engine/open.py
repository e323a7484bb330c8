"""Which engine runs an artifact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.errors import EngineError, ModelFormatError, UsageError
from edgekit.core.events import Note, Reporter, silent
from edgekit.core.languages import Direction
from edgekit.engine.base import TextEncoder, TranslationEngine
from edgekit.store.installed import Installed, find_artifact

if TYPE_CHECKING:
    from edgekit.engine.devices import DeviceChoice


def open_engine(
    installed: Installed,
    *,
    direction: Direction | None = None,
    threads: int | None = None,
    device: str = "auto",
    report: Reporter = silent,
) -> TranslationEngine:
    """Open the engine that an installed model's receipt asks for.

    direction: for a model that has several.  device: see `devices.choose_providers`.
    Raises EngineError, ModelFormatError, DirectionError.
    """
    from edgekit.engine.devices import choose_providers
    from edgekit.engine.fixed_encoder import encoder_provider
    from edgekit.engine.marian import MarianEngine
    from edgekit.engine.marian_settings import KIND

    engine = installed.receipt.engine or {}
    if engine.get("kind") != KIND:
        raise EngineError(
            f"`{installed.receipt.id}` is no translation model of this version of edgekit",
            hint=f"run `edgekit pull --force {installed.receipt.id}`",
        )
    choice = choose_providers(device, decode_loop=True, encoder_for=encoder_provider(engine))
    _tell_of_none(device, choice, report)
    return MarianEngine.open(
        installed.folder, engine, direction=direction, threads=threads, choice=choice, report=report
    )


def open_encoder(
    model: str, *, threads: int | None = None, device: str = "auto", report: Reporter = silent
) -> TextEncoder:
    """Open an encoder by id, alias or an artifact's folder; `embed` of what comes back gives (n, d) float32.

    threads: how many cores to use; None takes those that are usable.  device: `auto`, `npu`, `gpu` or `cpu`; a GGUF
    runs on the CPU.  report: hears of it when a device fails and the next one takes over.
    Raises UsageError (threads, device, a model that is no encoder), ModelNotFoundError (the hint says what to pull),
    MissingExtraError (a GGUF without llama-cpp-python), ModelFormatError, EngineError. Never opens a socket.
    """
    from edgekit.engine import encoder
    from edgekit.engine.devices import choose_providers

    if threads is not None and threads < 1:
        raise UsageError(f"`threads` is {threads}, not at least 1")
    installed = find_artifact(model)
    receipt = installed.receipt
    if receipt.engine.get("kind") == encoder.KIND:
        choice = choose_providers(device, decode_loop=False)
        _tell_of_none(device, choice, report)
        return encoder.Encoder.open(installed.folder, receipt.engine, threads=threads, choice=choice, report=report)
    if receipt.engine.get("kind") == "gguf" and receipt.task == "embed":
        return _open_gguf(installed, threads)
    raise UsageError(
        f"`{receipt.id}` is no encoder",
        reasons=[f"its task is `{receipt.task}`"],
        hint="run `edgekit models ls` to see what each model is for",
    )


def _open_gguf(installed: Installed, threads: int | None) -> TextEncoder:
    from edgekit.engine.llama.process import LlamaProcess
    from edgekit.engine.text_encoder import LlamaTextEncoder

    name, prefixes = installed.receipt.engine.get("file"), installed.receipt.engine.get("prefixes", {})
    if not isinstance(name, str) or why_unsafe_path(name) is not None or not isinstance(prefixes, Mapping):
        raise ModelFormatError(f"the receipt of `{installed.receipt.id}` does not describe an encoder")
    named = {str(key): text for key, text in prefixes.items() if isinstance(text, str)}
    return LlamaTextEncoder(LlamaProcess(installed.folder / name, threads=threads), named)


def _tell_of_none(device: str, choice: DeviceChoice, report: Reporter) -> None:
    """Whoever asked for a device and gets the CPU hears why."""
    if device not in ("auto", "cpu") and len(choice.providers) == 1:
        told = [reason for _, reason in choice.reasons[:-1] if not reason.endswith(_NO_NEWS)]
        report(
            Note(f"`{device}` is not what is used, the CPU is: {'; '.join(told) or 'it is not in this onnxruntime'}")
        )


_NO_NEWS = ("not in this onnxruntime", "tried first", "edgekit has no use for it", "`)")
