"""Code generator of the functions that make nodes of published JSON-LD of complete values.

A node is the values with their types, with ids and references relative to the base, and with the names that its context
gives (`hankelod.model.context.Published`): all else is taken as it is, which costs a record little more than a copy.
"""

from __future__ import annotations

from hankelod.model.context import Published
from hankelod.model.model import Class, Field, Model


class NodeSource:
    """Python source of these functions; `r` are the values, `n` is the node, `v` the value at hand.

    They need `moments` and the functions of their parts in scope.
    """

    def __init__(self, model: Model, published: Published) -> None:
        self.model, self.published = model, published

    def function(self, cls: Class) -> str:
        """Return the function of a class; its parameters are complete values, and the beginning of the ids."""
        root = f"id/{self.model.root_of(cls).identifies}"
        types = {word: [self.published.types[iri] for iri in iris] for word, iris in cls.stated.items()}
        # Types before all else, as the W3C's Streaming JSON-LD wants them.
        node = ["n = {'type': None, **r}", "n['id'] = root + r['id']", "n['type'] = types[r['type'][0]]"]
        return (
            "\n    ".join(
                [f"def {cls.name}(r, root={root!r}, types={types!r}):", *node, *self._fields(cls), "return n"]
            )
            + "\n"
        )

    def _fields(self, cls: Class) -> list[str]:
        lines = []
        for field in cls.fields:
            if field.kind.typing:
                lines.append(f"del n[{field.key!r}]")
                continue
            name = self.published.keys[field.code]
            value = self._value(field)
            if value is None and name == field.key:
                continue
            if field.many and value is not None:
                value = f"[{value} for v in v]"
            lines += [f"v = r.get({field.key!r})", "if v is not None:"]
            if name != field.key:
                lines.append(f"    del n[{field.key!r}]")
            lines.append(f"    n[{name!r}] = {value or 'v'}")
        return lines

    def _value(self, field: Field) -> str | None:
        """Return an expression for one value `v`; None if it is taken as it is."""
        if field.kind.nested:
            return f"{self.model.target(field).name}(v, root)"
        if field.kind.refers:
            return f"{'id/' + self.model.root_of(self.model.target(field)).identifies!r} + v"
        if field.kind.precisions:  # the context says that it is a month
            return "(v if len(v) == 7 else {'@value': v, 'type': moments.get(len(v), moments[10])})"
        return "'id/' + v" if field.kind.relative else None
