"""What a scorer sees of an answer and a wording: few numbers, which mean the same for questions it has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.text_states import Space, TextStates

# Name -> 1 where more of it never lowers a mark, -1 where it never raises one, 0 for what is of the wording alone.
SIGNS = {
    "cosine": 1,  # of the whole answer and the wording
    "beyond_question": 1,  # of what both add to the question
    "recall": 1,  # how much of the wording is in the answer, word by word, less what the question says
    "precision": 1,  # how much of the answer is in the wording
    "gain": 1,  # how much more of the wording is in the answer than in the question
    "clause": 1,  # of the answer's best clause and the wording
    "new_words": 1,  # the share of the wording's stems that say something, less the question's, that the answer has
    "agreement": 1,  # what aligned words say of a teacher's yes: see `Space`
    "says": 1,  # what a network says of both texts, word by word: see `edgekit.grading.pairs`
    "on_question": -1,  # of the answer and the question: what only repeats it
    "length": -1,  # the answer's tokens, by their logarithm: words that match nothing
    "wording": 0,  # how much the wording says
    "wordings": 0,  # how many there are, by their logarithm: the best of several is like more
    "against": -1,  # and whether the answer says the opposite
    "negation": -1,
    "number": -1,
    "unit": -1,
    "antonym": -1,
}
FEATURES = tuple(SIGNS)
OPPOSING = FEATURES[-5:]
_FLAGS = FEATURES[-4:]
# How sharply a wording's token picks the answer's that is like it.
_SHARPNESS = 15.0
_LEAST_NEW = 0.02


class Flags(Protocol):
    """An `edgekit.grading.contradiction.Mismatch`."""

    @property
    def negation(self) -> bool: ...
    @property
    def number(self) -> bool: ...
    @property
    def unit(self) -> bool: ...
    @property
    def antonym(self) -> bool: ...


def pair_features(
    space: Space,
    answer: TextStates,
    wordings: Sequence[TextStates],
    question: TextStates,
    mismatch: Flags | None = None,
) -> NDArray[np.float64]:
    """(len(wordings), len(FEATURES)) the answer against each wording; mismatch: what was found against any of them."""
    flags = [float(getattr(mismatch, name, False)) for name in _FLAGS]
    many = float(np.log(max(1, len(wordings))))
    rows = []
    for wording in wordings:
        *found, opposite = _against(space, answer, wording, question)
        rows.append([*found, many, opposite, *flags])
    return np.array(rows, np.float64).reshape(len(wordings), len(FEATURES))


def best_clause(answer: TextStates, wording: TextStates, question: TextStates) -> tuple[int, int]:
    """(begin, end) of the clause that is most like the wording, the first of equals; (0, 0) where there is none.

    Word by word, how much of the wording is in it and how much of it is in the wording, less what the question says. Of
    115 criteria that 31 long answers in other words meet it shows the words of 99; by the cosine of the whole clause it
    was 79.
    """
    if not answer.clauses:
        return 0, 0
    if not len(answer.states) or not len(wording.states):
        return answer.clauses[0]
    alike = wording.states @ answer.states.T
    wanted, said = _new(wording, question), _new(answer, question)
    begins, ends = (np.array([one[side] for one in answer.spans], np.int64) for side in (0, 1))
    places = np.array(answer.clauses, np.int64)
    first = np.minimum(np.searchsorted(ends, places[:, 0], "right"), len(said) - 1)
    last = np.maximum(np.searchsorted(begins, places[:, 1], "left"), first + 1)
    of_it, weight = (np.concatenate([[0.0], np.cumsum(one)]) for one in (alike.max(axis=0) * said, said))
    precision = (of_it[last] - of_it[first]) / (weight[last] - weight[first])
    recall = [float(wanted @ alike[:, begin:end].max(axis=1)) for begin, end in zip(first, last, strict=True)]
    found = np.array(recall) / wanted.sum() + precision
    order = sorted(range(len(found)), key=lambda at: (-round(float(found[at]), 4), answer.clauses[at][1]))
    return answer.clauses[order[0]]


def aligned(answer: TextStates, wording: TextStates, question: TextStates) -> NDArray[np.float32]:
    """(d,) the products of the wording's tokens and the answer's that are like them, weighted by what they add."""
    if not len(answer.states) or not len(wording.states):
        return np.zeros(wording.states.shape[1], np.float32)
    alike = wording.states @ answer.states.T
    return _products(answer, wording, alike, _new(wording, question))


def _products(
    answer: TextStates, wording: TextStates, alike: NDArray[np.float32], new: NDArray[np.float32]
) -> NDArray[np.float32]:
    shares = np.exp(_SHARPNESS * (alike - alike.max(axis=1, keepdims=True)))
    found = (shares / shares.sum(axis=1, keepdims=True)) @ answer.states
    return np.asarray(new @ (wording.states * found) / new.sum(), np.float32)


def _new(text: TextStates, question: TextStates) -> NDArray[np.float32]:
    """How much each token says that the question does not."""
    return np.asarray(text.weights * np.clip(1 - _known(text, question), _LEAST_NEW, 1), np.float32)


def _known(text: TextStates, question: TextStates) -> NDArray[np.float32]:
    if not len(question.states):
        return np.zeros(len(text.states), np.float32)
    return np.asarray((text.states @ question.states.T).max(axis=1), np.float32)


def _against(space: Space, answer: TextStates, wording: TextStates, question: TextStates) -> list[float]:
    cosine = float(answer.embedding @ wording.embedding)
    on_question = float(answer.embedding @ question.embedding)
    mine, theirs = answer.embedding - question.embedding, wording.embedding - question.embedding
    beyond = float(mine @ theirs) / (float(np.linalg.norm(mine) * np.linalg.norm(theirs)) + 1e-9)
    clause = float((answer.parts @ wording.embedding).max()) if len(answer.parts) else -1.0
    length = float(np.log1p(len(answer.states)))
    says = float(wording.weights.sum())
    if not len(answer.states) or not len(wording.states):
        found = [0.0] * 3
        agreement = space.agreement_bias
    else:
        alike = wording.states @ answer.states.T
        of_wording, of_answer = alike.max(axis=1), alike.max(axis=0)
        new, mine_new = _new(wording, question), _new(answer, question)
        gained = np.maximum(of_wording - _known(wording, question), 0)
        found = [
            float(of_wording @ new / new.sum()),
            float(of_answer @ mine_new / mine_new.sum()),
            float(gained @ new / new.sum()),
        ]
        agreement = float(_products(answer, wording, alike, new) @ space.agreement) + space.agreement_bias
    met, opposite = space.pairs.read(answer, wording, question) if space.pairs is not None else (0.0, 0.0)
    words = _shared(answer, wording, question)
    return [cosine, beyond, *found, clause, words, agreement, met, on_question, length, says, opposite]


def _shared(answer: TextStates, wording: TextStates, question: TextStates) -> float:
    """The share of the wording's stems that say something new which the answer has; of all where none is new."""
    says = [stem for stem, weight in wording.words.items() if weight]
    asked = [stem for stem in says if stem not in question.words] or says
    return sum(stem in answer.words for stem in asked) / len(asked) if asked else 0.0
