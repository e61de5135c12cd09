"""Export of a mapping as YARRRML, for those who make RDF with tools of RML.

YARRRML passes cells on as they are: values that the import makes by steps are left out, with a comment that says which.
IRIs are whole, since processors have prefixes of their own. Follows the specification of YARRRML
(https://rml.io/yarrrml/spec/).
"""

from __future__ import annotations

import json

from hankelod.intake.mappings.statements import (
    STRING,
    Described,
    Statement,
    Thing,
    compare,
    constants,
    datatype,
    resource,
    steps,
)
from hankelod.messages.intake import say

FORMULATIONS = {"csv": "csv", "json": "jsonpath", "xml": "xpath"}
"""Words for the formats of sources; there are none for others."""


def export(described: Described, name: str, lang: str) -> str:
    """Return a mapping as YARRRML, with comments in a language."""
    return _Writing(described, name, lang).text()


class _Writing:
    def __init__(self, described: Described, name: str, lang: str) -> None:
        source = described.records.source
        self.described, self.lang = described, lang
        self.model = described.setting.model
        self.source = [f"{name}~{FORMULATIONS[str(source.format)]}", *([source.records] if source.records else [])]
        self.by_name = {thing.name: thing for thing in described.things}

    def text(self) -> str:
        body = "".join(map(self._thing, self.described.things))
        return f"# {say('export-head', self.lang)}\nmappings:\n{body}"

    def _thing(self, thing: Thing) -> str:
        lines = [f"  {thing.name}:", f"    sources: [{json.dumps(self.source, ensure_ascii=False)}]"]
        id = thing.id
        column = ", ".join(id.columns) if id is not None else ""
        if id is not None and id.make is not None:
            lines.append(f"    # {say('export-made', self.lang, column=column)}")
        elif id is not None and compare(id, self.described).changed:
            lines.append(f"    # {say('export-ids', self.lang, column=column, steps=steps(id))}")
        lines += [f"    s: {_quoted(self._subject(thing))}", "    po:", f"      - [a, {_quoted(thing.cls.iri)}]"]
        for statement in thing.statements:
            lines += (f"      {line}" for line in self._statement(statement))
        return "\n".join(lines) + "\n"

    def _subject(self, thing: Thing) -> str:
        """The template of the IRIs of a thing."""
        owner = self.by_name[thing.owner]
        assert owner.id is not None
        id = (owner.id.join or "").join(map(_reference, owner.id.columns))
        return self.model.iri(owner.cls, id) + (f"/{thing.part}" if thing.part else "")

    def _statement(self, statement: Statement) -> list[str]:
        field, value = statement.field, statement.value
        if field.inverse:
            return [f"# {say('export-inverse', self.lang, column=field.key)}"]
        predicate = _quoted(field.path)
        if statement.thing is not None:
            return [f"- [{predicate}, {_quoted(self._subject(self.by_name[statement.thing]) + '~iri')}]"]
        assert value is not None
        if not value.columns:
            return [self._object(predicate, text, statement, frozenset((len(text),))) for text in constants(value)]
        return self._columns(predicate, statement)

    def _columns(self, predicate: str, statement: Statement) -> list[str]:
        value = statement.value
        assert value is not None
        column = ", ".join(value.columns)
        cells = compare(value, self.described)
        said = steps(value)
        if cells.changed or not cells.lengths:
            cell, result = cells.changed or ("", "")
            shown = {"cell": _short(cell), "result": _short(result), "steps": said or "–"}
            return [f"# {statement.field.key}: {say('export-changed', self.lang, column=column, **shown)}"]
        if datatype(statement.field, cells.lengths) is None:
            return [f"# {statement.field.key}: {say('export-mixed', self.lang, column=column)}"]
        out = [f"# {statement.field.key}: {say('export-steps', self.lang, column=column, steps=said)}"] if said else []
        names = self.described.records.columns.named(value.columns[0])
        return [*out, *(self._object(predicate, _reference(name), statement, cells.lengths) for name in names)]

    def _object(self, predicate: str, text: str, statement: Statement, lengths: frozenset[int]) -> str:
        """An entry of predicate and object."""
        iri = resource(statement.field, text, self.model)
        if iri is not None:
            return f"- [{predicate}, {_quoted(iri + '~iri')}]"
        parts = [predicate, _quoted(text)]
        kind = datatype(statement.field, lengths)
        if statement.language is not None:
            parts.append(f"{statement.language}~lang")
        elif kind is not None and kind != STRING:
            parts.append(_quoted(kind))
        return f"- [{', '.join(parts)}]"


def _reference(column: str) -> str:
    """The reference to a column; a bracket in its name would end it."""
    return "$(" + column.replace(")", "\\)") + ")"


def _quoted(text: str) -> str:
    """A text in quotation marks as YAML and JSON have it."""
    return json.dumps(text, ensure_ascii=False)


def _short(text: str, most: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
