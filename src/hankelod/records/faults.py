"""Problems found while values are typed, each with its place and its fix."""

from __future__ import annotations

import re

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Place, Problem, component_says, fill, kind_word, phrase, problem, short
from hankelod.model.model import ID, Check, Class, Field, Model
from hankelod.records.record import CHECKS, References
from hankelod.records.tree import Node, Path, dotted


class ProblemLog:
    """The problems of one record; `marred` contains the paths of values that are left out of the Record.

    `columns` are the places of CSV headers with a reported problem, which is reported once for all rows.
    """

    def __init__(
        self, model: Model, references: References, file: str, problems: list[Problem], columns: set[Place]
    ) -> None:
        self.model, self.references, self.file = model, references, file
        self.problems, self.columns = problems, columns
        self.id: str | None = None
        self.marred: set[Path] = set()

    def add(self, found: Problem, path: Path) -> None:
        """Add a problem; a violation marks the value at `path` as left out."""
        self.problems.append(found)
        if found.severity == "violation":
            self.marred.add(path)

    def broken(
        self, constraint: str, place: Place, field: Field, path: Path, value: str | None, guess: str | None = None
    ) -> None:
        """Report a violation of the field's shape (`constraint`: `MinCount`, `In`) that SHACL engines do not see."""
        check = self.model.check(field)
        component = f"{constraint}ConstraintComponent"
        message = fill(component_says(component), label=field.label, value=short(value))
        violation = Problem(
            *place,
            self.id,
            dotted(path),
            value,
            field.code,
            component,
            check.severity,
            message,
            check.why,
            correction(check, field, value, guess),
        )
        self.add(violation, path)

    def report(self, code: str, node: Node, path: Path, value: str | None, **details: object) -> None:
        """Report a problem of a catalogue code at a node."""
        self.add(problem(code, node.place(self.file), self.id, dotted(path), value, **details), path)  # type: ignore[arg-type]

    def empty(self, key: Node, field: Field, path: Path) -> None:
        """Report a key without a value; the fix of a required one is that of its shape."""
        needed = correction(self.model.check(field), field) if field.required else None
        self.report("empty-value", key, path, None, label=field.label, suggestion=needed)

    def wrong(self, node: Node, field: Field, path: Path, kind: str, suggestion: str | None = None) -> None:
        """Report a value of another kind than expected."""
        from hankelod.records.guesses import meant

        if suggestion is None and kind == field.kind.name and isinstance(node.value, str):
            suggestion = meant(field, node.value)
        place = node.place(self.file)
        self.add(wrong_kind(self.model, place, self.id, dotted(path), field.label, kind, node, field, suggestion), path)

    def unquoted(self, node: Node, field: Field, path: Path) -> None:
        """Report a code without quotation marks, which YAML may read as a number."""
        text = str(node.value)
        octal = text.isdigit() and text.startswith("0") and 1 < len(text) < 10 and not set(text) & set("89")
        detail = f": {text} = {int(text, 8)}" if octal else ""
        exists = field.kind.relative or self.references.exists(self.model.target(field), text)
        suggestion = None if exists else self.references.suggest(self.model.target(field), text)
        found = problem(
            "wrong-kind-unquoted",
            node.place(self.file),
            self.id,
            dotted(path),
            text,
            label=field.label,
            detail=detail,
            suggestion=suggestion or f'"{short(text)}"',
        )
        self.add(found._replace(code="wrong-kind"), path)

    def unknown_reference(self, node: Node, field: Field, path: Path, text: str, target: Class | None) -> None:
        """Report a reference to a thing that does not exist, with a suggestion or the list of concepts."""
        named = (f.target for f in self.model.main.fields if f.key in field.among)
        targets = [target, *(self.model.classes[iri] for iri in named if iri)] if target or field.among else []
        guesses = (self.references.suggest(each, text) for each in targets if each is not None)
        suggestion = next((guess for guess in guesses if guess is not None), None)
        fix = self.model.check(field).fix
        choices: Text | str = ""
        if target is not None and target.concept and suggestion is None:
            choices = phrase("the-list", list=", ".join(sorted(self.model.concepts.get(target.iri, {}))))
        self.report(
            "unknown-reference", node, path, text, label=field.label, suggestion=suggestion, fix=fix, expected=choices
        )

    def unknown_key(self, key: Node, value: Node, cls: Class | None, path: Path, field: Field | None = None) -> None:
        """Report an unknown key of a class, or an unknown language of a field (without `cls`)."""
        from hankelod.model import spoken
        from hankelod.records.guesses import word_meant

        names = {f.key: f.label for f in cls.fields if not f.derived} if cls else {}
        if cls is None and field is not None:
            names = {
                lang: {n: n for n, of in spoken.language_names().items() if of == lang} for lang in field.languages
            }
        name = str(key.value)
        here = (*path, name)
        label = cls.label if cls else field.label if field else {}
        text = str(value.value) if isinstance(value.value, str) else None
        if self.file.endswith(".csv"):  # the header is wrong, not the row
            place = key.place(self.file)
            if place in self.columns:
                return
            self.columns.add(place)
            self.problems.append(
                problem(
                    "unknown-key",
                    place,
                    None,
                    dotted(here),
                    None,
                    key=short(name),
                    label=label,
                    expected=", ".join(names),
                    suggestion=word_meant(names, name),
                )
            )
            return
        self.report(
            "unknown-key",
            key,
            here,
            text,
            key=short(name),
            label=label,
            expected=", ".join(names),
            suggestion=word_meant(names, name),
        )


def wrong_kind(
    model: Model,
    place: Place,
    record: str | None,
    path: str | None,
    label: Text,
    kind: str,
    node: Node,
    field: Field | None = None,
    suggestion: str | None = None,
) -> Problem:
    """Create the problem that a value is of another kind than expected."""
    scalar = node.kind in ("text", "number", "true", "false")
    actual = phrase("quoted", value=short(str(node.value))) if scalar else kind_word(node.kind)
    value = str(node.value) if isinstance(node.value, str) else None
    fix = correction(model.check(field), field) if field else phrase("keys-and-values")
    return problem(
        "wrong-kind",
        place,
        record,
        path,
        value,
        label=label,
        expected=kind_word(kind),
        found=actual,
        fix=fix,
        suggestion=suggestion,
    )


def correction(check: Check, field: Field | None, value: str | None = None, guess: str | None = None) -> Text:
    """Return the fix of a check; for a field's own check with a guess of the intended value, or else an example."""
    from hankelod.records.guesses import meant

    if field is None or check.code != field.code:
        return check.fix
    guess = guess or (meant(field, value) if value is not None else None)
    if guess is not None and field.checked_by and not CHECKS[field.checked_by](guess):
        guess = None
    if guess is not None:
        return phrase("both", first=phrase("meant", suggestion=guess), second=check.fix)
    if field.example is None:
        return check.fix
    return phrase("both", first=check.fix, second=phrase("for-example", example=f"{field.key}: {field.example}"))


def as_list(node: Node, field: Field) -> str:
    """Write a text as a YAML list: comma-separated ids as several items, anything else as one."""
    ids = [part.strip() for part in str(node.value).split(",")]
    if field.kind.refers and len(ids) > 1 and all(ID.fullmatch(part) for part in ids):
        return "[" + ", ".join(f'"{part}"' if part.isdigit() else part for part in ids) + "]"
    return f"[{as_written(node)}]"


def as_written(node: Node) -> str:
    """Write a text in YAML: plain if it was plain, else in quotation marks."""
    text = short(str(node.value))
    return text if node.plain and re.fullmatch(r"[\w-]+", text) else f'"{text}"'
