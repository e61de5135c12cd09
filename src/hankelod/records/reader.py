"""Reader from trees to Records: types every value by the Model from its text, and fills in what rules derive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain

from hankelod.messages.problem import Place, Problem, problem, short
from hankelod.model.kinds.kind import Refused
from hankelod.model.model import Class, Field, Model
from hankelod.rdf.graph import XSD
from hankelod.records import keypaths
from hankelod.records.characters import Doubt, address_doubts, doubts, is_plain
from hankelod.records.faults import ProblemLog, as_list, wrong_kind
from hankelod.records.identifiers import own_id, part_id, reference
from hankelod.records.record import (
    CHECKS,
    NUMBER_LIKE,
    Record,
    References,
    Values,
    completed,
    filled_value,
    handed_on,
    type_of,
)
from hankelod.records.settings import Settings
from hankelod.records.tree import Node, Path, dotted


class Reader:
    """Reader of one dataset. Invalid data is added to `problems` and raises nothing."""

    def __init__(self, model: Model, references: References, settings: Settings, given: Values | None = None) -> None:
        """`given` are the dataset's settings that fill in what records leave out."""
        self.model = model
        self.given = given or {}
        self.references = references
        self.languages, self.national = settings.languages, settings.national
        self.problems: list[Problem] = []
        self.columns: set[Place] = set()
        self._pointing: dict[str, list[Field]] = {}
        self._fields: dict[str, dict[str, Field]] = {}

    def fields(self, cls: Class) -> dict[str, Field]:
        """Return the fields of a class by their keys, in the order in which they are read: what parts take from the
        whole comes first."""
        if cls.iri not in self._fields:
            self._fields[cls.iri] = {f.key: f for f in sorted(cls.fields, key=lambda f: not f.defaulted)}
        return self._fields[cls.iri]

    def pointing(self, cls: Class) -> list[Field]:
        """Return the fields of a class whose parts have a key path."""
        if cls.iri not in self._pointing:
            self._pointing[cls.iri] = keypaths.pointing(self.model, cls)
        return self._pointing[cls.iri]

    def forget(self, before: int) -> None:
        """Drop the problems from index `before` on, which another reading of the same file reports."""
        self.columns.difference_update(Place(*p[:3]) for p in self.problems[before:])
        del self.problems[before:]

    def record(self, node: Node, cls: Class, file: str, record_id: str | None) -> Record | None:
        """Type one record. `record_id` is the file's stem; None if the record contains its id."""
        if node.kind != "mapping":
            self.problems.append(wrong_kind(self.model, node.place(file), None, None, cls.label, "mapping", node))
            return None
        return _Typing(self, cls, file, node, record_id).done()


