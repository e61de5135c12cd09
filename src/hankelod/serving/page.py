"""Pages that the server makes itself: SPARQL for browsers at `/sparql`, and a front page if the publication has none.

They have no script. All text is escaped by Jinja; an IRI becomes a link only if its scheme is safe. The words are in
the table `page` of the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment

from hankelod.exports.rendering import environment
from hankelod.messages.catalogue import in_language, table
from hankelod.query.named import Query
from hankelod.serving.documents import ServedFile

TEMPLATES = files(__package__) / "templates"

LINKED = ("http://", "https://", "mailto:")
"""Schemes of IRIs that become links."""


class Content(NamedTuple):
    """The content of the page: the query in the form, its result or problem, and the named query that it is from."""

    text: str = ""
    result: dict[str, Any] | None = None
    problem: str | None = None
    named: Query | None = None


@cache
def words(lang: str) -> dict[str, str]:
    """The words of the pages in one language, by name."""
    return table(lang, "page")


@cache
def _environment() -> Environment:
    return environment(__package__)


@cache
def style() -> bytes:
    """The style sheet of the pages."""
    return (TEMPLATES / "page.css").read_bytes()


def sparql(
    lang: str, languages: Sequence[str], content: Content, named: Sequence[Query], formats: Sequence[str], base: str
) -> bytes:
    """The page at `/sparql`."""
    return _page(
        "sparql.html",
        lang,
        languages,
        content=content,
        named=[(q.name, in_language(q.title, lang) or q.name) for q in named],
        description=in_language(content.named.description, lang) if content.named else "",
        formats=formats,
        link=lambda iri: _link(iri, base),
    )


def front(lang: str, languages: Sequence[str], entries: Sequence[ServedFile]) -> bytes:
    """The front page of a publication without a site: a list of its files, except those in `doc/`."""
    return _page("front.html", lang, languages, entries=[e for e in entries if not e.path.startswith("doc/")])


def _page(template: str, lang: str, languages: Sequence[str], **values: object) -> bytes:
    page = _environment().get_template(template)
    others = [(other, words(other)["language"]) for other in languages if other != lang]
    return page.render(lang=lang, others=others, word=words(lang), **values).encode()


def _link(iri: str | None, base: str) -> str | None:
    """The target of a link for an IRI, or None: a thing of the dataset leads to this server, whatever its base."""
    if iri is None:
        return None
    if iri.startswith(base + "id/"):
        return "/" + iri[len(base) :]
    return iri if iri.lower().startswith(LINKED) else None
