"""The audit card: stubs that are fair, constant, biased or perfect, and files of parallel answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgekit.core.errors import InputError
from edgekit.fairness.audit import audit, outcomes
from edgekit.fairness.measures import Outcome
from edgekit.fairness.parallel import Version, base_language_of, make_trial, read_versions
from edgekit.grading.reading import read_answer
from edgekit.grading.suggesting import suggest_nothing
from edgekit.quiz.suggestion import CriterionResult, Suggestion


def answers(accepted: dict[str, float], *, wrong: float = 0.0, count: int = 60, p: float = 0.95) -> list[Outcome]:
    """Half right, half wrong; accepted: variety -> share of right answers that are accepted; wrong: of wrong ones."""
    found = []
    for variety, share in accepted.items():
        for n in range(count):
            right = n % 2 == 0
            yes = (n // 2) % 30 < 30 * (share if right else wrong)
            found.append(Outcome(f"i{n}", f"q{n}", variety, right, yes, True, p if yes else 1 - p, yes == right))
    return found


def test_a_grader_that_reads_the_key_passes_every_line() -> None:
    card = audit(answers({"en": 1, "es": 1, "en+es": 1}), rounds=200)
    assert card.passed, [verdict for verdict in card.verdicts if not verdict.passed]
    assert {verdict.value for verdict in card.verdicts if "probability of" in verdict.name} == {0.0}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_constant_grader_fails_and_is_not_fair(share: float) -> None:
    card = audit(answers({"en": share, "es": share}, wrong=share), rounds=200)
    assert not card.passed
    failed = [verdict.name for verdict in card.verdicts if not verdict.passed]
    assert {"tells right from wrong, en", "tells right from wrong, es"} <= set(failed)
    assert not [name for name in failed if name.startswith("decided differently")]


def test_a_grader_that_refuses_one_variety_fails_where_it_is_unfair() -> None:
    card = audit(answers({"en": 1, "es": 0.7}), rounds=200)
    failed = {verdict.name.split(",")[0] for verdict in card.verdicts if not verdict.passed}
    assert failed >= {"probability of the same right content", "decided differently", "right answers refused"}


def test_a_variety_with_few_answers_is_named_and_not_judged() -> None:
    card = audit([*answers({"en": 1}), *answers({"qu": 0}, count=8)], rounds=100)
    assert card.few == ("qu",)
    assert not [verdict for verdict in card.verdicts if "qu" in verdict.name.split()]


def test_nothing_to_count_is_no_pass() -> None:
    assert not audit([]).passed


def version(item: str, variety: str, text: str, *, right: bool = True, references: tuple[str, ...] = ()) -> Version:
    return Version(item, variety, f"question {item[0]}", text, right, references)


def test_answers_are_held_against_other_right_answers_or_their_own_base_version() -> None:
    trial = make_trial(
        [
            version("a1", "en", "one"),
            version("a1", "es", "uno"),
            version("a2", "en", "two"),
            version("b1", "en", "three"),
            version("b1", "es", "tres"),
            version("c1", "en", "wrong", right=False),
            version("d1", "es", "mal", right=False, references=("bien",)),
        ],
        base="en",
        language="en",
    )
    held = {trial.versions[a.answer_id].text: trial.quiz.question(a.question_id) for a in trial.answers}
    assert {text: question.references["en"] for text, question in held.items() if question} == {
        "one": ("two",),
        "uno": ("two",),
        "two": ("one",),
        "three": ("three",),
        "tres": ("three",),
        "mal": ("bien",),
    }
    assert trial.left_out == 1
    # The only right answer to its question is its own reference; its Spanish version is not.
    assert trial.alone == 1


def test_answers_are_expected_in_every_language_of_the_versions(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"question": "Q?", "answer": "A", "label": "acceptable", "split": "test"}
    tags = ("en", "es", "en+es", "no tongue")
    path.write_text("".join(json.dumps({**row, "item": "i", "language": tag}) + "\n" for tag in tags))
    versions = read_versions(path)
    assert [version.languages for version in versions] == [("en",), ("es",), ("en", "es"), ()]
    assert base_language_of(versions, "en+es") == "en"
    assert base_language_of(versions, "no tongue") == "no tongue"
    assert make_trial(versions, base="es", language="es").quiz.languages == ("es", "en")


def test_an_outcome_is_what_was_suggested() -> None:
    trial = make_trial([version("a1", "es", "uno", references=("x",))], base="en", language="en")
    answer = trial.answers[0]
    result = CriterionResult("answer", "met", 1.0, 0.8)
    said = Suggestion(answer.answer_id, answer.question_id, 1, 1, (1.0,), 0.8, "suggest", 0.1, "es", (result,))
    assert outcomes(trial, [said]) == [Outcome("question a/a1", "question a", "es", True, True, True, 0.8, True)]


def test_a_file_of_variations_has_its_varieties_in_its_splits(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"answer_id": "i", "language": "en", "question": "Q?", "answer": "A", "label": "Acceptable."}
    path.write_text("".join(json.dumps({**row, "split": split}) + "\n" for split in ("spelling", "cognates")))
    assert [(one.variety, one.right) for one in read_versions(path)] == [("spelling", True), ("cognates", True)]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}\n", "[]\n", "nonsense\n", '{"answer_id": "i", "label": "perhaps"}\n', "[" * 100_000, '"\\ud800"\n'),
        '{"item": "i", "variety": "es", "label": 1, "question": "Q?", "answer": "A", "reference": 5}\n',
        '{"item": "i", "variety": "es", "label": 1, "answer": "A"}\n',
    ],
    ids=["empty", "object", "list", "words", "label", "deep", "surrogate", "references", "question"],
)
def test_a_bad_file_is_one_error_with_its_lines(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match="no versions") as error:
        read_versions(path)
    assert error.value.reasons


def test_one_reference_is_one_right_answer(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"item": "i", "variety": "es", "question": "Q?", "answer": "A", "label": 1, "reference": "Yes."}
    path.write_text(json.dumps(row))
    assert read_versions(path)[0].references == ("Yes.",)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_versions(path)


def failed_of(found: list[Outcome]) -> set[str]:
    card = audit(found, rounds=200)
    assert not card.passed
    return {verdict.name for verdict in card.verdicts if not verdict.passed}


def test_one_variety_is_fair_to_nobody() -> None:
    assert failed_of(answers({"en": 1})) == {"the same content in two varieties"}


def test_varieties_without_a_content_in_common_are_not_compared() -> None:
    other = [replace(one, item=f"other {one.item}", variety="es") for one in answers({"en": 1})]
    assert failed_of([*answers({"en": 1}), *other]) == {"the same content in two varieties"}


def test_a_grader_that_never_decides_fails_however_right_its_points_are() -> None:
    unsure = [replace(one, sure=False) for one in answers({"en": 1, "es": 1})]
    assert failed_of(unsure) == {"decided without a person"}


def test_a_grader_that_always_says_unknown_fails() -> None:
    unknown = [
        replace(one, accepted=False, sure=False, probability=0.5, covered=True) for one in answers({"en": 1, "es": 1})
    ]
    assert failed_of(unknown) >= {"tells right from wrong, en", "decided without a person"}


def test_a_grader_that_guesses_fails() -> None:
    draw = np.random.default_rng(0)
    rows = answers({"en": 1, "es": 1}, count=200)
    guesses = [
        replace(one, accepted=bool(p > 0.5), probability=float(p))
        for one, p in zip(rows, draw.random(len(rows)), strict=True)
    ]
    assert failed_of(guesses) >= {
        "tells right from wrong, en",
        "calibration error, en",
        "decided differently, en and es",
    }


def test_answers_to_one_question_say_nothing_for_certain_of_others() -> None:
    """Whole questions are the same one each time: an interval without a width was certain of anything."""
    rows = [replace(one, question="q") for one in answers({"en": 0.6, "es": 0.6}, wrong=0.5, count=60)]
    (verdict,) = [one for one in audit(rows, rounds=200).verdicts if one.name == "tells right from wrong, en"]
    assert verdict.value is not None
    assert verdict.value > 0.5
    assert verdict.interval is not None
    assert verdict.interval.low < verdict.value < verdict.interval.high
    assert not verdict.passed


def test_every_figure_has_an_interval_and_says_whether_its_limit_is_in_it() -> None:
    card = audit(answers({"en": 1, "es": 0.95}), rounds=400)
    assert all(verdict.interval is not None for verdict in card.verdicts)
    doubtful = {verdict.name: verdict for verdict in card.verdicts if not verdict.certain}
    flips = doubtful["decided differently, en and es"]
    assert flips.interval is not None
    assert flips.interval.low <= 0.05 < flips.interval.high


def test_shares_of_wrong_answers_are_compared_on_what_every_variety_has() -> None:
    """Spanish lacks the wrong answers that English refuses: its contents are others, and its grader is the same."""
    english = answers({"en": 1}, wrong=0.5, count=120)
    spanish = [replace(one, variety="es") for one in english if one.right or one.accepted]
    (verdict,) = [one for one in audit([*english, *spanish], rounds=100).verdicts if "wrong answers" in one.name]
    assert verdict.value == 0.0


def test_a_calibration_error_is_told_beside_what_chance_makes_of_it() -> None:
    draw = np.random.default_rng(1)
    rows = [
        Outcome(f"i{n}", f"q{n}", variety, bool(draw.random() < p), p > 0.5, True, float(p))
        for variety in ("en", "es")
        for n, p in enumerate(draw.random(60))
    ]
    (verdict,) = [one for one in audit(rows, rounds=100).verdicts if one.name == "calibration error, en"]
    assert verdict.chance is not None
    assert 0.05 < verdict.chance.mean < 0.2
    assert verdict.value == pytest.approx(verdict.chance.mean, abs=0.08)
    assert (
        verdict.chance_told[0]
        == f"a grader without this fault shows {verdict.chance.mean:.3f} of so few, up to {verdict.chance.edge:.3f}"
    )


@pytest.mark.parametrize("p", [float("nan"), -0.1, 1.5])
def test_what_is_no_probability_is_refused_and_not_averaged(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        audit([replace(one, probability=p) for one in answers({"en": 1})])


def own(flip: bool, *, contents: int = 12) -> list[Outcome]:
    """Twelve wordings of a quiz in four forms: too few of each for a verdict."""
    return [
        Outcome(
            f"q{n % 4}/i{n}", f"q{n % 4}", form, right, right != (flip and form != "en"), True, 0.9 if right else 0.1
        )
        for n in range(contents)
        for right in (n % 2 == 0,)
        for form in ("en", "plain", "chat", "spelling")
    ]


def test_forms_with_few_answers_are_judged_together_beside_what_was_written() -> None:
    card = audit(own(flip=False), rounds=100, written=("en",))
    assert card.passed
    assert card.together
    (flips,) = [verdict for verdict in card.verdicts if verdict.name.startswith("decided differently")]
    assert flips.name == "decided differently, originals and rewritings"
    assert flips.detail.startswith("0 of 36; ")
    assert not [verdict for verdict in card.verdicts if "calibration" in verdict.name or "coverage" in verdict.name]
    assert set(card.groups) == {"en", "plain", "chat", "spelling"}


def test_a_grader_that_reads_no_other_form_fails_though_each_has_few_answers() -> None:
    card = audit(own(flip=True), rounds=100, written=("en",))
    failed = {verdict.name for verdict in card.verdicts if not verdict.passed and not verdict.is_open}
    assert failed >= {"decided differently, originals and rewritings", "tells right from wrong, rewritings"}


def test_forms_are_not_taken_together_where_they_are_few_or_varieties_have_enough() -> None:
    assert not audit(own(flip=False, contents=8), rounds=50, written=("en",)).verdicts
    assert not audit(own(flip=False), rounds=50).verdicts
    assert not audit(own(flip=False, contents=40), rounds=50, written=("en",)).together


def test_what_never_happened_in_thirty_answers_is_not_ruled_out() -> None:
    """Samples of nothing but right decisions are all alike: 0 of 30 flips was certain, and leaves up to a tenth."""
    few = audit(answers({"en": 1, "es": 1}, count=30), rounds=50)
    many = audit(answers({"en": 1, "es": 1}, count=300), rounds=50)
    for card, certain in ((few, False), (many, True)):
        assert card.passed
        by_name = {verdict.name: verdict for verdict in card.verdicts}
        flips, coverage = by_name["decided differently, en and es"], by_name["coverage, en"]
        assert (flips.certain, flips.value) == (certain, 0)
        assert flips.interval is not None
        assert coverage.interval is not None
        assert flips.interval.high > flips.interval.low == 0
        assert coverage.interval.low < coverage.interval.high == 1
    assert by_name["tells right from wrong, en"].interval is not None


def test_an_answer_with_nothing_in_it_is_held_for_wrong() -> None:
    """A blank had a probability of 1, which is that of its mark: the card took it for one that is right for certain."""
    trial = make_trial([version("a1", "es", "", right=False, references=("x",))], base="en", language="en")
    answer, question = trial.answers[0], trial.quiz.questions[0]
    read = read_answer(question, answer, (), ("en",))
    assert read.is_empty
    (found,) = outcomes(trial, [suggest_nothing(question, read)])
    assert (found.accepted, found.sure, found.probability) == (False, True, 0.0)
