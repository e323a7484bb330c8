"""Texts as the encoder reads them, each read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgekit.engine.memory import give_back_memory
from edgekit.grading.addressed import Addressed
from edgekit.grading.disorder import Disorder
from edgekit.grading.scorer import Scorer
from edgekit.grading.spans import piece_spans
from edgekit.grading.text_states import Floats, StatesEncoder, TextStates, text_states, unit

if TYPE_CHECKING:
    from edgekit.engine.encoder import TokenStates

# Wordings and questions come up for every answer, an answer's views for every criterion. Of 30 tokens with 384 numbers
# of 4 bytes each: 46 kB a text, 4 MB, and twice as much again for what the scorer makes of them. Of long texts as many
# as have these tokens, 6 MB: two of the longest.
_MOST, _MOST_TOKENS = 96, 4096


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
        self._known: OrderedDict[str, TokenStates] = OrderedDict()
        self._prepared: OrderedDict[tuple[str, str], TextStates] = OrderedDict()

    def read(self, texts: Sequence[str]) -> None:
        """Read texts that were not read yet, each by itself.

        onnxruntime adds up a mean in another order where texts run together: the last bit of an embedding would depend
        on the other texts, and a suggestion could not be replayed. By itself a text takes 5 % longer.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text in new:
            (self._known[text],) = self._encoder.token_states([text])
        if new:
            give_back_memory()
        for text in texts:
            self._known.move_to_end(text)
        for _ in range(len(self._known) - max(_MOST, len(texts))):
            self._known.popitem(last=False)
        tokens = sum(len(one.states) for one in self._known.values())
        while tokens > _MOST_TOKENS and len(self._known) > 1:
            tokens -= len(self._known.popitem(last=False)[1].states)

    def embedding(self, text: str) -> Floats:
        """(d,) of a whole text, of length 1, as the encoder gives it."""
        if text not in self._known:
            self.read([text])
        return unit(self._known[text].embedding)

    def centred(self, text: str) -> Floats:
        """(d,) of a whole text, as `TextStates.embedding`."""
        return unit(self.embedding(text) - self.scorer.space.embedding_mean)

    def tokens(self, text: str) -> tuple[tuple[tuple[int, int], ...], Floats]:
        """The spans of a text's tokens, and (n, d) what each means there, as `TextStates.states`."""
        if text not in self._known:
            self.read([text])
        found = self._known[text]
        return piece_spans(text, found.pieces), unit(found.states - self.scorer.space.state_mean)

    def of(self, text: str, language: str) -> TextStates:
        """A text as the scorer gets it; language: whose stems are taken."""
        made = self._prepared.get((text, language))
        if made is None:
            if text not in self._known:
                self.read([text])
            found = self._known[text]
            made = text_states(self.scorer.space, text, found.pieces, found.states, found.embedding, language)
            self._prepared[text, language] = made
            tokens = sum(len(one.states) for one in self._prepared.values())
            while len(self._prepared) > _MOST or (tokens > _MOST_TOKENS and len(self._prepared) > 1):
                tokens -= len(self._prepared.popitem(last=False)[1].states)
        else:
            self._prepared.move_to_end((text, language))
        return made
