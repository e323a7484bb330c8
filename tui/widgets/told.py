"""What is known of a translation, in words: nothing is said by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edgekit.core.characters import visible
from edgekit.core.languages import Direction, base_language
from tui.actions import N_, key_of
from tui.figures import percent
from tui.models import Line, Spoken, Term
from tui.sentences import said
from tui.words import _

KINDS = {
    "capitals": N_("capitals"),
    "incomplete": N_("not complete"),
    "keep": N_("lost or changed"),
    "language": N_("language"),
    "number": N_("number"),
    "repetition": N_("repetition"),
    "sentence": N_("missing sentence"),
    "term": N_("term"),
    "untranslated": N_("not translated"),
}
_SURE = 0.8


def sure_in_words(sure: float, *, doubtful: bool) -> str:
    """`93 % sure`, and whether that is much."""
    share = percent(sure)
    if doubtful:
        return _("doubtful, {share} sure", share=share)
    return _("quite certain, {share} sure", share=share) if sure >= _SURE else _("{share} sure", share=share)


def to_look_at(number: int, line: Line) -> str:
    """Why a person should look at a line."""
    parts = [] if line.sure is None else [sure_in_words(line.sure, doubtful=line.doubtful)]
    parts += [f"{_(KINDS.get(kind, kind))}: {visible(said(detail))}" for kind, detail in line.findings]
    return _("line {line}: {sure}", line=number, sure="; ".join(parts))


def terms_in_words(terms: Sequence[Term]) -> str:
    """How many terms of the glossary were honoured, and what each was to become."""
    each = ", ".join(
        f"{visible(one.source)} → {visible(one.target)}" + ("" if one.honoured else f" ({_('missing')})")
        for one in terms
    )
    honoured = sum(one.honoured for one in terms)
    return _("terms {honoured} of {count}: {terms}", honoured=honoured, count=len(terms), terms=each)


def spoken_in_words(
    spoken: Spoken, fit: Direction | None, current: Direction | None, name: Callable[[str], str]
) -> str:
    """In which language a text seems to be, and which direction that asks for."""
    if spoken.tag is None and spoken.other is None:
        return _("language of the text: unknown")
    said = _("language of the text: {language}", language=name(spoken.tag or spoken.other or ""))
    if spoken.tag is None:
        return said + ", " + _("which no model here translates")
    if current is None or base_language(spoken.tag) == base_language(current.source):
        return said
    if fit is None:
        return said
    return (
        said
        + "; "
        + _(
            "{key} turns to {source} → {target}",
            key=key_of("translate.fit"),
            source=name(fit.source),
            target=name(fit.target),
        )
    )
