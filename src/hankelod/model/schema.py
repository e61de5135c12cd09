"""JSON Schemas of the records, for editors and forms."""

from __future__ import annotations

from hankelod.model.context import Json
from hankelod.model.model import ID, Class, Field, Model

SCHEMA_BASE = "https://json-schema.org/draft/2020-12/schema"


def schema_name(cls: Class, lang: str) -> str:
    """Return the file name of a class's schema: `project.json` in English, else `project.fi.json`."""
    return f"{cls.segment}.json" if lang == "en" else f"{cls.segment}.{lang}.json"


def schema(model: Model, cls: Class, lang: str = "en") -> Json:
    """Return a JSON Schema (2020-12) of the records of one class as authors write them.

    Editors use it for completion, hover texts and lists of values. Constraints that need other records are left to
    `hankelod validate`.
    """
    definitions: Json = {}
    whole = _object(model, cls, lang, definitions)
    title = cls.label.get(lang, cls.name)
    head: Json = {"$schema": SCHEMA_BASE, "$id": f"{model.base}schema/{schema_name(cls, lang)}", "title": title}
    description = cls.definition.get(lang)
    if description:
        head["description"] = description
    if definitions:
        whole["$defs"] = dict(sorted(definitions.items()))
    if cls.file and cls.file.endswith(".yml") and cls.identifies == "":
        return {**head, "type": "array", "items": whole}
    return {**head, **whole}


def _object(model: Model, cls: Class, lang: str, definitions: Json) -> Json:
    properties: Json = {}
    if cls.part or cls.file:
        properties["id"] = {"type": "string", "pattern": f"^({ID.pattern})$" if cls.identifies else "^[a-z0-9/-]+$"}
    for field in cls.fields:
        if field.filled is None:
            properties[field.key] = _property(model, field, lang, definitions)
    whole: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [f.key for f in cls.fields if f.required and f.filled is None]
    if required:
        whole["required"] = required
    return whole


def _property(model: Model, field: Field, lang: str, definitions: Json) -> Json:
    annotations: Json = {"title": field.label.get(lang, field.key)}
    description = field.description.get(lang)
    if description:
        annotations["description"] = description
    if field.example:
        annotations["examples"] = [field.example]
    value = _value(model, field, lang, definitions)
    if field.many:
        value = {"type": "array", "items": value, **({"minItems": 1} if field.required else {})}
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
    if field.kind.typing:
        return {"type": "string", "enum": list(field.words)}
    if field.kind.refers:
        target = model.target(field)
        if target.concept:
            return {
                "type": "string",
                "oneOf": [
                    {"const": c, "title": labels.get(lang, c)}
                    for c, labels in sorted(model.concepts[target.iri].items())
                ],
            }
        return {"type": "string"}
    if field.values:
        return {"type": "string", "enum": list(field.values)}
    return {**field.kind.schema, **(_bounds(field) if "number" in field.kind.nodes else _lexical(field))}


def _lexical(field: Field) -> Json:
    out: Json = {"pattern": field.pattern} if field.pattern else {}
    for name in ("minLength", "maxLength"):
        if name in field.limits:
            out[name] = int(field.limits[name])
    return out


def _bounds(field: Field) -> Json:
    names = {
        "minInclusive": "minimum",
        "maxInclusive": "maximum",
        "minExclusive": "exclusiveMinimum",
        "maxExclusive": "exclusiveMaximum",
    }
    out: Json = {names[k]: float(v) for k, v in field.limits.items() if k in names}
    return {**out, **_lexical(field)}
