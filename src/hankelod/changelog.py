"""What changed, told to people: the changelog in Markdown and HTML, and one comparison as text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator

from hankelod.diffs import Change, Things
from hankelod.graph import Text
from hankelod.history import Release
from hankelod.problems import LANGUAGES

Names = Callable[[str], Text]
"""What a thing is called, by its IRI; nothing where that is unknown."""

LISTED = 20
"""Up to so many new records of a class are listed by name, more are only counted."""

WORDS: dict[str, Text] = {
    "changelog": {"fi": "Muutokset", "sv": "Ändringar", "en": "Changes"},
    "create": {"fi": "Uudet", "sv": "Nya", "en": "New"},
    "update": {"fi": "Muuttuneet", "sv": "Ändrade", "en": "Changed"},
    "delete": {"fi": "Poistetut", "sv": "Borttagna", "en": "Removed"},
    "forgotten": {
        "fi": "Tietueen aiemmat versiot poistettiin historiasta henkilötietojen suojaamiseksi.",
        "sv": "Postens tidigare versioner togs bort ur historiken för att skydda personuppgifter.",
        "en": "The earlier versions of this record were taken out of the history to protect personal data.",
    },
    "values": {
        "fi": "Muutoksen sisältö on poistettu.",
        "sv": "Ändringens innehåll har tagits bort.",
        "en": "The values of this change were taken out.",
    },
    "none": {"fi": "Tietueet ovat ennallaan.", "sv": "Posterna är oförändrade.", "en": "No record changed."},
    "terms": {"fi": "Sanaston termit", "sv": "Vokabulärens termer", "en": "Terms of the vocabulary"},
    "feed": {"fi": "Muutossyöte (LDES)", "sv": "Ändringsflöde (LDES)", "en": "Change feed (LDES)"},
    "language": {"fi": "Suomi", "sv": "Svenska", "en": "English"},
}
"""Words of the changelog itself, by language."""


def path(lang: str, ending: str) -> str:
    """Where the changelog in a language stands: the same path under `sv/` and `en/`, as the pages of the site."""
    return f"{'' if lang == 'fi' else lang + '/'}changes/changelog.{ending}"


def files(things: Things, releases: tuple[Release, ...], title: Text, names: Names) -> Iterator[tuple[str, bytes]]:
    """The changelog in Markdown and HTML, in each language."""
    for lang in LANGUAGES:
        told = _Telling(things, names, lang)
        for ending, write in (("md", _markdown), ("html", _html)):
            yield path(lang, ending), write(told, releases, title.get(lang) or next(iter(title.values()), "")).encode()


class _Telling:
    """How things, fields and values are told in one language; nothing of it is escaped yet."""

    def __init__(self, things: Things, names: Names, lang: str) -> None:
        self.things, self.names, self.lang = things, names, lang

    def word(self, key: str) -> str:
        return WORDS[key][self.lang]

    def of(self, texts: Text) -> str:
        """A text in this language, else in another."""
        return texts.get(self.lang) or next(iter(texts.values()), "")

    def short(self, iri: str) -> str:
        """A thing's IRI as people know it: `project/inkoo`."""
        base = f"{self.things.model.base}id/"
        return iri.removeprefix(base) if iri.startswith(base) else self.things.short(iri)

    def name(self, change: Change) -> str:
        return self.of(dict(change.title) or self.names(change.thing))

    def value(self, value: str) -> str:
        """A value: for a thing or a term its name, else as it is, on one line."""
        named = self.of(self.names(value)) if re.match(r"https?://", value) else ""
        return " ".join((f"{named} ({self.short(value)})" if named else self.short(value)).split())

    def field(self, change: Change, field: str) -> str:
        return self.things.label(change.thing, field)[self.lang]

    def counted(self, changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
        """New things by class: what the class is called, and its things."""
        by: dict[str, list[Change]] = {}
        for change in changes:
            cls = self.things.cls(change.thing)
            by.setdefault(cls.iri if cls else "", []).append(change)
        for iri, found in by.items():
            yield self.of(self.things.model.classes[iri].label) if iri else self.word("terms"), found


def _kinds(changes: tuple[Change, ...]) -> Iterator[tuple[str, list[Change]]]:
    for kind in ("create", "update", "delete"):
        found = [c for c in changes if c.change == kind]
        if found:
            yield kind, found


### Markdown


def _plain(text: str) -> str:
    """A text with everything escaped that Markdown or HTML would take for markup (CommonMark 0.31, section 2.4)."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", " ".join(text.split()))


def _markdown(told: _Telling, releases: tuple[Release, ...], title: str) -> str:
    out = [f"# {told.word('changelog')}: {_plain(title)}"]
    for release in reversed(releases):
        out += ["", f"## {_plain(release.version)} – {_plain(release.modified)}"]
        for thing in release.forgotten:
            out += ["", f"{_thing(told, thing, told.of(told.names(thing)))}: {told.word('forgotten')}"]
        if not release.changes:
            out += ["", told.word("none")]
        for kind, changes in _kinds(release.changes):
            out += ["", f"### {told.word(kind)}", ""]
            out += _listed(told, changes) if kind == "create" else [each for c in changes for each in _told(told, c)]
    return "\n".join(out) + "\n"


def _thing(told: _Telling, iri: str, name: str) -> str:
    return f"[{_plain(name or told.short(iri))}](<{iri}>)"


def _listed(told: _Telling, changes: list[Change]) -> Iterator[str]:
    for label, found in told.counted(changes):
        yield f"- {_plain(label)}: {len(found)}"
        if len(found) <= LISTED:
            yield from (f"  - {_thing(told, c.thing, told.name(c))}" for c in found)


def _told(told: _Telling, change: Change) -> Iterator[str]:
    yield f"- {_thing(told, change.thing, told.name(change))}"
    if change.change == "update" and not change.fields:
        yield f"  - {told.word('values')}"
    for field in change.fields:
        sides = [_plain(told.value(v)) for v in (field.old, field.new) if v is not None]
        said = " → ".join(sides) if len(sides) == 2 else sides[0] if field.old is None else f"~~{sides[0]}~~"
        yield f"  - {_plain(told.field(change, field.field))}: {said}"


### HTML


def _html(told: _Telling, releases: tuple[Release, ...], title: str) -> str:
    e = html.escape
    heading = f"{told.word('changelog')}: {title}"
    up = "../" if told.lang == "fi" else "../../"
    links = [f'<a href="{up}{path(lang, "html")}" lang="{lang}" hreflang="{lang}">{WORDS["language"][lang]}</a>' for lang in LANGUAGES if lang != told.lang]  # fmt: skip
    links += [f'<a href="{up}changes/feed.trig">{told.word("feed")}</a>', '<a href="changelog.md">Markdown</a>']
    out = [
        f'<!DOCTYPE html>\n<html lang="{told.lang}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{e(heading)}</title>\n</head>\n<body>\n<main>\n<h1>{e(heading)}</h1>",
        f"<nav>{' · '.join(links)}</nav>",
    ]
    for release in reversed(releases):
        out.append(f'<section id="release-{release.number}">')
        day = e(release.modified)
        out.append(f'<h2>{e(release.version)} – <time datetime="{day}">{day}</time></h2>')
        out += [f"<p>{_link(told, t, told.of(told.names(t)))}: {e(told.word('forgotten'))}</p>" for t in release.forgotten]  # fmt: skip
        if not release.changes:
            out.append(f"<p>{e(told.word('none'))}</p>")
        for kind, changes in _kinds(release.changes):
            out.append(f"<h3>{e(told.word(kind))}</h3>\n<ul>")
            out += _items(told, changes) if kind == "create" else [_item(told, c) for c in changes]
            out.append("</ul>")
        out.append("</section>")
    return "\n".join(out) + "\n</main>\n</body>\n</html>\n"


def _link(told: _Telling, iri: str, name: str) -> str:
    return f'<a href="{html.escape(iri)}">{html.escape(name or told.short(iri))}</a>'


def _items(told: _Telling, changes: list[Change]) -> Iterator[str]:
    for label, found in told.counted(changes):
        inner = "".join(f"<li>{_link(told, c.thing, told.name(c))}</li>" for c in found) if len(found) <= LISTED else ""
        yield f"<li>{html.escape(label)}: {len(found)}{f'<ul>{inner}</ul>' if inner else ''}</li>"


def _item(told: _Telling, change: Change) -> str:
    e = html.escape
    rows = []
    for field in change.fields:
        old = f"<del>{e(told.value(field.old))}</del>" if field.old is not None else ""
        new = f"<ins>{e(told.value(field.new))}</ins>" if field.new is not None else ""
        rows.append(f"<dt>{e(told.field(change, field.field))}</dt><dd>{' → '.join(s for s in (old, new) if s)}</dd>")
    if change.change == "update" and not rows:
        rows.append(f"<dd>{e(told.word('values'))}</dd>")
    inner = "".join(rows)
    return f"<li>{_link(told, change.thing, told.name(change))}{f'<dl>{inner}</dl>' if inner else ''}</li>"


### For a terminal


def as_text(things: Things, changes: list[Change], names: Names, lang: str) -> str:
    """What changed between two graphs, a line for each field."""
    told = _Telling(things, names, lang)
    if not changes:
        return told.word("none") + "\n"
    out = []
    for kind, found in _kinds(tuple(changes)):
        out.append(f"{told.word(kind)}:")
        for change in found:
            name = _shown(told.name(change))
            out.append(f"  {told.short(change.thing)}{f'  {name}' if name else ''}")
            for field in change.fields:
                out.append(f"    {told.field(change, field.field)}")
                out += [f"      {sign} {_shown(told.value(v))}" for sign, v in (("-", field.old), ("+", field.new)) if v is not None]  # fmt: skip
    return "\n".join(out) + "\n"


def _shown(text: str) -> str:
    """A text for a terminal: one line, control characters escaped."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
