"""Answer to a query, in every standard format.

Rows and booleans are written as SPARQL 1.1 CSV, TSV, JSON or XML, triples as Turtle, N-Triples, JSON-LD or RDF/XML. An
answer is also available as a text table, as Python values, as a pandas or polars data frame and as an rdflib graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.messages.words import message, word
from hankelod.rdf.graph import XSD
from hankelod.rdf.sparql import CannotAsk

if TYPE_CHECKING:
    import pandas
    import polars
    import rdflib

TABLE = "table"

ROWS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
"""Formats of rows, and of the boolean of an ASK."""

TRIPLES = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
"""Formats of triples; RDF/XML for clients that accept nothing else (rdflib's SPARQLStore)."""

INTEGERS = frozenset(
    XSD + t
    for t in (
        "integer",
        "int",
        "long",
        "short",
        "byte",
        "nonNegativeInteger",
        "positiveInteger",
        "unsignedInt",
        "unsignedLong",
    )
)

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
"""An RDF term of pyoxigraph; None where a variable is unbound."""

Value = str | int | Decimal | float | bool | None
"""A term as a Python value; None where a variable is unbound."""

Run = Callable[[], ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples]
"""Evaluates a query anew on each call."""


class Answer:
    """Result of a query, computed when it is read; every way of reading it may be used repeatedly.

    >>> import hankelod
    >>> answer = hankelod.open("dist").query("totals")
    >>> answer.rows
    [{'projects': 1, 'currency': 'EUR', 'totalCost': Decimal('1000.5'), 'grants': Decimal('700'), 'results': 1, ...}]
    >>> answer.text("csv")
    'projects,currency,totalCost,grants,results,permanence\\r\\n1,EUR,1000.5,700,1,1\\r\\n'
    >>> float(answer.to_pandas()["grants"].sum())
    700.0
    """

    def __init__(self, run: Run, prefixes: Mapping[str, str], base: str) -> None:
        """`run` evaluates the query; it is called here once, so that an invalid query is reported immediately."""
        self._run = run
        self._first: object = run()
        self.kind = _kind(self._first)
        self.prefixes = prefixes
        self.base = base
        self.notes: list[Text] = []
        """Probable mistakes in the query, as messages by language."""

    def _result(self) -> object:
        """An unread result of the engine: the first one, else a new one. A result can be read only once."""
        result, self._first = self._first, None
        return result if result is not None else self._run()

    def __repr__(self) -> str:
        return f"<answer: {self.kind}>"

    def __str__(self) -> str:
        return self.text().rstrip("\n")

    def __len__(self) -> int:
        return len(self.triples) if self.kind == "triples" else len(self.terms)

    def __bool__(self) -> bool:
        return self.boolean if self.kind == "boolean" else len(self) > 0

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return iter(self.rows)

    ### Python values

    @cached_property
    def variables(self) -> list[str]:
        """The names of the columns."""
        self._needs("rows")
        if isinstance(self._first, ox.QuerySolutions):
            return [v.value for v in self._first.variables]
        result = self._run()
        assert isinstance(result, ox.QuerySolutions)
        return [v.value for v in result.variables]

    @cached_property
    def terms(self) -> list[tuple[Term, ...]]:
        """The rows as RDF terms of pyoxigraph, None where a variable is unbound."""
        return list(self.each())

    def each(self) -> Iterator[tuple[Term, ...]]:
        """Yield the rows in the order in which the engine finds them, without keeping them."""
        width = len(self.variables)
        result = self._result()
        assert isinstance(result, ox.QuerySolutions)
        for solution in result:
            yield tuple(solution[n] for n in range(width))

    @property
    def rows(self) -> list[dict[str, Value]]:
        """The rows as Python values by column: int, Decimal, float, bool, or else text; None where unbound."""
        return [dict(zip(self.variables, map(value, row), strict=True)) for row in self.terms]

    @cached_property
    def boolean(self) -> bool:
        """The result of an ASK."""
        self._needs("boolean")
        return bool(self._result())

    @cached_property
    def triples(self) -> list[ox.Triple]:
        """The distinct triples of a CONSTRUCT or DESCRIBE, sorted as N-Triples."""
        self._needs("triples")
        result = self._result()
        assert isinstance(result, ox.QueryTriples)
        triples = set(result)
        if any(isinstance(node, ox.BlankNode) for t in triples for node in (t.subject, t.object)):
            # The engine's labels of blank nodes change from run to run.
            graph = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
            graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            triples = {quad.triple for quad in graph}
        return sorted(triples, key=str)

    def to_pandas(self, exact: bool = False) -> pandas.DataFrame:
        """Return the rows as a pandas data frame: integers as Int64, booleans as boolean, anything else as text.

        Decimals become Float64, which pandas can add up and plot; `exact` keeps them as Decimal objects.
        """
        import pandas

        frame = {}
        for name, column in self._columns().items():
            kinds = {type(v) for v in column if v is not None}
            if kinds == {bool}:
                frame[name] = pandas.Series(column, dtype="boolean")
            elif kinds == {int}:
                frame[name] = pandas.Series(column, dtype="Int64")
            elif kinds and kinds <= {int, Decimal, float} and not (exact and Decimal in kinds):
                frame[name] = pandas.Series([None if v is None else float(v) for v in column], dtype="Float64")
            else:
                frame[name] = pandas.Series(column, dtype="object")
        return pandas.DataFrame(frame, columns=self.variables)

    def to_polars(self) -> polars.DataFrame:
        """Return the rows as a polars data frame; decimals stay exact, as polars' own Decimal."""
        import polars

        return polars.DataFrame(self._columns(), strict=False)

    def _columns(self) -> dict[str, list[Value]]:
        return {name: [value(row[n]) for row in self.terms] for n, name in enumerate(self.variables)}

    def graph(self) -> rdflib.Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE as an rdflib graph."""
        return rdflib_graph(self.triples, self.prefixes, self.base)

    ### Text

    def text(self, form: str = TABLE, width: int | None = None) -> str:
        """Return the answer in a format of `ROWS` or `TRIPLES`, or as a table of at most `width` columns of text.

        Without `width` a table is as wide as its contents. Triples have no table: they are written as Turtle instead.
        Raises CannotAsk where the format does not fit the answer.
        """
        if self.kind == "triples":
            if form not in TRIPLES and form != TABLE:
                raise CannotAsk(message("refusal-format-rows", form=form, formats=", ".join(TRIPLES)))
            return self._serialised(self.triples, TRIPLES.get(form, ox.RdfFormat.TURTLE))
        if form in TRIPLES:
            raise CannotAsk(
                message(
                    "refusal-format-triples",
                    form=form,
                    kind=word(f"refusal-kind-{self.kind}"),
                    formats=", ".join((TABLE, *ROWS)),
                )
            )
        if form == TABLE:
            from hankelod.query.table import table

            if self.kind == "boolean":
                return "true\n" if self.boolean else "false\n"
            return table(self.variables, [[self.shown(t) for t in row] for row in self.terms], self._numeric(), width)
        result = self._result()
        assert isinstance(result, ox.QuerySolutions | ox.QueryBoolean)
        text = (result.serialize(format=ROWS[form]) or b"").decode()
        return text if text.endswith("\n") else text + "\n"

    def write(self, output: IO[bytes], form: str) -> None:
        """Write the answer in a format of `ROWS` or `TRIPLES`; rows are streamed, not collected.

        An exception raised by `output` ends the query and is passed on. Raises CannotAsk where the format does not
        fit the answer.
        """
        if self.kind == "triples" or form not in ROWS:
            output.write(self.text(form).encode())
            return
        result = self._result()
        assert isinstance(result, ox.QuerySolutions | ox.QueryBoolean)
        result.serialize(output, format=ROWS[form])

    def turtle(self, most: int) -> str:
        """Return the first triples of a CONSTRUCT or DESCRIBE as Turtle."""
        return self._serialised(self.triples[:most], ox.RdfFormat.TURTLE)

    def _serialised(self, triples: list[ox.Triple], form: ox.RdfFormat) -> str:
        if form != ox.RdfFormat.TURTLE:
            return (ox.serialize(triples, format=form) or b"").decode()
        iris = " ".join(str(t) for t in triples)
        used = {p: n for p, n in self.prefixes.items() if p and f"<{n}" in iris}
        lines = (ox.serialize(triples, format=form, prefixes=used) or b"").decode().splitlines(keepends=True)
        # The order in which the engine writes the prefixes changes from run to run.
        return "".join(sorted(lines[: len(used)]) + lines[len(used) :])

    def _numeric(self) -> list[bool]:
        """One flag per column: true where it has values and all of them are numbers."""
        columns = zip(*self.terms, strict=True) if self.terms else [()] * len(self.variables)
        return [
            any(t is not None for t in c) and all(t is None or type(value(t)) in (int, Decimal, float) for t in c)
            for c in columns
        ]

    def shown(self, term: Term) -> str:
        """Return a term for display: the text of a literal, an IRI with its prefix or relative to the base."""
        if isinstance(term, ox.Literal):
            return term.value
        if isinstance(term, ox.NamedNode):
            return shortened(term.value, self.prefixes, self.base)
        return "" if term is None else str(term)

    def _needs(self, kind: str) -> None:
        if self.kind != kind:
            raise CannotAsk(f"this query gives {self.kind}, not {kind}")


def _kind(result: object) -> str:
    if isinstance(result, ox.QuerySolutions):
        return "rows"
    return "boolean" if isinstance(result, ox.QueryBoolean) else "triples"


def shortened(iri: str, prefixes: Mapping[str, str], base: str) -> str:
    """Return an IRI as a query may write it: `hanke:lead`, or `<id/project/…>` relative to the base."""
    namespace = max(
        ((n, p) for p, n in prefixes.items() if p and iri.startswith(n)), key=lambda f: len(f[0]), default=None
    )
    if namespace is not None:
        local = iri[len(namespace[0]) :]
        if local.replace("-", "").replace("_", "").isalnum() and not local.startswith("-"):
            return f"{namespace[1]}:{local}"
    if iri.startswith(base) and iri != base:
        return f"<{iri[len(base) :]}>"
    return f"<{iri}>"


def value(term: Term) -> Value:
    """Return a term as a Python value; a number that is not valid in its datatype stays text."""
    if term is None:
        return None
    if not isinstance(term, ox.Literal):
        return term.value if isinstance(term, ox.NamedNode) else str(term)
    datatype, text = term.datatype.value, term.value
    try:
        if datatype in INTEGERS:
            return int(text)
        if datatype == XSD + "decimal":
            return Decimal(text)
        if datatype in (XSD + "double", XSD + "float"):
            return float(text)
    except (ValueError, ArithmeticError):
        return text
    if datatype == XSD + "boolean" and text in ("true", "false", "1", "0"):
        return text in ("true", "1")
    return text


def rdflib_graph(triples: Iterable[ox.Triple], prefixes: Mapping[str, str], base: str) -> rdflib.Graph:
    """Return triples as an rdflib graph with the prefixes bound."""
    import rdflib

    graph = rdflib.Graph(base=base)
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")
    return graph
