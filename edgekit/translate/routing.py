"""Documents in several languages: which model each text goes to, and which texts are left as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from edgekit.core.closing import Closing
from edgekit.core.errors import UsageError
from edgekit.core.findings import Finding
from edgekit.core.languages import Direction, base_language, normalise_tag
from edgekit.identify.identifier import Identified, Identifier, open_identifier
from edgekit.identify.mixed import count_words, spans
from edgekit.identify.romanize import expects_native_script
from edgekit.translate.pivot_routes import reachable

Text = TypeVar("Text", contravariant=True)
Result = TypeVar("Result")

# What contradicts the language that the user named needs more to go by than what agrees with it: a few words are a
# title, names, a quotation.
_LEAST_WORDS = 6
_CONTRADICTION = 0.99
_DOUBT = 0.001
# A text that is mostly in the target language is left, unless this much of it is not. Of 997 lines of FLORES dev, with
# en, pt and es to choose from, 4 in pt and 2 in en have so much, names nearly all.
_REST_WORDS = 4
_REST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Route:
    """What is to be done with a text.

    direction: what translates it; None where it is left as it is.
    identified: its language, as far as that is known.
    finding: what a person should know about it: it is in another language than the one that was named, or left.
    """

    direction: Direction | None
    identified: Identified
    finding: Finding | None = None


@dataclass(frozen=True)
class Routed(Generic[Result]):
    """What was done with a text; translation is None where it was left as it is."""

    route: Route
    translation: Result | None


class Translates(Protocol[Text, Result]):
    """What translates texts, of whatever kind, of one direction."""

    def translate(self, texts: Iterable[Text], *, scores: bool = False, alignment: bool = False) -> list[Result]:
        """Translate every text; as many results, in the order of texts."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


class Router:
    """Decides for each text; remembers the languages of those before, for texts too short to tell."""

    def __init__(
        self, identifier: Identifier, source: str | None, target: str, directions: Sequence[Direction]
    ) -> None:
        """source: the language that the user named, None for `auto`.

        directions: all that can be translated; identifier: for their languages.
        """
        self.source, self.target = source, target
        self._identifier = identifier
        self._into = {
            base_language(one.source): one
            for one in sorted(directions, key=lambda one: (one.target != target, len(str(one)), one), reverse=True)
            if base_language(one.target) == base_language(target)
        }
        self._seen: Counter[str] = Counter()

    def route(self, texts: Sequence[str]) -> list[Route]:
        """What to do with each of these texts, in order.

        In the source language, or unknown: translated as declared. In the target language: left. In another one that an
        installed model translates: by that model. In one that none translates: left. Where a source was named, a text
        of less than six words never contradicts it. For `auto`, an unknown text is taken for the language of most
        characters of these texts and those before; where all of them are unknown, it is left. A text of which at least
        four words and a quarter are not in the target language, as the rest is, is translated. A text in letters that
        the model's language is not written in (romanized Hindi) is left.
        """
        identified = [self._identifier.identify(text) for text in texts]
        for text, found in zip(texts, identified, strict=True):
            if found.tag is not None and base_language(found.tag) in self._into:
                self._seen[base_language(found.tag)] += len(text)
        return [self._readable(text, self._decide(text, found)) for text, found in zip(texts, identified, strict=True)]

    def _readable(self, text: str, route: Route) -> Route:
        """Left where the model would meet letters that its language is not written in."""
        finding = expects_native_script(route.direction, text) if route.direction is not None else None
        return route if finding is None else Route(None, route.identified, finding)

    def _decide(self, text: str, found: Identified) -> Route:
        language = base_language(found.tag) if found.tag is not None else found.other
        if self.source is not None:
            declared = Direction(self.source, self.target)
            if language in (None, base_language(self.source)) or not _contradicts(text, found):
                return Route(declared, found)
        elif language is None or (language not in self._into and count_words(text) < _LEAST_WORDS):
            return self._unknown(text, found)
        if language == base_language(self.target):
            rest = self._rest(text)
            if rest is not None:
                return Route(rest, found)
            return Route(None, found, Finding("language", f"the text is in `{self.target}` already and was left"))
        direction = self._into.get(language or "")
        if direction is None:
            return Route(
                None,
                found,
                Finding("language", f"the text is in `{language}`, which nothing here translates; it was left"),
            )
        if self.source is None:
            return Route(direction, found)
        return Route(
            direction,
            found,
            Finding("language", f"the text is in `{language}`, not `{self.source}`: {direction} took it"),
        )

    def _rest(self, text: str) -> Direction | None:
        """What translates the rest of a text that is mostly in the target language; None where that is too little."""
        sources = [base_language(self.source)] if self.source is not None else sorted(self._into)
        counts: Counter[str] = Counter()
        for one in spans(text, [self.target, *sources]):
            counts[base_language(one.tag)] += count_words(text[one.begin : one.end])
        total = counts.total()
        del counts[base_language(self.target)]
        if not counts:
            return None
        language = min(counts, key=lambda one: (-counts[one], one))
        if counts[language] < _REST_WORDS or counts[language] < _REST_SHARE * total:
            return None
        return Direction(self.source, self.target) if self.source is not None else self._into[language]

    def _unknown(self, text: str, found: Identified) -> Route:
        if not count_words(text):
            return Route(None, found)
        if self._seen:
            return Route(self._into[min(self._seen, key=lambda one: (-self._seen[one], one))], found)
        if len(self._into) == 1:
            return Route(next(iter(self._into.values())), found)
        return Route(None, found, Finding("language", "the language of the text is unknown; it was left"))


