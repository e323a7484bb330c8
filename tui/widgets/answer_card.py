"""A card of one answer: the question, the student's words with the evidence in them, the suggested mark, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from unicodedata import bidirectional

from textual.content import Content

from edgekit.core.characters import between_characters, visible
from edgekit.core.units import in_digits
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import CriterionResult, Reason, Suggestion
from tui import words
from tui.actions import N_
from tui.figures import figure, listed, number, percent, refigured
from tui.grading import Card
from tui.sentences import said
from tui.varieties import variety_in_words
from tui.widgets.script import Paragraph, lines_of, plain
from tui.words import _

# What is longer is read elsewhere: a screen of it is no help, and its lines are broken on every resize.
MOST_SHOWN = 10_000
# So many cells of an answer in a list are enough to know it again; a wide terminal shows more.
IN_A_ROW = 60
EVIDENCE = "reverse underline"
SEVERAL = "more than one mark is possible: "  # as `edgekit.grading.suggesting` says it, with the marks
STATES: Mapping[str, tuple[str, str]] = {
    "met": ("+", N_("met")),
    "partly": ("~", N_("partly met")),
    "unclear": ("/", N_("not clear")),
    "missing": ("-", N_("missing")),
    "contradicted": ("!", N_("the opposite is said")),
}
VIEWS: Mapping[str, str] = {
    "written": N_("as written"),
    "spelling": N_("in usual spelling"),
    "translated": N_("translated"),
    "romanised": N_("in Latin letters"),
}
REASONS: Mapping[str, str] = {
    "blank": N_("nothing is written"),
    "no_attempt": N_("no attempt at an answer"),
    "copied_question": N_("it copies the question"),
    "copied_reference": N_("it copies the model answer"),
    "gibberish": N_("it makes no words"),
    "off_topic": N_("it is about something else"),
    "duplicate": N_("another student wrote the same"),
    "too_long": N_("it is longer than what is graded"),
    "unsupported_language": N_("it is in a language that is not graded"),
    "injection_suspect": N_("it speaks to the grader"),
    "hidden_characters": N_("it has characters that are not seen"),
    "negation": N_("something is denied"),
    "number": N_("a number is another"),
    "unit": N_("a unit is another"),
    "misconception": N_("it sounds like a known wrong idea"),
    "hedged": N_("it says one thing and another"),
    "keyword_list": N_("it lists words without a sentence"),
    "uncertain": N_("more than one mark is possible"),
    "views_disagree": N_("it is met or not by how it is read"),
    "uncalibrated_variety": N_("this way of writing has not been measured"),
    "judge_disagrees": N_("the second opinion is another"),
    "judge_failed": N_("the second opinion did not come"),
    "feedback_failed": N_("the feedback did not pass its check"),
}
# Each doubt is another, and what they are called tells least; of a variety the sentence would say it twice. A word that
# is another denies nothing, and a unit that is missing is no other one.
SAY_ALL = ("uncertain", "uncalibrated_variety", "negation", "unit")
_IN_NO_LANGUAGE = ("blank", "unsupported_language")
MARKS: Mapping[str, str] = {
    "accepted": N_("accepted"),
    "changed": N_("changed"),
    "returned": N_("returned without a mark"),
    "released": N_("released"),
}


def numbers_in_words(numbers: Sequence[int]) -> str:
    """`#1, #3`, the first ten."""
    return ", ".join(f"#{at}" for at in numbers[:10]) + (" …" if len(numbers) > 10 else "")


def in_words(reason: Reason, name: Callable[[str], str] = str) -> str:
    """What a reason is called in the chosen language, and the sentence that came with it.  name: of a language tag."""
    if reason.code in SAY_ALL and reason.detail:
        return visible(said(reason.detail, name))
    known = REASONS.get(reason.code, reason.code)
    told = _(known) if reason.code in REASONS else known
    # The sentence may begin with what the reason is called.
    detail = reason.detail.removeprefix(known).removeprefix(known.removeprefix("it ")).lstrip(": ")
    return f"{told}: {visible(said(detail, name))}" if detail else told


def suggested(suggestion: Suggestion) -> str:
    """`suggested 2 of 3, 84 % sure; possible too: 3`; what is possible once, where a reason tells it."""
    told = _(
        "suggested {points} of {most}, {sure} sure",
        points=number(suggestion.points),
        most=number(suggestion.most),
        sure=percent(suggestion.probability),
    )
    is_told = any(one.code == "uncertain" and one.detail.startswith(SEVERAL) for one in suggestion.reasons)
    others = [] if is_told else [number(one) for one in suggestion.possible if one != suggestion.points]
    return told + ("; " + _("possible too: {points}", points=listed(others)) if others else "")


def card_paragraphs(card: Card, name: Callable[[str], str], is_right_to_left: Callable[[str], bool]) -> list[Paragraph]:
    """All that a teacher needs to decide: evidence first, then the mark, then why.

    name, is_right_to_left: of a language tag.
    """
    suggestion = card.suggestion
    question = card.question
    text = question.text.get(words.chosen()) or question.text.get(question.language)
    text = text or next(iter(question.text.values()), "")
    found = [plain(f"{question.id}: {visible(text)}", "bold", 2), plain("")]
    found += [plain(_language(card, name, is_right_to_left), "dim")]
    found += [Paragraph((("▎ ", "dim"), *answer_pieces(card)), 2), plain("")]
    if suggestion is None:
        return [*found, plain(_("no suggestion yet"))]
    found.append(Paragraph(tuple(_verdict(card, suggestion)), 2))
    found += [plain(one, "bold", 2) for one in _contested(card)]
    found += [plain(f"? {in_words(one, name)}", "", 2) for one in suggestion.reasons]
    if suggestion.criteria:
        found.append(plain(""))
    for at, one in enumerate(suggestion.criteria, 1):
        found += _criterion(card, at, one)
    told = list(_for_the_student(card.feedback, suggestion))
    return [*found, plain(""), *(plain(one, "", 2) for one in told)] if told else found


def _contested(card: Card) -> Iterator[str]:
    """That the student says that the mark is wrong, and why."""
    before = card.standing.before
    if card.standing.contested:
        points = number(before.points) if before is not None and before.points is not None else "?"
        why = visible(card.contested.strip())
        yield (
            _("contested, it was {points}: {why}", points=points, why=why)
            if why
            else _("contested, it was {points}", points=points)
        )


def _for_the_student(feedback: str | None, suggestion: Suggestion) -> Iterator[str]:
    """What goes out, and where that is not what was suggested, what was: it fits other points."""
    suggested = visible(suggestion.feedback.strip())
    goes_out = suggested if feedback is None else visible(feedback.strip())
    if goes_out:
        yield _("for the student: {text}", text=goes_out)
    if suggested and suggested != goes_out:
        points = number(suggestion.points)
        if not goes_out:
            yield _("for the student: nothing, as the points were changed")
        yield _("suggested with {points} points: {text}", points=points, text=suggested)


def _language(card: Card, name: Callable[[str], str], is_rtl: Callable[[str], bool]) -> str:
    suggestion = card.suggestion
    variety = suggestion.variety if suggestion is not None else ""
    if suggestion is not None and any(one.code in _IN_NO_LANGUAGE for one in suggestion.reasons):
        variety = ""  # what it is graded as, and not what it is in
    told = _("the answer, in {languages}", languages=variety_in_words(variety, name)) if variety else _("the answer")
    is_right_to_left = any(is_rtl(tag) for tag in variety.split("+") if tag and not tag.endswith("-Latn"))
    is_right_to_left = is_right_to_left or _turns(card.answer.text[:MOST_SHOWN])
    return _("{language}, right to left", language=told) if is_right_to_left else told


def _turns(text: str) -> bool:
    """Whether most letters are of a script that is written from right to left."""
    letters = [bidirectional(one) for one in text if one.isalpha()]
    return 2 * sum(one in ("R", "AL") for one in letters) > len(letters)


def _verdict(card: Card, suggestion: Suggestion) -> Iterator[tuple[str, str]]:
    standing = card.standing
    if standing.state in MARKS:
        points = f": {number(standing.points)}" if standing.points is not None else ""
        yield f"{_(MARKS[standing.state])}{points}. ", "bold"
    sent = suggestion.decision == "review" and standing.state == "suggested"
    yield suggested(suggestion) + (" · " + _("a person should look") if sent else ""), "bold"


def _criterion(card: Card, at: int, one: CriterionResult) -> Iterator[Paragraph]:
    sign, state = STATES[one.state]
    most = next((known.points for known in card.question.criteria if known.id == one.criterion), card.question.points)
    head = f"{sign} {at} {_(state)}, {number(one.points)}/{number(most)}, {percent(one.probability)}  "
    yield Paragraph(((head, "bold"), (visible(_statement(card, one)) + _within(card), "")), 4)
    if one.evidence is not None and one.evidence.wording and one.evidence.wording != _statement(card, one):
        yield plain("    " + _("like: {wording}", wording=visible(one.evidence.wording)), "dim", 6)
    if one.evidence is not None and _is_shared(card, one):
        yield plain("    " + _("its words: {words}", words=_one_line(one.evidence.text)), "dim", 6)
    if len(one.views) > 1:
        told = ", ".join(f"{_(VIEWS.get(view, view))} {percent(share)}" for view, share in one.views.items())
        low, high = min(one.views.values()), max(one.views.values())
        text = _("the ways to read it disagree: {views}", views=told) if low < 0.5 <= high else told
        yield plain(f"    {text}", "dim", 6)


def _is_shared(card: Card, one: CriterionResult) -> bool:
    """Whether its words overlap those of another criterion, so that the brackets do not tell them apart."""
    mine = one.evidence
    others = [other.evidence for other in (card.suggestion.criteria if card.suggestion is not None else ())]
    return mine is not None and any(
        other is not None
        and other is not mine
        and other.begin < mine.end
        and mine.begin < other.end
        and (other.begin, other.end) != (mine.begin, mine.end)
        for other in others
    )


def _statement(card: Card, one: CriterionResult) -> str:
    known = next((known for known in card.question.criteria if known.id == one.criterion), None)
    if known is None:
        # Of an answer without words, and of words that are too many in a dictation, there is no wording.
        return (one.evidence.wording if one.evidence is not None else "") or _right(card.question) or one.criterion
    statement = known.statement.get(words.chosen()) or known.statement.get(card.question.language)
    return statement or next(iter(known.statement.values()), one.criterion)


def _right(question: Question) -> str:
    """What is right where a question has no criteria: its number, its options or its first reference."""
    if question.value is not None:
        return in_digits(question.value) + (f" {question.unit}" if question.unit else "")
    options = [question.options[one] for one in question.correct if one in question.options]
    references = question.references.get(question.language) or next(iter(question.references.values()), ())
    return ", ".join(options) or next(iter(references), "")


def _within(card: Card) -> str:
    """How far from a right number another one is right as well."""
    far = card.question.tolerance if card.question.value is not None else 0
    return _(", or up to {tolerance} more or less", tolerance=refigured(in_digits(far))) if far else ""


def answer_pieces(card: Card) -> list[tuple[str, str]]:
    """The student's words: evidence reversed, underlined and in brackets, with the numbers of the criteria after it.

    What a reason points at stands in brackets with a `?`. Nothing in them is told to the terminal.
    """
    text = card.answer.text
    suggestion = card.suggestion
    if not text.strip():
        return [(_("(empty)"), "dim")]
    spans: list[tuple[int, int, str]] = []
    for at, one in enumerate(suggestion.criteria if suggestion is not None else (), 1):
        if one.evidence is not None:
            spans.append((one.evidence.begin, one.evidence.end, str(at)))
    spans += [(*one.span, "?") for one in (suggestion.reasons if suggestion is not None else ()) if one.span]
    pieces: list[tuple[str, str]] = []
    at = 0
    for begin, end, signs in joined(spans, text[:MOST_SHOWN]):
        pieces += [(_shown(text[at:begin]), ""), ("[", "bold"), (_shown(text[begin:end]), EVIDENCE)]
        pieces.append((f"]{signs}", "bold"))
        at = end
    pieces.append((_shown(text[at:MOST_SHOWN]), ""))
    if len(text) > MOST_SHOWN:
        told = _("… {shown} of {all} characters are shown", shown=figure(MOST_SHOWN), all=figure(len(text)))
        pieces.append((f"\n{told}", "dim"))
    return [piece for piece in pieces if piece[0]]


def joined(spans: Sequence[tuple[int, int, str]], text: str) -> list[tuple[int, int, str]]:
    """Spans of whole characters in order, those that overlap as one with the signs of all; empty ones left out."""
    found: list[tuple[int, int, str]] = []
    for begin, end, sign in sorted(spans):
        begin, end = max(0, begin), min(end, len(text))
        while 0 < begin < end and not between_characters(text, begin):
            begin -= 1
        while begin < end < len(text) and not between_characters(text, end):
            end += 1
        if begin >= end:
            continue
        if found and begin < found[-1][1]:
            first, last, signs = found[-1]
            known = signs.split(",")
            found[-1] = (first, max(end, last), signs if sign in known else f"{signs},{sign}")
        else:
            found.append((begin, end, sign))
    return found


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())


def _shown(text: str) -> str:
    """Lines of every kind as lines, the rest as a terminal may have it."""
    return visible(text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))


def answer_row(card: Card, *, is_later: bool, cells: int = IN_A_ROW) -> Content:
    """Signs and figures on the left, the student's words last, so many cells of them."""
    suggestion, standing = card.suggestion, card.standing
    if standing.state in MARKS:
        points = f" {number(standing.points)}" if standing.points is not None else ""
        told = f"{_(MARKS[standing.state])}{points}"
    elif suggestion is None:
        told = _("no suggestion yet")
    else:
        sign = "? " if suggestion.decision == "review" else "  "
        told = f"{sign}{number(suggestion.points)}/{number(suggestion.most)} {percent(suggestion.probability)}"
    told += f" ({_('later')})" if is_later else ""
    text = " ".join(visible(card.answer.text[: 4 * cells]).split()) or _("(empty)")
    begin, end = next(lines_of(text, cells))
    words = text[begin:end] + (" …" if end < len(text) else "")
    return Content(f"{told:<14} #{card.number:<4} {card.question.id}  {words}")
