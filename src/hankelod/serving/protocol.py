"""SPARQL 1.1 Protocol, query operation: parses a request into a Question, or rejects it with the right status.

Section 2.1 of the protocol: GET with `query`, POST of a form, POST of the query itself; `default-graph-uri` and
`named-graph-uri` specify the dataset. Section 2.1.4: the dataset of the request precedes that of the query.
"""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF8
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

import pyoxigraph as ox

from hankelod.query.answer import ROWS, TRIPLES
from hankelod.rdf.graph import RDF, format_iri
from hankelod.rdf.sparql import Limits, Refused, check, form, without_mark
from hankelod.serving import negotiation
from hankelod.serving.answering import PAGE
from hankelod.serving.frames import Head
from hankelod.serving.rejection import Rejected, rejected

QUERY = "application/sparql-query"

UPDATE = "application/sparql-update"

FORM = "application/x-www-form-urlencoded"

HTML = "text/html"

FIELDS = 100
"""Most fields of a form."""

REMEMBERED = 256
"""Most parsed queries in the cache, which takes about 16 MiB at most."""

CHANGING = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE"))
"""Functions with a different result each time: an answer that depends on them is not cached."""

_ALIASES = ("application/json", "application/xml", "text/xml", "text/plain", "application/x-turtle")


class Request(NamedTuple):
    """The parts of an HTTP request that the protocol uses. `body` is empty unless the method is POST."""

    method: str
    query_string: bytes
    content_type: str
    accept: str | None
    body: bytes


class Question(NamedTuple):
    """A query accepted by the guard, its dataset, and the format of the answer.

    `graphs` are the default and the named graphs, `form` is the name of the format.
    """

    text: str
    graphs: tuple[list[str], list[str]] | None
    form: str
    media_type: str
    kept: bool
    """True if the answer stays the same until the next publication, so that it may be cached."""

    def head(self) -> Head:
        """The message for a worker."""
        return {"text": self.text, "graphs": self.graphs, "form": self.form}

    def tag(self, build: str, engine: str) -> str:
        """The entity tag of the answer, known before the answer: weak, since rows may come in another order."""
        parts = (build, engine, self.text, repr(self.graphs), self.form)
        return f'W/"{hashlib.sha256(chr(0).join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def fields(request: Request) -> list[tuple[str, str]]:
    """The fields of the query string and, for a POST, of the body. Raises Rejected."""
    result = list(_fields(request.query_string))
    if request.method == "POST":
        essence, charset = media_type(request.content_type)
        if charset not in ("", "utf-8", "utf8"):
            raise rejected(415, "charset", charset=repr(charset[:40]))
        if essence == UPDATE:
            raise rejected(403, "query-update")
        if essence == FORM:
            result += _fields(request.body.removeprefix(BOM_UTF8))
        elif essence == QUERY:
            result.append(("query", _text(request.body)))
        else:
            raise rejected(415, "media-type", headers={"accept-post": f"{QUERY}, {FORM}"}, query=QUERY, form=FORM)
    return result


def question(request: Request, fields: list[tuple[str, str]], limits: Limits) -> Question:
    """The question in a request with these fields. Raises Rejected."""
    if any(name == "update" for name, _ in fields):
        raise rejected(403, "query-update")
    queries = [without_mark(value) for name, value in fields if name == "query"]
    if len(queries) != 1:
        raise rejected(400, "query-twice", count=len(queries)) if queries else rejected(400, "query-missing")
    try:
        kind, cacheable = _passed(queries[0], limits)
    except Refused as error:
        status = 400 if error.code != "query-too-long" else 414 if request.method != "POST" else 413
        raise Rejected(status, error.code, error.by_language()) from error
    except UnicodeEncodeError as error:
        raise rejected(400, "query-encoding") from error
    default, named = ([v for n, v in fields if n == name and v] for name in ("default-graph-uri", "named-graph-uri"))
    format_name, media = _chosen(kind, request.accept, [v for n, v in fields if n == "format"])
    return Question(queries[0], (default, named) if default or named else None, format_name, media, cacheable)


