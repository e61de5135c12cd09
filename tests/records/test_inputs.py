"""Inputs of `validate`: records anywhere, folders, standard input, JSON Lines, and RDF of partners."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.pipeline.checking import check_files
from hankelod.rdf.places import places
from hankelod.records.dataset import Dataset

RECORD = """\
title: {fi: Hanke, sv: Projekt, en: Project}
lead: joensuun-kaupunki
municipalities: ["167"]
start: 2021-05
end: 2022-11
totalCost: 75000
grants:
  - {id: grant-1, programme: kuntien-ilmastoratkaisut, amount: 50000}
source: https://ym.fi/kuntien-hankkeet
"""


def problems(done: subprocess.CompletedProcess[str]) -> list[dict]:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)["problems"]


def feed(text: str | bytes, *arguments: str, cwd) -> subprocess.CompletedProcess[str]:
    """Run `hankelod validate -` with this on its standard input."""
    raw = text if isinstance(text, bytes) else text.encode()
    done = subprocess.run(
        [sys.executable, "-m", "hankelod", "validate", "--format", "json", "-", *arguments],
        cwd=cwd,
        input=raw,
        capture_output=True,
        timeout=120,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


### Alone and inside a dataset


def test_a_record_outside_any_dataset(run, tmp_path):
    (tmp_path / "hanke.yml").write_text(RECORD, "utf-8")
    done = run("validate", "--format", "json", "hanke.yml", cwd=tmp_path)
    assert done.returncode == 0
    assert [(p["code"], p["field"], p["severity"]) for p in problems(done)] == [
        ("unchecked-reference", "lead", "warning"),
        ("unchecked-reference", "grants[0].programme", "warning"),
    ]


def test_what_the_package_knows_is_checked_outside_a_dataset_too(run, tmp_path):
    (tmp_path / "shapes").mkdir()  # somebody's own folder of this name is not ours
    bad = RECORD.replace('["167"]', '["999"]').replace("end: 2022-11", "end: 2020-11").replace("75000", '"75 000 €"')
    (tmp_path / "hanke.yml").write_text(bad, "utf-8")
    done = run("validate", "--format", "json", "hanke.yml", cwd=tmp_path)
    assert done.returncode == 1
    assert {("unknown-reference", 3), ("Project-end-order", 5), ("Project-totalCost", 6)} <= {
        (p["code"], p["line"]) for p in problems(done)
    }


def test_the_dataset_around_a_file_is_found(run, copy):
    path = copy / "data/projects/inkoo-hiilineutraali.yml"
    done = run("validate", "--format", "json", path.name, cwd=path.parent)
    assert done.returncode == 0
    assert {p["code"] for p in problems(done)} <= {"Link-url-missing"}
    assert all(p["file"] == path.name for p in problems(done))


def test_a_dataset_as_a_path_is_checked_as_a_whole(run, copy):
    done = run("validate", "--format", "json", str(copy), cwd=copy.parent)
    assert done.returncode == 0
    assert (
        json.loads(done.stdout)["records"]
        == json.loads(run("validate", "--format", "json", cwd=copy).stdout)["records"]
    )


def test_a_folder(run, copy):
    (copy / "data/projects/broken.yml").write_text("title: [\n", "utf-8")
    report = json.loads(run("validate", "--format", "json", "data/projects", cwd=copy).stdout)
    assert report["records"] == 16
    assert [p["code"] for p in report["problems"] if p["severity"] == "violation"] == ["yaml-syntax"]


### Standard input and JSON Lines


def test_a_record_on_standard_input(root):
    done = feed(RECORD.replace("2022-11", "2020-11"), cwd=root)
    assert done.returncode == 1
    assert [(p["file"], p["line"], p["code"]) for p in problems(done)] == [("-", 5, "Project-end-order")]


def test_json_lines_on_standard_input(root):
    good = {
        "id": "a",
        "title": {"fi": "x", "sv": "x", "en": "x"},
        "lead": "joensuun-kaupunki",
        "municipalities": ["167"],
        "start": "2021-05",
        "end": "2022-11",
        "totalCost": 75000,
        "grants": [{"programme": "kuntien-ilmastoratkaisut", "amount": 50000}],
        "source": "https://ym.fi/",
    }
    lines = [good, {**good, "id": "b", "end": "2020-01"}, {**good, "id": "a"}]
    done = feed("\n".join(json.dumps(each) for each in lines), cwd=root)
    assert [(p["line"], p["code"], p["record"]) for p in problems(done)] == [
        (2, "Project-end-order", "b"),
        (3, "duplicate-id", "a"),
    ]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"{", b"[1, 2]", b"{}\n{", b"x" * 11_000_000],
    ids=["empty", "binary", "brace", "list", "lines", "large"],
)
def test_anything_on_standard_input_gives_a_problem(root, raw):
    done = feed(raw, cwd=root)
    assert done.returncode == 1, done.stderr
    assert problems(done)
    assert not done.stderr


@pytest.mark.parametrize("end", [".jsonl", ".jsonl.gz"])
def test_json_lines_have_line_numbers(run, root, tmp_path, dist, end):
    lines = (dist / "dump/projects.jsonl").read_text("utf-8").splitlines()
    record = json.loads(lines[4])
    record["end"] = "2001-01"
    lines[4] = json.dumps(record)
    raw = "\n".join([*lines, "{broken"]).encode()
    path = tmp_path / f"projects{end}"
    path.write_bytes(gzip.compress(raw) if end.endswith("gz") else raw)
    done = run("validate", "--format", "json", str(path), cwd=root)
    report = json.loads(done.stdout)
    assert report["records"] == len(lines)
    assert [(p["line"], p["code"]) for p in report["problems"] if p["severity"] == "violation"] == [
        (5, "Project-end-order"),
        (5, "filled-in"),  # the bound that the line carries is that of the end before
        (len(lines) + 1, "json-syntax"),
    ]


def test_a_damaged_archive_is_a_problem(run, root, tmp_path):
    (tmp_path / "projects.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 1000)[:-12])
    done = run("validate", "--format", "json", str(tmp_path / "projects.jsonl.gz"), cwd=root)
    assert done.returncode == 1
    assert "not-a-file" in {p["code"] for p in problems(done)}


### RDF


@pytest.fixture
def turtle(dist, tmp_path):
    path = tmp_path / "partner.ttl"
    shutil.copyfile(dist / "doc/project/joensuu-ilmastokumppanuus.ttl", path)
    return path


def edited(path, old: str, new: str) -> int:
    """Replace in a file; the line of the replacement."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("form", ["ttl", "jsonld"])
