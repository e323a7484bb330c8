from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli.toy_command import COMMAND, SECONDS, edgekit, environment

# Table f2 of the research: what goes in, what must come out (the toy upper-cases what reaches it).
ROWS = [
    ("empty", b"", b""),
    ("spaces", b"   ", b"   "),
    ("blank lines", b"\n\n\n", b"\n\n\n"),
    ("crlf", b"Hello.\r\nGood morning.\r\n", b"HELLO.\r\nGOOD MORNING.\r\n"),
    ("lone cr", b"one\rtwo\r", b"ONE\rTWO\r"),
    ("mixed endings", b"a\r\n\r\nb\rc\n\nd", b"A\r\n\r\nB\rC\n\nD"),
    ("list", b"1. Red\n2. Green", b"1. RED\n2. GREEN"),
    ("emoji only", "😀👍🏽🇧🇷\n".encode(), "😀👍🏽🇧🇷\n".encode()),
    ("byte order mark", b"\xef\xbb\xbfhello\n", b"\xef\xbb\xbfHELLO\n"),
    ("line separator", "one\u2028two\n".encode(), "ONE\u2028TWO\n".encode()),
    ("nul", b"He\0llo\n\0\n", b"HELLO\n\0\n"),
    ("zero width", "He\u200bllo wor\u00adld\n".encode(), b"HELLO WORLD\n"),
    ("combining", "cafe\u0301 Ｆull\n".encode(), "CAFE\u0301 ＦULL\n".encode()),
    ("3,000 a", b"a" * 3000 + b"\n", b"A" * 3000 + b"\n"),
    ("1,200 words", b"word " * 1200 + b"\n", b"WORD " * 1200 + b"\n"),
    ("300 very", b"very " * 300 + b"good", b"VERY " * 300 + b"GOOD"),
    ("model specials", b"</s> <unk> here\n", b"</s> <unk> HERE\n"),
    ("another script", "Привет مرحبا class\n".encode(), "ПРИВЕТ مرحبا CLASS\n".encode()),
    ("markup", b"<p>I like {name} & $x^2$</p>\n", b"<p>I LIKE {name} & $x^2$</p>\n"),
    ("long line", b"x y " * 50_000 + b"\n", b"X Y " * 50_000 + b"\n"),
]


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_translate_keeps_every_byte_around_the_words(tmp_path: Path, given: bytes, expected: bytes) -> None:
    done = edgekit(tmp_path, "translate", given=given)
    assert (done.returncode, done.stdout) == (0, expected)
    assert all(line.startswith(b"kept ") for line in done.stderr.splitlines())


def test_translate_treats_a_file_a_redirect_and_a_dash_alike_when_the_bytes_are_the_same(tmp_path: Path) -> None:
    data = b"".join(row[1] + b"\n" for row in ROWS)
    file = tmp_path / "my text"
    file.write_bytes(data)
    piped = edgekit(tmp_path, "translate", "-", given=data)
    assert piped.returncode == 0
    assert piped.stdout.count(b"\n") == data.count(b"\n")
    assert edgekit(tmp_path, "translate", str(file)).stdout == piped.stdout
    with file.open("rb") as stream:
        redirected = subprocess.run(
            [*COMMAND, "translate"],
            stdin=stream,
            capture_output=True,
            env=environment(tmp_path),
            timeout=SECONDS,
            check=True,
        )
    assert redirected.stdout == piped.stdout


def test_translate_writes_as_many_lines_as_it_read_when_there_are_many(tmp_path: Path) -> None:
    data = "".join(f"line {number}\r\n" if number % 5 else "\n" for number in range(7000))
    done = edgekit(tmp_path, "translate", given=data)
    assert done.stdout == data.upper().encode()


