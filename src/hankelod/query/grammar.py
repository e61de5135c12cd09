"""Syntax errors of SPARQL 1.1 queries: the first unexpected token, to the column, and the tokens allowed there.

The messages of engines are of little help: oxigraph reports the place where its last attempt ended, often the end of
the group, and a list of what that attempt expected. So a text that an engine rejects is read once more, by a
table-driven LL(1) recogniser over the grammar in `sparql.ebnf`. It only explains: it never rejects a query by itself,
and where it finds no error the message of the engine is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.words import message, word
from hankelod.rdf.sparql import Token, tokens
from hankelod.records.nearness import begun, nearest

START = "QueryUnit"

END = "the end"
"""The terminal after the last token."""

CASED = frozenset(("a",))
"""Keywords that are case-sensitive."""

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
"""The terminal of the grammar for each kind of token."""

WORDS = {
    "IRIREF": "refusal-terminal-iri",
    "PNAME_LN": "refusal-terminal-iri",
    "PNAME_NS": "refusal-terminal-iri",
    "STRING": "refusal-terminal-string",
    "BLANK_NODE_LABEL": "refusal-terminal-blank",
    "ANON": "refusal-terminal-blank",
    "VAR": "refusal-terminal-variable",
    "LANGTAG": "refusal-terminal-language",
    "INTEGER": "refusal-terminal-number",
    "NUMBER": "refusal-terminal-number",
    "SIGNED": "refusal-terminal-number",
}
"""Names of terminals in messages; the other terminals are written as they are."""

AS_WRITTEN = {"NIL": "( )"}
"""Terminals that are written otherwise than they are called."""

_PIECE = re.compile(r"'[^']*'|\w+|[()|?*+]")

_MAX_SUGGESTIONS = 6
"""The most allowed tokens that a message lists."""

Rules = dict[str, list[list[str]]]
"""By nonterminal: its alternatives, each a sequence of symbols."""


class Unexpected(NamedTuple):
    """The first token that is not allowed, and the terminals that are; `token` is None at the end of the text."""

    token: Token | None
    expected: frozenset[str]


class Grammar(NamedTuple):
    """The rules of the grammar, with the tables that an LL(1) recogniser needs.

    `empty` are the nonterminals that may be empty, `first` the FIRST set of each nonterminal. `spelt` maps a keyword in
    capitals to the spelling of the grammar (`isIRI`).
    """

    rules: Rules
    empty: frozenset[str]
    first: dict[str, frozenset[str]]
    spelt: dict[str, str]

    def begins(self, symbols: list[str]) -> frozenset[str]:
        """Return the FIRST set of a sequence of symbols."""
        first: set[str] = set()
        for symbol in symbols:
            first |= self.first.get(symbol, frozenset((symbol,)))
            if symbol not in self.empty:
                break
        return frozenset(first)

    def vanishes(self, symbols: list[str]) -> bool:
        """Return true where a sequence of symbols may be empty."""
        return all(s in self.empty for s in symbols)


class _RuleParser:
    """Parser of the right side of one rule; groups and repetitions become rules of their own."""

    def __init__(self, name: str, text: str, rules: Rules) -> None:
        self.name, self.rules = name, rules
        self.pieces = _PIECE.findall(text)
        self.at = self.count = 0

    def alternatives(self) -> list[list[str]]:
        """Read alternatives up to a closing bracket or the end."""
        alternatives: list[list[str]] = [[]]
        while self.at < len(self.pieces) and self.pieces[self.at] != ")":
            piece = self.pieces[self.at]
            self.at += 1
            if piece == "|":
                alternatives.append([])
                continue
            if piece == "(":
                inner = self.alternatives()
                self.at += 1
                piece = self._add(inner)
            alternatives[-1].append(self._repeated(piece))
        return alternatives

    def _add(self, alternatives: list[list[str]]) -> str:
        """Add a rule under a generated name and return the name."""
        self.count += 1
        name = f"{self.name}.{self.count}"
        self.rules[name] = alternatives
        return name

    def _repeated(self, symbol: str) -> str:
        sign = self.pieces[self.at] if self.at < len(self.pieces) else ""
        if sign not in ("?", "*", "+"):
            return symbol
        self.at += 1
        if sign == "?":
            return self._add([[symbol], []])
        more = self._add([])
        self.rules[more] = [[symbol, more], []]
        return more if sign == "*" else self._add([[symbol, more]])


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """Read the grammar of `sparql.ebnf` and compute its tables."""
    rules: Rules = {}
    for line in Path(__file__).with_name("sparql.ebnf").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, right = line.partition(": ")
            rules[name] = _RuleParser(name, right, rules).alternatives()
    keywords = sorted({s for alternatives in rules.values() for a in alternatives for s in a if s.startswith("'")})
    spelt = {s.upper(): s for s in keywords if s.strip("'") not in CASED}
    result = Grammar(rules, frozenset(), {}, spelt)
    while True:
        first = {n: frozenset().union(*(result.begins(a) for a in alternatives)) for n, alternatives in rules.items()}
        empty = frozenset(n for n, alternatives in rules.items() if any(result.vanishes(a) for a in alternatives))
        first = {n: symbols - rules.keys() for n, symbols in first.items()}
        if (first, empty) == (result.first, result.empty):
            return result
        result = Grammar(rules, empty, first, spelt)


def _terminals(token: Token) -> tuple[str, ...]:
    """The terminals of the grammar that a token can be."""
    if token.kind == "word":
        return (f"'{token.text}'",) if token.text in CASED else (f"'{token.text.upper()}'",)
    if token.kind in ("mark", "open"):
        return (f"'{token.text}'",)
    if token.text[0] in "+-":
        return ("SIGNED",)
    return (KINDS[token.kind],)


def unexpected(tokens: list[Token]) -> Unexpected | None:
    """Return the first token that the grammar does not allow, or None where the whole text follows it."""
    sparql = grammar()
    stack = [END, START]
    expected: set[str] = set()
    at = 0
    while stack:
        symbol = stack.pop()
        terminals = tuple(sparql.spelt.get(t, t) for t in _terminals(tokens[at])) if at < len(tokens) else (END,)
        if symbol not in sparql.rules:
            if symbol not in terminals:
                return Unexpected(tokens[at] if at < len(tokens) else None, frozenset(expected | {symbol}))
            at, expected = at + 1, set()
            continue
        expected |= sparql.first[symbol]
        chosen = next((a for a in sparql.rules[symbol] if sparql.begins(a).intersection(terminals)), None)
        if chosen is None:
            chosen = next((a for a in sparql.rules[symbol] if sparql.vanishes(a)), None)
        if chosen is None:
            return Unexpected(tokens[at] if at < len(tokens) else None, frozenset(expected))
        stack += reversed(chosen)
    return None


def explain(text: str) -> tuple[int, Text] | None:
    """Return offset and message of the first syntax error of a text; None where the grammar accepts it."""
    error = unexpected(tokens(text))
    if error is None:
        return None
    terminals = {AS_WRITTEN.get(s, s.strip("'")) for s in error.expected - {END}}
    names = [_named(terminals, lang) for lang in LANGUAGES]
    allowed: Text = dict.fromkeys(LANGUAGES, "")
    if 0 < len(names[0]) <= _MAX_SUGGESTIONS:
        listed = {lang: ", ".join(n) for lang, n in zip(LANGUAGES, names, strict=True)}
        allowed = message("refusal-syntax-allowed", names=listed)
    if error.token is None:
        return len(text.rstrip()), message("refusal-syntax-end", hint=allowed)
    token = error.token
    if token.kind == "open":
        return token.start, message("refusal-open-string")
    near = _near(token, sorted(terminals - set(WORDS)))
    hint = message("refusal-syntax-near", near=near) if near else allowed
    return token.start, message("refusal-syntax-token", token=_short(token.text), hint=hint)


def _named(terminals: Iterable[str], lang: str) -> list[str]:
    """The names of terminals in a language, sorted."""
    return sorted({word(WORDS[t])[lang] if t in WORDS else t for t in terminals})


def _near(token: Token, names: list[str]) -> str | None:
    """The allowed keyword that is spelt most like a token, or None."""
    if token.kind not in ("word", "prefix", "name"):
        return None
    by_upper = {s.upper(): s for s in names if s.isidentifier()}
    written = token.text.upper()
    close = nearest(written, by_upper, short=0) or begun(written, by_upper)
    return by_upper[close] if close else None


def _short(text: str, limit: int = 40) -> str:
    line = text.split("\n", 1)[0]
    return line if len(text) <= limit and line == text else line[:limit] + "…"
