"""The one opener of files of a dataset: a plain file inside it, of bounded size; pipes and devices never hang."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path

import pytest

from hankelod.rdf import files
from support.folders import ROOT

PACKAGE = ROOT / "src" / "hankelod"

OTHERS = {
    "rdf/files.py": "the opener itself",
    "rdf/lookup.py": "the sorted dump of a publication",
    "rdf/child.py": "the null device",
    "rdf/confinement.py": "/proc of this process",
    "messages/catalogue.py": "texts of the package",
    "messages/tables.py": "tables of the package",
    "rdf/graph.py": "Turtle of the package",
    "query/grammar.py": "the grammar of the package",
    "site/__init__.py": "assets of the package",
    "site/pages/report.py": "styles of the package",
    "cli/new.py": "writes a new record",
    "publication/parts.py": "what workers made",
    "publication/building.py": "the publication being written",
    "publication/exchange.py": "the lock, and writing to disk",
    "publication/manifest.py": "files of a publication, checked against its manifest",
    "publication/examination.py": "files of a publication, checked against its manifest",
    "publication/history/days.py": "writes the days of change",
    "publication/history/previous.py": "files of a publication, checked against its manifest",
    "publication/history/lines.py": "the dump of a publication, checked against its manifest",
    "publication/history/changes.py": "writes a page of the feed",
    "exports/dumps.py": "writes a dump",
    "exports/making.py": "writes an index",
    "exports/export.py": "writes a file",
    "exports/sheets.py": "writes a table",
    "exports/tables.py": "a list of the package",
    "exports/workbook.py": "members of a workbook that it wrote itself",
    "intake/documents/reading.py": "`read_bytes` of the intake, which asks the opener",
    "intake/mappings/proposing.py": "a list of the package",
    "intake/spreadsheets/reading.py": "`read_bytes` of the intake, which asks the opener",
    "pipeline/sieve.py": "the first bytes of the list that it would replace",
    "site/engine.py": "files of the package",
    "site/index/shards.py": "a file of the package",
    "site/index/terms.py": "a list of the package",
    "records/inputs.py": "text of standard input",
    "records/fieldentry.py": "writes the table of a new list",
    "intake/documents/word.py": "members of an archive that the opener opened",
    "intake/spreadsheets/workbooks.py": "members of an archive that the opener opened",
    "intake/documents/archives.py": "members of an archive that the opener opened",
}
"""Modules that open files in another way, and which files these are."""

OPENING = frozenset(("open", "read_text", "read_bytes", "fdopen"))


def opens(path: Path) -> bool:
    """Tell whether a module calls a function or method that opens a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            own = isinstance(called, ast.Attribute) and getattr(called.value, "id", "") in ("tree", "lines", "self")
            if name in OPENING and not own:
                return True
    return False


def test_nothing_else_opens_files_of_a_dataset():
    found = {p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*.py") if opens(p)}
    assert {name for name in found if not name.startswith("serving/")} == OTHERS.keys()  # it serves a publication


def test_a_plain_file(tmp_path):
    file = tmp_path / "a.yml"
    file.write_bytes(b"abc")
    assert files.content(file, tmp_path, 3) == b"abc"
    with pytest.raises(files.Unfit) as caught:
        files.content(file, tmp_path, 2)
    assert caught.value.code == "too-large"


LINKS = {
    "to a file": lambda inside, outside: (inside / "x").symlink_to(outside / "secret"),
    "relative": lambda inside, outside: (inside / "x").symlink_to("../outside/secret"),
    "to a link": lambda inside, outside: [
        (inside / "y").symlink_to(outside / "secret"),
        (inside / "x").symlink_to("y"),
    ],
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_link_out_of_the_dataset(tmp_path, link):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("x")
    link(inside, outside)
    with pytest.raises(files.Unfit) as caught:
        files.content(inside / "x", inside)
    assert caught.value.code == "outside-dataset"
    assert files.content(inside / "x") == b"x"  # where no folder is given, a person named the file


def test_a_folder_that_is_a_link_out(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x").write_text("x")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "folder").symlink_to("../outside")
    with pytest.raises(files.Unfit, match="outside-dataset"):
        files.content(tmp_path / "inside" / "folder" / "x", tmp_path / "inside")


def test_a_link_inside_is_followed(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").symlink_to("a")
    assert files.content(tmp_path / "b", tmp_path) == b"a"


@pytest.mark.parametrize("what", ["pipe", "zero", "folder", "nowhere", "loop", "socket"])
def test_what_is_no_plain_file_is_told_at_once(tmp_path, what):
    path = tmp_path / "x"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "zero":
        path.symlink_to("/dev/zero")
    elif what == "folder":
        path.mkdir()
    elif what == "loop":
        path.symlink_to("x")
    elif what == "socket":
        os.mknod(path, stat.S_IFSOCK | 0o600)
    with pytest.raises(files.Unfit):
        files.content(path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_name_that_no_file_has(tmp_path, name):
    with pytest.raises(files.Unfit):
        files.content(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("._satama.yml", True),
        (".#satama.yml", True),
        (".satama.yml.swp", True),
        (".~lock.satama.yml#", True),
        ("satama.yml~", True),
        ("#satama.yml#", True),
        ("~$satama.xlsx", True),
        (".DS_Store", True),
        ("Thumbs.db", True),
        ("desktop.ini", True),
        ("__MACOSX", True),
        ("satama.yml", False),
        ("satama.yaml", False),
        ("satama (1).yml", False),
        ("satama.yml.bak", False),
    ],
)
def test_hidden_names(name, hidden):
    assert files.is_hidden(name) is hidden
