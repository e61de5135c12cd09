"""The ceiling: f-strings written by hand for this model, over records that msgspec decodes into structures.

Does what hankelod does for a record that is in order, and no more: ids of parts, positions and units are filled in,
characters are escaped where they must be. It checks nothing, and a change of the model is a change of this file.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.json import Decoder

from hankelod.records.dataset import Dataset
from ways.statements import last_day

PACKAGES = ["msgspec"]
PREPARED = None

Text = dict[str, str]
ID = "https://synthetic.example.org/id/"
DEF = "https://w3id.org/hankelod/def#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"
QUDT = "http://qudt.org/schema/qudt/"
SCHEMA = "https://schema.org/"
CONCEPT = f"{ID}concept/"

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]").search
ESCAPES = {n: f"\\u{n:04X}" for n in (*range(0x20), 0x7F)} | {8: "\\b", 12: "\\f"}


class Grant(Struct):
    programme: str
    amount: Decimal
    id: str | UnsetType = UNSET
    call: str | UnsetType = UNSET


class Observation(Struct):
    measure: str
    value: Decimal
    id: str | UnsetType = UNSET
    qualifier: str | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class Outcome(Struct):
    kind: str
    text: Text
    id: str | UnsetType = UNSET
    aspects: list[str] = []
    observations: list[Observation] = []


class Link(Struct):
    id: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    host: str | UnsetType = UNSET
    asWritten: str | UnsetType = UNSET
    label: Text | UnsetType = UNSET


class Quotation(Struct):
    speaker: str
    id: str | UnsetType = UNSET
    role: str | UnsetType = UNSET
    gist: Text | UnsetType = UNSET
    words: Text | UnsetType = UNSET


class Contribution(Struct):
    organisation: str
    role: str
    id: str | UnsetType = UNSET


class Project(Struct):
    id: str
    title: Text
    lead: str
    start: str
    end: str
    totalCost: Decimal
    grants: list[Grant]
    source: str
    titleAsWritten: str | UnsetType = UNSET
    acronym: str | UnsetType = UNSET
    summary: Text | UnsetType = UNSET
    themes: list[str] = []
    leadAsWritten: str | UnsetType = UNSET
    partners: list[str] = []
    morePartners: bool | UnsetType = UNSET
    contributors: list[Contribution] = []
    municipalities: list[str] = []
    regions: list[str] = []
    observations: list[Observation] = []
    outcomes: list[Outcome] = []
    links: list[Link] = []
    quotations: list[Quotation] = []
    sourceLanguage: str | UnsetType = UNSET


def escape(text: str) -> str:
    if '"' in text or "\\" in text or not text.isprintable():
        # Replacing one by one is ten times as fast as a table, which is looked up for every character.
        text = (
            text.replace("\\", "\\\\")
            .replace('"', '\\"')
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            .replace("\t", "\\t")
        )
        if CONTROLS(text):
            text = text.translate(ESCAPES)
    return text


def prepare(folder: Path, tables: Path) -> tuple[Path, dict[str, str]]:
    return folder / "data/projects.jsonl", Dataset(folder).model.units[f"{QUDT}hasUnit"]


def run(prepared: tuple[Path, dict[str, str]], out: Path) -> None:
    path, units = prepared
    decode = Decoder(Project).decode
    with path.open("rb", buffering=1 << 20) as lines, out.open("wb", buffering=1 << 20) as file:
        for line in lines:
            file.write(b"".join(map(str.encode, triples(decode(line), units))))


def triples(r: Project, units: dict[str, str]) -> list[str]:
    lines: list[str] = []
    put = lines.append
    root = f"{ID}project/{r.id}"
    s = f"<{root}>"
    put(f"{s} {TYPE} <{DEF}Project> .\n{s} {TYPE} <http://xmlns.com/foaf/0.1/Project> .\n")
    for lang, t in r.title.items():
        put(f'{s} <{DCTERMS}title> "{escape(t)}"@{lang} .\n')
    if r.titleAsWritten is not UNSET:
        put(f'{s} <{DEF}titleAsWritten> "{escape(r.titleAsWritten)}" .\n')
    if r.acronym is not UNSET:
        put(f'{s} <http://www.w3.org/2004/02/skos/core#altLabel> "{escape(r.acronym)}" .\n')
    if r.summary is not UNSET:
        for lang, t in r.summary.items():
            put(f'{s} <{DCTERMS}abstract> "{escape(t)}"@{lang} .\n')
    for v in r.themes:
        put(f"{s} <{DCTERMS}subject> <{CONCEPT}theme/{v}> .\n")
    put(f"{s} <{DEF}lead> <{ID}organisation/{r.lead}> .\n")
    if r.leadAsWritten is not UNSET:
        put(f'{s} <{DEF}leadAsWritten> "{escape(r.leadAsWritten)}" .\n')
    for v in r.partners:
        put(f"{s} <{DEF}partner> <{ID}organisation/{v}> .\n")
    if r.morePartners is not UNSET:
        put(f'{s} <{DEF}morePartners> "{"true" if r.morePartners else "false"}"^^<{XSD}boolean> .\n')
    contributors = [
        (f"<{root}/contribution/{n if c.id is UNSET else c.id}>", c) for n, c in enumerate(r.contributors, 1)
    ]
    for p, _ in contributors:
        put(f"{s} <{DEF}contribution> {p} .\n")
    for v in r.municipalities:
        put(f"{s} <{DEF}municipality> <{ID}municipality/{v}> .\n")
    for v in r.regions:
        put(f"{s} <{DEF}region> <{ID}region/{v}> .\n")
    for v in r.regions:
        put(f"{s} <{DEF}area> <{ID}region/{v}> .\n")
    for v in r.municipalities:
        put(f"{s} <{DEF}area> <{ID}municipality/{v}> .\n")
    put(
        f'{s} <{DEF}start> "{r.start}"^^<{XSD}gYearMonth> .\n'
        f'{s} <{DEF}earliestStart> "{r.start}-01"^^<{XSD}date> .\n'
        f'{s} <{DEF}end> "{r.end}"^^<{XSD}gYearMonth> .\n'
        f'{s} <{DEF}latestEnd> "{last_day(r.end)}"^^<{XSD}date> .\n'
        f'{s} <{DEF}totalCost> "{r.totalCost}"^^<{XSD}decimal> .\n'
        f'{s} <{SCHEMA}currency> "EUR" .\n'
    )
    grants = [(f"<{root}/grant/{n if g.id is UNSET else g.id}>", g) for n, g in enumerate(r.grants, 1)]
    for p, _ in grants:
        put(f"{s} <{DEF}grant> {p} .\n")
    observations = [
        (f"<{root}/observation/{n if o.id is UNSET else o.id}>", o) for n, o in enumerate(r.observations, 1)
    ]
    for p, _ in observations:
        put(f"{s} <{DEF}observation> {p} .\n")
    outcomes = [(f"{root}/outcome/{n if o.id is UNSET else o.id}", o) for n, o in enumerate(r.outcomes, 1)]
    for p, _ in outcomes:
        put(f"{s} <{DEF}outcome> <{p}> .\n")
    links = [(f"<{root}/link/{n if x.id is UNSET else x.id}>", x) for n, x in enumerate(r.links, 1)]
    for p, _ in links:
        put(f"{s} <{DEF}link> {p} .\n")
    quotations = [(f"<{root}/quotation/{n if q.id is UNSET else q.id}>", q) for n, q in enumerate(r.quotations, 1)]
    for p, _ in quotations:
        put(f"{s} <{DEF}quotation> {p} .\n")
    put(f"{s} <{DCTERMS}source> <{r.source}> .\n")
    if r.sourceLanguage is not UNSET:
        put(f'{s} <{DEF}sourceLanguage> "{r.sourceLanguage}"^^<{XSD}language> .\n')
    for p, c in contributors:
        put(
            f"{p} {TYPE} <{DEF}Contribution> .\n{p} <{DEF}organisation> <{ID}organisation/{c.organisation}> .\n"
            f"{p} <{DEF}role> <{CONCEPT}role/{c.role}> .\n"
        )
    for p, g in grants:
        put(f"{p} {TYPE} <{DEF}Grant> .\n{p} {TYPE} <{SCHEMA}MonetaryGrant> .\n")
        put(f"{p} <{DEF}programme> <{ID}programme/{g.programme}> .\n")
        if g.call is not UNSET:
            put(f"{p} <{DEF}call> <{ID}programme/{g.programme}/call/{g.call}> .\n")
        put(f'{p} <{DEF}amount> "{g.amount}"^^<{XSD}decimal> .\n{p} <{SCHEMA}currency> "EUR" .\n')
    for p, o in observations:
        observation(p, o, units, put)
    for n, (whole, o) in enumerate(outcomes, 1):
        p = f"<{whole}>"
        put(f"{p} {TYPE} <{DEF}{'Result' if o.kind == 'result' else 'Permanence'}> .\n{p} {TYPE} <{DEF}Outcome> .\n")
        for v in o.aspects:
            put(f"{p} <{DEF}aspect> <{CONCEPT}aspect/{v}> .\n")
        for lang, t in o.text.items():
            put(f'{p} <{DCTERMS}description> "{escape(t)}"@{lang} .\n')
        put(f'{p} <{DEF}position> "{n}"^^<{XSD}integer> .\n')
        parts = [(f"<{whole}/observation/{m if x.id is UNSET else x.id}>", x) for m, x in enumerate(o.observations, 1)]
        for q, _ in parts:
            put(f"{p} <{DEF}observation> {q} .\n")
        for q, x in parts:
            observation(q, x, units, put)
    for p, x in links:
        put(f"{p} {TYPE} <{DEF}Link> .\n")
        if x.url is not UNSET:
            put(f"{p} <{SCHEMA}url> <{x.url}> .\n")
        if x.host is not UNSET:
            put(f'{p} <{DEF}host> "{escape(x.host)}" .\n')
        if x.asWritten is not UNSET:
            put(f'{p} <{DEF}asWritten> "{escape(x.asWritten)}" .\n')
        if x.label is not UNSET:
            for lang, t in x.label.items():
                put(f'{p} <{DCTERMS}title> "{escape(t)}"@{lang} .\n')
    for p, q in quotations:
        put(f"{p} {TYPE} <{SCHEMA}Quotation> .\n")
        put(f'{p} <{DC}creator> "{escape(q.speaker)}" .\n')
        if q.role is not UNSET:
            put(f'{p} <{DEF}speakerRole> "{escape(q.role)}" .\n')
        if q.gist is not UNSET:
            for lang, t in q.gist.items():
                put(f'{p} <{SCHEMA}abstract> "{escape(t)}"@{lang} .\n')
        if q.words is not UNSET:
            for lang, t in q.words.items():
                put(f'{p} <{SCHEMA}text> "{escape(t)}"@{lang} .\n')
    return lines


def observation(p: str, o: Observation, units: dict[str, str], put: Any) -> None:
    put(
        f"{p} {TYPE} <{DEF}Observation> .\n{p} <{DEF}measure> <{CONCEPT}measure/{o.measure}> .\n"
        f'{p} <{QUDT}numericValue> "{o.value}"^^<{XSD}decimal> .\n'
    )
    if o.qualifier is not UNSET:
        put(f"{p} <{DEF}qualifier> <{CONCEPT}qualifier/{o.qualifier}> .\n")
    put(f"{p} <{QUDT}hasUnit> <{units[o.measure]}> .\n")
    if o.note is not UNSET:
        for lang, t in o.note.items():
            put(f'{p} <{DEF}note> "{escape(t)}"@{lang} .\n')
