"""A decoder takes what the Reader takes without a word, and gives the same; it takes nothing else."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from pathlib import Path
from unicodedata import is_normalized

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.records import tree
from hankelod.records.dataset import Dataset
from hankelod.records.decoding import is_plain
from hankelod.records.record import Values

ODD = [
    None,
    True,
    False,
    0,
    -0.0,
    1,
    -1,
    1.5,
    1e5,
    10**18,
    10**17,
    "",
    " ",
    "fi",
    "x",
    "0",
    "-0",
    "75 000",
    "75000.10",
    "1e5",
    "NaN",
    "2021-13",
    "2021-05",
    "2021",
    "167",
    "motiva",
    "Motiva",
    "kuntien-ilmastoratkaisut",
    "https://ym.fi/",
    "https://ym.fi/ä b",
    "javascript:x",
    "result",
    "e\u0301",
    "\u202e",
    "\ufeff",
    "a\u2028b",
    "\x07",
    "\x7f",
    "\u00a0",
    "–",
    "€",
    "😀",
    "\ud800",
    [],
    {},
    [None],
    ["167"],
    ["167", "167"],
    [["167"]],
    {"fi": "x"},
    {"fi": " "},
    {"fi": "x", "sv": "x", "en": "x"},
    {"de": "x"},
    {"id": "x"},
    [{}],
    [{"id": "x"}, {"id": "x"}],
    "grant-1",
    "2022-03",
    "a/b",
    "a" * 101,
]
KEYS = ["id", "type", "title", "position", "unit", "call", "text", "kind", "titel", "fi", "en", "url", "value", "code"]
EDITS = [
    ('":', '" :'),
    ('":', '"\t:'),
    ('":', '": '),
    (",", " , "),
    ("{", "{ "),
    ('"id"', '"\\u0069d"'),
    ("ä", "\\u00e4"),
    ("a", "\\b"),
    ("}", ""),
    (":0", ":-0"),
    (":1", ":-0"),
    ('"fi":', '"fi":"x","fi":'),
    ('"id":', '"id":"x","id":'),
    ('"', '\\"'),
    (" ", "\\n"),
    (" ", "\x00"),
    (" ", ' \\": '),
    ("000", "000.10"),
    ("000", "000e0"),
    ("}", "}}"),
    ("", "\ufeff"),
    (":", ":NaN,"),
    ("o", "o\u0308"),
    (" ", "\\ud800"),
    (" ", "\\\\"),
]


def places(value: object, path: tuple = ()) -> list[tuple]:
    """The paths of all values in a record."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in places(v, (*path, key)))]


@pytest.fixture(scope="module")
def complete(dataset: Dataset) -> list[Values]:
    return [r.values for name in ("Project", "Organisation") for r in dataset.read(dataset.model.by_name(name))]


def read(dataset: Dataset, raw: bytes, name: str) -> tuple[Values | None, bool]:
    """The values that the Reader takes from a line, and whether it reports a problem."""
    dataset.reader.problems.clear()
    record = dataset.read_line(dataset.model.by_name(name), "projects.jsonl", 1, raw)
    return record.values if record else None, bool(dataset.reader.problems)


def same(left: object, right: object) -> bool:
    """Equal, also in the order of keys and in the kinds of values."""
    return repr(left) == repr(right)


def agree(dataset: Dataset, raw: bytes, name: str) -> bool:
    """Hold the decoder to the Reader. True where it took the line."""
    values = dataset.decoders.of(dataset.model.by_name(name))(raw)
    if values is None:
        return False
    expected, said = read(dataset, raw, name)
    assert not said
    assert same(values, expected)
    return True


def name_of(record: Values) -> str:
    return "Project" if "grants" in record else "Organisation"


def test_it_takes_what_is_sound(dataset: Dataset, complete: list[Values]):
    """Complete records as `projects.jsonl` has them, also in ASCII, and records as people write them."""
    for record in complete:
        for ascii_only in (True, False):
            raw = json.dumps(record, ensure_ascii=ascii_only).encode()
            expected, said = read(dataset, raw, name_of(record))
            taken = agree(dataset, raw, name_of(record))
            assert taken or said, record["id"]
            assert not taken or same(expected, record)


