"""The SHACL engines behind one small interface: `shacl` (fast, Rust) and `pyshacl` (the reference).

Both get the same shapes and the same data, and must give the same verdicts; the tests hold them to it. A library is
imported when its engine is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import told
from hankelod.model.model import Model
from hankelod.records.folder import NotADataset


class EngineMissing(Refusal):
    """The engine asked for is not installed here; the message says what to do."""


class Result(NamedTuple):
    """One SHACL validation result; terms in N-Triples syntax, `component` and `severity` as local names."""

    focus: str
    path: str | None
    value: str | None
    component: str
    shape: str | None
    severity: str


Engine = Callable[[str], list[Result]]
"""Takes data as N-Triples, gives the results."""


def engine(name: str, model: Model) -> Engine:
    """An engine with the Model's shapes compiled. It and what it gives raise NotADataset where the shapes are no use."""
    if name == "shacl":
        return _shacl(model)
    return _pyshacl(model)


def available(name: str | None) -> str:
    """The engine to use: the one asked for, else `shacl` where there is one. Raises EngineMissing."""
    if name is None:
        return "shacl" if _installed("shacl") else "pyshacl"
    if not _installed(name):
        raise EngineMissing(told("refusal-engine", engine=name))
    return name


def _installed(name: str) -> bool:
    """Whether a library can be imported. It is imported, since it is wanted; importlib.util alone would cost start-up."""
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def _refused(name: str, said: object) -> NotADataset:
    """What an engine says of shapes that it cannot use: a dataset's own, whose queries only the engine can judge."""
    words = str(said).strip().splitlines() or [type(said).__name__]
    return NotADataset(told("refusal-engine-shapes", engine=name, why=words[0]))


def _shacl(model: Model) -> Engine:
    import shacl

    try:
        shapes = shacl.Shapes.from_turtle(model.shapes_text, base=model.base)
    except ValueError as error:
        raise _refused("shacl", error) from error
    return _compiled(model, shapes)


def of_shapes(model: Model, shapes: str) -> Engine:
    """The engine `shacl` with just these shapes, in N-Triples."""
    import shacl

    return _compiled(model, shacl.Shapes.from_text(shapes, format="ntriples", base=model.base))


def _compiled(model: Model, shapes: Any) -> Engine:
    def validate(data: str) -> list[Result]:
        try:
            report = shapes.validate_text(data, format="ntriples", base=model.base, allow_warnings=True)
        except ValueError as error:
            raise _refused("shacl", error) from error
        return [
            Result(r.focus_node, r.path, r.value, r.component, r.source_shape or r.root_shape, r.severity)
            for r in report.results
        ]

    return validate


def _pyshacl(model: Model) -> Engine:
    import logging
    import warnings

    import pyshacl
    import rdflib
    from rdflib.namespace import SH

    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it logs a traceback for each ill-typed literal
    shapes = rdflib.Graph().parse(data=model.shapes_text, format="turtle", publicID=model.base)

    def local(term: object) -> str:
        return str(term).rsplit("#", 1)[-1]

    def validate(data: str) -> list[Result]:
        before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False  # else 2026-11-24Z loses its Z, and passes
        try:
            graph = rdflib.Graph().parse(data=data, format="nt")
            _, report, _ = pyshacl.validate(
                graph, shacl_graph=shapes, inference="none", advanced=False, meta_shacl=False, do_owl_imports=False
            )
        except Exception as error:  # its own, pyparsing's or rdflib's, by what is wrong with the shapes
            raise _refused("pyshacl", error) from error
        finally:
            rdflib.NORMALIZE_LITERALS = before
        if not isinstance(report, rdflib.Graph):
            raise _refused("pyshacl", report)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # ill-typed numbers are what is looked for
            return list(read(report))

    def read(report: rdflib.Graph) -> Iterator[Result]:
        for result in report.subjects(rdflib.RDF.type, SH.ValidationResult):
            get: dict[object, Any] = {
                p: report.value(result, p)
                for p in (
                    SH.focusNode,
                    SH.resultPath,
                    SH.value,
                    SH.sourceConstraintComponent,
                    SH.sourceShape,
                    SH.resultSeverity,
                )
            }
            shape = get[SH.sourceShape]
            yield Result(
                get[SH.focusNode].n3(),
                get[SH.resultPath].n3() if get[SH.resultPath] is not None else None,
                get[SH.value].n3() if get[SH.value] is not None else None,
                local(get[SH.sourceConstraintComponent]),
                shape.n3() if shape is not None else None,
                local(get[SH.resultSeverity]),
            )

    return validate
