"""Changes of inputs at random, by a generator that is given: the same generator makes the same changes.

Bytes and tokens of any text; trees of JSON and YAML; rows of tables; tags of markup; members of archives; packed bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from copy import deepcopy
from random import Random

Change = Callable[[bytes, list[bytes], Random], bytes]
"""A function that makes an input of a seed; the other seeds are there for splices."""

BYTES = (b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\x1b[31m", b"\x9b", b"\r", b"\n", b"\x80", b"\xc3", b"\xed\xa0\x80")

TEXTS = (
    "\u202e \x85 \u2028 \ufffd \u200b \ufeff \u00ad \u0130 \u0660 \u2167 \ufb01 e\u0308 \U0001f4a9 \U000e0041"
    " ::error:: ##[error] &a *a !!x <<: --- | \" ' # ; , .. ../ con =1+1 00 0000 1e999 NaN -0 Infinity 2024-02-30"
    " \\u0000 \\uD800 \\ _:b <x> @prefix ^^ << <<( )>> ${x} {x} {0} %00 %ff %s <!DOCTYPE> <!-- ]]> <table> <del> &amp;"
    " &#0; &#xD800; javascript:x http://[ http://a.example/é 167 fi true null"
)

WORDS = (
    *BYTES,
    *(text.encode() for text in TEXTS.split(" ")),
    b"[" * 60,
    b"{" * 60,
    b"(" * 60,
    b"9" * 400,
    b"a" * 4000,
)
"""Pieces that are put into inputs."""

ODD: tuple[object, ...] = tuple(
    json.loads(
        r"""[null, true, false, 0, -1, 1.5, 1e308, 1000000000000000000000000000000, 9223372036854775808, "", " ", "x",
        "0",
        "-0", "1e5", "NaN", "0000", "2021-13", "2021", "2024-02-30", "12,50", "75 000", "a/b", "fi", "\u202e", "\u0085",
        "\ud800", "e\u0308", "=1+1", "../x", "con", "{0}", [], {}, [null], [[]], [{}], {"": ""}, {"fi": "x"},
        {"@value": 1}, ["a", "a"]]"""
    )
)
"""Values that are put into trees."""


def of_bytes(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Change bytes, pieces and lines; now and then go on with the rest of another seed."""
    content = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(content) + 1)
        end = min(len(content), at + chance.choice((1, 2, 8, 40)))
        way = chance.randrange(10)
        if way == 0:
            content[at:end] = chance.randbytes(end - at)
        elif way == 1:
            content[at:at] = chance.choice(WORDS)
        elif way == 2:
            del content[at:end]
        elif way == 3:
            content[at:at] = content[at:end] * chance.choice((1, 2, 30))
        elif way == 4:
            del content[at:]
        elif way == 5:
            lines = bytes(content).split(b"\n")
            one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            content = bytearray(b"\n".join(lines))
        elif way == 6 and content:
            content[at - 1] ^= 1 << chance.randrange(8)
        elif way == 7:
            other_seed = chance.choice(seeds)
            content[at:] = other_seed[chance.randrange(len(other_seed) + 1) :]
        elif way == 8:
            numbers = list(re.finditer(rb"[0-9]+", content))
            if numbers:
                number = chance.choice(numbers)
                values = (
                    b"0",
                    b"-1",
                    b"2147483648",
                    b"9999999999",
                    b"007",
                    b"1.5",
                    b"1e9",
                    b"%d" % chance.randrange(70),
                )
                content[number.start() : number.end()] = chance.choice(values)
        else:
            content[at:end] = chance.choice(WORDS)
    return bytes(content)


_TOKEN = re.compile(rb"[A-Za-z0-9_\x80-\xff]+|\s+|.", re.S)


