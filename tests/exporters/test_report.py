"""The page of an export: whole without a network or a script, and no text can become markup; the terminal's table."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.test_receipt import RECEIPT

from edgekit.store.vocabulary import Alignment, AlignmentRecord, CertificateRecord, CorpusRecord, Vocabulary
from exporters.report.charts import ticks
from exporters.report.figures import Figures, Sample, ScriptCount, part_sizes
from exporters.report.markup import Markup, element, join
from exporters.report.page import render_page
from exporters.report.terminal import trade_off
from exporters.selection.base import Cost, Point, Selection
from exporters.trim.base import Part

VOID = {"meta"}
ATTACK = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\x00\x1b[31m\ud800</style>"
TABLE = """\
tokens  64,000 of 262,144
size    115 MB, was 253 MB

      kept  tokens a word  unknown or byte  expected loss    bits per byte
pt  98.40%  1.467 → 1.502    0.00% → 0.01%         +1.80%  0.9100 → 0.9264
en  97.00%  1.206 → 1.263    0.00% → 0.00%         +6.60%     not measured

         tokens     size  pt loss  en loss
         32,000  91.6 MB   +8.50%  +24.60%
chosen   64,000   115 MB   +1.80%   +6.60%
        262,144   253 MB   +0.00%   +0.00%
"""


def cost(language: str, loss: float, coverage: float = 1.0, **more: tuple[float, float]) -> Cost:
    values = {"fertility": (1.467, 1.502), "fallback": (0.0, 0.0001), **more}
    return Cost(language, coverage, *values["fertility"], *values["fallback"], loss, more.get("bits"))


def selection(*, name: str = "pt") -> Selection:
    points = [
        Point(32_000, 91_600_000, (cost(name, 0.085), cost("en", 0.246))),
        Point(262_144, 253_000_000, (cost(name, 0.0), cost("en", 0.0))),
    ]
    chosen = Point(
        64_000,
        115_000_000,
        (
            cost(name, 0.018, 0.984, bits=(0.91, 0.9264)),
            cost("en", 0.066, 0.97, fertility=(1.206, 1.263), fallback=(0.0, 0.0)),
        ),
    )
    return Selection([], chosen, points, {})  # type: ignore[arg-type]  # the page does not look at the ids


def figures(text: str = "x") -> Figures:
    vocabulary = Vocabulary(
        262_144,
        64_000,
        900,
        "0" * 64,
        "model.onnx",
        (CorpusRecord(text, 10, 1, 50, 80, 400, "0" * 64),),
        (CertificateRecord(text, text, 100, 97),),
        (),
        Alignment(text, text, 100, (AlignmentRecord(text, (0.97, 0.96), (0.88, 0.87), (0.77, 0.77)),)),
    )
    receipt = dataclasses.replace(
        RECEIPT, name=text, licence=text, attribution=text, source=text, vocabulary=vocabulary, tools={text: text}
    )
    chosen = dataclasses.replace(selection(name=text), notes=(text,))
    sizes = part_sizes([Part(text, 178_000_000, 680.0), Part("everything else", 75_000_000, 0)], 262_144, 64_000)
    samples = [Sample(text, [text, "a"], [text, "b", text]), Sample("pt", ["same"], ["same"])]
    return Figures(receipt, text, chosen, sizes, [ScriptCount(text, 9, 3), ScriptCount("Thai", 5, 0)], samples)


class Page(HTMLParser):
    """Tags, attributes and text; fails where a tag is closed that is not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_is_whole_and_needs_neither_a_network_nor_a_script() -> None:
    page = Page(render_page(figures("plain")))
    assert page.open == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "a", "base"})
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
    assert ("http-equiv", "Content-Security-Policy") in page.attributes
    assert any(value is not None and value.startswith("default-src 'none'") for _, value in page.attributes)
    assert "url(" not in render_page(figures("plain"))
    for words in ("64,000 of 262,144", "118 MB, was 253 MB", "97.00%", "Lost altogether: Thai (5).", "identical"):
        assert words in page.text


def test_no_text_becomes_markup_whatever_a_model_or_a_corpus_says() -> None:
    plain, attacked = Page(render_page(figures("plain"))), Page(render_page(figures(ATTACK)))
    assert attacked.open == []
    assert attacked.tags == plain.tags
    assert {name for name, _ in attacked.attributes} == {name for name, _ in plain.attributes}
    assert "<script>alert(1)</script>" in attacked.text
    assert not re.search("[\x00\x1b\ud800]", render_page(figures(ATTACK)))
    render_page(figures(ATTACK)).encode("utf-8")


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_what_is_put_into_an_element_comes_out_as_text(text: str, value: str) -> None:
    page = Page(str(element("td", text, title=value)))
    (attribute,) = page.attributes
    assert page.tags == {"td"}
    assert attribute[0] == "title"
    clean = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", text)
    assert page.text == clean
    assert join(Markup("<b>"), "<b>") == "<b>&lt;b&gt;"


def test_the_table_is_this_one_and_a_curve_stands_below_it() -> None:
    lines = trade_off(selection(), 262_144, width=80)
    assert "\n".join(lines).startswith(TABLE)
    assert "pt: expected loss over tokens" in lines
    assert sum("⠀" < one <= "⣿" for one in "".join(lines)) > 40
    assert max(map(len, lines)) <= 80


def test_a_plain_terminal_gets_ascii_and_the_same_numbers() -> None:
    lines = trade_off(selection(), 262_144, width=80, plain=True)
    assert "\n".join(lines).isascii()
    assert "1.467 -> 1.502" in "\n".join(lines)
    assert "*" in "".join(lines)


@pytest.mark.parametrize("width", [1, 20, 40, 200])
def test_no_width_and_no_curve_breaks_the_table(width: int) -> None:
    assert trade_off(selection(), 262_144, width=width)[0] == "tokens  64,000 of 262,144"
    alone = Selection([], Point(5, 10, ()), [], {})  # type: ignore[arg-type]  # the line does not look at the ids
    assert trade_off(alone, 9, width=width)[0] == "tokens  5 of 9"


@given(st.floats(1e-6, 1e6))
def test_ticks_are_few_even_and_inside(most: float) -> None:
    found = ticks(most)
    assert 4 <= len(found) <= 12
    assert found[0] == 0
    assert found[-1] <= most * (1 + 1e-6)
