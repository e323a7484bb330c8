"""`hf:OWNER/NAME`: files of a model repository on the Hugging Face hub, at one commit.

huggingface_hub does the work: it honours `HF_ENDPOINT`, `HF_TOKEN` and proxies, and resumes inside its own folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.atomic import PARTIAL_SUFFIX
from edgekit.core.errors import OfflineError, SourceError
from edgekit.sources.base import Advance, Wanted, is_truthy
from edgekit.sources.local import FileSource
from edgekit.sources.watch import watching


@dataclass(frozen=True, slots=True)
class HfSource:
    """repository: `OWNER/NAME`.  revision: a 40-hex commit."""

    repository: str
    revision: str

    def fetch(self, wanted: Sequence[Wanted], work: Path, advance: Advance) -> None:
        """Download every wanted file into a folder of work, then move it to its target, checked."""
        if is_truthy("HF_HUB_OFFLINE"):
            raise OfflineError(
                f"`hf:{self.repository}` needs the network, and `HF_HUB_OFFLINE` is set",
                hint="unset `HF_HUB_OFFLINE` while connected",
            )
        folder = work / f"hf-{self.revision}{PARTIAL_SUFFIX}"
        folder.mkdir(exist_ok=True)
        before = 0
        for file in wanted:
            with watching(folder, advance, before):
                path = self._download(file.member, folder)
            FileSource(str(folder) + "/").fetch([file], work, lambda _: None)
            path.unlink()
            before += file.target.stat().st_size
            advance(before)

    def _download(self, member: str, folder: Path) -> Path:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

        failures = _failures()
        quiet = are_progress_bars_disabled()
        disable_progress_bars()
        try:
            return Path(
                hf_hub_download(
                    self.repository,
                    member,
                    revision=self.revision,
                    local_dir=folder,
                    endpoint=os.environ.get("HF_ENDPOINT") or None,
                )
            )
        except failures as problem:
            lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
            raise SourceError(
                f"`hf:{self.repository}` did not give `{member}`",
                reasons=lines[:5],
                hint="check the connection and the repository; a gated one needs `HF_TOKEN`",
            ) from problem
        finally:
            if not quiet:
                enable_progress_bars()


def _failures() -> tuple[type[BaseException], ...]:
    """What the hub's client raises when it gets no file; hub 1 talks through httpx, hub 2 through httpx2."""
    import sys

    from huggingface_hub import errors

    # `hf_hub_download` was imported before, so the one it talks through is loaded.
    clients = [sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules]
    return (
        errors.HfHubHTTPError,
        errors.EntryNotFoundError,
        errors.HFValidationError,
        errors.OfflineModeIsEnabled,
        *(client.HTTPError for client in clients),
    )
