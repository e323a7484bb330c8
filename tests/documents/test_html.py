"""HTML: what is a paragraph, what is read of its attributes, and what never changes."""

from __future__ import annotations

import pytest
from toys.documents import in_capitals, in_quotes

from edgekit.core.errors import InputError
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.open import open_document


def texts(html: str, kind: str = "html") -> list[str]:
    return [segment.text for segment in open_document(html.encode(), kind=kind).segments]


def written(html: str, *said: MarkedText | str, kind: str = "html", **options: object) -> str:
    document = open_document(html.encode(), kind=kind, options=DocumentOptions(**options))
    translated = [MarkedText(text) if isinstance(text, str) else text for text in said]
    return document.written(translated or document.segments).decode()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>I like the <b>big</b> house.</p>", ["I like the big house."]),
        ("<p>un<u>der</u>line</p>", ["underline"]),
        ("<p>one<br>two</p>", ["one two"]),
        ("<p>one<br> <BR/>two</p>", ["one", "two"]),
        ("<P>one\n\n  two<p>three", ["one two", "three"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("&lt;b&gt;x&lt;/b&gt;", ["<b>x</b>"]),
        ("a &notanentity; b", ["a &notanentity; b"]),
        ("caf&eacute; &#233; &#xe9;", ["café é é"]),
        ("<!-- no --><p><!-- note -->yes</p>", ["yes"]),
        ("<script>no</script><style>no</style><pre>no</pre><textarea>no</textarea>yes", ["yes"]),
        ("<p>Press <kbd>Ctrl</kbd> now</p><p><code>only()</code></p>", ["Press Ctrl now"]),
        ("<p translate=no>no</p><p>yes <span class='a notranslate'>no</span></p>", ["yes no"]),
        ("<p translate=no>no<p>yes</p><div translate=no><div>no</div>no</div>yes", ["yes", "yes"]),
        ("<title>A &amp; B</title><title>no end", ["A & B", "no end"]),
        ("<p>123 &nbsp; — 4</p>", []),
        ("<svg><title>no</title><p>no</p></svg>yes <ruby>a<rt>no<p>yes", ["yes a", "yes"]),
        ("<p>a < b and 3<4</p>", ["a < b and 3<4"]),
        ("<p>x <code>open <p>next", ["x open", "next"]),
        ("<custom-tag>in</custom-tag> line", ["in line"]),
    ],
)
def test_paragraphs_are_found_when_tags_are_as_people_write_them(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="A dog">',
        "<img alt='A dog'>",
        "<a title='A dog' href='no way'></a>",
        "<input type=submit value='A dog'>",
        "<input placeholder='A dog' value='no way'>",
        "<button aria-label='A dog'></button>",
        '<meta name="description" content="A dog"><meta name="author" content="no way">',
        '<meta property="og:title" content="A dog">',
        "<link title='no way' rel=stylesheet><img alt='A dog'>",
        "<optgroup label='A dog'>",
    ],
)
def test_an_attribute_is_a_segment_when_people_read_it(html: str) -> None:
    assert texts(html) == ["A dog"]
    assert written(html, "Um cão") == html.replace("A dog", "Um cão")


def test_quotes_and_brackets_are_escaped_when_a_translation_has_them() -> None:
    assert written('<p title="a">b</p>', "\"<&>'", "\"<&>'") == '<p title="&quot;&lt;&amp;>\'">"&lt;&amp;>\'</p>'
    assert written("<p title='a'>b</p>", "'", "b") == "<p title='&#39;'>b</p>"
    assert written("<img alt=cat>", "o gato") == '<img alt="o gato">'


def test_markup_in_a_translation_stays_text_when_the_source_spelled_it_out() -> None:
    html = "<p>Write &lt;b&gt; for bold &mdash; x&nbsp;y</p>"
    assert written(html, "Escreva <b> para negrito — x\xa0y!") == (
        "<p>Escreva &lt;b&gt; para negrito &mdash; x&nbsp;y!</p>"
    )


def test_pairs_are_nested_when_a_translation_crosses_them() -> None:
    html = "<p>a <b>b</b> c <i>d</i></p>"
    marks = (Mark(0, 5, "pair", "1"), Mark(2, 8, "pair", "2"))
    assert written(html, MarkedText("um dois tres", marks)) == "<p><b>um <i>dois</i></b> tres</p>"


