"""Feeds for machines: an Atom feed per language (RFC 4287), the sitemap (sitemaps.org), robots.txt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from hankelod.exports.rendering import environment
from hankelod.messages.languages import folder
from hankelod.publication.files import File
from hankelod.site.pages.project import described
from hankelod.site.view import View

if TYPE_CHECKING:
    from jinja2 import Environment

ENTRIES = 50
"""Most projects in a feed, those that changed last first."""

URLS = 20_000
"""Addresses after which a new file of the sitemap begins; the protocol allows 50,000 in a file."""


def feed(view: View) -> File:
    """Return the Atom feed of the projects that changed last, each with the day on which it did."""
    t, settings, home = view.t, view.portfolio.settings.values, view.site.home
    whole = str(settings["modified"])
    days = {p.id: view.site.days.of(view.thing(p).iri) or whole for p in view.portfolio.projects}
    projects = sorted(view.portfolio.projects, key=lambda p: days[p.id], reverse=True)[:ENTRIES]
    updated = _midnight(days[projects[0].id] if projects else whole)
    here = f"{home}{t.folder}"
    publisher = view.link("Organisation", str(settings["publisher"])).words.text
    entries = []
    for project in projects:
        summary = t.pick(project.values.get("summary"))
        text = summary.text if summary else described(view, project)
        entries.append(
            {
                "iri": view.thing(project).iri,
                "id": project.id,
                "title": view.named(project).text,
                "updated": _midnight(days[project.id]),
                "themes": _themes(project.values.get("themes")),
                "summary": text,
            }
        )
    content = (
        _templates()
        .get_template("feed.atom")
        .render(
            lang=t.code,
            home=home,
            here=here,
            title=t.plain(settings["title"]),
            updated=updated,
            publisher=publisher,
            licence=str(settings["licence"]),
            entries=entries,
        )
    )
    return File(f"{t.folder}feed.atom", content.encode())


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"


def _themes(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def sitemap(home: str, languages: tuple[str, ...], pages: Mapping[str, str | None]) -> Iterator[File]:
    """Files of the sitemap of these pages in all languages: one, or an index and several if there are many pages.

    `pages` are paths within a language, each with the day of its last change, or None if that is not known.
    """
    addresses: list[tuple[str, str | None]] = []
    folders, count = [folder(code, languages) for code in languages], 0
    for n, (path, day) in enumerate(pages.items(), 1):
        addresses += [(f"{home}{at}{path}", day) for at in folders]
        if len(addresses) >= URLS and n < len(pages):
            count += 1
            yield _sitemap(f"sitemap-{count}.xml", "url", addresses)
            addresses = []
    if not count:
        yield _sitemap("sitemap.xml", "url", addresses)
        return
    yield _sitemap(f"sitemap-{count + 1}.xml", "url", addresses)
    yield _sitemap("sitemap.xml", "sitemap", [(f"{home}sitemap-{n}.xml", None) for n in range(1, count + 2)])


def _sitemap(name: str, element: str, addresses: list[tuple[str, str | None]]) -> File:
    content = _templates().get_template("sitemap.xml").render(element=element, addresses=addresses)
    return File(name, content.encode())


@cache
def _templates() -> Environment:
    return environment("hankelod.site")


def robots(home: str) -> File:
    """Return `robots.txt`: everything is allowed; it names the sitemap."""
    return File("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {home}sitemap.xml\n".encode())
