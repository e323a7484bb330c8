"""Tables of ratings and of answers, and the commands that compare them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgekit.core.errors import InputError, UnavailableError
from edgekit.fairness.consistency import Said
from edgekit.fairness.judge_trial import Pair
from edgekit.fairness.parallel import _LABELS as LABELS
from edgekit.fairness.parallel import read_versions
from edgekit.fairness.ratings import Ratings, read_pairs, read_ratings, read_said


def table(folder: Path, text: str) -> Path:
    path = folder / "ratings.csv"
    path.write_text(text, "utf-8")
    return path


def edgekit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edgekit", "grade", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ},
        timeout=120,
        check=False,
    )


def test_ratings_are_read_by_language(tmp_path: Path) -> None:
    found = read_ratings(table(tmp_path, "\ufeffitem,language,judge,ana,ben\n1,en,yes,yes,no\n2,es, no ,no,no\n"))
    assert found["en"].people == (("yes", "no"),)
    assert found["es"].judge == ("no",)


def test_what_a_judge_says_of_shuffled_words_is_no_persons_label(tmp_path: Path) -> None:
    found = read_ratings(table(tmp_path, "judge,shuffled,ana\nyes,no,yes\nno,no,no\n"))["und"]
    assert found.people == (("yes",), ("no",))
    assert found.shuffled == ("no", "no")
    with pytest.raises(InputError) as error:
        read_ratings(table(tmp_path, "judge,shuffled,ana\nyes,,yes\n"))
    assert error.value.reasons == ("row 2 has no label of `shuffled`",)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        '{"prompt":"x","chosen":"a"}',
        '{"prompt":"x","chosen":"a","rejected":""}',
        '{"prompt":1}',
        "[" * 9999,
    ],
)
def test_a_line_that_is_no_pair_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    good = '{"prompt":"x","chosen":"a","rejected":"b","language":"pt"}'
    assert read_pairs(table(tmp_path, f"{good}\n\n")) == [Pair("pt", "x", "a", "b")]
    with pytest.raises(InputError) as error:
        read_pairs(table(tmp_path, f"{good}\n{line}\n"))
    assert error.value.reasons == ("line 2 has no `prompt`, `chosen` and `rejected`",)


def test_without_a_language_all_are_one(tmp_path: Path) -> None:
    assert list(read_ratings(table(tmp_path, "judge,ana\nyes,no\n"))) == ["und"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no rows"),
        ("judge,ana\n", "no rows"),
        ("item,ana\n1,yes\n", "no column `judge`"),
        ("item,judge\n1,yes\n", "no column of a person"),
        ("judge,ana\nyes,\n,no\n", "row 2 has no label of `ana`"),
        ("judge,ana\nyes,no,more\n", "another number of cells"),
        ("judge,ana\nyes\n", "another number of cells"),
    ],
)
def test_a_bad_table_is_one_error_with_its_rows(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_ratings(table(tmp_path, text))
    assert reason in "\n".join(error.value.reasons)


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_ratings(path)


@pytest.mark.parametrize("read", [read_ratings, read_said, read_pairs, read_versions])
def test_a_file_that_is_not_there_or_none_is_told_in_words(read: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"^there is no file `.*ratings\.csv`$"):
        read(tmp_path / "ratings.csv")
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "ratings.csv").write_bytes("judge,ana\nsí,no\n".encode("cp1252"))
    with pytest.raises(InputError, match="cannot be read") as error:
        read(tmp_path / "ratings.csv")
    assert error.value.reasons == ("line 2 is not UTF-8 (byte 0xed)",)
    assert error.value.hint == "save it as UTF-8, in Excel as `CSV UTF-8`"


def test_what_parallel_answers_lack_is_told_by_its_name(tmp_path: Path) -> None:
    row = {"item": "i", "variety": "es", "question": "Q?", "answer": "A", "label": 1}
    others = [{**row, "label": "perhaps"}, {**row, "answer": ""}, {**row, "reference": 5}]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join([*map(json.dumps, others), "[]", "{", "[" * 100_000]), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_versions(path)
    assert error.value.reasons == (
        f"line 1: its `label` is none of {', '.join(f'`{name}`' for name in LABELS)}",
        "line 2: it has no `answer`",
        "line 3: its `reference` is neither a text nor a list of texts",
        "line 4: it is no object",
        "line 5: no JSON: Expecting property name enclosed in double quotes, column 2",
        "line 6: nested too deeply",
    )


def test_an_empty_answer_was_not_known(tmp_path: Path) -> None:
    rows = "q1,en,\nq1,es,No lo sé.\nq2,en,I do not know!\nq2,es,No es agua\n"
    assert read_said(table(tmp_path, f"question,language,answer\n{rows}")) == [
        Said("q1", "en", None),
        Said("q1", "es", None),
        Said("q2", "en", None),
        Said("q2", "es", "No es agua"),
    ]
    with pytest.raises(InputError, match="`language`"):
        read_said(table(tmp_path, "question,answer\nq1,x\n"))


def test_answers_in_one_language_are_an_error_since_there_is_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one language only"):
        read_said(table(tmp_path, "question,language,answer\nq1,en,a\nq2,en,b\n"))


@pytest.mark.parametrize("sign", [";", "\t"])
def test_cells_are_parted_as_the_first_row_says(tmp_path: Path, sign: str) -> None:
    path = table(tmp_path, "judge;ana;ben\ngood, very;bad;good\n".replace(";", sign))
    assert read_ratings(path) == {"und": Ratings((("bad", "good"),), ("good, very",))}


def test_the_command_says_in_which_language_a_judge_is_believed(tmp_path: Path) -> None:
    rows = ["item,language,judge,shuffled,ana,ben"]
    rows += [f"{at},en,{label},bad,{label},{label}" for at, label in enumerate(["good", "bad"] * 10)]
    rows += [f"{at},ja,good,good,{label},{label}" for at, label in enumerate(["good", "bad"] * 10)]
    path = table(tmp_path, "\n".join(rows))
    done = edgekit("judges", str(path))
    assert done.returncode == 1, done.stderr
    assert "en: calibrated" in done.stdout
    assert "ja: not calibrated, kappa with what most people say" in done.stdout
    assert "it has one label for everything" in " ".join(done.stdout.split())
    shown = json.loads(edgekit("judges", str(path), "--json").stdout)
    assert [bool(card["why_not"]) for card in shown["judges"]] == [False, True]
    assert [card["shuffled"] for card in shown["judges"]] == [0.5, 0.0]
