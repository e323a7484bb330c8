"""A second opinion on one criterion by a small language model: it can only lower confidence, never change points.

One criterion a question, four words to answer with, held by a grammar; the model's own probabilities of them are read,
and its quote has to stand in the answer letter by letter. Whatever goes wrong is said as such: it is never a verdict.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypeVar, get_args

from edgekit.core.closing import Closing
from edgekit.core.errors import EdgekitError, EngineError
from edgekit.engine.llama.request import Finish
from edgekit.generate.generator import Generation
from edgekit.grading.judging import GONE, MOST_DEATHS
from edgekit.grading.spans import clauses
from edgekit.quiz.model import Criterion, Question

Verdict: TypeAlias = Literal["yes", "partly", "no", "cannot_tell"]
_Word = TypeVar("_Word", bound=str)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
PAIR_GRAMMAR = 'root ::= " "? ("A" | "B")'
GRAMMAR = 'root ::= " "? ("yes" | "partly" | "no" | "cannot_tell")'
SECONDS = 30.0
# Tokens whose probabilities are read: the four words are among the likeliest thousand of any model that understood.
_ALTERNATIVES = 1000
# The four words together: below it the model was about to say something else, and the grammar spoke for it.
LEAST_MASS = 0.05
# A logarithm above it is that of no probability; rounding may leave one a little above 0.
_MOST_LOG = 0.01
# A tie is no verdict: the first of the four words would win it.
_LEAST_APART = 1e-6
MOST_ANSWER = 2000
_QUOTES = 24

# The longer first: nothing about the question itself may follow the answer, which a student wrote.
_PROMPT = """Decide whether a student's answer says one statement. Reply with one word: yes, partly, no or cannot_tell.

Statement: Plants need light to grow.
Answer: <a>Without sun they do not grow.</a>
Verdict: yes

Statement: Plants need light and water to grow.
Answer: <a>They need sun.</a>
Verdict: partly

Statement: Ice is lighter than water.
Answer: <a>Ice sinks because it is heavy.</a>
Verdict: no

Statement: {statement}
Question: {question}
Answer: <{nonce}>{answer}</{nonce}>
Verdict:"""
# Of two answers, each letter as often the better one: a model that goes on as examples go learns no letter by heart.
_PAIR_PROMPT = """Two answers to one question are compared. Reply with the letter of the better one: A or B.

Question: What do plants need to grow?
A: <a>They need light and water.</a>
B: <a>They need nothing at all.</a>
Better: A

Question: Why does ice float?
A: <a>Ice sinks because it is heavy.</a>
B: <a>Ice is lighter than water.</a>
Better: B

Question: {question}
A: <{nonce}>{first}</{nonce}>
B: <{nonce}>{second}</{nonce}>
Better:"""
_QUOTE_PROMPT = "{verdict_prompt} {verdict}\nThe student's words that say so:"


class Writes(Protocol):
    """What a judge needs of `edgekit.generate.generator.Generator`."""

    def generate(
        self,
        prompt: str,
        *,
        max_tokens: int | None = ...,
        grammar: str | None = ...,
        log_probabilities: int | None = ...,
        control_tokens: bool = ...,
    ) -> Generation:
        """Go on from a prompt."""
        ...

    @property
    def has_died(self) -> bool:
        """Whether its process died in the last call: the next one starts another."""
        ...

    def cancel(self) -> None:
        """End what is being written."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


@dataclass(frozen=True, slots=True)
class Opinion:
    """probabilities: of the four words among themselves.  quote: where in the answer, checked.

    failed: why there is no opinion, a sentence without full stop; the verdict is then `cannot_tell`.
    """

    verdict: Verdict
    probabilities: Mapping[Verdict, float] = field(default_factory=dict)
    quote: tuple[int, int] | None = None
    failed: str | None = None


