"""Ids in records: the record's own, those of its parts, and references."""

from __future__ import annotations

from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import problem
from hankelod.model.model import ID, RESERVED, Class, Field
from hankelod.records.faults import ProblemLog
from hankelod.records.record import NUMBER_LIKE, Values
from hankelod.records.slug import EXAMPLE
from hankelod.records.tree import Node, Pair, Path


def own_id(log: ProblemLog, node: Node, cls: Class, stem: str | None) -> str | None:
    """Return the id of a record: the file's stem, else the value of `id` or of the class's own key; None if invalid."""
    pairs: list[Pair] = node.value  # type: ignore[assignment]
    written = next(((k, v) for k, v in pairs if k.value == "id"), None)
    if cls.identified_by and written is None:
        written = next(((k, v) for k, v in pairs if k.value == cls.identified_by), None)
    if stem is not None:
        if written is not None and written[1].value != stem and log.file.endswith(f"{stem}.yml"):
            _report_other_id(log, written[1], stem)
        return stem
    place = node.place(log.file)
    key = cls.identified_by or "id"
    if written is None:
        log.problems.append(problem("missing-id", place, None, key, key=key, example=_example(cls)))
        return None
    value = str(written[1].value) if written[1].kind in ("text", "number") else ""
    value = value.lower() if cls.identified_by else value  # codes keep their case, ids have none
    steps = value.split("/")
    if cls.identifies == "" and len(steps) == 1:
        steps = [log.model.main.segment, value]  # a tombstone without a kind is that of a project
    if len(steps) != (2 if cls.identifies == "" else 1) or not all(ID.fullmatch(s) for s in steps):
        place = written[1].place(log.file)
        log.problems.append(
            problem("bad-id", place, None, key, value, example=_example(cls), suggestion=unreserved(value))
        )
        return None
    return "/".join(steps)


def _report_other_id(log: ProblemLog, node: Node, stem: str) -> None:
    """Report an id in a file whose name is another id."""
    text = str(node.value) if isinstance(node.value, str) else None
    label = dict.fromkeys(LANGUAGES, "id")
    log.problems.append(
        problem("filled-in", node.place(log.file), stem, "id", text, label=label, key="id", expected=stem)
    )


def unreserved(text: str) -> str | None:
    """Return an id in place of one that Windows reserves; None for any other text."""
    *_, last = text.split("/")
    return f"{text}-1" if RESERVED.fullmatch(last) else None


def part_id(log: ProblemLog, node: Node, path: Path, prefix: str, ordinal: int, ids: dict[str, Node]) -> str:
    """Return the full id of a part: as written (with or without `prefix`), else its ordinal."""
    written = next((v for k, v in node.value if k.value == "id"), None)  # type: ignore[attr-defined]
    part = str(ordinal)
    if written is not None:
        local = str(written.value).removeprefix(prefix) if written.kind in ("text", "number") else ""
        if ID.fullmatch(local):
            part = local
        else:
            log.report(
                "bad-id",
                written,
                (*path, "id"),
                str(written.value)[:200] if isinstance(written.value, str) else None,
                example="grant-1",
                suggestion=unreserved(local),
            )
    whole = prefix + part
    first = ids.setdefault(whole, written or node)
    if first is not (written or node):
        log.report(
            "duplicate-id",
            written or node,
            (*path, "id"),
            part,
            line=f"{log.file}:{first.line}",
            related=(first.place(log.file),),
        )
        while whole in ids:  # engines would merge two parts with one id
            whole += f"-{ordinal}"
        ids[whole] = written or node
    return whole


def reference(log: ProblemLog, node: Node, field: Field, path: Path, siblings: Values) -> str | None:
    """Return the full id that a reference names, or None after reporting a problem."""
    text = str(node.value)
    if node.plain and NUMBER_LIKE.fullmatch(text):
        log.unquoted(node, field, path)
        return None
    if field.passed_on:  # a code that goes to another key has gone there already
        log.unknown_reference(node, field, path, text, None)
        return None
    if field.kind.relative:
        segment, _, rest = text.partition("/")
        target = next((c for c in log.model.classes.values() if c.segment == segment and not c.part), None)
        if target is not None and ID.fullmatch(rest) and log.references.exists(target, rest):
            return text
        if target is not None and log.references.omitted(target, rest):
            log.report("left-out-reference", node, path, text, label=field.label)
            return None
        log.unknown_reference(node, field, path, text, None)
        return None
    target = log.model.target(field)
    whole = text
    if field.within in siblings and "/" not in text:
        whole = f"{siblings[field.within]}/{target.segment}/{text}"
    if target.identified_by:
        whole = text.lower()
    if log.references.exists(target, whole):
        return whole
    if not log.references.knows(target):
        log.report("unchecked-reference", node, path, text, label=field.label)
        log.marred.add(path)  # left out, so that no rule reports it
        return None
    if log.references.omitted(target, whole):
        log.report("left-out-reference", node, path, text, label=field.label)
        return None
    log.unknown_reference(node, field, path, text, target)
    return None


def _example(cls: Class) -> str:
    field = cls.field(cls.identified_by) if cls.identified_by else None
    if field is not None and field.example:
        return field.example.strip('"')
    return {"": f"project/{EXAMPLE}"}.get(cls.identifies, EXAMPLE)
