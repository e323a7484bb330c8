"""The extra `gguf`: whether llama-cpp-python is installed, and what installs it here; loads nothing."""

from __future__ import annotations

import importlib.util
import shutil
import sys

from edgekit.core.errors import MissingExtraError

INSTALL = "pip install 'edgekit[gguf]'"
# Of what its build needs, pip brings cmake and ninja itself; a C++ compiler it cannot.
_COMPILERS = ("c++", "g++", "clang++", "cl")
_PACKAGES = {
    "apt-get": "sudo apt-get install build-essential cmake",
    "dnf": "sudo dnf install gcc-c++ cmake",
    "pacman": "sudo pacman -S base-devel cmake",
    "apk": "sudo apk add build-base cmake linux-headers",
    "zypper": "sudo zypper install gcc-c++ cmake",
    "winget": "winget install Microsoft.VisualStudio.2022.BuildTools",
}


def has_llama() -> bool:
    """Whether llama-cpp-python is installed."""
    return importlib.util.find_spec("llama_cpp") is not None


def require_llama(what: str = "GGUF models need") -> None:
    """Raise MissingExtraError, whose hint installs it, where llama-cpp-python is not installed.

    what: the beginning of the message, with its verb.
    """
    if not has_llama():
        raise missing_llama(what)


def missing_llama(what: str) -> MissingExtraError:
    """The error of `require_llama`."""
    return MissingExtraError(f"{what} llama-cpp-python", reasons=_obstacles(), hint=f"run `{_commands()}`")


def _obstacles() -> list[str]:
    if _has_compiler():
        return []
    return ["PyPI has its source alone, which is compiled on the way, and this machine has no C++ compiler"]


def _commands() -> str:
    if _has_compiler():
        return INSTALL
    if sys.platform == "darwin":
        return f"xcode-select --install; {INSTALL}"
    found = next((line for name, line in _PACKAGES.items() if shutil.which(name)), _PACKAGES["apt-get"])
    return f"{found} && {INSTALL}"


def _has_compiler() -> bool:
    return any(shutil.which(name) for name in _COMPILERS)
