"""What is in a Hugging Face folder: files written anew, copied or left behind, and folders that are refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.containers.safetensors import read_safetensors
from exporters.tokenizers.opus import OPUS_FILES
from exporters.tokenizers.sentencepiece_json import MODELS
from exporters.trim.hf.json_file import parse_list, read_bytes, read_object
from exporters.trim.hf.tokenizer_files import CONFIG, WRITERS
from exporters.trim.hf.tokenizer_source import TOKENIZER, has_tokenizer
from exporters.trim.hf.weights import INDEX, SINGLE

CONFIGS = ("config.json", "generation_config.json")
MODULES = "modules.json"
# Nothing in these is an id of a token.
_COPIED = re.compile(
    r"(LICEN[CS]E|NOTICE|USE_POLICY|README)(\..{1,8})?"
    r"|chat_template\.(jinja|json)|(pre)?processor_config\.json|video_preprocessor_config\.json"
    rf"|sentence_bert_config\.json|config_sentence_transformers\.json|{re.escape(MODULES)}"
)
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_ADAPTER = re.compile(r"adapter_(config\.json|model\..+)")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder's files by what becomes of them, as paths relative to it.

    configs: configurations of the model.  tokenizer: files beside tokenizer.json that are written from it.  copied: as
    they are.  left: everything else.
    """

    path: Path
    configs: Sequence[str]
    tokenizer: Sequence[str]
    copied: Sequence[str]
    left: Sequence[str]


def read_folder(path: Path) -> Folder:
    """Sort the files of a folder.

    Raises ModelFormatError where something is missing or damaged, UnsupportedModelError for an adapter, for weights
    that are only there as pickles, for a model that brings code of its own.
    """
    if not path.is_dir():
        raise ModelFormatError(f"`{path}` is no folder")
    names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
    _refuse(path, names)
    modules = _modules(path) if MODULES in names else []
    weights = {SINGLE} if SINGLE in names else {INDEX, *_shards(path)}
    copied = [name for name in names if _COPIED.fullmatch(name)] + modules
    known = {*CONFIGS, TOKENIZER, *WRITERS, *copied, *weights, *(() if TOKENIZER in names else OPUS_FILES)}
    left = [name for name in names if name not in known]
    left += sorted(
        f"{entry.name}/"
        for entry in path.iterdir()
        if entry.is_dir() and not any(module.startswith(f"{entry.name}/") for module in modules)
    )
    return Folder(
        path,
        [name for name in CONFIGS if name in names],
        [name for name in WRITERS if name in names],
        copied,
        left,
    )


def _shards(path: Path) -> set[str]:
    weight_map = read_object(path / INDEX).get("weight_map")
    return {str(shard) for shard in weight_map.values()} if isinstance(weight_map, dict) else set()


def _refuse(path: Path, names: Sequence[str]) -> None:
    adapters = [name for name in names if _ADAPTER.fullmatch(name)]
    if adapters:
        # transformers loads an adapter that lies beside a model, and its rows and ids are those of the old vocabulary.
        raise UnsupportedModelError(
            "an adapter fits the vocabulary that it was made for and no other",
            reasons=[f"`{name}` is in the folder" for name in adapters],
            hint="merge it into the model first: `PeftModel.merge_and_unload()`, then `save_pretrained`",
        )
    if "config.json" not in names:
        raise ModelFormatError(f"`{path.name}` is no model's folder", reasons=["`config.json` is missing"])
    config = read_object(path / "config.json")
    own = [name for name in (*CONFIGS, CONFIG) if name in names and read_object(path / name).get("auto_map")]
    if own:
        raise UnsupportedModelError(
            "the model brings code of its own, which is never run",
            reasons=[f"`{name}` has an `auto_map`" for name in own],
            hint="where transformers opens it without `trust_remote_code`, remove `auto_map` from a copy of the folder",
        )
    if SINGLE not in names and INDEX not in names:
        pickles = [name for name in names if name.endswith(_PICKLES)]
        raise UnsupportedModelError(
            "the folder holds no safetensors" + (", only pickles, which are never opened" if pickles else ""),
            reasons=[f"`{name}` runs code when it is opened" for name in pickles],
            hint=_conversion(path, config) if pickles else None,
        )
    if not has_tokenizer(config, names):
        raise UnsupportedModelError(
            f"the folder holds no `{TOKENIZER}`",
            reasons=[f"the tokenizer is read from it, or from {_models()}"],
            hint="transformers writes one: `AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)`",
        )


def _models() -> str:
    return " or ".join(f"`{name}` of a {', '.join(types)}" for name, types in MODELS.items())


def _conversion(path: Path, config: dict[str, Any]) -> str:
    """The way out of pickles: transformers reads tensors alone from them (`weights_only`) and writes safetensors."""
    architectures = config.get("architectures")
    name = architectures[0] if isinstance(architectures, list) and architectures else "AutoModel"
    name = name if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9]{1,80}", name) else "AutoModel"
    code = f"from transformers import {name} as M; M.from_pretrained({str(path)!r}).save_pretrained({str(path)!r})"
    return f'once, where you trust its source: `python -c "{code}"`'


def _modules(path: Path) -> list[str]:
    """Files of the modules behind a sentence encoder (`1_Pooling/config.json`, `2_Dense/model.safetensors`)."""
    try:
        listed = [str(module["path"]) for module in parse_list(read_bytes(path / MODULES), MODULES)]
    except (TypeError, KeyError) as error:
        raise ModelFormatError(f"`{MODULES}` is damaged", reasons=[f"a module has no {error}"]) from error
    found = []
    for module in filter(None, listed):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", module):
            raise ModelFormatError(f"`{MODULES}` names a folder elsewhere", reasons=[repr(module)])
        if not (path / module).is_dir():
            continue
        files = sorted(entry.name for entry in (path / module).iterdir() if entry.is_file())
        taken = [name for name in files if name in ("config.json", SINGLE)]
        if SINGLE not in taken and any(name.endswith(_PICKLES) for name in files):
            raise UnsupportedModelError(
                f"the weights of `{module}` are pickles, which are never opened",
                hint="open the folder with sentence-transformers and save it with `safe_serialization=True`",
            )
        if SINGLE in taken:
            read_safetensors(path / module / SINGLE)
        found += [str(PurePosixPath(module) / name) for name in taken]
    return found
