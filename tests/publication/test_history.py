"""The history of a publication: the change feed, the changelog, the warnings, and what is forgotten."""

from __future__ import annotations

import html.parser
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hankelod.messages.refusal import CannotPublish
from hankelod.publication.history import feed
from hankelod.publication.history.diff import Things
from hankelod.publication.history.previous import Folder, read
from hankelod.publication.history.releases import previous_version
from hankelod.records.dataset import Dataset
from support.folders import ROOT
from support.pages import served
from support.publishing import (
    AS,
    BASE,
    LDES,
    RDF_TYPE,
    TREE,
    activity,
    contents,
    edit,
    feed_members,
    position,
    published,
    quads,
    raise_version,
    replay,
    small,
    thing,
    triples,
)

EKA = BASE + "id/project/eka"
WITHDRAWN = ox.NamedNode("https://w3id.org/hankelod/def#Withdrawn")


def withdraw(folder: Path, *ids: str) -> None:
    (folder / "data/withdrawn.yml").write_text(
        "".join(
            f'- {{id: project/{i}, date: 2026-02-01, reason: {{fi: "Peruttu", sv: "Inställt", en: "Cancelled"}}}}\n'
            for i in ids
        ),
        "utf-8",
    )


### The feed


def test_a_first_publication_says_everything(folder, out):
    done = published(folder, out)
    members = feed_members(out)
    assert done.first
    assert {activity(m) for m in members} == {"Create"}
    assert replay(members, set()) == triples(out / "dump/small.nt")
    assert [position(m) for m in members] == list(range(1, len(members) + 1))


def test_a_member_is_a_record_with_all_its_parts(folder, out):
    published(folder, out)
    (eka,) = [m for m in feed_members(out) if thing(m) == EKA]
    subjects = {t.subject.value for t in eka["triples"]}
    assert {EKA, f"{EKA}/outcome/1", f"{EKA}/grant/1", f"{EKA}/quotation/1"} <= subjects
    assert all(s == EKA or s.startswith(EKA + "/") for s in subjects)


def test_the_root_tells_what_a_client_needs(folder, out):
    published(folder, out)
    told = {(q.predicate.value, q.object.value) for q in quads(out, "changes/feed.trig")}
    for predicate, value in (
        (RDF_TYPE, LDES + "EventStream"),
        (RDF_TYPE, TREE + "Node"),
        (LDES + "versionOfPath", "http://purl.org/dc/terms/isVersionOf"),
        (LDES + "sequencePath", "https://schema.org/position"),
        (LDES + "timestampPath", "https://www.w3.org/ns/activitystreams#published"),
        (LDES + "versionDeleteObject", "https://www.w3.org/ns/activitystreams#Delete"),
        (TREE + "view", "http://copy.invalid/changes/feed.trig"),
        (RDF_TYPE, TREE + "GreaterThanOrEqualToRelation"),
    ):
        assert (predicate, value) in told, predicate


def test_pages_are_small_and_their_relations_true(folder, out):
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    published(folder, out)
    relations: dict[str, dict[str, str]] = {}
    told: dict[str, dict[str, str]] = {}
    for quad in quads(out, "changes/feed.trig"):
        told.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    for by in told.values():
        if TREE + "node" in by:
            end = "from" if "GreaterThan" in by[RDF_TYPE] else "to"
            relations.setdefault(by[TREE + "node"].removeprefix("http://copy.invalid/"), {})[end] = by[TREE + "value"]
    pages = {p.relative_to(out).as_posix() for p in (out / "changes/pages").iterdir()}
    assert pages == set(relations)
    for page, ends in relations.items():
        found = [next(iter(m[AS + "published"])) for m in feed_members(out) if m["page"] == page]
        assert len(found) <= feed.PAGE_SIZE
        assert (min(found), max(found)) == (ends["from"], ends["to"])


def test_an_edit_is_one_more_version_and_earlier_pages_stay(folder, out):
    published(folder, out)
    before, dump = contents(out), triples(out / "dump/small.nt")
    count = len(feed_members(out))
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "1.1.0")
    done = published(folder, out)
    assert not done.first
    assert not done.warnings
    (new,) = feed_members(out)[count:]
    assert (thing(new), activity(new), position(new)) == (EKA, "Update", count + 1)
    assert next(iter(new["https://www.w3.org/ns/activitystreams#published"])) == (
        f"2026-02-01T00:00:00.{count + 1:03}Z"
    )
    assert replay([new], dump) == triples(out / "dump/small.nt") != dump
    after = contents(out)
    for path, content in before.items():
        if path.startswith(("changes/pages/", "changes/releases/")):
            assert after[path] == content, path


