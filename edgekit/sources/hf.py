"""`hf:OWNER/NAME`: files of a model repository on the Hugging Face hub, at one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edgekit.core.atomic import PARTIAL_SUFFIX
from edgekit.core.cancelling import check_cancelled, leaving
from edgekit.sources.base import BLOCK_BYTES, Advance, Wanted, check, receive
from edgekit.sources.hub_client import asking, endpoint, refuse_hub_offline
from edgekit.sources.watch import watching


@dataclass(frozen=True, slots=True)
class HfSource:
    """repository: `OWNER/NAME`.  revision: a 40-hex commit."""

    repository: str
    revision: str

    def fetch(self, wanted: Sequence[Wanted], work: Path, advance: Advance) -> None:
        """Download every wanted file into a folder of work, then move it to its target, checked.

        What the hub says of a file is checked before its first byte comes: a repository that was changed, or a mirror
        of another one, costs no download.
        """
        refuse_hub_offline(f"hf:{self.repository}")
        folder = work / f"hf-{self.revision}{PARTIAL_SUFFIX}"
        folder.mkdir(exist_ok=True)
        before = 0
        for file in wanted:
            leaving(partial(self._check_announced, file))
            with watching(folder, advance, before):
                path = leaving(partial(self._download, file.member, folder))
            with path.open("rb") as stream:
                receive(iter(partial(stream.read, BLOCK_BYTES), b""), file, f"hf:{self.repository}/{file.member}")
            path.unlink()
            before += file.target.stat().st_size
            advance(before)

    def _check_announced(self, file: Wanted) -> None:
        """Raises IntegrityError where the hub announces another size, or another digest, than was promised."""
        if file.size_bytes is None and file.sha256 is None:
            return
        with asking(f"hf:{self.repository}", f"`{file.member}`"):
            from huggingface_hub import get_hf_file_metadata, hf_hub_url

            url = hf_hub_url(self.repository, file.member, revision=self.revision, endpoint=endpoint())
            found = get_hf_file_metadata(url, endpoint=endpoint(), retry_on_errors=True)
        # The tag of a file in LFS is its sha256, that of any other is git's own id.
        digest = found.etag if found.etag is not None and len(found.etag) == 64 else file.sha256
        size = file.size_bytes if found.size is None else found.size
        check(file, f"hf:{self.repository}/{file.member}", size or 0, digest or "")

    def _download(self, member: str, folder: Path) -> Path:
        with asking(f"hf:{self.repository}", f"`{member}`"):
            from huggingface_hub import hf_hub_download
            from huggingface_hub.utils.tqdm import tqdm

            class Asking(tqdm):
                def update(self, n: float | None = 1) -> bool | None:
                    check_cancelled()
                    shown: bool | None = super().update(n)
                    return shown

            return Path(
                hf_hub_download(
                    self.repository,
                    member,
                    revision=self.revision,
                    local_dir=folder,
                    endpoint=endpoint(),
                    tqdm_class=Asking,
                )
            )
