"""A source into a folder of records: read, drafted, compared with what stands there, shown, and only then written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hankelod.intake import drafts, identifiers, reimport, writing
from hankelod.intake.documents import compilation, lines, reading
from hankelod.intake.documents import lines as sources
from hankelod.intake.documents.compilation import Compilation
from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.names import gazetteer
from hankelod.intake.proposals import Draft, Note, Values
from hankelod.intake.reimport import Change
from hankelod.messages.problem import Problem
from hankelod.model.model import Model
from hankelod.model.shapes import load
from hankelod.records import tree
from hankelod.records.dataset import Dataset
from hankelod.records.folder import BASE, DATASET, shipped, turtle_files


class Target(NamedTuple):
    """Where records go: the folder that has the layout of `data/`, the dataset whose names are known, the Model."""

    data: Path
    dataset: Dataset | None
    model: Model

    @property
    def inside(self) -> bool:
        """Whether the folder is the dataset's own, so that what is written can be checked in place."""
        return self.dataset is not None and self.dataset.data.resolve() == self.data.resolve()


class File(NamedTuple):
    """What becomes of one record: `text` is what its file is to hold, `before` what it holds now (None: nothing)."""

    path: Path
    draft: Draft
    text: str
    before: str | None
    changes: tuple[Change, ...]

    @property
    def new(self) -> bool:
        return self.before is None


class Import(NamedTuple):
    """An import that is ready to be shown and written. `document` is None for a spreadsheet."""

    name: str
    files: tuple[File, ...]
    document: Compilation | None
    problems: tuple[Problem, ...] = ()


def target(to: Path, known: Dataset | None, working: Path) -> Target:
    """The target of `--to`: a dataset, its data folder, or a folder of its own beside the dataset that is `known`."""
    data, dataset = to, known
    if (to / "data" / DATASET).exists():
        data, dataset = to / "data", Dataset(to, working)
    elif (to / DATASET).exists() and to.name == "data":
        dataset = Dataset(to.parent, working)
    if to.exists() and not to.is_dir():
        raise CannotImport("not-a-folder", name=str(to))
    model = dataset.model if dataset else load(turtle_files(shipped("ontology")), turtle_files(shipped("shapes")), BASE)
    return Target(data, dataset, model)


def read_document(
    path: Path, name: str, place: Target, source: str | None, programme: str | None, lang: str, overwrite: bool
) -> Import:
    """A document in the ministry's layout, ready to be written. Raises CannotImport where it holds no project."""
    whole_text = reading.read(path, name)
    document = compilation.read(whole_text)
    whole = [p for p in document.projects if p.title is not None and (p.fields or p.outcomes)]
    if not whole or not any(p.fields for p in whole):
        raise CannotImport("no-projects", name=name)
    front = [x for x in document.frame if x.number < document.projects[0].line]
    known_programmes = _programmes(place)
    found = programme or _programme(front, known_programmes)
    proposed: list[Draft] = []
    if found is None:
        proposed = _proposed_programme(front)
        found = proposed[-1].id if proposed else None
    setting = drafts.Setting(
        gazetteer.load(place.dataset, (place.data / "organisations",)),
        source or _address(front),
        found,
        _titles(place.data),
        frozenset(_ids(place.data / "projects")),
    )
    made = [*proposed, *drafts.project_drafts(document, setting)]
    return Import(name, tuple(plan(made, place, path.name, lang, overwrite)), _with_unread(document, made, whole_text))


def _with_unread(document: Compilation, made: list[Draft], lines: list[sources.Line]) -> Compilation:
    """A document whose lines that a field could not be read from count as not understood."""
    numbers = {n for d in made for notes in d.notes.values() for note in notes for n in note.details.get("numbers", ())}  # type: ignore[attr-defined]
    unread = [x for x in lines if x.number in numbers and x.text.strip()]
    return document._replace(unrecognised=tuple(sorted({*document.unrecognised, *unread})))


def _address(front: Iterable[lines.Line]) -> str | None:
    """The document's own address: the first that stands before its projects."""
    for line in front:
        found = re.search(r"https?://[^\s<>)\]]+", line.text)
        if found:
            return found.group().rstrip(".,")
    return None


def _ids(folder: Path) -> list[str]:
    return sorted(f.stem for f in folder.glob("*.yml")) if folder.is_dir() else []


def standing(folder: Path) -> Iterable[tuple[str, dict[str, object]]]:
    """The records of a folder as plain data. One that cannot be read might be the very record that a source means:
    raises CannotImport."""
    for stem in _ids(folder):
        path = folder / f"{stem}.yml"
        try:
            values = reimport.current(tree.read_bytes(path, path.name).decode("utf-8-sig"), path.name)
        except (tree.Unreadable, UnicodeDecodeError) as error:
            raise CannotImport("standing-unreadable", name=str(path)) from error
        yield stem, values


