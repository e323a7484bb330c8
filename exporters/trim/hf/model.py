"""A Hugging Face folder that loses tokens: rows taken as they are stored, every id where it belongs, no torch."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.atomic import replacing, write_bytes
from edgekit.core.errors import ModelFormatError, UsageError
from edgekit.core.events import Progress, Reporter, silent
from edgekit.core.languages import base_language, normalise_tag
from exporters.base import Built
from exporters.containers.safetensors import Output, measure_safetensors, write_safetensors
from exporters.tokenizers.opus import OPUS_FILES
from exporters.trim.base import Ids, Part, Tokenizer
from exporters.trim.hf.configs import LAYER_VOCAB_SIZE, VOCAB_SIZE, changed, needed_ids, resized, size_of, with_defaults
from exporters.trim.hf.folder import Folder, read_folder
from exporters.trim.hf.json_file import parse_object, read_bytes, read_object, to_bytes
from exporters.trim.hf.prompts import read_prompts
from exporters.trim.hf.sizes import TokenizerSizes, measured_sizes, tokenizer_sizes
from exporters.trim.hf.tables import Tables, family_of, find_tables, outputs
from exporters.trim.hf.tokenizer_files import CONFIG, SPECIAL, Cut, rewritten, special_tokens
from exporters.trim.hf.tokenizer_source import TOKENIZER, is_opus, tokenizer_bytes
from exporters.trim.hf.weights import INDEX, Weights, read_weights
from exporters.trim.hf.words import Words, vocabulary_words, words_in, words_of
from exporters.trim.opus import open_opus
from exporters.trim.tokenizer_json import open_tokenizer_data
from exporters.trim.vectors import safetensors_vectors
from exporters.trim.vocabulary import vocab_fingerprint

# mBART `pt_XX`, NLLB `por_Latn`, M2M100 `__pt__`, T5 `<extra_id_7>`.
_COUNTED = re.compile(r"[a-z]{2,3}_[A-Z]{2}|[a-z]{3}_[A-Z][a-z]{3}|__[a-z]{2,3}__|<extra_id_\d+>")
# MADLAD `<2pt>`, `<2zh_Latn>`.
_ASKS = re.compile(r"<2(?P<language>[a-z]{2,3})(_\w+)?>")
_LONGEST = 32


class FolderTokenizer(Tokenizer, Protocol):
    """A tokenizer that a folder holds."""

    def trimmed(self, kept: Ids) -> FolderTokenizer:
        """See `exporters.trim.base.Tokenizer.trimmed`."""
        ...

    def files(self) -> dict[str, bytes]:
        """The files that it is read from."""
        ...


@dataclass(frozen=True)
class HfModel:
    """A folder, opened for trimming; see `exporters.trim.base.TrimmableModel`.

    configs: the model's configurations by file name, with every id stated.
    """

    folder: Folder
    weights: Weights
    tables: Tables
    configs: Mapping[str, dict[str, Any]]
    tokenizer: FolderTokenizer
    words: Words

    container = "hf"

    @property
    def prompts(self) -> Sequence[str]:
        """Chat templates, the prefixes of tasks, the prompts of a sentence encoder."""
        return list(read_prompts(self.folder, self.configs["config.json"]))

    @property
    def parts(self) -> Sequence[Part]:
        """The tables, the tokenizer's files, and everything else."""
        tables = [place for place in self.weights.places if place.name in self.tables.roles]
        words = round(self._sizes.total)
        whole = sum(len(file.data) for file in self.weights.files.values()) + self._rest
        rest = whole - sum(place.size for place in tables)
        return [
            *(Part(f"{one.name} ({one.dtype})", one.size, one.size / self.tables.rows) for one in tables),
            Part("tokenizer", words, words / len(self.words.names)),
            Part("everything else", rest, 0),
        ]

    @property
    def vectors(self) -> Callable[[Ids], NDArray[np.float32]] | None:
        """Rows of a table of words as numbers."""
        for file in self.weights.files.values():
            for place in file.tensors.values():
                if place.name in self.tables.roles and len(place.shape) == 2 and place.shape[0] == self.tables.rows:
                    return safetensors_vectors(file.rows(place.name), place.dtype)
        return None

    def size_bytes(self, kept: Ids) -> int:
        """Size of the trimmed folder: exact for the weights, the tokenizer's files by what their words take."""
        weights = sum(measure_safetensors(*planned) for planned in self._planned(kept).values())
        return weights + round(self._sizes.after(kept)) + self._rest

    def write(self, kept: Ids, out: Path, *, report: Reporter = silent) -> Built:
        """Write the trimmed folder, `config.json` last: without it nothing opens what a kill has left behind."""
        files = self.tokenizer.trimmed(kept).files()
        cut = Cut(self.words, words_in(files), kept)
        texts, dropped = rewritten(self._beside, cut)
        configs = self._configs(kept)
        planned = self._planned(kept)
        total = sum(output.size for _, listed in planned.values() for output in listed)
        done = 0
        for name, (metadata, listed) in planned.items():
            size = sum(output.size for output in listed)
            with replacing(out / name) as stream:
                for written in write_safetensors(stream, metadata, listed):
                    report(Progress("trim", done + min(written, size), total, "bytes"))
            done += size
        if self.weights.index is not None:
            write_bytes(out / INDEX, to_bytes(self._index(planned)))
        for name in self.folder.copied:
            with (self.folder.path / name).open("rb") as source, replacing(out / name) as stream:
                shutil.copyfileobj(source, stream)
        for name, data in {**files, **texts}.items():
            write_bytes(out / name, data)
        for name in reversed(configs):
            write_bytes(out / name, to_bytes(configs[name]))
        return self._built(cut, dropped)

    def _built(self, cut: Cut, dropped: Mapping[str, str]) -> Built:
        fingerprint = vocab_fingerprint(cut.after.names)
        step: dict[str, Any] = {
            "name": "trim",
            "container": self.container,
            "tokens": len(self.words.names),
            "kept": len(cut.kept),
            "rows": self.tables.rows_after(len(cut.kept)),
            "rows_before": self.tables.rows,
            "tables": sorted(self.tables.roles),
            "vocab_fingerprint": fingerprint,
            "dropped": [{"file": name, "why": why} for name, why in sorted(dropped.items())],
            "left": list(self.folder.left),
        }
        return Built({"kind": "hf", "folder": ".", "vocab_fingerprint": fingerprint}, (step,))

    def _planned(self, kept: Ids) -> dict[str, tuple[Mapping[str, str], list[Output]]]:
        return {name: (file.metadata, outputs(file, self.tables, kept)) for name, file in self.weights.files.items()}

    def _index(self, planned: Mapping[str, tuple[Mapping[str, str], list[Output]]]) -> dict[str, Any]:
        index = dict(self.weights.index or {})
        metadata = dict(index["metadata"]) if isinstance(index.get("metadata"), dict) else {}
        listed = [output for _, some in planned.values() for output in some]
        old = {place.name: int(np.prod(place.shape)) for place in self.weights.places}
        if "total_size" in metadata:
            metadata["total_size"] = sum(output.size for output in listed)
        if isinstance(metadata.get("total_parameters"), int):
            metadata["total_parameters"] -= sum(old[one.name] - int(np.prod(one.shape)) for one in listed)
        return {**index, "metadata": metadata} if metadata else index

    def _configs(self, kept: Ids) -> dict[str, dict[str, Any]]:
        """The configurations for the new ids. Raises UsageError with every token that is named and not kept."""
        new = np.full(len(self.words.names), -1, np.int64)
        new[kept] = np.arange(len(kept))
        reasons: list[str] = []
        made = {}
        for name, config in self.configs.items():
            for key, token in needed_ids(config, name):
                if new[token] < 0:
                    reasons.append(f"`{key}` of `{name}` is token {token:,}, which is not kept")

            def moved(_: str, token: int) -> int | None:
                return int(new[token]) if 0 <= token < len(new) and new[token] >= 0 else None

            layers = int((kept < self.tables.layer_rows).sum()) if self.tables.layer_rows else None
            made[name] = changed(config, moved, name)
            if name == "config.json":
                made[name] = resized(made[name], self.tables.rows, self.tables.rows_after(len(kept)), layers)
        if reasons:
            raise UsageError("the vocabulary cannot be trimmed to these tokens", reasons=reasons)
        return made

    @cached_property
    def _beside(self) -> dict[str, bytes]:
        return {name: read_bytes(self.folder.path / name) for name in self.folder.tokenizer}

    @cached_property
    def _sizes(self) -> TokenizerSizes:
        files = self.tokenizer.files()
        if TOKENIZER not in files:
            return measured_sizes(self.words, self._tokenizer_bytes, self.tokenizer.forced)
        made, _ = rewritten(self._beside, Cut(self.words, self.words, np.arange(len(self.words.names))))
        return tokenizer_sizes(self.words, files[TOKENIZER], made)

    def _tokenizer_bytes(self, kept: Ids) -> int:
        files = self.tokenizer.trimmed(kept).files()
        texts, _ = rewritten(self._beside, Cut(self.words, words_in(files), kept))
        return sum(map(len, {**files, **texts}.values()))

    @cached_property
    def _rest(self) -> int:
        """Bytes of what is neither weights nor tokenizer."""
        copied = sum((self.folder.path / name).stat().st_size for name in self.folder.copied)
        index = 0 if self.weights.index is None else len(to_bytes(self.weights.index))
        return copied + index + sum(len(to_bytes(config)) for config in self.configs.values())


