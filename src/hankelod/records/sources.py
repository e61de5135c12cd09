"""Sources of a dataset's model: the files of each layer, and the layers read from them.

The package's ontology and shapes come first, or a dataset's own in their place; then the profile, the area pack, and
what the dataset adds in `model/`; last its fields and lists in short form. Each later layer may change what an earlier
one says (`hankelod.model.layers`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Place
from hankelod.messages.words import message, word
from hankelod.model import levels
from hankelod.model.layers import Layer, active, in_languages, layer, over, with_codes
from hankelod.model.levels import AreaLayer, UnusableLevels
from hankelod.model.model import SHAPES, Model
from hankelod.model.shapes import ModelError, of
from hankelod.rdf import files
from hankelod.rdf.graph import SH, Index, NotReadable, read
from hankelod.records import ownfields
from hankelod.records.folder import PROFILES, NotADataset, shipped, turtle_files
from hankelod.records.ownfields import Fault, Own, Unusable
from hankelod.records.packs import Pack
from hankelod.records.settings import Settings

PATTERN = "area.ttl"
"""File of the pattern of the shapes of areas."""

MODEL = "model"
"""Folder with the Turtle that a dataset adds to the package's."""


class Sources(NamedTuple):
    """Turtle files of a model."""

    ontology: list[Path]
    shapes: list[Path]
    profile: list[Path]
    pack: Pack
    added: list[Path]
    short: Own
    names: dict[Path, str]
    """Names of all files as a publication lists them: `shapes/project.ttl`."""
    own: bool
    """True if a file is not the package's, nor the same as there."""

    @property
    def files(self) -> list[Path]:
        """All files, in the order of the layers."""
        return [*self.ontology, *self.shapes, *self.profile, *self.pack.turtle, *self.added]

    @property
    def searched(self) -> list[Path]:
        """All files in the order in which a fault is looked for: what a dataset adds, what declares a shape, what
        sharpens it."""
        return [*self.added, *self.ontology, *self.shapes, *self.profile, *self.pack.turtle]


def opened(
    root: Path,
    settings: Settings,
    pack: Pack,
    name: Callable[[Path], str],
    alone: bool = False,
    short: Own | None = None,
) -> tuple[Sources, Model]:
    """Find the model's files for the dataset folder `root`, and read them into a Model that has passed the lint.

    `name` gives the name of a file in reports. `short` are files in short form in place of those in the folder. Raises
    NotADataset.
    """
    try:
        given = sources(root, settings, pack, alone)
        if short is not None:
            given = given._replace(short=short, own=True)
        built = model(root, given, settings)
    except (NotReadable, ModelError) as error:
        raise NotADataset(message("refusal-model", why=error)) from error
    except UnusableLevels as error:
        raise NotADataset(error.texts) from error
    except Unusable as error:
        raise _refused("refusal-fields", [(f.place, f.text) for f in error.faults]) from error
    if given.own:
        from hankelod.model import lint

        reasons = lint.refusals(built, [(f, name(f)) for f in given.searched], settings.base)
        if reasons:
            raise NotADataset({lang: "\n".join((text, *reasons)) for lang, text in word("refusal-shapes").items()})
    return given, built


def sources(root: Path, settings: Settings, pack: Pack, alone: bool = False) -> Sources:
    """Find the model's files for the dataset folder `root` with its area pack.

    Raises NotReadable if one is a link out of the dataset. With `alone` the folder is no dataset: only the
    package's files count.
    """
    folders = {name: _folder(root, name, alone) for name in ("ontology", "shapes")}
    found = {name: turtle_files(folder) for name, folder in folders.items()}
    changed = {n for n, folder in folders.items() if folder != shipped(n) and _differ(found[n], n)}
    # Shapes of a dataset's own replace the package's with its profiles.
    apart = "shapes" in changed and settings.profile.folder.is_relative_to(shipped("shapes"))
    profile = [] if apart else turtle_files(settings.profile.folder)
    inside = f"shapes/{PROFILES}/{settings.profile.name}"
    own = bool(changed) or (bool(profile) and _differ(profile, inside))
    own = own or (pack.own and bool(pack.turtle) and _differ(list(pack.turtle), pack.home))
    found["shapes"] = [f for f in found["shapes"] if not _is_pattern(f)]
    added = turtle_files(root / MODEL) if not alone and (root / MODEL).is_dir() else []
    short = Own(None, []) if alone else ownfields.own(root)
    homes = [
        (found["ontology"], "ontology", folders["ontology"]),
        (found["shapes"], "shapes", folders["shapes"]),
        (profile, inside, settings.profile.folder),
        (list(pack.turtle), pack.home, pack.folder),
        (added, MODEL, root / MODEL),
    ]
    names = {f: f"{name}/{f.relative_to(home).as_posix()}" for files, name, home in homes for f in files}
    names |= dict(short.files)
    own = own or bool(added or short.files)
    return Sources(found["ontology"], found["shapes"], profile, pack, added, short, names, own)


