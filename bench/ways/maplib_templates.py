"""maplib: OTTR templates over polars data frames, written as N-Triples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import maplib as ml
import polars as pl

from flattening import CSV_OF, schema

PACKAGES = ["maplib", "polars"]
PREPARED = "flat data frames in memory with whole IRIs and typed columns"
XSD = "http://www.w3.org/2001/XMLSchema#"
LANGUAGE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"
NATIVE = {f"{XSD}decimal": pl.Decimal(38, 12), f"{XSD}integer": pl.Int64, f"{XSD}boolean": pl.Boolean}

Job = tuple[ml.Template, ml.SolutionMappings]


def prepare(folder: Path, tables: Path) -> list[Job]:
    jobs: list[Job] = []
    for name, typed, columns in schema(tables):
        path = tables / CSV_OF.format(name)
        frame = pl.read_csv(path, infer_schema=False)
        if frame.is_empty():
            continue
        subject = ml.Variable("iri")
        parameters = [ml.Parameter(subject, rdf_type=ml.RDFType.IRI)]
        types = {"iri": ml.RDFType.IRI}
        triples = []
        casts: list[pl.Expr] = []
        kept = ["iri"]
        if typed:
            types["type"] = ml.RDFType.IRI
            parameters.append(ml.Parameter(ml.Variable("type"), rdf_type=ml.RDFType.IRI))
            triples.append(ml.Triple(subject, ml.a, ml.Variable("type")))
            kept.append("type")
        for column, predicate, term, detail in columns:
            if frame[column].null_count() == len(frame):
                continue
            variable = ml.Variable(column)
            if term == "iri":
                kind = ml.RDFType.IRI
            elif term == "language":
                kind = ml.RDFType.Literal(ml.rdf.langString)
                tag = pl.when(pl.col(column).is_not_null()).then(pl.lit(detail))
                casts.append(pl.struct(pl.col(column).alias(LANGUAGE), tag.alias("l")).alias(column))
            else:
                kind = ml.RDFType.Literal(ml.IRI(str(detail)))
                if detail in NATIVE:
                    casts.append(
                        pl.col(column) == "true" if detail.endswith("boolean") else pl.col(column).cast(NATIVE[detail])
                    )
            types[column] = kind
            parameters.append(ml.Parameter(variable, optional=True, rdf_type=kind))
            triples.append(ml.Triple(subject, ml.IRI(predicate), variable))
            kept.append(column)
        template = ml.Template(ml.IRI(f"https://synthetic.example.org/template/{name}"), parameters, triples)
        jobs.append((template, ml.SolutionMappings(frame.select(kept).with_columns(casts), types)))
    return jobs


def run(jobs: list[Job], out: Path) -> Any:
    model = ml.Model()
    for template, rows in jobs:
        model.add_template(template)
        model.map(template, rows)
    model.write(str(out), format="ntriples")
