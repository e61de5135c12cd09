"""`hankelod new dataset`: the description of a dataset and the record of its publisher."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hankelod.cli import prompts
from hankelod.cli.questions import Choice, Questions
from hankelod.messages.catalogue import in_language
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.tables import licences
from hankelod.messages.words import say
from hankelod.model.model import ID, Class, Field
from hankelod.records import drafts, packs, settings
from hankelod.records.dataset import Dataset
from hankelod.records.drafts import Answers
from hankelod.records.folder import BASE
from hankelod.records.packs import NONE
from hankelod.records.settings import Profile, Settings
from hankelod.records.slug import EXAMPLE, slug, suggested

FIRST_VERSION = "1.0.0"

MAIL = "mailto:"

OTHER, LATER = "other", "later"
"""Choices beside those of the lists of licences and area packs."""


def blank(working: Path, lang: str) -> Dataset:
    """Open a dataset that is not there yet, with texts in one language. Raises NotADataset."""
    return _open(working, settings.find(working, settings.GENERAL, ""), {"languages": [lang]})


class Begun(NamedTuple):
    """A dataset to write: files with their texts, and the folders of records."""

    files: list[tuple[Path, str]]
    folders: list[Path]


def begin(working: Path, identifier: str | None, questions: Questions) -> Begun:
    """Ask for what a dataset needs. Nothing is written. Raises CannotDraft, NotADataset."""
    lang = questions.lang
    drafts.draft(blank(working, lang), "dataset", identifier or EXAMPLE)  # nothing is asked in vain
    questions.say("ask-dataset-intro")
    profile = _profile(working, questions)
    languages = _languages(blank(working, lang), profile, questions)
    stated: dict[str, object] = {"profile": profile.name, "languages": languages}
    areas = _areas(profile, questions)
    stated |= {"areas": areas} if areas else {}
    dataset = _open(working, profile, stated)
    answers: Answers = {**stated, "version": FIRST_VERSION}
    cls = _class(dataset, "dataset")
    fields = {field.key: field for field in cls.fields}
    for key in ("title", "description"):
        answers[key] = _texts(dataset, fields[key], questions)
    if identifier is None:
        questions.say("ask-dataset-id")
        identifier = _id(next(iter(answers["title"].values())), questions)  # type: ignore[attr-defined]
    publisher, name, record = _publisher(dataset, questions)
    answers["publisher"] = publisher
    questions.say("ask-dataset-currency")
    answers["currency"] = _needed(dataset, fields["currency"], questions, str(dataset.setting("currency") or ""))
    answers["licence"] = _licence(dataset, fields["licence"], questions)
    questions.say("ask-dataset-base")
    answers["base"] = _needed(dataset, fields["base"], questions)
    contact = _contact(dataset, fields["contact"], name, questions)
    answers |= {"contact": [contact]} if contact else {}
    if not dataset.pack.country:
        questions.say("ask-dataset-spatial", example=fields["spatial"].example or "")
        spatial = prompts.one(dataset, fields["spatial"], questions)
        answers |= {"spatial": spatial} if spatial else {}
    questions.say("ask-dataset-issued", example=fields["issued"].example or "")
    answers["issued"] = answers["modified"] = _needed(dataset, fields["issued"], questions)
    answers |= _others(dataset, cls, answers, questions)
    begun = drafts.draft(dataset, cls.segment, identifier)
    folders = [dataset.data / each.folder for each in dataset.model.entries() if each.folder]
    return Begun([record, (begun.path, drafts.write(dataset, begun, lang, answers))], folders)


def _open(working: Path, profile: Profile, stated: dict[str, object]) -> Dataset:
    return Dataset(working, working, alone=True, config=Settings(BASE, stated, profile))


def _class(dataset: Dataset, segment: str) -> Class:
    return next(c for c in dataset.model.entries() if c.segment == segment)


def _profile(working: Path, questions: Questions) -> Profile:
    """Ask for a profile of the package or of the folder."""
    found = {profile.name: profile for profile in settings.profiles(working)}
    questions.say("ask-dataset-profile")
    labels = {name: profile.defaults.get("name") for name, profile in found.items()}
    choices = [
        Choice(name, f"{in_language(label, questions.lang) if isinstance(label, dict) else name} ({name})")
        for name, label in labels.items()
    ]
    return found[questions.choice(say("ask-which", questions.lang), choices).name]


def _languages(dataset: Dataset, profile: Profile, questions: Questions) -> list[str]:
    """Ask for the languages of texts: some of those in which the profile demands texts have to be among them."""
    field = _class(dataset, "dataset").field("languages")
    assert field is not None
    config = Settings(BASE, {}, profile)
    national = config.listed("nationalLanguages")
    default = config.languages if questions.lang in config.languages else (questions.lang,)

    def fault(text: str) -> str | None:
        codes = _codes(text)
        reasons = (prompts.fault(dataset, field, code, questions.lang) for code in codes)
        reason = next((r for r in reasons if r), None)
        if reason or not codes:
            return reason or say("ask-needed", questions.lang)
        if national and not set(codes) & set(national):
            return say("ask-text-needed", questions.lang, languages=", ".join(national))
        return None

    questions.say("ask-dataset-languages")
    codes = _codes(questions.needed(field.key, ", ".join(default), fault))
    foreign = [code for code in codes if code not in LANGUAGES]
    if foreign:
        questions.remark("ask-dataset-foreign", languages=", ".join(foreign), known=", ".join(LANGUAGES))
    return codes


def _codes(text: str) -> list[str]:
    return list(dict.fromkeys(text.replace(",", " ").split()))


def _areas(profile: Profile, questions: Questions) -> str | None:
    """Ask for an area pack, if the profile has none; None where the dataset is to name none now."""
    if profile.defaults.get("areas") not in (None, NONE):
        return None
    questions.say("ask-dataset-areas")
    choices = [
        Choice(NONE, say("ask-areas-none", questions.lang)),
        *(Choice(name, name) for name in packs.packaged()),
        Choice(LATER, say("ask-areas-later", questions.lang)),
    ]
    chosen = questions.choice(say("ask-which", questions.lang), choices).name
    return None if chosen in (NONE, LATER) else chosen


def _texts(dataset: Dataset, field: Field, questions: Questions) -> dict[str, str]:
    """Ask for a text by language until it is there in a language that is needed."""
    national = dataset.config.national
    prompts.heading(field, questions)
    while True:
        texts = prompts.texts(field, questions)
        if set(texts) & set(national):
            return texts
        questions.remark("ask-text-needed", languages=", ".join(national))


def _id(text: str, questions: Questions) -> str:
    def fault(answer: str) -> str | None:
        fits = ID.fullmatch(answer)
        return None if fits else say("refusal-id", questions.lang, id=answer, example=suggested(answer))

    return questions.needed("id", slug(text), fault)


def _publisher(dataset: Dataset, questions: Questions) -> tuple[str, str, tuple[Path, str]]:
    """Ask for the publisher; return its id, its name, and its record as a file to write. Raises CannotDraft."""
    cls = _class(dataset, "organisation")
    name = cls.field("name")
    assert name is not None
    questions.say("ask-dataset-publisher")
    names = _texts(dataset, name, questions)
    answers: Answers = {"name": names}
    answers |= _others(dataset, cls, answers, questions)
    first = next(iter(names.values()))
    identifier = slug(first) or _id(first, questions)
    begun = drafts.draft(dataset, cls.segment, identifier)
    return identifier, first, (begun.path, drafts.write(dataset, begun, questions.lang, answers))


def _others(dataset: Dataset, cls: Class, answered: Answers, questions: Questions) -> Answers:
    """Ask for the fields that a profile requires beside those that were asked for."""
    answers: Answers = {}
    for field in drafts.required(dataset, cls):
        while field.key not in answered and field.key not in answers:
            value = prompts.value(dataset, field, questions)
            if value:
                answers[field.key] = value
            else:
                questions.remark("ask-needed")
    return answers


def _needed(dataset: Dataset, field: Field, questions: Questions, default: str = "") -> str:
    """Ask for one value that is needed."""
    return questions.needed(field.key, default, lambda text: prompts.fault(dataset, field, text, questions.lang))


def _licence(dataset: Dataset, field: Field, questions: Questions) -> str:
    """Ask for a licence: one whose terms the pages can state, or another by its address."""
    questions.say("ask-dataset-licence")
    known: Sequence[Choice] = [Choice(iri, each.name) for iri, each in licences().items() if each.terms != OTHER]
    other = Choice(OTHER, say("ask-licence-other", questions.lang))
    chosen = questions.choice(say("ask-which", questions.lang), [*known, other]).name
    return _needed(dataset, field, questions) if chosen == OTHER else chosen


def _contact(dataset: Dataset, field: Field, name: str, questions: Questions) -> Answers | None:
    """Ask for the contact: a name with an e-mail address or a page; None where neither is given and none is needed."""
    cls = dataset.model.target(field)
    fields = {each.key: each for each in cls.fields}

    def mail_fault(text: str) -> str | None:
        return prompts.fault(dataset, fields["email"], _mail(text), questions.lang)

    questions.say("ask-dataset-contact")
    called = questions.needed("name", name)
    while True:
        mail = _mail(questions.line("email", fault=mail_fault))
        if mail:
            return {"name": called, "email": mail}
        page = prompts.one(dataset, fields["url"], questions)
        if page:
            return {"name": called, "url": page}
        if not field.required:
            return None
        questions.remark("ask-needed")


def _mail(text: str) -> str:
    """Return an e-mail address as an IRI."""
    return text if not text or text.startswith(MAIL) else MAIL + text
