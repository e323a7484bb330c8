"""BCP-47 tags and directions, as edgekit writes them everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from edgekit.core.errors import UsageError

# RFC 5646, the part in daily use: language, optional script, optional region.
_TAG = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:[-_](?P<script>[A-Za-z]{4}))?(?:[-_](?P<region>[A-Za-z]{2}|[0-9]{3}))?"
)

# Written without spaces between words; between sentences either.
_UNSPACED = frozenset({"bo", "dz", "ja", "km", "lo", "my", "th", "wuu", "yue", "zh"})


# What spreadsheets save a csv in where they do not save UTF-8. A few hundred letters are too little to guess it from:
# charset-normalizer (3.4) takes a glossary of four Portuguese words for a Polish one.
_CODE_PAGES = {
    language: page
    for page, languages in {
        "cp1250": "bs cs hr hu pl ro sk sl sq",
        "cp1251": "be bg kk ky mk mn ru sr tg uk",
        "cp1252": "af ca da de es et eu fi fr gl id is it ms nb nl nn no pt sv sw",
        "cp1253": "el",
        "cp1254": "az tr",
        "cp1255": "he yi",
        "cp1256": "ar fa ps ur",
        "cp1257": "lt lv",
        "cp1258": "vi",
        "cp874": "th",
        "cp932": "ja",
        "cp949": "ko",
        "gb18030": "zh",
    }.items()
    for language in languages.split()
}


# CLDR 44, `numbers/symbols`, for Western digits. Where a language has countries of both kinds, by the country.
_SIGNS = {
    language: sign
    for sign, languages in {
        ",": "af az be bg bs ca cs da de el es et eu fi fo fr gl hr hu hy id is it jv ka kk lo lt lv mk nb nl nn no pl "
        "pt ro ru rw sk sl sq sr sv tr uk uz vi",
        ".": "am bn en fil gu ha he hi ig ja kn ko ml mr ms mt my ne pa si so sw ta te th ti tl ur yo yue zh zu",
    }.items()
    for language in languages.split()
}
_POINTS_BY_REGION = {"de": "CH LI", "es": "419 BZ CU DO GT HN MX NI PA PE PR SV US", "it": "CH"}
_REGION_SIGNS = {f"{tag}-{region}": "." for tag, regions in _POINTS_BY_REGION.items() for region in regions.split()}


def normalise_tag(tag: str) -> str:
    """`PT_br` -> `pt-BR`, `zh-hant` -> `zh-Hant`. Raises UsageError for anything that is no tag."""
    match = _TAG.fullmatch(tag.strip()) if isinstance(tag, str) else None
    if match is None:
        raise UsageError(
            f"`{tag}` is not a language tag",
            hint="write a BCP-47 tag such as `pt`, `pt-BR` or `zh-Hant`",
        )
    parts = [match["language"].lower()]
    if match["script"]:
        parts.append(match["script"].title())
    if match["region"]:
        parts.append(match["region"].upper())
    return "-".join(parts)


def base_language(tag: str) -> str:
    """`pt-BR` -> `pt`."""
    return tag.partition("-")[0]


def decimal_sign(tags: Iterable[str]) -> str | None:
    """The sign before a fraction, `.` or `,`, where all of some languages have the same; the other parts thousands.

    None for languages that differ, or whose sign is not known.
    """
    signs = {_REGION_SIGNS.get(tag) or _SIGNS.get(base_language(tag)) for tag in tags}
    return signs.pop() if len(signs) == 1 else None


def code_page(tag: str) -> str | None:
    """Python's name of the encoding that spreadsheets of a language save where they do not save UTF-8."""
    return _CODE_PAGES.get(base_language(tag))


def is_unspaced(tag: str) -> bool:
    """Whether a language is written without spaces between words."""
    return base_language(tag) in _UNSPACED


@dataclass(frozen=True, slots=True, order=True)
class Direction:
    """An ordered language pair, both BCP-47 tags; prints as `en→pt`."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source}→{self.target}"