def test_an_unchanged_dataset_changes_no_byte(folder, out):
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    done = published(folder, out)
    assert [p.code for p in done.warnings] == ["version-not-raised", "modified-not-raised"]
    before = contents(out)
    assert published(folder, out).warnings == done.warnings
    assert contents(out) == before


def test_a_withdrawn_record_leaves_a_tombstone(folder, out):
    shutil.copy(folder / "data/projects/eka.yml", folder / "data/projects/toka.yml")
    published(folder, out)
    dump, count = triples(out / "dump/small.nt"), len(feed_members(out))
    (folder / "data/projects/toka.yml").unlink()
    withdraw(folder, "toka")
    raise_version(folder, "2.0.0")
    done = published(folder, out)
    assert not done.warnings
    new = feed_members(out)[count:]
    assert [(activity(m), thing(m)) for m in new] == [
        ("Delete", BASE + "id/project/toka"),
        ("Create", BASE + "id/project/toka"),
    ]
    assert not new[0]["triples"]
    assert WITHDRAWN in {t.object for t in new[1]["triples"]}
    assert replay(new, dump) == triples(out / "dump/small.nt")
    text = (out / "en/changes/changelog.md").read_text("utf-8")
    assert "Removed" in text
    assert "Cancelled" in text
    assert "[First](<https://data.example.org/id/project/toka>)" in text


def test_a_new_version_of_the_same_data_is_a_release(folder, out, tmp_path):
    published(folder, out)
    raise_version(folder, "1.0.1")
    done = published(folder, out)
    assert not done.warnings
    releases = read(Things(Dataset(folder).model), Folder(out), "", tmp_path).releases
    assert [(r.version, len(r.pages)) for r in releases][1:] == [("1.0.1", 0)]
    before = previous_version(releases)
    assert before is not None
    assert (before.version, before.modified) == ("1.0.0", "2026-01-01")
    catalogue = {
        (t.predicate.value, t.object.value) for t in triples(out / "catalog.ttl") if isinstance(t.object, ox.NamedNode)
    }
    assert any(p.endswith("#previousVersion") and o.endswith("/version/1.0.0") for p, o in catalogue)
    again = contents(out)
    published(folder, out)
    assert contents(out) == again


def test_another_base_begins_another_history(folder, out):
    published(folder, out)
    edit(folder, "dataset.yml", "base: https://data.example.org/", "base: https://other.example.org/")
    assert published(folder, out).first
    assert {activity(m) for m in feed_members(out)} == {"Create"}
    assert replay(feed_members(out), set(), "https://other.example.org/") == triples(out / "dump/small.nt")


def test_a_publication_from_before_the_history_is_a_first_one(folder, out):
    published(folder, out)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    manifest["files"] = {k: v for k, v in manifest["files"].items() if "changes/" not in k}
    from hankelod.publication.manifest import manifest as written

    for folder_of_changes in ("changes", "en/changes", "sv/changes"):
        shutil.rmtree(out / folder_of_changes, ignore_errors=True)
    (out / "manifest.json").write_bytes(written(manifest["files"]))
    assert published(folder, out).first


def test_time_in_the_feed_does_not_run_backwards(folder, out):
    raise_version(folder, "1.0.0", "2026-05-05")
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "1.0.1", "2026-01-01")
    published(folder, out)
    days = [next(iter(m["https://www.w3.org/ns/activitystreams#published"])) for m in feed_members(out)]
    assert days == sorted(days)


def test_the_history_goes_on_without_a_dump(folder, out):
    """The graph of a previous publication without a dump is that of its feed."""
    published(folder, out, only=("documents",))
    assert not (out / "dump").exists()
    count = len(feed_members(out))
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    published(folder, out)
    assert [thing(m) for m in feed_members(out)[count:]] == [EKA]
    assert replay(feed_members(out), set()) == triples(out / "dump/small.nt")


### The reference client of LDES


