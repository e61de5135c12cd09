"""Plan of the form: classes, fields and checks of the Model, for a script that judges a record as validation does.

All of it is derived from the shapes, the kinds of values and the messages; the script has no rule of its own.
"""

from __future__ import annotations

from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import component_says, entry
from hankelod.model import amounts, spoken
from hankelod.model.kinds.kind import Kind, Refused
from hankelod.model.kinds.table import KINDS
from hankelod.model.model import ID, Check, Class, Field, Model
from hankelod.rdf.graph import XSD
from hankelod.records.characters import DOUBTFUL, LIKE_LATIN
from hankelod.records.keypaths import WAYS
from hankelod.records.record import BUSINESS_ID, CHECKS, business_id
from hankelod.records.tree import FORBIDDEN
from hankelod.site.view import Json, View, capital
from hankelod.validation.grants import currency_of

COMPONENTS = (
    "MinCount",
    "Datatype",
    "In",
    "Pattern",
    "MinLength",
    "MaxLength",
    "MinInclusive",
    "MinExclusive",
    "MaxInclusive",
    "MaxExclusive",
    "Disjoint",
    "Or",
)
"""Constraint components (SHACL, section 4) that the script checks itself."""

CODES = (
    "ambiguous-code",
    "bad-id",
    "business-id-check",
    "duplicate-id",
    "duplicate-value",
    "empty-value",
    "file-name",
    "forbidden-character",
    "invisible-character",
    "lookalike-host",
    "missing-language",
    "no-national-language",
    "replacement-character",
    "unknown-key",
    "unknown-key-path",
    "unknown-reference",
    "withdrawn-id",
    "wrong-kind",
)
"""Problem codes outside the shapes."""


def plan(view: View, classes: list[Class]) -> Json:
    """Return the plan for records of these classes, in the language of the view."""
    own = {cls.name: cls for each in classes for cls in with_parts(view.model, each)}
    return {
        "classes": {name: _class(view, cls) for name, cls in own.items()},
        "kinds": {k.name: _kind(k) for k in KINDS.values()},
        "groups": [{"name": g.name, "label": view.t.plain(g.label)} for g in view.model.groups],
        "says": {c: view.t.plain(component_says(f"{c}ConstraintComponent")) for c in COMPONENTS},
        "own": {code: _own(view, code) for code in CODES},
        "id": f"^(?:{ID.pattern})$",
        "forbidden": script_pattern(FORBIDDEN.pattern),
        "doubtful": script_pattern(DOUBTFUL.pattern),
        "likeLatin": "".join(sorted(LIKE_LATIN)),
        "languages": {code: capital(view.language_name(code)) for code in view.t.order},
        "order": list(view.site.portfolio.config.languages),
        "national": list(view.site.portfolio.config.national),
        "given": view.portfolio.defaults,
        "spoken": _spoken(view),
    }


def _spoken(view: View) -> Json:
    """Return the words that people write values with: those of the dataset's languages, for its currencies."""
    portfolio = view.portfolio
    languages = [lang for lang in portfolio.config.languages if lang in LANGUAGES]
    codes = {*portfolio.currencies, currency_of(portfolio.defaults)}
    return {
        "months": spoken.month_names(languages),
        "money": amounts.currency_words(languages, codes),
        "small": spoken.small_words(languages),
    }


def script_pattern(pattern: str) -> str:
    """Return a pattern with escapes that are the same in scripts; there are none for code points beyond U+FFFF."""
    return "".join(c if " " <= c <= "~" or c > "\uffff" else f"\\u{ord(c):04x}" for c in pattern)


def with_parts(model: Model, cls: Class) -> list[Class]:
    """Return a class and, recursively, the classes of its parts, each once."""
    classes = {cls.name: cls}
    for field in cls.fields:
        if field.kind.nested and not field.derived:
            for each in with_parts(model, model.target(field)):
                classes.setdefault(each.name, each)
    return list(classes.values())


