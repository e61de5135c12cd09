"""SHACL engines behind one interface: `shacl` (fast, Rust) and `pyshacl` (the reference).

Both get the same shapes and the same data and must give the same verdicts, as tests check. A library is imported only
when its engine is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from hankelod.messages.problem import Result
from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.model.model import Model
from hankelod.records.folder import NotADataset


class EngineMissing(Refusal):
    """The engine asked for is not installed; the message says how to install it."""


Engine = Callable[[str], list[Result]]
"""Takes data in N-Triples, returns the results. Raises NotADataset if the shapes cannot be used."""


def engine(name: str, model: Model) -> Engine:
    """An engine with the shapes of the Model compiled. Raises NotADataset if the shapes cannot be used."""
    if name == "shacl":
        return _shacl(model)
    return _pyshacl(model)


SECONDS = 120.0
"""Seconds that an engine may take for a chunk, by the rules of a dataset itself."""


def limited(name: str, model: Model) -> Engine:
    """An engine for rules that a stranger may have written: each chunk is checked in a child that ends in time.

    Raises NotADataset, as `engine`; also where a rule hangs or crashes the engine.
    """
    from hankelod.rdf import child

    validate = engine(name, model)

    def check(data: str) -> list[Result]:
        try:
            return child.call(lambda: validate(data), child.Limits(SECONDS), (Refusal,))
        except child.Ended as error:
            if error.why == "time":
                raise NotADataset(message("refusal-engine-time", seconds=round(SECONDS))) from error
            raise _refused(name, error.detail or error.why) from error

    return check


def available(name: str | None) -> str:
    """The name of the engine to use: `name`, else `shacl` if it is installed, else `pyshacl`. Raises EngineMissing."""
    if name is None:
        return "shacl" if _installed("shacl") else "pyshacl"
    if not _installed(name):
        raise EngineMissing(message("refusal-engine", engine=name))
    return name


def _installed(name: str) -> bool:
    """Tell whether a library can be imported, by importing it: it is used next, and importlib.util costs start-up."""
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def _refused(name: str, reason: object) -> NotADataset:
    """The refusal of shapes that an engine cannot use: a dataset may add shapes, whose queries the engine parses."""
    lines = str(reason).strip().splitlines() or [type(reason).__name__]
    return NotADataset(message("refusal-engine-shapes", engine=name, why=lines[0]))


def _shacl(model: Model) -> Engine:
    import shacl

    try:
        shapes = shacl.Shapes.from_text(model.shapes_text, format="ntriples", base=model.base)
    except ValueError as error:
        raise _refused("shacl", error) from error
    return _compiled(model, shapes)


def of_shapes(model: Model, shapes: str) -> Engine:
    """The engine `shacl` with these shapes alone, given in N-Triples."""
    import shacl

    return _compiled(model, shacl.Shapes.from_text(shapes, format="ntriples", base=model.base))


def _compiled(model: Model, shapes: Any) -> Engine:
    def validate(data: str) -> list[Result]:
        try:
            report = shapes.validate_text(data, format="ntriples", base=model.base, allow_warnings=True)
        except ValueError as error:
            raise _refused("shacl", error) from error
        labels = _labels(data, model) if "_:" in data and report.results else {}
        return [
            Result(
                labels.get(r.focus_node, r.focus_node),
                r.path,
                labels.get(r.value, r.value),
                r.component,
                r.source_shape or r.root_shape,
                r.severity,
            )
            for r in report.results
        ]

    return validate


_BLANK = re.compile(r'(?m)^(_:[^\s"]+)|(_:[^\s"]+) \.$')
"""A blank node that is the subject or the object of a line of N-Triples."""


def _labels(data: str, model: Model) -> dict[str, str]:
    """The labels that data has by those of the engine `shacl`, which numbers blank nodes as they come: first those of
    the shapes."""
    before, nodes = (dict.fromkeys(m[1] or m[2] for m in _BLANK.finditer(text)) for text in (model.shapes_text, data))
    return {f"_:0_b{n}": label for n, label in enumerate(nodes, len(before))}


def _pyshacl(model: Model) -> Engine:
    import logging
    import warnings

    import pyshacl
    import rdflib
    from rdflib.namespace import SH

    from hankelod.model.patterns import for_python, in_query_for_python

    # Else rdflib logs a traceback for each ill-typed literal.
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    shapes = rdflib.Graph().parse(data=model.shapes_text, format="nt")
    for predicate, write in ((SH.pattern, for_python), (SH.select, in_query_for_python)):
        for shape, text in list(shapes.subject_objects(predicate)):
            if isinstance(text, rdflib.Literal) and (written := write(str(text))) != str(text):
                shapes.remove((shape, predicate, text))
                shapes.add((shape, predicate, rdflib.Literal(written, datatype=text.datatype)))

    def local(term: object) -> str:
        return str(term).rsplit("#", 1)[-1]

    def validate(data: str) -> list[Result]:
        before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False  # else 2026-11-24Z loses its Z, and passes
        try:
            labels: dict[str, Any] = {}
            graph = rdflib.Graph().parse(data=data, format="nt", bnode_context=labels)
            _, report, _ = pyshacl.validate(
                graph, shacl_graph=shapes, inference="none", advanced=False, meta_shacl=False, do_owl_imports=False
            )
        except Exception as error:  # of pySHACL, pyparsing or rdflib, by what is wrong with the shapes
            raise _refused("pyshacl", error) from error
        finally:
            rdflib.NORMALIZE_LITERALS = before
        if not isinstance(report, rdflib.Graph):
            raise _refused("pyshacl", report)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about ill-typed numbers, which are reported as results
            return list(read(report, {node: f"_:{label}" for label, node in labels.items()}))

    def read(report: rdflib.Graph, labels: dict[Any, str]) -> Iterator[Result]:
        def written(term: Any) -> str:
            return labels.get(term) or str(term.n3())  # rdflib gives blank nodes labels of its own, anew in each run

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
                written(get[SH.focusNode]),
                get[SH.resultPath].n3() if get[SH.resultPath] is not None else None,
                written(get[SH.value]) if get[SH.value] is not None else None,
                local(get[SH.sourceConstraintComponent]),
                shape.n3() if shape is not None else None,
                local(get[SH.resultSeverity]),
            )

    return validate
