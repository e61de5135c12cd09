r"""Named queries: `queries/*.rq` in ontology, profile and area pack, the descriptions in their files, and the setting
of their parameters.

A query's file is SPARQL that any engine can run unchanged, with the dataset's base as the base IRI. Its first lines
are comments of this form:

    # title@fi: …                       likewise @sv, @en
    # description@fi: …                 likewise @sv, @en
    # param municipality: municipality  a parameter: its name and kind
    # param municipality@fi: …          what it is, likewise @sv, @en

A parameter is a variable bound by one `VALUES $municipality { <id/municipality/167> }`: the value in the braces is its
default (`UNDEF`: any), and setting the parameter replaces it. The kind restricts the values: `text`, `number`, `month`,
`language`, or the part of an IRI between `id/` and the identifier (`municipality`, `concept/theme`).
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import short
from hankelod.messages.words import message
from hankelod.rdf import files
from hankelod.rdf.sparql import CannotAsk, Token, tokens, without_mark
from hankelod.records.nearness import meaning

SUFFIX = ".rq"

LARGEST = 2**20
"""Most bytes of a query's file."""

NAME = re.compile(r"[A-Za-z0-9_-]+")

LANGUAGE = "language"

_HEAD = re.compile(r"#\s*(title|description|param\s+(\w+))(?:@(\w+))?:\s*(.*?)\s*")

_VALUE = {
    "text": re.compile(r"[^\x00-\x1f\x7f]*"),
    "number": re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?"),
    "month": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
    LANGUAGE: re.compile("[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,5}"),
}

_IDENTIFIER = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")

_KIND = re.compile(r"[a-z]+(-[a-z]+)*(/[a-z]+(-[a-z]+)*)*")

Values = Mapping[str, Sequence[str]]
"""Values by parameter; several values of one parameter are alternatives."""


class Parameter(NamedTuple):
    """A parameter of a query. `default` is SPARQL text, found in the query's text from `start` to `end`."""

    name: str
    kind: str
    label: Text
    default: str
    start: int
    end: int

    @property
    def default_value(self) -> str:
        """The default in the form that `--set` takes; empty for any."""
        if self.default == "UNDEF":
            return ""
        return self.default.strip('<>"').removeprefix(f"id/{self.kind}/")

    @property
    def fixed(self) -> str:
        """The default that is the same in every dataset; empty for a thing, which one dataset has."""
        return "" if self.default.startswith("<") else self.default_value

    def written(self, value: str, base: str) -> str:
        """Return a value as SPARQL: a literal, or an IRI of this kind. Raises CannotAsk for any other value."""
        if self.kind in _VALUE:
            if not _VALUE[self.kind].fullmatch(value) or re.search(r"\\[uU]", value):
                raise CannotAsk(
                    message(
                        "refusal-value",
                        name=self.name,
                        value=short(value),
                        expected=message(f"refusal-value-{self.kind}"),
                    )
                )
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return value if self.kind == "number" else f'"{escaped}"'
        identifier = value.removeprefix(f"{base}id/{self.kind}/")
        if not _IDENTIFIER.fullmatch(identifier):
            raise CannotAsk(
                message(
                    "refusal-value",
                    name=self.name,
                    value=short(value),
                    expected=message("refusal-value-thing", parameter=self.label or self.word),
                )
            )
        return f"<id/{self.kind}/{identifier}>"

    @property
    def word(self) -> str:
        """The noun for a value of this kind, in English."""
        return self.kind.rpartition("/")[2].replace("-", " ")


