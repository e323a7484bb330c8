"""Exports that are cancelled wherever they ask: what was there stays, nothing else is left, and the next one runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from store.toys import use_home
from toys.aligned_encoder import write_encoder, write_texts
from toys.small_gguf import write_corpora, write_small_gguf

from edgekit.core.cancelling import CancelledError, cancellable
from edgekit.core.events import Event
from edgekit.core.hashing import sha256_file
from edgekit.pipeline.requests import ExportPlan, ExportRequest
from edgekit.pipeline.run import plan_export
from exporters.corpus import lists


class Moments:
    """Counts how often work reports or asks, and cancels it at one of them."""

    def __init__(self, last: int = -1) -> None:
        self.count, self.last = 0, last

    def __call__(self, _event: Event | None = None) -> None:
        self.count += 1
        if self.count == self.last:
            raise CancelledError

    def of(self, work: Callable[[Moments], object]) -> bool:
        """Whether the work came to its end."""
        try:
            with cancellable(self):
                work(self)
        except CancelledError:
            return False
        return True


def state(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256_file(path) for path in folder.rglob("*") if path.is_file()}


def planned(kind: str, folder: Path) -> ExportPlan:
    if kind == "gguf":
        model, corpora = write_small_gguf(folder / "toy.gguf"), write_corpora(folder / "text", 60)
        request = ExportRequest(str(model), ("pt", "en"), tuple(map(str, corpora)), out=folder / "out", force=True)
    else:
        model, corpora = write_encoder(folder / "in" / "toy"), write_texts(folder / "text", ["pt", "en"], 60, seed=2)
        request = ExportRequest(
            str(model),
            ("pt", "en"),
            tuple(map(str, corpora)),
            out=folder / "out",
            vocab=80,
            quant=None if kind == "onnx" else kind,
            allow_loss=True,
            force=True,
        )
    return plan_export(request)


@pytest.mark.parametrize("kind", ["gguf", "onnx", "int4"])
def test_an_export_that_is_cancelled_at_any_moment_leaves_what_was_there(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_home(monkeypatch, tmp_path)
    monkeypatch.setattr(lists, "_LARGEST_LIST", 2_000)
    out = tmp_path / "out"
    plan = planned(kind, tmp_path)
    whole = Moments()
    assert whole.of(plan.write)
    assert whole.count > 20
    before = state(out)
    # All of the first and the last, where folders and files come and go, and forty between them.
    middle = range(10, whole.count, max(1, whole.count // 40))
    for last in sorted({*range(1, 10), *middle, *range(whole.count - 10, whole.count)}):
        ended = Moments(last).of(plan.write)
        assert [path.name for path in out.iterdir()] == [plan.to_json()["id"]]
        if ended or last > whole.count - 3:  # it was in its place already
            assert state(out).keys() == before.keys()
            before = state(out)
        else:
            assert state(out) == before, last
    assert Moments().of(plan.write)


def test_a_plan_that_is_cancelled_at_any_moment_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_home(monkeypatch, tmp_path)
    monkeypatch.setattr(lists, "_LARGEST_LIST", 2_000)  # seconds of cutting words, each time
    planned("onnx", tmp_path)
    request = ExportRequest(
        str(tmp_path / "in" / "toy"), ("pt", "en"), (str(tmp_path / "text"),), out=tmp_path / "out", vocab=80
    )
    whole = Moments()
    assert whole.of(lambda report: plan_export(request, report=report))
    for last in range(1, whole.count, max(1, whole.count // 10)):
        cancelled = Moments(last)
        assert not cancelled.of(lambda report: plan_export(request, report=report))
        assert cancelled.count == last
    assert not (tmp_path / "out").exists()
