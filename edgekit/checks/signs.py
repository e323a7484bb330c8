"""Signs of money, of arithmetic and of ranges that a model has put in the place of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from edgekit.core.findings import Finding

# Where a source has one of these, people write no more of them: 12 of 7,553 pairs of lines (FLORES, NTREX), all of `$`.
_SIGNS = "$£€₹+=×"
_RANGE = re.compile(r"(?<![\d–—])(\d{1,9})[–—](\d{1,9})(?![\d–—])")
_MOST_RANGES = 64


def check_signs(source: str, target: str) -> list[Finding]:
    """A finding for each sign that the source has and the translation has more often: `$5 – 20 %` became `$5 $ 20 %`,
    and for each range whose dash became a quotation mark or a sign of money: `5–9` became `5"9`.

    A sign that the source has in words, `five dollars`, says nothing.
    """
    found = [
        Finding("number", f"`{sign}` is in the translation {there} times and in the source {here}")
        for sign in _SIGNS
        if (there := target.count(sign)) > (here := source.count(sign)) > 0
    ]
    return [*found, *_ranges(source, target)]


def _ranges(source: str, target: str) -> Iterator[Finding]:
    for one in islice(_RANGE.finditer(source), _MOST_RANGES):
        if source[one.start() - 1 : one.start()] in ("$", "£", "€", '"'):
            continue
        first, last = one.groups()
        wrong = re.search(rf'(?<!\d)(?:["$£€]{first}\D{{1,3}}{last}|{first} ?["$£€] ?{last})(?!\d)', target)
        if wrong:
            yield Finding("number", f"`{one[0]}` became `{wrong[0]}`", one.span(), wrong.span())
