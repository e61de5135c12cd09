"""Draft of a record: a file with all keys of a class, with label, description and example as comments.

Required keys come first and are empty, so that validation reports them; optional ones are commented out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.catalogue import in_language
from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message, say
from hankelod.model import schema
from hankelod.model.model import ID, Class, Field
from hankelod.records.dataset import Dataset
from hankelod.records.identifiers import unreserved
from hankelod.records.slug import suggested

Answers = dict[str, object]
"""Answers by key: a text, a text by language, a list of texts, or a list of Answers for parts."""


class CannotDraft(Refusal):
    """The record cannot be created; the message says why and what to do."""


class Draft(NamedTuple):
    """Path, class and id of a new record."""

    path: Path
    cls: Class
    id: str


def draft(dataset: Dataset, kind: str, identifier: str) -> Draft:
    """Create the Draft of a record (`kind` is a class's segment) or of a dataset description. Raises CannotDraft."""
    cls = next((c for c in dataset.model.entries() if c.segment == kind and (c.folder or c.of_dataset)), None)
    if cls is None:
        raise CannotDraft(message("refusal-kind", kind=kind))
    if not ID.fullmatch(identifier):
        name = "refusal-id-reserved" if unreserved(identifier) else "refusal-id"
        raise CannotDraft(message(name, id=identifier, example=suggested(identifier)))
    if cls.file:
        path = dataset.data / cls.file
        if path.exists():
            raise CannotDraft(message("refusal-dataset-there", file=dataset.name(path)))
        return Draft(path, cls, identifier)
    path = dataset.data / str(cls.folder) / f"{identifier}.yml"
    if path.exists() or dataset.exists(cls, identifier):
        raise CannotDraft(message("refusal-record-there", file=dataset.name(path)))
    tombstones = (r.id for c in dataset.model.entries() if c.identifies == "" for r in dataset.rows(c).values())
    if f"{cls.segment}/{identifier}" in tombstones:
        raise CannotDraft(message("refusal-id-withdrawn", id=identifier))
    return Draft(path, cls, identifier)


def required(dataset: Dataset, cls: Class) -> list[Field]:
    """Return the required fields, and the first of alternatives of which one is required."""
    alternatives = {
        c.alternatives[0] for c in dataset.model.checks.values() if c.class_name == cls.name and c.alternatives
    }
    return [f for f in cls.fields if not f.derived and (f.required or f.key in alternatives)]


def write(dataset: Dataset, new: Draft, lang: str, answers: Answers) -> str:
    """Return the YAML of the record, with comments in one language and the answers filled in."""
    needed = required(dataset, new.cls)
    able = [f for f in new.cls.fields if not f.derived and not f.deprecated and dataset.model.offers(f)]
    optional = [f for f in able if f not in needed]
    up = "../.." if new.cls.folder else ".."
    lines = [
        f"# yaml-language-server: $schema={up}/dist/{schema.path(new.cls, lang, editor=True)}",
        f"# {say('draft-filled' if all(f.key in answers for f in needed) else 'draft-required', lang)}",
    ]
    if new.cls.file:  # the file name does not give the id
        lines += ["", f"id: {new.id}"]
    for field in needed:
        lines += ["", *_comment(field, lang), *_entry(dataset, field, answers.get(field.key), lang)]
    lines += ["", f"# {say('draft-optional', lang)}"]
    labels = {g.name: g.label for g in dataset.model.groups}
    group: str | None = None
    for field in optional:
        if field.group != group and field.group in labels:
            group = field.group
            lines += ["", f"### {in_language(labels[str(group)], lang)}"]
        answered = field.key in answers
        entry = _entry(dataset, field, answers.get(field.key), lang)
        lines += ["", *_comment(field, lang), *(entry if answered else [f"# {e}" for e in entry])]
    return "\n".join(lines) + "\n"


def _comment(field: Field, lang: str) -> Iterator[str]:
    label, description = in_language(field.label, lang), in_language(field.description, lang)
    yield f"# {label[:1].upper()}{label[1:]}: {description}" if description else f"# {label}"
    if field.example:
        yield f"# {say('draft-example', lang)}: {field.key}: {field.example}"


def _entry(dataset: Dataset, field: Field, answer: object, lang: str) -> list[str]:
    """Return the lines of one key, filled in or empty."""
    if field.kind.by_language:
        texts = answer if isinstance(answer, dict) else {}
        wanted = [each for each in dataset.config.national if each in field.languages] or field.languages
        lead = lang if lang in wanted else wanted[0]
        return [
            f"{field.key}:",
            *(_translation(field, each, texts.get(each), each == lead and not texts) for each in field.languages),
        ]
    if field.kind.nested:
        return [f"{field.key}:", *_parts(dataset, field, answer, lang)]
    if field.many:
        values = answer if isinstance(answer, list) else []
        return [f"{field.key}: [{', '.join(_scalar(field, str(v)) for v in values)}]"]
    return [f"{field.key}: {_scalar(field, str(answer)) if answer is not None else ''}".rstrip()]


def _translation(field: Field, lang: str, text: object, wanted: bool) -> str:
    """Return the line of one language: filled in, empty if wanted, else commented out."""
    if text is None:
        return f"  {lang}:" if wanted else f"  # {lang}:"
    return f"  {lang}: {_scalar(field, str(text))}"


def _parts(dataset: Dataset, field: Field, answer: object, lang: str) -> list[str]:
    """Return the lines of parts in block style, or of one empty part.

    The keys are those that are required or answered; all others follow as comments.
    """
    target = dataset.model.target(field)
    parts = answer if isinstance(answer, list) and answer else [{}]
    needed = [f for f in target.fields if f.required and not f.derived] if parts[0] else required(dataset, target)
    keys = [f for f in target.fields if f in needed or any(f.key in part for part in parts)]
    keys = keys or [f for f in target.fields if not f.derived][:2]
    lines = []
    indent = "    " if field.many else "  "
    for n, part in enumerate(parts, start=1):
        if field.many:
            lines.append(f"  - id: {target.segment}-{n}")
        for key in keys:
            lines += [f"{indent}{e}" for e in _entry(dataset, key, part.get(key.key), lang)]
        unused = [f for f in target.fields if not f.derived and not f.deprecated and f not in keys and f.key != "id"]
        lines += [f"{indent}# {f.key}:" for f in unused]
    return lines


def _scalar(field: Field, text: str) -> str:
    """Write a scalar in YAML: codes and texts in quotation marks; ids, months and numbers plain."""
    if field.kind.plain is not None and re.fullmatch(field.kind.plain, text):
        return text
    return json.dumps(text, ensure_ascii=False)
