"""Reader of mapping files: YAML into a Mapping, with all that is wrong in it by line and column."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from hankelod.intake.mappings.columns import column
from hankelod.intake.mappings.forms import DateForm, NumberForm, date_form, number_form
from hankelod.intake.mappings.mapping import (
    FORMATS,
    MATCHES,
    OMIT,
    STEPS,
    Entry,
    Make,
    Mapping,
    Parts,
    Setting,
    Several,
    Source,
    Texts,
    Value,
)
from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Problem, phrase, problem
from hankelod.model.model import Class, Field
from hankelod.records import tree, yamltree
from hankelod.records.nearness import nearest
from hankelod.records.tree import Node

SECTIONS = ("source", "constants", "ignore")
"""Sections beside that of the records, which is named by the class of these (`project`)."""

STEP_KEYS = ("from", "constant", "do", "join", "split", "date", "number", "values", "match", "else", "zero", "empty")
"""Keys of a value that is more than a column's name."""


def read(raw: bytes, name: str, setting: Setting) -> tuple[Mapping | None, list[Problem]]:
    """Read a mapping file, which problems call `name`. The mapping is None where it cannot be used."""
    problems: list[Problem] = []
    try:
        top = yamltree.read_yaml(raw, name, problems)
    except tree.Unreadable as error:
        return None, [error.problem]
    reading = _Reading(name, setting, problems)
    mapping = reading.mapping(top)
    return (None if reading.problems else mapping), reading.problems


