from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edgekit.catalogue.positions import Key, key_lines, line_of

KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\x7f", min_codepoint=32), min_size=1, max_size=6)
LEAVES = st.one_of(
    st.integers(0, 99),
    st.booleans(),
    st.text(st.sampled_from("ab#[]{}\"'\\\n=."), max_size=8),
    st.lists(st.text(st.sampled_from("a#[]\"'"), max_size=4), max_size=3),
)
DOCUMENT = st.dictionaries(
    KEYS,
    st.one_of(
        LEAVES,
        st.dictionaries(KEYS, LEAVES, max_size=3),
        st.lists(st.dictionaries(KEYS, LEAVES, min_size=1, max_size=3), min_size=1, max_size=3),
    ),
    max_size=5,
)


def test_every_kind_of_value_is_stepped_over() -> None:
    text = "\n".join(
        [
            'a = "x # [ y"',  # 1
            "b = '[[' # c = 1",
            'c = """',
            "[not.a.table]",
            'd = 1 \\""" ""',
            '""""',  # one quote of the text, three that close
            "e = '''",
            "f = '",
            "''''",
            "g = [",  # 10
            "  { x = 1 }, # ]",
            '  "]",',
            "]",
            "h.i.'j k' = 1",
            "[t . u]",
            "v = 1",
            "[[w]]",
            "x = 1",
            "[[w.y]]",
            "z = 1",  # 20
            "[[w]]",
            "x = 1",
            "[[w.y]]",
            "[[w.y]]",
            "z = 1",
        ]
    )
    lines = key_lines(text)
    assert {key: line for key, line in lines.items() if len(key) > 1 or key[0] in "abcegw"} == {
        ("a",): 1,
        ("b",): 2,
        ("c",): 3,
        ("e",): 7,
        ("g",): 10,
        ("h", "i"): 14,
        ("h", "i", "j k"): 14,
        ("t", "u"): 15,
        ("t", "u", "v"): 16,
        ("w",): 17,
        ("w", 0): 17,
        ("w", 0, "x"): 18,
        ("w", 0, "y"): 19,
        ("w", 0, "y", 0): 19,
        ("w", 0, "y", 0, "z"): 20,
        ("w", 1): 21,
        ("w", 1, "x"): 22,
        ("w", 1, "y"): 23,
        ("w", 1, "y", 0): 23,
        ("w", 1, "y", 1): 24,
        ("w", 1, "y", 1, "z"): 25,
    }


def test_a_key_inside_an_inline_table_is_found_at_its_statement() -> None:
    lines = key_lines("[a]\nb = { c = { d = 1 } }\n")
    assert line_of(lines, ("a", "b", "c", "d")) == 2
    assert line_of(lines, ("a", "missing")) == 1
    assert line_of(lines, ("nowhere",)) == 1


@given(DOCUMENT)
def test_every_key_of_any_document_is_found_on_the_line_it_was_written_on(document: dict[str, Any]) -> None:
    lines: list[str] = []
    written: dict[Key, int] = {}

    def pairs(table: dict[str, Any], prefix: Key) -> None:
        for key, value in table.items():
            if not isinstance(value, dict) and not (isinstance(value, list) and value and isinstance(value[0], dict)):
                written[(*prefix, key)] = len(lines) + 1
                lines.extend(f"{_quote(key)} = {_toml(value)}".split("\n"))

    pairs(document, ())
    for key, value in document.items():
        tables = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
        for index, table in enumerate(tables):
            if not isinstance(table, dict):
                continue
            many = isinstance(value, list)
            place: Key = (key, index) if many else (key,)
            lines.extend(["# [x] = '", ""])
            written[place] = len(lines) + 1
            lines.append(f"[[{_quote(key)}]]" if many else f"[{_quote(key)}]")
            pairs(table, place)
    found = key_lines("\n".join(lines))
    assert {key: found.get(key) for key in written} == written


def _quote(key: str) -> str:
    return (
        json.dumps(key, ensure_ascii=True)
        if all(ord(c) < 0x10000 for c in key)
        else json.dumps(key, ensure_ascii=False)
    )


def _toml(value: Any) -> str:
    if isinstance(value, str) and "\n" in value:
        return '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    if isinstance(value, list):
        return "[\n " + ",\n ".join(_toml(one) for one in value) + "\n]"
    return json.dumps(value)
