"""Plots as SVG, by a few lines of our own: bars and lines on logarithmic scales, readable without colour."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10

from measuring import Plot

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 170, 30, 46, 48
COLOURS = ("#0b5fa5", "#b3420a", "#2e6b2e", "#7a2a8c")
DASHES = ("", "8 4", "2 4", "8 4 2 4")
STYLE = "font-family='sans-serif' font-size='13' fill='#1a1a1a'"


def svg(plot: Plot) -> str:
    """The plot as a document of its own."""
    body = _bars(plot) if plot.kind == "bars" else _lines(plot)
    height = TOP + 30 * len(plot.series) + BOTTOM if plot.kind == "bars" else HEIGHT
    described = "; ".join(
        f"{name}: " + ", ".join(f"{_short(x)}: {_short(y)}" if plot.kind == "lines" else _short(y) for x, y in points)
        for name, points in plot.series.items()
    )
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}' "
        f"role='img' {STYLE}>"
    )
    return "\n".join(
        (
            head,
            f"<title>{escape(plot.title)}</title>",
            f"<desc>{escape(plot.y)}; {escape(described)}</desc>",
            f"<rect width='{WIDTH}' height='{height}' fill='#ffffff'/>",
            f"<text x='16' y='24' font-size='16' font-weight='bold'>{escape(plot.title)}</text>",
            *body,
            "</svg>\n",
        )
    )


def _short(number: float) -> str:
    """A number in few signs: 1.3 million, 25,000, 0.071."""
    if number >= 1e6:
        return f"{number / 1e6:.3g} million"
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _decades(values: list[float]) -> tuple[int, int]:
    """The powers of ten around some numbers."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _bars(plot: Plot) -> list[str]:
    bars = sorted(((points[0][1], name) for name, points in plot.series.items()), reverse=True)
    low, high = _decades([value for value, _ in bars])
    room = WIDTH - LEFT - RIGHT - 110
    bottom = TOP + 30 * len(bars)
    out = [_tick(LEFT + room * (d - low) / (high - low), TOP, bottom, 10.0**d) for d in range(low, high + 1)]
    for n, (value, name) in enumerate(bars):
        y, long = TOP + 30 * n + 4, room * (log10(value) - low) / (high - low)
        colour = COLOURS[0] if name.startswith("hankelod") else "#8a929a"
        out.append(f"<text x='{LEFT - 10}' y='{y + 16}' text-anchor='end'>{escape(name)}</text>")
        out.append(f"<rect x='{LEFT}' y='{y}' width='{long:.1f}' height='22' fill='{colour}'/>")
        out.append(f"<text x='{LEFT + long + 8:.1f}' y='{y + 16}'>{_short(value)}</text>")
    out.append(f"<text x='{LEFT}' y='{bottom + 40}'>{escape(plot.y)}, on a logarithmic scale</text>")
    return out


def _tick(x: float, top: float, bottom: float, value: float) -> str:
    return (
        f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{top}' y2='{bottom}' stroke='#d5d9dd'/>"
        f"<text x='{x:.1f}' y='{bottom + 18}' text-anchor='middle' font-size='12'>{_short(value)}</text>"
    )


def _lines(plot: Plot) -> list[str]:
    points = [p for series in plot.series.values() for p in series]
    if not points:
        return []
    xs, ys = [x for x, _ in points], [y for _, y in points]
    (left, right), most = _decades(xs), max(ys) * 1.15
    logarithmic = max(ys) > 20 * min(ys)
    low, high = _decades(ys) if logarithmic else (0, 0)
    wide, tall = WIDTH - 90 - RIGHT - 110, HEIGHT - TOP - BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        up = (log10(y) - low) / (high - low) if logarithmic else y / most
        return 90 + wide * (log10(x) - left) / (right - left), TOP + tall * (1 - up)

    out = [_tick(at(10.0**d, ys[0])[0], TOP, TOP + tall, 10.0**d) for d in range(left, right + 1)]
    steps = [10.0**d for d in range(low, high + 1)] if logarithmic else [most * n / 4 for n in range(5)]
    for step in steps:
        y = at(10.0**left, step)[1]
        out.append(
            f"<line x1='90' x2='{90 + wide}' y1='{y:.1f}' y2='{y:.1f}' stroke='#d5d9dd'/>"
            f"<text x='82' y='{y + 4:.1f}' text-anchor='end' font-size='12'>{_short(step)}</text>"
        )
    for n, (name, series) in enumerate(plot.series.items()):
        places = [at(x, y) for x, y in series]
        colour = COLOURS[n % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        out.append(
            f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2.5' "
            f"stroke-dasharray='{DASHES[n % len(DASHES)]}'/>"
        )
        out += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{colour}'/>" for x, y in places]
        out.append(
            f"<text x='{places[-1][0] + 10:.1f}' y='{places[-1][1] + 4:.1f}' fill='{colour}'>{escape(name)}</text>"
        )
    scale = ", on a logarithmic scale" if logarithmic else ""
    out.append(
        f"<text x='{90 + wide / 2}' y='{HEIGHT - 10}' text-anchor='middle'>"
        f"{escape(plot.x)}; up: {escape(plot.y)}{scale}</text>"
    )
    return out
