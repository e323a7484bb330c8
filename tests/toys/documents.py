"""Documents like those that people have, and translators that change every word and keep every mark."""

from __future__ import annotations

from random import Random

from edgekit.core.marked import Mark, MarkedText

TXT = """The Water Cycle
===============

Water moves between the sea, the sky and the land all the time; nobody has
ever seen all of it at once, and yet every drop that falls on a school roof
was part of an ocean before.

Questions:

1. Where does rain come from?
2) Why is the sea salty?
   a) because of rivers
   b) because of fish
- one\ttwo\t33

> A quotation that somebody wrapped at about seventy columns because that is
> what mail programs did for thirty years, and this goes on.

Roses are red,
  violets are blue,
sugar is sweet.\x20\x20
\t
42

The end - café"""

MARKDOWN = """---
title: "The cycle"
---

# The *water* cycle {#water}

Water moves between the **sea**, the `sky()` and [the land](https://e.org/a_(b) "A *title*")
all the time;  nobody has ever seen $E = mc^2$ of it\\
at once. ![A picture](img.png 'Rain') <b>Bold</b>&nbsp;text &copy; 5 \\* 3, snake_case and $5.

* item one
  goes on
* [x] task **two**
  1. nested ~~old~~
     > quoted in a list [^n]

> [!NOTE]
> Read [Ref] and [other][ref] and [Ref][] now.
> > deeper

| Word | Meaning |
|:-----|--------:|
| a \\| b | the **first** |
| c | |

Setext title
------------

<div class="x"><p>Inside <i>HTML</i>.</p></div>

<!-- a comment -->

```python
print("not this")
```

    nor this

$$
x^2
$$

Term
: What it means

[^n]: A note with *words*.

[ref]: http://example.org "Title of it"

***both*** and **“quoted”**tail <https://auto.link/x> hard\x20\x20
break"""

HTML = """<!DOCTYPE html>
<!-- saved --><html lang="en"><head>
<meta charset="utf-8"><title>The &amp; cycle</title>
<meta name="description" content="All about 'water'"><meta name="viewport" content="width=device-width">
<script>if (a < b && "</p>") alert("no");</script><style>p > b { color: red }</style></head>
<body class=main>
<!--[if IE]><p>Old browser</p><![endif]-->
<h1>The <em>water</em> cycle</h1>
<p>
   Water moves<br>
   between the <b>sea</b>, <code>a &lt; b</code> and
   un<u>der</u>ground&nbsp;rivers &mdash; <a href="x?a=1&b=2" title="See &quot;more&quot;">see
   <img src=i.png alt='The sea'> more</a>.
<p>No end tag <i>here <b>crossed</i> tags</b> &notanentity; AT&T
<ul><li>One<li>Two <kbd>Ctrl</kbd></ul>
<table><tr><td>Cell one</td><td>Cell <span translate="no">Edgekit</span> two</td></tr></table>
<div class="notranslate">Left <div>alone</div></div><pre>  as it is </pre>
<p>First line<br><br>second line<wbr>s <input type=submit value="Send it"><input placeholder=Name></p>
<p></p><p>&nbsp;</p><p>123</p><textarea>raw</textarea><svg><title>no</title></svg>
<ruby>word<rt>reading</rt></ruby>
Loose text at the end"""

XHTML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>A book</title></head>
<body><p>One <em>fine</em> day<br/>it rained<sup><a href="#n1">1</a></sup>.</p><hr/><p><![CDATA[Two < three]]></p>
<img src="a.png" alt="A cloud"/></body></html>
"""

SRT = """1
00:00:01,000 --> 00:00:03,000
{\\an8}<i>When I was a child, I lived in a</i>

2
00:00:03,100 --> 00:00:05,000
<i>house that was made of
cardboard and <b>tape</b>.</i>

3
00:00:06,000 --> 00:00:07,000 X1:1 X2:2
- Hello, Mary <3.
- Goodbye, John.

4
00:00:08,000 --> 00:00:09,000
[thunder]

5
00:00:10,000 --> 00:00:12,500
<font color="#ff0000">This one is a rather long sentence that</font>
needs two lines, I think it does
"""

VTT = """WEBVTT - a film

STYLE
::cue(b) { color: red }

NOTE not --> this

REGION
id:fred

intro
00:01.000 --> 00:03.000 align:start line:0
<v Mary>When I was a &amp; child,
I lived

00:00:03.000 --> 00:00:05.000
<v Mary>in <c.red>a small</c> house.

00:05.000 --> 00:06.000
<00:05.100>ka<00:05.200>ra<c>oke</c> time
"""

PO = """# Translators
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

#. a comment
#: a.c:3
#, fuzzy, c-format
#| msgid "Old"
msgid "Hello %s\\n"
msgstr "Stary %s\\n"

msgctxt "menu"
msgid ""
"A long text that goes on and on and on and on and on and on and on and on a "
"line\\n"
"Second \\"line\\".\\n"
msgstr ""

