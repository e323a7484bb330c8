"""Label projection: spans of a text, moved to its translation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from edgekit.core.errors import InputError
from edgekit.core.segments import Span
from edgekit.projection.images import How
from edgekit.projection.links import Links, link
from edgekit.projection.place import Node, nested, put, walk
from edgekit.projection.search import Scorer, search_spans

Given: TypeAlias = "tuple[int, int] | tuple[int, int, str]"


class _Segment(Protocol):
    @property
    def source(self) -> Span: ...
    @property
    def target(self) -> Span: ...
    @property
    def alignment(self) -> tuple[tuple[Span, Span], ...] | None: ...


class Aligned(Protocol):
    """A `Translation`: its text, and segments with alignment."""

    @property
    def text(self) -> str: ...
    @property
    def segments(self) -> Sequence[_Segment]: ...


@dataclass(frozen=True, slots=True)
class ProjectedSpan:
    """A span of the source and where it went, in code points.

    target: None where no words of the translation belong to it.
    how: `alignment`; `neighbours`, by what the words around it became; `same`, a part of a word that came through as it
        is; `search`, by the scores of a model; None without a target.
    left_out: words of the translation that belong to it as well and are not next to the others.
    score: log-probability of the translation with the markers, by `search`.
    """

    name: str
    source: Span
    target: Span | None
    how: How | Literal["search"] | None
    left_out: tuple[Span, ...] = ()
    score: float | None = None


def project(
    source: str,
    spans: Iterable[Given],
    translation: str | Aligned,
    *,
    alignment: Iterable[tuple[Span, Span]] | None = None,
    scorer: Scorer | None = None,
    exact: bool = False,
) -> list[ProjectedSpan]:
    """Move spans (names, terms, evidence) from a text to its translation, one for each, in the same order.

    spans: (begin, end) or (begin, end, name) in code points of `source`, none empty; they may nest, and do so in the
        translation as well. Spans that cross are moved one by one. A name that is not given is the span's number.
    translation: what `translate([source], alignment=True)` gave; or a text, with `alignment` or a `scorer`.
    alignment: (source span, target span) of words that belong together, in place of the translation's own.
    scorer: searches for the likeliest places of markers instead (Codec, Le et al. 2024); see `Scorer`. A span of which
        the search finds none is moved by the alignment.
    exact: the search looks at every place; without, at the likely ones.
    Words are never cut. Raises InputError for spans that are none, and where there is nothing to go by.
    """
    wanted = _checked(source, spans)
    text, segments = (translation, ()) if isinstance(translation, str) else (translation.text, translation.segments)
    pairs = alignment if alignment is not None else _alignment(segments)
    if pairs is None and scorer is None and source != text:
        raise InputError(
            "there is nothing to move spans by", hint="translate with `alignment=True`, or give `alignment` or `scorer`"
        )
    bounds = [(one.source, one.target) for one in segments]
    links = link(source, text, pairs or (), segments=bounds)
    found = _by_links(links, wanted)
    if scorer is None:
        return found
    searched = search_spans(source, [one.source for one in found], text, scorer, exact=exact)
    return [
        old if best is None else ProjectedSpan(old.name, old.source, best.span, "search", (), best.score)
        for old, best in zip(found, searched, strict=True)
    ]


def _alignment(segments: Sequence[_Segment]) -> list[tuple[Span, Span]] | None:
    if not segments or any(one.alignment is None for one in segments):
        return None
    return [pair for one in segments for pair in one.alignment or ()]


def _checked(source: str, spans: Iterable[Given]) -> list[tuple[Span, str]]:
    """The spans and their names. Raises InputError with every reason."""
    wanted: list[tuple[Span, str]] = []
    reasons = []
    for at, one in enumerate(spans):
        begin, end = one[0], one[1]
        name = one[2] if len(one) == 3 else str(at)
        if not 0 <= begin < end <= len(source):
            reasons.append(f"span `{name}` is {begin}:{end} of {len(source)} characters")
        wanted.append(((begin, end), name))
    if reasons:
        raise InputError("only spans of the source can be moved", reasons=reasons)
    return wanted


def _by_links(links: Links, wanted: Sequence[tuple[Span, str]]) -> list[ProjectedSpan]:
    trees = nested([span for span, _ in wanted])
    if trees is None:
        return [_one(links, span, name) for span, name in wanted]
    put(links, trees)
    nodes = {node.number: node for node in walk(trees)}
    return [_projected(nodes[at], name) for at, (_, name) in enumerate(wanted)]


def _one(links: Links, span: Span, name: str) -> ProjectedSpan:
    node = Node(span, 0)
    put(links, [node])
    return _projected(node, name)


def _projected(node: Node, name: str) -> ProjectedSpan:
    return ProjectedSpan(name, node.span, node.image, node.how, node.left_out)
