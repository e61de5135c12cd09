"""Trees become Records: every value typed by the Model from its text as written, and completed.

A complete record is what the author wrote, with what the rules fill in: `id`, `type`, the ids of parts, `position`,
`unit`. Together with the derived JSON-LD context it is the triples of `hankelod.mapping`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.graph import Text
from hankelod.model import Check, Class, Field, Filled, Model
from hankelod.problems import Place, Problem, component_says, fill, kind_word, phrase, problem, short
from hankelod.tree import Node, Path, dotted

ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?")
"""What may stand in an IRI as the id of a thing."""

NUMBER_LIKE = re.compile(
    r"[-+]?(0[xob])?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
)
"""Plain scalars that YAML 1.1 or 1.2 reads as a number, octal or sexagesimal ones too (yaml.org/type/int)."""

DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
"""The lexical forms of xsd:decimal (XML Schema Part 2, 3.2.3)."""

DIGITS = 18
"""As many as every processor of xsd:decimal can hold (ibid.)."""

Values = dict[str, object]


class Record(NamedTuple):
    """One record: its class, id, complete values, and where each value stands.

    `places` maps the path of a value to its line and column; `marred` holds the paths of values that could not be
    taken over, so that nothing is said twice of them; `kept` tells for a list that lost members which ones are left.
    """

    cls: Class
    id: str
    file: str
    values: Values
    places: dict[Path, tuple[int, int]]
    marred: frozenset[Path]
    kept: Mapping[Path, tuple[int, ...]] = MappingProxyType({})

    def written(self, path: Path) -> Path:
        """The path in the file of a value that stands at `path` in `values`."""
        if not self.kept:
            return path
        whole: Path = ()
        for step in path:
            whole += (self.kept[whole][step] if isinstance(step, int) and whole in self.kept else step,)
        return whole

    def place(self, path: Path) -> Place:
        """Where a value stands, or else what it is part of."""
        while path and path not in self.places:
            path = path[:-1]
        return Place(self.file, *self.places.get(path, (1, 1)))


class References(NamedTuple):
    """What records may refer to: whether an id exists, and which one somebody may have meant."""

    exists: Callable[[Class, str], bool]
    suggest: Callable[[Class, str], str | None]


class Reader:
    """Types the trees of one dataset. Problems are gathered in `problems`; nothing is raised for bad data."""

    def __init__(self, model: Model, references: References, languages: tuple[str, ...]) -> None:
        self.model = model
        self.references = references
        self.languages = languages
        self.problems: list[Problem] = []

    def record(self, node: Node, cls: Class, file: str, record_id: str | None) -> Record | None:
        """Type one record. `record_id` is the file's stem; None where the record itself carries its id."""
        if node.kind != "mapping":
            self._wrong_kind(node.place(file), None, None, cls.label, "mapping", node, None)
            return None
        return _Typing(self, cls, file, node, record_id).done()

    def _wrong_kind(
        self, place: Place, record: str | None, path: str | None, label: Text, kind: str, node: Node, field: Field | None,
        suggestion: str | None = None,
    ) -> None:  # fmt: skip
        scalar = node.kind in ("text", "number", "true", "false")
        found = phrase("quoted", value=short(str(node.value))) if scalar else kind_word(node.kind)
        value = str(node.value) if isinstance(node.value, str) else None
        fix = mending(self.model.checks[_shape_iri(field.code)], field) if field else phrase("keys-and-values")
        self.problems.append(
            problem("wrong-kind", place, record, path, value, label=label, expected=kind_word(kind), found=found,
                    fix=fix, suggestion=suggestion)
        )  # fmt: skip


