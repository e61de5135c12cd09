"""What can be asked: a dataset, a publication or a dump, held as one graph in an embedded store.

    >>> import hankelod
    >>> data = hankelod.open("dist")
    >>> print(data.query("SELECT ?project ?lead { ?project hanke:lead ?lead }"))
    project                   lead
    ────────────────────────  ───────────────────────
    <id/project/pieni-hanke>  <id/organisation/kunta>

A question is SPARQL text, a `.rq` file or the name of one of the
queries that come with the data; the project's prefixes need no declaration, relative IRIs resolve against the
dataset's base.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from hankelod.graph import RDF
from hankelod.queries import Catalogue, Parameter, Query
from hankelod.results import Answer
from hankelod.sparql import LIMITS, CannotAsk, Limits, Refused, Token, check, declared, refused, tokens
from hankelod.spelling import check_prefixes, nearest_thing, unknown_terms

if TYPE_CHECKING:
    import rdflib

    from hankelod.dataset import Dataset

CHUNK = 2_000
"""Records that are mapped before they are loaded, so that memory does not grow with a dataset."""

DUMPS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".nq": ox.RdfFormat.N_QUADS,
}
"""Endings of dumps, the quickest to load first; `.gz` may follow. Of N-Quads, a query without graphs asks the default
graph."""

THINGS = {"Municipality": "id/municipality/", "Project": "id/project/", "Theme": "id/concept/theme/"}
"""Classes whose things tell a dump's base: what stands before this in their IRIs."""

DEF = "https://w3id.org/hankelod/def#"
_PREFIX = re.compile(r"^\s*@prefix\s+([\w-]*):\s*<([^>\s]*)>\s*\.", re.MULTILINE)
_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_ENGINE_SAYS = {
    "The SELECT contains a variable that is unbound": "SELECT names a variable that GROUP BY does not give",
    "IRI parsing failed": "an IRI is not well-formed",
}
"""What oxigraph says beside its list of characters, in our words."""

NAMES = ("http://www.w3.org/2004/02/skos/core#prefLabel", "http://purl.org/dc/terms/title", "http://www.w3.org/2004/02/skos/core#altLabel")  # fmt: skip


class Opened(NamedTuple):
    """A graph, and what is known of where it came from."""

    store: ox.Store
    base: str
    prefixes: dict[str, str]
    origin: str
    unread: int
    """How many problems kept records, or values of them, out of the graph."""


class Graphs(NamedTuple):
    """The graphs that a query asks instead of those of the store: IRIs that make up the default graph, and named ones."""

    default: Sequence[str]
    named: Sequence[str]


