"""Answers as JSON lines or one list: what is told where things are missing, and letters that stay readable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toys.quiz_of_two import quiz_of_two, read

from edgekit.answers import json_objects, jsonl
from edgekit.answers.write import write_marks
from edgekit.core.errors import InputError


def test_a_line_that_is_no_json_is_told_before_keys_that_may_have_stood_in_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, '{"name": "x"}\n{"id": "b", "question"\n', quiz_of_two(), "a.jsonl")
    (reason,) = caught.value.reasons
    assert reason.startswith("line 2: no JSON")
    with pytest.raises(InputError, match="none of the 1 columns"):
        read(tmp_path, '{"name": "x"}\n', quiz_of_two(), "a.jsonl")


def test_letters_of_every_script_are_written_as_themselves(tmp_path: Path) -> None:
    text = "água, é Ω 水 पानी"
    answers = read(tmp_path, f'{{"id": "a", "question": "q1", "answer": "{text}"}}\n', quiz_of_two(), "a.jsonl")
    write_marks(answers, [], tmp_path / "out.jsonl")
    assert text in (tmp_path / "out.jsonl").read_text("utf-8")


LIST = [
    {"id": "a", "name": "Ana", "question": "q1", "answer": "one"},
    {"id": "b", "name": "Ben", "question": "q2", "answer": "água, \n two"},
]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects_is_read_and_written_again_as_one(tmp_path: Path, indent: int | None) -> None:
    found = read(tmp_path, "\n " + json.dumps(LIST, indent=indent) + "\n", quiz_of_two(), "a.json")
    assert (found.form, found.notes) == ("json", ())
    assert [(one.answer_id, one.student, one.question_id, one.text) for one in found.answers] == [
        (one["id"], one["name"], one["question"], one["answer"]) for one in LIST
    ]
    write_marks(found, [], tmp_path / "out.json")
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert [{key: one[key] for key in LIST[0]} for one in written] == LIST
    assert all(one["mark"] is None for one in written)
    again = read(tmp_path, (tmp_path / "out.json").read_bytes(), quiz_of_two(), "again.json")
    assert again.answers == found.answers
    write_marks(again, [], tmp_path / "second.json")
    assert (tmp_path / "second.json").read_bytes() == (tmp_path / "out.json").read_bytes()


def test_answers_of_a_list_without_ids_are_named_by_their_place_in_it(tmp_path: Path) -> None:
    data = json.dumps([{"q1": "x", "q2": "y"}, {"q1": "z", "q2": ""}])
    found = read(tmp_path, data, quiz_of_two(), "a.json")
    assert [one.answer_id for one in found.answers] == ["entry1.q1", "entry1.q2", "entry2.q1", "entry2.q2"]
    write_marks(found, [], tmp_path / "out.json")
    assert read(tmp_path, (tmp_path / "out.json").read_bytes(), quiz_of_two(), "b.json").answers == found.answers


def test_answers_of_another_form_are_written_as_a_list(tmp_path: Path) -> None:
    found = read(tmp_path, "id,question,answer\na,q1,x\n", quiz_of_two())
    write_marks(found, [], tmp_path / "out.json", form="json")
    (one,) = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (one["id"], one["question"], one["answer"], one["mark"]) == ("a", "q1", "x", None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("[]", "0 objects with 0 keys"),
        ("[[]]", "0 objects with 0 keys"),
        ('[{"q1": "x"}', "line 1: no JSON: Expecting ',' delimiter, column 13"),
        ('[{"q1": "x"},\n]', "line 2: no JSON: Expecting value, column 1"),
        ('[{"q1": "x"}]\n[{"q1": "y"}]', "line 2: no JSON: Extra data, column 1"),
        ('[[{"q1": "x"}],\n[{"q1": "y"}]]', "line 1: no JSON: Expecting ']' delimiter, column 15"),
        ('[{"q1": "x"}, ["id", "q1"]]', 'entry 2: no object, as `{"question": ..., "answer": ...}`'),
        ('[{"q1": "x"}, {"q1": "y", "q1": "z"}]', "entry 2: a key comes twice"),
        ('[{"q1": NaN}]', "entry 1: `NaN` is no number of JSON"),
        ('[{"q1": "x"}, {"q1": ' + "[" * 100_000, "entry 2: nested too deeply"),
        ('[{"id": "a", "q1": "x"}, {"id": "a", "q1": "y"}]', "entry 2: has the id of entry 1, for the same question"),
        ('[{"q1": "\\ud800"}]', "entry 1: holds half of a character (a lone surrogate)"),
        ('[{"q1": "x"}, {"q1": {"a": "y"}}]', "entry 1: `q1` is an object in others"),
        ('[{"question": "q1", "answer": "x"}, {"question": "qq", "answer": "x"}]', "entry 2: it names no question"),
    ],
)
def test_what_is_wrong_with_a_list_is_told_with_its_place(tmp_path: Path, data: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, quiz_of_two(), "a.json")
    assert caught.value.reasons[0].startswith(reason)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_objects_that_would_be_a_table_of_billions_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(jsonl, "_MOST_CELLS", 500)
    objects = [json.dumps({"q1": "x", f"k{at}": 1}) for at in range(25)]
    data = f"[{','.join(objects)}]" if name.endswith("json") else "\n".join(objects)
    with pytest.raises(InputError, match="have problems") as caught:
        read(tmp_path, data, quiz_of_two(), name)
    assert caught.value.reasons == ("25 objects with 26 keys",)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_no_more_objects_are_built_than_are_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in (jsonl, json_objects):
        monkeypatch.setattr(module, "MOST_OBJECTS", 20)
    data = f"[{','.join(['{}'] * 5000)}]" if name.endswith("json") else "{}\n" * 5000
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, quiz_of_two(), name)
    assert caught.value.reasons == ("21 objects with 0 keys",)


def test_one_object_on_several_lines_is_an_answer(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps(LIST[0], indent=2), quiz_of_two(), "a.json")
    assert [(one.answer_id, one.text) for one in found.answers] == [("a", "one")]
    write_marks(found, [], tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text("utf-8"))["answer"] == "one"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"answers": LIST}, "`answers` holds a list of objects"),
        ([{"id": 1, "student": "Ana", "given": {"all": LIST}}], "`given.all` holds a list of objects"),
        ({"a1": LIST[0], "a2": LIST[1]}, "is one object of JSON, and the objects in it are no list"),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_answers_further_in_are_told_and_none_is_lost(
    tmp_path: Path, value: object, told: str, indent: int | None
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, json.dumps(value, indent=indent), quiz_of_two(), "a.json")
    assert told in str(caught.value)
    assert caught.value.hint is not None
    assert '`[{"id": ..., "question": ..., "answer": ...}]`' in caught.value.hint


def test_what_one_object_is_about_is_no_list_of_objects(tmp_path: Path) -> None:
    value = {"student": {"name": "Ana"}, "answer": {"text": "x"}, "question": {"id": "q1"}}
    (one,) = read(tmp_path, json.dumps(value), quiz_of_two(), "a.json").answers
    assert (one.student, one.question_id, one.text) == ("Ana", "q1", "x")


def test_an_object_is_no_longer_than_a_book_of_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_objects, "_MOST_CHARACTERS", 200)
    short = [{"id": f"a{at}", "q1": "x" * (at % 150)} for at in range(400)]
    for indent in (None, 1):
        found = read(tmp_path, json.dumps(short, indent=indent), quiz_of_two(), "a.json")
        assert [one.text for one in found.answers] == [one["q1"] for one in short]
    for name, long in (("a.json", [*short, {"id": "b", "q1": "x" * 300}, *short]), ("b.json", [{"q1": [[]] * 300}])):
        with pytest.raises(InputError) as caught:
            read(tmp_path, json.dumps(long), quiz_of_two(), name)
        assert caught.value.reasons == (f"entry {401 if name == 'a.json' else 1}: longer than 200 characters",)
    with pytest.raises(InputError) as caught:
        read(tmp_path, json.dumps({"q1": "x" * 300}), quiz_of_two(), "a.jsonl")
    assert caught.value.reasons == ("line 1: longer than 200 characters",)
    # What is no JSON is told with its place in the whole file.
    with pytest.raises(InputError) as caught:
        read(tmp_path, json.dumps(short, indent=0).replace('"a300"', "a300"), quiz_of_two(), "a.json")
    assert caught.value.reasons == ("line 1203: no JSON: Expecting value, column 7",)