def test_it_takes_nearly_all(dataset: Dataset, complete: list[Values]):
    taken = [agree(dataset, json.dumps(r).encode(), name_of(r)) for r in complete]
    assert sum(taken) > len(taken) * 0.9


@pytest.mark.parametrize(
    ("ids", "taken"),
    [
        ((None, None), True),
        (("a", None), True),
        (("1", None), True),
        (("a", "a"), False),
        (("2", None), False),
        ((None, "1"), False),
    ],
)
def test_parts_have_ids_of_their_own(
    dataset: Dataset, complete: list[Values], ids: tuple[str | None, ...], taken: bool
):
    """An id that is given may not be another's, also where that one is filled in from the ordinal."""
    record = deepcopy(next(r for r in complete if len(r.get("links", ())) > 1))
    record["links"] = [
        {**{k: v for k, v in link.items() if k != "id"}, **({"id": i} if i else {})}
        for link, i in zip(record["links"], ids, strict=False)
    ]  # type: ignore[call-overload]
    assert agree(dataset, json.dumps(record).encode(), "Project") == taken


def changed(record: Values, rng: random.Random) -> object:
    """A record with up to three values put, added or taken away."""
    whole: object = deepcopy(record)
    for _ in range(rng.randint(1, 3)):
        at = rng.choice(places(whole))
        value = deepcopy(rng.choice(ODD))
        if not at:
            return value
        holder = whole
        for step in at[:-1]:
            holder = holder[step]  # type: ignore[index]
        how = rng.choice(["put", "put", "add", "drop"])
        if how == "put" or isinstance(holder, list):
            holder[at[-1]] = value  # type: ignore[index]
        elif how == "add":
            holder[rng.choice(KEYS)] = value  # type: ignore[index]
        else:
            del holder[at[-1]]  # type: ignore[attr-defined]
    return whole


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 2**32))
def test_it_takes_nothing_that_the_reader_reports(dataset: Dataset, complete: list[Values], seed: int):
    rng = random.Random(seed)
    record = rng.choice(complete)
    text = json.dumps(changed(record, rng), ensure_ascii=rng.random() < 0.5)
    agree(dataset, text.encode("utf-8", "surrogatepass"), name_of(record))


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 2**32))
def test_it_takes_no_text_that_the_reader_reports(dataset: Dataset, complete: list[Values], seed: int):
    """Lines that no writer of JSON would give."""
    rng = random.Random(seed)
    record = rng.choice(complete)
    text = json.dumps(record, ensure_ascii=False, separators=rng.choice([(",", ":"), (", ", ": ")]))
    for old, new in rng.sample(EDITS, rng.randint(1, 2)):
        starts = [n for n in range(len(text)) if text.startswith(old, n)] if old else [0]
        if starts:
            at = rng.choice(starts)
            text = text[:at] + new + text[at + len(old) :]
    agree(dataset, text.encode("utf-8", "surrogatepass"), name_of(record))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes(dataset: Dataset, raw: bytes):
    assert not agree(dataset, raw, "Project")


def test_characters():
    """Every character that is let through without a look may stand, alone and between others."""
    for code in range(0x20, 0x110000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        text = chr(code)
        if is_plain(text.encode()):
            assert tree.FORBIDDEN.search(text) is None, hex(code)
            assert is_normalized("NFC", f"e{text}\u0301"[:2]), hex(code)
            assert is_normalized("NFC", text), hex(code)


@given(st.text())
def test_texts(text: str):
    if is_plain(text.encode()) and not any(c < " " for c in text):
        assert tree.FORBIDDEN.search(text) is None
        assert is_normalized("NFC", text)


def test_lines_in_a_file(copy: Path, complete: list[Values]):
    """A dataset reads the same from lines as from the files of its records."""
    before = {r.id: r.values for r in Dataset(copy).read(Dataset(copy).model.by_name("Project"))}
    with (copy / "data/projects.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(v) + "\n" for v in before.values())
    for path in (copy / "data/projects").iterdir():
        path.unlink()
    dataset = Dataset(copy)
    after = {r.id: r.values for r in dataset.read(dataset.model.by_name("Project"))}
    assert after == before
