r"""SPARQL tokens, and the guard in front of the query engines.

The engines crash or hang on some short queries (measured on pyoxigraph 0.5.13: 5,000 nested brackets end the process,
so do 8,000 `+` in a row; 200 joined triple patterns keep the planner busy for more than ten seconds), and `SERVICE`
makes them open network connections. So `check` inspects the tokens first. It needs no engine: a server can refuse a
query before a worker sees it.

Tokens follow section 19.8 of SPARQL 1.1 Query Language. Section 19.2 replaces `\uXXXX` before tokenising; not all
engines do, so the guard reads a text both ways and refuses it if either reading is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urljoin

from hankelod.messages.refusal import Refusal

# Beyond ASCII the specification lists ranges of letters, and character classes of them take 30 ms to compile. Here
# every character counts as a letter except control characters and the no-break space; a stricter engine refuses the
# text later. So each class lists the characters that are no letters; the names say what they add to letters.
_NONE = r"\[-^`{-\xa0"

_LETTER = rf"[^\x00-@_{_NONE}]"

_WORDLY = rf"[^\x00-/:-@{_NONE}]"  # _ and digits

_COLON = rf"[^\x00-/;-@{_NONE}]"  # _, digits and :

_HYPHEN = rf"[^\x00-,./:-@{_NONE}]"  # _, digits and -

_HYPHEN_COLON = rf"[^\x00-,./;-@{_NONE}]"

_DOT = rf"[^\x00-,/:-@{_NONE}]"  # _, digits, - and .

_DOT_COLON = rf"[^\x00-,/;-@{_NONE}]"

# Longer prefixes are read as words: without a bound, `a-a-a-…` would be searched for a colon from each letter.
_PREFIX = f"(?:{_LETTER}(?:{_DOT}{{0,60}}{_HYPHEN})?)?:"

_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"

_LOCAL = f"(?:{_COLON}|{_PLX})(?:(?:{_DOT_COLON}|{_PLX})*(?:{_HYPHEN_COLON}|{_PLX}))?"

_STRINGS = (
    r'"""(?:(?:""?)?(?:[^"\\]|\\[\s\S]))*"""',
    r"'''(?:(?:''?)?(?:[^'\\]|\\[\s\S]))*'''",
    r'"(?:[^"\\\n\r]|\\.)*"',
    r"'(?:[^'\\\n\r]|\\.)*'",
)

_EXPONENT = "[eE][+-]?[0-9]+"

_TOKENS = {
    "space": r"[ \t\r\n]+|#[^\n\r]*",
    "iri": r'<[^<>"{}|^`\\\x00-\x20]*>',
    "string": "|".join(_STRINGS),
    "open": "[\"']",
    "blank": f"_:{_WORDLY}(?:{_DOT}*{_HYPHEN})?",
    "name": f"{_PREFIX}{_LOCAL}",
    "prefix": _PREFIX,
    "variable": f"[?$]{_WORDLY}+",
    "language": "@[A-Za-z]+(?:-[A-Za-z0-9]+)*",
    "double": rf"[+-]?(?:[0-9]+\.[0-9]*{_EXPONENT}|\.[0-9]+{_EXPONENT}|[0-9]+{_EXPONENT})",
    "decimal": r"[+-]?[0-9]*\.[0-9]+",
    "integer": "[+-]?[0-9]+",
    "word": r"\w+",
    "nil": r"\([ \t\r\n]*\)",
    "anonymous": r"\[[ \t\r\n]*\]",
    "mark": r"\^\^|\|\||&&|!=|<=|>=|<<|>>|[\s\S]",
}

_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TOKENS.items()))

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

MARK = "\ufeff"
"""The byte order mark, with which some editors begin a file of UTF-8; it is no part of a query."""

OPERATORS = frozenset(("||", "&&", "!", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "|", "^"))

OPEN, CLOSE = frozenset(("(", "[", "{", "<<")), frozenset((")", "]", "}", ">>"))

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")