msgid "%d file"
msgid_plural "%d files"
msgstr[0] ""
msgstr[1] ""
msgstr[2] ""

msgid "Done"
msgstr "Zrobione"

#~ msgid "Obsolete"
#~ msgstr "x"
"""

XLIFF = """<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
 <file original="a" source-language="en" datatype="plaintext"><body>
  <trans-unit id="1">
    <source>Hello <g id="1">big</g> world<x id="2"/> &amp; <ph id="3">&lt;br/&gt;</ph>you</source>
  </trans-unit>
  <trans-unit id="2" translate="no"><source>Keep me</source></trans-unit>
  <trans-unit id="3"><source>Second</source><target state="new"/></trans-unit>
  <trans-unit id="4"><source>Third</source><target state="final">Terceiro</target></trans-unit>
  <trans-unit id="5"><source><![CDATA[Fifth <b> & c]]></source><target></target></trans-unit>
  <trans-unit id="6"><source>One. Two here.</source>
    <seg-source><mrk mtype="seg" mid="1">One.</mrk> <mrk mtype="seg" mid="2">Two <mrk mtype="protected">here</mrk>.</mrk></seg-source></trans-unit>
  <group translate="no"><trans-unit id="7"><source>Nope</source></trans-unit></group>
 </body></file>
</xliff>
"""  # noqa: E501

XLIFF2 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="pt">
<file id="f"><unit id="u"><segment id="s" state="initial">
<source>Hello <pc id="1">big</pc> <ph id="2"/><mrk id="m" translate="no">Name</mrk> <sc id="3"/>x<ec startRef="3"/></source>
</segment><ignorable><source> </source></ignorable><segment><source>Two</source><target>Dois</target></segment></unit>
</file></xliff>"""  # noqa: E501

CSV = """id,question,"note",link
1,"What is ""red""?, he said",=A1,http://a.org
2,Name one city,"two lines
of text",x
3,,  padded note here ,
4,Say it now,- dash words here,"""

TSV = 'word\tmeaning of it\nsun\tthe star of the day\nmoon\t"goes round"\n'

JSON = """{"title": "The water cycle", "id": "wc_1", "title": "Again the same",
  "n": [1.0e5, 12345678901234567890, {"label" : "Save", "url":"http:\\/\\/x.org"}],
\t"body": "First line.\\nSecond \\u00e9 \\"line\\" \\/ end", "ok":true}
"""

JSONL = """{"text": "Hello there, world.", "lang": "en"}

{"text": "Second \u00e9\u4e2d", "lang": "pt"}"""

SAMPLES = {
    "txt": TXT, "md": MARKDOWN, "html": HTML, "xhtml": XHTML, "srt": SRT, "vtt": VTT, "po": PO, "xliff": XLIFF,
    "xliff2": XLIFF2, "csv": CSV, "tsv": TSV, "json": JSON, "jsonl": JSONL,
}  # fmt: skip


def kind_of_sample(sample: str) -> str:
    """The kind of document that a key of SAMPLES is."""
    return sample.rstrip("2")


def in_capitals(segment: MarkedText) -> MarkedText:
    """Every letter that has one capital, but not in what is kept."""
    kept = {place for mark in segment.marks if mark.kind == "keep" for place in range(mark.begin, mark.end)}
    letters = [
        letter if place in kept or len(letter.upper()) != 1 else letter.upper()
        for place, letter in enumerate(segment.text)
    ]
    return MarkedText("".join(letters), segment.marks)


def in_quotes(segment: MarkedText) -> MarkedText:
    """The text between `«` and `»`."""
    marks = tuple(Mark(mark.begin + 1, mark.end + 1, mark.kind, mark.name) for mark in segment.marks)
    return MarkedText(f"«{segment.text}»", marks)


def shuffled(
    segment: MarkedText, random: Random, words: str = "uma água <&> *x* _y_ [z] \"q\" 'r' | ` $ \\ {w} -- ="
) -> MarkedText:
    """Other words, and the marks anywhere among them: pairs cross, points pile up, what is kept is kept."""
    keeps = [mark for mark in segment.marks if mark.kind == "keep"]
    random.shuffle(keeps)
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    for keep in [*keeps, None]:
        for _ in range(random.randrange(0 if parts else 1, 4)):
            parts.append(random.choice(words.split()) + " ")
            length += len(parts[-1])
        if keep is not None:
            said = segment.text[keep.begin : keep.end]
            marks.append(Mark(length, length + len(said), "keep", keep.name))
            parts.append(said + " ")
            length += len(parts[-1])
    text = "".join(parts) + "a"
    for mark in segment.marks:
        if mark.kind == "point":
            place = random.randrange(len(text) + 1)
            marks.append(Mark(place, place, "point", mark.name))
        elif mark.kind == "pair":
            begin = random.randrange(len(text))
            end = random.randrange(begin, len(text)) + 1
            marks.append(Mark(begin, end, "pair", mark.name))
    random.shuffle(marks)
    return MarkedText(text, tuple(marks))
