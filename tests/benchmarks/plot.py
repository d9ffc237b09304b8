"""Draw the growth as a picture: how many times as long the whole takes with how many times as much.

Both scales are logarithmic, and a line shows linear growth.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from growth import Series

_SIDE: Final = 380  # pixels of a panel, and the rest of them
_LEGEND: Final = 400
_LEFT, _TOP, _BELOW, _LINE = 60, 46, 56, 19
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9", "#6a3d9a")
_DASHES: Final = ("", "7 3", "2 3")
_INK, _FAINT = "#333333", "#bbbbbb"


def draw_svg(series: Sequence[Series]) -> str:
    """Return the picture: a panel for the growth with articles, one for that with the spans of an article."""
    panels = [[curve for curve in series if curve.by == by] for by in dict.fromkeys(curve.by for curve in series)]
    height = max((_height(some) for some in panels), default=_TOP)
    width, tall = _LEFT + _SIDE + _LEGEND, height * len(panels)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tall}" font-family="sans-serif">',
        f'<rect width="{width}" height="{tall}" fill="#ffffff"/>',
    ]
    for number, some in enumerate(panels):
        lines += [f'<g transform="translate({_LEFT} {number * height})">', *_draw_panel(some), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _height(some: Sequence[Series]) -> int:
    return _TOP + max(_SIDE, len(some) * _LINE) + _BELOW


def _draw_panel(some: Sequence[Series]) -> Iterator[str]:
    first, last = min(curve.points[0][0] for curve in some), max(curve.points[-1][0] for curve in some)
    scaled = [(curve, [(count, value / curve.totals()[0][1]) for count, value in curve.totals()]) for curve in some]
    values = [value for _, points in scaled for _, value in points]
    low, high = min(0.1, *values), max(last / first, *values) * 1.2
    down = math.floor(math.log10(low) + 1e-9)

    def x(count: float) -> float:
        return _SIDE * math.log(count / first) / math.log(last / first)

    def y(value: float) -> float:
        return _TOP + _SIDE - _SIDE * (math.log10(value) - down) / (math.log10(high) - down)

    yield _draw_text(0, _TOP - 20, f"by {some[0].by}: how many times as much as with {first:,}", "start", "14")
    for count in sorted({count for curve in some for count, _ in curve.points}):
        yield _draw_line([(x(count), _TOP), (x(count), _TOP + _SIDE)], _FAINT, "1")
        yield _draw_text(x(count), _TOP + _SIDE + 20, f"{count:,}", "middle")
    for power in range(down, math.floor(math.log10(high)) + 1):
        yield _draw_line([(0, y(10.0**power)), (_SIDE, y(10.0**power))], _FAINT, "1")
        yield _draw_text(-8, y(10.0**power) + 4, f"{10.0**power:,g}", "end")
    yield _draw_line([(0, y(1)), (_SIDE, y(last / first))], _INK, "4", "1 6")
    yield _draw_text(x(last), y(last / first) - 8, "linear", "end")
    scaled.sort(key=lambda pair: -pair[1][-1][1])
    for number, (curve, points) in enumerate(scaled):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number // len(_COLOURS) % len(_DASHES)]
        yield _draw_line([(x(count), y(value)) for count, value in points], colour, "2", dash)
        down_by = _TOP + 10 + number * _LINE
        yield _draw_line([(_SIDE + 18, down_by - 4), (_SIDE + 46, down_by - 4)], colour, "2", dash)
        yield _draw_text(_SIDE + 54, down_by, f"{curve.what}: {curve.exponent():.2f}", "start")


def _draw_line(points: Sequence[tuple[float, float]], colour: str, width: str, dash: str = "") -> str:
    path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _draw_text(across: float, down: float, text: str, anchor: str, size: str = "12") -> str:
    return (
        f'<text x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{_INK}">'
        f"{escape(text)}</text>"
    )
