"""Names that become files and folders: which ones are safe on every system."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

RECEIPT_NAME = "edgekit.json"

_MODEL_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
# Windows opens these as devices, with any extension and in any folder.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff\\:*?"<>|]')  # surrogates: no file system takes them


def is_model_id(text: str) -> bool:
    """Whether text can name a model and its folder: lower case letters, digits, `.`, `_`, `-`, at most 64."""
    return _MODEL_ID.fullmatch(text) is not None and _DEVICE.fullmatch(text) is None


def why_unsafe_path(text: str) -> str | None:
    """Why text cannot be a file inside a model's folder, or None where it can.

    A safe path is relative, uses `/`, stays in its folder and can be written on Windows, macOS and Linux.
    """
    if _FORBIDDEN.search(text):
        return 'must have no backslash, control character or any of : * ? " < > |'
    # File systems of Linux take 255 bytes for a name.
    if not text or len(text.encode()) > 240:
        return "must have 1 to 240 bytes in UTF-8"
    if text.startswith("/"):
        return "must be relative"
    for part in text.split("/"):
        if part in ("", ".", ".."):
            return "must not have `.`, `..` or empty parts"
        if part.startswith(".") or part[-1] in ". ":
            return "must have no part that starts or ends with a dot, or ends with a space"
        if _DEVICE.fullmatch(part):
            return f"must not use `{part}`, which is a device on Windows"
    if PurePosixPath(text).name.lower() == RECEIPT_NAME:
        return f"must not be `{RECEIPT_NAME}`, which is the receipt"
    return None
