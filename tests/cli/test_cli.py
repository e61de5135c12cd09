"""The command line as its contract has it: exit status, streams, languages, where global options may stand."""

from __future__ import annotations

import errno
import json
import os
import pickle
import re
import shutil
import string

import pytest

from hankelod.messages import catalogue, words
from hankelod.messages.refusal import CannotPublish
from hankelod.rdf.sparql import Refused
from support.folders import ROOT


def test_validate_the_real_dataset(run):
    done = run("validate", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert report["conforms"] is True
    assert report["counts"]["violation"] == report["counts"]["warning"] == 0
    keys = {
        "file",
        "line",
        "column",
        "record",
        "field",
        "value",
        "code",
        "constraint",
        "severity",
        "message",
        "why",
        "fix",
        "related",
        "help",
    }
    assert all(set(p) == keys for p in report["problems"])


@pytest.mark.parametrize("before", [True, False])
def test_global_options_work_on_both_sides(run, tmp_path, root, before):
    place = ["-C", str(root), "--lang", "fi"]
    done = run(*place, "validate", cwd=tmp_path) if before else run("validate", *place, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "tietuetta" in done.stdout


@pytest.mark.parametrize(
    ("environment", "word"), [({"LC_ALL": "sv_FI.UTF-8"}, "poster"), ({"LC_ALL": "de_DE.UTF-8"}, "records")]
)
def test_the_language_is_the_locales(run, environment, word):
    assert word in run("validate", **environment).stdout


def test_a_bad_record_is_exit_1_and_the_rest_is_reported(run, copy):
    (copy / "data/projects/broken.yml").write_text("title: [\n", "utf-8")
    (copy / "data/projects/inkoo-hiilineutraali.yml").write_text("titel: {fi: x}\n", "utf-8")
    done = run("validate", "--format", "json", "-C", str(copy))
    codes = {(p["record"], p["code"]) for p in json.loads(done.stdout)["problems"]}
    assert done.returncode == 1
    assert ("broken", "yaml-syntax") in codes
    assert ("inkoo-hiilineutraali", "unknown-key") in codes


def test_warnings_count_only_when_strict(run, copy):
    record = copy / "data/projects/inkoo-hiilineutraali.yml"
    record.write_text(record.read_text("utf-8").replace("end: 2022-06", "end: 2025-06"), "utf-8")
    assert run("validate", "-C", str(copy)).returncode == 0
    strict = run("validate", "--strict", "--format", "json", "-C", str(copy))
    assert strict.returncode == 1
    assert json.loads(strict.stdout)["conforms"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "no-such-file.yml"],
        ["validate", "--format", "no-such-format"],
        ["-C", "/no/such/folder", "validate"],
        ["no-such-command"],
        [],
    ],
)
def test_what_cannot_run_is_exit_2(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", ["dataset", "base", "ontology", "shapes", "none"])
def test_a_dataset_that_cannot_be_used_is_exit_2(run, copy, damage):
    if damage == "dataset":
        (copy / "data/dataset.yml").write_text("base: [\n", "utf-8")
    elif damage == "base":
        (copy / "data/dataset.yml").write_text("base: file:///etc/\n", "utf-8")
    elif damage == "none":
        shutil.rmtree(copy / "data")
    else:
        (copy / damage / "broken.ttl").write_text("<a> <b> .\n", "utf-8")
    done = run("validate", "-C", str(copy))
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    if damage in ("ontology", "shapes"):
        assert "broken.ttl:1:" in done.stderr


def test_both_engines_say_the_same_of_the_real_dataset(run):
    reports = [json.loads(run("validate", "--format", "json", "--engine", e).stdout) for e in ("shacl", "pyshacl")]
    assert reports[0] == reports[1]


def test_no_colour_off_a_terminal(run):
    assert "\x1b[" not in run("validate").stdout


def test_version(run):
    from hankelod import __version__

    assert run("--version").stdout.strip() == f"hankelod {__version__}"


### What keeps a command from running, in three languages

REFUSALS = [
    (["-C", "nowhere", "validate"], {"fi": "kansiota ei ole", "sv": "mappen finns inte", "en": "no such folder"}),
    (["validate"], {"fi": "täällä ei ole aineistoa", "sv": "här finns ingen datamängd", "en": "no dataset here"}),
    (
        ["publish"],
        {"fi": "hankelod new dataset", "sv": "hankelod new dataset", "en": "`hankelod new dataset`"},
    ),
    (
        ["validate", "none.yml"],
        {
            "fi": "none.yml: tiedostoa tai kansiota ei ole",
            "sv": "none.yml: filen eller mappen",
            "en": "none.yml: there is no such file or folder",
        },
    ),
    (
        ["new", "dataset", "--blank", "Omat hankkeet"],
        {"fi": "omat-hankkeet", "sv": "små bokstäver", "en": "lower-case letters"},
    ),
    (
        ["-C", "own", "validate"],
        {"fi": "data/dataset.yml:1: tietojen osoitteet", "sv": "snedstreck", "en": "base must be an IRI"},
    ),
    (
        ["-C", "own", "new", "dataset", "--blank", "oma"],
        {"fi": "täällä on jo aineisto", "sv": "här finns redan", "en": "there is a dataset here already"},
    ),
    (
        ["-C", "damaged", "validate"],
        {
            "fi": "data/dataset.yml:2:1: YAML-tiedostoa ei voi lukea",
            "sv": "Kontrollera indrag",
            "en": "Check the indentation",
        },
    ),
    (
        ["-C", "ROOT", "new", "project", "--blank", "turku-iklu"],
        {"fi": "on jo olemassa", "sv": "finns redan", "en": "of this id already"},
    ),
    (["-C", "ROOT", "publish", "--revision", "a b"], {"fi": "numeroita", "sv": "siffror", "en": "digits"}),
    (
        ["-C", "ROOT", "publish", "--out", "STRANGE"],
        {"fi": "ei ole hankelodin julkaisu", "sv": "ingen publikation av hankelod", "en": "no publication of hankelod"},
    ),
    (
        ["-C", "ROOT", "publish", "--out", "OUT", "--previous", "ftp://x/"],
        {"fi": "haetaan vain", "sv": "hämtas bara", "en": "only http and https"},
    ),
    (
        ["-C", "ROOT", "publish", "--out", "OUT", "--previous", "STRANGE"],
        {
            "fi": "tiedostoa tai kansiota ei ole. Mitään ei muutettu",
            "sv": "filen eller mappen finns inte. Inget ändrades",
            "en": "No such file or directory; nothing was changed",
        },
    ),
    (
        ["-C", "ROOT", "publish", "--out", "OUT", "--forget", "project/x"],
        {"fi": "ei ole tällaista tietuetta", "sv": "känner ingen sådan post", "en": "knows no such record"},
    ),
    (
        ["verify", "nowhere"],
        {
            "fi": "kansio, jossa julkaisu on",
            "sv": "mappen där publikationen finns",
            "en": "the folder of a publication",
        },
    ),
    (["diff", "nowhere", "ROOT"], {"fi": "ei ole julkaisu", "sv": "varken en publikation", "en": "no publication"}),
    (["query"], {"fi": "Anna kysely", "sv": "Ange en fråga", "en": "give a query"}),
    (
        ["-C", "ROOT", "query", "totalz"],
        {"fi": "Tarkoititko totals?", "sv": "Menade du totals?", "en": "did you mean totals?"},
    ),
    (
        ["-C", "ROOT", "query", "running-in-month", "--set", "month=May"],
        {"fi": "kirjoita kuukausi", "sv": "skriv en månad", "en": "write a month"},
    ),
    (
        ["-C", "ROOT", "query", "DROP ALL"],
        {"fi": "1:1: DROP on kielletty", "sv": "DROP är inte tillåtet", "en": "DROP is refused"},
    ),
    (
        ["query", "ASK {}", "--from", "nowhere"],
        {"fi": "Tarkista polku", "sv": "Kontrollera sökvägen", "en": "no such file or folder"},
    ),
    (["serve", "nowhere"], {"fi": "ei ole julkaisua", "sv": "ingen publikation", "en": "no publication here"}),
    (
        ["import", "nowhere.pdf", "--to", "data"],
        {"fi": "tiedostoa ei ole", "sv": "filen finns inte", "en": "no such file"},
    ),
]
"""Arguments, and words of what is told in each language."""


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    """A folder without a dataset, and folders that cannot be used."""
    folder = tmp_path_factory.mktemp("working")
    for place, name, text in (
        ("own/data", "dataset.yml", "base: file:///etc/\n"),
        ("damaged/data", "dataset.yml", "base: [\n"),
        ("STRANGE", "photo.jpg", "x"),
    ):
        (folder / place).mkdir(parents=True)
        (folder / place / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
@pytest.mark.parametrize(("arguments", "says"), REFUSALS, ids=[" ".join(a) for a, _ in REFUSALS])
def test_what_cannot_run_is_told_in_the_readers_language(run, root, working, arguments, says, lang):
    if arguments[0] == "serve":
        pytest.importorskip("uvicorn")
    places = {"ROOT": str(root), "STRANGE": str(working / "STRANGE"), "OUT": str(working / "out")}
    done = run(*(places.get(a, a) for a in arguments), "--lang", lang, cwd=working)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("hankelod: ")
    assert says[lang] in done.stderr
    assert "Traceback" not in done.stderr
    assert not (working / "out").exists()


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("fi_FI.UTF-8", "täällä ei ole aineistoa"),
        ("sv_FI.UTF-8", "här finns ingen datamängd"),
        ("C", "no dataset here"),
    ],
)
def test_what_cannot_run_is_told_in_the_language_of_the_locale(run, working, locale, says):
    assert says in run("validate", cwd=working, LC_ALL=locale).stderr


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("fi", ("ensimmäinen julkaisu", "tiedostoa;")),
        ("sv", ("en första publikation", "filer;")),
    ],
)
def test_notes_of_publishing_are_told_in_the_readers_language(run, root, tmp_path, lang, says):
    done = run(
        "-C",
        str(root / "tests/datasets/tiny"),
        "publish",
        "--only",
        "dumps",
        "--out",
        str(tmp_path / "out"),
        "--lang",
        lang,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert all(each in done.stderr for each in says), done.stderr


### The catalogue of words


def named() -> list[str]:
    return sorted(catalogue.names("word"))


@pytest.mark.parametrize("name", named())
def test_every_message_has_all_languages_with_the_same_placeholders(name):
    texts = words.word(name)
    assert set(texts) == {"fi", "sv", "en"}
    fields = {
        lang: sorted({f for _, f, _, _ in string.Formatter().parse(text) if f is not None})
        for lang, text in texts.items()
    }
    assert fields["fi"] == fields["sv"] == fields["en"]


def test_every_message_is_used_and_every_one_used_is_there():
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src/hankelod").rglob("*.py"))
    used = set(re.findall(r'"((?:refusal|note|work|damage|boundaries)-[a-z0-9-]+)"', source))
    made = re.compile(r"refusal-(value|kind|parameters|queries)(-.*)?|system-.*|work-.*")
    listed = {
        name for name in named() if name.startswith(("refusal-", "note-", "work-", "system-", "damage-", "boundaries-"))
    }
    assert used <= listed
    assert {name for name in listed - used if not made.fullmatch(name)} == set()


def test_a_refusal_comes_whole_from_another_process():
    refusal = pickle.loads(pickle.dumps(CannotPublish(words.message("refusal-killed"))))
    assert refusal.text("sv") != refusal.text("en") == str(refusal)
    refused = pickle.loads(pickle.dumps(Refused("query-service", words.message("refusal-service"), 1, 2)))
    assert refused.text("fi") == f"1:2: {words.say('refusal-service', 'fi')}"
    assert (str(refused), refused.text("de")) == (f"1:2: {refused.message}",) * 2


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EADDRINUSE])
def test_what_the_system_says_is_told_in_the_readers_language(number):
    texts = words.message("refusal-out", out="dist", why=OSError(number, os.strerror(number)))
    assert os.strerror(number) in texts["en"]
    assert not any(os.strerror(number) in texts[lang] for lang in ("fi", "sv"))
    assert "dist: gone away" in words.message("refusal-out", out="dist", why=OSError("gone away"))["fi"]
