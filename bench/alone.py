"""Run one way once, in this process alone, and print what it took as JSON.

    python bench/alone.py WAY FOLDER TABLES OUT

Started by bench/mapping.py; by hand for a profile of one way.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
import time
from pathlib import Path


def main(name: str, folder: str, tables: str, out: str) -> None:
    way = importlib.import_module(f"ways.{name}")
    prepared = way.prepare(Path(folder), Path(tables))
    before, cpu = time.perf_counter(), time.process_time()
    way.run(prepared, Path(out))
    took = {"seconds": time.perf_counter() - before, "cpu": time.process_time() - cpu}
    print(
        json.dumps(
            took | {"versions": {p: importlib.metadata.version(p) for p in way.PACKAGES}, "prepared": way.PREPARED}
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
