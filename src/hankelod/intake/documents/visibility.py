"""Parts of a web page that its readers do not see: hidden, deleted, struck out, or there for other programs.

Text that only some readers meet is text of the page: what `aria-hidden` keeps from screen readers is seen, what is
moved off the screen is read aloud, and what is folded up (`details`, `hidden="until-found"`) is unfolded. Styles count
where the page itself holds them, in attributes and in `style` elements; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

SILENT = frozenset(["head", "script", "style", "title"])
"""Elements of HTML that hold no text of the page."""

FILLED = frozenset(
    ["", "text", "search", "tel", "url", "email", "number", "date", "month", "week", "time", "datetime-local", "button"]
)
"""Types of a field of a form whose value is seen."""

ASIDE = (
    (re.compile(r"mso-element:\s*comment(?:-list)?\b|\bmso(?:commentreference|comanchor|comtxt)\b", re.I), "comment"),
    (re.compile(r"mso-element:\s*footnote(?:-list)?\b", re.I), "footnote"),
    (re.compile(r"mso-element:\s*endnote(?:-list)?\b", re.I), "endnote"),
    (re.compile(r"mso-element:\s*header\b", re.I), "header"),
    (re.compile(r"mso-element:\s*footer\b", re.I), "footer"),
)
"""Classes and styles by which Word marks what stands beside a text, and the reason that is told."""

NOTE = re.compile(r"(?P<kind>cmnt|ftnt|_ftn|_edn|_msocom_)(?P<back>_?ref)?\d+", re.I)
"""Names by which Word and Google Docs link a text with its notes and comments."""

NOTES = {"cmnt": "comment", "_msocom_": "comment", "_edn": "endnote"}
"""The reason by the name; others are those of footnotes."""

REASONS = {
    "datalist": "fallback",
    "del": "deleted",
    "s": "struck",
    "strike": "struck",
    "template": "fallback",
    "noscript": "fallback",
    "iframe": "fallback",
    "object": "fallback",
    "canvas": "fallback",
    "audio": "fallback",
    "video": "fallback",
    "svg": "drawing",
}
"""Elements of HTML whose text is left out, and the reason that is told."""

SHOWING = frozenset(["display", "visibility", "opacity", "font-size", "mso-hide", "text-decoration"])
"""Properties that can hide text or strike it out; `text-decoration-line` counts as `text-decoration`."""

COMPOUND = re.compile(r"(?P<tag>[a-z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+)*)", re.I)

BRACE = re.compile("[{}]")

MAX_RULES = 1_000
"""Most rules that are kept of a page's style sheets; a page has a few dozen that hide anything."""

MAX_STYLES = 500_000
"""Most characters of style sheets that are read."""

MAX_DEPTH = 5
"""Deepest nesting of blocks in a style sheet that is followed."""


class Compound(NamedTuple):
    """A part of a selector: an element's name (or none), its id (or none) and its classes."""

    tag: str
    id: str
    classes: frozenset[str]

    def matches(self, node) -> bool:  # type: ignore[no-untyped-def]
        """Return true where an element has the name, the id and the classes."""
        if self.tag and self.tag != str(node.tag).casefold():
            return False
        if self.id and self.id != node.get("id"):
            return False
        return not self.classes or self.classes <= set((node.get("class") or "").split())


class Rule(NamedTuple):
    """A rule of a style sheet: its selector from right to left, each part with the combinator before it."""

    weight: tuple[int, int, int]
    order: int
    selector: tuple[tuple[Compound, str], ...]
    declarations: dict[str, tuple[str, bool]]

    def matches(self, node) -> bool:  # type: ignore[no-untyped-def]
        """Return true where the selector fits an element and what is around it."""
        (last, combinator), *before = self.selector
        if not last.matches(node):
            return False
        for compound, earlier in before:
            node = node.getparent()
            while node is not None and combinator == " " and not compound.matches(node):
                node = node.getparent()
            if node is None or not compound.matches(node):
                return False
            combinator = earlier
        return True


def declarations(text: str) -> dict[str, tuple[str, bool]]:
    """Return the declarations that can hide text, each value with whether it is important."""
    found = {}
    for part in text.split(";"):
        name, colon, value = part.partition(":")
        name = name.strip().casefold().replace("text-decoration-line", "text-decoration")
        if colon and name in SHOWING:
            value, mark, _ = value.strip().casefold().partition("!")
            found[name] = (value.strip(), bool(mark))
    return found


