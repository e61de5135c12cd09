"""Words for yes, no and months: one reading for records, spreadsheets and documents, in every language of messages."""

from __future__ import annotations

import pytest

from hankelod.intake.values import schedule
from hankelod.messages.catalogue import table
from hankelod.messages.languages import LANGUAGES
from hankelod.model.spoken import month, truth


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_twelve_months_and_words_for_yes_and_no(lang):
    words = table(lang, "spoken")
    assert len(words["months"].split()) == 12
    assert not {*words["yes"].split()} & {*words["no"].split()}
    assert all(truth(word) == "true" for word in words["yes"].split())
    assert all(truth(word.upper()) == "false" for word in words["no"].split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_months_of_the_site_are_read(lang):
    names = table(lang, "site", "format")["months"].split()
    assert [month(name) for name in names] == list(range(1, 13))
    assert [month(name.capitalize()) for name in names] == list(range(1, 13))


def test_what_is_no_such_word_is_left():
    assert truth("kanske") is None
    assert month("x") is None


@pytest.mark.parametrize("text", ["toukokuu 2021 – marraskuu 2022", "maj 2021 – november 2022", "05/2021–11/2022"])
def test_schedules_of_documents_are_read_by_the_same_words(text):
    assert schedule(text) == ("2021-05", "2022-11")