def _titles(data: Path) -> dict[str, str]:
    """The projects that stand in a folder, by the key of their title, as written and as mended."""
    known: dict[str, str] = {}
    for stem, values in standing(data / "projects"):
        title = values.get("title")
        texts = [values.get("titleAsWritten"), *(title.values() if isinstance(title, dict) else ())]
        for text in texts:
            if isinstance(text, str):
                known.setdefault(identifiers.title_key(text), stem)
    return known


def _programmes(place: Target) -> dict[str, str]:
    """The names of the programmes that there are, in lower case, with their ids."""
    known: dict[str, str] = {}
    folders = {place.data / "programmes", *([place.dataset.data / "programmes"] if place.dataset else [])}
    for folder in sorted(folders):
        for stem, values in standing(folder):
            name = values.get("name")
            for text in name.values() if isinstance(name, dict) else ():
                known[str(text).casefold()] = stem
    return known


def _programme(front: list[lines.Line], known: dict[str, str]) -> str | None:
    """The programme that the document's beginning names, else the only one that there is."""
    text = " ".join(x.text for x in front).casefold()
    named = [stem for name, stem in known.items() if name in text]
    if named:
        return named[0]
    return next(iter(known.values())) if len(set(known.values())) == 1 else None


def _proposed_programme(front: list[sources.Line]) -> list[Draft]:
    """A draft of the programme that the document's beginning names with its funder, as far as it tells it."""
    text = " ".join(x.text.strip() for x in front)
    found = re.search(
        r"(?:(?P<funder>\w+ministeriö)n\s+)?(?P<name>[A-ZÅÄÖ]\w+(?:\s[a-zåäö]\w+){1,3})\s*[-–]\s?ohjelma", text
    )
    if found is None:
        return []
    lines = tuple(x.number for x in front if found["name"].split()[0] in x.text)[:1]
    note = [Note("comment-programme", {})]
    values: Values = {"name": {"fi": found["name"]}}
    made = []
    if found["funder"]:
        funder = identifiers.organisation_id(found["funder"])
        values["funder"] = funder
        made.append(
            Draft(
                "organisations", funder, {"name": {"fi": found["funder"]}, "kind": "ministry"}, {"name": lines}, {}, {}
            )
        )
    years = re.search(r"[Oo]hjelma\w*\s[^.]*?((?:19|20)\d\d)\s*[-–]\s*((?:19|20)\d\d)", text)
    if years:
        values.update(startYear=years.group(1), endYear=years.group(2))
    made.append(
        Draft("programmes", identifiers.slug(found["name"]), values, dict.fromkeys(values, lines), {"": note}, {})
    )
    return made


### Plans and files


def plan(made: Iterable[Draft], place: Target, name: str, lang: str, overwrite: bool) -> Iterable[File]:
    """What becomes of each draft's file. Raises CannotImport where a file that stands cannot be read."""
    for draft in made:
        path = place.data / draft.kind / f"{draft.id}.yml"
        if not path.exists():
            yield File(path, draft, writing.record(draft, place.model, name, lang), None, ())
            continue
        try:
            before = tree.read_bytes(path, str(path)).decode("utf-8-sig").replace("\r\n", "\n")
            changes = tuple(reimport.compare(before, str(path), draft))
        except (tree.Unreadable, UnicodeDecodeError) as error:
            raise CannotImport("standing-unreadable", name=str(path)) from error
        cls = next(c for c in place.model.entries() if c.folder == draft.kind)
        text = before
        if any(c.what in (reimport.UPDATE, reimport.ADD, reimport.REMOVE) or overwrite for c in changes):
            text = reimport.apply(before, draft, list(changes), cls, place.model, lang, overwrite)
        yield File(path, draft, text, before, changes)


def write(files: Iterable[File]) -> list[Path]:
    """Write the files that change, each whole or not at all. Returns their paths."""
    written = []
    for file in files:
        if file.text == file.before:
            continue
        if file.path.is_symlink():
            raise CannotImport("not-a-folder", name=str(file.path))
        file.path.parent.mkdir(parents=True, exist_ok=True)
        beside = file.path.with_name(f".{file.path.name}.{os.getpid()}")
        try:
            beside.write_text(file.text, encoding="utf-8", newline="\n")
            beside.replace(file.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise CannotImport("unreadable", name=str(file.path), detail=error.strerror or str(error)) from error
        written.append(file.path)
    return written
