"""What comes of what, the other way round: `the oxygen is used up because the flame goes out`.

Of 5,206 right answers of SciEntsBank, Beetle and SAF (train), 788 of which say why, the rule finds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from edgekit.grading.function_words import denying_words, function_words, known
from edgekit.grading.opposites import pole
from edgekit.grading.statements import Word, plain_words, sentences

# Words behind which the cause stands, and those behind which what comes of it does; in the form of `matching_form`.
_BEHIND: Mapping[str, tuple[frozenset[tuple[str, ...]], ...]] = {
    language: tuple(frozenset(tuple(words.split()) for words in re.findall(r"[^;]+", row)) for row in rows)
    for language, rows in {
        "en": ("because", "so;therefore;thus;hence"),
        "es": ("porque;ya que;por que;puesto que", "por eso;asi que;entonces;por lo tanto;por tanto"),
        "pt": ("porque;pois;ja que;por que", "por isso;entao;portanto;logo"),
        "de": ("weil;denn", "deshalb;daher;darum"),
        "fr": ("parce que;car;puisque", "donc;alors"),
    }.items()
}
# `So that` is what for, `so hot` is how much.
_NOT_BEHIND_SO = frozenset({"that", "much", "many", "far", "as", "long"})
# Of what only one half of the wording says, this much is said in the other half.
_LEAST = 0.6


@dataclass(frozen=True, slots=True)
class _Both:
    """The stems of a cause and of what comes of it, said in text[begin:end]."""

    cause: frozenset[str]
    effect: frozenset[str]
    begin: int
    end: int


def find_turned_cause(wordings: Sequence[str], said: str, language: str) -> tuple[int, int] | None:
    """Where an answer has what comes of it for the cause, and the cause for what comes of it.

    language: of all, as a tag or a mix of tags.
    """
    languages = known([language])
    if not languages:
        return None
    theirs = [one for text in wordings for one in _causes(text, languages)]
    mine = _causes(said, languages) if theirs else []
    for one in mine:
        if any(_is_turned(one, other) for other in theirs) and not any(_is_turned(one, other) for other in mine):
            return one.begin, one.end
    return None


def _is_turned(mine: _Both, theirs: _Both) -> bool:
    cause, effect = theirs.cause - theirs.effect, theirs.effect - theirs.cause
    if not cause or not effect:
        return False
    crossed = min(len(cause & mine.effect) / len(cause), len(effect & mine.cause) / len(effect))
    return crossed >= _LEAST and not cause & (mine.cause - mine.effect) and not effect & (mine.effect - mine.cause)


def _causes(text: str, languages: tuple[str, ...]) -> list[_Both]:
    return [
        one
        for begin, end in sentences(text)
        for one in _in_sentence(text, [*plain_words(text, begin, end, languages)], languages)
    ]


def _in_sentence(text: str, words: Sequence[Word], languages: tuple[str, ...]) -> Iterator[_Both]:
    for at in range(len(words)):
        for cause_behind, behind in _joins(languages):
            if tuple(word.plain for word in words[at : at + len(behind)]) != behind:
                continue
            after = words[at + len(behind) :]
            if behind == ("so",) and after and after[0].plain in _NOT_BEHIND_SO:
                continue
            before = words[:at]
            if not before and cause_behind:
                # `Because it is wet, it cools`: up to the comma.
                cut = next((n for n in range(1, len(after)) if "," in text[after[n - 1].end : after[n].begin]), 0)
                before, after = after[cut:] if cut else [], after[:cut]
            halves = [_stems(side, languages) for side in ((after, before) if cause_behind else (before, after))]
            if all(halves):
                yield _Both(halves[0], halves[1], words[0].begin, words[-1].end)


def _joins(languages: tuple[str, ...]) -> Iterator[tuple[bool, tuple[str, ...]]]:
    for language in languages:
        for at, row in enumerate(_BEHIND[language]):
            for behind in sorted(row):
                yield not at, behind


def _stems(words: Sequence[Word], languages: tuple[str, ...]) -> frozenset[str]:
    idle = function_words(languages) | denying_words(languages)
    return frozenset(word.stem for word in words if word.plain not in idle or pole(word.plain, languages) is not None)
