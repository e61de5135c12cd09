"""Description of a publication: what is written when all records have been: vocabulary, catalogue, VoID, provenance,
site, rules for web servers."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from hankelod.exports import csvw, dumps, hosting, making
from hankelod.exports.dcat import Catalogue, catalogue
from hankelod.exports.prov import provenance
from hankelod.exports.void import void
from hankelod.messages import words
from hankelod.messages.refusal import CannotPublish
from hankelod.pipeline.chronicle import Chronicle
from hankelod.pipeline.outcome import Outcome
from hankelod.publication.building import Building
from hankelod.publication.files import Edition, File
from hankelod.publication.history.releases import previous_version
from hankelod.rdf import syntaxes
from hankelod.records.dataset import Dataset
from hankelod.validation.report import Report, as_turtle


def describe(
    dataset: Dataset,
    outcome: Outcome,
    building: Building,
    report: Report,
    chronicle: Chronicle,
    edition: Edition,
    written: Sequence[str],
    left_out: Sequence[str],
) -> None:
    """Write what describes the publication. Raises CannotPublish."""
    before = previous_version(chronicle.releases)
    dates = {r.version: r.modified for r in chronicle.releases}
    edition = edition._replace(previous=before.version if before else edition.previous, versions=tuple(dates.items()))
    others, mapping = outcome.basis.others, outcome.basis.mapping
    if "dumps" in written:
        building.add(csvw.descriptions(outcome.basis.cards))
    building.add(dumps.descriptions(dataset, mapping, others))
    checks = dataset.model.checks
    if left_out:
        building.add(making.files(outcome.basis))
        chronicle.days.copy(building.reserve(making.DAYS))
        building.adopt(making.DAYS)
    in_rdf = as_turtle(report, checks).encode()
    building.add([File("report.ttl", in_rdf, syntaxes.count(in_rdf, ox.RdfFormat.TURTLE))])
    about = Catalogue(dataset, mapping, others, edition, outcome.summary, report.left)
    building.add(catalogue(about, dict(building.entries)))
    building.add(provenance(about))
    building.add(void(about, outcome.counts, dict(building.entries)))
    if "site" in written:
        _site(dataset, outcome, building, report, chronicle)
    building.add(hosting.files(dataset, others, building.entries))


def _site(dataset: Dataset, outcome: Outcome, building: Building, report: Report, chronicle: Chronicle) -> None:
    """Write the site, which describes the other files. Raises CannotPublish."""
    from hankelod import site

    try:
        published = dict(building.entries)
        building.add(site.files(dataset, outcome.records, report, published, chronicle.releases, chronicle.days))
    except site.NotDrawn as error:
        raise CannotPublish(words.message("refusal-boundaries", why=error)) from error
