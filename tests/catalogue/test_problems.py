"""Every problem of a catalogue at once, each with file, line and key: the exact messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.catalogue.check import check_bytes

BAD = """\
schema_version = 2
colour = "red"

[languages.PT_br]
english = "Portuguese"
native = 7
script = "latin"
direction = "up"

[presets.fast]
family = "Marian!"
options = []

[models."Bad Id"]
name = ""
family = "marian"
task = "tranlsate"
license = "MIT"
licence = "MIT License"
attribution = "x"
source = "pypi:thing>=1"
files = []

[models.one]
name = "One"
family = "marian"
task = "translate"
licence = "MIT"
attribution = "x"
source = "hf:owner/name"
revision = "main"
languages = { from = ["english"], to = ["PT"], via = ["es"] }
aliases = ["two", "uno", "uno", "No"]
preset = "fast"

[[models.one.files]]
role = "weights"
path = "../../etc/passwd"
sha256 = "ABC"
size_bytes = "big"

[[models.one.files]]
role = "weights"
path = "a.bin"
member = "/abs"
size_bytes = -1

[[models.one.files]]
role = "other"
path = "A.bin"
source = "https://example.org/a.bin"
member = "x"

[models.two]
name = "Two"
family = "gguf"
task = "generate"
licence = "LicenseRef-X"
attribution = "x"
source = "pypi:thing==1.0"
languages = "en"
preset = "slow"

[[models.two.files]]
role = "weights"
path = "w.bin"
size_bytes = 10
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
parts = [{ member = "a", size_bytes = 4 }, { member = "b", size_bytes = 5, sise = 1 }]

[[models.two.archives]]
source = "pypi:thing==1.0"
name = "thing.whl"

[models.two.evidence.chrf]
value = nan
set = "flores"
lines = 1.5
signature = "s"

[models.three]
"""

EXPECTED = """\
f:1: `schema_version` is 2; this edgekit reads 1
f:2: `colour` is no known key
f:4: `languages.PT_br` writes the tag `pt-BR` as `PT_br`
f:6: `languages.PT_br.native` must be text, not a whole number
f:7: `languages.PT_br.script` must be an ISO 15924 code such as `Latn`
f:8: `languages.PT_br.direction` must be `ltr` or `rtl`
f:11: `presets.fast.family` must be lower-case letters, digits, `_` and `-`
f:12: `presets.fast.options` must be a table, not a list
f:14: `models.Bad Id` must be an id of lower-case letters, digits, `.`, `_` and `-`
f:15: `models.Bad Id.name` is empty
f:17: `models.Bad Id.task` must be one of `translate`, `grade`, `embed`, `generate`
f:18: `models.Bad Id.license` is no known key; did you mean `licence`?
f:19: `models.Bad Id.licence` must be an SPDX expression such as `MIT`, or `LicenseRef-` and a name
f:21: `models.Bad Id.source` must be `pypi:NAME==VERSION` with one exact version
f:22: `models.Bad Id.files` is empty
f:31: `models.one.revision` must be a full commit of 40 hex digits; branches and tags move
f:32: `models.one.languages.from[0]` is no language tag: `english`
f:32: `models.one.languages.to[0]` writes the tag `pt` as `PT`
f:32: `models.one.languages.via` is no known key
f:33: `models.one.aliases[0]` has `two`, which `two` has already
f:33: `models.one.aliases[2]` has `uno`, which `one` has already
f:33: `models.one.aliases[3]` has `No`, which is no id
f:34: `models.one.preset` is for family `Marian!`, not `marian`
f:38: `models.one.files[0].path` must not have `.`, `..` or empty parts
f:39: `models.one.files[0].sha256` must be 64 lower-case hex digits
f:40: `models.one.files[0].size_bytes` must be a whole number, not text
f:43: `models.one.files[1].role` is `weights` a second time
f:45: `models.one.files[1].member` must be relative
f:46: `models.one.files[1].size_bytes` must be from 0 to 9007199254740992
f:48: `models.one.files[2].sha256` is missing; a file from `https:` must have it
f:48: `models.one.files[2].size_bytes` is missing; a file from `https:` must have it
f:50: `models.one.files[2].path` is `A.bin` a second time
f:52: `models.one.files[2].member` needs a source that holds many files; end it with `/`
f:61: `models.two.languages` must be a list, not text
f:62: `models.two.preset` names `slow`, which this file does not have under `presets`
f:67: `models.two.files[0].size_bytes` is 10, but the parts add up to 9
f:69: `models.two.files[0].parts[1].sise` is no known key
f:71: `models.two.archives[0].sha256` is missing
f:71: `models.two.archives[0].size_bytes` is missing
f:76: `models.two.evidence.chrf.value` must be a finite number
f:78: `models.two.evidence.chrf.lines` must be a whole number, not a number with a fraction
f:81: `models.three.attribution` is missing
f:81: `models.three.family` is missing
f:81: `models.three.files` is missing
f:81: `models.three.licence` is missing
f:81: `models.three.name` is missing
f:81: `models.three.source` is missing
f:81: `models.three.task` is missing
"""


def test_every_problem_is_reported_at_once_with_file_line_and_key() -> None:
    _, problems = check_bytes(BAD.encode(), Path("f"))
    assert "\n".join(sorted(map(str, problems), key=lambda text: (int(text.split(":")[1]), text))) + "\n" == EXPECTED
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_are_right_whatever_the_line_endings(ending: str) -> None:
    _, problems = check_bytes(f"schema_version = 1{ending}{ending}nonsense = 1{ending}".encode(), Path("f"))
    assert [str(problem) for problem in problems] == ["f:3: `nonsense` is no known key"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"schema_version = 1\nx = \n", "f:2: is not TOML: invalid value"),
        (b"schema_version = 1\n[a]\n[a]\n", "f:3: is not TOML: cannot declare ('a',) twice"),
        (b"schema_version = 1\nx = '\xff'\n", "f:2: is not UTF-8"),
        (b"schema_version = 1\nx = " + b"[" * 20_000, "f:1: is nested too deeply"),
        (b"b = 1\na = " + b"9" * 10_000, "f:2: has a number of more than 400 digits"),
        (b"#" * ((1 << 20) + 1), "f:1: is larger than 1048576 bytes"),
        (b"", "f:1: `schema_version` is missing"),
        (b"schema_version = 1\nmodels = 3\n", "f:2: `models` must be a table, not a whole number"),
        (b"schema_version = 1\n[[models]]\n", "f:2: `models` must be a table, not a list"),
        (b"schema_version = true\n", "f:1: `schema_version` must be a whole number, not true or false"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_catalogue_is_one_problem_and_no_other_error(data: bytes, message: str) -> None:
    catalogue, problems = check_bytes(data, Path("f"))
    assert not catalogue.models
    assert str(problems[0]).startswith(message)