def _class(view: View, cls: Class) -> Json:
    checks = [c for c in view.model.checks.values() if c.class_name == cls.name]
    codes = {f.code for f in cls.fields}
    filled = [(f.key, f.filled) for f in cls.fields if f.filled and f.derived and f.filled.way != "ordinal"]
    return {
        "name": cls.name,
        "label": view.class_label(cls),
        "segment": cls.segment,
        "folder": cls.folder,
        "main": cls.main,
        "fields": [_field(view, f) for f in cls.fields if not f.derived],
        "derived": [f.key for f in cls.fields if f.derived],
        "position": next((f.key for f in cls.fields if f.filled and f.filled.way == "ordinal"), None),
        "filled": [(key, rule.way, rule.keys) for key, rule in filled],
        "pointing": sorted({rule.keys[0] for _, rule in filled if rule.way in WAYS}),
        "types": [(rule.word, rule.key, rule.value) for rule in cls.types],
        "written": cls.written,
        "typed": cls.typed_by,
        "alternatives": [{**_texts(view, c), "keys": c.alternatives, "key": c.key} for c in checks if c.alternatives],
        "shapes": [
            {**_check(view, c), "key": c.key}
            for c in checks
            if c.code not in codes and c.key and not c.select and not c.alternatives
        ],
        "rules": [
            {**_texts(view, c), "key": c.key, "says": view.t.plain(c.says), "why": view.t.plain(c.why)}
            for c in checks
            if c.select
        ],
    }


def _kind(kind: Kind) -> Json:
    """Return what a form has to know of a kind of value."""
    form: Json = {"lexical": kind.lexical, "plain": kind.plain, "numeric": kind.numeric, "refused": _refusal(kind)}
    if kind.precisions:
        form["precisions"] = {n: iri.replace(XSD, "xsd:") for n, iri in kind.precisions.items()}
        form["coerced"] = (kind.coerced or "").replace(XSD, "xsd:")
    if kind.shown in ("month", "date", "moment") or kind.first_day:
        form["dated"] = "read" if isinstance(kind.read("0000"), Refused) else "engine"
    return {k: v for k, v in form.items() if v}


def _refusal(kind: Kind) -> str | None:
    """Return the code or component of a text that the reader does not take as a value; None if it takes all."""
    read = kind.read("?")
    refused = read if isinstance(read, Refused) else kind.read("0000")
    if not isinstance(refused, Refused) or not (isinstance(read, Refused) or kind.lexical):
        return None
    return refused.constraint or "wrong-kind"


def offered(model: Model, field: Field) -> bool:
    """Tell whether the form has controls for a field; others are judged and kept where a record has them."""
    return not (field.derived or field.deprecated or field.passed_on) and model.offers(field)


def _field(view: View, field: Field) -> Json:
    target = view.model.target(field) if field.target else None
    form: Json = {
        "key": field.key,
        "kind": field.kind.name,
        "label": view.label(field),
        "description": "" if field.description == field.label else view.t.plain(field.description),
        "group": field.group,
        "unoffered": not offered(view.model, field),
        "among": field.among,
        "many": field.many,
        "required": field.required,
        "long": field.long,
        "verbatim": field.verbatim,
        "languages": field.languages,
        "space": field.space,
        "default": field.filled.keys if field.filled and field.defaulted else None,
        "values": [[v, view.language_name(v) if field.kind.shown == "language" else v] for v in field.values],
        "words": [[w, capital(view.t.plain(view.model.labels.get(iri, {})) or w)] for w, iri in field.words.items()],
        "example": _example(view, field),
        "digits": BUSINESS_ID if field.checked_by and CHECKS[field.checked_by] is business_id else None,
        **_check(view, view.model.check(field)),
    }
    if target is not None:
        form["target"] = target.name if field.kind.nested else target.segment
        form["concept"] = target.concept
        form["cased"] = bool(target.identified_by) and not field.kind.nested
        form["within"] = (field.within, target.segment) if field.within else None
    return {k: v for k, v in form.items() if v not in (None, "", False, [], {}, ())}


def _example(view: View, field: Field) -> str:
    """Return the example of a field as it would be typed; empty if it is not a single plain value."""
    return view.example(field).strip('"') if field.kind.example and not field.many else ""


def _texts(view: View, check: Check) -> Json:
    pick = view.t.plain
    return {"code": check.code, "severity": check.severity, "fix": pick(check.fix), "why": pick(check.why)}


def _check(view: View, check: Check) -> Json:
    form: Json = {
        **_texts(view, check),
        "least": check.least,
        "pattern": check.pattern,
        "limits": dict(check.limits),
        "only": check.values,
        "apart": check.apart,
    }
    return {k: v for k, v in form.items() if v not in (None, "", 0, {}, ())}


def _own(view: View, code: str) -> Json:
    message, pick = entry(code), view.t.plain
    return {
        "severity": message.severity,
        "says": pick(message.says),
        "fix": pick(message.fix),
        "why": pick(message.why),
    }
