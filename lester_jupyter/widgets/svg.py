"""The plan as a drawing that needs neither a kernel nor a script: `image/svg+xml`, and inside the HTML record."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from lester_jupyter.widgets.folded import Card, cards_of
from lester_jupyter.widgets.kinds import Kind, Shape, kind_of
from lester_jupyter.widgets.layout import Box, layered

if TYPE_CHECKING:
    from lester_jupyter.widgets.messages import OperatorPayload, PlanPayload

_BAND = 28.0
_HEIGHT = 36.0
_LINE_HEIGHT = 14.0
_SIDES = {"train": -1, "test": 1}
_MAX_WIDTH = 300.0
_MARGIN = 8.0
_FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
_INK, _MUTED, _LINE = "#1b1f24", "#5b6470", "#8b95a1"
# Advance widths of Helvetica for the printable ASCII characters, in 1/1000 em (Adobe's font metrics).
_WIDTHS = (
    [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278]
    + [556] * 10
    + [278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778]
    + [667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556]
    + [278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334]
    + [260, 334, 584]
)


def plan_svg(plan: PlanPayload) -> str:
    """Draws a plan as cards, top to bottom, in light colours that also stand on a dark page."""
    operators = {o["id"]: o for o in plan["operators"]}
    cards = {c.operator["id"]: c for c in cards_of(plan)}
    layout = layered(
        {name: (_card_width(c), _card_height(c)) for name, c in cards.items()},
        {name: [a.source for a in c.arrows] for name, c in cards.items()},
        {name: _SIDES.get(c.operator["lane"] or "", 0) for name, c in cards.items()},
    )
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    label = escape(f"Plan of {plan['title'] or 'the rewritten cell'}: {len(operators)} operators", quote=True)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="{-_MARGIN:.0f} {-_MARGIN:.0f} {width:.0f} {height:.0f}" role="img" aria-label="{label}" '
            f'font-family="{_FONT}" style="max-width:100%;height:auto">'
        )
    ]
    for source, target, nth, points in layout.edges:
        thickness = 0.9 + 0.5 * math.log10(max(operators[source]["rows"], 1))
        arrow = cards[target].arrows[nth]
        side = "LR"[arrow.slot] if operators[target]["kind"] == "join" and arrow.slot < 2 else ""
        parts.append(_edge(points, thickness, side, dashed=arrow.fits))
    parts += [_card(cards[name], box, operators) for name, box in layout.boxes.items()]
    parts.append("</svg>")
    return "".join(parts)


def text_width(text: str, size: float) -> float:
    """Estimates how wide a text is in Helvetica of this size; characters beyond ASCII count as wide ones."""
    return sum(_WIDTHS[ord(c) - 32] if 32 <= ord(c) < 127 else 640 for c in text) * size / 1000


def ellipsis(text: str, size: float, width: float) -> str:
    """Shortens a text until it fits the width."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _card_width(card: Card) -> float:
    lines = [text_width("   ".join(brief), 10.5) for brief in _briefs(card)]
    text = max(text_width(card.operator["label"], 12) * 1.03, text_width(card.operator["detail"], 10.5), *lines, 0.0)
    return min(_MAX_WIDTH, max(96.0, text + _BAND + 18))


def _card_height(card: Card) -> float:
    return _HEIGHT + (_LINE_HEIGHT * len(card.encoders) + 4 if card.encoders else 0)


def _briefs(card: Card) -> list[tuple[str, str]]:
    return [encoder["brief"] or (encoder["label"], "") for encoder in card.encoders]


