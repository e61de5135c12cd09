"""Pages that a dataset brings in its own texts: a title and paragraphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hankelod.site.language import Words
from hankelod.site.own import OwnPage
from hankelod.site.view import Page, View, brief


class OwnContent(NamedTuple):
    """Content of the page."""

    title: Words
    paragraphs: tuple[Words, ...]


def found(view: View, name: str) -> tuple[OwnPage, str | None]:
    """Return a page by its name, in the language of the view or else in the first that has it, which is then named."""
    own = view.t.own_pages.get(name)
    if own is not None:
        return own, None
    return next((pages[name], code) for code, pages in view.site.own_pages.items() if name in pages)


def own_pages(view: View) -> Iterator[Page]:
    """Pages of the dataset, in the order of the first language that has them."""
    for name in dict.fromkeys(name for pages in view.site.own_pages.values() for name in pages):
        page, lang = found(view, name)
        content = OwnContent(Words(page.title, lang), tuple(Words(text, lang) for text in page.text))
        yield Page(f"{name}.html", "own.html", page.title, brief(page.text[0]), content)
