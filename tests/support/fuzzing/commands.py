"""Fuzzing of the commands that read files: seeds, changed at random but the same in every run, go through them.

`PYTHONPATH=tests python -m support.fuzzing.commands COUNT [KIND…]` tries as many by hand, and says what it found, and
how fast.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from hankelod.cli.parser import main
from support.folders import CASES, DATASETS
from support.fuzzing.ground import CORPUS
from support.fuzzing.mutation import Change, of_archive, of_bytes


def _records(*patterns: str) -> list[bytes]:
    folders = (DATASETS / "dataset" / "data", CASES / "records", CASES / "intake", CORPUS)
    named = (f for folder in folders for p in patterns for f in sorted(folder.rglob(p)))
    found = [f for f in named if f.is_file() and f.stat().st_size < 20_000]
    return [f.read_bytes() for f in found]


def _docx() -> list[bytes]:
    import docx

    document = docx.Document()
    document.add_heading("Hanke", 1)
    document.add_paragraph("Toteuttaja: Turun kaupunki")
    document.add_table(2, 2).cell(0, 0).text = "Kustannus 1 000 €"
    made = io.BytesIO()
    document.save(made)
    return [made.getvalue()]


def _xlsx() -> list[bytes]:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["id", "title_fi", "totalCost"], ["eka", "Eka", 1000], ["toka", "Toka", "2 000"]):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return [made.getvalue()]


def _pdf() -> list[bytes]:
    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made, invariant=True)
    canvas.drawString(100, 700, "Hanke: Turun kaupunki")
    canvas.save()
    return [made.getvalue()]


KINDS: dict[str, tuple[str, Callable[[], list[bytes]], Change]] = {
    "yml": ("validate", lambda: _records("*.yml"), of_bytes),
    "jsonl": ("validate", lambda: _records("*.jsonl"), of_bytes),
    "ttl": ("validate", lambda: _records("*.ttl"), of_bytes),
    "jsonld": ("validate", lambda: _records("*.jsonld"), of_bytes),
    "csv": ("import", lambda: _records("*.csv"), of_bytes),
    "txt": ("import", lambda: _records("*.txt"), of_bytes),
    "md": ("import", lambda: _records("*.txt", "*.md"), of_bytes),
    "html": ("import", lambda: _records("*.html"), of_bytes),
    "docx": ("import", _docx, of_archive),
    "xlsx": ("import", _xlsx, of_archive),
    "pdf": ("import", _pdf, of_bytes),
}
"""For each kind of file: the command that reads it, its seeds, and how they are changed."""


def inputs(kind: str, count: int, start: int = 0) -> Iterator[bytes]:
    """Yield as many inputs of a kind; the same ones for the same numbers."""
    _, seeds, change = KINDS[kind]
    found = seeds()
    for number in range(start, start + count):
        chance = Random(f"{kind}/{number}")
        yield change(chance.choice(found), found, chance)


def harm(kind: str, content: bytes, folder: Path) -> str | None:
    """Return what is wrong with how the command takes an input, None if nothing is."""
    file = folder / f"x.{kind}"
    file.write_bytes(content)
    command = KINDS[kind][0]
    to = ["--to", str(folder / "to"), "--dry-run"] if command == "import" else []
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    start = time.monotonic()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(["-C", str(folder), "--lang", "en", command, str(file), *to])
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    told = ""
    for stream in (out, err):
        stream.flush()
        told += stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
    if status not in (0, 1, 2):
        return f"exit status {status}"
    if "Traceback" in told or "fault of hankelod" in told:
        return told[-500:]
    if any(c in told for c in "\x1b\x9b\u202e\x07\x08\x00"):
        return f"raw control characters: {told[-200:]!r}"
    took = time.monotonic() - start
    return f"{took:.0f} s" if took > 70 else None


def try_by_hand(count: int, kinds: list[str]) -> int:
    """Try as many inputs, kind by kind, and print what does harm and the figures. Returns how many did harm."""
    bad = 0
    with tempfile.TemporaryDirectory() as place:
        for kind in kinds:
            start, found = time.monotonic(), 0
            for number, content in enumerate(inputs(kind, count // len(kinds))):
                wrong = harm(kind, content, Path(place))
                if wrong:
                    found += 1
                    print(f"{kind}/{number}: {wrong}", file=sys.stderr)
            rate = count // len(kinds) / max(time.monotonic() - start, 0.001)
            print(f"{kind}: {count // len(kinds):,} inputs, {found} did harm, {rate:.0f} a second", flush=True)
            bad += found
    return bad


if __name__ == "__main__":
    sys.exit(try_by_hand(int(sys.argv[1]), sys.argv[2:] or list(KINDS)) > 0)