def test_our_own_documents_conform(run, root, dist, form, tmp_path):
    """A document only names the things that it refers to: their other values are in the dataset, or not checked."""
    shutil.copyfile(dist / f"doc/project/joensuu-ilmastokumppanuus.{form}", tmp_path / f"partner.{form}")
    for cwd in (root, tmp_path):
        done = run("validate", "--format", "json", str(tmp_path / f"partner.{form}"), cwd=cwd)
        assert [p for p in problems(done) if p["severity"] != "info"] == []


def test_a_name_is_checked_though_the_thing_is_described_elsewhere(run, root, turtle):
    line = edited(turtle, 'skos:prefLabel "Joensuun kaupunki"@fi', 'skos:prefLabel "Joensuun kaupunki"@de')
    done = run("validate", "--format", "json", str(turtle), cwd=root)
    assert [(p["line"], p["field"]) for p in problems(done) if p["severity"] != "info"] == [(line, "skos:prefLabel")]


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ('hanke:totalCost "75000"', 'hanke:totalCost "75 000"', "Project-totalCost", "hanke:totalCost"),
        ('hanke:end "2022-11"', 'hanke:end "2020-11"', "Project-end-order", "hanke:end"),
        (
            "dcterms:source <https://ym.fi/kuntien-hankkeet>",
            "dcterms:source <javascript:alert(1)>",
            "Project-source",
            "dcterms:source",
        ),
        ("hanke:start", "<https://example.org/x> 1 ;\n    hanke:start", "Project", "https://example.org/x"),
    ],
)
def test_faults_in_turtle_are_found_at_their_line(run, root, turtle, old, new, code, field):
    line = edited(turtle, old, new)
    done = run("validate", "--format", "json", str(turtle), cwd=root)
    (found,) = [p for p in problems(done) if p["code"] == code]
    assert (found["line"], found["field"], found["record"]) == (line, field, "joensuu-ilmastokumppanuus")


