"""Scores from a teacher's marks of the same question alone, without a reference, across languages.

A line over the length, then ridge regression of what it leaves, with a Gaussian kernel over embeddings from which each
language's mean is taken: an answer in one language learns from marks of another, whatever the languages' vectors have
in common that is not the content. With the mean goes what a class knows better than another; of that the length tells,
which is why it is not taken from the line. Where a language has marks of its own, the same words count as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.text_states import TextStates

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
# Chosen, as what follows, by folds of the English answers of ASAP's prompt 10 and on all of prompt 1.
_RIDGE, _WIDTH, _LENGTH = 0.4, 0.5, 0.3
# What the same words are worth beside the same direction, where marks are in the language of an answer: on prompt 1
# kappa .797 to .810. From marks in another language alone it would be .06 to .2 less.
_WORDS = 0.25
# Keeps lines over the length flat where few answers, or lengths all alike, say nothing of it.
_FLAT = 1.0
# A mark in the answer's own language counts as this many of another.
_OWN = 2
_FOLDS = 5
_LEAST_OWN, _PRIOR_MARKS = 10, 3


@dataclass(frozen=True, slots=True)
class Written:
    """An answer: what the encoder reads in it, and the language it is in."""

    text: TextStates
    language: str


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer with a teacher's score, a whole number from 0."""

    answer: Written
    score: int


def languages_means(answers: Sequence[Written]) -> dict[str, tuple[Floats, float, float]]:
    """Of each language the mean embedding, and mean and deviation of the length's logarithm; needs no marks.

    The embedding is the mean at the length that all have on average: what makes long answers unlike short ones is told
    from the answers within a language, so that a class of longer, better answers is not drawn back to the others.
    The same answers in another order give the same.
    """
    ordered = sorted(answers, key=lambda one: (one.language, one.text.text))
    vectors = np.stack([one.text.embedding for one in ordered]).astype(np.float64)
    lengths = np.log1p([len(one.text.states) for one in ordered])
    places = {
        language: np.array([one.language == language for one in ordered])
        for language in sorted({one.language for one in ordered})
    }
    vector_of = {language: vectors[there].mean(axis=0) for language, there in places.items()}
    length_of = {language: float(lengths[there].mean()) for language, there in places.items()}
    apart = lengths - np.array([length_of[one.language] for one in ordered])
    # Within a language the deviations sum to nothing, so that its mean need not be taken off here.
    by_length = apart @ vectors / ((apart**2).sum() + _FLAT)
    middle = float(lengths.mean())
    return {
        language: (
            vector_of[language] + (middle - length_of[language]) * by_length,
            length_of[language],
            float(max(lengths[there].std(), 0.1)),
        )
        for language, there in places.items()
    }


def predict_scores(
    marked: Sequence[Scored],
    answers: Sequence[Written],
    means: Mapping[str, tuple[Floats, float, float]],
    *,
    most: int,
) -> tuple[Floats, NDArray[np.int64]]:
    """(n,) the score expected of each answer, and the one suggested, 0 to most.

    Suggested scores are as frequent as a teacher gave them: the regression pulls to the middle, so cuts between scores
    are put where held-out folds of the marks have their shares. marked: at least five, else a ValueError.
    means: of `languages_means`, with every language that occurs.
    """
    if len(marked) < _FOLDS:
        raise ValueError(f"scores are learned from {_FOLDS} marks or more, not from {len(marked)}")
    ordered = sorted(marked, key=lambda one: (one.answer.language, one.answer.text.text, one.score))
    known = [one.answer for one in ordered]
    scores = np.array([one.score for one in ordered], np.float64)
    every = np.arange(len(known))
    expected, given = np.zeros(len(answers)), np.zeros(len(answers), np.int64)
    for language in sorted({one.language for one in answers}):
        there = np.array([at for at, one in enumerate(answers) if one.language == language])
        own = np.array([one.language == language for one in known])
        # Where there are enough of the language's own marks, they tell how good its answers are and cut the scores (the
        # others' shares are a prior); else the length tells, and the cuts are the others'.
        taught = int(own.sum()) >= _LEAST_OWN
        marks = _Marks(known, scores, np.where(own, float(_OWN), 1.0), means, taught=taught)
        expected[there] = marks.regress(every, [answers[at] for at in there])
        of = np.flatnonzero(own) if taught else every
        folds = np.arange(len(of)) % _FOLDS
        unseen = np.zeros(len(of))
        for fold in range(_FOLDS):
            held = of[folds == fold]
            unseen[folds == fold] = marks.regress(np.setdiff1d(every, held), [known[at] for at in held])
        cuts = []
        for score in range(most):
            below = (scores[of] <= score).sum() + _PRIOR_MARKS * (scores <= score).mean()
            cuts.append(float(np.quantile(unseen, below / (len(of) + _PRIOR_MARKS))))
        given[there] = np.searchsorted(cuts, expected[there])
    return np.clip(expected, 0, most), given


