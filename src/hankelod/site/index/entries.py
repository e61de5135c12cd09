"""Entries of the search: projects, organisations, areas, themes and programmes, with the texts that find them.

Fields are read by the Model, so that a dataset's own fields are searched as those of the package are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hankelod.model.model import Class, Field
from hankelod.rdf.graph import SKOS
from hankelod.records.areas import Area, is_form
from hankelod.records.record import Record
from hankelod.site.language import Link, Words
from hankelod.site.listing import collated, row
from hankelod.site.portfolio import text_of
from hankelod.site.view import View, capital

NAMED = ("title", "name")
"""Keys of the name of a thing."""

ALIASES = ("acronym", "altNames", "titleAsWritten", "leadAsWritten")
"""Keys of other names of a thing."""

PERIOD = ("start", "end")


class Passage(NamedTuple):
    """Text that finds an entry: its label, the text as it is shown, and words by language that find it unseen."""

    label: str
    shown: Words
    unseen: tuple[tuple[str, str], ...] = ()


class Entry(NamedTuple):
    """Thing that is found: the link to its page, a line on it, and its passages.

    The first passage is its name and the second its other names, which count most; the third is its description.
    """

    link: Link
    note: str
    passages: tuple[Passage, ...]


class Kind(NamedTuple):
    """Kind of entries: its name in the data and its heading."""

    name: str
    heading: str


def entries(view: View) -> Iterator[tuple[Kind, Iterator[Entry]]]:
    """Yield the entries by kind; projects come first, in the order of their list."""
    portfolio = view.portfolio
    yield Kind("project", view.t("nav.projects")), (_project(view, p) for p in portfolio.projects)
    organisations = portfolio.of("Organisation")
    yield (
        Kind("organisation", view.t("nav.organisations")),
        (_record(view, organisations[i]) for i in sorted(organisations)),
    )
    if portfolio.levels:
        areas = (area for area in portfolio.all_areas() if area.record.values.get("name"))
        yield Kind("area", view.t("nav.areas")), (_area(view, area) for area in areas)
    if portfolio.with_theme:
        theme = view.model.by_name("Theme")
        yield Kind("theme", view.t("nav.themes")), (_concept(view, theme, i) for i in view.model.concepts[theme.iri])
    programmes = portfolio.of("Programme")
    if programmes:
        heading = view.class_label(view.model.by_name("Programme"))
        yield Kind("programme", heading), (_record(view, programmes[i]) for i in sorted(programmes))


### Kinds of entries


def _project(view: View, project: Record) -> Entry:
    notes = " · ".join(", ".join(words.text for words in note) for note in row(view, project).notes)
    years = " ".join(str(year) for year in view.portfolio.years_of(project))
    period = Words(view.t.period(text_of(project, "start"), text_of(project, "end")))
    label = view.labelled(view.model.main.name, "start")
    running = (Passage(label, period, (("", years),)),) if period.text else ()
    return Entry(
        view.to(project), notes, (*_passages(view, project), *running, *_wider(view, project), *_inner(view, project))
    )


def _record(view: View, record: Record) -> Entry:
    total = _total(view, record)
    kind = record.values.get("kind")
    field = record.cls.field("kind")
    notes = [view.value(field, kind).words.text] if field is not None and isinstance(kind, str) else []
    return Entry(view.to(record), " · ".join((*notes, *total)), _passages(view, record))


def _total(view: View, record: Record) -> tuple[str, ...]:
    """Return the number of projects of an organisation or programme as text; none where there are none."""
    portfolio = view.portfolio
    of_programme = record.cls.name == "Programme"
    some = portfolio.of_programme.get(record.id, []) if of_programme else portfolio.of_organisation(record.id)
    return (view.t("count.projects", n=len(some)),) if some else ()


def _area(view: View, area: Area) -> Entry:
    wider = [view.named(other.record).text for other in view.portfolio.areas.above(area)]
    some = view.portfolio.in_area.get(area.path, [])
    total = (view.t("count.projects", n=len(some)),) if some else ()
    notes = " · ".join((view.level(area.level), *wider, *total))
    return Entry(view.to(area.record), notes, _names_shown(view, area.record))


def _concept(view: View, cls: Class, identifier: str) -> Entry:
    link, iri = view.concept(cls.name, identifier), view.model.iri(cls, identifier)
    link = link._replace(words=link.words._replace(text=capital(link.words.text)))
    labels = view.model.concepts[cls.iri].get(identifier) or {}
    others: object = dict(view.ontology_text(iri, SKOS + "altLabel"))
    definition = view.definition(iri)
    some = view.portfolio.with_theme.get(identifier, [])
    passages = [
        Passage("", link.words),
        _other_names(view, link.words, (labels, others)),
        *([Passage("", definition)] if definition else []),
    ]
    return Entry(link, view.t("count.projects", n=len(some)) if some else "", tuple(passages))


### Passages of a record


def _names_shown(view: View, record: Record) -> tuple[Passage, Passage]:
    """Return the passages of a record's name and of its other names."""
    name = view.named(record)
    aliases: list[object] = [record.values[key] for key in (*NAMED, *ALIASES) if key in record.values]
    forms = tuple(_forms(view, record))
    identifier = (("", f"{record.id} {text_of(record, 'acronym')}"),)
    return Passage("", name, identifier), _other_names(view, name, aliases, forms)


