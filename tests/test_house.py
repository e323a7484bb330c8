"""The papers of the house say what is: README, constraints, contracts, licences, the wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import pytest
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from translate.real_models import home_with

import edgekit
from edgekit.catalogue.check import check_bytes
from edgekit.cli.app import app
from edgekit.core import errors
from tui.actions import ACTIONS, SCREENS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MEASURED = (ROOT / "docs" / "measured.md").read_text(encoding="utf-8")
PAPERS = (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODELS = (ROOT / "models.toml").read_bytes()
PYTHONS = ("3.10", "3.11", "3.12", "3.13")

TRY = (
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt . && .venv/bin/edgekit pull firefox-en-pt"
    ' && echo "Good morning, class." | .venv/bin/edgekit translate --from en --to pt'
)
TEST = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[dev]' && .venv/bin/pytest"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pins_for(python: str) -> dict[str, Version]:
    found: dict[str, Version] = {}
    for pin in pins():
        if pin.marker is None or pin.marker.evaluate({"python_version": python}):
            name = canonicalize_name(pin.name)
            assert name not in found, f"two pins of {name} for Python {python}"
            (only,) = pin.specifier
            assert only.operator == "=="
            found[name] = Version(only.version)
    return found


def test_the_readme_prints_both_set_up_commands_and_ci_calls_the_test_command() -> None:
    assert [block.strip() for block in blocks("sh")] == [TRY, TEST]
    script = ROOT / ".ci" / "run"
    assert script.read_text(encoding="utf-8").splitlines()[-1] == TEST
    assert os.access(script, os.X_OK)


def test_the_readme_lists_every_command_and_no_other() -> None:
    listed = set(re.findall(r"^\| `edgekit (\w+)` \|", README, re.MULTILINE))
    assert listed == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # the app is a group


def test_a_type_that_is_ignored_in_a_test_has_its_reason() -> None:
    bare = re.compile(r"# type: ignore(?:\[[a-z, -]*\])?\s*(?:# noqa.*)?$", re.MULTILINE)
    found = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py") if bare.search(path.read_text("utf-8"))]
    assert not found


@pytest.mark.parametrize("package", ["edgekit", "exporters", "tui"])
def test_a_module_that_python_310_lacks_is_imported_where_it_is_there(package: str) -> None:
    bare = re.compile(r"^(import|from) tomllib\b", re.MULTILINE)
    assert not [path for path in (ROOT / package).rglob("*.py") if bare.search(path.read_text("utf-8"))]


def test_the_readme_lists_every_exit_code() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.EdgekitError)]
    assert listed == {0, 130, *(kind.exit_code for kind in kinds)}


def test_the_tree_of_the_readme_is_the_tree() -> None:
    (tree,) = (block for block in blocks("text") if "models.toml  " in block)
    paths: list[str] = []
    parent = ""
    for line in tree.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            parent = name if name.endswith("/") else ""
            paths.append(name)
        else:
            paths.append(parent + name)
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert not missing
    for package in ("edgekit", "exporters", "tui"):
        rooms = {f"{package}/{file.parent.name}/" for file in (ROOT / package).glob("*/__init__.py")}
        assert rooms <= set(paths)


def test_the_papers_list_every_model_with_its_licence() -> None:
    catalogue, problems = check_bytes(MODELS, ROOT / "models.toml")
    assert not problems
    every = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    rows, ready = (
        dict(re.findall(r"^\| `([a-z0-9.-]+)` \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE)) for text in (every, README)
    )
    assert set(rows) == set(catalogue.models)
    assert ready
    assert ready.items() <= rows.items()
    assert f"the other {len(rows) - len(ready)} of the catalogue" in README
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for model in catalogue.models.values():
        licence = model.licence.removeprefix("LicenseRef-")
        assert licence in rows[model.id]
        assert model.id in notice
        assert licence in notice


def figures(text: str) -> list[list[str]]:
    """The cells of each row of a table of figures."""
    _, between, table = text.partition("| what | figure | command |\n|---|---|---|\n")
    assert between
    lines = table.partition("\n<!--")[0].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("text", [README, MEASURED], ids=["README", "measured"])
def test_every_figure_has_its_command(text: str) -> None:
    found = figures(text)
    assert len(found) > 2
    for row in found:
        assert len(row) == 3
        assert all(row), row
        assert re.fullmatch(r"`(edgekit|python) [^`]+`", row[-1]), row


def test_every_figure_of_the_readme_is_one_of_those_measured() -> None:
    measured: dict[str, str] = {}
    for _, figure, command in figures(MEASURED):
        measured[command] = f"{measured.get(command, '')} {figure}"
    numbers = re.compile(r"\d[\d.,]*\d|\d")
    for what, figure, command in figures(README):
        assert command in measured, what
        assert set(numbers.findall(figure)) <= set(numbers.findall(measured[command])), what


def test_links_of_the_papers_lead_somewhere() -> None:
    for paper in PAPERS:
        for target in re.findall(r"\]\(([^)]+)\)", paper.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (paper.parent / target).is_file(), (paper.name, target)


def test_contributing_states_every_import_contract() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    stated = [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]
    assert stated
    assert [name for name in stated if f"- {name}\n" not in text] == []


def test_the_version_is_one() -> None:
    assert PROJECT["project"]["version"] == edgekit.__version__
    assert f"\n## [{edgekit.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("python", PYTHONS)
def test_constraints_pin_every_stated_dependency_to_a_version_that_it_allows(python: str) -> None:
    found = pins_for(python)
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    for text in [*project["dependencies"], *extras["dev"], *extras["gguf"]]:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"python_version": python}):
            name = canonicalize_name(wanted.name)
            assert name in found, name
            assert wanted.specifier.contains(found[name]), (text, found[name])
    assert found["torch"] == Version("2.13.0")
    for paper in (".ci/run", "CONTRIBUTING.md"):
        assert f"torch=={found['torch']}+cpu" in (ROOT / paper).read_text(encoding="utf-8")


def test_constraints_pin_all_that_is_installed_with_edgekit() -> None:
    found = pins_for(f"{sys.version_info.major}.{sys.version_info.minor}")
    waiting = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    extras = PROJECT["project"]["optional-dependencies"]
    waiting += [Requirement(text) for text in [*extras["dev"], *extras["gguf"]]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        extras = frozenset(wanted.extras)
        key = (canonicalize_name(wanted.name), extras)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        if key in seen:
            continue
        seen.add(key)
        try:
            version(wanted.name)
        except PackageNotFoundError:
            continue  # a test run without all of `dev`: what is not here pulls nothing in
        assert key[0] in found, key
        for text in requires(wanted.name) or ():
            deeper = Requirement(text)
            marker = deeper.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                deeper.marker = None
                waiting.append(deeper)


def test_the_picture_shows_the_app_as_it_is_and_loads_nothing() -> None:
    picture = (ROOT / "docs" / "tui.svg").read_text(encoding="utf-8")
    shown = [one.label for one in ACTIONS if one.on_line and one.screen in (None, "translate")]
    for label in (*shown, *(label for _name, label in SCREENS)):
        assert label.replace(" ", "&#160;") in picture
    assert not re.search(r"(href|src|url)\s*[=(:]\s*[\"']?http", picture)


def test_the_wheel_holds_the_catalogue_and_the_three_packages(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    kept = [
        "edgekit",
        "exporters",
        "tui",
        "models.toml",
        "pyproject.toml",
        "setup.py",
        "README.md",
        "LICENSE",
        "NOTICE",
    ]
    for name in kept:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            tree.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(tree)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode and "setuptools" in done.stderr and "No matching distribution" in done.stderr:
        pytest.skip("setuptools cannot be had here to build a wheel")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("edgekit-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("edgekit/models.toml") == MODELS
    expected = {
        str(file.relative_to(ROOT).as_posix())
        for package in ("edgekit", "exporters", "tui")
        for file in (ROOT / package).rglob("*.py")
    }
    assert expected <= names
    data = ("exemplars.tsv", "scripts.txt", "words.xz", "declaration.xz")
    assert {f"exporters/corpus/{name}" for name in data} <= names
    assert "edgekit/py.typed" in names
    assert {name.rpartition("/")[2] for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "docs"))]


def test_the_source_archive_takes_every_folder_and_paper_of_the_tree_along() -> None:
    manifest = (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines()
    named = {name for line in manifest if line.startswith(("graft", "include")) for name in line.split()[1:]}
    # What setuptools takes by itself.
    named |= {
        "edgekit",
        "exporters",
        "tui",
        "pyproject.toml",
        "setup.py",
        "MANIFEST.in",
        "README.md",
        "LICENSE",
        "NOTICE",
    }
    (tree,) = (block for block in blocks("text") if "models.toml  " in block)
    told = [line.split()[0].partition("/")[0] for line in tree.splitlines() if not line.startswith(" ")]
    assert told
    assert [name for name in told if name not in named] == []


def printed(code: str, model: str) -> str:
    """What a program says where this model is installed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "EDGEKIT_HOME": str(home_with(model)), "PYTHONUTF8": "1"},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.real
def test_the_python_of_the_readme_runs() -> None:
    translating, protecting, embedding, grading = blocks("python")
    first, second = printed(translating, "firefox-en-pt").splitlines()
    assert first.startswith("Bom dia")
    assert "livros" in second
    assert float(first.rpartition(" ")[2]) < 0
    kept = re.fullmatch(r"(.*) 2 0 (0\.\d+) \[\]", printed(protecting, "firefox-en-pt").strip())
    assert kept is not None
    assert "teacher@school.org" in kept[1]
    assert "{name}" in kept[1]
    how, where = (float(cosine.strip("[] ")) for cosine in printed(embedding, "multilingual-e5-small").splitlines())
    assert 0.7 < how < where < 1
    assert printed(grading, "multilingual-e5-small").startswith(("2.0 2.0 ", "1.0 2.0 "))
