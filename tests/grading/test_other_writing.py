"""Dates, times and names that are written otherwise than the quiz has them."""

from __future__ import annotations

import pytest
from grading.ruled_questions import mark, question

OTHERWISE = [
    ("21 de julio", "21/7", "es"),
    ("21 de julio", "21-07-1969", "es"),
    ("21 de julio", "21 jul", "es"),
    ("21/7", "21 de julio", "es"),
    ("July 21", "7/21", "en"),
    ("4 July 1776", "1776-07-04", "en"),
    ("7 de setembro", "07/09", "pt"),
    ("7 de setembro", "7/set", "pt"),
    ("3:15", "quarter past three", "en"),
    ("3:15", "three fifteen", "en"),
    ("3:15", "15:15", "en"),
    ("3:15", "las tres y cuarto", "es"),
    ("2:30", "duas e meia", "pt"),
    ("half past two", "14:30", "en"),
    ("World War II", "WWII", "en"),
    ("World War II", "WW2", "en"),
    ("World War II", "2nd World War", "en"),
    ("WWII", "Second World War", "en"),
    ("Segunda Guerra Mundial", "Guerra Mundial II", "es"),
    ("Organización de las Naciones Unidas", "ONU", "es"),
]


@pytest.mark.parametrize(("accepted", "text", "language"), OTHERWISE)
def test_a_person_sees_what_may_be_another_way_to_write_what_is_accepted(
    accepted: str, text: str, language: str
) -> None:
    found = mark(question("exact", references={language: (accepted,)}), text, (language,))
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))
    assert found.reasons[0].detail == f"it is nearly `{accepted}`"


@pytest.mark.parametrize(
    ("accepted", "text", "language"),
    [
        ("21 de julio", "22/7", "es"),
        ("July 21", "7/22", "en"),
        ("3:15", "half past three", "en"),
        ("3:15", "las tres y media", "es"),
        ("half past two", "2:15", "en"),
        ("World War II", "WWI", "en"),
        ("World War II", "First World War", "en"),
        ("United Nations", "EU", "en"),
        ("0.5", "0.05", "en"),
        ("3:15", "9" * 9000, "en"),
        ("3:15", "25:75", "en"),
    ],
)
def test_another_date_time_or_name_is_wrong_for_certain(accepted: str, text: str, language: str) -> None:
    assert mark(question("exact", references={language: (accepted,)}), text, (language,)).possible == (0.0,)