class Token(NamedTuple):
    """One token: its kind (a key of `_TOKENS`), its text, and its offset in the text it was read from."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return self.start + len(self.text)


class Limits(NamedTuple):
    """Limits of a query: `length` in bytes of UTF-8, `depth` of nested brackets, numbers of `operators` and of triple
    `patterns` (triples, members of collections and steps of paths, estimated from the tokens).
    """

    length: int = 16_384
    depth: int = 64
    operators: int = 500
    patterns: int = 100


LIMITS = Limits()


class CannotAsk(Refusal):
    """A query cannot be run; the message says why and what to do."""


class Refused(CannotAsk):
    """The guard or a parser refuses a text. `code` names the rule; `line` and `column` count from 1, in code points.

    `why` is the message without the position: by language, or one text from a parser; `message` is it in English.
    """

    def __init__(self, code: str, why: dict[str, str] | str, line: int, column: int) -> None:
        by_language = {"en": why} if isinstance(why, str) else why
        super().__init__({lang: f"{line}:{column}: {message}" for lang, message in by_language.items()})
        self.code, self.why, self.line, self.column = code, why, line, column
        self.message = by_language["en"]

    def __reduce__(self) -> tuple[type, tuple[str, dict[str, str] | str, int, int]]:
        return Refused, (self.code, self.why, self.line, self.column)


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of an offset in a text."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def refused(code: str, why: dict[str, str] | str, text: str, offset: int) -> Refused:
    """Create the error for an offset in a text."""
    return Refused(code, why, *place(text, offset))


def _message(name: str, **values: object) -> dict[str, str]:
    """Return a message by language. Imported here, since the catalogue loads pyoxigraph and tokens need no engine."""
    from hankelod.messages.words import message

    return message(name, **values)


def without_mark(text: str) -> str:
    """Return a text without the byte order mark at its beginning."""
    return text.removeprefix(MARK)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text without white space and comments; other characters are tokens of kind `mark`.

    A quotation mark without a closing one becomes the last token, of kind `open`: no parser gets further.
    """
    token_list: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            token_list.append(Token(kind, match.group(), match.start()))
        if kind == "open":
            break
    return token_list


