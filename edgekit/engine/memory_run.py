"""How much memory an artifact takes once a text has been through it: run in a process of its own, which tells."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgekit.core.cancelling import leaving
from edgekit.core.children import Child
from edgekit.core.errors import EdgekitError, EngineError
from edgekit.core.languages import Direction
from edgekit.core.resident import resident_bytes


def measure_resident(
    path: Path, engine: Mapping[str, Any], lines: Sequence[str], direction: Direction | None
) -> int | None:
    """Resident bytes after lines were translated in direction, or turned into vectors where it is None.

    path, engine: as of `edgekit.engine.text_encoder.open_text_encoder`. None where the system does not tell, as only
    Linux does. Raises EngineError.
    """
    child = Child("edgekit.engine.memory_run", "what measures its memory")
    try:
        pair = None if direction is None else [direction.source, direction.target]
        request = {"path": str(path), "engine": dict(engine), "lines": list(lines), "direction": pair}
        child.input.write(json.dumps(request).encode("utf-8", "surrogatepass"))
        child.input.close()
        answer = leaving(child.output.read)
        if not answer:
            raise child.died("measure")
        found = json.loads(answer)
    except BrokenPipeError:
        raise child.died("measure") from None
    finally:
        child.end()
    if "failed" in found:
        raise EngineError("its memory could not be measured", reasons=found["failed"])
    size = found["bytes"]
    return None if size is None else int(size)


def main() -> None:
    """The child's side: one JSON object in, one out."""
    request = json.loads(sys.stdin.buffer.read())
    path, lines = Path(request["path"]), request["lines"]
    try:
        if request["direction"] is None:
            from edgekit.engine.text_encoder import open_text_encoder

            encoder = open_text_encoder(path, request["engine"])
            encoder.embed(lines)
            process = encoder.process_id
        else:
            from edgekit.engine.line_translator import open_line_translator

            translator = open_line_translator(path, request["engine"], Direction(*request["direction"]))
            translator.translate(lines)
            process = os.getpid()
        answer: dict[str, Any] = {"bytes": resident_bytes(process)}
    except EdgekitError as problem:
        answer = {"failed": [problem.message, *problem.reasons]}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
