"""One SHACL engine over one graph, in this process alone: prints its cost as JSON, writes its results as sorted lines.

    python bench/engine.py graph FOLDER DATA.nt          write the projects of a dataset, and the data they refer to
    python bench/engine.py ENGINE FOLDER DATA.nt OUT     shacl, pyshacl or shacl-rust

Shapes are compiled before the time is taken where an engine can; the data is parsed within it.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from hankelod.mapping.mapping import Mapping
from hankelod.model.model import Model
from hankelod.records.dataset import Dataset
from hankelod.validation.checker import background, referenced
from hankelod.validation.engines import engine

Validate = Callable[[str], Iterable[tuple[object, ...]]]
"""Takes N-Triples; returns focus, path, component, source shape and severity of each result, as the engine does."""


def graph(folder: Path, data: Path) -> None:
    dataset = Dataset(folder)
    mapping = Mapping(dataset.model)
    with data.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(background(dataset.model))
        records = list(dataset.read(dataset.model.by_name("Project")))
        more = records
        while more:  # what they refer to, what that refers to…
            more = referenced(dataset, records)
            records += more
        for record in records:
            file.writelines(mapping.ntriples(record))


def validator(name: str, model: Model) -> Validate:
    if name != "shacl-rust":
        validate = engine(name, model)
        return lambda data: [(r.focus, r.path, r.component, r.shape, r.severity) for r in validate(data)]
    import shacl_rust

    shapes = model.shapes_text
    keys = ("focusNode", "resultPath", "sourceConstraintComponent", "sourceShape", "severity")

    def validate_text(data: str) -> list[tuple[object, ...]]:
        report = shacl_rust.validate(data, shapes, data_format="nt", shapes_format="turtle")
        return [tuple(r.get(k) for k in keys) for r in report["results"]]

    return validate_text


def comparable(term: object) -> str:
    """A term in whatever notation an engine has: without brackets; of a vocabulary's, the local name."""
    text = str(term).removeprefix("<").removesuffix(">").strip()
    return text.rsplit("#", 1)[-1]


def main(name: str, folder: str, data: str, out: str = "") -> None:
    if name == "graph":
        graph(Path(folder), Path(data))
        return
    validate = validator(name, Dataset(Path(folder)).model)
    text = Path(data).read_text("utf-8")
    before, cpu = time.perf_counter(), time.process_time()
    results = validate(text)
    took = {"seconds": time.perf_counter() - before, "cpu": time.process_time() - cpu}
    lines = sorted(" ".join(map(comparable, r)) for r in results)
    Path(out).write_text("".join(line + "\n" for line in lines), "utf-8")
    print(json.dumps(took | {"results": len(lines), "versions": {name: importlib.metadata.version(name)}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