def unescaped(text: str) -> str:
    r"""Replace `\uXXXX` and `\UXXXXXXXX` in a text (section 19.2)."""

    def character(match: re.Match[str]) -> str:
        code = int(match.group(1) or match.group(2), 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"

    return _ESCAPE.sub(character, text)


def check(text: str, limits: Limits = LIMITS) -> list[Token]:
    """Refuse a text that must not reach a parser, else return its tokens. Raises Refused."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.length:
        raise Refused("query-too-long", _message("refusal-too-long", size=size, limit=limits.length), 1, 1)
    token_list = tokens(text)
    _check(text, token_list, limits)
    if token_list and token_list[-1].kind == "open":
        raise refused("query-syntax", _message("refusal-open-string"), text, token_list[-1].start)
    plain = unescaped(text)
    if plain != text:
        try:
            _check(plain, tokens(plain), limits)
        except Refused as error:
            raise Refused(error.code, _message("refusal-escaped", why=error.why), 1, 1) from error
    return token_list


def _check(text: str, token_list: list[Token], limits: Limits) -> None:
    inside: list[str] = []
    operators = patterns = 0
    values = False
    for n, token in enumerate(token_list):
        if token.kind == "word":
            values = token.text.upper() == "VALUES"
        if _is_service(token_list, n):
            raise refused("query-service", _message("refusal-service"), text, token.start)
        if token.kind == "mark" and token.text in OPEN:
            inside.append("values" if values and token.text == "{" else token.text)
            if len(inside) > limits.depth:
                raise refused("query-too-deep", _message("refusal-too-deep", limit=limits.depth), text, token.start)
        elif token.kind == "mark" and token.text in CLOSE:
            if inside and inside.pop() == "values":
                values = False
        elif token.kind == "mark" and token.text in OPERATORS:
            operators += 1
        patterns += _is_pattern(token_list, n, inside)
        if operators > limits.operators:
            raise refused("query-too-large", _message("refusal-operators", limit=limits.operators), text, token.start)
        if patterns > limits.patterns:
            raise refused("query-too-large", _message("refusal-patterns", limit=limits.patterns), text, token.start)
    _check_form(text, token_list)


def _is_service(token_list: list[Token], n: int) -> bool:
    """Check if a parser may read the keyword SERVICE here.

    Some parsers need no white space around a keyword (`trueSERVICE<…>`, `SERVICE:x {`); no other keyword contains
    these letters.
    """
    token = token_list[n]
    if token.kind == "word":
        return "service" in token.text.lower()
    if token.kind not in ("name", "prefix") or "service" not in token.text.partition(":")[0].lower():
        return False
    opens = n + 1 < len(token_list) and token_list[n + 1].text == "{"
    return opens and not (n > 0 and token_list[n - 1].text.upper() == "GRAPH")


def _is_pattern(token_list: list[Token], n: int, inside: list[str]) -> bool:
    """Check if a token adds a triple pattern: a group opens, a triple ends, a path or a collection goes on."""
    token = token_list[n]
    if token.kind == "mark" and token.text in ("/", "{", "["):
        return inside[-1:] != ["values"]
    if inside[-1:] == ["("] and inside[-2:-1] != ["values"]:
        return n > 0 and _is_term(token_list[n - 1]) and _is_term(token)
    return inside[-1:] in (["{"], ["["]) and token.kind == "mark" and token.text in (".", ";", ",")


def _is_term(token: Token) -> bool:
    return token.kind in ("iri", "name", "variable", "string", "integer", "decimal", "double", "blank")


def _check_form(text: str, token_list: list[Token]) -> None:
    """Refuse updates with a message of their own; other texts that are no query are left to the parser."""
    first = form_token(token_list)
    if first is not None and first.text.upper() in UPDATES:
        raise refused("query-update", _message("refusal-update", word=first.text.upper()), text, first.start)


def form_token(token_list: list[Token]) -> Token | None:
    """Return the token of the query form: the first word behind the declarations of base and prefixes."""
    declarations = ("BASE", "PREFIX", "VERSION")
    return next((t for t in token_list if t.kind == "word" and t.text.upper() not in declarations), None)


def form(token_list: list[Token]) -> str | None:
    """Return `SELECT`, `ASK`, `CONSTRUCT` or `DESCRIBE`, or None for any other text."""
    first = form_token(token_list)
    return first.text.upper() if first is not None and first.text.upper() in FORMS else None


def declared(token_list: list[Token]) -> dict[str, str]:
    """Return the prefixes declared in the text, with their IRIs as written."""
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(token_list, token_list[1:], token_list[2:], strict=False)
        if word.kind == "word" and word.text.upper() == "PREFIX" and name.kind == "prefix" and iri.kind == "iri"
    }


def dataset_clause(token_list: list[Token], prefixes: Mapping[str, str], base: str) -> list[str]:
    """Return the IRIs of the graphs that a query names in FROM and FROM NAMED. `prefixes` include the declared ones."""
    graphs = []
    for n, token in enumerate(token_list):
        if token.kind == "word" and token.text.upper() == "BASE" and token_list[n + 1 : n + 2]:
            base = urljoin(base, token_list[n + 1].text[1:-1])
        if token.kind != "word" or token.text.upper() != "FROM":
            continue
        name = next((t for t in token_list[n + 1 : n + 3] if t.text.upper() != "NAMED"), None)
        if name is not None and name.kind == "iri":
            graphs.append(urljoin(base, name.text[1:-1]))
        elif name is not None and name.kind in ("name", "prefix"):
            prefix, _, local = name.text.partition(":")
            graphs.append(urljoin(base, prefixes.get(prefix, "")) + local.replace("\\", ""))
    return graphs
