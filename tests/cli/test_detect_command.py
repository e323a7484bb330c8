"""`edgekit detect` and `edgekit romanize`: a line for a line, `und` where nothing can be said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.toy_command import edgekit


def test_detect_says_a_tag_and_a_probability_for_each_line(tmp_path: Path) -> None:
    text = "Good morning to all of you\n\nBom dia para todos vocês\r\n😀 12\nGuten Morgen\n"
    done = edgekit(tmp_path, "detect", given=text, EDGEKIT_TOY="en-pt pt-en")
    assert (done.returncode, done.stderr) == (0, b"")
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert [tag for tag, _ in rows] == ["en", "und", "pt", "und", "und"]
    assert all(0 <= float(probability) <= 1 for _, probability in rows)


def test_detect_chooses_from_the_languages_that_are_named(tmp_path: Path) -> None:
    text = "Die Lehrerin hat uns viele Hausaufgaben gegeben."
    done = edgekit(tmp_path, "detect", "--json", "--languages", "en, sw", text)
    found = json.loads(done.stdout)
    assert (found["schema"], found["line"], found["tag"], found["other"]) == ("edgekit.language/1", 1, None, "de")
    done = edgekit(tmp_path, "detect", "--languages", "all", text)
    assert done.stdout.startswith(b"de\t")
    done = edgekit(tmp_path, "detect", "--languages", "de,ny", text)
    assert done.stdout.startswith(b"de\t")
    assert b"ny" in done.stderr


def test_detect_says_which_languages_are_not_among_those_to_choose_from(tmp_path: Path) -> None:
    text = "Good morning to all of you\nLos niños beben agua todos los días\nBonjour à tous\n"
    done = edgekit(tmp_path, "detect", "--languages", "en,pt", given=text)
    assert [line[:3] for line in done.stdout.decode().splitlines()] == ["en\t", "und", "und"]
    assert done.stderr.decode() == "2 lines are in none of the languages to choose from, but in: es, fr\n"


def test_detect_reads_a_file_when_there_is_one_of_that_name(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("The teacher gave us a lot of homework.\n" * 3, "utf-8")
    done = edgekit(tmp_path, "detect", str(file), "--languages", "en,pt")
    assert done.stdout.decode().split()[::2] == ["en"] * 3
    literally = edgekit(tmp_path, "detect", "--text", str(file), "--languages", "en,pt")
    assert literally.stdout.count(b"\n") == 1


@pytest.mark.parametrize("command", ["detect", "romanize"])
def test_a_file_that_is_not_there_is_said_unless_it_is_a_text(tmp_path: Path, command: str) -> None:
    done = edgekit(tmp_path, command, "nothere.txt")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"there is no file `nothere.txt`" in done.stderr
    assert b"--text" in done.stderr
    assert edgekit(tmp_path, command, "--text", "nothere.txt").returncode == 0


@pytest.mark.parametrize("arguments", [["--languages", ""], ["--languages", "no tag"]])
def test_detect_refuses_what_is_no_list_of_tags(tmp_path: Path, arguments: list[str]) -> None:
    done = edgekit(tmp_path, "detect", "text", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"error: ")


def test_romanize_keeps_lines_and_their_endings(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "romanize", given="ሰላም\r\n\nBom dia\nПривет")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"salaame\r\n\nBom dia\nPrivet", b"")


def test_romanize_shows_where_each_character_came_from(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "romanize", "--json", "--from", "am", given="ሰላም 3\n")
    found = json.loads(done.stdout)
    assert found["text"] == "salaame 3"
    assert found["spans"] == [[0, 1], [0, 1], [1, 2], [1, 2], [1, 2], [2, 3], [2, 3], [3, 4], [4, 5]]
    done = edgekit(tmp_path, "romanize", "--search", "São Paulo, sim!")
    assert done.stdout == b"sao paulo sim\n"
    assert edgekit(tmp_path, "romanize", "--from", "no tag", "x").returncode == 2
