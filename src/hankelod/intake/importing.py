"""Import of a source into a folder of records: read, drafted, compared with existing records, and then written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hankelod.intake import drafts, figures, identifiers, reimport, writing
from hankelod.intake.documents import compilation, reading
from hankelod.intake.documents.compilation import LANGUAGE, Compilation
from hankelod.intake.documents.lines import CannotImport, Line
from hankelod.intake.names import gazetteer
from hankelod.intake.proposals import Draft, Note, Values
from hankelod.intake.reimport import Change
from hankelod.messages.problem import Problem
from hankelod.model.model import Model
from hankelod.rdf.files import listed
from hankelod.records import tree
from hankelod.records.dataset import Dataset
from hankelod.records.folder import DATASET
from hankelod.records.settings import Settings
from hankelod.records.slug import slug


class Target(NamedTuple):
    """Destination of an import: a folder laid out as `data/`, the dataset whose names are known, the Model, and the
    settings of the dataset or those without one."""

    data: Path
    dataset: Dataset | None
    model: Model
    config: Settings

    @property
    def inside(self) -> bool:
        """True where the folder is the dataset's own, so that the written files can be checked in target."""
        return self.dataset is not None and self.dataset.data.resolve() == self.data.resolve()


class File(NamedTuple):
    """A planned file: `text` is its new content, `before` the present one (None: there is no file)."""

    path: Path
    draft: Draft
    text: str
    before: str | None
    changes: tuple[Change, ...]

    @property
    def new(self) -> bool:
        """True where the file does not exist yet."""
        return self.before is None


class Import(NamedTuple):
    """An import that is ready to be reported and written. `document` is None for a spreadsheet."""

    name: str
    files: tuple[File, ...]
    document: Compilation | None
    problems: tuple[Problem, ...] = ()


def target(to: Path, known: Dataset | None, working: Path) -> Target:
    """Return the target of `--to`: a dataset, its data folder, or another folder used with the dataset `known`.

    Raises CannotImport where it is not a folder.
    """
    data, dataset = to, known
    if (to / "data" / DATASET).exists():
        data, dataset = to / "data", Dataset(to, working)
    elif (to / DATASET).exists() and to.name == "data":
        dataset = Dataset(to.parent, working)
    if to.exists() and not to.is_dir():
        raise CannotImport("not-a-folder", name=str(to))
    basis = dataset or Dataset(working, alone=True)
    return Target(data, dataset, basis.model, basis.config)


def read_document(
    path: Path, name: str, target: Target, source: str | None, programme: str | None, lang: str, overwrite: bool
) -> Import:
    """Read a document in the ministry's layout into an import. Raises CannotImport where it has no project.

    `source` is the document's address and `programme` the id of a programme; None: taken from the document.
    """
    lines = reading.read(path, name)
    document = compilation.read(lines)
    complete = [p for p in document.projects if p.title is not None and (p.fields or p.outcomes)]
    if not complete or not any(p.fields for p in complete):
        raise CannotImport("no-projects", name=name)
    front = [x for x in document.frame if x.number < document.projects[0].line]
    programme = programme or _programme(front, _programmes(target))
    proposed: list[Draft] = []
    if programme is None:
        proposed = _proposed_programme(front)
        programme = proposed[-1].id if proposed else None
    setting = drafts.Setting(
        gazetteer.load(target.dataset, (target.data / "organisations",)),
        source or _address(front),
        programme,
        _titles(target.data),
        frozenset(_ids(target.data / "projects")),
        figures.load(target.config.profile.folder),
    )
    planned = [*proposed, *drafts.project_drafts(document, setting)]
    files = tuple(plan(planned, target, path.name, lang, overwrite))
    return Import(name, files, _with_unread(document, planned, lines))


def _with_unread(document: Compilation, drafts: list[Draft], lines: list[Line]) -> Compilation:
    """The document, with the lines of fields that could not be parsed added to the unrecognised ones."""
    notes = [note for draft in drafts for group in draft.notes.values() for note in group]
    numbers = {n for note in notes for n in note.details.get("numbers", ())}  # type: ignore[attr-defined]
    unread = [x for x in lines if x.number in numbers and x.text.strip() and not x.left]
    return document._replace(unrecognised=tuple(sorted({*document.unrecognised, *unread})))


def _address(front: Iterable[Line]) -> str | None:
    """The document's own address: the first URL before its projects, or None."""
    for line in front:
        address = re.search(r"https?://[^\s<>)\]]+", line.text)
        if address:
            return address.group().rstrip(".,")
    return None


def _ids(folder: Path) -> list[str]:
    return [name[:-4] for name in listed(folder, ".yml")]


