"""Questions that a rule marks: a word or phrase, a number, a dictation, options, a translation."""

from __future__ import annotations

import re
import unicodedata

from edgekit.grading.amounts import amounts
from edgekit.grading.dictation import mark_dictation
from edgekit.grading.function_words import LANGUAGES, denying_words, known
from edgekit.grading.intake import Intake, matching_form
from edgekit.grading.numeric import mark_number
from edgekit.grading.quantities import Quantity
from edgekit.grading.ruled import Ruled, doubt, evidence, rounded, ruled
from edgekit.grading.statements import denial
from edgekit.grading.translation import mark_translation
from edgekit.identify.scripts import scripts_in
from edgekit.quiz.model import Question

# With pictures, which some end every answer with.
_EDGE = r"[\s\"'“”‘’«».,;:!?¡¿()\[\]*`\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff-]+"
_AROUND = re.compile(rf"^{_EDGE}|{_EDGE}$")
_ID = re.compile(r"[^\W_]+(?:[._-][^\W_]+)*")
# Of a word of five letters one may be wrong: a slip of the pen or another word, which a person has to say.
_NEAR = 0.8
_LEAST_NEAR = 5
# And of one of four.
_NEAR_SHORT = 0.75
_MOST_WORDS = 64
_LIST = re.compile(r"[,;\n]")
_ROW = re.compile(r"[,;\n/+&]|\b(?:and|y|e|und|et)\b", re.IGNORECASE)
# In the form of `_loose`: `both a and c`, `la ballena y el murciélago`.
_LEADING = re.compile(
    r"^(?:(?:and|y|e|und|et|both|ambos|ambas) )?"
    r"(?:(?:the|an?|el|la|los|las|una?|o|os|as|uma?|der|die|das|le|les) |l['’])?"
)
# In the form of `_loose`: `option b`, `the answer is b`, `a letra c`.
_CALLED = re.compile(
    r"^(?:(?:the|my|la|mi|el|a|o|minha|die|das|le) )?(?:(?:right|correct) )?"
    r"(?:options?|answers?|letters?|choices?|opcion(?:es)?|respuestas?(?: correctas?)?|letras?|incisos?|opcao|opcoes"
    r"|respostas?(?: cert[ao]s?| corretas?)?|alternativas?|choix|reponses?|lettres?|antwort(?:en)?|buchstaben?)"
    r"(?: (?:is|are|es|son|e|sao|est|sont|ist|sind))?(?: (?:the|la|el|die))?[ :]+"
    r"|^(?:it is|it's|i think(?: it is)?|es la|creo que(?: es)?(?: la)?|c'est la|es ist|das ist) |^(?:es|e) (?=\w{3})"
)
_ARTICLE = re.compile(r"[ao] \S+$")
_MOST_CALLED = 200
_SIGNS = re.compile(r"[\W_]+")
# `$CO_2$`, `\(\mathrm{CO}_{2}\)`.
_TYPESET = re.compile(r"\\(?:text|mathrm|mathit|mathbf|ce)\b|\\(?:[()\[\], ]|$)|[${}_^]")
_LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def is_ruled(question: Question) -> bool:
    """Whether `mark_by_rule` marks the question; the others are for the scorer."""
    return question.kind != "explain" and not (question.kind == "translate" and question.criteria)


def mark_by_rule(
    question: Question, intake: Intake, languages: tuple[str, ...] = (), written: tuple[str, ...] = ()
) -> Ruled:
    """Mark an answer that is not blank.

    languages: of number words and of words that deny.  written: that the answer is said to be in, if any.
    Without `form_counts` case, accents and the punctuation around an answer are no matter.
    Raises ValueError for a question that `is_ruled` does not name.
    """
    if question.kind == "numeric":
        return mark_number(question, intake, languages, written)
    if question.kind == "dictation":
        return mark_dictation(question, intake)
    if question.kind == "choice":
        return _mark_choice(question, intake)
    if question.kind == "exact":
        return _mark_exact(question, intake, languages)
    if is_ruled(question):
        return mark_translation(question, intake)
    raise ValueError(f"`{question.id}` is not marked by a rule")


