"""The worker process: answers one question at a time, until its socket closes or a limit kills it.

The kernel enforces the limits: an alarm ends the process at the time limit, whatever the engine is doing, and memory
beyond the limit is not allocated. So no code has to run in this process to stop a query, and the server learns of the
end by the closed socket.
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
from hankelod.rdf import confinement
from hankelod.rdf.sparql import CannotAsk, Refused
from hankelod.serving import frames
from hankelod.serving.frames import Head

PAGE = "page"
"""The form of an answer for the HTML page: a limited number of rows in JSON, with IRI and language of each cell."""

PAGE_ROWS, PAGE_COLUMNS, PAGE_CELLS, PAGE_TEXT, PAGE_BYTES = 1_000, 50, 10_000, 2_000, 2**20
"""Most rows or triples on the page, columns, cells, characters of a cell, and bytes of all: it is for people."""

GROWN = 64 * 2**20
"""Bytes by which a worker may grow; one that has grown more is replaced by a new one."""


class Bounds(NamedTuple):
    """The limits of one query: `seconds` of real time, bytes of `memory` beyond the store, bytes of the `result`."""

    seconds: float
    memory: int
    result: int


class TooLarge(Exception):
    """The result has more bytes than the limit."""


class BoundedBuffer(BytesIO):
    """A buffer for a result. Raises TooLarge beyond its limit in bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: object) -> int:
        written = super().write(data)  # type: ignore[arg-type]
        if self.tell() > self._most:
            raise TooLarge
        return written


def work(data: Data, handle: int, bounds: Bounds) -> None:
    """Answer the questions that arrive at a file handle, until it closes."""
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
    """The head and body of the reply: the result in the requested form, or the reason for none."""
    graphs = Graphs(*question["graphs"]) if question["graphs"] else None
    buffer = BoundedBuffer(bounds.result)
    try:
        answer = data.answer(question["text"], graphs)
        if question["form"] == PAGE:
            return {"page": _page(answer)}, b""
        answer.write(cast(IO[bytes], buffer), question["form"])
    except Refused as error:
        return {"refused": [error.code, dict(error.by_language())]}, b""
    except CannotAsk as error:
        return {"refused": ["query-refused", dict(error.by_language())]}, b""
    except TooLarge:
        return {"limit": "result"}, b""
    except MemoryError:
        return {"limit": "memory"}, b""
    except Exception as error:  # an unforeseen error of a library must not end the worker
        print(f"hankelod: worker: {type(error).__name__}: {error}", file=sys.stderr)
        return {"limit": "engine"}, b""
    return {}, buffer.getvalue()


def _page(answer: Answer) -> Head:
    """The answer for the HTML page: a truth value, rows of cells, or triples as Turtle."""
    if answer.kind == "boolean":
        return {"kind": "boolean", "value": answer.boolean}
    if answer.kind == "triples":
        number = len(answer.triples)
        most = min(number, PAGE_ROWS)
        while len(text := answer.turtle(most)) > PAGE_BYTES and most:
            most //= 2
        return {"kind": "triples", "text": text, "more": number > most}
    columns = answer.variables[:PAGE_COLUMNS]
    rows: list[list[list[str | None]]] = []
    more, size = len(columns) < len(answer.variables), 0
    for row in answer.each():
        cells = [_cell(answer, term) for term in row[: len(columns)]]
        size += sum(len(part or "") for cell in cells for part in cell)
        if len(rows) == min(PAGE_ROWS, PAGE_CELLS // max(1, len(columns))) or size > PAGE_BYTES:
            more = True
            break
        rows.append(cells)
    return {"kind": "rows", "variables": columns, "rows": rows, "more": more}


def _cell(answer: Answer, term: object) -> list[str | None]:
    """The text of a cell, the IRI that it links to or None, and its language or None."""
    full = answer.shown(term)  # type: ignore[arg-type]
    text = full if len(full) <= PAGE_TEXT else full[:PAGE_TEXT] + "…"
    iri = term.value if isinstance(term, ox.NamedNode) and len(term.value) <= PAGE_TEXT else None
    return [text, iri, term.language if isinstance(term, ox.Literal) else None]


def _peak() -> int:
    """The peak memory of this process, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def end() -> None:
    """End a worker without the clean-up of the process that forked it."""
    os._exit(0)
