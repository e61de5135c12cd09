"""Limits that apply to a grant, their basis, and the same verdicts by the shapes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.records.record import Record
from hankelod.validation.checker import Checker
from hankelod.validation.grants import rules


@pytest.fixture(scope="session")
def applied(checked):
    _, records = checked
    return {r.record: r for r in rules(records, [])}


def test_every_grant_of_the_dataset_has_its_rule(applied, checked):
    _, records = checked
    grants = sum(len(r.values["grants"]) for r in records if r.cls.folder == "projects")
    assert len(applied) == grants == 16


@pytest.mark.parametrize(
    ("record", "share", "verdict"),
    [
        ("punkalaidun-kanteenmaa", "70.6", "tolerance"),
        ("hameenlinna-ilmastoparkki", "70.1", "tolerance"),
        ("kaarina-ilmastoteot", "60.2", "tolerance"),
        ("keski-suomi-ympyraks", "70.0", None),
        ("vantaa-ilmastokumppanuus", "70.0", "within"),
        ("kalajoki-irtiotto-oljysta", "70.0001", "tolerance"),  # "70.0" would look as if it did not exceed 70 %
        ("joensuu-ilmastokumppanuus", "66.7", "within"),
        ("turku-iklu", "50.0", "within"),
    ],
)
def test_the_share_of_the_real_grants(applied, record, share, verdict):
    rule = applied[record]
    assert (rule.share, rule.rate_verdict) == (share, verdict)


@pytest.mark.parametrize(
    ("record", "call", "rate", "ceiling"),
    [
        ("kaarina-ilmastoteot", "2019-11", "0.60", "50000"),
        ("punkalaidun-kanteenmaa", "2020-12", "0.70", "70000"),
        ("uusimaa-luoto", "2022-03", "0.70", "70000"),
    ],
)
def test_the_limits_are_those_of_the_call_that_the_grant_names(applied, record, call, rate, ceiling):
    rule = applied[record]
    assert rule.call == rule.rate.call == rule.ceiling.call == f"kuntien-ilmastoratkaisut/call/{call}"
    assert (rule.rate.value, rule.ceiling.value) == (rate, ceiling)
    assert set(rule.rate.basis) == {"fi", "sv", "en"}
    assert "ym.fi" in rule.rate.basis["fi"]


@pytest.mark.parametrize("record", ["turku-reivi", "keski-suomi-ympyraks"])
def test_a_grant_without_a_call_has_no_limit(applied, record):
    rule = applied[record]
    assert (rule.call, rule.rate, rule.ceiling, rule.leads_limit) == (None, None, None, None)
    assert rule.verdict() == "none"


def test_limits_of_the_programme_count_for_nothing(checked):
    _, records = checked
    limits = {"maxGrantRate": "0.01", "maxGrantAmount": "1", "leads": ["company"]}
    strict = [r._replace(values={**r.values, **limits}) if r.cls.folder == "programmes" else r for r in records]
    assert rules(strict, []) == rules(records, [])


def test_eligible_leads_are_those_of_the_call(applied):
    assert {r.lead_verdict for r in applied.values() if r.leads_limit} == {"eligible"}


@pytest.mark.parametrize(
    "bad", [{"totalCost": "abc"}, {"totalCost": "0"}, {"totalCost": "1e400"}, {"lead": "no-such"}, {"grants": []}]
)
def test_what_cannot_be_compared_has_no_verdict(checked, bad):
    _, records = checked
    project = next(r for r in records if r.id == "turku-iklu")
    for rule in rules([project._replace(values={**project.values, **bad})], records):
        assert (rule.lead_verdict if "lead" in bad else rule.rate_verdict) is None


money = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("200000"), places=2)
near = st.builds(
    lambda cost, share: (cost, (cost * share).quantize(Decimal("0.01"))), money, st.decimals("0.695", "0.715", places=4)
)


@settings(max_examples=25, deadline=None)
@given(pairs=st.lists(st.one_of(st.tuples(money, money), near), min_size=20, max_size=60))
def test_the_shapes_warn_where_the_rule_says_above(dataset, checked, pairs):
    """The figures of this module and the rules in SPARQL come to the same verdict on any amount."""
    _, records = checked
    checker = test_the_shapes_warn_where_the_rule_says_above.__dict__.setdefault("checker", Checker(dataset))
    model = next(r for r in records if r.id == "turku-iklu")
    others = [r for r in records if r.cls.folder in ("organisations", "programmes", "projects") or r.cls.file]
    made: list[Record] = []
    for n, (cost, amount) in enumerate(pairs):
        if amount <= 0:
            continue
        grant = {**model.values["grants"][0], "id": f"p{n}/grant/1", "amount": str(amount)}
        made.append(
            model._replace(
                id=f"p{n}",
                values={
                    "id": f"p{n}",
                    "type": "Project",
                    "lead": model.values["lead"],
                    "totalCost": str(cost),
                    "grants": [grant],
                },
            )
        )
    warned = {(p.record, p.code) for p in checker.problems(made, others)}
    for rule in rules(made, records):
        assert (rule.rate_verdict == "above" and Decimal(rule.amount) <= Decimal(rule.cost)) == (
            (rule.record, "Grant-amount-rate") in warned and (rule.record, "Grant-amount-cost") not in warned
        ), rule
        worse = {(rule.record, "Grant-amount-cost")} & warned
        assert (rule.ceiling_verdict == "above") == ((rule.record, "Grant-amount-limit") in warned) or worse, rule
