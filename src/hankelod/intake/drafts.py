"""Raw projects become drafts of records: names resolved, amounts and months read, each value with its source lines.

What a rule is sure of is a value; what a person is to decide is a proposal or a note in the record's comments.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake import values as read
from hankelod.intake.documents.compilation import Compilation, RawProject
from hankelod.intake.documents.paragraphs import Passage
from hankelod.intake.figures import Figure, figures
from hankelod.intake.identifiers import organisation_id, part_stem, project_stem, slug, title_key, unique
from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.listed import Named, read_list
from hankelod.intake.names.matches import Match
from hankelod.intake.names.places import mentioned, places_of_work
from hankelod.intake.proposals import Draft, Lines, Note, Organisations, Values, span


class Setting(NamedTuple):
    """What all projects of one document share."""

    gazetteer: Gazetteer
    source: str | None
    programme: str | None
    known: dict[str, str]  # the key of a title → the id of a record that stands already
    taken: frozenset[str]  # the ids that are in use


def project_drafts(document: Compilation, setting: Setting) -> list[Draft]:
    """The drafts of a document's projects, and before them those of the organisations that they need."""
    organisations = Organisations(document, setting.gazetteer)
    projects: list[Draft] = []
    taken = set(setting.taken)
    for raw in document.projects:
        project = _Project(raw, setting, organisations)
        draft = project.draft(taken)
        taken.add(draft.id)
        projects.append(draft)
    return [*organisations.drafts.values(), *projects]


