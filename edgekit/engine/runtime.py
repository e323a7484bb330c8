"""onnxruntime without its telemetry."""

from __future__ import annotations

import os
from typing import Any


def load_onnxruntime() -> Any:
    """The module; nothing of edgekit imports it in another way.

    The official builds of 1.32 report to their maker: they write a device id below `~/.cache/Microsoft` and look the
    maker's server up ten seconds after they were loaded. Only this variable, set before that, prevents both (its own
    `Privacy.md`). Where somebody else has loaded it already, what can still be switched off is.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # type: ignore[import-untyped]

    onnxruntime.disable_telemetry_events()
    return onnxruntime
