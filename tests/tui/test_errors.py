"""What edgekit says when something fails is said in every language of the screens, all of it or none."""

from __future__ import annotations

import errno
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.raised import EXPORTERS, ROOT, Said, bare, raised

from edgekit.catalogue.load import check_file, packaged_file
from edgekit.core.errors import EdgekitError, InputError, UnsupportedModelError
from edgekit.gradebook.record import FROM_COPY
from edgekit.gradebook.standing import Standing, State, decided_meanwhile
from edgekit.quiz.read import read_quiz
from tui import words
from tui.errors import TOLD, in_words, note_in_words

OTHERS = [tag for tag in words.LANGUAGES if tag != "en"]
# All that the screens call. What else there is, is of the command line, of a program that uses edgekit as a library, or
# so deep in the files of foreign models that it says nothing to a teacher: it stays in English, all of it.
ROOMS = (
    *("answers", "catalogue", "confidence", "core", "documents", "fairness", "glossary", "gradebook", "identify"),
    *("memory", "pipeline", "quiz", "sources", "store", "tokenizer", "translate"),
    *(f"grading/{name}.py" for name in ("grader", "opening", "scorer", "text_states", "variety")),
    *(f"engine/{path.name}" for path in sorted((ROOT / "engine").glob("*.py"))),
    *(
        f"engine/llama/{path.name}"
        for path in sorted((ROOT / "engine/llama").glob("*.py"))
        if "grammar" not in path.name
    ),
)
OF_EXPORTERS = (
    *("containers", "corpus", "selection", "prediction/plan.py"),
    *(f"trim/{name}.py" for name in ("gguf", "marian", "marian_bin", "onnx", "onnx_encoder", "onnx_file")),
    *(f"trim/{name}.py" for name in ("onnx_vocabulary", "opus", "unigram", "vocabulary")),
    *(f"trim/hf/{name}.py" for name in ("folder", "model", "weights", "words")),
    *(path.name for path in sorted(EXPORTERS.glob("*.py"))),
)
OF_SCREENS = ("book_grades.py", "bridge.py", "checked.py", "exporting.py", "pager.py")
_PARTS = ("question", "criterion", "misconception")
# What fields hold, and what is no whole text in the code.
HELD = (
    *("a number", "and {more} more", "criterion", "misconception", "no token stands for `{tag}`", "no zip archive"),
    *("question", "source", "target", "text", "the decoder step", "the model", "without a question"),
    *(f"{one} {{number}}{known}: {{told}}" for one in _PARTS for known in ("", " (`{known}`)")),
    "entry {number} of `{key}` {told}",
    *("answers with `*`, which are patterns", "answers with a part of the points", "right numbers after the first"),
    *("file", "file of answers", "file of examples", "file of questions", "glossary", "gradebook", "its list of files"),
    *("quiz", "the graph", "translation memory", "translate with `--no-memory`", "name another file with `--book`"),
    *("GGUF models need", "an importance matrix needs", "quantising needs", "running language models needs"),
    *("run `edgekit models pin {id}`", "try again", "update edgekit"),
    *("the process that runs `{name}`", "the process that quantises `{name}`", "what measures its memory"),
    *("{count} texts", "{count} text", "{count} tabs", "{count} tab"),
    *("is not TOML: a text is not closed by its quote", "is not TOML: {told_why}"),
    "is not TOML: `{written}` has a comma, and numbers have a point here: write `{plain}`",
    'is not TOML: `{quote}` is no quote here: texts stand between two of the straight ones, `"`',
    *("{memory}, {free} available", "{label}: not in this onnxruntime", "{label}: not asked for (`{wanted}`)"),
    "{label}: no NPU is here, only its simulation on the CPU, which `--device qnn` takes",
    *("as the receipt has it:", "{language}, {part}: {identical} of {lines} lines identical ({share})"),
    *("export", "fit", "plan", "trim", "verify"),
    *("accepted", "changed", "contested", "released", "returned", "suggested", "undone", "waiting"),
    *("it is session {number} of `{path}`", FROM_COPY),
    *("line {line}", "entry {number}"),
    *("`{file}`: {told}", "`{name}` {told}", "{file}:{line}: {told}", "the standard input", "File is not a zip file"),
)
SYSTEM = {os.strerror(code) for code in errno.errorcode}
# What the catalogue that edgekit ships says of a model in words, and not by names alone.
OF_MODELS = [
    Said("models.toml", text)
    for model in check_file(packaged_file())[0].models.values()
    for text in (model.attribution, model.refused)
    if text and re.search("[a-z]{2} [a-z]", re.sub("`[^`]*`", "", text))
]
FOUND = [*OF_MODELS, *raised(ROOT, ROOMS), *raised(EXPORTERS, OF_EXPORTERS), *raised(ROOT.parent / "tui", OF_SCREENS)]


