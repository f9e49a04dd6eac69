import { s } from '../../lib/dom';
import { ellipsis } from '../../lib/format';
import { kindOf, type Shape } from '../../lib/kinds';
import type { Operator } from '../../protocol';

export const BAND = 28;
export const CARD_HEIGHT = 36;
const MAX_WIDTH = 300;
const MIN_WIDTH = 96;
const LABEL_FONT = '12px';
const DETAIL_FONT = '10.5px';
const HOT_FONT = 'bold 10.5px';

export type Measure = (text: string, font: string) => number;

export interface Card {
  group: SVGGElement;
  /** Replaces the second line; null brings the operator's own back. */
  say(text: string | null): void;
}

/** How wide a card must be, with room for "▲ 130k of 130k rows" in bold. */
export function cardWidth(operator: Operator, measure: Measure): number {
  const detail = Math.max(measure(operator.detail, DETAIL_FONT), measure(tracedText(operator), HOT_FONT));
  const text = Math.max(measure(operator.label, LABEL_FONT), detail);
  return Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, text + BAND + 18)));
}

function tracedText(operator: Operator): string {
  return `▲ 1 of ${operator.rows.toLocaleString('en').slice(0, 5)} rows`;
}

/** Draws an operator: silhouette and band by family, glyph, two lines of text, and the share kept by a filter. */
export function drawCard(
  operator: Operator,
  [x, y, width, height]: readonly [number, number, number, number],
  kept: number | null,
  measure: Measure,
): Card {
  const kind = kindOf(operator.kind);
  const room = width - BAND - 13;
  const outline = silhouette(kind.family.shape, width, height);
  const fit = (text: string, font: string) => ellipsis(text, room, (t) => measure(t, font));
  const second = s('text', { class: 'lj-t2', x: BAND + 7, y: 29 }, fit(operator.detail, DETAIL_FONT));
  const group = s(
    'g',
    {
      class: 'lj-op',
      style: `--c:var(--lj-f-${kind.family.key})`,
      transform: `translate(${(x - width / 2).toFixed(1)},${(y - height / 2).toFixed(1)})`,
      tabindex: -1,
      role: 'button',
      'aria-label': sentence(operator),
      'data-operator': operator.id,
      'data-kind': operator.kind,
      'data-shape': kind.family.shape,
      'data-exact': String(operator.exact),
    },
    s('title', {}, sentence(operator)),
    s('path', { class: 'lj-card', d: outline }),
    s('path', { class: 'lj-band', d: bandOf(kind.family.shape, height) }),
    s('path', { class: 'lj-rim', d: outline }),
    s('text', { class: 'lj-glyph', x: kind.family.shape === 'pill' ? 16 : 14, y: 23.5 }, kind.glyph),
    s('text', { class: 'lj-t1', x: BAND + 7, y: 15 }, fit(operator.label, LABEL_FONT)),
    second,
  );
  if (kept !== null) group.append(...keepBar(width, height, kept));
  const say = (text: string | null) => {
    const shown = text === null ? fit(operator.detail, DETAIL_FONT) : fit(text, HOT_FONT);
    if (second.textContent !== shown) second.textContent = shown;
    second.classList.toggle('lj-hot', text !== null);
  };
  return { group, say };
}

/** What a screen reader says of an operator. */
export function sentence(operator: Operator): string {
  const exact = operator.exact ? '' : '; its lineage is over-approximated';
  return `${kindOf(operator.kind).verb}: ${operator.label}; ${operator.detail}${exact}`;
}

/** The outline that tells a family apart without colour: a pill, a box, or a box with cut corners. */
function silhouette(shape: Shape, w: number, h: number): string {
  const r = h / 2;
  if (shape === 'pill') return `M${r},0H${w - r}A${r},${r} 0 0 1 ${w - r},${h}H${r}A${r},${r} 0 0 1 ${r},0z`;
  if (shape === 'cut') return `M8,0H${w - 8}L${w},9V${h - 9}L${w - 8},${h}H8L0,${h - 9}V9z`;
  return `M5,0H${w - 5}Q${w},0 ${w},5V${h - 5}Q${w},${h} ${w - 5},${h}H5Q0,${h} 0,${h - 5}V5Q0,0 5,0z`;
}

function bandOf(shape: Shape, h: number): string {
  const r = h / 2;
  if (shape === 'pill') return `M${r},0H${BAND}V${h}H${r}A${r},${r} 0 0 1 ${r},0z`;
  if (shape === 'cut') return `M8,0H${BAND}V${h}H8L0,${h - 9}V9z`;
  return `M5,0H${BAND}V${h}H5Q0,${h} 0,${h - 5}V5Q0,0 5,0z`;
}

function keepBar(width: number, height: number, kept: number): SVGRectElement[] {
  const full = width - BAND - 15;
  const at = { x: BAND + 7, y: height - 4, height: 2 };
  return [
    s('rect', { class: 'lj-keep-all', ...at, width: full }),
    s('rect', { class: 'lj-keep', ...at, width: full * Math.min(1, kept) }),
  ];
}
