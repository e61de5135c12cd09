"""Readers of what makes a model and its pages that are fuzzed: shapes, own fields, area packs, profiles, texts."""

from __future__ import annotations

import re
import shutil
from functools import cache, partial

import pyoxigraph as ox

from hankelod.model import levels as area_levels
from hankelod.model import lint
from hankelod.model.layers import Layer
from hankelod.model.shapes import ModelError
from hankelod.rdf.graph import Index, NotReadable, read
from hankelod.records import ownfields, packs, settings, sources
from hankelod.records.folder import NotADataset, shipped
from hankelod.records.tree import Unreadable
from hankelod.site import own as own_texts
from support.folders import DATASETS
from support.fuzzing.ground import dataset, folder, seeds, written
from support.fuzzing.mutation import mixed, of_bytes, of_rows, of_terms, of_tokens, of_yaml
from support.fuzzing.trial import Reader


def read_model(raw: bytes) -> object:
    """Read the shapes of a dataset, one of its files changed, beside the ontology."""
    whole = dataset()
    changed = written("shapes.ttl", raw)
    subject = re.search(rb"^(s:\w+)", raw, re.M)
    others = [f for f in whole.sources.shapes if subject is None or subject[1] + b"\n" not in f.read_bytes()]
    given = whole.sources._replace(shapes=others, added=[changed], own=True)
    model = sources.model(whole.root, given, whole.config)
    return lint.refusals(model, [(f, f.name) for f in given.files], whole.base)


def read_fields(raw: bytes, name: str) -> object:
    """Read the fields, or a list, that a dataset adds in short form: what comes of them is a layer of RDF."""
    whole = dataset()
    file = written(name, raw)
    own = ownfields.Own((file, name), []) if name.endswith(".yml") else ownfields.Own(None, [(file, name)])
    layer = ownfields.read(own, folder(), whole.base, ("fi", "sv", "en"), _below())
    for index in (layer.ontology, layer.shapes):
        for quad in index.quads:
            list(ox.parse(f"{quad.triple} .".encode(), format=ox.RdfFormat.N_TRIPLES))
    return sorted(repr(sorted(index.triples)) for index in (layer.ontology, layer.shapes))


@cache
def _below() -> Layer:
    whole = dataset()
    return Layer(whole.model.ontology, whole.model.shapes)


def read_pack(raw: bytes, name: str) -> object:
    """Read a file of an area pack: its levels become shapes, or there is a reason why not."""
    place = folder() / "pack"
    if not place.exists():
        shutil.copytree(DATASETS / "britain" / "data" / "areas" / "uk", place)
    file = place / name
    before = file.read_bytes()
    file.write_bytes(raw)
    try:
        pack = packs._read("data/areas/pack", place, True, folder())
        made = area_levels.layer(pack.rows, pack.languages, _pattern(), _below(), dataset().base)
        return pack.rows, pack.languages, pack.country, pack.projection, pack.credits(("en",)), made.levels
    finally:
        file.write_bytes(before)


@cache
def _pattern() -> Index:
    return read([shipped("shapes") / sources.PATTERN], dataset().base)


def read_profile(raw: bytes) -> object:
    """Read the settings of a profile."""
    place = folder() / "shapes" / "profiles" / "own"
    place.mkdir(parents=True, exist_ok=True)
    (place / "profile.yml").write_bytes(raw)
    return settings.find(folder(), "own", "dataset.yml")


def read_texts(raw: bytes) -> object:
    """Read the texts of a dataset: those with places are filled in without a word of the program."""
    (folder() / "texts").mkdir(exist_ok=True)
    (folder() / "texts" / "xx.toml").write_bytes(raw)
    found = own_texts.read(folder(), "xx")
    for text in found.texts.values():
        assert own_texts.places(text) is not None
    return sorted(found.texts.items()), sorted(found.pages.items())


READERS: dict[str, Reader] = {
    "model": Reader(
        partial(seeds, "model", "shapes/*.ttl"),
        mixed(of_terms, of_terms, of_terms, of_tokens, of_bytes),
        read_model,
        (NotReadable, ModelError),
        share=0,
    ),
    "fields": Reader(
        partial(seeds, "fields", "tests/datasets/*/fields.yml"),
        mixed(of_bytes, of_yaml, of_yaml),
        partial(read_fields, name="fields.yml"),
        (ownfields.Unusable,),
        share=30,
    ),
    "list": Reader(
        partial(seeds, "list", "tests/datasets/*/lists/*.csv"),
        mixed(of_bytes, of_rows, of_rows),
        partial(read_fields, name="kinds.csv"),
        (ownfields.Unusable,),
        share=30,
    ),
    **{
        f"pack-{name}": Reader(
            partial(seeds, f"pack-{name}", f"data/areas/*/{name}", f"tests/datasets/*/data/areas/*/{name}"),
            change,
            partial(read_pack, name=name),
            (NotADataset, Unreadable, area_levels.UnusableLevels),
            share=4,
        )
        for name, change in (
            ("levels.csv", mixed(of_bytes, of_rows, of_rows)),
            ("areas.csv", mixed(of_bytes, of_rows)),
            ("pack.yml", mixed(of_bytes, of_yaml)),
            ("credits", of_bytes),
        )
    },
    "profile": Reader(
        partial(seeds, "profile", "shapes/profiles/*/profile.yml"),
        mixed(of_bytes, of_yaml),
        read_profile,
        (NotADataset,),
        share=20,
    ),
    "texts": Reader(
        partial(seeds, "texts", "texts/*.toml", "data/areas/*/texts/*.toml"),
        mixed(of_bytes, of_tokens),
        read_texts,
        (own_texts.NotTexts,),
        share=30,
    ),
}
"""Readers of what makes a model and its pages."""
