"""The built-in start: what a language's text is likely to hold where no corpus says it."""

from __future__ import annotations

import functools
import hashlib
import itertools
import lzma
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import UsageError
from exporters.corpus.checkpoint import State, load_counts, save_counts
from exporters.corpus.exemplars import exemplars, lookup_tags
from exporters.corpus.scripts import scripts_of_language
from exporters.trim.base import Tokenizer

# wordfreq counts these as one language, in Latin letters.
_SERBO_CROATIAN = {"hr", "bs", "bs-Latn", "sr-Latn"}
# How words stand in running text (FLORES, NTREX in en and pt). A word in twelve has no space before it: at the start of
# a line, after a bracket, a quote or a hyphen; half of those have a capital. After a space it is one in eight, but few
# of the 100 most frequent (names are none of them). wordfreq writes all small; other lists know capitals.
_SPACED = 0.92
_TITLE, _TITLE_FREQUENT, _TITLE_UNSPACED = 0.12, 0.03, 0.5
_FREQUENT_WORDS = 100
_CAPITALS = 0.008
# Languages that write nouns with a capital.
_TITLE_NOUNS = 0.4
_NOUNS_CAPITAL = {"de", "lb", "nds", "gsw"}
# Where letters carry marks that no single character holds, much text is written with all marks apart (NFD): with these
# forms the list of Yoruba covers 97 % of the tokens of news, without them 83 %.
# Their share of running words says which languages these are.
_DECOMPOSED, _MARKED = 0.3, 0.005
# Scripts that put no spaces between words.
_UNSPACED = {"Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"}
_SPACED_IN_UNSPACED = 0.03
# Rare words in rare forms cost time, 15 us each, but names and abbreviations are among them: with first letters in
# capitals for 30,000 words and whole words for 5,000, chosen by FLORES or NTREX and measured on the other, 48,000
# tokens of XLM-R miss .19 to .39 % in pt and en instead of .11 to .25 %, 64,000 of Gemma .57 and .53 % in pt and es
# instead of .54 and .46 %. In en, and at 32,000, Gemma changes by .06 points at most.
_UNSPACED_WORDS, _CAPITAL_WORDS = 20_000, 30_000
_LARGEST_LIST = 100_000
# Some 0.1 s where Python cuts them; who waits for that can cancel it.
_TICK_WORDS = 2_048
# Marks and digits for each running word, over the same text: commas and full stops, everything else together.
_COMMA, _STOP, _OTHER_MARKS, _DIGITS, _SINGLE_LETTERS = 0.06, 0.05, 0.05, 0.04, 0.001
_COMMAS, _STOPS = ",、،၊፣", ".。।။።۔"


def word_list(language: str) -> Iterator[tuple[str, float]]:
    """Words with their frequencies, which sum to 1, the most frequent first; nothing where no list is known.

    language: a tag. From the library wordfreq (42 languages, large lists, all small letters), else from the data beside
    this file (about 250 languages: Unicode's Unilex, or the words of CLDR's names and of the Declaration of Human
    Rights, at most 4,000 words). Languages written in another script than their list have none.
    """
    code = wordfreq_code(language)
    if code is not None:
        import wordfreq

        # Numbers are not words there: all their digits are zeros.
        check_cancelled()
        counted = wordfreq.get_frequency_dict(code).items()
        words = (one for one in counted if not any(map(str.isdecimal, one[0])))
        yield from _normalised(list(itertools.islice(words, _LARGEST_LIST)))
        return
    lists = _shipped()
    for tag in lookup_tags(language):
        if tag in lists:
            yield from _normalised([(word, 2 ** (band / 2)) for band, words in lists[tag] for word in words])
            return


