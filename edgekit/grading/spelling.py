"""A student's spelling taken for the question's: abbreviations, Spanish by its sound, cognates, slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from edgekit.glossary.words import keys
from edgekit.grading.function_words import function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.opposites import pole
from edgekit.quiz.model import Question

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]{1,2}(?![^\W_]))?")
# `x q` and `x k` are two words for one.
_PAIRS: Mapping[str, Mapping[str, str]] = {
    "es": {"x q": "porque", "x k": "porque", "x que": "porque", "por q": "por que", "por k": "por que"},
}
# Abbreviations and spellings by sound of words that no question has; `_` stands for a space.
_SHORT: Mapping[str, str] = {
    "en": "u=you ur=your r=are bc=because cuz=because coz=because becuz=because bcuz=because becuase=because "
    "thru=through "
    "gonna=going_to wanna=want_to",
    "es": "x=por xq=porque xk=porque xke=porque pq=porque pk=porque porke=porque porq=porque q=que k=que "
    "ke=que tb=también "
    "tmb=también tbn=también tmbn=también tanbien=también bn=bien d=de kien=quien aser=hacer ase=hace asen=hacen "
    "aze=hace ay=hay ablar=hablar ora=hora oras=horas ombre=hombre desir=decir dise=dice disen=dicen "
    "nesesita=necesita nesesitan=necesitan jente=gente enerjia=energía bida=vida bibir=vivir biben=viven weno=bueno "
    "muxo=mucho muxa=mucha",
    "pt": "vc=você pq=porque tb=também tbm=também q=que n=não nao=não eh=é mt=muito mto=muito",
    "de": "u=und nich=nicht",
    "fr": "pcq=parce_que pk=pourquoi bcp=beaucoup tt=tout",
}
_ENDINGS = (
    (re.compile(r"(?:tion|cion|cao|sion|ssion|xion|zione|tione)s?$"), "cion"),
    (re.compile(r"(?:cciones|ciones|coes|siones|soes)$"), "cion"),
    (re.compile(r"(?:ity|idad|idade|itat|ite|ita)$"), "idad"),
    (re.compile(r"(?:ical|ico|ica|icos|icas|ique|isch|ische|ic)$"), "ic"),
    (re.compile(r"(?:ous|oso|osa|eux|euse)$"), "os"),
    (re.compile(r"(?:ance|ancia|anca|anz)$"), "anc"),
    (re.compile(r"(?:ence|encia|enca|enz)$"), "enc"),
    (re.compile(r"(?:ism|ismo|isme|ismus)$"), "ism"),
    (re.compile(r"(?:ly|mente|ment)$"), "mente"),
)
_DIGRAPHS = (
    *(("ph", "f"), ("th", "t"), ("rh", "r"), ("qu", "c"), ("ck", "c")),
    *(("k", "c"), ("y", "i"), ("z", "s"), ("w", "v")),
)
_SOUNDS = (
    *(("qu", "k"), ("ce", "se"), ("ci", "si"), ("z", "s"), ("c", "k"), ("ll", "y")),
    *(("v", "b"), ("ge", "je"), ("gi", "ji"), ("x", "s"), ("w", "u")),
)
_ENDING = re.compile(r"s|es|d|ed|n|en|r|er|ly|y|ing|ic|al")
_INFINITIVE = re.compile(r"(?<=....)[aei]r$")
_LEAST_KEY = 4
_LEAST_LETTERS = 5
# `congestion` and `connection`, `Vergütung` and `Verfügung` are two slips apart; longer words have no such neighbours.
_LEAST_FOR_TWO = 12
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "des", "anti", "a", "de")
_MOST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Change:
    """text[begin:end] is taken for `word`."""

    begin: int
    end: int
    word: str


class Vocabulary:
    """The words of a question and of what is right, as they are looked up by spelling, by sound and by kinship."""

    def __init__(self, texts: Iterable[str], languages: tuple[str, ...]) -> None:
        """languages: that the answers may be in, as tags; their small words are never changed."""
        self._languages = known(languages)
        self._small = function_words(self._languages)
        self._plain: dict[str, str] = {}
        self._sounds: dict[str, str] = {}
        self._kin: dict[str, str] = {}
        for text in texts:
            for found in _WORD.finditer(text):
                word, plain = found[0].lower(), matching_form(found[0])
                if len(plain) < _LEAST_KEY or plain in self._small:
                    continue
                self._plain.setdefault(plain, word)
                for index, key in ((self._sounds, _sound(plain)), (self._kin, kinship(plain))):
                    if len(key) >= _LEAST_KEY:
                        index.setdefault(key, word)
        self._forms = list(self._plain)

    @classmethod
    def of(cls, question: Question) -> Vocabulary:
        """Of the question's text, references and criteria in all languages."""
        return _vocabulary(_texts(question), _tags(question))

    def has(self, word: str) -> bool:
        """Whether the question has the word, accents aside."""
        return matching_form(word) in self._plain

    def find(self, word: str, *, spanish: bool) -> str | None:
        """What a word is taken for; None where it is as it should be, or nothing is near."""
        plain = matching_form(word)
        if plain in self._plain:
            return self._plain[plain] if word.lower() != self._plain[plain] else None
        if len(plain) < _LEAST_KEY or plain in self._small:
            return None
        found = self._sounds.get(_sound(plain)) if spanish else None
        found = found or self._kin.get(kinship(plain)) or self._near(plain)
        if found is None or self._is_form(plain, matching_form(found)):
            return None
        return None if self._is_opposite(plain, matching_form(found)) else found

    def _near(self, plain: str) -> str | None:
        """The word that is one slip away, two where it is long, and begins alike."""
        if len(plain) < _LEAST_LETTERS or not self._forms:
            return None
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        most = 2 if len(plain) >= _LEAST_FOR_TWO else 1
        near = extractOne(plain, self._forms, scorer=OSA.distance, score_cutoff=most)
        if (
            near is None
            or near[0][0] != plain[0]
            or len(near[0]) < _LEAST_LETTERS
            or abs(len(near[0]) - len(plain)) > 1
        ):
            return None
        return self._plain[near[0]]

    def _is_form(self, one: str, other: str) -> bool:
        """`sound` is no slip for `sounds`: what is right already needs no second view."""
        if _ENDING.fullmatch(one.removeprefix(other)) or _ENDING.fullmatch(other.removeprefix(one)):
            return True
        return any(not set(keys(one, language)).isdisjoint(keys(other, language)) for language in self._languages)

    def _is_opposite(self, one: str, other: str) -> bool:
        """`increase` is not a slip for `decrease`, nor `unsaturated` for `saturated`."""
        mine, theirs = pole(one, self._languages), pole(other, self._languages)
        if mine and theirs and mine[0] == theirs[0] and mine[1] != theirs[1]:
            return True
        return any(a == prefix + b for a, b in ((one, other), (other, one)) for prefix in _PREFIXES)


