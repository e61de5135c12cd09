"""Projects as flat tables, for tools that map tables: complete records, full IRIs, a table for each class and list.

    python bench/flattening.py FOLDER TABLES

Made by hankelod for tools that start from it: nesting, ids of parts, positions, units and addresses are done for them.
`schema.json` gives the meaning of each column, so that their mappings follow the model. Prints the processor time.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from hankelod.mapping.mapping import Mapping
from hankelod.model.model import Class, Field
from hankelod.records.dataset import Dataset
from hankelod.records.record import type_of

CSV_OF = "{}.csv"


class Column(NamedTuple):
    """A column of a table: the predicate, and what its values are (`iri`, `language` or `literal`)."""

    name: str
    predicate: str
    term: str
    detail: str | None
    """The language or the datatype."""


class Table(NamedTuple):
    """A table: subjects in the column `iri`, their class in `type` where it has one."""

    name: str
    typed: bool
    columns: list[Column]


class Flattening:
    """Writes the tables of one dataset."""

    def __init__(self, dataset: Dataset, folder: Path) -> None:
        self.model = dataset.model
        self.things = f"{dataset.base}id/"
        self.folder = folder
        self.tables: dict[str, Table] = {}
        self.files: dict[str, Any] = {}
        self.open: list[Any] = []

    def _table(self, table: Table) -> Any:
        if table.name not in self.files:
            self.tables[table.name] = table
            file = (self.folder / CSV_OF.format(table.name)).open("w", encoding="utf-8", newline="")
            self.open.append(file)
            self.files[table.name] = csv.writer(file, lineterminator="\n")
            self.files[table.name].writerow(
                ["iri", *(["type"] if table.typed else []), *(c.name for c in table.columns)]
            )
        return self.files[table.name]

    def columns(self, cls: Class) -> list[Column]:
        """The columns of a class's own table: what a thing has one of, and its texts by language."""
        found: list[Column] = []
        for field in cls.fields:
            if field.kind.by_language:
                found += [Column(f"{field.key}_{lang}", field.path, "language", lang) for lang in field.languages]
            elif not field.kind.typing and not field.many:
                iri = field.kind.name in ("iri", "reference", "relative", "part")
                found.append(
                    Column(field.key, field.path, "iri" if iri else "literal", None if iri else field.datatype)
                )
        return found

    def _value(self, field: Field, value: Any) -> str:
        if field.kind.refers:
            return f"{self.things}{self.model.root_of(self.model.target(field)).identifies}{value}"
        if field.kind.relative:
            return f"{self.things}{value}"
        if field.kind.nested:
            return str(value["iri"])
        return ("true" if value else "false") if field.kind.name == "boolean" else str(value)

    def thing(self, cls: Class, values: dict[str, Any], root: str) -> None:
        iri = root + values["id"]
        columns = self.columns(cls)
        row = [iri, self._type(cls, values)]
        for field in cls.fields:
            value = values.get(field.key)
            if field.kind.by_language:
                row += [(value or {}).get(lang, "") for lang in field.languages]
            elif field.kind.typing:
                continue
            elif field.many:
                link = self._table(
                    Table(f"{cls.name}-{field.key}", False, [Column(field.key, field.path, "iri", None)])
                )
                link.writerows(
                    (iri, root + v["id"] if field.kind.nested else self._value(field, v)) for v in value or ()
                )
                if field.kind.nested:
                    for part in value or ():
                        self.thing(self.model.target(field), part, root)
            else:
                row.append("" if value is None else self._value(field, value))
        self._table(Table(cls.name, True, columns)).writerow(row)

    def _type(self, cls: Class, values: dict[str, Any]) -> str:
        for field in cls.fields:
            if field.kind.typing:
                return field.words[values[field.key]]
        written = type_of(values, cls)
        return next(rule.iri for rule in cls.types if cls.written[rule.word] == written)

    def close(self) -> None:
        for file in self.open:
            file.close()
        (self.folder / "schema.json").write_text(json.dumps(list(self.tables.values()), indent=1))


def flatten(folder: Path, tables: Path) -> float:
    """Write the tables of projects, and their triples as `expected.nt`. Return the processor time of the tables."""
    tables.mkdir()
    dataset = Dataset(folder)
    cls = dataset.model.by_name("Project")
    before = time.process_time()
    flattening = Flattening(dataset, tables)
    for record in dataset.read_bulk(cls):
        flattening.thing(cls, record.values, f"{dataset.base}id/{cls.identifies}")
    flattening.close()
    took = time.process_time() - before
    with (tables / "expected.nt").open("wb") as file:
        mapping = Mapping(dataset.model)
        file.writelines(mapping.text(cls, record.values).encode() for record in dataset.read_bulk(cls))
    return took


def schema(tables: Path) -> list[Table]:
    """The schema of the tables in a folder."""
    return [
        Table(name, typed, [Column(*c) for c in columns])
        for name, typed, columns in json.loads((tables / "schema.json").read_text())
    ]


if __name__ == "__main__":
    print(json.dumps({"cpu": flatten(*map(Path, sys.argv[1:]))}))
