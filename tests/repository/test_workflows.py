"""What GitHub reads of this repository: workflows, forms, citation and the script of a release, linted and tried."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(set((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) - {GITHUB / "ISSUE_TEMPLATE/config.yml"})
PINNED = re.compile(r"\./.*|[\w-]+/[\w./-]+@(v\d+|release/v\d+|[0-9a-f]{40})")
bash = pytest.mark.skipif(sys.platform == "win32", reason="a script in bash")

workflows = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def load(path: Path) -> dict:
    """YAML with every scalar as text, so that `on` is no truth value."""
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


### By the linters


SCHEMAS = [
    ("github-workflows", WORKFLOWS),
    ("github-actions", [ROOT / "action.yml"]),
    ("github-issue-forms", FORMS),
    ("github-issue-config", [GITHUB / "ISSUE_TEMPLATE/config.yml"]),
    ("dependabot", [GITHUB / "dependabot.yml"]),
    ("citation-file-format", [ROOT / "CITATION.cff"]),
]


@pytest.mark.parametrize(("schema", "paths"), SCHEMAS, ids=[name for name, _ in SCHEMAS])
def test_by_its_schema(schema, paths):
    """The schemas come with check-jsonschema; nothing is fetched."""
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_by_the_linter_of_workflows():
    """zizmor: script injection, rights that are too wide, actions that are not pinned, caches that can be poisoned."""
    program = shutil.which("zizmor", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]))
    if program is None:
        pytest.skip("zizmor is not installed: pip install zizmor")
    checked = [str(GITHUB), str(ROOT / "action.yml")]
    command = [
        program,
        "--offline",
        "--no-progress",
        "--quiet",
        "--min-severity",
        "medium",
        "--config",
        str(GITHUB / "zizmor.yml"),
        *checked,
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


### Rights and commands


@workflows
def test_rights_are_told_and_small(path):
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert isinstance(job.get("permissions", {}), dict), name
        writes = {right for right, value in job.get("permissions", {}).items() if value == "write"}
        # A job that may write runs no code of the repository.
        if writes:
            assert not any("checkout" in step.get("uses", "") for step in job["steps"]), name


@workflows
def test_no_job_runs_without_end(path):
    workflow = load(path)
    assert workflow["concurrency"]["group"]
    for name, job in workflow["jobs"].items():
        assert "uses" in job or 0 < int(job["timeout-minutes"]) <= 90, name


@workflows
def test_no_text_from_outside_becomes_part_of_a_command(path):
    for step in steps(load(path)):
        assert "${{" not in step.get("run", ""), step


@workflows
def test_actions_are_pinned_and_keep_no_credentials(path):
    workflow = load(path)
    used = [part["uses"] for part in [*workflow["jobs"].values(), *steps(workflow)] if "uses" in part]
    assert [name for name in used if not PINNED.fullmatch(name)] == []
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


def test_one_version_of_each_action():
    used = {step["uses"] for path in WORKFLOWS for step in steps(load(path)) if "@" in step.get("uses", "")}
    assert len(used) == len({name.partition("@")[0] for name in used}), sorted(used)


def test_no_secret_is_kept():
    """Rights come from the run itself: no password, no token in the settings of the repository."""
    for path in WORKFLOWS:
        assert "secrets." not in path.read_text("utf-8"), path.name
        assert not {"pull_request_target", "workflow_run"} & set(load(path)["on"]), path.name


def test_every_supported_python_is_tried():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    for job in load(GITHUB / "workflows/tests.yml")["jobs"].values():
        tried = job["strategy"]["matrix"]["python"]
        assert wanted == f">={tried[0]}"
        assert len(tried) >= 3


### Forms


def test_the_forms_on_records_are_one_form_in_three_languages():
    shapes = set()
    for language in ("fi", "sv", "en"):
        form = load(GITHUB / f"ISSUE_TEMPLATE/record-{language}.yml")
        fields = []
        for field in form["body"]:
            inside = field["attributes"]
            required = field.get("validations", {}).get("required")
            fields.append((field["type"], field.get("id"), frozenset(inside), required, len(inside.get("options", []))))
        shapes.add((tuple(form["labels"]), tuple(fields)))
    assert len(shapes) == 1


@pytest.mark.parametrize(
    "path", [ROOT / "SECURITY.md", GITHUB / "PULL_REQUEST_TEMPLATE.md"], ids=lambda path: path.stem
)
def test_links_lead_to_files(path):
    for target in re.findall(r"\]\((?!https://)([^)#]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


### A release


@pytest.fixture(scope="module")
def release():
    """The script of a release, as a module."""
    spec = importlib.util.spec_from_file_location("release", GITHUB / "scripts/release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_versions_agree(release):
    notes = release.notes(f"v{release.version()}")
    assert notes.strip()
    assert not notes.startswith("#")


def test_the_citation_names_whom_the_licence_names():
    cited = load(ROOT / "CITATION.cff")
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert licence.startswith(f"{cited['license']} License")
    for author in cited["authors"]:
        assert author["name"] in licence


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What a release compares, with a version of its own."""
    (tmp_path / "src/hankelod").mkdir(parents=True)
    (tmp_path / "src/hankelod/__init__.py").write_text('__version__ = "1.2.0"\n', "utf-8")
    (tmp_path / "CITATION.cff").write_text('cff-version: 1.2.0\nversion: "1.2.0"\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n", "utf-8")
    return tmp_path


def test_the_notes_are_the_part_of_the_changelog(release, repository):
    assert release.notes("v1.2.0", repository) == "- New.\n"


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("src/hankelod/__init__.py", "1.2.0", "1.3.0", "the tag is v1.2.0, the package is 1.3.0"),
        ("CITATION.cff", '"1.2.0"', '"1.1.0"', "CITATION.cff: the version is 1.1.0"),
        ("CHANGELOG.md", "## 1.2.0", "## 1.2.0rc1", "CHANGELOG.md: nothing on 1.2.0"),
        ("CHANGELOG.md", "- New.\n", "", "CHANGELOG.md: nothing on 1.2.0"),
    ],
)
def test_versions_that_differ_stop_a_release(release, repository, name, old, new, told):
    path = repository / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ValueError, match=re.escape(told)):
        release.notes("v1.2.0", repository)


