"""Templates: the one Jinja environment of pages, feeds and rules for web servers.

A name without a value is an error, and what is markup is escaped. A template is compiled once in a process, whatever
environments use it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.bccache import BytecodeCache


def environment(package: str, markup: bool = True) -> Environment:
    """Return an environment for the folder `templates` of a package; without `markup`, values are written as they are.

    Jinja is imported here, since only what writes a page or a publication needs it.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(package),
        autoescape=markup,  # noqa: S701 - rules for web servers are no markup
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        auto_reload=False,
        bytecode_cache=_compiled(),
    )


@cache
def _compiled() -> BytecodeCache:
    from jinja2.bccache import Bucket, BytecodeCache

    class Memory(BytecodeCache):
        """Compiled templates by key, for the life of the process."""

        def __init__(self) -> None:
            self.kept: dict[str, bytes] = {}

        def load_bytecode(self, bucket: Bucket) -> None:
            if bucket.key in self.kept:
                bucket.bytecode_from_string(self.kept[bucket.key])

        def dump_bytecode(self, bucket: Bucket) -> None:
            self.kept[bucket.key] = bucket.bytecode_to_string()

    return Memory()
