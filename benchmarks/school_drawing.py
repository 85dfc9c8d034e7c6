"""How the fit floor trades wait against fit, as a picture of a few lines of SVG."""

from collections.abc import Mapping
from html import escape
from math import log
from typing import Final

WIDE, HIGH, EDGE = 720, 360, 56
WAITS: Final = (3, 5, 10, 20, 50, 100, 200)  # marks of the axis, which is logarithmic


def drawing(points: Mapping[str, tuple[float, float]]) -> str:
    """Each point by its name: wait of nine in ten to the right, fit upwards."""
    fits = [fit for _, fit in points.values()]
    low, high = min(fits) - 0.02, max(fits) + 0.02
    marks = [wait for wait in WAITS if wait <= 2 * max(wait for wait, _ in points.values())]
    first, last = marks[0], marks[-1]

    def place(wait: float, fit: float) -> tuple[float, float]:
        across = log(max(wait, first) / first) / log(last / first)
        return EDGE + across * (WIDE - 4 * EDGE), HIGH - EDGE - (fit - low) / (high - low) * (HIGH - 2 * EDGE)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDE}" height="{HIGH}" fill="white"/>',
        f'<path d="M{EDGE} {EDGE / 2}V{HIGH - EDGE}H{WIDE - EDGE}" fill="none" stroke="#444"/>',
        _text(WIDE / 2, HIGH - 12, "school days until nine in ten are helped"),
        _text(EDGE, EDGE / 2 - 8, "mean fit"),
    ]
    lines += [_text(place(wait, low)[0] - 4, HIGH - EDGE + 16, str(wait)) for wait in marks]
    lines += [_text(12, place(first, fit)[1] + 4, f"{fit:.2f}") for fit in (low + 0.02, high - 0.02)]
    for name, (wait, fit) in points.items():
        x, y = place(wait, fit)
        lines.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="{_colour(name)}"/>')
        lines.append(_text(x + 6, y + 16 if name.startswith("floor") else y - 8, name))  # else they meet
    return "\n".join([*lines, "</svg>", ""])


def _colour(name: str) -> str:
    return "#0b6e4f" if name == "ours" or name.startswith("floor") else "#b3541e"


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="#222">{escape(words)}</text>'