def _contradicts(text: str, found: Identified) -> bool:
    certain = found.probability >= _CONTRADICTION if found.tag is not None else found.probability <= _DOUBT
    return certain and count_words(text) >= _LEAST_WORDS


def open_router(source: str | None, target: str, directions: Iterable[Direction] | None = None) -> Router:
    """A router into target.

    source: a tag, or None for `auto`.  directions: what can be translated, pivots included; None takes what is
    installed.
    Raises UsageError (a tag; nothing translates into target, for `auto`).
    """
    tag = normalise_tag(target)
    if directions is None:
        directions = reachable(tag)
    listed = sorted(directions)
    sources = [one.source for one in listed if base_language(one.target) == base_language(tag)]
    if source is None and not sources:
        raise UsageError(
            f"`--from auto` needs a model into `{tag}`",
            hint="run `edgekit models ls` to see which directions there are",
        )
    named = normalise_tag(source) if source is not None else None
    languages = list(dict.fromkeys([*([named] if named else []), *sources, tag]))
    return Router(open_identifier(languages), named, tag, listed)


class RoutingTranslator(Closing, Generic[Text, Result]):
    """Translates texts that are in several languages, each by its own model; opens a model when it is first needed."""

    def __init__(
        self,
        router: Router,
        open_direction: Callable[[Direction], Translates[Text, Result]],
        plain: Callable[[Text], str],
    ) -> None:
        """open_direction: a Translator or whatever is around one.  plain: the characters of a text, `str` for str."""
        self._router = router
        self._open = open_direction
        self._plain = plain
        self._opened: dict[Direction, Translates[Text, Result]] = {}

    def close(self) -> None:
        """Free every model that was opened."""
        with ExitStack() as stack:
            for translator in self._opened.values():
                stack.callback(translator.close)
            self._opened = {}

    def translate(
        self, texts: Iterable[Text], *, scores: bool = False, alignment: bool = False
    ) -> list[Routed[Result]]:
        """Translate every text by the model for its language; as many results, in order.

        Texts of one direction are translated together, and come out as that direction's translator gives them.
        """
        listed = list(texts)
        routes = self._router.route([self._plain(text) for text in listed])
        results: list[Routed[Result]] = [Routed(route, None) for route in routes]
        for direction in dict.fromkeys(route.direction for route in routes if route.direction is not None):
            members = [index for index, route in enumerate(routes) if route.direction == direction]
            if direction not in self._opened:
                self._opened[direction] = self._open(direction)
            translated = self._opened[direction].translate(
                [listed[index] for index in members], scores=scores, alignment=alignment
            )
            for index, translation in zip(members, translated, strict=True):
                results[index] = Routed(routes[index], translation)
        return results
