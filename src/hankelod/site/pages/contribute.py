"""Contribution page: a form generated from the Model, for a script that judges the input and writes YAML.

The form is derived from the shapes: fields with their order, groups, kinds, limits and messages.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.model import schema
from hankelod.model.model import Class, Model
from hankelod.site import engine, form
from hankelod.site.names import IDS, MEANT, names_path
from hankelod.site.rules import RULES
from hankelod.site.view import Json, Page, View, address

PATH = "contribute.html"

TEXTS = (
    "add",
    "add-a-new",
    "add-new",
    "back",
    "changed",
    "checking",
    "choose",
    "choose-list",
    "did-you-mean",
    "draft-kept",
    "draft-lost",
    "example",
    "faults-many",
    "faults-none",
    "faults-one",
    "fill-one",
    "fix-boolean",
    "fix-date",
    "fix-decimal",
    "fix-integer",
    "fix-iri",
    "fix-langtext",
    "fix-language",
    "fix-list",
    "fix-moment",
    "fix-month",
    "fix-other-language",
    "fix-part",
    "fix-text",
    "fix-year",
    "from-list",
    "hint-date",
    "hint-decimal",
    "hint-iri",
    "hint-moment",
    "hint-month",
    "hint-year",
    "id",
    "id-told",
    "id-wrong",
    "last-step",
    "letter",
    "missing",
    "new",
    "next",
    "no",
    "no-engine",
    "not-listed",
    "not-there",
    "nothing",
    "number-of",
    "of-list",
    "optional",
    "other-language",
    "pick",
    "pull-long",
    "quoted",
    "remarks-many",
    "remarks-one",
    "remove",
    "restored",
    "step-done",
    "step-left",
    "subject",
    "subject-correction",
    "take",
    "twice",
    "unchanged",
    "unchecked",
    "untouched",
    "yes",
)
"""Texts of the script."""

REPOSITORY = re.compile(r"(https://github\.com/[\w.-]+/[\w.-]+?)(?:\.git)?(?:/tree/([\w./-]+?))?/?")
"""Address of a GitHub repository, as in a contact: the address of the repository, and the branch if any."""


class ContributeContent(NamedTuple):
    """Content of the page; `plan` is the input of the script."""

    plan: Json
    names: str
    repository: str
    email: str
    address: str
    contact: str
    name: str


def written(model: Model) -> list[Class]:
    """Return the classes that the form writes records of: the main one, and those in folders that it refers to."""
    referred = {f.target for f in model.main.fields if f.kind.refers}
    return [model.main, *(c for c in model.entries() if c.iri in referred and c.folder and not c.main)]


def contribute_page(view: View, can_ask: bool) -> Page:
    """Return the page in one language; only with a query engine (`can_ask`) can the SPARQL rules be checked."""
    contact: dict[str, object] = view.portfolio.settings.values.get("contact", {})  # type: ignore[assignment]
    url = str(contact.get("url", ""))
    repository = REPOSITORY.fullmatch(url)
    email = address(str(contact.get("email", ""))) or ""
    classes = written(view.model)
    plan: Json = {
        **form.plan(view, classes),
        "class": view.model.main.name,
        "base": view.model.base,
        "new": [cls.name for cls in classes if not cls.main],
        "example": next((p.id for p in view.portfolio.projects), ""),
        "ids": IDS,
        "meant": MEANT,
        "email": email,
        "schemas": {cls.name: f"../../dist/{schema.path(cls, editor=True)}" for cls in classes},
        "texts": {key: view.t(f"contribute.{key}") for key in TEXTS},
        "repository": list(repository.groups(default="main")) if repository else None,
        "engine": {**engine.paths(), "rules": RULES} if can_ask else None,
    }
    content = ContributeContent(
        plan=plan,
        names=names_path(view),
        repository=repository[1] if repository else "",
        email=email,
        address=email.removeprefix("mailto:"),
        contact=address(url) or "",
        name=str(contact.get("name", "")) or url,
    )
    return Page(PATH, "contribute.html", view.t("contribute.heading"), view.t("contribute.description"), content)
