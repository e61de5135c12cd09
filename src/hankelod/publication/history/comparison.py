"""Any two publications, dataset folders or dumps side by side, as text, JSON and SPARQL Update."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.mapping.mapping import Mapping, ntriples
from hankelod.messages import words
from hankelod.messages.catalogue import Text
from hankelod.messages.refusal import CannotPublish, Refusal
from hankelod.model.model import Model
from hankelod.model.shapes import load
from hankelod.publication.files import to_json
from hankelod.publication.history import changelog, previous
from hankelod.publication.history.diff import Change, Graph, Things, as_json, compare, graph, labels, line
from hankelod.publication.manifest import MANIFEST, BadManifest
from hankelod.rdf import nesting
from hankelod.records.dataset import Dataset
from hankelod.records.folder import BASE, DATASET, NotADataset, shipped, turtle_files

FORMATS = {".nt": ox.RdfFormat.N_TRIPLES, ".ttl": ox.RdfFormat.TURTLE, ".jsonld": ox.RdfFormat.JSON_LD}


class CannotCompare(Refusal):
    """One of the two cannot be read; the message says which and why."""


class Comparison(NamedTuple):
    """Two graphs, what changed between them, and what things are called in either."""

    things: Things
    old: Graph
    new: Graph
    changes: list[Change]
    names: dict[str, Text]


def of(old: str, new: str, working: Path) -> Comparison:
    """Compare two places: the folder or address of a publication, a dataset folder, or a dump.

    Things are told by the Model of the dataset among the two, the newer first; else by that of the working folder, or
    the one that comes with the package. Raises CannotCompare.
    """
    datasets = {place: _dataset(working / place) for place in (old, new)}
    settled = datasets[new] or datasets[old]
    graphs = {place: None if found is None else _of_dataset(found, place) for place, found in datasets.items()}
    things = Things(settled.model if settled else _model(working, BASE))
    for place in (new, old):
        if graphs[place] is None:
            graphs[place] = (
                _of_dump(working / place, place)
                if (working / place).is_file()
                else _of_publication(things, place, working)
            )
    left, right = graphs[old] or set(), graphs[new] or set()
    base = settled.base if settled else _base(right) or _base(left) or BASE
    if base != things.model.base:
        things = Things(_model(working, base))
    names = labels(things, left) | labels(things, right)
    return Comparison(things, left, right, compare(things, left, right), names)


def _dataset(place: Path) -> Dataset | None:
    if (place / MANIFEST).exists() or not (place / "data" / DATASET).exists():
        return None
    try:
        return Dataset(place)
    except NotADataset as error:
        raise CannotCompare(error.told) from error


def _model(working: Path, base: str) -> Model:
    folders = [
        working / n if (working / n).is_dir() and (working / "data" / DATASET).exists() else shipped(n)
        for n in ("ontology", "shapes")
    ]
    return load(turtle_files(folders[0]), turtle_files(folders[1]), base)


### Reading


def _of_dataset(dataset: Dataset, place: str) -> Graph:
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    bad = [p for p in dataset.reader.problems if p.severity == "violation"]
    if bad:
        raise CannotCompare(
            words.told("refusal-compare-dataset", place=place, file=bad[0].file, line=bad[0].line, why=bad[0].message)
        )
    return graph(ntriples(dataset, Mapping(dataset.model), records))


def _of_dump(file: Path, place: str) -> Graph:
    if file.suffix not in FORMATS:
        raise CannotCompare(words.told("refusal-compare-ending", place=place, endings=", ".join(FORMATS)))
    try:
        content = file.read_bytes()
        nesting.check(content, file.suffix == ".jsonld")
        parsed = ox.parse(content, format=FORMATS[file.suffix], base_iri="http://base.invalid/")
        return {line(quad.triple) for quad in parsed}
    except (SyntaxError, ValueError, OSError) as error:
        raise CannotCompare(words.told("refusal-compare-unreadable", place=place, why=error)) from error


def _of_publication(things: Things, place: str, working: Path) -> Graph:
    try:
        origin = previous.source(place, working)
        if isinstance(origin, previous.Folder) and not (origin.path / MANIFEST).is_file():
            raise CannotCompare(words.told("refusal-compare-nothing", place=place))
        return previous.read_graph(things, origin)
    except CannotPublish as error:  # an address that is not fetched, which it names itself
        raise CannotCompare(error.told) from error
    except (BadManifest, OSError) as error:
        raise CannotCompare(words.told("refusal-compare-unreadable", place=place, why=error)) from error


def _base(found: Graph) -> str | None:
    """The base IRI of a dump's things: what most of its typed things have before `id/`."""
    typed = re.compile(rb"<(https?://[^>]*?/)id/[a-z-]+/[^>]+> <http://www\.w3\.org/1999/02/22-rdf-syntax-ns#type> ")
    counts = Counter(match[1].decode() for each in found if (match := typed.match(each)))
    return max(counts, key=lambda base: (counts[base], base)) if counts else None


### Writing


def text(found: Comparison, lang: str) -> str:
    """What changed, for people, in one language."""
    return changelog.as_text(found.things, found.changes, lambda iri: found.names.get(iri, {}), lang)


def json(found: Comparison, lang: str) -> str:
    """What changed, for programs: as a release file has it, and what things and fields are called in one language."""
    told = []
    for change in found.changes:
        each = as_json(change)
        names = found.names.get(change.thing, {})
        each["label"] = names.get(lang) or next(iter(names.values()), None)
        each["fields"] = [
            {**f._asdict(), "label": found.things.label(change.thing, f.field)[lang]} for f in change.fields
        ]
        told.append(each)
    counts = {kind: sum(c.change == kind for c in found.changes) for kind in ("create", "update", "delete")}
    return to_json({"counts": counts, "changes": told}, 2).decode()


def sparql(found: Comparison) -> str:
    """A SPARQL 1.1 Update that turns the old graph into the new one. Raises CannotCompare for blank nodes."""
    gone, come = sorted(found.old - found.new), sorted(found.new - found.old)
    if any(b"_:" in (each[:2], each.rsplit(b" ", 2)[1][:2]) for each in (*gone, *come)):
        raise CannotCompare(words.told("refusal-compare-blank"))
    blocks = [_block(word, lines) for word, lines in (("DELETE", gone), ("INSERT", come)) if lines]
    return " ;\n".join(blocks) + "\n" if blocks else "# no change\nINSERT DATA {}\n"


def _block(word: str, lines: list[bytes]) -> str:
    body = "\n".join(_escaped(each.decode()) for each in lines)
    return f"{word} DATA {{\n{body}\n}}"


def _escaped(each: str) -> str:
    r"""A line of N-Triples as SPARQL has it.

    SPARQL replaces `\u` escapes before anything else (SPARQL 1.1, 19.2), also after a backslash that is itself escaped:
    there the letter is written as an escape, which both ways of reading take for the same text.
    """
    return re.sub(r"(\\\\)([uU])|\\.", lambda m: f"{m[1]}\\u{ord(m[2]):04X}" if m[1] else m[0], each)
