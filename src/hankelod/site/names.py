"""Names of the things that forms refer to, by id: organisations, areas, programmes, calls and concepts."""

from __future__ import annotations

from collections import Counter

from hankelod.model.model import Class
from hankelod.publication.files import File
from hankelod.records.suggestions import Suggestions
from hankelod.site.language import Words
from hankelod.site.scripts import script_json
from hankelod.site.view import View

IDS = "search/ids.js"
"""Path of the ids that a new project must not have."""

MEANT = "search/meant.js"
"""Path of all names of things, in all languages and case forms, from which the form makes suggestions."""

NamesByClass = dict[str, dict[str, str]]
"""Names by id, by the IRI segment of the class."""


def names_path(view: View) -> str:
    """Return the path of the names in the language of the view."""
    return f"search/names-{view.t.code}.js"


def referred(view: View) -> list[Class]:
    """Return the classes that records and their parts refer to, except projects."""
    targets = {f.target for c in view.model.classes.values() for f in c.fields if f.kind.refers and f.target}
    classes = [view.model.classes[iri] for iri in targets]
    return sorted((c for c in classes if not c.main), key=lambda c: c.segment)


def names(view: View) -> NamesByClass:
    """Return the names in one language.

    A call has the id that begins with that of its programme.
    """
    by_class: NamesByClass = {}
    for cls in referred(view):
        if cls.concept:
            words = {i: view.concept(cls.name, i).words for i in sorted(view.model.concepts[cls.iri])}
        elif cls.part:
            words = _parts(view, cls)
        else:
            words = {r.id: view.named(r) for r in view.portfolio.of(cls.name).values()}
        by_class[cls.segment] = {i: w.text for i, w in words.items()}
    return by_class


def _parts(view: View, cls: Class) -> dict[str, Words]:
    owners = sorted((o, f.key) for o, f in view.model.owners(cls) if not o.part)
    names_by_id: dict[str, Words] = {}
    for owner, key in owners:
        for record in view.portfolio.of(owner.name).values():
            for part in record.values.get(key, ()):  # type: ignore[attr-defined]
                names_by_id[str(part["id"])] = view.t.pick(part.get("name")) or Words(
                    str(part["id"]).rsplit("/", 1)[-1]
                )
    return names_by_id


def names_file(view: View) -> File:
    """Return the names as a script that calls `hankelodNames`: pages opened from a file cannot fetch."""
    return File(names_path(view), f"hankelodNames({script_json(names(view))});\n".encode())


def ids_file(view: View) -> File:
    """Return the ids of all projects, and withdrawn ones of all classes, as a script that calls `hankelodIds`."""
    ids = sorted(p.id for p in view.portfolio.projects)
    withdrawn = sorted(r.id for r in view.portfolio.of("Withdrawn").values())
    return File(IDS, f"hankelodIds({script_json([ids, withdrawn])});\n".encode())


def _named_after(view: View, places: Class, ids: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return what most things that are named after their area have in common, by class and key: the kind of a city."""
    common: dict[str, dict[str, str]] = {}
    for cls in view.model.entries():
        seats = [f for f in cls.fields if f.target == places.iri and not f.many and not f.derived]
        if not seats or not cls.folder:
            continue
        after = [
            record
            for record in view.portfolio.of(cls.name).values()
            for text in dict(record.values.get("name", {})).values()  # type: ignore[call-overload]
            if ids.get(str(text).casefold().rpartition(" ")[0]) == record.values.get(seats[0].key) is not None
        ]
        for field in cls.fields:
            if field.kind.refers and not field.many and view.model.target(field).concept:
                values = Counter(str(r.values[field.key]) for r in after if field.key in r.values)
                for value, many in values.most_common(1):
                    if many * 2 > len(after):
                        common.setdefault(cls.name, {})[field.key] = value
    return common


def meant_file(view: View) -> File:
    """Return all names as a script that calls `hankelodMeant`: by IRI segment the ids by name, and those of what has
    replaced other things."""
    portfolio = view.portfolio
    suggestions = Suggestions(
        view.model, lambda cls: portfolio.of(cls.name), lambda cls: list(portfolio.of(cls.name).values())
    )
    found: dict[str, object] = {}
    for cls in referred(view):
        if not cls.part:
            digits = len(next(iter(portfolio.of(cls.name)), "")) if cls.file else 0
            ids = suggestions.names(cls)
            own = {"names": ids, "former": suggestions.former(cls), "digits": digits}
            found[cls.segment] = {**own, "named": _named_after(view, cls, ids)} if digits else own
    return File(MEANT, f"hankelodMeant({script_json(found)});\n".encode())
