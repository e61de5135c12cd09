"""Packages import along the arrows, modules form no circle and stay readable, and the everyday commands stay light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from support.folders import ROOT

SOURCE = ROOT / "src"
PACKAGE = SOURCE / "hankelod"

ALLOWED = {
    "messages": "",
    "rdf": "messages",
    "model": "rdf messages",
    "records": "model rdf messages",
    "mapping": "records model rdf",
    "query": "mapping records model rdf messages",
    "validation": "mapping records model rdf messages",
    "publication": "validation mapping records model rdf messages",
    "exports": "publication validation mapping records model rdf messages",
    "site": "exports publication validation query mapping records model rdf messages",
    "pipeline": "site exports publication validation mapping records model rdf messages",
    "intake": "pipeline validation mapping records model rdf messages",
    "serving": "site exports query publication validation mapping records model rdf messages",
    "cli": "*",
}
"""For each package, the packages that it may import; `*` is all. The same table stands in docs/architecture.md."""

TOP = {"__init__.py", "__main__.py", "py.typed"}
"""Files beside the packages."""

LINES = 500
"""Most lines of a module."""

LONGER: dict[str, str] = {}
"""Modules that are longer, and why they are not two."""

FORMATTER_SKIPS = 20
"""Most lines that may be kept from the formatter."""

FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc", "core", "base", "services"}


def dotted(path: Path) -> str:
    """The name of a module: `hankelod.rdf.graph`; a package's is that of its folder."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {dotted(p): p for p in sorted(PACKAGE.rglob("*.py"))}
INNER = {name: path for name, path in MODULES.items() if name.count(".") and not name.endswith(".__main__")}


def imports(path: Path) -> set[str]:
    """The modules of hankelod that a module imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] == "hankelod"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "hankelod":
            full = {f"{node.module}.{a.name}" for a in node.names}
            found |= {name if name in MODULES else str(node.module) for name in full}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports name the package in full"
    return found


def test_the_top_shows_the_packages():
    there = {p.name for p in PACKAGE.iterdir() if p.name != "__pycache__"}
    assert there == ALLOWED.keys() | TOP


def test_the_table_has_no_circle():
    TopologicalSorter({p: [] if to == "*" else to.split() for p, to in ALLOWED.items()}).prepare()


@pytest.mark.parametrize("name", INNER)
def test_imports_follow_the_arrows(name: str):
    package = name.split(".")[1]
    allowed = ALLOWED[package].split()
    for target in imports(INNER[name]):
        to = target.split(".")[1:2]
        assert not to or to == [package] or allowed == ["*"] or to[0] in allowed, f"{name} imports {target}"


def test_modules_form_no_circle():
    arrows = {name: imports(path) - {"hankelod"} for name, path in INNER.items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")


def test_every_module_is_reached_by_a_command():
    """From the command line, along imports and along the modules that are started as a process of their own."""
    reached: set[str] = set()
    ahead = ["hankelod", "hankelod.__main__"]
    while ahead:
        name = ahead.pop()
        if name in reached:
            continue
        reached.add(name)
        text = MODULES[name].read_text("utf-8")
        ahead += imports(MODULES[name])
        ahead += [other for other in MODULES if f'"{other}"' in text or f'("{other.removeprefix("hankelod.")}"' in text]
        ahead += [name.rpartition(".")[0]] if "." in name else []
    assert MODULES.keys() - reached == set()


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_readable(name: str):
    path = MODULES[name]
    assert path.stem not in FORBIDDEN_NAMES
    if name not in LONGER:
        assert len(path.read_text("utf-8").splitlines()) <= LINES, f"{name} has grown: split it by what it is about"


def test_classes_are_not_cut_over_files():
    """A class of ours is a base only where several classes share it."""
    heirs: dict[str, list[str]] = {}
    own: dict[str, str] = {}
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                own[node.name] = name
                for base in node.bases:
                    heirs.setdefault(ast.unparse(base), []).append(f"{name}.{node.name}")
    alone = {base: found for base, found in heirs.items() if base in own and len(found) == 1}
    cut = {base: found for base, found in alone.items() if not found[0].startswith(own[base] + ".")}
    assert {b: f for b, f in cut.items() if not own[b].endswith("refusal")} == {}


def test_the_formatter_is_not_held_off():
    found = [p for p in MODULES.values() for line in p.read_text("utf-8").splitlines() if "fmt: skip" in line]
    assert len(found) <= FORMATTER_SKIPS, found


def test_no_clock_and_no_locale():
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in ("now", "utcnow", "today", "setlocale"), f"{name}:{node.lineno}"


TURTLE = re.compile(r"@(?:prefix|base) |[ \w\">] [;,.]\n +|\n    a \w+:| ;\n +\w+:")
"""Marks of a Turtle document in the text of a module."""


def test_turtle_is_written_in_one_place():
    """No module but `hankelod.rdf.turtle` and its terms holds the marks of a Turtle document."""
    found = [
        f"{name}:{node.lineno}"
        for name, path in MODULES.items()
        if not name.startswith("hankelod.rdf.")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TURTLE.search(node.value)
    ]
    assert found == []


HEAVY = ("rdflib", "pyshacl", "yaml", "pyoxigraph", "shacl", "json", "typing", "dataclasses", "pathlib", "msgspec")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["validate", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]):
    code = f"""
import sys
sys.path.insert(0, {str(SOURCE)!r})
from hankelod.cli.parser import main
try:
    main({arguments!r})
except SystemExit:
    pass
print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("arguments", [["validate"], ["validate", "data/projects/inkoo-hiilineutraali.yml"]])
def test_everyday_commands_do_without_rdflib(arguments: list[str]):
    if sys.platform not in ("linux", "darwin", "win32"):
        pytest.skip("no wheel of shacl here: pySHACL does the work")
    code = f"""
import sys
from hankelod.cli.parser import main
main({arguments!r})
print([m for m in ("rdflib", "pyshacl") if m in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.strip() == "[]"
