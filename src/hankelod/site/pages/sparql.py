"""SPARQL page: queries on the dump in the browser, with the named queries to start from.

The engine is Oxigraph in WebAssembly, installed from npm when the package is built; without it there is no such page.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hankelod.publication.files import File
from hankelod.query.named import Catalogue, Query
from hankelod.rdf import dumps
from hankelod.site.engine import PACKED as ENGINE
from hankelod.site.engine import VENDOR
from hankelod.site.listing import collated
from hankelod.site.map.atlas import Atlas
from hankelod.site.names import names_path
from hankelod.site.pages.downloads import size
from hankelod.site.scripts import script_json
from hankelod.site.view import Json, Page, Published, View

DUMP = ".nt.gz"

AREAS = "assets/areas.js"

PATH = "sparql.html"


class NamedQuery(NamedTuple):
    """Named query in the list of the page."""

    name: str
    title: str
    description: str


class SparqlContent(NamedTuple):
    """Content of the page; `data` is the input of its script."""

    queries: tuple[NamedQuery, ...]
    data: Json
    names: str
    engine_size: str
    dump_size: str


def _dump(published: Published) -> str | None:
    """Return the dump that the engine loads, packed; None if the publication has none."""
    return next((path for path in dumps.forms(published) if path.endswith(DUMP)), None)


def can_ask(published: Published, vendor: Path = VENDOR) -> bool:
    """Return True if the publication has the dump and the package has the query engine."""
    return _dump(published) is not None and (vendor / ENGINE).is_file()


def engine_data(view: View) -> Json:
    """Return the input of the engine script: paths from the root, the base, predeclared prefixes, and texts."""
    return {
        "dump": _dump(view.site.published),
        "engine": f"assets/vendor/{ENGINE}",
        "base": view.model.base,
        "prefixes": view.model.prefixes,
        "texts": {key: view.t(f"sparql.{key}") for key in ENGINE_TEXTS},
    }


ENGINE_TEXTS = ("loading-engine", "loading-data", "running", "cancelled", "from-file", "failed", "cannot-load")

TEXTS = (
    "rows-one",
    "rows-many",
    "rows-none",
    "rows-first",
    "triples",
    "true",
    "false",
    "error",
    "to-line",
    "shared",
    "share-long",
    "table",
    "chart",
    "map",
    "more",
    "value",
    "parameter-wrong",
    "parameter-gone",
    "chart-of",
    "chart-first",
    "map-of",
    "map-count",
    "subject",
    "property",
    "object",
    "unbound",
    "results",
)


def sparql_page(view: View, catalogue: Catalogue, published: Published) -> Page:
    """Return the page in one language."""
    t = view.t
    queries = catalogue.all()
    data = {
        **engine_data(view),
        "areas": AREAS,
        "segments": [kind.cls.segment for kind in view.portfolio.areas.kinds],
        "queries": {str(q.name): _query_data(view, q) for q in queries},
        "texts": {key: t(f"sparql.{key}") for key in (*ENGINE_TEXTS, *TEXTS)},
    }
    offered = [NamedQuery(str(q.name), t.plain(q.title) or str(q.name), t.plain(q.description)) for q in queries]
    offered.sort(key=lambda o: (collated(o.title), o.name))
    content = SparqlContent(
        queries=tuple(offered),
        data=data,
        names=names_path(view),
        engine_size=size(view, (VENDOR / ENGINE).stat().st_size),
        dump_size=size(view, int(str(published[str(_dump(published))]["bytes"]))),
    )
    return Page(PATH, "sparql.html", t("sparql.heading"), t("sparql.description"), content)


def _query_data(view: View, query: Query) -> Json:
    """Return a query for the script: its text without the comments at its head, its description and parameters."""
    lines = query.filled(_examples(view, query), view.model.base).splitlines(keepends=True)
    head = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return {
        "description": view.t.plain(query.description),
        "text": "".join(lines[head:]).strip() + "\n",
        "parameters": [
            {"name": p.name, "kind": p.kind, "label": view.t.plain(p.label) or p.name} for p in query.parameters
        ],
    }


def _examples(view: View, query: Query) -> dict[str, list[str]]:
    """Return a thing of the dataset for each parameter whose default is none of it, where it has one."""
    things = {c.identifies.rstrip("/"): view.portfolio.of(c.name) for c in view.model.entries()}
    known = ((p, things.get(p.kind, {})) for p in query.parameters if p.default_value)
    return {p.name: [min(ids)] for p, ids in known if ids and p.default_value not in ids}


def areas_file(atlas: Atlas) -> File:
    """Return the outlines of all areas for maps of results, as a script that calls `hankelodAreas`."""
    drawn = {
        path: [outline, *atlas.middles.get(path, ()), int(path in atlas.wide)]
        for path, outline in sorted(atlas.outlines.items())
    }
    data = {"width": atlas.width, "height": atlas.height, "land": atlas.land, "areas": drawn}
    return File(AREAS, f"hankelodAreas({script_json(data)});\n".encode())
