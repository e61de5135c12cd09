"""Comparison of any two publications, dataset folders or dumps: as text, JSON and SPARQL Update."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.mapping.mapping import Mapping, ntriples
from hankelod.messages import words
from hankelod.messages.catalogue import Text, in_language
from hankelod.messages.refusal import CannotPublish, Refusal
from hankelod.model.model import Model
from hankelod.publication.files import to_json
from hankelod.publication.history import changelog, previous
from hankelod.publication.history.diff import Change, Things, as_json, compare, labels, line
from hankelod.publication.history.lines import InMemory, SortedLines, differing
from hankelod.publication.manifest import MANIFEST, BadManifest
from hankelod.publication.parts import Folder
from hankelod.publication.runs import Lines
from hankelod.rdf import files, nesting
from hankelod.rdf.syntaxes import TRIPLES
from hankelod.records.dataset import Dataset
from hankelod.records.folder import BASE, DATASET, NotADataset
from hankelod.records.sources import model

NAMES = 10_000
"""Most names of things that are held."""


class CannotCompare(Refusal):
    """One of the two cannot be read or compared; the message says which and why."""


class Comparison(NamedTuple):
    """Two graphs, the changes between them, and the names of things in either."""

    things: Things
    old: SortedLines
    new: SortedLines
    changes: list[Change]
    names: Callable[[str], Text]


def of(old: str, new: str, working: Path, spool: Path) -> Comparison:
    """Compare two places: the folder or address of a publication, a dataset folder, or a dump.

    The Model is that of the dataset among the two, `new` first; else that of the working folder, else the one that
    comes with the package. What is fetched or sorted goes into folders in `spool`, which stays as long as the result is
    used. Raises CannotCompare.
    """
    datasets = {place: _dataset(working / place) for place in (old, new)}
    own = datasets[new] or datasets[old]
    graphs: dict[str, SortedLines] = {}
    for place, dataset in datasets.items():
        if dataset is not None:
            graphs[place] = _of_dataset(dataset, place)
    for place in dict.fromkeys((new, old)):
        if place not in graphs:
            graphs[place] = (
                _of_dump(working / place, place)
                if (working / place).is_file()
                else _of_publication(place, working, spool / ("new" if place == new else "old"))
            )
    left, right = graphs[old], graphs[new]
    base = own.base if own else _base(right) or _base(left) or BASE
    things = Things(own.model if own else _model(working, base))
    changes = list(compare(things, left, right, Folder(str(spool))))
    return Comparison(things, left, right, changes, _names(things, left, right))


def _names(things: Things, old: SortedLines, new: SortedLines) -> Callable[[str], Text]:
    """A function from an IRI to its name in the new graph, else in the old one, by language."""

    @lru_cache(NAMES)
    def name(iri: str) -> Text:
        names = (labels(things, lines.starting(f"<{iri}> ".encode())).get(iri, {}) for lines in (new, old))
        return next(names) or next(names)

    return name


def _dataset(place: Path) -> Dataset | None:
    if (place / MANIFEST).exists() or not (place / "data" / DATASET).exists():
        return None
    try:
        return Dataset(place)
    except NotADataset as error:
        raise CannotCompare(error.texts) from error


def _model(working: Path, base: str) -> Model:
    dataset = Dataset(working, alone=not (working / "data" / DATASET).exists())
    return model(dataset.root, dataset.sources, dataset.config._replace(base=base))


### Reading


def _of_dataset(dataset: Dataset, place: str) -> SortedLines:
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    bad = [p for p in dataset.reader.problems if p.severity == "violation"]
    if bad:
        raise CannotCompare(
            words.message(
                "refusal-compare-dataset", place=place, file=bad[0].file, line=bad[0].line, why=bad[0].message
            )
        )
    return InMemory(ntriples(dataset, Mapping(dataset.model), records).split(b"\n")[:-1])


def _of_dump(file: Path, place: str) -> SortedLines:
    if file.suffix not in TRIPLES:
        raise CannotCompare(words.message("refusal-compare-ending", place=place, endings=", ".join(TRIPLES)))
    try:
        content = files.content(file, largest=previous.LARGEST).removeprefix(BOM_UTF8)
        nesting.check(content, file.suffix == ".jsonld")
        parsed = ox.parse(content, format=TRIPLES[file.suffix], base_iri="http://base.invalid/")
        return InMemory(sorted({line(quad.triple) for quad in parsed}))
    except (SyntaxError, ValueError, files.Unfit) as error:
        why = files.why(error) if isinstance(error, files.Unfit) else error
        raise CannotCompare(words.message("refusal-compare-unreadable", place=place, why=why)) from error


def _of_publication(place: str, working: Path, spool: Path) -> SortedLines:
    try:
        origin = previous.source(place, working)
        if isinstance(origin, previous.Folder) and not (origin.path / MANIFEST).is_file():
            raise CannotCompare(words.message("refusal-compare-nothing", place=place))
        spool.mkdir()
        return previous.read_graph(origin, spool)
    except CannotPublish as error:  # an address of another scheme, which the message names
        raise CannotCompare(error.texts) from error
    except (BadManifest, OSError) as error:
        raise CannotCompare(words.message("refusal-compare-unreadable", place=place, why=error)) from error


def _base(lines: SortedLines) -> str | None:
    """The base IRI of the things of a dump: the one that most typed things have before `id/`; None if none has."""
    typed = re.compile(rb"<(https?://[^>]*?/)id/[a-z-]+/[^>]+> <http://www\.w3\.org/1999/02/22-rdf-syntax-ns#type> ")
    every = chain.from_iterable(lines.blocks())
    counts = Counter(match[1].decode() for each in every if (match := typed.match(each)))
    return max(counts, key=lambda base: (counts[base], base)) if counts else None


### Writing


def text(comparison: Comparison, lang: str) -> str:
    """The changes as text in one language."""
    return changelog.as_text(comparison.things, comparison.changes, comparison.names, lang)


def json(comparison: Comparison, lang: str) -> str:
    """The changes as JSON: as in a release file, with counts and with labels of things and fields in one language."""
    changes = []
    for change in comparison.changes:
        entry = as_json(change)
        entry["label"] = in_language(comparison.names(change.thing), lang) or None
        entry["fields"] = [
            {**f._asdict(), "label": comparison.things.label(change.thing, f.field)[lang]} for f in change.fields
        ]
        changes.append(entry)
    counts = {kind: sum(c.change == kind for c in comparison.changes) for kind in ("create", "update", "delete")}
    return to_json({"counts": counts, "changes": changes}, 2).decode()


def sparql(comparison: Comparison) -> str:
    """A SPARQL 1.1 Update that turns the old graph into the new one. Raises CannotCompare for blank nodes."""
    removed, added = Lines(), Lines()
    for left, right in differing(comparison.old, comparison.new):
        removed += left
        added += right
    if any(b"_:" in (each[:2], each.rsplit(b" ", 2)[1][:2]) for each in (*removed, *added)):
        raise CannotCompare(words.message("refusal-compare-blank"))
    blocks = [_block(word, lines) for word, lines in (("DELETE", removed), ("INSERT", added)) if lines]
    return " ;\n".join(blocks) + "\n" if blocks else "# no change\nINSERT DATA {}\n"


def _block(word: str, lines: list[bytes]) -> str:
    body = "\n".join(_escaped(each.decode()) for each in lines)
    return f"{word} DATA {{\n{body}\n}}"


def _escaped(each: str) -> str:
    r"""A line of N-Triples in the syntax of SPARQL.

    SPARQL replaces `\u` escapes before anything else (SPARQL 1.1, 19.2), also after a backslash that is itself escaped.
    There the letter u is written as an escape, which gives the same text in either order.
    """
    return re.sub(r"(\\\\)([uU])|\\.", lambda m: f"{m[1]}\\u{ord(m[2]):04X}" if m[1] else m[0], each)
