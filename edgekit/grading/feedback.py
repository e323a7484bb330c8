"""Tells a student what their answer says and what it leaves out, in the language or the mix that they wrote in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgekit.grading.function_words import language_by_small_words
from edgekit.grading.intake import take_in
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.suggestion import CriterionResult, CriterionState

# What is said in a language that has no sentences of its own here.
FALLBACK = "en"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# With the signs on letters of Devanagari.
_WORD = re.compile(r"(?:\w|[\u0900-\u097f])+")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Sentences of a language, `{}` for the criterion's words.  quoted: `{}` the student's words.

    Of answers of SciEntsBank and Beetle that are called contradicted, teachers called half so and a quarter right: no
    sentence claims that an answer says the contrary.

    marks: words that would announce a mark; a suggestion is none, so no sentence may have one.
    """

    states: Mapping[CriterionState, str]
    quoted: str
    marks: tuple[str, ...]


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        {
            "met": "You say this: {}",
            "partly": "You say at least a part of this; make sure that it is whole: {}",
            "unclear": "It is not clear whether your answer says this; say it more plainly: {}",
            "missing": "This is not in your answer yet: {}",
            "contradicted": "Your answer does not agree with this; look at it again: {}",
        },
        "Your words: “{}”.",
        ("points", "marks", "grade", "score", "passed", "failed"),
    ),
    "es": Phrases(
        {
            "met": "Dices esto: {}",
            "partly": "Dices al menos una parte de esto; comprueba que esté completa: {}",
            "unclear": "No queda claro si tu respuesta dice esto; dilo con más claridad: {}",
            "missing": "Esto todavía no está en tu respuesta: {}",
            "contradicted": "Tu respuesta no concuerda con esto; revísala: {}",
        },
        "Tus palabras: «{}».",
        ("puntos", "nota", "calificación", "aprobado", "suspenso", "reprobado"),
    ),
    "pt": Phrases(
        {
            "met": "Você diz isto: {}",
            "partly": "Você diz pelo menos uma parte disto; veja se está completa: {}",
            "unclear": "Não está claro se a sua resposta diz isto; diga com mais clareza: {}",
            "missing": "Isto ainda não está na sua resposta: {}",
            "contradicted": "A sua resposta não concorda com isto; reveja: {}",
        },
        "As suas palavras: “{}”.",
        ("pontos", "nota", "classificação", "aprovado", "reprovado"),
    ),
    "fr": Phrases(
        {
            "met": "Tu dis ceci : {}",
            "partly": "Tu dis au moins une partie de ceci ; vérifie qu'elle est complète : {}",
            "unclear": "On ne voit pas bien si ta réponse dit ceci ; dis-le plus clairement : {}",
            "missing": "Ceci n'est pas encore dans ta réponse : {}",
            "contradicted": "Ta réponse ne s'accorde pas avec ceci ; relis-la : {}",
        },
        "Tes mots : « {} ».",
        ("points", "note", "barème", "reçu", "échoué"),
    ),
    "de": Phrases(
        {
            "met": "Du sagst dies: {}",
            "partly": "Du sagst mindestens einen Teil davon; prüfe, ob er vollständig ist: {}",
            "unclear": "Es ist nicht klar, ob deine Antwort das sagt; sag es deutlicher: {}",
            "missing": "Das fehlt noch in deiner Antwort: {}",
            "contradicted": "Deine Antwort passt nicht dazu; sieh sie noch einmal an: {}",
        },
        "Deine Worte: „{}“.",
        ("Punkte", "Note", "Bewertung", "bestanden", "durchgefallen"),
    ),
    "sw": Phrases(
        {
            "met": "Unasema hivi: {}",
            "partly": "Unasema angalau sehemu ya hili; hakikisha limekamilika: {}",
            "unclear": "Haijulikani wazi kama jibu lako linasema hili; liseme kwa uwazi zaidi: {}",
            "missing": "Hili bado halimo katika jibu lako: {}",
            "contradicted": "Jibu lako halikubaliani na hili; liangalie tena: {}",
        },
        "Maneno yako: “{}”.",
        ("alama", "gredi", "umefaulu", "umefeli"),
    ),
    "hi": Phrases(
        {
            "met": "तुमने यह कहा: {}",
            "partly": "तुमने इसका कम से कम एक हिस्सा कहा; देखो कि पूरा हो: {}",
            "unclear": "साफ़ नहीं है कि तुम्हारे उत्तर में यह है या नहीं; इसे और साफ़ कहो: {}",
            "missing": "यह अभी तुम्हारे उत्तर में नहीं है: {}",
            "contradicted": "तुम्हारा उत्तर इससे मेल नहीं खाता; इसे फिर से देखो: {}",
        },
        "तुम्हारे शब्द: “{}”।",
        ("अंक", "ग्रेड", "पास", "फेल"),
    ),
    "ar": Phrases(
        {
            "met": "تقول هذا: {}",
            "partly": "تقول جزءا من هذا على الأقل؛ تأكد من أنه كامل: {}",
            "unclear": "ليس واضحا هل تقول إجابتك هذا؛ قله بوضوح أكثر: {}",
            "missing": "هذا ليس في إجابتك بعد: {}",
            "contradicted": "إجابتك لا توافق هذا؛ راجعها: {}",
        },
        "كلماتك: «{}».",
        ("درجة", "علامة", "نقاط", "ناجح", "راسب"),
    ),
}


