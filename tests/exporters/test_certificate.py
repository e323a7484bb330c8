"""What a certificate says is what running both tokenizers says."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.tokenizer import toy_tokenizer

from edgekit.core.errors import FailedError, InputError
from edgekit.core.events import Event, Progress, StepFinished, StepStarted
from exporters.certificate import NOTHING, certify, certify_corpora
from exporters.corpus import reading
from exporters.corpus.tallying import is_held_out
from exporters.trim.base import Ids
from exporters.trim.spm_bpe import SpmBpe

BEFORE = toy_tokenizer()
TOKENS = BEFORE.vocabulary.tokens


def keeping(*gone: str) -> tuple[Ids, SpmBpe]:
    """All tokens but these."""
    kept = BEFORE.closed(np.array([at for at, token in enumerate(TOKENS) if token not in gone], np.int64))
    assert not {TOKENS[at] for at in kept} & set(gone)
    return kept, BEFORE.trimmed(kept)


@settings(max_examples=100, deadline=None)
@given(
    lines=st.lists(st.text("the ingadwsሰላምé😀", max_size=20), max_size=12),
    gone=st.sets(st.sampled_from(TOKENS[257:])),
    split=st.integers(0, 12),
)
def test_e7_numbers_are_those_of_both_tokenizers_and_a_line_is_identical_exactly_when_all_its_tokens_stay(
    lines: list[str], gone: set[str], split: int
) -> None:
    kept = BEFORE.closed(np.array([at for at, token in enumerate(TOKENS) if token not in gone], np.int64))
    after = BEFORE.trimmed(kept)
    found = certify(lines, BEFORE, after, kept)
    old, new = BEFORE.encode(lines), after.encode(lines)
    mapped = [kept[cut].tolist() for cut in new]
    assert found.lines == len(lines)
    assert found.identical == found.proven == sum(a == b for a, b in zip(old, mapped, strict=True))
    assert found.proven == sum(set(cut) <= set(kept.tolist()) for cut in old)
    assert found.tokens == (sum(map(len, old)), sum(map(len, new)))
    assert found.fallback == tuple(
        sum(bool(tokenizer.fallback[at]) for cut in cuts for at in cut)
        for tokenizer, cuts in ((BEFORE, old), (after, new))
    )
    assert found.words == sum(len(line.split()) for line in lines)
    assert len(found.changes) == min(20, found.lines - found.identical)
    halves = [certify(part, BEFORE, after, kept) for part in (lines[:split], lines[split:])]
    assert halves[0].joined(halves[1]) == found == NOTHING.joined(found)


def test_a_line_that_changes_is_shown_with_its_pieces_before_and_after() -> None:
    kept, after = keeping("ሰላም")
    found = certify(["the thing", "ሰላም é"], BEFORE, after, kept)
    assert (found.lines, found.proven, found.identical) == (2, 1, 1)
    (change,) = found.changes
    assert change.line == "ሰላም é"
    assert change.before == ("ሰላም", " ", "\ufffd", "\ufffd")
    assert change.after == ("ሰላ", "ም", " ", "\ufffd", "\ufffd")


def test_costs_are_told_apart_by_the_script_of_a_line() -> None:
    kept, after = keeping(*"ሰላምነ", "ሰላ", "ሰላም", "▁ሰ")
    found = certify(["ሰላም", "the ነ thing", "123", "ነ ነ"], BEFORE, after, kept)
    assert [(cost.script, cost.lines, cost.words) for cost in found.scripts] == [
        ("Ethi", 2, 3),
        ("Latn", 1, 3),
        ("Zyyy", 1, 1),
    ]
    ethiopic = found.scripts[0]
    assert (ethiopic.tokens_before, ethiopic.fallback_before) == (4, 0)
    assert (ethiopic.tokens_after, ethiopic.fallback_after) == (9 + 7, 9 + 6)
    assert found.scripts[2].tokens_before == found.scripts[2].tokens_after == 3


def test_examples_are_as_few_and_as_short_as_asked_for() -> None:
    kept, after = keeping("ሰላም")
    found = certify(["ሰላም" * 5000] * 9, BEFORE, after, kept, examples=4)
    assert len(found.changes) == 4
    assert found.lines - found.identical == 9
    assert max(len(change.line) for change in found.changes) == 400
    assert max(len(change.after) for change in found.changes) <= 400


def test_a_proven_line_that_differs_is_a_defect_and_raises() -> None:
    kept, after = keeping("ሰላም")
    vocabulary = after.vocabulary
    scores = vocabulary.scores.copy()
    at = vocabulary.tokens.index("th")
    # As if scores had been computed anew: now `he` would have to be joined, and nothing is left of `the`.
    broken = SpmBpe(
        type(vocabulary)([*vocabulary.tokens[:at], "zz", *vocabulary.tokens[at + 1 :]], scores, vocabulary.types),
        space_prefix=False,
    )
    with pytest.raises(FailedError, match="although all its tokens stay") as caught:
        certify(["a", "the thing"], BEFORE, broken, kept)
    assert "the thing" in str(caught.value)
    with pytest.raises(FailedError, match="tokens are kept"):
        certify(["a"], BEFORE, after, kept[:-1])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 5000)
    chooser = random.Random(1)
    words = ["the", "thing", "ሰላም", "ነ", "é", "wind"]
    for name in ("x.en", "y.am"):
        lines = [" ".join(chooser.choices(words, k=6)) for _ in range(2000)]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_e22_texts_are_certified_by_language_and_held_out_tenth_on_any_number_of_cores(folder: Path) -> None:
    kept, after = keeping("ሰላም", "▁the")
    events: list[Event] = []
    found = certify_corpora([str(folder)], BEFORE, after, kept, languages=["en", "am"], jobs=1, report=events.append)
    assert list(found) == ["en", "am"]
    for tag, name in (("en", "x.en"), ("am", "y.am")):
        lines = (folder / name).read_text(encoding="utf-8").split("\n")
        held = [line for line in lines if is_held_out(line.encode())]
        for one, wanted in ((found[tag].whole, lines), (found[tag].held_out, held)):
            alone = certify(wanted, BEFORE, after, kept)
            assert (one.lines, one.proven, one.identical) == (alone.lines, alone.proven, alone.identical)
            assert one.scripts == alone.scripts
            assert {change.line for change in one.changes} <= set(wanted)
            assert len(one.changes) == len(alone.changes) == 20
    assert found == certify_corpora([str(folder)], BEFORE, after, kept, languages=["en", "am"], jobs=2)
    assert isinstance(events[0], StepStarted)
    assert isinstance(events[1], Progress)
    assert isinstance(events[-1], StepFinished)


def test_a_certificate_is_json(folder: Path) -> None:
    kept, after = keeping("ሰላም")
    found = certify(["the ሰላም"], BEFORE, after, kept).to_json()
    assert json.loads(json.dumps(found))["changes"][0]["before"] == ["the", " ", "ሰላም"]
    assert found["tokens_before"] == 3
    assert found["tokens_after"] == 4
    assert found["scripts"][0]["script"] == "Ethi"


def test_text_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "z.en").write_bytes(b"\xff")
    kept, after = keeping("ሰላም")
    with pytest.raises(InputError, match=r"z\.en`: line 1 is not UTF-8"):
        certify_corpora([str(folder)], BEFORE, after, kept, languages=["en", "am"], jobs=1)
