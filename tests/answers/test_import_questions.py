"""Moodle XML, GIFT and QTI items become quizzes; what does not is said; hostile files are refused."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.imported_quiz import read

from edgekit.answers.questions import import_quiz
from edgekit.core.errors import EdgekitError, InputError, UnavailableError, UsageError

MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top/Water</text></category></question>
<question type="essay">
  <name><text>Why ice floats</text></name>
  <questiontext format="html"><text><![CDATA[<p>Why does <b>ice</b> float?</p>
  <p>Say it in &lt;3 sentences.<script>x()</script></p>]]></text></questiontext>
  <defaultgrade>2.0000000</defaultgrade>
  <graderinfo format="html"><text><![CDATA[<p>It is less dense than water.</p>]]></text></graderinfo>
  <idnumber>ice</idnumber>
</question>
<question type="shortanswer">
  <name><text>Capital</text></name>
  <questiontext format="plain_text"><text>Name the gas &amp; its sign</text></questiontext>
  <defaultgrade>1</defaultgrade>
  <answer fraction="100"><text>oxygen</text></answer>
  <answer fraction="100"><text>O2</text></answer>
  <answer fraction="50"><text>air</text></answer>
  <answer fraction="100"><text>oxy*</text></answer>
  <answer fraction="0"><text>*</text></answer>
</question>
<question type="numerical">
  <name><text>Boiling</text></name>
  <questiontext format="html"><text>At which temperature does water boil?</text></questiontext>
  <answer fraction="100"><text>100</text><tolerance>0,5</tolerance></answer>
  <units><unit><multiplier>1</multiplier><unit_name>°C</unit_name></unit></units>
</question>
<question type="multichoice">
  <name><text>Boiling</text></name>
  <questiontext format="html"><text><![CDATA[<img src="x.png" alt="a cup"> Which is liquid?]]></text></questiontext>
  <single>false</single>
  <answer fraction="50"><text>oil</text></answer>
  <answer fraction="-100"><text>sand</text></answer>
  <answer fraction="50"><text>milk</text></answer>
</question>
<question type="truefalse">
  <name><text>Sun</text></name>
  <questiontext><text>The sun is a star.</text></questiontext>
  <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>
</question>
<question type="essay"><name><text>Free</text></name>
<questiontext><text>Tell us of rain.</text></questiontext></question>
<question type="matching"><name><text>M</text></name><questiontext><text>Match.</text></questiontext></question>
</quiz>
"""

GIFT = r"""
// a comment
$CATEGORY: $course$/top

// question: 7  name: Gas
// [id:gas-7] [tag:plants]
::Gas:: Which gas do plants give off? {=oxygen =%100%O2 =%50%air#half}

::Choice::[html]<p>Which is <i>liquid</i>?</p> {
  ~sand
  =oil # right
  ~stone
}

When does water boil? {#100:0.5}

How old? {#=%100%1.5..2.5 =%50%9:1}

The sun is a star. {T#yes#no}

Many \{right\} ones? {~%50%a\=b ~%50%c\:d ~%-100%e}

Ice {=floats =swims} on water.

Match. {=a -> b =c -> d}

Only a text.

Write an essay. {}
"""

ITEM_2 = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="{id}" title="Ice"
 xml:lang="es" adaptive="false">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string">
