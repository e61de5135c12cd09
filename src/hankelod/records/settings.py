"""Settings of a dataset: what `data/dataset.yml` says, else its profile.

A profile is a folder `shapes/profiles/<name>/`, in the dataset or in the package: `profile.yml` with its name and the
defaults of settings, Turtle that sharpens the shapes, and code lists. A dataset that names none has the profile
`general`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.languages import DEFAULT
from hankelod.messages.words import message
from hankelod.model.model import ID
from hankelod.records import tree, yamltree
from hankelod.records.folder import BASE, DATASET, PROFILES, NotADataset, refused, shipped

GENERAL = "general"
"""Profile of a dataset that names none."""

PROFILE = "profile.yml"


class Profile(NamedTuple):
    """A profile: its name, its folder, and the defaults in its `profile.yml` as plain data."""

    name: str
    folder: Path
    defaults: dict[str, object]


class Settings(NamedTuple):
    """Settings of a dataset."""

    base: str
    """Base IRI."""
    stated: dict[str, object]
    """Values in `dataset.yml`, as plain data; they are validated with the records."""
    profile: Profile

    def get(self, name: str) -> object | None:
        """Return a setting: of the dataset, else of its profile; None if neither has it."""
        stated = self.stated.get(name)
        return self.profile.defaults.get(name) if stated is None else stated

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a setting that is a list of texts."""
        return _texts(self.get(name))

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the dataset's texts, the first that of the site's root.

        What is no language tag is left out here, and told of when the description of the dataset is checked.
        """
        for said in (self.get("languages"), self.profile.defaults.get("languages")):
            tags = tuple(dict.fromkeys(filter(is_language, _texts(said))))
            if tags:
                return tags
        return (DEFAULT,)

    @property
    def quoted(self) -> tuple[str, ...]:
        """Languages of quotations: those of the dataset, then the others of its profile."""
        profile = filter(is_language, _texts(self.profile.defaults.get("languages")))
        return tuple(dict.fromkeys((*self.languages, *profile)))

    @property
    def national(self) -> tuple[str, ...]:
        """Languages of which every text must have one."""
        return self.listed("nationalLanguages") or self.languages


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def is_language(tag: str) -> bool:
    """Tell whether a text is a language tag (RFC 5646)."""
    try:
        ox.Literal("", language=tag)
    except ValueError:
        return False
    return True


def read(root: Path, file: Path, name: str) -> Settings:
    """Read the settings in a `dataset.yml`, which messages call `name`. Raises NotADataset."""
    if not os.path.lexists(file):
        raise NotADataset(message("refusal-no-dataset", file=name))
    top = _top(file, name)
    base = top.get("base")
    text = str(base.value) if base is not None and base.kind == "text" else ""
    if not text.endswith("/") or not text.startswith(("http://", "https://")) or not _iri(text):
        line = base.line if base is not None else 1
        raise NotADataset(message("refusal-base", file=name, line=line, example=BASE))
    chosen = top.get("profile")
    place = f"{name}:{chosen.line}" if chosen is not None else name
    profile = find(root, str(chosen.value) if chosen is not None and chosen.kind == "text" else GENERAL, place)
    return Settings(text, {key: tree.plain_value(node) for key, node in top.items()}, profile)


def alone() -> Settings:
    """Return the settings for records that stand in no dataset: of the package's profile that says `alone: true`."""
    root = shipped("shapes").parent
    profiles = (find(root, name, DATASET) for name in _profiles([shipped("shapes") / PROFILES]))
    return Settings(BASE, {}, next(each for each in profiles if each.defaults.get("alone") == "true"))


def profiles(root: Path) -> list[Profile]:
    """Return the profiles that a dataset in the folder `root` may have, the general one first. Raises NotADataset."""
    names = _profiles(_homes(root))
    return [find(root, name, DATASET) for name in sorted(names, key=lambda each: (each != GENERAL, each))]


def find(root: Path, name: str, place: str) -> Profile:
    """Find a profile by its name, in the dataset folder `root`, else in the package.

    `place` is where it is named. Raises NotADataset if there is none, or its `profile.yml` cannot be read.
    """
    homes = _homes(root)
    for home in homes if ID.fullmatch(name) else ():
        file = home / name / PROFILE
        if os.path.lexists(file):
            defaults = _top(file, f"shapes/profiles/{name}/{PROFILE}")
            return Profile(name, home / name, {key: tree.plain_value(node) for key, node in defaults.items()})
    raise NotADataset(message("refusal-profile", place=place, name=name, known=", ".join(_profiles(homes))))


def _homes(root: Path) -> list[Path]:
    """Return the folders with profiles: that of the dataset folder `root` and that of the package."""
    return [folder for folder in (root / "shapes" / PROFILES, shipped("shapes") / PROFILES) if folder.is_dir()]


def _profiles(homes: list[Path]) -> list[str]:
    """Return the names of the profiles in these folders."""
    return sorted({each for home in homes for each in os.listdir(home) if (home / each / PROFILE).is_file()})


def _top(file: Path, name: str) -> dict[str, tree.Node]:
    """Return the values in a file by key. Raises NotADataset if it cannot be read."""
    try:
        node = yamltree.read_yaml(tree.read_bytes(file, name, within=file.parent), name, [])
    except tree.Unreadable as error:
        raise refused(error.problem) from error
    pairs = node.value if node.kind == "mapping" else []
    return {str(key.value): value for key, value in pairs}  # type: ignore[attr-defined]


def _iri(text: str) -> bool:
    from hankelod.model.kinds.addresses import is_iri

    return is_iri(text) and "?" not in text and "#" not in text