def existing_records(folder: Path) -> Iterable[tuple[str, dict[str, object]]]:
    """Yield the id and the values of each record of a folder, in the order of ids.

    Raises CannotImport at a record that cannot be read, since it might be the one that a source describes.
    """
    for stem in _ids(folder):
        path = folder / f"{stem}.yml"
        try:
            values = reimport.current(tree.decode(tree.read_bytes(path, path.name), path.name), path.name)
        except tree.Unreadable as error:
            raise CannotImport("standing-unreadable", name=str(path)) from error
        yield stem, values


def _titles(data: Path) -> dict[str, str]:
    """The ids of the projects in a folder, by the keys of their titles, original and corrected."""
    ids: dict[str, str] = {}
    for stem, values in existing_records(data / "projects"):
        title = values.get("title")
        texts = [values.get("titleAsWritten"), *(title.values() if isinstance(title, dict) else ())]
        for text in texts:
            if isinstance(text, str):
                ids.setdefault(identifiers.title_key(text), stem)
    return ids


def _programmes(target: Target) -> dict[str, str]:
    """The ids of the existing programmes, by their names in lower case."""
    ids: dict[str, str] = {}
    folders = {target.data / "programmes", *([target.dataset.data / "programmes"] if target.dataset else [])}
    for folder in sorted(folders):
        for stem, values in existing_records(folder):
            name = values.get("name")
            for text in name.values() if isinstance(name, dict) else ():
                ids[str(text).casefold()] = stem
    return ids


def _programme(front: list[Line], ids: dict[str, str]) -> str | None:
    """The id of the programme that is named before the projects, else of the only programme, else None."""
    text = " ".join(x.text for x in front).casefold()
    named = [stem for name, stem in ids.items() if name in text]
    if named:
        return named[0]
    return next(iter(ids.values())) if len(set(ids.values())) == 1 else None


def _proposed_programme(front: list[Line]) -> list[Draft]:
    """A draft of the programme that is named before the projects, after one of its funder where that is named too."""
    text = " ".join(x.text.strip() for x in front)
    programme = re.search(
        r"(?:(?P<funder>\w+ministeriö)n\s+)?(?P<name>[A-ZÅÄÖ]\w+(?:\s[a-zåäö]\w+){1,3})\s*[-–]\s?ohjelma", text
    )
    if programme is None:
        return []
    lines = tuple(x.number for x in front if programme["name"].split()[0] in x.text)[:1]
    note = [Note("comment-programme", {})]
    values: Values = {"name": {LANGUAGE: programme["name"]}}
    proposed = []
    if programme["funder"]:
        funder = identifiers.organisation_id(programme["funder"])
        values["funder"] = funder
        ministry: Values = {"name": {LANGUAGE: programme["funder"]}, "kind": "ministry"}
        proposed.append(Draft("organisations", funder, ministry, {"name": lines}, {}, {}))
    years = re.search(r"[Oo]hjelma\w*\s[^.]*?((?:19|20)[0-9][0-9])\s*[-–]\s*((?:19|20)[0-9][0-9])", text)
    if years:
        values.update(startYear=years.group(1), endYear=years.group(2))
    id = slug(programme["name"])
    proposed.append(Draft("programmes", id, values, dict.fromkeys(values, lines), {"": note}, {}))
    return proposed


### Plans and files


def plan(
    drafts: Iterable[Draft], target: Target, name: str, lang: str, overwrite: bool, head: str = ""
) -> Iterable[File]:
    """Plan the file of each draft, new ones with the comment `head`. Raises CannotImport where an existing file cannot
    be read."""
    for draft in drafts:
        path = target.data / draft.kind / f"{draft.id}.yml"
        if not path.exists():
            yield File(path, draft, writing.record(draft, target.model, name, lang, head), None, ())
            continue
        try:
            before = tree.decode(tree.read_bytes(path, str(path)), str(path))
            changes = tuple(reimport.compare(before, str(path), draft))
        except tree.Unreadable as error:
            raise CannotImport("standing-unreadable", name=str(path)) from error
        cls = next(c for c in target.model.entries() if c.folder == draft.kind)
        text = before
        if any(c.what in (reimport.UPDATE, reimport.ADD, reimport.REMOVE) or overwrite for c in changes):
            text = reimport.apply(before, draft, list(changes), cls, target.model, lang, overwrite)
        yield File(path, draft, text, before, changes)


def write(files: Iterable[File]) -> list[Path]:
    """Write the files that change, each atomically; return their paths. Raises CannotImport."""
    written = []
    for file in files:
        if file.text == file.before:
            continue
        write_whole(file.path, file.text.encode())
        written.append(file.path)
    return written


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically. Raises CannotImport."""
    if path.is_symlink():
        raise CannotImport("not-a-folder", name=str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CannotImport("unreadable", name=str(path), detail=error.strerror or str(error)) from error
