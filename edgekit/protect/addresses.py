"""URLs, e-mail addresses, handles, hashtags and paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edgekit.protect.found import Found

_URL = re.compile(r"(?<![A-Za-z0-9+.-])(?:(?:[A-Za-z][A-Za-z0-9+.-]{1,15}://|www\.)[^\s<>\"`]{1,2000})")
_MAILTO = re.compile(r"(?<![A-Za-z0-9+.-])(?:mailto|tel|doi|urn):[^\s<>\"`]{1,400}")
_TOP = "com|org|net|edu|gov|mil|int|info|io|dev|app|ai|tv|co|eu|br|pt|uk|de|fr|nl|ru|cn|jp|za|ke|ng|tz|ug|gh|ca|au|mx"
_DOMAIN = re.compile(
    rf"(?<![\w@.%+/:\\-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,6}}(?:{_TOP})(?::\d{{2,5}})?"
    r"(?:/[^\s<>\"`]{0,1000})?(?![\w-]|\.\w)"
)
_NUMBERS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5})?(?![\w]|\.\d)")
_MAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_HANDLE = re.compile(
    r"(?<![\w@./&#])[@#][^\W\d]\w{0,63}(?:@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24})?|(?<![\w&])#[0-9A-Fa-f]{6}(?!\w)"
)
_EXTENSIONS = (
    "txt|md|pdf|docx?|xlsx?|pptx?|odt|ods|odp|csv|tsv|json|ya?ml|toml|xml|html?|css|js|ts|py|ipynb|sh|bat|exe|zip|gz|tar|"
    "png|jpe?g|gif|svg|webp|mp3|mp4|wav|ogg|epub|srt|vtt|po|xliff|tex|c|h|cpp|rs|go|java|ini|cfg|log|gguf|onnx"
)
_PATH = re.compile(
    # /usr/share/x, ~/x, ./x, ../x/y
    r"(?<![\w/.:<~@-])(?:(?:~|\.{1,2})/(?:[\w.@+-]{1,128}/){0,32}[\w.@+-]{0,128}|/(?:[\w.@+-]{1,128}/){1,32}[\w.@+-]{0,128})"
    # src/main.py, report.docx
    rf"|(?<![\w/.:@\\-])(?:[\w.-]{{1,64}}/){{0,16}}[\w-]{{1,64}}(?:\.[\w-]{{1,32}}){{0,3}}\.(?:{_EXTENSIONS})(?![\w/]|\.\w)"
    # C:\Users\x, \\server\share
    r"|(?<!\w)(?:[A-Za-z]:\\|\\\\[\w.-]{1,64}\\)(?:[^\\/:*?\"<>|\s]{1,128}\\){0,32}[^\\/:*?\"<>|\s]{0,128}"
)
_ENDS = ".,;:!?…'\"*_~"
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def addresses(text: str) -> Iterator[Found]:
    """Addresses, in no order of all; a full stop or bracket after one is none of it."""
    if "://" in text or "www." in text:
        yield from (_trimmed(text, match, "address") for match in _URL.finditer(text))
    if ":" in text:
        yield from (_trimmed(text, match, "address") for match in _MAILTO.finditer(text))
    if "." in text:
        yield from (_trimmed(text, match, "address") for match in _DOMAIN.finditer(text))
        yield from (Found(*match.span(), "address") for match in _NUMBERS.finditer(text))
    if "@" in text:
        yield from (Found(*match.span(), "mail") for match in _MAIL.finditer(text))
    if "@" in text or "#" in text:
        yield from (Found(*match.span(), "handle") for match in _HANDLE.finditer(text))
    if "/" in text or "\\" in text or "." in text:
        for match in _PATH.finditer(text):
            found = _trimmed(text, match, "path")
            if found.end - found.begin > 1:
                yield found


def _trimmed(text: str, match: re.Match[str], kind: str) -> Found:
    """The match less the punctuation of the sentence round it."""
    begin, end = match.span()
    counts = {sign: text.count(sign, begin, end) for pair in _CLOSERS.items() for sign in pair}
    while end - begin > 1:
        last = text[end - 1]
        if last in _CLOSERS and counts[last] > counts[_CLOSERS[last]]:
            counts[last] -= 1
        elif last not in _ENDS:
            break
        end -= 1
    return Found(begin, end, "address" if kind == "address" else "path")