def test_the_ldes_client_replicates_the_feed(folder, out, root):
    """rdf-connect's ldes-client reads every member of every release, each with the quads of its graph."""
    client = root / "tests/clients/node_modules/.bin/ldes-client"
    if not client.exists():
        pytest.skip("ldes-client is not installed: npm install --prefix tests/clients")
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    published(folder, out)
    with served(out) as base:
        address = f"{base}changes/feed.trig"
        done = subprocess.run(
            [client, address, "--ordered", "ascending"], capture_output=True, encoding="utf-8", timeout=120
        )
    got = set(
        ox.parse(
            "\n".join(unabbreviated(x) for x in done.stdout.splitlines() if x.startswith("<")),
            format=ox.RdfFormat.N_QUADS,
        )
    )
    members = feed_members(out)
    assert len({q.subject for q in got if q.predicate.value == "http://purl.org/dc/terms/isVersionOf"}) == len(members)
    assert {q.triple for q in got if not isinstance(q.graph_name, ox.DefaultGraph)} == {
        t for m in members for t in m["triples"]
    }


def unabbreviated(line: str) -> str:
    """A line of N-Quads in which numbers and booleans are written as in Turtle, as the client prints them."""

    def whole(match: re.Match[str]) -> str:
        kind = "boolean" if match[2] in ("true", "false") else "decimal" if "." in match[2] else "integer"
        return f'{match[1]} "{match[2]}"^^<http://www.w3.org/2001/XMLSchema#{kind}> '

    return re.sub(r"^(<[^>]*> <[^>]*>) (true|false|-?[0-9.]+) ", whole, line)


### Any sequence of changes


def project(identifier: str, cost: int, texts: list[str], theme: str, speaker: str) -> str:
    outcomes = "".join(f"  - {{kind: result, text: {{fi: {json.dumps(t)}, sv: s, en: e}}}}\n" for t in texts)
    return (
        f"title: {{fi: {json.dumps('Hanke ' + identifier)}, sv: s, en: e}}\nthemes: [{theme}]\nlead: testila\n"
        f'municipalities: ["005"]\nstart: 2020-01\nend: 2020-12\ntotalCost: {cost}\n'
        f"grants:\n  - {{programme: ohjelma, amount: 10}}\n{f'outcomes:{chr(10)}{outcomes}' if texts else ''}"
        f"quotations:\n  - {{speaker: {json.dumps(speaker)}, gist: {{fi: g, sv: g, en: g}}}}\n"
        "source: https://example.org/\nsourceLanguage: fi\n"
    )


IDS = ["a", "b", "c", "d-1"]
TEXTS = st.lists(
    st.sampled_from(["Verkosto", "Laskuri", 'Sanoi: "\\u0022 \\\\u"', "Å\nä\tö", "# 3 {"]), max_size=3, unique=True
)
STEP = st.one_of(
    st.tuples(
        st.just("write"),
        st.sampled_from(IDS),
        st.integers(100, 999),
        TEXTS,
        st.sampled_from(["networks", "business-cooperation"]),
        st.sampled_from(["Maija", "Matti"]),
    ),
    st.tuples(st.just("withdraw"), st.sampled_from(IDS)),
    st.tuples(st.just("vanish"), st.sampled_from(IDS)),
    st.tuples(st.just("rename"), st.sampled_from(IDS), st.sampled_from(IDS)),
    st.tuples(st.just("organisation"), st.sampled_from(["Testilan kunta", "Testilan kaupunki"])),
    st.tuples(st.just("term"), st.sampled_from(["uusi", "vanha"])),
)