class Data:
    """One graph that can be asked. `base` is the dataset's base IRI, `origin` tells in words what was opened."""

    def __init__(self, opened: Opened, catalogue: Catalogue, working: Path, limits: Limits = LIMITS) -> None:
        self._store, self.base, self.prefixes, self.origin, self.unread = opened
        self._catalogue = catalogue
        self._working = working
        self._limits = limits

    def __len__(self) -> int:
        """How many triples there are."""
        return len(self._store)

    def __repr__(self) -> str:
        return f"<{self.origin}: {len(self)} triples>"

    def query(self, query: str, /, **parameters: str | int | Sequence[str]) -> Answer:
        """Ask. `query` is SPARQL text, a `.rq` file or a name; a named query's parameters are keywords.

        Raises CannotAsk; what looks like a slip without being an error becomes a Python warning.

            >>> import hankelod
            >>> data = hankelod.open("dist")
            >>> data.query("projects-of-municipality", municipality="853", lang="sv").rows[0]["title"]
            'Ett litet projekt'
            >>> data.query("ASK { ?project hanke:lead <id/organisation/kunta> }").boolean
            True
        """
        given = {n: [v] if isinstance(v, str) else [str(v)] if isinstance(v, int) else list(v) for n, v in parameters.items()}  # fmt: skip
        answer = self.ask(self.text(self._catalogue.find(query, self._working), given))
        if answer.notes:
            import warnings

            for note in answer.notes:
                warnings.warn(note, stacklevel=2)
        return answer

    def queries(self) -> list[str]:
        """The names of the queries that come with the data.

        >>> import hankelod
        >>> "grants-by-region" in hankelod.open("dist").queries()
        True
        """
        return self._catalogue.names()

    def graph(self) -> rdflib.Graph:
        """The whole graph for rdflib, copied.

        >>> import hankelod
        >>> data = hankelod.open("dist")
        >>> len(data.graph()) == len(data)
        True
        """
        from hankelod.results import rdflib_graph

        return rdflib_graph((quad.triple for quad in self._store), self.prefixes, self.base)

    ### Parts of asking, for the command line

    def text(self, query: Query, given: dict[str, list[str]]) -> str:
        """A query's text with these parameters set, each thing among them known. Raises CannotAsk."""
        text = query.filled(given, self.base)
        for parameter in query.parameters:
            for value in given.get(parameter.name, ()):
                self._check_thing(parameter, value)
        return text

    def _check_thing(self, parameter: Parameter, value: str) -> None:
        """Refuse an identifier that leads nowhere, naming the one that may be meant."""
        written = parameter.written(value, self.base)
        if not written.startswith("<"):
            return
        thing = ox.NamedNode(self.base + written[1:-1])
        if next(self._store.quads_for_pattern(thing, None, None), None) is None:
            start = f"{self.base}id/{parameter.kind}/"
            near = nearest_thing(self._store, start, value.removeprefix(start), NAMES)
            hint = f"; did you mean {near}?" if near else ""
            raise CannotAsk(f"{parameter.name}={value}: there is no such {parameter.word}{hint}")

    def ask(self, text: str) -> Answer:
        """Ask SPARQL text. Raises CannotAsk."""
        found = check(text, self._limits)
        answer = self.answer(text)
        answer.notes = unknown_terms(self._store, text, found, {**self.prefixes, **declared(found)}, self.base)
        return answer

    def answer(self, text: str, graphs: Graphs | None = None) -> Answer:
        """The answer to a text that the guard has passed, over these graphs where they are named. Raises CannotAsk."""
        chosen: dict[str, Any] = {}
        if graphs is not None:
            try:
                chosen = {k: [ox.NamedNode(iri) for iri in v] for k, v in zip(("default_graph", "named_graphs"), graphs, strict=True)}  # fmt: skip
            except ValueError as error:
                raise CannotAsk(f"the name of a graph is no IRI: {error}") from error

        def run() -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
            try:
                return self._store.query(text, base_iri=self.base, prefixes=self.prefixes, **chosen)
            except SyntaxError as error:
                found = tokens(text)
                raise explained(text, found, {**self.prefixes, **declared(found)}, str(error)) from error
            except (ValueError, OSError, RuntimeError) as error:
                raise CannotAsk(f"the query cannot be answered: {error}") from error

        return Answer(run, self.prefixes, self.base)

    def count(self, subject: Any, predicate: Any, obj: Any) -> int:
        """How many triples match a pattern; None stands for anything."""
        return sum(1 for _ in self._store.quads_for_pattern(subject, predicate, obj))


def explained(text: str, found: list[Token], prefixes: dict[str, str], message: str) -> Refused:
    """The refusal of a text that an engine does not take, at the place where the grammar or a prefix is at fault."""
    from hankelod.grammar import explain

    fault = explain(text)
    if fault is not None:
        return refused("query-syntax", fault[1], text, fault[0])
    try:
        check_prefixes(text, found, prefixes)
    except Refused as error:
        return error
    match = _ENGINE.match(message)
    if match is None:
        return Refused("query-syntax", message, 1, 1)
    said = next((ours for theirs, ours in _ENGINE_SAYS.items() if theirs in match.group(3)), "the query is not well-formed here")  # fmt: skip
    return Refused("query-syntax", said, int(match.group(1)), int(match.group(2)))


def open_data(path: str | Path = ".", limits: Limits = LIMITS, working: Path | None = None) -> Data:
    """Open a dataset folder, a publication's folder or a dump (`.nt`, `.ttl`, `.jsonld`, each also with `.gz`).

    Relative names count from `working`, which is where `.rq` files are looked for, too. Raises CannotAsk.

        >>> import hankelod
        >>> hankelod.open("dist/dump/hankelod.nt")
        <dist/dump/hankelod.nt: ... triples>
        >>> hankelod.open("nowhere")
        Traceback (most recent call last):
            ...
        hankelod.sparql.CannotAsk: nowhere: there is no such file or folder
    """
    from hankelod.dataset import DATASET, Dataset, NotADataset

    here = working or Path()
    place = here / path
    try:
        if (place / "data" / DATASET).is_file():
            dataset = Dataset(place, here)
            return Data(_of_dataset(dataset, (Path(path) / "data").as_posix()), catalogue(place), here, limits)
        return Data(_of_dump(dump_file(place, str(path)), str(path), here), catalogue(root(here)), here, limits)  # fmt: skip
    except NotADataset as error:
        raise CannotAsk(str(error)) from error