@lru_cache(REMEMBERED)
def _passed(text: str, limits: Limits) -> tuple[str | None, bool]:
    """The form of a query that the guard accepts, and whether its answer may be cached. Raises Refused.

    Remembered, since portals repeat their queries, and parsing can take as long as answering.
    """
    tokens = check(text, limits)
    return form(tokens), not CHANGING & {t.text.upper() for t in tokens if t.kind == "word"}


### Formats


@cache
def formats(kind: str | None) -> dict[str, str]:
    """The formats of answers to a form of query, by media type; the default first."""
    table: dict[str, ox.QueryResultsFormat] | dict[str, ox.RdfFormat]
    table = TRIPLES if kind in ("CONSTRUCT", "DESCRIBE") else ROWS
    names = list(table) if table is TRIPLES else ["json", *(n for n in table if n != "json")]
    offers = {table[name].media_type: name for name in names}
    engine = ox.RdfFormat if table is TRIPLES else ox.QueryResultsFormat
    names_of = {format_: name for name, format_ in table.items()}
    for alias in _ALIASES:
        format_ = engine.from_media_type(alias)
        if format_ is not None and format_ in names_of and not (table is TRIPLES and alias == "application/json"):
            offers.setdefault(alias, names_of[format_])
    return offers


def _chosen(kind: str | None, accept: str | None, requested: list[str]) -> tuple[str, str]:
    """The format of the answer and its media type: by the field `format`, else by `Accept`. Raises Rejected."""
    offers = formats(kind)
    for requested_name in requested:
        media = next((m for m, name in offers.items() if name == requested_name), None)
        if media is not None:
            return requested_name, media
    media_types = [*offers, HTML]
    chosen = negotiation.choose(accept, media_types)
    if chosen is None:
        raise rejected(406, "not-acceptable", offers=", ".join(media_types))
    media = media_types[chosen]
    return offers.get(media, PAGE), media


def with_charset(media: str) -> str:
    """A media type for the Content-Type header, with `charset=utf-8` if it is text."""
    return f"{media}; charset=utf-8" if media.startswith("text/") and "charset" not in media else media


### Parts of a request


def media_type(header: str) -> tuple[str, str]:
    """The essence of a content type and its charset or `""`, in lower case."""
    essence, *parameters = header.lower().split(";")
    pairs = (p.partition("=") for p in parameters)
    charset = next((v.strip().strip('"') for n, _, v in pairs if n.strip() == "charset"), "")
    return essence.strip(), charset


@lru_cache(REMEMBERED)
def _fields(text: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS))
    except UnicodeDecodeError as error:
        raise rejected(400, "query-encoding") from error
    except ValueError as error:
        raise rejected(400, "fields", most=FIELDS) from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise rejected(400, "query-encoding") from error


### Service description

PREFIXES = {"sd": "http://www.w3.org/ns/sparql-service-description#", "void": "http://rdfs.org/ns/void#"}


def description(endpoint: str, triples: int) -> list[ox.Triple]:
    """The service description of the endpoint (SPARQL 1.1 Service Description)."""
    sd, void, rdf = PREFIXES["sd"], PREFIXES["void"], RDF
    service, dataset, graph = ox.NamedNode(endpoint), ox.BlankNode("dataset"), ox.BlankNode("graph")

    def says(subject: ox.NamedNode | ox.BlankNode, predicate: str, obj: str | ox.Literal | ox.BlankNode) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(obj) if isinstance(obj, str) else obj)

    written: Iterable[ox.QueryResultsFormat | ox.RdfFormat] = (*ROWS.values(), *TRIPLES.values())
    return [
        says(service, rdf + "type", sd + "Service"),
        says(service, sd + "endpoint", endpoint),
        says(service, sd + "supportedLanguage", sd + "SPARQL11Query"),
        *(says(service, sd + "resultFormat", format_iri(f)) for f in written),
        says(service, sd + "defaultDataset", dataset),
        says(dataset, rdf + "type", sd + "Dataset"),
        says(dataset, sd + "defaultGraph", graph),
        says(graph, rdf + "type", sd + "Graph"),
        says(graph, void + "triples", ox.Literal(triples)),
    ]
