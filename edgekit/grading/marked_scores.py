"""Scores from a teacher's marks of the same question alone, without a reference, across languages.

Ridge regression with a Gaussian kernel over embeddings from which each language's mean is taken: an answer in one
language learns from marks of another, whatever the languages' vectors have in common that is not the content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.text_states import TextStates

Floats = NDArray[np.float64]
# Chosen by folds of the English answers of ASAP's prompt 10 (kappa .730; .722 at .3 and 1) and on all of prompt 1.
_RIDGE, _WIDTH, _LENGTH = 0.1, 0.5, 0.3
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

    The same answers in another order give the same.
    """
    found = {}
    for language in sorted({one.language for one in answers}):
        mine = sorted((one.text for one in answers if one.language == language), key=lambda text: text.text)
        lengths = np.log1p([len(text.states) for text in mine])
        vectors = np.stack([text.embedding for text in mine]).astype(np.float64)
        found[language] = (vectors.mean(axis=0), float(lengths.mean()), float(max(lengths.std(), 0.1)))
    return found


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
        expected[there] = _regress(rows, scores, share, asked)
        # Cuts by the language's own marks, where there are enough to tell shares from; the others' shares are a prior.
        of = np.flatnonzero(own) if own.sum() >= _LEAST_OWN else np.arange(len(scores))
        folds = np.arange(len(of)) % _FOLDS
        unseen = np.zeros(len(of))
        for fold in range(_FOLDS):
            left = np.ones(len(scores), bool)
            left[of[folds == fold]] = False
            unseen[folds == fold] = _regress(rows[left], scores[left], share[left], rows[of[folds == fold]])
        cuts = []
        for score in range(most):
            below = (scores[of] <= score).sum() + _PRIOR_MARKS * (scores <= score).mean()
            cuts.append(float(np.quantile(unseen, below / (len(of) + _PRIOR_MARKS))))
        given[there] = np.searchsorted(cuts, expected[there])
    return np.clip(expected, 0, most), given


def _rows(answers: Sequence[Written], means: Mapping[str, tuple[Floats, float, float]]) -> Floats:
    found = []
    for one in answers:
        mean, length, deviation = means[one.language]
        vector = one.text.embedding - mean
        long = (np.log1p(len(one.text.states)) - length) / deviation
        found.append(np.append(vector / max(float(np.linalg.norm(vector)), 1e-9), _LENGTH * long))
    return np.array(found)


def _regress(rows: Floats, scores: Floats, share: Floats, asked: Floats) -> Floats:
    middle = float(np.average(scores, weights=share))
    # A mark that counts twice has half the noise.
    weights = np.linalg.solve(_kernel(rows, rows) + _RIDGE * np.diag(1 / share), scores - middle)
    return np.asarray(middle + _kernel(asked, rows) @ weights, np.float64)


def _kernel(ones: Floats, others: Floats) -> Floats:
    apart = (ones**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * ones @ others.T
    return np.asarray(np.exp(-_WIDTH * np.maximum(apart, 0)), np.float64)
