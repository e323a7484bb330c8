"""What to write into a quiz file where it is weak: the key of TOML that a finding is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgekit.quiz.criteria import WHOLE

if TYPE_CHECKING:
    from edgekit.quiz.lint import LintFinding
    from edgekit.quiz.model import Question, Quiz

_TEXT = '"…"'


def key_to_write(finding: LintFinding, quiz: Quiz) -> str:
    """The key and what form it has, in the table of the criterion where the finding names one, else of the question."""
    question = quiz.question(finding.question)
    # The criterion of a question that has references alone is in no file: its wordings are the references.
    own = finding.criterion is not None and not (
        finding.criterion == WHOLE and question is not None and question.references
    )
    if finding.code in ("image_only", "order_in_text"):
        return f"text = {_TEXT}"
    if finding.code == "all_right":
        return 'correct = ["a"]'
    if finding.code == "points":
        total = sum(one.points for one in question.criteria) if question is not None else 0.0
        return f"points = {total:g}"
    if finding.code == "no_negative":
        return f"refuted = [{_TEXT}]" if own else f"misconceptions = [{_TEXT}]"
    if finding.code == "several":
        return f"criteria = [{_TEXT}, {_TEXT}]"
    if finding.code == "language" and question is not None:
        return _in_languages("statement" if own else "", question, quiz.expected(question))
    if finding.code == "conflict":
        return f"accepted = [{_TEXT}]" if own else f"references = [{_TEXT}]"
    return f"statement = {_TEXT}" if own else f"references = [{_TEXT}]"


def _in_languages(name: str, question: Question, languages: Sequence[str]) -> str:
    name = name or ("references" if question.references or not question.criteria else "statement")
    wanted = [question.language] if question.kind == "dictation" else languages
    if question.kind == "translate":
        wanted = [one for one in languages if one != question.language]
    return f"{name} = {{ {', '.join(f'{one} = {_TEXT}' for one in wanted)} }}"
