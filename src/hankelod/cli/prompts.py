"""Prompts on a terminal for the required fields of a new record; each answer is checked when it is given."""

from __future__ import annotations

from collections.abc import Callable

from hankelod.messages.words import say
from hankelod.model.model import Class, Field
from hankelod.records.dataset import Dataset
from hankelod.records.drafts import Answers, required
from hankelod.records.guesses import meant, takes

Ask = Callable[[str], str]
"""Shows a prompt and returns the line that was typed."""


def answers(dataset: Dataset, cls: Class, lang: str, ask: Ask, tell: Callable[[str], object]) -> Answers:
    """Ask for each required field of a class. An empty line leaves the field out."""
    tell(say("ask-intro", lang))
    entered: Answers = {}
    for field in required(dataset, cls):
        answer = _answer(dataset, field, lang, ask, tell)
        if answer:
            entered[field.key] = answer
    return entered


def _answer(dataset: Dataset, field: Field, lang: str, ask: Ask, tell: Callable[[str], object]) -> object | None:
    label = field.label.get(lang, field.key)
    tell(f"\n{label}: {field.description.get(lang, '')}".rstrip(": "))
    if field.kind.by_language:
        texts = {each: text for each in field.languages if (text := ask(f"  {field.key} ({each}): ").strip())}
        return texts or None
    if field.kind.nested:
        target = dataset.model.target(field)
        part = {
            f.key: a
            for f in target.fields
            if f.required and not f.derived and (a := _answer(dataset, f, lang, ask, tell))
        }
        return [part] if part else None
    if field.many:
        listed = []
        while value := _one(dataset, field, lang, ask, tell):
            listed.append(value)
        return listed or None
    return _one(dataset, field, lang, ask, tell)


def _one(dataset: Dataset, field: Field, lang: str, ask: Ask, tell: Callable[[str], object]) -> str | None:
    """Ask for one value until it is valid for the field; None for an empty line."""
    while True:
        text = ask(f"  {field.key}: ").strip()
        if not text or _fits(dataset, field, text):
            return text or None
        hint = dataset.suggest(dataset.model.target(field), text) if field.kind.refers else meant(field, text)
        fix = dataset.model.check(field).fix.get(lang, "")
        tell(f"  {say('ask-meant', lang, value=hint)} {fix}" if hint else f"  {fix}")


def _fits(dataset: Dataset, field: Field, text: str) -> bool:
    if field.kind.refers:
        target = dataset.model.target(field)
        return target.part or not dataset.knows(target) or dataset.exists(target, text)
    return text in field.words if field.kind.typing else takes(field, text)
