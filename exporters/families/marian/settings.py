"""The settings that Marian stores inside a model file (`special:model.yml`), read and checked.

Marian writes one flat YAML mapping whose values are scalars or lists of scalars, so only that is accepted; the text is
read event by event, which never builds an object, follows an alias or nests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from edgekit.core.errors import ModelFormatError, UnsupportedModelError

SettingValue: TypeAlias = str | tuple[str, ...]

MOST_CHARACTERS = 64 * 1024  # a real one has 1,100 to 4,000
MOST_WIDTH = 16_384
MOST_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """The sizes that the settings state, and the settings themselves.

    vocabulary_sizes: of the source and of the target; 0 where the file leaves it open.
    """

    width: int
    heads: int
    encoder_depth: int
    decoder_depth: int
    encoder_feed_forward: int
    decoder_feed_forward: int
    vocabulary_sizes: tuple[int, ...]
    values: Mapping[str, SettingValue]


# Setting -> what this exporter builds, and what Marian assumes where the setting is absent (None: it must be there).
# Strings of pre- and post-processing are compared without `d` (dropout), which does nothing at inference.
_BUILT: Mapping[str, tuple[tuple[SettingValue, ...], str | None]] = {
    "type": (("transformer",), None),
    "dec-cell": (("ssru",), None),
    "transformer-decoder-autoreg": (("rnn",), "self-attention"),
    "transformer-preprocess": (("",), ""),
    "transformer-postprocess": (("an",), "an"),
    "transformer-postprocess-emb": (("",), ""),
    "transformer-postprocess-top": (("",), ""),
    "transformer-ffn-activation": (("relu",), "swish"),
    "transformer-ffn-depth": (("2",), "2"),
    "transformer-decoder-ffn-depth": (("2", "0"), "0"),
    "layer-normalization": (("false",), "false"),
    "lemma-dim-emb": (("0",), "0"),
    "transformer-pool": (("false",), "false"),
    "transformer-train-position-embeddings": (("false",), "false"),
    "transformer-tied-layers": (((), ""), ""),
    "transformer-no-projection": (("false",), "false"),
    "transformer-rnn-projection": (("false",), "false"),
    "transformer-no-bias": (("false",), "false"),
    "transformer-no-affine": (("false",), "false"),
    "transformer-depth-scaling": (("false",), "false"),
    "transformer-dim-kv": (("0",), "0"),
    "output-omit-bias": (("false",), "false"),
    "output-approx-knn": (((), ""), ""),
    "right-left": (("false",), "false"),
    "ulr": (("false",), "false"),
    "input-types": (((), "", ("sequence",), ("sequence", "sequence")), ""),
}
_WITHOUT_DROPOUT = tuple(name for name in _BUILT if name.startswith(("transformer-pre", "transformer-post")))


def read_settings(text: str, *, file: str) -> Settings:
    """Parse and check the settings of the model in file.

    Raises ModelFormatError where the text is not a flat YAML mapping or a size in it is no size, and
    UnsupportedModelError, naming every setting at once, where the network is one that this exporter does not build.
    """
    values = parse_settings(text, file=file)
    unsupported = _unsupported(values)
    if unsupported:
        raise UnsupportedModelError(
            f"`{file}` is a Marian model of a kind that edgekit does not build",
            reasons=unsupported,
            hint="edgekit builds the student models of Firefox Translations and Bergamot",
        )
    reasons: list[str] = []

    def size(name: str, most: int, default: str | None = None) -> int:
        text = values.get(name, default)
        # `isdecimal` takes digits of every script, int() too; what Marian writes is ASCII and short.
        if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 9 and 1 <= int(text) <= most:
            return int(text)
        reasons.append(f"`{name}` is missing" if text is None else f"`{name}` is {_shown(text)}, not 1 to {most:,}")
        return 1

    width = size("dim-emb", MOST_WIDTH)
    heads = size("transformer-heads", MOST_WIDTH)
    feed_forward = size("transformer-dim-ffn", MOST_WIDTH * 8)
    decoder_feed_forward = values.get("transformer-decoder-dim-ffn", "0")
    sizes = values.get("dim-vocabs", ())
    numbers = [sizes] if isinstance(sizes, str) else list(sizes)
    if not all(number.isascii() and number.isdecimal() and len(number) <= 9 for number in numbers):
        reasons.append(f"`dim-vocabs` is {_shown(sizes)}, not two sizes")
        numbers = []
    elif len(numbers) > 2:
        reasons.append(f"`dim-vocabs` has {len(numbers)} sizes, not two")
    settings = Settings(
        width=width,
        heads=heads,
        encoder_depth=size("enc-depth", MOST_DEPTH),
        decoder_depth=size("dec-depth", MOST_DEPTH),
        encoder_feed_forward=feed_forward,
        decoder_feed_forward=(
            feed_forward if decoder_feed_forward == "0" else size("transformer-decoder-dim-ffn", MOST_WIDTH * 8)
        ),
        vocabulary_sizes=tuple(int(number) for number in numbers),
        values=values,
    )
    if not reasons and width % heads:
        reasons.append(f"`dim-emb` {width} is not a multiple of `transformer-heads` {heads}")
    if not reasons and (width % 2 or width < 4):
        reasons.append(f"`dim-emb` {width} has no sine and cosine halves")
    if reasons:
        raise ModelFormatError(f"the settings inside `{file}` are not sound", reasons=reasons)
    return settings


def parse_settings(text: str, *, file: str) -> Mapping[str, SettingValue]:
    """The flat mapping of text: values as text, or tuples of text for lists. Raises ModelFormatError."""
    import yaml  # type: ignore[import-untyped]

    if len(text) > MOST_CHARACTERS:
        raise _damaged(file, f"{len(text):,} characters, more than {MOST_CHARACTERS:,}")
    values: dict[str, SettingValue] = {}
    key: str | None = None
    items: list[str] | None = None
    inside = False
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if getattr(event, "anchor", None) is not None:
                raise _damaged(file, "anchors and aliases are not allowed")
            if getattr(event, "tag", None) is not None:
                raise _damaged(file, "tags are not allowed")
            if isinstance(event, yaml.MappingStartEvent):
                if inside:
                    raise _damaged(file, "a mapping inside a mapping or a second document")
                inside = True
            elif isinstance(event, yaml.SequenceStartEvent):
                if key is None or items is not None:
                    raise _damaged(file, "a list where none can be")
                items = []
            elif isinstance(event, yaml.SequenceEndEvent):
                values[str(key)] = tuple(items or ())
                key = items = None
            elif isinstance(event, yaml.ScalarEvent):
                if items is not None:
                    items.append(event.value)
                elif not inside:
                    raise _damaged(file, "it is not a mapping")
                elif key is not None:
                    values[key] = event.value
                    key = None
                elif event.value in values:
                    raise _damaged(file, f"{_shown(event.value)} is set twice")
                else:
                    key = event.value
    except yaml.YAMLError as error:
        raise _damaged(file, " ".join(str(error).split())[:200]) from error
    if not inside:
        raise _damaged(file, "it is not a mapping")
    return MappingProxyType(values)


def _unsupported(values: Mapping[str, SettingValue]) -> list[str]:
    reasons = []
    for name, (built, default) in _BUILT.items():
        value = values.get(name, default)
        if name in _WITHOUT_DROPOUT and isinstance(value, str):
            value = value.replace("d", "")
        if value not in built:
            wanted = " or ".join(dict.fromkeys(_shown(choice) for choice in built))
            reasons.append(f"`{name}` is {_shown(values.get(name, default))}; only {wanted} is built")
    return reasons


def _shown(value: SettingValue | None) -> str:
    if value is None:
        return "missing"
    text = value if isinstance(value, str) else "[" + ", ".join(value) + "]"
    return f"`{text[:60]}`" if text else "empty"


def _damaged(file: str, reason: str) -> ModelFormatError:
    return ModelFormatError(f"the settings inside `{file}` cannot be read", reasons=[reason])
