"""Tables, JSON, catalogues and XLIFF: what is chosen, what is left, and what must never come of it."""

from __future__ import annotations

import csv
import io
import json

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys.documents import in_quotes

from edgekit.core.errors import InputError, UsageError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.json_scan import string_values, unescaped
from edgekit.documents.open import open_document
from edgekit.documents.plurals import plural_form, plurals_of
from edgekit.documents.prose import reads_like_prose
from edgekit.documents.table import records


def written(kind: str, data: str, *said: str, **options: object) -> str:
    document = open_document(data.encode(), kind=kind, options=DocumentOptions(**options))
    return document.written([MarkedText(text) for text in said]).decode()


def texts(kind: str, data: str, **options: object) -> list[str]:
    document = open_document(data.encode(), kind=kind, options=DocumentOptions(**options))
    return [segment.text for segment in document.segments]


def test_cells_of_chosen_columns_are_segments_when_they_are_named_or_counted() -> None:
    table = "id,question,note\n1,What is red?,x y\n2,Name it now,z w\n"
    assert texts("csv", table, columns=("question",)) == ["What is red?", "Name it now"]
    assert texts("csv", table, columns=("3",)) == ["x y", "z w"]
    with pytest.raises(UsageError, match="question"):
        texts("csv", table, columns=("answer", "9"))
    for number in ("²", "0", "-1", "9" * 5000):
        with pytest.raises(UsageError, match="question"):
            texts("csv", table, columns=(number,))


def test_quotes_are_as_they_were_when_a_cell_is_translated() -> None:
    table = 'id;"q"\r\n1;"say ""hi"" now"\r\n2;say it now'
    assert written("csv", table, 'diga "oi"', "diga; agora", columns=("2",), header=True) == (
        'id;"q"\r\n1;"diga ""oi"""\r\n2;"diga; agora"'
    )


@pytest.mark.parametrize("sign", "=+-@")
def test_a_translation_is_no_formula_when_the_source_was_none(sign: str) -> None:
    table = f"id,text\n1,good morning\n2,={sign}A1"
    made = written("csv", table, f"{sign}cmd|x", columns=("text",))
    assert made == table.replace("good morning", f"'{sign}cmd|x")
    assert texts("csv", table, columns=("text",)) == ["good morning"]


def test_a_column_is_added_when_the_translation_goes_into_a_new_one() -> None:
    assert written("csv", "id,text\r\n1,good day\r\n2,\r\n", "bom, dia", columns=("text",), into="pt") == (
        'id,text,pt\r\n1,good day,"bom, dia"\r\n2,,\r\n'
    )
    assert written("csv", "id,text,pt\n1,good day,old\n", "bom dia", columns=("text",), into="pt") == (
        "id,text,pt\n1,good day,bom dia\n"
    )


def test_a_table_is_refused_when_a_quotation_mark_never_closes() -> None:
    with pytest.raises(InputError, match="line 2"):
        open_document(b'a,b\n1,"two words\n', kind="csv")


@given(rows=st.lists(st.lists(st.text('ab ",;\n', max_size=5), min_size=1, max_size=4), min_size=1, max_size=4))
def test_records_are_those_of_pythons_reader_when_a_table_is_well_formed(rows: list[list[str]]) -> None:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    text = made.getvalue()
    assert [[cell.text for cell in record.cells] for record in records(text, ",")] == list(
        csv.reader(io.StringIO(text))
    )


def test_strings_of_chosen_keys_are_segments_when_paths_are_given() -> None:
    data = '{"a": {"b": "left", "c": ["one", {"d.e": "two"}]}, "b": "three"}'
    assert texts("json", data, keys=("a.b",)) == ["left"]
    assert texts("json", data, keys=("**.b",)) == ["left", "three"]
    assert texts("json", data, keys=("a.c.*.*",)) == ["two"]
    assert texts("json", data, keys=(r"$.a.c.1.d\.e", "a.c.0")) == ["one", "two"]
    with pytest.raises(UsageError, match="no string at"):
        texts("json", data, keys=("a.x",))


