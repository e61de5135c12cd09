"""Promises of a release, and changes in the next one that break them (docs/vocabulary-policy.md).

A promise is a name that others may use: a term of the vocabulary, the id of a concept, a key of a record, a computed
key of cards. It is broken if the name vanishes or comes to mean another kind of thing; for a key of records also if it
becomes required.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.model.model import Class, Field, Model
from hankelod.rdf.graph import OWL, RDF, Index

HANKE = "https://w3id.org/hankelod/def#"
ONTOLOGY = "https://w3id.org/hankelod/def"
KEYS = "https://w3id.org/hankelod/keys#"


class Promise(NamedTuple):
    """A name and what it stands for: facets by their name. A `deprecated` one may go in the next major release."""

    name: str
    facets: dict[str, str]
    deprecated: bool = False


class Break(NamedTuple):
    """A promise that the new release does not keep: its name, what changed, and whether that was announced before."""

    name: str
    what: str
    announced: bool


def promises(model: Model, computed: Index | None = None) -> dict[str, Promise]:
    """All promises of a release, by name: `hanke:lead`, `concept/theme/networks`, `project.lead`, `grantTotal`."""
    found: list[Promise] = []
    told = model.ontology
    for term in told.triples:
        if term.startswith(HANKE):
            kinds = " ".join(sorted(str(k).rsplit("#", 1)[-1] for k in told.objects(term, RDF + "type")))
            found.append(Promise(f"hanke:{term[len(HANKE) :]}", {"kind": kinds}, _deprecated(told, term)))
    for cls in model.classes.values():
        for identifier in model.concepts.get(cls.iri, {}) if cls.concept else ():
            iri = f"{model.base}id/{cls.identifies}{identifier}"
            found.append(Promise(f"{cls.identifies}{identifier}", {"kind": cls.name}, _deprecated(told, iri)))
        found += [_key(model, cls, field) for field in cls.fields]
    for key in computed.triples if computed else ():
        found.append(Promise(key.removeprefix(KEYS), {}))
    return {p.name: p for p in sorted(found, key=lambda p: p.name)}


def _deprecated(told: Index, iri: str) -> bool:
    return told.value(iri, OWL + "deprecated") == "true"


def _key(model: Model, cls: Class, field: Field) -> Promise:
    facets = {
        "path": field.path,
        "kind": field.kind.name if field.target is None else f"{field.kind.name} {field.target}",
        "many": str(field.many),
        "required": str(field.required),
    }
    return Promise(f"{cls.segment}.{field.key}", facets, _deprecated(model.ontology, field.path))


def breaks(old: dict[str, Promise], new: dict[str, Promise]) -> list[Break]:
    """The promises of the old release that the new one does not keep, by name."""
    found = []
    for name, promise in old.items():
        kept = new.get(name)
        if kept is None:
            found.append(Break(name, "is gone", promise.deprecated))
            continue
        for facet, was in promise.facets.items():
            now = kept.facets.get(facet)
            eased = facet == "required" and now == "False"
            if now != was and not eased:
                found.append(Break(name, f"{facet} was {was}, is {now}", promise.deprecated))
    return found


def unsaid(broken: list[Break], changelog: str, released: str) -> list[Break]:
    """The breaks that the changelog does not name, in backticks, above the section of the released version."""
    ahead = re.split(rf"^## {re.escape(released)}\b", changelog, maxsplit=1, flags=re.M)[0]
    named = set(re.findall(r"`([^`]+)`", ahead))
    return [b for b in broken if b.name not in named]


def unannounced(broken: list[Break], released: str) -> list[Break]:
    """From 1.0 on: what is gone without having been deprecated in a release before."""
    return [] if released.startswith("0.") else [b for b in broken if b.what == "is gone" and not b.announced]


def version(model: Model) -> str:
    """The version of the vocabulary."""
    return model.ontology.value(ONTOLOGY, OWL + "versionInfo") or "0.0.0"


def enough(old: str, new: str, broken: bool, changed: bool) -> bool:
    """Tell whether the version was raised enough: major for a break (minor before 1.0), minor for a new name."""
    before, after = (tuple(int(n) for n in v.split(".")) for v in (old, new))
    if not (broken or changed):
        return after >= before
    step = 1 if before[0] == 0 or not broken else 0
    return after[: step + 1] > before[: step + 1]
