"""Parser of the ministry's compilation documents: lines become raw projects, and no line is lost.

A project consists of a title, paragraphs, bullets under two headings, possibly a quotation, and labelled fields,
roughly in that order. Every line ends up in a project, in the document's frame (the text before the first project and
after the last), or in the list of unrecognised lines.
"""

from __future__ import annotations

from typing import NamedTuple

from hankelod.intake.documents.layout import END, LINK, NONE, QUOTES, Piece, is_heading, pieces, plain
from hankelod.intake.documents.lines import Line
from hankelod.intake.documents.paragraphs import Paragraph, Passage, joined, speaker, titled

LANGUAGE = "fi"
"""Language of the documents: that of the words in their layout, and so of the texts that are read from them."""


class RawQuotation(NamedTuple):
    """A quotation and its speaker, as in the document."""

    words: Passage
    speaker: Passage


class RawProject(NamedTuple):
    """One project as in the document, not interpreted.

    `outcomes` are pairs of a kind (a key of `SECTIONS`) and a text; `fields` holds the labelled values by field (a key
    of `FIELDS`).
    """

    title: Passage | None
    description: tuple[Passage, ...]
    outcomes: tuple[tuple[str, Passage], ...]
    quotations: tuple[RawQuotation, ...]
    fields: dict[str, tuple[Passage, ...]]

    @property
    def line(self) -> int:
        """The number of the project's first line."""
        texts = [
            self.title,
            *self.description,
            *(f for _, f in self.outcomes),
            *(f for v in self.fields.values() for f in v),
        ]
        return min(n for f in texts if f is not None for n in f.lines)


class Compilation(NamedTuple):
    """A parsed document: its projects, the headings within them, its frame, the unrecognised lines and those left out.

    `lines` is the number of lines that are not empty, `characters` that of all characters of the source.
    """

    projects: tuple[RawProject, ...]
    headings: tuple[Line, ...]
    frame: tuple[Line, ...]
    unrecognised: tuple[Line, ...]
    lines: int
    characters: int = 0
    left_out: tuple[Line, ...] = ()

    def coverage(self) -> float:
        """Return the share of the source's characters that were taken and recognised, in per cent.

        It is 100 only where nothing was left out: a picture of a page without text has no characters, but counts.
        """
        missing = (*self.unrecognised, *self.left_out)
        if not missing:
            return 100.0
        share = 100.0 * (self.characters - sum(x.characters for x in missing)) / max(self.characters, 1)
        return max(0.0, min(share, 99.9))


def read(lines: list[Line]) -> Compilation:
    """Parse the lines of a document; one in another layout has no projects."""
    return _Parser(lines).parse()


class _Project:
    """A project under construction."""

    def __init__(self, title: Passage | None, description: list[Passage]) -> None:
        self.title, self.description = title, description
        self.outcomes: list[tuple[str, list[Line], str]] = []
        self.quotations: list[RawQuotation] = []
        self.fields: dict[str, list[Passage]] = {}

    def raw(self) -> RawProject:
        """Return the finished project, the lines of each outcome joined."""
        outcomes = tuple(
            (kind, Passage(joined([text, *(plain(x.text) for x in more[1:])]), tuple(x.number for x in more)))
            for kind, more, text in self.outcomes
        )
        return RawProject(
            self.title,
            tuple(self.description),
            outcomes,
            tuple(self.quotations),
            {k: tuple(v) for k, v in self.fields.items()},
        )


