r"""Named queries: `ontology/queries/*.rq`, what their files tell of them, and how their parameters are set.

A query's file is SPARQL that any engine can run as it is, with the dataset's base as the base IRI. Its first lines
are comments of this form:

    # title@fi: …                       likewise @sv, @en
    # description@fi: …                 likewise @sv, @en
    # param municipality: municipality  a parameter: its name and kind
    # param municipality@fi: …          what it is, likewise @sv, @en

A parameter is a variable that one `VALUES $municipality { <id/municipality/167> }` binds: what stands there is its
default (`UNDEF`: any), and setting it replaces just that. Its kind says what values may look like: `text`, `number`,
`month`, `language`, or what stands between `id/` and an identifier (`municipality`, `concept/theme`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.words import told
from hankelod.rdf.sparql import CannotAsk, Token, tokens

SUFFIX = ".rq"

NAME = re.compile(r"[A-Za-z0-9_-]+")

LANGUAGE = "language"

_HEAD = re.compile(r"#\s*(title|description|param\s+(\w+))(?:@(\w+))?:\s*(.*?)\s*")

_VALUE = {
    "text": re.compile(r"[^\x00-\x1f\x7f]*"),
    "number": re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?"),
    "month": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
    LANGUAGE: re.compile("fi|sv|en"),
}

_IDENTIFIER = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")

_KIND = re.compile(r"[a-z]+(-[a-z]+)*(/[a-z]+(-[a-z]+)*)*")

Text = dict[str, str]

Given = Mapping[str, Sequence[str]]
"""Values by parameter; several of one parameter are alternatives."""


class Parameter(NamedTuple):
    """`kind` as above, `default` as SPARQL writes it; `start` and `end` are where that stands in the query's text."""

    name: str
    kind: str
    label: Text
    default: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The default as `--set` would write it; empty for any."""
        if self.default == "UNDEF":
            return ""
        return self.default.strip('<>"').removeprefix(f"id/{self.kind}/")

    def written(self, value: str, base: str) -> str:
        """A value as SPARQL writes it. Nothing but a literal or an IRI of this kind comes out. Raises CannotAsk."""
        if self.kind in _VALUE:
            if not _VALUE[self.kind].fullmatch(value) or re.search(r"\\[uU]", value):
                raise CannotAsk(
                    told(
                        "refusal-value",
                        name=self.name,
                        value=_shown(value),
                        expected=told(f"refusal-value-{self.kind}"),
                    )
                )
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return value if self.kind == "number" else f'"{escaped}"'
        identifier = value.removeprefix(f"{base}id/{self.kind}/")
        if not _IDENTIFIER.fullmatch(identifier):
            raise CannotAsk(
                told(
                    "refusal-value",
                    name=self.name,
                    value=_shown(value),
                    expected=told("refusal-value-thing", kind=self.word),
                )
            )
        return f"<id/{self.kind}/{identifier}>"

    @property
    def word(self) -> str:
        """What a value of this kind is called."""
        return self.kind.rpartition("/")[2].replace("-", " ")


class Query(NamedTuple):
    """A query with what its file tells of it; `name` is its file's stem, or None where it has no file."""

    name: str | None
    text: str
    title: Text
    description: Text
    parameters: tuple[Parameter, ...]

    def filled(self, given: Given, base: str) -> str:
        """The text with these values of parameters set. Raises CannotAsk for an unknown name or an ill-formed value."""
        known = {p.name: p for p in self.parameters}
        for name in given:
            if name not in known:
                raise CannotAsk(told("refusal-parameter", name=name, hint=_nearest(name, list(known), "parameters")))
        text = self.text
        for parameter in sorted(self.parameters, key=lambda p: -p.start):
            values = given.get(parameter.name, ())
            if values:
                written = " ".join(parameter.written(v, base) for v in values)
                text = f"{text[: parameter.start]}{written}{text[parameter.end :]}"
        return text


