"""The page that asks the dump in SPARQL: the named queries, and where the page finds engine, data and map.

The engine is Oxigraph in WebAssembly, which npm brings when the package is built: without it there is no such page.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from hankelod.publication.files import NAME, File
from hankelod.query.named import Catalogue, Query
from hankelod.site.listing import collated
from hankelod.site.map.atlas import Atlas
from hankelod.site.names import names_path
from hankelod.site.pages.downloads import size
from hankelod.site.pages.search import script_json
from hankelod.site.view import Json, Page, Published, View

VENDOR = Path(str(files("hankelod.site") / "assets" / "vendor"))

ENGINE = "oxigraph.wasm.gz"

DUMP = f"dump/{NAME}.nt.gz"

AREAS = "assets/areas.js"

PATH = "sparql.html"


class Offered(NamedTuple):
    """A named query as the page lists it."""

    name: str
    title: str
    description: str


class SparqlContent(NamedTuple):
    queries: tuple[Offered, ...]
    data: Json
    names: str
    engine_size: str
    dump_size: str


def can_ask(published: Published, vendor: Path = VENDOR) -> bool:
    """Whether a publication has what the page needs: the dump, and an engine."""
    return DUMP in published and (vendor / ENGINE).is_file()


def engine_data(view: View) -> Json:
    """What a page tells the engine: where things stand from the root, the base, and the prefixes that queries may use."""
    return {
        "dump": DUMP,
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
    """The page in one language."""
    t = view.t
    queries = catalogue.all()
    data = {
        **engine_data(view),
        "areas": AREAS,
        "queries": {str(q.name): _told(view, q) for q in queries},
        "texts": {key: t(f"sparql.{key}") for key in (*ENGINE_TEXTS, *TEXTS)},
    }
    offered = [Offered(str(q.name), t.plain(q.title) or str(q.name), t.plain(q.description)) for q in queries]
    offered.sort(key=lambda o: (collated(o.title), o.name))
    content = SparqlContent(
        queries=tuple(offered),
        data=data,
        names=names_path(view),
        engine_size=size(view, (VENDOR / ENGINE).stat().st_size),
        dump_size=size(view, int(str(published[DUMP]["bytes"]))),
    )
    return Page(PATH, "sparql.html", t("sparql.heading"), t("sparql.description"), content)


def _told(view: View, query: Query) -> Json:
    """A query for the page: its text without the head that tells of it in three languages."""
    lines = query.text.splitlines(keepends=True)
    head = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return {
        "description": view.t.plain(query.description),
        "text": "".join(lines[head:]).strip() + "\n",
        "parameters": [
            {"name": p.name, "kind": p.kind, "label": view.t.plain(p.label) or p.name} for p in query.parameters
        ],
    }


def areas_file(atlas: Atlas) -> File:
    """The outlines of all areas, for maps of results: a script that calls `hankelodAreas`."""
    middles = atlas.middles
    drawn = {
        f"{kind}/{code}": [outline, *middles.get(code, ())]
        for kind, outlines in (("region", atlas.regions), ("municipality", atlas.municipalities))
        for code, outline in sorted(outlines.items())
    }
    told = {"width": atlas.width, "height": atlas.height, "land": atlas.land, "areas": drawn}
    return File(AREAS, f"hankelodAreas({script_json(told)});\n".encode())
