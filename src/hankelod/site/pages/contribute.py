"""Contribution page: a form generated from the Model, for a script that judges the input and writes YAML.

The form is derived from the shapes: fields with their order, groups, kinds, limits and messages.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.model import schema
from hankelod.model.model import Class, Model
from hankelod.site import engine, form
from hankelod.site.names import IDS, names_path
from hankelod.site.rules import RULES
from hankelod.site.view import Json, Page, View

PATH = "contribute.html"

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


def written(model: Model) -> list[Class]:
    """Return the classes that the form writes records of: the main one, and those in folders that it refers to."""
    referred = {f.target for f in model.main.fields if f.kind.refers}
    return [model.main, *(c for c in model.entries() if c.iri in referred and c.folder and not c.main)]


def contribute_page(view: View, can_ask: bool) -> Page:
    """Return the page in one language; only with a query engine (`can_ask`) can the SPARQL rules be checked."""
    contact: dict[str, object] = view.portfolio.settings.values.get("contact", {})  # type: ignore[assignment]
    repository = REPOSITORY.fullmatch(str(contact.get("url", "")))
    classes = written(view.model)
    plan: Json = {
        **form.plan(view, classes),
        "class": view.model.main.name,
        "new": [cls.name for cls in classes if not cls.main],
        "example": next((p.id for p in view.portfolio.projects), ""),
        "ids": IDS,
        "schemas": {cls.name: f"../../dist/{schema.path(cls, editor=True)}" for cls in classes},
        "texts": {key: view.t(f"contribute.{key}") for key in TEXTS},
        "repository": list(repository.groups(default="main")) if repository else None,
        "engine": {**engine.paths(), "rules": RULES} if can_ask else None,
    }
    content = ContributeContent(plan, names_path(view), repository[1] if repository else "")
    return Page(PATH, "contribute.html", view.t("contribute.heading"), view.t("contribute.description"), content)
