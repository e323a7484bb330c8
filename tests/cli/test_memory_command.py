"""`edgekit memory` and `edgekit glossary`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edgekit.cli.app import run
from edgekit.core.languages import Direction
from edgekit.memory.memory import open_memory

EN_PT = ("--from", "en", "--to", "pt")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    return tmp_path


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert run([*words, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] in ("edgekit.memory/1", "edgekit.glossary/1")
    return value


def test_an_entry_is_added_found_listed_counted_and_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    added = as_json(
        capsys, "memory", "add", "The cell.", "A célula.", *EN_PT, "--who", "Ana", "--document", "unit3.docx"
    )
    (match,) = as_json(capsys, "memory", "search", "The cell.", *EN_PT)["matches"]
    assert (match["kind"], match["target"], match["usable"]) == ("exact", "A célula.", True)
    assert match["entry"]["origin"] == {"kind": "person", "who": "Ana", "document": "unit3.docx"}
    assert [entry["id"] for entry in as_json(capsys, "memory", "ls", "CÉLULA")["entries"]] == [added["id"]]
    assert as_json(capsys, "memory", "ls", "--document", "other.docx")["entries"] == []
    assert as_json(capsys, "memory", "stats")["directions"] == {"en→pt": 1}
    assert as_json(capsys, "memory", "forget", str(added["id"]))["forgotten"] == 1
    assert as_json(capsys, "memory", "stats")["entries"] == 0


def test_lines_are_for_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["memory", "add", "The\ncell.", "A célula.", *EN_PT]) == 0
    capsys.readouterr()
    assert run(["memory", "ls"]) == 0
    assert capsys.readouterr().out == "1\ten→pt\tperson\tThe cell.\tA célula.\n"
    assert run(["memory", "search", "The cells.", *EN_PT]) == 0
    source, target, score, origin, number = capsys.readouterr().out.rstrip("\n").split("\t")
    assert (source, target, origin, number) == ("The cell.", "A célula.", "person", "1")
    assert score.endswith(" % fuzzy")
    assert run(["memory", "stats"]) == 0
    assert capsys.readouterr().out.startswith("1 entry of 0 documents")


def test_a_file_that_was_exported_is_imported(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    as_json(capsys, "memory", "add", "The cell.", "A célula.", *EN_PT)
    file = str(home / "school.tmx")
    assert as_json(capsys, "memory", "export", file)["entries"] == 1
    assert run(["memory", "export", file]) == 2
    assert as_json(capsys, "memory", "export", file, "--force", "--from", "en", "--to", "fr")["entries"] == 0
    assert as_json(capsys, "memory", "export", file, "--force")["entries"] == 1
    assert run(["memory", "forget", "--all", "--yes"]) == 0
    assert as_json(capsys, "memory", "import", file) == {
        "schema": "edgekit.memory/1",
        "entries": 1,
        "new": 1,
        "left_out": {},
    }
    assert as_json(capsys, "memory", "import", file)["new"] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["memory", "add", "x", "y"],
        ["memory", "add", "x", "y", "--from", "en"],
        ["memory", "add", "x", "y", "--from", "en", "--to", "en"],
        ["memory", "add", "", "y", *EN_PT],
        ["memory", "search", "x"],
        ["memory", "forget"],
        ["memory", "forget", "1", "--all"],
        ["memory", "forget", "1", "--document", "x"],
        ["memory", "export", "no/folder/x.tmx"],
        ["glossary", "check", "no.csv", "--from", "english", "--to", "pt"],
    ],
)
def test_a_wrong_command_line_is_a_usage_error(words: list[str]) -> None:
    assert run(words) == 2


@pytest.mark.parametrize(
    "words", [["memory", "import", "no.tmx"], ["glossary", "check", "no.csv", *EN_PT], ["memory", "forget", "99"]]
)
def test_what_is_not_there_is_unavailable(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 3
    error = capsys.readouterr().err
    assert "error: there is no " in error
    assert words[2] in error


def test_forgetting_says_how_many_when_some_ids_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    as_json(capsys, "memory", "add", "x", "y", *EN_PT)
    assert run(["memory", "forget", "1", "99"]) == 0
    assert capsys.readouterr().err == "forgot 1 of 2\n"


def test_forgetting_everything_asks_where_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    as_json(capsys, "memory", "add", "x", "y", *EN_PT)
    assert run(["memory", "forget", "--all"]) == 2
    assert as_json(capsys, "memory", "stats")["entries"] == 1


def test_glossary_check_tells_terms_and_conflicts(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    path = home / "terms.csv"
    path.write_text("cell,célula\ncell wall,parede\n", encoding="utf-8")
    told = as_json(capsys, "glossary", "check", str(path), *EN_PT)
    assert (told["terms"], told["counts"]) == (2, {"contains": 1})
    path.write_text("cell,célula\ncell,cela\n", encoding="utf-8")
    capsys.readouterr()
    assert run(["glossary", "check", str(path), *EN_PT]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "2 terms, 1 conflict",
        "  line 1, 2: `cell` is to be `célula`, `cela`; the first counts",
    ]


def test_what_a_word_is_in_and_what_a_memory_is_written_as_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["memory", "add", "The queen bee sleeps.", "A rainha dorme.", *EN_PT]) == 0
    capsys.readouterr()
    assert run(["memory", "search", "queen bee", *EN_PT]) == 0
    assert "`edgekit memory ls 'queen bee'` lists what has it inside" in capsys.readouterr().err
    assert run(["memory", "export", str(tmp_path / "m.csv")]) == 2
    assert f"name it `{tmp_path / 'm.tmx'}`" in capsys.readouterr().err
    assert not list(tmp_path.glob("m.*"))
    assert run(["memory", "export", str(tmp_path / "m.tmx")]) == 0


def test_a_mended_document_is_accepted_segment_by_segment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, mended = tmp_path / "page.md", tmp_path / "folha.md"
    page.write_text("# The cell\n\nIt is small.\n\nbrasil.org\n\n12\n", "utf-8")
    mended.write_text("# A célula\n\nEla é pequena.\n\nbrasil.org\n\n12\n", "utf-8")
    asked = ["memory", "accept", str(page), str(mended), "--from", "en", "--to", "pt", "--json"]
    assert run(asked) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == 2
    with open_memory() as memory:
        (found,) = memory.lookup("It is small.", Direction("en", "pt"), previous="The cell")
        assert (found.kind, found.target, found.entry.origin.document) == ("context", "Ela é pequena.", "page.md")
        mended.write_text("# A célula\n\nEla é muito pequena.\n\nbrasil.org\n\n12\n", "utf-8")
        assert run(asked) == 0
        assert memory.lookup("It is small.", Direction("en", "pt"))[0].target == "Ela é muito pequena."


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("pt", "en", "the files look like the wrong way round"),
        ("en", "en2", "a file looks like the other language"),
    ],
)
def test_files_that_are_the_wrong_way_round_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, target: str, said: str
) -> None:
    for name, text in (
        ("en", "The cell has a wall.\n\nIt keeps the water in the plant.\n"),
        ("en2", "The cell has walls.\n\nThese keep the water in the plant.\n"),
        ("pt", "A célula tem uma parede.\n\nEla mantém a água na planta.\n"),
    ):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    asked = ["memory", "accept", str(tmp_path / f"{source}.txt"), str(tmp_path / f"{target}.txt"), *EN_PT]
    assert run(asked) == 2
    told = capsys.readouterr().err
    assert said in told
    assert f"{target}.txt` is `en` by its words, not `pt`" in told
    assert as_json(capsys, "memory", "stats")["entries"] == 0
    assert run([*asked, "--yes"]) == 0
    assert "kept 2 of" in capsys.readouterr().err


def test_what_cannot_be_told_is_taken_for_what_it_is_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("atom\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("átomo\n", encoding="utf-8")
    asked = ["memory", "accept", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    assert run([*asked, *EN_PT]) == 0
    # Two tags of one language are not told apart.
    assert run([*asked, "--from", "pt", "--to", "pt-BR"]) == 0
    assert "kept 1 of" in capsys.readouterr().err


def test_files_that_are_not_translations_of_each_other_are_not_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in {"a.md": "One\n\nTwo\n", "b.md": "Um\n", "c.po": "", "d.txt": "One\nTwo\n"}.items():
        (tmp_path / name).write_text(text, "utf-8")

    def accepted(*names: str) -> tuple[int, str]:
        code = run(["memory", "accept", *(str(tmp_path / name) for name in names), "--from", "en", "--to", "pt"])
        return code, capsys.readouterr().err

    code, told = accepted("a.md", "b.md")
    assert code == 2
    assert "2 segments" in told
    assert "b.md`: 1 segment\n" in told
    assert accepted("c.po", "c.po")[0] == 2
    assert accepted("a.md", "none.md")[0] == 3
    assert accepted("d.txt", "d.txt") == (0, "kept 0 of 2 segments\n")