def changes(text: str, vocabulary: Vocabulary, languages: Iterable[str]) -> Iterator[Change]:
    """The words of a text that are taken for others, in order and apart; at most 400 words are looked at.

    languages: that the text is in, as tags or varieties (`es-phon`, `en+es`).
    """
    tags = tuple(languages)
    bases = known(tags)
    spanish = "es" in bases
    short = {word: full for base in reversed(bases) for word, full in _short(base).items()}
    pairs = {pair: full for base in bases for pair, full in _PAIRS.get(base, {}).items()}
    words = list(_WORD.finditer(text))[:_MOST_WORDS]
    skip = False
    for at, found in enumerate(words):
        if skip:
            skip = False
            continue
        word = found[0]
        plain = word.lower()
        following = words[at + 1] if at + 1 < len(words) else None
        if following is not None and text[found.end() : following.start()] == " ":
            pair = f"{plain} {following[0].lower()}"
            if pair in pairs:
                yield Change(found.start(), following.end(), pairs[pair])
                skip = True
                continue
        other = vocabulary.find(word, spanish=spanish)
        # `D` and `X` are names of things; a word that the question has is that word.
        if other is None and not (len(word) == 1 and word.isupper()) and not vocabulary.has(word):
            other = short.get(plain) or (_by_sound(plain) if spanish and "k" in plain else None)
        if other is not None and other != plain:
            yield Change(found.start(), found.end(), other)


@lru_cache(maxsize=8)
def _short(language: str) -> Mapping[str, str]:
    entries = (entry.partition("=") for entry in _SHORT.get(language, "").split())
    return {word: full.replace("_", " ") for word, _, full in entries}


def _by_sound(word: str) -> str | None:
    """A Spanish word with `k` as it is written."""
    written = re.sub("k(?=[eiéí])", "qu", word).replace("k", "c")
    return written if written != word else None


def is_short_form(plain: str, languages: tuple[str, ...]) -> bool:
    """Whether a word in the form of `matching_form` stands for a common one: `bc`, `ase` for `hace`."""
    return any(plain in _short(one) for one in languages)


def same_sound(one: str, other: str) -> bool:
    """Whether two words in the form of `matching_form` are said alike in Spanish: `lus`, `luz`."""
    return _sound(one) == _sound(other)


@lru_cache(maxsize=1 << 14)
def _sound(plain: str) -> str:
    """How a Spanish word sounds: `h` is mute, `b` is `v`, `s`, soft `c` and `z` are one."""
    for one, other in _SOUNDS:
        plain = plain.replace(one, other)
    return re.sub(r"(.)\1+", r"\1", plain.replace("h", ""))


@lru_cache(maxsize=1 << 14)
def kinship(plain: str) -> str:
    """What cognates of Latin and Greek words share: `photosynthesis`, `fotosíntesis`, `fotossíntese`.

    plain: in the form of `matching_form`.
    """
    for ending, common in _ENDINGS:
        changed = ending.sub(common, plain)
        if changed != plain:
            plain = changed
            break
    for one, other in _DIGRAPHS:
        plain = plain.replace(one, other)
    plain = re.sub(r"(.)\1+", r"\1", plain.removeprefix("h"))
    if re.match(r"es[cptmn]", plain):
        plain = plain[1:]
    if plain.endswith(("cion", "idad", "mente", "ic", "ism", "os", "anc", "enc")):
        return plain
    plain = _INFINITIVE.sub("", plain)
    return re.sub(r"(?<=...)(?:[aeiou]+s?|s)$", "", plain)


@lru_cache(maxsize=256)
def _vocabulary(texts: tuple[str, ...], languages: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(texts, languages)


def _texts(question: Question) -> tuple[str, ...]:
    found = list(question.text.values())
    found += [text for texts in question.references.values() for text in texts]
    found += [text for criterion in question.criteria for _, text in criterion.wordings()]
    return tuple(found)


def _tags(question: Question) -> tuple[str, ...]:
    tags = [question.language, *question.text, *question.references]
    tags += [tag for criterion in question.criteria for tag in criterion.statement]
    return tuple(dict.fromkeys(tags))
