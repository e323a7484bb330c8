"""What a teacher types that is no TOML, in a teacher's words: the parser only says where it stopped."""

from __future__ import annotations

import dataclasses
import re

from edgekit.catalogue.problems import Problem

# Texts and comments, in which everything may stand.
_SAID = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'[^']*'|\#.*""")
_COMMA = re.compile(r"=\s*(?P<number>[+-]?\d{1,15},\d{1,15})\s*(?:[,}]|$)")
# Those of Spanish, German and English, as a word processor sets them.
_QUOTES = re.compile("[\u201c-\u201f\u2018-\u201b\u00ab\u00bb]")


def in_words(problem: Problem, data: bytes) -> Problem:
    """The problem of a file that is no TOML, with what to write where its line has a known slip."""
    lines = data.decode("utf-8", "replace").split("\n")
    if not problem.message.startswith("is not TOML") or not 0 < problem.line <= len(lines):
        return problem
    line = _SAID.sub(lambda said: "" if said[0][0] == "#" else '""', lines[problem.line - 1])
    number = _COMMA.search(line)
    if number is not None:
        written, plain = number["number"], number["number"].replace(",", ".")
        return dataclasses.replace(
            problem, message=f"is not TOML: `{written}` has a comma, and numbers have a point here: write `{plain}`"
        )
    quote = _QUOTES.search(line)
    if quote is not None:
        return dataclasses.replace(
            problem,
            message=f'is not TOML: `{quote[0]}` is no quote here: texts stand between two of the straight ones, `"`',
        )
    return problem
