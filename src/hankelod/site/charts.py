"""Charts as plain numbers, drawn by templates: bars, timeline, scatter plot, network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from math import cos, pi, sin
from typing import NamedTuple

from hankelod.site.language import Link

FULL = 1000
"""Length of the longest bar and of a timeline, in units of the drawing."""


class Bar(NamedTuple):
    """Row of a bar chart: its subject, its value as text, its length (0 to FULL), and a note."""

    link: Link
    value: str
    length: int
    note: str = ""


class Span(NamedTuple):
    """Interval on a line of `FULL` units."""

    start: int
    length: int


class Tick(NamedTuple):
    """Mark on an axis: its position and label."""

    at: int
    label: str


class Timeline(NamedTuple):
    """Axis of whole years with a mark at the beginning of each, and the intervals on it."""

    ticks: tuple[Tick, ...]
    spans: tuple[Span, ...]


class Dot(NamedTuple):
    """Dot of a scatter plot: a project with its position and label; `total` projects if several share the position."""

    link: Link
    x: int
    y: int
    label: str
    total: int = 1


class Chart(NamedTuple):
    """Bar chart of amounts in one currency; `currency` is its code where the dataset has several, else empty.

    `known` says for how many projects of how many the chart is, if not for all.
    """

    bars: tuple[Bar, ...]
    currency: str
    known: str = ""


class Plane(NamedTuple):
    """Scatter plot of grant against cost in one currency: axes, dots, and the end point of the line of the highest
    share; `currency` is its code where the dataset has several, else empty.
    """

    currency: str
    width: int
    height: int
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    rule: tuple[int, int] | None


class Node(NamedTuple):
    """Organisation in a network: its position, radius, `text-anchor` of its label, and number of shared projects."""

    link: Link
    x: int
    y: int
    radius: int
    anchor: str
    weight: int


def length(value: Decimal, longest: Decimal) -> int:
    """Return the length of a bar: 0 to FULL, at least 1 for a positive value."""
    return max(1, int(value * FULL / longest)) if value > 0 and longest > 0 else 0


def bars(rows: Iterable[tuple[Link, Decimal, str, str]]) -> list[Bar]:
    """Return the bars for rows of link, value, value as text, and note."""
    rows = list(rows)
    longest = max((value for _, value, _, _ in rows), default=Decimal(0))
    return [Bar(link, text, length(value, longest), note) for link, value, text, note in rows]


Rows = Iterable[tuple[Link, Decimal, str, str]]


def by_currency(currencies: Sequence[str], rows: Callable[[str], Rows], known: str) -> tuple[Chart, ...]:
    """Return a chart for each currency in which there is a row."""
    return as_charts({currency: bars(rows(currency)) for currency in currencies}, known)


def as_charts(drawn: Mapping[str, Iterable[Bar]], known: str) -> tuple[Chart, ...]:
    """Return the charts of the currencies in which there is a bar; each says its currency if there are several."""
    charts = [Chart(tuple(some), currency, known) for currency, some in drawn.items()]
    filled = [chart for chart in charts if chart.bars]
    return tuple(filled if len(filled) > 1 else (chart._replace(currency="") for chart in filled))


def _months(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number or 1) - 1


def timeline(periods: list[tuple[str, str]], years: tuple[int, int] | None = None) -> Timeline:
    """Return the timeline of periods (first and last month), which spans their years and at least `years`.

    A month that is not known is empty: the period reaches to the edge. A period has one of the two.
    """
    known = [int(month[:4]) for period in periods for month in period if month]
    first = min(known + ([years[0]] if years else []))
    last = max(known + ([years[1]] if years else []))
    whole = (last - first + 1) * 12
    step = 1 if last - first < 12 else 5
    ticks = tuple(
        Tick((y - first) * 12 * FULL // whole, str(y)) for y in range(first, last + 1) if (y - first) % step == 0
    )
    spans = []
    for start, end in periods:
        begin = _months(start) - first * 12 if start else 0
        stop = _months(end) + 1 - first * 12 if end else whole
        spans.append(Span(begin * FULL // whole, max(4, (stop - begin) * FULL // whole)))
    return Timeline(ticks, tuple(spans))


def _steps(highest: Decimal) -> list[int]:
    """Return evenly spaced round numbers from 0 to just above the highest."""
    step = 1
    while highest / step > 8:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return [n * step for n in range(int(highest / step) + 2)]


def plane(
    points: list[tuple[Link, Decimal, Decimal, str]], rate: Decimal | None, money: Callable[[int], str], currency: str
) -> Plane:
    """Return the scatter plot of points (link, cost, grant, label), of which there is one at least.

    `rate` is the highest share, `money` a function that formats amounts. Points at the same position are merged into
    one dot with their number.
    """
    width, height = 640, 400
    across = _steps(max(c for _, c, _, _ in points))
    up = _steps(max(g for _, _, g, _ in points))
    dots: dict[tuple[int, int], Dot] = {}
    grain = 1 if len(points) <= 400 else 16
    for link, cost, grant, label in points:
        x = int(cost * width / across[-1]) // grain * grain
        y = height - int(grant * height / up[-1]) // grain * grain
        before = dots.get((x, y))
        dots[x, y] = before._replace(total=before.total + 1) if before else Dot(link, x, y, label)
    rule = None
    if rate is not None and rate > 0:
        end = min(Decimal(across[-1]), up[-1] / rate)
        rule = (int(end * width / across[-1]), height - int(end * rate * height / up[-1]))
    return Plane(
        currency,
        width,
        height,
        tuple(Tick(n * width // across[-1], money(n)) for n in across),
        tuple(Tick(height - n * height // up[-1], money(n)) for n in up),
        tuple(dots.values()),
        rule,
    )


def network(companions: list[tuple[Link, int]]) -> list[Node]:
    """Return organisations in a ring around the one they worked with: the first at the top, then clockwise."""
    nodes = []
    for n, (link, weight) in enumerate(companions):
        angle = 2 * pi * n / max(1, len(companions)) - pi / 2
        x, y = round(150 * cos(angle)), round(150 * sin(angle))
        anchor = "middle" if abs(x) < 20 else "start" if x > 0 else "end"
        nodes.append(Node(link, x, y, min(14, 5 + 2 * weight), anchor, weight))
    return nodes
