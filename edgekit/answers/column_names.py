"""What programs and teachers call the columns of a table of answers, in the languages of their screens."""

from __future__ import annotations

import unicodedata

from edgekit.answers.answers import plain_name
from edgekit.quiz.suggestion import Answer

ROLES = ("id", "student", "question", "answer", "language")
_NAMES = {
    "id": "id, answer id, answerid, attempt, attempt id, response id, submission id",
    "student": """student, student id, student name, name, full name, learner, participant, candidate, user, username,
    user id, userid, pupil, pupil name, learner name, nombre, nombre completo, nombre y apellidos, apellidos y nombre,
    nombre del alumno, nombre de la alumna, nombre del estudiante, alumno, alumna, estudiante, nome, nome completo,
    first name, firstname, nombres, nome próprio, prénom, vorname, nome do aluno, nome da aluna, nome do estudante,
    aluno, aluna, estudante, élève, étudiant, schüler, studente, mwanafunzi, jina,
    player, jugador, jugadora, jogador, jogadora, joueur, spieler, nickname, student names,
    student number, id estudiante, id alumno, id aluno, número de estudiante, email, email address, e mail,
    dirección de correo, dirección de correo electrónico, dirección de email, correo,
    correo electrónico, endereço de e mail, endereço de email, adresse de courriel,
    adresse e mail, adresse électronique, e mail adresse, email adresse, indirizzo email, indirizzo e mail,
    nombre de usuario, nombre de usuaria, nome de usuário, nome de utilizador, nom d'utilisateur, benutzername""",
    "question": "question, question id, questionid, item, item id, pregunta, pergunta, questão, questao, frage",
    "answer": "answer, response, text, student answer, answer text, respuesta, resposta, antwort, réponse, risposta",
    "language": "language, lang, idioma, lengua, língua, lingua, sprache",
}
# Such a column may also be that of a course, or the same for each attempt: what is in it has to be ids as well.
_OTHER_IDS = """identifier, identificador, identificación, identificação, identifiant, identificativo, kennung,
kitambulisho, matrícula, número de matrícula, matricule, matricola, matrikelnummer, código"""
# A report of Moodle has both, and two students of a class may share the first.
_FIRST_NAMES = "first name, firstname, nombre, nombres, nome, nome próprio, prénom, vorname"
_LAST_NAMES = """last name, lastname, surname, apellido(s), apellido, apellidos, sobrenome, apelido, apelidos, nom,
nom de famille, nachname, cognome"""


def folded(name: str) -> str:
    """A plain name without its accents: many leave them out in a header."""
    apart = unicodedata.normalize("NFKD", plain_name(name))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


ROLE_OF = {folded(name): role for role, names in _NAMES.items() for name in names.split(",")}


def is_role(name: str) -> bool:
    """Whether a column of that name is that of ids, students, questions, answers or languages."""
    return folded(name) in ROLE_OF


IS_NOBODY = {folded(name) for name in ("", "anonymous", "anónimo", "anônimo", "anonym", "anonyme", "anonimo")}
"""What a form that asks for no names writes in their place."""
IS_FIRST_NAME = {folded(name) for name in _FIRST_NAMES.split(",")}
IS_LAST_NAME = {folded(name) for name in _LAST_NAMES.split(",")}
IS_OTHER_ID = {folded(name) for name in _OTHER_IDS.split(",")}


def names_of(answer: Answer) -> frozenset[str]:
    """By what the row of an answer calls its student: a form has their address and, in a column of its own, their name.

    A first name beside a last name is none, as two students of a class may share it.
    """
    shared = IS_FIRST_NAME if any(folded(name) in IS_LAST_NAME for name in answer.extra) else set()
    found = {
        value.strip()
        for name, value in answer.extra.items()
        if ROLE_OF.get(folded(name)) == "student" and folded(name) not in shared and folded(value) not in IS_NOBODY
    }
    return frozenset(found | ({answer.student} if answer.student is not None else set()))