class _Typing:
    """The typing of one record, with the state of the walk over its tree."""

    def __init__(self, reader: Reader, cls: Class, file: str, node: Node, record_id: str | None) -> None:
        self.log = ProblemLog(reader.model, reader.references, file, reader.problems, reader.columns)
        self.model, self.file = reader.model, file
        self.reader, self.cls, self.node = reader, cls, node
        self.places: dict[Path, tuple[int, int]] = {(): (node.line, node.column)}
        self.kept: dict[Path, tuple[int | Path, ...]] = {}
        self.shared: list[tuple[Node, Field, Path, str]] = []
        """Codes that go to another key than the one where they are written: node, field, path, id."""
        self.given = reader.given
        self.id = self.log.id = own_id(self.log, node, cls, record_id)

    def done(self) -> Record | None:
        """Walk over the tree and return the Record; None if its id is invalid."""
        if self.id is None:
            return None
        values = self._thing(self.node, self.cls, (), self.id, 0)
        record = Record(self.cls, self.id, self.file, values, self.places, frozenset(self.log.marred), self.kept)
        for field in self.reader.pointing(self.cls):
            for n, part in enumerate(values.get(field.key, ())):  # type: ignore[arg-type, var-annotated]
                self._pointed(record, part, self.model.target(field), record.written((field.key, n)))
        return record._replace(marred=frozenset(self.log.marred))

    ### Things and fields

    def _thing(self, node: Node, cls: Class, path: Path, identifier: str, ordinal: int) -> Values:
        """Return the complete values of a record or part, keys in the order of the Model."""
        fields = self.reader.fields(cls)
        written: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:  # type: ignore[attr-defined]
            name = str(key.value)
            if name == "id" or (name == "type" and self._is_type(value, cls)):
                continue
            if name not in fields:
                self.log.unknown_key(key, value, cls, path)
            else:
                written[name] = (key, value)
        values: Values = {"id": identifier}
        given = self.given
        for field in fields.values():
            if field.key not in written:
                continue
            key, value = written[field.key]
            here = (*path, field.key)
            self.places[here] = (value.line, value.column) if value.kind != "nothing" else (key.line, key.column)
            if value.kind == "nothing":
                self.log.empty(key, field, here)
                continue
            typed = self._field(value, field, here, identifier, values)
            if typed is not None:
                values[field.key] = typed
                if field.defaulted:
                    self.given = handed_on(self.given, field, typed)
        self.given = given
        if not path:
            self._share_out(values)
        for field in cls.fields:
            if field.kind.typing and field.key not in values:
                missing = field.required and field.key not in written
                values[field.key] = self._word(None, field, (*path, field.key)) if missing else next(iter(field.words))
        self._fill_in(values, cls, path, ordinal)
        return self._ordered(values, cls)

    def _is_type(self, value: Node, cls: Class) -> bool:
        """Tell whether a value is what is filled in as `type`, or its first word."""
        if value.kind == "list":
            return tuple(str(item.value) for item in value.value) in cls.written.values()  # type: ignore[attr-defined]
        return cls.typed_by == "type" and value.kind == "text" and value.value in cls.written

    def _ordered(self, values: Values, cls: Class) -> Values:
        ordered: Values = {"id": values["id"]}
        ordered["type"] = type_of(values, cls)
        ordered.update((f.key, values[f.key]) for f in cls.fields if f.key in values)
        return ordered

    def _fill_in(self, values: Values, cls: Class, path: Path, ordinal: int) -> None:
        for field in cls.fields:
            if field.filled is None:
                continue
            if field.defaulted:
                self._default(values, field)
                continue
            if field.filled.way not in keypaths.WAYS:
                self._derive(values, field, path, filled_value(field.filled, values, ordinal, self.model))

    def _derive(self, values: Values, field: Field, path: Path, filled: object | None) -> None:
        """Fill in a derived value, and report one that is written and differs."""
        written = values.get(field.key)
        if written is not None and str(written) != str(filled):
            here = (*path, field.key)
            found = problem(
                "filled-in",
                Place(self.file, *self.places[here]),
                self.id,
                dotted(here),
                str(written),
                label=field.label,
                key=field.key,
                expected=str(filled),
            )
            self.log.add(found, here)
        if filled is not None:
            values[field.key] = filled

    def _pointed(self, record: Record, part: Values, cls: Class, path: Path) -> None:
        """Fill in what the key path in a part leads to, and report one that leads nowhere."""
        for field in cls.fields:
            if field.filled is None or field.filled.way not in keypaths.WAYS or field.filled.keys[0] not in part:
                continue
            key = field.filled.keys[0]
            here = (*path, key)
            text = str(part[key])
            found = keypaths.find(self.model, record.cls, record.values, text)
            if isinstance(found, keypaths.Lost):
                del part[key]
                if any(bad[:1] == (re.split(r"[.\[]", text)[0],) for bad in self.log.marred):
                    self.log.marred.add(here)  # it may lead to what is invalid, which is reported
                else:
                    self._lost(cls.field(key), here, text, found)  # type: ignore[arg-type]
                continue
            self._derive(part, field, path, found.by(field.filled.way, self.model, record.cls))
        ordered = self._ordered(part, cls)
        part.clear()
        part.update(ordered)

    def _lost(self, field: Field, path: Path, text: str, lost: keypaths.Lost) -> None:
        """Report a key path that leads nowhere, with what may stand in the place of the step at fault."""
        from hankelod.records.guesses import word_meant

        meant = word_meant({choice: {} for choice in lost.choices}, lost.step)
        self.log.add(
            problem(
                "unknown-key-path",
                Place(self.file, *self.places[path]),
                self.id,
                dotted(path),
                text,
                label=field.label,
                step=short(lost.step),
                expected=", ".join(lost.choices),
                suggestion=meant,
            ),
            path,
        )

    def _default(self, values: Values, field: Field) -> None:
        """Fill in what the whole or the dataset gives, beside one of the values that the rule names."""
        assert field.filled is not None
        name, *beside = field.filled.keys
        if field.key not in values and name in self.given and (not beside or any(k in values for k in beside)):
            values[field.key] = self.given[name]

    def _field(self, node: Node, field: Field, path: Path, identifier: str, siblings: Values) -> object | None:
        if not field.many:
            return self._value(node, field, path, identifier, 0, siblings, {})
        if node.kind != "list":
            suggestion = as_list(node, field) if node.kind == "text" and not field.kind.nested else None
            if self.file.endswith(".csv"):
                node = Node("list", [node], node.line, node.column)
            else:
                self.log.wrong(node, field, path, "list", suggestion)
                return None
        ids: dict[str, Node] = {}
        typed = []
        kept = []
        seen: dict[str, Node] = {}
        for n, item in enumerate(node.value):  # type: ignore[arg-type, var-annotated]
            here = (*path, n)
            self.places[here] = self._start(item)
            if field.among and self._shares(item, field, here):
                continue
            value = self._value(item, field, here, identifier, n + 1, siblings, ids)
            if isinstance(value, str):
                first = seen.setdefault(value, item)
                if first is not item:
                    self.log.report(
                        "duplicate-value", item, here, value, label=field.label, related=(first.place(self.file),)
                    )
                    continue
            if value is not None:
                typed.append(value)
                kept.append(n)
            elif here not in self.log.marred:
                self.log.marred.add(here)
        if len(typed) < len(node.value):  # type: ignore[arg-type]
            self.kept[path] = tuple(kept)
        return typed or None

    def _shares(self, node: Node, field: Field, path: Path) -> bool:
        """Tell whether a code goes to another key; one that could go to several is reported."""
        if node.kind != "text" or (node.plain and NUMBER_LIKE.fullmatch(str(node.value))):
            return False
        code, exists = str(node.value).lower(), self.reader.references.exists
        fields = self.reader.fields(self.cls)
        others = [fields[key] for key in field.among if exists(self.model.target(fields[key]), code)]
        own = field.target is not None and exists(self.model.target(field), code)
        if len(others) + own > 1:
            keys = ", ".join(f.key for f in [*([field] if own else []), *others])
            self.log.report("ambiguous-code", node, path, str(node.value), label=field.label, expected=keys)
        elif others:
            self.shared.append((node, others[0], path, code))
        return bool(others)

    def _share_out(self, values: Values) -> None:
        """Add the codes that are written under one key to the values of another."""
        for node, field, path, code in self.shared:
            here = (field.key,)
            listed: list[object] = list(values.get(field.key, ()))  # type: ignore[call-overload]
            kept = self.kept.get(here, tuple(range(len(listed))))
            if code in listed:
                at = kept[listed.index(code)]
                first = Place(self.file, *self.places[at if isinstance(at, tuple) else (*here, at)])
                self.log.report("duplicate-value", node, path, str(node.value), label=field.label, related=(first,))
                continue
            self.kept[here] = (*kept, path)
            values[field.key] = [*listed, code]
        self.shared.clear()

    def _start(self, node: Node) -> tuple[int, int]:
        """Return the place of a node: of a mapping, the first key, where missing keys are reported."""
        if node.kind == "mapping" and node.value:
            return node.value[0][0].line, node.value[0][0].column  # type: ignore[index]
        return node.line, node.column

    def _value(
        self,
        node: Node,
        field: Field,
        path: Path,
        identifier: str,
        ordinal: int,
        siblings: Values,
        ids: dict[str, Node],
    ) -> object | None:
        if node.kind == "nothing":
            self.log.report("empty-value", node, path, None, label=field.label)
            return None
        if field.kind.by_language:
            return self._langtext(node, field, path)
        if field.kind.nested:
            return self._part(node, field, path, identifier, ordinal or 1, ids)
        if field.kind.precisions:
            node = _of_value_object(node, field.kind.precisions)
        if node.kind in ("mapping", "list"):
            self.log.wrong(node, field, path, field.kind.name)
            return None
        return self._scalar(node, field, path, siblings)

    def _scalar(self, node: Node, field: Field, path: Path, siblings: Values) -> object | None:
        text, kind = str(node.value), field.kind
        if node.kind not in kind.nodes:
            quoted = f'"{text}"' if node.kind == "number" and not isinstance(kind.read(text), Refused) else None
            self.log.wrong(node, field, path, kind.name, quoted)
            return None
        if kind.refers or kind.relative:
            return reference(self.log, node, field, path, siblings)
        if kind.typing:
            return self._word(node, field, path)
        text = completed(field, text)
        value = kind.read(text)
        if isinstance(value, Refused):
            if value.constraint is None:
                self.log.wrong(node, field, path, kind.name)
            else:
                self.log.broken(value.constraint, node.place(self.file), field, path, text)
            return None
        if field.checked_by and not CHECKS[field.checked_by](text):
            self.log.report("business-id-check", node, path, text, label=field.label)
            return None
        if not is_plain(text):
            self._doubt(node, field, path, chain(doubts(text), address_doubts(text)))
        return value

    def _doubt(self, node: Node, field: Field, path: Path, found: Iterable[Doubt]) -> None:
        """Report doubtful characters and addresses, which are warnings."""
        for doubt in found:
            self.log.report(doubt.code, node, path, str(node.value), label=field.label, about=short(doubt.about))

    def _langtext(self, node: Node, field: Field, path: Path) -> Values | None:
        if node.kind != "mapping":
            text = short(str(node.value), 40) if node.kind == "text" else None
            self.log.wrong(
                node, field, path, field.kind.name, f'{{{self.reader.languages[0]}: "{text}"}}' if text else None
            )
            return None
        texts: dict[str, object] = {}
        all_known = True
        for key, value in node.value:  # type: ignore[attr-defined]
            here = (*path, str(key.value))
            self.places[here] = (value.line, value.column)
            if key.value not in field.languages:
                all_known = False
                self.log.unknown_key(key, value, None, path, field)
            elif value.kind == "nothing" or (value.kind == "text" and not str(value.value).strip()):
                self.log.report("empty-value", key, here, None, label=field.label)
            elif value.kind != "text":
                self.log.wrong(value, field, here, "text")
            else:
                texts[str(key.value)] = value.value
                self._doubt(value, field, here, doubts(str(value.value)))
        ordered = {lang: texts[lang] for lang in field.languages if lang in texts}
        if ordered and all_known and not field.verbatim:
            self._languages(node, field, path, ordered)
        return ordered or None

    def _languages(self, node: Node, field: Field, path: Path, texts: Values) -> None:
        if texts.keys().isdisjoint(self.reader.national):
            expected = ", ".join(self.reader.national)
            self.log.report("no-national-language", node, path, None, label=field.label, expected=expected)
            return
        missing = [lang for lang in self.reader.languages if lang in field.languages and lang not in texts]
        bad = any(m[: len(path)] == path for m in self.log.marred)
        if missing and not bad:
            self.log.report("missing-language", node, path, ", ".join(missing), label=field.label)

    def _part(
        self, node: Node, field: Field, path: Path, identifier: str, ordinal: int, ids: dict[str, Node]
    ) -> Values | None:
        if node.kind != "mapping":
            self.log.wrong(node, field, path, "part")
            return None
        if not field.many:
            self.places[path] = self._start(node)
        cls = self.model.target(field)
        whole = part_id(self.log, node, path, f"{identifier}/{cls.segment}/", ordinal, ids)
        return self._thing(node, cls, path, whole, ordinal)

    def _word(self, node: Node | None, field: Field, path: Path) -> str:
        """Return the word for the type of a part. No shape targets a part without a type, so it is checked here.

        A wrong or missing word is reported and replaced by the first one, so that the rest of the part is checked.
        """
        text = str(node.value) if node else None
        if text is not None and text in field.words:
            return text
        from hankelod.records.guesses import word_meant

        labels = {word: self.model.labels.get(iri, {}) for word, iri in field.words.items()}
        place = Place(self.file, *self.places[path[:-1]]) if node is None else node.place(self.file)
        self.log.broken(
            "MinCount" if node is None else "In", place, field, path, text, word_meant(labels, text) if text else None
        )
        return next(iter(field.words))


def _of_value_object(node: Node, precisions: Mapping[int, str]) -> Node:
    """Return the value of a typed value of JSON-LD, as complete records write years and days; else the node itself."""
    if node.kind == "mapping":
        members = {str(key.value): value for key, value in node.value}  # type: ignore[attr-defined]
        value, datatype = members.get("@value"), members.get("@type")
        if len(members) == 2 and value is not None and datatype is not None:
            length = len(str(value.value))
            if value.kind == "text" and str(datatype.value) == precisions.get(length, "").replace(XSD, "xsd:"):
                return value  # type: ignore[no-any-return]
    return node
