"""A wrong idea in one clause of an answer whose other clauses may be right.

Of the whole answer an encoder says that it is like what is right. With two short wrong answers of each question of
SciEntsBank and Beetle (train) for its wrong ideas, the rule finds 18 of 2,616 right answers and 73 of 3,521 others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from edgekit.grading.contradiction import turned
from edgekit.grading.function_words import known
from edgekit.grading.statements import Statement, statements

# Of a clause this much is of the wrong idea or of the question: the rest may make it another one.
_LEAST_OF_IT = 0.7
# Words that the question does not have: one alone may be of anything.
_LEAST = 2


def find_wrong_idea(
    ideas: Sequence[str], right: Iterable[str], asked: str, said: str, language: str
) -> tuple[int, int] | None:
    """Where a clause says all that one of the ideas says beyond the question, neither denied nor turned round.

    right: wordings of what counts; what one of them says as well is no wrong idea.  language: of all, a tag or a mix.
    """
    languages = known([language])
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


def _says(one: Statement, idea: Statement, needed: frozenset[str]) -> bool:
    return needed <= one.content and (one.denied - idea.denied) % 2 == 0 and turned(idea, one) == (False, False)
