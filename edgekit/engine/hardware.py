"""What the providers find on this machine; asked of them, because onnxruntime's own list names only what was built."""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edgekit.engine.runtime import load_onnxruntime

# Providers that come as packages of their own since onnxruntime 1.23: name -> package.
_PLUGINS = {"QNNExecutionProvider": "onnxruntime_qnn"}


@functools.cache
def register_plugins() -> frozenset[str]:
    """Make onnxruntime know the plugins that are installed; gives their providers' names. Only the first call works."""
    onnxruntime = load_onnxruntime()
    register = getattr(onnxruntime, "register_execution_provider_library", None)
    registered = set()
    for provider, package in _PLUGINS.items():
        if register is None or importlib.util.find_spec(package) is None:
            continue
        try:
            register(provider, importlib.import_module(package).get_library_path())
        except Exception:  # noqa: BLE001, S112  a plugin for another machine or onnxruntime: as if it were not there
            continue
        registered.add(provider)
    return frozenset(registered)


def plugin_devices(provider: str) -> Sequence[Any]:
    """onnxruntime's device objects of a plugin; none where the provider is no plugin."""
    if provider not in register_plugins():
        return []
    return [one for one in load_onnxruntime().get_ep_devices() if one.ep_name == provider]


def plugin_options(provider: str) -> Mapping[str, str]:
    """Options that the plugin's package knows and edgekit does not: where its libraries lie."""
    package = importlib.import_module(_PLUGINS[provider])
    return {"backend_path": package.get_qnn_htp_path()}


@contextlib.contextmanager
def printing_to_stderr() -> Iterator[None]:
    """What a library prints goes to stderr: Qualcomm's simulation greets on stdout, which is for data."""
    with _STDOUT:
        sys.stdout.flush()
        kept = os.dup(1)
        try:
            os.dup2(2, 1)
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


_STDOUT = threading.Lock()


def devices_of(provider: str) -> Sequence[str] | None:
    """`NPU`, `GPU`, `CPU`: what a provider finds here; None where it cannot be asked."""
    if provider == "OpenVINOExecutionProvider":
        ask = getattr(
            importlib.import_module("onnxruntime.capi._pybind_state"), "get_available_openvino_device_ids", None
        )
        return None if ask is None else [str(one).partition(".")[0] for one in ask()]
    devices = plugin_devices(provider)
    return [one.device.type.name for one in devices] if devices else None


def nodes_by_provider(session: Any) -> dict[str, dict[str, int]]:
    """Provider -> operator -> number of nodes, as onnxruntime says it assigned them; empty where it cannot say.

    What a session lists as its providers are those that it has, whether they were given a node or not.
    """
    own = getattr(session, "nodes_by_provider", None)
    if own is not None:
        return dict(own())
    ask = getattr(session, "get_provider_graph_assignment_info", None)
    counts: dict[str, Counter[str]] = {}
    try:
        for part in ask() if ask is not None else ():
            counts.setdefault(part.ep_name, Counter()).update(node.op_type for node in part.get_nodes())
    except Exception:  # noqa: BLE001  it raises where the session was not told to record, and in builds without it
        return {}
    return {provider: dict(operators) for provider, operators in counts.items()}


def share_of_nodes(nodes: Mapping[str, Mapping[str, int]], provider: str) -> float | None:
    """The share of a graph's nodes that a provider was given, 0 to 1; None where nobody says.

    Of a compiled graph nobody does: it is one node, whatever is in it.
    """
    mine = nodes.get(provider, {})
    total = sum(sum(operators.values()) for operators in nodes.values())
    return None if not total or "EPContext" in mine else sum(mine.values()) / total
