"""llama-cpp-python for aarch64, of the version that is installed here: PyPI has its source alone.

The compiler is Debian's, taken as the userland is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from importlib import metadata
from pathlib import Path

import pytest
from arm64.userland import packages, wheels

from edgekit.core.cores import usable_cores

# What each of `userland.CPUS` has that llama.cpp uses: the Pi 5 products of bytes, and arithmetic of float16.
_ARCHITECTURES = {"cortex-a76": "armv8.2-a+dotprod+fp16", "cortex-a72": "armv8-a"}
# What the package imports; numpy is the userland's.
_IMPORTED = ("diskcache", "jinja2", "markupsafe", "typing_extensions")
_SETTINGS = {
    "CMAKE_BUILD_TYPE": "Release",
    "BUILD_SHARED_LIBS": "ON",
    "GGML_NATIVE": "OFF",
    # Half of the compilation, and nothing that the bindings of a language model load.
    **{f"LLAMA_BUILD_{part}": "OFF" for part in ("COMMON", "TESTS", "TOOLS", "EXAMPLES", "SERVER")},
    "CMAKE_INSTALL_RPATH": "$ORIGIN",
    "CMAKE_BUILD_WITH_INSTALL_RPATH": "ON",
}


def llama_for(cpu: str, folder: Path) -> list[Path]:
    """What goes on the path of one of `userland.CPUS`; built, in minutes, where folder has not got it yet.

    Skips the test where that cannot be.
    """
    folder = folder.resolve() / metadata.version("llama-cpp-python")
    if not (folder / "imported").is_dir():
        _build(folder)
    return [folder / cpu, folder / "imported"]


def _build(folder: Path) -> None:
    if any(shutil.which(tool) is None for tool in ("cmake", "make")):
        pytest.skip("llama.cpp is compiled with cmake and make, which are not here")
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = _source(work)
    _toolchain(work)
    for cpu, architecture in _ARCHITECTURES.items():
        # In one build folder: only the arithmetic is compiled again.
        settings = {**_SETTINGS, "CMAKE_TOOLCHAIN_FILE": str(work / "aarch64.cmake"), "GGML_CPU_ARM_ARCH": architecture}
        build = [f"-D{name}={value}" for name, value in settings.items()]
        _run("cmake", "-S", str(source / "vendor" / "llama.cpp"), "-B", str(work / "build"), *build)
        _run("cmake", "--build", str(work / "build"), "--target", "llama", "--parallel", str(usable_cores()))
        package = folder / cpu / "llama_cpp"
        shutil.copytree(source / "llama_cpp", package, dirs_exist_ok=True)
        shutil.copytree(work / "build" / "bin", package / "lib", symlinks=True, dirs_exist_ok=True)
    wheels(work / "imported", _IMPORTED, needs=False)
    (work / "imported").rename(folder / "imported")
    shutil.rmtree(work)


def _source(work: Path) -> Path:
    download = ["-m", "pip", "download", "-q", "--no-deps", "--no-binary=llama-cpp-python", "-d", str(work)]
    try:
        _run(sys.executable, *download, f"llama-cpp-python=={work.parent.name}")
    except subprocess.CalledProcessError as problem:
        pytest.skip(f"the source of llama.cpp cannot be had here: {problem.stderr[-300:]}")
    (packed,) = work.glob("llama_cpp_python-*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(work, filter="data")
    (source,) = work.glob("llama_cpp_python-*/")
    return source


def _toolchain(work: Path) -> None:
    packages(work, "amd64", ["g++-12-aarch64-linux-gnu"], work / "cross")
    tools = work / "cross" / "usr"
    lines = ["set(CMAKE_SYSTEM_NAME Linux)", "set(CMAKE_SYSTEM_PROCESSOR aarch64)"]
    for language, name in (("C", "gcc"), ("CXX", "g++")):
        compiler = work / name
        compiler.write_text(
            f"#!/bin/sh\nLD_LIBRARY_PATH={tools}/lib/x86_64-linux-gnu "
            f'exec {tools}/bin/aarch64-linux-gnu-{name}-12 --sysroot={work / "cross"} "$@"\n'
        )
        compiler.chmod(0o755)
        lines.append(f"set(CMAKE_{language}_COMPILER {compiler})")
    lines += [f"set(CMAKE_{tool} {tools}/bin/aarch64-linux-gnu-{tool.lower()})" for tool in ("AR", "RANLIB", "STRIP")]
    (work / "aarch64.cmake").write_text("\n".join(lines) + "\n")


def _run(*command: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("CFLAGS", "CXXFLAGS", "LDFLAGS")}
    subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3000, check=True)
