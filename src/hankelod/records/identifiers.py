"""Ids in records: a record's own, those of its parts, and those that it refers to others by."""

from __future__ import annotations

from hankelod.messages.problem import problem
from hankelod.model.model import ID, Class, Field
from hankelod.records.faults import Faults
from hankelod.records.record import NUMBER_LIKE, Values
from hankelod.records.tree import Node, Path


def own_id(faults: Faults, node: Node, cls: Class, stem: str | None) -> str | None:
    written = next(((k, v) for k, v in node.value if k.value == "id"), None)  # type: ignore[attr-defined]
    if cls.identified_by and written is None:
        written = next(((k, v) for k, v in node.value if k.value == cls.identified_by), None)  # type: ignore[attr-defined]
    if stem is not None:
        return stem
    place = node.place(faults.file)
    key = cls.identified_by or "id"
    if written is None:
        faults.problems.append(problem("missing-id", place, None, key, key=key, example=_example(cls)))
        return None
    value = str(written[1].value) if written[1].kind in ("text", "number") else ""
    steps = value.split("/")
    if cls.identifies == "" and len(steps) == 1:
        steps = ["project", value]  # a tombstone's id without a kind is a project's
    if len(steps) != (2 if cls.identifies == "" else 1) or not all(ID.fullmatch(s) for s in steps):
        faults.problems.append(
            problem("bad-id", written[1].place(faults.file), None, key, value, example=_example(cls))
        )
        return None
    return "/".join(steps)


def part_id(faults: Faults, node: Node, path: Path, prefix: str, ordinal: int, taken: dict[str, Node]) -> str:
    """The id of a part: written (short, or whole as in a complete record), else its ordinal."""
    written = next((v for k, v in node.value if k.value == "id"), None)  # type: ignore[attr-defined]
    part = str(ordinal)
    if written is not None:
        given = str(written.value).removeprefix(prefix) if written.kind in ("text", "number") else ""
        if ID.fullmatch(given):
            part = given
        else:
            faults.report(
                "bad-id",
                written,
                (*path, "id"),
                str(written.value)[:200] if isinstance(written.value, str) else None,
                example="grant-1",
            )
    whole = prefix + part
    first = taken.setdefault(whole, written or node)
    if first is not (written or node):
        faults.report(
            "duplicate-id",
            written or node,
            (*path, "id"),
            part,
            line=f"{faults.file}:{first.line}",
            related=(first.place(faults.file),),
        )
        while whole in taken:  # two parts under one id would be checked as one
            whole += f"-{ordinal}"
        taken[whole] = written or node
    return whole


def reference(faults: Faults, node: Node, field: Field, path: Path, siblings: Values) -> str | None:
    text = str(node.value)
    if node.plain and NUMBER_LIKE.fullmatch(text):
        faults.unquoted(node, field, path)
        return None
    if field.kind == "relative":
        segment, _, rest = text.partition("/")
        target = next((c for c in faults.model.classes.values() if c.segment == segment and not c.part), None)
        if target is not None and ID.fullmatch(rest) and faults.references.exists(target, rest):
            return text
        faults.unknown_reference(node, field, path, text, None)
        return None
    target = faults.model.target(field)
    whole = _within(faults, text, target, siblings) if target.part else text
    if faults.references.exists(target, whole):
        return whole
    if not faults.references.knows(target):
        faults.report("unchecked-reference", node, path, text, label=field.label)
        faults.marred.add(path)  # left out, so that no rule speaks of it
        return None
    faults.unknown_reference(node, field, path, text, target)
    return None


def _within(faults: Faults, text: str, target: Class, siblings: Values) -> str:
    """A reference to a part is completed by the thing that a sibling names: the call, by the grant's programme."""
    for owner in faults.model.classes.values():
        for f in owner.fields:
            if f.kind == "part" and f.target == target.iri:
                holder = next((str(siblings[k]) for k in siblings if _refers(faults, k, owner, siblings)), None)
                if holder is not None and "/" not in text:
                    return f"{holder}/{target.segment}/{text}"
    return text


def _refers(faults: Faults, key: str, owner: Class, siblings: Values) -> bool:
    return any(
        f.key == key and f.target == owner.iri for c in faults.model.classes.values() if c.part for f in c.fields
    )


def _example(cls: Class) -> str:
    field = cls.field(cls.identified_by) if cls.identified_by else None
    if field is not None and field.example:
        return field.example.strip('"')
    return {"": "project/vanha-hanke"}.get(cls.identifies, "inkoo-hiilineutraali")
