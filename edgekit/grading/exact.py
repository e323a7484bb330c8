"""A word or a phrase as an answer: the forms that are accepted, and what a person looks at instead of nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from edgekit.grading.denied import denied_in
from edgekit.grading.function_words import ARTICLES, LANGUAGES, denying_words, function_words, known
from edgekit.grading.intake import Intake
from edgekit.grading.one_number import in_figures, is_one_number
from edgekit.grading.other_writing import is_other_writing
from edgekit.grading.ruled import Ruled, doubt, evidence, rounded, ruled
from edgekit.grading.short_forms import LEADING, brackets, core, loose, paired, without_call, words_of
from edgekit.grading.spelling import kinship
from edgekit.grading.statements import plain_words
from edgekit.identify.scripts import scripts_in
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Evidence, ReasonCode

# Of a word of five letters one may be wrong: a slip of the pen or another word, which a person has to say.
_NEAR = 0.8
_LEAST_NEAR = 5
# And of one of four.
_NEAR_SHORT = 0.75
_MOST_WORDS = 64
# A date, a time or a name that is written otherwise.
_MOST_OTHERWISE = 100
# `alegre o contento`, `acid / acidic`.
_SEVERAL = re.compile(r"[,;/\n]| (?:or|and|o|u|y|ou|e|oder|und|ou|et) ")
_LEAST_SHORT = 3
# Another number is no slip of the pen: `100` for `1000`.
_FIGURES = re.compile(r"[\d.,]+")
_TERM = re.compile(r"[+-]?[^+-]+")
_ALIKE = str.maketrans("0", "o", "^")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|º|ª|er|eme)\b")
_FORMULA = re.compile(r"(?:[A-Z][a-z]?[\d₀-₉]*|[()\[\]])+")
_ASKS_FOR_FORMULA = re.compile(r"formul|simbol|symbol|सूत्र|प्रतीक")


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer and what is accepted, in the forms that the rules compare.

    text: without what stands around it, intake.text[begin:end].  form: it as `loose` gives it.  words: those of it.
    forms: of what is accepted.  rows: the whole form, and rows of as many words as an accepted one has.
    near: the accepted one that is most like one of the rows, and how much.
    """

    question: Question
    intake: Intake
    languages: tuple[str, ...]
    begin: int
    end: int
    text: str
    form: str
    words: list[str]
    forms: Mapping[str, str]
    rows: list[str]
    near: str
    alike: float

    def shown(self, wording: str) -> Evidence | None:
        return evidence(self.intake, self.begin, self.end, wording)

    def has(self, points: float, wording: str) -> Ruled:
        """Points that are certain."""
        return ruled(points, self.question.points, self.shown(wording))

    def doubted(self, detail: str, wording: str, code: ReasonCode = "uncertain") -> Ruled:
        """No points, and a person looks whether it has all of them."""
        words, most = self.shown(wording), self.question.points
        return ruled(0.0, most, words, possible=(most,), reasons=doubt(code, detail, words))


_Rule: TypeAlias = Callable[[_Said], Ruled | None]


def mark_exact(question: Question, intake: Intake, languages: tuple[str, ...]) -> Ruled:
    """By the first rule that says something, in the order of `_RULES`; what none of them knows is wrong."""
    said = _read(question, intake, languages)
    found = next((ruling for rule in _RULES if (ruling := rule(said)) is not None), None)
    return found or ruled(0.0, question.points, said.shown(said.near), against=True)


def _read(question: Question, intake: Intake, languages: tuple[str, ...]) -> _Said:
    from rapidfuzz.distance import OSA

    begin, end = core(intake.text)
    text = intake.text[begin:end]
    form = loose(intake.text)
    forms = {one: loose(one) for texts in question.references.values() for one in texts}
    words = [loose(word) for word in form.replace("/", " ").split()]
    rows = [form, *_rows(words, {len(one.split()) for one in forms.values()})]
    alike = {one: max(OSA.normalized_similarity(theirs, row) for row in rows) for one, theirs in forms.items()}
    near = max(alike, key=alike.__getitem__, default="")
    return _Said(question, intake, languages, begin, end, text, form, words, forms, rows, near, alike.get(near, 0.0))


def _accepted(said: _Said) -> Ruled | None:
    """An accepted form, where form is no matter in any case, with accents or none, called an answer or not."""
    plainly = " ".join(said.text.split())
    written = {" ".join(said.intake.text.split()), plainly}
    strict = next((one for one in said.forms if " ".join(one.split()) in written), None)
    wording = strict or (None if said.question.form_counts else _same(said))
    return said.has(said.question.points, wording) if wording is not None else None


