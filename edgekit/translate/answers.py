"""What a language model answers when it is asked for a translation: cleaned of what is none, and looked at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from edgekit.core.findings import Finding
from edgekit.identify.scripts import SCRIPT_NAMES, scripts_in, scripts_of_writing

_QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“", "「": "」", "'": "'", "‘": "’", "`": "`", "**": "**"}
# `Translation:`, `Here is the translation:`, in the languages that models say it in whatever they are asked.
_ECHO = re.compile(
    r"(?:(?:sure|certainly|of course|okay)[,.!:]?\s+)?(?:here(?:'s| is) (?:the|your) )?"
    r"(?:translation|translated text|tradução|traducción|traduction|übersetzung|перевод|翻译|翻訳|output|answer)"
    r"(?: (?:in|into|to|em|al|en|ins?) \w+)?\s*[:：]\s*",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(r"\s*[(\[](?:note|literally|lit\.|translation|translated|nota|i\.e\.)\b.*$", re.IGNORECASE)
# A run of words that comes so often, one after the other, is a model that ran away, unless the source does it as well.
_RUNS = 4
_LONGEST_RUN = 8
# Fewer say nothing of a script.
_LEAST_LETTERS = 4
# Shares of characters: English is 2.5 times as long as its Chinese, and 0.4 the other way; a short text says little.
_LEAST_LENGTH, _MOST_LENGTH, _SLACK = 0.2, 4.0, 30


def clean(answer: str, source: str, labels: Sequence[str]) -> str:
    """The translation in an answer: its first line, less labels, quotes and explanations that the source has none of.

    labels: names of the target language, as `Portuguese` of `Portuguese: ...`.
    """
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    text = lines[0] if lines else ""
    label = re.compile(rf"(?:{'|'.join(map(re.escape, labels))})\s*[:：]\s*", re.IGNORECASE) if labels else None
    if not _ECHO.match(source):
        text = _ECHO.sub("", text, count=1) if _ECHO.match(text) else text
    if label is not None and not label.match(source):
        match = label.match(text)
        text = text[match.end() :] if match else text
    if not text and len(lines) > 1:
        text = lines[1]
    if not any(mark in source for mark in "(["):
        text = _EXPLANATION.sub("", text)
    for begin, end in _QUOTES.items():
        inner = text[len(begin) : -len(end)]
        wrapped = text.startswith(begin) and text.endswith(end) and len(text) > len(begin + end)
        if wrapped and begin not in inner and end not in inner and not source.startswith((begin, *_QUOTES)):
            text = inner.strip()
    return text


def findings(
    source: str,
    answer: str,
    *,
    script: str | None = None,
    source_script: str | None = None,
    shown: Collection[str] = (),
    ended: bool = True,
) -> list[Finding]:
    """What is wrong with a translation; an empty list for most.

    script, source_script: of the languages, by ISO 15924; None where not known.  shown: translations that the prompt
    showed.  ended: whether the model came to an end by itself.
    """
    found = list(_wrong(source, answer, script, source_script, ended=ended))
    if answer in shown:
        found.append(Finding("untranslated", "the translation of an example of the prompt came back"))
    return found


def _wrong(
    source: str, answer: str, script: str | None, source_script: str | None, *, ended: bool
) -> Iterator[Finding]:
    if not answer:
        yield Finding("incomplete", "the model wrote nothing")
        return
    if not ended:
        yield Finding("incomplete", f"the model came to no end within {len(answer):,} characters")
    ran = _repeated(answer)
    if ran and not _repeated(source):
        yield Finding("repetition", f"`{ran}` comes {_RUNS} times or more, one after the other")
    if _letters(source) == _letters(answer) and len(source.split()) > 1:
        yield Finding("untranslated", "the source came back")
    share = _script_share(answer, script)
    if share is not None and share < 0.5 and not _is_foreign(source, source_script):
        yield Finding("language", f"{share:.0%} of the letters are in the script of the language translated to")
    if len(answer) > _MOST_LENGTH * len(source) + _SLACK or len(answer) + _SLACK < _LEAST_LENGTH * len(source):
        yield Finding("incomplete", f"{len(source):,} characters became {len(answer):,}")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _repeated(text: str) -> str:
    """What a text says over and over, or nothing."""
    words = text.split()
    for length in range(1, _LONGEST_RUN + 1):
        for begin in range(len(words) - length * _RUNS + 1):
            run = words[begin : begin + length]
            if all(words[begin + length * at : begin + length * (at + 1)] == run for at in range(1, _RUNS)):
                return " ".join(run)
    match = re.search(r"(\S{1,12}?)\1{7,}", text)
    return match[1] if match and any(map(str.isalnum, match[1])) else ""


def _script_share(text: str, script: str | None) -> float | None:
    """How many of the letters belong to a script; None where that is not known or there are hardly any."""
    wanted = scripts_of_writing(script) if script else frozenset()
    count = sum(map(str.isalpha, text))
    if not wanted or not wanted <= SCRIPT_NAMES.keys() or count < _LEAST_LETTERS:
        return None
    found = scripts_in(text)
    return sum(found[one] for one in wanted) / count


def _is_foreign(text: str, script: str | None) -> bool:
    """Whether a text is mostly not in its own language's script: a formula, names, a quotation."""
    share = _script_share(text, script)
    return share is not None and share < 0.5
