"""Which kernels the processor gets, as a level: those of another level round int8 and float32 products otherwise."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator

UNKNOWN = "unknown"
# onnxruntime takes the first of these that the processor has all of (`MLAS_PLATFORM`, core/mlas/lib/platform.cpp):
# Intel and AMD, then Arm, by the names of `machine.py`.
_LEVELS = (
    ("amx", {"AMX-INT8", "AVX512BW"}),
    ("avx512_vnni", {"AVX512-VNNI", "AVX512BW"}),
    ("avx512", {"AVX512F", "AVX512BW"}),
    ("avx_vnni", {"AVX-VNNI", "AVX2"}),
    ("avx2", {"AVX2", "FMA"}),
    ("avx", {"AVX"}),
    ("sse4.1", {"SSE4.1"}),
    ("i8mm", {"NEON i8mm"}),
    ("dotprod", {"NEON dotprod"}),
    ("neon", {"NEON"}),
)
# What `sysctl` on macOS calls them: words of `machdep.cpu` on Intel, switches of `hw.optional` on Arm.
_WORDS = {
    "SSE4.1": "SSE4.1",
    "AVX1.0": "AVX",
    "FMA": "FMA",
    "AVX2": "AVX2",
    "AVX512F": "AVX512F",
    "AVX512BW": "AVX512BW",
    "AVX512VNNI": "AVX512-VNNI",
}
_SWITCHES = {
    "hw.optional.neon": "NEON",
    "hw.optional.AdvSIMD": "NEON",
    "hw.optional.arm.FEAT_DotProd": "NEON dotprod",
    "hw.optional.arm.FEAT_I8MM": "NEON i8mm",
}
_SYSCTL = ("/usr/sbin/sysctl", "hw.optional", "machdep.cpu")
_SECONDS = 5


def level_here() -> str:
    """The level of this machine, `unknown` where nothing says what its processor has."""
    from edgekit.engine.machine import describe_machine

    found: Collection[str] | None = describe_machine().instructions
    if found is None and sys.platform == "darwin":
        found = set(instructions_in(_sysctl()))
    return level_of(found or ())


def level_of(instructions: Collection[str]) -> str:
    """The level of a processor with these instruction sets, by the names of `Machine.instructions`."""
    return next((name for name, needs in _LEVELS if needs <= {*instructions}), UNKNOWN)


def instructions_in(told: str) -> Iterator[str]:
    """The instruction sets that the lines of `sysctl hw.optional machdep.cpu` name."""
    for line in told.splitlines():
        name, _, value = line.partition(":")
        if name in _SWITCHES and value.strip() == "1":
            yield _SWITCHES[name]
        elif name in ("machdep.cpu.features", "machdep.cpu.leaf7_features"):
            yield from (_WORDS[word] for word in value.split() if word in _WORDS)


def _sysctl() -> str:
    import subprocess

    try:
        done = subprocess.run(_SYSCTL, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
