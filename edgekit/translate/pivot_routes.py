"""Which languages to go through, where no installed model goes all the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from edgekit.core.errors import CatalogueError, InputError, UsageError
from edgekit.core.languages import Direction, base_language, normalise_tag

if TYPE_CHECKING:
    from edgekit.store.installed import Installed

MOST_LEGS = 3
# chrF that is assumed of a model which nobody measured; with it for all, the fewest legs win.
_ASSUMED_CHRF = 50.0


def check_route(route: Sequence[Direction]) -> None:
    """Raise UsageError, with every reason, for directions that do not make a route."""
    reasons = [f"{leg} goes nowhere" for leg in route if base_language(leg.source) == base_language(leg.target)]
    reasons += [
        f"{one} does not lead to {other}"
        for one, other in pairwise(route)
        if base_language(one.target) != base_language(other.source)
    ]
    if not 2 <= len(route) <= MOST_LEGS:
        reasons.append(f"{len(route)} directions: a route has 2 to {MOST_LEGS}")
    if reasons:
        raise UsageError("the directions make no route", reasons=reasons)


def find_route(
    source: str,
    target: str,
    directions: Mapping[Direction, Installed] | None = None,
    chrf: Mapping[Direction, float] | None = None,
) -> tuple[Direction, ...] | None:
    """The best way from source to target over installed models, no language twice; None where there is none.

    source, target: tags; regions are looked past, plain tags and exact ones preferred.
    chrf: of directions, 0 to 100, on whatever they were measured; None takes what `known_chrf` knows. The best way
    has the highest product; a direction that nobody measured counts as 50. Of equals, the fewest legs, then the
    largest models.
    Raises UsageError (a tag, the same language on both sides).
    """
    wanted = Direction(normalise_tag(source), normalise_tag(target))
    if base_language(wanted.source) == base_language(wanted.target):
        raise UsageError(f"`{wanted.source}` and `{wanted.target}` are one language", hint="name two languages")
    if directions is None:
        from edgekit.store.installed import find_directions

        directions = find_directions()
    routes = list(_routes(wanted, sorted(directions)))
    if not routes:
        return None
    measured = known_chrf(directions) if chrf is None else chrf

    def merit(route: tuple[Direction, ...]) -> tuple[float, int, int, int, list[str]]:
        product = 1.0
        for leg in route:
            product *= measured.get(leg, _ASSUMED_CHRF) / 100
        exact = (route[0].source == wanted.source) + (route[-1].target == wanted.target)
        size = sum(directions[leg].receipt.size_bytes for leg in route)
        return (-product, len(route), -exact, -size, [str(leg) for leg in route])

    return min(routes, key=merit)


def _routes(wanted: Direction, directions: Sequence[Direction]) -> Iterator[tuple[Direction, ...]]:
    begun: list[tuple[Direction, ...]] = [()]
    for _ in range(MOST_LEGS):
        longer: list[tuple[Direction, ...]] = []
        for route in begun:
            at = base_language(route[-1].target if route else wanted.source)
            seen = {base_language(leg.source) for leg in route} | {base_language(wanted.source)}
            for leg in directions:
                if base_language(leg.source) != at or base_language(leg.target) in seen:
                    continue
                if base_language(leg.target) == base_language(wanted.target):
                    if route:
                        yield (*route, leg)
                else:
                    longer.append((*route, leg))
        begun = longer


def reachable(target: str) -> list[Direction]:
    """Every direction into target that installed models translate, directly or through others; target is a tag."""
    from edgekit.store.installed import find_directions

    directions = find_directions()
    tag = normalise_tag(target)
    found = [one for one in directions if base_language(one.target) == base_language(tag)]
    direct = {base_language(one.source) for one in found} | {base_language(tag)}
    sources = sorted({one.source for one in directions if base_language(one.source) not in direct})
    wanted = [Direction(one, tag) for one in sources]
    return sorted([*found, *(one for one in wanted if next(_routes(one, sorted(directions)), None) is not None)])


def known_chrf(directions: Mapping[Direction, Installed]) -> dict[Direction, float]:
    """What was measured of installed directions: a receipt's step that states `chrf`, else the catalogue's evidence."""
    from edgekit.catalogue.load import load_catalogue

    known: dict[Direction, float] = {}
    try:
        models = load_catalogue().models
    except (CatalogueError, InputError):
        models = {}  # a mistake in the user's catalogue must not hide what is installed
    for direction, installed in directions.items():
        receipt = installed.receipt
        stated = [step["chrf"] for step in receipt.steps if isinstance(step.get("chrf"), (int, float))]
        entry = models.get(receipt.id)
        if entry is not None and "chrf" in entry.evidence:
            stated.insert(0, entry.evidence["chrf"].value)
        if stated and 0 <= stated[-1] <= 100:
            known[direction] = float(stated[-1])
    return known


def describe(route: Sequence[Direction]) -> str:
    """`am→en→pt`."""
    return "→".join([route[0].source, *(leg.target for leg in route)])
