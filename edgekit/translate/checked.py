"""All that there is around a translation: memory, glossary, protection, checks, confidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import TracebackType

from edgekit.checks.base import Identify
from edgekit.checks.check import check
from edgekit.confidence.calibration import Confidence
from edgekit.confidence.signals import signals
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.core.marked import MarkedText, in_order
from edgekit.glossary.honoured import Verdict, judge
from edgekit.glossary.terms import Glossary, TermMatch
from edgekit.memory.entries import Match
from edgekit.memory.memory import LEAST, Memory, lookup_all
from edgekit.translate.careful import CarefulTranslation, CarefulTranslator, as_marked
from edgekit.translate.retrying import retried
from edgekit.translate.shifting import replaced
from edgekit.translate.terms import Edit, edits_for
from edgekit.translate.terms import marked as term_marks
from edgekit.translate.translator import Translation

_FIRST_WINDOW, _LARGEST_WINDOW = 64, 1024
_TERM = "term:"


@dataclass(frozen=True, slots=True)
class CheckedTranslation:
    """A translation and all that is known of it.

    source, marked: the text and its translation with their marks; see `CarefulTranslation`, of which kept, repaired and
    left are as well.
    translation: as the model gave it; None where no model was asked.
    findings: what a person should look at.
    confidence: how likely it is right, 0 to 1; None where that was not asked for or is not known.
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


class CheckedTranslator:
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

    def __enter__(self) -> CheckedTranslator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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
            found if isinstance(found, CheckedTranslation) else replace(results[at], suggestions=found)
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
            # Where formatting goes in a translation that the model did not make, nobody knows.
            if each and each[0].usable and not text.marks:
                found.append(
                    CheckedTranslation(
                        text,
                        MarkedText(each[0].target),
                        None,
                        tuple(check(text.text, each[0].target, self.direction, identify=self._identify)),
                        origin="memory",
                        terms=self._judged(text.text, each[0].target),
                        suggestions=tuple(each[1:]),
                        direction=self.direction,
                    )
                )
            else:
                found.append(tuple(each))
        return found

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
        results, wrong = retried(texts, results, wrong, lambda these: careful(these, aligned=some), self._checked)
        if with_terms:
            for at, one in self._with_terms(texts, results, matches, lambda these: careful(these, aligned=True)):
                results[at], wrong[at] = one, self._checked(one)
        for one, findings in zip(results, wrong, strict=True):
            yield self._result(one, findings)

    def _checked(self, one: CarefulTranslation) -> list[Finding]:
        found = check(
            one.source.text, one.text, self.direction, segments=one.translation.segments, identify=self._identify
        )
        return [*one.findings, *found]

    def _with_terms(
        self,
        texts: Sequence[MarkedText],
        results: Sequence[CarefulTranslation],
        matches: Sequence[Sequence[TermMatch]],
        translate: Callable[[Sequence[MarkedText]], list[CarefulTranslation]],
    ) -> Iterator[tuple[int, CarefulTranslation]]:
        """The translations that have terms, with them in: where the model's alignment says, else behind a mask."""
        placed = {at: self._edited(one, matches[at]) for at, one in enumerate(results) if matches[at]}
        missed = [at for at, one in placed.items() if not all(one.honoured for one in self._verdicts(one, matches[at]))]
        if missed:
            masks = {at: self._masked(texts[at], matches[at]) for at in missed}
            again = translate([masks[at][0] for at in missed])
            for at, one in zip(missed, again, strict=True):
                filled = _filled(one, masks[at][1])
                if self._honoured(filled, matches[at]) > self._honoured(placed[at], matches[at]):
                    placed[at] = filled
        yield from placed.items()

    def _edited(self, one: CarefulTranslation, matches: Sequence[TermMatch]) -> CarefulTranslation:
        pairs = [pair for segment in one.translation.segments for pair in segment.alignment or ()]
        edits = edits_for(one.source.text, one.text, pairs, matches, self.direction)
        keeps = [mark for mark in one.marked.marks if mark.kind == "keep"]
        free = [edit for edit in edits if not any(_meet(edit, mark.begin, mark.end) for mark in keeps)]
        if not free:
            return one
        return replace(one, marked=replaced(one.marked, [(edit.span, edit.text) for edit in free]))

    def _masked(self, text: MarkedText, matches: Sequence[TermMatch]) -> tuple[MarkedText, dict[str, str]]:
        terms, words = term_marks(text.text, matches, self.direction, prefix=_TERM)
        keeps = [mark for mark in text.marks if mark.kind == "keep"]
        free = [mark for mark in terms.marks if not any(mark.begin < one.end and one.begin < mark.end for one in keeps)]
        return MarkedText(text.text, in_order([*text.marks, *free])), words

    def _verdicts(self, one: CarefulTranslation, matches: Sequence[TermMatch]) -> list[Verdict]:
        return judge(matches, one.text, self.direction)

    def _honoured(self, one: CarefulTranslation, matches: Sequence[TermMatch]) -> int:
        return sum(verdict.honoured for verdict in self._verdicts(one, matches)) - one.left

    def _judged(self, source: str, target: str) -> tuple[Verdict, ...]:
        if self._glossary is None:
            return ()
        return tuple(judge(self._glossary.matches(source), target, self.direction))

    def _result(self, one: CarefulTranslation, findings: Sequence[Finding]) -> CheckedTranslation:
        terms = self._judged(one.source.text, one.text)
        missed = [finding for verdict in terms if (finding := verdict.finding()) is not None]
        every = (*findings, *missed)
        sure = None
        if self._confidence is not None and one.translation.segments:
            sure = self._confidence.of(signals(one.translation, every))
        return CheckedTranslation(
            one.source,
            one.marked,
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


def _meet(edit: Edit, begin: int, end: int) -> bool:
    return edit.span[0] < end and begin < edit.span[1]


def _filled(one: CarefulTranslation, words: dict[str, str]) -> CarefulTranslation:
    """With the glossary's words where their marks came out; these marks are nobody else's business."""
    edits = [((mark.begin, mark.end), words[mark.name]) for mark in one.marked.marks if mark.name in words]
    target = replaced(one.marked, edits)
    kept = sum(mark.name in words for mark in one.marked.marks)
    return replace(
        one,
        source=MarkedText(one.source.text, tuple(mark for mark in one.source.marks if mark.name not in words)),
        marked=MarkedText(target.text, tuple(mark for mark in target.marks if mark.name not in words)),
        kept=max(0, one.kept - kept),
        repaired=min(one.repaired, max(0, one.kept - kept)),
    )