def test_the_sbom_names_the_package_and_what_comes_from_npm(release):
    made = {
        "metadata": {"component": {"bom-ref": "root", "name": "hankelod"}},
        "components": [{"name": "rdflib"}],
        "dependencies": [{"ref": "root", "dependsOn": ["rdflib==7"]}],
    }
    done = release.completed(made)
    assert done["metadata"]["component"]["version"] == release.version()
    listed = json.loads((ROOT / "browser/assets.json").read_text("utf-8"))
    purls = [f"pkg:npm/{name}@{package['version']}" for name, package in listed.items()]
    assert [each["purl"] for each in done["components"][1:]] == sorted(purls)
    assert done["dependencies"][0]["dependsOn"] == sorted(["rdflib==7", *purls])


### The pages


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the test's own output is enough."""


@pytest.fixture
def online(tmp_path: Path):
    """A folder that is online, and its address."""
    folder = tmp_path / "online"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def pages(address: str, temp: Path, first: str = "") -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    """Run the script that publishes to the pages, and tell how it called hankelod."""
    program = temp / "hankelod/bin/hankelod"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nprintf "%s\\t" "$@" >> "{temp}/calls"\necho >> "{temp}/calls"\n', "utf-8")
    program.chmod(0o755)
    run = next(step["run"] for step in steps(load(GITHUB / "workflows/pages.yml")) if step.get("name") == "Publish")
    environment = {
        **os.environ,
        "no_proxy": "127.0.0.1",
        "RUNNER_TEMP": str(temp),
        "GITHUB_SHA": "4f2a9c1",
        "ADDRESS": address,
        "FIRST": first,
        "FOLDER": ".",
        "HANKELOD_MESSAGES": "fi",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", run], env=environment, capture_output=True, encoding="utf-8", timeout=120
    )
    calls = temp / "calls"
    return done, [line.split("\t")[:-1] for line in calls.read_text("utf-8").splitlines()] if calls.exists() else []


@pytest.fixture
def needs_curl():
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")


@bash
@pytest.mark.usefixtures("needs_curl")
class TestPages:
    def test_history_is_carried_on(self, online, tmp_path):
        folder, address = online
        (folder / "manifest.json").write_text("{}", "utf-8")
        done, (publish, verify) = pages(address, tmp_path)
        assert done.returncode == 0, done.stderr
        assert publish[publish.index("--previous") + 1] == address + "/"
        assert verify[0] == "verify"
        assert verify[-1] == publish[publish.index("--out") + 1]

    def test_a_first_publication_is_asked_for(self, online, tmp_path):
        _, address = online
        done, calls = pages(address + "/", tmp_path, first="true")
        assert done.returncode == 0, done.stderr
        assert "--previous" not in calls[0]

    def test_no_history_begins_again_by_itself(self, online, tmp_path):
        _, address = online
        done, calls = pages(address, tmp_path, first="false")
        assert (done.returncode, calls) == (1, [])
        assert "::error::No publication is at" in done.stdout

    def test_an_address_that_does_not_answer_stops_it(self, tmp_path):
        done, calls = pages("http://127.0.0.1:9", tmp_path, first="true")
        assert (done.returncode, calls) == (1, [])
        assert "its history is not lost" in done.stdout

    def test_the_options_are_those_of_the_command(self, online, tmp_path):
        folder, address = online
        (folder / "manifest.json").write_text("{}", "utf-8")
        for call in pages(address, tmp_path)[1]:
            command = next(word for word in call if word in ("publish", "verify"))
            shown = subprocess.run(
                [sys.executable, "-m", "hankelod", command, "--help"], capture_output=True, encoding="utf-8", timeout=60
            )
            for word in call:
                assert not word.startswith("-") or word in shown.stdout, (command, word)
