"""What of a sound quiz will grade badly: found before a class answers it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import Literal, TypeAlias

from edgekit.core.languages import base_language, is_unspaced
from edgekit.quiz.model import Criterion, Question, Quiz
from edgekit.quiz.places import beginning

LintCode: TypeAlias = Literal[
    "vague",  # a statement that says too little to look for
    "overlap",  # two criteria that one sentence meets
    "points",  # the criteria do not add up to the question
    "language",  # answers are expected in a language that nothing right is written in
    "no_negative",  # nothing says what must not pass
    "several",  # one criterion says several things, of which one may be enough
    "conflict",  # two right answers that contradict each other
    "image_only",  # the question is a picture
    "repeats_question",  # who copies the question meets it
    "all_right",  # a choice that nobody can get wrong
    "order",  # what counts as right speaks to whoever grades
    "order_in_text",  # what is asked does
]

# What is worth writing and keeps no answer from its right mark: most quizzes name nothing that must not pass, a
# question may be about orders to machines, and a second sentence may only explain the first.
ADVICE: frozenset[LintCode] = frozenset({"no_negative", "several", "order_in_text"})

_WORD = re.compile(r"\w+", re.UNICODE)
_NOT = re.compile(r"n['’]t\b")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
IMAGE = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>|\[image[^\]]*\]|(?<!\S)\S+\.(?:png|jpe?g|gif|svg|webp|bmp)\b", re.IGNORECASE
)
# Letters of a word that tell it from others and stay when it is inflected.
_STEM = 6
# Shares of words in common. `Plants need light` and `Plants need water` have 0.67 of theirs.
_SAME = 0.8
_FEWEST_WORDS = 3
# `It evaporated: the heat made vapour of it` says one thing; what is behind a full stop or a semicolon is another.
_SENTENCE = re.compile(r"[.!?;。！？；]+(?:\s+|$)|(?<=[。！？；])")
_FEWEST_WORDS_OF_SEVERAL = 4
# Wordings of a language that are compared with each other: the comparisons grow with their square.
_MOST_COMPARED = 12
_NEGATIONS = frozenset(
    """no not never none nor without cannot nunca jamás ni sin nada ningún ninguna não nem jamais sem nenhum nenhuma
    ne pas sans nicht kein keine nie ohne""".split()  # noqa: SIM905  thirty words are read as words
)
# Words that praise an answer instead of saying what is in it.
_PRAISE = re.compile(
    r"\b(?:understands?|shows? (?:an )?understanding|demonstrates?|good|correct(?:ly)?|well|appropriate(?:ly)?|"
    r"clear(?:ly)?|relevant|entiende|comprende|demuestra|correcto|correctamente|bien|adecuad[oa]|clar[oa]|entende|compreende|demonstra|"
    r"corret[oa]|corretamente|bem|adequad[oa])\b",
    re.IGNORECASE,
)
# Words about the answer itself, and claims that its writer understands: neither is in any answer.
_ABOUT_ANSWERS = frozenset(
    """answer answers response responses student students explanation explains describes topic question concept
    respuesta respuestas alumno alumna estudiante explicación explica tema pregunta concepto
    resposta respostas aluno aluna estudante explicação pergunta conceito""".split()  # noqa: SIM905  as above
)
_UNDERSTANDS = re.compile(
    r"(?:(?:the|a|el|la|o) )?(?:(?:student|answer|response|alumno|alumna|estudiante|respuesta|aluno|aluna|estudante|"
    r"resposta) )?(?:(?:shows?|has|demonstrates?|muestra|demuestra|tiene|mostra|demonstra|tem) )?"
    r"(?:(?:an?|uma?|una?) )?(?:\w+ )?(?:understands?|understanding|knowledge|grasp|entiende|comprende|comprensión|"
    r"conocimientos?|entende|"
    r"compreende|compreensão|conhecimentos?)\b(?! that\b| que\b)",
    re.IGNORECASE,
)
# A topic has one or two words: `knowledge of the water cycle`.
_MOST_OF_TOPIC = 2
# They say nothing of a subject.
_SMALL = frozenset(
    """a an the this that it its is are was were be been has have had of in on at by for with from to into and or as so
    el la los las lo un una unos unas se su sus es son está están fue ha han de del al en por para con que y o como
    os um uma uns umas seu sua é são está estão foi há do da dos das no na nos nas pelo pela e ao""".split()  # noqa: SIM905  as above
)
_ENDING = re.compile(r"(?<=\w{4})(?:ing|ed|es|s)$")


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One weak place. question, criterion: their ids; criterion is None where the whole question is meant.

    detail: one sentence, names the thing, literals in backticks, no full stop.
    """

    code: LintCode
    question: str
    criterion: str | None
    detail: str

    @property
    def is_advice(self) -> bool:
        """Whether answers are marked rightly without it."""
        return self.code in ADVICE


