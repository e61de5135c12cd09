"""Search page: hits of a query in all kinds of things; its script finds them in the index."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.site.index.terms import algorithm
from hankelod.site.language import Link
from hankelod.site.view import Page, View

PATH = "search.html"

LISTS = (
    ("projects.html", "nav.projects"),
    ("organisations.html", "nav.organisations"),
    ("areas.html", "nav.areas"),
    ("doc/concept/theme.html", "nav.themes"),
)
"""Lists to which the page leads where a query finds nothing."""


class SearchContent(NamedTuple):
    """Content of the page; `lists` are the lists that there are, and `stems` is True if words have stems."""

    lists: tuple[Link, ...]
    stems: bool


def search_page(view: View) -> Page:
    """Return the page in one language."""
    existing = view.site.pages
    lists = tuple(view.page_link(path, key) for path, key in LISTS if path in existing)
    title = view.t("search.heading")
    content = SearchContent(lists, algorithm(view.t.code) is not None)
    return Page(PATH, "search.html", title, view.t("search.description"), content, listed=False)
