"""Instructions to a grader inside an answer: found, shown with their place, and left out of what is scored."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from edgekit.grading.coded import ROT13, decoded_runs, is_text, letters_apart, other_readings
from edgekit.grading.injection_phrases import COMMON, LONG, PHRASES, TOPICS, WHOLE
from edgekit.grading.intake import matching_form, take_in
from edgekit.quiz.suggestion import Reason

# Letters between the two halves of an instruction: `ignore all of the things that you read in the instructions`.
_GAP = 32
_GIVING_GAP = 24
_BY_FORM = frozenset({"en", "es", "pt", "fr", "de", "it", "nl"})
_VERB_LAST = frozenset({"hi", "tr", "ja", "de", "nl"})
_LONGEST_REST = 200
_LEAST_LIKE = 84.0
_TOPIC, _CODE, _SPACED, _ORDER_IN_CODE = "words of grading", "text in code", "letters apart", "an order in code"
# Part of an answer where the question is about it.
_IN_CODE = frozenset({_TOPIC, _CODE, _SPACED})
# The answer may go on after it.
_AS_LONG_AS_IT_IS = frozenset({_CODE, _SPACED, _ORDER_IN_CODE})
# No encoder reads these, so what stands beside them is told by the sentence's end alone.
_UNREAD = _AS_LONG_AS_IT_IS | {ROT13}
_MOST_READ = 16_384
# What a grader's prompt is made of, and what a model reads as the end of one.
_MARKUP = re.compile(
    r"</?\s*(?:student[_ -]?answer|student|answer|response|system|user|assistant|instructions?|rubric|prompt|"
    r"tool(?:_\w+)?|function(?:_\w+)?|grade|grader|score|points|evaluation|verdict|data|nonce)(?:[\s_-][^<>]{0,80})?/?>"
    r"|</?(?=\d{0,63}[a-f])(?=[a-f]{0,63}\d)[0-9a-f]{8,64}>"
    r"|<\|[a-z_ ]{1,40}\|>|<\|?im_(?:start|end)\|?>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<(?:bos|eos|/?s|pad)>"
    r"|\[(?:SYSTEM|ASSISTANT|USER|END[^\[\]]{0,40})\]"
    r"|<!--[^>]{0,400}(?:-->|$)|<script\b[^>]{0,200}>"
    r"|<[a-z]+[^<>]{0,200}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0|"
    r"color\s*:\s*(?:white|#fff(?:fff)?))[^<>]{0,200}>",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:^|\n)[\s#*>-]{0,8}(?:system|assistant|developer|grader|sistema|asistente|assistente)\s?:(?=\s*\S)"
    r"|(?:^|\n)\s*#{2,}\s*(?:system|instructions?|rubric|response|grading|new task|criteria|rúbrica|instrucciones)\b"
    r"[^\n]{0,80}"
    r"|(?<!\w)(?:the )?(?:new |updated )?(?:rubric|rúbrica|rubrica|grading (?:guide|criteria)|"
    r"mark(?:ing)? scheme|"
    r"reference answer|model answer|answer key|respuesta de referencia|criterios de (?:evaluaci[oó]n|calificaci[oó]n)|"
    r"resposta de referência|bewertungsraster|musterlösung|barème)\s?:"
    r"|-{3,}\s*(?:end|begin|fin|ende)\b[^\n]{0,60}-{3,}",
    re.IGNORECASE,
)
_KEYS = (
    r"(?:marks?|scores?|points?|grades?|verdict|rating|label|result|criterion|nota|puntos|puntuaci[oó]n|puntaje|"
    r"calificaci[oó]n|pontua[cç][aã]o|punkte|punktzahl|bewertung|note)"
)
_JSON = re.compile(rf"[{{\[][^{{}}\n]{{0,80}}[\"']{_KEYS}[\"']\s*:\s*[^{{}}]{{0,200}}[}}\]]?", re.IGNORECASE)
_SCORE = re.compile(
    rf"(?<!\w)(?:(?:final|total|my|your|the|overall|suggested|mi|la|tu|nota)\s+)?{_KEYS}\s*[:=]+\s*[\"'*]{{0,2}}"
    r"(?:\d{1,3}(?:[.,]\d)?\s*(?:/\s*\d{1,3}|(?:out of|de|von|sur)\s+\d{1,3}|%|(?=\s*(?:$|[.!,;\n])))"
    r"|acceptable|accepted|correct[oa]?|full|max(?:imum)?|pass(?:ed)?|perfect|excellent|yes|met|a\+|aceptable"
    r"|aprobad[oa]|"
    r"excelente|máxima|maxima|richtig|bestanden)(?!\w)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"\b(?:(?:example|ejemplo|exemplo|beispiel|exemple|student \w+)\b[^\n]{0,160}?|(?:this answer|esta respuesta|"
    r"esta resposta|diese antwort|cette réponse)\b[^\n]{0,40}?)"
    r"(?:=>?|->|→|\bgets?|\breceives?|\bscores?|\bmarks?:?|\bsaca|\brecibe|\bobtiene)\s*(\d{1,3})\s*/\s*(\d{1,3})"
    r"(?![\d,.]\d|\d|\s*=)",
    re.IGNORECASE,
)
# As many points as there are.
_ALL_OF = re.compile(
    r"\b(?:output|give|gives|given|award|got|gets?|received?|receives|scores?|graded?|mettez|pon(?:me|ga|le)?"
    r"|dame|saco|saca|"
    r"dê|gib|mark(?:ed|s)?|worth|deserves?|rate|rated|as)\b[^\n.]{0,24}?\b(?P<n>\d{1,3})\s?(?:/|out of|de|von"
    r"|sur)\s?(?P=n)\b"
    r"(?!\s*=|[.,]\d)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\{\{\s*[\w.]{1,40}\s*\}\}|\{(?:role|language|rubric|answer|question|score|points|max_?score|marks|grade|prompt|"
    r"reference|criterion|system)\}|\$\{\w{1,40}\}|(?<![\w%])%(?:s|\(\w{1,40}\)s)(?!\w)|<%=?[^%]{0,80}%>",
    re.IGNORECASE,
)
# Of Devanagari: without them `दो` (give) is every `द`. Not those that are left out at times, nukta and virama.
_VOWEL_SIGNS = frozenset(map(chr, (*range(0x0900, 0x0904), *range(0x093E, 0x094D), 0x0962, 0x0963)))
_TOO_LONG = re.compile(r"[A-Za-z][a-z]{24,}")
_SHORT_WORD = re.compile(r"[^\W\d_]{1,2}(?![^\W\d_])")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[\n。！？؟।]|$")
_QUOTES = re.compile(r"[\"“”„«»‘’'`「『][^\"“”„«»「」『』`\n]{3,300}[\"“”«»’'`」』]")
# What leads to an order, back to where its sentence begins or to the first word of something else.
_LEADING = re.compile(
    r"(?:\b(?:please|now|so|and|also|but|just|kindly|then|dear|hey|hi|hello|note|important|attention|grader"
    r"|teacher|sir|miss|"
    r"ai|assistant|model|you|i|we|will|must|should|can|could|would|need|needs|want|have|has|to|that|this|is"
    r"|the|my|your|it|"
    r"y|pero|por favor|ahora|profe|profesora?|maestr[oa]|debes|tienes|que|te|pido|usted|e|mas|agora|voc[eê]"
    r"|deve|bitte|und|"
    r"jetzt|du|sie|s'il vous plaît|veuillez|maintenant|et|vous|devez|tu|dois)\b[\s,:]*)+$",
    re.IGNORECASE,
)
# What leads to something in code.
_LEADING_CODE = re.compile(
    r"\b(?:(?:please|now|and|then|so|just)\s+)*(?:decode|decrypt|decipher|translate|convert|execute|obey|base ?64"
    r"|decodifica|descifra|traduce|decodifique|dekodiere|entschlüssle|décode|décodez)\b(?:\W+\w+){0,5}\W*$",
    re.IGNORECASE,
)
# A question that is about this lets it be spoken of: quoted, or told of somebody.
_SUBJECT = re.compile(
    r"prompt|injection|inyecci|injec[cç]|jailbreak|language model|modelo de lenguaje|\bllm\b|chat ?bot|hack|security|"
    r"seguridad|seguran|manipulat|adversarial|instruc|social engineering|base64|rot13|cipher|encod",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?:\be\.g\.,?\s|\b(?:that|to|like|says?|said|tells?|telling|told|writes?|writing|wrote|asks?|asking"
    r"|orders?|such as|"
    r"example|called|means?|instructs?|makes?|making|tries|try|trying|can|could|may|might|would|attackers?"
    r"|hackers?|users?|"
    r"someone|they|que|como|dice|diga|pide|pida|ejemplo|atacante|alguien|para|por ejemplo|dizer|diz|atacante|sagt|dass|"
    r"angreifer|zum beispiel|attaquant|exemple)\b)[\s:,]*(?:\w+[\s,]+){0,4}$",
    re.IGNORECASE,
)


# An answer is looked at when it is read and for its views, sixteen at a time; each time in several forms, one of them
# three times over.
_MOST_TEXTS, _MOST_FORMS = 32, 8

Reach: TypeAlias = Callable[[str, tuple[int, int]], "tuple[int, int] | None"]


@dataclass(frozen=True, slots=True)
class _Find:
    begin: int
    end: int
    what: str


def find_instructions(text: str, question: str = "", reach: Reach | None = None) -> tuple[Reason, ...]:
    """`injection_suspect` for every place that speaks to whoever grades; spans are of text, apart and in order.

    question: its text and its references. What stands there word for word is no sign of cheating, and where the
    question is about instructions to machines, those that are quoted or told of somebody are part of an answer.
    reach: of an order's span in text, where the speech to the grader that it is part of begins and ends, where that is
    known; without, it goes to the end of the sentence.
    Found: orders to disregard the rubric or give all points in 18 languages, through look-alikes, hidden characters,
    leetspeak, spaces and line breaks, base64, hexadecimal and rot13; tags, JSON, tokens of roles; rubrics, examples
    and scores of the student's own; placeholders; text that a page would hide.
    """
    read = take_in(text[:_MOST_READ])
    plain = read.text
    asked, about = _asked(question)
    quoted = [found.span() for found in _QUOTES.finditer(plain)] if about else []
    found: list[tuple[int, int, str]] = []
    for one in _found_in(plain):
        known = reach(plain, (one.begin, one.end)) if reach is not None and one.what not in _UNREAD else None
        begin, end = known or _widened(plain, one)
        if matching_form(plain[one.begin : one.end]).strip() in asked and one.end - one.begin > 1:
            continue
        if about and one.what in _IN_CODE:
            continue
        if about and (
            any(a <= one.begin and one.end <= b for a, b in quoted) or _TOLD.search(plain, max(0, begin - 60), begin)
        ):
            continue
        first, last = read.span(begin, end)
        found.append((first, last, one.what))
    found += [(begin, end, "in characters that are not seen") for begin, end in _in_tags(text)]
    return tuple(
        Reason("injection_suspect", f"speaks to the grader: {what}", (begin, end))
        for what, begin, end in _joined(found)
    )


def without_instructions(text: str, question: str = "", reach: Reach | None = None) -> tuple[tuple[int, int], ...]:
    """The spans of text that stay when what speaks to the grader is left out; reach: as `find_instructions`."""
    kept: list[tuple[int, int]] = []
    at = 0
    for reason in find_instructions(text, question, reach):
        begin, end = reason.span or (at, at)
        if begin > at:
            kept.append((at, begin))
        at = max(at, end)
    if at < len(text):
        kept.append((at, len(text)))
    return tuple(kept)


@lru_cache(maxsize=32)
def _asked(question: str) -> tuple[str, bool]:
    """A question as it is compared, and whether it is about what orders are about."""
    return matching_form(question), _SUBJECT.search(question) is not None


@lru_cache(maxsize=_MOST_TEXTS)
def _found_in(text: str) -> tuple[_Find, ...]:
    return tuple(_finds(text))


def _finds(text: str) -> Iterator[_Find]:
    for pattern, what in (
        (_MARKUP, "a tag of a prompt"),
        (_ROLE, "a role or a rubric of its own"),
        (_JSON, "a mark as data"),
        (_SCORE, "a mark of its own"),
        (_PLACEHOLDER, "a placeholder"),
        (_ALL_OF, "all points there are"),
    ):
        for found in pattern.finditer(text):
            yield _Find(found.start(), found.end(), what)
    for found in _EXAMPLE.finditer(text):
        if int(found[1]) <= int(found[2]) and int(found[2]) in (1, 2, 3, 4, 5, 10, 20, 100):
            yield _Find(found.start(), found.end(), "an example with a mark")
    for begin, end in (*_orders(text), *_slips(text)):
        yield _Find(begin, end, "an order")
    letters, places = _letters(text)
    for found in _topics().finditer(letters):
        yield _Find(places[found.start()], places[found.end() - 1] + 1, _TOPIC)
    for reading in other_readings(matching_form(text)):
        for begin, end in _orders(reading.text):
            first, last = reading.span(begin, end)
            if reading.tells(text, begin, end):
                yield _Find(first, last, reading.what)
    for begin, end, decoded in decoded_runs(text):
        if next(_orders(decoded), None) or _MARKUP.search(decoded) or _SCORE.search(decoded):
            yield _Find(begin, end, _ORDER_IN_CODE)
        elif is_text(decoded, text[begin:end]):
            yield _Find(begin, end, _CODE)
    for begin, end in letters_apart(text):
        yield _Find(begin, end, _SPACED)


def _orders(text: str) -> Iterator[tuple[int, int]]:
    """Orders of any language, whatever is between their letters."""
    letters, places = _letters(text)
    for pattern in _patterns():
        found = pattern.search(letters)
        while found is not None:
            begin, end, after = places[found.start()], places[found.end() - 1] + 1, found.end()
            # `De` and `da` are orders in Spanish, and everything else in the sentence before one.
            stop = _SENTENCE_END.search(text, begin) if _SHORT_WORD.match(text, begin) else None
            if stop is None or stop.start() >= end:
                yield begin, end
            else:
                after = bisect_left(places, stop.start())
            found = pattern.search(letters, after)


def _slips(text: str) -> Iterator[tuple[int, int]]:
    """Long orders with slips of the pen in them."""
    from rapidfuzz.fuzz import partial_ratio_alignment

    letters, places = _letters(text)
    small = letters.lower()
    for phrase in LONG:
        if len(small) < len(phrase):
            continue
        found = partial_ratio_alignment(phrase, small, score_cutoff=_LEAST_LIKE)
        if found is not None and found.dest_end > found.dest_start and letters[found.dest_start].isupper():
            begin, end = places[found.dest_start], places[found.dest_end - 1] + 1
            # What is alike may run into the next sentence.
            stop = _SENTENCE_END.search(text, begin + (end - begin) // 2, end)
            yield begin, stop.start() if stop else end


@lru_cache(maxsize=_MOST_FORMS)
def _letters(text: str) -> tuple[str, tuple[int, ...]]:
    """Letters and digits of a text and their places; those that begin a word are capitals, where there are any.

    In what is too long for a word any letter may begin one.
    """
    folded = matching_form(text)
    places = tuple(at for at, one in enumerate(folded) if one.isalpha() or one.isdecimal() or one in _VOWEL_SIGNS)
    letters = "".join(
        folded[at].upper() if not (at and folded[at - 1].isalnum()) and len(folded[at].upper()) == 1 else folded[at]
        for at in places
    )
    return _TOO_LONG.sub(lambda found: found[0].upper(), letters), places


@lru_cache(maxsize=1)
def _topics() -> re.Pattern[str]:
    """Words of grading; what is given tells enough by itself, but for words that answers have for other reasons."""
    marks = {mark for parts in PHRASES.values() for mark in parts[3].split()}.difference(COMMON.split())
    return re.compile(_any(f"{TOPICS} {' '.join(marks)}"))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    """For each language its orders; verbs before objects, and where languages want it after them."""
    found = [re.compile(_any(WHOLE))]
    for language, (disregard, rules, give, marks) in PHRASES.items():
        # Where verbs have endings they are orders by their form: `ignore`, not `ignored`.
        whole = language in _BY_FORM
        found.append(re.compile(f"{_any(disregard, whole=whole)}.{{0,{_GAP}}}?{_any(rules)}"))
        found.append(re.compile(f"{_any(give, whole=whole)}.{{0,{_GIVING_GAP}}}?{_any(marks)}"))
        if language in _VERB_LAST:
            found.append(re.compile(f"{_any(rules)}.{{0,{_GAP}}}?{_any(disregard, whole=whole)}"))
            found.append(re.compile(f"{_any(marks)}.{{0,{_GIVING_GAP}}}?{_any(give, whole=whole)}"))
    disregard, rules, give, marks = (" ".join(PHRASES[one][at] for one in ("en", "es", "pt")) for at in range(4))
    found.append(re.compile(f"{_any(disregard, whole=True)}.{{0,{_GAP}}}?{_any(rules)}"))
    found.append(re.compile(f"{_any(give, whole=True)}.{{0,{_GIVING_GAP}}}?{_any(marks)}"))
    return tuple(found)


def _any(stems: str, *, whole: bool = False) -> str:
    """One of some stems, from the beginning of a word, or whole words: `stop marks` are no top marks."""
    folded = {_letters(stem)[0] for stem in stems.split()} - {""}
    ordered = sorted(folded, key=lambda one: (-len(one), one))
    end = "(?![a-z])" if whole else ""
    return "(?:" + "|".join(f"{re.escape(one[0])}(?i:{re.escape(one[1:])})" for one in ordered) + f"){end}"


def _in_tags(text: str) -> Iterator[tuple[int, int]]:
    """Runs of tag characters (U+E0000) that spell an order."""
    for found in re.finditer("[\U000e0000-\U000e007f]{4,}", text[:_MOST_READ]):
        spelled = "".join(chr(ord(one) - 0xE0000) for one in found[0] if "\U000e0020" <= one <= "\U000e007e")
        if next(_orders(spelled), None) or _SCORE.search(spelled) or _JSON.search(spelled):
            yield found.span()


def _widened(text: str, one: _Find) -> tuple[int, int]:
    """From the words that lead to it to the end of its sentence: what is left out of what is scored."""
    begin, end = one.begin, one.end
    is_code = one.what in _AS_LONG_AS_IT_IS
    leading = (_LEADING_CODE if is_code else _LEADING).search(text, max(0, begin - 60), begin)
    if leading:
        begin = leading.start()
    if is_code:
        return begin, end
    # Of a word that only its letters gave away (`skram`) nothing is left; writing without spaces has no such.
    while begin and text[begin - 1].isascii() and text[begin - 1].isalnum() and text[begin].isalnum():
        begin -= 1
    if text[end - 1] in "\n。！？؟।":
        return begin, end
    stop = _SENTENCE_END.search(text, end)
    return begin, stop.end() if stop and stop.start() - end <= _LONGEST_REST else end


def _joined(found: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, int, int]]:
    row: list[tuple[str, int, int]] = []
    for begin, end, what in sorted(found):
        if begin >= end:
            continue
        if row and begin <= row[-1][2] + 1:
            row[-1] = (row[-1][0], row[-1][1], max(end, row[-1][2]))
        else:
            row.append((what, begin, end))
    yield from row