class _Marks:
    """Answers with scores, of which each counts as many times as its share says."""

    def __init__(
        self,
        known: Sequence[Written],
        scores: Floats,
        share: Floats,
        means: Mapping[str, tuple[Floats, float, float]],
        *,
        taught: bool,
    ) -> None:
        self._known, self._scores, self._share = known, scores, share
        self._means, self._taught = means, taught
        self._lengths, self._rows = _rows(known, means)
        self._alike = self._likeness(known, self._rows)

    def regress(self, left: Places, asked: Sequence[Written]) -> Floats:
        """(n,) the score expected of answers by the scored ones in these places."""
        lengths, rows = _rows(asked, self._means)
        scores, share = self._scores[left], self._share[left]
        by_length = _line(self._lengths[left], scores, share, level=self._taught)
        # A mark that counts twice has half the noise.
        noise = _RIDGE * np.diag(1 / share)
        weights = np.linalg.solve(self._alike[np.ix_(left, left)] + noise, scores - by_length(self._lengths[left]))
        return np.asarray(by_length(lengths) + self._likeness(asked, rows)[:, left] @ weights, np.float64)

    def _likeness(self, answers: Sequence[Written], rows: Floats) -> Floats:
        """(n, m) of answers to the scored ones."""
        found = _kernel(rows, self._rows)
        return found + _WORDS * _same_words(answers, self._known) if self._taught else found


def _rows(answers: Sequence[Written], means: Mapping[str, tuple[Floats, float, float]]) -> tuple[Floats, Floats]:
    """(n,) the lengths as they are; (n, width + 1) the direction from the language's mean, and that of the length."""
    lengths, found = np.log1p([len(one.text.states) for one in answers]), []
    for one, long in zip(answers, lengths, strict=True):
        mean, length, deviation = means[one.language]
        vector = one.text.embedding - mean
        direction = vector / max(float(np.linalg.norm(vector)), 1e-9)
        found.append(np.append(direction, _LENGTH * (long - length) / deviation))
    return lengths, np.array(found)


def _same_words(answers: Sequence[Written], known: Sequence[Written]) -> Floats:
    """(n, m) the cosine of the words of each two, however often each has them."""
    mine, theirs = ([frozenset(one.text.words) for one in some] for some in (answers, known))
    return np.array(
        [[len(one & other) / max(1.0, (len(one) * len(other)) ** 0.5) for other in theirs] for one in mine], np.float64
    )


def _line(lengths: Floats, scores: Floats, share: Floats, *, level: bool) -> Callable[[Floats], Floats]:
    """Least squares, or the mean where it is to be level; it never falls, and never leaves the scores given."""
    length, score = float(np.average(lengths, weights=share)), float(np.average(scores, weights=share))
    apart = lengths - length
    rise = float((share * apart * (scores - score)).sum() / ((share * apart**2).sum() + _FLAT))
    rise = 0.0 if level else max(rise, 0.0)
    return lambda asked: np.clip(score + rise * (asked - length), scores.min(), scores.max())


def _kernel(ones: Floats, others: Floats) -> Floats:
    apart = (ones**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * ones @ others.T
    return np.asarray(np.exp(-_WIDTH * np.maximum(apart, 0)), np.float64)
