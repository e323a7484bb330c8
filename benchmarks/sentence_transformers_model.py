"""A folder of `e5_checkpoint.py` for sentence-transformers: `python sentence_transformers_model.py SOURCE FOLDER`.

Runs in the environment of sentence-transformers, without a hub: its ONNX backend exports the folder with optimum, and
stores the graph as float32 beside the rest.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Write the folder that the worker opens."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found,unused-ignore]

    source, target = sys.argv[1:3]
    model = SentenceTransformer(
        source,
        backend="onnx",
        device="cpu",
        local_files_only=True,
        model_kwargs={"provider": "CPUExecutionProvider"},
    )
    model.save_pretrained(target)


if __name__ == "__main__":
    main()
