"""A worker: answers one question at a time, until its socket closes or a limit kills it.

The kernel keeps the limits: an alarm ends the process at the time limit, wherever the engine is, and memory beyond the
limit is not given. So nothing needs to run in this process to stop a query, and the server learns of the end by the
closed socket.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from io import BytesIO
from typing import IO, NamedTuple, cast

import pyoxigraph as ox

from hankelod.query.answer import Answer
from hankelod.query.data import Data, Graphs
from hankelod.rdf.sparql import CannotAsk, Refused
from hankelod.serving import confinement, frames
from hankelod.serving.frames import Head

PAGE = "page"
"""The form of an answer that the HTML page asks for: rows cut to size, as JSON that tells each cell's kind."""

PAGE_ROWS, PAGE_TEXT = 1_000, 2_000

GROWN = 64 * 2**20
"""A worker that took this many bytes for a query gives way to a new one."""


class Bounds(NamedTuple):
    """What one query may take: `seconds` on the clock, bytes of `memory` beyond the store's, bytes of `result`."""

    seconds: float
    memory: int
    result: int


class TooLarge(Exception):
    """The result has more bytes than it may."""


class Sheet(BytesIO):
    """What a result is written on: it holds so many bytes and no more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: object) -> int:
        written = super().write(data)  # type: ignore[arg-type]
        if self.tell() > self._most:
            raise TooLarge
        return written


def work(data: Data, handle: int, bounds: Bounds) -> None:
    """Answer what comes by the handle, until it closes."""
    confinement.bound(bounds.memory)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    before = _peak()
    while True:
        try:
            question, _ = frames.received(handle)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, bounds.seconds)
        head, body = answered(data, question, bounds)
        signal.setitimer(signal.ITIMER_REAL, 0)
        head["last"] = _peak() - before > GROWN
        frames.send(handle, frames.packed(head, body))
        if head["last"]:
            return


def answered(data: Data, question: Head, bounds: Bounds) -> tuple[Head, bytes]:
    """The head and body of the reply: an answer in the form asked for, or why there is none."""
    graphs = Graphs(*question["graphs"]) if question["graphs"] else None
    sheet = Sheet(bounds.result)
    try:
        answer = data.answer(question["text"], graphs)
        if question["form"] == PAGE:
            return {"page": _page(answer)}, b""
        answer.write(cast(IO[bytes], sheet), question["form"])
    except Refused as error:
        return {"refused": [error.code, error.message, error.line, error.column]}, b""
    except CannotAsk as error:
        return {"refused": ["query-refused", str(error), 1, 1]}, b""
    except TooLarge:
        return {"limit": "result"}, b""
    except MemoryError:
        return {"limit": "memory"}, b""
    except Exception as error:  # a worker outlives what a library did not foresee
        print(f"hankelod: worker: {type(error).__name__}: {error}", file=sys.stderr)
        return {"limit": "engine"}, b""
    return {}, sheet.getvalue()


def _page(answer: Answer) -> Head:
    if answer.kind == "boolean":
        return {"kind": "boolean", "value": answer.boolean}
    if answer.kind == "triples":
        triples = answer.triples
        shown = Answer(lambda: iter(triples[:PAGE_ROWS]), answer.prefixes, answer.base)  # type: ignore[arg-type, return-value]
        return {"kind": "triples", "text": shown.text("turtle"), "more": len(triples) > PAGE_ROWS}
    rows: list[list[list[str | None]]] = []
    more = False
    for row in answer.each():
        if len(rows) == PAGE_ROWS:
            more = True
            break
        rows.append([_cell(answer, term) for term in row])
    return {"kind": "rows", "variables": answer.variables, "rows": rows, "more": more}


def _cell(answer: Answer, term: object) -> list[str | None]:
    """What a cell shows, the IRI that it links to, and its language."""
    shown = answer.shown(term)  # type: ignore[arg-type]
    text = shown if len(shown) <= PAGE_TEXT else shown[:PAGE_TEXT] + "…"
    iri = term.value if isinstance(term, ox.NamedNode) else None
    return [text, iri, term.language if isinstance(term, ox.Literal) else None]


def _peak() -> int:
    """The most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def end() -> None:
    """End a worker without the clean-up that belongs to the process that forked it."""
    os._exit(0)