def _card(card: Card, box: Box, operators: dict[str, OperatorPayload]) -> str:
    operator = card.operator
    kind = kind_of(operator["kind"])
    left, top = box.x - box.width / 2, box.y - box.height / 2
    room, color = box.width - _BAND - 16, kind.family.light
    tip = escape(f"{kind.verb}: {operator['label']} ({operator['detail']})")
    outline = _outline(kind.family.shape, box.width, box.height)
    dashed = "" if operator["exact"] else ' stroke-dasharray="4 3"'
    parts = [
        f'<g transform="translate({left:.1f},{top:.1f})"><title>{tip}</title>',
        f'<path d="{outline}" fill="#ffffff"/>',
        f'<path d="{_band(kind.family.shape, box.height)}" fill="{color}"/>',
        f'<path d="{outline}" fill="none" stroke="{color}" stroke-width="1.4"{dashed}/>',
        (
            f'<text x="{_glyph_x(kind)}" y="23.5" font-size="15" font-weight="bold" text-anchor="middle" '
            f'fill="#ffffff">{escape(kind.glyph)}</text>'
        ),
        (
            f'<text x="{_BAND + 7:.0f}" y="15" font-size="12" fill="{_INK}">'
            f"{escape(ellipsis(operator['label'], 12, room))}</text>"
        ),
        (
            f'<text x="{_BAND + 7:.0f}" y="29" font-size="10.5" fill="{_MUTED}">'
            f"{escape(ellipsis(operator['detail'], 10.5, room))}</text>"
        ),
    ]
    parts += [line for i, brief in enumerate(_briefs(card)) for line in _encoder(i, brief, box.width)]
    if kind.family.key == "rows" and operator["inputs"]:
        before = max(operators[operator["inputs"][0]]["rows"], 1)
        kept, full = min(1.0, operator["rows"] / before), box.width - _BAND - 15
        bar = f'<rect x="{_BAND + 7:.0f}" y="{box.height - 4:.0f}" height="2" '
        parts.append(f'{bar}width="{full:.1f}" fill="#c9ced6"/>{bar}width="{full * kept:.1f}" fill="{color}"/>')
    return "".join([*parts, "</g>"])


def _encoder(i: int, brief: tuple[str, str], width: float) -> tuple[str, str]:
    """One encoder's line: what it reads on the left, what it makes on the right."""
    y, room = _HEIGHT + _LINE_HEIGHT * (i + 1) - 4, width - _BAND - 16
    made = ellipsis(brief[1], 10.5, room)
    read = ellipsis(brief[0], 10.5, room - text_width(made, 10.5) - 8)
    at_left = f'x="{_BAND + 7:.0f}" y="{y:.0f}" font-size="10.5" fill="{_MUTED}"'
    at_right = f'x="{width - 9:.1f}" y="{y:.0f}" font-size="10.5" text-anchor="end" fill="{_INK}"'
    return f"<text {at_left}>{escape(read)}</text>", f"<text {at_right}>{escape(made)}</text>"


def _glyph_x(kind: Kind) -> int:
    return 16 if kind.family.shape == "pill" else 14


def _outline(shape: Shape, w: float, h: float) -> str:
    r = h / 2
    if shape == "pill":
        return f"M{r},0H{w - r:.1f}A{r},{r} 0 0 1 {w - r:.1f},{h}H{r}A{r},{r} 0 0 1 {r},0z"
    if shape == "cut":
        return f"M8,0H{w - 8:.1f}L{w:.1f},9V{h - 9}L{w - 8:.1f},{h}H8L0,{h - 9}V9z"
    return f"M5,0H{w - 5:.1f}Q{w:.1f},0 {w:.1f},5V{h - 5}Q{w:.1f},{h} {w - 5:.1f},{h}H5Q0,{h} 0,{h - 5}V5Q0,0 5,0z"


def _band(shape: Shape, h: float) -> str:
    r = h / 2
    if shape == "pill":
        return f"M{r},0H{_BAND}V{h}H{r}A{r},{r} 0 0 1 {r},0z"
    if shape == "cut":
        return f"M8,0H{_BAND}V{h}H8L0,{h - 9}V9z"
    return f"M5,0H{_BAND}V{h}H5Q0,{h} 0,{h - 5}V5Q0,0 5,0z"


def _edge(points: list[tuple[float, float]], thickness: float, side: str, *, dashed: bool) -> str:
    (x0, y0), *rest = points
    path = f"M{x0:.1f},{y0:.1f}"
    for (xa, ya), (xb, yb) in zip(points, rest, strict=False):
        last = (xb, yb) == points[-1]
        end = yb - 6 if last else yb
        middle = (ya + end) / 2
        path += f"C{xa:.1f},{middle:.1f} {xb:.1f},{middle:.1f} {xb:.1f},{end:.1f}"
    x, y = points[-1]
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    parts = [
        f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="{thickness:.2f}"{dashes}/>',
        f'<path d="M{x:.1f},{y:.1f}l-3.4,-7h6.8z" fill="{_LINE}"/>',
    ]
    if side:
        shift = -9 if side == "L" else 9
        parts.append(
            f'<text x="{x + shift:.1f}" y="{y - 2:.1f}" font-size="9" text-anchor="middle" fill="{_LINE}">{side}</text>'
        )
    return "".join(parts)
