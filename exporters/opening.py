"""The model that an export starts from: an installed one or a path, whatever container it is in, and what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edgekit.catalogue.entries import Languages
from edgekit.catalogue.names import RECEIPT_NAME, is_model_id
from edgekit.catalogue.uris import is_hub_place, parse_hub_place
from edgekit.core.errors import (
    IntegrityError,
    ModelFormatError,
    ModelNotFoundError,
    UnavailableError,
    UnsupportedModelError,
)
from edgekit.core.hashing import sha256_file
from edgekit.store.installed import find_model, repair_hint
from edgekit.store.receipt import Receipt, SourceFile, read_receipt
from edgekit.store.repository import hub_id
from exporters.trim.base import TrimmableModel
from exporters.trim.gguf import GgufModel, open_gguf

UNKNOWN = "unknown"
"""Licence and attribution of a model that states none."""

_ENDINGS = (".gguf", ".onnx", ".bin", ".npz")  # what ends so was meant as a file, although ids may have dots
_GGUF_KEYS = {"name": "general.name", "licence": "general.license", "family": "general.architecture"}
_AUTHORS = ("general.organization", "general.author", "general.source.url", "general.url")
_LONGEST = 400  # of a text that a foreign file says of itself


@dataclass(frozen=True, slots=True)
class Source:
    """An opened model and what is known of it.

    container: what holds it, a file or a folder.  files: what it is made of.  licence_files: texts that go with it, by
    their path in an artifact.  receipt: of the artifact that it lies in; None for a path of any other kind.
    """

    model: TrimmableModel
    container: Path
    files: tuple[Path, ...]
    id: str
    name: str
    family: str
    task: str
    languages: Languages
    licence: str
    attribution: str
    licence_files: Mapping[str, Path] = field(default_factory=dict)
    receipt: Receipt | None = None

    @property
    def prefixes(self) -> Mapping[str, str]:
        """What an encoder was trained to see before a text (`passage: `), by name; the receipt knows."""
        found = self.receipt.engine.get("prefixes") if self.receipt is not None else None
        texts = found.items() if isinstance(found, Mapping) else ()
        return {name: text for name, text in texts if isinstance(text, str)}

    def source_files(self) -> tuple[SourceFile, ...]:
        """Every file with its digest as it is now. Raises IntegrityError where its receipt says otherwise."""
        found, wrong = [], []
        promised = {file.path: file.sha256 for file in self.receipt.files} if self.receipt is not None else {}
        origins = {file.path: file.sources for file in self.receipt.source_files} if self.receipt is not None else {}
        for path in self.files:
            digest = sha256_file(path)
            if promised.get(path.name, digest) != digest:
                wrong.append(f"`{path}` has another sha256 than its receipt says")
            sources = origins.get(path.name, (f"file:{path.name}",))
            found.append(SourceFile(_role(path), path.name, sources, path.stat().st_size, digest))
        for name, path in self.licence_files.items():
            if sha256_file(path) != promised[name]:
                wrong.append(f"`{path}` has another sha256 than its receipt says")
        if wrong:
            raise IntegrityError(f"`{self.id}` is damaged", reasons=wrong, hint=repair_hint(self.id))
        return tuple(found)


def _role(path: Path) -> str:
    return "weights" if path.suffix.lower() in (*_ENDINGS, ".safetensors") else "files"


def open_source(model: str, languages: Sequence[str] = ()) -> Source:
    """Open a model by id, alias or path; an installed model comes before a path of the same name.

    languages: tags whose own tokens stay where the model has some (`<2pt>`).

    Raises ModelNotFoundError (its hint is the pull), UnavailableError (no such path), UnsupportedModelError (nothing
    here trims that container), ModelFormatError.
    """
    path = Path(model).expanduser()
    if is_model_id(model) and path.suffix.lower() not in _ENDINGS:
        try:
            installed = find_model(model)
        except ModelNotFoundError:
            if not path.exists():
                raise
        else:
            return _open_artifact(installed.folder, installed.receipt, languages)
    if is_hub_place(model):
        pulled = hub_id(parse_hub_place(model))
        raise UnavailableError(
            f"`{model}` is on the hub and not on this machine",
            hint=f"run `edgekit export {model} --languages TAGS`, which pulls it as `{pulled}`",
        )
    if not path.exists():
        raise UnavailableError(
            f"there is no file or folder `{model}`", hint="see `edgekit models ls` for what is installed"
        )
    if (path / RECEIPT_NAME).is_file():
        return _open_artifact(path, read_receipt(path), languages)
    return _open_path(path, languages)


def _open_artifact(folder: Path, receipt: Receipt, languages: Sequence[str]) -> Source:
    container = _container_of(folder, receipt)
    model, files = _open_container(container, languages)
    return Source(
        model,
        container,
        files,
        receipt.id,
        receipt.name,
        receipt.family,
        receipt.task,
        receipt.languages,
        receipt.licence,
        receipt.attribution,
        {path: folder / path for path in receipt.licence_files},
        receipt,
    )


def _container_of(folder: Path, receipt: Receipt) -> Path:
    """What of an artifact can be trimmed: its one GGUF, or the folder itself."""
    found = [file.path for file in receipt.files if file.path.lower().endswith(".gguf")]
    named = receipt.engine.get("file")
    if named in found:
        return folder / str(named)
    if len(found) > 1:
        raise UnsupportedModelError(f"`{folder.name}` cannot be trimmed", reasons=[f"it holds {len(found)} GGUF files"])
    return folder / found[0] if found else folder


def _open_path(path: Path, languages: Sequence[str]) -> Source:
    model, files = _open_container(path, languages)
    said = _gguf_words(model) if isinstance(model, GgufModel) else _card_words(path) if path.is_dir() else {}
    return Source(
        model,
        path,
        files,
        model_id(path.stem if path.is_file() else path.resolve().name),
        said.get("name", path.stem),
        said.get("family", _family(model, path)),
        _task(model),
        Languages(("mul",)),
        said.get("licence", UNKNOWN),
        said.get("attribution", UNKNOWN),
    )


def _task(model: TrimmableModel) -> str:
    if isinstance(model, GgufModel) and model.gives_embeddings:
        return "embed"
    return "translate" if model.container == "marian" else "generate"


def _family(model: TrimmableModel, path: Path) -> str:
    if model.container == "hf":
        from exporters.trim.hf.json_file import read_object

        return str(read_object(path / "config.json").get("model_type", UNKNOWN))[:_LONGEST]
    return "marian" if model.container == "marian" else UNKNOWN


def _open_container(path: Path, languages: Sequence[str]) -> tuple[TrimmableModel, tuple[Path, ...]]:
    """A model and its files. Raises UnsupportedModelError where nothing here trims what lies there."""
    _refuse_pointers(path)
    if path.is_file() and path.suffix.lower() == ".gguf":
        return open_gguf(path), (path,)
    if (path / "config.json").is_file() and [*path.glob("*.safetensors")]:
        return _open_checkpoint(path, languages)
    graphs = [path] if path.suffix.lower() == ".onnx" else sorted([*path.glob("*.onnx"), *path.glob("onnx/*.onnx")])
    if graphs:
        from exporters.trim.onnx import open_onnx

        return open_onnx(path), tuple(graphs)
    if roles := _marian_roles(path):
        from exporters.trim.marian import open_marian

        return open_marian(roles), tuple(roles.values())
    if (path / "config.json").is_file():
        return _open_checkpoint(path, languages)  # which says what of its weights is not there
    raise UnsupportedModelError(
        f"`{path}` cannot be trimmed",
        reasons=["the folder holds no model that is known" if path.is_dir() else f"it is a `{path.suffix}` file"],
        hint="name a GGUF file, an installed model, a Hugging Face folder, or one of a Marian student",
    )


def _open_checkpoint(path: Path, languages: Sequence[str]) -> tuple[TrimmableModel, tuple[Path, ...]]:
    from exporters.supported import refuse_unsupported
    from exporters.trim.hf.json_file import read_object
    from exporters.trim.hf.model import open_hf

    refuse_unsupported(path, read_object(path / "config.json"))
    files = sorted(one for one in path.iterdir() if one.is_file() and one.name != RECEIPT_NAME)
    return open_hf(path, languages=languages), tuple(files)


def _refuse_pointers(path: Path) -> None:
    """Raise ModelFormatError for what `git clone` leaves without Git LFS: a few lines in the place of each large file.

    See https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: a pointer has less than 1,024 bytes.
    """
    files = sorted([*path.iterdir(), *path.glob("onnx/*")]) if path.is_dir() else [path]
    small = [one for one in files if one.is_file() and one.stat().st_size < 1024]
    pointers = [one for one in small if one.read_bytes().startswith(b"version https://git-lfs.github.com/spec/")]
    if pointers:
        raise ModelFormatError(
            f"`{path}` is not whole",
            reasons=[f"`{one.name}` is a pointer of Git LFS, the file itself is not here" for one in pointers],
            hint="run `git lfs install` and `git lfs pull` in its folder while connected",
        )


def _marian_roles(folder: Path) -> dict[str, Path]:
    """The files of a Marian student, by role: `model*.bin`, `vocab*.spm`, `lex*.bin`; empty where it is none."""
    patterns = {"weights": "model*.bin", "vocabulary": "vocab*.spm", "shortlist": "lex*.bin"}
    found = {role: sorted(folder.glob(pattern)) for role, pattern in patterns.items()}
    if any(len(paths) > 1 for paths in found.values()) or not found["weights"] or not found["vocabulary"]:
        return {}
    return {role: paths[0] for role, paths in found.items() if paths}


def _gguf_words(model: GgufModel) -> dict[str, str]:
    """What a GGUF says of itself in its metadata."""
    found = {field: _text(model, key) for field, key in _GGUF_KEYS.items()}
    found["attribution"] = next((text for text in (_text(model, key) for key in _AUTHORS) if text), "")
    return {field: text for field, text in found.items() if text}


def _card_words(folder: Path) -> dict[str, str]:
    """What a folder's model card says of its licence."""
    from exporters.conversion.model_card import licence_of

    licence = licence_of(folder)
    return {} if licence is None else {"licence": licence}


def _text(model: GgufModel, key: str) -> str:
    value = model.file.metadata.get(key)
    if value is None or not isinstance(value.value, bytes):
        return ""
    text = value.value[:_LONGEST].decode("utf-8", "ignore")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def model_id(text: str) -> str:
    """The nearest id to a text: `Gemma 3_270M` -> `gemma-3_270m`. Raises ModelFormatError where nothing is left."""
    name = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-")[:64].strip("._-")
    if not is_model_id(name):
        raise ModelFormatError(f"no id can be made of `{text}`", hint="name one with `--id`")
    return name
