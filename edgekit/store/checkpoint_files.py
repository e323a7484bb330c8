"""Which files of a repository on the hub are a checkpoint, and the repositories that are refused before a byte comes.

Weights are safetensors and nothing else: pickles run code when they are opened, and so would the Python files of a
repository, of which none is ever brought.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from edgekit.catalogue.entries import FileEntry, Piece
from edgekit.catalogue.names import why_unsafe_path
from edgekit.catalogue.uris import HubPlace, SourceUri
from edgekit.core.errors import UnsupportedModelError
from edgekit.sources.hub import HubFile, Repository

CONFIG = "config.json"
SETTINGS = (CONFIG, "generation_config.json", "tokenizer_config.json")
"""Files that say whether a model brings code of its own."""

_SINGLE = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
    "source.spm",
    "target.spm",
    "target_vocab.json",
    "chat_template.jinja",
    "chat_template.json",
)
_SENTENCES = ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json")
_MODULE = re.compile(r"\d{1,2}_[A-Za-z]{1,40}/(?:config\.json|model\.safetensors)")
_TEXT = re.compile(r"(?P<kind>LICEN[CS]E|NOTICE|USE_POLICY|README)(?:\.(?:md|txt|html|rst))?")
_KINDS = {"LICENSE": "licence", "LICENCE": "licence", "NOTICE": "notice", "README": "card"}
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_MOST_NAMED = 10
_CLASS = re.compile(r"[A-Za-z0-9]{1,80}")


def checkpoint_files(repository: Repository, place: HubPlace) -> tuple[FileEntry, ...]:
    """The files of the checkpoint in a folder of the repository, each under its own name and with a role of its own."""
    source = SourceUri(repository.source, "hf", repository.name, repository.commit)
    there = _inside(repository, place)
    single = _SINGLE in there
    roles: set[str] = set()
    found = []
    for path, file in sorted(there.items()):
        if not _is_needed(path, single=single) or why_unsafe_path(path) is not None:
            continue
        role = _role(path, roles)
        found.append(
            FileEntry(
                role, path, (Piece(source, file.path, file.size_bytes, file.sha256),), file.size_bytes, file.sha256
            )
        )
    return tuple(found)


def refuse_empty(repository: Repository, place: HubPlace) -> None:
    """Raise UnsupportedModelError for a folder that holds no model; its hint names one that does."""
    there = _inside(repository, place)
    if CONFIG in there:
        return
    folders = sorted(file.path.rpartition("/")[0] for file in repository.files if file.path.endswith(f"/{CONFIG}"))
    adapters = [f"`{name}` is there: an adapter is no model" for name in there if name.startswith("adapter_")]
    shown = [f"`{CONFIG}` is in the folder `{folder}`" for folder in folders[-_MOST_NAMED:]]
    raise UnsupportedModelError(
        f"`{place.text}` holds no checkpoint",
        reasons=[f"`{CONFIG}` is missing", *adapters, *shown],
        hint=f"name the folder: `hf:{repository.name}/{folders[-1]}`" if folders else None,
    )


def reasons_against(
    repository: Repository, place: HubPlace, settings: Mapping[str, Mapping[str, Any]]
) -> tuple[list[str], str | None]:
    """Everything that keeps a checkpoint from being taken, and the way out. settings: those of SETTINGS there are."""
    there = _inside(repository, place)
    reasons, hint = [], None
    own = [name for name, value in settings.items() if value.get("auto_map")]
    if own:
        reasons += [
            f"`{name}` has an `auto_map`: code of its own, which others run with `trust_remote_code`, is never run"
            for name in own
        ]
        hint = (
            "where transformers opens it without `trust_remote_code`, remove `auto_map` from a copy and name its folder"
        )
    if _SINGLE not in there and _INDEX not in there:
        pickles = sorted(name for name in there if name.endswith(_PICKLES))
        reasons.append("it holds no safetensors" + (", only pickles, which are never opened" if pickles else ""))
        reasons += [f"`{name}` runs code when it is opened" for name in pickles[:_MOST_NAMED]]
        hint = _way_out(place, settings.get(CONFIG, {})) if pickles and not own else hint
    return reasons, hint


def _way_out(place: HubPlace, config: Mapping[str, Any]) -> str:
    """The way out of pickles: transformers reads tensors alone from them (`weights_only`) and writes safetensors."""
    listed = config.get("architectures")
    name = listed[0] if isinstance(listed, list) and listed else "AutoModel"
    name = name if isinstance(name, str) and _CLASS.fullmatch(name) else "AutoModel"
    folder = place.name.rpartition("/")[2]
    inside = f", subfolder='{place.folder}'" if place.folder else ""
    code = (
        "from transformers import "
        + f"{name} as M, AutoTokenizer as T; "
        + "; ".join(f"{one}.from_pretrained('{place.name}'{inside}).save_pretrained('{folder}')" for one in "MT")
    )
    return (
        f'once, where you trust its source: `python -c "{code}"`, then export the folder `{folder}`; '
        "or name a revision that has safetensors: the hub's own bot offers them as `@refs/pr/NUMBER` in many places"
    )


def _inside(repository: Repository, place: HubPlace) -> dict[str, HubFile]:
    start = f"{place.folder}/" if place.folder else ""
    return {file.path.removeprefix(start): file for file in repository.files if file.path.startswith(start)}


def _is_needed(path: str, *, single: bool) -> bool:
    if path in (*SETTINGS, *_TOKENIZER, *_SENTENCES) or _TEXT.fullmatch(path) or _MODULE.fullmatch(path):
        return True
    if single:  # transformers takes it, whatever shards lie beside it
        return path == _SINGLE
    return path == _INDEX or _SHARD.fullmatch(path) is not None


def _role(path: str, taken: set[str]) -> str:
    text = _TEXT.fullmatch(path)
    stem = path.removesuffix(".json").removesuffix(".txt").removesuffix(".safetensors")
    if text is not None:
        role = _KINDS.get(text["kind"], "policy")
    elif path.endswith(".safetensors") and "/" not in path:
        role = "weights" + stem.removeprefix("model")
    else:
        role = re.sub(r"[^a-z0-9_-]+", "-", stem.lower())[:30]
        role = role if role[:1].isalpha() else f"file-{role}"
    count, plain = 2, role
    while role in taken:
        role, count = f"{plain}-{count}", count + 1
    taken.add(role)
    return role
