"""Answers as Moodle, Canvas and Google Forms write them, in the languages of their screens."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from edgekit.answers.answers import Answers
from edgekit.answers.read import read_answers
from edgekit.answers.write import write_marks
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz
from edgekit.quiz.suggestion import Mark

GAS, ICE, WATER = "¿Qué gas liberan las plantas?", "¿Por qué flota el hielo?", "¿A cuántos grados hierve el agua?"
SOURCE = f"""
title = "T"
language = "es"
languages = ["es", "pt", "en"]
[[questions]]
id = "gas"
kind = "exact"
text = "{GAS}"
references = "oxígeno"
[[questions]]
id = "hielo"
text = "{ICE}"
references = "Es menos denso."
[[questions]]
id = "agua"
kind = "numeric"
text = "{WATER}"
value = 100
"""
ANA = {"gas": "oxígeno", "hielo": "Es menos denso, flota", "agua": "100"}
BEN = {"gas": "", "hielo": "", "agua": "99"}
CELLS = ['oxígeno,"Es menos denso, flota",100', "-,-,99"]


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    found, problems = check_quiz(SOURCE.encode(), Path("q"))
    assert found is not None, problems
    return found


def read(tmp_path: Path, text: str, quiz: Quiz) -> Answers:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    return read_answers(tmp_path / "a.csv", quiz=quiz)


def by_student(answers: Answers) -> dict[str | None, dict[str, str]]:
    found: dict[str | None, dict[str, str]] = {}
    for one in answers.answers:
        found.setdefault(one.student, {})[one.question_id] = one.text
    return found


MOODLE = {
    "en": (
        '"Last name","First name","ID number","Email address",Status,Started,Completed,Duration,Grade/10.00,'
        '"Response 1","Response 2","Response 3"',
        "Finished",
        '"Overall average"',
    ),
    "es": (
        'Apellido(s),Nombre,"Número de ID","Dirección de correo",Estado,"Comenzado el",Finalizado,'
        '"Tiempo requerido","Calificación/10,00","Respuesta 1","Respuesta 2","Respuesta 3"',
        "Finalizado",
        '"Promedio general"',
    ),
    "pt-BR": (
        'Sobrenome,Nome,"Número de identificação","Endereço de email",Estado,"Iniciado em",Completo,'
        '"Tempo utilizado","Avaliar/10,00","Resposta 1","Resposta 2","Resposta 3"',
        "Finalizada",
        '"Média geral"',
    ),
    "pt-PT": (
        'Apelido,"Nome próprio","Número de ID","Endereço de e-mail",Estado,"Iniciada a","Terminada a",'
        '"Tempo gasto","Nota/10,00","Resposta 1","Resposta 2","Resposta 3"',
        "Terminada",
        '"Média global"',
    ),
}


@pytest.mark.parametrize("language", MOODLE)
def test_a_report_of_moodle_is_read_in_the_language_of_its_user(tmp_path: Path, quiz: Quiz, language: str) -> None:
    header, done, average = MOODLE[language]
    rows = [
        f'López,Ana,,{who}@x.org,{done},"5 de mayo de 2026  10:02","5 de mayo  10:20","18 minutos","7,50",{cells}'
        for who, cells in zip(("ana", "other"), CELLS, strict=True)
    ]
    rows[1] = rows[1].replace("López", "Ruiz")
    text = "\n".join([header, *rows, f'{average},,,,,,,,"7,50",,,', ""])
    found = read(tmp_path, text, quiz)
    assert found.form == "moodle"
    # Two of one first name are two students.
    assert by_student(found) == {"Ana López": ANA, "Ana Ruiz": BEN}
    assert not any("more than one answer of the same student" in note for note in found.notes)
    marks = [Mark(one.answer_id, one.question_id, 1.0, "accepted", None, 0.5) for one in found.answers]
    write_marks(found, marks, tmp_path / "out.csv", names=False)
    data = (tmp_path / "out.csv").read_text(encoding="utf-8")
    for name in ("López", "Ruiz", "Ana", "x.org"):
        assert name not in data
    row = next(csv.DictReader(io.StringIO(data)))
    assert [row[f"{name} mark"] for name in ANA] == ["0.5"] * 3


def test_an_analysis_of_canvas_has_its_own_numbers_before_the_questions(tmp_path: Path, quiz: Quiz) -> None:
    text = (
        "name,id,sis_id,section,section_id,section_sis_id,submitted,attempt,"
        f'"5401: {GAS}",1.0,"5402: {ICE}\n",2.0,"5403: {WATER}",1.0,n correct,n incorrect,score\n'
        'Ana López,771,s1,Section 1,90,,2026-05-05,1,oxígeno,1.0,"Es menos denso, flota",0.0,100,1.0,2,1,2\n'
        "Ana Ruiz,772,s2,Section 1,90,,2026-05-05 10:21:00 UTC,1,,0.0,,0.0,99,0.0,0,3,0.0\n"
    )
    found = read(tmp_path, text, quiz)
    assert by_student(found) == {"Ana López": ANA, "Ana Ruiz": BEN}
    assert [one.answer_id for one in found.answers][:2] == ["771.gas", "771.hielo"]


@pytest.mark.parametrize(
    "header",
    [
        ("Timestamp", "Username", "Total score", "[Score]", "[Feedback]"),
        ("Marca temporal", "Nombre de usuario", "Puntuación total", "[Puntuación]", "[Comentarios]"),
        ("Carimbo de data/hora", "Endereço de e-mail", "Pontuação", "[Pontuação]", "[Feedback]"),
    ],
)
def test_a_form_of_google_has_scores_beside_each_question(
    tmp_path: Path, quiz: Quiz, header: tuple[str, str, str, str, str]
) -> None:
    when, who, total, score, feedback = header
    asked = ",".join(f'"{text}","{text} {score}","{text} {feedback}"' for text in (GAS, ICE, WATER))
    text = (
        f'"{when}","{who}","{total}",{asked}\n'
        '"2026/05/05 10:20:00",ana@x.org,"2,00 / 3",oxígeno,"1,00 / 1",,"Es menos denso, flota",-- / 1,,100,,\n'
        '"2026/05/05 10:21:00 AM GMT+1",ben@x.org,"0,00 / 3",,"0,00 / 1",,,-- / 1,,99,,\n'
    )
    found = read(tmp_path, text, quiz)
    assert by_student(found) == {"ana@x.org": ANA, "ben@x.org": BEN}
