"""Names that are near: a slip is found, another name is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.records.dataset import Dataset
from hankelod.records.nearness import nearest
from support.folders import ROOT

NAMES = [
    "keravan kaupunki",
    "joensuun kaupunki",
    "lahden kaupunki",
    "vantaan kaupunki",
    "keravan-kaupunki",
    "ympäristöministeriö",
    "hanke-2",
    "business-cooperation",
    "oy puro ab",
]

SLIPS = {
    "joensun kaupunki": "joensuun kaupunki",
    "joensuunkaupunki": "joensuun kaupunki",
    "jonesuun kaupunki": "joensuun kaupunki",
    "lahen kaupunki": "lahden kaupunki",
    "ympäristöminsteriö": "ympäristöministeriö",
    "busines-cooperation": "business-cooperation",
    "keravan-kaupnki": "keravan-kaupunki",
}

OTHERS = [
    "rauman kaupunki",
    "rauman-kaupunki",
    "kotkan kaupunki",
    "lohjan kaupunki",
    "vaasan kaupunki",
    "hanke-3",
    "hanke-22",
    "oy joki ab",
    "sisäministeriö",
    "",
    "kaupunki",
]


@pytest.mark.parametrize(("text", "name"), SLIPS.items())
def test_a_slip(text, name):
    assert nearest(text, NAMES) == name


@pytest.mark.parametrize("text", OTHERS)
def test_another_name(text):
    assert nearest(text, NAMES) is None


def test_two_that_are_as_near():
    assert nearest("kemijok", ["kemijoki", "kemijoka"]) is None
    assert nearest("kemijok", ["kemijoki", "kemijoka"], {"kemijoki": "a", "kemijoka": "a"}) is not None


def test_no_municipality_is_taken_for_the_city_of_another():
    """The cities of a country differ in one word: none is suggested for one that is not there."""
    dataset = Dataset(ROOT)
    names = [f"{r.values['genitive']} kaupunki".casefold() for r in dataset.read(dataset.model.by_name("Municipality"))]
    wrong = {}
    for n in range(0, len(names), 7):
        near = nearest(names[n], [*names[:n], *names[n + 1 :]])
        if near:
            wrong[names[n]] = near
    assert len(wrong) <= 2, wrong  # names that are a letter apart


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=5))
def test_what_is_found_is_a_name(text, names):
    assert nearest(text, names) in (None, *names)
