"""Which language a text of a quiz is in, and which ones answers may be in."""

from __future__ import annotations

from toys.quiz_text import ASK, HEAD, good, wrong

from edgekit.quiz.canonical import canonical, from_canonical
from edgekit.quiz.write import quiz_toml


def test_a_question_may_expect_other_languages_than_the_quiz() -> None:
    text = 'languages = ["en", "es"]\n' + ASK + 'references = "Because."\nlanguages = ["pt", "es"]\n'
    text += '[[questions]]\ntext = "How?"\nreferences = "So."\nlanguages = ["es", "en"]\n'
    text += '[[questions]]\ntext = "Yes"\nkind = "translate"\nreferences = "sim"\nlanguages = ["pt"]\n'
    quiz = good(text)
    assert quiz.languages == ("en", "es")
    assert [quiz.expected(one) for one in quiz.questions] == [("es", "pt"), ("en", "es"), ("pt",)]
    assert quiz.questions[2].references == {"pt": ("sim",)}
    assert from_canonical(canonical(quiz)) == quiz
    assert good(quiz_toml(quiz)).digest == quiz.digest
    # What says no more than the quiz is the same quiz, and the one that it was before questions could say it.
    plain = good(text.replace('languages = ["es", "en"]\n', ""))
    assert plain.digest == quiz.digest
    assert b'"languages"' not in canonical(good(ASK + 'references = "x"\n')).replace(b'"languages":["en"],', b"")


def test_the_language_of_a_question_is_expected_first() -> None:
    text = ASK.replace('"en"', '"es"') + 'references = "x"\n'
    quiz = good('languages = ["en", "es"]\n' + text)
    assert (quiz.languages, quiz.expected(quiz.questions[0])) == (("en", "es"), ("es", "en"))


def test_languages_of_a_question_are_checked_like_those_of_the_quiz() -> None:
    (said,) = wrong(ASK + 'references = "x"\nlanguages = ["es", "es"]\n')
    assert "`es` a second time" in said


def test_a_wording_in_a_language_without_statement_stands_for_it() -> None:
    (question,) = good(
        ASK + 'criteria = [{ statement = "It rises.", accepted = { es = ["Sube.", "Va arriba."] } }]\n'
    ).questions
    assert question.criteria[0].wordings("es") == (("es", "Sube."), ("es", "Va arriba."))


def test_a_translation_goes_into_the_one_other_language() -> None:
    head = 'title = "T"\nlanguage = "en"\nlanguages = ["en", "es"]\n'
    asked = '[[questions]]\nkind = "translate"\ntext = "Good day."\n'
    (question,) = good(head + asked + 'references = ["Buenos días."]\n').questions
    assert question.references == {"es": ("Buenos días.",)}
    assert wrong(HEAD + asked + 'references = "Buenos días."\n') == [
        '6: question 1 (`Good day.`): `references` must say into which language, as `references = { es = "..." }`'
    ]
    assert "is the language that is translated from" in wrong(head + asked + 'references.en = "Good day."\n')[0]


def test_the_one_language_of_a_text_or_a_dictation_is_that_of_the_question() -> None:
    head = 'title = "T"\nlanguage = "en"\nlanguages = ["en", "es"]\n[[questions]]\n'
    (back,) = good(head + 'kind = "translate"\ntext = { es = "Buenos días." }\nreferences = "Good day."\n').questions
    assert (back.language, back.references) == ("es", {"en": ("Good day.",)})
    (heard,) = good(head + 'kind = "dictation"\ntext = "Write."\nreferences = { es = "Un perro." }\n').questions
    assert (heard.language, heard.text, heard.references) == ("es", {"en": "Write."}, {"es": ("Un perro.",)})
    (said,) = good(
        head + 'kind = "dictation"\nlanguage = "es"\ntext = "Escriba."\nreferences = "Un perro."\n'
    ).questions
    assert (said.language, said.text) == ("es", {"es": "Escriba."})
    (same,) = good(head + 'kind = "translate"\ntext = { en-GB = "Good day." }\nreferences = "Buen día."\n').questions
    assert same.language == "en"


def test_languages_in_the_place_of_a_criterion_or_a_misconception_are_told_once() -> None:
    told = wrong(
        HEAD + '[[questions]]\nid = "q"\ntext = "How?"\ncriteria = [{ en = "It rises.", es = "Sube." }]\n'
        'misconceptions = [{ en = "It falls." }]\n'
    )
    assert len(told) == 2
    assert "languages go into its `statement`, as `{ statement = { en =" in told[0]
    assert "languages go into its `wordings`, as `{ wordings = { en =" in told[1]