def read(text: str, name: str | None = None) -> Query:
    """A query out of the text of its file. Raises CannotAsk where a parameter has no VALUES, or no known kind."""
    texts: dict[str, Text] = {"title": {}, "description": {}}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        match = _HEAD.fullmatch(line)
        if match is None:
            continue
        what, parameter, lang, said = match.groups()
        if parameter and lang is None:
            kinds[parameter] = said
        elif lang is not None:
            texts.setdefault(parameter or what, {})[lang] = said
    places = _places(tokens(text)) if kinds else {}
    found = []
    for parameter, kind in kinds.items():
        if parameter not in places:
            raise CannotAsk(told("refusal-parameter-values", query=name or "query", parameter=parameter))
        if kind not in _VALUE and not _KIND.fullmatch(kind):
            raise CannotAsk(told("refusal-parameter-kind", query=name or "query", kind=kind, kinds=", ".join(_VALUE)))
        start, end = places[parameter]
        found.append(Parameter(parameter, kind, texts.get(parameter, {}), text[start:end], start, end))
    return Query(name, text, texts["title"], texts["description"], tuple(found))


def _places(found: list[Token]) -> dict[str, tuple[int, int]]:
    """Where the values stand that one `VALUES $name { … }` binds, by the name of its variable."""
    places: dict[str, tuple[int, int]] = {}
    for n in range(len(found) - 3):
        word, variable, opens = found[n : n + 3]
        if word.text.upper() != "VALUES" or variable.kind != "variable" or opens.text != "{":
            continue
        closes = next((m for m in range(n + 3, len(found)) if found[m].text == "}"), None)
        if closes is not None and closes > n + 3:
            places.setdefault(variable.text[1:], (found[n + 3].start, found[closes - 1].end))
    return places


class Catalogue:
    """The named queries of a folder. Files are read when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """The names of all queries, sorted."""
        return sorted(f.stem for f in self.folder.glob(f"*{SUFFIX}"))

    def named(self, name: str) -> Query:
        """The query of this name. Raises CannotAsk, with the nearest name."""
        names = self.names()
        if name not in names:
            raise CannotAsk(told("refusal-query-name", name=_shown(name), hint=_nearest(name, names, "queries")))
        return read((self.folder / f"{name}{SUFFIX}").read_text("utf-8"), name)

    def all(self) -> list[Query]:
        """All queries by name."""
        return [self.named(n) for n in self.names()]

    def find(self, asked: str, working: Path) -> Query:
        """What a person asks: SPARQL text, a `.rq` file (relative to `working`), or a name. Raises CannotAsk."""
        if asked.endswith(SUFFIX) and "\n" not in asked and "{" not in asked:
            file = working / asked
            try:
                return read(file.read_text("utf-8"), file.stem)
            except (OSError, ValueError) as error:
                why = error if isinstance(error, OSError) else told("refusal-not-utf8")
                raise CannotAsk(told("refusal-query-unread", file=asked, why=why)) from error
        return self.named(asked) if NAME.fullmatch(asked) else read(asked)


def listing(catalogue: Catalogue, lang: str) -> str:
    """The named queries with titles, descriptions and parameters, for people."""
    blocks = []
    for query in catalogue.all():
        lines = [f"{query.name}", f"    {query.title.get(lang, '')}", f"    {query.description.get(lang, '')}"]
        shown = [(f"--set {p.name}={p.shown or '…'}", p.label.get(lang, "")) for p in query.parameters]
        width = max((len(s) for s, _ in shown), default=0)
        lines += [f"      {option:{width}}  {label}".rstrip() for option, label in shown]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _nearest(text: str, names: list[str], what: str) -> Text:
    close = get_close_matches(text.lower(), names, n=1, cutoff=0.5)
    if close:
        return told("refusal-nearest", name=close[0])
    return told(f"refusal-{what}", names=", ".join(names)) if names else told(f"refusal-{what}-none")


def _shown(value: str, limit: int = 60) -> str:
    """A value as a message shows it: one line, control characters escaped."""
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in value[:limit])
    return plain if len(value) <= limit else f"{plain}…"
