"""The lines that are translated: parallel files, how many of their sentences repeat, and long distinct inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.characters import has_letters
from edgekit.core.errors import InputError, UnavailableError, UsageError
from edgekit.translate.segment import split, without_invisible


@dataclass(frozen=True, slots=True)
class Corpus:
    """name: what it is called in the report.  reference: a translation of each line, or None."""

    name: str
    lines: tuple[str, ...]
    reference: tuple[str, ...] | None
    whole: bool = True

    @property
    def words(self) -> int:
        """Whitespace tokens of the source."""
        return sum(len(line.split()) for line in self.lines)


def flores(folder: Path, source: str, target: str, limit: int | None) -> Corpus:
    """FLORES-200 dev as `dev.<language>` files. Raises UnavailableError where they are not there."""
    paths = [folder / f"dev.{language}" for language in (source, target)]
    missing = [f"there is no `{path}`" for path in paths if not path.is_file()]
    if missing:
        raise UnavailableError(
            "the FLORES-200 dev lines are not here",
            reasons=missing,
            hint="name their folder (files `dev.en`, `dev.pt`, one sentence a line) with `--data FOLDER`, "
            "or any parallel files with `--source FILE --reference FILE`",
        )
    return parallel(paths[0], paths[1], limit, name="FLORES dev")


def parallel(source: Path, reference: Path | None, limit: int | None, *, name: str | None = None) -> Corpus:
    """Lines of source that are not blank, with the lines of the same number of reference."""
    lines = _read(source)
    references = _read(reference) if reference is not None else [""] * len(lines)
    if len(lines) != len(references):
        raise InputError(
            f"`{source}` has {len(lines)} lines, `{reference}` has {len(references)}: they are not parallel"
        )
    kept = [(line, other) for line, other in zip(lines, references, strict=True) if line]
    chosen = kept[:limit]
    if not chosen:
        raise InputError(f"`{source}` has no line to translate")
    return Corpus(
        name or source.name,
        tuple(line for line, _ in chosen),
        tuple(other for _, other in chosen) if reference is not None else None,
        whole=len(chosen) == len(kept),
    )


def _read(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise UnavailableError(f"`{path}` cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise InputError(f"`{path}` is not UTF-8: {problem.reason} at byte {problem.start}") from problem
    lines = text.split("\n")
    return [line.strip() for line in (lines[:-1] if lines and not lines[-1] else lines)]


def sentences(lines: Sequence[str], language: str) -> list[str]:
    """What edgekit decodes of the lines, in order, repeats included."""
    pieces = (piece for line in lines for piece in split(line, language))
    return [without_invisible(piece.text) for piece in pieces if has_letters(piece.text)]


def repeats(items: Sequence[str]) -> int:
    """How many items are equal to one before them."""
    return len(items) - len(set(items))


def distinct_lines(lines: Sequence[str], count: int, language: str) -> Iterator[str]:
    """`count` lines without equal sentences but those of `lines`: every pass has its number in each of its sentences.

    A number of three digits and more, so that sentences of all passes cost about the same.
    """
    if count > 0 and not lines:
        raise UsageError("there is no line to repeat")
    for number in range(count):
        turn, at = divmod(number, len(lines))
        yield "".join(
            f"{100 + turn}: {piece.text}{piece.gap}" if has_letters(piece.text) else piece.text + piece.gap
            for piece in split(lines[at], language)
        )
