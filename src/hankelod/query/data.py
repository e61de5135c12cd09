"""Data to query: a dataset, a publication or a dump, loaded as one graph into an embedded store.

    >>> import hankelod
    >>> data = hankelod.open("dist")
    >>> print(data.query("SELECT ?project ?lead { ?project hanke:lead ?lead }"))
    project                   lead
    ────────────────────────  ───────────────────────
    <id/project/pieni-hanke>  <id/organisation/kunta>

A query is SPARQL text, a `.rq` file or the name of one of the queries that come with the data. The project's prefixes
need no declaration; relative IRIs resolve against the dataset's base.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from hankelod.messages.words import message
from hankelod.query import store
from hankelod.query.answer import Answer
from hankelod.query.named import Catalogue, Parameter, Query
from hankelod.query.spelling import nearest_thing, syntax_error, unknown_terms
from hankelod.query.store import Opened
from hankelod.rdf.graph import RDF
from hankelod.rdf.sparql import LIMITS, CannotAsk, Limits, check, dataset_clause, declared, tokens, without_mark

if TYPE_CHECKING:
    import rdflib

NAMES = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2004/02/skos/core#altLabel",
)
"""Properties whose values are names of a thing."""


class Graphs(NamedTuple):
    """RDF dataset of a query, by IRI: the graphs merged as its default graph, and its named graphs."""

    default: Sequence[str]
    named: Sequence[str]


class Data:
    """A graph to query. `base` is the dataset's base IRI, `origin` the path that was opened, for messages."""

    def __init__(self, opened: Opened, catalogue: Catalogue, working: Path, limits: Limits = LIMITS) -> None:
        self._store, self.base, self.prefixes, self.origin, self.unread = opened
        self._catalogue = catalogue
        self._working = working
        self._limits = limits

    def __len__(self) -> int:
        """The number of triples."""
        return len(self._store)

    def __repr__(self) -> str:
        return f"<{self.origin}: {len(self)} triples>"

    def query(self, query: str, /, **parameters: str | int | Sequence[str]) -> Answer:
        """Run a query: SPARQL text, a `.rq` file or a name; keywords set the parameters of a named query.

        Raises CannotAsk. A probable mistake that is not an error becomes a Python warning.

            >>> import hankelod
            >>> data = hankelod.open("dist")
            >>> data.query("projects-of-municipality", municipality="853", lang="sv").rows[0]["title"]
            'Ett litet projekt'
            >>> data.query("ASK { ?project hanke:lead <id/organisation/kunta> }").boolean
            True
        """
        values = {
            n: [v] if isinstance(v, str) else [str(v)] if isinstance(v, int) else list(v) for n, v in parameters.items()
        }
        answer = self.ask(self.text(self._catalogue.find(query, self._working), values))
        if answer.notes:
            import warnings

            for note in answer.notes:
                warnings.warn(note["en"], stacklevel=2)
        return answer

    def queries(self) -> list[str]:
        """Return the names of the queries that come with the data.

        >>> import hankelod
        >>> "grants-by-region" in hankelod.open("dist").queries()
        True
        """
        return self._catalogue.names()

    def graph(self) -> rdflib.Graph:
        """Return a copy of the whole graph as an rdflib graph.

        >>> import hankelod
        >>> data = hankelod.open("dist")
        >>> len(data.graph()) == len(data)
        True
        """
        from hankelod.query.answer import rdflib_graph

        return rdflib_graph((quad.triple for quad in self._store), self.prefixes, self.base)

    ### Steps of a query, for the command line

    def text(self, query: Query, values: dict[str, list[str]]) -> str:
        """Return a query's text with these parameters set; where the default is a thing that is not in the data, the
        first one that is takes its place.

        Raises CannotAsk for a value that is not valid, and for an identifier that is not in the data.
        """
        defaults = (p for p in query.parameters if p.default_value and p.name not in values)
        text = query.filled({**{p.name: [first] for p in defaults if (first := self._first(p))}, **values}, self.base)
        for parameter in query.parameters:
            for value in values.get(parameter.name, ()):
                self._check_thing(parameter, value)
        return text

    def _first(self, parameter: Parameter) -> str | None:
        """Return the first identifier in the data of the kind of a parameter; None where the default is in the data, or
        is no thing, or there is none."""
        if not parameter.default.startswith("<"):
            return None
        start = f"{self.base}id/{parameter.kind}/"
        thing = ox.NamedNode(start + parameter.default_value)
        default = next(self._store.quads_for_pattern(thing, None, None), None)
        if default is not None:
            return None
        typed = self._store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), None)
        subjects = (q.subject.value for q in typed if isinstance(q.subject, ox.NamedNode))
        names = (name.removeprefix(start) for name in subjects if name.startswith(start))
        return min((name for name in names if "/" not in name), default=None)

    def _check_thing(self, parameter: Parameter, value: str) -> None:
        """Raise CannotAsk for an identifier that is not in the data, with the nearest one that is."""
        written = parameter.written(value, self.base)
        if not written.startswith("<"):
            return
        thing = ox.NamedNode(self.base + written[1:-1])
        if next(self._store.quads_for_pattern(thing, None, None), None) is None:
            start = f"{self.base}id/{parameter.kind}/"
            near = nearest_thing(self._store, start, value.removeprefix(start), NAMES)
            code = "refusal-thing-near" if near else "refusal-thing"
            raise CannotAsk(
                message(code, name=parameter.name, value=value, parameter=parameter.label or parameter.word, near=near)
            )

    def ask(self, text: str) -> Answer:
        """Run SPARQL text and note probable mistakes in it. Raises CannotAsk."""
        text = without_mark(text)
        parsed = check(text, self._limits)
        answer = self.answer(text)
        answer.notes = unknown_terms(self._store, text, parsed, {**self.prefixes, **declared(parsed)}, self.base)
        return answer

    def answer(self, text: str, graphs: Graphs | None = None) -> Answer:
        """Run a text that the guard has passed, over `graphs` or else over the whole store. Raises CannotAsk."""
        chosen: dict[str, Any] = {}
        if graphs is not None:
            try:
                chosen = {
                    k: [ox.NamedNode(iri) for iri in v]
                    for k, v in zip(("default_graph", "named_graphs"), graphs, strict=True)
                }
            except ValueError as error:
                raise CannotAsk(message("refusal-graph-name", why=error)) from error
            self._check_graphs([*graphs.default, *graphs.named])
        elif "from" in text.lower():
            parsed = tokens(text)
            self._check_graphs(dataset_clause(parsed, {**self.prefixes, **declared(parsed)}, self.base))

        def run() -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
            try:
                return self._store.query(text, base_iri=self.base, prefixes=self.prefixes, **chosen)
            except SyntaxError as error:
                parsed = tokens(text)
                raise syntax_error(text, parsed, {**self.prefixes, **declared(parsed)}, str(error)) from error
            except (ValueError, OSError, RuntimeError) as error:
                raise CannotAsk(message("refusal-unanswered", why=error)) from error

        return Answer(run, self.prefixes, self.base)

    def _check_graphs(self, graphs: Sequence[str]) -> None:
        """Raise CannotAsk for a graph that is not there: what is asked of it would be empty without a word."""
        for graph in graphs:
            try:
                known = self._store.contains_named_graph(ox.NamedNode(graph))
            except ValueError:
                continue  # the engine says what is wrong with the IRI
            if not known:
                code = "refusal-graph-unknown" if any(self._store.named_graphs()) else "refusal-graph-none"
                raise CannotAsk(message(code, graph=graph))

    def count(self, subject: Any, predicate: Any, obj: Any) -> int:
        """Count the triples that match a pattern; None matches any term."""
        return sum(1 for _ in self._store.quads_for_pattern(subject, predicate, obj))


