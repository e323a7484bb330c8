"""How often a letter follows another: what tells words of any language in Latin letters from a hand on the keys."""

from __future__ import annotations

import re
from functools import lru_cache

# Bits, at most 9, in the language of en, es, pt, de, fr, it, nl and id that has the pair most; rows are the first
# letter, `_` the edge of a word. Counted on FLORES-200 dev by `benchmarks/letter_pairs.py`.
_ORDER = "_abcdefghijklmnopqrstuvwxyz"
_PAIRS = (
    "933323443353334334532434944",  # _
    "124437554364341458333347955",  # a
    "413780867157268399244286938",  # b
    "419492990194479196473399979",  # c
    "019960968199688189545377969",  # d
    "143433755364332757123457666",  # e
    "127842246188477199343297978",  # f
    "117951823294273279244299969",  # g
    "118891989295454299363395969",  # h
    "135332545823341254323549795",  # i
    "209931569352592179357158996",  # j
    "116691743284424279433366947",  # k
    "216641544276246277843358939",  # l
    "113951779298737239755389968",  # m
    "028322614356684287932568935",  # n
    "174443344384231238223254867",  # o
    "218691464288387149254378978",  # p
    "339999999699999999999099999",  # q
    "124531556254554377544366946",  # r
    "027371775295566247832477978",  # s
    "118881871286587299243276954",  # t
    "234441345263321459223443466",  # u
    "319960999199599179589559969",  # v
    "206961992289693269756399959",  # w
    "024492995196499317992529549",  # x
    "006443769596534339525598999",  # y
    "009591974189679287984194992",  # z
)
_BITS = {
    (one, other): int(bits)
    for one, row in zip(_ORDER, _PAIRS, strict=True)
    for other, bits in zip(_ORDER, row, strict=True)
}
_RUN = re.compile(r"(.)\1{3,}|(..)\2{2,}|(...)\3{2,}", re.DOTALL)
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz")


@lru_cache(maxsize=1 << 14)
def surprise(word: str) -> float:
    """Mean bits per letter of a word in small letters a to z: words have 2.5 to 4, random letters 5 to 6."""
    pairs = list(zip(f"_{word}", f"{word}_", strict=True))
    return sum(_BITS.get(pair, 9) for pair in pairs) / len(pairs)


@lru_cache(maxsize=1 << 14)
def is_run(word: str) -> bool:
    """Whether a word is mostly one key held down, a few of them in turn, or a row of the keyboard."""
    repeated = sum(found.end() - found.start() for found in _RUN.finditer(word))
    if 2 * repeated > len(word):
        return True
    return any(word[at : at + 5] in row for row in _KEYS for at in range(len(word) - 4) if len(word) <= 40)
