"""The layout of the ministry's compilation documents: lines become raw projects, and none of them is lost.

A project is a title, paragraphs, bullets under two headings, perhaps a quotation, and labelled fields, in that order or
near it. Every line ends up in a project, in the document's frame (what stands before the first project and after the
last), or in the list of what was not understood.
"""

from __future__ import annotations

from typing import NamedTuple

from hankelod.intake.documents.layout import END, LINK, NONE, QUOTES, Piece, is_heading, pieces, plain
from hankelod.intake.documents.lines import Line
from hankelod.intake.documents.paragraphs import Found, Paragraph, joined, speaker, titled


class RawQuotation(NamedTuple):
    words: Found
    speaker: Found


class RawProject(NamedTuple):
    """One project as the document has it, nothing interpreted. `fields` holds the labelled values by their key."""

    title: Found | None
    description: tuple[Found, ...]
    outcomes: tuple[tuple[str, Found], ...]
    quotations: tuple[RawQuotation, ...]
    fields: dict[str, tuple[Found, ...]]

    @property
    def line(self) -> int:
        """The first line of the project."""
        texts = [
            self.title,
            *self.description,
            *(f for _, f in self.outcomes),
            *(f for v in self.fields.values() for f in v),
        ]
        return min(n for f in texts if f is not None for n in f.lines)


class Compilation(NamedTuple):
    """What a document holds: its projects, the headings within them, its frame, and the lines that were not understood."""

    projects: tuple[RawProject, ...]
    headings: tuple[Line, ...]
    frame: tuple[Line, ...]
    strange: tuple[Line, ...]
    lines: int

    def coverage(self) -> float:
        """Per cent of the document's lines (empty ones aside) that were understood."""
        return 100.0 if not self.lines else 100.0 * (self.lines - len(self.strange)) / self.lines


def read(lines: list[Line]) -> Compilation:
    """The projects of a document in this layout; none where it has another."""
    return _Reading(lines).done()


class _Project:
    """A project that is being read."""

    def __init__(self, title: Found | None, description: list[Found]) -> None:
        self.title, self.description = title, description
        self.outcomes: list[tuple[str, list[Line], str]] = []
        self.quotations: list[RawQuotation] = []
        self.fields: dict[str, list[Found]] = {}

    def raw(self) -> RawProject:
        outcomes = tuple(
            (kind, Found(joined([text, *(plain(x.text) for x in more[1:])]), tuple(x.number for x in more)))
            for kind, more, text in self.outcomes
        )
        return RawProject(
            self.title,
            tuple(self.description),
            outcomes,
            tuple(self.quotations),
            {k: tuple(v) for k, v in self.fields.items()},
        )