@pytest.fixture(params=OTHERS)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    words.choose(request.param)
    yield request.param
    words.choose("en")


def catalogue(language: str) -> dict[str, str]:
    return dict(words.messages(f"errors.{language}"))


def test_errors_are_found_where_they_are_raised() -> None:
    assert len(FOUND) > 800
    assert Said("edgekit/core/units.py:51", "`{text}` is no size") in FOUND


@pytest.mark.parametrize("language", OTHERS)
def test_every_error_of_edgekit_is_translated_and_none_is_left_over(language: str) -> None:
    known = {bare(text): text for text in catalogue(language)}
    assert not [(said.where, said.text) for said in FOUND if bare(said.text) not in known]
    raised_or_held = {bare(said.text) for said in FOUND} | {bare(text) for text in HELD} | SYSTEM
    assert not [text for one, text in known.items() if one not in raised_or_held]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_fields_and_the_commands_of_its_error(language: str) -> None:
    for text, translated in catalogue(language).items():
        for kind in (r"(?<!\{)\{\w+\}(?!\})|\{\{\{\w+\}\}\}", r"`[^`]*`", r"https?://[^\s,]+"):
            assert sorted(re.findall(kind, text)) == sorted(re.findall(kind, translated)), text
        assert not text.endswith("."), text
        assert not translated.endswith("."), text


@pytest.mark.parametrize("language", OTHERS)
def test_a_file_is_what_gettext_reads(language: str) -> None:
    file = polib.pofile(str(words.FOLDER / f"errors.{language}.po"))
    assert file.metadata["Language"] == language
    assert not file.fuzzy_entries()
    assert len(file) == len({entry.msgid for entry in file}) == len(catalogue(language))


def test_every_error_is_known_by_its_words_and_keeps_its_fields(language: str) -> None:
    of_catalogue = {bare(text): text for text in catalogue(language)}
    for said in FOUND:
        template = of_catalogue[bare(said.text)]
        names = [name for _literal, name, _spec, _conversion in string.Formatter().parse(template) if name]
        fields = {name: "accepted" if name.startswith(TOLD) else f"x{at}7" for at, name in enumerate(names)}
        made = template.format(**fields)
        told, hint = in_words(InputError(made, hint="try again"))
        assert hint != "try again", (said.where, said.text)
        assert sorted(re.findall(r"x\d7", told)) == sorted(re.findall(r"x\d7", made)), (said.where, told)
        assert "accepted" not in told


def test_what_somebody_else_made_of_an_answer_is_told_in_the_language(language: str) -> None:
    for state in get_args(State):
        told, _hint = in_words(decided_meanwhile(Standing(1, state)))
        assert not told.endswith(state)


def test_an_error_of_a_quiz_is_all_in_the_language(language: str, tmp_path: Path) -> None:
    path = tmp_path / "quiz.toml"
    path.write_text('language = 3\n[[questions]]\nid = "a b"\ntext = ""\nkind = "choise"\n', encoding="utf-8")
    with pytest.raises(EdgekitError) as caught:
        read_quiz(path)
    told, hint = in_words(caught.value)
    assert hint is None
    assert len(told.splitlines()) == len(str(caught.value).splitlines())
    for line, english in zip(told.splitlines(), str(caught.value).splitlines(), strict=True):
        assert line != english
        assert re.findall(r"quiz\.toml:\d+|`[^`]*`", line) == re.findall(r"quiz\.toml:\d+|`[^`]*`", english)
        bare_line = re.sub(r"`[^`]*`|/\S+", "", line)
        assert not re.search(r"\b(?:is|must|not|text|missing|one|of|quiz|questions|in English)\b", bare_line), line


@pytest.mark.parametrize(
    "text",
    [
        "`a.gguf` holds what the moon is",
        "it is built for other things",
        "`a` is what the moon is",
        "run after me, now",
    ],
)
def test_words_that_no_catalogue_has_are_never_half_of_a_line(text: str, language: str) -> None:
    assert in_words(EdgekitError(text)) == (text, None)
    told, _hint = in_words(EdgekitError("`a` is empty", reasons=[text]))
    assert told.splitlines()[1] == f"  - {words._('in English: {text}', text=text)}"