class World:
    """A dataset folder that changes step by step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.live: set[str] = set()
        self.gone: dict[str, str | None] = {}

    def step(self, name: str, *given) -> None:
        projects = self.folder / "data/projects"
        identifier = given[0]
        if name == "write" and identifier not in self.gone:
            (projects / f"{identifier}.yml").write_text(project(*given), "utf-8")
            self.live.add(identifier)
        elif name in ("withdraw", "vanish") and identifier in self.live:
            (projects / f"{identifier}.yml").unlink()
            self.live.discard(identifier)
            if name == "withdraw":
                self.gone[identifier] = None
        elif name == "rename" and identifier in self.live and given[1] not in self.live | set(self.gone):
            (projects / f"{identifier}.yml").rename(projects / f"{given[1]}.yml")
            self.live = self.live - {identifier} | {given[1]}
            self.gone[identifier] = given[1]
        elif name == "organisation":
            file = self.folder / "data/organisations/testila.yml"
            file.write_text(re.sub(r'fi: "[^"]*"', f'fi: "{identifier}"', file.read_text("utf-8")), "utf-8")
        elif name == "term":
            label = "<http://www.w3.org/2000/01/rdf-schema#label>"
            term = f'<https://w3id.org/hankelod/def#koe> {label} "{identifier}"@fi .\n'
            (self.folder / "ontology/zz.ttl").write_text(term, "utf-8")
        reason = "reason: {fi: r, sv: r, en: r}"
        tombstones = [
            f"- {{id: {i}, date: 2026-01-02, {reason}"
            f"{f', replacedBy: project/{by}' if by and by in self.live else ''}}}\n"
            for i, by in self.gone.items()
        ]
        (self.folder / "data/withdrawn.yml").write_text("".join(tombstones) or "[]\n", "utf-8")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, min_size=1, max_size=6))
def test_the_feed_replays_every_sequence_of_changes(steps):
    """The feed applied to the first dump gives each later dump, triple for triple; and to nothing, too."""
    with tempfile.TemporaryDirectory() as place:
        folder, out = small(Path(place) / "small"), Path(place) / "dist"
        shutil.copytree(ROOT / "ontology", folder / "ontology")
        (folder / "data/projects/eka.yml").unlink()
        world = World(folder)
        published(folder, out, only=("dumps",))
        first, seen = triples(out / "dump/small.nt"), len(feed_members(out))
        pages: dict[str, bytes] = {}
        for step in steps:
            world.step(*step)
            published(folder, out, only=("dumps",))
            members, now = feed_members(out), triples(out / "dump/small.nt")
            assert replay(members[seen:], first) == now
            assert replay(members, set()) == now
            later = {p.name: p.read_bytes() for p in (out / "changes/pages").iterdir()}
            assert pages.items() <= later.items()
            pages = later


### Pages as text


def test_a_page_read_and_written_again_is_the_same(folder, out):
    edit(folder, "projects/eka.yml", 'fi: "Verkosto syntyi"', 'fi: "Rivi\\n} ### \\\\u0022 \\" <a> \\u0001."')
    raw = (folder / "data/projects/eka.yml").read_text("utf-8").replace("\\u0001", "")
    (folder / "data/projects/eka.yml").write_text(raw, "utf-8")
    published(folder, out)
    for file in sorted((out / "changes/pages").iterdir()):
        number = int(file.stem)
        members = feed.read_page(BASE, number, file.read_bytes())
        again = feed.page(BASE, number, members)
        assert again.content == file.read_bytes()
        assert again.triples == len(set(quads(out, f"changes/pages/{file.name}")))


### Forgetting


def test_forgetting_takes_a_name_out_of_the_whole_publication(folder, out):
    name = "Maija Meikäläinen"
    published(folder, out)
    edit(folder, "projects/eka.yml", name, "Matti Mallikas")
    published(folder, out)
    edit(folder, "projects/eka.yml", "Matti Mallikas", "koordinaattori")
    before = contents(out)
    done = published(folder, out, forget=["eka"])
    after = contents(out)
    assert any(name.encode() in c for c in before.values())
    for path, content in after.items():
        assert name.encode() not in content, path
        assert b"Matti Mallikas" not in content, path
    assert replay(feed_members(out), set()) == triples(out / "dump/small.nt")
    versions = [m for m in feed_members(out) if thing(m) == EKA]
    assert [bool(m["triples"]) for m in versions] == [False, False, True]
    assert "http://www.w3.org/ns/prov#wasInvalidatedBy" in versions[0]
    told = [q for q in quads(out, "changes/feed.trig") if q.predicate.value == "http://purl.org/dc/terms/description"]
    assert {q.object.language for q in told} == {"fi", "sv", "en"}
    for path in ("changes/changelog.md", "sv/changes/changelog.md", "en/changes/changelog.html"):
        assert re.search("henkilötietojen|personuppgifter|personal data", after[path].decode())
    assert done.files == len(after)
    changed = {p for p in before if p.startswith("changes/pages/") and before[p] != after[p]}
    assert len(changed) == 2, "only the pages that held the record are written anew"


def test_forgetting_twice_changes_nothing(folder, out):
    published(folder, out)
    edit(folder, "projects/eka.yml", "Maija Meikäläinen", "koordinaattori")
    published(folder, out, forget=["project/eka"])
    before = contents(out)
    published(folder, out, forget=["project/eka"])
    assert contents(out) == before


def test_what_was_forgotten_stays_so(folder, out):
    published(folder, out)
    edit(folder, "projects/eka.yml", "Maija Meikäläinen", "koordinaattori")
    published(folder, out, forget=["eka"])
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    published(folder, out)
    assert all("Maija".encode() not in c for c in contents(out).values())  # noqa: UP012
    assert replay(feed_members(out), set()) == triples(out / "dump/small.nt")


def test_a_withdrawn_record_can_be_forgotten(folder, out):
    published(folder, out)
    (folder / "data/projects/eka.yml").unlink()
    withdraw(folder, "eka")
    published(folder, out, forget=["eka"])
    assert all("Meikäläinen".encode() not in c for c in contents(out).values())
    assert WITHDRAWN in {t.object for t in triples(out / "dump/small.nt") if t.subject.value == EKA}


def test_forgetting_what_never_was(folder, out):
    published(folder, out)
    before = contents(out)
    with pytest.raises(CannotPublish, match="no such record"):
        published(folder, out, forget=["project/nobody"])
    assert contents(out) == before


### Warnings


@pytest.mark.parametrize(
    ("old", "new", "raised"),
    [("1.0.0", "1.0.1", True), ("1.9.0", "1.10.0", True), ("1.0.0", "1.0.0", False), ("2.0.0", "1.9.9", False)],
)
def test_a_changed_dataset_raises_its_version(folder, out, old, new, raised):
    raise_version(folder, old, "2026-01-31")
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, new)
    found = published(folder, out).warnings
    assert [p.code for p in found] == ([] if raised else ["version-not-raised"])
    if found:
        line = (folder / "data/dataset.yml").read_text("utf-8").split("\n").index(f'version: "{new}"') + 1
        assert (found[0].file, found[0].line) == ("data/dataset.yml", line)
        assert all(new in found[0].message[lang] for lang in ("fi", "sv", "en"))


@pytest.mark.parametrize(
    ("old", "new", "raised"),
    [
        ("2026-01-31", "2026-02-01", True),
        ("2026-02-01", "2026-02-01", False),
        ("2026-02-01", "2026-01-31", False),
        ("2025-12-31", "2026-01-01", True),
    ],
)
def test_a_changed_dataset_raises_its_day(folder, out, old, new, raised):
    raise_version(folder, "1.0.0", old)
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "1.0.1", new)
    found = published(folder, out).warnings
    assert [p.code for p in found] == ([] if raised else ["modified-not-raised"])
    if found:
        line = (folder / "data/dataset.yml").read_text("utf-8").split("\n").index(f"modified: {new}") + 1
        assert (found[0].file, found[0].line) == ("data/dataset.yml", line)
        assert all(new in found[0].message[lang] and old in found[0].message[lang] for lang in ("fi", "sv", "en"))
    raise_version(folder, "1.0.1", "2026-03-01")
    assert not published(folder, out).warnings, "the day was raised afterwards"


def test_a_day_need_not_rise_where_no_record_changed(folder, out):
    published(folder, out)
    raise_version(folder, "1.0.1", "2026-01-01")
    assert not published(folder, out).warnings


def test_the_day_is_that_of_the_environment(folder, out, monkeypatch):
    """SOURCE_DATE_EPOCH is what the catalogue says; the warning compares that."""
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "1.0.1", "2025-01-01")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    assert not published(folder, out).warnings


def test_a_part_put_in_before_others_is_told(folder, out):
    published(folder, out)
    edit(
        folder,
        "projects/eka.yml",
        "outcomes:\n",
        'outcomes:\n  - {kind: result, text: {fi: "Aivan uusi tulos", sv: "Nytt", en: "New"}}\n',
    )
    raise_version(folder, "1.1.0")
    found = published(folder, out).warnings
    assert {p.code for p in found} == {"part-moved"}
    assert [p.field for p in found] == ["outcomes[0]", "outcomes[1]"]
    assert (
        found[1].line == (folder / "data/projects/eka.yml").read_text("utf-8").split("\n").index("  - kind: result") + 1
    )
    assert "Laskuri jää käyttöön" in found[1].message["fi"]
    assert b"part-moved" in (out / "report.ttl").read_bytes()


def test_a_mended_slip_is_no_moved_part(folder, out):
    published(folder, out)
    edit(folder, "projects/eka.yml", "Verkosto syntyi", "Verkosto syntyi.")
    raise_version(folder, "1.1.0")
    assert published(folder, out).warnings == []


def test_a_part_with_an_id_of_its_own_does_not_move(folder, out):
    edit(folder, "projects/eka.yml", "  - kind: result", "  - id: verkosto\n    kind: result")
    edit(folder, "projects/eka.yml", "  - kind: permanence", "  - id: laskuri\n    kind: permanence")
    published(folder, out)
    edit(
        folder,
        "projects/eka.yml",
        "outcomes:\n",
        'outcomes:\n  - {id: uusi, kind: result, text: {fi: "Aivan uusi", sv: "Nytt", en: "New"}}\n',
    )
    raise_version(folder, "1.1.0")
    assert published(folder, out).warnings == []
    told = json.loads((out / "changes/releases/2.json").read_text("utf-8"))["changes"]
    assert {f["field"] for f in told[0]["fields"]} == {
        "outcomes[uusi].kind",
        "outcomes[uusi].text.fi",
        "outcomes[uusi].text.sv",
        "outcomes[uusi].text.en",
    }


def test_a_record_that_vanishes_is_told(folder, out):
    published(folder, out)
    (folder / "data/projects/eka.yml").unlink()
    raise_version(folder, "2.0.0")
    (found,) = published(folder, out).warnings
    assert (found.code, found.file, found.record) == ("id-vanished", "data/withdrawn.yml", "eka")


### The changelog


class Text(html.parser.HTMLParser):
    """The tags and the text of a page, and where it leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"onclick", "onload", "onerror", "style"}
        self.links += [value for name, value in attrs if name == "href"]
        assert not [link for link in self.links if re.match("(javascript|data):", link.strip(), re.I)]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    ("path", "field"),
    [("changes/", "kokonaissumma"), ("sv/changes/", "totalkostnad|total"), ("en/changes/", "total cost|cost")],
)
def test_the_changelog_tells_old_and_new(folder, out, path, field):
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "1.1.0")
    published(folder, out)
    markdown = (out / path / "changelog.md").read_text("utf-8")
    assert "1000 → 1200" in markdown
    assert re.search(field, markdown, re.I)
    assert "## 1.1.0 – 2026-02-01" in markdown
    page = (out / path / "changelog.html").read_text("utf-8")
    assert re.search(f'<html lang="{"fi" if path == "changes/" else path[:2]}">', page)
    assert "<del>1000</del> → <ins>1200</ins>" in page
    # in the frame of the site, and each thing leads to its page
    assert "Content-Security-Policy" in page and "assets/site.css" in page
    links = Text(page).links
    assert "../doc/project/eka.html" in links
    for link in links:
        assert link.startswith(("http", "#")) or (out / path / link.partition("#")[0]).exists(), link


