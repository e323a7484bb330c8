"""Examples that a person gives a language model: translated sentences, or sentences of the target language alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import InputError
from edgekit.core.foreign_file import read_bounded
from edgekit.core.units import counted
from edgekit.translate.prompted import PromptedTranslator

# The paper shows four; with more, the prompt of a long sentence leaves a context of 2,048 tokens little room.
MOST_EXAMPLES = 4
_MOST_BYTES = 1 << 20
# Longer ones are paragraphs, and the model pays for each of them with every sentence.
_LONGEST_EXAMPLE = 500


@dataclass(frozen=True, slots=True)
class Examples:
    """What a prompt shows of a direction.

    pairs: (text, translation).  texts: in the target language, which the model puts into the source's by itself.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()


def read_examples(path: Path) -> Examples:
    """Read examples: a text, a tab and its translation in a line, or a text in the target language alone; UTF-8.

    Raises UnavailableError (there is no such file) and InputError, with every line that is none.
    """
    hint = "write `text<TAB>translation` in each line, or a text in the language translated to"
    try:
        lines = read_bounded(path, _MOST_BYTES, "file of examples").decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"`{path}` is not UTF-8", hint=hint) from None
    reasons: list[str] = []
    pairs: list[tuple[str, str]] = []
    texts: list[str] = []
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not any(cells):
            continue
        if len(cells) > 2 or not all(cells):
            reasons.append(
                f"line {number:,} has {counted(sum(map(bool, cells)), 'text')} and {counted(len(cells) - 1, 'tab')}"
            )
        elif max(map(len, cells)) > _LONGEST_EXAMPLE:
            reasons.append(f"line {number:,} is longer than {_LONGEST_EXAMPLE} characters")
        elif len(cells) == 2:
            pairs.append((cells[0], cells[1]))
        else:
            texts.append(cells[0])
    if not reasons and not pairs and not texts:
        reasons.append("it has no line with text")
    if reasons:
        raise InputError(f"`{path}` holds no examples", reasons=reasons[:20], hint=hint)
    return Examples(tuple(pairs), tuple(texts))


def back_translated(texts: Sequence[str], into_source: PromptedTranslator, *, most: int) -> list[tuple[str, str]]:
    """Examples (text, translation) out of texts in the target language that nobody translated.

    What the model itself makes of them in the source's language stands before each (arXiv 2306.11372); one that it
    could not translate is left out. most: how many at most.
    """
    found: list[tuple[str, str]] = []
    for made in into_source.stream(line for line in texts if len(line.splitlines()) == 1):
        if made.complete and made.segments:
            found.append((made.text, made.source))
        if len(found) >= most:
            break
    return found
