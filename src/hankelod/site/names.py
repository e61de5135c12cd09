"""What the things are called that forms refer to: organisations, areas, programmes, calls and concepts, by id."""

from __future__ import annotations

from hankelod.model.model import Class
from hankelod.publication.files import File
from hankelod.site.language import Words
from hankelod.site.pages.search import script_json
from hankelod.site.view import View

IDS = "search/ids.js"
"""Where the ids stand that no new project may have."""

Named = dict[str, dict[str, str]]
"""By what stands between `id/` and an identifier: names by id."""


def names_path(view: View) -> str:
    """Where a language's names stand."""
    return f"search/names-{view.t.code}.js"


def referred(view: View) -> list[Class]:
    """The classes that records and their parts refer to, but for projects."""
    targets = {f.target for c in view.model.classes.values() for f in c.fields if f.kind == "reference" and f.target}
    found = [view.model.classes[iri] for iri in targets]
    return sorted((c for c in found if c.folder != "projects"), key=lambda c: c.segment)


def names(view: View) -> Named:
    """The names in one language; a call's id is its own, its name that of its programme too where there are several."""
    found: Named = {}
    for cls in referred(view):
        if cls.concept:
            some = {i: view.concept(cls.name, i).words for i in sorted(view.model.concepts[cls.iri])}
        elif cls.part:
            some = _parts(view, cls)
        else:
            some = {r.id: view.named(r) for r in view.portfolio.of(cls.name).values()}
        found[cls.segment] = {i: w.text for i, w in some.items()}
    return found


def _parts(view: View, cls: Class) -> dict[str, Words]:
    owners = [(o, f.key) for o in view.model.entries() for f in o.fields if f.kind == "part" and f.target == cls.iri]
    records = [(r, key) for o, key in owners for r in view.portfolio.of(o.name).values() if r.values.get(key)]
    found: dict[str, Words] = {}
    for record, key in records:
        for part in record.values[key]:  # type: ignore[attr-defined]
            own = str(part["id"]).rsplit("/", 1)[-1]
            name = view.t.pick(part.get("name")) or Words(own)
            found[own] = Words(f"{view.named(record).text}: {name.text}") if len(records) > 1 else name
    return found


def names_file(view: View) -> File:
    """The names as a script that calls `hankelodNames`: a page opened from a file may load a script but fetch nothing."""
    return File(names_path(view), f"hankelodNames({script_json(names(view))});\n".encode())


def ids_file(view: View) -> File:
    """The ids of all projects, those withdrawn among them, as a script that calls `hankelodIds`."""
    withdrawn = [
        r.id.removeprefix("project/") for r in view.portfolio.of("Withdrawn").values() if r.id.startswith("project/")
    ]
    taken = sorted({*(p.id for p in view.portfolio.projects), *withdrawn})
    return File(IDS, f"hankelodIds({script_json(taken)});\n".encode())
