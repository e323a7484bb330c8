"""Answers that are none, or that a person should see before anything else: what each is told apart by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import category

from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.letter_pairs import is_run, surprise
from edgekit.grading.no_attempt import FILLERS, NO_ATTEMPT
from edgekit.grading.not_known import says_not_known
from edgekit.identify.identifier import Identifier, open_identifier
from edgekit.identify.scripts import scripts_in, scripts_of_language
from edgekit.quiz.lint import IMAGE
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Reason

_WORD = re.compile(r"[^\W_]+(?:['’`´\"][^\W\d_]{1,2}(?![^\W_]))?")
_QUOTES = str.maketrans("", "", "'’`´\"")
# These say it in any class; what else does is looked for in the languages of the quiz (`ns`, `jsp`).
_EVERYWHERE = ("en", "es")
_SHORT_KINDS = ("exact", "numeric", "choice")
# `nose` may be `noise`, `wat` be `watt`.
_NEAR_RIGHT = 0.7
# Signs on letters of Devanagari part words.
_MOST_IN_PHRASE = 16
_LEAST_COPIED = 8
_COPIED = 0.9
_LEAST_SAME_AS_REFERENCE = 12
# Short right answers are alike in every class: 8 of 150 students of SAF wrote the same eleven words.
_LEAST_SAME_AS_PEER = 25
_LEAST_UNLIKELY_LETTERS = 7
# Words of 13 languages have a mean of at most 4.3 bits in 999 of 1,000 (Polish in 95 of 100), random letters in half.
_UNLIKELY = 4.3
_UNLIKELY_ON_AVERAGE = 3.7
_LEAST_WORDS_OF_A_LANGUAGE = 5
_LEAST_LETTERS_OF_A_SCRIPT = 12
# Phonetic Spanish and lists of terms look like Galician, Latin and others; what is foreign for certain does not. Of
# 11,457 answers (train and dev of all sets, five words or more) four are less likely in what is expected, one of them
# in Portuguese. Asked for 1e-6 and a name, Hindi in Latin letters, French and Tagalog passed for English, no points.
_MOST_EXPECTED = 1e-4
# Where a language of other letters is expected, it may be written in Latin ones.
_MOST_ROMANISED = 1e-6
_LEAST_ROMANISED = 8
# Cosines of 1,079 answers with marks of SciEntsBank, Beetle, SAF and LAK begin at .803, of Spanish ones to an English
# question at .795; below this are 29 % of answers to another question of the set, and 44 % of those of other sets.
_LEAST_CLOSE = 0.78
_LEAST_WORDS_ON_TOPIC = 5
_MOST_READ = 4000


def check_validity(
    intake: Intake, question: Question, *, others: Sequence[str] = (), languages: Sequence[str] = ()
) -> tuple[Reason, ...]:
    """Why an answer is none or should be seen by a person, in the order in which a teacher would ask; no points follow.

    others: texts of the other students' answers to the question.
    languages: that answers are expected in; those of the question where there are none. Spans are of the original.
    """
    text = intake.text
    found: list[Reason] = []
    if intake.hidden:
        found.append(Reason("hidden_characters", f"has characters that are not seen: {', '.join(intake.hidden)}"))
    if intake.cut:
        found.append(
            Reason("too_long", f"only the first {len(text):,} of {len(intake.original):,} characters are read")
        )
    if not any(map(_says_something, text)):
        return (*found, Reason("blank", "nothing is written"))
    words = _words(text)
    expected = tuple(languages) or _languages(question)
    asked, right = _texts(question)
    known = {word for one in (*asked, *right) for word in _words(one)}
    is_short = question.kind in _SHORT_KINDS
    # `Na` and `nose` are answers where they are asked for.
    is_known = known.issuperset(words) or (is_short and _is_nearly(words, right))
    if not is_known and _is_no_attempt(words, text, expected):
        return (*found, Reason("no_attempt", "says that it is no answer"))
    if is_short:
        return tuple(found)
    if IMAGE.search(text) and not any(map(str.isalnum, IMAGE.sub(" ", text))):
        found.append(Reason("uncertain", "is a picture, and what it shows is not read"))
    if question.kind == "explain":
        if _is_copied(words, asked) and not any(_is_copied(words, [one]) for one in right):
            found.append(Reason("copied_question", "is the question again"))
        if len(words) >= _LEAST_SAME_AS_REFERENCE and any(tuple(words) == _words(one) for one in right):
            found.append(Reason("copied_reference", "is a reference answer, word for word"))
    if _is_gibberish(text, known):
        found.append(Reason("gibberish", "no word of any language in Latin letters is spelled like this"))
    if len(words) >= _LEAST_SAME_AS_PEER and any(words == _words(other) for other in others):
        found.append(Reason("duplicate", "is the same as another student's, word for word"))
    if reason := _unsupported(text, words, expected):
        found.append(reason)
    return tuple(found)


def repeated_words(text: str, question: Question) -> tuple[str, ...]:
    """The words by which an answer is known again among those to other questions; none where it may be so by chance.

    `Evaporation` and `no` answer several questions; a whole sentence rarely does.
    """
    if question.kind in _SHORT_KINDS:
        return ()
    words = _words(text)
    return words if len(words) >= _LEAST_COPIED else ()


def find_off_topic(closeness: float, intake: Intake) -> tuple[Reason, ...]:
    """`off_topic` where an answer of five words or more is near neither the question nor any reference.

    closeness: the highest cosine of any view of the whole answer to any of them, by multilingual-e5-small with its
    `query` prefix. Another encoder has other cosines.
    """
    if closeness >= _LEAST_CLOSE or len(_words(intake.text)) < _LEAST_WORDS_ON_TOPIC:
        return ()
    return (Reason("off_topic", "seems to be about something else"),)


def _says_something(character: str) -> bool:
    # `>` and `=` answer some questions; a question mark or a smile answers none.
    return character.isalnum() or category(character) in ("Sm", "Nl", "No")


@lru_cache(maxsize=1 << 13)
def _words(text: str) -> tuple[str, ...]:
    plain = matching_form(text[:_MOST_READ]).replace("ß", "ss")
    return tuple(found[0].translate(_QUOTES) for found in _WORD.finditer(plain))


def _languages(question: Question) -> tuple[str, ...]:
    tags = [question.language, *question.text, *question.references]
    tags += [tag for criterion in question.criteria for tag in (*criterion.statement, *criterion.accepted)]
    return tuple(dict.fromkeys(tags))


def _texts(question: Question) -> tuple[list[str], list[str]]:
    """What is asked, and what is right."""
    right = [text for texts in question.references.values() for text in texts]
    right += [text for criterion in question.criteria for _, text in criterion.wordings()]
    return list(question.text.values()), [*right, *question.options, *question.options.values()]


def _is_nearly(words: tuple[str, ...], right: Sequence[str]) -> bool:
    """Whether one word alone is nearly one of those of what is right."""
    from rapidfuzz.distance import OSA

    return len(words) == 1 and any(
        OSA.normalized_similarity(words[0], one) >= _NEAR_RIGHT for text in right for one in _words(text)
    )


@lru_cache(maxsize=1)
def _fillers() -> frozenset[tuple[str, ...]]:
    return frozenset(_words(one) for one in FILLERS)


@lru_cache(maxsize=32)
def _phrases(languages: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    bases = dict.fromkeys([*_EVERYWHERE, *(tag.partition("-")[0] for one in languages for tag in one.split("+"))])
    return frozenset(_words(phrase) for base in bases for phrase in NO_ATTEMPT.get(base, ()))


def _is_no_attempt(words: tuple[str, ...], text: str, languages: tuple[str, ...]) -> bool:
    """Whether a text says so and nothing else."""
    phrases = _phrases(languages)
    unspaced = "".join(one for one in text if one.isalnum())
    if (unspaced,) in phrases:
        return True
    # `nose` is an answer where English is expected, and `no sé` where Spanish is.
    alone = [word for word in words if (word,) not in _fillers()] == ["nose"]
    if alone and not any(tag.startswith("es") for tag in languages):
        return False
    tags = [*_EVERYWHERE, *(tag for one in languages for tag in one.split("+"))]
    if says_not_known(words, tags, _fillers()):
        return True
    at, said = 0, False
    while at < len(words):
        rows = [words[at : at + size] for size in range(min(_MOST_IN_PHRASE, len(words) - at), 0, -1)]
        row = next((one for one in rows if one in phrases or one in _fillers()), None)
        if row is None:
            return False
        at, said = at + len(row), said or row in phrases
    return said


def _is_copied(words: tuple[str, ...], texts: Sequence[str]) -> bool:
    """Whether nine tenths of the words, at least eight, stand in one of the texts in the order that they have."""
    if len(words) < _LEAST_COPIED:
        return False
    from rapidfuzz.distance import LCSseq

    for text in texts:
        theirs = _words(text)
        if LCSseq.similarity(words, theirs) >= _COPIED * len(words) and _longest_run(words, theirs) >= _LEAST_COPIED:
            return True
    return False


def _longest_run(words: Sequence[str], theirs: Sequence[str]) -> int:
    """The most words that stand next to each other in both."""
    best = 0
    before = [0] * (len(theirs) + 1)
    for word in words:
        row = [0] * (len(theirs) + 1)
        for at, other in enumerate(theirs, 1):
            if word == other:
                row[at] = before[at - 1] + 1
                best = max(best, row[at])
        before = row
    return best


def _is_gibberish(text: str, known: set[str]) -> bool:
    """Whether the words that neither question nor reference have are spelled like none, on the whole."""
    letters = bits = unlikely = total = 0.0
    for found in re.finditer(r"[^\W\d_]+", text[:_MOST_READ]):
        written = found[0]
        word = matching_form(written)
        total += len(word)
        # Abbreviations are written in capitals or are short.
        if not word.isascii() or word in known or len(word) < 4 or (written.isupper() and len(word) <= 6):
            continue
        much = 9.0 if is_run(word) else surprise(word)
        letters += len(word)
        bits += much * len(word)
        if much > _UNLIKELY:
            unlikely += len(word)
    if unlikely < _LEAST_UNLIKELY_LETTERS or 2 * letters < total:
        return False
    return bits / letters > _UNLIKELY_ON_AVERAGE and 2 * unlikely > letters


def _unsupported(text: str, words: tuple[str, ...], languages: tuple[str, ...]) -> Reason | None:
    """A reason where the script, or surely the language, is none of those expected."""
    tags = [tag for one in languages for tag in one.split("+")]
    found = scripts_in(text)
    known = {script for tag in tags for script in scripts_of_language(tag)}
    strange = sum(count for script, count in found.items() if script not in known and script != "Latn")
    if strange >= _LEAST_LETTERS_OF_A_SCRIPT and 2 * strange > sum(found.values()):
        return Reason("unsupported_language", "is in a script that no language of the quiz is written in")
    latin = all("Latn" in scripts_of_language(tag) for tag in tags)
    spelled = sum(any(map(str.isalpha, word)) for word in words)
    least = _LEAST_WORDS_OF_A_LANGUAGE if latin else _LEAST_ROMANISED
    if spelled < least or (found["Latn"] and "Latn" not in known):
        return None
    identified = _identifier(tuple(dict.fromkeys(tags))).identify(text.lower() if text.isupper() else text)
    if identified.tag is not None or identified.probability >= (_MOST_EXPECTED if latin else _MOST_ROMANISED):
        return None
    if identified.other is not None:
        return Reason("unsupported_language", f"seems to be in `{identified.other}`, which the quiz does not expect")
    return Reason("unsupported_language", "seems to be in a language that the quiz does not expect") if latin else None


@lru_cache(maxsize=8)
def _identifier(languages: tuple[str, ...]) -> Identifier:
    return open_identifier(languages)
