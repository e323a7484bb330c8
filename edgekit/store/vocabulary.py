"""What the receipt of a trimmed artifact says of its vocabulary: what stayed, for which text, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CorpusRecord:
    """The text of one language that the choice was made from; language is `` where it is of no single one.

    size_bytes: UTF-8 without line ends.  sha256: over all lines in order.
    """

    language: str
    lines: int
    held_out_lines: int
    words: int
    tokens: int
    size_bytes: int
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return {
            "language": self.language,
            "lines": self.lines,
            "held_out_lines": self.held_out_lines,
            "words": self.words,
            "tokens": self.tokens,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """How much of a text is proven to be cut into the same tokens as before.

    part: `corpus`, or `held-out` for the lines that the choice did not see.  identical: lines, of `lines`.
    """

    language: str
    part: str
    lines: int
    identical: int

    @property
    def share(self) -> float:
        """0 to 1; 1 for no lines at all."""
        return self.identical / self.lines if self.lines else 1.0

    def to_json(self) -> dict[str, Any]:
        """The certificate as JSON values."""
        return {
            "language": self.language,
            "part": self.part,
            "lines": self.lines,
            "identical_lines": self.identical,
        }


@dataclass(frozen=True, slots=True)
class CostRecord:
    """What a language pays on text that the choice did not see; shares and losses are fractions, not per cent.

    fertility: tokens a word.  fallback: share of unknown or byte tokens.  expected_loss: relative growth of the bits
    that text takes, estimated.  bits_per_byte: measured, before and after, or None.
    """

    language: str
    coverage: float
    fertility: tuple[float, float]
    fallback: tuple[float, float]
    expected_loss: float
    bits_per_byte: tuple[float, float] | None

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return {
            "language": self.language,
            "coverage": self.coverage,
            "fertility": list(self.fertility),
            "fallback": list(self.fallback),
            "expected_loss": self.expected_loss,
            "bits_per_byte": None if self.bits_per_byte is None else list(self.bits_per_byte),
        }


@dataclass(frozen=True, slots=True)
class AlignmentRecord:
    """How well an encoder's vectors of a language match those of the pivot; each pair is before and after.

    mexa: share of sentences that are closer to their own translation than to any other.  language_ranker: mean cosine
    of translations.  baseline: mean cosine of sentences that are none.
    """

    language: str
    mexa: tuple[float, float]
    language_ranker: tuple[float, float]
    baseline: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return {
            "language": self.language,
            "mexa": list(self.mexa),
            "language_ranker": list(self.language_ranker),
            "baseline": list(self.baseline),
        }


@dataclass(frozen=True, slots=True)
class Alignment:
    """An encoder's languages, measured on line-aligned text.

    pivot: the language that the others are compared with.  prefix: what stood before each sentence.
    """

    pivot: str
    prefix: str
    sentences: int
    languages: tuple[AlignmentRecord, ...]

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values; an encoder gives its own embedding alone, so `layers` is `last`."""
        return {
            "pivot": self.pivot,
            "prefix": self.prefix,
            "sentences": self.sentences,
            "layers": "last",
            "languages": [one.to_json() for one in self.languages],
        }


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A trimmed vocabulary.

    before, after: tokens.  closure: tokens that stay only because those that the corpus uses are made from them.
    fingerprint: sha256 over the kept tokens' texts, in order.  map: path of the file with the kept ids.
    alignment: of an encoder, where line-aligned text was given.
    """

    before: int
    after: int
    closure: int
    fingerprint: str
    map: str
    corpora: tuple[CorpusRecord, ...]
    certificates: tuple[CertificateRecord, ...]
    costs: tuple[CostRecord, ...]
    alignment: Alignment | None = None

    def to_json(self) -> dict[str, Any]:
        """The vocabulary as JSON values."""
        return {
            "before": self.before,
            "after": self.after,
            "closure": self.closure,
            "fingerprint": self.fingerprint,
            "map": self.map,
            "corpora": [one.to_json() for one in self.corpora],
            "certificates": [one.to_json() for one in self.certificates],
            "costs": [one.to_json() for one in self.costs],
            **({} if self.alignment is None else {"alignment": self.alignment.to_json()}),
        }
