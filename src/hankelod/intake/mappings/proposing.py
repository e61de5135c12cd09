"""Proposals of mappings: guesses from the headers of a source, in several languages, and from its cells."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from hankelod.intake.mappings import sources
from hankelod.intake.mappings.forms import date_form, number_form
from hankelod.intake.mappings.mapping import Source
from hankelod.intake.mappings.rows import Records
from hankelod.intake.mappings.things import Things
from hankelod.intake.names.matches import LIKELY, SURE, UNSURE
from hankelod.messages.intake import say
from hankelod.model.model import Class, Field
from hankelod.records.slug import has_slug, slug

WORDS = "headers.csv"
"""Table of the words for fields in headers, by the path of the field and language."""

SAMPLE = 1_000
"""Rows whose cells are looked at."""

MOST = 0.9
"""Share of the cells of a column that have to fit a guess."""

NUMBERS = ("1234", "1234.56", "1234,56", "1 234", "1 234,56", "1.234,56", "1,234.56", "50 %", "50,5 %", "50.5 %")
"""Examples of the forms of numbers that are tried, the simplest first."""

DATES = ("d.M.yyyy", "yyyy-MM-dd", "d/M/yyyy", "M/d/yyyy", "d-M-yyyy", "yyyyMMdd", "yyyy/MM/dd", "d MMMM yyyy", "yyyy")
"""Patterns of dates that are tried."""

PLACE = "areas"
"""Path in the table of words that stands for the keys of all levels of areas."""


class Guess(NamedTuple):
    """The guess that a column is a field: how sure it is, its path, its column and the text of its value in YAML."""

    path: str
    column: str
    sure: str
    text: str


class Sample(NamedTuple):
    """The texts of a column in some rows, and how many rows these were."""

    texts: tuple[str, ...]
    kinds: frozenset[str]
    rows: int

    @property
    def distinct(self) -> bool:
        """True where every row has a text of its own."""
        return len(self.texts) == self.rows and len(set(self.texts)) == self.rows


def propose(path: Path, name: str, things: Things, lang: str) -> str:
    """Return a mapping for a source as YAML, each line with how sure its guess is. Raises CannotImport."""
    words = _words(things)
    headers = [word for their in words.values() for word in their]
    records = sources.read(path, name, Source(), headers)
    return _Proposal(records, things, words, name, lang).text()


def _words(things: Things) -> dict[str, list[str]]:
    """The words for fields by their paths: the labels of the model in any language, and those of the table."""
    model = things.model
    main = model.main
    found: dict[str, list[str]] = {"id": ["id"]}
    for prefix, cls in (("", main), *((f"{f.key}.", model.target(f)) for f in main.fields if f.key == "grants")):
        for field in cls.fields:
            if not field.derived and not field.kind.nested:
                found[prefix + field.key] = [normal(field.key), *(normal(x) for x in field.label.values())]
    with Path(__file__).with_name(WORDS).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            paths = [row["path"]]
            if row["path"] == PLACE:
                paths = list(dict.fromkeys(level.key for level in model.levels if level.key))
            for path in paths:
                if path in found or path == "id":
                    found[path] += map(normal, row["words"].split("|"))
    for level in model.levels:
        if level.key in found:
            found[level.key] += map(normal, level.label.values())
    return found


def normal(header: str) -> str:
    """Return a header as headers are compared: words in lower case, without signs and numbers of items."""
    bare = re.sub(r"\[[0-9]*\]", " ", header)
    bare = re.sub(r"(?<=[a-zåäöü0-9])(?=[A-ZÅÄÖÜ])", " ", bare)
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


class _Proposal:
    """The guesses for one source."""

    def __init__(self, records: Records, things: Things, words: dict[str, list[str]], name: str, lang: str) -> None:
        self.records, self.things, self.words, self.name, self.lang = records, things, words, name, lang
        self.model = things.model
        rows = list(islice(records.rows(), SAMPLE))
        self.samples = {
            column: Sample(
                tuple(row.cells[column].text.strip() for row in rows if column in row.cells),
                frozenset(row.cells[column].kind for row in rows if column in row.cells),
                len(rows),
            )
            for column in records.columns.names
        }
        self.guesses: dict[str, Guess] = {}
        self._by_headers()
        self._by_cells()

    ### Guesses

    def _by_headers(self) -> None:
        """Guess by headers: first those that are a field's name, then those that hold one."""
        scored = []
        for n, column in enumerate(self.samples):
            header = normal(column)
            for path, words in self.words.items():
                score = max((_score(header, word) for word in words), default=0)
                if score:
                    scored.append((-score, n, path, column))
        for score, _, path, column in sorted(scored):
            self._take(path, column, SURE if score <= -100 else LIKELY)

    def _by_cells(self) -> None:
        """Guess what is still missing by the cells of columns."""
        for column, sample in self.samples.items():
            if "id" not in self.guesses and sample.distinct and all(re.search("[0-9]", t) for t in sample.texts):
                self._take("id", column, UNSURE)
        texts = {c: s for c, s in self.samples.items() if self._free(c) and _is_words(s)}
        if "title" not in self.guesses and texts:
            self._take("title", max(texts, key=lambda c: len(set(texts[c].texts))), UNSURE)
        for key in dict.fromkeys(level.key for level in self.model.levels if level.key):
            for column in self.samples:
                if self._free(column):
                    self._take(str(key), column, UNSURE)
        texts = {c: s for c, s in texts.items() if self._free(c)}
        if "lead" not in self.guesses and texts:
            self._take("lead", max(texts, key=lambda c: len(set(texts[c].texts))), UNSURE)
        if "id" not in self.guesses and "title" in self.guesses:
            title = self.guesses["title"].column
            self.guesses["id"] = Guess("id", title, UNSURE, f"{{from: {quoted(title)}, do: [slug, unique]}}")

    def _free(self, column: str) -> bool:
        return all(guess.column != column for guess in self.guesses.values())

    def _take(self, path: str, column: str, sure: str) -> None:
        """Take a guess where neither path nor column has one, and the cells fit."""
        if path in self.guesses or not self._free(column) or not self.samples[column].texts:
            return
        prefix, _, key = path.rpartition(".")
        cls = self.model.main
        if prefix:
            outer = cls.field(prefix)
            assert outer is not None
            cls = self.model.target(outer)
        value = self._value(cls.field(key), self.samples[column], column, sure)
        if value is not None:
            text, how = value
            self.guesses[path] = Guess(path, column, how, text)

    def _value(self, field: Field | None, sample: Sample, column: str, sure: str) -> tuple[str, str] | None:
        """The value of a field from a column in YAML, and how sure it is; None where the cells do not fit."""
        name = quoted(column)
        if field is None:
            if len(set(sample.texts)) < MOST * sample.rows or not all(map(has_slug, sample.texts[:50])):
                return None
            steps = "slug" if sample.distinct else "slug, unique"
            return f"{{from: {name}, do: [{steps}]}}", sure if sample.distinct else UNSURE
        if field.kind.by_language:
            languages = field.languages or self.things.target.config.languages
            return (f"{{{languages[0]}: {name}}}", sure) if not _is_numbers(sample) else None
        if field.kind.numeric:
            example = _number(sample)
            plain = sample.kinds <= {"whole", "number"}
            return (
                None if example is None else (name if plain else f"{{from: {name}, number: {quoted(example)}}}", sure)
            )
        if field.kind.lexical and field.kind.shown in ("month", "date", "moment"):
            forms = _dates(sample)
            if not forms:
                return None
            text = forms[0] if len(forms) == 1 else f"[{', '.join(forms)}]"
            either = "d/M/yyyy" in forms and _fits("M/d/yyyy", sample.texts) >= 1
            return f"{{from: {name}, date: {text}}}", UNSURE if either else sure
        if field.kind.refers:
            return self._reference(field, sample, name, sure)
        if field.kind.lexical is not None and not all(re.match(r"https?://", t) for t in sample.texts):
            return None
        if field.pattern is not None and _share(sample.texts, lambda t: bool(re.search(field.pattern or "", t))) < MOST:
            return None
        return name, sure

    def _reference(self, field: Field, sample: Sample, name: str, sure: str) -> tuple[str, str] | None:
        target = self.model.target(field)
        if target.concept:
            return self._concepts(field, target, sample, name, sure)
        if target.folder:
            if _is_numbers(sample):
                return None
            return f"{{from: {name}, {target.segment}: {{}}}}", sure
        for split in (None, ",", ";"):
            texts = [x.strip() for t in sample.texts for x in (t.split(split) if split else [t]) if x.strip()]
            step = f", split: {quoted(split)}" if split else ""
            for match in ("name", "code"):
                ways = {"name": self.things.by_name, "code": self.things.by_code}
                if _share(texts, lambda t, way=ways[match]: bool(way(target, t))) >= MOST:  # type: ignore[misc]
                    return f"{{from: {name}{step}, match: {match}}}", sure
        return None

    def _concepts(self, field: Field, target: Class, sample: Sample, name: str, sure: str) -> tuple[str, str] | None:
        """A table of the words in cells and the concepts of these names; those of no known name are left out."""
        known = {text: self.things.by_name(target, text) or self.things.by_code(target, text) for text in sample.texts}
        if len(known) > 30 or (sure != SURE and not any(known.values())):
            return None
        if all(known.values()):
            return f"{{from: {name}, match: name}}", sure
        pairs = ", ".join(f"{quoted(text)}: {ids[0] if ids else 'omit'}" for text, ids in sorted(known.items()))
        return f"{{from: {name}, values: {{{pairs}}}}}", UNSURE

    ### YAML

    def text(self) -> str:
        """Return the mapping."""
        source = self.records.source
        parts = [f"format: {source.format}"]
        if source.encoding is not None:
            parts.append(f"encoding: {source.encoding}")
        if source.records is not None:
            parts.append(f"records: {quoted(source.records)}")
        if source.sheet is not None:
            parts.append(f"sheet: {quoted(source.sheet)}")
        out = [f"# {say('proposal-head', self.lang, name=self.name)}", f"source: {{{', '.join(parts)}}}"]
        if "source" not in self.guesses:
            out += [f"# {say('proposal-source', self.lang)}", '# constants: {source: "https://…"}']
        out.append(f"{self.model.main.segment}:")
        own = [g for g in self.guesses.values() if "." not in g.path]
        order = ["id", *(f.key for f in self.model.main.fields)]
        for guess in sorted(own, key=lambda g: order.index(g.path)):
            out.append(f"  {guess.path}: {guess.text}  # {say(guess.sure, self.lang)}")
        for part in dict.fromkeys(g.path.partition(".")[0] for g in self.guesses.values() if "." in g.path):
            out += self._part(part)
        for field in self.model.main.fields:
            if field.key in ("title", "lead") and field.key not in self.guesses:
                out.append(f"  # {field.key}: {say('proposal-missing', self.lang)}")
        left = [column for column in self.samples if self._free(column)]
        if left:
            out += [f"# {say('proposal-ignored', self.lang)}", "ignore:", *(f"  - {quoted(column)}" for column in left)]
        return "\n".join(out) + "\n"

    def _part(self, part: str) -> Iterable[str]:
        yield f"  {part}:"
        guesses = [g for g in self.guesses.values() if g.path.startswith(f"{part}.")]
        for n, guess in enumerate(guesses):
            key = guess.path.partition(".")[2]
            yield f"    {'-' if n == 0 else ' '} {key}: {guess.text}  # {say(guess.sure, self.lang)}"


