"""Drafts of records from raw projects: names resolved, amounts and months parsed, each value with its source lines.

Certain results become values; uncertain ones become proposals or notes in the record's comments, for a person to
decide.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake import values as read
from hankelod.intake.documents.compilation import LANGUAGE, Compilation, RawProject
from hankelod.intake.documents.paragraphs import Passage
from hankelod.intake.figures import ProposedFigure, Wordings
from hankelod.intake.identifiers import organisation_id, part_stem, project_stem, title_key, unique
from hankelod.intake.names.gazetteer import Gazetteer, Place
from hankelod.intake.names.listed import NameList, read_list
from hankelod.intake.names.matches import Match
from hankelod.intake.names.places import mentioned, places_of_work
from hankelod.intake.proposals import Draft, Lines, Note, Organisations, Values, span
from hankelod.records.slug import slug


class Setting(NamedTuple):
    """Context that all projects of one document share.

    `source` is the document's address, `programme` the id of the programme that granted the money. `ids_by_title` maps
    the key of a title to the id of an existing record; `used_ids` are the ids of all existing projects. `wordings` are
    those by which figures are recognised.
    """

    gazetteer: Gazetteer
    source: str | None
    programme: str | None
    ids_by_title: dict[str, str]
    used_ids: frozenset[str]
    wordings: Wordings = Wordings()


def project_drafts(document: Compilation, setting: Setting) -> list[Draft]:
    """Return the drafts of a document's projects, after those of the new organisations that they refer to."""
    organisations = Organisations(document, setting.gazetteer)
    projects: list[Draft] = []
    used_ids = set(setting.used_ids)
    for raw in document.projects:
        project = _Project(raw, setting, organisations)
        draft = project.draft(used_ids)
        used_ids.add(draft.id)
        projects.append(draft)
    return [*organisations.drafts.values(), *projects]