def test_escapes_are_as_they_were_when_a_string_is_translated() -> None:
    assert written("json", '["Caf\\u00e9 here"]', "Água fria") == '["\\u00c1gua fria"]'
    assert written("json", '["Café \\"x\\" a/b c"]', 'Água "y" /') == '["Água \\"y\\" /"]'
    assert written("json", '["either or\\/and"]', "um/dois") == '["um\\/dois"]'


@pytest.mark.parametrize(
    "bad", ['{"a":}', "[1,]", '{"a" 1}', '["a"', '"\x01"', "[" * 501 + "]" * 501, "1 2", '{"a":1,}', "", "{,}", "[01]"]
)
def test_json_is_refused_when_it_is_none(bad: str) -> None:
    with pytest.raises(InputError):
        open_document(bad.encode(), kind="json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(value=JSON, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_string_values_are_those_of_pythons_reader_when_json_is_scanned(
    value: object, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    def strings(part: object, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
        if isinstance(part, str):
            return [(path, part)]
        pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        return [found for key, inner in pairs for found in strings(inner, (*path, str(key)))]

    found = [(one.path, unescaped(text[one.begin : one.end])) for one in string_values(text, "x")]
    assert found == strings(value, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there", True), ("Save", True), ("água", True), ("Submit!", True), ("水", True), ("Where?", True),
        ("left", False), ("en-US", False), ("user_id", False), ("camelCase", False), ("http://a.b/c d", True),
        ("https://a.b/c", False), ("a@b.c", False), ("2024-01-02T03:04", False), ("12 / 13", False), ("#ff00aa", False),
        ("img/a.png", False), ("UTF-8", False), ("", False), ("0x1F", False),
    ],
)  # fmt: skip
def test_prose_is_told_from_data_when_a_string_is_looked_at(text: str, expected: bool) -> None:
    assert reads_like_prose(text) is expected


CATALOGUE = 'msgid ""\nmsgstr "{head}"\n\nmsgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] ""\nmsgstr[1] ""\n'


def test_plural_forms_follow_the_header_when_it_states_a_rule() -> None:
    head = "Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);\\n"
    made = polib.pofile(written("po", CATALOGUE.replace("{head}", head), "%d fails", "%d faili"))
    assert made[0].msgstr_plural == {0: "%d fails", 1: "%d faili", 2: "%d faili"}


def test_plural_forms_are_the_targets_when_the_header_states_none() -> None:
    text = CATALOGUE.replace("{head}", "Language: \\n")
    made = polib.pofile(written("po", text, "un", "deux", target="ja"))
    assert made[0].msgstr_plural == {0: "deux", 1: "deux"}
    made = polib.pofile(written("po", text, "un", "deux", target="ar"))
    assert made[0].msgstr_plural == {n: "un" if n == 1 else "deux" for n in range(6)}


def test_fuzzy_is_gone_when_a_fuzzy_message_was_translated() -> None:
    text = '#, fuzzy, c-format\nmsgid "a %s b\\n"\nmsgstr "old\\n"\n\n#, fuzzy\nmsgid "c d"\nmsgstr "e"\n'
    assert texts("po", text) == []
    made = written("po", text, "um %s", "dois", fuzzy=True)
    assert made == '#, c-format\nmsgid "a %s b\\n"\nmsgstr "um %s\\n"\n\nmsgid "c d"\nmsgstr "dois"\n'


# polib leaves `\\a` and its like as they are written.
@given(said=st.text(st.characters(min_codepoint=32, exclude_categories=["Cc", "Cs"]), max_size=120))
def test_a_message_says_what_was_translated_when_polib_reads_it(said: str) -> None:
    text = 'msgid "one two"\nmsgstr ""\n\nmsgid ""\n"three four\\n"\n"five"\nmsgstr ""\n'
    document = open_document(text.encode(), kind="po")
    said = " ".join(said.split()).encode("utf-8", "ignore").decode()
    if not said or polib.escape(said) != said.replace("\\", "\\\\").replace('"', '\\"'):
        said = "um dois"
    parts = [MarkedText(said) for _ in document.segments]
    made = polib.pofile(document.written(parts).decode())
    assert made[0].msgstr == said
    assert made[1].msgstr == f"{said}\n{said}"


@pytest.mark.parametrize("bad", ["hello", 'msgid "a', 'msgid "a"\n', 'msgid "a"\nmsgid_plural "b"\n', '"a"\n'])
def test_a_catalogue_is_refused_when_it_is_none(bad: str) -> None:
    with pytest.raises(InputError):
        open_document(bad.encode(), kind="po")


@given(number=st.integers(0, 300))
def test_a_plural_expression_is_computed_as_in_c_when_python_can_say_it(number: int) -> None:
    for language in ("ru", "pl", "ar", "cy", "ro", "is", "mk", "ja", "fr"):
        rule = plurals_of(language)
        assert rule is not None
        expression = rule.header.split("plural=")[1].rstrip(";")
        form = plural_form(expression, number)
        assert form is not None
        assert 0 <= form < rule.count
    n = number
    slavic = 0 if n % 10 == 1 and n % 100 != 11 else 1 if 2 <= n % 10 <= 4 and not 10 <= n % 100 < 20 else 2
    assert plural_form(plurals_of("ru").header.split("plural=")[1].rstrip(";"), n) == slavic


@pytest.mark.parametrize("bad", ["n +", "__import__('os')", "n ? 1", "1/0", "(" * 5000, "n n", "", "-1", "x"])
def test_a_plural_expression_is_refused_when_it_is_none(bad: str) -> None:
    assert plural_form(bad, 1) is None


def test_a_target_is_made_or_filled_when_a_unit_has_none() -> None:
    unit = (
        '<xliff version="1.2"><file><trans-unit id="1"><source>a <g id="1">b</g></source>{}</trans-unit></file></xliff>'
    )
    for target, expected in (
        ("", '<target state="needs-review-translation">«a <g id="1">b»</g></target>'),
        ("<target/>", '<target>«a <g id="1">b»</g></target>'),
        ('<target state="new">draft</target>', '<target state="needs-review-translation">«a <g id="1">b»</g></target>'),
    ):
        document = open_document(unit.replace("{}", target).encode(), kind="xliff")
        made = document.written([in_quotes(segment) for segment in document.segments]).decode()
        assert made.replace("</g>»", "»</g>") == unit.replace("{}", expected)
    assert texts("xliff", unit.replace("{}", "<target>done</target>")) == []


def test_text_in_the_column_that_takes_the_translation_is_counted_and_no_blank_replaces_it() -> None:
    text = "question,answer\nWhat is it?,mine\nWho is it?,\n,kept\n"
    options = DocumentOptions(columns=("question",), into="answer")
    document = open_document(text.encode(), kind="csv", options=options)
    assert "cells of 2 (answer) with a text that the translation replaces: 1" in document.facts
    made = document.written([MarkedText("O que?"), MarkedText("Quem?")]).decode()
    assert made == "question,answer\nWhat is it?,O que?\nWho is it?,Quem?\n,kept\n"


@pytest.mark.parametrize(
    ("stated", "left"),
    [
        (("en", "fr"), "`en`→`fr`"),
        (("de", "pt"), "`de`→`pt`"),
        (("de", ""), "`de`→?"),
        (("en-GB", "pt-PT"), ""),
        (("en", "en"), ""),
        (("en", ""), ""),
        (("", ""), ""),
    ],
)
@pytest.mark.parametrize("second", [False, True])
def test_xliff_of_other_languages_is_left_and_that_is_said(stated: tuple[str, str], left: str, second: bool) -> None:
    names = ("srcLang", "trgLang") if second else ("source-language", "target-language")
    said = "".join(f' {name}="{tag}"' for name, tag in zip(names, stated, strict=True) if tag)
    text = f'<xliff version="1.2"><file{said}><trans-unit id="1"><source>a</source></trans-unit></file></xliff>'
    if second:
        text = f'<xliff version="2.0"{said}><file><unit><segment><source>a</source></segment></unit></file></xliff>'
    document = open_document(text.encode(), kind="xliff", options=DocumentOptions(source="en", target="pt"))
    assert len(document.segments) == (0 if left else 1)
    assert [fact for fact in document.facts if "left as they are" in fact] == (
        [f"segments that the file says are {left}, left as they are: 1"] if left else []
    )
    if left:
        assert document.written([]) == text.encode()


def test_xliff_is_refused_when_it_is_hostile_or_none() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><xliff version="1.2">&b;</xliff>'
    outside = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><xliff version="1.2">&a;</xliff>'
    for bad in (bomb, outside, "<a/>", "<xliff>", "", "<xliff>" + "<g>" * 1001 + "</g>" * 1001 + "</xliff>"):
        with pytest.raises(InputError):
            open_document(bad.encode(), kind="xliff")


@pytest.mark.parametrize(("stated", "said"), [("de", True), ("pt_PT", False), ("pt", False)])
def test_a_header_of_another_language_stays_and_is_told(stated: str, said: bool) -> None:
    text = f'msgid ""\nmsgstr ""\n"Language: {stated}\\n"\n\nmsgid "a b"\nmsgstr ""\n'
    options = DocumentOptions(source="en", target="pt-BR")
    document = open_document(text.encode(), kind="po", options=options)
    made = document.written([MarkedText("c")])
    assert made.decode() == text.replace('"a b"\nmsgstr ""', '"a b"\nmsgstr "c"')
    told = f"the header says `Language: {stated}`, and what is translated is in `pt-BR`"
    assert (told in document.facts) == said


def test_the_header_names_the_language_when_it_named_none_or_the_sources() -> None:
    text = 'msgid ""\r\nmsgstr ""\r\n"Language: \\n"\r\n"X: y\\n"\r\n\r\nmsgid "a b"\r\nmsgstr ""\r\n'
    assert written("po", text, "a b", target="pt-BR") == text
    other = text.replace("Language: ", "Language: de")
    assert written("po", other, "c", source="en", target="pt-BR") == other.replace(
        '"a b"\r\nmsgstr ""', '"a b"\r\nmsgstr "c"'
    )
    made = written("po", text, "c", target="pt-BR")
    assert made == text.replace("Language: ", "Language: pt_BR").replace('"a b"\r\nmsgstr ""', '"a b"\r\nmsgstr "c"')


@pytest.mark.parametrize(
    "first", ["cat,The cat sleeps", "Cats,sleep", "cat,sleeps", "Why is it red?,blue", "red,The sky at night"]
)
def test_the_first_row_is_translated_when_it_looks_like_those_below(first: str) -> None:
    rows = f"{first}\ndog,The dog runs\ncow,The cow eats grass\n" if " " in first else f"{first}\ndogs,run\ncows,eat\n"
    document = open_document(rows.encode(), kind="csv", options=DocumentOptions(columns=("2",)))
    assert document.segments[0].text == first.partition(",")[2]


@pytest.mark.parametrize("first", ["word,sentence", "id,text", "Word,Meaning"])
def test_the_first_row_is_left_when_it_names_what_is_below(first: str) -> None:
    rows = f"{first}\ndog,The dog runs in the field\ncow,The cow eats the grass\n"
    assert texts("csv", rows, columns=("2",))[0] == "The dog runs in the field"


def test_json_says_what_is_translated_and_what_is_left_in_the_same_units() -> None:
    data = '{"id": "a-1", "say": "Good morning\\nand good night", "kind": "left", "b": "Save"}'
    document = open_document(data.encode(), kind="json")
    assert document.facts[-1] == (
        "strings that read like prose, to be translated: 2 of 4, with 3 segments in all; strings left as they are: 2"
    )
    assert len(document.segments) == 3
