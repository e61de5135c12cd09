"""Readers of RDF, of queries, and of what a publication consists of, that are fuzzed."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from functools import cache, partial
from pathlib import Path

import pyoxigraph as ox

from hankelod.model import patterns
from hankelod.pipeline.traversal import publish
from hankelod.publication import examination, manifest
from hankelod.publication.history import feed, previous, releases
from hankelod.publication.manifest import BadManifest
from hankelod.query import grammar, named, store
from hankelod.query.data import Data
from hankelod.rdf import jsonld, sparql
from hankelod.rdf.files import Unfit
from hankelod.rdf.sparql import CannotAsk
from hankelod.records.dataset import Dataset
from hankelod.records.folder import shipped
from hankelod.validation import foreign
from hankelod.validation.checker import Checker
from support.folders import DATASETS
from support.fuzzing.ground import CORPUS, dataset, folder, fresh, seeds, told, written
from support.fuzzing.mutation import finished, mixed, of_bytes, of_json, of_packed, of_rows, of_terms, of_tokens
from support.fuzzing.trial import Reader

CASES = "tests/cases/fuzzing"

### RDF of others


@cache
def _checker() -> Checker:
    return Checker(dataset())


@cache
def _unjudged() -> Checker:
    """A checker whose engine only reads the triples, which takes most inputs most of their time."""
    checker = Checker(dataset())

    def read(text: str) -> list[object]:
        for _ in ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES):
            pass
        return []

    checker._engine = read  # type: ignore[assignment]
    return checker


def read_foreign(raw: bytes, name: str, judged: bool) -> object:
    """Check an RDF file against the shapes."""
    fresh(dataset())
    problems, things = foreign.check(_checker() if judged else _unjudged(), written(name, raw))
    lines = raw.count(b"\n") + raw.count(b"\r") + 1
    assert all(1 <= p.line <= lines and p.column >= 1 for p in problems), "a problem outside of the file"
    if name.endswith(".jsonld"):  # of several faults in a context, the parser names one at random
        problems = [p for p in problems if p.code != "rdf-syntax"]
    return sorted(map(repr, told(problems))), things


def read_turtle(raw: bytes) -> object:
    """Write Turtle as JSON-LD: the same triples."""
    base = "http://a.example/"
    document = jsonld.of_turtle(raw, base)
    again = ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD)
    graphs = ox.Dataset(again), ox.Dataset(ox.parse(raw, format=ox.RdfFormat.TURTLE, base_iri=base))
    assert len(graphs[0]) == len(graphs[1]), "triples are lost in JSON-LD"
    return document


### Queries


@cache
def _graph() -> Data:
    """A graph of a few triples to ask: none of its joins is large."""
    whole = ox.Store()
    whole.load((CORPUS / "turtle" / "project.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    return Data(store.opened(whole, "x", folder()), named.Catalogue(shipped("ontology") / "queries"), folder())


def read_query(raw: bytes) -> object:
    """Look at the text of a query as guard, grammar and spelling do; `named` reads it as a file of its own."""
    text = sparql.without_mark(named.decoded(raw))
    passed: list[sparql.Token] = []
    try:
        passed = sparql.check(text)
    except sparql.Refused as refused:
        assert refused.line >= 1 and refused.column >= 1
    found = sparql.tokens(text)
    assert all(text[t.start : t.end] == t.text for t in found), "tokens that are not in the text"
    declared = sparql.declared(found)
    explained = grammar.explain(text)
    query = named.read(text, "x")
    return (
        [(t.kind, t.start) for t in passed],
        sparql.form(found),
        declared,
        sparql.dataset_clause(found, declared, "http://a.example/"),
        explained and (explained[0], dict(explained[1])),
        query.title,
        [(p.name, p.kind, p.default_value) for p in query.parameters],
    )


def ask(raw: bytes) -> object:
    """Ask a small graph a query, and read the answer in its formats."""
    text = raw.decode("utf-8", "replace")
    answer = _graph().ask(text)
    notes = [dict(note) for note in answer.notes]
    if re.search(r"(?i)now|rand|uuid|bnode", text):
        return answer.kind
    if answer.kind == "triples":
        return answer.text("ntriples"), notes
    return sorted(answer.text("csv").split("\n")), len(answer.text("json")), notes


def set_value(raw: bytes) -> object:
    """Set a parameter of a named query to a value: the query is one that the guard takes, and asks the same."""
    value = raw.decode("utf-8", "replace")
    query = named.read(PARAMETERS)
    made = query.filled({"text": [value]}, "http://a.example/")
    before, after = sparql.check(PARAMETERS), sparql.check(made)
    assert [t.kind for t in before if t.kind != "space"] == [t.kind for t in after if t.kind != "space"], made
    return made


PARAMETERS = '# param text: text\nSELECT ?x { VALUES $text { "a" } ?x ?y $text }\n'


def read_pattern(raw: bytes) -> object:
    """Decide on a regular expression of a shape: one that is safe can be run, and ends soon on texts made for it."""
    pattern = raw.decode("utf-8", "replace")
    reason = patterns.unsafe_reason(pattern)
    patterns.in_query_for_python(f'SELECT ?x {{ FILTER(REGEX(?x, "{pattern}")) }}')
    if reason is not None:
        return reason
    compiled = re.compile(patterns.for_python(pattern))
    pieces = [*dict.fromkeys(re.findall(r"\w", pattern)), "0", " "][:6]
    return [
        compiled.search(text) is not None for each in pieces for text in (each * 40 + "!", (each + "a0") * 20 + "!\n")
    ]


### Publications


@cache
def publication() -> Path:
    """A small publication, with its history."""
    out = folder() / "dist"
    publish(Dataset(DATASETS / "tiny"), out)
    return out


def _files(*patterns: str, largest: int = 6_000) -> list[bytes]:
    found = [f for pattern in patterns for f in sorted(publication().glob(pattern)) if f.stat().st_size <= largest]
    contents = [f.read_bytes() for f in found]
    assert contents, patterns
    return contents


def of_publication(name: str, *patterns: str, largest: int = 6_000) -> list[bytes]:
    """Seeds of the files of a publication, and of the corpus."""
    return seeds(name, also=_files(*patterns, largest=largest))


def built(content: bytes) -> bytes:
    """A manifest with the build id that its entries have."""
    try:
        whole = json.loads(content)
        whole["build"] = manifest.build_id(whole["files"])
        return json.dumps(whole).encode()
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError):
        return content


def read_manifest(raw: bytes) -> object:
    """Read a manifest: its paths stay in their folder."""
    found = manifest.read(raw)
    for path, entry in found.files.items():
        assert manifest.is_safe(path)
        assert entry.bytes >= 0
        assert not (set(path.split("/")) & {"", ".", ".."})
    return found


def few(files: list[bytes]) -> list[bytes]:
    """Manifests of a few files each, of one that has thousands."""
    whole = json.loads(files[0])
    paths = sorted(whole["files"])
    parts = [{path: whole["files"][path] for path in paths[n : n + 4]} for n in range(0, len(paths), 40)]
    return [json.dumps({"build": manifest.build_id(part), "files": part}).encode() for part in parts]


def read_release(raw: bytes) -> object:
    """Read a release file: each of its changes."""
    found = releases.release(feed.release_path(1), lambda: [raw])
    assert len(found.changes) == len(list(found.changes))
    return found._replace(changes=list(found.changes))  # type: ignore[arg-type]


def read_page(raw: bytes) -> object:
    """Read a page of the change feed, and examine it as verification does."""
    members = feed.read_page("http://a.example/", 1, raw)
    assert [m.number for m in members] == sorted(m.number for m in members)
    page = examination._page(raw, examination.Examined("changes/pages/1.trig"), None)
    assert page.graph is not None
    return [m._replace(lines=()) if b"_:" in b"".join(m.lines) else m for m in members], page.graph.triples


PAGE_ERRORS = (SyntaxError, KeyError, ValueError, IndexError)


def examine(raw: bytes, path: str) -> object:
    """Examine a file of a publication: sound or not, its size and hash are those of its bytes."""
    file = written(path, raw)
    found = examination.examine(file.parent, [examination.File(path, None)])[0]
    assert found.size == len(raw)
    return found.size, found.fault and found.fault[0], found.graph and found.graph.triples


def read_dump(raw: bytes, name: str) -> object:
    """Load a dump for queries."""
    try:
        opened = store.of_dump(written(name, raw), name, folder())
    except CannotAsk:
        if name.endswith(".jsonld"):  # of several faults in a context, the parser names one at random
            return "refused"
        raise
    return len(opened.store), opened.base


def read_lines(raw: bytes) -> object:
    """Read a dump that the previous publication has, in pieces: whether it is sorted does not depend on them."""
    results = []
    for size in (len(raw) + 1, 97):
        try:
            results.append(str(previous._is_sorted([raw[n : n + size] for n in range(0, len(raw), size)])))
        except (ValueError, SyntaxError):
            results.append("refused")
    assert results[0] == results[1], results
    return results[0]


def read_pieces(raw: bytes) -> object:
    """Unpack what a server sends, in pieces: the same as at once, or an error."""
    whole = None
    for size in (len(raw) + 1, 13):
        pieces = (raw[n : n + size] for n in range(0, len(raw), size))
        try:
            found: bytes | None = b"".join(previous._contents(pieces, previous.CODINGS["gzip"]))
        except (zlib.error, EOFError):
            found = None
        assert size != 13 or (found is None) == (whole is None), "it depends on the pieces"
        assert size != 13 or found == whole
        whole = found
    try:
        assert whole == gzip.decompress(raw) or whole is None
    except (OSError, EOFError, zlib.error):
        assert whole is None or raw.rstrip(b"\0") != raw, "broken, and no word"
    return whole


REFUSED = (CannotAsk, Unfit)

READERS: dict[str, Reader] = {
    "turtle": Reader(
        partial(seeds, "turtle"),
        mixed(of_bytes, of_tokens, of_terms),
        partial(read_foreign, name="x.ttl", judged=False),
        share=50,
    ),
    "ntriples": Reader(
        partial(seeds, "ntriples"),
        mixed(of_bytes, of_tokens),
        partial(read_foreign, name="x.nt", judged=False),
        share=50,
    ),
    "jsonld": Reader(
        partial(seeds, "jsonld"),
        mixed(of_bytes, of_json, of_json),
        partial(read_foreign, name="x.jsonld", judged=False),
        share=25,
    ),
    **{
        f"judged-{ending}": Reader(
            partial(seeds, f"judged-{ending}", f"{CASES}/{folder_}/*"),
            mixed(of_bytes, change),
            partial(read_foreign, name=f"x.{ending}", judged=True),
            share=1,
        )
        for ending, folder_, change in (("ttl", "turtle", of_terms), ("jsonld", "jsonld", of_json))
    },
    "as-jsonld": Reader(
        partial(seeds, "as-jsonld", f"{CASES}/turtle/*", f"{CASES}/ntriples/*"),
        mixed(of_bytes, of_tokens),
        read_turtle,
        (SyntaxError, ValueError),
        60,
    ),
    "query": Reader(
        partial(
            seeds, "query", "ontology/queries/*.rq", "data/areas/finland/queries/*.rq", "tests/cases/strangers/*.rq"
        ),
        mixed(of_bytes, of_tokens, of_tokens),
        read_query,
        (CannotAsk, UnicodeDecodeError),
        8,
    ),
    "ask": Reader(
        partial(seeds, "ask", "tests/cases/strangers/*.rq"), mixed(of_bytes, of_tokens, of_tokens), ask, REFUSED, 10
    ),
    "parameter": Reader(
        partial(seeds, "parameter", also=[b"Turku", b'a"b\\c', "ä\u2028".encode()]), of_bytes, set_value, REFUSED, 60
    ),
    "pattern": Reader(
        partial(seeds, "pattern"),
        mixed(of_bytes, of_tokens),
        read_pattern,
        share=50,
    ),
    "manifest": Reader(
        lambda: seeds("manifest", also=few(_files("manifest.json", largest=10**7))),
        finished(mixed(of_bytes, of_json, of_json), built),
        read_manifest,
        (BadManifest,),
        40,
    ),
    "release": Reader(
        lambda: seeds("release", also=_releases()),
        mixed(of_bytes, of_tokens),
        read_release,
        (BadManifest,),
        60,
    ),
    "page": Reader(lambda: seeds("page", also=_pages()), mixed(of_bytes, of_tokens), read_page, PAGE_ERRORS, 60),
    **{
        f"file-{ending}": Reader(
            partial(of_publication, f"file-{ending}", *patterns, largest=largest),
            change,
            partial(examine, path=f"x.{ending}"),
            share=6,
        )
        for ending, change, largest, patterns in (
            ("csv", mixed(of_bytes, of_rows), 6_000, ("dump/*.csv",)),
            ("geojson", mixed(of_bytes, of_tokens), 20_000, ("dump/*.geojson",)),
            ("jsonl", mixed(of_bytes, of_tokens), 9_000, ("dump/projects.jsonl", "dump/programmes.jsonl")),
            ("trig", mixed(of_bytes, of_tokens), 9_000, ("changes/feed.trig",)),
            ("ttl", mixed(of_bytes, of_tokens), 9_000, ("doc/programme/*.ttl", "doc/organisation/*.ttl")),
            ("jsonld", mixed(of_bytes, of_json), 20_000, ("doc/programme/*.jsonld", "context.jsonld")),
        )
    },
    **{
        f"dump-{ending}": Reader(
            partial(seeds, f"dump-{ending}", f"{CASES}/{folder_}/*"),
            change,
            partial(read_dump, name=f"x.{ending}"),
            REFUSED,
            5,
        )
        for ending, folder_, change in (
            ("ttl", "turtle", mixed(of_bytes, of_tokens)),
            ("nt.gz", "ntriples", of_packed(of_bytes)),
            ("jsonld", "jsonld", mixed(of_bytes, of_json)),
            ("nq", "ntriples", mixed(of_bytes, of_tokens)),
        )
    },
    "sorted": Reader(partial(seeds, "sorted", f"{CASES}/ntriples/*"), mixed(of_bytes, of_tokens), read_lines, share=80),
    "pieces": Reader(partial(seeds, "pieces", also=[b"abc" * 30]), of_packed(of_bytes), read_pieces, share=80),
}
"""Readers of graphs, queries and publications."""


@cache
def _pages() -> list[bytes]:
    """A page of a few members, as the publication writes them."""
    page = _files("changes/pages/1.trig", largest=10**6)[0]
    members = feed.read_page(Dataset(DATASETS / "tiny").base, 1, page)
    short = sorted(members, key=lambda m: len(m.lines))
    parts = (short[:3], short[3:5], [short[0]._replace(activity="Delete", lines=(), forgotten=2)])
    return [feed.page("http://a.example/", 1, list(part)).content for part in parts]


@cache
def _releases() -> list[bytes]:
    """A release of a few changes, as the publication writes it, and one without any."""
    whole = releases.release(feed.release_path(1), lambda: _files("changes/releases/1.json", largest=10**6))
    changes = sorted(whole.changes, key=lambda c: -len(c.fields))
    return [
        b"".join(releases.release_file(whole._replace(forgotten=(change.thing,)), map(releases.entry, some)))
        for change, some in ((changes[0], changes[:3] + changes[-3:]), (changes[1], []))
    ]
