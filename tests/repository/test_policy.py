"""The promises of the last release are kept, or their breaking is said (docs/vocabulary-policy.md)."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from hankelod.exports import summaries
from hankelod.model.model import Model
from hankelod.model.shapes import load
from hankelod.rdf import graph
from hankelod.rdf.graph import OWL
from hankelod.records import packs, settings, sources
from hankelod.records.folder import DATASET, PROFILES, turtle_files
from support import policy


def read(folder: Path, base: str) -> tuple[Model, dict[str, policy.Promise]]:
    """The model in a checkout, and what it promises: the package's with the profile and area pack of its dataset."""
    if (folder / "shapes" / PROFILES).is_dir():
        file = folder / "data" / DATASET
        config = settings.read(folder, file, file.name)._replace(base=base)
        pack = packs.find(config, folder, folder)
        model = sources.model(folder, sources.sources(folder, config, pack), config)
    else:  # a release before there were profiles
        model = load(turtle_files(folder / "ontology"), turtle_files(folder / "shapes"), base)
    computed = folder / "src/hankelod/exports/summaries.ttl"
    return model, policy.promises(model, graph.read([computed], summaries.KEYS) if computed.exists() else None)


def git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


def last_release(root: Path) -> str | None:
    """The newest release tag that this checkout builds on."""
    try:
        tags = git(root, "tag", "--list", "v*", "--sort=-v:refname", "--merged", "HEAD").decode().split()
    except (OSError, subprocess.CalledProcessError):
        return None
    return tags[0] if tags else None


