"""How every engine opens its graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgekit.core.errors import EngineError
from edgekit.core.events import Reporter
from edgekit.engine.devices import QNN, DeviceChoice, FallbackSession, Provider
from edgekit.engine.hardware import plugin_devices, plugin_options, printing_to_stderr
from edgekit.engine.memory import give_back_memory
from edgekit.engine.runtime import load_onnxruntime


def open_session(path: Path, choice: DeviceChoice, *, threads: int, report: Reporter) -> FallbackSession[Any]:
    """The graph at path on the first device of choice that takes it.  threads: of each operator.

    Raises EngineError when no provider opens it.
    """
    session = FallbackSession(lambda providers: new_session(path, providers, threads=threads), choice, report)
    give_back_memory()
    return session


def new_session(path: Path, providers: Sequence[Provider], *, threads: int) -> Any:
    """An onnxruntime session of the graph at path, for the first of providers and for what that leaves over."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Memory goes back between runs: 14 MB less at the end of 1,000 lines, at the same speed.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    # Threads that wait in a loop for the next operator took 4.2 s of processor time for 150 texts one by one, those
    # that sleep 2.3 s, in no more time by the clock; one thread waits for nobody.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Warnings of a graph whose inputs have defaults are of no use to anybody here.
    options.log_severity_level = 3
    name, settings = providers[0]
    # Ignored by an onnxruntime that does not know it.
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    devices = plugin_devices(name)
    if devices:
        options.add_provider_for_devices(devices, {**settings, **plugin_options(name)})
        with printing_to_stderr():
            session = onnxruntime.InferenceSession(str(path), options)
    else:
        session = onnxruntime.InferenceSession(str(path), options, providers=list(providers))
    return session


def can_compile() -> bool:
    """Whether a provider that makes context binaries is here."""
    return bool(plugin_devices(QNN)) and hasattr(load_onnxruntime(), "ModelCompiler")


def compile_graph(graph: Path, out: Path, provider: str, settings: Mapping[str, str]) -> None:
    """Compile a graph for a plugin's provider into one file with the binary inside. Raises EngineError."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_provider_for_devices(plugin_devices(provider), {**settings, **plugin_options(provider)})
    try:
        with printing_to_stderr():
            compiler = onnxruntime.ModelCompiler(options, str(graph), embed_compiled_data_into_model=True)
            compiler.compile_to_file(str(out))
    except Exception as problem:
        lines = str(problem).strip().splitlines() or [type(problem).__name__]
        raise EngineError(f"`{graph.name}` cannot be compiled for {provider}", reasons=[lines[0][:200]]) from problem
    if not out.is_file():
        raise EngineError(f"{provider} compiles nothing of `{graph.name}`")
