"""The error tree is the one that its module draws, and every exit code is frozen."""

from __future__ import annotations

import pickle
import re

import pytest

from edgekit.core import errors
from edgekit.core.errors import EdgekitError

TREE: dict[str, int] = {
    "FailedError": 1,
    "ModelFormatError": 1,
    "UnsupportedModelError": 1,
    "IntegrityError": 1,
    "EngineError": 1,
    "SegmentError": 1,
    "OutputError": 1,
    "UsageError": 2,
    "InputError": 2,
    "CatalogueError": 2,
    "UnavailableError": 3,
    "ModelNotFoundError": 3,
    "DirectionError": 3,
    "OfflineError": 3,
    "SourceError": 3,
    "MissingExtraError": 3,
    "ResourceError": 4,
}


def tree_of(cls: type[EdgekitError]) -> dict[str, type[EdgekitError]]:
    found = {}
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            found |= {child.__name__: child, **tree_of(child)}
    return found


def test_exit_codes_are_frozen() -> None:
    assert {name: cls.exit_code for name, cls in tree_of(EdgekitError).items()} == TREE


def test_the_drawing_shows_every_error_under_its_parent_with_its_code() -> None:
    drawn, parent = {}, "EdgekitError"
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"(?P<bars>[│├└─ ]*)(?P<name>\w+Error)\s+(?P<rest>.*)", line)
        if match is None or match["name"] == "EdgekitError":
            continue
        if match["bars"].startswith(("├", "└")):
            parent = match["name"]
            assert match["rest"].split()[0] == str(TREE[parent])
            drawn[parent] = "EdgekitError"
        else:
            drawn[match["name"]] = parent
    assert drawn == {name: cls.__bases__[0].__name__ for name, cls in tree_of(EdgekitError).items()}


@pytest.mark.parametrize("name", TREE)
def test_an_error_says_what_and_all_reasons_and_keeps_its_hint_apart(name: str) -> None:
    problem = getattr(errors, name)("`x` is wrong", reasons=["one", "two"], hint="run `y`")
    assert (problem.message, problem.reasons, problem.hint) == ("`x` is wrong", ("one", "two"), "run `y`")
    assert str(problem) == "`x` is wrong\n  - one\n  - two"
    bare = getattr(errors, name)("`x` is wrong")
    assert (str(bare), bare.reasons, bare.hint) == ("`x` is wrong", (), None)


def test_an_error_survives_the_way_between_processes() -> None:
    problem = pickle.loads(pickle.dumps(errors.EngineError("`x` failed", reasons=["one"], hint="run `y`")))  # noqa: S301
    assert (str(problem), problem.hint) == ("`x` failed\n  - one", "run `y`")