def _mark_exact(question: Question, intake: Intake, languages: tuple[str, ...]) -> Ruled:
    from rapidfuzz.distance import OSA

    most = question.points
    wordings = [text for texts in question.references.values() for text in texts]
    begin, end = _core(intake.text)
    said = intake.text[begin:end]
    strict = [one for one in wordings if " ".join(one.split()) == " ".join(said.split())]
    loose = [one for one in wordings if _loose(one) == _loose(said)]
    if strict or (loose and not question.form_counts):
        return ruled(most, most, evidence(intake, begin, end, (strict or loose)[0]))
    if loose:
        words = evidence(intake, begin, end, loose[0])
        told = doubt("uncertain", f"it is `{loose[0]}` with other case, accents or signs, and form counts", words)
        return ruled(rounded(most / 2, most), most, words, possible=(0.0, most), reasons=told)
    for one, points in question.partly.items():
        if _loose(one) == _loose(said):
            return ruled(points, most, evidence(intake, begin, end, one))
    forms = {one: _loose(one) for one in wordings}
    spoken = [_loose(word) for word in _loose(said).replace("/", " ").split()]
    rows = [_loose(said), *_rows(spoken, {len(form.split()) for form in forms.values()})]
    near = max(wordings, key=lambda one: max(OSA.normalized_similarity(forms[one], row) for row in rows), default="")
    words = evidence(intake, begin, end, near)
    form = forms.get(near, "")
    least = _NEAR if len(form) >= _LEAST_NEAR else _NEAR_SHORT if len(form) == _LEAST_NEAR - 1 else 1.0
    alike = max(OSA.normalized_similarity(form, row) for row in rows)
    bare = _LEADING.sub("", _loose(said))
    same = next((one for one, form in forms.items() if bare and _LEADING.sub("", form) == bare), None)
    if same is not None:
        # `la casa` may be asked with its article, `the heart` is not.
        words = evidence(intake, begin, end, same)
        told = doubt("uncertain", f"it is `{same}` but for an article", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    # `H20`, and `3` for `tres`.
    typed = next((one for one, form in forms.items() if form and _is_typed_for(_loose(said), form, languages)), None)
    if typed is not None:
        return ruled(0.0, most, words, possible=(most,), reasons=doubt("uncertain", f"it is nearly `{typed}`", words))
    joined = form and "".join(form.split()) == "".join(_loose(said).split())
    if form and form not in rows and (joined or alike >= least):
        return ruled(0.0, most, words, possible=(most,), reasons=doubt("uncertain", f"it is nearly `{near}`", words))
    words_of = f" {_words_of(said)} "
    if any((_words_of(one) and f" {_words_of(one)} " in words_of) or _loose(one) in rows[1:] for one in wordings):
        told = doubt("uncertain", "it holds an accepted form among other words", words)
        denied = denial(intake.text, known((question.language, *languages)))
        if denied is not None:
            told = doubt("negation", f"`{intake.text[slice(*denied)]}` denies something in it", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    part = next((one for one in wordings if _is_part(spoken, _loose(one).split())), None)
    if part is not None:
        told = doubt("uncertain", f"it has only words of `{part}`", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    written = {script for one in wordings for script in scripts_in(one)}
    if written and scripts_in(said) and not written.intersection(scripts_in(said)):
        told = doubt("uncertain", "it is in another script than what is accepted", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    return ruled(0.0, most, words, against=True)


def _is_part(said: list[str], form: list[str]) -> bool:
    """Whether words of an accepted form, in any order, are all there is, and half of its letters: `Bolívar`.

    `Metal` is none of `no metal`.
    """
    letters, left = len("".join(dict.fromkeys(said))), {*form}.difference(said)
    is_denied = not left.isdisjoint(denying_words(LANGUAGES))
    return {*said} <= {*form} and said != form and not is_denied and 2 * letters >= len("".join(form))


def _is_typed_for(said: str, form: str, languages: tuple[str, ...]) -> bool:
    """Whether two forms differ by naught and O alone, or are one number in figures and in words."""
    if said.replace("0", "o") == form.replace("0", "o"):
        return True
    if said.isdecimal() == form.isdecimal():
        return False
    one, other = amounts(said, languages), amounts(form, languages)
    return [len(one), len(other)] == [1, 1] and one[0].same_amount(other[0]) and _is_whole(one[0], said, other[0], form)


def _is_whole(one: Quantity, said: str, other: Quantity, form: str) -> bool:
    return (one.end - one.begin, other.end - other.begin) == (len(said), len(form))


def _mark_choice(question: Question, intake: Intake) -> Ruled:
    """Ids of options, or the text of one; of several right ones each counts, and a wrong one takes as much away."""
    most, right = question.points, {*question.correct}
    begin, end = _core(intake.text)
    chosen = _chosen(question, intake.text[begin:end])
    words = evidence(intake, begin, end, ", ".join(question.options[one] for one in question.correct))
    if chosen is None:
        told = doubt("uncertain", "it names none of the options", words)
        return ruled(0.0, most, words, possible=(most,), reasons=told)
    if len(right) == 1:
        points = most if chosen == right else _share(question, chosen)
    else:
        points = rounded(most * (len(chosen & right) - len(chosen - right)) / len(right), most)
    return ruled(points, most, words, against=True)


def _share(question: Question, chosen: set[str]) -> float:
    """What one option that is not the right one has of the points; of several options, nothing."""
    return question.partly.get(next(iter(chosen)), 0.0) if len(chosen) == 1 else 0.0


def _chosen(question: Question, said: str) -> set[str] | None:
    by_text = {_loose(text): name for name, text in question.options.items()}
    by_text = {_LEADING.sub("", text): name for text, name in by_text.items()} | by_text
    if _loose(said) in by_text:
        return {by_text[_loose(said)]}
    by_id = {name.casefold(): name for name in question.options}
    names = [found[0].casefold() for found in _ID.finditer(unicodedata.normalize("NFKC", said))]
    joining = {"and", "y", "e", "und", "et", "&"} - by_id.keys()
    names = [one for one in names if one not in joining or len(names) == 1]
    if names and all(one in by_id for one in names):
        return {by_id[one] for one in names}
    rest = _CALLED.sub("", _loose(said)) if len(said) <= _MOST_CALLED else ""
    if rest and rest != _loose(said):
        # `A resposta é a b`: an article or an option.
        return None if _ARTICLE.match(rest) else _chosen(question, rest)
    # `b) by day`: an option's id and its text.
    first = by_id.get(names[0]) if names else None
    if first is not None and _loose(said).endswith(_loose(question.options[first])):
        return {first}
    for between in (_LIST, _ROW):
        parts = [_LEADING.sub("", _loose(part)) for part in between.split(said) if part.strip()]
        chosen = {by_text.get(one) or by_id.get(one) for one in parts}
        if parts and None not in chosen:
            return {one for one in chosen if one}
    # `ac`: letters in their order, where several are right.
    letters = list(_loose(said))
    if len(question.correct) > 1 and letters == sorted({*letters}) and all(one in by_id for one in letters):
        return {by_id[one] for one in letters}
    return None


def _core(text: str) -> tuple[int, int]:
    """The span of a text without the space and signs around it; of signs alone, as `*` for a product, all of them."""
    begin, end = 0, len(text)
    for found in _AROUND.finditer(text):
        if found.start() == 0:
            begin = found.end()
        else:
            end = found.start()
    if begin >= end:
        return len(text) - len(text.lstrip()), len(text.rstrip())
    return begin, end


def _loose(text: str) -> str:
    begin, end = _core(text)
    text = text[begin:end]
    if "$" in text or "\\" in text:
        text = _TYPESET.sub("", text)
    return " ".join(matching_form(text).translate(_LOW).split())


def _words_of(text: str) -> str:
    """The words of a text without any sign: `<b>oxygen</b>` has `oxygen` among its words."""
    return " ".join(_SIGNS.sub(" ", _loose(text)).split())


def _rows(words: list[str], lengths: set[int]) -> list[str]:
    """Every row of so many words, of the first 64: an accepted form may stand among others (`the fotosyntesis`)."""
    words = words[:_MOST_WORDS]
    return [" ".join(words[at : at + length]) for length in sorted(lengths) for at in range(len(words) - length + 1)]
