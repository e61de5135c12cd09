"""The named queries on the real data: known answers (`tests/cases/queries/`), on two engines, under another base; their
files, parameters and listing; and the command that asks.

A known answer is renewed with `hankelod query NAME --lang en --format csv | tr -d '\\r' > tests/cases/queries/NAME.csv`
(`--format ntriples`, `.nt` for triples), and read before it is committed.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.query import data as sources
from hankelod.query import named
from hankelod.rdf.sparql import CannotAsk, tokens
from support.folders import DATASETS, ROOT
from support.queries import ANSWERED, BASE, ELSEWHERE, KNOWN, NAMES, cell, known, query_file, rows

LANGUAGES = {"fi", "sv", "en"}


@pytest.fixture(scope="module")
def data() -> sources.Data:
    return sources.open_data(ROOT)


@pytest.fixture(scope="module")
def graph(data: sources.Data) -> rdflib.Graph:
    return data.graph()


### Known answers


@pytest.mark.parametrize("name", ANSWERED)
def test_known_answer(name: str, data: sources.Data) -> None:
    answer = data.query(name)
    if answer.kind == "triples":
        found = sorted((str(t.subject), str(t.predicate), str(t.object)) for t in answer.triples)
    else:
        found = [tuple(map(cell, row)) for row in answer.terms]
    assert found == known(name)
    assert found, "a known answer that is empty shows nothing"


@pytest.mark.parametrize("name", ELSEWHERE)
def test_known_answer_on_a_dataset_that_says_more(name: str) -> None:
    """Queries about keys that the real dataset uses little or not at all, on both engines."""
    more = sources.open_data(DATASETS / "riverside")
    expected = rows(ELSEWHERE[name])
    assert expected, "a known answer that is empty shows nothing"
    assert [tuple(map(cell, row)) for row in more.query(name).terms] == expected
    result = more.graph().query(query_file(name).read_text("utf-8"), base=more.base)
    assert [tuple(map(cell, row)) for row in result] == expected  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ANSWERED)
def test_rdflib_gives_the_same(name: str, graph: rdflib.Graph) -> None:
    """The file as it is, with the base and nothing else."""
    result = graph.query(query_file(name).read_text("utf-8"), base=BASE)
    if result.type == "CONSTRUCT":
        expected = {tuple(t) for t in rdflib.Graph().parse(KNOWN / f"{name}.nt", format="nt")}
        assert {tuple(t) for t in result.graph or ()} == expected
    else:
        assert [tuple(map(cell, row)) for row in result] == known(name)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", NAMES)
def test_text_runs_without_our_prefixes(name: str, data: sources.Data) -> None:
    """A query can be pasted elsewhere: it declares the prefixes that it uses, and only those."""
    text = query_file(name).read_text("utf-8")
    ox.Store().query(text, base_iri=BASE)
    declared = set(re.findall(r"^PREFIX (\w+):", text, re.MULTILINE))
    used = {t.text.partition(":")[0] for t in tokens(text) if t.kind == "name"}
    assert declared == used
    assert declared <= data.prefixes.keys()
    assert BASE + "id" not in text, "an IRI of the dataset is relative, so that the base resolves it"


def test_totals(data: sources.Data) -> None:
    assert data.query("totals").rows == [
        {
            "projects": 16,
            "currency": "EUR",
            "totalCost": 1198557,
            "grants": 781291,
            "results": 61,
            "permanence": 40,
        }
    ]


def test_another_base(tmp_path: Path, data: sources.Data) -> None:
    """Under another base every query gives the same answer, with that base in its IRIs."""
    other = "https://example.org/toinen/"
    shutil.copytree(ROOT / "data", tmp_path / "data")
    file = tmp_path / "data" / "dataset.yml"
    file.write_text(file.read_text("utf-8").replace(f"base: {BASE}", f"base: {other}"), "utf-8")
    moved = sources.open_data(tmp_path)
    assert moved.base == other

    def back(text: str) -> str:
        return text.replace(other, BASE)

    for name in ANSWERED:
        answer = moved.query(name)
        if answer.kind == "rows":
            assert [tuple(back(cell(t)) for t in row) for row in answer.terms] == known(name), name
        else:
            assert {back(str(t)) for t in answer.triples} == {str(t) for t in data.query(name).triples}


### The same numbers by counting records


@pytest.fixture(scope="module")
def projects() -> dict[str, dict[str, object]]:
    files = (ROOT / "data" / "projects").glob("*.yml")
    return {f.stem: yaml.load(f.read_text("utf-8"), yaml.BaseLoader) for f in files}


def test_grants_by_region_by_hand(projects: dict[str, dict], data: sources.Data) -> None:  # type: ignore[type-arg]
    with (ROOT / "data/areas/finland/municipalities.csv").open(encoding="utf-8") as file:
        region_of = {row["code"]: row["region"] for row in csv.DictReader(file)}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for project in projects.values():
        for region in {*project.get("regions", ()), *(region_of[m] for m in project.get("municipalities", ()))}:
            grants = sum(int(g["amount"]) for g in project["grants"])
            for n, amount in enumerate((1, int(project["totalCost"]), grants)):
                sums[region][n] += amount
    found = {r["code"]: [r["projects"], r["totalCost"], r["grants"]] for r in data.query("grants-by-region")}
    assert found == sums


def test_network_by_hand(projects: dict[str, dict], data: sources.Data) -> None:  # type: ignore[type-arg]
    edges: Counter[tuple[str, str]] = Counter()
    for project in projects.values():
        members = {project["lead"], *project.get("partners", ())}
        members |= {c["organisation"] for c in project.get("contributors", ())}
        edges.update(combinations(sorted(members), 2))
    start = f"{BASE}id/organisation/"
    found = {
        (r["source"].removeprefix(start), r["target"].removeprefix(start)): r["projects"]
        for r in data.query("co-operation")
    }  # type: ignore[union-attr]
    assert found == edges


def test_shares_by_hand(projects: dict[str, dict], data: sources.Data) -> None:  # type: ignore[type-arg]
    for row in data.query("grant-shares"):
        project = projects[str(row["project"]).rpartition("/")[2]]
        cost, amount = Decimal(project["totalCost"]), Decimal(project["grants"][0]["amount"])
        call = project["grants"][0].get("call")
        assert row["rule"] == (call and f"{BASE}id/programme/kuntien-ilmastoratkaisut/call/{call}")
        if call is None:
            assert (row["ceiling"], row["binding"], row["room"]) == (None, None, None)
        else:
            rate, limit = (Decimal("0.60"), 50_000) if call == "2019-11" else (Decimal("0.70"), 70_000)
            assert row["ceiling"] == min(cost * rate, Decimal(limit))
            assert row["binding"] == ("rate" if cost * rate < limit else "amount")
            assert row["room"] == Decimal(str(row["ceiling"])) - amount
        assert abs(Decimal(str(row["share"])) - 100 * amount / cost) <= Decimal("0.05")


def test_timeline_by_hand(projects: dict[str, dict], data: sources.Data) -> None:  # type: ignore[type-arg]
    def months(text: str) -> int:
        year, month = text.split("-")
        return 12 * int(year) + int(month)

    for row in data.query("timeline"):
        project = projects[str(row["project"]).rpartition("/")[2]]
        assert (row["start"], row["end"]) == (project["start"], project["end"])
        assert row["months"] == months(project["end"]) - months(project["start"]) + 1


def test_running_by_hand(projects: dict[str, dict], data: sources.Data) -> None:  # type: ignore[type-arg]
    for month in ("2019-08", "2019-09", "2020-11", "2022-11", "2024-04", "2024-05"):
        expected = {stem for stem, p in projects.items() if p["start"] <= month <= p["end"]}
        found = {str(r["project"]).rpartition("/")[2] for r in data.query("running-in-month", month=month)}
        assert found == expected, month


### Files, listing, parameters


@pytest.mark.parametrize("name", NAMES)
def test_file_tells_all(name: str) -> None:
    query = named.read(query_file(name).read_text("utf-8"), name)
    assert query.title.keys() == query.description.keys() == LANGUAGES
    for parameter in query.parameters:
        assert parameter.label.keys() == LANGUAGES
    assert {p.name for p in query.parameters} == set(re.findall(r"VALUES \$(\w+)", query.text))


def test_enough_queries() -> None:
    assert len(NAMES) >= 14
    known_ones = {f.stem for f in (*KNOWN.iterdir(), *ELSEWHERE.values()) if f.is_file()}
    assert known_ones == set(NAMES), "each query has a known answer, and no answer is left over"


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_listing(lang: str, data: sources.Data) -> None:
    text = named.listing(sources.catalogue(ROOT), lang)
    for query in sources.catalogue(ROOT).all():
        assert f"{query.name}\n    {query.title[lang]}\n    {query.description[lang]}\n" in text
        for parameter in query.parameters:
            assert f"--set {parameter.name}={parameter.fixed or '…'}" in text
            assert parameter.label[lang] in text


def test_setting_parameters(data: sources.Data) -> None:
    assert {r["title"] for r in data.query("projects-of-municipality", municipality="853", lang="sv")} == {
        r["title"]
        for r in data.query("timeline", lang="sv")
        if "/turku-" in str(r["project"]) or "/valonia-" in str(r["project"])
    }
    whole = f"{BASE}id/municipality/853"
    assert (
        data.query("permanence-of-municipality", municipality=whole).terms
        == data.query("permanence-of-municipality", municipality="853").terms
    )
    assert len(data.query("observations", measure="co2-reduction")) == 1
    assert len(data.query("observations", measure=["co2-reduction", "events"])) > 1
    assert {r["name"] for r in data.query("given-and-received", organisation="turun-kaupunki", lang="fi")} == {
        "Turun kaupunki"
    }


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("grants-by-regoin", {}, "did you mean grants-by-region?"),
        ("permanence-of-municipality", {"municipalty": "167"}, "did you mean municipality?"),
        ("permanence-of-municipality", {"municipality": "Joensu"}, "did you mean 167 (Joensuu)?"),
        (
            "permanence-of-municipality",
            {"municipality": "999"},
            "that is not in the data (Code of a municipality, three digits)",
        ),
        ("totals", {"lang": "fi"}, "it has no parameters"),
        ("running-in-month", {"month": "2021-13"}, "a month such as 2021-05"),
        ("permanence-of-municipality", {"municipality": "91"}, "did you mean 091 (Helsinki)?"),
        ("timeline", {"lang": "Finnish"}, "write the tag of a language"),
        ("timeline", {"lang": "d_e"}, "write the tag of a language"),
        ("outcomes-with-aspect", {"aspect": "transferrable"}, "did you mean transferable"),
    ],
)
def test_wrong_parameter(name: str, given: dict[str, str], says: str, data: sources.Data) -> None:
    with pytest.raises(CannotAsk, match=re.escape(says)):
        data.query(name, **given)


INJECTIONS = [
    "167> } UNION { ?s ?p ?o } #",
    "167> } ; DROP ALL ; { <x",
    "167 } VALUES ?x {",
    '2021-05" } SERVICE <http://127.0.0.1/> { ?s ?p ?o } #',
    "2021-05\\u0022 } #",
    "../concept/theme/networks",
    "167\n} #",
    "167>\t<",
    "",
    "UNDEF",
]


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize(
    ("name", "parameter"),
    [("permanence-of-municipality", "municipality"), ("running-in-month", "month"), ("timeline", "lang")],
)
def test_no_injection(name: str, parameter: str, value: str, data: sources.Data) -> None:
    with pytest.raises(CannotAsk):
        data.query(name, **{parameter: [value]})


@given(st.text(), st.sampled_from(["text", "number", "month", "language", "project", "concept/theme"]))
@settings(max_examples=300, deadline=None)
def test_a_value_is_one_term(value: str, kind: str) -> None:
    """Any text put in is refused, or is in the query as the one term that it stands for."""
    head = f"# param x: {kind}\nSELECT ?x {{ VALUES $x {{ UNDEF }} }}"
    query = named.read(head)
    try:
        text = query.filled({"x": [value]}, BASE)
    except CannotAsk:
        return
    before, after = tokens(head), tokens(text)
    assert [t.text for t in after[:6]] == [t.text for t in before[:6]]
    assert [t.text for t in after[-2:]] == ["}", "}"]
    assert len(after) == len(before)
    solution = next(iter(ox.Store().query(text, base_iri=BASE)))["x"]
    if isinstance(solution, ox.NamedNode):
        assert solution.value == f"{BASE}id/{kind}/{value.removeprefix(f'{BASE}id/{kind}/')}"
    else:
        assert solution.value == value or kind == "number"
    assert str(next(iter(rdflib.Graph().query(text, base=BASE)))[0]) == solution.value or kind == "number"  # type: ignore[index]


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    shutil.copytree(DATASETS / "tiny", tmp_path, dirs_exist_ok=True)
    (tmp_path / "mine.rq").write_text(
        "# param least: number\n"
        "SELECT ?project { ?project hanke:totalCost ?cost . VALUES $least { 0 } FILTER(?cost >= $least) }\n",
        "utf-8",
    )
    data = sources.open_data(working=tmp_path)
    assert len(data.query("mine.rq")) == 1
    assert len(data.query("mine.rq", least=2000)) == 0
    with pytest.raises(CannotAsk, match=r"least=1 \|\| true: write a number"):
        data.query("mine.rq", least="1 || true")
    with pytest.raises(CannotAsk, match="cannot be read"):
        data.query("nowhere.rq")


def test_own_queries_of_a_dataset(tmp_path: Path) -> None:
    folder = tmp_path / "ontology" / "queries"
    folder.mkdir(parents=True)
    (folder / "mine.rq").write_text("SELECT * {}", "utf-8")
    names = sources.catalogue(tmp_path).names()
    assert "mine" in names and "totals" not in names, "in place of the package's; those of a profile stay"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# param x: text\nSELECT * {}", "needs a VALUES $x"),
        ("# param x: no kind\nSELECT * { VALUES $x { 1 } }", "no kind is no kind of parameter"),
        ("# param x: text\nSELECT * { VALUES $x { } }", "needs a VALUES $x"),
    ],
)
def test_malformed_head(text: str, says: str) -> None:
    with pytest.raises(CannotAsk, match=re.escape(says)):
        named.read(text)


### The command


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a person would run it; bytes, since a line of CSV ends in CR LF."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment}
    return subprocess.run(
        [sys.executable, "-m", "hankelod", *arguments], capture_output=True, cwd=cwd, env=env, check=False
    )


def out(*arguments: str, cwd: Path = ROOT, status: int = 0, **environment: str) -> str:
    done = run(*arguments, cwd=cwd, **environment)
    assert done.returncode == status, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return (done.stdout if status == 0 else done.stderr).decode()


def test_command_formats() -> None:
    name = "grants-by-region"
    rows = known(name)
    ask = ("query", name, "--lang", "en", "--format")
    assert [tuple(r) for r in csv.reader(io.StringIO(out(*ask, "csv"), newline=""))][1:] == rows
    lines = out(*ask, "tsv").splitlines()
    assert lines[0].split("\t") == ["?code", "?name", "?projects", "?currency", "?totalCost", "?grants", "?region"]
    back = ox.parse_query_results(out(*ask, "tsv"), format=ox.QueryResultsFormat.TSV)
    assert [tuple(cell(t) for t in solution) for solution in back] == rows
    bindings = json.loads(out(*ask, "json"))["results"]["bindings"]
    assert [b["region"]["value"] for b in bindings] == [r[6] for r in rows]
    xml = ET.fromstring(out(*ask, "xml"))
    assert len(xml.findall(".//{http://www.w3.org/2005/sparql-results#}result")) == len(rows)
    table = out(*ask, "table").splitlines()
    assert len(table) == len(rows) + 2
    assert table[2].endswith("<id/region/01>")
    for form, kind in (
        ("turtle", ox.RdfFormat.TURTLE),
        ("ntriples", ox.RdfFormat.N_TRIPLES),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ):
        triples = ox.parse(out("query", "project-triples", "--format", form), format=kind)
        assert sorted(str(q.triple) for q in triples) == sorted(f"{s} {p} {o}" for s, p, o in known("project-triples"))
    assert "is for rows" in out("query", "project-triples", "--format", "csv", status=2)
    assert "is for triples" in out("query", "totals", "--format", "turtle", status=2)
    assert out("query", "ASK { ?p a hanke:Project }") == "true\n"
    assert json.loads(out("query", "ASK { ?p a hanke:Nothing }", "--format", "json"))["boolean"] is False


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_table_fits_the_terminal(columns: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {k: v for k, v in os.environ.items() if k != "COLUMNS"} | {"PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        [sys.executable, "-m", "hankelod", "query", "grant-shares", "--lang", "fi"], stdout=terminal, cwd=ROOT, env=env
    )
    os.close(terminal)
    written = b""
    with contextlib.suppress(OSError):  # the end of a pseudo-terminal is an error
        while part := os.read(main, 65536):
            written += part
    os.close(main)
    assert process.wait() == 0
    lines = written.decode().splitlines()
    assert len(lines) > 16
    assert max(map(len, lines)) <= columns


def test_command_follows_the_locale() -> None:
    ask = ("query", "grants-by-region", "--format", "csv")
    assert "Egentliga Finland" in out(*ask, LC_ALL="sv_FI.UTF-8")
    assert "Varsinais-Suomi" in out(*ask, "--lang", "fi", LC_ALL="sv_FI.UTF-8")
    assert "Southwest Finland" in out(*ask, "--set", "lang=en", LC_ALL="sv_FI.UTF-8")
    assert "Understöd per område" in out("query", "--list", "--lang", "sv")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("query",), "give a query"),
        (("query", "grants-by-regoin"), "did you mean grants-by-region?"),
        (("query", "SELECT ?x WHRE { ?x ?y ?z }"), '1:11: "WHRE" is not expected here; did you mean WHERE?'),
        (
            ("query", "SELECT ?x {\n  ?x hnake:lead ?z }"),
            "2:6: the prefix hnake: is not declared; did you mean hanke:?",
        ),
        (("query", "SELECT ?x { ?x a <a b> }"), "1:18:"),
        (("query", "SELECT (ex:f(1) AS ?x) {}"), "the prefix ex:"),
        (("query", "INSERT DATA { <a> <b> <c> }"), "INSERT is refused"),
        (("query", "SELECT * { SERVICE <http://localhost/> {} }"), "SERVICE is refused"),
        (("query", "totals", "--set", "x"), "NAME=VALUE"),
        (("query", "totals", "--from", "nowhere"), "nowhere: there is no such file or folder"),
        (("query", "totals", "--from", "README.txt"), "README.txt"),
        (("query", "totals", "--from", "src"), "neither a dataset"),
        (("query", "totals", "--from", "pyproject.toml"), "not a dump"),
        (("query", "totals", "--max-length", "10"), "the limit is 10"),
        (("query", "PREFIX x: <http://x/> SELECT (x:f(1) AS ?x) {}"), "cannot be answered"),
    ],
)
def test_bad_query_is_2(arguments: tuple[str, ...], says: str) -> None:
    assert says in out(*arguments, status=2)


def test_from_standard_input() -> None:
    def ask(sent: bytes) -> subprocess.CompletedProcess[bytes]:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        return subprocess.run(
            [sys.executable, "-m", "hankelod", "query", "-", "--lang", "en", "--format", "csv"],
            input=sent,
            cwd=ROOT,
            env=env,
            capture_output=True,
        )

    assert ask(query_file("totals").read_bytes()).stdout.startswith(b"projects,currency,totalCost")
    for sent, says in ((b"SELECT {", b"1:8:"), (b"\xff", b"not UTF-8"), (b"", b"ends too early")):
        done = ask(sent)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_reader_that_has_seen_enough(form: str) -> None:
    """`| head -1` ends the command in silence."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = (
        f"set -o pipefail; {sys.executable} -m hankelod query 'SELECT * {{ ?s ?p ?o }}' --format {form} | head -c 9"
    )
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, capture_output=True)
    assert (done.returncode, len(done.stdout), done.stderr) == (0, 9, b"")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("hankelod query grants-", {"grants-by-region"}),
        ("hankelod query project", {"project-triples", "projects-by-theme", "projects-of-municipality"}),
        ("hankelod query projects-of-municipality --set ", {"municipality="}),
        ("hankelod query no-such-query --set ", set()),
        ("hankelod query totals --format cs", {"csv"}),
        ("hankelod que", {"query"}),
    ],
)
def test_completion(line: str, offered: set[str], tmp_path: Path) -> None:
    """As the shell asks, by way of argcomplete."""
    pytest.importorskip("argcomplete")
    asked = {
        "_ARGCOMPLETE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_STDOUT_FILENAME": str(tmp_path / "offered"),
        "_ARGCOMPLETE_IFS": "\n",
    }
    run(**asked)
    assert {o.strip() for o in (tmp_path / "offered").read_text().splitlines()} - {""} == offered


