"""Area packs: folders with a division of a country into areas, its levels, boundaries and credits.

A pack has `levels.csv`, and its areas in `areas.csv` or in tables of its own shapes; optionally `ontology.ttl` and other
Turtle files (shapes), `boundaries.geojson`, `credits` (one per line, or by language in `credits.en`…), and `pack.yml` with
the country (ISO 3166-1 alpha-3) and the projection of its maps.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.catalogue import in_language
from hankelod.messages.problem import Problem
from hankelod.messages.words import message
from hankelod.model.levels import TABLE, LevelRow
from hankelod.model.model import ID, Model
from hankelod.model.patterns import unsafe_reason
from hankelod.model.shapes import Areas, load
from hankelod.rdf import files
from hankelod.records import csvtree, tree, yamltree
from hankelod.records import folder as folders
from hankelod.records.folder import NotADataset, shape_files, shipped, turtle_files

LEVELS, ONTOLOGY, CREDITS, SETTINGS = "levels.csv", "ontology.ttl", "credits", "pack.yml"

BOUNDARIES = ("boundaries.geojson", "boundaries.geojson.gz", "boundaries.json", "boundaries.json.gz")

_LANGUAGE = re.compile(r"(?:name|gen|loc)_([a-z]{2})")

_COLUMNS = frozenset(("level", "parent", "pattern", "key", "class", "property", "segment"))


class Pack(NamedTuple):
    """One area pack. `own` is True for one in the dataset's folder, which `within` bounds."""

    name: str
    folder: Path
    own: bool
    within: Path | None
    rows: tuple[LevelRow, ...]
    languages: tuple[str, ...]
    """Languages of the names of its areas."""
    country: str | None
    projection: str | None
    ontology: tuple[Path, ...]
    shapes: tuple[Path, ...]

    @property
    def turtle(self) -> tuple[Path, ...]:
        """All Turtle files of the pack."""
        return (*self.ontology, *self.shapes)

    @property
    def table(self) -> Path:
        """The table of areas that have no table of their own."""
        return self.folder / TABLE

    @property
    def boundaries(self) -> Path | None:
        """The file of boundaries, or None."""
        return next((f for name in BOUNDARIES if (f := self.folder / name).exists()), None)

    @property
    def layer(self) -> Areas:
        """The levels for the Model."""
        return Areas(self.rows, shipped("shapes") / "area.ttl", self.languages)

    def names(self) -> list[str]:
        """Return the names of the files of the pack that are no tables of areas."""
        others = (LEVELS, SETTINGS, *BOUNDARIES)
        return [n for n in files.listed(self.folder, "") if n in others or n.startswith(CREDITS) or n.endswith(".ttl")]

    def credits(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        """Return the credits, in the first of these languages that they are in, else in that of the file `credits`."""
        for ending in (*(f".{lang}" for lang in languages), ""):
            path = self.folder / f"{CREDITS}{ending}"
            if path.exists():
                text = tree.decode(tree.read_bytes(path, path.name, within=self.within), path.name)
                return tuple(line.strip() for line in text.splitlines() if line.strip())
        return ()


def find(named: str, data: Path, root: Path, working: Path) -> Pack:
    """Return the pack that a dataset names: a folder (`data/areas`), or a pack of the dataset or the package by its name.

    `data` is the dataset's folder of records, `root` that of the dataset. Raises NotADataset.
    """
    inside = data / "areas" / named
    folder = root / named if "/" in named else inside if inside.is_dir() else shipped("data") / "areas" / named
    own = folder.is_relative_to(root) and folder != shipped("data") / "areas" / named
    known = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]*", named) and ".." not in named.split("/")
    if not known or not (folder / LEVELS).is_file() or (own and files.leads_out(folder, root)):
        where = f"{named}/{LEVELS}" if "/" in named else f"data/areas/{named}/{LEVELS}"
        raise NotADataset(message("refusal-areas", areas=named, file=where))
    try:
        return _read(named.rstrip("/").rpartition("/")[2], folder, own, working)
    except tree.Unreadable as error:
        raise _refused(error.problem) from error


def model(root: Path | None = None, base: str = folders.BASE) -> Model:
    """Return the model of the package with its area pack; ontology and shapes are those of a folder that has its own.

    Raises NotReadable, ModelError.
    """
    pack = find(folders.PACK, shipped("data"), shipped("data").parent, shipped("data"))
    own = [root / name if root and (root / name).is_dir() else shipped(name) for name in ("ontology", "shapes")]
    ontology, shapes = turtle_files(own[0]), shape_files(own[1])
    return load([*ontology, *pack.ontology], [*shapes, *pack.shapes], base, pack.layer)


def differ(pack: Pack) -> bool:
    """Check if the Turtle files of a pack differ from those of the package's pack of this name."""
    same = shipped("data") / "areas" / pack.name
    return not same.is_dir() or folders.differ(pack.folder, f"data/areas/{pack.name}")


def _read(name: str, folder: Path, own: bool, working: Path) -> Pack:
    """Read a pack. Raises Unreadable, NotADataset."""
    within = folder if own else None
    rows = tuple(_levels(folder, within, working))
    settings = _settings(folder, within, working)
    turtle = turtle_files(folder)
    return Pack(
        name,
        folder,
        own,
        within,
        rows,
        _languages(folder, within),
        settings.get("country"),
        settings.get("projection"),
        tuple(f for f in turtle if f.name == ONTOLOGY),
        tuple(f for f in turtle if f.name != ONTOLOGY),
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
        if pattern and within and (why := unsafe_reason(f"^({pattern})$")):
            raise _unusable(where, "area-level-pattern", pattern=pattern, why=why)
        segment = written.get("segment")
        if segment and not ID.fullmatch(segment):
            raise _unusable(where, "area-level-name", level=segment)
        rows.append(
            LevelRow(
                where,
                level,
                texts,
                written.get("parent"),
                pattern,
                written.get("key"),
                written.get("class"),
                written.get("property"),
                segment,
            )
        )
    if problems:
        raise _refused(problems[0])
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


def _languages(folder: Path, within: Path | None) -> tuple[str, ...]:
    """Return the languages of the names in the tables of a pack, in their order."""
    found: dict[str, None] = {}
    for table in files.listed(folder, ".csv"):
        raw = tree.read_bytes(folder / table, table, within=within)
        text = tree.decode(raw, table)
        header = next(csv.reader(io.StringIO(text)), [])
        found.update((m[1], None) for column in header if (m := _LANGUAGE.fullmatch(column)))
    return tuple(found)


def _name(path: Path, working: Path) -> str:
    return path.relative_to(working).as_posix() if path.is_relative_to(working) else path.as_posix()


def _unusable(place: str, code: str, **values: object) -> NotADataset:
    return NotADataset(message(code, place=place, **values))


def _refused(at: Problem) -> NotADataset:
    return NotADataset(
        {lang: f"{at.file}:{at.line}:{at.column}: {text} {in_language(at.fix, lang)}" for lang, text in at.message.items()}
    )
