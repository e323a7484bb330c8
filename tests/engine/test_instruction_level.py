"""The processor's level decides how int8 products round, so a session names it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edgekit.engine import instruction_level, machine
from edgekit.engine.instruction_level import instructions_in, level_here, level_of
from edgekit.engine.machine import Machine, describe_machine


@pytest.mark.parametrize(
    ("flags", "level"),
    [
        ("flags: fpu sse4_1 avx f16c avx2 fma", "avx2"),
        ("flags: fpu sse4_1 avx f16c avx2 fma avx_vnni", "avx_vnni"),
        ("flags: sse4_1 avx avx2 fma avx512f avx512bw", "avx512"),
        ("flags: sse4_1 avx avx2 fma avx512f avx512bw avx512_vnni", "avx512_vnni"),
        ("flags: sse4_1 avx avx2 fma avx512f avx512bw avx_vnni avx512_vnni amx_int8", "amx"),
        ("flags: fpu sse4_1 avx f16c", "avx"),
        ("flags: fpu sse4_1", "sse4.1"),
        ("Features: fp asimd", "neon"),
        ("Features: fp asimd asimdhp asimddp", "dotprod"),
        ("Features: fp asimd asimdhp asimddp i8mm bf16 sve", "i8mm"),
        ("flags: fpu", "unknown"),
        ("", "unknown"),
    ],
)
def test_flags_are_reduced_to_the_level_of_the_kernels(tmp_path: Path, flags: str, level: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor: 0\n{flags}\n", "utf-8")
    assert level_of(describe_machine(tmp_path).instructions or ()) == level


INTEL = """hw.optional.avx2_0: 1
machdep.cpu.features: FPU SSE4.1 AVX1.0 FMA
machdep.cpu.leaf7_features: RDWRFSGS AVX2 AVX512F AVX512DQ AVX512BW AVX512VL AVX512VNNI
"""
APPLE = "hw.optional.neon: 1\nhw.optional.arm.FEAT_DotProd: 1\nhw.optional.arm.FEAT_I8MM: {i8mm}\nbroken\n"


@pytest.mark.parametrize(
    ("told", "level"),
    [
        (INTEL, "avx512_vnni"),
        (INTEL.replace("AVX512VNNI", ""), "avx512"),
        (APPLE.format(i8mm=1), "i8mm"),
        (APPLE.format(i8mm=0), "dotprod"),
        ("", "unknown"),
    ],
)
def test_macos_is_asked_by_sysctl(monkeypatch: pytest.MonkeyPatch, told: str, level: str) -> None:
    assert level_of(set(instructions_in(told))) == level
    nothing = Machine("m", "arm64", 1, None, None, None)
    monkeypatch.setattr(machine, "describe_machine", lambda: nothing)
    monkeypatch.setattr(instruction_level, "_sysctl", lambda: told)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert level_here() == level
    monkeypatch.setattr(sys, "platform", "win32")
    assert level_here() == "unknown"


def test_a_machine_without_sysctl_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(instruction_level, "_SYSCTL", (str(tmp_path / "none"),))
    assert instruction_level._sysctl() == ""