def write_feedback(
    question: Question, results: Sequence[CriterionResult], language: str, *, quoted: bool = True
) -> str:
    """A line for every criterion, what is missing first; of a mix (`en+es`) each line in both languages.

    A criterion is told in the language's own wording, else in the question's; without results there is nothing to say.
    quoted: with the student's words.
    """
    order: Mapping[CriterionState, int] = {"contradicted": 0, "missing": 1, "unclear": 2, "partly": 3, "met": 4}
    criteria = {criterion.id: criterion for criterion in question.criteria}
    languages = spoken(language)
    lines = []
    for result in sorted(results, key=lambda one: order[one.state]):
        told = [_told(question, criteria.get(result.criterion), result, one, quoted=quoted) for one in languages]
        lines.append(" / ".join(dict.fromkeys(text for text in told if text)))
    return "\n".join(line for line in lines if line)


def checked_feedback(
    question: Question, results: Sequence[CriterionResult], language: str
) -> tuple[str, tuple[str, ...]]:
    """The feedback of `write_feedback` that has no fault: without the student's words where those make it one, or none.

    Second: the faults of the whole one.
    """
    text = write_feedback(question, results, language)
    faults = feedback_faults(text, question, results, language)
    if faults:
        text = write_feedback(question, results, language, quoted=False)
        if feedback_faults(text, question, results, language):
            text = ""
    return text, faults


def spoken(variety: str) -> tuple[str, ...]:
    """Languages that a student who writes like this is answered in: of a mix both, of another the one there is."""
    tags = [part.split("-")[0].split(":")[0] for part in variety.split("+")]
    known = [tag for tag in tags if tag in PHRASES]
    return tuple(dict.fromkeys(known)) or (FALLBACK,)


def feedback_faults(
    text: str, question: Question, results: Sequence[CriterionResult], language: str
) -> tuple[str, ...]:
    """What is wrong with a feedback, whoever wrote it.

    Numbers from nowhere, words that announce marks, criteria that nothing was found about, another language than
    those of `spoken` around what the quiz and the student say. A sentence each, no full stop; empty: it may be shown.
    """
    faults = []
    judged = {result.criterion for result in results}
    seen = [one for one in question.criteria if one.id in judged]
    given = [*question.text.values(), *(_quotable(result) for result in results)]
    given += [wording for criterion in seen for _, wording in criterion.wordings()]
    given += [*_references(question), *(result.evidence.wording for result in results if result.evidence)]
    numbers = {number for source in given for number in _NUMBER.findall(source)}
    new = sorted(set(_NUMBER.findall(text)) - numbers)
    if new:
        faults.append(f"it has numbers that nobody gave: {', '.join(new[:5])}")
    words = {word.casefold() for word in _WORD.findall(text)}
    allowed = {word.casefold() for source in given for word in _WORD.findall(source)}
    said = [word for tag in spoken(language) for word in PHRASES[tag].marks if word.casefold() in words - allowed]
    if said:
        faults.append(f"it speaks of marks: {', '.join(said)}")
    rest = _without(text, given)
    unseen = [
        one.id
        for one in question.criteria
        if one.id not in judged and any(_plain(wording) in rest for _, wording in one.wordings())
    ]
    if unseen:
        faults.append(f"it tells of what was not looked for: {', '.join(f'`{one}`' for one in unseen)}")
    found = language_by_small_words(_WORD.findall(rest))
    if found is not None and found not in spoken(language):
        faults.append(f"it is in `{found}` and not in {' and '.join(f'`{one}`' for one in spoken(language))}")
    return tuple(faults)


def _without(text: str, given: Sequence[str]) -> str:
    """In plain form; the longest first, as one may hold another, and no part of a word: a student may say `A`."""
    rest = _plain(text)
    for one in sorted(set(map(_plain, given)) - {""}, key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", " ", rest)
    return rest


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _told(
    question: Question, criterion: Criterion | None, result: CriterionResult, language: str, *, quoted: bool
) -> str:
    phrases = PHRASES[language]
    wording = _wording(question, criterion, language)
    like = result.evidence.wording if result.evidence else ""
    if question.kind == "exact" and like in question.references.get(language, ()):
        wording = like
    if not wording:
        return ""
    line = phrases.states[result.state].format(_sentence(wording))
    if quoted and result.evidence and result.state not in ("missing", "unclear"):
        slip = question.kind == "dictation" and result.evidence.wording not in _references(question)
        line += f" {_mended(result) if slip else phrases.quoted.format(_quotable(result))}".rstrip()
    return line


def _mended(result: CriterionResult) -> str:
    """`hart → heart.`: of a dictation the evidence is what differs, which says no part of it."""
    wanted = result.evidence.wording if result.evidence else ""
    return f"{_quotable(result)} → {wanted}." if wanted else ""


def _references(question: Question) -> list[str]:
    return [wording for texts in question.references.values() for wording in texts]


def _quotable(result: CriterionResult) -> str:
    """The student's words on one line, without what the eye does not see and a terminal would obey."""
    return " ".join(take_in(result.evidence.text).text.split()).rstrip(".") if result.evidence else ""


def _wording(question: Question, criterion: Criterion | None, language: str) -> str | None:
    texts = (
        criterion.statement
        if criterion is not None
        else {tag: wordings[0] for tag, wordings in question.references.items() if wordings}
    )
    for tag in (language, question.language, *texts):
        if tag in texts:
            return texts[tag]
    return None


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "。", "।", "؟")) else f"{text}."
