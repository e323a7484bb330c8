"""Which words of a text are in which language: scripts, n-grams of words, and Viterbi over their sequence."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgekit.core.errors import UsageError
from edgekit.core.languages import base_language, normalise_tag
from edgekit.identify.identifier import known_languages, limited_model
from edgekit.identify.scripts import UNSPACED_SCRIPTS, main_script, scripts_of_language

# Chosen on two of the four conversations of `code-switch` (Bangor Miami, en and es), reported on the other two by
# `benchmarks/languages.py`.
_WORD_WEIGHT = 0.7
_STAY = 0.95
# A full stop is where languages change.
_STAY_AFTER_SENTENCE = 0.7
# A word with a capital inside a sentence may be a name, which is no evidence for a language.
_NAME_WEIGHT = 0.25
_WRONG_SCRIPT = -20.0
_CACHED_WORDS = 1 << 14

# Letters with their marks, apostrophes and hyphens between them; `\\w` leaves out the marks of Brahmic scripts.
_WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u200c\u200d]"
    r"|['’ʼ\-](?=[^\W\d_]))*"
)
_SENTENCE_END = re.compile(r"[.!?。！？।።؟…\n]")


@dataclass(frozen=True, slots=True)
class LanguageSpan:
    """Words in one language: begin and end in the text, in code points, as slices count; tag: one of those given."""

    begin: int
    end: int
    tag: str


@dataclass(frozen=True, slots=True)
class _Word:
    begin: int
    end: int
    scores: tuple[float, ...]
    starts_sentence: bool


def spans(text: str, languages: Sequence[str]) -> list[LanguageSpan]:
    """The language of every word: spans in order that begin and end at words and together hold every word.

    languages: BCP-47 tags to choose from; at least one that the library knows. Raises UsageError.
    The most likely sequence under a hidden Markov model: a word's likelihoods are those of its n-grams, a language's
    share nothing of a word in a script that it is not written in, and the next word is most likely in the same one.
    """
    tags, scored = _scored(text, languages)
    if not tags:
        raise UsageError("none of the languages can be told apart", hint="name one that `edgekit detect` knows")
    found: list[LanguageSpan] = []
    for word, tag in zip(scored, _viterbi(scored, len(tags)), strict=True):
        if found and found[-1].tag == tags[tag]:
            found[-1] = LanguageSpan(found[-1].begin, word.end, tags[tag])
        else:
            found.append(LanguageSpan(word.begin, word.end, tags[tag]))
    return found


def foreign_spans(
    text: str, main: str, languages: Sequence[str], *, least_words: int = 4, least_odds: float = 16.0
) -> list[LanguageSpan]:
    """The spans of a text in main that are surely in another of the languages.

    least_words: shorter ones are left out: they are names, loans and mistakes.
    least_odds: natural logarithm of the odds, over all of its words, for its language against main.
    Of 500 lines of FLORES dev in each of en, pt, es and fr, choosing from these four, 16 leaves none with any, 12 four.
    """
    tags, scored = _scored(text, [main, *(tag for tag in languages if base_language(tag) != base_language(main))])
    if not tags or base_language(tags[0]) != base_language(normalise_tag(main)):
        return []
    path = _viterbi(scored, len(tags))
    found: list[LanguageSpan] = []
    at = 0
    while at < len(scored):
        end = at + 1
        while end < len(scored) and path[end] == path[at]:
            end += 1
        tag = path[at]
        odds = sum(word.scores[tag] - word.scores[0] for word in scored[at:end])
        if tag and end - at >= least_words and odds >= least_odds:
            found.append(LanguageSpan(scored[at].begin, scored[end - 1].end, tags[tag]))
        at = end
    return found


def count_words(text: str) -> int:
    """How many words a text has, for deciding whether there is enough to go by.

    Writing without spaces counts a word for every two letters; only the first 4,096 characters are looked at.
    """
    beginning = text[:4096]
    if main_script(beginning) in UNSPACED_SCRIPTS:
        return sum(map(str.isalpha, beginning)) // 2
    return sum(1 for _ in _WORD.finditer(beginning))


def _scored(text: str, languages: Sequence[str]) -> tuple[list[str], list[_Word]]:
    """The tags that the library knows, and every word with a score for each of them."""
    tags: dict[str, str] = {}
    for tag in map(normalise_tag, languages):
        if base_language(tag) in known_languages():
            tags.setdefault(base_language(tag), tag)
    if not tags:
        return [], []
    score = _scorer(tuple(tags))
    words: list[_Word] = []
    last = 0
    for match in _WORD.finditer(text):
        starts = not words or _SENTENCE_END.search(text, last, match.start()) is not None
        scores = score(match.group().lower())
        if match.group()[0].isupper() and not starts:
            scores = tuple(_NAME_WEIGHT * value if value > _WRONG_SCRIPT / 2 else value for value in scores)
        words.append(_Word(match.start(), match.end(), scores, starts))
        last = match.end()
    return list(tags.values()), words


@functools.lru_cache(maxsize=8)
def _scorer(languages: tuple[str, ...]) -> Callable[[str], tuple[float, ...]]:
    """Weighted log-likelihoods of a word in each language, the highest of them 0."""
    model = limited_model(languages)
    written = [scripts_of_language(language) for language in languages]

    @functools.lru_cache(maxsize=_CACHED_WORDS)
    def score(word: str) -> tuple[float, ...]:
        script = main_script(word)
        ranked = dict(model.rank(f" {word[:60]} "))
        fitting = [script is None or script in one for one in written]
        if not any(fitting):
            return (0.0,) * len(languages)
        best = max(ranked[language] for language, fits in zip(languages, fitting, strict=True) if fits)
        return tuple(
            max(_WRONG_SCRIPT, _WORD_WEIGHT * (ranked[language] - best)) if fits else _WRONG_SCRIPT
            for language, fits in zip(languages, fitting, strict=True)
        )

    return score


def _viterbi(words: Sequence[_Word], languages: int) -> list[int]:
    """The most likely language of each word."""
    if not words or languages == 1:
        return [0] * len(words)
    best = list(words[0].scores)
    came_from: list[list[int]] = []
    for word in words[1:]:
        stay = _STAY_AFTER_SENTENCE if word.starts_sentence else _STAY
        change = math.log((1 - stay) / (languages - 1))
        top = max(range(languages), key=lambda one: best[one])
        step = [one if best[one] + math.log(stay) >= best[top] + change else top for one in range(languages)]
        best = [
            best[step[one]] + (math.log(stay) if step[one] == one else change) + word.scores[one]
            for one in range(languages)
        ]
        came_from.append(step)
    path = [max(range(languages), key=lambda one: best[one])]
    for step in reversed(came_from):
        path.append(step[path[-1]])
    return path[::-1]