class Judge(Closing):
    """Asks one model; a context manager that frees it.  seconds: how long it may think about one criterion.

    A model whose process dies is started again once, and asked the same; after the second death it is asked nothing
    more.
    """

    def __init__(self, model: Writes, *, seconds: float = SECONDS) -> None:
        self._model = model
        self._seconds = seconds
        self._deaths = 0

    def close(self) -> None:
        """Free the model; closing again does nothing."""
        self._model.close()

    def ask(self, question: Question, criterion: Criterion, answer: str, *, quoted: bool = True) -> Opinion:
        """Whether answer says criterion; the same for the same question, whatever was asked before.

        quoted: ask for the words that say so as well.
        """
        if not answer.strip():
            return Opinion("cannot_tell", failed="there is nothing to judge")
        if len(answer) > MOST_ANSWER:
            return Opinion(
                "cannot_tell", failed=f"the answer has {len(answer):,} characters, more than {MOST_ANSWER:,}"
            )
        prompt = _PROMPT.format(
            statement=_one_line(_in_language(criterion.statement, question.language)),
            question=_one_line(_in_language(question.text, question.language)),
            answer=answer,
            nonce=_nonce(answer),
        )
        try:
            said = self._generate(prompt, GRAMMAR, 8, _ALTERNATIVES)
            if said.finish != "end":
                return _no_end(said.finish)
            probabilities = _probabilities(said, VERDICTS)
            verdict = said.text.strip()
            if verdict not in VERDICTS:
                return Opinion("cannot_tell", failed="the model said none of the four words")
            if not probabilities:
                return Opinion("cannot_tell", failed="the model was about to say none of the four words")
            likeliest, second = sorted(VERDICTS, key=lambda one: -probabilities[one])[:2]
            if probabilities[likeliest] - probabilities[second] < _LEAST_APART:
                return Opinion("cannot_tell", failed=f"the model is torn between `{likeliest}` and `{second}`")
            asks = quoted and likeliest in ("yes", "partly")
            finish, quote = self._quote(prompt, likeliest, answer) if asks else ("end", None)
        except EdgekitError as problem:
            return Opinion("cannot_tell", failed=f"the model failed: {problem.message}")
        # With more time there might be a quote: it would not be the same opinion again.
        return _no_end(finish) if finish == "cancelled" else Opinion(likeliest, probabilities, quote)

    def prefer(self, question: str, first: str, second: str) -> float | None:
        """How probable it is that the model calls the first of two answers the better one; None: it does not say."""
        if not first.strip() or not second.strip() or max(len(first), len(second)) > MOST_ANSWER:
            return None
        prompt = _PAIR_PROMPT.format(
            question=_one_line(question), first=first, second=second, nonce=_nonce(f"{first}\n{second}")
        )
        try:
            said = self._generate(prompt, PAIR_GRAMMAR, 4, _ALTERNATIVES)
        except EdgekitError:
            return None
        if said.finish != "end" or said.text.strip() not in ("A", "B"):
            return None
        return _probabilities(said, ("A", "B")).get("A")

    def _quote(self, prompt: str, verdict: Verdict, answer: str) -> tuple[Finish, tuple[int, int] | None]:
        texts = {answer[begin:end]: (begin, end) for begin, end in clauses(answer)[:_QUOTES]}
        plain = [text for text in texts if text.strip() and text.isprintable()]
        if not plain:
            return "end", None
        choices = " | ".join(_literal(text) for text in plain)
        asked = _QUOTE_PROMPT.format(verdict_prompt=prompt, verdict=verdict)
        said = self._generate(asked, f'root ::= " "? ({choices})', None, None)
        # The grammar allows nothing else; what cuts an answer short is seen here.
        return said.finish, texts.get(said.text) or texts.get(said.text.removeprefix(" "))

    def _generate(self, prompt: str, grammar: str, tokens: int | None, alternatives: int | None) -> Generation:
        if self._deaths < MOST_DEATHS:
            try:
                said = self._attempt(prompt, grammar, tokens, alternatives)
            except EdgekitError:
                if not self._has_died():
                    raise
                return self._generate(prompt, grammar, tokens, alternatives)
            # One that was told to stop and did not was ended.
            self._has_died()
            return said
        raise EngineError(GONE)

    def _has_died(self) -> bool:
        self._deaths += self._model.has_died
        return self._model.has_died

    def _attempt(self, prompt: str, grammar: str, tokens: int | None, alternatives: int | None) -> Generation:
        late = threading.Timer(self._seconds, self._model.cancel)
        late.daemon = True
        late.start()
        try:
            return self._model.generate(
                prompt, max_tokens=tokens, grammar=grammar, log_probabilities=alternatives, control_tokens=False
            )
        finally:
            late.cancel()


def _no_end(finish: Finish) -> Opinion:
    return Opinion("cannot_tell", failed=f"the model came to no end: {finish}")


def _probabilities(said: Generation, words: Sequence[_Word]) -> dict[_Word, float]:
    """Of words among themselves, by the first token that is no space; empty where they are improbable."""
    for token in said.tokens:
        if token.data.strip():
            break
    else:
        return {}
    mass = dict.fromkeys(words, 0.0)
    for one in token.alternatives:
        begins = one.data.decode("utf-8", "replace").strip()
        for word in words:
            if begins and word.startswith(begins):
                if not one.log_probability <= _MOST_LOG:
                    return {}
                mass[word] += math.exp(one.log_probability)
    total = sum(mass.values())
    return {word: value / total for word, value in mass.items()} if total >= LEAST_MASS else {}


def _nonce(answer: str) -> str:
    """A mark around the answer that it cannot contain: made of its own digest, and the same at every replay."""
    return "a" + hashlib.sha256(answer.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
