"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# The instruction sets that decide how fast int8 products are, by the names that Linux gives them.
_INSTRUCTIONS = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "AVX512-VNNI",
    "avx_vnni": "AVX-VNNI",
    "amx_int8": "AMX-INT8",
    "asimddp": "Arm dot product",
    "i8mm": "Arm int8 matrix product",
    "sve": "SVE",
}


def instruction_sets(cpuinfo: str) -> list[str]:
    """Those of the list above that a `/proc/cpuinfo` names."""
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            known = set(value.split())
            return [title for flag, title in _INSTRUCTIONS.items() if flag in known]
    return []


def model_name(cpuinfo: str) -> str | None:
    """The processor's name in a `/proc/cpuinfo`."""
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return None


def usable_cores() -> list[int]:
    """Numbers of the cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return sorted(affinity(0)) if affinity is not None else list(range(os.cpu_count() or 1))


def can_pin() -> bool:
    """Whether a process can be bound to a core here."""
    return hasattr(os, "sched_setaffinity")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def describe() -> dict[str, str]:
    """Name -> value, for the report."""
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        cpuinfo = ""
    described = {
        "processor": model_name(cpuinfo) or platform.processor() or platform.machine(),
        "instruction sets": ", ".join(instruction_sets(cpuinfo)) or "unknown",
        "usable cores": str(len(usable_cores())),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    for package in ("edgekit", "onnxruntime", "numpy", "sacrebleu"):
        described[package] = _version(package)
    if hasattr(os, "getloadavg"):
        described["load average before"] = f"{os.getloadavg()[0]:.2f}"
    return described
