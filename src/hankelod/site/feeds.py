"""What machines follow: an Atom feed in each language (RFC 4287), the sitemap (sitemaps.org), robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from hankelod.publication.files import File
from hankelod.site.language import LANGUAGES
from hankelod.site.portfolio import word
from hankelod.site.view import View

ENTRIES = 50
"""Projects in a feed, the newest first."""

PART = 20_000
"""Addresses in one file of the sitemap, which may hold 50,000."""


def feed(view: View) -> File:
    """The newest projects as an Atom feed; dates are the dataset's, since records have none of their own."""
    t, settings, home = view.t, view.portfolio.settings.values, view.site.home
    updated = f"{settings['modified']}T00:00:00Z"
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
    for project in view.portfolio.projects[:ENTRIES]:
        summary = t.pick(project.values.get("summary"))
        page = f"{here}doc/project/{project.id}.html"
        lines += [
            "  <entry>",
            f"    <id>{escape(view.thing(project).iri)}</id>",
            f"    <title>{escape(view.named(project).text)}</title>",
            f"    <updated>{escape(updated)}</updated>",
            f'    <link rel="alternate" type="text/html" href={quoteattr(page)}/>',
            f'    <link rel="alternate" type="text/turtle" href={quoteattr(f"{home}doc/project/{project.id}.ttl")}/>',
            *(f"    <category term={quoteattr(x)}/>" for x in _themes(project.values.get("themes"))),
            f"    <summary>{escape(summary.text if summary else t.period(word(project, 'start'), word(project, 'end')))}</summary>",
            "  </entry>",
        ]
    return File(f"{t.folder}feed.atom", ("\n".join([*lines, "</feed>"]) + "\n").encode())


def _themes(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def sitemap(home: str, modified: str, paths: Iterable[str]) -> Iterator[File]:
    """The sitemap of these pages in all languages; an index of parts where they are many."""
    body: list[str] = []
    parts = 0
    whole = iter(paths)
    path = next(whole, None)
    while path is not None:
        body += [_url(home, modified, folder + path) for folder in _folders()]
        path = next(whole, None)
        if len(body) >= PART and path is not None:
            parts += 1
            yield _part(f"sitemap-{parts}.xml", body)
            body = []
    if not parts:
        yield _part("sitemap.xml", body)
        return
    yield _part(f"sitemap-{parts + 1}.xml", body)
    listed = "".join(f"<sitemap><loc>{escape(home)}sitemap-{n}.xml</loc></sitemap>\n" for n in range(1, parts + 2))
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    )
    yield File("sitemap.xml", f"{head}{listed}</sitemapindex>\n".encode())


def _folders() -> list[str]:
    return ["" if code == LANGUAGES[0] else f"{code}/" for code in LANGUAGES]


def _url(home: str, modified: str, path: str) -> str:
    return f"<url><loc>{escape(home + path)}</loc><lastmod>{escape(modified)}</lastmod></url>\n"


def _part(name: str, body: list[str]) -> File:
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return File(name, (head + "".join(body) + "</urlset>\n").encode())


def robots(home: str) -> File:
    """All may read all; where the sitemap is."""
    return File("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {home}sitemap.xml\n".encode())
