"""The network's shape over time as a picture: one small chart a figure, with staff and without."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from engine.shape_over_time import Then
from models.network_shape import Figures

WIDE, HIGH = 340, 190  # of one chart
_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 34, 12, 26
_COLUMNS: Final = 2
_WITH, _WITHOUT = "#0b6e4f", "#b3541e"
Figure = Callable[[Figures], float | None]
_CHARTS: Final[Sequence[tuple[str, Figure]]] = (
    ("members", lambda of: of.members),
    ("ties", lambda of: of.ties),
    ("density", lambda of: of.density),
    ("reciprocity", lambda of: of.reciprocity),
    ("centralization, total degree", lambda of: of.centralization_total),
    ("centralization, in-degree", lambda of: of.centralization_in),
    ("share of the giant component", lambda of: of.giant_share),
    ("two-step reach", lambda of: of.reach_two),
)


def drawing(name: str, about: str, points: Sequence[Then]) -> str:
    """SVG. A line breaks off where there is no such figure."""
    rows = -(-len(_CHARTS) // _COLUMNS)
    wide, high = _COLUMNS * WIDE + 24, rows * HIGH + 76
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11">',
        f'<rect width="{wide}" height="{high}" fill="white"/>',
        f'<text x="16" y="24" font-size="15" fill="#222">{escape(name)}</text>',
        f'<text x="16" y="42" fill="#444">{escape(about)}</text>',
        f'<text x="16" y="60" fill="{_WITH}">— all members</text>',
        f'<text x="120" y="60" fill="{_WITHOUT}">- - without staff</text>',
    ]
    for place, (title, figure) in enumerate(_CHARTS):
        across, down = place % _COLUMNS * WIDE + 12, place // _COLUMNS * HIGH + 64
        lines += [f'<g transform="translate({across} {down})">', *_chart(title, figure, points), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _chart(title: str, figure: Figure, points: Sequence[Then]) -> list[str]:
    values = [[figure(each.whole) for each in points], [figure(each.without_staff) for each in points]]
    highest = max((value for line in values for value in line if value is not None), default=0) or 1
    base, side = HIGH - _BOTTOM, WIDE - _RIGHT
    lines = [
        f'<text x="{_LEFT}" y="{_TOP - 12}" fill="#222">{escape(title)}</text>',
        f'<path d="M{_LEFT} {_TOP}V{base}H{side}" fill="none" stroke="#888"/>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end" fill="#444">{_marked(highest)}</text>',
        f'<text x="{_LEFT - 6}" y="{base}" text-anchor="end" fill="#444">0</text>',
        f'<text x="{_LEFT}" y="{HIGH - 8}" fill="#444">{points[0].day}</text>',
        f'<text x="{side}" y="{HIGH - 8}" text-anchor="end" fill="#444">{points[-1].day}</text>',
    ]
    first, last = points[0].day.toordinal(), points[-1].day.toordinal()
    across = [_LEFT + (each.day.toordinal() - first) / max(1, last - first) * (side - _LEFT) for each in points]
    for line, colour, dashes in zip(values, (_WITH, _WITHOUT), ("", ' stroke-dasharray="5 3"'), strict=True):
        path = _path(across, line, highest, base)
        lines.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
    return lines


def _path(across: Sequence[float], line: Sequence[float | None], highest: float, base: int) -> str:
    parts, pen = [], "M"
    for x, value in zip(across, line, strict=True):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{x:.1f} {base - value / highest * (base - _TOP):.1f}")
        pen = "L"
    return "".join(parts)


def _marked(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3g}"
