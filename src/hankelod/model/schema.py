"""JSON Schemas of the records as authors write them, for editors, forms and other validators.

Each comes in two forms. The one for programs is in English and has no keyword outside of JSON Schema 2020-12. The one
for editors, in each language, has `errorMessage` besides, a keyword of language servers: there a value at fault is told
by the message of its rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from hankelod.messages.catalogue import Text, in_language
from hankelod.model.context import Json
from hankelod.model.model import ID, Class, Field, Model

SCHEMA_BASE = "https://json-schema.org/draft/2020-12/schema"

MOST = 500
"""Most things of a class that are offered where a record refers to one. Of more, none is: a part of them would look
like all, and completion over thousands is slow."""

Choices = Mapping[str, Mapping[str, Text]]
"""Names of the things that records can refer to, by the IRI of their class and their id."""


def schema_name(cls: Class, lang: str) -> str:
    """Return the file name of a class's schema: `project.json` in English, else `project.fi.json`."""
    return f"{cls.segment}.json" if lang == "en" else f"{cls.segment}.{lang}.json"


def path(cls: Class, lang: str = "en", editor: bool = False) -> str:
    """Return the path of the schema of a class in a publication."""
    return f"schema/{'editor/' if editor else ''}{schema_name(cls, lang)}"


class Form(NamedTuple):
    """What a schema is written for: the language of its texts, what it offers, and whether it is for editors."""

    lang: str = "en"
    choices: Choices = {}
    editor: bool = False


def schema(model: Model, cls: Class, lang: str = "en", choices: Choices | None = None, editor: bool = False) -> Json:
    """Return a JSON Schema (2020-12) of the records of one class as authors write them.

    `choices` are the things that references offer; others are allowed, since a new one is not published yet.
    Constraints that need other records are left to `hankelod validate`.
    """
    return _Schema(model, Form(lang, choices or {}, editor)).of(cls)


class _Schema:
    """One schema: the model, its form, and the definitions that it has so far."""

    def __init__(self, model: Model, form: Form) -> None:
        self.model, self.form = model, form
        self.definitions: Json = {}

    def of(self, cls: Class) -> Json:
        lang = self.form.lang
        whole = self._object(cls)
        address = self.model.base + path(cls, lang, self.form.editor)
        head: Json = {"$schema": SCHEMA_BASE, "$id": address, "title": cls.label.get(lang, cls.name)}
        description = cls.definition.get(lang)
        if description:
            head["description"] = description
        if cls.file and cls.file.endswith(".yml") and cls.identifies == "":
            whole = {"type": "array", "items": whole}
        definitions = {"$defs": dict(sorted(self.definitions.items()))} if self.definitions else {}
        return {**head, **whole, **definitions}

    def _object(self, cls: Class) -> Json:
        properties: Json = {}
        if cls.part or cls.file:
            properties["id"] = {"type": "string", "pattern": f"^({ID.pattern})$" if cls.identifies else "^[a-z0-9/-]+$"}
        for field in cls.fields:
            if not field.derived:
                properties[field.key] = self._property(field)
        whole: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [f.key for f in cls.fields if f.required and not f.derived]
        if required:
            whole["required"] = required
        return whole

    def _property(self, field: Field) -> Json:
        lang = self.form.lang
        annotations: Json = {"title": field.label.get(lang, field.key)}
        description, message = field.description.get(lang, ""), self._message(field) or ""
        value = self._value(field)
        if field.many:  # the message is about each value
            told = {"description": message} if message else {}
            value = {"type": "array", "items": {**told, **value}, **({"minItems": 1} if field.required else {})}
        else:
            description = f"{description} {message}".strip()
        if description:
            annotations["description"] = description
        shown = example(self.model, field)
        if shown is not None:
            annotations["examples"] = [shown]
        if field.deprecated:
            annotations["deprecated"] = True
        return {**annotations, **value}

    def _message(self, field: Field) -> str | None:
        """Return how to write a value: the message of the field's shape."""
        check = self.model.checks.get(field.shape)
        return check.fix.get(self.form.lang) if check else None

    def _value(self, field: Field) -> Json:
        if field.kind.by_language:
            texts = {each: {"type": "string", "minLength": 1} for each in field.languages}
            return {"type": "object", "properties": texts, "additionalProperties": False, "minProperties": 1}
        if field.kind.nested:
            target = self.model.target(field)
            if target.name not in self.definitions:
                self.definitions[target.name] = {}
                self.definitions[target.name] = self._object(target)
            return {"$ref": f"#/$defs/{target.name}"}
        if field.kind.refers:
            return self._reference(field)
        return self._told(field, _scalar(field))

    def _told(self, field: Field, value: Json) -> Json:
        """Return a value with its message, in the form for editors."""
        message = self._message(field) if self.form.editor else None
        if message is None:
            return value
        either = value.get("anyOf")
        if isinstance(either, list):
            return {"anyOf": [{**each, "errorMessage": message} for each in either]}
        return {**value, "errorMessage": message}

    def _reference(self, field: Field) -> Json:
        target = self.model.target(field)
        names = self.model.concepts[target.iri] if target.concept else self.form.choices.get(target.iri, {})
        text: Json = {"type": "string", "minLength": 1}
        if not names or len(names) > MOST:
            return self._told(field, text)
        offered = f"{target.name}-{'concepts' if target.concept else 'things'}"
        if offered not in self.definitions:
            choices = [self._choice(each, names[each]) for each in sorted(names)]
            # A thing whose record is newer than the schema is right too; a list is part of the vocabulary.
            self.definitions[offered] = {"anyOf": choices if target.concept else [*choices, text]}
        return {"$ref": f"#/$defs/{offered}"}

    def _choice(self, identifier: str, name: Text) -> Json:
        """Return one value with its name, which forms show as the title and editors as the description."""
        shown = in_language(name, self.form.lang) or identifier
        return {"const": identifier, "title": shown, "description": shown}


