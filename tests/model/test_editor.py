"""The JSON Schemas in an editor: the YAML language server gives completion, hover text and diagnostics from them.

The server is the one that editors run (npm `yaml-language-server`), spoken to in LSP over standard input and output.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hankelod.model.model import SHAPES
from hankelod.model.schema import MOST, schema

LANGUAGES = ("fi", "sv", "en")


class Editor:
    """A client of the language server: enough of LSP 3.17 for one document at a time."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.process = subprocess.Popen(
            ["node", str(server), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.number = 0
        self.folder = folder
        self.told: dict[str, list[dict]] = {}
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "capabilities": {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}},
            },
        )
        self.send("initialized", {})

    def send(self, method: str, params: object, number: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        self._write(message if number is None else {**message, "id": number})

    def _write(self, message: dict) -> None:
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _read(self) -> dict:
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server has ended"
        return json.loads(self.process.stdout.read(length))

    def _next(self) -> dict:
        """The next message; what the server asks is answered, diagnostics are kept."""
        message = self._read()
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            settings = (
                [{} for _ in message["params"].get("items", [])]
                if message["method"] == "workspace/configuration"
                else None
            )
            self._write({"jsonrpc": "2.0", "id": message["id"], "result": settings})
        return message

    def ask(self, method: str, params: object) -> object:
        self.number += 1
        number = self.number
        self.send(method, params, number)
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def open(self, text: str, name: str) -> str:
        uri = (self.folder / name).as_uri()
        self.send(
            "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}
        )
        return uri

    def at(self, method: str, uri: str, line: int, character: int) -> object:
        return self.ask(
            f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        )

    def diagnostics(self, uri: str) -> list[dict]:
        while uri not in self.told:
            self._next()
        return self.told[uri]

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def editor(root, dataset, dist, tmp_path_factory):
    server = root / "tests/clients/node_modules/yaml-language-server/bin/yaml-language-server"
    if not server.exists() or not shutil.which("node"):
        pytest.skip("node, or the npm package yaml-language-server in tests/clients, is not installed")
    folder = tmp_path_factory.mktemp("editor")
    for file in (dist / "schema/editor").iterdir():
        shutil.copy(file, folder / file.name)
    running = Editor(server, folder)
    yield running
    running.close()


def document(lang: str, body: str) -> str:
    name = "project.json" if lang == "en" else f"project.{lang}.json"
    return f"# yaml-language-server: $schema={name}\n{body}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hover_tells_the_description_in_the_language(editor, dataset, lang):
    uri = editor.open(document(lang, "totalCost: 75000\n"), f"hover-{lang}.yml")
    hover = json.dumps(editor.at("hover", uri, 1, 3), ensure_ascii=False)
    assert dataset.model.by_name("Project").field("totalCost").description[lang] in hover


def test_completion_gives_keys_and_the_words_of_a_list(editor, dataset):
    uri = editor.open(document("en", "\n"), "keys.yml")
    labels = {item["label"] for item in editor.at("completion", uri, 1, 0)["items"]}
    assert {"title", "lead", "totalCost", "grants", "municipalities"} <= labels
    uri = editor.open(document("en", "themes: \n  - \n"), "words.yml")
    labels = {item["label"] for item in editor.at("completion", uri, 2, 4)["items"]}
    themes = next(f for f in dataset.model.by_name("Project").fields if f.key == "themes")
    assert set(dataset.model.concepts[themes.target]) <= labels


def offered(editor, body: str, name: str) -> dict[str, str]:
    """What is offered at the end of the last line, by label, with its documentation."""
    uri = editor.open(document("en", body), name)
    line = body.rstrip("\n").split("\n")[-1]
    items = editor.at("completion", uri, body.rstrip("\n").count("\n") + 1, len(line))["items"]
    return {item["label"]: str(item.get("documentation", "")) for item in items}


def test_every_organisation_is_offered_with_its_name(editor, dataset, root):
    ids = {file.stem for file in (root / "data/organisations").glob("*.yml")}
    for n, body in enumerate(("lead: ", "partners:\n  - ", "contributors:\n  - organisation: ")):
        found = offered(editor, body, f"organisations-{n}.yml")
        assert ids <= set(found), body
        assert found["joensuun-kaupunki"] == "City of Joensuu"


def test_areas_and_programmes_are_offered(editor):
    found = offered(editor, "municipalities:\n  - ", "areas.yml")
    assert found['"167"'] == "Joensuu" and len(found) >= 308
    assert offered(editor, "regions:\n  - ", "regions.yml")['"07"'] == "Päijät-Häme"
    assert "kuntien-ilmastoratkaisut" in offered(editor, "grants:\n  - programme: ", "programmes.yml")


def test_an_organisation_that_is_not_published_yet_is_no_fault(editor):
    uri = editor.open(document("en", "lead: uusi-kunta\nthemes: [no-such-theme]\n"), "new.yml")
    starts = {tuple(d["range"]["start"][k] for k in ("line", "character")) for d in editor.diagnostics(uri)}
    assert (1, 6) not in starts
    assert (2, 9) in starts, "themes are a closed list"


def test_of_more_things_than_fit_none_is_offered(dataset):
    model = dataset.model
    project, organisation = model.by_name("Project"), model.by_name("Organisation")
    for count, wanted in ((MOST, True), (MOST + 1, False)):
        names = {organisation.iri: {f"o-{n}": {"fi": f"O {n}"} for n in range(count)}}
        lead = schema(model, project, "en", names)["properties"]["lead"]
        assert ("$ref" in lead) == wanted
        assert wanted or lead["type"] == "string"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_value_at_fault_is_told_by_the_message_of_its_rule(editor, dataset, lang):
    body = "start: 2021-13\ntotalCost: many\nsource: ym.fi\nlinks:\n  - url: nowhere\n"
    told = {
        d["range"]["start"]["line"]: d["message"]
        for d in editor.diagnostics(editor.open(document(lang, body), f"messages-{lang}.yml"))
    }
    for line, code in ((1, "Project-start"), (2, "Project-totalCost"), (3, "Project-source"), (5, "Link-url")):
        assert dataset.model.checks[SHAPES + code].fix[lang] in told[line], told


def test_an_example_is_offered_as_it_is_written(editor):
    (example,) = offered(editor, "totalCost: ", "example.yml")
    assert re.fullmatch("[0-9]+", example)


def test_diagnostics_stand_at_the_line(editor):
    body = "title: {fi: x}\nlead: a\ntitel: x\ntotalCost: -5\nstart: 2021-13\n"
    uri = editor.open(document("en", body), "wrong.yml")
    lines = {d["range"]["start"]["line"] for d in editor.diagnostics(uri)}
    assert {3, 4, 5} <= lines


def test_a_good_record_has_no_diagnostics(editor, root):
    text = (root / "data/projects/turku-iklu.yml").read_text("utf-8")
    body = text.split("\n", 1)[1]
    assert editor.diagnostics(editor.open(document("en", body), "good.yml")) == []
