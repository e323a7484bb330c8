"""A text as one pass of the encoder reads it: what each token means there, and how much it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import UsageError
from edgekit.glossary.words import keys, words
from edgekit.grading.function_words import denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.spans import clauses, piece_spans

if TYPE_CHECKING:
    from edgekit.engine.encoder import Adapter, TokenStates
    from edgekit.grading.pairs import Pairs

Floats = NDArray[np.float32]
_LEAST_WEIGHT, _MOST_WEIGHT = 0.2, 8.0
_TINY = 1e-9


class StatesEncoder(Protocol):
    """An `edgekit.engine.encoder.Encoder` whose graph gives the vectors of tokens."""

    width: int

    def token_states(
        self, texts: Sequence[str], *, prefix: str | None = None, adapter: Adapter | None = None
    ) -> list[TokenStates]:
        """See `edgekit.engine.encoder.Encoder.token_states`."""
        ...


@dataclass(frozen=True, slots=True)
class Space:
    """What the training text taught about an encoder's vectors, each of its width.

    embedding_mean, state_mean: taken off first, for all vectors of such an encoder point one way. importance: with
    its bias the inverse frequency, in nats, of a token by its state. agreement: with its bias what the product of a
    wording's token and the answer's that is like it says of a teacher's yes.  pairs: a network's, in a file of its own.
    """

    embedding_mean: Floats
    state_mean: Floats
    importance: Floats
    importance_bias: float
    agreement: Floats
    agreement_bias: float
    pairs: Pairs | None = None


@dataclass(frozen=True, slots=True)
class TextStates:
    """embedding (d,), states (n, d): centred, of length 1.  weights (n,): how much each token says.  spans: of the
    tokens in the text.  words: stem -> 1, or 0 where the word only holds a sentence together.  parts (c, d): of each of
    `clauses`, centred, of length 1.
    """

    text: str
    embedding: Floats
    states: Floats
    weights: Floats
    spans: tuple[tuple[int, int], ...]
    words: Mapping[str, float]
    clauses: tuple[tuple[int, int], ...]
    parts: Floats


def read_texts(encoder: StatesEncoder, space: Space, texts: Sequence[str], language: str) -> list[TextStates]:
    """Read texts, each in one pass.  language: whose stems are taken.

    Raises UsageError for an encoder of another width, or whose graph gives no vectors of tokens.
    """
    if encoder.width != len(space.embedding_mean):
        raise UsageError(
            f"the scorer was trained with vectors of {len(space.embedding_mean)} numbers, this encoder gives "
            f"{encoder.width}",
            hint="use the encoder that grading comes with: `edgekit pull multilingual-e5-small`",
        )
    return [
        text_states(space, text, found.pieces, found.states, found.embedding, language)
        for text, found in zip(texts, encoder.token_states(texts), strict=True)
    ]


def text_states(
    space: Space, text: str, pieces: Sequence[str], states: Floats, embedding: Floats, language: str
) -> TextStates:
    """From what the encoder gives for one text."""
    spans = piece_spans(text, pieces)
    centred = unit(states - space.state_mean)
    weights = np.clip(centred @ space.importance + space.importance_bias, _LEAST_WEIGHT, _MOST_WEIGHT)
    places = clauses(text)
    return TextStates(
        text=text,
        embedding=unit(embedding - space.embedding_mean),
        states=centred,
        weights=weights.astype(np.float32),
        spans=spans,
        words=stems(text, language),
        clauses=places,
        parts=_parts(space, states, spans, places),
    )


def whole_only(text: TextStates) -> TextStates:
    """A text with as many tokens, and nothing of any: of 2,000 words they take 7 MB, and a class's marks are kept."""
    nothing = np.zeros((len(text.states), 0), np.float32)
    return replace(text, states=nothing, weights=np.zeros(0, np.float32), spans=(), clauses=(), parts=nothing[:0])


def unit(vectors: Floats) -> Floats:
    """Scaled to length 1 along the last axis; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, _TINY), np.float32)


def likeness(one: TextStates, place: tuple[int, int], other: TextStates, there: tuple[int, int]) -> float:
    """The cosine of what the tokens in one.text[slice(*place)] and in other.text[slice(*there)] mean; 0 without any."""
    return float(meanings(one, [place])[0] @ meanings(other, [there])[0])


def meanings(text: TextStates, places: Sequence[tuple[int, int]]) -> Floats:
    """(n, d) of length 1, the mean of the states of the tokens in each text.text[slice(*place)]; 0 without any."""
    begins, ends = (np.array([one[side] for one in text.spans], np.int64) for side in (0, 1))
    sums = np.concatenate([np.zeros((1, text.states.shape[1])), np.cumsum(text.states, axis=0, dtype=np.float64)])
    wanted = np.array(places, np.int64).reshape(-1, 2)
    first = np.searchsorted(ends, wanted[:, 0], "right")
    last = np.maximum(np.searchsorted(begins, wanted[:, 1], "left"), first)
    return unit(np.asarray(sums[last] - sums[first], np.float32))


def stems(text: str, language: str) -> dict[str, float]:
    """As `TextStates.words`."""
    languages = known([language])
    return {
        keys(word.text, language)[-1]: 0.0 if _is_function(word.text.casefold(), languages) else 1.0
        for word in words(text)
    }


@lru_cache(maxsize=50_000)
def _is_function(word: str, languages: tuple[str, ...]) -> bool:
    plain = matching_form(word)
    return plain in function_words(languages) or plain in denying_words(languages)


def _parts(space: Space, states: Floats, spans: Sequence[tuple[int, int]], places: Sequence[tuple[int, int]]) -> Floats:
    if not places or not spans:
        return np.zeros((len(places), len(space.embedding_mean)), np.float32)
    sums = np.concatenate([np.zeros((1, states.shape[1]), np.float32), np.cumsum(states, axis=0)])
    begins = np.array([begin for begin, _ in spans], np.int64)
    edges = np.searchsorted(begins, np.array(places, np.int64))
    # A cut inside a token leaves a part without one: it is given the token that it is cut from.
    first = np.minimum(edges[:, 0], len(spans) - 1)
    last = np.maximum(edges[:, 1], first + 1)
    return unit(unit(sums[last] - sums[first]) - space.embedding_mean)
