"""Quality of a publication in its catalogue (W3C Data Quality Vocabulary): how many records are left out of it."""

from __future__ import annotations

from hankelod.rdf.graph import RDF, RDFS
from hankelod.rdf.statements import Statements, literal
from hankelod.validation.leftout import LeftOut

DQV = "http://www.w3.org/ns/dqv#"


def add_left_out(triples: Statements, dataset: str, things: str, left: LeftOut) -> None:
    """Add a measurement of a dataset for each class of records of which some are left out."""
    for part in left.parts:
        this = f"{things}measurement/left-out/{part.name}"
        triples.add(dataset, DQV + "hasQualityMeasurement", this)
        triples.add(this, RDF + "type", DQV + "QualityMeasurement")
        triples.add(this, DQV + "computedOn", dataset)
        triples.add(this, DQV + "isMeasurementOf", f"{things}metric/left-out")
        triples.add(this, DQV + "value", literal(part.records, "integer"))
        triples.add_text(this, RDFS + "comment", part.text)
