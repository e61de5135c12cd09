"""schema.org markup for search engines: a projection separate from the data, with ids of pages, not of things.

A schema.org Project is an organisation, unlike the projects of the vocabulary, so the markup is not in the dump.
"""

from __future__ import annotations

from hankelod.publication.files import NAME
from hankelod.records.record import Record
from hankelod.site.portfolio import listed, parts, text_of
from hankelod.site.view import Json, Page, View

CONTEXT = "https://schema.org"

FILES = (*(f"dump/{NAME}.{ending}" for ending in ("ttl", "nt", "jsonld")), "dump/projects.csv", "dump/projects.geojson")
"""Downloads listed in the markup, if they are published."""


def _page_of(view: View, path: str) -> str:
    return f"{view.site.home}{view.t.folder}{path}"


def _organisation(view: View, identifier: str) -> Json:
    link = view.link("Organisation", identifier)
    return {"@type": "Organization", "name": link.words.text, "url": _page_of(view, link.path)}


def dataset(view: View) -> Json:
    """Return the markup of the dataset."""
    t, settings = view.t, view.portfolio.settings.values
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": f"{view.site.home}#dataset",
        "name": t.plain(settings["title"]),
        "description": t.plain(settings["description"]),
        "url": _page_of(view, "index.html"),
        "identifier": view.model.base,
        "license": str(settings["licence"]),
        "version": str(settings["version"]),
        "datePublished": str(settings["issued"]),
        "dateModified": str(settings["modified"]),
        "inLanguage": settings.get("languages", []),
        "isAccessibleForFree": True,
        "creator": _organisation(view, str(settings["publisher"])),
        "spatialCoverage": {"@type": "Country", "name": t("place.finland")},
        "creditText": " ".join(str(a) for a in settings.get("attribution", [])),  # type: ignore[attr-defined]
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": view.site.published[path]["mediaType"],
                "contentUrl": f"{view.site.home}{path}",
            }
            for path in FILES
            if path in view.site.published
        ],
    }


def project(view: View, record: Record) -> Json:
    """Return the markup of a project with its grants."""
    page = _page_of(view, f"doc/project/{record.id}.html")
    summary = view.t.pick(record.values.get("summary"))
    node: Json = {
        "@context": CONTEXT,
        "@type": "Project",
        "@id": f"{page}#project",
        "name": view.named(record).text,
        "url": page,
        "subjectOf": view.model.iri(record.cls, record.id),
        "foundingDate": text_of(record, "start"),
        "dissolutionDate": text_of(record, "end"),
        "parentOrganization": _organisation(view, text_of(record, "lead")),
        "member": [_organisation(view, o) for o in listed(record, "partners")],
        "areaServed": [
            {"@type": "AdministrativeArea", "name": view.link(name, code).words.text}
            for name, key in (("Region", "regions"), ("Municipality", "municipalities"))
            for code in listed(record, key)
        ],
        "funding": [_grant(view, g) for g in parts(record, "grants")],
    }
    if summary:
        node["description"] = summary.text
    return {k: v for k, v in node.items() if v}


def _grant(view: View, part: dict[str, object]) -> Json:
    programme = view.portfolio.of("Programme").get(str(part["programme"]))
    node: Json = {
        "@type": "MonetaryGrant",
        "amount": {"@type": "MonetaryAmount", "currency": "EUR", "value": str(part["amount"])},
    }
    if programme:
        node["name"] = view.named(programme).text
        node["funder"] = _organisation(view, text_of(programme, "funder"))
    return node


def organisation(view: View, record: Record) -> Json:
    """Return the markup of an organisation."""
    node = {"@context": CONTEXT, **_organisation(view, record.id)}
    if record.values.get("homepage"):
        node["sameAs"] = text_of(record, "homepage")
    return node


def area(view: View, record: Record) -> Json:
    """Return the markup of a municipality or region."""
    page = _page_of(view, f"doc/{record.cls.identifies}{record.id}.html")
    node: Json = {"@context": CONTEXT, "@type": "AdministrativeArea", "name": view.named(record).text, "url": page}
    if record.values.get("sameAs"):
        node["sameAs"] = text_of(record, "sameAs")
    return node


def crumbs(view: View, page: Page) -> Json:
    """Return the breadcrumbs of a page."""
    front = view.page_link("index.html", "nav.home")
    items = [(link.words.text, _page_of(view, link.path)) for link in (front, *page.crumbs)]
    items.append((page.title, _page_of(view, page.path)))
    listed_items = [
        {"@type": "ListItem", "position": n, "name": name, "item": item} for n, (name, item) in enumerate(items, 1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": listed_items}
