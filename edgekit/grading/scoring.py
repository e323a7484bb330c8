"""One criterion, one answer: every view against every wording, the views together, the words that are evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.core.languages import base_language
from edgekit.grading.across import spoken
from edgekit.grading.contradiction import Mismatch, compare_across, compare_any
from edgekit.grading.features import best_clause
from edgekit.grading.function_words import known
from edgekit.grading.intake import Intake
from edgekit.grading.linear import shares
from edgekit.grading.local_marks import Marked, local_features, local_logits
from edgekit.grading.reading import Read
from edgekit.grading.sharing import shared
from edgekit.grading.statements import whole_clauses
from edgekit.grading.text_states import TextStates
from edgekit.grading.texts import Texts
from edgekit.grading.views import View
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Evidence, Reason

# An answer at this cosine weighs as much as the prior does, see `local_marks`.
_LEAST_NEAR, _MOST_NEAR = 0.7, 8


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that counts, and its language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer that was read, without what counts for nothing, and its views; whole: with it.

    otherwise: its views with it, where there is any.
    """

    read: Read
    views: tuple[View, ...]
    whole: Intake
    otherwise: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """probability: that a teacher calls it met, calibrated for the variety.  logit: before that, of the views' mean.
    alone: that, were it the only criterion.

    views: name -> the probability by it alone.  features: of the view that says it most.  mismatches: what was found
    against the wordings.  denied: whether the student's own words deny it for certain, see Mismatch.
    """

    probability: float
    logit: float
    alone: float
    views: Mapping[str, float]
    features: NDArray[np.float64]
    evidence: Evidence | None
    mismatches: tuple[Reason, ...] = ()
    denied: bool = False


def score(
    question: Question,
    wordings: Sequence[Wording],
    seen: Seen,
    texts: Texts,
    marked: Sequence[Marked] = (),
    claim: float | None = None,
) -> Scored:
    """Score an answer against wordings of which each counts; marked: what a teacher said of other answers.

    claim: on its words, beside other criteria, see `edgekit.grading.sharing`.
    """
    scorer, variety = texts.scorer, seen.read.variety.tag
    platt = scorer.calibration.of(variety)
    alone: dict[str, float] = {}
    best: tuple[float, View, Wording, NDArray[np.float64]] | None = None
    reasons: dict[str, Reason] = {}
    denied = False
    for view in seen.views:
        mismatch = _mismatch(view, wordings, seen, question)
        # A translation may lose a denial or make one.
        denied = denied or (mismatch.certain and view.name != "translated")
        for reason in mismatch.reasons(view.span):
            reasons.setdefault(reason.code, reason)
        against = _own(view, wordings, seen, question) if mismatch else wordings
        logit, wording, features = _best(view, against, question, texts, mismatch, _shares(view, seen, question))
        alone[view.name] = logit
        if best is None or logit > best[0]:
            best = logit, view, wording, features
    assert best is not None  # noqa: S101  an answer has one view, a criterion one wording
    _, view, wording, features = best
    logits = {name: shared(one, claim) for name, one in alone.items()}
    logit = float(np.mean(list(logits.values())))
    odds = platt.slope * logit + platt.intercept
    if marked:
        # The head was trained on the odds as they are before calibration, and gives what is calibrated.
        answer = texts.of(seen.views[0].text, question.language)
        odds = float(local_logits(scorer.head, local_features(answer, logit, marked)[None, :])[0])
        for reason in _unlike_marked(seen.views[0], answer, marked, variety, is_met=odds > 0.0):
            reasons.setdefault(reason.code, reason)
    if odds > 0.0 and "negation" not in reasons:
        for reason in compare_across(by_language(wordings), seen.views[0].text).reasons(seen.views[0].span):
            reasons[reason.code] = reason
    return Scored(
        float(shares(np.array([odds]))[0]),
        logit,
        float(np.mean(list(alone.values()))),
        {name: float(platt.probabilities(np.array([one]))[0]) for name, one in logits.items()},
        features,
        _evidence(view, _shown(view, wording, wordings, seen, question, texts), seen, question, texts),
        tuple(reasons.values()),
        denied,
    )


