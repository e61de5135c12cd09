"""Shards of the index: terms with the passages that have them, endings of terms, rows and texts, as scripts.

A script calls `hankelodSearch` with its content, because a page opened from a file can load scripts but not fetch data.
A search loads the head and the few shards that it needs, however large the dataset is:

* `terms`: terms in the order of UTF-16, each as the number of characters that it shares with the one before and its
  rest, then the entries that have it: in base 36 the distance to the entry before, then a sign of SIGNS a passage;
* `ends`: the long terms of other words' ends, read backwards, in the same form without entries: the parts of compounds;
* `rows`: for each entry the path and text of its link, its note, and where its passages are;
* `texts`: passages as they are shown.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isqrt
from typing import NamedTuple

from hankelod.publication.files import File
from hankelod.site.engine import VENDOR
from hankelod.site.index.entries import Entry, Passage, entries
from hankelod.site.index.terms import FOLDS, algorithm, constructor, folded, script, term, words
from hankelod.site.scripts import script_json
from hankelod.site.view import View

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%()*+,-./:;=?@[]^_`{|}~"
"""Signs of the passages of an entry, by position; none of them is a digit in base 36, or escaped in a script."""

NOTICE = "snowball.LICENSE.txt"

TERMS_SIZE = 5_000
"""Least characters of a shard of terms, or of endings; in a large index shards grow as their number does."""

FIRST_SIZE = 10
"""Characters of the first term of a shard in the head, about."""

TEXTS_SIZE = 2_500
"""Characters of a shard of texts."""

ROWS = 16
"""Entries in a shard of rows."""

LEAST_END = 9
"""Fewest characters of a term whose end can be a word of its own: of five, behind one of four."""

COMMON = 0.3
"""Share of the passages of projects from which on a term tells none of them apart; it is left out."""

FEW = 200
"""Passages of projects below which no term is left out."""


class Texts(NamedTuple):
    """Passages of an entry in the shards of texts: that of the first, and the passages that begin a next shard."""

    first: int
    breaks: list[int]


def folder(view: View) -> str:
    """Return the folder of the index in the language of the view."""
    return f"search/{view.t.code}/"


def stemmer_files(names: Iterable[str]) -> Iterator[File]:
    """Files of stemmers for pages, with what they need and their licence; none without names."""
    if names := sorted(set(names)):
        for file in (*(script(name) for name in ("base", *names)), NOTICE):
            yield File(f"assets/vendor/{file}", (VENDOR / file).read_bytes())


def _utf16(text: str) -> bytes:
    """Return a sort key for the order of texts in JavaScript."""
    return text.encode("utf-16-be")


def _file(view: View, kind: str, number: int | None, content: object) -> File:
    name = kind if number is None else f"{kind}-{number}"
    return File(f"{folder(view)}{name}.js", f"hankelodSearch({script_json(name)},{script_json(content)});\n".encode())


def _sharded(items: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Divide terms and their entries into shards; yield the first term of each and its text."""
    every = list(items)
    least = max(TERMS_SIZE, isqrt(FIRST_SIZE * sum(len(posting) for _, posting in every)))
    first, before, size = "", "", 0
    text: list[str] = []
    for item, posting in every:
        if size > least:
            yield first, " ".join(text)
            text, size = [], 0
        if not text:
            first, before = item, ""
        shared = _shared(item, before)
        text.append(f"{_base36(shared)}{item[shared:]} {posting}".rstrip())
        size += len(text[-1]) + 1
        before = item
    if text:
        yield first, " ".join(text)


def _shared(item: str, before: str) -> int:
    """Return how many characters two terms share at their beginning, 35 at most."""
    longest = min(35, len(item), len(before))
    return next((n for n in range(longest) if item[n] != before[n]), longest)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if not number:
            return digits


