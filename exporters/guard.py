"""What keeps an export from harm: text in the languages asked for, and no language that loses its characters."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import FailedError, InputError, UsageError
from edgekit.core.languages import base_language
from exporters.corpus.base import Corpus
from exporters.corpus.lists import word_list
from exporters.corpus.scripts import scripts_of, scripts_of_language
from exporters.opening import Source
from exporters.selection.base import Cost

MOST_FALLBACK_RISE = 0.01
"""How much more of a language's tokens may be unknown or bytes: 1 point."""

_LINES = 200
# Of the words of 200 lines of FLORES and NTREX, the 1,000 most frequent of their language are .31 (Tamil) to .85
# (Vietnamese); those of the nearest other language are less, by .05 (Malay) to .3 (Spanish for Portuguese).
_FREQUENT = 1000
_CLEARLY_MORE = 0.15
_SURELY = 0.5  # text with so many needs no look at other languages, which takes a second
_TOO_FEW = 0.3  # a language with less is not named
_ANY = "mul"
_NAMED = 5  # directions that an error names
_MARKS = ".,;:!?\"'()[]«»“”‘’…–—-।،؟።፣፤"


def losses(costs: Sequence[Cost], languages: Sequence[str]) -> list[str]:
    """A line for each language asked for whose share of unknown or byte tokens rises by more than a point."""
    return [
        f"`{cost.language}`: unknown or byte tokens rise by {100 * rise:.1f} points on lines held out, "
        f"from {cost.fallback_before:.2%} to {cost.fallback_after:.2%}"
        for cost in costs
        if cost.language in languages and (rise := cost.fallback_after - cost.fallback_before) > MOST_FALLBACK_RISE
    ]


def refuse_losses(costs: Sequence[Cost], languages: Sequence[str]) -> None:
    """Raise FailedError where a language would lose characters."""
    reasons = losses(costs, languages)
    if reasons:
        raise FailedError(
            "the trimmed model would lose characters of a language it is for",
            reasons=reasons,
            hint="give more text of it with `--corpus`, keep more tokens, or add `--allow-loss`",
        )


def check_directions(source: Source, languages: Sequence[str]) -> None:
    """Raise UsageError where the languages that a translation model is cut to hold none of its directions.

    A model of many languages that are not listed (`mul`) takes any.
    """
    directions = source.languages.directions() if source.task == "translate" else ()
    if not directions or _ANY in (*source.languages.source, *source.languages.target):
        return
    bases = {base_language(tag) for tag in languages}
    if not any({base_language(one.source), base_language(one.target)} <= bases for one in directions):
        raise UsageError(
            f"of what `{source.id}` translates nothing is left with {' and '.join(f'`{tag}`' for tag in languages)}",
            reasons=[f"it translates {one.source}→{one.target}" for one in directions[:_NAMED]],
            hint=f"add `--languages {directions[0].source},{directions[0].target}`, for example",
        )


def check_languages(corpora: Sequence[Corpus], languages: Sequence[str]) -> list[str]:
    """What a person should know of text that is in another language than it is said to be, a line each.

    Raises InputError where no text is in a language that was asked for.
    """
    doubts = {corpus.language: doubt for corpus in corpora if (doubt := _doubt(corpus, languages))}
    if doubts and len(doubts) == len(corpora):
        raise InputError(
            f"no text is in {' or '.join(f'`{tag}`' for tag in languages)}",
            reasons=list(doubts.values()),
            hint="say the language of a text with `--corpus TAG=PATH`, and name it in `--languages`",
        )
    return list(doubts.values())


def _doubt(corpus: Corpus, languages: Sequence[str]) -> str | None:
    """Why a corpus is hardly of its language, by the script of its letters, then by its words; None where it may be."""
    lines = corpus.sample[:_LINES]
    asked = [corpus.language] if corpus.language else list(languages)
    scripts = scripts_of("\n".join(lines))
    wanted = frozenset[str]().union(*(scripts_of_language(tag) for tag in asked))
    name = f"the text of `{corpus.language}`" if corpus.language else "the text of no language"
    if scripts.total() and sum(scripts[code] for code in wanted) < scripts.total() / 2:
        found = scripts.most_common(1)[0][0]
        return f"{name} is mostly in the script {found}, not in {' or '.join(sorted(wanted))}"
    words = [word for line in lines for part in line.lower().split() if (word := part.strip(_MARKS))]
    if not words:
        return None
    own = max(_known(words, _frequent(tag)) for tag in asked)
    if own >= _SURELY:
        return None
    other, share = max(((tag, _known(words, frequent)) for tag, frequent in _all_frequent()), key=lambda one: one[1])
    if share < max(own + _CLEARLY_MORE, _TOO_FEW):
        return None
    return (
        f"{name} looks like `{other}`: {share:.0%} of its words are frequent there, {own:.0%} in {' or '.join(asked)}"
    )


def _known(words: Sequence[str], frequent: frozenset[str]) -> float:
    return sum(word in frequent for word in words) / len(words)


def _frequent(tag: str) -> frozenset[str]:
    return frozenset(word.lower() for word, _ in itertools.islice(word_list(tag), _FREQUENT))


def _all_frequent() -> list[tuple[str, frozenset[str]]]:
    import wordfreq

    found = []
    for tag in sorted(wordfreq.available_languages()):
        check_cancelled()
        found.append((tag, frozenset(itertools.islice(wordfreq.iter_wordlist(tag, wordlist="small"), _FREQUENT))))
    return found
