"""Answers that want it both ways."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edgekit.grading.addressed import sentences
from edgekit.grading.contradiction import find_opposed, short
from edgekit.grading.exclusive import things
from edgekit.grading.function_words import LANGUAGES, denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.opposites import pole
from edgekit.quiz.suggestion import Reason

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
# Not after one letter: `i.e.`, `z. B.`
_END = re.compile(r"(?<!\b\w)\.|[!?;:\n]")
_BOTH = re.compile(
    r"\b(?:may|might|can|could|will|would|does|do|is|are|has|have)(?: be)?,? or (?:\w+ ){0,2}(?:not|m(?:ay|ight) not)\b"
    r"|\b(?:or|o|ou|oder) (?:maybe |quiza |tal vez |talvez |vielleicht )?"
    r"(?:not|it does not|it doesn'?t|no|nao|nicht|pas|non)\s*(?:[.!;,\n]|$)"
    r"|\b(?:or|o|ou|oder) (?:(?:it is|it'?s|es|e|es ist|c'?est) )?(?:not true|untrue|false that|falso que|mentira que"
    r"|no (?:es )?(?:verdad|cierto)|nao e (?:verdade|certo)|nicht wahr|falsch,? dass|pas vrai|faux que)\b"
    r"|\b(?:puede|podria|pueden) o (?:que |puede )?no\b|\b(?:pode|poderia) ou (?:pode )?nao\b"
    r"|\b(?:kann|konnte) oder (?:kann )?(?:auch )?nicht\b|\b(?:peut|pourrait) ou (?:peut )?(?:ne )?(?:pas|non)\b"
    # `Es könnte eingeschränkt oder nicht verfügbar sein` says two things, not one and its denial.
    r"|\b(?:(?:puede|podria|pueden) \w+ o (?:que |puede )?no|(?:pode|poderia) \w+ ou (?:pode )?nao"
    r"|(?:kann|konnte) \w+ oder (?:kann )?(?:auch )?nicht|(?:peut|pourrait) \w+ ou (?:peut )?(?:ne )?(?:pas|non))"
    r"\s*(?:[.!?;,:\n]|$)"
)
# `Less dense or not less dense`: of 4,727 right answers (train and dev) none says it outside of a question.
_AGAIN = re.compile(
    r"\b(\w+ (?:\w+ ){0,3}\w+|\w{4,}),? (?:or|o|ou|oder) (?:\w+ ){0,3}?(?:not|no|nao|nicht|non) (?:\w+ )?\1\b"
)
# `whether it rises or not` asks; it does not answer twice.
_ASKED = frozenset(
    re.findall(
        r"\w+",
        "whether if depending depends si dependiendo depende se dependendo ob wenn falls abhangig selon how "
        "what which como wie",
    )
)
_TRUTH = frozenset(
    re.findall(
        r"\w+",
        "true false right wrong correct incorrect untrue really verdad cierto cierta falso falsa mentira correcto "
        "incorrecto verdade certo certa correto errado wahr falsch richtig unwahr vrai faux exact believe think creo "
        "acredito glaube crois",
    )
)
_LEAST_TAKING_BACK = 2
# `They are wrong`, of people that the question tells of.
_PEOPLE = frozenset(["he", "she", "they", "el", "ella", "ellos", "ellas", "ele", "ela", "eles", "elas"])
_OR = frozenset({"or", "o", "u", "ou", "oder"})
_MOST_BETWEEN = 3
# `54 degrees, more or less`: about as many.
_ABOUT = re.compile(
    r"(\d[^.!?;\n]{0,24})?\b(?:more or less|mas o menos|mais ou menos|plus ou moins|mehr oder weniger)\b"
    r"(?(1)\s*(?:[.,;!?\n]|$)|\s*\d)"
)
_MOST_COMPARED = 300
_MOST_READ = 4000


def find_hedges(text: str, language: str, wordings: Sequence[str] = ()) -> tuple[Reason, ...]:
    """`hedged`, at most once, with its span: `it may or may not`, a sentence and its denial, both of two opposites, and
    a sentence that says of others that they are false, in any of the languages that are known.

    wordings: of what should be said; `it rises or falls` is a hedge where they have one of the two and never the other.
    """
    text = text[:_MOST_READ]
    plain = matching_form(text)
    for begin, end in sentences(text)[1:]:
        if _takes_back(plain[begin:end]):
            return (Reason("hedged", f"`{short(text[begin:end])}` takes back what stands before it", (begin, end)),)
    languages = known([language])
    if not languages:
        return ()
    again = () if any(_AGAIN.search(matching_form(one)) for one in wordings) else _AGAIN.finditer(plain)
    for found in (*_BOTH.finditer(plain), *again):
        if not _is_asked(plain, found.start()):
            return (Reason("hedged", f"`{short(text[slice(*found.span())])}` leaves it open", found.span()),)
    decided = _decided(wordings, languages)
    about = [found.span() for found in _ABOUT.finditer(plain)] if decided else []
    words = list(_WORD.finditer(plain)) if decided else []
    for at, word in enumerate(words):
        if word[0] not in _OR or not 0 < at < len(words) - 1:
            continue
        if any(begin <= word.start() < end for begin, end in about):
            continue
        before = [(one, _places(one[0], languages)) for one in words[max(0, at - _MOST_BETWEEN) : at]]
        after = [(one, _places(one[0], languages)) for one in words[at + 1 : at + 1 + _MOST_BETWEEN]]
        for one, mine in reversed(before):
            for other, theirs in after:
                # Of one kind, and of one that the wordings name one of.
                if not any(mine[kind] != theirs[kind] for kind in mine.keys() & theirs.keys() & decided):
                    continue
                between = plain[one.start() : other.end()]
                if not _END.search(between) and not _is_asked(plain, one.start()):
                    span = (one.start(), other.end())
                    return (Reason("hedged", f"`{short(text[slice(*span)])}` leaves it open", span),)
    # A long answer tells several cases apart, in the same words.
    opposed = find_opposed(text, language) if len(text) <= _MOST_COMPARED else None
    if opposed is not None and not _is_turned(plain[slice(*opposed[0])], plain[slice(*opposed[1])], languages):
        (begin, end), (first, last) = opposed
        detail = f"`{short(text[first:last])}` denies `{short(text[begin:end])}`"
        return (Reason("hedged", detail, (first, last)),)
    return ()


def _takes_back(plain: str) -> bool:
    """`That is false`: words that hold a sentence together and words of truth, denied. Of 9,567 right answers 1."""
    words = [found[0] for found in _WORD.finditer(plain)]
    if len(words) < _LEAST_TAKING_BACK or not _TRUTH.intersection(words) or words[0] in _PEOPLE:
        return False
    small, denying = function_words(LANGUAGES), denying_words(LANGUAGES)
    denied = [re.sub("['’]", "", one) in denying for one in words]
    return any(denied) and all(one or word in _TRUTH or word in small for one, word in zip(denied, words, strict=True))


def _is_turned(one: str, other: str, languages: tuple[str, ...]) -> bool:
    """`The nail scratches the chalk, the chalk does not scratch the nail`: each begins as the other ends."""
    small = function_words(languages) | denying_words(languages)
    mine, theirs = ([found[0] for found in _WORD.finditer(text) if found[0] not in small] for text in (one, other))
    return len(mine) > 1 and len(theirs) > 1 and mine[0] != theirs[0] and (mine[0], theirs[0]) == (theirs[-1], mine[-1])


def _places(plain: str, languages: tuple[str, ...]) -> dict[str, int]:
    """The scale that a word lies on, and at which end; the kinds that what it names is of, and which of them it is."""
    on_scale = pole(plain, languages)
    return dict((*((on_scale,) if on_scale is not None else ()), *things(plain, languages)))


def _decided(wordings: Sequence[str], languages: tuple[str, ...]) -> set[str]:
    """Scales that the wordings lie on at one end only, and kinds of which they name one thing."""
    places: dict[str, set[int]] = {}
    for wording in wordings:
        for found in _WORD.finditer(matching_form(wording)):
            # A wording may be in another language than the answer: `demand or supply`, `la demanda o la oferta`.
            for kind, place in (*_places(found[0], languages).items(), *things(found[0], LANGUAGES)):
                places.setdefault(kind, set()).add(place)
    return {kind for kind, found in places.items() if len(found) == 1}


def _is_asked(plain: str, at: int) -> bool:
    """Whether a word before, in the same sentence, makes a question of it."""
    begin = max((found.end() for found in _END.finditer(plain, max(0, at - 200), at)), default=max(0, at - 200))
    return any(found[0] in _ASKED for found in _WORD.finditer(plain, begin, at + 12))