def of_tokens(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Change, drop, repeat and exchange the words and signs of a text, also for those of another seed."""
    tokens = _TOKEN.findall(seed) or [b""]
    others = _TOKEN.findall(chance.choice(seeds)) or [b""]
    for _ in range(chance.choice((1, 2, 3, 6))):
        at = chance.randrange(len(tokens) + 1)
        end = min(len(tokens), at + chance.choice((1, 1, 2, 5)))
        way = chance.randrange(6)
        if way == 0:
            del tokens[at:end]
        elif way == 1:
            tokens[at:at] = tokens[at:end] * chance.choice((1, 2, 80))
        elif way == 2:
            start = chance.randrange(len(others))
            tokens[at:end] = others[start : start + chance.choice((1, 3, 9))]
        elif way == 3:
            tokens[at:end] = [chance.choice(WORDS)]
        elif way == 4:
            other = chance.randrange(len(tokens) + 1)
            tokens[at:end], tokens[other:other] = [], tokens[at:end]
        else:
            tokens[at:end] = [each.swapcase() for each in tokens[at:end]]
    return b"".join(tokens)


_TERM = re.compile(rb'"(?:[^"\\]|\\.)*"(?:@[a-z]+|\^\^[\w:]+)?|<[^<>\s]*>|[\w:.-]*[\w:]', re.S)


def of_terms(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Exchange terms of Turtle for others, and drop or repeat lines: most of what comes of it is Turtle."""
    others = _TERM.findall(chance.choice(seeds)) or [b"a"]
    content = seed
    for _ in range(chance.choice((1, 1, 2, 4))):
        terms = list(_TERM.finditer(content))
        lines = content.split(b"\n")
        at = chance.randrange(len(lines))
        way = chance.randrange(6)
        if way == 0 and lines[at].rstrip().endswith(b";"):
            del lines[at]
            content = b"\n".join(lines)
        elif way == 1 and lines[at].rstrip().endswith(b";"):
            lines.insert(chance.randrange(len(lines)), lines[at])
            content = b"\n".join(lines)
        elif terms:
            term = chance.choice(terms)
            own = (chance.choice(terms).group(), chance.choice(others), b"[]", b"()", b'"x"', b"<x>", b"-1", b'"1"@fi')
            content = content[: term.start()] + chance.choice(own) + content[term.end() :]
    return content


### Trees


class Pairs(list):  # type: ignore[type-arg]
    """The members of an object: pairs of a key and a value, so that a key may come twice."""


def _places(value: object) -> list[tuple[object, int]]:
    """All places of values in a tree: the collection and the index there."""
    found: list[tuple[object, int]] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            found += [(each, n) for n in range(len(each))]
            waiting += [member[1] for member in each] if isinstance(each, Pairs) else each
    return found


def _odd(chance: Random) -> object:
    value = chance.choice(ODD)
    if isinstance(value, dict):
        return Pairs(value.items())
    return [*value] if isinstance(value, list) else value


def _changed(tree: object, others: object, chance: Random) -> object:
    """Change some places of a tree."""
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        places = _places(tree)
        if not places:
            return _odd(chance)
        holder, at = chance.choice(places)
        assert isinstance(holder, list)
        way = chance.randrange(8)
        if way == 0:
            del holder[at]
        elif way == 1:
            holder.append(deepcopy(holder[at]))
        elif way == 2:
            other = chance.randrange(len(holder))
            holder[at], holder[other] = holder[other], holder[at]
        elif way == 3 and isinstance(holder, Pairs):
            keys = [member[0] for h, n in places if isinstance(h, Pairs) for member in (h[n],)]
            holder[at] = (chance.choice((*keys, *TEXTS.split(" "))), holder[at][1])
        else:
            old = holder[at][1] if isinstance(holder, Pairs) else holder[at]
            foreign = _places(others)
            new: object
            if way == 4 and foreign:
                theirs, n = chance.choice(foreign)
                new = deepcopy(theirs[n][1] if isinstance(theirs, Pairs) else theirs[n])  # type: ignore[index]
            elif way == 5 and isinstance(old, str):
                new = of_bytes(old.encode("utf-8", "replace"), [b"x"], chance).decode("utf-8", "replace")
            elif way == 6:
                new = chance.choice(([old], Pairs([("fi", old)]), [[old]], str(old)[:5000]))
            else:
                new = _odd(chance)
            holder[at] = (holder[at][0], new) if isinstance(holder, Pairs) else new
    return tree


def _json(value: object, space: str = "") -> str:
    if isinstance(value, Pairs):
        return "{" + f",{space}".join(f"{json.dumps(str(k))}:{space}{_json(v, space)}" for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + f",{space}".join(_json(v, space) for v in value) + "]"
    return json.dumps(value, ensure_ascii=isinstance(value, str) and not value.isprintable())


def _json_tree(content: bytes) -> object:
    try:
        return json.loads(content, object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        return Pairs()


def of_json(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Change the tree of a document in JSON."""
    tree = _changed(_json_tree(seed), _json_tree(chance.choice(seeds)), chance)
    return _json(tree, chance.choice(("", " "))).encode("utf-8", "surrogatepass")


def of_json_lines(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Change the tree of a line of JSON Lines; lines come twice, are lost, or come from another seed."""
    lines = seed.split(b"\n")
    at = chance.randrange(len(lines))
    others = chance.choice(seeds).split(b"\n")
    lines[at] = of_json(lines[at], [chance.choice(others)], chance)
    way = chance.randrange(6)
    if way == 0:
        lines.insert(at, chance.choice((*others, lines[at], b"", b" ", b"\xef\xbb\xbf")))
    return b"\n".join(lines)


def _yaml_tree(content: bytes) -> object:
    import yaml

    def tree(node: yaml.Node | None) -> object:
        if isinstance(node, yaml.MappingNode):
            return Pairs((str(k.value) if isinstance(k, yaml.ScalarNode) else "", tree(v)) for k, v in node.value)
        if isinstance(node, yaml.SequenceNode):
            return [tree(each) for each in node.value]
        return node.value if node is not None else None

    try:
        return tree(yaml.compose(content.decode(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, ValueError, RecursionError):
        return Pairs()


def _yaml_scalar(value: object, chance: Random) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    way = chance.randrange(8)
    if way < 4 and re.fullmatch(r"[\w./-][\w./ -]*", text):
        return text
    return "'" + text.replace("'", "''") + "'" if way == 5 else json.dumps(text, ensure_ascii=way == 6)


def _yaml(value: object, indent: str, chance: Random) -> str:
    """A tree as YAML: blocks, and now and then a collection in one line."""
    if not isinstance(value, list) or not value or len(indent) > 30 or chance.random() < 0.15:
        return (_json(value, " ") if isinstance(value, list) else _yaml_scalar(value, chance)) + "\n"
    lines = []
    for each in value:
        inner = each[1] if isinstance(value, Pairs) else each
        start = f"{indent}{_yaml_scalar(each[0], chance)}:" if isinstance(value, Pairs) else f"{indent}-"
        text = _yaml(inner, indent + "  ", chance)
        nested = isinstance(inner, list) and text.startswith(indent + "  ")
        lines.append(f"{start}\n{text}" if nested else f"{start} {text}")
    return "".join(lines)


def of_yaml(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Change the tree of a document in YAML."""
    tree = _changed(_yaml_tree(seed), _yaml_tree(chance.choice(seeds)), chance)
    return _yaml(tree, "", chance).encode("utf-8", "surrogatepass")


### Tables, markup, archives, packed bytes


def of_rows(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Change rows and cells of a table with separators."""
    rows = [line.split(b",") for line in seed.split(b"\n")]
    cells = [cell for line in chance.choice(seeds).split(b"\n") for cell in line.split(b",")]
    for _ in range(chance.choice((1, 2, 3, 6))):
        at = chance.randrange(len(rows))
        row = rows[at]
        cell = chance.randrange(len(row)) if row else 0
        value = chance.choice(
            (chance.choice(cells), chance.choice(WORDS), b'"', b'""', b'"a\nb"', b"a,b", b"#REF!", b"")
        )
        way = chance.randrange(7)
        if way == 0:
            rows.insert(at, list(row))
        elif way == 1 and len(rows) > 1:
            del rows[at]
        elif way == 2:
            row.insert(cell, value)
        elif way == 3 and row:
            del row[cell]
        elif way == 4:
            for each in rows:
                each[cell : cell + 1] = [*each[cell : cell + 1], *each[cell : cell + 1]]
        elif row:
            row[cell] = value
    separator = chance.choice((b",", b",", b",", b";", b"\t", b"|"))
    return chance.choice((b"\n", b"\n", b"\r\n", b"\r")).join(separator.join(row) for row in rows)


def of_markup(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Drop, repeat and exchange tags and texts of markup, and change the values of attributes."""
    pieces = re.findall(rb"<[^<>]*>|[^<>]+|[<>]", seed) or [b""]
    others = re.findall(rb"<[^<>]*>|[^<>]+|[<>]", chance.choice(seeds)) or [b""]
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(pieces) + 1)
        end = min(len(pieces), at + chance.choice((1, 1, 2, 6)))
        way = chance.randrange(7)
        if way == 0:
            del pieces[at:end]
        elif way == 1:
            pieces[at:at] = pieces[at:end] * chance.choice((1, 2, 40))
        elif way == 2:
            start = chance.randrange(len(others))
            pieces[at:end] = others[start : start + chance.choice((1, 3, 9))]
        elif way == 3:
            other = chance.randrange(len(pieces) + 1)
            pieces[at:end], pieces[other:other] = [], pieces[at:end]
        elif way == 4 and at < len(pieces) and (values := list(re.finditer(rb'"[^"]*"', pieces[at]))):
            value = chance.choice(values)
            new = b'"%b"' % chance.choice((*WORDS, b"1", b"0", b"-1", b"A1", b"XFD1048576", b"99999999999"))
            pieces[at] = pieces[at][: value.start()] + new + pieces[at][value.end() :]
        elif at < len(pieces):
            pieces[at] = of_bytes(pieces[at], [b"x"], chance)
    return b"".join(pieces)


def of_archive(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
    """Change a member of an archive, or leave it out; now and then the bytes of the archive itself."""
    if chance.random() < 0.1:
        return of_bytes(seed, seeds, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as old, zipfile.ZipFile(made, "w") as new:
        names = old.namelist()
        with zipfile.ZipFile(io.BytesIO(chance.choice(seeds))) as other:
            others = [other.read(name) for name in other.namelist()]
        target = chance.choice(names)
        for name in names:
            content = old.read(name)
            if name == target:
                if chance.random() < 0.05:
                    continue
                content = chance.choice((of_markup, of_markup, of_bytes))(content, others, chance)
            new.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def of_packed(change: Change) -> Change:
    """Return the change of what is packed: changed by `change`, packed again in one of the ways, perhaps damaged."""

    def packed(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
        content = change(seed, seeds, chance)
        way = chance.randrange(4)
        if way == 3:
            made = content
        elif way == 2:
            import zstandard

            made = zstandard.ZstdCompressor(write_checksum=chance.random() < 0.5).compress(content)
        else:
            made = gzip.compress(content, 1, mtime=0)
        end = chance.randrange(6)
        if end == 0:
            made = made[: chance.randrange(len(made) + 1)]
        elif end == 1:
            made = of_bytes(made, [made], chance)
        elif end == 2:
            made += chance.choice((made, b"\0", b"\0" * 600, b"x", gzip.compress(b'{"id": "z"}\n', 1, mtime=0)))
        return made

    return packed


def mixed(*changes: Change) -> Change:
    """Return a change that is one of these, each as likely."""

    def change(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
        return chance.choice(changes)(seed, seeds, chance)

    return change


def finished(change: Change, finish: Callable[[bytes], bytes]) -> Change:
    """Return a change after which, every other time, an input is finished: a checksum set right, for one."""

    def whole(seed: bytes, seeds: list[bytes], chance: Random) -> bytes:
        content = change(seed, seeds, chance)
        return finish(content) if chance.random() < 0.7 else content

    return whole
