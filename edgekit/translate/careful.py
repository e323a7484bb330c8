"""Translation that loses nothing, or says what: what must come through is found, carried, checked and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from edgekit.core.closing import Closing
from edgekit.core.errors import InputError
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction
from edgekit.core.marked import MarkedText, with_keeps
from edgekit.core.segments import Translation
from edgekit.protect.masks import BUILT_IN, MaskForm
from edgekit.protect.verify import verify
from edgekit.translate.capitals import with_capital
from edgekit.translate.ladder import climb, is_aligned
from edgekit.translate.pivot import TextTranslator
from edgekit.translate.placed import place
from edgekit.translate.prepared import Job, Prepared
from edgekit.translate.preparing import prepare
from edgekit.translate.readable import UnreadableCharacters
from edgekit.translate.readings import choose_readings, has_readings, without_scores
from edgekit.translate.restoring import Restored, restore
from edgekit.translate.seeking import seek

Check: TypeAlias = Callable[[str, str], "Finding | None"]
"""Looks at a source and its translation; gives what is wrong, or None."""

_FIRST_WINDOW = 64
_STREAM_WINDOW = 1024
_LIST_WINDOW = 8192
_WINDOW_CHARACTERS = 400_000


@dataclass(frozen=True, slots=True)
class CarefulTranslation:
    """A translation and what is known of it.

    source: the text with its marks and a `keep` for each thing that was found.  marked: the translation with the same
    marks, and with every `keep` of `source` that is in it.
    findings: what a person should look at.  kept: keeps that are in the translation; repaired: those of them that
    needed another mask, a translation around them or a search for the words that they enclose; left: keeps of segments
    that were left as they were.
    translation: as `Translator` gives it, its spans those of these texts.  origin: who translated, `model` here.
    """

    source: MarkedText
    marked: MarkedText
    translation: Translation
    findings: tuple[Finding, ...] = ()
    kept: int = 0
    repaired: int = 0
    left: int = 0
    origin: str = "model"

    @property
    def text(self) -> str:
        """The translation."""
        return self.marked.text

    @property
    def score(self) -> float | None:
        """See `Translation.score`."""
        return self.translation.score


class CarefulTranslator(Closing):
    """A Translator round which nothing is lost; may be used from any thread and as a context manager."""

    def __init__(
        self,
        translator: TextTranslator,
        *,
        forms: Sequence[MaskForm] = BUILT_IN,
        checks: Sequence[Check] = (),
        capitals: bool = True,
        kept_spans: Callable[[str], Sequence[tuple[int, int]]] | None = None,
        model: str | None = None,
        readings: bool = True,
    ) -> None:
        """forms: of masks, the best first.  checks: looked at for every text; what they find is among the findings.

        kept_spans: finds what else of a text comes through as it is.  model: the installed one's id, where it is one.
        capitals: lines in capitals are translated as sentences and come back in capitals, and a text that begins with a
        capital has one in its translation.
        readings: a sentence with something between two of its words is translated without it too, and the translation
        that the model finds more likely is taken; see `edgekit.translate.readings`.
        """
        self.direction: Direction = translator.direction
        self.model = model
        self._translator = translator
        self._forms = tuple(forms) or BUILT_IN
        self._checks = tuple(checks)
        self._capitals = capitals
        self._kept_spans = kept_spans
        self._readings = readings
        self._unreadable = UnreadableCharacters(translator.source_tokenizer)
        self._unread = self._unreadable.written_otherwise

    @property
    def raw(self) -> TextTranslator:
        """The translator that this one goes round: the model alone."""
        return self._translator

    @property
    def forms(self) -> tuple[MaskForm, ...]:
        """The forms of masks, the best first."""
        return self._forms

    def reads(self, text: str) -> bool:
        """Whether the model is shown the quotation marks and capitals of a text as they are."""
        return not self._unread_of(text)

    def close(self) -> None:
        """Free the model."""
        self._translator.close()

    def translate(
        self, texts: Iterable[str | MarkedText], *, scores: bool = False, alignment: bool = False
    ) -> list[CarefulTranslation]:
        """Translate every text; as many results, in the order of texts.

        A text in which there is nothing to protect comes out as `Translator.translate` gives it, but for a capital at
        its beginning where the source has one. Of marks, `keep` comes through as it is, `pair` goes to the words that
        its words became, `point` between the same words.
        Raises InputError (an element is neither str nor MarkedText, marks are impossible), EngineError.
        """
        return list(self._windows(as_marked(texts), _LIST_WINDOW, _LIST_WINDOW, scores=scores, alignment=alignment))

    def stream(
        self, texts: Iterable[str | MarkedText], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[CarefulTranslation]:
        """Translate texts as they come, in order; see translate. At most about a thousand are in memory."""
        if isinstance(texts, (str, bytes, MarkedText)):
            raise InputError(
                f"`texts` is a `{type(texts).__name__}`, not an iterable of texts", hint="write `stream([text])`"
            )
        _require_iterable(texts)
        return self._windows(texts, _FIRST_WINDOW, _STREAM_WINDOW, scores=scores, alignment=alignment)

    def _windows(
        self, texts: Iterable[str | MarkedText], first: int, largest: int, *, scores: bool, alignment: bool
    ) -> Iterator[CarefulTranslation]:
        limit, characters = first, 0
        window: list[MarkedText] = []
        for index, text in enumerate(texts):
            _require_texts([(index, text)])
            window.append(MarkedText(text) if isinstance(text, str) else text)
            characters += len(window[-1].text)
            if len(window) >= limit or characters >= _WINDOW_CHARACTERS:
                yield from self._translate(window, scores=scores, alignment=alignment)
                window, characters, limit = [], 0, min(2 * limit, largest)
        if window:
            yield from self._translate(window, scores=scores, alignment=alignment)

    def _translate(self, texts: Sequence[MarkedText], *, scores: bool, alignment: bool) -> Iterator[CarefulTranslation]:
        if self._kept_spans is not None:
            texts = [with_keeps(text, self._kept_spans(text.text)) for text in texts]
        jobs = [Job(text) for text in texts]
        prepared: list[Prepared] = []
        while len(prepared) < len(jobs):  # branches of messages come behind
            prepared.append(
                prepare(
                    jobs[len(prepared)],
                    self._forms[0],
                    unreadable=self._unreadable,
                    jobs=jobs,
                    lower=self.direction.source if self._capitals else None,
                    unread=self._unread_of(jobs[len(prepared)].text.text),
                )
            )
        plain = [at for at, one in enumerate(prepared) if one.is_plain]
        careful = [at for at, one in enumerate(prepared) if not one.is_plain]
        # A few texts alone take twice as long as among many: those that are asked for in the same way go with the rest.
        # Those that are read in two ways need scores, which cost a fifth more: not with the plain ones.
        twice = {at for at in careful if self._readings and has_readings(prepared[at])}
        rest = [] if scores else [at for at in careful if at not in twice]
        along = [at for at in rest if is_aligned(prepared[at], alignment=alignment) == alignment]
        asked = [*(prepared[at].source.text for at in plain), *(prepared[at].model.text for at in along)]
        first = self._translator.translate(asked, scores=scores, alignment=alignment)
        raw = dict(zip(plain, first, strict=False))
        begun = dict(zip(along, first[len(plain) :], strict=True))

        def translate(some: Sequence[str], aligned: bool) -> list[Translation]:
            return list(self._translator.translate(some, scores=scores or bool(twice), alignment=aligned))

        climbed = climb(
            [prepared[at] for at in careful],
            self._forms,
            translate,
            alignment=alignment,
            begun=[begun.get(at) for at in careful],
        )
        if twice:
            climbed = choose_readings(
                [(prepared[at], found) for at, found in zip(careful, climbed, strict=True)], self._forms[0], translate
            )
            climbed = climbed if scores else [without_scores(found) for found in climbed]
        outcomes = dict(zip(careful, climbed, strict=True))

        placed = dict(
            zip(
                careful,
                seek([(prepared[at], place(prepared[at], outcomes[at])) for at in careful], translate),
                strict=True,
            )
        )

        def restored(at: int) -> Restored:
            if at in raw:
                marked = MarkedText(raw[at].text)
                return Restored(prepared[at].source, marked, raw[at], 0, 0, 0, frozenset())
            return restore(prepared[at], outcomes[at], placed[at], restored)

        for at in range(len(texts)):
            yield self._result(restored(at), careful=at not in raw)

    def _unread_of(self, text: str) -> frozenset[str] | set[str]:
        """Capitals and quotation marks of a text that the model has no piece for."""
        return self._unread(text) if self._capitals and not text.isascii() else frozenset()

    def _result(self, one: Restored, *, careful: bool) -> CarefulTranslation:
        findings: list[Finding] = []
        if self._capitals:
            marked = with_capital(one.source.text, one.marked, self.direction.target)
            if unread := self._unread_of(one.source.text):
                for begins in ((segment.source[0], segment.target[0]) for segment in one.translation.segments):
                    if not unread.isdisjoint(one.source.text[slice(begins[0], begins[0] + 4)]):
                        marked = with_capital(one.source.text, marked, self.direction.target, begins)
            one = one if marked is one.marked else replace(one, marked=marked)
        if careful:
            findings += verify(one.source, one.marked, positional=one.positional)
            findings += one.findings
            if one.left:
                findings.append(Finding("keep", "a segment was left as it was, since it lost what it had to keep"))
        for check in self._checks:
            finding = check(one.source.text, one.marked.text)
            if finding is not None:
                findings.append(finding)
        return CarefulTranslation(
            one.source, one.marked, one.translation, tuple(findings), one.kept, one.repaired, one.left
        )


def as_marked(texts: Iterable[str | MarkedText]) -> list[MarkedText]:
    """The texts as marked ones. Raises InputError for what is none, with all of them, and for one text alone."""
    if isinstance(texts, (str, bytes, MarkedText)):
        raise InputError(
            f"`texts` is a `{type(texts).__name__}`, not a list of texts", hint="write `translate([text])`"
        )
    _require_iterable(texts)
    listed = list(texts)
    _require_texts(enumerate(listed))
    return [MarkedText(one) if isinstance(one, str) else one for one in listed]


def _require_iterable(texts: object) -> None:
    if not isinstance(texts, Iterable):
        raise InputError(f"`texts` is a `{type(texts).__name__}`, not an iterable of `str`")


def _require_texts(texts: Iterable[tuple[int, object]]) -> None:
    reasons = [
        f"text {index} is of type `{type(text).__name__}`"
        for index, text in texts
        if not isinstance(text, (str, MarkedText))
    ]
    if reasons:
        raise InputError("only `str` and `MarkedText` can be translated", reasons=reasons)