class Query(NamedTuple):
    """A query with its descriptions; `name` is the stem of its file, or None where it has no file."""

    name: str | None
    text: str
    title: Text
    description: Text
    parameters: tuple[Parameter, ...]

    def filled(self, values: Values, base: str) -> str:
        """Return the text with parameters set. Raises CannotAsk for an unknown parameter or an invalid value."""
        names = [p.name for p in self.parameters]
        for name in values:
            if name not in names:
                raise CannotAsk(message("refusal-parameter", name=name, hint=_nearest(name, names, "parameters")))
        text = self.text
        for parameter in sorted(self.parameters, key=lambda p: -p.start):
            alternatives = values.get(parameter.name, ())
            if alternatives:
                terms = " ".join(parameter.written(value, base) for value in alternatives)
                text = f"{text[: parameter.start]}{terms}{text[parameter.end :]}"
        return text


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 with the mark that editors of Windows begin it with.

    Raises UnicodeDecodeError.
    """
    return content.decode("utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8")


def read(text: str, name: str | None = None) -> Query:
    """Read a query from the text of its file. Raises CannotAsk for a parameter without VALUES or of an unknown kind."""
    text = without_mark(text)
    texts: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        match = _HEAD.fullmatch(line)
        if match is None:
            continue
        part, parameter, lang, value = match.groups()
        if parameter and lang is None:
            kinds[parameter] = value
        elif lang is not None:
            texts.setdefault(parameter or part, {})[lang] = value
    places = _places(tokens(text)) if kinds else {}
    parameters = []
    for parameter, kind in kinds.items():
        if parameter not in places:
            raise CannotAsk(message("refusal-parameter-values", query=name or "query", parameter=parameter))
        if kind not in _VALUE and not _KIND.fullmatch(kind):
            raise CannotAsk(
                message("refusal-parameter-kind", query=name or "query", kind=kind, kinds=", ".join(_VALUE))
            )
        start, end = places[parameter]
        parameters.append(Parameter(parameter, kind, texts.get(parameter, {}), text[start:end], start, end))
    return Query(name, text, texts["title"], texts["description"], tuple(parameters))


def _places(tokens: list[Token]) -> dict[str, tuple[int, int]]:
    """Start and end of the values in each `VALUES $name { … }`, by the name of its variable."""
    places: dict[str, tuple[int, int]] = {}
    for n in range(len(tokens) - 3):
        word, variable, opens = tokens[n : n + 3]
        if word.text.upper() != "VALUES" or variable.kind != "variable" or opens.text != "{":
            continue
        closes = next((m for m in range(n + 3, len(tokens)) if tokens[m].text == "}"), None)
        if closes is not None and closes > n + 3:
            places.setdefault(variable.text[1:], (tokens[n + 3].start, tokens[closes - 1].end))
    return places


class Catalogue:
    """The named queries of some folders; of one name, that of the first. Files are read on demand."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders

    def names(self) -> list[str]:
        """Return the names of all queries, sorted."""
        return sorted(self._files())

    def named(self, name: str) -> Query:
        """Return the query of this name. Raises CannotAsk, with the nearest name."""
        found = self._files()
        if name not in found:
            hint = _nearest(name, sorted(found), "queries")
            raise CannotAsk(message("refusal-query-name", name=short(name), hint=hint))
        return _read(found[name] / f"{name}{SUFFIX}", f"{name}{SUFFIX}", found[name].parents[1])

    def _files(self) -> dict[str, Path]:
        """Return the folder of each query, by name."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            for name in files.listed(folder, SUFFIX):
                found.setdefault(name.removesuffix(SUFFIX), folder)
        return found

    def all(self) -> list[Query]:
        """Return all queries, sorted by name."""
        return [self.named(n) for n in self.names()]

    def find(self, query: str, working: Path) -> Query:
        """Return the query: SPARQL text, a `.rq` file (relative to `working`) or a name. Raises CannotAsk."""
        if query.endswith(SUFFIX) and "\n" not in query and "{" not in query:
            return _read(working / query, query)
        return self.named(query) if NAME.fullmatch(query) else read(query)


def _read(file: Path, name: str, within: Path | None = None) -> Query:
    """Read a file that messages call `name`, in the dataset `within`. Raises CannotAsk."""
    try:
        return read(decoded(files.content(file, within, LARGEST)), file.stem)
    except files.Unfit as error:
        why: object = files.why(error)
    except UnicodeDecodeError:
        why = message("refusal-not-utf8")
    raise CannotAsk(message("refusal-query-unread", file=name, why=why))


def listing(catalogue: Catalogue, lang: str) -> str:
    """Return the named queries with titles, descriptions and parameters, as text in one language."""
    blocks = []
    for query in catalogue.all():
        lines = [f"{query.name}", f"    {query.title.get(lang, '')}", f"    {query.description.get(lang, '')}"]
        options = [(f"--set {p.name}={p.fixed or '…'}", p.label.get(lang, "")) for p in query.parameters]
        width = max((len(option) for option, _ in options), default=0)
        lines += [f"      {option:{width}}  {label}".rstrip() for option, label in options]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _nearest(text: str, names: list[str], kind: str) -> Text:
    """A hint by language: the nearest of these names, else all of them."""
    near = meaning(text, {name: (name,) for name in names})
    if near:
        return message("refusal-nearest", name=near)
    return message(f"refusal-{kind}", names=", ".join(names)) if names else message(f"refusal-{kind}-none")
