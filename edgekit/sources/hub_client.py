"""What every talk with the Hugging Face hub shares: where it is, no chatter, and its failures as edgekit's own.

The library huggingface_hub does the talking. It honours `HF_ENDPOINT`, `HF_TOKEN` and proxies, tries again what passes
(429 with `Retry-After`, 5xx), and leaves the token out of what it asks of another host.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

from edgekit.core.cancelling import sleep
from edgekit.core.errors import OfflineError, SourceError
from edgekit.sources.base import is_truthy

_T = TypeVar("_T")

_PASSING = (408, 429, 500, 502, 503, 504)
_WAITS_SECONDS = (1, 2, 4, 8)
_LONGEST_WAIT_SECONDS = 60  # a hub that asks for more has put this address on a list for the day
_MOST_REASONS = 5
_MESSAGE_CHARACTERS = 300  # of a line: what a server says of itself is shown, not a page of it


def endpoint() -> str | None:
    """The hub to ask where it is not the usual one."""
    return os.environ.get("HF_ENDPOINT") or None


def refuse_hub_offline(place: str) -> None:
    """Raise OfflineError where the hub's own switch says that there is no network."""
    if is_truthy("HF_HUB_OFFLINE"):
        raise OfflineError(
            f"`{place}` needs the network, and `HF_HUB_OFFLINE` is set",
            hint="unset `HF_HUB_OFFLINE` while connected",
        )


@contextlib.contextmanager
def asking(place: str, wanted: str) -> Iterator[None]:
    """Run a call of huggingface_hub quietly; raises SourceError where it does not give what is wanted from place."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    quiet = are_progress_bars_disabled()
    disable_progress_bars()
    talk = logging.getLogger("huggingface_hub")
    level = talk.level
    talk.setLevel(logging.CRITICAL)  # it warns of each attempt, in the middle of our progress
    try:
        yield
    except _failures() as problem:
        raise SourceError(
            f"`{place}` did not give {wanted}", reasons=_reasons(problem), hint=_hint(problem, place)
        ) from problem
    except OSError as problem:
        if problem.errno is not None:  # a full disk, a folder that may not be written
            raise
        raise SourceError(  # the body ended early: a bare OSError with a text
            f"`{place}` did not give {wanted}", reasons=_reasons(problem), hint="check the connection and try again"
        ) from problem
    finally:
        talk.setLevel(level)
        if not quiet:
            enable_progress_bars()


def patiently(call: Callable[[], _T]) -> _T:
    """Give what call gives, tried again where the hub says that this passes; the library does so for files alone."""
    from huggingface_hub import errors

    waits = list(_WAITS_SECONDS)
    while True:
        try:
            return call()
        except errors.HfHubHTTPError as problem:
            asked = problem.response.headers.get("Retry-After", "")
            if problem.response.status_code not in _PASSING or not waits:
                raise
            wait = waits.pop(0)
            if asked.isdecimal() and len(asked) < 9:
                wait = int(asked)
            if wait > _LONGEST_WAIT_SECONDS:
                raise
        sleep(wait)


def _failures() -> tuple[type[BaseException], ...]:
    """What the hub's client raises when it gets nothing; hub 1 talks through httpx, hub 2 through httpx2."""
    from huggingface_hub import errors, file_download  # noqa: F401 - loads the one that it talks through

    clients = [sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules]
    return (
        errors.HfHubHTTPError,
        errors.EntryNotFoundError,
        errors.HFValidationError,
        errors.OfflineModeIsEnabled,
        *(client.HTTPError for client in clients),
    )


def _reasons(problem: BaseException) -> list[str]:
    """The lines of what went wrong; the library wraps some answers in an error that speaks of the connection alone."""
    cause = problem.__cause__
    texts = [str(problem)] if cause is None else [str(cause), str(problem)]
    found = [line.strip()[:_MESSAGE_CHARACTERS] for text in texts for line in text.splitlines()]
    lines = [line for line in found if line and not line.startswith("For more information check:")]
    return list(dict.fromkeys(lines))[:_MOST_REASONS]


def _hint(problem: BaseException, place: str) -> str:
    from huggingface_hub import errors

    repository = place.removeprefix("hf:").partition("@")[0]
    if isinstance(problem, errors.GatedRepoError):
        return (
            f"accept its terms at https://huggingface.co/{repository}, then set `HF_TOKEN` to a token of that account"
        )
    if isinstance(problem, errors.RevisionNotFoundError):
        return f"name a revision that https://huggingface.co/{repository}/commits shows"
    return "check the connection and the repository; a private or gated one needs `HF_TOKEN`"