class _Typing:
    """The typing of one record: state that lives as long as its tree is walked."""

    def __init__(self, reader: Reader, cls: Class, file: str, node: Node, record_id: str | None) -> None:
        self.reader, self.cls, self.file, self.node = reader, cls, file, node
        self.model, self.references = reader.model, reader.references
        self.places: dict[Path, tuple[int, int]] = {(): (node.line, node.column)}
        self.marred: set[Path] = set()
        self.kept: dict[Path, tuple[int, ...]] = {}
        self.id = self._own_id(record_id)

    def done(self) -> Record | None:
        if self.id is None:
            return None
        values = self._thing(self.node, self.cls, (), self.id, 0)
        return Record(self.cls, self.id, self.file, values, self.places, frozenset(self.marred), self.kept)

    ### Identifiers

    def _own_id(self, stem: str | None) -> str | None:
        written = next(((k, v) for k, v in self.node.value if k.value == "id"), None)  # type: ignore[attr-defined]
        if self.cls.identified_by and written is None:
            written = next(((k, v) for k, v in self.node.value if k.value == self.cls.identified_by), None)  # type: ignore[attr-defined]
        if stem is not None:
            return stem
        place = self.node.place(self.file)
        key = self.cls.identified_by or "id"
        if written is None:
            self.reader.problems.append(problem("missing-id", place, None, key, key=key, example=self._example()))
            return None
        value = str(written[1].value) if written[1].kind in ("text", "number") else ""
        steps = value.split("/")
        if self.cls.identifies == "" and len(steps) == 1:
            steps = ["project", value]  # a tombstone's id without a kind is a project's
        if len(steps) != (2 if self.cls.identifies == "" else 1) or not all(ID.fullmatch(s) for s in steps):
            self.reader.problems.append(problem("bad-id", written[1].place(self.file), None, key, value, example=self._example()))  # fmt: skip
            return None
        return "/".join(steps)

    def _example(self) -> str:
        field = self.cls.field(self.cls.identified_by) if self.cls.identified_by else None
        if field is not None and field.example:
            return field.example.strip('"')
        return {"": "project/vanha-hanke"}.get(self.cls.identifies, "inkoo-hiilineutraali")

    def _part_id(self, node: Node, path: Path, prefix: str, ordinal: int, taken: dict[str, Node]) -> str:
        """The id of a part: written (short, or whole as in a complete record), else its ordinal."""
        written = next((v for k, v in node.value if k.value == "id"), None)  # type: ignore[attr-defined]
        part = str(ordinal)
        if written is not None:
            given = str(written.value).removeprefix(prefix) if written.kind in ("text", "number") else ""
            if ID.fullmatch(given):
                part = given
            else:
                self._report("bad-id", written, (*path, "id"), str(written.value)[:200] if isinstance(written.value, str) else None, example="grant-1")  # fmt: skip
        whole = prefix + part
        first = taken.setdefault(whole, written or node)
        if first is not (written or node):
            self._report("duplicate-id", written or node, (*path, "id"), part, line=f"{self.file}:{first.line}", related=(first.place(self.file),))  # fmt: skip
            while whole in taken:  # two parts under one id would be checked as one
                whole += f"-{ordinal}"
            taken[whole] = written or node
        return whole

    ### Things and fields

    def _thing(self, node: Node, cls: Class, path: Path, identifier: str, ordinal: int) -> Values:
        """A record or a part of one, completed, its keys in the order of the Model."""
        written: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:  # type: ignore[attr-defined]
            name = str(key.value)
            if name == "id" or (name == "type" and self._is_type(value, cls)):
                continue
            if cls.field(name) is None:
                self._unknown_key(key, value, cls, path)
            else:
                written[name] = (key, value)
        values: Values = {"id": identifier}
        for field in cls.fields:
            if field.key not in written:
                continue
            key, value = written[field.key]
            here = (*path, field.key)
            self.places[here] = (value.line, value.column) if value.kind != "nothing" else (key.line, key.column)
            if value.kind == "nothing":
                self._report("empty-value", key, here, None, label=field.label)
                continue
            typed = self._field(value, field, here, identifier, values)
            if typed is not None:
                values[field.key] = typed
        for field in cls.fields:
            if field.kind == "class" and field.key not in values:
                missing = field.required and field.key not in written
                values[field.key] = self._word(None, field, (*path, field.key)) if missing else next(iter(field.words))
        self._fill_in(values, cls, path, ordinal)
        return self._ordered(values, cls)

    def _is_type(self, value: Node, cls: Class) -> bool:
        return value.kind == "text" and value.value in {rule.word for rule in cls.types}

    def _ordered(self, values: Values, cls: Class) -> Values:
        done: Values = {"id": values["id"]}
        if not any(f.kind == "class" for f in cls.fields):
            done["type"] = type_of(values, cls)
        done.update((f.key, values[f.key]) for f in cls.fields if f.key in values)
        return done

    def _fill_in(self, values: Values, cls: Class, path: Path, ordinal: int) -> None:
        for field in cls.fields:
            if field.filled is None:
                continue
            filled = filled_value(field.filled, values, ordinal, self.model)
            given = values.get(field.key)
            if given is not None and str(given) != str(filled):
                here = (*path, field.key)
                place = Place(self.file, *self.places[here])
                self._add(problem("filled-in", place, self.id, dotted(here), str(given), label=field.label, key=field.key, expected=str(filled)), here)  # fmt: skip
            if filled is not None:
                values[field.key] = filled

    def _field(self, node: Node, field: Field, path: Path, identifier: str, siblings: Values) -> object | None:
        if not field.many:
            return self._value(node, field, path, identifier, 0, siblings, {})
        if node.kind != "list":
            suggestion = _listed(node, field) if node.kind == "text" and field.kind != "part" else None
            if self.file.endswith(".csv"):
                node = Node("list", [node], node.line, node.column)
            else:
                self._wrong(node, field, path, "list", suggestion)
                return None
        taken: dict[str, Node] = {}
        typed = []
        kept = []
        seen: dict[str, Node] = {}
        for n, item in enumerate(node.value):  # type: ignore[arg-type, var-annotated]
            here = (*path, n)
            self.places[here] = self._start(item)
            value = self._value(item, field, here, identifier, n + 1, siblings, taken)
            if isinstance(value, str):
                first = seen.setdefault(value, item)
                if first is not item:
                    self._report("duplicate-value", item, here, value, label=field.label, related=(first.place(self.file),))  # fmt: skip
                    continue
            if value is not None:
                typed.append(value)
                kept.append(n)
            elif here not in self.marred:
                self.marred.add(here)
        if len(typed) < len(node.value):  # type: ignore[arg-type]
            self.kept[path] = tuple(kept)
        return typed or None

    def _start(self, node: Node) -> tuple[int, int]:
        """A part's place is its first key's: there a missing key is reported."""
        if node.kind == "mapping" and node.value:
            return node.value[0][0].line, node.value[0][0].column  # type: ignore[index]
        return node.line, node.column

    def _value(
        self, node: Node, field: Field, path: Path, identifier: str, ordinal: int, siblings: Values, taken: dict[str, Node]
    ) -> object | None:  # fmt: skip
        if node.kind == "nothing":
            self._report("empty-value", node, path, None, label=field.label)
            return None
        if field.kind == "langtext":
            return self._langtext(node, field, path)
        if field.kind == "part":
            return self._part(node, field, path, identifier, ordinal or 1, taken)
        if node.kind in ("mapping", "list"):
            self._wrong(node, field, path, field.kind)
            return None
        return self._scalar(node, field, path, siblings)

    def _scalar(self, node: Node, field: Field, path: Path, siblings: Values) -> object | None:
        text = str(node.value)
        if field.kind == "boolean":
            if text in ("true", "false") and node.kind != "number":
                return text == "true"
            self._wrong(node, field, path, "boolean")
            return None
        number = field.kind in ("decimal", "integer", "year")
        if node.kind in ("true", "false") or (node.kind == "number" and not number):
            quoted = f'"{text}"' if node.kind == "number" else None
            self._wrong(node, field, path, field.kind, quoted)
            return None
        if field.kind in ("reference", "relative"):
            return self._reference(node, field, path, siblings)
        if field.kind == "class":
            return self._word(node, field, path)
        if field.kind == "iri" and not is_iri(text):
            self._wrong(node, field, path, "iri")
            return None
        if field.kind == "decimal" and not (DECIMAL.fullmatch(text) and _digits(text) <= DIGITS):
            # Engines compute with what stands here: rdflib takes NaN and 1_000 for decimals, and each has its own limits.
            self._broken("Datatype", node.place(self.file), field, path, text)
            return None
        if field.checked_by and not CHECKS[field.checked_by](text):
            self._report("business-id-check", node, path, text, label=field.label)
            return None
        if field.kind == "integer" and re.fullmatch(r"[0-9]{1,9}", text):
            return int(text)
        return text

    def _langtext(self, node: Node, field: Field, path: Path) -> Values | None:
        if node.kind != "mapping":
            text = short(str(node.value), 40) if node.kind == "text" else None
            self._wrong(node, field, path, "langtext", f'{{fi: "{text}"}}' if text else None)
            return None
        texts: dict[str, object] = {}
        known = True
        for key, value in node.value:  # type: ignore[attr-defined]
            here = (*path, str(key.value))
            self.places[here] = (value.line, value.column)
            if key.value not in field.languages:
                known = False
                self._unknown_key(key, value, None, path, field)
            elif value.kind == "nothing" or (value.kind == "text" and not str(value.value).strip()):
                self._report("empty-value", key, here, None, label=field.label)
            elif value.kind != "text":
                self._wrong(value, field, here, "text")
            else:
                texts[str(key.value)] = value.value
        ordered = {lang: texts[lang] for lang in field.languages if lang in texts}
        if ordered and known and not field.verbatim:
            self._languages(node, field, path, ordered)
        return ordered or None

    def _languages(self, node: Node, field: Field, path: Path, texts: Values) -> None:
        if "fi" not in texts and "sv" not in texts:
            self._report("no-national-language", node, path, None, label=field.label)
            return
        missing = [lang for lang in self.reader.languages if lang in field.languages and lang not in texts]
        bad = any(m[: len(path)] == path for m in self.marred)
        if missing and not bad:
            self._report("missing-language", node, path, ", ".join(missing), label=field.label)

    def _part(
        self, node: Node, field: Field, path: Path, identifier: str, ordinal: int, taken: dict[str, Node]
    ) -> Values | None:
        if node.kind != "mapping":
            self._wrong(node, field, path, "part")
            return None
        if not field.many:
            self.places[path] = self._start(node)
        cls = self.model.target(field)
        whole = self._part_id(node, path, f"{identifier}/{cls.segment}/", ordinal, taken)
        return self._thing(node, cls, path, whole, ordinal)

    def _reference(self, node: Node, field: Field, path: Path, siblings: Values) -> str | None:
        text = str(node.value)
        if node.plain and NUMBER_LIKE.fullmatch(text):
            self._unquoted(node, field, path)
            return None
        if field.kind == "relative":
            segment, _, rest = text.partition("/")
            target = next((c for c in self.model.classes.values() if c.segment == segment and not c.part), None)
            if target is not None and ID.fullmatch(rest) and self.references.exists(target, rest):
                return text
            self._unknown_reference(node, field, path, text, None)
            return None
        target = self.model.target(field)
        whole = self._within(text, target, siblings) if target.part else text
        if self.references.exists(target, whole):
            return whole
        self._unknown_reference(node, field, path, text, target)
        return None

    def _within(self, text: str, target: Class, siblings: Values) -> str:
        """A reference to a part is completed by the thing that a sibling names: the call, by the grant's programme."""
        for owner in self.model.classes.values():
            for f in owner.fields:
                if f.kind == "part" and f.target == target.iri:
                    holder = next((str(siblings[k]) for k in siblings if self._refers(k, owner, siblings)), None)
                    if holder is not None and "/" not in text:
                        return f"{holder}/{target.segment}/{text}"
        return text

    def _refers(self, key: str, owner: Class, siblings: Values) -> bool:
        return any(f.key == key and f.target == owner.iri for c in self.model.classes.values() if c.part for f in c.fields)  # fmt: skip

    def _word(self, node: Node | None, field: Field, path: Path) -> str:
        """A word for the type of a part. No shape sees a part without a type, so it is checked here.

        One that is wrong or missing is reported, and the first word stands in, so that the rest of the part is checked.
        """
        text = str(node.value) if node else None
        if text is not None and text in field.words:
            return text
        from hankelod.guesses import word_meant

        labels = {word: self.model.labels.get(iri, {}) for word, iri in field.words.items()}
        place = Place(self.file, *self.places[path[:-1]]) if node is None else node.place(self.file)
        self._broken("MinCount" if node is None else "In", place, field, path, text, word_meant(labels, text) if text else None)  # fmt: skip
        return next(iter(field.words))

    ### Problems

    def _add(self, found: Problem, path: Path) -> None:
        self.reader.problems.append(found)
        if found.severity == "violation":
            self.marred.add(path)

    def _broken(self, constraint: str, place: Place, field: Field, path: Path, value: str | None, guess: str | None = None) -> None:  # fmt: skip
        """What the field's own shape would say, where it cannot be asked."""
        check = self.model.checks[_shape_iri(field.code)]
        component = f"{constraint}ConstraintComponent"
        message = fill(component_says(component), label=field.label, value=short(value))
        found = Problem(*place, self.id, dotted(path), value, field.code, component, check.severity, message, check.why, mending(check, field, value, guess))  # fmt: skip
        self._add(found, path)

    def _report(self, code: str, node: Node, path: Path, value: str | None, **details: object) -> None:
        self._add(problem(code, node.place(self.file), self.id, dotted(path), value, **details), path)  # type: ignore[arg-type]

    def _wrong(self, node: Node, field: Field, path: Path, kind: str, suggestion: str | None = None) -> None:
        from hankelod.guesses import meant

        if suggestion is None and kind == field.kind and isinstance(node.value, str):
            suggestion = meant(field, node.value)
        self.reader._wrong_kind(
            node.place(self.file), self.id, dotted(path), field.label, kind, node, field, suggestion
        )
        self.marred.add(path)

    def _unquoted(self, node: Node, field: Field, path: Path) -> None:
        text = str(node.value)
        octal = text.isdigit() and text.startswith("0") and 1 < len(text) < 10 and not set(text) & set("89")
        detail = f": {text} = {int(text, 8)}" if octal else ""
        known = field.kind == "relative" or self.references.exists(self.model.target(field), text)
        suggestion = None if known else self.references.suggest(self.model.target(field), text)
        found = problem("wrong-kind-unquoted", node.place(self.file), self.id, dotted(path), text, label=field.label, detail=detail, suggestion=suggestion or f'"{short(text)}"')  # fmt: skip
        self._add(found._replace(code="wrong-kind"), path)

    def _unknown_reference(self, node: Node, field: Field, path: Path, text: str, target: Class | None) -> None:
        suggestion = self.references.suggest(target, text) if target is not None else None
        fix = self.model.checks[_shape_iri(field.code)].fix
        choices: Text | str = ""
        if target is not None and target.concept and suggestion is None:
            choices = phrase("the-list", list=", ".join(sorted(self.model.concepts.get(target.iri, {}))))
        self._report("unknown-reference", node, path, text, label=field.label, suggestion=suggestion, fix=fix, expected=choices)  # fmt: skip

    def _unknown_key(self, key: Node, value: Node, cls: Class | None, path: Path, field: Field | None = None) -> None:
        from hankelod.guesses import LANGUAGE_NAMES, word_meant

        names = {f.key: f.label for f in cls.fields if f.filled is None} if cls else {}
        if cls is None and field is not None:
            names = {lang: {n: n for n, of in LANGUAGE_NAMES.items() if of == lang} for lang in field.languages}
        name = str(key.value)
        here = (*path, name)
        label = cls.label if cls else field.label if field else {}
        text = str(value.value) if isinstance(value.value, str) else None
        self._report("unknown-key", key, here, text, key=short(name), label=label, expected=", ".join(names), suggestion=word_meant(names, name))  # fmt: skip


