"""Fuzzing of readers and importers: seeds, changed at random but the same in every run, go through the command.

`PYTHONPATH=tests python tests/support/fuzzing.py COUNT [KIND…]` tries as many by hand, and says what it found, and how
fast.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hankelod.cli.parser import main
from support.folders import CASES, DATASETS

CORPUS = CASES / "fuzzing"
"""Inputs that are changed beside the records of the tests: one that once did harm is added here."""

BYTES = (b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\x1b[31m", b"\x9b", b"\r", b"\n")

TEXTS = (
    "\u202e \x85 \ufffd \u200b \U0001f4a9 ::error:: ##[error]"
    " &a *a !!x <<: --- | \" ' # ; , ../ con =1+1 0000 1e999 NaN -0"
    " \\u0000 \\uD800 _:b <x> @prefix ^^ <<( <!DOCTYPE> <table> <del>"
)

WORDS = (*BYTES, *(text.encode() for text in TEXTS.split(" ")), b"[" * 60, b"{" * 60, b"9" * 400)
"""Pieces that are put into inputs."""


def changed(seed: bytes, chance: random.Random) -> bytes:
    """Return a seed with some changes: bytes, pieces, cuts, repetitions, lines in another order."""
    content = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(content) + 1)
        end = min(len(content), at + chance.choice((1, 2, 8, 40)))
        way = chance.randrange(7)
        if way == 0:
            content[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
        elif way == 1:
            content[at:at] = chance.choice(WORDS)
        elif way == 2:
            del content[at:end]
        elif way == 3:
            content[at:at] = content[at:end] * chance.choice((1, 2, 30))
        elif way == 4:
            del content[at:]
        elif way == 5:
            lines = bytes(content).split(b"\n")
            one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            content = bytearray(b"\n".join(lines))
        else:
            content[at:end] = chance.choice(WORDS)
    return bytes(content)


def changed_archive(seed: bytes, chance: random.Random) -> bytes:
    """Return an office file in one of whose members something is changed; now and then in the archive itself."""
    if chance.random() < 0.2:
        return changed(seed, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        target = chance.choice(names)
        for name in names:
            content = old.read(name)
            if name == target and chance.random() < 0.1:
                continue
            new.writestr(name, changed(content, chance) if name == target else content)
    return made.getvalue()


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


Change = Callable[[bytes, random.Random], bytes]

KINDS: dict[str, tuple[str, Callable[[], list[bytes]], Change]] = {
    "yml": ("validate", lambda: _records("*.yml"), changed),
    "jsonl": ("validate", lambda: _records("*.jsonl"), changed),
    "ttl": ("validate", lambda: _records("*.ttl"), changed),
    "jsonld": ("validate", lambda: _records("*.jsonld"), changed),
    "csv": ("import", lambda: _records("*.csv"), changed),
    "txt": ("import", lambda: _records("*.txt"), changed),
    "md": ("import", lambda: _records("*.txt", "*.md"), changed),
    "html": ("import", lambda: _records("*.html"), changed),
    "docx": ("import", _docx, changed_archive),
    "xlsx": ("import", _xlsx, changed_archive),
    "pdf": ("import", _pdf, changed),
}
"""For each kind of file: the command that reads it, its seeds, and how they are changed."""


def inputs(kind: str, count: int, start: int = 0) -> Iterator[bytes]:
    """Yield as many inputs of a kind; the same ones for the same numbers."""
    _, seeds, change = KINDS[kind]
    found = seeds()
    for number in range(start, start + count):
        chance = random.Random(f"{kind}/{number}")
        yield change(chance.choice(found), chance)


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
