"""File names that stand for what is neither a text nor a kind of document that is read here."""

from __future__ import annotations

from pathlib import PurePath

# Each with the format that a program which opens it can save it in.
_SAVED_AS = {
    "docx": ".doc .rtf .pages .wpd",
    "pptx": ".ppt .odp .key",
    "csv": ".xls .xlsx .ods .numbers",
    "epub": ".mobi .azw3",
}
_OTHER = ".pdf .djvu .zip .gz .7z .rar .tar .png .jpg .jpeg .gif .webp .tif .tiff .bmp .heic .svg .mp3 .mp4 .wav"
_NATIVE = {ending: kind for kind, endings in _SAVED_AS.items() for ending in endings.split()}
FOREIGN = frozenset({*_NATIVE, *_OTHER.split()})


def is_foreign(name: str) -> bool:
    """Whether the ending of a file name, in any case, is that of something that cannot be read or written."""
    return PurePath(name).suffix.lower() in FOREIGN


def saved_as(name: str) -> str | None:
    """The kind of document that such a file can be saved as by a program that opens it, None where there is none."""
    return _NATIVE.get(PurePath(name).suffix.lower())
