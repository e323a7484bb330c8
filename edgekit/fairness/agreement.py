"""Whether those who judge agree: teachers with each other, a machine with teachers.

Formulas and verdict: Hada et al. 2023, arXiv 2309.07462 (percentage agreement, weighted F1, Fleiss' kappa).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from edgekit.fairness.measures import Interval, Outcome, bootstrap, never_seen

# Below it agreement is no better than what labels alone would give; "slight" on the scale of Landis and Koch (1977).
LEAST_KAPPA = 0.2
# A judge whose labels have less than half of the entropy of people's says nearly always the same.
LEAST_ENTROPY = 0.5
SHUFFLED = 0.1
_SAMPLES = 500


def majority(ratings: Sequence[Hashable]) -> Hashable | None:
    """The label that most people gave; None for a tie or nothing."""
    common = Counter(ratings).most_common(2)
    if not common or (len(common) == 2 and common[0][1] == common[1][1]):
        return None
    return common[0][0]


def percentage_agreement(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Share of items with the same label, of at least one."""
    return sum(one == two for one, two in zip(first, second, strict=True)) / len(first)


def weighted_f1(truth: Sequence[Hashable], said: Sequence[Hashable]) -> float:
    """F1 of every true label, weighted by how often it is true; the same as scikit-learn's `average="weighted"`."""
    total = 0.0
    for label, count in Counter(truth).items():
        hits = sum(one == two == label for one, two in zip(truth, said, strict=True))
        total += count * (2 * hits / (count + sum(one == label for one in said)))
    return total / len(truth)


def macro_f1(truth: Sequence[Hashable], said: Sequence[Hashable]) -> float:
    """Mean F1 of the labels that occur on either side."""
    scores = []
    for label in {*truth, *said}:
        hits = sum(one == two == label for one, two in zip(truth, said, strict=True))
        scores.append(2 * hits / (sum(one == label for one in truth) + sum(one == label for one in said)))
    return math.fsum(scores) / len(scores)


def fleiss_kappa(items: Sequence[Sequence[Hashable]]) -> float | None:
    """Agreement of several raters beyond chance (Fleiss 1971); items: the labels that each got, all equally many.

    None where it has no value: fewer than two ratings an item, or one single label in use.
    """
    raters = {len(ratings) for ratings in items}
    if len(raters) != 1 or (count := raters.pop()) < 2:
        return None
    labels = Counter(label for ratings in items for label in ratings)
    chance = sum((number / (len(items) * count)) ** 2 for number in labels.values())
    if chance >= 1:
        return None
    seen = [sum(n * n for n in Counter(ratings).values()) - count for ratings in items]
    return (math.fsum(seen) / (len(items) * count * (count - 1)) - chance) / (1 - chance)


