"""Datasets that lists of others are imported into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import yaml


def description(lang: str, currency: str) -> dict[str, Any]:
    """Return the description of a dataset in one language and currency."""
    return {
        "id": "list",
        "title": {lang: "List"},
        "description": {lang: "List."},
        "version": "1.0.0",
        "issued": "2024-01-01",
        "modified": "2024-01-01",
        "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
        "publisher": "office",
        "contact": {"name": "Office", "url": "https://example.org/"},
        "base": "https://example.org/list/",
        "languages": [lang],
        "currency": currency,
    }


def dataset(folder: Path, lang: str, currency: str) -> None:
    """Write a dataset with a publisher and a programme and no other record."""
    for path, name in (("organisations/office", "Office"), ("programmes/office-grants", "Grants")):
        file = folder / "data" / f"{path}.yml"
        file.parent.mkdir(parents=True)
        file.write_text(yaml.safe_dump({"name": {lang: name}}), "utf-8")
    (folder / "data/dataset.yml").write_text(yaml.safe_dump(description(lang, currency)), "utf-8")


def dump(folder: Path) -> ox.Store:
    """The triples of the dump of a publication."""
    store = ox.Store()
    store.bulk_load(path=str(next((folder / "dist/dump").glob("*.nt"))), format=ox.RdfFormat.N_TRIPLES)
    return store
