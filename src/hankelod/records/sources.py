"""Sources of a dataset's model: the files of each layer, and the layers read from them.

The package's ontology and shapes come first, or a dataset's own in their place; then the profile, then what the
dataset adds in `model/`. Each later layer may change what an earlier one says (`hankelod.model.layers`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hankelod.model.layers import Layer, combined, in_languages, layer
from hankelod.model.model import Model
from hankelod.model.shapes import of
from hankelod.rdf import files
from hankelod.rdf.graph import read
from hankelod.records.folder import PROFILES, shipped, turtle_files
from hankelod.records.settings import Settings

MODEL = "model"
"""Folder with the Turtle that a dataset adds to the package's."""


class Sources(NamedTuple):
    """Turtle files of a model."""

    ontology: list[Path]
    shapes: list[Path]
    profile: list[Path]
    added: list[Path]
    names: dict[Path, str]
    """Names of all files as a publication lists them: `shapes/project.ttl`."""
    own: bool
    """True if a file is not the package's, nor the same as there."""

    @property
    def files(self) -> list[Path]:
        """All files, in the order of the layers."""
        return [*self.ontology, *self.shapes, *self.profile, *self.added]


def sources(root: Path, settings: Settings, alone: bool = False) -> Sources:
    """Find the model's files for the dataset folder `root`. Raises NotReadable if one is a link out of the dataset.

    With `alone` the folder is no dataset: only the package's files count.
    """
    folders = {name: _folder(root, name, alone) for name in ("ontology", "shapes")}
    found = {name: turtle_files(folder) for name, folder in folders.items()}
    own = any(folder != shipped(name) and _differ(found[name], name) for name, folder in folders.items())
    # Shapes of a dataset's own replace the package's with its profiles.
    apart = own and settings.profile.folder.is_relative_to(shipped("shapes"))
    profile = [] if apart else turtle_files(settings.profile.folder)
    inside = f"shapes/{PROFILES}/{settings.profile.name}"
    own = own or (bool(profile) and _differ(profile, inside))
    added = turtle_files(root / MODEL) if not alone and (root / MODEL).is_dir() else []
    homes = [
        (found["ontology"], "ontology", folders["ontology"]),
        (found["shapes"], "shapes", folders["shapes"]),
        (profile, inside, settings.profile.folder),
        (added, MODEL, root / MODEL),
    ]
    names = {f: f"{name}/{f.relative_to(home).as_posix()}" for files, name, home in homes for f in files}
    return Sources(found["ontology"], found["shapes"], profile, added, names, own or bool(added))


def model(given: Sources, settings: Settings) -> Model:
    """Read the layers into a Model. Raises ModelError or NotReadable if they cannot be used."""
    base = settings.base
    layers = [Layer(read(given.ontology, base), read(given.shapes, base))]
    layers += [layer(read(part, base)) for part in (given.profile, given.added) if part]
    ontology, shapes = combined(layers)
    return of(Layer(ontology, in_languages(shapes, settings.languages)), base)


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
    return not ours.is_dir() or [files.content(f) for f in own] != [files.content(f) for f in turtle_files(ours)]
