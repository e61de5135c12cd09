"""Encodings of documents in plain text: UTF-8, UTF-16, Windows-1252 as a whole; a mixture is told by its lines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.intake.documents.lines import CannotImport, decode

WORDS = st.sampled_from(
    ["työpäivä", "Päästöt väheni­vät", "Åland på väg", "år 2022 – för ö", "”Näin” sanoi hän", "plain"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_text_in_one_encoding_is_read(lines: list[str], encoding: str) -> None:
    text = "\n".join(lines)
    assert decode(text.encode(encoding), "t.txt") == text


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(WORDS, st.booleans()), min_size=2, max_size=9), st.sampled_from(["cp1252", "latin-1", "cp850"])
)
def test_a_mixture_is_told_by_its_lines_and_not_read(lines: list[tuple[str, bool]], old: str) -> None:
    raw = b"\r\n".join(word.encode(old, "ignore") if other else word.encode() for word, other in lines)
    strange = [n for n, (word, other) in enumerate(lines, 1) if other and not word.encode(old, "ignore").isascii()]
    mixed = any(not other and not word.isascii() for word, other in lines)
    if not strange or not mixed:
        return
    with pytest.raises(CannotImport) as caught:
        decode(raw, "t.txt")
    assert caught.value.code == "encoding"
    for lang in ("fi", "sv", "en"):
        assert [int(n) for n in re.findall(r"\d+", caught.value.text(lang).split(":", 2)[2].split(".")[0])] == strange


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac-roman"])
@pytest.mark.parametrize("text", ["työpäivä", "Päästöt vähenivät", "på väg från Åbo", "hyvää yötä"])
def test_another_old_encoding_is_not_taken_for_windows(text: str, encoding: str) -> None:
    with pytest.raises(CannotImport) as caught:
        decode(f"otsikko\n{text}\n".encode(encoding), "t.txt")
    assert caught.value.code == "encoding" and "2" in caught.value.text("en")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(raw: bytes) -> None:
    try:
        assert "\x00" not in decode(raw, "t.txt")
    except CannotImport as refusal:
        assert refusal.code in ("encoding", "not-text")