def quoted(text: str) -> str:
    """Return a text in double quotes, as YAML and JSON read it alike."""
    return json.dumps(text, ensure_ascii=False)


def _score(header: str, word: str) -> int:
    """Return how well a header fits a word: 100 where it is, less where it holds it, the longer the better; else 0."""
    if header == word:
        return 100
    if len(word) < 4:
        return 0
    if f" {word} " in f" {header} ":
        return min(90, 40 + len(word))
    return 0


def _share(texts: Iterable[str], holds: object) -> float:
    """The share of texts for which something holds; 0 without any."""
    found = [bool(holds(text)) for text in texts]  # type: ignore[operator]
    return sum(found) / len(found) if found else 0


def _fits(pattern: str, texts: Iterable[str]) -> float:
    form = date_form(pattern)
    assert form is not None
    return _share(texts, lambda text: form.read(text) is not None)


def _dates(sample: Sample) -> list[str]:
    """The pattern that most dates of a column have; none where they are no dates."""
    if sample.kinds <= {"date", "moment"}:
        return ["yyyy-MM-dd"]
    best = max(DATES, key=lambda pattern: _fits(pattern, sample.texts))
    return [best] if _fits(best, sample.texts) >= MOST else []


def _number(sample: Sample) -> str | None:
    """An example of the form that most numbers of a column have, or None."""
    if sample.kinds <= {"whole", "number"}:
        return NUMBERS[1]
    for example in NUMBERS:
        form = number_form(example)
        assert form is not None
        if _share(sample.texts, lambda text: form.read(text) is not None) == 1:  # noqa: B023
            return example
    return None


def _is_numbers(sample: Sample) -> bool:
    return _number(sample) is not None


def _is_words(sample: Sample) -> bool:
    """True of a column of names or texts."""
    return _share(sample.texts, lambda t: sum(c.isalpha() for c in t) > len(t) / 2 and len(slug(t)) > 5) >= MOST