def lint(quiz: Quiz) -> tuple[LintFinding, ...]:
    """Everything weak, in the order of the questions; none of it keeps a quiz from being used.

    What speaks to whoever grades is found by `edgekit.grading.quiz_orders.orders_in`.
    """
    return tuple(finding for question in quiz.questions for finding in _of_question(question, quiz.expected(question)))


def _of_question(question: Question, languages: Sequence[str]) -> Iterator[LintFinding]:
    def finding(code: LintCode, criterion: str | None, detail: str) -> LintFinding:
        return LintFinding(code, question.id, criterion, detail)

    if all(not _WORD.search(IMAGE.sub(" ", text)) and IMAGE.search(text) for text in question.text.values()):
        yield finding("image_only", None, "the question is a picture: nothing in words can be compared with an answer")
    if question.options and len(question.correct) == len(question.options):
        yield finding("all_right", None, "every option is right")
    total = sum(criterion.points for criterion in question.criteria)
    if question.criteria and abs(total - question.points) > 1e-6:
        yield finding(
            "points", None, f"the criteria add up to {total:g} points, the question is worth {question.points:g}"
        )
    for language in _without_reference(question, languages):
        yield finding("language", None, f"answers are expected in `{language}`, and nothing right is written in it")
    for detail in _conflicts([*question.references.items()]):
        yield finding("conflict", None, detail)
    for criterion in question.criteria:
        for code, detail in _of_criterion(criterion, question, languages):
            yield finding(code, criterion.id, detail)
    for one, other in combinations(question.criteria, 2):
        shared = _overlap(one, other)
        if shared is not None:
            yield finding("overlap", other.id, f"says what `{one.id}` says: `{shared}` meets both")


def _sentences(text: str, language: str) -> int:
    """How many sentences are long enough to be a thing to look for."""
    unspaced = is_unspaced(language)
    parts = _SENTENCE.split(text)
    return sum(
        bool(part.strip()) if unspaced else len(_WORD.findall(part)) >= _FEWEST_WORDS_OF_SEVERAL for part in parts
    )


def _of_criterion(criterion: Criterion, question: Question, languages: Sequence[str]) -> Iterator[tuple[LintCode, str]]:
    for language, text in criterion.statement.items():
        words = _WORD.findall(text)
        praise = _PRAISE.search(text) or _UNDERSTANDS.match(text)
        if not is_unspaced(language) and len(words) < _FEWEST_WORDS:
            yield "vague", f"`{beginning(text)}` is too short to look for: write what must be said as a whole sentence"
        elif praise is not None and _mostly_praise(text):
            yield "vague", f"`{beginning(text)}` judges (`{praise[0]}`) instead of saying what must be in the answer"
    if question.references.keys() != criterion.statement.keys():
        written = {base_language(language) for language in criterion.statement}
        missing = [one for one in languages if base_language(one) not in written] if question.kind == "explain" else []
        # Where nothing at all is written in it, the question has been named already.
        for language in missing:
            if language not in _without_reference(question, languages):
                yield "language", f"is not written in `{language}`, which answers are expected in"
    if question.kind == "explain" and not criterion.refuted and not question.misconceptions:
        yield "no_negative", "has no example of what must not pass (`refuted`), and the question no misconception"
    pairs = [(tag, (first, *criterion.accepted.get(tag, ()))) for tag, first in criterion.statement.items()]
    if question.kind == "explain" and pairs:
        # In the other languages the same is said.
        tag, texts = pairs[0]
        fewest = min(_sentences(text, tag) for text in texts)
        if fewest > 1:
            detail = f"`{beginning(texts[0])}` says {fewest} things, and an answer with one may get all the points"
            yield "several", detail
    if dict(pairs) != dict(question.references):
        for detail in _conflicts(pairs):
            yield "conflict", detail
    for language, text in criterion.wordings():
        asked = _stems(question.text.get(language, ""))
        said = _stems(text)
        if said and said <= asked:
            detail = f"`{beginning(text)}` only repeats the question: who copies it would get the points"
            yield "repeats_question", detail


