"""Contribution page: a form generated from the Model, for a script that checks the input and writes YAML.

The form is derived from the shapes: fields with their order, groups, kinds, limits and messages.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.messages.problem import component_says, entry
from hankelod.model import schema
from hankelod.model.kinds.kind import Kind
from hankelod.model.kinds.table import KINDS
from hankelod.model.model import ID, Check, Class, Field, Model
from hankelod.rdf.graph import XSD
from hankelod.records.record import BOUNDS
from hankelod.records.tree import FORBIDDEN
from hankelod.site.names import IDS, names_path
from hankelod.site.pages.downloads import size
from hankelod.site.pages.sparql import ENGINE, VENDOR, engine_data
from hankelod.site.view import Json, Page, View, capital

PATH = "contribute.html"

COMPONENTS = (
    "MinCount",
    "Datatype",
    "Pattern",
    "MinLength",
    "MaxLength",
    "MinInclusive",
    "MinExclusive",
    "MaxInclusive",
    "MaxExclusive",
)
"""Constraint components (SHACL, section 4) that the form checks during input."""

CODES = ("unknown-reference", "no-national-language", "forbidden-character", "file-name", "duplicate-id")
"""Problem codes outside the shapes that the form checks."""

TEXTS = (
    "id",
    "id-told",
    "add",
    "remove",
    "optional",
    "choose",
    "faults-one",
    "faults-many",
    "faults-none",
    "untouched",
    "finished",
    "pull-long",
    "rules-none",
    "rules-found",
    "of-list",
    "choose-list",
    "draft-kept",
    "restored",
    "example",
    "from-list",
    "number-of",
)

REPOSITORY = re.compile(r"(https://github\.com/[\w.-]+/[\w.-]+?)(?:\.git)?(?:/tree/([\w./-]+?))?/?")
"""Address of a GitHub repository, as in a contact: the address of the repository, and the branch if any."""


class ContributeContent(NamedTuple):
    """Content of the page; `plan` is the input of the script."""

    plan: Json
    names: str
    repository: str
    size: str


def contribute_page(view: View, can_ask: bool) -> Page:
    """Return the page in one language; with a query engine (`can_ask`), the SPARQL rules can be checked too."""
    contact: dict[str, object] = view.portfolio.settings.values.get("contact", {})  # type: ignore[assignment]
    repository = REPOSITORY.fullmatch(str(contact.get("url", "")))
    project = view.model.main
    plan: Json = {
        "class": project.name,
        "classes": {c.name: _class(view, c) for c in _with_parts(view.model, project)},
        "kinds": {k.name: _kind(k) for k in KINDS.values()},
        "groups": [{"name": g.name, "label": view.t.plain(g.label)} for g in view.model.groups],
        "says": {c: view.t.plain(component_says(f"{c}ConstraintComponent")) for c in COMPONENTS},
        "own": {code: _own(view, code) for code in CODES},
        "example": next((p.id for p in view.portfolio.projects), ""),
        "id": f"^(?:{ID.pattern})$",
        "forbidden": "".join(c if " " <= c <= "~" else f"\\u{ord(c):04x}" for c in FORBIDDEN.pattern),
        "languages": {code: capital(view.language_name(code)) for code in view.t.order},
        "national": view.site.portfolio.config.national,
        "ids": IDS,
        "schema": f"../../dist/{schema.path(project, editor=True)}",
        "file": f"data/{project.folder}/",
        "texts": {key: view.t(f"contribute.{key}") for key in TEXTS},
        "repository": list(repository.groups(default="main")) if repository else None,
        "engine": engine_data(view) if can_ask else None,
        "rules": _rules(view, project) if can_ask else [],
    }
    loads = size(view, (VENDOR / ENGINE).stat().st_size) if can_ask else ""
    content = ContributeContent(plan, names_path(view), repository[1] if repository else "", loads)
    return Page(PATH, "contribute.html", view.t("contribute.heading"), view.t("contribute.description"), content)


def _with_parts(model: Model, cls: Class) -> list[Class]:
    """Return a class and, recursively, the classes of its parts, each once."""
    classes = {cls.name: cls}
    for field in cls.fields:
        if field.kind.nested and not field.derived:
            for each in _with_parts(model, model.target(field)):
                classes.setdefault(each.name, each)
    return list(classes.values())


def _class(view: View, cls: Class) -> Json:
    alternatives = [c for c in view.model.checks.values() if c.class_name == cls.name and c.alternatives]
    filled = [(f.key, f.filled) for f in cls.fields if f.filled]
    return {
        "label": view.class_label(cls),
        "segment": cls.segment,
        "fields": [_field(view, f) for f in cls.fields if not (f.derived or f.passed_on) and view.model.offers(f)],
        "position": next((f.key for f in cls.fields if f.filled and f.filled.way == "ordinal"), None),
        "bounds": [(key, rule.keys[0], rule.way == "last-day") for key, rule in filled if rule.way in BOUNDS],
        "types": cls.written,
        "typed": cls.typed_by,
        "alternatives": [{**_check(view, c), "keys": c.alternatives, "key": c.key} for c in alternatives],
    }


def _kind(kind: Kind) -> Json:
    """Return what a form has to know of a kind of value."""
    form: Json = {"lexical": kind.lexical, "plain": kind.plain, "numeric": kind.numeric}
    if kind.precisions:
        form["precisions"] = {n: iri.replace(XSD, "xsd:") for n, iri in kind.precisions.items()}
        form["coerced"] = (kind.coerced or "").replace(XSD, "xsd:")
    return {k: v for k, v in form.items() if v}


def _field(view: View, field: Field) -> Json:
    target = view.model.target(field) if field.target else None
    check = view.model.check(field)
    plan: Json = {
        "key": field.key,
        "code": field.code,
        "kind": field.kind.name,
        "label": view.label(field),
        "description": "" if field.description == field.label else view.t.plain(field.description),
        "group": field.group,
        "many": field.many,
        "required": field.required,
        "long": field.long,
        "verbatim": field.verbatim,
        "languages": field.languages,
        "pattern": field.pattern,
        "limits": field.limits,
        "values": [[v, view.language_name(v) if field.kind.shown == "language" else v] for v in field.values],
        "words": [[w, capital(view.t.plain(view.model.labels.get(iri, {})) or w)] for w, iri in field.words.items()],
        "example": _example(view, field),
        **_check(view, check),
    }
    if target is not None:
        plan["target"] = target.name if field.kind.nested else target.segment
        plan["concept"] = target.concept
        plan["within"] = (field.within, target.segment) if field.within else None
    return {k: v for k, v in plan.items() if v not in (None, "", False, [], {}, ())}


def _example(view: View, field: Field) -> str:
    """Return the example of a field as it would be typed; empty if it is not a single plain value."""
    return view.example(field).strip('"') if field.kind.example and not field.many else ""


def _check(view: View, check: Check) -> Json:
    pick = view.t.plain
    return {"code": check.code, "severity": check.severity, "fix": pick(check.fix), "why": pick(check.why)}


def _own(view: View, code: str) -> Json:
    message, pick = entry(code), view.t.plain
    return {
        "severity": message.severity,
        "says": pick(message.says),
        "fix": pick(message.fix),
        "why": pick(message.why),
    }


def _rules(view: View, project: Class) -> list[Json]:
    """Return the SPARQL rules on a project and its parts."""
    names = {c.name for c in _with_parts(view.model, project)}
    return [
        {**_check(view, c), "key": c.key, "class": c.class_name, "says": view.t.plain(c.says), "select": c.select}
        for c in view.model.checks.values()
        if c.select and c.class_name in names
    ]