def open_data(path: str | Path = ".", limits: Limits = LIMITS, working: Path | None = None) -> Data:
    """Open a dataset folder, a publication's folder or a dump (`.nt`, `.ttl`, `.jsonld`, `.nq`, each also `.gz`).

    Relative paths, those of `.rq` files included, are resolved against `working`. Raises CannotAsk.

        >>> import hankelod
        >>> hankelod.open("dist/dump/hankelod.nt")
        <dist/dump/hankelod.nt: ... triples>
        >>> hankelod.open("nowhere")
        Traceback (most recent call last):
            ...
        hankelod.rdf.sparql.CannotAsk: nowhere: there is no such file or folder; check the path
    """
    from hankelod.records.dataset import Dataset
    from hankelod.records.folder import DATASET, NotADataset

    here = working or Path()
    place = here / path
    try:
        if (place / "data" / DATASET).is_file():
            dataset = Dataset(place, here)
            return Data(store.of_dataset(dataset, (Path(path) / "data").as_posix()), catalogue(place), here, limits)
        opened = store.of_dump(store.dump_file(place, str(path)), str(path), here)
        return Data(opened, catalogue(store.root(here)), here, limits)
    except NotADataset as error:
        raise CannotAsk(error.texts) from error


def catalogue(root: Path) -> Catalogue:
    """Return the named queries for a dataset folder: its own or the package's, with those of profile and area pack.

    Raises CannotAsk if its settings cannot be read.
    """
    from hankelod.records import packs
    from hankelod.records.folder import query_folders

    config, alone = store.settings_at(root)
    _, pack, _ = packs.home(config, root, alone)
    return Catalogue(*query_folders(root, config.profile.folder, pack))
