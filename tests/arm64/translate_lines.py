"""Translate the lines of a file with a built model, on one thread: `translate_lines.py FOLDER ENGINE.json LINES`.

Prints one JSON object: the machine, and the texts. Runs on both sides of the comparison.
"""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from edgekit.core.events import silent
from edgekit.engine.devices import choose_providers
from edgekit.engine.marian import MarianEngine


def main() -> None:
    """See above."""
    folder, engine, lines = map(Path, sys.argv[1:])
    model = MarianEngine.open(
        folder,
        json.loads(engine.read_text("utf-8")),
        threads=1,
        choice=choose_providers("cpu", decode_loop=True),
        report=silent,
    )
    sources = model.source_tokenizer.encode(lines.read_text("utf-8").splitlines())
    found = dict(model.decode(sources))
    texts = model.target_tokenizer.decode([found[at].token_ids for at in range(len(sources))])
    sys.stdout.write(json.dumps({"machine": platform.machine(), "texts": texts}) + "\n")


if __name__ == "__main__":
    main()
