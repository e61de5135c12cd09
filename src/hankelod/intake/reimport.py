"""Import of a changed source into existing records: a three-way comparison that keeps the edits of people.

For each key there are three values: the one imported last (its checksum is in the record), the one in the record now
and the one in the source now. Only a key that was not edited is updated; where both changed, the record's value is kept
and the conflict is reported.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from hankelod.intake import writing
from hankelod.intake.proposals import Draft
from hankelod.model.model import Class, Model
from hankelod.records import tree, yamltree

UPDATE, ADD, REMOVE, KEPT, CONFLICT = "update", "add", "remove", "kept", "conflict"
"""Kinds of changes. An edited key is `kept` where the source is unchanged, else a `conflict`."""


class Change(NamedTuple):
    """Result of the comparison of one key. `now` (in the record) and `new` (in the source) are plain data or None."""

    key: str
    what: str
    now: object
    new: object


class Block(NamedTuple):
    """A top-level key of a record's file: the comments directly above it, its line and the lines indented below it."""

    key: str
    text: str


def current(text: str, file: str) -> dict[str, object]:
    """Read the values of a record's file, every scalar as text. Raises tree.Unreadable."""
    node = yamltree.read_yaml(text.encode(), file, [])
    values = tree.plain_value(node)
    return values if isinstance(values, dict) else {}


def compare(text: str, file: str, draft: Draft) -> list[Change]:
    """Compare a record's file with its new draft; return the changes in the draft's order of keys.

    A record without checksums, or whose keys are not each on lines of their own, was written by hand: every difference
    in it is a conflict. Raises tree.Unreadable.
    """
    now, checksums = current(text, file), writing.read_checksums(text)
    if _starts(text) is None:
        checksums = {}
    return differences(now, draft.values, checksums)


def differences(now: dict[str, object], values: dict[str, object], checksums: dict[str, str]) -> list[Change]:
    """Compare a record's values, every scalar as text, with new ones; `checksums` are of those imported last."""
    new = {key: writing.stringified(value) for key, value in values.items()}
    changes = []
    for key in [*new, *(k for k in checksums if k not in new)]:
        change = _change(key, now.get(key), new.get(key), checksums.get(key), bool(checksums))
        if change is not None:
            changes.append(change)
    return changes


def _change(key: str, now: object, new: object, checksum: str | None, imported: bool) -> Change | None:
    """The change of one key, or None. `checksum` is that of the value imported last."""
    if now == new:
        return None
    edited = checksum is None or now is None or writing.checksum(now) != checksum
    if not edited:
        return Change(key, REMOVE if new is None else UPDATE, now, new)
    if checksum is None and now is None:
        return Change(key, ADD if imported else CONFLICT, now, new)
    same_source = checksum is not None and (new is not None and writing.checksum(new) == checksum)
    return Change(key, KEPT if same_source else CONFLICT, now, new)


def apply(
    text: str, draft: Draft, changes: list[Change], cls: Class, model: Model, lang: str, overwrite: bool = False
) -> str:
    """Return a record's text with the changes that are safe, or with `overwrite` all of them.

    The text of unchanged blocks is kept exactly.
    """
    applied = {c.key: c for c in changes if c.what in (UPDATE, ADD, REMOVE) or overwrite}
    if not applied:
        return text
    head, blocks = split(text)
    order = [f.key for f in cls.fields]
    out = [b for b in blocks if b.key not in applied]
    for key, change in applied.items():
        if change.new is None:
            continue
        block = Block(key, writing.block(draft, cls, key, model, lang))
        at = next((n for n, b in enumerate(out) if _rank(b.key, order) > _rank(key, order)), len(out))
        out.insert(at, block)
    checksums = writing.read_checksums(text)
    for key, change in applied.items():
        checksums.pop(key, None)
        if change.new is not None:
            checksums[key] = writing.checksum(change.new)
    return "\n".join([*head, *(b.text for b in out), writing.checksum_line(checksums), ""])


def _rank(key: str, order: list[str]) -> int:
    """The position of a key in a record: `id` first, unknown keys last."""
    return order.index(key) if key in order else -1 if key == "id" else len(order)


def split(text: str) -> tuple[list[str], list[Block]]:
    """Split a record's file into the comment lines of its head and its blocks; the line of checksums is left out.

    Comments above the first key are the head, except the line directly above it; those above other keys belong to them.
    Keys that do not each begin a line (a record in braces) are written anew, each as a block.
    """
    lines = [x for x in text.rstrip("\n").split("\n") if not x.startswith(writing.CHECKSUMS)]
    keys = _starts("\n".join(lines))
    if keys is None:
        values = current(text, "").items()
        return [], [Block(k, f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}") for k, v in values]
    starts = list(keys)
    blocks: list[Block] = []
    bounds = []
    for n in starts:
        first = n
        while first > 0 and lines[first - 1].startswith("#") and not _in_head(first - 1, starts[0] if starts else 0):
            first -= 1
        bounds.append((first, n))
    for at, (first, n) in enumerate(bounds):
        end = bounds[at + 1][0] if at + 1 < len(bounds) else len(lines)
        blocks.append(Block(keys[n], "\n".join(lines[first:end])))
    head = lines[: bounds[0][0]] if bounds else lines
    return head, blocks


def _starts(text: str) -> dict[int, str] | None:
    """The top-level keys of a record by the numbers of their lines, from 0; None if they do not each begin a line."""
    node = yamltree.read_yaml(text.encode(), "", [])
    if node.kind != "mapping":
        return None
    keys = [key for key, _ in node.value]  # type: ignore[attr-defined]
    starts = {key.line - 1: str(key.value) for key in keys if key.column == 1}
    return starts if len(starts) == len(keys) else None


def _in_head(at: int, first_key: int) -> bool:
    """True where a comment line belongs to the head: it is above the first key, but not directly above it."""
    return at < first_key and at != first_key - 1
