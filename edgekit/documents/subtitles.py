"""Subtitles as documents: SubRip and WebVTT, their cues with positions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from edgekit.core.errors import InputError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.cues import FASTEST, Cue, cue_units, too_fast
from edgekit.documents.encoding import decoded
from edgekit.documents.inline import Piece
from edgekit.documents.markup import escaping, references
from edgekit.documents.spliced import SplicedDocument

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_SRT_TIME = re.compile(
    r"\s*(\d{1,3}):(\d{1,2}):(\d{1,2})[,.](\d{1,3})[ \t]*-->[ \t]*(\d{1,3}):(\d{1,2}):(\d{1,2})[,.](\d{1,3})(?:\s.*)?"
)
_VTT_TIME = re.compile(
    r"\s*(?:(\d{2,4}):)?(\d\d):(\d\d)\.(\d{3})[ \t]*-->[ \t]*(?:(\d{2,4}):)?(\d\d):(\d\d)\.(\d{3})(?:\s.*)?"
)
# Tags of SubRip are HTML's, by custom; `<3` and `a < b` are text. `{\an8}` is of SubStation Alpha.
_CODE = re.compile(r"</?[A-Za-z][^<>\n]*>|<(?:\d+:)?\d\d:\d\d\.\d{3}>|\{\\[^{}\n]*\}|\\[Nh]")
_TAG = re.compile(r"<(/?)([A-Za-z]+)")
_MOMENT = re.compile(r"<\d")


@dataclass
class SubtitleDocument(SplicedDocument):
    """Subtitles; after `written` their reading speed is known too."""

    cues_of: Callable[[str], Sequence[Cue]] = field(default=lambda _text: ())

    def __post_init__(self) -> None:
        super().__post_init__()
        cues = self.cues_of(self.source.text)
        self._before = too_fast(cues)
        self._speed = _speed(len(cues), self._before, None)

    @property
    def facts(self) -> tuple[str, ...]:
        """What a person should know, a sentence each."""
        return (*super().facts, *self._speed)

    def written(self, translated: Sequence[MarkedText], *, changed: bool = False) -> bytes:
        """The file with these texts in it; see `Document`."""
        data = super().written(translated, changed=changed)
        cues = self.cues_of(data[len(self.source.mark) :].decode(self.source.codec))
        self._speed = _speed(len(cues), self._before, too_fast(cues))
        return data


def _speed(cues: int, before: int, after: int | None) -> tuple[str, ...]:
    """How many cues of the original and, where it is there, of the translation nobody can read in time."""
    if not before and not after:
        return ()
    faster = f"faster than {FASTEST:.0f} characters a second"
    if after is None:
        return (f"reading speed: {before} of {cues} cues are {faster}",)
    return (f"reading speed: {after} of {cues} cues are {faster} in the translation, {before} in the original",)


def read_srt(data: bytes, name: str, options: DocumentOptions) -> Document:
    """SubRip. Raises InputError where no line is a time."""
    source = decoded(data, name, options=options)
    cues = _srt_cues(source.text)
    if not cues and source.text.strip():
        raise InputError(f"`{name}` is no SubRip file: no line is a time like `00:00:01,000 --> 00:00:02,500`")
    newline = _newline(source.text)
    return SubtitleDocument(source, cue_units(cues, newline, lambda text: text, options.target), cues_of=_srt_cues)


def read_vtt(data: bytes, name: str, options: DocumentOptions) -> Document:
    """WebVTT (W3C); notes, styles and regions are left as they are. Raises InputError for what is none."""
    source = decoded(data, name, options=options)
    if re.match(r"WEBVTT(?:[ \t\r\n]|\Z)", source.text) is None:
        raise InputError(f"`{name}` is no WebVTT file: it does not begin with `WEBVTT`")
    # `-->` ends a cue's text wherever it stands.
    escape = escaping({})
    units = cue_units(
        _vtt_cues(source.text),
        _newline(source.text),
        lambda text: escape(text).replace("-->", "--&gt;"),
        options.target,
    )
    return SubtitleDocument(source, units, cues_of=_vtt_cues)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"


def _lines(text: str) -> list[tuple[int, int]]:
    return [match.span(1) for match in _LINE.finditer(text) if match[0] or match.start() < len(text)]


def _srt_cues(text: str) -> list[Cue]:
    lines = _lines(text)
    times = [(index, match) for index, span in enumerate(lines) if (match := _SRT_TIME.fullmatch(text, *span))]
    cues = []
    for place, (index, match) in enumerate(times):
        last = times[place + 1][0] if place + 1 < len(times) else len(lines)
        if last < len(lines) and text[slice(*lines[last - 1])].strip().isdigit() and last - 1 > index:
            last -= 1  # the next cue's number
        cues.append(_cue(text, lines[index + 1 : last], _milliseconds(match), said_as_written=True))
    return cues


def _vtt_cues(text: str) -> list[Cue]:
    cues = []
    lines = _lines(text)
    index = 0
    while index < len(lines):
        block = index
        while block < len(lines) and text[slice(*lines[block])].strip(" \t"):
            block += 1
        time = None
        if not re.match(r"NOTE(?:[ \t]|\Z)|STYLE[ \t]*\Z|REGION[ \t]*\Z", text[slice(*lines[index])]):
            # An identifier may stand before the time.
            time = next(
                (at for at in range(index, min(index + 2, block)) if "-->" in text[slice(*lines[at])]),
                None,
            )
        match = _VTT_TIME.fullmatch(text, *lines[time]) if time is not None else None
        if match is not None and time is not None:
            cues.append(_cue(text, lines[time + 1 : block], _milliseconds(match), said_as_written=False))
        index = block + 1
    return cues


def _milliseconds(match: re.Match[str]) -> tuple[int, int]:
    parts = [int(group or 0) for group in match.groups()]
    fractions = [match[4].ljust(3, "0"), match[8].ljust(3, "0")]
    begin, end = (
        ((parts[at] * 60 + parts[at + 1]) * 60 + parts[at + 2]) * 1000 + int(fraction)
        for at, fraction in ((0, fractions[0]), (4, fractions[1]))
    )
    return begin, end


def _cue(text: str, lines: Sequence[tuple[int, int]], time: tuple[int, int], *, said_as_written: bool) -> Cue:
    found: list[tuple[Piece, ...]] = []
    voice = ""
    alone = blank = False
    parted: set[int] = set()
    for begin, end in lines:
        if not text[begin:end].strip():
            blank = bool(found)
            continue
        if blank:
            parted.add(len(found))
            blank = False
        pieces = _pieces(text, begin, end, said_as_written)
        codes = [text[piece.begin : piece.end] for piece in pieces if piece.kind != "text"]
        alone = alone or any(_MOMENT.match(code) for code in codes)
        voice = voice or next((code for code in codes if re.match(r"<v[ .\t]", code)), "")
        found.append(tuple(pieces))
    return Cue(*time, tuple(found), alone, voice, frozenset(parted))


def _pieces(text: str, begin: int, end: int, said_as_written: bool) -> list[Piece]:
    """A line of a cue; entities are WebVTT's only."""
    pieces: list[Piece] = []

    def say(first: int, last: int) -> None:
        if first < last and said_as_written:
            pieces.append(Piece("text", first, last, text[first:last]))
        elif first < last:
            pieces.extend(Piece("text", *part) for part in references(text, first, last, xml=False))

    at = begin
    for match in _CODE.finditer(text, begin, end):
        say(at, match.start())
        at = match.end()
        if match[0] == "\\N":
            pieces.append(Piece("break", match.start(), at))
            continue
        tag = _TAG.match(match[0])
        if tag is None:
            pieces.append(Piece("point", match.start(), at))
        else:
            pieces.append(Piece("close" if tag[1] else "open", match.start(), at, tag=tag[2].lower()))
    say(at, end)
    return pieces
