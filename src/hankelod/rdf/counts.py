"""Counts of a graph in sorted N-Triples: triples, subjects, objects, classes, properties, links to other datasets."""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.rdf.graph import RDF


class Counts:
    """Numbers of triples and of distinct subjects and objects; `members` by class IRI, `uses` by property IRI, `links`
    by property IRI and beginning of the object, with a blank between."""

    def __init__(self) -> None:
        self.triples = self.subjects = self.objects = 0
        self.members: dict[str, int] = {}
        self.uses: dict[str, int] = {}
        self.links: dict[str, int] = {}

    def add(self, lines: list[bytes], spaces: tuple[bytes, ...] = ()) -> None:
        """Count sorted lines of N-Triples, which hold all triples of their subjects; objects are not counted.

        Links are triples whose object begins with one of `spaces` (`<http://…`).
        """
        kind = f"<{RDF}type>".encode()
        last = b""
        self.triples += len(lines)
        uses: dict[bytes, int] = {}
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            if subject != last:
                self.subjects += 1
                last = subject
            uses[predicate] = uses.get(predicate, 0) + 1
            if rest.startswith(spaces):
                space = next(each for each in spaces if rest.startswith(each))
                link = (predicate[1:-1] + b" " + space[1:]).decode()
                self.links[link] = self.links.get(link, 0) + 1
            if predicate == kind:
                cls = rest[1:-3].decode()
                self.members[cls] = self.members.get(cls, 0) + 1
        for predicate, number in uses.items():
            iri = predicate[1:-1].decode()
            self.uses[iri] = self.uses.get(iri, 0) + number

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


def objects_of(lines: Iterable[bytes]) -> set[bytes]:
    """Return the distinct objects in lines of N-Triples without line ends."""
    return {line.split(b" ", 2)[2][:-2] for line in lines}
