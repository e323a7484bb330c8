"""Whether llama.cpp would cut a language's text into the tokens that the model's own tokenizer cuts it into.

WordPiece is where the two part. Both clean a text first, and where accents are to be stripped llama.cpp drops every
mark (`unicode_cpts_normalize_nfd` and `is_accent_mark` in `llama-vocab.cpp`), the original only those that take no
room: of Devanagari's vowel signs one loses half and the other all. So a sample is cut by both, and one word that
differs is enough to refuse. How llama.cpp cuts is done by `exporters.trim.gguf_tokenizers`, held against it by tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from edgekit.core.errors import UnsupportedModelError
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted
from exporters.conversion.registry import CONVERSIONS
from exporters.conversion.trimmed_gguf import ConvertedGguf
from exporters.corpus.exemplars import exemplars
from exporters.corpus.lists import word_list
from exporters.trim.gguf_tokenizers import PREFIX, kind_of, open_tokenizer

STEP = "parity"
_LISTED_WORDS = 5_000  # of a language's list; two cuts of them take 0.1 s
_MOST_WORDS = 50_000
# The original makes one unknown token of a longer word, llama.cpp cuts it; all there is of them are web addresses.
_LONGEST_WORD = 100
_MOST_SHOWN = 5


def check_parity(
    model: ConvertedGguf, name: str, languages: Sequence[str], lines: Iterable[str], report: Reporter
) -> None:
    """Compare both tokenizers on what these languages need; does nothing for a vocabulary that is no WordPiece.

    languages: BCP-47 tags, whose exemplar characters and frequent words are tried.  lines: the user's own text.
    Reports the step `parity`. Raises UnsupportedModelError with words that differ, and the nearest format that works.
    """
    if kind_of(model.file) != "bert":
        return
    report(StepStarted(STEP, f"{name} in llama.cpp"))
    words = sample(languages, lines, model.checkpoint.words.added)
    texts = model.tokenizer.texts
    pairs = zip(words, model.tokenizer.encode(words), open_tokenizer(model.file).encode(words), strict=True)
    other = [(word, _pieces(texts, ours), _pieces(texts, theirs)) for word, ours, theirs in pairs if ours != theirs]
    if other:
        formats = [one for one, known in CONVERSIONS.items() if one != "gguf" and model.checkpoint.model_type in known]
        raise UnsupportedModelError(
            f"`{name}` cannot be converted to GGUF for {', '.join(languages)}",
            reasons=[
                f"llama.cpp cuts {len(other):,} of {len(words):,} words into other tokens than the model has seen",
                *(f"`{word}` is {ours}, and {theirs} in llama.cpp" for word, ours, theirs in other[:_MOST_SHOWN]),
            ],
            hint=f"its own tokenizer stays with {' or '.join(f'`--format {one}`' for one in ('hf', *formats))}",
        )
    if not _flag(model, "normalizer.lowercase"):
        report(
            Note(
                "its words are cased: a llama.cpp that does not know `tokenizer.ggml.normalizer.lowercase` yet reads "
                "them in small letters; that of llama-cpp-python 0.3.36 knows it"
            )
        )
    report(StepFinished(STEP, f"{len(words):,} of {len(words):,} words alike"))


def sample(languages: Sequence[str], lines: Iterable[str], special: Iterable[str] = ()) -> list[str]:
    """Words to try, each once, in order: single characters, frequent words, words of the text.

    special: tokens that the model's tokenizer finds inside of a text, and llama.cpp does not look for there.
    """
    listed = (word for one in languages for word, _ in itertools.islice(word_list(one), _LISTED_WORDS))
    forms = (form for word in listed for form in (word, word.title(), word.upper()))
    letters = (character for one in languages for character in sorted(exemplars(one)))
    found = itertools.chain(letters, forms, (word for line in lines for word in line.split()))
    known = [one for one in special if one]
    tried = (
        word
        for text in found
        for word in text.split()
        if len(word) <= _LONGEST_WORD and not any(token in word for token in known)
    )
    return list(itertools.islice(dict.fromkeys(tried), _MOST_WORDS))


def _pieces(texts: Sequence[str], ids: Sequence[int]) -> str:
    return "+".join(f"`{texts[at]}`" if texts[at] else "unknown" for at in ids) or "nothing"


def _flag(model: ConvertedGguf, name: str) -> bool:
    value = model.file.metadata.get(PREFIX + name)
    return value is not None and value.value is True