def mending(check: Check, field: Field | None, value: str | None = None, guess: str | None = None) -> Text:
    """How to mend what a check found: its own words, and where it is the field's own check, what may have been meant.

    Where nobody can guess that from the value, an example.
    """
    from hankelod.guesses import meant

    if field is None or check.code != field.code:
        return check.fix
    guess = guess or (meant(field, value) if value is not None else None)
    if guess is not None and field.checked_by and not CHECKS[field.checked_by](guess):
        guess = None
    if guess is not None:
        hint = phrase("meant", suggestion=guess)
        return {lang: f"{hint[lang]} {words}" for lang, words in check.fix.items()}
    if field.example is None:
        return check.fix
    example = phrase("for-example", example=f"{field.key}: {field.example}")
    return {lang: f"{words} {example[lang]}" for lang, words in check.fix.items()}


def _digits(text: str) -> int:
    return len(text) if len(text) <= DIGITS else sum(c.isdigit() for c in text)


def _listed(node: Node, field: Field) -> str:
    """A text as a list: ids that commas separate one by one, anything else as its only member."""
    ids = [part.strip() for part in str(node.value).split(",")]
    if field.kind == "reference" and len(ids) > 1 and all(ID.fullmatch(part) for part in ids):
        return "[" + ", ".join(f'"{part}"' if part.isdigit() else part for part in ids) + "]"
    return f"[{_as_written(node)}]"


