"""Objects within objects of JSON as columns of a table: `{"answer": {"text": "x"}}` has a column `answer.text`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from edgekit.answers.answers import Lookup, shown
from edgekit.answers.column_names import is_role

Path: TypeAlias = tuple[str, ...]
_DEEPEST = 6
# What programs call the one thing that an object is about; `id` and `text` alone may be those of anything.
_ANY = frozenset({"id", "text"})
_OWN = frozenset({"id", "text", "value", "name", "label", "content", "response", "answer"})


def flat_keys(value: Mapping[str, Any], *, before: Path = ()) -> dict[Path, Any]:
    """What an object has, by the keys that lead to it; what is deeper than six keys is left as it is."""
    found: dict[Path, Any] = {}
    for key, one in value.items():
        path = (*before, key)
        if isinstance(one, dict) and len(path) < _DEEPEST:
            found |= flat_keys(one, before=path)
        else:
            found[path] = one
    return found


def columns_of(objects: Sequence[Mapping[Path, Any]], places: Sequence[str], problems: list[str]) -> list[Path]:
    """The paths of all objects in their order; what is an object in one of them and a value in another is a problem."""
    paths = dict.fromkeys(path for one in objects for path in one)
    inner = {path[:at] for path in paths for at in range(1, len(path))}
    for one, place in zip(objects, places, strict=True):
        problems += [
            f"{place}: `{shown('.'.join(path))}` is an object in others"
            for path, value in one.items()
            if path in inner and value is not None
        ]
    return [path for path in paths if path not in inner]


def is_keyed(value: Mapping[str, Any], lookup: Lookup) -> bool:
    """Whether what an object has are objects by their ids, `{"a1": {...}, "a2": {...}}`, and not what one is about."""
    inner = [one for one in value.values() if isinstance(one, dict)]
    named = any(is_role(key) or lookup.find(key) is not None for key in value)
    return len(inner) > 1 and len(inner) == len(value) and not named


def list_within(objects: Sequence[Mapping[Path, Any]]) -> str | None:
    """The keys, with dots, that lead to a list of objects."""
    for one in objects:
        for path, value in one.items():
            if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
                return ".".join(path)
    return None


def names_of(paths: Sequence[Path], lookup: Lookup, said: Collection[str]) -> list[str]:
    """The name of each column: its keys with dots, or the one of them that says what it is.

    That is the last where it names a question, the one before where it is a role and the last is `id`, `text` or the
    like, else the last where it is a role. said: names that a teacher used, which stay.
    """
    dotted = [".".join(path) for path in paths]
    taken = {name for name, path in zip(dotted, paths, strict=True) if len(path) == 1 or name in said}
    names: list[str] = []
    for name, path in zip(dotted, paths, strict=True):
        short = next((one for one in _short(path, lookup) if one not in taken), None) if name not in taken else None
        taken |= {short} if short is not None else set()
        names.append(short if short is not None else name)
    return names


def _short(path: Path, lookup: Lookup) -> Iterator[str]:
    if lookup.find(path[-1]) is not None:
        yield path[-1]
    for at in range(len(path) - 1, 0, -1):
        if path[at] not in _OWN:
            break
        if is_role(path[at - 1]) or lookup.find(path[at - 1]) is not None:
            yield path[at - 1]
            return
    if is_role(path[-1]) and path[-1] not in _ANY:
        yield path[-1]


def without(value: Mapping[str, Any], hidden: Collection[Path], *, before: Path = ()) -> dict[str, Any]:
    """An object without what some paths lead to, and without objects that then are empty."""
    found: dict[str, Any] = {}
    for key, one in value.items():
        path = (*before, key)
        if path in hidden:
            continue
        if isinstance(one, dict) and one and len(path) < _DEEPEST:
            one = without(one, hidden, before=path)
            if not one:
                continue
        found[key] = one
    return found
