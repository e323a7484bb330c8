"""What `edgekit translate` does besides lines: documents, a glossary, a memory, findings, review."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli.toy_command import edgekit


def errors(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode()


def test_a_document_is_told_by_its_ending_and_written_in_its_format(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Two words\n\nSome *small* `code` here.\n", "utf-8")
    out = tmp_path / "out.md"
    done = edgekit(tmp_path, "translate", str(page), "-o", str(out))
    assert done.returncode == 0, errors(done)
    assert out.read_text("utf-8") == "# TWO WORDS\n\nSOME *SMALL* `code` HERE.\n"
    assert done.stdout == b""
    assert errors(done).splitlines() == [
        f"{out}: 2 of 2 segments translated",
        "kept 1 of 1, repaired 1, left as source 0",  # the toy raises the mask's letters too
    ]
    again = edgekit(tmp_path, "translate", str(page), "-o", str(out))
    assert again.returncode == 2
    assert "--force" in errors(again)
    assert edgekit(tmp_path, "translate", str(page), "-o", str(out), "--force").returncode == 0


def test_a_file_of_a_format_that_is_not_read_is_said_to_be_taken_for_text(tmp_path: Path) -> None:
    page = tmp_path / "notes.yaml"
    page.write_text("words\n", "utf-8")
    done = edgekit(tmp_path, "translate", str(page))
    assert done.stdout == b"WORDS\n"
    assert "`notes.yaml` is translated as plain text: its keys and commands may change" in errors(done)
    assert "plain text" not in errors(edgekit(tmp_path, "translate", str(page), "--as", "lines"))


def test_a_document_without_an_output_is_refused_with_the_output_to_add(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Words\n", "utf-8")
    done = edgekit(tmp_path, "translate", str(page))
    assert done.returncode == 2
    assert "hint: add `-o page-translated.md`" in errors(done)


def test_as_lines_takes_a_document_for_lines_and_as_txt_takes_lines_for_paragraphs(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Two\n", "utf-8")
    assert edgekit(tmp_path, "translate", str(page), "--as", "lines").stdout == b"# TWO\n"
    letter = tmp_path / "letter.txt"
    letter.write_text("one line\nanother\n", "utf-8")
    assert edgekit(tmp_path, "translate", str(letter)).stdout == b"ONE LINE\nANOTHER\n"
    out = tmp_path / "out.txt"
    assert edgekit(tmp_path, "translate", str(letter), "--as", "txt", "-o", str(out)).returncode == 0
    assert out.read_text("utf-8").split() == ["ONE", "LINE", "ANOTHER"]


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    for name in ("page.md", "letter.txt", "strange.ending"):
        (tmp_path / name).write_text("Two words.\n", "utf-8")
        done = edgekit(tmp_path, "translate", str(tmp_path / name), "--dry-run", "--json")
        found = json.loads(done.stdout)
        assert (found["segments"], found["words"]) == (1, 2)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"page.md", "letter.txt", "strange.ending"}


def test_a_page_states_the_language_it_is_in_now_unless_it_is_to_keep_what_it_says(tmp_path: Path) -> None:
    page, out = tmp_path / "page.html", tmp_path / "out.html"
    page.write_text('<html lang="en"><p>Two words</p></html>', "utf-8")
    assert edgekit(tmp_path, "translate", str(page), "-o", str(out)).returncode == 0
    assert out.read_text("utf-8") == '<html lang="pt"><p>TWO WORDS</p></html>'
    assert edgekit(tmp_path, "translate", str(page), "-o", str(out), "--force", "--keep-language").returncode == 0
    assert out.read_text("utf-8") == '<html lang="en"><p>TWO WORDS</p></html>'
    assert "`--keep-language` is for documents" in errors(edgekit(tmp_path, "translate", "a text", "--keep-language"))


def test_columns_and_keys_choose_what_is_translated(tmp_path: Path) -> None:
    table, data = tmp_path / "table.csv", tmp_path / "data.json"
    table.write_text("id,question,note\n1,why so,keep me\n", "utf-8")
    data.write_text('{"title": "why so", "code": "keep me"}', "utf-8")
    out = tmp_path / "out"
    assert edgekit(tmp_path, "translate", str(table), "--column", "question", "-o", f"{out}.csv").returncode == 0
    assert Path(f"{out}.csv").read_text("utf-8") == "id,question,note\n1,WHY SO,keep me\n"
    assert edgekit(tmp_path, "translate", str(data), "--key", "title", "-o", f"{out}.json").returncode == 0
    assert json.loads(Path(f"{out}.json").read_text("utf-8")) == {"title": "WHY SO", "code": "keep me"}


def test_terms_are_put_in_and_counted(tmp_path: Path) -> None:
    terms = tmp_path / "terms.csv"
    terms.write_text("source,target\nbook,caderno\n", "utf-8")
    done = edgekit(
        tmp_path, "translate", "--glossary", str(terms), "--from", "en", "--to", "pt", given="the book\nno\n"
    )
    assert done.stdout == b"THE caderno\nNO\n"
    assert errors(done).splitlines() == ["1 of 1 term honoured"]
    page, out = tmp_path / "page.md", tmp_path / "out.md"
    page.write_text("the **book**\n", "utf-8")
    done = edgekit(tmp_path, "translate", str(page), "--glossary", str(terms), "-o", str(out))
    assert out.read_text("utf-8") == "THE **caderno**\n"
    assert errors(done).splitlines()[-1] == "1 of 1 term honoured"


def test_a_glossary_that_is_of_no_use_and_a_second_one_are_told(tmp_path: Path) -> None:
    terms = tmp_path / "terms.csv"
    terms.write_text("source,target\nbook,caderno\n", "utf-8")
    done = edgekit(tmp_path, "translate", "a page", "--glossary", str(terms))
    assert (done.returncode, done.stdout) == (0, b"A PAGE\n")
    assert errors(done).splitlines() == ["no term of the glossary is in the text"]
    page, out = tmp_path / "page.md", tmp_path / "out.md"
    page.write_text("a page\n", "utf-8")
    done = edgekit(tmp_path, "translate", str(page), "--glossary", str(terms), "-o", str(out))
    assert errors(done).splitlines()[-1] == "no term of the glossary is in the text"
    done = edgekit(tmp_path, "translate", "a book", "--glossary", str(terms), "--glossary", str(terms))
    assert (done.returncode, done.stdout) == (2, b"")
    assert "`--glossary` takes one file" in errors(done)


def test_what_was_accepted_is_used_and_said(tmp_path: Path) -> None:
    added = edgekit(tmp_path, "memory", "add", "the book", "o manual", "--from", "en", "--to", "pt")
    assert added.returncode == 0, errors(added)
    done = edgekit(tmp_path, "translate", given="the book\nanother\n")
    assert done.stdout == b"o manual\nANOTHER\n"
    assert errors(done).splitlines() == ["1 of 2 lines from memory"]
    assert edgekit(tmp_path, "translate", "--no-memory", given="the book\n").stdout == b"THE BOOK\n"


def test_lines_to_look_at_are_named_and_review_lists_them(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", given="Good morning to you.\n\n12\n", EDGEKIT_TOY_CHECKS="1")
    assert done.stdout == b"GOOD MORNING TO YOU.\n\n12\n"
    assert errors(done).splitlines() == ["to look at: line 1 (1 of 3); `--json` says why"]
    out = tmp_path / "out.txt"
    listed = edgekit(
        tmp_path, "translate", "--review", "-o", str(out), given="Good morning to you.\n12\n", EDGEKIT_TOY_CHECKS="1"
    )
    assert out.read_text("utf-8") == "GOOD MORNING TO YOU.\n12\n"
    assert listed.stdout.decode().splitlines()[:3] == ["line 1", "  Good morning to you.", "  GOOD MORNING TO YOU."]
    told = json.loads(edgekit(tmp_path, "translate", "--json", given="Good day, all.", EDGEKIT_TOY_CHECKS="1").stdout)
    assert [finding["kind"] for finding in told["findings"]] == ["capitals"]


def test_a_document_in_two_languages_goes_to_the_model_of_each_part(tmp_path: Path) -> None:
    page, out = tmp_path / "page.md", tmp_path / "out.md"
    english = "The children are going to read the whole book tomorrow."
    german = "Die Kinder werden morgen das ganze Buch in der Schule lesen."
    portuguese = "As crianças vão ler o livro inteiro na sala de aula."
    page.write_text(f"# {english}\n\n{german}\n\n{portuguese}\n", "utf-8")
    done = edgekit(
        tmp_path, "translate", str(page), "--from", "auto", "--to", "pt", "-o", str(out), EDGEKIT_TOY="en-pt de-pt"
    )
    assert done.returncode == 0, errors(done)
    assert out.read_text("utf-8") == f"# {english.upper()}\n\n{german.upper()}\n\n{portuguese}\n"
    assert "2 of 3 segments translated" in errors(done)


def test_a_review_lists_only_lines_that_somebody_should_look_at(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    given = "Good morning to you.\n12\n13\n"
    done = edgekit(tmp_path, "translate", "--review", "-o", str(out), given=given, EDGEKIT_TOY_CHECKS="1")
    assert [line for line in done.stdout.decode().splitlines() if line.startswith("line")] == ["line 1"]
    assert "2 of 3 lines are not listed" in errors(done)


def test_a_dry_run_does_not_mind_an_output_that_is_there(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Words\n", "utf-8")
    for toy in ("en-pt", "en-pt pt-en", ""):  # counting needs no direction
        done = edgekit(tmp_path, "translate", str(page), "--dry-run", "-o", str(page), EDGEKIT_TOY=toy)
        assert (done.returncode, errors(done)) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["page.md", "--glossary", "no-such.csv", "-o", "out.md"], 3, "there is no glossary `no-such.csv`"),
        (["page.md", "--glossary", ".", "-o", "out.md"], 2, "cannot read the glossary"),
        (["lines.en", "-o", "out.docx"], 2, "`-o out.txt`"),
        (["lines.en", "-o", "out.pdf"], 2, "`-o out.txt`"),
        (["page.md", "--as", "lines", "-o", "out.docx"], 2, "lines are plain text"),
        (["hi", "-o", "out.srt"], 2, "would be srt"),
        (["lines.en", "-o", "table.csv"], 2, "would be csv"),
        (["page.md", "-o", "table.csv"], 2, "is md, and `table.csv` would be csv"),
        (["page.md", "-o", "out.md", "--confidence"], 2, "`--json` and `--review`"),
        (["hi", "--check-language", "--model", "toy"], 2, "leave `--model` out"),
        (["real.pdf"], 2, "is not a kind of document that edgekit reads"),
        (["sheet.xlsx", "-o", "out.xlsx"], 2, "save it as csv"),
        (["page.md", "--column", "a", "--key", "b", "-o", "out.md"], 2, "`--column` is for csv and tsv"),
        (["table.csv", "--key", "b", "-o", "out.csv"], 2, "`--key` is for json"),
        (["data.json", "--into", "b", "-o", "out.json"], 2, "`--into` is for csv"),
        (["hi", "--prompt", "no-such"], 2, "there is no prompt `no-such`"),
        (["hi", "--prompt", "plain"], 2, "is for a language model"),
        (["hi", "--force"], 2, "none is named"),
        (["hi", "--from", "en", "--to", "pt", "--mixed", "--model", "toy"], 2, "models of their own"),
        (["hi", "--from", "auto", "--to", "en"], 3, "edgekit pull firefox-pt-en"),
        (["hi", "--from", "auto", "--to", "en", "--pull"], 2, "name the language with `--from`"),
        (["hi", "--from", "auto", "--to", "en", "--through", "pt"], 2, "`auto` chooses the model of each text"),
        (["hi", "--examples", "lines.en"], 2, "`--examples` is for a language model"),
        (["hi", "--model", "no-such", "--pull"], 3, "`no-such`"),
        (["hi", "--from", "en", "--to", "pt", "--through", "en"], 2, "make no route"),
        (["hi", "--from", "en", "--to", "pt", "--through", "fr"], 3, "no installed model translates `en` to `fr`"),
        (["hi", "--to", "en"], 3, "edgekit pull firefox-pt-en"),
        (["hi", "--to", "xx"], 3, "edgekit models ls"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(
    arguments: list[str], code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"page.md": "words", "lines.en": "words", "real.pdf": "%PDF-1.7", "sheet.xlsx": "PK"}
    files |= {"table.csv": "a,b\nsome words,more words\n", "data.json": '{"a": "some words"}'}
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    done = edgekit(tmp_path, "translate", *arguments)
    assert (done.returncode, done.stdout) == (code, b""), errors(done)
    assert says in errors(done)
    assert {path.name for path in tmp_path.iterdir()} == set(files)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["page.md", "--as", "lines"], "out.md"),
        (["hi", "--json"], "out.jsonl"),
        (["hi", "--score"], "out.tsv"),
        (["lines.en"], "out.pt"),
        (["lines.en", "--as", "lines"], "out.md"),
    ],
)
def test_lines_go_to_a_file_that_they_are_text_of(
    arguments: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for given in ("page.md", "lines.en"):
        (tmp_path / given).write_text("words\n", "utf-8")
    done = edgekit(tmp_path, "translate", *arguments, "-o", name)
    assert (done.returncode, done.stdout) == (0, b""), errors(done)
    assert (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--review", "hi"], "`-o FILE`"),
        (["--as", "pages", "hi"], "there is no kind `pages`"),
        (["--as", "md", "hi"], "needs a file"),
        (["--from", "auto", "hi"], "add `--to"),
        (["--from", "auto", "--to", "pt", "--glossary", "x.csv", "hi"], "chooses the model"),
        (["--dry-run", "hi"], "is for documents"),
        (["--column", "a", "hi"], "is for documents"),
        (["--model", "no-such-model", "--from", "en", "--to", "pt", "hi"], "there is no model"),
        (["--glossary", "no-such.csv", "hi"], "no-such.csv"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: list[str], says: str, tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", *arguments)
    assert done.returncode in (2, 3)
    assert done.stdout == b""
    assert says in errors(done)
    assert "Traceback" not in errors(done)


def test_text_in_letters_of_another_script_is_put_into_latin_where_that_is_asked_for(tmp_path: Path) -> None:
    assert edgekit(tmp_path, "translate", "--romanize", given="Привет\n").stdout == b"PRIVET\n"
