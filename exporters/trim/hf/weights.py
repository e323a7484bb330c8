"""The weights of a Hugging Face folder: one safetensors file, or shards with an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.errors import ModelFormatError
from exporters.containers.safetensors import Place, Safetensors, read_safetensors
from exporters.trim.hf.json_file import read_object

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """Every file of weights by name, and the index where there is one."""

    files: Mapping[str, Safetensors]
    index: Mapping[str, Any] | None

    @property
    def places(self) -> Iterator[Place]:
        """Every tensor of every file."""
        return (place for file in self.files.values() for place in file.tensors.values())


def read_weights(folder: Path) -> Weights:
    """The weights that transformers would load.

    Raises ModelFormatError where there are none, where the index names a file outside the folder or a tensor that its
    file does not hold, or leaves one out.
    """
    if (folder / SINGLE).is_file():
        return Weights({SINGLE: read_safetensors(folder / SINGLE)}, None)
    index = read_object(folder / INDEX)
    weight_map = index.get("weight_map")
    if not isinstance(weight_map, dict) or not all(isinstance(shard, str) for shard in weight_map.values()):
        raise ModelFormatError(f"`{INDEX}` is damaged", reasons=["`weight_map` does not name a file for each tensor"])
    shards = sorted(set(weight_map.values()))
    outside = [shard for shard in shards if not _is_plain(shard)]
    if outside:
        raise ModelFormatError(f"`{INDEX}` names files outside the folder", reasons=[repr(one) for one in outside[:5]])
    missing = [f"`{shard}` is missing" for shard in shards if not (folder / shard).is_file()]
    if missing:
        raise ModelFormatError("the weights are incomplete", reasons=missing)
    files = {shard: read_safetensors(folder / shard) for shard in shards}
    reasons = []
    held: dict[str, str] = {}
    for shard, file in files.items():
        for name in file.tensors:
            if weight_map.get(name) != shard:
                reasons.append(f"`{shard}` holds `{name}`, and the index does not say so")
            held[name] = shard
    reasons += [f"`{name}` is not in `{shard}`" for name, shard in weight_map.items() if name not in held]
    if reasons:
        raise ModelFormatError(f"`{INDEX}` and its files do not agree", reasons=reasons[:10])
    return Weights(files, index)


def _is_plain(name: str) -> bool:
    """Whether it is a file of weights beside the index."""
    return name.endswith(".safetensors") and "/" not in name and why_unsafe_path(name) is None