def open_hf(folder: Path, *, languages: Sequence[str] = ()) -> HfModel:
    """Open a folder for trimming.

    languages: BCP-47 tags whose own tokens stay where such a token is one like others (`<2pt>`).
    Raises ModelFormatError where files are damaged or do not fit together, UnsupportedModelError for a family, a tensor
    or a tokenizer that is not known, an adapter, pickled weights, a model that brings code.
    """
    listed = read_folder(folder)
    configs = {name: read_object(folder / name) for name in listed.configs}
    config = configs["config.json"]
    family = family_of(config.get("model_type"))
    weights = read_weights(folder)
    tables = find_tables(family, weights, size_of(config, VOCAB_SIZE), size_of(config, LAYER_VOCAB_SIZE))
    opus = is_opus(folder)
    data = b"" if opus else tokenizer_bytes(folder, config)
    words = vocabulary_words(read_object(folder / OPUS_FILES[-1])) if opus else words_of(parse_object(data, TOKENIZER))
    count = len(words.names)
    if count > tables.rows:
        raise ModelFormatError(
            "the tokenizer does not fit the tables", reasons=[f"it has {count:,} tokens, they {tables.rows:,} rows"]
        )
    configs["config.json"] = with_defaults(config, family.ids or {}, count)
    named = _named(listed, configs, words)
    keep = sorted(named | _counted(words) | _languages(words, languages))
    tokenizer = open_opus(folder, words.ids, keep) if opus else open_tokenizer_data(data, size=tables.rows, keep=keep)
    return HfModel(listed, weights, tables, configs, tokenizer, words)