class _Project:
    """One project on its way from the document's words to a draft."""

    def __init__(self, raw: RawProject, setting: Setting, organisations: Organisations) -> None:
        self.raw, self.setting, self.organisations = raw, setting, organisations
        self.names = setting.gazetteer
        self.values: Values = {}
        self.lines: Lines = {}
        self.notes: dict[str, list[Note]] = {}
        self.figures: dict[str, list[Figure]] = {}
        self.year = self._year()

    def _year(self) -> int | None:
        found = self._field("schedule")
        months = read.schedule(found.text) if found else None
        return int(months[0][:4]) if months else None

    def _field(self, key: str) -> Passage | None:
        """A field's value; None where it is missing or says that there is none."""
        values = self.raw.fields.get(key, ())
        found = values[0] if values else None
        return found if found is not None and not re.fullmatch(r"[-–—]*", found.text.strip()) else None

    def _note(self, key: str, code: str, **details: object) -> None:
        self.notes.setdefault(key, []).append(Note(code, details))

    def _not_read(self, key: str, found: Passage) -> None:
        self._note("", "comment-not-read", field=key, text=found.text, line=span(found.lines), numbers=found.lines)

    def _put(self, key: str, value: object, lines: tuple[int, ...]) -> None:
        self.values[key] = value
        self.lines[key] = lines

    def draft(self, taken: set[str]) -> Draft:
        title = self.raw.title
        if title is not None:
            self._put("title", {"fi": title.text}, title.lines)
        self._acronym()
        if self.raw.description:
            text = "\n\n".join(f.text for f in self.raw.description)
            self._put("summary", {"fi": text}, tuple(n for f in self.raw.description for n in f.lines))
        lead, partners = self._actors()
        self._areas(lead, partners)
        self._money()
        self._outcomes()
        self._links()
        self._quotations()
        if self.setting.source:
            self._put("source", self.setting.source, ())
        self._put("sourceLanguage", "fi", ())
        for key in ("title", "lead", "start", "end", "totalCost", "grants", "source"):
            if key not in self.values:
                self._note("", "comment-missing", field=key)
        if "municipalities" not in self.values and "regions" not in self.values:
            self._note("", "comment-missing", field="municipalities")
        return Draft("projects", self._id(lead, taken), self.values, self.lines, self.notes, self.figures)

    def _id(self, lead: Match | None, taken: set[str]) -> str:
        """The id of the record that has this title, else one from the lead's place and the title."""
        title = self.raw.title.text if self.raw.title else ""
        known = self.setting.known.get(title_key(title))
        if known and title:
            return known
        place = ""
        area = lead.area if lead else None
        if area in self.names.municipalities:
            place = self.names.municipalities[str(area)].name
        elif self.values.get("regions"):
            place = self.names.regions[self.values["regions"][0]].name  # type: ignore[index]
        elif lead:
            place = lead.name
        stem = project_stem(place, str(self.values.get("acronym") or ""), title)
        return unique(stem or f"hanke-{self.raw.line}", taken)

    def _acronym(self) -> None:
        """A short name that the title ends in, or that the text puts in brackets after the title."""
        if self.raw.title is None:
            return
        title, lines = self.raw.title.text, self.raw.title.lines
        found = re.search(r"\((\w*[A-ZÅÄÖ]\w*[A-ZÅÄÖ]\w*)\)\s*$", title) or re.search(r"\s([A-ZÅÄÖ]{3,})$", title)
        if found is None:
            for f in (*self.raw.description, *(o for _, o in self.raw.outcomes)):
                found = re.search(re.escape(title) + r"\s*\(([A-ZÅÄÖ]{2,12})\)", f.text)
                if found:
                    lines = f.lines
                    break
        if found:
            self._put("acronym", found.group(1), lines)

    ### Actors and areas

    def _actors(self) -> tuple[Match | None, list[Match]]:
        lead_field, partner_field = self._field("lead"), self._field("partners")
        leads = read_list(lead_field.text, self.names, self.year) if lead_field else Named([], False, [], [])
        others = read_list(partner_field.text, self.names, self.year) if partner_field else Named([], False, [], [])
        lead = leads.organisations[0] if leads.organisations else None
        if lead is not None and lead_field is not None:
            lead = self.organisations.propose(lead, leading=True, lines=lead_field.lines)
            self._put("lead", lead.id, lead_field.lines)
            self._explain("lead", lead)
            if lead_field.text != lead.name:
                self._put("leadAsWritten", lead_field.text, lead_field.lines)
        found = [*leads.organisations[1:], *others.organisations]
        lines = partner_field.lines if partner_field else lead_field.lines if lead_field else ()
        partners = [
            self.organisations.propose(m, leading=False, lines=lines) for m in found if lead is None or m.id != lead.id
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
        """Only what is not sure is explained in the record."""
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

    def _region(self, m: Match) -> str | None:
        """The region of a regional council, or of the council that a unit belongs to."""
        for id in (m.id, m.parent):
            for code, council in self.names.councils.items():
                if id == council:
                    return code
            for code, region in self.names.regions.items():
                if id == organisation_id(f"{region.genitive} liitto"):
                    return code
        return None

    def _areas(self, lead: Match | None, partners: list[Match]) -> None:
        """Design: the municipalities that lead or take part, the seat of a municipal company that leads, and those that
        the source names as the place of work; the region of a regional council that leads."""
        codes: dict[str, tuple[int, ...]] = {}
        for m, key in [(lead, "lead"), *((p, "partners") for p in partners)]:
            if m is None or m.area not in self.names.municipalities:
                continue
            if m.type == "municipality" or (m.type == "municipal-company" and key == "lead"):
                codes.setdefault(str(m.area), self.lines[key])
        texts = [*self.raw.description, *(f for _, f in self.raw.outcomes)]
        for f in texts:
            for m in places_of_work(f.text, self.names, self.year):
                if m.area not in codes:
                    codes[str(m.area)] = f.lines
                    self._note("municipalities", "comment-place-of-work", name=m.name, line=span(f.lines))
        if codes:
            self._put("municipalities", list(codes), tuple(dict.fromkeys(n for lines in codes.values() for n in lines)))
        region = self._region(lead) if lead is not None and lead.type == "regional-council" else None
        if region:
            self._put("regions", [region], self.lines["lead"])
        self._mentions(texts, set(codes), {lead.id if lead else None, *(p.id for p in partners)})

    def _mentions(self, texts: list[Passage], codes: set[str], taken: set[str | None]) -> None:
        """Names in the text that no rule takes: a person may see contributors or places among them."""
        seen: set[str] = set()
        for f in texts:
            for m in mentioned(f.text, self.names, self.year):
                key = str(m.area if m.type == "municipality" else m.id)
                if key in seen or m.id in taken or m.area in codes or m.kind == "region":
                    continue
                seen.add(key)
                place = m.kind == "municipality" or m.type == "municipality"
                code = "comment-mentioned-place" if place else "comment-mentioned"
                self._note("municipalities" if place and codes else "", code, name=m.name, id=key, line=span(f.lines))

    ### Money, months

    def _money(self) -> None:
        found = self._field("schedule")
        months = read.schedule(found.text) if found else None
        if found and months:
            self._put("start", months[0], found.lines)
            self._put("end", months[1], found.lines)
        elif found:
            self._not_read("start", found)
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
        seen: set[tuple[str, str, str | None]] = set()
        told = self._new_figures([x for f in self.raw.description for x in figures(f.text)], seen)
        if told:
            self.figures["summary"] = told
        for kind, f in self.raw.outcomes:
            entries.append({"id": unique(part_stem(f.text, kind), used), "kind": kind, "text": {"fi": f.text}})
            at = f"outcomes.{len(entries) - 1}"
            self.lines[at] = f.lines
            told = self._new_figures(figures(f.text), seen)
            if told:
                self.figures[at] = told
        if entries:
            self._put("outcomes", entries, ())

    def _new_figures(self, found: list[Figure], seen: set[tuple[str, str, str | None]]) -> list[Figure]:
        """Figures that the project has not told yet: a text says the important ones twice."""
        new = [x for x in found if x[:3] not in seen]
        seen.update(x[:3] for x in new)
        return new

    def _links(self) -> None:
        entries: list[Values] = []
        used: set[str] = set()
        for f in self.raw.fields.get("links", ()):
            found = read.links(f.text) if f.text else []
            if found is None:
                self._not_read("links", f)
                continue
            for link in found:
                name = link.label if link.label != read.FIELD_LINK else link.host or "hankesivu"
                entry: Values = {"id": unique(part_stem(str(name), "linkki"), used)}
                if link.url:
                    entry["url"] = link.url
                if link.host:
                    entry["host"] = link.host
                if link.as_written:
                    entry["asWritten"] = link.as_written
                if link.label:
                    entry["label"] = {"fi": link.label}
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
            entry["words"] = {"fi": q.words.text}
            self.lines[f"quotations.{len(entries)}"] = q.words.lines
            entries.append(entry)
        if entries:
            self._put("quotations", entries, ())