def root(here: Path) -> Path:
    """The dataset folder that holds `here`, else `here` itself."""
    from hankelod.dataset import find

    return find(here.absolute()) or here


def catalogue(root: Path) -> Catalogue:
    """The named queries of a dataset folder: its own, else those in the package."""
    from hankelod.defaults import query_folder

    return Catalogue(query_folder(root))


def _of_dataset(dataset: Dataset, origin: str) -> Opened:
    """The graph that the dataset's publication would hold: the triples of its records, and the ontology."""
    from hankelod.dataset import DATASET
    from hankelod.mapping import Mapping

    mapping, store = Mapping(dataset.model), ox.Store()
    lines: list[str] = []
    held = 0

    def load() -> None:
        try:
            store.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
        except SyntaxError as error:
            raise CannotAsk(f"{origin}: the records give no well-formed triples; `hankelod validate` tells more: {error}") from error  # fmt: skip
        lines.clear()

    # The dataset's own description stands in the catalogue, not in the dump.
    for cls in (c for c in dataset.model.entries() if c.file != DATASET):
        for record in dataset.read(cls):
            lines += mapping.ntriples(record)
            held += 1
            if held % CHUNK == 0:
                load()
    load()
    store.bulk_extend(dataset.model.ontology.quads)
    unread = sum(p.severity == "violation" for p in dataset.reader.problems)
    return Opened(store, dataset.base, dataset.model.prefixes, origin, unread)


def dump_file(place: Path, name: str) -> Path:
    """The dump that a path names: itself, or the one in a publication's folder."""
    if place.is_file():
        if not any(place.name.endswith((end, end + ".gz")) for end in DUMPS):
            raise CannotAsk(f"{name}: not a dump that can be asked; those end in {', '.join(DUMPS)}, or these with .gz")
        return place
    if not place.exists():
        raise CannotAsk(f"{name}: there is no such file or folder")
    for end in (e + gz for e in DUMPS for gz in ("", ".gz")):
        if (place / "dump" / f"hankelod{end}").is_file():
            return place / "dump" / f"hankelod{end}"
    raise CannotAsk(f"{name}: neither a dataset (data/dataset.yml) nor a publication (dump/hankelod.nt)")


def _of_dump(file: Path, origin: str, here: Path) -> Opened:
    """A dump's graph. Its base is what the IRIs of its things begin with, else the default."""
    store = ox.Store()
    load_dump(store, file, origin)
    return opened(store, origin, here)


def load_dump(store: ox.Store, file: Path, origin: str) -> None:
    """Load a dump into a store, in memory or on disk. Raises CannotAsk."""
    from hankelod.dataset import BASE

    packed = file.name.endswith(".gz")
    kind = DUMPS[Path(file.stem).suffix if packed else file.suffix]
    try:
        if packed:
            import gzip

            with gzip.open(file) as stream:
                store.bulk_load(stream, format=kind, base_iri=BASE)  # type: ignore[arg-type]
        else:
            store.bulk_load(path=str(file), format=kind, base_iri=BASE)
    except SyntaxError as error:
        at = f":{error.lineno}:{error.offset}" if error.lineno else ""
        raise CannotAsk(f"{origin}{at}: cannot be read: {error.msg}") from error
    except (OSError, EOFError, ValueError) as error:
        raise CannotAsk(f"{origin}: cannot be read: {error}") from error


def opened(store: ox.Store, origin: str, here: Path) -> Opened:
    """A store that holds a dump, with the base that its IRIs tell, and the prefixes of the dataset at `here`."""
    from hankelod.dataset import BASE, shipped, turtle_files

    folders = [own if (own := root(here) / name).is_dir() else shipped(name) for name in ("ontology", "shapes")]
    text = "\n".join(f.read_text("utf-8") for folder in folders for f in turtle_files(folder))
    return Opened(store, _base(store) or BASE, dict(sorted(_PREFIX.findall(text))), origin, 0)


def _base(store: ox.Store) -> str | None:
    for name, before in THINGS.items():
        quad = next(store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(DEF + name)), None)
        if quad is not None and isinstance(quad.subject, ox.NamedNode) and before in quad.subject.value:
            return quad.subject.value.rpartition(before)[0]
    return None