class _Parser:
    """Line-by-line parser of one document.

    `state` is `between` (projects), `section`, `field` or `quote`; `kind` and `field` are the keys of the current
    section and field. `pending` are the paragraphs that may become the title and description of the next project.
    """

    def __init__(self, lines: list[Line]) -> None:
        self.lines = [x for x in lines if not x.left]
        self.left_out = tuple(x for x in lines if x.left)
        self.characters = sum(x.characters for x in lines)
        self.projects: list[_Project] = []
        self.pending: list[Paragraph] = []
        self.frame: list[Line] = []
        self.unrecognised: list[Line] = []
        self.headings: list[Line] = []
        self.state = "between"
        self.kind = ""
        self.field = ""
        self.quote: list[Line] = []
        self.structure = [self._structural(line) for line in self.lines]

    def parse(self) -> Compilation:
        """Parse all lines."""
        gap = 0
        count = 0
        for n, line in enumerate(self.lines):
            if not plain(line.text):
                gap += 1
                continue
            count += 1
            for piece in pieces(line.text):
                self._handle(n, line, piece, gap)
            gap = 0
        self._drop_quote()
        self.frame += [x for p in self.pending for x in p.lines]
        projects = tuple(p.raw() for p in self.projects)
        return Compilation(
            projects,
            tuple(self.headings),
            tuple(self.frame),
            tuple(sorted(self.unrecognised)),
            count,
            self.characters,
            self.left_out,
        )

    def _structural(self, line: Line) -> str | None:
        """The section (`heading:key`) or field (`label:key`) that a line begins, or None."""
        first = pieces(line.text)[0]
        return first.kind + ":" + first.key if first.kind in ("label", "heading") else None

    def _next(self, n: int) -> str | None:
        """The next section or field after line `n`, or None."""
        return next((s for s in self.structure[n + 1 :] if s is not None), None)

    ### Pieces of a line

    def _handle(self, n: int, line: Line, piece: Piece, gap: int) -> None:
        if piece.kind == "label":
            self._drop_quote()
            self._label(line, piece)
        elif piece.kind == "heading":
            self._drop_quote()
            self._heading(line, piece.key)
        elif self.state == "quote":
            self._quoted(line)
        elif self.state == "field":
            self._value(line, piece, gap)
        elif self.state == "section":
            self._outcome(n, line, piece, gap)
        else:
            self._between(line, gap)

    def _between(self, line: Line, gap: int) -> None:
        """Add a line to the pending paragraphs; a gap, or a change between heading and text, begins a new one."""
        self.state = "between"
        heading = line.heading or is_heading(line.text)
        before = self.pending[-1] if self.pending else None
        if before is not None and gap == 0 and before.heading == heading:
            self.pending[-1] = before._replace(lines=(*before.lines, line))
        else:
            self.pending.append(Paragraph((line,), gap, heading))

    def _label(self, line: Line, piece: Piece) -> None:
        """Begin a field; a repeated field belongs to the next project."""
        if self.pending:
            self._settle(piece.key)
        elif not self.projects or (piece.key in self.projects[-1].fields and piece.key != "links"):
            self.projects.append(_Project(None, []))
        values = self.projects[-1].fields.setdefault(piece.key, [])
        self.state, self.field = "field", piece.key
        values.append(Passage(piece.text, (line.number,)))

    def _heading(self, line: Line, kind: str) -> None:
        """Begin a section; a repeated section after fields belongs to the next project."""
        if self.pending:
            self._settle(None)
        elif not self.projects or (any(k == kind for k, _, _ in self.projects[-1].outcomes) and self.state == "field"):
            self.projects.append(_Project(None, []))
        self.state, self.kind = "section", kind
        self.headings.append(line)

    ### Titles and descriptions

    def _settle(self, key: str | None) -> None:
        """Assign the paragraphs before a section (`key` is None) or a field.

        They are the title and description of a new project, the description of the current one, or unrecognised.
        """
        paragraphs, self.pending = self.pending, []
        current = self.projects[-1] if self.projects else None
        if current is not None and self._belongs(current, paragraphs, key):
            if not current.description and not current.outcomes:
                current.description += [p.passage() for p in paragraphs]
            else:
                self.unrecognised += [x for p in paragraphs for x in p.lines]
            return
        before, title, description = titled(paragraphs, first=current is None)
        (self.frame if current is None else self.unrecognised).extend(x for p in before for x in p.lines)
        self.projects.append(_Project(title, description))

    def _belongs(self, current: _Project, paragraphs: list[Paragraph], key: str | None) -> bool:
        """True where paragraphs after fields still belong to the current project."""
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
        """Add a line to the current field, or end the field where the line is no value of it."""
        values = self.projects[-1].fields[self.field]
        text = piece.text
        linked = bool(LINK.search(text)) or NONE.fullmatch(text) is not None
        heading = line.heading or is_heading(line.text)
        if self.field == "links":
            belongs = linked and not heading
            if not values[-1].text and gap == 0 and not heading:
                belongs = True
            # The text of a link may continue on the next line.
            if values[-1].text.count("[") > values[-1].text.count("]") and gap == 0:
                values[-1] = Passage(joined([values[-1].text, text]), (*values[-1].lines, line.number))
                return
            if belongs:
                if values[-1].text:
                    values.append(Passage(text, (line.number,)))
                else:
                    values[-1] = Passage(text, (*values[-1].lines, line.number))
                return
        elif not heading and not values[-1].text and gap < 3:
            values[-1] = Passage(text, (*values[-1].lines, line.number))
            return
        elif (
            not heading
            and values[-1].text
            and (gap == 0 or piece.kind == "bullet")
            and not NONE.fullmatch(values[-1].text)
        ):
            before = values[-1]
            between = ", " if piece.kind == "bullet" and not before.text.rstrip().endswith(",") else " "
            values[-1] = Passage(before.text + between + text, (*before.lines, line.number))
            return
        self._between(line, gap)

    ### Outcomes

    def _outcome(self, n: int, line: Line, piece: Piece, gap: int) -> None:
        """Add a line to the current section, or end the section where the line is no outcome."""
        project = self.projects[-1]
        earlier = [o for o in project.outcomes if o[0] == self.kind]
        if piece.kind == "bullet":
            project.outcomes.append((self.kind, [line], piece.text))
            return
        text = piece.text
        if line.heading or is_heading(line.text):
            self._between(line, gap)
        elif gap == 0 and earlier:
            project.outcomes[-1][1].append(line)
        elif self._opens_quote(n, text):
            self.state, self.quote = "quote", []
            self._quoted(line)
        elif earlier and not END.search(text) and (gap >= 3 or self._next(n) in (None, "heading:result")):
            self._between(line, gap)
        else:
            project.outcomes.append((self.kind, [line], text))

    ### Quotations

    def _opens_quote(self, n: int, text: str) -> bool:
        """True where a quotation begins: a quotation mark alone, or a quoted text followed by its speaker."""
        if text[0] not in QUOTES:
            return False
        if not text.strip(QUOTES + " "):
            return True
        following = [plain(x.text) for x in self.lines[n : n + 12] if plain(x.text)]
        return any(speaker(t) is not None for t in following[:4])

    def _quoted(self, line: Line) -> None:
        """Add a line to the open quotation; the line that names the speaker closes it."""
        self.quote.append(line)
        text = plain(line.text)
        attribution = speaker(text)
        if attribution is None:
            return
        before, name = attribution
        words = joined([*(plain(x.text) for x in self.quote[:-1]), before]).strip(QUOTES + " ")
        if not words:
            return
        numbers = tuple(x.number for x in self.quote)
        self.projects[-1].quotations.append(RawQuotation(Passage(words, numbers), Passage(name, (line.number,))))
        self.quote, self.state = [], "section"

    def _drop_quote(self) -> None:
        """End a quotation without a speaker; its lines are unrecognised."""
        self.unrecognised += self.quote
        self.quote = []
        if self.state == "quote":
            self.state = "section"
