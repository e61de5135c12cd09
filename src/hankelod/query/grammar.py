"""Where a query leaves the grammar of SPARQL 1.1, to the column, and what could stand there instead.

Engines tell little: oxigraph names the place where its last attempt ended, often the end of the group, and a list of
what that attempt wanted. So a text that an engine refuses is read once more, by a table-driven LL(1) recogniser over
the grammar in `sparql.ebnf`. It judges nothing on its own: what it cannot explain stays the engine's word.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from hankelod.rdf.sparql import OPEN_STRING, Token, tokens

START = "QueryUnit"

END = "the end"

CASED = frozenset(("a",))

KINDS = {
    "iri": "IRIREF",
    "string": "STRING",
    "blank": "BLANK_NODE_LABEL",
    "name": "PNAME_LN",
    "prefix": "PNAME_NS",
    "variable": "VAR",
    "language": "LANGTAG",
    "double": "NUMBER",
    "decimal": "NUMBER",
    "integer": "INTEGER",
    "nil": "NIL",
    "anonymous": "ANON",
}

WORDS = {
    "IRIREF": "an IRI",
    "PNAME_LN": "an IRI",
    "PNAME_NS": "an IRI",
    "STRING": "a string",
    "BLANK_NODE_LABEL": "a blank node",
    "ANON": "a blank node",
    "VAR": "a variable",
    "LANGTAG": "a language tag",
    "INTEGER": "a number",
    "NUMBER": "a number",
    "SIGNED": "a number",
    "NIL": "( )",
}
"""A kind of token as messages call it."""

_PIECE = re.compile(r"'[^']*'|\w+|[()|?*+]")

_FEW = 6

Rules = dict[str, list[list[str]]]


class Unexpected(NamedTuple):
    """The first token that cannot stand where it stands, and what could; `token` is None at the end of the text."""

    token: Token | None
    expected: frozenset[str]


class Grammar(NamedTuple):
    """Rules by name with their alternatives; which may be empty; by rule, what each may begin with; and how the
    grammar spells a keyword, by its capitals (`isIRI`)."""

    rules: Rules
    empty: frozenset[str]
    first: dict[str, frozenset[str]]
    spelt: dict[str, str]

    def begins(self, symbols: list[str]) -> frozenset[str]:
        """What a row of symbols may begin with."""
        found: set[str] = set()
        for symbol in symbols:
            found |= self.first.get(symbol, frozenset((symbol,)))
            if symbol not in self.empty:
                break
        return frozenset(found)

    def vanishes(self, symbols: list[str]) -> bool:
        """Whether a row of symbols may be empty."""
        return all(s in self.empty for s in symbols)


class _Reader:
    """Reads the right side of one rule; brackets and repetitions become rules of their own."""

    def __init__(self, name: str, text: str, rules: Rules) -> None:
        self.name, self.rules = name, rules
        self.pieces = _PIECE.findall(text)
        self.at = self.made = 0

    def alternatives(self) -> list[list[str]]:
        found: list[list[str]] = [[]]
        while self.at < len(self.pieces) and self.pieces[self.at] != ")":
            piece = self.pieces[self.at]
            self.at += 1
            if piece == "|":
                found.append([])
                continue
            if piece == "(":
                inner = self.alternatives()
                self.at += 1
                piece = self._made(inner)
            found[-1].append(self._repeated(piece))
        return found

    def _made(self, alternatives: list[list[str]]) -> str:
        self.made += 1
        name = f"{self.name}.{self.made}"
        self.rules[name] = alternatives
        return name

    def _repeated(self, symbol: str) -> str:
        sign = self.pieces[self.at] if self.at < len(self.pieces) else ""
        if sign not in ("?", "*", "+"):
            return symbol
        self.at += 1
        if sign == "?":
            return self._made([[symbol], []])
        more = self._made([])
        self.rules[more] = [[symbol, more], []]
        return more if sign == "*" else self._made([[symbol, more]])


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The grammar of `sparql.ebnf`, ready for use."""
    rules: Rules = {}
    for line in (files(__package__) / "sparql.ebnf").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, right = line.partition(": ")
            rules[name] = _Reader(name, right, rules).alternatives()
    keywords = sorted({s for alternatives in rules.values() for a in alternatives for s in a if s.startswith("'")})
    spelt = {s.upper(): s for s in keywords if s.strip("'") not in CASED}
    made = Grammar(rules, frozenset(), {}, spelt)
    while True:
        first = {n: frozenset().union(*(made.begins(a) for a in alternatives)) for n, alternatives in rules.items()}
        empty = frozenset(n for n, alternatives in rules.items() if any(made.vanishes(a) for a in alternatives))
        first = {n: found - rules.keys() for n, found in first.items()}
        if (first, empty) == (made.first, made.empty):
            return made
        made = Grammar(rules, empty, first, spelt)


def _terminals(token: Token) -> tuple[str, ...]:
    """The terminals of the grammar that a token can be."""
    if token.kind == "word":
        return (f"'{token.text}'",) if token.text in CASED else (f"'{token.text.upper()}'",)
    if token.kind in ("mark", "open"):
        return (f"'{token.text}'",)
    if token.text[0] in "+-":
        return ("SIGNED",)
    return (KINDS[token.kind],)


def unexpected(found: list[Token]) -> Unexpected | None:
    """The first token that leaves the grammar, or None where the text follows it to its end."""
    known = grammar()
    stack = [END, START]
    wanted: set[str] = set()
    at = 0
    while stack:
        symbol = stack.pop()
        terminals = tuple(known.spelt.get(t, t) for t in _terminals(found[at])) if at < len(found) else (END,)
        if symbol not in known.rules:
            if symbol not in terminals:
                return Unexpected(found[at] if at < len(found) else None, frozenset(wanted | {symbol}))
            at, wanted = at + 1, set()
            continue
        wanted |= known.first[symbol]
        chosen = next((a for a in known.rules[symbol] if known.begins(a).intersection(terminals)), None)
        if chosen is None:
            chosen = next((a for a in known.rules[symbol] if known.vanishes(a)), None)
        if chosen is None:
            return Unexpected(found[at] if at < len(found) else None, frozenset(wanted))
        stack += reversed(chosen)
    return None


def explain(text: str) -> tuple[int, str] | None:
    """Offset and message of the first fault that the grammar sees in a text; None where it sees none."""
    fault = unexpected(tokens(text))
    if fault is None:
        return None
    shown = sorted({WORDS.get(s, s.strip("'")) for s in fault.expected} - {END})
    some = f"; here could stand: {', '.join(shown)}" if 0 < len(shown) <= _FEW else ""
    if fault.token is None:
        return len(text.rstrip()), f"the query ends too early{some}"
    token = fault.token
    if token.kind == "open":
        return token.start, OPEN_STRING
    near = _near(token, shown)
    hint = f"; did you mean {near}?" if near else some
    return token.start, f'"{_short(token.text)}" is not expected here{hint}'


def _near(token: Token, shown: list[str]) -> str | None:
    if token.kind not in ("word", "prefix", "name"):
        return None
    by_upper = {s.upper(): s for s in shown if s.isidentifier()}
    close = get_close_matches(token.text.upper(), by_upper, n=1, cutoff=0.7)
    return by_upper[close[0]] if close else None


def _short(text: str, limit: int = 40) -> str:
    line = text.split("\n", 1)[0]
    return line if len(text) <= limit and line == text else line[:limit] + "…"
