from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.catalogue.names import is_model_id, why_unsafe_path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/./b",
        "a/",
        ".hidden",
        "a/.git/x",
        "a\\b",
        "C:x",
        "c:/x",
        "a\x00b",
        "a\nb",
        "nul",
        "a/CON.txt",
        "x/com1",
        "a.",
        "a ",
        "a /b",
        "edgekit.json",
        "sub/EDGEKIT.json",
        "a*b",
        "\ud800",
        "x" * 241,
        "é" * 121,
    ],
)
def test_a_path_is_refused_when_it_is_not_safe_everywhere(path: str) -> None:
    assert why_unsafe_path(path) is not None


@pytest.mark.parametrize(
    "path", ["model.bin", "a/b/c-d_e.spm", "lex.50.50.enpt.s2t.bin", "modèle.onnx", "console", "a b"]
)
def test_a_path_is_taken_when_it_stays_in_its_folder(path: str) -> None:
    assert why_unsafe_path(path) is None


@given(st.text())
def test_a_safe_path_never_leaves_its_folder(path: str) -> None:
    import os
    from pathlib import Path

    if why_unsafe_path(path) is None:
        assert os.path.normpath(Path("/folder") / path).startswith("/folder/")


@pytest.mark.parametrize("name", ["", "A", "a/b", "..", "-a", "a-", ".a", "a.", "con", "nul.x", "a b", "é", "a" * 65])
def test_an_id_is_refused_when_it_cannot_be_a_folder(name: str) -> None:
    assert not is_model_id(name)


@pytest.mark.parametrize("name", ["a", "firefox-en-pt", "gemma-3-270m", "x.y_z", "a" * 64, "conx"])
def test_an_id_is_taken_when_it_is_plain(name: str) -> None:
    assert is_model_id(name)
