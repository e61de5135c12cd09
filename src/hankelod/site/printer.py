"""Rendering of pages: templates, and the head and foot of every page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from hankelod.exports.hosting import POLICY
from hankelod.exports.rendering import environment
from hankelod.messages.languages import DEFAULT, folder
from hankelod.messages.tables import own_names
from hankelod.publication import formats
from hankelod.publication.files import File
from hankelod.rdf import dumps, syntaxes
from hankelod.site import schema_org
from hankelod.site.brand import STYLE
from hankelod.site.correction import correction
from hankelod.site.index import shards
from hankelod.site.language import Language, Link, Words
from hankelod.site.pages.contribute import written
from hankelod.site.pages.front import licence
from hankelod.site.pages.own import found
from hankelod.site.scripts import script_json
from hankelod.site.view import Json, Page, View, address, capital

if TYPE_CHECKING:
    from jinja2 import Environment

MAIN = (
    ("projects.html", "nav.projects"),
    ("organisations.html", "nav.organisations"),
    ("areas.html", "nav.areas"),
    ("doc/concept/theme.html", "nav.themes"),
    ("figures.html", "nav.figures"),
    ("downloads.html", "nav.downloads"),
    ("sparql.html", "nav.sparql"),
    ("contribute.html", "nav.contribute"),
)
"""Main navigation; pages missing from a publication are left out."""

FOOT = (
    ("about.html", "nav.about"),
    ("accessibility.html", "nav.accessibility"),
    ("report.html", "nav.report"),
    ("def.html", "nav.vocabulary"),
    ("doc/problem/index.html", "nav.problems"),
    ("changes/changelog.html", "nav.changes"),
)
"""Navigation in the footer."""


class Translation(NamedTuple):
    """Link to the page in another language: code, the language's own name, relative link, absolute address."""

    code: str
    name: str
    href: str
    address: str


class Data(NamedTuple):
    """File with the data of a page: its path from the root, its media type, and the name of its format."""

    path: str
    media_type: str
    name: str


class Frame(NamedTuple):
    """Head and foot of a page. `up` is the relative path to the root of its language, `root` to that of the site,
    `changed` the day on which its thing last changed, None for a page about no thing, and `search` the folder of
    the index of the search."""

    name: Words
    brand: Words
    logo: str
    style: str
    up: str
    root: str
    canonical: str
    home: str
    translations: tuple[Translation, ...]
    main: tuple[tuple[Link, bool], ...]
    foot: tuple[tuple[Link, bool], ...]
    scripts: tuple[str, ...]
    licence: str
    licence_name: str
    changed: str | None
    policy: str
    data: tuple[Data, ...]
    search: str
    record: Json | None
    contact: str


DATA = {
    "def.html": ("def.ttl",),
    "report.html": ("report.ttl",),
    "changes/changelog.html": ("changes/feed.trig",),
    "doc/problem/index.html": ("shapes.ttl",),
    "problem.html": ("shapes.ttl",),
}
"""Data of pages that are not about a single thing, by path or template; the default is WHOLE."""

WHOLE = (".ttl", ".jsonld")
"""Endings of the forms of the dump."""


