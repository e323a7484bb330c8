"""Clauses of a text as they are compared: what they are about, whether they deny it, where they lie on scales."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from edgekit.glossary.words import keys
from edgekit.grading.function_words import answer_words, denying_words, function_words
from edgekit.grading.intake import matching_form
from edgekit.grading.opposites import phrased, poles

# Chosen on the train splits of SciEntsBank and Beetle and on their references negated by rule;
# `benchmarks/grading_contradiction.py` prints what they give on the others.
_LEAST_COVERED = 0.6
_LEAST_TO_THE_POINT = 0.8
LEAST_SHARED = 2
_MOST_UNITS = 64
_MOST_LONGER = 3
# Apostrophes of every kind stay inside a word: `don't`, `don"t`, `n’est`.
WORD = re.compile(r"[^\W_]+(?:['’ʼ`´\"][^\W\d_]{1,2}(?![^\W_]))?")
_QUOTES = str.maketrans("", "", "'’ʼ`´\"")
_SENTENCE = re.compile(r"[.!?;:\n。！？।…]+(?:\s|$)|[;\n。！？।…]+|\\n")
_COMMA = re.compile(r",(?!\d)|\s[-–—]\s")
_JOINING = frozenset(
    re.findall(
        r"\w+",
        "but because so while whereas although though however and therefore since pero porque mientras aunque y sino "
        "entonces mas enquanto embora e aber weil wahrend obwohl und sondern mais car parce tandis et puisque",
    )
)
# Of them those that put a sentence beside another, on its condition or not.
_BESIDE = frozenset(("and", "but", "y", "pero", "e", "mas", "und", "aber", "et", "mais"))
_AGAINST = frozenset(("but", "pero", "mas", "aber", "mais"))
_THAT = frozenset(("that", "que"))
# What follows has a denial of its own: `not contained in a path in which there is no bulb`.
_RELATIVE = frozenset({"which", "where", "who", "whose"})
# What stands on a condition is said of both halves together: a flip in each is none.
# `As` goes with its own half alone: `muscles make no heat and sweat cools the skin as it evaporates`.
_OF_ITS_HALF = frozenset({"as"})
# By language: Portuguese `se` is if, and Spanish `se` is none (`no se evapora`).
_CONDITION: Mapping[str, str] = {
    "en": "if when whenever unless once as",
    "es": "si cuando",
    "pt": "se quando caso",
    "de": "wenn falls sobald je desto",
    "fr": "si quand lorsque",
}
_THE_MORE = re.compile(
    r"\bthe \w+er\b.{1,60}\bthe \w+er\b|\bcuanto m|\bquanto m|\bje \w+er\b|\bplus \w.{1,60}\bplus \w"
)
# Words that deny nothing where they stand.
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|merely|necessarily|sure)\b|\bno (?:solo|solamente|matter|doubt)\b|\bnao (?:so|apenas)\b"
    r"|\bnicht nur\b|\bpas (?:seulement|que)\b|\bor not\b|\bwhy not\b|\bif not\b|\bnothing but\b|\bnada mas\b"
    r"|\bsin (?:duda|embargo)\b|\bsem duvida\b|\bohne zweifel\b|\bsans doute\b|\bdo(?: not|n'?t) know\b"
)
# Said of a whole clause: `it is not true that the bulb is not lit`.
_NOT_TRUE = re.compile(
    r"\b(?:not|never|isn'?t|hardly) (?:\w+ )?(?:true|correct|right|the case|a fact)(?: that)?\b"
    r"|\b(?:false|untrue|wrong|incorrect) (?:\w+ )?that\b"
    r"|\bno (?:es|era) (?:\w+ )?(?:verdad|cierto|correcto|true|el caso)(?: que)?\b"
    r"|\b(?:es|is) (?:falso|mentira|false) que\b"
    r"|\bnao e (?:\w+ )?(?:verdade|certo|correto|o caso)(?: que)?\b|\be (?:falso|mentira) que\b"
    r"|\bnicht (?:wahr|richtig|der fall)\b,? ?(?:dass)?|\b(?:falsch|unwahr),? dass\b"
    r"|\bpas (?:vrai|exact|correct)(?: qu(?:e\b|['’]))?|\bfaux qu(?:e\b|['’])"
)
AFTER_ANSWER = frozenset(",.:;!") | {""}
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "des", "anti")
_LEAST_STEM = 5
# Forms of English verbs that no stemmer takes for one word.
_IRREGULAR: Mapping[str, str] = {
    form: forms.split()[0]
    for forms in re.findall(
        r"[^;]+",
        "go goes went gone;take took taken;give gave given;make made;become became;bring brought;keep kept;lose lost;"
        "rise rose risen;fall fell fallen;grow grew grown;get got gotten;break broke broken;eat ate eaten;send sent;"
        "hold held;lead led;meet met;win won;begin began begun;sink sank sunk;freeze froze frozen;fly flew flown;"
        "run ran;come came;leave left;feel felt;build built;spend spent;sell sold;buy bought;fight fought;"
        "teach taught;find found;die dying;lie lying;wear wore worn;write wrote written;see saw seen;"
        "know knew known;drive drove driven;draw drew drawn;throw threw thrown;speak spoke spoken",
    )
    for form in forms.split()[1:]
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, text[begin:end], in plain letters, and its stem."""

    plain: str
    stem: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Telling:
    """A word of a text that says something, by its stem, and where it begins."""

    stem: str
    begin: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause or a sentence of a text, text[begin:end].

    content: stems of its telling words, and the scales (`~heat`) that it has words of.
    denied: how many of its clauses are denied, and once more for each time that it is said not to be true.
    poles: for each scale the ends (1 or -1) of its words in order.  plains: its telling words in plain letters.
    """

    begin: int
    end: int
    content: frozenset[str]
    denied: int
    poles: Mapping[str, tuple[int, ...]]
    plains: frozenset[str]


def alike(mine: Statement, theirs: Statement) -> float:
    """How much two statements are about the same, 0 where too little to compare."""
    if not mine.content or not theirs.content:
        # All of it was said by the question.
        return 0.0
    shared = len(mine.content & theirs.content) + _besides(mine, theirs) + prefixed(mine.plains, theirs.plains)
    if not shared or shared < min(LEAST_SHARED, len(theirs.content), len(mine.content)):
        return 0.0
    covered, to_the_point = shared / len(theirs.content), shared / len(mine.content)
    if covered < _LEAST_COVERED or to_the_point < _LEAST_TO_THE_POINT:
        return 0.0
    return 2 * covered * to_the_point / (covered + to_the_point)


def _besides(mine: Statement, theirs: Statement) -> int:
    """How many words lie on a scale of the other beside their first one: `sinks` is about what `rises` is about."""
    scales = mine.poles.keys() & theirs.poles.keys()
    mine_first, their_first = ({one for one in side.poles if f"~{one}" in side.content} for side in (mine, theirs))
    found = len(scales - (mine_first & their_first))
    return min(found, len(mine_first - their_first), len(their_first - mine_first))


def prefixed(ones: frozenset[str], others: frozenset[str]) -> int:
    """How many words stand in the other with a prefix that turns them round (`saturated`, `unsaturated`)."""
    only, rest = ones - others, others - ones
    return sum(
        1
        for mine, theirs in ((only, rest), (rest, only))
        for word in mine
        if len(word) >= _LEAST_STEM and any(prefix + word in theirs for prefix in _PREFIXES)
    )


def denial(text: str, languages: tuple[str, ...]) -> tuple[int, int] | None:
    """Where the first word of a short text is that denies something, None where there is none.

    An answer that begins with no and a comma (`no, 15`) denies what was asked, not what follows.
    """
    excused = [found.span() for found in _NO_DENIAL.finditer(matching_form(text))]
    denying, no = denying_words(languages), answer_words(languages)[1]
    tokens = list(plain_words(text, 0, len(text), languages[:1])) if languages else []
    for at, token in enumerate(tokens):
        opens = not at and token.plain in no and text[token.end : token.end + 1] in AFTER_ANSWER
        if token.plain in denying and not opens and not _within(token.begin, excused):
            return token.begin, token.end
    return None


@lru_cache(maxsize=4096)
def statements(text: str, languages: tuple[str, ...]) -> tuple[Statement, ...]:
    """The clauses and sentences of a text that are about something, at most 64 and then those of that sentence."""
    found: list[Statement] = []
    for begin, end in sentences(text):
        tokens = list(plain_words(text, begin, end, languages))
        if not tokens:
            continue
        clauses = list(_clauses(text, tokens, languages))
        conditional = conditions(text, tokens, languages) or _THE_MORE.search(matching_form(text[begin:end]))
        groups = _conditioned(text, clauses, languages) if conditional else [[clause] for clause in clauses]
        for group in [*groups, clauses] if len(clauses) > 1 else [clauses]:
            statement = _statement(text, group, languages)
            if statement is not None:
                found.append(statement)
        if len(found) >= _MOST_UNITS:
            break
    return tuple(found)


def _conditioned(
    text: str, clauses: Sequence[Sequence[Word]], languages: tuple[str, ...]
) -> list[list[Sequence[Word]]]:
    """The halves of a sentence that stand on a condition of their own, each with it, where there are several halves."""
    parts = [[clauses[0]]]
    for clause in clauses[1:]:
        if clause[0].plain in _BESIDE:
            parts.append([clause])
        else:
            parts[-1].append(clause)
    if len(parts) == 1:
        return []
    words = [frozenset().union(*(conditions(text, clause, languages) for clause in one)) for one in parts]
    first = next((at for at, some in enumerate(words) if some), 0)
    # `Antibiotics kill viruses too, but only if you take many` says the first on no condition.
    opposed = max((at for at in range(1, first + 1) if parts[at][0][0].plain in _AGAINST), default=0)
    free = first if set().union(*words) <= _OF_ITS_HALF else opposed
    return [one for at, (one, some) in enumerate(zip(parts, words, strict=True)) if some or at < free]


@lru_cache(maxsize=32)
def _joining(languages: tuple[str, ...]) -> frozenset[str]:
    """Words that join clauses: Portuguese `mas` is Spanish `más`, which joins none; by ear `y` is written `i`."""
    if "es" not in languages:
        return _JOINING
    return (_JOINING - {"mas"}) | (frozenset() if "en" in languages else {"i"})


def _joins(text: str, word: Word, languages: tuple[str, ...]) -> bool:
    """Whether a word joins clauses: without its accent Portuguese `é` would be `e`."""
    return word.plain in _joining(languages) and text[word.begin : word.end] not in ("é", "É")


def conditions(text: str, words: Sequence[Word], languages: tuple[str, ...]) -> frozenset[str]:
    """Those of the words, of a clause or a sentence of the text, that put what follows on a condition.

    Portuguese `se` before a verb is oneself (`a água se evapora`), unless a clause begins with it.
    """
    known, idle = _conditions(languages), function_words(languages)
    found = set()
    for at, word in enumerate(words):
        if word.plain not in known:
            continue
        before = text[words[at - 1].end : word.begin] if at else ","
        begins = before.strip() == "," or _joins(text, words[at - 1], languages)
        after = words[at + 1].plain if at + 1 < len(words) else ""
        verb = after not in idle and after not in denying_words(languages)
        if word.plain != "se" or (before != "-" and (begins or not verb)):
            found.add(word.plain)
    return frozenset(found)


@lru_cache(maxsize=32)
def _conditions(languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for one in languages for word in _CONDITION[one].split())


def whole_clauses(text: str, begin: int, end: int, languages: tuple[str, ...]) -> tuple[int, int]:
    """text[begin:end] from where a clause begins to where one ends, without words that only join it to another.

    Of a clause at its edge that is not half in it, and that it is not half in, nothing is left. Where that is three
    times as long it stays as it is, but for words that join.
    """
    clauses = _every_clause(text, languages)
    touched = [clause for clause in clauses if _half_in(clause[0].begin, clause[-1].end, begin, end)]
    words = [word for clause in touched for word in clause]
    if words and words[-1].end - words[0].begin > _MOST_LONGER * (end - begin):
        words = [word for clause in clauses for word in clause if begin <= word.begin and word.end <= end]
    while len(words) > 1 and (_joins(text, words[0], languages) or words[0].plain in _THAT):
        words = words[1:]
    while len(words) > 1 and _joins(text, words[-1], languages):
        words = words[:-1]
    return (words[0].begin, words[-1].end) if words else (begin, end)


def clause_places(text: str, languages: tuple[str, ...]) -> list[tuple[int, int]]:
    """(begin, end) of each clause of a text; none where none of the languages is known."""
    return [(one[0].begin, one[-1].end) for one in _every_clause(text, languages)]


def _every_clause(text: str, languages: tuple[str, ...]) -> list[Sequence[Word]]:
    rows = [list(plain_words(text, *one, languages)) for one in sentences(text)] if languages else []
    return [clause for row in rows if row for clause in _clauses(text, row, languages)]


def _half_in(begin: int, end: int, first: int, last: int) -> bool:
    shared = min(end, last) - max(begin, first)
    return 2 * shared >= min(end - begin, last - first)


def _statement(text: str, clauses: Sequence[Sequence[Word]], languages: tuple[str, ...]) -> Statement | None:
    small, denying = function_words(languages), denying_words(languages)
    begin, end = clauses[0][0].begin, clauses[-1][-1].end
    plain = matching_form(text[begin:end])
    excused = [found.span() for found in _NO_DENIAL.finditer(plain)]
    untrue = [found.span() for found in _NOT_TRUE.finditer(plain)]
    yes, no = answer_words(languages)
    content: set[str] = set()
    plains: set[str] = set()
    ends: dict[str, tuple[int, ...]] = {}
    denials = len(untrue)
    for number, clause in enumerate(clauses):
        denied = False
        ways, empty = phrased([token.plain for token in clause], languages)
        for at, token in enumerate(clause):
            if _within(token.begin - begin, untrue):
                continue
            if not number and not at and token.plain in yes | no and text[token.end : token.end + 1] in AFTER_ANSWER:
                continue
            if at in empty:
                continue
            if token.plain in _RELATIVE:
                denials, denied = denials + denied, False
            if token.plain in denying:
                denied = denied or not _within(token.begin - begin, excused)
                continue
            scales = poles(token.plain, languages)
            if at in ways:
                scales = tuple(dict.fromkeys((ways[at], *scales)))
            for scale, sign in scales:
                ends[scale] = (*ends.get(scale, ()), sign)
            if scales:
                content.add(f"~{scales[0][0]}")
            elif token.plain not in small:
                content.add(token.stem)
                plains.add(token.plain)
        # Once for a clause: Romance and colloquial English deny once with two words (`no hay nada`).
        denials += denied
    if not content:
        return None
    return Statement(begin, end, frozenset(content), denials, ends, frozenset(plains))


def _within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= place < end for begin, end in spans)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each sentence of a text, without what ends it."""
    begin = 0
    for found in _SENTENCE.finditer(text):
        if found.start() > begin:
            yield begin, found.start()
        begin = found.end()
    if begin < len(text):
        yield begin, len(text)