def test_the_changelog_names_what_a_reference_points_to(folder, out):
    (folder / "data/organisations/toinen.yml").write_text(
        'name: {fi: "Toinen kunta", sv: "Annan", en: "Other"}\nkind: municipality\nmunicipality: "005"\n', "utf-8"
    )
    published(folder, out)
    edit(folder, "projects/eka.yml", "lead: testila", "lead: toinen")
    published(folder, out)
    assert "Testilan kunta (organisation/testila) → Toinen kunta (organisation/toinen)" in (
        out / "changes/changelog.md"
    ).read_text("utf-8")


def test_markup_in_a_value_stays_text(folder, out):
    bad = "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)> | `"
    published(folder, out)
    edit(folder, "projects/eka.yml", 'fi: "Eka"', f"fi: '{bad}'")
    published(folder, out)
    for path in ("changes/", "sv/changes/", "en/changes/"):
        page = Text((out / path / "changelog.html").read_text("utf-8"))
        assert page.tags.count("script") == 1  # the site's own
        assert "img" not in page.tags
        markdown = (out / path / "changelog.md").read_text("utf-8")
        assert "<script" not in markdown.replace("\\<script", "")
        assert "](javascript" not in markdown.replace("\\](javascript", "")
    assert bad in Text((out / "changes/changelog.html").read_text("utf-8")).text


@pytest.mark.parametrize("address", ["http://[x", "http://a..b/", "http://127.0.0.1:1/\u00e4"])
def test_an_address_that_is_none_is_refused(tmp_path, address):
    with pytest.raises(CannotPublish, match="cannot be read"):
        published(small(tmp_path / "small"), tmp_path / "dist", previous=address)
    assert not (tmp_path / "dist").exists()