def test_a_fault_in_json_ld_is_found_at_its_thing(run, root, dist, tmp_path):
    path = tmp_path / "partner.jsonld"
    shutil.copyfile(dist / "doc/project/joensuu-ilmastokumppanuus.jsonld", path)
    edited(path, '"end": "2022-11"', '"end": "2020-11"')
    line = 1 + path.read_text("utf-8").split('"id": "id/project/joensuu-ilmastokumppanuus"')[0].count("\n")
    (found,) = [
        p
        for p in problems(run("validate", "--format", "json", str(path), cwd=root))
        if p["code"] == "Project-end-order"
    ]
    assert (found["line"], found["field"]) == (line, "hanke:end")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.ttl", "<a> <b> .\n", "rdf-syntax"),
        ("a.ttl", "<a> <b> <c> .\n", "nothing-known"),
        ("a.jsonld", '{"@context": "http://127.0.0.1:9/ctx", "@id": "x:y", "p": 1}', "rdf-syntax"),
        ("a.jsonld", '{"@context": "file:///etc/passwd", "@id": "x:y", "p": 1}', "rdf-syntax"),
        ("a.jsonld", '{"a":' * 100_000, "rdf-syntax"),
        ("a.rdf", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', "rdf-refused"),
        ("a.ttl", "\u202e", "forbidden-character"),
    ],
)
def test_what_is_not_read(run, root, tmp_path, name, text, code):
    (tmp_path / name).write_text(text, "utf-8")
    done = run("validate", "--format", "json", str(tmp_path / name), cwd=root)
    assert done.returncode == 1
    assert [p["code"] for p in problems(done)] == [code]


def test_a_large_file_of_rdf_is_refused(dataset, tmp_path):
    path = tmp_path / "large.ttl"
    path.write_bytes(b"# x\n" * 3_000_000)
    assert [p.code for p in check_files(dataset, [path]).problems] == ["too-large"]


def test_a_partner_without_a_dataset(run, turtle, tmp_path):
    text = turtle.read_text("utf-8").replace("@base <https://w3id.org/hankelod/>", "@base <https://partner.example/>")
    turtle.write_text(text.replace('hanke:end "2022-11"', 'hanke:end "2020-11"'), "utf-8")
    done = run("validate", "--format", "json", turtle.name, cwd=tmp_path)
    assert "Project-end-order" in {p["code"] for p in problems(done)}


iris = st.sampled_from(["http://a.example/x", "http://a.example/y#z", "http://a.example/%C3%A4"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(iris, iris, texts), min_size=1, max_size=8))
def test_every_statement_is_found_where_it_was_written(triples):
    lines = ["# <http://a.example/x> is only mentioned here", "@prefix a: <http://a.example/> ."]
    where = {}
    for s, p, o in triples:
        quoted = (
            json.dumps(o, ensure_ascii=True).replace("\\/", "/")
            if all(ord(c) < 0x10000 for c in o)
            else json.dumps("x")
        )
        value = o if all(ord(c) < 0x10000 for c in o) else "x"
        where.setdefault((s, p, value), (len(lines) + 1, len(f"<{s}> <{p}> ") + 1))
        lines.append(f"<{s}> <{p}> {quoted}@fi .")
    found = places("\n".join(lines), "http://a.example/")
    for (s, p, o), at in where.items():
        assert found.find(s, p, o) == at


### The progress bar


def test_a_progress_bar_only_on_a_terminal(tmp_path, root):
    code = """
import time
from hankelod.cli.progress import progress
with progress('x', 8) as step:
    for _ in range(8):
        time.sleep(0.1)
        step(1)
"""

    def told(stderr) -> None:
        subprocess.run([sys.executable, "-c", code], stderr=stderr, check=True, cwd=root)

    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    told(other)
    assert select.select([main], [], [], 5)[0], "nothing was shown on the terminal"
    shown = os.read(main, 65536).decode()
    os.close(other)
    os.close(main)
    assert "8/8" in shown or "7/8" in shown
    with (tmp_path / "log").open("w+") as file:
        told(file)
        file.seek(0)
        assert file.read() == ""


def test_a_dataset_is_opened_alone_without_reading_a_folder(tmp_path):
    assert Dataset(tmp_path, alone=True).languages == ("fi", "sv", "en")  # those of the profile that says `alone`
