"""What the Model answers: IRIs, the class of projects, ids of parts, checks, and the parts of a record."""

from __future__ import annotations

import pytest

from hankelod.model.shapes import ModelError, load
from hankelod.records.folder import shipped, turtle_files


@pytest.fixture(scope="session")
def model(dataset):
    return dataset.model


def with_edit(tmp_path, old: str, new: str):
    """The Model of the shapes with one edit in that of projects."""
    files = turtle_files(shipped("shapes"))
    text = (shipped("shapes") / "project.ttl").read_text("utf-8")
    assert old in text
    (tmp_path / "project.ttl").write_text(text.replace(old, new, 1), "utf-8")
    changed = [tmp_path / "project.ttl" if f.name == "project.ttl" else f for f in files]
    return load(turtle_files(shipped("ontology")), changed, "https://example.org/")


def test_the_class_of_projects_is_marked(tmp_path):
    renamed = with_edit(tmp_path, 's:folder "projects"', 's:folder "works"')
    assert (renamed.main.name, renamed.main.folder) == ("Project", "works")
    for edit in ("", "s:main false ;"):
        with pytest.raises(ModelError, match=r"s:main true.*none"):
            with_edit(tmp_path, "s:main true ;", edit)
    with pytest.raises(ModelError, match="s:folder"):
        with_edit(tmp_path, 's:folder "projects" ;', "")


def test_iris(model):
    assert model.iri(model.main, "x") == f"{model.things}project/x"
    assert model.iri(model.by_name("Theme"), "water") == f"{model.base}id/concept/theme/water"
    assert model.iri(model.by_name("Withdrawn"), "project/x") == f"{model.base}id/project/x"


def test_only_references_to_parts_of_others_are_completed(model):
    completed = {f.code: f.within for c in model.classes.values() for f in c.fields if f.within}
    assert completed == {"Grant-call": "programme"}


def test_every_field_has_a_check(model):
    for cls in model.classes.values():
        for field in cls.fields:
            assert model.check(field).code == field.code


def test_a_walk_meets_each_part_once_after_its_whole(model, dataset):
    for record in dataset.read(model.main):
        met = [part.values["id"] for part in model.walk(record.cls, record.values)]
        assert met[0] == record.id
        assert len(met) == len(set(met))
        for identifier in met[1:]:
            whole = identifier.rsplit("/", 2)[0]
            assert met.index(whole) < met.index(identifier)
        for part in model.walk(record.cls, record.values):
            value = record.values
            for step in part.path:
                value = value[step]
            assert value is part.values