@pytest.mark.parametrize(
    "text", ["Good morning", "", "two\nlines", "ends\n", "and/or", "no.such.thing", "a" * 5000, "Olá 😀"]
)
def test_translate_takes_a_text_and_ends_it_with_a_newline(tmp_path: Path, text: str) -> None:
    done = edgekit(tmp_path, "translate", text)
    assert done.returncode == 0
    assert done.stdout.decode() == text.upper() + ("" if text.endswith("\n") else "\n")


def test_translate_takes_a_text_literally_when_a_file_has_its_name(tmp_path: Path) -> None:
    file = tmp_path / "hello.txt"
    file.write_text("from the file", "utf-8")
    assert edgekit(tmp_path, "translate", str(file)).stdout == b"FROM THE FILE"
    # As a text it is a path, which comes through.
    assert edgekit(tmp_path, "translate", "--text", str(file)).stdout.decode() == f"{file}\n"
    assert edgekit(tmp_path, "translate", "--text", "-").stdout == b"-\n"


def test_json_gives_one_object_a_line_with_blank_lines_in_place(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", "--json", "--score", "--align", given="Hello there.\n\nBye")
    rows = [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]
    around = {"kept": 0, "repaired": 0, "left": 0, "findings": [], "suggestions": []}
    assert [row | around for row in rows] == rows
    assert {(row["origin"], row["direction"]) for row in rows} == {("model", "en→pt")}
    known = ("schema", "line", "source", "text", "complete", "score", "alignment")
    assert [{key: row[key] for key in known} for row in rows] == [
        {
            "schema": "edgekit.translation/1",
            "line": 1,
            "source": "Hello there.",
            "text": "HELLO THERE.",
            "complete": True,
            "score": -0.45,
            "alignment": [{"source": [0, 5], "target": [0, 5]}, {"source": [6, 12], "target": [6, 12]}],
        },
        {
            "schema": "edgekit.translation/1",
            "line": 2,
            "source": "",
            "text": "",
            "complete": True,
            "score": None,
            "alignment": [],
        },
        {
            "schema": "edgekit.translation/1",
            "line": 3,
            "source": "Bye",
            "text": "BYE",
            "complete": True,
            "score": -0.375,
            "alignment": [{"source": [0, 3], "target": [0, 3]}],
        },
    ]
    assert set(json.loads(edgekit(tmp_path, "translate", "--json", "hi").stdout)) == {
        "schema",
        "line",
        "source",
        "text",
        "complete",
        "origin",
        "direction",
        "kept",
        "repaired",
        "left",
        "findings",
        "suggestions",
    }


def test_score_and_align_are_columns_and_blank_lines_stay_blank(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", "--score", "--align", given="Hi there\n\n😀\n")
    assert done.stdout.decode() == "-0.4375\tHI THERE\t0-2:0-2 3-8:3-8\n\n\t😀\t\n"


@pytest.mark.parametrize(
    ("installed", "arguments", "code"),
    [
        ("en-pt", [], 0),
        ("en-pt pt-en", [], 2),
        ("en-pt pt-en", ["--from", "en"], 0),
        ("en-pt pt-en", ["--to", "PT"], 0),
        ("en-pt en-es", ["--from", "en"], 2),
        ("en-pt", ["--from", "fr"], 3),
        ("", [], 3),
        ("en-pt", ["--from", "en", "--to", "fr"], 3),
        ("en-pt", ["--from", "en", "--to", "en"], 2),
        ("en-pt", ["--from", "english"], 2),
        ("en-pt", ["--threads", "0"], 2),
        ("en-pt", ["--threads", "two"], 2),
    ],
)
def test_direction_may_be_left_out_when_one_choice_is_left(
    tmp_path: Path, installed: str, arguments: list[str], code: int
) -> None:
    done = edgekit(tmp_path, "translate", *arguments, given="hello\n", EDGEKIT_TOY=installed)
    assert done.returncode == code
    assert done.stdout == (b"HELLO\n" if code == 0 else b"")
    assert (done.stderr == b"") == (code == 0)


def test_a_missing_direction_names_the_pull_that_brings_it(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", "--from", "en", "--to", "fr", given="hello\n")
    assert done.stderr.decode().splitlines() == [
        "error: no installed model translates `en` to `fr`",
        "",
        "hint: run `edgekit pull toy`",
    ]


def test_several_choices_are_all_named_when_one_must_be_made(tmp_path: Path) -> None:
    error = edgekit(tmp_path, "translate", given="hello\n", EDGEKIT_TOY="en-pt pt-en en-es").stderr.decode()
    for direction in ("en→pt", "pt→en", "en→es"):
        assert direction in error


LATIN1 = "um\ndois\nol\u00e1 tr\u00eas\n".encode("latin-1")


@pytest.mark.parametrize("way", ["file", "redirect", "pipe"])
@pytest.mark.parametrize("to_file", [False, True])
def test_nothing_is_written_and_line_and_byte_are_named_when_the_input_is_latin1(
    tmp_path: Path, way: str, to_file: bool
) -> None:
    file = tmp_path / "old.txt"
    file.write_bytes(LATIN1)
    out = tmp_path / "out.txt"
    arguments = [*COMMAND, "translate", *([str(file)] if way == "file" else []), *(["-o", str(out)] if to_file else [])]
    with file.open("rb") as stream:
        done = subprocess.run(
            arguments,
            capture_output=True,
            env=environment(tmp_path),
            timeout=SECONDS,
            check=False,
            **({"stdin": stream} if way == "redirect" else {"input": LATIN1}),
        )
    assert (done.returncode, done.stdout) == (2, b"")
    error = done.stderr.decode()
    assert "is not UTF-8: line 3, byte 3 is 0xe1" in error
    assert "iconv -f windows-1252 -t utf-8" in error
    assert (f"`{file}`" in error) == (way == "file")
    assert sorted(tmp_path.glob("*out*")) == sorted(tmp_path.glob(".*out*")) == []


def test_a_text_in_utf_16_names_the_conversion_that_reads_it(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes("A word.\n".encode("utf-16"))
    done = edgekit(tmp_path, "translate", str(letter))
    assert (done.returncode, done.stdout) == (2, b"")
    assert "iconv -f utf-16 -t utf-8" in done.stderr.decode()


def test_a_late_bad_byte_in_a_file_stops_it_before_the_first_line(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_bytes(b"good line\n" * 5000 + b"bad \xff line\n")
    done = edgekit(tmp_path, "translate", str(file))
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"line 5001, byte 5 is 0xff" in done.stderr


@pytest.mark.parametrize("data", [b"\xff\xfeh\0i\0", b"\xed\xa0\x80\n", b"cut \xe2\x82"])
def test_utf16_surrogates_and_cut_sequences_are_input_errors(tmp_path: Path, data: bytes) -> None:
    done = edgekit(tmp_path, "translate", given=data)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"is not UTF-8" in done.stderr


def test_an_argument_that_is_no_utf8_is_an_input_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "translate", b"ol\xe1"], capture_output=True, env=environment(tmp_path), timeout=SECONDS, check=False
    )
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


def test_pull_brings_the_model_first_only_when_asked(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", "--from", "xx", "--to", "yy", "--pull", given="hello\n")
    assert done.returncode == 3
    assert b"no model of the catalogue translates" in done.stderr
    offline = edgekit(
        tmp_path,
        "translate",
        "--from",
        "en",
        "--to",
        "pt",
        "--pull",
        given="hello\n",
        EDGEKIT_TOY="",
        EDGEKIT_OFFLINE="1",
    )
    assert offline.returncode == 3
    assert b"EDGEKIT_OFFLINE" in offline.stderr


def test_lines_that_came_to_no_end_are_named_on_stderr(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", given="hello\nendless\nworld\n", EDGEKIT_TOY_ENDLESS="1")
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 3
    assert done.stderr == b"not complete, the model came to no end: line 2 (1 of 3)\n"
