"""SPARQL 1.1 Protocol, its query operation: a request becomes a question, or is refused with the right status.

Section 2.1 of the protocol: GET with `query`, POST of a form, POST of the query itself; `default-graph-uri` and
`named-graph-uri` say what is asked. Section 2.1.4: the dataset of the request goes before that of the query.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

import pyoxigraph as ox

from hankelod.query.answer import ROWS, TRIPLES
from hankelod.rdf.graph import RDF
from hankelod.rdf.sparql import Limits, Refused, check, form
from hankelod.serving import negotiation
from hankelod.serving.answering import PAGE
from hankelod.serving.frames import Head

QUERY = "application/sparql-query"

UPDATE = "application/sparql-update"

FORM = "application/x-www-form-urlencoded"

HTML = "text/html"

FIELDS = 100
"""Fields of a form that are read."""

REMEMBERED = 256
"""Queries whose reading is remembered: at most some 16 MiB."""

CHANGING = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE"))
"""Functions that answer differently each time, so that an answer is not kept."""

_ALIASES = ("application/json", "application/xml", "text/xml", "text/plain", "application/x-turtle")


class Rejected(Exception):
    """A request gets no answer: the status, a stable code, words for people, and the headers that belong to it."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Request(NamedTuple):
    """What the protocol looks at of an HTTP request. `body` is what a POST carries."""

    method: str
    query_string: bytes
    content_type: str
    accept: str | None
    body: bytes


class Question(NamedTuple):
    """A query that the guard has passed, what it asks, and how the answer is to be written."""

    text: str
    graphs: tuple[list[str], list[str]] | None
    form: str
    media_type: str
    kept: bool
    """Whether the same question has the same answer until the next publication."""

    def head(self) -> Head:
        """As a worker takes it."""
        return {"text": self.text, "graphs": self.graphs, "form": self.form}

    def tag(self, build: str, engine: str) -> str:
        """The entity tag of the answer, known before it is computed: weak, since rows may come in another order."""
        parts = (build, engine, self.text, repr(self.graphs), self.form)
        return f'W/"{hashlib.sha256(chr(0).join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def fields(request: Request) -> list[tuple[str, str]]:
    """The fields of the query string and, of a form, of the body. Raises Rejected."""
    found = list(_fields(request.query_string))
    if request.method == "POST":
        essence, charset = media_type(request.content_type)
        if charset not in ("", "utf-8", "utf8"):
            raise Rejected(415, "charset", f"the body must be UTF-8, not {charset[:40]!r}")
        if essence == UPDATE:
            raise Rejected(403, "query-update", "updates are refused: the data is read, never changed")
        if essence == FORM:
            found += _fields(request.body)
        elif essence == QUERY:
            found.append(("query", _text(request.body)))
        else:
            raise Rejected(
                415, "media-type", f"POST the query as {QUERY}, or as a form ({FORM})", accept_post=f"{QUERY}, {FORM}"
            )
    return found


def question(request: Request, given: list[tuple[str, str]], limits: Limits) -> Question:
    """The question that a request asks with these fields. Raises Rejected."""
    if any(name == "update" for name, _ in given):
        raise Rejected(403, "query-update", "updates are refused: the data is read, never changed")
    queries = [value for name, value in given if name == "query"]
    if len(queries) != 1:
        raise Rejected(
            400, "query-missing" if not queries else "query-twice", f"give one query; there are {len(queries)}"
        )
    try:
        kind, kept = _passed(queries[0], limits)
    except Refused as error:
        status = 400 if error.code != "query-too-long" else 414 if request.method != "POST" else 413
        raise Rejected(status, error.code, str(error)) from error
    except UnicodeEncodeError as error:
        raise Rejected(400, "query-encoding", "the query is not UTF-8") from error
    default, named = ([v for n, v in given if n == name and v] for name in ("default-graph-uri", "named-graph-uri"))
    written, media = _chosen(kind, request.accept, [v for n, v in given if n == "format"])
    return Question(queries[0], (default, named) if default or named else None, written, media, kept)