def _normalised(words: Sequence[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    check_cancelled()
    total = sum(frequency for _, frequency in words)
    return ((word, frequency / total) for word, frequency in words)


def start_note(language: str) -> str:
    """What stands in for a corpus of a language, in a sentence that a person reads."""
    words = sum(1 for _ in word_list(language))
    characters = len(exemplars(language))
    stand_in = (
        f"a list of {words:,} words stands in" if words else f"its {characters:,} characters stand in, and no words"
    )
    return f"{language}: no corpus, so {stand_in}; this covers less than text of your own (`--corpus`)"


def refuse_unknown(languages: Sequence[str]) -> None:
    """Raise UsageError where neither words nor characters of a language are known, so that nothing stands in."""
    unknown = [tag for tag in languages if not exemplars(tag) and next(word_list(tag), None) is None]
    if unknown:
        raise UsageError(
            f"nothing is known of {' and '.join(f'`{tag}`' for tag in unknown)}, and no text of it is given",
            hint=f"give some with `--corpus {unknown[0]}=FILE`, or see whether the tag is right",
        )


def list_counts(
    language: str,
    tokenizer: Tokenizer,
    tick: Callable[[float], None] = lambda _share: None,
    state: State | None = None,
) -> NDArray[np.float64]:
    """(V,) how often each token is to be expected for each running word of a language, by its word list.

    Each word is counted as the tokenizer cuts it with and without a space before it, small, with a capital and in
    capitals; marks and digits come from the language's characters, and every one of them is there a little.
    tick: called several times a second with the share that is done; what it raises ends the count.  state: keeps what
    was counted for this tokenizer, 10 s of a plan, for the next plan.
    """
    weights: dict[str, float] = {}
    for at, (text, weight) in enumerate(itertools.chain(_words(language), _marks(language))):
        if at % (8 * _TICK_WORDS) == 0:
            tick(0.0)
        weights[text] = weights.get(text, 0.0) + weight
    texts, shares = list(weights), np.fromiter(weights.values(), np.float64, len(weights))
    digest = hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass") + shares.tobytes()).hexdigest()
    known = load_counts(state, digest, tokenizer.size) if state is not None else None
    if known is not None:
        return known
    counts = np.zeros(tokenizer.size)
    for begin in range(0, len(texts), _TICK_WORDS):
        tick(begin / len(texts))
        encoded = tokenizer.encode(texts[begin : begin + _TICK_WORDS])
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        ids = np.fromiter(itertools.chain.from_iterable(encoded), np.int64)
        np.add.at(counts, ids, np.repeat(shares[begin : begin + _TICK_WORDS], lengths))
    if state is not None:
        save_counts(state, digest, counts)
    return counts


def _words(language: str) -> Iterator[tuple[str, float]]:
    spaced = _SPACED_IN_UNSPACED if scripts_of_language(language) & _UNSPACED else _SPACED
    cased = wordfreq_code(language) is None
    usual = _TITLE_NOUNS if lookup_tags(language)[0] in _NOUNS_CAPITAL else _TITLE
    for at, (word, frequency) in enumerate(_with_marks_apart(language)):
        title = _TITLE_FREQUENT if at < _FREQUENT_WORDS or cased else usual
        for form, share in _forms(word, at, title):
            yield f" {form}", frequency * share * spaced
        if at < _UNSPACED_WORDS or spaced < 0.5:
            for form, share in _forms(word, at, _TITLE_UNSPACED):
                yield form, frequency * share * (1 - spaced)


def _with_marks_apart(language: str) -> Iterator[tuple[str, float]]:
    words = list(word_list(language))
    marked = sum(share for word, share in words if any(map(unicodedata.combining, unicodedata.normalize("NFC", word))))
    apart = scripts_of_language(language) == {"Latn"} and marked > _MARKED
    for word, frequency in words:
        decomposed = unicodedata.normalize("NFD", word) if apart else word
        if decomposed == word:
            yield word, frequency
        else:
            yield word, frequency * (1 - _DECOMPOSED)
            yield decomposed, frequency * _DECOMPOSED


def _forms(word: str, at: int, title: float) -> Iterator[tuple[str, float]]:
    """A word's forms and their shares; at: its place in the list.  title: the share of those with a capital."""
    first = word[:1].upper() + word[1:]
    title *= first != word
    capitals = _CAPITALS * (at < _CAPITAL_WORDS and word.upper() != word)
    yield word, 1 - title - capitals
    if title:
        yield first, title
    if capitals:
        yield word.upper(), capitals


def _marks(language: str) -> Iterator[tuple[str, float]]:
    known = exemplars(language) | set(",.0123456789")
    digits = sorted(one for one in known if one.isdecimal())
    commas, stops = ([one for one in known if one in ones] for ones in (_COMMAS, _STOPS))
    rest = sorted(one for one in known if not one.isalnum() and one not in _COMMAS + _STOPS)
    letters = sorted(one for one in known if one.isalnum() and not one.isdecimal())
    for ones, weight in ((rest, _OTHER_MARKS), (digits, _DIGITS), (letters, _SINGLE_LETTERS)):
        for one in ones:
            # Numbers and opening marks follow a space, the digits after them and other marks do not.
            yield one, 0.7 * weight / len(ones)
            yield f" {one}", 0.3 * weight / len(ones)
    for ones, weight in ((commas, _COMMA), (stops, _STOP)):
        for one in ones:
            yield one, weight / len(ones)


def wordfreq_code(language: str) -> str | None:
    """What wordfreq calls a language; None where it has no list in the language's script."""
    import wordfreq

    tags = lookup_tags(language)
    if _SERBO_CROATIAN & set(tags) and scripts_of_language(language) == {"Latn"}:
        return "sh"
    return next((tag for tag in tags if tag in wordfreq.available_languages()), None)


@functools.cache
def _shipped() -> dict[str, list[tuple[int, list[str]]]]:
    text = lzma.decompress(files("exporters.corpus").joinpath("words.xz").read_bytes()).decode()
    lists: dict[str, list[tuple[int, list[str]]]] = {}
    for line in text.splitlines():
        head, *words = line.split(" ")
        if head == "#":
            bands = lists[words[0]] = []
        else:
            bands.append((int(head), words))
    return lists