def faults(root: Path, tag: str, base: str, place: Path) -> list[str]:
    """The verdict of the policy on a checkout, compared with the release of this tag."""
    with tarfile.open(fileobj=io.BytesIO(git(root, "archive", tag))) as archive:
        archive.extractall(place, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # from 3.11.4 on
    old_model, old = read(place, base)
    new_model, new = read(root, base)
    before, after = policy.version(old_model), policy.version(new_model)
    broken = policy.breaks(old, new)
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    found = [
        f"{b.name} {b.what}, and CHANGELOG.md does not say so"
        for b in policy.unsaid(broken, changelog, tag.removeprefix("v"))
    ]
    found += [f"{b.name} {b.what}, without having been deprecated" for b in policy.unannounced(broken, before)]
    if not policy.enough(before, after, bool(broken), old.keys() != new.keys()):
        found.append(f"owl:versionInfo {after} is not far enough from {before}")
    return found


def test_the_last_release_is_not_broken_in_silence(root, dataset, tmp_path):
    tag = last_release(root)
    if tag is None:
        pytest.skip("there is no release tag v* here: the vocabulary is compared with nothing")
    assert not faults(root, tag, dataset.base, tmp_path)


def test_a_release_is_compared_with_the_one_before(copy, root, dataset, tmp_path_factory):
    """The same comparison in a repository that has a tag: silence is a fault, words and a version mend it."""
    shutil.copy(root / "CHANGELOG.md", copy)
    assert last_release(copy) is None
    git(copy, "init", "--quiet")
    git(copy, "add", ".")
    git(copy, "-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "--quiet", "-m", "First")
    git(copy, "tag", "v0.1.0")
    assert last_release(copy) == "v0.1.0"
    assert faults(copy, "v0.1.0", dataset.base, tmp_path_factory.mktemp("one")) == []
    shapes = copy / "shapes/project.ttl"
    shapes.write_text(
        shapes.read_text("utf-8").replace('sh:codeIdentifier "acronym"', 'sh:codeIdentifier "shortName"'), "utf-8"
    )
    assert faults(copy, "v0.1.0", dataset.base, tmp_path_factory.mktemp("two")) == [
        "project.acronym is gone, and CHANGELOG.md does not say so",
        "owl:versionInfo 0.1.0 is not far enough from 0.1.0",
    ]
    log, ontology = copy / "CHANGELOG.md", copy / "ontology/hankelod.ttl"
    log.write_text(
        log.read_text("utf-8").replace(
            "## 0.1.0", "## 0.2.0\n\n- `project.acronym` is now `project.shortName`.\n\n## 0.1.0"
        ),
        "utf-8",
    )
    ontology.write_text(
        ontology.read_text("utf-8").replace('owl:versionInfo "0.1.0"', 'owl:versionInfo "0.2.0"'), "utf-8"
    )
    assert faults(copy, "v0.1.0", dataset.base, tmp_path_factory.mktemp("three")) == []


def test_the_version_is_told_twice_alike(dataset):
    told = dataset.model.ontology
    assert told.iri(policy.ONTOLOGY, OWL + "versionIRI") == f"{policy.ONTOLOGY}/{policy.version(dataset.model)}"


EDITS = {
    "a term vanishes": (
        "ontology/hankelod.ttl",
        "hanke:totalCost",
        "hanke:cost",
        {"hanke:totalCost", "project.totalCost"},
    ),
    "a key is renamed": (
        "shapes/project.ttl",
        'sh:codeIdentifier "totalCost"',
        'sh:codeIdentifier "cost"',
        {"project.totalCost"},
    ),
    "one value becomes many": (
        "shapes/project.ttl",
        "sh:maxCount 1 ; sh:minLength 2",
        "sh:minLength 2",
        {"project.acronym"},
    ),
    "a key means another property": (
        "shapes/project.ttl",
        "sh:path hanke:lead ;",
        "sh:path hanke:lead2 ;",
        {"project.lead"},
    ),
    "a key becomes required": (
        "shapes/link.ttl",
        'sh:codeIdentifier "asWritten" ;',
        'sh:codeIdentifier "asWritten" ; sh:minCount 1 ;',
        {"link.asWritten"},
    ),
    "a concept vanishes": (
        "shapes/profiles/municipal-climate/themes.ttl",
        "<id/concept/theme/networks>",
        "<id/concept/theme/nets>",
        {"concept/theme/networks"},
    ),
    "a class becomes a property": (
        "ontology/hankelod.ttl",
        "hanke:Grant a owl:Class",
        "hanke:Grant a owl:ObjectProperty",
        {"hanke:Grant"},
    ),
    "a computed column vanishes": ("src/hankelod/exports/summaries.ttl", "k:grantTotal ", "k:grants ", {"grantTotal"}),
    "a label is mended": ("ontology/hankelod.ttl", '"avustus"@fi', '"hankeavustus"@fi', set()),
    "a rule is eased": (
        "shapes/project.ttl",
        'sh:datatype rdf:langString ; sh:languageIn ( "fi" "sv" "en" ) ; sh:uniqueLang true ; sh:minCount 1 ;',
        'sh:datatype rdf:langString ; sh:languageIn ( "fi" "sv" "en" ) ; sh:uniqueLang true ;',
        set(),
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_break_is_seen(copy, root, dataset, name):
    (copy / "src/hankelod/exports").mkdir(parents=True)
    (copy / "src/hankelod/exports/summaries.ttl").write_bytes(
        (root / "src/hankelod/exports/summaries.ttl").read_bytes()
    )
    file, old, new, expected = EDITS[name]
    before = read(copy, dataset.base)[1]
    path = copy / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    if "hanke:cost" in new:
        shapes = copy / "shapes/project.ttl"
        shapes.write_text(shapes.read_text("utf-8").replace(old, new), "utf-8")
    broken = policy.breaks(before, read(copy, dataset.base)[1])
    assert {b.name for b in broken} == expected
    log = (
        "# Changelog\n\n## 0.2.0\n\n- "
        + ", ".join(f"`{b.name}`" for b in broken)
        + " changed.\n\n## 0.1.0\n\n- First.\n"
    )
    assert policy.unsaid(broken, "## 0.1.0\n\n" + log, "0.1.0") == broken, (
        "what is said of older releases does not count"
    )
    assert not policy.unsaid(broken, log, "0.1.0")
    assert not policy.unannounced(broken, "0.1.0")
    assert policy.unannounced(broken, "1.0.0") == [b for b in broken if b.what == "is gone"]


def test_what_was_deprecated_may_go():
    old = {"hanke:x": policy.Promise("hanke:x", {"kind": "Class"}, deprecated=True)}
    broken = policy.breaks(old, {})
    assert [b.what for b in broken] == ["is gone"]
    assert not policy.unannounced(broken, "1.0.0")
    assert policy.unsaid(broken, "## 1.0.0\n", "1.0.0"), "it is said all the same"


@pytest.mark.parametrize(
    ("old", "new", "broken", "changed", "expected"),
    [
        ("0.1.0", "0.1.0", False, False, True),
        ("0.1.0", "0.1.1", False, True, False),
        ("0.1.0", "0.2.0", True, True, True),
        ("0.1.0", "0.1.1", True, True, False),
        ("1.0.0", "1.1.0", False, True, True),
        ("1.0.0", "1.0.1", False, True, False),
        ("1.2.0", "1.3.0", True, True, False),
        ("1.2.0", "2.0.0", True, True, True),
        ("1.2.0", "1.1.0", False, False, False),
    ],
)
def test_how_far_a_version_is_raised(old, new, broken, changed, expected):
    assert policy.enough(old, new, broken, changed) is expected
