"""Answers that were typed into an editor of formatted text: what a reader sees of them, and not their tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from edgekit.answers.answers import Lookup
from edgekit.answers.xml_text import PASTED, html_text
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Answer

# Editors put every text between tags of a block; what a student writes about tags seldom begins and ends with one.
_WRAPPED = re.compile(
    r"\s*<(p|div|ul|ol|h[1-6]|table|blockquote|pre|span)(?:\s[^<>]*)?>.*</(p|div|ul|ol|h[1-6]|table|blockquote|pre|span)>"
    r"(?:\s|<br\s*/?>)*",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z]|\bx?html\b", re.IGNORECASE)
_MOST = 100_000


def without_html(answers: Sequence[Answer], lookup: Lookup) -> tuple[list[Answer], list[str]]:
    """Answers with their texts as a reader sees them, and a note for each question to which some were HTML.

    Those to a question that is about tags itself stay.
    """
    about = {one.id for one in lookup.questions if _is_about_tags(one)}
    found: set[str] = set()
    read: list[Answer] = []
    for one in answers:
        if one.question_id not in about and _is_html(one.text):
            found.add(one.question_id)
            one = replace(one, text=html_text(one.text))
        read.append(one)
    notes = [
        f"answers to `{one.id}` are HTML: what a reader sees of them is graded"
        for one in lookup.questions
        if one.id in found
    ]
    return read, notes


def _is_html(text: str) -> bool:
    text = PASTED.sub("", text)
    return len(text) <= _MOST and _WRAPPED.fullmatch(text) is not None


def _is_about_tags(question: Question) -> bool:
    texts = [
        *question.text.values(),
        *question.options.values(),
        *(one for many in question.references.values() for one in many),
    ]
    texts += [wording for one in question.criteria for _, wording in one.wordings()]
    return any(_TAG.search(text) for text in texts)
