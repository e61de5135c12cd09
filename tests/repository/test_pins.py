"""The action and the container are pinned: actions by commit, images by digest, packages by version and hash."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import subprocess
from importlib import metadata

import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from support.folders import ROOT

CONSTRAINTS = (ROOT / "deploy/constraints.txt").read_text("utf-8")
CONTAINER = (ROOT / "deploy/Containerfile").read_text("utf-8")
ACTION = (ROOT / "action.yml").read_text("utf-8")
PINNED = {
    canonicalize_name(match[1]): (match[2], Requirement(f"x ; {match[3]}").marker if match[3] else None, match[4])
    for match in re.finditer(r"^([\w.-]+)==([\w.]+)(?: ; (.+?))? \\\n((?:    --hash=.+\n?)+)", CONSTRAINTS, re.M)
}
"""By name: version, marker or None, and hashes."""

ENVIRONMENTS = [
    {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.1", "sys_platform": system, **machine}
    for minor in (11, 12, 13, 14)
    for system, machine in (
        ("linux", {"platform_machine": "x86_64", "platform_system": "Linux", "os_name": "posix"}),
        ("linux", {"platform_machine": "aarch64", "platform_system": "Linux", "os_name": "posix"}),
        ("darwin", {"platform_machine": "arm64", "platform_system": "Darwin", "os_name": "posix"}),
        ("win32", {"platform_machine": "AMD64", "platform_system": "Windows", "os_name": "nt"}),
    )
]


def wanted() -> list[Requirement]:
    """What the package, its server and its build need, as the script that writes the constraints has it."""
    spec = importlib.util.spec_from_file_location("constraints", ROOT / ".github/scripts/constraints.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return [Requirement(text) for text in script.requirements()]


def there(requirement: Requirement, asking: Marker | None = None) -> None:
    """A requirement is pinned in its range, wherever it holds and what asks for it is installed."""
    name = canonicalize_name(requirement.name)
    environments = [
        e
        for e in ENVIRONMENTS
        if (asking is None or asking.evaluate(e))
        and (not requirement.marker or requirement.marker.evaluate({**e, "extra": ""}))
    ]
    if not environments:
        return
    assert name in PINNED, requirement
    version, marker, _ = PINNED[name]
    assert requirement.specifier.contains(Version(version)), (str(requirement), version)
    for environment in environments:
        assert marker is None or marker.evaluate(environment), (str(requirement), environment)


def test_all_that_is_needed_is_pinned_in_its_range():
    assert len(PINNED) == len(re.findall(r"^[\w.-]+==", CONSTRAINTS, re.M)) > 20
    for requirement in wanted():
        there(requirement)


def test_what_a_pinned_package_needs_is_pinned_too():
    """As far as the packages are installed here in these versions: pip would refuse what has no hash."""
    looked_at = 0
    for name, (version, marker, _) in PINNED.items():
        with contextlib.suppress(metadata.PackageNotFoundError):
            if metadata.version(name) == version:
                looked_at += 1
                for text in metadata.requires(name) or []:
                    there(Requirement(text), marker)
    assert looked_at, "none of them is installed here"


def test_every_package_has_hashes_and_nothing_has_an_address():
    for name, (_, _, hashes) in PINNED.items():
        found = re.findall(r"--hash=(\S+)", hashes)
        assert found and all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in found), name
    for text in (CONSTRAINTS, CONTAINER, ACTION):
        assert not re.search(r"index-url|--index |simple/|resolved", text)
        assert set(re.findall(r"[a-z]*://[^/\s'\"]*", text)) <= {"http://127.0.0.1:8000"}, "only the container itself"
    assert "://" not in CONSTRAINTS


def test_for_these_two_only():
    """Everybody else installs by the ranges of pyproject.toml."""
    listed = subprocess.run(
        ["git", "grep", "-l", "constraints.txt"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    users = {path for path in listed.stdout.split() if path.endswith((".yml", "file", ".toml", ".service"))}
    assert users <= {"action.yml", "deploy/Containerfile"}
    assert not [path for name in ("uv.lock", "package-lock.json") for path in ROOT.glob(name)]


def test_the_action_uses_commits_and_hashes():
    steps = yaml.safe_load(ACTION)["runs"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", each), each
        assert re.search(re.escape(each) + r" # v\d+\.\d+\.\d+\n", ACTION), "the version stands beside it"
    installs = [line.strip() for step in steps for line in step.get("run", "").splitlines() if " install " in line]
    assert len(installs) == 2
    for line in installs:
        hashed = "--require-hashes" in line and "--only-binary :all:" in line and "deploy/constraints.txt" in line
        assert hashed or {"--no-index", "--no-deps", "--no-build-isolation"} <= set(line.split()), line


def test_the_container_uses_a_digest_and_hashes():
    images = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", CONTAINER, re.M)
    stages = {name for _, name in images if name}
    outside = [image for image, _ in images if image not in stages]
    assert len(outside) == 1, "one image, pinned once"
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim@sha256:[0-9a-f]{64}", outside[0])
    for line in re.sub(r"\\\n", " ", CONTAINER).splitlines():
        for command in line.split("&&"):
            if re.search(r"pip (wheel|install)", command) and not line.startswith("#"):
                assert "--no-index" in command or {"--require-hashes", "--only-binary"} <= set(command.split()), command
