"""A rich document of each format in an archive."""

# ruff: noqa: E501  a paragraph is read best in one line
from __future__ import annotations

from documents.zip_files import docx, epub, odt, paragraph, pptx, run

BOLD = "<w:b/>"
NOTE = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="2"/></w:r>'
MATHS = "<m:oMath><m:r><m:t>x+y</m:t></m:r></m:oMath>"


def field(instruction: str, result: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def box(text: str) -> str:
    """A text box, there twice as Word writes it, with a description."""
    inner = f"<w:txbxContent>{paragraph(run(text))}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:docPr id="1" name="Box 1" '
        f'descr="A drawing of a cloud"/>{inner}</wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>{inner}'
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


WORD = docx(
    paragraph(run("The water cycle", BOLD))
    + paragraph(
        '<w:bookmarkStart w:id="0" w:name="a"/>',
        run("Water is "),
        run("very", BOLD),
        '<w:proofErr w:type="spellStart"/>',
        '<w:r w:rsidR="00AB"><w:rPr><w:b/><w:lang w:val="en-GB"/></w:rPr><w:t xml:space="preserve"> important</w:t></w:r>',
        run(" for plants."),
        NOTE,
        run(" It falls as "),
        '<w:hyperlink r:id="rId9">' + run("rain", '<w:rStyle w:val="Hyperlink"/>') + "</w:hyperlink>",
        run(".", ""),
        '<w:bookmarkEnd w:id="0"/>',
    )
    + paragraph(
        '<w:ins w:id="1" w:author="A">' + run("The new") + "</w:ins>",
        '<w:del w:id="2" w:author="A"><w:r><w:delText xml:space="preserve">old words</w:delText></w:r></w:del>',
        run(" sentence has "),
        MATHS,
        run(" in it, see page "),
        field("PAGEREF a \\h", run("7")),
        run(" or "),
        field('HYPERLINK "http://x"', run("the site")),
        run("."),
    )
    + paragraph('<w:commentRangeStart w:id="0"/>', run("Name:"), "<w:r><w:tab/></w:r>", run("Class:"))
    + paragraph(run("First line"), "<w:r><w:br/><w:t>second line</w:t></w:r>", box("Words in a box"))
    + "<w:tbl><w:tr><w:tc>" + paragraph(run("Word")) + "</w:tc><w:tc>" + paragraph(run("12")) + "</w:tc></w:tr></w:tbl>"
    + "<w:sdt><w:sdtPr><w:alias w:val='A'/></w:sdtPr><w:sdtContent>"
    + paragraph('<w:sdt><w:sdtPr/><w:sdtContent>' + run("Choose one") + "</w:sdtContent></w:sdt>", run(" answer"))
    + "</w:sdtContent></w:sdt>"
    + paragraph('<w:smartTag w:element="City">' + run("London") + "</w:smartTag>", run(" is big."))
    + paragraph(run("hidden words", "<w:vanish/>"), run("Water is H"), run("2", '<w:vertAlign w:val="subscript"/>'),
                run("O, call ", ""), run("print()", '<w:rStyle w:val="SourceCode"/>'), run(" now.")),
    {
        "header1": paragraph(run("Science, year 5")),
        "footer1": paragraph('<w:fldSimple w:instr=" PAGE ">' + run("1") + "</w:fldSimple>", run(" of the worksheet")),
        "footnotes": '<w:footnote w:id="2">' + paragraph("<w:r><w:footnoteRef/></w:r>", run(" And for people."))
        + "</w:footnote>",
        "endnotes": '<w:endnote w:id="2">' + paragraph(run("At the end.")) + "</w:endnote>",
        "comments": '<w:comment w:id="0">' + paragraph(run("Please explain.")) + "</w:comment>",
    },
    title="Rivers and lakes",
)  # fmt: skip

SLIDES = pptx(
    [
        '<a:p><a:pPr lvl="1"/><a:r><a:rPr lang="en-GB" b="1"/><a:t>The </a:t></a:r><a:r><a:rPr lang="en-US" b="1" '
        'dirty="0"/><a:t>water cycle</a:t></a:r><a:endParaRPr lang="en-GB"/></a:p>',
        '<a:p><a:r><a:t>The sun </a:t></a:r><a:r><a:rPr b="1"/><a:t>heats</a:t></a:r><a:r><a:t> the sea, and</a:t></a:r>'
        '<a:br><a:rPr/></a:br><a:r><a:t>it rains on page </a:t></a:r><a:fld id="{1}" type="slidenum"><a:t>2</a:t></a:fld>'
        "<a:r><a:t> again.</a:t></a:r></a:p><a:p><a:endParaRPr/></a:p>",
        "<a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Word</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>",
    ],
    {2: "<a:p><a:r><a:t>Ask the children.</a:t></a:r></a:p>"},
)

TEXT = odt(
    '<text:tracked-changes><text:p>deleted words</text:p></text:tracked-changes>'
    "<text:h>The water cycle</text:h>"
    '<text:p>Water is <text:span text:style-name="T1">very important</text:span> for <text:span '
    'text:style-name="T2">plants</text:span>.<text:note text:id="n"><text:note-citation>1</text:note-citation>'
    "<text:note-body><text:p>And for people.</text:p></text:note-body></text:note> It falls as rain.</text:p>"
    '<text:p>Look at <text:a xlink:href="http://x">the page</text:a> on<text:s text:c="3"/>rivers, page <text:page-number>'
    "7</text:page-number>, first.<text:line-break/>Name:<text:tab/>Class</text:p>"
    '<text:p><draw:frame><draw:text-box><text:p>Words in a box</text:p></draw:text-box><svg:desc>A cloud</svg:desc>'
    "</draw:frame></text:p>"
    '<table:table><table:table-row><table:table-cell><text:p>Word</text:p></table:table-cell><table:table-cell><text:p>12'
    "</text:p></table:table-cell></table:table-row></table:table>"
    '<text:list><text:list-item><text:p><text:bookmark text:name="b"/>\n   One   of\n them<office:annotation><dc:creator>A'
    '</dc:creator><text:p>Please explain.</text:p></office:annotation> is red</text:p></text:list-item></text:list>'
    '<text:p>Write H<text:span text:style-name="T3">2</text:span>O on <text:span text:style-name="T4"><text:s text:c="3"/></text:span>'
    " the line</text:p>",
    styles='<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="T2" style:family="text"><style:text-properties officeooo:rsid="0012"/></style:style>'
    '<style:style style:name="T3" style:family="text"><style:text-properties style:text-position="sub 58%"/></style:style>'
    '<style:style style:name="T4" style:family="text"><style:text-properties style:text-underline-style="solid"/>'
    "</style:style>",
    header="<text:p>Science, year 5</text:p>",
    title="Rivers and lakes",
)  # fmt: skip

BOOK = epub(
    {
        "a.xhtml": "<h1>Rain</h1>\n<p>It has <b>not</b> rained for <i>three weeks</i><a id='n'/>, &amp; the river is low.</p>"
        "<p><img alt='A dry river' src='r.png'/></p>",
        "text/b c.xhtml": "<p>The end of&#160;the story.</p>",
    },
    more={"EPUB/r.png": "picture"},
)

SAMPLES = {"docx": WORD, "pptx": SLIDES, "odt": TEXT, "epub": BOOK}
