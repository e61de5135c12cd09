"""What an import did or would do, as people read it: each record, each difference, each line that was left over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hankelod.intake.documents.lines import Line
from hankelod.intake.importing import File, Import
from hankelod.messages.intake import say
from hankelod.messages.problem import short

SHOWN = 160


def text(done: Import, data: Path, lang: str) -> str:
    """The whole report of an import."""
    out = []
    if done.document is not None:
        d = done.document
        coverage = f"{int(d.coverage() * 10) / 10:.1f}"  # rounded down: 100.0 only where every line was understood
        coverage = coverage if lang == "en" else coverage.replace(".", ",")
        out.append(
            say("report-document", lang, name=done.name, lines=d.lines, projects=len(d.projects), coverage=coverage)
        )
    else:
        out.append(say("report-sheet", lang, name=done.name, rows=len(done.files)))
    out += [f"{p.file}: {p.message.get(lang, '')} {p.fix.get(lang, '')}".rstrip() for p in done.problems]
    for file in done.files:
        out += _file(file, data, lang)
    if done.document is not None:
        out += _lines("report-frame", done.document.frame, lang)
        out += _lines("report-strange", done.document.unrecognised, lang)
    return "\n".join(out) + "\n"


def _file(file: File, data: Path, lang: str) -> Iterable[str]:
    path = file.path.relative_to(data).as_posix()
    if file.new:
        yield say("report-new", lang, path=path)
        return
    yield say("report-changed" if file.changes else "report-same", lang, path=path)
    nothing = say("report-nothing", lang)
    for c in file.changes:
        now, new = (nothing if v is None else short(_shown(v), SHOWN) for v in (c.now, c.new))
        yield "  " + say(f"report-{c.what}", lang, key=c.key, now=now, new=new)


def _shown(value: object) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(code: str, lines: tuple[Line, ...], lang: str) -> Iterable[str]:
    if lines:
        yield say(code, lang, count=len(lines))
        for line in lines:
            yield "  " + say("report-row", lang, line=line.number, text=short(line.text.strip(), SHOWN))
