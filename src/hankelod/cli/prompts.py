"""Prompts on a terminal for the required fields of a new record; each answer is checked when it is given."""

from __future__ import annotations

from hankelod.cli.questions import Questions
from hankelod.messages.catalogue import in_language
from hankelod.messages.words import say
from hankelod.model.model import Class, Field
from hankelod.records.dataset import Dataset
from hankelod.records.drafts import Answers, required
from hankelod.records.guesses import meant, takes
from hankelod.records.record import completed


def answers(dataset: Dataset, cls: Class, questions: Questions) -> Answers:
    """Ask for each required field of a class. An empty line leaves the field out."""
    questions.say("ask-intro")
    entered: Answers = {}
    for field in required(dataset, cls):
        answer = value(dataset, field, questions)
        if answer:
            entered[field.key] = answer
    return entered


def value(dataset: Dataset, field: Field, questions: Questions) -> object | None:
    """Ask for the value of one field; None for an empty line."""
    heading(field, questions)
    if field.kind.by_language:
        return texts(field, questions) or None
    if field.kind.nested:
        target = dataset.model.target(field)
        part = {f.key: a for f in required(dataset, target) if (a := value(dataset, f, questions))}
        return [part] if part else None
    if field.many:
        listed = []
        while answer := one(dataset, field, questions):
            listed.append(answer)
        return listed or None
    return one(dataset, field, questions) or None


def heading(field: Field, questions: Questions) -> None:
    """Show the label and the description of a field."""
    label, description = (
        in_language(text, questions.lang) for text in (field.label or {"": field.key}, field.description)
    )
    questions.tell(f"\n{label[:1].upper()}{label[1:]}: {description}".rstrip(": "))


def texts(field: Field, questions: Questions) -> dict[str, str]:
    """Ask for a text in each language of a field."""
    asked = ((lang, questions.line(f"{field.key} ({lang})")) for lang in field.languages)
    return {lang: text for lang, text in asked if text}


def one(dataset: Dataset, field: Field, questions: Questions, default: str = "") -> str:
    """Ask for one value until it is valid for the field; empty for an empty line without a default."""
    return questions.line(field.key, default, lambda text: fault(dataset, field, text, questions.lang))


def fault(dataset: Dataset, field: Field, text: str, lang: str) -> str | None:
    """Return the reason why a value is not valid for a field, or None; an empty one is left out."""
    if not text or _fits(dataset, field, text):
        return None
    hint = dataset.suggest(dataset.model.target(field), text) if field.kind.refers else meant(field, text)
    fix = in_language(dataset.model.check(field).fix, lang)
    return f"{say('ask-meant', lang, value=hint)} {fix}" if hint else fix


def _fits(dataset: Dataset, field: Field, text: str) -> bool:
    if field.kind.refers:
        target = dataset.model.target(field)
        return target.part or not dataset.knows(target) or dataset.exists(target, text)
    return text in field.words if field.kind.typing else takes(field, completed(field, text))
