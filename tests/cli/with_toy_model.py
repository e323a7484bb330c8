"""`edgekit` with the toy engine in the place of an installed model: `python with_toy_model.py ARGUMENTS`.

EDGEKIT_TOY holds the installed directions (`en-pt pt-en`). EDGEKIT_TOY_SECONDS is spent on every sentence,
EDGEKIT_TOY_FAULT makes the engine fail, EDGEKIT_TOY_FILE_BYTES is how large a file may grow, EDGEKIT_TOY_ENDLESS the
index of a sentence that comes to no end. With EDGEKIT_TOY_CHECKS translations are checked. EDGEKIT_TOY_QUIET is for how
many seconds nothing is said of the progress.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from translate.toy_engine import ToyEngine

import edgekit.cli.documents
import edgekit.cli.translate_lines
import edgekit.engine.open
import edgekit.store.installed
import edgekit.translate.checked
from edgekit.catalogue.entries import Languages
from edgekit.cli.start import main
from edgekit.core.errors import DirectionError
from edgekit.core.languages import Direction

if "EDGEKIT_TOY_FILE_BYTES" in os.environ:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # write fails with EFBIG instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["EDGEKIT_TOY_FILE_BYTES"]),) * 2)
INSTALLED = [Direction(*pair.split("-")) for pair in os.environ.get("EDGEKIT_TOY", "en-pt").split()]
PAUSE = float(os.environ.get("EDGEKIT_TOY_SECONDS", "0"))


class SlowToy(ToyEngine):
    def decode(self, sources, *, scores=False, alignment=False):
        for result in super().decode(sources, scores=scores, alignment=alignment):
            time.sleep(PAUSE)
            if os.environ.get("EDGEKIT_TOY_ENDLESS") == str(result[0]):
                result = result[0], dataclasses.replace(result[1], complete=False)
            yield result
            if "EDGEKIT_TOY_FAULT" in os.environ:
                raise ZeroDivisionError("a fault\nin two lines")


def find_direction(source, target):
    if Direction(source, target) not in INSTALLED:
        raise DirectionError(f"no installed model translates `{source}` to `{target}`", hint="run `edgekit pull toy`")
    receipt = SimpleNamespace(id="toy", masks=(), files=(), languages=Languages((source,), (target,)))
    return SimpleNamespace(receipt=receipt, folder=Path())


edgekit.store.installed.find_direction = find_direction
edgekit.store.installed.find_directions = lambda: {one: find_direction(one.source, one.target) for one in INSTALLED}
edgekit.engine.open.open_engine = lambda _, **__: SlowToy()
if "EDGEKIT_TOY_QUIET" in os.environ:
    seconds = float(os.environ["EDGEKIT_TOY_QUIET"])
    edgekit.cli.documents._QUIET_SECONDS = edgekit.cli.translate_lines._QUIET_SECONDS = seconds
if "EDGEKIT_TOY_CHECKS" not in os.environ:
    # The toy answers in capitals, which is the first thing that they find.
    edgekit.translate.checked.check = lambda *_, **__: []
main()
