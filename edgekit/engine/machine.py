"""What this machine is: processor, cores, memory, instruction sets."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.cores import usable_cores


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine is; None where it cannot be found out.

    cores: usable by this process.  memory_bytes: physical.  available_bytes: free or reclaimable now.
    instructions: those that int8 and float32 matrix products use, of those that the processor has.
    """

    processor: str
    architecture: str
    cores: int
    memory_bytes: int | None
    available_bytes: int | None
    instructions: tuple[str, ...] | None


# /proc/cpuinfo flag -> the name that people know; x86 (`flags`) and aarch64 (`Features`).
_INSTRUCTIONS = {
    "sse4_1": "SSE4.1",
    "avx": "AVX",
    "avx2": "AVX2",
    "fma": "FMA",
    "f16c": "F16C",
    "avx_vnni": "AVX-VNNI",
    "avx512f": "AVX512F",
    "avx512bw": "AVX512BW",
    "avx512_vnni": "AVX512-VNNI",
    "avx512_bf16": "AVX512-BF16",
    "amx_int8": "AMX-INT8",
    "asimd": "NEON",
    "asimdhp": "NEON FP16",
    "asimddp": "NEON dotprod",
    "i8mm": "NEON i8mm",
    "bf16": "NEON BF16",
    "sve": "SVE",
}


def describe_machine(proc: Path = Path("/proc")) -> Machine:
    """Processor, cores, memory and instruction sets, from `/proc` where there is one."""
    cpuinfo = _read(proc / "cpuinfo")
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    memory: dict[str, int] = {}
    for line in _read(proc / "meminfo").splitlines():
        key, _, value = line.partition(":")
        number = value.split()[:1]
        if number and number[0].isdigit():
            memory[key] = 1024 * int(number[0])
    return Machine(
        processor=fields.get("model name") or fields.get("Model") or platform.processor() or "unknown",
        architecture=platform.machine(),
        cores=usable_cores(),
        memory_bytes=memory.get("MemTotal") or _physical_memory(),
        available_bytes=memory.get("MemAvailable"),
        instructions=tuple(name for flag, name in _INSTRUCTIONS.items() if flag in flags) if flags else None,
    )


def _physical_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
