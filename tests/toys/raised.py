"""What edgekit says when something fails, read out of its code: templates with the expressions of their fields."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import edgekit.core.errors

ERRORS = frozenset(name for name in dir(edgekit.core.errors) if name.endswith("Error"))
# Lists that become an error's reasons, and calls whose argument becomes one of them.
LISTS = re.compile(
    r"(?:^|\.|_)(?:reasons|problems|wrong|unsupported|refused|faults|unknown|strange|notes|failures|checked)$"
)
CALLS = frozenset(
    {"problem", "_problem", "_wrong", "wrong", "_refused", "_error", "UnreadableError", "_CutError", "Note"}
)
# Functions whose results are hints or reasons.
GIVERS = re.compile(
    r"(?:^|_)(?:hint|reasons|problems|losses|doubt|start_note|obstacles|cause|why|unreadable|unsafe_path|allowed_url)"
    r"(?:_|$)"
)
CONSTANTS = re.compile(r"^_?(?:HINTS?|OTHER_FORMATS|KINDS|MAGIC)$")
# What some functions put behind a text.
TAILS = {"_meant": ["", "; did you mean `{near}`?"]}
_MOST_FORMS = 64


@dataclass(frozen=True, slots=True)
class Said:
    """where: `core/units.py:44`.  text: with `{name}` for every field."""

    where: str
    text: str


def raised(package: Path, rooms: Iterable[str]) -> list[Said]:
    """Every message, reason and hint of errors in folders or modules of a package, in the order of the code."""
    found: dict[tuple[str, str], Said] = {}
    for room in rooms:
        place = package / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            name = path.relative_to(package.parent).as_posix()
            for line, text in _of_module(_tree(path)):
                if _has_words(text):
                    found.setdefault((name, bare(text)), Said(f"{name}:{line}", text))
    return list(found.values())


def bare(text: str) -> str:
    """The template without the names of its fields."""
    return "".join(
        literal.replace("{", "{{").replace("}", "}}") + ("{}" if name is not None else "")
        for literal, name, _spec, _conversion in string.Formatter().parse(text)
    )


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _has_words(text: str) -> bool:
    """One word may as well be a key, or a file's ending: those that are said stand in the test."""
    rest = re.sub(r"\{\w*\}", "x", re.sub(r"`[^`]*`", "", text))
    return " " in text and re.search("[a-z]{2}", rest) is not None


def _of_module(tree: ast.Module) -> Iterator[tuple[int, str]]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    def around(node: ast.AST) -> ast.AST:
        line: int = node.lineno  # type: ignore[attr-defined]  # it has one, being a statement or an expression
        inside = [one for one in functions if one.lineno <= line <= (one.end_lineno or 0)]
        return max(inside, key=lambda one: one.lineno, default=tree)

    for node in ast.walk(tree):
        for part in _said(node):
            for leaf in _leaves(part):
                for text in written(leaf, around(leaf)):
                    yield leaf.lineno, text


def _said(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called in ERRORS or called in CALLS:
            yield from node.args
            yield from (one.value for one in node.keywords if one.arg in ("reasons", "hint"))
        elif called in ("append", "extend") and LISTS.search(ast.unparse(getattr(node.func, "value", node.func))):
            yield from node.args
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
        target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if LISTS.search(target) or CONSTANTS.search(target):
            yield node.value
    elif isinstance(node, ast.FunctionDef) and GIVERS.search(node.name):
        for one in ast.walk(node):
            if isinstance(one, ast.Return | ast.Yield) and one.value is not None:
                yield one.value


def _leaves(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions in lists, comprehensions and tables that are texts."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace":
        yield node
    elif isinstance(node, ast.Constant | ast.JoinedStr | ast.Name | ast.BinOp | ast.IfExp | ast.BoolOp):
        if isinstance(node, ast.BinOp | ast.IfExp | ast.BoolOp) and _is_list(node):
            for child in ast.iter_child_nodes(node):
                yield from _leaves(child)
        else:
            yield node
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for one in node.elts:
            yield from _leaves(one)
    elif isinstance(node, ast.Starred):
        yield from _leaves(node.value)
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        yield from _leaves(node.elt)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _leaves(value)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
        "capped",
        "sorted",
        "list",
        "dict",
        "fromkeys",
    ):
        for one in [*node.args, *(one.value for one in node.keywords)]:
            yield from _leaves(one)


def _is_list(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.List | ast.ListComp | ast.Tuple)
        for child in ast.iter_child_nodes(node)
        for one in (child, *ast.iter_child_nodes(child))
        if not isinstance(child, ast.JoinedStr | ast.Call | ast.Subscript | ast.Compare)
    )


def written(node: ast.AST, inside: ast.AST, seen: tuple[str, ...] = ()) -> list[str]:
    """The texts that an expression may be, as far as its function says; `{name}` for what it does not say."""
    return list(dict.fromkeys(_forms(node, inside, seen)))[:_MOST_FORMS]


def _forms(node: ast.AST, inside: ast.AST, seen: tuple[str, ...]) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value.replace("{", "{{").replace("}", "}}")] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp | ast.BoolOp):
        choices = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
        forms = [_forms(one, inside, seen) for one in choices]
        if not any(forms):
            return []
        return [text for one, found in zip(choices, forms, strict=True) for text in found or _unknown(one)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _forms(node.left, inside, seen), _forms(node.right, inside, seen)
        if not left and not right:
            return []
        return [a + b for a in left or [_field(node.left)] for b in right or [_field(node.right)]]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace":
        return _forms(node.func.value, inside, seen)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TAILS:
        return TAILS[node.func.id]  # type: ignore[attr-defined]  # its name is among them
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            forms = _forms(value, inside, seen) if isinstance(value, ast.IfExp | ast.Constant | ast.Name) else []
            # What stands in backticks of its own is a name, whatever may be known of it.
            texts = [
                text + more
                for text in texts
                for more in ([_field(value)] if text.endswith("`") and value is not part else forms or [_field(value)])
            ][:_MOST_FORMS]
        return texts
    if isinstance(node, ast.Name) and node.id not in seen:
        given = [
            one.value
            for one in ast.walk(inside)
            if isinstance(one, ast.Assign) and any(getattr(target, "id", None) == node.id for target in one.targets)
            if not isinstance(one.value, ast.Name)
        ]
        forms = [_forms(one, inside, (*seen, node.id)) for one in given]
        if any(forms):
            return [text for one, found in zip(given, forms, strict=True) for text in found or _unknown(one)]
    return []


def _unknown(node: ast.AST) -> list[str]:
    return [] if isinstance(node, ast.Constant) else [_field(node)]


def _field(node: ast.AST) -> str:
    """A name for a field: the last name of its expression; those that hold sentences begin with `told`."""
    said = ast.unparse(node)
    if re.search(r"\b(?:problem|reason|why|what|error|told|strerror|message|place|failure)\b", said):
        return "{told}"
    names = [
        name
        for name in re.findall(r"[a-z_]\w*", said)
        if name not in ("self", "len", "str", "sorted", "join", "for", "in", "map", "name")
    ]
    return "{" + (names[-1] if names and names[-1].isidentifier() else "name").strip("_") + "}"


ROOT = Path(edgekit.core.errors.__file__).parents[1]
EXPORTERS = ROOT.parent / "exporters"
