"""Catalogues of user-facing texts, by name and language: each is a Turtle file beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pyoxigraph as ox

SHACL = "http://www.w3.org/ns/shacl#"

Text = dict[str, str]
"""A text by language: the key is the language tag."""


class Catalogue:
    """One catalogue. The name of an entry is its local name, or `sh:` and the local name for a SHACL term.

    An entry has properties, also by local name: texts by language (`says`, `why`, `fix`) and plain values (`severity`,
    `path`). Values keep the order of the file.
    """

    def __init__(self, name: str, namespace: str) -> None:
        """Read the file `<name>.ttl`; its own terms are those of `namespace`."""
        self._texts: dict[tuple[str, str], Text] = {}
        self._values: dict[str, dict[str, list[str]]] = {}
        self._local = {namespace: "", SHACL: "sh:"}
        content = (files(__package__) / f"{name}.ttl").read_bytes()
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=namespace):
            entry, key = self._name(quad.subject), self._name(quad.predicate).removeprefix("sh:")
            values = self._values.setdefault(entry, {})
            if isinstance(quad.object, ox.Literal) and quad.object.language:
                self._texts.setdefault((entry, key), {})[quad.object.language] = quad.object.value
            else:
                values.setdefault(key, []).append(self._name(quad.object))

    def _name(self, term: object) -> str:
        value = str(term.value)  # type: ignore[attr-defined]
        return next((p + value[len(n) :] for n, p in self._local.items() if value.startswith(n)), value)

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of the entries with this prefix, in the order of the file."""
        return [name for name in self._values if name.startswith(prefix)]

    def text(self, name: str, key: str = "says") -> Text:
        """Return a text of an entry by language, empty if there is none."""
        return self._texts.get((name, key), {})

    def values(self, name: str, key: str) -> list[str]:
        """Return the plain values of a property of an entry."""
        return self._values.get(name, {}).get(key, [])

    def by_value(self, key: str, value: str) -> str | None:
        """Return the name of the first entry with this value of a property, or None."""
        return next((name for name in self._values if value in self.values(name, key)), None)


@cache
def catalogue(name: str, namespace: str) -> Catalogue:
    """Return the catalogue in the file `<name>.ttl`, read once."""
    return Catalogue(name, namespace)
