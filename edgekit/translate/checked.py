"""All that there is around a translation: memory, glossary, protection, checks, confidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from edgekit.checks.base import Identify
from edgekit.checks.check import check
from edgekit.confidence.calibration import Confidence
from edgekit.confidence.signals import signals
from edgekit.core.characters import has_letters
from edgekit.core.closing import Closing
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.core.marked import MarkedText
from edgekit.core.segments import Translation
from edgekit.glossary.honoured import Verdict, judge
from edgekit.glossary.terms import Glossary
from edgekit.memory.entries import Match
from edgekit.memory.memory import LEAST, Memory, lookup_all
from edgekit.translate.careful import CarefulTranslation, CarefulTranslator, as_marked
from edgekit.translate.remembered import formatted
from edgekit.translate.retrying import broken_left, retried
from edgekit.translate.separators import with_separators
from edgekit.translate.shouted import read_again
from edgekit.translate.terms import enforced

_FIRST_WINDOW, _LARGEST_WINDOW = 64, 1024


@dataclass(frozen=True, slots=True)
class CheckedTranslation:
    """A translation and all that is known of it.

    source, marked: the text and its translation with their marks; see `CarefulTranslation`, of which kept, repaired and
    left are as well.
    translation: as the model gave it; None where no model was asked.
    findings: what a person should look at.
    confidence: how likely it is right, 0 to 1; None where that was not asked for or is not known, and of a text such as
    `{name}`, of which nothing is translated.
    origin: `model`, `memory`, or `source` where the text was left as it was.
    terms: those of the glossary that the source has, and what became of each.
    suggestions: what the memory has that is like the source, the best first; without what was taken.
    direction: in which it was translated; None where it was not.
    """

    source: MarkedText
    marked: MarkedText
    translation: Translation | None
    findings: tuple[Finding, ...] = ()
    confidence: float | None = None
    kept: int = 0
    repaired: int = 0
    left: int = 0
    origin: str = "model"
    terms: tuple[Verdict, ...] = ()
    suggestions: tuple[Match, ...] = ()
    direction: Direction | None = None

    @property
    def text(self) -> str:
        """The translation."""
        return self.marked.text

    @property
    def score(self) -> float | None:
        """See `Translation.score`."""
        return None if self.translation is None else self.translation.score

    @property
    def complete(self) -> bool:
        """See `Translation.complete`."""
        return self.translation is None or self.translation.complete


class CheckedTranslator(Closing):
    """A CarefulTranslator with a memory, a glossary, checks and a calibration; any of them may be None.

    identify: the language of a text, for the checks.  confidence: where it is given, every translation has one, which
    takes alignment and log-probabilities of the model: a third more time.  suggestions: what the memory has that is
    like a text is told, which takes 3 ms a text beside 100,000 entries.
    """

    def __init__(
        self,
        careful: CarefulTranslator,
        *,
        glossary: Glossary | None = None,
        memory: Memory | None = None,
        identify: Identify | None = None,
        confidence: Confidence | None = None,
        suggestions: bool = False,
    ) -> None:
        self.direction = careful.direction
        self._careful = careful
        self._glossary = glossary
        self._memory = memory
        self._identify = identify
        self._confidence = confidence
        self._least = LEAST if suggestions else 1.0

    def close(self) -> None:
        """Free the model and let go of the memory."""
        self._careful.close()
        if self._memory is not None:
            self._memory.close()

    def translate(
        self, texts: Iterable[str | MarkedText], *, scores: bool = False, alignment: bool = False
    ) -> list[CheckedTranslation]:
        """Translate every text; as many results, in the order of texts. See `CarefulTranslator.translate`."""
        listed = as_marked(texts)
        remembered = self._remembered(listed)
        asked = [at for at, found in enumerate(remembered) if not isinstance(found, CheckedTranslation)]
        made = self._translated([listed[at] for at in asked], scores=scores, alignment=alignment)
        results = dict(zip(asked, made, strict=True))
        return [
            found if isinstance(found, CheckedTranslation) else self._or_remembered(listed[at], results[at], found)
            for at, found in enumerate(remembered)
        ]

    def stream(
        self, texts: Iterable[str | MarkedText], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[CheckedTranslation]:
        """Translate texts as they come, in order; at most about a thousand are in memory."""
        window: list[str | MarkedText] = []
        limit = _FIRST_WINDOW
        for text in texts:
            window.append(text)
            if len(window) >= limit:
                yield from self.translate(window, scores=scores, alignment=alignment)
                window, limit = [], min(2 * limit, _LARGEST_WINDOW)
        yield from self.translate(window, scores=scores, alignment=alignment)

    def _remembered(self, texts: Sequence[MarkedText]) -> list[CheckedTranslation | tuple[Match, ...]]:
        """What the memory has for each text: a translation that a person accepted, else suggestions."""
        if self._memory is None:
            return [()] * len(texts)
        found: list[CheckedTranslation | tuple[Match, ...]] = []
        matches = lookup_all(self._memory, [one.text for one in texts], self.direction, least=self._least)
        for text, each in zip(texts, matches, strict=True):
            if each and each[0].usable and not text.marks:
                found.append(self._accepted(text, MarkedText(each[0].target), each))
            else:
                found.append(tuple(each))
        return found

    def _or_remembered(
        self, text: MarkedText, made: CheckedTranslation, matches: tuple[Match, ...]
    ) -> CheckedTranslation:
        """What the model made of a text, or what a person accepted, where the memory knows its formatting."""
        if self._memory is not None and text.marks and matches and matches[0].usable:
            accepted = self._memory.formatting(matches[0].entry)
            marked = formatted(text, made.marked, accepted, matches[0].target)
            if marked is not None:
                return self._accepted(text, marked, matches)
        return replace(made, suggestions=matches)

    def _accepted(self, text: MarkedText, marked: MarkedText, matches: Sequence[Match]) -> CheckedTranslation:
        return CheckedTranslation(
            text,
            marked,
            None,
            tuple(check(text.text, marked.text, self.direction, identify=self._identify)),
            origin="memory",
            terms=self._judged(text.text, marked.text),
            suggestions=tuple(matches[1:]),
            direction=self.direction,
        )

    def _translated(
        self, texts: Sequence[MarkedText], *, scores: bool, alignment: bool
    ) -> Iterator[CheckedTranslation]:
        matches = [self._glossary.matches(one.text) if self._glossary is not None else [] for one in texts]
        some = alignment or self._confidence is not None

        def careful(these: Sequence[MarkedText], *, aligned: bool) -> list[CarefulTranslation]:
            return self._careful.translate(these, scores=scores or self._confidence is not None, alignment=aligned)

        # Alignment costs time: without a confidence only where there are terms to be put in.
        with_terms = {at for at, found in enumerate(matches) if found}
        made: dict[int, CarefulTranslation] = {}
        for aligned in (True, False):
            these = [at for at in range(len(texts)) if (some or at in with_terms) is aligned]
            if these:
                made |= zip(these, careful([texts[at] for at in these], aligned=aligned), strict=True)
        results = [made[at] for at in range(len(texts))]
        wrong = [self._checked(one) for one in results]
        results, wrong = retried(
            texts, results, wrong, self.direction.source, lambda these: careful(these, aligned=some), self._checked
        )
        again = read_again(texts, results, self.direction.source, lambda these: careful(these, aligned=True))
        for at, one in again.items():
            results[at], wrong[at] = one, self._checked(one)
        if with_terms:
            honouring = enforced(texts, results, matches, self.direction, lambda these: careful(these, aligned=True))
            for at, one in honouring.items():
                results[at], wrong[at] = one, self._checked(one)
        results, wrong = broken_left(texts, results, wrong, lambda these: careful(these, aligned=some), self._checked)
        for one, findings in zip(results, wrong, strict=True):
            yield self._result(one, findings)

    def _checked(self, one: CarefulTranslation) -> list[Finding]:
        found = check(
            one.source.text, one.text, self.direction, segments=one.translation.segments, identify=self._identify
        )
        return [*one.findings, *found]

    def _judged(self, source: str, target: str) -> tuple[Verdict, ...]:
        if self._glossary is None:
            return ()
        return tuple(judge(self._glossary.matches(source), target, self.direction))

    def _result(self, one: CarefulTranslation, findings: Sequence[Finding]) -> CheckedTranslation:
        terms = self._judged(one.source.text, one.text)
        missed = [finding for verdict in terms if (finding := verdict.finding()) is not None]
        every = (*findings, *missed)
        sure = None
        if self._confidence is not None and one.origin == "source":
            sure = 0.0
        elif self._confidence is not None and one.translation.segments and not _is_kept_whole(one):
            sure = self._confidence.of(signals(one.translation, every))
        marked = one.marked
        if one.origin == "model" and not one.left:
            marked = with_separators(one.source.text, marked, self.direction)
        return CheckedTranslation(
            one.source,
            marked,
            one.translation,
            every,
            sure,
            one.kept,
            one.repaired,
            one.left,
            one.origin,
            terms,
            direction=self.direction,
        )


def _is_kept_whole(one: CarefulTranslation) -> bool:
    """Whether a text came through as it is and has no word but in what has to: a mask says nothing of a model."""
    text = one.source.text
    if one.text != text:
        return False
    letters = list(text)
    for mark in one.source.marks:
        if mark.kind == "keep":
            letters[mark.begin : mark.end] = " " * (mark.end - mark.begin)
    return not has_letters("".join(letters))
