"""Query engine of pages: Oxigraph in WebAssembly, installed from npm when the package is built."""

from __future__ import annotations

import base64
import re
from importlib.resources import files
from pathlib import Path

from hankelod.publication.files import File, Files

VENDOR = Path(str(files("hankelod.site") / "assets" / "vendor"))
"""Folder of what pages load that is installed from npm: the engine, and the stemmers of the search."""

PACKED, MODULE, LOCAL = "oxigraph.wasm.gz", "oxigraph.js", "oxigraph.local.js"

_EXPORTED = re.compile(r"^export (?=class |function )", re.M)

_END = re.compile(r"^export \{ initSync, __wbg_init as default \};\n", re.M)


def paths() -> dict[str, str]:
    """Return the paths of the engine from the root: its module and its code, and both as one script."""
    return {name: f"assets/vendor/{file}" for name, file in (("module", MODULE), ("packed", PACKED), ("local", LOCAL))}


def engine_files() -> Files:
    """Yield the files of the engine, and the script that pages opened from a file load, since they cannot fetch."""
    for path in sorted(VENDOR.glob("oxigraph*")):
        yield File(f"assets/vendor/{path.name}", path.read_bytes())
    yield File(f"assets/vendor/{LOCAL}", local((VENDOR / MODULE).read_text("utf-8"), (VENDOR / PACKED).read_bytes()))


def local(module: str, packed: bytes) -> bytes:
    """Return the module of the engine as a plain script that sets `hankelodOxigraph`, with the code in it.

    Raises ValueError for a module of another form.
    """
    script, ends = _END.subn("", _EXPORTED.sub("", module))
    script, addresses = re.subn(r"import\.meta\.url", "document.baseURI", script)
    if ends != 1 or addresses != 1 or re.search(r"^(?:ex|im)port\b", script, re.M):
        raise ValueError(f"{MODULE} has another form than that of wasm-bindgen")
    code = base64.b64encode(packed).decode()
    given = f'window.hankelodOxigraph = {{ Store, init: __wbg_init, packed: "{code}" }};'
    return f"(() => {{\n{script}\n{given}\n}})();\n".encode()
