"""Scores from a teacher's marks of the same question alone, without a reference, across languages.

A line over the length, then ridge regression of what it leaves, with a Gaussian kernel over embeddings from which each
language's mean is taken: an answer in one language learns from marks of another, whatever the languages' vectors have
in common that is not the content. With the mean goes what a class knows better than another; of that the length tells,
which is why it is not taken from the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.text_states import TextStates

Floats = NDArray[np.float64]
# Chosen by folds of the English answers of ASAP's prompt 10 (kappa .730; .722 at .3 and 1) and on all of prompt 1.
_RIDGE, _WIDTH, _LENGTH = 0.1, 0.5, 0.3
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
    rows = _rows([one.answer for one in ordered], means)
    scores = np.array([one.score for one in ordered], np.float64)
    expected, given = np.zeros(len(answers)), np.zeros(len(answers), np.int64)
    for language in sorted({one.language for one in answers}):
        there = np.array([at for at, one in enumerate(answers) if one.language == language])
        own = np.array([one.answer.language == language for one in ordered])
        share = np.where(own, float(_OWN), 1.0)
        asked = _rows([answers[at] for at in there], means)
        # Where there are enough of the language's own marks, they tell how good its answers are and cut the scores (the
        # others' shares are a prior); else the length tells, and the cuts are the others'.
        taught = int(own.sum()) >= _LEAST_OWN
        expected[there] = _regress(rows, scores, share, asked, level=taught)
        of = np.flatnonzero(own) if taught else np.arange(len(scores))
        folds = np.arange(len(of)) % _FOLDS
        unseen = np.zeros(len(of))
        for fold in range(_FOLDS):
            left = np.ones(len(scores), bool)
            left[of[folds == fold]] = False
            held = rows[of[folds == fold]]
            unseen[folds == fold] = _regress(rows[left], scores[left], share[left], held, level=taught)
        cuts = []
        for score in range(most):
            below = (scores[of] <= score).sum() + _PRIOR_MARKS * (scores <= score).mean()
            cuts.append(float(np.quantile(unseen, below / (len(of) + _PRIOR_MARKS))))
        given[there] = np.searchsorted(cuts, expected[there])
    return np.clip(expected, 0, most), given


def _rows(answers: Sequence[Written], means: Mapping[str, tuple[Floats, float, float]]) -> Floats:
    """(n, width + 2): the length as it is, then what is compared: the direction from the language's mean, and that of
    the length.
    """
    found = []
    for one in answers:
        mean, length, deviation = means[one.language]
        vector = one.text.embedding - mean
        long = float(np.log1p(len(one.text.states)))
        direction = vector / max(float(np.linalg.norm(vector)), 1e-9)
        found.append(np.concatenate(([long], direction, [_LENGTH * (long - length) / deviation])))
    return np.array(found)


def _regress(rows: Floats, scores: Floats, share: Floats, asked: Floats, *, level: bool) -> Floats:
    by_length = _line(rows[:, 0], scores, share, level=level)
    # A mark that counts twice has half the noise.
    noise = _RIDGE * np.diag(1 / share)
    weights = np.linalg.solve(_kernel(rows[:, 1:], rows[:, 1:]) + noise, scores - by_length(rows[:, 0]))
    return np.asarray(by_length(asked[:, 0]) + _kernel(asked[:, 1:], rows[:, 1:]) @ weights, np.float64)


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
