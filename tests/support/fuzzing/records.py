"""Readers of a dataset's files that are fuzzed: records, tables of areas, settings, lines, boundaries, models."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterable
from functools import cache, partial

import pyoxigraph as ox

from hankelod.messages.problem import Problem
from hankelod.model.kinds.kind import Refused as RefusedValue
from hankelod.model.model import Class
from hankelod.records import csvtree, inputs, jsonlines, jsontree, settings, tree, yamltree
from hankelod.records.folder import NotADataset
from hankelod.records.guesses import meant, takes
from hankelod.records.record import Record
from hankelod.records.slug import has_slug, slug
from hankelod.records.tree import Node, Path, Unreadable, dotted
from hankelod.site.map import boundaries, projection
from support.fuzzing.ground import dataset, folder, fresh, mapping, seeds, told, written
from support.fuzzing.mutation import (
    mixed,
    of_bytes,
    of_json,
    of_json_lines,
    of_packed,
    of_rows,
    of_tokens,
    of_yaml,
)
from support.fuzzing.trial import Reader

CASES = "tests/cases/records"

### What holds for every record


def leaves(value: object) -> set[str]:
    """The texts of all values in a record."""
    if isinstance(value, dict):
        return {text for each in value.values() for text in leaves(each)}
    if isinstance(value, list | tuple):
        return {text for each in value for text in leaves(each)}
    return {"true" if value is True else "false" if value is False else str(value)}


def texts(node: Node, path: Path = ()) -> Iterable[tuple[Path, str]]:
    """The texts that a file has, with their paths."""
    if node.kind == "mapping":
        for key, value in node.value:  # type: ignore[attr-defined]
            yield from texts(value, (*path, str(key.value)))
    elif node.kind == "list":
        for n, value in enumerate(node.value):  # type: ignore[arg-type]
            yield from texts(value, (*path, n))
    elif node.kind != "nothing":
        yield path, str(node.value)


def check_nothing_lost(node: Node, record: Record, problems: list[Problem]) -> None:
    """Hold a record to its file: each text is in the record, or a problem is about it or what it is in.

    The path that a remark is about may lead to a part that has a problem of its own.
    """
    read = leaves(record.values)
    ends = {text.rpartition("/")[2] for text in read} | {text.partition("/")[2] for text in read}
    named = [p.field for p in problems if p.field is not None]
    for path, text in texts(node):
        number = str(int(text)) if re.fullmatch("[0-9]{1,9}", text) else text
        if (
            path[-1:] == ("type",)
            or path[:1] == ("",)
            or (path[-1:] == ("about",) and problems)
            or not {text, number}.isdisjoint(read | ends)
        ):
            continue
        here = dotted(path)
        if here is not None and not any(here == each or here.startswith((f"{each}.", f"{each}[")) for each in named):
            raise AssertionError(f"lost without a word: {here}: {text[:60]!r}")


def check_mapped(record: Record) -> None:
    """Hold a record to its triples: the parser takes them, and each is of this record."""
    lines = mapping().ntriples(record)
    parsed = list(ox.parse("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES))
    if len(parsed) != len(lines):
        raise AssertionError(f"{len(lines)} lines, {len(parsed)} triples")
    mapping().turtle(record)


def check_fed_back(record: Record) -> None:
    """Hold a record without violations to what is published of it: read again, it is the same."""
    whole = dataset()
    line = json.dumps(mapping().complete(record.cls, record.values), default=str).encode()
    before = len(whole.reader.problems)
    again = whole.read_line(record.cls, "again.jsonl", 1, line)
    grave = [p.code for p in whole.reader.problems[before:] if p.severity == "violation"]
    whole.reader.forget(before)
    if again is None or grave or repr(again.values) != repr(record.values):
        raise AssertionError(f"not the same when it is fed back: {grave}")


def violations(problems: list[Problem]) -> list[Problem]:
    return [p for p in problems if p.severity == "violation"]


def outcome(records: list[Record]) -> object:
    """Values that were read, and what was said of them."""
    problems = dataset().reader.problems
    for record in records:
        check_mapped(record)
    return [(r.id, r.values, r.kept) for r in records], told(problems)


### Records


def _class(name: str) -> Class:
    return dataset().model.by_name(name)


def read_yaml(raw: bytes, name: str) -> object:
    """Read a record of a class."""
    whole, cls = fresh(dataset()), _class(name)
    record = whole.read_text(raw, cls, "x.yml", "x")
    problems = list(whole.reader.problems)
    if record is None:
        assert violations(problems), "no record, and no word"
        return told(problems)
    check_nothing_lost(yamltree.read_yaml(raw, "x.yml", []), record, problems)
    if not violations(problems) and cls.folder:
        check_fed_back(record)
    return outcome([record])


def read_list(raw: bytes, name: str) -> object:
    """Read a file that has all records of a class: `withdrawn.yml`, `dataset.yml`, a table of areas."""
    whole, cls = fresh(dataset()), _class(name)
    file = written(str(cls.file), raw)
    records = list(whole.read_file(file, cls))
    problems = list(whole.reader.problems)
    if file.suffix == ".csv":
        _check_rows(raw, file.name, str(cls.identified_by), records, problems)
    else:
        _check_items(raw, file.name, records, problems)
    return outcome(records)


def _check_rows(raw: bytes, name: str, key: str, records: list[Record], problems: list[Problem]) -> None:
    """Hold a table to its rows: each is a record, or a problem is about its line."""
    lines = {p.line for p in violations(problems)}
    try:
        text = tree.decode(raw, name)
        nodes = list(csvtree.rows(raw, name, []))
        codes = {cell for (cell,) in csvtree.columns(raw, name, key)}
    except Unreadable:
        assert lines
        return
    places = {r.place(()).line for r in records}
    for node in nodes:
        assert node.line in places | lines or any(p.related for p in problems), f"line {node.line} is lost"
    if '"' not in text:  # each line is a row
        rows = [n for n, line in enumerate(text.split("\n"), 1) if line.strip(", \t") and line != "sep=,"]
        missing = [n for n in rows[1:] if n not in places | lines]
        assert not missing or not nodes, f"lines {missing[:5]} are lost"
    for record in records if not lines else ():
        assert record.id in {code.lower() for code in codes}, f"{record.id} is not in its column"


def _check_items(raw: bytes, name: str, records: list[Record], problems: list[Problem]) -> None:
    """Hold a list to its items: each is a record, or there is a problem with it."""
    try:
        node = yamltree.read_yaml(raw, name, [])
    except Unreadable:
        assert violations(problems)
        return
    items: list[Node] = node.value if node.kind == "list" else [node]  # type: ignore[assignment]
    places = {(r.place(()).line, r.place(()).column) for r in records}
    told_of = {p.line for p in violations(problems)}
    for item in items:
        if (item.line, item.column) not in places:
            least = {item.line, *(v.line for _, v in item.value)} if item.kind == "mapping" else {item.line}  # type: ignore[attr-defined]
            assert told_of & least or told_of & set(range(item.line, item.line + 60)), f"line {item.line} is lost"


def read_settings(raw: bytes) -> object:
    """Read the settings and the record of `dataset.yml`."""
    file = written("dataset.yml", raw)
    found = settings.read(folder(), file, "dataset.yml")
    assert found.base.endswith("/")
    return found.base, found.profile.name, found.languages, found.national, read_list(raw, "Dataset")


def read_lines(raw: bytes) -> object:
    """Read JSON Lines: the decoder agrees with the Reader, and each line is a record or has a problem."""
    whole, cls = fresh(dataset()), dataset().model.main
    numbered = list(jsonlines.numbered(io.BytesIO(raw), "x.jsonl"))
    decode = whole.decoders.of(cls)
    for number, line in numbered:
        values = decode(line) if isinstance(line, bytes) else None
        if values is not None:
            again = whole.read_line(cls, "x.jsonl", number, line)
            assert not whole.reader.problems, "the decoder takes what the Reader reports"
            assert again is not None and repr(again.values) == repr(values), "decoder and Reader differ"
    records = list(whole.read_lines(cls, "x.jsonl", numbered))
    problems = list(whole.reader.problems)
    present = [n for n, line in enumerate(raw.split(b"\n"), 1) if line.removeprefix(b"\xef\xbb\xbf").strip()]
    seen = {r.place(()).line for r in records} | {p.line for p in violations(problems)}
    assert seen.issuperset(present), f"lines {sorted(set(present) - seen)[:5]} are lost"
    for record in records:
        if record.places != {(): (record.place(()).line, 1)}:
            line = dict(numbered)[record.place(()).line]
            node = jsontree.read_line(line, "x.jsonl", 1, [])  # type: ignore[arg-type]
            here = [p for p in problems if p.line == record.place(()).line]
            check_nothing_lost(node, record, here)
    return outcome(records)


def read_stream(raw: bytes) -> object:
    """Read records from standard input."""
    whole = fresh(dataset())
    records = list(inputs.from_stream(whole, io.BytesIO(raw)))
    assert records or whole.reader.problems or not raw.strip()
    return outcome(records)


def read_packed(raw: bytes) -> object:
    """Read packed lines by their beginning: as zstd, else as gzip. What is cut off or broken is reported."""
    zst = raw[:4] == b"\x28\xb5\x2f\xfd"
    file = written("x.jsonl.zst" if zst else "x.jsonl.gz", raw)
    found = list(jsonlines.lines(file, "x"))
    whole = _unpacked_zst(raw) if zst else _unpacked_gzip(raw)
    broken = [line for _, line in found if isinstance(line, Unreadable)]
    if whole is None:
        assert broken, "cut off or broken, and no word"
    else:
        assert not broken, f"sound, but {broken[0]}"
        lines = [line for line in io.BytesIO(whole.removeprefix(b"\xef\xbb\xbf")) if not line.isspace()]
        assert [line for _, line in found] == lines, "not the same lines"
    jsonlines.count(file, 10_000)
    return [line if isinstance(line, bytes) else told([line.problem]) for _, line in found]


def _unpacked_gzip(raw: bytes) -> bytes | None:
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, ValueError, __import__("zlib").error):
        return None


def _unpacked_zst(raw: bytes) -> bytes | None:
    import zstandard

    content = b""
    while raw:
        engine = zstandard.ZstdDecompressor().decompressobj()
        try:
            content += engine.decompress(raw)
        except zstandard.ZstdError:
            return None
        if not engine.eof:
            return None
        raw = engine.unused_data
    return content


### Values


@cache
def _fields() -> list[tuple[Class, object]]:
    return [(c, f) for c in dataset().model.classes.values() if not c.concept for f in c.fields]


def read_value(raw: bytes) -> object:
    """Read a text as each kind of value; a guess is one that the field takes; suggestions are made of what exists."""
    from hankelod.intake import values
    from hankelod.model import amounts

    text = raw.decode("utf-8", "replace")[:300]
    found: dict[str, object] = {}
    for cls, field in _fields():
        value = field.kind.read(text)  # type: ignore[attr-defined]
        guess = meant(field, text)  # type: ignore[arg-type]
        assert guess is None or takes(field, guess), guess  # type: ignore[arg-type]
        if guess is not None:
            assert not isinstance(field.kind.read(guess), RefusedValue), guess  # type: ignore[attr-defined]
        found[f"{cls.name}-{field.key}"] = (repr(value)[:80], guess, field.kind.cell(text)[:80])  # type: ignore[attr-defined]
    identifier = slug(text)
    assert not has_slug(text) or re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", identifier), identifier
    number, amount = amounts.number(text), amounts.money(text)
    for each in (number, amount):
        assert each is None or re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", each), each
    suggestion = dataset().suggest(_class("Organisation"), text)
    return found, identifier, number, amount, values.schedule(text), values.links(text), dict(suggestion or {})


### Boundaries and models


def read_boundaries(raw: bytes) -> object:
    """Read the boundaries of areas."""
    levels = ({"091", "167", "853", "020"}, {"07", "20"})
    areas = boundaries.read(written("x.geojson", raw), None, levels, projection.of("EPSG:3067", ()))
    assert areas
    assert all(rings for rings in areas.values())
    boundaries.misplaced(areas, dict.fromkeys(areas, (400000.0, 6700000.0)))
    return areas


READERS: dict[str, Reader] = {
    "project": Reader(
        partial(
            seeds, "project", f"{CASES}/*/projects/*.yml", "data/projects/i*.yml", "tests/datasets/*/data/projects/*"
        ),
        mixed(of_bytes, of_yaml, of_yaml, of_tokens),
        partial(read_yaml, name="Project"),
        share=30,
    ),
    "organisation": Reader(
        partial(seeds, "organisation", f"{CASES}/*/organisations/*.yml", "tests/datasets/*/data/organisations/*.yml"),
        mixed(of_bytes, of_yaml),
        partial(read_yaml, name="Organisation"),
        share=60,
    ),
    "programme": Reader(
        partial(seeds, "programme", f"{CASES}/*/programmes/*.yml", "tests/datasets/*/data/programmes/*.yml"),
        mixed(of_bytes, of_yaml),
        partial(read_yaml, name="Programme"),
        share=30,
    ),
    "withdrawn": Reader(
        partial(seeds, "withdrawn", f"{CASES}/*/withdrawn/*.yml", "tests/datasets/*/data/withdrawn.yml"),
        mixed(of_bytes, of_yaml),
        partial(read_list, name="Withdrawn"),
        share=30,
    ),
    "dataset": Reader(
        partial(seeds, "dataset", f"{CASES}/*/dataset/*.yml", "tests/datasets/*/data/dataset.yml"),
        mixed(of_bytes, of_yaml),
        read_settings,
        (NotADataset,),
        share=25,
    ),
    **{
        name: Reader(
            partial(seeds, name, f"{CASES}/*/{name}/*.csv", f"tests/datasets/*/data/{name}.csv"),
            mixed(of_bytes, of_rows, of_rows),
            partial(read_list, name=cls),
            share=20,
        )
        for name, cls in (
            ("municipalities", "Municipality"),
            ("regions", "Region"),
            ("former-municipalities", "FormerMunicipality"),
        )
    },
    "lines": Reader(
        partial(seeds, "lines", f"{CASES}/*/projects/*.jsonl"),
        mixed(of_bytes, of_json_lines, of_json_lines),
        read_lines,
        share=40,
    ),
    "stream": Reader(
        partial(seeds, "stream", f"{CASES}/good/projects/*.yml", f"{CASES}/*/projects/*.jsonl"),
        mixed(of_bytes, of_tokens),
        read_stream,
        share=20,
    ),
    "packed": Reader(
        partial(seeds, "packed", f"{CASES}/*/projects/*.jsonl"), of_packed(of_bytes), read_packed, share=50
    ),
    "value": Reader(
        partial(seeds, "value"),
        mixed(of_bytes, of_tokens),
        read_value,
        share=20,
    ),
    "boundaries": Reader(
        partial(seeds, "boundaries"),
        mixed(of_json, of_json, of_bytes),
        read_boundaries,
        (projection.NotDrawn,),
        share=40,
    ),
}
"""Readers of a dataset's files."""
