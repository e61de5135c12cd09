"""hankelod: grant-funded projects as linked open data.

    >>> import hankelod
    >>> data = hankelod.open("dist")
    >>> frame = data.query("SELECT ?project ?cost { ?project hanke:totalCost ?cost }").to_pandas()
    >>> float(frame["cost"].sum())
    1000.5

Names here are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would take 4 ms

if TYPE_CHECKING:
    from hankelod.query.answer import Answer
    from hankelod.query.data import Data
    from hankelod.query.data import open_data as open
    from hankelod.rdf.sparql import CannotAsk, Limits

__version__ = "0.1.0"
__all__ = ["Answer", "CannotAsk", "Data", "Limits", "__version__", "open"]

_HOMES = {
    "Answer": ("query.answer", "Answer"),
    "CannotAsk": ("rdf.sparql", "CannotAsk"),
    "Data": ("query.data", "Data"),
    "Limits": ("rdf.sparql", "Limits"),
    "open": ("query.data", "open_data"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOMES[name]
    return getattr(import_module(f"{__name__}.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
