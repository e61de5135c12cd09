"""schema.org markup for search engines: a projection of the data, in which a thing has its own IRI in every language.

A project is an Action: work that a lead does with participants. A schema.org Project is an organisation, unlike those
of the vocabulary, so the markup is not in the dump. The page is a node of its own: it has the language, the period in
the source's precision (a time of an Action is a point in time), and the grants that it is about.
"""

from __future__ import annotations

from decimal import Decimal

from hankelod.exports.dcat import DCTERMS
from hankelod.rdf import dumps, graph
from hankelod.records.areas import Area as Place
from hankelod.records.areas import centre
from hankelod.records.record import Record
from hankelod.site.portfolio import listed, months, parts, text_of
from hankelod.site.view import Json, Page, View
from hankelod.validation.grants import currency_of

CONTEXT = "https://schema.org"

OPEN = ".."
"""An end of a period that is not known (ISO 8601-2)."""

WHOLE = (".ttl", ".nt", ".jsonld")
"""Endings of the forms of the dump listed in the markup, if they are published."""

FILES = ("dump/projects.csv", "dump/projects.geojson")
"""Other downloads listed there."""


def _page_of(view: View, path: str) -> str:
    return f"{view.site.home}{view.t.folder}{path}"


def _iri(view: View, name: str, identifier: str) -> str:
    return f"{view.model.base}id/{view.model.by_name(name).identifies}{identifier}"


def _thing(view: View, kind: str, name: str, identifier: str) -> Json:
    """Return a thing as others name it: its type and IRI, its name, and its page in the language."""
    link = view.link(name, identifier)
    node = {"@type": kind, "@id": _iri(view, name, identifier)}
    return {**node, "name": link.words.text, "url": _page_of(view, link.path)}


def _organisation(view: View, identifier: str) -> Json | None:
    return _thing(view, "Organization", "Organisation", identifier) if identifier else None


def _area(view: View, place: Place | None) -> Json | None:
    return _thing(view, "AdministrativeArea", place.record.cls.name, place.record.id) if place is not None else None


def _present(node: Json) -> Json:
    """Return a node without what it does not have."""
    return {key: value for key, value in node.items() if value not in (None, "", [])}


### The dataset


def dataset(view: View) -> Json:
    """Return the markup of the dataset, with what search engines for datasets ask for."""
    t, settings = view.t, view.portfolio.settings.values
    iri = f"{view.model.base}id/dataset/{view.portfolio.settings.id}"
    publisher = _organisation(view, str(settings["publisher"]))
    front = _page_of(view, "index.html")
    whole = [dumps.dump(view.portfolio.settings.id, ending) for ending in WHOLE]
    return _present(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": iri,
            "name": t.plain(settings["title"]),
            "description": t.plain(settings["description"]),
            "url": front,
            "identifier": iri,
            "license": str(settings["licence"]),
            "version": str(settings["version"]),
            "datePublished": str(settings["issued"]),
            "dateModified": str(settings["modified"]),
            "inLanguage": settings.get("languages", []),
            "isAccessibleForFree": True,
            "keywords": sorted(view.concept("Theme", theme).words.text for theme in view.portfolio.with_theme),
            "creator": publisher,
            "publisher": publisher,
            "spatialCoverage": _coverage(view),
            "temporalCoverage": _period_of_all(view),
            "creditText": " ".join(str(a) for a in settings.get("attribution", [])),  # type: ignore[attr-defined]
            "includedInDataCatalog": _catalogue(view, front),
            "distribution": [_download(view, path) for path in (*whole, *FILES) if path in view.site.published],
        }
    )


def _coverage(view: View) -> Json | None:
    """Return the place that a dataset is about: the one that it names, and the box around its areas' centres."""
    named = str(view.portfolio.config.get("spatial") or "")
    centres = [
        (Decimal(text_of(r, "lat")), Decimal(text_of(r, "long")))
        for records in view.portfolio.by_class.values()
        for r in records.values()
        if r.values.get("lat") and r.values.get("long")
    ]
    if not (named or centres):
        return None
    corners = [f"{end(c[n] for c in centres)}" for end in (min, max) for n in (0, 1)] if centres else []
    box = {"@type": "GeoShape", "box": " ".join(corners)} if corners else None
    return _present({"@type": "Place", "sameAs": named, "geo": box})


def _catalogue(view: View, address: str) -> Json:
    iri = f"{view.model.base}id/catalogue"
    title = graph.read_resource("hankelod.exports", "dcat.ttl", view.model.base).text(iri, DCTERMS + "title")
    return {"@type": "DataCatalog", "@id": iri, "name": view.t.plain(title), "url": address}


