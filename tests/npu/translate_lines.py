"""Translate lines on a provider: `translate_lines.py FOLDER PROVIDERS.json LINES N`; prints one JSON object.

PROVIDERS.json: a list of [name, options], tried in this order before the CPU, whether or not edgekit would choose them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from edgekit.core.events import silent
from edgekit.engine.devices import CPU, DeviceChoice
from edgekit.engine.hardware import nodes_by_provider
from edgekit.engine.marian import MarianEngine
from edgekit.store.receipt import read_receipt


def main() -> None:
    """See above."""
    folder, providers, lines = map(Path, sys.argv[1:4])
    wanted = [(name, options) for name, options in json.loads(providers.read_text("utf-8"))]
    choice = DeviceChoice((*wanted, (CPU, {})), ())
    model = MarianEngine.open(folder, read_receipt(folder).engine, threads=1, choice=choice, report=silent)
    sources = model.source_tokenizer.encode(lines.read_text("utf-8").splitlines()[: int(sys.argv[4])])
    found = dict(model.decode(sources))
    decoder = getattr(model.device.session, "decoder", None)
    told = {
        "texts": model.target_tokenizer.decode([found[at].token_ids for at in range(len(sources))]),
        "provider": model.device.provider,
        "notes": model.device.notes,
        "nodes": nodes_by_provider(model.device.session),
        "step_provider": None if decoder is None else decoder.provider,
        "step_nodes": {} if decoder is None else nodes_by_provider(decoder.session),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