def quadratic_kappa(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968); None where one side says always the same as the other."""
    differences = math.fsum((one - two) ** 2 for one, two in zip(first, second, strict=True)) / len(first)
    expected = (
        math.fsum(
            many * often * (one - two) ** 2
            for one, many in Counter(first).items()
            for two, often in Counter(second).items()
        )
        / len(first) ** 2
    )
    return 1 - differences / expected if expected else None


def entropy(labels: Sequence[Hashable]) -> float:
    """Of the distribution of labels, in bits."""
    shares = [count / len(labels) for count in Counter(labels).values()]
    return math.fsum(share * math.log2(1 / share) for share in shares)


@dataclass(frozen=True, slots=True)
class JudgeCard:
    """One language: a judge beside people.

    kappa: Fleiss', of people and the judge together; people: of people alone, None for one person: the ceiling.
    beside: kappa of the judge and what most people said, with the 95 % interval of 500 samples of items. Where people
    agree with each other, `kappa` is high whatever the judge says: three of them and one that guesses have 0.5.
    shuffled: how much its label changes when a tenth of the words is in another order, where that was tried: a share.
    why_not: reasons why its marks mean nothing here; empty: calibrated.
    """

    language: str
    count: int
    agreement: float
    f1: float
    kappa: float | None
    people: float | None
    judge_entropy: float
    people_entropy: float
    shuffled: float | None = None
    why_not: tuple[str, ...] = field(default=())
    beside: Interval | None = None


def judge_card(
    language: str,
    people: Sequence[Sequence[Hashable]],
    judge: Sequence[Hashable],
    *,
    shuffled: float | None = None,
) -> JudgeCard:
    """people: the labels that people gave each item; items without a majority count in kappa alone.

    Never of several languages together: what holds for English says nothing of another.
    """
    decided = [(label, said) for label, said in zip(map(majority, people), judge, strict=True) if label is not None]
    truth, said = [label for label, _ in decided], [label for _, label in decided]
    kappa = fleiss_kappa([[*ratings, label] for ratings, label in zip(people, judge, strict=True)])
    ours, theirs = entropy(judge) if judge else 0.0, entropy(truth) if truth else 0.0
    beside = _beside(truth, said)
    why_not = []
    if not decided:
        why_not.append("people agree on no item")
    if kappa is None or kappa < LEAST_KAPPA:
        why_not.append(f"kappa {'has no value' if kappa is None else format(kappa, '.2f')}, less than {LEAST_KAPPA}")
    elif beside is None or beside.value < LEAST_KAPPA:
        shown = "has no value" if beside is None else format(beside.value, ".2f")
        why_not.append(f"kappa with what most people say {shown}, less than {LEAST_KAPPA}")
    elif beside.low <= 0:
        span = f"{beside.low:.2f} to {beside.high:.2f}"
        why_not.append(f"kappa with what most people say is {span} on so few items: it may be chance")
    if len({*judge}) == 1:
        why_not.append("it has one label for everything")
    if len({*judge}) > 1 and {*judge}.isdisjoint(label for ratings in people for label in ratings):
        why_not.append("none of its labels is one of people's: they may be spelt otherwise")
    if theirs and ours < LEAST_ENTROPY * theirs:
        why_not.append(f"its labels have {ours:.2f} bits, people's {theirs:.2f}: it says nearly always the same")
    return JudgeCard(
        language,
        len(people),
        percentage_agreement(truth, said) if decided else 0.0,
        weighted_f1(truth, said) if decided else 0.0,
        kappa,
        fleiss_kappa(people),
        ours,
        theirs,
        shuffled,
        tuple(why_not),
        beside,
    )


def _beside(truth: Sequence[Hashable], said: Sequence[Hashable]) -> Interval | None:
    """Kappa of two, None where it has no value; a sample in which it has none shows no agreement beyond chance."""
    value = fleiss_kappa(list(zip(truth, said, strict=True)))
    if value is None:
        return None
    place = {label: at for at, label in enumerate(dict.fromkeys((*truth, *said)))}
    ours, theirs = (np.array([place[label] for label in side]) for side in (truth, said))
    draw, found = np.random.default_rng(0), []
    for _ in range(_SAMPLES):
        at = draw.integers(len(ours), size=len(ours))
        shares = np.bincount(np.concatenate([ours[at], theirs[at]])) / (2 * len(at))
        chance = float((shares**2).sum())
        found.append((float((ours[at] == theirs[at]).mean()) - chance) / (1 - chance) if chance < 1 else 0.0)
    low, high = np.percentile(found, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def shuffle_words(text: str, share: float = SHUFFLED, seed: int = 0) -> str:
    """The text with this share of its words, at least two, in another order; a judge of content should mind.

    The same only where it has no two words that differ.
    """
    words = text.split()
    count = max(2, round(share * len(words)))
    if len(set(words)) < 2:
        return text
    order = np.random.default_rng(seed).permutation(len(words)).tolist()
    # Words that are all one word would be in the order that they were in: the first other one takes the last's place.
    if len({words[at] for at in order[:count]}) == 1:
        other = next(place for place, at in enumerate(order) if words[at] != words[order[0]])
        order[count - 1], order[other] = order[other], order[count - 1]
    chosen = sorted(order[:count])
    taken = [words[at] for at in chosen]
    for place, word in zip(chosen, [*taken[1:], taken[0]], strict=True):
        words[place] = word
    return " ".join(words)


def preference(chances: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """How a judge of pairs does, its order swapped and averaged (Gureja et al. 2024, arXiv 2410.15522).

    chances: of each pair, the probability that it prefers what it reads first, the better one first and then the worse.
    Gives the share of pairs in which it prefers the better one, a tie being half of one, and the share in which its
    verdict changes with the order: a judge that always takes the first has 0.5 and 1.
    """
    ahead = [(first, 1 - second) for first, second in chances]
    sums = [one + two for one, two in ahead]
    accuracy = math.fsum(0.5 if math.isclose(one, 1.0) else float(one > 1.0) for one in sums) / len(ahead)
    return accuracy, sum((one > 0.5) != (two > 0.5) for one, two in ahead) / len(ahead)


def preference_interval(chances: Sequence[tuple[str, tuple[float, float]]]) -> Interval | None:
    """Of the accuracy of `preference`, 95 %; chances: question and chances of each pair. None where there is none."""
    rows = [
        Outcome(str(at), question, "", True, True, True, preference([chance])[0])
        for at, (question, chance) in enumerate(chances)
    ]

    def mean(drawn: Sequence[Outcome]) -> float | None:
        return math.fsum(one.probability for one in drawn) / len(drawn) if drawn else None

    found = bootstrap(rows, mean, rounds=_SAMPLES)
    return None if found is None else never_seen(found, [len(rows)])
