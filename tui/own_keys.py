"""The keys that a user gave to actions: which of them can be had, and why the others cannot."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.keys import key_to_character

from edgekit.core.characters import visible
from edgekit.core.paths import config_folder
from tui.actions import ACTIONS, N_, Action
from tui.words import _

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_ON_THEIR_OWN = ("enter", "tab", r"shift\+tab", "escape", "backspace", "space")
_WITH_ANOTHER = (
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"),
    "f([1-9]|1[0-2])",
)
# What every terminal sends, as Textual names it. Ctrl with a digit or a sign, and Ctrl with Shift and a letter, reach
# an app from some terminals only, and through tmux from none.
_SENT = re.compile(
    rf"{'|'.join(_ON_THEIR_OWN)}|((ctrl|shift|alt)\+)?({'|'.join(_WITH_ANOTHER)})"
    r"|ctrl\+([a-z@]|backslash|right_square_bracket|circumflex_accent|underscore)|alt\+(shift\+)?[^\W_]"
)
_BEFORE_TEXT = re.compile(r"f\d+|(ctrl|alt)\+.+")
# Two keys with one code, and what Textual takes a code for.
_REACHES_AS = {
    "ctrl+i": "tab",
    "ctrl+j": "enter",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
    "ctrl+[": "escape",
    "alt+b": "ctrl+left",
    "alt+f": "ctrl+right",
}
_NO_TEXT = N_('`{id}` takes a text such as "ctrl+x"')
_NO_ACTION = N_("`{id}` is no action")
_NOT_SENT = N_("`{id}`: no terminal sends `{key}`; f1 to f12, ctrl or alt with a letter, and one sign are keys")
_OTHER = N_("`{id}`: a terminal sends `{key}` as `{other}`")
_TAKEN = N_("`{id}`: `{key}` is the key of `{other}`")
_NO_TABLE = N_("{file} is no TOML: no key of it counts")


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """keys: action id -> keys, commas between them.  refused: texts with their fields."""

    keys: Mapping[str, str]
    refused: tuple[tuple[str, Mapping[str, str]], ...] = ()

    def why_not(self) -> list[str]:
        """What was refused and why, in the chosen language."""
        return [visible(_(text, **fields), one_line=True) for text, fields in self.refused]

    def action(self, key: str, screen: str | None) -> Action | None:
        """The action that a key was given to, on a screen or everywhere, where it goes before what has the focus.

        A text takes Alt and a letter for the letter, and has uses of its own for some of the others; signs and arrows
        stay with it.
        """
        if not _BEFORE_TEXT.fullmatch(key):
            return None
        return next((one for one in ACTIONS if one.screen in (screen, None) and key in self._of(one)), None)

    def _of(self, action: Action) -> list[str]:
        return self.keys.get(action.id, "").split(",")


def own_keys() -> OwnKeys:
    """Those of `keys.toml` in the user's configuration folder."""
    file = config_folder() / "keys.toml"
    try:
        with file.open("rb") as stream:
            found = _flat(tomllib.load(stream))
    except FileNotFoundError:
        return OwnKeys({})
    except (OSError, ValueError):
        return OwnKeys({}, ((_NO_TABLE, {"file": _name(file)}),))
    known = {action.id for action in ACTIONS}
    refused: list[tuple[str, Mapping[str, str]]] = []
    wanted: dict[str, str] = {}
    for name, value in found:
        why = (
            (_NO_ACTION, {})
            if name not in known
            else (_NO_TEXT, {})
            if not isinstance(value, str)
            else next(filter(None, map(_why_not, value.split(","))), None)
        )
        if why is None:
            wanted[name] = ",".join(map(_key, value.split(",")))
        else:
            refused.append((why[0], {"id": name, **why[1]}))
    for name in list(wanted):
        clash = next(_clashes(name, wanted), None)
        if clash is not None:
            del wanted[name]
            refused.append((_TAKEN, {"id": name, "key": clash[0], "other": clash[1]}))
    return OwnKeys(wanted, tuple(refused))


def _flat(table: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in table.items():
        rows += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)]
    return rows


def _key(text: str) -> str:
    """A key as Textual calls it: `Ctrl+X` is `ctrl+x`, a sign alone keeps its case."""
    key = text.strip()
    return key if len(key) == 1 else key.lower()


def _why_not(text: str) -> tuple[str, dict[str, str]] | None:
    key = _key(text)
    if key in _REACHES_AS:
        return _OTHER, {"key": key, "other": _REACHES_AS[key]}
    sign = key if len(key) == 1 else "" if "+" in key else key_to_character(key) or ""
    is_sign = bool(sign) and sign.isprintable() and not sign.isspace()
    return None if is_sign or _SENT.fullmatch(key) else (_NOT_SENT, {"key": text.strip()})


def _clashes(name: str, wanted: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(key, the other action) of what would lose a key, or never get it."""
    mine = next(action for action in ACTIONS if action.id == name)
    for key in wanted[name].split(","):
        if key == "ctrl+c":  # pressed twice it leaves, from everywhere
            yield key, "quit"
        for other in ACTIONS:
            meet = other.screen == mine.screen or None in (other.screen, mine.screen)
            if other.id != name and meet and key in wanted.get(other.id, other.keys).split(","):
                yield key, other.id


def _name(file: Path) -> str:
    return visible(str(file), one_line=True)
