"""Counts of a graph in N-Triples: triples, subjects, objects, classes, properties, links to other datasets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hankelod.rdf.graph import RDF


class Columns(NamedTuple):
    """Triples by subject, predicate and object; an object has the end of its line behind it."""

    subjects: Sequence[bytes]
    predicates: Sequence[bytes]
    objects: Sequence[bytes]

    @property
    def distinct_objects(self) -> set[bytes]:
        """The distinct objects, without ends of lines."""
        return {each[:-2] for each in set(self.objects)}


def columns(lines: Iterable[bytes]) -> Columns:
    """Take lines of N-Triples, which have no line ends, apart."""
    subjects, predicates, objects = list[bytes](), list[bytes](), list[bytes]()
    for line in lines:  # three lists: a list for each line would be many for the garbage collector
        subject, predicate, rest = line.split(b" ", 2)
        subjects.append(subject)
        predicates.append(predicate)
        objects.append(rest)
    return Columns(subjects, predicates, objects)


class Counts:
    """Numbers of triples and of distinct subjects and objects; `members` by class IRI, `uses` by property IRI, `links`
    by property IRI and beginning of the object, with a blank between."""

    def __init__(self) -> None:
        self.triples = self.subjects = self.objects = 0
        self.members: dict[str, int] = {}
        self.uses: dict[str, int] = {}
        self.links: dict[str, int] = {}

    def add(self, triples: Columns, spaces: tuple[bytes, ...] = ()) -> None:
        """Count distinct triples, which are all those of their subjects; objects are not counted.

        Links are triples whose object begins with one of `spaces` (`<http://…`).
        """
        kind = f"<{RDF}type>".encode()
        pairs = list(zip(triples.predicates, triples.objects, strict=True))
        links = (
            predicate[1:-1] + b" " + next(each for each in spaces if rest.startswith(each))[1:]
            for predicate, rest in pairs
            if rest.startswith(spaces)
        )
        self.triples += len(pairs)
        self.subjects += len(set(triples.subjects))
        _more(self.members, Counter(rest[1:-3] for predicate, rest in pairs if predicate == kind))
        _more(self.uses, Counter(predicate[1:-1] for predicate in triples.predicates))
        _more(self.links, Counter(links))

    def merge(self, other: Counts) -> None:
        """Add the counts of other lines that share no subject with these."""
        self.triples += other.triples
        self.subjects += other.subjects
        self.objects += other.objects
        for mine, more in ((self.members, other.members), (self.uses, other.uses), (self.links, other.links)):
            for term, number in more.items():
                mine[term] = mine.get(term, 0) + number

    def encoded(self) -> bytes:
        """Return the counts as JSON."""
        import json

        return json.dumps(self.__dict__).encode()

    @classmethod
    def decoded(cls, content: bytes) -> Counts:
        """Return the counts that `encoded` wrote."""
        import json

        counts = cls()
        counts.__dict__.update(json.loads(content))
        return counts


def _more(numbers: dict[str, int], counted: Counter[bytes]) -> None:
    """Add to numbers by name."""
    for name, number in counted.items():
        term = name.decode()
        numbers[term] = numbers.get(term, 0) + number