@lru_cache(REMEMBERED)
def _passed(text: str, limits: Limits) -> tuple[str | None, bool]:
    """The form of a query that the guard passes, and whether its answer can be kept. Raises Refused.

    Portals ask the same again and again, and reading a text takes as long as answering many a query.
    """
    found = check(text, limits)
    return form(found), not CHANGING & {t.text.upper() for t in found if t.kind == "word"}


### Formats


@cache
def formats(kind: str | None) -> dict[str, str]:
    """The formats that answers of a form of query come in, by media type, what is sent unasked first."""
    table: dict[str, ox.QueryResultsFormat] | dict[str, ox.RdfFormat]
    table = TRIPLES if kind in ("CONSTRUCT", "DESCRIBE") else ROWS
    names = list(table) if table is TRIPLES else ["json", *(n for n in table if n != "json")]
    offers = {table[name].media_type: name for name in names}
    engine = ox.RdfFormat if table is TRIPLES else ox.QueryResultsFormat
    written = {known: name for name, known in table.items()}
    for alias in _ALIASES:
        meant = engine.from_media_type(alias)
        if meant is not None and meant in written and not (table is TRIPLES and alias == "application/json"):
            offers.setdefault(alias, written[meant])
    return offers


def _chosen(kind: str | None, accept: str | None, wished: list[str]) -> tuple[str, str]:
    """The format that the answer is written in, and its media type. Raises Rejected."""
    offers = formats(kind)
    for wish in wished:
        media = next((m for m, name in offers.items() if name == wish), None)
        if media is not None:
            return wish, media
    media_types = [*offers, HTML]
    chosen = negotiation.choose(accept, media_types)
    if chosen is None:
        raise Rejected(406, "not-acceptable", f"this answer can be had as {', '.join(media_types)}")
    media = media_types[chosen]
    return offers.get(media, PAGE), media


def with_charset(media: str) -> str:
    """A media type for the Content-Type header: text is UTF-8, and says so."""
    return f"{media}; charset=utf-8" if media.startswith("text/") and "charset" not in media else media


### What stands in a request


def media_type(header: str) -> tuple[str, str]:
    """A content type's essence and its charset, in lower case."""
    essence, *parameters = header.lower().split(";")
    pairs = (p.partition("=") for p in parameters)
    charset = next((v.strip().strip('"') for n, _, v in pairs if n.strip() == "charset"), "")
    return essence.strip(), charset


@lru_cache(REMEMBERED)
def _fields(text: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS))
    except UnicodeDecodeError as error:
        raise Rejected(400, "query-encoding", "the query is not percent-encoded UTF-8") from error
    except ValueError as error:
        raise Rejected(400, "fields", f"there are more than {FIELDS} fields") from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected(400, "query-encoding", "the query is not UTF-8") from error


### Service description

PREFIXES = {"sd": "http://www.w3.org/ns/sparql-service-description#", "void": "http://rdfs.org/ns/void#"}


def description(endpoint: str, triples: int) -> list[ox.Triple]:
    """What SPARQL 1.1 Service Description asks an endpoint to tell of itself."""
    sd, void, rdf = PREFIXES["sd"], PREFIXES["void"], RDF
    service, dataset, graph = ox.NamedNode(endpoint), ox.BlankNode("dataset"), ox.BlankNode("graph")

    def says(subject: ox.NamedNode | ox.BlankNode, predicate: str, obj: str | ox.Literal | ox.BlankNode) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(obj) if isinstance(obj, str) else obj)

    written: Iterable[ox.QueryResultsFormat | ox.RdfFormat] = (*ROWS.values(), *TRIPLES.values())
    return [
        says(service, rdf + "type", sd + "Service"),
        says(service, sd + "endpoint", endpoint),
        says(service, sd + "supportedLanguage", sd + "SPARQL11Query"),
        *(says(service, sd + "resultFormat", f.iri) for f in written),
        says(service, sd + "defaultDataset", dataset),
        says(dataset, rdf + "type", sd + "Dataset"),
        says(dataset, sd + "defaultGraph", graph),
        says(graph, rdf + "type", sd + "Graph"),
        says(graph, void + "triples", ox.Literal(triples)),
    ]
