"""A wrong idea in one clause of an answer whose other clauses may be right.

Of the whole answer an encoder says that it is like what is right. With two short wrong answers of each question of
SciEntsBank and Beetle (train) for its wrong ideas, the rule finds 18 of 2,616 right answers and 73 of 3,521 others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from edgekit.grading.contradiction import turned
from edgekit.grading.function_words import known
from edgekit.grading.intake import matching_form
from edgekit.grading.statements import WORD, Statement, denial, sentences, statements

# Of a clause this much is of the wrong idea or of the question: the rest may make it another one.
_LEAST_OF_IT = 0.7
# Words that the question does not have: one alone may be of anything.
_LEAST = 2
# Word by word two may be of anything; of a script without spaces this many letters.
_LEAST_WORDS, _LEAST_LETTERS = 3, 8


def find_wrong_idea(
    ideas: Sequence[str], right: Sequence[str], asked: str, said: str, language: str
) -> tuple[int, int] | None:
    """Where an answer has one of the ideas word by word, or in a clause all that one says beyond the question.

    Neither denied nor turned round. right: wordings of what counts; what one of them says as well is no wrong idea.
    language: of all, a tag or a mix; clauses are told apart in those that are known.
    """
    return _clause(ideas, right, asked, said, known([language])) or _words(ideas, right, said, known([language]))


def _clause(
    ideas: Sequence[str], right: Iterable[str], asked: str, said: str, languages: tuple[str, ...]
) -> tuple[int, int] | None:
    if not languages:
        return None
    given = frozenset(word for one in statements(asked, languages) for word in one.content)
    counts = [one for text in right for one in statements(text, languages)]
    for idea in (one for text in ideas for one in statements(text, languages)):
        needed = idea.content - given
        if len(needed) < _LEAST:
            continue
        for clause in statements(said, languages):
            of_it = len(clause.content & (idea.content | given))
            if not _says(clause, idea, needed) or of_it < _LEAST_OF_IT * len(clause.content):
                continue
            if not any(_says(one, idea, needed) for one in counts):
                return clause.begin, clause.end
    return None


def _words(ideas: Sequence[str], right: Iterable[str], said: str, languages: tuple[str, ...]) -> tuple[int, int] | None:
    words = [(match[0], *match.span()) for match in WORD.finditer(matching_form(said))]
    counts = [_spoken(text) for text in right]
    for idea in map(_spoken, ideas):
        count = idea.count(" ") - 1
        enough = count >= _LEAST_WORDS or (count == 1 and not idea.isascii() and len(idea) >= _LEAST_LETTERS)
        if not enough or any(idea in one for one in counts):
            continue
        for at in range(len(words) - count + 1):
            if f" {' '.join(word for word, _, _ in words[at : at + count])} " == idea:
                begin, end = words[at][1], words[at + count - 1][2]
                opens = max((first for first, _ in sentences(said) if first <= begin), default=0)
                if denial(said[opens:begin], languages) is None:
                    return begin, end
    return None


def _spoken(text: str) -> str:
    """The words of a text, a space on either side of each."""
    return f" {' '.join(WORD.findall(matching_form(text)))} "


def _says(one: Statement, idea: Statement, needed: frozenset[str]) -> bool:
    return needed <= one.content and (one.denied - idea.denied) % 2 == 0 and turned(idea, one) == (False, False)
