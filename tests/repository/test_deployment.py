"""docs/serving.md and the files in deploy/: container image, unit, proxy, and other engines over the dump."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from hankelod.cli.parser import parser
from support.folders import ROOT
from support.queries import ANSWERED, BASE, cell, known, query_file
from support.server import Server

DEPLOY = ROOT / "deploy"
DOCS = (ROOT / "docs/serving.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", DOCS, re.S) for line in block.splitlines()]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]


def told(start: str) -> list[str]:
    """The one command of the page that begins so, as arguments."""
    (line,) = [c for c in COMMANDS if c.startswith(start)]
    return shlex.split(line)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, cwd: Path):
    """A program that serves at a port, ended afterwards."""
    with (cwd / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            end = time.monotonic() + 120
            while True:
                assert process.poll() is None, (cwd / "output").read_text()
                assert time.monotonic() < end, (cwd / "output").read_text()
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(60)


### The page


def test_its_links_and_options():
    for target in re.findall(r"\]\(([^)#]+)\)", DOCS):
        assert (ROOT / "docs" / target).exists(), target
    options = set(re.findall(r"`(--[a-z-]+)", DOCS))
    serve = next(a for a in parser()._actions if a.dest == "command").choices["serve"]
    assert {"--time-limit", "--memory-limit", "--result-limit", "--workers", "--store"} <= options
    for option in options - {"--out"}:
        assert option in serve._option_string_actions, option
    for line in COMMANDS:
        if line.startswith("hankelod "):
            parser().parse_args(shlex.split(line)[1:])


def test_its_limits_are_those_in_force():
    from hankelod.rdf.sparql import LIMITS
    from hankelod.serving import admission, answering, connection, held, server, shares, workers

    given = parser().parse_args(["serve"])
    for words in (
        f"| {given.time_limit:g} s |",
        f"| {given.memory_limit} MiB |",
        f"| {given.result_limit} MiB |",
        f"{server.QUEUE} at most",
        f"{LIMITS.length >> 10} KiB; {LIMITS.depth} nested brackets, {LIMITS.patterns} triple patterns",
        f"{connection.HEAD_BYTES >> 10} KiB each; {connection.HEAD:g} s",
        f"for {server.STOPPING} seconds at most",
        f"| {held.MOST >> 20} MiB, {held.OWN >> 20} MiB of one client |",
        f"| {answering.PAGE_ROWS:,} rows, {answering.PAGE_COLUMNS} columns, {answering.PAGE_CELLS:,} cells, 1 MiB |",
        f"{connection.PIECE:g} s for each piece of 64 KiB; {connection.SLACK:g} s and a second for each 20 kB",
        f"| {admission.CONNECTIONS:,}, or what the limit",
    ):
        assert words in DOCS, words
    assert 3 * LIMITS.length + 2**14 == connection.HEAD_BYTES
    assert connection.HEAD == connection.BODY
    assert given.time_limit > workers.GRACE
    assert (connection.SPEED, answering.PAGE_BYTES, workers.LONG, shares.PRESENT) == (20_000, 2**20, 0.5, 10)


def test_the_measured_figures_are_there():
    for name in ("queries", "serving", "large"):
        assert json.loads((ROOT / f"bench/results/{name}.json").read_text("utf-8"))["tables"]


### What stands in deploy/


def test_the_containerfile(server):
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    steps = [
        line.split(None, 1) for line in re.sub(r"\\\n", " ", text).splitlines() if line and not line.startswith("#")
    ]
    assert {s[0] for s in steps} <= {
        "FROM",
        "COPY",
        "RUN",
        "USER",
        "ENV",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "ENTRYPOINT",
    }
    asked = set(re.findall(r"\[([a-z]+)\]'", text))
    assert asked == {"serve"}
    assert asked <= set(EXTRAS)
    assert dict(s for s in steps if s[0] == "USER")["USER"].startswith("65532")
    (start,) = [json.loads(rest) for what, rest in steps if what == "ENTRYPOINT"]
    assert start[0] == "hankelod"
    given = parser().parse_args(start[1:])
    assert (given.dist, given.host, str(given.port)) == ("/srv/hankelod/dist", "0.0.0.0", "8000")
    (checked,) = [json.loads(rest.removeprefix("CMD ")) for what, rest in steps if what == "HEALTHCHECK"]
    for url, healthy in ((server.url, True), (f"http://127.0.0.1:{free_port()}", False)):
        command = [sys.executable, *(c.replace("http://127.0.0.1:8000", url) for c in checked[1:])]
        assert (subprocess.run(command, capture_output=True, timeout=60).returncode == 0) is healthy
    for line in (c for c in COMMANDS if c.startswith("podman")):
        assert line.split(" -p ")[0] in text.replace("#   ", ""), line


def test_the_unit(tmp_path):
    text = (DEPLOY / "hankelod.service").read_text("utf-8")
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(text)
    service = unit["Service"]
    command = shlex.split(service["ExecStart"])
    given = parser().parse_args(command[1:])
    assert (given.dist, given.host) == ("/srv/hankelod/dist", "127.0.0.1")
    assert service["SocketBindAllow"] == f"tcp:{given.port}"
    from hankelod.serving import server

    assert int(service["TimeoutStopSec"]) > server.STOPPING
    if shutil.which("systemd-analyze"):
        (tmp_path / "hankelod.service").write_text(text.replace(command[0], sys.executable))
        done = subprocess.run(
            ["systemd-analyze", "verify", tmp_path / "hankelod.service"],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_nginx_in_front(server, tmp_path):
    """As the file says, but for ports and certificates."""
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    port = free_port()
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    text = text.replace("server 127.0.0.1:8000;", f"server 127.0.0.1:{server.port};").replace(
        "listen 443 ssl;", f"listen 127.0.0.1:{port};"
    )
    text = re.sub(r" +ssl_certificate.*\n", "", text)
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr warn;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{text}}}\n"
    )
    with running(["nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], port, tmp_path):
        front = Server.__new__(Server)
        front.host, front.port = "127.0.0.1", port
        for path in ("/id/project/inkoo-hiilineutraali", "/doc/project/inkoo-hiilineutraali.ttl", "/sparql", "/none"):
            got, wanted = (s.get(path, Accept="text/turtle", Host="data.example.org") for s in (front, server))
            assert (got.status, got.headers["Location"], got.headers["ETag"]) == (
                wanted.status,
                wanted.headers["Location"],
                wanted.headers["ETag"],
            )
        assert (
            "<http://data.example.org/sparql>"
            in front.get("/sparql", Accept="text/turtle", Host="data.example.org").text
        )
        assert front.ask("ASK { ?p a hanke:Project }").json()["boolean"] is True
        longest = "ASK { " + "#" + "ä" * 8_000 + "\n}"
        assert front.ask(longest).status == 200
        tag = front.ask("ASK {}").headers["ETag"]
        assert (
            front.get("/sparql?query=ASK%20%7B%7D", Accept="application/sparql-results+json", If_None_Match=tag).status
            == 304
        )
        posted = front.request("POST", "/sparql", longest.encode(), Content_Type="application/sparql-query")
        assert posted.status == 200
        too_large = front.request("POST", "/sparql", b"x" * 70_000, Content_Type="application/sparql-query")
        assert too_large.status == 413


### Other engines


def answer(endpoint: str, name: str, **fields: str) -> list[tuple[str, ...]]:
    """The answer of an engine to a named query, with the base before it."""
    query = f"BASE <{BASE}>\n" + query_file(name).read_text("utf-8")
    accept = "application/n-triples" if "CONSTRUCT" in query else "application/sparql-results+json"
    request = urllib.request.Request(endpoint, urlencode({"query": query, **fields}).encode(), {"Accept": accept})
    with urllib.request.urlopen(request, timeout=120) as response:
        body = response.read()
    if "CONSTRUCT" in query:
        return sorted(
            (str(q.subject), str(q.predicate), str(q.object)) for q in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
        )
    return [tuple(map(cell, row)) for row in ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)]


def test_oxigraph_as_a_server(dist, tmp_path):
    """All named queries answer alike."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the server of Oxigraph is not here: pip install oxigraph")
    (tmp_path / "dist").symlink_to(dist)
    load, serve = told("oxigraph load")[1:], told("oxigraph serve-read-only")[1:]
    subprocess.run([program, *load], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    port = free_port()
    serve = [s.replace(":7878", f":{port}") for s in serve]
    with running([str(program), *serve], port, tmp_path):
        for name in ANSWERED:
            assert answer(f"http://127.0.0.1:{port}/query", name) == known(name), name


def test_virtuoso(dist, tmp_path):
    """It loads all, and answers what is said of it."""
    if not shutil.which("virtuoso-t"):
        pytest.skip("Virtuoso is not here: apt-get install virtuoso-opensource-7-bin")
    text = (DEPLOY / "virtuoso.ini").read_text("utf-8")
    sql, http = free_port(), free_port()
    (tmp_path / "virtuoso.ini").write_text(text.replace(":1111", f":{sql}").replace(":8890", f":{http}"))
    shutil.copy(dist / "dump/hankelod.nt", tmp_path)
    with running(told("virtuoso-t"), http, tmp_path):
        load = [a.replace(":1111", f":{sql}") for a in told("isql-vt")]
        done = subprocess.run(load, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=300)
        assert (done.returncode, "Error" in done.stdout + done.stderr) == (0, False), done.stdout + done.stderr
        endpoint = f"http://127.0.0.1:{http}/sparql"
        count = urlencode({"query": f"SELECT (COUNT(*) AS ?n) FROM <{BASE}> {{ ?s ?p ?o }}"}).encode()
        with urllib.request.urlopen(
            urllib.request.Request(endpoint, count, {"Accept": "text/csv"}), timeout=120
        ) as got:
            assert int(got.read().split()[1]) == (dist / "dump/hankelod.nt").read_bytes().count(b"\n")
        for name in ANSWERED:
            if "VALUES" not in query_file(name).read_text("utf-8"):
                assert answer(endpoint, name, **{"default-graph-uri": BASE}) == known(name), name
