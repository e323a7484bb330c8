"""What a GGUF model makes of the lines of a file, on one thread: `llama_numbers.py MODEL.gguf LINES TOKENS`.

Prints one JSON object: the machine, the ids of each line, their log-probabilities, and the TOKENS most probable ids
after each. Runs on both sides of the comparison.
"""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from edgekit.engine.llama.process import LlamaProcess


def main() -> None:
    """See above."""
    with LlamaProcess(Path(sys.argv[1]), threads=1) as model:
        lines = model.tokenize(Path(sys.argv[2]).read_text("utf-8").splitlines())
        found = {
            "machine": platform.machine(),
            "ids": lines,
            "log_probabilities": [line.tolist() for line in model.log_probabilities(lines)],
            "greedy": [model.greedy(line, int(sys.argv[3])) for line in lines],
        }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