def test_a_link_ends_where_the_next_begins_when_a_translation_crosses_them() -> None:
    html = "<p><a href=1>a</a> or <a href=2>b</a> now</p>"
    marks = (Mark(0, 7, "pair", "1"), Mark(3, 9, "pair", "2"))
    assert written(html, MarkedText("um dois tres", marks)) == "<p><a href=1>um </a><a href=2>dois t</a>res</p>"


def test_inner_pairs_stay_inside_when_a_translation_moves_them_out() -> None:
    html = "<p>x <a href=1>a <b>b</b></a> y</p>"
    marks = (Mark(0, 2, "pair", "1"), Mark(3, 7, "pair", "2"))
    assert written(html, MarkedText("um dois", marks)) == "<p><a href=1>um <b>dois</b></a></p>"


def test_a_line_break_takes_the_space_beside_it_when_the_source_had_none() -> None:
    for place in (2, 3):
        translated = MarkedText("um dois", (Mark(place, place, "point", "1"),))
        assert written("<p>one<br>two</p>", translated) == "<p>um<br>dois</p>"


def test_attributes_inside_a_paragraph_change_when_only_they_are_translated() -> None:
    html = "<p>See <img alt='a dog' src=x> here</p>"
    document = open_document(html.encode(), kind="html")
    said = [in_quotes(segment) if segment.text == "a dog" else segment for segment in document.segments]
    assert document.written(said).decode() == "<p>See <img alt='«a dog»' src=x> here</p>"
    said = [in_capitals(segment) for segment in document.segments]
    assert document.written(said).decode() == "<p>SEE <img alt='A DOG' src=x> HERE</p>"


def test_a_page_says_its_new_language_when_it_is_translated() -> None:
    page = '<html lang="en-GB"><p lang=en>a <q lang="de">Wort</q> <i xml:lang=EN>b</i><code lang=en>c</code>'
    document = open_document(page.encode(), kind="html", options=DocumentOptions(source="en", target="pt-BR"))
    made = document.written([in_capitals(segment) for segment in document.segments]).decode()
    assert made == (
        '<html lang="pt-BR"><p lang=pt-BR>A <q lang="de">WORT</q> <i xml:lang=pt-BR>B</i><code lang=en>c</code>'
    )
    assert document.facts[-3:] == tuple(
        f"where the document says that its language is `{tag}`, it says `pt-BR` now" for tag in ("en-GB", "en", "EN")
    )


def test_a_page_runs_from_right_to_left_when_its_language_does() -> None:
    assert written("<html lang=en><p>a", "b", target="ar") == '<html dir="rtl" lang=ar><p>b'
    assert written("<html lang=en dir=ltr><p>a", "b", target="ar") == "<html lang=ar dir=ltr><p>b"


@pytest.mark.parametrize(
    ("said", "options"),
    [("a", {"target": "pt"}), ("b", {"target": "pt", "set_language": False}), ("b", {"target": "pt", "source": "de"})],
)
def test_a_page_says_what_it_said_when_nothing_changed_or_that_is_not_asked_for(said: str, options: dict) -> None:
    page = "<html lang=en><p>a"
    assert written(page, said, **options) == page.replace("<p>a", f"<p>{said}")


def test_a_reference_is_written_when_the_encoding_lacks_a_character() -> None:
    html = "<meta charset=iso-8859-1><p>caf\xe9</p>".encode("latin-1")
    document = open_document(html, kind="html")
    assert document.segments[0].text == "café"
    assert document.written([MarkedText("café नमस्ते")]).startswith(b"<meta charset=iso-8859-1><p>caf\xe9 &#2344;")
    assert document.facts == ("says iso-8859-1, read as windows-1252",)


def test_xhtml_is_refused_when_it_is_not_well_formed_or_brings_entities() -> None:
    for bad in ("<p>", "<!DOCTYPE a [<!ENTITY b 'c'>]><p>&b;</p>", "<p>" * 1001 + "</p>" * 1001):
        with pytest.raises(InputError):
            open_document(bad.encode(), kind="xhtml")
    assert texts("<p>a<br/>b &nbsp; <![CDATA[c < d]]></p>", kind="xhtml") == ["a b &nbsp; c < d"]


@pytest.mark.parametrize(
    "part",
    ["<b>", "<b>a", "<a ", "<!--", "<a b='", "</i><b>", "<p>", "a<br>", "&", "<title>", "<?", "<![CDATA[", "<code>"],
)
def test_a_long_page_is_read_when_it_is_one_tag_over_and_over(part: str) -> None:
    data = (part * (100_000 // len(part))).encode()
    document = open_document(data, kind="html")
    assert document.written(document.segments) == data
