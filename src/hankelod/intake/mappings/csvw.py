"""Export of a mapping as CSVW metadata, which describe the columns of a CSV file for programs.

Things are named by the row (`#row-{_row}`), since CSVW makes no ids of cells. Follows CSV on the Web (W3C
Recommendations of 17 December 2015).
"""

from __future__ import annotations

import json
import re

from hankelod.intake.mappings.forms import DateForm, NumberForm
from hankelod.intake.mappings.mapping import Value
from hankelod.intake.mappings.statements import Described, Statement, Thing, constants, resource, steps
from hankelod.messages.intake import say
from hankelod.rdf.graph import RDF

Json = dict[str, object]

ORDERS = ("dd MM yyyy", "d M yyyy", "MM dd yyyy", "M d yyyy")

DAYS = frozenset((*(order.replace(" ", sign) for sign in "-/." for order in ORDERS), "yyyy-MM-dd", "yyyyMMdd"))
"""Formats of dates that processors of CSVW know (Tabular Data Model, section 6.4.4)."""


def export(described: Described, name: str, lang: str) -> str:
    """Return the CSVW metadata of the CSV file `name`, with comments in a language."""
    return _Writing(described, name, lang).text()


class _Writing:
    def __init__(self, described: Described, name: str, lang: str) -> None:
        self.described, self.name, self.lang = described, name, lang
        self.model = described.setting.model
        self.by_column: dict[str, list[tuple[Thing, Statement]]] = {}
        self.virtual: list[Json] = []
        for thing in described.things:
            self._virtual(thing, RDF + "type", {"valueUrl": thing.cls.iri})
            for statement in thing.statements:
                self._place(thing, statement)

    def text(self) -> str:
        source = self.described.records.source
        above = sum(p.code == "sheet-above-header" for p in self.described.records.problems)
        dialect: Json = {"encoding": source.encoding or "utf-8", "delimiter": source.delimiter or ","}
        if above:
            dialect["skipRows"] = above
        columns = [self._column(n, title) for n, title in enumerate(self.described.records.columns.names, 1)]
        metadata: Json = {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": self.lang}],
            "url": self.name,
            "dialect": dialect,
            "tableSchema": {"columns": [*columns, *self.virtual]},
        }
        return json.dumps(metadata, ensure_ascii=False, indent=2) + "\n"

    ### Columns

    def _place(self, thing: Thing, statement: Statement) -> None:
        """Place a statement at its column; a constant, and the way to another thing, becomes a virtual column."""
        field, value = statement.field, statement.value
        if field.inverse:
            return
        if statement.thing is not None:
            self._virtual(thing, field.path, {"valueUrl": self._about(statement.thing)})
        elif value is not None and not value.columns:
            for text in constants(value):
                iri = resource(field, text, self.model)
                said: Json = {"valueUrl": iri} if iri else {"default": text, "datatype": field.kind.csvw}
                if statement.language:
                    said["lang"] = statement.language
                self._virtual(thing, field.path, said)
        elif value is not None:
            for name in value.columns:
                self.by_column.setdefault(name, []).append((thing, statement))

    def _about(self, name: str) -> str:
        first = self.described.things[0].name
        return "#row-{_row}" + name.removeprefix(first)

    def _virtual(self, thing: Thing, path: str, said: Json) -> None:
        name = f"virtual_{len(self.virtual) + 1}"
        self.virtual.append(
            {"name": name, "virtual": True, "aboutUrl": self._about(thing.name), "propertyUrl": path, **said}
        )

    def _column(self, number: int, title: str) -> Json:
        """The description of a column: its cells, and the property that it is, if the cells are its values."""
        column: Json = {"name": f"column_{number}", "titles": title}
        placed = self.by_column.get(title, [])
        if not placed:
            mapped = any(title in value.columns for value in self.described.mapping.values())
            note = say("export-id", self.lang) if mapped else say("export-left", self.lang)
            return {**column, "datatype": "string", "suppressOutput": True, "rdfs:comment": note}
        thing, statement = placed[0]
        value, field = statement.value, statement.field
        assert value is not None
        column["datatype"], left = described(value, field.kind.csvw, bool(field.kind.precisions))
        if value.split is not None:
            column["separator"] = value.split
        if statement.language is not None:
            column["lang"] = statement.language
        if not value.keeps_zero:
            column["null"] = ["", "0"]
        if value.needed:
            column["required"] = True
        column["aboutUrl"] = self._about(thing.name)
        column["propertyUrl"] = field.path
        notes = [say("export-beyond", self.lang, steps=steps(left))] if steps(left) else []
        if len(placed) > 1:
            paths = ", ".join(f"{t.name}: {s.field.key}" for t, s in placed[1:])
            notes.append(say("export-again", self.lang, paths=paths))
        if notes:
            column["rdfs:comment"] = notes
        return column


def described(value: Value, kind: str, precise: bool) -> tuple[object, Value]:
    """Return the datatype and format of cells, and the value with the steps that these do not say."""
    if value.join is not None or value.values is not None or value.match is not None or value.field is None:
        table = [re.escape(text) for text in value.values or () if value.otherwise is None and value.match is None]
        return ({"base": "string", "format": "|".join(table)} if table else "string"), value
    if value.number is not None:
        left = value._replace(number=value.number if value.number.percent else None, split=None, keeps_zero=True)
        return {"base": kind, "format": _number(value.number)}, left
    if value.date:
        pattern = value.date[0].pattern
        if len(value.date) == 1 and pattern in DAYS:
            return {"base": "date", "format": pattern}, value._replace(date=(), split=None)
        return {"base": "string", "format": _any_of(value.date)}, value._replace(split=None)
    return ("string" if precise else kind), value._replace(split=None)


def _number(form: NumberForm) -> Json:
    found: Json = {"decimalChar": form.decimal or ("," if form.group == "." else ".")}
    if form.group:
        found["groupChar"] = form.group
    return found


def _any_of(forms: tuple[DateForm, ...]) -> str:
    """The regular expression of dates of some forms, without names of groups."""
    pieces = dict.fromkeys(re.sub(r"\?P<\w>", "?:", piece) for form in forms for piece in form.pieces)
    return "|".join(pieces)
