"""Validation of the code lists of a dataset's own: their shapes hold for concepts as those of records for records."""

from __future__ import annotations

from hankelod.messages.problem import Problem, short
from hankelod.model.lint import Locations
from hankelod.records.dataset import Dataset
from hankelod.validation.checker import Said, background, plain, worded
from hankelod.validation.engines import available, limited


def problems(dataset: Dataset, engine_name: str | None = None) -> list[Problem]:
    """Return the problems of all concepts, each at the place of its concept. Raises EngineMissing or NotADataset."""
    model = dataset.model
    lists = ((model.classes[iri], members) for iri, members in model.concepts.items())
    concepts = {model.iri(cls, each): each for cls, members in lists for each in members}
    where = Locations(dataset.model_files(), dataset.base)
    found = []
    for result in limited(available(engine_name), model)("".join(background(model))):
        identifier = concepts.get(result.focus.strip("<>"))
        check = model.checks.get((result.shape or "").strip("<>"))
        if identifier is None or check is None:
            continue
        value = plain(result.value)
        at = (where.place(result.focus.strip("<>")), identifier, None)
        found.append(worded(model, check, result, value, Said(short(value), plain(result.path)), at))
    return found
