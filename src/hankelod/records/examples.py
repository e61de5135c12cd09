"""Examples of fields: values of a dataset's own records, so that pages, schemas and forms show nothing of another's.

A field without a value in the records has the example that its shape gives (`skos:example`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from itertools import islice

from hankelod.model.model import Class, Field, Model
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record

SEARCHED = 100
"""Most records of a class that are searched, in the order of their ids."""

SHOWN = 3
"""Most values of a list that an example shows."""

LONGEST = 60
"""Most characters of a text in an example."""


def first(dataset: Dataset) -> list[Record]:
    """Return the first of the records that datasets are about, without keeping its problems; none if there is none."""
    main = dataset.model.main
    before = len(dataset.reader.problems)
    if dataset.bulk_file(main):
        found = list(islice(dataset.read_bulk(main), 1))
    else:
        records = (dataset.read_record(file, main) for file in dataset.files(main))
        found = list(islice((r for r in records if r is not None), 1))
    dataset.reader.forget(before)
    return found


def examples(model: Model, records: Iterable[Record]) -> dict[str, str]:
    """Return the example of each field that has a value in these records, as written in YAML, by the field's code."""
    by_class: dict[str, list[Record]] = {}
    for record in records:
        if not record.cls.of_dataset:  # its version and days change with every release, and would change these pages
            by_class.setdefault(record.cls.iri, []).append(record)
    found: dict[str, str] = {}
    for some in by_class.values():
        for record in sorted(some, key=lambda r: r.id)[:SEARCHED]:
            for thing in model.walk(record.cls, record.values):
                for field in thing.cls.fields:
                    if field.key in thing.values and field.code not in found and not field.derived:
                        text = _written(field, thing.values[field.key])
                        if text is not None:
                            found[field.code] = text
    return found


def in_model(model: Model, found: Mapping[str, str]) -> Model:
    """Return the Model with these examples in its fields."""
    classes = {iri: _in_class(cls, found) for iri, cls in model.classes.items()}
    return model._replace(classes=classes, main=classes[model.main.iri])


def _in_class(cls: Class, found: Mapping[str, str]) -> Class:
    return cls._replace(fields=tuple(f._replace(example=found.get(f.code, f.example)) for f in cls.fields))


def _written(field: Field, value: object) -> str | None:
    """Return a value in YAML on one line; None for a part, whose fields have examples of their own."""
    if field.kind.nested:
        return None
    if isinstance(value, list):
        return f"[{', '.join(_scalar(field, str(v)) for v in value[:SHOWN])}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{lang}: {_quoted(text)}' for lang, text in value.items())}}}"
    if isinstance(value, bool):
        return str(value).lower()
    return _scalar(field, str(value))


def _scalar(field: Field, text: str) -> str:
    if field.kind.refers:
        text = text.rsplit("/", 1)[-1]  # the own id of a part
    if field.kind.plain is not None and re.fullmatch(field.kind.plain, text):
        return text
    whole = field.pattern is not None or field.kind.shown == "address"  # a part of it would be none
    return json.dumps(text, ensure_ascii=False) if whole else _quoted(text)


def _quoted(text: object) -> str:
    """Return a text in quotation marks; a long one is cut after a whole word."""
    whole = " ".join(str(text).split())
    cut = whole if len(whole) <= LONGEST else whole[:LONGEST].rsplit(" ", 1)[0] + "…"
    return json.dumps(cut, ensure_ascii=False)
