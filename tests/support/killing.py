"""Publishes the small dataset over and over, kills each publisher at a random moment, and looks at what is left.

Started by the fault tests as a process of its own: `killing.py OLD NEW OUT COUNT SEED WAY`, where OLD and NEW are two
states of a dataset and WAY is `exchange` or `renames`. Prints as JSON what happened.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from hankelod.pipeline.traversal import publish
from hankelod.publication import exchange
from hankelod.records.dataset import Dataset


def what_is_there(out: Path) -> str:
    """The state of the publication: which dataset it shows, or what is wrong with it."""
    try:
        manifest = json.loads((out / "manifest.json").read_bytes())
    except FileNotFoundError:
        return "missing"
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - {"manifest.json"}
    if found != set(manifest["files"]):
        return f"mixed: {sorted(found ^ set(manifest['files']))[:3]}"
    for path, entry in manifest["files"].items():
        if hashlib.sha256((out / path).read_bytes()).hexdigest() != entry["sha256"]:
            return f"damaged: {path}"
    dump = (out / "dump/small.nt").read_bytes()
    return next((name for name, cost in (("old", b'"1000"'), ("new", b'"1200"')) if cost in dump), "neither")


def main(old: str, new: str, out: Path, count: int, seed: int, way: str) -> dict[str, object]:
    if way == "renames":
        exchange._renameat2 = lambda one, other: False
    states = {name: Dataset(Path(folder)) for name, folder in (("old", old), ("new", new))}

    def go(name: str) -> None:
        publish(states[name], out, only=("dumps",))

    chance = random.Random(seed)
    go("old")
    start = time.monotonic()
    go("new")
    latest = 1.3 * (time.monotonic() - start)
    told = {"killed": 0, "finished": 0, "missing": 0, "old": 0, "new": 0, "bad": []}
    now = "new"
    for _ in range(count):
        name = "old" if now == "new" else "new"
        child = os.fork()
        if child == 0:
            try:
                go(name)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0, latest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        told["killed" if os.WIFSIGNALED(status) else "finished"] += 1
        now = what_is_there(out)
        if now == "missing" and way == "renames":  # between the two: the next run finishes it
            told["missing"] += 1
            with exchange.locked(out):
                pass
            now = what_is_there(out)
        if now not in ("old", "new"):
            told["bad"].append(now)
            break
        told[now] += 1
        latest *= 1.05 if now != name else 0.95  # too early and too late about as often, however busy the machine
    go("old")
    told["last"] = what_is_there(out)
    told["litter"] = sorted(p.name for p in out.parent.iterdir() if p.name != out.name)
    return told


if __name__ == "__main__":
    _, old, new, out, count, seed, way = sys.argv
    print(json.dumps(main(old, new, Path(out), int(count), int(seed), way)))
