"""Texts as the encoder reads them, each read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from edgekit.engine.memory import give_back_memory
from edgekit.grading.addressed import Addressed
from edgekit.grading.disorder import Disorder
from edgekit.grading.scorer import Scorer
from edgekit.grading.spans import piece_spans
from edgekit.grading.text_states import Floats, StatesEncoder, TextStates, stems, text_states, unit

if TYPE_CHECKING:
    from edgekit.engine.encoder import TokenStates
    from edgekit.grading.turns import Run, Turns

# Wordings and questions come up for every answer, an answer's views for every criterion: 30 tokens with 384 numbers of
# 4 bytes each are 46 kB. Of long texts as many as have these tokens, 9 MB: an answer of 2,000 words with what counts
# for nothing, and without, are 4,096.
_MOST, _MOST_TOKENS = 256, 6144
# Of an answer of 2,000 words 250 sentences and parts of them are held against the question, some three times: 1.5 kB
# each.
_MOST_EMBEDDINGS = 512
# After so many tokens, with the adapter or without, freed memory is given back, which takes as long as reading one.
# Where those with it did not count, answers of 2,000 words and six such marks took 291 MiB instead of 279.
_GIVEN_BACK = 1024


@dataclass(slots=True)
class _Known:
    """A text as the encoder gave it, until the scorer has it; then that, by language, and what the two share once."""

    given: TokenStates | None
    embedding: Floats
    tokens: int
    prepared: dict[str, TextStates] = field(default_factory=dict)


class Texts:
    """What an encoder makes of texts, kept for as long as there is room.

    addressed, disorder: what tells sentences to the grader, and words without a sentence, for the same encoder as the
    scorer; the packaged ones with the packaged scorer.
    """

    def __init__(
        self,
        encoder: StatesEncoder,
        scorer: Scorer | None = None,
        addressed: Addressed | None = None,
        disorder: Disorder | None = None,
    ) -> None:
        self.scorer = scorer or Scorer.load()
        self.addressed = Addressed.load() if scorer is None else addressed
        self.disorder = Disorder.load() if scorer is None else disorder
        self._encoder = encoder
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._embeddings: OrderedDict[str, Floats] = OrderedDict()
        # What the words of a text were last looked at with, and what was found.
        self._turned: OrderedDict[str, tuple[Turns, Floats, tuple[Run, ...]]] = OrderedDict()
        self._tokens = self._read = 0

    def read(self, texts: Sequence[str]) -> None:
        """Read texts that were not read yet, each by itself.

        onnxruntime adds up a mean in another order where texts run together: the last bit of an embedding would depend
        on the other texts, and a suggestion could not be replayed. By itself a text takes 5 % longer.
        """
        for text in texts:
            self._find(text)

    def _find(self, text: str, *, stays: bool = True) -> _Known:
        """stays: for as long as there is room, else as long as there is none better to leave."""
        found = self._known.get(text)
        if found is None:
            (given,) = self._encoder.token_states([text])
            found = self._known[text] = _Known(given, unit(given.embedding), len(given.states))
            self._keep_embedding(text, found)
            self._tokens += found.tokens
            self._read += found.tokens
        self._known.move_to_end(text, last=stays)
        while len(self._known) > 1 and (len(self._known) > _MOST or self._tokens > _MOST_TOKENS):
            self._tokens -= self._known.popitem(last=False)[1].tokens
        self._give_back()
        return found

    def _give_back(self) -> None:
        if self._read > _GIVEN_BACK:
            give_back_memory()
            self._read = 0

    def embedding(self, text: str) -> Floats:
        """(d,) of a whole text, of length 1, as the encoder gives it."""
        if text not in self._embeddings:
            # Of a part of a sentence nothing else is asked: the states of whole sentences stay.
            self._keep_embedding(text, self._known.get(text) or self._find(text, stays=False))
        self._embeddings.move_to_end(text)
        return self._embeddings[text]

    def _keep_embedding(self, text: str, known: _Known) -> None:
        self._embeddings[text] = known.embedding
        if len(self._embeddings) > _MOST_EMBEDDINGS:
            self._embeddings.popitem(last=False)

    def centred(self, text: str) -> Floats:
        """(d,) of a whole text, as `TextStates.embedding`."""
        return unit(self.embedding(text) - self.scorer.space.embedding_mean)

    def tokens(self, text: str) -> tuple[tuple[tuple[int, int], ...], Floats]:
        """The spans of a text's tokens, and (n, d) what each means there, as `TextStates.states`."""
        found = self._find(text)
        for made in found.prepared.values():
            return made.spans, made.states
        assert found.given is not None  # noqa: S101  until it is prepared
        return piece_spans(text, found.given.pieces), unit(found.given.states - self.scorer.space.state_mean)

    def runs(self, text: str, turns: Turns, related: Floats) -> tuple[Run, ...]:
        """See `Turns.runs`: some sentences are asked for several times, and that takes two passes of the encoder.

        What was found stays when the states of a text go: of 2,000 words there is room for those of some alone.
        """
        known = self._turned.get(text)
        if known is None or known[0] is not turns or known[1] is not related:
            spans, plain = self.tokens(text)
            near = (plain @ related.T).max(axis=1) if len(related) else np.zeros(len(plain), np.float32)
            known = turns, related, turns.runs(text, spans, self._adapted(text, plain, turns), near)
            self._turned[text] = known
        self._turned.move_to_end(text)
        if len(self._turned) > _MOST_EMBEDDINGS:
            self._turned.popitem(last=False)
        return known[2]

    def _adapted(self, text: str, plain: Floats, turns: Turns) -> Floats:
        """(n, d) of a text's tokens, as the encoder gives them with the adapter; plain: without one."""
        if not turns.adapter:
            return plain
        (given,) = self._encoder.token_states([text], adapter=turns.adapter)
        self._read += len(given.states)
        self._give_back()
        return unit(given.states - self.scorer.space.state_mean)

    def of(self, text: str, language: str) -> TextStates:
        """A text as the scorer gets it; language: whose stems are taken."""
        found = self._find(text)
        made = found.prepared.get(language)
        if made is not None:
            return made
        if found.given is not None:
            given, found.given = found.given, None
            made = text_states(self.scorer.space, text, given.pieces, given.states, given.embedding, language)
        else:
            made = replace(next(iter(found.prepared.values())), words=stems(text, language))
        found.prepared[language] = made
        return made
