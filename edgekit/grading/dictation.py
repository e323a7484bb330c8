"""A dictation: how many of its words are there, one by one."""

from __future__ import annotations

from edgekit.checks.base import WORD
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.ruled import Ruled, evidence, rounded, ruled
from edgekit.quiz.model import Question


def mark_dictation(question: Question, intake: Intake) -> Ruled:
    """One less the word error rate (substitutions, insertions, deletions over the words dictated) of the points.

    Signs are no words. Without `form_counts` neither case nor accents count. The evidence is the first word that
    differs, else all of it.
    """
    from rapidfuzz.distance import Levenshtein

    most = question.points
    said = [(found.start(), found.end()) for found in WORD.finditer(intake.text)]
    mine = [_form(question, intake.text[begin:end]) for begin, end in said]
    best: tuple[float, Ruled] | None = None
    for text in (text for texts in question.references.values() for text in texts):
        spans = [found.span() for found in WORD.finditer(text)]
        theirs = [_form(question, text[begin:end]) for begin, end in spans]
        if not theirs:
            continue
        edits = Levenshtein.editops(theirs, mine)
        error = len(edits) / len(theirs)
        if best is not None and best[0] <= error:
            continue
        words = evidence(intake, said[0][0], said[-1][1], text) if said else None
        for edit in edits:
            if edit.tag != "delete" and said:
                begin, end = said[min(edit.dest_pos, len(said) - 1)]
                first, last = spans[min(edit.src_pos, len(spans) - 1)]
                words = evidence(intake, begin, end, "" if edit.tag == "insert" else text[first:last])
                break
        best = error, ruled(rounded(most * max(0.0, 1 - error), most), most, words)
    return best[1] if best is not None else ruled(0.0, most, None)


def _form(question: Question, word: str) -> str:
    return word if question.form_counts else matching_form(word)
