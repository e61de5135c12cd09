"""A line's triples, made with no record in between, are those that the mapping of its record gives; no other line has any."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.mapping.lines import decoder, texts
from hankelod.mapping.mapping import Mapping
from hankelod.records.dataset import Dataset
from hankelod.records.record import Values
from test_decoding import EDITS, changed, complete, name_of, read

__all__ = ["complete"]


@pytest.fixture(scope="module")
def ways(dataset: Dataset):
    mapping = Mapping(dataset.model)
    return mapping, {n: decoder(dataset, mapping, dataset.model.by_name(n)) for n in ("Project", "Organisation")}


def agree(dataset: Dataset, ways, raw: bytes, name: str) -> bool:
    """Hold the triples of a line to those of its record. True where it has any."""
    mapping, straight = ways
    cls = dataset.model.by_name(name)
    text = straight[name](raw)
    assert (text is None) == (dataset.decoders.of(cls)(raw) is None)
    if text is None:
        return False
    values, said = read(dataset, raw, name)
    assert not said
    assert text.decode() == mapping.text(cls, values)
    return True


def test_records_that_stand(dataset: Dataset, ways, complete: list[Values]):
    """Records of two classes: one tells its type by a rule, the other has parts of parts."""
    taken = [
        agree(dataset, ways, json.dumps(r, ensure_ascii=n % 2 == 0).encode(), name_of(r))
        for n, r in enumerate(complete)
    ]
    assert sum(taken) > len(taken) * 0.9


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 2**32))
def test_any_record(dataset: Dataset, ways, complete: list[Values], seed: int):
    rng = random.Random(seed)
    record = rng.choice(complete)
    agree(
        dataset,
        ways,
        json.dumps(changed(record, rng), ensure_ascii=False).encode("utf-8", "surrogatepass"),
        name_of(record),
    )


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_any_line(dataset: Dataset, ways, complete: list[Values], seed: int):
    """Lines that no writer of JSON would give, and keys in any order."""
    rng = random.Random(seed)
    record = rng.choice(complete)
    keys = rng.sample(list(record), len(record))
    text = json.dumps(
        {k: record[k] for k in keys}, ensure_ascii=False, separators=rng.choice([(",", ":"), (", ", ": ")])
    )
    old, new = rng.choice([("", ""), *EDITS])
    agree(dataset, ways, text.replace(old, new, 1).encode("utf-8", "surrogatepass"), name_of(record))


@pytest.mark.parametrize("doubled", ['"id":"x"', '"start":"2020-01"', '"title":{"fi":"a","sv":"b","en":"c"}'])
def test_a_key_that_stands_twice_is_the_readers(dataset: Dataset, ways, complete: list[Values], doubled: str):
    record = next(r for r in complete if "grants" in r)
    raw = json.dumps(record, ensure_ascii=False, separators=(",", ":")).replace("{", "{" + doubled + ",", 1).encode()
    assert not agree(dataset, ways, raw, "Project")


def test_a_whole_file(root: Path, complete: list[Values], tmp_path: Path):
    """Lines that are out of line are read by the Reader, which keeps what it can and tells of the rest."""
    shutil.copytree(root / "data", tmp_path / "data", ignore=shutil.ignore_patterns("projects"))
    lines = [json.dumps(record) for record in complete if "grants" in record]
    (tmp_path / "data/projects.jsonl").write_text("\n".join([*lines, '{"id":"x","titel":1}', "{"]), "utf-8")
    long, short = Dataset(tmp_path), Dataset(tmp_path)
    cls, mapping = long.model.by_name("Project"), Mapping(long.model)
    expected = [mapping.text(cls, record.values).encode() for record in long.read_bulk(cls)]
    assert list(texts(short, mapping, cls)) == expected
    assert short.reader.problems == long.reader.problems != []
