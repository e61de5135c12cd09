"""Report of an import by a mapping file: what was read by column, what was refused, and what is new or changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from hankelod.intake.mappings.importing import ColumnCount, Mapped
from hankelod.intake.reimport import Change
from hankelod.messages.catalogue import in_language
from hankelod.messages.intake import say
from hankelod.messages.problem import Problem, short

MAX_VALUE = 160
"""Most characters of a value."""

SHOWN = 50
"""Records whose changes are shown one by one."""


def text(result: Mapped, data: Path, lang: str, columns: bool) -> str:
    """Return the report of an import; paths are relative to `data`. With `columns` what was read of each is shown."""
    out = [say("report-mapped", lang, name=result.name, rows=result.rows, written=result.rows - result.refused_rows)]
    out += problems(result.problems, lang)
    out += (say("report-more", lang, column=column or code, count=count) for code, column, count in result.more)
    if columns:
        for each in result.columns:
            out += _column(each, lang)
    out += _records(result, data, lang)
    return "\n".join(out) + "\n"


def problems(found: Iterable[Problem], lang: str) -> list[str]:
    """Return problems as lines: the cell, or the line of the file, with what is wrong and how to fix it."""
    lines = []
    for p in found:
        place = p.file if "!" in p.file else f"{p.file}:{p.line}:{p.column}"
        lines.append(f"{place}: {in_language(p.message, lang)} {in_language(p.fix, lang)}".rstrip())
    return lines


def _column(count: ColumnCount, lang: str) -> Iterator[str]:
    yield say("report-column", lang, column=count.column, read=count.read, empty=count.empty, refused=count.refused)
    for code, examples in (("report-examples", count.examples), ("report-refusals", count.refusals)):
        if examples:
            yield "  " + say(code, lang, examples=" · ".join(short(x, MAX_VALUE // 2) for x in examples))


def _records(result: Mapped, data: Path, lang: str) -> Iterator[str]:
    """Numbers of records that are new, changed and the same, and the changes."""
    changes: list[tuple[str, tuple[Change, ...]]] = []
    for each in result.bulks:
        path = each.path.relative_to(data).as_posix()
        yield say("report-records", lang, path=path, new=each.new, changed=len(each.changes), same=each.same)
        changes += ((f"{path}: {id}", found) for id, found in each.changes)
    for folder in dict.fromkeys(file.path.parent for file in result.files):
        own = [file for file in result.files if file.path.parent == folder]
        changed = [file for file in own if file.changes]
        new, path = sum(file.new for file in own), folder.relative_to(data).as_posix() + "/"
        yield say("report-records", lang, path=path, new=new, changed=len(changed), same=len(own) - new - len(changed))
        changes += ((file.path.relative_to(data).as_posix(), file.changes) for file in changed)
    nothing = say("report-nothing", lang)
    for name, found in changes[:SHOWN]:
        yield say("report-changed", lang, path=name)
        for c in found:
            now, new_value = (nothing if v is None else short(_as_text(v), MAX_VALUE) for v in (c.now, c.new))
            yield "  " + say(f"report-{c.what}", lang, key=c.key, now=now, new=new_value)
    if len(changes) > SHOWN:
        yield say("report-more-changes", lang, count=len(changes) - SHOWN)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
