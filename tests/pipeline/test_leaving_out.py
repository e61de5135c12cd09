"""Publishing what is right: what is left out, what falls with it, what is listed, and what says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hankelod.pipeline.sieve import Sieve, Sieved, scratch
from hankelod.pipeline.traversal import check, publish
from hankelod.pipeline.workers import Crew, processes
from hankelod.publication.verification import verify
from hankelod.records.dataset import Dataset
from support.folders import DATASETS
from support.publishing import activity, contents, edit, feed_members, raise_version, small, thing, triples

SELF_DESCRIBING = (
    "manifest.json",
    "catalog.ttl",
    "catalog.jsonld",
    "provenance.ttl",
    "report.ttl",
    "report.html",
    ".well-known/void",
)
"""Files that tell what was left out, or what the publication was made from."""

PROJECT = json.loads(
    """{"id": "x", "title": {"fi": "Eka", "sv": "Första", "en": "First"}, "lead": "toinen",
    "municipalities": ["005"], "start": "2020-01", "end": "2020-12", "totalCost": 1000, "sourceLanguage": "fi",
    "grants": [{"programme": "ohjelma", "amount": 500}], "source": "https://example.org/hanke"}"""
)


def line(identifier: str, **changed: object) -> str:
    return json.dumps({**PROJECT, "id": identifier, **changed}, ensure_ascii=False)


DAMAGED = {
    "a wrong value": line("b", start="2020/01"),
    "a rule broken": line("b", end="2001-01"),
    "a missing key": line("b").replace('"lead"', '"leed"'),
    "an unknown reference": line("b", municipalities=["999"]),
    "no JSON": line("b")[:-20],
    "an id twice": line("a"),
    "no id": "{}",
    "a text": '"b"',
}


def organisation(folder: Path, identifier: str, more: str = "") -> Path:
    file = folder / f"data/organisations/{identifier}.yml"
    name = f'{{fi: "{identifier}", sv: "{identifier}", en: "{identifier}"}}'
    file.write_text(f"name: {name}\nkind: company\n{more}", "utf-8")
    return file


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """The small dataset with an organisation that only projects refer to, and projects a and c in lines of JSON."""
    folder = small(tmp_path / "dataset")
    organisation(folder, "toinen")
    put(folder, line("a"), line("c"))
    return folder


def put(folder: Path, *texts: str) -> None:
    (folder / "data/projects.jsonl").write_text("".join(f"{text}\n" for text in texts), "utf-8", newline="\n")


def sifted(folder: Path, **given) -> tuple[Sieved, list[dict]]:
    """Records left out of a dataset, and the list of them."""
    dataset, file = Dataset(folder), folder / "left-out.jsonl"
    with scratch() as kept:
        sieve = Sieve(dataset, "en", kept)
        sieved = sieve.sift(**given)
        sieve.write(file)
    return sieved, [json.loads(each) for each in file.read_text("utf-8").split("\n")[:-1]]


def published(folder: Path, out: Path, only: tuple[str, ...] = ("dumps",)) -> list[dict]:
    """Publish a dataset without what is left out; return the list of it."""
    sieved, listed = sifted(folder)
    assert sieved.stops.conforms(), sieved.stops.problems
    publish(Dataset(folder).without(sieved.omitted), out, left=sieved.figures, only=only)
    assert verify(out, "dist").problems == []
    return listed


def compared(one: Path, other: Path) -> None:
    """Two publications have the same bytes, but for what tells of what was left out."""
    ours, theirs = contents(one), contents(other)
    differing = {path for path in ours | theirs if ours.get(path) != theirs.get(path)}
    assert {path.removeprefix("sv/").removeprefix("en/") for path in differing} <= set(SELF_DESCRIBING)


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_one_bad_line_is_left_out(text: str, lines: Path, tmp_path: Path):
    """The publication is, byte for byte, the one of the dataset without that line."""
    publish(Dataset(lines), tmp_path / "right", only=("dumps",))
    put(lines, line("a"), text, line("c"))
    listed = published(lines, tmp_path / "dist")
    assert [(each["file"], each["line"], each["text"]) for each in listed] == [("data/projects.jsonl", 2, text + "\n")]
    assert listed[0]["problems"] and all(p["severity"] == "violation" for p in listed[0]["problems"])
    compared(tmp_path / "right", tmp_path / "dist")


@pytest.mark.parametrize(
    "content",
    [b"title: {fi: [\n", b"title: \xff\n", b"a: &b c\n", b"", b"title: {fi: X}\n", b"\tx: y\n"],
    ids=["syntax", "not UTF-8", "an anchor", "empty", "keys missing", "a tab"],
)
def test_one_bad_file_is_left_out(content: bytes, lines: Path, tmp_path: Path):
    publish(Dataset(lines), tmp_path / "right", only=("dumps",))
    (lines / "data/projects/uusi.yml").write_bytes(content)
    listed = published(lines, tmp_path / "dist")
    assert [(each["file"], each["record"]) for each in listed] == [("data/projects/uusi.yml", "uusi")]
    kept = listed[0]["text"]
    assert kept == content.decode("utf-8") if kept is not None else listed[0]["base64"]
    compared(tmp_path / "right", tmp_path / "dist")


def test_an_organisation_takes_along_what_refers_to_it(lines: Path, tmp_path: Path):
    """Down to the last: a unit of the organisation, and the project of the unit. Each is told why."""
    organisation(lines, "toinen", "homepage: nowhere\n")
    organisation(lines, "kolmas", "parent: toinen\n")
    put(lines, line("a"), line("c", lead="kolmas"), line("d", lead="testila"))
    sieved, listed = sifted(lines)
    assert [(each["record"], [p["code"] for p in each["problems"]]) for each in listed] == [
        ("kolmas", ["left-out-reference"]),
        ("toinen", ["wrong-kind"]),
        ("a", ["left-out-reference"]),
        ("c", ["left-out-reference"]),
    ]
    assert "“toinen” is left out" in listed[0]["problems"][0]["message"]
    assert [(part.name, part.records, part.of) for part in sieved.figures.parts] == [
        ("Project", 2, 4),
        ("Organisation", 2, 3),
    ]
    published(lines, tmp_path / "dist")
    names = {t.subject.value for t in triples(next((tmp_path / "dist/dump").glob("*.nt")))}
    assert not any(name.endswith(("/toinen", "/kolmas", "project/a", "project/c")) for name in names)


def test_a_programme_takes_along_its_calls(tmp_path: Path):
    folder = tmp_path / "dataset"
    shutil.copytree(DATASETS / "dataset", folder)
    project = folder / "data/projects/hyva.yml"
    programme = folder / "data/programmes/ohjelma.yml"
    programme.write_text(programme.read_text("utf-8") + "\nstartYear: never\n", "utf-8")
    _, listed = sifted(folder)
    by_record = {each["record"]: {p["code"] for p in each["problems"]} for each in listed}
    assert "ohjelma" in by_record
    if "programme: ohjelma" in project.read_text("utf-8"):
        assert by_record["hyva"] == {"left-out-reference"}


def test_what_is_of_no_record_stops_all(lines: Path, run):
    """The description of a dataset, an organisation that it needs, a file that ends too early."""
    for damage in (
        lambda: edit(lines, "dataset.yml", "licence: https", "licence: htp"),
        lambda: edit(lines, "organisations/testila.yml", '"005"', '"999"'),
        lambda: (lines / "data/projects.jsonl").write_bytes(b'{"id":"' + b"x" * 10_000_001),
    ):
        kept = contents(lines)
        damage()
        done = run("-C", str(lines), "publish", "--only", "dumps", "--leave-out", "left.jsonl", "--lang", "en")
        assert done.returncode == 1 and "not of a single record" in done.stderr, done.stderr
        assert not (lines / "dist").exists()
        for path, content in kept.items():
            (lines / path).write_bytes(content)


def test_a_row_of_a_table_is_left_out(lines: Path, tmp_path: Path):
    """With what is there. An open quotation mark, which swallows the rows below it, stops all."""
    table = lines / "data/municipalities.csv"
    text = table.read_text("utf-8")
    last = text.rstrip("\n").rpartition("\n")[2]
    table.write_text(text + last.replace(last[:3], "0x6", 1) + "\n", "utf-8")
    listed = published(lines, tmp_path / "dist")
    assert [each["text"] for each in listed] == [last.replace(last[:3], "0x6", 1) + "\n"]
    table.write_text(text + "007,too,few\n", "utf-8")
    assert [each["text"] for each in published(lines, tmp_path / "dist")] == ["007,too,few\n"]
    table.write_text(text.replace("\n0", '\n"0', 1), "utf-8")
    sieved, _ = sifted(lines)
    assert not sieved.stops.conforms()


def test_a_tombstone_is_left_out_with_what_stands_under_its_id(lines: Path):
    """A record under a withdrawn id does not come to light since the tombstone is faulty."""
    stone = "- id: project/{}\n  date: {}\n  reason: {{fi: x, sv: x, en: x}}\n"
    text = stone.format("gone", "2026-01-01") + stone.format("c", "yesterday")
    (lines / "data/withdrawn.yml").write_text(text, "utf-8")
    sieved, listed = sifted(lines)
    assert [(each["file"], each["line"]) for each in listed] == [("data/projects.jsonl", 2), ("data/withdrawn.yml", 4)]
    assert listed[1]["text"] == stone.format("c", "yesterday")
    assert check(Dataset(lines).without(sieved.omitted)).conforms()


def test_the_engines_leave_out_the_same(lines: Path):
    pytest.importorskip("pyshacl")
    put(lines, line("a"), *(text for name, text in DAMAGED.items() if name != "an id twice"), line("c"))
    assert sifted(lines, engine="shacl")[1] == sifted(lines, engine="pyshacl")[1]


@pytest.fixture(scope="module")
def crew():
    with processes() as crew:
        yield crew


def test_chunks_and_workers_do_not_show(lines: Path, tmp_path: Path, crew: Crew):
    numbered = zip(range(3, 90, 7), list(DAMAGED.values()) * 2, strict=False)
    faulty = {n: text.replace('"b"', f'"b-{n}"') for n, text in numbered}
    put(lines, *(faulty.get(n) or line("a" if n == 0 else f"a-{n}") for n in range(90)))
    organisation(lines, "kolmas", "homepage: nowhere\n")
    made = []
    for n, how in enumerate(({}, {"records": 4}, {"records": 4, "crew": crew})):
        sieved, listed = sifted(lines, **how)
        dataset = Dataset(lines).without(sieved.omitted)
        publish(dataset, tmp_path / str(n), left=sieved.figures, only=("dumps",), **how)
        made.append((listed, contents(tmp_path / str(n))))
    assert made[0] == made[1] == made[2]
    assert len(made[0][0]) == len(faulty) + 1


def test_dask_leaves_out_the_same(lines: Path, tmp_path: Path, run):
    pytest.importorskip("distributed")
    put(lines, line("a"), line("b", start="2020/01"), line("c"))
    made = []
    for more in ((), ("--dask", "local")):
        shutil.rmtree(lines / "dist", ignore_errors=True)
        done = run("-C", str(lines), "publish", "--only", "dumps", "--leave-out", "left.jsonl", *more)
        assert done.returncode == 0, done.stderr
        made.append((contents(lines / "dist"), (lines / "left.jsonl").read_bytes()))
    assert made[0] == made[1]


def test_the_bound_counts_each_kind_of_record(lines: Path, run):
    """Within it the publication is written; beyond it nothing is, and the one before stays as it is."""
    publish(Dataset(lines), lines / "dist", only=("dumps",))
    before = contents(lines / "dist")
    put(lines, line("a"), line("b", start="2020/01"), line("c"))  # with the one in a file: one of four
    for share, status in (("24.9%", 1), ("0 %", 1), ("25%", 0)):
        options = ("--only", "dumps", "--leave-out", "left.jsonl", "--at-most", share)
        done = run("-C", str(lines), "--lang", "en", "publish", *options)
        assert done.returncode == status, done.stderr
        assert "Project: 1 of 4 left out" in done.stderr
        assert (contents(lines / "dist") == before) is bool(status)
        assert len((lines / "left.jsonl").read_text("utf-8").splitlines()) == 1


def test_options_that_do_not_fit(lines: Path, run):
    (lines / "data/link").symlink_to(lines)
    (lines / "notes.txt").write_text("of somebody")
    for options in (
        ("--at-most", "10%"),
        ("--leave-out", "data/left.jsonl"),
        ("--leave-out", "dist/left.jsonl"),
        ("--leave-out", "data/link/data/left.jsonl"),
        ("--leave-out", "nowhere/left.jsonl"),
        ("--leave-out", "data"),
        ("--leave-out", "notes.txt"),
        *(("--leave-out", "x", "--at-most", share) for share in ("10", "110%", "-1%", "1e1%", "%", "nan%", "١%")),
    ):
        done = run("-C", str(lines), "publish", *options)
        assert done.returncode == 2 and "Traceback" not in done.stderr, (options, done.stderr)
        assert not (lines / "dist").exists()
    assert (lines / "notes.txt").read_text() == "of somebody"


def test_without_faults_the_option_changes_nothing(lines: Path, run):
    publish(Dataset(lines), lines / "dist", only=("dumps",))
    before = contents(lines / "dist")
    (lines / "left.jsonl").write_text('{"file": "of yesterday"}\n')
    done = run("-C", str(lines), "publish", "--only", "dumps", "--leave-out", "left.jsonl", "--at-most", "0%")
    assert done.returncode == 0 and (lines / "left.jsonl").read_bytes() == b""
    assert contents(lines / "dist") == before


def test_a_record_that_was_published_is_deleted_and_returns(lines: Path, tmp_path: Path):
    """The feed follows the data: it tells of a deletion, the report why, and of a creation when it is mended."""
    out = tmp_path / "dist"
    publish(Dataset(lines), out, only=("dumps",))
    raise_version(lines, "1.1.0")
    put(lines, line("a"), line("c", start="2020/01"))
    sieved, _ = sifted(lines)
    done = publish(Dataset(lines).without(sieved.omitted), out, left=sieved.figures, only=("dumps",))
    assert [(p.code, p.record, p.file, p.line) for p in done.warnings] == [
        ("left-out-published", "c", "data/projects.jsonl", 2)
    ]
    last = feed_members(out)[-1]
    assert (activity(last), thing(last)) == ("Delete", "https://data.example.org/id/project/c")
    raise_version(lines, "1.2.0", "2026-03-01")
    put(lines, line("a"), line("c"))
    publish(Dataset(lines), out, only=("dumps",))
    assert thing(feed_members(out)[-1]) == "https://data.example.org/id/project/c"
    assert activity(feed_members(out)[-1]) == "Create"


def test_everything_says_how_many_of_how_many(lines: Path, tmp_path: Path):
    put(lines, line("a"), line("b", start="2020/01"), line("c"))
    out = tmp_path / "dist"
    published(lines, out, ())
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["leftOut"] == {
        "records": {"Project": {"leftOut": 1, "of": 4}},
        "problems": {"Project-start": 1},
    }
    report = (out / "report.ttl").read_text("utf-8")
    assert "Project: 1 of 4 left out" in report and "2020/01" not in report
    for page, words in (
        ("report.html", "Hanke: 1, kaikkiaan 4"),
        ("sv/report.html", "Projekt: 1 av 4"),
        ("en/report.html", "Project: 1 of 4"),
    ):
        text = (out / page).read_text("utf-8")
        assert words in text and "Project-start" in text
    assert "would have stopped it" not in (out / "en/report.html").read_text("utf-8")
    dqv = "http://www.w3.org/ns/dqv#"
    about = {(t.predicate.value.removeprefix(dqv), str(t.object)) for t in triples(out / "catalog.ttl")}
    assert ("hasQualityMeasurement", "<https://data.example.org/id/measurement/left-out/Project>") in about
    assert ("value", str(ox.Literal("1", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")))) in about


def test_the_list_can_be_mended_and_put_back(lines: Path, tmp_path: Path):
    """The text of a record, mended, takes its place in the file that the list names: then it is all there."""
    put(lines, line("a"), line("b", start="2020/01"), line("c"))
    (lines / "data/projects/uusi.yml").write_text(
        (lines / "data/projects/eka.yml").read_text("utf-8").replace("2020-12", "2020/12"), "utf-8"
    )
    for each in published(lines, tmp_path / "dist"):
        file = lines / each["file"]
        mended = each["text"].replace("2020/", "2020-")
        if file.suffix == ".jsonl":
            rows = file.read_text("utf-8").splitlines(keepends=True)
            rows[each["line"] - 1] = mended
            file.write_text("".join(rows), "utf-8")
        else:
            file.write_text(mended, "utf-8")
    assert published(lines, tmp_path / "dist") == []


PIECES: dict[str, Callable[[str], str]] = {
    "good": line,
    "wrong": lambda name: line(name, start="2020/01"),
    "of the company": lambda name: line(name, lead="yhtio"),
    "of the unit": lambda name: line(name, lead="yksikko", partners=["testila"]),
    "cut": lambda name: line(name)[:40],
    "none": lambda name: "",
}


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(kinds=st.lists(st.sampled_from(sorted(PIECES)), max_size=12), company=st.booleans(), unit=st.booleans())
def test_nothing_else_is_left_out(kinds: list[str], company: bool, unit: bool, tmp_path_factory):
    """Of any mixture of good and bad records, just those go that are bad or refer to what is; the rest conforms."""
    folder = small(tmp_path_factory.mktemp("any") / "dataset")
    organisation(folder, "toinen")
    organisation(folder, "yhtio", "" if company else "homepage: nowhere\n")
    organisation(folder, "yksikko", "parent: yhtio\n" + ("" if unit else "homepage: nowhere\n"))
    put(folder, *(PIECES[kind](f"p-{n}") for n, kind in enumerate(kinds)))
    good = {"good"} | ({"of the company"} if company else set()) | ({"of the unit"} if company and unit else set())
    sieved, listed = sifted(folder)
    gone = [n for n, kind in enumerate(kinds) if kind not in good and kind != "none"]
    assert [each["line"] - 1 for each in listed if each["file"].endswith(".jsonl")] == gone
    assert len(listed) == len(gone) + (not company) + (not (company and unit))
    assert check(Dataset(folder).without(sieved.omitted)).conforms()
