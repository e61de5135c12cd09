"""The documentation against what it documents: README, CONTRIBUTING and docs/."""

from __future__ import annotations

import argparse
import ast
import itertools
import os
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from hankelod.cli.parser import parser
from hankelod.records.ownfields import COLUMNS, OFFERED, WRITTEN
from support.commands import hankelod
from support.folders import ROOT
from support.terminal import talk

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
LINKING = [*PAGES, ROOT / "CONTRIBUTING.md"]
TEXT = {page: page.read_text("utf-8") for page in LINKING}
COMMANDS: dict[str, argparse.ArgumentParser] = next(a for a in parser()._actions if a.dest == "command").choices  # type: ignore[assignment]

UNRUN = {
    "hankelod serve dist": "runs until it is stopped; the tests of serving start it",
}
"""Examples that are not run, and why. In its page, a comment above each tells the reader."""

BOTH_SIDES = {"--help", "--lang"}
"""Options of every command: the README tells of them once."""


class Block(NamedTuple):
    """A fenced block of a page: its language and its lines, with the number of the first."""

    page: Path
    line: int
    language: str
    lines: tuple[str, ...]

    def text(self) -> str:
        """The text of the block, as it stands."""
        rows = TEXT[self.page].splitlines()[self.line - 1 : self.line - 1 + len(self.lines)]
        return "\n".join(rows) + "\n"

    def commands(self) -> list[str]:
        """The commands that can be run anywhere, in their order, without their comments."""
        lines = [line for line in self.lines if line.startswith(("hankelod ", "mkdir ", "cd "))]
        return [" ".join(shlex.split(line, comments=True, posix=False)) for line in lines]


def blocks() -> list[Block]:
    found = []
    for page in PAGES:
        for match in re.finditer(r"^( *)```(\w*)\n(.*?)^\1```$", TEXT[page], re.M | re.S):
            line = TEXT[page][: match.start()].count("\n") + 2
            found.append(Block(page, line, match[2], tuple(each.strip() for each in match[3].splitlines())))
    return found


BLOCKS = blocks()

GUIDED = ROOT / "docs/publishing.md"


def guide(heading: str) -> list[Block]:
    """The blocks of a guide for publishers, which are one session from an empty folder on."""
    lines = TEXT[GUIDED].splitlines()
    first = lines.index(f"## {heading}") + 1
    last = next(n for n, line in enumerate(lines, start=1) if n > first and line.startswith("## "))
    return [block for block in BLOCKS if block.page == GUIDED and first < block.line < last]


GUIDES = {
    heading: guide(heading) for heading in ("Your own projects in an afternoon", "A list that you have: two examples")
}
GUIDE = [block for blocks in GUIDES.values() for block in blocks]
EXAMPLES = [block for block in BLOCKS if block.language == "sh" and block.commands()]
SESSIONS = [block for block in EXAMPLES if block not in GUIDE]
SLOW = [block for block in SESSIONS if any(line.startswith("hankelod publish") for line in block.commands())]


def rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    after = TEXT[ROOT / "docs" / page].split(f"\n## {heading}\n", 1)[1]
    table = re.search(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", after, re.M)
    assert table, (page, heading)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table[1].splitlines()]


