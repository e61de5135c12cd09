"""Area packs: folders with a division of a country into areas, its levels, boundaries and credits.

A pack has `levels.csv`, and its areas in `areas.csv` or in tables of its own shapes; optionally Turtle files with terms
and shapes, `boundaries.geojson`, `credits` (one per line, or by language in `credits.en`…), and `pack.yml` with the
country (ISO 3166-1 alpha-3) and the projection of its maps.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.problem import Problem
from hankelod.messages.words import message
from hankelod.model.levels import TABLE, LevelRow
from hankelod.model.model import ID
from hankelod.rdf import files
from hankelod.records import csvtree, tree, yamltree
from hankelod.records.folder import NotADataset, refused, shipped, turtle_files
from hankelod.records.ownfields import KEY
from hankelod.records.settings import Settings

LEVELS, CREDITS, SETTINGS = "levels.csv", "credits", "pack.yml"

PACKS = "areas"
"""Folder under `data/` with area packs, or with one."""

NONE = "none"
"""Pack without areas."""

BOUNDARIES = ("boundaries.geojson", "boundaries.geojson.gz", "boundaries.json", "boundaries.json.gz")

_LANGUAGE = re.compile(r"(?:name|gen|loc)_([a-z]{2})")

_COLUMNS = frozenset(("level", "parent", "pattern", "key", "class", "property", "segment"))


class Pack(NamedTuple):
    """One area pack. `own` is True for one in the dataset's folder, which `within` bounds; `home` is the folder's name
    in a dataset, as publications list its files."""

    name: str
    home: str
    folder: Path
    own: bool
    within: Path | None
    rows: tuple[LevelRow, ...]
    languages: tuple[str, ...]
    """Languages of the names of its areas."""
    country: str | None
    projection: str | None
    turtle: tuple[Path, ...]
    """Its terms and shapes."""

    @property
    def table(self) -> Path:
        """The table of areas that have no table of their own."""
        return self.folder / TABLE

    @property
    def boundaries(self) -> Path | None:
        """The file of boundaries, or None."""
        return next((f for name in BOUNDARIES if (f := self.folder / name).exists()), None)

    def names(self) -> list[str]:
        """Return the names of the files of the pack that are no tables of areas."""
        others = (LEVELS, SETTINGS, *BOUNDARIES)
        return [n for n in files.listed(self.folder, "") if n in others or n.startswith(CREDITS) or n.endswith(".ttl")]

    def credits(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        """Return the credits, in the first of these languages that they are in, else in that of the file `credits`."""
        for ending in (*(f".{lang}" for lang in languages), ""):
            path = self.folder / f"{CREDITS}{ending}"
            if path.exists():
                return _credits(path, path.name, self.within)
        return ()


def find(settings: Settings, root: Path, working: Path, alone: bool = False) -> Pack:
    """Return the pack that a dataset names (`areas`): a folder in it (`data/areas`), or a pack by its name.

    A name is looked up in the dataset's `data/areas/`, then in the package's. With `alone` there is no dataset in
    `root`. Raises NotADataset.
    """
    named, folder, own = home(settings, root, alone)
    known = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]*", named) and ".." not in named.split("/")
    if not known or not (folder / LEVELS).is_file() or (own and files.leads_out(folder, root)):
        where = f"{named}/{LEVELS}" if "/" in named else f"data/{PACKS}/{named}/{LEVELS}"
        raise NotADataset(message("refusal-areas", areas=named, file=where))
    try:
        inside = named.rstrip("/") if "/" in named else f"data/{PACKS}/{named}"
        return _read(inside, folder, own, working)
    except tree.Unreadable as error:
        raise refused(error.problem) from error


def home(settings: Settings, root: Path, alone: bool = False) -> tuple[str, Path, bool]:
    """Return the name of the pack of a dataset, its folder, and whether that is the dataset's own."""
    named = str(settings.get("areas") or NONE)
    shipped_one, inside = shipped("data") / PACKS / named, root / "data" / PACKS / named
    own = not alone and ("/" in named or inside.is_dir())
    return named, root / named if own and "/" in named else inside if own else shipped_one, own


def packaged() -> list[str]:
    """Return the names of the packs in the package that have areas."""
    home = shipped("data") / PACKS
    return sorted(p.name for p in home.iterdir() if p.name != NONE and (p / LEVELS).is_file())


