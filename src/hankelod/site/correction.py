"""Correction: a published record as its author would write it, with which the form begins."""

from __future__ import annotations

from hankelod.model.model import Class, Model
from hankelod.records.record import Record, Values, handed_on
from hankelod.site.view import Json


def correction(model: Model, record: Record, given: Values) -> Json:
    """Return the class, the id and the written values of a record; `given` is what the dataset gives to its records."""
    return {"class": record.cls.name, "id": record.id, "values": written(model, record.cls, record.values, given)}


def written(model: Model, cls: Class, values: Values, given: Values) -> Json:
    """Return complete values without what rules fill in: every value a text, ids of parts and references short."""
    out: Json = {}
    handed = given
    for field in cls.fields:
        if field.defaulted and field.key in values:
            handed = handed_on(handed, field, values[field.key])
    for field in cls.fields:
        value = values.get(field.key)
        if value is None or field.derived:
            continue
        if field.defaulted and field.filled and value == given.get(field.filled.keys[0]):
            continue
        if field.kind.nested:
            target = model.target(field)
            parts: list[Values] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
            found = [
                {"id": str(part["id"]).rsplit("/", 1)[-1], **written(model, target, part, handed)} for part in parts
            ]
            out[field.key] = found if field.many else found[0]
        elif isinstance(value, dict):
            out[field.key] = dict(value)
        elif isinstance(value, list):
            out[field.key] = [_text(each) for each in value]
        else:
            out[field.key] = _text(value).rsplit("/", 1)[-1] if field.within else _text(value)
    return out


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