def _same(said: _Said) -> str | None:
    called = without_call(said.form)
    for wording, form in said.forms.items():
        mine, theirs = brackets(said.intake.text), brackets(wording)
        if mine and theirs and mine != theirs:
            continue
        if form in (said.form, called) or (theirs and paired(form) == paired(said.form)):
            return wording if not _is_other_formula(said, wording) else None
    parts = [loose(part) for part in _SEVERAL.split(said.form)]
    known_forms = {form: wording for wording, form in said.forms.items()}
    return known_forms[parts[0]] if len(parts) > 1 and known_forms.keys() >= {*parts} else None


def _is_other_formula(said: _Said, wording: str) -> bool:
    """Whether both are formulas, of other elements where the case counts: `CO` and `Co`; nobody says so of `co`."""
    asked = " ".join(map(loose, said.question.text.values()))
    if said.text == wording or not _ASKS_FOR_FORMULA.search(asked):
        return False
    return all(_FORMULA.fullmatch(one) for one in (said.text, wording)) and said.text.upper() == wording.upper()


def _in_another_form(said: _Said) -> Ruled | None:
    """Half of the points where form counts: with other case, accents or signs."""
    wording = next((one for one, form in said.forms.items() if form == said.form), None)
    if wording is None:
        return None
    most, words = said.question.points, said.shown(wording)
    if not said.question.form_counts:
        return said.doubted(f"it is nearly `{wording}`", wording)
    told = doubt("uncertain", f"it is `{wording}` with other case, accents or signs, and form counts", words)
    return ruled(rounded(most / 2, most), most, words, possible=(0.0, most), reasons=told)


def _partly(said: _Said) -> Ruled | None:
    """What the quiz has some of the points for."""
    partly = said.question.partly.items()
    return next((said.has(points, one) for one, points in partly if loose(one) == said.form), None)


def _but_for_an_article(said: _Said) -> Ruled | None:
    """`La casa` may be asked with its article, `the heart` is not."""
    bare = LEADING.sub("", said.form)
    wording = next((one for one, form in said.forms.items() if bare and LEADING.sub("", form) == bare), None)
    return said.doubted(f"it is `{wording}` but for an article", wording) if wording is not None else None


def _typed_for(said: _Said) -> Ruled | None:
    """`H20`, `3` for `tres`, `July 4th` and `the 4th of July` for `4 July`."""
    wording = next((one for one, form in said.forms.items() if form and _is_typed_for(said, form)), None)
    wording = wording or _in_figures(said) or _in_other_writing(said)
    return said.doubted(f"it is nearly `{wording}`", wording) if wording is not None else None


def _in_figures(said: _Said) -> str | None:
    """`World War Two` for `World War II`, `veintiuno de julio` for `21 de julio`."""
    if len(said.words) > _MOST_WORDS:
        return None
    spoken = tuple(dict.fromkeys((said.question.language, *said.languages)))
    mine, *theirs = (LEADING.sub("", loose(in_figures(one, spoken))) for one in (said.text, *said.forms))
    return next((one for one, form in zip(said.forms, theirs, strict=True) if form == mine), None)


def _in_other_writing(said: _Said) -> str | None:
    """`21/7` for `21 de julio`, `quarter past three` for `3:15`, `WWII` for `Second World War`."""
    if len(said.text) > _MOST_OTHERWISE:
        return None
    spoken = tuple(dict.fromkeys((said.question.language, *said.languages)))
    return next((one for one in said.forms if is_other_writing(said.text, one, spoken)), None)


def _nearly(said: _Said) -> Ruled | None:
    """A slip of the pen, or words that are one word in what is accepted."""
    form = said.forms.get(said.near, "")
    least = _NEAR if len(form) >= _LEAST_NEAR else _NEAR_SHORT if len(form) == _LEAST_NEAR - 1 else 1.0
    joined = form and "".join(form.split()) == "".join(said.form.split())
    if not form or form in said.rows or not (joined or said.alike >= least):
        return None
    if _FIGURES.fullmatch(form) and _FIGURES.fullmatch(said.form):
        return None
    return said.doubted(f"it is nearly `{said.near}`", said.near)


def _inflected(said: _Said) -> Ruled | None:
    """`arteries` for `artery`, `evaporate` for `evaporation`: other forms of the same words."""
    if not said.form.replace(" ", "").isalpha():
        return None
    for tag, texts in said.question.references.items():
        languages = known([tag])
        mine, *theirs = (_stems(one, languages) for one in (said.form, *map(said.forms.__getitem__, texts)))
        if mine in theirs and mine:
            wording = texts[theirs.index(mine)]
            return said.doubted(f"it is a form of `{wording}`", wording)
    return None


def _stems(form: str, languages: tuple[str, ...]) -> list[str]:
    words = plain_words(form, 0, len(form), languages) if languages else ()
    return [word.stem for word in words if word.plain not in ARTICLES]


