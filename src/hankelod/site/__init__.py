"""Site: a page for everything in the publication, in each language of the dataset, each with links to its data.

Records are indexed in a Portfolio that the page modules query; a page is a frozen value rendered by a template. Pages
are generated one at a time and not kept in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from hankelod.messages.languages import of_pages
from hankelod.publication.files import File, Files
from hankelod.publication.history import changes
from hankelod.publication.history.days import UNKNOWN, Days
from hankelod.publication.history.releases import Release
from hankelod.query.named import Catalogue
from hankelod.records import examples as own_examples
from hankelod.records.dataset import Dataset
from hankelod.records.folder import query_folders
from hankelod.records.record import Record
from hankelod.site import brand, engine, feeds, names, own, rules
from hankelod.site.index.shards import Index, stemmer_files
from hankelod.site.language import Language
from hankelod.site.latest import Latest
from hankelod.site.map import boundaries
from hankelod.site.map.atlas import Atlas, atlas, base_map
from hankelod.site.map.projection import NotDrawn
from hankelod.site.pages import changes as changes_page
from hankelod.site.pages import front, projects, search, sparql
from hankelod.site.pages.area import area_pages
from hankelod.site.pages.concept import Uses, concept_pages
from hankelod.site.pages.contribute import contribute_page, written
from hankelod.site.pages.downloads import downloads_page
from hankelod.site.pages.organisation import organisation_pages
from hankelod.site.pages.own import own_pages
from hankelod.site.pages.problem import problem_pages, report_page
from hankelod.site.pages.programme import programme_pages, withdrawn_pages
from hankelod.site.pages.project import project_pages
from hankelod.site.pages.sparql import can_ask
from hankelod.site.pages.vocabulary import Examples, vocabulary_page
from hankelod.site.portfolio import Portfolio
from hankelod.site.printer import FOOT, MAIN, Printer
from hankelod.site.view import Page, Published, Site, View
from hankelod.validation.report import Report

ASSETS = Path(str(resources.files(__package__) / "assets"))


def files(
    dataset: Dataset,
    records: list[Record],
    report: Report,
    published: Published,
    releases: Sequence[Release] = (),
    days: Days = UNKNOWN,
) -> Files:
    """All files of the site.

    `published` holds the manifest entries, by path, of the files written before the site. `releases` is the history for
    the changelog; without releases there is no changelog page. `days` are the days of change that follow from it.
    Raises NotDrawn if the map cannot be, CannotPublish for its brand and texts.
    """
    portfolio = Portfolio(dataset, records)
    queryable = can_ask(published)
    missing = {path for path, present in ((sparql.PATH, queryable), (changes_page.PATH, bool(releases))) if not present}
    if not portfolio.with_theme:
        missing.add("doc/concept/theme.html")
    if not portfolio.levels:
        missing.add("areas.html")
    existing = {path for path, _ in (*MAIN, *FOOT)} - missing
    languages = of_pages(dataset.languages)
    texts = own_texts(dataset)
    home = str(portfolio.settings.values.get("site") or dataset.base)
    country = _atlas(dataset, portfolio)
    site = Site(
        dataset.model,
        portfolio,
        country,
        report,
        home,
        frozenset(existing),
        published,
        days,
        languages,
        own_examples.examples(dataset.model, records),
        brand.brand(dataset.setting("brand"), dataset.data),
        {code: own.pages for code, own in texts.items()},
        {code: dataset.pack.credits((code, *languages)) for code in languages},
    )
    spoken = {code: Language(code, languages, texts[code], portfolio.currencies) for code in languages}
    uses, examples = Uses(portfolio), Examples(portfolio.by_class, dataset.model)
    folders = query_folders(dataset.root, dataset.config.profile.folder, dataset.pack.folder)
    latest = Latest(site)
    listed: dict[str, str | None] = {}
    stemmers: set[str] = set()
    for code in languages:
        view = View(site, spoken[code])
        printer = Printer(view, spoken)
        queries = Catalogue(*folders) if queryable else None
        for page in pages(view, uses, examples, published, queries):
            if page.listed:
                listed[page.path] = latest.day(page)
            yield printer.file(page)
        if releases:
            page = changes_page.changes_page(view, releases, changes.named(dataset, records, None))
            listed[page.path] = latest.day(page)
            yield printer.file(page)
        yield from projects.row_files(view)
        index = Index(view)
        yield from index.files()
        stemmers |= set(index.stemmers)
        yield names.names_file(view)
        yield feeds.feed(view)
    first = View(site, spoken[languages[0]])
    yield names.ids_file(first)
    yield names.meant_file(first)
    if queryable:
        yield rules.rules_file(first, written(site.model))
    yield from _assets(site.atlas, queryable)
    yield from stemmer_files(stemmers)
    yield from brand.files(site.brand)
    yield from feeds.sitemap(home, languages, listed)
    yield feeds.robots(home)


def pages(
    view: View, uses: Uses, examples: Examples, published: Published, queries: Catalogue | None
) -> Iterator[Page]:
    """Pages of the site in one language; without `queries` there is no SPARQL page."""
    yield front.front_page(view)
    yield from projects.project_lists(view)
    yield search.search_page(view)
    yield from project_pages(view)
    yield from organisation_pages(view)
    yield from area_pages(view)
    yield from programme_pages(view)
    yield from concept_pages(view, uses)
    yield front.figures_page(view)
    yield downloads_page(view, published)
    if queries is not None:
        yield sparql.sparql_page(view, queries, published)
    yield contribute_page(view, queries is not None)
    yield vocabulary_page(view, examples)
    yield from problem_pages(view)
    yield report_page(view)
    yield front.about_page(view)
    yield front.accessibility_page(view)
    yield from withdrawn_pages(view)
    yield from own_pages(view)


def own_texts(dataset: Dataset) -> dict[str, own.OwnTexts]:
    """Return the texts of the dataset and of its area pack by language. Raises NotTexts if a file cannot be used."""
    texts = {}
    for code in of_pages(dataset.languages):
        areas, given = own.read(dataset.pack.folder, code), own.read(dataset.root, code)
        texts[code] = own.OwnTexts({**areas.texts, **given.texts}, given.pages)
    return texts


def _atlas(dataset: Dataset, portfolio: Portfolio) -> Atlas:
    """Return the map of the dataset's areas, with the boundaries of its own file if it has one."""
    return atlas(portfolio.areas, list(portfolio.all_areas()), boundaries.source(dataset), dataset.pack.projection)


def _assets(country: Atlas, queryable: bool) -> Files:
    """Styles, scripts and drawings; the query engine only if there is a SPARQL page."""
    for path in sorted(ASSETS.glob("*.*")):
        yield File(f"assets/{path.name}", path.read_bytes())
    if country.outlines:
        yield File("assets/areas.svg", base_map(country).encode())
    if queryable:
        yield sparql.areas_file(country)
        yield from engine.engine_files()


__all__ = ["NotDrawn", "files"]