def _unlike_marked(
    view: View, answer: TextStates, marked: Sequence[Marked], tag: str, *, is_met: bool
) -> Iterator[Reason]:
    """What goes against the marked answers that the mark is learned from: near duplicates are near it all the same.

    No word of another student is told: what a reason says stays when they are forgotten.
    """
    alike = sorted((-float(one.text.embedding @ answer.embedding), one.text.text, one.mark) for one in marked)
    near = [text for cosine, text, mark in alike if -cosine >= _LEAST_NEAR and (mark >= 0.5) == is_met][:_MOST_NEAR]
    mismatch = compare_any(near, view.text, tag) if near else Mismatch()
    if not mismatch.certain:
        # Of 834 right answers of SciEntsBank and Beetle (train) that are like some of 30 marked ones 18 deny a word of
        # theirs, and 9 have an opposite one, as 2,749 of 2,800 marked ones have with a word turned round.
        mismatch = replace(mismatch, negation=False)
    others = f"answers like it that {'had' if is_met else 'had no'} points"
    for reason in mismatch.reasons(view.span):
        what = (
            "denies what they say, or says the contrary" if reason.code == "negation" else f"has another {reason.code}"
        )
        yield replace(reason, detail=f"the mark goes by {others}, and it {what}")


def _best(
    view: View,
    wordings: Sequence[Wording],
    question: Question,
    texts: Texts,
    mismatch: Mismatch,
    shares_of: Mapping[str, float],
) -> tuple[float, Wording, NDArray[np.float64]]:
    """The wording that speaks most for the answer, each compared in its own language."""
    scorer = texts.scorer
    found: tuple[float, Wording, NDArray[np.float64]] | None = None
    for language in dict.fromkeys(one.language for one in wordings):
        mine = [one for one in wordings if one.language == language]
        at, features = scorer.features(
            texts.of(view.text, language),
            [texts.of(one.text, language) for one in mine],
            texts.of(_asked(question, language), language),
            mismatch,
            shares_of,
            language,
        )
        logit = float(scorer.logits(features[None, :], shares_of, language)[0])
        if found is None or logit > found[0]:
            found = logit, mine[at], features
    assert found is not None  # noqa: S101  there is a wording
    return found


def _asked(question: Question, language: str) -> str:
    return question.text.get(language) or question.text.get(question.language) or next(iter(question.text.values()))


def _shares(view: View, seen: Seen, question: Question) -> dict[str, float]:
    """What the view is written in."""
    if view.name == "translated":
        return {base_language(question.language): 1.0}
    variety = seen.read.variety
    return spoken(variety.tag, variety.shares) if view.name != "romanised" else {}


def _mismatch(view: View, wordings: Sequence[Wording], seen: Seen, question: Question) -> Mismatch:
    """What goes against the wordings in a language of the view; without any, and no translation, against all."""
    tag = _tag(view, seen, question)
    mine = [one.text for one in wordings if base_language(one.language) in bases(tag)]
    if not mine and view.name != "romanised" and not any(one.name == "translated" for one in seen.views):
        return compare_across(by_language(wordings), view.text, tag)
    asked = [text for language, text in question.text.items() if base_language(language) in bases(tag)]
    return compare_any(mine, view.text, tag, asked) if mine else Mismatch()


def _own(view: View, wordings: Sequence[Wording], seen: Seen, question: Question) -> Sequence[Wording]:
    """The wordings in the student's language where there is one, which an answer goes against.

    What weighs answers in another language than a wording hardly weighs an opposite word: the same wording in Spanish
    must not let pass what goes against the English one.
    """
    spoken_in = bases(_tag(view, seen, question))
    return [one for one in wordings if base_language(one.language) in spoken_in] or wordings


def _tag(view: View, seen: Seen, question: Question) -> str:
    return question.language if view.name == "translated" else seen.read.variety.tag


def bases(tag: str) -> set[str]:
    """The base languages of a variety: en and es of `en+es`."""
    return {base_language(one) for one in tag.split("+")}


def _shown(
    view: View, best: Wording, wordings: Sequence[Wording], seen: Seen, question: Question, texts: Texts
) -> Wording:
    """The wording that the evidence is of: one in the student's language, also where another is more like it.

    Of a list of names the one that is nearest to a wording in another language may be none of its own.
    """
    mine = _own(view, wordings, seen, question)
    if best in mine:
        return best
    return max(mine, key=lambda one: round(float(texts.centred(view.text) @ texts.centred(one.text)), 4))


def by_language(wordings: Sequence[Wording]) -> dict[str, list[str]]:
    """Language tag -> texts."""
    found: dict[str, list[str]] = {}
    for one in wordings:
        found.setdefault(one.language, []).append(one.text)
    return found


def _evidence(view: View, wording: Wording, seen: Seen, question: Question, texts: Texts) -> Evidence | None:
    tag = wording.language
    first, last = best_clause(
        texts.of(view.text, tag), texts.of(wording.text, tag), texts.of(_asked(question, tag), tag)
    )
    # A window of six words ends anywhere: `move fast and the`.
    begin, end = view.span(*whole_clauses(view.text, first, last, known([_tag(view, seen, question)])))
    original = seen.read.answer.text
    return Evidence(begin, end, original[begin:end], wording.text) if begin < end else None