def _read(home: str, folder: Path, own: bool, working: Path) -> Pack:
    """Read a pack. Raises Unreadable, NotADataset."""
    within = folder if own else None
    rows = tuple(_levels(folder, within, working))
    settings = _settings(folder, within, working)
    for name in files.listed(folder, ""):
        if name.startswith(CREDITS):  # they are read when they are needed, and told of now
            _credits(folder / name, _name(folder / name, working), within)
    return Pack(
        home.rpartition("/")[2],
        home,
        folder,
        own,
        within,
        rows,
        _languages(folder, within),
        settings.get("country"),
        settings.get("projection"),
        tuple(turtle_files(folder)),
    )


def _levels(folder: Path, within: Path | None, working: Path) -> list[LevelRow]:
    """Read `levels.csv`."""
    path = folder / LEVELS
    name = _name(path, working)
    problems: list[Problem] = []
    rows: list[LevelRow] = []
    for node in csvtree.rows(tree.read_bytes(path, name, within=within), name, problems):
        cells = {str(key.value): value for key, value in node.value}  # type: ignore[attr-defined]
        label = cells.pop("name", None)
        where = f"{name}:{node.line}:{node.column}"
        texts = {str(k.value): str(v.value) for k, v in label.value} if label and label.kind == "mapping" else {}  # type: ignore[attr-defined]
        written = {key: str(value.value) for key, value in cells.items()}
        unknown = sorted(set(written) - _COLUMNS)
        if unknown:
            known = ", ".join(("level", "name_en", *sorted(_COLUMNS - {"level"})))
            raise _unusable(where, "area-level-column", column=unknown[0], known=known)
        level, pattern = written.get("level", ""), written.get("pattern")
        if not ID.fullmatch(level) or any(row.name == level for row in rows):
            raise _unusable(where, "area-level-name", level=level)
        if not texts:
            raise _unusable(where, "area-level-label", level=level)
        if pattern and within:
            from hankelod.model.patterns import unsafe_reason

            if why := unsafe_reason(f"^({pattern})$"):
                raise _unusable(where, "area-level-pattern", pattern=pattern, why=why)
        segment = written.get("segment")
        if segment and not ID.fullmatch(segment):
            raise _unusable(where, "area-level-name", level=segment)
        key = written.get("key")
        if key and not KEY.fullmatch(key):
            raise NotADataset({lang: f"{where}: {text}" for lang, text in message("own-field-key", key=key).items()})
        rows.append(
            LevelRow(
                where,
                level,
                texts,
                written.get("parent"),
                pattern,
                key,
                written.get("class"),
                written.get("property"),
                segment,
            )
        )
    if problems:
        raise refused(problems[0])
    return rows


def _settings(folder: Path, within: Path | None, working: Path) -> dict[str, str]:
    """Read `pack.yml`: a mapping of texts."""
    path = folder / SETTINGS
    if not path.exists():
        return {}
    name = _name(path, working)
    node = yamltree.read_yaml(tree.read_bytes(path, name, within=within), name, [])
    pairs = node.value if node.kind == "mapping" else []
    found = {str(key.value): value for key, value in pairs}  # type: ignore[attr-defined]
    for key, value in found.items():
        if key not in ("country", "projection") or value.kind != "text":
            raise _unusable(f"{name}:{value.line}:{value.column}", "area-pack-key", key=key)
    country = found.get("country")
    if country is not None and not re.fullmatch("[A-Z]{3}", str(country.value)):
        raise _unusable(f"{name}:{country.line}:{country.column}", "area-pack-country", country=str(country.value))
    return {key: str(value.value) for key, value in found.items()}


def _credits(path: Path, name: str, within: Path | None) -> tuple[str, ...]:
    """Read a file of credits, one per line. Raises Unreadable."""
    text = tree.decode(tree.read_bytes(path, name, within=within), name)
    tree.check_characters(text, name)
    return tuple(line.strip() for line in tree.composed(text).splitlines() if line.strip())


def _languages(folder: Path, within: Path | None) -> tuple[str, ...]:
    """Return the languages of the names in the tables of a pack, in their order."""
    found: dict[str, None] = {}
    for table in files.listed(folder, ".csv"):
        raw = tree.read_bytes(folder / table, table, within=within)
        text = tree.decode(raw, table)
        try:
            header = next(csv.reader(io.StringIO(text)), [])
        except csv.Error:  # whoever reads the table tells of it
            continue
        found.update((m[1], None) for column in header if (m := _LANGUAGE.fullmatch(column)))
    return tuple(found)


def _name(path: Path, working: Path) -> str:
    return path.relative_to(working).as_posix() if path.is_relative_to(working) else path.as_posix()


def _unusable(place: str, code: str, **values: object) -> NotADataset:
    return NotADataset(message(code, place=place, **values))
