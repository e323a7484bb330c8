"""The keys that a user gave to actions."""

from __future__ import annotations

from typing import Any

import tomllib

from edgekit.core.paths import config_folder


def own_keys() -> dict[str, str]:
    """Action id -> keys, of `keys.toml` in the user's configuration folder; what is no such table is left out."""
    try:
        with (config_folder() / "keys.toml").open("rb") as stream:
            found = tomllib.load(stream)
    except (OSError, ValueError):
        return {}
    return {name: keys for name, keys in _flat(found) if isinstance(keys, str)}


def _flat(table: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in table.items():
        rows += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)]
    return rows
