"""Short answers in a student's own words: each view against each wording of each criterion, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from edgekit.core.languages import base_language
from edgekit.grading.bags import find_bag
from edgekit.grading.conformal import LEAST_ANSWERS
from edgekit.grading.evasions import find_hedges
from edgekit.grading.judging import Judging, opinions
from edgekit.grading.local_calibration import Observed
from edgekit.grading.local_marks import Marked
from edgekit.grading.near_copies import NearCopies
from edgekit.grading.orders import Orders
from edgekit.grading.quiz_orders import without_speech
from edgekit.grading.reading import Read, known_of, read_answer
from edgekit.grading.scorer import STATES
from edgekit.grading.scoring import Scored, Seen, Wording, bases, score
from edgekit.grading.sharing import OwnWords, Sharing
from edgekit.grading.suggesting import suggest, suggested_or_sent
from edgekit.grading.text_states import whole_only
from edgekit.grading.texts import Texts
from edgekit.grading.validity import find_off_topic
from edgekit.grading.views import Translate, View, make_views
from edgekit.grading.wrong_ideas import find_wrong_idea
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.places import named
from edgekit.quiz.suggestion import Answer, CriterionResult, CriterionState, Reason, Suggestion
from edgekit.quiz.teaching import TeacherMark

# Between these a half is nearer to what is expected than all or nothing.
_LEAST_PARTLY, _MOST_PARTLY = 0.35, 0.65
# Views of one answer say the same in other words: one that passes alone and one that fails, so far apart, do not.
_MOST_SPREAD = 0.3
# Of 29 answers of SciEntsBank and Beetle that deny their reference for certain, teachers called 22 wrong.
_MOST_DENIED = 0.25
# How much more an answer must be like what does not count, in log odds. Of the class in `examples/` and five wrong
# wordings in other words, these were 1.0 to 3.4, right answers that share a word with a wrong one at most 0.6.
_MORE_LIKE = 1.0
# Sums of points are told apart to a millionth.
_DIGITS = 6
# Tokens of a wording: those that the scorer learned from have up to 65, and on SAF (1,476 answers in English) 14 of 15
# suggestions by wordings of 90 to 150 are right. By longer ones 141 answers were suggested no points, and 69 are right.
_LONGEST_WORDING = 150


class Explainer:
    """Suggests marks for answers to one question of kind `explain`, or of another that has criteria.

    languages: that answers are expected in.  marks: a teacher's, of other answers to the question; a mark of the whole
    question counts for each of its criteria.
    """

    def __init__(
        self,
        question: Question,
        languages: Sequence[str],
        texts: Texts,
        *,
        translate: Translate | None = None,
        judge: Judging | None = None,
        marks: Sequence[TeacherMark] = (),
    ) -> None:
        self._question = question
        self._languages = tuple(languages)
        self._texts = texts
        self._translate = translate
        self._judge = judge
        self._criteria: list[tuple[Criterion, tuple[Wording, ...]]] = []
        self._spoken: list[Reason] = []
        for one in question.criteria:
            wordings = tuple(Wording(tag, text) for tag, text in one.wordings())
            kept = without_speech(question, wordings, texts)
            self._criteria.append((one, kept or wordings))
            if not kept:
                detail = f"all that counts for `{one.id}` speaks to whoever grades"
                self._spoken.append(Reason("uncertain", detail))
        rows = [[(one.language, one.text) for one in wordings] for _, wordings in self._criteria]
        self._sharing = Sharing(rows, texts)
        names = [one.id for one, _ in self._criteria]
        self._own_words = OwnWords(dict(zip(names, rows, strict=True)), tuple(question.text.values()))
        self._near_copies = NearCopies(question, [wordings for _, wordings in self._criteria], texts)
        self._refuted = [_listed(one.refuted) for one in question.criteria]
        self._misconceptions = [(one, _listed(one.wordings)) for one in question.misconceptions]
        self._right = tuple(one.text for _, wordings in self._criteria for one in wordings)
        # A bag of words may be of all criteria together.
        statements = {tag for one in question.criteria for tag in one.statement}
        self._whole = tuple(
            " ".join(one.statement[tag] for one in question.criteria if tag in one.statement)
            for tag in sorted(statements)
            if len(question.criteria) > 1
        )
        known = [*(one for _, one in self._criteria), *self._refuted, *(one for _, one in self._misconceptions)]
        every = [*question.text.values(), *(wording.text for wordings in known for wording in wordings)]
        texts.read(every)
        self._spoken += self._too_long()
        self._orders = Orders(
            known_of(question),
            np.stack([texts.centred(one) for one in every]),
            np.concatenate([texts.tokens(one)[1] for one in every]),
            texts,
            self._languages,
        )
        self._raw = np.stack([texts.embedding(one) for one in (*question.text.values(), *self._right)])
        self.conformal = texts.scorer.across.widened(texts.scorer.conformal)
        self._learned: list[tuple[TeacherMark, Seen]] = []
        self._marked: dict[str, tuple[Marked, ...]] = {}
        self._learn(marks)

    def _too_long(self) -> Iterator[Reason]:
        """Criteria of which every wording is a rubric rather than an answer."""
        for criterion, wordings in self._criteria:
            if min(len(self._texts.of(one.text, one.language).states) for one in wordings) > _LONGEST_WORDING:
                detail = f"what counts for `{criterion.id}` is longer than suggestions were measured for"
                yield Reason("uncertain", f"{detail}: make it several criteria")

    def see(self, read: Read) -> Seen:
        """The views of an answer, without the sentences that speak to the grader."""
        whole = self._orders.without(read)
        read = self._orders.without_beside(whole)
        otherwise = self._views(whole) if read is not whole else ()
        return Seen(read, self._views(read), whole.intake, otherwise)

    def _views(self, read: Read) -> tuple[View, ...]:
        return make_views(read.intake, self._question, read.variety, translate=self._translate)

    def suggest_all(self, reads: Sequence[Read]) -> Iterator[Suggestion]:
        """A suggestion for each answer, one after the other: long ones leave no room for the next."""
        for read in reads:
            yield suggested_or_sent(self._question, read, partial(self._suggest_one, read), self._languages)

    def _suggest_one(self, read: Read) -> Suggestion:
        seen = self.see(read)
        self._texts.read([view.text for view in seen.views])
        return self._suggest(seen)

    def _suggest(self, seen: Seen) -> Suggestion:
        scorer, variety = self._texts.scorer, seen.read.variety.tag
        found = self._score(seen, self._marked)
        results, sums, probability = [], {0.0}, 1.0
        reasons: list[Reason] = []
        held = self._refuted_held(seen, found)
        found = [replace(one, denied=one.denied or _is_all_of(held.get(at), one)) for at, one in enumerate(found)]
        whole = self._score(replace(seen, views=seen.otherwise), self._marked) if seen.otherwise else found
        for (criterion, _), scored, other in zip(self._criteria, found, whole, strict=True):
            result, possible, likely = self._result(criterion, scored, variety)
            results.append(result)
            sums = {round(one + other, _DIGITS) for one in sums for other in possible}
            probability *= likely
            reasons += self._reasons(criterion, scored)
            reasons += self._beside(criterion, scored, other, variety)
        reasons += self._spoken
        reasons += self._unread(seen)
        reasons += self._off_topic(seen)
        reasons += self._hedges(seen)
        reasons += self._misconceptions_in(seen, found)
        near = [*self._refuted_in(seen, found, held), *self._near_copies.find(seen, found)]
        reasons += [reason for _, reason in near]
        against = {at for at, _ in near} | {at for at, scored in enumerate(found) if scored.mismatches}
        if not self.conformal.is_known(variety) and not self._is_covered(variety):
            detail = (
                f"how sure a suggestion is has not been measured for answers in `{variety}`: "
                f"`edgekit grade calibrate` learns it from {LEAST_ANSWERS} marks of such answers"
            )
            reasons.append(Reason("uncalibrated_variety", detail))
        if self._judge is not None:
            reasons += opinions(self._judge, self._question, self._question.criteria, results, seen.read)
        points = round(sum(one.points for one in results), _DIGITS)
        if len(sums) == 1 and probability < scorer.sure:
            reasons.append(Reason("uncertain", f"the mark is only {probability:.0%} sure"))
        if points:
            reasons += self._bags(seen, decides=len(sums) == 1 and not reasons and not seen.read.reasons)
        return suggest(
            self._question,
            seen.read,
            points=points,
            possible=sorted(sums),
            probability=probability,
            criteria=results,
            doubted={self._criteria[at][0].id for at in against},
            reasons=reasons,
            languages=self._languages,
        )

    def _score(self, seen: Seen, marked: Mapping[str, Sequence[Marked]]) -> list[Scored]:
        """An answer against each criterion, which share its words."""
        claims = self._sharing.claims([(self._language_of(view, seen), view.text) for view in seen.views])
        return [
            score(self._question, wordings, seen, self._texts, marked.get(one.id, ()), claim)
            for (one, wordings), claim in zip(self._criteria, claims, strict=True)
        ]

    def _is_covered(self, variety: str) -> bool:
        """Whether some wordings of every criterion are such that the variety is held against them like their own."""
        across = self._texts.scorer.across
        return all(any(across.covers(variety, one.language) for one in wordings) for _, wordings in self._criteria)

    def _result(self, criterion: Criterion, scored: Scored, variety: str) -> tuple[CriterionResult, set[float], float]:
        """The state that is most likely, every number of points that is possible, and how likely this one is."""
        scorer = self._texts.scorer
        met = min(scored.probability, _MOST_DENIED) if scored.denied else scored.probability
        shares = scorer.states(scored.features[None, :], np.array([met]))
        if self.conformal.labels == 2:
            held = {"met" if at else "missing" for at in self.conformal.possible(variety, (1 - met, met))}
        else:
            held = {STATES[at] for at in self.conformal.possible(variety, tuple(map(float, shares[0])))}
        possible = {criterion.points if state == "met" else 0.0 for state in held}
        against = scored.denied or STATES[int(scorer.named(shares)[0])] == "contradicted"
        # What the shares are of was said of whole answers: of 24 criteria of several that it alone called contradicted
        # on own quizzes hardly one was spoken of.
        if len(self._criteria) > 1 and not scored.denied and not scored.mismatches:
            against = False
        state: CriterionState = "met" if met >= 0.5 else "contradicted" if against else "missing"
        # In wholly other words a right answer is hardly more like a wording than one that leaves it out.
        if met < 0.5 and not scored.denied and not scored.mismatches:
            is_named = scored.evidence is not None and self._own_words.named(criterion.id, scored.evidence.text)
            state = "unclear" if "met" in held or is_named else state
        likely = max(met, 1 - met)
        points = criterion.points if met >= 0.5 else 0.0
        if criterion.partial and len(possible) > 1:
            half = round(criterion.points / 2, _DIGITS)
            possible.add(half)
            # A teacher's marks are weighed by the head, which gives what it gives.
            marked = bool(self._marked[criterion.id])
            least = _LEAST_PARTLY if marked else scorer.at_length(_LEAST_PARTLY, scored.features, variety)
            if least <= met < _MOST_PARTLY:
                # Two halves, each there with the probability of the whole.
                state, points, likely = "partly", half, 2 * met * (1 - met)
        possible |= {points, criterion.points} if scored.denied else {points}
        result = CriterionResult(criterion.id, state, points, met, scored.evidence, dict(scored.views))
        return result, possible, likely

    def _reasons(self, criterion: Criterion, scored: Scored) -> Iterator[Reason]:
        yield from scored.mismatches
        low, high = min(scored.views.values()), max(scored.views.values())
        if low < 0.5 <= high and high - low > _MOST_SPREAD:
            told = ", ".join(f"{name} {value:.0%}" for name, value in scored.views.items())
            yield Reason("views_disagree", f"`{criterion.id}` is met or not by how it is read: {told}")

    def _beside(self, criterion: Criterion, scored: Scored, other: Scored, variety: str) -> Iterator[Reason]:
        """Where words that count for nothing, being beside the question, would change points, a person decides.

        other: with them.
        """
        without, with_them = (self._result(criterion, one, variety)[0] for one in (scored, other))
        if without.points != with_them.points:
            shares = f"{without.probability:.0%} without them, {with_them.probability:.0%} with them"
            yield Reason("views_disagree", f"`{criterion.id}` is met or not by words beside the question: {shares}")

    def _unread(self, seen: Seen) -> Iterator[Reason]:
        """What the encoder leaves out is not graded: 2,048 tokens are read."""
        view = seen.views[0]
        spans = self._texts.of(view.text, self._question.language).spans
        end = spans[-1][1] if spans else 0
        if view.text[end:].strip() and any(one.isalnum() for one in view.text[end:]):
            yield Reason("too_long", f"only the first {end:,} of {len(view.text):,} characters are graded")

    def _off_topic(self, seen: Seen) -> tuple[Reason, ...]:
        if self._texts.addressed is None:
            return ()
        closeness = max(float((self._raw @ self._texts.embedding(view.text)).max()) for view in seen.views)
        return find_off_topic(closeness, seen.read.intake)

    def _hedges(self, seen: Seen) -> Iterator[Reason]:
        """In what says it first."""
        for text, language, span in self._readings(seen):
            for reason in find_hedges(text, language, self._right):
                yield replace(reason, span=span(*reason.span) if reason.span is not None else None)
                return

    def _bags(self, seen: Seen, *, decides: bool) -> Iterator[Reason]:
        """In what is one first; one may hang on a sentence about something else."""
        known = (*self._right, *self._whole)
        for text, language, span in self._readings(seen):
            odds = partial(self._odds, language)
            for reason in find_bag(text, known, (language, *self._languages), odds, decides=decides):
                yield replace(reason, span=span(*reason.span) if reason.span is not None else None)
                return

    def _odds(self, language: str, text: str) -> float:
        """The log odds that a text is no sentence; even where no encoder tells."""
        disorder = self._texts.disorder
        return disorder.odds(self._texts.of(text, language)) if disorder is not None else 0.0

    def _readings(self, seen: Seen) -> Iterator[tuple[str, str, Callable[[int, int], tuple[int, int]]]]:
        """The answer with what counts for nothing, then its views: text, language, and the way back to the original."""
        yield seen.whole.text, seen.read.variety.tag, seen.whole.span
        for view in seen.views:
            yield view.text, self._language_of(view, seen), view.span

    def _language_of(self, view: View, seen: Seen) -> str:
        return self._question.language if view.name == "translated" else seen.read.variety.tag

    def _misconceptions_in(self, seen: Seen, found: Sequence[Scored]) -> Iterator[Reason]:
        """Where the answer is more like one than like anything that is right."""
        best = max((one.alone for one in found), default=0.0)
        passed = any(one.logit > 0.0 for one in found)
        for misconception, wordings in self._misconceptions:
            scored = score(self._question, wordings, seen, self._texts)
            said = {one.language: one.text for one in reversed(wordings)}
            text = said.get(self._question.language, wordings[0].text)
            detail = "it sounds like the misconception `{}`".format(named(misconception.id, text).replace("`", "'"))
            if scored.logit > 0.0 and scored.logit > best + _MORE_LIKE:
                yield _wrong(detail, scored)
            elif passed and (place := self._held(wordings, seen)) is not None:
                yield Reason("misconception", detail, place)

    def _refuted_held(self, seen: Seen, found: Sequence[Scored]) -> dict[int, tuple[int, int]]:
        """Where what is taken for a criterion says what does not count for it, and which one that is."""
        both = enumerate(zip(self._refuted, found, strict=True))
        places = ((at, self._held(refuted, seen)) for at, (refuted, scored) in both if scored.logit > 0.0)
        return {at: place for at, place in places if place is not None}

    def _refuted_in(
        self, seen: Seen, found: Sequence[Scored], held: Mapping[int, tuple[int, int]]
    ) -> Iterator[tuple[int, Reason]]:
        """Where the answer is more like what does not count for a criterion than like it, and which one that is."""
        for at, (refuted, of_right) in enumerate(zip(self._refuted, found, strict=True)):
            name = self._criteria[at][0].id
            scored_wrong = score(self._question, refuted, seen, self._texts) if refuted else None
            if scored_wrong is not None and 0.0 < scored_wrong.logit > of_right.alone + _MORE_LIKE:
                yield at, _wrong(f"it is more like what does not count for `{name}`", scored_wrong)
            elif at in held:
                yield at, Reason("misconception", f"it says what does not count for `{name}`", held[at])

    def _held(self, wrong: Sequence[Wording], seen: Seen) -> tuple[int, int] | None:
        """Where a clause says what must not pass, in the answer's own words."""
        tag, view = seen.read.variety.tag, seen.views[0]
        ideas = [one.text for one in wrong if base_language(one.language) in bases(tag)]
        asked = " . ".join(self._question.text.values())
        place = find_wrong_idea(ideas, self._right, asked, view.text, tag) if ideas else None
        return view.span(*place) if place is not None else None

    def observed(self) -> list[Observed]:
        """What the scorer says of each answer that has all of its points or none, from the other marks."""
        found = []
        for at, (mark, one) in enumerate(self._learned):
            if mark.points not in (0, self._question.points):
                continue
            others = {name: (*marked[:at], *marked[at + 1 :]) for name, marked in self._marked.items()}
            tag, met = one.read.variety.tag, int(mark.points > 0)
            found += [Observed(tag, met, scored.probability) for scored in self._score(one, others)]
        return found

    def _learn(self, marks: Sequence[TeacherMark]) -> None:
        reads = [
            (mark, read_answer(self._question, Answer("", mark.question_id, mark.text), (), self._languages))
            for mark in marks
        ]
        self._learned = [(mark, self.see(read)) for mark, read in reads if not read.is_empty]
        found: dict[str, list[Marked]] = {criterion.id: [] for criterion, _ in self._criteria}
        for mark, one in self._learned:
            text = whole_only(self._texts.of(one.views[0].text, self._question.language))
            for (criterion, _), scored in zip(self._criteria, self._score(one, {}), strict=True):
                found[criterion.id].append(Marked(text, mark.points / self._question.points, scored.probability))
        self._marked = {criterion: tuple(marked) for criterion, marked in found.items()}


def _listed(wordings: Mapping[str, tuple[str, ...]]) -> tuple[Wording, ...]:
    return tuple(Wording(tag, text) for tag, texts in wordings.items() for text in texts)


def _is_all_of(place: tuple[int, int] | None, scored: Scored) -> bool:
    """Whether the words that speak for a criterion are those that a wrong wording has, or are among them."""
    words = scored.evidence
    if place is None or words is None:
        return False
    return 2 * (min(place[1], words.end) - max(place[0], words.begin)) > words.end - words.begin


def _wrong(detail: str, scored: Scored) -> Reason:
    words = scored.evidence
    return Reason("misconception", detail, (words.begin, words.end) if words is not None else None)