@pytest.mark.parametrize(
    ("problem", "spanish", "portuguese"),
    [
        (
            InputError("cannot read the quiz `a.toml`: No such file or directory"),
            "cuestionario `a.toml`: no se puede leer: no existe el archivo o la carpeta",
            "questionário `a.toml`: não é possível ler: não existe o arquivo ou a pasta",
        ),
        (
            InputError("`a; b, c.txt` is a folder", hint="name another file for `-o`, or add `--force` to replace it"),
            "`a; b, c.txt` es una carpeta",
            "`a; b, c.txt` é uma pasta",
        ),
        (
            InputError("the glossary `g.csv` has problems", reasons=["line 3: 2 cells, but there are 5 columns"]),
            "el glosario `g.csv` tiene problemas\n  - línea 3: 2 celdas, pero hay 5 columnas",
            "o glossário `g.csv` tem problemas\n  - linha 3: 2 células, mas há 5 colunas",
        ),
        (
            InputError("no column is `anser`; did you mean `answer`?"),
            "ninguna columna es `anser`; ¿quiso decir `answer`?",
            "nenhuma coluna é `anser`; você quis dizer `answer`?",
        ),
        (
            InputError("no text is in `en` or `pt`"),
            "ningún texto está en `en` o `pt`",
            "nenhum texto está em `en` ou `pt`",
        ),
        (
            InputError("`a and `b` or `c` is a folder"),
            "`a and `b` or `c` es una carpeta",
            "`a and `b` or `c` é uma pasta",
        ),
        (
            InputError("line 3 has 1 text and 2 tabs"),
            "la línea 3 tiene 1 texto y 2 tabuladores",
            "a linha 3 tem 1 texto e 2 tabulações",
        ),
        (
            InputError("`bad.docx` is a damaged zip archive: File is not a zip file"),
            "`bad.docx` es un archivo zip dañado: no es un archivo zip",
            "`bad.docx` é um arquivo zip danificado: não é um arquivo zip",
        ),
        (
            InputError("`bad.docx` is a damaged zip archive: bad magic number"),
            "`bad.docx` es un archivo zip dañado: bad magic number",
            "`bad.docx` é um arquivo zip danificado: bad magic number",
        ),
    ],
)
def test_an_error_is_said_as_a_person_would(problem: EdgekitError, spanish: str, portuguese: str) -> None:
    for language, wanted in (("es", spanish), ("pt", portuguese), ("en", str(problem))):
        words.choose(language)
        try:
            assert in_words(problem)[0] == wanted
        finally:
            words.choose("en")


def test_what_no_catalogue_has_stays_in_english_with_its_hint(language: str) -> None:
    problem = EdgekitError("the moon is full", reasons=["`a` is empty"], hint="try again")
    assert in_words(problem) == (str(problem), "try again")
    problem = EdgekitError("`a` is empty", hint="howl")
    assert in_words(problem) == ("`a` is empty", "howl")


def test_what_a_library_said_is_marked(language: str) -> None:
    told, _hint = in_words(EdgekitError("`a` is empty", reasons=["disk image is malformed", "`a`", "12"]))
    assert told.splitlines()[1] == f"  - {words._('in English: {text}', text='disk image is malformed')}"
    assert told.splitlines()[2:] == ["  - `a`", "  - 12"]


@given(st.text(max_size=60), st.sampled_from([said.text for said in FOUND]))
def test_in_english_nothing_changes(text: str, template: str) -> None:
    problem = EdgekitError(template, reasons=[text], hint=text or None)
    assert in_words(problem) == (str(problem), text or None)


@given(st.text(max_size=60))
def test_the_words_of_others_are_never_translated(quote: str) -> None:
    for tag in OTHERS:
        words.choose(tag)
        try:
            assert f"`{quote}`" in in_words(EdgekitError(f"there is no folder `{quote}`"))[0]
        finally:
            words.choose("en")


@pytest.mark.parametrize("text", ["line 1: " * 400, "`" * 3999, "a: `b` " * 500, "segment 1: line 2: " * 200])
def test_a_long_text_takes_no_long_time(text: str, language: str) -> None:
    assert in_words(EdgekitError(text))[0]


@pytest.mark.parametrize("said", OF_MODELS, ids=lambda said: said.text[:40])
def test_what_the_catalogue_says_of_a_model_is_said_in_the_language(said: Said, language: str) -> None:
    assert note_in_words(said.text) != said.text
    problem = UnsupportedModelError("`x` cannot be pulled", reasons=[said.text])
    assert words._("in English: {text}", text=said.text) not in in_words(problem)[0]
    told = note_in_words(f"licence of `x`: MIT; {said.text}")
    assert told.endswith(f": MIT; {note_in_words(said.text)}")
    assert not told.startswith("licence of")


def test_a_licence_of_names_alone_is_said_with_them(language: str) -> None:
    assert note_in_words("licence of `x`: MIT; me/x, Me").endswith(" `x`: MIT; me/x, Me")
    own = "licence of `x`: MIT; what nobody has translated"
    assert note_in_words(own) == own


def test_a_table_in_the_place_of_a_quiz_is_said_to_be_no_quiz(language: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("id,student,leaves\ns01,Ana,The leaf\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_quiz(path)
    told, _hint = in_words(caught.value)
    assert {"es": "no es TOML: ", "pt": "não é TOML: "}[language] in told
    assert words._("in English: {text}", text="") not in told
