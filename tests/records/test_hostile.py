"""Hostile and broken input: always a report with file, line, column and correction; no traceback, bounded memory.

Small files are in the corpus (`records/bad`); here are large, unusual and arbitrary ones.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hankelod.mapping.mapping import Mapping
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import MAX_PROBLEMS, Problem
from hankelod.pipeline.checking import check_files
from hankelod.pipeline.findings import KEPT
from hankelod.rdf import files
from hankelod.records import jsonlines
from hankelod.records.dataset import Dataset
from hankelod.validation.checker import Checker, referenced
from hankelod.validation.report import Report, as_json, report
from hankelod.validation.text import as_text
from support.checking import check_all
from support.corpus import BASE, GOOD, dataset_with

RECORD = (BASE / "data/projects/hyva.yml").read_bytes()
NAME = "data/projects/x.yml"


def judge(tmp_path: Path, content: bytes, name: str = NAME) -> Report:
    """The report on the base dataset with one more file."""
    root = dataset_with(tmp_path)
    (root / name).write_bytes(content)
    found, _ = check_all(Dataset(root))
    return found


def only(found: Report) -> Problem:
    """The one problem of a report, complete."""
    assert len(found.problems) == 1, as_text(found, "en")
    complete(found)
    return found.problems[0]


def complete(found: Report) -> None:
    """Every problem has a place and texts in each language, and all reports can be written."""
    for p in found.problems:
        assert p.file and p.line >= 1 and p.column >= 1 and p.code
        for text in (p.message, p.why, p.fix):
            assert all(text[lang].strip() for lang in LANGUAGES), p
    for lang in LANGUAGES:
        json.loads(as_json(found, lang))
        as_text(found, lang).encode("utf-8", "backslashreplace")


### Depth and breadth

DEEP = {
    "flow-10000": b"outcomes: " + b"[" * 10_000 + b"]" * 10_000,
    "flow-30000-open": b"[" * 30_000,
    "mappings-30000": b"{a: " * 30_000 + b"}" * 30_000,
    "block-10000": b"outcomes:\n  " + b"- " * 10_000 + b"a",
    "indent-500": b"".join(b" " * n + b"a:\n" for n in range(500)),
    "complex-keys-10000": b"? " * 10_000,
    "complex-flow-keys-10000": b"{? " * 10_000,
}


@pytest.mark.parametrize("content", DEEP.values(), ids=DEEP.keys())
def test_deep_nesting(content: bytes, tmp_path: Path) -> None:
    assert only(judge(tmp_path, content)).code == "too-deep"


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":['], ids=["lists", "mappings", "both"])
def test_deep_nesting_in_json_lines(opening: bytes, tmp_path: Path) -> None:
    problem = only(judge(tmp_path, b"\n" + opening * 100_000 + b"\n", "data/projects.jsonl"))
    assert (problem.code, problem.line) == ("too-deep", 2)


LAUGHS = {
    "aliases": b"a: &a [1]\nb: [*a, *a]\n",
    "cycle": b"a: &a [*a]\n",
    "merge": b"<<: {lead: kaupunki}\n",
    "merge-list": b"a:\n  <<: [{b: 1}, {c: 2}]\n",
    "anchor-on-a-key": b"&k lead: kaupunki\n",
    "laughs": b"a0: &a0 ha\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)),
}


@pytest.mark.parametrize("content", LAUGHS.values(), ids=LAUGHS.keys())
def test_aliases(content: bytes, tmp_path: Path) -> None:
    assert only(judge(tmp_path, content)).code == "yaml-anchor"


WIDE = {
    "values": b"outcomes: [" + b"a," * 1_000_000 + b"]",
    "keys": b"".join(b"k%d: 1\n" % n for n in range(500_000)),
    "equal-keys": b"a: 1\n" * 1_000_000,
}


@pytest.mark.parametrize("content", WIDE.values(), ids=WIDE.keys())
def test_too_many_values(content: bytes, tmp_path: Path) -> None:
    assert only(judge(tmp_path, content)).code == "too-large"


def test_too_many_values_in_json_lines(tmp_path: Path) -> None:
    problem = only(judge(tmp_path, b"[" + b"1," * 100_000 + b"1]\n", "data/projects.jsonl"))
    assert problem.code == "too-large"


def test_too_many_rows(tmp_path: Path) -> None:
    found = judge(tmp_path, b"code,name_fi\n" + b"x\n" * 200_000, "data/former-municipalities.csv")
    assert only(found).code == "too-large"


def test_many_commas_in_a_text_are_no_values(tmp_path: Path) -> None:
    """Values count, not commas: a long text in JSON is one value."""
    line = {**json_record("rivi"), "summary": {"fi": "a, " * 50_000, "sv": "b", "en": "c"}}
    assert judge(tmp_path, json.dumps(line).encode() + b"\n", "data/projects.jsonl").problems == []


def json_record(identifier: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "title": {"fi": "Hanke", "sv": "Projekt", "en": "Project"},
        "lead": "kaupunki",
        "municipalities": ["167"],
        "start": "2021-05",
        "end": "2022-11",
        "totalCost": 75000,
        "grants": [{"programme": "ohjelma", "amount": 50000}],
        "source": "https://example.org/",
    }


def test_as_many_problems_as_values(tmp_path: Path) -> None:
    """The widest record that is read, with something wrong in each value: all are told, each at its own place."""
    values = b", ".join(b"{}" for _ in range(9_000)) + b", " + b", ".join(b"1" for _ in range(9_000))
    found = judge(tmp_path, RECORD + b"observations: [" + values + b"]\n")
    assert len(found.problems) == 27_000
    assert len({(p.line, p.column, p.field) for p in found.problems}) == 27_000


def test_references_to_nothing(tmp_path: Path) -> None:
    """Ten thousand misspelt references: all are told; suggestions are looked for a thousand times only."""
    found = judge(tmp_path, RECORD + b"partners: [" + b", ".join(b"naapuri%d" % n for n in range(10_000)) + b"]\n")
    assert len(found.problems) == 10_000
    assert sum("naapuri (" in p.fix["en"] for p in found.problems) <= 1_000


QUADRATIC = {
    "quotes": b'"' + b'\\"' * 4_000_000,
    "brackets-of-text": b'"' + b"[" * 9_000_000,
    "open": b'{"a": "' + b"\\\\" * 4_000_000,
}


@pytest.mark.parametrize("line", QUADRATIC.values(), ids=QUADRATIC.keys())
def test_lines_that_would_take_for_ever(line: bytes, tmp_path: Path) -> None:
    """Quotation marks that never close: a pattern that backtracks would take hours for these."""
    assert only(judge(tmp_path, line + b"\n", "data/projects.jsonl")).code == "json-syntax"


LONG = {
    "key": b"a" * 9_000_000 + b": 1\n",
    "word": b"a" * 9_000_000,
    "spaces": b" " * 9_000_000,
    "dashes": b"- " * 4_500_000,
    "quotes": b'"' + b'\\"' * 4_000_000,
    "marks": b"? " * 4_500_000,
    "host": RECORD + b"links:\n  - {host: " + b"a-" * 4_000_000 + b"}\n",
    "reference": RECORD.replace(b"lead: kaupunki", b"lead: " + b"a" * 9_000_000),
    "number": RECORD.replace(b"75000", b"7" * 9_000_000),
    "month": RECORD.replace(b"2021-05", b"2" * 9_000_000),
    "octal": RECORD.replace(b'["167"]', b"[0" + b"1" * 9_000_000 + b"]"),
    "code": RECORD.replace(b'["167"]', b"[" + b"1" * 9_000_000 + b"]"),
}


@pytest.mark.parametrize("content", LONG.values(), ids=LONG.keys())
def test_long_values(content: bytes, tmp_path: Path) -> None:
    """Nine megabytes of one thing: told in a few lines."""
    found = judge(tmp_path, content)
    assert not found.conforms()
    complete(found)
    assert max(len(p.message["en"]) for p in found.problems) < 1_000
    assert len(as_text(found, "en")) < 10_000


def test_long_address(tmp_path: Path) -> None:
    """A long address is an address."""
    assert judge(tmp_path, RECORD.replace(b"/hankkeet", b"/" + b"a" * 1_000_000)).problems == []


### Large files, in a process of their own with bounded memory

MEMORY = 800_000_000
"""Address space in bytes: enough for the libraries and a report, too little for a line or a file held whole."""


def command(root: Path, *more: str, memory: int | None = None) -> subprocess.CompletedProcess[str]:
    """`hankelod -C root validate --format json`, perhaps in bounded memory."""
    arguments = [
        sys.executable,
        "-m",
        "hankelod",
        "-C",
        str(root),
        "validate",
        "--format",
        "json",
        "--lang",
        "en",
        *more,
    ]

    def bound() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory or 0, memory or 0))

    return subprocess.run(
        arguments, capture_output=True, text=True, encoding="utf-8", check=False, preexec_fn=bound if memory else None
    )


def told(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The problems of a report of violations by the command line."""
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 1, done.stderr
    whole = json.loads(done.stdout)
    assert whole["conforms"] is False
    for problem in whole["problems"]:
        assert problem["message"] and problem["why"] and problem["fix"] and problem["line"] and problem["column"]
    return whole["problems"]  # type: ignore[no-any-return]


needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="address space cannot be bounded on Windows")


@needs_limits
def test_line_of_a_gigabyte(tmp_path: Path) -> None:
    """It is passed over in pieces, and the records before and after it are read."""
    root = dataset_with(tmp_path)
    with (root / "data/projects.jsonl").open("wb") as file:
        file.write(json.dumps(json_record("eka")).encode() + b"\n")
        file.seek(1_000_000_000, os.SEEK_CUR)
        file.write(b"\n" + json.dumps(json_record("toka") | {"lead": "ei-ole"}).encode() + b"\n")
    done = command(root, memory=MEMORY)
    assert [(p["code"], p["line"], p["record"]) for p in told(done)] == [
        ("too-large", 2, None),
        ("unknown-reference", 3, "toka"),
    ]
    assert json.loads(done.stdout)["records"] == 22


@needs_limits
def test_file_of_100_megabytes(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    with (root / NAME).open("wb") as file:
        file.truncate(100_000_000)
    assert [(p["code"], p["file"], p["line"], p["column"]) for p in told(command(root, memory=MEMORY))] == [
        ("too-large", NAME, 1, 1)
    ]
    assert [p["code"] for p in told(command(root, NAME, memory=MEMORY))] == ["too-large"]


@needs_limits
def test_million_empty_records(tmp_path: Path) -> None:
    """Three characters may be a record, and each has a problem: so many are told, some more counted, the rest left."""
    root = dataset_with(tmp_path)
    (root / "data/projects.jsonl").write_bytes(b"{}\n" * 1_000_000)
    done = command(root, memory=MEMORY)
    found = told(done)
    assert Counter(p["code"] for p in found) == {"missing-id": KEPT, "too-many-problems": 1}
    assert MAX_PROBLEMS < json.loads(done.stdout)["counts"]["violation"] < MAX_PROBLEMS + 3_000


@needs_limits
def test_many_problems_of_records_that_are_read(tmp_path: Path) -> None:
    """The same for what only the shapes find."""
    root = dataset_with(tmp_path)
    (root / "data/projects.jsonl").write_bytes(b"".join(b'{"id":"a%d"}\n' % n for n in range(20_000)))
    done = command(root, memory=MEMORY)
    found = told(done)
    assert len(found) == KEPT + 1
    assert MAX_PROBLEMS < json.loads(done.stdout)["counts"]["violation"] < MAX_PROBLEMS + 20_000
    assert [p["code"] for p in found].count("too-many-problems") == 1


@needs_limits
@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"a"], ids=["blank", "empty", "one-line"])
def test_packed_bomb(line: bytes, tmp_path: Path) -> None:
    """A small file that unpacks to a large one is read as far as any record file may reach."""
    root = dataset_with(tmp_path)
    with gzip.open(root / "data/projects.jsonl.gz", "wb", 6) as file:
        for _ in range(120):
            file.write(line * (1_000_000 // len(line)))
    codes = [p["code"] for p in told(command(root, memory=MEMORY))]
    assert set(codes) == ({"missing-id", "too-many-problems"} if line == b"{}\n" else {"too-large"})


@needs_limits
def test_many_values_in_bounded_memory(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / NAME).write_bytes(WIDE["values"])
    assert [p["code"] for p in told(command(root, memory=MEMORY))] == ["too-large"]


### Files that are none


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / NAME).mkdir()
    problem = only(check_all(Dataset(root))[0])
    assert (problem.code, problem.file, problem.line) == ("not-a-file", NAME, 1)
    assert only(check_files(Dataset(root), [root / NAME])).code == "not-a-file"


def test_folder_in_place_of_json_lines(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / "data/projects.jsonl").mkdir()
    assert only(check_all(Dataset(root))[0]).code == "not-a-file"


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / "data/projects/hyva.yml").unlink()
    (root / "data/projects").rmdir()
    (root / "data/projects").write_text("hanke\n")
    codes = {(p.file, p.code) for p in check_all(Dataset(root))[0].problems}
    assert ("data/projects", "unknown-file") in codes


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_that_nobody_writes_to(tmp_path: Path) -> None:
    """It is not opened: that would wait for ever."""
    root = dataset_with(tmp_path)
    os.mkfifo(root / NAME)
    assert only(check_all(Dataset(root))[0]).code == "not-a-file"


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../outside.yml", "/dev/zero"])
def test_link_out_of_the_dataset(target: str, tmp_path: Path) -> None:
    root = dataset_with(tmp_path / "set")
    (tmp_path / "outside.yml").write_bytes(RECORD)
    (root / NAME).symlink_to(target)
    problem = only(check_all(Dataset(root))[0])
    assert (problem.code, problem.line, problem.column) == ("outside-dataset", 1, 1)