def _clauses(text: str, tokens: Sequence[Word], languages: tuple[str, ...]) -> Iterator[Sequence[Word]]:
    """A sentence cut at commas, dashes and conjunctions, where at least two words are on either side."""
    begin = 0
    for at in range(1, len(tokens)):
        between = text[tokens[at - 1].end : tokens[at].begin]
        joins = _joins(text, tokens[at], languages) or _COMMA.search(between)
        if joins and at - begin >= 2 and len(tokens) - at >= 2:
            yield tokens[begin:at]
            begin = at
    yield tokens[begin:]


def telling(text: str, one: Statement, languages: tuple[str, ...]) -> list[Telling]:
    """The words of a statement that say something, in order."""
    idle = function_words(languages) | denying_words(languages)
    return [
        Telling(token.stem, token.begin)
        for token in plain_words(text, one.begin, one.end, languages)
        if token.plain not in idle
    ]


def plain_words(text: str, begin: int, end: int, languages: tuple[str, ...]) -> Iterator[Word]:
    """The words of text[begin:end] in order; the first of the languages, of which there must be one, stems them."""
    for found in WORD.finditer(text, begin, end):
        plain = matching_form(found[0]).translate(_QUOTES)
        yield Word(plain, _stem(plain, languages), found.start(), found.end())


@lru_cache(maxsize=1 << 14)
def _stem(plain: str, languages: tuple[str, ...]) -> str:
    # The first language's stemmer for all: what matters is that both sides get the same.
    return keys(_IRREGULAR.get(plain, plain) if languages[0] == "en" else plain, languages[0])[-1]


def without_digits(one: Statement) -> frozenset[str]:
    """What a statement is about, its numbers aside."""
    return frozenset(word for word in one.content if not word[0].isdecimal())
