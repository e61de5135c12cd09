"""Imports point one way, modules stay small, and the everyday commands stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "hankelod"

LAYERS = [
    ["console", "formats", "packing", "parts", "nesting", "refusals", "terminal"],
    ["graph"],
    ["words"],
    ["atomic", "manifests", "sparql"],
    ["grammar", "queries", "spelling", "results"],
    ["patterns", "terms"],
    ["model", "problems"],
    ["defaults", "policy", "shapes", "tree", "guesses"],
    ["bulk", "csvtree", "jsontree", "records", "yamltree"],
    ["faults", "folders", "turtleplaces"],
    ["identifiers"],
    ["reading", "decoders", "decoding", "lint"],
    ["recordfiles", "dataset", "suggestions"],
    ["mapping", "writers", "rules", "inputs"],
    ["linetriples", "statements", "proofs", "engines", "validation", "vocabulary"],
    ["reports", "dumps", "coverage", "partners"],
    ["summary"],
    ["sorting"],
    ["drafts", "asking", "alerts", "reportpage", "cards", "catalogue"],
    ["rendering", "provenance", "void"],
    ["csvw", "tables"],
    ["areas"],
    ["diffs"],
    ["feeds"],
    ["history"],
    ["changelog"],
    ["changes", "comparison", "hosting", "largefiles"],
    ["verification"],
    ["site"],
    ["checking", "loading", "publication", "screening", "sources"],
    ["crews", "cluster", "pieces"],
    ["streaming"],
    ["largepublication"],
    ["large"],
    ["completing", "explaining", "intake", "serving"],
    ["commands"],
    ["cli"],
]
"""The modules from the ground up: each may import only from the layers below it, or its own."""

FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc", "core", "base", "services"}


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if not p.name.startswith("__"))


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")


def level(module: str) -> int:
    for n, layer in enumerate(LAYERS):
        if module in layer or module.split(".")[0] in layer:
            return n
    raise AssertionError(f"{module} is in no layer: put it in LAYERS")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hankelod"):
            inner = node.module.removeprefix("hankelod").lstrip(".")
            found |= {inner} if inner else {a.name for a in node.names if (PACKAGE / f"{a.name}.py").exists()}
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("hankelod.") for a in node.names if a.name.startswith("hankelod.")}
    return found


@pytest.mark.parametrize("path", modules(), ids=name)
def test_imports_point_down(path: Path):
    for target in imported(path):
        assert level(target) <= level(name(path)), f"{name(path)} imports {target}, which lies above it"


@pytest.mark.parametrize("path", modules(), ids=name)
def test_modules_are_small_and_named_by_nouns(path: Path):
    assert path.stem not in FORBIDDEN_NAMES
    assert len(path.read_text("utf-8").splitlines()) < 300, f"{name(path)} has grown: split it by what it is about"


def test_no_clock_and_no_locale():
    for path in modules():
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in ("now", "utcnow", "today", "setlocale"), f"{name(path)}:{node.lineno}"


HEAVY = ("rdflib", "pyshacl", "yaml", "pyoxigraph", "shacl", "json", "typing", "dataclasses", "pathlib", "msgspec")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["validate", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]):
    code = f"import sys\nfrom hankelod.cli import main\ntry:\n    main({arguments!r})\nexcept SystemExit:\n    pass\nprint([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n{code}"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("arguments", [["validate"], ["validate", "data/projects/inkoo-hiilineutraali.yml"]])
def test_everyday_commands_do_without_rdflib(arguments: list[str]):
    if sys.platform not in ("linux", "darwin", "win32"):
        pytest.skip("no wheel of shacl here: pySHACL does the work")
    code = f"import sys\nfrom hankelod.cli import main\nmain({arguments!r})\nprint([m for m in ('rdflib', 'pyshacl') if m in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parents[1], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr.strip() == "[]"
