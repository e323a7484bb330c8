"""Plural forms of gettext: how many a language has, and which of them is said of one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgekit.core.languages import base_language

_STATED = re.compile(r"^Plural-Forms:\s*nplurals\s*=\s*(\d{1,2})\s*;\s*plural\s*=\s*([^;\n]{1,400});?", re.MULTILINE)
_NUMBER = "n"
_TOKEN = re.compile(r"\s*(?:(n)|(\d{1,6})|(\|\||&&|[=!<>]=|[-+*/%<>?:!()]))")

# GNU gettext manual, "Plural forms", and Unicode CLDR 44 supplemental/plurals.xml for what the manual leaves out.
_ONE = "nplurals=2; plural=(n != 1);"
_NONE = "nplurals=1; plural=0;"
_ZERO_ONE = "nplurals=2; plural=(n > 1);"
_SLAVIC = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
_RULES = {
    _ONE: "af an ast az bg bn ca da de el en eo es et eu fi fo fur fy gl gu ha he hu ig it kn ku lb ml mn mr nb ne nl "
    "nn no or pa ps pt rm rw sd si so sq sv sw ta te tk ur yo xh zu",
    _NONE: "bo dz id ja jbo jv ka km ko lo ms my sah su th tt ug vi wo zh",
    _ZERO_ONE: "ak am br fa fil fr gun hi hy ln mg mi nso oc pt-BR ti tl tr uz wa",
    _SLAVIC: "be bs hr ru sr uk",
    "nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);": "cs sk",
    "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);": "pl",
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : 2);": "lt",
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);": "lv",
    "nplurals=3; plural=(n==1 ? 0 : (n==0 || (n%100>0 && n%100<20)) ? 1 : 2);": "ro",
    "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);": "sl",
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);": "ar",
    "nplurals=5; plural=(n==1 ? 0 : n==2 ? 1 : n<7 ? 2 : n<11 ? 3 : 4);": "ga",
    "nplurals=4; plural=(n==1 ? 0 : n==2 ? 1 : (n != 8 && n != 11) ? 2 : 3);": "cy",
    "nplurals=2; plural=(n%10!=1 || n%100==11);": "is",
    "nplurals=2; plural=(n==1 || n%10==1 ? 0 : 1);": "mk",
}


@dataclass(frozen=True, slots=True)
class Plurals:
    """header: the value of `Plural-Forms`.  count: how many forms.  of_one: the form of one thing."""

    header: str
    count: int
    of_one: int


def plurals_of(language: str) -> Plurals | None:
    """The rule of a language; None for one that is not in the table."""
    for tag in (language, base_language(language)):
        for header, tags in _RULES.items():
            if tag in tags.split():
                return plurals_stated(f"Plural-Forms: {header}")
    return None


def plurals_stated(header: str) -> Plurals | None:
    """The rule in a catalogue's header; None where it states none that can be read."""
    match = _STATED.search(header)
    if match is None or not 1 <= int(match[1]) <= 10:
        return None
    form = plural_form(match[2], 1)
    if form is None or form >= int(match[1]):
        return None
    return Plurals(f"nplurals={match[1]}; plural={match[2].strip()};", int(match[1]), form)


def plural_form(expression: str, number: int) -> int | None:
    """An expression of C over `n`, computed; None for one that is none. Nothing is evaluated as a program."""
    tokens: list[str] = []
    at = 0
    text = expression.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        tokens.append(match[0].strip())
        at = match.end()
    try:
        parsing = _Parsing(tokens, number)
        value = parsing.choice()
    except (IndexError, ZeroDivisionError, ValueError, RecursionError):
        return None
    return value if parsing.at == len(tokens) and value >= 0 else None


# C's binary operators, those that bind less first.
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))


class _Parsing:
    def __init__(self, tokens: list[str], number: int) -> None:
        self._tokens, self._number, self.at = tokens, number, 0

    def _take(self, *wanted: str) -> str | None:
        if self.at < len(self._tokens) and self._tokens[self.at] in wanted:
            self.at += 1
            return self._tokens[self.at - 1]
        return None

    def choice(self) -> int:
        condition = self._binary(0)
        if self._take("?") is None:
            return condition
        first = self.choice()
        if self._take(":") is None:
            raise ValueError
        second = self.choice()
        return first if condition else second

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while (sign := self._take(*_LEVELS[level])) is not None:
            right = self._binary(level + 1)
            left = _computed(sign, left, right)
        return left

    def _unary(self) -> int:
        if self._take("!") is not None:
            return int(not self._unary())
        if self._take("(") is not None:
            value = self.choice()
            if self._take(")") is None:
                raise ValueError
            return value
        token = self._tokens[self.at]
        self.at += 1
        return self._number if token == _NUMBER else int(token)


def _computed(sign: str, left: int, right: int) -> int:
    match sign:
        case "||":
            return int(bool(left) or bool(right))
        case "&&":
            return int(bool(left) and bool(right))
        case "==":
            return int(left == right)
        case "!=":
            return int(left != right)
        case "<":
            return int(left < right)
        case ">":
            return int(left > right)
        case "<=":
            return int(left <= right)
        case ">=":
            return int(left >= right)
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left // right
        case _:
            return left % right
