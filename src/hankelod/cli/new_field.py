"""`hankelod new field`: a field of the dataset's own, and a list for its values."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from hankelod.cli.questions import Choice, Questions
from hankelod.messages import console
from hankelod.messages.catalogue import in_language
from hankelod.messages.problem import kind_word
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message, say
from hankelod.model.model import ID, Class
from hankelod.records import fieldentry
from hankelod.records.dataset import Dataset
from hankelod.records.fieldentry import Entry, NewList
from hankelod.records.ownfields import KEY, LISTS, OFFERED
from hankelod.records.slug import slug, suggested

OPTIONS = ("on", "label", "values", "list", "many", "required")
"""Options that say what the field is, by their names in the parsed arguments."""

_LABEL = re.compile(r"([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)=(.*)", re.S)

OF_LIST, NEW_LIST = "list ", "new list"
"""Beginning of the choice of a list that is there, and the choice of a new one: no names of kinds."""


def run(given: argparse.Namespace, working: Path, lang: str, questions: Questions | None) -> int:
    """Add a field to `fields.yml`, by the options or else by questions on a terminal, and print the files' paths.

    Exit status: 0 if it was added. Raises Refusal (2).
    """
    dataset = Dataset(working, working)
    stated = any(getattr(given, option) for option in OPTIONS)
    if questions and not stated:
        entry, new_list = _asked(dataset, given.id, questions)
    else:
        entry, new_list = _by_options(dataset, given), None
    try:
        files = fieldentry.add(dataset, entry, new_list)
    except OSError as error:
        name = dataset.name(Path(error.filename)) if error.filename else entry.key
        raise CannotRun(message("refusal-unwritable", file=name, why=error)) from error
    for file in files:
        console.show(dataset.name(file) + "\n")
    if questions:
        questions.say("field-next", key=entry.key)
    return 0


def _by_options(dataset: Dataset, given: argparse.Namespace) -> Entry:
    """Return the field that the options state. Raises CannotRun."""
    segments = [cls.segment for cls in fieldentry.classes(dataset.model)]
    if not given.id or not given.on or not given.label:
        raise CannotRun(message("refusal-field-options", known=", ".join(segments)))
    if given.on not in segments:
        raise CannotRun(message("own-field-class", value=given.on, known=", ".join(segments)))
    cls = next(c for c in fieldentry.classes(dataset.model) if c.segment == given.on)
    if reason := _key_fault(cls, given.id):
        raise CannotRun(message(reason, key=given.id))
    label: dict[str, str] = {}
    for each in given.label:
        match = _LABEL.fullmatch(each)
        lang, text = (match[1], match[2]) if match else (dataset.languages[0], each)
        if lang not in dataset.languages:
            raise CannotRun(message("own-text-language", value=lang, known=", ".join(dataset.languages)))
        label[lang] = text.strip()
    return Entry(given.on, given.id, label, given.values, given.list, given.many, given.required)


def _asked(dataset: Dataset, key: str | None, questions: Questions) -> tuple[Entry, NewList | None]:
    """Ask for a field, and for a list where it is to have a new one."""
    lang = questions.lang
    classes = fieldentry.classes(dataset.model)
    questions.say("ask-field-on")
    chosen = questions.choice(
        say("ask-which", lang), [Choice(c.segment, in_language(c.label, lang) or c.segment) for c in classes]
    )
    cls = next(c for c in classes if c.segment == chosen.name)
    questions.say("ask-field-label")
    label = _label(dataset, questions)

    def fault(text: str) -> str | None:
        reason = _key_fault(cls, text)
        return say(reason, lang, key=text) if reason else None

    if key is None or fault(key):
        questions.say("ask-field-key")
        key = questions.needed(say("ask-key", lang), fieldentry.key(next(iter(label.values()))), fault)
    questions.say("ask-field-kind")
    lists = [path.name.removesuffix(".csv") for path, _ in dataset.sources.short.lists]
    kinds = [Choice(name, in_language(kind_word(name), lang)) for name in sorted(OFFERED, key=_commonest)]
    kinds += [Choice(OF_LIST + name, say("own-field-of-list", lang, name=name)) for name in lists]
    kinds.append(Choice(NEW_LIST, say("ask-field-new-list", lang)))
    values = questions.choice(say("ask-which", lang), kinds).name
    new_list = _new_list(dataset, label, questions) if values == NEW_LIST else None
    named = new_list.name if new_list else values.removeprefix(OF_LIST) if values.startswith(OF_LIST) else None
    kind = None if named else values
    many = (kind is None or not OFFERED[kind].by_language) and questions.agree(say("ask-field-many", lang))
    required = questions.agree(say("ask-field-required", lang))
    return Entry(cls.segment, key, label, kind, named, many, required), new_list


def _commonest(name: str) -> tuple[bool, bool, str]:
    """Texts come first in the list of kinds: their kind is the default."""
    return (name != "text", name != "langtext", name)


def _label(dataset: Dataset, questions: Questions) -> dict[str, str]:
    """Ask for a label in each language of the dataset; that in the first is needed."""
    first, *others = dataset.languages
    label = {first: questions.needed(say("ask-label", questions.lang, lang=first))}
    label |= {lang: questions.line(say("ask-label", questions.lang, lang=lang)) for lang in others}
    return {lang: text for lang, text in label.items() if text}


def _new_list(dataset: Dataset, label: dict[str, str], questions: Questions) -> NewList:
    """Ask for the name of a list and its first entries, at least one."""
    lang = questions.lang
    segments = {cls.segment for cls in dataset.model.classes.values() if cls.concept}

    def name_fault(text: str) -> str | None:
        if not ID.fullmatch(text):
            return say("refusal-id", lang, id=text, example=suggested(text))
        taken = f"concept/{text}" in segments or f"concept/{text.removesuffix('s')}" in segments
        return say("refusal-list-there", lang, file=f"{LISTS}/{text}.csv") if taken else None

    questions.say("ask-list-name")
    name = questions.needed(say("ask-name", lang), slug(next(iter(label.values()))), name_fault)
    questions.say("ask-list-entries")
    first, *others = dataset.languages
    entries: dict[str, dict[str, str]] = {}

    def code_fault(text: str) -> str | None:
        if not slug(text):
            return say("own-list-code", lang)
        line = next((n for n, code in enumerate(entries, start=2) if slug(code) == slug(text)), None)
        return say("own-list-twice", lang, code=text, line=line) if line else None

    while True:
        ask = questions.line if entries else questions.needed
        text = ask(say("ask-label", lang, lang=first))
        if not text:
            return NewList(name, list(entries.items()))
        texts = {first: text} | {each: questions.line(say("ask-label", lang, lang=each)) for each in others}
        code = questions.needed(say("ask-code", lang), slug(text), code_fault)
        entries[code] = texts


def _key_fault(cls: Class, key: str) -> str | None:
    """Return the name of the message that says why a key cannot be used, or None."""
    if not KEY.fullmatch(key) or key in ("id", "type"):
        return "own-field-key"
    return "own-field-taken" if cls.field(key) else None
