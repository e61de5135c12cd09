"""What a release compares and completes.

`python .github/scripts/release.py notes v1.2.3` prints the changelog of a version, and fails where the tag, the
package, CITATION.cff and CHANGELOG.md do not name the same one. `… sbom FILE` adds to an SBOM in CycloneDX what the
tool that made it cannot see: the version of the package, and what comes from npm.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def version(root: Path = ROOT) -> str:
    """The version of the package."""
    found = re.search(r'^__version__ = "([^"]+)"$', (root / "src/hankelod/__init__.py").read_text("utf-8"), re.M)
    if not found:
        raise ValueError("src/hankelod/__init__.py: no __version__")
    return found[1]


def notes(tag: str, root: Path = ROOT) -> str:
    """The part of the changelog on the version of a tag. Raises ValueError where versions differ."""
    package = version(root)
    if tag != f"v{package}":
        raise ValueError(f"the tag is {tag}, the package is {package} (src/hankelod/__init__.py)")
    cited = re.search(r'^version: "?([^"\n]+)"?$', (root / "CITATION.cff").read_text("utf-8"), re.M)
    if not cited or cited[1] != package:
        raise ValueError(
            f"CITATION.cff: the version is {cited[1] if cited else 'not there'}, that of the package {package}"
        )
    for section in re.split(r"^## ", (root / "CHANGELOG.md").read_text("utf-8"), flags=re.M)[1:]:
        heading, _, body = section.partition("\n")
        if heading.split()[0].strip("[]") == package and body.strip():
            return body.strip() + "\n"
    raise ValueError(f"CHANGELOG.md: nothing on {package}")


def completed(sbom: dict, root: Path = ROOT) -> dict:
    """The SBOM with the version of the package and the packages from npm that its wheel carries."""
    this = sbom["metadata"]["component"]
    package = version(root)
    this |= {"version": package, "purl": f"pkg:pypi/hankelod@{package}"}
    for name, listed in sorted(json.loads((root / "browser/assets.json").read_text("utf-8")).items()):
        purl = f"pkg:npm/{name}@{listed['version']}"
        component = {
            "bom-ref": purl,
            "type": "library",
            "name": name,
            "version": listed["version"],
            "purl": purl,
            "description": "Carried in the wheel for the pages of a publication",
        }
        sbom["components"].append(component)
        sbom["dependencies"].append({"ref": purl})
        depends = next(each for each in sbom["dependencies"] if each["ref"] == this["bom-ref"])
        depends["dependsOn"] = sorted({*depends.get("dependsOn", []), purl})
    return sbom


def main(arguments: list[str]) -> int:
    match arguments:
        case ["notes", tag]:
            try:
                sys.stdout.write(notes(tag))
            except ValueError as error:
                print(error, file=sys.stderr)
                return 1
        case ["sbom", name]:
            path = Path(name)
            path.write_text(json.dumps(completed(json.loads(path.read_text("utf-8"))), indent=2) + "\n", "utf-8")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
