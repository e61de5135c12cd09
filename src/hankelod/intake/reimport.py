"""A changed source meets records that stand already: what differs is shown first, and what a person edited is kept.

For each key there are three values: what was imported last (its checksum stands in the record), what stands now, and
what the source says now. Only a key that nobody touched is updated; where both changed, the record wins and it is told.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake import writing
from hankelod.intake.proposals import Draft
from hankelod.model.model import Class, Model
from hankelod.records import tree, yamltree

UPDATE, ADD, REMOVE, KEPT, CONFLICT = "update", "add", "remove", "kept", "conflict"


class Change(NamedTuple):
    """What a key's three values come to. `now` and `new` are values as plain data, None where there is none."""

    key: str
    what: str
    now: object
    new: object


class Block(NamedTuple):
    """A top-level key of a record's file: the comments right above it, its line and what is indented under it."""

    key: str
    text: str


def current(text: str, file: str) -> dict[str, object]:
    """The values of a record's file, every scalar as text. Raises tree.Unreadable."""
    node = yamltree.read_yaml(text.encode(), file, [])
    values = tree.plain_value(node)
    return values if isinstance(values, dict) else {}


def compare(text: str, file: str, draft: Draft) -> list[Change]:
    """What differs between a record's file and its new draft, in the draft's order of keys.

    A record without checksums was made by hand: whatever differs in it is a conflict. Raises tree.Unreadable.
    """
    now, marks = current(text, file), writing.read_marks(text)
    new = {key: writing.plainly(value) for key, value in draft.values.items()}
    found = []
    for key in [*new, *(k for k in marks if k not in new)]:
        change = _change(key, now.get(key), new.get(key), marks.get(key), bool(marks))
        if change is not None:
            found.append(change)
    return found


def _change(key: str, now: object, new: object, mark: str | None, imported: bool) -> Change | None:
    if now == new:
        return None
    touched = mark is None or now is None or writing.checksum(now) != mark
    if not touched:
        return Change(key, REMOVE if new is None else UPDATE, now, new)
    if mark is None and now is None:
        return Change(key, ADD if imported else CONFLICT, now, new)
    same_source = mark is not None and (new is not None and writing.checksum(new) == mark)
    return Change(key, KEPT if same_source else CONFLICT, now, new)


def apply(
    text: str, draft: Draft, changes: list[Change], cls: Class, model: Model, lang: str, overwrite: bool = False
) -> str:
    """A record's text with the changes that may be made; with `overwrite` those to edited keys too.

    Blocks that do not change keep every character.
    """
    taken = {c.key: c for c in changes if c.what in (UPDATE, ADD, REMOVE) or overwrite}
    head, blocks, tail = split(text)
    order = [f.key for f in cls.fields]
    out = [b for b in blocks if b.key not in taken]
    for key, change in taken.items():
        if change.new is None:
            continue
        made = Block(key, writing.block(draft, cls, key, model, lang))
        at = next((n for n, b in enumerate(out) if _rank(b.key, order) > _rank(key, order)), len(out))
        out.insert(at, made)
    sums = writing.read_marks(text)
    for key, change in taken.items():
        sums.pop(key, None)
        if change.new is not None:
            sums[key] = writing.checksum(change.new)
    return "\n".join([*head, *(b.text for b in out), *tail, writing.marks(sums), ""])


def _rank(key: str, order: list[str]) -> int:
    return order.index(key) if key in order else -1 if key == "id" else len(order)


def split(text: str) -> tuple[list[str], list[Block], list[str]]:
    """A record's file as its first comments, its blocks, and what stands after the last one.

    The comments of the head end at the last line that begins the file; those right above a key are its own.
    """
    lines = [x for x in text.rstrip("\n").split("\n") if not x.startswith(writing.MARKS)]
    starts = [n for n, x in enumerate(lines) if re.match(r"[A-Za-z][\w-]*\s*:", x)]
    blocks: list[Block] = []
    bounds = []
    for n in starts:
        first = n
        while (
            first > 0 and lines[first - 1].startswith("#") and not _heads(lines, first - 1, starts[0] if starts else 0)
        ):
            first -= 1
        bounds.append((first, n))
    for at, (first, n) in enumerate(bounds):
        end = bounds[at + 1][0] if at + 1 < len(bounds) else len(lines)
        blocks.append(Block(lines[n].split(":")[0].strip(), "\n".join(lines[first:end])))
    head = lines[: bounds[0][0]] if bounds else lines
    return head, blocks, []


def _heads(lines: list[str], at: int, first_key: int) -> bool:
    """Whether a comment belongs to the file's head: all above the first key but the line right above it."""
    return at < first_key and at != first_key - 1
