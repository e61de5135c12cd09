r"""SPARQL text as tokens, and the guard that stands before any parser.

The parsers behind us crash or hang on some short texts (measured on pyoxigraph 0.5.13: 5,000 nested brackets end the
process, so do 8,000 `+` in a row; 200 joined triple patterns keep the planner busy for longer than ten seconds), and
they answer `SERVICE` by calling out. So `check` looks at the tokens first. Nothing here needs an engine: a server can
refuse a text before a worker sees it.

Tokens follow section 19.8 of SPARQL 1.1 Query Language. Its section 19.2 replaces `\uXXXX` before anything is read;
not all engines do, so the guard reads a text both ways and refuses what either reading shows.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.messages.refusal import Refusal

# Beyond ASCII the specification lists ranges of letters, and classes of them take 30 ms to compile. Here all counts as a
# letter but control characters and the no-break space: an engine that is stricter refuses the text. So the classes say
# what is no letter; the names tell what they add to letters.
_NONE = r"\[-^`{-\xa0"

_LETTER = rf"[^\x00-@_{_NONE}]"

_WORDLY = rf"[^\x00-/:-@{_NONE}]"  # _ and digits

_COLON = rf"[^\x00-/;-@{_NONE}]"  # _, digits and :

_HYPHEN = rf"[^\x00-,./:-@{_NONE}]"  # _, digits and -

_HYPHEN_COLON = rf"[^\x00-,./;-@{_NONE}]"

_DOT = rf"[^\x00-,/:-@{_NONE}]"  # _, digits, - and .

_DOT_COLON = rf"[^\x00-,/;-@{_NONE}]"

# Longer prefixes are read as words: without a bound, `a-a-a-…` is looked through for a colon from each letter.
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

OPERATORS = frozenset(("||", "&&", "!", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "|", "^"))

OPEN, CLOSE = frozenset(("(", "[", "{", "<<")), frozenset((")", "]", "}", ">>"))

OPEN_STRING = "the string that begins here does not end"

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")


class Token(NamedTuple):
    """One token: its kind (a key of the table above), its text, and where it starts in the text it was read from."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Limits(NamedTuple):
    """What a query may be: `length` in bytes of UTF-8, `depth` of nested brackets, numbers of `operators` and of
    triple `patterns` (triples, members of collections and steps of paths, as far as tokens tell)."""

    length: int = 16_384
    depth: int = 64
    operators: int = 500
    patterns: int = 100


LIMITS = Limits()


class CannotAsk(Refusal):
    """A query cannot be asked; the message says why and what to do."""


class Refused(CannotAsk):
    """The guard or a parser refuses a text. `code` tells the rule; `line` and `column` count from 1, in code points.

    `why` is the message without its place, by language where it is our own; `message` is that in English.
    """

    def __init__(self, code: str, why: dict[str, str] | str, line: int, column: int) -> None:
        by_language = {"en": why} if isinstance(why, str) else why
        super().__init__({lang: f"{line}:{column}: {said}" for lang, said in by_language.items()})
        self.code, self.why, self.line, self.column = code, why, line, column
        self.message = by_language["en"]

    def __reduce__(self) -> tuple[type, tuple[str, dict[str, str] | str, int, int]]:
        return Refused, (self.code, self.why, self.line, self.column)


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of an offset in a text."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def refused(code: str, why: dict[str, str] | str, text: str, offset: int) -> Refused:
    """The refusal of what stands at an offset of a text."""
    return Refused(code, why, *place(text, offset))


def _told(name: str, **values: object) -> dict[str, str]:
    """A message by language. Its catalogue is read where a text is refused: to look at tokens takes no engine."""
    from hankelod.messages.words import told

    return told(name, **values)


