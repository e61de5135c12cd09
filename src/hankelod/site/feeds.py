"""Feeds for machines: an Atom feed per language (RFC 4287), the sitemap (sitemaps.org), robots.txt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from hankelod.publication.files import File
from hankelod.site.language import LANGUAGES
from hankelod.site.portfolio import text_of
from hankelod.site.view import View

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
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{t.code}">',
        f"  <id>{escape(here)}feed.atom</id>",
        f"  <title>{escape(t.plain(settings['title']))}</title>",
        f"  <updated>{escape(updated)}</updated>",
        f"  <author><name>{escape(publisher)}</name></author>",
        f"  <rights>{escape(str(settings['licence']))}</rights>",
        f'  <link rel="self" type="application/atom+xml" href={quoteattr(here + "feed.atom")}/>',
        f'  <link rel="alternate" type="text/html" href={quoteattr(here + "index.html")}/>',
    ]
    for project in projects:
        summary = t.pick(project.values.get("summary"))
        text = summary.text if summary else t.period(text_of(project, "start"), text_of(project, "end"))
        page = f"{here}doc/project/{project.id}.html"
        lines += [
            "  <entry>",
            f"    <id>{escape(view.thing(project).iri)}</id>",
            f"    <title>{escape(view.named(project).text)}</title>",
            f"    <updated>{escape(_midnight(days[project.id]))}</updated>",
            f'    <link rel="alternate" type="text/html" href={quoteattr(page)}/>',
            f'    <link rel="alternate" type="text/turtle" href={quoteattr(f"{home}doc/project/{project.id}.ttl")}/>',
            *(f"    <category term={quoteattr(x)}/>" for x in _themes(project.values.get("themes"))),
            f"    <summary>{escape(text)}</summary>",
            "  </entry>",
        ]
    return File(f"{t.folder}feed.atom", ("\n".join([*lines, "</feed>"]) + "\n").encode())


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"


def _themes(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def sitemap(home: str, pages: Mapping[str, str | None]) -> Iterator[File]:
    """Files of the sitemap of these pages in all languages: one, or an index and several if there are many pages.

    `pages` are paths within a language, each with the day of its last change, or None if that is not known.
    """
    body: list[str] = []
    count = 0
    for n, (path, day) in enumerate(pages.items(), 1):
        body += [_url(home, day, folder + path) for folder in _folders()]
        if len(body) >= URLS and n < len(pages):
            count += 1
            yield _urlset(f"sitemap-{count}.xml", body)
            body = []
    if not count:
        yield _urlset("sitemap.xml", body)
        return
    yield _urlset(f"sitemap-{count + 1}.xml", body)
    listed = "".join(f"<sitemap><loc>{escape(home)}sitemap-{n}.xml</loc></sitemap>\n" for n in range(1, count + 2))
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    )
    yield File("sitemap.xml", f"{head}{listed}</sitemapindex>\n".encode())


def _folders() -> list[str]:
    return ["" if code == LANGUAGES[0] else f"{code}/" for code in LANGUAGES]


def _url(home: str, day: str | None, path: str) -> str:
    changed = f"<lastmod>{escape(day)}</lastmod>" if day else ""
    return f"<url><loc>{escape(home + path)}</loc>{changed}</url>\n"


def _urlset(name: str, body: list[str]) -> File:
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return File(name, (head + "".join(body) + "</urlset>\n").encode())


def robots(home: str) -> File:
    """Return `robots.txt`: everything is allowed; it names the sitemap."""
    return File("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {home}sitemap.xml\n".encode())
