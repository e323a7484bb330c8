"""Every text format: back as it was without a translation, and with one the same around other words."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from random import Random

import polib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from toys.documents import SAMPLES, in_capitals, in_quotes, kind_of_sample, shuffled

from edgekit.core.errors import InputError, SegmentError
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.base import DocumentOptions
from edgekit.documents.markdown_inline import parser
from edgekit.documents.open import FORMATS, open_document

NEWLINES = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
EXAMPLES = 20
TEXTS = [form.kind for form in FORMATS.values() if not form.archive]


def opened(sample: str, data: bytes | None = None):
    kind = kind_of_sample(sample)
    return open_document(SAMPLES[sample].encode() if data is None else data, kind=kind)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("newline", NEWLINES)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_comes_back_byte_for_byte_when_nothing_is_translated(sample: str, newline: str, codec: str) -> None:
    data = SAMPLES[sample].replace("\n", NEWLINES[newline]).encode(codec)
    if codec == "utf-16":  # what states another encoding is lying
        data = SAMPLES[sample].replace("\n", NEWLINES[newline]).encode(codec)
    for changed in (data, data.rstrip(b"\n\r") if codec != "utf-16" else data):
        document = opened(sample, changed)
        assert document.segments
        assert document.written(document.segments) == changed


@pytest.mark.parametrize("sample", SAMPLES)
def test_segments_are_sound_when_a_document_is_read(sample: str) -> None:
    for segment in opened(sample).segments:
        assert segment.problems() == []
        assert segment.text == segment.text.strip()
        assert any(letter.isalpha() for letter in segment.text)


class _Skeleton(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[object] = []

    def handle_starttag(self, tag, attrs):
        read = ("title", "alt", "placeholder", "content", "value")
        self.found.append((tag, [(name, value if name not in read else None) for name, value in attrs]))

    def handle_endtag(self, tag):
        self.found.append(("/", tag))

    def handle_comment(self, data):
        self.found.append(("comment", data))

    def handle_decl(self, decl):
        self.found.append(("declaration", decl))

    def handle_pi(self, data):
        self.found.append(("instruction", data))


def html_skeleton(text: str) -> object:
    parsing = _Skeleton()
    parsing.feed(text)
    return Counter(map(str, parsing.found))


def xml_skeleton(text: str) -> object:
    root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, load_dtd=False))
    return Counter(
        (str(node.tag), tuple((key, value) for key, value in node.attrib.items() if key not in ("alt", "state")))
        for node in root.iter()
    )


EMPHASIS = {"<em>": "em_open", "</em>": "em_close", "<strong>": "strong_open", "</strong>": "strong_close",
            "<del>": "s_open", "</del>": "s_close"}  # fmt: skip


def markdown_skeleton(text: str) -> list:
    found = []
    for token in parser().parse(text):
        inline = [
            EMPHASIS.get(child.content, child.type)
            for child in token.children or []
            if not child.type.startswith("text") and child.type != "softbreak"
        ]
        urls = [child.attrs.get("href") or child.attrs.get("src") for child in token.children or [] if child.attrs]
        content = token.content if token.type in ("fence", "code_block", "math_block", "front_matter") else ""
        if token.type == "front_matter":
            content = re.sub(r"(?m)^(title|description):.*", r"\1", content)
        found.append((token.type, sorted(inline), sorted(map(str, urls)), content))
    return found


def without_emphasis(text: str) -> object:
    return [
        (kind, [one for one in inline if one not in EMPHASIS.values()], *rest)
        for kind, inline, *rest in markdown_skeleton(text)
    ]


def subtitle_skeleton(text: str) -> object:
    lines = text.splitlines()
    codes = re.findall(r"<[/A-Za-z][^>]*>|<[0-9:.]+>|\{\\[^}]*\}", text)
    return [line for line in lines if "-->" in line or line.isdigit() or line == ""], Counter(codes)


def po_skeleton(text: str) -> object:
    parsed = polib.pofile(text)
    return parsed.metadata, [
        (entry.msgid, entry.msgctxt, entry.msgid_plural, entry.flags, entry.comment, entry.obsolete,
         sorted(entry.msgstr_plural)) for entry in parsed
    ]  # fmt: skip


def json_skeleton(text: str) -> object:
    def shape(value: object) -> object:
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            return [(key, shape(inner)) for key, inner in value]
        if isinstance(value, list):
            return [shape(inner) for inner in value]
        return "" if isinstance(value, str) else value

    lines = [text] if text.lstrip().startswith('{"title') else text.splitlines()
    return [shape(json.loads(line, object_pairs_hook=list)) for line in lines if line]


def table_skeleton(text: str) -> object:
    return [len(row) for row in csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text else ",")]


def text_skeleton(text: str) -> object:
    return re.sub(r"[^\W\d_]+|[«»]| +|(?<=\w)\n(?=>? ?\w)", "", text)


def xliff_skeleton(text: str) -> object:
    root = etree.fromstring(text.encode())
    found = []
    for unit in root.iter("{*}trans-unit", "{*}segment"):
        source, target = unit.find("{*}source"), unit.find("{*}target")
        codes = [
            Counter(
                (str(code.tag), tuple(code.attrib.items()), code.text if "ph" in str(code.tag) else "")
                for code in place.iterdescendants()
                if code.get("mtype") != "seg"
            )
            for place in (source, target)
            if place is not None
        ]
        parted = unit.find("{*}seg-source") is not None
        if len(codes) == 2 and source.text != "Two" and not parted:
            assert codes[0] == codes[1]
        found.append((unit.get("id"), etree.tostring(source, with_tail=False)))
    return found


SKELETONS: dict[str, Callable[[str], object]] = {
    "html": html_skeleton, "xhtml": xml_skeleton, "xliff": xliff_skeleton, "xliff2": xliff_skeleton,
    "md": markdown_skeleton, "srt": subtitle_skeleton,
    "vtt": subtitle_skeleton, "po": po_skeleton, "json": json_skeleton, "jsonl": json_skeleton, "csv": table_skeleton,
    "tsv": table_skeleton,
}  # fmt: skip


@pytest.mark.parametrize("sample", SKELETONS)
@pytest.mark.parametrize("translate", [in_capitals, in_quotes])
def test_the_structure_stays_when_every_word_changes(
    sample: str, translate: Callable[[MarkedText], MarkedText]
) -> None:
    document = opened(sample)
    written = document.written([translate(segment) for segment in document.segments]).decode()
    assert SKELETONS[sample](written) == SKELETONS[sample](SAMPLES[sample])
    assert written != SAMPLES[sample]


CHOSEN = {"json": ("title", "body", "n.*.label")}


@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample not in ("po", "xliff", "xliff2")])
def test_the_translation_is_what_is_read_again_when_every_word_changes(sample: str) -> None:
    document = opened(sample)
    wanted = [in_capitals(segment).text for segment in document.segments]
    written = document.written([in_capitals(segment) for segment in document.segments])
    # Capitals do not read like a label.
    again = open_document(written, kind=kind_of_sample(sample), options=DocumentOptions(keys=CHOSEN.get(sample, ())))
    assert [segment.text for segment in again.segments] == wanted


@pytest.mark.parametrize("sample", SKELETONS)
@settings(deadline=None, max_examples=EXAMPLES)
@given(seed=st.integers(0, 2**32))
def test_the_structure_stays_when_marks_come_back_anywhere(sample: str, seed: int) -> None:
    random = Random(seed)
    document = opened(sample)
    translated = [shuffled(segment, random) for segment in document.segments]
    written = document.written(translated).decode()
    skeleton = SKELETONS[sample]
    if sample == "md":
        # Emphasis around nothing is none.
        found, there = (sum(part.count(end) for part in map(str, skeleton(text)) for end in EMPHASIS.values())
                        for text in (written, SAMPLES[sample]))  # fmt: skip
        assert found <= there
        skeleton = without_emphasis
    assert skeleton(written) == skeleton(SAMPLES[sample])


@pytest.mark.parametrize("kind", TEXTS)
@settings(deadline=None, max_examples=EXAMPLES)
@given(data=st.binary(max_size=200))
def test_bytes_come_back_or_are_refused_when_they_are_anything(kind: str, data: bytes) -> None:
    try:
        document = open_document(data, kind=kind)
    except InputError:
        return
    assert document.written(document.segments) == data


# What a document of each kind may be made of, between broken bars.
FRAGMENTS = {
    "txt": ("word¦ ¦\n¦\r\n¦\t¦- ¦1. ¦> ¦\n\n¦a longer run of words that fills a line of text ¦中文"),
    "md": (
        'word¦ ¦\n¦\n\n¦*¦**¦_¦`¦```\n¦[¦](u)¦](u "t")¦![¦<b>¦</b>¦<!--¦-->¦- ¦  ¦1. ¦> ¦# ¦|¦'
        "\n|-|-|\n¦\\¦&amp;¦$¦~~¦[^1]¦\n[^1]: ¦\r\n¦\t¦<¦>¦    ¦é¦中"
    ),
    "html": (
        "word¦ ¦<p>¦</p>¦<b>¦</b>¦<i>¦</i>¦<br>¦<img alt='pic'>¦<!--¦-->¦<¦>¦&amp;¦&nbsp;¦&¦<code>¦"
        '</code>¦<script>¦</script>¦<a title="x y" href=z>¦</a>¦\n¦<p title=¦"¦\'¦<td translate=no>¦'
        "</td>¦<?x¦<![CDATA[¦]]>¦<title>¦</title>¦</¦=¦/¦<textarea>¦<svg>¦</svg>¦é"
    ),
    "srt": ("1\n¦00:00:01,000 --> 00:00:02,000\n¦word¦ ¦\n¦\n\n¦<i>¦</i>¦{\\an8}¦- ¦.¦<3¦é¦\r\n¦♪¦中文"),
    "vtt": ("00:01.000 --> 00:02.000\n¦word¦ ¦\n¦\n\n¦<i>¦</i>¦<v A>¦- ¦.¦&amp;¦NOTE¦<00:01.500>¦中文¦-->"),
    "po": (
        'msgid "a word"\n¦msgstr ""\n¦"more\\n"\n¦#, fuzzy\n¦# c\n¦\n¦msgctxt "c"\n¦'
        'msgid_plural "words"\n¦msgstr[0] ""\n¦msgstr[1] ""\n¦#~ msgid "x"\n'
    ),
    "csv": ('two words¦,¦;¦"¦\n¦\r\n¦""¦=1¦-¦ ¦\t¦é'),
    "json": ('{¦}¦[¦]¦,¦:¦"two words"¦"k"¦1¦true¦ ¦\n¦"\\u00e9 Aa"¦"\\ud800"'),
}
HEADS = {"vtt": "WEBVTT\n\n", "srt": "1\n00:00:01,000 --> 00:00:02,000\n"}


@pytest.mark.parametrize("kind", FRAGMENTS)
@settings(deadline=None, max_examples=EXAMPLES * 3)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_text_comes_back_when_it_is_made_of_what_the_format_is_made_of(
    kind: str, data: st.DataObject, seed: int
) -> None:
    text = HEADS.get(kind, "") + "".join(data.draw(st.lists(st.sampled_from(FRAGMENTS[kind].split("¦")), max_size=30)))
    try:
        document = open_document(text.encode(), kind=kind)
    except InputError:
        return
    assert document.written(document.segments) == text.encode()
    for segment in document.segments:
        assert segment.problems() == []
    random = Random(seed)
    document.written([shuffled(segment, random, "uma água") for segment in document.segments])
    document.written([in_capitals(segment) for segment in document.segments])


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ((), "missing"),
        ((Mark(0, 1, "pair", "1"), Mark(2, 3, "pair", "1")), "2 times"),
        ((Mark(0, 9, "pair", "1"),), "9"),
    ],
)
def test_a_segment_is_named_when_its_marks_do_not_come_back(marks: tuple[Mark, ...], said: str) -> None:
    document = open_document(b"<p>first</p><p>I <b>am</b> here</p>", kind="html")
    with pytest.raises(SegmentError) as error:
        document.written([document.segments[0], MarkedText("abc", marks)])
    assert error.value.segments == (1,)
    assert said in error.value.reasons[0]


def test_a_segment_is_named_when_what_is_kept_changed() -> None:
    document = open_document(b"<p>I <code>am</code> here</p>", kind="html")
    with pytest.raises(SegmentError, match="came back as"):
        document.written([MarkedText("I an here", (Mark(2, 4, "keep", "1"),))])


def test_a_pair_may_come_back_as_a_point_when_its_words_are_gone() -> None:
    document = open_document(b"<p>I <b>am</b> here</p>", kind="html")
    assert document.written([MarkedText("eu", (Mark(2, 2, "point", "1"),))]) == b"<p>eu<b></b></p>"


def test_other_marks_are_ignored_when_a_translation_brings_them() -> None:
    document = open_document(b"<p>I am here</p>", kind="html", options=DocumentOptions())
    assert document.written([MarkedText("eu", (Mark(0, 1, "keep", "mine"),))]) == b"<p>eu</p>"


def test_emphasis_is_not_written_when_its_words_are_gone() -> None:
    text = "**Do not** touch the *hot* [big](u) stove."
    document = open_document(text.encode(), kind="md")
    bold, hot, link = document.segments[0].marks
    assert [mark.kind for mark in (bold, hot, link)] == ["pair"] * 3
    said = "Não toque no fogão."
    marks = (Mark(0, 3, "pair", bold.name), Mark(12, 12, "point", hot.name), Mark(12, 12, "point", link.name))
    assert document.written([MarkedText(said, marks)]).decode() == "**Não** toque [no](u) fogão."


def test_emphasis_is_not_written_when_it_held_a_picture_and_its_words_are_gone() -> None:
    text = "See the *hot ![pan](p.png) one* here."
    document = open_document(text.encode(), kind="md")
    outer = document.segments[0]
    marks = tuple(Mark(4, 4, "point", mark.name) for mark in outer.marks)
    said = [MarkedText("Ver aqui.", marks), *document.segments[1:]]
    assert document.written(said).decode() == "Ver ![pan](p.png) aqui."