def _download(view: View, path: str) -> Json:
    entry = view.site.published[path]
    return {
        "@type": "DataDownload",
        "@id": f"{view.model.base}id/distribution/{path.rpartition('/')[2]}",
        "encodingFormat": entry["mediaType"],
        "contentUrl": f"{view.site.home}{path}",
        "contentSize": f"{entry['bytes']} B",
        "sha256": entry["sha256"],
    }


def _period_of_all(view: View) -> str | None:
    """Return the months from the first in which a project can have run to the last; open, if a project is."""
    spans = [months(p) for p in view.portfolio.projects]
    starts, ends = [s for s, _ in spans if s], [e for _, e in spans]
    if not starts:
        return None
    return f"{min(starts)}/{max(ends) if all(ends) else OPEN}"


### Projects


def project(view: View, record: Record) -> Json:
    """Return the markup of a project, with the page about it and its grants."""
    summary = view.t.pick(record.values.get("summary"))
    page = _page_of(view, view.to(record).path)
    places = [_area(view, place) for place in view.portfolio.named_areas(record)]
    about: Json = {
        "@type": "WebPage",
        "@id": page,
        "inLanguage": view.t.code,
        "dateModified": view.site.days.of(view.thing(record).iri),
        "license": str(view.portfolio.settings.values["licence"]),
        "keywords": [view.concept("Theme", theme).words.text for theme in listed(record, "themes")],
        "temporalCoverage": _period(record),
        "about": [_grant(view, record, g) for g in parts(record, "grants")],
    }
    return _present(
        {
            "@context": CONTEXT,
            "@type": "Action",
            "@id": view.thing(record).iri,
            "name": view.named(record).text,
            "alternateName": text_of(record, "acronym"),
            "description": summary.text if summary else None,
            "url": page,
            "mainEntityOfPage": _present(about),
            "agent": _organisation(view, text_of(record, "lead")),
            "participant": [_organisation(view, o) for o in listed(record, "partners")],
            "location": places,
        }
    )


def _period(record: Record) -> str | None:
    """Return the period of a project, as precise as the source has its ends."""
    start, end = text_of(record, "start"), text_of(record, "end")
    return f"{start or OPEN}/{end or OPEN}" if start or end else None


def _grant(view: View, record: Record, part: Json) -> Json:
    """Return a grant: what it funds is the lead, since a project is none of the things that schema.org has funded."""
    programme = view.portfolio.of("Programme").get(str(part.get("programme")))
    funder = str(part.get("funder") or (text_of(programme, "funder") if programme else ""))
    return _present(
        {
            "@type": "MonetaryGrant",
            "@id": view.model.iri(record.cls, str(part["id"])),
            "name": view.named(programme).text if programme else None,
            "amount": {"@type": "MonetaryAmount", "currency": currency_of(part), "value": str(part["amount"])}
            if "amount" in part
            else None,
            "funder": _organisation(view, funder if funder in view.portfolio.of("Organisation") else ""),
            "fundedItem": _organisation(view, text_of(record, "lead")),
        }
    )


### Organisations and areas


def organisation(view: View, record: Record) -> Json:
    """Return the markup of an organisation."""
    number = text_of(record, "businessId")
    label = view.labelled("Organisation", "businessId")
    return _present(
        {
            "@context": CONTEXT,
            **_thing(view, "Organization", "Organisation", record.id),
            "alternateName": record.values.get("altNames"),
            "sameAs": text_of(record, "homepage"),
            "identifier": {"@type": "PropertyValue", "propertyID": label, "value": number} if number else None,
            "parentOrganization": _organisation(view, text_of(record, "parent")),
            "location": _area(view, view.portfolio.seat(record)),
        }
    )


def area(view: View, place: Place) -> Json:
    """Return the markup of an area."""
    record, at = place.record, centre(place.record)
    point = {"@type": "GeoCoordinates", "latitude": at[1], "longitude": at[0]} if at else None
    return _present(
        {
            "@context": CONTEXT,
            **_thing(view, "AdministrativeArea", record.cls.name, record.id),
            "identifier": place.code,
            "sameAs": text_of(record, "sameAs"),
            "containedInPlace": _area(view, view.portfolio.areas.parent(place)),
            "geo": point,
        }
    )


def crumbs(view: View, page: Page) -> Json:
    """Return the breadcrumbs of a page."""
    front = view.page_link("index.html", "nav.home")
    items = [(link.words.text, _page_of(view, link.path)) for link in (front, *page.crumbs)]
    items.append((page.title, _page_of(view, page.path)))
    listed_items = [
        {"@type": "ListItem", "position": n, "name": name, "item": item} for n, (name, item) in enumerate(items, 1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": listed_items}