<correctResponse><value>Es menos densa.</value></correctResponse></responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float" normalMaximum="3" externalScored="human"/>
<itemBody><p>¿Por qué flota el hielo?</p>
<rubricBlock view="scorer"><p>[2] Dice que es menos denso.</p>
<p>[1] Compara con el agua.</p><p>Be kind.</p></rubricBlock>
<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>Di por qué.</prompt></extendedTextInteraction></itemBody>
</assessmentItem>"""

ITEM_3 = """<?xml version="1.0"?>
<q:qti-assessment-item xmlns:q="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="gap" title="Gaps">
<q:qti-response-declaration identifier="A" cardinality="single" base-type="string">
<q:qti-correct-response><q:qti-value>gas</q:qti-value></q:qti-correct-response>
<q:qti-mapping><q:qti-map-entry map-key="vapour" mapped-value="1"/>
<q:qti-map-entry map-key="air" mapped-value="0.5"/></q:qti-mapping>
</q:qti-response-declaration>
<q:qti-response-declaration identifier="B" cardinality="single" base-type="float">
<q:qti-correct-response><q:qti-value>100</q:qti-value></q:qti-correct-response></q:qti-response-declaration>
<q:qti-response-declaration identifier="C" cardinality="single" base-type="identifier">
<q:qti-correct-response><q:qti-value>y</q:qti-value></q:qti-correct-response></q:qti-response-declaration>
<q:qti-item-body><q:p>Steam is a <q:qti-text-entry-interaction response-identifier="A"/>, at
<q:qti-text-entry-interaction response-identifier="B"/> degrees.</q:p>
<q:qti-choice-interaction response-identifier="C"><q:qti-simple-choice identifier="x">cold</q:qti-simple-choice>
<q:qti-simple-choice identifier="y">hot</q:qti-simple-choice></q:qti-choice-interaction>
<q:qti-hotspot-interaction response-identifier="D"/></q:qti-item-body>
</q:qti-assessment-item>"""


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_the_category_that_holds_all_gives_no_title(tmp_path: Path) -> None:
    text = MOODLE.replace("$course$/top/Water", "$course$/top")
    assert text != MOODLE
    path = tmp_path / "lesson.xml"
    path.write_text(text, encoding="utf-8")
    assert import_quiz(path, language="en").quiz.title == "lesson"


def test_moodle_xml_becomes_a_quiz_with_its_references_and_grades(tmp_path: Path) -> None:
    found = read(tmp_path, MOODLE)
    assert (found.form, found.quiz.title) == ("moodle-xml", "Water")
    ice, gas, boiling, liquid, sun = found.quiz.questions
    assert (ice.id, ice.kind, ice.points) == ("ice", "explain", 2.0)
    assert ice.text == {"en": "Why does ice float?\nSay it in <3 sentences."}
    assert ice.criteria[0].statement == {"en": "It is less dense than water."}
    assert (gas.kind, gas.text["en"], gas.references["en"]) == ("exact", "Name the gas & its sign", ("oxygen", "O2"))
    assert gas.partly == {"air": 0.5}
    assert (boiling.kind, boiling.value, boiling.tolerance, boiling.unit) == ("numeric", 100.0, 0.5, "°C")
    assert (boiling.id, liquid.id) == ("boiling", "boiling-2")
    assert liquid.text["en"] == "[image: a cup] Which is liquid?"
    assert [liquid.options[name] for name in liquid.correct] == ["oil", "milk"]
    assert [sun.options[name] for name in sun.correct] == ["True"]
    assert found.notes == (
        "`Capital`: left out, answers with `*`, which are patterns: 1",
        "left out: 1 of the type `matching`, which edgekit does not grade",
        "left out, since nothing says what a right answer is: `Tell us of rain.`",
    )


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_moodle_xml_is_known_in_every_encoding(tmp_path: Path, codec: str) -> None:
    said = MOODLE.replace("UTF-8", "UTF-16") if codec == "utf-16" else MOODLE
    assert read(tmp_path, said.encode(codec)).quiz == read(tmp_path, MOODLE).quiz


def test_gift_becomes_a_quiz(tmp_path: Path) -> None:
    found = read(tmp_path, GIFT, "q.txt")
    assert found.form == "gift"
    gas, liquid, boiling, old, sun, many, ice = found.quiz.questions
    assert (gas.id, gas.kind, gas.references["en"]) == ("gas-7", "exact", ("oxygen", "O2"))
    assert (liquid.text["en"], [liquid.options[name] for name in liquid.correct]) == ("Which is liquid?", ["oil"])
    assert (boiling.value, boiling.tolerance) == (100.0, 0.5)
    assert (old.value, old.tolerance) == (2.0, 0.5)
    assert (list(sun.options.values()), sun.correct) == (["True", "False"], ("a",))
    assert many.text["en"] == "Many {right} ones?"
    assert (list(many.options.values()), many.correct) == (["a=b", "c:d", "e"], ("a", "b"))
    assert (ice.text["en"], ice.references["en"]) == ("Ice _____ on water.", ("floats", "swims"))
    assert "left out, questions of matching: 1" in found.notes
    assert "left out, questions of description: 1" in found.notes
    assert any("Write an essay." in note for note in found.notes)


def test_qti_items_of_both_versions_become_a_quiz(tmp_path: Path) -> None:
    members = {"b/one.xml": ITEM_2.format(id="ice"), "a.xml": ITEM_3, "imsmanifest.xml": "<manifest/>", "x.png": b"\0"}
    found = read(tmp_path, zipped(members), "package.zip")
    assert found.form == "qti"
    assert found.quiz.languages == ("en", "es")
    gap, boils, choice, ice = found.quiz.questions
    assert (gap.id, gap.kind, gap.references["en"]) == ("gap.A", "exact", ("gas", "vapour"))
    assert gap.text["en"] == "Steam is a _____, at […] degrees."
    assert (boils.id, boils.value, boils.text["en"]) == ("gap.B", 100.0, "Steam is a […], at _____ degrees.")
    assert (choice.id, choice.options[choice.correct[0]]) == ("gap.C", "hot")
    assert (ice.id, ice.language, ice.points, ice.text["es"]) == (
        "ice",
        "es",
        3.0,
        "¿Por qué flota el hielo?\nDi por qué.",
    )
    assert [(one.points, one.statement["es"]) for one in ice.criteria] == [
        (2.0, "Dice que es menos denso."),
        (1.0, "Compara con el agua."),
    ]
    assert found.quiz.title == "package"
    assert found.notes == ("left out, items, hotspotinteraction: 1",)
    assert list(gap.partly.values()) == [gap.points / 2]


@pytest.mark.parametrize(
    ("most", "mapped", "points"),
    [("4", "2", [2.0, 1.0, 1.0]), ("3", None, [1.0, 1.0, 1.0]), ("2", "2", [2 / 3] * 3), (None, "2", [2.0, 1.0, 1.0])],
)
def test_the_gaps_of_an_item_share_its_points(
    tmp_path: Path, most: str | None, mapped: str | None, points: list[float]
) -> None:
    item = ITEM_3.replace('mapped-value="1"', f'mapped-value="{mapped}"').replace(
        '<q:qti-hotspot-interaction response-identifier="D"/>', ""
    )
    score = f'<q:qti-outcome-declaration identifier="SCORE" normal-maximum="{most}"/>' if most else ""
    if mapped is None:
        item = re.sub("<q:qti-mapping>.*</q:qti-mapping>", "", item, flags=re.DOTALL)
    found = read(tmp_path, item.replace("<q:qti-item-body>", f"{score}<q:qti-item-body>"))
    assert [one.points for one in found.quiz.questions] == pytest.approx(points)


def test_gaps_that_each_have_points_keep_them_when_their_sum_is_the_whole_but_for_the_last_place(
    tmp_path: Path,
) -> None:
    worths = iter(("0.7", "0.2", "0.1"))
    entry = '<q:qti-mapping><q:qti-map-entry map-key="k" mapped-value="{}"/></q:qti-mapping>'
    item = re.sub("<q:qti-mapping>.*</q:qti-mapping>", "", ITEM_3, flags=re.DOTALL)
    item = re.sub("(?<=</q:qti-correct-response>)", lambda _: entry.format(next(worths)), item)
    item = item.replace('<q:qti-hotspot-interaction response-identifier="D"/>', "")
    score = '<q:qti-outcome-declaration identifier="SCORE" normal-maximum="1"/>'
    found = read(tmp_path, item.replace("<q:qti-item-body>", f"{score}<q:qti-item-body>"))
    assert [one.points for one in found.quiz.questions] == [0.7, 0.2, 0.1]


def test_the_form_can_be_forced_and_is_checked(tmp_path: Path) -> None:
    assert read(tmp_path, "Why? {=x}", "q.csv", form="gift").form == "gift"
    with pytest.raises(UsageError, match="not read from `word`"):
        read(tmp_path, "Why? {=x}", form="word")
    with pytest.raises(UsageError, match=r"no.* language tag"):
        read(tmp_path, "Why? {=x}", language="english")
    with pytest.raises(UnavailableError):
        import_quiz(tmp_path / "none", language="en")


ESSAY = (
    '<quiz><question type="essay"><questiontext><text>{}</text></questiontext>'
    "<graderinfo><text>{}</text></graderinfo></question></quiz>"
)
LAUGHS = '<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + ESSAY.format("&b;", "x")
OUTSIDE = '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ESSAY.format("&x;", "x")


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (LAUGHS, "it declares an entity"),
        (OUTSIDE, "it declares an entity"),
        (LAUGHS.encode("utf-16"), "no XML|entity|no question|NUL|no text"),
        ("<quiz>" + "<a>" * 200 + "</a>" * 200 + "</quiz>", "nested deeper"),
        ("<quiz><question type='essay'>", "no XML"),
        ("<quiz><question type='essay'><name>" + "x" * 5_000_000 + "</name></question></quiz>", "longer than"),
        ("<quiz></quiz>", "no question that edgekit can grade"),
        ("<html></html>", "no Moodle XML"),
        (ESSAY.format("Why?", "a&#x202E;b"), "have problems"),
        (ESSAY.format("W" * 5000, "b"), "have problems"),
        ("Why? {=x", "no question that edgekit can grade"),
        ("}{", "no question"),
        ("", "no question"),
        (b"PK\x03\x04 nothing", "damaged"),
        (zipped({"../../x.xml": ITEM_2}), "leads out of the archive"),
        (zipped({"/etc/x.xml": ITEM_2}), "leads out of the archive"),
        (zipped({"x.txt": "x"}), "0 files of XML"),
        (zipped({"x.xml": b" " * 50_000_000}), "cannot be opened|damaged"),
    ],
)
def test_hostile_files_of_questions_are_refused(tmp_path: Path, data: str | bytes, part: str) -> None:
    with pytest.raises(InputError, match=part):
        read(tmp_path, data)


def test_ids_that_are_paths_become_names(tmp_path: Path) -> None:
    text = MOODLE.replace("<idnumber>ice</idnumber>", "<idnumber>../../ice</idnumber>")
    assert read(tmp_path, text).quiz.questions[0].id == "why-ice-floats"
    assert read(tmp_path, ITEM_2.format(id="../x")).quiz.questions[0].id == "ice"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_files_end_in_a_quiz_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([MOODLE, GIFT, ITEM_2, ITEM_3])).encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(at, min(len(whole), at + 60)))
    changed = whole[:at] + data.draw(st.binary(max_size=4) | st.sampled_from([b"{", b"}", b"<", b"&#0;"])) + whole[end:]
    path = tmp_path_factory.getbasetemp() / "mutated"
    path.write_bytes(changed)
    try:
        found = import_quiz(path, language="en")
    except EdgekitError:
        return
    assert found.quiz.questions


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<script>", "<?", "&#", "<b><p>", "</"])
def test_html_that_takes_other_parsers_minutes_is_read(tmp_path: Path, piece: str) -> None:
    text = f"<![CDATA[Why? {piece * 60_000}]]>"
    with pytest.raises(InputError):
        read(tmp_path, ESSAY.format(text, "").replace("<graderinfo><text></text></graderinfo>", ""))


def test_a_pasted_picture_is_no_text(tmp_path: Path) -> None:
    text = f'<![CDATA[<img src="data:image/png;base64,{"A" * 1_000_000}" alt="a leaf"> What is it?]]>'
    (question,) = read(tmp_path, ESSAY.format(text, "A leaf.")).quiz.questions
    assert question.text["en"] == "[image: a leaf] What is it?"


@pytest.mark.parametrize("form", ["q.xml", "q.gift"])
def test_categories_are_one_quiz_which_is_told_and_named_after_none(tmp_path: Path, form: str) -> None:
    xml = "".join(
        f'<question type="category"><category><text>$course$/top/{name}</text></category></question>'
        f'<question type="essay"><name><text>{name}</text></name><questiontext><text>Why?</text></questiontext>'
        f"<graderinfo><text>{name} is wet.</text></graderinfo></question>"
        for name in ("Rain", "Rivers // seas")
    )
    plain = "$CATEGORY: $course$/top/Rain\n\n::a::Why? {=x}\n\n$CATEGORY: $course$/Rivers // seas\n\n::b::Why? {=y}\n"
    found = read(tmp_path, f"<quiz>{xml}</quiz>" if form == "q.xml" else plain, form)
    assert found.notes == ("the questions of 2 categories are all in this quiz: `Rain`, `Rivers / seas`",)
    assert (found.quiz.title, len(found.quiz.questions)) == ("q", 2)
    one = read(tmp_path, plain.rpartition("$CATEGORY")[0], "q.gift")
    assert (one.quiz.title, one.notes) == ("Rain", ())


def test_a_question_that_cannot_be_is_left_out_and_told_and_the_others_stay(tmp_path: Path) -> None:
    doubled = "::D::Which? {=one ~two ~one}\n\n"
    found = read(tmp_path, f"{doubled}Other {{=x}}", "q.gift")
    assert [one.id for one in found.quiz.questions] == ["other"]
    assert found.notes == ("left out, question 1 (`d: Which?`): entry 3 of `options` is there a second time",)
    with pytest.raises(InputError, match="have problems"):
        read(tmp_path, doubled, "q.gift")


def test_a_choice_of_moodle_keeps_parts_of_the_points(tmp_path: Path) -> None:
    answers = "".join(f'<answer fraction="{one}"><text>{one} of it</text></answer>' for one in (100, 50, 0))
    question = "<name><text>N</text></name><questiontext><text>Which?</text></questiontext>"
    found = read(tmp_path, f'<quiz><question type="multichoice">{question}{answers}</question></quiz>')
    assert found.quiz.questions[0].correct == ("a",)
    assert found.quiz.questions[0].partly == {"b": 0.5}
    assert found.notes == ()


@pytest.mark.parametrize(
    ("text", "asked", "option"),
    [
        (
            "[html]<p>Is x &lt; y<br></p>{=[html]<p>yes<br></p>#[html]<p>good</p> ~%50%[plain]<b> ~no}",
            "Is x < y",
            "yes",
        ),
        ("Is <b>x</b> &lt; y{=<i>yes</i> ~<b>no</b> ~c}", "Is x < y", "yes"),
        ("Is x<y and y>z?{=x<y and y>z ~no ~c}", "Is x<y and y>z?", "x<y and y>z"),
        ("[plain]Is <b>x</b>?{=<b> ~no ~c}", "Is <b>x</b>?", "<b>"),
    ],
)
def test_each_text_of_gift_has_its_own_format(tmp_path: Path, text: str, asked: str, option: str) -> None:
    (question,) = read(tmp_path, f"// question: 7  name: N\n::N::{text}\n", "q.gift").quiz.questions
    assert question.text["en"] == asked
    assert question.options[question.correct[0]] == option