class _Project:
    """Draft of one project under construction."""

    def __init__(self, raw: RawProject, setting: Setting, organisations: Organisations) -> None:
        self.raw, self.setting, self.organisations = raw, setting, organisations
        self.names = setting.gazetteer
        self.values: Values = {}
        self.lines: Lines = {}
        self.notes: dict[str, list[Note]] = {}
        self.figures: dict[str, list[ProposedFigure]] = {}
        self.year = self._year()
        self.wide: Place | None = None

    def _year(self) -> int | None:
        """The year in which the project starts, or None."""
        period = self._field("schedule")
        months = read.schedule(period.text) if period else None
        return int(months[0][:4]) if months else None

    def _field(self, key: str) -> Passage | None:
        """The value of a field; None where it is missing, empty or a dash."""
        values = self.raw.fields.get(key, ())
        value = values[0] if values else None
        return value if value is not None and not re.fullmatch(r"[-–—]*", value.text.strip()) else None

    def _note(self, key: str, code: str, **details: object) -> None:
        self.notes.setdefault(key, []).append(Note(code, details))

    def _not_read(self, key: str, text: Passage) -> None:
        self._note("", "comment-not-read", field=key, text=text.text, line=span(text.lines), numbers=text.lines)

    def _put(self, key: str, value: object, lines: tuple[int, ...]) -> None:
        self.values[key] = value
        self.lines[key] = lines

    def draft(self, used_ids: set[str]) -> Draft:
        """Return the draft, with an id that is not among `used_ids`."""
        title = self.raw.title
        if title is not None:
            self._put("title", {LANGUAGE: title.text}, title.lines)
        self._acronym()
        if self.raw.description:
            text = "\n\n".join(f.text for f in self.raw.description)
            self._put("summary", {LANGUAGE: text}, tuple(n for f in self.raw.description for n in f.lines))
        lead, partners = self._actors()
        self._areas(lead, partners)
        self._money()
        self._outcomes()
        self._links()
        self._quotations()
        if self.setting.source:
            self._put("source", self.setting.source, ())
        self._put("sourceLanguage", LANGUAGE, ())
        for key in ("title", "lead", "start", "end", "totalCost", "grants", "source"):
            if key not in self.values:
                self._note("", "comment-missing", field=key)
        keys = list(dict.fromkeys(p.key for p in (*self.names.small.values(), *self.names.wide.values()) if p.key))
        if keys and not any(key in self.values for key in keys):
            self._note("", "comment-missing", field=keys[0])
        return Draft("projects", self._id(lead, used_ids), self.values, self.lines, self.notes, self.figures)

    def _id(self, lead: Match | None, used_ids: set[str]) -> str:
        """The id of the existing record with this title, else a new one from the lead's area and the title."""
        title = self.raw.title.text if self.raw.title else ""
        existing = self.setting.ids_by_title.get(title_key(title))
        if existing and title:
            return existing
        place = ""
        area = lead.area if lead else None
        if area in self.names.small:
            place = self.names.small[str(area)].name
        elif self.wide is not None:
            place = self.wide.name
        elif lead:
            place = lead.name
        stem = project_stem(place, str(self.values.get("acronym") or ""), title)
        return unique(stem or f"hanke-{self.raw.line}", used_ids)

    def _acronym(self) -> None:
        """Set the acronym: at the end of the title, or in brackets after the title in another text."""
        if self.raw.title is None:
            return
        title, lines = self.raw.title.text, self.raw.title.lines
        acronym = re.search(r"\((\w*[A-ZÅÄÖ]\w*[A-ZÅÄÖ]\w*)\)\s*$", title) or re.search(r"\s([A-ZÅÄÖ]{3,})$", title)
        if acronym is None:
            for f in (*self.raw.description, *(o for _, o in self.raw.outcomes)):
                acronym = re.search(re.escape(title) + r"\s*\(([A-ZÅÄÖ]{2,12})\)", f.text)
                if acronym:
                    lines = f.lines
                    break
        if acronym:
            self._put("acronym", acronym.group(1), lines)

    ### Actors and areas

    def _actors(self) -> tuple[Match | None, list[Match]]:
        """Set lead and partners; return them."""
        lead_field, partner_field = self._field("lead"), self._field("partners")
        leads = read_list(lead_field.text, self.names, self.year) if lead_field else NameList([], False, [], [])
        others = read_list(partner_field.text, self.names, self.year) if partner_field else NameList([], False, [], [])
        lead = leads.organisations[0] if leads.organisations else None
        if lead is not None and lead_field is not None:
            lead = self.organisations.propose(lead, leading=True, lines=lead_field.lines)
            self._put("lead", lead.id, lead_field.lines)
            self._explain("lead", lead)
            if lead_field.text != lead.name:
                self._put("leadAsWritten", lead_field.text, lead_field.lines)
        participants = [*leads.organisations[1:], *others.organisations]
        lines = partner_field.lines if partner_field else lead_field.lines if lead_field else ()
        partners = [
            self.organisations.propose(m, leading=False, lines=lines)
            for m in participants
            if lead is None or m.id != lead.id
        ]
        if partners:
            self._put("partners", [m.id for m in partners], lines)
            for m in partners:
                self._explain("partners", m)
        for note in (*leads.notes, *others.notes):
            self._note("partners" if partners else "lead", "comment-bracket", text=note)
        if leads.others or others.others:
            self._put("morePartners", True, (lead_field if leads.others else partner_field or lead_field).lines)  # type: ignore[union-attr]
        return lead, partners

    def _explain(self, key: str, m: Match) -> None:
        """Note the rule of a match that is not sure, or of an organisation that is new."""
        if m.confidence != "sure" or not m.known:
            self._note(
                key,
                "comment-name",
                text=m.text,
                name=m.name,
                rule=f"rule-{m.rule}",
                detail=m.detail,
                confidence=m.confidence,
            )

    def _governed(self, m: Match) -> Place | None:
        """The wide area of a council, or of the council that a unit belongs to."""
        for id in (m.id, m.parent):
            for code, council in self.names.councils.items():
                if id == council:
                    return self.names.wide[code]
            for place in self.names.wide.values():
                if id == organisation_id(f"{place.genitive} liitto"):
                    return place
        return None

    def _areas(self, lead: Match | None, partners: list[Match]) -> None:
        """Set the areas.

        They are the small areas whose organisations lead or take part, the seat of a municipal company that leads,
        those that the source names as the place of work, and the wide area of a council that leads.
        """
        codes: dict[str, tuple[int, ...]] = {}
        for m, key in [(lead, "lead"), *((p, "partners") for p in partners)]:
            if m is None or m.area not in self.names.small:
                continue
            if m.type == "municipality" or (m.type == "municipal-company" and key == "lead"):
                codes.setdefault(str(m.area), self.lines[key])
        texts = [*self.raw.description, *(f for _, f in self.raw.outcomes)]
        for f in texts:
            for m in places_of_work(f.text, self.names, self.year):
                if m.area not in codes:
                    codes[str(m.area)] = f.lines
                    self._note(
                        str(self.names.small[str(m.area)].key), "comment-place-of-work", name=m.name, line=span(f.lines)
                    )
        by_key: dict[str, list[str]] = {}
        for code in codes:
            by_key.setdefault(str(self.names.small[code].key), []).append(code)
        for key, some in by_key.items():
            self._put(key, some, tuple(dict.fromkeys(n for code in some for n in codes[code])))
        self.wide = self._governed(lead) if lead is not None and lead.type == "regional-council" else None
        if self.wide is not None and self.wide.key not in by_key:
            self._put(str(self.wide.key), [self.wide.code], self.lines["lead"])
        self._mentions(texts, set(codes), {lead.id if lead else None, *(p.id for p in partners)})

    def _mentions(self, texts: list[Passage], codes: set[str], ids: set[str | None]) -> None:
        """Note other names in the texts: they may be contributors or places of work.

        `codes` are the areas and `ids` the organisations that the draft already has.
        """
        seen: set[str] = set()
        for f in texts:
            for m in mentioned(f.text, self.names, self.year):
                key = str(m.area if m.type == "municipality" else m.id)
                if key in seen or m.id in ids or m.area in codes or m.wide:
                    continue
                seen.add(key)
                place = m.place or m.type == "municipality"
                code = "comment-mentioned-place" if place else "comment-mentioned"
                at = str(self.names.small[next(iter(sorted(codes)))].key) if place and codes else ""
                self._note(at, code, name=m.name, id=key, line=span(f.lines))

    ### Money, months

    def _money(self) -> None:
        """Set start, end, total cost and grant."""
        period = self._field("schedule")
        months = read.schedule(period.text) if period else None
        if period and months:
            self._put("start", months[0], period.lines)
            self._put("end", months[1], period.lines)
        elif period:
            self._not_read("start", period)
        cost, grant = self._field("cost"), self._field("grant")
        if cost and (value := read.amount(cost.text)):
            self._put("totalCost", value, cost.lines)
        elif cost:
            self._not_read("totalCost", cost)
        value = read.amount(grant.text) if grant else None
        if grant and value:
            entry: Values = {"id": "grant-1", "amount": value}
            if self.setting.programme:
                entry = {"id": "grant-1", "programme": self.setting.programme, "amount": value}
            self._put("grants", [entry], grant.lines)
        elif grant:
            self._not_read("grants", grant)

    ### Outcomes, links, quotations

    def _outcomes(self) -> None:
        entries: list[Values] = []
        used: set[str] = set()
        seen: set[tuple[str | None, ...]] = set()
        figures = self.setting.wordings.figures
        proposals = self._new_figures([x for f in self.raw.description for x in figures(f.text)], seen)
        if proposals:
            self.figures["summary"] = proposals
        for kind, f in self.raw.outcomes:
            entries.append({"id": unique(part_stem(f.text, kind), used), "kind": kind, "text": {LANGUAGE: f.text}})
            at = f"outcomes.{len(entries) - 1}"
            self.lines[at] = f.lines
            proposals = self._new_figures(figures(f.text), seen)
            if proposals:
                self.figures[at] = proposals
        if entries:
            self._put("outcomes", entries, ())

    def _new_figures(self, proposals: list[ProposedFigure], seen: set[tuple[str | None, ...]]) -> list[ProposedFigure]:
        """Proposals that are not in `seen`, added to it: documents repeat important figures."""
        new = [x for x in proposals if x[:4] not in seen]
        seen.update(x[:4] for x in new)
        return new

    def _links(self) -> None:
        entries: list[Values] = []
        used: set[str] = set()
        for f in self.raw.fields.get("links", ()):
            links = read.links(f.text) if f.text else []
            if links is None:
                self._not_read("links", f)
                continue
            for link in links:
                name = link.label if link.label != read.FIELD_LINK else link.host or "hankesivu"
                entry: Values = {"id": unique(part_stem(str(name), "linkki"), used)}
                if link.url:
                    entry["url"] = link.url
                if link.host:
                    entry["host"] = link.host
                if link.as_written:
                    entry["asWritten"] = link.as_written
                if link.label:
                    entry["label"] = {LANGUAGE: link.label}
                self.lines[f"links.{len(entries)}"] = f.lines
                entries.append(entry)
        if entries:
            self._put("links", entries, ())

    def _quotations(self) -> None:
        entries: list[Values] = []
        used: set[str] = set()
        for q in self.raw.quotations:
            name, _, role = q.speaker.text.partition(",")
            entry: Values = {"id": unique(slug(name) or "lainaus", used), "speaker": name.strip()}
            if role.strip():
                entry["role"] = role.strip()
            entry["words"] = {LANGUAGE: q.words.text}
            self.lines[f"quotations.{len(entries)}"] = q.words.lines
            entries.append(entry)
        if entries:
            self._put("quotations", entries, ())