def _without_reference(question: Question, languages: Sequence[str]) -> list[str]:
    if question.kind in ("numeric", "choice"):
        return []
    written = {base_language(language) for language in question.references}
    written |= {base_language(language) for one in question.criteria for language in one.statement}
    if question.kind == "dictation":
        return [question.language] if base_language(question.language) not in written else []
    if question.kind == "translate":
        wanted = [one for one in languages if base_language(one) != base_language(question.language)]
        return wanted if wanted and not any(base_language(one) in written for one in wanted) else []
    return [one for one in languages if base_language(one) not in written]


def _conflicts(pairs: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """Wordings of one language that are alike but for a number or a negation."""
    for _, texts in pairs:
        for one, other in combinations(texts[:_MOST_COMPARED], 2):
            if _share(_stems(one), _stems(other)) < _SAME:
                continue
            numbers = sorted(_DIGITS.findall(one)), sorted(_DIGITS.findall(other))
            if numbers[0] != numbers[1]:
                yield f"`{beginning(one)}` and `{beginning(other)}` are both right and have other numbers"
            elif _negations(one) % 2 != _negations(other) % 2:
                yield f"`{beginning(one)}` and `{beginning(other)}` are both right and one denies the other"


def _overlap(one: Criterion, other: Criterion) -> str | None:
    """A wording of one criterion that meets the other as well."""
    for language in (tag for tag in one.statement if tag in other.statement):
        for text, second in product(_some(one, language), _some(other, language)):
            first, then = _stems(text), _stems(second)
            alike = first <= then or then <= first or _share(first, then) > _SAME
            if (min(len(first), len(then)) > 1 and alike) or _say_the_same(text, second):
                return beginning(text if len(first) >= len(then) else second)
    return None


def _say_the_same(text: str, other: str) -> bool:
    """Whether two wordings have the words of their subject in common: `A pushes B`, `B is pushed by A`."""
    first, then = _subject(text), _subject(other)
    return min(len(first), len(then)) >= _FEWEST_WORDS and _share(first, then) > _SAME


@lru_cache(maxsize=10_000)
def _subject(text: str) -> frozenset[str]:
    return frozenset(
        _ENDING.sub("", word)[:_STEM]
        for word in _words(text)
        if word not in _NEGATIONS and word not in _SMALL and not word.isdigit()
    )


def _some(criterion: Criterion, language: str) -> Sequence[str]:
    return [text for _, text in criterion.wordings(language)[: _MOST_COMPARED // 2]]


@lru_cache(maxsize=10_000)
def _stems(text: str) -> frozenset[str]:
    """Words in small letters, cut so that forms of one word are mostly the same; numbers and negations left out."""
    return frozenset(word[:_STEM] for word in _words(text) if word not in _NEGATIONS and not word.isdigit())


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _negations(text: str) -> int:
    return sum(word in _NEGATIONS for word in _words(text))


def _words(text: str) -> list[str]:
    return _WORD.findall(_NOT.sub(" not", text.casefold()))


def _mostly_praise(text: str) -> bool:
    """Whether little is left of a statement without its praise; `Metals conduct heat well` says something."""
    left = _words(_PRAISE.sub(" ", text))
    if len(left) < _FEWEST_WORDS:
        return True
    said = [word for word in left if word not in _SMALL and word not in _ABOUT_ANSWERS]
    if _UNDERSTANDS.match(text):
        return len(_subject(_UNDERSTANDS.sub(" ", text))) <= _MOST_OF_TOPIC
    return not said or (len(said) == 1 and any(word in _ABOUT_ANSWERS for word in left))
