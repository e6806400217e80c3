"""A line plot on two logarithmic axes, as SVG."""

import math

WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 210, 40, 50
COLOURS = ("#0b6e4f", "#6bbf59", "#08415c", "#5fa8d3", "#9b2226", "#ee9b00")


def _decades(values: list[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def plot(title: str, x_title: str, curves: dict[str, list[tuple[float, float]]]) -> str:
    """`curves`: a list of points (x, y), all above 0, for each name."""
    points = [point for curve in curves.values() for point in curve]
    x_low, x_high = _decades([x for x, _ in points])
    y_low, y_high = _decades([y for _, y in points])
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        return (LEFT + width * (math.log10(x) - x_low) / (x_high - x_low),
                TOP + height * (1 - (math.log10(y) - y_low) / (y_high - y_low)))

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="22" font-size="15">{title}</text>',
             f'<text x="{LEFT + width / 2}" y="{HEIGHT - 12}" text-anchor="middle">{x_title}</text>']
    for decade in range(y_low, y_high + 1):
        _, y = at(10**x_low, 10**decade)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + width}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10**decade:,}</text>')
    for x_value in sorted({x for x, _ in points}):
        x, _ = at(x_value, 10**y_low)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{TOP + height}" stroke="#eee"/>')
        parts.append(f'<text x="{x:.1f}" y="{TOP + height + 18}" text-anchor="middle">{x_value:g}</text>')
    for row, ((name, curve), colour) in enumerate(zip(curves.items(), COLOURS)):
        line = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in curve)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += ['<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="{}"/>'.format(*at(x, y), colour) for x, y in curve]
        y = TOP + 20 + 22 * row
        parts.append(f'<rect x="{LEFT + width + 16}" y="{y - 9}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + width + 34}" y="{y + 2}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
