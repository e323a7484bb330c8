"""What an encoder takes for a wording and is not: its parts exchanged, a word replaced, another thing of the kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edgekit.core.languages import base_language
from edgekit.grading.causes import find_turned_cause
from edgekit.grading.contradiction import short
from edgekit.grading.exchanged import find_exchanged
from edgekit.grading.exclusive import find_exclusive
from edgekit.grading.replaced import Replaced, find_replaced
from edgekit.grading.scoring import Scored, Seen, Wording, bases, by_language
from edgekit.grading.spelling import Vocabulary
from edgekit.grading.text_states import likeness
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Reason

# Of 121 synonyms in 49 sentences of our own in en, es and pt, words of another language among them, 32 are more alike,
# of 266 other words none: the most is .79 (`comen` for `producen`).
_SAME_WORD = 0.8


class NearCopies:
    """Looks for them in what is taken for one of the criteria; sends to a person and changes no points.

    criteria: the wordings of each, in its order.
    """

    def __init__(self, question: Question, criteria: Sequence[Sequence[Wording]], texts: Texts) -> None:
        self._language = question.language
        self._criteria = criteria
        self._texts = texts
        self._vocabulary = Vocabulary.of(question)
        asked = [Wording(tag, text) for tag, text in question.text.items()]
        # What an answer may speak of besides a criterion.
        self._beside = [
            by_language([*(one for rest in (*criteria[:at], *criteria[at + 1 :]) for one in rest), *asked])
            for at in range(len(criteria))
        ]

    def find(self, seen: Seen, found: Sequence[Scored]) -> Iterator[tuple[int, Reason]]:
        """A reason for each, and which criterion's; found: of each. An exchange that two criteria have is told once."""
        tag, view = seen.read.variety.tag, seen.views[0]
        places = set()
        for at, (wordings, scored) in enumerate(zip(self._criteria, found, strict=True)):
            mine = _spoken(by_language(wordings), tag)
            told = mine if scored.logit > 0.0 else []
            place = find_exchanged(told, view.text, tag) or find_turned_cause(told, view.text, tag)
            if place is not None and place not in places:
                places.add(place)
                detail = f"`{short(view.text[slice(*place)])}` has the words of the wording with their parts exchanged"
                yield at, Reason("negation", detail, view.span(*place))
        for at, scored in enumerate(found):
            if scored.logit > 0.0 and not scored.mismatches:
                yield from ((at, reason) for reason in self._other(at, seen))

    def _other(self, at: int, seen: Seen) -> Iterator[Reason]:
        """Where a wording is there but for a word, or another thing is named; the first."""
        tag, view = seen.read.variety.tag, seen.views[0]
        wordings, beside = by_language(self._criteria[at]), self._beside[at]
        mine = _spoken(wordings, tag)
        # Of a mix words of either language may be translations.
        others = [text for texts in wordings.values() for text in texts if "+" in tag or text not in mine]
        replaced = find_replaced(mine, view.text, tag, self._vocabulary, others, _spoken(beside, tag)) if mine else ()
        other = next((one for one in replaced if self._likeness(view.text, one) < _SAME_WORD), None)
        if other is not None:
            word, wanted = view.text[slice(*other.place)], other.wording[slice(*other.wanted)]
            detail = f"`{short(word)}` stands where the wording has `{short(wanted)}`"
            yield Reason("negation", detail, view.span(other.begin, other.end))
        elif (named := find_exclusive(wordings, view.text, tag, beside)) is not None:
            detail = f"it says `{short(view.text[named.begin : named.end])}` and not `{short(named.wanted)}`"
            yield Reason("negation", detail, view.span(named.begin, named.end))

    def _likeness(self, said: str, other: Replaced) -> float:
        """How much two words mean the same where they stand: a translation or a synonym is no other word."""
        mine, theirs = (self._texts.of(text, self._language) for text in (said, other.wording))
        return likeness(mine, other.place, theirs, other.wanted)


def _spoken(wordings: dict[str, list[str]], tag: str) -> list[str]:
    """Those in a language of the answer."""
    return [text for one, texts in wordings.items() if base_language(one) in bases(tag) for text in texts]
