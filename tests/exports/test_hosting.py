"""The publication on real hosts: the table of content negotiation, row by row, through nginx and Apache.

`hosting/negotiation.csv` says what every way of serving a publication must answer; add rows there.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from hankelod.exports import hosting
from hankelod.exports.hosting import HEADERS, PREFLIGHT, Deployment
from support.hosting import TABLE, Row, with_pages
from support.publishing import published, small

ROWS = [
    pytest.param(row, pages, id=f"{row.path} {row.accept[:40]} {'with' if pages == 'yes' else 'without'} pages")
    for row in TABLE
    for pages in ("no", "yes")
    if row.pages in (pages, "both")
]


@pytest.fixture(scope="module")
def open_folder():
    """A folder that a server may read which runs as another user: pytest's own are for nobody else."""
    with tempfile.TemporaryDirectory(prefix="hosting-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def places(open_folder) -> dict[str, Path]:
    """The same publication without and with pages for people, each in the folder `dist` of a document root."""
    top = open_folder
    folder = small(top / "small")
    (folder / "data/withdrawn.yml").write_text(
        "- {id: project/gone, date: 2026-01-02, reason: {fi: r, sv: r, en: r}}\n", "utf-8"
    )
    found = {}
    for pages in ("no", "yes"):
        found[pages] = out = top / pages / "dist"
        published(folder, out, only=("dumps", "documents"))
        if pages == "yes":
            with_pages(out, None)
        found[pages].parent.chmod(0o755)
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait(port: int, server: subprocess.Popen) -> None:
    for _ in range(200):
        assert server.poll() is None, server.stderr.read() if server.stderr else "it ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


def get(
    port: int, path: str, accept: str = "", method: str = "GET", headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """One request, its path sent as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_accept_encoding=True)
    if accept:
        connection.putheader("Accept", accept)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def judge(row: Row, answer: http.client.HTTPResponse, at: str = "/") -> None:
    assert str(answer.status) in row.status.split("|"), (row, answer.status, answer.getheader("Location"))
    if answer.status == 303:
        location = re.sub(r"^http://127\.0\.0\.1(:\d+)?", "", answer.getheader("Location") or "")
        assert location == at + row.leads_to[1:], row
        assert "Accept" in (answer.getheader("Vary") or ""), row
    elif answer.status == 200 and row.leads_to:
        assert (answer.getheader("Content-Type") or "").lower() == row.leads_to, row
    if answer.status in (200, 303, 410):
        for name, value in HEADERS.items():
            assert answer.getheader(name) == value, (row, name)
    assert b"root:" not in answer.body
    assert answer.getheader("Set-Cookie") is None


def judge_preflight(port: int, at: str = "/") -> None:
    """A page of another origin may send headers of its own, to files and to addresses that redirect."""
    for path in ("id/project/eka", "dump/small.nt", "def", "no-such-file"):
        asked = {"Origin": "https://a.example", "Access-Control-Request-Headers": "if-none-match,x-requested-with"}
        answer = get(port, at + path, method="OPTIONS", headers=asked)
        assert (answer.status, answer.body) == (204, b""), path
        for name, value in (HEADERS | PREFLIGHT).items():
            assert answer.getheader(name) == value, (path, name)
    answer = get(port, at + "dump/small.nt")
    assert not {name for name in PREFLIGHT if answer.getheader(name)}


def judge_tables(port: int, at: str = "/") -> None:
    """A table links to what describes its columns, and nothing else does."""
    for name in ("projects.csv", "projects.fi.csv", "projects.sv.csv"):
        link = get(port, f"{at}dump/{name}").getheader("Link")
        assert link == f'<{name}-metadata.json>; rel="describedby"; type="application/csvm+json"'
        assert get(port, f"{at}dump/{name}-metadata.json").status == 200
    assert get(port, f"{at}dump/small.ttl").getheader("Link") is None


def judge_caching(port: int) -> None:
    """Pages of the feed may be kept, but neither its root nor the absence of a page that is yet to come."""
    page = get(port, "/changes/pages/1.trig")
    assert (page.status, page.getheader("Cache-Control")) == (200, hosting.KEPT)
    assert (page.getheader("Content-Type") or "").lower() == "application/trig"
    for name, value in HEADERS.items():
        assert page.getheader(name) == value
    for path, status in (("/changes/feed.trig", 200), ("/changes/pages/99.trig", 404)):
        other = get(port, path)
        assert other.status == status and "immutable" not in (other.getheader("Cache-Control") or "")


### nginx


@pytest.fixture(scope="module")
def nginx(places, tmp_path_factory):
    """nginx with the published rules: a port for each of the two publications."""
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    place = tmp_path_factory.mktemp("nginx")
    ports = {pages: free_port() for pages in places}
    servers = "".join(
        f"server {{ listen 127.0.0.1:{ports[p]}; root {out}; include {out}/nginx.conf; }}\n"
        for p, out in places.items()
    )
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {place}/pid; error_log stderr warn;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{servers}}}\n"
    )
    with subprocess.Popen(["nginx", "-p", place, "-c", place / "nginx.conf"], stderr=subprocess.PIPE) as server:
        try:
            for port in ports.values():
                wait(port, server)
            yield ports
        finally:
            server.terminate()


@pytest.mark.parametrize(("row", "pages"), ROWS)
def test_nginx_answers_as_the_table_says(nginx, row, pages):
    judge(row, get(nginx[pages], row.path, row.accept))


def test_nginx_says_what_was_withdrawn(nginx):
    """The body of 410 is the tombstone."""
    assert b"hanke:Withdrawn" in get(nginx["no"], "/id/project/gone").body


def test_nginx_lets_finished_pages_be_kept(nginx):
    judge_caching(nginx["no"])


def test_nginx_answers_head_as_get(nginx):
    assert get(nginx["no"], "/id/project/eka", "text/turtle", "HEAD").status == 303


def test_nginx_answers_what_browsers_ask_before(nginx):
    judge_preflight(nginx["no"])
    judge_tables(nginx["no"])


def test_a_long_header_does_not_hang_nginx(nginx):
    start = time.monotonic()
    for accept in (
        "text/turtle;" + " " * 7000,
        "text/turtle;a=b" * 450,
        ";q=" * 2500,
        "text/html;" + "x;" * 3500 + "q=0.5",
    ):
        assert get(nginx["no"], "/id/project/eka", accept).status in (303, 400)
    assert time.monotonic() - start < 5


### Apache

APACHE = """
ServerRoot {place}
{modules}
Listen 127.0.0.1:{port}
ServerName 127.0.0.1
PidFile {place}/pid
ErrorLog {place}/error.log
TypesConfig /dev/null
User www-data
Group www-data
DocumentRoot {root}
<Directory {root}>
    AllowOverride All
    Require all granted
</Directory>
<FilesMatch "^\\.ht">
    Require all denied
</FilesMatch>
"""


def apache_modules() -> Path | None:
    return next((p for p in (Path("/usr/lib/apache2/modules"),) if p.is_dir()), None)


@pytest.fixture(scope="module")
def apache(places, tmp_path_factory):
    """Apache with the published rules, the folder at the root and (with pages) in a folder under it."""
    folder = apache_modules()
    if not folder or not shutil.which("apache2"):
        pytest.skip("Apache is not installed: apt-get install apache2")
    modules = "\n".join(
        f"LoadModule {m}_module {folder}/mod_{m}.so"
        for m in ("mpm_event", "authz_core", "mime", "dir", "rewrite", "headers", "alias")
    )
    roots = {"no": places["no"], "yes": places["yes"], "under": places["yes"].parent}
    running, ports = [], {}
    for name, root in roots.items():
        place = tmp_path_factory.mktemp("apache")
        ports[name] = free_port()
        (place / "apache.conf").write_text(APACHE.format(place=place, modules=modules, port=ports[name], root=root))
        server = subprocess.Popen(
            ["apache2", "-d", place, "-f", place / "apache.conf", "-DFOREGROUND"], stderr=subprocess.PIPE
        )
        running.append(server)
        wait(ports[name], server)
    yield ports
    for server in running:
        server.terminate()
        server.communicate()


@pytest.mark.parametrize(("row", "pages"), ROWS)
def test_apache_answers_as_the_table_says(apache, row, pages):
    judge(row, get(apache[pages], row.path, row.accept))


def test_apache_lets_finished_pages_be_kept(apache):
    judge_caching(apache["no"])


@pytest.mark.parametrize(
    "row",
    [row for row in TABLE if row.pages != "no" and row.status in ("200", "303", "410")],
    ids=lambda r: f"{r.path} {r.accept[:40]}",
)
def test_apache_answers_the_same_in_a_folder(apache, row):
    judge(row, get(apache["under"], "/dist" + row.path, row.accept), "/dist/")


def test_apache_answers_what_browsers_ask_before(apache):
    judge_preflight(apache["no"])
    judge_tables(apache["no"])
    judge_preflight(apache["under"], "/dist/")
    judge_tables(apache["under"], "/dist/")


### nginx with the folder under a path, w3id.org and hosts without negotiation


def test_nginx_under_the_path_of_the_site(places, tmp_path):
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    files = dict.fromkeys(("doc/project/eka.ttl", "def.ttl", "catalog.ttl"), "text/turtle")
    text = hosting.nginx(Deployment(files, ["project/gone"], "https://example.org/data/"))
    (tmp_path / "data").symlink_to(places["no"])
    (tmp_path / "rules.conf").write_text(text)
    tmp_path.chmod(0o755)
    port = free_port()
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr warn;\nevents {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/t; proxy_temp_path {tmp_path}/t; "
        f"fastcgi_temp_path {tmp_path}/t; uwsgi_temp_path {tmp_path}/t; scgi_temp_path {tmp_path}/t;\n"
        f"server {{ listen 127.0.0.1:{port}; root {tmp_path}; include {tmp_path}/rules.conf; }} }}\n"
    )
    with subprocess.Popen(["nginx", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], stderr=subprocess.PIPE) as server:
        try:
            wait(port, server)
            answer = get(port, "/data/id/project/eka", "text/turtle")
            assert (answer.status, answer.getheader("Location")) == (303, "/data/doc/project/eka.ttl")
            assert get(port, "/data/id/project/gone").status == 410
            assert get(port, "/data/def").getheader("Location") == "/data/def.ttl"
            assert get(port, "/data/id/dataset/klein").getheader("Location") == "/data/catalog.ttl"
            assert get(port, "/data/id/project/eka", method="OPTIONS").status == 204
            assert get(port, "/data/doc/project/eka.ttl").status == 200
        finally:
            server.terminate()


def test_w3id_chooses_the_syntax_itself(open_folder, tmp_path):
    """So that the persistent addresses work where the site is on a host without rules."""
    folder = apache_modules()
    if not folder or not shutil.which("apache2"):
        pytest.skip("Apache is not installed: apt-get install apache2")
    turtle = ("doc/project/eka.ttl", "doc/region/14.ttl", "def.ttl", "catalog.ttl", ".well-known/void")
    files = dict.fromkeys(turtle, "text/turtle") | {
        "catalog.jsonld": "application/ld+json",
        "doc/project/eka.html": "text/html",
        "about.html": "text/html",
    }
    root = open_folder / "w3id/hankelod"
    root.mkdir(parents=True)
    (root / ".htaccess").write_text(hosting.w3id(Deployment(files, ["project/gone"], "https://example.org/data/")))
    modules = "\n".join(
        f"LoadModule {m}_module {folder}/mod_{m}.so"
        for m in ("mpm_event", "authz_core", "mime", "dir", "rewrite", "headers", "alias")
    )
    port = free_port()
    (tmp_path / "apache.conf").write_text(APACHE.format(place=tmp_path, modules=modules, port=port, root=root.parent))
    server = subprocess.Popen(
        ["apache2", "-d", tmp_path, "-f", tmp_path / "apache.conf", "-DFOREGROUND"], stderr=subprocess.PIPE
    )
    try:
        wait(port, server)
        for path, accept, want in (
            ("id/project/eka", "text/html", "doc/project/eka.html"),
            ("id/project/eka", "text/turtle", "doc/project/eka.ttl"),
            ("id/project/eka", "application/ld+json;q=0.9,text/html;q=0.1", "doc/project/eka.jsonld"),
            ("id/project/eka/outcome/1", "", "doc/project/eka.html"),
            ("id/region/14", "", "doc/region/14.ttl"),
            ("id/concept/theme/networks", "", "doc/concept/theme/networks.ttl"),
            ("def", "", "def.ttl"),
            ("def/0.1.0", "", "def.ttl"),
            ("id/dataset/klein", "", "about.html"),
            ("id/dataset/klein/version/0.1.0", "text/turtle", "catalog.ttl"),
            ("id/dataset/klein/class-partition/hanke-Project", "text/html", ".well-known/void"),
            ("id/catalogue", "application/ld+json", "catalog.jsonld"),
            ("id/distribution/projects.csv", "text/html", "catalog.ttl"),
            ("software/0.1.0", "text/turtle", "catalog.ttl"),
            ("dump/small.nt", "", "dump/small.nt"),
        ):
            answer = get(port, "/hankelod/" + path, accept)
            assert answer.getheader("Location") == "https://example.org/data/" + want, path
            assert answer.status == (302 if path.startswith("dump") else 303)
        assert get(port, "/hankelod/id/project/gone").status == 410
        answer = get(port, "/hankelod/id/project/eka", method="OPTIONS")
        assert (answer.status, answer.getheader("Access-Control-Allow-Headers")) == (204, "*")
        assert get(port, "/hankelod/id/project/eka").getheader("Access-Control-Allow-Origin") == "*"
    finally:
        server.terminate()
        server.communicate()


def test_without_a_site_there_is_nowhere_to_lead_to():
    assert "RewriteRule" not in hosting.w3id(Deployment({}, [], None))


def followed(rules: str, path: str) -> tuple[str, str] | None:
    """The target and status of a path by `_redirects`: the first line whose pattern matches, as on those hosts."""
    for rule in rules.splitlines():
        if rule.startswith("#"):
            continue
        source, target, status = rule.split(" ")
        pattern = re.sub(
            r":(\w+)", r"(?P<\1>[^/]+)", re.escape(source).replace(r"\:", ":").replace(r"\*", "(?P<splat>.*)")
        )
        match = re.fullmatch(pattern, path)
        if match:
            return re.sub(r":(\w+)", lambda m: match[m[1]], target), status  # noqa: B023
    return None


LED = [
    p
    for p in ROWS
    if p.values[0].status in ("303", "410")
    and p.values[0].accept in ("", "text/html")
    and not p.values[0].path.startswith("/doc/")
]
"""The rows that a host without negotiation can answer: what people get."""


@pytest.mark.parametrize(("row", "pages"), LED)
def test_redirects_lead_people_where_the_table_says(places, row, pages):
    found = followed((places[pages] / "_redirects").read_text(), row.path)
    if row.status == "303":
        assert found == (row.leads_to, "303")
    elif not row.path.endswith("/outcome/1"):
        assert found is not None
        assert found[1] == "410"


def test_headers_are_those_of_the_other_hosts(places):
    text = (places["no"] / "_headers").read_text()
    for name, value in HEADERS.items():
        assert f"  {name}: {value}\n" in text


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a;b/", "https://example.org/$x/", "https://example.org/a b", "https://exa}mple.org/"],
)
def test_an_odd_address_cannot_change_the_rules(address):
    assert hosting.PLAIN.fullmatch(address) is None


def test_the_rules_are_in_the_manifest(places):
    manifest = (places["no"] / "manifest.json").read_text("utf-8")
    for name in (".htaccess", "nginx.conf", "_redirects", "_headers", "w3id.htaccess"):
        assert f'"{name}"' in manifest
        assert (places["no"] / name).stat().st_size > 50
