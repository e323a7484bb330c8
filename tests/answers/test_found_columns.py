"""Which column of a table is what: by its name, by what is in it, or as it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from answers.ice import quiz_of_ice, read, wrong

from edgekit.core.errors import UsageError
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.read import make_quiz


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return quiz_of_ice()


def test_an_id_of_a_student_gets_the_question_and_none_gets_the_line(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "id,question,answer\ns1,q-one,x\ns1,two,y\n", quiz)
    assert [one.answer_id for one in found.answers] == ["s1.q-one", "s1.two"]
    found = read(tmp_path, "question,answer\nq-one,x\n\nq-one,y\n", quiz)
    assert [one.answer_id for one in found.answers] == ["line2", "line4"]
    found = read(tmp_path, "q-one,two\nx,y\n", quiz)
    assert [one.answer_id for one in found.answers] == ["line2.q-one", "line2.two"]


def test_columns_without_meaning_are_found_by_what_is_in_them(tmp_path: Path, quiz: Quiz) -> None:
    for data in (
        "k,z,w\nAna,two,es gas de agua\nEva,q-one,por densa\n",
        "Ana,two,es gas de agua\nEva,q-one,por densa\n",
    ):
        assert [(one.question_id, one.text) for one in read(tmp_path, data, quiz).answers] == [
            ("two", "es gas de agua"),
            ("q-one", "por densa"),
        ]


def test_columns_can_be_said(tmp_path: Path, quiz: Quiz) -> None:
    data = "a,b,c,d\nAna,gas,densa,es\n"
    found = read(tmp_path, data, quiz, columns={"two": "b", "q-one": "3", "student": "a", "language": "d"})
    assert [(one.question_id, one.text, one.student, one.language) for one in found.answers] == [
        ("two", "gas", "Ana", "es"),
        ("q-one", "densa", "Ana", "es"),
    ]
    assert found.notes == ()
    found = read(tmp_path, "gas,two\ndensa,q-one\n", quiz, columns={"answer": "1", "question": "2"})
    assert found.notes == ("line 1 is taken for an answer, not for the names of the columns",)
    assert [one.text for one in found.answers] == ["gas", "densa"]
    found = read(tmp_path, "k,z,w\nAna,two,es gas de agua\n", quiz)
    assert found.notes[0] == "column 3 is taken for the answers: its texts are the longest"
    assert found.notes[1].startswith("no column is known to hold ids or names")
    with pytest.raises(UsageError) as caught:
        read(tmp_path, data, quiz, columns={"tow": "b", "two": "bb", "student": "9", "id": "a", "language": "1"})
    assert caught.value.reasons == (
        "`tow` is no question and none of id, student, question, answer, language; did you mean `two`?",
        "no column is `bb`; did you mean `b`?",
        "no column is `9`",
        "column 1 cannot be `id` and `language`",
    )


def test_what_means_nothing_goes_along(tmp_path: Path, quiz: Quiz) -> None:
    (one, _) = read(tmp_path, "id,q-one,two,room,=x\ns1,a,b,7,y\n", quiz).answers
    assert one.extra == {"room": "7", "=x": "y"}


def test_a_question_without_a_column_is_told(tmp_path: Path, quiz: Quiz) -> None:
    assert read(tmp_path, "id,two\ns1,x\n", quiz).notes == ("no column has answers to `q-one`",)


@pytest.mark.parametrize("by", ["id", "text"])
def test_answers_in_the_column_of_questions_are_refused_and_the_swap_is_told(
    tmp_path: Path, quiz: Quiz, by: str
) -> None:
    names = [one.id if by == "id" else one.text[one.language] for one in quiz.questions[:2]]
    rows = "".join(f'a{at},"palabras de Ana","{name}"\n' for at, name in enumerate(names))
    problems = wrong(tmp_path, f"id,question,answer\n{rows}a3,,{names[0]}\n", quiz)
    told = "the answer names a question, the question does not: are they swapped?"
    assert problems[1:] == [f"line {line}: {told}" for line in (2, 3, 4)]
    assert [one.text for one in read(tmp_path, f"id,question,answer\na,{names[0]},{names[1]}\n", quiz).answers] == [
        names[1]
    ]


def test_an_error_without_a_header_does_not_print_the_first_row(tmp_path: Path, quiz: Quiz) -> None:
    assert not any("Secreta" in problem for problem in wrong(tmp_path, "Ana Secreta,palabras\nEva,otra\n", quiz))


@pytest.mark.parametrize(
    "name", ["Identificación", "IDENTIFICACION", "identificador", "Matrícula", "Código", "Identifiant", "matricola"]
)
def test_ids_are_found_by_their_name_in_other_languages_with_and_without_accents(
    tmp_path: Path, quiz: Quiz, name: str
) -> None:
    wide = read(tmp_path, f"{name};Nombre;q-one;two\n2023000417;Ana;menos;gas\n2023000418;Eva;no;agua\n", quiz)
    assert [one.answer_id for one in wide.answers][::2] == ["2023000417.q-one", "2023000418.q-one"]
    long = read(tmp_path, f"{name};Item;Texto\n417;q-one;menos\n417;two;gas\n418;two;agua\n", quiz)
    assert [(one.answer_id, one.text) for one in long.answers] == [
        ("417.q-one", "menos"),
        ("417.two", "gas"),
        ("418.two", "agua"),
    ]
    assert not any("no column is known" in note for note in (*wide.notes, *long.notes))


@pytest.mark.parametrize(("first", "second"), [("F3", "F3"), ("F3", ""), ("F3", "x" * 41)])
def test_a_column_of_codes_that_are_no_ids_is_not_taken_for_them(
    tmp_path: Path, quiz: Quiz, first: str, second: str
) -> None:
    found = read(tmp_path, f"código,nombre,q-one,two\n{first},Ana,menos,gas\n{second},Eva,no,agua\n", quiz)
    assert [one.answer_id for one in found.answers][::2] == ["line2.q-one", "line3.q-one"]
    assert any("no column is known to hold ids, so" in note for note in found.notes)


def test_a_column_named_id_comes_before_another_that_may_be(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "código,id,q-one,two\nF3,a1,menos,gas\nF4,a2,no,agua\n", quiz)
    assert found.answers[0].answer_id == "a1.q-one"


def test_headers_that_say_nothing_are_told_with_the_way_to_name_them(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "Foo;Bar;Baz;Qux\n1;Ana;two;es un gas\n2;Eva;two;agua que sube\n", quiz)
    assert "column 4 is taken for the answers: its texts are the longest" in found.notes
    assert any(
        "no column is known to hold ids or names" in note and "`--column id=NAME`" in note for note in found.notes
    )


@pytest.mark.parametrize(
    "name", ["Dirección de correo electrónico", "Endereço de e-mail", "Adresse e-mail", "Nombre de usuario", "Correo"]
)
def test_forms_that_collect_addresses_tell_whose_an_answer_is(tmp_path: Path, quiz: Quiz, name: str) -> None:
    found = read(tmp_path, f"Marca temporal,{name},q-one,two\n9:00,ana@x.org,x,y\n", quiz)
    assert {one.student for one in found.answers} == {"ana@x.org"}


def test_an_id_may_hold_any_space_and_sign_that_commands_nothing(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "id,q-one,two\nAna\u00a0R,x,y\n🙂 7,x,y\n", quiz)
    assert [one.answer_id for one in found.answers][::2] == ["Ana\u00a0R.q-one", "🙂 7.q-one"]
    for sign in "\x1b\x07\u202e\u2066\u2028":
        assert "no plain text" in wrong(tmp_path, f'id,q-one,two\n"a{sign}b",x,y\n', quiz)[1]


def test_a_row_that_has_the_names_that_were_said_is_no_answer(tmp_path: Path) -> None:
    question = Question("two", "exact", "es", {"es": "¿Qué es el vapor?"}, 1.0, references={"es": ("gas",)})
    one = make_quiz("quiz", "Quiz", ("es",), (question,))
    data = "Nr;Wer;Was\n7;Ana;es gas\n"
    found = read(tmp_path, data, one, columns={"answer": "Was", "id": "1"})
    assert [(answer.answer_id, answer.text) for answer in found.answers] == [("7", "es gas")]
    found = read(tmp_path, data, one, columns={"answer": "3", "id": "1"})
    assert [answer.answer_id for answer in found.answers] == ["Nr", "7"]
    assert "line 1 is taken for an answer, not for the names of the columns" in found.notes
