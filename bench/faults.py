"""Known faults to plant in synthetic records: what a validation must find, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Record = dict[str, Any]


class Fault(NamedTuple):
    """Under which code and field a damage must be reported, and the damage itself."""

    code: str
    field: str
    damage: Callable[[Record], object]


def _put(key: str, value: object) -> Callable[[Record], object]:
    return lambda record: record.__setitem__(key, value)


FAULTS = [
    Fault("Project-end-order", "end", _put("end", "2009-01")),
    Fault("Project-start", "start", _put("start", "2021/05")),
    Fault("Project-totalCost", "totalCost", _put("totalCost", "75 000")),
    Fault("Project-lead", "lead", lambda record: record.pop("lead")),
    Fault("unknown-reference", "municipalities[0]", _put("municipalities", ["999"])),
    Fault("unknown-key", "titel", _put("titel", {"fi": "x"})),
    Fault("Grant-amount-cost", "grants[0].amount", lambda record: record["grants"][0].update(amount=99_999_999)),
    Fault("Outcome-kind", "outcomes[0].kind", lambda record: record["outcomes"][0].update(kind="tulos")),
    Fault(
        "Link-url",
        "links[0].url",
        _put("links", [{"url": "javascript:alert(1)", "label": {"fi": "a", "sv": "a", "en": "a"}}]),
    ),
    Fault("missing-language", "title", lambda record: record["title"].pop("en")),
]