@pytest.mark.parametrize(
    "name", ["data/projects.jsonl", "data/municipalities.csv", "data/withdrawn.yml", "data/projects"]
)
def test_other_links_out_of_the_dataset(name: str, tmp_path: Path) -> None:
    """Not only a record's own file can be a link: so can a list of records, or a whole folder."""
    root = dataset_with(tmp_path / "set")
    outside = tmp_path / "outside"
    if (root / name).is_dir() or (root / name).exists():
        (root / name).rename(outside)
    else:
        outside.write_text(json.dumps(json_record("rivi")) + "\n")
    (root / name).symlink_to(outside)
    found = check_all(Dataset(root))[0]
    assert "outside-dataset" in {p.code for p in found.problems}
    complete(found)


def test_link_to_nowhere_and_to_itself(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / "data/projects/a.yml").symlink_to("ei-ole.yml")
    (root / "data/projects/b.yml").symlink_to("b.yml")
    found = check_all(Dataset(root))[0]
    complete(found)
    assert {p.file for p in found.problems} == {"data/projects/a.yml", "data/projects/b.yml"}


def test_link_within_the_dataset(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / NAME).symlink_to("hyva.yml")
    assert check_all(Dataset(root))[0].problems == []


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the rights are missing, or the disk fails; the other files are read."""
    root = dataset_with(tmp_path)
    (root / NAME).write_bytes(RECORD)
    opened = files.opened

    def refused(path: Path, *arguments: object, **others: object) -> BinaryIO:
        if path.name == "x.yml":
            raise files.Unfit(path, "unreadable", error=PermissionError(13, "Permission denied"))
        return opened(path, *arguments, **others)

    monkeypatch.setattr(files, "opened", refused)
    assert only(check_all(Dataset(root))[0]).code == "not-a-file"


PACKED = {
    "garbage": b"this is no gzip",
    "cut-short": gzip.compress(json.dumps(json_record("rivi")).encode() * 100)[:200],
    "broken": gzip.compress(os.urandom(1) * 10_000)[:-12] + b"x" * 12,
    "empty": b"",
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED.keys())
def test_packed_lines_that_cannot_be_unpacked(content: bytes, tmp_path: Path) -> None:
    found = judge(tmp_path, content, "data/projects.jsonl.gz")
    complete(found)
    assert found.conforms() == (content == b"")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n \n", b"\r\n"])
def test_lines_of_nothing(content: bytes, tmp_path: Path) -> None:
    assert judge(tmp_path, content, "data/projects.jsonl").conforms()


def _zst(content: bytes, **options: object) -> bytes:
    return pytest.importorskip("zstandard").ZstdCompressor(**options).compress(content)


def _lines(tmp_path: Path, content: bytes) -> list[bytes | None]:
    """The lines of a file of zstd, None for what cannot be read."""
    file = tmp_path / "x.jsonl.zst"
    file.write_bytes(content)
    return [line if isinstance(line, bytes) else None for _, line in jsonlines.lines(file, "x")]


DIGESTS = [hashlib.sha256(b"%d" % n).hexdigest().encode() for n in range(5000)]

LONG = b"".join(b'{"id": "%d", "text": "%s"}\n' % (n, DIGESTS[n]) for n in range(5000))


@pytest.mark.parametrize("options", [{}, {"write_checksum": True}, {"write_content_size": False, "level": 9}])
def test_lines_packed_by_zstd(options: dict[str, object], tmp_path: Path) -> None:
    half = LONG.index(b"\n", len(LONG) // 2) + 1
    for packed in (_zst(LONG, **options), _zst(LONG[:half], **options) + _zst(LONG[half:], **options)):
        assert b"".join(line or b"" for line in _lines(tmp_path, packed)) == LONG
    assert _lines(tmp_path, _zst(b"", **options)) == []


def test_records_packed_by_zstd(tmp_path: Path) -> None:
    found = judge(tmp_path, _zst(json.dumps(json_record("rivi")).encode()), "data/projects.jsonl.zst")
    complete(found)
    assert found.conforms()
    assert found.records > 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.0001, 0.9999))
def test_lines_cut_off_or_broken_by_zstd(share: float, tmp_path: Path) -> None:
    """The missing end is told of wherever it is cut off, and the rest is still read."""
    packed = _zst(LONG, write_checksum=True)
    at = max(1, int(len(packed) * share))
    for content in (packed[:at], packed[:at] + bytes([packed[at] ^ 255]) + packed[at + 1 :], packed + b"junk"):
        found = _lines(tmp_path, content)
        assert found[-1] is None
        assert None not in found[:-1]
        assert len(found) <= LONG.count(b"\n") + 1


def test_packed_lines_without_their_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert only(judge(tmp_path, b"\x28\xb5\x2f\xfd", "data/projects.jsonl.zst")).code == "not-a-file"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="such names cannot be made here")
@pytest.mark.parametrize(
    "name",
    [
        b"a\nb.yml",
        b"a\x1b[31mb.yml",
        "a\u202eb.yml".encode(),
        b"a\xffb.yml",
        b"-.yml",
        b"a b.yml",
        b"A.yml",
        b"%2e.yml",
    ],
)
def test_file_names(name: bytes, tmp_path: Path) -> None:
    """A name that is no id is told, and cannot write to a terminal by itself."""
    root = dataset_with(tmp_path)
    (Path(os.fsdecode(os.fsencode(root))) / "data/projects" / os.fsdecode(name)).write_bytes(RECORD)
    found = check_all(Dataset(root))[0]
    assert {p.code for p in found.problems} == {"file-name"}
    complete(found)
    text = as_text(found, "en")
    assert "\x1b" not in text and "\u202e" not in text and text.count("\n") == 7


### Encodings and characters

ENCODINGS = {
    "utf-16": ("utf-16", "not-utf8"),
    "utf-16-le": ("utf-16-le", "forbidden-character"),
    "utf-32": ("utf-32", "not-utf8"),
    "latin-1": ("latin-1", "not-utf8"),
    "cp1252": ("cp1252", "not-utf8"),
    "mac-roman": ("mac-roman", "not-utf8"),
}


@pytest.mark.parametrize(("encoding", "code"), ENCODINGS.values(), ids=ENCODINGS.keys())
@pytest.mark.parametrize("name", [NAME, "data/projects.jsonl", "data/former-municipalities.csv"])
def test_other_encodings(encoding: str, code: str, name: str, tmp_path: Path) -> None:
    text = "code,name_fi\n045,Äetsä\n" if name.endswith(".csv") else '{"title": "Säästö"}\n'
    found = judge(tmp_path, text.encode(encoding), name)
    complete(found)
    assert not found.conforms()
    assert {p.code for p in found.problems} <= {code, "not-utf8", "forbidden-character", "json-syntax"}


FORBIDDEN = [
    *range(0x09),
    0x0B,
    0x0C,
    *range(0x0E, 0x20),
    0x7F,
    0x80,
    0x9F,
    0x061C,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xFEFF,
    0xFFFE,
    0xFFFF,
]


@pytest.mark.parametrize("code", FORBIDDEN, ids=lambda c: f"U+{c:04X}")
def test_forbidden_characters(code: int, tmp_path: Path) -> None:
    """Raw, as an escape, and in JSON: each is found, and named."""
    raw = judge(tmp_path / "raw", RECORD + f'acronym: "AB{chr(code)}C"\n'.encode())
    assert (only(raw).code, only(raw).line, only(raw).column) == ("forbidden-character", 10, 13)
    assert f"U+{code:04X}" in only(raw).message["en"]
    escaped = judge(tmp_path / "escaped", RECORD + f'acronym: "AB\\u{code:04x}C"\n'.encode())
    assert only(escaped).code == "forbidden-character"
    line = json.dumps(json_record("rivi") | {"acronym": f"AB{chr(code)}C"}) + "\n"
    assert only(judge(tmp_path / "json", line.encode(), "data/projects.jsonl")).code == "forbidden-character"


@pytest.mark.parametrize("code", [0x85, 0x2028, 0x2029], ids=lambda c: f"U+{c:04X}")
def test_line_ends_of_unicode(code: int, tmp_path: Path) -> None:
    """Raw in YAML they would shift line numbers; as an escape they are text."""
    raw = judge(tmp_path / "raw", RECORD + f'acronym: "AB{chr(code)}C"\n'.encode())
    assert only(raw).code == "forbidden-character"
    assert judge(tmp_path / "escaped", RECORD + f'acronym: "AB\\u{code:04x}C"\n'.encode()).problems == []


@pytest.mark.parametrize("surrogate", ["\\ud800", "\\udfff", "\\U0000d800"])
def test_lone_surrogates(surrogate: str, tmp_path: Path) -> None:
    assert only(judge(tmp_path / "yaml", RECORD + f'acronym: "AB{surrogate}"\n'.encode())).code == "yaml-syntax"
    if surrogate.startswith("\\u"):
        line = json.dumps(json_record("rivi") | {"acronym": "XX"}).replace('"XX"', f'"{surrogate}"') + "\n"
        assert only(judge(tmp_path / "json", line.encode(), "data/projects.jsonl")).code == "forbidden-character"


### Values

ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\\tscript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "//evil.example/",
    "/etc/passwd",
    "https:///x",
    "https://",
    "http:",
    "ftp://example.org/",
    "\\tjavascript:alert(1)",
    " https://example.org/",
    "https://example.org/a b",
    "https://example.org/<b>",
    "https://example.org/{}",
    "https://example.org/`",
    "https://example.org/|",
    "https://example.org/^",
    "https://example.org/\\\\",
    'https://example.org/\\"',
    "https://example.org/%zz",
    "https://[::1",
    "mailto:a@example.org",
    "vbscript:x",
    "blob:https://x/y",
    "https://example.org/\\u0085",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses(address: str, tmp_path: Path) -> None:
    """Only whole addresses of the web: nothing that a browser would run, nothing that breaks out of an IRI."""
    found = judge(tmp_path, RECORD + f'links:\n  - {{id: a, url: "{address}"}}\n'.encode())
    assert {p.code for p in found.problems} <= {"wrong-kind", "Link-url"}
    assert not found.conforms(), address
    complete(found)


IDS = [
    "../x",
    "..",
    "a/b",
    "a>",
    "a b",
    'a\\"',
    "a\\\\",
    "{a}",
    "`a`",
    "ä",
    "A",
    "",
    "a" * 101,
    "-a",
    "a-",
    "a\\n",
    "%2e",
    "a#b",
    "a?b",
    "x> <http://evil.example/p> <http://evil.example/o> .\\n<http://e/y",
]


@pytest.mark.parametrize("identifier", IDS)
def test_identifiers(identifier: str, tmp_path: Path) -> None:
    """An id that could leave its IRI is refused, for a part and for a record; as a reference it is unknown."""
    part = judge(
        tmp_path / "part", RECORD + f'links:\n  - {{id: "{identifier}", url: "https://example.org/"}}\n'.encode()
    )
    assert only(part).code == "bad-id"
    line = json.dumps(json_record("XX")).replace('"XX"', f'"{identifier}"') + "\n"
    assert only(judge(tmp_path / "record", line.encode(), "data/projects.jsonl")).code == "bad-id"
    reference = judge(tmp_path / "reference", RECORD.replace(b"lead: kaupunki", f'lead: "{identifier}"'.encode()))
    assert only(reference).code == "unknown-reference"


NUMBERS = [
    ".nan",
    ".inf",
    "-.inf",
    "NaN",
    "Infinity",
    "-Infinity",
    "inf",
    "1e400",
    "1E5",
    "-5",
    "-0",
    "0",
    "+0.00",
    "12,50",
    "1_000",
    "0x1F",
    "0o17",
    "75000.",
    ".5.",
    "75 000",
    "75.000,00",
    "٧٥",
    "７５",
    "9" * 5_000,
    "0." + "1" * 5_000,
    "1/2",
    "--5",
    "true",
    "2024-02-30",
    "''",
]


@pytest.mark.parametrize("number", NUMBERS, ids=[n[:12] for n in NUMBERS])
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_numbers(number: str, engine: str, tmp_path: Path) -> None:
    """A value that is not a positive amount of money with two decimals is reported once, by either engine."""
    root = dataset_with(tmp_path)
    (root / NAME).write_bytes(RECORD.replace(b"75000", number.encode()))
    found = check_files(Dataset(root), [root / NAME], engine)
    assert only(found).code == "Project-totalCost"
    assert only(found).field == "totalCost"
    (root / NAME).write_bytes(RECORD.replace(b"50000", b"'" + number.strip("'").encode() + b"'"))
    assert only(check_files(Dataset(root), [root / NAME], engine)).code == "Grant-amount"


MONTHS = [
    "2021-13",
    "2021-00",
    "2021-5",
    "21-05",
    "2021/05",
    "05.2021",
    "2021-05-01",
    "2021-05Z",
    "-2021-05",
    "12021-05",
    "2021",
    "２０２１-05",
    "2021-05 ",
    "''",
    "toukokuu",
]


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_months(month: str, engine: str, tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / NAME).write_bytes(RECORD.replace(b"2021-05", f"'{month}'".encode() if month != "''" else b"''"))
    assert only(check_files(Dataset(root), [root / NAME], engine)).code == "Project-start"


DAYS = [
    "2024-02-30",
    "2023-02-29",
    "2024-13-01",
    "2024-00-10",
    "2024-01-00",
    "2024-01-32",
    "24-01-01",
    "2024-1-1",
    "2024-01-01Z",
    "2024-01-01T00:00:00",
    "1.3.2022",
    "''",
]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_days(day: str, engine: str, tmp_path: Path) -> None:
    """Days that the calendar does not have, and days written otherwise."""
    root = dataset_with(tmp_path)
    file = root / "data/withdrawn.yml"
    file.write_text(file.read_text("utf-8").replace("2026-11-24", f"'{day}'" if day != "''" else day), "utf-8")
    assert only(check_files(Dataset(root), [file], engine)).code == "Withdrawn-date"


### The command line


COMMANDS = {
    "too-deep": b"[" * 30_000,
    "yaml-anchor": b"a: &a [*a]\n",
    "yaml-tag": b"a: !!python/object/apply:os.system [id]\n",
    "empty-record": b"",
    "not-utf8": RECORD.decode().encode("utf-16"),
    "forbidden-character": RECORD + b"acronym: AB\x00\n",
    "yaml-tab": b"title:\n\tfi: a\n",
    "yaml-syntax": b"title: [\n",
    "duplicate-key": RECORD + b"lead: liitto\n",
    "unknown-key": RECORD + b"budget: 1\n",
}


@pytest.mark.parametrize("code", COMMANDS)
def test_command(code: str, tmp_path: Path) -> None:
    """One bad file: exit status 1, and a report in JSON with its place; the good record beside it is read."""
    root = dataset_with(tmp_path)
    (root / NAME).write_bytes(COMMANDS[code])
    done = command(root)
    assert [(p["code"], p["file"]) for p in told(done)] == [(code, NAME)]
    assert json.loads(done.stdout)["records"] >= 20
    assert [p["code"] for p in told(command(root, NAME))] == [code]


DATASETS = {
    "missing": None,
    "empty": b"",
    "binary": bytes(range(256)),
    "deep": b"[" * 30_000,
    "list": b"- a\n",
    "no-base": b"title: {fi: a}\n",
    "base-script": b"base: javascript:alert(1)/\n",
    "base-injection": b'base: "https://e/> <http://evil.example/p"\n',
    "base-query": b"base: https://example.org/?a=/\n",
    "base-list": b"base: [https://example.org/]\n",
    "anchor": b"base: &a https://example.org/\n",
}


@pytest.mark.parametrize("name", DATASETS)
def test_dataset_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    """Without a usable dataset.yml the command cannot run: exit status 2, a sentence on stderr, nothing on stdout."""
    root = dataset_with(tmp_path)
    content = DATASETS[name]
    if content is None:
        (root / "data/dataset.yml").unlink()
    else:
        (root / "data/dataset.yml").write_bytes(content)
    done = command(root)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("hankelod: data/dataset.yml:")


def test_folder_in_place_of_the_dataset(tmp_path: Path) -> None:
    root = dataset_with(tmp_path)
    (root / "data/dataset.yml").unlink()
    (root / "data/dataset.yml").mkdir()
    done = command(root)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr and "data/dataset.yml" in done.stderr


def test_nothing_but_one_file_is_read(tmp_path: Path) -> None:
    """A file that is not there: exit status 2."""
    done = command(dataset_with(tmp_path), "data/projects/ei-ole.yml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


### Anything at all


class Bench:
    """One dataset, opened once, in which a file is judged again and again with other content."""

    def __init__(self, root: Path) -> None:
        self.dataset = Dataset(dataset_with(root))
        self.checker = Checker(self.dataset)
        self.cls = self.dataset.model.by_name("Project")
        self.mapping = Mapping(self.dataset.model)

    def judge(self, content: bytes, name: str = "x.yml") -> Report:
        file = self.dataset.data / "projects" / name
        if name.endswith(".jsonl"):
            file = self.dataset.data / "projects.jsonl"
        file.write_bytes(content)
        self.dataset.reader.problems.clear()
        if name.endswith(".jsonl"):
            records = list(self.dataset.read_bulk(self.cls))
        else:
            read = self.dataset.read_record(file, self.cls)
            records = [read] if read else []
        found = list(self.dataset.reader.problems)
        found += self.checker.problems(records, referenced(self.dataset, records)) if records else []
        file.unlink()
        whole = report(found, len(records), self.dataset.base)
        complete(whole)
        assert records or not whole.conforms() or not content.strip()
        last = content.count(b"\n") + content.count(b"\r") + 1
        assert all(p.line <= last for p in whole.problems)
        return whole


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


often = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(st.binary(max_size=300))
@often
def test_any_bytes(bench: Bench, content: bytes) -> None:
    assert bench.judge(content).problems


FRAGMENTS = st.sampled_from(
    [
        "title",
        "lead",
        "grants",
        "start",
        "links",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "\t",
        "#",
        " #",
        "'",
        '"',
        "|",
        ">",
        "|-\n",
        "&a ",
        "*a",
        "!",
        "!!str ",
        "<<: ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "~",
        "null",
        "true",
        "no",
        "0123",
        "12:30:00",
        "1e400",
        ".nan",
        "2024-02-30",
        "kaupunki",
        '["167"]',
        "020",
        "fi",
        "sv",
        "en",
        "\\",
        "\\u0000",
        "\\ud800",
        "\\x85",
        "\u2028",
        "\ufeff",
        "ä",
        "a\u0308",
        "\r\n",
        "\r",
        "@",
        "`",
        "🌲",
    ]
)


@given(st.lists(FRAGMENTS, max_size=40))
@often
def test_anything_like_yaml(bench: Bench, fragments: list[str]) -> None:
    assert bench.judge("".join(fragments).encode()).problems


@given(st.data())
@often
def test_good_record_with_a_slip(bench: Bench, data: st.DataObject) -> None:
    """A piece of the record with every construct cut out, or put elsewhere, or replaced by something like YAML."""
    whole = (GOOD / "projects/everything.yml").read_text("utf-8")
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    bench.judge((whole[:start] + "".join(data.draw(st.lists(FRAGMENTS, max_size=4))) + whole[end:]).encode())


def keys(bench: Bench) -> list[str]:
    """Every key that some record knows, and a few that none does."""
    return sorted(
        {f.key for c in bench.dataset.model.classes.values() for f in c.fields}
        | {"id", "type", "fi", "sv", "en", "de", "x"}
    )


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [
            "kaupunki",
            "ohjelma",
            "kevat",
            "167",
            "12",
            "2021-05",
            "2022-11",
            "result",
            "networks",
            "co2-reduction",
            "expert",
            "https://example.org/",
            "fi",
            "1",
            "-1",
            "0.5",
        ]
    )
)


@pytest.mark.parametrize("name", ["x.yml", "x.jsonl"])
@given(data=st.data())
@often
def test_any_values_under_known_keys(bench: Bench, name: str, data: st.DataObject) -> None:
    """Any structure under the keys of the model, as YAML (of which JSON is a part) and as JSON Lines."""
    words = st.sampled_from(keys(bench))
    values = st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5), max_leaves=25
    )
    good = json_record("x")
    thing = data.draw(st.dictionaries(words, values, max_size=8))
    mixed = {**good, **thing} if data.draw(st.booleans()) else thing
    bench.judge((json.dumps(mixed) + "\n").encode(), name)


CELLS = st.sampled_from(
    [
        "045",
        "167",
        "020",
        "Eno",
        "",
        '"',
        '""',
        ",",
        "\n",
        "\r\n",
        "2009",
        "true",
        "a,b",
        '"a\nb"',
        '"a""b"',
        "ä",
        "x",
        " ",
        "code",
        "name_fi",
        "successor",
    ]
)


@given(st.lists(CELLS, max_size=30))
@settings(max_examples=60, deadline=None)
def test_anything_like_csv(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    found = judge(
        tmp_path_factory.mktemp("csv"),
        ("code,name_fi,successor\n" + ",".join(cells) + "\n").encode(),
        "data/former-municipalities.csv",
    )
    complete(found)
