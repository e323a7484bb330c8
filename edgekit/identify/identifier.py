"""Which language a text is in, out of those that something can be done with; unknown rather than a guess."""

from __future__ import annotations

import copy
import functools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.core.errors import InputError, ResourceError, UsageError
from edgekit.core.languages import base_language, normalise_tag
from edgekit.identify.scripts import scripts_in, scripts_of_language

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

# Chosen on 60 lines a language of FLORES dev and NTREX (44 languages), whole and cut to 8, 4, 2 and 1 words. The scores
# are those of naive Bayes, twice too sure; a language that was asked for is 30 times as likely beforehand as another.
# With 0.9, of 44 languages to choose from, 98 / 96 / 88 / 65 / 40 % are right and .3 / .3 / .4 / .3 / .5 % wrong, the
# rest unknown; with 0.7, 99 / 98 / 92 / 73 / 46 % and .4 / .8 / 1.4 / 2.7 / 2.5 %.
_TEMPERATURE = 2.0
_CANDIDATE_WEIGHT = 30.0
_LEAST_PROBABILITY = 0.9
# Logarithm of the odds beyond which a language adds nothing.
_NEGLIGIBLE = 30.0
# 500 words decide; the rest of a megabyte would only cost time.
_MOST_CHARACTERS = 4000
_LOOKED_AT = 1 << 16
# Addresses, tags, placeholders and digits are written alike in every language.
_NO_WORDS = re.compile(r"https?://\S{1,2000}|\S{1,200}@\S{1,200}|<[^<>]{1,200}>|\{[^{}]{0,60}\}|[@#]\w+|\d+|\s+")
# Text in another script has Latin names in it (a third of the letters of Telugu news), hardly ever the reverse.
_LEAST_SHARE = 0.25
_LATIN_LETTERS = re.compile(r"[A-Za-z\u00c0-\u024f]+")
# What the library calls apart and no model does: taken for the language that they are written like.
_SAME = {"arz": "ar", "ary": "ar", "nn": "no", "nb": "no", "uzs": "uz", "wuu": "zh", "yue": "zh"}
_NO_LANGUAGE = "zxx"


@dataclass(frozen=True, slots=True)
class Identified:
    """What is known of a text's language.

    tag: one of the languages asked for, None where unknown.
    probability: of the likeliest of them, 0 to 1.
    other: the language that it is in, where that is one that was not asked for; a base language such as `de`.
    """

    tag: str | None
    probability: float
    other: str | None = None


