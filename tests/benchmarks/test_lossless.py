"""What the lossless benchmark puts in, takes out again, and reads from catalogues."""

from __future__ import annotations

import zipfile
from pathlib import Path

from benchmarks.catalogues import WHEELS, catalogue
from benchmarks.insertions import insert, without

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "The page %(title)s was moved."
msgstr "A página %(title)s foi movida."

msgid "The page %(title)s was lost."
msgstr "A página foi perdida."

msgid "Delete %s"
msgstr "Remover %s"
"""


def test_the_words_are_the_lines_when_two_placeholders_and_their_comma_are_taken_out() -> None:
    one = insert("two placeholders", "The old cat sat here.", 2)
    assert one.line == "The old {first}, {last} cat sat here."
    assert without(one, one.line) == "The old cat sat here."
    assert without(one, "O {last} velho {first} gato.") == "O velho gato."


def test_messages_are_those_whose_placeholders_are_the_same_when_a_catalogue_is_read(tmp_path: Path) -> None:
    for number in range(len(WHEELS)):
        with zipfile.ZipFile(tmp_path / f"{number}.whl", "w") as wheel:
            wheel.writestr("some/locale/pt_BR/LC_MESSAGES/django.po", PO)
    corpus = catalogue(tmp_path, "pt", "en")
    assert corpus.lines == ("A página %(title)s foi movida.",)
    assert corpus.reference == ("The page %(title)s was moved.",)
