"""A changed source meets records that stand: differences are shown first, and what a person edited is never lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.cli.parser import main
from hankelod.intake import reimport, writing
from hankelod.intake.proposals import Draft
from hankelod.records import tree
from hankelod.records.dataset import Dataset
from support.folders import CASES, ROOT

LAYOUT = (CASES / "intake" / "documents" / "the-layout-itself" / "document.txt").read_text("utf-8")
MODEL = Dataset(ROOT).model
PROJECT = MODEL.by_name("Project")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A dataset with the organisations and programmes of the data, the document imported into it."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("projects"))
    (tmp_path / "document.txt").write_text(LAYOUT, encoding="utf-8")
    assert run(tmp_path) == 0
    return tmp_path


def run(folder: Path, *options: str) -> int:
    return main(["-C", str(folder), "--lang", "en", "import", "document.txt", "--to", ".", *options])


def change(folder: Path, before: str, after: str, file: str = "document.txt") -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


RECORD = "data/projects/salo-vihrea-salo.yml"


def record(folder: Path) -> dict:
    return yaml.load((folder / RECORD).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def test_what_changed_is_shown_first_and_written_when_asked(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(place, "35 000 €", "36 000 €")
    change(place, "5/2021-11/2022", "5/2021-12/2022")
    before = (place / RECORD).read_bytes()
    capsys.readouterr()
    assert run(place) == 1
    told = capsys.readouterr()
    assert "changed: projects/salo-vihrea-salo.yml" in told.out
    assert "end: 2022-11 → 2022-12" in told.out
    assert "--update" in told.err
    assert (place / RECORD).read_bytes() == before
    assert run(place, "--update") == 0
    assert record(place)["end"] == "2022-12"
    assert record(place)["grants"][0]["amount"] == "36000"
    assert run(place) == 0


def test_an_update_touches_only_what_changed(place: Path) -> None:
    change(place, "totalCost: 50000", "# Tarkistettu hakemuksesta.\ntotalCost: 50000", RECORD)
    change(place, "35 000 €", "36 000 €")
    before = (place / RECORD).read_text(encoding="utf-8").split("\n")
    assert run(place, "--update") == 0
    after = (place / RECORD).read_text(encoding="utf-8").split("\n")
    differing = [a for a, b in zip(before, after, strict=True) if a != b]
    assert [x for x in differing if not x.startswith(writing.CHECKSUMS)] == ["    amount: 35000"]
    assert "# Tarkistettu hakemuksesta." in after


def test_an_edit_by_hand_is_kept_while_the_source_stays(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(place, 'fi: "Vihreä Salo"', 'fi: "Vihreä Salo"\n  sv: "Gröna Salo"', RECORD)
    change(place, "35 000 €", "36 000 €")
    assert run(place, "--update") == 0
    assert record(place)["title"] == {"fi": "Vihreä Salo", "sv": "Gröna Salo"}
    assert record(place)["grants"][0]["amount"] == "36000"
    assert "title: edited by hand, kept" in capsys.readouterr().out


def test_where_both_changed_the_record_wins_and_it_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(place, "totalCost: 50000", "totalCost: 51000", RECORD)
    change(place, "50 000 €", "52 000 €")
    for _ in range(2):  # told again until a person has chosen
        assert run(place, "--update") == 1
        assert record(place)["totalCost"] == "51000"
        assert "totalCost: edited by hand, kept (51000); the source now says 52000" in capsys.readouterr().out
    assert run(place, "--overwrite") == 0
    assert record(place)["totalCost"] == "52000"


def test_a_key_that_a_person_deleted_does_not_come_back(place: Path) -> None:
    text = (place / RECORD).read_text(encoding="utf-8")
    at = text.index("links:")
    end = text.index("source:")
    (place / RECORD).write_text(text[:at] + text[end:], encoding="utf-8")
    assert run(place, "--update") == 0
    assert "links" not in record(place)


def test_a_key_that_a_person_added_stays(place: Path) -> None:
    change(place, "lead: salon-kaupunki", "lead: salon-kaupunki\nthemes: [networks]", RECORD)
    change(place, "35 000 €", "36 000 €")
    assert run(place, "--update") == 0
    assert record(place)["themes"] == ["networks"]


def test_what_the_source_no_longer_says_is_removed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(place, "<https://salo.fi/vihrea>", "--")
    assert run(place) == 1
    assert "links: " in capsys.readouterr().out
    assert "links" in record(place)
    assert run(place, "--update") == 0
    assert "links" not in record(place)


def test_what_the_source_says_anew_is_added_in_its_place(place: Path) -> None:
    change(place, "Linkki hankkeeseen: <https://salo.fi/vihrea>", "Linkki hankkeeseen: --")
    assert run(place, "--update") == 0
    change(place, "Linkki hankkeeseen: --", "Linkki hankkeeseen: <https://salo.fi/uusi>")
    assert run(place, "--update") == 0
    keys = list(record(place))
    assert record(place)["links"][0]["url"] == "https://salo.fi/uusi"
    assert keys.index("outcomes") < keys.index("links") < keys.index("source")


def test_a_project_that_is_renamed_by_hand_is_known_by_its_title_as_written(place: Path) -> None:
    change(
        place, 'title:\n  fi: "Vihreä Salo"', 'titleAsWritten: "Vihreä Salo"\ntitle:\n  fi: "Vihreämpi Salo"', RECORD
    )
    change(place, "35 000 €", "36 000 €")
    assert run(place, "--update") == 0
    assert len(list((place / "data" / "projects").iterdir())) == 1
    assert record(place)["title"] == {"fi": "Vihreämpi Salo"}
    assert record(place)["grants"][0]["amount"] == "36000"


def test_a_record_that_cannot_be_read_stops_the_import(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / RECORD).write_text("title: [", encoding="utf-8")
    assert run(place, "--update") == 2
    assert "cannot be read" in capsys.readouterr().err
    assert (place / RECORD).read_text(encoding="utf-8") == "title: ["


def test_a_link_in_place_of_a_record_is_not_written_through(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "file.yml"
    shutil.move(place / RECORD, outside)
    (place / RECORD).symlink_to(outside)
    change(place, "35 000 €", "36 000 €")
    before = outside.read_bytes()
    assert run(place, "--update") == 2
    assert outside.read_bytes() == before


### Any edits, any changes of the source

KEYS = ("title", "acronym", "lead", "start", "end", "totalCost", "source")


def value(key: str, n: int) -> object:
    return {
        "title": {"fi": f"Otsikko {n}"},
        "acronym": f"AB{n}",
        "lead": f"x-{n}",
        "start": f"2021-0{n}",
        "end": f"2022-0{n}",
        "totalCost": str(n),
        "source": f"https://ym.fi/{n}",
    }[key]


def draft(values: dict[str, object]) -> Draft:
    return Draft("projects", "x", values, dict.fromkeys(values, (1,)), {}, {})


states = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 3), min_size=1).map(lambda d: {"source": 1, **d})


@settings(max_examples=150, deadline=None)
@given(states, states, states)
def test_no_edit_by_hand_is_ever_lost(first: dict[str, int], edited: dict[str, int], second: dict[str, int]) -> None:
    """Imported, edited by hand into any state, imported again from any other source: three values for each key."""
    made, new = ({k: value(k, n) for k, n in s.items()} for s in (first, second))
    text = writing.record(draft(made), MODEL, "x.txt", "fi")
    by_hand = {k: value(k, n) for k, n in edited.items()}
    hand = draft({k: by_hand[k] for k in KEYS if k in by_hand})
    blocks = [writing.block(hand, PROJECT, k, MODEL, "fi") for k in hand.values]
    marks = next(x for x in text.split("\n") if x.startswith(writing.CHECKSUMS))
    now = "\n".join(["# oma huomautus", "", *blocks, marks, ""])
    changes = reimport.compare(now, "x.yml", draft(new))
    after = reimport.current(reimport.apply(now, draft(new), changes, PROJECT, MODEL, "fi"), "x.yml")
    for key in KEYS:
        was, is_now, says = (writing.stringified(x.get(key)) if key in x else None for x in (made, by_hand, new))
        got = after.get(key)
        if is_now == was:
            assert got == says or (key not in made and got == says)
        elif key not in made and is_now is None:
            assert got == says
        else:
            assert got == is_now
    again = reimport.apply(now, draft(new), changes, PROJECT, MODEL, "fi", overwrite=True)
    assert {k: v for k, v in reimport.current(again, "x.yml").items() if k in new} == writing.stringified(new)


### Records as people and programs write them


def by_hand(text: str, record: str) -> str:
    """A record that was imported, and then written in another way."""
    return record + next(x for x in text.split("\n") if x.startswith(writing.CHECKSUMS)) + "\n"


OTHERS = {
    "keys in quotation marks": '"title": {fi: Otsikko 1}\n\'lead\': x-1\n"acronym" : oma\n"source": https://ym.fi/1\n',
    "carriage returns": "title: {fi: Otsikko 1}\rlead: x-1\racronym: oma # nimi\rsource: https://ym.fi/1\r",
    "an unknown key": "lead: x-1\nmuu/avain: oma\ntitle: {fi: Otsikko 1}\nacronym: oma\nsource: https://ym.fi/1\n",
    "a text on several lines": 'title:\n  fi: "Otsikko 1"\nacronym: "oma\n\n  lead: ei"\nlead: x-1\nsource: https://ym.fi/1\n',
    "a list under its key": "lead: x-1\nlinks:\n- {url: 'https://ym.fi/2'}\nacronym: oma\ntitle: {fi: Otsikko 1}\n",
    "no keys at all": "title://ym.fi/\n",
    "a list": "- title: x\n",
    "braces": '{"title": {"fi": "Otsikko 1"}, "lead": "x-1", "acronym": "oma", "source": "https://ym.fi/1"}\n',
}


@pytest.mark.parametrize("record", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_a_person_wrote_stays_however_it_is_written(record: str, overwrite: bool) -> None:
    """Keys that the source changes or no longer has take nothing else with them."""
    made = {key: value(key, 1) for key in ("title", "lead", "source")}
    text = tree.decode(by_hand(writing.record(draft(made), MODEL, "x.txt", "fi"), record).encode(), "x.yml")
    before = reimport.current(text, "x.yml")
    for new in ({"title": value("title", 2)}, {"source": value("source", 2), "end": "2022-02"}, {"lead": "x-2"}):
        changes = reimport.compare(text, "x.yml", draft(new))
        applied = {c.key for c in changes if overwrite or c.what in (reimport.UPDATE, reimport.ADD, reimport.REMOVE)}
        after = reimport.current(
            reimport.apply(text, draft(new), changes, PROJECT, MODEL, "fi", overwrite=overwrite), "x.yml"
        )
        assert {k: v for k, v in after.items() if k not in applied} == {
            k: v for k, v in before.items() if k not in applied
        }
        assert all(after.get(k) == (writing.stringified(new[k]) if k in new else None) for k in applied)


def test_a_record_with_carriage_returns_is_not_cut(place: Path) -> None:
    file = place / RECORD
    marks = next(x for x in file.read_text(encoding="utf-8").split("\n") if x.startswith(writing.CHECKSUMS))
    lines = [x for x in file.read_text(encoding="utf-8").split("\n") if not x.startswith("#")]
    file.write_bytes(("\r".join(["# oma", *lines[:-1]]) + f"\n{marks}\n").encode())
    before = record(place)
    change(place, "35 000 €", "36 000 €")
    assert run(place, "--update") == 0
    after = record(place)
    assert after["grants"][0]["amount"] == "36000"
    assert {**after, "grants": None} == {**before, "grants": None}