def _passages(view: View, record: Record) -> tuple[Passage, ...]:
    """Return the passages of a record: its names, each of its fields, and each of its parts with the parts of these.

    Within a passage the texts by language come first, then names and words of lists.
    """
    passages = list(_names_shown(view, record))
    parts: dict[tuple[str | int, ...], list[tuple[Words, tuple[tuple[str, str], ...], bool]]] = {}
    labels: dict[tuple[str | int, ...], str] = {}
    for part in view.model.walk(record.cls, record.values):
        for field in part.cls.fields:
            if not part.path and (field.key in (*NAMED, *ALIASES, *PERIOD) or is_form(record, field.key)):
                continue
            text = _text(view, field, part.values.get(field.key))
            if text is not None:
                key = part.path[:2] or (field.key,)
                parts.setdefault(key, []).append((*text, not field.kind.by_language))
                owner = record.cls.field(str(key[0]))
                labels[key] = view.label(owner or field)
    for key, texts in parts.items():
        texts.sort(key=lambda text: text[2])
        lang = texts[0][0].lang
        shown = Words(" · ".join(words.text for words, _, _ in texts), lang)
        passages.append(Passage(labels[key], shown, tuple(pair for _, unseen, _ in texts for pair in unseen)))
    return tuple(passages)


def _other_names(view: View, name: Words, texts: Iterable[object], forms: tuple[tuple[str, str], ...] = ()) -> Passage:
    """Return the passage of the names of a thing in all languages that are not the one shown."""
    pairs = [pair for text in texts for pair in _by_language(text)]
    others = {text: lang for lang, text in pairs if text != name.text}
    unseen = (*((lang, text) for text, lang in others.items()), *forms)
    return Passage(view.t("search.other-names"), Words(" · ".join(others)), unseen)


def _by_language(value: object) -> Iterator[tuple[str, str]]:
    """Yield the language and the text of each name in a value: a text, a text by language, or a list of these."""
    if isinstance(value, Mapping):
        for lang, text in value.items():
            yield from ((str(lang), each) for _, each in _by_language(text))
    elif isinstance(value, list):
        for each in value:
            yield from _by_language(each)
    elif value:
        yield "", str(value)


def _text(view: View, field: Field, value: object) -> tuple[Words, tuple[tuple[str, str], ...]] | None:
    """Return the text of a value as pages show it, and names in other languages that find it; None if it has none."""
    kind = field.kind
    if value is None or kind.nested or kind.typing or field.filled is not None:
        return None
    if kind.by_language:
        words = view.t.pick(value)
        return (words, ()) if words else None
    each = [str(v) for v in value] if isinstance(value, list) else [str(value)]
    if kind.refers:
        unseen = tuple(pair for v in each for pair in _unseen(view, field, v))
        return Words(", ".join(_called(view, field, v) for v in each)), unseen
    if kind.shown == "text" and field.key != "id":
        return Words(", ".join(each)), ()
    return None


def _called(view: View, field: Field, identifier: str) -> str:
    """Return the name of what a field refers to, with those in other languages if it is a record with a name."""
    record = view.portfolio.of(view.model.target(field).name).get(identifier)
    return _in_all(view, record) if record is not None else view.value(field, identifier).words.text


def _in_all(view: View, record: Record) -> str:
    """Return the name of a record with its names in other languages in brackets: `Turku (Åbo)`."""
    name = view.named(record).text
    others = dict.fromkeys(text for _, text in _by_language(record.values.get("name")) if text != name)
    return f"{name} ({', '.join(others)})" if others else name


def _unseen(view: View, field: Field, identifier: str) -> Iterator[tuple[str, str]]:
    """Yield the other names of what a field refers to, by language."""
    target = view.model.target(field)
    if target.concept:
        yield from _by_language(dict(view.ontology_text(view.model.iri(target, identifier), SKOS + "altLabel")))
        return
    record = view.portfolio.of(target.name).get(identifier)
    if record is not None:
        yield from _forms(view, record)


def _forms(view: View, record: Record) -> Iterator[tuple[str, str]]:
    """Yield the other names of a record that are in no language, and the forms of its name."""
    for key in ALIASES:
        yield from _by_language(record.values.get(key))
    for field in record.cls.fields:
        if field.key in record.values and is_form(record, field.key):
            yield view.t.code, str(record.values[field.key])


### Places of a project


def _wider(view: View, project: Record) -> Iterator[Passage]:
    """Yield the passages of the areas that a project's areas are in, so that it is found by their names."""
    named = {area.path for area in view.portfolio.named_areas(project)}
    for area in view.portfolio.areas_of(project):
        if area.path not in named:
            name = Words(_in_all(view, area.record), view.named(area.record).lang)
            yield Passage(view.level(area.level), name, tuple(_forms(view, area.record)))


def _inner(view: View, project: Record) -> Iterator[Passage]:
    """Yield the passages of the areas within those that a project names: it is at work there too."""
    for area in view.portfolio.named_areas(project):
        inside = [a.record for a in view.portfolio.members.get(area.path, ()) if a.level.key is not None]
        if inside:
            names = sorted((_in_all(view, record) for record in inside), key=collated)
            forms = tuple(pair for record in inside for pair in _forms(view, record))
            yield Passage(view.named(area.record).text, Words(", ".join(names)), forms)
