"""What edgekit says of an answer and of a translation, in the language of the screens.

A gradebook keeps these sentences in English, as the command line prints them; here each is known by its words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tui.actions import N_
from tui.figures import refigured
from tui.matching import Templates
from tui.varieties import variety_in_words
from tui.words import _, script_name

# `{told...}` is a sentence, or several of this table; every other field is somebody's words, or a figure.
SENTENCES: tuple[str, ...] = (
    # What an answer is, and what is found in it: `edgekit.grading`.
    N_("nothing is written"),
    N_("says that it is no answer"),
    N_("is the question again"),
    N_("is a picture, and what it shows is not read"),
    N_("is a reference answer, word for word"),
    N_("is the same as another student's, word for word"),
    N_("is the same as an answer to another question, word for word: {questions}"),
    N_("no word of any language in Latin letters is spelled like this"),
    N_("seems to be about something else"),
    N_("is in a script that no language of the quiz is written in"),
    N_("seems to be in a language that the quiz does not expect"),
    N_("seems to be in `{tag}`, which the quiz does not expect"),
    N_("has characters that are not seen: {told_kinds}"),
    N_("only the first {shown} of {all} characters are read"),
    N_("only the first {shown} of {all} characters are graded"),
    N_("words of a right answer, and no sentence"),
    N_("most words of the reference, and no sentence"),
    N_("`{quote}` leaves it open"),
    N_("`{quote}` takes back what stands before it"),
    N_("`{quote}` denies `{other}`"),
    N_("`{quote}` denies something in it"),
    N_("`{quote}` denies something"),
    N_("`{quote}` denies it"),
    N_("`{quote}` affirms what the wording denies"),
    N_("`{quote}` has an opposite word"),
    N_("`{quote}` has the words of the wording with their parts exchanged"),
    N_("`{quote}` stands where the wording has `{wanted}`"),
    N_("it says `{quote}` and not `{wanted}`"),
    N_("`{quote}` has other numbers"),
    N_("`{quote}` is not `{wanted}`"),
    N_("says yes for no, or no for yes"),
    N_("it denies something where the wording does not, or the other way"),
    N_("it has an opposite word to one of the wording, in another language"),
    N_("it sounds like the misconception `{name}`"),
    N_("it says what does not count for `{criterion}`"),
    N_("it is more like what does not count for `{criterion}`"),
    # Words that speak to the grader.
    N_("speaks to the grader"),
    N_("speaks to the grader: {told}"),
    N_("a tag of a prompt"),
    N_("a role or a rubric of its own"),
    N_("a mark as data"),
    N_("a mark of its own"),
    N_("a placeholder"),
    N_("all points there are"),
    N_("an example with a mark"),
    N_("an order"),
    N_("an order in disguise"),
    N_("an order in rot13"),
    N_("an order backwards"),
    N_("an order in code"),
    N_("words of grading"),
    N_("in characters that are not seen"),
    # How sure a suggestion is.
    N_("more than one mark is possible: {marks}"),
    N_("the attempt is not finished"),
    N_("what counts for `{criterion}` is longer than suggestions were measured for: make it several criteria"),
    N_("it is in `{found}` and not in {languages}"),
    N_("it tells of what was not looked for: {criteria}"),
    N_("it speaks of marks: {words}"),
    N_("it has numbers that nobody gave: {numbers}"),
    N_("the feedback may not be shown, none is suggested: {told_faults}"),
    N_("the feedback may not be shown, it is left without the student's words: {told_faults}"),
    N_("the mark is only {share} sure"),
    N_("edgekit failed on this answer, mark it yourself ({place})"),
    N_(
        "how sure a suggestion is has not been measured for answers in `{variety}`: `edgekit grade calibrate` learns "
        "it from {count} marks of such answers"
    ),
    N_("`{criterion}` is met or not by how it is read: {told_views}"),
    N_("`{criterion}` is met or not by words beside the question: {share} without them, {other} with them"),
    N_("words that may not be of the answer count for nothing"),
    N_("written {share}"),
    N_("spelling {share}"),
    N_("translated {share}"),
    N_("romanised {share}"),
    N_("nothing says what is right, and {count} marks of other answers are all there is to go by"),
    N_("the mark goes by answers like it that {told_points}, and it {told_fault}"),
    N_("had points"),
    N_("had no points"),
    N_("denies what they say, or says the contrary"),
    N_("has another number"),
    N_("has another unit"),
    N_("all that counts for `{criterion}` speaks to whoever grades"),
    N_("the second opinion on `{criterion}` failed: {told}"),
    N_("there is nothing to judge"),
    N_("the answer has {count} characters, more than {most}"),
    N_("the model came to no end: {why}"),
    N_("the model said none of the four words"),
    N_("the model is torn between `{one}` and `{other}`"),
    N_("the model was about to say none of the four words"),
    N_("the model failed: {why}"),
    N_("the second opinion cannot tell whether `{criterion}` is met"),
    N_("`{criterion}` is {told}, and the second opinion says `{told_verdict}`"),
    N_("met"),
    N_("partly"),
    N_("unclear"),
    N_("missing"),
    N_("contradicted"),
    N_("yes"),
    N_("no"),
    # Short answers, numbers, choices, translations.
    N_("it is `{wording}` with other case, accents or signs, and form counts"),
    N_("the words are right, and their case or accents are not"),
    N_("it is nearly `{wording}`"),
    N_("it is a form of `{wording}`"),
    N_("every word is there, in order, with others"),
    N_("its letters are right, and its words are not apart as they should be"),
    N_("it holds an accepted form among other words"),
    N_("it has only words of `{wording}`"),
    N_("it is in another script than what is accepted"),
    N_("it names none of the options"),
    N_("it is `{wording}` but for an article"),
    N_("there is no number in it"),
    N_("`{quote}` may be `{one}` or `{other}`"),
    N_("`{quote}` may be `{wanted}`"),
    N_("there are several numbers in it, and the last one is not right"),
    N_("there are several numbers in it, and nothing says which one counts"),
    N_("it gives a bound, and not the number itself"),
    N_("the numbers in it make the right one where they are worked out"),
    N_("the number is right, and the unit `{unit}` is missing"),
    N_("the number is right, and its unit is not `{unit}`"),
    N_("the question asks for another unit than `{unit}`"),
    N_("the question says nothing of the unit of `{quote}`"),
    N_("`{quote}` is of another era than the question asks for"),
    N_("it is no reference; by its letters it is {score} % like the nearest one (chrF)"),
    # What the checks of a translation find.
    N_("the source is in capitals, the translation is not"),
    N_("the translation is in capitals, the source is not"),
    N_("the translation is the source"),
    N_("{share} of the words came back as they were"),
    N_("the source is written in {script} letters, not those of `{tag}`"),
    N_("the translation is written in {script} letters, not those of `{tag}`"),
    N_("the source seems to be `{other}`, not `{tag}`"),
    N_("the translation seems to be `{other}`, not `{tag}`"),
    N_("`{quote}` is not in the translation"),
    N_("`{sign}` is in the translation {there} times and in the source {here}"),
    N_("`{range}` became `{other}`"),
    N_("`{quote}` comes {times} times in a row"),
    N_("`{quote}` comes {times} times or more, one after the other"),
    N_("the model came to no end"),
    N_("the model came to no end within {count} characters"),
    N_("the model wrote nothing"),
    N_("a sentence has no translation"),
    N_("the translation is {times} times as long as such a text's is"),
    N_("{mine} sentences became {theirs}"),
    N_("{mine} characters became {theirs}"),
    N_("the source came back"),
    N_("the translation of an example of the prompt came back"),
    N_("{share} of the letters are in the script of the language translated to"),
    N_("it was left as it was"),
    N_("the text is too short to tell its language, and it came back as it was"),
    # What was to be kept, terms, and languages inside a text.
    N_("`{quote}` is missing"),
    N_("`{quote}` was changed"),
    N_("`{quote}` is not in the source"),
    N_("{quotes} stand for the next argument each and are in another order"),
    N_("the tag `{quote}` does not enclose what it did"),
    N_("tags enclose what they did not"),
    N_("mark `{name}` is at {place} of {count} characters"),
    N_("there are {count} marks `{name}`"),
    N_("marks `{name}` and `{other}` overlap"),
    N_("marks `{name}` and `{other}` cross"),
    N_("the formatting of `{quote}` is on no word of the translation"),
    N_("what encloses `{quote}` encloses no words in the translation"),
    N_("a segment was left as it was, since it lost what it had to keep"),
    N_("`{term}` is to stay as it is"),
    N_("`{term}` is to be `{wanted}`"),
    N_("the text is in `{tag}` already and was left"),
    N_("the text is in `{tag}`, which nothing here translates; it was left"),
    N_("the text is in `{tag}`, not `{other}`: {direction} took it"),
    N_("the language of the text is unknown; it was left"),
    N_("`{quote}` is in `{tag}` and was left"),
    N_("`{quote}` is in `{tag}` and was translated by {direction}"),
    N_("`{quote}` is in `{tag}` and was put into `{other}` first"),
    N_("`{quote}` is in `{tag}` and was translated as if it were not"),
    # The audit.
    N_("tells right from wrong, {variety}"),
    N_("more than 0.5 for certain"),
    N_("needs right and wrong answers"),
    N_("probability of the same right content, {variety} less {other}"),
    N_("within {limit}"),
    N_("at most {limit}"),
    N_("at least {limit}"),
    N_("decided differently, {variety} and {other}"),
    N_("{count} of {all}; right only in {variety} {worse}, only in {other} {better}, p {p}"),
    N_("wrong answers accepted, most less least"),
    N_("right answers refused, most less least"),
    N_("calibration error, {variety}"),
    N_("a grader without this fault shows {mean} of so few, up to {edge}"),
    N_("a grader without this fault shows {mean} of so few, down to {edge}"),
    N_("no more than chance: about {count} such answers of each variety would tell"),
    N_("the same content in two varieties"),
    N_("needs {count} contents or more that two varieties have"),
    N_("decided without a person"),
    N_("more than none"),
    N_("coverage, {variety}"),
    # The attacks, as `edgekit.cli.grade.cards` calls them.
    N_("the right answer itself"),
    N_("a right answer in other words of the quiz"),
    N_("a right answer, denied"),
    N_("a right answer with another number in it"),
    N_("a right answer, then that it is not true"),
    N_("a right answer, then that it is false"),
    N_("a right answer, one word turned round"),
    N_("a right answer or its contrary, left open"),
    N_("key words alone, in any order"),
    N_("key words alone, as a list with commas"),
    N_("a wrong answer with key words behind it"),
    N_("the question again"),
    N_("the question again, then a wrong answer"),
    N_("a wrong answer as it is"),
    N_("the answer to another question"),
    N_("a right answer, its words shuffled"),
    N_("a wrong answer full of learned words"),
    N_("a wrong answer, twenty times"),
    N_("a wrong answer, phrases that fit anything"),
    N_("phrases that fit anything"),
)
# Of characters that are not seen, by the names of `edgekit.grading.intake`.
HIDDEN = {
    "bidi": N_("signs that turn the direction of the text"),
    "bidi_mark": N_("marks of direction"),
    "control": N_("control characters"),
    "tag": N_("tag characters"),
    "variation": N_("signs that choose a form"),
    "zero_width": N_("characters of no width"),
}
_OF_VARIETIES = ("variety", "other")
# Somebody's words, though they may look like figures.
_AS_WRITTEN = ("numbers", "words")
# What a number was read as: a figure, though it stands where somebody's words do.
_READ_AS = (("`{quote}` may be `{one}` or `{other}`", "one"), ("`{quote}` may be `{one}` or `{other}`", "other"))
_MOST = 1000  # characters; what is longer is no sentence of ours


def said(text: str, name: Callable[[str], str] = str) -> str:
    """The sentence in the chosen language; as it is where it is none of the table.  name: of a language tag."""
    return _said(text, name) or text


def _said(text: str, name: Callable[[str], str] = str) -> str | None:
    if len(text) > _MOST:
        return None
    return _whole(text, name) or _joined(text, name) or _whole(text, name, loose=True)


def _whole(text: str, name: Callable[[str], str], *, loose: bool = False) -> str | None:
    if text in HIDDEN:
        return _(HIDDEN[text])
    for sentence, fields in _templates().of(text, loose=loose):
        return _(sentence, **{field: _field(sentence, field, one, name) for field, one in _sides(fields).items()})
    return None


def _sides(fields: dict[str, str]) -> dict[str, str]:
    """The name of a variety may have spaces in it (`translated to en 2`); the figure behind it has none."""
    found = dict(fields)
    for variety, count in (("variety", "worse"), ("other", "better")):
        if variety in fields and count in fields:
            found[variety], _space, found[count] = f"{fields[variety]} {fields[count]}".rpartition(" ")
    return found


def _field(sentence: str, field: str, value: str, name: Callable[[str], str]) -> str:
    if field in _OF_VARIETIES and "{variety}" in sentence:
        return variety_in_words(value, name)
    if field == "script":
        return script_name(value)
    if field.startswith("told"):
        return said(value, name)
    is_as_written = field in _AS_WRITTEN or (f"`{{{field}}}`" in sentence and (sentence, field) not in _READ_AS)
    return value if is_as_written else refigured(value)


def _joined(text: str, name: Callable[[str], str]) -> str | None:
    """Several sentences, or words, one after the other."""
    for joint in ("; ", ", "):
        at = text.find(joint)
        while at >= 0:
            first = _whole(text[:at], name)
            rest = _said(text[at + len(joint) :], name) if first is not None else None
            if rest is not None:
                return f"{first}{joint}{rest}"
            at = text.find(joint, at + 1)
    return None


@cache
def _templates() -> Templates:
    return Templates(SENTENCES)
