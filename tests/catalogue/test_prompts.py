"""Prompts and exemplars of a catalogue: every problem at once, on its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.catalogue.check import check_bytes
from edgekit.catalogue.entries import Catalogue, Prompt
from edgekit.catalogue.load import check_file, merge, packaged_file

BAD = """\
schema_version = 1
[prompts.Bad]
version = 0
names = "german"
exemplars = "pairs"
template = "{text} {text} {glossary} {author} {instruction} {source_language} {source_language}"
example = "{text}"
stop = []
colour = 1
[prompts.two]
version = 1
summary = "s"
names = "none"
exemplars = "none"
template = "no text"
glossary = "x"
stop = ["a", ""]
[prompts.two.instructions]
PT = "{text}"
[exemplars]
en = ["a", "b"]
pt = ["a"]
xx-y = ["a\\nb", ""]
"""
EXPECTED = """\
f:2: `prompts.Bad` must be lower-case letters, digits, `_` and `-`
f:2: `prompts.Bad.summary` is missing
f:2: `prompts.Bad.glossary` is missing; the template has `{glossary}`
f:2: `prompts.Bad.instructions` is missing; the template has `{instruction}`
f:3: `prompts.Bad.version` must be at least 1
f:4: `prompts.Bad.names` must be one of `english`, `native`, `none`
f:6: `prompts.Bad.template` has `{text}` 2 times
f:6: `prompts.Bad.template` has `{author}`; it may have `{text}`, `{examples}`, `{glossary}`, `{instruction}`, \
`{source_language}`, `{target_language}`
f:6: `prompts.Bad.template` has no `{examples}`, and `exemplars` is not `none`
f:7: `prompts.Bad.example` has no `{translation}`
f:8: `prompts.Bad.stop` must have texts, none of them empty
f:9: `prompts.Bad.colour` is no known key
f:15: `prompts.two.template` has no `{text}`
f:16: `prompts.two.glossary` has no `{terms}`
f:17: `prompts.two.stop` must have texts, none of them empty
f:18: `prompts.two.instructions.en` is missing; it is used for languages that have none
f:19: `prompts.two.instructions.PT` writes the tag `pt` as `PT`
f:19: `prompts.two.instructions.PT` has `{text}`; it may have `{source_language}`, `{target_language}`
f:22: `exemplars.pt` has 1 sentences, and `en` 2
f:23: `exemplars.xx-y` is no language tag: `xx-y`
f:23: `exemplars.xx-y[0]` must be one line of text
f:23: `exemplars.xx-y[1]` must be one line of text
"""


def test_every_problem_is_told_with_its_line() -> None:
    _, problems = check_bytes(BAD.encode(), Path("f"))
    assert [str(problem) for problem in problems] == EXPECTED.splitlines()


@pytest.mark.parametrize(
    "text",
    ["prompts = 1", "prompts = { a = 1 }", "exemplars = []", "exemplars = { en = 1 }", "exemplars = { en = [1] }"],
)
def test_other_shapes_are_problems_and_no_crash(text: str) -> None:
    _, problems = check_bytes(f"schema_version = 1\n{text}\n".encode(), Path("f"))
    assert problems


def test_the_packaged_prompts_are_sound_and_have_versions() -> None:
    catalogue, problems = check_file(packaged_file())
    assert problems == []
    assert set(catalogue.prompts) == {"plain", "source-instruction", "diverse"}
    assert {prompt.version for prompt in catalogue.prompts.values()} == {1}
    assert {len(sentences) for sentences in catalogue.exemplars.values()} == {4}
    assert set(catalogue.exemplars) <= set(catalogue.languages)
    assert set(catalogue.prompts["source-instruction"].instructions) <= set(catalogue.languages)


def test_an_own_prompt_stands_for_the_packaged_one_and_own_exemplars_for_all() -> None:
    def prompt(version: int) -> Prompt:
        return Prompt("plain", version, "s", "none", "none", "{text}", "", "", ("\n",))

    packaged = Catalogue(prompts={"plain": prompt(1)}, exemplars={"en": ("a", "b"), "pt": ("c", "d")})
    own = Catalogue(prompts={"plain": prompt(7)}, exemplars={"en": ("x",)})
    assert merge(packaged, own).prompts == own.prompts
    assert merge(packaged, own).exemplars == own.exemplars
    assert merge(packaged, Catalogue()).exemplars == packaged.exemplars