def _scalar(field: Field) -> Json:
    """Return the schema of a value that is neither a part nor a text by language nor a reference."""
    allowed = list(field.words if field.kind.typing else field.values)
    if allowed:
        return {"type": "string", "enum": allowed}
    either = field.kind.schema.get("anyOf")
    forms = [_narrowed(field, each) for each in (either if isinstance(either, list) else [field.kind.schema])]
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _narrowed(field: Field, form: Json) -> Json:
    """Return the schema of a kind with the rules of its field."""
    if form["type"] == "string":
        return {"type": "string", "minLength": 1} if field.space else {**form, **_lexical(field)}
    return {**form, **_bounds(field)} if field.kind.numeric else form


def _lexical(field: Field) -> Json:
    found: Json = {"pattern": field.pattern} if field.pattern else {}
    return found | {name: int(field.limits[name]) for name in ("minLength", "maxLength") if name in field.limits}


def _bounds(field: Field) -> Json:
    names = {
        "minInclusive": "minimum",
        "maxInclusive": "maximum",
        "minExclusive": "exclusiveMinimum",
        "maxExclusive": "exclusiveMaximum",
    }
    return {names[k]: _number(v) for k, v in field.limits.items() if k in names}


def _number(text: str) -> int | float:
    """Return a decimal as a number of JSON."""
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


### Examples


def example(model: Model, field: Field) -> object | None:
    """Return the example of a field as JSON, with numbers as numbers; None if it has none that is YAML."""
    if field.example is None:
        return None
    try:
        return _typed(model, field, _read(field.example))
    except (ArithmeticError, ValueError, AttributeError):
        return None


@cache
def _read(example: str) -> object:
    """Return the texts, lists and mappings of an example in YAML, read once for all schemas. Raises ValueError."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if not any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(example, Loader=loader)):
            return yaml.load(example, Loader=loader)  # noqa: S506 - texts, lists and mappings only
    except yaml.YAMLError as error:
        raise ValueError(example) from error
    raise ValueError(example)


def _typed(model: Model, field: Field, shown: object) -> object:
    """Return the texts of an example as values of the field's kind; a single one is put into the list of a field that
    has many. Raises ValueError, ArithmeticError or AttributeError for one that is of another kind."""
    if field.many:
        return [_one(model, field, each) for each in (shown if isinstance(shown, list) else [shown])]
    return _one(model, field, shown)


def _one(model: Model, field: Field, shown: object) -> object:
    if field.kind.by_language:
        return {str(lang): str(text) for lang, text in shown.items()}  # type: ignore[attr-defined]
    if field.kind.nested:
        fields = {f.key: f for f in model.target(field).fields}
        each = shown.items()  # type: ignore[attr-defined]
        return {key: _typed(model, fields[key], v) if key in fields else v for key, v in each}
    if not isinstance(shown, str):
        raise ValueError(field.code)
    if field.kind.choices:
        return shown == "true"
    if field.kind.fractional:
        return _number(shown)
    if "number" in field.kind.nodes and shown.isdigit():
        return int(shown)
    return shown
