"""SHACL engines that others wrote, which judge files by the published shapes: pySHACL, and two in JavaScript."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from hankelod.rdf.graph import SH
from hankelod.validation.engines import Result
from support.folders import TESTS

CLIENTS = TESTS / "clients"


class Verdict(NamedTuple):
    """One result, without its value: local names of component and severity, IRIs of the rest."""

    focus: str
    path: str | None
    component: str
    shape: str | None
    severity: str


def local(iri: str) -> str:
    return iri.removeprefix(SH)


def of(results: Iterable[Result]) -> set[Verdict]:
    """The results of hankelod's own engine."""

    def plain(term: str | None) -> str | None:
        return term.strip("<>") if term else None

    return {Verdict(str(plain(r.focus)), plain(r.path), r.component, plain(r.shape), r.severity) for r in results}


def javascript(engine: str, shapes: Path, files: list[Path]) -> list[set[Verdict]]:
    """The verdicts of `rdf-validate-shacl` or `shacl-engine` on each of the files."""
    node = shutil.which("node")
    if not node or not (CLIENTS / "node_modules" / engine).is_dir():
        pytest.skip(f"node or {engine} is not here (npm install --prefix tests/clients)")
    done = subprocess.run(
        [node, "judge.mjs", engine, str(shapes), "-"],
        cwd=CLIENTS,
        input="\n".join(map(str, files)),
        capture_output=True,
        encoding="utf-8",
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    judged = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["file"] for each in judged] == [str(file) for file in files]
    for each in judged:
        assert each["conforms"] == (not each["results"]), each["file"]
    return [
        {
            Verdict(r["focus"], r["path"], local(r["component"]), r["shape"], local(r["severity"]))
            for r in each["results"]
        }
        for each in judged
    ]


class PySHACL:
    """pySHACL with the published shapes, which are parsed once."""

    def __init__(self, shapes: Path, advanced: bool = False) -> None:
        import rdflib

        logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
        self.shapes = rdflib.Graph().parse(shapes)
        self.advanced = advanced

    def report(self, data):
        """The report on a graph, as a graph; with `advanced`, what the rules infer is added to the data."""
        import pyshacl

        _, report, _ = pyshacl.validate(
            data, shacl_graph=self.shapes, advanced=self.advanced, inplace=self.advanced, inference="none"
        )
        return report

    def verdicts(self, data) -> set[Verdict]:
        """The verdicts on a graph."""
        return reported(self.report(data))


def reported(report) -> set[Verdict]:
    """The verdicts that a validation report in RDF holds."""
    import rdflib

    sh = rdflib.SH

    def text(result, name: str) -> str | None:
        value = report.value(result, sh[name])
        return None if value is None else str(value)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about ill-typed values
        return {
            Verdict(
                str(text(result, "focusNode")),
                text(result, "resultPath"),
                local(str(text(result, "sourceConstraintComponent"))),
                text(result, "sourceShape"),
                local(str(text(result, "resultSeverity"))),
            )
            for result in report.subjects(rdflib.RDF.type, sh.ValidationResult)
        }