def test_slip_gets_a_warning() -> None:
    done = run("query", "SELECT * { ?p hanke:leed ?l ; a hanke:Project }", "--format", "csv")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[1:] == []
    assert "1:15: hanke:leed is not in the data; did you mean hanke:lead?" in done.stderr.decode()
    assert "did you mean" not in run("query", "SELECT * { ?p hanke:lead ?l }").stderr.decode()


def test_named_queries_get_no_warning(data: sources.Data) -> None:
    for name in NAMES:
        assert data.query(name).notes == []


def test_explain() -> None:
    text = out("query", "permanence-of-municipality", "--explain")
    assert "triples, base https://w3id.org/hankelod/" in text
    assert "form     SELECT" in text
    assert "?project hanke:municipality ?municipality  → 36" in text
    assert text == out("query", "permanence-of-municipality", "--explain", PYTHONHASHSEED="7")
    assert "→ 0" in out("query", "SELECT * { ?p hanke:leed ?l }", "--explain")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dumps of the tiny dataset where a publication has them, and no dataset."""
    here = tmp_path_factory.mktemp("published")
    dump = here / "dist" / "dump"
    dump.mkdir(parents=True)
    store = sources.open_data(DATASETS / "tiny")._store
    for name, form in (("nt", ox.RdfFormat.N_TRIPLES), ("ttl", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD)):
        store.dump(str(dump / f"hankelod.{name}"), form, from_graph=ox.DefaultGraph())
    return here


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ending", ["nt", "ttl", "jsonld"])
def test_from_a_dump(ending: str, packed: bool, published: Path, tmp_path: Path) -> None:
    content = (published / "dist" / "dump" / f"hankelod.{ending}").read_bytes()
    file = tmp_path / f"d.{ending}{'.gz' if packed else ''}"
    file.write_bytes(gzip.compress(content) if packed else content)
    data = sources.open_data(file)
    assert data.base == "https://example.org/pieni/", "the base is what the things' IRIs begin with"
    assert data.query("results-of-project", project="pieni-hanke", lang="sv").rows[0]["text"] == "Något blev gjort."


def test_the_real_publication_is_the_same_graph(dist: Path, data: sources.Data) -> None:
    for path in (dist, dist / "dump" / "hankelod.ttl"):
        other = sources.open_data(path)
        assert set(other._store) == set(data._store)
        assert (other.base, other.prefixes) == (data.base, data.prefixes)


def test_readme_in_python(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas", reason="the example ends in a data frame")
    monkeypatch.chdir(dist.parent)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        names: dict[str, object] = {}
        exec(block, names)
        assert len(names["frame"]) == 10  # type: ignore[arg-type]


def test_from_a_publication(published: Path) -> None:
    """From a folder without a dataset: named queries and prefixes are those in the package."""
    ask = ("query", "projects-of-municipality", "--set", "municipality=853", "--format", "csv")
    assert "pieni-hanke" in out(*ask, "--from", "dist", cwd=published)
    assert "pieni-hanke" in out(
        "query", "SELECT ?p { ?p hanke:lead ?l }", "--from", "dist/dump/hankelod.ttl", cwd=published
    )
    for line in ("\x1f\x8b\x00", "<a> <b> .", "@prefix"):
        (published / "broken.ttl").write_text(line)
        assert "broken.ttl" in out("query", "totals", "--from", "broken.ttl", cwd=published, status=2)
    packed = gzip.compress(b"<http://a.example/x> <http://a.example/y> <http://a.example/z> .\n" * 50)
    for content in (b"not packed", packed[:30], packed[:12] + b"\xff" * 20 + packed[32:], packed[:-8] + b"\0" * 8):
        (published / "broken.nt.gz").write_bytes(content)
        told = out("query", "totals", "--from", "broken.nt.gz", cwd=published, status=2)
        assert "broken.nt.gz: cannot be read" in told


def test_remote_context_is_not_fetched(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonld"
    file.write_text('{"@context": "http://127.0.0.1:1/context", "@id": "http://e/"}')
    with pytest.raises(CannotAsk, match="cannot be read"):
        sources.open_data(file)


def test_unreadable_records_are_told(tmp_path: Path) -> None:
    shutil.copytree(DATASETS / "tiny", tmp_path, dirs_exist_ok=True)
    (tmp_path / "data" / "projects" / "rikki.yml").write_text("title: [", "utf-8")
    done = run("query", "totals", cwd=tmp_path)
    assert done.returncode == 0
    assert b"problems keep data out" in done.stderr


### In Python


@pytest.mark.parametrize("module", ["hankelod", "hankelod.query.data", "hankelod.query.answer"])
def test_docstrings(module: str, published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas", reason="the examples end in data frames")
    import doctest
    import importlib

    monkeypatch.chdir(published)
    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert result.attempted
    assert not result.failed


def test_import_is_light() -> None:
    code = (
        "import sys, hankelod; hankelod.__version__; "
        "print([m for m in sys.modules if m.split('.')[0] in ('pyoxigraph', 'rdflib', 'yaml', 'pandas')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout.strip() == "[]"


def test_query_imports_no_rdflib() -> None:
    code = (
        "import sys; from hankelod.cli.parser import main; main(['query', 'totals']); sys.exit('rdflib' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            check=False,
        ).returncode
        == 0
    )


def test_frames(data: sources.Data) -> None:
    pandas = pytest.importorskip("pandas", reason="data frames are optional")
    polars = pytest.importorskip("polars", reason="data frames are optional")
    answer = data.query("grant-shares")
    frame = answer.to_pandas()
    assert frame["amount"].sum() == 781291
    assert str(frame.dtypes["amount"]) == "Float64"
    assert answer.to_pandas(exact=True)["amount"].sum() == Decimal(781291)
    assert answer.to_polars()["amount"].sum() == Decimal(781291)
    assert str(data.query("timeline").to_pandas().dtypes["months"]) == "Int64"
    assert data.query("observations").to_polars().shape == (35, 11)
    empty = data.query("SELECT ?a ?b { ?a hanke:nothing ?b }")
    assert list(empty.to_pandas().columns) == empty.to_polars().columns == ["a", "b"]
    assert isinstance(frame, pandas.DataFrame)
    assert isinstance(answer.to_polars(), polars.DataFrame)


def test_slip_is_a_python_warning(data: sources.Data) -> None:
    with pytest.warns(UserWarning, match="did you mean hanke:lead"):
        data.query("SELECT * { ?p hanke:leed ?l }")


def test_graphs(data: sources.Data, graph: rdflib.Graph) -> None:
    assert len(graph) == len(data)
    answer = data.query("project-triples")
    assert len(answer.graph()) == len(answer) == len(known("project-triples"))
    with pytest.raises(CannotAsk, match="gives rows"):
        _ = data.query("totals").triples


def test_a_default_of_another_dataset_gives_way_to_the_first_thing_of_this_one(tmp_path):
    """The repository's own project is the example of `results-of-project`, which no other dataset has."""
    data = sources.open_data(DATASETS / "riverside")
    first = min(f.stem for f in (DATASETS / "riverside/data/projects").glob("*.yml"))
    assert data.query("results-of-project").rows == data.query("results-of-project", project=first).rows
    assert data.query("project-triples").text("turtle") == data.query("project-triples", project=first).text("turtle")
    assert "=joensuu" not in named.listing(sources.catalogue(DATASETS / "riverside"), "en")
