"""The interface of a one-file ONNX translation model, read from its graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from edgekit.core.errors import ModelFormatError
from edgekit.engine.language_tokens import Marks
from edgekit.engine.marian_settings import MOST_TOKENS, Settings
from edgekit.engine.refill import Ports

# Steps of a call of a model with caches; an exporter writes 4.
MOST_CALL = 64
_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}


def read_ports(session: Any, settings: Settings, marks: Marks) -> Ports:
    """The graph's interface, from its own inputs and outputs. Raises ModelFormatError for another graph."""
    # Inputs with a default count as initializers there.
    inputs = {port.name: port for port in [*session.get_inputs(), *session.get_overridable_initializers()]}
    names = [port.name for port in session.get_outputs()]
    state = tuple(name.removeprefix("next_") for name in names if name.startswith("next_"))
    memory = tuple(name.removeprefix("new_") for name in names if name.startswith("new_"))
    added = {port.name.removeprefix("added_"): port for port in session.get_outputs() if port.name.startswith("added_")}
    caches = tuple(added)
    candidates = "candidates" in inputs
    needed = {"steps", "fewest", "details", "source_ids", "position", "alive", "keys_0"}
    needed |= {"head_bias"} if candidates else {"token", "forced", "prompted"}
    missing = sorted({*needed, *state, *memory, *caches} - inputs.keys())
    unknown = [name for name in (*state, *memory) if name in inputs and not _is_known(inputs[name])]
    calls = {port.shape[2] if len(port.shape) == 4 else None for port in added.values()}
    call: Any = calls.pop() if len(calls) == 1 else 1
    unknown += [
        name
        for name in caches
        if name in inputs
        and not (
            _is_known(inputs[name])
            and inputs[name].shape[2:3] == ["P"]
            and isinstance(call, int)
            and 0 < call <= MOST_CALL
            and added[name].shape == [*inputs[name].shape[:2], call, *inputs[name].shape[3:]]
        )
    ]
    lacking = sorted({"tokens", "log_probabilities", "alignment"} - set(names))
    lacking += sorted({"next_position", "next_alive", "new_keys_0"} - set(names))
    lacking += ["new_head_bias"] if candidates and "new_head_bias" not in names else []
    if any("P" in inputs[name].shape for name in state if name in inputs):
        raise ModelFormatError(
            "the graph is one of an older version, which carried its caches through every step",
            hint="convert the checkpoint again with `edgekit export`",
        )
    if missing or unknown or lacking:
        reasons = [f"it has no input `{name}`" for name in missing]
        reasons += [f"it has no output `{name}`" for name in lacking]
        reasons += [f"`{name}` is of an unexpected type or shape" for name in unknown]
        raise ModelFormatError("the graph is not a translation model", reasons=reasons)
    dtypes = {name: np.dtype(_DTYPES[inputs[name].type]) for name in (*state, *memory, *caches)}
    never = float(-(2**30)) if candidates and dtypes["head_bias"].kind == "i" else -1e9
    return Ports(
        state=state,
        memory=memory,
        shapes={name: tuple(inputs[name].shape) for name in (*state, *memory, *caches)},
        dtypes=dtypes,
        end=settings.end,
        padding=settings.unknown,
        never=never,
        candidates=candidates,
        initial={"alive": 1, **marks.initial},
        caches=caches,
        call=call,
    )


def _is_known(port: Any) -> bool:
    """Whether arrays of this type and shape can be made; the first dimension is that of the rows, the last of a key
    that of the source tokens, where padding is masked.
    """
    return (
        port.type in _DTYPES
        and port.shape[:1] == ["B"]
        and (not port.name.startswith("keys") or (len(port.shape) == 4 and port.shape[3] == "S"))
        and all(
            size in ("B", "S", "C", "P") or (isinstance(size, int) and 0 < size <= MOST_TOKENS) for size in port.shape
        )
    )