def _named(folder: Folder, configs: Mapping[str, dict[str, Any]], words: Words) -> set[int]:
    """Ids of all tokens that a file of the folder needs. Raises ModelFormatError where there is no such token."""
    found: set[int] = set()
    reasons = []
    for name, config in configs.items():
        for key, token in needed_ids(config, name):
            if token >= len(words.names) or not words.names[token]:
                reasons.append(f"`{key}` of `{name}` is {token:,}, and the tokenizer has no such token")
            found.add(token)
    if reasons:
        raise ModelFormatError("the configuration does not fit the tokenizer", reasons=reasons)
    for name in (CONFIG, SPECIAL):
        if name in folder.tokenizer:
            named = (words.ids.get(text) for _, text in special_tokens(read_object(folder.path / name)))
            found.update(at for at in named if at is not None)
    return found


def _counted(words: Words) -> set[int]:
    """Added tokens that the readers of mBART, NLLB, M2M100 and T5 know by heart.

    They add again what they miss, or count ids behind the pieces: a code that is gone gets an id beyond the table, or
    moves the others. All 202 of NLLB are 0.4 MB in half precision.
    """
    return {at for token, at in words.added.items() if len(token) < _LONGEST and _COUNTED.fullmatch(token)}


def _languages(words: Words, languages: Sequence[str]) -> set[int]:
    """Ordinary tokens that ask for one of the languages."""
    bases = {base_language(normalise_tag(tag)) for tag in languages}
    found = ((at, _ASKS.fullmatch(name)) for name, at in words.model.items() if len(name) < _LONGEST)
    return {at for at, match in found if match is not None and match["language"] in bases}
