"""The schema.org markup of all pages: each property where schema.org has it, and one identity for each thing."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

BASE = "https://w3id.org/hankelod/"
HOME = BASE

BROADER = {
    "Action": "Thing",
    "AdministrativeArea": "Place",
    "BreadcrumbList": "ItemList",
    "Country": "AdministrativeArea",
    "CreativeWork": "Thing",
    "DataCatalog": "CreativeWork",
    "DataDownload": "MediaObject",
    "Dataset": "CreativeWork",
    "GeoCoordinates": "StructuredValue",
    "GeoShape": "StructuredValue",
    "Grant": "Intangible",
    "Intangible": "Thing",
    "ItemList": "Intangible",
    "ListItem": "Intangible",
    "MediaObject": "CreativeWork",
    "MonetaryAmount": "StructuredValue",
    "MonetaryGrant": "Grant",
    "Organization": "Thing",
    "Place": "Thing",
    "PropertyValue": "StructuredValue",
    "StructuredValue": "Intangible",
    "WebPage": "CreativeWork",
}
"""The types that pages use and those above them, by schema.org 30.0. A Project would be an Organization."""

TEXT, URL, NUMBER, BOOLEAN, DATE = "Text", "URL", "Number", "Boolean", "Date"

PROPERTIES = {
    "about": ({"CreativeWork"}, {"Thing"}),
    "agent": ({"Action"}, {"Organization", "Person"}),
    "alternateName": ({"Thing"}, {TEXT}),
    "box": ({"GeoShape"}, {TEXT}),
    "amount": ({"MonetaryGrant"}, {"MonetaryAmount", NUMBER}),
    "containedInPlace": ({"Place"}, {"Place"}),
    "contentSize": ({"MediaObject"}, {TEXT}),
    "contentUrl": ({"MediaObject"}, {URL}),
    "creator": ({"CreativeWork"}, {"Organization", "Person"}),
    "creditText": ({"CreativeWork"}, {TEXT}),
    "currency": ({"MonetaryAmount"}, {TEXT}),
    "dateModified": ({"CreativeWork"}, {DATE}),
    "datePublished": ({"CreativeWork"}, {DATE}),
    "description": ({"Thing"}, {TEXT}),
    "distribution": ({"Dataset"}, {"DataDownload"}),
    "encodingFormat": ({"CreativeWork"}, {TEXT, URL}),
    "fundedItem": ({"Grant"}, {"Organization", "CreativeWork", "Event", "Person", "Product"}),
    "funder": ({"MonetaryGrant", "CreativeWork", "Event"}, {"Organization", "Person"}),
    "geo": ({"Place"}, {"GeoCoordinates", "GeoShape"}),
    "identifier": ({"Thing"}, {"PropertyValue", TEXT, URL}),
    "inLanguage": ({"CreativeWork"}, {TEXT}),
    "includedInDataCatalog": ({"Dataset"}, {"DataCatalog"}),
    "isAccessibleForFree": ({"CreativeWork", "Place"}, {BOOLEAN}),
    "item": ({"ListItem"}, {"Thing", URL}),
    "itemListElement": ({"ItemList"}, {"ListItem", TEXT}),
    "keywords": ({"CreativeWork", "Organization", "Place"}, {TEXT, URL}),
    "latitude": ({"GeoCoordinates", "Place"}, {NUMBER, TEXT}),
    "license": ({"CreativeWork"}, {"CreativeWork", URL}),
    "location": ({"Action", "Event", "Organization"}, {"Place", TEXT}),
    "longitude": ({"GeoCoordinates", "Place"}, {NUMBER, TEXT}),
    "mainEntityOfPage": ({"Thing"}, {"CreativeWork", URL}),
    "name": ({"Thing"}, {TEXT}),
    "parentOrganization": ({"Organization"}, {"Organization"}),
    "participant": ({"Action"}, {"Organization", "Person"}),
    "position": ({"ListItem", "CreativeWork"}, {NUMBER, TEXT}),
    "propertyID": ({"PropertyValue"}, {TEXT, URL}),
    "publisher": ({"CreativeWork"}, {"Organization", "Person"}),
    "sameAs": ({"Thing"}, {URL}),
    "sha256": ({"MediaObject"}, {TEXT}),
    "spatialCoverage": ({"CreativeWork"}, {"Place"}),
    "temporalCoverage": ({"CreativeWork"}, {TEXT, URL}),
    "url": ({"Thing"}, {URL}),
    "value": ({"MonetaryAmount", "PropertyValue"}, {NUMBER, TEXT, BOOLEAN}),
    "version": ({"CreativeWork"}, {NUMBER, TEXT}),
}
"""Domains and ranges of the properties that pages use, by schema.org 30.0."""


def types_of(kind: str) -> set[str]:
    found = {kind}
    while kind in BROADER:
        kind = BROADER[kind]
        found.add(kind)
    return found


def forms(value: object) -> set[str]:
    """What a value can be."""
    if isinstance(value, bool):
        return {BOOLEAN}
    if isinstance(value, int):
        return {NUMBER}
    if isinstance(value, dict):
        return types_of(value["@type"])
    found = {TEXT}
    found |= {URL} if re.match(r"https?://[^\s]+$", str(value)) else set()
    return found | ({DATE} if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else set())


def wrong(node: dict, path: str = "") -> list[str]:
    """What schema.org does not have so in a node and those inside it."""
    kind = node["@type"]
    found = [] if kind in BROADER else [f"{path}: type {kind}"]
    for name, values in node.items():
        if name.startswith("@"):
            continue
        at = f"{path}/{kind}.{name}"
        if name not in PROPERTIES:
            found.append(f"{at}: no such property")
            continue
        domains, ranges = PROPERTIES[name]
        if not domains & types_of(kind):
            found.append(f"{at}: domain")
        for value in values if isinstance(values, list) else [values]:
            if not ranges & forms(value):
                found.append(f"{at}: range, {value!r:.60}")
            if isinstance(value, dict):
                found += wrong(value, at)
    return found


def nodes(value: object):
    """Every node, at any depth."""
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)


SCRIPT = re.compile(r'<script type="?application/ld\+json"?>(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def markup(dist) -> dict[str, list[dict]]:
    """The markup of every page, by path."""
    found = {}
    for path in sorted(dist.rglob("*.html")):
        data = [json.loads(text) for text in SCRIPT.findall(path.read_text("utf-8"))]
        if data:
            found[path.relative_to(dist).as_posix()] = data
    return found


def test_there_is_markup_to_judge(markup):
    assert len(markup) > 2000
    kinds = {d["@type"] for data in markup.values() for d in data}
    assert kinds == {"Dataset", "Action", "Organization", "AdministrativeArea", "BreadcrumbList"}


def test_every_property_is_where_schema_org_has_it(markup):
    assert [(p, w) for p, data in markup.items() for d in data for w in wrong(d)] == []


@pytest.mark.parametrize(
    "node",
    [
        {"@type": "Project", "name": "x"},
        {"@type": "Action", "foundingDate": "2021-05"},
        {"@type": "Action", "funding": {"@type": "MonetaryGrant"}},
        {"@type": "Dataset", "creator": "somebody"},
        {"@type": "Dataset", "distribution": {"@type": "Dataset"}},
        {"@type": "Dataset", "creator": {"@type": "Organization", "agent": "x"}},
        {"@type": "Action", "url": "no address"},
        {"@type": "Dataset", "datePublished": "2021-05"},
    ],
)
def test_the_judge_finds_what_is_wrong(node):
    assert wrong(node)


def language(path: str) -> str:
    return path[:2] if path.startswith(("sv/", "en/")) else "fi"


def test_a_thing_has_one_identity_in_every_language(markup):
    seen = defaultdict(set)
    for path, data in markup.items():
        own = path.removeprefix("sv/").removeprefix("en/")
        for node in data:
            if node["@type"] != "BreadcrumbList":
                seen[own].add((node["@id"], node["@type"], language(path)))
    for path, found in seen.items():
        assert {lang for _, _, lang in found} == {"fi", "sv", "en"}, path
        assert len({(iri, kind) for iri, kind, _ in found}) == 1, path


def test_each_identity_is_a_thing_of_the_dataset(markup, dist):
    """Every node that is named has the IRI that the dump or the catalogue has for it; a page is itself."""
    graphs = [(dist / "dump/hankelod.nt", ox.RdfFormat.N_TRIPLES), (dist / "catalog.ttl", ox.RdfFormat.TURTLE)]
    known = {
        q.subject.value
        for path, form in graphs
        for q in ox.parse(path.read_bytes(), format=form)
        if isinstance(q.subject, ox.NamedNode)
    }
    kinds = defaultdict(set)
    for data in markup.values():
        for node in nodes(data):
            if "@id" in node:
                kinds[node["@id"]].add(node["@type"])
                if node["@type"] == "WebPage":
                    assert (dist / node["@id"].removeprefix(HOME)).is_file()
                else:
                    assert node["@id"] in known, node
            else:
                unnamed = {"BreadcrumbList", "ListItem", "MonetaryAmount", "PropertyValue", "Place"}
                unnamed |= {"GeoCoordinates", "GeoShape"}
                assert node["@type"] in unnamed, node
    assert all(len(k) == 1 for k in kinds.values())
    organisations = {iri for iri, k in kinds.items() if k == {"Organization"}}
    assert len(organisations) == len(list((dist / "doc/organisation").glob("*.ttl")))


def test_every_page_of_a_project_organisation_or_area_is_marked_up(markup, dist):
    for kind in ("project", "organisation", "municipality", "region"):
        for path in (dist / "doc" / kind).glob("*.html"):
            node = markup[f"doc/{kind}/{path.name}"][0]
            assert node["@id"] == f"{BASE}id/{kind}/{path.stem}"


def test_the_dataset_has_what_search_engines_for_datasets_ask_for(markup, dist):
    """Google's required and recommended properties of a Dataset."""
    node = markup["en/index.html"][0]
    iri = f"{BASE}id/dataset/hankelod"
    assert node["@id"] == node["identifier"] == iri
    assert 50 <= len(node["description"]) <= 5000
    assert {"name", "license", "creator", "version", "isAccessibleForFree", "spatialCoverage"} <= set(node)
    assert re.fullmatch(r"\d{4}-\d\d/(\d{4}-\d\d|\.\.)", node["temporalCoverage"])
    assert "networks" in node["keywords"] and len(node["keywords"]) == len(set(node["keywords"]))
    catalogue = node["includedInDataCatalog"]
    assert (catalogue["@type"], catalogue["@id"]) == ("DataCatalog", f"{BASE}id/catalogue")
    for each in node["distribution"]:
        file: Path = dist / each["contentUrl"].removeprefix(HOME)
        assert each["contentSize"] == f"{file.stat().st_size} B"
    languages = {markup[f"{folder}index.html"][0]["inLanguage"][0] for folder in ("", "sv/", "en/")}
    assert languages == {"fi"}, "the languages of the dataset, not of the page"


def test_a_project_is_work_with_its_period_lead_and_grants(markup, dist):
    records = [json.loads(x) for x in (dist / "dump/projects.jsonl").read_text("utf-8").splitlines()]
    for record in records:
        node = markup[f"sv/doc/project/{record['id']}.html"][0]
        page = node["mainEntityOfPage"]
        assert page["temporalCoverage"] == f"{record['start']}/{record['end']}"
        assert page["inLanguage"] == "sv"
        assert node["agent"]["@id"] == f"{BASE}id/organisation/{record['lead']}"
        assert len(node.get("participant", [])) == len(record.get("partners", []))
        assert [g["amount"]["value"] for g in page["about"]] == [g["amount"] for g in record["grants"]]
        assert [g["@id"] for g in page["about"]] == [f"{BASE}id/project/{g['id']}" for g in record["grants"]]
