"""JSON Schemas of complete records: what authors write, and what the rules fill in.

They describe the lines of `dump/projects.jsonl`. Money and other decimals are texts, which keep every digit.
"""

from __future__ import annotations

from hankelod.model.context import Json
from hankelod.model.model import ID, Class, Field, Model
from hankelod.model.schema import SCHEMA_BASE

PATH = f"^{ID.pattern}(/{ID.pattern})*$"
"""Ids of records and parts: that of a part begins with that of its whole."""


def path(cls: Class) -> str:
    """Return the path of the schema of a class in a publication."""
    return f"schema/complete/{cls.segment}.json"


def schema(model: Model, cls: Class, lang: str = "en") -> Json:
    """Return a JSON Schema (2020-12) of the complete records of one class."""
    definitions: Json = {}
    whole = _object(model, cls, lang, definitions)
    head: Json = {"$schema": SCHEMA_BASE, "$id": f"{model.base}{path(cls)}", "title": cls.label.get(lang, cls.name)}
    if lang in cls.definition:
        head["description"] = cls.definition[lang]
    return {**head, **whole, **({"$defs": dict(sorted(definitions.items()))} if definitions else {})}


def _object(model: Model, cls: Class, lang: str, definitions: Json) -> Json:
    types = [list(names) for names in dict.fromkeys(cls.written.values())]
    properties: Json = {"id": {"type": "string", "pattern": PATH}, "type": {"type": "array", "enum": types}}
    required = ["id", "type"]
    for field in cls.fields:
        if field.passed_on:
            continue
        properties[field.key] = _described(field, lang, _value(model, field, lang, definitions))
        if field.required or (field.filled is not None and field.filled.way == "ordinal"):
            required.append(field.key)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _described(field: Field, lang: str, value: Json) -> Json:
    annotations: Json = {"title": field.label.get(lang, field.key)}
    if lang in field.description:
        annotations["description"] = field.description[lang]
    if field.many:
        value = {"type": "array", "items": value, "minItems": 1}
    return {**annotations, **value}


def _value(model: Model, field: Field, lang: str, definitions: Json) -> Json:
    if field.kind.by_language:
        texts = {each: {"type": "string", "minLength": 1} for each in field.languages}
        return {"type": "object", "properties": texts, "additionalProperties": False, "minProperties": 1}
    if field.kind.nested:
        target = model.target(field)
        if target.name not in definitions:
            definitions[target.name] = {}
            definitions[target.name] = _object(model, target, lang, definitions)
        return {"$ref": f"#/$defs/{target.name}"}
    if field.kind.refers:
        target = model.target(field)
        ids = sorted(model.concepts[target.iri]) if target.concept else []
        return {"type": "string", "enum": ids} if ids else {"type": "string", "pattern": PATH}
    allowed = list(field.words if field.kind.typing else field.values)
    if allowed:
        return {"type": "string", "enum": allowed}
    either = field.kind.complete.get("anyOf")
    if isinstance(either, list):
        return {"anyOf": [{**form, **_pattern(field)} if form["type"] == "string" else form for form in either]}
    return {**field.kind.complete, **_pattern(field)}


def _pattern(field: Field) -> Json:
    found: Json = {"pattern": field.pattern} if field.pattern else {}
    return found | {name: int(field.limits[name]) for name in ("minLength", "maxLength") if name in field.limits}