def _among_others(said: _Said) -> Ruled | None:
    """An accepted form stands among other words, which may deny it."""
    words = f" {words_of(said.text)} "
    forms = said.forms.items()
    if not any((words_of(one) and f" {words_of(one)} " in words) or form in said.rows[1:] for one, form in forms):
        return None
    text = said.intake.text
    denied = denied_in(text, (said.question.language, *said.languages))
    if denied is not None:
        return said.doubted(f"`{text[slice(*denied)]}` denies something in it", said.near, "negation")
    return said.doubted("it holds an accepted form among other words", said.near)


def _words_of_one(said: _Said) -> Ruled | None:
    """Words of an accepted form are all there is: `Bolívar`."""
    wording = next((one for one, form in said.forms.items() if _is_part(said.words, form.split())), None)
    return said.doubted(f"it has only words of `{wording}`", said.near) if wording is not None else None


def _cognate(said: _Said) -> Ruled | None:
    """`fotosíntesis` for `photosynthesis`, `dióxido de carbono` for `carbon dioxide`, and nothing else."""
    mine = _kin(said.words[:_MOST_WORDS])
    wording = next((one for one, form in said.forms.items() if mine and _kin(form.split()) == mine), None)
    return said.doubted(f"it is nearly `{wording}`", wording) if wording is not None else None


def _kin(words: list[str]) -> set[str]:
    small = function_words(LANGUAGES) - denying_words(LANGUAGES)
    return {kinship(one) for one in words if one not in small} if all(map(str.isalpha, words)) else set()


def _in_another_script(said: _Said) -> Ruled | None:
    """What is written in letters that no accepted form has cannot be compared."""
    written, mine = {script for one in said.forms for script in scripts_in(one)}, scripts_in(said.text)
    if not written or not mine or written.intersection(mine):
        return None
    return said.doubted("it is in another script than what is accepted", said.near)


# The first that says something counts: what is certain, then what is likeliest to be right.
_RULES: tuple[_Rule, ...] = (
    _accepted,
    _in_another_form,
    _partly,
    _but_for_an_article,
    _typed_for,
    _nearly,
    _inflected,
    _among_others,
    _words_of_one,
    _cognate,
    _in_another_script,
)


def _is_typed_for(said: _Said, form: str) -> bool:
    """Whether two forms differ by naught and O, a sign of a power or small words, or are one number in two ways."""
    if said.form.translate(_ALIKE) == form.translate(_ALIKE):
        return True
    small = function_words(LANGUAGES) - denying_words(LANGUAGES)
    mine, theirs = (sorted({*_ORDINAL.sub("", one).split()} - small) for one in (said.form, form))
    if len(mine) > 1 and mine == theirs:
        return True
    if _is_short_for(said.form.split(), form.split()) or _same_sums(said.form, form):
        return True
    return is_one_number(said.form, form, said.languages)


def _is_short_for(words: list[str], form: list[str]) -> bool:
    """`25 Dec` for `25 December`."""
    pairs = list(zip((one.rstrip(".") for one in words), form, strict=False))
    short = [one for one, other in pairs if one != other]
    return (
        len(words) == len(form)
        and 0 < len(short) < len(pairs)
        and all(len(one) >= _LEAST_SHORT and other.startswith(one) for one, other in pairs if one != other)
    )


def _same_sums(one: str, other: str) -> bool:
    """`y = 1 + 2x` for `y = 2x + 1`."""
    mine, theirs = (
        sorted(sorted(term.lstrip("+") for term in _TERM.findall(side)) for side in form.split("="))
        for form in (one, other)
    )
    return "+" in one and mine == theirs


def _is_part(said: list[str], form: list[str]) -> bool:
    """Whether words of an accepted form, in any order, are all there is, and half of its letters, small words aside.

    `Metal` is none of `no metal`.
    """
    left = {*form}.difference(said)
    is_denied = not left.isdisjoint(denying_words(LANGUAGES))
    letters, of = (len("".join(_telling(one))) for one in (said, form))
    return {*said} <= {*form} and said != form and not is_denied and 2 * letters >= of


def _telling(words: list[str]) -> dict[str, None]:
    """The words without the small ones, unless all of them are small."""
    small = function_words(LANGUAGES)
    return dict.fromkeys([one for one in words if one not in small] or words)


def _rows(words: list[str], lengths: set[int]) -> list[str]:
    """Every row of so many words, of the first 64: an accepted form may stand among others (`the fotosyntesis`)."""
    words = words[:_MOST_WORDS]
    return [" ".join(words[at : at + length]) for length in sorted(lengths) for at in range(len(words) - length + 1)]