def _blocks(css: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The selectors and declarations of a style sheet; of its conditions only those that hold on every screen."""
    at = 0
    while (opened := css.find("{", at)) >= 0:
        prelude = css[at:opened].rpartition(";")[2].strip().casefold()
        if not prelude.startswith("@"):
            closed = css.find("}", opened)
            closed = len(css) if closed < 0 else closed
            yield prelude, css[opened + 1 : closed]
        else:
            closed = _closing(css, opened)
            if re.fullmatch(r"@media\s+(?:only\s+)?(?:all|screen)|@layer.*", prelude) and depth < MAX_DEPTH:
                yield from _blocks(css[opened + 1 : closed], depth + 1)
        at = closed + 1


def _closing(css: str, opened: int) -> int:
    """The place of the brace that closes a block."""
    depth = 0
    for brace in BRACE.finditer(css, opened):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.start()
    return len(css)


def _selector(text: str) -> tuple[tuple[Compound, str], ...] | None:
    """A selector of names, ids and classes from right to left; None for any other."""
    parts = re.split(r"\s*(>)\s*|\s+", text.strip())
    out: list[tuple[Compound, str]] = []
    combinator = ""
    for part in parts:
        if part is None:
            combinator = combinator or " "
        elif part == ">":
            combinator = ">"
        else:
            match = COMPOUND.fullmatch(part)
            if match is None or not part:
                return None
            classes = frozenset(re.findall(r"\.([\w-]+)", match["rest"]))
            ids = re.findall(r"#([\w-]+)", match["rest"])
            tag = (match["tag"] or "").replace("*", "")
            out.append((Compound(tag, ids[0] if ids else "", classes), combinator))
            combinator = ""
    return tuple(reversed(out))


class Sheets:
    """The style sheets of a page, as far as they can hide text or strike it out."""

    def __init__(self, root) -> None:  # type: ignore[no-untyped-def]
        css = "\n".join(x.text or "" for x in root.iter("style"))[:MAX_STYLES]
        css = re.sub(r"<!--|-->", "", re.sub(r"/\*.*?(?:\*/|$)", "", css, flags=re.S))
        self.rules: dict[str, list[Rule]] = {}
        self.choices: dict[object, object] = {}
        kept = 0
        for order, (selectors, body) in enumerate(_blocks(css)):
            found = declarations(body)
            for text in selectors.split(",") if found else ():
                selector = _selector(text)
                if selector is None or kept >= MAX_RULES:
                    continue
                kept += 1
                parts = [c for c, _ in selector]
                weight = (
                    sum(bool(c.id) for c in parts),
                    sum(len(c.classes) for c in parts),
                    sum(bool(c.tag) for c in parts),
                )
                last = parts[0]
                key = f"#{last.id}" if last.id else f".{min(last.classes)}" if last.classes else last.tag
                self.rules.setdefault(key, []).append(Rule(weight, order, selector, found))

    def _styles(self, node) -> dict[str, str]:  # type: ignore[no-untyped-def]
        """The values that hold for an element itself."""
        keys = [f"#{node.get('id')}", *(f".{c}" for c in dict.fromkeys((node.get("class") or "").split()))]
        keys += [str(node.tag).casefold(), ""]
        rules = [rule for key in keys for rule in self.rules.get(key, ()) if rule.matches(node)]
        values: dict[str, tuple[bool, str]] = {}
        ordered = [r.declarations for r in sorted(rules, key=lambda r: (r.weight, r.order))]
        for found in [*ordered, declarations(node.get("style") or "")]:
            for name, (value, important) in found.items():
                if important or not values.get(name, (False, ""))[0]:
                    values[name] = (important, value)
        return {name: value for name, (_, value) in values.items()}

    def _chosen(self, option) -> bool:  # type: ignore[no-untyped-def]
        """True for the choice of a list that is made: marked as selected, else the first one."""
        choices = next(option.iterancestors("select"), None)
        if choices is None or choices.get("multiple") is not None:
            return choices is not None and option.get("selected") is not None
        if choices not in self.choices:
            options = list(choices.iter("option"))
            self.choices[choices] = next((x for x in options if x.get("selected") is not None), options[0])
        return option is self.choices[choices]

    def left(self, node) -> str:  # type: ignore[no-untyped-def]
        """Return the reason for leaving out an element with all that it holds, or nothing."""
        tag = str(node.tag).casefold()
        if tag in REASONS:
            return REASONS[tag]
        if (tag == "input" and (node.get("type") or "").strip().casefold() not in FILLED) or (
            tag == "option" and not self._chosen(node)
        ):
            return "hidden"
        marks = f"{node.get('class') or ''} {node.get('style') or ''}"
        aside = next((reason for pattern, reason in ASIDE if pattern.search(marks)), "") or _note(node, tag)
        if aside:
            return aside
        styles = self._styles(node)
        hidden = node.get("hidden")
        display = styles.get("display", "none" if hidden is not None and hidden.casefold() != "until-found" else "")
        if tag == "dialog" and node.get("open") is None and "display" not in styles:
            display = "none"
        gone = (
            display == "none" or styles.get("visibility") in ("hidden", "collapse") or styles.get("mso-hide") == "all"
        )
        if gone or any(re.fullmatch(r"0*\.?0+(?:[a-z%]+)?", styles.get(name, "")) for name in ("opacity", "font-size")):
            return "hidden"
        return "struck" if "line-through" in styles.get("text-decoration", "") else ""


def _note(node, tag: str) -> str:  # type: ignore[no-untyped-def]
    """The reason for leaving out a mark that leads to a note, or the paragraphs of the note itself; or nothing."""
    link = node if tag == "a" else next(node.iter("a"), None) if tag == "div" else None
    if link is None:
        return ""
    match = NOTE.fullmatch((link.get("href") or "").strip().removeprefix("#"))
    if match is None:
        return ""
    if tag == "div":  # the note begins with the mark that leads back
        named = NOTE.fullmatch((link.get("id") or link.get("name") or "").strip())
        starts = [next((t for t in x.itertext() if t.strip()), "") for x in (node, link)]
        if not match["back"] or named is None or starts[0] != starts[1]:
            return ""
    return NOTES.get(match["kind"].casefold(), "footnote")
