"""chrF against sacrebleu's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.chrf import corpus_chrf

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from("ab  c\n"), max_size=40)


@settings(deadline=None)  # the first example imports sacrebleu
@given(pairs=st.lists(st.tuples(texts, texts), max_size=6))
def test_chrf_is_that_of_sacrebleu(pairs: list[tuple[str, str]]) -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    mine, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    expected = sacrebleu.corpus_chrf(mine, [theirs]).score if pairs else 0.0
    assert corpus_chrf(mine, theirs) == pytest.approx(expected, abs=1e-9)


@given(mine=st.lists(texts.filter(lambda text: text.strip() != ""), min_size=1, max_size=4))
def test_a_text_is_all_like_itself(mine: list[str]) -> None:
    assert corpus_chrf(mine, mine) == pytest.approx(100)


def test_as_many_references_as_texts_are_needed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        corpus_chrf(["a"], [])