class _Reading:
    """A document on its way through, line by line. `at` names what a line now belongs to."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.projects: list[_Project] = []
        self.pending: list[Paragraph] = []
        self.frame: list[Line] = []
        self.strange: list[Line] = []
        self.headings: list[Line] = []
        self.at = "between"
        self.kind = ""
        self.field = ""
        self.quote: list[Line] = []
        self.structure = [self._structural(line) for line in lines]

    def done(self) -> Compilation:
        gap = 0
        full = 0
        for n, line in enumerate(self.lines):
            if not plain(line.text):
                gap += 1
                continue
            full += 1
            for piece in pieces(line.text):
                self._take(n, line, piece, gap)
            gap = 0
        self._drop_quote()
        self.frame += [x for p in self.pending for x in p.lines]
        projects = tuple(p.raw() for p in self.projects)
        return Compilation(projects, tuple(self.headings), tuple(self.frame), tuple(sorted(self.strange)), full)

    def _structural(self, line: Line) -> str | None:
        """The section or field that a line begins, or None."""
        first = pieces(line.text)[0]
        return first.what + ":" + first.key if first.what in ("label", "heading") else None

    def _next(self, n: int) -> str | None:
        """The next section or field after a line."""
        return next((s for s in self.structure[n + 1 :] if s is not None), None)

    ### One piece of a line

    def _take(self, n: int, line: Line, piece: Piece, gap: int) -> None:
        if piece.what == "label":
            self._drop_quote()
            self._label(line, piece)
        elif piece.what == "heading":
            self._drop_quote()
            self._heading(line, piece.key)
        elif self.at == "quote":
            self._quoted(n, line, piece)
        elif self.at == "field":
            self._value(line, piece, gap)
        elif self.at == "section":
            self._outcome(n, line, piece, gap)
        else:
            self._between(line, gap)

    def _between(self, line: Line, gap: int) -> None:
        self.at = "between"
        heading = line.heading or is_heading(line.text)
        before = self.pending[-1] if self.pending else None
        if before is not None and gap == 0 and before.heading == heading:
            self.pending[-1] = before._replace(lines=(*before.lines, line))
        else:
            self.pending.append(Paragraph((line,), gap, heading))

    def _label(self, line: Line, piece: Piece) -> None:
        if self.pending:
            self._settle(piece.key)
        elif not self.projects or (piece.key in self.projects[-1].fields and piece.key != "links"):
            self.projects.append(_Project(None, []))
        values = self.projects[-1].fields.setdefault(piece.key, [])
        self.at, self.field = "field", piece.key
        values.append(Found(piece.text, (line.number,)))

    def _heading(self, line: Line, kind: str) -> None:
        if self.pending:
            self._settle(None)
        elif not self.projects or (any(k == kind for k, _, _ in self.projects[-1].outcomes) and self.at == "field"):
            self.projects.append(_Project(None, []))
        self.at, self.kind = "section", kind
        self.headings.append(line)

    ### Titles and descriptions

    def _settle(self, key: str | None) -> None:
        """What the paragraphs before a section or a field are: a new project's title and description, or stray text."""
        paragraphs, self.pending = self.pending, []
        current = self.projects[-1] if self.projects else None
        if current is not None and self._belongs(current, paragraphs, key):
            if not current.description and not current.outcomes:
                current.description += [p.found() for p in paragraphs]
            else:
                self.strange += [x for p in paragraphs for x in p.lines]
            return
        before, title, description = titled(paragraphs, first=current is None)
        (self.frame if current is None else self.strange).extend(x for p in before for x in p.lines)
        self.projects.append(_Project(title, description))

    def _belongs(self, current: _Project, paragraphs: list[Paragraph], key: str | None) -> bool:
        """Whether paragraphs after fields still belong to the project that is being read."""
        marked = any(p.heading for p in paragraphs) or paragraphs[0].gap >= 2
        if key is None:  # a section follows
            return (
                not marked
                and not current.outcomes
                and not current.description
                and bool(END.search(paragraphs[-1].text))
            )
        return not marked and key not in current.fields and len(current.fields) < 4 and len(paragraphs) == 1

    ### Fields

    def _value(self, line: Line, piece: Piece, gap: int) -> None:
        values = self.projects[-1].fields[self.field]
        text = piece.text
        linked = bool(LINK.search(text)) or NONE.fullmatch(text) is not None
        heading = line.heading or is_heading(line.text)
        if self.field == "links":
            takes = linked and not heading
            if not values[-1].text and gap == 0 and not heading:
                takes = True
            if values[-1].text.count("[") > values[-1].text.count("]") and gap == 0:  # a link's words over two lines
                values[-1] = Found(joined([values[-1].text, text]), (*values[-1].lines, line.number))
                return
            if takes:
                if values[-1].text:
                    values.append(Found(text, (line.number,)))
                else:
                    values[-1] = Found(text, (*values[-1].lines, line.number))
                return
        elif not heading and not values[-1].text and gap < 3:
            values[-1] = Found(text, (*values[-1].lines, line.number))
            return
        elif (
            not heading
            and values[-1].text
            and (gap == 0 or piece.what == "bullet")
            and not NONE.fullmatch(values[-1].text)
        ):
            before = values[-1]
            between = ", " if piece.what == "bullet" and not before.text.rstrip().endswith(",") else " "
            values[-1] = Found(before.text + between + text, (*before.lines, line.number))
            return
        self._between(line, gap)

    ### Outcomes

    def _outcome(self, n: int, line: Line, piece: Piece, gap: int) -> None:
        project = self.projects[-1]
        mine = [o for o in project.outcomes if o[0] == self.kind]
        if piece.what == "bullet":
            project.outcomes.append((self.kind, [line], piece.text))
            return
        text = piece.text
        if line.heading or is_heading(line.text):
            self._between(line, gap)
        elif gap == 0 and mine:
            project.outcomes[-1][1].append(line)
        elif self._opens_quote(n, text):
            self.at, self.quote = "quote", []
            self._quoted(n, line, piece)
        elif mine and not END.search(text) and (gap >= 3 or self._next(n) in (None, "heading:result")):
            self._between(line, gap)
        else:
            project.outcomes.append((self.kind, [line], text))

    ### Quotations

    def _opens_quote(self, n: int, text: str) -> bool:
        """Whether a quotation begins: a lone mark, or a marked text that its speaker follows."""
        if text[0] not in QUOTES:
            return False
        if not text.strip(QUOTES + " "):
            return True
        following = [plain(x.text) for x in self.lines[n : n + 12] if plain(x.text)]
        return any(speaker(t) is not None for t in following[:4])

    def _quoted(self, n: int, line: Line, piece: Piece) -> None:
        self.quote.append(line)
        text = plain(line.text)
        said = speaker(text)
        if said is None:
            return
        before, who = said
        words = joined([*(plain(x.text) for x in self.quote[:-1]), before]).strip(QUOTES + " ")
        if not words:
            return
        numbers = tuple(x.number for x in self.quote)
        self.projects[-1].quotations.append(RawQuotation(Found(words, numbers), Found(who, (line.number,))))
        self.quote, self.at = [], "section"

    def _drop_quote(self) -> None:
        """A quotation without a speaker: its lines were not understood."""
        self.strange += self.quote
        self.quote = []
        if self.at == "quote":
            self.at = "section"