class Printer:
    """Renderer of the pages of one language."""

    def __init__(self, view: View, spoken: Mapping[str, Language]) -> None:
        """`spoken` are the languages of the site by their codes."""
        self.view = view
        self.environment = _environment(view)
        settings = view.portfolio.settings.values
        self.name = view.t.pick(settings["title"]) or Words("")
        self.licence = address(str(settings["licence"])) or ""
        self.languages = view.site.languages
        self.names = {code: _own_name(language) for code, language in spoken.items()}
        self.own = tuple(dict.fromkeys(name for pages in view.site.own_pages.values() for name in pages))

    def file(self, page: Page) -> File:
        """Render a page as a file of the publication."""
        frame = self._frame(page)
        data = [m for m in (page.markup, schema_org.crumbs(self.view, page) if page.crumbs else None) if m]
        template = self.environment.get_template(page.template)
        html = template.render(page=page, content=page.content, frame=frame, markup=data)
        return File(f"{self.view.t.folder}{page.path}", (_tight(html) + "\n").encode())

    def _frame(self, page: Page) -> Frame:
        t, home = self.view.t, self.view.site.home
        up = "../" * page.path.count("/")
        root = up + ("../" if t.folder else "")
        translations = []
        for code in self.languages:
            path = f"{folder(code, self.languages)}{page.path}"
            translations.append(Translation(code, self.names[code], f"{root}{path}", f"{home}{path}"))
        return Frame(
            name=self.name,
            brand=self.view.t.pick(self.view.site.brand.name) or _brand(self.name),
            logo=self.view.site.brand.logo,
            style=STYLE if self.view.site.brand.colour else "",
            up=up,
            root=root,
            canonical=f"{home}{t.folder}{page.path}",
            home=home,
            translations=tuple(translations),
            main=self._navigation(MAIN, page),
            foot=(*self._own(page), *self._navigation(FOOT, page)),
            scripts=SCRIPTS.get(page.template, ()),
            licence=self.licence,
            licence_name=licence(self.view).name,
            changed=self.view.site.days.of(page.thing.iri) if page.thing else None,
            policy=POLICY,
            data=tuple(self._data(page)),
            search=shards.folder(self.view),
            record=self._correction(page),
            contact=self._contact(page),
        )

    def _correction(self, page: Page) -> Json | None:
        """Return the record of a page for the form, if the form writes its class."""
        record = page.record
        if record is None or record.cls not in written(self.view.model):
            return None
        return correction(self.view.model, record, self.view.portfolio.defaults)

    def _contact(self, page: Page) -> str:
        """Return the address to which an error on a page is reported: a letter about it, else the contact's page."""
        contact: Json = self.view.portfolio.settings.values.get("contact", {})  # type: ignore[assignment]
        email = str(contact.get("email", ""))
        about = quote(f"{self.view.site.home}{self.view.t.folder}{page.path}", safe="")
        return address(f"{email}?subject={about}" if email else str(contact.get("url", ""))) or ""

    def _data(self, page: Page) -> Iterator[Data]:
        """Files with the data of a page: Turtle, and JSON-LD if there is one."""
        if page.thing:
            paths: tuple[str, ...] = (f"{page.thing.document}.ttl", f"{page.thing.document}.jsonld")
        else:
            whole = tuple(dumps.dump(self.view.portfolio.settings.id, ending) for ending in WHOLE)
            choice = DATA.get(page.path) or DATA.get(page.template) or whole
            paths = tuple(p for p in choice if p in self.view.site.published)
        for path in paths:
            form = formats.of(path)
            yield Data(path, form.media_type, syntaxes.WRITTEN[form.media_type].name)

    def _own(self, page: Page) -> Iterator[tuple[Link, bool]]:
        """Links to the pages that the dataset brings."""
        for name in self.own:
            own, lang = found(self.view, name)
            yield Link(f"{name}.html", Words(own.title, lang)), page.path == f"{name}.html"

    def _navigation(self, entries: tuple[tuple[str, str], ...], page: Page) -> tuple[tuple[Link, bool], ...]:
        """Return the links, each with True if the page belongs under it."""
        sections = {page.path, *(link.path for link in page.crumbs)}
        existing = self.view.site.pages
        return tuple((self.view.page_link(path, key), path in sections) for path, key in entries if path in existing)


def _own_name(language: Language) -> str:
    """Return the name of a language in itself, capitalised."""
    own = language("language.own") if language.speaks("language.own") else own_names().get(language.code)
    return capital(own or language.code)


def _brand(name: Words) -> Words:
    """Return the name of the dataset for the head of a page: a name over 40 characters is cut at a dash or colon."""
    short = re.split(r" [–—-] |: ", name.text)[0]
    return name._replace(text=short) if len(name.text) > 40 else name


def _environment(view: View) -> Environment:
    """Return the templates with the functions of one language."""
    templates = environment("hankelod.site")
    templates.globals.update(t=view.t, view=view, json=_json, lang=partial(_lang, view.t))
    templates.filters["capitalise"] = capital
    templates.filters["plain"] = str
    return templates


SCRIPTS = {
    "front.html": ("map.js",),
    "projects.html": ("search.js", "projects.js"),
    "search.html": ("search.js", "results.js"),
    "sparql.html": ("engine.js", "answer.js", "sparql.js"),
    "contribute.html": ("yaml.js", "suggest.js", "verdict.js", "conditions.js", "fields.js", "contribute.js"),
}
"""Scripts of a page by template; `site.js` is on every page."""


def _json(value: object) -> object:
    """Return JSON for a script element, marked as safe: it contains no `<`, `>` or `&`, and must not be escaped."""
    from markupsafe import Markup

    return Markup(script_json(value))  # noqa: S704 - see above


def _lang(t: Language, key: str) -> object:
    """Return the attribute for an element that a script fills with texts such as that of a key: their language."""
    from markupsafe import Markup

    return Markup("" if t.speaks(key) else f' lang="{DEFAULT}"')  # noqa: S704 - no value of the data


def _tight(html: str) -> str:
    """Return a page without the blank lines and indentation left by templates; `pre` elements are kept."""
    lines, inside = [], False
    for raw in html.split("\n"):
        line = raw if inside else raw.strip()
        inside = ("<pre" in line or inside) and "</pre>" not in line
        if line or inside:
            lines.append(line)
    return "\n".join(lines)