class _Reading:
    """The reading of one file; `problems` is filled."""

    def __init__(self, name: str, setting: Setting, problems: list[Problem]) -> None:
        self.name, self.setting, self.model, self.problems = name, setting, setting.model, problems

    def mapping(self, top: Node) -> Mapping | None:
        """Return the mapping in a tree; None where it has no section of records."""
        classes = {cls.segment: cls for cls in self.model.entries() if cls.folder}
        sections = self._keys(top, [*SECTIONS, *classes], "mapping-file")
        named = [key for key in sections if key in classes]
        if len(named) != 1:
            self._form(top if not named else sections[named[1]], "mapping-one-section", ", ".join(classes))
            return None
        cls = classes[named[0]]
        return Mapping(
            self.name,
            self._source(sections["source"]) if "source" in sections else Source(),
            cls,
            self._constants(sections["constants"], cls) if "constants" in sections else {},
            self._entries(sections[named[0]], cls, named[0], top=True),
            tuple((str(x.value), x.place(self.name)) for x in self._list(sections.get("ignore"))),
        )

    def _source(self, node: Node) -> Source:
        said = self._keys(node, Source._fields, "mapping-source")
        source = Source(**{key: self._text(value) for key, value in said.items()})
        if source.format is not None:
            self._word(said["format"], FORMATS)
        if source.absent is not None:
            self._word(said["absent"], (OMIT, "error"))
        if source.encoding is not None:
            try:
                codecs.lookup(source.encoding)
                "".encode(source.encoding)
            except (LookupError, ValueError):
                self._form(said["encoding"], "mapping-an-encoding", "utf-8, utf-16, windows-1252, iso-8859-1")
        if source.delimiter is not None:
            delimiter = "\t" if source.delimiter in ("\\t", "tab") else source.delimiter
            source = source._replace(delimiter=delimiter)
            if len(delimiter) != 1 or delimiter in '"\r\n':
                self._form(said["delimiter"], "mapping-a-sign", '"," ";" "\\t" "|"')
        return source

    def _constants(self, node: Node, cls: Class) -> dict[str, Value]:
        fields = _fields(cls)
        said = self._keys(node, fields, "mapping-constants")
        return {key: self._constant(value, fields[key]) for key, value in said.items()}

    def _constant(self, node: Node, field: Field | None) -> Value:
        if node.kind == "text" and field is not None:
            self._refers(node, field)
        return Value(field, node.place(self.name), constant=constant(tree.plain_value(node), field))

    ### Entries of records and parts

    def _entries(self, node: Node, cls: Class, path: str, top: bool = False) -> dict[str, Entry]:
        """Return the entries of a record or part; a record needs an id."""
        fields: dict[str, Field | None] = {"id": None, **_fields(cls)}
        said = self._keys(node, fields, "mapping-record")
        if top and "id" not in said:
            self._form(node, "mapping-an-id", "id: {from: …, do: [slug]}")
        return {key: self._entry(value, fields[key], f"{path}.{key}") for key, value in said.items()}

    def _entry(self, node: Node, field: Field | None, path: str) -> Entry:
        if field is not None and field.kind.nested:
            cls = self.model.target(field)
            items: list[Node] = node.value if node.kind == "list" else [node]  # type: ignore[assignment]
            parts = [self._entries(x, cls, f"{path}[{n}]") for n, x in enumerate(items)]
            return Parts(field, tuple(parts))
        if field is not None and field.kind.by_language:
            return self._texts(node, field, path)
        if node.kind == "list" and field is not None and field.many:
            return Several(field, tuple(self._value(x, field, path) for x in node.value))  # type: ignore[attr-defined]
        return self._value(node, field, path)

    def _texts(self, node: Node, field: Field, path: str) -> Texts:
        """Return a text by language; one that names no language is in the first of the dataset."""
        languages = field.languages or self.setting.languages
        by_key = {str(key.value) for key, _ in node.value} if node.kind == "mapping" else set()  # type: ignore[attr-defined]
        if node.kind != "mapping" or by_key & set(STEP_KEYS):
            return Texts(field, {languages[0]: self._value(node, field, path)})
        said = self._keys(node, languages, "mapping-languages")
        return Texts(field, {lang: self._value(value, field, f"{path}.{lang}") for lang, value in said.items()})

    def _value(self, node: Node, field: Field | None, path: str) -> Value:
        """Return a value: a column's name alone, or steps from columns."""
        place = node.place(self.name)
        if node.kind == "text":
            return Value(field, place, (column(str(node.value)),), bare=True)
        made = self._made(field)
        said = self._keys(node, [*STEP_KEYS, *([made.segment] if made else [])], "mapping-value")
        if "constant" in said:
            return self._constant(said["constant"], field)
        columns = tuple(column(str(x.value)) for x in self._list(said.get("from")))
        if not columns:
            self._form(node, "mapping-a-column", "from")
        value = Value(
            field,
            place,
            columns,
            do=tuple(str(x.value) for x in self._list(said.get("do"))),
            join=self._text(said["join"]) if "join" in said else None,
            split=self._text(said["split"]).replace("\\n", "\n") if "split" in said else None,
            date=self._dates(said["date"], field) if "date" in said else (),
            number=self._number(said["number"], field) if "number" in said else None,
            values=self._values(said["values"], field) if "values" in said else None,
            match=self._word(said["match"], MATCHES) if "match" in said else None,
            otherwise=self._text(said["else"]) if "else" in said else None,
            keeps_zero="zero" not in said or self._word(said["zero"], (OMIT, "keep")) != OMIT,
            needed="empty" in said and self._word(said["empty"], (OMIT, "error")) == "error",
        )
        for step in self._list(said.get("do")):
            self._word(step, STEPS)
        if "match" in said and not (field is not None and field.kind.refers):
            self._form(said["match"], "mapping-a-reference", "match")
        if "split" in said and not (field is not None and field.many):
            self._form(said["split"], "mapping-a-list", "split")
        if len(columns) > 1 and "join" not in said and not (field is not None and field.many):
            self._form(said["from"], "mapping-joined", "join")
        if "else" in said and value.otherwise != OMIT and field is not None:
            self._refers(said["else"], field)
        if made is not None and made.segment in said:
            made_path = f"{path}.{made.segment}"
            value = value._replace(make=Make(made, self._entries(said[made.segment], made, made_path)))
        return value

    def _made(self, field: Field | None) -> Class | None:
        """The class of the records that the values of a field can make: those with a file each."""
        cls = self.model.target(field) if field is not None and field.kind.refers and field.target else None
        return cls if cls is not None and cls.folder and not cls.part else None

    ### Steps

    def _dates(self, node: Node, field: Field | None) -> tuple[DateForm, ...]:
        forms = []
        for each in self._list(node):
            form = date_form(str(each.value))
            if form is None:
                self._report("mapping-date", each)
            else:
                forms.append(form)
        if field is None or field.kind.numeric or field.kind.refers or field.kind.by_language:
            self._form(node, "mapping-a-date-field", "date")
        return tuple(forms)

    def _number(self, node: Node, field: Field | None) -> NumberForm | None:
        form = number_form(self._text(node))
        if form is None:
            self._report("mapping-number", node)
        if field is None or not field.kind.numeric:
            self._form(node, "mapping-a-number-field", "number")
        return form

    def _values(self, node: Node, field: Field | None) -> dict[str, str]:
        """Return a table of values; each is text."""
        if node.kind != "mapping":
            self._form(node, "mapping-a-table", "{…: …}")
            return {}
        table: dict[str, str] = {}
        for key, value in node.value:  # type: ignore[attr-defined]
            text = self._text(value)
            table[" ".join(str(key.value).split())] = text
            if field is not None and text != OMIT:
                self._refers(value, field)
        return table

    def _refers(self, node: Node, field: Field) -> None:
        """Report a word that is none of a closed list: a concept, an area, a word for a class."""
        text = str(node.value)
        known: Iterable[str] = ()
        if field.words or field.values:
            known = (*field.words, *field.values)
        elif field.kind.refers and field.target:
            target = self.model.target(field)
            if target.concept:
                known = self.model.concepts[target.iri]
            if not (target.concept or target.file) or self.setting.exists(target, text.lower()):
                return
        else:
            return
        if text not in known:
            near = nearest(text, known, short=0)
            shown = ", ".join(list(known)[:20])
            self._report("mapping-value", node, label=field.label, expected=shown, suggestion=near)

    ### Forms of nodes

    def _keys(self, node: Node, known: Iterable[str], what: str) -> dict[str, Node]:
        """Return the values of a mapping by key; reports keys that are not known, and what is no mapping."""
        if node.kind != "mapping":
            self._form(node, "mapping-keys", ", ".join(known))
            return {}
        words = list(known)
        said: dict[str, Node] = {}
        for key, value in node.value:  # type: ignore[attr-defined]
            word = str(key.value)
            if word in words:
                said[word] = value
                continue
            near = nearest(word, words, short=0)
            place = key.place(self.name)
            details = {"key": word, "label": phrase(what), "expected": ", ".join(words), "suggestion": near}
            self.problems.append(problem("unknown-key", place, None, None, word, **details))  # type: ignore[arg-type]
        return said

    def _list(self, node: Node | None) -> list[Node]:
        """The texts of a list, or a text alone; none where there is none."""
        if node is None or node.kind == "nothing":
            return []
        items = node.value if node.kind == "list" else [node]
        for item in items:  # type: ignore[attr-defined]
            self._text(item)
        return items  # type: ignore[return-value]

    def _text(self, node: Node) -> str:
        if node.kind in ("mapping", "list"):
            self._form(node, "mapping-a-text", "…")
            return ""
        return str(node.value)

    def _word(self, node: Node, known: Iterable[str]) -> str:
        text = self._text(node)
        if text not in known:
            near = nearest(text, list(known), short=0)
            self._report("mapping-word", node, expected=", ".join(known), suggestion=near)
        return text

    def _form(self, node: Node, what: str, example: str) -> None:
        self._report("mapping-form", node, expected=phrase(what), example=example)

    def _report(self, code: str, node: Node, **details: str | Text | None) -> None:
        text = str(node.value) if node.kind == "text" else ""
        self.problems.append(problem(code, node.place(self.name), None, None, text, **details))  # type: ignore[arg-type]


def _fields(cls: Class) -> dict[str, Field]:
    """The fields of a class that people write, by key."""
    return {f.key: f for f in cls.fields if not f.derived}


def constant(value: object, field: Field | None) -> object:
    """Return a constant as a record has it: a truth value where the field takes one, else text."""
    if isinstance(value, list):
        return [constant(x, field) for x in value]
    if field is not None and field.kind.choices and value in ("true", "false"):
        return value == "true"
    if field is not None and field.many and isinstance(value, str):
        return [value]
    return value