class Identifier:
    """Tells languages apart; may be used from any thread."""

    def __init__(self, model: LanguageIdentifier, languages: Sequence[str] | None) -> None:
        """languages: normalised tags; None for all that the model knows."""
        self._model = model
        labels = {_SAME.get(label, label) for label in model.labels} - {_NO_LANGUAGE}
        wanted = sorted(labels) if languages is None else list(dict.fromkeys(languages))
        self._by_script: dict[str, dict[str, tuple[str, float]]] = {}
        self._tags: dict[str, list[str]] = {}
        # Of several tags of one language the plainest is the answer: `pt` and `pt-BR` cannot be told apart by n-grams.
        for tag in sorted(wanted, key=lambda tag: (len(tag), tag)):
            self._tags.setdefault(_SAME.get(base_language(tag), base_language(tag)), []).append(tag)
        self.languages = tuple(tag for tag in wanted if _SAME.get(base_language(tag), base_language(tag)) in labels)
        self.uncovered = tuple(tag for tag in wanted if tag not in self.languages)

    def identify(self, text: str) -> Identified:
        """The language of a text, by its first 4,000 characters that carry words.

        Bayes' rule over all 140 languages of the model, those asked for being likelier beforehand; a language that is
        not written in the text's script has none of it. Where a fifth of the letters are of another script than Latin,
        Latin words are taken for names. Unknown: no letter, less than 0.9, or a language not asked for.
        """
        if not isinstance(text, str):
            raise InputError(f"`text` is a `{type(text).__name__}`, not a `str`")
        words = _words(text)
        found = scripts_in(words)
        if not found:
            return Identified(None, 0.0)
        script = min(found, key=lambda code: (-found[code], code))
        others = sum(found.values()) - found["Latn"]
        if found["Latn"] > 0 and others >= _LEAST_SHARE * found["Latn"]:
            del found["Latn"]
            script = min(found, key=lambda code: (-found[code], code))
            words = _LATIN_LETTERS.sub(" ", words)
        return self._decide(self._model.rank(words), script)

    def _priors(self, script: str) -> dict[str, tuple[str, float]]:
        """For each label of the model that may be written in script its language and the logarithm of its weight."""
        if script not in self._by_script:
            found: dict[str, tuple[str, float]] = {}
            for label in self._model.labels:
                language = _SAME.get(label, label)
                tags = self._tags.get(language, [])
                if language == _NO_LANGUAGE or any(script in scripts_of_language(tag) for tag in tags or [language]):
                    found[label] = (language, math.log(_CANDIDATE_WEIGHT) if tags else 0.0)
            self._by_script[script] = found
        return self._by_script[script]

    def _decide(self, ranked: Iterable[tuple[str, float]], script: str) -> Identified:
        scores: dict[str, float] = {}
        priors = self._priors(script)
        best = -math.inf
        for label, score in ranked:  # the highest first
            if score / _TEMPERATURE < best - _NEGLIGIBLE:
                break
            if label in priors:
                language, prior = priors[label]
                weighted = score / _TEMPERATURE + prior
                scores[language] = max(weighted, scores.get(language, -math.inf))
                best = max(best, weighted)
        if not scores:
            return Identified(None, 0.0)
        total = sum(math.exp(score - best) for score in scores.values())
        likeliest = min(scores, key=lambda language: (-scores[language], language))
        certain = 1.0 / total >= _LEAST_PROBABILITY and likeliest != _NO_LANGUAGE
        if likeliest not in self._tags:
            asked = max((score for language, score in scores.items() if language in self._tags), default=-math.inf)
            return Identified(None, math.exp(asked - best) / total, likeliest if certain else None)
        if not certain:
            return Identified(None, 1.0 / total)
        fitting = [tag for tag in self._tags[likeliest] if script in scripts_of_language(tag)]
        return Identified(fitting[0], 1.0 / total)


def open_identifier(languages: Sequence[str] | None = None) -> Identifier:
    """Open the identifier for these BCP-47 tags, or for every language that it knows.

    The library (py3langid, 140 languages) is loaded once, on first use: 0.5 s and 20 MB, and never opens a socket.
    Identifier.uncovered has the tags that it does not know: such a language is never the answer.
    Raises UsageError (no language at all, or what is no tag).
    """
    if isinstance(languages, str):
        raise UsageError("`languages` is a `str`, not a list of tags", hint="write `open_identifier([tag])`")
    if languages is not None and not languages:
        raise UsageError("there is no language to identify", hint="name at least one")
    return Identifier(_model(), None if languages is None else [normalise_tag(tag) for tag in languages])


@functools.cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    from edgekit.identify.lean_model import open_lean_model

    try:
        try:
            return open_lean_model(MODEL_DIR / MODEL_FILE)
        except (ValueError, KeyError):  # another version of the library, with another layout
            return LanguageIdentifier.from_model_file(MODEL_FILE)
    except OSError as problem:
        raise ResourceError(
            "the language identifier cannot be read",
            reasons=[problem.strerror or str(problem)],
            hint="install `py3langid` again",
        ) from problem


@functools.cache
def known_languages() -> frozenset[str]:
    """The base languages that the library knows, as it calls them."""
    return frozenset(_model().labels) - {_NO_LANGUAGE}


def limited_model(languages: Sequence[str]) -> LanguageIdentifier:
    """The library's model for these languages only, all of them known."""
    limited = copy.copy(_model())
    limited.set_languages(list(languages))
    return limited


def _words(text: str) -> str:
    return _NO_WORDS.sub(" ", text[:_LOOKED_AT]).strip()[:_MOST_CHARACTERS]