def model(root: Path, given: Sources, settings: Settings) -> Model:
    """Read the layers into a Model. Raises ModelError, NotReadable or Unusable if they cannot be used."""
    base = settings.base
    package = Layer(read(given.ontology, base), read(given.shapes, base))
    layers = [layer(read(part, base)) for part in (given.profile, list(given.pack.turtle)) if part]
    whole = reduce(over, layers, package)
    before = active(whole) if layers else package
    # A profile of the package may ask for more in another way; any other is held to what all records need.
    packaged = not _differ(given.profile, f"shapes/{PROFILES}/{settings.profile.name}")
    required = (before if packaged else package).shapes
    areas = _levels(given.pack, before, base)
    later = [areas.layer] if areas.levels else []
    later += [layer(read(given.added, base))] if given.added else []
    below = active(reduce(over, later, whole)) if later else before
    if given.short.files:
        below = active(over(below, ownfields.read(given.short, root, base, settings.languages, below)))
    ontology, shapes = below
    lost = [s for s in required.triples if _is_lost(s, required, shapes)]
    if lost:
        from hankelod.model.lint import Locations

        where = Locations([(path, given.names[path]) for path in given.searched], base)
        raise Unusable(
            [Fault(where.place(s), message("own-shape-essential", shape=s.rsplit("#", 1)[-1])) for s in lost]
        )
    return of(
        Layer(ontology, with_codes(in_languages(shapes, settings.languages, settings.quoted))), base, areas.levels
    )


def _levels(pack: Pack, below: Layer, base: str) -> AreaLayer:
    """Return the levels of an area pack with their layer. Raises UnusableLevels."""
    if not pack.rows:
        return AreaLayer()
    return levels.layer(pack.rows, pack.languages, read([pattern()], base), below, base)


def pattern() -> Path:
    """Return the file of the pattern of the shapes of areas."""
    return shipped("shapes") / PATTERN


def _is_pattern(file: Path) -> bool:
    """Tell whether a file is the pattern of the shapes of areas, which area packs are made of."""
    return file.name == PATTERN and b"\ns:Area a " in (_content(file) or b"")


def _is_lost(shape: str, below: Index, shapes: Index) -> bool:
    """Tell whether later layers took away what every record needs, which the package's shapes mark (`s:essential`)."""
    if below.value(shape, SHAPES + "essential") != "true":
        return False
    least = [int(index.value(shape, SH + "minCount") or 0) for index in (below, shapes)]
    severe = shapes.iri(shape, SH + "severity") in (None, SH + "Violation")
    return shape not in shapes.triples or least[1] < least[0] or not severe


def _folder(root: Path, name: str, alone: bool) -> Path:
    """Return the folder `ontology` or `shapes`: the dataset's own, else the package's.

    One that has profiles only does not replace the package's shapes.
    """
    own = root / name
    return own if not alone and own.is_dir() and (name != "shapes" or _holds_shapes(own)) else shipped(name)


def _holds_shapes(folder: Path) -> bool:
    return not (folder / PROFILES).is_dir() or bool(turtle_files(folder))


def _differ(own: list[Path], name: str) -> bool:
    """Check if these files differ from those in the package's folder of this name."""
    top, _, rest = name.partition("/")
    ours = shipped(top) / rest
    if not ours.is_dir():
        return True
    theirs = turtle_files(ours)
    return own != theirs and [_content(f) for f in own] != [_content(f) for f in theirs]


def _content(file: Path) -> bytes | None:
    """Return the bytes of a file; None for one that cannot be read, which its reader reports."""
    try:
        return files.content(file)
    except files.Unfit:
        return None


def _refused(code: str, faults: list[tuple[Place, Text]]) -> NotADataset:
    """Return the refusal of files for several reasons, one a line with its place."""
    lines = {
        lang: [f"{at.file}:{at.line}:{at.column}: {text.get(lang, '')}" for at, text in faults] for lang in word(code)
    }
    return NotADataset({lang: "\n".join((head, *lines[lang])) for lang, head in word(code).items()})