### Examples


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dataset that has been published, as after `make publish`."""
    folder = tmp_path_factory.mktemp("documented")
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    done = hankelod("publish", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(
    "block",
    [pytest.param(block, marks=[pytest.mark.slow] if block in SLOW else []) for block in SESSIONS],
    ids=[f"{block.page.name}:{block.line}" for block in SESSIONS],
)
def test_the_examples_run(block: Block, published: Path, tmp_path: Path):
    """The commands of a block, one after the other. A publication is never written into, so links do for copies."""
    folder = shutil.copytree(published, tmp_path / "dataset", ignore=shutil.ignore_patterns("dist"))
    shutil.copytree(published / "dist", folder / "dist", copy_function=os.link)
    for line in block.commands():
        if line in UNRUN:
            continue
        program, *arguments = shlex.split(line)
        if program == "mkdir":
            (folder / arguments[0]).mkdir()
            continue
        done = hankelod(*arguments, cwd=folder)
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr}"


def followed(guide: list[Block], folder: Path) -> Path:
    """Follow a guide from an empty folder on; return the folder that it ends in.

    Its blocks one after the other: commands, what they ask and are answered on a terminal, and files. What a command
    shows on a terminal is the block of text behind it; what was typed stands behind the prompts. The paragraph above
    the block of a file names it last.
    """
    for block, after in itertools.zip_longest(guide, guide[1:]):
        if block.language == "text":
            continue
        if block.language != "sh":
            above = TEXT[GUIDED].splitlines()[: block.line - 1]
            name = re.findall(r"`([^`]+[.][a-z]+)`", "\n".join(above[-6:]))[-1]
            (folder / name).parent.mkdir(exist_ok=True, parents=True)
            (folder / name).write_text(block.text(), "utf-8")
            continue
        *commands, last = block.commands()
        for line in [*commands, last]:
            program, *arguments = shlex.split(line)
            if program == "mkdir":
                (folder / arguments[0]).mkdir()
            elif program == "cd":
                folder = (folder / arguments[0]).resolve()
            elif line == last and after and after.language == "text":
                answers = re.findall(r"^  [^ ].*?(?: \[.*\])?:(?: (.*))?$", after.text(), re.M)
                done = talk([*arguments, "--lang", "en"], answers, folder)
                assert done.status == 0, done.shown
                assert [x.rstrip() for x in done.shown.strip().splitlines()] == after.text().splitlines()
            elif line not in UNRUN:
                done = hankelod(*arguments, cwd=folder)
                assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr}"
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals of this kind")
def test_the_guide_leads_from_an_empty_folder_to_a_publication(tmp_path: Path):
    folder = followed(GUIDES["Your own projects in an afternoon"], tmp_path)
    page = (folder / "dist/doc/project/school-roofs.html").read_text("utf-8")
    for text in ("Priority", "Solar energy", "Decided on", "£30,000"):
        assert text in page, text


def test_lists_become_publications_as_the_examples_say(tmp_path: Path):
    fund = followed(GUIDES["A list that you have: two examples"], tmp_path)
    roof = (fund.parent / "village-grants/dist/doc/project/v-1.html").read_text("utf-8")
    for text in ("New roof of the hall", "£12,000.50", "Village Hall Trust", "1 March 2025"):
        assert text in roof, text
    assert "Roof of the hall" in (fund / "dist/doc/project/360g-examplefund-1.html").read_text("utf-8")
    published = [f for f in (fund / "dist").rglob("*") if f.is_file()]
    assert not any(b"nobody needs to know" in f.read_bytes() for f in published)
    assert len(list((fund / "data/organisations").glob("*.yml"))) == 2


def test_what_is_not_run_is_listed_with_its_mark():
    pairs = [pair for block in BLOCKS for pair in itertools.pairwise(block.lines)]
    for example in UNRUN:
        assert any(line == example and above.startswith("#") for above, line in pairs), example


def test_hankelod_stands_in_no_other_block():
    """Whatever a reader may copy is run, or listed; what a command of the guide shows is no block to copy from."""
    for block in BLOCKS:
        if block.language != "sh" and not (block in GUIDE and block.language == "text"):
            assert not block.commands(), f"{block.page.name}:{block.line}"


RECORDS = [block for block in BLOCKS if block.language == "yaml" and block.lines[0].startswith("# data/projects/")]


def test_the_example_of_a_record_is_good(published: Path, tmp_path: Path):
    folder = shutil.copytree(published / "data", tmp_path / "data").parent
    assert RECORDS
    for block in RECORDS:
        text = TEXT[block.page].splitlines()[block.line - 1 : block.line - 1 + len(block.lines)]
        (folder / "data/projects/example.yml").write_text("\n".join(text) + "\n", "utf-8")
        done = hankelod("validate", "--strict", "data/projects/example.yml", cwd=folder)
        assert done.returncode == 0, done.stdout


### Commands and options


def test_every_command_has_an_example():
    examples = [line for block in EXAMPLES for line in block.commands()]
    for command in COMMANDS:
        assert any(re.match(rf"hankelod (-C \S+ )?{command}\b", line) for line in examples), command


def test_every_command_has_a_row_that_leads_to_its_module_page_and_tests():
    table = rows("architecture.md", "Commands")
    assert {command.strip("`") for command, *_ in table} == set(COMMANDS)
    for _, module, page, folders in table:
        assert (ROOT / "src/hankelod" / module.strip("`")).is_file(), module
        assert (ROOT / "docs" / re.fullmatch(r"\[.+\]\((.+)\)", page)[1]).is_file(), page
        for folder in re.findall(r"`([^`]+)`", folders):
            assert (ROOT / folder).is_dir(), folder


def options(command: argparse.ArgumentParser) -> list[str]:
    """The long options of a command, and of what it divides into."""
    found = [name for action in command._actions for name in action.option_strings if name.startswith("--")]
    inner = (
        a.choices for a in command._actions if isinstance(a, argparse._SubParsersAction) and command.prog.count(" ")
    )
    return [*found, *(name for choices in inner for each in choices.values() for name in options(each))]


def names(option: str, text: str) -> bool:
    return re.search(rf"{re.escape(option)}(?![\w-])", text) is not None


def test_every_option_is_told_of_on_its_commands_page():
    for command, _, page, _ in rows("architecture.md", "Commands"):
        text = TEXT[ROOT / "docs" / re.fullmatch(r"\[.+\]\((.+)\)", page)[1]]
        missing = [o for o in options(COMMANDS[command.strip("`")]) if o not in BOTH_SIDES and not names(o, text)]
        assert not missing, (command, missing)


def test_the_readme_tells_of_the_options_of_every_command():
    for option in [*options(parser()), "-C"]:
        assert names(option, TEXT[README]), option


def test_no_option_is_made_up():
    """What pages show of `hankelod COMMAND …` in running text has a command and options that exist."""
    for page, text in TEXT.items():
        for code in re.findall(r"(?<!`)`hankelod ([^`]+)`", text):
            words = re.sub(r"^-C \S+ ", "", code.replace("\n", " ")).split()
            if words[0] not in COMMANDS:
                assert words[0].startswith("-") or words[0] in ("COMMAND", "…"), (page.name, code)
                continue
            for word in words[1:]:
                option = word.split("=")[0]
                assert not option.startswith("--") or option in options(COMMANDS[words[0]]), (page.name, code)


### Links


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        count = sum(1 for a in found if a == anchor or re.fullmatch(rf"{re.escape(anchor)}-\d+", a))
        found.add(f"{anchor}-{count}" if count else anchor)
    return found


@pytest.mark.parametrize("page", LINKING, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXT[page]):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = page.parent / path if path else page
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(place.read_text("utf-8")), target


def test_every_page_is_in_the_readme():
    for page in PAGES[1:]:
        assert f"](docs/{page.name})" in TEXT[README], page.name


def test_the_readme_is_short():
    assert len(README.read_bytes()) <= 9_000


### Architecture


def packages() -> set[str]:
    return {p.parent.name for p in (ROOT / "src/hankelod").glob("*/__init__.py")}


def test_the_packages_are_those_of_the_table():
    assert sorted(package.strip("`") for package, _ in rows("architecture.md", "Packages")) == sorted(packages())


def test_the_allowed_imports_are_those_that_a_test_holds():
    source = ast.parse((ROOT / "tests/repository/test_architecture.py").read_text("utf-8"))
    (held,) = [
        ast.literal_eval(node.value)
        for node in source.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "ALLOWED"
    ]
    told = dict(rows("architecture.md", "Allowed imports"))
    words = {"–": "", "all": "*"}
    assert {package: set(words.get(cell, cell.replace(",", "")).split()) for package, cell in told.items()} == {
        package: set(allowed.split()) for package, allowed in held.items()
    }


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    libraries = {re.match(r"[\w-]+", dependency)[0].lower() for dependency in wanted} - {"hankelod"}
    section = TEXT[ROOT / "docs/architecture.md"].split("## Why these libraries", 1)[1].lower()
    for library in libraries:
        assert names(library, section), library
    for extra in project["optional-dependencies"]:
        assert f"| `{extra}` |" in section, extra


### Model


def test_the_record_keys_exist(dataset):
    """The keys that the page lists, each with its property; the derived lists in a publication hold them all."""
    keys: dict[str, set[str]] = {}
    for cls in dataset.model.classes.values():
        if cls.part or cls.folder == "projects":
            for field in cls.fields:
                keys.setdefault(field.key, set()).add(field.path)
    known = dataset.model.prefixes
    for told, properties in rows("model.md", "Record keys"):
        paths = {known[prefix] + name for prefix, name in re.findall(r"`(\w+):(\w+)`", properties) if prefix in known}
        for key in re.findall(r"`(\w+)`", told):
            assert key in keys, key
            assert keys[key] & paths or key == "kind", (key, keys[key])


def test_what_fields_and_lists_can_say_is_told():
    section = TEXT[ROOT / "docs/model.md"].split("\n## fields.yml and lists\n", 1)[1].split("\n## ", 1)[0]
    tables = re.findall(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", section, re.M)
    told = [re.findall(r"`(\w+)", " ".join(line.split("|")[1] for line in table.splitlines())) for table in tables]
    columns = [re.sub("_$", "", name) for name in told[2]]
    assert (set(told[0]), set(told[1]), set(columns)) == (set(WRITTEN), set(OFFERED), set(COLUMNS))


### The repository


def test_the_repository_stands_alone():
    """No address of a package registry, and no path of somebody's machine."""
    bad = re.compile("registry\\.npm" + "js|files\\.python" + "hosted|pypi\\.org/simple|/ho" + "me/\\w|/Us" + "ers/\\w")
    for path in ROOT.rglob("*"):
        if path.is_file() and not {".git", ".venv", "node_modules", "dist"} & set(path.relative_to(ROOT).parts):
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
            assert not bad.search(text), path