def tokens(text: str) -> list[Token]:
    """The tokens of a text, without white space and comments; what is no token is a `mark`.

    A quotation mark that opens no string is the last token, of kind `open`: no parser gets further.
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match.group(), match.start()))
        if kind == "open":
            break
    return found


def unescaped(text: str) -> str:
    r"""The text with its `\uXXXX` and `\UXXXXXXXX` replaced (section 19.2)."""

    def character(match: re.Match[str]) -> str:
        code = int(match.group(1) or match.group(2), 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"

    return _ESCAPE.sub(character, text)


def check(text: str, limits: Limits = LIMITS) -> list[Token]:
    """Refuse what must not reach a parser. Returns the tokens of what may. Raises Refused."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.length:
        raise Refused("query-too-long", _told("refusal-too-long", size=size, limit=limits.length), 1, 1)
    found = tokens(text)
    _check(text, found, limits)
    if found and found[-1].kind == "open":
        raise refused("query-syntax", OPEN_STRING, text, found[-1].start)
    plain = unescaped(text)
    if plain != text:
        try:
            _check(plain, tokens(plain), limits)
        except Refused as error:
            raise Refused(error.code, _told("refusal-escaped", why=error.why), 1, 1) from error
    return found


def _check(text: str, found: list[Token], limits: Limits) -> None:
    inside: list[str] = []
    operators = patterns = 0
    values = False
    for n, token in enumerate(found):
        if token.kind == "word":
            values = token.text.upper() == "VALUES"
        if _is_service(found, n):
            raise refused("query-service", _told("refusal-service"), text, token.start)
        if token.kind == "mark" and token.text in OPEN:
            inside.append("values" if values and token.text == "{" else token.text)
            if len(inside) > limits.depth:
                raise refused("query-too-deep", _told("refusal-too-deep", limit=limits.depth), text, token.start)
        elif token.kind == "mark" and token.text in CLOSE:
            if inside and inside.pop() == "values":
                values = False
        elif token.kind == "mark" and token.text in OPERATORS:
            operators += 1
        patterns += _is_pattern(found, n, inside)
        if operators > limits.operators:
            raise refused("query-too-large", _told("refusal-operators", limit=limits.operators), text, token.start)
        if patterns > limits.patterns:
            raise refused("query-too-large", _told("refusal-patterns", limit=limits.patterns), text, token.start)
    _check_form(text, found)


def _is_service(found: list[Token], n: int) -> bool:
    """Whether a parser may read the keyword SERVICE here.

    A keyword may stand right behind or before something else for a parser that asks for no white space between
    (`trueSERVICE<…>`, `SERVICE:x {`); no other keyword holds these letters.
    """
    token = found[n]
    if token.kind == "word":
        return "service" in token.text.lower()
    if token.kind not in ("name", "prefix") or "service" not in token.text.partition(":")[0].lower():
        return False
    opens = n + 1 < len(found) and found[n + 1].text == "{"
    return opens and not (n > 0 and found[n - 1].text.upper() == "GRAPH")


def _is_pattern(found: list[Token], n: int, inside: list[str]) -> bool:
    """Whether a token adds a triple pattern: a group opens, a triple ends, a path or a collection goes on."""
    token = found[n]
    if token.kind == "mark" and token.text in ("/", "{", "["):
        return inside[-1:] != ["values"]
    if inside[-1:] == ["("] and inside[-2:-1] != ["values"]:
        return n > 0 and _is_term(found[n - 1]) and _is_term(token)
    return inside[-1:] in (["{"], ["["]) and token.kind == "mark" and token.text in (".", ";", ",")


def _is_term(token: Token) -> bool:
    return token.kind in ("iri", "name", "variable", "string", "integer", "decimal", "double", "blank")


def _check_form(text: str, found: list[Token]) -> None:
    """Only the four query forms: an update has no business here, and gets told so."""
    first = form_token(found)
    if first is not None and first.text.upper() in UPDATES:
        raise refused("query-update", _told("refusal-update", word=first.text.upper()), text, first.start)


def form_token(found: list[Token]) -> Token | None:
    """The token that says what the query wants: the first word behind the declarations of base and prefixes."""
    declarations = ("BASE", "PREFIX", "VERSION")
    return next((t for t in found if t.kind == "word" and t.text.upper() not in declarations), None)


def form(found: list[Token]) -> str | None:
    """`SELECT`, `ASK`, `CONSTRUCT` or `DESCRIBE`; None where the text is none of these."""
    first = form_token(found)
    return first.text.upper() if first is not None and first.text.upper() in FORMS else None


def declared(found: list[Token]) -> dict[str, str]:
    """The prefixes that a text declares itself, with their IRIs as written."""
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(found, found[1:], found[2:], strict=False)
        if word.kind == "word" and word.text.upper() == "PREFIX" and name.kind == "prefix" and iri.kind == "iri"
    }
