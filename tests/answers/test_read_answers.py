"""Answers from every form: what is guessed, what is asked, and every problem with its line."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from answers.ice import quiz_of_ice, read, wrong
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.answers.answers import Answers
from edgekit.answers.cells import COLUMNS
from edgekit.answers.decoding import MOST_BYTES
from edgekit.answers.read import read_answers
from edgekit.core.errors import EdgekitError, InputError, UnavailableError, UsageError
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import read_quiz

CLASS = Path(__file__).resolve().parents[2] / "examples" / "class"


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return quiz_of_ice()


def rows(answers: Answers) -> list[tuple[str, str, str | None, str]]:
    return [(one.answer_id, one.question_id, one.student, one.text) for one in answers.answers]


WIDE = [
    "id,student,q-one,two\ns1,Ana,menos densa,gas\ns2,Eva,,agua\n",
    "\ufeffid;student;q-one;two\r\ns1;Ana;menos densa;gas\r\ns2;Eva;;agua\r\n",
    "id\tstudent\tQ_One\tTWO\ns1\tAna\tmenos densa\tgas\n\n\t\t\t\ns2\tEva\t\tagua\n",
    'Attempt,Name,"¿Por qué flota el hielo?",¿Qué es el vapor?\ns1,Ana,menos densa,gas\ns2,Eva,,agua\n',
    "id,alumno,Why does ice float?,¿Qué es el vapor?\ns1,Ana,menos densa,gas\ns2,Eva,,agua\n",
    "id,nombre,pregunta 1,pregunta 2\ns1,Ana,menos densa,gas\ns2,Eva,,agua\n",
    "id,student,1,2\ns1,Ana,menos densa,gas\ns2,Eva,,agua\n",
    "two|student|q-one|id\ngas|Ana|menos densa|s1\nagua|Eva||s2\n",
    '{"id": "s1", "student": "Ana", "q-one": "menos densa", "two": "gas"}\n'
    '{"two": "agua", "id": "s2", "student": "Eva", "q-one": null}\n',
]
LONG = [
    "id,student,question,answer\na,Ana,q-one,menos densa\nb,Ana,two,gas\nc,Eva,q-one,\nd,Eva,two,agua\n",
    "answer;question;id;student\nmenos densa;q-one;a;Ana\ngas;two;b;Ana\n;q-one;c;Eva\nagua;two;d;Eva\n",
    "id,alumna,pregunta,respuesta\na,Ana,¿Por qué flota el hielo?,menos densa\nb,Ana,two,gas\n"
    "c,Eva,Why does ice float?,\nd,Eva,TWO,agua\n",
    '{"id": "a", "student": "Ana", "question": "q-one", "answer": "menos densa"}\n\n'
    '{"id": "b", "student": "Ana", "question": "two", "answer": "gas"}\n'
    '{"id": "c", "student": "Eva", "question": "q-one"}\n'
    '{"id": "d", "student": "Eva", "question": "two", "answer": "agua"}',
]


@pytest.mark.parametrize("name", ["xl/workbook.xml", "word/document.xml", "mimetype", ""])
def test_a_file_of_an_office_program_is_told_as_one(tmp_path: Path, quiz: Quiz, name: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            name or "x", "application/vnd.oasis.opendocument.spreadsheet" if name == "mimetype" else "<a/>"
        )
    data = stream.getvalue() if name else b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    with pytest.raises(InputError, match="office program") as told:
        read(tmp_path, data, quiz)
    assert "CSV" in str(told.value.hint)


@pytest.mark.parametrize("data", WIDE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "utf-32"])
def test_a_column_a_question_is_read_in_every_dress(tmp_path: Path, quiz: Quiz, data: str, encoding: str) -> None:
    found = read(tmp_path, data.removeprefix("\ufeff").encode(encoding), quiz, **_form(data, encoding))
    assert sorted(rows(found)) == [
        ("s1.q-one", "q-one", "Ana", "menos densa"),
        ("s1.two", "two", "Ana", "gas"),
        ("s2.q-one", "q-one", "Eva", ""),
        ("s2.two", "two", "Eva", "agua"),
    ]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("Name,Response 1,Response 2\nAna,x,y\n", "`Response 1` for `q-one`, `Response 2` for `two`"),
        ("Name,Response 2\nAna,y\n", "`Response 2` for `two`"),
        ("Name,pregunta 1\nAna,y\n", "`pregunta 1` for `q-one`"),
        ("Name,Question 1,Response 1,Question 2,Response 2\nAna,two,y,q-one,x\n", ""),
    ],
)
def test_columns_that_only_a_number_names_are_told(tmp_path: Path, quiz: Quiz, data: str, told: str) -> None:
    notes = " ".join(read(tmp_path, data, quiz).notes)
    assert ("by their numbers" in notes) is bool(told)
    assert told in notes


def test_a_student_is_known_by_a_longer_name_of_the_column(tmp_path: Path, quiz: Quiz) -> None:
    for name in ("Nombre del alumno", "Nome da aluna", "Pupil", "Apellidos y nombre"):
        found = read(tmp_path, f"{name};q-one;two\nAna;x;y\n", quiz)
        assert {one.student for one in found.answers} == {"Ana"}


def _form(data: str, encoding: str) -> dict[str, object]:
    # What is JSON is seen in bytes that are ASCII's; in UTF-16 it is said.
    return {"form": "jsonl"} if data.startswith("{") and encoding in ("utf-16", "utf-32") else {}


@pytest.mark.parametrize("data", LONG)
def test_an_answer_a_row_is_read_in_every_dress(tmp_path: Path, quiz: Quiz, data: str) -> None:
    assert rows(read(tmp_path, data, quiz)) == [
        ("a", "q-one", "Ana", "menos densa"),
        ("b", "two", "Ana", "gas"),
        ("c", "q-one", "Eva", ""),
        ("d", "two", "Eva", "agua"),
    ]


def test_quoted_lines_and_awkward_texts_come_through_unchanged(tmp_path: Path, quiz: Quiz) -> None:
    said = [
        'two\nlines, "quoted"',
        "=HYPERLINK(1)",
        " padded ",
        "\u200b\u202e\U000e0041",
        "e\u0301",
        "<b>x</b>",
        "\x1b[31m",
        "a" * 100_000,
    ]
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(
        [["id", "question", "answer"], *([str(at), "two", text] for at, text in enumerate(said))]
    )
    assert [one.text for one in read(tmp_path, stream.getvalue(), quiz).answers] == said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize(
    "data", [WIDE[0], WIDE[-1], '"id";"student";"q-one";"two"\ns1;Ana;menos densa;gas\ns2;Eva;;agua\n']
)
def test_a_mark_is_no_part_of_a_name_when_the_encoding_is_said(
    tmp_path: Path, quiz: Quiz, data: str, encoding: str
) -> None:
    form = {"form": "jsonl"} if data.startswith("{") else {}
    for mark in ("\ufeff", "\ufeff\ufeff"):
        found = read(tmp_path, (mark + data).encode(encoding), quiz, encoding=encoding, **form)
        assert [name for name, *_ in rows(found)] == ["s1.q-one", "s1.two", "s2.q-one", "s2.two"]
        assert {one.student for one in found.answers} == {"Ana", "Eva"}
        assert found.source is not None
        again = found.source.written({}, names=True).decode(encoding)
        assert again.startswith(mark)
        assert again.count("\ufeff") == len(mark)


def test_latin_1_is_read_with_a_warning(tmp_path: Path, quiz: Quiz) -> None:
    data = "id;q-one;two\ns1;es más ligero;niño\n"
    found = read(tmp_path, data.encode("latin-1"), quiz)
    assert [one.text for one in found.answers] == ["es más ligero", "niño"]
    assert found.encoding == "cp1252"
    assert found.notes == ("line 2 is not UTF-8, so the file is read as windows-1252 (Latin-1): look at its accents",)
    assert read(tmp_path, data.encode("cp437"), quiz, encoding="cp437").answers[0].text == "es más ligero"
    with pytest.raises(UsageError, match="no encoding `utf-88`"):
        read(tmp_path, data, quiz, encoding="utf-88")
    for codec in ("utf-8", "base64", "idna"):
        with pytest.raises(InputError):
            read(tmp_path, data.encode("latin-1"), quiz, encoding=codec)


def test_every_problem_of_a_table_has_its_line_and_no_word_of_a_student(tmp_path: Path, quiz: Quiz) -> None:
    data = (
        "id,student,question,answer,language\n"
        "a,Ana Secreta,tow,palabras,\n"
        "a,Ana Secreta,two,palabras,\n"
        "b,Ana Secreta,two,palabras,,extra\n"
        "c,Ana Secreta,two\n"
        "a,Ana Secreta,two,palabras,\n"
        "d,Ana Secreta,,palabras,\n"
        "e,Ana Secreta,algo que dijo Ana,palabras,\n"
        '"f\n",Ana Secreta,two,"x\ny",zz-99-\n' + "g" * 201 + ",Ana Secreta,two,palabras,\n"
    )
    problems = wrong(tmp_path, data, quiz)
    assert problems[1:] == [
        "line 2: it names no question of the quiz",
        "line 4: 6 cells, but there are 5 columns",
        "line 5: only 3 cells of 5",
        "line 6: has the id of line 3, for the same question",
        "line 7: no question",
        "line 8: it names no question of the quiz",
        "line 9: its language is no tag such as `en`",
        "line 12: its id is longer than 200 characters or no plain text",
    ]
    assert not any(word in problem for problem in problems for word in ("Secreta", "palabras", "dijo"))


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("id,question,answer\n", "has a header and no answers"),
        ('id,question,answer\na,two,"open\nb,two,x\n', "line 2: a quotation mark is never closed"),
        ('id,question,answer\na,two,"x"y\n', "line 2: "),
        (b"id,question,answer\na,two,\0\n", "is no text"),
        ("id,question,answer\na,two,\0\n".encode("utf-16"), "line 2 has a NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is no text"),
        ("\ufeffid,question".encode("utf-16-le")[:-1], "no utf-16-le text"),
        ("answer\nx\n", "does not say which question"),
        ("colour,size\nred,3\n", "none of the 2 columns"),
        ("<quiz></quiz>", "holds questions, not answers"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "is a PDF, which holds pages and no table"),
        ("<qti-assessment-item/>", "holds questions, not answers"),
        ("<html><p></p></html>", "have problems"),
        ('[{"id": 1}]', "none of the 1 columns"),
        (",".join(map(str, range(3000))) + "\n", "has more than 2,000 columns"),
    ],
)
def test_what_cannot_be_read_is_one_error(tmp_path: Path, quiz: Quiz, data: str | bytes, part: str) -> None:
    assert part in "\n".join(wrong(tmp_path, data, quiz))


def test_every_problem_of_json_lines_has_its_line(tmp_path: Path, quiz: Quiz) -> None:
    data = (
        '{"id": "a", "question": "two", "answer": "x"}\n'
        "{\n"
        "[1]\n"
        '{"id": 1, "id": 2}\n'
        '{"answer": NaN}\n'
        '{"a": ' + "[" * 100_000 + "\n"
        '{"answer": ' + "9" * 5_000 + "}\n"
        '"text"\n'
    )
    problems = wrong(tmp_path, data, quiz)[1:]
    assert [problem.partition(":")[0] for problem in problems] == [f"line {line}" for line in range(2, 9)]
    surrogate = '{"question": "two", "answer": "\\ud800"}\n{"question": "one", "answer": [1]}\n'
    assert wrong(tmp_path, surrogate, quiz)[1:] == [
        "line 1: holds half of a character (a lone surrogate)",
        "line 2: it names no question of the quiz: `one`; did you mean `q-one`?",
    ]


def test_values_of_json_are_texts(tmp_path: Path, quiz: Quiz) -> None:
    data = '{"q-one": 3.50, "two": ["a", "c"]}\n{"q-one": true, "two": "\\u0000x"}\n'
    assert [one.text for one in read(tmp_path, data, quiz).answers] == ["3.5", "a; c", "true", "\0x"]


MOODLE = (
    '"Apellido(s)",Nombre,"Dirección de correo",Estado,"Calificación/3,00","Pregunta 1","Respuesta 1","Respuesta 2"\n'
    'Secreta,Ana,ana@example.org,Finalizado,-,"¿Qué es el vapor?","es gas",-\n'
    'Ruiz,Eva,eva@example.org,Finalizado,-,"¿Qué es el vapor?",-,"menos densa"\n'
)


def test_the_report_of_moodle_is_read_in_the_language_of_its_user(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, MOODLE, quiz)
    assert found.form == "moodle"
    # The report says what question 1 was: here the second of the quiz.
    assert [(one.question_id, one.text) for one in found.answers] == [
        *(("two", "es gas"), ("q-one", ""), ("two", ""), ("q-one", "menos densa"))
    ]
    assert found.answers[0].extra["Estado"] == "Finalizado"
    plain = MOODLE.replace("Respuesta", "Response").replace('"Pregunta 1",', "").replace('"¿Qué es el vapor?",', "")
    found = read(tmp_path, plain, quiz)
    assert found.form == "moodle"
    assert [(one.question_id, one.text) for one in found.answers] == [
        *(("q-one", "es gas"), ("two", ""), ("q-one", ""), ("two", "menos densa"))
    ]


def test_the_form_can_be_forced(tmp_path: Path, quiz: Quiz) -> None:
    assert read(tmp_path, "question\tanswer\ntwo\ta,b;c\n", quiz, form="tsv").answers[0].text == "a,b;c"
    assert read(tmp_path, "question,answer\ntwo,-\n", quiz).answers[0].text == "-"
    assert read(tmp_path, "question,answer\ntwo,-\n", quiz, form="moodle").answers[0].text == ""
    for form in ("xlsx", "lti"):
        with pytest.raises(UsageError, match="are not read from"):
            read(tmp_path, "question,answer\ntwo,x\n", quiz, form=form)


def test_a_file_that_is_not_there_or_too_large_is_an_error(tmp_path: Path, quiz: Quiz) -> None:
    with pytest.raises(UnavailableError):
        read_answers(tmp_path / "none.csv", quiz=quiz)
    with pytest.raises(InputError, match="is a folder, not a file"):
        read_answers(tmp_path, quiz=quiz)
    with (tmp_path / "big.csv").open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match="is larger than 64 MB"):
        read_answers(tmp_path / "big.csv", quiz=quiz)


def test_many_problems_are_counted(tmp_path: Path, quiz: Quiz) -> None:
    problems = wrong(tmp_path, "question,answer\n" + "other,x\n" * 1000, quiz)
    assert len(problems) == 1 + 200 + 1
    assert problems[-1] == "and 800 more"


def test_the_class_has_twelve_students_and_seven_answers_each() -> None:
    found = read_answers(CLASS / "answers.csv", quiz=read_quiz(CLASS / "quiz.toml"))
    assert (found.form, found.encoding, found.notes, len(found.answers)) == ("csv", "utf-8", (), 84)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_files_end_in_answers_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, quiz: Quiz, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from([*WIDE, *LONG, MOODLE])).encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(at, min(len(whole), at + 20)))
    changed = whole[:at] + data.draw(st.binary(max_size=4) | st.sampled_from([b'"', b"\n", b";", b"{"])) + whole[end:]
    path = tmp_path_factory.getbasetemp() / "mutated.csv"
    path.write_bytes(changed)
    try:
        found = read_answers(path, quiz=quiz)
    except EdgekitError:
        return
    assert len({one.answer_id for one in found.answers}) == len(found.answers) > 0


def test_answers_that_are_printed_show_no_word_of_a_student(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "id,student,room,question,answer\na,Secreta,Sala,two,palabras\n", quiz)
    assert "two" in repr(found)
    assert not any(word in repr(found) for word in ("Secreta", "Sala", "palabras"))


def test_a_first_line_that_tells_excel_what_parts_the_cells_is_obeyed_and_kept(tmp_path: Path, quiz: Quiz) -> None:
    data = 'sep=;\r\nid;q-one;two\r\n1;"a, b";x\r\n'
    found = read(tmp_path, data, quiz)
    assert [(one.answer_id, one.text) for one in found.answers] == [("1.q-one", "a, b"), ("1.two", "x")]
    assert found.source is not None
    assert found.source.written({}, names=True).startswith(b"sep=;\r\nid;q-one;two;")
    assert "line 3: only 1 cells of 3" in wrong(tmp_path, "sep=;\nid;q-one;two\n1\n", quiz)


def test_a_book_in_one_cell_keeps_no_class_from_its_marks(tmp_path: Path, quiz: Quiz) -> None:
    book = "ice floats, " * 80_000
    found = read(tmp_path, f'id,q-one,two\n1,"{book}",x\n', quiz)
    assert found.answers[0].text == book


def test_rows_that_are_too_short_or_long_are_told_though_no_two_are_alike(tmp_path: Path, quiz: Quiz) -> None:
    assert wrong(tmp_path, "id,name,q-one,two\n1,a,x\n2,b,x,y,z\n3\n", quiz)[1:] == [
        "line 2: only 3 cells of 4",
        "line 3: 5 cells, but there are 4 columns",
        "line 4: only 1 cells of 4",
    ]


def test_a_question_with_two_columns_is_told(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "id,q-one,two,Q_One\n1,x,y,z\n", quiz)
    assert [one.text for one in found.answers] == ["x", "y"]
    assert found.notes == ("column 4 is named after `q-one` as well, and is left out",)


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        ('{"id": "a", "answers": {"q-one": "x", "two": "y"}, "m": {"k": [1]}}', [("a.q-one", "x"), ("a.two", "y")]),
        ('{"id": "a", "q-one": {"text": "x"}, "two": {"text": null}}', [("a.q-one", "x"), ("a.two", "")]),
        ('{"id": "a", "run": {"said": {"q-one": {"value": "x", "n": 1}}}}', [("a.q-one", "x")]),
        (
            '{"question": {"id": "two", "text": "¿?"}, "answer": {"text": "x", "n": 1}, "student": {"name": "Ana"}}\n'
            '{"question": {"id": "q-one", "text": "¿?"}, "answer": {}, "student": {"name": "Eva"}}\n',
            [("line1", "x"), ("line2", "")],
        ),
        (
            '{"id": "a", "actor": {"name": "Ana Ruiz"}, "object": {"id": "two"}, "result": {"response": "x"}}',
            [("a", "x")],
        ),
    ],
)
def test_objects_within_objects_are_columns_and_come_back(
    tmp_path: Path, quiz: Quiz, data: str, answers: list[tuple[str, str]]
) -> None:
    found = read(tmp_path, data, quiz, "a.jsonl")
    assert [(one.answer_id, one.text) for one in found.answers] == answers
    assert found.source is not None
    lines = [json.loads(line) for line in found.source.written({}, names=True).splitlines()]
    for line in lines:
        for key in ("marks", *COLUMNS):
            line.pop(key, None)
    assert lines == [json.loads(line) for line in data.splitlines()]
    assert b"Ana" not in found.source.written({}, names=False)


def test_a_column_within_an_object_can_be_said(tmp_path: Path, quiz: Quiz) -> None:
    data = '{"id": "a", "question": {"id": "two"}, "answer": {"text": "y", "words": "x"}}'
    assert [one.text for one in read(tmp_path, data, quiz).answers] == ["y"]
    assert [one.text for one in read(tmp_path, data, quiz, columns={"answer": "answer.words"}).answers] == ["x"]


def test_an_answer_that_is_an_object_in_some_lines_is_never_read_as_nothing(tmp_path: Path, quiz: Quiz) -> None:
    data = '{"question": "two", "answer": "x"}\n{"question": "two", "answer": {"text": "y"}}\n'
    assert "line 1: `answer` is an object in others" in wrong(tmp_path, data, quiz)


@pytest.mark.parametrize(
    ("value", "told"), [("9" * 5000, "a number of 5,000 digits"), ("1e999", "a number beyond 1.8e308")]
)
def test_numbers_that_json_cannot_hold_again_are_told(tmp_path: Path, quiz: Quiz, value: str, told: str) -> None:
    assert wrong(tmp_path, f'{{"id": {value}, "question": "two", "answer": "x"}}', quiz)[1:] == [f"line 1: {told}"]


def test_what_is_an_object_elsewhere_is_told_in_the_order_of_its_line(tmp_path: Path, quiz: Quiz) -> None:
    names = ["answer", *"zyxwv"]
    first, second = ({"question": "two", **dict.fromkeys(names, value)} for value in ("x", {"text": "y"}))
    told = wrong(tmp_path, f"{json.dumps(first)}\n{json.dumps(second)}\n", quiz)
    assert [one for one in told if one.startswith("line 1")] == [
        f"line 1: `{name}` is an object in others" for name in names
    ]
