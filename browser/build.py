"""Build the browser assets that come from npm, and from wheels, into the package: `python browser/build.py`, or
`make assets`.

`package.json` (npm) and `wheels.txt` (pip) say which versions would do, `assets.json` which one was looked at last and
what its files must be: that one is fetched, and nothing is written where a file differs. `--update` takes the newest
version that would do and writes `assets.json` anew, to be looked at and committed. `--check` fetches nothing and checks
what was built.

Files ending in `.gz` are compressed here, once, since many plain hosts don't compress WebAssembly; their sums are those
of the content, which no version of zlib changes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
LISTED = HERE / "assets.json"
OUT = HERE.parent / "src" / "hankelod" / "site" / "assets" / "vendor"

Listed = dict[str, dict[str, dict[str, str]]]
"""By package: `version`, and by name of a built file: `from` (its path in the package) and `sha256` of its content."""


def main(arguments: list[str]) -> int:
    listed: Listed = json.loads(LISTED.read_text("utf-8"))
    if arguments == ["--check"]:
        wrong = [
            name for package in listed.values() for name, file in package["files"].items() if not _right(name, file)
        ]
        for name in wrong:
            print(f"{OUT / name}: not there, or not what {LISTED.name} lists: run `make assets`", file=sys.stderr)
        return 1 if wrong else 0
    if arguments not in ([], ["--update"]):
        print(__doc__, file=sys.stderr)
        return 2
    update = arguments == ["--update"]
    ranges = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    wheels = ranges_of_wheels()
    wanted = {name: ranges[name] if update else listed[name]["version"] for name in ranges}
    wanted_wheels = {name: wheels[name] if update else f"=={listed[name]['version']}" for name in wheels}
    with tempfile.TemporaryDirectory() as folder:
        install(wanted, Path(folder))
        versions = unpack(wanted_wheels, Path(folder))
        built: dict[str, bytes] = {}
        for package, entry in listed.items():
            root = Path(folder) / ("wheels" if package in wheels else "node_modules") / package
            entry["version"] = (
                versions.get(package) or json.loads((root / "package.json").read_text("utf-8"))["version"]
            )
            for name, file in entry["files"].items():
                content = (root / file["from"]).read_bytes()
                found = hashlib.sha256(content).hexdigest()
                if found != file["sha256"] and not update:
                    print(
                        f"{package} {entry['version']}: {file['from']} is not what {LISTED.name} lists; "
                        "nothing was written",
                        file=sys.stderr,
                    )
                    return 1
                file["sha256"] = found
                built[name] = packed(content) if name.endswith(".gz") else content
    OUT.mkdir(exist_ok=True)
    for name, content in built.items():
        (OUT / name).write_bytes(content)
    for notice in HERE.glob("*.LICENSE.txt"):
        (OUT / notice.name).write_bytes(notice.read_bytes())
    if update:
        LISTED.write_text(json.dumps(listed, indent=2) + "\n", "utf-8")
    return 0


def install(wanted: dict[str, str], folder: Path) -> None:
    """Fetch these packages with npm, whose scripts are not run."""
    (folder / "package.json").write_text('{"private": true}', "utf-8")
    named = [f"{name}@{version}" for name, version in wanted.items()]
    subprocess.run(
        [
            "npm",
            "install",
            "--ignore-scripts",
            "--no-package-lock",
            "--no-fund",
            "--no-audit",
            "--loglevel=error",
            *named,
        ],
        cwd=folder,
        check=True,
    )


def version_of(package: Path) -> str:
    """Return the version of a package of npm, by its folder."""
    version: str = json.loads((package / "package.json").read_text("utf-8"))["version"]
    return version


def ranges_of_wheels() -> dict[str, str]:
    """Return the ranges of versions in `wheels.txt` by the names of the packages."""
    lines = (HERE / "wheels.txt").read_text("utf-8").splitlines()
    found = (re.fullmatch(r"([a-z0-9-]+)(\S+)", line) for line in lines if line and not line.startswith("#"))
    return {match[1]: match[2] for match in found if match}


def unpack(wanted: dict[str, str], folder: Path) -> dict[str, str]:
    """Fetch the wheels of these packages with pip, unpack them below `wheels/`, and return their versions.

    Nothing of them is installed or run, and what they depend on is not fetched.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    versions = {}
    for name, versions_that_would_do in wanted.items():
        fetched = folder / "wheels" / f"{name}.fetched"
        subprocess.run(
            [*command, "--only-binary", ":all:", "--dest", fetched, f"{name}{versions_that_would_do}"], check=True
        )
        [wheel] = fetched.glob("*.whl")
        versions[name] = wheel.name.split("-")[1]
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "wheels" / name)
    return versions


def packed(content: bytes) -> bytes:
    """The bytes compressed with gzip (RFC 1952), without time or name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def _right(name: str, file: dict[str, str]) -> bool:
    try:
        content = (OUT / name).read_bytes()
        content = gzip.decompress(content) if name.endswith(".gz") else content
    except (OSError, EOFError):
        return False
    return hashlib.sha256(content).hexdigest() == file["sha256"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
