"""Report of an import in one language: each record, each change, each line that was not imported."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hankelod.intake.documents.lines import Line
from hankelod.intake.importing import File, Import
from hankelod.messages.catalogue import in_language, table
from hankelod.messages.intake import say
from hankelod.messages.problem import short

MAX_VALUE = 160
"""Most characters of a value or line in the report."""

MANY = 5
"""Most numbers of lines that one row names."""


def text(result: Import, data: Path, lang: str) -> str:
    """Return the whole report of an import; paths are relative to `data`."""
    out = []
    if result.document is not None:
        d = result.document
        coverage = f"{int(d.coverage() * 10) / 10:.1f}"  # rounded down: 100.0 only where all was understood
        coverage = coverage.replace(".", table(lang, "site", "format")["point"])
        out.append(
            say("report-document", lang, name=result.name, lines=d.lines, projects=len(d.projects), coverage=coverage)
        )
    else:
        out.append(say("report-sheet", lang, name=result.name, rows=len(result.files)))
    out += [f"{p.file}: {in_language(p.message, lang)} {in_language(p.fix, lang)}".rstrip() for p in result.problems]
    for file in result.files:
        out += _file(file, data, lang)
    if result.document is not None:
        out += _lines("report-frame", result.document.frame, lang)
        out += _lines("report-strange", result.document.unrecognised, lang)
        out += _left_out(result.document.left_out, lang)
    return "\n".join(out) + "\n"


def _file(file: File, data: Path, lang: str) -> Iterable[str]:
    path = file.path.relative_to(data).as_posix()
    if file.new:
        yield say("report-new", lang, path=path)
        return
    yield say("report-changed" if file.changes else "report-same", lang, path=path)
    nothing = say("report-nothing", lang)
    for c in file.changes:
        now, new = (nothing if v is None else short(_as_text(v), MAX_VALUE) for v in (c.now, c.new))
        yield "  " + say(f"report-{c.what}", lang, key=c.key, now=now, new=new)


def _as_text(value: object) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(code: str, lines: tuple[Line, ...], lang: str) -> Iterable[str]:
    if lines:
        yield say(code, lang, count=len(lines))
        for line in lines:
            yield "  " + say("report-row", lang, line=line.number, text=short(line.text.strip(), MAX_VALUE))


def _left_out(lines: tuple[Line, ...], lang: str) -> Iterable[str]:
    """What was not taken, with the reason; the same text at many places (a page's head) in one row."""
    if not lines:
        return
    yield say("report-left-out", lang, count=len(lines))
    places: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        places.setdefault((line.left, line.text.strip()), []).append(line.number)
    for (reason, text), numbers in places.items():
        shown = ", ".join(map(str, numbers[:MANY])) + ("…" if len(numbers) > MANY else "")
        what = say(f"left-{reason}", lang)
        row = say("report-row", lang, line=shown, text=f"{what}: {short(text, MAX_VALUE)}" if text else what)
        yield "  " + row