class Index:
    """Index of the search in the language of a view.

    A posting is an integer: the number of an entry times the number of SIGNS, plus the position of its passage.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.postings: dict[str, array[int]] = {}
        self.labels: dict[str, int] = {}
        self.kinds: list[list[object]] = []
        self.languages: set[str] = set()
        self.total = 0
        self._of_projects = (0, 0)
        """Entries that are projects, and their passages."""
        self._texts: list[list[object]] = []
        self._size = 0
        self._shard = 0

    @property
    def stemmers(self) -> list[str]:
        """Names of the stemmers of the page's language and of the others that its texts are in."""
        own = self.view.t.code
        codes = (own, *sorted(self.languages - {own}))
        return list(dict.fromkeys(name for code in codes if (name := algorithm(code))))

    def files(self) -> Iterator[File]:
        """Files of the index; the head comes last."""
        yield from self._read()
        common = self._common()
        order = sorted(self.postings, key=_utf16)
        ends = sorted((each[::-1] for each in order if len(each) >= LEAST_END), key=_utf16)
        firsts: dict[str, list[str]] = {}
        for kind, items in (
            ("terms", ((each, self._posting(each)) for each in order if each not in common)),
            ("ends", ((each, "") for each in ends)),
        ):
            firsts[kind] = []
            for number, (first, text) in enumerate(_sharded(items)):
                firsts[kind].append(first)
                yield _file(self.view, kind, number, text)
        head = {
            "stemmers": [[script(name), constructor(name)] for name in self.stemmers],
            "base": script("base"),
            "folds": dict(FOLDS),
            "kinds": self.kinds,
            "entries": self.total,
            "labels": list(self.labels),
            "common": sorted(common),
            **firsts,
        }
        yield _file(self.view, "head", None, head)

    def _read(self) -> Iterator[File]:
        """Read all entries; yield the shards of rows and texts on the way."""
        rows: list[object] = []
        passages = 0
        for kind, some in entries(self.view):
            self.kinds.append([kind.name, str(kind.heading), self.total])
            for entry in some:
                places = Texts(self._shard, [])
                for number, passage in enumerate(_within(entry)):
                    passages += 1
                    self._add(number, passage)
                    if number and passage.shown.text:
                        if self._size > TEXTS_SIZE:
                            yield self._flushed()
                            places.breaks.append(number)
                        self._text(number, passage)
                rows.append(_row(entry, places))
                self.total += 1
                if self.total % ROWS == 0:
                    yield _file(self.view, "rows", self.total // ROWS - 1, rows)
                    rows = []
            if kind.name == "project":
                self._of_projects = (self.total, passages)
        if rows:
            yield _file(self.view, "rows", self.total // ROWS, rows)
        if self._texts:
            yield self._flushed()

    def _add(self, number: int, passage: Passage) -> None:
        code = self.view.t.code
        lang = passage.shown.lang or code
        if number > 1:
            self.languages.add(lang)
            found = {term(word, lang) for word in words(passage.shown.text)}
        else:
            found = set() if number else _of_name(passage.shown.text, lang, code)
        for language, text in passage.unseen:
            found |= _of_name(text, language or code, code)
        position = self.total * len(SIGNS) + number
        for each in found:
            self.postings.setdefault(each, array("Q")).append(position)

    def _text(self, number: int, passage: Passage) -> None:
        label = self.labels.setdefault(str(passage.label), len(self.labels))
        lang = [passage.shown.lang] if passage.shown.lang else []
        self._texts.append([self.total, number, label, passage.shown.text, *lang])
        self._size += len(passage.shown.text) + 20

    def _flushed(self) -> File:
        file = _file(self.view, "texts", self._shard, self._texts)
        self._texts, self._size, self._shard = [], 0, self._shard + 1
        return file

    def _common(self) -> set[str]:
        """Return the terms that are in so many passages of projects that they tell none apart."""
        projects, passages = self._of_projects
        most, end = passages * COMMON, projects * len(SIGNS)
        if passages < FEW:
            return set()
        return {t for t, found in self.postings.items() if len(found) > most and sum(p < end for p in found) > most}

    def _posting(self, each: str) -> str:
        """Return the entries with a term and their passages, as text."""
        parts, before = [], 0
        for entry, group in groupby(self.postings[each], key=lambda position: position // len(SIGNS)):
            parts.append(_base36(entry - before) + "".join(SIGNS[position % len(SIGNS)] for position in group))
            before = entry
        return "".join(parts)


def _of_name(text: str, lang: str, code: str) -> set[str]:
    """Return the terms of a name: stemmed if it is in the language of the page (`code`), else as it is written."""
    return {term(word, code) if lang == code else folded(word) for word in words(text)}


def _within(entry: Entry) -> Iterator[Passage]:
    """Yield the passages of an entry, those beyond the last of SIGNS together as one."""
    yield from entry.passages[: len(SIGNS) - 1]
    rest = entry.passages[len(SIGNS) - 1 :]
    if rest:
        shown = rest[0].shown._replace(text=" · ".join(p.shown.text for p in rest))
        yield Passage(rest[0].label, shown, tuple(pair for p in rest for pair in p.unseen))


def _row(entry: Entry, texts: Texts) -> list[object]:
    path = entry.link.path.removeprefix("doc/").removesuffix(".html")
    lang = [entry.link.words.lang] if entry.link.words.lang else []
    return [path, entry.link.words.text, entry.note, texts.first, texts.breaks, *lang]