def _as_written(node: Node) -> str:
    """A text as it can stand in YAML: bare where it was bare, else in quotation marks."""
    text = short(str(node.value))
    return text if node.plain and re.fullmatch(r"[\w-]+", text) else f'"{text}"'


def _shape_iri(code: str) -> str:
    from hankelod.model import SHAPES

    return SHAPES + code


def type_of(values: Values, cls: Class) -> str:
    """The word for the type of a complete record: the first rule of its class that holds."""
    for rule in cls.types:
        if rule.key is None or (rule.key in values and rule.value in (None, values[rule.key])):
            return rule.word
    return cls.types[-1].word


def filled_value(filled: Filled, values: Values, ordinal: int, model: Model) -> object | None:
    """What a rule fills in: an ordinal, a value along a path, or a number out of a code."""
    if filled.way == "ordinal":
        return ordinal
    source = values.get(filled.keys[0])
    if source is None:
        return None
    if filled.way == "along":
        return model.units.get(filled.keys[1], {}).get(str(source))
    return int(str(source)) if str(source).isdigit() else None


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987)."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return ":" in text


def business_id(text: str) -> bool:
    """Whether the check digit of a Finnish business ID holds; a text of another form is left to its pattern.

    Finnish Tax Administration, "Tarkistusmerkin laskenta": weights 7 9 10 5 8 4 2, remainder by 11.
    """
    if not re.fullmatch(r"[0-9]{7}-[0-9]", text):
        return True
    rest = sum(int(d) * w for d, w in zip(text[:7], (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return rest != 1 and int(text[8]) == (0 if rest == 0 else 11 - rest)


CHECKS: dict[str, Callable[[str], bool]] = {"https://w3id.org/hankelod/shapes#BusinessId": business_id}
"""Checks that SHACL has no words for, by the IRI that a shape names in `s:checkedBy`."""
